"""Where two files of the same name part: the first row and column, line or entry, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

LONGEST = 60
"""Letters of a value that a message quotes."""
NAMED = 4
"""Columns that a message names a row by, at most."""


def difference(was: Path, now: Path) -> tuple[str, bool]:
    """How two files differ.

    Returns:
        What differs, in words, empty where every byte is the same; and whether every value is the same all the same,
        as in a Parquet file that another version of its library has packed another way.
    """
    before, after = was.read_bytes(), now.read_bytes()
    if before == after:
        return "", True
    if was.suffix == ".parquet":
        return _tables(was, now)
    if was.suffix == ".json":
        return _entries(json.loads(before), json.loads(after))
    if was.suffix == ".png":
        return f"the picture differs ({len(before):,} bytes, now {len(after):,})", False
    return _lines(before.decode("utf-8", "replace"), after.decode("utf-8", "replace"), was.suffix == ".csv"), False


def same_bits(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Where two arrays of one shape hold the same: floats bit by bit, but any NaN is as good as another."""
    if before.dtype.kind != "f":
        return np.asarray(before == after)
    bits = np.dtype(f"u{before.dtype.itemsize}")
    alike = np.ascontiguousarray(before).view(bits) == np.ascontiguousarray(after).view(bits)
    return alike | (np.isnan(before) & np.isnan(after))


def entry(before: Any, after: Any) -> str:
    """The first entry in which two pieces of plain data differ, in words; empty where they are the same."""
    return next(_parted("", before, after), "")


def _entries(before: Any, after: Any) -> tuple[str, bool]:
    found = entry(before, after)
    return (found, False) if found else ("the same entries, written otherwise", True)


def _parted(where: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            path = f"{where}.{name}" if where else str(name)
            if name not in after or name not in before:
                yield f"{path} is {'no longer' if name in before else 'only now'} there"
            else:
                yield from _parted(path, before[name], after[name])
    elif isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            yield f"{where or 'it'} had {len(before)} entries and has {len(after)}"
        for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
            yield from _parted(f"{where}[{number}]", one, other)
    elif before != after or type(before) is not type(after):
        yield f"{where or 'it'} was {_quoted(before)}, is now {_quoted(after)}"


def _lines(before: str, after: str, is_table: bool) -> str:
    old, new = before.splitlines(), after.splitlines()
    for number, (one, other) in enumerate(zip(old, new, strict=False), 1):
        if one != other:
            if is_table:
                return _cells(number, old[0], one, other)
            at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
                      min(len(one), len(other)))
            begin = max(0, at - LONGEST // 3)
            return f"line {number}: was {_quoted(one[begin:], begin)}, is now {_quoted(other[begin:], begin)}"
    if len(old) != len(new):
        return f"had {len(old):,} lines and has {len(new):,}"
    return "only the ends of lines differ"


def _cells(number: int, head: str, one: str, other: str) -> str:
    import csv

    names, before, after = next(csv.reader([head])), next(csv.reader([one])), next(csv.reader([other]))
    for at, (a, b) in enumerate(zip(before, after, strict=False)):
        if a != b:
            column = names[at] if at < len(names) else f"column {at + 1}"
            return f"row {number - 1} ({_quoted(before[0])}), column {column}: was {_quoted(a)}, is now {_quoted(b)}"
    return f"row {number - 1} had {len(before)} columns and has {len(after)}"


def _tables(was: Path, now: Path) -> tuple[str, bool]:
    import pyarrow.parquet as pq

    before, after = pq.read_table(was), pq.read_table(now)
    if before.column_names != after.column_names:
        gone = [name for name in before.column_names if name not in after.column_names]
        new = [name for name in after.column_names if name not in before.column_names]
        said = [f"without {', '.join(gone)}"] if gone else []
        said += [f"with {', '.join(new)} besides"] if new else []
        return f"other columns: {'; '.join(said) or 'in another order'}", False
    if before.num_rows != after.num_rows:
        return f"had {before.num_rows:,} rows and has {after.num_rows:,}", False
    wrong = {name: np.flatnonzero(~same_bits(*_columns(before, after, name))) for name in before.column_names}
    wrong = {name: rows for name, rows in wrong.items() if len(rows)}
    if not wrong:
        return "the same values bit for bit, packed otherwise", True
    column = min(wrong, key=lambda name: wrong[name][0])
    row = int(wrong[column][0])
    a, b = (_quoted(table[column][row].as_py()) for table in (before, after))
    count = sum(map(len, wrong.values()))
    more = f"; {count:,} values in {len(wrong)} of {before.num_columns} columns differ" if count > 1 else ""
    return f"row {row + 1:,}{_named(before, row, column)}, column {column}: was {a}, is now {b}{more}", False


def _columns(before: pa.Table, after: pa.Table, name: str) -> tuple[np.ndarray, np.ndarray]:
    one, other = (table[name].to_numpy() for table in (before, after))
    if one.dtype != other.dtype:
        one, other = one.astype(object), other.astype(object)
    return one, other


def _named(table: pa.Table, row: int, but: str) -> str:
    """What a row is about: its first columns that are no measurements."""
    import pyarrow as pa

    names = [field.name for field in table.schema if field.name != but
             and (pa.types.is_string(field.type) or pa.types.is_integer(field.type))][:NAMED]
    said = ", ".join(f"{name} {table[name][row].as_py()}" for name in names)
    return f" ({said})" if said else ""


def _quoted(value: Any, begin: int = 0) -> str:
    text = value if isinstance(value, str) else repr(value)
    text = ("…" if begin else "") + (text if len(text) <= LONGEST else text[:LONGEST] + "…")
    return f"'{text}'" if isinstance(value, str) else text
