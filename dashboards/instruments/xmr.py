"""An XmR chart: values with their natural process limits, signals by shape, and icons of variation and assurance."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import FORMAT, HEAD, Instrument, check_choice, check_domain, check_fields

SIGNALS = ("improving", "concerning")
VARIATION = ("common", "improving-high", "improving-low", "concerning-high", "concerning-low")
ASSURANCE = ("pass", "fail", "hit-or-miss")

_FIELDS = FORMAT | HEAD | {"x_title", "y_title", "y_domain", "labels", "values", "centre", "centre_label", "lower",
                           "upper", "signals", "target", "marks", "variation", "variation_says", "assurance",
                           "assurance_says"}


class XmR(Instrument):
    """One XmR chart, in the manner of the NHS's "Making data count". It draws limits and signals; it finds none.

    Traits:
        spec: fields below.

    Fields of spec, all but `values` and `centre` optional:
        title, summary, height; decimals, percent, prefix, unit: see `instrument.HEAD` and `instrument.FORMAT`.
        values: one a point; None where there is none. labels: of the points on the horizontal axis.
        centre, lower, upper: a number, or one a point (None: none) where limits were drawn anew. centre_label: "mean".
        signals: [{at, kind, rule}]: index of the point, "improving" (a square) or "concerning" (a diamond), and which
            rule found it, in words; the other points are common cause (circles).
        target: {y, label}. marks: [{at, label}], a line before the point of that index.
        x_title, y_title, y_domain [low, high].
        variation: common, improving-high, improving-low, concerning-high or concerning-low; assurance: pass, fail or
            hit-or-miss. variation_says, assurance_says: the words beside the icon, where the usual ones do not fit.

    Raises ValueError for a field that nothing reads, an unknown kind or icon, or lists of different lengths.
    """

    scripts = ("lines.js", "xmr.js")

    spec = traitlets.Dict().tag(sync=True)

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        return check(proposal["value"])


def check(spec: dict[str, Any]) -> dict[str, Any]:
    """A specification of `XmR` as it is; ValueError names what in it cannot be drawn. An empty one draws nothing."""
    if not spec:
        return spec
    check_fields(spec, _FIELDS, ("values", "centre"), "the specification of an XmR chart")
    points = len(spec["values"])
    for name in ("labels", "centre", "lower", "upper"):
        if isinstance(spec.get(name), list | tuple) and len(spec[name]) != points:
            raise ValueError(f"{name} has {len(spec[name])} entries for {points} values; give one a value")
    for signal in spec.get("signals", ()):
        check_fields(signal, ("at", "kind", "rule"), ("at", "kind"), "a signal")
        check_choice(signal["kind"], SIGNALS, "the kind of a signal")
        if not 0 <= signal["at"] < points:
            raise ValueError(f"a signal is at point {signal['at']}; there are points 0 to {points - 1}")
    check_domain(spec.get("y_domain"), "y_domain")
    if spec.get("variation"):
        check_choice(spec["variation"], VARIATION, "variation")
    if spec.get("assurance"):
        check_choice(spec["assurance"], ASSURANCE, "assurance")
    return spec
