"""The rules of one contact: who helps, how long it takes, how well the help fits, and what it changes.

Scalar rules only; the loop that applies them is in `serving.py`.
"""

from __future__ import annotations

import numpy as np

from simulation.chance import unit, word
from simulation.kernel import rule, wide
from simulation.vocabulary import CHOICES

CHOICE_MASK = np.uint64((1 << CHOICES) - 1)
NONE = np.uint64(0)
ONE = np.uint64(1)


@rule
def domain_bits(bits, domain):
    """The ten choices of one domain out of a 60-bit word."""
    return (bits >> np.uint64(domain * CHOICES)) & CHOICE_MASK


@rule
def ones(bits):
    """How many of ten bits are set."""
    count = 0
    while bits != NONE:
        bits &= bits - ONE
        count += 1
    return count


@rule
def fit_of(response, right):
    """Share of the ten choices on which a response is right for the person."""
    return 1.0 - ones((response ^ right) & CHOICE_MASK) / wide(CHOICES)


@rule
def informed(practice, right, known):
    """A response that follows own practice, except where the person is understood."""
    return (practice & ~known) | (right & known)


@rule
def share_removed(fit, strength, rush, rush_loss):
    """Share of a need that one contact removes: strength * max(0, 2 fit - 1) * (1 - rush_loss * rush)."""
    return strength * max(0.0, 2.0 * fit - 1.0) * (1.0 - rush_loss * rush)


@rule
def bespoke_chance(discretion, motivation, complexity, load, n):
    """Chance of departing from the book: discretion times motivation, more for lives further from the common case.

    Where there is more work than hours, discretion gives way to routine.
    """
    room = max(0.0, 1.0 - n.bespoke_yields * max(0.0, load - 1.0))
    return discretion * motivation * (1.0 - n.focus + n.focus * complexity / n.focus_at) * room


@rule
def bespoke_time(complexity, saving, n):
    """Hours of a bespoke contact: longer than by the book, the more so the more complex the life."""
    more = n.bespoke_hours * (n.bespoke_least + (1.0 - n.bespoke_least) * complexity)
    return (n.book_hours + more) * (1.0 - saving)


@rule
def some_of(bits, chance, k, person, draw):
    """Each set bit of one domain kept with this chance: what is heard, or what survives a handover."""
    kept = NONE
    for b in range(CHOICES):
        one = ONE << np.uint64(b)
        if bits & one != NONE and unit(word(k, person, draw + b)) < chance:
            kept |= one
    return kept


@rule
def listening_chance(trust, strength, n):
    """Chance of understanding one exception in a bespoke contact: more with trust and with a known worker."""
    told = n.listen_floor + (1.0 - n.listen_floor) * trust
    return min(1.0, n.listen * told * (1.0 + n.listen_known * strength))


@rule
def absence_chance(wait, n):
    """Non-attendance rises with the wait and levels off."""
    return n.absence_base + n.absence_slope * min(1.0, wait / n.absence_levels)


@rule
def calendar(booking, load, follows):
    """Ticks ahead for which a small need is booked on average: `booking` where all hours are taken, less where some are
    free. Beyond a load of 1 it is the hours that make people wait, not the calendar."""
    return booking * (1.0 - follows * (1.0 - min(1.0, load)))


@rule
def booked_ahead(booking, need, u, urgency):
    """Ticks until the first appointment that is offered: skewed (3 u^2, of mean 1), and less the larger the need."""
    return booking * 3.0 * u * u * (1.0 - urgency * need)


@rule
def brought_forward(wait, target, pressure, u):
    """Whether somebody about to breach is squeezed in before their appointment: the more, the more pressure."""
    return wait + 1.0 > target >= wait and u < pressure


@rule
def closeness(wait, target, n):
    """How near a waiting person is to a breach: rises steeply to 1 at the target; small once it has been missed."""
    if wait > target:
        return n.after_breach
    return ((wait + 1.0) / (target + 1.0)) ** n.breach_steepness


@rule
def priority(need, wait, target, complexity, pressure, payment, n):
    """Order of service: need + waiting + (pressure x closeness to breach) + (payment x easiness)."""
    near = n.breach_weight * pressure * closeness(wait, target, n) if pressure > 0.0 else 0.0
    return need + n.wait_weight * min(n.wait_counts, wait / (target + 1.0)) + near + payment * (1.0 - complexity)
