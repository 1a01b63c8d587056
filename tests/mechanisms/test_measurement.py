"""Measurement alone: breaches, acts, the survey and the running figures; recorded less true is the sum of the acts."""

from __future__ import annotations

import numpy as np
import pytest

from simulation import tallies as T
from simulation.mechanisms.measurement import act_chance, running
from simulation.vocabulary import HOSPITAL, RESULT_UNRESOLVED
from tests.mechanisms.alone import QUEUE_ONLY, alone, blank, counted, near, posts
from tests.mechanisms.caring import BESPOKE, BY_THE_BOOK, CARE, bits

MENTAL = 1
NUMBERS = {"hospital_counts": 0.0, "stop_share": 0.4, "reclassify_share": 0.3, "stop_hours": 0.15,
           "fudge_hours": 0.05, "survey_share": 0.0, "survey_error": 0.0, "coded_missed": 0.45, "coded_false": 0.05,
           "settling": 4.0, "error_below": 0.5, "report_base": 0.2, "report_safety": 0.55}
NOW = 20


def measuring(people: int = 400, levers=None, care: bool = False, staff=None, **numbers: float):
    """Nobody is seen unless `care`; the target is four weeks."""
    on = ("access", "care", "measurement") if care else ("access", "measurement")
    population = {f"staff_{kind}": each for kind, each in (staff or {}).items()}
    world = blank(alone(*on, people=people, levers={**BY_THE_BOOK, **(levers or {})}, parameters={
        "access": QUEUE_ONLY, "care": CARE, "measurement": {**NUMBERS, **numbers}, "population": population}))
    world.now = NOW
    return world


def waiting(world, people: int, wait: int, kind: int = MENTAL, first: int = 0):
    """So many people who have waited `wait` whole weeks by the tick that comes."""
    rows = slice(first, first + people)
    world.person.need[min(kind, 5), rows] = 0.5
    world.person.door[kind, rows] = NOW - wait
    return world


def test_the_chance_of_an_act():
    assert act_chance(0.4, 0.3, 0.5) == pytest.approx(0.32)     # 0.4 * (0.5 + 0.3)
    assert act_chance(0.9, 1.0, 0.5) == 1.0
    assert act_chance(0.4, 0.0, 0.0) == 0.0, "without a floor only self-interest doctors records"


def test_a_running_figure():
    # sixteen records count as twelve after a tick of a memory of four; four more join them
    assert running(0.8, 16.0, 3.0, 4.0, 4.0) == pytest.approx(((12 * 0.8 + 3) / 16, 16.0))
    assert running(0.8, 0.0, 0.0, 0.0, 4.0) == (0.8, 0.0)
    assert running(0.8, 16.0, 0.0, 0.0, 4.0) == pytest.approx((0.8, 12.0))
    assert running(0.8, 16.0, 3.0, 4.0, 0.2) == pytest.approx((0.75, 4.0))


def test_a_running_figure_is_nearly_the_same_for_short_and_long_ticks():
    """Ten records a week, 0.9 met, then 0.5: by the week and by the tenth of a week."""
    week = part = (0.9, 40.0)
    for _ in range(4):
        week = running(*week, 5.0, 10.0, 4.0)
        for _ in range(10):
            part = running(*part, 0.5, 1.0, 40.0)
    assert week[0] == pytest.approx(0.5 + 0.4 * 0.75 ** 4)
    assert part[0] == pytest.approx(0.5 + 0.4 * 0.975 ** 40)


@pytest.mark.parametrize(("wait", "breach"), [(3, 0), (4, 1), (5, 0)])
def test_a_breach_is_counted_once_in_the_tick_in_which_the_wait_passes_the_target(wait, breach):
    world = waiting(measuring(), 10, wait)
    world.step()
    assert counted(world, "true_n") == counted(world, "recorded_n") == 10 * breach
    assert counted(world, "true_met") == counted(world, "recorded_met") == 0


def test_a_life_in_the_queue_is_one_breach():
    world = waiting(measuring(), 10, 0)
    for _ in range(12):
        world.step()
    rows = world._history[NOW:world.tick]
    assert rows[:, T.TRUE_N].tolist() == [0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0]


def test_seen_within_target_is_met_and_seen_later_counts_no_more():
    world = waiting(measuring(care=True), 6, 4)
    waiting(world, 4, 5, first=6)
    waiting(world, 3, 0, first=10)
    world.organisation.recorded_weight[MENTAL] = 36.0
    world.step()
    assert counted(world, "served") == 13
    assert counted(world, "true_n") == counted(world, "true_met") == 9
    assert counted(world, "recorded_n") == counted(world, "recorded_met") == 9
    # 27 records of 0.85 are left, nine of 1 join them, and other doors saw nobody
    assert world.organisation.recorded[MENTAL] == pytest.approx((27 * 0.85 + 9) / 36)
    assert world.organisation.true_performance[MENTAL] == 1.0
    assert world.organisation.recorded[0] == 0.85


def test_who_was_helped_jointly_in_time_is_met_at_the_door_where_they_waited():
    world = waiting(measuring(survey_share=0.5, survey_error=0.1), 3, 4)
    world.organisation.joint_met[MENTAL] = 9.0
    world.step()
    assert (counted(world, "true_n"), counted(world, "true_met")) == (12, 9)
    assert (counted(world, "recorded_n"), counted(world, "recorded_met")) == (12, 9)
    assert world.organisation.surveyed[MENTAL] >= 4.5
    assert world.organisation.joint_met[MENTAL] == 0.0, "and counted once"


def test_figures_of_a_mixed_week():
    world = waiting(measuring(care=True, survey_share=1.0, settling=4.0), 1, 4)
    world.organisation.funding[MENTAL] = 0.01
    world.staff.hours_left[posts(world, MENTAL)[1]] = -5
    waiting(world, 3, 4, first=1)
    world.organisation.recorded_weight[MENTAL] = world.organisation.perceived_weight[MENTAL] = 16.0
    world.step()
    # One post with a few hours sees one of four; the other three pass the target: a quarter met.
    assert counted(world, "true_met") / counted(world, "true_n") == 0.25
    assert world.organisation.recorded[MENTAL] == pytest.approx(0.85 + (0.25 - 0.85) * 4 / 16)
    # people say the same, and what they say is remembered three times as long
    assert world.organisation.perceived[MENTAL] == pytest.approx(0.85 + (0.25 - 0.85) * 4 / (16 * 11 / 12 + 4))


def test_without_inclination_nothing_is_doctored():
    world = waiting(measuring(), 100, 4)
    world.step()
    for name in ("act_stopped_clocks", "act_reclassified", "act_fudged", "acts_found"):
        assert counted(world, name) == 0


@pytest.mark.parametrize(("stop", "reclassify", "act", "recorded", "met", "hours"), [
    (1.0, 0.0, "act_stopped_clocks", 100, 100, 15.0),
    (0.0, 1.0, "act_reclassified", 0, 0, 0.0),
    (0.0, 0.0, "act_fudged", 100, 100, 5.0)])
def test_each_act_leaves_its_own_trace(stop, reclassify, act, recorded, met, hours):
    world = waiting(measuring(stop_share=stop, reclassify_share=reclassify), 100, 4)
    world.organisation.gaming[:] = 1.0
    world.staff.self_interest[:] = 0.5
    world.step()
    assert counted(world, act) == 100
    assert counted(world, "true_n") == 100
    assert counted(world, "true_met") == 0
    assert counted(world, "recorded_n") == recorded
    assert counted(world, "recorded_met") == met
    assert world.organisation.admin_hours[MENTAL] == pytest.approx(hours)


def test_acts_are_as_frequent_as_inclination_and_self_interest_say():
    world = waiting(measuring(1_000, levers={"audit": 0.6}), 1_000, 4)
    world.organisation.gaming[:] = 0.5
    world.staff.self_interest[posts(world, MENTAL)] = 0.1
    world.step()
    acts = [counted(world, name) for name in ("act_stopped_clocks", "act_reclassified", "act_fudged")]
    # 0.5 * (0.5 + 0.1) of a thousand breaches; of the acts 0.4, 0.3 and 0.3; of which audit finds 0.6
    assert near(sum(acts), 1_000, 0.3)
    for count, share in zip(acts, (0.4, 0.3, 0.3), strict=True):
        assert near(count, int(sum(acts)), share)
    assert near(counted(world, "acts_found"), int(sum(acts)), 0.6)
    # recorded less true is the sum of the acts
    assert counted(world, "recorded_met") - counted(world, "true_met") == acts[0] + acts[2]
    assert counted(world, "true_n") - counted(world, "recorded_n") == acts[1]


def test_people_know_what_happened_give_or_take():
    world = waiting(measuring(1_000, survey_share=0.5, survey_error=0.1), 1_000, 4)
    world.organisation.gaming[:] = 1.0
    world.step()
    asked = counted(world, "surveyed")
    assert near(asked, 1_000, 0.5)
    assert near(counted(world, "surveyed_met"), int(asked), 0.1), "the record says otherwise, people do not"


def test_deflected_people_are_true_failures_that_no_record_shows():
    world = blank(alone("access", "measurement", levers={"eligibility": 0.15}, parameters={
        "access": {"seek": 1e9, "wrong_door": 0.0}, "measurement": {**NUMBERS, "survey_share": 0.1}}))
    world.organisation.threshold_raise[MENTAL] = 0.1
    world.person.need[MENTAL, :50], world.person.need[MENTAL, 50:80] = 0.2, 0.14
    world.step()
    assert counted(world, "turned_away") == 80
    assert counted(world, "act_turned_away") == counted(world, "true_n") == 50
    assert counted(world, "true_met") == counted(world, "recorded_n") == 0
    assert counted(world, "surveyed") == pytest.approx(5)
    assert counted(world, "surveyed_met") == 0


def test_the_hospital_counts_where_a_scenario_says_so():
    for counts, expected in ((0.0, 0), (1.0, 10)):
        world = waiting(measuring(hospital_counts=counts), 10, 4, kind=HOSPITAL)
        world.step()
        assert counted(world, "true_n") == expected


def test_staff_code_demand_with_their_errors():
    world = waiting(measuring(1_000, care=True, staff={"mental_health": 200.0}), 1_000, 0)
    world.person.last_result[MENTAL, :600] = RESULT_UNRESOLVED
    world.step()
    assert counted(world, "coded_contacts") == 1_000
    # 600 of failure demand, 0.45 of it missed, and 400 of value demand, 0.05 of it coded as failure
    expected, spread = 600 * 0.55 + 400 * 0.05, np.sqrt(600 * 0.55 * 0.45 + 400 * 0.05 * 0.95)
    assert abs(counted(world, "coded_failure") - expected) < 4 * spread


@pytest.mark.parametrize(("wrong", "below", "errors"), [(0b111, 0.7, 0), (0b1111, 0.7, 400), (0b11111, 0.5, 0)])
def test_help_that_fits_less_than_the_threshold_is_an_error(wrong, below, errors):
    """A fit of exactly the threshold is none, although 0.7 is not a number that 32 bits can hold."""
    world = waiting(measuring(care=True, staff={"mental_health": 200.0}, error_below=below), 400, 0)
    world.organisation.standard[:] = bits(MENTAL, wrong)
    world.step()
    assert counted(world, "errors_made") == errors


def test_errors_are_reported_where_it_is_safe_and_reports_do_not_track_harm():
    reports = []
    for safety in (0.0, 0.5, 1.0):
        world = waiting(measuring(1_000, care=True, staff={"mental_health": 200.0}), 1_000, 0)
        world.organisation.standard[:] = bits(MENTAL, 0b1111111)
        world.organisation.safety[:] = safety
        world.step()
        assert counted(world, "errors_made") == 1_000
        assert near(counted(world, "errors_reported"), 1_000, 0.2 + 0.55 * safety)
        reports.append(counted(world, "errors_reported"))
    assert reports == sorted(reports)


def test_bespoke_and_by_the_book_are_measured_alike():
    seen = {}
    for name, levers in (("book", BY_THE_BOOK), ("bespoke", BESPOKE)):
        world = waiting(measuring(care=True, levers=levers), 10, 2)
        world.step()
        seen[name] = (counted(world, "true_met"), counted(world, "recorded_met"))
    assert seen["book"] == seen["bespoke"] == (10, 10)
