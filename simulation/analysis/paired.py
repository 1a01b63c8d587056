"""How much the regimes differ: paired differences of every outcome, in sentences and tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from simulation import statistics, wording
from simulation.analysis.contrasts import LEAST_FOR_MODES, Contrast, Share, bootstrap, contrasts, known, often_skewed
from simulation.analysis.section import Section

if TYPE_CHECKING:
    import pandas as pd

    from simulation.experiments.readings import Readings

LINES = 12
"""Contrasts that are said in lines; all are in the table."""


def sections(readings: Readings, outcomes: Sequence[str] | None = None, regime: str | None = None) -> list[Section]:
    """Paired differences over the design and at each world. Args and errors as `contrasts`."""
    from simulation.analysis.factorpictures import over_factors
    from simulation.analysis.pairedpictures import reductions

    found = contrasts(readings, outcomes, regime)
    over = table(found, readings)
    tables = {"differences": over}
    if len(readings.points) > 1:
        tables["differences-by-world"] = by_world(found, readings)
    said = notes(found, readings)
    if len(readings.points) > 1 and tables["differences-by-world"]["bootstrap_low"].isna().all():
        said = (*said, "Single worlds have no bootstrap interval: there are too many of them, or too few pairs.")
    drawn = (*reductions(found, readings, "variance-reduction"), *over_factors(found, readings))
    return [Section("paired", title(found), lines(found, over), tables, drawn, said)]


def title(found: Sequence[Contrast]) -> str:
    """What the first contrast shows, and how many of the others can be told from zero."""
    first = found[0]
    if first.whole.pairs == 0:
        begin = f"{first.outcome.label} has no value under both {first.first} and {first.regime}"
    elif not first.whole.excludes_zero:
        begin = (f"{first.outcome.label} cannot be told apart under {first.first} and {first.regime}"
                 f"{_over(first)}")
    else:
        side = "higher" if first.whole.difference > 0 else "lower"
        size = wording.difference(first.outcome, first.whole.difference).lstrip("+−")
        begin = f"{first.outcome.label} is {size} {side} under {first.regime} than under {first.first}{_over(first)}"
    if len(found) == 1:
        return begin
    told = sum(each.whole.excludes_zero for each in found)
    return f"{begin}; {told} of {len(found)} differences can be told from zero"


def _over(found: Contrast) -> str:
    return "" if len(found.at) == 1 else f", on average over {found.whole.worlds:,} worlds"


def lines(found: Sequence[Contrast], over: pd.DataFrame) -> tuple[str, ...]:
    """A line a contrast: effect and intervals in the outcome's unit, then everything without a unit."""
    said = [_line(each, over.iloc[i]) for i, each in enumerate(found[:LINES])]
    if len(found) > LINES:
        said.append(f"The other {len(found) - LINES} are in the table.")
    return tuple(said)


def _line(each: Contrast, row: pd.Series) -> str:
    whole, outcome = each.whole, each.outcome
    if whole.pairs == 0:
        return f"{each.says}: no pair has a value under both."
    spread = [f"95 % {wording.interval(outcome, whole.low, whole.high)}"] if math.isfinite(whole.low) else []
    if math.isfinite(row["bootstrap_low"]):
        how = "bootstrap over worlds" if len(each.at) > 1 else "bootstrap"
        spread.append(f"{how} {wording.interval(outcome, row['bootstrap_low'], row['bootstrap_high'])}")
    if whole.over_worlds and math.isfinite(whole.here_low):
        spread.append(f"in these very worlds {wording.interval(outcome, whole.here_low, whole.here_high)}")
    text = f"{each.says}: {wording.difference(outcome, whole.difference)} ({'; '.join(spread) or 'no interval'})."
    more = []
    if math.isfinite(whole.effect):
        more.append(f"{wording.number(whole.effect, 1, signed=True)} standard deviations of a pair")
    if math.isfinite(whole.better.share):
        more.append(f"{each.regime} is better in {_percent(whole.better)} of pairs")
    more.append(f"{_percent(whole.same_sign)} have the sign of the mean")
    if math.isfinite(whole.variance_reduction):
        more.append(f"pairing cut the variance {_times(whole.variance_reduction)}")
    more.append(f"{whole.pairs:,} pair{'s' if whole.pairs > 1 else ''}"
                + (f" in {whole.worlds:,} worlds" if len(each.at) > 1 else ""))
    return f"{text} {', '.join(more)}."


def _percent(share: Share) -> str:
    text = f"{wording.number(100 * share.share, 0)} %"
    return f"{text} ({wording.number(100 * share.low, 0)} to {wording.number(100 * share.high, 0)} %)"


def _times(factor: float) -> str:
    return f"{wording.number(factor, 1)} times" if factor < 1000 else "more than 1,000 times"


def notes(found: Sequence[Contrast], readings: Readings) -> tuple[str, ...]:
    """What the intervals cannot bear: worlds that were drawn, little gained by pairing, skew, rare modes, few pairs."""
    said = []
    first = found[0].whole
    if first.over_worlds:
        blocks = f", in {len(first.units):,} blocks drawn together" if len(first.units) < first.worlds else ""
        said.append("The 95 % interval of a mean over worlds is about all worlds that could have been drawn like these "
                    f"{first.worlds:,}{blocks}. In these very worlds luck alone leaves less open; the table has both.")
    elif len(readings.points) > 1:
        said.append("The worlds were chosen, not drawn: an interval of the mean over them is about these very worlds. "
                    "Taking them as drawn from many is in the table.")
    little = [each for each in found if each.whole.variance_reduction < statistics.LITTLE_GAIN]
    if little:
        factors = [each.whole.variance_reduction for each in little]
        said.append(f"Pairing cut the variance of {_named(little)} less than {statistics.LITTLE_GAIN} times "
                    f"({wording.number(min(factors), 1)} at least): independent runs would have done nearly as well, "
                    "because over a long horizon small causes part the runs.")
    if all(math.isnan(each.whole.variance_reduction) for each in found):
        said.append("What pairing achieved cannot be said: no world has two pairs that differ.")
    said += _skewed(found)
    if first.pairs and max(at.pairs for at in found[0].at) == 1:
        said.append("Every world has one pair: a difference at one world has no interval.")
    return tuple(said)


def _skewed(found: Sequence[Contrast]) -> list[str]:
    """Warnings about t intervals that are likely too narrow: of the whole design and of single worlds."""
    said = []
    alone = len(found[0].at) == 1
    odd = [each for each in found if len(each.whole.units) < statistics.MANY_PAIRS
           and abs(each.whole.skewness) > statistics.SKEWED]
    if odd:
        what, more = ("differences", "pairs") if alone else ("means of worlds", "worlds")
        skews = wording.listed([f"{wording.number(each.whole.skewness, 1, signed=True)}" for each in odd[:LINES]])
        said.append(f"The {what} are skewed for {_named(odd)} ({skews}), so the t interval is likely too narrow. Run "
                    f"{statistics.MANY_PAIRS} or more {more}; a bootstrap is no cure for few.")
    tipping = [(point, each) for each in found for point, at in enumerate(each.at)
               if at.pairs >= LEAST_FOR_MODES and statistics.rare_mode(known(each.differences[point]))]
    skewed = [each for each in found if often_skewed(each)]
    if tipping:
        at_worlds = "" if alone else f" at {len({point for point, _ in tipping})} of {len(found[0].at):,} worlds"
        said.append(f"A few pairs lie far from the others{at_worlds}, as where some runs tip into another state: "
                    f"{_named([each for _, each in tipping])}. The mean then stands for neither state, and few pairs "
                    f"may miss the rare one: run {statistics.MANY_PAIRS} or more, and look at the pairs.")
    if skewed and not alone:
        most = max(map(often_skewed, skewed))
        said.append(f"At up to {most:,} of {len(found[0].at):,} worlds the differences are skewed and the pairs few, "
                    f"so that intervals there are likely too narrow: {_named(skewed)}.")
    return said


def _named(found: Sequence[Contrast]) -> str:
    """The outcomes of contrasts, each once; with the regime where there are several."""
    return wording.listed(list(dict.fromkeys(f"{each.outcome.label[0].lower()}{each.outcome.label[1:]} under "
                                             f"{each.regime}" for each in found)))


def table(found: Sequence[Contrast], readings: Readings) -> pd.DataFrame:
    """A row a contrast over the whole design, in the outcome's own unit; columns as in `Whole`."""
    import pandas as pd

    rows = []
    for each in found:
        whole = each.whole
        low, high = bootstrap(whole.units, readings.seed)
        shift = whole.difference - whole.units.mean() if len(whole.units) else 0.0
        among = statistics.interval(whole.units)
        rows.append({
            "outcome": each.outcome.name, "regime": each.regime, "against": each.first, "difference": whole.difference,
            "low": whole.low, "high": whole.high, "bootstrap_low": low[0] + shift, "bootstrap_high": high[0] + shift,
            "interval_of": _interval_of(each), "these_low": whole.here_low, "these_high": whole.here_high,
            "drawn_low": among[0] + shift, "drawn_high": among[1] + shift, "mean_against": whole.first,
            "mean": whole.second, "effect": whole.effect, "better_share": whole.better.share,
            "better_low": whole.better.low, "better_high": whole.better.high, "same_sign": whole.same_sign.share,
            "same_sign_low": whole.same_sign.low, "same_sign_high": whole.same_sign.high,
            "variance_reduction": whole.variance_reduction, "skewness": whole.skewness, "pairs": whole.pairs,
            "worlds": whole.worlds})
    frame = pd.DataFrame(rows)
    return frame if len(readings.points) > 1 else frame.drop(columns=["these_low", "these_high", "drawn_low",
                                                                      "drawn_high"])


def _interval_of(each: Contrast) -> str:
    if len(each.at) == 1:
        return "this world"
    return "worlds like these" if each.whole.over_worlds else "these worlds"


def by_world(found: Sequence[Contrast], readings: Readings) -> pd.DataFrame:
    """A row a world and contrast, in the outcome's own unit; columns as in `statistics.Paired`."""
    import pandas as pd

    frames = []
    boots = bootstrap(np.concatenate([each.differences for each in found]), readings.seed)
    for i, each in enumerate(found):
        points = len(each.at)
        mine = slice(i * points, (i + 1) * points)
        columns: dict[str, object] = {"point": np.arange(points)}
        columns |= {f.name: readings.points[:, j] for j, f in enumerate(readings.factors)}
        columns |= {"outcome": each.outcome.name, "regime": each.regime, "against": each.first,
                    "difference": [at.difference for at in each.at], "low": [at.low for at in each.at],
                    "high": [at.high for at in each.at], "bootstrap_low": boots[0][mine],
                    "bootstrap_high": boots[1][mine], "mean_against": [at.first for at in each.at],
                    "mean": [at.second for at in each.at], "effect": [at.effect for at in each.at],
                    "better_share": [_better(at) for at in each.at],
                    "same_sign": _same_sign(each), "variance_reduction": [at.variance_reduction for at in each.at],
                    "skewness": [at.skewness for at in each.at],
                    "far_off": [statistics.rare_mode(known(row)) for row in each.differences],
                    "pairs": [at.pairs for at in each.at]}
        frames.append(pd.DataFrame(columns))
    return pd.concat(frames, ignore_index=True)


def _better(at: statistics.Paired) -> float:
    return math.nan if at.better_in is None or not at.pairs else (at.better_in + at.tied / 2) / at.pairs


def _same_sign(each: Contrast) -> np.ndarray:
    """float64 (points,): share of a world's pairs whose difference has the sign of that world's mean."""
    middle = np.array([at.difference for at in each.at])[:, None]
    known = ~np.isnan(each.differences)
    same = (np.sign(each.differences) == np.sign(middle)) & known
    count = known.sum(axis=1)
    return np.divide(same.sum(axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
