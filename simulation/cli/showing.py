"""`regimes scenarios` and `regimes show`: what there is, and what it says."""

from __future__ import annotations

from typing import Annotated

import typer

from simulation.cli.faults import BadInput
from simulation.cli.options import AsJsonList, is_design, is_regime, unknown

TABLES = ("parameters", "outcomes", "levers", "tick")
LISTS = ("scenarios", "regimes", "designs")
"""Words that `show` keeps for itself; everything else is the name of a scenario, a regime or a design."""


def scenarios(as_json: AsJsonList = False) -> None:
    """List the scenarios, the regimes and the designs of sweeps.

    Example: regimes scenarios
    """
    from simulation import scenario
    from simulation.experiments.reading import designs, load_design

    worlds = {name: scenario.load(name) for name in scenario.catalogue()}
    library = {name: scenario.load_regime(name) for name in scenario.regime_library()}
    sweeps = {name: load_design(name) for name in designs()}
    if as_json:
        from simulation.cli.screen import print_json

        print_json({
            "scenarios": [{"name": n, "title": s.title, "purpose": s.purpose, "regimes": list(s.regimes)}
                          for n, s in worlds.items()],
            "regimes": [{"name": n, "title": r.title, "summary": r.summary} for n, r in library.items()],
            "designs": [{"name": n, "title": d.title, "purpose": d.purpose, "scenario": d.scenario}
                        for n, d in sweeps.items()],
        })
        return
    from simulation.cli.descriptions import print_catalogue

    print_catalogue(worlds, library, sweeps)


def show(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="Scenario, regime, design or file; or parameters, outcomes, levers, tick.")
    ],
    part: Annotated[
        str | None, typer.Argument(metavar="PART", help="One mechanism's parameters, or one outcome or lever.")
    ] = None,
    as_regime: Annotated[
        bool, typer.Option("--regime", help="The regime, where a scenario has the same name.")
    ] = False,
    as_json: AsJsonList = False,
) -> None:
    """Show a scenario, a regime, a design, or a table of the model.

    Example: regimes show town

    Example: regimes show parameters care
    """
    if name in LISTS:
        scenarios(as_json)
        return
    if name in TABLES:
        _show_table(name, part, as_json)
        return
    if part is not None:
        raise BadInput(f"{part!r} is one word too many: only {', '.join(TABLES[:3])} have parts")
    from simulation import scenario

    if as_regime or is_regime(name):
        regime = scenario.load_regime(name)
        if as_json:
            from simulation.cli.screen import print_json

            print_json(regime.model_dump(mode="json"))
        else:
            from simulation.cli.descriptions import print_regime

            print_regime(regime)
        return
    if is_design(name):
        _show_design(name, as_json)
        return
    found = scenario.load(name)
    if as_json:
        from simulation.cli.screen import print_json

        print_json({**found.model_dump(mode="json"), "key": found.key})
    else:
        from simulation.cli.descriptions import print_scenario

        print_scenario(found)
        if name in scenario.regime_library():
            typer.echo(f"The regime of the same name: regimes show {name} --regime")


def _show_design(name: str, as_json: bool) -> None:
    from simulation.experiments.reading import load_design

    design = load_design(name)
    if as_json:
        from simulation.cli.screen import print_json

        print_json({**design.model_dump(mode="json"), "size": design.size, "runs": design.runs_asked,
                    "key": design.key})
    else:
        from simulation.cli.designs import print_design

        print_design(design)


def _show_table(name: str, part: str | None, as_json: bool) -> None:
    from simulation.cli import tables

    rows = tables.rows(name)
    if part is not None:
        kept = [row for row in rows if part in (row["name"], row.get("table"))]
        if not kept:
            known = dict.fromkeys([*(row["name"] for row in rows), *(row["table"] for row in rows if "table" in row)])
            raise BadInput(unknown(name.removesuffix("s"), part, list(known), f"regimes show {name}"))
        rows = kept
    if as_json:
        from simulation.cli.screen import print_json

        print_json(rows)
    else:
        tables.print_rows(name, rows)
