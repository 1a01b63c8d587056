"""The paired comparison: the same people and the same chance under two or more regimes, and what differed."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import provenance, statistics
from simulation.outcomes import BY_NAME, OUTCOMES
from simulation.statistics import Paired
from simulation.workers import Progress, work

if TYPE_CHECKING:
    import pandas as pd

    from simulation.runs import Run
    from simulation.scenario import Regime, Scenario

TABLE_COLUMNS = ("difference", "low", "high", "better_in", "pairs")
"""Columns of a comparison's table after the means, which carry the names of the regimes."""
LARGE_WORLD = 200_000
"""People from which the threads work inside one run, place by place, instead of on several runs at once."""


class ComparisonError(ValueError):
    """A comparison that was asked for cannot be made; the message says why and what would do."""


@dataclass(frozen=True, eq=False)
class KeptRun:
    """What a comparison keeps of one run.

    Attributes:
        series: outcome name to float64 array over ticks.
        waits: people seen, by bins of their true wait one tick wide, over the whole run.
        summary: outcome name to one number, by the outcome's own rule.
    """

    regime: str
    seed: int
    tick_weeks: float
    series: Mapping[str, np.ndarray]
    waits: np.ndarray
    summary: Mapping[str, float]

    @classmethod
    def of(cls, run: Run, regime: str, tick_weeks: float) -> KeptRun:
        return cls(regime, int(run.seed), tick_weeks, {o.name: np.asarray(run.series[o.name], float) for o in OUTCOMES},
                   np.asarray(run.waits).sum(axis=0), {o.name: float(run.summary[o.name]) for o in OUTCOMES})

    @property
    def weeks(self) -> np.ndarray:
        """Weeks gone by at the end of every tick."""
        return np.arange(1, len(self.series[OUTCOMES[0].name]) + 1) * self.tick_weeks

    @property
    def weekly(self) -> pd.DataFrame:
        """One row a tick, one column an outcome; the first column is `week`."""
        import pandas as pd

        return pd.DataFrame({"week": self.weeks, **self.series}).rename_axis("tick")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two or more regimes on the same people, pair by pair.

    Purpose: the one result that the table, the charts, the report, the dashboard and the run folder read.

    Attributes:
        regimes: in the order of comparison; every contrast is against the first.
        seed: of the first pair; pair k has `seed + k`, the same for every regime.
        asked: pairs that were asked for. `complete` is False when fewer were done.
        runs: regime name to its runs, in the order of pairs.
        manifest: versions, machine, duration: what may differ between two equal comparisons.
    """

    scenario: Scenario
    regimes: tuple[Regime, ...]
    seed: int
    asked: int
    runs: Mapping[str, tuple[KeptRun, ...]]
    manifest: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the regimes, in the order of comparison."""
        return tuple(regime.name for regime in self.regimes)

    @property
    def pairs(self) -> int:
        """Complete pairs: seeds that were run under every regime."""
        return min(len(runs) for runs in self.runs.values())

    @property
    def complete(self) -> bool:
        """Whether every pair that was asked for was done."""
        return self.pairs == self.asked

    @property
    def seeds(self) -> tuple[int, ...]:
        return tuple(range(self.seed, self.seed + self.pairs))

    @property
    def key(self) -> str:
        """Hash of everything the numbers follow from: scenario, levers, seeds, model version."""
        return provenance.key({"scenario": self.scenario.key, "seed": self.seed, "pairs": self.pairs,
                               "regimes": [[r.name, dict(r.levers)] for r in self.regimes],
                               "model": self.manifest.get("versions", {}).get("model", provenance.model_version())})

    def values(self, regime: str, outcome: str) -> np.ndarray:
        """One number a pair, in the order of pairs.

        Raises:
            ComparisonError: no such regime or outcome.
        """
        self._check(regime)
        if outcome not in BY_NAME:
            raise ComparisonError(f"no outcome {outcome!r}{_nearest(outcome, BY_NAME)}")
        return np.array([run.summary[outcome] for run in self.runs[regime][:self.pairs]])

    @cached_property
    def _paired(self) -> dict[str, dict[str, Paired]]:
        first = self.names[0]
        return {name: {o.name: statistics.paired(self.values(first, o.name), self.values(name, o.name), o.better)
                       for o in OUTCOMES} for name in self.names[1:]}

    def paired(self, regime: str | None = None) -> dict[str, Paired]:
        """Every outcome's paired statistics for `regime` against the first; without a name, the second's."""
        name = self.names[1] if regime is None else regime
        self._check(name)
        if name == self.names[0]:
            raise ComparisonError(f"{name!r} is the regime that the others are compared with; "
                                  f"ask for one of {_listed(self.names[1:])}")
        return self._paired[name]

    @cached_property
    def table(self) -> pd.DataFrame:
        """The second regime against the first; see `contrast`."""
        return self.contrast(self.names[1])

    def contrast(self, regime: str) -> pd.DataFrame:
        """One regime against the first, a row an outcome.

        Columns: the mean under each of the two regimes, named by the regime; `difference` (this one minus the first);
        `low`, `high` (95 % paired t interval, NaN with one pair); `better_in` (pairs in which this regime is better,
        <NA> where better is a matter of view); `pairs` (that have a value under both). `table` has a mean column for
        every regime.

        Raises:
            ComparisonError: `regime` is not compared, or is the first.
        """
        import pandas as pd

        results = self.paired(regime)
        columns: dict[str, Any] = {self.names[0]: [p.first for p in results.values()]}
        if regime == self.names[1]:  # the main table also shows what is not in this contrast
            others = self.names[2:]
            columns[regime] = [p.second for p in results.values()]
            for name in others:
                columns[name] = [p.second for p in self.paired(name).values()]
        else:
            columns[regime] = [p.second for p in results.values()]
        for column in ("difference", "low", "high"):
            columns[column] = [getattr(p, column) for p in results.values()]
        columns["better_in"] = pd.array([p.better_in for p in results.values()], dtype="Int64")
        columns["pairs"] = [p.pairs for p in results.values()]
        return pd.DataFrame(columns, index=pd.Index(list(results), name="outcome"))

    def diagnostics(self, regime: str | None = None) -> pd.DataFrame:
        """What stands behind a contrast, a row an outcome: `effect` (standardised paired effect), `tied` (pairs that
        are exactly equal), `variance_reduction`, `skewness` (of the differences), `notes`."""
        import pandas as pd

        results = self.paired(regime)
        return pd.DataFrame(
            {"effect": [p.effect for p in results.values()], "tied": [p.tied for p in results.values()],
             "variance_reduction": [p.variance_reduction for p in results.values()],
             "skewness": [p.skewness for p in results.values()],
             "notes": [" ".join(p.notes) for p in results.values()]},
            index=pd.Index(list(results), name="outcome"))

    def to_frame(self) -> pd.DataFrame:
        """Every run's summary in long form: `regime`, `pair` (from 1), `seed`, `outcome`, `value`."""
        import pandas as pd

        rows = [(name, pair, run.seed, outcome, value) for name in self.names
                for pair, run in enumerate(self.runs[name][:self.pairs], 1) for outcome, value in run.summary.items()]
        return pd.DataFrame(rows, columns=["regime", "pair", "seed", "outcome", "value"])

    def to_dict(self) -> dict[str, Any]:
        """Plain data for machines. All but `manifest` is the same for the same inputs, whatever machine and threads."""
        return {
            "scenario": {"name": self.scenario.name, "title": self.scenario.title, "key": self.scenario.key},
            "regimes": [{"name": r.name, "title": r.title, "levers": dict(r.levers)} for r in self.regimes],
            "pairs": self.pairs,
            "pairs_asked": self.asked,
            "complete": self.complete,
            "seed": self.seed,
            "seeds": list(self.seeds),
            "key": self.key,
            "table": _records(self.table),
            "contrasts": {name: _records(self.contrast(name)) for name in self.names[1:]},
            "diagnostics": {name: _records(self.diagnostics(name)) for name in self.names[1:]},
            "manifest": self.manifest,
        }

    def to_json(self) -> str:
        """`to_dict` as text: stable order of keys, no NaN (null instead), floats in full."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False, ensure_ascii=False)

    def _check(self, regime: str) -> None:
        if regime not in self.runs:
            raise ComparisonError(f"no regime {regime!r} in this comparison{_nearest(regime, self.names)}")


def compare(scenario: Scenario | str | Path, regimes: Sequence[str | Regime] | None = None, pairs: int | None = None,
            seed: int | None = None, *, threads: int | None = None, progress: Progress | None = None,
            stop: threading.Event | None = None) -> Comparison:
    """Run every regime on the same people with the same chance, `pairs` times, and compare.

    Purpose: the main job. The same inputs give the same numbers on any number of threads.

    Args:
        scenario: a scenario, or the name or path of one.
        regimes: two or more, as names (of the scenario's regimes or of the library) or Regime objects; the first is the
            one that the others are compared with. Default: what the scenario says.
        pairs: at least 1; default the scenario's.
        seed: of the first pair, at least 0; the others follow on. Default the scenario's.
        threads: how many to use; default all processors this process may use.
        progress: called with (runs done, runs in all) after every run, in the caller's thread.
        stop: set it to stop soon; complete pairs are kept and `complete` is False. Ctrl-C does the same.

    Raises:
        ComparisonError: unknown or duplicate regime, fewer than two regimes, pairs, seed or threads out of range.
        simulation.runs.Interrupted: stopped before the first pair was complete.
    """
    if isinstance(scenario, str | Path):
        from simulation.scenario import load

        scenario = load(scenario)
    chosen = choose_regimes(scenario, regimes)
    pairs = _whole("pairs", scenario.pairs if pairs is None else pairs, 1)
    seed = _whole("seed", scenario.seed if seed is None else seed, 0)
    threads = _whole("threads", provenance.cores() if threads is None else threads, 1)
    started, clock = datetime.now(UTC), time.perf_counter()
    kept = _run_pairs(scenario, chosen, pairs, seed, threads, progress, stop)
    manifest = {
        "versions": provenance.versions(),
        "machine": provenance.machine(),
        "threads": threads,
        "started": started.isoformat(timespec="seconds"),
        "duration_seconds": round(time.perf_counter() - clock, 3),
    }
    return Comparison(scenario, chosen, seed, pairs, kept, manifest)


def choose_regimes(scenario: Scenario, regimes: Sequence[str | Regime] | None) -> tuple[Regime, ...]:
    """The regimes to compare, resolved and checked.

    Raises:
        ComparisonError: fewer than two, the same name twice, an unknown name, a name that a column of the table has.
    """
    if isinstance(regimes, str):
        raise ComparisonError(f"regimes must be a list of two or more, not the text {regimes!r}")
    asked = tuple(scenario.compare or list(scenario.regimes)[:2]) if regimes is None else tuple(regimes)
    chosen = tuple(_regime(scenario, given) for given in asked)
    names = [regime.name for regime in chosen]
    if len(chosen) < 2:
        raise ComparisonError(f"a comparison needs two regimes or more; given: {_listed(names)}. "
                              f"Known: {_listed(_known(scenario))}")
    for name in names:
        if names.count(name) > 1:
            raise ComparisonError(f"regime {name!r} is given twice; give each regime a name of its own")
        if name in TABLE_COLUMNS:
            raise ComparisonError(f"a regime cannot be called {name!r}, which is a column of the table; rename it")
    return chosen


def _regime(scenario: Scenario, given: str | Regime) -> Regime:
    if not isinstance(given, str):
        return given
    if given in scenario.regimes:
        return scenario.regimes[given]
    from simulation.scenario import load_regime, regime_library

    if given in regime_library():
        return load_regime(given)
    known = _known(scenario)
    raise ComparisonError(f"unknown regime {given!r}{_nearest(given, known)}. Known: {_listed(known)}")


def _known(scenario: Scenario) -> list[str]:
    from simulation.scenario import regime_library

    return list(dict.fromkeys([*scenario.regimes, *regime_library()]))


def _run_pairs(scenario: Scenario, regimes: tuple[Regime, ...], pairs: int, seed: int, threads: int,
               progress: Progress | None, stop: threading.Event | None) -> dict[str, tuple[KeptRun, ...]]:
    from simulation import runs

    nothing = runs.Interrupted("stopped before the first pair of runs was complete: nothing to compare")
    if stop is not None and stop.is_set():
        raise nothing
    large = scenario.world.people >= LARGE_WORLD and scenario.world.places >= threads
    workers, inside = (1, threads) if large else (threads, 1)

    def one(task: tuple[int, Regime], halt: threading.Event) -> KeptRun:
        pair, regime = task
        try:
            run = runs.run(scenario, regime, seed + pair, record_events=False, threads=inside, stop=halt)
        except Exception as error:
            error.add_note(f"in the run of regime {regime.name!r} with seed {seed + pair}")
            raise
        return KeptRun.of(run, regime.name, scenario.tick_weeks)

    # Pair by pair, so that whenever it stops the pairs begun first are whole.
    tasks = [(pair, regime) for pair in range(pairs) for regime in regimes]
    found, interrupted = work(tasks, one, workers, progress=progress, stop=stop)
    done = {(tasks[at][0], tasks[at][1].name): run for at, run in found.items()}
    whole = 0
    while all((whole, regime.name) in done for regime in regimes):
        whole += 1
    if whole == 0:
        raise interrupted or nothing
    return {regime.name: tuple(done[pair, regime.name] for pair in range(whole)) for regime in regimes}


def _whole(what: str, value: Any, low: int) -> int:
    high = 2**63 - 1_000_001 if what == "seed" else 1_000_000  # room for every pair's seed in 64 bits
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ComparisonError(f"{what} must be a whole number from {low:,} to {high:,}, not {value!r}")
    return int(value)


def _nearest(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _records(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {str(index): {column: _plain(value) for column, value in zip(frame.columns, row, strict=True)}
            for index, row in zip(frame.index, frame.itertuples(index=False, name=None), strict=True)}


def _plain(value: Any) -> Any:
    """A cell as JSON can say it: null for what is not a finite number."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return None
