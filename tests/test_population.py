"""Everybody at the start: the shapes of lives, staff, what is right, and that a person is the same in any world."""

from __future__ import annotations

import math

import numpy as np
import pytest

import simulation
from simulation.chance import key
from simulation.engine import World
from simulation.parameters import WEEKS_PER_YEAR
from simulation.population import complexity_of, frailty_of, normal, normal_cdf, random_bits, staff_in_each
from simulation.vocabulary import NOBODY, RESULT_UNRESOLVED
from tests.mechanisms.alone import alone, near, ties_are_symmetrical

PEOPLE = 20_000


@pytest.fixture(scope="module")
def town() -> World:
    return alone(people=PEOPLE, parameters={"population": {
        "frailty_spread": 0.9, "complexity_mean": 0.3, "complexity_frailty": 0.5, "deprivation_frailty": 0.25,
        "exception_share": 0.3, "context_dependence": 0.2, "book_quality": 0.9, "practice_spread": 0.1,
        "trust_start": 0.6, "continuity_start": 0.6, "self_interest_mean": 0.3, "belief_error": 0.15}})


def test_rules_by_hand():
    assert normal_cdf(0.0) == 0.5
    assert normal_cdf(1.96) == pytest.approx(0.975, abs=1e-4)
    # the middle quintile: exp(-0.5 * 0.81) at the median; the most deprived a quarter more, the least a quarter less
    assert frailty_of(0.0, 0.9, 3.0, 0.25) == pytest.approx(math.exp(-0.405))
    assert frailty_of(0.0, 0.9, 1.0, 0.25) == pytest.approx(1.25 * math.exp(-0.405))
    assert frailty_of(0.0, 0.9, 5.0, 0.25) == pytest.approx(0.75 * math.exp(-0.405))
    # 0.5 ** (1 / 0.25 - 1) = 0.5 ** 3
    assert complexity_of(0.0, 0.25) == pytest.approx(0.125)


def test_normal_values_are_normal():
    values = np.array([normal(np.uint64(word)) for word in np.random.default_rng(1).integers(0, 2**63, 20_000) * 2])
    assert abs(values.mean()) < 4 / math.sqrt(len(values))
    assert abs(values.std() - 1) < 4 / math.sqrt(2 * len(values))
    assert near((values < -1).sum(), len(values), 0.15866)


def test_random_bits_have_their_share_and_their_place():
    k = key(1, "population", 0)
    words = [int(random_bits(k, person, 100, 0.3, 60)) for person in range(500)]
    assert max(words) < 1 << 60
    assert near(sum(word.bit_count() for word in words), 500 * 60, 0.3)
    assert random_bits(k, 1, 100, 0.0, 60) == 0
    assert random_bits(k, 1, 100, 1.0, 60) == (1 << 60) - 1


SPREADS = ("need_start", "known", "tie_inside", "tie_across")


@pytest.mark.parametrize(("least", "spread"), [(0.25, 0.0), (0.0, 1.0), (0.9, 1.0)])
def test_sizes_at_the_start_lie_between_their_least_and_most_and_never_above_1(least, spread):
    numbers = {f"{name}_least": least for name in SPREADS} | {f"{name}_spread": spread for name in SPREADS}
    world = alone("need", people=4_000, parameters={"population": {"ties_across": 6.0, **numbers}})
    person, staff = world.person, world.staff
    columns = (person.need[person.need > 0], person.known_strength[person.known_by != NOBODY],
               staff.tie_trust[staff.tie != NOBODY])
    for sizes in columns:
        assert len(sizes) > 20
        assert sizes.min() >= np.float32(least)
        assert sizes.max() <= np.float32(min(1.0, least + spread))


def test_where_everybody_begins_is_as_the_parameters_say():
    world = alone(parameters={"population": {
        "performance_start": 0.7, "safety_start": 0.3, "load_start": 1.2, "success_start": 0.4, "trust_spread": 0.0,
        "motivation_spread": 0.0, "burnout_start_spread": 0.0, "mindset_spread": 0.0, "withheld_start": 0.0}})
    o, staff, n = world.organisation, world.staff, world.numbers["population"]
    for column, expected in ((o.recorded, 0.7), (o.true_performance, 0.7), (o.perceived, 0.7), (o.safety, 0.3),
                             (o.load, 1.2), (o.mindset, n.mindset_start), (staff.success, 0.4), (staff.effort, 1.0),
                             (staff.motivation, n.motivation_start), (staff.burnout, n.burnout_start),
                             (world.person.trust, n.trust_start)):
        np.testing.assert_allclose(column, expected, rtol=1e-6)


def test_lives(town):
    person = town.person
    for quintile in range(1, 6):
        assert near((person.quintile == quintile).sum(), PEOPLE, 0.2)
    # log-normal with mean 1 in the middle quintile; variance exp(0.81) - 1
    middle = person.frailty[person.quintile == 3]
    assert abs(middle.mean() - 1) < 4 * math.sqrt((math.exp(0.81) - 1) / len(middle))
    poorest, richest = (person.frailty[person.quintile == q].mean() for q in (1, 5))
    assert poorest / richest == pytest.approx(1.25 / 0.75, rel=0.12)
    assert abs(person.complexity.mean() - 0.3) < 4 * person.complexity.std() / math.sqrt(PEOPLE)
    assert 0 <= person.complexity.min() < person.complexity.max() <= 1
    assert np.corrcoef(np.log(middle), person.complexity[person.quintile == 3])[0, 1] == pytest.approx(0.47, abs=0.05)
    assert (person.need == 0).all()
    assert abs(person.trust.mean() - 0.6) < 4 * 0.15 / math.sqrt(PEOPLE)


def test_exceptions_grow_with_complexity(town):
    person = town.person
    exceptions = np.array([int(word).bit_count() for word in person.exceptions])
    expected = 60 * 0.3 * person.complexity.astype(float)
    spread = math.sqrt((expected * (1 - 0.3 * person.complexity)).sum())
    assert abs(exceptions.sum() - expected.sum()) < 4 * spread
    assert (person.known == 0).all()


def test_needs_of_the_weeks_before_are_still_felt():
    """0.02 a week for 20 weeks: a need of 0.1 to 0.7, tried once and not resolved."""
    none = {name: 0.0 for name in ("onset_physical", "onset_daily_living", "onset_housing", "onset_money",
                                   "onset_connection")}
    world = alone("need", people=2_000, parameters={
        "need": {**none, "onset_mental": 0.02 * WEEKS_PER_YEAR},
        "population": {"need_start": 20.0, "frailty_spread": 1e-9, "deprivation_frailty": 0.0}})
    need = world.person.need
    felt = need[1] > 0
    assert near(felt.sum(), 2_000, 1 - math.exp(-0.4))
    assert (need[[0, 2, 3, 4, 5]] == 0).all()
    assert need[1, felt].min() >= np.float32(0.1)
    assert need[1, felt].max() < 0.7
    assert ((world.person.last_result[1] == RESULT_UNRESOLVED) == felt).all()
    assert ((world.person.attempts[1] == 1) == felt).all()
    still = alone(people=400, parameters={"population": {"need_start": 20.0}})
    assert (still.person.need == 0).all(), "where need is switched off nobody has needed anything"


def test_known_workers_are_in_general_practice(town):
    person = town.person
    known = person.known_by != NOBODY
    assert near(known.sum(), PEOPLE, 0.6)
    first, last = town.organisation_staff[:2]
    assert person.known_by[known].min() == first
    assert person.known_by[known].max() == last - 1
    assert person.known_strength[known].min() >= np.float32(0.3)
    assert person.known_strength[known].max() <= np.float32(0.7)
    assert (person.known_strength[~known] == 0).all()


def test_posts_by_the_size_of_a_place():
    numbers = alone().numbers["population"]._replace(staff_general_practice=17.0, staff_housing=4.0)
    assert staff_in_each(numbers, 10_000)[0] == 17
    assert staff_in_each(numbers, 25_000)[3] == 10
    assert min(staff_in_each(numbers, 300)) == 2, "nobody works without a colleague"


def test_staff_and_organisations(town):
    staff, organisation = town.staff, town.organisation
    for o in range(7):
        rows = slice(town.organisation_staff[o], town.organisation_staff[o + 1])
        assert (staff.organisation[rows] == o).all()
        assert organisation.next_staff[o] == rows.start
    assert organisation.kind.tolist() == list(range(7))
    assert len(set(organisation.standard.tolist())) == 1, "one book for all"
    assert organisation.standard[0] == town.nation[1]
    differ = sum(int(practice ^ town.nation[1]).bit_count() for practice in staff.practice)
    assert near(differ, 60 * len(staff.practice), 0.1)
    believe = sum(int(belief ^ town.nation[1]).bit_count() for belief in organisation.belief)
    assert near(believe, 60 * 7, 0.15)
    n = len(staff.effort)
    # unit ** (1 / 0.3 - 1) has mean 0.3, and standard deviation about 0.31
    assert abs(staff.self_interest.mean() - 0.3) < 4 * 0.31 / math.sqrt(n)
    np.testing.assert_allclose(staff.effort, 1 - 0.3 * staff.self_interest, rtol=1e-6)


def test_what_is_right_is_mostly_shared_between_places():
    world = alone(people=40_000, places=200, parameters={"population": {"context_dependence": 0.2,
                                                                        "book_quality": 0.9}})
    differ = sum(int(truth ^ world.nation[0]).bit_count() for truth in world.place.truth)
    # a fifth of the choices may differ, and half of those do
    assert near(differ, 200 * 60, 0.1)
    errors = np.mean([int(alone(seed=seed, parameters={"population": {"book_quality": 0.9}}).nation[0]
                          ^ alone(seed=seed, parameters={"population": {"book_quality": 0.9}}).nation[1]).bit_count()
                      for seed in range(40)])
    assert abs(errors - 6) < 4 * math.sqrt(60 * 0.09 / 40)


def test_first_ties(town):
    assert ties_are_symmetrical(town)
    staff = town.staff
    tied = staff.tie != NOBODY
    assert staff.tie_trust[tied].min() >= np.float32(0.2)
    assert staff.tie_trust[tied].max() <= np.float32(0.65)
    assert (staff.tie_trust[~tied] == 0).all()
    across = sum((staff.organisation[staff.tie[s][tied[s]]] != staff.organisation[s]).sum() for s in range(len(tied)))
    # 0.8 are wanted for each; a tie that falls within the own organisation does not count
    shares = np.bincount(staff.organisation) / len(tied)
    expected = 0.8 * (1 - (shares ** 2).sum()) * len(tied)
    assert abs(across - expected) < 4 * math.sqrt(expected * 2)


def test_a_person_is_the_same_in_a_larger_world_and_under_any_regime():
    small, large = alone(people=400), alone(people=800)
    for name in ("quintile", "frailty", "complexity", "exceptions", "trust"):
        np.testing.assert_array_equal(getattr(small.person, name), getattr(large.person, name)[:400])
    scenario = simulation.load("town", set={"world.people": 400, "parameters.population.burn_in": "0 weeks"})
    one, other = World(scenario, "targets", 1), World(scenario, "laissez-faire", 1)
    for family in ("person", "staff", "organisation"):
        for name, column in one.columns[family].items():
            np.testing.assert_array_equal(column, other.columns[family][name], err_msg=f"{family}.{name}")


def test_other_seeds_make_other_people():
    one, other = alone(seed=1), alone(seed=2)
    assert (one.person.frailty != other.person.frailty).mean() > 0.99
    assert abs(np.corrcoef(one.person.complexity, other.person.complexity)[0, 1]) < 4 / math.sqrt(400)
