"""The wheel works outside the checkout: built, installed in a new environment, run from another folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    return subprocess.run([*map(str, command)], cwd=cwd, capture_output=True, text=True, env={**kept, **environment})


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built without a network by the backend that is installed here."""
    out = tmp_path_factory.mktemp("dist")
    done = _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A new environment with the wheel and, by a path file, the libraries of this one; the folder of its commands."""
    home = tmp_path_factory.mktemp("fresh")
    venv.create(home, with_pip=False)
    commands = home / ("Scripts" if os.name == "nt" else "bin")
    python = next(commands.glob("python*"))
    done = _run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", "--quiet", wheel,
                cwd=home)
    assert done.returncode == 0, done.stdout + done.stderr
    found = _run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home)
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(found.stdout.strip()) / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n")
    return commands


def test_scenarios_types_and_assets_travel_inside(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    carried = [path for suffix in ("*.yaml", "*.fit.json") for path in (ROOT / "scenarios").rglob(suffix)]
    assert len(carried) > 20
    for path in carried:
        assert f"simulation/_catalogue/{path.relative_to(ROOT / 'scenarios').as_posix()}" in names
    assert "simulation/py.typed" in names
    for path in (ROOT / "docs" / "data").glob("*.json"):
        assert f"simulation/_data/{path.name}" in names
    for folder in ("simulation", "dashboards"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert path.relative_to(ROOT).as_posix() in names
    assert not [n for n in names if n.startswith(("tests/", "benchmarks/", "scenarios/"))]


def _imports(*folders: str) -> set[str]:
    """Distributions that the modules of these folders import, beyond the standard library and themselves."""
    import ast

    modules = {"yaml": "pyyaml", "pydantic_core": "pydantic", "vl_convert": "vl-convert-python", "markupsafe": "jinja2",
               "distributed": "dask"}
    used: set[str] = set()
    for path in [path for folder in folders for path in (ROOT / folder).rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else \
                [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            used |= {name.split(".")[0] for name in names}
    return {modules.get(n, n.replace("_", "-")) for n in used
            if n not in sys.stdlib_module_names and n not in ("simulation", "dashboards")}


def _declared(lines: list[str]) -> set[str]:
    return {re.split(r"[>=;<\[]", line)[0].strip().replace("_", "-") for line in lines}


def test_every_import_is_declared():
    """What the packages import is the standard library, themselves, or a declared dependency."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = _declared(project["dependencies"])
    extras = {name: _declared(lines) for name, lines in project["optional-dependencies"].items()}
    analysis, dashboard = extras["analysis"] | extras["research"] | extras["sweeps"], extras["dashboard"]
    model, pages = _imports("simulation"), _imports("dashboards")
    assert model - declared - analysis == set(), "imported but not declared"
    assert pages - declared - dashboard == set(), "imported but not declared"
    assert declared - model == set(), "declared but not imported"
    assert dashboard - pages == {"solara-server", "solara-ui", "solara-assets", "ipyvuetify"}, (
        "declared but not imported: only what pins the release of the page")


def test_commands_work_in_another_folder(installed, tmp_path):
    regimes = next(installed.glob("regimes*"))
    listed = _run(regimes, "scenarios", "--json", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    names = {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}
    assert {s["name"] for s in json.loads(listed.stdout)["scenarios"]} == names
    valid = _run(regimes, "validate", "town", cwd=tmp_path)
    assert (valid.returncode, valid.stderr) == (0, "")
    where = _run(next(installed.glob("python*")), "-c", "import simulation; print(simulation.__file__)", cwd=tmp_path)
    assert Path(where.stdout.strip()).is_relative_to(installed.parent)


def test_a_comparison_works_in_another_folder(installed, tmp_path):
    """The whole way to the report, without the compiler: what is tested is that everything is there."""
    regimes = next(installed.glob("regimes*"))
    done = _run(regimes, "compare", "town", "--pairs", "1", "--horizon", "2 weeks", "--set", "world.people=500",
                "--out", "first", cwd=tmp_path, NUMBA_DISABLE_JIT="1")
    assert done.returncode == 0, done.stderr
    assert "not a forecast" in done.stdout
    assert (tmp_path / "first" / "report.html").stat().st_size > 10_000
    assert json.loads((tmp_path / "first" / "manifest.json").read_text(encoding="utf-8"))


def test_the_dashboard_works_in_another_folder(installed, tmp_path):
    """From the wheel: pages, styles, the kept map and handouts are all there; Ctrl-C ends it."""
    import signal
    import socket
    import time
    import urllib.error
    import urllib.request

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME")}
    prefix = Path(sys.prefix)  # what a real installation has in its own environment is borrowed from this one
    borrowed = {"SOLARA_ASSETS_PROXY_CACHE_DIR": str(prefix / "share" / "solara" / "cdn"),
                "JUPYTER_CONFIG_PATH": str(prefix / "etc" / "jupyter"),
                "JUPYTER_PATH": str(prefix / "share" / "jupyter")}
    log = (tmp_path / "log").open("w")
    server = subprocess.Popen([next(installed.glob("regimes*")), "dashboard", "--no-browser", "--port", str(port)],
                              cwd=tmp_path, stdout=log, stderr=log, env={
                                  **kept, **borrowed, "NUMBA_DISABLE_JIT": "1",
                                  "CARE_REGIMES_CACHE": str(tmp_path / "kept")})

    def get(path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error}\n" + (tmp_path / "log").read_text()) from None

    try:
        for _ in range(300):
            assert server.poll() is None, (tmp_path / "log").read_text()
            try:
                get("/readyz")
                break
            except OSError:
                time.sleep(0.2)
        assert "/care/theme.css" in get("/") and "--focus" in get("/care/theme.css")
        assert "not a forecast" in get("/download/map.csv").lower()
        assert "claims" in get("/handout/town").lower()
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
        assert "Traceback" not in (tmp_path / "log").read_text()
    finally:
        server.kill()
        log.close()
