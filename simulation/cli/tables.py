"""The tables of the model as `regimes show` prints them: parameters, outcomes, levers, and the tick itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Row = dict[str, Any]


def rows(name: str) -> list[Row]:
    """The rows of one table, each with a `name`; of `parameters` also with the mechanism that owns it, `table`."""
    if name == "tick":
        return _tick()
    from dataclasses import asdict

    from simulation import register

    entries = {"parameters": register.parameters, "outcomes": register.outcomes, "levers": register.levers}[name]()
    return [asdict(entry) for entry in entries]


def _tick() -> list[Row]:
    from simulation.mechanisms import ORDER

    return [{"name": m.name, "question": m.question, "reads": list(m.reads), "writes": list(m.writes)} for m in ORDER]


def print_rows(name: str, rows: Sequence[Row]) -> None:
    """The rows as text that stays readable in a narrow terminal: a heading a group, three short lines an entry."""
    from simulation.cli.screen import console, say

    screen = console()
    heading, lines = _LAYOUT[name]
    group = None
    for row in rows:
        if heading and row[heading] != group:
            group = row[heading]
            screen.print()
            say(screen, str(group).replace("_", " ").capitalize(), style="bold underline")
        first, *others = lines(row)
        say(screen, first, style="bold")
        for line in others:
            say(screen, line, indent=4)


def _parameter_lines(row: Row) -> tuple[str, ...]:
    from simulation.scenario.units import show

    low, high = show(row["low"], row["unit"]), show(row["high"], row["unit"])
    return (f"{row['name']}  {show(row['default'], row['unit'])}", row["meaning"],
            f"Range {low} to {high}. {row['grade'].capitalize()}: {row['source']}.".replace("..", "."))


def _outcome_lines(row: Row) -> tuple[str, ...]:
    from simulation.outcomes import BY_NAME
    from simulation.wording import unit

    better = "better or not is a matter of view" if row["better"] == "neither" else f"{row['better']} is better"
    return (f"{row['name']}  {row['label']}", row["meaning"],
            f"In {unit(BY_NAME[row['name']])}; {better}; a run counts as its {row['summary']}.")


def _lever_lines(row: Row) -> tuple[str, ...]:
    from simulation.scenario.units import show

    low, high = show(row["low"], row["unit"]), show(row["high"], row["unit"])
    return (f"{row['name']}  {show(row['default'], row['unit'])}", row["meaning"],
            f"Range {low} to {high}. Read by {', '.join(row['mechanisms'])}.")


def _tick_lines(row: Row) -> tuple[str, ...]:
    return (f"{row['name']}  {row['question']}", f"Reads {', '.join(row['reads']) or 'nothing'}.",
            f"Writes {', '.join(row['writes']) or 'nothing'}.")


_LAYOUT: dict[str, tuple[str | None, Callable[[Row], tuple[str, ...]]]] = {
    "parameters": ("table", _parameter_lines),
    "outcomes": ("group", _outcome_lines),
    "levers": ("question", _lever_lines),
    "tick": (None, _tick_lines),
}
