"""Which modules make a run's numbers, and that their digest changes with them and with nothing else."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from simulation import provenance
from simulation.experiments import codeversion
from simulation.experiments.codeversion import code_version, digest, executed


def test_it_names_the_model_and_a_digest():
    model, dash, found = code_version().rpartition("-")
    assert model == provenance.model_version() and dash and len(found) == 8
    assert int(found, 16) >= 0


def test_it_is_the_same_in_another_process():
    said = subprocess.run(
        [sys.executable, "-c", "from simulation.experiments.codeversion import code_version; print(code_version())"],
        capture_output=True, text=True, check=True).stdout.strip()
    assert said == code_version()


def test_it_has_every_module_that_a_run_loads():
    """What Python has loaded after a run, against what was read from the files."""
    script = ("import sys, simulation\n"
              "world = simulation.load('town', set={'world.people': 200, 'world.horizon': '2 weeks'})\n"
              "simulation.run(world, 'targets', 1).summary\n"
              "print(*[name for name in sys.modules if name.startswith('simulation.')])")
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert "simulation.mechanisms.need" in loaded
    assert set(loaded) <= set(executed())


def test_pages_and_commands_are_not_in_it():
    names = set(executed())
    assert {"simulation.engine", "simulation.parameters", "simulation.outcomes", "simulation.scenario.key"} <= names
    assert not [name for name in names
                if name.startswith(("simulation.cli", "simulation.experiments", "simulation.analysis"))
                or name in ("simulation.report", "simulation.charts", "simulation.dashboards")]


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_line_endings_do_not_count(ending):
    text = b"a = 1\nb = 2\n"
    assert digest({"m": text}) == digest({"m": text.replace(b"\n", ending)})


def test_any_change_counts_and_so_does_the_module():
    texts = {"m": b"a = 1\n", "n": b"b = 2\n"}
    others = [{"m": b"a = 2\n", "n": b"b = 2\n"}, {"m": b"a = 1\nb = 2\n", "n": b""}, {"m": b"a = 1\n"},
              {"m": b"b = 2\n", "n": b"a = 1\n"}, {"m": b"a = 1\n", "o": b"b = 2\n"}]
    assert len({digest(texts), *map(digest, others)}) == 6
    assert digest(texts) == digest(dict(reversed(texts.items())))


def test_imports_are_found_wherever_they_stand(tmp_path):
    text = ("import simulation.one\nfrom simulation import two\nfrom simulation.three import thing as it\n"
            "from typing import TYPE_CHECKING\nimport typing\n"
            "if TYPE_CHECKING:\n    import simulation.never\nelse:\n    import simulation.four\n"
            "if typing.TYPE_CHECKING:\n    import simulation.never\n"
            "def f():\n    from simulation import five\n"
            "    if f:\n        from . import six\n        from .. import seven\n")
    found = set(codeversion._imported(ast.parse(text), "simulation.room.here", tmp_path / "here.py"))
    assert {"simulation.one", "simulation.two", "simulation.three", "simulation.four", "simulation.five",
            "simulation.room.six", "simulation.seven"} <= found
    assert "simulation.never" not in found
    inside = set(codeversion._imported(ast.parse("from . import six"), "simulation.room", tmp_path / "__init__.py"))
    assert "simulation.room.six" in inside
