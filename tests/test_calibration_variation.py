"""Variation between places and months: by hand, in the model, and the carried figures against their table."""

from __future__ import annotations

import csv
import os
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from simulation.calibration.reading import load_plan
from simulation.calibration.variation import NAMES, Comparison, figures, look

ROOT = Path(__file__).resolve().parents[1]
PLAN = load_plan("town")


def attendances() -> Path:
    """The table of attendances: in the folder that CARE_REGIMES_DATA names, or beside the project; else skip."""
    folder = Path(os.environ.get("CARE_REGIMES_DATA") or ROOT.parent / "shared" / "data")
    path = folder / "ae_attendances.csv"
    if not path.is_file():
        pytest.skip("ae_attendances.csv is not here; CARE_REGIMES_DATA can name its folder")
    return path


def test_figures_by_hand():
    table = np.array([[0.80, 0.90, 0.70], [0.84, 0.90, 0.72], [0.82, 0.90, 0.68]])
    found = figures(table)
    # Means are 0.82, 0.90 and 0.70.
    assert found.spread == pytest.approx(np.sqrt(0.02026667 / 2), rel=1e-5) and found.quartiles == pytest.approx(0.1)
    # Moving ranges: 0.04 and 0.02; 0 and 0; 0.02 and 0.04. Two places have a mean of 0.03.
    assert found.limits == pytest.approx(2.66 * 0.03)
    # Months' means are 0.80, 0.82, 0.80; what is left moves by 0.02 and 0, -0.02 and 0.02, 0 and -0.02.
    assert found.limits_without_nation == pytest.approx(2.66 * 0.01)


@pytest.mark.parametrize("table", [np.ones((1, 5)), np.ones((5, 1)), np.ones(5), np.array([[1, 1], [1, np.nan]])])
def test_too_little_has_no_variation(table):
    with pytest.raises(ValueError, match="two months and two organisations"):
        figures(table)


def test_the_same_order_is_a_factor_either_way():
    assert [Comparison("limits", 0.1, model, 2).same_order for model in (0.049, 0.05, 0.2, 0.21)] == [
        False, True, True, False]


def test_the_carried_figures_are_those_of_the_table():
    """Type 1 departments with every month, from the table itself."""
    recorded: dict[str, dict[str, float]] = defaultdict(dict)
    with attendances().open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                recorded[row["org_code"]][row["period"]] = 1 - float(row["breaches"]) / float(row["attendances"])
    months = sorted({month for own in recorded.values() for month in own})
    complete = [own for own in recorded.values() if len(own) == len(months)]
    real = PLAN.variation
    assert (len(months), len(complete)) == (real.months, real.organisations)
    found = figures(np.array([[own[month] for own in complete] for month in months]))
    for name in NAMES:
        assert getattr(found, name) == pytest.approx(getattr(real, name), abs=6e-5), name


def test_a_world_of_places_is_looked_at_month_by_month():
    world = PLAN.variation.worlds[0].model_copy(update={"places": 4, "people": 12000, "months": 3})
    ticks: list[tuple[int, int]] = []
    found = look(PLAN, {}, world, progress=lambda *at: ticks.append(at))
    again = look(PLAN, PLAN.defaults, world, threads=2)
    assert found.comparisons == again.comparisons, "the defaults are what is not given"
    assert ticks[-1] == (13, 13)
    assert 0.5 < found.mean < 1 and found.records > 50
    assert [c.figure for c in found.comparisons] == list(NAMES)
    assert all(c.model > 0 and c.real == getattr(PLAN.variation, c.figure) for c in found.comparisons)


def test_a_department_in_minutes_has_its_own_target():
    world = PLAN.variation.worlds[1]
    assert world.levers == {"target_wait": pytest.approx(4 / 168)}
