"""The command line: what `regimes` understands, prints and returns. No model logic.

Exit codes: 0 done; 1 a claim or check failed; 2 bad input, or a folder that cannot be written; 70 a fault of the
program; 130 stopped by Ctrl-C (what was complete is kept); 141 whoever read the output went away.
"""

from __future__ import annotations

from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Never raises for bad input, Ctrl-C or a closed pipe.

    `arguments` are those after the program's name; None takes the process's own.
    """
    import sys

    from simulation.cli.faults import guarded

    return guarded(list(sys.argv[1:] if arguments is None else arguments))
