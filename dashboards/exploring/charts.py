"""The charts of the explore page as components: lines that follow the playhead, histograms, XmR, the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import solara

from dashboards.exploring import views
from dashboards.exploring.own import OwnSeries
from dashboards.html import h
from dashboards.instruments.bars import Bars
from dashboards.instruments.pick import Pick
from dashboards.instruments.series import Series
from dashboards.instruments.xmr import XmR
from dashboards.panels import Panel
from dashboards.telling.press import Press

if TYPE_CHECKING:
    from simulation.comparison import Comparison

Follow = Callable[[Callable[[float | None], None]], Callable[[], None]]
"""Registers a listener to the playhead, in weeks (None: the whole run); the result ends that."""


@solara.component
def Lines(comparison: Comparison, before: Comparison | None, tab: str, replay: int, follow: Follow) -> None:
    """A tab of lines: two charts side by side, or one a regime; others behind buttons."""
    first, set_first = solara.use_state(0)
    found = solara.use_memo(lambda: views.of_lines(comparison, tab), [comparison, tab])
    old = solara.use_memo(lambda: {p.name: p for p in views.of_lines(before, tab)} if before and replay else {},
                          [before, tab, replay > 0])
    wide = 2 if tab != "demand" else 1
    at = min(first, max(0, len(found) - wide)) if tab != "record" else 0
    visible = found if tab == "record" else found[at:at + wide]
    with h("div"):
        with h("div", class_=f"cr-charts cr-charts-{min(2, len(visible) + (tab == 'demand'))}"):
            for place, panel in enumerate(visible):
                Lined(panel, old.get(panel.name), replay, follow, comparison).key(f"{place} {panel.name}")
            if tab == "demand":
                h("div", Bars.element(spec=views.demand(comparison)), class_="cr-chart")
        if len(found) > wide and tab != "record":
            with h("div", class_="cr-row", role="group", aria_label="Which charts"):
                h("span", "Charts:", class_="cr-quiet")
                for i in range(0, len(found), wide):
                    here = at == min(i, len(found) - wide)
                    Press(" · ".join(p.title for p in found[i:i + wide]), lambda i=i: set_first(i), "cr-small",
                          {"aria_pressed": "true" if here else "false"}).key(str(i))
        for sentence in views.differences(comparison, views.LINES.get(tab, ())[at:at + wide]):
            h("p", sentence, class_="cr-quiet", key=sentence)


@solara.component
def Lined(panel: Panel, old: Panel | None, replay: int, follow: Follow, comparison: Comparison) -> None:
    """One panel that follows the playhead; `old` is what stood there before the last change."""
    from simulation.timeline import Timeline

    traits: dict[str, Any] = dict(panel.traits)
    if old is not None and old.drawn == panel.drawn and old.means.shape == panel.means.shape:
        from dashboards.instruments.series import packed

        traits["ghost"] = packed(old.means)
        traits["spec"] = {**traits["spec"], "ghost_label": "before the last change"}
    element = Series.element(**traits, replay=replay)
    unit = Timeline.of(comparison.scenario).unit_weeks

    def listen() -> Callable[[], None]:
        widget = solara.get_widget(element)

        def told(weeks: float | None) -> None:
            widget.playhead = None if weeks is None else weeks / unit
        return follow(told)

    solara.use_effect(listen, [unit, panel.name])
    h("div", element, class_="cr-chart")


@solara.component
def Waits(comparison: Comparison) -> None:
    """The histogram of true waits."""
    spec = solara.use_memo(lambda: views.waits(comparison), [comparison])
    if spec is None:
        h("p", "In this scenario nobody waits at a door that is counted here.", class_="cr-note")
    else:
        Bars.element(spec=spec)


@solara.component
def Variation(comparison: Comparison) -> None:
    """XmR charts of one outcome, one a regime: is it news, or chance?"""
    from simulation.outcomes import BY_NAME

    outcome, set_outcome = solara.use_state(views.VARIES[0])
    specs = solara.use_memo(lambda: [views.variation(comparison, outcome, name) for name in comparison.names],
                            [comparison, outcome])
    with h("div"):
        with h("div", class_="cr-row"):
            Pick.element(spec={"label": "Outcome", "groups": [
                {"label": "", "options": [[name, BY_NAME[name].label] for name in views.VARIES]}]},
                value=outcome, on_value=lambda name: set_outcome(name) if name in views.VARIES else None)
            h("span", "Month by month, in the first run. Between the limits is what chance does by itself.",
              class_="cr-quiet")
        with h("div", class_=f"cr-charts cr-charts-{min(2, len(specs))}"):
            for name, spec in zip(comparison.names, specs, strict=True):
                with h("div", class_="cr-chart", key=name):
                    if spec is None:
                        h("p", "Too few points in time for limits.", class_="cr-note")
                    else:
                        XmR.element(spec=spec)
        OwnSeries()


@solara.component
def Table(comparison: Comparison) -> None:
    """The headline outcomes with paired differences and intervals."""
    heads, rows = solara.use_memo(lambda: views.table(comparison), [comparison])
    head = h("tr", *(h("th", text, scope="col", class_="cr-number" if i else "") for i, text in enumerate(heads)))
    body = [h("tr", h("th", row[0], scope="row"), *(h("td", text, class_="cr-number") for text in row[1:]))
            for row in rows]
    with h("div"):
        caption = h("caption", f"Means over {comparison.pairs} paired runs; differences from the first regime",
                    class_="cr-quiet")
        h("div", h("table", caption, h("thead", head), h("tbody", *body)), class_="cr-scroll", tabindex="0",
          role="region", aria_label="Headline outcomes")
