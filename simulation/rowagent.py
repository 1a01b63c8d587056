"""What every agent is: a Mesa agent that views one row, with attributes generated from the columns.

Those with an entry in `ACCEPTED` can be assigned, with a check of type and range; the rest is the engine's own
bookkeeping and can only be read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, ClassVar

from simulation import columns
from simulation.fields import Field, Moment, Place, Range
from simulation.mesa_door import Agent
from simulation.roster import FixedPopulationError
from simulation.vocabulary import DOMAINS, N_DOMAINS, RESULTS

if TYPE_CHECKING:
    from simulation.model import CareSystem

_SHARE, _BITS, _FLAG, _COUNT = (0.0, 1.0), (0, (1 << 60) - 1), (0, 1), (0.0, math.inf)

ACCEPTED: dict[str, dict[str, Range]] = {
    "person": {
        "need": _SHARE, "frailty": _COUNT, "complexity": _SHARE, "quintile": (1, 5), "exceptions": _BITS,
        "known": _BITS, "known_strength": _SHARE, "trust": _SHARE, "cost_year": _COUNT, "visits_year": (0, 255),
        "was_costly": _FLAG,
    },
    "staff": {
        "practice": _BITS, "motivation": _SHARE, "burnout": _SHARE, "self_interest": _SHARE, "solver": _SHARE,
        "effort": (0.0, 1.2), "success": _SHARE, "visible_fixes": _COUNT,
    },
    "organisation": {
        "standard": _BITS, "pressure": _SHARE, "safety": _SHARE, "threshold_raise": _SHARE, "rush": _SHARE,
        "slack": _SHARE, "gaming": _SHARE, "funding": (0.0, 10.0), "mindset": _SHARE, "belief": _BITS,
    },
    "convener": {"landscape": _SHARE},
    "place": {"truth": _BITS},
}
"""What may be assigned, by family and column: the smallest and the largest value."""

_MOMENTS = ("joined", "vacant_until", "trial_since", "leader_since", "regime_since")
_SLOTS = ("model", "row", "unique_id")


class RowAgent(Agent):
    """A Mesa agent that views one row of a family.

    Attributes:
        model: the `CareSystem`.
        row: the row in the family's columns.
        unique_id: the first id of the family plus the row; the same in every run of a world of this size.
        place: the place where the row lives or works, from 0.
    """

    __slots__ = _SLOTS

    family: ClassVar[str]
    """The family of columns behind this type of agent."""
    columns: ClassVar[tuple[columns.Column, ...]]

    def __init_subclass__(cls, family: str | None = None, only: tuple[str, ...] = (), without: tuple[str, ...] = (),
                          **kwargs: Any) -> None:
        """Generate the attributes of `family`: all columns, or `only` some, or all `without` some."""
        super().__init_subclass__(**kwargs)
        if family is None:
            return
        cls.family = family
        cls.columns = tuple(column for column in columns.FAMILIES[family]
                            if (not only or column.name in only) and column.name not in without)
        for column in cls.columns:
            accepted = ACCEPTED[family].get(column.name)
            if column.width == N_DOMAINS:
                names = RESULTS if column.name == "last_result" else None
                for slot, domain in enumerate(DOMAINS):
                    _place(cls, f"{column.name}_{domain}", Field(family, column, accepted, slot, names))
            elif not column.width and not column.per_row:
                kind = Moment if column.name in _MOMENTS else Field
                _place(cls, column.name, kind(family, column, accepted))
        _place(cls, "place", Place(family))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise FixedPopulationError(
            f"a {type(self).__name__} cannot be made: people and posts are neither made nor lost during a run, so that "
            "paired runs keep the same people; ask for another world, such as CareSystem(people=20_000)")

    @classmethod
    def of_row(cls, model: CareSystem, row: int, unique_id: int) -> RowAgent:
        """The view of one row. For the roster; use `model.agents` to find agents."""
        agent = object.__new__(cls)
        _set_model(agent, model)
        _set_row(agent, row)
        _set_unique_id(agent, unique_id)
        return agent

    @property
    def pos(self) -> Any:
        """Where a space of the modeller's own (such as Mesa's NetworkGrid) has put the agent; None if nowhere."""
        return self.model.roster.positions.get(self.unique_id)

    @pos.setter
    def pos(self, position: Any) -> None:
        if position is None:
            self.model.roster.positions.pop(self.unique_id, None)
        else:
            self.model.roster.positions[self.unique_id] = position

    def remove(self) -> None:
        """Refused: see the error."""
        raise FixedPopulationError(
            f"{self!r} cannot be removed: people and posts are neither made nor lost during a run, so that paired runs "
            "keep the same people; to leave some out of an analysis use model.agents.select(...)")

    def __setattr__(self, name: str, value: Any) -> None:
        target = getattr(type(self), name, None)
        if isinstance(target, Field):
            target.__set__(self, value)
        elif name in _SLOTS:
            raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned: it says which row this is")
        elif isinstance(target, property) and target.fset is None:
            raise AttributeError(f"{type(self).__name__}.{name} cannot be assigned: it is worked out from columns")
        elif hasattr(type(target), "__set__"):
            object.__setattr__(self, name, value)
        else:
            own = self.model.roster.own_field(self, name)
            if own is None:
                raise self.model.roster.cannot_keep(type(self), name)
            own.__set__(self, value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name in _SLOTS:
            raise AttributeError(name)
        roster = self.model.roster
        own = roster.own_field(self, name)
        if own is None:
            raise roster.no_attribute(type(self), name)
        return own.__get__(self)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.model.roster.attributes_of(type(self))]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RowAgent):
            return NotImplemented
        return self.unique_id == other.unique_id and self.model is other.model

    def __hash__(self) -> int:
        return hash(self.unique_id)

    def __reduce__(self) -> tuple:
        return _revive, (type(self), self.model, self.row, self.unique_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


_set_model, _set_row, _set_unique_id = (RowAgent.__dict__[slot].__set__ for slot in _SLOTS)


def _place(cls: type, name: str, field: Field) -> None:
    """Give a class a generated attribute, unless its body declares one of that name."""
    if name not in cls.__dict__:
        field.attribute = name
        setattr(cls, name, field)


def _revive(cls: type[RowAgent], model: CareSystem, row: int, unique_id: int) -> RowAgent:
    roster = model.__dict__.get("roster")
    if roster is not None:
        return roster.view(unique_id)
    agent = cls.of_row(model, row, unique_id)  # the model itself is still being read; it takes the agent in when done
    model.__dict__.setdefault("_revived", []).append(agent)
    return agent
