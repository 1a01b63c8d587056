"""What stands on the page of claims: each claim, its last recount, and the way down to parameters and sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from simulation import trail
from simulation.markdown import table
from simulation.mechanisms import TABLES

KEPT = "docs/data/recount.json"
"""What `regimes check --json` said last, below the project's folder."""


def context(root: Path) -> dict[str, Any]:
    """What the template needs: each scenario that claims something, with its table; where the counts are kept.

    Raises OSError where the kept recount is missing, ValueError where it is not one.
    """
    from simulation.scenario import catalogue, load

    kept = json.loads((root / KEPT).read_text(encoding="utf-8"))
    counts = {(each["scenario"], each["claim"]): f"{each['held_in']} of {each['pairs']}" for each in kept["claims"]}
    scenarios = []
    for found in (load(name) for name in catalogue()):
        if not found.claims:
            continue
        rows = []
        for number, claim in enumerate(found.claims, 1):
            made = trail.mechanisms_of(claim.outcome)
            rows.append((f'<a id="{found.name}-{number}"></a>{claim.says}', f"`{claim.outcome}`: {claim.relation}",
                         claim.over, counts.get((found.name, claim.says), "not yet"), _linked(made),
                         _linked(trail.fed_by(made))))
        teaches = found.teaches[:1].lower() + found.teaches[1:]
        scenarios.append({"name": found.name, "title": found.title, "purpose": found.purpose, "teaches": teaches,
                          "table": table(("claim", "recounted as", "over", "held in", "made in", "fed by"), rows)})
    return {"scenarios": scenarios, "kept": KEPT, "version": kept["model"]}


def _linked(mechanisms: tuple[str, ...]) -> str:
    """Mechanisms as links to their parameters in the register."""
    titles = {name: f"{name.capitalize()}: {TABLES[name].purpose}" for name in mechanisms}
    return ", ".join(f"[{name}](evidence.md#{trail.anchor(title)})" for name, title in titles.items()) or "itself"
