"""The names that a scenario may use for what the model declares: levers, parameters, mechanisms, outcomes, kinds.

The parameter tables are imported when a scenario changes a parameter or switch, and not before: they bring the
compiled part of the model with them, which would double the time that a scenario takes to load.
"""

from __future__ import annotations

from collections.abc import Mapping

from simulation.levers import LEVERS as _LEVERS
from simulation.parameters import Lever, Table
from simulation.vocabulary import DOMAINS, ORGANISATION_KINDS

LEVERS: Mapping[str, Lever] = {lever.name: lever for lever in _LEVERS}
KINDS = (*ORGANISATION_KINDS, "all")
DOMAIN_NAMES = (*DOMAINS, "all")


def tables() -> Mapping[str, Table]:
    """Every parameter table by name."""
    from simulation.mechanisms import TABLES

    return TABLES


def mechanisms() -> tuple[str, ...]:
    """The names of all mechanisms, in the order of a tick."""
    from simulation.mechanisms import MECHANISMS

    return tuple(MECHANISMS)


def outcomes() -> tuple[str, ...]:
    """The names of all outcomes."""
    from simulation.outcomes import BY_NAME

    return tuple(BY_NAME)


def has_better(outcome: str) -> bool:
    """Whether one direction of an outcome is better for people, so that somebody can be ahead."""
    from simulation.outcomes import BY_NAME

    return BY_NAME[outcome].better != "neither"
