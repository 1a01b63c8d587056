"""The promises of the engine: same bytes, common random numbers, null, isolation, resume, conservation, equal money."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import simulation
from simulation import tallies as T
from simulation.engine import World
from simulation.levers import LEVERS
from simulation.mechanisms import MECHANISMS
from tests.worlds import counted, digest, regime, small, stepped, with_switches

BASELINE = Path(__file__).parent / "data" / "town_baseline.json"


# -- same inputs, same bytes ------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes():
    assert digest(stepped(small())) == digest(stepped(small()))


def test_another_seed_gives_other_people():
    assert digest(stepped(small(), seed=3)) != digest(stepped(small(), seed=4))


@pytest.mark.parametrize("threads", [2, 3])
def test_any_number_of_threads_gives_the_same_bytes(threads):
    scenario = simulation.load("neighbourhoods", set={"world.people": 60_000, "world.places": 6,
                                                      "world.horizon": "8 weeks"})
    one, many = stepped(scenario, "targets", threads=1), stepped(scenario, "targets", threads=threads)
    assert len(one._blocks) > 1, "the world must be large enough to be cut into blocks"
    assert digest(one) == digest(many)


def test_recording_events_changes_nothing():
    assert digest(stepped(small(), record_events=True)) == digest(stepped(small(), record_events=False))


def test_without_compilation_the_numbers_are_the_same():
    code = ("from tests.worlds import digest, small, stepped\n"
            "for name in ('targets', 'trust-and-learning'):\n"
            "    print(digest(stepped(small(people=300, weeks=8, parameters__population__burn_in='4 weeks'), name)))")
    seen = []
    for disabled in ("0", "1"):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                              cwd=Path(__file__).parent.parent, env={**os.environ, "NUMBA_DISABLE_JIT": disabled})
        seen.append(done.stdout.split())
    assert len(seen[0]) == 2
    assert seen[0] == seen[1]


def test_the_default_town_has_not_moved():
    """Exact: a change here is a change of the model, and needs a new MODEL_VERSION and a line in the changelog.

    `python -m tests.test_engine` writes the baseline anew.
    """
    assert towns() == json.loads(BASELINE.read_text())


def towns() -> dict[str, str]:
    from simulation.engine import MODEL_VERSION

    scenario = simulation.load("town", set={"world.horizon": "1 year"})
    found = {"model": MODEL_VERSION}
    for name in scenario.regimes:
        found[name] = digest(stepped(scenario, name, seed=1))
    return found


# -- common random numbers, null --------------------------------------------------------------------------------------


def test_identical_levers_give_identical_series_whatever_the_names():
    levers = dict(small().regimes["trust-and-learning"].levers)
    assert digest(stepped(small(), regime("a", **levers))) == digest(stepped(small(), regime("b", **levers)))


def test_every_regime_starts_with_the_same_people_and_the_same_lived_in_town():
    scenario = small()
    starts = [World(scenario, name, 5) for name in scenario.regimes]
    for world in starts[1:]:
        for family, columns in starts[0].columns.items():
            if family in ("convener", "place"):
                continue
            for name, column in columns.items():
                other = world.columns[family][name]
                np.testing.assert_array_equal(column, other, err_msg=f"{family}.{name}")


def test_needs_begin_alike_under_every_regime():
    """Common random numbers: until regimes have had an effect, the same people fall ill in the same week."""
    scenario = with_switches(small(), care=False, access=False)
    one, other = (stepped(scenario, name) for name in ("targets", "trust-and-learning"))
    np.testing.assert_array_equal(one.person.need, other.person.need)
    assert one.person.need.sum() > 0


def test_null_all_mechanisms_that_regimes_touch_off_gives_exactly_no_difference():
    """Pattern 21."""
    scenario = simulation.load("null", set={"world.people": 1_000, "world.horizon": "40 weeks"})
    touched = {mechanism for lever in LEVERS for mechanism in lever.mechanisms}
    assert not any(scenario.switches.get(mechanism, True) for mechanism in touched)
    worlds = [stepped(scenario, name) for name in scenario.regimes]
    assert len(worlds) >= 2
    for world in worlds[1:]:
        np.testing.assert_array_equal(counted(worlds[0]), counted(world))
        np.testing.assert_array_equal(worlds[0].person.need, world.person.need)


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.name)
def test_a_lever_acts_only_through_the_mechanisms_that_it_names(lever):
    """On, it has an effect; with its mechanisms off, exactly none."""
    # What is right drifts fast here, so that the levers on standards have something to do within two years.
    scenario = small(people=4_000, weeks=130, parameters__learning__drift_nation="0.3 per year",
                     parameters__learning__revision="3 per year")
    usual = {**scenario.regimes["hybrid"].levers, "funding_trust": 0.2, "lead_agency": 0.3, "local_standards": 0.3}
    other = dict(usual)
    shares_of_hours = ("learning_time", "relationship_time", "reporting")
    far = abs(usual[lever.name] - lever.high) > 1e-9 and lever.name not in shares_of_hours
    other[lever.name] = 1.0 if lever.name == "target_wait" else lever.high if far else lever.low
    on = [counted(stepped(scenario, regime("x", **levers))) for levers in (usual, other)]
    assert not np.array_equal(on[0], on[1])
    off = with_switches(scenario, **dict.fromkeys(lever.mechanisms, False))
    without = [counted(stepped(off, regime("x", **levers))) for levers in (usual, other)]
    np.testing.assert_array_equal(without[0], without[1])


WRITTEN_ONLY_BY = {
    "need": ("person", ("visits_year",)), "access": ("organisation", ("admin_hours",)),
    "care": ("staff", ("success", "hours_left", "usual_cases")),
    "measurement": ("organisation", ("recorded", "perceived", "true_performance")),
    "pressure": ("organisation", ("pressure", "safety", "gaming", "rush", "threshold_raise", "slack")),
    "learning": ("place", ("truth",)), "relationships": ("convener", ("introductions", "landscape")),
    "leadership": ("organisation", ("mindset", "belief", "figures_known")), "money": ("organisation", ("funding",)),
    "spread": ("place", ("regime",)),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_off_means_off(name):
    """A mechanism that is switched off leaves the columns that only it writes as they were built."""
    scenario = with_switches(small(), **{name: False})
    family, columns = WRITTEN_ONLY_BY[name]
    untouched = World(with_switches(small(parameters__population__burn_in="0 weeks"),
                                    **dict.fromkeys(MECHANISMS, False)), "targets", 3)
    world = stepped(scenario)
    for column in columns:
        np.testing.assert_array_equal(world.columns[family][column], untouched.columns[family][column], err_msg=column)


# -- isolation, resume ------------------------------------------------------------------------------------------------


def test_a_second_world_does_not_disturb_the_first():
    alone = digest(stepped(small()))
    first, second = World(small(), "targets", 3), World(small(), "trust-and-learning", 9)
    for _ in range(30):
        first.step()
        second.step()
    assert digest(first) == alone


@pytest.mark.parametrize("record_events", [False, True])
def test_pickled_in_mid_run_equals_uninterrupted(record_events):
    whole = stepped(small(), record_events=record_events)
    half = stepped(small(), ticks=13, record_events=record_events)
    half = pickle.loads(pickle.dumps(half))
    half.step(17)
    assert digest(half) == digest(whole)
    if record_events:
        assert half.event_log.to_frame().equals(whole.event_log.to_frame())


def test_pickled_while_dated_events_last_equals_uninterrupted():
    """What an event will undo at its end travels with the pickle."""
    events = [{"at": 5, "until": 20, "levers": {"discretion": 0.9}}, {"at": 6, "until": 22, "regime": "hybrid"},
              {"at": 7, "until": 23, "staffing": {"all": 0.8}}, {"at": 8, "until": 21, "surge": {"mental": 2.0}}]
    scenario = small()
    scenario = type(scenario).model_validate({**scenario.model_dump(by_alias=True), "events": events})
    whole = stepped(scenario)
    half = pickle.loads(pickle.dumps(stepped(scenario, ticks=13)))
    half.step(17)
    assert digest(half) == digest(whole)
    np.testing.assert_array_equal(half.levers, World(small(), "targets", 3).levers)
    assert (half.staffing == 1).all()
    assert (half.surge == 1).all()


def test_a_fork_goes_its_own_way():
    world = stepped(small(), ticks=10)
    other = world.fork()
    other.set_levers({"discretion": 1.0})
    other.step(20)
    world.step(20)
    assert digest(world) == digest(stepped(small()))
    assert digest(other) != digest(world)


def test_beyond_the_horizon_there_is_a_clear_error():
    world = stepped(small(weeks=4))
    with pytest.raises(RuntimeError, match="ends after 4 ticks"):
        world.step()


# -- conservation -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["targets", "trust-and-learning", "trust-alone", "lead-agency"])
def lived(request):
    return stepped(small(people=3_000, weeks=80), request.param)


def test_no_more_hours_are_worked_than_there_were(lived):
    h = counted(lived)
    assert (h[:, T.HOURS_USED] <= h[:, T.HOURS_AVAILABLE] + 1e-6).all()
    assert (h[:, T.HOURS_AVAILABLE] <= h[:, T.HOURS_PAID] + 1e-6).all()
    assert h[:, T.HOURS_USED].sum() > 0


def test_every_contact_has_one_cause(lived):
    h = counted(lived)
    causes = h[:, T.CONTACT_NEW:T.CONTACT_CRISIS_TURNED_AWAY + 1].sum(axis=1)
    events = h[:, T.SERVED] + h[:, T.HOSPITAL_SERVED] + h[:, T.TURNED_AWAY] + h[:, T.CONTACT_CHASED]
    np.testing.assert_array_equal(causes, events)
    np.testing.assert_array_equal(causes, h[:, T.CONTACTS_COMPLEX] + h[:, T.CONTACTS_SIMPLE])


def test_needs_and_other_shares_stay_between_0_and_1(lived):
    for column in (lived.person.need, lived.person.trust, lived.person.known_strength, lived.staff.motivation,
                   lived.staff.burnout, lived.staff.tie_trust, lived.organisation.safety, lived.organisation.gaming,
                   lived.organisation.pressure, lived.organisation.mindset, lived.organisation.recorded):
        assert np.isfinite(column).all()
        assert column.min() >= 0.0
        assert column.max() <= 1.0


def test_people_and_posts_are_neither_lost_nor_made(lived):
    assert len(lived.person.trust) == 3_000
    h = counted(lived)
    assert (h[:, T.POSTS] == len(lived.staff.effort)).all()
    assert (h[:, T.PRESENT] <= h[:, T.POSTS]).all()
    leavers, vacant = h[:, T.LEAVERS].sum(), h[-1, T.POSTS] - h[-1, T.PRESENT]
    assert vacant <= leavers + h[:, T.SUCCESSIONS].sum() + len(lived.staff.effort) * 0.2


def test_a_tie_is_held_at_both_ends(lived):
    tie = lived.staff.tie
    for a in range(len(tie)):
        others = tie[a][tie[a] >= 0]
        assert len(set(others)) == len(others), "nobody is tied to the same colleague twice"
        assert a not in others
        for b in others:
            assert a in tie[b]


def test_waits_in_the_histogram_are_the_people_seen(lived):
    np.testing.assert_array_equal(lived.waits[:lived.tick].sum(axis=1), counted(lived)[:, T.SERVED])


def test_recorded_less_true_is_the_sum_of_the_acts(lived):
    """Each act adds what it makes of the record, and nothing else makes record and truth differ."""
    h = counted(lived).sum(axis=0)
    made_met = h[T.ACT_STOPPED_CLOCKS] + h[T.ACT_FUDGED]
    assert h[T.RECORDED_MET] == h[T.TRUE_MET] + made_met
    assert h[T.RECORDED_N] == h[T.TRUE_N] - h[T.ACT_RECLASSIFIED] - h[T.ACT_TURNED_AWAY]


def test_money_adds_up(lived):
    h = counted(lived)
    n = lived.numbers["money"]
    np.testing.assert_allclose(h[:, T.COST_STAFF], h[:, T.HOURS_PAID] * n.value_hour, rtol=1e-12)
    np.testing.assert_array_equal(h[:, T.COST_CRISES], h[:, T.HOSPITAL_SERVED] * n.crisis_cost)


def test_every_regime_spends_the_same_planned_money_and_has_the_same_posts():
    scenario = small(people=3_000, weeks=60)
    planned, posts = [], []
    for name in scenario.regimes:
        h = counted(stepped(scenario, name))
        planned.append(h[:, T.COST_STAFF] + h[:, T.COST_CONVENERS] + h[:, T.COST_INSPECTION])
        posts.append(h[:, T.POSTS])
    assert len(planned) == 7
    for other in planned[1:]:
        np.testing.assert_allclose(other, planned[0], rtol=1e-9)
    for other in posts[1:]:
        np.testing.assert_array_equal(other, posts[0])


def test_places_differ_and_only_spread_and_the_nation_join_them():
    """With spread off and no drift of the nation, what one place lives does not depend on the regime next door."""
    scenario = simulation.load("neighbourhoods", set={
        "world.people": 4_000, "world.places": 4, "world.horizon": "20 weeks", "switches.spread": False,
        "parameters.learning.drift_nation": "0 per year", "parameters.learning.revision": "0 per year"})
    mixed = World(scenario, "targets", 2)
    assert set(mixed.place.regime) == {0, 1}
    alike = World(scenario.model_copy(update={"regime_places": {}}), "targets", 2)
    mixed.step(20)
    alike.step(20)
    for place in range(4):
        rows = slice(mixed.person_start[place], mixed.person_start[place + 1])
        same = np.array_equal(mixed.person.need[:, rows], alike.person.need[:, rows])
        assert same == (mixed.place.regime[place] == 0)


if __name__ == "__main__":
    BASELINE.parent.mkdir(exist_ok=True)
    BASELINE.write_text(json.dumps(towns(), indent=2) + "\n")
