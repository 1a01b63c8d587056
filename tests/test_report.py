"""The report: one whole, valid, quiet HTML page that says what the numbers say and asks the network for nothing."""

from __future__ import annotations

import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import fake_runs
import pytest

from simulation import findings, report, wording
from simulation.comparison import compare
from simulation.levers import LEVERS
from simulation.mechanisms import TABLES
from simulation.outcomes import BY_NAME, HEADLINE, OUTCOMES

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """Reads a page strictly: every element closed in order, every id once; remembers what tests ask for."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.cells: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"left open: {self.open}"

    def handle_starttag(self, tag, attrs):
        self._note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self._note(tag, attrs)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open:
            self.texts.append(data)
        if "td" in self.open or "th" in self.open:
            self.cells[-1] += data

    def _note(self, tag, attrs):
        attributes = dict(attrs)
        assert len(attributes) == len(attrs), f"an attribute twice in <{tag}>"
        self.elements.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.links += [attributes[name] for name in ("href", "src", "xlink:href", "action") if attributes.get(name)]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())

    def of(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def _compared(*regimes, pairs=2, **fields):
    with pytest.MonkeyPatch.context() as patch:
        fake_runs.install(patch)
        scenario = fake_runs.scenario(*regimes, **fields)
        return compare(scenario, list(scenario.regimes), pairs=pairs)


@pytest.fixture(scope="module")
def found():
    return _compared(pairs=3)


@pytest.fixture(scope="module")
def text(found):
    return report.render(found)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


@pytest.fixture
def undrawn(monkeypatch):
    """Without the pictures, which take most of the time."""
    monkeypatch.setattr(report, "svg", lambda chart, name, says: f"[{name}]")


def test_the_page_is_whole_and_valid(text, page):
    assert text.startswith("<!DOCTYPE html>") and text.rstrip().endswith("</html>")
    assert len(page.ids) == len(set(page.ids))
    assert page.of("html")[0]["lang"] == "en-GB"
    assert len(page.of("h1")) == len(page.of("main")) == 1
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)


def test_it_asks_the_network_for_nothing_and_runs_nothing(text, page):
    assert not re.search(r"https?://|//[a-z0-9-]+\.[a-z]{2,}|@import|url\((?!#)", text, re.IGNORECASE)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "foreignobject"}
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)


def test_every_picture_has_words_and_a_table(found, page):
    pictures = [attributes for attributes in page.of("svg") if attributes.get("role") == "img"]
    assert len(pictures) == len(page.of("figure")) == len(page.of("figcaption"))
    assert all(len(p["aria-label"]) > 40 for p in pictures)
    figures = [attributes for attributes in page.of("section") if attributes.get("id", "").startswith("figure-")]
    assert [f["id"] for f in figures] == ["figure-" + n for n in (
        "performance", "differences", "need", "demand", "waits", "histories", "staff", "practice", "network", "money")]
    assert page.text.count("The same in words and as a table") == len(figures)
    assert len(page.of("table")) == len(page.of("caption")) >= len(figures) + 4
    assert all(cell.strip() for cell in page.cells[:200])


def test_the_headline_says_what_the_terminal_says(found, page):
    for sentence in findings.findings(found.paired(), "hard", "soft"):
        assert sentence in page.text
    for name in HEADLINE:
        paired = found.paired()[name]
        assert wording.value(BY_NAME[name], paired.first) in page.cells
        assert wording.difference(BY_NAME[name], paired.difference) in page.cells
        assert wording.interval(BY_NAME[name], paired.low, paired.high) in page.cells


def test_every_outcome_lever_and_limit_is_there(found, page):
    for outcome in OUTCOMES:
        assert outcome.meaning in page.text
    assert all(lever.meaning in page.text for lever in LEVERS)
    assert sum("differs" in cell for cell in page.cells) == 2, "the two regimes differ in two levers"
    grades = [p.grade for table in TABLES.values() for p in table.values()]
    assert (f"Of the model's {len(grades)} parameters, {grades.count('measured')} are measured, "
            f"{grades.count('associated')} rest on an association and {grades.count('judgement')} are judgement"
            ) in page.text
    for says in ("Illustrative, not a forecast", "What this cannot tell you", "regimes compare scenario.yaml",
                 "Every regime plans to spend the same", found.key, found.scenario.key, "about 3 intervals"):
        assert says in page.text


def test_the_same_comparison_gives_the_same_report(found, text):
    assert report.render(found) == text


def test_texts_of_a_scenario_cannot_become_markup(undrawn):
    page = Page(report.render(_compared(pairs=1, title="<script>alert(1)</script> & 'co'")))
    assert "<script>alert(1)</script> & 'co'" in page.text and not page.of("script")
    assert "That 1 < 2 & 2 > 1." in page.text


def test_neither_regime_is_favoured(undrawn):
    """Swapped, the same rows are won by the same regimes and every difference has the other sign."""
    hard, soft = fake_runs.regime("hard", 0.9), fake_runs.regime("soft", 0.05)
    one, other = (report._contrast(_compared(*pair), pair[1].name)["headline"]
                  for pair in ((hard, soft), (soft, hard)))
    for a, b in zip(one, other, strict=True):
        assert a.verdict == b.verdict and a.means == b.means[::-1]
        assert a.difference.translate(str.maketrans("+−", "−+")) == b.difference


def test_one_pair_says_that_it_cannot_say(undrawn):
    page = Page(report.render(_compared(pairs=1)))
    assert "one pair: cannot say" in page.cells and "no interval" in page.cells
    assert "1 pair of runs" in page.text


def test_identical_regimes(undrawn):
    page = Page(report.render(_compared(fake_runs.regime("a", 0.4), fake_runs.regime("b", 0.4))))
    assert "exactly the same figures" in page.text and "same in all 2" in page.cells
    assert not any("differs" in cell for cell in page.cells)


def test_three_regimes_have_a_section_each(undrawn):
    page = Page(report.render(_compared(*(fake_runs.regime(n, s) for n, s in (("a", 0.1), ("b", 0.5), ("c", 0.9))))))
    assert "b against a" in page.text and "c against a" in page.text
    assert "figure-differences-c" in page.ids and "a, b and c, on the same people" in page.text


def test_what_a_scenario_changes_is_told(undrawn):
    page = Page(report.render(_compared(
        switches={"learning": False}, parameters={"need": {next(iter(TABLES["need"])): _inside("need")}}, weeks=40,
        events=[{"at": 12, "until": 20, "staffing": {"all": 0.8}, "says": "A fifth of staff go."}])))
    assert "switches mechanisms off: learning" in page.text
    assert f"need.{next(iter(TABLES['need']))} = " in page.text
    assert "After 12 weeks (until 20 weeks): A fifth of staff go." in page.text


def _inside(table):
    parameter = next(iter(TABLES[table].values()))
    return parameter.high if parameter.default != parameter.high else parameter.low


def test_a_stopped_comparison_and_unequal_money_are_told(undrawn, monkeypatch):
    def dear(scenario, regime, seed, **how):
        run = fake_runs.run(scenario, regime, seed, **how)
        run.summary["planned_cost"] *= 1.1 if regime.name == "soft" else 1
        return run

    def until(done, total):
        if done == 5:
            raise KeyboardInterrupt

    fake_runs.install(monkeypatch, dear)
    stopped = compare(fake_runs.scenario(), pairs=50, threads=1, progress=until)
    page = Page(report.render(stopped))
    assert f"Stopped early: {stopped.pairs} of 50 pairs were done" in page.text
    assert "do not plan to spend the same: £2,200 a person a year under hard and £2,420" in page.text


def test_a_world_of_hours(undrawn):
    page = Page(report.render(_compared(weeks=1, world={"tick": "20 minutes"})))
    assert "in steps of 20 minutes" in page.text and "days" in page.text


def test_commands_from_the_catalogue_only_where_they_give_the_same(undrawn):
    from simulation import load

    with pytest.MonkeyPatch.context() as patch:
        fake_runs.install(patch)
        town = load("town")
        same, changed = compare(town, pairs=1), compare(load("town", set={"world.people": 500}), pairs=1)
    command = f"regimes compare town --regimes {','.join(same.names)} --pairs 1 --seed {same.seed}"
    assert command in report.render(same) and command not in report.render(changed)


def test_small_enough_to_send(text):
    assert len(text.encode()) < 1_500_000


def test_charts_and_report_are_not_imported_by_comparing():
    """Altair and Jinja cost half a second, which `--json` should not pay."""
    code = "import sys, simulation.comparison, simulation.runfolder; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[1])
    loaded = set(done.stdout.split())
    assert not loaded & {"altair", "jinja2", "vl_convert", "pandas", "pyarrow", "scipy"}
