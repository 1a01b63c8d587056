"""Scenarios and regimes as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from simulation import wording
from simulation.cli.screen import console, folded, say
from simulation.levers import LEVERS
from simulation.parameters import Lever
from simulation.scenario.units import show

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.experiments.design import Design
    from simulation.scenario import Regime, Scenario


def print_catalogue(scenarios: Mapping[str, Scenario], regimes: Mapping[str, Regime],
                    designs: Mapping[str, Design]) -> None:
    """Every scenario, every regime and every design with one line each."""
    screen = console()
    heading(screen, "Scenarios")
    pairs(screen, [(name, found.purpose) for name, found in scenarios.items()])
    heading(screen, "Regimes")
    pairs(screen, [(name, found.summary or found.title) for name, found in regimes.items()])
    heading(screen, "Designs of sweeps")
    pairs(screen, [(name, found.purpose) for name, found in designs.items()])
    screen.print()
    say(screen, "More about one: regimes show NAME. Compare: regimes compare SCENARIO --regimes A,B. Sweep: regimes "
                "sweep DESIGN")


def print_regime(regime: Regime) -> None:
    """A regime: what it is, and its answer to each of the six questions."""
    screen = console()
    say(screen, f"{regime.name}: {regime.title}", style="bold")
    if regime.summary:
        say(screen, regime.summary)
    question = None
    for lever in LEVERS:
        if lever.question != question:
            question = lever.question
            heading(screen, question.capitalize())
        value = _value(regime, lever)
        usual = "" if value == lever.default else f" (default {show(lever.default, lever.unit)})"
        say(screen, f"{lever.name}  {show(value, lever.unit)}{usual}", style="bold")
        say(screen, lever.meaning, indent=4)


def print_scenario(scenario: Scenario) -> None:
    """A scenario: purpose, world, regimes, what it changes, what happens, what it claims."""
    screen = console()
    world = scenario.world
    say(screen, f"{scenario.name}: {scenario.title}", style="bold")
    say(screen, scenario.purpose)
    if scenario.teaches:
        say(screen, f"Teaches: {scenario.teaches}")
    heading(screen, "World")
    places = "one place" if world.places == 1 else f"{world.places} places"
    say(screen, f"{world.people:,} people in {places}; a tick is {wording.duration(world.tick)}; "
                f"a run lasts {wording.duration(world.horizon)}; {scenario.pairs} pairs from seed {scenario.seed}.")
    heading(screen, "Regimes")
    pairs(screen, [(name, found.summary or found.title) for name, found in scenario.regimes.items()])
    if scenario.regime_places:
        shares = [f"{name} in {share * 100:.0f} %" for name, share in scenario.regime_places.items()]
        say(screen, f"At once, in different places: {wording.listed(shares)}.")
    _levers(screen, scenario)
    _changes(screen, scenario)
    if scenario.events:
        heading(screen, "Events")
        pairs(screen, [(f"week {event.at:g}", event.says) for event in scenario.events])
    if scenario.claims:
        heading(screen, "Claims")
        for claim in scenario.claims:
            say(screen, f"- {claim.says}")
    if scenario.story:
        heading(screen, "Story")
        for number, step in enumerate(scenario.story, 1):
            say(screen, f"{number}. {step.title}")
    screen.print()
    say(screen, f"Compare: regimes compare {scenario.name}")


def _levers(screen: Console, scenario: Scenario) -> None:
    """The levers in which the compared regimes differ."""
    names = list(scenario.compare) or list(scenario.regimes)[:2]
    regimes = [scenario.regimes[name] for name in names]
    differing = [lever for lever in LEVERS if len({_value(regime, lever) for regime in regimes}) > 1]
    heading(screen, f"Where {wording.listed(names)} differ")
    if not differing:
        say(screen, "Nowhere: every lever has the same value.")
        return
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="")
    table.add_column("", style="bold", no_wrap=True)
    for regime in regimes:
        table.add_column(folded(regime.name), vertical="top")
    for lever in differing:
        table.add_row(lever.name, *(show(_value(regime, lever), lever.unit) for regime in regimes))
    screen.print(table)


def _changes(screen: Console, scenario: Scenario) -> None:
    """Parameters and switches that are not at their defaults."""
    from simulation.mechanisms import TABLES

    changed = [
        (f"{table}.{name}", f"{show(value, TABLES[table][name].unit)} "
                            f"(default {show(TABLES[table][name].default, TABLES[table][name].unit)})")
        for table, values in scenario.parameters.items() for name, value in values.items()
    ]
    changed += [(name, "switched on" if on else "switched off") for name, on in scenario.switches.items()]
    if changed:
        heading(screen, "Changed from the defaults")
        pairs(screen, changed)


def _value(regime: Regime, lever: Lever) -> float:
    return regime.levers.get(lever.name, lever.default)


def heading(screen: Console, text: str) -> None:
    """A line above what belongs together."""
    screen.print()
    say(screen, text, style="bold underline")


def pairs(screen: Console, pairs: list[tuple[str, str]]) -> None:
    """Names with their text beside them, or beneath where the terminal is narrow."""
    width = max((len(name) for name, _ in pairs), default=0)
    if width > screen.width // 3:
        for name, text in pairs:
            say(screen, name, style="bold")
            say(screen, text, indent=4)
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for pair in pairs:
        table.add_row(*pair)
    screen.print(table, width=min(screen.width, 100))
