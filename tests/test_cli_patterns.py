"""`regimes check --full` without a scenario: every pattern too, known misses by name, and what makes it fail."""

from __future__ import annotations

import json

import pytest

from simulation.cli import main
from simulation.patterns import showing
from simulation.patterns.showing import Probe, Shown

SEEN = Probe(5, "Pattern 5: it is seen.", lambda seed: Shown(True, {"rise, share": seed / 10}))
OFTEN = Probe(6, "Pattern 6: it is seen in nine of ten.", lambda seed: Shown(seed != 4))
MISSED = Probe(7, "Pattern 7: it is not seen.", lambda seed: Shown(False), "a reason")
SURPRISE = Probe(8, "Pattern 8: it is seen after all.", lambda seed: Shown(True), "an old reason")
ABSENT = Probe(9, "Pattern 9: it should be seen.", lambda seed: Shown(seed > 5))


@pytest.fixture
def full(capsys, monkeypatch):
    """Runs `regimes check --full` with these patterns, ten seeds and no scenario; gives exit code and stdout."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("simulation.scenario.catalogue", dict)
    monkeypatch.setattr(showing, "FULL_SEEDS", range(1, 11))

    def run(probes: tuple[Probe, ...], *arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(showing, "probes", lambda: probes)
        code = main(["check", "--full", "--quiet", *arguments])
        return code, capsys.readouterr().out

    return run


def test_patterns_that_are_as_they_are_said_to_be(full):
    code, out = full((SEEN, OFTEN, MISSED))
    assert code == 0
    assert "  ok    seen in 10 of 10: Pattern 5: it is seen.\n        rise, share: 0.55\n" in out
    assert "  ok    seen in 9 of 10: Pattern 6" in out
    assert "  miss  seen in 0 of 10: Pattern 7: it is not seen.\n        known: a reason\n" in out


@pytest.mark.parametrize(("probe", "said"), [(SURPRISE, "declared a miss, and seen: an old reason"),
                                             (ABSENT, "  FAILS seen in 5 of 10: Pattern 9")])
def test_a_pattern_that_is_not_as_it_is_said_to_be_fails(full, probe, said):
    code, out = full((SEEN, probe))
    assert code == 1
    assert said in out and "FAILS" in out


def test_patterns_for_machines(full):
    code, out = full((SEEN, MISSED), "--json")
    assert code == 0
    assert json.loads(out)["patterns"] == [
        {"pattern": 5, "says": SEEN.says, "held_in": 10, "seeds": 10, "holds": True, "missed": "",
         "figures": {"rise, share": 0.55}},
        {"pattern": 7, "says": MISSED.says, "held_in": 0, "seeds": 10, "holds": False, "missed": "a reason",
         "figures": {}}]


def test_every_pattern_that_is_to_be_tested_is_looked_for_and_has_its_own_test():
    from pathlib import Path

    from simulation.patterns import PATTERNS

    looked_for = {probe.number for probe in showing.probes()}
    assert looked_for == {p.number for p in PATTERNS if p.use == "test"}
    folder = Path(__file__).parent / "patterns"
    assert {f"test_pattern_{number:02}.py" for number in looked_for} <= {path.name for path in folder.iterdir()}
