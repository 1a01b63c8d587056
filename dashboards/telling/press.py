"""A button as a component of its own, which may come and go where a bare one may not: its listener is a hook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import solara

from dashboards.html import h


@solara.component
def Press(says: str, act: Callable[[], None], class_: str = "", attributes: Mapping[str, Any] | None = None) -> None:
    """A button.

    Args: `attributes` as of `h`, such as {"aria_label": "Step 3"}.
    """
    h("button", says, on_click=act, class_=class_, **(attributes or {}))
