"""The world of one run: everybody's columns, the order of a tick, and the clock. Imports nothing of Mesa.

A run is a pure function of (scenario, regime, seed, version). Places run in blocks, on as many threads as asked, and
meet once a tick; the numbers are the same on any number of threads.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from queue import SimpleQueue
from typing import Any

import numba
import numpy as np

from simulation import outcomes, tallies
from simulation.annual import Year, close_year
from simulation.chance import at_tick, base_key, key
from simulation.columns import FAMILIES, TUPLES, allocate
from simulation.dated import Calendar, most_conveners
from simulation.events import EventLog
from simulation.levers import CONVENERS, LEVER_INDEX, LEVERS, lever_row
from simulation.mechanisms import NUMBERS, ORDER, TABLES
from simulation.mechanisms.base import Block, Mechanism, Work, make_work
from simulation.mechanisms.money import front_share
from simulation.mechanisms.need import onset_by_domain
from simulation.mechanisms.spread import begin, starting_regimes
from simulation.observing import observe
from simulation.parameters import WEEKS_PER_YEAR
from simulation.population import keys, make_people, make_staff, staff_in_each
from simulation.vocabulary import N_DOMAINS, N_KINDS, NOBODY

MODEL_VERSION = "2"
"""Changes only when the same scenario, regime and seed give other numbers."""
BLOCK_PEOPLE = 20_000
"""Places are grouped until a block has this many people: enough to repay the calls, few enough to stay in the cache."""


class World:
    """One world under one regime.

    Purpose: hold the state and advance it, tick by tick.

    Args:
        scenario: a loaded `Scenario`; it is never changed.
        regime: the name of one of the scenario's regimes, or a regime of one's own (anything with `levers`).
        seed: any integer; the same seed gives the same people and the same luck under every regime.
        record_events: keep the event log (it never changes results).
        threads: blocks of places that run at once.

    Attributes:
        tick: ticks done since the start of the scenario (negative never; the burn-in is not counted).
        now: the clock of the kernels, burn-in included: the unit of `door`, `joined`, `vacant_until` and the like.
        columns: family -> column -> array; rows of a place are contiguous.

    Raises KeyError for a regime the scenario does not have, ValueError where conveners and inspection eat the budget.
    """

    def __init__(self, scenario: Any, regime: Any, seed: int, *, record_events: bool = False, threads: int = 1) -> None:
        self.description = scenario
        self.seed = int(seed)
        self.threads = max(1, int(threads))
        self.tick_weeks = float(scenario.tick_weeks)
        self.ticks = int(scenario.ticks)
        self.now = 0
        self.own_rules: list[Callable[[World], None]] = []
        self._bases: dict[str, int] = {}
        self.regime_names, self._regimes = _regimes(scenario, regime)
        self.switches = {m.name: bool(scenario.switches.get(m.name, True)) for m in ORDER}
        self.numbers = {
            name: table.bind(NUMBERS[name], scenario.parameters.get(name, {}), self.tick_weeks)
            for name, table in TABLES.items()
        }
        self.burn_in = int(self.numbers["population"].burn_in)
        self._build(scenario)
        self._blocks = self._make_blocks()
        self._works = self._make_works(record_events=False)
        self._prepare_burn_in()
        for _ in range(self.burn_in):
            self._advance()
        self._start_clock(scenario, record_events)

    # -- building ----------------------------------------------------------------------------------------------------

    def _build(self, scenario: Any) -> None:
        population = self.numbers["population"]
        self.places = int(scenario.world.places)
        people = np.diff(np.linspace(0, int(scenario.world.people), self.places + 1).astype(np.int64))
        posts = np.array([staff_in_each(population, int(n)) for n in people], np.int64)
        most = max([most_conveners(scenario), LEVERS[CONVENERS].default]
                   + [regime.levers.get("conveners", LEVERS[CONVENERS].default) for regime in self._regimes])
        slots = np.ceil(most * people / 10_000).astype(np.int64)
        self.person_start = _starts(people)
        self.staff_start = _starts(posts.sum(axis=1))
        self.organisation_start = np.arange(self.places + 1, dtype=np.int64) * N_KINDS
        self.convener_start = _starts(slots)
        self.organisation_staff = _starts(posts.ravel())
        rows = {"person": self.person_start[-1], "staff": self.staff_start[-1], "organisation": self.places * N_KINDS,
                "convener": self.convener_start[-1], "place": self.places}
        for family, count in rows.items():
            setattr(self, family, allocate(family, int(count)))
        self.convener.place[:] = np.repeat(np.arange(self.places), slots)
        self.levers = np.zeros((self.places, 0))
        self.surge = np.ones((self.places, N_DOMAINS))
        self.staffing = np.ones((self.places, N_KINDS))
        self.nation = np.zeros(2, np.uint64)
        self.tally = np.zeros((self.places, tallies.N_TALLIES))
        self.wait_bins = np.zeros((self.places, tallies.N_WAIT_BINS), np.int64)
        hour = self.numbers["money"].value_hour
        self.posts_cost = posts.sum(axis=1) * self.numbers["care"].hours_per_week * hour
        k_person, k_staff, k_place, k_nation = keys(self.seed)
        with _quiet():
            make_staff(self.staff, self.organisation, self.place, self.nation, self.organisation_staff, population,
                       k_staff, k_place, k_nation, 0, self.places)
            onset = onset_by_domain(self.numbers["need"]) * self.switches["need"]
            make_people(self.person, self.person_start, self.organisation_staff, population, onset, k_person, 0,
                        self.places)
        some = self.person.complexity[:1_000_000]
        self.complex_cut = float(np.quantile(some, 0.8))
        self.groups = {
            "people": float(people.sum()),
            "people_complex": float((self.person.complexity >= np.float32(self.complex_cut)).sum()),
            "people_deprived": float((self.person.quintile == 1).sum()),
            "people_affluent": float((self.person.quintile == 5).sum()),
        }
        self.complex_cut = float(np.float32(self.complex_cut))

    def _make_blocks(self) -> list[Block]:
        blocks, first = [], 0
        for p in range(self.places):
            people = int(self.person_start[p + 1] - self.person_start[first])
            if people >= BLOCK_PEOPLE or p == self.places - 1:
                staff = int(self.staff_start[p + 1] - self.staff_start[first])
                blocks.append(Block(first, p + 1, int(self.person_start[first]), people, staff))
                first = p + 1
        return blocks

    def _make_works(self, record_events: bool) -> SimpleQueue[Work]:
        """A workspace for each thread, as large as the largest block."""
        works: SimpleQueue[Work] = SimpleQueue()
        for _ in range(min(self.threads, len(self._blocks))):
            works.put(make_work(max(b.people for b in self._blocks), max(b.last - b.first for b in self._blocks),
                                max(b.staff for b in self._blocks), record_events))
        return works

    def _prepare_burn_in(self) -> None:
        """Ordinary services for everybody: every lever at its default, whatever regime comes."""
        self.levers = np.tile(lever_row({}, self.tick_weeks), (self.places, 1))
        self.share_budget()
        self.event_log: EventLog | None = None
        self._history = np.zeros((0, tallies.N_TALLIES))
        self.waits = np.zeros((0, tallies.N_WAIT_BINS), np.int64)
        self._years: dict[int, Year] = {}
        self._calendar: Calendar | None = None

    def _start_clock(self, scenario: Any, record_events: bool) -> None:
        self.place.regime[:] = starting_regimes(_shares(scenario, self.regime_names), self.places)
        self.place.regime_since[:] = self.now
        begin(self)
        self.person.cost_year[:] = 0
        self.person.visits_year[:] = 0
        for p in range(self.places):
            self.levers[p] = self._row(int(self.place.regime[p]))
        self.share_budget()
        self._calendar = Calendar(scenario, self.regime_names[0], self.tick_weeks)
        self._history = np.zeros((self.ticks, tallies.N_TALLIES))
        self.waits = np.zeros((self.ticks, tallies.N_WAIT_BINS), np.int64)
        if record_events:
            self.event_log = EventLog(len(self.person.trust))
            self._works = self._make_works(record_events=True)

    # -- regimes -----------------------------------------------------------------------------------------------------

    def _row(self, regime: int) -> np.ndarray:
        return lever_row(self._regimes[regime].levers, self.tick_weeks)

    def share_budget(self) -> None:
        """Work out anew what conveners and inspection leave for the front line; call it when levers have moved."""
        people = np.diff(self.person_start)
        if self.switches["money"]:
            self.front_share = front_share(self.levers, people, self.posts_cost, self.numbers["money"], self.tick_weeks)
        else:
            self.front_share = np.ones(self.places)

    def adopt(self, place: int, regime: int, fidelity: float = 1.0) -> None:
        """Give a place another regime from now on; `fidelity` is the share of the way that its levers move."""
        row = self._row(regime)
        self.levers[place] = row if fidelity >= 1.0 else self.levers[place] + fidelity * (row - self.levers[place])
        self.place.regime[place] = regime
        self.place.regime_since[place] = self.now
        self.share_budget()

    def set_levers(self, values: Mapping[str, float], place: int | None = None) -> None:
        """Move levers from the next tick on, in the unit of each lever; in every place, or in one.

        Raises KeyError for an unknown lever.
        """
        rows = slice(None) if place is None else slice(place, place + 1)
        for name, value in values.items():
            position = LEVER_INDEX[name]
            self.levers[rows, position] = LEVERS[position].in_ticks(value, self.tick_weeks)
        self.share_budget()

    # -- the clock ---------------------------------------------------------------------------------------------------

    @property
    def tick(self) -> int:
        return self.now - self.burn_in

    @property
    def columns(self) -> dict[str, dict[str, np.ndarray]]:
        return {family: getattr(self, family)._asdict() for family in FAMILIES}

    @property
    def order(self) -> tuple[Mechanism, ...]:
        """The tick: the mechanisms that are switched on, in order."""
        return tuple(m for m in ORDER if self.switches[m.name])

    def key(self, purpose: str) -> np.uint64:
        """The key of one purpose in this tick."""
        if purpose not in self._bases:
            self._bases[purpose] = base_key(self.seed, purpose)
        return at_tick(self._bases[purpose], self.now)

    def fixed_key(self, purpose: str, number: int) -> np.uint64:
        """A key that is the same in every tick: for what is drawn once."""
        return key(self.seed, purpose, number)

    def note(self, kind: int, detail: int = 0, organisation: int = NOBODY, staff: int = NOBODY) -> None:
        """Write an event outside a block (while places meet)."""
        if self.event_log is not None:
            self.event_log.take(self.tick, np.array([[kind, NOBODY, organisation, staff, 0, detail]], np.int32),
                                np.zeros((1, 3), np.float32))

    def step(self, ticks: int = 1) -> None:
        """Advance by so many ticks.

        Raises RuntimeError beyond the horizon: the scenario says how long it lasts.
        """
        for _ in range(ticks):
            if self.tick >= self.ticks:
                raise RuntimeError(f"the scenario ends after {self.ticks} ticks; ask for a longer horizon to go on")
            self._calendar.apply(self)
            row = self.tick
            self._advance()
            self._history[row] = self.tally.sum(axis=0)
            self.waits[row] = self.wait_bins.sum(axis=0)
            year = max(1, round(WEEKS_PER_YEAR / self.tick_weeks))
            if (row + 1) % year == 0:
                last = self._years.get(row - year)
                self._years[row] = close_year(self.person, last.dearest if last else float("nan"))

    def _advance(self) -> None:
        self.tally[:] = 0.0
        self.wait_bins[:] = 0
        if self.threads > 1 and len(self._blocks) > 1:
            with ThreadPoolExecutor(self.threads) as pool:
                list(pool.map(self._run_block, self._blocks))
        else:
            for block in self._blocks:
                self._run_block(block)
        with _quiet():
            for mechanism in ORDER:
                if mechanism.meet is not None and self.switches[mechanism.name]:
                    mechanism.meet(self)
        for rule in self.own_rules:
            rule(self)
        if self.event_log is not None:
            for block in self._blocks:
                self.event_log.take(self.tick, *block.noted)
        self.now += 1

    def _run_block(self, block: Block) -> None:
        work = block.work = self._works.get()
        work.queue_n[:] = 0
        work.served_n[0] = 0
        work.log_n[0] = 0
        with _quiet():
            for mechanism in ORDER:
                if mechanism.advance is not None and self.switches[mechanism.name]:
                    mechanism.advance(self, block)
            observe(self.person, self.person_start, self.staff, self.organisation, self.organisation_staff, self.place,
                    self.tally, self.numbers["pressure"].burnt_out, self.numbers["care"].tie_trusted,
                    self.numbers["population"].long_wait, self.now, work, block.first, block.last, block.first_person)
        if self.event_log is not None:
            n = int(work.log_n[0])
            if n > len(work.log_what):
                raise RuntimeError(f"{n} events in one tick, and room for {len(work.log_what)}: run without events")
            block.noted = work.log_what[:n].copy(), work.log_value[:n].copy()
        self._works.put(work)

    # -- results -----------------------------------------------------------------------------------------------------

    def totals(self) -> outcomes.Totals:
        """What was counted so far, for the formulas of `outcomes`."""
        done = self.tick
        years = {name: np.full(done, np.nan) for name in Year._fields}
        for row, year in self._years.items():
            for name, value in year._asdict().items():
                years[name][row] = value
        constants = {**self.groups, "tick_weeks": self.tick_weeks, "value_hour": self.numbers["money"].value_hour,
                     "cashable": self.numbers["money"].cashable,
                     "places": float(self.places), "cost_share_top5": years["share"],
                     "persistence_top5": years["stayed"], "high_users_before": years["before"],
                     "high_users_after": years["after"]}
        return outcomes.Totals(tallies.NAMES, self._history[:done], constants)

    def fork(self) -> World:
        """An independent copy that can go another way from here."""
        return copy.deepcopy(self)

    def close(self) -> None:
        """Let go of the workspace; results stay."""
        self._works = SimpleQueue()

    def __getstate__(self) -> dict[str, Any]:
        state = self.__dict__.copy()
        del state["_blocks"], state["_works"]
        for family in FAMILIES:
            state[family] = tuple(getattr(self, family))
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        for family in FAMILIES:
            state[family] = TUPLES[family](*state[family])
        self.__dict__.update(state)
        self._blocks = self._make_blocks()
        self._works = self._make_works(record_events=self.event_log is not None)


def _quiet() -> AbstractContextManager:
    """Without compilation the hash of `chance` overflows on purpose, and NumPy would warn each time."""
    return np.errstate(over="ignore") if numba.config.DISABLE_JIT else nullcontext()


def _starts(counts: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _regimes(scenario: Any, regime: Any) -> tuple[list[str], list[Any]]:
    """The regime of the run first, then the scenario's others (places and dated events may bring them in)."""
    if isinstance(regime, str):
        if regime not in scenario.regimes:
            raise KeyError(f"{regime!r} is not a regime of {scenario.name!r}; it has {', '.join(scenario.regimes)}")
        name, own = regime, scenario.regimes[regime]
    else:
        name, own = regime.name, regime
    others = [other for other in scenario.regimes if other != name]
    return [name, *others], [own, *(scenario.regimes[other] for other in others)]


def _shares(scenario: Any, names: list[str]) -> dict[int, float]:
    """Share of places for each regime: what the scenario gives to some, and the rest to the regime of the run."""
    shares = {names.index(name): float(share) for name, share in scenario.regime_places.items() if share > 0}
    rest = 1.0 - sum(shares.values())
    if rest > 1e-9:
        shares[0] = shares.get(0, 0.0) + rest
    return shares
