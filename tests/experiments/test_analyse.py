"""Which analyses fit which sweep; the page, the tables and the pictures; the command. The methods are tested alone."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from experiments import small

from simulation import provenance
from simulation.analysis import analyse, folder, page
from simulation.analysis.analyse import AnalysisError, Method, sections
from simulation.analysis.section import Picture, Section
from simulation.cli.faults import BAD_INPUT, DONE, guarded
from simulation.experiments.readings import Readings, Varied
from simulation.outcomes import HEADLINE
from simulation.sensitivity.points import SensitivityError
from simulation.wholefolder import RunFolderError

FACTORS = (Varied("need.growth", "How fast need grows", "times", 0.5, 2.0),
           Varied("population.complexity_mean", "Complexity of lives", "share", 0.04, 0.64),
           Varied("world.people", "People", "people", 5000, 10000, (5000.0, 10000.0)),
           Varied("switches.learning", "Learning", "on or off", 0, 1, (0.0, 1.0)))


def readings(method="latin hypercube", points=60, replications=3, regimes=("hard", "soft", "mixed"), **fields):
    rng = np.random.default_rng(5)
    factors = FACTORS if points > 1 else ()
    return Readings("somewhere", method, regimes, factors, rng.random((points, len(factors))),
                    rng.random((points, len(factors))), np.arange(points * replications).reshape(points, -1),
                    {name: rng.normal(size=(points, replications, len(regimes))) for name in ("need", "deaths")},
                    **{"about": {"title": "A <place>", "purpose": "To look.", "folder": "somewhere-12345678"}} | fields)


def drawn():
    import altair as alt

    return alt.Chart(pd.DataFrame({"x": [1, 2]})).mark_point().encode(x="x:Q").properties(width=300, height=60)


def fake(name="paired", **fields):
    table = pd.DataFrame({"outcome": ["need", "deaths"], "difference": [-0.0123456789, 3e-7], "pairs": [180, 180],
                          "sure": [True, False], "point": [1000, 1001]})
    return Section(name, f"What {name} says", (f"What {name} says", "Need: −0.012 & less."), {f"{name}-table": table},
                   (Picture(f"{name}-picture", "A picture of <two> points.", drawn),), ("Only a fake.",), **fields)


@pytest.fixture
def faked(monkeypatch):
    """Methods that give fakes and keep what they were called with."""
    called = []

    def method(real):
        def make(found, outcomes, regime):
            called.append((real.name, tuple(outcomes), regime))
            return [fake(real.name)]
        return replace(real, make=make)

    monkeypatch.setattr(analyse, "METHODS", tuple(map(method, analyse.METHODS)))
    return called


def chosen(found):
    return [section.name for section in sections(found)]


# -- what fits ---------------------------------------------------------------------------------------------------------


def test_what_fits_which_design(faked):
    always = ["paired", "families", "precision"]
    assert chosen(readings()) == [*always, "delta", "delta-2", "discovery", "discovery-2"], "an outcome each"
    assert chosen(readings("grid")) == [*always, "discovery", "discovery-2"]
    assert chosen(readings("morris")) == [*always, "morris", "morris-2"]
    sobol = chosen(readings("sobol", 6 * 40))
    assert sobol == [*always, "sobol", "sobol-2", "discovery", "discovery-2"], "no delta, which says less"
    assert [s.name for s in sections(readings("sobol", 6 * 40), ["need"], methods=["delta"])] == ["delta"]
    assert chosen(readings(points=20)) == always, "too few worlds to look for where it breaks"
    one = readings("list", 1, regimes=("hard", "soft"))
    assert chosen(one) == always
    assert chosen(replace(one, values={"need": one.values["need"]})) == ["paired", "precision"]
    with pytest.raises(AnalysisError, match="one regime, and nothing to compare it with"):
        chosen(readings(regimes=("hard",)))


def test_outcomes_regime_and_methods_are_handed_on(faked):
    sections(readings(), ["deaths"], "mixed", ["precision", "paired", "paired"])
    assert faked == [("precision", ("deaths",), "mixed"), ("paired", ("deaths",), "mixed")]


@pytest.mark.parametrize(("how", "says"), [
    ({"outcomes": ["deahts"]}, "no outcome 'deahts' was read; did you mean 'deaths'"),
    ({"regime": "sfot"}, "no regime 'sfot' in this sweep; did you mean 'soft'"),
    ({"regime": "hard"}, "'hard' is the regime that the others are compared with; give one of soft, mixed"),
    ({"methods": ["mrris"]}, "unknown method 'mrris'; did you mean 'morris'"),
    ({"methods": ["morris"]}, "its points are of the method latin hypercube, not morris"),
    ({"methods": ["sobol"]}, "Fitting: paired, families, precision"),
])
def test_what_cannot_be(faked, how, says):
    with pytest.raises(AnalysisError) as error:
        sections(readings(), **how)
    assert says in str(error.value)


def test_names_of_files_are_each_their_own(monkeypatch):
    monkeypatch.setattr(analyse, "METHODS", (
        Method("one", "What?", lambda _: "", lambda *_: [fake(), fake()]),))
    found = sections(readings())
    assert [s.name for s in found] == ["paired", "paired-2"]
    assert [list(s.tables) for s in found] == [["paired-table"], ["paired-table-2"]]
    assert [s.pictures[0].name for s in found] == ["paired-picture", "paired-picture-2"]


def test_nothing_to_analyse(faked):
    empty = readings()
    for values in empty.values.values():
        values[:] = np.nan
    with pytest.raises(AnalysisError, match="has no complete run yet"):
        sections(empty)


def test_what_cannot_be_explained_takes_only_its_own_section_along(monkeypatch):
    def make(found, outcomes, regime):
        if outcomes == ["deaths"]:
            raise SensitivityError("it needs X, which is not installed; install it with: python -m pip install x")
        return [fake("-".join(outcomes))]

    monkeypatch.setattr(analyse, "METHODS", (Method("one", "What?", lambda _: "", make),
                                             Method("two", "How?", lambda _: "", make, each=True)))
    found = sections(readings())
    assert [s.name for s in found] == ["need-deaths", "need", "left-out"]
    assert found[-1].lines == ("Two of expected deaths from unmet need and delay: it needs X, which is not installed; "
                               "install it with: python -m pip install x.",)
    with pytest.raises(AnalysisError, match="not installed"):
        sections(readings(), ["deaths"], methods=["two"])


def test_of_many_outcomes_only_some_are_explained_unless_they_are_named(faked):
    found = readings()
    many = replace(found, values={name: found.values["need"] for name in HEADLINE})
    *_, last = sections(many)
    assert [outcomes for name, outcomes, _ in faked if name == "delta"] == [
        ("need",), ("need_complex",), ("true_performance",), ("failure_demand",)]
    assert last.name == "left-out" and "name them with --outcomes" in last.lines[0] and "crises" in last.lines[0]
    faked.clear()
    assert sections(many, HEADLINE)[-1].name != "left-out"
    assert len([name for name, *_ in faked if name == "delta"]) == len(HEADLINE)


# -- folder and page ---------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.words = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def of(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    place = tmp_path_factory.mktemp("analysis") / "here"
    big = Section("big", "Many rows", (), {"all-points": pd.DataFrame({"point": range(300), "need": np.arange(300.0)})})
    return folder.write(place, [fake(), big], readings(failures=2, missing=7), notes=["Seven are missing."],
                        command=["/home/ann/bin/regimes", "analyse", "/home/ann/store"])


def test_what_is_in_the_folder(written):
    files = {path.relative_to(written).as_posix() for path in written.rglob("*") if path.is_file()}
    assert files == {"analysis.html", "manifest.json", "tables/paired-table.csv", "tables/all-points.csv",
                     "pictures/paired-picture.svg", "pictures/paired-picture.png"}
    manifest = json.loads((written / "manifest.json").read_text())
    assert set(manifest["files"]) == files - {"manifest.json"}
    for name, told in manifest["files"].items():
        assert provenance.digest((written / name).read_bytes()) == told["blake2b"]
    assert manifest["kind"] == folder.KIND and manifest["command"] == "regimes analyse store"
    assert manifest["missing"] == 7 and "/home" not in (written / "manifest.json").read_text()
    table = pd.read_csv(written / "tables" / "paired-table.csv")
    assert table["difference"][0] == -0.0123456789, "in full"
    assert (written / "pictures" / "paired-picture.png").read_bytes().startswith(b"\x89PNG")
    assert (written / "pictures" / "paired-picture.svg").read_text().startswith('<svg xmlns="http://www.w3.org/2000/svg"')


def test_the_page_stands_alone_and_can_be_read_without_seeing(written):
    text = (written / "analysis.html").read_text(encoding="utf-8")
    found = Reader(text)
    assert not found.of("script") and not found.of("link") and not found.of("img") and "http" not in text
    assert all(a["href"].startswith(("#", "tables/")) for a in found.of("a"))
    ids = [attrs["id"] for _, attrs in found.tags if "id" in attrs]
    assert len(ids) == len(set(ids)) and {a["href"][1:] for a in found.of("a") if a["href"][0] == "#"} <= set(ids)
    picture, = [attrs for attrs in found.of("svg") if attrs.get("role") == "img"]
    assert picture["aria-label"] == "A picture of <two> points."
    said = " ".join(" ".join(found.words).split())
    for part in ("A <place>", "soft and mixed against hard", "To look.", "What paired says", "Need: −0.012 & less.",
                 "Only a fake.", "Seven are missing.", "2 failed, 7 missing",
                 "Illustrative, not a forecast.", "somewhere-12345678", "regimes analyse store", "0.5× to 2×",
                 "4 % to 64 %", "5000, 10000", "on, off", "The first 24 of 300 rows"):
        assert part in said, part
    assert said.count("What paired says") == 2, "in the contents and as a heading, but not again below it"
    assert "Expected deaths from unmet need and delay" in said and "−0.01235" in said and "3 × 10⁻⁷" in said
    heads = [int(tag[1]) for tag, _ in found.tags if re.fullmatch("h[1-6]", tag)]
    assert heads[0] == 1 and heads.count(1) == 1 and all(b - a <= 1 for a, b in zip(heads, heads[1:], strict=False))


def test_the_same_analysis_gives_the_same_page():
    svgs = {"paired-picture": '<svg viewBox="0 0 300 60"></svg>'}
    assert len({page.render([fake()], readings(), svgs) for _ in range(2)}) == 1


def test_numbers_as_people_read_them():
    said = [(1234567, "1,234,567"), (0.5, "0.5"), (-3.14159, "−3.142"), (float("nan"), "–"), (None, "–"), (True, "yes"),
            (float("inf"), "∞"), (1234.6, "1,235"), (0.0, "0"), ("need", "need"), (1e-9, "1 × 10⁻⁹"),
            (np.int64(7), "7"), (np.float64(0.25), "0.25"), (np.bool_(False), "no")]
    for value, text in said:
        assert page.cell(value) == text, value
    assert page.cell(12345, "seed") == "12345" and page.cell("need", "outcome") == "Unmet need"


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_text("mine")
    for call in (lambda: folder.check(tmp_path / "a"), lambda: folder.write(tmp_path / "a", [], readings())):
        with pytest.raises(RunFolderError, match="already holds something"):
            call()
    first = folder.default_folder(tmp_path)
    first.mkdir()
    assert folder.default_folder(tmp_path) != first


# -- the command -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    from simulation.experiments.sweeping import sweep

    root = tmp_path_factory.mktemp("swept")
    for name in ("small", "other"):
        (root / f"{name}.yaml").write_text(small.text("3", extra="outcomes: [need, deaths]\n"))
    sweep(root / "small.yaml", root / "store", workers=1)
    return root


def test_the_command_prints_and_writes(store, faked, capsys):
    assert guarded(["analyse", str(store / "store"), "-q"]) == DONE
    out = " ".join(capsys.readouterr().out.split())
    assert "Small: trust-and-learning against targets" in out and "worlds: 3; replications: 3 each; runs: 18." in out
    assert "What paired says" in out and "With care: Only a fake." in out and "Illustrative, not a forecast." in out
    assert [name for name, *_ in faked] == ["paired", "families", "precision"]
    assert faked[0][1:] == (("need", "deaths"), None)
    pages = list((store / "store" / "designs").glob("small-*/analysis-*/analysis.html"))
    assert len(pages) == 1 and str(pages[0]) in out


def test_the_command_as_data(store, faked, tmp_path, capsys):
    before = sorted((store / "store").rglob("*"))
    command = ["analyse", str(store / "store"), "small", "--outcomes", "crises", "--method", "paired", "--json", "-q"]
    assert guarded(command) == DONE
    told = json.loads(capsys.readouterr().out)
    assert told["outcomes"] == ["crises"] and [s["name"] for s in told["sections"]] == ["paired"]
    assert told["sections"][0]["tables"]["paired-table"][0]["outcome"] == "need"
    assert sorted((store / "store").rglob("*")) == before, "no folder without --out"
    assert guarded([*command, "--out", str(tmp_path / "here")]) == DONE
    assert (tmp_path / "here" / "analysis.html").is_file()


def test_an_analysis_is_made_again_byte_for_byte(store, faked, tmp_path, capsys):
    place, = (store / "store" / "designs").glob("small-*")
    here = place / "mine"
    command = ["analyse", str(store / "store"), "small", "--out", str(here), "-m", "paired,precision", "-q"]
    assert guarded(command) == DONE
    assert guarded(["reproduce", str(here), "-q"]) == DONE
    out = capsys.readouterr().out
    assert "mine: an analysis made again" in out and "same     analysis.html" in out and "paired-picture.png" in out
    elsewhere = shutil.move(here, tmp_path / "mine")
    assert guarded(["reproduce", str(elsewhere), "-q"]) == BAD_INPUT
    assert f"move it to STORE/designs/{place.name}/" in capsys.readouterr().err
    (elsewhere / "tables" / "paired-table.csv").write_text("changed")
    assert guarded(["reproduce", str(elsewhere), "-q"]) == BAD_INPUT
    assert "was changed after it was written" in capsys.readouterr().err


def test_the_real_methods_from_a_store_to_a_page_and_again(store, tmp_path, capsys):
    place, = (store / "store" / "designs").glob("small-*")
    here = place / "real"
    assert guarded(["analyse", str(store / "store"), "small", "--out", str(here), "-q"]) == DONE
    told = json.loads((here / "manifest.json").read_text())
    assert told["sections"] == ["paired", "families", "precision"]
    differences = pd.read_csv(here / "tables" / "differences.csv")
    assert list(differences["outcome"]) == ["need", "deaths"] and differences["pairs"].tolist() == [9, 9]
    out = " ".join(capsys.readouterr().out.split())
    assert "Unmet need, trust-and-learning minus targets:" in out
    text = (here / "analysis.html").read_text(encoding="utf-8")
    assert text.count('role="img"') == len(list((here / "pictures").glob("*.svg"))) > 1
    assert "nan" not in re.sub(r"<[^>]*>", " ", text).split()
    assert guarded(["reproduce", str(here), "-q"]) == DONE
    shutil.move(here, tmp_path / "real")


def test_several_designs_are_listed(store, faked, capsys):
    from simulation.experiments.codeversion import code_version
    from simulation.experiments.reading import load_design
    from simulation.experiments.store import Store

    opened = Store.open(store / "store")
    opened.register(load_design(store / "other.yaml", ["seed=3"]), code_version())
    assert guarded(["analyse", str(store / "store"), "-q"]) == BAD_INPUT
    said = capsys.readouterr().err
    assert "has 2 designs; say which:" in said
    assert len(re.findall(r"regimes analyse \S+ (?:small|other)-\w{8}", said)) == 2
    assert guarded(["analyse", str(store / "store"), "other", "-q"]) == BAD_INPUT
    assert "has no complete run yet" in capsys.readouterr().err
    assert guarded(["analyse", str(store / "store"), "smal", "-q"]) == BAD_INPUT
    assert "did you mean 'small'" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "says"), [
    (["nowhere"], "there is no store of runs at nowhere"),
    (["{store}", "small", "--outcomes", "nede"], "did you mean 'need'"),
    (["{store}", "small", "--regime", "trust"], "no regime 'trust' in this sweep"),
    (["{store}", "small", "--method", "morris"], "its points are of the method grid, not morris"),
    (["{store}", "small", "--out", "{store}"], "already holds something"),
])
def test_bad_input(store, faked, capsys, arguments, says):
    assert guarded(["analyse", "-q", *(a.format(store=store / "store") for a in arguments)]) == BAD_INPUT
    assert says in capsys.readouterr().err


def test_what_is_missing_is_said(store, faked, tmp_path, capsys):
    import pyarrow.parquet as pq

    root = shutil.copytree(store / "store", tmp_path / "store")
    for path in (root / "runs").glob("*.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.slice(0, max(1, len(table) - 2)), path)
    assert guarded(["analyse", str(root), "small", "-q"]) == DONE
    out = " ".join(capsys.readouterr().out.split())
    assert re.search(r"Not complete: \d+ of 18 runs are missing; the same regimes sweep command makes them\.", out)
