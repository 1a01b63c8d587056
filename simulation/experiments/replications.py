"""How often each point of a design is run: a fixed number of times, or until an interval is narrow enough."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, ValidationInfo, model_validator

from simulation.scenario import known
from simulation.scenario.errors import quote, unknown
from simulation.scenario.fields import Complaints, Frozen, Line, from_file, whole
from simulation.scenario.units import convert

MOST = 1_000_000
_BESIDE = ("start", "step", "at_most")


def _outcome(name: str) -> str:
    if name not in known.outcomes():
        raise ValueError(unknown("outcome", name, known.outcomes()))
    return name


def _half_width(value: object) -> float:
    number = convert(value, "share", bare=True)  # bare, or in per cent where the outcome is a share
    if number <= 0:
        raise ValueError(f"{quote(value)} is no half width; it must be above 0")
    return number


class Until(Frozen):
    """When there are enough pairs: the 95 % interval of every difference to the first regime is narrow enough.

    Attributes:
        half_width: half of the interval, in the unit of the outcome.
        start: pairs before the first look. step: pairs between looks. at_most: pairs after which it ends anyhow.
    """

    outcome: Annotated[Line, AfterValidator(_outcome)] = Field(
        description="The outcome whose difference is to be known.")
    half_width: Annotated[float, BeforeValidator(_half_width)] = Field(
        description="Half of the 95 % interval, in the unit of the outcome.")
    start: whole(2, MOST) = Field(default=30, description="Pairs before the first look.")
    step: whole(1, MOST) = Field(default=10, description="Pairs between looks.")
    at_most: whole(2, MOST) = Field(default=200, description="Pairs after which it ends, narrow enough or not.")

    @model_validator(mode="after")
    def _possible(self) -> Until:
        complaints = Complaints()
        if self.at_most < self.start:
            complaints.add(("at_most",), f"{self.at_most} is fewer than there are at the start, {self.start}")
        complaints.raise_if_any()
        return self


class Replications(Frozen):
    """Either `fixed`, a number, or `until`, a rule; the other is None."""

    fixed: whole(1, MOST) | None = None
    until: Until | None = None

    @model_validator(mode="after")
    def _either(self) -> Replications:
        if (self.fixed is None) == (self.until is None):
            raise ValueError("either a fixed number or 'until' is needed")
        return self

    @property
    def most(self) -> int:
        """As many as there can be."""
        return self.fixed if self.until is None else self.until.at_most

    def written(self) -> Any:
        """As a design file says it."""
        rule = self.until
        if rule is None:
            return self.fixed
        return {"until": {"outcome": rule.outcome, "half_width": rule.half_width},
                **{name: getattr(rule, name) for name in _BESIDE}}


def _said(detail: Any) -> tuple[str, str]:
    """Message and kind of one error of pydantic's."""
    name, kind = detail["loc"][-1] if detail["loc"] else "", detail["type"]
    if kind == "missing":
        return f"is missing; {Until.model_fields[name].description}", "unknown_key"
    if kind == "extra_forbidden":
        return unknown("key", name, ("outcome", "half_width")), "unknown_key"
    return str(detail.get("ctx", {}).get("error", detail["msg"])), "wrong"


def read_replications(value: object, info: ValidationInfo) -> Replications:
    """What a design says: a number, or `until` with `start`, `step` and `at_most` beside it.

    Raises ValidationError with every problem, ValueError for neither.
    """
    if isinstance(value, Replications):
        return value
    complaints = Complaints()
    if not isinstance(value, Mapping):
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{quote(value)} is not a number of replications, nor a rule such as {{until: {{outcome: "
                             "need, half_width: 0.01}, at_most: 200}")
        if not 1 <= value <= MOST:
            raise ValueError(f"{value:,} is out of range; accepted 1 to {MOST:,}")
        return Replications(fixed=value)
    if not from_file(info) and "fixed" in value:
        return Replications.model_validate(value)
    for key in value:
        if key not in ("until", *_BESIDE):
            complaints.add((key,), unknown("key", key, ("until", *_BESIDE)), "unknown_key")
    if "until" not in value:
        complaints.add((), "until is missing; a number alone, or until: {outcome: ..., half_width: ...}")
    complaints.raise_if_any()
    until = value["until"]
    if isinstance(until, Until):
        return Replications(until=until)
    if not isinstance(until, Mapping):
        complaints.add(("until",), f"{quote(until)} is not a mapping of outcome and half_width")
    complaints.raise_if_any()
    given = {**until, **{key: value[key] for key in _BESIDE if key in value}}
    try:
        return Replications(until=Until.model_validate(given))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            loc = tuple(detail["loc"])
            where = loc if loc[:1] and loc[0] in value else ("until", *loc)  # some stand beside `until`, not below it
            complaints.add(where, *_said(detail))
    raise complaints.error()
