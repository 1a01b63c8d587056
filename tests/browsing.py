"""A real server and a real browser for the tests of the dashboard: the internet cut, everything asked for noted.

The browser is the system's Chromium; `CHROMIUM` names another. Nothing is downloaded. Pictures of the pages are written
to `runs/screens/`, or to the folder that `SCREENS` names.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCREENS = Path(os.environ.get("SCREENS", ROOT / "runs" / "screens"))
FLAGS = ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-default-apps --mute-audio").split()
NO_INTERNET = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'
PROJECTOR, SMALL, PHONE = (1280, 720), (1024, 768), (360, 640)
PATIENCE = int(os.environ.get("PATIENCE", 30_000))
"""Milliseconds that a page may take here, where other work runs beside it; how fast it is, is for the benchmarks."""


def chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next((found for name in ("chromium", "chromium-browser", "google-chrome")
                          if (found := shutil.which(name))), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`regimes dashboard` as a process of its own."""

    def __init__(self, cache: Path, *arguments: str, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        paths = os.pathsep.join(p for p in (str(ROOT), os.environ.get("PYTHONPATH", "")) if p)
        self.log = cache / "server.log"
        cache.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "import sys; from simulation.cli import main; sys.exit(main())", "dashboard",
                 "--no-browser", "--port", str(self.port), *arguments],
                cwd=cache, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": paths, "CARE_REGIMES_CACHE": str(cache / "kept"), **environment})
        self._wait()

    def _wait(self) -> None:
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.said()}")
            try:
                with urllib.request.urlopen(self.url + "/readyz", timeout=2):
                    return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"the server did not start: {self.said()}")

    def said(self) -> str:
        return self.log.read_text()[-3_000:]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()


class Visit:
    """One visitor: a fresh profile, whose errors and outside requests are noted."""

    def __init__(self, browser, url: str, size: tuple[int, int] = PROJECTOR, **options) -> None:
        self.url = url
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        self.context.set_default_timeout(PATIENCE)
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.context.route("**/*", self._only_here)
        self.page = self.new_page()

    def new_page(self):
        page = self.context.new_page()
        page.on("console", lambda m: self.errors.append(f"console: {m.text}") if m.type == "error" else None)
        page.on("pageerror", lambda e: self.errors.append(f"page: {e}"))
        return page

    def _only_here(self, route) -> None:
        if route.request.url.startswith((self.url, "blob:", "data:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def open(self, path: str = "/", page=None, heading: str = "main h1"):
        page = page or self.page
        page.goto(self.url + path)
        page.locator(heading).first.wait_for()
        return page

    def shot(self, name: str, page=None, **options) -> Path:
        SCREENS.mkdir(parents=True, exist_ok=True)
        path = SCREENS / f"{name}.png"
        (page or self.page).screenshot(path=path, **options)
        assert path.stat().st_size > 3_000
        return path

    def axe(self, page=None) -> list[str]:
        """Violations of WCAG 2.2 A and AA that axe finds, one line each."""
        from axe_playwright_python.sync_playwright import Axe

        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        found = Axe().run(page or self.page, options={"runOnly": {"type": "tag", "values": tags}})
        return [f"{v['id']}: {v['help']}: " + "; ".join(n["html"][:160] for n in v["nodes"][:4])
                for v in found.response["violations"]]

    def close(self) -> None:
        self.context.close()
