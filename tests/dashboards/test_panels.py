"""Panels of lines: what the instrument draws are the runs of the comparison, thinned, in the unit as printed."""

from __future__ import annotations

import numpy as np
import pytest

from dashboards import panels
from dashboards.instruments import series as instrument
from simulation.comparison import compare
from simulation.timeline import Timeline
from tests import fake_runs


@pytest.fixture(scope="module")
def comparison():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("simulation.runs.run", fake_runs.run)
        patch.setattr("simulation.runs.warm_up", lambda progress=None: 0.0)
        return compare(fake_runs.scenario(weeks=265), pairs=3, seed=1, threads=1)


def rows(panel):
    x = np.frombuffer(panel.x, "<f4")
    return x, np.frombuffer(panel.y, "<f4").reshape(-1, len(x))


def test_the_bytes_are_the_runs(comparison):
    (panel,) = panels.series(comparison, ["failure_demand"])
    x, y = rows(panel)
    timeline = Timeline.of(comparison.scenario)
    np.testing.assert_allclose(x, timeline.x, rtol=1e-6)
    expected = []
    for name in comparison.names:
        runs = [100 * timeline.thin(run.series["failure_demand"]) for run in comparison.runs[name]]
        expected += [np.mean(runs, axis=0), *runs]
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    assert [line["runs"] for line in panel.spec["lines"]] == [3, 3]
    assert panel.spec["y_title"] == "% of contacts"


def test_a_last_point_of_little_time_is_not_drawn(monkeypatch):
    fake_runs.install(monkeypatch)
    for weeks, left in ((261, 52), (263, 53), (265, 53)):  # five weeks a point, and one, three or no weeks over
        found = compare(fake_runs.scenario(weeks=weeks), pairs=1, seed=1, threads=1)
        (panel,) = panels.series(found, ["need"])
        assert len(rows(panel)[0]) == panel.means.shape[1] == left


def test_the_specification_is_one_that_the_instrument_takes(comparison):
    lines = panels.series(comparison, ["need", "cost", "crises", "trust"], height=250)
    for panel in [*lines, *panels.views(comparison)]:
        made = instrument.Series(**panel.traits)
        assert made.spec["x_domain"][0] == 0
        low, high = made.spec["y_domain"]
        y = rows(panel)[1]
        assert low <= np.nanmin(y) and np.nanmax(y) <= high
    (money,) = panels.series(comparison, ["cost"])
    assert money.spec["prefix"] == "£" and "unit" not in money.spec


def test_a_rate_of_rare_happenings_has_few_points(comparison):
    rare, usual = panels.series(comparison, ["crises", "need"])
    assert len(rows(rare)[0]) <= 13 < len(rows(usual)[0])


def test_a_regime_keeps_its_colour_when_it_is_alone(comparison):
    (both,) = panels.series(comparison, ["need"])
    (one,) = panels.series(comparison, ["need"], [comparison.names[1]])
    assert one.spec["lines"] == both.spec["lines"][1:]
    assert one.drawn == ((comparison.names[1], "need"),)


def test_the_views_are_three_lines_a_regime_on_one_axis(comparison):
    found = panels.views(comparison)
    assert [panel.name for panel in found] == [f"performance:{name}" for name in comparison.names]
    assert all([line["label"] for line in panel.spec["lines"]] == ["recorded", "true", "perceived"] for panel in found)
    assert found[0].spec["y_domain"] == found[1].spec["y_domain"]
    hard, soft = comparison.names
    assert found[0].line(hard, "true_performance") == 1
    assert found[0].line(soft, "true_performance") is None


def test_an_unknown_regime_is_refused_by_name(comparison):
    with pytest.raises(ValueError, match="nobody"):
        panels.series(comparison, ["need"], ["nobody"])


def test_a_prediction_beyond_the_axis_gets_room(comparison):
    (panel,) = panels.series(comparison, ["failure_demand"])
    curve = np.full(len(panel.at), np.nan)
    curve[5:] = 99.0
    reached = panel.reaching(curve, 1, places=0)
    assert reached.spec["y_domain"][1] > 99 and reached.spec["y_domain"][0] == panel.spec["y_domain"][0]
    assert reached.spec["prediction_of"] == 1 and reached.spec["gap_decimals"] == 0
    instrument.Series(**reached.traits, prediction=instrument.packed(curve))


def test_the_change_of_regime_begins_at_the_first(comparison):
    (panel,) = panels.series(comparison, ["need"])
    ghost = np.frombuffer(panel.from_first(), "<f4").reshape(2, -1)
    np.testing.assert_array_equal(ghost[0], ghost[1])
    np.testing.assert_allclose(ghost[1], panel.means[0], rtol=1e-6)
    assert not np.allclose(panel.means[0], panel.means[1])


def test_two_regimes_of_one_title_are_called_by_name(monkeypatch):
    fake_runs.install(monkeypatch)
    named = fake_runs.scenario()
    twins = [regime.model_copy(update={"title": "The same"}) for regime in named.regimes.values()]
    found = compare(named, twins, pairs=1, seed=1, threads=1)
    assert panels.labels(found) == {"hard": "hard", "soft": "soft"}
    apart = compare(named, [twins[0], twins[1].model_copy(update={"title": "Other"})], pairs=1, seed=1, threads=1)
    assert panels.labels(apart) == {"hard": "The same", "soft": "Other"}


def test_marks_are_what_happens_to_the_regimes_shown(monkeypatch):
    fake_runs.install(monkeypatch)
    told = fake_runs.scenario(events=[
        {"at": 0.0, "says": "so from the start", "staffing": {"all": 0.9}},
        {"at": 13.0, "says": "to everybody", "staffing": {"all": 0.8}},
        {"at": 26.0, "says": "to one", "regimes": ["soft"], "staffing": {"all": 0.7}}])
    found = compare(told, pairs=1, seed=1, threads=1)
    (both,), (hard,) = panels.series(found, ["need"]), panels.series(found, ["need"], ["hard"])
    assert [mark["label"] for mark in both.spec["marks"]] == ["to everybody", "to one"]
    assert [mark["label"] for mark in hard.spec["marks"]] == ["to everybody"]
    assert both.spec["marks"][0]["x"] == pytest.approx(13.0)  # weeks: the run is shorter than two years
