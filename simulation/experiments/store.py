"""A store: a folder with every run that was made, in Parquet, to which many may add at once and which nothing corrupts.

    store = Store.open("runs/store")
    store.readings("complexity-and-capacity", ["need"]).frame()
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation import provenance
from simulation.experiments import parts, registry, wholefiles
from simulation.experiments.known import Known
from simulation.experiments.parts import RUNS, SERIES, run_schema, series_schema
from simulation.experiments.registry import Registered
from simulation.experiments.wholefiles import WRITING, StoreError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from simulation.experiments.design import Design
    from simulation.experiments.readings import Readings

KIND = "care-regimes store"
FORMAT = 1
"""Of the folder; it changes when an older reader could no longer read it."""
MARK = "store.json"
SAME_CODE = "same-code.json"
_NOTHING = {WRITING, ".DS_Store", "desktop.ini", "Thumbs.db"}
"""What may lie in a folder that becomes a store."""

__all__ = ["Known", "Registered", "Store", "StoreError", "run_schema", "series_schema"]


class Store:
    """Runs, series and designs in one folder. Made by `Store.open`.

    Attributes: path: of the folder.

    Every method that writes raises StoreError where the disk is full or cannot be written, and leaves what was there.
    Every method that reads raises StoreError where a file was damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._environments: set[str] = set()
        self._asked: dict[str, tuple[set[str], np.ndarray]] = {}

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    @classmethod
    def open(cls, path: Path | str, create: bool = True) -> Store:
        """The store in a folder.

        Args: create: make one where there is none, and be sure that it can be written; False for reading alone.

        Raises StoreError: it is a file or another kind of folder, a newer version made it, there is none, or it cannot
        be written.
        """
        path = Path(path)
        try:
            with wholefiles.explained(path):
                if path.is_symlink() and not path.exists():
                    raise StoreError(f"{path} is a link that leads nowhere; give another folder as --store")
                if path.exists() and not path.is_dir():
                    raise StoreError(f"{path} is a file; give a folder as --store")
                if path.is_dir() and not (path / MARK).exists() and {p.name for p in path.iterdir()} - _NOTHING:
                    raise StoreError(f"{path} holds other things and is no store of runs; give an empty folder, a new "
                                     "one, or one that regimes sweep made")
                if not (path / MARK).exists():
                    if not create:
                        raise StoreError(f"there is no store of runs at {path}; regimes sweep makes one")
                    path.mkdir(parents=True, exist_ok=True)
                    wholefiles.put_json(path, path / MARK, {"kind": KIND, "format": FORMAT})
                cls._check_mark(path / MARK)
                if create:
                    (path / WRITING).mkdir(exist_ok=True)
                    with tempfile.TemporaryFile(dir=path / WRITING):
                        pass
                    wholefiles.sweep_away(path)
        except FileNotFoundError as error:
            raise StoreError(f"cannot write to the store {path}: it was removed, or its path cannot be") from error
        return cls(path)

    @staticmethod
    def _check_mark(path: Path) -> None:
        try:
            mark = json.loads(path.read_text("utf-8"))
            kind, version = mark["kind"], mark["format"]
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{path} cannot be read; it should say {json.dumps({'kind': KIND, 'format': FORMAT})}. "
                             "Give another folder as --store, or write that file anew if this was a store") from None
        if kind != KIND or not isinstance(version, int):
            raise StoreError(f"{path.parent} is no store of runs: {MARK} says {kind!r}, not {KIND!r}; give another "
                             "folder as --store")
        if version > FORMAT:
            raise StoreError(f"{path.parent} was made by a newer version of this program (format {version}, this one "
                             f"reads {FORMAT}): install that version, or give another folder as --store")

    # what was run

    def add(self, table: pa.Table, series: pa.Table | None = None,
            environment: Mapping[str, Any] | None = None) -> Path:
        """Keep rows, and series of the same runs; when this returns they are on the disk.

        Args:
            table: columns of `run_schema`; outcomes may be missing.
            series: columns of `series_schema`.
            environment: versions and machine, under the key that the rows name.

        Returns the part. The same rows again take the same place. Raises ValueError for a table of another form.
        """
        table = parts.fitted(table, run_schema())
        if not len(table):
            raise ValueError("there are no rows to keep")
        files = []
        if environment is not None and (key := provenance.key(environment)) not in self._environments:
            place = self.path / "environments" / f"{key}.json"
            if not place.exists():
                files.append((place, lambda path: wholefiles.write_json(path, environment)))
        if series is not None and len(series):
            weeks = parts.fitted(series, series_schema())
            # Before the rows: who sees a run's row finds its series.
            files.append((self.path / SERIES / parts.part_name(parts.entries(weeks)),
                          lambda path: parts.write(weeks, path)))
        part = self.path / RUNS / parts.part_name(parts.entries(table))
        files.append((part, lambda path: parts.write(table, path)))
        wholefiles.put(self.path, files)
        if environment is not None:
            self._environments.add(provenance.key(environment))
        return part

    def known(self, codes: Collection[str] | None = None) -> Known:
        """Keys of the runs that there are, to look them up; `codes`: of these versions of the code alone."""
        return Known(self.path / RUNS, codes)

    def codes(self) -> dict[str, int]:
        """Versions of the code that made runs, with how many each."""
        import numpy as np
        import pyarrow as pa

        from simulation.experiments.runkeys import packed

        def read(paths: list[Path]) -> dict[str, int]:
            keys: dict[str, list[np.ndarray]] = defaultdict(list)
            for batch in parts.batches(paths, [("run", pa.string()), ("code", pa.string())]):
                run, code = packed(batch["run"]), batch["code"].dictionary_encode()
                which = code.indices.to_numpy()
                for i, name in enumerate(code.dictionary.to_pylist()):
                    keys[name].append(run[which == i])
            return {name: len(np.unique(np.concatenate(found))) for name, found in sorted(keys.items())}

        return parts.looked_again(self.path / RUNS, read)

    def row(self, key: str) -> dict[str, Any]:
        """Every column of one run; with a result if it ever had one. KeyError where there is none."""
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        def read(paths: list[Path]) -> dict[str, Any]:
            failed = None
            for path in paths:
                with pq.ParquetFile(path) as file:
                    there = pc.equal(file.read(columns=["run"])["run"], key)
                    if not pc.any(there).as_py():
                        continue
                    for row in file.read().filter(there).to_pylist():
                        if row["status"] == "done":
                            return row
                        failed = row
            if failed is None:
                raise KeyError(key)
            return failed

        return parts.looked_again(self.path / RUNS, read)

    # versions of the code

    def same_codes(self, code: str) -> frozenset[str]:
        """Other versions of the code that were seen to give the same numbers, directly or by way of a third."""
        found, waiting = {code}, [code]
        pairs = self._pairs()
        while waiting:
            one = waiting.pop()
            near = {other for pair in pairs if one in pair for other in pair} - found
            found |= near
            waiting.extend(near)
        return frozenset(found - {code})

    def accept(self, code: str, same_as: str) -> None:
        """Note that two versions of the code give the same numbers, so that runs of one may stand for the other's."""
        pair = tuple(sorted((code, same_as)))
        pairs = {tuple(sorted(known)) for known in self._pairs()}
        if code != same_as and pair not in pairs:
            wholefiles.put_json(self.path, self.path / SAME_CODE, {"same": sorted(map(list, {*pairs, pair}))})

    def _pairs(self) -> list[list[str]]:
        path = self.path / SAME_CODE
        try:
            return json.loads(path.read_text("utf-8"))["same"]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"{path} cannot be read; remove it, and --other-code verify makes it again") from None

    # designs

    def register(self, design: Design, code: str) -> Path:
        """Write down a design as runs of this version of the code answer it; the folder. The same again changes nothing
        but what may change in a design: its prose, its outcomes, how many replications."""
        return registry.register(self.path, design, code)

    def add_plan(self, folder: Path | str, table: pa.Table) -> None:
        """Write down which runs a design asks for: columns point, replication, regime, seed, run, inputs. What is there
        already is not written twice."""
        folder = self.path / registry.DESIGNS / Path(folder).name
        seen = self._asked.get(folder.name)
        self._asked[folder.name] = registry.add_plan(self.path, folder, table, seen)

    def designs(self) -> list[Registered]:
        """Every design that the store has, by folder."""
        return registry.designs(self.path)

    def design(self, name: Path | str | None = None) -> Registered:
        """One design by its name or folder; without, the only one. Raises StoreError for none or several."""
        return registry.find(self.path, name)

    # results

    def readings(self, design: Path | str | None = None, outcomes: Sequence[str] | None = None) -> Readings:
        """Outcomes over points, replications and regimes, of the version of the code that the design was registered
        with and of those that were accepted as equal.

        Args:
            design: name or folder; may be left out where there is one alone.
            outcomes: default those of the design, else the headline.

        Memory: a few times the arrays that come back, however many rows there are. Raises StoreError for a design or an
        outcome that does not exist.
        """
        from simulation.experiments import results

        found = self.design(design)
        return results.readings(self.path, found, self._codes_for(found), results.checked(found, outcomes))

    def failures(self, design: Path | str | None = None) -> pd.DataFrame:
        """A row a run of the design that has no result: `point`, `replication`, `regime`, `seed`, `error`, `command`
        (from the folder of the store), `run`, `code`."""
        from simulation.experiments import results

        found = self.design(design)
        return results.failures(self.path, found, self._codes_for(found))

    def series(self, design: Path | str | None = None, outcomes: Sequence[str] | None = None) -> pd.DataFrame:
        """The weekly series that were kept: a row a run and tick, with `point`, `replication`, `regime`, `tick`, `week`
        and a column an outcome. Empty where the design asked for none."""
        from simulation.experiments import results

        found = self.design(design)
        return results.series(self.path, found, self._codes_for(found), results.checked(found, outcomes))

    def _codes_for(self, found: Registered) -> tuple[str, ...]:
        return (found.code, *sorted(self.same_codes(found.code)))

    def compact(self, minimum: int = 64) -> int:
        """Merge small parts into large ones where there are at least `minimum`; how many files are gone.

        Safe at any time: beside writers, readers and others who do the same, and when it is killed.
        """
        from simulation.experiments.compaction import compact

        return compact(self.path, minimum)
