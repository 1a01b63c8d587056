"""The documents that are made from the code say what the code says, and the command that writes them does its work."""

from __future__ import annotations

import ast
import json
import re

import pytest

from simulation import markdown, odd
from simulation.cli import main
from simulation.columns import FAMILIES
from simulation.levers import LEVER_INDEX
from simulation.mechanisms import MECHANISMS, ORDER, TABLES

DOCS = odd.PACKAGE.parent / "docs"
WRITTEN = odd.documents()


@pytest.mark.parametrize("name", odd.TEMPLATES)
def test_the_committed_document_is_what_the_code_writes(name):
    assert (DOCS / name).read_text(encoding="utf-8") == WRITTEN[name], f"docs/{name} is out of date; run: regimes odd"


def test_the_description_has_the_seven_parts_and_eleven_concepts_of_odd():
    text = WRITTEN["ODD.md"]
    assert re.findall(r"^## (\d)\. ", text, re.MULTILINE) == list("1234567")
    concepts = ("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing",
                "Interaction", "Stochasticity", "Collectives", "Observation")
    assert re.findall(r"^\*\*([A-Z][a-z ]+)\.\*\*", text[text.index("## 4."):text.index("## 5.")],
                      re.MULTILINE) == list(concepts)


def test_every_column_parameter_and_rule_is_in_the_description():
    text = WRITTEN["ODD.md"]
    for columns in FAMILIES.values():
        for column in columns:
            assert f"| `{column.name}` | " in text
    for table in TABLES.values():
        for name in table:
            assert f"| `{name}` | " in text
    rules = {name for path in (odd.PACKAGE / "mechanisms").glob("*.py") for name, _ in markdown.source(path).rules}
    assert len(rules) > 30
    for name in rules:
        assert f"\ndef {name}(" in text


def test_pages_link_to_pages_that_exist():
    for name in (*odd.TEMPLATES, "index.md", "model.md"):
        for target in re.findall(r"\]\(([^<)#]+)\)", (DOCS / name).read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (DOCS / target).exists(), f"docs/{name} links to {target}"


def test_the_short_account_goes_through_the_tick_in_order():
    text = (DOCS / "model.md").read_text(encoding="utf-8")
    assert re.findall(r"^\d+\. \*\*([a-z]+)\*\*:", text, re.MULTILINE) == list(MECHANISMS)


def stored(name: str) -> set[str]:
    """Columns that a mechanism's modules assign to as `family.column[...]`."""
    found = set()
    for path in [odd.PACKAGE / "mechanisms" / f"{module}.py" for module in _reached(name)]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(
                node, ast.AugAssign) else []
            for target in [part for t in targets for part in (t.elts if isinstance(t, ast.Tuple) else [t])]:
                while isinstance(target, ast.Subscript):
                    target = target.value
                if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) \
                        and target.value.id in FAMILIES:
                    found.add(target.attr)
    return found


def _reached(name: str) -> set[str]:
    """A mechanism's module and the helping modules that it uses."""
    reached, todo = {name}, [name]
    while todo:
        for other in markdown.source(odd.PACKAGE / "mechanisms" / f"{todo.pop()}.py").imports:
            if other not in {*reached, *MECHANISMS, "base"}:
                reached.add(other)
                todo.append(other)
    return reached


@pytest.mark.parametrize("mechanism", ORDER, ids=lambda m: m.name)
def test_the_schedule_names_what_a_mechanism_reads_and_writes(mechanism):
    columns = {column.name for family in FAMILIES.values() for column in family}
    assert set(mechanism.reads) <= columns | set(LEVER_INDEX)
    assert set(mechanism.writes) <= columns | {"levers"}
    assert stored(mechanism.name) <= set(mechanism.writes), "the code writes a column that `writes` does not name"


# -- the command ------------------------------------------------------------------------------------------------------


def test_odd_writes_then_agrees_then_notices_a_change(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["odd", "--check", "--out", "pages"]) == 1
    assert main(["odd", "--out", "pages"]) == 0
    assert sorted(p.name for p in (tmp_path / "pages").iterdir()) == sorted(WRITTEN)
    assert main(["odd", "--check", "--out", "pages"]) == 0
    (tmp_path / "pages" / "ODD.md").write_text("edited by hand", encoding="utf-8")
    capsys.readouterr()
    assert main(["odd", "--check", "--out", "pages", "--json"]) == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["documents"]["ODD.md"] == "differs"
    assert "regimes odd" in said.err
    assert main(["odd", "--help"]) == 0
    assert "Example: regimes odd" in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_bad_input(tmp_path, capsys):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    assert main(["odd", "--out", str(tmp_path / "taken")]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_without_tests_beside_it_the_page_on_tests_is_left_out(monkeypatch):
    monkeypatch.setattr(odd, "checkout", lambda: None)
    assert sorted(odd.documents()) == ["ODD.md", "calibration.md", "evidence.md", "limits.md"]


# -- Markdown ---------------------------------------------------------------------------------------------------------


def test_a_table_keeps_cells_on_one_line_and_refuses_crooked_rows():
    assert markdown.table(("a", "b"), [(1, "x | y\n z")]) == "| a | b |\n| --- | --- |\n| 1 | x \\| y z |"
    with pytest.raises(ValueError, match="has 1 cells, the table has 2"):
        markdown.table(("a", "b"), [(1,)])


def test_a_docstring_becomes_prose_and_formula():
    text = "Need grows.\n\nFor one ``person``, see doi:10.1136/bmj.j84::\n\n    n' = n * 2\n      + 1\n\nEnd."
    assert markdown.from_docstring(text) == (
        "Need grows.\n\nFor one `person`, see [doi:10.1136/bmj.j84](<https://doi.org/10.1136/bmj.j84>):\n\n"
        "```text\nn' = n * 2\n  + 1\n```\n\nEnd.")


def test_a_pattern_is_shown_or_missed_as_its_own_file_says(monkeypatch):
    from simulation.patterns import showing

    found = (showing.Probe(8, "Pattern 8.", lambda seed: showing.Shown(True)),
             showing.Probe(9, "Pattern 9.", lambda seed: showing.Shown(False), "because"))
    monkeypatch.setattr(showing, "probes", lambda: found)
    files = {"tests/patterns/test_pattern_08.py": "", "tests/patterns/test_pattern_09.py": ""}
    assert odd._state(8, files) == "shown: `tests/patterns/test_pattern_08.py`"
    assert odd._state(9, files) == "**missed**: because (`tests/patterns/test_pattern_09.py`)"
    assert odd._state(8, {}) == odd._state(1, files) == "no test"
