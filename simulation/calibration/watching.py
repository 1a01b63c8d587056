"""One run, watched: the tallies of a world, and what is in no tally because it is about single people over a year.

Nothing that is watched changes a number: visits are read from a column at the end of each year, and who saw whom from
the event log.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.engine import World
from simulation.outcomes import Totals
from simulation.parameters import WEEKS_PER_YEAR
from simulation.runs import Interrupted
from simulation.vocabulary import GENERAL_PRACTICE

if TYPE_CHECKING:
    from simulation.scenario import Regime, Scenario

VISITS_COUNTED = 256
"""Visits in a year are counted up to 255."""
SEEN = ("seen_by_the_book", "seen_bespoke")


@dataclass(frozen=True, eq=False)
class Watched:
    """What a run left behind.

    Attributes:
        totals: its tallies over ticks.
        year_ticks: ticks in a year.
        visits: int64 (years, 256): people by their number of hospital visits in that year.
        contacts: int64 (contacts, 3): tick, person and staff row of every contact in general practice; None where they
            were not asked for.
    """

    totals: Totals
    year_ticks: int
    visits: np.ndarray
    contacts: np.ndarray | None

    def ticks(self, years: range) -> slice:
        """The ticks of these years, counted from 0."""
        return slice(years.start * self.year_ticks, years.stop * self.year_ticks)

    def usual_provider(self, years: range) -> float:
        """Usual-provider index: a person's share of contacts with the member of staff seen most, mean over people with
        two contacts or more; NaN where there is nobody like that. Raises ValueError where contacts were not kept.

        The definition of Barker 2017, doi:10.1136/bmj.j84, who looked at two years.
        """
        if self.contacts is None:
            raise ValueError("who saw whom was not kept; watch the run with contacts=True")
        ticks = self.ticks(years)
        during = (self.contacts[:, 0] >= ticks.start) & (self.contacts[:, 0] < ticks.stop)
        person, staff = self.contacts[during, 1], self.contacts[during, 2]
        pairs, together = np.unique(person << 32 | staff, return_counts=True)
        people, first = np.unique(pairs >> 32, return_index=True)
        if not people.size:
            return float("nan")
        most, every = np.maximum.reduceat(together, first), np.add.reduceat(together, first)
        often = every >= 2
        return float((most[often] / every[often]).mean()) if often.any() else float("nan")


def year_of(tick_weeks: float) -> int:
    """Ticks in a year, as the close of a year counts them."""
    return max(1, round(WEEKS_PER_YEAR / tick_weeks))


def watch(scenario: Scenario, regime: Regime, seed: int, *, contacts: bool = True,
          stop: threading.Event | None = None) -> Watched:
    """Run a scenario to its end and keep what calibration looks at.

    Args:
        contacts: keep who saw whom in general practice (takes about as long again as the run).
        stop: checked once a tick; when set, `Interrupted` is raised.
    """
    world = World(scenario, regime, seed, record_events=contacts)
    year = year_of(scenario.tick_weeks)
    visits: list[np.ndarray] = []

    def at_the_end_of_a_year(world: World) -> None:
        # Own rules run in the tick itself, before the close of the year sets the visits back.
        if (world.tick + 1) % year == 0:
            visits.append(np.bincount(world.person.visits_year, minlength=VISITS_COUNTED))

    world.own_rules.append(at_the_end_of_a_year)
    for done in range(world.ticks):
        if stop is not None and stop.is_set():
            raise Interrupted(f"stopped after {done} of {world.ticks} ticks")
        world.step()
    kept = np.array(visits).reshape(-1, VISITS_COUNTED)
    watched = Watched(world.totals(), year, kept, _contacts(world) if contacts else None)
    world.close()
    return watched


def _contacts(world: World) -> np.ndarray:
    """Tick, person and staff row of everybody who was seen in general practice."""
    assert world.event_log is not None
    events = world.event_log.to_frame()
    seen = events["kind"].isin(SEEN).to_numpy()
    rows = events.loc[seen, ["tick", "person", "staff", "organisation"]].to_numpy(np.int64)
    here = world.organisation.kind[rows[:, 3]] == GENERAL_PRACTICE
    return rows[here, :3]
