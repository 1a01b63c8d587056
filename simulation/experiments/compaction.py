"""Many small parts of a store made into few large ones, while others write, read, merge, or are killed.

Why nothing is lost: a part goes only after another that has all its runs is on the disk under its name; of two parts of
which each has all runs of the other there is but one, because parts are named after their runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulation.experiments import parts, wholefiles
from simulation.experiments.wholefiles import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

LARGE = 8 * 2**20
"""Bytes above which a part stays as it is: some 25,000 runs, or the series of some 400. Merging holds the keys of what
it merges in memory, so that this also bounds the memory of a sweep, however long it is."""
ROWS = 16_384
"""Rows that are held in memory, and that are compressed together."""
REPLACES = b"replaces"
"""What a merged part says of itself: which parts it was made of, so that those go for which there was no time."""


def compact(root: Path, minimum: int = 64) -> int:
    """Merge small parts where there are at least `minimum`; how many files are gone. See `Store.compact`."""
    import pyarrow as pa

    wholefiles.sweep_away(root)
    gone = sum(_compact(root, root / kind, minimum) for kind in (parts.SERIES, parts.RUNS))
    pa.default_memory_pool().release_unused()  # else what merging needed once would stay with a sweep of days
    return gone


def _compact(root: Path, folder: Path, minimum: int) -> int:
    gone = _finish(folder)
    small = []
    for path in parts.parts(folder):
        with suppress(FileNotFoundError):
            if (size := path.stat().st_size) < LARGE:
                small.append((path, size))
    if len(small) < max(2, minimum):
        return gone
    for group in _groups(small):
        with suppress(FileNotFoundError):  # somebody else has merged one of them; the next time sees what is left
            gone += _merge(root, folder, group)
    return gone


def _groups(small: Sequence[tuple[Path, int]]) -> Iterator[list[Path]]:
    """Parts that go into one file each: two or more, not much above what is large."""
    group, size = [], 0
    for path, more in small:
        group.append(path)
        size += more
        if size >= LARGE:
            if len(group) > 1:
                yield group
            group, size = [], 0
    if len(group) > 1:
        yield group


def _finish(folder: Path) -> int:
    """Remove what merged parts have replaced, where whoever merged them was killed before that."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    gone = 0
    for path in parts.parts(folder):
        try:
            said = (pq.read_metadata(path).metadata or {}).get(REPLACES)
        except FileNotFoundError:
            continue
        except pa.ArrowInvalid as error:
            raise StoreError(f"{path} cannot be read: {error}. It was damaged; move it out of the store, and the sweep "
                             "makes its runs again") from error
        if said:
            gone += _remove(folder, [name for name in json.loads(said) if name != path.name])
    return gone


def _remove(folder: Path, names: Sequence[str]) -> int:
    gone = 0
    for name in names:
        # Windows does not remove what somebody reads; the part is there twice then, and goes the next time.
        with suppress(FileNotFoundError, PermissionError):
            (folder / name).unlink()
            gone += 1
    return gone


def _merge(root: Path, folder: Path, group: Sequence[Path]) -> int:
    """One part from several: each run once, with its result where it has one. Raises FileNotFoundError, StoreError."""
    masks, names = _chosen(group)
    target = folder / parts.part_name(names)
    old = [path.name for path in group if path != target]
    wholefiles.put(root, [(target, lambda path: _write(group, masks, old, path))])
    return _remove(folder, old)


def _chosen(group: Sequence[Path]) -> tuple[list[np.ndarray], list[str]]:
    """Which rows of each part are kept, and what names the part that they make."""
    import pyarrow.parquet as pq

    columns: list[tuple[list[str], list[str] | None]] = []
    for path in group:
        with pq.ParquetFile(path) as file:
            names = [name for name in ("run", "status") if name in file.schema_arrow.names]
            table = file.read(columns=names, use_threads=False)
        columns.append((table["run"].to_pylist(), table["status"].to_pylist() if "status" in names else None))
    if columns[0][1] is None:  # series: all rows of a run come from the first part that has it
        first: dict[str, int] = {}
        for i, (runs, _) in enumerate(columns):
            for run in runs:
                first.setdefault(run, i)
        return [np.array([first[run] == i for run in runs]) for i, (runs, _) in enumerate(columns)], list(first)
    best: dict[str, tuple[int, int, str]] = {}
    for i, (runs, states) in enumerate(columns):
        for row, (run, status) in enumerate(zip(runs, states or (), strict=True)):
            if run not in best or (status == "done" and best[run][2] != "done"):
                best[run] = (i, row, status)
    masks = [np.zeros(len(runs), bool) for runs, _ in columns]
    for i, row, _ in best.values():
        masks[i][row] = True
    return masks, [f"{run} {status}" for run, (_, _, status) in best.items()]


def _write(group: Sequence[Path], masks: Sequence[np.ndarray], old: Sequence[str], path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Another version of the code may have kept outcomes that this one does not know.
    schema = pa.unify_schemas([pq.read_schema(part).remove_metadata() for part in group])
    with pq.ParquetWriter(path, schema, **parts.writing_options(schema)) as writer:
        waiting, rows = [], 0
        for table in _rows(group, masks, schema):
            waiting.append(table)
            rows += len(table)
            if rows >= ROWS:
                writer.write_table(pa.concat_tables(waiting).combine_chunks())
                waiting, rows = [], 0
        if rows:
            writer.write_table(pa.concat_tables(waiting).combine_chunks())
        writer.add_key_value_metadata({REPLACES: json.dumps(list(old)).encode()})


def _rows(group: Sequence[Path], masks: Sequence[np.ndarray], schema: pa.Schema) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path, mask in zip(group, masks, strict=True):
        begin = 0
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=ROWS, use_threads=False):
                kept = pa.table(batch).filter(pa.array(mask[begin : begin + len(batch)]))
                begin += len(batch)
                columns = [kept[field.name] if field.name in kept.column_names else pa.nulls(len(kept), field.type)
                           for field in schema]
                yield pa.table(columns, schema=schema)
