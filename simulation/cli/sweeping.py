"""`regimes sweep`: every run of a design, kept in a store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.faults import STOPPED, BadInput
from simulation.cli.options import AsJson, Changes, Quiet, whole_number

if TYPE_CHECKING:
    from simulation.experiments.design import Design
    from simulation.experiments.sweeping import Swept


def sweep(
    design: Annotated[
        str, typer.Argument(metavar="DESIGN", help="A name from `regimes scenarios`, or a design file.")
    ],
    store: Annotated[
        Path, typer.Option("--store", metavar="FOLDER", help="Where runs are kept; several designs may share one.")
    ] = Path("runs/store"),
    changes: Changes = None,
    cluster: Annotated[
        str | None,
        typer.Option("--cluster", metavar="ADDRESS|local",
                     help="Run on the workers of a Dask scheduler; the numbers are the same.")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", parser=whole_number(1), metavar="NUMBER", help="Processes; default one a processor.")
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option("--shard", metavar="I/N", help="Only part I of N, for computers that share the store alone.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume/--no-resume", help="Go on from what the store has, or refuse if it has any.")
    ] = True,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try runs again that failed before.")
    ] = False,
    other_code: Annotated[
        str,
        typer.Option("--other-code", metavar="refuse|apart|verify",
                     help="Where the store has runs of another version of the code: stop; make all anew beside them; "
                          "or make some again and use the others if every number is the same.")
    ] = "refuse",
    only_plan: Annotated[bool, typer.Option("--plan", help="Say what would be run, and run nothing.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make every run that a design asks for.

    Rows go to the store as they are made, and what it has is not made again: after Ctrl-C, a crash or a full disk the
    same command goes on. A run that fails is a row with its error and the command that repeats it.

    Example: regimes sweep complexity-and-capacity --store runs/store
    """
    from simulation.experiments.reading import load_design

    wanted = load_design(design, changes or ())
    part = _part(shard)
    if only_plan:
        _print_plan(wanted, as_json)
        return

    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels
    from simulation.experiments.store import Store
    from simulation.experiments.sweeping import sweep as sweep_design

    opened = Store.open(store)  # a folder that cannot be used should not wait until the model is compiled
    kept = "what was done before is kept, and the same command goes on from there."
    with Interruption("batches under way are finished, and everything done is kept", kept.capitalize()) as interruption:
        compile_kernels(quiet)
        interruption.at_once = False
        there: list[int] = []
        with Meter("Sweeping", quiet) as meter:

            def tell(done: int, asked: int, failed: int) -> None:
                if not there:
                    there.append(done)
                meter.update(done, asked, f"{failed:,} failed" if failed else "", before=there[0])

            found = sweep_design(wanted, opened, workers=workers, cluster=cluster, shard=part, resume=resume,
                                 retry_failed=retry_failed, other_code=other_code,  # type: ignore[arg-type]
                                 progress=tell, stop=interruption.stop)
    if as_json:
        from simulation.cli.screen import print_json

        print_json(_as_data(found, store))
    else:
        _print(found, store, part is not None)
    if not found.complete:
        raise typer.Exit(STOPPED)


def _part(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    part, slash, parts = text.partition("/")
    if not slash or not part.strip().isdecimal() or not parts.strip().isdecimal():
        raise BadInput(f"--shard {text!r} is not of the form I/N, such as 1/4 for the first of four parts")
    return int(part), int(parts)


def _print_plan(design: Design, as_json: bool) -> None:
    from simulation.cli.screen import console, print_json, say

    at_most = design.replications.until is not None
    data = {"design": design.name, "points": design.size, "regimes": list(design.regime_names),
            "runs": design.runs_asked, "at_most": at_most,
            "varied": [{"name": f.name, "title": f.title, "unit": f.unit, "low": f.low, "high": f.high}
                       for f in design.factors]}
    if as_json:
        print_json(data)
        return
    screen = console()
    points = f"{design.size:,} point{'s' if design.size != 1 else ''}"
    say(screen, f"{design.title or design.name}: {points} under {', '.join(design.regime_names)}; "
                f"{'at most ' if at_most else ''}{design.runs_asked:,} runs.", style="bold")
    for factor in design.factors:
        say(screen, f"{factor.name}: {factor.low:g} to {factor.high:g} {factor.unit} ({factor.title})", bullet="- ")


def _as_data(found: Swept, store: Path) -> dict[str, Any]:
    return {"design": found.design.name, "store": str(store), "folder": found.folder.name, "code": found.code,
            "asked": found.asked, "before": found.before, "done": found.done, "failed": found.failed,
            "complete": found.complete, "workers": found.workers, "seconds": found.seconds,
            "model_seconds": found.model_seconds, "notes": list(found.notes)}


def _print(found: Swept, store: Path, is_part: bool) -> None:
    from simulation.cli.screen import console, say

    screen = console()
    before = f" ({found.before:,} were there before)" if found.before else ""
    say(screen, f"{found.design.name}: {found.before + found.done:,} of {found.asked:,} runs{before}, "
                f"{found.failed:,} failed.", style="bold")
    if found.done and found.seconds > 1:
        speed = 60 * found.done / found.seconds
        workers = f"{found.workers} worker{'s' if found.workers != 1 else ''}"
        say(screen, f"{found.done:,} runs now, {speed:,.0f} a minute on {workers}.")
    for note in found.notes:
        say(screen, note, bullet="- ")
    if found.failed:
        failures = found.store.failures(found.folder.name)
        for error, count in failures["error"].value_counts().head(3).items():
            say(screen, f"{count:,} failed with: {error}", bullet="- ")
        if len(failures):
            screen.print(f"To repeat the first: cd {store} && {failures['command'].iloc[0]}", soft_wrap=True)
    if found.complete and not is_part:
        screen.print(f"Next: regimes analyse {store} {found.folder.name}", soft_wrap=True)
    elif not found.complete:
        say(screen, "The same command goes on from here.")
