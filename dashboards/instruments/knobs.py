"""A table of numbers that can be searched and changed one by one, each with its range, grade and source."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument, check_choice, check_fields

GRADES = ("measured", "associated", "judgement")


class Knobs(Instrument):
    """Groups of numbers.

    Traits:
        groups: [{id, name, says, rows, colour}]; a group is closed at first, its rows are made when it is opened.
        changed: settable and answered: {row id: value} of everything that differs from its default, and nothing else.
            A value outside its range is never answered: the reader is told what is accepted.
        editable: whether numbers can be changed; else the table is for reading.
        note: a sentence above the table.

    Fields of a row: id, unique; name, meaning, unit, low, high (accepted, inclusive), default; grade (one of `GRADES`,
    empty for none), source, likely ([low, high], the believable range), why (where that comes from), note (beside the
    default).

    Raises ValueError for a field that nothing reads, a missing one, or a row whose numbers do not fit.
    """

    scripts = ("knobs.js",)
    styles = ("instruments.css", "knobs.css")

    groups = traitlets.List().tag(sync=True)
    changed = traitlets.Dict().tag(sync=True)
    editable = traitlets.Bool(True).tag(sync=True)
    note = traitlets.Unicode("").tag(sync=True)

    @traitlets.validate("groups")
    def _checked(self, proposal: Any) -> list[Any]:
        return check(proposal["value"])


def check(groups: list[Any]) -> list[Any]:
    """The groups as they are; ValueError names what in them cannot be shown."""
    seen: set[str] = set()
    for group in groups:
        check_fields(group, ("id", "name", "says", "rows", "colour"), ("id", "name", "rows"), "a group of numbers")
        for row in group["rows"]:
            needed = ("id", "name", "unit", "low", "high", "default")
            check_fields(row, (*needed, "meaning", "grade", "source", "likely", "why", "note"), needed, "a row")
            if row["id"] in seen:
                raise ValueError(f"two rows are called {row['id']!r}")
            seen.add(row["id"])
            if not row["low"] <= row["default"] <= row["high"]:
                raise ValueError(f"{row['id']}: the default {row['default']} is outside {row['low']} to {row['high']}")
            if row.get("grade"):
                check_choice(row["grade"], GRADES, f"the grade of {row['id']}")
    return groups
