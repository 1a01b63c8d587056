"""A tiny world in which only the mechanisms under test are on, and everybody is alike until a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import SimpleNamespace

import numpy as np

import simulation
from simulation import tallies as T
from simulation.engine import World
from simulation.mechanisms import MECHANISMS
from simulation.scenario import Scenario
from simulation.vocabulary import NOBODY, NOT_WAITING

CERTAIN = 1e9
"""A hazard so large that the event happens in every tick."""
QUEUE_ONLY = {"seek": 0.0, "chase": 0.0, "renege": 0.0}
"""Access that does nothing but hand care and measurement the queue: nobody asks, chases or gives up."""


@lru_cache(maxsize=32)
def _town(people: int, places: int, horizon: str, tick: str) -> Scenario:
    return simulation.load("town", set={"world.people": people, "world.places": places, "world.horizon": horizon,
                                        "world.tick": tick})


def alone(*mechanisms: str, people: int = 400, places: int = 1, horizon: str = "60 weeks", tick: str = "1 week",
          seed: int = 1, parameters: Mapping[str, Mapping[str, float]] | None = None,
          levers: Mapping[str, float] | None = None, record_events: bool = False) -> World:
    """A world without burn-in in which only these mechanisms are on.

    `parameters` (by table) and `levers` are in their declared units and not checked against their ranges, so that a
    test can make a thing certain or impossible.
    """
    town = _town(people, places, horizon, tick)
    numbers = {name: dict(values) for name, values in (parameters or {}).items()}
    numbers.setdefault("population", {})["burn_in"] = 0.0
    scenario = town.model_copy(update={
        "parameters": numbers, "switches": {name: name in mechanisms for name in MECHANISMS}})
    return World(scenario, SimpleNamespace(name="x", levers=dict(levers or {})), seed, record_events=record_events)


def blank(world: World) -> World:
    """Everybody alike: no needs, nothing exceptional, no ties; what is right, the book and practice are all zeros."""
    person, staff, organisation = world.person, world.staff, world.organisation
    for column in (person.need, person.exceptions, person.known, person.known_strength, person.complexity,
                   person.last_result, person.attempts, person.cost_year, staff.practice, staff.burnout,
                   staff.self_interest, staff.tie_trust, staff.visible_fixes, organisation.standard,
                   organisation.belief, organisation.slack, organisation.rush, organisation.pressure,
                   organisation.gaming, organisation.threshold_raise, world.place.truth, world.nation):
        column[:] = 0
    person.frailty[:] = 1.0
    person.trust[:] = 0.6
    person.known_by[:] = NOBODY
    person.door[:] = NOT_WAITING
    staff.motivation[:] = 1.0
    staff.effort[:] = 1.0
    staff.success[:] = 0.5
    staff.tie[:] = NOBODY
    organisation.load[:] = 0.9
    return world


def posts(world: World, organisation: int) -> np.ndarray:
    """The staff rows of one organisation."""
    return np.arange(world.organisation_staff[organisation], world.organisation_staff[organisation + 1])


def tie(world: World, a: int, b: int, trust: float) -> None:
    """A tie between two members of staff, at the first free position of each."""
    for one, other in ((a, b), (b, a)):
        at = int(np.flatnonzero(world.staff.tie[one] == NOBODY)[0])
        world.staff.tie[one, at] = other
        world.staff.tie_trust[one, at] = trust


def counted(world: World, name: str) -> float:
    """What was counted under one name in the last tick."""
    return float(world._history[world.tick - 1, getattr(T, name.upper())])


def summed(world: World, name: str) -> float:
    """What was counted under one name since the start."""
    return float(world._history[:world.tick, getattr(T, name.upper())].sum())


def near(found: float, n: int, p: float) -> bool:
    """Whether a count of n independent chances of p is within four standard errors of what is expected."""
    return abs(found - n * p) <= 4 * np.sqrt(n * p * (1 - p))


def ties_are_symmetrical(world: World) -> bool:
    """Whether every tie is held at both ends, with the same trust."""
    staff = world.staff
    for a, b_at in np.argwhere(staff.tie != NOBODY):
        b = staff.tie[a, b_at]
        back = np.flatnonzero(staff.tie[b] == a)
        if len(back) != 1 or staff.tie_trust[b, back[0]] != staff.tie_trust[a, b_at]:
            return False
    return True
