"""Chance is addressed, not drawn: a uniform value is a hash of (seed, purpose, tick, entity, draw).

Two regimes therefore meet the same illnesses and the same luck, whatever else they do, on any number of threads and
in any order (common random numbers). The generator is the finaliser of splitmix64 (Steele, Lea & Flood 2014,
doi:10.1145/2660193.2660195) applied to a keyed counter; `tests/test_chance.py` tests uniformity and correlation.

Do not use it as a stream: an address gives one value for ever. Another use needs another `purpose` or `draw`.
"""

from __future__ import annotations

import math

import numpy as np

from simulation.kernel import rule

PURPOSES = (
    "population", "onset", "crisis", "seeking", "door", "triage", "service", "listening", "handoff",
    "coding", "survey", "gaming", "absence", "leaving", "newcomer", "trial", "peers", "retraining", "revision",
    "drift", "introduction", "leader", "succession", "review", "errors", "booking", "crossing",
)
"""Every use of chance in the model. The order is part of the model version: append, never insert."""

PURPOSE = {name: i for i, name in enumerate(PURPOSES)}

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_MIX_1 = 0xBF58476D1CE4E5B9
_MIX_2 = 0x94D049BB133111EB

S11, S27, S30, S31, S32 = (np.uint64(n) for n in (11, 27, 30, 31, 32))
M1, M2 = np.uint64(_MIX_1), np.uint64(_MIX_2)
STEP = np.uint64(_GOLDEN)
DRAW = np.uint64(0xD1B54A32D192ED03)
LOW32 = np.uint64(0xFFFFFFFF)
TO_53 = 2.0**-53
TO_32 = 2.0**-32


def _mix_int(x: int) -> int:
    x = ((x ^ (x >> 30)) * _MIX_1) & _MASK
    x = ((x ^ (x >> 27)) * _MIX_2) & _MASK
    return x ^ (x >> 31)


def base_key(seed: int, purpose: str) -> int:
    """The key of one purpose under one seed, before a tick is added. Raises KeyError for an unknown purpose."""
    k = _mix_int((seed + _GOLDEN) & _MASK)
    return _mix_int((k + (PURPOSE[purpose] + 1) * _GOLDEN) & _MASK)


def at_tick(base: int, tick: int) -> np.uint64:
    """The key of one tick, for `word`."""
    return np.uint64(_mix_int((base + (tick + 1) * _GOLDEN) & _MASK))


def key(seed: int, purpose: str, tick: int = 0) -> np.uint64:
    """The key of one purpose in one tick of one seed, for `word`."""
    return at_tick(base_key(seed, purpose), tick)


@rule
def word(k, entity, draw):
    """64 random bits for one entity (a row) and one draw (0, 1, 2, ...) under key `k`."""
    x = k + np.uint64(entity) * STEP + np.uint64(draw) * DRAW
    x = (x ^ (x >> S30)) * M1
    x = (x ^ (x >> S27)) * M2
    return x ^ (x >> S31)


@rule
def unit(w):
    """A word as a value in [0, 1) with 53 bits."""
    return float(w >> S11) * TO_53


@rule
def uniform(k, entity, draw):
    """One value in [0, 1) for one entity and one draw under key `k`; also for use outside kernels."""
    return unit(word(k, entity, draw))


@rule
def first_half(w):
    """The upper 32 bits of a word as a value in (0, 1); independent of `second_half`."""
    return (float(w >> S32) + 0.5) * TO_32


@rule
def second_half(w):
    """The lower 32 bits of a word as a value in (0, 1)."""
    return (float(w & LOW32) + 0.5) * TO_32


@rule
def happens(hazard, u):
    """Whether an event of this hazard (per tick) happens, u uniform; the exponential only where it can matter."""
    return u < hazard and u < 1.0 - math.exp(-hazard)
