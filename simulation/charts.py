"""Every chart of a comparison, made once: what it shows, in a title, in words, in a table and as panels.

The report, the dashboard and notebooks take the same `Figure`s. How a panel is drawn is `drawing`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from simulation import drawing, findings, wording
from simulation.drawing import Line, Mark, Row
from simulation.outcomes import BY_NAME, HEADLINE, OUTCOMES, Group, Outcome
from simulation.timeline import Timeline
from simulation.waiting import Waits

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from simulation.comparison import Comparison
    from simulation.statistics import Paired

RUNS_DRAWN = 20
"""Single runs drawn behind a mean, at most; more would be a smear."""
ROWS = 4_900
"""Rows of data in a panel, at most; Altair refuses 5,000."""
GROUPS: dict[Group, str] = {"people": "For people", "work": "For the work", "staff": "For staff",
                            "system": "For the system", "money": "Money"}


@dataclass(frozen=True)
class Panel:
    """One small chart: a caption in words and how to draw it (Altair is imported only then)."""

    caption: str
    draw: Callable[[], alt.LayerChart]


@dataclass(frozen=True)
class Figure:
    """A chart that can also be read without seeing it.

    Attributes:
        name: fixed, for links and tests.
        title: what is seen, as a sentence made from the numbers.
        alt: the same and more in words, for those who cannot see the panels.
        reading: how to read it; empty where that is plain.
        table: the numbers drawn, in short.
    """

    name: str
    title: str
    alt: str
    panels: tuple[Panel, ...]
    table: pd.DataFrame
    reading: str = ""

    @cached_property
    def chart(self) -> alt.HConcatChart:
        """All panels side by side as one Altair chart, for notebooks."""
        import altair as alt

        parts = []
        for panel in self.panels:
            part = panel.draw()
            part.config, part.autosize, part.padding = alt.Undefined, alt.Undefined, alt.Undefined
            parts.append(part.properties(title=panel.caption))
        return alt.hconcat(*parts).configure(font=drawing.FONT).configure_view(stroke=None)


class Charts:
    """The figures of one comparison; the numbers that several of them share are computed once."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.names = comparison.names
        self.timeline = Timeline.of(comparison.scenario)
        self.results = {name: comparison.paired(name) for name in self.names[1:]}
        lines = len(self.timeline.x) * max(3, len(self.names))
        self.drawn = max(1, min(comparison.pairs, RUNS_DRAWN, ROWS // lines))
        self._thinned: dict[tuple[str, str, int], np.ndarray] = {}
        self.marks = tuple(Mark(event.at / self.timeline.unit_weeks, event.says or "")
                           for event in comparison.scenario.events)

    # What several figures use

    def mean(self, regime: str, outcome: str) -> float:
        """A regime's mean summary, over the pairs that count."""
        if regime == self.names[0]:
            return self.results[self.names[1]][outcome].first
        return self.results[regime][outcome].second

    def runs(self, regime: str, outcome: str, timeline: Timeline | None = None) -> np.ndarray:
        """(pairs, points) in the unit as printed, thinned to the timeline's points."""
        timeline = timeline or self.timeline
        which = (regime, outcome, timeline.points)
        if which not in self._thinned:
            scale = wording.scale(BY_NAME[outcome])
            self._thinned[which] = np.array([timeline.thin(run.series[outcome]) * scale
                                             for run in self.comparison.runs[regime][:self.comparison.pairs]])
        return self._thinned[which]

    def line(self, regime: str, outcome: str, label: str = "", style: drawing.Style | None = None,
             timeline: Timeline | None = None) -> Line:
        runs = self.runs(regime, outcome, timeline)
        return Line(label or regime, style or drawing.regime_style(self.names.index(regime)), _mean(runs),
                    tuple(runs[:self.drawn]) if len(runs) > 1 else ())

    def said(self, outcome: str) -> str:
        """`46.0 % of contacts under a and 38.9 % under b`: every regime in the order of comparison, the unit once."""
        defined = BY_NAME[outcome]
        first, *others = self.names
        return wording.listed([f"{wording.quantity(defined, self.mean(first, outcome))} under {first}",
                               *(f"{wording.value(defined, self.mean(n, outcome))} under {n}" for n in others)])

    def over_time(self, outcomes: Sequence[str]) -> pd.DataFrame:
        """Means by regime and outcome at six moments or so."""
        import pandas as pd

        columns: dict[str, list[str]] = {}
        for name in outcomes:
            outcome = BY_NAME[name]
            for regime in self.names:
                series = _mean(np.array([r.series[name] for r in self.comparison.runs[regime][:self.comparison.pairs]]))
                columns[f"{outcome.label}, {regime}"] = [wording.value(outcome, float(_mean(series[part])))
                                                         for part in self.timeline.parts]
        return pd.DataFrame(columns, index=pd.Index(self.timeline.part_names, name=self.timeline.part_title))

    def told(self, outcomes: Sequence[str]) -> str:
        """From where to where each mean goes, in words."""
        sentences = []
        for name in outcomes:
            outcome = BY_NAME[name]
            timeline = self.timeline.coarse if _rare(outcome) else self.timeline
            ways = []
            for regime in self.names:
                mean = _mean(self.runs(regime, name, timeline)) / wording.scale(outcome)
                known = mean[np.isfinite(mean)]
                start, end = (wording.value(outcome, float(known[i])) if known.size else "" for i in (0, -1))
                way = f"from {start} to {end}" if known.size else "without a value"
                ways.append(f"{way} under {regime}")
            sentences.append(f"{outcome.label} ({wording.unit(outcome)}) goes {wording.listed(ways)}.")
        return " ".join(sentences)

    def by_outcome(self, name: str, title: str, outcomes: Sequence[str]) -> Figure:
        """One panel an outcome, every regime in it, single runs behind the means."""
        panels = tuple(self._outcome_panel(outcome) for outcome in outcomes)
        coarse = any(_rare(BY_NAME[outcome]) for outcome in outcomes)
        return Figure(name, title, f"Lines over {self.timeline.title}. {self.told(outcomes)}", panels,
                      self.over_time(outcomes), self._reading(coarse))

    def _outcome_panel(self, name: str) -> Panel:
        outcome = BY_NAME[name]
        timeline = self.timeline.coarse if _rare(outcome) else self.timeline
        drawn = [self.line(regime, name, timeline=timeline) for regime in self.names]
        bound = 100.0 if wording.is_share(outcome) and "year" not in outcome.unit else None
        domain = drawing.y_range([a for d in drawn for a in (d.mean, *d.runs)], top=bound)
        return Panel(outcome.label, lambda: drawing.lines(timeline.x, drawn, domain, self.timeline.title,
                                                          wording.unit(outcome), marks=self.marks))

    def _reading(self, coarse: bool = False) -> str:
        pairs = self.comparison.pairs
        point = wording.duration(self.timeline.point_weeks)
        if coarse:
            point += f" (of rates a year: of {wording.duration(self.timeline.coarse.point_weeks)})"
        if pairs == 1:
            text = f"One run of each regime; each point is the mean of {point}."
        else:
            drawn = f"all {pairs} runs" if self.drawn == pairs else f"the first {self.drawn} of {pairs} runs"
            text = f"Thick lines are means, thin lines {drawn}; each point is the mean of {point}."
        return f"{text} Vertical axes need not start at zero.{self._events()}"

    def _events(self) -> str:
        says = [f"{m.says.rstrip('.')} ({self.timeline.unit} {m.at:.3g})" for m in self.marks if m.says]
        return f" Dotted upright lines: {'; '.join(says)}." if says else ""

    # The figures

    def performance(self) -> Figure:
        """Recorded, true and perceived, one panel a regime, the gap between record and truth shaded."""
        series = {"recorded": "recorded_performance", "true": "true_performance", "perceived": "perceived_performance"}
        drawn = {regime: [self.line(regime, outcome, label, drawing.SERIES_STYLES[label])
                          for label, outcome in series.items()] for regime in self.names}
        domain = drawing.y_range([line.mean for part in drawn.values() for line in part]
                                 + [run for part in drawn.values() for line in part for run in line.runs], top=100)
        panels = tuple(Panel(regime, lambda part=part: drawing.lines(
            self.timeline.x, part, domain, self.timeline.title, "% seen within the target wait", between=(0, 1),
            marks=self.marks)) for regime, part in drawn.items())
        gaps = []
        for regime in self.names:
            gap = 100 * (self.mean(regime, "recorded_performance") - self.mean(regime, "true_performance"))
            where = "above" if gap > 0 else "below"
            gaps.append(f"{abs(gap):.1f} points {where} the truth under {regime}" if abs(gap) >= 0.05
                        else f"equal to the truth under {regime}")
        outcomes = list(series.values())
        return Figure("performance", f"The record was {wording.listed(gaps)}",
                      f"Recorded, true and perceived performance over {self.timeline.title}, one panel a regime. "
                      + self.told(outcomes), panels, self.over_time(outcomes),
                      "True: people who asked and were truly seen in time. Recorded: what the figures say. Perceived: "
                      "what a survey of people finds. Shaded: the gap between record and truth. " + self._reading())

    def demand_bands(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Regime to (failure demand, value demand): contacts over the points of the timeline, means over all runs."""
        bands = {}
        for regime in self.names:
            share, contacts = self.runs(regime, "failure_demand") / 100, self.runs(regime, "contacts")
            bands[regime] = (_mean(share * contacts), _mean((1 - share) * contacts))
        return bands

    def demand(self) -> Figure:
        """Value and failure demand stacked, one panel a regime."""
        bands = self.demand_bands()
        top = 1.08 * max(float(np.nanmax(low + high, initial=1)) for low, high in bands.values())
        unit = BY_NAME["contacts"].unit
        panels = tuple(Panel(regime, lambda low=low, high=high: drawing.stack(
            self.timeline.x, low, high, ("failure demand", "value demand"), (0, top), self.timeline.title,
            f"contacts {unit}", self.marks)) for regime, (low, high) in bands.items())
        return Figure("demand", f"Failure demand was {self.said('failure_demand')}",
                      f"Contacts over {self.timeline.title}, failure demand below and value demand above. "
                      + self.told(["contacts", "failure_demand"]), panels,
                      self.over_time(["contacts", "failure_demand", "failure_demand_recorded"]),
                      "Failure demand: contacts caused by not helping, or not helping right, before. Value demand: "
                      "contacts about a new need. Means over all runs." + self._events())

    def waits(self) -> Figure:
        """How long people waited until they were seen, one panel a regime, with the target wait."""
        import pandas as pd

        found = Waits.of(self.comparison, self.timeline)
        unit, step, cut, centres = found.unit, found.step, found.shares, found.centres
        top = 1.12 * max(float(s.max()) for s in cut.values()) or 1.0
        panels = tuple(Panel(regime.name, lambda r=regime, target=found.targets[regime.name]: drawing.bars(
            centres, cut[r.name], step, None if target is None else target + step / 2,
            f"target {wording.duration(r.levers['target_wait'])}", top,
            f"true wait, {unit} (last bar: {centres[-1]:g} or more)", "% of people seen"))
            for regime in self.comparison.regimes)
        said = found.said(self.comparison)
        table = pd.DataFrame({f"% of people seen, {name}": [f"{v:.1f}" for v in s] for name, s in cut.items()},
                             index=pd.Index([f"{c:g}" for c in centres[:-1]] + [f"{centres[-1]:g} or more"],
                                            name=f"True wait, {unit}"))
        return Figure("waits", f"Of the people seen, {said}", 
                      f"Histogram of true waits in {unit}. Of the people seen, {said}.", panels, table,
                      "Everybody who was seen, in all runs together; those who gave up or were turned away are not "
                      "here. Dark: beyond the target.")

    def need(self) -> Figure:
        return self.by_outcome("need", f"Unmet need was {self.said('need')}; in the most complex fifth "
                               f"{self.said('need_complex')}", ["need", "need_complex"])

    def staff(self) -> Figure:
        return self.by_outcome("staff",
                               f"Staff leaving: {self.said('leaving')}; burnt out in the last year: "
                               f"{self.said('burnout')}",
                               ["motivation", "burnout", "leaving", "vacancies"])

    def practice(self) -> Figure:
        return self.by_outcome("practice", f"Practice quality in the last year was {self.said('practice_quality')}",
                               ["practice_quality", "practice_variation"])

    def network(self) -> Figure:
        return self.by_outcome("network", f"Ties across boundaries came to {self.said('ties_across')}",
                               ["ties_across", "cohesion"])

    def money(self) -> Figure:
        return self.by_outcome("money", f"Total cost was {self.said('cost')}; of that, crises cost "
                               f"{self.said('crisis_cost')}", ["cost", "planned_cost", "crisis_cost", "failure_cost"])

    def histories(self) -> Figure:
        """The headline outcomes that no other figure shows, run by run."""
        outcomes = ("crises", "long_waits", "first_time", "failure_demand_complex")
        counted = []
        for name in outcomes[:3]:
            paired = self.results[self.names[1]][name]
            second = paired.better_in or 0
            first = paired.pairs - second - paired.tied
            winner, wins = (self.names[1], second) if second > first else (self.names[0], first)
            says = f"better under {winner} in {wins} of {paired.pairs}" if wins else f"equal in all {paired.pairs}"
            ties = f" ({paired.tied} equal)" if wins and paired.tied else ""
            counted.append(f"{BY_NAME[name].label.lower()}: {says}{ties}")
        return self.by_outcome("histories", f"Run by run: {'; '.join(counted)}", outcomes)

    def differences(self, regime: str | None = None) -> Figure:
        """Every outcome that has a better direction: the paired difference with its interval, a panel a group."""
        import pandas as pd

        second = regime or self.names[1]
        first, results = self.names[0], self.results[second]
        outcomes = [o for o in OUTCOMES if o.better != "neither"]
        rows = {o.name: self._row(o, second) for o in outcomes}
        ends = sorted(max(abs(v) for v in (r.middle, r.low, r.high) if np.isfinite(v)) for r in rows.values()
                      if np.isfinite(r.middle))
        reach = next((r for r in (1, 2, 5, 10, 20, 40, 60, 100) if ends and ends[int(0.85 * (len(ends) - 1))] <= r),
                     200)
        colours = (self._colour(first), self._colour(second))
        panels = []
        for group, title in GROUPS.items():
            part = [rows[o.name] for o in outcomes if o.group == group]
            panels.append(Panel(title, lambda part=part: drawing.intervals(
                part, reach, f"{first} better", f"{second} better", colours,
                "difference, % of the average of the two regimes")))
        verdicts = [findings.verdict(o, results[o.name]) for o in outcomes]
        wins = {side: verdicts.count(side) for side in ("first", "second")}
        table = pd.DataFrame(
            [[wording.difference(o, results[o.name].difference), wording.interval(o, results[o.name].low,
                                                                                  results[o.name].high),
              wording.better_in(results[o.name].better_in, results[o.name].tied,
                                results[o.name].pairs)] for o in outcomes],
            columns=[f"{second} minus {first}", "95 % interval", f"{second} better in"],
            index=pd.Index([o.label for o in outcomes], name="Outcome"))
        title = (f"Of {len(outcomes)} outcomes, {wins['first']} are better under {first}, {wins['second']} under "
                 f"{second}, and {len(outcomes) - sum(wins.values())} cannot be told apart")
        alt = f"{title}. Headline outcomes: " + " ".join(
            f"{BY_NAME[n].label}, {rows[n].says}." for n in HEADLINE if n in rows)
        return Figure("differences" if regime is None else f"differences-{second}", title, alt, tuple(panels), table,
                      f"To the right: better under {second}; to the left: better under {first}. Dots are single pairs, "
                      "bars 95 % intervals of the mean; hollow and grey: the interval holds zero. A triangle lies "
                      "beyond the edge.")

    def _row(self, outcome: Outcome, second: str) -> Row:
        first = self.names[0]
        dots = self.comparison.values(second, outcome.name) - self.comparison.values(first, outcome.name)
        return difference_row(outcome, self.results[second][outcome.name], dots[np.isfinite(dots)][:self.drawn],
                              (self._colour(first), self._colour(second)))

    def _colour(self, regime: str) -> str:
        return drawing.regime_style(self.names.index(regime)).colour

    def all(self) -> tuple[Figure, ...]:
        """In the order of a report: record against truth first."""
        others = tuple(self.differences(name) for name in self.names[2:])
        return (self.performance(), self.differences(), *others, self.need(), self.demand(), self.waits(),
                self.histories(),
                self.staff(), self.practice(), self.network(), self.money())


def difference_row(outcome: Outcome, paired: Paired, dots: np.ndarray, colours: tuple[str, str]) -> Row:
    """One outcome in a panel of paired differences: in per cent of the average of the two, better to the right.

    Args:
        dots: differences of single pairs, in the outcome's unit.
        colours: of the first regime and of the second.
    """
    size = (abs(paired.first) + abs(paired.second)) / 2
    unit = (100 / size if size else 0.0) * (1 if outcome.better == "higher" else -1)
    ends = sorted((paired.low * unit, paired.high * unit))
    verdict = findings.verdict(outcome, paired)
    colour = {"first": colours[0], "second": colours[1]}.get(verdict, drawing.QUIET)
    count = wording.better_in(paired.better_in, paired.tied, paired.pairs)
    return Row(outcome.label, f"{wording.difference(outcome, paired.difference)} · {count}", paired.difference * unit,
               ends[0], ends[1], tuple((dots * unit).tolist()), colour, verdict in ("first", "second"))


def _rare(outcome: Outcome) -> bool:
    """Whether an outcome is a rate a year, which needs a longer time for each point."""
    return "a year" in outcome.unit


def _mean(runs: np.ndarray) -> np.ndarray:
    """Mean over runs of what has a value; NaN only where no run has one."""
    known = np.isfinite(runs)
    count = known.sum(axis=0)
    total = np.where(known, runs, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(np.shape(total), np.nan), where=count > 0)
