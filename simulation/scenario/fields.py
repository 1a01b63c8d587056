"""The kinds of value that a scenario holds: durations, shares, whole numbers, text, tables of numbers.

Each is a pydantic type that reads what a file says, checks the range and describes itself to JSON Schema. In a file a
number with a dimension needs its unit; in Python a bare number is taken to be in the unit that the field documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from simulation.scenario.errors import quote, unknown
from simulation.scenario.units import UnitError, check_range, convert, pattern, show


class Frozen(BaseModel):
    """A part of a scenario: no unknown fields, no changes once made."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class FrozenMap(dict):
    """A dict that cannot be changed: a scenario never changes once loaded."""

    def _refuse(self, *_: object, **__: object) -> None:
        raise TypeError("a scenario is frozen; load it again with set={...}")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return FrozenMap, (dict(self),)


class Complaints:
    """Problems found by one check, each with its path below the thing that is checked."""

    def __init__(self) -> None:
        self.found: list[InitErrorDetails] = []

    def add(self, path: tuple[str | int, ...], message: str, kind: str = "wrong", value: object = None) -> None:
        self.found.append(InitErrorDetails(
            type=PydanticCustomError(kind, "{message}", {"message": message}), loc=path, input=value))  # type: ignore[arg-type]

    def take(self, path: tuple[str | int, ...], error: ValueError) -> None:
        """Add what another check raised, below `path`."""
        if not isinstance(error, ValidationError):
            self.add(path, str(error))
            return
        for detail in error.errors(include_url=False):
            self.add((*path, *detail["loc"]), detail["msg"], detail["type"], detail["input"])

    def error(self) -> ValidationError:
        """Everything that was found, to be raised."""
        return ValidationError.from_exception_data("scenario", self.found)

    def raise_if_any(self) -> None:
        if self.found:
            raise self.error()


def from_file(info: ValidationInfo) -> bool:
    """Whether the value comes from a file or override, where units are needed."""
    return bool(info.context and info.context.get("file"))


def number_schema(unit: str, low: float, high: float, description: str = "") -> dict[str, Any]:
    """JSON Schema of a quantity as a file may say it."""
    said = f"{description} Accepted: {low:.6g} to {show(high, unit)}{' (share)' if unit == 'share' else ''}.".strip()
    text = pattern(unit)
    if text is None:
        return {"type": "number", "minimum": low, "maximum": high, "description": said}
    if unit == "share":
        choices: list[dict[str, Any]] = [{"type": "number", "minimum": low, "maximum": high},
                                         {"type": "string", "pattern": text}]
        return {"anyOf": choices, "description": said}
    return {"type": "string", "pattern": text, "description": said}


def _quantity(unit: str, low: float, high: float) -> tuple[Any, Any]:
    def read(value: object, info: ValidationInfo) -> float:
        number = convert(value, unit, bare=not from_file(info))
        check_range(number, value, low, high, unit)
        return number

    return BeforeValidator(read), WithJsonSchema(number_schema(unit, low, high))


def duration(low: float, high: float) -> Any:
    """A pydantic type: a length of time in weeks, between `low` and `high` weeks."""
    return Annotated[float, *_quantity("week", low, high)]


def share(low: float = 0, high: float = 1) -> Any:
    """A pydantic type: a share or factor, bare or in per cent."""
    return Annotated[float, *_quantity("share", low, high)]


def whole(low: int, high: int, unit: str = "number") -> Any:
    """A pydantic type: a whole number between `low` and `high`."""

    def read(value: object) -> int:
        try:
            number = value if type(value) is int else convert(value, unit, bare=True)
        except UnitError:
            if unit == "number":
                raise UnitError(f"{quote(value)} is not a whole number") from None
            raise
        if number != int(number):
            raise UnitError(f"{quote(value)} is not a whole number")
        if not low <= number <= high:
            raise UnitError(f"{quote(value)} is out of range; accepted {low:,} to {high:,}"
                            + ("" if unit == "number" else f" {unit}"))
        return int(number)

    return Annotated[int, BeforeValidator(read), WithJsonSchema({"type": "integer", "minimum": low, "maximum": high})]


def _text(value: object) -> str:
    if not isinstance(value, str):
        advice = "; put it in quotes if it is meant as text" if isinstance(value, int | float) else ""
        raise ValueError(f"{quote(value)} is not text{advice}")
    if not value.strip():
        raise ValueError("is empty; text is needed")
    return value.strip()


def _line(value: object) -> str:
    text = " ".join(_text(value).split())
    if len(text) > 300:
        raise ValueError(f"{quote(text)} is too long for one line; at most 300 characters")
    return text


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{quote(value)} is not a truth value; accepted: true, false")
    return value


Text = Annotated[str, BeforeValidator(_text)]
"""Prose, any number of lines."""
MaybeText = Annotated[str, BeforeValidator(lambda value: "" if value == "" else _text(value))]
"""Prose, or nothing."""
Line = Annotated[str, BeforeValidator(_line)]
"""One line of text."""
Flag = Annotated[bool, BeforeValidator(_flag)]
"""true or false, and nothing that might mean it."""


def names_from(kind: str, names: Callable[[], Iterable[str]]) -> Any:
    """A pydantic type: a tuple of names, each one of `names()`, none twice."""

    def check(values: tuple[str, ...]) -> tuple[str, ...]:
        known = list(names())
        complaints = Complaints()
        for i, name in enumerate(values):
            if name not in known:
                complaints.add((i,), unknown(kind, name, known))
            elif name in values[:i]:
                complaints.add((i,), f"{quote(name)} is listed twice")
        complaints.raise_if_any()
        return values

    return Annotated[tuple[Line, ...], AfterValidator(check)]


def mapping_of(value: object, what: str) -> Mapping[str, Any]:
    """`value` if it is a mapping; raises ValueError that says what should stand there."""
    if not isinstance(value, Mapping):
        raise ValueError(f"{quote(value)} is not a mapping of {what}")
    return value


def numbers(kind: str, units: Mapping[str, tuple[str, float, float]], value: object, bare: bool) -> dict[str, float]:
    """A mapping of names to quantities in their declared units.

    Args: `units` name to (unit, low, high), which is also the order of the result.
    Raises: ValidationError with every unknown name, wrong unit and value out of range; ValueError for no mapping.
    """
    read: dict[str, float] = {}
    complaints = Complaints()
    for name, item in mapping_of(value, f"{kind} names to values").items():
        if name not in units:
            complaints.add((name,), unknown(kind, name, units), "unknown_key", item)
            continue
        unit, low, high = units[name]
        try:
            read[name] = convert(item, unit, bare=bare)
            check_range(read[name], item, low, high, unit)
        except UnitError as error:
            complaints.add((name,), str(error), value=item)
    complaints.raise_if_any()
    return {name: read[name] for name in units if name in read}
