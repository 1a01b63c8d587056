"""`regimes compare`: the main job."""

from __future__ import annotations

from typing import Annotated

import typer

from simulation.cli.faults import STOPPED, BadInput
from simulation.cli.options import (
    DEFAULT_SCENARIO,
    AsJson,
    Changes,
    Folder,
    Horizon,
    Quiet,
    ScenarioName,
    Seed,
    Threads,
    load,
    outcome_names,
    split_list,
    whole_number,
)


def compare(
    context: typer.Context,
    scenario: ScenarioName = DEFAULT_SCENARIO,
    regimes: Annotated[
        str | None,
        typer.Option("--regimes", "-r", metavar="A,B,...",
                     help="Two or more regimes; the others are compared with the first. Default: the scenario's.")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option("--pairs", "-n", parser=whole_number(1), metavar="NUMBER",
                     help="How many pairs of runs; else the scenario's.")
    ] = None,
    seed: Seed = None,
    changes: Changes = None,
    horizon: Horizon = None,
    outcomes: Annotated[
        str | None,
        typer.Option("--outcomes", metavar="A,B,...|all", help="Which outcomes the table shows; default the headline.")
    ] = None,
    threads: Threads = None,
    out: Folder = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Whether to write report.html.")] = True,
    open_report: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare regimes on the same people: the main job.

    Prints a table with paired differences and their 95 % intervals and writes a folder with all series and a report.
    Ctrl-C stops soon and keeps the complete pairs (exit code 130); a second Ctrl-C ends at once.

    Example: regimes compare town --pairs 50 --seed 7
    """
    shown = outcome_names(outcomes)
    if open_report and not (report and (out or not as_json)):
        raise BadInput("--open needs a report: leave out --no-report, and with --json give --out")
    wanted = load(scenario, changes, horizon)
    names = None if regimes is None else split_list(regimes)

    from simulation import runfolder
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels
    from simulation.comparison import choose_regimes
    from simulation.comparison import compare as run_pairs

    choose_regimes(wanted, names)  # neither a wrong name nor a bad folder should wait until the work is done
    if out or not as_json:
        runfolder.check(out or runfolder.default_folder(wanted.name))
    with Interruption() as interruption:
        compile_kernels(quiet)
        interruption.at_once = False
        with Meter("Running", quiet) as meter:
            found = run_pairs(wanted, names, pairs, seed, threads=threads, progress=meter.update,
                              stop=interruption.stop)
        folder = None
        if out or not as_json:
            with Meter("Writing the results", quiet):
                folder = runfolder.write_comparison(found, out, report=report, command=context.obj)
    if as_json:
        print(found.to_json())
    else:
        from simulation.cli.headline import print_comparison, print_where

        print_comparison(found, shown)
        print_where(folder, report)
    if open_report and folder is not None:
        typer.launch((folder / "report.html").resolve().as_uri())
    if not found.complete:
        raise typer.Exit(STOPPED)
