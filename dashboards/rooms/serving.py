"""What every plain page of a workshop shares: templates, static files, headers, refusals, and who may post a form."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from jinja2 import Environment

    from dashboards.rooms.limits import Buckets, Limits

HERE = Path(__file__).resolve().parent
STATIC = {"rooms.css": (HERE.parent / "templates" / "rooms.css", "text/css"),
          "handout.css": (HERE.parent / "templates" / "handout.css", "text/css"),
          "phones.js": (HERE / "phones.js", "text/javascript"),
          "facilitator.js": (HERE / "facilitator.js", "text/javascript")}
"""Every file that these pages ask for; nothing else can be asked for, so no name leads to the file system."""
LONGEST_FORM = 1024
"""Bytes of a form; a vote has about twenty."""
SLOWEST_FORM = 10.0
"""Seconds until a form must have arrived."""
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
           # Not `no-referrer`: with that, browsers send `Origin: null` with the page's own forms.
           "Referrer-Policy": "same-origin"}
Endpoint = Callable[[Request], Awaitable[Response]]


class Refusal(Exception):
    """A request that is not answered as asked.

    Attributes:
        status: of HTTP. says: to the visitor, in full sentences. wait: seconds after which to try again, if that helps.
        title: heading of the page. links: (address, words) of what the visitor may have wanted.
    """

    def __init__(self, status: int, says: str, *, wait: float | None = None, title: str = "That did not work",
                 links: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(says)
        self.status, self.says, self.title, self.links = status, says, title, links
        self.wait = None if wait is None else max(1, math.ceil(wait))

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.wait is None else {"Retry-After": str(self.wait)}


@cache
def templates() -> Environment:
    """The templates of these pages. Everything that is put into one is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("dashboards"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)


def page(request: Request, template: str, *, status: int = 200, headers: dict[str, str] | None = None,
         **values: Any) -> HTMLResponse:
    """A template filled in. `root` is where the server is mounted, so that links hold behind a prefix."""
    text = templates().get_template(f"{template}.html.jinja").render(root=request.scope.get("root_path", ""), **values)
    return HTMLResponse(text, status_code=status, headers={**HEADERS, **(headers or {})})


def data(content: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(content, status_code=status, headers={**HEADERS, **(headers or {})})


def as_page(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with a refusal as a page that says what to do."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as no:
            return page(request, "message", status=no.status, headers=no.headers, title=no.title, says=no.says,
                        links=no.links)

    return answered


def as_data(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with a refusal as JSON: `{"error": ...}`."""

    @wraps(endpoint)
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refusal as no:
            return data({"error": no.says}, status=no.status, headers=no.headers)

    return answered


def address(request: Request, limits: Limits) -> str:
    """What stands for the visitor's address. Headers that anybody can write are not asked."""
    return limits.key_of(request.client.host if request.client else None)


def ask_leave(buckets: Buckets, key: object, says: str) -> None:
    """Takes a token. Raises Refusal (429) that `says` what was too much and when to try again."""
    wait = buckets.take(key)  # type: ignore[arg-type]
    if wait:
        too_much(wait, says)


def too_much(wait: float, says: str) -> None:
    """Raises Refusal (429)."""
    seconds = max(1, math.ceil(wait))
    after = "in a second" if seconds == 1 else f"in {seconds} seconds"
    raise Refusal(429, f"{says} Please try again {after}.", wait=wait, title="One moment")


def check_origin(request: Request) -> None:
    """Raises Refusal (403) unless the form was sent from a page of this server: its own host, by what browsers say."""
    if not same_origin(request):
        raise Refusal(403, "This form was not sent from a page of this server, so nothing was changed. "
                           "Open the page again and try once more.")


def same_origin(request: Request) -> bool:
    """Whether a request was made by a page from the host that it was sent to.

    Browsers send `Origin` with every form. `Sec-Fetch-Site`, which no page can write, comes with addresses that are
    secure only. Without any of them nobody is believed.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None and origin != "null":
        return _is_host(origin, request)
    if site is not None:
        return True
    return origin is None and _is_host(request.headers.get("referer", ""), request)


def _is_host(address: str, request: Request) -> bool:
    usual = {"http": 80, "https": 443}
    try:
        theirs = urlsplit(address)
        ours = urlsplit("//" + request.headers.get("host", ""))
        if theirs.scheme not in usual or not theirs.hostname:
            return False
        port = usual[theirs.scheme]
        return (theirs.hostname, theirs.port or port) == (ours.hostname, ours.port or port)
    except ValueError:
        return False


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a short form. Raises Refusal for another type (415), a long one (413), a slow one (408)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refusal(415, "Only the form of this page can be sent here.")
    body = b""
    try:
        async with asyncio.timeout(SLOWEST_FORM):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LONGEST_FORM:
                    raise Refusal(413, f"The form is too long; at most {LONGEST_FORM} bytes are read.")
    except TimeoutError:
        raise Refusal(408, "The form took too long to arrive. Please try again.") from None
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=10))
    except ValueError:
        raise Refusal(400, "The form could not be read. Open the page again and try once more.") from None


def whole(form: dict[str, str], field: str) -> int:
    """A small whole number from a form. Raises Refusal (400)."""
    text = form.get(field, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise Refusal(400, "Choose one of the answers on the page; what was sent is not one of them.")
    return int(text)


async def _static(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in STATIC:
        return Response("There is no such file.\n", status_code=404, media_type="text/plain")
    body, tag = _file(name)
    headers = {"Cache-Control": "no-cache", "ETag": tag, "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=STATIC[name][1], headers=headers)


@cache
def _file(name: str) -> tuple[bytes, str]:
    body = STATIC[name][0].read_bytes()
    return body, f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


def routes() -> list[Route]:
    """The static files of these pages."""
    return [Route("/rooms/static/{name}", _static, methods=["GET"])]
