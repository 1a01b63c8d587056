"""Who is in a set of agents: an ordered array of unique ids that behaves as Mesa's sets of agents do.

Mesa's own set holds weak references, so that views of rows would vanish from it; this one holds ids. It is live: agents
are made when asked for and nothing about them is kept. The verbs (`get`, `select`, `do`, ...) are in `agentset.py`.
"""

from __future__ import annotations

import operator
import warnings
from collections.abc import Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from simulation.mesa_door import Agent
from simulation.mesa_door import AgentSet as MesaAgentSet
from simulation.roster import FixedPopulationError

if TYPE_CHECKING:
    from simulation.roster import Roster


class Members(MesaAgentSet):
    """An ordered set of agents of one model: length, order, membership, set operations, copies and pickles.

    Args:
        agents: agents of one model, in order.
        random: for whatever is shuffled; the model's if not given.
    """

    def __init__(self, agents: Iterable[Agent], random: Random | None = None) -> None:
        if isinstance(agents, Members):
            roster, ids, random = agents._roster, agents.ids, random or agents.random
        else:
            agents = list(agents)
            roster = agents[0].model.roster if agents and hasattr(agents[0].model, "roster") else None
            ids = np.fromiter(dict.fromkeys(self._id(agent, roster) for agent in agents), np.int64)
        if random is None and roster is None:
            warnings.warn("an empty AgentSet without a random number generator cannot be reproducible; pass random=",
                          UserWarning, stacklevel=2)
            random = Random()
        self._fill(roster, ids, random)

    @classmethod
    def of_ids(cls, roster: Roster, ids: np.ndarray, random: Random | None = None, *, consecutive: bool = False,
               fixed: bool = False) -> Self:
        """A set from unique ids, which must be known and each there once; `consecutive` if they run without a gap."""
        made = cls.__new__(cls)
        made._fill(roster, ids, random, consecutive, fixed)
        return made

    @classmethod
    def of_rows(cls, roster: Roster, family: str, rows: np.ndarray) -> Self:
        """A set from rows of one family."""
        return cls.of_ids(roster, np.asarray(rows, np.int64) + roster.family(family).first)

    def _fill(self, roster: Roster | None, ids: np.ndarray, random: Random | None = None, consecutive: bool = False,
              fixed: bool = False) -> None:
        self._roster = roster
        self._chosen = random
        self._fixed = fixed
        self._gone = 0 if roster is None else roster.others_gone
        self._replace(ids, consecutive)

    def _replace(self, ids: np.ndarray, consecutive: bool = False) -> None:
        self._members = ids
        self._consecutive = consecutive
        self._sorted: np.ndarray | None = None

    def _like(self, ids: np.ndarray, inplace: bool = False) -> Self:
        if inplace:
            self._replace(ids)
            return self
        return type(self).of_ids(self._roster, ids, self._chosen)

    # who is in it

    @property
    def ids(self) -> np.ndarray:
        """The unique ids, int64, in order. Not to be written to."""
        if self._roster is not None and self._gone != self._roster.others_gone:
            self._gone = self._roster.others_gone  # an agent of the modeller's own has been removed meanwhile
            kept = [i for i in self._members.tolist() if i < self._roster.end or i in self._roster.others]
            if len(kept) != len(self._members):
                self._replace(np.array(kept, np.int64))
        return self._members

    @property
    def random(self) -> Random:
        """The generator that `shuffle` uses."""
        return self._roster.model.random if self._chosen is None else self._chosen

    @random.setter
    def random(self, random: Random) -> None:
        self._chosen = random

    @property
    def model(self) -> Any:
        """The model whose agents these are; None for a set made empty."""
        return None if self._roster is None else self._roster.model

    @property
    def rng(self) -> np.random.Generator:
        """The model's NumPy generator."""
        return self._roster.model.rng

    @property
    def _agents(self) -> dict[Agent, None]:
        return dict.fromkeys(self)  # for anything of Mesa's that looks inside

    @staticmethod
    def _id(agent: Any, roster: Roster | None) -> int:
        if not isinstance(agent, Agent) or roster is None or agent.model is not roster.model:
            raise TypeError(f"a set holds agents of one care system, not {agent!r}")
        return agent.unique_id

    def _ids_of(self, others: Iterable[Any], strict: bool) -> np.ndarray:
        """Ids of what is in another collection; what cannot be in this set is left out, or an error if `strict`."""
        if isinstance(others, Members) and (others._roster is self._roster or not len(others)):
            return others.ids
        ids: dict[int, None] = {}
        for agent in others:
            if strict or (isinstance(agent, Agent) and agent.model is self.model):
                ids[self._id(agent, self._roster)] = None
        return np.fromiter(ids, np.int64)

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Agent]:
        ids = self.ids.tolist()
        return map(self._roster.view, ids) if ids else iter(())

    def __reversed__(self) -> Iterator[Agent]:
        return map(self._roster.view, reversed(self.ids.tolist())) if len(self) else iter(())

    def __contains__(self, agent: object) -> bool:
        ids = self.ids
        if not len(ids) or not isinstance(agent, Agent) or agent.model is not self.model:
            return False
        if self._consecutive:
            return bool(ids[0] <= agent.unique_id <= ids[-1])
        if self._sorted is None:
            self._sorted = np.sort(ids)
        at = int(np.searchsorted(self._sorted, agent.unique_id))
        return at < len(ids) and int(self._sorted[at]) == agent.unique_id

    def __getitem__(self, item: int | slice) -> Any:
        """The agent at a position, or a list of the agents of a slice."""
        if isinstance(item, slice):
            return [self._roster.view(i) for i in self.ids[item].tolist()]
        try:
            position = operator.index(item)
        except TypeError:
            raise TypeError(f"a set is indexed by a position or a slice, not {item!r}; for an array use "
                            "select(mask=...)") from None
        if not -len(self) <= position < len(self):
            raise IndexError(f"position {position} in a set of {len(self):,} agents")
        return self._roster.view(int(self.ids[position]))

    def index(self, agent: Agent, start: int = 0, stop: int | None = None) -> int:
        """Position of an agent; ValueError if it is not there."""
        part = self.ids[start:stop]
        found = np.nonzero(part == agent.unique_id)[0] if agent in self else ()
        if not len(found):
            raise ValueError(f"{agent!r} is not in the set")
        return int(found[0]) + slice(start, stop).indices(len(self))[0]

    def count(self, agent: object) -> int:
        return int(agent in self)

    def to_list(self) -> list[Agent]:
        """Every agent, in order."""
        return list(self)

    # members

    def _may_change(self) -> None:
        if self._fixed:
            raise FixedPopulationError("this is the model's own set of agents, and people and posts are neither made "
                                       "nor lost during a run; take a copy() and change that")

    def add(self, agent: Agent) -> None:
        """Add an agent of the same model at the end, unless it is there."""
        self._may_change()
        if self._roster is None and isinstance(agent, Agent):
            self._roster = getattr(agent.model, "roster", None)
        new = self._id(agent, self._roster)
        if agent not in self:
            self._replace(np.append(self.ids, new))

    def discard(self, agent: Agent) -> None:
        """Take an agent out if it is there."""
        self._may_change()
        if agent in self:
            self._replace(self.ids[self.ids != agent.unique_id])

    def remove(self, agent: Agent) -> None:
        """Take an agent out; KeyError if it is not there."""
        self._may_change()
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def clear(self) -> None:
        self._may_change()
        self._replace(np.zeros(0, np.int64))

    def copy(self) -> Self:
        """The same agents in a set of one's own, which may change."""
        return type(self).of_ids(self._roster, self.ids, self._chosen, consecutive=self._consecutive)

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_members": self.ids, "_sorted": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)

    # as a set

    def __and__(self, other: Iterable[Any]) -> Self:
        return self._like(self.ids[np.isin(self.ids, self._ids_of(other, strict=False))])

    def __sub__(self, other: Iterable[Any]) -> Self:
        return self._like(self.ids[~np.isin(self.ids, self._ids_of(other, strict=False))])

    def __or__(self, other: Iterable[Any]) -> Self:
        theirs = self._ids_of(other, strict=True)
        return self._like(np.concatenate([self.ids, theirs[~np.isin(theirs, self.ids)]]))

    def __xor__(self, other: Iterable[Any]) -> Self:
        ours, theirs = self.ids, self._ids_of(other, strict=True)
        return self._like(np.concatenate([ours[~np.isin(ours, theirs)], theirs[~np.isin(theirs, ours)]]))

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __rsub__(self, other: Iterable[Any]) -> Self:
        return self._like(self._ids_of(other, strict=True)) - self

    def __le__(self, other: Any) -> bool:
        if isinstance(other, Members):
            return not len(self) or (self._roster is other._roster and bool(np.isin(self.ids, other.ids).all()))
        return super().__le__(other)

    def __ge__(self, other: Any) -> bool:
        return other <= self if isinstance(other, Members) else super().__ge__(other)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Members):
            return len(self) == len(other) and self <= other
        return super().__eq__(other)

    __hash__ = None
