"""Quantities as people write them: '5 years', '4 %', '0.06 per week', '20 minutes', '£40 per hour'.

Exact until the last step: a quantity is a rational number, so that '7 days' and '1 week', '100 %' and '1' are the same
float. The length of a unit comes from `simulation.parameters.WEEKS_PER` and nowhere else.
"""

from __future__ import annotations

import re
from fractions import Fraction
from numbers import Integral, Real

from simulation.parameters import PLAIN_UNITS, WEEKS_PER
from simulation.scenario.errors import nearest, quote

TIMES = tuple(WEEKS_PER)
_WEEKS = {name: Fraction(weeks).limit_denominator(100_000) for name, weeks in WEEKS_PER.items()}
_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"
_QUANTITY = re.compile(rf"(?P<sign>-?)(?P<pound>£?)\s*(?P<number>{_NUMBER})\s*(?P<unit>.*)", re.DOTALL)
_COUNTED = {"people": "people", "person": "people", "choice": "choices", "choices": "choices", "word": "words",
            "words": "words", "pound": "pounds", "pounds": "pounds"}
_LONGEST = 60

_KIND = {"share": "a share", "number": "a number", "hours": "hours of work", "hours per week": "hours of work per week",
         "pounds": "an amount of money", "pounds per hour": "a price per hour", "people": "a number of people",
         "choices": "a number of choices", "words": "a number of words"}
_EXAMPLE = {"share": "0.04 or '4 %'", "number": "2 or 0.5", "hours": "'1.5 hours' or '20 minutes'",
            "hours per week": "'37.5 hours per week'", "pounds": "'£40'", "pounds per hour": "'£40 per hour'",
            "people": "10000", "choices": "3", "words": "1"}


class UnitError(ValueError):
    """A value that is not a quantity of the kind that is needed."""


def kind_of(unit: str) -> str:
    """What a declared unit measures, for messages: `a share`, `a duration`, `a rate`."""
    return _KIND.get(unit) or ("a rate" if unit.startswith("per ") else "a duration")


def example(unit: str) -> str:
    """How a quantity of this declared unit may be written."""
    if unit in _EXAMPLE:
        return _EXAMPLE[unit]
    if unit.startswith("per "):
        return f"'0.5 {unit}'" if unit == "per week" else f"'0.5 {unit}' or '0.01 per week'"
    return f"'5 {unit}s'" if unit == "year" else f"'5 {unit}s' or '2 years'"


def _needed(unit: str) -> str:
    return f"{kind_of(unit)}, such as {example(unit)}"


def _time(word: str) -> str | None:
    if word in _WEEKS:
        return word
    return word[:-1] if word.endswith("s") and word[:-1] in _WEEKS else None


def _read_unit(text: str, whole: str) -> tuple[str, str]:
    """What a unit counts ('' for a plain number, '%', a unit of time, 'pounds', 'people', ...) and per what time."""
    words = text.replace("%", " % ").split()
    if words[:2] == ["per", "cent"]:
        words[:2] = ["%"]
    top, per = "", ""
    if words and words[0] != "per":
        first = words.pop(0)
        top = "%" if first in ("%", "percent") else _time(first) or _COUNTED.get(first, "")
        if not top:
            raise UnitError(_unknown_unit(first, whole))
    if words:
        if words[0] != "per" or len(words) != 2:
            raise UnitError(_unknown_unit(" ".join(words), whole))
        per = words[1] if words[1] in _WEEKS else ""
        if not per:
            raise UnitError(_unknown_unit(f"per {words[1]}", whole))
    return top, per


def _unknown_unit(unit: str, whole: str) -> str:
    if re.match(r"[,_][0-9]", unit):
        return f"{quote(whole)} is not a number; write the digits without commas or underscores"
    known = [*(f"{t}s" for t in TIMES), *(f"per {t}" for t in TIMES), "%", "people", "pounds", "choices", "words"]
    near = nearest(unit, known) if unit not in known else None
    hint = f"did you mean {near!r}?" if near else f"units are {', '.join(f'{t}s' for t in TIMES)}, 'per' any of them, %"
    return f"unknown unit {quote(unit)} in {quote(whole)}; {hint}"


def _split(value: object, unit: str) -> tuple[Fraction, str, str, bool]:
    """Number, what it counts, per what time, and whether it came as a bare number."""
    if isinstance(value, bool) or not isinstance(value, str | Real):
        raise UnitError(f"{quote(value)} is not {_needed(unit)}")
    if isinstance(value, Real):
        text = str(int(value)) if isinstance(value, Integral) and abs(value) < 10**40 else repr(float(value))
        if not re.fullmatch(_NUMBER, text):
            raise UnitError(f"{quote(value)} is not a finite number; {_needed(unit)} is needed")
        return Fraction(text), "", "", True
    if len(value) > _LONGEST:
        raise UnitError(f"{quote(value)} is too long for a quantity; {_needed(unit)} is needed")
    found = _QUANTITY.fullmatch(value.strip())
    if not found:
        if value.strip().lstrip("-+.").lower() in ("nan", "inf", "infinity"):
            raise UnitError(f"{quote(value)} is not a finite number; {_needed(unit)} is needed")
        raise UnitError(f"{quote(value)} is not {_needed(unit)}")
    number = Fraction(found["number"]) * (-1 if found["sign"] else 1)
    top, per = _read_unit(found["unit"].strip(), value)
    if found["pound"]:
        if top:
            raise UnitError(f"{quote(value)} has two units; write {example(unit)}")
        top = "pounds"
    return number, top, per, not (top or per)


def _is_a(top: str, per: str) -> str:
    """What was written, in the words of `kind_of`."""
    if per:
        return {"": "a rate", "%": "a rate", "hour": "hours of work per time", "pounds": "a price per time"}.get(
            top, f"a number of {top}s per time" if top in _WEEKS else f"a number of {top} per time")
    if top in _WEEKS:
        return "a duration"
    return {"%": "a share", "pounds": "an amount of money", "": "a number without unit"}.get(top, f"a number of {top}")


def convert(value: object, unit: str, *, bare: bool = False) -> float:
    """A value as written, in the declared unit.

    Purpose: the only way from a scenario file to a number of the model.
    Args: `value` a string or number; `unit` as in `simulation.parameters` (`share`, `week`, `per year`, `hours`, ...);
        `bare` whether a number without unit is taken to be in `unit` already (Python, never a file).
    Raises: UnitError for NaN and infinity, for an unknown unit, a missing one (only shares and counts may do without)
        or one of another kind. Ranges are not checked here.
    """
    number, top, per, is_bare = _split(value, unit)
    factor = Fraction(1) if is_bare and bare and not isinstance(value, str) else _factor(top, per, unit)
    if factor is None:
        if is_bare:
            raise UnitError(f"{quote(value)} has no unit; write {_needed(unit)}")
        raise UnitError(f"{quote(value)} is {_is_a(top, per)}, but {_needed(unit)} is needed")
    try:
        return float(number * factor) + 0.0  # + 0.0 turns -0.0 into 0.0: one value, one key
    except OverflowError:
        raise UnitError(f"{quote(value)} is too large") from None


def _factor(top: str, per: str, unit: str) -> Fraction | None:
    """What one of (`top`, `per`) is in the declared unit; None where it is of another kind."""
    rate = unit.removeprefix("per ")
    if unit in _WEEKS:
        return _WEEKS[top] / _WEEKS[unit] if top in _WEEKS and not per else None
    if rate in _WEEKS:
        size = {"": Fraction(1), "%": Fraction(1, 100)}.get(top)
        return size * _WEEKS[rate] / _WEEKS[per] if size and per else None
    if unit == "share":
        return {"": Fraction(1), "%": Fraction(1, 100)}.get(top) if not per else None
    if unit in ("hours", "hours per week"):
        if top not in ("minute", "hour") or bool(per) != (unit == "hours per week"):
            return None
        return _WEEKS[top] / _WEEKS["hour"] * (1 / _WEEKS[per] if per else 1)
    if unit == "pounds per hour":
        return _WEEKS["hour"] / _WEEKS[per] if top == "pounds" and per else None
    if unit == "pounds":
        return Fraction(1) if top == "pounds" and not per else None
    return Fraction(1) if top in ("", unit) and not per else None


def check_range(value: float, written: object, low: float, high: float, unit: str) -> None:
    """Raises UnitError unless low <= value <= high, all in `unit`; names what was written, both ends and the unit."""
    if low <= value <= high:
        return
    plain = {"share": "share" if high <= 1 else "factor", "number": "number"}.get(unit)
    shown = quote(written)
    if not plain and isinstance(written, str) and show(value, unit) != " ".join(written.split()):
        shown += f" ({show(value, unit)})"
    lowest = show(low, unit) if unit in _WEEKS and low else f"{low:.6g}"
    ends = f"{low:.6g} to {high:.6g} ({plain})" if plain else f"{lowest} to {show(high, unit)}"
    raise UnitError(f"{shown} is out of range; accepted {ends}")


def show(value: float, unit: str) -> str:
    """A value of a declared unit for people, six digits: `0.9 per year`, `4 weeks`, `£40 per hour`, `0.04`.

    A duration that is no round number in its unit is shown in the longest one in which it is: 52.17857 weeks is
    `1 year`.
    """
    text = f"{value:.6g}"
    if unit in _WEEKS and abs(float(text) - value) > 1e-12 * abs(value):
        for other in ("year", "month", "week", "day", "hour", "minute"):
            count = value * float(_WEEKS[unit] / _WEEKS[other])
            if abs(count) >= 1 - 1e-9 and abs(count - round(count)) < 1e-9 * abs(count):
                return _with_unit(str(round(count)), other)
    return _with_unit(text, unit)


def written(value: float, unit: str) -> str:
    """The same for a file, every digit: `convert(written(v, u), u) == v`."""
    text = repr(float(value))
    return _with_unit(text.removesuffix(".0"), unit)


def _with_unit(number: str, unit: str) -> str:
    if unit.startswith("pounds"):
        return f"£{number}{unit.removeprefix('pounds')}"
    if unit in _WEEKS:
        return f"{number} {unit}" if number == "1" else f"{number} {unit}s"
    if unit.startswith(("per ", "hours")):
        return f"{number} {unit}"
    return number


def pattern(unit: str) -> str | None:
    """A regular expression (ECMA 262) of the strings that `convert` takes, for JSON Schema; None for plain counts."""
    number = r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,3})?"
    times = "|".join(TIMES)
    body = {
        "share": rf"{number}( *%)?",
        "hours": rf"{number} *(minutes?|hours?)",
        "hours per week": rf"{number} *(minutes?|hours?) +per +({times})",
        "pounds": rf"(£ *{number}|{number} *pounds?)",
        "pounds per hour": rf"(£ *{number}|{number} *pounds?) +per +({times})",
    }.get(unit)
    if body is None and unit not in PLAIN_UNITS:
        body = rf"{number} *(% *)?per +({times})" if unit.startswith("per ") else rf"{number} *({times})s?"
    return None if body is None else f"^{body}$"
