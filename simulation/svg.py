"""A chart as a static picture, in a page or in a file: no script, no request, small, readable by a screen reader."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

if TYPE_CHECKING:
    import altair as alt

_LONG = re.compile(r"-?\d+\.\d{2,}")
_TAGS = re.compile(r"<[^>]+>")  # coordinates are shortened, what people read is not
_IDS = re.compile(r'(id="|url\(#|href="#)([\w-]+)')
_NOISE = re.compile(r' (class|aria-[a-z]+|stroke-miterlimit|pointer-events|xmlns(:\w+)?|version|role)="[^"]*"')


def svg(chart: alt.TopLevelMixin, name: str, says: str) -> Markup:
    """One panel as an `<svg>` element that scales with its column.

    Args:
        name: unique in the page; prefixes every id, because the ids of two pictures in one page must differ.
        says: what the picture shows, for a screen reader.
    """
    import vl_convert

    text = vl_convert.vegalite_to_svg(chart.to_dict(validate=False), allowed_base_urls=[])
    return Markup(_tidied(text, name, says))


def svg_file(chart: alt.TopLevelMixin, name: str, says: str) -> str:
    """A picture as the text of a file of its own, for a page that links to it. Args as `svg`."""
    return str(svg(chart, name, says)).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


def png(chart: alt.TopLevelMixin, scale: float = 2) -> bytes:
    """The same picture in dots, `scale` to a pixel, for slides."""
    import vl_convert

    return vl_convert.vegalite_to_png(chart.to_dict(validate=False), scale=scale, allowed_base_urls=[])


def _tidied(text: str, name: str, says: str) -> str:
    text = _NOISE.sub("", text)
    text = _TAGS.sub(lambda tag: _LONG.sub(lambda match: f"{float(match[0]):.1f}".removesuffix(".0"), tag[0]), text)
    seen: dict[str, str] = {}  # numbered anew: the renderer counts on from picture to picture
    text = _IDS.sub(lambda match: match[1] + seen.setdefault(match[2], f"{name}-{len(seen)}"), text)
    head, rest = text.split(">", 1)
    width, height = (re.search(rf'{side}="([\d.]+)"', head) for side in ("width", "height"))
    if width is None or height is None:
        raise ValueError(f"the picture {name!r} has no size; the version of vl-convert may be too new")
    return (f'<svg role="img" aria-label="{escape(says)}" viewBox="0 0 {width[1]} {height[1]}" '
            f'preserveAspectRatio="xMidYMid meet">{rest}')
