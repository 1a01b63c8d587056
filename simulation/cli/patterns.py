"""The second half of `regimes check --full`: every pattern that the model is held against, looked for in many seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.patterns.showing import Recount


def look_for_all(threads: int | None, as_json: bool, quiet: bool) -> tuple[list[Recount], bool]:
    """Every pattern recounted and, unless JSON is wanted, printed in its turn; and whether it came to its end."""
    from simulation.cli.interruption import Interruption
    from simulation.cli.progress import Meter
    from simulation.patterns.showing import FULL_SEEDS, probes, recount
    from simulation.runs import Interrupted

    found: list[Recount] = []
    wanted = probes()
    with Interruption() as interruption:
        interruption.at_once = False
        for done, probe in enumerate(wanted, 1):
            with Meter(f"Pattern {probe.number} ({done} of {len(wanted)})", quiet) as meter:
                try:
                    found.append(recount(probe, FULL_SEEDS, threads=threads, progress=meter.update,
                                         stop=interruption.stop))
                except Interrupted:
                    return found, False
            if not as_json:
                _print(found[-1])
    return found, True


def _print(found: Recount) -> None:
    """Mark, count and text; a miss with its reason; what was measured."""
    from simulation.cli.screen import console, say

    screen = console()
    mark = ("  ok    " if found.holds else "  miss  ") if found.as_expected else "  FAILS "
    say(screen, f"seen in {found.held_in} of {len(found.seeds)}: {found.probe.says}",
        style=None if found.as_expected else "bold red", bullet=mark)
    if found.probe.missed:
        known = "known: " if not found.holds else "declared a miss, and seen: "
        say(screen, known + found.probe.missed, style="dim", indent=8)
    for name, value in found.medians.items():
        say(screen, f"{name}: {value:.4g}", style="dim", indent=8)
