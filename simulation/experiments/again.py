"""Make the runs of a sweep again and compare every outcome, bit for bit, with the rows that the store has."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import provenance
from simulation.differing import same_bits
from simulation.outcomes import BY_NAME
from simulation.reproducing import Part, Reproduced, Stopped, differing_versions
from simulation.runfolder import RunFolderError

if TYPE_CHECKING:
    from simulation.experiments.design import Design
    from simulation.experiments.readings import Readings
    from simulation.experiments.store import Store
    from simulation.workers import Progress

CHUNK = 1_000
"""Runs handed to the threads at once, so that memory does not grow with the sweep."""
SHOWN = 1_000
"""Runs that differ of which each is listed."""

Place = tuple[int, int, int]
"""Point, replication, regime."""


@dataclass(frozen=True, slots=True)
class Made:
    """A run made again: every outcome in order, or its error."""

    values: np.ndarray
    error: str = ""


def reproduce_sweep(folder: Path, manifest: Mapping[str, Any], *, sample: int | None = None,
                    threads: int | None = None, progress: Progress | None = None,
                    stop: threading.Event | None = None) -> Reproduced:
    """See `simulation.reproducing.reproduce`.

    The worlds follow from `design.yaml` and `scenario.yaml` alone, so that points and seeds are compared as well.

    Raises RunFolderError: files of the design were changed or cannot be read, or the store has none of its runs.
    """
    from simulation.experiments.codeversion import code_version
    from simulation.experiments.reading import load_design
    from simulation.experiments.store import Store

    begun = time.monotonic()
    folder = folder.resolve()
    store = Store.open(folder.parent.parent, create=False)
    design = load_design(folder / "design.yaml")
    if manifest["key"] != design.key:
        raise RunFolderError(f"{folder}: design.yaml and scenario.yaml give another design (key {design.key}) than the "
                             f"manifest tells of ({manifest['key']}): they were changed, or this version reads them "
                             "otherwise. Nothing was run again")
    found = store.readings(folder.name, tuple(BY_NAME))
    failures = _failures(store, folder.name, found.regimes)
    places = _places(found, set(failures))
    if not places:
        raise RunFolderError(f"{folder}: the store has no runs of this design yet; make them with regimes sweep")
    chosen = spread(places, sample, design.seed)
    made = _make(design, found, chosen, threads or provenance.cores(), progress, stop)
    if not made:
        raise Stopped
    notes = []
    if found.missing:
        notes.append(f"{found.missing:,} runs that the design asks for are not in the store, so there was nothing to "
                     "compare them with.")
    if (code := code_version()) != manifest["code"]:
        notes.append(f"The runs were made by version {manifest['code']} of the code; this is {code}.")
    parts = (_same_points(design, found), _same_seeds(design, found, code), *_runs(found, made, failures))
    return Reproduced(folder, "sweep", parts, len(made), len(places), time.monotonic() - begun,
                      differing_versions(manifest.get("versions", {})), tuple(notes), len(made) == len(chosen))


def spread(places: Sequence[Place], sample: int | None, seed: int) -> list[Place]:
    """So many of the places, one drawn from each of as many equal stretches; all where there are no more.

    Evenly spaced ones would all be of one regime whenever the spacing is a multiple of the number of regimes.
    """
    if sample is None or sample >= len(places):
        return list(places)
    edges = np.linspace(0, len(places), sample + 1).astype(int)
    rng = np.random.default_rng(seed)
    return [places[int(rng.integers(low, high))] for low, high in zip(edges[:-1], edges[1:], strict=True)]


def _failures(store: Store, name: str, regimes: Sequence[str]) -> dict[Place, str]:
    """Runs without a result, with the error that each ended with."""
    rows = store.failures(name)
    return {(int(row.point), int(row.replication), regimes.index(row.regime)): row.error for row in rows.itertuples()}


def _places(found: Readings, failed: set[Place]) -> list[Place]:
    """Runs that the store has, with a result or an error, replication after replication."""
    done = np.zeros(found.shape, bool)
    for values in found.values.values():
        done |= np.isfinite(values)
    points, replications, regimes = found.shape
    return [(p, r, g) for r in range(replications) for p in range(points) for g in range(regimes)
            if done[p, r, g] or (p, r, g) in failed]


def _make(design: Design, found: Readings, chosen: Sequence[Place], threads: int, progress: Progress | None,
          stop: threading.Event | None) -> dict[Place, Made]:
    from simulation import runs
    from simulation.experiments.varying import world_at
    from simulation.workers import work

    base, sample = design.base, design.sample

    def one(place: Place, halt: threading.Event) -> Made:
        point, replication, regime = place
        try:
            world = world_at(base, sample.changes(point))
            run = runs.run(world, found.regimes[regime], int(found.seeds[point, replication]), stop=halt)
        except runs.Interrupted:
            raise
        except Exception as error:  # a run that failed should fail again, and with the same words
            return Made(np.full(len(BY_NAME), np.nan), said(error))
        return Made(np.array([run.summary[name] for name in BY_NAME], float))

    made: dict[Place, Made] = {}
    for begin in range(0, len(chosen), CHUNK):
        if stop is not None and stop.is_set():
            break
        part = chosen[begin:begin + CHUNK]
        told = None if progress is None else (lambda done, _, begin=begin: progress(begin + done, len(chosen)))
        done, interrupted = work(part, one, threads, progress=told, stop=stop)
        made |= {part[at]: result for at, result in done.items()}
        if interrupted is not None:
            break
    return made


def said(error: Exception) -> str:
    """An error as the store's rows have it."""
    return f"{type(error).__name__}: {(str(error).splitlines() or ['no message'])[0]}"


def _same_points(design: Design, found: Readings) -> Part:
    mine = np.asarray(design.sample.values, float)
    if mine.shape != found.points.shape:
        return Part("points", False, f"the design gives {mine.shape[0]} points of {mine.shape[1]} factors, the store "
                                     f"has {found.points.shape[0]} of {found.points.shape[1]}", False)
    wrong = np.argwhere(~same_bits(found.points, mine))
    if not len(wrong):
        return Part("points", True)
    point, factor = wrong[0]
    was, now = float(found.points[point, factor]), float(mine[point, factor])
    return Part("points", False, f"point {point}, {found.factors[factor].name}: was {was!r}, is now {now!r}; "
                                 f"{len(wrong):,} values differ", False)


def _same_seeds(design: Design, found: Readings, code: str) -> Part:
    from simulation.experiments.plan import Plan

    plan = Plan(design, code)
    for point, replication in np.argwhere(found.seeds >= 0):
        was, now = int(found.seeds[point, replication]), plan.seed(int(point), int(replication))
        if was != now:
            return Part("seeds", False, f"point {point}, replication {replication}: was {was}, is now {now}", False)
    return Part("seeds", True)


def _runs(found: Readings, made: Mapping[Place, Made], failures: Mapping[Place, str]) -> list[Part]:
    """One part for all runs, then one for each that differs."""
    wrong: list[Part] = []
    names = list(BY_NAME)
    lost = 0
    for place, again in made.items():
        point, replication, regime = place
        name = (f"point {point}, replication {replication}, {found.regimes[regime]}, seed "
                f"{found.seeds[point, replication]}")
        if place in failures:
            if failures[place].startswith("WorkerLost"):
                lost += 1
            elif failures[place] != again.error:
                wrong.append(Part(name, False, f"failed with {failures[place]!r}, now "
                                               f"{repr(again.error) if again.error else 'has a result'}", False))
            continue
        if again.error:
            wrong.append(Part(name, False, f"had a result, now fails with {again.error!r}", False))
            continue
        before = np.array([found.values[outcome][place] for outcome in names], float)
        differs = np.flatnonzero(~same_bits(before, again.values))
        if len(differs):
            first = differs[0]
            wrong.append(Part(name, False, f"{names[first]} was {float(before[first])!r}, is now "
                                           f"{float(again.values[first])!r}; {len(differs)} of {len(names)} outcomes "
                                           "differ", False))
    says = f"{len(wrong):,} of {len(made):,} runs made again differ" if wrong else ""
    parts = [Part("runs", not wrong, says, not wrong)]
    if lost:
        parts.append(Part("lost workers", None, f"{lost:,} runs failed because their worker died, which is no matter "
                                                "of the model"))
    return parts + wrong[:SHOWN]
