"""What happens to people when services are run by top-down targets, and what when they are run on trust and learning?

The public API, stable from version 0.1 on::

    scenario = load("town", set={"world.people": 5000})     a Scenario: frozen, checked, with units
    run(scenario, "targets", seed=1).weekly                 one run: a DataFrame, a row a tick, a column an outcome
    compare(scenario, ["targets", "hybrid"], pairs=20).table  the same people and the same luck under two regimes
    CareSystem("town", regime="targets", rng=1).step()      the same world as a Mesa model
    sweep(load_design("judgements"), "runs/store").readings()   thousands of runs, kept; see `simulation.experiments`

Importing the package does no work; each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.agents import Commissioner, Convener, Leader, Organisation, Person, StaffMember
    from simulation.comparison import Comparison, compare
    from simulation.experiments.design import Design
    from simulation.experiments.reading import load_design
    from simulation.experiments.sweeping import sweep
    from simulation.model import CareSystem
    from simulation.runs import Interrupted, Run, run, warm_up
    from simulation.scenario import Regime, Scenario, ScenarioError, catalogue, json_schema, load, regime_library

_HOME = {
    "load": "scenario", "catalogue": "scenario", "regime_library": "scenario", "json_schema": "scenario",
    "Scenario": "scenario", "Regime": "scenario", "ScenarioError": "scenario",
    "run": "runs", "Run": "runs", "Interrupted": "runs", "warm_up": "runs",
    "compare": "comparison", "Comparison": "comparison",
    "CareSystem": "model",
    "sweep": "experiments.sweeping", "Design": "experiments.design", "load_design": "experiments.reading",
    "Person": "agents", "StaffMember": "agents", "Organisation": "agents", "Leader": "agents", "Convener": "agents",
    "Commissioner": "agents",
}

__all__ = [
    "CareSystem",
    "Commissioner",
    "Comparison",
    "Convener",
    "Design",
    "Interrupted",
    "Leader",
    "Organisation",
    "Person",
    "Regime",
    "Run",
    "Scenario",
    "ScenarioError",
    "StaffMember",
    "catalogue",
    "compare",
    "json_schema",
    "load",
    "load_design",
    "regime_library",
    "run",
    "sweep",
    "warm_up",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'simulation' has no attribute {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(f"simulation.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
