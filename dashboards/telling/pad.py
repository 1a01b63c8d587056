"""The pad on which people draw a line: what is given of it, and axes that give nothing else away."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from dashboards.panels import Panel


def drawing_pad(panel: Panel, line: int, question: str, after: float | None, top: float | None,
                height: int) -> dict[str, Any]:
    """The specification of the pad on which a line is drawn.

    The vertical axis is round and wide, so that it gives little away: from zero to a round number well above all lines.

    Args:
        line: index of the line to be drawn.
        after: x up to which it is given; None to give its first point only.
        top: bound that values cannot pass, such as 100.
    """
    mean, at = panel.means[line], panel.at
    known = np.flatnonzero(np.isfinite(mean))
    given = known[at[known] <= after] if after is not None else known[:1]
    if not given.size:
        given = known[:1]
    all_known = panel.means[np.isfinite(panel.means)]
    high = round_above(1.4 * float(np.max(np.abs(all_known), initial=1e-9)))
    high = min(high, top) if top is not None else high
    low = 0.0 if float(np.min(all_known, initial=0.0)) >= 0 else -high
    begin = int(given[-1]) if given.size else 0
    start = {"x": float(at[begin]), "y": float(np.clip(mean[begin] if given.size else 0.0, low, high))}
    spec: dict[str, Any] = {
        "mode": "draw", "title": question, "x_range": list(panel.spec["x_domain"]), "y_range": [low, high],
        "x_title": panel.spec["x_title"], "y_title": panel.spec["y_title"], "start": start, "height": height,
        "marks": panel.spec.get("marks", []), "hint": "Draw your line here",
        **{name: panel.spec[name] for name in ("decimals", "unit", "prefix") if name in panel.spec}}
    if after is not None and given.size > 1:
        spec["known"] = {"x": [float(v) for v in at[given]], "y": [float(v) for v in mean[given]],
                         "colour": panel.spec["lines"][line]["colour"]}
        if start["y"] < low + 0.85 * (high - low):  # above it there would be no room: the label would lie on the line
            spec["known"]["label"] = "so far"
    return spec


def round_above(value: float) -> float:
    """The next round number: 1, 2, 2.5, 4 or 5 times a power of ten, or such a power."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(power * step for step in (1, 2, 2.5, 4, 5, 10) if power * step >= value * (1 - 1e-9))
