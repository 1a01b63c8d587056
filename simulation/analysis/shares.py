"""How much of the variance of the difference comes from which factor (Sobol' 1993), from a sample in Saltelli's scheme.

The shares, their intervals and what a failed run takes away are those of `simulation.sensitivity.variance`. Luck is one
more cause of variance that no factor explains: in expectation it stands in every total share in full (Jansen's
estimator takes half the mean square of differences between two points, each with luck of its own), and it makes every
share of a factor alone smaller by its own share, because the whole is larger. Both are said beside the shares.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulation import wording
from simulation.analysis import sensitivitypictures as drawn
from simulation.analysis.responses import Response, independent, luck_note, response, share
from simulation.analysis.section import Picture, Section
from simulation.sensitivity import variance
from simulation.sensitivity.points import SensitivityError
from simulation.sensitivity.variance import Share

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings, Varied

METHOD = "sobol"
NAMED = 3
"""Factors named in the title, at most."""
LEAST = 0.05
"""A share that is worth a name."""
WIDE = 0.25
"""Half of an interval from which the shares are too rough to order factors by."""


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None, *,
             own: bool = False) -> list[Section]:
    """A section an outcome; see `section`."""
    return [section(readings, outcome, regime, own=own)
            for outcome in (readings.outcomes if outcomes is None else outcomes)]


def section(readings: Readings, outcome: str, regime: str | None = None, *, own: bool = False) -> Section:
    """Which factors make an outcome's difference vary between worlds: alone (first order) and in all (total).

    Args: regime: compared with the first, default the second. own: the regime's own outcome (default the first's).

    Raises SensitivityError: the points follow another scheme, SALib is not installed, or there is nothing to explain.
    """
    found = response(readings, outcome, regime, own=own)
    measured, blocks = shares(readings, found)
    luck = found.luck_share(independent(readings))
    ranked = sorted(measured, key=lambda s: -s.total if math.isfinite(s.total) else math.inf)
    name = found.files(METHOD)
    title = _title(found, ranked, luck)
    pictures = ()
    if any(math.isfinite(s.total) for s in ranked):

        says = f"{title} A pair of bars a factor: its share alone and its share together with others, with intervals."
        pictures = (Picture(name, says, lambda: drawn.shares(found, ranked, luck)),)
    return Section(name, title, (title, *_lines(found, ranked, luck, readings)),
                   {name: _table(found, ranked, {f.name: f for f in readings.factors}, luck, blocks)}, pictures,
                   tuple(_notes(found, ranked, luck, blocks, readings)))


def shares(readings: Readings, found: Response) -> tuple[list[Share], int]:
    """The share of every factor, in the order of the design, and how many blocks of the scheme counted.

    All NaN where the response does not vary or fewer than four blocks are whole.

    Raises SensitivityError: the points follow another scheme.
    """
    names = [factor.name for factor in readings.factors]
    if readings.method != METHOD:
        raise SensitivityError(f"shares of variance need the points of the method {METHOD}; the design "
                               f"{readings.design} has those of the method {readings.method}")
    if not names or len(readings.points) % (len(names) + 2):
        raise SensitivityError(f"{len(readings.points)} points are no whole blocks of {len(names) + 2}, as "
                               f"{len(names)} factors need")
    return variance.shares(names, names, found.values, readings.seed)


def _title(found: Response, ranked: Sequence[Share], luck: float) -> str:
    known = [s for s in ranked if math.isfinite(s.total)]
    if not known:
        return f"{found.label}: there is no variance to share out."
    by_luck = luck if math.isfinite(luck) else 0.0
    named = [s for s in known if s.total >= LEAST + by_luck and s.total - s.total_half > by_luck][:NAMED]
    if not named:
        return f"{found.label}: no factor has a part in its variance that can be told from luck."
    said = wording.listed([f"{s.factor} ({share(s.total)})" for s in named])
    return f"{found.label}: most of its variance between worlds goes with {said}."


def _lines(found: Response, ranked: Sequence[Share], luck: float, readings: Readings) -> list[str]:
    drawn = found.values[independent(readings)]
    drawn = drawn[np.isfinite(drawn)]
    lines = []
    if len(drawn) > 1:
        lines.append(f"Over {len(drawn):,} independent worlds: {found.said(float(drawn.mean()))} on average, standard "
                     f"deviation {found.size(float(drawn.std(ddof=1)))}.")
    if not any(math.isfinite(s.total) for s in ranked):
        return lines
    lines += [f"{s.factor}: {_with_half(s.first, s.first_half)} alone, {_with_half(s.total, s.total_half)} with all "
              "that it does together with others." for s in ranked]
    if _wide(ranked):
        return lines
    alone = sum(s.first for s in ranked)
    left = 1 - alone - (luck if math.isfinite(luck) else 0.0)
    among = "factors together or to luck" if not math.isfinite(luck) else "factors together"
    lines.append(f"Alone they make up {share(min(max(alone, 0.0), 1.0))}; about {share(max(left, 0.0))} is owed to "
                 f"{among}.")
    return lines


def _wide(ranked: Sequence[Share]) -> list[Share]:
    return [s for s in ranked if max(s.first_half, s.total_half) > WIDE]


def _with_half(part: float, half: float) -> str:
    return f"{share(part).removesuffix(' %')} ± {share(half)}"


def _table(found: Response, ranked: Sequence[Share], factors: dict[str, Varied], luck: float,
           blocks: int) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([{
        **found.columns(), "factor": s.factor, "title": factors[s.factor].title, "first": s.first,
        "first_low": s.first - s.first_half, "first_high": s.first + s.first_half, "total": s.total,
        "total_low": s.total - s.total_half, "total_high": s.total + s.total_half, "luck": luck,
        "total_without_luck": max(0.0, s.total - luck) if math.isfinite(luck) else math.nan, "blocks": blocks,
    } for s in ranked])


def _notes(found: Response, ranked: Sequence[Share], luck: float, blocks: int, readings: Readings) -> list[str]:
    notes = [luck_note(found, luck)]
    if math.isfinite(luck) and luck >= 0.01:
        notes.append(f"Luck stands in every total share: a factor that does nothing has about {share(luck)}.")
    elif not math.isfinite(luck):
        notes.append("Luck stands in every total share, by an unknown part.")
    of = len(readings.points) // (len(readings.factors) + 2)
    if blocks < of:
        notes.append(f"{of - blocks} of {of} blocks were left out, because a run of theirs is missing or failed.")
    if wide := _wide(ranked):
        notes.append(f"The intervals of {wording.listed([s.factor for s in wide[:3]])} are wide: more base samples "
                     "than these are needed to order factors by their shares.")
    return notes
