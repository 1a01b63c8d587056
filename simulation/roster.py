"""Who is who in one model: the families of agents in order, their ids, and the agent that views a row.

Ids run from 1 through the families: person, staff, organisation, leader, convener, commissioner.
An agent is made when asked for and lives as long as somebody holds it; while it lives, asking again gives the same
object, so that `a is b` means what Mesa's users expect.
"""

from __future__ import annotations

import weakref
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.fields import Field, Own, nearest
from simulation.mesa_door import Agent

if TYPE_CHECKING:
    from simulation.engine import World
    from simulation.model import CareSystem


class FixedPopulationError(RuntimeError):
    """Somebody asked to make, lose or move an agent whose row belongs to the world."""


@dataclass(frozen=True)
class Family:
    """The agents of one kind in one model.

    Attributes:
        name: person, staff, organisation, leader, convener or commissioner.
        agent_type: the class that views a row.
        first: unique_id of row 0.
        rows: how many rows there are.
    """

    name: str
    agent_type: type[Agent]
    first: int
    rows: int


class _Row(weakref.ref):
    __slots__ = ("unique_id",)


def _dropper(living: dict[int, _Row]) -> Callable[[_Row], None]:
    def drop(reference: _Row) -> None:
        if living.get(reference.unique_id) is reference:
            del living[reference.unique_id]
    return drop


class Roster:
    """The families of one model; makes agents from ids and finds attributes by name.

    Args:
        model: whose agents they are; `model.world` holds the columns.
        agent_types: family name to the class that views a row of it, in the order of ids.
    """

    def __init__(self, model: CareSystem, agent_types: Mapping[str, type[Agent]]) -> None:
        self.model = model
        families, first = [], 1
        for name, agent_type in agent_types.items():
            column = next(c.name for c in agent_type.columns if not (c.width or c.per_row))
            rows = len(getattr(getattr(model.world, agent_type.family), column))
            families.append(Family(name, agent_type, first, rows))
            first += rows
        self.families: tuple[Family, ...] = tuple(families)
        self.firsts = [family.first for family in families]
        self.end = first
        self.others: dict[int, Agent] = {}
        """Ordinary Mesa agents that a modeller added, by id; their ids follow those of the rows."""
        self.others_made = 0
        self.others_gone = 0
        self.positions: dict[int, Any] = {}
        """Where Mesa's spaces have put agents, by id."""
        self.own: dict[str, dict[str, Own]] = {family.name: {} for family in families}
        self._start_living()

    def _start_living(self) -> None:
        self._living: dict[int, _Row] = {}
        self._drop = _dropper(self._living)

    @property
    def world(self) -> World:
        return self.model.world

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k not in ("_living", "_drop")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._start_living()

    # families

    def family(self, name: str) -> Family:
        return next(family for family in self.families if family.name == name)

    def family_of(self, unique_id: int) -> Family | None:
        """The family of an id; None for agents that are no rows."""
        return None if unique_id >= self.end else self.families[bisect_right(self.firsts, unique_id) - 1]

    def family_with(self, agent_type: type) -> Family:
        """The family that a class views.

        Raises:
            KeyError: if no family of this model is viewed by it.
        """
        for family in self.families:
            if agent_type is family.agent_type or issubclass(family.agent_type, agent_type):
                return family
        known = ", ".join(family.agent_type.__name__ for family in self.families)
        raise KeyError(f"{getattr(agent_type, '__name__', agent_type)!r} is no type of agent here; there are {known}")

    # agents

    def view(self, unique_id: int) -> Agent:
        """The agent with this id."""
        reference = self._living.get(unique_id)
        if reference is not None:
            agent = reference()
            if agent is not None:
                return agent
        if unique_id >= self.end:
            return self.others[unique_id]
        family = self.families[bisect_right(self.firsts, unique_id) - 1]
        agent = family.agent_type.of_row(self.model, unique_id - family.first, unique_id)
        self.take_in(agent)
        return agent

    def take_in(self, agent: Agent) -> None:
        """From now on this object is the agent of its row, as long as it lives."""
        reference = self._living[agent.unique_id] = _Row(agent, self._drop)
        reference.unique_id = agent.unique_id

    def at(self, name: str, row: int) -> Agent:
        """The agent of a row of a family."""
        return self.view(self.family(name).first + row)

    # attributes

    def field(self, family: Family, name: str) -> Field | None:
        """The field behind an attribute of a family's agents; None if the attribute is no field."""
        found = getattr(family.agent_type, name, None)
        if isinstance(found, Field):
            return found
        return None if found is not None else self.own[family.name].get(name)

    def declare(self, family: Family, name: str, dtype: Any, initial: Any) -> None:
        """Add an attribute of the modeller's own to a family; see `CareSystem.add_column`."""
        if not isinstance(name, str) or not name.isidentifier() or name.startswith("_"):
            raise ValueError(f"{name!r} cannot be the name of an attribute: letters, digits and _, no _ in front")
        if hasattr(family.agent_type, name) or name in self.own[family.name]:
            raise ValueError(f"{family.agent_type.__name__} has an attribute {name!r} already; choose another name")
        dtype = np.dtype(dtype)
        if dtype.kind not in "biufO":
            raise TypeError(f"{name}: a column holds numbers, True/False or objects, not {dtype}")
        values = np.empty(family.rows, dtype)
        try:
            values[:] = initial
        except (TypeError, ValueError, OverflowError) as problem:
            raise ValueError(f"{name}: {initial!r} is neither one {dtype} nor one for each of {family.rows:,} rows"
                             ) from problem
        own = Own(family.name, name, values)
        own.attribute = name
        self.own[family.name][name] = own

    def own_field(self, agent: Agent, name: str) -> Own | None:
        return self.own[self.family_of(agent.unique_id).name].get(name)

    def attributes_of(self, agent_type: type) -> list[str]:
        """Every public attribute of an agent type in this model, the modeller's own included."""
        own = self.own[self.family_with(agent_type).name]
        return sorted({*(name for name in dir(agent_type) if not name.startswith("_")), *own})

    def cannot_keep(self, agent_type: type[Agent], name: str) -> AttributeError:
        """The error for assigning to an attribute that is not there, ready to raise."""
        kind = agent_type.__name__
        return AttributeError(
            f"{self.no_attribute(agent_type, name)}. An agent is a row of columns and cannot keep others; declare it "
            f"first: model.add_column({kind}, {name!r}, float, 0.0)")

    def no_attribute(self, agent_type: type, name: str) -> AttributeError:
        """The error for an attribute that is not there, ready to raise."""
        return AttributeError(f"{agent_type.__name__} has no attribute {name!r}"
                              f"{nearest(name, self.attributes_of(agent_type))}")
