"""Leadership alone: who answers a figure, what is a signal, who is sacked and who comes next."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from simulation.columns import FIGURES_KEPT, MAX_TIES
from simulation.mechanisms.leadership import candidate_score, is_signal, regard_of
from simulation.parameters import WEEKS_PER_YEAR
from simulation.vocabulary import HOSPITAL, NOBODY
from tests.mechanisms.alone import CERTAIN, alone, blank, counted, near, posts, summed, tie, ties_are_symmetrical
from tests.mechanisms.caring import bits

MENTAL, HOUSING = 1, 3
MONTH = 4
"""A month is 4.35 weeks, and figures come every four ticks of a week."""
QUIET = {"figure": 1.0, "tenure": 0.0, "gap_scale": 0.15, "fix_practice": 1.0, "fixes_seen": 0.15, "fixes_fade": 26.0,
         "taking_after": 260.0, "candidate_noise": 0.0}
LEVERS = {"stakes": 1.0, "signals_only": 0.0, "sacking": 0.0, "promotes_regard": 0.0, "target_level": 0.95}


def led(levers=None, people: int = 400, places: int = 1, staff=None, seed: int = 1, **numbers: float):
    population = {f"staff_{kind}": each for kind, each in (staff or {}).items()}
    return blank(alone("leadership", people=people, places=places, seed=seed, horizon="10 years",
                       levers={**LEVERS, **(levers or {})},
                       parameters={"leadership": {**QUIET, **numbers}, "population": population}))


def months(world, figures, *organisations: int) -> None:
    """Let these monthly figures of some organisations (of all, if none is named) come in."""
    for figure in figures:
        world.organisation.recorded[list(organisations) or slice(None)] = figure
        world.step(MONTH)


def figures_of(*values: float) -> np.ndarray:
    return np.array([math.nan] * (FIGURES_KEPT - len(values)) + list(values))


def test_a_signal_is_a_point_below_the_lower_limit():
    # mean 0.9, moving range 0.02: the limit is 0.9 - 2.66 * 0.02 = 0.8468
    stable = (0.91, 0.89, 0.91, 0.89, 0.91, 0.89)
    assert is_signal(figures_of(*stable, 0.846), 7, 6)
    assert not is_signal(figures_of(*stable, 0.848), 7, 6)
    assert not is_signal(figures_of(*stable, 0.99), 7, 6), "good news is no reason to act"
    assert not is_signal(figures_of(*stable[1:], 0.2), 6, 6), "too few figures for limits"


def test_noise_is_seldom_taken_for_a_signal():
    """Stable figures, two years of them: the lower limit is about three standard deviations away."""
    rng = np.random.default_rng(7)
    charts = 0.9 + 0.03 * rng.standard_normal((4_000, FIGURES_KEPT))
    alarms = np.mean([is_signal(chart, FIGURES_KEPT, 6) for chart in charts])
    assert 0.0005 < alarms < 0.008
    charts[:, -1] -= 0.15
    assert np.mean([is_signal(chart, FIGURES_KEPT, 6) for chart in charts]) > 0.9, "five standard deviations are seen"


def test_who_looks_like_a_leader():
    # visible: 0.5 * 0.8 + 0.3; regard 0.6
    assert candidate_score(0.8, 0.3, 0.6, 0.0, 0.5) == pytest.approx(0.7)
    assert candidate_score(0.8, 0.3, 0.6, 1.0, 0.5) == pytest.approx(0.6)
    assert candidate_score(0.8, 0.3, 0.6, 0.25, 0.5) == pytest.approx(0.675)
    regard = getattr(regard_of, "py_func", regard_of)
    trust = np.zeros((2, MAX_TIES), np.float32)
    trust[0, :3], trust[1] = 0.5, 0.9
    staff = SimpleNamespace(tie_trust=trust)
    assert regard(staff, 0, 5.0) == pytest.approx(0.3)
    assert regard(staff, 1, 5.0) == 1.0


def test_figures_come_by_the_month():
    world = led()
    world.organisation.recorded[HOUSING] = 0.8
    world.step(3 * MONTH - 1)
    assert world.organisation.figures_known[HOUSING] == 3
    assert world.organisation.figures[HOUSING, -3:].tolist() == [0.8] * 3
    assert np.isnan(world.organisation.figures[HOUSING, :-3]).all()
    world.organisation.recorded[HOUSING] = 0.7
    world.step()
    assert world.organisation.figures_known[HOUSING] == 3
    world.step()
    assert world.organisation.figures[HOUSING, -4:].tolist() == [0.8, 0.8, 0.8, 0.7]


def test_a_problem_solver_answers_a_fall_with_a_fix_of_their_own():
    world = led()
    world.organisation.mindset[:] = 0.0
    world.organisation.belief[:] = bits(HOUSING, 0b1) | bits(MENTAL, 0b1)
    months(world, (0.9, 0.9, 0.95))
    assert (world.organisation.standard == 0).all(), "nothing fell, nothing is fixed"
    months(world, (0.94,), HOUSING)
    assert world.organisation.standard[HOUSING] == bits(HOUSING, 0b1), "only the home domain of those who saw a fall"
    assert world.organisation.standard[MENTAL] == 0
    assert summed(world, "fixes") == 1


def test_the_hospital_has_no_book_to_fix():
    world = led()
    world.organisation.mindset[:] = 0.0
    world.organisation.belief[:] = (1 << 60) - 1
    months(world, (0.9, 0.5), HOSPITAL)
    assert world.organisation.standard[HOSPITAL] == 0
    assert summed(world, "fixes") == 0


@pytest.mark.parametrize(("mindset", "signals_only", "p"), [(0.0, 0.0, 1.0), (0.5, 0.0, 0.5), (0.5, 0.5, 0.25),
                                                            (1.0, 0.0, 0.0), (0.0, 1.0, 0.0)])
def test_figures_are_answered_as_mindset_and_rule_say(mindset, signals_only, p):
    world = led({"signals_only": signals_only}, places=50, people=10_000, taking_after=1e12)
    world.organisation.mindset[:] = mindset
    months(world, (0.9, 0.89, 0.88))
    found = summed(world, "fixes")
    n = 2 * 50 * HOSPITAL
    assert found == n if p == 1 else found == 0 if p == 0 else near(found, n, p)


def test_answering_noise_makes_many_moves_where_signals_make_hardly_any():
    """In a stable process every second figure is a fall, and one in hundreds a signal (Deming's funnel)."""
    moves = {}
    for signals_only in (0.0, 1.0):
        world = led({"signals_only": signals_only}, places=20, people=4_000, taking_after=1e12)
        world.organisation.mindset[:] = 0.0
        rng = np.random.default_rng(3)
        for _ in range(25):
            world.organisation.recorded[:] = 0.9 + 0.03 * rng.standard_normal(len(world.organisation.recorded))
            world.step(MONTH)
        moves[signals_only] = summed(world, "fixes") / (24 * 20 * HOSPITAL)
    assert 0.45 < moves[0.0] < 0.55
    assert moves[1.0] < 0.02


def test_answering_noise_brings_the_book_to_what_the_leader_believes_right_or_wrong():
    """Leaders who are wrong on three of ten choices, one fix at a time; the fourth fix finds nothing more to change."""
    world = led(places=20, people=4_000, taking_after=1e12)
    world.organisation.mindset[:] = 0.0
    world.organisation.belief[:] = [bits(kind % HOSPITAL, 0b111) for kind in world.organisation.kind.tolist()]
    doors = world.organisation.kind < HOSPITAL
    wrong = []
    for figure in (0.9, 0.89, 0.88, 0.87, 0.86):
        months(world, (figure,))
        wrong.append({int(book).bit_count() for book in world.organisation.standard[doors]})
    assert wrong == [{0}, {1}, {2}, {3}, {3}]


def test_after_a_signal_a_framer_brings_the_book_to_what_most_find_works():
    world = led({"signals_only": 1.0})
    world.staff.practice[:] = bits(HOUSING, 0b1)
    world.organisation.belief[:] = bits(HOUSING, 0b10)
    stable = (0.91, 0.89, 0.91, 0.89, 0.91, 0.89)
    months(world, stable)
    assert (world.organisation.standard == 0).all()
    months(world, (0.8,))
    assert world.organisation.standard[HOUSING] == bits(HOUSING, 0b1)
    assert summed(world, "fixes") == HOSPITAL


def test_visible_fixes_fade_and_problem_solving_shows():
    world = led(fixes_seen=0.0)
    s = posts(world, HOUSING)[0]
    world.staff.visible_fixes[s] = 1.0
    months(world, (0.9,))
    # a month is 4 of 26 weeks
    assert world.staff.visible_fixes[s] == pytest.approx(math.exp(-4 / 26))
    world = led(staff={"housing": 200.0}, people=10_000)
    world.staff.solver[:] = 0.8
    world.organisation.mindset[:] = 0.2
    months(world, (0.9,))
    seen = world.staff.visible_fixes[posts(world, HOUSING)]
    # nothing was fixed: 0.15 * 0.8 * 0.3 * uniform, with mean 0.018
    assert seen.max() <= 0.036
    assert abs(seen.mean() - 0.018) < 4 * 0.036 / math.sqrt(12 * 200)


def test_staff_take_after_their_leader():
    world = led(taking_after=52.0)
    world.organisation.mindset[:] = 0.75
    world.staff.solver[:] = 1.0
    months(world, (0.9,))
    # toward 1 - 0.75, by 1 - exp(-4 / 52)
    np.testing.assert_allclose(world.staff.solver, 1 - 0.75 * (1 - math.exp(-4 / 52)), rtol=1e-6)


@pytest.mark.parametrize(("recorded", "stakes", "p"), [
    # 1 a year at full stakes and full gap: four weeks of it; half of it at half the gap or half the stakes
    (0.8, 1.0, 4 / WEEKS_PER_YEAR), (0.875, 1.0, 2 / WEEKS_PER_YEAR), (0.8, 0.5, 2 / WEEKS_PER_YEAR),
    (0.95, 1.0, 0.0), (0.8, 0.0, 0.0)])
def test_leaders_who_miss_the_target_are_sacked_under_stakes(recorded, stakes, p):
    world = led({"sacking": 1.0, "stakes": stakes}, places=100, people=20_000)
    world.organisation.recorded[:] = recorded
    world.step(2 * MONTH)
    found = summed(world, "sackings")
    assert near(found, 2 * 700, 1 - math.exp(-p)) if p else found == 0
    assert summed(world, "successions") == found


def test_leaders_go_by_tenure():
    world = led(places=100, people=20_000, tenure=2.0)
    world.step(MONTH)
    assert near(summed(world, "successions"), 700, 1 - math.exp(-2 * 4 / WEEKS_PER_YEAR))
    assert summed(world, "sackings") == 0


@pytest.mark.parametrize(("promotes_regard", "chosen"), [(0.0, 0), (1.0, 1)])
def test_the_successor_is_who_looks_best_on_what_is_promoted(promotes_regard, chosen):
    world = led({"promotes_regard": promotes_regard}, tenure=CERTAIN, taking_after=1e12, fixes_seen=0.0)
    hero, friend = posts(world, HOUSING)
    for other in posts(world, MENTAL):
        tie(world, friend, other, 0.9)
    world.staff.solver[hero], world.staff.solver[friend] = 0.9, 0.2
    world.staff.practice[hero], world.staff.practice[friend] = 5, 6
    world.organisation.standard[HOUSING] = 9
    world.step()
    s = posts(world, HOUSING)[chosen]
    assert world.organisation.mindset[HOUSING] == pytest.approx(1 - (0.9, 0.2)[chosen])
    assert world.organisation.belief[HOUSING] == (5, 6)[chosen]
    assert world.organisation.leader_from[HOUSING] == s
    assert world.organisation.leader_since[HOUSING] == 0
    assert counted(world, "successions") == 7
    # the post behind them falls vacant for a month, and a newcomer starts by the book
    assert world.staff.vacant_until[s] == 1 + MONTH
    assert world.staff.practice[s] == 9
    assert (world.staff.tie[s] == NOBODY).all()
    assert ties_are_symmetrical(world)
    assert world.staff.vacant_until[posts(world, HOUSING)[1 - chosen]] == 0


def test_where_nobody_is_there_to_succeed_the_leader_stays():
    world = led(tenure=CERTAIN)
    world.staff.vacant_until[posts(world, HOUSING)] = 50
    mindset = world.organisation.mindset[HOUSING]
    world.step()
    assert world.organisation.mindset[HOUSING] == mindset
    assert counted(world, "successions") == 6


def test_promotion_of_heroes_makes_heroic_leaders_and_regard_does_not():
    """Over many successions the mindset falls where visible fixes are promoted (a hypothesis of the source texts)."""
    mean = {}
    for promotes_regard in (0.0, 1.0):
        world = led({"promotes_regard": promotes_regard}, places=60, people=12_000, tenure=CERTAIN,
                    staff={"housing": 200.0}, taking_after=1e12)
        world.organisation.mindset[:] = 0.5
        world.step()
        rows = np.arange(60) * 7 + HOUSING
        mean[promotes_regard] = world.organisation.mindset[rows].mean()
    # of two candidates with solver traits uniform in 0..1, or more, the greater is taken; regard is blind to it
    assert mean[0.0] < 0.4
    assert 0.35 < mean[1.0] < 0.65
