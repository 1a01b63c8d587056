"""`regimes check`: every claim, and on `--full` every pattern, recounted; exit code 1 where one does not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli.faults import FAILED, STOPPED, BadInput
from simulation.cli.options import AsJsonList, Quiet, Seed, Threads, whole_number

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.claims import Check, Recount
    from simulation.cli.interruption import Interruption
    from simulation.patterns.showing import Recount as Pattern
    from simulation.scenario import Scenario


def check(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(metavar="SCENARIO...", help="Names or files; without any, all of the catalogue with claims.")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option("--pairs", "-n", parser=whole_number(1), metavar="NUMBER",
                     help="How many pairs of runs; else each scenario's own number.")
    ] = None,
    seed: Seed = None,
    fast: Annotated[bool, typer.Option("--fast", help="Only a few pairs: for a quick look, and after every change.")]
        = False,
    full: Annotated[bool, typer.Option("--full", help="Many pairs, and without SCENARIO also every pattern that "
                                                      "the model is held against: before anything is published.")]
        = False,
    threads: Threads = None,
    as_json: AsJsonList = False,
    quiet: Quiet = False,
) -> None:
    """Recount every claim over paired runs.

    Prints each claim with the number of pairs in which it held. Exit code 1 when one held in too few: then its text is
    to be changed, not the model. Ctrl-C stops soon and shows what was counted (exit code 130).

    Example: regimes check town --pairs 50 --seed 1001
    """
    if (pairs is not None) + fast + full > 1:
        raise BadInput("--pairs, --fast and --full each say how many pairs to run; give one of them")
    wanted = _with_claims(scenarios)

    from simulation.claims import FAST_PAIRS, FULL_PAIRS, to_json

    asked = FAST_PAIRS if fast else FULL_PAIRS if full else pairs
    checks, complete = _check_all(wanted, asked, seed, threads, as_json, quiet)
    patterns: list[Pattern] = []
    if full and not scenarios and complete:
        from simulation.cli.patterns import look_for_all

        patterns, complete = look_for_all(threads, as_json, quiet)
    if as_json:
        print(to_json(checks, patterns if full and not scenarios else None))
    else:
        _print_sum(checks, complete)
    if not complete:
        raise typer.Exit(STOPPED)
    if not all(found.holds for found in checks) or not all(found.as_expected for found in patterns):
        raise typer.Exit(FAILED)


def _with_claims(names: list[str] | None) -> list[Scenario]:
    """The scenarios that are asked for, each once; of the whole catalogue only those that claim something.

    Raises ScenarioError with every problem of the first that has any.
    """
    from simulation import scenario

    if names:
        return [scenario.load(name) for name in dict.fromkeys(names)]
    return [found for found in map(scenario.load, scenario.catalogue()) if found.claims]


def _check_all(wanted: list[Scenario], asked: int | None, seed: int | None, threads: int | None, as_json: bool,
               quiet: bool) -> tuple[list[Check], bool]:
    """Every scenario checked and, unless JSON is wanted, printed in its turn; and whether it came to its end."""
    from simulation.cli.interruption import Interruption
    from simulation.cli.running import compile_kernels

    checks: list[Check] = []
    with Interruption() as interruption:
        if any(scenario.claims for scenario in wanted):
            compile_kernels(quiet)
        interruption.at_once = False
        for number, scenario in enumerate(wanted, 1):
            title = f"{scenario.name} ({number} of {len(wanted)})" if len(wanted) > 1 else scenario.name
            found = _check_one(scenario, title, asked, seed, threads, interruption, quiet)
            if found is None:
                return checks, False
            checks.append(found)
            if not as_json:
                _print_check(found)
            if not found.complete:
                return checks, False
    return checks, True


def _check_one(scenario: Scenario, title: str, asked: int | None, seed: int | None, threads: int | None,
               interruption: Interruption, quiet: bool) -> Check | None:
    """None where it was stopped before there was anything to count."""
    from simulation import claims, runs
    from simulation.cli.progress import Meter

    if interruption.stop.is_set():
        return None
    with Meter(f"Recounting {title}", quiet) as meter:
        try:
            return claims.check(scenario, asked, seed, threads=threads, progress=meter.update, stop=interruption.stop)
        except runs.Interrupted:
            return None


def _print_check(found: Check) -> None:
    from simulation.cli.screen import console, say

    screen = console()
    if not found.recounts:
        say(screen, f"{found.scenario.name}: claims nothing")
        screen.print()
        return
    last = found.seed + found.pairs - 1
    seeds = f"seed {last}" if found.pairs == 1 else f"seeds {found.seed} to {last}"
    stopped = "" if found.complete else f", stopped after {found.pairs} of {found.asked} pairs"
    say(screen, f"{found.scenario.name}: {found.scenario.title} ({seeds}{stopped})", style="bold")
    for recount in found.recounts:
        _print_recount(screen, recount)
    screen.print()


def _print_recount(screen: Console, recount: Recount) -> None:
    """Mark, count and text; where a claim fails also what was counted and what came out."""
    from simulation import wording
    from simulation.cli.screen import say
    from simulation.outcomes import BY_NAME

    claim = recount.claim
    say(screen, f"held in {recount.held_in} of {recount.pairs}: {claim.says}",
        style=None if recount.holds else "bold red", bullet="  ok    " if recount.holds else "  FAILS ")
    if not recount.holds:
        outcome = BY_NAME[claim.outcome]
        median = wording.difference(outcome, recount.middle)
        say(screen, f"{claim.outcome}: {claim.relation}, {claim.over}, in at least {recount.needed} of "
                    f"{recount.pairs}; the median of {claim.left} minus {claim.right} is {median}",
            style="dim", indent=8)


def _print_sum(checks: list[Check], complete: bool) -> None:
    from simulation.cli.screen import console, say

    recounts = [recount for found in checks for recount in found.recounts]
    failed = sum(not recount.holds for recount in recounts)
    total = f"{len(recounts)} claim{'' if len(recounts) == 1 else 's'}"
    said = f"{failed} of {total} failed." if failed else f"{total} recounted, all held." if recounts else "No claims."
    say(console(), said if complete else f"Stopped. {said}")
