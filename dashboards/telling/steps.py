"""What stands on the screen in one step: its charts in order, the chart of a prediction, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dashboards import panels
from dashboards.panels import Panel
from dashboards.telling import pad, predicting, stories
from dashboards.telling.predicting import Result

if TYPE_CHECKING:
    from simulation.comparison import Comparison
    from simulation.scenario import Scenario
    from simulation.scenario.story import Step

PAD_PAIRS = 3
"""Pairs that a drawing pad waits for, so that the point from which people draw is not one run's luck."""


@dataclass(frozen=True)
class Answer:
    """What somebody predicted in one step.

    Attributes:
        drawn: y of every handle; empty before. chosen: value of an option. pad: specification that was drawn on.
        kept: whether they have said that this is their prediction.
    """

    drawn: tuple[float, ...] = ()
    chosen: str = ""
    kept: bool = False
    pad: Mapping[str, Any] = field(default_factory=dict)

    @property
    def given(self) -> bool:
        return self.kept and bool(self.drawn or self.chosen)


def titles(scenario: Scenario, step: Step) -> dict[str, str]:
    """The regimes of a step, in order, and what they are called."""
    return {name: stories.regime_title(scenario, name) for name in step.lines(scenario)}


def panels_of(scenario: Scenario, step: Step, comparison: Comparison, height: int | None = None) -> list[Panel]:
    """The charts of a step, the predicted one first.

    Where a step shows what is recorded, true and perceived, these are three lines in one panel for each regime.
    """
    from simulation.charts import Charts

    names = list(step.lines(scenario))
    charts = Charts(comparison)
    rest = list(step.show)
    made: list[Panel] = []
    if set(panels.VIEWS.values()) <= set(rest) and len(names) <= 3:
        made = panels.views(comparison, names, height=height, charts=charts)
        rest = [name for name in rest if name not in panels.VIEWS.values()]
    made += panels.series(comparison, rest, names, height=height, charts=charts)
    if step.predict is not None:
        wanted, regime = step.predict.outcome, step.predict.regime or names[0]
        made.sort(key=lambda panel: panel.line(regime, wanted) is None)  # stable: the others stay in order
    return made


def predicted_line(step: Step, shown: Sequence[Panel]) -> int | None:
    """Index, in the first panel, of the line that people draw; None where they do not."""
    if step.predict is None or step.predict.regime is None or not shown:
        return None
    return shown[0].line(step.predict.regime, step.predict.outcome)


def pad_of(scenario: Scenario, step: Step, shown: Sequence[Panel], height: int) -> dict[str, Any]:
    """The specification of the pad for the line that people draw; empty where there is none."""
    from simulation import wording
    from simulation.outcomes import BY_NAME
    from simulation.timeline import Timeline

    line = predicted_line(step, shown)
    if line is None or step.predict is None:
        return {}
    outcome = BY_NAME[step.predict.outcome]
    unit = Timeline.of(scenario).unit_weeks
    after = None if step.predict.after is None else float(step.predict.after) / unit
    top = 100.0 if wording.is_share(outcome) and "a year" not in outcome.unit else None
    return pad.drawing_pad(shown[0], line, step.question or outcome.label, after, top, height)


def curve_of(step: Step, answer: Answer, panel: Panel) -> np.ndarray | None:
    """A drawn line at the points of a panel; None where nothing was drawn.

    Its last value is rounded as it is read, so that the gap that the chart measures is the one that the words have.
    """
    from dashboards.instruments.sketch import resampled

    if not (answer.drawn and answer.pad):
        return None
    curve = resampled(answer.drawn, answer.pad, panel.at)
    known = np.flatnonzero(np.isfinite(curve))
    if known.size:
        curve[known[-1]] = round(float(curve[known[-1]]), places_of(step, answer))
    return curve


def places_of(step: Step, answer: Answer) -> int:
    """Decimals in which a drawn line is read."""
    from simulation.outcomes import BY_NAME

    assert step.predict is not None
    most = answer.pad["y_range"][1] if "y_range" in answer.pad else 100.0
    return predicting.precision(BY_NAME[step.predict.outcome], most)


def result_of(scenario: Scenario, step: Step, comparison: Comparison, answer: Answer,
              shown: Sequence[Panel]) -> Result | None:
    """What is said once the answer is on the screen; None in a step without a prediction."""
    from simulation.outcomes import BY_NAME

    predict = step.predict
    if predict is None or not shown:
        return None
    outcome, called = BY_NAME[predict.outcome], titles(scenario, step)
    if predict.how == "choose":
        found = predicting.standing(comparison, predict, tuple(called))
        return predicting.chosen(outcome, found, called, answer.chosen, predict.over)
    line, curve = predicted_line(step, shown), curve_of(step, answer, shown[0])
    if line is None:
        return None
    drawn = curve if curve is not None else np.full(len(shown[0].at), np.nan)
    return predicting.drawn(outcome, drawn, shown[0].means[line], called[str(predict.regime)], comparison.pairs,
                            places_of(step, answer))


def better_of(scenario: Scenario, step: Step, comparison: Comparison, panel: Panel) -> str:
    """The line under a panel: under which regime its outcome is better, in how many pairs; empty where that is a
    matter of view, or the panel has several outcomes."""
    from simulation import winners
    from simulation.outcomes import BY_NAME

    outcomes = {outcome for _, outcome in panel.drawn}
    regimes = [regime for regime, _ in panel.drawn]
    outcome = BY_NAME[next(iter(outcomes))]
    if len(outcomes) > 1 or len(regimes) < 2 or outcome.better == "neither":
        return ""
    if step.predict is not None and step.predict.how == "choose" and step.predict.outcome == outcome.name:
        return ""  # the result says it, of the time that was asked about
    found = winners.standing(outcome, {name: comparison.values(name, outcome.name) for name in regimes})
    return predicting.better(outcome, found, titles(scenario, step))
