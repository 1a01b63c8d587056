"""How often a second the living network moves on a screen, how late, and what it costs the server.

Run it with `python benchmarks/network.py [--quick]`. It serves a page that steps a world of its own and sends a frame
so many times a second, opens it in a headless Chromium through Playwright, and counts the frames that were drawn.
Latency is from the moment a frame is handed to the widget until it is drawn. Server CPU is the share of one core, and
the stepping of the world is in it. Wanted: 10 a second at 300 nodes and 4 at 1,500, on two cores.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import solara

FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync").split()
WANTED = {300: 10, 1_500: 4}
SCENARIO = {300: "town", 1_500: "neighbourhoods"}
WATCH = """() => {
  window.seen = []; let last = "";
  const look = () => {
    const figure = document.querySelector(".cr-network");
    if (figure && figure.dataset.drawn && figure.dataset.drawn !== last) {
      last = figure.dataset.drawn;
      window.seen.push([Number(figure.dataset.tick), performance.timeOrigin + performance.now()]);
    }
    requestAnimationFrame(look);
  };
  look();
}"""


@solara.component
def Layout(children):
    solara.Column(children=children)


@solara.component
def Page():
    """One network, fed by a thread at the rate asked; what was sent when goes to a file."""
    from dashboards.instruments.network import Network

    wanted = json.loads(os.environ["CARE_REGIMES_BENCHMARK"])

    def made():
        import simulation
        from dashboards.living import LivingMap
        from simulation.engine import World

        simulation.warm_up()
        scenario = simulation.load(wanted["scenario"], set={"world.horizon": "40 years"})
        world = World(scenario, next(iter(scenario.regimes)), 1)
        return world, LivingMap.of(world, wanted["nodes"])

    world, living = solara.use_memo(made, [])
    widget = solara.use_ref(None)
    element = Network.element(scene=living.scene, title=f"{wanted['nodes']} nodes")

    def begin():
        widget.current = solara.get_widget(element)
        ended = threading.Event()
        threading.Thread(target=_feed, args=(world, living, widget.current, wanted, ended), daemon=True).start()
        return ended.set

    solara.use_effect(begin, [])
    return element


def _feed(world, living, widget, wanted, ended) -> None:
    with open(wanted["log"], "a", encoding="utf-8") as log:
        due = time.perf_counter()
        while not ended.is_set() and world.tick < world.ticks:
            world.step()
            frame = living.frame(world)
            sent = time.time()
            widget.show(frame.data, frame.says)
            log.write(f"{frame.tick} {sent * 1000} {time.process_time()} {len(frame.data)}\n")
            log.flush()
            due = max(due + 1 / wanted["asked"], time.perf_counter() - 1)
            time.sleep(max(0.0, due - time.perf_counter()))


routes = [solara.Route("/", component=Page, label="network", layout=Layout)]


SERVE = ("import sys, solara.server.starlette, uvicorn; "
         "uvicorn.run(solara.server.starlette.app, host='127.0.0.1', port=int(sys.argv[1]), log_level='warning')")


def measured(nodes: int, asked: float, seconds: float, chromium: str, picture: Path | None) -> dict[str, float]:
    """Frames a second that reached the screen, latency in ms (median, 95 %), server CPU, bytes a frame."""
    from playwright.sync_api import sync_playwright

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "sent"
        about = {"scenario": SCENARIO[nodes], "nodes": nodes, "asked": asked, "log": str(log)}
        server = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env={
            **os.environ, "SOLARA_APP": str(Path(__file__).resolve()), "CARE_REGIMES_BENCHMARK": json.dumps(about),
            "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False"})
        try:
            _wait_for(f"http://127.0.0.1:{port}/", server)
            with sync_playwright() as player:
                browser = player.chromium.launch(executable_path=chromium, args=FLAGS)
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.goto(f"http://127.0.0.1:{port}/")
                page.wait_for_selector(".cr-network[data-drawn]", timeout=120_000)
                page.wait_for_timeout(2_000)
                page.evaluate(WATCH)
                page.wait_for_timeout(1_000 * seconds)
                seen = page.evaluate("() => window.seen")
                if picture:
                    page.screenshot(path=str(picture))
                browser.close()
            sent = [tuple(float(x) for x in line.split()) for line in log.read_text(encoding="utf-8").splitlines()]
        finally:
            server.terminate()
            server.wait(20)
    return _figures(seen[1:], sent)


def _figures(seen: list, sent: list) -> dict[str, float]:
    if len(seen) < 2:
        raise SystemExit("No frame reached the screen: is the page in error?")
    at = {int(tick): moment for tick, moment, _, _ in sent}
    late = sorted(moment - at[tick] for tick, moment in seen if tick in at)
    during = [s for s in sent if seen[0][1] <= s[1] <= seen[-1][1]]
    span = (during[-1][1] - during[0][1]) / 1000
    return {"sent": (len(during) - 1) / span, "seen": (len(seen) - 1) / (seen[-1][1] - seen[0][1]) * 1000,
            "median": late[len(late) // 2], "p95": late[int(.95 * (len(late) - 1))],
            "cpu": (during[-1][2] - during[0][2]) / span, "kilobytes": sent[-1][3] / 1000}


def _wait_for(address: str, server: subprocess.Popen) -> None:
    for _ in range(240):
        if server.poll() is not None:
            raise SystemExit("The server ended before it answered; its message stands above.")
        try:
            urllib.request.urlopen(address, timeout=5)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(.25)
    raise SystemExit("The server did not answer within a minute.")


def chromium_of(given: str | None) -> str:
    """The browser to use; ends with what to do if Playwright or Chromium is missing."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        raise SystemExit("Playwright for Python is missing: python -m pip install playwright") from None
    found = given or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if not found or not Path(found).exists():
        raise SystemExit("No Chromium was found: install it, or say where it is with --chromium PATH.")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="5 seconds each instead of 15")
    parser.add_argument("--asked", type=float, default=15, help="frames a second sent (default 15)")
    parser.add_argument("--chromium", help="path of the browser")
    parser.add_argument("--pictures", type=Path, help="folder for a screenshot of each")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    chromium = chromium_of(chosen.chromium)
    found = {}
    for nodes in WANTED:
        picture = chosen.pictures / f"network-{nodes}.png" if chosen.pictures else None
        found[nodes] = measured(nodes, chosen.asked, 5 if chosen.quick else 15, chromium, picture)
    if chosen.json:
        print(json.dumps(found, indent=2))
        return
    print(f"asked {chosen.asked:g} frames a second\n{'nodes':>6} {'sent/s':>7} {'seen/s':>7} {'wanted':>7} "
          f"{'latency ms':>11} {'95 %':>7} {'server CPU':>11} {'kB a frame':>11}")
    for nodes, f in found.items():
        print(f"{nodes:6,} {f['sent']:7.1f} {f['seen']:7.1f} {WANTED[nodes]:7} {f['median']:11.0f} {f['p95']:7.0f} "
              f"{f['cpu']:11.0%} {f['kilobytes']:11.1f}")


if __name__ == "__main__" and "CARE_REGIMES_BENCHMARK" not in os.environ:  # Solara runs this file as its own main
    main()
