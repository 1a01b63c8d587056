"""Ratios within strata against figures worked out by hand, in a case where the crude ratio misleads (Simpson)."""

import math

import numpy as np
import pytest

from simulation.patterns import strata

# Two strata. In the first 2 of 4 who are exposed are ill and 4 of 8 who are not; in the second 1 of 8 and 1 of 4.
STRATUM = np.repeat([0, 1], 12)
EXPOSED = np.array([True] * 4 + [False] * 8 + [True] * 8 + [False] * 4)
ILL = np.array([1, 1, 0, 0] + [1, 1, 1, 1, 0, 0, 0, 0] + [1] + [0] * 7 + [1, 0, 0, 0], bool)


def test_odds_within_strata():
    above, below = 2 * 4 / 12 + 1 * 3 / 12, 4 * 2 / 12 + 1 * 7 / 12
    assert strata.odds_ratio(EXPOSED, ILL, STRATUM) == pytest.approx(above / below)
    crude = strata.odds_ratio(EXPOSED, ILL, np.zeros(24, np.int64))
    assert crude == pytest.approx((3 * 7) / (5 * 9))


def test_odds_without_anybody_to_compare_with_are_not_a_number():
    assert math.isnan(strata.odds_ratio(EXPOSED, np.zeros(24, bool), STRATUM))


def test_rates_within_strata():
    count = np.where(EXPOSED, 3, 2) * (STRATUM + 1)
    assert strata.rate_ratio(EXPOSED, count, STRATUM) == pytest.approx(1.5)


def test_a_group_is_held_against_what_its_own_people_usually_have():
    harm = np.array([1.0, 3.0, 10.0, 30.0])
    stratum, group = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    np.testing.assert_allclose(strata.standardised(harm, stratum, group), [11 / 22, 33 / 22])


def test_classes_hold_as_many_people_each():
    found = strata.classes(np.arange(100.0)[::-1], 20)
    np.testing.assert_array_equal(np.bincount(found), np.full(20, 5))
    assert found[0] == 19
