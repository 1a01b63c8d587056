"""How the dashboard responds: first paint, a kept choice, a lever moved by thirty sessions at once, memory.

    python benchmarks/dashboard.py                 # all of it, about five minutes
    python benchmarks/dashboard.py --sessions 10 --seconds 30

The server is a process of its own. First paint and kept choices are timed in a headless Chromium on the same
processors. The thirty sessions speak the page's own messages without a browser (see `visitors`); a change is timed from
the message that moves a lever until the server has sent the picture of the first pair of runs. Between two changes a
visitor waits a time drawn from half to one and a half times `--think`, as people do who look at what they see.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browsing import FLAGS, PROJECTOR, Server, Visit, chromium  # noqa: E402

from benchmarks.visitors import Visitor  # noqa: E402

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


def processor(server: Server) -> float:
    """Seconds of processor time that the server has used."""
    import os

    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


def together(server: Server, sessions: int, seconds: float, think: tuple[float, float]) -> dict[str, float]:
    """Many visitors move levers for some time; every change is to values that nobody had before."""
    chance = random.Random(1)
    visitors = [Visitor(server.url) for _ in range(sessions)]
    for visitor in visitors:
        if not visitor.wait("", 120):
            sys.exit("a session did not come to its first picture")
    before, used, begun = memory(server), processor(server), time.monotonic()
    took: list[float] = []

    def one(visitor: Visitor, mine: random.Random) -> None:
        while True:
            time.sleep(mine.uniform(*think))
            if time.monotonic() - begun > seconds:
                return
            took.append(visitor.move(mine))

    threads = [threading.Thread(target=one, args=(visitor, random.Random(chance.random()))) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = {"changes": len(took), "median": statistics.median(took), "p95": percentile(took, 0.95), "max": max(took),
             "busy": (processor(server) - used) / (time.monotonic() - begun), "memory_before": before,
             "memory_after": memory(server), "kernels": kernels(server)}
    for visitor in visitors:
        visitor.leave()
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
            found = together(server, given.sessions, given.seconds, think)
            print(f"{given.sessions} sessions, {found['changes']} lever changes: median {found['median']:.2f} s, "
                  f"95th percentile {found['p95']:.2f} s, worst {found['max']:.2f} s; the server used "
                  f"{found['busy']:.2f} processors")
            print(f"server memory: {found['memory_before']:.0f} MB before, {found['memory_after']:.0f} MB after; "
                  f"sessions held: {found['kernels']}")
            time.sleep(5)
            print(f"after everybody left: {kernels(server)} sessions, {memory(server):.0f} MB")
        finally:
            browser.close()
            server.stop()


if __name__ == "__main__":
    main()
