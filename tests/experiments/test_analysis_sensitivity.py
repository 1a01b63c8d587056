"""What a difference hangs on: known shares, effects and densities come out, luck is not taken for a factor."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from experiments.made_up_worlds import FACTORS, PEOPLE, SWITCH, ishigami, worlds

from simulation.analysis import delta, elementary, sensitivitypictures, shares
from simulation.analysis.responses import response
from simulation.experiments.readings import Readings
from simulation.sensitivity.points import SensitivityError
from simulation.svg import svg_file

ISHIGAMI = {"need.growth": (0.3139, 0.5576), "population.complexity_mean": (0.4424, 0.4424),
            "care.strength": (0.0, 0.2437), "access.seek": (0.0, 0.0)}
"""First-order and total shares, exact (Ishigami & Homma 1990; Sobol' & Levitan 1999)."""
MAKERS = {"morris": elementary.section, "sobol": shares.section, "latin hypercube": delta.section}


def without(readings: Readings, points: list[int]) -> Readings:
    """The same with failed runs at some points."""
    broken = {name: values.copy() for name, values in readings.values.items()}
    for values in broken.values():
        values[points, :, 1] = np.nan
    return replace(readings, values=broken, failures=len(points))


# Effects (Morris)


def test_effects_of_a_straight_line_are_its_slopes():
    found = worlds("morris", 6, lambda p: 3 * p[:, 0] - 2 * p[:, 1] + 0.5)
    effects = elementary.effects(found, response(found, "need"))
    assert [e.mu for e in effects] == pytest.approx([3, -2, 0, 0], abs=1e-9)
    assert [e.mu_star for e in effects] == pytest.approx([3, 2, 0, 0], abs=1e-9)
    assert [e.sigma for e in effects] == pytest.approx([0] * 4, abs=1e-9)


def test_effect_of_two_values_is_what_changes_between_them():
    found = worlds("morris", 8, lambda p: 0.8 * (p[:, 1] > 0.5), [FACTORS[0], SWITCH])
    switch = elementary.effects(found, response(found, "need"))[1]
    assert (switch.mu, switch.mu_star, switch.sigma) == pytest.approx((0.8, 0.8, 0.0), abs=1e-9)


def test_effects_of_ishigami():
    """The third factor does nothing alone and much with the first: unequal, and both ways. The fourth does nothing."""
    found = worlds("morris", 60, ishigami)
    effects = elementary.effects(found, response(found, "need"))
    third, fourth = effects[2], effects[3]
    assert third.mu_star > 3 and third.sigma > third.mu_star and abs(third.mu) < 0.5 * third.mu_star
    assert (fourth.mu_star, fourth.sigma) == pytest.approx((0, 0), abs=1e-9)
    assert all(e.mu_star > 5 for e in effects[:2])


def test_a_failed_run_takes_only_its_own_effects():
    whole = worlds("morris", 6, lambda p: 3 * p[:, 0] + p[:, 1])
    made = elementary.section(without(whole, [2]), "need")
    table = made.tables["morris-need-b"].set_index("factor")
    assert sorted(table["trajectories"]) == [5, 5, 6, 6]
    assert table.loc["need.growth", "mu"] == pytest.approx(3)
    assert any("took effects away" in note for note in made.notes)


def test_noise_alone_moves_nothing():
    """Over sixty factors that do nothing the test is wrong for few: 5 % by size and 5 % by direction, which overlap."""
    wrong = 0
    for seed in range(1, 16):
        found = worlds("morris", 12, lambda p: np.zeros(len(p)), replications=4, noise=0.2, seed=seed)
        table = elementary.section(found, "need").tables["morris-need-b"]
        wrong += int(table["beyond_luck"].sum())
    assert wrong <= 12  # of 60


def test_a_weak_effect_that_is_always_the_same_is_told_from_luck():
    found = worlds("morris", 40, lambda p: 0.25 * p[:, 0], replications=4, noise=0.3)
    table = elementary.section(found, "need").tables["morris-need-b"].set_index("factor")
    assert table.loc["need.growth", "beyond_luck"]
    assert table.loc["need.growth", "mu"] == pytest.approx(0.25, abs=0.12)


def test_effects_in_the_sections_words():
    section = elementary.section(worlds("morris", 6, lambda p: -0.4 * p[:, 0]), "need")
    assert section.title == "Unmet need, b minus a hangs most on need.growth (0.400)."
    assert "need.growth, 0.5× to 2×: 0.400 ± 0.000, a larger value takes it down." in section.lines
    assert "access.seek, 0 to 1: changes nothing." in section.lines


def test_turning_the_regimes_round_turns_the_signs_and_nothing_else():
    found = worlds("morris", 10, ishigami, replications=3, noise=0.5)
    turned = replace(found, regimes=("b", "a"), values={name: v[:, :, ::-1] for name, v in found.values.items()})
    one = elementary.section(found, "need").tables["morris-need-b"]
    other = elementary.section(turned, "need").tables["morris-need-a"]
    assert list(one["factor"]) == list(other["factor"])
    np.testing.assert_allclose(one["mu"], -other["mu"])
    np.testing.assert_allclose(one["mu_star"], other["mu_star"])
    assert list(one["beyond_luck"]) == list(other["beyond_luck"])


# Shares (Sobol')


def test_shares_of_ishigami():
    found = worlds("sobol", 1024, ishigami)
    measured, blocks = shares.shares(found, response(found, "need"))
    assert blocks == 1024
    for share in measured:
        first, total = ISHIGAMI[share.factor]
        assert share.first == pytest.approx(first, abs=0.06)
        assert share.total == pytest.approx(total, abs=0.05)


def test_luck_stands_in_total_shares_and_is_taken_out_again():
    """Luck of the variance of the formula: half of all that varies, in every total share, none of it a factor's."""
    spread = float(ishigami(np.random.default_rng(1).random((100_000, 3))).std())
    found = worlds("sobol", 1024, ishigami, replications=4, noise=2 * spread)  # of the mean of four: one spread
    table = shares.section(found, "need").tables["sobol-need-b"].set_index("factor")
    assert table["luck"].iloc[0] == pytest.approx(0.5, abs=0.04)
    assert table.loc["access.seek", "total"] == pytest.approx(0.5, abs=0.06)
    assert table.loc["access.seek", "total_without_luck"] == pytest.approx(0.0, abs=0.06)
    assert table.loc["population.complexity_mean", "first"] == pytest.approx(0.4424 / 2, abs=0.09)


def test_noise_alone_has_no_shares():
    section = shares.section(worlds("sobol", 128, lambda p: np.zeros(len(p)), replications=3, noise=0.3), "need")
    assert section.title == "Unmet need, b minus a: no factor has a part in its variance that can be told from luck."
    assert section.tables["sobol-need-b"]["luck"].iloc[0] == pytest.approx(1.0, abs=0.15)


def test_blocks_with_a_failed_run_are_left_out():
    found = without(worlds("sobol", 64, ishigami), [0, 3, 100])
    section = shares.section(found, "need")
    assert section.tables["sobol-need-b"]["blocks"].iloc[0] == 62  # 0 and 3 are of one block of six
    assert any(note.startswith("2 of 64 blocks were left out") for note in section.notes)


def test_no_variance_has_no_shares():
    section = shares.section(worlds("sobol", 16, lambda p: np.full(len(p), 0.3)), "need")
    assert section.title == "Unmet need, b minus a: there is no variance to share out."
    assert not section.pictures


# Delta


def test_delta_orders_ishigami_and_sees_through_a_factor_that_does_nothing():
    """By numerical integration delta is 0.26, 0.42 and 0.21; few classes see less of what goes up and down within
    one."""
    found = worlds("latin hypercube", 600, ishigami)
    measured = {d.factor: d for d in delta.deltas(found.factors, found.points, response(found, "need").values, 1)}
    one, two, three, four = (measured[factor.name] for factor in FACTORS)
    assert one.delta == pytest.approx(0.20, abs=0.05)
    assert two.delta == pytest.approx(0.24, abs=0.05)
    assert three.delta == pytest.approx(0.14, abs=0.05)
    assert four.delta < 0.06
    assert [d.beyond_lot for d in (one, two, three, four)] == [True, True, True, False]


def test_delta_of_levels_has_a_class_a_level():
    """A switch that moves a normal density by its standard deviation: delta is half of 2 Φ(1/2) − 1, 0.19."""
    found = worlds("latin hypercube", 600, lambda p: 1.0 * (p[:, 1] > 0.5), [FACTORS[0], SWITCH, PEOPLE], noise=1.0)
    measured = {d.factor: d for d in delta.deltas(found.factors, found.points, response(found, "need").values, 1)}
    assert measured["switches.learning"].delta == pytest.approx(0.19, abs=0.05)
    assert not measured["world.people"].beyond_lot


def test_delta_of_noise_is_that_of_the_lot():
    """Nine factors in three samples, of which about one in forty is taken for something."""
    beyond = 0
    for seed in (1, 2, 3):
        found = worlds("latin hypercube", 100, lambda p: 0 * p[:, 0], FACTORS[:3], noise=1.0, seed=seed)
        measured = delta.deltas(found.factors, found.points, response(found, "need").values, seed)
        beyond += sum(d.beyond_lot for d in measured)
    assert beyond <= 1


def test_delta_of_a_saltelli_sample_takes_only_worlds_of_their_own():
    found = worlds("sobol", 32, ishigami)
    section = delta.section(found, "need")
    assert section.tables["delta-need-b"]["worlds"].unique().tolist() == [64]


def test_delta_is_capped_and_says_so(monkeypatch):
    monkeypatch.setattr(delta, "MOST", 60)
    section = delta.section(without(worlds("latin hypercube", 100, ishigami), [5]), "need")
    assert section.tables["delta-need-b"]["worlds"].iloc[0] == 60
    assert "The first 60 of 99 worlds were used, because the method is slow." in section.notes
    assert "1 world without a value was left out." in section.notes


# Luck


def test_luck_of_a_made_up_case():
    """Points vary with variance 1 between and luck with variance 4 within, four replications: half is luck."""
    chance = np.random.default_rng(3)
    between = chance.normal(size=4_000)
    found = worlds("latin hypercube", 4_000, lambda p: between, replications=4, noise=2.0)
    one = response(found, "need")
    assert one.luck == pytest.approx(1.0, rel=0.05)
    assert one.luck_share() == pytest.approx(0.5, abs=0.04)


def test_luck_that_all_worlds_share_parts_none():
    found = worlds("latin hypercube", 500, lambda p: p[:, 0], replications=5, luck="shared")
    common = np.random.default_rng(5).normal(size=5) * 3
    found.values["need"][:, :, 1] += common  # the same for all worlds, replication by replication
    one = response(found, "need")
    assert one.shared and one.luck == pytest.approx(0.0, abs=1e-20)
    apart = response(replace(found, seeds=found.seeds + 1_000 * np.arange(500)[:, None]), "need")
    assert not apart.shared and apart.luck > 0.3


def test_luck_is_unknown_with_one_replication():
    section = delta.section(worlds("latin hypercube", 60, ishigami), "need")
    assert section.notes[0] == ("With 1 replication a world it cannot be told how much of this is luck. "
                                "Run at least two.")


def test_means_and_halves_of_points_with_gaps():
    found = worlds("latin hypercube", 50, lambda p: p[:, 0], replications=3, noise=0.1)
    found.values["need"][0, 1, 1] = np.nan
    found.values["need"][1, :, 0] = np.nan
    one = response(found, "need")
    apart = found.differences("need")
    assert one.values[0] == pytest.approx(np.mean(apart[0, [0, 2]]))
    assert math.isnan(one.values[1]) and math.isnan(one.halves[1])
    assert one.halves[2] == pytest.approx(4.302653 * apart[2].std(ddof=1) / math.sqrt(3))
    assert one.replications == (2, 3)


# All of them


@pytest.mark.parametrize("method", MAKERS)
def test_the_same_numbers_give_the_same_section_and_leave_global_chance_alone(method):
    found = worlds(method, 64, ishigami, replications=2, noise=0.3)
    before = repr(np.random.get_state())
    one, other = MAKERS[method](found, "need"), MAKERS[method](found, "need")
    assert before == repr(np.random.get_state())
    assert one.lines == other.lines
    for name, table in one.tables.items():
        assert table.equals(other.tables[name])


@pytest.mark.parametrize("method", MAKERS)
def test_every_picture_can_be_drawn_and_names_the_factors(method):
    section = MAKERS[method](worlds(method, 64, ishigami, [*FACTORS, SWITCH], replications=2, noise=0.3), "need")
    picture, = section.pictures
    text = svg_file(picture.draw(), picture.name, picture.says)
    assert all(name in text for name in ("need.growth", "population.complexity_mean", "care.strength"))
    assert "nan" not in text.lower().replace("finance", "")


@pytest.mark.parametrize("method", MAKERS)
def test_one_regimes_own_outcome(method):
    found = worlds(method, 64, ishigami)
    section = MAKERS[method](found, "need", "b", own=True)
    table = next(iter(section.tables.values()))
    assert section.title.startswith("Unmet need under b")
    assert (table["regime"].unique().tolist(), table["against"].unique().tolist()) == (["b"], [""])


@pytest.mark.parametrize(("method", "wrong"), [("morris", "sobol"), ("sobol", "morris"), ("latin hypercube", "morris")])
def test_points_of_another_method_are_refused_by_name(method, wrong):
    with pytest.raises(SensitivityError, match=f"has those of the method {wrong}"):
        MAKERS[method](worlds(wrong, 16, ishigami), "need")


def test_what_cannot_be_looked_at_is_said():
    found = worlds("latin hypercube", 60, ishigami)
    with pytest.raises(SensitivityError, match="no outcome 'ned'.*did you mean 'need'"):
        delta.section(found, "ned")
    with pytest.raises(SensitivityError, match="no regime 'c'.*there are b"):
        delta.section(found, "need", "c")
    alone = replace(found, regimes=("a",), values={"need": found.values["need"][:, :, :1]})
    with pytest.raises(SensitivityError, match="one regime, a, and nothing to compare it with"):
        delta.section(alone, "need")
    with pytest.raises(SensitivityError, match="at least 50 worlds with a value, and the design made up has 48"):
        delta.section(worlds("latin hypercube", 48, ishigami), "need")
    with pytest.raises(SensitivityError, match="no value at any point"):
        delta.section(without(found, list(range(60))), "need")


def test_labels_cover_neither_each_other_nor_a_dot():
    chance = np.random.default_rng(2)
    dots = [(float(x), float(y)) for x, y in chance.random((18, 2)) * [200, 120]]
    texts = [f"factor.number_{i}" for i in range(18)]
    places = sensitivitypictures.place_labels(dots, texts, 500, 300)
    placed = [label for label in places if label]
    assert len(placed) >= 12
    for i, one in enumerate(placed):
        assert 0 <= one.x < one.right <= 500
        assert all(abs(one.y - other.y) >= 13.9 or one.right < other.x or other.right < one.x
                   for other in placed[i + 1:])
        assert not any(one.x < x < one.right and abs(one.y - y) < 7 for x, y in dots)
