"""Ablations: what is taken away is away, an idea at its neutral value says nothing, and what remains is counted."""

from __future__ import annotations

import ast
import json
import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from simulation import outcomes
from simulation.comparison import compare
from simulation.engine import World
from simulation.mechanisms import MECHANISMS, TABLES
from simulation.odd import PACKAGE
from simulation.scenario import load
from simulation.sensitivity import ablations, telling
from simulation.sensitivity.ablations import AS_IT_IS, IDEAS, Ablations, Remains, ablate, cases
from simulation.sensitivity.points import Pair, Point, Reading, SensitivityError
from tests import made_up_runs

BY_NAME = {idea.name: idea for idea in IDEAS}


@pytest.fixture(scope="module")
def town():
    return load("town", set={"world.people": 1_500, "world.horizon": "26 weeks"})


@pytest.fixture(scope="module")
def pair(town):
    return Pair.of(town)


# -- what is taken away -----------------------------------------------------------------------------------------------


def test_each_mechanism_and_each_idea_has_its_turn(pair):
    found = cases(pair)
    assert [case.name for case in found] == [AS_IT_IS, *MECHANISMS, *(idea.name for idea in IDEAS)]
    assert len({case.name for case in found}) == len(found)
    assert found[0].point == Point()
    for case in found[1:]:
        world = pair.world(case.point)
        if case.kind == "mechanism":
            assert world.switches == {case.name: False} and not world.parameters
        else:
            assert not world.switches and world.parameters


def test_neutral_values_are_accepted_and_not_the_defaults():
    for idea in IDEAS:
        assert idea.mechanism in (*MECHANISMS, "population")
        for key, value in idea.neutral.items():
            table, name = key.split(".")
            p = TABLES[table][name]
            assert p.low <= value <= p.high and value != p.default, f"{idea.name}: {key}"


def test_what_is_away_in_the_scenario_is_not_taken_away_again():
    pair = Pair.of(load("town", set={"switches.learning": False, "pressure.gaming_slope": 0}))
    names = [case.name for case in cases(pair)]
    assert not {"learning", "copying", "what is right drifts", "gaming"} & set(names)
    assert {"pressure", "rush"} < set(names)


@pytest.mark.parametrize(("only", "words"), [
    (["lerning"], "no mechanism or idea 'lerning' to take away; did you mean 'learning'?"),
    (["xyzzy"], "no mechanism or idea 'xyzzy' to take away; known: need, access"),
    ([AS_IT_IS], "no mechanism or idea 'as it is' to take away"),
])
def test_what_does_not_exist_cannot_be_taken_away(pair, only, words):
    with pytest.raises(SensitivityError) as caught:
        cases(pair, only)
    assert words in str(caught.value)


def run(pair: Pair, parameters: dict[str, float], regime: int = 1) -> World:
    """A world run to its end with parameters changed."""
    world = World(pair.world(Point(parameters)), pair.regimes[regime], 3)
    for _ in range(world.ticks):
        world.step()
    return world


def same(one: World, other: World, but: tuple[str, ...] = ()) -> bool:
    """Whether every outcome of two worlds is equal in every tick, bit by bit."""
    series = [outcomes.series(world.totals()) for world in (one, other)]
    return all(np.array_equal(series[0][name], series[1][name], equal_nan=True) for name in series[0]
               if name not in but)


@dataclass(frozen=True)
class Witness:
    """A parameter that works through an idea alone: with the idea away it changes nothing, with it something.

    Attributes: regime: one in which the idea counts. loud: what makes it heard in so small and short a world. but:
        outcomes that count by the witness itself.
    """

    idea: str
    regime: int
    changes: dict[str, float]
    loud: dict[str, float] = field(default_factory=dict)
    but: tuple[str, ...] = ()


SHORT = {"population.staff_general_practice": 4, "population.staff_mental_health": 2}
"""Too few staff, so that there is pressure."""
WITNESSES = (
    Witness("personal exceptions", 1, {"care.listen": 0.5}, {"population.exception_share": 0.8}),
    Witness("trust and asking", 0, {"access.trust_lost_chase": 0.3}, {"care.listen": 0, "access.chase": 1}, ("trust",)),
    Witness("listening", 1, {"care.handoff_kept": 0.9}, {"care.listen": 0.6}),
    Witness("bespoke takes longer", 1, {"care.bespoke_least": 0.9}),
    Witness("complex lives first", 1, {"care.focus_at": 0.2}),
    Witness("joint help through ties", 1, {"care.joint_hours": 4}, {"population.ties_across": 4}),
    Witness("waiting keeps people away", 0, {"care.absence_levels": 20}),
    Witness("order before a breach", 0, {"care.after_breach": 0.9}, SHORT),
    Witness("rush", 0, {"care.rush_loss": 0.9, "care.rush_saving": 0.7}, SHORT),
    Witness("gaming", 0, {"measurement.stop_hours": 2, "measurement.fudge_hours": 2}, SHORT),
    Witness("shirking", 1, {"pressure.watched_peers": 0.1}),
    Witness("leaving for a reason", 0, {"pressure.burnt_out": 0.3}, {"pressure.leave": 1}, ("burnout",)),
    Witness("copying", 1, {"learning.copy_margin": 0.0}, {"learning.copying": 1}),
    Witness("introductions", 1, {"relationships.introduced_trust": 0.9}, {"relationships.introductions": 6}),
    Witness("leaders' fixes", 0, {"population.belief_error": 0.4}, SHORT | {"leadership.fix_practice": 1}),
)
FACTORS = ("neighbours", "raised thresholds", "discretion yields", "a known worker saves time", "slack is used",
           "blame", "crowding out", "autonomy motivates", "success motivates", "colleagues motivate",
           "exhausting pressure", "exhausting load")
"""Ideas whose parameters the code uses as a factor of a product and in no other way: at 0 they say nothing."""
BY_HAND = ("linked needs", "places differ", "what is right drifts")


def test_every_idea_is_shown_to_say_nothing():
    assert sorted([*(w.idea for w in WITNESSES), *FACTORS, *BY_HAND]) == sorted(BY_NAME)


@pytest.mark.parametrize("witness", WITNESSES, ids=lambda w: w.idea)
def test_what_works_through_an_idea_alone_does_nothing_without_it(pair, witness):
    neutral = dict(BY_NAME[witness.idea].neutral)
    without = witness.loud | neutral
    assert same(run(pair, without, witness.regime), run(pair, without | witness.changes, witness.regime), witness.but)
    there = run(pair, witness.loud, witness.regime), run(pair, witness.loud | witness.changes, witness.regime)
    assert not same(*there, witness.but), "this is no witness: it does nothing where the idea is there, either"


@pytest.mark.parametrize("name", FACTORS)
def test_a_factor_of_nothing_makes_nothing(name):
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (PACKAGE / "mechanisms").glob("*.py")]
    for key, value in BY_NAME[name].neutral.items():
        parameter = key.split(".")[1]
        uses = [outer for tree in trees for outer in ast.walk(tree) for inner in ast.iter_child_nodes(outer)
                if isinstance(inner, ast.Attribute) and inner.attr == parameter
                and isinstance(inner.value, ast.Name) and inner.value.id == "n"]
        assert value == 0 and uses, f"{key} is not read as n.{parameter}"
        assert all(isinstance(use, ast.BinOp) and isinstance(use.op, ast.Mult) for use in uses), key


@pytest.mark.parametrize("linked", [False, True])
def test_needs_that_are_not_linked_grow_as_if_they_were_alone(pair, linked):
    neutral = {} if linked else dict(BY_NAME["linked needs"].neutral)
    only_need = tuple(name for name in MECHANISMS if name != "need")
    scenario = pair.world(Point({"need.acute": 0, **neutral}, only_need))
    one, other = (World(scenario, pair.regimes[0], 3) for _ in range(2))
    other.person.need[1] = 0.9  # a second need of everybody
    for _ in range(10):
        one.step()
        other.step()
    assert np.array_equal(one.person.need[0], other.person.need[0]) is not linked


def test_without_differences_of_places_and_without_drift_one_thing_is_right_everywhere_and_always():
    two = Pair.of(load("town", set={"world.people": 800, "world.places": 2, "world.horizon": "8 weeks"}))
    still = dict(BY_NAME["what is right drifts"].neutral)
    alike = run(two, still | dict(BY_NAME["places differ"].neutral))
    assert alike.place.truth[0] == alike.place.truth[1]
    unlike = run(two, still)
    assert unlike.place.truth[0] != unlike.place.truth[1]
    begun = World(two.world(Point(still)), two.regimes[1], 3).place.truth.copy()
    assert np.array_equal(unlike.place.truth, begun)
    moving = {"learning.drift": 0.5, "learning.drift_nation": 0.5}
    assert not np.array_equal(run(two, moving).place.truth, begun)


# -- what remains ------------------------------------------------------------------------------------------------------


def test_a_mechanism_that_is_away_is_off_and_its_difference_that_of_a_comparison(town, pair):
    found = ablate(pair, outcomes=("need", "gaming"), only=["measurement", "gaming"], pairs=3, threads=2)
    off = load("town", set={"world.people": 1_500, "world.horizon": "26 weeks", "switches.measurement": False})
    for name, scenario in (("measurement", off), (AS_IT_IS, town)):
        compared = compare(scenario, pairs=3).paired()
        for outcome in ("need", "gaming"):
            each, there = found.remains[name][outcome], compared[outcome]
            assert (each.difference, each.low, each.high, each.pairs) == (
                there.difference, there.low, there.high, there.pairs)
    away = found.remains["gaming"]["gaming"]
    assert away.nothing and away.difference == 0
    assert found.failures == {}


@pytest.fixture(scope="module")
def found(pair):
    with pytest.MonkeyPatch.context() as patch:
        made_up_runs.install(patch)
        return ablate(pair, outcomes=("need", "crises"), pairs=4)


def test_the_change_is_counted_seed_by_seed(found):
    whole, without = found.remains[AS_IT_IS]["need"], found.remains["learning"]["need"]
    assert whole.turned and without.nothing and (without.low, without.high) == (0, 0)
    assert without.change == pytest.approx(-whole.difference)
    assert (without.change_low, without.change_high) == pytest.approx((-whole.high, -whole.low))
    same_as_before = found.remains["money"]["need"]
    assert (same_as_before.change, same_as_before.change_low, same_as_before.change_high) == (0, 0, 0)
    assert found.remains[AS_IT_IS]["need"].change == 0


def remains(difference: float, half: float, pairs: int = 5) -> Remains:
    return Remains(difference, difference - half, difference + half, 0, 0, 0, pairs)


def test_what_turns_goes_ends_and_appears():
    nan = math.nan
    rows = {AS_IT_IS: (remains(1, 0.5), remains(0.1, 0.5)), "a": (remains(-1, 0.5), remains(1, 0.5)),
            "b": (remains(0.2, 0.5), remains(-1, 0.5)), "c": (remains(0, 0), remains(0.1, 0.2)),
            "d": (remains(2, 0.5), remains(nan, nan, 0))}
    found = Ablations({"regimes": ["one", "other"]}, ("need", "crises"), {name: ("idea", "") for name in rows},
                      {name: dict(zip(("need", "crises"), row, strict=True)) for name, row in rows.items()})
    assert (found.turning("need"), found.vanishing("need"), found.ending("need"), found.appearing("need")) == (
        ["a"], ["b"], ["c"], [])
    assert (found.turning("crises"), found.vanishing("crises"), found.ending("crises"), found.appearing("crises")) == (
        [], [], ["d"], ["a", "b"])
    assert telling.effect_of(found, "need") == (
        "Unmet need: it turns round without a; it can no longer be told from zero without b; there is none at all "
        "without c.")
    assert telling.effect_of(found, "crises") == (
        "Crises: as it is, the difference cannot be told from zero; it is clearly lower under other without b; it is "
        "clearly higher under other without a; there is none at all without d.")
    marks = [line.split("  ")[-1].strip() for line in telling.ablation_lines(found, "need")]
    assert marks[1:3] == ["turned round", "not clear"] and "turned" not in marks[4]


def test_what_cannot_be_run_is_said_and_the_others_go_on(pair, monkeypatch):
    def sometimes(self, point, stop=None):
        return Reading(error="WorldError: no") if point.off == ("money",) else made_up_runs.read(self, point, stop)

    monkeypatch.setattr(Pair, "read", sometimes)
    found = ablate(pair, outcomes=("need",), only=["money", "learning"], pairs=2)
    assert found.failures == {"money": "WorldError: no"}
    assert found.remains["money"]["need"].pairs == 0 and found.remains["learning"]["need"].pairs == 2
    assert Ablations.from_dict(json.loads(found.to_text())).to_text() == found.to_text()


def test_too_few_pairs_are_refused(pair):
    with pytest.raises(SensitivityError, match="1 pairs have no interval"):
        ablate(pair, pairs=1)


def test_the_file_says_all_and_is_read_again(found, tmp_path):
    path = tmp_path / "ablations.json"
    path.write_text(found.to_text())
    again = ablations.load(path)
    assert again.to_text() == found.to_text() and again.remains["learning"]["need"].nothing
    assert again.cases["learning"][0] == "mechanism" and again.cases["gaming"] == ("idea", "Nobody doctors a record.")
    path.write_text("{}")
    with pytest.raises(SensitivityError, match="ablations.json: these are no kept ablations"):
        ablations.load(path)
