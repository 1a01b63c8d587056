"""How many pairs are needed: against numbers worked by hand, and whether so many do."""

from __future__ import annotations

import math

import numpy as np
import pytest
from experiments.made_up_readings import GROWTH, one_world, readings

from simulation import statistics
from simulation.analysis import precision
from simulation.analysis.precision import pairs_needed, spread_up_to


def test_pairs_needed_by_hand():
    # sd 1, h 0.5: n = 18 has t(17) = 2.1098 and half width 0.4973; n = 17 has t(16) = 2.1199 and 0.5142.
    assert pairs_needed(1.0, 0.5) == 18
    assert pairs_needed(1.0, 1000.0) == 2
    assert pairs_needed(1.0, 8.9847) == 2 and pairs_needed(1.0, 8.98) == 3  # t(1) / sqrt(2) = 8.9846


@pytest.mark.parametrize("sd, half", [(1.0, 0.3), (2.5, 0.1), (0.04, 0.039), (1.0, 0.01)])
def test_it_is_the_fewest_that_do(sd, half):
    n = int(pairs_needed(sd, half))
    assert statistics.critical_t(n - 1) * sd / math.sqrt(n) <= half
    assert statistics.critical_t(n - 2) * sd / math.sqrt(n - 1) > half


def test_shapes_and_edges():
    found = pairs_needed(np.array([[1.0], [0.0], [math.nan]]), np.array([0.5, 0.0]))
    assert found[0].tolist() == [18, math.inf]
    assert found[1].tolist() == [2, 2]
    assert np.isnan(found[2]).all()
    assert pairs_needed(1.0, -0.5) == 18  # a difference of either sign
    assert pairs_needed(1.0, 1e-6) == math.inf


def test_so_many_pairs_do_about_half_of_the_time_and_the_safe_number_mostly():
    # The interval of n pairs is narrow enough when their spread is at most the true one; a pilot's limit of the
    # spread covers the true one in 95 of 100.
    generator = np.random.default_rng(5)
    pilots = generator.normal(size=(2000, 20)).std(axis=1, ddof=1)
    needed = pairs_needed(spread_up_to(pilots, np.full(2000, 20)), 0.3)
    assert np.mean(needed >= pairs_needed(1.0, 0.3)) == pytest.approx(0.95, abs=0.015)
    assert 0.35 < np.mean(pairs_needed(pilots, 0.3) >= pairs_needed(1.0, 0.3)) < 0.6


def test_the_limit_of_a_spread_by_hand():
    # chi-square with 9 degrees is above 3.3251 in 95 of 100: sqrt(9 / 3.3251) = 1.6452.
    assert spread_up_to(np.array([2.0]), np.array([10]))[0] == pytest.approx(2 * 1.6452, abs=1e-3)


def test_the_table_of_one_world():
    apart = np.resize([0.0, 0.2], 20)  # sd 0.1026, mean 0.1
    frame = precision.table(source := one_world(apart, first=2.0), precision.contrasts(source), {"need": 0.05})
    row, sd = frame.iloc[0], apart.std(ddof=1)
    assert len(frame) == 1 and row["sd"] == pytest.approx(sd) and row["pairs"] == 20
    assert row["half_width"] == pytest.approx(statistics.critical_t(19) * sd / math.sqrt(20))
    assert row["needed"] == pairs_needed(sd, 0.05) == 19
    assert row["to_tell"] == pairs_needed(sd, 0.1) == 7
    assert row["needed_up_to"] > row["needed"]


def test_what_is_wanted_comes_from_the_caller_the_rule_or_the_size():
    values = {"need": np.random.default_rng(1).normal(0.62, 0.1, (1, 20, 2)),
              "failure_demand": np.random.default_rng(2).normal(0.4, 0.1, (1, 20, 2))}

    def wanted(source, given=None):
        frame = precision.table(source, precision.contrasts(source), given)
        return dict(zip(frame["outcome"], frame["wanted"], strict=True))

    assert wanted(readings(values)) == {"need": 0.006, "failure_demand": 0.01}
    ruled = readings(values, replications={"until": {"outcome": "need", "half_width": 0.002}, "start": 30})
    assert wanted(ruled) == {"need": 0.002, "failure_demand": 0.01}
    assert wanted(ruled, {"need": 0.5}) == {"need": 0.5, "failure_demand": 0.01}
    assert wanted(readings(values, replications=20))["need"] == 0.006


def test_the_section_of_one_world_says_both_numbers():
    section, = precision.sections(one_world(np.resize([0.0, 0.2], 20), first=2.0), wanted={"need": 0.05})
    assert section.title == "Unmet need is known to ± 0.048 after 20 pairs; ± 0.05 takes 19 pairs"
    assert section.lines[0].startswith("Unmet need, b minus a: ± 0.048 after 20 pairs; ± 0.05 takes 19 pairs, ")
    assert "7 pairs would tell the observed difference from zero" in section.lines[0]


def test_the_section_of_many_worlds_says_the_middle_and_the_widest():
    scales = np.array([0.1, 0.2, 0.9])
    apart = scales[:, None] * np.resize([-1.0, 1.0], 20) + 0.5
    section, = precision.sections(readings({"need": np.stack([0 * apart, apart], axis=2)}, [GROWTH],
                                           [[0.02], [0.06], [0.1]], "grid"), wanted={"need": 0.1})
    assert section.title.startswith("2 of 3 intervals are as narrow as wanted")
    assert "in the middle world" in section.lines[0] and "in the widest (growth 0.1 per week)" in section.lines[0]
    assert section.tables["precision"]["point"].tolist() == [0, 1, 2]
    picture, = section.pictures
    drawn = str(picture.draw().to_dict())
    assert picture.name == "precision-half-width" and "wanted ± 0.1" in drawn and "widest" in drawn


def test_one_pair_a_world_has_no_interval_and_no_picture():
    section, = precision.sections(readings({"need": np.random.default_rng(1).normal(size=(4, 1, 2))}))
    assert section.title == "One pair at each world shows differences, not how sure they are"
    assert "no interval" in section.lines[0] and section.pictures == ()


def test_differences_that_do_not_vary_need_two_pairs():
    section, = precision.sections(one_world([0.2] * 10, first=1.0))
    row = section.tables["precision"].iloc[0]
    assert (row["sd"], row["half_width"], row["needed"], row["to_tell"]) == (0, 0, 2, 2)
    assert section.pictures == ()


def test_a_warning_where_the_spread_is_no_guide():
    tipping = 0.01 * np.resize([1.0, -1.0], 40)
    tipping[5] = 4.0
    assert "begin with 100" in precision.sections(one_world(tipping))[0].notes[-1]
    assert len(precision.sections(one_world(np.linspace(-1, 2, 40)))[0].notes) == 1


@pytest.mark.parametrize("outcome, amount, says", [("need", 0.00412, "0.0041"), ("need", 12.0, "12"),
                                                   ("failure_demand", 0.003, "0.3 points"), ("cost", 3.04, "£3"),
                                                   ("failure_demand", 0.01, "1 point"), ("cost", 1234.0, "£1,234")])
def test_half_widths_have_two_figures_and_a_unit(outcome, amount, says):
    assert precision.size(precision.BY_NAME[outcome], amount) == says
