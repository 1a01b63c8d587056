"""The page about sweeps: its design loads, its readers read, its commands and options exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from experiments import small

from simulation.experiments.reading import load_design
from simulation.experiments.sweeping import sweep

PAGE = Path(__file__).parents[2] / "docs" / "sweeps.md"
pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="an installation has no docs")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL) if PAGE.exists() else []


def test_the_design_loads_and_can_be_written_and_read_again(tmp_path):
    path = tmp_path / "designs" / "guide.yaml"
    path.parent.mkdir()
    path.write_text(blocks("yaml")[0], encoding="utf-8")
    found = load_design(path)
    assert found.size == 64 and len(found.factors) == 7
    path.with_name("rule.yaml").write_text(small.text(replications="1").replace("replications: 1\n", blocks("yaml")[1]))
    assert load_design(path.with_name("rule.yaml")).replications.until.at_most == 400


def test_the_readers_read(tmp_path):
    path = tmp_path / "designs" / "small.yaml"
    path.parent.mkdir()
    path.write_text(small.text(replications="2"), encoding="utf-8")
    swept = sweep(load_design(path), tmp_path / "store", workers=1)
    readers = [block for block in blocks("python") if "{store}" in block]
    assert len(readers) == 3
    for reader in readers:
        names = {"store": str(tmp_path / "store"), "folder": swept.folder.name}
        exec(compile(reader, str(PAGE), "exec"), names)
        assert len(names["found"]) == 12 and "need.growth" in names["found"].columns


def test_every_command_of_the_page_is_understood():
    from typer.main import get_command

    from simulation.cli.app import app

    commands = get_command(app).commands
    lines = [line.split("#")[0] for block in blocks("sh") for line in block.splitlines() if line.startswith("regimes ")]
    assert len(lines) > 5
    for line in lines:
        _, name, *words = shlex.split(line)
        known = {text for option in commands[name].params for text in (*option.opts, *option.secondary_opts)}
        assert {word for word in words if word.startswith("--")} <= known, line
