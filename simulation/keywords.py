"""What may be said to `CareSystem(...)` by keyword, as paths of a scenario.

Mesa's batch runner and SolaraViz can only pass keywords, so the words that a sweep needs are plain ones: `people=2000`,
a lever of the regime that is run (`stakes=0.8`), a parameter as `need__growth=0.02`, a mechanism as `pressure=False`.
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from typing import Any

from simulation.fields import nearest
from simulation.scenario import known
from simulation.scenario.units import written

WORLD = {"people": None, "places": None, "tick": "week", "horizon": "week"}
"""Fields of the world, with the unit in which a plain number is meant."""


def needs_regime(keywords: Mapping[str, Any]) -> bool:
    """Whether a keyword is a lever, which belongs to one regime."""
    return any(name in known.LEVERS for name in keywords)


def overrides(keywords: Mapping[str, Any], regime: str) -> dict[str, Any]:
    """Paths of a scenario to values, as `load(..., set=...)` takes them.

    Args:
        keywords: name to value. A plain number is meant in the declared unit (levers and parameters) or in weeks
            (`tick`, `horizon`); a text such as `"2 years"` is read as in a file.
        regime: the regime whose levers are meant.

    Raises:
        TypeError: for a keyword that is nothing of a scenario.
    """
    return dict(_override(name, value, regime) for name, value in keywords.items())


def _override(name: str, value: Any, regime: str) -> tuple[str, Any]:
    if name in WORLD:
        return f"world.{name}", _with_unit(value, WORLD[name])
    if name in known.LEVERS:
        return f"regimes.{regime}.{name}", _with_unit(value, known.LEVERS[name].unit)
    table, _, parameter = name.partition("__")
    if parameter:
        tables = known.tables()
        unit = tables[table][parameter].unit if table in tables and parameter in tables[table] else None
        return f"parameters.{table}.{parameter}", _with_unit(value, unit)
    if name in known.mechanisms():
        return f"switches.{name}", value
    if "." in name:
        return name, value
    words = [*WORLD, *known.LEVERS, *known.mechanisms()]
    raise TypeError(f"CareSystem does not know {name!r}{nearest(name, words)}; it takes {', '.join(WORLD)}, a lever, a "
                    "mechanism (True or False), or a parameter as table__parameter")


def _with_unit(value: Any, unit: str | None) -> Any:
    if unit is None or isinstance(value, bool) or not isinstance(value, numbers.Real):
        return value.item() if hasattr(value, "item") else value
    return written(float(value), unit)
