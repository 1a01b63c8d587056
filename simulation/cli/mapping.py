"""`regimes frontier`: where, over a grid of worlds, which regime wins, and where nobody can tell."""

from __future__ import annotations

from typing import Annotated

import typer

from simulation.cli.faults import STOPPED
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
    split_list,
    whole_number,
)


def frontier(
    context: typer.Context,
    scenario: ScenarioName = DEFAULT_SCENARIO,
    x: Annotated[
        str | None,
        typer.Option("--x", metavar="PATH=FROM..TO:STEPS",
                     help="What varies from left to right: a path as for --set, `complexity` or `capacity`. "
                          "Default: complexity='4 %..64 %:6'")
    ] = None,
    y: Annotated[
        str | None,
        typer.Option("--y", metavar="PATH=FROM..TO:STEPS",
                     help="What varies from below upwards; 0.5x is half of what the scenario has. "
                          "Default: capacity=0.7x..1.45x:6")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", metavar="NAME",
                     help="On what a regime wins: an outcome with a better direction. Default: deaths")
    ] = None,
    regimes: Annotated[
        str | None,
        typer.Option("--regimes", "-r", metavar="A,B,...", help="Two or more. Default: the scenario's first two.")
    ] = None,
    pairs: Annotated[
        int | None,
        typer.Option("--pairs", "-n", parser=whole_number(1), metavar="NUMBER",
                     help="Pairs of runs in every cell; default 10.")
    ] = None,
    seed: Seed = None,
    changes: Changes = None,
    horizon: Horizon = None,
    threads: Threads = None,
    out: Folder = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Map where which regime wins over two parameters.

    Every cell is a comparison in a world of its own, on the same seeds. A regime wins a cell where the interval of the
    paired difference leaves out zero and it is ahead in four pairs of five. Prints the map in letters and writes a
    folder with the figure and all cells. Ctrl-C stops soon and keeps the complete cells (exit code 130).

    Example: regimes frontier town --outcome need --y 'world.horizon=1..6 years:6'
    """
    from simulation import frontier as maps
    from simulation.axes import read_axis
    from simulation.comparison import choose_regimes

    wanted = load(scenario, changes, horizon)
    names = None if regimes is None else split_list(regimes)
    asked = {"x": x or maps.X, "y": y or maps.Y, "outcome": outcome or maps.OUTCOME, "pairs": pairs or maps.PAIRS}
    # Neither a wrong name nor a bad folder should wait until the work is done.
    choose_regimes(wanted, names)
    maps.check_outcome(asked["outcome"])
    for option in ("x", "y"):
        read_axis(asked[option], wanted, f"--{option}")

    from simulation import runfolder, runs
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels

    if out or not as_json:
        runfolder.check(out or runfolder.default_folder(f"{wanted.name}-frontier"))
    with Interruption("the complete cells are kept") as interruption:
        compile_kernels(quiet)
        interruption.at_once = False
        try:
            with Meter("Mapping", quiet) as meter:
                found = maps.frontier(wanted, names, **asked, seed=seed, threads=threads, progress=meter.update,
                                      stop=interruption.stop)
        except runs.Interrupted:
            typer.echo("Stopped before the first cell was complete. Nothing was written.", err=True)
            raise typer.Exit(STOPPED) from None
        folder = None
        if out or not as_json:
            with Meter("Writing the results", quiet):
                folder = runfolder.write_frontier(found, out, command=context.obj)
    if as_json:
        print(found.to_json())
    else:
        from simulation.cli.textmap import print_map

        print_map(found, folder)
    if not found.complete:
        raise typer.Exit(STOPPED)
