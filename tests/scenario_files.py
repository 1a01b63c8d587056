"""Small helpers for tests of scenario files: write one, and hear what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulation.scenario import ScenarioError, load


def write(text: str, name: str = "mine.yaml") -> str:
    """Writes a file into the working folder and returns its path as a person would type it."""
    Path(name).write_text(text, encoding="utf-8")
    return f"./{name}"


def said(name: object, **kwargs) -> list[str]:
    """The lines of the error that loading raises."""
    with pytest.raises(ScenarioError) as raised:
        load(name, **kwargs)
    return str(raised.value).splitlines()
