"""What a comparison or a run puts on the screen: a table of outcomes, what it shows in sentences, where the rest is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulation import findings, wording
from simulation.cli.screen import console, folded, say
from simulation.outcomes import BY_NAME, OUTCOMES, Outcome
from simulation.statistics import Paired

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from simulation.comparison import Comparison
    from simulation.runs import Run

TABLE_WIDTH = 76
"""Columns of a terminal from which the table fits; a narrower one gets three lines an outcome."""

EQUAL = "equal"


def print_comparison(comparison: Comparison, outcomes: Sequence[str]) -> None:
    """Title, one table a contrast, findings."""
    screen = console()
    world = comparison.scenario.world
    first, *others = comparison.names
    say(screen, f"{comparison.scenario.title}: {first} against {' and '.join(others)}", style="bold")
    say(screen, f"The same {world.people:,} people, the same staff and the same luck under each regime; "
                 f"{_pairs(comparison)} of runs of {wording.duration(world.horizon)}.")
    for other in others:
        results = comparison.paired(other)
        shown = [(BY_NAME[name], results[name]) for name in outcomes]
        screen.print()
        if screen.width >= TABLE_WIDTH:
            screen.print(_table(shown, first, other))
        else:
            _stack(screen, shown, first, other)
        say(screen, f"Difference: {other} minus {first}. Better in: pairs of runs in which {other} did better.",
            style="dim")
        screen.print()
        for sentence in findings.findings(results, first, other):
            say(screen, sentence, bullet="- ")
    screen.print()


def print_run(run: Run) -> None:
    """One run: every outcome by group."""
    from rich.table import Table

    screen = console()
    say(screen, f"{run.scenario.title}: {run.regime}, seed {run.seed}, "
                f"{wording.duration(run.scenario.world.horizon)}", style="bold")
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=False)
    table.add_column()
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    group = None
    for outcome in OUTCOMES:
        if outcome.group != group:
            group = outcome.group
            table.add_row("", "", "")
        text = wording.value(outcome, run.summary[outcome.name])
        table.add_row(outcome.label, text, wording.unit(outcome).lstrip("£% "))
    screen.print(table)
    screen.print()


def print_where(folder: Path | None, report: bool = False, picture: str = "") -> None:
    """Where the results are, and what they are not. `picture` names a file in the folder that shows them."""
    screen = console()
    if folder is not None:
        try:
            folder = folder.resolve().relative_to(Path.cwd())
        except ValueError:
            pass
        where = f"Report: {folder / 'report.html'}" if report else f"Results: {folder}"
        screen.print(f"Figure: {folder / picture}" if picture else where, soft_wrap=True)
    say(screen, findings.CAVEAT)


def _table(shown: Iterable[tuple[Outcome, Paired]], first: str, second: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", ratio=1)
    for name in (first, second):
        table.add_column(folded(name), justify="right", vertical="top")
    table.add_column("difference", justify="right", no_wrap=True)
    table.add_column("95 % interval", justify="right", no_wrap=True)
    table.add_column("better in", justify="right", no_wrap=True)
    for outcome, paired in shown:
        table.add_row(_label(outcome), *_cells(outcome, paired), style=None if paired.excludes_zero else "dim")
    return table


def _stack(screen: Console, shown: Iterable[tuple[Outcome, Paired]], first: str, second: str) -> None:
    for outcome, paired in shown:
        before, after, difference, interval, better = _cells(outcome, paired)
        say(screen, _label(outcome), style="bold")
        say(screen, f"{first} {before}, {second} {after}", indent=2)
        better = f", better in {better}" if paired.better_in is not None and better != EQUAL else ""
        say(screen, f"{difference} ({interval}){better}", indent=2)


def _cells(outcome: Outcome, paired: Paired) -> tuple[str, str, str, str, str]:
    """What stands after the label: the two means, the difference, its interval, in how many pairs better."""
    if paired.better_in is None or not paired.pairs:
        better = wording.MISSING
    else:
        better = EQUAL if paired.tied == paired.pairs else f"{paired.better_in} of {paired.pairs}"
    difference = wording.difference(outcome, paired.difference).removesuffix(" points")  # the means show the per cent
    return (wording.value(outcome, paired.first), wording.value(outcome, paired.second), difference,
            wording.interval(outcome, paired.low, paired.high), better)


def _label(outcome: Outcome) -> str:
    return outcome.label if wording.is_share(outcome) else f"{outcome.label}, {outcome.unit}"


def _pairs(comparison: Comparison) -> str:
    """How many pairs there are, and how many were asked for where the comparison was stopped."""
    if comparison.complete:
        return f"{comparison.pairs:,} pair{'' if comparison.pairs == 1 else 's'}"
    return f"stopped after {comparison.pairs:,} of {comparison.asked:,} pairs"
