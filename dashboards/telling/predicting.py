"""A prediction and what came of it, in words: the gap of a drawn line, and whether a chosen regime did better."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from simulation.comparison import Comparison
    from simulation.outcomes import Outcome
    from simulation.scenario.story import Prediction
    from simulation.winners import Standing

NOBODY = "hardly-any-difference"
"""Value of the option that no regime does clearly better; no regime can have it, as two may not have the same name."""
NOBODY_SAYS = "Hardly any difference"
SHAPES = ("It rises", "It stays about the same", "It falls", "First up, then down", "First down, then up")
"""What a room can say from its phones of a line that is drawn on the projector."""
MOST_OPTIONS = 6


@dataclass(frozen=True)
class Result:
    """What is said when the answer is shown.

    Attributes:
        headline: the answer. beside: the prediction against it; empty without one. counted: by which runs.
        index: of the option that came out, in the order of `options`; None where people drew.
    """

    headline: str
    beside: str
    counted: str
    index: int | None = None

    @property
    def said(self) -> str:
        """All of it, to be read out."""
        return " ".join(part for part in (self.headline, self.beside, self.counted) if part)


def precision(outcome: Outcome, most: float) -> int:
    """Decimals in which a drawn line is read: a hand draws no tenth of a per cent.

    Args: `most`, the top of the axis in the unit as printed.
    """
    from simulation import wording

    return 0 if wording.is_share(outcome) and most > 10 else wording.places(outcome, ())


def gap(outcome: Outcome, said: float, came: float, places: int | None = None) -> str:
    """A predicted and a real value with the distance between them.

    Args:
        said, came: in the outcome's own unit, shares from 0 to 1. places: decimals; by default as `precision` has it.

    Returns such as `you said 84 %, it came to 91 %: 7 points more`. The distance is that of the two printed numbers, so
    that anybody can check it. Empty where one of them is not a number.
    """
    from simulation import wording

    if not (math.isfinite(said) and math.isfinite(came)):
        return ""
    scale = wording.scale(outcome)
    if places is None:
        places = precision(outcome, max(abs(said), abs(came)) * scale)
    before, after = round(said * scale, places), round(came * scale, places)
    both = f"you said {_dressed(outcome, before, places)}, it came to {_dressed(outcome, after, places)}"
    apart = round(after - before, places)
    if apart == 0:
        return f"{both}: as good as equal"
    size = _dressed(outcome, abs(apart), places, distance=True)
    return f"{both}: {size} {'more' if apart > 0 else 'less'}"


def _dressed(outcome: Outcome, amount: float, places: int, distance: bool = False) -> str:
    """A number in the unit as printed; of a share as points where it is a distance."""
    from simulation import wording

    text = wording.number(amount, places)
    if wording.is_money(outcome):
        return f"−£{text[1:]}" if text.startswith("−") else f"£{text}"
    if not wording.is_share(outcome):
        return text
    return f"{text} %" if not distance else f"{text} point" if text == "1" else f"{text} points"


def drawn(outcome: Outcome, curve: np.ndarray, mean: np.ndarray, regime: str, pairs: int, places: int) -> Result:
    """What is said of a drawn line.

    Args:
        curve, mean: float (points), the drawn and the recorded line in the unit as printed; NaN where there is none.
        regime: its title. pairs: runs that the mean is of. places: decimals, of `precision`.
    """
    from simulation import wording

    scale = wording.scale(outcome)
    both = np.flatnonzero(np.isfinite(curve) & np.isfinite(mean))
    counted = f"The line is the mean of {pairs} runs." if pairs > 1 else "The line is one run."
    if not both.size:
        return Result(f"{outcome.label} under {regime} has no value here.", "", counted)
    last = int(both[-1])
    words = gap(outcome, float(curve[last]) / scale, float(mean[last]) / scale, places)
    apart = float(np.abs(curve[both] - mean[both]).mean())
    away = (f"On average your line was {_dressed(outcome, round(apart, places), places, distance=True)} away."
            if round(apart, places) > 0 else "Your line met it all the way.")
    return Result(f"At the end {words}.", away, counted)


def standing(comparison: Comparison, predict: Prediction, regimes: Sequence[str]) -> Standing:
    """How the regimes of a step stand on what was chosen about, over its time."""
    from simulation import claims, winners
    from simulation.outcomes import BY_NAME

    values = {name: np.array(claims.values(comparison, name, predict)) for name in regimes}  # type: ignore[arg-type]
    return winners.standing(BY_NAME[predict.outcome], values)


def options(titles: Mapping[str, str]) -> list[dict[str, str]]:
    """What can be chosen: the regimes, and that they hardly differ.

    Args: `titles` from the names of the step's regimes, in order.
    """
    return [*({"value": name, "label": title} for name, title in titles.items()),
            {"value": NOBODY, "label": NOBODY_SAYS}]


def chosen(outcome: Outcome, found: Standing, titles: Mapping[str, str], choice: str,
           over: str = "whole run") -> Result:
    """What is said when a choice meets the paired runs.

    Args:
        found: of `standing`. titles: regime to what it is called, in the order of the options.
        choice: name of a regime or `NOBODY`; empty where nobody chose. over: the time that was asked about.
    """
    from simulation import wording

    order = [*titles, NOBODY]
    named = NOBODY_SAYS.lower() if choice == NOBODY else titles.get(choice, "")
    if found.verdict == "nothing":
        return Result(f"Nobody can tell: {_mid(outcome.label)} has no value in any pair.", "", "", order.index(NOBODY))
    if found.verdict == "equal":
        met = f"You chose “{named}”." if choice else ""
        counted = "the one pair of runs" if found.pairs == 1 else f"all {found.pairs} pairs of runs"
        return Result(f"No difference at all: the same in {counted}.", met, "", order.index(NOBODY))
    assert found.leader is not None
    ahead = titles[found.leader]
    when = "over the whole run" if over == "whole run" else f"in the {over}" if over == "last year" else (
        f"in {over}" if over.startswith("year") else over)
    values = f"{outcome.label} {when}: " + wording.listed(
        [f"{wording.value(outcome, found.means[name])} under {titles[name]}" for name in titles])
    if found.verdict == "unclear":
        if found.pairs == 1:
            counted = "One pair of runs is one possible history; more are being recorded, or needed."
        else:
            counted = f"{values}. {ahead} is ahead in {found.held_in} of {found.pairs} pairs of runs."
        met = "" if not choice else ("You said so." if choice == NOBODY else f"You chose {named}.")
        return Result("Nobody can tell: chance alone could give such a difference.", met, counted, order.index(NOBODY))
    met = "" if not choice else f"You chose {named}: " + ("so it came." if choice == found.leader else
                                                         "it came out otherwise.")
    if choice == NOBODY:
        met = f"You chose “{named}”: it came out otherwise."
    return Result(f"{ahead} did better, in {found.held_in} of {found.pairs} pairs of runs.", met,
                  f"{values}.", order.index(found.leader))


def better(outcome: Outcome, found: Standing, titles: Mapping[str, str]) -> str:
    """One line under a chart: under which regime an outcome is better, and in how many of the pairs."""
    when = {"mean": "whole run", "yearly total": "whole run", "last year": "last year"}[outcome.summary]
    if found.pairs < 2:
        return "Which is better takes more than one pair of runs."
    if found.verdict == "equal":
        return f"The same in all {found.pairs} pairs ({when})."
    if found.verdict == "nothing" or found.leader is None:
        return "No pair of runs has a value under every regime."
    counted = f"in {found.held_in} of {found.pairs} pairs ({when})"
    if found.verdict == "clear":
        return f"Better under {titles[found.leader]} {counted}."
    return f"Nobody can tell which is better: {titles[found.leader]} is ahead {counted}."


def question_for_phones(predict: Prediction | None, question: str | None, titles: Sequence[str],
                        title: str) -> tuple[str, list[str]]:
    """What a room is asked: the step's question with options that fit a phone.

    Args:
        titles: of the regimes. title: of the step, for a step that asks for no prediction.
    """
    if predict is not None and question and predict.how == "draw":
        return question, list(SHAPES)
    several = [*dict.fromkeys(titles)][:MOST_OPTIONS - 1]
    if predict is not None and question:
        return question, [*several, NOBODY_SAYS]
    return f"{title}: under which regime would you rather live?", [*several, "I cannot tell"]


def _mid(label: str) -> str:
    return label[0].lower() + label[1:]
