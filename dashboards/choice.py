"""What a visitor has chosen to compare, as one small value: into a scenario, into a link, and back.

A link comes from anybody: it is bounded, read by a strict schema, and the scenario schema has the last word. It names
scenarios and regimes of the catalogue, never a file.
"""

from __future__ import annotations

import base64
import json
import zlib
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from simulation.levers import LEVERS
from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import Event, Regime, Scenario, ScenarioError, catalogue, load, load_regime, regime_library

MOST_LINK = 4_000
"""Letters of a link's token, at most."""
MOST_FILE = 8_000
"""Letters that a visitor's own scenario file may have in a link, at most; see `uploads`."""
MOST_TEXT = 20_000
"""Bytes that a token may unfold to, at most."""
MOST_PEOPLE, MOST_YEARS, MOST_PAIRS, MOST_REGIMES, MOST_SHOCKS = 40_000, 10.0, 50, 4, 12
"""What one visitor may ask of a shared server; the command line has no such bounds."""
MOST_STEPS = 30_000
"""Steps of one run, those before the clock starts among them: nothing can stop a world that is being prepared."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9]+([-_][a-z0-9]+)*$", max_length=60)]
Amount = Annotated[float, Field(allow_inf_nan=False)]
ShockKind = Literal["staff", "surge", "conveners"]
SHOCKS: dict[str, str] = {"staff": "A fifth of all posts is cut for half a year",
                          "surge": "Half as much new need again for a quarter",
                          "conveners": "The conveners are cut for good"}
"""What the shock buttons do, in words."""


class ChoiceError(ValueError):
    """A link or a choice that cannot be used; the message says why and what would do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Shock(_Strict):
    """Something that happens to every regime at the same moment, in weeks from the start."""

    kind: ShockKind
    week: Annotated[int, Field(ge=0, le=5_300)]


class Slot(_Strict):
    """One column of a comparison: a regime of the scenario or the library, and the levers that were moved."""

    regime: Name
    levers: dict[Name, Amount] = Field(default_factory=dict, max_length=len(LEVERS))


class Choice(_Strict):
    """What to compare.

    Attributes:
        file: a visitor's own scenario, as `uploads.packed` gives it; it takes the place of `scenario`.
        slots: two to four regimes. people, years, pairs, seed: None stands for what the scenario says.
        parameters: `table.name` to value, in declared units, only those that were changed.
        model: version of the model that a link was made with; empty for none.
    """

    scenario: Name = "town"
    file: Annotated[str, Field(max_length=MOST_FILE)] = ""
    slots: tuple[Slot, ...] = Field(default=(), max_length=MOST_REGIMES)
    parameters: dict[Annotated[str, Field(pattern=r"^[a-z_0-9]+\.[a-z_0-9]+$", max_length=80)], Amount] = Field(
        default_factory=dict, max_length=300)
    people: Annotated[int, Field(ge=400, le=MOST_PEOPLE)] | None = None
    years: Annotated[float, Field(gt=0, le=MOST_YEARS)] | None = None
    pairs: Annotated[int, Field(ge=1, le=MOST_PAIRS)] | None = None
    seed: Annotated[int, Field(ge=0, le=2**53)] | None = None
    shocks: tuple[Shock, ...] = Field(default=(), max_length=MOST_SHOCKS)
    model: Annotated[str, Field(max_length=20)] = ""

    @field_validator("slots")
    @classmethod
    def _two(cls, slots: tuple[Slot, ...]) -> tuple[Slot, ...]:
        if len(slots) == 1:
            raise ValueError("a comparison needs two regimes or more")
        return slots

    @classmethod
    def of(cls, scenario: Scenario) -> Choice:
        """What a scenario compares by default."""
        return cls(scenario=scenario.name, slots=tuple(Slot(regime=name) for name in scenario.compare[:MOST_REGIMES]))

    def base(self) -> Scenario:
        """The scenario before anything was changed: of the catalogue, or the visitor's own.

        Raises:
            ChoiceError, ScenarioError: there is none of this name, or the file is no scenario.
        """
        if self.file:
            from dashboards import uploads

            return uploads.scenario_of(self.file)
        if self.scenario not in catalogue():
            load(self.scenario.replace("/", ""))  # raises, and names the nearest
        return load(self.scenario)

    def scenario_of(self) -> Scenario:
        """The scenario that this choice describes; its regimes are the slots, in order.

        A slot keeps its regime's name; a second slot of the same regime gets `-2` behind it.

        Raises:
            ChoiceError: an unknown scenario, regime, lever or parameter, or a value outside its range.
        """
        try:
            return _built(self.model_dump_json())
        except ScenarioError as error:
            raise ChoiceError("; ".join(problem.message for problem in error.problems)) from None
        except ValidationError as error:
            raise ChoiceError(_first(error)) from None

    def token(self) -> str:
        """The choice as text for a link."""
        from simulation.provenance import model_version

        given = self.model_copy(update={"model": model_version()}).model_dump(mode="json", exclude_defaults=True)
        text = json.dumps(given, separators=(",", ":"), sort_keys=True)
        return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")

    @classmethod
    def from_token(cls, token: str) -> Choice:
        """The choice of a link.

        Raises:
            ChoiceError: too long, damaged, or not a choice.
        """
        if len(token) > MOST_LINK:
            raise ChoiceError(f"the link is too long: {len(token):,} letters, at most {MOST_LINK:,} are accepted")
        try:
            packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            unpacker = zlib.decompressobj()
            text = unpacker.decompress(packed, MOST_TEXT)
            if unpacker.unconsumed_tail or not unpacker.eof:
                raise ChoiceError("the link is damaged or too large; copy it again in full")
        except ChoiceError:
            raise
        except (ValueError, zlib.error):  # letters outside the alphabet, a wrong length, a broken archive
            raise ChoiceError("the link is damaged; copy it again in full") from None
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ChoiceError(f"the link does not fit: {_first(error)}") from None


def slot_names(slots: tuple[Slot, ...]) -> list[str]:
    """The name of every slot in tables and charts, each its own."""
    names: list[str] = []
    for slot in slots:
        name, number = slot.regime, 2
        while name in names:
            name, number = f"{slot.regime}-{number}", number + 1
        names.append(name)
    return names


@lru_cache(maxsize=64)
def _built(text: str) -> Scenario:
    choice = Choice.model_validate_json(text)
    base = choice.base()
    slots = choice.slots or Choice.of(base).slots
    regimes: dict[str, Regime] = {}
    for name, slot in zip(slot_names(slots), slots, strict=True):
        regimes[name] = _regime(base, name, slot)
    others = {name: regime for name, regime in base.regimes.items() if name not in regimes}
    parameters = {table: dict(changes) for table, changes in base.parameters.items()}
    for path, value in choice.parameters.items():
        table, name = path.split(".")
        parameters.setdefault(table, {})[name] = value
    world = base.world.model_dump()
    if choice.people is not None:
        world["people"] = choice.people
    if choice.years is not None:
        world["horizon"] = choice.years * WEEKS_PER_YEAR
    horizon = world["horizon"]
    copies = {name: slot.regime for name, slot in zip(regimes, slots, strict=True)}
    events = [_for_copies(event, copies) for event in base.events if event.at < horizon]
    events += [_shock(shock) for shock in choice.shocks if shock.week < horizon]
    built = Scenario.model_validate({
        **{name: getattr(base, name) for name in ("name", "title", "purpose", "teaches", "switches", "regime_places")},
        "world": world, "parameters": parameters, "regimes": {**regimes, **others}, "compare": tuple(regimes),
        "events": events, "pairs": choice.pairs or min(base.pairs, MOST_PAIRS),
        "seed": base.seed if choice.seed is None else choice.seed})
    if steps(built) > MOST_STEPS:
        raise ChoiceError(f"one run would take {steps(built):,} steps, those before the clock starts among them; this "
                          f"server runs {MOST_STEPS:,} at most: choose a shorter time, or a shorter burn-in")
    return built


def steps(scenario: Scenario) -> int:
    """Ticks of one run of a scenario, from the first day of its burn-in to its horizon."""
    from simulation.mechanisms import TABLES

    before = TABLES["population"]["burn_in"]
    weeks = scenario.parameters.get("population", {}).get("burn_in", before.default)
    return scenario.ticks + int(before.in_ticks(weeks, scenario.tick_weeks))


def _regime(base: Scenario, name: str, slot: Slot) -> Regime:
    if slot.regime in base.regimes:
        found = base.regimes[slot.regime]
    elif slot.regime in regime_library():
        found = load_regime(slot.regime)
    else:
        found = base.regime(slot.regime)  # raises, and names the nearest
    title = found.title if name == slot.regime else f"{found.title} ({name.removeprefix(slot.regime + '-')})"
    return Regime.model_validate({"name": name, "title": title, "summary": found.summary,
                                  "levers": {**found.levers, **slot.levers}})


def _for_copies(event: Event, copies: dict[str, str]) -> Event:
    """An event that names regimes also happens to their copies."""
    if not event.regimes:
        return event
    more = [name for name, of in copies.items() if of in event.regimes and name not in event.regimes]
    return event.model_copy(update={"regimes": (*event.regimes, *more)})


def _shock(shock: Shock) -> Event:
    changes: dict[str, dict] = {
        "staff": {"until": float(shock.week + 26), "staffing": {"all": 0.8}},
        "surge": {"until": float(shock.week + 13), "surge": {"all": 1.5}},
        "conveners": {"levers": {"conveners": 0.0}},
    }
    return Event.model_validate({"at": float(shock.week), "says": SHOCKS[shock.kind], **changes[shock.kind]})


def _first(error: ValidationError) -> str:
    """The first complaint of pydantic's, in words for people."""
    detail = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(str(part) for part in detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    return f"{where}: {message}" if where else message
