"""Which differences remain when many are looked at: intervals that hold for a family at once (max-t bootstrap)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import statistics, wording
from simulation.analysis.contrasts import DRAWN, Contrast, blocks, contrasts
from simulation.analysis.section import Section
from simulation.analysis.worlds import world

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings

LEAST_ROWS = 10
"""Rows below which resampling them says little."""
RESAMPLES = 9_999
FEWER = 1_999
"""Resamples of a family that is so large that more would take minutes."""
WORK = 3e10
"""Multiplications up to which there are `RESAMPLES`."""
RARE = 1e-4
"""Chance that a resample has one value only, above which a contrast cannot be in a family."""
LINES = 12
_BATCH = 4_000_000


@dataclass(frozen=True, eq=False)
class Member:
    """One contrast of a family. `point`: its world; None for the mean over worlds."""

    contrast: Contrast
    point: int | None


@dataclass(frozen=True, eq=False)
class Family:
    """Contrasts that are looked at together.

    Attributes:
        says: what they are, in words. unit: what a row is, in the plural.
        members: one a column. rows: values in a column at most.
        difference, low, high: of each member, with its 95 % t interval. counts: values of each.
        together_low, together_high: intervals that hold all true values at once in 95 of 100 such families; NaN for
            what is left out.
        critical: the critical value of those. plain, bonferroni: of one t interval, and with Bonferroni's correction.
        left_out: bool (members,): too few different values for an interval that holds together.
    """

    says: str
    unit: str
    members: tuple[Member, ...]
    rows: int
    difference: np.ndarray
    counts: np.ndarray
    low: np.ndarray
    high: np.ndarray
    together_low: np.ndarray
    together_high: np.ndarray
    critical: float
    plain: float
    bonferroni: float
    left_out: np.ndarray

    @property
    def apart(self) -> np.ndarray:
        """bool (members,): whose own interval excludes zero."""
        return (self.low > 0) | (self.high < 0)

    @property
    def remains(self) -> np.ndarray:
        """bool (members,): whose interval excludes zero when all are looked at together."""
        return (self.together_low > 0) | (self.together_high < 0)

    @property
    def independent(self) -> float:
        """Chance that of so many independent contrasts without any difference at least one 95 % interval excludes
        zero."""
        return 1 - statistics.CONFIDENCE ** len(self.members)


def critical_value(values: np.ndarray, seed: int, confidence: float = statistics.CONFIDENCE) -> float:
    """The value that the largest |t| of all columns stays below, by resampling whole rows (bootstrap max-t: Westfall &
    Young 1993, ISBN 978-0-471-55761-6; Romano & Wolf 2005, doi:10.1198/016214504000000539).

    Each resample's t is made with its own standard deviation, which makes the value larger where differences are skewed
    or rows few, beyond Bonferroni's if need be. It is never smaller than that of one t interval.

    Args:
        values: float64 (rows, columns), NaN where a value is missing; no column constant.
        seed: of the resamples.
    """
    known = ~np.isnan(values)
    rows, columns = values.shape
    counts = known.sum(axis=0)
    middle = np.nansum(values, axis=0) / counts
    scaled = np.where(known, values - middle, 0.0)
    present = known.astype(float)
    scaled /= np.sqrt((scaled**2).sum(axis=0) / (counts - 1))
    resamples = RESAMPLES if 3.0 * RESAMPLES * rows * columns <= WORK else FEWER
    whole = bool(known.all())
    generator = np.random.default_rng(seed)
    largest = np.empty(resamples)
    step = max(1, _BATCH // (rows + 4 * columns))
    for begin in range(0, resamples, step):
        part = slice(begin, min(resamples, begin + step))
        weights = generator.multinomial(rows, np.full(rows, 1 / rows), part.stop - begin).astype(float)
        n = np.full((len(weights), 1), float(rows)) if whole else weights @ present
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = weights @ scaled / n
            variance = (weights @ scaled**2 / n - mean**2) * n / (n - 1)
            t = np.abs(mean) * np.sqrt(n / variance)
            t = np.where((n > 1) & (variance > 1e-12), t, np.where(np.abs(mean) > 1e-9, math.inf, 0.0))
        largest[part] = t.max(axis=1)
    found = np.sort(largest)[min(resamples, math.ceil(confidence * (resamples + 1))) - 1]
    return max(float(found), statistics.critical_t(int(counts.max()) - 1, confidence))


def family(says: str, unit: str, members: Sequence[Member], values: np.ndarray, seed: int) -> Family:
    """A family of contrasts.

    Args:
        values: float64 (rows, members): a row is what was drawn together, such as a replication of every world under
            every regime. NaN where there is none.
        seed: of the resamples.

    Raises ValueError: fewer than ten rows, or no column with two different values.
    """
    rows, columns = values.shape
    if rows < LEAST_ROWS:
        raise ValueError(f"at least {LEAST_ROWS} {unit} are needed to resample, not {rows}")
    counts = (~np.isnan(values)).sum(axis=0)
    kept = [column[~np.isnan(column)] for column in values.T]
    difference = np.array([column.mean() if len(column) else math.nan for column in kept])
    low, high = np.array([statistics.interval(column) for column in kept]).T
    difference = np.where(low == high, low, difference)
    fixed = low == high
    left_out = ~fixed & np.array([_left_out(column) for column in kept])
    used = ~fixed & ~left_out
    if not used.any():
        raise ValueError("no contrast varies enough to be resampled")
    critical = critical_value(values[:, used], seed)
    plain = np.array([statistics.critical_t(int(count) - 1) if count > 1 else math.nan for count in counts])
    half = np.where(fixed, 0.0, (high - low) / 2 / plain * np.maximum(critical, plain))
    half[left_out] = math.nan
    most = int(counts.max()) - 1
    return Family(says, unit, tuple(members), rows, difference, counts, low, high, difference - half,
                  difference + half, critical, statistics.critical_t(most),
                  statistics.critical_t(most, 1 - (1 - statistics.CONFIDENCE) / columns), left_out)


def _left_out(column: np.ndarray) -> bool:
    """Whether resamples of a column may miss what makes it vary."""
    if len(column) < LEAST_ROWS:
        return True
    if len(column) < statistics.MANY_PAIRS and statistics.rare_mode(column):
        return True
    _, counts = np.unique(column, return_counts=True)
    return float(counts.max() / len(column)) ** len(column) > RARE


def families(readings: Readings, found: Sequence[Contrast]) -> tuple[list[Family], list[str]]:
    """The families of a design, and why one that could be expected is not there.

    One is of every world under every regime in every outcome, a row a replication of all of them, so that what met the
    same luck stays together. Where there are several worlds another is of means over them: a row is a world, or a block
    of worlds drawn together, where worlds were drawn.
    """
    points, replications, _ = readings.shape
    regimes, outcomes = len({each.regime for each in found}), len({each.outcome.name for each in found})
    size = [f"{count} {word}" + ("" if count == 1 else "s") for count, word in
            ((points, "world"), (regimes, "regime"), (outcomes, "outcome")) if count > 1]
    made, why = [], []
    members = [Member(each, point) for each in found for point in range(points)]
    values = np.concatenate([each.differences.T for each in found], axis=1)
    there = ~np.isnan(values).all(axis=0)
    rows = ~np.isnan(values).all(axis=1)
    if len(members) > 1:
        says = " × ".join(size)
        try:
            made.append(family(says, "replications", [m for m, has in zip(members, there, strict=True) if has],
                               values[rows][:, there], readings.seed))
        except ValueError as error:
            why.append(f"No intervals that hold together for {says}: {error}.")
    if points > 1 and len(found) > 1:
        says = " × ".join(["mean over worlds", *size[1:]])
        try:
            made.append(family(says, *_means(readings, found), readings.seed))
        except ValueError as error:
            why.append(f"No intervals that hold together for {says}: {error}.")
    return made, why


def _means(readings: Readings, found: Sequence[Contrast]) -> tuple[str, list[Member], np.ndarray]:
    """What a row of means over worlds is, in the plural; the members; the rows."""
    members = [Member(each, None) for each in found]
    if readings.method not in DRAWN:  # these very worlds: what each replication has over all of them
        rows = np.array([each.differences.mean(axis=0) for each in found]).T
        return "replications", members, rows[~np.isnan(rows).all(axis=1)]
    label = blocks(readings)
    means = np.array([[at.difference for at in each.at] for each in found]).T
    rows = np.array([_mean_of(means[label == block]) for block in range(label[-1] + 1)])
    unit = "worlds" if len(rows) == len(means) else "blocks of worlds"
    return unit, members, rows[~np.isnan(rows).all(axis=1)]


def _mean_of(rows: np.ndarray) -> np.ndarray:
    known = ~np.isnan(rows)
    count = known.sum(axis=0)
    return np.divide(np.where(known, rows, 0.0).sum(axis=0), count, out=np.full(rows.shape[1], np.nan), where=count > 0)


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None) -> list[Section]:
    """Which differences remain; a section a family. Args as `contrasts`. Empty where there is one contrast only."""
    from simulation.analysis.forest import forest

    found = contrasts(readings, outcomes, regime)
    made, why = families(readings, found)
    result = []
    for i, each in enumerate(made):
        name = "families" if i == 0 else "families-over-worlds"
        drawn = forest(each, readings, name)
        result.append(Section(name, title(each), lines(each, readings), {name: table(each, readings)}, drawn,
                              (*notes(each), *(why if i == 0 else ()))))
    if not made and why:
        result.append(Section("families", "Too little to say which differences remain when all are looked at together",
                              tuple(why)))
    return result


def title(found: Family) -> str:
    count, remain = len(found.members), int(found.remains.sum())
    return (f"Of {count:,} differences, {int(found.apart.sum()):,} can be told from zero each by itself, and "
            f"{remain:,} when all are looked at together")


def lines(found: Family, readings: Readings) -> tuple[str, ...]:
    """The size of the family and its critical values, then the contrasts, those furthest from zero first."""
    said = [f"Looked at together: {found.says}, {len(found.members):,} differences, {found.rows:,} {found.unit}.",
            f"Half of an interval is {wording.number(found.critical, 2)} standard errors for all of them together "
            f"(max-t bootstrap of whole {found.unit}); {wording.number(found.plain, 2)} for one alone, "
            f"{wording.number(found.bonferroni, 2)} after Bonferroni."]
    size = np.abs(found.difference) / np.where(found.high > found.low, found.high - found.low, math.inf)
    order = np.argsort(-np.where(np.isfinite(size), size, -1.0), kind="stable")
    for i in order[:LINES]:
        outcome = found.members[i].contrast.outcome
        each = wording.interval(outcome, found.low[i], found.high[i])
        all_of_them = wording.interval(outcome, found.together_low[i], found.together_high[i])
        said.append(f"{called(found.members[i], readings)}: {wording.difference(outcome, found.difference[i])} "
                    f"({all_of_them} together; {each} alone).")
    if len(order) > LINES:
        said.append(f"The other {len(order) - LINES:,} are in the table.")
    return tuple(said)


def called(member: Member, readings: Readings) -> str:
    """`Unmet need, B minus A, at need growth 0.1`."""
    where = "" if member.point is None or len(readings.points) == 1 else f", at {world(readings, member.point)}"
    return member.contrast.says + where


def notes(found: Family) -> tuple[str, ...]:
    count = len(found.members)
    percent = f"{100 * found.independent:.0f}" if found.independent < 0.995 else "more than 99"
    by_chance = wording.number((1 - statistics.CONFIDENCE) * count, 1 if count < 100 else 0)
    said = [f"{count:,} differences were looked at. If none of them were real, about {by_chance} intervals of 95 % "
            f"would exclude zero all the same, and at least one would in {percent} % of such analyses if they were "
            "independent. The wider intervals hold all true values at once in 95 %."]
    if found.critical > 1.02 * found.bonferroni:
        said.append("The intervals for all together are wider than Bonferroni's, because differences are skewed or "
                    f"there are few {found.unit}.")
    if found.left_out.any():
        labels = list(dict.fromkeys(found.members[i].contrast.outcome.label for i in np.flatnonzero(found.left_out)))
        said.append(f"{int(found.left_out.sum()):,} of {count:,} have no interval that holds together, because few "
                    f"values lie apart from all others: {wording.listed(labels)}. Run {statistics.MANY_PAIRS} or more "
                    f"{found.unit}.")
    return tuple(said)


def table(found: Family, readings: Readings) -> pd.DataFrame:
    """A row a contrast, in the order of the family; intervals in the outcome's own unit."""
    import pandas as pd

    columns: dict[str, object] = {"outcome": [m.contrast.outcome.name for m in found.members],
                                  "regime": [m.contrast.regime for m in found.members],
                                  "against": [m.contrast.first for m in found.members]}
    if any(m.point is not None for m in found.members) and len(readings.points) > 1:
        at = [m.point for m in found.members]
        columns |= {"point": at} | {f.name: readings.points[at, i] for i, f in enumerate(readings.factors)}
    return pd.DataFrame(columns | {
        "difference": found.difference, "low": found.low, "high": found.high, "together_low": found.together_low,
        "together_high": found.together_high, "excludes_zero": found.apart, "excludes_zero_together": found.remains,
        found.unit.replace(" ", "_"): found.counts, "critical": found.critical})
