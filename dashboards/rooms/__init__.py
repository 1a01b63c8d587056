"""Workshop rooms: what the projector shows, phones that vote, the facilitator's window, handouts. Plain light pages.

`routes` gives the server every address; `Rooms.open()` begins a workshop, and the story tells its `Room` what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dashboards.rooms.registry import Rooms
from dashboards.rooms.room import Poll, Refused, Room, RoomsFull, Shown, View

if TYPE_CHECKING:
    from starlette.routing import Route

    from dashboards.rooms.limits import Limits

__all__ = ["Poll", "Refused", "Room", "Rooms", "RoomsFull", "Shown", "View", "routes"]


def routes(rooms: Rooms, *, limits: Limits | None = None,
           recount: Callable[[str], Mapping[str, Mapping[str, Any]] | None] | None = None) -> list[Route]:
    """The addresses of the workshop: /vote, /facilitator, /handout and /rooms/static.

    Args:
        limits: what is counted against visitors; one of its own for each server by default.
        recount: from a scenario's name to its claims' last recount, for the handout; see `handout.content`.
    """
    from dashboards.rooms import serving
    from dashboards.rooms.facilitator import Facilitator
    from dashboards.rooms.handout import Handouts
    from dashboards.rooms.limits import Limits
    from dashboards.rooms.phones import Phones

    limits = limits or Limits()
    return [*Phones(rooms, limits).routes(), *Facilitator(rooms, limits).routes(),
            *Handouts(limits, recount).routes(), *serving.routes()]
