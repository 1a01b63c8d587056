"""Scenario files: which world, which regimes, what happens when, what is claimed; read strictly and frozen.

    scenario = load("town", set={"world.people": 5000})

`docs/scenarios.md` is the guide to the files.
"""

from __future__ import annotations

from simulation.scenario.catalogue import catalogue, regime_library
from simulation.scenario.errors import Problem, ScenarioError
from simulation.scenario.events import Event
from simulation.scenario.loading import load, load_regime
from simulation.scenario.models import Regime, Scenario, WorldDescription
from simulation.scenario.schema import json_schema, regime_json_schema
from simulation.scenario.story import Claim, Prediction, Step
from simulation.scenario.writing import to_yaml

__all__ = ["Claim", "Event", "Prediction", "Problem", "Regime", "Scenario", "ScenarioError", "Step", "WorldDescription",
           "catalogue", "json_schema", "load", "load_regime", "regime_json_schema", "regime_library", "to_yaml"]
