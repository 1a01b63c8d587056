"""The sentences follow the numbers, whichever way they fall, and treat both regimes alike."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.findings import findings, verdict
from simulation.outcomes import BY_NAME, HEADLINE
from simulation.statistics import paired

CHANCE = np.linspace(-1, 1, 8)


def results(**means: tuple[float, float]):
    """Paired statistics of eight pairs: `first` and `second` mean per outcome, with a little chance about them."""
    found = {}
    for name, (first, second) in means.items():
        size = 0.01 * max(abs(first), abs(second), 0.1)
        found[name] = paired(first + size * CHANCE, second + size * CHANCE[::-1] * 0.5, BY_NAME[name].better)
    return found


def test_record_and_truth_that_disagree_are_said_to_be_the_other_way_round():
    said = findings(results(recorded_performance=(0.93, 0.81), true_performance=(0.61, 0.66)), "A", "B")
    assert said[0] == ("On record, people seen within the target: 93.0 % under A, 81.0 % under B, so A looks better. "
                       "In truth it is the other way round: 61.0 % under A, 66.0 % under B.")


@pytest.mark.parametrize(("recorded", "true", "words"), [
    ((0.80, 0.90), (0.60, 0.70), "so B looks better. In truth it is better too"),
    ((0.90, 0.80), (0.60, 0.60), "so A looks better. In truth the two cannot be told apart"),
    ((0.90, 0.90), (0.60, 0.70), "which does not tell the two apart. In truth B is better"),
    ((0.90, 0.90), (0.60, 0.60), "which does not tell the two apart. In truth the two cannot be told apart"),
])
def test_every_case_of_record_against_truth(recorded, true, words):
    assert words in findings(results(recorded_performance=recorded, true_performance=true), "A", "B")[0]


def test_each_outcome_is_listed_once_on_the_side_that_its_numbers_are_on():
    said = findings(results(need=(1.0, 0.8), crises=(100, 120), cost=(2400, 2400.5)), "A", "B")
    assert said == ("Better under A: crises (+20.0 %).", "Better under B: unmet need (−20.0 %).",
                    "Not distinguishable from zero in 8 pairs: total cost.")


def test_swapping_the_regimes_swaps_the_sentences_and_nothing_else():
    one = findings(results(need=(1.0, 0.8), first_time=(0.5, 0.7)), "A", "B")
    other = findings(results(need=(0.8, 1.0), first_time=(0.7, 0.5)), "B", "A")
    assert one[0].startswith("Better under A: none") and one[1].startswith("Better under B: unmet need")
    assert other[0].startswith("Better under B: unmet need") and other[1].startswith("Better under A: none")


def test_equal_series_are_said_to_be_equal():
    same = np.array([0.5, 0.6, 0.7])
    said = findings({n: paired(same, same, BY_NAME[n].better) for n in HEADLINE}, "A", "B")
    assert said == ("A and B gave exactly the same figures in 3 pairs: nothing that differs between them had an effect "
                    "here.",)


def test_one_pair_draws_no_conclusion():
    one = {n: paired(np.array([0.5]), np.array([0.9]), BY_NAME[n].better) for n in HEADLINE}
    said = " ".join(findings(one, "A", "B"))
    assert "Better under" not in said and "run more pairs" in said


def test_no_values_at_all():
    nothing = {n: paired(np.array([np.nan]), np.array([np.nan]), BY_NAME[n].better) for n in HEADLINE}
    assert findings(nothing, "A", "B") == ("No pair of runs has a value for any headline outcome.",)


@pytest.mark.parametrize(("name", "first", "second", "expected"), [
    ("need", 1.0, 0.5, "second"), ("need", 0.5, 1.0, "first"), ("first_time", 0.2, 0.5, "second"),
    ("contacts", 100, 200, "differs"), ("need", 1.0, 1.0, "unclear"),
])
def test_verdict(name, first, second, expected):
    assert verdict(BY_NAME[name], results(**{name: (first, second)})[name]) == expected
