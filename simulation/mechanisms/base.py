"""What a mechanism is: a name, a question of the model, a table of parameters, and one kernel over places.

The tick is the ordered list of these; `regimes show tick` prints it. Copy `need.py` to write another.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from simulation.parameters import Table
from simulation.vocabulary import N_DOMAINS, N_KINDS

if TYPE_CHECKING:
    from simulation.engine import World


class WorldError(ValueError):
    """What was asked for cannot exist, for example a budget that is spent before anybody is paid."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One part of the tick.

    Attributes:
        question: the question of the model that it answers, for people.
        reads, writes: columns and levers, for the printed table of the tick.
        advance: does the mechanism's work of one tick for the places of one block. Blocks run in any order and on any
            thread, so it may touch only rows of its own places.
        meet: runs once a tick after all blocks, on one thread: the only moment at which places touch.
    """

    name: str
    question: str
    table: Table
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    advance: Callable[[World, Block], None] | None
    meet: Callable[[World], None] | None = None


# What the mechanisms of one tick hand to each other: who waits where (in the order of rows), and what was done for
# whom. One flat record a service. Nothing here survives the tick.
Work = namedtuple("Work", [
    "person_values",  # float64 (4, people of the block): scratch of `need`
    "of_domain", "of_quintile",  # float64 (6,), float64 (6,): scratch of `need`
    "linked",  # uint8 (kinds, kinds): scratch, which organisations of a place are tied
    "active",  # bool (people of the block): scratch, who may have business with a service
    "queue",  # int32 (kinds, people of the block): person rows waiting, place after place
    "queue_n",  # int64 (places of the block, kinds): how many
    "order",  # int32 (people of the block): scratch for sorting
    "bucket",  # int32 (people of the block): scratch for sorting
    "counts",  # int64 (buckets + 1): scratch for sorting
    "served_n",  # int64 (1): service records of this tick
    "served_person", "served_organisation", "served_staff",  # int32
    "served_domain", "served_cause", "served_bespoke",  # uint8
    "served_wait",  # int32, ticks
    "served_before", "served_after", "served_fit",  # float32
    "log_n",  # int64 (1): events of this tick
    "log_what",  # int32 (capacity, 6): kind, person, organisation, staff, domain, detail; capacity 0 = not recording
    "log_value",  # float32 (capacity, 3): recorded value, true need before, true need after
])

BUCKETS = 1024


@dataclass(slots=True)
class Block:
    """A range of places that runs together; while it runs it has a workspace, and afterwards what it noted."""

    first: int
    last: int
    first_person: int
    people: int
    staff: int
    work: Work | None = None
    noted: tuple[np.ndarray, np.ndarray] | None = None


def make_work(people: int, places: int, staff: int, record_events: bool) -> Work:
    """Workspace for a block; memory that is never touched is never resident."""
    most = people * N_KINDS
    log = 8 * people + 32 * staff + 64 if record_events else 0
    i32, u8, f32 = np.int32, np.uint8, np.float32
    return Work(
        np.empty((4, people)), np.empty(N_DOMAINS), np.empty(6), np.empty((N_KINDS, N_KINDS), u8),
        np.empty(people, np.bool_), np.empty((N_KINDS, people), i32), np.zeros((places, N_KINDS), np.int64),
        np.empty(people, i32),
        np.empty(people, i32), np.zeros(BUCKETS + 1, np.int64), np.zeros(1, np.int64), np.empty(most, i32),
        np.empty(most, i32), np.empty(most, i32), np.empty(most, u8), np.empty(most, u8), np.empty(most, u8),
        np.empty(most, i32), np.empty(most, f32), np.empty(most, f32), np.empty(most, f32), np.zeros(1, np.int64),
        np.empty((log, 6), i32), np.empty((log, 3), f32),
    )
