"""The server: Solara's pages and the plain ones in one application, bound to this machine unless told otherwise.

Nothing is fetched from elsewhere: scripts, styles and fonts come from the installed packages. What the pages may load
is also fixed by a content security policy, so that a mistake shows as a blocked request instead of a leak.
"""

from __future__ import annotations

import ipaddress
import os
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards.services import Services, install, services

if TYPE_CHECKING:
    from starlette.applications import Starlette

PORT = 8765
IDLE = "10m"
"""How long a session whose browser has gone is kept, in case it comes back."""
MOST_SESSIONS = 80
MOST_MESSAGE = 1_000_000
"""Bytes of one message from a browser, at most."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")
STATIC = Path(__file__).with_name("static")

POLICY = ("default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
          "style-src 'self' 'unsafe-inline' blob:; img-src 'self' data: blob:; font-src 'self' data:; "
          "connect-src 'self' blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; "
          "frame-ancestors 'none'")
"""Solara's front end compiles templates in the page, so scripts cannot be stricter; the plain pages' own policy is."""
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "x-frame-options": "DENY"}
CLOSED = ("/resourcez", "/_solara/api/evict")
"""Solara's own pages that no visitor needs. `CARE_REGIMES_RESOURCES=1` opens the first, with which benchmarks count
sessions."""

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]


def settings() -> None:
    """Tell Solara how it is used here. Must come before its server is imported; a setting in the environment wins."""
    for name, value in {
        "SOLARA_APP": "dashboards.app", "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
        "SOLARA_THEME_SHOW_BANNER": "False",
        "SOLARA_THEME_LOADER": "plain", "SOLARA_THEME_TITLE": "Care regimes", "SOLARA_KERNEL_CULL_TIMEOUT": IDLE,
        "SOLARA_KERNEL_MAX_COUNT": str(MOST_SESSIONS), "SOLARA_KERNEL_MAX_PER_SESSION": "12",
        "SOLARA_SESSION_HTTP_ONLY": "True", "SOLARA_ASSETS_FONTAWESOME_ENABLED": "False",
    }.items():
        os.environ.setdefault(name, value)


def application(shared: Services | None = None) -> App:
    """The whole dashboard as an ASGI application."""
    settings()
    import warnings

    warnings.filterwarnings("ignore", message="Cookies with samesite=none")
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from starlette.staticfiles import StaticFiles

    if shared is not None:
        install(shared)
    import solara.server.starlette as solara_server
    from solara.server import settings as solara_settings

    from dashboards import downloads
    from dashboards import rooms as workshop

    services().runner.start()
    assets = solara_settings.assets.proxy_cache_dir
    plain: Starlette = Starlette(lifespan=solara_server.lifespan, routes=[
        Mount("/care", StaticFiles(directory=STATIC)),
        # Before Solara's own, which would ask a server on the internet for what is not installed.
        Mount("/_solara/cdn", StaticFiles(directory=assets, check_dir=False, follow_symlink=False)),
        *workshop.routes(services().rooms, recount=_recounts), *downloads.routes(),
        Mount("/", routes=solara_server.routes),
    ], exception_handlers={404: _missing, 500: _broken})
    return _guarded(plain)


def assets_missing() -> str:
    """What is wrong with the installed scripts and fonts; empty when they are there."""
    settings()
    from solara.server import settings as solara_settings

    template = Path(__import__("solara.server").server.__file__).parent / "templates" / "solara.html.j2"
    wanted = re.findall(r"@widgetti/solara-vuetify3-app@[0-9.]+", template.read_text(encoding="utf-8"))
    if not wanted or (Path(solara_settings.assets.proxy_cache_dir) / wanted[0] / "dist").is_dir():
        return ""
    return (f"the scripts and fonts of the page ({wanted[0]}) are not installed; they come with the package "
            "solara-assets of the same version as solara: pip install 'care-regimes[dashboard]'")


def _recounts(scenario: str) -> dict[str, Any] | None:
    """What the last recount said of a scenario's claims, by their words; None where it was of another model."""
    from dashboards.shipped import shipped
    from simulation import provenance

    kept = shipped("recount")
    if kept is None or kept["model"] != provenance.model_version():
        return None
    return {claim["claim"]: claim for claim in kept["claims"] if claim["scenario"] == scenario}


async def _missing(request: Any, error: Exception) -> Any:
    return _page("Not here", "There is no such page. It may have been mistyped, or the server was started anew.", 404)


async def _broken(request: Any, error: Exception) -> Any:
    return _page("Something went wrong", "This page met a fault of the program. Other pages are not affected.", 500)


def _page(title: str, text: str, status: int) -> Any:
    from starlette.responses import HTMLResponse

    return HTMLResponse(f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><meta name="viewport" '
                        f'content="width=device-width, initial-scale=1"><title>{title}</title>'
                        f'<link rel="stylesheet" href="/care/theme.css"><main class="cr-plain"><h1>{title}</h1>'
                        f'<p>{text}</p><p><a href="/">To the start</a></p></main></html>', status)


def _guarded(inner: App) -> App:
    """`inner` behind the checks that every request passes: host, origin, closed pages, headers, the page's frame."""

    async def guarded(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await inner(scope, receive, send)
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        refused = _refusal(scope, headers)
        if refused:
            return await _refuse(scope, send, refused)
        if scope["type"] == "websocket":
            return await inner(scope, receive, send)
        path = scope["path"]
        is_page = scope["method"] == "GET" and not path.startswith(("/_solara", "/static", "/jupyter", "/care"))
        await inner(scope, receive, _Dressing(send, is_page))

    return guarded


def _refusal(scope: Scope, headers: dict[str, str]) -> str:
    host = headers.get("host", "")
    if not _known_host(host):
        return f"This server does not answer to the name {host[:100]!r}."
    origin = headers.get("origin")
    unsafe = scope["type"] == "websocket" or scope.get("method") not in ("GET", "HEAD", "OPTIONS")
    if unsafe and origin and origin != "null" and re.sub(r"^\w+://", "", origin) != host:
        return "This request comes from another site."
    if scope["path"].startswith(CLOSED) and not os.environ.get("CARE_REGIMES_RESOURCES"):
        return "There is no such page."
    return ""


def _known_host(host: str) -> bool:
    """Loopback names and plain addresses; a domain that somebody points at this machine is not one of them."""
    name = re.sub(r":\d+$", "", host).strip("[]").lower()
    if name in LOOPBACK or name == socket.gethostname().lower() or name.endswith(".local"):
        return True
    extra = os.environ.get("CARE_REGIMES_HOSTS", "")
    if name and name in [part.strip().lower() for part in extra.split(",")]:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def _refuse(scope: Scope, send: Any, why: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": why[:100]})
        return
    body = why.encode()
    await send({"type": "http.response.start", "status": 403,
                "headers": [(b"content-type", b"text/plain; charset=utf-8"),
                            (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})


class _Dressing:
    """Adds headers to every answer, and to Solara's page what it lacks: language, zoom, our style."""

    def __init__(self, send: Any, is_page: bool) -> None:
        self._send, self._is_page = send, is_page
        self._start: dict[str, Any] | None = None
        self._body = b""

    async def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = {k.decode("latin-1").lower(): v for k, v in message["headers"]}
            html = headers.get("content-type", b"").startswith(b"text/html")
            for name, value in HEADERS.items():
                if name not in headers:
                    message["headers"].append((name.encode(), value.encode()))
            if html and "content-security-policy" not in headers:
                message["headers"].append((b"content-security-policy", POLICY.encode()))
            if html and self._is_page and "x-care-plain" not in headers:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = _framed(self._body)
            start, self._start = self._start, None
            start["headers"] = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            start["headers"].append((b"content-length", str(len(body)).encode()))
            await self._send(start)
            message = {"type": "http.response.body", "body": body}
        await self._send(message)


def _framed(page: bytes) -> bytes:
    """Solara's page with a language, a viewport that can be zoomed, and our style sheet."""
    if b"solara" not in page[:20_000]:
        return page
    text = page.decode("utf-8")
    text = re.sub(r"<html(?![^>]*lang)", '<html lang="en-GB"', text, count=1)
    zoomed = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    text = re.sub(r'<meta name="viewport"[^>]*>', zoomed, text, count=1)
    return text.replace("</head>", '<link rel="stylesheet" href="/care/theme.css"></head>', 1).encode()


def free_port(host: str, port: int, tries: int = 20) -> int:
    """The first port from `port` on that nothing listens on.

    Raises OSError where none of them is free, or the address is not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + tries):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError as error:
                if error.errno in (98, 48, 10048, 13) and candidate < port + tries - 1:  # in use, on three systems
                    continue
                raise
            return candidate
    raise OSError(f"no free port from {port} to {port + tries - 1}")


def address_in_room(port: int) -> str:
    """Where others in the same network reach this machine; empty without a network. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # an address for documentation: a route is looked up, nothing is sent
            found = probe.getsockname()[0]
        except OSError:
            return ""
    return f"http://{found}:{port}" if found not in LOOPBACK else ""


def serve(host: str, port: int, ready: Callable[[], None] | None = None) -> None:
    """Run the server until Ctrl-C; `ready` is called once it listens."""
    import uvicorn

    shared = services()
    shared.public_url = "" if host in LOOPBACK else address_in_room(port)
    config = uvicorn.Config(application(), host=host, port=port, log_level="error", ws_max_size=MOST_MESSAGE,
                            timeout_graceful_shutdown=2, server_header=False, access_log=False)
    server = uvicorn.Server(config)
    if ready is not None:
        started = server.startup

        async def startup(sockets: Any = None) -> None:
            await started(sockets)
            if server.started:
                ready()

        server.startup = startup  # type: ignore[method-assign]
    try:
        server.run()
    except KeyboardInterrupt:  # how it is ended, which uvicorn passes on once it has shut down
        pass
    finally:
        shared.rooms.close_all()
        shared.runner.close()
