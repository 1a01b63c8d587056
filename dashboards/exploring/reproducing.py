"""A choice as a command and as Python that make the same figures without the dashboard."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Any

from dashboards.choice import Choice, slot_names

if TYPE_CHECKING:
    from simulation.scenario import Regime, Scenario


def changes(choice: Choice) -> dict[str, Any]:
    """What a choice changes in its scenario: paths and values as `simulation.load(set=...)` takes them, with units.

    Raises:
        ChoiceError: the choice is no scenario.
    """
    from simulation.mechanisms import TABLES

    base, new = choice.base(), choice.scenario_of()
    found: dict[str, Any] = {}
    if new.world.people != base.world.people:
        found["world.people"] = new.world.people
    if choice.years is not None and new.world.horizon != base.world.horizon:
        found["world.horizon"] = f"{str(choice.years).removesuffix('.0')} years"
    for path, value in choice.parameters.items():
        table, name = path.split(".")
        found[f"parameters.{path}"] = _plain(value, TABLES[table][name].unit)
    for name, slot in zip(slot_names(choice.slots), choice.slots, strict=True):
        if name == slot.regime:
            found |= _regime(new.regimes[name], base)
        else:
            levers = _apart(new.regimes[name], new.regimes[slot.regime])
            found[f"regimes.{name}"] = {"extends": slot.regime, "title": new.regimes[name].title,
                                        **({"levers": levers} if levers else {})}
    if new.events != base.events:
        found["events"] = _events(new)
    return found


def command(choice: Choice) -> str:
    """The command line that makes the same figures. Raises ChoiceError as `changes` does."""
    scenario = choice.scenario_of()
    words = ["regimes", "compare", _called(choice, scenario), "--regimes", ",".join(scenario.compare), "--pairs",
             str(scenario.pairs), "--seed", str(scenario.seed)]
    lines = [shlex.join(words)]
    for path, value in changes(choice).items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"  --set {shlex.quote(f'{path}={text}')}")
    return " \\\n".join(lines)


def python(choice: Choice) -> str:
    """Python that makes the same figures. Raises ChoiceError as `changes` does."""
    scenario = choice.scenario_of()
    given = "".join(f"    {path!r}: {value!r},\n" for path, value in changes(choice).items())
    name = _called(choice, scenario)
    loaded = f"care.load({name!r}, set={{\n{given}}})" if given else f"care.load({name!r})"
    how = f"{list(scenario.compare)!r}, pairs={scenario.pairs}, seed={scenario.seed}"
    return (f"import simulation as care\n\nscenario = {loaded}\nfound = care.compare(scenario, {how})\n"
            "print(found.table)\n")


def _called(choice: Choice, scenario: Scenario) -> str:
    """The scenario's name, or that of the file that the visitor has."""
    return f"{scenario.name}.yaml" if choice.file else scenario.name


def _regime(regime: Regime, base: Scenario) -> dict[str, Any]:
    """What has to be said of one regime: nothing where the scenario or the library says it already."""
    from simulation.scenario import load_regime

    name = regime.name
    if name in base.regimes:
        return {f"regimes.{name}.{lever}": value for lever, value in _apart(regime, base.regimes[name]).items()}
    levers = _apart(regime, load_regime(name))
    return {f"regimes.{name}": {"levers": levers}} if levers else {}


def _apart(regime: Regime, other: Regime) -> dict[str, Any]:
    """The levers of a regime that another has otherwise."""
    from simulation.levers import LEVERS

    return {lever.name: _plain(regime.levers[lever.name], lever.unit) for lever in LEVERS
            if regime.levers[lever.name] != other.levers[lever.name]}


def _events(scenario: Scenario) -> list[dict[str, Any]]:
    """The dated events as a scenario file has them."""
    import yaml

    from simulation.scenario.writing import to_yaml

    return yaml.safe_load(to_yaml(scenario)).get("events", [])


def _plain(value: float, unit: str) -> Any:
    """A value with its unit, as a file has it; a bare number where there is none to write."""
    from simulation.scenario.units import written

    text = written(value, unit)
    return value if text == written(value, "number") else text
