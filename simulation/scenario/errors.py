"""What is said when a scenario is wrong: one line a problem, with the place, the value and the likely fix.

Nothing here knows what a scenario contains; the other modules of this package find the problems.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PRINTED = 25
"""Problems that one error prints; a file with more has one cause."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in one place.

    Attributes:
        file: path as given by the user, or `--set #1 (path=value)` for an override.
        line, column: counted from 1; None where the problem has no place in a file.
        field: dotted path, `world.people` or `events[2].at` (list items counted from 1); may be empty.
        message: value, what is accepted, likely fix; one line.
    """

    file: str
    line: int | None
    column: int | None
    field: str
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place += f":{self.line}" if self.column is None else f":{self.line}:{self.column}"
        parts = (place, self.field, self.message) if self.field else (place, self.message)
        return " ".join(": ".join(parts).split())


class ScenarioError(ValueError):
    """A scenario or regime file, name or override that cannot be used.

    `problems` holds them all in the order of files and lines; `str()` gives one line a problem.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:PRINTED]]
        if len(self.problems) > PRINTED:
            lines.append(f"... and {len(self.problems) - PRINTED} more problems")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        return ScenarioError, (self.problems,)


def refuse(file: str, message: str, field: str = "", line: int | None = None,
           column: int | None = None) -> ScenarioError:
    """An error with one problem, to be raised."""
    return ScenarioError([Problem(file, line, column, field, message)])


def quote(value: object) -> str:
    """A value as it may stand in a message: one line, short, recognisable."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, Sequence):
        return "a list"
    text = f"{value:.15g}" if isinstance(value, float) else " ".join(str(value).split())
    return text if len(text) <= 60 else text[:57] + "..."


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, None where nothing is near. Case, `-` and `_` do not count."""

    def plain(text: str) -> str:
        return text.lower().replace("_", "-").replace(" ", "-")

    by_plain = {plain(known): known for known in names}
    close = difflib.get_close_matches(plain(name[:100]), list(by_plain), n=1, cutoff=0.65)
    return by_plain[close[0]] if close else None


def unknown(kind: str, name: object, names: Iterable[str], *, always_list: bool = False) -> str:
    """`unknown lever 'staks'; did you mean 'stakes'?`, with the names that are accepted where that helps."""
    names = list(names)
    near = nearest(name, names) if isinstance(name, str) else None
    message = f"unknown {kind} {quote(name)}"
    if near:
        message += f"; did you mean {near!r}?"
    if not names:
        return f"{message}; there is none to choose from"
    if near is None or len(names) <= 10 or always_list:
        message += f"{' Accepted' if near else '; accepted'}: {some(names)}"
    return message


def some(names: Iterable[str]) -> str:
    """A list of names for a message: all of them, or as many as a person may want to read."""
    names = list(names)
    shown = ", ".join(names)
    if len(shown) <= 300:
        return shown
    while len(shown) > 300:
        shown = shown[: shown.rindex(", ")]
    return f"{shown}, ... ({len(names)} in all)"


def field_path(path: Iterable[str | int]) -> str:
    """A path through a file for people: dots between names, list items counted from 1."""
    text = ""
    for step in path:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
