"""`regimes odd`: write the documents that are made from the code, or say which of them are out of date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from simulation.cli.faults import FAILED
from simulation.cli.options import AsJsonList


def odd(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 when a document differs from the code.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FOLDER", help="Where they are; default the project's docs/.")
    ] = None,
    as_json: AsJsonList = False,
) -> None:
    """Write the model description (ODD) and the other documents that are made from the code.

    ODD.md, evidence.md, calibration.md and limits.md; in a checkout also trace.md, which lists what the tests test.

    Example: regimes odd --check
    """
    from simulation import odd as pages

    root = pages.checkout()
    folder = out or ((root or Path()) / "docs")
    if check:
        wrong = pages.differing(folder)
        states = {name: "differs" if name in wrong else "agrees" for name in pages.documents()}
    else:
        states = {name: "written" if changed else "agrees" for name, changed in pages.write(folder).items()}
    if as_json:
        from simulation.cli.screen import print_json

        print_json({"folder": _near(folder), "documents": states})
    else:
        for name, state in states.items():
            typer.echo(f"{_near(folder / name)}: {state}")
    if "differs" in states.values():
        typer.echo("Documents and code disagree. To write them anew: regimes odd", err=True)
        raise typer.Exit(FAILED)


def _near(path: Path) -> str:
    """The path from here where it lies below, so that output does not depend on the machine."""
    path = path.absolute()
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)
