"""Lines over time: means with single runs behind them, revealed, replayed, predicted or growing live."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import traitlets

from dashboards.instruments.instrument import FORMAT, HEAD, Instrument, check_domain, check_fields

MOST_LINES, MOST_RUNS = 12, 20
OVERLAP = 12
"""Live columns sent again with new ones, so that a view which missed a message still has them all."""

_FIELDS = FORMAT | HEAD | {"x_title", "y_title", "x_domain", "y_domain", "x_says", "x_decimals", "lines", "marks",
                           "target", "bands", "annotations", "ghost_label", "prediction_of", "prediction_label",
                           "gap_unit", "gap_decimals"}
_LINE_FIELDS = {"label", "colour", "dash", "width", "shape", "runs"}


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes:
        label: stands at the end of the line.
        colour: of CSS, at least 3:1 on white; better 4.5:1, the label has it too.
        mean: float (points); NaN breaks the line.
        runs: single runs drawn thin behind it, each float (points); at most 20.
        dash: lengths drawn and left out, in pixels; empty or (1, 0) is solid.
        shape: of the marker at its end: circle, square, triangle-up, triangle-down, triangle-right, diamond or cross.
    """

    label: str
    colour: str
    mean: np.ndarray
    runs: Sequence[np.ndarray] = ()
    dash: tuple[float, ...] = ()
    shape: str = "circle"
    width: float = 3.0

    @property
    def spec(self) -> dict[str, Any]:
        return {"label": self.label, "colour": self.colour, "dash": list(self.dash), "width": self.width,
                "shape": self.shape, "runs": len(self.runs)}


class Series(Instrument):
    """One panel of at most 12 lines.

    Traits:
        spec: what to draw beside the numbers; fields below.
        x: bytes of float32 (points), rising.
        y: bytes of float32 (rows, points): of every line its mean, then its runs. NaN breaks a line. See `pack`.
        ghost: bytes of float32 (lines, points), means before the last change, drawn faint; empty for none.
        replay: raised by one, the means move from `ghost` to `y` in 0.9 s.
        playhead: x up to which lines are drawn; None for all of them.
        reveal: raised above `revealed`, the lines are drawn from left to right in 2.5 s, also when the widget appears.
        revealed: answered: the last `reveal` that has been played to its end.
        prediction: bytes of float32 (points), a visitor's curve on the same x; NaN where there is none. See
            `sketch.resampled`.
        append: columns that came in live; use `add`.
        cursor: answered and settable: x of the crosshair, None for none. A click, a drag or the arrow keys set it;
            a pointer that only passes reads values without telling the server.

    Fields of spec, all but `lines` optional:
        title, summary, height; decimals, percent, prefix, unit: see `instrument.HEAD` and `instrument.FORMAT`.
        x_title, y_title: the titles of the axes.
        x_domain, y_domain: [low, high]; None or missing: the data's own. A live chart needs x_domain.
        x_says: x in words, such as "Year {}"; x_decimals: its places after the point.
        lines: [{label, colour, dash, width, shape, runs}], runs being their number; see `Line`.
        marks: [{x, label}], dated events: a vertical line with its label above the plot.
        target: {y, label}, a horizontal line.
        bands: [{between: [i, j], label, colour}], the shaded gap between two lines.
        annotations: [{x, y, text}], a ring with words beside it.
        ghost_label: what the faint lines are.
        prediction_of: index of the line that was predicted; the gap at the right end is measured to it.
        prediction_label: "your prediction". gap_unit: after the gap's number, with its space (" points" for per
            cent). gap_decimals: 0.

    Raises ValueError for a field that nothing reads or a number of lines, runs or range that cannot be drawn.
    """

    scripts = ("lines.js", "series.js")

    spec = traitlets.Dict().tag(sync=True)
    x = traitlets.Bytes(b"").tag(sync=True)
    y = traitlets.Bytes(b"").tag(sync=True)
    ghost = traitlets.Bytes(b"").tag(sync=True)
    replay = traitlets.Int(0).tag(sync=True)
    playhead = traitlets.Float(None, allow_none=True).tag(sync=True)
    reveal = traitlets.Int(0).tag(sync=True)
    revealed = traitlets.Int(0).tag(sync=True)
    prediction = traitlets.Bytes(b"").tag(sync=True)
    append = traitlets.Bytes(b"").tag(sync=True)
    cursor = traitlets.Float(None, allow_none=True).tag(sync=True)

    def __init__(self, **given: Any) -> None:
        self._live: list[np.ndarray] = []
        super().__init__(**given)
        self.on_msg(self._answer)

    def add(self, columns: np.ndarray) -> None:
        """Put new points behind the others, for a chart that grows while the model runs.

        Args:
            columns: float (new points, 1 + lines): x, then the value of every line. The lines have no runs.

        Raises ValueError where the number of values is not that of the lines.
        """
        columns = np.atleast_2d(np.asarray(columns, "<f4"))
        lines = len(self.spec.get("lines", ()))
        if columns.shape[1] != 1 + lines:
            raise ValueError(f"a column has {columns.shape[1]} values; {lines} lines need x and {lines} values")
        held = len(np.frombuffer(self.x, "<f4"))
        self._live.extend(columns)
        first = max(0, len(self._live) - max(OVERLAP, len(columns)))
        head = np.array([held + first, lines], "<f4")
        self.append = np.concatenate([head, *self._live[first:]]).astype("<f4").tobytes()

    @traitlets.observe("x")
    def _begun_again(self, _: Any) -> None:
        self._live.clear()

    def _answer(self, _: Any, content: Mapping[str, Any], __: Any) -> None:
        """A view that came late asks for everything."""
        if content.get("kind") != "all" or not self._live:
            return
        held = np.frombuffer(self.x, "<f4")
        live = np.array(self._live).T
        lines = np.frombuffer(self.y, "<f4").reshape(len(live) - 1, len(held))
        with self.hold_sync():
            self.y = np.hstack([lines, live[1:]]).astype("<f4").tobytes()
            self.x = np.concatenate([held, live[0]]).astype("<f4").tobytes()

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        return check(proposal["value"])


def check(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification of `Series` as it is; ValueError names what in it cannot be drawn. An empty one draws nothing."""
    if not spec:
        return spec
    check_fields(spec, _FIELDS, ("lines",), "the specification of lines")
    lines = spec["lines"]
    if not 1 <= len(lines) <= MOST_LINES:
        raise ValueError(f"{len(lines)} lines; a panel takes 1 to {MOST_LINES}: split it into panels")
    for line in lines:
        check_fields(line, _LINE_FIELDS, ("label", "colour"), f"line {line.get('label', '?')!r}")
        if not 0 <= line.get("runs", 0) <= MOST_RUNS:
            raise ValueError(f"line {line['label']!r} has {line['runs']} runs; 0 to {MOST_RUNS} are drawn: pass fewer")
    check_domain(spec.get("x_domain"), "x_domain")
    check_domain(spec.get("y_domain"), "y_domain")
    for band in spec.get("bands", ()):
        check_fields(band, ("between", "label", "colour"), ("between",), "a band")
        _check_index(len(lines), "a band", *band["between"])
    if "prediction_of" in spec:
        _check_index(len(lines), "prediction_of", spec["prediction_of"])
    for mark in spec.get("marks", ()):
        check_fields(mark, ("x", "label"), ("x", "label"), "a mark")
    if spec.get("target"):
        check_fields(spec["target"], ("y", "label"), ("y",), "the target")
    for note in spec.get("annotations", ()):
        check_fields(note, ("x", "y", "text"), ("x", "y", "text"), "an annotation")
    return spec


def _check_index(lines: int, what: str, *indices: int) -> None:
    for index in indices:
        if not 0 <= index < lines:
            raise ValueError(f"{what} names line {index}; there are lines 0 to {lines - 1}")


def packed(values: Any) -> bytes:
    """Numbers as the bytes an instrument takes: little-endian float32, row after row."""
    return np.ascontiguousarray(values, "<f4").tobytes()


def pack(x: np.ndarray, lines: Sequence[Line]) -> dict[str, bytes]:
    """The traits `x` and `y` of some lines.

    Raises ValueError for x that does not rise, or a mean or run with another number of points than x.
    """
    x = np.asarray(x, float)
    if x.ndim != 1 or not np.isfinite(x).all() or (np.diff(x) <= 0).any():
        raise ValueError(f"x has shape {x.shape}; it must be one row of finite numbers that rise")
    rows = [row for line in lines for row in (line.mean, *line.runs)]
    for line in lines:
        for row in (line.mean, *line.runs):
            if np.shape(row) != x.shape:
                raise ValueError(f"line {line.label!r} has a row of shape {np.shape(row)}; x has {x.shape}")
    return {"x": packed(x), "y": packed(np.array(rows, float) if rows else np.zeros((0, len(x))))}


def panel(x: np.ndarray, lines: Sequence[Line], **spec: Any) -> dict[str, Any]:
    """The traits `spec`, `x` and `y` of one panel, for `Series.element(**panel(...))`.

    Args:
        spec: fields of `Series` but for `lines`.

    Raises ValueError as `pack` and `check` do.
    """
    return {"spec": check({**spec, "lines": [line.spec for line in lines]}), **pack(x, lines)}
