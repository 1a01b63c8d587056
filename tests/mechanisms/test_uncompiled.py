"""With and without compilation every column is the same bit for bit, also where parameters are off the 32-bit grid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import hashlib, json, sys
import numpy as np
import simulation
from simulation.engine import World
town = simulation.load("town", set={"world.people": 300, "world.horizon": "12 weeks", **json.loads(sys.argv[2])})
world = World(town, sys.argv[1], 11)
world.step(12)
columns = {f"{family}.{name}": column for family, there in world.columns.items() for name, column in there.items()}
columns.update(tallies=world._history, waits=world.waits, levers=world.levers, nation=world.nation)
print(json.dumps({name: hashlib.blake2b(np.ascontiguousarray(column).tobytes(), digest_size=8).hexdigest()
                  for name, column in columns.items()}))
"""
BUSY = {
    "parameters.measurement.error_below": 0.7, "parameters.relationships.introduced_trust": 0.35,
    "parameters.relationships.introductions": "20 per week", "parameters.relationships.team": "1 per week",
    "parameters.money.crisis_cost": "£1500.1", "parameters.care.tie_begins": 0.5, "parameters.care.tie_trusted": 0.7,
    "parameters.learning.trials": "20 per week", "parameters.pressure.leave": "1 per year",
    "parameters.access.seek_floor": 0.13, "parameters.leadership.tenure": "0.6 per year",
}


@pytest.mark.parametrize(("regime", "changes"), [("targets", {}), ("trust-and-learning", {}), ("lead-agency", BUSY)])
def test_every_column_is_the_same_without_compilation(regime, changes):
    found = []
    for disabled in ("0", "1"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, regime, json.dumps({"parameters.population.burn_in": "4 weeks", **changes})],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
            env={**os.environ, "NUMBA_DISABLE_JIT": disabled})
        found.append(json.loads(done.stdout))
    assert len(found[0]) > 60
    assert {name for name in found[0] if found[0][name] != found[1][name]} == set()
