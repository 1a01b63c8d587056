"""Panels of lines for the page: a comparison's outcomes over time as the Series instrument takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards.instruments.series import Line, packed, panel

if TYPE_CHECKING:
    from simulation.charts import Charts
    from simulation.comparison import Comparison
    from simulation.drawing import Line as Drawn
    from simulation.outcomes import Outcome
    from simulation.timeline import Timeline

VIEWS = {"recorded": "recorded_performance", "true": "true_performance", "perceived": "perceived_performance"}
"""The three ways of looking at the same waits: label of the line to outcome."""
GAP = "#e9cfe0b3"
"""Between record and truth; the pink of the report, so light that the lines stay readable."""


@dataclass(frozen=True, eq=False)
class Panel:
    """One chart, ready for `Series.element(**panel.traits)`.

    Attributes:
        name: the outcome, or `performance:` and a regime; its own among the panels of a page.
        title: for a tab or a heading.
        spec, x, y: traits of `Series`. Values are in the unit as printed: shares as per cent.
        drawn: (regime, outcome) of every line, in order.
        means: float (lines, points), as in `y`. at: float (points), as in `x`.
    """

    name: str
    title: str
    spec: Mapping[str, Any]
    x: bytes
    y: bytes
    drawn: tuple[tuple[str, str], ...]
    means: np.ndarray
    at: np.ndarray

    @property
    def traits(self) -> dict[str, Any]:
        return {"spec": dict(self.spec), "x": self.x, "y": self.y}

    def line(self, regime: str, outcome: str) -> int | None:
        """Index of a line; None where it is not drawn."""
        return self.drawn.index((regime, outcome)) if (regime, outcome) in self.drawn else None

    def told(self, **fields: Any) -> Panel:
        """The same with other fields of the specification."""
        return replace(self, spec={**self.spec, **fields})

    def reaching(self, curve: np.ndarray, line: int, places: int | None = None) -> Panel:
        """The same with room for somebody's curve, and with the gap measured to the line of this index.

        Args:
            curve: float (points), on `at`, in the unit as printed; NaN where there is none. It goes to the instrument
                as the trait `prediction`, through `series.packed`.
            places: decimals of the gap; default those of the outcome.
        """
        low, high = self.spec["y_domain"]
        known = curve[np.isfinite(curve)]
        if known.size:
            bottom, top = float(known.min()), float(known.max())
            air = 0.06 * (max(high, top) - min(low, bottom))
            low, high = min(low, bottom - air if bottom < 0 or low > 0 else bottom), max(high, top + air)
        fields = {} if places is None else {"gap_decimals": places}
        return self.told(y_domain=[low, high], prediction_of=line, **fields)

    def from_first(self) -> bytes:
        """The trait `ghost` for replaying the change of regime: every line begins as the first regime's."""
        first = self.drawn[0][0]
        places = [self.line(first, outcome) for _, outcome in self.drawn]
        return packed(np.array([self.means[0 if place is None else place] for place in places]))


def series(comparison: Comparison, outcomes: Sequence[str], regimes: Sequence[str] | None = None, *,
           height: int | None = None, charts: Charts | None = None) -> list[Panel]:
    """One panel an outcome, with a line for every regime: its mean, and the single runs behind it.

    Args:
        outcomes: names, in the order of the panels.
        regimes: those drawn, all by default; colour and dash follow the order of the comparison either way.
        height: of the drawing in pixels. charts: of this comparison, where they are at hand.

    Raises KeyError for an unknown outcome, ValueError for a regime that is not compared.
    """
    from simulation import drawing, wording
    from simulation.outcomes import BY_NAME

    charts = charts or _charts(comparison)
    names = _chosen(comparison, regimes)
    titles = labels(comparison)
    made = []
    for name in outcomes:
        outcome = BY_NAME[name]
        timeline = charts.timeline.coarse if _rare(outcome) else charts.timeline
        drawn = [charts.line(regime, name, titles[regime], timeline=timeline) for regime in names]
        bound = 100.0 if wording.is_share(outcome) and not _rare(outcome) else None
        domain = drawing.y_range([row for line in drawn for row in (line.mean, *line.runs)], top=bound)
        said = " ".join(_way(outcome, line.mean, f"under {line.label}") for line in drawn)
        made.append(_panel(charts, name, outcome.label, outcome, timeline, drawn, [(r, name) for r in names], domain,
                           f"{outcome.label}, {wording.unit(outcome)}. {said}", height))
    return made


def views(comparison: Comparison, regimes: Sequence[str] | None = None, *, height: int | None = None,
          charts: Charts | None = None) -> list[Panel]:
    """One panel a regime, with what is recorded, true and perceived, and the gap between record and truth shaded.

    The panels share their vertical axis. Arguments and errors as of `series`.
    """
    from simulation import drawing
    from simulation.outcomes import BY_NAME

    charts = charts or _charts(comparison)
    names = _chosen(comparison, regimes)
    titles = labels(comparison)
    drawn = {regime: [charts.line(regime, outcome, label, drawing.SERIES_STYLES[label])
                      for label, outcome in VIEWS.items()] for regime in names}
    rows = [row for lines in drawn.values() for line in lines for row in (line.mean, *line.runs)]
    domain = drawing.y_range(rows, top=100.0)
    outcome = BY_NAME[VIEWS["recorded"]]
    made = []
    for regime, lines in drawn.items():
        said = " ".join(_way(outcome, line.mean, f"as {line.label}" if line.label != "true" else "in truth")
                        for line in lines)
        made.append(_panel(charts, f"performance:{regime}", f"Seen in time: {titles[regime]}", outcome, charts.timeline,
                           lines, [(regime, name) for name in VIEWS.values()], domain,
                           f"Share of people seen within the target wait under {titles[regime]}. {said}", height,
                           bands=[{"between": [0, 1], "label": "", "colour": GAP}]))
    return made


def labels(comparison: Comparison) -> dict[str, str]:
    """What to call every regime on a chart: its title, or its name where two have the same title."""
    titles = [regime.title or regime.name for regime in comparison.regimes]
    return {regime.name: title if titles.count(title) == 1 else regime.name
            for regime, title in zip(comparison.regimes, titles, strict=True)}


def written(outcome: Outcome) -> dict[str, Any]:
    """How an instrument writes numbers of an outcome in the unit as printed."""
    from simulation import wording

    fields: dict[str, Any] = {"decimals": wording.places(outcome, ())}
    if wording.is_share(outcome):
        fields["unit"] = " %"
    elif wording.is_money(outcome):
        fields["prefix"] = "£"
    return fields


def _panel(charts: Charts, name: str, title: str, outcome: Outcome, timeline: Timeline, drawn: Sequence[Drawn],
           which: Sequence[tuple[str, str]], domain: tuple[float, float], said: str, height: int | None,
           **more: Any) -> Panel:
    from simulation import wording

    points = _points(timeline)
    lines = [Line(line.label, line.style.colour, line.mean[:points], [run[:points] for run in line.runs],
                  line.style.dash, line.style.shape) for line in drawn]
    spec: dict[str, Any] = {
        "title": title, "summary": f"{said} {_reading(charts, timeline)}", "x_title": timeline.title,
        "y_title": wording.unit(outcome), "x_domain": [0.0, timeline.weeks / timeline.unit_weeks],
        "y_domain": list(domain), "x_says": f"{timeline.unit.capitalize()} {{}}",
        "marks": _marks(charts, {regime for regime, _ in which}),
        "gap_unit": " points" if wording.is_share(outcome) else "",
        "gap_decimals": wording.places(outcome, ()), **written(outcome), **more}
    if height is not None:
        spec["height"] = height
    made = panel(timeline.x[:points], lines, **spec)
    return Panel(name, title, made["spec"], made["x"], made["y"], tuple(which),
                 np.array([line.mean for line in lines]), timeline.x[:points])


def _points(timeline: Timeline) -> int:
    """Points to draw: without a last one that is the mean of less than half the time of the others. It would be a
    spike, and the gap to a prediction would be measured at it."""
    ticks = round(timeline.point_weeks / timeline.tick_weeks)
    rest = timeline.ticks % ticks
    return len(timeline.x) - (1 if 0 < rest < ticks / 2 and len(timeline.x) > 2 else 0)


def _marks(charts: Charts, shown: set[str]) -> list[dict[str, Any]]:
    """The dated events that happen, during the run, to a regime that is shown. What is so from the first week on is how
    a regime is, not what happens to it."""
    events = charts.comparison.scenario.events
    return [{"x": mark.at, "label": mark.says} for mark, event in zip(charts.marks, events, strict=True)
            if event.at > 0 and (not event.regimes or shown & set(event.regimes))]


def _charts(comparison: Comparison) -> Charts:
    from simulation.charts import Charts

    return Charts(comparison)


def _chosen(comparison: Comparison, regimes: Sequence[str] | None) -> tuple[str, ...]:
    names = comparison.names if regimes is None else tuple(regimes)
    for name in names:
        if name not in comparison.names:
            raise ValueError(f"regime {name!r} is not in this comparison; it has {', '.join(comparison.names)}")
    return names


def _rare(outcome: Outcome) -> bool:
    """Whether an outcome is a rate a year, which needs a longer time for each point."""
    return "a year" in outcome.unit


def _way(outcome: Outcome, mean: np.ndarray, where: str) -> str:
    from simulation import wording

    known = mean[np.isfinite(mean)] / wording.scale(outcome)
    if not known.size:
        return f"No value {where}."
    start, end = (wording.value(outcome, float(known[i])) for i in (0, -1))
    return f"From {start} to {end} {where}."


def _reading(charts: Charts, timeline: Timeline) -> str:
    from simulation import wording

    pairs, point = charts.comparison.pairs, wording.duration(timeline.point_weeks)
    if pairs == 1:
        return f"One run of each regime; each point is the mean of {point}."
    thin = f"all {pairs} runs" if charts.drawn == pairs else f"the first {charts.drawn} of {pairs} runs"
    return f"Thick lines are means, thin lines {thin}; each point is the mean of {point}."
