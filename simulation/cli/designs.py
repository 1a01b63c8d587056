"""A design of a sweep as text for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation import wording
from simulation.cli.descriptions import heading, pairs
from simulation.cli.screen import console, say
from simulation.experiments.varying import SWITCH, TIMES, Factor
from simulation.scenario.units import show

if TYPE_CHECKING:
    from simulation.experiments.design import Design


def print_design(design: Design) -> None:
    """A design: purpose, what varies and how, how many points and runs."""
    screen = console()
    say(screen, f"{design.name}: {design.title}", style="bold")
    if design.purpose:
        say(screen, design.purpose)
    heading(screen, "Worlds")
    changed = [f"{path}={value}" for path, value in design.set.items()]
    say(screen, f"Scenario {design.scenario}" + (f" with {wording.listed(changed)}" if changed else "") + ".")
    if design.factors:
        say(screen, f"{_counted(design.size, 'point')} by the method {design.method!r}, from seed {design.seed}; "
            + ("every point has luck of its own." if design.luck == "own" else "all points meet the same luck."))
        pairs(screen, [(factor.name, f"{spread(factor)}: {factor.title}") for factor in design.factors])
    else:
        say(screen, "One point: nothing varies.")
    heading(screen, "Runs")
    first, *others = design.regimes
    each = ", each" if len(others) > 1 else ""
    say(screen, f"{wording.listed(others)}{each} against {first}." if others else f"{first} alone.")
    rule = design.replications.until
    if rule is None:
        say(screen, f"{_counted(design.replications.most, 'replication')} of every point: {design.runs_asked:,} runs.")
    else:
        say(screen, f"Pairs at every point until the 95 % interval of the difference in {rule.outcome} is no wider "
            f"than {rule.half_width:g} to either side: {rule.start} at first, then {rule.step} at a time, "
            f"{rule.at_most} at most; {design.runs_asked:,} runs at most.")
    if design.series != "none":
        which = "the first replication" if design.series == "first" else "every run"
        say(screen, f"Weekly series of {which} are kept.")
    screen.print()
    say(screen, f"Make them: regimes sweep {design.name}")


def spread(factor: Factor) -> str:
    """How a factor varies, in words: `0.5 to 2 times, equal factors`."""
    if factor.shape == "levels":
        return wording.listed([_shown(factor, level) for level in factor.levels])
    ends = f"{_shown(factor, factor.low)} to {_shown(factor, factor.high)}"
    return ends + {"log": " in equal factors", "triangular": f", most likely {_shown(factor, factor.mode)}",
                   "normal": f", normal around {_shown(factor, factor.mean)} with a standard deviation of "
                             f"{_shown(factor, factor.sd)}"}.get(factor.shape, "")


def _shown(factor: Factor, value: float) -> str:
    if factor.unit == SWITCH:
        return "on" if value else "off"
    if factor.unit == TIMES:
        return f"{value:.4g}x"
    return f"{100 * value:.4g} %" if factor.unit == "share" else show(value, factor.unit)


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + "s" * (number != 1)
