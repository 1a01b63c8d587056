"""The event log: what happened to whom, and what caused it. The contract behind every explanation.

Kernels note bare rows; after each tick they get ids in a fixed order and the id of the event that caused them: the last
event of the same person, unless the contact was about a new need. Causes are causes in the model, nothing more.
Recording never changes what happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from simulation.kernel import kernel, rule

if TYPE_CHECKING:
    import pandas as pd


class Kind(NamedTuple):
    """One kind of event: its name, the mechanism that wrote it and the lever that moves it most."""

    name: str
    mechanism: str
    lever: str


KINDS = (
    Kind("onset", "need", ""),
    Kind("crisis", "need", ""),
    Kind("turned_away", "access", "eligibility"),
    Kind("chased", "access", ""),
    Kind("left_the_queue", "access", ""),
    Kind("not_attended", "care", ""),
    Kind("seen_by_the_book", "care", "discretion"),
    Kind("seen_bespoke", "care", "discretion"),
    Kind("seen_jointly", "care", "relationship_time"),
    Kind("referred_on", "care", "relationship_time"),
    Kind("stabilised", "care", ""),
    Kind("breach", "measurement", "target_wait"),
    Kind("clock_stopped", "measurement", "stakes"),
    Kind("reclassified", "measurement", "stakes"),
    Kind("record_fudged", "measurement", "stakes"),
    Kind("staff_left", "pressure", ""),
    Kind("trial_kept", "learning", "learning_time"),
    Kind("trial_dropped", "learning", "learning_time"),
    Kind("introduced", "relationships", "conveners"),
    Kind("fix", "leadership", "signals_only"),
    Kind("leader_sacked", "leadership", "sacking"),
    Kind("leader_succeeded", "leadership", "promotes_regard"),
    Kind("regime_changed", "spread", ""),
)
(ONSET, CRISIS, TURNED_AWAY, CHASED, LEFT_THE_QUEUE, NOT_ATTENDED, SEEN_BY_THE_BOOK, SEEN_BESPOKE, SEEN_JOINTLY,
 REFERRED_ON, STABILISED, BREACH, CLOCK_STOPPED, RECLASSIFIED, RECORD_FUDGED, STAFF_LEFT, TRIAL_KEPT, TRIAL_DROPPED,
 INTRODUCED, FIX, LEADER_SACKED, LEADER_SUCCEEDED, REGIME_CHANGED) = range(len(KINDS))


@rule
def note(n, what, value, kind, person, organisation, staff, domain, detail, recorded, before, after):
    """Write one row. Call it only while recording (`what.shape[0] > 0`).

    A row that the log has no room for is counted but not written: compiled code would write it into foreign memory.
    """
    row = n[0]
    if row < what.shape[0]:
        what[row, 0], what[row, 1], what[row, 2] = kind, person, organisation
        what[row, 3], what[row, 4], what[row, 5] = staff, domain, detail
        value[row, 0], value[row, 1], value[row, 2] = recorded, before, after
    n[0] = row + 1


@kernel
def chain(what, last_event, first_id, caused_by):
    """For each row, the id of the last event of the same person (-1 none); an onset starts a new chain."""
    for row in range(what.shape[0]):
        person = what[row, 1]
        caused_by[row] = -1
        if person >= 0:
            if what[row, 0] != ONSET:
                caused_by[row] = last_event[person]
            last_event[person] = first_id + row


class EventLog:
    """Events of one run, tick after tick."""

    def __init__(self, people: int) -> None:
        self._last_event = np.full(people, -1, np.int64)
        self._ticks: list[tuple[int, np.ndarray, np.ndarray, np.ndarray]] = []
        self._next_id = 0

    def take(self, tick: int, what: np.ndarray, value: np.ndarray) -> None:
        """Add the rows that one block wrote in one tick, and keep them."""
        caused_by = np.empty(len(what), np.int64)
        chain(what, self._last_event, self._next_id, caused_by)
        self._next_id += len(what)
        self._ticks.append((tick, what, value, caused_by))

    def __len__(self) -> int:
        return self._next_id

    def to_frame(self) -> pd.DataFrame:
        """One row an event: id, tick, kind, person, organisation, staff (rows, -1 none), domain, detail, recorded,
        need_before, need_after, caused_by (id of the causing event, -1 none), mechanism, lever."""
        import pandas as pd

        from simulation.vocabulary import DOMAINS

        if self._ticks:
            what = np.concatenate([t[1] for t in self._ticks])
            value = np.concatenate([t[2] for t in self._ticks])
            caused_by = np.concatenate([t[3] for t in self._ticks])
            tick = np.repeat([t[0] for t in self._ticks], [len(t[1]) for t in self._ticks])
        else:
            what, value = np.zeros((0, 6), np.int32), np.zeros((0, 3), np.float32)
            caused_by = tick = np.zeros(0, np.int64)
        kind = pd.Categorical.from_codes(what[:, 0], [k.name for k in KINDS])
        domain = pd.Categorical.from_codes(what[:, 4], list(DOMAINS))
        mechanisms = sorted({k.mechanism for k in KINDS})
        levers = sorted({k.lever for k in KINDS})
        mechanism_code = np.array([mechanisms.index(k.mechanism) for k in KINDS])
        lever_code = np.array([levers.index(k.lever) for k in KINDS])
        return pd.DataFrame({
            "id": np.arange(len(what)), "tick": tick, "kind": kind, "person": what[:, 1], "organisation": what[:, 2],
            "staff": what[:, 3], "domain": domain, "detail": what[:, 5], "recorded": value[:, 0],
            "need_before": value[:, 1], "need_after": value[:, 2], "caused_by": caused_by,
            "mechanism": pd.Categorical.from_codes(mechanism_code[what[:, 0]], mechanisms),
            "lever": pd.Categorical.from_codes(lever_code[what[:, 0]], levers),
        })
