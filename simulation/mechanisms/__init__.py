"""The ten mechanisms, in the order of a tick. Each is one file: purpose, equations, parameters, rules, loop, switch."""

from __future__ import annotations

from collections.abc import Mapping

from simulation import population
from simulation.mechanisms import (
    access,
    care,
    leadership,
    learning,
    measurement,
    money,
    need,
    pressure,
    relationships,
    spread,
)
from simulation.mechanisms.base import Mechanism
from simulation.parameters import Table

ORDER: tuple[Mechanism, ...] = tuple(
    module.MECHANISM
    for module in (need, access, care, measurement, pressure, learning, relationships, leadership, money, spread)
)
MECHANISMS: tuple[str, ...] = tuple(mechanism.name for mechanism in ORDER)
TABLES: Mapping[str, Table] = {"population": population.TABLE, **{m.name: m.table for m in ORDER}}
NUMBERS: Mapping[str, type] = {
    "population": population.PopulationNumbers,
    "need": need.NeedNumbers,
    "access": access.AccessNumbers,
    "care": care.CareNumbers,
    "measurement": measurement.MeasurementNumbers,
    "pressure": pressure.PressureNumbers,
    "learning": learning.LearningNumbers,
    "relationships": relationships.RelationshipNumbers,
    "leadership": leadership.LeadershipNumbers,
    "money": money.MoneyNumbers,
    "spread": spread.SpreadNumbers,
}
