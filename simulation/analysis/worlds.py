"""What to call the worlds of a design and what varies in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulation.scenario.units import show

if TYPE_CHECKING:
    from simulation.experiments.readings import Readings, Varied

NAMED_BY = 3
"""Factors by whose values a world is named, at most; with more it has a number."""


def world(readings: Readings, point: int) -> str:
    """What to call a world: `complexity 4 %, capacity 0.85×`, or its number where many things vary."""
    if not readings.factors:
        return "the scenario as it is"
    if len(readings.factors) > NAMED_BY:
        return f"world {point}"
    return ", ".join(f"{factor_name(factor)} {factor_value(factor, value)}"
                     for factor, value in zip(readings.factors, readings.points[point], strict=True))


def factor_name(factor: Varied) -> str:
    """The last part of its path, in words."""
    return factor.name.rpartition(".")[2].replace("_", " ")


def factor_value(factor: Varied, value: float) -> str:
    """Three figures of it with its unit."""
    if factor.unit == "on or off":
        return "on" if value else "off"
    if factor.unit == "share":
        return f"{100 * value:.3g} %"
    if factor.unit == "times":
        return f"{value:.3g}×"
    return show(float(f"{value:.3g}"), factor.unit).replace("-", "−")
