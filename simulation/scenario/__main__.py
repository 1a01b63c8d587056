"""`python -m simulation.scenario FOLDER` writes the JSON Schemas for editors, `scenarios/` by default."""

import sys
from pathlib import Path

from simulation.experiments import designschema
from simulation.scenario import schema

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "scenarios")
    for path in (*schema.write(folder), designschema.write(folder)):
        print(path)
