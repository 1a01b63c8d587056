"""Bars of four kinds: histograms with a target, stacks of parts, the steps of a gap, and votes as they come in."""

from __future__ import annotations

import math
from typing import Any

import traitlets

from dashboards.instruments.instrument import FORMAT, HEAD, Instrument, check_choice, check_fields

_FIELDS: dict[str, tuple[set[str], tuple[str, ...]]] = {
    "histogram": ({"edges", "panels", "target", "x_title", "y_title", "open_end"}, ("edges", "panels")),
    "stacked": ({"parts", "bars", "totals"}, ("parts", "bars")),
    "waterfall": ({"start", "steps", "end", "from", "step_unit"}, ("start", "steps", "end")),
    "votes": ({"options", "marked"}, ("options",)),
}


class Bars(Instrument):
    """Bars in one of four modes.

    Traits:
        spec: fields below.
        counts: votes for every option, in order; apart from spec, so that a vote sends only these.
        picked: answered and settable: id of the step of a waterfall that was pressed; empty for none.

    Fields of spec:
        mode: "histogram", "stacked", "waterfall" or "votes".
        title, summary, height; decimals, percent, prefix, unit: see `instrument.HEAD` and `instrument.FORMAT`.
        histogram: edges (bins + 1, rising); panels [{label, colour, heights (bins), note}], 1 to 4 under one another on
            the same axes; target {x, label}, bars from there on are dark; x_title, y_title; open_end: the last bin
            holds all that lies beyond.
        stacked: parts [{label, colour, ink}], ink being the numbers' colour on it (white); bars [{label, values
            (parts)}]; totals: whether the sum stands at the end (True).
        waterfall: start {label, value}, steps [{id, label, value, colour}], end {label, value}; start and all steps
            must sum to end. A step with an id is a button. from: where the scale begins, where zero is far
            off. step_unit: after a step's number, where it differs from unit (" points" beside " %").
        votes: options (texts); marked {index, label}, an answer singled out afterwards.

    Raises ValueError for a field that nothing reads, a missing one, or numbers that do not fit together.
    """

    scripts = ("bars.js",)

    spec = traitlets.Dict().tag(sync=True)
    counts = traitlets.List(traitlets.Int()).tag(sync=True)
    picked = traitlets.Unicode("").tag(sync=True)

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        return check(proposal["value"])


def check(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification of `Bars` as it is; ValueError names what in it cannot be drawn. An empty one draws nothing."""
    if not spec:
        return spec
    check_choice(spec.get("mode"), _FIELDS, "the mode of bars")
    own, needed = _FIELDS[spec["mode"]]
    check_fields(spec, own | FORMAT | HEAD | {"mode"}, needed, f"the specification of {spec['mode']} bars")
    _CHECKS[spec["mode"]](spec)
    return spec


def _histogram(spec: dict[str, Any]) -> None:
    edges, panels = spec["edges"], spec["panels"]
    if len(edges) < 2 or any(b <= a for a, b in zip(edges, edges[1:], strict=False)):
        raise ValueError(f"the edges are {edges}; a histogram takes two or more that rise")
    if not 1 <= len(panels) <= 4:
        raise ValueError(f"{len(panels)} panels; 1 to 4 histograms stand under one another")
    for panel in panels:
        check_fields(panel, ("label", "colour", "heights", "note"), ("label", "heights"), "a panel")
        if len(panel["heights"]) != len(edges) - 1:
            raise ValueError(f"panel {panel['label']!r} has {len(panel['heights'])} heights; {len(edges)} edges make "
                             f"{len(edges) - 1} bins")
        _check_amounts(panel["heights"], f"panel {panel['label']!r}")


def _stacked(spec: dict[str, Any]) -> None:
    for part in spec["parts"]:
        check_fields(part, ("label", "colour", "ink"), ("label", "colour"), "a part")
    for bar in spec["bars"]:
        check_fields(bar, ("label", "values"), ("label", "values"), "a bar")
        if len(bar["values"]) != len(spec["parts"]):
            raise ValueError(f"bar {bar['label']!r} has {len(bar['values'])} values for {len(spec['parts'])} parts")
        _check_amounts(bar["values"], f"bar {bar['label']!r}")


def _waterfall(spec: dict[str, Any]) -> None:
    for end in (spec["start"], spec["end"]):
        check_fields(end, ("label", "value", "colour"), ("label", "value"), "an end of a waterfall")
    for step in spec["steps"]:
        check_fields(step, ("id", "label", "value", "colour"), ("label", "value"), "a step")
    reached = math.fsum([spec["start"]["value"], *(step["value"] for step in spec["steps"])])
    end = spec["end"]["value"]
    size = max([abs(spec["start"]["value"]), abs(end), *(abs(step["value"]) for step in spec["steps"])])
    if not abs(reached - end) <= 1e-9 * size:
        raise ValueError(f"start and steps sum to {reached}, the end is {end}; they must be equal: is a step missing?")


def _votes(spec: dict[str, Any]) -> None:
    if not spec["options"]:
        raise ValueError("a vote has no options; it takes one or more")
    if spec.get("marked") and not 0 <= spec["marked"]["index"] < len(spec["options"]):
        raise ValueError(f"marked names option {spec['marked']['index']}; there are 0 to {len(spec['options']) - 1}")


def _check_amounts(values: list[float], what: str) -> None:
    for value in values:
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{what} has a bar of {value}; it takes numbers of zero or more")


_CHECKS = {"histogram": _histogram, "stacked": _stacked, "waterfall": _waterfall, "votes": _votes}
