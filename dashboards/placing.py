"""Who is shown in the living network, and where each stands: chosen once, the same for the same people.

A place is a hexagon: six organisations around their hospital, staff in a spiral around each, people in a fan outside,
near the worker who knows them; conveners stand between organisations. Several places stand in rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from simulation.vocabulary import HOSPITAL, N_KINDS, NOBODY, ORGANISATION_KINDS

if TYPE_CHECKING:
    from simulation.engine import World

FEWEST, MOST = 20, 5_000
ROOM_FOR_PEOPLE = 0.25
"""Share of the nodes kept for people when the world has more places than fit."""
GOLDEN = np.pi * (3 - 5**0.5)
SHORT = ("GP", "MH", "SC", "Ho", "Mo", "Co", "H")
"""Of the kinds of organisations, for small pictures."""
STRETCH = 1.38
"""Hexagons are drawn so much wider than high: labels need width."""


@dataclass(frozen=True)
class Cast:
    """Rows of those shown, in the order of nodes: organisations, staff, conveners, people; and where each stands.

    x and y are 0..1 and 0..aspect. `everybody` is how many people the world has, `discs` (organisations, 3) the centre
    and radius of each cluster, `grounds` (places, 3) those of each place.
    """

    places: np.ndarray
    organisations: np.ndarray
    staff: np.ndarray
    conveners: np.ndarray
    people: np.ndarray
    x: np.ndarray
    y: np.ndarray
    discs: np.ndarray
    grounds: np.ndarray
    aspect: float
    everybody: int

    @property
    def first_staff(self) -> int:
        return len(self.organisations)

    @property
    def first_convener(self) -> int:
        return self.first_staff + len(self.staff)

    @property
    def first_person(self) -> int:
        return self.first_convener + len(self.conveners)

    @property
    def count(self) -> int:
        return self.first_person + len(self.people)

    def scene(self, world: World) -> dict[str, Any]:
        """What the instrument is told once, as plain numbers and texts."""
        kinds = np.repeat([0, 1, 2, 3], [len(self.organisations), len(self.staff), len(self.conveners),
                                         len(self.people)])
        of = np.full(len(world.organisation.kind), NOBODY)
        of[self.organisations] = np.arange(len(self.organisations))
        cluster = np.concatenate([np.arange(len(self.organisations)), of[world.staff.organisation[self.staff]],
                                  np.full(len(self.conveners) + len(self.people), NOBODY)])
        clusters = [{"label": ORGANISATION_KINDS[kind].replace("_", " ").capitalize(), "short": SHORT[kind],
                     "place": i // N_KINDS, "node": i, "x": x, "y": y, "radius": radius}
                    for i, (kind, (x, y, radius)) in enumerate(zip(
                        world.organisation.kind[self.organisations].tolist(), self.discs.round(4).tolist(),
                        strict=True))]
        grounds = [{"label": f"Place {place + 1}", "x": x, "y": y, "radius": radius}
                   for place, (x, y, radius) in zip(self.places.tolist(), self.grounds.round(4).tolist(), strict=True)]
        return {"aspect": round(self.aspect, 4), "clusters": clusters, "places": grounds,
                "nodes": {"x": self.x.round(4).tolist(), "y": self.y.round(4).tolist(), "kind": kinds.tolist(),
                          "cluster": cluster.tolist()}}


def cast_of(world: World, nodes: int) -> Cast:
    """Who is shown and where: see `living.LivingMap.of`."""
    if not FEWEST <= nodes <= MOST:
        raise ValueError(f"nodes is {nodes}; the network shows {FEWEST} to {MOST:,}: 300 is easy to read")
    places = _places(world, nodes)
    conveners = _rows(world.convener_start, places)
    organisations = _rows(world.organisation_start, places)
    staff = evenly(_rows(world.staff_start, places), max(1, nodes - len(organisations) - len(conveners)))
    left = nodes - len(organisations) - len(staff) - len(conveners)
    people = evenly(_rows(world.person_start, places), left)
    parts = [_one_place(world, int(p), staff, conveners, people) for p in places]
    return _together(world, places, organisations, staff, conveners, people, parts)


def evenly(rows: np.ndarray, count: int) -> np.ndarray:
    """So many of the rows, spread evenly; all of them if there are no more."""
    if count >= len(rows):
        return rows
    return rows[np.linspace(0, len(rows) - 1, max(0, count)).astype(np.int64)]


def ones(words: np.ndarray) -> np.ndarray:
    """How many bits are set in each."""
    return np.bitwise_count(words).astype(np.float64)


def _places(world: World, nodes: int) -> np.ndarray:
    """As many places as fit, spread evenly over the rows; one at least."""
    if world.places == 1:
        return np.zeros(1, np.int64)
    each = (np.diff(world.staff_start) + np.diff(world.convener_start) + N_KINDS).max()
    room = nodes if each * world.places <= nodes else nodes * (1 - ROOM_FOR_PEOPLE)
    return evenly(np.arange(world.places), int(max(1, min(world.places, room // each))))


def _rows(start: np.ndarray, places: np.ndarray) -> np.ndarray:
    return np.concatenate([np.arange(start[p], start[p + 1]) for p in places]).astype(np.int64)


def _in(rows: np.ndarray, start: np.ndarray, place: int) -> np.ndarray:
    return rows[(rows >= start[place]) & (rows < start[place + 1])]


def _one_place(world: World, place: int, staff: np.ndarray, conveners: np.ndarray, people: np.ndarray) -> tuple:
    """(x, y) of organisations, staff, conveners and people of one place, and radii of clusters, around (0, 0)."""
    rows = _in(staff, world.staff_start, place)
    kind = world.organisation.kind[world.staff.organisation[rows]].astype(np.int64)
    counts = np.bincount(kind, minlength=N_KINDS)
    step = min(0.086, 0.38 / np.sqrt(counts.max() + 2.0))
    outward = np.pi / 3 * np.arange(6) - np.pi / 2
    centres = np.zeros((N_KINDS, 2))
    centres[:HOSPITAL] = np.stack([STRETCH * np.cos(outward), np.sin(outward)], axis=1)
    rank = np.arange(len(rows)) - np.searchsorted(kind, kind)  # rows of a place lie organisation by organisation
    turn = GOLDEN * rank + 0.7 * kind
    reach = step * np.sqrt(rank + 2.2)
    spots = centres[kind] + (reach * np.array([np.cos(turn), np.sin(turn)])).T
    radii = step * np.sqrt(counts + 2.2) + 0.035
    between = outward + np.pi / 6
    mine = _in(conveners, world.convener_start, place)
    at = between[(np.arange(len(mine)) * 3 + np.arange(len(mine)) // 2) % 6]
    posts = 0.62 * np.stack([STRETCH * np.cos(at), np.sin(at)], axis=1)
    return centres, spots, posts, _fans(world, place, rows, spots, kind, people, centres, radii, outward), radii


def _fans(world: World, place: int, rows: np.ndarray, spots: np.ndarray, kind: np.ndarray, people: np.ndarray,
          centres: np.ndarray, radii: np.ndarray, outward: np.ndarray) -> np.ndarray:
    """Places of the people: in rings outside the cluster of the worker who knows them, at that worker's side of it."""
    mine = _in(people, world.person_start, place)
    worker = world.person.known_by[mine]
    at = np.searchsorted(rows, worker)
    shown = (worker != NOBODY) & (rows[np.minimum(at, len(rows) - 1)] == worker)
    spread_over = np.arange(len(mine)) % HOSPITAL
    home = np.where(shown, kind[np.minimum(at, len(rows) - 1)], spread_over)
    home = np.where(home == HOSPITAL, spread_over, home)  # the middle has no outside
    spot = np.where(shown[:, None], spots[np.minimum(at, len(rows) - 1)], centres[home])
    placed = np.zeros((len(mine), 2))
    gap = min(0.062, 0.9 / np.sqrt(max(1.0, len(mine))))
    for cluster in range(HOSPITAL):
        who = np.flatnonzero(home == cluster)
        slots = _slots(len(who), radii[cluster] + (0.26 if cluster == 0 else 0.07), gap, 1.9)  # a name above the first
        away = spot[who] - centres[cluster]
        side = np.angle(np.exp(1j * (np.arctan2(away[:, 1], away[:, 0]) - outward[cluster])))
        side[~shown[who]] = np.linspace(-1.8, 1.8, int((~shown[who]).sum()))
        turned = slots[np.argsort(slots[:, 1], kind="stable")]
        order = who[np.argsort(side, kind="stable")]
        turn = turned[:, 1] + outward[cluster]
        placed[order] = centres[cluster] + turned[:, :1] * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return placed


def _slots(count: int, first: float, gap: float, half: float) -> np.ndarray:
    """(radius, angle) of so many spots in rings from `first` on, within `half` radians of straight out."""
    found: list[np.ndarray] = []
    radius, left = first, count
    while left > 0:
        fit = int(2 * half * radius / gap) + 1
        angles = np.linspace(-half, half, fit) if left >= fit else np.linspace(-half, half, left + 2)[1:-1]
        found.append(np.stack([np.full(len(angles), radius), angles], axis=1))
        left -= len(angles)
        radius += gap
    return np.concatenate(found) if found else np.zeros((0, 2))


def _together(world: World, places: np.ndarray, organisations: np.ndarray, staff: np.ndarray, conveners: np.ndarray,
              people: np.ndarray, parts: list[tuple]) -> Cast:
    """Places side by side in rows, fitted into a picture of width 1."""
    everything = np.concatenate([np.concatenate(part[:4]) for part in parts])
    low = np.minimum(everything.min(axis=0) - 0.06, [-1.75, -1.5])
    high = np.maximum(everything.max(axis=0) + 0.06, [1.75, 1.4])
    half = (high - low) / 2
    columns = min(len(places), int(np.ceil(np.sqrt(1.6 * len(places) * half[1] / half[0]))))
    lines = int(np.ceil(len(places) / columns))
    unit = 1.0 / (2 * half[0] * columns)
    middle = np.stack([(2 * (np.arange(len(places)) % columns) + 1) * half[0],
                       (2 * (np.arange(len(places)) // columns) + 1) * half[1]], axis=1) - (low + high) / 2
    stood = [np.concatenate([part[i] + middle[p] for p, part in enumerate(parts)]) * unit for i in range(4)]
    radii = np.concatenate([part[4] for part in parts]) * unit
    at = np.concatenate(stood)
    grounds = np.column_stack([middle * unit, np.full(len(places), half.min() * unit)])
    return Cast(places, organisations, staff, conveners, people, at[:, 0], at[:, 1],
                np.column_stack([stood[0], radii]), grounds, float(2 * half[1] * lines * unit), len(world.person.trust))
