"""The keys of a presenter: next, back and reveal from anywhere on the page; focus, windows and menus on request."""

from __future__ import annotations

import traitlets

from dashboards.instruments.instrument import Instrument


class Keys(Instrument):
    """Listens on the whole page and draws nothing.

    Arrow right and Page down are `next`, arrow left and Page up `back` (presenters' remotes send these), R is `reveal`.
    Keys that are typed into a field, a slider, a table or a menu, and those with Ctrl, Alt or the like, are left alone.

    A `details` with `data-pop` is a menu: Escape, a click elsewhere and its own buttons and links close it.

    Traits:
        pressed: answered: `next`, `back` or `reveal`, a space and a number that grows, so that each is a change.
        focus: a number that grows, a space and the id of an element: it gets the focus as soon as it is there.
        opens: a number that grows, a space and an address of this server: opened in a window of its own.
    """

    scripts = ("keys.js",)
    styles = ()

    pressed = traitlets.Unicode("").tag(sync=True)
    focus = traitlets.Unicode("").tag(sync=True)
    opens = traitlets.Unicode("").tag(sync=True)
