"""Points: every method gives as many as it says, in its own pattern, and the same from the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.experiments.design import Design
from simulation.experiments.sampling import Sample

VARY = {"need.growth": {"from": "0.5x", "to": "2x", "scale": "log"},
        "population.complexity_mean": {"from": 0.1, "to": 0.5},
        "world.people": [400, 800, 1200], "switches.learning": [True, False]}
DRAWN = [("latin hypercube", 20, 20), ("sobol", 16, 16 * 6), ("morris", 5, 5 * 5)]


def drawn(method: str, points: int, seed: int = 1, vary: dict[str, object] | None = None) -> Design:
    return Design(scenario="town", method=method, points=points, seed=seed, vary=vary or VARY)


def test_a_grid_is_the_whole_product_with_the_first_factor_slowest():
    design = Design(scenario="town", method="grid", vary={
        "population.complexity_mean": {"from": "4 %", "to": "64 %", "steps": 3}, "need.growth": ["2x", "1x"],
        "switches.learning": [True, False]})
    assert design.size == len(design.sample) == 12
    expected = [[a, b, c] for a in (0.04, 0.34, 0.64) for b in (1, 2) for c in (0, 1)]
    np.testing.assert_array_equal(design.sample.values, expected)
    np.testing.assert_allclose(design.sample.places[0], [1 / 6, 1 / 4, 1 / 4])


def test_steps_of_a_log_range_are_equal_factors():
    design = Design(scenario="town", method="grid", vary={
        "need.growth": {"from": "0.5x", "to": "2x", "scale": "log", "steps": 3}})
    assert design.factors[0].levels == (0.5, 1.0, 2.0)


@pytest.mark.parametrize(("method", "points", "size"), DRAWN)
def test_draws_are_as_many_as_said_and_follow_from_the_seed(method, points, size):
    design = drawn(method, points)
    sample = design.sample
    assert design.size == len(sample) == size
    assert sample.places.shape == sample.values.shape == (size, 4)
    assert ((sample.places >= 0) & (sample.places <= 1)).all()
    for i, factor in enumerate(design.factors):
        assert ((sample.values[:, i] >= factor.low) & (sample.values[:, i] <= factor.high)).all()
        np.testing.assert_array_equal(sample.values[:, i], factor.values(sample.places[:, i]))
    np.testing.assert_array_equal(drawn(method, points).sample.values, sample.values)
    assert not np.array_equal(drawn(method, points, seed=2).sample.values, sample.values)


def test_drawing_leaves_global_chance_alone():
    before = np.random.get_state()[1].copy()
    for method, points, _ in DRAWN:
        assert len(drawn(method, points).sample)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_a_latin_hypercube_has_a_point_in_every_part():
    places = drawn("latin hypercube", 20).sample.places
    for column in places.T:
        assert sorted(np.floor(column * 20).astype(int)) == list(range(20))


def test_sobol_blocks_change_one_factor_at_a_time():
    """Saltelli's scheme: the first point of a block, then one factor after the other taken from the last."""
    blocks = drawn("sobol", 16).sample.places.reshape(16, 6, 4)
    for block in blocks:
        for k in range(4):
            changed = block[0].copy()
            changed[k] = block[-1][k]
            np.testing.assert_array_equal(block[k + 1], changed)


def test_morris_walks_change_each_factor_once():
    walks = drawn("morris", 5).sample.values.reshape(5, 5, 4)
    changed = (np.diff(walks, axis=1) != 0).sum(axis=1)
    assert (changed == 1).all()  # also of the factors with two and three levels


@pytest.mark.parametrize(("method", "fewer", "more"), [("sobol", 16, 32), ("morris", 5, 8)])
def test_a_larger_design_begins_with_the_smaller_one(method, fewer, more):
    small, large = drawn(method, fewer).sample.values, drawn(method, more).sample.values
    np.testing.assert_array_equal(large[:len(small)], small)


@pytest.mark.parametrize(("method", "points"), [("latin hypercube", 1), ("sobol", 8), ("morris", 1)])
def test_one_factor_and_the_least_points_will_do(method, points):
    for seed in (0, 1, 2**63 - 1):
        design = drawn(method, points, seed, {"need.growth": "believable"})
        assert design.sample.values.shape == (design.size, 1)


def test_a_list_is_taken_as_it_stands():
    design = Design(scenario="town", method="list", points=[
        {"need.growth": 0.1, "world.people": 5000}, {"world.people": 400, "need.growth": "0.05 per week"}])
    np.testing.assert_array_equal(design.sample.values, [[0.1, 5000], [0.05, 400]])
    assert design.sample.changes(1) == {"need.growth": 0.05, "world.people": 400.0}
    assert design.sample.written(1) == ["need.growth=0.05 per week", "world.people=400"]
    np.testing.assert_array_equal(design.sample.places, [[0.75, 0.75], [0.25, 0.25]])


def test_a_long_list_has_a_range_in_place_of_levels():
    design = Design(scenario="town", method="list", points=[{"need.growth": 0.01 * i} for i in range(1, 14)])
    factor, = design.factors
    assert factor.levels == () and (factor.low, factor.high) == (0.01, 0.13)
    np.testing.assert_allclose(design.sample.places[:, 0], np.arange(13) / 12, atol=1e-12)


def test_without_anything_that_varies_there_is_one_point():
    sample = Design(scenario="town").sample
    assert isinstance(sample, Sample) and len(sample) == 1
    assert sample.values.shape == (1, 0) and sample.changes(0) == {} and sample.written(0) == []


def test_without_salib_one_sentence_says_what_to_install(monkeypatch):
    import sys

    from simulation.sensitivity.points import SensitivityError

    monkeypatch.setitem(sys.modules, "SALib.sample.sobol", None)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(SensitivityError, match="pip install 'care-regimes"):
        assert drawn("sobol", 16).sample
