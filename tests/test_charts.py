"""The figures: what they say is what the numbers say, and what they draw is what they say."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import fake_runs
import numpy as np
import pytest

from simulation import drawing, wording
from simulation.charts import RUNS_DRAWN, Charts
from simulation.comparison import compare
from simulation.outcomes import BY_NAME, OUTCOMES
from simulation.svg import svg
from simulation.timeline import Timeline


@pytest.fixture(scope="module")
def found():
    with pytest.MonkeyPatch.context() as patch:
        fake_runs.install(patch)
        return compare(fake_runs.scenario(weeks=120), pairs=3)


@pytest.fixture(scope="module")
def figures(found):
    return {figure.name: figure for figure in Charts(found).all()}


def _compared(*regimes, pairs=2, **fields):
    with pytest.MonkeyPatch.context() as patch:
        fake_runs.install(patch)
        scenario = fake_runs.scenario(*regimes, **fields)
        return compare(scenario, list(scenario.regimes), pairs=pairs)


def _drawn(panel):
    """Data of every layer of a panel, and the panel as a plain specification."""
    spec = panel.draw().to_dict(validate=True)
    return spec, [spec["datasets"][layer.get("data", spec.get("data"))["name"]] for layer in spec["layer"]]


def test_the_order_and_that_each_can_be_read_without_seeing_it(figures):
    assert list(figures) == ["performance", "differences", "need", "demand", "waits", "histories", "staff", "practice",
                             "network", "money"]
    for figure in figures.values():
        assert figure.title and len(figure.alt) > 80 and figure.reading and len(figure.table)
        assert all(panel.caption for panel in figure.panels)
        assert "nan" not in f"{figure.title} {figure.alt} {figure.table.to_string()}".lower()


def test_the_first_title_is_the_gap_between_record_and_truth(found, figures):
    table = found.table
    gap = 100 * (table.loc["recorded_performance", "hard"] - table.loc["true_performance", "hard"])
    assert figures["performance"].title.startswith(f"The record was {gap:.1f} points above the truth under hard")
    assert [panel.caption for panel in figures["performance"].panels] == ["hard", "soft"]


def test_record_below_or_at_the_truth_is_said_so(monkeypatch):
    def modest(scenario, regime, seed, **how):
        run = fake_runs.run(scenario, regime, seed, **how)
        away = -0.05 if regime.name == "hard" else 0.0
        run.series["recorded_performance"] = run.series["true_performance"] + away
        run.summary["recorded_performance"] = run.summary["true_performance"] + away
        return run

    fake_runs.install(monkeypatch, modest)
    title = Charts(compare(fake_runs.scenario(), pairs=2)).performance().title
    assert title == "The record was 5.0 points below the truth under hard and equal to the truth under soft"


def test_regimes_share_a_scale_where_they_have_panels_of_their_own(figures):
    for name in ("performance", "demand", "waits"):
        domains = set()
        for panel in figures[name].panels:
            spec, _ = _drawn(panel)
            domains |= {tuple(layer["encoding"]["y"]["scale"]["domain"]) for layer in spec["layer"]
                        if "y" in layer["encoding"]}
        assert len(domains) == 1, name


def test_means_and_every_run_are_drawn(found, figures):
    spec, data = _drawn(figures["need"].panels[0])
    thin, thick = data[0], data[1]
    assert {(row["line"], row["run"]) for row in thin} == {(name, n) for name in ("hard", "soft") for n in range(3)}
    timeline = Timeline.of(found.scenario)
    hard = np.mean([timeline.thin(run.series["need"]) for run in found.runs["hard"]], axis=0)
    assert [row["y"] for row in thick if row["line"] == "hard"] == pytest.approx(hard.tolist(), abs=1e-6)
    assert data[-1][0]["line"] == "hard", "lines are labelled where they end"
    assert spec["layer"][1]["encoding"]["strokeDash"]["scale"]["range"] == [[1, 0], [7, 3]]


def test_failure_and_value_demand_add_up_to_all_contacts(found, figures):
    _, data = _drawn(figures["demand"].panels[1])
    timeline = Timeline.of(found.scenario)
    contacts = np.mean([timeline.thin(run.series["contacts"]) for run in found.runs["soft"]], axis=0)
    share = np.mean([timeline.thin(r.series["contacts"]) * timeline.thin(r.series["failure_demand"])
                     for r in found.runs["soft"]], axis=0)
    assert [row["y2"] for row in data[1]] == pytest.approx(contacts.tolist())
    assert [row["y2"] for row in data[0]] == pytest.approx(share.tolist())


def test_waits_are_split_at_the_target(found, figures):
    counts = sum(run.waits for run in found.runs["hard"])
    beyond = 100 * counts[5:].sum() / counts.sum()  # a wait of four ticks is still within four weeks
    assert f"Of the people seen, longer than 4 weeks waited {beyond:.1f} % under hard" in figures["waits"].title
    _, data = _drawn(figures["waits"].panels[0])
    middles = [(row["x"] + row["x2"]) / 2 for row in data[0]]
    assert middles == pytest.approx(range(len(middles)))
    assert [row["ink"] == drawing.BEYOND for row in data[0]] == [middle > 4.5 for middle in middles]
    assert sum(row["y"] for row in data[0]) == pytest.approx(100)
    assert data[1][0]["x"] == 4.5 and data[1][0]["says"] == "target 4 weeks"


def test_targets_that_differ_are_both_said_and_one_out_of_sight_has_no_line():
    figure = Charts(_compared(fake_runs.regime("short", 0.5, target_wait=2),
                              fake_runs.regime("long", 0.5, target_wait=80))).waits()
    assert "their own target" in figure.title and "(2 weeks)" in figure.title and "(80 weeks)" in figure.title
    assert len(_drawn(figure.panels[0])[1]) == 3 and len(_drawn(figure.panels[1])[1]) == 1
    assert "at most 0.0 % under long (80 weeks)" in figure.title


def test_differences_point_to_the_better_regime(found, figures):
    rows = {o.name: Charts(found)._row(o, "soft") for o in OUTCOMES if o.better != "neither"}
    for name, row in rows.items():
        paired = found.paired()[name]
        better = (paired.difference > 0) == (BY_NAME[name].better == "higher")
        if paired.difference:
            assert (row.middle > 0) == better, name
        assert row.low <= row.middle <= row.high and len(row.dots) == 3
        assert abs(row.middle) <= 200
    assert len(figures["differences"].table) == len(rows) == sum(
        len(_drawn(panel)[1][-4]) for panel in figures["differences"].panels)
    wins = [int(n) for n in re.findall(r"\d+", figures["differences"].title)]
    assert wins[0] == len(rows) == sum(wins[1:])


def test_identical_regimes_win_nothing():
    figure = Charts(_compared(fake_runs.regime("a", 0.4), fake_runs.regime("b", 0.4))).differences()
    assert "0 are better under a, 0 under b" in figure.title
    for panel in figure.panels:
        _drawn(panel)


def test_three_regimes_have_a_forest_each_and_lines_of_their_own():
    charts = Charts(_compared(*(fake_runs.regime(name, s) for name, s in (("a", 0.1), ("b", 0.5), ("c", 0.9)))))
    names = [figure.name for figure in charts.all()]
    assert names[1:3] == ["differences", "differences-c"] and len(names) == len(set(names))
    spec, _ = _drawn(charts.need().panels[0])
    assert len({str(dash) for dash in spec["layer"][1]["encoding"]["strokeDash"]["scale"]["range"]}) == 3


def test_one_pair_is_drawn_without_runs_behind_it_and_without_intervals():
    charts = Charts(_compared(pairs=1))
    spec, _ = _drawn(charts.need().panels[0])
    assert len(spec["layer"]) == 3 and "One run of each regime" in charts.need().reading
    _drawn(charts.differences().panels[0])
    assert "no interval" in charts.differences().table.to_string()


def test_many_pairs_are_thinned_and_said_so():
    figure = Charts(_compared(pairs=RUNS_DRAWN + 5, weeks=20)).need()
    assert f"the first {RUNS_DRAWN} of {RUNS_DRAWN + 5} runs" in figure.reading
    assert len({row["run"] for row in _drawn(figure.panels[0])[1][0]}) == RUNS_DRAWN


def test_dated_events_are_marked_and_told():
    charts = Charts(_compared(weeks=40, events=[{"at": 12, "staffing": {"all": 0.8}, "says": "A fifth of staff go."}]))
    assert "A fifth of staff go (week 12)" in charts.need().reading
    spec, data = _drawn(charts.need().panels[0])
    assert [{"x": 12.0}] in data


def test_a_series_that_never_has_a_value(monkeypatch):
    def silent(scenario, regime, seed, **how):
        run = fake_runs.run(scenario, regime, seed, **how)
        for name in ("need", "failure_demand", "leaving"):
            run.series[name] = np.full(scenario.ticks, np.nan)
            run.summary[name] = float("nan")
        return run

    fake_runs.install(monkeypatch, silent)
    charts = Charts(compare(fake_runs.scenario(), pairs=2))
    for figure in charts.all():
        for panel in figure.panels:
            _drawn(panel)
        assert "nan" not in f"{figure.title} {figure.alt}".lower()
    assert "without a value under hard" in charts.need().alt


def test_all_panels_as_one_chart_for_notebooks(figures):
    spec = figures["need"].chart.to_dict()
    assert [part["title"] for part in spec["hconcat"]] == ["Unmet need", "Unmet need of the most complex fifth"]


def test_a_picture_is_small_plain_svg_with_ids_of_its_own(figures):
    panel = figures["performance"].panels[0]
    first, again = (svg(panel.draw(), "a-1", 'Says "this" & <that>') for _ in range(2))
    assert first == again
    root = ElementTree.fromstring(first)
    assert root.tag == "svg" and root.get("role") == "img" and root.get("aria-label") == 'Says "this" & <that>'
    assert root.get("viewBox").startswith(f"0 0 {drawing.WIDTH} ")
    ids = re.findall(r'\bid="([^"]+)"', first)
    assert all(i.startswith("a-1-") for i in ids) and set(re.findall(r"url\(#([^)]+)\)", first)) <= set(ids)
    assert "http" not in first and "<script" not in first and "<image" not in first
    texts = "".join(root.itertext())
    assert all(word in texts for word in ("recorded", "true", "perceived", "weeks" if "weeks" in texts else "years"))


def test_what_people_read_is_not_shortened_with_the_coordinates(figures):
    panel = figures["differences"].panels[0]
    says = {row["says"] for layer in _drawn(panel)[1] for row in layer if "says" in row}
    texts = {element.text for element in ElementTree.fromstring(svg(panel.draw(), "x", "x")).iter("text")}
    assert says <= texts


def test_ranges_and_labels():
    assert drawing.y_range([np.array([0.1, 1.0])])[0] == 0
    low, high = drawing.y_range([np.array([366.29357, 366.2935700001])])
    assert low < 366 < 367 < high, "a constant is shown flat"
    assert drawing.y_range([np.array([90.0, 99])], top=100)[1] == 100
    assert drawing.y_range([np.array([np.nan])]) == (0.0, 1.0)
    placed = drawing.spread([5.0, 5.1, 1.0], (0, 10), 100, gap=15)
    assert placed[2] == 1.0 and placed[1] - placed[0] == pytest.approx(1.5)
    crowded = drawing.spread([10.0, 10, 10], (0, 10), 100)
    assert max(crowded) <= 10 and sorted(np.diff(sorted(crowded))) == pytest.approx([1.5, 1.5])


def test_colours_reach_the_contrast_that_text_needs():
    def luminance(colour):
        parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
        return np.dot([0.2126, 0.7152, 0.0722], [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4
                                                 for p in parts])

    styles = [*drawing.REGIME_STYLES, *drawing.SERIES_STYLES.values()]
    for colour in [*(style.colour for style in styles), drawing.INK, drawing.QUIET]:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour
    assert (luminance(drawing.WITHIN) + 0.05) / (luminance(drawing.BEYOND) + 0.05) >= 3, "differ in grey"
    first, second = (luminance(style.colour) for style in drawing.REGIME_STYLES[:2])
    assert (second + 0.05) / (first + 0.05) >= 2, "differ in grey"
    assert len({style.dash for style in drawing.REGIME_STYLES}) == len(drawing.REGIME_STYLES)


@pytest.mark.parametrize("weeks, tick, unit, parts", [
    (261, 1, "year", ["1", "2", "3", "4", "5"]), (60, 1, "week", ["1 to 10", "11 to 20", "21 to 30", "31 to 40",
                                                                   "41 to 50", "51 to 60"]),
    (1, 1 / 504, "day", ["1", "2", "3", "4", "5", "6", "7"]), (1 / 7, 1 / 504, "hour", None), (1, 1, "day", None),
])
def test_the_axis_of_time(weeks, tick, unit, parts):
    timeline = Timeline(max(1, round(weeks / tick)), tick)
    assert timeline.unit == unit and (parts is None or timeline.part_names == parts)
    assert len(timeline.part_names) == len(timeline.parts)
    covered = np.concatenate([np.arange(timeline.ticks)[part] for part in timeline.parts])
    assert covered.tolist() == list(range(timeline.ticks))
    ramp = np.arange(timeline.ticks, dtype=float)
    thin = timeline.thin(ramp)
    assert len(thin) == len(timeline.x) <= 53
    assert timeline.x * timeline.unit_weeks / tick - 0.5 == pytest.approx(thin)
    ramp[:timeline.ticks] = np.nan
    assert np.isnan(timeline.thin(ramp)).all()


@pytest.mark.parametrize("text, expected", [
    (wording.value(BY_NAME["true_performance"], 0.8424), "84.2 %"), (wording.value(BY_NAME["cost"], 2410.4), "£2,410"),
    (wording.value(BY_NAME["need"], float("nan")), "–"), (wording.difference(BY_NAME["cost"], -36.2), "−£36"),
    (wording.difference(BY_NAME["true_performance"], -0.072), "−7.2 points"),
    (wording.difference(BY_NAME["need"], 0.0), "0.000"), (wording.difference(BY_NAME["crises"], 0.04), "+0.04"),
    (wording.interval(BY_NAME["crises"], -131.9, -100.2), "−132 to −100"),
    (wording.interval(BY_NAME["cost"], -20.4, 3), "−£20 to +£3"),
    (wording.interval(BY_NAME["cost"], float("nan"), float("nan")), "no interval"),
    (wording.quantity(BY_NAME["wait"], 3.214), "3.21 weeks"), (wording.quantity(BY_NAME["need"], 0.5), "0.500"),
    (wording.better_in(18, 0, 20), "18 of 20"), (wording.better_in(0, 20, 20), "same in all 20"),
    (wording.better_in(1, 2, 20), "1 of 20, 2 equal"), (wording.better_in(None, 0, 20), "–"),
    (wording.duration(4), "4 weeks"), (wording.duration(260.89), "5 years"), (wording.duration(1 / 504), "20 minutes"),
    (wording.duration(4 / 168), "4 hours"), (wording.duration(1), "1 week"), (wording.duration(6.5), "6.5 weeks"),
    (wording.listed(["a", "b", "c"]), "a, b and c"), (wording.unit(BY_NAME["failure_demand"]), "% of contacts"),
])
def test_numbers_in_words(text, expected):
    assert text == expected
