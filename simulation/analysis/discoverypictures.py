"""The pictures of scenario discovery: a box's limits, the box over its worlds, and what it was chosen from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import drawing, wording
from simulation.analysis.responses import Response, share
from simulation.analysis.sensitivitypictures import ROW, WIDTH, panel
from simulation.analysis.worlds import factor_value
from simulation.drawing import BEYOND, GRID, INK, QUIET, WITHIN

if TYPE_CHECKING:
    import altair as alt

    from simulation.analysis.boxes import CaseBox, FoundAgain, Limit
    from simulation.experiments.readings import Varied

HEIGHT = 360
"""Of a plot, in pixels."""
SQUARE = 360
"""Side of the plot of coverage and density."""
JITTER = 0.16
"""How far a world is moved off its level, so that worlds do not cover each other; a level is 1 wide."""
STRETCH = 4.0
"""Times that the upper end of a factor must be the lower for its axis to be logarithmic."""
EDGE = "#b85000"
"""Of the box."""


def limits(box: CaseBox, again: FoundAgain) -> alt.TopLevelMixin:
    """A row a restricted factor: its whole range, what the box allows of it, and how often that was found again."""
    import altair as alt
    import pandas as pd

    whole, allowed, texts, ends = [], [], [], []
    for i, limit in enumerate(box.limits):
        y = {"y": i + 0.46, "y2": i + 0.72}
        if limit.factor.levels:
            count = len(limit.factor.levels)
            for k, level in enumerate(limit.factor.levels):
                cell = {"x": (k + 0.02) / count, "x2": (k + 0.98) / count, **y}
                (allowed if level in limit.levels else whole).append(cell)
                ends.append({"x": (k + 0.5) / count, "y": i + 0.86, "says": factor_value(limit.factor, level),
                             "side": "center"})
        else:
            low, high = (_place(limit.factor, value) for value in (limit.low, limit.high))
            whole.append({"x": 0.0, "x2": 1.0, **y})
            allowed.append({"x": low, "x2": high, **y})
            ends += [{"y": i + 0.86, **end} for end in _end_labels(limit, low, high)]
        texts += [{"x": 0.0, "y": i + 0.22, "says": limit.factor.name, "side": "left"},
                  {"x": 1.0, "y": i + 0.22, "side": "right",
                   "says": f"{_quasi(limit)}; again in {again.uses[limit.factor.name]} of {again.times}"}]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[len(box.limits), 0], nice=False))
    layers = [alt.Chart(pd.DataFrame(rows)).mark_rect(color=colour, stroke=None).encode(x=x, x2="x2:Q", y=y, y2="y2:Q")
              for rows, colour in ((whole, GRID), (allowed, BEYOND)) if rows]
    for side in ("left", "right"):
        here = pd.DataFrame([text for text in texts if text["side"] == side])
        layers.append(alt.Chart(here).mark_text(align=side, fontSize=12.5, color=INK if side == "left" else QUIET,
                                                fontWeight="bold" if side == "left" else "normal")
                      .encode(x=x, y=y, text="says:N"))
    for side in sorted({text["side"] for text in ends}):
        here = pd.DataFrame([text for text in ends if text["side"] == side])
        layers.append(alt.Chart(here).mark_text(align=side, fontSize=11.5, color=QUIET).encode(x=x, y=y, text="says:N"))
    return panel(layers, WIDTH, round((ROW + 14) * len(box.limits)),
                 f"the box: {share(box.density)} of its worlds are cases, and it holds {share(box.coverage)} of all of "
                 "them")


def worlds(factors: Sequence[Varied], points: np.ndarray, values: np.ndarray, cases: np.ndarray, box: CaseBox,
           found: Response, border: float, label: str) -> alt.TopLevelMixin:
    """Every world over the two factors that the box restricts most, ranges before levels; over one and the value where
    it restricts one. Worlds that other limits of the box leave out are faint.

    Args:
        points, values, cases: of all worlds that were looked at.
        border: beyond it they are cases, in the outcome's unit. label: the same in words.
    """
    import altair as alt
    import pandas as pd

    at = {factor.name: i for i, factor in enumerate(factors)}
    first, *others = sorted(box.limits, key=lambda limit: bool(limit.factor.levels))
    scale = wording.scale(found.outcome)
    chance = np.random.default_rng(0)  # only moves dots sideways
    x_axis, x = _axis(first.factor, points[:, at[first.factor.name]], "x", chance)
    edges = dict(zip(("x", "x2"), _ends(first), strict=True))
    if others:
        y_axis, y = _axis(others[0].factor, points[:, at[others[0].factor.name]], "y", chance)
        edges |= dict(zip(("y", "y2"), _ends(others[0]), strict=True))
        heading = _axis_title(others[0].factor)
    else:
        y = scale * values
        ends = drawing.y_range([y])
        y_axis = alt.Y("y:Q", title=None, scale=alt.Scale(domain=list(ends), nice=False, zero=False),
                       axis=alt.Axis(tickCount=6, format=",~r", grid=False))
        edges |= {"y": ends[0], "y2": ends[1]}
        heading = f"{found.label} ({found.unit()})"
    faint = np.zeros(len(points), bool)
    for limit in others[1:]:
        faint |= ~limit.allows(points[:, at[limit.factor.name]])
    strength = alt.Opacity("strength:Q", scale=None)
    table = pd.DataFrame({"x": x, "y": y, "case": cases, "strength": np.where(faint, 0.3, 0.95)})
    layers = [alt.Chart(table[~table["case"]]).mark_circle(size=26, color=WITHIN)
              .encode(x=x_axis, y=y_axis, opacity=strength),
              alt.Chart(pd.DataFrame([edges])).mark_rect(color=EDGE, fillOpacity=0.07, stroke=EDGE, strokeWidth=2)
              .encode(x=x_axis, y=y_axis, x2="x2:Q", y2="y2:Q"),
              alt.Chart(table[table["case"]]).mark_point(shape="diamond", filled=True, size=60, color=BEYOND)
              .encode(x=x_axis, y=y_axis, opacity=strength)]
    if not others:
        level = pd.DataFrame([{"y": scale * border}])
        layers.insert(0, alt.Chart(level).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(y=y_axis))
    beside = f"; faint: left out by {wording.listed([limit.factor.name for limit in others[1:]])}" if others[1:] else ""
    return panel(layers, WIDTH, HEIGHT, f"dark diamonds: {label}{beside}", heading)


def tradeoff(box: CaseBox, again: FoundAgain) -> alt.TopLevelMixin:
    """Coverage and density of every box on the way from all worlds inwards; the chosen one, here and elsewhere."""
    import altair as alt
    import pandas as pd

    most = max(step.restricted for step in box.trajectory)
    rows = pd.DataFrame([{"x": 100 * step.coverage, "y": 100 * step.density, "n": step.restricted, "i": i}
                         for i, step in enumerate(box.trajectory)])
    x = alt.X("x:Q", title="coverage: % of all cases that lie in the box", scale=alt.Scale(domain=[0, 104], nice=False),
              axis=alt.Axis(tickCount=6, format=",~r"))
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=[0, 104], nice=False),
              axis=alt.Axis(tickCount=6, format=",~r"))
    shade = alt.Color("n:Q", scale=alt.Scale(domain=[0, max(1, most)], range=["#dbe6f1", "#12376b"]), legend=None)
    base = rows["y"].iloc[0]
    general = pd.DataFrame([{"x": 0.0, "y": base, "says": f"all worlds, {share(base / 100)}"}])
    layers = [alt.Chart(general).mark_rule(color=QUIET, strokeDash=[3, 3]).encode(y=y),
              alt.Chart(general).mark_text(align="left", dx=6, dy=9, fontSize=11.5, color=QUIET)
              .encode(x=x, y=y, text="says:N"),
              alt.Chart(rows).mark_line(color=GRID, strokeWidth=1.5).encode(x=x, y=y, order="i:Q"),
              alt.Chart(rows).mark_circle(size=85, opacity=1, stroke="white", strokeWidth=0.7)
              .encode(x=x, y=y, color=shade)]
    marks = [{"x": 100 * box.coverage, "y": 100 * box.density, "says": "the box", "ink": BEYOND}]
    if math.isfinite(again.density):
        marks.append({"x": 100 * again.coverage, "y": 100 * again.density, "says": "made anew, in other worlds",
                      "ink": EDGE})
    apart = abs(marks[0]["y"] - marks[-1]["y"]) > 6 or len(marks) == 1
    for k, mark in enumerate(marks):
        here = pd.DataFrame([mark])
        layers.append(alt.Chart(here).mark_point(shape="square" if k else "diamond", size=150, strokeWidth=2.6,
                                                 filled=False, color=mark["ink"], opacity=1).encode(x=x, y=y))
        side = "right" if mark["x"] > 45 else "left"
        down = 0 if apart else (-9 if mark["y"] >= marks[1 - k]["y"] else 9)
        layers.append(alt.Chart(here).mark_text(align=side, dx=-13 if side == "right" else 13, dy=down, fontSize=12.5,
                                                fontWeight="bold", color=mark["ink"]).encode(x=x, y=y, text="says:N"))
    return panel(layers, SQUARE + 60, SQUARE, "density: % of a box's worlds that are cases",
                 f"a dot a box, darker the more factors it restricts (none to {most})")


def _end_labels(limit: Limit, low: float, high: float) -> list[dict[str, Any]]:
    """The ends of a factor's range and of the box, written under its bar; low, high: of the box, 0..1."""
    factor, near = limit.factor, 0.17
    first, last = factor_value(factor, factor.low), factor_value(factor, factor.high)
    if 0 < low <= near:
        first += f", the box from {factor_value(factor, limit.low)}"
    if 1 - near <= high < 1:
        last = f"the box to {factor_value(factor, limit.high)}, {last}"
    middle = [(place, value) for place, value in ((low, limit.low), (high, limit.high)) if near < place < 1 - near]
    if len(middle) == 2 and high - low < 0.2:
        middle, both = [], f"{factor_value(factor, limit.low)} to {factor_value(factor, limit.high)}"
        return [{"x": 0.0, "says": first, "side": "left"}, {"x": 1.0, "says": last, "side": "right"},
                {"x": (low + high) / 2, "says": both, "side": "center"}]
    return [{"x": 0.0, "says": first, "side": "left"}, {"x": 1.0, "says": last, "side": "right"},
            *({"x": place, "says": factor_value(factor, value), "side": "center"} for place, value in middle)]


def _place(factor: Varied, value: float) -> float:
    return (value - factor.low) / (factor.high - factor.low) if factor.high > factor.low else 0.5


def _quasi(limit: Limit) -> str:
    return "quasi-p below 0.001" if limit.quasi_p < 0.001 else f"quasi-p {limit.quasi_p:.3f}"


def _ends(limit: Limit) -> tuple[float, float]:
    """Of the box along the factor's axis; of levels in steps of one."""
    if limit.factor.levels:
        at = [limit.factor.levels.index(level) for level in limit.levels]
        return min(at) - 0.5, max(at) + 0.5
    return limit.low, limit.high


def _axis(factor: Varied, column: np.ndarray, channel: str, chance: np.random.Generator) -> tuple[Any, np.ndarray]:
    """An axis for a factor, and where its worlds lie on it: levels side by side, wide positive ranges by logarithm."""
    import altair as alt

    kind = alt.X if channel == "x" else alt.Y
    title = _axis_title(factor) if channel == "x" else None
    if factor.levels:
        levels = np.array(factor.levels)
        at = np.abs(column[:, None] - levels).argmin(axis=1) + chance.uniform(-JITTER, JITTER, len(column))
        names = [factor_value(factor, level) for level in levels]
        axis = alt.Axis(values=list(range(len(levels))), grid=False, labelExpr=f"{names!r}[datum.value]")
        return kind(f"{channel}:Q", title=title, axis=axis,
                    scale=alt.Scale(domain=[-0.6, len(levels) - 0.4], nice=False, zero=False)), at
    log = factor.low > 0 and factor.high >= STRETCH * factor.low and _by_logarithm(factor, column)
    scale = alt.Scale(domain=[factor.low, factor.high], nice=False, zero=False, type="log" if log else "linear")
    axis = alt.Axis(tickCount=6, format=",~r", grid=False, **(
        {"labelExpr": "format(100 * datum.value, ',~r') + ' %'"} if factor.unit == "share" else {}))
    return kind(f"{channel}:Q", title=title, scale=scale, axis=axis), column


def _by_logarithm(factor: Varied, column: np.ndarray) -> bool:
    """Whether the middle of the worlds is nearer to the geometric middle of the range than to the other."""
    middle = float(np.median(column))
    return abs(middle - math.sqrt(factor.low * factor.high)) < abs(middle - (factor.low + factor.high) / 2)


def _axis_title(factor: Varied) -> str:
    unit = "" if factor.unit in ("share", "number", "on or off") else f", {factor.unit}"
    return f"{factor.name}{unit}"
