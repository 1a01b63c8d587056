"""From the rows of a store to arrays: each run of a design's plan found by its key, in one pass over the files.

A run is taken where its inputs and the version of its code fit the plan. A result counts before an error, and the
plan's own version before one that was accepted as equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from simulation.experiments import parts
from simulation.experiments.readings import Readings, Varied
from simulation.experiments.registry import PLACES, PLAN, POINTS, Registered
from simulation.experiments.runkeys import packed, positions
from simulation.experiments.wholefiles import StoreError
from simulation.outcomes import BY_NAME, HEADLINE

if TYPE_CHECKING:
    import pandas as pd

MISSING, FAILED_ELSEWHERE, FAILED, ACCEPTED, DONE = range(5)
"""How well a run is answered: not at all; with an error, or a result, of an accepted version or the plan's own."""


def checked(found: Registered, outcomes: Sequence[str] | None) -> tuple[str, ...]:
    """Names of outcomes; default those of the design, else the headline. Raises StoreError for one that is none."""
    names = tuple(dict.fromkeys(outcomes or found.manifest["outcomes"] or HEADLINE))
    for name in names:
        if name not in BY_NAME:
            from simulation.scenario.errors import unknown

            raise StoreError(unknown("outcome", name, BY_NAME))
    return names


@dataclass(frozen=True, eq=False)
class _Plan:
    """What a design asks for.

    Attributes:
        inputs: S16, sorted, each once. which: int64 (points, replications, regimes), index into them, -1 where nothing
            was asked for. seeds: int64 (points, replications), -1 likewise.
    """

    inputs: np.ndarray
    which: np.ndarray
    seeds: np.ndarray


@dataclass(eq=False)
class _Answers:
    """What the store has for each of a plan's inputs.

    Attributes: rank: uint8, see `DONE`. run: S16, key of the row that was taken. values: outcome to float64.
    """

    rank: np.ndarray
    run: np.ndarray
    values: dict[str, np.ndarray]


def readings(root: Path, found: Registered, codes: Sequence[str], outcomes: Sequence[str]) -> Readings:
    """See `Store.readings`. `codes`: the plan's own version first, then those that are accepted."""
    plan = _plan(found)
    answers = _answers(root, plan, codes, outcomes)
    asked = plan.which >= 0
    rank = np.where(asked, answers.rank[plan.which] if len(answers.rank) else MISSING, DONE)
    values = {}
    for name in outcomes:
        flat = answers.values.pop(name)
        values[name] = np.where(asked, flat[plan.which], np.nan) if len(flat) else np.full(asked.shape, np.nan)
    told = found.manifest
    return Readings(
        design=found.name, method=told["method"], regimes=found.regimes, factors=_factors(found),
        points=_numbers(found, POINTS), places=_numbers(found, PLACES), seeds=plan.seeds, values=values,
        failures=int(np.isin(rank, (FAILED, FAILED_ELSEWHERE)).sum()), missing=int((rank == MISSING).sum()),
        seed=told["seed"],
        about={"title": told["title"], "purpose": told["purpose"], "folder": found.folder, "code": found.code,
               "accepted_codes": list(codes[1:]), "accepted_runs": int((rank == ACCEPTED).sum()),
               "scenario": told["scenario"]["title"], "scenario_name": told["scenario"]["name"],
               "scenario_key": told["scenario"]["key"], "luck": told["luck"], "replications": told["replications"],
               "key": told["key"], "started": told["started"], "versions": told["versions"]})


def failures(root: Path, found: Registered, codes: Sequence[str]) -> pd.DataFrame:
    """See `Store.failures`."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    plan = _plan(found)
    columns = ("run", "code", "error", "command")

    def read(paths: list[Path]) -> pd.DataFrame:
        answers = _read_answers(paths, plan, codes, ())
        wanted = (answers.rank == FAILED) | (answers.rank == FAILED_ELSEWHERE)
        frames = []
        if wanted.any():
            schema = [(name, pa.string()) for name in ("inputs", "status", *columns)]
            for batch in parts.batches(paths, schema, codes):
                batch = batch.filter(pc.equal(batch["status"], "failed"))
                at = positions(packed(batch["inputs"]), plan.inputs)
                keep = (at >= 0) & wanted[at] & (packed(batch["run"]) == answers.run[at])
                frames.append(batch.select(columns).filter(pa.array(keep)).to_pandas().assign(at=at[keep]))
        empty = pd.DataFrame({name: pd.Series(dtype=object) for name in columns} | {"at": pd.Series(dtype=np.int64)})
        return pd.concat([empty, *frames]) if frames else empty

    rows = parts.looked_again(root / parts.RUNS, read).drop_duplicates("at")
    merged = _where(plan, found).merge(rows, on="at").sort_values(["point", "replication", "place"])
    return merged[["point", "replication", "regime", "seed", "error", "command", "run", "code"]].reset_index(drop=True)


def series(root: Path, found: Registered, codes: Sequence[str], outcomes: Sequence[str]) -> pd.DataFrame:
    """See `Store.series`."""
    import pandas as pd
    import pyarrow as pa

    plan = _plan(found)
    answers = _answers(root, plan, codes, ())
    done = np.flatnonzero(answers.rank >= ACCEPTED)
    order = done[np.argsort(answers.run[done])]
    runs = answers.run[order]
    numbers = [("tick", pa.int32()), ("week", pa.float64()), *((name, pa.float64()) for name in outcomes)]

    def read(paths: list[Path]) -> list[pd.DataFrame]:
        frames = []
        for batch in parts.batches(paths, [("run", pa.string()), *numbers]):
            at = positions(packed(batch["run"]), runs)
            keep = at >= 0
            if keep.any():
                rows = batch.select([name for name, _ in numbers]).filter(pa.array(keep))
                frames.append(rows.to_pandas().assign(at=order[at[keep]]))
        return frames

    names = ["point", "replication", "regime", "tick", "week", *outcomes]
    frames = parts.looked_again(root / parts.SERIES, read)
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=object if name == "regime" else float) for name in names})
    rows = pd.concat(frames).drop_duplicates(["at", "tick"])
    merged = _where(plan, found).merge(rows, on="at").sort_values(["point", "replication", "place", "tick"])
    return merged[names].reset_index(drop=True)


def _plan(found: Registered) -> _Plan:
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = [("point", pa.int32()), ("replication", pa.int32()), ("regime", pa.string()), ("seed", pa.int64()),
               ("inputs", pa.string())]
    regimes = pa.array(found.regimes)
    kept: list[list[np.ndarray]] = [[] for _ in columns]
    for batch in parts.batches(parts.parts(found.path / PLAN), columns):
        which = pc.index_in(batch["regime"], value_set=regimes)
        for column, values in zip(kept, (batch["point"], batch["replication"], which, batch["seed"]), strict=False):
            column.append(values.to_numpy(zero_copy_only=False))
        kept[4].append(packed(batch["inputs"]))
    points = found.manifest["points"]
    if not kept[0]:
        return _Plan(np.empty(0, "S16"), np.full((points, 0, len(regimes)), -1), np.full((points, 0), -1))
    point, replication, regime, seed, inputs = (np.concatenate(column) for column in kept)
    unique, inverse = np.unique(inputs, return_inverse=True)
    which = np.full((points, int(replication.max()) + 1, len(regimes)), -1)
    which[point, replication, regime] = inverse
    seeds = np.full(which.shape[:2], -1, np.int64)
    seeds[point, replication] = seed
    return _Plan(unique, which, seeds)


def _answers(root: Path, plan: _Plan, codes: Sequence[str], outcomes: Sequence[str]) -> _Answers:
    return parts.looked_again(root / parts.RUNS, lambda paths: _read_answers(paths, plan, codes, outcomes))


def _read_answers(paths: Sequence[Path], plan: _Plan, codes: Sequence[str], outcomes: Sequence[str]) -> _Answers:
    import pyarrow as pa
    import pyarrow.compute as pc

    count = len(plan.inputs)
    found = _Answers(np.zeros(count, np.uint8), np.zeros(count, "S16"),
                     {name: np.full(count, np.nan) for name in outcomes})
    columns = [(name, pa.string()) for name in ("inputs", "run", "code", "status")]
    columns += [(name, pa.float64()) for name in outcomes]
    for batch in parts.batches(paths, columns, codes):
        at = positions(packed(batch["inputs"]), plan.inputs)
        done = pc.equal(batch["status"], "done").to_numpy(zero_copy_only=False)
        own = pc.equal(batch["code"], codes[0]).to_numpy(zero_copy_only=False)
        rank = np.where(done, np.where(own, DONE, ACCEPTED), np.where(own, FAILED, FAILED_ELSEWHERE))
        run = packed(batch["run"])
        columns_here = {name: batch[name].to_numpy(zero_copy_only=False) for name in outcomes}
        # From the worst to the best, so that of several rows for one place the best is the last to be written.
        for level in (FAILED_ELSEWHERE, FAILED, ACCEPTED, DONE):
            rows = np.flatnonzero((at >= 0) & (rank == level))
            rows = rows[found.rank[at[rows]] < level]
            here = at[rows]
            found.rank[here], found.run[here] = level, run[rows]
            for name, values in columns_here.items():
                found.values[name][here] = values[rows]
    return found


def _where(plan: _Plan, found: Registered) -> pd.DataFrame:
    """A row a run that was asked for, with the index of its inputs, `at`."""
    import pandas as pd

    point, replication, place = np.nonzero(plan.which >= 0)
    return pd.DataFrame({"point": point, "replication": replication, "place": place,
                         "regime": np.array(found.regimes, object)[place], "seed": plan.seeds[point, replication],
                         "at": plan.which[point, replication, place]})


def _factors(found: Registered) -> tuple[Varied, ...]:
    return tuple(Varied(f["name"], f["title"], f["unit"], f["low"], f["high"], tuple(f["levels"]))
                 for f in found.manifest["factors"])


def _numbers(found: Registered, file: str) -> np.ndarray:
    """float64 (points, factors). Raises StoreError where the file is gone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(found.path / file) as opened:
            table = opened.read().sort_by("point")
    except (OSError, pa.ArrowInvalid) as error:
        raise StoreError(f"{found.path / file} cannot be read ({error}); remove the folder {found.folder}, and the "
                         "sweep writes it again, without losing a run") from error
    names = [factor["name"] for factor in found.manifest["factors"]]
    return np.column_stack([table[name].to_numpy() for name in names]) if names else np.empty((len(table), 0))
