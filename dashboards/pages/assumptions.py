"""(under construction)"""

from __future__ import annotations

import solara

from dashboards.html import h


@solara.component
def Page() -> None:
    solara.Title("assumptions")
    h("h1", "assumptions")
