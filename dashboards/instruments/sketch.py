"""The predict pad: a visitor draws what will happen, or chooses among statements, before the answer is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import traitlets

from dashboards.instruments.instrument import FORMAT, HEAD, Instrument, check_choice, check_domain, check_fields

HANDLES = 9
"""Points of a drawn curve where the specification names no number."""

_DRAW = FORMAT | HEAD | {"mode", "button", "x_title", "y_title", "x_range", "y_range", "x_decimals", "start", "known",
                         "handles", "hint", "again", "marks"}
_CHOOSE = {"mode", "title", "button", "options"}


class Sketch(Instrument):
    """A pad to draw a curve on, or a group of radio buttons.

    Traits:
        spec: fields below.
        prediction: answered: y of every handle, in the unit of y_range; empty until "That is my prediction" was
            pressed. Set, it is shown. Where the handles stand on x says `handle_places`.
        chosen: answered: value of the option chosen; empty until the button was pressed.
        done: answered and settable: whether the prediction is kept; False opens the pad again.

    Fields of spec:
        mode: "draw" or "choose". title: the question. button: "That is my prediction".
        draw: x_range and y_range [low, high]; start {x, y}, where the curve begins; known {x: [...], y: [...], label,
            colour}, the part already seen, up to start; handles, the number of points to move (9); x_title, y_title,
            x_decimals; marks [{x, label}]; hint, words on the empty chart; again, whether it may be drawn again
            (True); summary, height, decimals, percent, prefix, unit: see `instrument`.
        choose: options [{value, label, detail}], detail optional.

    Raises ValueError for a field that nothing reads, a missing one, or a start outside the ranges.
    """

    scripts = ("lines.js", "sketch.js")

    spec = traitlets.Dict().tag(sync=True)
    prediction = traitlets.List(traitlets.Float()).tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)
    done = traitlets.Bool(False).tag(sync=True)

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        return check(proposal["value"])


def check(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification of `Sketch` as it is; ValueError names what in it cannot be drawn. An empty one draws nothing."""
    if not spec:
        return spec
    check_choice(spec.get("mode"), ("draw", "choose"), "the mode of a sketch")
    if spec["mode"] == "choose":
        check_fields(spec, _CHOOSE, ("title", "options"), "the specification of a choice")
        values = [option.get("value") for option in spec["options"]]
        if len(values) < 2 or len(set(values)) < len(values) or not all(isinstance(v, str) and v for v in values):
            raise ValueError(f"the options have the values {values}; a choice takes two or more, each its own text")
        return spec
    check_fields(spec, _DRAW, ("x_range", "y_range", "start"), "the specification of a sketch")
    for axis in ("x", "y"):
        check_domain(spec[f"{axis}_range"], f"{axis}_range")
        low, high = spec[f"{axis}_range"]
        if not low <= spec["start"][axis] <= high or spec["start"]["x"] >= spec["x_range"][1]:
            raise ValueError(f"the curve starts at {axis} = {spec['start'][axis]}; it must lie in {low} to {high}, "
                             "with room for the curve to its right")
    if not 2 <= spec.get("handles", HANDLES) <= 20:
        raise ValueError(f"{spec['handles']} handles; a curve takes 2 to 20")
    return spec


def handle_places(spec: Mapping[str, Any]) -> np.ndarray:
    """x of every handle, float (handles), from the first after the start to the right end."""
    many = spec.get("handles", HANDLES)
    return np.linspace(spec["start"]["x"], spec["x_range"][1], many + 1)[1:]


def resampled(prediction: Sequence[float], spec: Mapping[str, Any], x: np.ndarray) -> np.ndarray:
    """The drawn curve at other places, as the pad shows it: smooth through its handles, without overshooting them.

    Args:
        prediction: y of every handle.
        x: float (points).

    Returns float (points), NaN before the curve's start and beyond its end; for `Series.prediction`, `series.packed`.
    Raises ValueError where the number of values is not that of the handles.
    """
    ends = handle_places(spec)
    if len(prediction) != len(ends):
        raise ValueError(f"{len(prediction)} values; the sketch has {len(ends)} handles")
    y = np.array([spec["start"]["y"], *prediction], float)
    slopes, width = _slopes(y), float(ends[0] - spec["start"]["x"])
    at = (np.asarray(x, float) - spec["start"]["x"]) / width
    i = np.clip(at, 0, len(y) - 2).astype(int)
    t = at - i
    u = 1 - t
    curve = ((1 + 2 * t) * u * u * y[i] + t * u * u * slopes[i] + t * t * (3 - 2 * t) * y[i + 1]
             - t * t * u * slopes[i + 1])
    return np.where((at >= -1e-9) & (at <= len(y) - 1 + 1e-9), curve, np.nan)


def _slopes(y: np.ndarray) -> np.ndarray:
    """Of the monotone cubic through equally spaced points, a step being one (Fritsch and Carlson 1980)."""
    d = np.diff(y)
    before, after = d[:-1], d[1:]
    product, total = before * after, before + after
    inner = np.where(product > 0, 2 * product / np.where(total == 0, 1.0, total), 0.0)
    return np.array([_end_slope(d[0], d[1]), *inner, _end_slope(d[-1], d[-2])])


def _end_slope(near: float, far: float) -> float:
    slope = (3 * near - far) / 2
    if slope * near <= 0:
        return 0.0
    return 3 * near if near * far <= 0 and abs(slope) > 3 * abs(near) else slope
