"""Keys of runs, packed: 16 bytes each, so that all keys of a large store fit into memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from simulation.experiments.wholefiles import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS = 32
RECENT = 20_000
"""Keys that are kept unsorted, 80 or so bytes each, before they are sorted in among the others."""
_NIBBLES = np.full(256, 255, np.uint8)
_NIBBLES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def packed(column: pa.ChunkedArray | pa.Array) -> np.ndarray:
    """Keys of a column of texts as an array of dtype S16, which compares and sorts exactly.

    Raises StoreError for a text that is not 32 hex digits.
    """
    import pyarrow as pa

    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([_packed(chunk) for chunk in chunks]) if chunks else np.empty(0, "S16")


def _packed(column: pa.Array) -> np.ndarray:
    import pyarrow as pa

    if not len(column):
        return np.empty(0, "S16")
    column = column.cast(pa.string())
    _, places, text = column.buffers()
    ends = np.frombuffer(places, np.int32)[column.offset : column.offset + len(column) + 1]
    digits = _NIBBLES[np.frombuffer(text, np.uint8)[ends[0] : ends[-1]]] if text is not None else np.empty(0, np.uint8)
    if column.null_count or (np.diff(ends) != DIGITS).any() or (digits == 255).any():
        raise StoreError("a key is not of 32 hex digits; the store holds a part that this program did not write")
    pairs = digits.reshape(-1, 2)
    return ((pairs[:, 0] << 4) | pairs[:, 1]).view("S16")


def positions(keys: np.ndarray, among: np.ndarray) -> np.ndarray:
    """int64: where each key is in `among`, which is sorted and has each once; -1 where it is not.

    Args: keys, among: dtype S16.
    """
    if not len(among):
        return np.full(len(keys), -1)
    at = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    return np.where(among[at] == keys, at, -1)


class Keys:
    """A set of keys to which more come; 16 bytes each."""

    def __init__(self) -> None:
        self._sorted = np.empty(0, "S16")
        self._recent: set[bytes] = set()

    def add(self, keys: np.ndarray) -> None:
        """More keys, dtype S16; those that are there already change nothing."""
        if len(self._recent) + len(keys) <= RECENT:
            self._recent.update(keys.tolist())
            return
        recent = np.fromiter(self._recent, "S16", len(self._recent))
        self._sorted = np.unique(np.concatenate([self._sorted, recent, keys]))
        self._recent.clear()

    def __contains__(self, key: object) -> bool:
        try:
            # NumPy drops zeros at the end of such a text, and compares as if they were there.
            raw = bytes.fromhex(key).rstrip(b"\0") if isinstance(key, str) and len(key) == DIGITS else None
        except ValueError:
            raw = None
        if raw is None:
            return False
        if raw in self._recent:
            return True
        at = int(self._sorted.searchsorted(np.array(raw, "S16")))
        return at < len(self._sorted) and bool(self._sorted[at] == raw)
