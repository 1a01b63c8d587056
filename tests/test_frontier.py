"""The map of winners: cells are comparisons, seeds are shared, identical regimes tie, a stopped map is a coarse one."""

from __future__ import annotations

import json
import threading
import time

import invented_worlds
import numpy as np
import pytest
from fake_runs import regime

from simulation import flipmap
from simulation.comparison import ComparisonError, compare
from simulation.frontier import DIRECTED, OUTCOME, Frontier, X, Y, as_lines, coarse_first, frontier
from simulation.outcomes import BY_NAME
from simulation.runs import Interrupted
from simulation.scenario import load
from simulation.statistics import paired

AXES = {"x": invented_worlds.X, "y": invented_worlds.Y}


@pytest.fixture
def world(monkeypatch):
    invented_worlds.install(monkeypatch)
    return invented_worlds.scenario()


@pytest.fixture
def found(world):
    return frontier(world, **AXES)


def test_winners_are_where_the_invented_world_has_them(found):
    winners = {place: standing.winner for place, standing in found.standings().items()}
    assert winners == {(i, j): ("hard", None, "soft")[j] for i in range(3) for j in range(3)}
    assert found.counts["deaths"] == {"hard": 3, "soft": 3} and found.counts["need"] == {"hard": 0, "soft": 9}
    assert found.complete and found.pairs == 10 and found.regimes == ("hard", "soft")


def test_every_pair_has_one_seed_in_every_cell_and_under_every_regime(monkeypatch):
    seen = []

    def noted(scenario, regime, seed, **how):
        seen.append((scenario.key, regime.name, seed))
        return invented_worlds.run(scenario, regime, seed, **how)

    invented_worlds.install(monkeypatch, noted)
    frontier(invented_worlds.scenario(), **AXES, pairs=3, seed=7)
    assert len(seen) == len(set(seen)) == 9 * 2 * 3
    assert {seed for _, _, seed in seen} == {7, 8, 9}
    assert len({key for key, _, _ in seen}) == 9


def test_threads_change_nothing(world):
    one, many = (frontier(world, **AXES, threads=n) for n in (1, 5))
    assert one.kept(one.counts) == many.kept(many.counts)


def test_a_cell_is_a_comparison(found):
    for place in ((0, 0), (2, 1)):
        written = {**found.x.written[place[0]], **found.y.written[place[1]]}
        changed = {name: float(value.removesuffix(" %")) / (100 if "%" in value else 1)
                   for name, value in written.items()}
        parameters = {"population": {name.split(".")[1]: value for name, value in changed.items()}}
        alone = invented_worlds.scenario().model_copy(update={"parameters": parameters})
        mine, theirs = found.standings()[place], compare(alone, pairs=10).paired()["deaths"]
        assert (mine.difference, mine.low, mine.high) == (theirs.difference, theirs.low, theirs.high)
        assert mine.means == {"hard": theirs.first, "soft": theirs.second}
        better = {"soft": theirs.better_in, "hard": theirs.pairs - theirs.better_in - theirs.tied}
        assert mine.held_in == better[mine.leader]


def test_a_cell_of_the_engine_is_a_comparison_of_the_engine():
    small = {"world.people": 500, "world.horizon": "4 weeks"}
    found = frontier(load("town", set=small), x="complexity=10 %..50 %:2", y="world.horizon=3..6 weeks:2", pairs=2,
                     seed=11)
    assert found.regimes == load("town").compare[:2]
    for place in ((0, 1), (1, 0)):
        alone = load("town", set={**small, **found.x.written[place[0]], **found.y.written[place[1]]})
        theirs = compare(alone, found.regimes, pairs=2, seed=11)
        assert found.cells[place].key == alone.key
        for name, standing in found.cells[place].standings.items():
            for regime_name, values in found.cells[place].values.items():
                np.testing.assert_array_equal(values[name], theirs.values(regime_name, name))
            if standing.pairs:
                assert standing.difference == theirs.paired()[name].difference


def test_identical_regimes_win_nothing(monkeypatch):
    invented_worlds.install(monkeypatch)
    twins = frontier(invented_worlds.scenario(regime("a", 0.4), regime("b", 0.4)), **AXES)
    for standing in twins.standings().values():
        assert (standing.winner, standing.verdict, standing.held_in, standing.tied) == (None, "equal", 0, 10)
    assert all(not cells for won in twins.counts.values() for cells in won.values())
    assert flipmap.title(twins).endswith("in none of 9 worlds and under b in none; in 9 nobody can tell")


def test_an_axis_can_move_a_lever_of_one_regime(monkeypatch):
    invented_worlds.install(monkeypatch)
    found = frontier(invented_worlds.scenario(), x="regimes.hard.stakes=5 %..95 %:3", y="capacity=0.5x..1.5x:3")
    standings = found.standings()
    assert [standings[0, j].verdict for j in range(3)] == ["equal"] * 3, "at equal stakes they are one regime"
    assert standings[2, 0].winner == "hard" and standings[2, 2].winner == "soft"


def test_a_regime_given_as_an_object_is_not_mistaken_for_the_scenarios_own(world):
    found = frontier(world, [regime("soft", 0.9), "hard"], **AXES)
    assert all(standing.verdict == "equal" for standing in found.standings().values())


def test_three_regimes(monkeypatch):
    invented_worlds.install(monkeypatch)
    three = invented_worlds.scenario(regime("a", 0.0), regime("b", 0.5), regime("c", 1.0))
    found = frontier(three, ["a", "b", "c"], **AXES)
    assert [found.standings()[0, j].winner for j in range(3)] == ["c", None, "a"]
    assert set(found.standings()[0, 0].means) == {"a", "b", "c"}
    assert frontier(three, **AXES).regimes == ("a", "b"), "without names the first two"


def test_json_has_the_cells(found):
    data = json.loads(found.to_json(), parse_constant=lambda word: pytest.fail(f"{word} in JSON"))
    assert len(data["cells"]) == 9 and data["complete"] is True
    assert {"x", "y", "winner", "held_in", "pairs"} <= set(data["cells"][0])
    assert [(cell["x"], cell["y"]) for cell in data["cells"][:4]] == [(0.1, 0.5), (0.3, 0.5), (0.5, 0.5), (0.1, 1.0)]
    assert [cell["winner"] for cell in data["cells"][::3]] == ["hard", None, "soft"]
    assert all(cell["pairs"] == 10 and cell["held_in"] >= 8 for cell in data["cells"] if cell["winner"])
    assert data["outcome"]["name"] == OUTCOME and data["scenario"]["people"] == 2000
    assert data["manifest"]["versions"]["model"]


def test_a_map_can_be_kept_and_read_again(found):
    text = as_lines(found.kept(("need",)))
    again = Frontier.from_dict(json.loads(text))
    assert as_lines(again.kept(("need",))) == text
    assert flipmap.title(again) == flipmap.title(found) and flipmap.caption(again) == flipmap.caption(found)
    with pytest.raises(ComparisonError, match="has no outcome 'crises'; it has deaths, need"):
        again.standings("crises")


def test_the_table_and_the_runs_hold_everything(found):
    assert len(found.table) == 9 * len(DIRECTED) and len(found.runs) == 9 * 2 * 10
    part = found.runs[(found.runs["x"] == 0.5) & (found.runs["y"] == 1.5)]
    values = [part[part["regime"] == name].sort_values("seed")["deaths"].to_numpy() for name in found.regimes]
    row = found.table.query("outcome == 'deaths' and x == 0.5 and y == 1.5").iloc[0]
    assert row["difference"] == paired(*values, "lower").difference and row["winner"] == "soft"


def test_the_order_of_cells_is_coarse_first():
    order = coarse_first(5, 5)
    assert sorted(order) == [(i, j) for i in range(5) for j in range(5)]
    assert set(order[:4]) == {(0, 0), (0, 4), (4, 0), (4, 4)}
    assert set(order[:9]) == {(i, j) for i in (0, 2, 4) for j in (0, 2, 4)}
    assert len(set(coarse_first(2, 7))) == 14


def test_stopped_it_keeps_the_complete_cells(world):
    stop = threading.Event()
    found = frontier(world, x="complexity=10 %..50 %:9", y="capacity=0.5x..1.5x:9", threads=2, stop=stop,
                     progress=lambda done, total: done >= 100 and stop.set())
    assert not found.complete and 4 <= len(found.cells) < 81
    assert {(0, 0), (8, 0), (0, 8), (8, 8)} <= set(found.cells), "the corners come first"
    whole = frontier(world, x="complexity=10 %..50 %:9", y="capacity=0.5x..1.5x:9")
    assert all(standing == whole.standings()[place] for place, standing in found.standings().items())
    assert json.loads(found.to_json())["complete"] is False
    assert sum(found.counts["deaths"].values()) <= len(found.cells)


def test_ctrl_c_keeps_the_complete_cells(world):
    def pressed(done, total):
        if done == 50:
            raise KeyboardInterrupt

    found = frontier(world, x="complexity=10 %..50 %:20", y=invented_worlds.Y, threads=1, progress=pressed)
    assert not found.complete and len(found.cells) >= 2


def test_stopped_before_the_first_cell_there_is_no_map(monkeypatch):
    def slow(scenario, regime, seed, *, stop, **how):
        if seed > 1 and stop.wait(20):
            raise Interrupted("stopped")
        return invented_worlds.run(scenario, regime, seed)

    invented_worlds.install(monkeypatch, slow)
    stop, begun = threading.Event(), time.perf_counter()
    with pytest.raises(Interrupted, match="first cell"):
        frontier(invented_worlds.scenario(), **AXES, stop=stop, progress=lambda done, total: stop.set())
    assert time.perf_counter() - begun < 10


@pytest.mark.parametrize(("wrong", "words"), [
    ({"outcome": "deths"}, "did you mean 'deaths'"),
    ({"outcome": "contacts"}, "has no better direction"),
    ({"y": "population.complexity_mean=10 %..20 %"}, "both change population.complexity_mean"),
    ({"y": "capacity=0.5x..1.5x:99"}, "accepted 2 to 40"),
    ({"pairs": 0}, "pairs must be a whole number"),
    ({"seed": -1}, "seed must be"),
    ({"threads": 0}, "threads must be"),
    ({"regimes": ["hard"]}, "two regimes or more"),
    ({"regimes": ["hard", "sofft"]}, "did you mean 'soft'"),
    ({"x": "regimes.hard.reporting=0 %..40 %:2", "y": "regimes.hard.learning_time=10 %..30 %:2",
      "regimes": ["hard", "soft"], "levers": {"relationship_time": 0.3}}, "accepted at most 0.9"),
])
def test_what_cannot_be_mapped_is_refused_before_anything_runs(monkeypatch, wrong, words):
    invented_worlds.install(monkeypatch, lambda *_, **__: pytest.fail("something ran"))
    levers = wrong.pop("levers", {})
    world = invented_worlds.scenario(regime("hard", 0.9, **levers), regime("soft", 0.05))
    with pytest.raises(ComparisonError, match=words) as caught:
        frontier(world, **{**AXES, **wrong})
    assert "\n" not in str(caught.value)


def test_one_pair_and_small_places_are_said(world):
    notes = frontier(world, **AXES, pairs=1).notes
    assert "One pair has no interval" in notes[0] and "below about 2,500 people" in notes[1]
    assert not any(standing.winner for standing in frontier(world, **AXES, pairs=1).standings().values())


def test_the_default_map_is_of_real_harm_and_has_the_town_on_it():
    from simulation.axes import read_axis

    town = load("town")
    homes = [read_axis(text, town, "--x").home for text in (X, Y)]
    assert all(home == round(home) for home in homes)
    assert BY_NAME[OUTCOME].better == "lower" and BY_NAME[OUTCOME].group == "people"
