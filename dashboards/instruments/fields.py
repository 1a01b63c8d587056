"""A few labelled inputs that are sent together: numbers with their ranges, or a text."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument, check_fields


class Fields(Instrument):
    """A small form.

    Traits:
        fields: [{id, label, kind: number or text, value, low, high, step, unit, hint}]; `low` and `high` are inclusive.
            A text with `accept` (endings of file names, with commas) can also be read from a file.
        button: what the button says.
        sent: answered: {values: {id: number or text}, n}, on the button or Enter, when every number is in its range.

    Raises ValueError for a field that nothing reads, or a kind that there is not.
    """

    scripts = ("fields.js",)
    styles = ("instruments.css", "fields.css")

    fields = traitlets.List().tag(sync=True)
    button = traitlets.Unicode("Use these").tag(sync=True)
    sent = traitlets.Dict().tag(sync=True)

    @traitlets.validate("fields")
    def _checked(self, proposal: Any) -> list[Any]:
        for field in proposal["value"]:
            known = ("id", "label", "kind", "value", "low", "high", "step", "unit", "hint", "accept")
            check_fields(field, known, ("id", "label", "kind", "value"), "a field")
            if field["kind"] not in ("number", "text"):
                raise ValueError(f"field {field['id']!r} is of kind {field['kind']!r}; accepted: number, text")
        return proposal["value"]
