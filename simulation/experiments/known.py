"""Which runs a store has: their keys, read once from each part, and again from what comes."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from simulation.experiments import parts
from simulation.experiments.runkeys import Keys, packed


class Known:
    """Keys of the runs of a store when it was last looked at.

    `key in known`: it was run, with or without a result. `key in known.failed`: without one, every time.
    """

    def __init__(self, folder: Path, codes: Collection[str] | None = None) -> None:
        self._folder = folder
        self._codes = None if codes is None else frozenset(codes)
        self._seen: set[str] = set()
        self._done, self._without = Keys(), Keys()
        self.failed = Failed(self._done, self._without)
        self.refresh()

    def __contains__(self, key: object) -> bool:
        return key in self._done or key in self._without

    def refresh(self) -> None:
        """Read the parts that came since. Raises StoreError for one that cannot be read."""
        parts.looked_again(self._folder, self._read)

    def _read(self, paths: list[Path]) -> None:
        import pyarrow as pa
        import pyarrow.compute as pc

        new = [path for path in paths if path.name not in self._seen]
        found: list[np.ndarray] = [np.empty(0, "S16")]
        failed: list[np.ndarray] = [np.empty(0, "S16")]
        for batch in parts.batches(new, [("run", pa.string()), ("status", pa.string())], self._codes):
            keys, done = packed(batch["run"]), pc.equal(batch["status"], "done").to_numpy(zero_copy_only=False)
            found.append(keys[done])
            failed.append(keys[~done])
        self._done.add(np.concatenate(found))
        self._without.add(np.concatenate(failed))
        # A part never changes: another content has another name.
        self._seen = {path.name for path in paths}


class Failed:
    """Runs that were tried and never came to a result."""

    def __init__(self, done: Keys, without: Keys) -> None:
        self._done, self._without = done, without

    def __contains__(self, key: object) -> bool:
        return key in self._without and key not in self._done
