"""Downloads by link: the picture or table of a choice, made on the server, with what it takes to make it again.

Whoever asks is a stranger: a link is read by the strict schema of a choice, runs go through the queue with its limits,
pictures are made two at a time, and one address may ask for so many in a minute.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from dashboards import exports
from dashboards.choice import Choice, ChoiceError
from dashboards.exports import ExportError, Made
from dashboards.rooms.limits import Buckets, Limits
from dashboards.services import services

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from simulation.comparison import Comparison

LONGEST_WAIT = 60.0
"""Seconds that a visitor waits for a file before being told to come back."""
AT_ONCE = 2
"""Files made at the same time."""
MOST_WAITING = 40
"""Downloads under way, of all visitors together."""
KEPT_FILES, KEPT_BYTES = 48, 24 * 2**20


class Refused(Exception):
    """A request that gets no file: a status of HTTP, what to say, and after how many seconds to try again."""

    def __init__(self, status: int, says: str, wait: float | None = None) -> None:
        super().__init__(says)
        self.status, self.says, self.wait = status, says, wait


class Files:
    """The last files made, bounded in number and bytes."""

    def __init__(self, most: int = KEPT_FILES, most_bytes: int = KEPT_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[tuple[str, ...], Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: tuple[str, ...]) -> Made | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, ...], made: Made) -> None:
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while self._kept and (len(self._kept) > self._most or self.bytes > self._most_bytes):
                self._kept.popitem(last=False)

    @property
    def bytes(self) -> int:
        return sum(len(made.content) for made in self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)


class Downloads:
    """The addresses below /download.

    Args:
        limits: turns an address into a key. buckets: how often one address may ask; a class of forty has one address.
    """

    def __init__(self, limits: Limits | None = None, buckets: Buckets | None = None, *,
                 longest_wait: float = LONGEST_WAIT) -> None:
        self.limits = Limits() if limits is None else limits
        self.buckets = Buckets(1, 60) if buckets is None else buckets
        self.longest_wait = longest_wait
        self.files = Files()
        self._makers = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="download")
        self._under_way = 0

    def routes(self) -> list[BaseRoute]:
        from starlette.routing import Route

        return [Route("/download/{file}", self.answer, methods=["GET"])]

    async def answer(self, request: Request) -> Response:
        """The file, or a plain text that says why not."""
        from starlette.responses import PlainTextResponse, Response

        try:
            made = await self._made(request)
        except Refused as no:
            headers = {"retry-after": str(max(1, round(no.wait)))} if no.wait is not None else {}
            return PlainTextResponse(no.says + "\n", no.status, {**headers, "cache-control": "no-store"})
        return Response(made.content, media_type=exports.TYPES[made.kind], headers={
            "content-disposition": f'attachment; filename="{made.name}"', "cache-control": "private, no-cache",
            "x-content-type-options": "nosniff",
            # An SVG that is opened on its own is a page: it may not do anything.
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"})

    async def _made(self, request: Request) -> Made:
        wait = self.buckets.take(self.limits.key_of(request.client.host if request.client else None))
        if wait:
            raise Refused(429, f"That was too many files at once. Try again in {max(1, round(wait))} s.", wait)
        if self._under_way >= MOST_WAITING:
            raise Refused(503, "Many others are waiting for files. Try again in a little while.", 15)
        view, _, kind = request.path_params["file"][:100].rpartition(".")
        self._under_way += 1
        try:
            async with asyncio.timeout(self.longest_wait):
                if view == "map":
                    return await self._map(kind, request.query_params.get("outcome", ""))
                return await self._view(view, kind, request.query_params.get("w"))
        except TimeoutError:
            raise Refused(503, "The runs for this file take longer than a page may wait. What is done is kept: try "
                               "again in a little while.", 10) from None
        finally:
            self._under_way -= 1

    async def _map(self, kind: str, outcome: str) -> Made:
        from dashboards import flipworlds
        from simulation.comparison import ComparisonError

        frontier = flipworlds.kept()
        if frontier is None:
            raise Refused(404, "This installation came without the map.")
        try:
            here = flipworlds.on(frontier, outcome[:60] or frontier.outcome)
        except ComparisonError as error:
            raise Refused(404, str(error)) from None
        if kind not in exports.KINDS:
            raise Refused(404, f"There is no {kind[:20]!r} file of the map; accepted: {', '.join(exports.KINDS)}.")
        link = f"/map?outcome={here.outcome}"
        return await self._file(("map", kind, here.outcome), lambda: exports.map_of(here, kind, link))

    async def _view(self, view: str, kind: str, token: str | None) -> Made:
        if not token:
            raise Refused(400, "The address lacks what to compare, `?w=`; copy the whole link from the page.")
        try:
            choice = Choice.from_token(token)
            scenario = await asyncio.to_thread(choice.scenario_of)
            exports.check_view(view, kind, scenario.compare)
        except ChoiceError as error:
            raise Refused(400, str(error)) from None
        except ExportError as error:
            raise Refused(404, str(error)) from None
        own = choice.token()
        key = (view, kind, own)
        found = self.files.find(key)
        if found is not None:
            return found
        comparison = await self._compared(scenario)
        return await self._file(key, lambda: exports.file_of(comparison, view, kind, f"/explore?w={own}"))

    async def _file(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        found = self.files.find(key)
        if found is None:
            def made() -> Made:
                file = make()
                self.files.put(key, file)  # here, so that it is kept for the next try where the visitor gave up
                return file

            found = await asyncio.get_running_loop().run_in_executor(self._makers, made)
        return found

    async def _compared(self, scenario: Any) -> Comparison:
        """The comparison that a scenario describes, from the queue that all visitors share."""
        from dashboards.runner import TooMuch, check_work

        try:
            check_work(scenario, len(scenario.compare), scenario.pairs)
        except TooMuch as error:
            raise Refused(400, str(error)) from None
        runner, loop, over = services().runner, asyncio.get_running_loop(), asyncio.Event()
        # One visitor each: a class behind one address must not cancel each other's files.
        visitor = f"download-{secrets.token_hex(8)}"

        def told(job: Any) -> None:
            if job.over:
                loop.call_soon_threadsafe(over.set)

        try:
            job = runner.ask(scenario, [scenario.regimes[name] for name in scenario.compare], scenario.pairs,
                             scenario.seed, visitor=visitor)
            job.listen(told)
            told(job)
            await over.wait()
        except TooMuch as error:
            raise Refused(503, str(error), 60) from None
        finally:
            runner.leave(visitor)
        found = job.comparison()
        if job.state != "done" or found is None:
            status = 503 if job.state == "cancelled" else 500
            raise Refused(status, job.error or "The runs were stopped. Try again.", 10 if status == 503 else None)
        return found


def routes(downloads: Downloads | None = None) -> list[BaseRoute]:
    """The download routes."""
    return (Downloads() if downloads is None else downloads).routes()
