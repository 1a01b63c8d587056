"""Many sessions on one server: idle ones go, a fault in one does not touch another, Ctrl-C ends it cleanly."""

from __future__ import annotations

import json
import time
import urllib.request

import pytest
from browsing import Server


def sessions(server: Server) -> int:
    with urllib.request.urlopen(server.url + "/resourcez", timeout=10) as answer:
        return json.load(answer)["kernels"]["total"]


def until(true, seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.3)
    return False


@pytest.fixture(scope="module")
def counted(tmp_path_factory):
    started = Server(tmp_path_factory.mktemp("counted"), SOLARA_KERNEL_CULL_TIMEOUT="2s", CARE_REGIMES_RESOURCES="1")
    yield started
    code = started.stop()
    assert code == 0 and "The dashboard has ended." in started.said() and "Traceback" not in started.said()


def test_sessions_end_with_their_page_and_idle_ones_are_culled(visit, counted):
    before = sessions(counted)
    one, two = visit(url=counted.url), visit(url=counted.url)
    one.open("/explore")
    two.open("/story")
    assert sessions(counted) == before + 2
    one.context.close()  # the tab says goodbye
    assert until(lambda: sessions(counted) == before + 1)
    two.context.set_offline(True)  # the laptop is shut: nobody says goodbye
    two.page.evaluate("window.stop()")
    two.page.close(run_before_unload=False)
    assert until(lambda: sessions(counted) == before)


def test_a_fault_in_one_session_does_not_touch_another(visit, counted):
    well, ill = visit(url=counted.url), visit(url=counted.url)
    well.open("/assumptions")
    page = ill.open("/explore?w=" + "A" * 3_900)
    assert page.get_by_role("alert").first.is_visible()
    ill.context.close()
    well.page.get_by_role("link", name="Start").first.click()
    well.page.get_by_role("heading", name="What happens to people").wait_for()
