"""A scenario: which world, which regimes, what happens, what is claimed, what is told. Frozen once made.

Numbers are in the units that the fields document, whatever the file said: weeks for times, declared units for levers
and parameters. `simulation.scenario.load` makes one from a file; in Python the models can be filled directly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from simulation.parameters import WEEKS_PER
from simulation.scenario import known
from simulation.scenario.checks import (
    LEAST_PEOPLE_PER_PLACE,
    check_claim,
    check_levers,
    check_scenario,
    check_step,
    check_world,
)
from simulation.scenario.errors import quote, refuse, unknown
from simulation.scenario.events import LONGEST, Event, lever_values, levers_schema
from simulation.scenario.fields import (
    Complaints,
    Frozen,
    FrozenMap,
    Line,
    MaybeText,
    Text,
    duration,
    from_file,
    mapping_of,
    numbers,
    whole,
)
from simulation.scenario.key import run_key, scenario_key
from simulation.scenario.story import Claim, Step

MOST_PEOPLE = 100_000_000
"""England has 57 million; more than this is a slip of the keyboard, and would not fit into memory."""
_NAME = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_TAKEN = ("all", "difference", "low", "high", "better_in", "pairs", "outcome", "week", "tick", "index", "regime",
          "seed")
"""Words that stand beside regimes in tables and events."""

MAY_BE_EMPTY = ("teaches", "parameters", "switches", "compare", "regime_places", "events", "claims", "story")
"""Fields that a file may leave without a value: `claims:` says that there are none, whatever a parent says."""

Tick = duration(WEEKS_PER["minute"], WEEKS_PER["month"])
Horizon = duration(WEEKS_PER["minute"], LONGEST)
People = whole(LEAST_PEOPLE_PER_PLACE, MOST_PEOPLE, "people")
Places = whole(1, MOST_PEOPLE // LEAST_PEOPLE_PER_PLACE)
Pairs = whole(1, 1_000_000)
Seed = whole(0, 2**63 - 1)


class WorldDescription(Frozen):
    """How many people live where, and how time passes.

    Attributes:
        people: in the whole world. places: towns or neighbourhoods that they are spread over evenly.
        tick: weeks that pass in one step. horizon: weeks until the end.
    """

    people: People = Field(description="People in the whole world.")
    places: Places = Field(
        default=1, description="Places (towns, neighbourhoods) that the people are spread over evenly.")
    tick: Tick = Field(default=1.0, description="Time that passes in one step, such as '1 week' or '20 minutes'.")
    horizon: Horizon = Field(description="How long a run lasts, such as '5 years'.")

    @model_validator(mode="after")
    def _sizes(self) -> WorldDescription:
        complaints = Complaints()
        check_world(self, complaints)
        complaints.raise_if_any()
        return self


def _regime_name(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise ValueError(f"{quote(name)} is not a name for a regime; accepted: small letters, digits and hyphens")
    if name in _TAKEN:
        raise ValueError(f"{quote(name)} cannot name a regime; the word has another meaning in tables and events")
    return name


def _complete(value: object, info: ValidationInfo) -> dict[str, float]:
    given = lever_values(value, info)
    return {name: float(given.get(name, lever.default)) for name, lever in known.LEVERS.items()}


Levers = Annotated[dict[str, float], BeforeValidator(_complete), AfterValidator(FrozenMap),
                   WithJsonSchema(levers_schema())]


class Regime(Frozen):
    """An answer to the six questions: a value for each of the levers, and nothing else that matters.

    Attributes:
        name: how files and tables call it; no result depends on it.
        levers: every lever of `simulation.levers.LEVERS`, in its declared unit.
    """

    name: Annotated[str, AfterValidator(_regime_name)]
    title: Line = Field(default="", validate_default=False, description="Name for people; else from the name.")
    summary: Text | None = Field(default=None, description="What this regime is, in a sentence or two.")
    levers: Levers = Field(default_factory=dict, validate_default=True, description="Levers; else their defaults.")

    @model_validator(mode="before")
    @classmethod
    def _titled(cls, value: object) -> object:
        if isinstance(value, Mapping) and value.get("title") is None and isinstance(value.get("name"), str):
            return {**value, "title": value["name"].replace("-", " ").replace("_", " ").capitalize()}
        return value

    @model_validator(mode="after")
    def _possible(self) -> Regime:
        complaints = Complaints()
        check_levers(self.levers, ("levers",), complaints)
        complaints.raise_if_any()
        return self


def _parameters(value: object, info: ValidationInfo) -> dict[str, dict[str, float]]:
    tables = known.tables() if value else {}
    read: dict[str, dict[str, float]] = {}
    complaints = Complaints()
    for table, changes in mapping_of(value, "tables to parameters").items():
        if table not in tables:
            complaints.add((table,), unknown("table of parameters", table, tables), "unknown_key", changes)
            continue
        units = {p.name: (p.unit, p.low, p.high) for p in tables[table].values()}
        try:
            read[table] = numbers("parameter", units, changes, not from_file(info))
        except ValueError as error:
            complaints.take((table,), error)
    complaints.raise_if_any()
    return {table: read[table] for table in tables if read.get(table)}


def _switches(value: object) -> dict[str, bool]:
    names = known.mechanisms() if value else ()
    complaints = Complaints()
    for name, on in mapping_of(value, "mechanisms to true or false").items():
        if name not in names:
            complaints.add((name,), unknown("mechanism", name, names), "unknown_key", on)
        elif not isinstance(on, bool):
            complaints.add((name,), f"{quote(on)} is not a truth value; accepted: true, false", value=on)
    complaints.raise_if_any()
    return {name: value[name] for name in names if name in value}  # type: ignore[index,operator]


def _place_shares(value: object, info: ValidationInfo) -> dict[str, float]:
    units = {name: ("share", 0.0, 1.0) for name in mapping_of(value, "regimes to shares of places")}
    return numbers("regime", units, value, not from_file(info))


ParameterChanges = Annotated[
    dict[str, Annotated[dict[str, float], AfterValidator(FrozenMap)]], BeforeValidator(_parameters),
    AfterValidator(FrozenMap)]
Switches = Annotated[dict[str, bool], BeforeValidator(_switches), AfterValidator(FrozenMap)]
PlaceShares = Annotated[dict[str, float], BeforeValidator(_place_shares), AfterValidator(FrozenMap)]


class Scenario(Frozen):
    """Everything that a run depends on except the seed and the code, and what is told about it.

    Attributes:
        parameters: table to parameter to value, only those that differ from the tables; in declared units.
        switches: mechanism to on or off, only those that the scenario mentions; all others are on.
        regimes: in the order of the file, which is the order of comparison.
        compare: the regimes compared by default.
        regime_places: regime to share of the places where it rules at the start; empty for one regime everywhere.
        events: in the order of time.
    """

    name: Line = Field(description="Name of the file, without ending.")
    title: Line = Field(description="Title for people.")
    purpose: Line = Field(description="What this scenario is for, in one sentence.")
    teaches: MaybeText = Field(default="", description="What somebody learns who plays it.")
    world: WorldDescription = Field(description="How many people live where, and how time passes.")
    parameters: ParameterChanges = Field(
        default_factory=FrozenMap, description="Model parameters that differ from their default, by table.")
    switches: Switches = Field(
        default_factory=FrozenMap, description="Mechanisms that are switched off (false) or on (true, the default).")
    regimes: Annotated[dict[str, Regime], AfterValidator(FrozenMap)] = Field(
        description="The regimes: names of the library, or a map from names to what each changes.")
    compare: tuple[Line, ...] = Field(default=(), description="The regimes compared by default; else the first two.")
    regime_places: PlaceShares = Field(
        default_factory=FrozenMap, description="Several regimes at once: the share of places of each.")
    events: tuple[Event, ...] = Field(default=(), description="Dated events.")
    claims: tuple[Claim, ...] = Field(default=(), description="Statements that 'regimes check' recounts.")
    story: tuple[Step, ...] = Field(default=(), description="The steps that the dashboard tells.")
    pairs: Pairs = Field(default=20, description="Paired runs of a comparison.")
    seed: Seed = Field(default=1, description="Seed of the first pair; the others follow on.")

    _origin: Path | None = PrivateAttr(default=None)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, value: Any) -> Any:
        """Gives each regime its name, and compares the first two by default."""
        if not isinstance(value, Mapping) or not isinstance(value.get("regimes"), Mapping):
            return value
        regimes = {name: {"name": name, **regime} if isinstance(regime, Mapping) else regime
                   for name, regime in value["regimes"].items()}
        return {**value, "regimes": regimes, "compare": value.get("compare") or list(regimes)[:2]}

    @model_validator(mode="after")
    def _consistent(self, info: ValidationInfo) -> Scenario:
        complaints = Complaints()
        check_scenario(self, complaints)
        claims = []
        for i, claim in enumerate(self.claims):
            unfit = Complaints()
            check_claim(claim, ("claims", i), self, unfit)
            if not unfit.found:
                claims.append(claim)
            elif not (info.context and info.context.get("changed")):
                complaints.found += unfit.found
        steps = []
        for i, step in enumerate(self.story):
            unfit = Complaints()
            check_step(step, ("story", i), self, unfit)
            if info.context and info.context.get("told_elsewhere"):
                fields = {str(detail["loc"][2]) for detail in unfit.found}  # type: ignore[index]
                step = step.model_copy(update={name: Step.model_fields[name].get_default() for name in fields})
            else:
                complaints.found += unfit.found
            steps.append(step)
        complaints.raise_if_any()
        # Only now, so that complaints count events and claims as the file does; nobody holds the model yet.
        self.__dict__["claims"] = tuple(claims)
        self.__dict__["story"] = tuple(steps)
        self.__dict__["events"] = tuple(sorted(self.events, key=lambda event: event.at))
        return self

    @property
    def tick_weeks(self) -> float:
        """Weeks in a tick."""
        return self.world.tick

    @property
    def ticks(self) -> int:
        """Ticks until the horizon, rounded; at least 1."""
        return max(1, round(self.world.horizon / self.world.tick))

    @cached_property
    def key(self) -> str:
        """What changes a run, as 32 hex digits; see `simulation.scenario.key`."""
        return scenario_key(self)

    def run_key(self, regime: str) -> str:
        """The same for runs of one regime: it stays when another regime is added or changed."""
        return run_key(self, regime)

    @property
    def origin(self) -> Path | None:
        """The file it was loaded from; None for one made in Python."""
        return self._origin

    def regime(self, name: str) -> Regime:
        """The regime of this name. Raises ScenarioError that names the nearest."""
        if name not in self.regimes:
            raise refuse(self.name, unknown("regime", name, self.regimes))
        return self.regimes[name]
