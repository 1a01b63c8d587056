"""A button that puts a text into the visitor's clipboard."""

from __future__ import annotations

import traitlets

from dashboards.instruments.instrument import Instrument


class Copy(Instrument):
    """The button.

    Traits:
        says: what the button says.
        text: what is copied; one that begins with `/` is an address of this server and is copied in full.
    """

    scripts = ("copy.js",)
    styles = ("instruments.css", "copy.css")

    says = traitlets.Unicode("Copy").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)
