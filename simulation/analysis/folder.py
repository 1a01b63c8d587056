"""The folder of an analysis: page, tables, pictures and a manifest, whole or not there.

    analysis.html     for people; opens offline
    tables/*.csv      every number in full
    pictures/*.svg    and the same as .png, for slides
    manifest.json     of what, with which versions; a digest of every other file
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation import provenance
from simulation.analysis.section import Section
from simulation.wholefolder import refuse_unless_free, whole

if TYPE_CHECKING:
    from simulation.experiments.readings import Readings
    from simulation.workers import Progress

KIND = "care-regimes analysis"
FORMAT = 1
PAGE, MANIFEST = "analysis.html", "manifest.json"


def default_folder(design: Path) -> Path:
    """A new folder's path beside a design's files: `analysis-<date-time>`, with a number where that exists already."""
    base = design / f"analysis-{datetime.now():%Y%m%d-%H%M%S}"
    path, number = base, 1
    while path.exists():
        number += 1
        path = base.with_name(f"{base.name}-{number}")
    return path


def check(folder: Path) -> None:
    """Say before the work whether `folder` can take an analysis. Raises RunFolderError."""
    refuse_unless_free(folder, _never)


def incomplete(readings: Readings) -> list[str]:
    """What is missing of a sweep, in sentences."""
    asked = int((readings.seeds >= 0).sum()) * len(readings.regimes)
    notes = []
    if readings.missing or not asked:
        notes.append(f"Not complete: {readings.missing:,} of {asked:,} runs are missing; the same regimes sweep "
                     "command makes them.")
    if readings.failures:
        notes.append(f"{readings.failures:,} of {asked:,} runs failed and are left out, each with its pair; the same "
                     "regimes sweep command says why.")
    return notes


def write(folder: Path, sections: Sequence[Section], readings: Readings, *, command: Sequence[str] | None = None,
          notes: Sequence[str] = (), asked: Mapping[str, Any] | None = None, told: Mapping[str, Any] | None = None,
          progress: Progress | None = None) -> Path:
    """Write an analysis; the path of the folder.

    Args:
        command: the command line it was asked for with; paths in it are cut to their last part.
        notes: what to know about the sweep as a whole.
        asked: what `analyse.sections` was called with, so that it can be made again.
        told: an earlier manifest whose command, time and versions are said in place of these, to compare with it.
        progress: called with (pictures drawn, pictures in all).

    Raises RunFolderError: it cannot be written; nothing is left behind.
    """
    from simulation.analysis.page import render

    made = {"command": "" if command is None else provenance.command_line(command), "asked": dict(asked or {}),
            "made": datetime.now(UTC).isoformat(timespec="seconds"), "versions": provenance.versions()}
    made |= {name: told[name] for name in made if told and name in told}
    with whole(folder, _never) as work:
        for name, text in _tables(sections).items():
            _write(work / "tables" / f"{name}.csv", text.encode())
        svgs = _pictures(work / "pictures", sections, progress)
        _write(work / PAGE, render(sections, readings, svgs, command=made["command"], made=made["made"],
                                   versions=made["versions"], notes=notes).encode())
        _write(work / MANIFEST, (json.dumps({**_manifest(work, sections, readings), **made}, indent=2, allow_nan=False,
                                            ensure_ascii=False) + "\n").encode())
    return folder


def _tables(sections: Sequence[Section]) -> dict[str, str]:
    return {name: frame.to_csv(index=False, lineterminator="\n") for section in sections
            for name, frame in section.tables.items()}


def _pictures(folder: Path, sections: Sequence[Section], progress: Progress | None) -> dict[str, str]:
    """Draw every picture into the folder; name to what the page has."""
    from simulation.svg import png, svg, svg_file

    pictures = [picture for section in sections for picture in section.pictures]
    drawn = {}
    for done, picture in enumerate(pictures):
        if progress is not None:
            progress(done, len(pictures))
        chart = picture.draw()
        drawn[picture.name] = str(svg(chart, picture.name, picture.says))
        _write(folder / f"{picture.name}.svg", svg_file(chart, picture.name, picture.says).encode())
        _write(folder / f"{picture.name}.png", png(chart))
    return drawn


def _manifest(work: Path, sections: Sequence[Section], readings: Readings) -> dict[str, Any]:
    points, replications, regimes = readings.shape
    files = {}
    for path in sorted(work.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            files[path.relative_to(work).as_posix()] = {"bytes": len(data), "blake2b": provenance.digest(data)}
    return {"kind": KIND, "format": FORMAT, "what": "analysis", "design": readings.design, "method": readings.method,
            "regimes": list(readings.regimes), "outcomes": list(readings.outcomes), "points": points,
            "replications": replications, "failures": readings.failures, "missing": readings.missing,
            "sections": [section.name for section in sections],
            "about": {name: str(value) for name, value in readings.about.items()}, "files": files}


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)


def _never(folder: Path) -> bool:
    return False


