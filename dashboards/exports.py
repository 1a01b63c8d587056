"""A comparison or a flip map as a file to take away: a picture or a table that says what it takes to make it again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Literal, get_args

from simulation.outcomes import BY_NAME
from simulation.scenario.errors import nearest

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from simulation.charts import Charts, Figure
    from simulation.comparison import Comparison
    from simulation.frontier import Frontier

Kind = Literal["png", "svg", "csv"]
KINDS: tuple[Kind, ...] = get_args(Kind)
TYPES: dict[Kind, str] = {"png": "image/png", "svg": "image/svg+xml", "csv": "text/csv; charset=utf-8"}
LONGEST_LINK = 700
"""Letters of a permanent link that a picture prints; the file of figures has it in full."""
ACROSS = 2
"""Panels beside each other."""
PICTURE_WIDTH = 860
ALONE = (700, 300)
"""Width and height of the plot of a picture that has only one."""

FIGURES: dict[str, tuple[str, ...]] = {
    "performance": ("recorded_performance", "true_performance", "perceived_performance"),
    "differences": (),
    "need": ("need", "need_complex"),
    "demand": ("contacts", "failure_demand", "failure_demand_recorded"),
    "waits": (),
    "histories": ("crises", "long_waits", "first_time", "failure_demand_complex"),
    "staff": ("motivation", "burnout", "leaving", "vacancies"),
    "practice": ("practice_quality", "practice_variation"),
    "network": ("ties_across", "cohesion"),
    "money": ("cost", "planned_cost", "crisis_cost", "failure_cost"),
}
"""Figures of `simulation.charts.Charts` by name, with the outcomes whose series are behind their lines."""
TABLES = ("table", "runs", "series")
"""Views that are tables only: the contrast of the first two regimes, every run's outcomes, every outcome over time."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class ExportError(ValueError):
    """There is no such file; the message says which there are."""


@dataclass(frozen=True)
class Made:
    """A file: its text or bytes, and what to call it."""

    content: bytes
    name: str
    kind: Kind


def check_view(view: str, kind: str, regimes: Sequence[str] = ()) -> None:
    """Raises ExportError where there is no such view or it has no file of that kind.

    Args:
        regimes: those compared, in order; every one after the second has differences of its own.
    """
    more = [f"differences-{name}" for name in regimes[2:]]
    known = [*FIGURES, *more, *TABLES, *BY_NAME]
    if kind not in KINDS:
        raise ExportError(f"there is no {kind[:20]!r} file; accepted: {', '.join(KINDS)}")
    if view not in known:
        near = nearest(view, known)
        raise ExportError(f"there is no view {view[:60]!r}; " + (f"did you mean {near!r}?" if near else
                          f"there are {', '.join([*FIGURES, *TABLES])}, and every outcome by its name"))
    if view in TABLES and kind != "csv":
        raise ExportError(f"{view!r} is a table and has no picture; ask for {view}.csv")


def file_of(comparison: Comparison, view: str, kind: Kind, link: str) -> Made:
    """One view of a comparison as a file.

    Args:
        link: path of the permanent link to it.

    Raises:
        ExportError: no such view, or not of that kind.
    """
    check_view(view, kind, comparison.names)
    foot = footer(comparison, link)
    name = file_name(comparison.scenario.name, view, kind)
    if kind == "csv":
        return Made(as_csv(*table_of(comparison, view), [comparison.scenario.title, *foot]), name, kind)
    from simulation.charts import Charts

    figure = figure_of(Charts(comparison), view)
    return Made(_picture(poster(figure, comparison.scenario.title, foot), kind, view, figure.alt, foot), name, kind)


def map_of(frontier: Frontier, kind: Kind, link: str) -> Made:
    """The flip map as a file; its table has a row a square."""
    from simulation import flipmap

    foot = map_footer(frontier, link)
    name = file_name(str(frontier.about["name"]), f"map-{frontier.outcome}", kind)
    if kind == "csv":
        found = frontier.table
        found = found[found["outcome"] == frontier.outcome].reset_index(drop=True)
        return Made(as_csv(found, False, [flipmap.title(frontier), *foot]), name, kind)
    drawn = flipmap.poster(frontier, foot)
    return Made(_picture(drawn, kind, "map", flipmap.figure(frontier).alt, foot), name, kind)


def footer(comparison: Comparison, link: str) -> list[str]:
    """What a file needs to be made again, a line each, and what it is not."""
    from simulation import provenance, wording
    from simulation.findings import CAVEAT

    world = comparison.scenario.world
    model = comparison.manifest.get("versions", {}).get("model", provenance.model_version())
    return [
        f"{comparison.scenario.title}: {wording.listed(comparison.names)}; {world.people:,} people, "
        f"{wording.duration(world.horizon)}.",
        f"{_pairs(comparison.pairs)} on the same people and the same luck, {_seeds(comparison.seeds)}; "
        f"care-regimes {provenance.project_version()}, model version {model}.",
        f"Key {comparison.key}.", f"Link {link}", CAVEAT,
    ]


def map_footer(frontier: Frontier, link: str) -> list[str]:
    """The same of a flip map."""
    from simulation.findings import CAVEAT

    seeds = range(frontier.seed, frontier.seed + frontier.pairs)
    return [f"{frontier.about['title']}: {_pairs(frontier.pairs)} in every square, {_seeds(seeds)}; model version "
            f"{frontier.model}. Key of the scenario {frontier.about['key']}.", f"Link {link}", CAVEAT]


def _pairs(pairs: int) -> str:
    return "1 pair of runs" if pairs == 1 else f"{pairs} pairs of runs"


def _seeds(seeds: Sequence[int]) -> str:
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def file_name(scenario: str, view: str, kind: str) -> str:
    """`care-regimes-SCENARIO-VIEW.kind`, of small letters, digits and hyphens only."""
    stem = re.sub(r"[^a-z0-9]+", "-", f"care-regimes-{scenario}-{view}".lower()).strip("-")[:120]
    return f"{stem}.{re.sub('[^a-z]', '', kind.lower())[:4]}"


# Tables

def table_of(comparison: Comparison, view: str) -> tuple[pd.DataFrame, bool]:
    """The numbers behind a view in full, and whether their index belongs to them.

    `table`, `differences`: a row an outcome. `runs`: a row a run and outcome. `series`, and a figure of lines: means
    over the runs, a row a step and regime. `waits`: people seen, a row a bin and regime. An outcome: the series of
    every run.
    """
    if view in ("table", "differences"):
        return comparison.table, True
    if view.startswith("differences-"):
        return comparison.contrast(view.removeprefix("differences-")), True
    if view == "runs":
        return comparison.to_frame(), False
    if view == "waits":
        return _waits(comparison), False
    if view == "series" or view in FIGURES:
        return _means(comparison, FIGURES.get(view) or tuple(BY_NAME)), False
    return _runs(comparison, view), False


def _means(comparison: Comparison, outcomes: Sequence[str]) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    parts = []
    for name in comparison.names:
        runs = comparison.runs[name][:comparison.pairs]
        columns = {}
        for outcome in outcomes:
            found = np.array([run.series[outcome] for run in runs])
            count = np.isfinite(found).sum(axis=0)
            total = np.where(np.isfinite(found), found, 0.0).sum(axis=0)
            columns[outcome] = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
        parts.append(pd.DataFrame({"week": runs[0].weeks, "regime": name, "runs": len(runs), **columns}))
    return pd.concat(parts, ignore_index=True)


def _runs(comparison: Comparison, outcome: str) -> pd.DataFrame:
    import pandas as pd

    return pd.concat([pd.DataFrame({"week": run.weeks, "regime": name, "pair": pair, "seed": run.seed,
                                    outcome: run.series[outcome]})
                      for name in comparison.names
                      for pair, run in enumerate(comparison.runs[name][:comparison.pairs], 1)], ignore_index=True)


def _waits(comparison: Comparison) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    counts = {name: np.sum([run.waits for run in comparison.runs[name][:comparison.pairs]], axis=0)
              for name in comparison.names}
    tick = comparison.scenario.tick_weeks
    return pd.concat([pd.DataFrame({"wait_weeks": np.arange(len(seen)) * tick, "regime": name, "people_seen": seen})
                      for name, seen in counts.items()], ignore_index=True)


def as_csv(table: pd.DataFrame, index: bool, notes: Sequence[str]) -> bytes:
    """A table as a file that pandas reads with `comment="#"` and a spreadsheet opens without running anything.

    Numbers are written so that they come back exactly. Text that a spreadsheet would take for a formula gets an
    apostrophe before it.
    """
    found = table.reset_index() if index else table
    found = found.rename(columns=lambda name: harmless(str(name)))
    for column in found.columns[[not _numeric(found[name]) for name in found.columns]]:
        found[column] = [harmless(cell) if isinstance(cell, str) else cell for cell in found[column]]
    return ("".join(f"# {_one_line(note)}\r\n" for note in notes)
            + found.to_csv(index=False, lineterminator="\r\n")).encode()


def _numeric(column: pd.Series) -> bool:
    import pandas as pd

    return pd.api.types.is_numeric_dtype(column)


def harmless(text: str) -> str:
    """Text for a cell: never a formula, never the beginning of a comment."""
    text = text.replace("#", "no.")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _one_line(note: str) -> str:
    """A comment line; a comma would begin a cell, and what follows it could be a formula."""
    return re.sub(r",(\s*[=+\-@])", r";\1", " ".join(note.split()))


# Pictures

def figure_of(charts: Charts, view: str) -> Figure:
    """A figure of `simulation.charts` by its name, or one outcome over time."""
    if view.startswith("differences-"):
        return charts.differences(view.removeprefix("differences-"))
    if view in FIGURES:
        draw: Callable[[], Figure] = getattr(charts, view)
        return draw()
    return charts.by_outcome(view, f"{BY_NAME[view].label}: {charts.said(view)}", [view])


def poster(figure: Figure, scenario: str, foot: Sequence[str]) -> alt.VConcatChart:
    """A figure that stands alone: title above, panels in rows, how to read it and the footer below."""
    import altair as alt

    from simulation import drawing

    drawn, left = [], 0
    for panel in figure.panels:
        part = panel.draw()
        unit = "" if part.title is alt.Undefined else part.title.text
        left = max(left, part.padding["left"] - 13)
        part.config = part.autosize = part.padding = alt.Undefined
        part.title = alt.TitleParams(panel.caption, subtitle=unit or alt.Undefined, anchor="start", fontSize=16,
                                     subtitleFontSize=12.5, color=drawing.INK, subtitleColor=drawing.QUIET, offset=10)
        drawn.append(part)
    if len(drawn) == 1:
        drawn[0].width, drawn[0].height = ALONE
    rows = [alt.hconcat(*drawn[at:at + ACROSS], spacing=36) for at in range(0, len(drawn), ACROSS)]
    lines = [*((line, 13.0) for line in wrap(figure.reading, 128)), ("", 13.0)]
    for note in foot:
        short = note if len(note) <= LONGEST_LINK else "Link: too long for a picture; it is in the file of figures."
        lines += [(line, 12.0) for line in wrap(short, 138)]
    look = alt.Config(font=drawing.FONT, background="white", view={"stroke": None}, axis={
        "labelFontSize": 12.5, "titleFontSize": 12.5, "titleFontWeight": "normal", "labelColor": drawing.QUIET,
        "titleColor": drawing.QUIET, "gridColor": drawing.GRID, "labelLimit": 0, "titleLimit": 0})
    title = alt.TitleParams(wrap(figure.title, 78, break_on_hyphens=False), subtitle=scenario, anchor="start",
                            fontSize=21, subtitleFontSize=15, color=drawing.INK, subtitleColor=drawing.QUIET, offset=18,
                            frame="bounds", lineHeight=27, subtitlePadding=7)
    return alt.vconcat(*rows, _words(lines, left), title=title, spacing=26, config=look,
                       padding={"left": 24, "right": 24, "top": 20, "bottom": 16})


def _words(lines: Sequence[tuple[str, float]], left: float) -> alt.Chart:
    """Lines of text with their sizes, below a picture, `left` of where its plots begin."""
    import altair as alt
    import pandas as pd

    from simulation import drawing

    rows = pd.DataFrame([{"y": at, "says": says, "size": size} for at, (says, size) in enumerate(lines)])
    return (alt.Chart(rows, width=PICTURE_WIDTH, height=18 * len(lines))
            .mark_text(align="left", baseline="top", color=drawing.QUIET, limit=0)
            .encode(x=alt.value(-left), y=alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, len(lines)], range=[
                0, 18 * len(lines)], nice=False, zero=False)),
                text="says:N", size=alt.Size("size:Q", scale=None, legend=None)))


def _picture(chart: alt.TopLevelMixin, kind: Kind, name: str, says: str, foot: Sequence[str]) -> bytes:
    from simulation import svg

    if kind == "png":
        return svg.png(chart, scale=2)
    return svg.svg_file(chart, re.sub(r"[^a-z0-9]+", "-", name), f"{says} {' '.join(foot)}").encode()
