"""The page of an analysis: one HTML file in the look of the report, which opens offline, with every section in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from simulation import provenance, wording
from simulation.analysis.section import Section
from simulation.analysis.worlds import factor_value
from simulation.outcomes import BY_NAME

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings

ROWS = 24
"""Rows of a table that the page shows; all of them are in its file."""
COLUMNS = 9
"""Columns from which a table is put behind a fold."""
SMALLEST, PANEL = 720, 460
"""Pixels below which a picture is not shrunk but scrolled, so that its letters stay readable on a phone; and up to
which it is one panel, which a phone can show as a whole."""
PROVENANCE = {"folder": "Design in the store", "key": "Key of the design", "scenario_key": "Key of the scenario",
              "code": "Version of the code"}
"""What a page says of where its runs came from: entries of `Readings.about`, and what to call them."""
_WIDTH = re.compile(r'viewBox="0 0 ([\d.]+)')
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_WHOLE = ("seed", "point", "replication")
"""Columns whose whole numbers are names and not amounts."""


def render(sections: Sequence[Section], readings: Readings, svgs: Mapping[str, str], *, command: str = "",
           made: str = "", versions: Mapping[str, str] | None = None, notes: Sequence[str] = ()) -> str:
    """The page as HTML. The same analysis gives the same text, but for `made`.

    Args:
        svgs: a picture's name to its `<svg>` element.
        command: what was typed. made: when; versions: with which, default these.
        notes: what to know about the sweep as a whole.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    pages = Environment(loader=PackageLoader("simulation"), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True)
    return pages.get_template("analysis.html.jinja").render(
        title=readings.about.get("title") or readings.design, purpose=readings.about.get("purpose", ""),
        versus=_versus(readings), facts=facts(readings), factors=[_factor(f) for f in readings.factors],
        sections=[_section(section, svgs) for section in sections], notes=list(notes), command=command, made=made,
        outcomes=[(BY_NAME[name].label, BY_NAME[name].unit, BY_NAME[name].meaning) for name in readings.outcomes
                  if name in BY_NAME],
        provenance=[(PROVENANCE[name], str(readings.about[name])) for name in PROVENANCE if readings.about.get(name)],
        versions=provenance.versions() if versions is None else versions)


def facts(readings: Readings) -> list[tuple[str, str]]:
    """What was run, for the head of the page and of the terminal."""
    points, replications, regimes = readings.shape
    asked = int((readings.seeds >= 0).sum())
    each = f"{replications:,} each" if asked == points * replications else f"up to {replications:,} each"
    runs = asked * regimes - readings.missing
    left = [f"{readings.failures:,} failed"] if readings.failures else []
    left += [f"{readings.missing:,} missing"] if readings.missing else []
    return [("Design", f"{readings.design}, {readings.method}"),
            ("Worlds", f"{points:,}" if points > 1 else "one"),
            ("Replications", each if points > 1 else f"{replications:,}"),
            ("Runs", f"{runs:,}" + (f" ({', '.join(left)})" if left else ""))]


def cell(value: Any, column: str = "") -> str:
    """A value as a table of the page has it: four figures of a number, a true minus, a dash for nothing."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) in ("<NA>", "NaT"):
        return "–"
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if column == "outcome" and value in BY_NAME:
        return BY_NAME[value].label
    if isinstance(value, int):
        text = str(value) if column in _WHOLE else f"{value:,}"
    elif isinstance(value, float):
        if not math.isfinite(value):
            return "∞" if value > 0 else "−∞"
        size = abs(value)
        text = f"{value:,.0f}" if 1_000 <= size < 1e15 else "0" if size == 0 else f"{value:.4g}"
        if "e" in text:
            mantissa, power = text.split("e")
            return f"{mantissa} × 10{str(int(power)).translate(_RAISED)}".replace("-", "−")
    else:
        return str(value)
    return text.replace("-", "−")


def _versus(readings: Readings) -> str:
    first, *others = readings.regimes
    return f"{wording.listed(others)} against {first}" if others else first


def _factor(factor: Any) -> tuple[str, str, str]:
    """Name, what it is, and its values."""
    if factor.unit == "on or off":
        return factor.name, factor.title, "on, off"
    ends = [factor_value(factor, value) for value in factor.levels or (factor.low, factor.high)]
    return factor.name, factor.title, (", " if factor.levels else " to ").join(ends)


def _section(section: Section, svgs: Mapping[str, str]) -> dict[str, Any]:
    from markupsafe import Markup

    pictures = []
    for picture in section.pictures:
        svg = svgs[picture.name]
        found = _WIDTH.search(svg)
        width = float(found[1]) if found else SMALLEST
        pictures.append({"name": picture.name, "says": picture.says, "svg": Markup(svg), "width": round(width),
                         "least": 0 if width <= PANEL else round(min(width, SMALLEST))})
    title = _tied(section.title.rstrip("."))
    # A section's first line may say what its title says; once is enough on a page.
    lines = [line for line in map(_tied, section.lines) if line.rstrip(".") != title]
    return {"name": section.name, "title": title, "lines": lines, "notes": list(map(_tied, section.notes)),
            "pictures": pictures, "tables": [_table(name, frame) for name, frame in section.tables.items()]}


def _tied(text: str) -> str:
    """A number and its sign stay on one line."""
    return text.replace(" %", "\u00a0%").replace("± ", "±\u00a0")


def _table(name: str, frame: pd.DataFrame) -> dict[str, Any]:
    shown = frame.head(ROWS)
    words = {column: not _is_number(frame[column]) for column in frame.columns}
    rows = [[(cell(value, str(column)), words[column]) for column, value in zip(frame.columns, row, strict=True)]
            for row in shown.itertuples(index=False, name=None)]
    return {"name": name, "title": name.replace("-", " ").replace("_", " "), "file": f"tables/{name}.csv",
            "columns": [(str(column).replace("_", " "), words[column]) for column in frame.columns], "rows": rows,
            "more": len(frame) - len(shown), "count": len(frame), "folded": len(frame.columns) > COLUMNS or
            len(frame) > ROWS // 2}


def _is_number(column: pd.Series) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    return is_numeric_dtype(column) and not is_bool_dtype(column)
