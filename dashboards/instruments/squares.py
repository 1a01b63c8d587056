"""A map of squares that can be pressed: a grid of buttons with a letter and a number in each, between two axes."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument, check_fields

MOST_STEPS = 40
PATTERNS = ("plain", "slanted", "level", "dotted", "upright", "open")
"""Beside the letter of a square, so that nothing is told by its colour alone; `open` is the paper."""

_FIELDS = ("label", "columns", "rows", "x_title", "y_title", "cells", "home", "home_label")
_CELL = ("column", "row", "letter", "says", "label", "fill", "ink", "pattern", "area")


class Squares(Instrument):
    """The map. One square takes the focus of the keyboard; the arrows, Home and End move it, Enter chooses.

    Traits:
        spec: fields below.
        chosen: answered and settable: [column, row] of the square that was pressed; empty for none.

    Fields of spec:
        label: what the map is, for a screen reader.
        columns, rows: labels of the steps, from the left and from below; 1 to 40 each.
        x_title, y_title: what varies.
        cells: [{column, row (from 0), letter, says (a second line), label (read out), fill, ink (colours), pattern (one
            of `PATTERNS`), area}]; squares of one area have no line between them. A place may be empty.
        home: [column, row] of a dashed frame, which may lie between squares; None for none. home_label: read out.

    Raises ValueError for a field that nothing reads, a missing one, or a square off the map.
    """

    scripts = ("squares.js",)
    styles = ("instruments.css", "squares.css")

    spec = traitlets.Dict().tag(sync=True)
    chosen = traitlets.List(traitlets.Int()).tag(sync=True)

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        return check(proposal["value"])


def check(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification of `Squares` as it is; ValueError names what cannot be drawn. An empty one draws nothing."""
    if not spec:
        return spec
    check_fields(spec, _FIELDS, _FIELDS[:6], "the specification of squares")
    sizes = len(spec["columns"]), len(spec["rows"])
    if not all(1 <= size <= MOST_STEPS for size in sizes):
        raise ValueError(f"{sizes[0]} columns and {sizes[1]} rows; 1 to {MOST_STEPS} of each can be drawn")
    for cell in spec["cells"]:
        check_fields(cell, _CELL, _CELL, "a square")
        at = cell["column"], cell["row"]
        if not all(0 <= here < size for here, size in zip(at, sizes, strict=True)):
            raise ValueError(f"a square at {at}; the map has {sizes[0]} columns and {sizes[1]} rows, counted from 0")
        if cell["pattern"] not in PATTERNS:
            raise ValueError(f"the pattern of a square is {cell['pattern']!r}; choose one of {', '.join(PATTERNS)}")
    return spec
