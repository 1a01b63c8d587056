"""How a map of winners is drawn: squares with letters, a thick line around what belongs together, a key.

Fills differ in hue for the eye, in lightness for a grey print and in their letters for everybody. Those of the first
regime are dark, those of the second light, and where nobody can tell the paper shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from simulation.drawing import FONT, INK, QUIET

if TYPE_CHECKING:
    import altair as alt

OPEN = "#ffffff"
_FILLS = (("#12376b", "#4a70a8"), ("#e8923a", "#f7d6ae"), ("#1b7f79", "#8fc9c4"), ("#a3216e", "#dba3c4"),
          ("#6b6b00", "#c2c273"), ("#7a4fa3", "#c3abdb"), ("#5b6570", "#b9c0c7"))
"""By position in the comparison: for a clear lead that is large, and for one that is not."""
WIDTH = 900
SMALL = 330
_TILE, _SMALL_TILE = 66, 30
"""Height of a square."""
_LETTERS = 134
"""Letters of a line below the picture."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One square.

    Attributes:
        says: a second line below the letter; may be empty.
        area: squares of one area have no line between them; empty where nobody can tell.
    """

    column: int
    row: int
    letter: str
    says: str
    fill: str
    area: str


@dataclass(frozen=True, slots=True)
class Key:
    """What a letter and its fills mean."""

    fills: tuple[str, ...]
    letter: str
    says: str


@dataclass(frozen=True, slots=True)
class _Word:
    """Text at a place in pixels from the upper left corner of the squares."""

    x: float
    y: float
    says: str
    size: float
    align: str = "left"
    ink: str = INK
    weight: str = "normal"


def fills(position: int) -> tuple[str, str]:
    """Dark and light fill of a regime by its position in the comparison."""
    return _FILLS[position % len(_FILLS)]


def ink_on(fill: str) -> str:
    """White or ink, whichever can be read on a fill."""
    red, green, blue = (int(fill[at:at + 2], 16) / 255 for at in (1, 3, 5))
    return "#ffffff" if 0.3 * red + 0.59 * green + 0.11 * blue < 0.52 else INK


def flip_map(squares: Sequence[Tile], columns: Sequence[str], rows: Sequence[str], x_title: str, y_title: str,
             keys: Sequence[Key], note: str, home: tuple[float, float] | None, home_says: str, *, heading: str = "",
             lead: Sequence[str] = (), under: Sequence[str] = (), small: bool = False) -> alt.LayerChart:
    """A map of squares.

    Args:
        columns, rows: labels of the steps, from the left and from below.
        note: what the numbers in the squares are.
        home: where the scenario itself stands, in steps from the lower left square; may lie between squares.
        heading: a title in the picture; wrapped.
        lead: lines below the title.
        under: paragraphs below the picture; wrapped.
        small: one of several, without numbers, key and titles of the axes.
    """
    import altair as alt

    width, height = (SMALL, _SMALL_TILE) if small else (WIDTH, _TILE)
    longest = max(len(label) for label in rows)
    left, right = (34 + 5 * longest, 12) if small else (44 + 8 * longest, 28)
    wide, high = width - left - right, height * len(rows)
    step = wide / len(columns), float(height)
    words = _labels(columns, rows, step, high, small)
    top = _above(words, heading, lead, y_title, left, width, small)
    keyed = high + (24 if small else 34)
    boxes: list[dict[str, Any]] = []
    frames = [] if home is None else [_frame(home, step, high, 3 if small else 5)]
    if not small:
        words.append(_Word(wide / 2, keyed + 14, x_title, 16, "center", QUIET))
        keyed = _keys(boxes, frames, words, keys, note, home is not None, home_says, left, keyed + 46)
        for paragraph in under:
            for line in wrap(paragraph, _LETTERS):
                words.append(_Word(16 - left, keyed, line, 14, ink=QUIET))
                keyed += 19
            keyed += 5
    boxes += [{"x": tile.column * step[0], "x2": (tile.column + 1) * step[0], "y": high - (tile.row + 1) * step[1],
               "y2": high - tile.row * step[1], "fill": tile.fill} for tile in squares]
    words += _letters(squares, step, high, small)
    layers = [_boxes(boxes), _borders(squares, step, high, 2.0 if small else 3.5)]
    if frames:
        layers += _frames(frames, *((3.0, 1.4) if small else (4.5, 2.2)))
    layers += _words(words)
    return alt.layer(*layers, width=wide, height=high, config=look(), autosize=alt.AutoSizeParams(type="none"),
                     padding={"left": left, "right": right, "top": top, "bottom": max(0, keyed - high)}
                     ) if not small else _spaced(layers, wide, high, left, right, top)


def look() -> alt.Config:
    """Fonts and background of a map."""
    import altair as alt

    return alt.Config(font=FONT, background="white", aria=False, view={"stroke": None},
                      axis={"grid": False, "domain": False, "ticks": False, "labels": False})


def _spaced(layers: list[alt.Chart], wide: float, high: float, left: float, right: float, top: float) -> alt.LayerChart:
    """A small map with its margins as part of the picture, because maps beside each other have none of their own."""
    import altair as alt

    frame = alt.Chart(_data([{"x": -left, "x2": wide + right, "y": -top, "y2": high + 30}])).mark_rect(
        fill=None, stroke=None).encode(x=_x(), x2="x2:Q", y=_y(), y2="y2:Q")
    return alt.layer(frame, *layers, width=wide, height=high)


def _labels(columns: Sequence[str], rows: Sequence[str], step: tuple[float, float], high: float,
            small: bool) -> list[_Word]:
    size = 11 if small else 16
    found = [_Word((i + 0.5) * step[0], high + (11 if small else 18), label, size, "center", QUIET)
             for i, label in enumerate(columns)]
    return found + [_Word(-8, high - (j + 0.5) * step[1], label, size, "right", QUIET) for j, label in enumerate(rows)]


def _above(words: list[_Word], heading: str, lead: Sequence[str], y_title: str, left: float, width: float,
           small: bool) -> float:
    """Puts what stands above the squares, from below upwards; the room that it takes."""
    x, at = (4 - left, 2.0) if small else (16 - left, -4.0)
    if not small:
        at -= 18
        words.append(_Word(x, at, y_title, 16, ink=QUIET))
        at -= 14 if lead else 0
    for line in reversed(lead):
        at -= 15 if small else 24
        words.append(_Word(x, at, line, 11 if small else 17, ink=QUIET if small else INK))
    size, line = (13, 17) if small else (23, 30)
    at -= 0 if small else 6
    for text in reversed(_even(heading, int((width - 28) / (0.5 * size)))):
        at -= line
        words.append(_Word(x, at, text, size, weight="bold"))
    return -at + size


def _even(text: str, most: int) -> list[str]:
    """A text in as few lines of `most` letters as it needs, all of about the same length."""
    lines = wrap(text, most, break_on_hyphens=False)
    shorter = (wrap(text, width, break_on_hyphens=False) for width in range(most // 3, most))
    return next((found for found in shorter if len(found) == len(lines)), lines)


def _keys(boxes: list[dict[str, Any]], frames: list[dict[str, Any]], words: list[_Word], keys: Sequence[Key],
          note: str, at_home: bool, home_says: str, left: float, y: float) -> float:
    """The key, two entries a line; where it ends."""
    start, column = 16 - left, WIDTH / 2 - 10
    for number, key in enumerate(keys):
        x, here = start + column * (number % 2), y + 34 * (number // 2)
        for place, fill in enumerate(key.fills):
            at = x + 30 * place
            boxes.append({"x": at, "x2": at + 30, "y": here - 13, "y2": here + 13, "fill": fill})
            if fill == OPEN:
                boxes[-1]["stroke"] = INK
            words.append(_Word(at + 15, here, key.letter, 16, "center", ink_on(fill), "bold"))
        words.append(_Word(x + 30 * len(key.fills) + 10, here, key.says, 16))
    lines = (len(keys) + at_home + 1) // 2
    if at_home:
        x, here = start + column * (len(keys) % 2), y + 34 * (len(keys) // 2)
        frames.append({"x": x + 1, "x2": x + 29, "y": here - 12, "y2": here + 12})
        words.append(_Word(x + 40, here, home_says, 16))
    words.append(_Word(start, y + 34 * lines, note, 14, ink=QUIET))
    return y + 34 * lines + 30


def _letters(squares: Sequence[Tile], step: tuple[float, float], high: float, small: bool) -> list[_Word]:
    found = []
    for tile in squares:
        x, y = (tile.column + 0.5) * step[0], high - (tile.row + 0.5) * step[1]
        ink = QUIET if tile.fill == OPEN else ink_on(tile.fill)
        number = tile.says if not small else ""
        found.append(_Word(x, y - (10 if number else 0), tile.letter, 15 if small else 25, "center", ink, "bold"))
        if number:
            found.append(_Word(x, y + 15, number, 15, "center", ink))
    return found


def _data(rows: list[dict[str, Any]]) -> Any:
    import pandas as pd

    return pd.DataFrame(rows)


def _x() -> alt.X:
    import altair as alt

    return alt.X("x:Q", axis=None, scale=None)


def _y() -> alt.Y:
    import altair as alt

    return alt.Y("y:Q", axis=None, scale=None)


def _boxes(boxes: list[dict[str, Any]]) -> alt.Chart:
    import altair as alt

    rows = [{"stroke": "#ffffff", **box} for box in boxes]
    return (alt.Chart(_data(rows)).mark_rect(strokeWidth=1.5, opacity=1)
            .encode(x=_x(), x2="x2:Q", y=_y(), y2="y2:Q", fill=alt.Fill("fill:N", scale=None),
                    stroke=alt.Stroke("stroke:N", scale=None)))


def _borders(squares: Sequence[Tile], step: tuple[float, float], high: float, thick: float) -> alt.Chart:
    """Lines between squares of different areas, and around the squares that there are."""
    import altair as alt

    area = {(tile.column, tile.row): tile.area for tile in squares}
    edges = []
    for (i, j), mine in area.items():
        for di, dj in ((-1, 0), (1, 0), (0, -1), (0, 1)):
            other = area.get((i + di, j + dj))
            if other == mine or (other is not None and (di, dj) in ((-1, 0), (0, -1))):
                continue  # an edge between two squares is drawn once
            x = sorted({(i + (di > 0)) * step[0], (i + (di >= 0)) * step[0]}) if di else [i * step[0],
                                                                                        (i + 1) * step[0]]
            y = [(j + (dj > 0)) * step[1]] if dj else [j * step[1], (j + 1) * step[1]]
            edges.append({"x": x[0], "x2": x[-1], "y": high - y[0], "y2": high - y[-1],
                          "thick": thick if other is not None else 1.0})
    return (alt.Chart(_data(edges)).mark_rule(color=INK, strokeCap="round")
            .encode(x=_x(), x2="x2:Q", y=_y(), y2="y2:Q", strokeWidth=alt.StrokeWidth("thick:Q", scale=None)))


def _frame(home: tuple[float, float], step: tuple[float, float], high: float, inset: float) -> dict[str, float]:
    """Where the frame of the scenario itself stands; on a square or across several."""
    x, y = home
    return {"x": x * step[0] + inset, "x2": (x + 1) * step[0] - inset,
            "y": high - (y + 1) * step[1] + inset, "y2": high - y * step[1] - inset}


def _frames(frames: list[dict[str, Any]], light: float, dark: float) -> list[alt.Chart]:
    """Dashed frames, light under dark so that they show on every fill."""
    import altair as alt

    base = alt.Chart(_data(frames))
    where = {"x": _x(), "x2": "x2:Q", "y": _y(), "y2": "y2:Q"}
    return [base.mark_rect(fill=None, stroke="#ffffff", strokeWidth=light, cornerRadius=4).encode(**where),
            base.mark_rect(fill=None, stroke=INK, strokeWidth=dark, strokeDash=[5, 3], cornerRadius=4).encode(**where)]


def _words(words: Sequence[_Word]) -> list[alt.Chart]:
    import altair as alt

    layers = []
    ordered = sorted(words, key=lambda word: (word.y, word.x))  # as it is read, for who copies it or has it read out
    for align, weight, size in sorted({(word.align, word.weight, word.size) for word in words}):
        rows = [{"x": word.x, "y": word.y, "says": word.says, "ink": word.ink} for word in ordered
                if (word.align, word.weight, word.size) == (align, weight, size)]
        layers.append(alt.Chart(_data(rows)).mark_text(align=align, baseline="middle", fontWeight=weight, fontSize=size,
                                                       clip=False, limit=0)
                      .encode(x=_x(), y=_y(), text="says:N", color=alt.Color("ink:N", scale=None)))
    return layers
