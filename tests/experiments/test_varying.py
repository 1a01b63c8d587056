"""Factors: distributions in both directions, what they change, and the world that comes of it."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.axes import AxisError
from simulation.experiments.design import Design
from simulation.experiments.varying import Factor, world_at
from simulation.ranges import believable
from simulation.scenario import known, load
from simulation.scenario.errors import ScenarioError

PLACES = np.linspace(0, 1, 41)


def factor(name: str, how: object) -> Factor:
    found, = Design(scenario="town", method="latin hypercube", points=2, vary={name: how}).factors
    return found


HOWS = {
    "uniform": ("population.complexity_mean", {"from": "4 %", "to": "64 %"}),
    "log": ("need.growth", {"from": "0.5x", "to": "2x", "scale": "log"}),
    "triangular": ("need.acute", {"triangular": ["8 % per year", "15 % per year", "24 % per year"]}),
    "normal": ("access.seek", {"normal": [1.6, 0.3], "from": 1.2, "to": 2.4}),
    "uncut normal": ("access.seek", {"normal": [1.6, 0.01]}),
    "believable": ("care.strength", "believable"),
}


@pytest.mark.parametrize("how", HOWS)
def test_values_rise_from_end_to_end_and_places_lead_back(how):
    found = factor(*HOWS[how])
    values = found.values(PLACES)
    assert (np.diff(values) > 0).all()
    assert (values[0], values[-1]) == (found.low, found.high)
    np.testing.assert_allclose(found.places(values), PLACES, atol=1e-9)
    assert found.value(0.25) == found.values(np.array([0.25]))[0]
    assert found.place(found.value(0.25)) == pytest.approx(0.25, abs=1e-9)


def test_distributions_have_their_quantiles():
    assert factor(*HOWS["uniform"]).value(0.5) == 0.34
    assert factor(*HOWS["log"]).value(0.5) == 1.0
    low, mode, high = 0.08, 0.15, 0.24
    below = (mode - low) / (high - low)  # of a triangle, the share of its area left of the mode
    assert factor(*HOWS["triangular"]).value(below) == pytest.approx(mode, abs=1e-9)
    found = factor("access.seek", {"normal": [1.6, 0.3], "from": 1.3, "to": 1.9})
    assert found.value(0.5) == pytest.approx(1.6, abs=1e-9)
    # One standard deviation either way holds 0.6827; half a one 0.3829: the shares of the normal distribution.
    assert found.place(1.75) - found.place(1.45) == pytest.approx(0.382925 / 0.682689, abs=1e-5)
    wide = factor("access.seek", {"normal": [1.6, 0.01]})
    assert (wide.low, wide.high) == pytest.approx((1.57, 1.63))


def test_believable_is_the_range_of_the_evidence_in_equal_steps_or_factors():
    for path, shape in (("care.strength", "uniform"), ("need.growth", "log")):
        table, name = path.split(".")
        expected = believable(table, known.tables()[table][name])
        found = factor(path, "believable")
        assert (found.low, found.high, found.shape) == (expected.low, expected.high, shape)


def test_levels_are_sorted_and_each_has_the_same_part():
    found = factor("world.people", [10000, 2000, 5000])
    assert found.levels == (2000.0, 5000.0, 10000.0)
    assert [found.value(place) for place in (0, 0.33, 0.34, 0.66, 0.67, 1)] == [2000, 2000, 5000, 5000, 10000, 10000]
    assert [found.place(level) for level in found.levels] == pytest.approx([1 / 6, 1 / 2, 5 / 6])
    # The four levels of Morris: the grid's thirds are written with twelve digits.
    assert [found.value(place) for place in (0, 0.333333333333, 0.666666666667, 1)] == [2000, 5000, 10000, 10000]
    with pytest.raises(ValueError, match="only its levels have a place"):
        found.place(3000)
    with pytest.raises(ValueError, match="only values from 0.04 to 0.64"):
        factor(*HOWS["uniform"]).place(0.65)


def test_whole_numbers_stay_whole():
    found = factor("world.people", {"from": 2000, "to": 2010})
    values = found.values(PLACES)
    assert (values == np.round(values)).all()
    assert found.changes(2004.0) == {"world.people": 2004.0}
    assert factor("world.people", {"from": "0.5x", "to": "1x"}).changes(0.71234567) == {"world.people": 7123.0}


def test_values_have_at_most_twelve_digits():
    values = factor(*HOWS["log"]).values(np.random.default_rng(1).random(500))
    assert all(value == float(f"{value:.12g}") for value in values)


def test_relative_values_multiply_what_each_path_has():
    base = load("town")
    found = factor("capacity", {"from": "0.7x", "to": "1.45x"})
    changes = found.changes(0.7)
    assert len(changes) == 7 and found.relative and found.unit == "times"
    world = world_at(base, changes)
    for path, value in changes.items():
        table, name = path.split(".")
        default = known.tables()[table][name].default
        assert value == pytest.approx(0.7 * default, rel=1e-11)
        assert world.parameters[table][name] == value


@pytest.mark.parametrize(("name", "how", "place"), [
    *((name, how, 0.37) for name, how in HOWS.values()), ("switches.learning", [True, False], 0.2),
    ("regimes.*.stakes", {"from": 0, "to": 0.9}, 0.31), ("world.horizon", {"from": "1 year", "to": "3 years"}, 0.4),
    ("capacity", ["0.9x", "1.1x"], 0.9), ("world.people", [300, 700], 0.9)])
def test_what_is_written_loads_to_the_same_world(name, how, place):
    """Every path and value as `--set` takes it, and the same through `world_at`: one run key."""
    design = Design(scenario="town", method="latin hypercube", points=2, vary={name: how})
    found, = design.factors
    value = found.value(place)
    written = [f"{path}={text}" for path, text in found.written(value).items()]
    world = world_at(design.base, found.changes(value))
    assert [world.run_key(regime) for regime in design.regimes] == \
        [load("town", set=written).run_key(regime) for regime in design.regimes]
    assert not world.claims and not world.story


def test_a_star_moves_the_regimes_that_are_compared():
    design = Design(scenario="town", regimes=["targets", "hybrid"], method="latin hypercube", points=2,
                    vary={"regimes.*.stakes": {"from": 0, "to": 0.9}})
    assert design.factors[0].paths == ("regimes.targets.stakes", "regimes.hybrid.stakes")


def test_switches_are_on_or_off():
    found = factor("switches.learning", [True, False])
    assert found.varied.unit == "on or off" and found.levels == (0.0, 1.0)
    assert found.changes(0.0) == {"switches.learning": False} and found.written(1.0) == {"switches.learning": "true"}
    assert world_at(load("town"), {"switches.learning": False}).switches == {"learning": False}


def test_a_world_that_cannot_be_is_refused():
    hours = {f"regimes.targets.{name}": 0.3 for name in ("reporting", "learning_time", "relationship_time")}
    with pytest.raises(AxisError, match="add up"):
        world_at(load("town"), {**hours, "regimes.targets.reporting": 0.4})
    base = load("town")
    assert world_at(base, {}) is base


def test_a_title_says_what_varies():
    found = factor("regimes.*.stakes", {"from": 0, "to": 0.9})
    assert "under targets and trust-and-learning" in found.varied.title
    assert (found.varied.name, found.varied.unit, found.varied.levels) == ("regimes.*.stakes", "share", ())


def test_paths_have_their_longer_forms():
    assert factor("parameters.need.growth", ["0.5x", "1x"]).paths == ("need.growth",)
    assert factor("regimes.targets.levers.stakes", [0, 0.5]).paths == ("regimes.targets.stakes",)


def test_a_base_without_claims_loads_from_its_own_text(tmp_path):
    from simulation.scenario import to_yaml

    base = Design(scenario="town").base
    path = tmp_path / "scenario.yaml"
    path.write_text(to_yaml(base), encoding="utf-8")
    try:
        again = load(path)
    except ScenarioError as error:
        pytest.fail(str(error))
    assert again.key == base.key
