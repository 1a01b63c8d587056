"""The one door to Mesa: every name that the project takes from it, and what differs between its versions.

Python 3.11 stops at Mesa 3.3.1, later ones get 3.5; nothing else in the project asks which of them is installed.
"""

from __future__ import annotations

from typing import Any

from mesa import Agent, DataCollector, Model

try:  # 3.5 moved the sets of agents to a module of their own
    from mesa.agentset import AgentSet, GroupBy
except ImportError:
    from mesa.agent import AgentSet, GroupBy

try:
    from mesa.experimental.scenarios import Scenario as _MesaScenario
except ImportError:
    _MesaScenario = None

__all__ = ["Agent", "AgentSet", "DataCollector", "GroupBy", "Model", "forget", "model_arguments"]


if _MesaScenario is not None:

    class NoMesaScenario(_MesaScenario):
        """Mesa 3.5 gives every model a `scenario` of Mesa's own; ours says nothing and is false.

        SolaraViz makes a model anew with `scenario=` set to a fresh one of these wherever it finds a true one, which
        would throw away the scenario that the model was made with.
        """

        def __bool__(self) -> bool:
            return False


def model_arguments(seed: int) -> dict[str, Any]:
    """What `Model.__init__` is to be called with, in the installed version."""
    if _MesaScenario is None:
        return {"rng": seed}
    return {"rng": seed, "scenario": NoMesaScenario(rng=seed)}


def forget(model: Model) -> None:
    """Take a model out of every register that Mesa keeps, so that it can be freed; harmless if done twice.

    Mesa 3.3.1 counts ids in `Agent._ids`, keyed by model, and never lets go (repaired after it, pull request 3180).
    """
    ids = getattr(Agent, "_ids", None)
    if ids is not None:
        ids.pop(model, None)
    registry = getattr(model, "data_registry", None)
    if registry is not None:
        registry.close()
