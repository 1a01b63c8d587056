"""What a map of winners shows: in a title, in sentences, in a table, in letters and as figures.

The terminal, the figure, the documents and the dashboard say the same because they all ask here. No sentence has a
favourite: each is chosen by the cells, never by which regime it is about. How a map is drawn is `tiles`'s business.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulation import findings, tiles, wording
from simulation.charts import Figure, Panel
from simulation.frontier import DIRECTED, Frontier, Place
from simulation.outcomes import BY_NAME
from simulation.winners import CONVINCING, Standing

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

STRONG = 0.10
"""Share of the other's value from which a difference is drawn dark."""
TOWARDS = 0.1
"""Part of an axis by which a winner's cells must lie off its middle before a sentence says so."""
NEITHER = "–"
"""Printed in a cell where nobody can tell, and for no number."""


def letters(regimes: Sequence[str]) -> dict[str, str]:
    """A letter for every regime, each its own: the first of a word of its name where that is free."""
    found: dict[str, str] = {}
    for name in regimes:
        words = [word for word in re.split(r"[-_ ]", name.upper()) if word not in ("AND", "OF", "THE")]
        wanted = [word[0] for word in words if word] + [sign for sign in name.upper() if sign.isalnum()]
        free = [sign for sign in (*wanted, *"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") if sign not in found.values()]
        found[name] = free[0] if free else "*"
    return found


def title(frontier: Frontier, outcome: str | None = None) -> str:
    """What is seen, as a sentence made from the cells."""
    defined = BY_NAME[outcome or frontier.outcome]
    won = frontier.counts[defined.name]
    cells = len(frontier.cells)
    parts = [f"under {name} in {won[name] or 'none'}" for name in sorted(won, key=lambda name: -won[name])]
    parts[0] += f" of {cells} worlds"
    unclear = cells - sum(won.values())
    tail = f"; in {unclear} nobody can tell" if unclear else "; nowhere is it unclear"
    return f"{defined.label}: {defined.better} {wording.listed(parts)}{tail}"


def where(frontier: Frontier) -> tuple[str, ...]:
    """To which end of each axis each winner's cells lie, a sentence a winner; none for who wins nowhere."""
    standings = frontier.standings()
    sentences = []
    for name in frontier.regimes:
        mine = [place for place, found in standings.items() if found.winner == name]
        if not mine or len(mine) == len(standings):
            sentences.append(f"Everywhere on this map it is better under {name}." if mine
                             else f"Nowhere on this map is it better under {name}.")
            continue
        ends = [_end(axis.name, [p[side] for p in mine], [p[side] for p in standings], len(axis.values))
                for side, axis in enumerate((frontier.x, frontier.y))]
        ends = [end for end in ends if end]
        sentences.append(f"Better under {name}: mostly at {wording.listed(ends)}." if ends
                         else f"Better under {name}: at no particular end of either axis.")
    return tuple(sentences)


def _end(name: str, mine: list[int], everybody: list[int], steps: int) -> str:
    off = (sum(mine) / len(mine) - sum(everybody) / len(everybody)) / (steps - 1)
    return "" if abs(off) < TOWARDS else f"{'high' if off > 0 else 'low'} {name}"


def flips(frontier: Frontier) -> dict[str, list[str]]:
    """Outcomes by who wins any cell on them: `both` (or all), the name of the only winner, or `nobody`."""
    found: dict[str, list[str]] = {"both": [], **{name: [] for name in frontier.regimes}, "nobody": []}
    for outcome in DIRECTED:
        if outcome.name in frontier.counts:
            winners = [name for name, cells in frontier.counts[outcome.name].items() if cells]
            found["both" if len(winners) > 1 else winners[0] if winners else "nobody"].append(outcome.name)
    return found


def cell_says(found: Standing, letter: dict[str, str]) -> str:
    """One cell in letters: `L 27 %, 10 of 10`; `–, 6 of 10 L` where nobody can tell."""
    if found.winner:
        return f"{letter[found.winner]} {percent(found)}, {found.held_in} of {found.pairs}"
    if found.leader:
        return f"{NEITHER}, {found.held_in} of {found.pairs} {letter[found.leader]}"
    return f"{NEITHER}, equal" if found.verdict == "equal" else f"{NEITHER}, no value"


def percent(found: Standing) -> str:
    """How far the leader is ahead, in per cent of the rival's value."""
    if math.isnan(found.margin):
        return NEITHER
    share = 100 * found.margin
    return f"{share:,.0f} %" if share >= 0.5 else "under 1 %"


def table(frontier: Frontier, outcome: str | None = None) -> pd.DataFrame:
    """The map as a table of `cell_says`, the high end of the upright axis on top."""
    import pandas as pd

    letter = letters(frontier.regimes)
    standings = frontier.standings(outcome)
    rows = list(reversed(range(len(frontier.y.values))))
    said = [[cell_says(standings[i, j], letter) if (i, j) in standings else "" for i in range(len(frontier.x.values))]
            for j in rows]
    return pd.DataFrame(said, index=pd.Index([frontier.y.labels[j] for j in rows], name=frontier.y.title),
                        columns=pd.Index(frontier.x.labels, name=frontier.x.title))


def rule(pairs: int) -> str:
    """When a regime wins a cell, in words."""
    needed = math.ceil(CONVINCING * pairs - 1e-9)
    return (f"the 95 % interval of the paired difference leaves out zero and it is ahead in {needed} or more of the "
            f"{pairs} pairs")


def caption(frontier: Frontier) -> str:
    """What the map is made of, and what it is not."""
    about = frontier.about
    pairs = "1 pair" if frontier.pairs == 1 else f"{frontier.pairs} pairs"
    model = frontier.manifest.get("versions", {}).get("model", "")
    return (f"Each square is a world: {about['title'].rstrip('.')}, with these two things changed and nothing else; "
            f"{about['people']:,} people, {wording.duration(about['horizon'])}, {pairs} of runs on the same people and "
            f"the same luck. A regime wins where {rule(frontier.pairs)}. All squares share their seeds "
            f"({frontier.seed} to {frontier.seed + frontier.pairs - 1}), so that neighbours err together. "
            f"{findings.CAVEAT}" + (f" Version {model} of the model." if model else ""))


def figure(frontier: Frontier) -> Figure:
    """The map as a figure like those of a comparison."""
    reading = " ".join([*where(frontier), caption(frontier)])
    spoken = "; ".join(f"{label}: " + ", ".join(str(said) for said in row)
                       for label, row in zip(reversed(frontier.y.labels), table(frontier).to_numpy(), strict=True))
    return Figure("frontier", title(frontier),
                  f"A map of worlds. From left to right: {frontier.x.title}, {', '.join(frontier.x.labels)}. From top "
                  f"to bottom: {frontier.y.title}. {key_says(frontier)} {spoken}.",
                  (Panel(BY_NAME[frontier.outcome].label, lambda: _draw(frontier)),), table(frontier), reading)


def key_says(frontier: Frontier) -> str:
    """What the letters stand for, in a sentence."""
    listed = [f"{letter} {name}" for name, letter in letters(frontier.regimes).items()]
    return f"{wording.listed(listed)}; {NEITHER} nobody can tell."


def poster(frontier: Frontier, under: Sequence[str] = ()) -> alt.LayerChart:
    """The figure that stands alone: with its title, its key and its caption in the picture, and more paragraphs `under`
    that."""
    return _draw(frontier, heading=title(frontier), lead=where(frontier), under=[caption(frontier), *under])


def panels(frontier: Frontier, outcomes: Sequence[str]) -> alt.VConcatChart:
    """Small maps of several outcomes over the same worlds, three in a row, each with its own title."""
    import altair as alt

    drawn = []
    for outcome in outcomes:
        part = _draw(frontier, outcome, small=True)
        part.config = part.autosize = alt.Undefined
        drawn.append(part)
    rows = [alt.hconcat(*drawn[at:at + 3], spacing=0) for at in range(0, len(drawn), 3)]
    return alt.vconcat(*rows, spacing=0, config=tiles.look())


def _draw(frontier: Frontier, outcome: str | None = None, heading: str = "", lead: Sequence[str] = (),
          under: Sequence[str] = (), small: bool = False) -> alt.LayerChart:
    letter = letters(frontier.regimes)
    defined = BY_NAME[outcome or frontier.outcome]
    standings = frontier.standings(outcome)
    squares = [_tile(place, found, frontier, letter) for place, found in standings.items()]
    homes = frontier.x.home, frontier.y.home
    home = None if None in homes else homes
    keys = [tiles.Key(tiles.fills(position), letter[name], f"{defined.better} under {name}")
            for position, name in enumerate(frontier.regimes)]
    keys.append(tiles.Key((tiles.OPEN,), NEITHER, "nobody can tell"))
    if small:
        won = frontier.counts[defined.name]
        scores = [f"{letter[name]} {cells}" for name, cells in won.items()]
        heading, lead = defined.label, [" · ".join([*scores, f"nobody can tell {len(standings) - sum(won.values())}"])]
    return tiles.flip_map(
        squares, frontier.x.labels, frontier.y.labels, frontier.x.title, frontier.y.title, keys,
        f"In the squares: how much {defined.better} than under the "
        f"{'other' if len(frontier.regimes) == 2 else 'next best'}; dark from {100 * STRONG:.0f} % on",
        home, f"{frontier.about['name']} as it is", heading=heading, lead=lead, under=under, small=small)


def _tile(place: Place, found: Standing, frontier: Frontier, letter: dict[str, str]) -> tiles.Tile:
    if not found.winner:
        return tiles.Tile(*place, NEITHER, "", tiles.OPEN, "")
    strong = not found.margin < STRONG  # no number, where the other has 0, is as strong as can be
    fills = tiles.fills(frontier.regimes.index(found.winner))
    return tiles.Tile(*place, letter[found.winner], percent(found), fills[0] if strong else fills[1], found.winner)
