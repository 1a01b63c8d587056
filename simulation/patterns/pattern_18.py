"""Pattern 18: well-linked networks win early and lose late, and groups with a few links across are best in the end.

Set-up: organisations of 49 who learn from colleagues, in four shapes: everybody tied to twelve at random (as many as
the model lets anybody hold); groups of seven in which each knows the other six; the same groups with a tenth of their
ties led elsewhere; and six ties at random. Required of the mean quality of practice: twelve ties are ahead of both
sorts of groups in the second year; in the last year groups with links across are ahead of twelve ties, of groups
alone and of six ties at random. Direction only (test the shape, not the level). Sources: Lazer & Friedman 2007,
doi:10.2189/asqu.52.4.667 (curves cross); Fang, Lee & Schilling 2010, doi:10.1287/orsc.1090.0468 (an inverted U, best
with about a tenth of links across).
"""

from __future__ import annotations

import numpy as np

from simulation.columns import MAX_TIES
from simulation.engine import World
from simulation.patterns.showing import Shown, world
from simulation.vocabulary import N_KINDS, NOBODY

GROUP = 7
ACROSS = 0.1
TRUST = 0.5
YEAR = 52
SHAPES = {"twelve ties": (MAX_TIES, 1.0), "groups": (GROUP - 1, 0.0), "groups with links across": (GROUP - 1, ACROSS),
          "six ties": (GROUP - 1, 1.0)}
"""Ties of each, and the share of them that is led elsewhere at random."""
MISSED = (
    "Twelve ties are ahead early and late, and the more ties lead across groups the better, without a turning "
    "point. No choice of how to help depends on another here, so that there is one peak and nothing to be trapped "
    "on; and colleagues copy one choice at a time from whoever visibly does better, which recombines good choices "
    "the faster the more colleagues are in sight.")


def network(people: int, ties: int, elsewhere: float, chance: np.random.Generator) -> list[set[int]]:
    """Who is tied to whom: a ring of groups, or of neighbours, with a share of ties led elsewhere, degrees kept.

    Two ties a-b and c-d become a-d and c-b (Maslov & Sneppen 2002), so that everybody keeps as many.
    """
    if ties == GROUP - 1:
        near = [{b for b in range(people) if b != a and b // GROUP == a // GROUP} for a in range(people)]
    else:
        near = [{(a + step) % people for step in range(-(ties // 2), ties // 2 + 1) if step} for a in range(people)]
    edges = [(a, b) for a in range(people) for b in near[a] if a < b]
    # Each exchange leads two ties elsewhere; three times as many as there are ties leave nothing of the old order.
    exchanges = round(len(edges) * (3.0 if elsewhere == 1.0 else elsewhere / 2))
    while exchanges:
        one, other = chance.choice(len(edges), 2, replace=False)
        (a, b), (c, d) = edges[one], edges[other][:: int(chance.choice((1, -1)))]
        if len({a, b, c, d}) == 4 and d not in near[a] and b not in near[c]:
            near[a] ^= {b, d}
            near[b] ^= {a, c}
            near[c] ^= {d, b}
            near[d] ^= {c, a}
            edges[one], edges[other] = (a, d), (c, b)
            exchanges -= 1
    return near


def tie_everybody(model: World, ties: int, elsewhere: float, seed: int) -> None:
    """Give the first organisation of every place this shape; nobody else has ties."""
    staff = model.staff
    staff.tie[:], staff.tie_trust[:] = NOBODY, 0.0
    for place in range(model.places):
        first, last = model.organisation_staff[place * N_KINDS], model.organisation_staff[place * N_KINDS + 1]
        for a, near in enumerate(network(last - first, ties, elsewhere, np.random.default_rng((seed, place)))):
            staff.tie[first + a, :len(near)] = [first + b for b in sorted(near)]
            staff.tie_trust[first + a, :len(near)] = TRUST


def quality(seed: int, ties: int, elsewhere: float) -> np.ndarray:
    """Mean quality of practice of the organisations tied in this shape, week by week."""
    scenario = world("18-networks")
    model = World(scenario, next(iter(scenario.regimes)), seed)
    tie_everybody(model, ties, elsewhere, seed)
    rows = np.concatenate([np.arange(*model.organisation_staff[place * N_KINDS:place * N_KINDS + 2])
                           for place in range(model.places)])
    place = np.searchsorted(model.staff_start, rows, side="right") - 1
    ten = np.uint64(2**10 - 1)
    found = np.empty(scenario.ticks)
    for week in range(scenario.ticks):
        model.step()
        wrong = (model.staff.practice[rows] ^ model.place.truth[place]) & ten
        found[week] = 1 - np.bitwise_count(wrong).mean() / 10
    model.close()
    return found


def measure(seed: int) -> Shown:
    """See the module."""
    curves = {shape: quality(seed, *how) for shape, how in SHAPES.items()}
    second, last = ({shape: float(curve[weeks].mean()) for shape, curve in curves.items()}
                    for weeks in (slice(YEAR, 2 * YEAR), slice(-YEAR, None)))
    dense, groups, linked, random = SHAPES
    holds = (second[dense] > max(second[groups], second[linked])
             and last[linked] > max(last[dense], last[groups], last[random]))
    return Shown(holds, {f"quality of practice, {when}, {shape}": means[shape]
                         for when, means in (("second year", second), ("last year", last)) for shape in SHAPES})
