"""One test of a pattern: seen in nine tenths of the seeds, or an expected failure, for the module's reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from simulation.patterns.showing import QUICK_SEEDS, probes, recount


def looked_for(number: int, seeds: Sequence[int] = QUICK_SEEDS) -> Callable[[], None]:
    """The test of one pattern, for its file to name `test_...`; on more seeds where ten say too little."""
    probe = next(each for each in probes() if each.number == number)

    def test() -> None:
        found = recount(probe, seeds)
        figures = "; ".join(f"{name} {value:.4g}" for name, value in found.medians.items())
        assert found.holds, f"pattern {number} in {found.held_in} of {len(found.seeds)} seeds: {figures}"

    test.__doc__ = probe.says
    if probe.missed:
        test = pytest.mark.xfail(strict=True, raises=AssertionError, reason=probe.missed)(test)
    return pytest.mark.timeout(240)(test)
