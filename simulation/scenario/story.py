"""What a scenario tells people and what it claims: the steps of its story, and statements that can be recounted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, field_validator, model_validator

from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import known
from simulation.scenario.errors import quote, unknown
from simulation.scenario.events import Moment
from simulation.scenario.fields import Complaints, Frozen, Line, Text, names_from, share, whole
from simulation.scenario.units import UnitError, convert, show

if TYPE_CHECKING:
    from simulation.scenario.models import Scenario

_RELATION = re.compile(r"(\S+)\s+(?:([<>])\s+(\S+)(?:\s+by\s+at\s+least\s+(\S.*))?|=\s+(\S+)\s+within\s+(\S.*))")
_OVER = re.compile(r"whole run|last year|year ([1-9][0-9]{0,3})|from (\S.*) to (\S.*)")
_OVER_FORMS = "'whole run', 'last year', 'year 2', 'from 26 weeks to 1 year'"


def _relation(text: str) -> str:
    found = _RELATION.fullmatch(text)
    if not found:
        raise ValueError(f"{quote(text)} is not a comparison; write 'one-regime > another', "
                         "'one-regime < another by at least 0.05', 'one-regime = another within 0.05' or "
                         "'one-regime > 0.3'")
    if _number(found[1]) is not None:
        raise ValueError(f"{quote(text)} begins with a number; write the regime first, such as 'one-regime > 0.3'")
    size = found[4] or found[6]
    if size is not None:
        try:
            margin = convert(size, "share")
        except UnitError:
            raise ValueError(f"{quote(size)} is not a number, such as 0.05 or 120") from None
        if margin < 0:
            raise ValueError(f"{quote(size)} is negative; turn the comparison round instead")
    return text


def _number(word: str) -> float | None:
    """A word of a relation as a number; None where it is a name. Digits alone can be the name of a regime."""
    if not re.match(r"[+-]|[0-9]*\.", word):
        return None
    try:
        return convert(word, "share")
    except UnitError:
        return None


def _over(text: str) -> str:
    found = _OVER.fullmatch(text)
    if not found:
        raise ValueError(f"{quote(text)} is not a time; accepted: {_OVER_FORMS}")
    if found[2]:
        for part in (found[2], found[3]):
            convert(part, "week")
    return text


def _outcome(name: str) -> str:
    names = known.outcomes()
    if name not in names:
        raise ValueError(unknown("outcome", name, names))
    return name


def _how(word: str) -> str:
    if word not in WAYS:
        raise ValueError(unknown("way to predict", word, WAYS))
    return word


def window(over: str, horizon: float) -> tuple[float, float]:
    """First and last week of a time such as 'year 2', for a run of `horizon` weeks.

    Raises ValueError where that time is empty or does not lie inside the run.
    """
    found = _OVER.fullmatch(over)
    assert found is not None
    if over == "whole run":
        return 0.0, horizon
    if over == "last year":
        return max(0.0, horizon - WEEKS_PER_YEAR), horizon
    if found[1]:
        start, end = (int(found[1]) - 1) * WEEKS_PER_YEAR, int(found[1]) * WEEKS_PER_YEAR
    else:
        start, end = convert(found[2], "week"), convert(found[3], "week")
    if not 0 <= start < end:
        raise ValueError(f"{quote(over)} is empty; the first time must come before the second")
    if end > horizon * (1 + 1e-9):
        raise ValueError(f"{quote(over)} ends after the horizon of {show(horizon, 'week')}")
    return start, min(end, horizon)


WAYS = ("draw", "choose")
"""How people predict: they draw the line of one regime, or choose the regime that does better."""
OutcomeName = Annotated[Line, AfterValidator(_outcome)]
OutcomeNames = names_from("outcome", known.outcomes)
ShareOfPairs = share(0.01, 1)
Over = Annotated[Line, AfterValidator(_over)]
Minutes = whole(1, 60)


class Claim(Frozen):
    """A statement that `regimes check` recounts over paired runs."""

    says: Line = Field(description="The statement in words, as it is shown to people.")
    outcome: OutcomeName = Field(description="The outcome that is compared.")
    relation: Annotated[Line, AfterValidator(_relation)] = Field(
        alias="is", description="'a > b' or 'a < b' over regimes, optionally 'by at least 0.05' (outcome's unit); "
                                 "or 'a = b within 0.05'. Instead of b a number with a point or a sign: 'a > 0.3', "
                                 " 'a < -0.1', 'a < +300'.")
    over: Over = Field(
        default="whole run", description=f"The time over which the outcome is averaged: {_OVER_FORMS}.")
    in_at_least: ShareOfPairs = Field(
        default=0.9, description="Share of paired runs in which it must hold.")

    @property
    def left(self) -> str:
        """The regime before the sign."""
        return self._parts[0]

    @property
    def sign(self) -> Literal["<", ">", "="]:
        return self._parts[1] or "="  # type: ignore[return-value]

    @property
    def right(self) -> str:
        """The regime after the sign, or a number as it is written."""
        return self._parts[2] or self._parts[4]

    @property
    def number(self) -> float | None:
        """What the regime is compared with, in the outcome's unit; None where that is another regime."""
        return _number(self.right)

    @property
    def sides(self) -> tuple[str, ...]:
        """The regimes that it is about: one or two."""
        return (self.left,) if self.number is not None else (self.left, self.right)

    @property
    def margin(self) -> float:
        """By how much they differ at least (`=`: at most), in the outcome's unit; 0 where the claim names none."""
        size = self._parts[3] or self._parts[5]
        return convert(size, "share") if size else 0.0

    @property
    def _parts(self) -> tuple[str, str, str, str]:
        found = _RELATION.fullmatch(self.relation)
        return found.groups(default="")  # type: ignore[union-attr,return-value]

    def window(self, horizon: float) -> tuple[float, float]:
        """First and last week of the time that the claim is about, for a run of `horizon` weeks.

        Raises ValueError where that time is empty or does not lie inside the run.
        """
        return window(self.over, horizon)


class Prediction(Frozen):
    """What people commit themselves to before the result of a step is shown.

    Nothing here says which answer is right: that is counted from the paired runs (`simulation.winners.standing`), and
    the answer may be that nobody can tell.

    Attributes:
        how: `draw` the line of one regime, or `choose` the regime under which the outcome is better.
        regime, after: of what is drawn; weeks up to which the line is given, None to draw all of it.
        over: the time that is chosen about.
    """

    how: Annotated[Line, AfterValidator(_how), WithJsonSchema({"enum": list(WAYS)})] = Field(
        description="'draw' the line of one regime, or 'choose' the regime under which the outcome is better.")
    outcome: OutcomeName = Field(description="The outcome that is predicted, one of those that the step shows.")
    regime: Line | None = Field(default=None, description="With 'draw': the regime whose line people draw.")
    after: Moment | None = Field(
        default=None, description="With 'draw': the line is given up to this time, such as '1 year', and people draw "
                                  "what follows; without it they draw all of it.")
    over: Over = Field(
        default="whole run", description=f"With 'choose': the time over which it is averaged: {_OVER_FORMS}.")

    @model_validator(mode="after")
    def _fits_how(self) -> Prediction:
        complaints = Complaints()
        if self.how == "draw":
            if self.regime is None:
                complaints.add(("regime",), "is missing; 'draw' needs the regime whose line people draw", "needed")
            if self.over != "whole run":
                complaints.add(("over",), "belongs to 'choose'; with 'draw', 'after' says where the drawing begins")
        else:
            for name in ("regime", "after"):
                if getattr(self, name) is not None:
                    complaints.add((name,), "belongs to 'draw'; with 'choose' the options are the regimes of the step")
            if not known.has_better(self.outcome):
                complaints.add(("outcome",), f"{quote(self.outcome)} has no better direction, so that no regime does "
                               "better at it; let people draw it, or choose about another outcome")
        complaints.raise_if_any()
        return self

    def window(self, horizon: float) -> tuple[float, float]:
        """First and last week of the time that is chosen about. Raises ValueError as `window` does."""
        return window(self.over, horizon)


class Step(Frozen):
    """One step of the story that the dashboard tells.

    Attributes:
        show: outcomes on its chart. regimes: lines on it; empty means those that the scenario compares.
        predict: asked before the chart is shown; a question without it is for discussion.
        notes, discuss, minutes: for the facilitator and the handout, never on the projector.
    """

    title: Line = Field(description="Heading of the step.")
    text: Text = Field(description="What is told, before any prediction: it must not give the answer away.")
    show: OutcomeNames = Field(
        default=(), description="Outcomes on the chart of this step.")
    regimes: tuple[Line, ...] = Field(
        default=(), description="Regimes on the chart of this step; without it, those that the scenario compares.")
    question: Line | None = Field(default=None, description="A question to the room; with 'predict', what to predict.")
    predict: Prediction | None = Field(
        default=None, description="What people predict before the chart is shown; without it, the question is for "
                                  "discussion only.")
    notes: Text | None = Field(default=None, description="Notes for the facilitator, never on the projector.")
    minutes: Minutes | None = Field(default=None, description="Minutes that the step takes, for the timer.")
    discuss: tuple[Line, ...] = Field(
        default=(), description="Questions to talk about, for the facilitator and the handout.")

    @field_validator("show", "regimes", "discuss", mode="before")
    @classmethod
    def _one_name(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _prediction_is_shown(self) -> Step:
        complaints = Complaints()
        if self.predict is not None:
            if self.question is None:
                complaints.add(("predict",), "needs a 'question' that says what to predict")
            if self.predict.outcome not in self.show:
                complaints.add(("predict", "outcome"), f"{quote(self.predict.outcome)} is not on the chart of the "
                               f"step; accepted: {', '.join(self.show) or 'nothing, because show is empty'}")
        complaints.raise_if_any()
        return self

    def lines(self, scenario: Scenario) -> tuple[str, ...]:
        """The regimes on its chart, in the order of the file; one whose line people draw is always among them."""
        shown = self.regimes or scenario.compare
        drawn = self.predict.regime if self.predict else None
        return shown if drawn is None or drawn in shown else (*shown, drawn)


def regimes_told(scenario: Scenario) -> tuple[str, ...]:
    """The regimes that a story needs: those compared, then whatever else a step shows; each once."""
    names = [*scenario.compare, *(name for step in scenario.story for name in step.lines(scenario))]
    return tuple(dict.fromkeys(names))
