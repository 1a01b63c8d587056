"""Figures of the documents: each is in the register, and is what its kept results give."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from simulation import odd, publishing, readmepictures
from simulation.cli.faults import BAD_INPUT, DONE, FAILED, guarded
from simulation.outcomes import HEADLINE
from simulation.provenance import model_version
from simulation.publishing import FigureError, compared, rebuild, substance
from simulation.scenario import load

ROOT = odd.PACKAGE.parent
DOCS = ROOT / "docs"
KEPT = json.loads((DOCS / readmepictures.KEPT).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def drawn():
    return rebuild(DOCS)


def test_every_committed_figure_is_what_its_results_give(drawn):
    for each in drawn:
        kept = (DOCS / each.figure.file).read_text(encoding="utf-8")
        assert substance(kept) == substance(each.text), f"{each.figure.file}: run regimes figures"
        assert each.verdict in ("same", "moved") and len(kept) < 200_000 and "<script" not in kept


def test_a_figure_is_drawn_the_same_every_time(drawn):
    again = rebuild(DOCS, ["record-and-truth", "town-differences", "without-ideas"])
    texts = {each.figure.name: each.text for each in drawn}
    assert all(each.text == texts[each.figure.name] for each in again)


def test_the_register_has_every_figure_and_every_picture_of_the_pages():
    files = {figure.file for figure in publishing.figures().values()}
    assert {f"figures/{path.name}" for path in (DOCS / "figures").glob("*.svg")} == files
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    shown = {name for page in pages
             for name in re.findall(r"!\[[^\]]+\]\((?:docs/|\.\./)?(figures/[\w-]+\.svg)\)", page.read_text("utf-8"))}
    assert shown == files, "a figure that no page shows, or a picture that no code draws"


def test_the_readme_says_what_its_pictures_say():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"![{readmepictures.courses_title(KEPT)}](docs/figures/record-and-truth.svg)" in text
    assert f"![{readmepictures.differences_title(KEPT)}](docs/figures/town-differences.svg)" in text
    assert (DOCS / readmepictures.KEPT).read_text(encoding="utf-8") == readmepictures.text(KEPT)


def test_the_kept_comparison_is_what_the_model_gives():
    from simulation import runs

    town = load(KEPT["scenario"])
    if KEPT["model"] != model_version() or KEPT["key"] != town.key:
        pytest.fail("the README's pictures are of another model or town; run regimes figures --run")
    for name in KEPT["regimes"]:
        summary = runs.run(town, name, KEPT["seed"]).summary
        for outcome in HEADLINE:
            assert summary[outcome] == pytest.approx(KEPT["values"][name][outcome][0], rel=1e-6), (name, outcome)


def test_titles_follow_the_numbers_whichever_way_they_fall():
    first, second = KEPT["regimes"]
    turned = {**KEPT, "values": {first: KEPT["values"][second], second: KEPT["values"][first]}}
    said, other = readmepictures.differences_title(KEPT), readmepictures.differences_title(turned)
    counts, swapped = ([int(n) for n in re.findall(r"\d+", text)] for text in (said, other))
    assert counts[1:3] == swapped[2:0:-1] and counts[1] != counts[2]
    honest = {**KEPT, "values": {name: {**values, "recorded_performance": values["true_performance"]}
                                 for name, values in KEPT["values"].items()}}
    assert readmepictures.courses_title(honest).count("equal to the truth") == 2
    low = {**KEPT, "values": {name: {**values, "recorded_performance": list(np.array(values["true_performance"]) - .1)}
                              for name, values in KEPT["values"].items()}}
    assert "10.0 points below the truth under" in readmepictures.courses_title(low)


def test_how_a_file_stands_to_what_it_should_be(tmp_path, drawn):
    text = next(each.text for each in drawn if each.figure.name == "record-and-truth")
    path = tmp_path / "a.svg"
    assert compared(path, text) == "missing"
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert compared(path, text) == "same"
    path.write_text(text.replace("translate(0,", "translate(0.1,", 1), encoding="utf-8")
    assert compared(path, text) == "moved"
    path.write_text(text.replace(">recorded<", ">true<"), encoding="utf-8")
    assert compared(path, text) == "differs"


def test_names_and_missing_results(tmp_path):
    with pytest.raises(FigureError, match="did you mean 'frontier'"):
        rebuild(DOCS, ["frontir"])
    with pytest.raises(FigureError, match="readme.json cannot be read"):
        rebuild(tmp_path, ["record-and-truth"])
    (tmp_path / "data").mkdir()
    (tmp_path / readmepictures.KEPT).write_text("{", encoding="utf-8")
    with pytest.raises(FigureError, match="not JSON"):
        rebuild(tmp_path, ["record-and-truth"])


def test_the_command_writes_and_checks(tmp_path, monkeypatch, capsys):
    (tmp_path / "docs" / "data").mkdir(parents=True)
    (tmp_path / "docs" / readmepictures.KEPT).write_text(readmepictures.text(KEPT), encoding="utf-8")
    monkeypatch.setattr("simulation.odd.checkout", lambda: tmp_path)
    command = ["figures", "--only", "record-and-truth,town-differences", "-q"]
    assert guarded([*command, "--check"]) == FAILED
    assert "2 of 2 figures are not what their results give" in " ".join(capsys.readouterr().out.split())
    assert not (tmp_path / "docs" / "figures").exists(), "--check writes nothing"
    assert guarded(command) == DONE
    assert guarded([*command, "--check", "--json"]) == DONE
    path = tmp_path / "docs" / "figures" / "record-and-truth.svg"
    path.write_text(path.read_text(encoding="utf-8").replace("recorded", "made up"), encoding="utf-8")
    capsys.readouterr()
    assert guarded([*command, "--check", "--json"]) == FAILED
    verdicts = {each["name"]: each["verdict"] for each in json.loads(capsys.readouterr().out)["figures"]}
    assert verdicts == {"record-and-truth": "differs", "town-differences": "same"}


def test_bad_input(monkeypatch, capsys):
    assert guarded(["figures", "--only", "nothing"]) == BAD_INPUT
    assert "unknown figure 'nothing'" in capsys.readouterr().err
    assert guarded(["figures", "--check", "--run"]) == BAD_INPUT
    monkeypatch.setattr("simulation.odd.checkout", lambda: None)
    assert guarded(["figures"]) == BAD_INPUT and "use a checkout" in capsys.readouterr().err
