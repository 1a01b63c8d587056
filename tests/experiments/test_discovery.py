"""In which worlds a conclusion breaks: a known box is found with its limits, luck makes none, no regime is favoured."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from experiments.made_up_worlds import FACTORS, PEOPLE, SWITCH, values, worlds

from simulation.analysis import boxes, discovery
from simulation.analysis.responses import response
from simulation.outcomes import OUTCOMES
from simulation.sensitivity.points import SensitivityError
from simulation.svg import svg_file

pytest.importorskip("ema_workbench", reason="needs the extra `research`")
ALL = (*FACTORS, SWITCH, PEOPLE)


def in_the_box(places: np.ndarray) -> np.ndarray:
    """need.growth above 1.4 times, complexity below 50 %, learning on: a tenth of all worlds."""
    return (places[:, 0] > 0.6) & (places[:, 1] < 0.5) & (places[:, 4] >= 0.5)


def turning(places: np.ndarray) -> np.ndarray:
    """Lower by 0.3, higher by 0.2 in the box."""
    return np.where(in_the_box(places), 0.2, -0.3)


@pytest.fixture(scope="module")
def known():
    """Three hundred worlds, five replications, luck small beside what turns."""
    return worlds("latin hypercube", 300, turning, ALL, replications=5, noise=0.1)


@pytest.fixture(scope="module")
def told(known):
    """With every round of boxes made anew: it is made before `quick` is."""
    return discovery.section(known, "need")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """One round of boxes made anew, where that is not what is tested."""
    monkeypatch.setattr(boxes, "ROUNDS", 1)


def test_a_known_box_is_found_with_its_limits(known, told):
    box = told.tables["discovery-need-b"].iloc[0]
    assert box["coverage"] > 0.9 and box["density"] > 0.9
    assert box["coverage_elsewhere"] > 0.7 and box["density_elsewhere"] > 0.7
    assert box["holds"]
    limits = told.tables["discovery-need-b-limits"].set_index("factor")
    assert set(limits.index) == {"need.growth", "population.complexity_mean", "switches.learning"}
    assert limits.loc["need.growth", "low"] == pytest.approx(1.4, abs=0.08)
    assert limits.loc["need.growth", "high"] == 2.0
    assert limits.loc["population.complexity_mean", "high"] == pytest.approx(0.5, abs=0.05)
    assert limits.loc["switches.learning", "levels"] == "1"
    assert (limits[["quasi_p_low", "quasi_p_high"]].min(axis=1) < 0.001).all()
    assert (limits["made_anew"] == 20).all() and (limits["again"] >= 16).all()


def test_the_box_counts_what_lies_in_it(known, told):
    table = told.tables["discovery-need-b-worlds"]
    cases = in_the_box(known.places)
    assert table["case"].tolist() == cases.tolist()
    inside = table["box"] == 1
    box = told.tables["discovery-need-b"].iloc[0]
    assert (box["worlds"], box["cases"]) == (inside.sum(), (inside & table["case"]).sum())
    assert box["coverage"] == pytest.approx((inside & table["case"]).sum() / cases.sum())
    assert box["mass"] == pytest.approx(inside.mean())
    limits = told.tables["discovery-need-b-limits"]
    again = np.all([table[row.factor].between(row.low, row.high) for row in limits.itertuples()], axis=0)
    assert again.tolist() == inside.tolist()


def test_the_trajectory_goes_from_all_worlds_inwards(told):
    steps = told.tables["discovery-need-b-trajectory"]
    assert (steps["coverage"].iloc[0], steps["mass"].iloc[0], steps["restricted"].iloc[0]) == (1, 1, 0)
    assert steps["density"].iloc[-1] > steps["density"].iloc[0]


def test_what_is_said(known, told):
    count = int(in_the_box(known.places).sum())
    assert f"above zero in {count} of 300 worlds, most of them with" in told.title
    for part in ("need.growth at least 1.", "population.complexity_mean at most 5", "switches.learning on"):
        assert part in told.title
    assert any(line.startswith("Made anew from four fifths") and "does not hold" not in line for line in told.lines)


def test_cases_are_the_same_whichever_regime_is_first(known):
    first = discovery.section(known, "need")
    turned = replace(known, regimes=("b", "a"), values={"need": known.values["need"][:, :, ::-1]})
    other = discovery.section(turned, "need")
    assert "below zero in" in other.title
    for part in ("", "-limits"):
        one, two = (section.tables[f"discovery-need-{name}{part}"].drop(columns=["regime", "against", "case"],
                                                                       errors="ignore")
                    for section, name in ((first, "b"), (other, "a")))
        assert one.equals(two)


def test_a_range_limited_at_both_ends_and_levels():
    def formula(places):
        inside = (places[:, 2] > 0.3) & (places[:, 2] < 0.7) & (places[:, 5] < 2 / 3)
        return np.where(inside, 0.2, -0.3)

    found = worlds("latin hypercube", 400, formula, ALL)
    box = boxes.find(found.factors, found.points, response(found, "need").values > 0)
    limits = {limit.factor.name: limit for limit in box.limits}
    assert set(limits) == {"care.strength", "world.people"}
    assert limits["world.people"].levels == (5_000, 10_000)
    assert discovery.limit_said(limits["world.people"]) == "world.people 5000 or 10000"
    assert (limits["care.strength"].low, limits["care.strength"].high) == pytest.approx((0.22, 0.38), abs=0.03)
    assert discovery.limit_said(limits["care.strength"]).startswith("care.strength from 0.2")
    assert box.coverage > 0.85 and box.density > 0.85


def test_a_second_box_is_looked_for_among_the_other_worlds():
    def formula(places):
        return np.where((places[:, 0] > 0.75) | (places[:, 1] < 0.2), 0.2, -0.3)

    result = discovery.discover(found := worlds("latin hypercube", 300, formula), response(found, "need"))
    assert [box.limits[0].factor.name for box, _, _ in result.found[:2]] in (
        ["need.growth", "population.complexity_mean"], ["population.complexity_mean", "need.growth"])
    (first, _, _), (second, _, among) = result.found[:2]
    assert not (first.inside & among).any() and len(second.inside) == among.sum()


def test_luck_makes_no_box_that_holds():
    """Cases drawn by lot, a fifth of the worlds: of six samples none is found again."""
    points = values(FACTORS, np.random.default_rng(1).random((100, len(FACTORS))))
    held = [boxes.found_again(FACTORS, points, np.random.default_rng(seed).random(100) < 0.2, seed, rounds=1).holds
            for seed in range(6)]
    assert not any(held)


def test_noise_without_any_factor_is_said_to_be_spread_or_not_found_again():
    found = worlds("latin hypercube", 150, lambda p: np.full(len(p), -0.05), ALL, replications=3, noise=0.1)
    section = discovery.section(found, "need")
    assert "spread over all values" in section.title or "does not hold in other worlds" in section.title
    assert section.tables["discovery-need-b-worlds"]["case"].sum() >= discovery.FEW


@pytest.mark.parametrize(("cases", "said"), [
    (0, "above zero in none of 60 worlds."), (4, "above zero in 4 of 60 worlds: too few to say where."),
    (9, "above zero in 9 of 60 worlds: too few to say where.")])
def test_too_few_cases_are_said_plainly(cases, said):
    found = worlds("latin hypercube", 60, lambda p: np.where(np.arange(len(p)) < cases, 0.1, -2.0))
    section = discovery.section(found, "need")
    assert section.title.endswith(said)
    assert not section.pictures
    assert section.tables["discovery-need-b-worlds"]["case"].sum() == cases
    if cases == 0:
        assert "If these worlds stand for all, it is so in fewer than 5 % of them (95 % confidence)." in section.lines


def test_cases_of_ones_own():
    found = worlds("latin hypercube", 200, lambda p: p[:, 0] - 0.5, outcome="true_performance")
    section = discovery.section(found, "true_performance", case="difference > 20 %")
    table = section.tables["discovery-true-performance-b-worlds"]
    assert table["case"].tolist() == (found.places[:, 0] > 0.7).tolist()
    assert "above 20 points in 60 of 200 worlds" in section.title
    one = response(found, "true_performance")
    for text, test, border in (("< 0", "<", 0.0), (">= -2 points", ">=", -0.02), ("difference <= .05", "<=", 0.05),
                               ("> −1,000", ">", -1000.0)):
        case = discovery.read_case(one, one.values, text)
        assert (case.test, case.border) == (test, pytest.approx(border))
    for text in ("above 3", "> ", "= 3", "> 3 pounds"):
        with pytest.raises(SensitivityError, match="a case is written as"):
            discovery.read_case(one, one.values, text)
    with pytest.raises(SensitivityError, match="'%' is of a share, and need is in"):
        discovery.section(replace(found, values={"need": found.values["true_performance"]}), "need", case="> 3 %")


def test_a_regimes_own_outcome_needs_a_case():
    found = worlds("latin hypercube", 100, lambda p: 5 * p[:, 0])
    with pytest.raises(SensitivityError, match="say what a case is"):
        discovery.section(found, "need", "b", own=True)
    section = discovery.section(found, "need", "b", own=True, case="> 3")
    assert section.title.startswith("Unmet need under b: 2.") and "above 3 in" in section.title


def test_outcomes_without_a_better_direction_are_left_out_unless_a_case_is_given():
    found = worlds("latin hypercube", 60, lambda p: np.full(len(p), -1.0), outcome="need")
    neither = next(outcome.name for outcome in OUTCOMES if outcome.better == "neither")
    both = replace(found, values={"need": found.values["need"], neither: found.values["need"]})
    assert [section.name for section in discovery.sections(both)] == ["discovery-need-b"]
    assert len(discovery.sections(both, case="> 0")) == 2


def test_of_a_saltelli_sample_only_worlds_of_their_own_are_used():
    found = worlds("sobol", 32, lambda p: p[:, 0] - 0.7)
    assert len(discovery.section(found, "need").tables["discovery-need-b-worlds"]) == 64


def test_walks_and_few_worlds_are_refused():
    with pytest.raises(SensitivityError, match="has those of the method morris"):
        discovery.section(worlds("morris", 20, turning, ALL), "need")
    with pytest.raises(SensitivityError, match="at least 50 worlds"):
        discovery.section(worlds("latin hypercube", 40, turning, ALL), "need")


def test_global_chance_is_left_alone_and_the_same_comes_out(known):
    before = repr(np.random.get_state())
    one, other = discovery.section(known, "need"), discovery.section(known, "need")
    assert before == repr(np.random.get_state())
    assert one.lines == other.lines


def test_a_missing_library_says_what_to_install(monkeypatch, known):
    def missing(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name="ema_workbench")

    monkeypatch.setattr(boxes, "import_module", missing)
    with pytest.raises(SensitivityError, match=r"not installed; install it with: .*care-regimes\[research\]"):
        discovery.section(known, "need")


def test_pictures_can_be_drawn(told):
    texts = {picture.name: svg_file(picture.draw(), picture.name, picture.says) for picture in told.pictures}
    assert list(texts) == ["discovery-need-b-limits", "discovery-need-b-worlds", "discovery-need-b-tradeoff"]
    assert "switches.learning" in texts["discovery-need-b-limits"] and ">on<" in texts["discovery-need-b-limits"]
    assert "need.growth" in texts["discovery-need-b-worlds"]
    assert "the box" in texts["discovery-need-b-tradeoff"]
    assert not any("NaN" in text for text in texts.values())


def test_a_box_of_one_factor_is_drawn_over_the_difference():
    found = worlds("latin hypercube", 100, lambda p: p[:, 0] - 0.7, FACTORS)
    picture = discovery.section(found, "need").pictures[1]
    assert "Unmet need, b minus a" in svg_file(picture.draw(), picture.name, picture.says)
