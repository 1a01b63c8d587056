"""`regimes calibrate`: how far the model is from its calibration patterns, and values that bring it nearer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.faults import STOPPED, BadInput
from simulation.cli.options import AsJsonList, Quiet, Seed, Threads, whole_number

if TYPE_CHECKING:
    from simulation.calibration.fitting import Search
    from simulation.calibration.keeping import Data, Stored
    from simulation.calibration.plan import Plan
    from simulation.cli.interruption import Interruption


def calibrate(
    plan: Annotated[
        str, typer.Argument(metavar="PLAN", help="A name from scenarios/calibration, or a plan's file.")
    ] = "town",
    evaluations: Annotated[
        int | None,
        typer.Option("--evaluations", "-n", parser=whole_number(1), metavar="NUMBER",
                     help="Candidates to try, the defaults first; else the plan's number. 1 stores the defaults' fit.")
    ] = None,
    seed: Seed = None,
    only_measure: Annotated[
        bool, typer.Option("--only-measure", help="Measure the defaults as they stand; search and write nothing.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="The stored values, and whether the defaults equal them; nothing is run.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Where the result is; default beside the plan.")
    ] = None,
    threads: Threads = None,
    as_json: AsJsonList = False,
    quiet: Quiet = False,
) -> None:
    """Fit the free parameters of a plan to the calibration patterns.

    Tries values within believable bounds on the same people and luck, measures the best on other seeds, and writes the
    result beside the plan. The defaults are not changed. Ctrl-C stops soon and keeps the best so far (exit code 130).

    Example: regimes calibrate town --only-measure
    """
    if only_measure and show:
        raise BadInput("--only-measure runs and --show only reads; give one of them")

    from simulation.calibration.reading import load_plan

    wanted = load_plan(plan)
    if show:
        _show(wanted, plan, _place(wanted, out), as_json)
        return
    from simulation import provenance

    threads = threads or provenance.cores()
    if only_measure:
        _measure(wanted, threads, as_json, quiet)
        return
    place = _place(wanted, out)
    if not place.parent.is_dir():
        raise BadInput(f"{place}: there is no folder {str(place.parent)!r}; make it first, or give another --out")
    _fit(wanted, plan, place, evaluations, 1 if seed is None else seed, threads, as_json, quiet)


def _place(plan: Plan, out: Path | None) -> Path:
    """Where the result is: beside the plan, but never inside an installation."""
    from simulation.calibration.keeping import place_of_fit
    from simulation.odd import checkout

    if out is not None:
        return out
    place = place_of_fit(plan)
    package = Path(__file__).resolve().parents[1]
    return Path(place.name) if checkout() is None and place.resolve().is_relative_to(package) else place


def _measure(plan: Plan, threads: int, as_json: bool, quiet: bool) -> None:
    from simulation.calibration.fitting import defaults_only
    from simulation.calibration.keeping import result_of
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels
    from simulation.cli.screen import print_json

    with Interruption():
        compile_kernels(quiet)
        with Meter("Measuring the defaults", quiet) as meter:
            found = defaults_only(plan, threads=threads, progress=meter.update)
    result = result_of(found)
    if as_json:
        later = ("complete", "search", "held_out", "parameters", "variation")
        print_json({key: value for key, value in asdict(result).items() if key not in later})
        return
    _print_fit(plan, result, "the defaults")


def _fit(plan: Plan, called: str, place: Path, evaluations: int | None, seed: int, threads: int, as_json: bool,
         quiet: bool) -> None:
    from simulation.calibration import keeping
    from simulation.calibration.fitting import search
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels
    from simulation.cli.screen import print_json
    from simulation.runs import Interrupted

    with Interruption(kept="the best so far is kept") as interruption:
        compile_kernels(quiet)
        interruption.at_once = False
        try:
            with Meter(f"Calibrating {plan.name}", quiet) as meter:
                found = search(plan, evaluations=evaluations, seed=seed, threads=threads, progress=meter.update,
                               stop=interruption.stop)
        except Interrupted:
            raise KeyboardInterrupt from None  # nothing was complete, and nothing is written
        result = keeping.result_of(found, **_afterwards(found, threads, interruption, quiet))
    keeping.write(place, result)
    if as_json:
        print_json(asdict(result))
    else:
        _print_fit(plan, result, "the fit")
        _print_end(plan, called, result, place)
    if interruption.stop.is_set():
        raise typer.Exit(STOPPED)


def _afterwards(found: Search, threads: int, interruption: Interruption, quiet: bool) -> dict[str, Any]:
    """The best values on other seeds, under other regimes, and in worlds of many places; what there was time for."""
    from simulation.calibration.measuring import measure
    from simulation.calibration.variation import look
    from simulation.cli.progress import Meter
    from simulation.runs import Interrupted

    plan, stop, after = found.plan, interruption.stop, {}
    values = found.best.values
    try:
        with Meter("Measuring on other seeds", quiet) as meter:
            after["held_out"] = measure(plan, values, plan.held_out.each, threads=threads, progress=meter.update,
                                        stop=stop)
        after["under"] = {}
        for name in plan.also_under:
            with Meter(f"Measuring under {name}", quiet) as meter:
                after["under"][name] = measure(plan, values, plan.held_out.each, plan.base.regime(name),
                                               threads=threads, progress=meter.update, stop=stop)
        after["looked"] = []
        for world in plan.variation.worlds if plan.variation else ():
            with Meter(f"Variation between places: {world.says}", quiet) as meter:
                after["looked"].append(look(plan, values, world, threads=threads, progress=meter.update, stop=stop))
    except Interrupted:
        pass
    return after


# -- what is printed --------------------------------------------------------------------------------------------------


def _print_fit(plan: Plan, result: Stored, whose: str) -> None:
    from simulation.cli.screen import console, say

    screen = console()
    seeds, loss = result.seeds, result.loss
    say(screen, f"{plan.title}: {whose} (under {plan.regime.title}, seeds {seeds['first']} to {seeds['last']})",
        style="bold")
    for row in result.targets:
        _print_row(screen, row, f"pattern {row['pattern']}, ")
    for row in result.anchors:
        _print_row(screen, row, "")
    moved = loss["fitted"] != loss["defaults"] or loss["pull"]
    say(screen, f"Loss {loss['fitted']:.4g}"
        + (f", of the defaults {loss['defaults']:.4g}; pull {loss['pull']:.4g}" if moved else "") + ".")


def _print_row(screen: Any, row: Data, pattern: str) -> None:
    from simulation.calibration.measures import MEASURES
    from simulation.calibration.page import shown
    from simulation.cli.screen import say

    measure = MEASURES[row["measure"]]
    held = row.get("in_range", row["fitted_in_range"])
    got = f"{shown(row['fitted'], measure)} got"
    if row["fitted"] != row["defaults"]:
        got += f" ({shown(row['defaults'], measure)} with the defaults)"
    if "held_out" in row:
        got += f", {shown(row['held_out'], measure)} on other seeds"
    wanted = f"{shown(row['low'], measure)} to {shown(row['high'], measure)} wanted"
    say(screen, f"{measure.label} ({pattern}{row['over']}): {wanted}, {got}", style=None if held else "bold red",
        bullet="  ok    " if held else "  MISS  ")


def _print_end(plan: Plan, called: str, result: Stored, place: Path) -> None:
    from simulation.calibration.page import shown_figure
    from simulation.cli.screen import console, say

    screen = console()
    for looked, world in zip(result.variation, plan.variation.worlds if plan.variation else (), strict=False):
        say(screen, f"Variation: {world.says}", style="bold")
        for figure in looked["figures"]:
            say(screen, shown_figure(figure), bullet="  ok    " if figure["same_order"] else "  MISS  ")
    bounds = [f"{p['name']} ({p['at_bound']})" for p in result.parameters if p["at_bound"]]
    if bounds:
        say(screen, f"At a bound: {', '.join(bounds)}.")
    asked = result.search
    say(screen, f"{'Stopped after' if asked['ended'] == 'stopped' else 'Tried'} {asked['evaluations']} of "
                f"{asked['asked']} candidates in {asked['seconds']} s. Stored in {place}; "
                f"the values: regimes calibrate {called} --show")


def _show(plan: Plan, called: str, place: Path, as_json: bool) -> None:
    from simulation.calibration import keeping
    from simulation.cli.screen import console, print_json, say

    stored = keeping.read(plan, place)
    if stored is None:
        raise BadInput(f"{place}: no calibration is stored there; to make one: regimes calibrate {called}")
    differing, current = keeping.differing(plan, stored), keeping.current(plan, stored)
    if as_json:
        print_json({**asdict(stored), "current": current,
                    "differing": [{"name": name, "default": now, "fitted": fitted} for name, now, fitted in differing]})
        return
    for line in _lines(stored.parameters, {name for name, *_ in differing}):
        typer.echo(line)
    screen = console()
    many = len(stored.parameters)
    say(screen, "The defaults equal these values." if not differing else
        f"{len(differing)} of {many} defaults differ from these values (marked *).")
    if not current:
        say(screen, f"The plan or the model has changed since they were found: regimes calibrate {called}")


def _lines(parameters: Iterable[Data], differing: set[str]) -> Iterable[str]:
    """`need.crisis = 0.71 per year`, as `--set` and a scenario file take it, with a mark where the default differs."""
    from simulation.scenario.units import show

    for p in parameters:
        mark = f"   * default {show(p['default'], p['unit'])}" if p["name"] in differing else ""
        yield f"{p['name']} = {show(p['fitted'], p['unit'])}{mark}"
