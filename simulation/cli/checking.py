"""`regimes validate` and `regimes schema`: is this file right, and how an editor can know."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from simulation.cli.faults import BAD_INPUT, BadInput
from simulation.cli.options import AsJsonList, is_design, is_plan, is_regime


def validate(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Scenario, regime, design or calibration files.")
    ],
    as_json: AsJsonList = False,
) -> None:
    """Check scenario and regime files, designs, and calibration plans.

    Every problem is one line: file, line, column, field, what is accepted. Exit code 2 when there is any.

    Example: regimes validate my-town.yaml
    """
    results = [_checked(file) for file in files]
    if as_json:
        from simulation.cli.screen import print_json

        print_json({"valid": all(r["valid"] for r in results), "files": results})
    else:
        for result in results:
            for problem in result["problems"]:
                typer.echo(problem["text"], err=True)
            if result["valid"]:
                typer.echo(f"{result['file']}: {result['kind']} {result['name']!r} is valid")
    if not all(r["valid"] for r in results):
        raise typer.Exit(BAD_INPUT)


def _checked(file: str) -> dict[str, Any]:
    from simulation import scenario

    kind = ("regime" if is_regime(file) else "calibration" if is_plan(file) else "design" if is_design(file)
            else "scenario")
    try:
        if kind == "calibration":
            from simulation.calibration.reading import load_plan

            found = load_plan(file)
        elif kind == "design":
            from simulation.experiments.reading import load_design

            found = load_design(file)
        else:
            found = scenario.load_regime(file) if kind == "regime" else scenario.load(file)
    except scenario.ScenarioError as error:
        problems = [{"file": p.file, "line": p.line, "column": p.column, "field": p.field, "message": p.message,
                     "text": str(p)} for p in error.problems]
        return {"file": file, "kind": kind, "valid": False, "problems": problems}
    return {"file": file, "kind": kind, "name": found.name, "valid": True, "problems": []}


def schema(
    regime: Annotated[bool, typer.Option("--regime", help="The schema of regime files instead.")] = False,
    design: Annotated[bool, typer.Option("--design", help="The schema of design files instead.")] = False,
) -> None:
    """Print the JSON Schema of scenario files.

    Editors use it to complete and check while one writes.

    Example: regimes schema > scenario.schema.json
    """
    from simulation import scenario
    from simulation.cli.screen import print_json

    if regime and design:
        raise BadInput("--regime and --design are two schemas; give one")
    if design:
        from simulation.experiments.designschema import design_json_schema

        print_json(design_json_schema())
        return
    print_json(scenario.regime_json_schema() if regime else scenario.json_schema())
