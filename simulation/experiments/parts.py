"""The Parquet parts of a store: their columns, their names, and reading them while others write and merge.

A part is named after the runs in it, so that one that is written twice stands there once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from simulation.experiments.wholefiles import StoreError
from simulation.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pyarrow as pa

RUNS, SERIES = "runs", "series"
LOOKS = 50
"""How often a reader looks again because a file was merged into another while it read."""
_SHORT = ("code", "environment", "scenario", "regime", "status", "error")
"""Columns of a few different texts."""

Found = TypeVar("Found")


@cache
def run_schema() -> pa.Schema:
    """Columns of the runs: keys, what was asked for, how it ended, and every outcome, in the outcome's unit."""
    import pyarrow as pa

    texts = [(name, pa.string()) for name in ("run", "inputs", "code", "environment", "scenario", "regime")]
    return pa.schema([
        *texts, ("seed", pa.int64()), ("changes", pa.string()), ("status", pa.string()), ("error", pa.string()),
        ("command", pa.string()), ("seconds", pa.float64()), ("finished", pa.timestamp("ms", tz="UTC")),
        *((outcome.name, pa.float64()) for outcome in OUTCOMES)])


@cache
def series_schema() -> pa.Schema:
    """Columns of the weekly series: a row a run and tick."""
    import pyarrow as pa

    return pa.schema([("run", pa.string()), ("tick", pa.int32()), ("week", pa.float64()),
                      *((outcome.name, pa.float64()) for outcome in OUTCOMES)])


def fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the columns of the schema, in its order; outcomes that are not there are null.

    Raises ValueError for a column that is missing or that is of another kind.
    """
    import pyarrow as pa

    outcomes = {outcome.name for outcome in OUTCOMES}
    columns = []
    for field in schema:
        if field.name in table.column_names:
            try:
                columns.append(table[field.name].cast(field.type))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise ValueError(f"column {field.name!r} is not {field.type}: {error}") from None
        elif field.name in outcomes:
            columns.append(pa.nulls(len(table), field.type))
        else:
            raise ValueError(f"the table has no column {field.name!r}")
    if extra := set(table.column_names) - set(schema.names):
        raise ValueError(f"the table has columns that the store does not know: {', '.join(sorted(extra))}")
    return pa.table(columns, schema=schema)


def part_name(entries: Iterable[str]) -> str:
    """The file's name for a part with these runs, in whatever order; one entry a run, with its status."""
    text = "\n".join(sorted(set(entries)))
    return f"part-{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}.parquet"


def entries(table: pa.Table) -> list[str]:
    """What names a part: its runs; with their status where they have one, so that a run which failed in one place never
    takes the file of the same run done in another."""
    runs = table["run"].to_pylist()
    if "status" not in table.column_names:
        return runs
    return [f"{run} {status}" for run, status in zip(runs, table["status"].to_pylist(), strict=True)]


def writing_options(schema: pa.Schema) -> dict[str, Any]:
    """How parts are written: options of `pyarrow.parquet`."""
    return {"compression": "zstd", "use_dictionary": [name for name in _SHORT if name in schema.names],
            "write_statistics": [name for name in ("code", "regime", "seed", "status", "tick") if name in schema.names]}


def write(table: pa.Table, path: Path) -> None:
    """Write a part. Raises OSError as the disk does."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, **writing_options(table.schema))


def parts(folder: Path) -> list[Path]:
    """The parts of a folder, in order of their names; none where there is no folder."""
    # A listing that began before a merged file came and ended after its sources went would miss both; it cannot
    # happen to two listings of one merging.
    names: set[str] = set()
    for _ in range(2):
        try:
            names.update(path.name for path in folder.glob("part-*.parquet"))
        except FileNotFoundError:
            pass
    return [folder / name for name in sorted(names)]


def looked_again(folder: Path, read: Callable[[list[Path]], Found]) -> Found:
    """What `read` makes of the parts of a folder; it begins anew where one of them was merged away meanwhile.

    Raises StoreError for a part that cannot be read.
    """
    import pyarrow as pa

    for _ in range(LOOKS):
        try:
            return read(parts(folder))
        except FileNotFoundError:
            continue
        except pa.ArrowInvalid as error:
            raise StoreError(f"{folder}: {error}. A file there was damaged or is not of this program; move it out of "
                             "the store, and the sweep makes its runs again") from error
    raise StoreError(f"{folder}: its files change faster than they can be read; try again when no sweep writes there")


def batches(paths: Sequence[Path], columns: Sequence[tuple[str, pa.DataType]],
            codes: Iterable[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Rows of parts, some thousands at a time, with these columns alone; a column that a part lacks is null.

    Args: codes: only rows of these versions of the code; None for all.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    if not paths:
        return
    schema = pa.schema(list(dict([*columns, *([("code", pa.string())] if codes is not None else [])]).items()))
    chosen = None if codes is None else ds.field("code").isin(list(codes))
    found = ds.dataset([str(path) for path in paths], schema=schema, format="parquet")
    yield from found.scanner(columns=[name for name, _ in columns], filter=chosen, batch_size=32_768,
                             batch_readahead=4, fragment_readahead=2).to_batches()
