"""Spread: a place reviews its regime by what its commissioner can see, and approaches travel to neighbours.

Places stand on a ring; each sees the two nearest on both sides. At its review a place that sees a better recorded
figure next door, under another regime, adopts that regime with chance `adoption`, and only in part (`fidelity`:
levers move that share of the way). A regime younger than `trial_period` whose figure has dipped below the last review
is dropped for that of the neighbours with the best figure. Only places with different regimes can spread anything:
with one place, or one regime, this does nothing. Sources: imitation as in Bass, without his spontaneous adoption;
fidelity, Dixon-Woods 2013, doi:10.1186/1748-5908-8-70 (one unit in 17 transformed); that pilots die of early dips is a
hypothesis of the source texts.
"""

from __future__ import annotations

import numpy as np

from simulation.chance import uniform
from simulation.events import REGIME_CHANGED
from simulation.mechanisms.base import Mechanism
from simulation.parameters import Parameter as P
from simulation.parameters import Table
from simulation.vocabulary import N_KINDS

TABLE = Table("spread", "Places review their regime and look next door", (
    P("review", 1, "year", 0.1, 20, "judgement", "Annual planning", "Time between reviews of a place."),
    P("adoption", 0.35, "share", 0.1, 0.6, "judgement",
      "Bass q 0.38 a year for consumer goods (Sultan 1990, recalled); 103 drugs took a median of 8.2 years (Dunn 2012)",
      "Chance to adopt what works better next door, at a review."),
    P("margin", 0.02, "share", 0, 0.5, "judgement", "A difference must be seen",
      "Difference in the figure that is seen."),
    P("fidelity", 0.4, "share", 0.05, 0.9, "judgement",
      "Of 17 units one transformed, five boosted what they did, eleven changed little: Dixon-Woods 2013, "
      "doi:10.1186/1748-5908-8-70; central 0.4",
      "How much of a regime is really taken over."),
    P("trial_period", 2, "year", 0, 20, "judgement", "Pilots are judged early",
      "Age below which a dip kills a regime."),
    P("dip", 0.02, "share", 0, 0.5, "judgement", "A fall that a board sees",
      "Fall of the figure that kills a young regime."),
))
SpreadNumbers = TABLE.fields("SpreadNumbers", __name__)


def neighbours(place: int, places: int) -> list[int]:
    """The two nearest places on each side of a ring, without the place itself."""
    return sorted({(place + step) % places for step in (-2, -1, 1, 2)} - {place})


def _meet(world) -> None:
    n = world.numbers["spread"]
    every = max(1, int(n.review))
    regimes = world.place.regime
    if world.places < 2 or world.now % every != 0 or (regimes == regimes[0]).all():
        return
    figures = world.organisation.recorded.reshape(-1, N_KINDS)[:, :-1].mean(axis=1)
    k = world.key("review")
    changes = []
    for p in range(world.places):
        near = neighbours(p, world.places)
        best = max(near, key=lambda q: (figures[q], -q))
        young = world.now - world.place.regime_since[p] < n.trial_period
        dipped = young and figures[p] < world.place.recorded_memory[p] - n.dip
        sees_better = figures[best] > figures[p] + n.margin and uniform(k, p, 0) < n.adoption
        if regimes[best] != regimes[p] and (dipped or sees_better):
            changes.append((p, int(regimes[best])))
    world.place.recorded_memory[:] = figures
    for p, regime in changes:
        world.adopt(p, regime, n.fidelity)
        world.note(REGIME_CHANGED, detail=p)


MECHANISM = Mechanism(
    "spread", "How do approaches find a foothold?", TABLE,
    reads=("recorded", "regime", "regime_since", "recorded_memory"),
    writes=("regime", "regime_since", "recorded_memory", "levers"),
    advance=None, meet=_meet,
)


def starting_regimes(shares: dict[int, float], places: int) -> np.ndarray:
    """Which regime each place starts with: regimes in turn round the ring, in the given shares."""
    out = np.zeros(places, np.int32)
    given = dict.fromkeys(shares, 0)
    for p in range(places):
        behind = max(shares, key=lambda r: (shares[r] * (p + 1) - given[r], -r))
        out[p] = behind
        given[behind] += 1
    return out
