"""Paired statistics against numbers worked by hand, and what they say when there is little to say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation import statistics
from simulation.statistics import paired


def test_a_worked_example():
    # Differences 1, 2, 3, 2: mean 2, sum of squares about it 2, sd sqrt(2/3), standard error sqrt(2/3)/2 = 0.408248;
    # t(3, 97.5 %) = 3.182446, so the half width is 1.299228. Both samples have variance 5/3 and 8/3.
    found = paired([1, 2, 3, 4], [2, 4, 6, 6], "higher")
    assert (found.first, found.second, found.difference) == (2.5, 4.5, 2.0)
    assert found.low == pytest.approx(2 - 1.299228, abs=1e-6)
    assert found.high == pytest.approx(2 + 1.299228, abs=1e-6)
    assert (found.better_in, found.tied, found.pairs) == (4, 0, 4)
    assert found.effect == pytest.approx(2 / math.sqrt(2 / 3))
    assert found.variance_reduction == pytest.approx((5 / 3 + 11 / 3) / (2 / 3))
    assert found.skewness == pytest.approx(0)
    assert found.excludes_zero and found.notes == ()


@pytest.mark.parametrize("better, count", [("lower", 1), ("higher", 2), ("neither", None)])
def test_better_follows_the_direction_and_ties_count_for_neither(better, count):
    found = paired([1.0, 1, 1, 1], [0.5, 1, 2, 3], better)
    assert (found.better_in, found.tied) == (count, 1)


def test_one_pair_has_a_difference_but_no_interval():
    found = paired([2.0], [3.0], "higher")
    assert (found.difference, found.better_in, found.pairs) == (1.0, 1, 1)
    assert all(math.isnan(x) for x in (found.low, found.high, found.effect, found.variance_reduction, found.skewness))
    assert not found.excludes_zero
    assert "no interval" in found.notes[0]


def test_nothing_to_compare():
    found = paired([math.nan, 1], [1, math.nan])
    assert found.pairs == 0 and math.isnan(found.difference) and math.isnan(found.first)
    assert found.notes == ("No pair has a value under both regimes.",)


def test_a_pair_with_a_missing_value_is_left_out_on_both_sides():
    whole, holed = paired([1, 3, 5], [2, 5, 9]), paired([1, 3, math.nan, 5], [2, 5, 7, 9])
    assert whole == holed and holed.pairs == 3


def test_identical_values_differ_by_exactly_nothing():
    values = np.random.default_rng(1).random(20)
    found = paired(values, values.copy(), "lower")
    assert (found.difference, found.low, found.high, found.better_in, found.tied) == (0, 0, 0, 0, 20)
    assert not found.excludes_zero and found.variance_reduction == math.inf


def test_the_rounding_of_sums_is_not_a_difference():
    values = np.random.default_rng(2).random(20) * 366
    found = paired(values, np.nextafter(values, np.inf), "lower")
    assert (found.difference, found.tied, found.better_in) == (0, 20, 0)
    assert paired(values, values * (1 + 1e-6), "lower").tied == 0


def test_a_constant_difference_is_a_point():
    found = paired([1.0, 2, 3], [2.0, 3, 4])
    assert (found.low, found.difference, found.high) == (1, 1, 1)
    assert found.excludes_zero and math.isnan(found.effect)


def test_independent_samples_gain_nothing_from_pairing_and_shifted_ones_much():
    chance = np.random.default_rng(3)
    a, b = chance.standard_normal((2, 4000))
    assert paired(a, b).variance_reduction == pytest.approx(1, abs=0.1)
    assert paired(a, a + 0.1 * b).variance_reduction == pytest.approx(200, rel=0.1)


def test_coverage_of_the_interval_for_normal_differences():
    chance = np.random.default_rng(4)
    held = 0
    for _ in range(1000):
        found = paired(np.zeros(12), chance.standard_normal(12) + 1)
        held += found.low <= 1 <= found.high
    assert 930 <= held <= 970


def test_skewed_differences_of_few_pairs_are_warned_about():
    skewed = np.r_[np.zeros(18) + np.arange(18) / 100, 5, 9]
    assert "skewed" in paired(np.zeros(20), skewed).notes[0]
    assert paired(np.zeros(100), np.tile(skewed, 5)).notes == ()
    # Worked: 0, 0, 3 has mean 1, squares 1, 1, 4; m3 = 2, m2^1.5 = 2^1.5; times sqrt(3 * 2) / 1.
    assert statistics.skewness(np.array([0.0, 0, 3])) == pytest.approx(2 / 2**1.5 * math.sqrt(6))


@pytest.mark.parametrize("factors, says", [
    ([1.1, 1.2, 1.4], "hardly more"), ([4.0, 4.0, 9.0], "4.0 times as many"), ([1e30], "more than 1,000"),
    ([math.inf, math.inf], "identical differences"), ([math.inf, math.inf, 2], "more than half"), ([math.nan], ""),
])
def test_what_pairing_bought_in_words(factors, says):
    assert says in statistics.pairing_note(factors)


def test_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="equal length"):
        paired([1, 2], [1, 2, 3])
