"""The designs of a store: what was asked for, so that results can be found, read and made again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation import provenance
from simulation.experiments import parts, wholefiles
from simulation.experiments.wholefiles import StoreError

if TYPE_CHECKING:
    import pyarrow as pa

    from simulation.experiments.design import Design

DESIGNS = "designs"
KIND = "care-regimes sweep"
FORMAT = 1
MANIFEST = "manifest.json"
POINTS, PLACES, PLAN = "points.parquet", "places.parquet", "plan"
PLAN_COLUMNS = ("point", "replication", "regime", "seed", "run", "inputs")


@dataclass(frozen=True)
class Registered:
    """A design in a store.

    Attributes: path: its folder. manifest: what is known of it.
    """

    path: Path
    manifest: Mapping[str, Any]

    @property
    def folder(self) -> str:
        """Name of the folder, which no other design has."""
        return self.path.name

    @property
    def name(self) -> str:
        return self.manifest["name"]

    @property
    def title(self) -> str:
        return self.manifest["title"]

    @property
    def code(self) -> str:
        """The version of the code whose runs answer it."""
        return self.manifest["code"]

    @property
    def regimes(self) -> tuple[str, ...]:
        return tuple(self.manifest["regimes"])


def register(root: Path, design: Design, code: str) -> Path:
    """Write the folder of a design, or bring it up to date. Raises StoreError; see `Store.register`."""
    # The plan names runs by keys that the code has a part in: another version is another plan.
    place = root / DESIGNS / f"{design.name}-{provenance.key([design.key, code])[:8]}"
    manifest = _manifest(design, code)
    if not wholefiles.put_folder(root, place, lambda folder: _fill(folder, design, manifest)):
        there = _read(place)
        if (there.manifest["key"], there.code) != (design.key, code):
            raise StoreError(f"{place} holds another design; give this one another name, or use another store")
        text = _text(design)
        if (place / "design.yaml").read_text("utf-8") != text:
            manifest["started"] = there.manifest["started"]
            wholefiles.put(root, [(place / "design.yaml", lambda path: _write_text(path, text)),
                                  (place / MANIFEST, lambda path: wholefiles.write_json(path, manifest))])
    return place


def _fill(folder: Path, design: Design, manifest: Mapping[str, Any]) -> None:
    from simulation.scenario import to_yaml

    _write_text(folder / "design.yaml", _text(design))
    _write_text(folder / "scenario.yaml", to_yaml(design.base))
    sample = design.sample
    for name, numbers in ((POINTS, sample.values), (PLACES, sample.places)):
        parts.write(_points(design, numbers), folder / name)
    wholefiles.write_json(folder / MANIFEST, manifest)


def _text(design: Design) -> str:
    return design.to_yaml(scenario="scenario.yaml")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _points(design: Design, numbers: np.ndarray) -> pa.Table:
    import pyarrow as pa

    columns = {factor.name: pa.array(np.ascontiguousarray(numbers[:, i], float))
               for i, factor in enumerate(design.factors)}
    return pa.table({"point": pa.array(np.arange(len(numbers), dtype=np.int32)), **columns})


def _manifest(design: Design, code: str) -> dict[str, Any]:
    return {
        "kind": KIND, "format": FORMAT, "name": design.name, "title": design.title, "purpose": design.purpose,
        "key": design.key, "code": code, "method": design.method, "regimes": list(design.regime_names),
        "points": len(design.sample.values), "seed": design.seed, "luck": design.luck, "series": design.series,
        "replications": design.replications.written(), "outcomes": list(design.outcomes),
        "scenario": {"name": design.base.name, "title": design.base.title, "key": design.base.key},
        "factors": [{"name": v.name, "title": v.title, "unit": v.unit, "low": float(v.low), "high": float(v.high),
                     "levels": [float(level) for level in v.levels]}
                    for v in (factor.varied for factor in design.factors)],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": provenance.versions(), "machine": provenance.machine(),
    }


def designs(root: Path) -> list[Registered]:
    """Every design, by folder. Raises StoreError for one that cannot be read."""
    return [_read(path.parent) for path in sorted((root / DESIGNS).glob(f"*/{MANIFEST}"))]


def _read(folder: Path) -> Registered:
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text("utf-8"))
        kind, version = manifest["kind"], manifest["format"]
    except (OSError, ValueError, KeyError, TypeError):
        raise StoreError(f"{path} cannot be read; remove its folder, and the sweep writes it again") from None
    if kind != KIND or version > FORMAT:
        raise StoreError(f"{path} is of {kind!r}, format {version}; this version reads {KIND!r}, format {FORMAT}")
    return Registered(folder, manifest)


def find(root: Path, name: Path | str | None) -> Registered:
    """A design by name or folder; see `Store.design`."""
    there = designs(root)
    if not there:
        raise StoreError(f"{root} has no designs yet; make the runs of one with regimes sweep DESIGN --store {root}")
    wanted = None if name is None else Path(name).name
    fitting = [d for d in there if wanted == d.folder] or [d for d in there if wanted in (None, d.name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        said = "; ".join(f"{d.folder} ({d.manifest['points']:,} points, code {d.code}, {d.manifest['started'][:10]})"
                         for d in fitting)
        which = "" if wanted is None else f" of the name {wanted!r}"
        raise StoreError(f"{root} has {len(fitting)} designs{which}; say which: {said}")
    from simulation.scenario.errors import unknown

    raise StoreError(f"{root}: {unknown('design', str(wanted), [*dict.fromkeys(d.name for d in there)])}")


def add_plan(root: Path, folder: Path, table: pa.Table,
             seen: tuple[set[str], np.ndarray] | None) -> tuple[set[str], np.ndarray]:
    """Write down runs that a design asks for, those alone that are not written down; see `Store.add_plan`.

    Args: seen: what the last call gave back: the plan's files and places that are known already.
    """
    import pyarrow as pa

    if missing := [name for name in PLAN_COLUMNS if name not in table.column_names]:
        raise ValueError(f"the plan has no column {missing[0]!r}")
    table = table.select(PLAN_COLUMNS)
    regimes = pa.array(_read(folder).regimes)
    files, there = seen or (set(), np.empty(0, np.int64))
    new = [path for path in parts.parts(folder / PLAN) if path.name not in files]
    columns = [("point", pa.int32()), ("replication", pa.int32()), ("regime", pa.string())]
    found = [_cells(batch, regimes) for batch in parts.batches(new, columns)]
    there = _with(there, *found)
    mine = _cells(table, regimes)
    at = np.searchsorted(there, mine)
    fresh = there[np.minimum(at, len(there) - 1)] != mine if len(there) else np.ones(len(mine), bool)
    files = files | {path.name for path in new}
    if fresh.any():
        rows = table.filter(pa.array(fresh))
        name = parts.part_name(f"{cell} {run}" for cell, run in zip(mine[fresh], rows["run"].to_pylist(), strict=True))
        wholefiles.put(root, [(folder / PLAN / name, lambda path: parts.write(rows, path))])
        there, files = _with(there, mine[fresh]), files | {name}
    return files, there


def _with(there: np.ndarray, *more: np.ndarray) -> np.ndarray:
    """Sorted numbers with more among them; quick because what is sorted already stays as it is."""
    return np.sort(np.concatenate([there, *map(np.sort, more)]), kind="stable") if more else there


def _cells(rows: pa.Table | pa.RecordBatch, regimes: pa.Array) -> np.ndarray:
    """int64, one for each point, replication and regime. Raises ValueError for a regime that the design has not."""
    import pyarrow.compute as pc

    which = pc.index_in(rows["regime"], value_set=regimes)
    if which.null_count:
        raise ValueError("the plan has a regime that the design has not")
    columns = (rows["point"], rows["replication"], which)
    point, replication, regime = (np.asarray(column, np.int64) for column in columns)
    return (point << 40) | (replication << 8) | regime
