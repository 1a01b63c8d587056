"""How the dashboard responds: first paint, a kept choice, a lever moved by thirty sessions at once, memory.

    python benchmarks/dashboard.py                 # all of it, about five minutes
    python benchmarks/dashboard.py --sessions 10 --seconds 30

The server is a process of its own; the visitors are tabs of one headless Chromium on the same processors, so that every
figure is an upper bound of what a server alone would need. A lever change is timed in the page, from the key that moves
the lever until the lines of the first pair of runs stand on the chart. Between two changes a visitor waits a time drawn
from 4 to 12 seconds, as people do who look at what they see; `--think 0` is a stampede.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browsing import FLAGS, PROJECTOR, Server, Visit, chromium  # noqa: E402

SHOWN = "document.querySelector('[data-shown]')?.dataset.shown"
"""What the page says it shows: the key of the comparison and its pairs."""


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def memory(server: Server) -> float:
    """Resident memory of the server in MB."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def kernels(server: Server) -> int:
    with urllib.request.urlopen(server.url + "/resourcez", timeout=20) as answer:
        return json.load(answer)["kernels"]["total"]


def first_paints(browser, server: Server, times: int = 5) -> list[float]:
    found = []
    for _ in range(times):
        visitor = Visit(browser, server.url, PROJECTOR)
        begun = time.perf_counter()
        visitor.page.goto(server.url + "/")
        visitor.page.locator("main h1").first.wait_for()
        found.append(time.perf_counter() - begun)
        visitor.close()
    return found


def wait_shown(page, before: str | None, timeout: float = 60_000) -> str:
    page.wait_for_function(f"{SHOWN} && {SHOWN} !== {json.dumps(before)}", timeout=timeout)
    return page.evaluate(SHOWN)


def move(page, lever: int, key: str) -> str | None:
    """Move one of the front levers by keyboard, away from its end; what was shown before."""
    before = page.evaluate(SHOWN)
    slider = page.locator(".cr-lever-cell input[type=range]").nth(2 * lever)
    at = int(slider.input_value())
    slider.focus()
    page.keyboard.press("ArrowLeft" if at >= 100 else "ArrowRight" if at <= 0 else key)
    return before


def kept_choice(browser, server: Server, times: int = 8) -> list[float]:
    """Back and forth between two choices that have been run: what a preset or an undo costs."""
    visitor = Visit(browser, server.url, PROJECTOR)
    page = visitor.open("/explore")
    wait_shown(page, None)
    found = []
    for turn in range(times + 2):
        before = move(page, 0, "ArrowRight" if turn % 2 == 0 else "ArrowLeft")
        begun = time.perf_counter()
        wait_shown(page, before)
        if turn >= 2:
            found.append(time.perf_counter() - begun)
        page.wait_for_timeout(2_500)  # replications end, so that the next turn finds them kept
    visitor.close()
    return found


def together(browser, server: Server, sessions: int, seconds: float, think: tuple[float, float]) -> dict[str, object]:
    """Many visitors move levers for some time; every change is to values that nobody had before."""
    chance = random.Random(1)
    visitors = [Visit(browser, server.url, PROJECTOR) for _ in range(sessions)]
    for visitor in visitors:
        visitor.open("/explore")
    for visitor in visitors:
        wait_shown(visitor.page, None, 120_000)
    start_memory = memory(server)
    due = {i: time.monotonic() + chance.uniform(*think) for i in range(sessions)}
    waiting: dict[int, tuple[float, str | None]] = {}
    took: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or waiting:
        now = time.monotonic()
        for i in [i for i, at in due.items() if at <= now and now < end]:
            del due[i]
            before = move(visitors[i].page, chance.randrange(6), chance.choice(["ArrowRight", "ArrowLeft"]))
            waiting[i] = (time.perf_counter(), before)
        for i, (begun, before) in list(waiting.items()):
            if visitors[i].page.evaluate(SHOWN) != before:
                took.append(time.perf_counter() - begun)
                del waiting[i]
                due[i] = time.monotonic() + chance.uniform(*think)
            elif time.perf_counter() - begun > 60:
                took.append(60.0)
                del waiting[i]
        time.sleep(0.01)
    found = {"changes": len(took), "median": statistics.median(took), "p95": percentile(took, 0.95), "max": max(took),
             "memory_before": start_memory, "memory_after": memory(server), "kernels": kernels(server),
             "errors": sum(len(v.errors) for v in visitors)}
    for visitor in visitors:
        visitor.page.goto("about:blank")  # as people leave: the page says goodbye
        visitor.close()
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--sessions", type=int, default=30)
    options.add_argument("--seconds", type=float, default=90)
    options.add_argument("--think", type=float, default=8, help="mean seconds between two changes of a visitor")
    given = options.parse_args()
    if chromium() is None:
        sys.exit("This needs Chromium; on Debian: apt install chromium")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        server = Server(Path(place), CARE_REGIMES_RESOURCES="1")
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        try:
            paints = first_paints(browser, server)
            print(f"first paint: {paints[0]:.2f} s the first time, {statistics.median(paints[1:]):.2f} s after",
                  flush=True)
            kept = kept_choice(browser, server)
            print(f"a kept choice redraws in: median {statistics.median(kept):.2f} s, worst {max(kept):.2f} s",
                  flush=True)
            think = (given.think / 2, given.think * 1.5)
            found = together(browser, server, given.sessions, given.seconds, think)
            print(f"{given.sessions} sessions, {found['changes']} lever changes: median {found['median']:.2f} s, "
                  f"95th percentile {found['p95']:.2f} s, worst {found['max']:.2f} s; "
                  f"faults in pages: {found['errors']}")
            print(f"server memory: {found['memory_before']:.0f} MB before, {found['memory_after']:.0f} MB after; "
                  f"sessions held: {found['kernels']}")
            time.sleep(5)
            print(f"after everybody left: {kernels(server)} sessions, {memory(server):.0f} MB")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
