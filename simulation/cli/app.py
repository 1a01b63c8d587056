"""The commands, by name. Each imports what it needs when it is called, so that `regimes --help` answers at once."""

from __future__ import annotations

from typing import Annotated

import typer

from simulation.cli import (
    analysing,
    calibrating,
    checking,
    comparing,
    documents,
    mapping,
    publishing,
    recounting,
    reproducing,
    running,
    sensing,
    serving,
    showing,
    sweeping,
)

EPILOG = (
    "Start with: regimes compare. Exit codes: 0 done, 1 a claim or check failed, 2 bad input, 130 stopped by Ctrl-C "
    "(complete pairs are kept), 70 a fault of this program."
)

app = typer.Typer(
    name="regimes",
    help="Compare ways of running public services on the same simulated people. Illustrative, not a forecast.",
    epilog=EPILOG,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("care-regimes")
        except PackageNotFoundError:
            number = "(not installed: running from a checkout)"
        typer.echo(f"regimes {number}")
        raise typer.Exit()


@app.callback()
def regimes(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="On a fault of the program, print the whole trace. Works anywhere.")
    ] = False,
) -> None:
    """Only the options: `--version` acts by itself, and `--debug` is taken out before the rest is read."""


app.command("compare")(comparing.compare)
app.command("run")(running.run)
app.command("dashboard")(serving.dashboard)
app.command("scenarios")(showing.scenarios)
app.command("show")(showing.show)
app.command("frontier")(mapping.frontier)
app.command("sweep")(sweeping.sweep)
app.command("analyse")(analysing.analyse)
app.command("reproduce")(reproducing.reproduce)
app.command("check")(recounting.check)
app.command("sensitivity")(sensing.sensitivity)
app.command("ablate")(sensing.ablate)
app.command("calibrate")(calibrating.calibrate)
app.command("validate")(checking.validate)
app.command("schema")(checking.schema)
app.command("figures")(publishing.figures)
app.command("odd")(documents.odd)
app.command("warm-up")(running.warm_up)
