"""The same town by the week, by the day and by twenty minutes: nothing breaks, and no rate means a week silently."""

from __future__ import annotations

import numpy as np
import pytest

import simulation
from simulation import tallies as T
from simulation.engine import World
from simulation.mechanisms import NUMBERS, TABLES
from tests.mechanisms.alone import summed


@pytest.fixture(scope="module", params=[("1 week", "13 weeks"), ("1 day", "13 weeks"), ("20 minutes", "10 days")],
                ids=lambda how: how[0])
def lived(request):
    tick, horizon = request.param
    scenario = simulation.load("town", set={
        "world.people": 2_000, "world.tick": tick, "world.horizon": horizon,
        "parameters.population.burn_in": horizon, "parameters.measurement.hospital_counts": 1})
    world = World(scenario, "trust-and-learning", 4)
    world.step(scenario.ticks)
    return world


def test_numbers_stay_within_their_ranges(lived):
    for family in lived.columns.values():
        for name, column in family.items():
            if column.dtype.kind == "f" and name != "figures":
                assert np.isfinite(column).all(), name
    for column in (lived.person.need, lived.person.trust, lived.staff.motivation, lived.staff.burnout,
                   lived.staff.tie_trust, lived.organisation.pressure, lived.organisation.safety):
        assert column.min() >= 0
        assert column.max() <= 1


def test_hours_and_contacts_are_conserved(lived):
    h = lived._history[:lived.tick]
    assert (h[:, T.HOURS_USED] <= h[:, T.HOURS_AVAILABLE] + 1e-6).all()
    assert (h[:, T.HOURS_AVAILABLE] <= h[:, T.HOURS_PAID] + 1e-6).all()
    causes = h[:, T.CONTACT_NEW:T.CONTACT_CRISIS_TURNED_AWAY + 1].sum(axis=1)
    events = h[:, T.SERVED] + h[:, T.HOSPITAL_SERVED] + h[:, T.TURNED_AWAY] + h[:, T.CONTACT_CHASED]
    np.testing.assert_array_equal(causes, events)
    assert causes.sum() > 100


def test_load_means_the_same_at_any_tick(lived):
    """Staff are neither idle nor drowned; before backlogs were shared over a week, minutes gave a load of 3."""
    load = lived.organisation.load
    assert 0.1 < load.mean() < 2.2
    assert load.max() < 3


def test_hours_paid_are_thirty_a_week_for_each_post(lived):
    weeks = lived.tick * lived.tick_weeks
    hours = lived.numbers["care"].hours_per_week / lived.tick_weeks
    expected = hours * weeks * len(lived.staff.effort) * lived.front_share[0]
    assert summed(lived, "hours_paid") == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("table", TABLES)
def test_every_rate_and_duration_scales(table):
    """A rate by the week is 504 times that of twenty minutes, a duration a 504th, anything else the same."""
    week, minutes = (TABLES[table].bind(NUMBERS[table], {}, tick) for tick in (1.0, 1 / 504))
    for parameter in TABLES[table].values():
        factor = 1.0
        if parameter.is_rate or parameter.unit == "hours per week":
            factor = 504.0
        elif parameter.is_duration:
            factor = 1 / 504
        assert getattr(week, parameter.name) == pytest.approx(factor * getattr(minutes, parameter.name), rel=1e-12)
