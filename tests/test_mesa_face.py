"""Ordinary Mesa idioms, tried as a Mesa user would, on small worlds."""

from __future__ import annotations

import copy
import gc
import pickle
import random
import statistics
import warnings
import weakref

import mesa
import numpy as np
import pytest

from simulation import columns
from simulation.agents import AGENT_TYPES, Commissioner, Convener, Leader, Organisation, Person, StaffMember
from simulation.agentset import AgentSet
from simulation.mechanisms import MECHANISMS
from simulation.mesa_door import AgentSet as MesaAgentSet
from simulation.mesa_door import DataCollector
from simulation.model import CareSystem
from simulation.roster import FixedPopulationError
from simulation.rowagent import ACCEPTED, RowAgent
from simulation.runs import run
from simulation.scenario import ScenarioError, load
from simulation.vocabulary import DOMAINS, ORGANISATION_KINDS

PEOPLE = 300


def make(**changes) -> CareSystem:
    return CareSystem(**{"scenario": "town", "people": PEOPLE, "rng": 7} | changes)


@pytest.fixture(scope="module")
def read_only() -> CareSystem:
    """A model after five ticks, for tests that only look."""
    model = make()
    for _ in range(5):
        model.step()
    return model


@pytest.fixture
def model() -> CareSystem:
    return make()


def people_of(model: CareSystem) -> AgentSet:
    return model.agents_by_type[Person]


# a model


def test_model_is_a_mesa_model(read_only):
    assert isinstance(read_only, mesa.Model)
    assert read_only.steps == read_only.tick == 5
    assert read_only.running
    assert read_only.regime == "targets"
    assert repr(read_only) == f"<CareSystem 'town' under 'targets', seed 7, tick 5 of {read_only.world.ticks}>"


def test_step_takes_nothing_and_returns_nothing(model):
    assert model.step() is None
    with pytest.raises(TypeError):
        model.step(3)


def test_scenario_by_name_path_and_object():
    scenario = load("town", set={"world.people": PEOPLE})
    by_object = CareSystem(scenario, rng=7)
    by_path = CareSystem(scenario.origin, people=PEOPLE, rng=7)
    by_name = CareSystem("town", people=PEOPLE, rng=7)
    frailty = [people_of(m).get("frailty") for m in (by_object, by_path, by_name)]
    assert frailty[0] == frailty[1] == frailty[2]
    with pytest.raises(TypeError, match="a loaded scenario is not changed"):
        CareSystem(scenario, people=500)


def test_regime_by_name_and_by_object():
    scenario = load("town", set={"world.people": PEOPLE})
    named = CareSystem(scenario, regime="trust-and-learning", rng=7)
    given = CareSystem(scenario, regime=scenario.regimes["trust-and-learning"], rng=7)
    for _ in range(3):
        named.step()
        given.step()
    assert named.regime == given.regime == "trust-and-learning"
    assert named.outcomes["need"] == given.outcomes["need"]


def test_the_same_seed_gives_the_same_world_and_another_does_not():
    first, again, other = make(), make(), make(rng=8)
    for each in (first, again, other):
        each.step()
    assert people_of(first).get("need") == people_of(again).get("need")
    assert people_of(first).get("need") != people_of(other).get("need")


def test_seed_is_another_word_for_rng_and_none_takes_a_new_one():
    assert make(rng=None, seed=7).seed == make(rng=np.int64(7)).seed == 7
    assert make(rng=None).seed != make(rng=None).seed
    with pytest.raises(ValueError, match="two words for one thing"):
        make(rng=1, seed=2)


@pytest.mark.parametrize(("rng", "error"), [("many", TypeError), (True, TypeError), (1.5, TypeError), (-1, ValueError)])
def test_a_seed_that_is_none_is_refused(rng, error):
    with pytest.raises(error, match="rng is the seed, an integer"):
        make(rng=rng)


def test_random_of_the_modeller_does_not_touch_the_engine():
    plain, drawing = make(), make()
    for _ in range(5):
        plain.step()
        drawing.random.random()
        drawing.rng.normal(size=3)
        drawing.agents.shuffle()
        drawing.step()
    assert plain.outcomes == pytest.approx(drawing.outcomes, nan_ok=True, abs=0)


def test_levers_parameters_switches_and_world_by_keyword():
    model = make(stakes=0.25, retraining=2, need__growth=0.01, pressure=False, horizon=52, tick="1 week")
    levers = model.description.regimes["targets"].levers
    assert (levers["stakes"], levers["retraining"]) == (0.25, 2)
    assert model.description.parameters["need"]["growth"] == 0.01
    assert "pressure" not in [mechanism.name for mechanism in model.mechanisms]
    assert model.world.ticks == 52
    assert make(regime="hybrid", stakes=0.5).description.regimes["hybrid"].levers["stakes"] == 0.5


def test_unknown_keyword_scenario_and_regime_name_the_nearest():
    with pytest.raises(TypeError, match="does not know 'peopel'; nearest: people"):
        make(peopel=5)
    with pytest.raises(ScenarioError, match="town"):
        CareSystem("twon")
    with pytest.raises(ScenarioError, match="targets"):
        make(regime="target")
    with pytest.raises(ScenarioError, match="growth"):
        make(need__grwth=0.1)


def test_runs_to_the_horizon_and_not_beyond():
    model = make(horizon=4)
    model.run_model()
    assert (model.tick, model.running) == (4, False)
    with pytest.warns(RuntimeWarning, match="ends at tick 4"):
        model.step()
    assert model.tick == 4


def test_while_running_and_range_loops():
    model = make(horizon=3)
    while model.running:
        model.step()
    assert model.tick == 3
    model = make()
    for _ in range(4):
        model.step()
    assert model.steps == 4


def test_outcomes_and_weekly_agree(read_only):
    weekly = read_only.weekly
    assert list(weekly.columns[:2]) == ["week", "need"]
    assert weekly.index.name == "tick" and len(weekly) == 5
    last = read_only.outcomes
    for name in ("need", "crises", "cost", "recorded_performance"):
        assert weekly[name].iloc[-1] == pytest.approx(last[name], nan_ok=True, abs=0)
    assert read_only.latest("need") == last["need"]


def test_it_is_the_same_run_as_run():
    scenario = load("town", set={"world.people": PEOPLE, "world.horizon": "6 weeks"})
    model = CareSystem(scenario, "hybrid", rng=11)
    model.run_model()
    assert model.weekly.equals(run(scenario, "hybrid", 11, record_events=False).weekly)


def test_before_the_first_tick_there_are_no_outcomes(model):
    assert np.isnan(model.outcomes["need"])
    assert len(model.weekly) == 0


def test_need_of_people_is_the_outcome_of_that_name():
    others = [name for name in MECHANISMS if name != "need"]
    only_need = make(need__acute=0, **dict.fromkeys(others, False))
    assert [mechanism.name for mechanism in only_need.mechanisms] == ["need"]
    only_need.step()
    assert people_of(only_need).agg("need", np.mean) == pytest.approx(only_need.latest("need"), rel=1e-6)


def test_events_if_recorded(model):
    recording = make(record_events=True)
    recording.step()
    model.step()
    assert (recording.events["tick"] == 0).all()
    assert recording.latest("need") == model.latest("need")
    with pytest.raises(RuntimeError, match="record_events=True"):
        _ = model.events


# agents


def test_families_and_ids(read_only):
    agents = read_only.agents
    assert len(agents) == sum(len(of_type) for of_type in read_only.agents_by_type.values())
    assert read_only.agent_types == [Person, StaffMember, Organisation, Leader, Convener, Commissioner]
    ids = agents.get("unique_id")
    assert ids[0] == 1 and len(set(ids)) == len(ids) and ids == sorted(ids)
    assert [agent.unique_id for agent in agents] == ids
    first_staff = read_only.agents_by_type[StaffMember][0]
    assert (first_staff.unique_id, first_staff.row) == (PEOPLE + 1, 0)
    assert len(read_only.agents_by_type[Organisation]) == len(read_only.agents_by_type[Leader]) == 7
    assert len(read_only.agents_by_type[Commissioner]) == 1


def test_agents_are_mesa_agents_and_know_their_model(read_only):
    for agent_type, agents in read_only.agents_by_type.items():
        assert isinstance(agents, MesaAgentSet)
        for agent in agents[:3]:
            assert isinstance(agent, mesa.Agent) and type(agent) is agent_type
            assert agent.model is read_only
            assert agent.random is read_only.random and agent.rng is read_only.rng
            assert agent.pos is None
            assert agent.step() is None


def test_the_same_agent_is_the_same_object_while_somebody_holds_it(read_only):
    agents = people_of(read_only)
    one = agents[5]
    assert agents[5] is one and list(agents)[5] is one and read_only.agents[5] is one
    assert [a for a in agents if a is not one] == [a for a in agents if a != one]
    assert one == agents[5] and one != agents[6] and one != 6 and hash(one) == hash(agents[5])
    assert len({agents[1], agents[1], agents[2]}) == 2


def test_agents_of_two_models_are_different(read_only):
    other = make()
    assert people_of(read_only)[0] != people_of(other)[0]
    assert people_of(other)[0] not in read_only.agents


def test_reading_every_attribute(read_only):
    for agents in read_only.agents_by_type.values():
        agent = agents[0]
        for name in read_only.roster.attributes_of(type(agent)):
            getattr(agent, name)
        assert set(read_only.roster.attributes_of(type(agent))) <= set(dir(agent))


def test_what_can_be_assigned_is_a_column():
    for family, names in ACCEPTED.items():
        assert set(names) <= {column.name for column in columns.FAMILIES[family]}


def test_every_column_is_an_attribute_or_named_here():
    hidden = {"need", "door", "last_result", "attempts", "tie", "tie_trust", "figures", "referred_to"}
    for agent_type in AGENT_TYPES.values():
        for column in agent_type.columns:
            assert hasattr(agent_type, column.name) or column.name in hidden


def test_assigning_goes_to_the_column(model):
    person = people_of(model)[3]
    person.trust = 0.25
    assert person.trust == 0.25 == model.world.columns["person"]["trust"][3]
    person.frailty *= 2
    person.need_housing = 0.5
    assert person.needs["housing"] == 0.5 == model.world.person.need[DOMAINS.index("housing"), 3]
    person.needs["mental"] = 0.125
    person.needs.update(physical=0.25, connection=0)
    assert dict(person.needs)["mental"] == 0.125 and list(person.needs) == list(DOMAINS)
    person.needs = {domain: 0 for domain in DOMAINS}
    assert person.need == 0


@pytest.mark.parametrize(("name", "value", "error", "message"), [
    ("trust", 1.5, ValueError, "Person.trust takes a number from 0 to 1, not 1.5"),
    ("trust", float("nan"), ValueError, "not nan"),
    ("trust", "high", TypeError, "not 'high'"),
    ("trust", True, TypeError, "not True"),
    ("quintile", 6, ValueError, "a whole number from 1 to 5, not 6"),
    ("quintile", 2.5, TypeError, "a whole number from 1 to 5, not 2.5"),
    ("frailty", -1, ValueError, "a number from 0 up, not -1"),
    ("was_costly", 3, ValueError, "takes True or False, not 3"),
    ("need", 0.5, AttributeError, "person.needs"),
    ("place", 1, AttributeError, "nobody moves"),
    ("unique_id", 1, AttributeError, "cannot be assigned"),
    ("waiting_since", {}, AttributeError, "worked out from columns"),
    ("trst", 0.5, AttributeError, "nearest: trust"),
    ("wealth", 1, AttributeError, r"model.add_column\(Person, 'wealth', float, 0.0\)"),
    ("known_by", 3, TypeError, "takes a StaffMember of the same model or None, not 3"),
    ("attempts_physical", 1, AttributeError, "bookkeeping"),
])
def test_what_does_not_fit_is_refused_and_named(read_only, name, value, error, message):
    person = people_of(read_only)[0]
    before = pickle.dumps(read_only.world.columns["person"])
    with pytest.raises(error, match=message):
        setattr(person, name, value)
    assert pickle.dumps(read_only.world.columns["person"]) == before


def test_an_unknown_attribute_names_the_nearest(read_only):
    with pytest.raises(AttributeError, match="Person has no attribute 'frailtee'; nearest: frailty"):
        _ = people_of(read_only)[0].frailtee
    assert not hasattr(people_of(read_only)[0], "wealth")
    with pytest.raises(KeyError, match="'teeth' is no domain"):
        people_of(read_only)[0].needs["teeth"]


def test_friendly_attributes_of_a_person(read_only):
    world = read_only.world
    known = people_of(read_only).select(lambda p: p.known_by is not None)
    person = known[0]
    assert isinstance(person.known_by, StaffMember)
    assert person.known_by.row == world.person.known_by[person.row]
    assert person in person.known_by.people
    assert person.place == 0 and len(person.organisations) == 7
    assert [p.row for p in people_of(read_only)[0].neighbours] == [1, 2, PEOPLE - 2, PEOPLE - 1]
    assert person.last_result_physical in ("new", "unresolved", "turned_away", "referred", "resolved")
    person.known_by = None
    assert world.person.known_by[person.row] == -1
    person.known_by = read_only.agents_by_type[StaffMember][0]
    assert person.known_by.row == 0


def test_doors_are_told_in_ticks_of_the_scenario(model):
    person = people_of(model)[0]
    door = model.world.person.door
    door[:, 0] = -1
    assert person.waiting_since == {} and person.turned_away_until == {}
    now = model.world.now
    door[ORGANISATION_KINDS.index("housing"), 0] = now - 3
    door[ORGANISATION_KINDS.index("community"), 0] = -2 - (now + 4)
    door[ORGANISATION_KINDS.index("hospital"), 0] = -2 - (now - 1)
    assert person.waiting_since == {"housing": -3}
    assert person.turned_away_until == {"community": 4}


def test_friendly_attributes_of_staff_and_organisations(read_only):
    for organisation in read_only.agents_by_type[Organisation]:
        assert organisation.kind == ORGANISATION_KINDS[organisation.row]
        assert organisation.leader.organisation is organisation
        assert organisation.leader.tenure >= 0
        assert all(member.organisation is organisation for member in organisation.staff)
        assert len(organisation.staff) >= 2
    practice, hospital = read_only.agents_by_type[Organisation][0], read_only.agents_by_type[Organisation][6]
    assert (practice.name, practice.domain, hospital.domain) == ("general practice", "physical", None)
    assert sum(len(o.staff) for o in read_only.agents_by_type[Organisation]) == \
        len(read_only.agents_by_type[StaffMember])
    tied = next(s for s in read_only.agents_by_type[StaffMember] if s.ties)
    colleague, trust = tied.ties[0]
    assert isinstance(colleague, StaffMember) and 0 <= trust <= 1 and colleague in tied.colleagues
    assert tied in colleague.colleagues
    assert tied.is_vacant in (True, False)


def test_a_commissioner_changes_the_regime(model):
    commissioner = model.agents_by_type[Commissioner][0]
    assert commissioner.regime == "targets" and len(commissioner.people) == PEOPLE
    commissioner.regime = "laissez-faire"
    assert commissioner.regime == "laissez-faire" and commissioner.regime_since == 0
    with pytest.raises(ValueError, match="'lasse-faire' is no regime of this run"):
        commissioner.regime = "lasse-faire"


def test_only_funded_conveners_are_agents():
    model = make(people=10_000, conveners=1.0)
    model.step()
    assert len(model.agents_by_type[Convener]) == 1
    before = len(model.agents)
    convener = model.agents_by_type[Convener][0]
    assert convener.is_active and convener.place == 0
    model.world.set_levers({"conveners": 0})
    model.step()
    assert len(model.agents_by_type[Convener]) == 0 and len(model.agents) == before - 1
    assert not convener.is_active


def test_nobody_is_made_or_lost(model):
    person = people_of(model)[0]
    with pytest.raises(FixedPopulationError, match="neither made nor lost"):
        person.remove()
    with pytest.raises(FixedPopulationError, match="neither made nor lost"):
        Person(model)
    with pytest.raises(FixedPopulationError):
        Person.create_agents(model, 3)
    for change in (lambda: model.agents.remove(person), lambda: model.agents.add(person),
                   lambda: model.agents.discard(person), lambda: model.agents.select(at_most=2, inplace=True),
                   lambda: model.agents.clear(), lambda: model.agents.pop()):
        with pytest.raises(FixedPopulationError, match="copy"):
            change()
    with pytest.raises(AttributeError, match="cannot be assigned"):
        model.agents = []
    assert len(people_of(model)) == PEOPLE


# sets of agents


def test_length_iteration_membership_and_indexing(read_only):
    agents = read_only.agents
    assert agents and len(list(agents)) == len(agents)
    assert agents[0].unique_id == 1 and agents[-1] == list(agents)[-1]
    assert agents[:3] == list(agents)[:3] and isinstance(agents[:3], list)
    assert agents[::100] == list(agents)[::100]
    assert all(a in agents for a in agents[:5]) and "nobody" not in agents and None not in agents
    assert agents.to_list() == list(agents) and list(reversed(agents)) == list(agents)[::-1]
    assert agents.index(agents[7]) == 7 and agents.count(agents[7]) == 1
    with pytest.raises(IndexError, match="position 99999"):
        agents[99999]
    with pytest.raises(TypeError, match="mask"):
        agents["first"]
    assert "Person" in repr(agents)


def test_random_choice_and_sample(read_only):
    assert random.Random(1).choice(read_only.agents) in read_only.agents
    assert random.Random(1).choice(list(people_of(read_only))) in people_of(read_only)
    assert len(random.Random(1).sample(list(people_of(read_only)), 5)) == 5
    assert len(random.Random(1).sample(people_of(read_only), 5)) == 5
    assert people_of(read_only).random.choice(people_of(read_only)).model is read_only


def test_get_one_and_several_attributes(read_only):
    people = people_of(read_only)
    assert people.get("trust") == [p.trust for p in people]
    assert people.get(["trust", "frailty"]) == [[p.trust, p.frailty] for p in people]
    assert people.get("need") == pytest.approx([p.need for p in people])
    assert people.get("need_mental") == [p.need_mental for p in people]
    assert people.get("known_by") == [p.known_by for p in people]
    assert people.get("was_costly") == [p.was_costly for p in people]
    assert people.get("waiting_since") == [p.waiting_since for p in people]
    staff = read_only.agents_by_type[StaffMember]
    assert staff.get("organisation") == [s.organisation for s in staff]
    assert staff.get("joined") == [s.joined for s in staff]
    assert read_only.agents_by_type[Organisation].get("kind") == list(ORGANISATION_KINDS)
    assert read_only.agents.get("place") == [a.place for a in read_only.agents]


def test_get_with_missing_attributes(read_only):
    with pytest.raises(AttributeError, match="has no attribute 'frailty'"):
        read_only.agents.get("frailty")
    with pytest.raises(AttributeError, match="nearest: frailty"):
        people_of(read_only).get("frialty")
    values = read_only.agents.get("frailty", handle_missing="default", default_value=-1)
    assert values == [getattr(a, "frailty", -1) for a in read_only.agents]
    assert people_of(read_only)[:2] and people_of(read_only).get("nothing", handle_missing="default")[:1] == [None]
    with pytest.raises(ValueError, match="handle_missing"):
        read_only.agents.get("frailty", handle_missing="ignore")


def test_set_every_agent_and_each_its_own(model):
    people = people_of(model)
    assert people.set("trust", 0.5) is people
    assert set(people.get("trust")) == {0.5}
    people.select(lambda p: p.row < 10).set("trust", 0.25)
    assert people.get("trust")[:11] == [0.25] * 10 + [0.5]
    people.set("trust", np.linspace(0, 1, len(people)))
    assert people[-1].trust == 1
    people.set("known_by", None)
    assert set(people.get("known_by")) == {None}


@pytest.mark.parametrize(("value", "error", "message"), [
    (1.5, ValueError, "not 1.5"), ("much", TypeError, "not 'much'"), (np.full(PEOPLE, 2.0), ValueError, "not 2.0"),
    (np.zeros(3), ValueError, f"3 values for {PEOPLE} agents"), (np.array(["a"] * PEOPLE), TypeError, "array of"),
])
def test_set_refuses_what_does_not_fit_and_changes_nothing(read_only, value, error, message):
    before = people_of(read_only).get("trust")
    with pytest.raises(error, match=message):
        people_of(read_only).set("trust", value)
    with pytest.raises(AttributeError, match="has no attribute 'trust'"):
        read_only.agents.set("trust", 0.5)
    assert people_of(read_only).get("trust") == before


def test_agg_with_one_several_and_named_functions(read_only):
    people = people_of(read_only)
    frailty = [p.frailty for p in people]
    assert people.agg("frailty", np.mean) == pytest.approx(np.mean(frailty))
    assert people.agg("frailty", max) == max(frailty)
    assert people.agg("frailty", sum) == pytest.approx(sum(frailty))
    assert people.agg("frailty", [min, max, len]) == [min(frailty), max(frailty), PEOPLE]
    assert people.agg("frailty", (min, max)) == [min(frailty), max(frailty)]
    assert people.agg("frailty", {"low": min, "mean": np.mean}) == pytest.approx(
        {"low": min(frailty), "mean": np.mean(frailty)})
    assert people.agg("frailty", statistics.median) == statistics.median(frailty)
    assert people.agg("quintile", lambda values: values.count(3)) == sum(p.quintile == 3 for p in people)
    assert people.agg("frailty", lambda values: np.quantile(values, 0.9)) == pytest.approx(np.quantile(frailty, 0.9))
    assert read_only.agents.agg("unique_id", max) == read_only.agents[-1].unique_id
    assert people.agg("was_costly", sum) == sum(p.was_costly for p in people)


def test_a_sum_of_small_numbers_is_not_rounded_in_single_precision(model):
    people_of(model).set("trust", 0.1)
    assert people_of(model).agg("trust", sum) == pytest.approx(PEOPLE * 0.1, rel=1e-12)


def test_what_is_assigned_is_what_is_read(model):
    people = people_of(model)
    for value in (0.3, 0.7, 0.123456, 1e-6, 0.999999):
        people[0].trust = value
        assert people[0].trust == value and people.get("trust")[0] == value
    assert set(people.set("trust", 0.9).get("trust")) == {0.9}
    assert people.agg("trust", max) == people.agg("trust", np.max) == 0.9
    stored = np.random.default_rng(1).random(PEOPLE, np.float32)
    people.set("trust", stored)
    assert np.array_equal(np.array(people.get("trust"), np.float32), stored)
    assert people.get("trust") == [p.trust for p in people]
    people.do(lambda p: setattr(p, "trust", p.trust))
    assert np.array_equal(model.world.person.trust, stored)


def test_column_gives_arrays_and_copies(model):
    people = people_of(model)
    trust = people.column("trust")
    assert trust.dtype == np.float32 and trust.tolist() == pytest.approx(people.get("trust"), abs=1e-7)
    trust[:] = 0
    assert people.agg("trust", min) > 0
    assert model.agents_by_type[Organisation].column("kind").tolist() == list(ORGANISATION_KINDS)


def test_select(read_only):
    agents, people = read_only.agents, people_of(read_only)
    frail = people.select(lambda p: p.frailty > 1)
    assert [p.unique_id for p in frail] == [p.unique_id for p in people if p.frailty > 1]
    assert frail == people.select(mask=people.column("frailty") > 1)
    assert len(agents.select(agent_type=StaffMember)) == len(read_only.agents_by_type[StaffMember])
    assert len(agents.select(agent_type=RowAgent)) == len(agents)
    assert len(people.select(at_most=0.1)) == PEOPLE // 10
    assert len(people.select(at_most=5)) == 5
    assert len(people.select(lambda p: p.frailty > 1, at_most=3)) == 3
    assert len(people.select(at_most=1)) == 1 and len(people.select(at_most=1.0)) == PEOPLE
    assert agents.select(lambda a: a.trust > 0, agent_type=Person, at_most=2)[1] is people[1]
    assert len(people.select()) == PEOPLE
    assert len(people.select(lambda p: False)) == 0
    own = people.copy()
    assert own.select(lambda p: p.row < 4, inplace=True) is own and len(own) == 4
    with pytest.raises(ValueError, match="mask is a Boolean array"):
        people.select(mask=np.arange(PEOPLE))


def test_sort(read_only):
    people = people_of(read_only)
    assert [p.frailty for p in people.sort("frailty")] == sorted((p.frailty for p in people), reverse=True)
    assert people.sort("frailty", ascending=True)[0].frailty == people.agg("frailty", min)
    by_function = people.sort(lambda p: p.frailty, ascending=True)
    assert list(by_function) == list(people.sort("frailty", ascending=True))
    for ascending in (True, False):  # equal ones keep their order, as with Python's sorted
        expected = sorted(people, key=lambda p: p.quintile, reverse=not ascending)
        assert list(people.sort("quintile", ascending=ascending)) == expected
    staff = read_only.agents_by_type[StaffMember]
    assert list(staff.sort("organisation.row")) == sorted(staff, key=lambda s: s.organisation.row, reverse=True)
    own = people.copy()
    assert own.sort("trust", inplace=True) is own and own[0].trust == people.agg("trust", max)


def test_shuffle_and_shuffle_do_depend_on_the_models_random_alone():
    first, again = make(), make()
    assert [a.unique_id for a in first.agents.shuffle()] == [a.unique_id for a in again.agents.shuffle()]
    shuffled = people_of(first).shuffle()
    assert set(shuffled) == set(people_of(first)) and list(shuffled) != list(people_of(first))
    seen: list[int] = []
    assert people_of(first).shuffle_do(lambda p: seen.append(p.row)) is people_of(first)
    assert sorted(seen) == list(range(PEOPLE)) and seen != sorted(seen)
    assert people_of(first)[0].row == 0
    own = people_of(first).copy()
    assert own.shuffle(inplace=True) is own and list(own) != list(people_of(first))
    assert sorted(people_of(first).get("row")) == list(range(PEOPLE))


def test_do_and_map(model):
    people = people_of(model)

    def believe(person, by, twice=False):
        person.trust = by * (2 if twice else 1)
        return person.row

    assert people.do(believe, 0.25, twice=True) is people
    assert set(people.get("trust")) == {0.5}
    assert people.map(believe, 0.125) == list(range(PEOPLE))
    assert people.map("__repr__")[0] == "<Person 1>"
    assert model.agents.do("step") == model.agents
    with pytest.raises(AttributeError, match="no attribute 'stpe'"):
        people.do("stpe")


def test_groupby(read_only):
    people = people_of(read_only)
    groups = people.groupby("quintile")
    assert groups.count() == {q: sum(p.quintile == q for p in people) for q in (1, 2, 3, 4, 5)}
    assert list(groups.groups) == list(dict.fromkeys(p.quintile for p in people))
    assert len(groups) == 5 and sum(len(group) for _, group in groups) == PEOPLE
    for key, mean in groups.agg("frailty", np.mean).items():
        assert mean == pytest.approx(np.mean([p.frailty for p in people if p.quintile == key]))
    assert groups.map(len) == groups.count()
    assert groups.map("agg", "frailty", max)[3] == max(p.frailty for p in people if p.quintile == 3)
    called = []
    assert groups.do(lambda group: called.append(len(group))) is groups and sum(called) == PEOPLE
    assert people.groupby(lambda p: p.frailty > 1).count()[True] == len(people.select(lambda p: p.frailty > 1))
    lists = people.groupby("quintile", result_type="list")
    assert isinstance(lists.groups[1], list) and lists.agg("frailty", max) == groups.agg("frailty", max)
    assert read_only.agents_by_type[Organisation].groupby("kind").count() == dict.fromkeys(ORGANISATION_KINDS, 1)
    by_organisation = read_only.agents_by_type[StaffMember].groupby("organisation")
    assert by_organisation.count() == {o: len(o.staff) for o in read_only.agents_by_type[Organisation]}
    assert read_only.agents.groupby(type).count()[Person] == PEOPLE
    with pytest.raises(ValueError, match="result_type"):
        people.groupby("quintile", result_type="tuple")


def test_set_operations(read_only):
    people = people_of(read_only)
    front, middle = people.select(lambda p: p.row < 20), people.select(lambda p: 10 <= p.row < 30)
    assert (front & middle).get("row") == list(range(10, 20))
    assert (front | middle).get("row") == list(range(30))
    assert (front - middle).get("row") == list(range(10))
    assert (front ^ middle).get("row") == [*range(10), *range(20, 30)]
    assert isinstance(front | middle, AgentSet) and isinstance(front & [people[3]], AgentSet)
    assert front & {people[3], people[100]} == {people[3]}
    assert front <= people and people >= front and front < people and not middle <= front
    assert front == set(front) and front == front.shuffle() and front != middle
    assert (front & middle).isdisjoint(front - middle)
    own = front.copy()
    own |= middle
    own -= front
    assert own == middle - front
    with pytest.raises(TypeError, match="agents of one care system"):
        front | [3]
    with pytest.raises(TypeError):
        hash(front)


def test_members_of_ones_own_set_can_change(read_only):
    people = people_of(read_only)
    mine = people.select(at_most=3)
    mine.add(people[7])
    mine.add(people[7])
    assert mine.get("row") == [0, 1, 2, 7]
    mine.remove(people[1])
    mine.discard(people[1])
    assert mine.get("row") == [0, 2, 7]
    with pytest.raises(KeyError):
        mine.remove(people[1])
    assert mine.pop().row == 0 and len(mine) == 2
    assert AgentSet([people[3], people[1], people[3]]).get("row") == [3, 1]
    with pytest.warns(UserWarning, match="random"):
        empty = AgentSet([])
    assert len(empty) == 0 and list(empty) == [] and empty.get("trust") == [] and empty.agg("trust", len) == 0
    assert len(AgentSet([], random=read_only.random).shuffle()) == 0
    with pytest.raises(TypeError, match="agents of one care system"):
        AgentSet([people[0], people_of(make())[0]])


def test_copies_of_sets(read_only):
    people = people_of(read_only)
    for twin in (copy.copy(people), people.copy(), people.select()):
        twin.discard(people[0])
        assert len(twin) == PEOPLE - 1 and len(people) == PEOPLE
    again = pickle.loads(pickle.dumps(people.select(at_most=4)))
    assert again.get("trust") == people.get("trust")[:4] and again.model is not read_only
    assert copy.deepcopy(people.select(at_most=4)).get("trust") == people.get("trust")[:4]


# attributes and agents of the modeller's own


def test_an_attribute_of_ones_own(model):
    model.add_column(Person, "wealth", float, 10)
    model.add_column(Person, "friends", object, None)
    model.add_column(StaffMember, "badge", int, np.arange(len(model.agents_by_type[StaffMember])))
    people = people_of(model)
    people[0].wealth -= 4
    people[0].friends = [people[1]]
    assert people[0].wealth == 6 and people.agg("wealth", sum) == 10 * PEOPLE - 4
    assert people.sort("wealth", ascending=True)[0] is people[0]
    assert people[0].friends[0] is people[1] and people[1].friends is None
    assert people.set("wealth", 3).groupby("wealth").count() == {3.0: PEOPLE}
    assert model.agents_by_type[StaffMember].get("badge")[:3] == [0, 1, 2]
    assert "wealth" in dir(people[0]) and not hasattr(people_of(make())[0], "wealth")
    with pytest.raises(TypeError, match="Person.wealth takes a number, not 'rich'"):
        people[0].wealth = "rich"
    again = pickle.loads(pickle.dumps(model))
    assert people_of(again).get("wealth") == people.get("wealth")
    people_of(again)[0].wealth = 1
    assert people[0].wealth == 3


@pytest.mark.parametrize(("name", "dtype", "initial", "error"), [
    ("trust", float, 0, ValueError), ("two words", float, 0, ValueError), ("_hidden", float, 0, ValueError),
    ("rows", float, [1, 2], ValueError), ("text", str, "", TypeError), ("number", float, "x", ValueError),
])
def test_an_attribute_that_cannot_be_declared(read_only, name, dtype, initial, error):
    with pytest.raises(error, match=name):
        read_only.add_column(Person, name, dtype, initial)
    with pytest.raises(KeyError, match="no type of agent here"):
        read_only.add_column(dict, "wealth")


class Inspector(mesa.Agent):
    def __init__(self, model, strictness=0.5):
        super().__init__(model)
        self.strictness = strictness

    def visit(self):
        self.strictness += 0.1


def test_ordinary_mesa_agents_of_ones_own(model):
    before = len(model.agents)
    strict, mild = Inspector(model, 0.9), Inspector(model, 0.1)
    assert len(model.agents) == before + 2 and strict in model.agents
    assert strict.unique_id == model.roster.end and mild.unique_id == strict.unique_id + 1
    assert model.agents_by_type[Inspector].get("strictness") == [0.9, 0.1]
    assert model.agent_types[-1] is Inspector
    model.agents_by_type[Inspector].do("visit")
    assert strict.strictness == 1.0
    both = model.agents.select(lambda a: isinstance(a, Inspector) or a.unique_id == 1)
    assert both.get("strictness", handle_missing="default", default_value=0) == [0, 1.0, 0.2]
    assert model.agents.select(agent_type=Inspector)[0] is strict
    strict.remove()
    assert strict not in model.agents and len(model.agents) == before + 1 and len(both) == 2
    assert list(model.agents)[-1] is mild
    again = pickle.loads(pickle.dumps(model))
    assert again.agents[-1].strictness == mild.strictness and again.agents[-1].model is again
    assert len(Inspector.create_agents(model, 3, strictness=[0.1, 0.2, 0.3])) == 3
    assert len(model.agents_by_type[Inspector]) == 4


def test_mesas_spaces_hold_agents(model):
    grid = mesa.space.NetworkGrid(model.graph(layers=["tie"]))
    for member in model.agents_by_type[StaffMember]:
        grid.place_agent(member, member.unique_id)
    member = model.agents_by_type[StaffMember][0]
    assert member.pos == member.unique_id and grid.get_all_cell_contents() == list(model.agents_by_type[StaffMember])
    assert set(grid.get_neighbors(member.pos)) == set(member.colleagues)
    grid.remove_agent(member)
    assert member.pos is None


class Neighbour(Person):
    def greet(self):
        self.trust = min(1.0, self.trust + 0.25)
        return self.row


class Village(CareSystem):
    """A model of a modeller's own, as Mesa's tutorials write them."""

    agent_classes = {**AGENT_TYPES, "person": Neighbour}

    def __init__(self, friendliness=1, **kwargs):
        super().__init__(**kwargs)
        self.friendliness = friendliness
        self.greetings = 0
        self.datacollector = DataCollector(
            model_reporters={"Greetings": "greetings", "Trust": mean_trust},
            agenttype_reporters={Neighbour: {"Trust": "trust"}},
            tables={"Lunches": ["tick", "guests"]},
        )
        self.datacollector.collect(self)

    def step(self):
        super().step()
        self.agents_by_type[Neighbour].shuffle_do("greet")
        self.greetings += self.friendliness
        self.datacollector.add_table_row("Lunches", {"tick": self.tick, "guests": 3})
        self.datacollector.collect(self)


def mean_trust(model):
    return model.agents_by_type[Neighbour].agg("trust", np.mean)


def test_a_subclass_with_agents_and_a_collector_of_its_own():
    model = Village(people=PEOPLE, rng=7, friendliness=2)
    model.step()
    model.step()
    assert model.steps == model.tick == 2 and model.greetings == 4
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["Greetings"].tolist() == [0, 2, 4] and frame["Trust"].is_monotonic_increasing
    per_agent = model.datacollector.get_agenttype_vars_dataframe(Neighbour)
    assert len(per_agent) == 3 * PEOPLE and per_agent.index.names == ["Step", "AgentID"]
    assert model.datacollector.get_table_dataframe("Lunches")["tick"].tolist() == [1, 2]
    assert isinstance(model.agents[0], Neighbour) and model.agents[0] in model.agents.select(agent_type=Person)
    assert model.agents_by_type[Neighbour].map("greet")[:3] == [0, 1, 2]


class Collecting(CareSystem):
    def step(self):
        super().step()
        self.datacollector.collect(self)


def test_a_subclass_that_collects_as_in_mesas_examples_has_one_row_a_tick():
    model = Collecting("town", people=PEOPLE, rng=7)
    model.step()
    model.step()
    assert len(model.datacollector.get_model_vars_dataframe()) == 2


def more_trust(model):
    """Does everybody trust more?"""
    people = model.agents_by_type[Person]
    people.set("trust", np.minimum(1, people.column("trust") + 0.01))


def test_a_mechanism_of_ones_own(model):
    plain = make()
    model.add_mechanism(more_trust)
    assert [m.name for m in model.mechanisms][-2:] == ["spread", "more_trust"]
    assert model.mechanisms[-1].question == "Does everybody trust more?"
    for each in (model, plain):
        each.step()
        each.step()
    assert model.latest("trust") > plain.latest("trust")
    with pytest.raises(ValueError, match="more_trust"):
        model.add_mechanism(more_trust)
    with pytest.raises(TypeError, match="a function of the model"):
        model.add_mechanism("more_trust")
    again = pickle.loads(pickle.dumps(model))
    again.step()
    model.step()
    assert again.outcomes == pytest.approx(model.outcomes, nan_ok=True, abs=0)


# collecting data


def test_the_models_own_collector_has_the_headline(read_only):
    frame = read_only.datacollector.get_model_vars_dataframe()
    assert len(frame) == 5
    for name in frame:
        assert frame[name].tolist() == pytest.approx(read_only.weekly[name].tolist(), nan_ok=True, abs=0)


def test_reporters_of_every_sort(model):
    collector = DataCollector(
        model_reporters={"People": lambda m: len(m.agents_by_type[Person]), "Tick": "tick",
                         "Mean": [people_of(model).agg, ["frailty", np.mean]], "Length": people_of(model).__len__},
        agent_reporters={"Row": "row", "Type": lambda a: type(a).__name__},
        agenttype_reporters={Person: {"Trust": "trust", "Double": lambda p: 2 * p.trust},
                             StaffMember: {"Effort": "effort"}},
    )
    collector.collect(model)
    model.step()
    collector.collect(model)
    frame = collector.get_model_vars_dataframe()
    assert frame["People"].tolist() == frame["Length"].tolist() == [PEOPLE] * 2 and frame["Tick"].tolist() == [0, 1]
    agents = collector.get_agent_vars_dataframe()
    assert agents.index.get_level_values("Step").tolist()[-1] == 1
    assert len(agents.loc[1]) == len(model.agents)
    trust = collector.get_agenttype_vars_dataframe(Person).loc[1]
    assert trust["Trust"].tolist() == people_of(model).get("trust")
    assert len(collector.get_agenttype_vars_dataframe(StaffMember).loc[0]) == len(model.agents_by_type[StaffMember])


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_batch_run_and_its_iterations_differ():
    results = mesa.batch_run(CareSystem, parameters={"scenario": "town", "people": PEOPLE, "horizon": 3,
                                                     "regime": ["targets", "trust-and-learning"], "rng": None},
                             iterations=2, number_processes=1, max_steps=10, display_progress=False)
    assert len(results) == 4
    assert {row["regime"] for row in results} == {"targets", "trust-and-learning"}
    assert len({row["need"] for row in results}) == 4


def test_batch_run_over_seeds_and_levers_is_paired():
    arguments = {"scenario": "town", "people": PEOPLE, "horizon": 3, "stakes": [0.2, 0.2]}
    seeds = {"rng": [1, 2]}
    if "rng" in mesa.batch_run.__code__.co_varnames[:mesa.batch_run.__code__.co_argcount]:
        results = mesa.batch_run(CareSystem, parameters=arguments, **seeds, max_steps=10, display_progress=False)
    else:
        results = mesa.batch_run(CareSystem, parameters=arguments | seeds, max_steps=10, display_progress=False)
    by_seed: dict[int, set[float]] = {}
    for row in results:
        by_seed.setdefault(row["rng"], set()).add(row["need"])
    assert len(results) == 4 and all(len(values) == 1 for values in by_seed.values()) and len(by_seed) == 2


# pickling, two at once, the end


def test_pickled_in_mid_run_and_continued_equals_uninterrupted():
    straight, interrupted = make(), make()
    for _ in range(4):
        straight.step()
    for _ in range(2):
        interrupted.step()
    again = pickle.loads(pickle.dumps(interrupted))
    again.step()
    again.step()
    assert again.steps == again.tick == 4
    assert again.weekly.equals(straight.weekly)
    assert again.datacollector.get_model_vars_dataframe().equals(straight.datacollector.get_model_vars_dataframe())
    assert pickle.dumps(again.world.columns) == pickle.dumps(straight.world.columns)


def test_deepcopy_goes_its_own_way(model):
    model.step()
    twin = copy.deepcopy(model)
    twin.step()
    assert (model.tick, twin.tick) == (1, 2)
    people_of(twin).set("trust", 0)
    assert people_of(model).agg("trust", max) > 0
    assert twin.agents[0].model is twin


class Keeper(CareSystem):
    """Keeps agents and sets of them as attributes, as models do."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.hero = self.agents[3]
        self.chosen = {self.agents[1], self.agents[2]}
        self.frail = self.agents_by_type[Person].select(lambda p: p.frailty > 1)


def test_agents_kept_by_a_model_survive_pickling():
    model = Keeper(people=PEOPLE, rng=7)
    again = pickle.loads(pickle.dumps(model))
    assert again.hero.model is again and again.hero is again.agents[3]
    assert again.chosen == {again.agents[1], again.agents[2]}
    assert again.frail.get("row") == model.frail.get("row")
    hero = pickle.loads(pickle.dumps(model.hero))
    assert hero.unique_id == 4 and hero.trust == model.hero.trust and hero is hero.model.hero
    assert copy.copy(model.hero) is model.hero


def test_a_second_model_does_not_disturb_the_first():
    alone, first, second = make(), make(), make(rng=8)
    for _ in range(3):
        alone.step()
    for _ in range(3):
        first.step()
        people_of(second).set("trust", 0)
        second.step()
    assert first.outcomes == pytest.approx(alone.outcomes, nan_ok=True, abs=0)


def test_closed_models_can_be_read_but_not_stepped():
    with make() as model:
        model.step()
        trust = people_of(model).get("trust")
    assert not model.running and people_of(model).get("trust") == trust and len(model.weekly) == 1
    with pytest.raises(RuntimeError, match="closed"):
        model.step()
    model.close()


def test_remove_all_agents_ends_the_model():
    model = make()
    Inspector(model)
    model.remove_all_agents()
    assert len(model.agents) == 0 and not model.running and model.agents_by_type == {}


def test_models_are_freed():
    def used() -> weakref.ref:
        with make() as model:
            model.step()
            model.agents.shuffle_do("step")
            model.graph()
            Inspector(model)
            return weakref.ref(model)

    references = [used() for _ in range(3)]
    gc.collect()
    assert [reference() for reference in references] == [None] * 3


def test_models_are_freed_without_closing_if_they_have_no_agents_of_ones_own():
    reference = weakref.ref(make())
    gc.collect()
    assert reference() is None


def test_no_reserved_name_is_taken():
    model = make()
    for name in ("scenario", "time", "data_registry", "run_for", "run_until"):
        assert name not in vars(CareSystem)
    assert not any(name.startswith("schedule_") for name in (*vars(CareSystem), *vars(model)))


def test_nothing_of_mesa_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = make()
        model.step()
        model.agents.select(agent_type=Person)[:2]
