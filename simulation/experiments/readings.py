"""What a sweep found, as plain arrays: the one form in which analysis, bridges and notebooks receive results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Varied:
    """One factor of a design, for tables and axes of charts.

    Attributes:
        name: how the design calls it: a path, a pattern of paths, or a short name such as `capacity`.
        title: what it is, in words.
        unit: of its values; `times` where they multiply what the scenario has, `on or off` for a switch.
        low, high: smallest and largest value that can be drawn.
        levels: the values themselves where there are only some; empty for a range.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    levels: tuple[float, ...] = ()


@dataclass(frozen=True, eq=False)
class Readings:
    """Outcomes over points, replications and regimes.

    Attributes:
        design: name of the design. method: one of `simulation.experiments.design.METHODS`.
        regimes: in the order of comparison; every contrast is against the first.
        factors: in the order of the columns of `points`.
        points: float64 (points, factors), in the unit of each factor.
        places: float64 (points, factors), 0..1: where each value lies in its distribution.
        seeds: int64 (points, replications), -1 where that replication was not asked for.
        values: outcome to float64 (points, replications, regimes); NaN where a run is missing, failed or had no value.
        failures: runs that ended with an error. missing: runs that were asked for and are not in the store.
        seed: of the design. about: scenario, code version and the like, for captions.
    """

    design: str
    method: str
    regimes: tuple[str, ...]
    factors: tuple[Varied, ...]
    points: np.ndarray
    places: np.ndarray
    seeds: np.ndarray
    values: Mapping[str, np.ndarray]
    failures: int = 0
    missing: int = 0
    seed: int = 1
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names of the outcomes that were read."""
        return tuple(self.values)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Points, replications, regimes."""
        return len(self.points), self.seeds.shape[1], len(self.regimes)

    def under(self, regime: str, outcome: str) -> np.ndarray:
        """float64 (points, replications) of one regime. KeyError for an outcome that was not read, ValueError for a
        regime that is not there."""
        return self.values[outcome][:, :, self.regimes.index(regime)]

    def differences(self, outcome: str, regime: str | None = None) -> np.ndarray:
        """float64 (points, replications): `regime` (default the second) minus the first, pair by pair."""
        return self.under(regime or self.regimes[1], outcome) - self.values[outcome][:, :, 0]

    def contrasts(self) -> Iterator[str]:
        """The regimes that are compared with the first."""
        return iter(self.regimes[1:])

    def frame(self) -> pd.DataFrame:
        """A row a run: `point`, `replication`, `regime`, `seed`, a column a factor, a column an outcome."""
        import pandas as pd

        points, replications, regimes = self.shape
        asked = np.repeat((self.seeds >= 0)[:, :, None], regimes, axis=2).reshape(-1)
        point = np.repeat(np.arange(points), replications * regimes)[asked]
        columns: dict[str, Any] = {
            "point": point,
            "replication": np.tile(np.repeat(np.arange(replications), regimes), points)[asked],
            "regime": np.tile(np.array(self.regimes, object), points * replications)[asked],
            "seed": np.repeat(self.seeds.reshape(-1), regimes)[asked],
        }
        columns |= {factor.name: self.points[point, i] for i, factor in enumerate(self.factors)}
        columns |= {name: values.reshape(-1)[asked] for name, values in self.values.items()}
        return pd.DataFrame(columns)
