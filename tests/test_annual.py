"""The close of a year, by hand: on how few people the cost fell, and who of them was there the year before."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simulation.annual import close_year


def people(cost, before=()) -> SimpleNamespace:
    """Forty people, of whom the dearest twentieth is two."""
    spent = np.zeros(40, np.float32)
    spent[:len(cost)] = cost
    was = np.zeros(40, np.uint8)
    was[list(before)] = 1
    return SimpleNamespace(cost_year=spent, was_costly=was, visits_year=np.ones(40, np.uint8))


def test_the_dearest_twentieth():
    person = people([10, 300, 20, 600, 70])
    share, stayed = close_year(person)
    assert share == pytest.approx(900 / 1000)
    assert math.isnan(stayed), "nobody knows who was costly before the first year"
    assert np.flatnonzero(person.was_costly).tolist() == [1, 3]
    assert (person.cost_year == 0).all()
    assert (person.visits_year == 0).all()


def test_those_who_stayed():
    share, stayed = close_year(people([10, 300, 20, 600, 70], before=(3, 30)))
    assert share == pytest.approx(0.9)
    assert stayed == 0.5


def test_exactly_a_twentieth_even_where_all_cost_the_same():
    person = people([5] * 40)
    share, _ = close_year(person)
    assert person.was_costly.sum() == 2
    assert share == pytest.approx(0.05)


def test_a_year_without_cost_has_no_share():
    share, _ = close_year(people([]))
    assert math.isnan(share)


def test_many_small_sums_add_up():
    n = 100_000
    person = SimpleNamespace(cost_year=np.full(n, 0.1, np.float32), was_costly=np.zeros(n, np.uint8),
                             visits_year=np.zeros(n, np.uint8))
    share, _ = close_year(person)
    assert share == pytest.approx(0.05, rel=1e-9)
