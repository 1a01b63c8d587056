"""Forests: differences in rows with the interval of each alone and, thin, that for all together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from simulation import drawing, wording
from simulation.analysis import looks
from simulation.analysis.section import Picture
from simulation.analysis.worlds import world
from simulation.drawing import Row
from simulation.outcomes import BY_NAME

if TYPE_CHECKING:
    import altair as alt

    from simulation.analysis.families import Family, Member
    from simulation.experiments.readings import Readings

ROWS = 10
"""Differences in one panel, at most: evenly from the lowest to the highest."""


def forest(found: Family, readings: Readings, name: str) -> tuple[Picture, ...]:
    """A panel an outcome: differences with the interval of each alone and, thin, that for all together."""
    outcomes = list(dict.fromkeys(member.contrast.outcome.name for member in found.members))
    chosen = {outcome: _chosen(found, outcome) for outcome in outcomes[:looks.PANELS]}
    drawn = sum(map(len, chosen.values()))
    left = f"{drawn} of {len(found.members):,} drawn, from the lowest to the highest of an outcome. " \
        if drawn < len(found.members) else ""
    told = []
    for outcome, places in chosen.items():
        ends = sorted(found.difference[places])
        low, high = (wording.difference(BY_NAME[outcome], end) for end in (ends[0], ends[-1]))
        told.append(f"{BY_NAME[outcome].label}: {low}" + (f" to {high}" if len(ends) > 1 else "")
                    + f", {int(found.remains[places].sum())} of {len(places)} told from zero.")
    says = (f"Differences with intervals for each alone and for all {len(found.members):,} together. "
            f"{left}{' '.join(told)}")
    return (Picture(f"{name}-forest", says, lambda: _drawn(found, readings, chosen, left)),)


def _chosen(found: Family, outcome: str) -> np.ndarray:
    """Places of the members to draw, from the lowest difference to the highest."""
    there = np.array([i for i, member in enumerate(found.members) if member.contrast.outcome.name == outcome
                      and math.isfinite(found.difference[i])], dtype=int)
    there = there[np.argsort(found.difference[there], kind="stable")]
    return there[np.unique(np.round(np.linspace(0, len(there) - 1, min(ROWS, len(there)))).astype(int))]


def _drawn(found: Family, readings: Readings, chosen: dict[str, np.ndarray], left: str) -> alt.ConcatChart:
    regimes = list(dict.fromkeys(member.contrast.regime for member in found.members))
    panels = []
    for name, places in chosen.items():
        outcome = BY_NAME[name]
        scale = wording.scale(outcome)
        rows = [_row(found, i, readings, scale, len(regimes)) for i in places]
        ends = [abs(end) for row in rows for end in (row.middle, row.low, row.high, row.outer_low, row.outer_high)]
        reach = _roomy(1.08 * max((end for end in ends if math.isfinite(end)), default=0.0) or 1.0)
        panels.append((outcome.label, drawing.intervals(
            rows, reach, "lower", "higher", (drawing.QUIET, drawing.QUIET),
            f"{looks.minus(regimes, readings)}, {looks.unit(outcome)}", halo=True)))
    says = ["Thick: 95 % interval of each alone. Thin: of all together.", "Filled: the thin interval is off zero.",
            *([left.strip()] if left else [])]
    if any(found.left_out[places].any() for places in chosen.values()):
        says.insert(2, "No thin interval: too few different values to say.")
    return looks.titled(drawing.together(panels), f"{len(found.members):,} differences looked at together", says)


def _row(found: Family, i: int, readings: Readings, scale: float, regimes: int) -> Row:
    member = found.members[i]
    outcome = member.contrast.outcome
    position = readings.regimes.index(member.contrast.regime)
    return Row(_row_label(member, readings, regimes), wording.difference(outcome, found.difference[i]),
               scale * found.difference[i], scale * found.low[i], scale * found.high[i], (),
               drawing.regime_style(position).colour, bool(found.remains[i]), scale * found.together_low[i],
               scale * found.together_high[i])


def _row_label(member: Member, readings: Readings, regimes: int) -> str:
    if member.point is None or len(readings.points) == 1:
        return looks.cut(member.contrast.regime)
    regime = f"{member.contrast.regime}: " if regimes > 1 else ""
    label = regime + world(readings, member.point)
    return label if len(label) <= looks.LABEL else looks.cut(f"{regime}world {member.point}")


def _roomy(reach: float) -> float:
    """A little more, until the last number on the axis stands clear of its end and panels keep their left edges."""
    for _ in range(20):
        step = 10.0 ** math.floor(math.log10(2 * reach / 7))
        square = (2 * reach / 7 / step) ** 2  # round numbers as the axis picks them
        step *= next(part for part, least in ((10, 50), (5, 10), (2, 2), (1, 0)) if square >= least)
        if reach - math.floor(reach / step + 1e-9) * step >= 0.12 * reach:
            break
        reach *= 1.02
    return reach
