"""What the pictures of paired differences share: titles, units, and the keys of regimes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from simulation import drawing, wording
from simulation.outcomes import Outcome

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from simulation.experiments.readings import Readings

PANELS = 6
"""Outcomes that have a panel in one picture, at most."""
WIDE, HIGH = drawing.WIDTH - 75, 210
"""Of a plot, in pixels, without axes and titles."""
LABEL = 42
"""Letters of a label, at most."""


def titled(chart: alt.ConcatChart, title: str, says: Sequence[str]) -> alt.ConcatChart:
    import altair as alt

    return chart.properties(title=alt.TitleParams(
        title, subtitle=list(says), anchor="start", fontSize=16, color=drawing.INK, subtitleFontSize=12.5,
        subtitleColor=drawing.QUIET, subtitlePadding=6, offset=16))


def caption(outcome: Outcome, unit: str) -> alt.TitleParams:
    import altair as alt

    return alt.TitleParams(outcome.label, subtitle=unit, anchor="start", frame="group", fontSize=14, color=drawing.INK,
                           subtitleFontSize=12.5, subtitleColor=drawing.QUIET, offset=8)


def labels(frame: pd.DataFrame, x: alt.X, y: alt.Y, **look: Any) -> list[alt.Chart]:
    """Bold text on white, to be read across a line. `look`: of the mark, such as `dx`."""
    import altair as alt

    look = {"align": "left", "fontSize": 12.5, "fontWeight": "bold"} | look
    return [alt.Chart(frame).mark_text(**look, **ink).encode(x=x, y=y, text="says:N")
            for ink in ({"color": "white", "stroke": "white", "strokeWidth": 5}, {"color": drawing.INK})]


def keys(drawn: Sequence[str], regimes: Sequence[str]) -> tuple[alt.Color, alt.Shape]:
    """Colour and shape of the regimes that are drawn, by their place in the comparison; a legend where there are
    several."""
    import altair as alt

    styles = [drawing.regime_style(regimes.index(regime)) for regime in drawn]
    legend = alt.Legend(title=None, orient="bottom", columns=3, labelFontSize=12.5, labelLimit=200, symbolSize=80,
                        symbolOpacity=1) if len(drawn) > 1 else None
    return (alt.Color("regime:N", scale=alt.Scale(domain=list(drawn), range=[s.colour for s in styles]), legend=legend),
            alt.Shape("regime:N", scale=alt.Scale(domain=list(drawn), range=[s.shape for s in styles]), legend=legend))


def minus(regimes: Sequence[str], readings: Readings) -> str:
    return f"{regimes[0] if len(regimes) == 1 else 'each'} minus {readings.regimes[0]}"


def unit(outcome: Outcome) -> str:
    """The unit of a difference."""
    return "points" if wording.is_share(outcome) else wording.unit(outcome)


def cut(text: str, longest: int = LABEL) -> str:
    return text if len(text) <= longest else text[:longest - 1].rstrip() + "…"
