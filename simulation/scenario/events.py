"""What happens to a world on a date: a lever moved, a regime switched, staff cut, need surging."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import known
from simulation.scenario.fields import (
    Complaints,
    Frozen,
    FrozenMap,
    Line,
    duration,
    from_file,
    number_schema,
    numbers,
)
from simulation.scenario.units import show

LONGEST = 100 * WEEKS_PER_YEAR
"""Weeks that a world may run: a century."""
CHANGES = ("levers", "regime", "staffing", "surge")
_LEVER_UNITS = {lever.name: (lever.unit, lever.low, lever.high) for lever in known.LEVERS.values()}


def lever_values(value: object, info: ValidationInfo) -> dict[str, float]:
    """A mapping of levers to values in their declared units, in the order of `simulation.levers.LEVERS`."""
    return numbers("lever", _LEVER_UNITS, value, not from_file(info))


def levers_schema() -> dict[str, object]:
    return {"type": "object", "additionalProperties": False, "properties": {
        lever.name: number_schema(lever.unit, lever.low, lever.high, lever.meaning) for lever in known.LEVERS.values()}}


def _some(read: Callable[[object, ValidationInfo], dict[str, float]], what: str) -> BeforeValidator:
    """`read`, for a mapping that must say something if it is there."""

    def check(value: object, info: ValidationInfo) -> dict[str, float] | None:
        if value is None:
            return None
        found = read(value, info)
        if not found:
            raise ValueError(f"is empty; {what} is needed")
        return found

    return BeforeValidator(check)


def _freeze(value: dict[str, float] | None) -> FrozenMap | None:
    return None if value is None else FrozenMap(value)


def _factors(kind: str, names: Iterable[str], high: float) -> Any:
    """A pydantic type: factors from 0 to `high` by name."""
    units = {name: ("share", 0.0, high) for name in names}
    schema = {"type": "object", "additionalProperties": False,
              "properties": {name: number_schema("share", 0, high) for name in names}}
    read = _some(lambda value, info: numbers(kind, units, value, not from_file(info)), "at least one factor")
    return Annotated[dict[str, float] | None, read, AfterValidator(_freeze), WithJsonSchema(schema)]


LeverChanges = Annotated[dict[str, float] | None, _some(lever_values, "at least one lever"),
                         AfterValidator(_freeze), WithJsonSchema(levers_schema())]
Staffing = _factors("organisation kind", known.KINDS, 10)
Surge = _factors("domain", known.DOMAIN_NAMES, 100)
Moment = duration(0, LONGEST)


class Event(Frozen):
    """One dated change. Exactly one of levers, regime, staffing and surge says what changes.

    Attributes:
        at, until: weeks from the start; `until` ends the change, without it the change stays.
        regimes: the runs in which it happens, by their regime; empty means all.
        levers: new values, in the levers' declared units.
        regime: the regime that takes over.
        staffing: posts relative to the start, by kind of organisation or `all`.
        surge: hazard of new need relative to normal, by domain or `all`.
    """

    at: Moment = Field(description="When it happens, from the start of the run, such as '2 years'.")
    until: Moment | None = Field(default=None, description="When it is over; without it the change stays.")
    regimes: tuple[Line, ...] = Field(default=(), description="The regimes that it happens to; without it, all.")
    levers: LeverChanges = Field(default=None, description="Levers that get a new value.")
    regime: Line | None = Field(default=None, description="The regime that takes over.")
    staffing: Staffing = Field(
        default=None, description="Posts relative to the start, by kind of organisation or 'all': 0.8 cuts a fifth.")
    surge: Surge = Field(
        default=None, description="Hazard of new need relative to normal, by domain or 'all': 2 is twice as much.")
    says: Line | None = Field(default=None, description="The event in words, as it is shown to people.")

    @model_validator(mode="before")
    @classmethod
    def _one_change(cls, value: object) -> object:
        if isinstance(value, Mapping) and set(value) <= set(cls.model_fields):  # else the unknown field is the news
            given = [name for name in CHANGES if value.get(name) is not None]
            if len(given) != 1:
                found = " and ".join(given) or "nothing"
                raise ValueError(f"changes {found}; exactly one is needed of {', '.join(CHANGES)}")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Event:
        complaints = Complaints()
        if self.until is not None and self.until <= self.at:
            complaints.add(("until",), f"{show(self.until, 'week')} is not later than 'at' ({show(self.at, 'week')}); "
                           "an event ends after it begins")
        complaints.raise_if_any()
        return self

    @property
    def change(self) -> str:
        """Which of `CHANGES` it is."""
        return next(name for name in CHANGES if getattr(self, name) is not None)

    def happens_to(self, regime: str) -> bool:
        """Whether it happens to runs of this regime."""
        return not self.regimes or regime in self.regimes
