"""When a point has enough pairs: looks that pass twice, raised for odd differences, ended by the cap, and resumable."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulation import statistics
from simulation.experiments.replications import Until
from simulation.experiments.stopping import decide

SMOOTH = np.resize([-1.0, 1.0], 400)
"""Differences with mean 0 over pairs, no skew and no values apart."""


def rule(half_width: float, **others: int) -> Until:
    return Until(outcome="need", half_width=half_width, **{"start": 30, "step": 10, "at_most": 200, **others})


def pairs(differences, *, regimes: int = 2) -> np.ndarray:
    """Values under two or more regimes that differ by these from the first, which is always 5."""
    apart = np.asarray(differences, float)
    return np.stack([np.full(len(apart), 5.0)] + [5.0 + apart] * (regimes - 1), axis=1)


def half_width(differences) -> float:
    low, high = statistics.interval(np.asarray(differences, float))
    return (high - low) / 2


def follow(differences, asked: Until) -> tuple[list[int], object]:
    """As a sweep does: as many pairs as were wanted, then another decision."""
    have = asked.start
    steps = [have]
    while True:
        found = decide(pairs(differences[:have]), asked)
        if found.enough or found.wanted <= have:
            return steps, found
        have = found.wanted
        steps.append(have)


def test_two_looks_in_a_row_must_pass():
    asked = rule(10.0)
    first = decide(pairs(SMOOTH[:30]), asked)
    assert (first.enough, first.wanted, first.looks) == (False, 40, (30,))
    second = decide(pairs(SMOOTH[:40]), asked)
    assert (second.enough, second.wanted, second.looks, second.notes) == (True, 40, (30, 40), ())
    assert [look[0] for look in second.half_widths] == pytest.approx([half_width(SMOOTH[:30]), half_width(SMOOTH[:40])])


def test_a_look_that_fails_between_two_starts_the_count_anew():
    differences = np.concatenate([0.3 * SMOOTH[:30], SMOOTH[:10], np.zeros(160)])
    widths = [half_width(differences[:n]) for n in (30, 40, 50, 60)]
    assert [width <= 0.15 for width in widths] == [True, False, True, True]
    steps, found = follow(differences, rule(0.15))
    assert steps == [30, 40, 50, 60] and found.enough
    assert [look[0] for look in found.half_widths] == pytest.approx(widths)


def test_it_goes_on_until_the_interval_is_narrow():
    # t(n - 1) / sqrt(n) x sd of alternating signs: above 0.2 at 90 pairs and below at 110.
    steps, found = follow(SMOOTH, rule(0.2))
    narrow = [n for n in range(30, 201, 10) if half_width(SMOOTH[:n]) <= 0.2]
    assert narrow[0] == 100 and steps == list(range(30, 111, 10))
    assert found.enough and found.looks[-2:] == (100, 110)


def test_a_look_sees_the_first_pairs_only():
    generator = np.random.default_rng(3)
    for scale in (0.2, 0.6, 1.0):
        values = pairs(scale * generator.normal(size=200))
        whole = decide(values, rule(0.2))
        if whole.enough:
            spoiled = values.copy()
            spoiled[whole.wanted:] = 1e6
            assert decide(values[:whole.wanted], rule(0.2)) == whole == decide(spoiled, rule(0.2))
        for have in (30, 70, 150):
            part = decide(values[:have], rule(0.2))
            assert part.looks == whole.looks[:len(part.looks)]
            assert part.half_widths == whole.half_widths[:len(part.looks)]


def test_every_contrast_must_be_narrow():
    narrow, wide = 0.1 * SMOOTH[:40], 3 * SMOOTH[:40]
    values = np.stack([np.zeros(40), narrow, wide], axis=1)
    assert decide(values[:, :2], rule(0.1)).enough
    found = decide(values, rule(0.1))
    assert not found.enough and found.wanted == 50
    assert found.half_widths[0] == pytest.approx((half_width(narrow[:30]), half_width(wide[:30])))


def test_skewed_differences_are_not_believed_before_a_hundred():
    ranks = (np.arange(200) * 37 % 200 + 0.5) / 200  # as an exponential without its tail, evenly so from the start
    differences = -np.log(1 - 0.97 * ranks)
    assert abs(statistics.skewness(differences[:30])) > 1 and not statistics.rare_mode(differences[:30])
    steps, found = follow(differences, rule(5.0))
    assert steps == [30, 100, 110] and found.enough
    assert found.looks == (30, 100, 110)
    assert found.notes == ("The differences are skewed, so there was no stopping before 100 pairs.",)


def test_a_few_pairs_in_another_state_are_not_believed_before_a_hundred():
    differences = 0.01 * SMOOTH
    differences[[4, 40]] = [3.0, -3.0]
    steps, found = follow(differences, rule(5.0))
    assert steps == [30, 100, 110] and "far from the others" in found.notes[0]


def test_oddness_that_shows_later_takes_back_a_look_that_passed():
    differences = 0.01 * SMOOTH
    differences[35] = 3.0
    steps, found = follow(differences, rule(5.0))
    assert steps == [30, 40, 100, 110] and found.looks == (30, 40, 100, 110) and found.enough


def test_it_ends_at_the_cap():
    steps, found = follow(SMOOTH, rule(1e-6, at_most=75))
    assert steps == [30, 40, 50, 60, 70, 75] and not found.enough
    assert found.wanted == 75 and found.looks[-1] == 75
    assert found.notes == ("Ended at the 75 replications allowed before the half-width of 1e-06 was reached.",)


def test_a_start_at_the_cap_is_one_look():
    found = decide(pairs(SMOOTH[:30]), rule(10.0, at_most=30))
    assert (found.enough, found.wanted, found.looks) == (False, 30, (30,))
    assert "confirmed" in found.notes[0]


def test_differences_that_do_not_vary_are_known_at_once():
    steps, found = follow(np.full(200, 0.3), rule(1e-9))
    assert steps == [30, 40] and found.enough and found.half_widths == ((0.0,), (0.0,))


def test_a_pair_that_failed_is_made_up_for():
    values = pairs(SMOOTH[:30])
    values[[3, 8], [0, 1]] = math.nan
    first = decide(values, rule(10.0))
    assert (first.enough, first.wanted, first.looks) == (False, 32, ())
    more = np.concatenate([values, pairs(SMOOTH[30:42])])
    assert decide(more[:32], rule(10.0)).wanted == 42
    last = decide(more, rule(10.0))
    assert last.enough and last.wanted == 42 and last.looks == (30, 40)


def test_where_nothing_has_a_value_no_more_is_run():
    values = np.full((30, 2), math.nan)
    found = decide(values, rule(0.1))
    assert (found.enough, found.wanted) == (False, 30)
    assert found.notes and "No pair" in found.notes[0]


@pytest.mark.parametrize("shape", [(30,), (30, 1)])
def test_one_regime_has_no_difference(shape):
    with pytest.raises(ValueError, match="two or more regimes"):
        decide(np.zeros(shape), rule(0.1))


def test_what_is_said_of_the_interval_holds_about_as_often_as_it_should():
    # 95 % of 400 trials is 380, with a standard deviation of 4.4; stopping at a narrow look costs a little.
    generator = np.random.default_rng(11)
    held, used = 0, []
    for _ in range(400):
        differences = generator.normal(0.0, 1.0, 200)
        steps, found = follow(differences, rule(0.3))
        held += abs(differences[:steps[-1]].mean()) <= found.half_widths[-1][0]
        used.append(steps[-1])
    assert 0.92 <= held / 400 <= 0.98
    assert 50 <= np.mean(used) <= 70  # 46 pairs would do on average; two looks cost about 15 more
