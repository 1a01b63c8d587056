"""The rules of one contact, one by one, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.chance import key
from simulation.mechanisms.care import CareNumbers
from simulation.mechanisms.helping import (
    absence_chance,
    bespoke_chance,
    bespoke_time,
    booked_ahead,
    brought_forward,
    calendar,
    closeness,
    domain_bits,
    fit_of,
    informed,
    listening_chance,
    ones,
    priority,
    share_removed,
    some_of,
)
from tests.mechanisms.caring import CARE

u8 = np.uint64


def numbers(**changed) -> CareNumbers:
    """The numbers of care in plain units, a tick a week, with some changed."""
    given = {**CARE, **changed}
    return CareNumbers(*(float(given.get(name, 0.0)) for name in CareNumbers._fields))


def test_the_choices_of_one_domain():
    word = u8(0b1000000001 << 30 | 0b11 << 10 | 0b1)
    assert [int(domain_bits(word, d)) for d in range(6)] == [1, 3, 0, 0b1000000001, 0, 0]


def test_fit_is_the_share_of_choices_that_are_right():
    assert [ones(u8(bits)) for bits in (0, 1, 0b1010101010, 0b1111111111)] == [0, 1, 5, 10]
    assert fit_of(u8(0b1010101010), u8(0b1010101010)) == 1.0
    assert fit_of(u8(0b0010101011), u8(0b1010101010)) == pytest.approx(0.8)
    assert fit_of(u8(0b0101010101), u8(0b1010101010)) == 0.0


def test_informed_is_own_practice_except_where_the_person_is_understood():
    # practice 0011, right 1010, understood on choices 0 and 3: choice 0 becomes 0, choice 3 becomes 1
    assert int(informed(u8(0b0011), u8(0b1010), u8(0b1001))) == 0b1010


@pytest.mark.parametrize(("fit", "rush", "expected"), [
    (1.0, 0.0, 0.95),
    (0.8, 0.0, 0.57),     # 0.95 * (1.6 - 1)
    (0.8, 0.5, 0.456),    # 0.57 * (1 - 0.4 * 0.5)
    (0.5, 0.0, 0.0),      # half right is no help
    (0.2, 0.0, 0.0),
])
def test_share_of_need_removed(fit, rush, expected):
    assert share_removed(fit, 0.95, rush, 0.4) == pytest.approx(expected)


@pytest.mark.parametrize(("complexity", "load", "expected"), [
    (0.5, 0.9, 0.48),            # 0.8 * 0.6 * (1 - 0.5 + 0.5 * 1)
    (0.0, 0.9, 0.24),            # half as often where life is simple
    (1.0, 0.9, 0.72),
    (0.5, 1.2, 0.48 * 0.7),      # 1 - 1.5 * 0.2
    (0.5, 1.7, 0.0),             # nothing is left of discretion under overload
])
def test_chance_of_bespoke_help(complexity, load, expected):
    n = numbers(focus=0.5, bespoke_yields=1.5)
    assert bespoke_chance(0.8, 0.6, complexity, load, n) == pytest.approx(expected, abs=1e-12)


def test_bespoke_help_takes_longer_for_complex_lives():
    # 0.55 + 1.5 / 3, and 0.55 + 1.5, less a tenth
    assert bespoke_time(0.0, 0.0, numbers()) == pytest.approx(1.05)
    assert bespoke_time(1.0, 0.1, numbers()) == pytest.approx(2.05 * 0.9)


def test_some_of_keeps_each_bit_by_chance_and_adds_none():
    k = key(1, "handoff", 3)
    bits = u8(0b1011001101)
    assert some_of(bits, 0.0, k, 4, 0) == 0
    assert some_of(bits, 1.0, k, 4, 0) == bits
    kept = [int(some_of(bits, 0.6, k, person, 0)) for person in range(2_000)]
    assert all(found & ~int(bits) == 0 for found in kept)
    n = 6 * 2_000
    assert abs(sum(found.bit_count() for found in kept) - 0.6 * n) < 4 * (n * 0.24) ** 0.5


def test_listening_rises_with_trust_and_acquaintance_up_to_a_limit():
    assert listening_chance(0.5, 0.0, numbers(listen=0.2)) == pytest.approx(0.14)       # 0.2 * (0.4 + 0.3)
    assert listening_chance(0.5, 0.5, numbers(listen=0.2)) == pytest.approx(0.21)
    assert listening_chance(1.0, 1.0, numbers(listen=1.0)) == 1.0


def test_non_attendance_rises_with_the_wait_and_levels_off():
    n = numbers(absence_base=0.019, absence_slope=0.068)
    waits = [absence_chance(weeks, n) for weeks in (0.0, 1.0, 2.0, 4.0, 9.0)]
    assert waits == pytest.approx([0.019, 0.036, 0.053, 0.087, 0.087])


def test_appointments_are_skewed_and_sooner_for_greater_need():
    assert booked_ahead(3.0, 0.0, 0.5, 0.8) == pytest.approx(2.25)      # 3 * 3 * 0.25
    assert booked_ahead(3.0, 1.0, 0.5, 0.8) == pytest.approx(0.45)      # a fifth is left
    u = (np.arange(10_000) + 0.5) / 10_000
    mean = sum(booked_ahead(3.0, 0.0, float(each), 0.8) for each in u) / len(u)
    assert mean == pytest.approx(3.0, rel=1e-6)


def test_a_calendar_is_as_long_as_the_week_is_full_and_no_longer():
    assert [calendar(3.0, load, 1.0) for load in (0.0, 0.5, 1.0, 2.0)] == pytest.approx([0.0, 1.5, 3.0, 3.0])
    assert [calendar(3.0, load, 0.5) for load in (0.0, 0.5, 1.0)] == pytest.approx([1.5, 2.25, 3.0])
    assert calendar(3.0, 0.2, 0.0) == 3.0


def test_only_somebody_about_to_breach_is_brought_forward():
    assert [brought_forward(wait, 4.0, 0.7, 0.5) for wait in (2.0, 3.0, 4.0, 5.0)] == [False, False, True, False]
    assert not brought_forward(4.0, 4.0, 0.3, 0.5)


def test_closeness_to_a_breach():
    # ((wait + 1) / 5) ** 4, then little once the target is missed
    assert closeness(0.0, 4.0, numbers()) == pytest.approx(0.0016)
    assert closeness(4.0, 4.0, numbers()) == 1.0
    assert closeness(5.0, 4.0, numbers()) == 0.1


def test_order_of_service():
    # need 0.4 + waiting 0.5 * 2 / 5 + pressure 0.6 * 1.5 * (3 / 5) ** 4 + payment 0.2 * (1 - 0.3)
    found = priority(0.4, 2.0, 4.0, 0.3, 0.6, 0.2, numbers())
    assert found == pytest.approx(0.4 + 0.2 + 0.11664 + 0.14)
    # waiting counts for twice the target at most: 0.4 + 0.5 * 2 + 0.6 * 1.5 * 0.1
    assert priority(0.4, 40.0, 4.0, 0.3, 0.6, 0.0, numbers()) == pytest.approx(1.49)
