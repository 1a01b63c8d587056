"""What a comparison shows, in plain sentences that follow the numbers whichever way they fall.

No sentence has a favourite: every one is chosen by the signs of paired differences and by whether an interval holds
zero, never by which regime it is about. The terminal, the report and the dashboard all print these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from simulation import wording
from simulation.outcomes import BY_NAME, HEADLINE, Outcome
from simulation.statistics import Paired

Verdict = Literal["first", "second", "differs", "unclear", "equal", "nothing"]
"""Which regime is better: `differs` where better is a matter of view, `unclear` where the interval holds zero or there
is none, `equal` where every pair is exactly equal, `nothing` where no pair has a value."""

CAVEAT = "Illustrative, not a forecast."


def verdict(outcome: Outcome, paired: Paired) -> Verdict:
    """Which regime the paired differences speak for."""
    if paired.pairs == 0:
        return "nothing"
    if paired.tied == paired.pairs:
        return "equal"
    if not paired.excludes_zero:
        return "unclear"
    if outcome.better == "neither":
        return "differs"
    return "second" if (paired.difference > 0) == (outcome.better == "higher") else "first"


def findings(
    results: Mapping[str, Paired], first: str, second: str, names: Iterable[str] = HEADLINE
) -> tuple[str, ...]:
    """The sentences for one contrast.

    Args:
        results: outcome name to paired statistics of `second` against `first`, as `Comparison.paired` gives them.
        first, second: what to call the two regimes.
        names: the outcomes to speak of, in order; those without results are passed over.
    """
    outcomes = [BY_NAME[name] for name in names if name in results]
    verdicts = {o.name: verdict(o, results[o.name]) for o in outcomes}
    pairs = max((results[o.name].pairs for o in outcomes), default=0)
    if not pairs:
        return ("No pair of runs has a value for any headline outcome.",)
    if all(v in ("equal", "nothing") for v in verdicts.values()):
        return (f"{first} and {second} gave exactly the same figures in {_counted(pairs)}: "
                "nothing that differs between them had an effect here.",)
    sentences = []
    if {"recorded_performance", "true_performance"} <= set(verdicts):
        sentences.append(_record_and_truth(results, verdicts, first, second))
    if pairs == 1:
        return (*sentences, "One pair is one possible history: run more pairs before believing any difference.")
    rest = [o for o in outcomes if o.name not in ("recorded_performance", "true_performance")]
    for side, regime in (("first", first), ("second", second)):
        won = [o for o in rest if verdicts[o.name] == side]
        listed = wording.listed([f"{_mid(o.label)} ({_size(o, results[o.name])})" for o in won])
        sentences.append(f"Better under {regime}: {listed or 'none of the other headline outcomes'}.")
    differ = [o for o in rest if verdicts[o.name] == "differs"]
    if differ:
        sentences.append("Different, though whether for better is a matter of view: "
                         f"{wording.listed([_mid(o.label) for o in differ])}.")
    unclear = [o for o in rest if verdicts[o.name] in ("unclear", "equal")]
    if unclear:
        sentences.append(f"Not distinguishable from zero in {_counted(pairs)}: "
                         f"{wording.listed([_mid(o.label) for o in unclear])}.")
    return tuple(sentences)


def _record_and_truth(results: Mapping[str, Paired], verdicts: Mapping[str, Verdict], first: str, second: str) -> str:
    """What the record says of the two regimes and whether the truth agrees."""
    name = {"first": first, "second": second}
    said, held = verdicts["recorded_performance"], verdicts["true_performance"]

    def both(key: str) -> str:
        outcome, paired = BY_NAME[key], results[key]
        before, after = wording.value(outcome, paired.first), wording.value(outcome, paired.second)
        return f"{before} under {first}, {after} under {second}"

    if results["recorded_performance"].pairs == 1:
        return (f"In this one pair the record has {both('recorded_performance')} seen within the target; the truth is "
                f"{both('true_performance')}.")
    record = f"On record, people seen within the target: {both('recorded_performance')}"
    record += f", so {name[said]} looks better." if said in name else ", which does not tell the two apart."
    if held not in name:
        truth = "In truth the two cannot be told apart"
    elif said not in name:
        truth = f"In truth {name[held]} is better"
    elif said == held:
        truth = "In truth it is better too"
    else:
        truth = "In truth it is the other way round"
    return f"{record} {truth}: {both('true_performance')}."


def _size(outcome: Outcome, paired: Paired) -> str:
    """How big a difference is: points for shares, per cent of the first regime's mean for the rest."""
    if wording.is_share(outcome) or not paired.first:
        return wording.difference(outcome, paired.difference)
    return f"{wording.number(paired.difference / abs(paired.first) * 100, 1, signed=True)} %"


def _mid(label: str) -> str:
    """A label in the middle of a sentence."""
    return label[0].lower() + label[1:]


def _counted(pairs: int) -> str:
    return "one pair" if pairs == 1 else f"{pairs} pairs"
