"""Which people, posts and ties the living network shows of a world, where they stand, and how they are at a moment.

The colour of an organisation and its staff is pressure, motivation or practice: here the agreement of own practice
with what is right in the place, as the outcome `practice_quality` counts it. A bridge is a tie between organisations
that is trusted enough to bear weight, as the outcome `ties_across` counts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from dashboards import placing
from dashboards.instruments import network as net
from simulation.vocabulary import CHOICES, HOSPITAL, N_KINDS, NOBODY

if TYPE_CHECKING:
    from simulation.engine import World

MEASURES = (
    {"key": "pressure", "label": "Pressure", "low": 0.0, "high": 0.8, "notable": 0.05, "out_of": 100,
     "low_label": "0 none", "high_label": "80 or more of 100"},
    {"key": "motivation", "label": "Motivation", "low": 0.4, "high": 0.9, "notable": 0.05, "out_of": 100,
     "low_label": "40 or less", "high_label": "90 or more of 100"},
    {"key": "practice", "label": "Practice", "low": 0.6, "high": 1.0, "notable": 0.05, "out_of": 10,
     "low_label": "6 or fewer", "high_label": "all 10 choices right here"},
)
"""What colours can show, each with its range; `notable` is the least change that is marked."""
KEPT_WEEKS = 52
"""How long a lost bridge is still shown, fading."""
MOST_NEED = 2.0
"""Unmet need, summed over domains, that is drawn largest."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a frame comes to; of the places shown, every member of staff counted.

    bridges, pairs: trusted ties across organisations; pairs of organisations of one place with at least one.
    lost, made: bridges of the start that are gone, and bridges that the start did not have.
    trust: mean of all ties within and across, NaN without any. better, worse: filled posts (the hospital's apart)
    whose practice is right in more, or fewer, choices than at the start, of `practising`.
    """

    bridges: int
    bridges_start: int
    lost: int
    made: int
    pairs: int
    pairs_start: int
    pairs_possible: int
    trust: float
    better: int
    worse: int
    practising: int


class Frame(NamedTuple):
    """One moment: the bytes for the instrument, the numbers behind them, and a sentence made from the numbers."""

    tick: int
    data: bytes
    numbers: Numbers
    says: str


class _State(NamedTuple):
    """Copies of what a moment is drawn from. Ties are of all staff of the places shown, one-way, smaller row first."""

    a: np.ndarray
    b: np.ndarray
    trust: np.ndarray
    across: np.ndarray
    bridge: np.ndarray
    present: np.ndarray
    burnt_out: np.ndarray
    motivation: np.ndarray
    practice: np.ndarray
    pressure: np.ndarray


class LivingMap:
    """The nodes of one world and their places, chosen once, and the memory of which bridges it had.

    `scene` is for `Network.scene`. Frames are taken in the order of the run; going back begins the memory anew.
    """

    def __init__(self, world: World, cast: placing.Cast) -> None:
        self.cast = cast
        self._node_of = np.full(len(world.staff.tie), NOBODY)
        self._node_of[cast.staff] = cast.first_staff + np.arange(len(cast.staff))
        self._rows = np.concatenate([np.arange(world.staff_start[p], world.staff_start[p + 1]) for p in cast.places])
        self._position = np.full(len(world.staff.tie), NOBODY)
        self._position[self._rows] = np.arange(len(self._rows))
        self._cluster = np.full(len(world.organisation.kind), NOBODY)
        self._cluster[cast.organisations] = np.arange(len(cast.organisations))
        self._keep = max(1.0, KEPT_WEEKS / world.tick_weeks)
        self._caseload = max(1.0, 1.5 * float(self._knows(world).max(initial=1)))
        now = self._state(world)
        self._start, self._start_keys = now, now.a[now.bridge] << 32 | now.b[now.bridge]
        self._start_pairs = self._pairs(world, now)
        self._forget(world)
        colours = self._colours(world, now)
        self.scene: dict[str, Any] = {
            **cast.scene(world), "measures": [dict(measure) for measure in MEASURES],
            "start": {"colours": colours.tolist(), "bridges": self._figures(world, now)[:, 3].tolist()}}

    @classmethod
    def of(cls, world: World, nodes: int = 300) -> LivingMap:
        """The map of a world as it stands; take it at the start, so that regimes share their picture.

        Args:
            nodes: how many to show at most: all organisations, staff and conveners of as many places as fit, spread
                evenly, and people, spread evenly. If one place has more staff than that, an even sample of them.

        Raises:
            ValueError: for fewer than 20 nodes, or more than 5,000.
        """
        return cls(world, placing.cast_of(world, nodes))

    def frame(self, world: World) -> Frame:
        """The moment at which the world is. Nothing of it changes when the world goes on.

        Raises:
            ValueError: for a world with other numbers of people or staff than that of the map.
        """
        if len(world.staff.tie) != len(self._node_of) or len(world.person.trust) != self.cast.everybody:
            raise ValueError(f"this world has {len(world.person.trust):,} people and {len(world.staff.tie):,} posts, "
                             f"the map {self.cast.everybody:,} and {len(self._node_of):,}; make a map of this world")
        if world.tick < self._tick:
            self._forget(world)
        now = self._state(world)
        keys = now.a[now.bridge] << 32 | now.b[now.bridge]
        gone = np.setdiff1d(self._bridges, keys)
        still = ~np.isin(self._lost, keys) & (world.tick - self._lost_at < self._keep)
        self._lost = np.concatenate([self._lost[still], gone])
        self._lost_at = np.concatenate([self._lost_at[still], np.full(len(gone), world.tick)])
        figures, pairs = self._figures(world, now), self._pairs(world, now)
        numbers = self._numbers(now, keys, figures, pairs)
        data = net.packed(self._parts(world, now, figures, np.setdiff1d(self._start_pairs, pairs)))
        self._bridges, self._all, self._tick = keys, now.a << 32 | now.b, world.tick
        return Frame(world.tick, data, numbers, sentence(numbers))

    def _forget(self, world: World) -> None:
        self._bridges = self._start_keys
        self._all = self._start.a << 32 | self._start.b
        self._lost, self._lost_at = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._seen = world.convener.active[self.cast.conveners] > 0
        self._tick = -1

    def _state(self, world: World) -> _State:
        staff, rows = world.staff, self._rows
        at, slot = np.nonzero(staff.tie[rows] != NOBODY)
        a = rows[at]
        b = staff.tie[a, slot].astype(np.int64)
        trust = staff.tie_trust[a, slot].astype(np.float64)
        held = (a < b) & np.isin(a << 32 | b, b << 32 | a)  # at both ends, as `simulation.network.ties_of` has it
        a, b, trust = a[held], b[held], trust[held]
        across = staff.organisation[a] != staff.organisation[b]
        organisation = staff.organisation[rows]
        kind = world.organisation.kind[organisation]
        wrong = staff.practice[rows] ^ world.place.truth[organisation // N_KINDS]
        domain = np.minimum(kind, HOSPITAL - 1).astype(np.uint64) * np.uint64(CHOICES)
        practice = 1.0 - placing.ones(wrong >> domain & np.uint64((1 << CHOICES) - 1)) / CHOICES
        practice[kind == HOSPITAL] = np.nan
        return _State(a, b, trust, across, across & (trust >= world.numbers["care"].tie_trusted),
                      staff.vacant_until[rows] <= world.now,
                      staff.burnout[rows] > world.numbers["pressure"].burnt_out,
                      staff.motivation[rows].astype(np.float64), practice, world.organisation.pressure.copy())

    def _pairs(self, world: World, now: _State) -> np.ndarray:
        """The pairs of clusters with a bridge, each as one number."""
        one = self._cluster[world.staff.organisation[now.a[now.bridge]]]
        other = self._cluster[world.staff.organisation[now.b[now.bridge]]]
        return np.unique(np.minimum(one, other) << 16 | np.maximum(one, other))

    def _changes(self, now: _State) -> tuple[np.ndarray, np.ndarray]:
        change = np.where(now.present, now.practice - self._start.practice, 0.0)
        return change > 1e-9, change < -1e-9

    def _figures(self, world: World, now: _State) -> np.ndarray:
        """(clusters, 6): see `CLUSTER_FIGURES`."""
        n = len(self.cast.organisations)
        of = self._cluster[world.staff.organisation[self._rows]]
        better, worse = self._changes(now)
        ends = self._cluster[world.staff.organisation[np.concatenate([now.a[now.bridge], now.b[now.bridge]])]]
        return np.stack([np.bincount(of, minlength=n), np.bincount(of[~now.present], minlength=n),
                         np.bincount(of[now.present & now.burnt_out], minlength=n), np.bincount(ends, minlength=n),
                         np.bincount(of[better], minlength=n), np.bincount(of[worse], minlength=n)], axis=1)

    def _numbers(self, now: _State, keys: np.ndarray, figures: np.ndarray, pairs: np.ndarray) -> Numbers:
        kept = len(np.intersect1d(keys, self._start_keys))
        return Numbers(len(keys), len(self._start_keys), len(self._start_keys) - kept, len(keys) - kept, len(pairs),
                       len(self._start_pairs), len(self.cast.places) * N_KINDS * (N_KINDS - 1) // 2,
                       float(now.trust.mean()) if len(now.trust) else float("nan"), int(figures[:, 4].sum()),
                       int(figures[:, 5].sum()), int((now.present & ~np.isnan(now.practice)).sum()))

    def _colours(self, world: World, now: _State) -> np.ndarray:
        """(3, nodes): 0..254 within the range of the measure, 255 where nothing is measured."""
        cast, n = self.cast, len(self.cast.organisations)
        of = self._cluster[world.staff.organisation[self._rows]]
        values = np.full((3, cast.count), np.nan)
        shown = self._position[cast.staff]
        pressure = now.pressure[cast.organisations]
        for row, each in enumerate((pressure[of], now.motivation, now.practice)):
            mine = np.where(now.present, each, np.nan)
            values[row, cast.first_staff:cast.first_staff + len(shown)] = mine[shown]
            known = ~np.isnan(mine)
            sums, counts = np.bincount(of[known], mine[known], n), np.bincount(of[known], minlength=n)
            values[row, :n] = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
        values[0, :n] = pressure
        low = np.array([m["low"] for m in MEASURES])[:, None]
        high = np.array([m["high"] for m in MEASURES])[:, None]
        scaled = np.rint(254 * np.clip((values - low) / (high - low), 0, 1))
        return np.where(np.isnan(values), net.NOT_MEASURED, np.nan_to_num(scaled)).astype(np.uint8)

    def _knows(self, world: World) -> np.ndarray:
        """How many people each member of staff (of the places shown) knows best."""
        counts = np.zeros(len(self._rows), np.int64)
        for p in self.cast.places:
            by = world.person.known_by[world.person_start[p]:world.person_start[p + 1]]
            at = self._position[by[by != NOBODY]]
            counts += np.bincount(at[at >= 0], minlength=len(counts))
        return counts

    def _parts(self, world: World, now: _State, figures: np.ndarray, cut: np.ndarray) -> net.Parts:
        cast, node = self.cast, self._node_of
        old = np.isin(now.a << 32 | now.b, self._all)
        kinds = np.where(now.bridge, net.BRIDGE, np.where(now.across, net.WEAK, net.WITHIN)) + np.where(old, 0, net.NEW)
        ties = [np.stack([node[now.a], node[now.b]], axis=1)]
        trust, kinds = [now.trust], [kinds]
        knower = world.person.known_by[cast.people]
        ties.append(np.stack([cast.first_person + np.arange(len(knower)),
                              np.where(knower == NOBODY, NOBODY, node[knower])], axis=1))
        trust.append(world.person.known_strength[cast.people].astype(np.float64))
        kinds.append(np.full(len(knower), net.KNOWS))
        contact = world.staff.contact[cast.staff]
        ties.append(np.stack([node[cast.staff], np.where(contact > cast.staff, node[contact], NOBODY)], axis=1))
        trust.append(world.staff.contact_trust[cast.staff].astype(np.float64))
        kinds.append(np.full(len(contact), net.ELSEWHERE))
        pairs = np.concatenate(ties)
        drawn = (pairs >= 0).all(axis=1)
        ghosts = np.stack([node[self._lost >> 32], node[self._lost & 0xFFFFFFFF]], axis=1)
        seen = (ghosts >= 0).all(axis=1)
        fading = 255 * (1 - (world.tick - self._lost_at) / self._keep)
        sizes, states = self._bodies(world, now)
        return net.Parts(world.tick, pairs[drawn], ghosts[seen], np.stack([cut >> 16, cut & 0xFFFF], axis=1), figures,
                         self._colours(world, now), sizes, states,
                         np.rint(255 * np.clip(np.concatenate(trust)[drawn], 0, 1)), np.concatenate(kinds)[drawn],
                         np.rint(np.clip(fading[seen], 0, 255)))

    def _bodies(self, world: World, now: _State) -> tuple[np.ndarray, np.ndarray]:
        """Sizes and states of the nodes."""
        cast = self.cast
        sizes, states = np.zeros(cast.count), np.zeros(cast.count, np.int64)
        shown, staff = self._position[cast.staff], slice(cast.first_staff, cast.first_staff + len(cast.staff))
        sizes[staff] = self._knows(world)[shown] / self._caseload
        states[staff] = (net.VACANT * ~now.present[shown] + net.BURNT_OUT * (now.present & now.burnt_out)[shown])
        active = world.convener.active[cast.conveners] > 0
        self._seen = self._seen | active
        first = cast.first_convener
        states[first:first + len(active)] = np.where(active, 0, np.where(self._seen, net.POST_CUT, net.ABSENT))
        sizes[cast.first_person:] = world.person.need[:, cast.people].sum(axis=0) / MOST_NEED
        return np.rint(255 * np.clip(sizes, 0, 1)), states


def sentence(n: Numbers) -> str:
    """The picture in words, made from its numbers: whichever way they went."""
    more = n.bridges - n.bridges_start
    compared = (f"{abs(more):,} {'more' if more > 0 else 'fewer'} than at the start" if more
                else "as many as at the start")
    without, before = n.pairs_possible - n.pairs, n.pairs_possible - n.pairs_start
    has = "has" if without == 1 else "have"
    gone = f"{n.lost:,} of the first {n.bridges_start:,} are gone" if n.lost else "all of the first are still there"
    return (f"{n.bridges:,} trusted {'tie' if n.bridges == 1 else 'ties'} across organisations, {compared}; {gone}. "
            f"{without:,} of {n.pairs_possible:,} pairs of organisations {has} none ({before:,} at the start). "
            f"Practice is better than at the start in {n.better:,} of {n.practising:,} posts and worse in {n.worse:,}.")

