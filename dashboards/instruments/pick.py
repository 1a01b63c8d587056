"""A native list to choose one thing from, in groups."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument, check_fields

MOST = 400


class Pick(Instrument):
    """A labelled select.

    Traits:
        spec: `label` (stands before the list), `groups` [{label (empty for none), options [[value, text]]}].
        value: answered and settable: the value that is chosen.

    Raises ValueError for a field that nothing reads, a missing one, or more than 400 options.
    """

    scripts = ("pick.js",)

    spec = traitlets.Dict().tag(sync=True)
    value = traitlets.Unicode("").tag(sync=True)

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        spec = proposal["value"]
        if spec:
            check_fields(spec, ("label", "groups"), ("label", "groups"), "the specification of a list")
            for group in spec["groups"]:
                check_fields(group, ("label", "options"), ("label", "options"), "a group of a list")
            count = sum(len(group["options"]) for group in spec["groups"])
            if count > MOST:
                raise ValueError(f"{count} options; a list takes {MOST} at most: split it")
        return spec
