"""A study of sensitivity: what is varied, what is kept when it is stopped, what is found in worlds that are known."""

from __future__ import annotations

import json
import math
import threading

import numpy as np
import pytest

from simulation import provenance
from simulation.mechanisms import TABLES
from simulation.outcomes import BY_NAME
from simulation.ranges import believable
from simulation.scenario import load
from simulation.sensitivity import findings, telling
from simulation.sensitivity.factors import CHANCE, factors, seed, values
from simulation.sensitivity.findings import AsItIs, Fact, Sensitivity, Worlds
from simulation.sensitivity.points import FILE, Kept, Pair, Point, Reading, SensitivityError, Stopped, read_all
from simulation.sensitivity.screening import Effect
from simulation.sensitivity.study import OUTCOMES, most_influential, study
from simulation.sensitivity.variance import REST, Share
from tests import made_up_runs
from tests.made_up_runs import BIG, MEASURED, SMALL

pytest.importorskip("SALib")


@pytest.fixture(scope="module")
def town():
    return load("town", set={"world.people": 400, "world.horizon": "4 weeks"})


@pytest.fixture(scope="module")
def pair(town):
    return Pair.of(town)


# -- what is varied ----------------------------------------------------------------------------------------------------


def test_every_uncertain_parameter_is_a_factor_and_no_lever_is(town):
    found = factors(town)
    expected = [f"{table}.{p.name}" for table, declared in TABLES.items() for p in declared.values()
                if believable(table, p).uncertain]
    assert [f.key for f in found] == expected and len(found) > 150
    assert not {f.name for f in found} & {"stakes", "discretion", "audit"}


def test_what_a_scenario_sets_itself_is_not_varied():
    found = {f.key for f in factors(load("town", set={"need.growth": "0.04 per week"}))}
    assert "need.growth" not in found and "need.coupling" in found


def test_a_place_stands_for_a_value_and_back(town):
    for found in factors(town):
        assert found.value(0) == pytest.approx(found.low) and found.value(1) == pytest.approx(found.high), found.key
        assert all(found.low <= found.value(at) <= found.high for at in np.linspace(0, 1, 11)), found.key
        assert found.value(found.place(found.default)) == pytest.approx(found.default), found.key
        middle = math.sqrt(found.low * found.high) if found.in_factors else (found.low + found.high) / 2
        assert found.value(0.5) == pytest.approx(middle), found.key


def test_half_and_double_are_equally_far_away():
    growth = made_up_runs.factor("need.growth")
    assert growth.place(growth.default) == pytest.approx(0.5)
    assert values([growth], [0.5]) == {"need.growth": pytest.approx(growth.default)}


def test_chance_chooses_seeds_from_the_first():
    assert seed(7, 0) == 7
    assert len({seed(7, at) for at in (0, 1 / 3, 2 / 3, 1)}) == 4


# -- one world ---------------------------------------------------------------------------------------------------------


def test_a_point_changes_parameters_switches_and_nothing_else(pair):
    world = pair.world(Point({"need.growth": 0.04, "care.listen": 0.2}, ("learning",), 3))
    assert world.parameters == {"need": {"growth": 0.04}, "care": {"listen": 0.2}}
    assert world.switches == {"learning": False}
    assert world.regimes == pair.scenario.regimes and world.world == pair.scenario.world
    assert pair.world(Point()).key == pair.scenario.key


def test_it_keeps_what_the_scenario_changed():
    pair = Pair.of(load("town", set={"need.growth": "0.04 per week", "switches.money": False}))
    world = pair.world(Point({"care.listen": 0.2}, ("learning",)))
    assert world.parameters == {"need": {"growth": 0.04}, "care": {"listen": 0.2}}
    assert world.switches == {"learning": False, "money": False}


def test_a_reading_is_a_pair_of_runs_with_one_seed(pair):
    from simulation.runs import run

    found = pair.read(Point({"need.growth": 0.06}, seed=5))
    changed = pair.world(Point({"need.growth": 0.06}))
    for side, name in ((found.first, pair.names[0]), (found.second, pair.names[1])):
        assert side == pytest.approx(run(changed, name, 5).summary, nan_ok=True)
    assert found.difference("need") == found.second["need"] - found.first["need"]


def test_the_relative_difference_is_bounded_and_treats_both_alike():
    there, back = Reading({"need": 1.0}, {"need": 3.0}), Reading({"need": 3.0}, {"need": 1.0})
    assert there.relative("need") == 1.0 == -back.relative("need")
    assert Reading({"need": 0.0}, {"need": 3.0}).relative("need") == 2.0
    assert Reading({"need": 0.0}, {"need": 0.0}).relative("need") == 0.0
    assert math.isnan(Reading({"need": math.nan}, {"need": 1.0}).relative("need"))
    assert math.isnan(Reading(error="no").relative("need"))


def test_what_cannot_be_run_is_a_reading_with_an_error(pair):
    found = pair.read(Point({"need.growth": 99.0}))
    assert "growth" in found.error or "ValidationError" in found.error
    assert math.isnan(found.difference("need"))


def test_a_difference_is_between_two_regimes(town):
    assert Pair.of(town).names == town.compare
    with pytest.raises(SensitivityError, match="a difference is between two regimes; given: a, b, c") as caught:
        regimes = [town.regimes[name].model_copy(update={"name": new})
                   for name, new in zip(list(town.regimes)[:3], "abc", strict=True)]
        Pair.of(town, regimes)
    assert not caught.value.__cause__


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_readings_survive_in_a_file(pair, tmp_path):
    reading = Reading({"need": 1.25, "wait": math.nan}, {"need": 1.5, "wait": 2.0})
    kept = Kept(pair, tmp_path / "new")
    kept.add(Point(seed=1), reading)
    kept.add(Point(seed=2), Reading(error="it broke"))
    again = Kept(pair, tmp_path / "new")
    assert again.get(Point(seed=1)).to_data() == reading.to_data()
    assert again.get(Point(seed=2)) is None, "what failed may be tried again"
    assert again.get(Point(seed=3)) is None


def test_a_line_that_was_cut_is_left_out_and_the_file_mended(pair, tmp_path):
    kept = Kept(pair, tmp_path)
    for number in (1, 2):
        kept.add(Point(seed=number), Reading({"need": 1.0}, {"need": float(number)}))
    path = tmp_path / FILE
    path.write_text(path.read_text()[:-20])
    again = Kept(pair, tmp_path)
    assert again.get(Point(seed=1)) is not None and again.get(Point(seed=2)) is None
    again.add(Point(seed=2), Reading({"need": 1.0}, {"need": 2.0}))
    assert Kept(pair, tmp_path).get(Point(seed=2)) is not None
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_the_points_of_another_study_are_refused(pair, tmp_path):
    Kept(pair, tmp_path)
    other = Pair.of(load("town", set={"world.people": 500, "world.horizon": "4 weeks"}))
    with pytest.raises(SensitivityError, match="give another folder with --out, or remove this one"):
        Kept(other, tmp_path)
    (tmp_path / FILE).write_text("nothing of the kind\n")
    with pytest.raises(SensitivityError, match="another world"):
        Kept(pair, tmp_path)


def test_no_point_is_read_twice(pair, tmp_path, monkeypatch):
    seen = made_up_runs.install(monkeypatch)
    points = [Point(seed=1), Point(seed=2), Point(seed=1)]
    first = read_all(pair, points, Kept(pair, tmp_path), threads=2)
    assert len(seen) == 2 and first[0] == first[2] != first[1]
    again = read_all(pair, [*points, Point(seed=3)], Kept(pair, tmp_path))
    assert len(seen) == 3 and again[:3] == first


def test_when_stopped_what_was_read_is_kept(pair, tmp_path, monkeypatch):
    seen = made_up_runs.install(monkeypatch, seconds=0.02)
    stop = threading.Event()

    def told(done: int, total: int) -> None:
        assert total == 40
        if done >= 3:
            stop.set()

    with pytest.raises(Stopped) as caught:
        read_all(pair, [Point(seed=k) for k in range(40)], Kept(pair, tmp_path), progress=told, stop=stop)
    assert 3 <= caught.value.kept < 40 and caught.value.asked == 40
    before = len(seen)
    assert len(read_all(pair, [Point(seed=k) for k in range(40)], Kept(pair, tmp_path))) == 40
    assert len(seen) - before <= 40 - caught.value.kept


FEW = (BIG, SMALL, MEASURED, "need.remission", "care.listen", "spread.margin")


def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a study vary only some parameters, so that it is quick."""
    monkeypatch.setattr("simulation.sensitivity.study.factors", lambda scenario: tuple(map(made_up_runs.factor, FEW)))


# -- what is found -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def found(pair, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        made_up_runs.install(patch)
        return study(pair, outcomes=("need", "crises"), trajectories=3, worlds=256, singled=3, pairs=5, threads=2,
                     folder=tmp_path_factory.mktemp("study"))


def test_the_effects_are_those_that_were_made_up(found):
    effects = {e.factor: e for e in found.effects["need"]}
    assert set(effects) == {f.key for f in found.facts} | {CHANCE}
    assert effects[BIG].mu == pytest.approx(0.4, abs=1e-3) and effects[SMALL].mu == pytest.approx(-0.2, abs=1e-3)
    assert effects[MEASURED].mu_star == pytest.approx(0.8, abs=1e-3)
    assert 0 < effects[CHANCE].mu_star < 0.05
    others = [e.mu_star for key, e in effects.items() if key not in (BIG, SMALL, MEASURED, CHANCE)]
    assert max(others) == pytest.approx(0, abs=1e-9)
    assert all(e.mu_star == 0 for e in found.effects["crises"])


def test_the_conclusion_hangs_on_the_largest_judgements_only(found):
    assert [e.factor for e in found.ranked("need")][:3] == [MEASURED, BIG, SMALL]
    assert [e.factor for e in found.judgements("need")] == [BIG, SMALL], "what changes nothing is not named"
    assert found.judgements("crises") == []
    assert list(found.weights())[:3] == [MEASURED, BIG, SMALL]
    assert found.weights()[MEASURED] == pytest.approx(0.8 / 1.4 / 2, abs=1e-3), "a half for each of two outcomes"


def test_shares_of_the_variance_are_those_that_were_made_up(found):
    shares = {s.factor: s for s in found.shares["need"]}
    assert {MEASURED, BIG, CHANCE, REST} < set(shares) and found.blocks["need"] == 64
    whole = 0.8**2 + 0.4**2 + 0.2**2
    assert shares[MEASURED].total == pytest.approx(0.8**2 / whole, abs=0.15)
    assert shares[BIG].total == pytest.approx(0.4**2 / whole, abs=0.1)
    assert shares[CHANCE].total < 0.02
    assert all(math.isnan(s.total) for s in found.shares["crises"]), "what does not vary has no shares"


def test_believable_worlds_are_counted_by_their_sign(found):
    worlds = found.worlds["need"]
    known = worlds.known()
    assert len(known) == 256 and worlds.lower() == sum(v < 0 for v in known)
    assert 0.2 < worlds.lower() / 256 < 0.5, "0.4 * 0.3 above zero in the middle, 0.27 either way"
    assert all(worlds.ordinary) and worlds.lower(True) == worlds.lower()
    assert found.worlds["crises"].lower() == 0


def test_as_it_is_only_chance_differs(found):
    at = made_up_runs.places(Point())
    apart = 0.4 * (at[BIG] - 0.2) - 0.2 * (at[SMALL] - 0.5) + 0.8 * (at[MEASURED] - 0.5)
    as_it_is = found.as_it_is["need"]
    assert as_it_is.difference == pytest.approx(apart, abs=0.02) and as_it_is.pairs == 5
    assert as_it_is.low < as_it_is.difference < as_it_is.high
    assert as_it_is.lower == (5 if apart < 0 else 0)


def test_the_same_on_any_number_of_threads_and_after_a_stop(pair, tmp_path, monkeypatch):
    few(monkeypatch)
    made_up_runs.install(monkeypatch, seconds=0.005)
    how = {"outcomes": ("need",), "trajectories": 4, "worlds": 16, "singled": 2, "pairs": 2}
    whole = study(pair, **how).to_text()
    assert study(pair, **how, threads=2).to_text() == whole
    for limit in (1, 10, 30):
        stop = threading.Event()
        with pytest.raises(Stopped):
            study(pair, **how, folder=tmp_path, stop=stop,
                  progress=lambda done, total, stop=stop, limit=limit: stop.set() if done >= limit else None)
    assert study(pair, **how, folder=tmp_path).to_text() == whole


def test_progress_comes_to_its_end(pair, monkeypatch):
    few(monkeypatch)
    made_up_runs.install(monkeypatch)
    told = []
    study(pair, outcomes=("need",), trajectories=2, worlds=16, singled=2, pairs=2, people=300,
          progress=lambda done, total: told.append((done, total)))
    assert told == sorted(told) and len({total for _, total in told}) == 1
    assert told[-1][0] == told[-1][1]


def test_a_smaller_town_says_how_alike_it_ranks(pair, monkeypatch):
    few(monkeypatch)
    made_up_runs.install(monkeypatch)
    found = study(pair, outcomes=("need", "crises"), trajectories=2, worlds=16, singled=2, pairs=2, people=300)
    assert (found.made["people"], found.made["people_of_scenario"]) == (300, 400)
    assert found.likeness["need"] == pytest.approx(1) and math.isnan(found.likeness["crises"])
    assert study(pair, outcomes=("need",), trajectories=2, worlds=0, pairs=2).worlds == {}


def test_points_that_fail_are_counted_and_the_others_go_on(pair, monkeypatch):
    def sometimes(self, point, stop=None):
        if point.parameters.get(SMALL, 0) == made_up_runs.factor(SMALL).high:
            return Reading(error="WorldError: the budget is spent")
        return made_up_runs.read(self, point, stop)

    few(monkeypatch)
    monkeypatch.setattr(Pair, "read", sometimes)
    found = study(pair, outcomes=("need",), trajectories=6, worlds=16, singled=2, pairs=2)
    assert found.failures["WorldError: the budget is spent"] >= 3
    effects = {e.factor: e for e in found.effects["need"]}
    assert effects[SMALL].trajectories < 6 and effects[BIG].trajectories >= 2
    assert effects[BIG].mu == pytest.approx(0.4, abs=1e-3)
    assert findings.Sensitivity.from_dict(json.loads(found.to_text())).to_text() == found.to_text()


@pytest.mark.parametrize(("how", "words"), [
    ({"outcomes": ("ned",)}, "no outcome 'ned'; did you mean 'need'?"),
    ({"outcomes": ()}, "no outcome is named"),
    ({"trajectories": 1}, "1 trajectories cannot say how much an effect varies"),
    ({"pairs": 1}, "1 pairs have no interval"),
    ({"worlds": 100}, "100 worlds are no power of two of 16 or more"),
    ({"people": 20}, "a town of 20 people"),
])
def test_what_cannot_be_studied(pair, how, words):
    with pytest.raises(SensitivityError) as caught:
        study(pair, **how)
    assert words in str(caught.value)


def test_the_most_influential_are_taken_in_turn():
    def effect(name: str, size: float) -> Effect:
        return Effect(name, size, size, 0, 0, 3)

    effects = {"need": (effect("a", 3), effect("b", 2), effect("c", 1), effect(CHANCE, 9)),
               "crises": (effect("a", 1), effect("b", math.nan), effect("c", 2), effect(CHANCE, 9))}
    assert most_influential(effects, 2) == ["a", "c"]
    assert most_influential(effects, 9) == ["a", "c", "b"]


def test_a_real_study_of_a_tiny_town_runs_through(monkeypatch):
    few(monkeypatch)
    quick = Pair.of(load("town", set={"world.people": 200, "world.horizon": "2 weeks"}))
    found = study(quick, outcomes=OUTCOMES, trajectories=2, worlds=16, singled=2, pairs=2, threads=2)
    assert found.failures == {}
    assert found.ranked("need")[0].mu_star > 0
    assert found.chance("need").mu_star > 0 and found.names == quick.names
    assert all(e.mu_star == 0 for o in OUTCOMES for e in found.effects[o] if e.factor.startswith("spread."))


# -- the kept file -----------------------------------------------------------------------------------------------------


def test_the_file_says_all_and_is_read_again(found, tmp_path):
    path = tmp_path / "sensitivity.json"
    path.write_text(found.to_text())
    again = findings.load(path)
    assert again.to_text() == found.to_text()
    assert again.names == found.names and again.facts[0].key == found.facts[0].key
    assert [e.factor for e in again.judgements("need")] == [BIG, SMALL]
    assert again.worlds["need"].lower() == found.worlds["need"].lower()
    lines = found.to_text().splitlines()
    assert sum(line.startswith(f'  "{BIG}": {{"grade": ') for line in lines) == 1, "one line a parameter"
    json.loads(found.to_text(), parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "care-regimes sensitivity", "format": 99}',
                                  '{"kind": "care-regimes sensitivity", "format": 1}'])
def test_a_file_that_is_none_is_refused(tmp_path, text):
    path = tmp_path / "sensitivity.json"
    path.write_text(text)
    with pytest.raises(SensitivityError, match="kept study of sensitivity"):
        findings.load(path)


# -- what is said ------------------------------------------------------------------------------------------------------


def made_up(better: str, difference: float, low: float, high: float, values: tuple[float, ...],
            ordinary: tuple[bool, ...], mu: float) -> Sensitivity:
    outcome = next(o.name for o in BY_NAME.values() if o.better == better)
    return Sensitivity({"regimes": ["one", "other"]}, (outcome,), (Fact(BIG, "judgement", 0, 1, 0.5, "share"),),
                       {outcome: AsItIs(1.0, 1.0 + difference, low, high, 10, 3)},
                       {outcome: (Effect(BIG, mu, 0.2, 0.01, 0.1, 5), Effect(CHANCE, 0, 0.01, 0, 0, 5))},
                       {outcome: (Share(BIG, 0.3, 0.1, 0.4, 0.12),)}, {outcome: 5},
                       {outcome: Worlds(values, ordinary)})


@pytest.mark.parametrize(("better", "mu", "side"), [
    ("lower", 0.2, "one"), ("lower", -0.2, "other"), ("higher", 0.2, "other"), ("higher", -0.2, "one"),
    ("lower", 0.05, ""), ("neither", 0.2, ""),
])
def test_a_larger_value_speaks_for_whichever_does_better_by_it(better, mu, side):
    found = made_up(better, 0.1, 0.05, 0.15, (0.1,), (True,), mu)
    outcome = found.outcomes[0]
    assert found.favours(outcome, found.ranked(outcome)[0]) == side


@pytest.mark.parametrize(("difference", "low", "high", "values", "ordinary", "ends"), [
    (-0.1, -0.2, -0.05, (-1, -1, 1, -1), (True, False, True, False),
     "lower under other than under one in 3 of 4 (75 %) believable worlds, and in 1 of the 2 that look like an "
     "ordinary town; so it is in the scenario itself."),
    (0.1, 0.05, 0.2, (-1, -1, 1, -1), (False,) * 4,
     "lower under other than under one in 3 of 4 (75 %) believable worlds; in the scenario itself it is the other "
     "way."),
    (0.1, -0.05, 0.2, (1, 1, 1, -1), (False,) * 4,
     "higher under other than under one in 3 of 4 (75 %) believable worlds; in the scenario itself the difference "
     "cannot be told from zero."),
    (0.0, 0.0, 0.0, (0, 0, None, 0), (False,) * 4, "the same under both in all of 3 believable worlds."),
    (0.0, 0.0, 0.0, (None, None), (False,) * 2, "no believable worlds were drawn."),
])
def test_sentences_follow_the_numbers_whichever_way_they_fall(difference, low, high, values, ordinary, ends):
    found = made_up("lower", difference, low, high, values, ordinary, 0.2)
    outcome = found.outcomes[0]
    assert telling.robustness(found, outcome) == f"{BY_NAME[outcome].label}: {ends}"


def test_three_judgements_in_words(found):
    first, second = found.names
    assert telling.three(found, "need") == (
        f"Unmet need hangs most on {BIG} (40 %, larger speaks for {first}) and {SMALL} (20 %, larger speaks for "
        f"{second}).")
    assert telling.three(found, "crises") == "Crises hangs most on no judgement."
    lines = dict(telling.study_lines(found))["Unmet need"]
    assert len(lines) == 4 and lines[2].startswith(f"Judgements: {BIG}: 40 %, larger speaks for {first}; ")


def test_kept_numbers_of_another_model_are_called_so(found, monkeypatch):
    assert "no longer there" in telling.stale({**found.made, "scenario": "no-such-town"})
    assert "were changed" in telling.stale(found.made), "a town of 400 is not the town of the catalogue"
    own = Pair.of(load("town"))
    made = {**found.made, "identity": provenance.key(own.identity())}
    assert telling.stale(made) == ""
    assert "what is believable" in telling.stale({**made, "facts": "another digest"})
    assert telling.stale({key: value for key, value in made.items() if key != "facts"}) == ""
    monkeypatch.setattr("simulation.engine.MODEL_VERSION", "next")
    assert telling.stale(made).endswith("which is now at version next")
