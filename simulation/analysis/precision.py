"""How sure the differences are, and how many replications would make them surer: n from the spread of the pairs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulation import statistics, wording
from simulation.analysis.contrasts import LEAST_FOR_MODES, Contrast, contrasts, known, often_skewed
from simulation.analysis.section import Section
from simulation.analysis.worlds import world
from simulation.outcomes import BY_NAME, Outcome

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings

MOST = 10_000_000
"""Beyond so many pairs none is said."""
WANTED = 0.01
"""Half-width that is wanted where nobody said, as part of the first regime's mean; of a share it is one point."""
LINES = 12


def pairs_needed(sd: np.ndarray | float, half_width: np.ndarray | float,
                 confidence: float = statistics.CONFIDENCE) -> np.ndarray:
    """The fewest pairs, at least two, whose t interval has at most this half-width: the least n >= (t(n - 1) sd / h)²
    (Law 2015, Simulation Modeling and Analysis, ISBN 978-0-07-340132-4, section 9.4.1).

    Args:
        sd: standard deviation of the differences, in the unit of `half_width`; shapes broadcast.

    Returns:
        float64, whole numbers; infinite above ten million and where the half-width is 0 but for sd 0; NaN where either
        is NaN.
    """
    from scipy.special import stdtrit

    sd, half = np.broadcast_arrays(np.asarray(sd, float), np.abs(np.asarray(half_width, float)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(sd == 0, 0.0, sd / half)
    low = np.ones(ratio.shape)  # never enough
    high = np.full(ratio.shape, float(MOST))
    while np.any(high - low > 1):
        middle = np.floor((low + high) / 2)
        enough = stdtrit(np.maximum(middle - 1, 1), 0.5 + confidence / 2) * ratio <= np.sqrt(middle)
        step = high - low > 1
        low, high = np.where(step & ~enough, middle, low), np.where(step & enough, middle, high)
    never = stdtrit(MOST - 1, 0.5 + confidence / 2) * ratio > math.sqrt(MOST)
    return np.where(np.isnan(ratio) | np.isnan(half) | np.isnan(sd), np.nan, np.where(never, np.inf, high))


def spread_up_to(sd: np.ndarray, counts: np.ndarray, confidence: float = statistics.CONFIDENCE) -> np.ndarray:
    """What a standard deviation from so many values may well be, were they normal: its one-sided upper limit."""
    from scipy.special import chdtri

    degrees = np.maximum(np.asarray(counts, float) - 1, 1)
    return np.asarray(sd, float) * np.sqrt(degrees / chdtri(degrees, confidence))


def wanted_half_width(found: Contrast) -> float:
    """Where nobody said: one point of a share, else 1 % of the first regime's mean, to one figure; NaN without any."""
    if wording.is_share(found.outcome):
        return WANTED
    size = abs(WANTED * found.whole.first)
    return float(f"{size:.0e}") if size > 0 and math.isfinite(size) else math.nan


def said_wanted(readings: Readings) -> dict[str, float]:
    """The half-width that the design's own rule asks for, by outcome; empty where it has a fixed number."""
    rule = readings.about.get("replications")
    until = rule.get("until") if isinstance(rule, Mapping) else None
    return {until["outcome"]: float(until["half_width"])} if isinstance(until, Mapping) else {}


def table(readings: Readings, found: Sequence[Contrast], wanted: Mapping[str, float] | None = None) -> pd.DataFrame:
    """A row a contrast and world.

    Columns, apart from what names the row, in the outcome's own unit: `sd` of the differences, `half_width` of the 95 %
    interval, `wanted` half-width, `needed` pairs for it, `needed_up_to` were the spread as large as so few pairs leave
    possible (one-sided 95 %), `to_tell` pairs that would tell the observed difference from zero.
    """
    import pandas as pd

    wanted = {**said_wanted(readings), **(wanted or {})}
    frames = []
    for each in found:
        counts = np.array([at.pairs for at in each.at], float)
        sd = np.array([_sd(known(row)) for row in each.differences])
        difference = np.array([at.difference for at in each.at])
        half = np.array([(at.high - at.low) / 2 for at in each.at])
        aim = wanted.get(each.outcome.name) or wanted_half_width(each)
        points = np.arange(len(each.at))
        columns = {"outcome": each.outcome.name, "regime": each.regime, "against": each.first, "point": points}
        columns |= {f.name: readings.points[:, i] for i, f in enumerate(readings.factors)}
        frames.append(pd.DataFrame(columns | {
            "pairs": counts.astype(int), "difference": difference, "sd": sd, "half_width": half, "wanted": aim,
            "needed": pairs_needed(sd, aim), "needed_up_to": pairs_needed(spread_up_to(sd, counts), aim),
            "to_tell": np.where(difference == 0, math.nan, pairs_needed(sd, difference))}, index=points))
    return pd.concat(frames, ignore_index=True)


def _sd(values: np.ndarray) -> float:
    if len(values) < 2:
        return math.nan
    return float(values.std(ddof=1)) if np.ptp(values) > 0 else 0.0


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None,
             wanted: Mapping[str, float] | None = None) -> list[Section]:
    """How sure the differences are at each world and how many replications would do.

    Args:
        outcomes, regime: as `contrasts`.
        wanted: half-width by outcome, in its own unit (0.01 is one point of a share); default what the design's rule
            says, else see `wanted_half_width`.
    """
    from simulation.analysis import pairedpictures

    found = contrasts(readings, outcomes, regime)
    frame = table(readings, found, wanted)
    return [Section("precision", title(readings, frame), lines(readings, frame), {"precision": frame},
                    pairedpictures.widths(readings, frame, "precision"), notes(found, frame))]


def title(readings: Readings, frame: pd.DataFrame) -> str:
    """How many of the intervals are narrow enough."""
    there = frame[frame["half_width"].notna() & frame["wanted"].notna()]
    if there.empty:
        return "One pair at each world shows differences, not how sure they are"
    enough = int((there["half_width"] <= there["wanted"]).sum())
    worst = there["needed"].max()
    if len(there) == 1:
        one = there.iloc[0]
        outcome = BY_NAME[one["outcome"]]
        return (f"{outcome.label} is known to ± {size(outcome, one['half_width'])} after {one['pairs']:,} pairs; "
                f"± {size(outcome, one['wanted'])} takes {_count(one['needed'])} pairs")
    begin = f"All {len(there):,}" if enough == len(there) else f"{enough:,} of {len(there):,}"
    return f"{begin} intervals are as narrow as wanted; the widest would take {_count(worst)} pairs"


def lines(readings: Readings, frame: pd.DataFrame) -> tuple[str, ...]:
    """A line an outcome and regime: half-width now, what is wanted, and how many pairs for it and for telling from
    zero."""
    said = []
    groups = list(frame.groupby(["outcome", "regime"], sort=False))
    for (name, regime), part in groups[:LINES]:
        outcome = BY_NAME[name]
        begin = f"{outcome.label}, {regime} minus {part['against'].iloc[0]}"
        part = part[part["half_width"].notna()]
        if part.empty:
            said.append(f"{begin}: no interval; each world needs two pairs or more.")
            continue
        aim = part["wanted"].iloc[0]
        if len(part) == 1:
            row = part.iloc[0]
            half, count = f"± {size(outcome, row['half_width'])}", f"after {row['pairs']:,} pairs"
            needed = f"{_count(row['needed'])} pairs, {_count(row['needed_up_to'])} to be safe"
            tell = f"{_count(row['to_tell'])} pairs would tell the observed difference from zero"
        else:
            widest = part.loc[part["half_width"].idxmax()]
            half = (f"± {size(outcome, part['half_width'].median())} in the middle world, "
                    f"± {size(outcome, widest['half_width'])} in the widest ({world(readings, int(widest['point']))})")
            count = f"after {_range(part['pairs'])} pairs"
            needed = (f"{_count(part['needed'].median())} pairs in the middle world, "
                      f"{_count(part['needed'].max())} at most")
            tell = (f"{_count(part['to_tell'].median())} pairs would tell the observed difference from zero in the "
                    "middle world")
        want = f"; ± {size(outcome, aim)} takes {needed}" if math.isfinite(aim) else ""
        told = "" if part["to_tell"].isna().all() else f"; {tell}"
        said.append(f"{begin}: {half} {count}{want}{told}.")
    if len(groups) > LINES:
        said.append(f"The other {len(groups) - LINES} are in the table.")
    return tuple(said)


def notes(found: Sequence[Contrast], frame: pd.DataFrame) -> tuple[str, ...]:
    said = ["Pairs needed are worked out from the spread of the differences so far, which few pairs show only roughly; "
            "to be safe is what the upper 95 % limit of the spread would need, were differences normal. To tell the "
            "observed difference from zero takes so many only if it is the true one."]
    odd = [each for each in found if often_skewed(each) or any(
        at.pairs >= LEAST_FOR_MODES and statistics.rare_mode(known(row))
        for at, row in zip(each.at, each.differences, strict=True))]
    if odd:
        labels = list(dict.fromkeys(each.outcome.label for each in odd))
        said.append(f"Skewed differences, or a few far from the rest: {wording.listed(labels)}. There the numbers of "
                    f"pairs are likely too small; begin with {statistics.MANY_PAIRS}.")
    return tuple(said)


def size(outcome: Outcome, amount: float) -> str:
    """A half-width as printed, two figures: `0.3 points`, `0.0041`, `£3`."""
    if not math.isfinite(amount):
        return wording.MISSING
    scaled = amount * wording.scale(outcome)
    decimals = max(0, 1 - math.floor(math.log10(scaled))) if scaled > 0 else 0
    text = wording.number(scaled, min(decimals, 6))
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"£{text}" if wording.is_money(outcome) else text if not wording.is_share(outcome) else \
        f"{text} point{'' if text == '1' else 's'}"


def _count(pairs: float) -> str:
    if math.isnan(pairs):
        return wording.MISSING
    return f"{math.ceil(pairs):,}" if math.isfinite(pairs) else "more than ten million"


def _range(counts: pd.Series) -> str:
    low, high = int(counts.min()), int(counts.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
