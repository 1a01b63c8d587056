"""The event log: one row for everything that is counted, and each row's cause."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from simulation import tallies as T
from simulation.events import CRISIS, KINDS, ONSET, SEEN_BY_THE_BOOK, EventLog, note
from simulation.levers import LEVER_INDEX
from simulation.mechanisms import MECHANISMS
from simulation.vocabulary import CAUSES
from tests.worlds import counted, small, stepped


@pytest.fixture(scope="module", params=["targets", "trust-and-learning"])
def lived(request):
    return stepped(small(people=2_000, weeks=60), request.param, record_events=True)


def test_kinds_belong_to_mechanisms_and_levers_that_there_are():
    assert len({kind.name for kind in KINDS}) == len(KINDS)
    assert all(kind.mechanism in MECHANISMS for kind in KINDS)
    assert all(kind.lever == "" or kind.lever in LEVER_INDEX for kind in KINDS)


def test_everything_that_is_counted_is_in_the_log(lived):
    h = pd.Series(counted(lived).sum(axis=0), index=T.NAMES)
    log = lived.event_log.to_frame()
    n = log["kind"].value_counts()
    expected = {
        "onset": h.onsets, "crisis": h.crises, "turned_away": h.turned_away, "chased": h.contact_chased,
        "not_attended": h.not_attended, "seen_bespoke": h.bespoke,
        "seen_by_the_book": h.served - h.bespoke - h.wrong_door, "seen_jointly": h.joint, "referred_on": h.referrals,
        "stabilised": h.hospital_served, "clock_stopped": h.act_stopped_clocks, "reclassified": h.act_reclassified,
        "record_fudged": h.act_fudged, "staff_left": h.leavers, "trial_kept": h.trials_kept,
        "introduced": h.introductions, "fix": h.fixes, "leader_sacked": h.sackings,
        "leader_succeeded": h.successions, "regime_changed": 0,
    }
    assert {kind: n[kind] for kind in expected} == expected
    acts = h.act_stopped_clocks + h.act_reclassified + h.act_fudged
    assert n["breach"] + acts == h.true_n - h.true_met - h.act_turned_away
    assert n["left_the_queue"] <= h.reneged
    assert set(n.index) == {kind.name for kind in KINDS}
    assert n["seen_by_the_book"] > 0


def test_the_causes_of_contacts_in_the_log_are_those_that_were_counted(lived):
    h = counted(lived).sum(axis=0)
    log = lived.event_log.to_frame()
    asked = log[log["kind"].isin(["turned_away", "seen_bespoke", "seen_by_the_book", "stabilised"])]
    by_cause = asked["detail"].value_counts().reindex(range(len(CAUSES)), fill_value=0)
    chased = (log["kind"] == "chased").sum()
    # a wrong door by the book is in the log as a referral that general practice made at once
    referred = log[(log["kind"] == "referred_on") & (log["organisation"] == 0)]
    for cause, name in enumerate(CAUSES):
        total = h[T.CONTACT_NEW + cause]
        if name == "chased":
            assert total == chased
        elif name.startswith("crisis"):
            assert total == by_cause[cause]
        else:
            assert by_cause[cause] <= total <= by_cause[cause] + len(referred)


def test_ids_ticks_and_needs(lived):
    log = lived.event_log.to_frame()
    assert (log["id"] == np.arange(len(log))).all()
    assert len(log) == len(lived.event_log)
    assert log["tick"].is_monotonic_increasing
    assert log["tick"].min() >= 0, "the burn-in is not part of the story"
    assert log["tick"].max() < lived.ticks
    assert log["need_before"].between(0, 6).all()
    assert log["need_after"].between(0, 6).all()
    seen = log[log["kind"].isin(["seen_by_the_book", "seen_bespoke", "seen_jointly", "stabilised"])]
    assert (seen["need_after"] <= seen["need_before"]).all(), "help never adds to a need"


def test_a_cause_is_the_last_event_of_the_same_person(lived):
    log = lived.event_log.to_frame()
    caused = log[log["caused_by"] >= 0]
    causes = log.loc[caused["caused_by"]]
    assert (caused["person"].to_numpy() == causes["person"].to_numpy()).all()
    assert (caused["caused_by"] < caused["id"]).all()
    assert (log.loc[log["kind"] == "onset", "caused_by"] == -1).all()
    assert (log.loc[log["person"] < 0, "caused_by"] == -1).all()
    of_one = log[log["person"] == int(log["person"].mode()[0])]
    expected = [-1] + [-1 if kind == "onset" else previous
                       for kind, previous in zip(of_one["kind"][1:], of_one["id"][:-1], strict=True)]
    assert of_one["caused_by"].tolist() == expected


def row(kind: int, person: int) -> list[int]:
    return [kind, person, -1, -1, 0, 0]


def test_a_chain_by_hand():
    log = EventLog(5)
    nothing = np.zeros((4, 3), np.float32)
    log.take(0, np.array([row(ONSET, 2), row(ONSET, 3), row(SEEN_BY_THE_BOOK, 2), row(15, -1)], np.int32), nothing)
    log.take(1, np.array([row(CRISIS, 3), row(SEEN_BY_THE_BOOK, 2), row(ONSET, 2), row(CRISIS, 2)], np.int32), nothing)
    frame = log.to_frame()
    assert frame["caused_by"].tolist() == [-1, -1, 0, -1, 1, 2, -1, 6]
    assert frame["kind"].tolist()[:3] == ["onset", "onset", "seen_by_the_book"]
    assert frame["mechanism"].tolist()[:3] == ["need", "need", "care"]


def test_what_the_log_has_no_room_for_is_counted_and_not_written():
    """Compiled code would otherwise write it into foreign memory."""
    write = getattr(note, "py_func", note)
    room, value, n = np.full((3, 6), -9, np.int32), np.zeros((3, 3), np.float32), np.zeros(1, np.int64)
    for person in range(5):
        write(n, room[:2], value[:2], ONSET, person, -1, -1, 3, 0, 0.0, 0.1, 0.5)
    assert n[0] == 5
    assert room[:, 1].tolist() == [0, 1, -9]
    assert room[1].tolist() == [ONSET, 1, -1, -1, 3, 0]
    np.testing.assert_allclose(value[1], [0, 0.1, 0.5], rtol=1e-6)


def test_an_empty_log_has_all_columns():
    frame = EventLog(5).to_frame()
    assert len(frame) == 0
    assert {"id", "tick", "kind", "person", "caused_by", "mechanism", "lever"} <= set(frame.columns)
