"""Designs whose runs take milliseconds, and what must be equal between two stores."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

TINY = {"world.people": 200, "world.horizon": "6 weeks", "population.burn_in": "2 weeks"}
REGIMES = ("targets", "trust-and-learning")
PASSING = ["seconds", "finished", "environment"]
"""Columns that may differ between two equal runs: how long, when, and on what machine."""


def text(replications: str = "4", vary: str = "{need.growth: {from: 0.5x, to: 2x, steps: 3}}",
         extra: str = "") -> str:
    """A grid as a file says it."""
    return (f"title: Small\nscenario: town\nset: {{world.people: 200, world.horizon: 6 weeks, "
            f"population.burn_in: 2 weeks}}\nregimes: [{', '.join(REGIMES)}]\nmethod: grid\nvary: {vary}\n"
            f"replications: {replications}\nseed: 7\n{extra}")


def rows(store: Path) -> pd.DataFrame:
    """Every run once, by key, without what may differ; read without the project's code."""
    found = pd.read_parquet(store / "runs").drop(columns=PASSING)
    return found.drop_duplicates().sort_values("run").reset_index(drop=True)
