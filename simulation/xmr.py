"""The XmR chart of a series: natural process limits, the rules that find a signal, and what the NHS's icons would say.

Limits are Wheeler's (Understanding Variation, 2000): mean -+ 2.66 times the mean moving range. The rules and icons are
those of NHS England's Making Data Count: a point beyond a limit; seven in a row on one side of the mean; seven in a row
rising or falling; two of three in the outer third on one side. A chart looks backward: it finds what chance would
seldom do, and says nothing about causes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

SCALE = 2.66
"""Mean moving range to natural process limit: 3 / 1.128."""
RUN = 7
"""Points in a row on one side of the mean, or rising or falling, that are a signal."""
FEWEST = 8
"""Points below which limits are too unsure to be drawn."""
LATEST = 7
"""A signal in so many of the latest points decides the icon of variation."""

Better = Literal["lower", "higher", "neither"]
Variation = Literal["common", "improving-high", "improving-low", "concerning-high", "concerning-low", "neither-high",
                    "neither-low"]
Assurance = Literal["pass", "fail", "hit-or-miss"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A point that chance would seldom give: its index, on which side of the mean it lies (or where a trend goes), and
    the rule that found it, in words."""

    at: int
    high: bool
    rule: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What an XmR chart shows.

    Attributes:
        values: as given. centre: their mean. lower, upper: natural process limits, within `bounds`.
        signals: at most one a point, the strongest rule first, by point.
        variation: the icon for the latest points. assurance: the icon for a target; None without one.
    """

    values: tuple[float, ...]
    centre: float
    lower: float
    upper: float
    signals: tuple[Signal, ...]
    variation: Variation
    assurance: Assurance | None


def chart(values: Sequence[float], better: Better = "neither", target: float | None = None,
          bounds: tuple[float, float] = (-np.inf, np.inf)) -> Chart:
    """The chart of a series in order of time.

    Args:
        better: which direction is better, for the icons.
        target: what should be reached or kept under, on the series' scale.
        bounds: values that cannot be passed, such as 0 and 1 of a share; limits are cut there.

    Raises:
        ValueError: fewer than `FEWEST` values, or one that is not finite.
    """
    series = np.asarray(values, float)
    if series.ndim != 1 or len(series) < FEWEST:
        raise ValueError(f"{series.size} values; an XmR chart needs {FEWEST} or more, in order of time")
    if not np.isfinite(series).all():
        raise ValueError("a value is missing or infinite; leave that point out")
    centre = float(series.mean())
    reach = SCALE * float(np.abs(np.diff(series)).mean())
    raw = centre - reach, centre + reach
    signals = _signals(series, centre, *raw)
    lower, upper = max(raw[0], bounds[0]), min(raw[1], bounds[1])
    return Chart(tuple(series.tolist()), centre, lower, upper, signals, _variation(signals, len(series), better),
                 _assurance(better, target, lower, upper))


def _signals(series: np.ndarray, centre: float, lower: float, upper: float) -> tuple[Signal, ...]:
    third = (upper - centre) * 2 / 3
    found: dict[int, Signal] = {}
    for at, value in enumerate(series):
        if value > upper or value < lower:
            found[at] = Signal(at, bool(value > centre), "beyond the limits")
    for points, side in _same_side(series, centre):
        for at in points:
            found.setdefault(at, Signal(at, side, f"{RUN} or more in a row on one side of the mean"))
    for points, side in _trends(series):
        for at in points:
            found.setdefault(at, Signal(at, side, f"{RUN} or more in a row {'rising' if side else 'falling'}"))
    for side in (True, False):
        outer = (series - centre > third) if side else (centre - series > third)
        for at in range(len(series) - 2):
            near = [at + k for k in range(3) if outer[at + k]]
            if third > 0 and len(near) >= 2:
                for each in near:
                    found.setdefault(each, Signal(each, side, "two of three near a limit"))
    return tuple(found[at] for at in sorted(found))


def _same_side(series: np.ndarray, centre: float) -> list[tuple[range, bool]]:
    """Runs of `RUN` or more points on one side of the mean; a point on it ends a run."""
    return [(points, sign > 0) for points, sign in _stretches(np.sign(series - centre)) if len(points) >= RUN]


def _trends(series: np.ndarray) -> list[tuple[range, bool]]:
    """Stretches of `RUN` or more points that rise, or fall, each from the one before."""
    steps = _stretches(np.sign(np.diff(series)))
    return [(range(points.start, points.stop + 1), sign > 0) for points, sign in steps if len(points) + 1 >= RUN]


def _stretches(signs: np.ndarray) -> list[tuple[range, float]]:
    """Ranges of equal signs other than zero."""
    found, begin = [], 0
    for at in range(1, len(signs) + 1):
        if at == len(signs) or signs[at] != signs[begin]:
            if signs[begin] != 0:
                found.append((range(begin, at), float(signs[begin])))
            begin = at
    return found


def _variation(signals: Sequence[Signal], points: int, better: Better) -> Variation:
    latest = [signal for signal in signals if signal.at >= points - LATEST]
    if not latest:
        return "common"
    high = latest[-1].high
    side = "high" if high else "low"
    if better == "neither":
        return f"neither-{side}"  # type: ignore[return-value]
    good = high == (better == "higher")
    return f"{'improving' if good else 'concerning'}-{side}"  # type: ignore[return-value]


def _assurance(better: Better, target: float | None, lower: float, upper: float) -> Assurance | None:
    if target is None or better == "neither":
        return None
    if better == "higher":
        return "pass" if lower >= target else "fail" if upper < target else "hit-or-miss"
    return "pass" if upper <= target else "fail" if lower > target else "hit-or-miss"
