"""The key of a scenario: a hash of what changes a run, and of nothing else.

In it: people, places, tick, horizon; parameters and switches that differ from the defaults; every regime's levers;
events; the places where each regime rules. Not in it: names of scenario and regimes, all prose, claims, story,
`compare`, `pairs`, `seed`. Values are hashed as loaded, so `1`, `1.0` and `100 %` are the same; so are a default
written out and one left out, and the same keys in another order. Seed and model version belong to a run's key.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from simulation.scenario import known

if TYPE_CHECKING:
    from simulation.scenario.events import Event
    from simulation.scenario.models import Scenario


def digest(content: Any) -> str:
    """blake2b-128 of canonical JSON: sorted keys, no spaces, every number a float, no NaN."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def run_key(scenario: Scenario, regime: str) -> str:
    """The key of the runs of one regime of a scenario: equal keys give equal runs, seed by seed."""
    return digest(_run(scenario, regime))


def scenario_key(scenario: Scenario) -> str:
    """The key of all runs of a scenario, whatever its regimes are called and in whatever order they stand."""
    return digest(sorted(run_key(scenario, name) for name in scenario.regimes))


def _run(scenario: Scenario, regime: str) -> dict[str, Any]:
    world = scenario.world
    return {
        "people": float(world.people),
        "places": float(world.places),
        "tick": float(world.tick),
        "horizon": float(world.horizon),
        "parameters": _changed_parameters(scenario),
        "off": sorted(name for name, on in scenario.switches.items() if not on),
        "regime": _levers(scenario, regime),
        "events": [_event(scenario, event) for event in scenario.events if event.happens_to(regime)],
        # Which places fall to which regime follows the order of the regimes, so that order counts here.
        "regime_places": [[_levers(scenario, name), float(scenario.regime_places[name])]
                          for name in (regime, *(other for other in scenario.regimes if other != regime))
                          if scenario.regime_places.get(name)],
    }


def _levers(scenario: Scenario, regime: str) -> dict[str, float]:
    return {name: float(value) for name, value in scenario.regimes[regime].levers.items()}


def _changed_parameters(scenario: Scenario) -> dict[str, float]:
    if not scenario.parameters:
        return {}
    tables = known.tables()
    return {f"{table}.{name}": float(value) for table, changes in scenario.parameters.items()
            for name, value in changes.items() if value != tables[table][name].default}


def _event(scenario: Scenario, event: Event) -> dict[str, Any]:
    """An event without words; a regime that takes over is replaced by its levers."""
    content: dict[str, Any] = {"at": float(event.at)}
    if event.until is not None:
        content["until"] = float(event.until)
    if event.regime is not None:
        content["regime"] = _levers(scenario, event.regime)
    for change in ("levers", "staffing", "surge"):
        values = getattr(event, change)
        if values is not None:
            content[change] = {name: float(value) for name, value in values.items()}
    return content
