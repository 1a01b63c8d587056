"""Files to take away: they open, say what they are made of, hold exact numbers, and strangers get no further."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards import exports, flipworlds
from dashboards.choice import MOST_LINK, Choice, Slot
from dashboards.downloads import Downloads, Files
from dashboards.exports import ExportError, Made
from dashboards.recordings import Recordings
from dashboards.rooms.limits import Buckets
from dashboards.runner import Runner
from dashboards.services import Services, install
from simulation import provenance
from simulation.comparison import Comparison, compare
from simulation.findings import CAVEAT
from simulation.outcomes import BY_NAME, OUTCOMES
from simulation.scenario import load


@pytest.fixture(scope="module")
def choice() -> Choice:
    first, second = load("town").compare[:2]
    return Choice(slots=(Slot(regime=first, levers={"stakes": 0.6}), Slot(regime=second), Slot(regime=first)),
                  people=800, years=1, pairs=3, seed=5)


@pytest.fixture(scope="module")
def comparison(choice) -> Comparison:
    return compare(choice.scenario_of())


@pytest.fixture(scope="module")
def client():
    runner = Runner(Recordings(), threads=2)
    install(Services(runner=runner))
    with TestClient(Starlette(routes=Downloads().routes())) as found:
        yield found
    runner.close()
    install(Services())


def table_in(content: bytes) -> pd.DataFrame:
    """As pandas reads it, but every number by Python, which is exact in all versions."""
    found = pd.read_csv(io.BytesIO(content), comment="#")
    text = pd.read_csv(io.BytesIO(content), comment="#", dtype=str)
    for name in found.columns:
        if found[name].dtype == float:
            found[name] = [float(cell) for cell in text[name]]
    return found


def test_a_picture_opens_at_twice_the_size_and_its_name_is_plain(client, choice):
    answer = client.get(f"/download/performance.png?w={choice.token()}")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == 'attachment; filename="care-regimes-town-performance.png"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", answer.content[16:24])
    assert width > 1_600 and height > 900
    again = client.get(f"/download/performance.png?w={choice.token()}")
    assert again.content == answer.content


def test_an_svg_is_xml_and_carries_the_footer(client, choice, comparison):
    answer = client.get(f"/download/need.svg?w={choice.token()}")
    assert "sandbox" in answer.headers["content-security-policy"]
    root = ElementTree.fromstring(answer.text)
    assert root.tag.endswith("svg") and not [e for e in root.iter() if e.tag.endswith(("script", "foreignObject"))]
    words = " ".join("".join(root.itertext()).split())
    for part in (comparison.key, CAVEAT, "seeds 5 to 7", "3 pairs of runs", comparison.scenario.title,
                 f"model version {provenance.model_version()}"):
        assert part in words, part
    assert f"/explore?w={choice.token()}"[:100] in words


@pytest.mark.parametrize("view", ["differences", "differences-2", "cost", "waits", "demand"])
def test_other_pictures_are_made_too(comparison, view):
    view = f"differences-{comparison.names[2]}" if view.endswith("-2") else view
    made = exports.file_of(comparison, view, "svg", "/explore?w=x")
    assert ElementTree.fromstring(made.content).tag.endswith("svg")


def test_the_table_comes_back_exactly(client, choice, comparison):
    answer = client.get(f"/download/table.csv?w={choice.token()}")
    head = [line for line in answer.text.splitlines() if line.startswith("# ")]
    assert head[0] == f"# {comparison.scenario.title}" and head[-1] == f"# {CAVEAT}"
    assert f"# Key {comparison.key}." in head and f"# Link /explore?w={choice.token()}" in head
    read = table_in(answer.content).set_index("outcome")
    expected = comparison.table
    assert list(read.columns) == list(expected.columns) and list(read.index) == list(expected.index)
    for name in expected.columns:
        given, wanted = (t[name].astype("Float64").to_numpy(float, na_value=np.nan) for t in (read, expected))
        np.testing.assert_array_equal(given, wanted)


def test_every_run_and_every_series_come_back_exactly(comparison):
    runs = table_in(exports.file_of(comparison, "runs", "csv", "/").content)
    pd.testing.assert_frame_equal(runs, comparison.to_frame(), check_exact=True)
    one = table_in(exports.file_of(comparison, "wait", "csv", "/").content)
    name = comparison.names[1]
    part = one[(one["regime"] == name) & (one["pair"] == 2)]
    run = comparison.runs[name][1]
    np.testing.assert_array_equal(part["wait"], run.series["wait"])
    np.testing.assert_array_equal(part["week"], run.weeks)
    assert set(part["seed"]) == {6}
    means = table_in(exports.file_of(comparison, "series", "csv", "/").content)
    assert list(means.columns) == ["week", "regime", "runs", *(o.name for o in OUTCOMES)]
    mine = means[means["regime"] == name]["need"].to_numpy()
    np.testing.assert_array_equal(mine, np.mean([r.series["need"] for r in comparison.runs[name]], axis=0))
    seen = table_in(exports.file_of(comparison, "waits", "csv", "/").content)
    assert seen["people_seen"].sum() == sum(r.waits.sum() for runs in comparison.runs.values() for r in runs)


def test_the_outcomes_behind_a_figure_are_those_it_draws(comparison):
    from simulation.charts import Charts

    for view, outcomes in exports.FIGURES.items():
        figure = exports.figure_of(Charts(comparison), view)
        assert figure.name == view
        labels = " ".join(map(str, [*figure.table.columns, figure.alt]))
        assert all(BY_NAME[outcome].label in labels for outcome in outcomes), view


def test_a_spreadsheet_finds_no_formula():
    table = pd.DataFrame({"=sum": [1.0, -2.5], "says": ["=HYPERLINK(1)", "@a, b"], "fine": ["a-b", "-1"]})
    text = exports.as_csv(table, False, ["title, =1+1\n=2", "x"]).decode()
    assert text.splitlines()[:2] == ["# title; =1+1 =2", "# x"]
    assert text.splitlines()[2:] == ["'=sum,says,fine", "1.0,'=HYPERLINK(1),a-b", "-2.5,\"'@a, b\",'-1"]
    assert exports.harmless("a # b") == "a no. b"


@pytest.mark.parametrize("scenario, view, kind, expected", [
    ("../../etc", 'x"\r\nset-cookie: a', "png", "care-regimes-etc-x-set-cookie-a.png"),
    ("town", "need_complex", "c.s/v", "care-regimes-town-need-complex.csv"), ("é", "ü", "svg", "care-regimes.svg")])
def test_a_file_name_is_of_plain_letters(scenario, view, kind, expected):
    assert exports.file_name(scenario, view, kind) == expected


def test_the_map_of_flips_is_a_file_too(client):
    kept = flipworlds.kept()
    answer = client.get("/download/map.svg?outcome=need")
    words = " ".join("".join(ElementTree.fromstring(answer.text).itertext()).split())
    assert "Unmet need" in words and CAVEAT in words and "/map?outcome=need" in words and kept.about["key"] in words
    read = table_in(client.get("/download/map.csv").content)
    assert len(read) == len(kept.cells) and set(read["outcome"]) == {kept.outcome}
    assert client.get("/download/map.png").content[:4] == b"\x89PNG"
    assert client.get("/download/map.pdf").status_code == 404
    assert client.get("/download/map.csv?outcome=cost").status_code == 404


def bomb() -> str:
    return base64.urlsafe_b64encode(zlib.compress(b" " * 3_000_000)).decode()


@pytest.mark.parametrize("query, status, says", [
    ("", 400, "lacks what to compare"), ("?w=", 400, "lacks"), ("?w=%00%ff", 400, "damaged"),
    ("?w=" + "a" * (MOST_LINK + 1), 400, "too long"), (f"?w={bomb()}", 400, "too large"),
])
def test_a_link_that_does_not_hold_gets_a_plain_refusal(client, query, status, says):
    answer = client.get(f"/download/need.csv{query}")
    assert answer.status_code == status and says in answer.text
    assert answer.headers["content-type"].startswith("text/plain") and "Traceback" not in answer.text


def test_more_work_than_a_visitor_may_ask_for_is_refused(client):
    token = Choice(people=40_000, years=10, pairs=50).token()
    answer = client.get(f"/download/need.csv?w={token}")
    assert answer.status_code == 400 and "more than this server runs" in answer.text


@pytest.mark.parametrize("file, says", [
    ("perfromance.png", "did you mean 'performance'"), ("table.png", "ask for table.csv"), ("need.pdf", "'pdf' file"),
    ("need", "no 'need' file"), ("differences-nobody.png", "no view"), ("..%2F..%2Fpasswd.csv", "Not Found")])
def test_an_unknown_file_says_what_there_is(client, choice, file, says):
    answer = client.get(f"/download/{file}?w={choice.token()}")
    assert answer.status_code == 404
    assert says in answer.text


def test_one_address_may_not_ask_without_end(choice):
    now = [0.0]
    downloads = Downloads(buckets=Buckets(0.5, 2, clock=lambda: now[0]))
    with TestClient(Starlette(routes=downloads.routes())) as client:
        codes = [client.get("/download/map.csv").status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        assert client.get("/download/map.csv").headers["retry-after"] == "2"
        now[0] = 2.0
        assert client.get("/download/map.csv").status_code == 200


def test_a_visitor_is_not_kept_waiting_for_ever_and_the_runs_are_given_up():
    class Slow(Runner):
        def _start(self) -> None:
            pass  # no worker: nothing is ever done

    runner = Slow(Recordings())
    install(Services(runner=runner))
    try:
        with TestClient(Starlette(routes=Downloads(longest_wait=0.05).routes())) as client:
            answer = client.get(f"/download/need.csv?w={Choice(people=800, years=1, pairs=1).token()}")
        assert answer.status_code == 503 and answer.headers["retry-after"] == "10"
        assert not runner._jobs
    finally:
        install(Services())


def test_files_are_kept_within_bounds():
    files = Files(most=3, most_bytes=100)
    for at in range(5):
        files.put((str(at),), Made(b"x" * 30, "a", "csv"))
    assert len(files) == 3 and files.find(("0",)) is None and files.find(("4",)) is not None
    files.put(("large",), Made(b"x" * 90, "a", "csv"))
    assert len(files) == 1 and files.bytes == 90
    files.put(("too large",), Made(b"x" * 200, "a", "csv"))
    assert len(files) == 0


def test_a_view_that_is_not_there_is_refused_before_any_picture(comparison):
    with pytest.raises(ExportError, match="did you mean 'waits'"):
        exports.file_of(comparison, "wiats", "png", "/")
