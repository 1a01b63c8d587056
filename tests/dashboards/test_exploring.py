"""What explore makes of choices, without a browser: worlds, slots, shocks, the null test, tabs as data."""

from __future__ import annotations

import numpy as np
import pytest

from dashboards import boards
from dashboards.choice import MOST_SHOCKS, Choice, ChoiceError, Slot
from dashboards.exploring import asking, side, views
from dashboards.recordings import Recordings
from dashboards.runner import Runner
from dashboards.services import Services, install
from simulation.comparison import compare
from simulation.outcomes import HEADLINE
from simulation.scenario import load


@pytest.fixture(scope="module")
def small() -> Choice:
    return boards.filled(Choice(people=600, years=1.5, pairs=3))


@pytest.fixture(scope="module")
def comparison(small):
    scenario = small.scenario_of()
    return compare(scenario, pairs=3, seed=1)


@pytest.fixture
def shared():
    services = Services(Runner(Recordings(), threads=2))
    install(services)
    yield services
    services.runner.close()


def test_a_first_look_is_small_and_compares_what_the_scenario_does():
    first = side.first_look()
    assert [slot.regime for slot in first.slots] == list(load("town").compare)
    scenario = first.scenario_of()
    assert scenario.world.people == side.SMALL and scenario.pairs == side.FEW


def test_asking_gives_the_comparison(shared, small):
    scenario, job, problem = asking.begin(small, "me")
    assert problem == "" and job.wait(60)
    assert job.comparison().table.equals(compare(scenario, pairs=3, seed=1).table)
    again = asking.begin(small, "me")[1]
    assert again.over, "a choice seen before is there at once"


def test_asking_too_much_is_a_problem_in_words(shared):
    big = Choice(people=40_000, years=10, pairs=50)
    scenario, job, problem = asking.begin(big, "me")
    assert job is None and "pairs or fewer" in problem
    assert scenario is not None, "the page stays, so that less can be asked"


def test_what_is_no_scenario_is_a_problem_in_words(shared):
    scenario, job, problem = asking.begin(Choice(scenario="twon"), "me")
    assert scenario is None and job is None and "town" in problem


def test_the_null_test_has_the_same_levers_and_differs_by_nothing(small):
    null = side.nulled(small)
    assert side.is_null(null) and not side.is_null(small)
    found = compare(null.scenario_of(), pairs=2, seed=1)
    assert "exactly 0" in views.null(found)
    for outcome in HEADLINE:
        paired = found.paired()[outcome]
        assert paired.tied == paired.pairs or np.isnan(paired.difference)


def test_a_null_test_that_fails_says_so(comparison):
    said = views.null(comparison)
    assert said.startswith("Null test failed") and "Unmet need" in said


def test_a_shock_happens_to_every_regime_and_only_from_then_on(small):
    hit = side.shocked(small, "surge", 30)
    before, after = (compare(c.scenario_of(), pairs=1, seed=1) for c in (small, hit))
    for name in before.names:
        a, b = before.runs[name][0].series["need"], after.runs[name][0].series["need"]
        assert np.array_equal(a[:30], b[:30]) and not np.array_equal(a, b)
    assert side.shocked(hit, "surge", 30).shocks == hit.shocks, "the same shock twice is one"


def test_shocks_are_bounded(small):
    for week in range(MOST_SHOCKS + 5):
        small = side.shocked(small, "staff", week + 1)
    assert len(small.shocks) == MOST_SHOCKS and small.shocks[-1].week == MOST_SHOCKS + 5


def test_reset_keeps_the_levers_and_nothing_else(small):
    moved = boards.move(small, {"slot": 0, "question": "decides", "value": 0.7})
    changed = side.shocked(boards.set_knobs(moved, {**boards.knob_changes(moved), "need.growth": 0.05}), "staff", 9)
    back = side.restored(changed)
    assert back.slots == moved.slots and back.slots != small.slots
    assert back.parameters == {} and back.shocks == ()


def test_slots_are_added_replaced_and_taken_away(small):
    third = side.with_slot(small, None, "hybrid")
    assert [s.regime for s in third.slots][2] == "hybrid"
    assert side.with_slot(third, 0, "benchmarking").slots[0] == Slot(regime="benchmarking")
    assert side.without_slot(third, 2).slots == small.slots
    assert side.without_slot(small, 0) == small, "two stay"
    with pytest.raises(ChoiceError, match="unknown regime"):
        side.with_slot(small, None, "nobody")


@pytest.mark.parametrize("given", [{}, {"people": "x", "years": 1, "pairs": 1, "seed": 1},
                                   {"people": 1e12, "years": 1, "pairs": 1, "seed": 1},
                                   {"people": 500, "years": float("nan"), "pairs": 1, "seed": 1},
                                   {"people": 500, "years": 1, "pairs": 1, "seed": -1},
                                   {"people": None, "years": 1, "pairs": float("inf"), "seed": 1}])
def test_a_form_from_a_browser_may_hold_anything(small, given):
    with pytest.raises(ChoiceError, match="accepted are 400"):
        side.with_world(small, given)


def test_a_world_from_the_form(small):
    built = side.with_world(small, {"people": 700, "years": 1, "pairs": 2, "seed": 5}).scenario_of()
    assert (built.world.people, built.pairs, built.seed) == (700, 2, 5)


@pytest.mark.parametrize("tab", [*views.LINES, "record"])
def test_every_tab_of_lines_has_its_panels(comparison, tab):
    found = views.of_lines(comparison, tab)
    assert found and all(len(panel.x) for panel in found)
    if tab != "record":
        assert [p.name for p in found] == list(views.LINES[tab])


def test_demand_is_split_into_value_and_failure(comparison):
    spec = views.demand(comparison)
    for bar, name in zip(spec["bars"], comparison.names, strict=True):
        value, failure = bar["values"]
        assert value + failure == pytest.approx(comparison.values(name, "contacts").mean(), rel=0.05)


def test_the_histogram_sums_to_everybody_seen(comparison):
    spec = views.waits(comparison)
    for panel in spec["panels"]:
        assert sum(panel["heights"]) == pytest.approx(100)
    assert spec["target"]["x"] == pytest.approx(4.5)


def test_xmr_marks_signals_by_direction(comparison):
    for name in comparison.names:
        spec = views.variation(comparison, "recorded_performance", name)
        assert spec["lower"] <= spec["centre"] <= spec["upper"] <= 100
        assert spec["assurance"] in ("pass", "fail", "hit-or-miss")
        assert all(s["kind"] in ("improving", "concerning") for s in spec["signals"])


def test_xmr_of_a_run_too_short_is_none():
    short = boards.filled(Choice(people=600, years=0.05, pairs=1)).scenario_of()
    assert views.variation(compare(short, pairs=1, seed=1), "wait", short.compare[0]) is None


def test_the_table_says_what_the_comparison_says(comparison):
    heads, rows = views.table(comparison)
    assert len(rows) == len(HEADLINE) and all(len(row) == len(heads) for row in rows)


@pytest.mark.parametrize("tab", [name for name, _ in views.TABS])
def test_every_tab_offers_files_that_there_are(comparison, tab):
    from dashboards import exports

    offered = views.exports(tab)
    assert {"png", "svg", "csv"} <= {kind for _, _, kinds in offered for kind in kinds}
    for view, _, kinds in offered:
        for kind in kinds:
            exports.check_view(view, kind, comparison.names)


@pytest.mark.parametrize("tab", [name for name, _ in views.TABS if name != "network"])
def test_every_tab_can_be_drawn_with_its_files(comparison, small, tab):
    import solara

    from dashboards.exploring import charts, stepping
    from dashboards.pages import explore

    playhead = stepping.Playhead()
    drawn = {"waits": charts.Waits, "variation": charts.Variation, "table": charts.Table}.get(tab)
    shown = drawn(comparison) if drawn else charts.Lines(comparison, comparison, tab, 1, playhead.follow)
    for element in (shown, explore.Export(small.token(), tab, comparison)):
        _, context = solara.render(element, handle_error=False)
        context.close()
