"""`regimes sensitivity` and `regimes ablate`: what a conclusion hangs on, and what remains of it without each part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulation.cli.faults import STOPPED, BadInput
from simulation.cli.options import (
    DEFAULT_SCENARIO,
    AsJson,
    Changes,
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

if TYPE_CHECKING:
    from simulation.sensitivity.ablations import Ablations
    from simulation.sensitivity.findings import Sensitivity
    from simulation.sensitivity.points import Pair

STUDY, WITHOUT = "sensitivity.json", "ablations.json"
"""Names of the result files, in a folder of their own and in docs/data/."""

Two = Annotated[
    str | None,
    typer.Option("--regimes", "-r", metavar="A,B",
                 help="Two regimes, the second against the first; else the scenario's.")
]
Outcomes = Annotated[
    str | None, typer.Option("--outcomes", metavar="A,B,...", help="Outcomes to study; else harm, record, work, staff.")
]
Pairs = Annotated[
    int,
    typer.Option("--pairs", "-n", parser=whole_number(2), metavar="NUMBER", help="Pairs that differ in chance only.")
]
Where = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER",
                 help="Where points and result are kept; the same command goes on from there. Default below runs/.")
]
Again = Annotated[
    Path | None, typer.Option("--from", metavar="FILE", help="Show a kept result; nothing is run.")
]
ForDocs = Annotated[
    bool, typer.Option("--docs", help="Also keep the result in docs/data/ and draw its figures in docs/figures/.")
]


def sensitivity(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    regimes: Two = None,
    outcomes: Outcomes = None,
    trajectories: Annotated[
        int, typer.Option("--trajectories", parser=whole_number(2), metavar="NUMBER",
                          help="Walks through all parameters; each costs a pair of runs a parameter.")
    ] = 6,
    worlds: Annotated[
        int, typer.Option("--worlds", parser=whole_number(0), metavar="NUMBER",
                          help="Believable worlds, a power of two; with 0 there is no analysis of variance.")
    ] = 256,
    top: Annotated[
        int, typer.Option("--top", parser=whole_number(1), metavar="NUMBER",
                          help="Parameters that the analysis of variance looks at one by one.")
    ] = 10,
    pairs: Pairs = 20,
    people: Annotated[
        int | None, typer.Option("--people", parser=whole_number(1), metavar="NUMBER",
                                 help="Study a smaller town, and say how alike it ranks believable worlds.")
    ] = None,
    seed: Seed = None,
    changes: Changes = None,
    horizon: Horizon = None,
    threads: Threads = None,
    out: Where = None,
    again: Again = None,
    docs: ForDocs = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Find out what the difference between two regimes hangs on.

    Moves every parameter within what is believable of it: one after the other (Morris), then all at once (Sobol'). Says
    in how many believable worlds the difference has the same sign, and on which three judgements it hangs. Levers stay:
    a regime is an answer, not an uncertain fact. Ctrl-C keeps what is done; the same command goes on from there.

    Example: regimes sensitivity town --people 5000 --trajectories 2 --worlds 16
    """
    from simulation.sensitivity import findings
    from simulation.sensitivity.library import salib

    folder = None
    if docs:
        _project()
        if not worlds:
            raise BadInput("the page of --docs tells of believable worlds; with --worlds 0 there are none")
    if again is not None:
        found = findings.load(again)
    else:
        from simulation.sensitivity.points import Pair
        from simulation.sensitivity.study import OUTCOMES, study

        salib("sample.morris")  # what is missing should not be noticed after minutes of runs
        pair = Pair.of(load(scenario, changes, horizon), split_list(regimes) if regimes else None)
        folder = _folder("sensitivity", pair, out, as_json)
        asked = outcome_names(outcomes) if outcomes else OUTCOMES

        def do(**how: Any) -> Sensitivity:
            return study(pair, outcomes=asked, trajectories=trajectories, worlds=worlds, singled=top, pairs=pairs,
                         seed=seed, people=people, folder=folder, **how)

        found = _done(do, f"Studying {pair.scenario.name}", folder, threads, quiet)
        found = findings.Sensitivity.from_dict(found.to_dict())  # what is shown is what is kept
        _keep(folder, STUDY, found.to_text())
    if docs:
        _publish(STUDY, found.to_text(), study=found)
    if as_json:
        print(found.to_text(), end="")
    else:
        _print_study(found)
        _say_where(folder, STUDY)


def ablate(
    scenario: ScenarioName = DEFAULT_SCENARIO,
    regimes: Two = None,
    without: Annotated[
        str | None, typer.Option("--without", metavar="A,B,...", help="Only these mechanisms and ideas; else all.")
    ] = None,
    outcomes: Outcomes = None,
    pairs: Pairs = 20,
    seed: Seed = None,
    changes: Changes = None,
    horizon: Horizon = None,
    threads: Threads = None,
    out: Where = None,
    again: Again = None,
    docs: ForDocs = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Take away each mechanism and each idea in turn, and see what remains.

    The same people and the same luck with a mechanism switched off, or with the parameters of an idea at the value at
    which it says nothing; each difference with its 95 % paired interval. Ctrl-C keeps what is done.

    Example: regimes ablate town --without learning,gaming --pairs 10
    """
    from simulation.sensitivity import ablations

    folder = None
    if docs:
        _project()
    if again is not None:
        found = ablations.load(again)
    else:
        from simulation.sensitivity.points import Pair

        pair = Pair.of(load(scenario, changes, horizon), split_list(regimes) if regimes else None)
        only = split_list(without) if without else None
        ablations.cases(pair, only)  # a wrong name should not wait until the model is compiled
        folder = _folder("ablations", pair, out, as_json)
        asked = outcome_names(outcomes) if outcomes else ablations.OUTCOMES

        def do(**how: Any) -> Ablations:
            return ablations.ablate(pair, outcomes=asked, only=only, pairs=pairs, seed=seed, folder=folder, **how)

        found = _done(do, f"Taking {pair.scenario.name} apart", folder, threads, quiet)
        found = ablations.Ablations.from_dict(found.to_dict())  # what is shown is what is kept
        _keep(folder, WITHOUT, found.to_text())
    if docs:
        _publish(WITHOUT, found.to_text(), ablations=found)
    if as_json:
        print(found.to_text(), end="")
    else:
        _print_ablations(found)
        _say_where(folder, WITHOUT)


def _print_study(found: Sensitivity) -> None:
    from simulation.cli.screen import console, say
    from simulation.sensitivity import telling

    screen = console()
    first, second = found.names
    say(screen, f"{found.made['scenario']}: what {second} minus {first} hangs on ({found.made['points']:,} pairs of "
                f"runs, {len(found.facts)} parameters, {found.made['people']:,} people)", style="bold")
    for label, lines in telling.study_lines(found):
        say(screen, label, style="bold underline")
        for line in lines:
            say(screen, line, indent=4)
    if found.failures:
        most = next(iter(found.failures))
        say(screen, f"{sum(found.failures.values())} points failed, most often: {most}", style="red")


def _print_ablations(found: Ablations) -> None:
    from simulation.cli.screen import console, say
    from simulation.outcomes import BY_NAME
    from simulation.sensitivity import telling

    screen = console()
    first, second = found.names
    say(screen, f"{found.made['scenario']}: {second} minus {first}, {found.made['pairs']} pairs a line", style="bold")
    for outcome in found.outcomes:
        say(screen, BY_NAME[outcome].label, style="bold underline")
        for line in telling.ablation_lines(found, outcome):
            screen.print(f"    {line}", soft_wrap=True)
    for name, message in found.failures.items():
        say(screen, f"{name}: runs failed, {message}", style="red")


def _folder(what: str, pair: Pair, out: Path | None, as_json: bool) -> Path | None:
    """Where points are kept: a folder for every world, pair of regimes and version, so that a stopped study goes on."""
    from simulation import provenance

    if out is not None or as_json:
        return out
    return Path("runs") / f"{what}-{pair.scenario.name}-{provenance.key(pair.identity())[:8]}"


def _done(do: Callable[..., Any], title: str, folder: Path | None, threads: int | None, quiet: bool) -> Any:
    """What `do` makes, with progress and Ctrl-C."""
    from simulation import provenance
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.cli.running import compile_kernels
    from simulation.sensitivity.points import Stopped

    kept = "the points that are done are kept" if folder is not None else "nothing is kept without --out"
    with Interruption(kept) as interruption:
        compile_kernels(quiet)
        interruption.at_once = False
        try:
            with Meter(title, quiet) as meter:
                return do(threads=threads or provenance.cores(), progress=meter.update, stop=interruption.stop)
        except Stopped as stopped:
            where = "" if folder is None else f"; they are kept in {folder}, and the same command goes on from there"
            typer.echo(f"Stopped after {stopped.kept} of {stopped.asked} points of this part{where}.", err=True)
            raise typer.Exit(STOPPED) from None


def _keep(folder: Path | None, name: str, text: str) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _project() -> Path:
    """The folder of the project. Raises BadInput where the program runs without it."""
    from simulation.odd import checkout

    root = checkout()
    if root is None:
        raise BadInput("--docs writes into the project's docs/, and this program runs without them; leave it out")
    return root


def _publish(name: str, text: str, **found: Any) -> None:
    """Keep a result with the documents, and draw its figures there: from what is kept, which is rounded."""
    import json

    from simulation.sensitivity import figures

    docs = _project() / "docs"
    _keep(docs / "data", name, text)
    figures.write(docs / "figures", **{what: type(each).from_dict(json.loads(text)) for what, each in found.items()})


def _say_where(folder: Path | None, name: str) -> None:
    from simulation.cli.screen import console, say
    from simulation.findings import CAVEAT

    screen = console()
    screen.print()
    if folder is not None:
        screen.print(f"Result: {folder / name}", soft_wrap=True)
    say(screen, CAVEAT)
