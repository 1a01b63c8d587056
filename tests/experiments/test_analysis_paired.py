"""Paired differences of a sweep: known answers on tiny arrays, intervals that hold as often as they say, sentences."""

from __future__ import annotations

import math

import numpy as np
import pytest
from experiments.made_up_readings import CAPACITY, COMPLEX, GROWTH, SWITCH, one_world, readings

from simulation import statistics
from simulation.analysis import paired
from simulation.analysis.contrasts import blocks, bootstrap, contrasts
from simulation.analysis.factorpictures import over_factors
from simulation.analysis.worlds import world


def only(found):
    assert len(found) == 1
    return found[0]


def test_one_world_is_the_paired_t_interval():
    # Differences 1, 2, 3, 2: mean 2, half width 1.299228 as worked by hand in tests/test_statistics.py.
    whole = only(contrasts(one_world([1, 2, 3, 2]))).whole
    assert (whole.difference, whole.pairs, whole.worlds, whole.over_worlds) == (2.0, 4, 1, False)
    assert (whole.low, whole.high) == pytest.approx((2 - 1.299228, 2 + 1.299228), abs=1e-6)
    assert (whole.here_low, whole.here_high) == (whole.low, whole.high)
    assert whole.effect == pytest.approx(2 / math.sqrt(2 / 3))
    assert whole.same_sign.share == 1.0 and whole.excludes_zero


def test_ties_are_half_and_superiority_has_a_direction():
    whole = only(contrasts(one_world([-1, -1, 0, 1]))).whole  # less need is better
    assert whole.better.share == pytest.approx(2.5 / 4)
    assert whole.same_sign.share == pytest.approx(2 / 4)
    trust = only(contrasts(one_world([-1, -1, 0, 1], "trust"))).whole
    assert trust.better.share == pytest.approx(1.5 / 4)
    neither = only(contrasts(one_world([-1, -1, 0, 1], "contacts"))).whole
    assert math.isnan(neither.better.share) and neither.same_sign.share == 0.5


def test_the_interval_of_a_share_is_wilsons():
    # 8 of 10: (0.8 + 1.9208 / 10 -+ 1.96 sqrt(0.16 / 10 + 0.9604 / 100)) / (1 + 3.8416 / 10) = 0.4902 to 0.9433.
    whole = only(contrasts(one_world([-1] * 8 + [1] * 2))).whole
    assert (whole.better.low, whole.better.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    certain = only(contrasts(one_world([-1] * 10))).whole.better
    assert certain.high == 1.0 and certain.low == pytest.approx(1 / (1 + 3.841459 / 10), abs=1e-6)


def test_every_chosen_world_counts_the_same_and_their_variances_add_up():
    # Worlds with differences (1, 3) and (9, 10, 11): means 2 and 10, variances of the means 1 and 1/3.
    values = np.full((2, 3, 2), math.nan)
    values[0, :2] = [[0, 1], [0, 3]]
    values[1] = [[0, 9], [0, 10], [0, 11]]
    whole = only(contrasts(readings({"need": values}))).whole
    assert whole.difference == 6.0 and (whole.pairs, whole.worlds) == (5, 2)
    square = (4 / 3) ** 2 / (1 / 1 + (1 / 9) / 2)  # degrees of freedom of Satterthwaite: 1.684
    half = statistics.critical_t(square) * math.sqrt(4 / 3) / 2
    assert (whole.low, whole.high) == pytest.approx((6 - half, 6 + half)) and not whole.over_worlds
    assert whole.effect == pytest.approx(6 / np.std([1, 3, 9, 10, 11], ddof=1))


def test_drawn_worlds_are_clusters():
    values = np.full((2, 3, 2), math.nan)
    values[0, :2] = [[0, 1], [0, 3]]
    values[1] = [[0, 9], [0, 10], [0, 11]]
    whole = only(contrasts(readings({"need": values}, [GROWTH], [[0.02], [0.1]], "latin hypercube"))).whole
    half = statistics.critical_t(1) * np.std([2, 10], ddof=1) / math.sqrt(2)
    assert whole.over_worlds and (whole.low, whole.high) == pytest.approx((6 - half, 6 + half))
    assert whole.here_high - whole.here_low < whole.high - whole.low


def test_worlds_that_share_their_luck_have_an_interval_over_replications():
    generator = np.random.default_rng(2)
    luck = generator.normal(size=(1, 20, 1)) * np.array([0.0, 1.0])
    values = np.repeat(luck, 6, axis=0) + 0.01 * generator.normal(size=(6, 20, 2))
    shared = only(contrasts(readings({"need": values}, luck="shared"))).whole
    own = only(contrasts(readings({"need": values}))).whole
    rows = (values[:, :, 1] - values[:, :, 0]).mean(axis=0)
    assert (shared.low, shared.high) == pytest.approx(statistics.interval(rows))
    assert shared.high - shared.low > 2 * (own.high - own.low)  # six worlds are not six times the luck


def test_worlds_drawn_together_are_one_block():
    factors, points = [GROWTH, CAPACITY], np.zeros((12, 2))
    values = {"need": np.zeros((12, 1, 2))}
    assert blocks(readings(values, factors, points, "sobol")).tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert blocks(readings(values, factors, points, "morris")).tolist() == [0] * 3 + [1] * 3 + [2] * 3 + [3] * 3
    assert blocks(readings(values, factors, points, "latin hypercube")).tolist() == list(range(12))
    apart = np.repeat([1.0, 2.0, 6.0], 4)
    whole = only(contrasts(readings({"need": np.stack([0 * apart, apart], axis=1)[:, None]}, factors, points,
                                    "sobol"))).whole
    assert whole.units.tolist() == [1, 2, 6]
    assert (whole.low, whole.high) == pytest.approx(statistics.interval(np.array([1.0, 2.0, 6.0])))


def test_variance_reduction_is_within_worlds():
    # Worlds 100 apart would make pairing look far better than it is.
    generator = np.random.default_rng(4)
    own = generator.normal(size=(2, 500, 2))
    values = own + np.array([0.0, 100.0])[:, None, None]
    whole = only(contrasts(readings({"need": values}))).whole
    parts = [statistics.variance_reduction(*own[i].T) for i in (0, 1)]
    assert min(parts) <= whole.variance_reduction <= max(parts)
    assert whole.variance_reduction == pytest.approx(1, abs=0.1)


def test_the_bootstrap_is_scipys_and_repeats():
    generator = np.random.default_rng(6)
    rows = generator.normal(size=(3, 25))
    low, high = bootstrap(rows, seed=1)
    again = bootstrap(rows, seed=1)
    assert np.array_equal(low, again[0]) and np.array_equal(high, again[1])
    for row, a, b in zip(rows, low, high, strict=True):
        t = statistics.interval(row)
        assert a == pytest.approx(t[0], abs=0.12) and b == pytest.approx(t[1], abs=0.12)


def test_the_bootstrap_of_holes_constants_and_few():
    rows = np.array([[1.0, 2.0, 4.0, math.nan], [1.0, 2.0, 4.0, 8.0], [3.0, 3.0, 3.0, 3.0],
                     [1.0, 2.0, math.nan, math.nan]])
    low, high = bootstrap(rows, seed=1)
    alone = bootstrap(np.array([[1.0, 2.0, 4.0]]), seed=1)
    assert (low[0], high[0]) == (alone[0][0], alone[1][0])
    assert (low[2], high[2]) == (3.0, 3.0)
    assert math.isnan(low[3]) and math.isnan(high[3])
    assert low[1] < 3.75 < high[1]


def test_a_bootstrap_follows_skew():
    values = np.exp(np.random.default_rng(8).normal(size=200))
    low, high = (end[0] for end in bootstrap(values, seed=1))
    assert high - values.mean() > values.mean() - low


def test_t_intervals_of_normal_differences_hold_95_in_100():
    # 600 trials: 95 % with a standard deviation of 0.9 points.
    apart = np.random.default_rng(12).normal(0.5, 1.0, (600, 20))
    values = np.stack([np.zeros_like(apart), apart], axis=2)
    at = only(contrasts(readings({"need": values}))).at
    assert np.mean([found.low <= 0.5 <= found.high for found in at]) == pytest.approx(0.95, abs=0.02)


def test_intervals_over_drawn_worlds_hold_95_in_100():
    # Worlds differ more than pairs do, so that an interval that took pairs for independent would hold half as often.
    generator = np.random.default_rng(13)
    held, here = 0, 0
    for _ in range(600):
        true = generator.normal(1.0, 1.0, (15, 1))
        apart = true + 0.5 * generator.normal(size=(15, 4))
        whole = only(contrasts(readings({"need": np.stack([0 * apart, apart], axis=2)}, [GROWTH],
                                        np.linspace(0, 1, 15)[:, None], "latin hypercube"))).whole
        held += whole.low <= 1.0 <= whole.high
        here += whole.here_low <= true.mean() <= whole.here_high
    assert held / 600 == pytest.approx(0.95, abs=0.02) and here / 600 == pytest.approx(0.95, abs=0.02)


def test_failed_runs_leave_their_pair_out():
    values = np.zeros((1, 5, 2))
    values[0, :, 1] = [1, 2, 3, 4, 100]
    values[0, 4, 0] = math.nan
    found = only(contrasts(readings({"need": values})))
    assert found.whole.pairs == 4 and found.whole.difference == 2.5
    empty = only(contrasts(readings({"need": np.full((2, 3, 2), math.nan)}))).whole
    assert empty.pairs == 0 and math.isnan(empty.difference) and math.isnan(empty.low)
    section = only(paired.sections(readings({"need": np.full((2, 3, 2), math.nan)})))
    assert "no value" in section.title


def test_contrasts_are_with_the_first_in_the_order_of_the_design():
    values = np.zeros((1, 3, 3)) + np.array([1.0, 3.0, 6.0])
    found = contrasts(readings({"need": values, "cost": 10 * values}))
    assert [(each.outcome.name, each.regime, each.whole.difference) for each in found] == [
        ("need", "b", 2), ("need", "c", 5), ("cost", "b", 20), ("cost", "c", 50)]
    assert [each.regime for each in contrasts(readings({"need": values}), regime="c")] == ["c"]
    with pytest.raises(ValueError, match="one regime"):
        contrasts(readings({"need": values[:, :, :1]}))


def test_the_section_says_unit_direction_and_count_first():
    generator = np.random.default_rng(1)
    luck = generator.normal(0, 0.03, (1, 40, 1))
    values = 0.5 + luck + generator.normal(0, 0.005, (1, 40, 2)) + np.array([0.0, -0.04])
    section = only(paired.sections(readings({"need": values, "cost": 1000 + 0 * values})))
    assert section.title.startswith("Unmet need is 0.0") and "lower under b than under a" in section.title
    assert section.title.endswith("1 of 2 differences can be told from zero")
    assert section.lines[0].startswith("Unmet need, b minus a: −0.0") and "40 pairs" in section.lines[0]
    assert "b is better in 100 % (91 to 100 %) of pairs" in section.lines[0]
    frame = section.tables["differences"]
    assert len(frame) == 2 and frame["difference"].tolist()[1] == 0
    assert frame["bootstrap_low"][0] == pytest.approx(frame["low"][0], abs=0.001)
    assert not any("Pairing cut" in note for note in section.notes)


def test_an_interval_that_holds_zero_is_said_plainly():
    section = only(paired.sections(one_world([1.0, -1.0, 0.5, -0.5, 0.2])))
    assert section.title == "Unmet need cannot be told apart under a and b"


def test_pairing_that_bought_little_is_a_warning():
    values = np.random.default_rng(3).normal(size=(1, 60, 2))
    note = next(n for n in only(paired.sections(readings({"need": values}))).notes if n.startswith("Pairing cut"))
    assert "less than 1.5 times" in note and "unmet need under b" in note


def test_skew_and_a_rare_state_are_warnings():
    tipping = 0.01 * np.resize([1.0, -1.0], 40)
    tipping[5] = 4.0
    notes = " ".join(only(paired.sections(one_world(tipping))).notes)
    assert "far from the others" in notes and "skewed for unmet need under b (+6" in notes
    smooth = only(paired.sections(one_world(np.linspace(-1, 2, 40)))).notes
    assert not any("skewed" in note or "far from" in note for note in smooth)


def test_many_contrasts_are_cut_in_the_lines_and_whole_in_the_table():
    values = np.random.default_rng(1).normal(size=(3, 10, 5))
    section = only(paired.sections(readings({name: values for name in ("need", "cost", "trust", "crises")})))
    assert len(section.lines) == paired.LINES + 1 and section.lines[-1] == "The other 4 are in the table."
    assert len(section.tables["differences"]) == 16 and len(section.tables["differences-by-world"]) == 48


def test_the_table_by_world_repeats_the_points():
    points = np.array([[0.02, 0.8], [0.06, 1.0], [0.1, 1.2]])
    values = np.random.default_rng(1).normal(size=(3, 12, 2))
    source = readings({"need": values}, [GROWTH, CAPACITY], points, "grid")
    frame = only(paired.sections(source)).tables["differences-by-world"]
    assert frame["need.growth"].tolist() == [0.02, 0.06, 0.1] and frame["capacity"].tolist() == [0.8, 1.0, 1.2]
    assert frame["difference"].to_numpy() == pytest.approx(source.differences("need").mean(axis=1))
    assert frame["same_sign"].between(0, 1).all() and frame["pairs"].eq(12).all()


def test_worlds_are_called_by_what_varies():
    points = [[0.02, 0.85, 1.0], [0.1, 1.0, 0.0]]
    values = {"need": np.zeros((2, 1, 2))}
    source = readings(values, [GROWTH, CAPACITY, SWITCH], points)
    assert world(source, 0) == "growth 0.02 per week, capacity 0.85×, learning on"
    assert world(source, 1) == "growth 0.1 per week, capacity 1×, learning off"
    share = readings(values, [COMPLEX], [[0.04], [0.64]])
    assert world(share, 1) == "complexity mean 64 %"
    assert world(readings(values, [GROWTH] * 4, np.zeros((2, 4))), 1) == "world 1"


def test_pictures_are_drawn_of_every_kind_of_design():
    generator = np.random.default_rng(1)
    points = np.stack([np.resize([0.02, 0.06, 0.1], 12), np.linspace(0.5, 1.5, 12), np.resize([0.0, 1.0], 12)], axis=1)
    values = 0.5 + 0.1 * generator.normal(size=(12, 8, 3))
    values[3] = math.nan
    source = readings({"need": values, "failure_demand": values}, [GROWTH, CAPACITY, SWITCH], points, "list")
    pictures = only(paired.sections(source)).pictures
    assert [p.name for p in pictures] == ["variance-reduction", "differences-over-need-growth",
                                          "differences-over-capacity", "differences-over-switches-learning"]
    for picture in pictures:
        drawn = str(picture.draw().to_dict())
        assert "Unmet need" in drawn and "Failure demand" in drawn and picture.says.endswith(".")


def test_of_many_factors_those_that_differences_follow_are_drawn():
    generator = np.random.default_rng(1)
    points = generator.random((40, 6))
    apart = 3 * points[:, [4]] - 2 * points[:, [1]] + 0.01 * generator.normal(size=(40, 3))
    factors = [type(GROWTH)(f"need.f{i}", "Something", "share", 0.0, 1.0) for i in range(6)]
    source = readings({"need": np.stack([0 * apart, apart], axis=2)}, factors, points, "latin hypercube")
    drawn = [picture.name for picture in over_factors(contrasts(source), source)]
    assert len(drawn) == 4 and {"differences-over-need-f1", "differences-over-need-f4"} <= set(drawn)


def test_one_world_has_no_picture_over_factors():
    assert [p.name for p in only(paired.sections(one_world([1.0, 2.0, 4.0]))).pictures] == ["variance-reduction"]


def test_the_axis_of_a_few_levels_says_what_they_are():
    from simulation.svg import svg_file

    levels = np.array([[0.04], [0.19], [0.34], [0.49], [0.64]])
    apart = np.random.default_rng(2).normal(size=(5, 4))
    factor = type(GROWTH)("population.complexity_mean", "Complexity", "share", 0.04, 0.64, tuple(levels[:, 0]))
    source = readings({"need": np.stack([0 * apart, apart], axis=2)}, [factor], levels, "grid")
    picture = only(over_factors(contrasts(source), source))
    text = svg_file(picture.draw(), picture.name, picture.says)
    assert all(f">{level}</text>" in text for level in (4, 19, 34, 49, 64))
