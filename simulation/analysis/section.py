"""One part of an analysis: sentences, tables and pictures, the same for the terminal, the files and a notebook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart that is drawn when it is asked for.

    Attributes:
        name: of its file, without ending. says: what it shows, for those who cannot see it.
    """

    name: str
    says: str
    draw: Callable[[], alt.TopLevelMixin]


@dataclass(frozen=True)
class Section:
    """What one method found.

    Attributes:
        name: of its files, small letters and hyphens.
        title: what was found, as a sentence made from the numbers.
        lines: the same and more, a line each, for a terminal; effects in the outcome's own unit first.
        tables: name of a file to numbers in full; plain columns, no index that says something.
        notes: what the numbers cannot bear, in plain sentences.
    """

    name: str
    title: str
    lines: tuple[str, ...]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()
