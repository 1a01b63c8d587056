"""What the difference hangs on, by elementary effects (Morris 1991): many factors from few worlds.

The effects, their intervals and what a failed run takes away are those of `simulation.sensitivity.screening`; here they
are effects on the difference between two regimes, in the outcome's unit and over the whole range of a factor, beside
what luck alone would make of a factor that does nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from simulation import wording
from simulation.analysis import sensitivitypictures as drawn
from simulation.analysis.responses import Response, luck_note, response
from simulation.analysis.section import Picture, Section
from simulation.analysis.worlds import factor_value
from simulation.sensitivity import screening
from simulation.sensitivity.points import SensitivityError
from simulation.sensitivity.screening import Effect

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings, Varied

METHOD = "morris"
STEP = 2 / 3
"""Part of the range that a step of a walk on four levels crosses."""
ONE_WAY = 0.9
"""Part of the mean size from which the mean with its sign says that a larger value always does the same."""
NAMED = 3
"""Factors named in the title, at most."""
FEW = 10
"""Trajectories below which the order of the factors is rough (Campolongo et al. 2007 and others use 10 to 50)."""


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None, *,
             own: bool = False) -> list[Section]:
    """A section an outcome; see `section`."""
    return [section(readings, outcome, regime, own=own)
            for outcome in (readings.outcomes if outcomes is None else outcomes)]


def section(readings: Readings, outcome: str, regime: str | None = None, *, own: bool = False) -> Section:
    """Which factors move an outcome's difference, how much, and whether always the same way.

    Args: regime: compared with the first, default the second. own: the regime's own outcome (default the first's).

    Raises SensitivityError: the points are no Morris walks, SALib is not installed, or there is nothing to explain.
    """
    found = response(readings, outcome, regime, own=own)
    measured = effects(readings, found)
    luck = Luck.of(found)
    ranked = sorted(measured, key=lambda e: -e.mu_star if math.isfinite(e.mu_star) else math.inf)
    name = found.files(METHOD)
    factors = {factor.name: factor for factor in readings.factors}
    title = _title(found, ranked, luck)
    pictures = ()
    if any(math.isfinite(e.mu_star) and e.mu_star > 0 for e in ranked):

        says = (f"{title} Each factor is a dot: to the right the mean size of its effect, upwards how much that effect "
                "differs from world to world.")
        pictures = (Picture(name, says, lambda: drawn.elementary(found, ranked, luck)),)
    return Section(name, title, (title, *_lines(found, ranked, factors, luck, len(readings.points))),
                   {name: _table(found, ranked, factors, luck)}, pictures, tuple(_notes(found, measured, readings)))


def effects(readings: Readings, found: Response) -> list[Effect]:
    """The effect of every factor over its whole range, in the order of the design.

    The step of a factor of two values is its whole range, so that its effect is what that step changed; of all others
    it is what the step changed, divided by the part of the range that it crossed.

    Raises SensitivityError: the points are no walks.
    """
    names = [factor.name for factor in readings.factors]
    if readings.method != METHOD:
        raise SensitivityError(f"elementary effects need the points of the method {METHOD}; the design "
                               f"{readings.design} has those of the method {readings.method}")
    if not names or len(readings.points) % (len(names) + 1):
        raise SensitivityError(f"{len(readings.points)} points are no whole walks through {len(names)} factors, which "
                               f"have {len(names) + 1} points each")
    measured = screening.effects(names, readings.places, found.values, readings.seed)
    return [_over_the_range(effect, factor) for effect, factor in zip(measured, readings.factors, strict=True)]


@dataclass(frozen=True, slots=True)
class Luck:
    """What luck alone gives a factor that does nothing.

    Attributes: spread: standard deviation of one effect, in the outcome's unit; NaN where luck is not known.
    """

    spread: float

    @staticmethod
    def of(found: Response) -> Luck:
        """An effect is the difference of two means, each off by luck, over the step."""
        return Luck(math.sqrt(2 * found.luck) / STEP if math.isfinite(found.luck) else math.nan)

    def size(self, trajectories: int) -> float:
        """The mean size that is exceeded once in twenty times. NaN where luck is not known.

        Sizes of normal numbers of standard deviation s have mean s √(2/π) and standard deviation s √(1 − 2/π). Of a
        factor of two values it is a third less.
        """
        if trajectories < 1:
            return math.nan
        return self.spread * (math.sqrt(2 / math.pi) + 1.645 * math.sqrt((1 - 2 / math.pi) / trajectories))

    def cannot_give(self, effect: Effect) -> bool:
        """Whether luck alone would hardly have given such an effect: so large in the mean, or always so much the same
        way. Where luck is not known, whether there is any effect."""
        if not math.isfinite(effect.mu_star):
            return False
        if not math.isfinite(self.spread):
            return effect.mu_star > 0
        one_way = 1.96 * self.spread / math.sqrt(effect.trajectories)
        return effect.mu_star > self.size(effect.trajectories) or abs(effect.mu) > one_way


def _over_the_range(effect: Effect, factor: Varied) -> Effect:
    if len(factor.levels) != 2:
        return effect
    return replace(effect, mu=effect.mu * STEP, mu_star=effect.mu_star * STEP, half=effect.half * STEP,
                   sigma=effect.sigma * STEP)


def _title(found: Response, ranked: Sequence[Effect], luck: Luck) -> str:
    moving = [e for e in ranked if luck.cannot_give(e)]
    if not moving:
        return (f"{found.label}: no factor moves it" + (" more than luck does." if luck.spread > 0 else "."))
    largest = [e for e in moving if e.mu_star >= 0.25 * moving[0].mu_star][:NAMED]
    named = wording.listed([f"{e.factor} ({found.size(e.mu_star)})" for e in largest])
    return f"{found.label} hangs most on {named}."


def _lines(found: Response, ranked: Sequence[Effect], factors: dict[str, Varied], luck: Luck,
           points: int) -> list[str]:
    lines = [f"Mean over {points:,} worlds: {found.said(found.mean)}. Below: how much going from one end of a factor's "
             "range to the other changes it."]
    lines += [_line(found, effect, factors[effect.factor], luck) for effect in ranked]
    if luck.spread > 0:
        size = luck.size(max(e.trajectories for e in ranked))
        lines.append(f"A factor that does nothing would seem to change it by up to {found.size(size)}, now up and now "
                     "down, from luck alone.")
    return lines


def _line(found: Response, effect: Effect, factor: Varied, luck: Luck) -> str:
    if not math.isfinite(effect.mu_star):
        return f"{effect.factor}: too few runs worked."
    ends = f"{factor_value(factor, factor.low)} to {factor_value(factor, factor.high)}"
    text = f"{effect.factor}, {ends}: {found.size(effect.mu_star, effect.half)}"
    if effect.mu_star == 0:
        return f"{effect.factor}, {ends}: changes nothing."
    if not luck.cannot_give(effect):
        return text + ", no more than luck."
    by_luck = luck.spread * (STEP if len(factor.levels) == 2 else 1.0)
    return f"{text}, {_way(effect)}{_bends(effect, by_luck if math.isfinite(by_luck) else 0.0)}."


def _way(effect: Effect) -> str:
    """Which way, always."""
    if abs(effect.mu) < ONE_WAY * effect.mu_star:
        return "upwards in some worlds and downwards in others"
    return "a larger value takes it " + ("up" if effect.mu > 0 else "down")


def _bends(effect: Effect, by_luck: float) -> str:
    """How far from a straight line on its own, by the bounds of Garcia Sanchez et al. (2014, "Application of
    sensitivity analysis in building energy simulations"), without what luck adds to the spread."""
    ratio = math.sqrt(max(0.0, effect.sigma**2 - by_luck**2)) / effect.mu_star
    return "" if ratio < 0.5 else ", more in some worlds than in others" if ratio < 1 else ", very unequally"


def _table(found: Response, ranked: Sequence[Effect], factors: dict[str, Varied], luck: Luck) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{
        **found.columns(), "factor": e.factor, "title": factors[e.factor].title, "unit": factors[e.factor].unit,
        "low": factors[e.factor].low, "high": factors[e.factor].high, "mu": e.mu, "mu_star": e.mu_star,
        "mu_star_low": e.mu_star - e.half, "mu_star_high": e.mu_star + e.half, "sigma": e.sigma,
        "trajectories": e.trajectories,
        "by_luck": luck.size(e.trajectories), "beyond_luck": luck.cannot_give(e),
    } for e in ranked])


def _notes(found: Response, measured: Sequence[Effect], readings: Readings) -> list[str]:
    walks = len(readings.points) // (len(readings.factors) + 1)
    notes = [luck_note(found, found.luck_share())]
    if walks < FEW:
        notes.append(f"{walks} walks order the factors only roughly; 10 to 50 are usual.")
    if short := [e for e in measured if e.trajectories < walks]:
        notes.append(f"Missing or failed runs took effects away: {short[0].factor} has {short[0].trajectories} of "
                     f"{walks}." if len(short) == 1 else
                     f"Missing or failed runs took effects away from {len(short)} factors, which have "
                     f"{min(e.trajectories for e in short)} to {max(e.trajectories for e in short)} of {walks}.")
    if several := [factor.name for factor in readings.factors if len(factor.levels) > 2]:
        notes.append(f"A step crosses about two thirds of the values of {wording.listed(several)}, so that its effect "
                     "is approximate.")
    return notes
