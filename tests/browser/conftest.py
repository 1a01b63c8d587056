"""A server and a browser for the tests in this folder; see `browsing`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import FLAGS, NO_INTERNET, PROJECTOR, Server, Visit, chromium


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if chromium() is None:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="no Chromium here; on Debian: apt install chromium"))


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    started = Server(tmp_path_factory.mktemp("dashboard"))
    yield started
    started.stop()
    assert "Traceback" not in started.said(), started.said()


@pytest.fixture(scope="module")  # not for the session: while it is open, no other test can run an event loop
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=[*FLAGS, NO_INTERNET])
        yield started
        started.close()


@pytest.fixture
def visit(browser, server) -> Iterator:
    """Makes visitors; at the end none of them may have met an error or asked for anything outside."""
    made: list[Visit] = []

    def new(size: tuple[int, int] = PROJECTOR, url: str = "", **options) -> Visit:
        made.append(Visit(browser, url or server.url, size, **options))
        return made[-1]

    yield new
    problems = [problem for each in made for problem in [*each.errors, *(f"outside: {u}" for u in each.outside)]]
    for each in made:
        each.close()
    assert not problems, "\n".join(problems)
