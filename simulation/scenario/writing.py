"""A scenario back as a file that stands on its own: every value written out, nothing extended, the same key."""

from __future__ import annotations

import re
from typing import Any

import yaml

from simulation.scenario import known
from simulation.scenario.events import Event
from simulation.scenario.models import Scenario
from simulation.scenario.story import Step
from simulation.scenario.units import written

_PLAIN = re.compile(r"[A-Za-z£][\w £%.()-]*[\w%)]|[A-Za-z]")
_WORDS = ("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf", "infinity")
_QUANTITY = re.compile(r"£?-?[0-9.]+(e[-+]?[0-9]+)? *[a-z%][a-z ]*|£[0-9.]+( per [a-z]+)?")


class _Dumper(yaml.SafeDumper):
    """PyYAML's writer, with quotes around every text that a strict reader might take for something else."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS or bool(_QUANTITY.fullmatch(text))
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Dumper.add_representer(str, _text)


def to_yaml(scenario: Scenario) -> str:
    """The text of a scenario file that loads to the same scenario, whatever happens to the files it was made from."""
    return dump(_file(scenario))


def dump(content: Any) -> str:
    """Plain data as YAML that the strict reader reads as the same."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _file(scenario: Scenario) -> dict[str, Any]:
    world = scenario.world
    content: dict[str, Any] = {"title": scenario.title, "purpose": scenario.purpose, "teaches": scenario.teaches}
    content["world"] = {"people": world.people, "places": world.places, "tick": written(world.tick, "week"),
                        "horizon": written(world.horizon, "week")}
    tables = known.tables() if scenario.parameters else {}
    content["parameters"] = {table: {name: _number(value, tables[table][name].unit) for name, value in changes.items()}
                             for table, changes in scenario.parameters.items()}
    content["switches"] = dict(scenario.switches)
    content["regimes"] = {name: {"title": regime.title, "summary": regime.summary, "levers": _levers(regime.levers)}
                          for name, regime in scenario.regimes.items()}
    content["compare"] = list(scenario.compare)
    content["regime_places"] = dict(scenario.regime_places)
    content["events"] = [_event(event) for event in scenario.events]
    content["claims"] = [_filled(claim.model_dump(by_alias=True)) for claim in scenario.claims]
    content["story"] = [_step(step) for step in scenario.story]
    content["pairs"] = scenario.pairs
    content["seed"] = scenario.seed
    content = _filled(content)
    content["regimes"] = {name: _filled(regime) for name, regime in content["regimes"].items()}
    return content


def _event(event: Event) -> dict[str, Any]:
    content: dict[str, Any] = {"at": written(event.at, "week")}
    content["until"] = written(event.until, "week") if event.until is not None else None
    content |= {"regimes": list(event.regimes), "levers": _levers(event.levers or {}), "regime": event.regime}
    content |= {"staffing": dict(event.staffing or {}), "surge": dict(event.surge or {}), "says": event.says}
    return _filled(content)


def _step(step: Step) -> dict[str, Any]:
    content = {name: list(value) if isinstance(value, tuple) else value for name, value in step.model_dump().items()}
    if step.predict is not None:
        after = written(step.predict.after, "week") if step.predict.after is not None else None
        content["predict"] = _filled({**step.predict.model_dump(), "after": after})
        if step.predict.how == "draw":
            del content["predict"]["over"]
    return _filled(content)


def _levers(values: dict[str, float]) -> dict[str, Any]:
    return {name: _number(value, known.LEVERS[name].unit) for name, value in values.items()}


def _number(value: float, unit: str) -> str | float:
    text = written(value, unit)
    return value if text == written(value, "number") else text


def _filled(content: dict[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: value for key, value in content.items() if value not in (None, "", {}, [], ())}
