"""How a panel is drawn: one look for every chart, as Altair charts of plain arrays.

A panel is one small chart of fixed width, so that a page can put two side by side and a phone one above the other
without changing the size of its letters. Colours tell apart for the colour-blind, and dash, marker and a direct label
say the same again in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

WIDTH, HEIGHT = 410, 260
"""Of a panel, in pixels, everything included."""
FONT = "Arial, Helvetica, sans-serif"
INK, QUIET, GRID = "#1a1d21", "#4a515a", "#e2e5e9"
BEYOND, WITHIN = "#7a2e12", "#a9c4de"
"""Dark and light of a pair that must differ in grey: beyond and within the target, failure and value demand."""
BOTTOM = 46
"""Room below a plot for the numbers and the title of its horizontal axis."""
LONGEST_LABEL = 24
"""Letters of a label at the end of a line; a longer one is cut."""
ROW = 38
"""Height of one row of an interval panel: a line of text above the interval."""


@dataclass(frozen=True, slots=True)
class Style:
    colour: str
    dash: tuple[int, ...] = (1, 0)
    shape: str = "circle"


REGIME_STYLES = (
    Style("#12376b"), Style("#b85000", (7, 3), "square"), Style("#1b7f79", (2, 2), "triangle-up"),
    Style("#a3216e", (8, 3, 2, 3), "diamond"), Style("#6b6b00", (12, 3), "triangle-down"),
    Style("#7a4fa3", (4, 2, 1, 2, 1, 2), "cross"), Style("#5b6570", (1, 3), "triangle-right"),
)
"""By position in the comparison; each reaches 4.5:1 on white."""
SERIES_STYLES = {"recorded": Style("#a3216e", (7, 3), "square"), "true": Style("#111111"),
                 "perceived": Style("#0067a3", (2, 2), "triangle-up")}


def regime_style(position: int) -> Style:
    return REGIME_STYLES[position % len(REGIME_STYLES)]


@dataclass(frozen=True, slots=True)
class Line:
    """One line with a label: the mean over runs, and single runs to draw thin behind it (may be empty)."""

    label: str
    style: Style
    mean: np.ndarray
    runs: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line at a moment, for a dated event."""

    at: float
    says: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an interval panel: values in the panel's unit, NaN where there is no interval.

    `outer_low`, `outer_high`: a wider interval about the same, drawn thin.
    """

    label: str
    says: str
    middle: float
    low: float
    high: float
    dots: tuple[float, ...]
    colour: str
    certain: bool
    outer_low: float = float("nan")
    outer_high: float = float("nan")


def y_range(arrays: Sequence[np.ndarray], *, zero: bool = False, top: float | None = None) -> tuple[float, float]:
    """A range for the vertical axis with a little air, the same for all panels that share it; from zero where the
    values come near it anyway. `top` is a bound that the values cannot pass (100 for a percentage)."""
    finite = np.concatenate([np.asarray(a, float)[np.isfinite(a)] for a in arrays] or [np.zeros(0)])
    if not finite.size:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if high - low <= 1e-6 * abs(high):  # a constant but for rounding: show it flat, not its last digits
        low = high = float(finite[0])
    if low >= 0 and (zero or low < 0.4 * high):
        low = 0.0
    air = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
    upper = high + air if top is None else min(high + air, top)
    return (low if low == 0 else low - air), max(upper, high)


def spread(values: Sequence[float], domain: tuple[float, float], pixels: float, gap: float = 15) -> list[float]:
    """Positions near `values` at least `gap` pixels apart and inside the domain, in the order given: labels that do not
    cover each other."""
    least = gap * (domain[1] - domain[0]) / pixels
    order = np.argsort(values, kind="stable")
    placed = np.array(values, float)[order]
    for _ in range(50):
        for i in range(1, len(placed)):
            short = least - (placed[i] - placed[i - 1])
            if short > 1e-12:
                placed[i - 1] -= short / 2
                placed[i] += short / 2
        placed = np.clip(placed, domain[0], domain[1])
    result = np.empty(len(placed))
    result[order] = placed
    return result.tolist()


def lines(x: np.ndarray, drawn: Sequence[Line], domain: tuple[float, float], x_title: str, y_title: str, *,
          between: tuple[int, int] | None = None, marks: Sequence[Mark] = ()) -> alt.LayerChart:
    """Lines over time: means thick and labelled at their ends, single runs thin behind them.

    Args:
        x: time, one value a point.
        between: positions of two lines whose gap is shaded.
    """
    import altair as alt
    import pandas as pd

    labels = [line.label for line in drawn]
    colour = alt.Color("line:N", scale=alt.Scale(domain=labels, range=[d.style.colour for d in drawn]), legend=None)
    dash = alt.StrokeDash("line:N", legend=None,
                          scale=alt.Scale(domain=labels, range=[list(d.style.dash) for d in drawn]))
    shape = alt.Shape("line:N", legend=None, scale=alt.Scale(domain=labels, range=[d.style.shape for d in drawn]))
    end = float(x[-1])
    x_axis = alt.X("x:Q", title=x_title, scale=alt.Scale(domain=[0, _end(x)], nice=False),
                   axis=alt.Axis(grid=False, tickCount=6, format=",~r"))
    y_axis = alt.Y("y:Q", title=None, scale=alt.Scale(domain=list(domain), nice=False, zero=False),
                   axis=alt.Axis(tickCount=5, format=",~r"))
    layers: list[alt.Chart] = []
    if between is not None:
        low, high = drawn[between[0]].mean, drawn[between[1]].mean
        layers.append(alt.Chart(_values(x=x, y=low, y2=high)).mark_area(color="#e9cfe0", opacity=0.7)
                      .encode(x=x_axis, y=y_axis, y2="y2:Q"))
    if any(line.runs for line in drawn):
        thin = _values(x=np.tile(x, sum(len(line.runs) for line in drawn)),
                       y=np.concatenate([run for line in drawn for run in line.runs]),
                       line=np.repeat(labels, [len(line.runs) * len(x) for line in drawn]),
                       run=np.concatenate([np.repeat(np.arange(len(line.runs)), len(x)) for line in drawn]))
        layers.append(alt.Chart(thin).mark_line(strokeWidth=0.7, opacity=0.28, clip=True)
                      .encode(x=x_axis, y=y_axis, color=colour, detail="run:N"))
    thick = _values(x=np.tile(x, len(drawn)), y=np.concatenate([line.mean for line in drawn]),
                    line=np.repeat(labels, len(x)))
    layers.append(alt.Chart(thick).mark_line(strokeWidth=2.8, clip=True)
                  .encode(x=x_axis, y=y_axis, color=colour, strokeDash=dash))
    if marks:
        moments = pd.DataFrame([{"x": float(m.at)} for m in marks])
        layers.append(alt.Chart(moments).mark_rule(color=QUIET, strokeDash=[2, 3]).encode(x=x_axis))
    ended = [(line, float(line.mean[np.isfinite(line.mean)][-1])) for line in drawn if np.isfinite(line.mean).any()]
    places = spread([y for _, y in ended], domain, HEIGHT - 70)
    tips = pd.DataFrame([{"x": end, "y": y, "at": at, "line": line.label, "says": _shortened(line.label)}
                                  for (line, y), at in zip(ended, places, strict=True)])
    layers.append(alt.Chart(tips).mark_point(filled=True, size=70, opacity=1)
                  .encode(x=x_axis, y=y_axis, color=colour, shape=shape))
    layers.append(alt.Chart(tips).mark_text(align="left", dx=10, fontSize=13, fontWeight="bold", clip=False)
                  .encode(x=x_axis, y=alt.Y("at:Q", title=None, scale=alt.Scale(domain=list(domain), nice=False,
                                                                                 zero=False)),
                          text="says:N", color=colour))
    room = 22 + round(7.1 * max(len(_shortened(label)) for label in labels))
    return _dressed(layers, y_title, left=_label_room(domain), right=room)


def stack(x: np.ndarray, low: np.ndarray, high: np.ndarray, labels: tuple[str, str], domain: tuple[float, float],
          x_title: str, y_title: str, marks: Sequence[Mark] = ()) -> alt.LayerChart:
    """Two bands on top of each other: `low` dark from zero, `high` light above it; labelled inside."""
    import altair as alt
    import pandas as pd

    x_axis = alt.X("x:Q", title=x_title, scale=alt.Scale(domain=[0, _end(x)], nice=False),
                   axis=alt.Axis(grid=False, tickCount=6, format=",~r"))
    y_scale = alt.Scale(domain=list(domain), nice=False)
    y_axis = alt.Y("y:Q", title=None, scale=y_scale, axis=alt.Axis(tickCount=5, format=",~r"))
    bottom = alt.Chart(_values(x=x, y=np.zeros(len(x)), y2=low)).mark_area(color=BEYOND)
    above = alt.Chart(_values(x=x, y=low, y2=low + high)).mark_area(color=WITHIN)
    middle = len(x) // 2
    here = {"x": float(x[middle])}
    dark, light = (float(np.nan_to_num(band).mean()) for band in (low, high))
    thick = 0.09 * (domain[1] - domain[0])  # a band thinner than its label takes the label outside
    in_dark = {"y": dark / 2 if dark > thick else dark + thick, "says": labels[0],
               "ink": "white" if dark > thick else INK}
    in_light = {"y": dark + light / 2, "says": labels[1], "ink": INK}
    text = alt.Chart(pd.DataFrame([here | in_dark, here | in_light])).mark_text(fontSize=14, fontWeight="bold")
    layers = [bottom.encode(x=x_axis, y=y_axis, y2="y2:Q"), above.encode(x=x_axis, y=y_axis, y2="y2:Q"),
              text.encode(x=x_axis, y=y_axis, text="says:N", color=alt.Color("ink:N", scale=None))]
    if marks:
        layers.append(alt.Chart(pd.DataFrame([{"x": float(m.at)} for m in marks]))
                      .mark_rule(color=INK, strokeDash=[2, 3]).encode(x=x_axis))
    return _dressed(layers, y_title, left=_label_room(domain))


def bars(centres: np.ndarray, heights: np.ndarray, width: float, border: float | None, border_says: str, top: float,
         x_title: str, y_title: str) -> alt.LayerChart:
    """A histogram; bars beyond `border` are dark, and a line with a label marks it."""
    import altair as alt
    import pandas as pd

    half = width * 0.46
    values = [{"x": float(c - half), "x2": float(c + half), "y": float(h), "y2": 0.0,
               "ink": BEYOND if border is not None and c > border else WITHIN}
              for c, h in zip(centres, heights, strict=True)]
    end = float(centres[-1] + width)
    x_axis = alt.X("x:Q", title=x_title, scale=alt.Scale(domain=[float(centres[0] - width / 2), end], nice=False),
                   axis=alt.Axis(grid=False, tickCount=8, format=",~r"))
    y_axis = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(tickCount=5,
                                                                                                  format=",~r"))
    layers = [alt.Chart(pd.DataFrame(values)).mark_rect(stroke=None)
              .encode(x=x_axis, x2="x2:Q", y=y_axis, y2="y2:Q", color=alt.Color("ink:N", scale=None))]
    if border is not None and border < end:
        far = border > 0.6 * end  # the label stays inside the panel
        at = pd.DataFrame([{"x": float(border), "y": top, "says": border_says}])
        layers.append(alt.Chart(at).mark_rule(color=INK, strokeWidth=2).encode(x=x_axis))
        layers.append(alt.Chart(at).mark_text(align="right" if far else "left", dx=-6 if far else 6, dy=8, fontSize=13,
                                              fontWeight="bold", color=INK).encode(x=x_axis, y=y_axis, text="says:N"))
    return _dressed(layers, y_title, left=_label_room((0, top)))


def intervals(rows: Sequence[Row], reach: float, left: str, right: str, colours: tuple[str, str],
              x_title: str, *, halo: bool = False) -> alt.LayerChart:
    """Intervals around zero, a row each, with the single pairs as dots; `left` and `right` say what each side means.

    What lies beyond `reach` is an arrow at the edge. `halo`: letters stand on white, where labels reach across zero.
    """
    import altair as alt
    import pandas as pd

    n = len(rows)
    x_scale = alt.Scale(domain=[-reach, reach], nice=False)
    x_axis = alt.X("x:Q", title=x_title, scale=x_scale, axis=alt.Axis(tickCount=7, format=",~r"))
    y_axis = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[n, -0.55], nice=False))
    points, dots, spans, outer, texts = [], [], [], [], []
    for i, row in enumerate(rows):
        y = i + 0.66
        beyond = abs(row.middle) > reach
        shown = float(np.clip(row.middle, -reach, reach))
        shape = ("triangle-right" if row.middle > 0 else "triangle-left") if beyond else "circle"
        if np.isfinite(row.middle):
            points.append({"x": shown, "y": y, "ink": row.colour, "shape": shape,
                           "fill": row.colour if row.certain else "white"})
        if np.isfinite(row.low):
            spans.append({"x": float(np.clip(row.low, -reach, reach)), "x2": float(np.clip(row.high, -reach, reach)),
                          "y": y, "ink": row.colour})
        if np.isfinite(row.outer_low):
            outer.append({"x": float(np.clip(row.outer_low, -reach, reach)),
                          "x2": float(np.clip(row.outer_high, -reach, reach)), "y": y, "ink": row.colour})
        dots += [{"x": dot, "y": y + 0.09 * ((k % 3) - 1), "ink": row.colour}
                 for k, dot in enumerate(row.dots) if abs(dot) <= reach]
        texts += [{"x": -reach, "y": i + 0.28, "says": row.label, "side": "left"},
                  {"x": reach, "y": i + 0.28, "says": row.says, "side": "right"}]
    heads = [{"x": -reach, "y": -0.3, "says": f"◀ {left}", "ink": colours[0], "side": "left"},
             {"x": reach, "y": -0.3, "says": f"{right} ▶", "ink": colours[1], "side": "right"}]
    ink = alt.Color("ink:N", scale=None)
    layers = [alt.Chart(pd.DataFrame([{"x": 0.0}])).mark_rule(color=INK).encode(x=x_axis)]
    if dots:
        layers.append(alt.Chart(pd.DataFrame(dots)).mark_circle(size=10, opacity=0.35)
                      .encode(x=x_axis, y=y_axis, color=ink))
    for ends, width in ((outer, 1.2), (spans, 3)):
        if ends:
            layers.append(alt.Chart(pd.DataFrame(ends)).mark_rule(strokeWidth=width)
                          .encode(x=x_axis, x2="x2:Q", y=y_axis, color=ink))
    if points:
        layers.append(alt.Chart(pd.DataFrame(points)).mark_point(size=80, strokeWidth=2, opacity=1)
                      .encode(x=x_axis, y=y_axis, stroke=alt.Stroke("ink:N", scale=None),
                              fill=alt.Fill("fill:N", scale=None), shape=alt.Shape("shape:N", scale=None)))
    for side in ("left", "right"):
        here = pd.DataFrame([t for t in texts if t["side"] == side])
        weight = "bold" if side == "left" else "normal"
        if halo:
            layers.insert(1, alt.Chart(here).mark_text(align=side, fontSize=12.5, fontWeight=weight, color="white",
                                                       stroke="white", strokeWidth=5)
                          .encode(x=x_axis, y=y_axis, text="says:N"))
        layers.append(alt.Chart(here).mark_text(align=side, fontSize=12.5, color=INK, fontWeight=weight)
                      .encode(x=x_axis, y=y_axis, text="says:N"))
        top = pd.DataFrame([t for t in heads if t["side"] == side])
        layers.append(alt.Chart(top).mark_text(align=side, fontSize=13, fontWeight="bold")
                      .encode(x=x_axis, y=y_axis, text="says:N", color=ink))
    return _dressed(layers, "", left=14, height=ROW * n + 78)


def together(panels: Sequence[tuple[str, alt.LayerChart]], columns: int = 2, heading: str = "") -> alt.ConcatChart:
    """Panels beside each other in one picture, each with its caption where it has one, in the look of every chart."""
    import altair as alt

    charts = []
    for caption, part in panels:
        part.config, part.autosize, part.padding = alt.Undefined, alt.Undefined, alt.Undefined
        weight = {"fontWeight": "normal"} if heading else {}
        charts.append(part.properties(title=alt.TitleParams(caption, anchor="start", fontSize=15, **weight))
                      if caption else part)
    look = {"font": FONT, "background": "white", "view": {"stroke": None}, "axis": {
        "labelFontSize": 12.5, "titleFontSize": 12.5, "titleFontWeight": "normal", "labelColor": QUIET,
        "titleColor": QUIET, "gridColor": GRID, "domainColor": "#9aa1a9", "tickColor": "#9aa1a9"}}
    title = {"title": alt.TitleParams(heading, anchor="start", fontSize=16, color=INK, offset=14)} if heading else {}
    return alt.concat(*charts, columns=columns, spacing=36, config=alt.Config(**look), **title)


def _end(x: np.ndarray) -> float:
    """Where the time axis ends: half a step after the last point, or the whole number that this all but reaches."""
    end = float(x[-1] + (x[1] - x[0] if len(x) > 1 else x[0]) / 2)
    return float(round(end)) if abs(end - round(end)) < 0.03 else end


def _dressed(layers: list[alt.Chart], y_title: str, *, left: int, right: int = 24,
             height: int = HEIGHT) -> alt.LayerChart:
    """The common look, with margins of known size: to let the renderer find them costs more than all the drawing,
    because it measures every letter twice. The unit of the vertical axis stands level above it: nobody reads sideways.
    """
    import altair as alt

    look = alt.Config(font=FONT, background="white", aria=False, view={"stroke": None}, axis={
        "labelFontSize": 12.5, "titleFontSize": 12.5, "titleFontWeight": "normal", "labelColor": QUIET,
        "titleColor": QUIET, "gridColor": GRID, "domainColor": "#9aa1a9", "tickColor": "#9aa1a9", "labelLimit": 0,
        "titleLimit": 0, "labelOverlap": False, "labelBound": False, "labelFlush": False})
    top = 30 if y_title else 6
    title = {"title": alt.TitleParams(y_title, anchor="start", frame="group", fontSize=12.5, offset=9, dx=4 - left,
                                      fontWeight="normal", color=QUIET)} if y_title else {}
    # All at once: each of Altair's own setters copies the chart and its data.
    return alt.layer(*layers, width=WIDTH - left - right, height=height - top - BOTTOM,
                     padding={"left": left, "top": top, "bottom": BOTTOM, "right": right},
                     autosize=alt.AutoSizeParams(type="none"), config=look, **title)


def _label_room(domain: tuple[float, float]) -> int:
    """Room at the left for the numbers of the vertical axis."""
    largest = max(abs(end) for end in domain)
    digits = len(f"{largest:,.0f}") if largest >= 20 else 4
    return 18 + 7 * max(digits, 3) + (5 if domain[0] < 0 else 0)


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[:LONGEST_LABEL - 1] + "…"


def _values(**columns: Any) -> pd.DataFrame:
    """Arrays and constants as a table; a NaN is where a line breaks."""
    import pandas as pd

    return pd.DataFrame({name: np.round(c, 6) if getattr(c, "dtype", None) == np.float64 else c for name,
                         c in columns.items()})
