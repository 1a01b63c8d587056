"""The kept flip map for the dashboard: its outcomes, what stands in a square, and the choice that is its world."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from dashboards.choice import MOST_PAIRS, Choice, ChoiceError, Slot

if TYPE_CHECKING:
    from simulation.axes import Axis
    from simulation.frontier import Frontier, Place
    from simulation.winners import Standing


@cache
def kept() -> Frontier | None:
    """The map that comes with the project; None where the installation came without it."""
    from dashboards.shipped import shipped
    from simulation.frontier import Frontier

    data = shipped("frontier")
    return None if data is None else Frontier.from_dict(data)


def on(frontier: Frontier, outcome: str) -> Frontier:
    """The same map about another of its outcomes.

    Raises:
        simulation.comparison.ComparisonError: the map has not kept that outcome.
    """
    frontier.standings(outcome)
    return replace(frontier, outcome=outcome)


def outcomes(frontier: Frontier) -> dict[str, list[str]]:
    """The outcomes that can be shown, grouped by who wins any square on them, as headings for a list."""
    from simulation import flipmap

    there = next(iter(frontier.cells.values())).standings
    headings = {"both": "Both win somewhere" if len(frontier.regimes) == 2 else "Several win somewhere",
                **{name: f"Only {name} wins anywhere" for name in frontier.regimes}, "nobody": "Nobody wins anywhere"}
    grouped = {headings[who]: [name for name in names if name in there]
               for who, names in flipmap.flips(frontier).items()}
    return {heading: names for heading, names in grouped.items() if names}


def doubts(frontier: Frontier) -> list[str]:
    """Why the kept map may differ from what runs now, in sentences; empty where it cannot."""
    from simulation.provenance import model_version
    from simulation.scenario import ScenarioError, load

    found = []
    if frontier.model != model_version():
        found.append(f"This map was made with version {frontier.model} of the model; this is version "
                     f"{model_version()}. A world that you load may come out differently.")
    try:
        now = load(frontier.about["name"]).key
    except ScenarioError:
        return [*found, f"The scenario {frontier.about['name']!r}, of which this map is made, is not here any more."]
    if now != frontier.about["key"]:
        found.append(f"{frontier.about['title'].rstrip('.')} has been changed since this map was made. A world that "
                     "you load is made from what it is now.")
    return found


def choice_at(frontier: Frontier, place: Place) -> Choice:
    """The comparison of one square, as something that Explore can load and a link can hold.

    Raises:
        ChoiceError: the square's world cannot be chosen in the dashboard, or its scenario is no longer what it was.
    """
    from simulation.comparison import ComparisonError
    from simulation.scenario import ScenarioError, load

    try:
        scenario = load(frontier.about["name"])
        changes = {**_step(frontier.x, place[0], scenario), **_step(frontier.y, place[1], scenario)}
    except (ScenarioError, ComparisonError, IndexError) as error:
        raise ChoiceError(f"this square cannot be loaded: {error}") from None
    parameters: dict[str, float] = {}
    levers: dict[str, dict[str, float]] = {}
    world: dict[str, Any] = {}
    for path, value in changes.items():
        head, *rest = path.split(".")
        if head == "regimes":
            levers.setdefault(rest[0], {})[rest[1]] = value
        elif head != "world":
            parameters[path] = value
        elif rest[0] == "people":
            world["people"] = int(value)
        elif rest[0] == "horizon":
            world["years"] = _years(value)
        else:
            raise ChoiceError(f"this square changes {path}, which Explore cannot; use `regimes compare` with --set")
    slots = tuple(Slot(regime=name, levers=levers.get(name, {})) for name in frontier.regimes)
    try:
        return Choice(scenario=frontier.about["name"], slots=slots, parameters=parameters,
                      pairs=min(frontier.pairs, MOST_PAIRS), seed=frontier.seed, **world)
    except ValueError as error:
        raise ChoiceError("this square is beyond what one visitor may run here; use `regimes compare` on your own "
                          f"machine. {error}") from None


def _step(axis: Axis, at: int, scenario: Any) -> Mapping[str, float]:
    """What a step of a kept axis sets; read anew from the axis's text, because a file keeps no steps."""
    from simulation.axes import AxisError, read_axis

    now = read_axis(axis.text, scenario, "the axis")
    if now.paths != axis.paths or now.values != axis.values:
        raise AxisError(f"the axis {axis.text!r} means something else in the scenario as it is now")
    return now.steps[at]


def _years(weeks: float) -> float:
    """Years that come out as exactly so many weeks again."""
    from simulation.parameters import WEEKS_PER_YEAR

    years = weeks / WEEKS_PER_YEAR
    near = (years, math.nextafter(years, math.inf), math.nextafter(years, 0))
    return next((value for value in near if value * WEEKS_PER_YEAR == weeks), years)


def square_says(frontier: Frontier, place: Place) -> str:
    """One square for a screen reader: where it is, and who is ahead."""
    from simulation import flipmap

    found = frontier.standings()[place]
    axes = zip((frontier.x, frontier.y), place, strict=True)
    where = ", ".join(f"{axis.name} {axis.labels[at]}" for axis, at in axes)
    if found.winner:
        return f"{where}: {found.winner} by {flipmap.percent(found)}, {found.held_in} of {found.pairs} pairs"
    ahead = f"; {found.leader} ahead in {found.held_in} of {found.pairs} pairs" if found.leader else ""
    return f"{where}: nobody can tell{ahead}"


def standing_says(found: Standing, outcome_name: str) -> tuple[str, ...]:
    """How the regimes stand in one square: the verdict, the reason, the values. A sentence each."""
    from simulation import flipmap, wording
    from simulation.outcomes import BY_NAME

    outcome = BY_NAME[outcome_name]
    values = wording.listed([f"{wording.quantity(outcome, mean)} under {name}" for name, mean in found.means.items()])
    if found.verdict == "nothing":
        return ("There is no value to compare here.",)
    if found.verdict == "equal":
        return ("Every pair came out equal.", f"{outcome.label}: {values}.")
    gap = (f"{found.of} minus {found.minus}: {wording.difference(outcome, found.difference)}, 95 % interval "
           f"{wording.interval(outcome, found.low, found.high)}.")
    count = f"ahead in {found.held_in} of {found.pairs} pairs"
    if found.winner:
        much = "" if math.isnan(found.margin) else f" by {flipmap.percent(found)}"
        return f"{outcome.better.capitalize()}{much} under {found.winner}, {count}.", f"{outcome.label}: {values}.", gap
    inside = math.isfinite(found.low) and found.low <= 0 <= found.high
    why = "and the interval holds zero" if inside else "which is too few to be called a winner"
    return f"Nobody can tell: {found.leader} is {count}, {why}.", f"{outcome.label}: {values}.", gap
