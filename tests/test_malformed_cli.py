"""Two hundred malformed scenario files, as a person would meet them: exit code 2, a line a problem, never a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from malformed import malformed_files

from simulation.cli import main

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory) -> list[Path]:
    return [Path(path) for path in malformed_files(tmp_path_factory.mktemp("malformed"))]


def _clear(said: str, file: Path) -> None:
    """Every line names the file and says something about it."""
    lines = said.splitlines()
    assert lines, "nothing was said"
    assert "Traceback" not in said and "pydantic" not in said
    for line in lines:
        assert file.name in line or line.startswith("... and "), line
        assert len(line) < 600, line


def test_there_are_enough_of_them(bad_files):
    assert len(bad_files) >= 200
    assert len({path.read_bytes() for path in bad_files}) >= 190, "they should differ from each other"


@pytest.mark.parametrize(("command", "every"), [("compare", 1), ("validate", 10), ("show", 10)])
def test_each_gets_clear_lines_and_code_2(bad_files, command, every, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for path in bad_files[::every]:
        code = main([command, str(path)])
        said = capsys.readouterr()
        assert (code, said.out) == (2, ""), f"{path.name}: {said}"
        _clear(said.err, path)
    assert list(tmp_path.iterdir()) == [], "bad input left something behind"


def test_a_few_of_them_as_processes(bad_files, tmp_path):
    for path in bad_files[::50]:
        done = subprocess.run([sys.executable, "-c", "import sys; from simulation.cli import main; sys.exit(main())",
                               "compare", str(path)], cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "PYTHONPATH": str(ROOT)})
        assert (done.returncode, done.stdout) == (2, "")
        _clear(done.stderr, path)
