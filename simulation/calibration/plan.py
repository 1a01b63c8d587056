"""A calibration plan: which run, which targets, what may move within which bounds, and what is only checked.

Frozen once made, like a scenario, and checked as strictly. `reading` makes one from a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationInfo, model_validator

from simulation import provenance
from simulation.calibration.measures import MEASURES, Measure
from simulation.patterns import PATTERNS
from simulation.scenario import catalogue, load
from simulation.scenario.errors import quote, some, unknown
from simulation.scenario.events import lever_values
from simulation.scenario.fields import (
    Complaints,
    Frozen,
    FrozenMap,
    Line,
    MaybeText,
    Text,
    from_file,
    mapping_of,
    share,
    whole,
)
from simulation.scenario.known import LEVERS, tables
from simulation.scenario.models import People, Places, Regime, Scenario, Seed
from simulation.scenario.units import UnitError, check_range, convert

_YEARS = re.compile(r"year ([1-9][0-9]?)|years ([1-9][0-9]?) to ([1-9][0-9]?)")
_LARGE = 1e9
ORDINARY = "ordinary"
"""What the regime of a plan is called; a plan has only one."""


def _years(text: str) -> str:
    found = _YEARS.fullmatch(text)
    if not found:
        raise ValueError(f"{quote(text)} is not a time; accepted: 'year 2', 'years 1 to 2'")
    if found[2] and int(found[2]) >= int(found[3]):
        raise ValueError(f"{quote(text)} is empty; the first year must come before the last")
    return text


def _measure(name: str) -> str:
    if name not in MEASURES:
        raise ValueError(unknown("measure", name, MEASURES))
    return name


def _number(value: object, info: ValidationInfo) -> float:
    """A share, in per cent or bare, or a plain count."""
    number = convert(value, "share", bare=not from_file(info))
    check_range(number, value, 0, _LARGE, "number")
    return number


def _not_empty(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise ValueError("is empty; at least one is needed")
    return values


MeasureName = Annotated[Line, AfterValidator(_measure)]
Years = Annotated[Line, AfterValidator(_years)]
Number = Annotated[float, BeforeValidator(_number)]


class Wanted(Frozen):
    """A measure with the range that is believed, over some years of the run."""

    measure: MeasureName = Field(description="Which number of a run.")
    low: Number = Field(description="Lowest value that is believed.")
    high: Number = Field(description="Highest value that is believed.")
    over: Years = Field(description="The years of the run that count: 'year 2', 'years 1 to 2'.")
    source: Line = Field(description="Where the range comes from.")

    @property
    def about(self) -> Measure:
        return MEASURES[self.measure]

    @property
    def years(self) -> range:
        """The years that count, from 0."""
        one, first, last = _YEARS.fullmatch(self.over).groups()  # type: ignore[union-attr]
        return range(int(one) - 1, int(one)) if one else range(int(first) - 1, int(last))

    @model_validator(mode="after")
    def _possible(self) -> Wanted:
        complaints = Complaints()
        if self.low >= self.high:
            complaints.add(("high",), f"{self.high:g} is not above the lowest value, {self.low:g}")
        if self.years.start + 1 < self.about.from_year:
            complaints.add(("over",), f"{self.measure} has a value only from year {self.about.from_year} on")
        complaints.raise_if_any()
        return self

    def holds(self, got: float) -> bool:
        """Whether a value is in the range that is believed; without a value it is not."""
        return self.low <= got <= self.high


class Target(Wanted):
    """A calibration pattern's number: what is wanted, and how much it counts."""

    pattern: whole(1, 99) = Field(description="Number of the pattern; only calibration patterns.")
    value: Number = Field(description="The value at which nothing more is to be gained.")
    weight: Number = Field(default=1.0, description="How much it counts against other targets.")

    @model_validator(mode="after")
    def _calibration_only(self) -> Target:
        complaints = Complaints()
        uses = {pattern.number: pattern.use for pattern in PATTERNS}
        allowed = [number for number, use in uses.items() if use == "calibrate"]
        if self.pattern not in uses:
            complaints.add(("pattern",), f"there is no pattern {self.pattern}; accepted: {some(map(str, allowed))}")
        elif self.pattern not in allowed:
            complaints.add(("pattern",), f"pattern {self.pattern} is for use as {uses[self.pattern]}, and nothing is "
                           f"tuned to what is tested; accepted: {some(map(str, allowed))}")
        elif self.about.pattern is None:
            complaints.add(("measure",), f"{self.measure} is a level, not a pattern; it can be an anchor")
        elif self.about.pattern != self.pattern:
            own = some(m.name for m in MEASURES.values() if m.pattern == self.pattern)
            complaints.add(("measure",), f"{self.measure} belongs to pattern {self.about.pattern}; accepted for "
                           f"pattern {self.pattern}: {own}")
        if not self.low < self.value < self.high:
            complaints.add(("value",), f"{self.value:g} is not between {self.low:g} and {self.high:g}")
        complaints.raise_if_any()
        return self


class Anchor(Wanted):
    """A level that parameters were set to: nothing is gained by moving inside its range, much lost by leaving it."""

    @model_validator(mode="after")
    def _level_only(self) -> Anchor:
        complaints = Complaints()
        if self.about.pattern is not None:
            complaints.add(("measure",), f"{self.measure} belongs to pattern {self.about.pattern}; it can be a target")
        complaints.raise_if_any()
        return self


class Free(Frozen):
    """One parameter that may move, in its declared unit."""

    table: str
    name: str
    low: float
    high: float
    because: str

    @property
    def path(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def declared(self) -> Any:
        return tables()[self.table][self.name]

    @property
    def default(self) -> float:
        """The default as it stands now."""
        return self.declared.default


def _free(value: object, info: ValidationInfo) -> tuple[Free, ...]:
    if isinstance(value, tuple) and all(isinstance(item, Free) for item in value):
        return value
    found, complaints = [], Complaints()
    for table, below in mapping_of(value, "tables to parameters").items():
        if table not in tables():
            complaints.add((table,), unknown("table of parameters", table, tables()), "unknown_key", below)
            continue
        for name, bounds in mapping_of(below, "parameters to bounds").items():
            try:
                found.append(_bounds(table, name, bounds, not from_file(info)))
            except ValueError as error:
                kind = "unknown_key" if name not in tables()[table] else "wrong"
                complaints.add((table, name), str(error), kind)
    complaints.raise_if_any()
    if not found:
        raise ValueError("names no parameter; at least one is needed")
    return tuple(found)


def _bounds(table: str, name: str, given: object, bare: bool) -> Free:
    """Raises ValueError for an unknown parameter, wrong bounds, or a parameter that was measured."""
    if name not in tables()[table]:
        homes = [f"{other}.{name}" for other, there in tables().items() if name in there]
        raise ValueError(f"unknown parameter {quote(name)}; it belongs at {' or '.join(homes)}" if homes
                         else unknown("parameter", name, tables()[table]))
    p = tables()[table][name]
    bounds = mapping_of(given, "low, high and because")
    for key in bounds:
        if key not in ("low", "high", "because"):
            raise ValueError(unknown("key", key, ("low", "high", "because")))
    for key in ("low", "high", "because"):
        if key not in bounds:
            raise ValueError(f"{key} is missing; low, high and because are needed")
    ends = []
    for key in ("low", "high"):
        try:
            ends.append(convert(bounds[key], p.unit, bare=bare))
            check_range(ends[-1], bounds[key], p.low, p.high, p.unit)
        except UnitError as error:
            raise ValueError(f"{key}: {error}") from None
    low, high = ends
    if low >= high:
        raise ValueError(f"high, {high:g}, is not above low, {low:g}")
    if not low <= p.default <= high:
        raise ValueError(f"the default, {p.default:g}, is not between the bounds {low:g} and {high:g}; widen them, or "
                         "move the default")
    if p.grade == "measured":
        raise ValueError("was measured; only what is associated or judgement may be fitted")
    if not isinstance(bounds["because"], str) or not bounds["because"].strip():
        raise ValueError("because: a few words on which target it governs are needed")
    return Free(table=table, name=name, low=low, high=high, because=bounds["because"].strip())


class SeedRange(Frozen):
    """Seeds that follow one another."""

    first: Seed
    number: whole(1, 10_000)

    @property
    def each(self) -> range:
        return range(self.first, self.first + self.number)


def _levers(value: object, info: ValidationInfo) -> FrozenMap:
    return FrozenMap(lever_values(value, info))


class Elsewhere(Frozen):
    """A world of many places in which variation between places and months is looked at."""

    scenario: Line = Field(description="Name of a scenario of the catalogue.")
    says: Line = Field(description="What it is, for people.")
    places: Places
    people: People
    months: whole(2, 240)
    levers: Annotated[dict[str, float], BeforeValidator(_levers)] = Field(
        default_factory=FrozenMap, description="Levers that differ from the plan's regime.")


class Variation(Frozen):
    """Real variation of recorded performance, and the worlds in which it is looked for; shares, not per cent."""

    source: Text
    organisations: whole(2, 100_000)
    months: whole(2, 1_000)
    spread: Number = Field(description="Standard deviation between organisations of the mean over months.")
    quartiles: Number = Field(description="Distance between the quartiles of the same.")
    limits: Number = Field(description="Mean to natural process limit, month to month, median organisation.")
    limits_without_nation: Number = Field(description="The same less each month's mean of all organisations.")
    within_factor: Number = Field(description="How far apart is still of the same order.")
    seed: Seed
    worlds: tuple[Elsewhere, ...]
    findings: MaybeText = Field(default="", description="What came out, and the likely cause of a miss.")


class Plan(Frozen):
    """Everything that a calibration depends on but the code and the seed of the search.

    Attributes:
        regime: the regime under which everything is fitted.
        also_under: regimes of the scenario under which the same targets are measured, never fitted.
        seeds: those of the fit. held_out: those that are looked at once, at the end.
        pull: what it costs to move one parameter over its whole range, in targets missed by their whole tolerance.
    """

    name: Line
    title: Line
    scenario: Line = Field(description="Name of a scenario of the catalogue.")
    people: People | None = Field(default=None, description="How many people; else the scenario's.")
    regime: Regime
    also_under: tuple[Line, ...] = ()
    seeds: SeedRange
    held_out: SeedRange
    evaluations: whole(1, 1_000_000)
    pull: share(0, 100)
    targets: Annotated[tuple[Target, ...], AfterValidator(_not_empty)]
    anchors: tuple[Anchor, ...] = ()
    free: Annotated[tuple[Free, ...], BeforeValidator(_free)]
    variation: Variation | None = None
    findings: MaybeText = Field(default="", description="What came out, and the likely cause of a miss.")

    _origin: Path | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        if isinstance(value, Mapping) and isinstance(value.get("regime"), Mapping):
            return {**value, "regime": {"name": ORDINARY, **value["regime"]}}
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        complaints = Complaints()
        names = catalogue()
        for path, name in [(("scenario",), self.scenario)] + [
                (("variation", "worlds", i, "scenario"), world.scenario)
                for i, world in enumerate(self.variation.worlds if self.variation else ())]:
            if name not in names:
                complaints.add(path, unknown("scenario", name, names, always_list=True))
        lists = {name: value for name in type(self).model_fields if isinstance(value := getattr(self, name), tuple)}
        for kind, wanted in lists.items():
            measures = [item.measure for item in wanted if isinstance(item, Wanted)]
            for i, name in enumerate(measures):
                if name in measures[:i]:
                    complaints.add((kind, i, "measure"), f"{quote(name)} is listed twice")
        if set(self.seeds.each) & set(self.held_out.each):
            complaints.add(("held_out",), "shares seeds with the fit; what was fitted to cannot be held out")
        complaints.raise_if_any()
        base = load(self.scenario)
        for i, name in enumerate(self.also_under):
            if name not in base.regimes:
                complaints.add(("also_under", i), unknown("regime", name, base.regimes))
        for free in self.free:
            if free.name in base.parameters.get(free.table, {}):
                complaints.add(("free", free.table, free.name),
                               f"the scenario {self.scenario!r} sets it itself, so that no default would matter")
        complaints.raise_if_any()
        return self

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """Targets, then anchors."""
        return (*self.targets, *self.anchors)

    @property
    def years(self) -> int:
        """How long a run must last."""
        return max(item.years.stop for item in self.wanted)

    @cached_property
    def base(self) -> Scenario:
        """The scenario, as long as the targets need it."""
        people = {} if self.people is None else {"world.people": self.people}
        return load(self.scenario, set={"world.horizon": f"{self.years} years", **people})

    @property
    def defaults(self) -> dict[str, float]:
        """Path to default, of every free parameter, as they stand now."""
        return {free.path: free.default for free in self.free}

    @property
    def origin(self) -> Path | None:
        """The file it was read from; None for one made in Python."""
        return self._origin

    @cached_property
    def key(self) -> str:
        """Hash of all that changes what is fitted; not of titles, sources, or how long the search is."""
        data = self.model_dump(include={"scenario", "seeds", "held_out", "pull", "also_under"})
        return provenance.key({**data, "levers": dict(self.regime.levers), "base": self.base.key,
                               "wanted": [item.model_dump(exclude={"source"}) for item in self.wanted],
                               "free": [[f.path, f.low, f.high] for f in self.free]})

    def scenario_with(self, values: Mapping[str, float]) -> Scenario:
        """The scenario with these parameters, by path and in their declared units."""
        return with_parameters(self.base, values)


def with_parameters(scenario: Scenario, values: Mapping[str, float]) -> Scenario:
    """A scenario with these parameters, by path; those that it sets itself stay as it has them."""
    changed: dict[str, dict[str, float]] = {table: dict(own) for table, own in scenario.parameters.items()}
    for path, value in values.items():
        table, name = path.split(".")
        changed.setdefault(table, {}).setdefault(name, value)
    frozen = FrozenMap({table: FrozenMap(own) for table, own in changed.items()})
    return scenario.model_copy(update={"parameters": frozen})


def levers_with(regime: Regime, changes: Mapping[str, float], name: str = ORDINARY) -> Regime:
    """A regime with some levers changed."""
    levers = {lever: changes.get(lever, regime.levers[lever]) for lever in LEVERS}
    return Regime(name=name, title=regime.title, summary=regime.summary, levers=levers)
