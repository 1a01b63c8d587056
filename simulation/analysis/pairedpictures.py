"""How sure paired differences are, in pictures: what pairing achieved, and half-width against replications."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulation import drawing, statistics, wording
from simulation.analysis import looks
from simulation.analysis.precision import size
from simulation.analysis.section import Picture
from simulation.outcomes import BY_NAME, Outcome

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from simulation.analysis.contrasts import Contrast
    from simulation.experiments.readings import Readings

REDUCED = 1000.0
"""Where the axis of variance reduction ends."""


def reductions(found: Sequence[Contrast], readings: Readings, name: str) -> tuple[Picture, ...]:
    """How many times pairing cut the variance, a row an outcome; none where no outcome says."""
    known = [each for each in found if not math.isnan(each.whole.variance_reduction)]
    if not known:
        return ()
    factors = np.array([each.whole.variance_reduction for each in known])
    little = int((factors < statistics.LITTLE_GAIN).sum())
    says = (f"How many times pairing cut the variance of differences. Median {_times(float(np.median(factors)))}, from "
            f"{_times(factors.min())} to {_times(factors.max())}; {little} of {len(known)} below "
            f"{statistics.LITTLE_GAIN} times.")
    return (Picture(name, says, lambda: _reductions(known, readings)),)


def _reductions(found: Sequence[Contrast], readings: Readings) -> alt.ConcatChart:
    import altair as alt
    import pandas as pd

    outcomes = list(dict.fromkeys(each.outcome.name for each in found))
    regimes = list(dict.fromkeys(each.regime for each in found))
    values = np.array([each.whole.variance_reduction for each in found])
    end = min(REDUCED, max(10.0, 1.3 * max([v for v in values if math.isfinite(v)], default=10.0)))
    start = min(0.8, 0.9 * float(values.min()))
    step = 17.0
    row = 24 + step * len(regimes)
    dots, texts = [], []
    for i, name in enumerate(outcomes):
        texts.append({"x": start, "y": i * row + 12, "says": BY_NAME[name].label})
        for each in found:
            if each.outcome.name != name:
                continue
            value = each.whole.variance_reduction
            dots.append({"x": min(value, end), "y": i * row + 30 + step * regimes.index(each.regime),
                         "regime": each.regime, "says": _times(value), "one": 1.0})
    x = alt.X("x:Q", title="times by which the variance was cut", scale=alt.Scale(type="log", domain=[start, end],
                                                                                 nice=False),
              axis=alt.Axis(values=[v for v in (0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
                                    if start <= v <= end], format=",~r", grid=True))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[len(outcomes) * row + 4, 0], nice=False))
    colour, shape = looks.keys(regimes, readings.regimes)
    frame = pd.DataFrame(dots)
    base = alt.Chart(frame)
    border = alt.Chart(pd.DataFrame([{"x": statistics.LITTLE_GAIN, "y": 0.0}])).mark_rule(
        color=drawing.INK, strokeDash=[4, 3]).encode(x=x)
    layers = [border,
              base.mark_rule(strokeWidth=1.5, opacity=0.5).encode(x=x, x2="one:Q", y=y, color=colour),
              base.mark_point(filled=True, size=70, opacity=1).encode(x=x, y=y, color=colour, shape=shape),
              base.mark_text(align="left", dx=9, fontSize=12).encode(
                  x=x, y=y, text="says:N", color=alt.value(drawing.INK)),
              *looks.labels(pd.DataFrame(texts), x, y)]
    chart = alt.layer(*layers, width=looks.WIDE, height=len(outcomes) * row)
    return looks.titled(drawing.together([("", chart)]), "What pairing achieved",
                   [f"Left of the dashed line ({statistics.LITTLE_GAIN} times): hardly more than independent runs."])


def widths(readings: Readings, frame: pd.DataFrame, name: str) -> tuple[Picture, ...]:
    """Half-width of an interval against replications, a panel an outcome, with the wanted one as a line.

    Args: frame: of `precision.table`.
    """
    known = frame[(frame["sd"] > 0)]
    outcomes = list(dict.fromkeys(known["outcome"]))[:looks.PANELS]
    if not outcomes:
        return ()
    told = []
    for outcome in outcomes:
        part = known[known["outcome"] == outcome]
        aim = part["wanted"].iloc[0]
        if math.isfinite(aim):
            told.append(f"{BY_NAME[outcome].label}: {part['needed'].median():,.0f} replications for ± "
                        f"{size(BY_NAME[outcome], aim)}.")
    says = f"Half-width of the 95 % interval against replications. {' '.join(told)}"
    return (Picture(f"{name}-half-width", says, lambda: _widths(readings, known, outcomes)),)


def _widths(readings: Readings, frame: pd.DataFrame, outcomes: Sequence[str]) -> alt.ConcatChart:
    regimes = list(dict.fromkeys(frame["regime"]))
    several = frame["point"].nunique() > 1
    panels = [("", _width_panel(frame[frame["outcome"] == name], BY_NAME[name], regimes, readings, several))
              for name in outcomes]
    says = ["Dot: the replications there are. Dashed: the half-width that is wanted."]
    if several:
        says.append("Thick: the world in the middle. Thin: the world with the widest interval.")
    return looks.titled(drawing.together(panels), "Half-width of the 95 % interval against replications", says)


def _width_panel(part: pd.DataFrame, outcome: Outcome, regimes: Sequence[str], readings: Readings,
                 several: bool) -> alt.LayerChart:
    import altair as alt
    import pandas as pd

    scale, aim = wording.scale(outcome), float(part["wanted"].iloc[0])
    finite = part["needed"][np.isfinite(part["needed"])]
    most = min(max(60.0, 2.0 * float(part["pairs"].max()), 1.5 * float(finite.median() if len(finite) else 0)), 1e5)
    n = np.unique(np.round(np.geomspace(5, most, 60)))
    t = np.array([statistics.critical_t(int(each) - 1) for each in n])
    curves, dots = [], []
    for regime in regimes:
        mine = part[part["regime"] == regime]
        if mine.empty:
            continue
        middle = float(mine["sd"].median())
        for kind, sd in (("middle", middle), *((("widest", float(mine["sd"].max())),) if several else ())):
            curves.append(pd.DataFrame({"x": n, "y": scale * sd * t / np.sqrt(n), "regime": regime, "kind": kind}))
        pairs = float(mine["pairs"].median())
        if pairs >= 2:
            dots.append({"x": min(max(pairs, 5), most), "regime": regime,
                         "y": scale * middle * statistics.critical_t(int(pairs) - 1) / math.sqrt(pairs)})
    lines = pd.concat(curves)
    low = min([lines["y"].min(), *([0.6 * scale * aim] if math.isfinite(aim) and aim > 0 else [])])
    high = max([lines["y"].max(), *([1.4 * scale * aim] if math.isfinite(aim) else [])])
    x = alt.X("x:Q", title="replications", scale=alt.Scale(type="log", domain=[5, float(most)], nice=False),
              axis=alt.Axis(values=_decades(5, most), format=",~r", grid=False))
    y = alt.Y("y:Q", title=None, scale=alt.Scale(type="log", domain=[float(low), float(high)], nice=False),
              axis=alt.Axis(values=_decades(low, high), format=",~r"))
    colour, shape = looks.keys(regimes, readings.regimes)
    layers = []
    if math.isfinite(aim) and aim > 0:
        free = lines["y"][lines["x"] <= 5 * (most / 5) ** 0.32].min() >= scale * aim  # no curve below it at the left
        look = {"align": "left", "dx": 5, "dy": 10} if free else {"align": "right", "dy": -8}
        at = pd.DataFrame([{"x": 5.0 if free else most, "y": scale * aim, "says": f"wanted ± {scale * aim:.3g}"}])
        layers.append(alt.Chart(at).mark_rule(color=drawing.INK, strokeDash=[4, 3]).encode(y=y))
    for kind, width in (("widest", 1.0), ("middle", 2.6)):
        layers.append(alt.Chart(lines[lines["kind"] == kind]).mark_line(strokeWidth=width, clip=True)
                      .encode(x=x, y=y, color=colour, detail="regime:N"))
    if dots:
        layers.append(alt.Chart(pd.DataFrame(dots)).mark_point(filled=True, size=80, opacity=1)
                      .encode(x=x, y=y, color=colour, shape=shape))
    title = looks.caption(outcome, f"half-width, {looks.unit(outcome)}")
    if math.isfinite(aim) and aim > 0:
        layers += looks.labels(at, x, y, **look)
    return alt.layer(*layers, width=looks.WIDE, height=looks.HIGH, title=title)


def _decades(low: float, high: float) -> list[float]:
    """Round numbers for an axis of equal factors: 1, 2 and 5 of each power of ten, or fewer where there are many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        found = [float(f"{digit}e{power}") for power in powers for digit in digits]
        found = [value for value in found if low <= value <= high]
        if len(found) <= 7:
            return found
    return found[::math.ceil(len(found) / 7)]


def _times(factor: float) -> str:
    return f"{factor:.3g}×" if factor < REDUCED else "more than 1,000×"
