"""One attribute of the agents: how it is read, checked and written, for one row or for many at once.

A field is a Python descriptor (`person.trust`) and the same thing over an array of rows (`people.agg("trust", mean)`).
Both go to the column; nothing is copied and nothing is kept.
"""

from __future__ import annotations

import difflib
import math
import numbers
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.columns import Column
from simulation.vocabulary import NOBODY

if TYPE_CHECKING:
    from simulation.roster import Roster

Rows = np.ndarray | slice
"""Rows of one family: an integer array, or a slice where they lie one after another."""

Range = tuple[float, float]


def nearest(name: str, names: Iterable[str]) -> str:
    """`; nearest: a, b` for the end of an error message, empty if nothing is near."""
    found = difflib.get_close_matches(name, list(names), 3, 0.55)
    return f"; nearest: {', '.join(found)}" if found else ""


_DECIMALS = 1e6


def told(value: float) -> float:
    """A single-precision value as it was said: the number of at most six decimals that is stored so, if there is one.

    So that `person.trust = 0.3` reads as 0.3, not as 0.30000001192092896; assigning what was read changes nothing.
    """
    short = round(value * _DECIMALS) / _DECIMALS if math.isfinite(value) else value
    return short if np.float32(short) == value else value


def told_array(values: np.ndarray) -> np.ndarray:
    """`told` for many values: float64."""
    exact = values.astype(np.float64)
    short = np.rint(exact * _DECIMALS) / _DECIMALS
    return np.where(short.astype(np.float32) == values, short, exact)


class Field:
    """One attribute that lives in a column.

    Args:
        family: the family of the column (`simulation.columns.FAMILIES`).
        column: its declaration.
        accepted: the range of values that may be assigned, None if it may not be assigned.
        slot: which of the column's parallel arrays, for columns that have a width.
        names: what the stored numbers are called, where people read names.
        fixed: why it may not be assigned.
    """

    def __init__(self, family: str, column: Column, accepted: Range | None = None, slot: int | None = None,
                 names: tuple[str, ...] | None = None,
                 fixed: str = "it is the engine's own bookkeeping") -> None:
        self.family, self.column, self.accepted, self.slot, self.names = family, column.name, accepted, slot, names
        self.dtype, self.fixed = np.dtype(column.dtype), fixed
        self.truth = self.dtype == np.uint8 and accepted == (0, 1)
        self.single = self.dtype == np.float32
        self.attribute = column.name
        self.__doc__ = column.meaning + "."

    def __set_name__(self, owner: type, name: str) -> None:
        self.attribute = name

    def array(self, roster: Roster) -> np.ndarray:
        """The column itself, one value a row."""
        whole = getattr(getattr(roster.world, self.family), self.column)
        return whole if self.slot is None else whole[self.slot]

    # one row

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        value = self.array(agent.model.roster).item(agent.row)
        if self.names is not None:
            return self.names[value]
        if self.single:
            return told(value)
        return value != 0 if self.truth else value

    def __set__(self, agent: Any, value: Any) -> None:
        self.array(agent.model.roster)[agent.row] = self.checked(value, type(agent), agent.model.roster)

    # many rows

    def raw(self, roster: Roster, rows: Rows) -> np.ndarray:
        """What is stored, in the order of `rows`. Never write to it."""
        return self.array(roster)[rows]

    def decoded(self, roster: Roster, raw: np.ndarray) -> list[Any]:
        """Stored values as an agent's attribute would give them."""
        if self.names is not None:
            return [self.names[code] for code in raw.tolist()]
        return (raw != 0).tolist() if self.truth else self.numbers(raw).tolist()

    def numbers(self, raw: np.ndarray) -> np.ndarray:
        """Stored numbers as an agent's attribute would give them, as an array."""
        return told_array(raw) if self.single and raw.dtype == np.float32 else raw

    def is_number(self) -> bool:
        """Whether what is stored is what an agent's attribute gives: then arrays may stand for lists."""
        return self.names is None and not self.truth

    def assign(self, roster: Roster, rows: Rows, value: Any, owner: type) -> None:
        """Give every row the same value, or each its own where `value` is an array as long as `rows`."""
        if isinstance(value, np.ndarray) and value.ndim == 1:
            self.array(roster)[rows] = self._checked_array(value, owner)
        else:
            self.array(roster)[rows] = self.checked(value, owner, roster)

    # checks

    def checked(self, value: Any, owner: type, roster: Roster) -> Any:
        """`value` as it is stored; TypeError or ValueError that names it, or AttributeError if nothing may be."""
        where = f"{owner.__name__}.{self.attribute}"
        if self.accepted is None:
            raise AttributeError(f"{where} cannot be assigned: {self.fixed}")
        low, high = self.accepted
        says = self._accepts(low, high)
        if self.truth and isinstance(value, bool | np.bool_):
            return int(value)
        whole = self.dtype.kind in "iu"
        if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral if whole else numbers.Real):
            raise TypeError(f"{where} takes {says}, not {value!r}")
        if not whole and not math.isfinite(value) or not low <= value <= high:
            raise ValueError(f"{where} takes {says}, not {value!r}")
        return int(value) if whole else float(value)

    def _checked_array(self, values: np.ndarray, owner: type) -> np.ndarray:
        where = f"{owner.__name__}.{self.attribute}"
        if self.accepted is None:
            raise AttributeError(f"{where} cannot be assigned: {self.fixed}")
        low, high = self.accepted
        if values.dtype.kind not in ("biu" if self.dtype.kind in "iu" else "iuf"):
            raise TypeError(f"{where} takes {self._accepts(low, high)}, not an array of {values.dtype}")
        wrong = ~((values >= low) & (values <= high))
        if wrong.any():
            raise ValueError(f"{where} takes {self._accepts(low, high)}, not {values[wrong][0].item()!r}")
        return values

    def _accepts(self, low: float, high: float) -> str:
        if self.truth:
            return "True or False"
        kind = "a whole number" if self.dtype.kind in "iu" else "a number"
        return f"{kind} from {low:g} up" if high == math.inf else f"{kind} from {low:g} to {high:g}"


class Total(Field):
    """The sum over a column's parallel arrays: read only, because it does not say which part should change."""

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        return float(self.array(agent.model.roster)[:, agent.row].sum(dtype=np.float64))

    def raw(self, roster: Roster, rows: Rows) -> np.ndarray:
        whole = self.array(roster)
        total = whole[0, rows].astype(np.float64)
        for part in whole[1:]:
            total += part[rows]
        return total


class Moment(Field):
    """A tick, read only. Columns count from the start of the burn-in, agents from the start of the scenario, so that
    what came before is negative."""

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        return self.array(agent.model.roster).item(agent.row) - agent.model.world.burn_in

    def raw(self, roster: Roster, rows: Rows) -> np.ndarray:
        return self.array(roster)[rows].astype(np.int64) - roster.world.burn_in


class Link(Field):
    """A column that holds the row of another agent; None where there is nobody."""

    def __init__(self, family: str, column: Column, target: str, assignable: bool = False, fixed: str = "") -> None:
        super().__init__(family, column, None, fixed=fixed)
        self.target, self.assignable = target, assignable

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        roster = agent.model.roster
        row = self.array(roster).item(agent.row)
        return None if row == NOBODY else roster.at(self.target, row)

    def decoded(self, roster: Roster, raw: np.ndarray) -> list[Any]:
        return [None if row == NOBODY else roster.at(self.target, row) for row in raw.tolist()]

    def is_number(self) -> bool:
        return False

    def assign(self, roster: Roster, rows: Rows, value: Any, owner: type) -> None:
        self.array(roster)[rows] = self.checked(value, owner, roster)

    def checked(self, value: Any, owner: type, roster: Roster) -> Any:
        where = f"{owner.__name__}.{self.attribute}"
        if not self.assignable:
            raise AttributeError(f"{where} cannot be assigned: {self.fixed}")
        if value is None:
            return NOBODY
        wanted = roster.family(self.target).agent_type
        if not isinstance(value, wanted) or value.model is not roster.model:
            raise TypeError(f"{where} takes a {wanted.__name__} of the same model or None, not {value!r}")
        return value.row


class Place(Field):
    """The place where a row lives or works, worked out from where the rows of each place begin; never stored."""

    def __init__(self, family: str) -> None:
        super().__init__(family, Column("place", np.int64, "Place, counted from 0"), None,
                         fixed="nobody moves between places in this model")

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        return int(np.searchsorted(self.array(agent.model.roster), agent.row, side="right")) - 1

    def array(self, roster: Roster) -> np.ndarray:
        return getattr(roster.world, f"{self.family}_start")

    def raw(self, roster: Roster, rows: Rows) -> np.ndarray:
        if isinstance(rows, slice):
            rows = np.arange(rows.start, rows.stop)
        return np.searchsorted(self.array(roster), rows, side="right") - 1


class Own(Field):
    """An attribute that a modeller declared for one model (`CareSystem.add_column`); it holds its own column."""

    def __init__(self, agent_type: str, name: str, values: np.ndarray) -> None:
        limits: Range = (-math.inf, math.inf)
        if values.dtype.kind in "iu":
            limits = (int(np.iinfo(values.dtype).min), int(np.iinfo(values.dtype).max))
        super().__init__(agent_type, Column(name, values.dtype.type, "Declared by the modeller for this model"), limits)
        self.truth, self.values = False, values

    def array(self, roster: Roster) -> np.ndarray:
        return self.values

    def is_number(self) -> bool:
        return self.dtype.kind in "iuf"

    def checked(self, value: Any, owner: type, roster: Roster) -> Any:
        if self.dtype.kind == "O":
            return value
        if self.dtype.kind == "b":
            if not isinstance(value, bool | np.bool_):
                raise TypeError(f"{owner.__name__}.{self.attribute} takes True or False, not {value!r}")
            return value
        if self.dtype.kind == "f" and isinstance(value, numbers.Real):
            return float(value)
        return super().checked(value, owner, roster)

    def _checked_array(self, values: np.ndarray, owner: type) -> np.ndarray:
        return super()._checked_array(values, owner) if self.dtype.kind in "iu" else values

    def _accepts(self, low: float, high: float) -> str:
        return super()._accepts(low, high) if self.dtype.kind in "iu" else "a number"
