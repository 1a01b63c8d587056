"""XmR charts against figures worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from simulation import xmr

FLAT = [10, 12, 10, 12, 10, 12, 10, 12, 10, 12]


def at(chart: xmr.Chart) -> dict[int, str]:
    return {signal.at: signal.rule for signal in chart.signals}


def test_limits_are_the_mean_and_2_66_mean_moving_ranges():
    found = xmr.chart(FLAT)
    assert (found.centre, found.lower, found.upper) == (11, 11 - 2.66 * 2, 11 + 2.66 * 2)
    assert found.signals == () and found.variation == "common" and found.assurance is None


def test_limits_stop_at_what_cannot_be_passed():
    found = xmr.chart([0.9, 1.0] * 5, bounds=(0, 1))
    assert found.upper == 1 and found.lower == pytest.approx(0.95 - 0.266)


def test_a_point_beyond_a_limit():
    found = xmr.chart([*FLAT, 30, *FLAT])
    assert at(found) == {10: "beyond the limits"}
    assert found.variation == "common", "the icon looks at the latest points"


@pytest.mark.parametrize("count, signal", [(6, False), (7, True)])
def test_seven_in_a_row_on_one_side(count, signal):
    series = [0, 4, -4, 4, -4, 4, -4, *([2.5, 2, 2.5, 2, 2.5, 2, 2.5][:count]), -4, -4.2, 4, -9]
    found = xmr.chart(series)
    rules = [rule for i, rule in at(found).items() if 7 <= i < 7 + count]
    assert ("7 or more in a row on one side of the mean" in rules) is signal


@pytest.mark.parametrize("count, signal", [(6, False), (7, True)])
def test_seven_in_a_row_rising(count, signal):
    series = [8, 0, 8, 0, 8, *[1 + 0.9 * k for k in range(count)], 0, 8, 0, 8, 0]
    rules = at(xmr.chart(series)).values()
    assert ("7 or more in a row rising" in rules) is signal


def test_two_of_three_near_a_limit():
    series = [10, 11] * 6 + [13, 11.8, 13] + [11, 10] * 3
    found = xmr.chart(series)
    third = found.centre + (found.upper - found.centre) * 2 / 3
    assert third < 13 < found.upper
    assert at(found) == {12: "two of three near a limit", 14: "two of three near a limit"}


@pytest.mark.parametrize("better, up, icon", [("higher", True, "improving-high"), ("higher", False, "concerning-low"),
                                              ("lower", True, "concerning-high"), ("lower", False, "improving-low"),
                                              ("neither", True, "neither-high")])
def test_the_icon_of_variation_follows_the_latest_signal(better, up, icon):
    series = [*FLAT, *FLAT, 40 if up else -20]
    assert xmr.chart(series, better).variation == icon


@pytest.mark.parametrize("better, target, icon", [("higher", 4, "pass"), ("higher", 18, "fail"),
                                                  ("higher", 11, "hit-or-miss"), ("lower", 18, "pass"),
                                                  ("lower", 4, "fail"), ("lower", 11, "hit-or-miss"),
                                                  ("neither", 11, None), ("higher", None, None)])
def test_the_icon_of_assurance_compares_limits_and_target(better, target, icon):
    assert xmr.chart(FLAT, better, target).assurance == icon


def test_chance_alone_is_seldom_a_signal():
    noise = np.random.default_rng(1).normal(size=(400, 24))
    beyond = sum(any(s.rule == "beyond the limits" for s in xmr.chart(row).signals) for row in noise)
    assert beyond < 60  # 24 points beyond three sigma: about 7 in 100, a little more with estimated limits


@pytest.mark.parametrize("values, says", [([1] * 7, "7 values; an XmR chart needs 8"),
                                          ([*FLAT, float("nan")], "missing or infinite")])
def test_what_cannot_be_charted_is_said(values, says):
    with pytest.raises(ValueError, match=says):
        xmr.chart(values)
