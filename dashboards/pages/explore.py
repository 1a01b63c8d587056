"""(under construction)"""

from __future__ import annotations

import solara

from dashboards.html import h


@solara.component
def Page() -> None:
    solara.Title("explore")
    h("h1", "explore")
