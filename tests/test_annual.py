"""The close of a year, by hand: on how few people the cost fell, and who of them was there the year before."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simulation import outcomes
from simulation.annual import close_year
from tests.worlds import regime, small, stepped


def people(cost, before=()) -> SimpleNamespace:
    """Forty people, of whom the dearest twentieth is two."""
    spent = np.zeros(40, np.float32)
    spent[:len(cost)] = cost
    was = np.zeros(40, np.uint8)
    was[list(before)] = 1
    return SimpleNamespace(cost_year=spent, was_costly=was, visits_year=np.ones(40, np.uint8))


def test_the_dearest_twentieth():
    person = people([10, 300, 20, 600, 70])
    share, stayed, *_ = close_year(person)
    assert share == pytest.approx(900 / 1000)
    assert math.isnan(stayed), "nobody knows who was costly before the first year"
    assert np.flatnonzero(person.was_costly).tolist() == [1, 3]
    assert (person.cost_year == 0).all()
    assert (person.visits_year == 0).all()


def test_those_who_stayed():
    share, stayed, *_ = close_year(people([10, 300, 20, 600, 70], before=(3, 30)))
    assert share == pytest.approx(0.9)
    assert stayed == 0.5


def test_exactly_a_twentieth_even_where_all_cost_the_same():
    person = people([5] * 40)
    share = close_year(person).share
    assert person.was_costly.sum() == 2
    assert share == pytest.approx(0.05)


def test_a_year_without_cost_has_no_share():
    year = close_year(people([]))
    assert math.isnan(year.share) and year.dearest == 0


def test_many_small_sums_add_up():
    n = 100_000
    person = SimpleNamespace(cost_year=np.full(n, 0.1, np.float32), was_costly=np.zeros(n, np.uint8),
                             visits_year=np.zeros(n, np.uint8))
    share = close_year(person).share
    assert share == pytest.approx(0.05, rel=1e-9)


def test_last_years_dearest_are_followed_into_this_year():
    first = close_year(person := people([10, 300, 20, 600, 70]))
    assert first.dearest == 450
    assert math.isnan(first.before) and math.isnan(first.after)
    person.cost_year[:5] = 500, 40, 0, 60, 900
    second = close_year(person, first.dearest)
    assert (second.before, second.after) == (450, 50), "persons 1 and 3, picked for their bad year"
    assert second.dearest == 700


def test_before_and_after_misleads_where_a_paired_difference_does_not():
    """A placebo: the same levers under another name. The picked cost less next year, and exactly as much either way."""
    scenario = small(people=2_000, weeks=160)
    levers = dict(scenario.regimes["targets"].levers)
    one, other = (outcomes.series(stepped(scenario, regime(name, **levers)).totals()) for name in ("usual", "placebo"))
    for name in ("high_users_before", "high_users_after", "high_users_change"):
        np.testing.assert_array_equal(one[name], other[name])
    known = np.flatnonzero(~np.isnan(one["high_users_change"]))
    assert known.tolist() == [103, 155], "the ends of the second and the third year"
    assert (one["high_users_change"][known] < 0).all()
