"""Make again what a manifest tells of, and compare it with what is there, byte for byte.

A run folder is made again from its own scenario and manifest, beside nothing else. What may differ between two equal
results (when, how long, on what machine and with which versions) is taken from the manifest before files are written,
so that a report, which prints it, can be compared like every other file. A sweep is `experiments.again`'s business.
"""

from __future__ import annotations

import json
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation import differing, provenance, runfolder
from simulation.experiments.registry import KIND as SWEEP
from simulation.runfolder import RunFolderError

if TYPE_CHECKING:
    from simulation.workers import Progress

ANALYSIS = "care-regimes analysis"
STORE = "store.json"
PASSING = ("versions", "machine", "threads", "started", "duration_seconds", "seconds", "made")
"""Entries of a manifest that may differ between two equal results."""
NOT_COMPARED = (*PASSING, "command", "repeat", "files", "kind", "format")
PICTURES = (".svg", ".png", ".html")
"""Files whose looks also depend on the fonts of a machine."""


class Stopped(Exception):
    """It was stopped before there was anything to compare."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or one table of a sweep, that was made again.

    Attributes:
        says: how it differs, or why it was not compared; empty where it is the same.
        same: byte for byte; None where it was not compared.
        same_values: whether the numbers are the same all the same.
    """

    name: str
    same: bool | None
    says: str = ""
    same_values: bool = True


@dataclass(frozen=True)
class Reproduced:
    """What came of making it again.

    Attributes:
        what: `comparison`, `run`, `map`, `analysis` or `sweep`. runs: made again, of `asked`.
        versions: name to (recorded, now), of those that differ.
        notes: what to know, in plain sentences.
    """

    folder: Path
    what: str
    parts: tuple[Part, ...]
    runs: int
    asked: int
    seconds: float
    versions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    complete: bool = True

    @property
    def identical(self) -> bool:
        """Whether everything that was compared is the same, byte for byte."""
        return all(part.same is not False for part in self.parts)

    @property
    def same_values(self) -> bool:
        """Whether every number is the same, however it is packed or drawn."""
        return all(part.same is not False or part.same_values for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        return {"folder": str(self.folder), "what": self.what, "identical": self.identical,
                "same_values": self.same_values, "complete": self.complete, "runs": self.runs, "asked": self.asked,
                "seconds": round(self.seconds, 3), "notes": list(self.notes),
                "parts": [{"name": p.name, "same": p.same, "says": p.says} for p in self.parts],
                "versions": {name: {"recorded": then, "now": now} for name, (then, now) in self.versions.items()}}


def find(path: Path | str) -> tuple[Path, dict[str, Any]]:
    """The folder and the manifest that a path means, after checking that nothing in it was changed.

    Args: path: a `manifest.json`, or the folder that has it.

    Raises:
        RunFolderError: there is none, this program did not write it, or its files were changed since.
    """
    path = Path(path)
    if not path.exists():
        raise RunFolderError(f"{path}: there is no such file or folder; give a {runfolder.MANIFEST} or its folder")
    folder = path if path.is_dir() else path.parent
    if path.is_dir() and not (path / runfolder.MANIFEST).is_file():
        raise RunFolderError(_no_manifest(path))
    if path.is_file() and path.name != runfolder.MANIFEST:
        raise RunFolderError(f"{path} is not a manifest; those are called {runfolder.MANIFEST}")
    try:
        manifest = json.loads((folder / runfolder.MANIFEST).read_text("utf-8"))
        kind = manifest.get("kind")
    except (ValueError, AttributeError):
        kind = None
    if kind == SWEEP:
        return folder, manifest
    if kind not in (runfolder.KIND, ANALYSIS):
        raise RunFolderError(f"{folder / runfolder.MANIFEST} is not a manifest that this program wrote: it is of kind "
                             f"{kind!r}, and {runfolder.KIND!r}, {SWEEP!r} or {ANALYSIS!r} can be made again")
    try:
        if kind == ANALYSIS:
            runfolder.check_files(folder, manifest)
            return folder, manifest
        manifest = runfolder.read_manifest(folder)
    except RunFolderError as error:
        raise RunFolderError(f"{error}. Nothing was run again: what is there now is not what was made then") from error
    if manifest["what"] not in ("comparison", "run", "map"):
        raise RunFolderError(f"{folder} holds a {manifest['what']}, which this version cannot make again")
    return folder, manifest


def reproduce(path: Path | str, *, sample: int | None = None, threads: int | None = None, out: Path | None = None,
              progress: Progress | None = None, stop: threading.Event | None = None) -> Reproduced:
    """Make again what a manifest tells of and compare.

    Args:
        path: a manifest or its folder.
        sample: of a sweep, so many runs spread over its plan; default all.
        threads: changes no number.
        out: keep what was made again there; default nowhere. Not for sweeps.
        progress: called with (runs done, runs in all). stop: set it to stop soon.

    Raises:
        RunFolderError: as `find`, or `out` cannot be written. Stopped: before there was anything to compare.
    """
    folder, manifest = find(path)
    if manifest["kind"] == SWEEP:
        from simulation.experiments.again import reproduce_sweep

        if out is not None:
            raise RunFolderError("what a sweep makes again is not kept: leave out --out")
        return reproduce_sweep(folder, manifest, sample=sample, threads=threads, progress=progress, stop=stop)
    if sample is not None:
        raise RunFolderError("--sample is for sweeps; a run folder is made again as a whole")
    begun = time.monotonic()
    made = {"comparison": _comparison, "run": _run, "map": _map, "analysis": _analysis}[manifest["what"]]
    with nullcontext(str(out.parent)) if out else tempfile.TemporaryDirectory(prefix="regimes-again-") as beside:
        again = out or Path(beside) / "again"
        runs = made(folder, manifest, again, threads or provenance.cores(), progress, stop)
        parts = _compared(folder, manifest, again)
    return Reproduced(folder, manifest["what"], parts, runs, runs, time.monotonic() - begun,
                      differing_versions(manifest.get("versions", {})), _notes(parts, manifest))


def differing_versions(recorded: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Name to (recorded, now), of every package that has another version now, or is there only once."""
    now = provenance.versions()
    return {name: (recorded.get(name, "none"), now.get(name, "none")) for name in {**recorded, **now}
            if recorded.get(name) != now.get(name)}


def _no_manifest(folder: Path) -> str:
    if (folder / STORE).is_file():
        there = sorted(path.parent.name for path in (folder / "designs").glob(f"*/{runfolder.MANIFEST}"))
        several = ", ".join(there) or "none yet"
        return (f"{folder} is a store, which has a manifest for every design: give {folder / 'designs'}/NAME "
                f"(there: {several})")
    return f"{folder} has no {runfolder.MANIFEST}; give a run folder, or the folder of a design in a store"


# Kinds of run folders. Each writes the folder again and says how many runs that took.


def _told(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {name: manifest[name] for name in PASSING if name in manifest}


def _comparison(folder: Path, manifest: dict[str, Any], again: Path, threads: int, progress: Progress | None,
                stop: threading.Event | None) -> int:
    from simulation.comparison import compare
    from simulation.runs import Interrupted

    scenario, regimes = runfolder.read_scenario(folder, manifest)
    pairs = manifest["pairs"]
    try:
        found = compare(scenario, regimes, pairs, manifest["seed"], threads=threads, progress=progress, stop=stop)
    except Interrupted:
        raise Stopped from None
    if not found.complete:
        raise Stopped
    found = replace(found, asked=manifest["pairs_asked"], manifest=_told(manifest))
    runfolder.write_comparison(found, again, report="report.html" in manifest["files"])
    return pairs * len(regimes)


def _run(folder: Path, manifest: dict[str, Any], again: Path, threads: int, progress: Progress | None,
         stop: threading.Event | None) -> int:
    from simulation import runs

    scenario, (regime,) = runfolder.read_scenario(folder, manifest)
    try:
        found = runs.run(scenario, regime, manifest["seed"], record_events="events.parquet" in manifest["files"],
                         threads=threads, stop=stop, on_tick=progress)
    except runs.Interrupted:
        raise Stopped from None
    runfolder.write_run(found, again)
    return 1


def _map(folder: Path, manifest: dict[str, Any], again: Path, threads: int, progress: Progress | None,
         stop: threading.Event | None) -> int:
    from simulation.frontier import frontier
    from simulation.runs import Interrupted

    scenario, regimes = runfolder.read_scenario(folder, manifest)
    # A regime of the scenario's own goes by name, so that an axis moves it as it did then.
    chosen = [regime.name if regime.name in scenario.regimes else regime for regime in regimes]
    try:
        found = frontier(scenario, chosen, x=manifest["x"], y=manifest["y"], outcome=manifest["outcome"],
                         pairs=manifest["pairs"], seed=manifest["seed"], threads=threads, progress=progress, stop=stop)
    except Interrupted:
        raise Stopped from None
    if not found.complete:
        raise Stopped
    runs = len(found.cells) * found.pairs * len(regimes)
    if not manifest["complete"]:
        found = _cut(found, json.loads((folder / "map.json").read_text("utf-8")))
    runfolder.write_frontier(replace(found, manifest=_told(manifest)), again)
    return runs


def _cut(found: Any, kept: Mapping[str, Any]) -> Any:
    """A map with only the cells that another has, which was stopped."""
    places = {(cell["x"], cell["y"]) for cell in kept["cells"]}
    cells = {(i, j): cell for (i, j), cell in found.cells.items() if (found.x.values[i], found.y.values[j]) in places}
    counts = {outcome: {name: sum(cell.standings[outcome].winner == name for cell in cells.values())
                        for name in found.regimes} for outcome in found.counts}
    return replace(found, cells=cells, counts=counts)


def _analysis(folder: Path, manifest: dict[str, Any], again: Path, threads: int, progress: Progress | None,
              stop: threading.Event | None) -> int:
    """An analysis runs nothing: it is made again from the store that it lies in."""
    from simulation.analysis import folder as folders
    from simulation.analysis.analyse import sections
    from simulation.experiments.store import Store

    place = folder.resolve().parent
    if not (place.parent.parent / STORE).is_file():
        where = f"STORE/designs/{manifest['about'].get('folder', 'NAME')}/"
        raise RunFolderError(f"{folder} lies outside the store that it was made from; move it to {where}, and it can "
                             "be made again there")
    found = Store.open(place.parent.parent, create=False).readings(place.name, manifest["outcomes"])
    for name, now in (("missing", found.missing), ("failures", found.failures)):
        if manifest[name] != now:
            raise RunFolderError(f"the store has other runs than when {folder} was made ({manifest[name]:,} {name} "
                                 f"then, {now:,} now): analyse it anew. Nothing was compared")
    made = sections(found, **manifest["asked"], progress=progress)
    folders.write(again, made, found, notes=folders.incomplete(found), told=manifest, progress=progress)
    return 0


# What differs


def _compared(folder: Path, manifest: Mapping[str, Any], again: Path) -> tuple[Part, ...]:
    made = json.loads((again / runfolder.MANIFEST).read_text("utf-8"))
    parts = []
    for name in [*manifest["files"], *(name for name in made["files"] if name not in manifest["files"])]:
        if name not in made["files"] or name not in manifest["files"]:
            when = "then, and not again" if name in manifest["files"] else "only now"
            parts.append(Part(name, False, f"was written {when}", False))
            continue
        says, same_values = differing.difference(folder / name, again / name)
        parts.append(Part(name, not says, says, same_values))
    says = differing.entry(*({name: value for name, value in each.items() if name not in NOT_COMPARED}
                             for each in (manifest, made)))
    parts.append(Part(runfolder.MANIFEST, not says, says, not says))
    return tuple(parts)


def _notes(parts: tuple[Part, ...], manifest: Mapping[str, Any]) -> tuple[str, ...]:
    notes = []
    wrong = [part for part in parts if part.same is False]
    if wrong and all(part.same_values for part in wrong):
        notes.append("Every value is the same bit for bit; only its packing in the file differs, as it does between "
                     "versions of pyarrow.")
    elif wrong and all(part.name.endswith(PICTURES) or part.same_values for part in wrong):
        notes.append("Every number is the same; only pictures differ, as they do with other fonts or another version "
                     "of vl-convert or altair.")
    then, now = manifest.get("machine", {}).get("processor"), provenance.machine()["processor"]
    if wrong and then and then != now:
        notes.append(f"It was made on a processor of another kind ({then}, here {now}); between those, the last digits "
                     "of a sum may differ.")
    return tuple(notes)
