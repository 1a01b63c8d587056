"""Intervals that hold for a whole family: between one t interval and Bonferroni's, over whole rows, reliable."""

from __future__ import annotations

import math

import numpy as np
import pytest
from experiments.made_up_readings import GROWTH, one_world, readings

from simulation import statistics
from simulation.analysis import families
from simulation.analysis.contrasts import contrasts
from simulation.analysis.families import critical_value


def correlated(rows: int, columns: int, correlation: float, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    own, common = generator.normal(size=(rows, columns)), generator.normal(size=(rows, 1))
    return math.sqrt(1 - correlation) * own + math.sqrt(correlation) * common


def family_of(source, *, place: int = 0):
    return families.families(source, contrasts(source))[0][place]


def two_regimes(apart: np.ndarray) -> np.ndarray:
    """Values (worlds, replications, 2) with these differences (replications, worlds)."""
    return np.stack([np.zeros_like(apart.T), apart.T], axis=2)


@pytest.mark.parametrize("rows", [30, 100, 300])
def test_one_contrast_needs_the_plain_t_value(rows):
    found = np.median([critical_value(correlated(rows, 1, 0, seed), seed) for seed in range(9)])
    assert found == pytest.approx(statistics.critical_t(rows - 1), abs=0.07)


def test_many_contrasts_lie_between_plain_t_and_bonferroni_and_fall_with_correlation():
    plain, bonferroni = statistics.critical_t(199), statistics.critical_t(199, 1 - 0.05 / 60)
    found = [critical_value(correlated(200, 60, correlation, 1), 1) for correlation in (0.0, 0.5, 0.9)]
    assert plain < found[2] < found[1] < found[0] < bonferroni + 0.1
    assert found[2] < 2.9 and found[1] < bonferroni - 0.05  # measured before: 3.45, 3.34 and 2.69 at 100 rows


def test_columns_that_say_the_same_count_once():
    column = correlated(100, 1, 0, 5)
    assert critical_value(np.repeat(column, 40, axis=1), 1) == pytest.approx(critical_value(column, 1))


def test_it_follows_from_the_values_and_the_seed_alone():
    values = correlated(50, 7, 0.3, 2)
    assert critical_value(values, 4) == critical_value(values, 4) != critical_value(values, 5)
    assert critical_value(1000 * values + 3, 4) == pytest.approx(critical_value(values, 4))


def test_values_that_are_missing_leave_the_others_as_they_are():
    values = correlated(200, 5, 0.5, 3)
    holed = values.copy()
    holed[150:, 2] = math.nan
    assert critical_value(holed, 1) == pytest.approx(critical_value(values, 1), abs=0.1)


def test_rows_stay_whole():
    # Two columns that are each other's opposite: broken up they would be two, whole they are one.
    column = correlated(200, 1, 0, 7)
    whole = critical_value(np.concatenate([column, -column], axis=1), 1)
    broken = critical_value(correlated(200, 2, 0, 7), 1)
    assert whole == pytest.approx(critical_value(column, 1)) and broken > whole + 0.15


def test_all_intervals_of_a_family_hold_in_95_of_100_families(monkeypatch):
    # 400 families of 20: 95 % with a standard deviation of 1.1 points; each alone would hold in about 60 %.
    monkeypatch.setattr(families, "RESAMPLES", 499)
    held, alone = 0, 0
    for seed in range(400):
        values = correlated(60, 20, 0.5, seed)
        t = np.abs(values.mean(axis=0)) / (values.std(axis=0, ddof=1) / math.sqrt(60))
        held += t.max() <= critical_value(values, seed)
        alone += t.max() <= statistics.critical_t(59)
    assert held / 400 == pytest.approx(0.95, abs=0.03)
    assert alone / 400 < 0.75


def test_skewed_differences_hold_together_as_well(monkeypatch):
    # Bonferroni's t intervals of 30 such rows hold in about 80 % of families.
    monkeypatch.setattr(families, "RESAMPLES", 499)
    held, bonferroni = 0, 0
    for seed in range(300):
        values = np.exp(0.7 * correlated(30, 20, 0.5, seed)) - math.exp(0.245)
        t = np.abs(values.mean(axis=0)) / (values.std(axis=0, ddof=1) / math.sqrt(30))
        held += t.max() <= critical_value(values, seed)
        bonferroni += t.max() <= statistics.critical_t(29, 1 - 0.05 / 20)
    assert 0.91 <= held / 300 <= 0.99 and bonferroni / 300 < 0.88


def test_a_family_has_plain_and_wider_intervals_around_the_same_differences():
    apart = correlated(40, 12, 0.3, 1) + np.linspace(-1, 1, 12)
    found = family_of(readings({"need": two_regimes(apart)}, [GROWTH], np.linspace(0, 1, 12)[:, None], "grid"))
    assert found.says == "12 worlds" and found.unit == "replications" and found.rows == 40
    assert found.difference == pytest.approx(apart.mean(axis=0))
    for i, column in enumerate(apart.T):
        assert (found.low[i], found.high[i]) == pytest.approx(statistics.interval(column))
    half = found.critical * apart.std(axis=0, ddof=1) / math.sqrt(40)
    assert found.together_high - found.difference == pytest.approx(half)
    assert found.difference - found.together_low == pytest.approx(half)
    assert found.plain < found.critical
    assert found.remains.sum() < found.apart.sum() and not (found.remains & ~found.apart).any()
    assert found.independent == pytest.approx(1 - 0.95**12)


def test_a_family_is_worlds_times_regimes_times_outcomes():
    generator = np.random.default_rng(1)
    values = {name: generator.normal(size=(4, 20, 3)) for name in ("need", "cost")}
    made, why = families.families(source := readings(values, [GROWTH], np.arange(4.0)[:, None], "grid"),
                                  contrasts(source))
    assert not why and [each.says for each in made] == ["4 worlds × 2 regimes × 2 outcomes",
                                                        "mean over worlds × 2 regimes × 2 outcomes"]
    assert [len(each.members) for each in made] == [16, 4]
    assert [(m.contrast.outcome.name, m.contrast.regime, m.point) for m in made[0].members[:5]] == [
        ("need", "b", 0), ("need", "b", 1), ("need", "b", 2), ("need", "b", 3), ("need", "c", 0)]
    means = (values["need"][:, :, 2] - values["need"][:, :, 0]).mean(axis=0)
    assert (made[1].low[1], made[1].high[1]) == pytest.approx(statistics.interval(means))


def test_drawn_worlds_are_the_rows_of_means_over_them():
    generator = np.random.default_rng(1)
    values = {name: generator.normal(size=(30, 1, 2)) for name in ("need", "cost")}
    source = readings(values, [GROWTH], generator.random((30, 1)), "latin hypercube")
    made, why = families.families(source, contrasts(source))
    assert len(why) == 1 and "at least 10 replications are needed to resample, not 1" in why[0]
    assert (made[0].unit, made[0].rows) == ("worlds", 30)
    sobol = readings(values, [GROWTH], generator.random((30, 1)), "sobol")
    assert (family_of(sobol).unit, family_of(sobol).rows) == ("blocks of worlds", 10)


def test_a_difference_that_never_varies_has_a_point_and_a_wild_one_no_interval():
    apart = correlated(40, 4, 0, 1)
    apart[:, 1] = 0.5
    apart[:, 2] = 0.0
    apart[7, 2] = 5.0
    found = family_of(readings({"need": two_regimes(apart)}))
    assert (found.together_low[1], found.together_high[1]) == (0.5, 0.5) and found.remains[1]
    assert math.isnan(found.together_low[2]) and found.left_out.tolist() == [False, False, True, False]
    assert not found.remains[2]
    smooth = family_of(readings({"need": two_regimes(apart[:, [0, 3]])}))
    assert found.critical == pytest.approx(smooth.critical)  # the wild one does not widen the others


def test_worlds_with_fewer_pairs_are_in_the_same_family():
    apart = correlated(60, 5, 0.2, 3)
    apart[30:, 1] = math.nan
    found = family_of(readings({"need": two_regimes(apart)}))
    assert found.counts.tolist() == [60, 30, 60, 60, 60]
    half = found.critical * apart[:30, 1].std(ddof=1) / math.sqrt(30)
    assert (found.together_high - found.together_low)[1] == pytest.approx(2 * half)


def test_few_replications_are_said_to_be_too_few():
    section, = families.sections(readings({"need": np.random.default_rng(1).normal(size=(3, 4, 2))}))
    assert "at least 10 replications are needed to resample, not 4" in section.lines[0]
    assert families.sections(one_world([1.0, 2.0, 3.0])) == []


def test_the_section_states_the_family_and_what_looking_at_many_means():
    apart = correlated(40, 20, 0.3, 1)
    section = families.sections(readings({"need": two_regimes(apart)}))[0]
    assert section.title.startswith("Of 20 differences,") and "when all are looked at together" in section.title
    assert section.lines[0] == "Looked at together: 20 worlds, 20 differences, 40 replications."
    assert f"{statistics.critical_t(39):.2f} for one alone" in section.lines[1]
    assert "20 differences were looked at" in section.notes[0]
    assert "about 1.0 intervals of 95 % would exclude zero all the same" in section.notes[0]
    assert "in 64 % of such analyses" in section.notes[0]
    frame = section.tables["families"]
    assert len(frame) == 20 and (frame["together_low"] < frame["low"]).all()
    assert (frame["together_high"] > frame["high"]).all()


def test_a_forest_draws_ten_rows_an_outcome_and_says_so():
    apart = correlated(20, 40, 0.3, 1) + np.linspace(-2, 2, 40)
    source = readings({"need": two_regimes(apart)}, [GROWTH], np.linspace(0.01, 0.4, 40)[:, None], "grid")
    picture = families.sections(source)[0].pictures[0]
    assert picture.name == "families-forest" and "10 of 40 drawn" in picture.says
    drawn = str(picture.draw().to_dict())
    ends = sorted(apart.mean(axis=0))
    for end in (ends[0], ends[-1]):  # the lowest and the highest are among them
        assert f"{abs(end):.3f}" in drawn
    assert drawn.count("growth 0.") >= 10 and "10 of 40 drawn" in drawn
