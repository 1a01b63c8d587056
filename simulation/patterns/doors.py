"""What every door recorded and what was true there, tick by tick: a run's series know only the whole place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation import outcomes
from simulation.engine import World
from simulation.vocabulary import HOSPITAL, N_KINDS

if TYPE_CHECKING:
    from simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Doors:
    """One run at the doors whose figure counts: every kind of organisation but the hospital, all places together.

    Attributes:
        series: as `Run.series`.
        recorded, true: (ticks, doors, 2), people met within the target wait and people counted; `true` is about the
            same people as `recorded` and leaves out, as it does, those turned away by a raised threshold.
        wanted, given: (ticks, doors), hours wanted (the running load of each organisation times the hours that it
            gives) and hours given.
    """

    series: Mapping[str, np.ndarray]
    recorded: np.ndarray
    true: np.ndarray
    wanted: np.ndarray
    given: np.ndarray
    tick_weeks: float

    def _part(self, first: float, last: float) -> slice:
        return slice(round(first / self.tick_weeks), round(last / self.tick_weeks))

    def at_each_door(self, what: str, first: float, last: float) -> np.ndarray:
        """Share met at each door from week `first` up to week `last`; `what` is `recorded` or `true`."""
        met, counted = getattr(self, what)[self._part(first, last)].sum(axis=0).T
        return met / counted

    def altogether(self, what: str, first: float, last: float) -> float:
        """Share met at all doors together."""
        met, counted = getattr(self, what)[self._part(first, last)].sum(axis=(0, 1))
        return float(met / counted)

    def load(self, first: float, last: float) -> float:
        """Hours wanted for each hour there is, at all doors together."""
        part = self._part(first, last)
        return float(self.wanted[part].sum() / self.given[part].sum())


def follow(scenario: Scenario, regime: str, seed: int, staffing: float = 1.0) -> Doors:
    """One run, watched at every door. `staffing`: posts outside the hospital, relative to the scenario's."""
    made = World(scenario, regime, seed)
    organisation, staff = made.organisation, made.staff
    made.staffing[:, :HOSPITAL] = staffing
    counts = np.zeros((made.ticks, HOSPITAL, 6))
    for tick in range(made.ticks):
        made.step()
        given = np.add.reduceat(staff.hours_given, made.organisation_staff[:-1])
        columns = np.stack((organisation.recorded_met, organisation.recorded_n, organisation.true_met,
                            organisation.true_n, organisation.load * given, given), axis=1)
        counts[tick] = columns.reshape(made.places, N_KINDS, -1).sum(axis=0)[:HOSPITAL]
    series = outcomes.series(made.totals())
    made.close()
    return Doors(series, counts[:, :, 0:2], counts[:, :, 2:4], counts[:, :, 4], counts[:, :, 5], made.tick_weeks)
