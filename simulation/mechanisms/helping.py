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
def bespoke_chance(discretion, motivation, complexity, focus, load, yields):
    """Chance of departing from the book: discretion times motivation, more for lives further from the common case.

    Where there is more work than hours, discretion gives way to routine.
    """
    room = max(0.0, 1.0 - yields * max(0.0, load - 1.0))
    return discretion * motivation * (1.0 - focus + focus * complexity * 2.0) * room


@rule
def bespoke_time(book_hours, more_hours, complexity, saving):
    """Hours of a bespoke contact: longer than by the book, the more so the more complex the life."""
    return (book_hours + more_hours * (1.0 + 2.0 * complexity) / 3.0) * (1.0 - saving)


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
def listening_chance(listen, trust, strength):
    """Chance of understanding one exception in a bespoke contact: more with trust and with a known worker."""
    return min(0.95, listen * (0.4 + 0.6 * trust) * (1.0 + strength))


@rule
def absence_chance(base, slope, wait_weeks):
    """Non-attendance rises with the wait and levels off after four weeks."""
    return base + slope * min(1.0, wait_weeks / 4.0)


@rule
def booked_ahead(booking, need, u):
    """Ticks until the first appointment that is offered: skewed; mean `booking` at need 0.2, less above."""
    return 3.0 * booking * u * u * (1.2 - need)


@rule
def brought_forward(wait, target, pressure, u):
    """Whether somebody about to breach is squeezed in before their appointment: the more, the more pressure."""
    return wait + 1.0 > target >= wait and u < pressure


@rule
def closeness(wait, target, after_breach):
    """How near a waiting person is to a breach: rises steeply to 1 at the target; small once it has been missed."""
    if wait > target:
        return after_breach
    near = (wait + 1.0) / (target + 1.0)
    return near * near * near * near


@rule
def priority(need, wait, target, complexity, pressure, payment, n_waiting_weight, n_breach_weight, after_breach):
    """Order of service: need + waiting + (pressure x closeness to breach) + (payment x easiness)."""
    return (need + n_waiting_weight * min(2.0, wait / (target + 1.0))
            + n_breach_weight * pressure * closeness(wait, target, after_breach) + payment * (1.0 - complexity))
