"""`python -m simulation.cli`: the command `regimes` where it is not on the path, such as in a notebook or a job."""

from simulation.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
