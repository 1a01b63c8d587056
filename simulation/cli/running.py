"""`regimes run` and `regimes warm-up`; and the compiling that every run begins with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.options import (
    AsJson,
    Changes,
    Folder,
    Horizon,
    Quiet,
    ScenarioName,
    Seed,
    Threads,
    load,
)

if TYPE_CHECKING:
    from simulation.runs import Run

COMPILING = "Compiling the model (on the first start only)"


def run(
    context: typer.Context,
    scenario: ScenarioName,
    regime: Annotated[
        str | None, typer.Option("--regime", "-r", metavar="NAME", help="Default: the scenario's first.")
    ] = None,
    seed: Seed = None,
    changes: Changes = None,
    horizon: Horizon = None,
    events: Annotated[
        bool, typer.Option("--events", help="Record every event and its cause, and write them to the folder.")
    ] = False,
    threads: Threads = None,
    out: Folder = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Run one regime once.

    Prints every outcome and writes a folder with the series, and with `--events` every event and what caused it.

    Example: regimes run town --regime targets --seed 3 --events
    """
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter

    wanted = load(scenario, changes, horizon)
    chosen = wanted.regime(regime or next(iter(wanted.regimes)))

    from simulation import runfolder, runs

    if out or not as_json:
        runfolder.check(out or runfolder.default_folder(wanted.name))
    with Interruption():
        compile_kernels(quiet)
        with Meter("Running", quiet) as meter:
            found = runs.run(wanted, chosen, seed, record_events=events, threads=threads or 1, on_tick=meter.update)
        folder = None
        if out or not as_json:
            with Meter("Writing the results", quiet):
                folder = runfolder.write_run(found, out, command=context.obj)
    if as_json:
        from simulation.cli.screen import print_json

        print_json(_as_data(found))
    else:
        from simulation.cli.headline import print_run, print_where

        print_run(found)
        print_where(folder)


def _as_data(run: Run) -> dict[str, Any]:
    return {"scenario": run.scenario.name, "key": run.scenario.key, "regime": run.regime, "seed": run.seed,
            "summary": run.summary, "manifest": run.manifest}


def warm_up(quiet: Quiet = False) -> None:
    """Compile the model beforehand.

    The first comparison does it otherwise, and takes that much longer.

    Example: regimes warm-up
    """
    import time

    from simulation.cli.interruption import Interruption

    begun = time.monotonic()
    with Interruption():
        compile_kernels(quiet)
    if not quiet:
        typer.echo(f"The model is compiled and ready ({time.monotonic() - begun:.1f} s).")


def compile_kernels(quiet: bool) -> None:
    """Compile what is not compiled yet."""
    from simulation import runs
    from simulation.cli.progress import Meter

    with Meter(COMPILING, quiet) as meter:
        runs.warm_up(meter.update)
