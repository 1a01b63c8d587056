"""What a scenario tells people and what it claims: the steps of its story, and statements that can be recounted."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario import known
from simulation.scenario.errors import quote, unknown
from simulation.scenario.fields import Frozen, Line, Text, names_from, share
from simulation.scenario.units import UnitError, convert, show

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


OutcomeName = Annotated[Line, AfterValidator(_outcome)]
OutcomeNames = names_from("outcome", known.outcomes)
ShareOfPairs = share(0.01, 1)


class Claim(Frozen):
    """A statement that `regimes check` recounts over paired runs."""

    says: Line = Field(description="The statement in words, as it is shown to people.")
    outcome: OutcomeName = Field(description="The outcome that is compared.")
    relation: Annotated[Line, AfterValidator(_relation)] = Field(
        alias="is", description="'a > b' or 'a < b' over regimes, optionally 'by at least 0.05' (outcome's unit); "
                                 "or 'a = b within 0.05'. Instead of b a number with a point or a sign: 'a > 0.3', "
                                 " 'a < -0.1', 'a < +300'.")
    over: Annotated[Line, AfterValidator(_over)] = Field(
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
        found = _OVER.fullmatch(self.over)
        assert found is not None
        if self.over == "whole run":
            return 0.0, horizon
        if self.over == "last year":
            return max(0.0, horizon - WEEKS_PER_YEAR), horizon
        if found[1]:
            start, end = (int(found[1]) - 1) * WEEKS_PER_YEAR, int(found[1]) * WEEKS_PER_YEAR
        else:
            start, end = convert(found[2], "week"), convert(found[3], "week")
        if not 0 <= start < end:
            raise ValueError(f"{quote(self.over)} is empty; the first time must come before the second")
        if end > horizon * (1 + 1e-9):
            raise ValueError(f"{quote(self.over)} ends after the horizon of {show(horizon, 'week')}")
        return start, min(end, horizon)


class Step(Frozen):
    """One step of the story that the dashboard tells."""

    title: Line = Field(description="Heading of the step.")
    text: Text = Field(description="What is told.")
    show: OutcomeNames = Field(
        default=(), description="Outcomes on the chart of this step.")
    question: Line | None = Field(default=None, description="A question to predict before the answer is revealed.")
    notes: Text | None = Field(default=None, description="Notes for the facilitator, never on the projector.")

    @field_validator("show", mode="before")
    @classmethod
    def _one_name(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value
