"""Screening and analysis of variance through SALib: made-up functions whose effects and shares are known."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from simulation.sensitivity import library, screening, variance
from simulation.sensitivity.points import SensitivityError

pytest.importorskip("SALib")

NAMES = ["a", "b", "c", "d"]


def test_a_walk_moves_every_factor_once_by_one_step_of_the_grid():
    points = screening.design(NAMES, 5, seed=3)
    assert points.shape == (25, 4) and points.min() >= 0 and points.max() <= 1
    assert set(np.unique(points.round(6))) <= {0, 0.333333, 0.666667, 1}
    for walk in points.reshape(5, 5, 4):
        steps = np.diff(walk, axis=0)
        assert (np.abs(steps).round(6) > 0).sum(axis=1).tolist() == [1] * 4
        assert np.abs(steps).sum(axis=0) == pytest.approx([2 / 3] * 4)


def test_more_walks_begin_with_the_same_ones_and_another_seed_with_others():
    few, many = screening.design(NAMES, 3, seed=3), screening.design(NAMES, 7, seed=3)
    assert np.array_equal(few, many[:len(few)])
    assert not np.array_equal(few, screening.design(NAMES, 3, seed=4))


def test_effects_of_a_linear_function_are_its_coefficients():
    points = screening.design(NAMES, 4, seed=1)
    found = screening.effects(NAMES, points, points @ [3.0, -2.0, 0.5, 0.0], seed=1)
    assert [e.factor for e in found] == NAMES
    assert [e.mu for e in found] == pytest.approx([3, -2, 0.5, 0], abs=1e-6)
    assert [e.mu_star for e in found] == pytest.approx([3, 2, 0.5, 0], abs=1e-6)
    assert [e.sigma for e in found] == pytest.approx([0] * 4, abs=1e-6)
    assert [e.trajectories for e in found] == [4] * 4


def test_sigma_shows_what_depends_on_others():
    points = screening.design(NAMES, 30, seed=2)
    a, b, c, d = points.T
    found = {e.factor: e for e in screening.effects(NAMES, points, 4 * (a - 0.5) * (b - 0.5) + 2 * c, seed=1)}
    assert found["c"].sigma == pytest.approx(0, abs=1e-6)
    assert found["a"].sigma > 1 and abs(found["a"].mu) < 0.5 * found["a"].mu_star
    assert found["d"].mu_star == 0


def test_a_failed_run_costs_its_own_two_effects_and_no_others():
    points = screening.design(NAMES, 6, seed=5)
    results = points @ [3.0, -2.0, 0.5, 1.0]
    results[7] = np.nan  # the third point of the second walk: the second and third step of that walk are lost
    found = screening.effects(NAMES, points, results, seed=1)
    assert [e.mu for e in found] == pytest.approx([3, -2, 0.5, 1], abs=1e-6)
    lost = {int(np.argmax(np.diff(points[i:i + 2], axis=0) != 0)) for i in (6, 7)}
    assert [e.trajectories for e in found] == [5 if i in lost else 6 for i in range(4)]


def test_with_fewer_than_two_walks_left_there_is_no_effect():
    points = screening.design(NAMES, 2, seed=5)
    results = points @ [3.0, -2.0, 0.5, 1.0]
    results[:5] = np.nan
    for effect in screening.effects(NAMES, points, results, seed=1):
        assert math.isnan(effect.mu_star) and effect.trajectories == 1


# -- variance ----------------------------------------------------------------------------------------------------------


def ishigami(points: np.ndarray) -> np.ndarray:
    """Ishigami & Homma 1990 on 0..1: first 0.314, 0.442, 0; total 0.558, 0.442, 0.244; the fourth does nothing."""
    x, y, z = (2 * np.pi * points[:, i] - np.pi for i in range(3))
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_shares_of_a_function_that_is_known():
    grouped = variance.groups(NAMES, NAMES)
    points = variance.design(NAMES, grouped, 2048, seed=1)
    found, blocks = variance.shares(NAMES, grouped, ishigami(points), seed=0)
    assert blocks == 1024 and [s.factor for s in found] == NAMES
    assert [s.first for s in found] == pytest.approx([0.314, 0.442, 0, 0], abs=0.06)
    assert [s.total for s in found] == pytest.approx([0.558, 0.442, 0.244, 0], abs=0.06)
    assert all(abs(s.first - known) < 2 * s.first_half + 0.01
               for s, known in zip(found, [0.314, 0.442, 0, 0], strict=True))


def test_what_is_not_singled_out_is_one_group():
    grouped = variance.groups(NAMES, ["b"])
    assert grouped == [variance.REST, "b", variance.REST, variance.REST]
    points = variance.design(NAMES, grouped, 2048, seed=1)
    assert points.shape == (1024 * 4, 4)
    found, _ = variance.shares(NAMES, grouped, ishigami(points), seed=0)
    assert [s.factor for s in found] == [variance.REST, "b"]
    assert [s.total for s in found] == pytest.approx([0.558, 0.442], abs=0.06)


def test_shares_add_up_for_a_sum():
    grouped = variance.groups(NAMES, ["a", "b"])
    points = variance.design(NAMES, grouped, 2048, seed=7)
    found, _ = variance.shares(NAMES, grouped, points @ [3.0, 2.0, 1.0, 1.0], seed=0)
    assert [s.total for s in found] == pytest.approx([9 / 15, 4 / 15, 2 / 15], abs=0.03)


def test_independent_worlds_are_the_first_and_last_of_a_block():
    grouped = variance.groups(NAMES, ["a", "b"])
    points = variance.design(NAMES, grouped, 16, seed=7)
    alone = variance.independent(len(points), grouped)
    assert len(alone) == 16 and alone[:4].tolist() == [0, 4, 5, 9]
    worlds = points[alone]
    assert all(len(np.unique(worlds[:, j])) == 16 for j in range(4)), "no two share the value of any factor"


def test_a_failed_run_costs_its_block():
    grouped = variance.groups(NAMES, NAMES)
    points = variance.design(NAMES, grouped, 512, seed=1)
    results = points @ [3.0, 2.0, 1.0, 0.0]
    results[13] = np.nan
    found, blocks = variance.shares(NAMES, grouped, results, seed=0)
    assert blocks == 255
    assert [s.total for s in found] == pytest.approx([9 / 14, 4 / 14, 1 / 14, 0], abs=0.08)


def test_what_does_not_vary_has_no_shares():
    grouped = variance.groups(NAMES, NAMES)
    found, blocks = variance.shares(NAMES, grouped, np.zeros(8 * 6), seed=0)
    assert blocks == 8 and all(math.isnan(s.total) for s in found)
    found, blocks = variance.shares(NAMES, grouped, np.full(8 * 6, np.nan), seed=0)
    assert blocks == 0 and all(math.isnan(s.total) for s in found)


def test_the_same_seed_gives_the_same_shares_and_more_worlds_begin_with_the_same():
    grouped = variance.groups(NAMES, NAMES)
    few, many = (variance.design(NAMES, grouped, n, seed=4) for n in (16, 32))
    assert np.array_equal(few, many[:len(few)])
    results = ishigami(many)
    assert variance.shares(NAMES, grouped, results, seed=0) == variance.shares(NAMES, grouped, results, seed=0)


@pytest.mark.parametrize("number", [1, 8, 24, 100, -16])
def test_worlds_come_in_powers_of_two(number):
    with pytest.raises(SensitivityError, match=f"{number} worlds are no power of two of 16 or more"):
        variance.design(NAMES, NAMES, number, seed=1)


def test_chance_elsewhere_is_left_alone():
    before = repr(np.random.get_state())
    points = screening.design(NAMES, 3, seed=1)
    screening.effects(NAMES, points, points[:, 0], seed=1)
    points = variance.design(NAMES, NAMES, 16, seed=1)
    variance.shares(NAMES, NAMES, points[:, 0], seed=0)
    assert repr(np.random.get_state()) == before


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    with pytest.raises(SensitivityError, match=r"pip install 'care-regimes\[analysis\]'"):
        library.salib("sample.morris")


def test_a_fault_inside_the_package_is_not_taken_for_its_absence(monkeypatch):
    def broken(name: str, *_: object, **__: object) -> None:
        raise ModuleNotFoundError("no such thing", name="another_package")

    monkeypatch.setattr(library, "import_module", broken)
    with pytest.raises(ModuleNotFoundError, match="no such thing"):
        library.salib("sample.morris")
