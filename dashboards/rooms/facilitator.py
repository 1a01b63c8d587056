"""The facilitator's window: it follows the projector with notes, questions, clocks and the switches of the vote."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from dashboards.rooms import serving
from dashboards.rooms.limits import Limits
from dashboards.rooms.registry import Rooms
from dashboards.rooms.room import Room, RoomsFull
from dashboards.rooms.serving import Refusal

KEEP_ALIVE = 15.0
"""Seconds after which the stream says again what is true, so that no proxy takes it for dead."""
AT_MOST_EVERY = 0.4
"""Seconds between two messages, however fast people vote."""


class Facilitator:
    """The pages under /facilitator. Whoever has the key sees the notes; nobody else is told that the room exists."""

    def __init__(self, rooms: Rooms, limits: Limits) -> None:
        self._rooms, self._limits = rooms, limits

    def routes(self) -> list[Route]:
        return [Route("/facilitator/{key}", self.show, methods=["GET"]),
                Route("/facilitator/{key}/events", self.events, methods=["GET"]),
                Route("/facilitator/{key}/state", serving.as_data(self.state), methods=["GET"]),
                Route("/facilitator/{key}/poll", serving.as_page(self.control), methods=["POST"])]

    async def show(self, request: Request) -> Response:
        """The window, drawn for this moment; the script draws it anew when something changes."""
        try:
            room = self._room(request)
        except Refusal as no:
            return _plain(no)
        room.touch()
        return serving.page(request, "facilitator", room=room, view=room.look())

    async def events(self, request: Request) -> Response:
        """The same as `state`, pushed with every change (Server-Sent Events)."""
        try:
            room = self._room(request)
        except Refusal as no:
            return _plain(no)
        return StreamingResponse(follow(room), media_type="text/event-stream",
                                 headers={**serving.HEADERS, "X-Accel-Buffering": "no"})

    async def state(self, request: Request) -> Response:
        """What a window asks for that cannot follow the stream."""
        return serving.data(said(self._room(request)))

    async def control(self, request: Request) -> Response:
        """Opens or closes the vote, shows or hides its counts, or takes the question away."""
        serving.ask_leave(self._limits.controls_by_address, serving.address(request, self._limits),
                          "Too many switches at once.")
        room = self._room(request)
        serving.check_origin(request)
        action = (await serving.read_form(request)).get("action")
        actions = {"open": room.open_poll, "close": room.close_poll, "hide": room.hide_results,
                   "show": lambda: room.hide_results(False), "clear": room.clear_poll}
        if action not in actions:
            raise Refusal(400, f"{str(action)[:20]!r} is nothing that can be done to a vote; accepted: "
                               f"{', '.join(actions)}.")
        actions[action]()
        return RedirectResponse(f"{request.scope.get('root_path', '')}/facilitator/{room.key}", status_code=303,
                                headers=serving.HEADERS)

    def _room(self, request: Request) -> Room:
        serving.ask_leave(self._limits.looks_by_address, serving.address(request, self._limits),
                          "Very many windows of your network ask at once.")
        room = self._rooms.by_key(request.path_params["key"])
        if room is None:
            raise Refusal(404, "There is no workshop here. It may have ended; open the facilitator's window again from "
                               "the projector.")
        return room


def said(room: Room) -> dict[str, Any]:
    """What a window needs to know whether it is behind, and what its clocks should say. Nothing of what is shown."""
    view = room.look()
    shown = view.shown
    return {"version": view.version, "step": shown.number if shown else 0,
            "scenario": shown.scenario if shown else "", "voters": view.voters,
            "step_seconds": round(view.step_seconds, 1), "workshop_seconds": round(view.workshop_seconds, 1)}


async def follow(room: Room) -> AsyncIterator[str]:
    """The stream of a room: a message now, one soon after every change, and one when the room closes."""
    loop, changed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        try:
            loop.call_soon_threadsafe(changed.set)
        except RuntimeError:  # the server has stopped
            pass

    try:
        leave = room.subscribe(wake)
    except RoomsFull:
        return  # the window then asks for the state instead
    try:
        yield "retry: 3000\n\n"
        while not room.closed:
            changed.clear()
            yield f"event: room\ndata: {json.dumps(said(room))}\n\n"
            try:
                await asyncio.wait_for(changed.wait(), KEEP_ALIVE)
            except TimeoutError:
                continue
            await asyncio.sleep(AT_MOST_EVERY)
        yield "event: closed\ndata: {}\n\n"
    finally:
        leave()


def _plain(no: Refusal) -> Response:
    return PlainTextResponse(no.says + "\n", status_code=no.status, headers={**serving.HEADERS, **no.headers})
