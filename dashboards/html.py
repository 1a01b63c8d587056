"""Native HTML elements for Solara components: buttons, headings and tables that every browser and reader knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipyvue
import reacton.ipyvue
import solara
from reacton.core import ComponentWidget


class _Tag(ComponentWidget):
    """One tag as a component, so that a `div` is never turned into a `details`: the browser would show the old one."""

    def __init__(self, tag: str) -> None:
        super().__init__(ipyvue.Html)
        self.tag = tag

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Tag) and self.tag == other.tag

    def __hash__(self) -> int:
        return hash(self.tag)


def h(tag: str, *children: Any, on_click: Callable[[], None] | None = None, class_: str = "", style: str = "",
      key: str | None = None, **attributes: Any) -> solara.Element:
    """An element of HTML, placed where the component stands.

    Args:
        tag: such as `button`, `h1`, `section`. A button gets `type="button"`.
        children: text, numbers or other elements; None and False are left out, lists are flattened.
        on_click: called without arguments, from the mouse, touch and, on a button, the keyboard.
        key: keeps the element's identity in a list that changes.
        attributes: as in HTML, with `_` for `-`: `aria_label="Next step"`. True stands for an attribute without a
            value; None and False leave it out. Never put text of a visitor into `style`.

    Text is escaped by the browser: no child is ever read as markup.
    """
    if tag == "button":
        attributes.setdefault("type", "button")
    given = {name.rstrip("_").replace("_", "-"): "" if value is True else str(value)
             for name, value in attributes.items() if value is not None and value is not False}
    element = _Tag(tag)(tag=tag, children=_flat(children), attributes=given, class_=class_ or "", style_=style or "")
    if key is not None:
        element.key(key)
    if on_click is not None:
        reacton.ipyvue.use_event(element, "click", lambda *_: on_click())
    return element


def _flat(children: Any) -> list[Any]:
    flat: list[Any] = []
    for child in children:
        if isinstance(child, list | tuple):
            flat += _flat(child)
        elif child is not None and child is not False:
            flat.append(child if isinstance(child, solara.Element) else str(child))
    return flat
