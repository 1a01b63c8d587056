"""A measured series that a visitor brings as text: two columns, read strictly, as data for an XmR chart.

Nothing in it is ever run, and nothing names a file. Text in it is shown as text.
"""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import Any, Literal

MOST_BYTES, MOST_ROWS, MOST_LETTERS = 64_000, 2_000, 40
"""Of the whole text, of rows with a value, of the name of a period or column."""
MOST_PROBLEMS = 8
"""Problems that are told at once."""
MOST_VALUE = 1e12
"""A value farther from zero is a slip of the keyboard."""
_NUMBER = re.compile(r"[-+−]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_SHAPE = "two columns are needed: period and value, such as '2024-01,84.2'"


class MeasuredError(ValueError):
    """A text that is no series; `problems` has one line for each thing that is wrong, with its line number."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems[:MOST_PROBLEMS])
        if len(problems) > MOST_PROBLEMS:
            self.problems += (f"... and {len(problems) - MOST_PROBLEMS} more",)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Measured:
    """A series in order of time.

    Attributes:
        name: of the second column; empty where the text has no heads.
        periods: what each value belongs to, as written. values: as written, per cent as numbers up to 100.
        percent: whether every value had a per cent sign.
    """

    name: str
    periods: tuple[str, ...]
    values: tuple[float, ...]
    percent: bool = False


def read(given: str | bytes) -> Measured:
    """The series in a CSV text: comma, semicolon or tab between the columns, a first line of heads or none.

    Raises:
        MeasuredError: too large, no text, not two columns, a value that is no number, or too few or too many rows.
    """
    from simulation.xmr import FEWEST

    lines = _rows(_text(given))
    name = ""
    if lines and len(lines[0][1]) == 2 and not _begins_like_a_number(lines[0][1][1]):
        name = _short(lines.pop(0)[1][1])
    problems: list[str] = []
    periods, values, signs = [], [], []
    for line, cells in lines:
        if len(cells) != 2:
            problems.append(f"line {line} has {len(cells)} {'column' if len(cells) == 1 else 'columns'}; {_SHAPE}")
            continue
        try:
            value, percent = _value(cells[1])
        except ValueError as error:
            problems.append(f"line {line}: {error}")
            continue
        periods.append(_short(cells[0]))
        values.append(value)
        signs.append(percent)
    if problems:
        raise MeasuredError(problems)
    if len(values) > MOST_ROWS:
        raise MeasuredError([f"{len(values):,} rows; at most {MOST_ROWS:,} are accepted"])
    if len(values) < FEWEST:
        raise MeasuredError([f"{len(values)} {'value' if len(values) == 1 else 'values'}; limits need {FEWEST} or "
                             "more, one a line, in order of time"])
    if any(signs) and not all(signs):
        raise MeasuredError([f"line {lines[signs.index(False)][0]} has no per cent sign, others have one; "
                             "write all values in the same way"])
    return Measured(name, tuple(periods), tuple(values), all(signs))


def spec(series: Measured, better: Literal["higher", "lower"]) -> dict[str, Any]:
    """The XmR chart of a series, for `instruments.xmr.XmR`. `better`: the direction that is better."""
    from simulation import xmr

    bounds = (0.0, 100.0) if series.percent and all(0 <= v <= 100 for v in series.values) else (-math.inf, math.inf)
    found = xmr.chart(series.values, better, bounds=bounds)
    title = series.name or "Your series"
    kinds = {True: "improving", False: "concerning"}
    return {"title": title, "height": 215, "decimals": 1 if series.percent else _decimals(series.values),
            "unit": " %" if series.percent else "", "values": list(found.values), "labels": list(series.periods),
            "centre": found.centre, "centre_label": "mean", "lower": found.lower, "upper": found.upper,
            "signals": [{"at": s.at, "kind": kinds[s.high == (better == "higher")], "rule": s.rule}
                        for s in found.signals],
            "variation": found.variation,
            "summary": f"{len(found.values)} points as you gave them. {len(found.signals)} of them are signals; the "
                       "rest is what chance does."}


def _text(given: str | bytes) -> str:
    size = len(given) if isinstance(given, bytes) else len(given.encode("utf-8", "replace"))
    if size > MOST_BYTES:
        raise MeasuredError([f"the text has {size:,} bytes; at most {MOST_BYTES:,} are accepted"])
    if isinstance(given, bytes):
        try:
            given = given.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = given.count(b"\n", 0, error.start) + 1
            raise MeasuredError([f"line {line} is not UTF-8 text; save the table as CSV (UTF-8)"]) from None
    given = given.removeprefix("\ufeff")
    if bad := _CONTROL.search(given):
        line = given.count("\n", 0, bad.start()) + 1
        raise MeasuredError([f"line {line} holds the control character {bad[0]!r}; plain text is needed"])
    return given


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line that is not empty."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    marks = [mark for mark in ("\t", ";", ",") if mark in first]
    if not marks:
        raise MeasuredError([_SHAPE])
    found = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=marks[0], strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, [cell.strip() for cell in cells]))
    except csv.Error as error:
        raise MeasuredError([f"line {reader.line_num}: {error}; is a quotation mark not closed?"]) from None
    return found


def _value(text: str) -> tuple[float, bool]:
    number = text.removesuffix("%").rstrip()
    if not text:
        raise ValueError("the value is missing; leave the line out where nothing was measured")
    if re.fullmatch(r"[-+]?[0-9]+,[0-9]+", number):
        raise ValueError(f"{_quoted(text)} is not a number; write the decimal point as '.', and thousands without a "
                         "mark")
    if len(number) > MOST_LETTERS or not _NUMBER.fullmatch(number):
        raise ValueError(f"{_quoted(text)} is not a number, such as 84.2 or 84.2 %")
    value = float(number.replace("−", "-"))
    if not abs(value) <= MOST_VALUE:
        raise ValueError(f"{_quoted(text)} is too large; at most {MOST_VALUE:g} is accepted")
    return value, text.endswith("%")


def _begins_like_a_number(text: str) -> bool:
    """Whether a cell was meant as a value, however badly written, rather than as a head."""
    return text == "" or text[0] in "+-−.=@0123456789"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else text[:MOST_LETTERS - 1] + "…"


def _quoted(text: str) -> str:
    return repr(_short(text))


def _decimals(values: tuple[float, ...]) -> int:
    """Places that tell the values apart, three at most."""
    return next((places for places in range(3) if all(abs(v - round(v, places)) < 1e-9 for v in values)), 3)
