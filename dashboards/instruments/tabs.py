"""A row of tabs: which of several views is shown."""

from __future__ import annotations

from typing import Any

import traitlets

from dashboards.instruments.instrument import Instrument, check_fields


class Tabs(Instrument):
    """A tab list. The page places the panel, with `id` as of `panel` and `aria-labelledby` of `panel`-`chosen`.

    Traits:
        spec: `label` (for readers), `panel` (id of the element that the tabs control), `tabs` [[name, text]].
        chosen: answered and settable: name of the tab that is open.

    Raises ValueError for a field that nothing reads or a missing one.
    """

    scripts = ("tabs.js",)
    styles = ("instruments.css", "tabs.css")

    spec = traitlets.Dict().tag(sync=True)
    chosen = traitlets.Unicode("").tag(sync=True)

    @traitlets.validate("spec")
    def _checked(self, proposal: Any) -> dict[str, Any]:
        if proposal["value"]:
            check_fields(proposal["value"], ("label", "panel", "tabs"), ("label", "panel", "tabs"), "a row of tabs")
        return proposal["value"]
