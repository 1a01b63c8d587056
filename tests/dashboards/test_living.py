"""The living network: who is shown, where they stand, and that a frame says what the world says."""

from __future__ import annotations

import json

import numpy as np
import pytest
from worlds import small

import simulation
from dashboards import placing
from dashboards.instruments import network as net
from dashboards.living import KEPT_WEEKS, MEASURES, LivingMap, Numbers, sentence
from simulation.engine import World
from simulation.network import ties_of
from simulation.vocabulary import HOSPITAL, N_KINDS, NOBODY

PEOPLE = 3_000


class Modelled:
    """What `ties_of` reads of a model."""

    def __init__(self, world: World) -> None:
        self.world = world


@pytest.fixture(scope="module")
def begun() -> World:
    return World(small(PEOPLE), "targets", 3)


@pytest.fixture
def world(begun: World) -> World:
    return begun.fork()


def bridges_of(world: World) -> set[tuple[int, int]]:
    organisation, trusted = world.staff.organisation, world.numbers["care"].tie_trusted
    return {(a, b) for (a, b), trust in ties_of(Modelled(world)).items()
            if organisation[a] != organisation[b] and trust >= trusted}


def drawn(living: LivingMap, pairs: np.ndarray) -> set[tuple[int, int]]:
    """Pairs of nodes as pairs of rows of staff."""
    cast = living.cast
    return {tuple(sorted(cast.staff[[a - cast.first_staff, b - cast.first_staff]].tolist())) for a, b in pairs.tolist()}


def part(world: World, a: int, b: int) -> None:
    for one, other in ((a, b), (b, a)):
        slot = np.flatnonzero(world.staff.tie[one] == other)
        world.staff.tie[one, slot] = NOBODY
        world.staff.tie_trust[one, slot] = 0


def test_the_cast_is_chosen_once_and_alike_under_every_regime(begun):
    other = World(small(PEOPLE), "trust-and-learning", 3)
    one, two = LivingMap.of(begun, 150), LivingMap.of(other, 150)
    assert one.scene == two.scene == LivingMap.of(begun, 150).scene
    assert json.loads(json.dumps(one.scene)) == one.scene
    cast = one.cast
    assert cast.count == 150 == len(cast.x) == len(cast.y)
    assert cast.staff.tolist() == list(range(len(begun.staff.tie)))
    assert cast.organisations.tolist() == list(range(N_KINDS))
    assert len(cast.conveners) == len(begun.convener.place)
    steps = np.diff(cast.people)
    assert cast.people[0] == 0 and cast.people[-1] == PEOPLE - 1 and steps.max() - steps.min() <= 1


def test_everybody_has_a_spot_of_their_own_inside_the_picture(begun):
    for nodes in (60, 300, 1_500):
        cast = LivingMap.of(begun, nodes).cast
        assert (cast.x > 0).all() and (cast.x < 1).all() and (cast.y > 0).all() and (cast.y < cast.aspect).all()
        assert len(set(zip(cast.x.tolist(), cast.y.tolist(), strict=True))) == cast.count


def test_staff_stand_in_the_disc_of_their_organisation_and_people_outside(begun):
    cast = LivingMap.of(begun, 200).cast
    at = np.stack([cast.x, cast.y], axis=1)
    own = cast.discs[begun.staff.organisation[cast.staff]]
    staff = at[cast.first_staff:cast.first_convener]
    assert (np.linalg.norm(staff - own[:, :2], axis=1) < own[:, 2]).all()
    away = np.linalg.norm(at[cast.first_person:, None] - cast.discs[None, :, :2], axis=2)
    nearest = away.argmin(axis=1)
    assert (away.min(axis=1) > cast.discs[nearest, 2]).all()


def test_as_many_places_as_fit_are_shown_whole():
    world = World(small(4_000, world__places=4), "targets", 3)
    each = int(np.diff(world.staff_start).max() + np.diff(world.convener_start).max()) + N_KINDS
    assert LivingMap.of(world, 4 * each).cast.places.tolist() == [0, 1, 2, 3]
    some = LivingMap.of(world, 3 * each).cast
    assert some.places.tolist() == [0, 3]
    assert len(some.staff) == sum(int(np.diff(world.staff_start)[p]) for p in (0, 3))
    one = LivingMap.of(world, 20)
    assert one.cast.count == 20 and one.cast.places.tolist() == [0] and len(one.cast.staff) <= 12
    living = LivingMap.of(world, 3 * each)
    in_them = sum(a < world.staff_start[1] or a >= world.staff_start[3] for a, _ in bridges_of(world))
    assert living.frame(world).numbers.bridges == in_them


@pytest.mark.parametrize("nodes", [19, 5_001])
def test_too_few_or_too_many_nodes_are_refused(begun, nodes):
    with pytest.raises(ValueError, match=f"nodes is {nodes}.*20 to 5,000"):
        LivingMap.of(begun, nodes)


def test_another_world_is_refused(begun):
    with pytest.raises(ValueError, match="make a map of this world"):
        LivingMap.of(begun, 100).frame(World(small(1_000), "targets", 3))


def test_bridges_are_the_trusted_ties_across_organisations(world):
    living = LivingMap.of(world, 150)
    first = bridges_of(world)
    for _ in range(4):
        frame = living.frame(world)
        parts = net.unpacked(frame.data)
        kinds = parts.kinds & ~np.uint8(net.NEW)
        bridges = bridges_of(world)
        assert bridges and drawn(living, parts.ties[kinds == net.BRIDGE]) == bridges
        assert frame.numbers.bridges == len(bridges) and frame.numbers.bridges_start == len(first)
        assert frame.numbers.lost == len(first - bridges) and frame.numbers.made == len(bridges - first)
        assert parts.clusters[:, 3].sum() == 2 * len(bridges)
        pairs = {tuple(sorted(world.staff.organisation[list(pair)].tolist())) for pair in bridges}
        assert frame.numbers.pairs == len(pairs) and frame.numbers.pairs_possible == 21
        ties = ties_of(Modelled(world))
        assert drawn(living, parts.ties[kinds < net.KNOWS]) == set(ties)
        assert frame.numbers.trust == pytest.approx(np.mean(list(ties.values())), abs=1e-6)
        world.step(6)


def test_the_numbers_are_those_that_the_model_counts(world):
    """Practice quality, motivation and pressure of the picture, against the tallies of the tick."""
    living = LivingMap.of(world, 150)
    world.step(10)
    state = living._state(world)
    totals = world.totals()
    present = state.present
    assert present.sum() == totals.present[-1]
    practising = present & ~np.isnan(state.practice)
    assert practising.sum() == totals.practitioners[-1]
    assert state.practice[practising].sum() == pytest.approx(totals.quality[-1])
    assert state.motivation[present].sum() == pytest.approx(totals.motivation[-1])
    assert (present & state.burnt_out).sum() == totals.burnt_out[-1]
    assert state.pressure.sum() == pytest.approx(totals.pressure[-1])


def test_a_frame_says_how_staff_are(world):
    living = LivingMap.of(world, 150)
    cast, staff = living.cast, world.staff
    s, gone = 2, 5
    staff.motivation[s], staff.burnout[s], staff.vacant_until[s] = 0.65, 0.9, 0
    staff.vacant_until[gone] = world.now + 10
    world.organisation.pressure[int(staff.organisation[s])] = 0.4
    parts = net.unpacked(living.frame(world).data)
    node = cast.first_staff + s
    assert parts.colours[:2, node].tolist() == [round(254 * 0.4 / 0.8), round(254 * (0.65 - 0.4) / 0.5)]
    assert parts.states[node] == net.BURNT_OUT
    assert parts.states[cast.first_staff + gone] == net.VACANT
    assert parts.colours[:, cast.first_staff + gone].tolist() == [net.NOT_MEASURED] * 3
    hospital = int(np.flatnonzero(world.organisation.kind == HOSPITAL)[0])
    assert parts.colours[2, hospital] == net.NOT_MEASURED, "the hospital has no practice of its own"
    assert (parts.colours[:, cast.first_convener:] == net.NOT_MEASURED).all()
    assert parts.clusters[:, 0].sum() == len(staff.tie)
    assert parts.clusters[:, 1].sum() == (staff.vacant_until > world.now).sum()


def test_practice_that_changed_since_the_start_is_counted(world):
    world.staff.vacant_until[:] = 0
    world.staff.practice[0] = ~world.place.truth[0]
    world.staff.practice[1] = world.place.truth[0]
    living = LivingMap.of(world, 150)
    world.staff.practice[0], world.staff.practice[1] = world.place.truth[0], ~world.place.truth[0]
    frame = living.frame(world)
    assert (frame.numbers.better, frame.numbers.worse) == (1, 1)
    assert net.unpacked(frame.data).clusters[0, 4:].tolist() == [1, 1]
    node = living.cast.first_staff
    assert net.unpacked(frame.data).colours[2, node:node + 2].tolist() == [254, 0]


def test_a_frame_is_a_copy(world):
    living = LivingMap.of(world, 150)
    frame = living.frame(world)
    kept, scene = bytes(bytearray(frame.data)), json.dumps(living.scene)
    for family in world.columns.values():
        for column in family.values():
            column[...] = 1
    assert frame.data == kept and json.dumps(living.scene) == scene


def test_a_lost_bridge_stays_as_a_ghost_that_fades(world):
    living = LivingMap.of(world, 150)
    assert not len(net.unpacked(living.frame(world).data).ghosts)
    a, b = sorted(bridges_of(world))[0]
    part(world, a, b)
    frame = living.frame(world)
    parts = net.unpacked(frame.data)
    assert drawn(living, parts.ghosts) == {(a, b)} and parts.strength.tolist() == [255]
    assert frame.numbers.lost == 1
    world.now += KEPT_WEEKS // 2
    half = net.unpacked(living.frame(world).data)
    assert drawn(living, half.ghosts) == {(a, b)} and half.strength.tolist() == [128]
    world.now += KEPT_WEEKS // 2
    later = living.frame(world)
    assert not len(net.unpacked(later.data).ghosts) and later.numbers.lost == 1


def test_a_ghost_goes_when_the_bridge_is_back_and_when_the_run_goes_back(world):
    living = LivingMap.of(world, 150)
    early = world.fork()
    first = living.frame(early).data
    a, b = sorted(bridges_of(world))[0]
    part(world, a, b)
    world.now += 5
    assert len(net.unpacked(living.frame(world).data).ghosts) == 1
    early.now += 6
    back = net.unpacked(living.frame(early).data)
    assert not len(back.ghosts)
    again = back.kinds[back.kinds >= net.NEW]
    assert again.tolist() == [net.NEW + net.BRIDGE], "the tie that came back is new"
    early.now -= 6
    assert living.frame(early).data == first


def test_a_pair_of_organisations_that_lost_its_last_bridge_is_cut(world):
    living = LivingMap.of(world, 150)
    organisation = world.staff.organisation
    a, b = sorted(bridges_of(world))[0]
    pair = sorted(organisation[[a, b]].tolist())
    for one, other in bridges_of(world):
        if sorted(organisation[[one, other]].tolist()) == pair:
            part(world, one, other)
    frame = living.frame(world)
    assert net.unpacked(frame.data).cut.tolist() == [pair]
    assert frame.numbers.pairs == frame.numbers.pairs_start - 1


def test_a_convener_who_is_cut_is_not_one_who_never_was(world):
    world.convener.active[:] = 0
    world.convener.active[0] = 1
    living = LivingMap.of(world, 150)
    node = living.cast.first_convener
    assert net.unpacked(living.frame(world).data).states[node] == 0
    world.convener.active[0] = 0
    states = net.unpacked(living.frame(world).data).states[node:living.cast.first_person]
    assert states.tolist() == [net.POST_CUT] + [net.ABSENT] * (len(world.convener.active) - 1)


def test_people_are_tied_to_the_worker_who_knows_them(world):
    living = LivingMap.of(world, 150)
    cast = living.cast
    parts = net.unpacked(living.frame(world).data)
    knows = parts.ties[parts.kinds == net.KNOWS]
    known = {cast.people[a - cast.first_person]: cast.staff[b - cast.first_staff] for a, b in knows.tolist()}
    by = world.person.known_by
    assert known == {row: by[row] for row in cast.people.tolist() if by[row] != NOBODY}
    need = world.person.need[:, cast.people].sum(axis=0)
    assert parts.sizes[cast.first_person:].tolist() == np.rint(255 * np.clip(need / 2, 0, 1)).tolist()


def test_a_frame_comes_back_from_its_bytes(world):
    parts = net.unpacked(LivingMap.of(world, 100).frame(world).data)
    again = net.unpacked(net.packed(parts))
    assert again.tick == parts.tick == world.tick
    for one, other in zip(parts[1:], again[1:], strict=True):
        assert one.tolist() == other.tolist()


def test_a_frame_that_is_cut_or_of_another_version_is_refused(world):
    data = LivingMap.of(world, 100).frame(world).data
    with pytest.raises(ValueError, match="too short"):
        net.unpacked(data[:-1])
    with pytest.raises(ValueError, match="1 too many"):
        net.unpacked(data + b"\0")
    with pytest.raises(ValueError, match="version 9"):
        net.unpacked(b"\x09" + data[1:])


@pytest.mark.parametrize(("bridges", "lost", "says"), [
    (41, 13, "41 trusted ties across organisations, 12 fewer than at the start; 13 of the first 53 are gone."),
    (65, 0, "65 trusted ties across organisations, 12 more than at the start; all of the first are still there."),
    (53, 2, "53 trusted ties across organisations, as many as at the start; 2 of the first 53 are gone."),
])
def test_the_sentence_follows_the_numbers_both_ways(bridges, lost, says):
    numbers = Numbers(bridges, 53, lost, bridges - 53 + lost, 20, 16, 21, 0.4, 9, 4, 39)
    assert sentence(numbers) == (f"{says} 1 of 21 pairs of organisations has none (5 at the start). Practice is better "
                                 "than at the start in 9 of 39 posts and worse in 4.")


def test_the_ramp_darkens_at_every_step():
    def luminance(colour: str) -> float:
        rgb = np.array([int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)])
        return float(np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])

    steps = [luminance(colour) for colour in net.RAMP]
    assert all(one - other > 0.02 for one, other in zip(steps, steps[1:], strict=False))
    assert steps[0] > 0.85 and steps[-1] < 0.03


def test_the_widget_takes_a_scene_and_refuses_half_of_one(world):
    living = LivingMap.of(world, 100)
    frame = living.frame(world)
    widget = net.Network(scene=living.scene)
    widget.show(frame.data, frame.says)
    assert (widget.frame, widget.summary) == (frame.data, frame.says)
    with pytest.raises(ValueError, match="a scene lacks"):
        net.Network(scene={"nodes": {}})
    assert [measure["key"] for measure in MEASURES] == ["pressure", "motivation", "practice"]


def test_an_even_sample_has_both_ends():
    rows = np.arange(10, 20)
    assert placing.evenly(rows, 3).tolist() == [10, 14, 19]
    assert placing.evenly(rows, 99).tolist() == rows.tolist() and placing.evenly(rows, 0).tolist() == []


def test_cut_conveners_leave_fewer_bridges():
    """What the picture is for: under the same luck the regimes' pictures part."""
    scenario = simulation.load("convener-cut")
    numbers = []
    for name in scenario.compare:
        world = World(scenario, name, 1)
        living = LivingMap.of(world, 200)
        world.step(300)
        numbers.append(living.frame(world).numbers)
    assert numbers[0].bridges_start == numbers[1].bridges_start
    assert numbers[1].bridges < 0.7 * numbers[0].bridges
