"""The pictures of what a difference hangs on: sizes against unequalness, shares of variance, and delta.

In the look of every chart of `simulation.drawing`. Long names stand above their bars and not beside them, so that
none is cut.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import drawing, wording
from simulation.analysis import responses
from simulation.analysis.responses import Response
from simulation.drawing import BEYOND, INK, QUIET, WITHIN

if TYPE_CHECKING:
    import altair as alt

    from simulation.analysis.delta import Delta
    from simulation.analysis.elementary import Luck
    from simulation.sensitivity.screening import Effect
    from simulation.sensitivity.variance import Share

WIDTH, HEIGHT = 560, 380
"""Of the plot of a picture, in pixels."""
ROW = 40
"""Height of a row: a line of text above one or two bars."""
MOST = 15
"""Rows drawn; the others are counted, and are in the table."""
LETTER, LINE = 6.6, 14.0
"""Width and height of a letter of a label, in pixels."""
PLAIN = "#b9c0c8"
"""Of what cannot be told from luck."""
_SIDES = ((1, 0), (1, -0.7), (1, 0.7), (0, -1), (0, 1), (-1, 0), (-1, -0.7), (-1, 0.7))
"""Where a label is tried: to the right and downwards are positive."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        return (self.left < other.right and other.left < self.right and self.top < other.bottom
                and other.top < self.bottom)


@dataclass(frozen=True, slots=True)
class Label:
    """Where a text stands, in pixels: its left and right end and its middle; and whether it needs a line to its dot."""

    x: float
    right: float
    y: float
    far: bool


def place_labels(dots: Sequence[tuple[float, float]], texts: Sequence[str], width: float, height: float,
                 others: Sequence[Box] = (), important: Sequence[bool] = ()) -> list[Label | None]:
    """Places for texts beside their dots such that no two cover each other or a dot; None where there is no room.

    Args:
        dots: in pixels from the left and from the top, the most important first: it has the choice.
        others: what the texts must not cover either.
        important: whether a text may stand far from its dot, with a line to it; default all.
    """
    taken = [*others, *(Box(x - 5, y - 5, x + 5, y + 5) for x, y in dots)]
    found: list[Label | None] = []
    reach = (9, 20, 34, 50, 68, 90)
    important = important or [True] * len(dots)
    for i, ((x, y), text) in enumerate(zip(dots, texts, strict=True)):
        wide = LETTER * len(text)
        label = None
        for away in reach if important[i] else reach[:3]:
            for right, up in _SIDES:
                left = x + right * away - (wide if right < 0 else wide / 2 if right == 0 else 0)
                middle = y + up * max(away, 12)
                box = Box(left - 2, middle - LINE / 2, left + wide + 2, middle + LINE / 2)
                inside = box.left >= 0 and box.right <= width and box.top >= 0 and box.bottom <= height
                if inside and not any(box.meets(other) for other in taken):
                    label = Label(left, left + wide, middle, away > 9)
                    taken.append(box)
                    break
            if label:
                break
        found.append(label)
    return found


def elementary(found: Response, ranked: Sequence[Effect], luck: Luck) -> alt.TopLevelMixin:
    """A dot a factor: mean size of its effect to the right, standard deviation of its effects upwards.

    Args: ranked: the largest first.
    """
    import altair as alt
    import pandas as pd

    scale = wording.scale(found.outcome)
    shown = [e for e in ranked if math.isfinite(e.mu_star) and math.isfinite(e.sigma)]
    x, y = (scale * np.array([getattr(e, name) for e in shown]) for name in ("mu_star", "sigma"))
    right = 1.08 * max(scale * (e.mu_star + e.half) for e in shown)
    top = 1.12 * max(float(y.max()), 0.35 * right)
    dots = [(WIDTH * a / right, HEIGHT * (1 - b / top)) for a, b in zip(x, y, strict=True)]
    known = [luck.cannot_give(e) for e in shown]
    by_luck = scale * luck.size(max(e.trajectories for e in shown))
    halves = [WIDTH * scale * e.half / right for e in shown]
    bars = [Box(dot[0] - half, dot[1] - 2, dot[0] + half, dot[1] + 2)
            for dot, half, sure in zip(dots, halves, known, strict=True) if sure]
    labels = place_labels(dots, [e.factor for e in shown], WIDTH, HEIGHT, bars, known)
    x_axis, y_axis = _axis("x", [0, right], f"mean size of the effect of a factor's whole range ({_unit(found)})"), \
        _axis("y", [0, top], None)
    ends = [(0, 0), (right, right)] if right <= top else [(0, 0), (top, top)]
    layers = [alt.Chart(pd.DataFrame(ends, columns=["x", "y"])).mark_line(color=QUIET, strokeDash=[2, 3], strokeWidth=1)
              .encode(x=x_axis, y=y_axis)]
    if 0 < by_luck < right:
        layers.insert(0, alt.Chart(pd.DataFrame([{"x": 0.0, "x2": by_luck, "y": 0.0, "y2": top}]))
                      .mark_rect(color=drawing.GRID, opacity=0.75).encode(x=x_axis, x2="x2:Q", y=y_axis, y2="y2:Q"))
        outside = by_luck < 0.2 * right
        layers.append(alt.Chart(pd.DataFrame([{"x": by_luck, "y": top, "says": "luck alone"}]))
                      .mark_text(align="left" if outside else "right", dx=5 if outside else -5, dy=8, fontSize=11.5,
                                 color=QUIET).encode(x=x_axis, y=y_axis, text="says:N"))
    spans = pd.DataFrame([{"x": max(0.0, scale * (e.mu_star - e.half)), "x2": scale * (e.mu_star + e.half),
                           "y": scale * e.sigma} for e, sure in zip(shown, known, strict=True) if sure])
    if len(spans):
        layers.append(alt.Chart(spans).mark_rule(color=QUIET, opacity=0.55).encode(x=x_axis, x2="x2:Q", y=y_axis))
    table = pd.DataFrame({"x": x, "y": y, "ink": [BEYOND if sure else PLAIN for sure in known]})
    layers.append(alt.Chart(table).mark_circle(size=75, opacity=1).encode(x=x_axis, y=y_axis,
                                                                           color=alt.Color("ink:N", scale=None)))
    named = [(e, label, dot) for e, label, dot in zip(shown, labels, dots, strict=True) if label]
    across, down = right / WIDTH, top / HEIGHT  # from pixels to the chart's own units
    lines = [{"x": across * min(max(dot[0], label.x), label.right), "y": top - down * label.y, "x2": across * dot[0],
              "y2": top - down * dot[1]} for _, label, dot in named if label.far]
    if lines:
        layers.append(alt.Chart(pd.DataFrame(lines)).mark_rule(color=QUIET, strokeWidth=0.7)
                      .encode(x=x_axis, y=y_axis, x2="x2:Q", y2="y2:Q"))
    texts = [{"x": across * label.x, "y": top - down * label.y, "says": e.factor} for e, label, _ in named]
    for halo in ({"stroke": "white", "strokeWidth": 3.5, "strokeJoin": "round", "opacity": 0.85}, {}):
        layers.append(alt.Chart(pd.DataFrame(texts)).mark_text(align="left", fontSize=12, color=INK, **halo)
                      .encode(x=x_axis, y=y_axis, text="says:N"))
    unnamed = len(shown) - len(named)
    return panel(layers, WIDTH, HEIGHT, f"how unequal it is between worlds: standard deviation ({_unit(found)})",
                 "dark: more than luck; above the dotted line: very unequal, or now up and now down"
                 + (f"; {unnamed} dots have no room for a name" if unnamed else ""))


def shares(found: Response, ranked: Sequence[Share], luck: float) -> alt.TopLevelMixin:
    """Two bars a factor: the share of the variance that it has alone, and all in which it has a part; with intervals.

    Args: ranked: the largest total first. luck: share of luck; NaN where unknown.
    """
    import altair as alt
    import pandas as pd

    drawn = [s for s in ranked if math.isfinite(s.total)]
    rows = [(s.factor, f"{responses.share(s.first)} alone, {responses.share(s.total)} in all",
             ((100 * s.total, 100 * s.total_half, WITHIN), (100 * s.first, 100 * s.first_half, BEYOND)))
            for s in drawn[:MOST]]
    reach = 1.04 * max(100.0 * max(s.total + s.total_half, s.first + s.first_half) for s in drawn)
    layers, x_axis, y_axis = _bars(rows, reach, "% of the variance between worlds")
    if math.isfinite(luck) and luck >= 0.005:
        at = pd.DataFrame([{"x": 100 * luck, "x2": 0.0, "y": -0.3, "y1": -0.5, "y2": len(rows),
                            "says": f"luck, {responses.share(luck)}"}])
        layers.insert(0, alt.Chart(at).mark_rect(color=drawing.GRID, opacity=0.75)
                      .encode(x=x_axis, x2="x2:Q", y=_down("y1", len(rows)), y2="y2:Q"))
        layers.append(alt.Chart(at).mark_text(align="left", dx=5, fontSize=11.5, color=QUIET)
                      .encode(x=x_axis, y=y_axis, text="says:N"))
    return _rows_panel(layers, rows, len(drawn), "a factor alone (dark) and in all that it does with others (light)")


def deltas(ranked: Sequence[Delta]) -> alt.TopLevelMixin:
    """A bar a factor with its interval; grey where the same values drawn by lot did as much."""
    rows = [(d.factor, wording.number(d.delta, 2) + ("" if d.beyond_lot else ", no more than by lot"),
             ((d.delta, d.half, BEYOND if d.beyond_lot else PLAIN),)) for d in ranked[:MOST]]
    reach = 1.06 * max(max(d.delta + d.half for d in ranked), 0.05)
    layers, _, _ = _bars(rows, reach, "delta: 0 changes nothing, 1 decides everything")
    return _rows_panel(layers, rows, len(ranked), "how much knowing a factor changes the distribution")


Rows = Sequence[tuple[str, str, tuple[tuple[float, float, str], ...]]]
"""Label, what is said at the right, and bars: length, half of an interval, colour."""


def _bars(rows: Rows, reach: float, x_title: str) -> tuple[list[alt.Chart], alt.X, alt.Y]:
    """Rows of bars under their labels, each with its interval."""
    import altair as alt
    import pandas as pd

    bars, spans, texts = [], [], []
    for i, (label, says, parts) in enumerate(rows):
        thick = 0.5 / len(parts)
        for k, (length, half, colour) in enumerate(parts):
            top = i + 0.42 + k * thick
            bars.append({"x": 0.0, "x2": max(0.0, length), "y": top, "y2": top + 0.88 * thick, "ink": colour})
            ends = np.clip([length - half, length + half], 0.0, reach)
            spans.append({"x": ends[0], "x2": ends[1], "y": top + 0.44 * thick})
        texts += [{"x": 0.0, "y": i + 0.22, "says": label, "side": "left"},
                  {"x": reach, "y": i + 0.22, "says": says, "side": "right"}]
    x_axis = _axis("x", [0, reach], x_title, grid=False)
    y_axis = _down("y", len(rows))
    ink = alt.Color("ink:N", scale=None)
    layers = [alt.Chart(pd.DataFrame(bars)).mark_rect(stroke=None).encode(x=x_axis, x2="x2:Q", y=y_axis, y2="y2:Q",
                                                                          color=ink),
              alt.Chart(pd.DataFrame(spans)).mark_rule(color="white", strokeWidth=4.2).encode(x=x_axis, x2="x2:Q",
                                                                                             y=y_axis),
              alt.Chart(pd.DataFrame(spans)).mark_rule(color=INK, strokeWidth=1.6).encode(x=x_axis, x2="x2:Q",
                                                                                         y=y_axis)]
    for side, weight in (("left", "bold"), ("right", "normal")):
        here = pd.DataFrame([t for t in texts if t["side"] == side])
        layers.append(alt.Chart(here).mark_text(align=side, fontSize=12.5, fontWeight=weight, color=INK)
                      .encode(x=x_axis, y=y_axis, text="says:N"))
    return layers, x_axis, y_axis


def _rows_panel(layers: list[alt.Chart], rows: Rows, count: int, heading: str) -> alt.TopLevelMixin:
    more = count - len(rows)
    return panel(layers, WIDTH, ROW * len(rows) + 20, heading + (f"; {more} more are in the table" if more else ""))


def panel(layers: Sequence[alt.Chart], width: int, height: int, *heading: str) -> alt.TopLevelMixin:
    """Layers in the look of every chart, with the meaning of the vertical axis level above it, a line each."""
    import altair as alt

    chart = alt.layer(*layers, width=width, height=height)
    title = alt.TitleParams(list(heading), anchor="start", fontSize=12.5, fontWeight="normal", color=QUIET, offset=12)
    return drawing.together([("", chart.properties(title=title))], columns=1)


def _axis(channel: str, domain: list[float], title: str | None, grid: bool = True) -> alt.X | alt.Y:
    import altair as alt

    kind = alt.X if channel == "x" else alt.Y
    return kind(f"{channel}:Q", title=title, scale=alt.Scale(domain=domain, nice=False, zero=False),
                axis=alt.Axis(tickCount=6, format=",~r", grid=grid))


def _down(field: str, rows: int) -> alt.Y:
    """Rows from the top, without an axis."""
    import altair as alt

    return alt.Y(f"{field}:Q", axis=None, scale=alt.Scale(domain=[rows, -0.5], nice=False))


def _unit(found: Response) -> str:
    return found.unit(change=True)
