"""The run folder: all that came out of a comparison, a run or a map, how to make it again, and proof that it is whole.

    manifest.json     what was run, on what, with which versions; a digest of every other file
    series.parquet    one row a run and tick, one column an outcome
    summary.parquet   one row a run, one column an outcome
    waits.parquet     people seen by their true wait, one row a run and bin
    table.csv         paired differences (comparisons only)
    events.parquet    every event and its cause (single runs that kept them)
    scenario.yaml     the scenario as it was run, complete: `regimes compare scenario.yaml` repeats a comparison
    report.html       for people (comparisons only)
    cells.parquet     one row a cell and outcome (maps only)
    cells.csv         one row a cell, the outcome of the map (maps only)
    runs.parquet      one row a run, one column an outcome (maps only)
    map.json          the map, to be shown again (maps only)
    frontier.svg      the map as a picture, and as .png (maps only)

The manifest is written last, and the folder gets its name only when all of it is on disk.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import provenance
from simulation.comparison import Comparison, KeptRun
from simulation.outcomes import HEADLINE, OUTCOMES
from simulation.wholefolder import RunFolderError, refuse_unless_free, whole

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from simulation.frontier import Frontier
    from simulation.runs import Run
    from simulation.scenario import Regime, Scenario

KIND = "care-regimes run folder"
FORMAT = 1
"""Of the folder; it changes when an older reader could no longer read it."""
MANIFEST = "manifest.json"

__all__ = ["RunFolderError", "check", "check_files", "default_folder", "is_run_folder", "load_comparison",
           "read_manifest", "read_scenario", "write_comparison", "write_frontier", "write_run"]


def default_folder(name: str, root: Path | str = "runs") -> Path:
    """A new folder's path: `runs/<scenario>-<date-time>`, with a number where that exists already."""
    stem = "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "scenario"
    base = Path(root) / f"{stem}-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = base, 1
    while path.exists():
        number += 1
        path = base.with_name(f"{base.name}-{number}")
    return path


def check(folder: Path | str, overwrite: bool = False) -> None:
    """Say before the work whether `folder` can take results. Raises RunFolderError."""
    refuse_unless_free(Path(folder), _replaceable(overwrite))


def write_comparison(comparison: Comparison, folder: Path | str | None = None, *, report: bool = True,
                     overwrite: bool = False, command: Sequence[str] | None = None) -> Path:
    """Write a comparison; the path of the folder.

    Args:
        folder: default a new one under `runs/`. An existing folder must be empty, or a run folder and `overwrite`.
        report: whether to make `report.html`.
        command: the command line it was asked for with, for the manifest; paths in it are cut to their last part.

    Raises:
        RunFolderError: it cannot be written; nothing is left behind.
    """
    path = default_folder(comparison.scenario.name) if folder is None else Path(folder)
    runs = [run for name in comparison.names for run in comparison.runs[name][:comparison.pairs]]
    with whole(path, _replaceable(overwrite)) as work:
        _write_runs(work, comparison.scenario, runs)
        _write_text(work / "table.csv", _table(comparison).to_csv(lineterminator="\n"))
        _write_scenario(work, comparison.scenario, comparison.regimes, comparison.pairs, comparison.seed)
        if report:
            from simulation.report import render

            _write_text(work / "report.html", render(comparison))
        _write_manifest(work, {
            "what": "comparison",
            "complete": comparison.complete,
            "pairs": comparison.pairs,
            "pairs_asked": comparison.asked,
            "seed": comparison.seed,
            "seeds": list(comparison.seeds),
            "key": comparison.key,
            **_described(comparison.scenario, comparison.regimes, command),
            **comparison.manifest,
        })
    return path


def write_run(run: Run, folder: Path | str | None = None, *, overwrite: bool = False,
              command: Sequence[str] | None = None) -> Path:
    """Write one run, with its events if it kept them; the path of the folder. Raises RunFolderError."""
    path = default_folder(f"{run.scenario.name}-{run.regime}") if folder is None else Path(folder)
    regimes = (run.levers,)
    with whole(path, _replaceable(overwrite)) as work:
        _write_runs(work, run.scenario, [KeptRun.of(run, run.regime, run.scenario.tick_weeks)])
        if run.event_log is not None:
            _write_parquet(work / "events.parquet", _plain_table(run.events))
        _write_scenario(work, run.scenario, regimes, run.scenario.pairs, run.seed)
        _write_manifest(work, {"what": "run", "complete": True, "seed": run.seed, "seeds": [run.seed],
                               **_described(run.scenario, regimes, command),
                               "repeat": f"regimes run scenario.yaml --regime {run.regime} --seed {run.seed}",
                               **{k: v for k, v in run.manifest.items() if k not in ("scenario", "seed")}})
    return path


def write_frontier(frontier: Frontier, folder: Path | str | None = None, *, overwrite: bool = False,
                   command: Sequence[str] | None = None) -> Path:
    """Write a map of winners with its picture; the path of the folder. Args as `write_comparison`.

    Raises:
        RunFolderError: it cannot be written; nothing is left behind.
        ValueError: the map was read from a file, so that there is nothing to write but what was read.
    """
    from simulation import flipmap
    from simulation.frontier import as_lines
    from simulation.svg import png, svg_file

    if frontier.scenario is None:
        raise ValueError("this map was read from a file; it has no runs that could be written")
    path = default_folder(f"{frontier.about['name']}-frontier") if folder is None else Path(folder)
    axes = {"x": frontier.x.text, "y": frontier.y.text}
    with whole(path, _replaceable(overwrite)) as work:
        _write_parquet(work / "cells.parquet", _plain_table(frontier.table))
        mine = frontier.table[frontier.table["outcome"] == frontier.outcome]
        _write_text(work / "cells.csv", mine.to_csv(index=False, lineterminator="\n"))
        _write_parquet(work / "runs.parquet", _plain_table(frontier.runs))
        _write_text(work / "map.json", as_lines(frontier.kept(name for name in HEADLINE if name in frontier.counts)))
        poster = flipmap.poster(frontier)
        _write_text(work / "frontier.svg", svg_file(poster, "frontier", flipmap.figure(frontier).alt))
        (work / "frontier.png").write_bytes(png(poster))
        _write_scenario(work, frontier.scenario, frontier.chosen, frontier.pairs, frontier.seed)
        _write_manifest(work, {
            "what": "map", "complete": frontier.complete, "cells": len(frontier.cells),
            "cells_asked": len(frontier.places), "outcome": frontier.outcome, **axes, "pairs": frontier.pairs,
            "seed": frontier.seed, "seeds": list(range(frontier.seed, frontier.seed + frontier.pairs)),
            **_described(frontier.scenario, frontier.chosen, command),
            "repeat": provenance.command_line(
                ["regimes", "frontier", "scenario.yaml", "--x", axes["x"], "--y", axes["y"], "--outcome",
                 frontier.outcome, "--pairs", str(frontier.pairs)]),
            **frontier.manifest,
        })
    return path


def is_run_folder(folder: Path | str) -> bool:
    """Whether `folder` holds the manifest of a run folder."""
    try:
        return json.loads((Path(folder) / MANIFEST).read_text("utf-8")).get("kind") == KIND
    except (OSError, ValueError, AttributeError):
        return False


def read_manifest(folder: Path | str) -> dict[str, Any]:
    """The manifest, after checking that every file is there and has its digest.

    Raises:
        RunFolderError: not a run folder, of a newer format, or a file is missing or changed.
    """
    folder = Path(folder)
    if not is_run_folder(folder):
        raise RunFolderError(f"{folder} is not a run folder: it has no {MANIFEST} that this program wrote")
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    if manifest.get("format", 0) > FORMAT:
        raise RunFolderError(f"{folder} was written by a newer version of this program; install that one to read it")
    check_files(folder, manifest)
    return manifest


def check_files(folder: Path, manifest: dict[str, Any]) -> None:
    """Raises RunFolderError where a file that the manifest tells of is missing or has another digest."""
    for name, told in manifest["files"].items():
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            raise RunFolderError(f"{folder / name} cannot be read ({error.strerror}): the folder is not whole"
                                 ) from error
        if provenance.digest(data) != told["blake2b"]:
            raise RunFolderError(f"{folder / name} was changed after it was written; its digest is not the manifest's")


def load_comparison(folder: Path | str) -> Comparison:
    """A comparison as it was written, with the same table and series.

    Raises:
        RunFolderError: as `read_manifest`, or the folder holds a single run.
    """
    import pyarrow.parquet as pq

    folder = Path(folder)
    manifest = read_manifest(folder)
    if manifest["what"] != "comparison":
        held = {"run": "a single run"}.get(manifest["what"], f"a {manifest['what']}")
        raise RunFolderError(f"{folder} holds {held}, not a comparison")
    scenario, regimes = read_scenario(folder, manifest)
    series = pq.read_table(folder / "series.parquet").to_pandas()
    summary = pq.read_table(folder / "summary.parquet").to_pandas().set_index(["regime", "seed"])
    waits = pq.read_table(folder / "waits.parquet").to_pandas()
    runs: dict[str, list[KeptRun]] = {regime.name: [] for regime in regimes}
    people = {key: part["people"].to_numpy() for key, part in waits.groupby(["regime", "seed"], sort=False)}
    for (name, seed), part in series.groupby(["regime", "seed"], sort=False):
        runs[name].append(KeptRun(name, int(seed), scenario.tick_weeks,
                                  {o.name: part[o.name].to_numpy(float) for o in OUTCOMES}, people[name, seed],
                                  {o.name: float(summary.loc[(name, seed), o.name]) for o in OUTCOMES}))
    kept = ("versions", "machine", "threads", "started", "duration_seconds")
    return Comparison(scenario, regimes, manifest["seed"], manifest["pairs_asked"],
                      {name: tuple(part) for name, part in runs.items()},
                      {k: manifest[k] for k in kept if k in manifest})


def _replaceable(overwrite: bool) -> Any:
    return lambda folder: overwrite and is_run_folder(folder)


# What the files hold


def _write_runs(work: Path, scenario: Scenario, runs: Sequence[KeptRun]) -> None:
    import pyarrow as pa

    ticks = [len(run.weeks) for run in runs]
    outcomes = [pa.field(o.name, pa.float64(), metadata={"label": o.label, "unit": o.unit, "meaning": o.meaning})
                for o in OUTCOMES]
    which = [pa.field("scenario", pa.string()), pa.field("regime", pa.string()), pa.field("seed", pa.int64())]

    def labels(counts: Sequence[int]) -> list[Any]:
        return [pa.array([scenario.name] * sum(counts)), pa.array(np.repeat([run.regime for run in runs], counts)),
                pa.array(np.repeat([run.seed for run in runs], counts))]

    _write_parquet(work / "series.parquet", pa.table(
        [*labels(ticks), pa.array(np.concatenate([np.arange(n, dtype=np.int32) for n in ticks])),
         pa.array(np.concatenate([run.weeks for run in runs])),
         *(pa.array(np.concatenate([run.series[o.name] for run in runs])) for o in OUTCOMES)],
        schema=pa.schema([*which, pa.field("tick", pa.int32()), pa.field("week", pa.float64()), *outcomes])))
    once = [1] * len(runs)
    _write_parquet(work / "summary.parquet", pa.table(
        [*labels(once), *(pa.array([run.summary[o.name] for run in runs]) for o in OUTCOMES)],
        schema=pa.schema([*which, *outcomes])))
    bins = [len(run.waits) for run in runs]
    ends = np.concatenate([np.arange(n) for n in bins]) * scenario.tick_weeks
    _write_parquet(work / "waits.parquet", pa.table(
        [*labels(bins), pa.array(ends), pa.array(np.concatenate([np.asarray(run.waits, np.int64) for run in runs]))],
        schema=pa.schema([*which, pa.field("wait_weeks", pa.float64()), pa.field("people", pa.int64())])))


def _plain_table(frame: pd.DataFrame) -> pa.Table:
    """Without pandas' own notes, which hold versions and so differ between machines."""
    import pyarrow as pa

    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)


def _write_parquet(path: Path, table: pa.Table) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", compression_level=6)


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(text.encode())  # the same line ends on every system, so the same digest


def _table(comparison: Comparison) -> pd.DataFrame:
    """All contrasts in one table: a row a contrast and outcome."""
    import pandas as pd

    first = comparison.names[0]
    parts = []
    for name in comparison.names[1:]:
        results = comparison.paired(name)
        part = pd.DataFrame({
            "regime": name, "against": first,
            "label": [o.label for o in OUTCOMES], "group": [o.group for o in OUTCOMES],
            "unit": [o.unit for o in OUTCOMES], "better": [o.better for o in OUTCOMES],
            "mean_against": [p.first for p in results.values()], "mean": [p.second for p in results.values()],
            "difference": [p.difference for p in results.values()], "low": [p.low for p in results.values()],
            "high": [p.high for p in results.values()],
            "better_in": pd.array([p.better_in for p in results.values()], dtype="Int64"),
            "tied": [p.tied for p in results.values()], "pairs": [p.pairs for p in results.values()],
            "effect": [p.effect for p in results.values()],
            "variance_reduction": [p.variance_reduction for p in results.values()],
            "notes": [" ".join(p.notes) for p in results.values()],
        }, index=pd.Index(list(results), name="outcome"))
        parts.append(part)
    return pd.concat(parts)


def _described(scenario: Scenario, regimes: Iterable[Regime], command: Sequence[str] | None) -> dict[str, Any]:
    return {
        "scenario": {"name": scenario.name, "title": scenario.title, "key": scenario.key,
                     "regimes": list(scenario.regimes), "compare": list(scenario.compare), "pairs": scenario.pairs,
                     "seed": scenario.seed},
        "regimes": [{"name": r.name, "title": r.title, "summary": r.summary, "levers": dict(r.levers)}
                    for r in regimes],
        "command": None if command is None else provenance.command_line(command),
        "repeat": "regimes compare scenario.yaml",
    }


def _write_scenario(work: Path, scenario: Scenario, regimes: Sequence[Regime], pairs: int, seed: int) -> None:
    """The scenario so that comparing it with nothing else said makes the same again."""
    from simulation.scenario import to_yaml

    known = {**scenario.regimes, **{regime.name: regime for regime in regimes}}
    compared = tuple(regime.name for regime in regimes) if len(regimes) > 1 else scenario.compare
    _write_text(work / "scenario.yaml", to_yaml(scenario.model_copy(
        update={"regimes": known, "compare": compared, "pairs": pairs, "seed": seed})))


def read_scenario(folder: Path, manifest: dict[str, Any]) -> tuple[Scenario, tuple[Regime, ...]]:
    """The scenario of a run folder as it was, and the regimes that were run. Raises RunFolderError."""
    from simulation.scenario import ScenarioError, load

    told = manifest["scenario"]
    try:
        found = load(folder / "scenario.yaml")
    except ScenarioError as error:
        raise RunFolderError(f"{folder / 'scenario.yaml'} cannot be read by this version: {error}") from error
    regimes = tuple(found.regimes[regime["name"]] for regime in manifest["regimes"])
    mine = type(found.regimes)({name: found.regimes[name] for name in told["regimes"]})
    return found.model_copy(update={"name": told["name"], "regimes": mine, "compare": tuple(told["compare"]),
                                    "pairs": told["pairs"], "seed": told["seed"]}), regimes


def _write_manifest(work: Path, content: dict[str, Any]) -> None:
    files = {}
    for path in sorted(work.iterdir()):
        data = path.read_bytes()
        files[path.name] = {"bytes": len(data), "blake2b": provenance.digest(data)}
    manifest = {"kind": KIND, "format": FORMAT, **content, "files": files}
    with (work / MANIFEST).open("wb") as file:
        file.write(json.dumps(manifest, indent=2, allow_nan=False, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
