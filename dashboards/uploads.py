"""Text that a visitor brings: a scenario file. Untrusted: bounded, strict, and no way to a file of this machine."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.choice import MOST_FILE, MOST_PEOPLE, MOST_YEARS, ChoiceError
from simulation.parameters import WEEKS_PER_YEAR
from simulation.scenario.strictyaml import Map, Node

if TYPE_CHECKING:
    from simulation.scenario import Scenario, ScenarioError

MOST_TEXT = 60_000
"""Letters of a file, at most."""
MOST_TICKS = 30_000
"""Steps of a run that a file may ask for, at most."""
MOST_PROBLEMS = 8
"""Problems that are told at once."""
NAME = "your-scenario"
"""What the scenario of a file is called."""
UNUSED = ("story", "claims")
"""Parts of a file that a comparison does not need, and a link does not carry."""


def packed(text: str) -> str:
    """What a link carries of a scenario file: as written, but for its story, its claims and its comments.

    Raises:
        ChoiceError: not a scenario that this server runs; with line, field, value and what is accepted.
    """
    if len(text) > MOST_TEXT:
        raise ChoiceError(f"the file has {len(text):,} letters; at most {MOST_TEXT:,} are accepted")
    tree = _tree(text)
    _check(_scenario(tree))
    from simulation.scenario.strictyaml import plain

    kept = json.dumps(plain(tree.without(*UNUSED)), ensure_ascii=False, separators=(",", ":"))
    if len(kept) > MOST_FILE:
        raise ChoiceError(f"without its story the file has {len(kept):,} letters; a link takes {MOST_FILE:,} at most: "
                          "let it extend a scenario of the catalogue and say only what differs")
    scenario_of(kept)
    return kept


@lru_cache(maxsize=16)
def scenario_of(kept: str) -> Scenario:
    """The scenario of `packed`, which may come from a stranger's link.

    Raises:
        ChoiceError: as `packed`.
    """
    return _check(_scenario(_tree(kept)))


def _tree(text: str) -> Map:
    from simulation.scenario import ScenarioError
    from simulation.scenario.strictyaml import read_text

    try:
        tree = read_text(text, "your file", None)
    except ScenarioError as error:
        raise ChoiceError(_said(error)) from None
    if not isinstance(tree, Map):
        raise ChoiceError("your file holds no 'field: value' lines; a scenario has a title, a world and regimes")
    return tree


def _scenario(tree: Map) -> Scenario:
    from simulation.scenario import ScenarioError, catalogue, regime_library
    from simulation.scenario.loading import validate
    from simulation.scenario.merge import merge_scenarios, read_scenario, with_regime_map
    from simulation.scenario.regimes import resolve_regimes

    scenarios, library = catalogue(), regime_library()
    try:
        parent = _named(tree.items.get("extends"), scenarios, "scenario")
        own = tree.without("extends", *UNUSED)
        regimes = own.items.get("regimes")
        for name, regime in (regimes.items if isinstance(regimes, Map) else {}).items():
            if isinstance(regime, Map):
                others = {other: None for other in regimes.items if other != name}  # type: ignore[union-attr]
                _named(regime.items.get("extends"), {**library, **others}, "regime")
        whole = (with_regime_map(own, None) if parent is None else
                 merge_scenarios(read_scenario(scenarios[parent], scenarios).without(*UNUSED), own))
        return validate(resolve_regimes(whole, library), Path(f"{NAME}.yaml"), changed=True, told_elsewhere=True)
    except ScenarioError as error:
        raise ChoiceError(_said(error)) from None


def _named(node: Node | None, known: Any, kind: str) -> str | None:
    """The name that an `extends` gives. A path, accepted on the command line, is refused unseen."""
    from simulation.scenario.errors import refuse, unknown
    from simulation.scenario.strictyaml import plain

    if node is None:
        return None
    name = plain(node)
    if not isinstance(name, str) or name not in known:
        raise refuse("your file", f"{unknown(kind, name, known)}; here only names can be extended, not files",
                     "extends", node.place.line)
    return name


def _said(error: ScenarioError) -> str:
    """The problems, one a line, without the folders in which this server keeps its own files."""
    return "\n".join(str(replace(problem, file=Path(problem.file).name)) for problem in error.problems[:MOST_PROBLEMS])


def _check(scenario: Scenario) -> Scenario:
    """Raises ChoiceError for a world larger than this server runs."""
    world = scenario.world
    if world.people > MOST_PEOPLE:
        raise ChoiceError(f"your file has {world.people:,} people; this server runs {MOST_PEOPLE:,} at most")
    if world.horizon > MOST_YEARS * WEEKS_PER_YEAR:
        raise ChoiceError(f"your file runs for {world.horizon / WEEKS_PER_YEAR:.3g} years; this server runs "
                          f"{MOST_YEARS:g} at most")
    if scenario.ticks > MOST_TICKS:
        raise ChoiceError(f"your file has {scenario.ticks:,} steps; this server runs {MOST_TICKS:,} at most: choose a "
                          "longer tick or a shorter horizon")
    if len(scenario.compare) < 2:
        raise ChoiceError("your file compares one regime; name two or more under 'compare'")
    return scenario
