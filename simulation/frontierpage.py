"""The page about the frontier and its figures, made from a file of cells that is kept beside them.

    python -m simulation.frontierpage          writes page and figures anew from the kept cells, in a second
    python -m simulation.frontierpage --run    runs all maps first (six minutes on two quiet cores), then the same

Nothing on the page is written by hand where it could follow from the cells; what the prose says about them is chosen by
their signs.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simulation import flipmap, wording
from simulation.frontier import Frontier, Place, as_lines, frontier
from simulation.markdown import table
from simulation.outcomes import BY_NAME
from simulation.provenance import model_version
from simulation.winners import CONVINCING

TEMPLATES = Path(__file__).resolve().parent / "templates"
CELLS = "data/frontier.json"
PAGE, FIGURE, PANELS = "frontier.md", "figures/frontier.svg", "figures/frontier-outcomes.svg"
OTHERS = ("need", "need_complex", "crises", "wait", "long_waits", "failure_demand")
"""Outcomes of the small maps: what people carry, what becomes of it, how long they wait and why they come back."""
WITHIN = ("need", "crises", "wait")
"""Those that are set against the outcome of the map, square by square."""
FRESH = 1001
"""First seed of the second look, at pairs that nobody had seen when the axes were chosen."""
DIGITS = 8
"""Significant digits that are kept."""
USUAL_DEATHS = 90
"""Deaths a year for 10,000 people from all causes together, near enough: what expected deaths are set against."""


@dataclass(frozen=True, slots=True)
class Variant:
    """Another map, of which only the counts are kept."""

    says: str
    scenario: str
    options: Mapping[str, str]
    set: Mapping[str, str]
    pairs: int = 6

    @property
    def command(self) -> str:
        changes = [f"--set {path}='{value}'" for path, value in self.set.items()]
        axes = [f"--{name} '{value}'" for name, value in self.options.items()]
        return " ".join(["regimes frontier", self.scenario, *axes, *changes, f"--pairs {self.pairs}"])


VARIANTS = (
    Variant("The hospital keeps its posts; only the others vary", "town", {"y": "frontline=0.7x..1.45x:6"}, {}),
    Variant("Time instead of capacity", "town", {"y": "world.horizon=1..6 years:6"}, {}),
    Variant("One urgent need, a year", "urgent-single-need", {}, {}),
    Variant("Linked needs, six years", "linked-needs", {}, {}),
)
"""Maps with one thing changed: what the first depends on besides its axes."""


def run_all(quiet: bool = False) -> dict[str, Any]:
    """Every map of the page, as the file of cells keeps it."""
    from simulation.cli.progress import Meter
    from simulation.scenario import load

    def mapped(number: int, *what: Any, **how: Any) -> Frontier:
        with Meter(f"Map {number} of {2 + len(VARIANTS)}", quiet) as meter:
            return frontier(*what, **how, progress=meter.update)

    first = mapped(1, "town")
    again = mapped(2, "town", seed=FRESH)
    variants = []
    for number, variant in enumerate(VARIANTS, 3):
        found = mapped(number, load(variant.scenario, set=variant.set), pairs=variant.pairs, **variant.options)
        variants.append({"says": variant.says, "command": variant.command, "cells": len(found.cells),
                         "counts": {name: dict(found.counts[name]) for name in (found.outcome, "need")}})
    return {"again": {"seed": FRESH, "winners": [standing.winner for standing in again.standings().values()]},
            "variants": variants, **_rounded(first.kept(OTHERS))}


def documents(cells: Mapping[str, Any]) -> dict[str, str]:
    """Page and figures by the name of their file."""
    from simulation.svg import svg_file

    found = Frontier.from_dict(cells)
    said = flipmap.figure(found).alt
    return {PAGE: page(cells),
            FIGURE: svg_file(flipmap.poster(found), "frontier", said),
            PANELS: svg_file(flipmap.panels(found, OTHERS), "outcomes",
                             " ".join(f"{flipmap.title(found, name)}." for name in OTHERS))}


def read(folder: Path) -> dict[str, Any]:
    """The kept cells. Raises OSError where there are none."""
    return json.loads((folder / CELLS).read_text(encoding="utf-8"))


def page(cells: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loaded = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True,
                         lstrip_blocks=True, keep_trailing_newline=True, autoescape=False)
    text = loaded.get_template("frontier.md.jinja").render(**_content(cells))
    return re.sub(r"\n{3,}", "\n\n", text)


def _content(cells: Mapping[str, Any]) -> dict[str, Any]:
    found = Frontier.from_dict(cells)
    outcome = BY_NAME[found.outcome]
    standings = found.standings()
    winners = [standing.winner for standing in standings.values()]
    fresh = cells["again"]["winners"]
    flips = flipmap.flips(found)
    lowest = min(min(standing.means.values()) for standing in standings.values())
    highest = max(max(standing.means.values()) for standing in standings.values())
    beyond = [standing.winner for standing in standings.values() if max(standing.means.values()) > USUAL_DEATHS]
    return {
        "title": flipmap.title(found), "where": flipmap.where(found), "key": flipmap.key_says(found),
        "figure": FIGURE, "panels": PANELS, "cells_file": CELLS, "outcome": outcome, "regimes": found.regimes,
        "about": found.about, "model": found.model, "pairs": found.pairs, "seed": found.seed, "cells": len(standings),
        "rule": flipmap.rule(found.pairs), "share": f"{100 * CONVINCING:.0f} %", "x": found.x, "y": found.y,
        "map_table": _map_table(found), "drift": _drift(found), "need_title": flipmap.title(found, "need"),
        "directed": len(found.counts),
        "flips": flips, "flips_listed": "; ".join(_lower(BY_NAME[name].label) for name in flips["both"]),
        "counts_table": _counts_table(found), "within_table": _within(found), "fresh_seed": FRESH,
        "variant_pairs": VARIANTS[0].pairs,
        "same": sum(a == b for a, b in zip(winners, fresh, strict=True)),
        "reversed": sum(None not in (a, b) and a != b for a, b in zip(winners, fresh, strict=True)),
        "lowest": wording.value(outcome, lowest),
        "highest": wording.value(outcome, highest), "beyond": len(beyond), "usual": USUAL_DEATHS,
        "beyond_won": {name: beyond.count(name) for name in found.regimes},
        "variants_table": _variants_table(cells, found), "repeat": _repeat(found),
    }


def _map_table(found: Frontier) -> str:
    frame = flipmap.table(found)
    return table((f"{found.y.title} ↓, {found.x.title.lower()} →", *frame.columns),
                 [(f"**{label}**", *row) for label, row in zip(frame.index, frame.to_numpy(), strict=True)])


def _drift(found: Frontier) -> str:
    """How the second regime's lead changes along each axis, from its low end to its high one."""
    first, second = found.regimes[:2]
    sign = 1 if BY_NAME[found.outcome].better == "higher" else -1

    def lead(place: Place) -> float:
        means = found.standings()[place].means
        return sign * (means[second] - means[first]) / abs(means[first])

    columns, rows = len(found.x.values), len(found.y.values)
    right = sum(lead((columns - 1, j)) > lead((0, j)) for j in range(rows))
    up = sum(lead((i, rows - 1)) > lead((i, 0)) for i in range(columns))
    return (f"From the left end to the right one, {second} gains on {first} in {right} of {rows} rows; from the lowest "
            f"square to the highest, in {up} of {columns} columns.")


def _counts_table(found: Frontier) -> str:
    groups = flipmap.flips(found)
    order = [name for names in groups.values() for name in names]
    rows = []
    for name in order:
        won = found.counts[name]
        label = f"**{BY_NAME[name].label}**" if name in groups["both"] else BY_NAME[name].label
        rows.append((label, BY_NAME[name].better, *won.values(), len(found.cells) - sum(won.values())))
    return table(("outcome", "better is", *found.regimes, "nobody can tell"), rows)


def _within(found: Frontier) -> str:
    """Of the squares that each regime wins: on how many it also wins other outcomes, and on how many it loses them."""
    mine = found.standings()
    rows = []
    for name in found.regimes:
        won = [place for place, standing in mine.items() if standing.winner == name]
        for other in WITHIN if won else ():
            standings = found.standings(other)
            rows.append((f"{name} ({len(won)})", _lower(BY_NAME[other].label),
                         sum(standings[place].winner == name for place in won),
                         sum(standings[place].winner not in (name, None) for place in won)))
    return table(("squares won by", "outcome", "clearly better under the same", "clearly better under the other"), rows)


def _variants_table(cells: Mapping[str, Any], found: Frontier) -> str:
    def told(counts: Mapping[str, int], squares: int) -> str:
        return " / ".join([*map(str, counts.values()), str(squares - sum(counts.values()))])

    first = {"says": "The map above", "command": "regimes frontier", "cells": len(found.cells), "counts": found.counts}
    names = (found.outcome, "need")
    return table(("map", "command", *(_lower(BY_NAME[name].label) for name in names)),
                 [(row["says"], f"`{row['command']}`", *(told(row["counts"][name], row["cells"]) for name in names))
                  for row in (first, *cells["variants"])])


def _repeat(found: Frontier) -> str:
    """The command that makes one square again: the last that is not clear, else the first."""
    standings = found.standings()
    place: Place = next((p for p in reversed(list(standings)) if standings[p].winner is None), next(iter(standings)))
    changes = {**found.x.written[place[0]], **found.y.written[place[1]]}
    return " ".join(["regimes compare", found.about["name"], f"--regimes {','.join(found.regimes)}",
                     f"--seed {found.seed}", f"--pairs {found.pairs}",
                     *(f"--set {path}='{value}'" if " " in value else f"--set {path}={value}"
                       for path, value in changes.items()), "--outcomes all"])


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def _rounded(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _rounded(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_rounded(value) for value in data]
    return float(f"{data:.{DIGITS}g}") if isinstance(data, float) else data


def main(arguments: list[str]) -> int:
    """Write page and figures; with `--run`, the cells first. Returns the exit code."""
    from simulation.odd import checkout

    root = checkout()
    if root is None or set(arguments) - {"--run"}:
        print("Usage, in a checkout: python -m simulation.frontierpage [--run]", file=sys.stderr)
        return 2
    folder = root / "docs"
    if arguments:
        cells = run_all()
        (folder / CELLS).parent.mkdir(parents=True, exist_ok=True)
        (folder / CELLS).write_text(as_lines(cells), encoding="utf-8", newline="\n")
    cells = read(folder)
    for name, text in documents(cells).items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"docs/{name}: written")
    model = cells["manifest"]["versions"]["model"]
    if model != model_version():
        print(f"The cells are of version {model} of the model, which is now {model_version()}; add --run.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
