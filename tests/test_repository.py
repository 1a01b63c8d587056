"""What a reader of the whole tree would trip over: paths of machines, long modules, regimes in code, work at import."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("numba", "pandas", "mesa", "altair", "pyarrow", "scipy", "networkx", "vl_convert", "matplotlib", "jinja2")
MACHINE_PATH = re.compile(r"/(w[o]rk|f[a]rm|r[o]ot|t[m]p)/[A-Za-z]")
REGISTRY_HOST = re.compile(r"files\.python[h]osted|pypi\.[o]rg/simple|registry\.npm[j]s")
IGNORED = (".git", ".venv", "runs", "dist", "build", "__pycache__", ".pytest_cache", ".ruff_cache", ".hypothesis")


def files() -> list[Path]:
    """The project's files: as git knows them, or all of them where there is no git."""
    try:
        listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                                capture_output=True, text=True, check=True).stdout.splitlines()
        found = [ROOT / name for name in listed]
    except (OSError, subprocess.CalledProcessError):
        found = [p for p in ROOT.rglob("*") if not set(p.relative_to(ROOT).parts) & set(IGNORED)]
    return [p for p in found if p.is_file()]


def texts(*suffixes: str) -> list[tuple[Path, str]]:
    found = []
    for path in files():
        if suffixes and path.suffix not in suffixes:
            continue
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    assert len(found) > 5, "the list of files is not believable"
    return found


def regime_names() -> list[str]:
    return sorted(p.stem for p in (ROOT / "scenarios" / "regimes").glob("*.yaml"))


def test_readme_gives_the_two_commands_and_the_lines_for_windows():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in text and "make test" in text
    assert ".venv\\Scripts\\python -m pip install" in text


def test_the_python_of_the_readme_runs(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    code = text.split("```python\n")[1].split("```")[0]
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert "recorded_performance" in done.stdout


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST], ids=["path of a machine", "host of a registry"])
def test_no_file_names_a_machine_or_a_registry(pattern):
    hits = [f"{path.relative_to(ROOT)}: {line.strip()[:100]}" for path, text in texts() if path.suffix != ".lock"
            for line in text.splitlines() if pattern.search(line)]
    assert not hits, "\n".join(hits)


def test_modules_stay_short_and_say_why_they_exist():
    for path, text in texts(".py"):
        if path.is_relative_to(ROOT / "tests"):
            continue
        where = path.relative_to(ROOT)
        assert len(text.splitlines()) < 450, f"{where} is long: does it still have one reason to exist?"
        assert text.startswith('"""'), f"{where} does not begin with what it is for"


def test_no_code_names_a_regime():
    names = regime_names()
    assert len(names) >= 7
    hits = [f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}" for path, text in texts(".py")
            if path.relative_to(ROOT).parts[0] in ("simulation", "dashboards") for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Constant) and node.value in names]
    assert not hits, "\n".join(hits)


def test_importing_does_no_work():
    """`import simulation` and the command line load nothing heavy, print nothing, write nothing, start nothing."""
    code = (
        "import sys, threading, simulation, simulation.cli, simulation.cli.app\n"
        f"print([m for m in {HEAVY!r} if m in sys.modules], threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[] 1\n" and done.stderr == ""


def test_importing_every_module_is_quiet_and_leaves_global_chance_alone(tmp_path):
    code = (
        "import importlib, pkgutil, random, threading\n"
        "import numpy, simulation\n"
        "before = repr(numpy.random.get_state()), random.getstate()\n"
        "for m in pkgutil.walk_packages(simulation.__path__, 'simulation.'):\n"
        "    importlib.import_module(m.name)\n"
        "assert before == (repr(numpy.random.get_state()), random.getstate()), 'global chance was touched'\n"
        "assert threading.active_count() == 1, 'a thread was started'\n"
        "import os; assert os.listdir('.') == [], os.listdir('.')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert done.stdout == "" and done.stderr == ""


def test_version_is_the_same_everywhere():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"version: {project['version']}\n" in citation
    assert f"## [{project['version']}]" in changes
    assert f"license: {project['license']}\n" in citation
