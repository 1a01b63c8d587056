"""`python -m simulation.scenario FOLDER` writes the JSON Schemas for editors, `scenarios/` by default."""

import sys
from pathlib import Path

from simulation.scenario.schema import write

if __name__ == "__main__":
    for path in write(Path(sys.argv[1] if len(sys.argv) > 1 else "scenarios")):
        print(path)
