"""Who wins: sure and convincing, sure but carried by a few pairs, equal, without a value, and among more than two."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation.outcomes import BY_NAME
from simulation.winners import Standing, standing

NEED, FIT = BY_NAME["need"], BY_NAME["true_performance"]
BASE = np.array([5.0, 6.0, 4.0, 5.5, 4.5, 5.2, 4.8, 6.1, 5.9, 5.0])


def test_a_winner_is_sure_and_convincing():
    found = standing(NEED, {"a": BASE, "b": BASE - 1 - 0.1 * np.sin(BASE)})
    assert found.winner == found.leader == "b" and found.rival == "a"
    assert (found.held_in, found.pairs, found.verdict) == (10, 10, "clear")
    assert (found.of, found.minus) == ("b", "a") and found.low < found.difference < found.high < 0
    assert found.margin == pytest.approx(-found.difference / BASE.mean())


def test_higher_can_be_better_and_the_difference_keeps_its_sign():
    found = standing(FIT, {"a": BASE + 1 + 0.1 * np.sin(BASE), "b": BASE})
    assert found.winner == "a" and found.difference < 0 and found.of == "b"


def test_an_interval_that_holds_zero_has_no_winner():
    found = standing(NEED, {"a": BASE, "b": BASE + np.tile([1.0, -1.1], 5)})
    assert found.winner is None and found.leader == "b" and found.verdict == "unclear"
    assert found.low < 0 < found.high and found.held_in == 5


def test_a_mean_that_few_pairs_carry_does_not_win():
    gain = np.array([0.001, 0.001, 0.001, -5, -6, -5, -5.5, -6, -5, -5.2])
    found = standing(NEED, {"a": BASE, "b": BASE + gain})
    assert found.high < 0 and found.held_in == 7
    assert found.winner is None and found.verdict == "unclear" and found.leader == "b"


def test_exactly_equal_is_nobody():
    found = standing(NEED, {"a": BASE, "b": BASE.copy(), "c": BASE.copy()})
    assert (found.winner, found.leader, found.rival, found.verdict) == (None, None, None, "equal")
    assert (found.held_in, found.tied, found.pairs, found.difference) == (0, 10, 10, 0.0)
    assert math.isnan(found.margin)


def test_one_pair_never_wins():
    found = standing(NEED, {"a": BASE[:1], "b": BASE[:1] - 3})
    assert found.winner is None and found.held_in == 1 and math.isnan(found.low)


def test_pairs_without_a_value_do_not_count():
    lacking = BASE - 1 - 0.1 * np.sin(BASE)
    lacking[[2, 7]] = np.nan
    found = standing(NEED, {"a": BASE, "b": lacking})
    assert found.pairs == 8 and found.winner == "b" and found.held_in == 8
    nothing = standing(NEED, {"a": BASE, "b": np.full(10, np.nan)})
    assert nothing.verdict == "nothing" and nothing.winner is None and nothing.pairs == 0


def test_of_three_the_winner_must_beat_both():
    wiggle = 0.05 * np.sin(9 * BASE)
    won = standing(NEED, {"a": BASE, "b": BASE - 1 + wiggle, "c": BASE - 2 - wiggle})
    assert won.winner == "c" and won.rival == "b" and (won.of, won.minus) == ("c", "b") and won.held_in == 10
    close = standing(NEED, {"a": BASE, "b": BASE - 1 + wiggle, "c": BASE - 1.001 - wiggle})
    assert close.winner is None and {close.leader, close.rival} == {"b", "c"}


def test_it_can_be_kept_and_read_again():
    for values in ({"a": BASE, "b": BASE - 1}, {"a": BASE[:1], "b": BASE[:1]}, {"a": BASE * np.nan, "b": BASE}):
        found = standing(NEED, values)
        assert Standing.from_dict(found.to_dict()).to_dict() == found.to_dict()
        assert next(iter(found.to_dict())) == "winner"


@pytest.mark.parametrize("wrong", [{"outcome": BY_NAME["contacts"]}, {"values": {"a": BASE}}])
def test_what_nobody_can_win_is_refused(wrong):
    with pytest.raises(ValueError, match="better direction"):
        standing(wrong.get("outcome", NEED), wrong.get("values", {"a": BASE, "b": BASE}))
