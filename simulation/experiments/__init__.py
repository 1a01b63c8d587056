"""Sweeps: designs as files, many runs on many workers, a store that loses nothing.

    sweep(load_design("complexity-and-capacity"), "runs/store").readings(["need"]).frame()
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.experiments.design import Design
    from simulation.experiments.pools import SweepError
    from simulation.experiments.reading import designs, load_design
    from simulation.experiments.readings import Readings
    from simulation.experiments.store import Store, StoreError
    from simulation.experiments.sweeping import Swept, sweep

_HOME = {"Design": "design", "designs": "reading", "load_design": "reading", "Readings": "readings", "Store": "store",
         "StoreError": "store", "SweepError": "pools", "Swept": "sweeping", "sweep": "sweeping"}

__all__ = ["Design", "Readings", "Store", "StoreError", "SweepError", "Swept", "designs", "load_design", "sweep"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simulation.experiments' has no attribute {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(f"simulation.experiments.{_HOME[name]}"), name)
    globals()[name] = value
    return value
