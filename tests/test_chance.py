"""The generator: uniform, uncorrelated across streams, addressed, the same for ever."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.chance import PURPOSES, first_half, happens, key, second_half, uniform, unit, word

N = 20_000


def values(purpose="onset", seed=1, tick=0, draw=0, first=0):
    k = key(seed, purpose, tick)
    return np.array([uniform(k, i, draw) for i in range(first, first + N)])


def chi_square(u: np.ndarray, bins: int = 50) -> float:
    seen, _ = np.histogram(u, bins, (0.0, 1.0))
    expected = len(u) / bins
    return float(((seen - expected) ** 2 / expected).sum())


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_is_uniform(purpose):
    """Chi-square on 49 degrees of freedom: below 99.0 with chance 1 - 3e-5 for each purpose; seeds are fixed."""
    assert chi_square(values(purpose)) < 99.0


@pytest.mark.parametrize("pair", [
    dict(tick=1), dict(seed=2), dict(draw=1), dict(purpose="crisis"), dict(first=1), dict(seed=2, tick=1),
], ids=str)
def test_neighbouring_streams_are_uncorrelated(pair):
    """|r| < 4.5 / sqrt(20,000) = 0.032: beyond it with chance below 1e-5 for each pair."""
    assert abs(np.corrcoef(values(), values(**pair))[0, 1]) < 4.5 / np.sqrt(N)


def test_serial_correlation_within_a_stream():
    u = values()
    for lag in (1, 2, 7, 64):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < 4.5 / np.sqrt(N)


def test_the_halves_of_a_word_are_uniform_and_uncorrelated():
    k = key(1, "onset", 5)
    words = [np.uint64(word(k, i, 0)) for i in range(N)]
    one, other = np.array([first_half(w) for w in words]), np.array([second_half(w) for w in words])
    assert chi_square(one) < 99.0
    assert chi_square(other) < 99.0
    assert abs(np.corrcoef(one, other)[0, 1]) < 4.5 / np.sqrt(N)


def test_an_address_gives_one_value_for_ever():
    """Worked by hand in Python integers: splitmix64's finaliser of the keyed counter."""
    mask, golden = (1 << 64) - 1, 0x9E3779B97F4A7C15

    def mix(x):
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & mask
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & mask
        return x ^ (x >> 31)

    k = mix((7 + golden) & mask)
    k = mix((k + (PURPOSES.index("crisis") + 1) * golden) & mask)
    k = mix((k + (12 + 1) * golden) & mask)
    assert int(key(7, "crisis", 12)) == k
    expected = mix((k + 345 * golden + 6 * 0xD1B54A32D192ED03) & mask)
    assert int(word(np.uint64(k), 345, 6)) == expected
    assert unit(np.uint64(expected)) == (expected >> 11) * 2.0**-53


def test_a_negative_seed_and_a_large_one_are_seeds_too():
    assert key(-1, "onset") != key(1, "onset")
    assert key(2**80, "onset") != key(2**80 + 1, "onset")


def test_an_unknown_purpose_is_refused():
    with pytest.raises(KeyError, match="weather"):
        key(1, "weather")


def test_a_hazard_happens_as_often_as_it_should():
    """1 - exp(-0.25) = 0.2212; within four standard errors of 20,000 draws."""
    share = np.mean([happens(0.25, u) for u in values()])
    assert abs(share - 0.22119921692859512) < 4 * np.sqrt(0.2212 * 0.7788 / N)
    assert not happens(0.0, 0.0)
