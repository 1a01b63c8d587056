"""A map of winners in letters: it reads without colour, in a narrow terminal and in a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from simulation import flipmap, wording
from simulation.cli.headline import print_where
from simulation.cli.screen import console, say
from simulation.outcomes import BY_NAME, HEADLINE

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.frontier import Frontier, Place

STYLES = ("bold blue", "bold yellow", "bold cyan", "bold magenta", "bold green")
"""By position in the comparison; the letters say the same."""
NEITHER = "."


def print_map(frontier: Frontier, folder: Path | None) -> None:
    """Title, the map, what its letters mean, what it shows, and where the rest is."""
    screen = console()
    about = frontier.about
    say(screen, flipmap.title(frontier), style="bold")
    stopped = "" if frontier.complete else f", stopped after {len(frontier.cells)} of {len(frontier.places)} cells"
    pairs = "1 pair" if frontier.pairs == 1 else f"{frontier.pairs:,} pairs"
    say(screen, f"{about['title']}: {about['people']:,} people, {wording.duration(about['horizon'])}, {pairs} of runs "
                f"in each cell{stopped}.")
    screen.print()
    _print_grid(screen, frontier)
    screen.print()
    _print_key(screen, frontier)
    screen.print()
    for sentence in (*flipmap.where(frontier), *frontier.notes):
        say(screen, sentence, bullet="- ")
    screen.print()
    _print_others(screen, frontier)
    screen.print()
    if folder is not None:
        print_where(folder, picture="frontier.svg")
    else:
        print_where(None)


def _print_grid(screen: Console, frontier: Frontier) -> None:
    from rich.text import Text

    x, y = frontier.x, frontier.y
    side = max(len(label) for label in y.labels)
    cell = max(4, *(len(label) + 1 for label in x.labels))
    fits = side + 1 + cell * len(x.labels) <= screen.width
    cell = cell if fits else 4 if side + 1 + 4 * len(x.labels) <= screen.width else 3
    say(screen, y.title, style="dim")
    for row in reversed(range(len(y.values))):
        line = Text(f"{y.labels[row]:>{side}} ", no_wrap=True)
        for column in range(len(x.values)):
            mark, style = _mark(frontier, (column, row))
            line.append(" " * (cell - 3) + mark, style=style)
        line.rstrip()
        screen.print(line, soft_wrap=True)
    if fits:
        screen.print(Text(" " * (side + 1) + "".join(f"{label:>{cell - 1}} " for label in x.labels).rstrip(),
                          no_wrap=True), soft_wrap=True)
        say(screen, x.title, style="dim", indent=side + 2)
    else:
        say(screen, f"{x.title}: {x.labels[0]} to {x.labels[-1]}", style="dim")


def _mark(frontier: Frontier, place: Place) -> tuple[str, str]:
    """Three signs for a cell: its letter, in brackets where the scenario itself is nearest."""
    found = frontier.standings().get(place)
    letter, style = " ", ""
    if found is not None:
        letter = flipmap.letters(frontier.regimes)[found.winner] if found.winner else NEITHER
        style = STYLES[frontier.regimes.index(found.winner) % len(STYLES)] if found.winner else "dim"
    return (f"[{letter}]" if place == _home(frontier) else f" {letter} "), style


def _home(frontier: Frontier) -> Place | None:
    homes = frontier.x.home, frontier.y.home
    return None if None in homes else (round(homes[0]), round(homes[1]))


def _print_key(screen: Console, frontier: Frontier) -> None:
    better = BY_NAME[frontier.outcome].better
    for name, letter in flipmap.letters(frontier.regimes).items():
        say(screen, f"{better} under {name}", bullet=f"  {letter}  ")
    say(screen, f"nobody can tell; elsewhere {flipmap.rule(frontier.pairs)}", bullet=f"  {NEITHER}  ")
    if _home(frontier) is not None:
        exact = all(home == round(home) for home in (frontier.x.home, frontier.y.home))
        say(screen, f"{frontier.about['name']} as it is" if exact else f"nearest to {frontier.about['name']} as it is",
            bullet=" [ ] ")
    if not frontier.complete:
        say(screen, "An empty place was not reached.", indent=5)


def _print_others(screen: Console, frontier: Frontier) -> None:
    """Cells won on the headline outcomes over the same worlds, a line each."""
    letter = flipmap.letters(frontier.regimes)
    lines = [(BY_NAME[name].label, *won.values(), len(frontier.cells) - sum(won.values()))
             for name, won in frontier.counts.items() if name in HEADLINE and name != frontier.outcome]
    if not lines:
        return
    say(screen, "Cells won on other outcomes:", style="dim")
    heads = [*letter.values(), NEITHER]
    room = max(9, min(34, screen.width - 5 * len(heads) - 3))
    say(screen, " " * (room + 2) + "".join(f"{head:>5}" for head in heads), style="dim")
    for label, *counts in lines:
        short = label if len(label) <= room else label[:room - 3].rstrip() + "..."
        screen.print(f"  {short:<{room}}" + "".join(f"{count:>5}" for count in counts), soft_wrap=True)
