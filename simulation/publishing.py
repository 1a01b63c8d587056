"""The figures of the documents and the README: what each is drawn from, how, and whether the committed one is that.

Every figure is drawn from results that are kept in docs/data, so that all of them are drawn anew in seconds; how those
results were made is said with each. Only the README's are quick enough to be made again here.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from simulation.workers import Progress

DOCS = "docs"
WORLDS, WITHOUT = "data/sensitivity.json", "data/ablations.json"
Verdict = Literal["same", "moved", "differs", "missing"]
VERDICTS: Mapping[Verdict, str] = {
    "same": "as committed",
    "moved": "same words and colours, but other bytes: places differ, as they do with other fonts or another version "
             "of vl-convert",
    "differs": "another picture than the committed one",
    "missing": "not there",
}


class FigureError(ValueError):
    """A figure that is not known, or one whose results are not there; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Published:
    """One figure.

    Attributes:
        name: for `--only`. file, data: in the folder of the documents, and what it is drawn from there.
        made_by: the command that makes the results anew.
        draw: from the folder of the documents to the text of the file.
    """

    name: str
    file: str
    data: str
    made_by: str
    draw: Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure that was drawn anew, and how it stands to the file that was there."""

    figure: Published
    text: str
    verdict: Verdict


def figures() -> dict[str, Published]:
    """Every figure by name."""
    from simulation import frontierpage
    from simulation import readmepictures as readme
    from simulation.sensitivity import figures as sensitivity

    found = [
        Published("record-and-truth", "figures/record-and-truth.svg", readme.KEPT, "regimes figures --run",
                  lambda docs: _svg(docs, readme.KEPT, "record", readme.courses, readme.courses_told)),
        Published("town-differences", "figures/town-differences.svg", readme.KEPT, "regimes figures --run",
                  lambda docs: _svg(docs, readme.KEPT, "differences", readme.differences, readme.differences_told)),
    ]
    found += [Published(Path(file).stem, file, frontierpage.CELLS, "python -m simulation.frontierpage --run",
                        lambda docs, file=file: frontierpage.documents(_read(docs, frontierpage.CELLS))[file])
              for file in (frontierpage.FIGURE, frontierpage.PANELS)]
    found += [Published(Path(file).stem, f"figures/{file}", data, f"regimes {command} --docs",
                        lambda docs, file=file, data=data: _studied(docs, data)[file])
              for file, data, command in zip(sensitivity.FILES, (WORLDS, WORLDS, WITHOUT, WITHOUT),
                                             ("sensitivity", "sensitivity", "ablate", "ablate"), strict=True)]
    return {figure.name: figure for figure in found}


def rebuild(docs: Path, only: Iterable[str] | None = None, progress: Progress | None = None) -> list[Drawn]:
    """Draw figures anew and compare each with its file; nothing is written.

    Args:
        docs: folder of the documents.
        only: names; default all.
        progress: called with (figures drawn, figures in all).

    Raises:
        FigureError: a name that is not known, or results that are not there.
    """
    known = figures()
    names = list(known if only is None else dict.fromkeys(only))
    for name in names:
        if name not in known:
            from simulation.scenario.errors import nearest

            near = nearest(name, known)
            raise FigureError(f"unknown figure {name!r}" + (f"; did you mean {near!r}?" if near else
                              f"; there are {', '.join(known)}"))
    drawn = []
    for done, name in enumerate(names):
        if progress is not None:
            progress(done, len(names))
        text = known[name].draw(docs)
        drawn.append(Drawn(known[name], text, compared(docs / known[name].file, text)))
    return drawn


def compared(path: Path, text: str) -> Verdict:
    """How the file of a figure stands to what it should be. Line ends do not count: some systems change them."""
    try:
        kept = path.read_bytes().replace(b"\r\n", b"\n").decode("utf-8", "replace")
    except OSError:
        return "missing"
    if kept == text:
        return "same"
    return "moved" if substance(kept) == substance(text) else "differs"


def substance(text: str) -> tuple[list[str], list[str]]:
    """What a picture says and in which colours: the same on every machine, whatever its fonts."""
    return (re.findall(r">([^<>]+)</text>", text) + re.findall(r'aria-label="([^"]*)"', text),
            re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', text))


def write(docs: Path, drawn: Iterable[Drawn]) -> list[Path]:
    """Write those that are not as they were. Raises OSError where that cannot be done."""
    written = []
    for each in drawn:
        if each.verdict != "same":
            path = docs / each.figure.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(each.text, encoding="utf-8", newline="\n")
            written.append(path)
    return written


def run_again(docs: Path, progress: Progress | None = None) -> Path:
    """Make the README's results anew and keep them. Raises OSError where they cannot be written."""
    from simulation import readmepictures as readme

    path = docs / readme.KEPT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(readme.text(readme.make(progress)), encoding="utf-8", newline="\n")
    return path


def _svg(docs: Path, data: str, name: str, draw: Callable[..., Any], told: Callable[..., str]) -> str:
    from simulation.svg import svg_file

    kept = _read(docs, data)
    return svg_file(draw(kept), name, told(kept))


def _studied(docs: Path, data: str) -> dict[str, str]:
    """The figures that one kept study gives, by the name of their file."""
    from simulation.sensitivity import ablations, findings
    from simulation.sensitivity import figures as sensitivity

    _read(docs, data)
    with tempfile.TemporaryDirectory() as folder:
        written = sensitivity.write(Path(folder), findings.load(docs / data)) if data == WORLDS else \
            sensitivity.write(Path(folder), ablations=ablations.load(docs / data))
        return {path.name: path.read_text(encoding="utf-8") for path in written}


def _read(docs: Path, data: str) -> dict[str, Any]:
    try:
        return json.loads((docs / data).read_text(encoding="utf-8"))
    except OSError as error:
        raise FigureError(f"{docs / data} cannot be read ({error.strerror}); figures are drawn from it") from error
    except ValueError as error:
        raise FigureError(f"{docs / data} is not JSON: {error}") from error
