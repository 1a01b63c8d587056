"""What every instrument shares: how its one browser module is put together, and how a specification is refused."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets

FORMAT = frozenset({"decimals", "percent", "prefix", "unit"})
"""Fields that say how numbers are written.

decimals: places after the point (1). percent: values are shares 0-1, written as per cent. prefix: before a number, such
as a currency sign. unit: after it, with its own space.
"""
HEAD = frozenset({"title", "summary", "height"})
"""Fields of the frame. title: shown above and read out. summary: the picture in words, read out and shown under
"Numbers". height: of the drawing in pixels; missing: from the width."""


@functools.cache
def together(names: tuple[str, ...]) -> str:
    """The text of several files of this folder as one: a widget's browser module is a single file."""
    here = Path(__file__).parent
    return "\n".join((here / name).read_text(encoding="utf-8") for name in names)


class Instrument(anywidget.AnyWidget):
    """A widget whose module and style are files beside its class, read when the first one is made."""

    scripts: ClassVar[tuple[str, ...]] = ()
    styles: ClassVar[tuple[str, ...]] = ("instruments.css",)

    _esm = traitlets.Unicode().tag(sync=True)
    _css = traitlets.Unicode().tag(sync=True)

    @traitlets.default("_esm")
    def _its_module(self) -> str:
        return together(("shared.js", *self.scripts))

    @traitlets.default("_css")
    def _its_style(self) -> str:
        return together(self.styles)


def check_fields(spec: Mapping[str, Any], known: Iterable[str], needed: Iterable[str], what: str) -> None:
    """Refuse a specification with a field that nothing reads, or without one that is needed; ValueError names it."""
    known = set(known)
    for name in spec:
        if name not in known:
            raise ValueError(f"{what} has a field {name!r}; it knows {', '.join(sorted(known))}")
    for name in needed:
        if name not in spec:
            raise ValueError(f"{what} lacks {name!r}; it has {', '.join(sorted(spec)) or 'nothing'}")


def check_domain(domain: Any, what: str) -> None:
    """Refuse a range of an axis that is neither None nor [low, high] with low < high."""
    if domain is None:
        return
    if not isinstance(domain, list | tuple) or len(domain) != 2 or not domain[0] < domain[1]:
        raise ValueError(f"{what} is {domain!r}; it takes [low, high] with low < high, or None for the data's own")


def check_choice(value: Any, choices: Iterable[str], what: str) -> None:
    choices = tuple(choices)
    if value not in choices:
        raise ValueError(f"{what} is {value!r}; choose one of {', '.join(choices)}")
