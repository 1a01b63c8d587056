"""Runs that were made once and are kept: in memory up to a bound, and on disk up to another.

A run is a pure function of its key, so a kept run is as good as a new one. What cannot be read or written is made anew
or left unwritten: a full disk costs time, never a page.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

import numpy as np

from simulation import provenance
from simulation.comparison import KeptRun
from simulation.outcomes import OUTCOMES
from simulation.scenario import Scenario

MEMORY = 192 * 2**20
"""Bytes of runs kept in memory, at most; a run of the default town has about 0.12 MB."""
DISK = 400 * 2**20
"""Bytes kept on disk, at most; the files unused for longest go first."""


def folder() -> Path:
    """Where recordings are kept between starts; `CARE_REGIMES_CACHE` names another place."""
    from platformdirs import user_cache_path

    named = os.environ.get("CARE_REGIMES_CACHE")
    return Path(named) if named else user_cache_path("care-regimes") / "recordings"


def key(scenario: Scenario, regime: str, seed: int) -> str:
    """The key of one run: what its numbers follow from, the version of the model and the outcomes that are kept."""
    return provenance.key({"run": scenario.run_key(regime), "seed": seed, "model": provenance.model_version(),
                           "project": provenance.project_version(), "outcomes": [o.name for o in OUTCOMES]})


class Recordings:
    """A bounded store of runs, for many threads.

    Args:
        place: folder on disk, or None to keep them in memory only.
        memory, disk: bounds in bytes.
    """

    def __init__(self, place: Path | None = None, memory: int = MEMORY, disk: int = DISK) -> None:
        self.place = place
        self.memory, self.disk = memory, disk
        self._kept: OrderedDict[str, KeptRun] = OrderedDict()
        self._bytes = 0
        self._written = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes(self) -> int:
        """Bytes in memory now."""
        return self._bytes

    def find(self, name: str) -> KeptRun | None:
        """The run of this key; None where it has to be made."""
        with self._lock:
            found = self._kept.get(name)
            if found is not None:
                self._kept.move_to_end(name)
                return found
        found = self._read(name)
        if found is not None:
            self._keep(name, found)
        return found

    def put(self, name: str, run: KeptRun, *, durable: bool = False) -> None:
        """Keep a run; `durable` also on disk, for those that a later start will want."""
        self._keep(name, run)
        if durable:
            self._write(name, run)

    def _keep(self, name: str, run: KeptRun) -> None:
        with self._lock:
            if name not in self._kept:
                self._kept[name] = run
                self._bytes += size(run)
            while self._bytes > self.memory and len(self._kept) > 1:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= size(gone)

    def _read(self, name: str) -> KeptRun | None:
        if self.place is None:
            return None
        path = self.place / f"{name}.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                about, values, waits = kept["about"], kept["values"], kept["waits"]
            if values.shape[0] != len(OUTCOMES):
                return None
            os.utime(path)
        except (OSError, ValueError, KeyError, EOFError) as _:
            return None
        except Exception as error:  # a damaged archive raises what its parts raise: zlib, struct, zipfile
            if type(error).__module__ not in ("zipfile", "zlib", "struct"):
                raise
            return None
        tick_weeks = float(about[1])
        series = {o.name: values[at] for at, o in enumerate(OUTCOMES)}
        summary = {o.name: o.summarise(series[o.name], tick_weeks) for o in OUTCOMES}
        return KeptRun("", int(about[0]), tick_weeks, series, waits, summary)

    def _write(self, name: str, run: KeptRun) -> None:
        if self.place is None:
            return
        path = self.place / f"{name}.npz"
        part = self.place / f".{name}.{threading.get_ident()}.npz"
        try:
            self.place.mkdir(parents=True, exist_ok=True)
            if path.exists():
                return
            np.savez_compressed(part, about=np.array([run.seed, run.tick_weeks]), waits=run.waits,
                                values=np.array([run.series[o.name] for o in OUTCOMES]))
            os.replace(part, path)
            self._written += path.stat().st_size
            if self._written > self.disk // 20:
                self._written = 0
                self._tidy()
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)

    def _tidy(self) -> None:
        found = sorted(((p.stat().st_mtime, p.stat().st_size, p) for p in self.place.glob("*.npz")), reverse=True)
        total = 0
        for _, length, path in found:
            total += length
            if total > self.disk:
                path.unlink(missing_ok=True)


def size(run: KeptRun) -> int:
    """Bytes of a run's arrays."""
    return sum(series.nbytes for series in run.series.values()) + run.waits.nbytes
