"""The page of sensitivity: kept results are of this model, figures are drawn from them, the text says what they say."""

from __future__ import annotations

import re

import pytest

from simulation import odd, provenance
from simulation.outcomes import BY_NAME
from simulation.scenario import load
from simulation.sensitivity import ablations, figures, findings, page, screening, telling
from simulation.sensitivity.ablations import AS_IT_IS, ablate
from simulation.sensitivity.factors import CHANCE, factors, seed, values
from simulation.sensitivity.points import Pair, Point
from simulation.sensitivity.study import study
from tests import made_up_runs

ROOT = odd.PACKAGE.parent
STUDY, WITHOUT = ROOT / page.DATA / "sensitivity.json", ROOT / page.DATA / "ablations.json"


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_the_figures_are_drawn_from_the_kept_results():
    digests = [provenance.digest(path.read_bytes()) for path in (STUDY, WITHOUT)]
    for name, digest in zip(figures.FILES, (digests[0], digests[0], digests[1], digests[1]), strict=True):
        path = ROOT / "docs" / "figures" / name
        assert figures.drawn_from(path) == digest, f"{name} is of other results; run the page's commands with --docs"
        assert path.stat().st_size < 200_000 and "<script" not in path.read_text(encoding="utf-8")


def test_the_kept_files_are_small_and_written_as_they_are_read():
    for path, module in ((STUDY, findings), (WITHOUT, ablations)):
        assert path.stat().st_size < 250_000
        assert module.load(path).to_text() == path.read_text(encoding="utf-8")


def test_a_kept_point_of_the_study_is_what_the_model_gives():
    pytest.importorskip("SALib")
    found = findings.load(STUDY)
    if telling.stale(found.made):
        pytest.skip(f"the kept study was {telling.stale(found.made)}, and the page says so")
    town = load(found.made["scenario"], set={"world.people": found.made["people"]})
    facts = factors(town)
    names = [f.key for f in facts] + [CHANCE]
    walks = screening.design(names, found.made["trajectories"], found.made["seed"])
    check = found.checks[1]
    row = walks[check["point"]]
    reading = Pair.of(town, found.names).read(Point(values(facts, row[:-1]), seed=seed(found.made["seed"], row[-1])))
    assert reading.error == ""
    for outcome in found.outcomes:
        assert reading.relative(outcome) == pytest.approx(check[outcome], rel=1e-3, abs=1e-6), outcome


@pytest.mark.parametrize("name", [AS_IT_IS, "learning"])
def test_a_kept_pair_of_the_ablations_is_what_the_model_gives(name):
    found = ablations.load(WITHOUT)
    if telling.stale(found.made):
        pytest.skip(f"the kept ablations were {telling.stale(found.made)}, and the page says so")
    pair = Pair.of(load(found.made["scenario"]), found.names)
    point = next(case.point for case in ablations.cases(pair) if case.name == name)
    reading = pair.read(Point(point.parameters, point.off, found.made["seed"]))
    for outcome in found.outcomes:
        kept = found.checks[name][outcome][0]
        assert reading.difference(outcome) == pytest.approx(kept, rel=1e-3, abs=1e-6), outcome


# -- what is said ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A folder with kept results of made-up worlds."""
    pytest.importorskip("SALib")
    root = tmp_path_factory.mktemp("project")
    pair = Pair.of(load("town", set={"world.people": 400, "world.horizon": "4 weeks"}))
    with pytest.MonkeyPatch.context() as patch:
        made_up_runs.install(patch)
        few = tuple(map(made_up_runs.factor, ("need.growth", "access.seek", "leadership.tenure", "need.remission")))
        patch.setattr("simulation.sensitivity.study.factors", lambda scenario: few)
        found = study(pair, trajectories=3, worlds=16, singled=2, pairs=3, people=300)
        without = ablate(pair, pairs=3)
    (root / page.DATA).mkdir(parents=True)
    (root / page.DATA / "sensitivity.json").write_text(found.to_text())
    (root / page.DATA / "ablations.json").write_text(without.to_text())
    figures.write(root / "docs" / "figures", found, without)
    return root


def rendered(root) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loaded = Environment(loader=FileSystemLoader(odd.PACKAGE / "templates"), undefined=StrictUndefined,
                         trim_blocks=True, lstrip_blocks=True)
    return loaded.get_template("sensitivity.md.jinja").render(**page.context(root))


def test_the_page_says_what_the_files_say(project):
    text = rendered(project)
    found = findings.load(project / page.DATA / "sensitivity.json")
    for outcome in found.outcomes:
        assert telling.robustness(found, outcome) in text
    assert "`need.growth`" in text and "larger speaks for targets" in text
    assert "| *chance* |" in text and "| *all other parameters* |" in text
    assert "300, because it needs many runs" in text and "rank correlation of the differences" in text
    assert "**These numbers are of an earlier state of the model:**" in text, "this town is not that of the catalogue"
    for idea in ablations.IDEAS:
        assert f"| {idea.name} | {idea.says} |" in text
    assert not re.search(r"\bNone\b|\bnan\b|\{\{|\}\}", text)
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 7
    assert all(len({line.count(" | ") for line in each.splitlines()}) == 1 for each in tables)


def test_pictures_on_the_page_have_words_and_exist(project):
    text = rendered(project)
    pictures = re.findall(r"!\[([^\]]+)\]\(figures/([\w-]+\.svg)\)", text)
    assert [name for _, name in pictures] == list(figures.FILES)
    for words, name in pictures:
        assert len(words) > 80 and (project / "docs" / "figures" / name).is_file()
        svg = (project / "docs" / "figures" / name).read_text(encoding="utf-8")
        assert svg.startswith("<svg xmlns=") and "targets better" in svg and "aria-label=" in svg


def test_pictures_show_what_is_better_to_the_right(project):
    found = findings.load(project / page.DATA / "sensitivity.json")
    drawn = figures.worlds(found).to_dict(validate=False)
    assert len(drawn["concat"]) == 2
    rows = figures.drawn_outcomes(found.outcomes)
    assert rows == ["need", "need_complex", "true_performance", "failure_demand"]
    assert figures.drawn_outcomes(["crises", "contacts"]) == ["crises"], "what has no better direction is not drawn"
    assert BY_NAME["need"].better == "lower"
    first = drawn["concat"][0]
    names = [name for name, data in drawn["datasets"].items() if any("says" in row for row in data)]
    said = " ".join(row["says"] for name in names for row in drawn["datasets"][name] if row.get("says"))
    worlds = found.worlds["need"]
    assert f"{worlds.lower()} of {len(worlds.known())}" in said, "lower need is better"
    assert first["layer"]


def test_a_page_without_its_results_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        page.context(tmp_path)
