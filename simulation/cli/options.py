"""Options that several commands share, and what people write in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulation.cli.faults import BadInput

if TYPE_CHECKING:
    from simulation.scenario import Scenario

DEFAULT_SCENARIO = "town"


def whole_number(low: int) -> Callable[[str], int]:
    """Reads a whole number of `low` or more; what the option parser says by itself does not name the value."""

    def read(text: str | int) -> int:
        try:
            number = int(text)
        except ValueError:
            number = low - 1
        if number < low:
            raise typer.BadParameter(f"{text!r} is not a whole number of {low} or more")
        return number

    return read


ScenarioName = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A name from `regimes scenarios`, or a scenario file.")
]
Changes = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE",
                 help="Change a value of the scenario, with its unit; repeat for more. Example: world.people=20000")
]
Horizon = Annotated[
    str | None, typer.Option("--horizon", metavar="TIME", help="How long to run: '2 years', '8 weeks'.")
]
Seed = Annotated[
    int | None,
    typer.Option("--seed", parser=whole_number(0), metavar="NUMBER", help="Where chance begins; else the scenario's.")
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", parser=whole_number(1), metavar="NUMBER", help="Processors to use; changes no number.")
]
Folder = Annotated[
    Path | None, typer.Option("--out", metavar="FOLDER", help="Write results here; default a new folder under runs/.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Only JSON on stdout; no folder unless --out names one.")]
AsJsonList = Annotated[bool, typer.Option("--json", help="Only JSON on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]


def load(name: str, changes: Sequence[str] | None, horizon: str | None = None) -> Scenario:
    """The scenario with its changes.

    Raises:
        simulation.scenario.ScenarioError: unknown scenario, or anything wrong in the file or the changes.
    """
    from simulation import scenario

    wanted = list(changes or ())
    if horizon is not None:
        wanted.append(f"world.horizon={horizon}")
    return scenario.load(name, set=wanted)


def is_regime(name: str) -> bool:
    """Whether a name or path means a regime rather than a scenario: regime files live in folders called `regimes`."""
    from simulation import scenario

    if name in scenario.catalogue():
        return False
    return name in scenario.regime_library() or Path(name).resolve().parent.name == "regimes"


def is_plan(name: str) -> bool:
    """Whether a path means a calibration plan: they live in folders called `calibration`."""
    path = Path(name)
    return path.suffix in (".yaml", ".yml") and path.resolve().parent.name == "calibration"


def is_design(name: str) -> bool:
    """Whether a name or path means a design: it is shipped, lives in a folder called `designs`, or names its scenario,
    which among the other files only a calibration plan does."""
    from simulation import scenario
    from simulation.experiments.reading import FOLDER, designs

    if name in scenario.catalogue() or is_regime(name) or is_plan(name):
        return False
    path = Path(name)
    if name in designs():
        return True
    if path.suffix not in (".yaml", ".yml"):
        return False
    if FOLDER in (path.resolve().parent.name, path.resolve().parent.parent.name):
        return True
    try:
        return any(line.startswith("scenario:") for line in path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError):
        return False


def outcome_names(text: str | None) -> tuple[str, ...]:
    """The outcomes that `--outcomes` asks for: the headline, `all`, or a list with commas.

    Raises:
        BadInput: an unknown outcome; names the nearest.
    """
    from simulation.outcomes import BY_NAME, HEADLINE

    if text is None:
        return HEADLINE
    if text.strip() == "all":
        return tuple(BY_NAME)
    names = split_list(text)
    problems = [unknown("outcome", name, BY_NAME, "regimes show outcomes") for name in names if name not in BY_NAME]
    if problems or not names:
        raise BadInput("\n".join(problems) or "--outcomes is empty; give names with commas, or `all`")
    return tuple(names)


def split_list(text: str) -> list[str]:
    """The parts of a list with commas, without spaces around them or empty parts."""
    return [part.strip() for part in text.split(",") if part.strip()]


def unknown(kind: str, name: str, known: Sequence[str], lister: str) -> str:
    """The message for a name that is not known, with the nearest one and the command that lists them all."""
    from simulation.scenario.errors import nearest

    near = nearest(name, known)
    guess = f"; did you mean {near!r}?" if near else "."
    return f"unknown {kind} {name!r}{guess} To see them all: {lister}"
