"""Which runs a design asks for: their seeds, which no regime has a part in, and their keys.

Pair by pair, replication after replication over all points, so that a sweep that is stopped is a thin one and not a
part of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from simulation import provenance

if TYPE_CHECKING:
    import pyarrow as pa

    from simulation.experiments.design import Design

SEED_BITS = 52
"""Drawn seeds stay whole numbers in every tool that reads a table; two of a million hardly ever coincide."""
CHUNK = 10_000
"""Runs that are held as objects at once."""


@dataclass(frozen=True, slots=True)
class Task:
    """One run.

    Attributes:
        inputs: key of what it follows from, but for the code; run: the same with the code's version.
    """

    point: int
    replication: int
    regime: str
    seed: int
    inputs: str
    run: str


def drawn_seed(first: int, changes: Mapping[str, float | bool], replication: int) -> int:
    """A seed of a point's own, 0 to 2^52 - 1: from the design's seed, what the point changes, and the replication.

    It goes by what the world is and not by its number in the design, so that a design that grows keeps its runs.
    """
    text = provenance.key([first, {path: float(value) for path, value in changes.items()}, replication])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> (64 - SEED_BITS)


class Plan:
    """Every run of a design, in order, under one version of the code.

    Args: code: as `codeversion.code_version()` says it.
    """

    def __init__(self, design: Design, code: str) -> None:
        self.design = design
        self.code = code
        self._base = design.base
        self._regimes = design.regime_names
        self._points: dict[int, tuple[str, ...]] = {}

    @property
    def points(self) -> int:
        return len(self.design.sample.values)

    def seed(self, point: int, replication: int) -> int:
        """The seed of a pair: the same under every regime; the same at every point where luck is shared."""
        changes = self.design.sample.changes(point)
        if self.design.luck == "shared" or not changes:
            return self.design.seed + replication
        return drawn_seed(self.design.seed, changes, replication)

    def tasks(self, replications: range, points: Iterable[int] | None = None) -> Iterator[Task]:
        """The runs of these replications at these points (default all)."""
        where = range(self.points) if points is None else list(points)
        for replication in replications:
            for point in where:
                seed = self.seed(point, replication)
                for regime, world in zip(self._regimes, self._worlds(point), strict=True):
                    inputs = provenance.key([world, seed])
                    yield Task(point, replication, regime, seed, inputs, provenance.key([inputs, self.code]))

    def chunks(self, replications: range, points: Sequence[int] | None = None) -> Iterator[list[Task]]:
        """The same, so many at a time that memory does not grow with the design."""
        chunk: list[Task] = []
        for task in self.tasks(replications, points):
            chunk.append(task)
            if len(chunk) >= CHUNK and task.regime == self._regimes[-1]:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _worlds(self, point: int) -> tuple[str, ...]:
        """The key of the point's world under each regime."""
        if point not in self._points:
            from simulation.experiments.varying import world_at

            changes = self.design.sample.changes(point)
            try:
                world = world_at(self._base, changes)
                keys = tuple(world.run_key(regime) for regime in self._regimes)
            except ValueError:  # a world that cannot exist has no key of its own; its runs will fail and say why
                said = {path: float(value) for path, value in changes.items()}
                keys = tuple(provenance.key([self._base.run_key(regime), said]) for regime in self._regimes)
            self._points[point] = keys
        return self._points[point]


def table(tasks: Sequence[Task]) -> pa.Table:
    """Tasks as the store keeps them, a row each."""
    import pyarrow as pa

    return pa.table({
        "point": pa.array([task.point for task in tasks], pa.int32()),
        "replication": pa.array([task.replication for task in tasks], pa.int32()),
        "regime": pa.array([task.regime for task in tasks], pa.string()),
        "seed": pa.array([task.seed for task in tasks], pa.int64()),
        "run": pa.array([task.run for task in tasks], pa.string()),
        "inputs": pa.array([task.inputs for task in tasks], pa.string()),
    })
