"""What a map says and draws is what its cells say: title, sentences, table, figure; and the page in the documents."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import invented_worlds
import pytest
from fake_runs import regime

from simulation import flipmap, frontierpage, tiles
from simulation.comparison import compare
from simulation.frontier import DIRECTED, Frontier, as_lines, frontier
from simulation.outcomes import BY_NAME
from simulation.provenance import model_version, versions
from simulation.scenario import load
from simulation.svg import svg_file

AXES = {"x": invented_worlds.X, "y": invented_worlds.Y}


@pytest.fixture
def found(monkeypatch):
    invented_worlds.install(monkeypatch)
    return frontier(invented_worlds.scenario(), **AXES)


def drawn(chart, name="map"):
    """The words of a picture, in order."""
    root = ElementTree.fromstring(svg_file(chart, name, "says"))
    return [text.text for text in root.iter("{http://www.w3.org/2000/svg}text") if text.text]


def test_letters_are_each_their_own():
    assert flipmap.letters(["targets", "trust-and-learning"]) == {"targets": "T", "trust-and-learning": "L"}
    assert flipmap.letters(["hard", "soft"]) == {"hard": "H", "soft": "S"}
    many = flipmap.letters([f"a-{number}" for number in range(12)])
    assert len(set(many.values())) == 12
    same = flipmap.letters(["aa", "aaa", "a-a"])
    assert len(set(same.values())) == 3


def test_the_title_counts_the_cells(found):
    assert flipmap.title(found) == ("Expected deaths from unmet need and delay: lower under hard in 3 of 9 worlds and "
                                    "under soft in 3; in 3 nobody can tell")
    assert flipmap.title(found, "need") == ("Unmet need: lower under soft in 9 of 9 worlds and under hard in none; "
                                            "nowhere is it unclear")


def test_sentences_follow_the_cells(found, monkeypatch):
    assert flipmap.where(found) == ("Better under hard: mostly at low capacity.",
                                    "Better under soft: mostly at high capacity.")
    twins = frontier(invented_worlds.scenario(regime("a", 0.4), regime("b", 0.4)), **AXES)
    assert flipmap.where(twins) == ("Nowhere on this map is it better under a.",
                                    "Nowhere on this map is it better under b.")
    needy = frontier(invented_worlds.scenario(), **AXES, outcome="need")
    assert flipmap.where(needy)[1] == "Everywhere on this map it is better under soft."


def test_what_flips(found):
    flips = flipmap.flips(found)
    assert flips["both"] == ["deaths"] and flips["soft"] == ["need"] and flips["hard"] == []
    assert len(flips["nobody"]) == len(DIRECTED) - 2


def test_the_table_says_each_cell(found):
    table = flipmap.table(found)
    assert list(table.columns) == ["10 %", "30 %", "50 %"] and list(table.index) == invented_worlds.POSTS[::-1]
    for row, label in enumerate(table.index):
        for column in range(3):
            standing = found.standings()[column, 2 - row]
            said = table.loc[label].iloc[column]
            assert f"{standing.held_in} of 10" in said
            assert said.startswith({"hard": "H ", "soft": "S ", None: "–"}[standing.winner])


def test_the_figure_says_what_the_cells_say(found):
    figure = flipmap.figure(found)
    assert figure.title == flipmap.title(found) and "H hard and S soft; – nobody can tell." in figure.alt
    for standing in found.standings().values():
        assert flipmap.cell_says(standing, {"hard": "H", "soft": "S"}) in figure.alt
    assert "Illustrative, not a forecast." in figure.reading and "seeds (1 to 10)" in figure.reading
    words = drawn(figure.chart)
    assert words.count("H") == 3 + 2 and words.count("S") == 3 + 2 and words.count("–") == 3 + 1, "squares and key"


def test_the_poster_holds_title_key_and_caption(found):
    words = " ".join(drawn(flipmap.poster(found)))
    for part in (flipmap.title(found), *flipmap.where(found), flipmap.caption(found), "lower under hard",
                 "lower under soft", "nobody can tell", found.x.title, found.y.title, *found.x.labels, *found.y.labels,
                 "sample as it is"):
        assert part in words, part


def test_strong_and_weak_leads_have_their_own_fill(found):
    spec = flipmap.poster(found).to_dict(validate=False)
    fills = [row["fill"] for data in spec["datasets"].values() for row in data if "fill" in row and "stroke" in row]
    for place, standing in found.standings().items():
        position = {"hard": 0, "soft": 1}.get(standing.winner)
        wanted = tiles.OPEN if position is None else tiles.fills(position)[standing.margin < flipmap.STRONG]
        assert wanted in fills, place


def test_borders_are_where_winners_change():
    squares = [tiles.Tile(0, 0, "A", "", "#12376b", "a"), tiles.Tile(1, 0, "A", "", "#12376b", "a"),
               tiles.Tile(0, 1, "–", "", tiles.OPEN, ""), tiles.Tile(1, 1, "B", "", "#e8923a", "b")]
    spec = tiles.flip_map(squares, ["1", "2"], ["1", "2"], "x", "y", [], "", None, "").to_dict(validate=False)
    thick = [row for data in spec["datasets"].values() for row in data if row.get("thick", 0) > 2]
    assert len(thick) == 3, "below the white square, below the square of b, and between those two"


def test_fills_differ_in_grey_and_letters_can_be_read_on_them():
    def light(fill):
        parts = [int(fill[at:at + 2], 16) / 255 for at in (1, 3, 5)]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    greys = sorted(light(fill) for fill in (*tiles.fills(0), *tiles.fills(1), tiles.OPEN))
    assert all(b / a > 1.25 for a, b in zip(greys, greys[1:], strict=False))
    for position in range(7):
        for fill in tiles.fills(position):
            ink = light(tiles.ink_on(fill))
            high, low = max(ink, light(fill)), min(ink, light(fill))
            assert (high + 0.05) / (low + 0.05) >= 4.5, fill


def test_small_maps_have_titles_and_scores(found):
    words = drawn(flipmap.panels(found, ("deaths", "need", "crises", "wait")))
    assert BY_NAME["deaths"].label in words and "H 3 · S 3 · nobody can tell 3" in words
    assert "H 0 · S 9 · nobody can tell 0" in words


def test_a_map_that_was_stopped_can_be_drawn(monkeypatch):
    invented_worlds.install(monkeypatch)
    found = frontier(invented_worlds.scenario(), x="complexity=10 %..50 %:9", y="capacity=0.5x..1.5x:9", threads=1,
                     progress=lambda done, total: done < 200 or _press())
    assert len(drawn(flipmap.poster(found))) > len(found.cells)
    assert (flipmap.table(found) == "").to_numpy().sum() == 81 - len(found.cells)


def _press():
    raise KeyboardInterrupt


# -- the page ----------------------------------------------------------------------------------------------------------

DOCS = Path(__file__).resolve().parents[1] / "docs"
CELLS = frontierpage.read(DOCS)


def test_page_and_figures_are_what_the_kept_cells_give():
    again = "run: python -m simulation.frontierpage"
    made = frontierpage.documents(CELLS)
    assert (DOCS / frontierpage.PAGE).read_text(encoding="utf-8") == made[frontierpage.PAGE], again
    for name in (frontierpage.FIGURE, frontierpage.PANELS):
        kept = (DOCS / name).read_text(encoding="utf-8")
        assert len(kept) < 200_000
        words = [re.findall(r">([^<>]+)</text>", text) for text in (kept, made[name])]
        assert words[0] == words[1], again
        fills = [re.findall(r'fill="(#[0-9a-f]{6})"', text) for text in (kept, made[name])]
        assert fills[0] == fills[1], again
    assert as_lines(CELLS) == (DOCS / frontierpage.CELLS).read_text(encoding="utf-8")


def test_the_kept_map_is_the_one_that_the_command_draws():
    from simulation.frontier import OUTCOME, PAIRS, X, Y

    kept = Frontier.from_dict(CELLS)
    assert (kept.x.text, kept.y.text, kept.outcome, kept.pairs, kept.seed) == (X, Y, OUTCOME, PAIRS, load("town").seed)
    assert kept.regimes == load("town").compare[:2] and kept.complete
    assert [row["command"] for row in CELLS["variants"]] == [variant.command for variant in frontierpage.VARIANTS]


def test_both_regimes_win_somewhere_on_the_kept_map():
    winners = {standing.winner for standing in Frontier.from_dict(CELLS).standings().values()}
    assert winners >= set(load("town").compare[:2])


@pytest.mark.skipif(CELLS["manifest"]["versions"]["model"] != model_version(),
                    reason="the cells are of another version of the model: python -m simulation.frontierpage --run")
def test_two_squares_come_out_again():
    kept = Frontier.from_dict(CELLS)
    again = "run: python -m simulation.frontierpage --run"
    for place in ((2, 3), (5, 0)):
        written = {**kept.x.written[place[0]], **kept.y.written[place[1]]}
        world = load("town", set=written)
        assert world.key == kept.cells[place].key, f"the scenario is not what it was; {again}"
        found = compare(world, kept.regimes, pairs=kept.pairs, seed=kept.seed)
        standing, paired = kept.standings()[place], found.paired()[kept.outcome]
        assert [paired.first, paired.second, paired.low, paired.high] == pytest.approx(
            [*standing.means.values(), standing.low, standing.high], rel=1e-6), again


def test_the_page_follows_the_cells():
    data = json.loads(json.dumps(CELLS))
    for cell in data["cells"]:
        cell.update(verdict="unclear")
    data["counts"]["deaths"] = dict.fromkeys(data["regimes"], 0)
    text = frontierpage.page(data)
    assert "in 36 nobody can tell" in text and "Nowhere on this map is it better under" in text
    assert frontierpage.page(CELLS) != text and versions()
