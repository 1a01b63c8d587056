"""Differences over what varies: a dot a world, with its interval, over the value of one factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import drawing, wording
from simulation.analysis import looks
from simulation.analysis.section import Picture
from simulation.analysis.worlds import factor_name
from simulation.outcomes import BY_NAME

if TYPE_CHECKING:
    import altair as alt

    from simulation.analysis.contrasts import Contrast
    from simulation.experiments.readings import Readings, Varied

FACTORS = 4
"""Factors that have a picture, at most: those that differences of the first outcome follow most."""
INTERVALS = 60
"""Worlds up to which each has its interval; beyond, it has a dot."""


def over_factors(found: Sequence[Contrast], readings: Readings) -> tuple[Picture, ...]:
    """A picture a factor, a panel an outcome: the difference at every world over the factor's value."""
    outcomes = list(dict.fromkeys(each.outcome.name for each in found))[:looks.PANELS]
    pictures = []
    for column in _followed(found[0], readings):
        factor = readings.factors[column]
        worlds = int(sum(at.pairs > 0 for at in found[0].at))
        says = (f"Differences over {factor_name(factor)} at {worlds:,} worlds, in "
                f"{wording.listed([BY_NAME[name].label.lower() for name in outcomes])}.")
        slug = "".join(letter if letter.isalnum() else "-" for letter in factor.name).strip("-")
        pictures.append(Picture(f"differences-over-{slug}", says,
                                lambda column=column: _over(found, readings, column, outcomes)))
    return tuple(pictures)


def _followed(found: Contrast, readings: Readings) -> list[int]:
    """Columns of the factors to draw: those that the ranks of the differences follow most where there are many."""
    varying = [i for i in range(len(readings.factors)) if np.ptp(readings.points[:, i]) > 0]
    if len(varying) <= FACTORS:
        return varying
    means = np.array([at.difference for at in found.at])
    known = ~np.isnan(means)
    if known.sum() < 3 or np.ptp(means[known]) == 0:
        return varying[:FACTORS]
    from scipy.stats import rankdata

    ranks = rankdata(means[known])
    # A factor that only few worlds vary may stand still in those that have values.
    weights = {i: abs(np.corrcoef(rankdata(readings.points[known, i]), ranks)[0, 1])
               if np.ptp(readings.points[known, i]) > 0 else 0.0 for i in varying}
    return sorted(sorted(varying, key=lambda i: -weights[i])[:FACTORS])


def _over(found: Sequence[Contrast], readings: Readings, column: int, outcomes: Sequence[str]) -> alt.ConcatChart:
    factor = readings.factors[column]
    regimes = list(dict.fromkeys(each.regime for each in found))
    panels = [("", _factor_panel([each for each in found if each.outcome.name == name], readings, column, regimes))
              for name in outcomes]
    says = ["Each dot is a world, with its 95 % interval." if len(found[0].at) <= INTERVALS else
            "Each dot is a world; intervals are in the table."]
    if len(readings.factors) > 1:
        says.append("Worlds differ in what else varies.")
    title = f"Differences over {factor_name(factor)}: {looks.minus(regimes, readings)}"
    return looks.titled(drawing.together(panels), title, says)


def _factor_panel(found: Sequence[Contrast], readings: Readings, column: int,
                  regimes: Sequence[str]) -> alt.LayerChart:
    import altair as alt
    import pandas as pd

    factor, outcome = readings.factors[column], found[0].outcome
    scale = wording.scale(outcome)
    times = 100.0 if factor.unit == "share" else 1.0
    values = times * readings.points[:, column]
    rows = []
    for each in found:
        places = _beside(values, regimes.index(each.regime), len(regimes))
        rows += [{"x": float(x), "y": scale * at.difference, "low": scale * at.low, "high": scale * at.high,
                  "regime": each.regime} for x, at in zip(places, each.at, strict=True) if at.pairs]
    frame = pd.DataFrame(rows, columns=["x", "y", "low", "high", "regime"])
    with_intervals = len(values) <= INTERVALS and bool(frame["low"].notna().any())
    ends = [frame["y"].to_numpy(), np.zeros(1)]
    ends += [frame["low"].to_numpy(), frame["high"].to_numpy()] if with_intervals else []
    domain = drawing.y_range(ends)
    air = 0.06 * np.ptp(values)
    axis: dict[str, Any] = {"tickCount": 6, "format": ",~r", "grid": False}
    if factor.unit == "on or off":
        axis |= {"values": [0, 1], "labelExpr": "datum.value ? 'on' : 'off'"}
    elif len(np.unique(values)) <= 6:
        # Of its own accord the axis rounds values that are given to the step that it would have taken: 19 to 20.
        axis |= {"values": np.unique(values).tolist(), "labelExpr": "format(datum.value, ',.4~r')"}
    reach = [float(values.min() - air), float(values.max() + air)]
    if frame["x"].size:
        reach = [min(reach[0], float(frame["x"].min()) - air / 2), max(reach[1], float(frame["x"].max()) + air / 2)]
    x = alt.X("x:Q", title=_factor_title(factor), scale=alt.Scale(domain=reach, nice=False), axis=alt.Axis(**axis))
    y = alt.Y("y:Q", title=None, scale=alt.Scale(domain=list(domain), nice=False, zero=False),
              axis=alt.Axis(tickCount=5, format=",~r"))
    colour, shape = looks.keys(regimes, readings.regimes)
    base = alt.Chart(frame)
    layers = [alt.Chart(pd.DataFrame([{"y": 0.0}])).mark_rule(color=drawing.INK).encode(y=y)]
    if with_intervals:
        layers.append(base.mark_rule(strokeWidth=1.6).encode(x=x, y=alt.Y("low:Q", title=None), y2="high:Q",
                                                             color=colour))
    size = 46 if len(values) <= INTERVALS else 18
    layers.append(base.mark_point(filled=True, size=size, opacity=1 if len(values) <= INTERVALS else 0.6)
                  .encode(x=x, y=y, color=colour, shape=shape))
    return alt.layer(*layers, width=looks.WIDE, height=looks.HIGH, title=looks.caption(outcome, looks.unit(outcome)))


def _beside(values: np.ndarray, regime: int, regimes: int) -> np.ndarray:
    """Places near the values at which worlds of one value, and regimes of one world, do not cover each other."""
    levels = np.unique(values)
    room = 0.7 * float(np.diff(levels).min()) if len(levels) > 1 else 1.0
    if len(levels) == len(values):  # worlds of different values: only regimes are put apart
        room = 0.018 * regimes * float(np.ptp(values))
    order = np.zeros(len(values))
    most = 1
    for level in levels:
        same = np.flatnonzero(values == level)
        order[same] = np.arange(len(same)) - (len(same) - 1) / 2
        most = max(most, len(same))
    return values + room * (order * regimes + regime - (regimes - 1) / 2) / max(1, most * regimes)


def _factor_title(factor: Varied) -> str:
    unit = {"share": "%", "times": "times what the scenario has", "on or off": ""}.get(factor.unit, factor.unit)
    return looks.cut(f"{factor.title}, {unit}" if unit else factor.title, 58)
