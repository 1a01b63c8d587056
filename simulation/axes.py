"""An axis of a map: which values of a scenario move together, from where to where, and what the steps are called.

    population.complexity_mean=4 %..64 %:6     six values, in the unit of the parameter
    world.horizon=1..6 years:6                 the unit once is enough
    need.growth=0.5x..2x:4                     times what the scenario has
    regimes.*.target_wait=1 week,2 weeks,4 weeks   a list; a star stands for any letters
    capacity=0.7x..1.45x:6                     a name for the posts of all organisations

Paths are those of `--set`: a parameter, a property of the world, or a lever of a regime.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.comparison import ComparisonError
from simulation.scenario import known
from simulation.scenario.errors import nearest, quote, some
from simulation.scenario.units import UnitError, check_range, convert, show, written
from simulation.vocabulary import HOSPITAL, ORGANISATION_KINDS

if TYPE_CHECKING:
    from simulation.scenario import Scenario

STEPS = 6
"""Steps of an axis that does not say how many."""
MOST_STEPS = 40
_POSTS = {kind: f"population.staff_{kind}" for kind in ORGANISATION_KINDS}
NAMED = {"complexity": ("population.complexity_mean",), "capacity": tuple(_POSTS.values()),
         "frontline": tuple(path for kind, path in _POSTS.items() if kind != ORGANISATION_KINDS[HOSPITAL])}
"""Short names of axes that many maps have: the mean complexity of lives, the posts of all organisations, and those
outside the hospital. Capacity counts every post, because every post costs the same and is under the same regime."""
_POSTS_TITLES = {"capacity": "Posts for every 10,000 people",
                 "frontline": "Posts outside the hospital for every 10,000 people"}
SIZES = {"people": ("people", True, "People in the whole world"), "places": ("number", True, "Places"),
         "tick": ("week", False, "Time that passes in one step"), "horizon": ("week", False, "How long a run lasts")}
"""Properties of the world that can vary: unit, whether only whole numbers make sense, and what it is."""
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_WRITTEN = re.compile(rf"(?P<pound>£?)\s*(?P<number>{_NUMBER})\s*(?P<unit>.*)")
_TIMES = re.compile(rf"({_NUMBER})\s*[x×]")


class AxisError(ComparisonError):
    """An axis that cannot be drawn; the message names the value, what is accepted and the likely fix."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One number of a scenario that an axis can move.

    Attributes:
        value: what the scenario has, in `unit`.
        whole: whether only whole numbers make sense.
        says: what it is, in a few words.
    """

    path: str
    unit: str
    value: float
    low: float
    high: float
    whole: bool
    says: str


@dataclass(frozen=True)
class Axis:
    """What varies along one side of a map.

    Attributes:
        text: how it was asked for, after the name of the option.
        paths: the values that move together.
        values: one a step, rising: in the unit of the paths, or times what the scenario has where `relative`.
        labels: the same for people.
        title: what varies, with its unit, in words; `name` in one or two.
        home: where the scenario itself stands among the steps, counted from 0 and between steps where it falls between
            them; None where it is off the axis or its paths differ.
        steps: for every step what each path is set to, in declared units; and the same as `--set` takes it.
    """

    text: str
    name: str
    title: str
    paths: tuple[str, ...]
    relative: bool
    values: tuple[float, ...]
    labels: tuple[str, ...]
    home: float | None
    steps: tuple[Mapping[str, float], ...]
    written: tuple[Mapping[str, str], ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain data; without `steps`, which follow from `written`."""
        return {"axis": self.text, "name": self.name, "title": self.title, "paths": list(self.paths),
                "relative": self.relative, "values": list(self.values), "labels": list(self.labels),
                "home": self.home, "set": [dict(step) for step in self.written]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Axis:
        """What `to_dict` gave. `steps` is empty: nothing can be run from it."""
        return cls(data["axis"], data["name"], data["title"], tuple(data["paths"]), data["relative"],
                   tuple(data["values"]), tuple(data["labels"]), data["home"], (), tuple(data["set"]))


def read_axis(text: str, scenario: Scenario, option: str) -> Axis:
    """The axis that a text asks for, of one scenario.

    Args:
        option: how messages name it, `--x`.

    Raises:
        AxisError: no such path, no such unit, a value out of range, or steps that do not rise.
    """
    try:
        return _read(text, scenario)
    except (AxisError, UnitError) as error:
        raise AxisError(f"{option} ({' '.join(text.split())[:120]}): {error}") from None


def _read(text: str, scenario: Scenario) -> Axis:
    wanted, equals, values = text.partition("=")
    wanted = wanted.strip()
    if not equals or not wanted or not values.strip():
        raise AxisError("is not of the form PATH=FROM..TO:STEPS, such as population.complexity_mean='4 %..64 %:6'")
    settings = [setting for path in NAMED.get(wanted, (wanted,)) for setting in settings_at(path, scenario)]
    texts = _texts(values.strip(), settings[0].unit)
    relative = all(_TIMES.fullmatch(item) for item in texts)
    if wanted in _POSTS_TITLES and not relative:
        raise AxisError(f"{wanted} is relative to the scenario's own posts; write for example {wanted}=0.7x..1.45x")
    if relative:
        numbers = [float(_TIMES.fullmatch(item)[1]) for item in texts]
        steps = [{s.path: multiplied(number, s) for s in settings} for number in numbers]
        says = [{path: written(value, s.unit) for (path, value), s in zip(step.items(), settings, strict=True)}
                for step in steps]
    else:
        steps = [{s.path: _whole(convert(item, s.unit), s) for s in settings} for item in texts]
        says = [dict.fromkeys(step, item) for step, item in zip(steps, texts, strict=True)]
        numbers = [step[settings[0].path] for step in steps]
    if any(b <= a for a, b in zip(numbers, numbers[1:], strict=False)):
        raise AxisError("the steps must rise from the first to the last")
    for step, said in zip(steps, texts, strict=True):
        for setting in settings:
            try:
                check_range(step[setting.path], said, setting.low, setting.high, setting.unit)
            except UnitError as error:
                raise AxisError(f"{setting.path}: {error}") from None
    name, title, labels = _words(wanted, settings, numbers, texts, relative)
    return Axis(" ".join(text.split()), name, title, tuple(s.path for s in settings), relative, tuple(numbers), labels,
                _home(settings, numbers, relative), tuple(steps), tuple(says))


def settable(scenario: Scenario) -> dict[str, Setting]:
    """Every number of a scenario that an axis can move, by its short path."""
    found = [Setting(f"world.{name}", unit, float(getattr(scenario.world, name)), 0, float("inf"), whole, says)
             for name, (unit, whole, says) in SIZES.items()]
    for table, parameters in known.tables().items():
        changed = scenario.parameters.get(table, {})
        found += [Setting(f"{table}.{p.name}", p.unit, changed.get(p.name, p.default), p.low, p.high, False, p.meaning)
                  for p in parameters.values()]
    for regime in scenario.regimes.values():
        found += [Setting(f"regimes.{regime.name}.{lever.name}", lever.unit, regime.levers[lever.name], lever.low,
                          lever.high, False, lever.meaning) for lever in known.LEVERS.values()]
    return {setting.path: setting for setting in found}


def settings_at(path: str, scenario: Scenario, there: Mapping[str, Setting] | None = None) -> list[Setting]:
    """The settings that a path or pattern means; all of one unit.

    Args: there: what `settable` gave for this scenario, where it is known already.

    Raises AxisError for a path that leads nowhere, with the nearest that does, and for several units.
    """
    there = settable(scenario) if there is None else there
    short = path.removeprefix("parameters.")
    if short.startswith("regimes."):
        short = short.replace(".levers.", ".")
    if "*" in short:
        found = [setting for name, setting in there.items() if fnmatchcase(name, short)]
    else:
        found = [there[short]] if short in there else []
    if not found:
        leaf = short.rpartition(".")[2]
        homes = [name for name in there if name.rpartition(".")[2] == leaf]
        if homes:
            raise AxisError(f"unknown path {quote(path)}; {quote(leaf)} belongs at {' or '.join(homes[:3])}")
        near = nearest(short, [*there, *NAMED])
        raise AxisError(f"unknown path {quote(path)}" + (f"; did you mean {near!r}?" if near else
                        f"; a path is a parameter ({some(list(known.tables()))}), world.people, world.horizon or "
                        "regimes.<name>.<lever>, or one of " + ", ".join(NAMED)))
    units = sorted({setting.unit for setting in found})
    if len(units) > 1:
        raise AxisError(f"{quote(path)} means values of several units ({', '.join(units)}); only one can be an axis")
    return found


def _texts(values: str, unit: str) -> list[str]:
    """Every step as a person would write it: from a list with commas, or from a range with a number of steps."""
    if ".." not in values:
        listed = [item.strip() for item in values.split(",")]
        if len(listed) < 2 or not all(listed):
            raise AxisError("needs FROM..TO, such as 1..6 years:6, or two or more values with commas")
        _check_count(len(listed))
        return [_with_unit(item, listed[-1], unit) for item in listed]
    low, _, rest = values.partition("..")
    high, colon, count = rest.partition(":")
    low, high = low.strip(), high.strip()
    steps = STEPS
    if colon:
        if not re.fullmatch(r"\s*[0-9]{1,6}\s*", count):
            raise AxisError(f"{quote(count.strip())} is not a number of steps; accepted 2 to {MOST_STEPS}")
        steps = int(count)
    _check_count(steps)
    low = _with_unit(low, high, unit)
    ends = [_WRITTEN.fullmatch(end) for end in (low, high)]
    if not all(ends):
        convert(low, unit), convert(high, unit)  # which says what is wrong
        raise AxisError(f"{quote(values)} is not a range; write FROM..TO:STEPS")
    first, last = ends
    if (first["unit"].split(), first["pound"]) == (last["unit"].split(), last["pound"]):
        between = np.linspace(float(first["number"]), float(last["number"]), steps)
        return [f"{last['pound']}{number:.12g}{_gap(last['unit'])}" for number in between]
    between = np.linspace(convert(low, unit), convert(high, unit), steps)
    return [written(float(f"{number:.12g}"), unit) for number in between]


def _check_count(steps: int) -> None:
    if not 2 <= steps <= MOST_STEPS:
        raise AxisError(f"{steps} steps; accepted 2 to {MOST_STEPS}")


def _with_unit(item: str, other: str, unit: str) -> str:
    """A bare number takes the unit of the other end: `1..6 years`, `£20..£80 per hour`."""
    mine, found = _WRITTEN.fullmatch(item), _WRITTEN.fullmatch(other)
    if mine and found and not mine["unit"]:
        return f"{found['pound']}{mine['number']}{_gap(found['unit'])}"
    return item


def _gap(unit: str) -> str:
    """A unit as it stands after a number: times stand close, everything else apart."""
    return unit if unit in ("", "x", "×") else f" {unit}"


def times(text: object) -> float | None:
    """The number in `0.5x`; None for what is not so many times something."""
    found = _TIMES.fullmatch(text.strip()) if isinstance(text, str) else None
    return float(found[1]) if found else None


def multiplied(number: float, setting: Setting) -> float:
    """So many times what the scenario has, in declared units; to twelve digits, so that 3 times 0.1 is 0.3."""
    return _whole(float(f"{number * setting.value:.12g}"), setting)


def _whole(value: float, setting: Setting) -> float:
    return float(round(value)) if setting.whole else value


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def in_words(wanted: str, settings: list[Setting]) -> str:
    """What a path, pattern or short name moves, without its unit."""
    if wanted in _POSTS_TITLES:
        return _POSTS_TITLES[wanted]
    if wanted in NAMED:
        return "Complexity of lives, on average"
    says = re.split(r"[;:]|\. |, such as|\.$", settings[0].says)[0].strip()
    if settings[0].path.startswith("regimes."):
        regimes = list(dict.fromkeys(setting.path.split(".")[1] for setting in settings))
        return f"{says}, under {' and '.join(regimes) if len(regimes) < 3 else f'{len(regimes)} regimes'}"
    return says if len(settings) == 1 else f"{wanted}: {len(settings)} values together"


def _words(wanted: str, settings: list[Setting], numbers: list[float], texts: list[str],
           relative: bool) -> tuple[str, str, tuple[str, ...]]:
    """Name, title and labels of an axis."""
    first, says = settings[0], in_words(wanted, settings)
    if wanted in _POSTS_TITLES:
        posts = sum(setting.value for setting in settings)
        name = "frontline posts" if wanted == "frontline" else wanted
        return name, says, tuple(f"{number * posts:.0f}" for number in numbers)
    is_plain = wanted not in NAMED and (len(settings) == 1 or first.path.startswith("regimes."))
    name = first.path.rpartition(".")[2].replace("_", " ") if is_plain else wanted
    if relative:
        title = f"{says}, times what it is in the scenario"
        return name, title, tuple(f"{number:.3g}×" for number in numbers)
    if first.unit == "share":
        return name, says, tuple(f"{100 * number:.3g} %" for number in numbers)
    ends = [_WRITTEN.fullmatch(text) for text in texts]
    units = {(end["pound"], end["unit"]) for end in ends if end}
    if len(units) == 1 and all(ends):
        (pound, unit), = units
        said = f"£ {unit}".strip() if pound else unit or {"number": "", "people": ""}.get(first.unit, first.unit)
        return name, f"{says}, {said}".rstrip(", "), tuple(_number(float(end["number"])) for end in ends)
    return name, says, tuple(show(number, first.unit) for number in numbers)


def _home(settings: list[Setting], numbers: list[float], relative: bool) -> float | None:
    own = {1.0} if relative else {setting.value for setting in settings}
    if len(own) != 1:
        return None
    here, = own
    if not numbers[0] <= here <= numbers[-1]:
        return None
    return float(np.interp(here, numbers, range(len(numbers))))


def with_values(scenario: Scenario, changes: Mapping[str, float | bool]) -> Scenario:
    """The scenario with these settings, by short path and in declared units, and switches (`switches.learning`); its
    claims and story, which are about the world as it was, are left out.

    Raises:
        AxisError: the values cannot stand together, such as more hours than there are.
    """
    from pydantic import ValidationError

    from simulation.scenario.models import Scenario as Model

    data = {name: getattr(scenario, name) for name in Model.model_fields}
    world: dict[str, Any] = {}
    parameters = {table: dict(values) for table, values in scenario.parameters.items()}
    levers: dict[str, dict[str, float]] = {}
    switches: dict[str, bool] = dict(scenario.switches)
    for path, value in changes.items():
        head, *rest = path.split(".")
        if head == "world":
            world[rest[0]] = int(value) if SIZES[rest[0]][1] else value
        elif head == "regimes":
            levers.setdefault(rest[0], {})[rest[1]] = value
        elif head == "switches":
            switches[rest[0]] = bool(value)
        else:
            parameters.setdefault(head, {})[rest[0]] = value
    if world:
        data["world"] = scenario.world.model_dump() | world
    # What is not changed stays what it is, checked as it is: a large map has a thousand of these.
    data["regimes"] = {name: regime.model_dump() | {"levers": {**regime.levers, **levers[name]}}
                       if name in levers else regime for name, regime in scenario.regimes.items()}
    try:
        return Model.model_validate(
            {**data, "parameters": parameters, "switches": switches, "claims": (), "story": ()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise AxisError(f"{where}: {first.get('ctx', {}).get('error', first['msg'])}") from None
