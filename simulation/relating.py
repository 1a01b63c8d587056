"""Ties between members of staff: held at both ends, twelve at most, the weakest gives way.

These few functions receive arrays (unlike rules) because they run rarely: when people meet for the first time or part.
"""

from __future__ import annotations

from simulation.columns import MAX_TIES
from simulation.kernel import kernel_part, rule, wide
from simulation.vocabulary import NOBODY


@kernel_part
def position(tie, a, b):
    """Where `a` holds the tie to `b`, -1 if not at all."""
    for j in range(MAX_TIES):
        if tie[a, j] == b:
            return j
    return -1


@rule
def drop(tie, trust, a, b):
    """Forget the tie between `a` and `b` at both ends."""
    j = position(tie, a, b)
    if j >= 0:
        tie[a, j] = NOBODY
        trust[a, j] = 0.0
    j = position(tie, b, a)
    if j >= 0:
        tie[b, j] = NOBODY
        trust[b, j] = 0.0


@rule
def room(tie, trust, a, strength):
    """A free position of `a`, or that of a tie weaker than `strength`; -1 if every tie is stronger."""
    weakest, found = strength, -1
    for j in range(MAX_TIES):
        if tie[a, j] == NOBODY:
            return j
        if wide(trust[a, j]) < weakest:
            weakest, found = wide(trust[a, j]), j
    return found


@rule
def link(tie, trust, a, b, strength):
    """Tie `a` and `b` with trust `strength`, if both have room; returns whether they are newly tied."""
    if a == b or position(tie, a, b) >= 0:
        return False
    at_a, at_b = room(tie, trust, a, strength), room(tie, trust, b, strength)
    if at_a < 0 or at_b < 0:
        return False
    if tie[a, at_a] != NOBODY:
        drop(tie, trust, a, tie[a, at_a])
    if tie[b, at_b] != NOBODY:
        drop(tie, trust, b, tie[b, at_b])
    tie[a, at_a] = b
    trust[a, at_a] = strength
    tie[b, at_b] = a
    trust[b, at_b] = strength
    return True


@rule
def strengthen(tie, trust, a, b, gain):
    """A kept promise: the trust of an existing tie grows toward 1, at both ends alike."""
    j, i = position(tie, a, b), position(tie, b, a)
    if j >= 0 and i >= 0:
        grown = wide(trust[a, j]) + gain * (1.0 - wide(trust[a, j]))
        trust[a, j] = grown
        trust[b, i] = grown


@rule
def part(tie, trust, a):
    """Every tie of `a` breaks: the person has left."""
    for j in range(MAX_TIES):
        b = tie[a, j]
        if b != NOBODY:
            drop(tie, trust, a, b)
