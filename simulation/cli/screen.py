"""The terminal: where text goes, how wide it is, whether it may have colour."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console


TEXT_WIDTH = 100
"""Columns beyond which lines of text are hard to read."""

NAME_WIDTH = 11
"""Columns of a heading beyond which it is folded."""


def console(error: bool = False) -> Console:
    """A console on stdout or stderr as they are now. Colour only on a terminal, and never under NO_COLOR."""
    from rich.console import Console

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich itself would end the program with the code of a failed claim

    return Screen(file=sys.stderr if error else sys.stdout, highlight=False, markup=False, emoji=False)


def say(screen: Console, text: str, style: str | None = None, indent: int = 0, bullet: str = "") -> None:
    """A paragraph, wrapped to the terminal or to a width that is easy to read; lines after a bullet hang."""
    from textwrap import fill

    from rich.text import Text

    text = text.replace(" %", "\u00a0%")  # a number and its sign stay on one line
    lines = fill(text, max(20, min(screen.width, TEXT_WIDTH)), break_on_hyphens=False, break_long_words=False,
                 initial_indent=" " * indent + bullet, subsequent_indent=" " * (indent + len(bullet)))
    screen.print(Text(lines.replace("\u00a0", " "), style=style or ""), soft_wrap=True)


def folded(name: str) -> str:
    """A long name over several lines, broken after its hyphens."""
    lines = [""]
    for part in name.replace("-", "-\n").split("\n"):
        if lines[-1] and len(lines[-1]) + len(part) > NAME_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def print_json(value: Any) -> None:
    """`value` as JSON and nothing else on stdout; not-a-number becomes null, as JSON has no word for it."""
    print(json.dumps(_plain(value), indent=2, ensure_ascii=False))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return str(value)
