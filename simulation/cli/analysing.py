"""`regimes analyse`: what a sweep says, on the screen and as a folder with a page, tables and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.faults import BadInput
from simulation.cli.options import AsJson, Quiet, outcome_names, split_list

if TYPE_CHECKING:
    from simulation.analysis.section import Section
    from simulation.experiments.readings import Readings
    from simulation.experiments.registry import Registered
    from simulation.experiments.store import Store


def analyse(
    context: typer.Context,
    store: Annotated[
        Path, typer.Argument(metavar="STORE", help="The folder that regimes sweep wrote to.")
    ],
    design: Annotated[
        str | None,
        typer.Argument(metavar="DESIGN", help="The name of a design in it; needed where there are several.",
                       show_default=False)
    ] = None,
    outcomes: Annotated[
        str | None,
        typer.Option("--outcomes", metavar="A,B,...|all",
                     help="Which outcomes; default those that the design names, else the headline.")
    ] = None,
    regime: Annotated[
        str | None,
        typer.Option("--regime", "-r", metavar="NAME",
                     help="Only this one against the first. Default: all, and the second where a method takes one.")
    ] = None,
    method: Annotated[
        str | None,
        typer.Option("--method", "-m", metavar="A,B,...",
                     help="Only these: paired, families, precision, morris, sobol, delta, discovery. "
                          "Default: all that fit the design.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Write here; default a new folder beside the design in the store.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Say what a sweep found.

    Paired differences with intervals and how sure they are, what they hang on, and in which worlds they break: whatever
    fits the design. Prints it, and writes a folder with a page that opens offline, every table as CSV and every picture
    as SVG and PNG. A sweep that is not complete is analysed as far as it is, and what is missing is said.

    Example: regimes analyse runs/store complexity-and-capacity --outcomes need,deaths
    """
    from simulation.analysis import folder as folders
    from simulation.analysis.analyse import AnalysisError, sections
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.experiments.store import Store

    opened = Store.open(store, create=False)
    place = choose(opened, design)
    names = outcome_names(outcomes) if outcomes is not None else None
    target = out or (None if as_json else folders.default_folder(place.path))
    if target is not None:
        folders.check(target)  # a folder that cannot be used should not wait until the work is done
    with Interruption():
        with Meter("Reading", quiet):
            readings = opened.readings(place.folder, names)
        notes = folders.incomplete(readings)
        asked = {"outcomes": names, "regime": regime, "methods": split_list(method) if method else None}
        try:
            with Meter("Analysing", quiet) as meter:
                found = sections(readings, **asked, progress=meter.update)
        except AnalysisError as error:
            raise BadInput("\n".join([str(error), *notes])) from None
        if target is not None:
            with Meter("Writing", quiet) as meter:
                folders.write(target, found, readings, command=context.obj, notes=notes, asked=asked,
                              progress=meter.update)
    if as_json:
        from simulation.cli.screen import print_json

        print_json(_as_data(readings, found, notes))
    else:
        _print(readings, found, notes, target)


def choose(store: Store, name: str | None) -> Registered:
    """The design that is meant. Raises BadInput or StoreError: none, none of that name, or several."""
    there = store.designs()
    wanted = None if name is None else Path(name).name
    meant = [d for d in there if wanted == d.folder] or [d for d in there if wanted in (None, d.name)]
    if len(meant) < 2:
        return store.design(wanted)  # which says what is wrong where there is none
    which = f" called {wanted!r}, of different content or code" if wanted else ""
    listed = "\n".join(f"  regimes analyse {store.path} {d.folder}   {d.title}, {d.manifest['points']:,} "
                       f"point{'s' if d.manifest['points'] != 1 else ''}, code {d.code}, "
                       f"begun {d.manifest['started'][:10]}" for d in meant)
    raise BadInput(f"{store.path} has {len(meant)} designs{which}; say which:\n{listed}")


def _as_data(readings: Readings, found: Sequence[Section], notes: Sequence[str]) -> dict[str, Any]:
    points, replications, regimes = readings.shape
    return {"design": readings.design, "method": readings.method, "regimes": list(readings.regimes),
            "outcomes": list(readings.outcomes), "points": points, "replications": replications,
            "failures": readings.failures, "missing": readings.missing, "notes": list(notes),
            "about": dict(readings.about),
            "sections": [{"name": s.name, "title": s.title, "lines": list(s.lines), "notes": list(s.notes),
                          "tables": {name: frame.to_dict("records") for name, frame in s.tables.items()}}
                         for s in found]}


def _print(readings: Readings, found: Sequence[Section], notes: Sequence[str], folder: Path | None) -> None:
    from simulation.analysis.folder import PAGE
    from simulation.analysis.page import facts
    from simulation.cli.screen import console, say
    from simulation.findings import CAVEAT

    screen = console()
    first, *others = readings.regimes
    say(screen, f"{readings.about.get('title') or readings.design}: {' and '.join(others) or first}"
                f"{f' against {first}' if others else ''}", style="bold")
    say(screen, "; ".join(f"{name.lower()}: {says}" for name, says in facts(readings)) + ".")
    for note in notes:
        say(screen, note, style="red")
    for section in found:
        screen.print()
        say(screen, section.title, style="bold")
        for line in section.lines:
            if line.rstrip(".") != section.title.rstrip("."):
                say(screen, line, indent=2, bullet="- ")
        for note in section.notes:
            say(screen, f"With care: {note}", style="dim", indent=4)
    screen.print()
    if folder is not None:
        screen.print(f"Page: {folder / PAGE}", soft_wrap=True)
    say(screen, CAVEAT)
