"""`regimes sensitivity` and `regimes ablate`: what people read, what machines read, and that they stop and go on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from simulation import odd
from simulation.cli import main
from simulation.sensitivity import figures, findings
from tests import made_up_runs
from tests.made_up_runs import BIG, MEASURED, SMALL

pytest.importorskip("SALib")
TINY = ("--set", "world.people=400", "--horizon", "4 weeks")
QUICK = ("town", *TINY, "--outcomes", "need,crises", "--trajectories", "2", "--worlds", "16", "--top", "2",
         "--pairs", "2")


@pytest.fixture
def regimes(capsys, monkeypatch, tmp_path):
    """Runs a command in an empty folder without the engine; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    made_up_runs.install(monkeypatch)
    few = tuple(map(made_up_runs.factor, (BIG, SMALL, MEASURED, "need.remission")))
    monkeypatch.setattr("simulation.sensitivity.study.factors", lambda scenario: few)

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main([*map(str, arguments)])
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return code, said.out, said.err

    return run


def test_what_a_difference_hangs_on(regimes):
    code, out, _ = regimes("sensitivity", *QUICK, "--quiet")
    assert code == 0
    flat = " ".join(out.split())
    assert out.startswith("town: what trust-and-learning minus targets hangs on (")
    assert "4 parameters, 400 people)" in flat
    assert f"Judgements: {BIG}: 40 %, larger speaks for targets; {SMALL}: 20 %, larger speaks for" in flat
    assert MEASURED not in out, "it is no judgement"
    assert "Judgements: nothing hangs on any." in flat
    assert re.search(r"Unmet need: \w+ under trust-and-learning than under targets in \d+ of 16 \(\d+ %\) believ", flat)
    folders = list(Path("runs").iterdir())
    assert len(folders) == 1 and f"Result: {folders[0]}/sensitivity.json" in out
    assert out.endswith("Illustrative, not a forecast.\n")
    assert findings.load(folders[0] / "sensitivity.json").names == ("targets", "trust-and-learning")


def test_the_same_command_goes_on_where_it_was(regimes, monkeypatch):
    first = regimes("sensitivity", *QUICK, "--quiet", "--out", "kept")
    seen = made_up_runs.install(monkeypatch)
    assert regimes("sensitivity", *QUICK, "--quiet", "--out", "kept") == first and seen == []
    more = [*QUICK, "--trajectories", "3"]
    assert regimes("sensitivity", *more, "--quiet", "--out", "kept")[0] == 0
    assert 0 < len(seen) < 60, "only the third walk and what follows from it is new"


def test_json_and_nothing_else(regimes):
    code, out, err = regimes("sensitivity", *QUICK, "--json", "--quiet")
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert data["made"]["regimes"] == ["targets", "trust-and-learning"] and data["outcomes"] == ["need", "crises"]
    assert set(data["parameters"]) == {BIG, SMALL, MEASURED, "need.remission", "chance"}
    assert len(data["parameters"][BIG]["effects"]["need"]) == 5
    assert not Path("runs").exists()
    code, out, err = regimes("ablate", "town", *TINY, "--without", "learning,gaming", "--pairs", "2", "--json", "-q")
    assert (code, err) == (0, "") and list(json.loads(out)["cases"]) == ["as it is", "learning", "gaming"]


def test_other_regimes_in_the_order_that_is_asked_for(regimes):
    there = json.loads(regimes("sensitivity", *QUICK, "--json", "-q", "--regimes", "hybrid,targets")[1])
    assert there["made"]["regimes"] == ["hybrid", "targets"]


def test_what_remains(regimes):
    code, out, _ = regimes("ablate", "town", *TINY, "--outcomes", "need", "--pairs", "3", "--quiet")
    assert code == 0 and out.startswith("town: trust-and-learning minus targets, 3 pairs a line\nUnmet need\n")
    lines = {line.strip().split("  ")[0]: line for line in out.splitlines() if line.startswith("    ")}
    assert {"as it is", "learning", "gaming", "linked needs"} < set(lines)
    assert "0.000 (0.000 to 0.000)" in lines["learning"]
    assert lines["money"].split("  ")[-1].strip() == lines["as it is"].split("  ")[-1].strip()
    assert "/ablations.json" in out


def test_a_kept_result_is_shown_without_a_run(regimes, monkeypatch):
    shown = regimes("sensitivity", *QUICK, "--quiet", "--out", "kept")[1]
    regimes("ablate", "town", *TINY, "--outcomes", "need", "--pairs", "2", "--quiet", "--out", "without")
    seen = made_up_runs.install(monkeypatch)
    code, again, _ = regimes("sensitivity", "--from", "kept/sensitivity.json")
    assert code == 0 and again.splitlines()[:9] == shown.splitlines()[:9]
    assert regimes("ablate", "--from", "without/ablations.json")[0] == 0
    assert seen == []


def test_ctrl_c_keeps_what_is_done(regimes, monkeypatch):
    from simulation.sensitivity.points import Pair

    read = []

    def interrupted(self, point, stop=None):
        read.append(point)
        if len(read) == 4:
            import _thread

            _thread.interrupt_main()
        import time

        time.sleep(0.05)
        return made_up_runs.read(self, point, stop)

    monkeypatch.setattr(Pair, "read", interrupted)
    code, out, err = regimes("sensitivity", *QUICK, "--quiet", "--out", "kept", "--threads", "1")
    assert code == 130 and out == ""
    assert re.search(r"Stopped after \d+ of \d+ points of this part; they are kept in kept, and the same command", err)
    assert 1 < len((Path("kept") / "points.jsonl").read_text().splitlines()) < 20
    assert not (Path("kept") / "sensitivity.json").exists()


@pytest.mark.parametrize(("arguments", "words"), [
    (["sensitivity", "twon"], "did you mean 'town'?"),
    (["sensitivity", "town", "--regimes", "targets"], "a comparison needs two regimes or more"),
    (["sensitivity", "town", "--regimes", "targets,hybrid,trust-alone"], "a difference is between two regimes"),
    (["sensitivity", "town", "--outcomes", "ned"], "unknown outcome 'ned'; did you mean 'need'?"),
    (["sensitivity", "town", "--trajectories", "1"], "'1' is not a whole number of 2 or more"),
    (["sensitivity", "town", "--worlds", "100"], "100 worlds are no power of two of 16 or more"),
    (["sensitivity", "town", "--people", "20"], "a town of 20 people"),
    (["sensitivity", "town", "--docs", "--worlds", "0"], "with --worlds 0 there are none"),
    (["sensitivity", "--from", "nothing.json"], "nothing.json: no such file"),
    (["ablate", "town", "--without", "lerning"], "did you mean 'learning'?"),
    (["ablate", "town", "--pairs", "1"], "'1' is not a whole number of 2 or more"),
    (["ablate", "--from", "empty.json"], "empty.json: these are no kept ablations"),
])
def test_bad_input(regimes, arguments, words):
    Path("empty.json").write_text("{}")
    code, out, err = regimes(*arguments)
    assert code == 2 and out == "" and words in " ".join(err.split())


def test_a_folder_with_another_study_is_refused(regimes):
    assert regimes("sensitivity", *QUICK, "--quiet", "--out", "kept")[0] == 0
    code, _, err = regimes("sensitivity", *QUICK, "--quiet", "--out", "kept", "--set", "need.coupling=0.05 per week")
    assert code == 2 and "give another folder with --out" in err


def test_without_the_package_it_says_what_to_install(regimes, monkeypatch):
    import sys

    for name in [name for name in sys.modules if name.split(".")[0] == "SALib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "SALib", None)
    code, _, err = regimes("sensitivity", *QUICK)
    assert code == 2 and "pip install 'care-regimes[analysis]'" in err


def test_results_for_the_documents(regimes, monkeypatch, tmp_path):
    monkeypatch.setattr(odd, "checkout", lambda: tmp_path)
    assert regimes("sensitivity", *QUICK, "--quiet", "--out", "kept", "--docs")[0] == 0
    assert regimes("ablate", "town", *TINY, "--outcomes", "need,crises", "--pairs", "2", "--quiet", "--docs")[0] == 0
    assert sorted(p.name for p in (tmp_path / "docs" / "data").iterdir()) == ["ablations.json", "sensitivity.json"]
    assert sorted(p.name for p in (tmp_path / "docs" / "figures").iterdir()) == sorted(figures.FILES)
    monkeypatch.setattr(odd, "checkout", lambda: None)
    code, _, err = regimes("ablate", "town", "--docs")
    assert code == 2 and "this program runs without them" in err


def test_help_has_an_example(regimes):
    for command in ("sensitivity", "ablate"):
        code, out, _ = regimes(command, "--help")
        assert code == 0 and f"Example: regimes {command} town" in out
