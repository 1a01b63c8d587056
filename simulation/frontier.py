"""The frontier: over a grid of worlds, which regime wins on one outcome, and where nobody can tell.

Every cell is a comparison of the same regimes on the same seeds in a world that differs from the scenario in the two
values of its place on the map. Pair k has the seed `seed + k` in every cell and under every regime, so that each cell
can be made again by `regimes compare` with the same changes, and neighbours differ by their worlds and not by luck.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import provenance
from simulation.axes import Axis, AxisError, read_axis, with_values
from simulation.comparison import ComparisonError, choose_regimes
from simulation.outcomes import BY_NAME, OUTCOMES, Outcome
from simulation.scenario.errors import nearest
from simulation.winners import Standing, standing
from simulation.workers import Progress, work

if TYPE_CHECKING:
    import pandas as pd

    from simulation.scenario import Regime, Scenario

X, Y = "complexity=4 %..64 %:6", "capacity=0.7x..1.45x:6"
"""The axes of a map that names none: from simple lives to linked ones, and from three in ten posts missing to plenty.
The default town is a cell of it."""
OUTCOME = "deaths"
"""The outcome of a map that names none: expected deaths add up both harms that services can do, need that is left unmet
and help that comes too late, in a unit that nobody has to be told how to read. No regime measures or rewards it."""
PAIRS = 10
USUAL_STAFFING = 2_500
"""People a place from which the least of two posts in an organisation stops to matter."""
DIRECTED: tuple[Outcome, ...] = tuple(o for o in OUTCOMES if o.better != "neither")

Place = tuple[int, int]
"""Column and row of a cell, counted from 0, from the low end of both axes."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One world of the map.

    Attributes:
        key: of the cell's scenario.
        standings: outcome to who is ahead; every outcome that has a better direction, or those that a file kept.
        values: regime to outcome to one number a pair; empty where the map was read from a file.
    """

    key: str
    standings: Mapping[str, Standing]
    values: Mapping[str, Mapping[str, np.ndarray]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Frontier:
    """A map of winners.

    Purpose: what the text map, the figure, the run folder, the documents and the dashboard read.

    Attributes:
        about: name, title, key, people, places, tick and horizon (weeks) of the scenario.
        regimes: names, in the order of comparison.
        outcome: the one that the map is about.
        seed: of the first pair of every cell. pairs: asked for in every cell.
        cells: by place; those that are complete. Fewer than all where it was stopped.
        counts: outcome to cells won by each regime; the rest are not clear.
        scenario: None where the map was read from a file.
    """

    about: Mapping[str, Any]
    regimes: tuple[str, ...]
    outcome: str
    x: Axis
    y: Axis
    seed: int
    pairs: int
    cells: Mapping[Place, Cell]
    counts: Mapping[str, Mapping[str, int]]
    scenario: Scenario | None = None
    chosen: tuple[Regime, ...] = ()
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def places(self) -> list[Place]:
        """Every cell there is or should be, row by row from the low end."""
        return [(i, j) for j in range(len(self.y.values)) for i in range(len(self.x.values))]

    @property
    def complete(self) -> bool:
        return len(self.cells) == len(self.places)

    def standings(self, outcome: str | None = None) -> dict[Place, Standing]:
        """Who is ahead where, on the map's outcome or another; row by row.

        Raises:
            ComparisonError: no such outcome on this map.
        """
        name = outcome or self.outcome
        cells = {place: self.cells[place] for place in self.places if place in self.cells}
        missing = [cell for cell in cells.values() if name not in cell.standings]
        if missing:
            raise ComparisonError(f"this map has no outcome {name!r}; it has {', '.join(missing[0].standings)}")
        return {place: cell.standings[name] for place, cell in cells.items()}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the map cannot bear, in plain sentences."""
        found = []
        if self.pairs == 1:
            found.append("One pair has no interval, so that nobody can win. Give at least --pairs 5.")
        staffed = any(".staff_" in path for axis in (self.x, self.y) for path in axis.paths)
        if staffed and self.about["people"] / self.about["places"] < USUAL_STAFFING:
            found.append(f"Every organisation has at least two posts, so that in places below about {USUAL_STAFFING:,} "
                         "people fewer posts make little difference.")
        return tuple(found)

    @property
    def table(self) -> pd.DataFrame:
        """All cells in long form: a row a cell and outcome."""
        import pandas as pd

        return pd.DataFrame([{"outcome": name, **self._flat(place, found)} for place in self.places
                             if place in self.cells for name, found in self.cells[place].standings.items()])

    @property
    def runs(self) -> pd.DataFrame:
        """Every run of every cell: `x`, `y`, `regime`, `pair` (from 1), `seed` and a column an outcome."""
        import pandas as pd

        return pd.DataFrame([
            {"x": self.x.values[i], "y": self.y.values[j], "regime": name, "pair": pair + 1, "seed": self.seed + pair,
             **{outcome: float(column[pair]) for outcome, column in values.items()}}
            for i, j in self.places if (i, j) in self.cells for name, values in self.cells[i, j].values.items()
            for pair in range(self.pairs)])

    def _flat(self, place: Place, found: Standing) -> dict[str, Any]:
        row = {**self._where(place), **found.to_dict(), "key": self.cells[place].key}
        means = row.pop("means")
        return row | {f"mean_{name}": means[name] for name in self.regimes}

    def _where(self, place: Place) -> dict[str, Any]:
        i, j = place
        return {"x": self.x.values[i], "y": self.y.values[j], "x_label": self.x.labels[i], "y_label": self.y.labels[j]}

    def to_dict(self, others: Iterable[str] = ()) -> dict[str, Any]:
        """Plain data for machines: `cells` for the map's outcome and, in `others`, for more.

        In a cell, `x` and `y` are in the unit of the axis (times what the scenario has, where it is relative), and
        `winner` is null where nobody can be told apart.
        """
        def cells(outcome: str) -> list[dict[str, Any]]:
            return [{**self._where(place), **found.to_dict(), "key": self.cells[place].key}
                    for place, found in self.standings(outcome).items()]

        outcome = BY_NAME[self.outcome]
        return {
            "scenario": dict(self.about), "regimes": list(self.regimes),
            "outcome": {"name": outcome.name, "label": outcome.label, "unit": outcome.unit, "better": outcome.better},
            "x": self.x.to_dict(), "y": self.y.to_dict(), "seed": self.seed, "pairs": self.pairs,
            "complete": self.complete, "cells": cells(self.outcome),
            "others": {name: cells(name) for name in others},
            "counts": {name: dict(won) for name, won in self.counts.items()},
            "notes": list(self.notes), "manifest": self.manifest,
        }

    def to_json(self) -> str:
        """`to_dict` as text: stable order of keys, null for what is no number."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)

    def kept(self, others: Iterable[str] = ()) -> dict[str, Any]:
        """`to_dict` without time and machine: the same for the same map, whenever and wherever it was made."""
        return {**self.to_dict(others), "manifest": {"versions": {"model": self.model}}}

    @property
    def model(self) -> str:
        """Version of the model that made it."""
        return self.manifest.get("versions", {}).get("model", provenance.model_version())

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Frontier:
        """The map that `to_dict` or `kept` gave, to be shown; nothing can be run from it."""
        x, y = Axis.from_dict(data["x"]), Axis.from_dict(data["y"])
        found: dict[Place, dict[str, Standing]] = {}
        keys = {}
        for name, cells in {data["outcome"]["name"]: data["cells"], **data["others"]}.items():
            for cell in cells:
                place = (x.values.index(cell["x"]), y.values.index(cell["y"]))
                found.setdefault(place, {})[name] = Standing.from_dict(cell)
                keys[place] = cell["key"]
        return cls(data["scenario"], tuple(data["regimes"]), data["outcome"]["name"], x, y, data["seed"], data["pairs"],
                   {place: Cell(keys[place], standings) for place, standings in found.items()}, data["counts"],
                   manifest=data["manifest"])


def frontier(scenario: Scenario | str | Path, regimes: Sequence[str | Regime] | None = None, *, x: str = X, y: str = Y,
             outcome: str = OUTCOME, pairs: int = PAIRS, seed: int | None = None, threads: int | None = None,
             progress: Progress | None = None, stop: threading.Event | None = None) -> Frontier:
    """Map where which regime wins over two axes.

    Purpose: to look for the border of a conclusion instead of one more case of it. The same inputs give the same map on
    any number of threads.

    Args:
        scenario: a scenario, or the name or path of one.
        regimes: two or more; default what the scenario compares, of more than two the first two.
        x, y: axes, as `simulation.axes` reads them.
        outcome: one that has a better direction.
        pairs: in every cell, at least 1; with 1 nobody can win.
        seed: of the first pair; default the scenario's.
        progress: called with (runs done, runs in all), in the caller's thread.
        stop: set it to stop soon; complete cells are kept. Cells are begun from the corners inwards, so that a map that
            was stopped is a coarse one and not a part of one. Ctrl-C does the same.

    Raises:
        ComparisonError: unknown regime, outcome or path, a value out of range, a world that cannot exist.
        simulation.runs.Interrupted: stopped before the first cell was complete.
    """
    if isinstance(scenario, str | Path):
        from simulation.scenario import load

        scenario = load(scenario)
    chosen = choose_regimes(scenario, list(scenario.compare)[:2] if regimes is None else regimes)
    check_outcome(outcome)
    axes = read_axis(x, scenario, "--x"), read_axis(y, scenario, "--y")
    both = set(axes[0].paths) & set(axes[1].paths)
    if both:
        raise AxisError(f"--x and --y both change {sorted(both)[0]}; give two different axes")
    pairs = _whole("pairs", pairs, 1, 1_000_000)
    seed = _whole("seed", scenario.seed if seed is None else seed, 0, 2**63 - 1_000_001)
    threads = _whole("threads", provenance.cores() if threads is None else threads, 1, 10_000)
    worlds = {place: _world(scenario, axes, place) for place in coarse_first(*(len(axis.values) for axis in axes))}
    started, clock = datetime.now(UTC), time.perf_counter()
    fixed = {regime.name: regime for regime in chosen if scenario.regimes.get(regime.name) is not regime}
    names = tuple(regime.name for regime in chosen)
    cells = _run_cells(worlds, names, fixed, pairs, seed, threads, progress, stop)
    manifest = {"versions": provenance.versions(), "machine": provenance.machine(), "threads": threads,
                "started": started.isoformat(timespec="seconds"),
                "duration_seconds": round(time.perf_counter() - clock, 3)}
    return Frontier(_about(scenario), names, outcome, *axes, seed, pairs, cells, _counts(cells, names), scenario,
                    chosen, manifest)


def as_lines(data: Mapping[str, Any]) -> str:
    """JSON for a file that is kept and compared: a line a cell."""
    parts = [f"{json.dumps(name)}: {json.dumps(value, allow_nan=False, ensure_ascii=False)}"
             for name, value in data.items()]
    return "{\n" + ",\n".join(parts).replace('{"x": ', '\n {"x": ') + "\n}\n"


def check_outcome(name: str) -> Outcome:
    """The outcome of this name. Raises ComparisonError where there is none, or where better is a matter of view."""
    if name not in BY_NAME:
        near = nearest(name, [o.name for o in DIRECTED])
        raise ComparisonError(f"unknown outcome {name!r}" + (f"; did you mean {near!r}?" if near else
                              ". To see them all: regimes show outcomes"))
    if BY_NAME[name].better == "neither":
        raise ComparisonError(f"outcome {name!r} has no better direction, so nobody can win on it; others: "
                              + ", ".join(o.name for o in DIRECTED if o.group == BY_NAME[name].group))
    return BY_NAME[name]


def coarse_first(columns: int, rows: int) -> list[Place]:
    """Every place of a grid, the corners first, then what halves the gaps between those, and so on."""
    across, up = _halving(columns), _halving(rows)
    return sorted(((i, j) for j in range(rows) for i in range(columns)),
                  key=lambda place: (max(across[place[0]], up[place[1]]), place[1], place[0]))


def _halving(count: int) -> list[int]:
    """For each of so many steps, after how many halvings of the axis it is reached."""
    level = [0] * count
    gaps, depth = [(0, count - 1)], 0
    while gaps:
        depth += 1
        halves = []
        for low, high in gaps:
            if high - low > 1:
                middle = (low + high) // 2
                level[middle] = depth
                halves += [(low, middle), (middle, high)]
        gaps = halves
    return level


def _world(scenario: Scenario, axes: tuple[Axis, Axis], place: Place) -> Scenario:
    changes = {**axes[0].steps[place[0]], **axes[1].steps[place[1]]}
    try:
        return with_values(scenario, changes)
    except AxisError as error:
        raise AxisError(f"{_said(axes, place)}: {error}") from None


def _said(axes: tuple[Axis, Axis], place: Place) -> str:
    return ", ".join(f"{axis.name} {axis.labels[at]}" for axis, at in zip(axes, place, strict=True))


def _run_cells(worlds: Mapping[Place, Scenario], names: tuple[str, ...], fixed: Mapping[str, Regime], pairs: int,
               seed: int, threads: int, progress: Progress | None, stop: threading.Event | None) -> dict[Place, Cell]:
    """Every cell that came to its end. `fixed` are the regimes that are not the scenario's, so that no axis moves them.
    """
    from simulation import runs

    tasks = [(place, pair, name) for place in worlds for pair in range(pairs) for name in names]

    def one(task: tuple[Place, int, str], halt: threading.Event) -> dict[str, float]:
        place, pair, name = task
        world = worlds[place]
        regime = fixed[name] if name in fixed else world.regimes[name]
        run = runs.run(world, regime, seed + pair, record_events=False, stop=halt)
        return {o.name: float(run.summary[o.name]) for o in OUTCOMES}

    done, interrupted = work(tasks, one, threads, progress=progress, stop=stop)
    summaries = {tasks[at]: summary for at, summary in done.items()}
    cells = {}
    for place, world in worlds.items():
        parts = {name: [summaries.get((place, pair, name)) for pair in range(pairs)] for name in names}
        if all(summary is not None for part in parts.values() for summary in part):
            values = {name: {o.name: np.array([summary[o.name] for summary in part]) for o in OUTCOMES}
                      for name, part in parts.items()}
            cells[place] = Cell(world.key, {o.name: standing(o, {name: values[name][o.name] for name in names})
                                            for o in DIRECTED}, values)
    if not cells:
        raise interrupted or runs.Interrupted("stopped before the first cell was complete: there is no map")
    return cells


def _counts(cells: Mapping[Place, Cell], names: Sequence[str]) -> dict[str, dict[str, int]]:
    return {o.name: {name: sum(cell.standings[o.name].winner == name for cell in cells.values()) for name in names}
            for o in DIRECTED}


def _about(scenario: Scenario) -> dict[str, Any]:
    world = scenario.world
    return {"name": scenario.name, "title": scenario.title, "key": scenario.key, "people": world.people,
            "places": world.places, "tick": world.tick, "horizon": world.horizon}


def _whole(what: str, value: Any, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ComparisonError(f"{what} must be a whole number from {low:,} to {high:,}, not {value!r}")
    return int(value)
