"""`regimes reproduce`: make again what a manifest tells of, and say whether it is the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli.faults import FAILED, STOPPED, BadInput
from simulation.cli.options import AsJson, Quiet, Threads, whole_number

if TYPE_CHECKING:
    from simulation.reproducing import Part, Reproduced

DIFFERING = 12
"""Parts that differ of which each is shown."""
NOUNS = {"comparison": "a comparison", "run": "a run", "map": "a map", "analysis": "an analysis", "sweep": "a sweep"}


def reproduce(
    manifest: Annotated[
        Path, typer.Argument(metavar="MANIFEST", help="A manifest.json or its folder: of a comparison, a run, a map, "
                                                      "an analysis, or a design in a store.")
    ],
    sample: Annotated[
        int | None,
        typer.Option("--sample", parser=whole_number(1), metavar="NUMBER",
                     help="Of a sweep, only so many runs, spread over its plan. Default: all.")
    ] = None,
    threads: Threads = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FOLDER", help="Keep what was made again here, to look at. Not for sweeps.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make results again and compare them, byte for byte.

    Everything is run again from what the folder itself holds, and compared with what it holds: of a sweep every
    outcome of every run, bit for bit. Exit code 0 if it is the same and 1 if anything differs; where, and with which
    versions it was made, is said. A folder that was changed after it was written is refused with 2.

    Example: regimes reproduce runs/town-20260301-101500
    """
    from simulation import reproducing, runfolder

    folder, told = reproducing.find(manifest)
    sweep = told["kind"] == reproducing.SWEEP
    if sweep and out is not None:
        raise BadInput("--out is for run folders; what a sweep makes again is compared and not kept")
    if sample is not None and not sweep:
        raise BadInput("--sample is for sweeps; a run folder is made again as a whole")
    if out is not None:
        runfolder.check(out)

    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels

    with Interruption("what was made again is compared" if sweep else "nothing is compared") as interruption:
        compile_kernels(quiet)
        interruption.at_once = False
        try:
            with Meter("Making it again", quiet) as meter:
                found = reproducing.reproduce(folder, sample=sample, threads=threads, out=out, progress=meter.update,
                                              stop=interruption.stop)
        except reproducing.Stopped:
            typer.echo("Stopped before there was anything to compare. Nothing was written.", err=True)
            raise typer.Exit(STOPPED) from None
    if as_json:
        from simulation.cli.screen import print_json

        print_json(found.to_dict())
    else:
        _print(found)
    if not found.identical:
        raise typer.Exit(FAILED)
    if not found.complete:
        raise typer.Exit(STOPPED)


def _print(found: Reproduced) -> None:
    from simulation.cli.screen import console, say

    screen = console()
    runs = f", {found.runs:,} run{'s' if found.runs != 1 else ''}" if found.asked else ""
    part = "" if found.runs == found.asked else f" of {found.asked:,}"
    say(screen, f"{found.folder.resolve().name}: {NOUNS[found.what]}{runs}{part} made again in "
                f"{found.seconds:.1f} s", style="bold")
    wrong = [each for each in found.parts if each.same is False]
    for each in found.parts if len(wrong) <= DIFFERING else [each for each in found.parts if each not in wrong]:
        _print_part(each)
    if len(wrong) > DIFFERING:
        for each in wrong[:DIFFERING]:
            _print_part(each)
        say(screen, f"and {len(wrong) - DIFFERING:,} more, all of them with --json", indent=2)
    if found.identical:
        what = "Every outcome of every run compared is the same, bit for bit." if found.what == "sweep" else \
            "It is the same, byte for byte."
        say(screen, what, style="green")
    else:
        say(screen, "It is not the same." if not found.same_values else "The bytes are not the same.", style="red")
    for note in found.notes:
        say(screen, note, bullet="- ")
    if found.versions:
        said = ", ".join(f"{name} {then} (now {now})" for name, (then, now) in found.versions.items())
        say(screen, f"It was made with {said}."
                    + ("" if found.identical else " That is the likely cause; install those to be sure."), bullet="- ")
    elif not found.identical:
        say(screen, "All versions are those that are recorded, so the code itself may have been changed.", bullet="- ")


def _print_part(part: Part) -> None:
    from simulation.cli.screen import console, say

    mark = {True: "same   ", False: "DIFFERS", None: "passed "}[part.same]
    says = f": {part.says}" if part.says else ""
    say(console(), f"{part.name}{says}", indent=2, bullet=f"{mark}  ")
