"""Every malformed scenario gets a ScenarioError that names file and line in one line a problem, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from malformed import OTHER_LINES, RICH, VALUES, malformed_files

from simulation.scenario import ScenarioError, load


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[Path]:
    return malformed_files(tmp_path_factory.mktemp("malformed"))


def test_what_is_broken_was_whole_before(tmp_path):
    path = tmp_path / "rich.yaml"
    path.write_text(RICH, encoding="utf-8")
    scenario = load(path)
    assert list(scenario.regimes)[-1] == "mine" and len(scenario.events) == 4 and len(scenario.claims) == 1


def test_there_are_two_hundred_different_files_and_always_the_same(files, tmp_path):
    contents = [path.read_bytes() for path in files]
    assert len(files) >= 200 and len(set(contents)) == len(files)
    assert [path.read_bytes() for path in malformed_files(tmp_path)] == contents


def test_every_field_and_line_was_really_changed(files):
    of_rich = files[: sum(len(values) for values in VALUES.values()) + len(OTHER_LINES)]
    assert all(path.read_text(encoding="utf-8") != RICH for path in of_rich)


def test_each_raises_scenario_error_with_file_and_line(files, monkeypatch):
    monkeypatch.chdir(files[0].parent)
    for path in files:
        with pytest.raises(ScenarioError) as raised:
            load(path)
            pytest.fail(f"{path.name} is valid")
        problems = raised.value.problems
        assert problems, path.name
        for problem in problems:
            text = str(problem)
            assert text.isprintable() and len(text) < 600, text
            assert text.startswith(path.name), text
            assert not any(word in text for word in ("pydantic", "Traceback", "Input should", "yaml.org/"
                                                     if "tag" not in text else "Traceback")), text
            if not path.stem.endswith("-whole"):
                assert problem.line is not None and problem.line >= 1, text
                assert text.startswith(f"{path.name}:{problem.line}"), text


def test_the_line_is_that_of_the_slip(files):
    """For every field of the template: the slip is where the field is, or in what depends on it."""
    lines = RICH.splitlines()
    for path in files:
        field = path.stem.split("-", 1)[1].rpartition("-")[0]
        if field not in VALUES or field in ("people", "places", "horizon", "at", "regime", "compare", "mine"):
            continue  # their faults may show in another field: too few people for the places, an event after the end
        changed = [number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
                   if number > len(lines) or line != lines[number - 1]]
        with pytest.raises(ScenarioError) as raised:
            load(path)
        assert any(problem.line in (changed[0], changed[0] + 1) for problem in raised.value.problems), path.name
