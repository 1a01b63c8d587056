"""`regimes figures`: every figure of the documents and the README, drawn anew from what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli.faults import FAILED, BadInput
from simulation.cli.options import AsJsonList, Quiet, split_list

if TYPE_CHECKING:
    from simulation.publishing import Drawn


def figures(
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 unless every file is as it should be, byte for "
                                           "byte.")
    ] = False,
    only: Annotated[
        str | None, typer.Option("--only", metavar="A,B,...", help="Only these figures.")
    ] = None,
    run: Annotated[
        bool, typer.Option("--run", help="First make the comparison of the README's pictures again.")
    ] = False,
    as_json: AsJsonList = False,
    quiet: Quiet = False,
) -> None:
    """Draw every figure of the documents and the README anew.

    Each is drawn from results kept in docs/data; in a checkout of the project only. `--check` says which committed
    figure is not what its results give.

    Example: regimes figures --check
    """
    from simulation import publishing
    from simulation.odd import checkout

    if check and run:
        raise BadInput("--check compares what is committed and --run changes it; give one of them")
    root = checkout()
    if root is None:
        raise BadInput("the figures are in the project's docs/, and this program runs without them; use a checkout")
    docs = root / publishing.DOCS
    names = None if only is None else split_list(only)

    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels

    with Interruption():
        if run:
            compile_kernels(quiet)
            with Meter("Running", quiet) as meter:
                publishing.run_again(docs, meter.update)
        try:
            with Meter("Drawing", quiet) as meter:
                drawn = publishing.rebuild(docs, names, meter.update)
        except publishing.FigureError as error:
            raise BadInput(str(error)) from None
        if not check:
            publishing.write(docs, drawn)
    wrong = [each for each in drawn if each.verdict != "same"]
    if as_json:
        from simulation.cli.screen import print_json

        print_json({"figures": [{"name": d.figure.name, "file": f"{publishing.DOCS}/{d.figure.file}",
                                 "data": f"{publishing.DOCS}/{d.figure.data}", "made_by": d.figure.made_by,
                                 "verdict": d.verdict} for d in drawn], "written": not check})
    else:
        _print(drawn, check)
    if check and wrong:
        raise typer.Exit(FAILED)


def _print(drawn: Sequence[Drawn], check: bool) -> None:
    from simulation.cli.screen import console, say
    from simulation.publishing import DOCS, VERDICTS

    screen = console()
    for each in drawn:
        what = VERDICTS[each.verdict] if check or each.verdict == "same" else "written"
        say(screen, f"{DOCS}/{each.figure.file}: {what}", style=None if each.verdict == "same" else "bold")
    wrong = sum(each.verdict != "same" for each in drawn)
    if check and wrong:
        say(screen, f"{wrong} of {len(drawn)} figures are not what their results give; regimes figures writes them.",
            style="red")
