"""Where scenario and regime files are: in a checkout, and inside an installed wheel.

A wheel carries the folder `scenarios/` as `simulation/_catalogue/`; a checkout has it beside `simulation/`. No other
module knows this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from simulation.scenario.errors import refuse, unknown

SUFFIXES = (".yaml", ".yml")


def folder() -> Path:
    """The folder of the shipped scenarios. Raises ScenarioError where an installation lacks it."""
    package = Path(__file__).resolve().parents[1]
    for place in (package / "_catalogue", package.parent / "scenarios"):
        if (place / "regimes").is_dir():
            return place
    raise refuse(str(package / "_catalogue"), "the scenario files are missing from this installation; install it again")


def catalogue() -> dict[str, Path]:
    """Every shipped scenario: name to file, by name."""
    return _files(folder())


def regime_library() -> dict[str, Path]:
    """Every shipped regime: name to file, by name."""
    return _files(folder() / "regimes")


def _files(place: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(place.iterdir()) if path.suffix in SUFFIXES and path.is_file()}


def looks_like_path(text: str) -> bool:
    """Whether a text names a file rather than an entry of the catalogue."""
    return "/" in text or "\\" in text or Path(text).suffix != "" or text.startswith("~")


def find(name_or_path: str | Path, known: Mapping[str, Path], kind: str) -> Path:
    """The file of a scenario or regime (`kind`), by its name among those known or by path.

    A text with a slash or an ending is a path, everything else a name. Raises ScenarioError for an unknown name; a
    path is not checked here.
    """
    if isinstance(name_or_path, Path):
        return name_or_path
    if not isinstance(name_or_path, str):
        raise refuse(kind, f"{type(name_or_path).__name__} is not the name or path of a {kind}")
    if name_or_path in known:
        return known[name_or_path]
    path = Path(name_or_path)
    if looks_like_path(name_or_path):
        if path.suffix in SUFFIXES and path.stem in known and not path.exists():
            raise refuse(name_or_path, f"no such file; the {kind} that comes with the program is called {path.stem!r}")
        return path.expanduser() if name_or_path.startswith("~/") else path
    hint = "; a file is given by its path, ending in .yaml"
    if path.is_dir():
        hint = f"; {name_or_path!r} here is a folder, and a {kind} is one file"
    raise refuse(kind, unknown(kind, name_or_path, known, always_list=True) + hint)
