"""Measuring calibration targets: each number against a count by hand, and what it costs to be how far off."""

from __future__ import annotations

import math
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from simulation.calibration.measures import MEASURES
from simulation.calibration.measuring import MISSING, Measured, distance, loss_of, measure, misfit, pull
from simulation.calibration.plan import Anchor, Target
from simulation.calibration.reading import load_plan
from simulation.calibration.watching import VISITS_COUNTED, Watched, watch
from simulation.runs import Interrupted, run
from tests.worlds import small

YEARS = 2
TOWN = small(people=800, weeks=52 * YEARS)
REGIME = next(iter(TOWN.regimes.values()))


@pytest.fixture(scope="module")
def watched() -> Watched:
    return watch(TOWN, REGIME, 5)


@pytest.fixture(scope="module")
def plain():
    return run(TOWN, REGIME, 5, record_events=True)


def number(name: str, run: Watched, years: range) -> float:
    return MEASURES[name].of(run, years)


def test_watching_changes_nothing(watched, plain):
    assert watched.totals.contact_new.sum() == pytest.approx(
        (plain.series["contacts"] * (1 - plain.series["failure_demand"]) * 800 / 10_000 * 7 / 365.25).sum()
        - watched.totals.contact_crisis_new.sum())
    without = watch(TOWN, REGIME, 5, contacts=False)
    assert (without.totals.need == watched.totals.need).all() and (without.visits == watched.visits).all()
    with pytest.raises(ValueError, match="contacts=True"):
        without.usual_provider(range(1))


def test_visits_are_the_crises_of_the_event_log(watched, plain):
    crises = plain.events[plain.events["kind"] == "crisis"]
    for year in range(YEARS):
        here = crises[(crises["tick"] >= 52 * year) & (crises["tick"] < 52 * (year + 1))]
        each = here.groupby("person").size()
        assert len(here) > 20
        expected = np.bincount(each, minlength=VISITS_COUNTED)
        assert (watched.visits[year][1:] == expected[1:]).all()
        assert number("attended_once", watched, range(year, year + 1)) == pytest.approx((each == 1).mean())
        assert number("visits_of_frequent", watched, range(year, year + 1)) == pytest.approx(
            each[each >= 3].sum() / each.sum())


def test_the_usual_provider_is_counted_person_by_person(watched, plain):
    events = plain.events
    seen = events[events["kind"].isin(["seen_by_the_book", "seen_bespoke"]) & (events["organisation"] == 0)]
    shares = []
    for _, mine in seen[seen["tick"] < 52].groupby("person"):
        if len(mine) >= 2:
            shares.append(mine["staff"].value_counts().max() / len(mine))
    assert len(shares) > 100
    assert watched.usual_provider(range(1)) == pytest.approx(np.mean(shares))


def test_shares_of_attenders_by_hand():
    visits = np.zeros((2, VISITS_COUNTED), np.int64)
    visits[0, [0, 1, 2, 3, 5]] = 900, 70, 20, 8, 2
    visits[1, [0, 1]] = 999, 1
    one = Watched(SimpleNamespace(), 52, visits, None)
    assert number("attended_once", one, range(1)) == 0.7
    assert number("attended_often", one, range(1)) == 0.1
    assert number("visits_of_frequent", one, range(1)) == pytest.approx((8 * 3 + 2 * 5) / (70 + 40 + 24 + 10))
    assert number("attended_once", one, range(2)) == pytest.approx(71 / 101)
    empty = Watched(SimpleNamespace(), 52, visits[:0].sum(axis=0, keepdims=True), None)
    assert math.isnan(number("attended_once", empty, range(1)))


def test_the_usual_provider_by_hand():
    # Person 1 sees 7, 7, 8; person 2 sees 7 once; person 3 sees 8, 9.
    contacts = np.array([[0, 1, 7], [1, 1, 7], [2, 1, 8], [3, 2, 7], [4, 3, 8], [5, 3, 9], [60, 3, 9]], np.int64)
    one = Watched(SimpleNamespace(), 52, np.zeros((2, VISITS_COUNTED), np.int64), contacts)
    assert one.usual_provider(range(1)) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert one.usual_provider(range(2)) == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert math.isnan(one.usual_provider(range(1, 2))), "nobody has two contacts in the second year"


def test_rates_agree_with_the_outcomes_of_the_run(watched, plain):
    every = range(YEARS)
    assert number("crises", watched, every) == pytest.approx(plain.series["crises"].mean(), rel=1e-9)
    assert 10_000 * number("contacts", watched, every) == pytest.approx(plain.series["contacts"].mean(), rel=1e-9)
    assert number("leaving", watched, every) == pytest.approx(plain.summary["leaving"], rel=0.06)  # mean of weeks
    assert number("burnt_out", watched, range(1, 2)) == pytest.approx(plain.series["burnout"][52:].mean(), rel=0.01)
    assert number("cost_share_top5", watched, range(1, 2)) == plain.series["cost_share_top5"][103]
    simple, complicated, everybody = (number(f"failure_demand{which}", watched, every)
                                      for which in ("_simple", "_complex", ""))
    assert min(simple, complicated) < everybody < max(simple, complicated)
    assert 0 < number("persistence_top5", watched, range(1, 2)) < 1
    assert math.isnan(number("persistence_top5", watched, range(1)))


# -- how far off ------------------------------------------------------------------------------------------------------

TARGET = Target(pattern=3, measure="leaving", value=0.10, low=0.08, high=0.14, weight=2, over="year 1",
                source="by hand")
LEVEL = Anchor(measure="contacts", low=5, high=15, over="year 1", source="by hand")


@pytest.mark.parametrize(("got", "far", "costs"), [
    (0.10, 0, 0), (0.09, -0.5, 0), (0.12, 0.5, 0),  # the middle half costs nothing
    (0.08, -1, 2), (0.14, 1, 2),  # the end of the range costs the weight, on either side
    (0.13, 0.75, 0.5), (0.18, 2, 2 * (2 * 3 - 1)),  # a square inside, in proportion further out
])
def test_what_a_target_costs(got, far, costs):
    assert distance(TARGET, got) == pytest.approx(far)
    assert loss_of(TARGET, got) == pytest.approx(costs)


def test_what_a_level_costs():
    assert loss_of(LEVEL, 5) == loss_of(LEVEL, 9) == loss_of(LEVEL, 15) == 0
    assert loss_of(LEVEL, 4.5) == pytest.approx(1)
    assert loss_of(LEVEL, 17) == pytest.approx(2 * 4 - 1)


def test_what_does_not_exist_costs_more_than_any_miss():
    assert loss_of(TARGET, math.nan) == MISSING
    assert misfit([Measured(TARGET, (0.1, 0.1)), Measured(LEVEL, (1.0, math.nan))]) == MISSING
    assert not Measured(TARGET, (math.nan,)).holds


def test_mean_and_error_over_seeds():
    some = Measured(TARGET, (0.08, 0.12, 0.10))
    assert some.mean == pytest.approx(0.10) and some.error == pytest.approx(0.02 / math.sqrt(3))
    assert some.holds and math.isnan(Measured(TARGET, (0.1,)).error)


def test_the_pull_counts_shares_of_the_bounds():
    plan = load_plan("town")
    assert pull(plan, plan.defaults) == 0
    free = plan.free[0]
    moved = {**plan.defaults, free.path: free.default + 0.5 * (free.high - free.default)}
    share = 0.5 * (free.high - free.default) / (free.high - free.low)
    assert pull(plan, moved) == pytest.approx(plan.pull * share**2)


def test_the_number_of_threads_changes_nothing_and_stopping_is_heard():
    plan = load_plan("town").model_copy(update={"people": 400})
    one = measure(plan, {}, [3, 4], threads=1)
    two = measure(plan, {}, [3, 4], threads=2)
    assert [m.values for m in one] == [m.values for m in two]
    stop = threading.Event()
    stop.set()
    with pytest.raises(Interrupted):
        measure(plan, {}, [3, 4], stop=stop)
