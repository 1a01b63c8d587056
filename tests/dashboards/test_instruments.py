"""The chart instruments: what they refuse to draw, how arrays become bytes, and what a browser is given."""

from __future__ import annotations

import json

import numpy as np
import pytest

from dashboards.instruments import bars, series, sketch, xmr
from dashboards.instruments.instrument import together

X = np.array([0.0, 1.0, 2.0])
LINE = series.Line("recorded", "#a3216e", np.array([70.0, np.nan, 80.0]), (X, X + 1), (7, 3), "square")
OTHER = series.Line("true", "#111111", np.array([70.0, 65.0, 60.0]))
DRAW = {"mode": "draw", "x_range": [0, 5], "y_range": [0, 100], "start": {"x": 1, "y": 50}, "handles": 4}
HISTOGRAM = {"mode": "histogram", "edges": [0, 1, 2], "panels": [{"label": "a", "heights": [1, 2]}]}
STACKED = {"mode": "stacked", "parts": [{"label": "value", "colour": "#a9c4de"}],
           "bars": [{"label": "a", "values": [3]}]}
WATERFALL = {"mode": "waterfall", "start": {"label": "recorded", "value": 0.3},
             "steps": [{"id": "a", "label": "one", "value": -0.1}, {"id": "b", "label": "two", "value": -0.1}],
             "end": {"label": "true", "value": 0.1}}
CHOICE = {"mode": "choose", "title": "Who?", "options": [{"value": "a", "label": "A"}, {"value": "b", "label": "B"}]}
CHART = {"values": [1.0, 2.0, None], "centre": 1.5, "lower": [0.0, 0.0, 0.0], "upper": 3.0,
         "signals": [{"at": 1, "kind": "improving"}], "variation": "improving-high", "assurance": "hit-or-miss"}


def rows(data: bytes, points: int) -> np.ndarray:
    return np.frombuffer(data, "<f4").reshape(-1, points)


def test_a_panel_holds_every_mean_and_then_its_runs():
    given = series.panel(X, [LINE, OTHER], title="Two", bands=[{"between": [0, 1], "label": "gap"}])
    np.testing.assert_array_equal(rows(given["x"], 3), [X])
    np.testing.assert_array_equal(rows(given["y"], 3), [LINE.mean, X, X + 1, OTHER.mean])
    assert [line["runs"] for line in given["spec"]["lines"]] == [2, 0]
    widget = series.Series(**given)
    assert widget.y == given["y"] and widget.spec == given["spec"]


@pytest.mark.parametrize(("x", "lines", "says"), [
    ([0.0, 0.0, 1.0], [OTHER], "rise"),
    ([0.0, np.nan, 1.0], [OTHER], "finite"),
    ([0.0, 1.0], [OTHER], r"'true' has a row of shape \(3,\); x has \(2,\)"),
])
def test_arrays_that_do_not_fit_are_refused(x, lines, says):
    with pytest.raises(ValueError, match=says):
        series.pack(np.array(x), lines)


@pytest.mark.parametrize(("change", "says"), [
    ({"tilte": "x"}, "'tilte'; it knows"),
    ({"lines": []}, "0 lines; a panel takes 1 to 12"),
    ({"lines": [LINE.spec] * 13}, "13 lines"),
    ({"lines": [LINE.spec | {"runs": 21}]}, "has 21 runs"),
    ({"lines": [{"label": "a"}]}, "lacks 'colour'"),
    ({"y_domain": [3, 3]}, r"y_domain is \[3, 3\]"),
    ({"bands": [{"between": [0, 2]}]}, "names line 2; there are lines 0 to 1"),
    ({"prediction_of": -1}, "prediction_of names line -1"),
    ({"marks": [{"x": 1}]}, "a mark lacks 'label'"),
    ({"target": {"label": "t"}}, "the target lacks 'y'"),
    ({"annotations": [{"x": 1, "y": 2}]}, "lacks 'text'"),
])
def test_a_specification_that_cannot_be_drawn_is_refused(change, says):
    spec = {"lines": [LINE.spec, OTHER.spec], **change}
    with pytest.raises(ValueError, match=says):
        series.Series(spec=spec)


def test_live_columns_come_with_the_last_ones_again():
    widget = series.Series(**series.panel(X, [OTHER]))
    for at in range(20):
        widget.add(np.array([3.0 + at, 50.0 - at]))
    first, lines, *columns = np.frombuffer(widget.append, "<f4")
    assert (first, lines) == (3 + 20 - series.OVERLAP, 1)
    np.testing.assert_array_equal(np.reshape(columns, (-1, 2))[:, 0], np.arange(11.0, 23.0))
    with pytest.raises(ValueError, match="a column has 3 values; 1 lines"):
        widget.add(np.zeros(3))


def test_a_late_view_gets_everything_and_live_points_begin_anew():
    widget = series.Series(spec={"lines": [OTHER.spec]})
    widget.add(np.array([[0.0, 7.0], [1.0, 8.0]]))
    widget._handle_custom_msg({"kind": "all"}, [])
    np.testing.assert_array_equal(rows(widget.x, 2), [[0, 1]])
    np.testing.assert_array_equal(rows(widget.y, 2), [[7, 8]])
    widget.add(np.array([2.0, 9.0]))
    assert np.frombuffer(widget.append, "<f4").tolist() == [2, 1, 2, 9]


def test_state_is_what_a_browser_can_read():
    for widget in (series.Series(**series.panel(X, [LINE])), sketch.Sketch(spec=DRAW), bars.Bars(spec=WATERFALL),
                   xmr.XmR(spec=CHART)):
        state = {k: v for k, v in widget.get_state().items() if not isinstance(v, bytes | memoryview)}
        json.loads(json.dumps({k: v for k, v in state.items() if k != "layout"}, allow_nan=False))
        assert "export default" in state["_esm"] and ".cr-instrument" in state["_css"]


@pytest.mark.parametrize("kind", [series.Series, sketch.Sketch, bars.Bars, xmr.XmR])
def test_a_module_is_one_file_without_imports_or_addresses(kind):
    module = together(("shared.js", *kind.scripts))
    assert module.count("export default") == 1
    assert not [line for line in module.splitlines() if line.startswith("import ")]
    assert module.replace("http://www.w3.org/2000/svg", "").count("://") == 0
    assert kind(spec={}).spec == {}, "an empty specification draws nothing"


def test_a_drawn_curve_goes_through_its_handles_and_never_beyond_them():
    drawn = [50.0, 80.0, 80.0, 20.0]
    np.testing.assert_allclose(sketch.handle_places(DRAW), [2, 3, 4, 5])
    x = np.linspace(0, 5, 501)
    curve = sketch.resampled(drawn, DRAW, x)
    assert np.isnan(curve[x < 1 - 1e-9]).all() and np.isfinite(curve[x >= 1]).all()
    np.testing.assert_allclose(curve[[100, 200, 300, 400, 500]], [50, *drawn])
    assert np.nanmin(curve) >= 20 - 1e-9 and np.nanmax(curve) <= 80 + 1e-9
    assert 50 < curve[250] < 80
    straight = sketch.resampled([60, 70, 80, 90], DRAW, np.array([1.5, 4.25]))
    np.testing.assert_allclose(straight, [55, 82.5])
    with pytest.raises(ValueError, match="3 values; the sketch has 4 handles"):
        sketch.resampled([1, 2, 3], DRAW, x)


@pytest.mark.parametrize(("kind", "spec", "says"), [
    (sketch.Sketch, DRAW | {"mode": "paint"}, "'paint'; choose one of draw, choose"),
    (sketch.Sketch, DRAW | {"start": {"x": 5, "y": 50}}, "starts at x = 5"),
    (sketch.Sketch, DRAW | {"start": {"x": 1, "y": 101}}, "starts at y = 101"),
    (sketch.Sketch, DRAW | {"handles": 1}, "1 handles"),
    (sketch.Sketch, CHOICE | {"options": CHOICE["options"][:1]}, "two or more"),
    (sketch.Sketch, CHOICE | {"options": CHOICE["options"] * 2}, "each its own"),
    (bars.Bars, {"mode": "pie"}, "'pie'; choose one of"),
    (bars.Bars, HISTOGRAM | {"edges": [0, 2, 1]}, "rise"),
    (bars.Bars, HISTOGRAM | {"edges": [0, 1, 2, 3]}, "2 heights; 4 edges make 3 bins"),
    (bars.Bars, HISTOGRAM | {"panels": HISTOGRAM["panels"] * 5}, "5 panels"),
    (bars.Bars, HISTOGRAM | {"panels": [{"label": "a", "heights": [1, -2]}]}, "a bar of -2"),
    (bars.Bars, STACKED | {"bars": [{"label": "a", "values": [3, 4]}]}, "2 values for 1 parts"),
    (bars.Bars, WATERFALL | {"end": {"label": "true", "value": 0.2}}, "is a step missing"),
    (bars.Bars, {"mode": "votes", "options": []}, "no options"),
    (bars.Bars, {"mode": "votes", "options": ["a"], "marked": {"index": 1, "label": "m"}}, "names option 1"),
    (xmr.XmR, CHART | {"upper": [1.0]}, "upper has 1 entries for 3 values"),
    (xmr.XmR, CHART | {"signals": [{"at": 3, "kind": "improving"}]}, "at point 3"),
    (xmr.XmR, CHART | {"signals": [{"at": 0, "kind": "good"}]}, "'good'"),
    (xmr.XmR, CHART | {"variation": "up"}, "variation is 'up'"),
    (xmr.XmR, CHART | {"assurance": "maybe"}, "assurance is 'maybe'"),
])
def test_what_does_not_fit_together_is_refused(kind, spec, says):
    with pytest.raises(ValueError, match=says):
        kind(spec=spec)


@pytest.mark.parametrize(("kind", "spec"), [
    (sketch.Sketch, DRAW), (sketch.Sketch, CHOICE), (bars.Bars, HISTOGRAM), (bars.Bars, STACKED),
    (bars.Bars, WATERFALL), (bars.Bars, {"mode": "votes", "options": ["a"]}), (xmr.XmR, CHART)])
def test_what_fits_is_taken_as_it_is(kind, spec):
    assert kind(spec=spec).spec == spec
