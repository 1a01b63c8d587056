"""Numbers in words: how a value, a difference and an interval of an outcome are printed, everywhere the same.

Shares are printed as percentages and their differences as points; money with its pound sign; a minus is a minus sign.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from simulation.outcomes import Outcome

MISSING = "–"
"""Printed where a run has no value, for example a mean wait when nobody was seen."""


def is_share(outcome: Outcome) -> bool:
    return outcome.unit == "share" or outcome.unit.startswith("share ")


def is_money(outcome: Outcome) -> bool:
    return outcome.unit.startswith("pounds")


def scale(outcome: Outcome) -> float:
    """What a value is multiplied by before it is printed or drawn."""
    return 100.0 if is_share(outcome) else 1.0


def unit(outcome: Outcome) -> str:
    """The unit as printed: `share of contacts` becomes `% of contacts`, `pounds a year` becomes `£ a year`."""
    if is_share(outcome):
        return outcome.unit.replace("share", "%", 1)
    if is_money(outcome):
        return outcome.unit.replace("pounds", "£", 1)
    return outcome.unit.replace("..", " to ")


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with thousands separators and a true minus sign."""
    if not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        return text
    return ("−" if value < 0 else "+" if signed else "") + text


def _decimals(outcome: Outcome) -> int:
    return max(0, outcome.decimals - 2) if is_share(outcome) else outcome.decimals


def _dressed(text: str, outcome: Outcome, suffix: str) -> str:
    if text == MISSING:
        return text
    if is_money(outcome):
        return text[0] + "£" + text[1:] if text[0] in "−+" else "£" + text
    return text + suffix


def value(outcome: Outcome, amount: float) -> str:
    """A value of an outcome with its sign or percent mark: `84.2 %`, `£2,410`, `0.641`, `35.0`."""
    return _dressed(number(amount * scale(outcome), _decimals(outcome)), outcome, " %" if is_share(outcome) else "")


def quantity(outcome: Outcome, amount: float) -> str:
    """A value with the rest of its unit, for a sentence: `84.2 % within target`, `£2,410 a person a year`."""
    text = value(outcome, amount)
    if text == MISSING:
        return "no value"
    rest = unit(outcome).removeprefix("%").removeprefix("£").strip()
    return text if rest in ("", "0 to 1", "0 to 6 a person", "standard deviation") else f"{text} {rest}"


def places(outcome: Outcome, amounts: Sequence[float]) -> int:
    """Decimals for a difference: the outcome's own, and up to two more where they would print a small one as zero."""
    usual = _decimals(outcome)
    sizes = [abs(a) * scale(outcome) for a in amounts if math.isfinite(a) and a != 0]
    if not sizes:
        return usual
    needed = -math.floor(math.log10(max(sizes)))  # one significant figure of the largest
    return min(max(usual, needed), usual + 2)


def difference(outcome: Outcome, amount: float, decimals: int | None = None) -> str:
    """A signed difference: `−7.2 points`, `+1.67`, `−£36`."""
    decimals = places(outcome, [amount]) if decimals is None else decimals
    return _dressed(number(amount * scale(outcome), decimals, signed=True), outcome,
                    " points" if is_share(outcome) else "")


def interval(outcome: Outcome, low: float, high: float) -> str:
    """A 95 % interval of a difference: `−7.9 to −6.4`; `no interval` where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    decimals = places(outcome, [low, high])
    ends = [number(end * scale(outcome), decimals, signed=True) for end in (low, high)]
    return " to ".join(_dressed(end, outcome, "") if is_money(outcome) else end for end in ends)


def better_in(count: int | None, tied: int, pairs: int) -> str:
    """`18 of 20`, with ties said; `–` where better is a matter of view."""
    if pairs == 0 or count is None:
        return MISSING
    if tied == pairs:
        return f"same in all {pairs}" if pairs > 1 else "the same"
    return f"{count} of {pairs}" + (f", {tied} equal" if tied else "")


def listed(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def duration(weeks: float) -> str:
    """A length of time in the unit people would use: `4 weeks`, `4 hours`, `20 minutes`, `5 years`."""
    for name, size in (("year", 365.25 / 7), ("week", 1.0), ("day", 1 / 7), ("hour", 1 / 168), ("minute", 1 / 10_080)):
        count = weeks / size
        if name == "year" and count < 2:
            continue
        if count >= 0.995:
            text = f"{count:,.0f}" if abs(count - round(count)) < 0.02 else f"{count:,.1f}"
            return f"{text} {name}" + ("" if text == "1" else "s")
    return f"{weeks * 10_080:.2g} minutes"
