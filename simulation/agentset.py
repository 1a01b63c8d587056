"""Mesa's AgentSet over an array of ids: the same verbs, with agents made when asked for and columns read at once.

Whatever names an attribute (`get`, `set`, `agg`, `sort`, `groupby`) goes to the column; whatever names a function makes
agents one by one. Who is in a set is in `membership.py`.
"""

from __future__ import annotations

import math
import operator
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from simulation.fields import Field, Rows
from simulation.membership import Members
from simulation.mesa_door import Agent, GroupBy
from simulation.roster import Family

_ON_ARRAYS = {sum: np.sum, min: np.min, max: np.max, len: len}
"""Functions of Python's own that mean the same on an array, and are quicker there."""


def _takes_arrays(function: Callable) -> Callable | None:
    """What to call with an array in place of `function` with a list; None if only a list is sure to do."""
    if function in _ON_ARRAYS:
        return _ON_ARRAYS[function]
    bare = function.func if isinstance(function, partial) else function
    of_numpy = isinstance(bare, np.ufunc) or (getattr(bare, "__module__", None) or "").startswith("numpy")
    return function if of_numpy else None


class AgentSet(Members):
    """An ordered set of agents of one model.

    Args:
        agents: agents of one model, in order.
        random: for `shuffle` and `shuffle_do`; the model's if not given.

    Everything that Mesa's `AgentSet` does, and besides: `select(mask=...)` takes a Boolean array; `column(name)` gives
    an attribute as a NumPy array; `agg(name, {"low": min, "high": max})` gives a dictionary; `set(name, array)` gives
    each agent its own value. The sets that a model itself hands out may be shuffled and sorted in place, but have no
    members added or taken away: work on `copy()`.
    """

    # attributes, straight from the columns

    def _parts(self) -> list[tuple[Family | None, np.ndarray | slice, Rows]]:
        """The set by family: the family (None: agents of the modeller's own), positions in the set, rows."""
        ids, roster = self.ids, self._roster
        if not len(ids):
            return []
        first, last = (int(ids[0]), int(ids[-1])) if self._consecutive else (int(ids.min()), int(ids.max()))
        family = roster.family_of(first)
        if family is not None and last < family.first + family.rows:
            if self._consecutive:
                return [(family, slice(None), slice(first - family.first, last + 1 - family.first))]
            return [(family, slice(None), ids - family.first)]
        parts = []
        for family in roster.families:
            at = np.nonzero((ids >= family.first) & (ids < family.first + family.rows))[0]
            if len(at):
                parts.append((family, at, ids[at] - family.first))
        at = np.nonzero(ids >= roster.end)[0]
        return [*parts, (None, at, ids[at])] if len(at) else parts

    def _one_field(self, name: str) -> tuple[Field, Rows, Family] | None:
        """The field behind an attribute if all agents are of one family and have one."""
        parts = self._parts()
        if len(parts) != 1 or parts[0][0] is None:
            return None
        family, _, rows = parts[0]
        field = self._roster.field(family, name)
        return None if field is None else (field, rows, family)

    def column(self, name: str) -> np.ndarray:
        """An attribute as an array in the order of the set, for calculations on many agents; a copy, as it is stored.

        Raises:
            AttributeError: if an agent of the set does not have the attribute.
        """
        found = self._one_field(name)
        if found is None:
            return np.array(self.get(name))
        field, rows, _ = found
        raw = field.raw(self._roster, rows)
        return np.array(raw if field.is_number() else field.decoded(self._roster, raw))

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """The attribute of every agent; a list of lists, one for each agent, if several are named.

        Args:
            attr_names: one name, or a list of names.
            handle_missing: "error", or "default" to have `default_value` where an agent lacks the attribute.

        Raises:
            AttributeError: if an agent lacks the attribute and `handle_missing` is "error".
            ValueError: if `handle_missing` is neither.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"handle_missing is 'error' or 'default', not {handle_missing!r}")
        if isinstance(attr_names, str):
            return self._get_one(attr_names, handle_missing == "error", default_value)
        columns = [self._get_one(name, handle_missing == "error", default_value) for name in attr_names]
        return [list(values) for values in zip(*columns, strict=True)] if columns else [[] for _ in range(len(self))]

    def _get_one(self, name: str, must: bool, default: Any) -> list[Any]:
        if name == "unique_id":
            return self.ids.tolist()
        values: list[Any] = []
        parts = self._parts()
        together = np.empty(len(self), object) if len(parts) > 1 else None
        for family, at, rows in parts:
            values = self._get_part(family, rows, name, must, default)
            if together is not None:
                together[at] = np.fromiter(values, object, len(values))
        return values if together is None else together.tolist()

    def _get_part(self, family: Family | None, rows: Rows, name: str, must: bool, default: Any) -> list[Any]:
        roster = self._roster
        number = rows.stop - rows.start if isinstance(rows, slice) else len(rows)
        if family is not None:
            field = roster.field(family, name)
            if field is not None:
                return field.decoded(roster, field.raw(roster, rows))
            if not hasattr(family.agent_type, name):
                if must:
                    raise roster.no_attribute(family.agent_type, name)
                return [default] * number
        first = 0 if family is None else family.first
        ids = range(first + rows.start, first + rows.stop) if isinstance(rows, slice) else (rows + first).tolist()
        if must:
            return [getattr(roster.view(i), name) for i in ids]
        return [getattr(roster.view(i), name, default) for i in ids]

    def set(self, attr_name: str, value: Any) -> AgentSet:
        """Give every agent the value, or each its own if `value` is an array as long as the set.

        Raises:
            AttributeError, TypeError, ValueError: if the attribute is missing, cannot be assigned or does not take the
                value; then nothing has been assigned.
        """
        each = isinstance(value, np.ndarray) and value.ndim == 1
        if each and len(value) != len(self):
            raise ValueError(f"{attr_name}: {len(value):,} values for {len(self):,} agents")
        parts = self._parts()
        if len(parts) == 1 and parts[0][0] is not None:
            family, _, rows = parts[0]
            field = self._roster.field(family, attr_name)
            if field is not None:
                field.assign(self._roster, rows, value, family.agent_type)
                return self
        for family, _, _ in parts:
            if family is None:
                continue
            field = self._roster.field(family, attr_name)
            if field is not None:
                sample = value[:1].tolist()[0] if each else value
                field.checked(sample, family.agent_type, self._roster)
            elif not isinstance(getattr(family.agent_type, attr_name, None), property):
                raise self._roster.cannot_keep(family.agent_type, attr_name)
        for agent, own in zip(self, value.tolist() if each else [value] * len(self), strict=True):
            setattr(agent, attr_name, own)
        return self

    def agg(self, attribute: str, func: Callable | Iterable[Callable] | dict[str, Callable]) -> Any:
        """An attribute of all agents, aggregated by one function, by several (a list of results) or by named ones."""
        if isinstance(func, dict):
            return dict(zip(func, self.agg(attribute, list(func.values())), strict=True))
        functions = [func] if callable(func) else list(func)
        found = self._one_field(attribute)
        raw = None
        if found is not None and found[0].is_number():
            raw = found[0].raw(self._roster, found[1])
            raw = found[0].numbers(raw)
        values: list[Any] | None = None
        results = []
        for function in functions:
            on_array = None if raw is None else _takes_arrays(function)
            if on_array is not None:
                result = on_array(raw)
                results.append(result.item() if function in _ON_ARRAYS and isinstance(result, np.generic) else result)
            else:
                values = self.get(attribute) if values is None else values
                results.append(function(values))
        return results[0] if callable(func) else results

    # choosing and ordering

    def select(self, filter_func: Callable[[Agent], bool] | None = None, at_most: int | float = math.inf,
               inplace: bool = False, agent_type: type[Agent] | None = None, *,
               mask: np.ndarray | None = None) -> AgentSet:
        """Those agents for which everything given holds, in order.

        Args:
            filter_func: takes an agent, says whether it is in.
            at_most: how many, or as a float up to 1.0 which share of this set, counted from the front.
            inplace: narrow this set instead of making another.
            agent_type: agents of this class or its subclasses.
            mask: a Boolean array as long as the set, such as `agents.column("trust") < 0.3`; quicker than a function.
        """
        if inplace:
            self._may_change()
        ids = self.ids
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(ids) * at_most)
        if mask is not None:
            mask = np.asarray(mask)
            if mask.dtype != bool or mask.shape != ids.shape:
                raise ValueError(f"mask is a Boolean array of length {len(ids):,}, not {mask.dtype} of {mask.shape}")
            ids = ids[mask]
        if agent_type is not None:
            kept = [f for f in self._roster.families if issubclass(f.agent_type, agent_type)] if len(ids) else []
            chosen = np.zeros(len(ids), bool)
            for family in kept:
                chosen |= (ids >= family.first) & (ids < family.first + family.rows)
            for at in np.nonzero(ids >= self._roster.end)[0] if len(ids) else ():
                chosen[at] = isinstance(self._roster.view(int(ids[at])), agent_type)
            ids = ids[chosen]
        if filter_func is not None:
            chosen_ids: list[int] = []
            for i in ids.tolist():
                if len(chosen_ids) >= at_most:
                    break
                if filter_func(self._roster.view(i)):
                    chosen_ids.append(i)
            ids = np.array(chosen_ids, np.int64)
        elif at_most < len(ids):
            ids = ids[:max(0, int(at_most))]
        return self._like(ids, inplace)

    def shuffle(self, inplace: bool = False) -> AgentSet:
        """The agents in random order; the order depends on `random` alone."""
        return self._like(self.ids[self._random_order()], inplace)

    def _random_order(self) -> np.ndarray:
        if isinstance(self.random, np.random.Generator):
            return self.random.permutation(len(self))
        return np.random.default_rng(self.random.getrandbits(128)).permutation(len(self))

    def sort(self, key: Callable[[Agent], Any] | str, ascending: bool = False, inplace: bool = False) -> AgentSet:
        """The agents by an attribute or a function of an agent; equal ones keep their order; the largest first, as in
        Mesa, unless `ascending`."""
        found = self._one_field(key) if isinstance(key, str) else None
        if found is not None and found[0].is_number():
            values = found[0].raw(self._roster, found[1])
            order = np.argsort(values if ascending else values[::-1], kind="stable")
            if not ascending:
                order = len(self) - 1 - order[::-1]
        else:
            of = operator.attrgetter(key) if isinstance(key, str) else key
            keys = [of(agent) for agent in self]
            order = np.array(sorted(range(len(keys)), key=keys.__getitem__, reverse=not ascending), np.int64)
        return self._like(self.ids[order], inplace)

    # doing

    def do(self, method: str | Callable, *args: Any, **kwargs: Any) -> AgentSet:
        """Call a method by its name, or a function with the agent first, for every agent; returns the set."""
        deque(self._call(self.ids, method, args, kwargs), maxlen=0)
        return self

    def shuffle_do(self, method: str | Callable, *args: Any, **kwargs: Any) -> AgentSet:
        """`do` in random order; the set keeps its own order."""
        deque(self._call(self.ids[self._random_order()], method, args, kwargs), maxlen=0)
        return self

    def map(self, method: str | Callable, *args: Any, **kwargs: Any) -> list[Any]:
        """`do`, with the results as a list."""
        return list(self._call(self.ids, method, args, kwargs))

    def _call(self, ids: np.ndarray, method: str | Callable, args: tuple, kwargs: dict) -> Iterator[Any]:
        others, end = (self._roster.others, self._roster.end) if len(ids) else ({}, 0)
        for i in ids.tolist():
            if i >= end and i not in others:
                continue  # removed by one that came before
            agent = self._roster.view(i)
            yield (getattr(agent, method) if isinstance(method, str) else partial(method, agent))(*args, **kwargs)

    def groupby(self, by: Callable | str, result_type: str = "agentset") -> Groups:
        """Groups of agents with the same attribute or the same result of a function, in order of first appearance.

        Args:
            by: a name, or a function of an agent.
            result_type: "agentset", or "list" for lists of agents.
        """
        if result_type not in ("agentset", "list"):
            raise ValueError(f"result_type is 'agentset' or 'list', not {result_type!r}")
        ids = self.ids
        members: dict[Hashable, Any] = {}
        found = self._one_field(by) if isinstance(by, str) else None
        if found is not None and found[0].dtype.kind != "O":
            raw = found[0].raw(self._roster, found[1])
            values, first, which = np.unique(raw, return_index=True, return_inverse=True)
            sizes = np.bincount(which, minlength=len(values))
            pieces = np.split(np.argsort(which, kind="stable"), np.cumsum(sizes)[:-1])
            order = np.argsort(first)
            names = found[0].decoded(self._roster, values[order])
            members = {name: ids[pieces[at]] for name, at in zip(names, order.tolist(), strict=True)}
        else:
            keys = self.get(by) if isinstance(by, str) else [by(agent) for agent in self]
            for key, i in zip(keys, ids.tolist(), strict=True):
                members.setdefault(key, []).append(i)
        groups = {key: self._like(np.asarray(part, np.int64)) for key, part in members.items()}
        return Groups({key: list(group) for key, group in groups.items()} if result_type == "list" else groups)

    def __repr__(self) -> str:
        parts = (f"{len(self.ids[at]):,} {family.agent_type.__name__ if family else 'other'}"
                 for family, at, _ in self._parts())
        return f"<AgentSet of {len(self):,}: {', '.join(parts)}>" if len(self) else "<AgentSet of 0>"


class Groups(GroupBy):
    """Groups of agents by a key, as Mesa's `GroupBy`; attributes are aggregated on the columns."""

    def agg(self, attr_name: str, func: Callable | Iterable[Callable] | dict[str, Callable]) -> dict[Hashable, Any]:
        """Key to the aggregate of an attribute over the group; several functions as in `AgentSet.agg`."""
        return {key: (group if isinstance(group, AgentSet) else AgentSet(group)).agg(attr_name, func)
                for key, group in self.groups.items()}

    def __getitem__(self, key: Hashable) -> Any:
        return self.groups[key]
