"""Voting from phones: a light page for each room that works without JavaScript, and the picture that leads to it."""

from __future__ import annotations

import html
import re
import secrets

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboards.rooms import serving
from dashboards.rooms.limits import Limits
from dashboards.rooms.registry import CODE_LENGTH, Rooms, written_code
from dashboards.rooms.room import Refused, Room, View
from dashboards.rooms.serving import Refusal

COOKIE = "ballot"
COOKIE_SECONDS = 12 * 3600
_BALLOT = re.compile(r"[A-Za-z0-9_-]{22}")
_STATUS = {"no poll": 409, "late": 409, "closed": 409, "choice": 400, "full": 403}
LONGEST_ADDRESS = 300


class Phones:
    """The pages under /vote. What a phone sees: the question, its own choice, how many have voted; the counts once
    voting is closed, so that nobody follows the crowd; and never the facilitator's notes."""

    def __init__(self, rooms: Rooms, limits: Limits) -> None:
        self._rooms, self._limits = rooms, limits

    def routes(self) -> list[Route]:
        return [Route("/vote", serving.as_page(self.enter), methods=["GET"]),
                Route("/vote/{code}", serving.as_page(self.show), methods=["GET"]),
                Route("/vote/{code}", serving.as_page(self.vote), methods=["POST"]),
                Route("/vote/{code}/state", serving.as_data(self.state), methods=["GET"])]

    async def enter(self, request: Request) -> Response:
        """The page that asks for the code, and the way from there to the room."""
        self._ask_to_look(request)
        typed = request.query_params.get("code")
        if typed is None or not typed.strip():
            return serving.page(request, "enter", typed="", alert=None, letters=CODE_LENGTH)
        try:
            room = self._room(request, typed)
        except Refusal as no:
            return serving.page(request, "enter", status=no.status, headers=no.headers, typed=typed[:40], alert=no.says,
                                letters=CODE_LENGTH)
        return RedirectResponse(f"{_root(request)}/vote/{room.code}", status_code=303, headers=serving.HEADERS)

    async def show(self, request: Request) -> Response:
        """The question of a room."""
        self._ask_to_look(request)
        room = self._room(request, request.path_params["code"])
        if room.code != request.path_params["code"]:
            return RedirectResponse(f"{_root(request)}/vote/{room.code}", status_code=303, headers=serving.HEADERS)
        return self._page(request, room)

    async def state(self, request: Request) -> Response:
        """What a phone asks every few seconds: which page it should show, how many voted, when to ask again."""
        self._ask_to_look(request)
        room = self._room(request, request.path_params["code"])
        view, ballot = room.look(), _ballot(request)
        return serving.data({"page": _page_of(view, room.choice_of(ballot)), "voted": _voted(view),
                             "again": _again(view)})

    async def vote(self, request: Request) -> Response:
        """Counts a vote, and leads back to the page; says on the page why one was not counted."""
        limits = self._limits
        room = self._room(request, request.path_params["code"])
        serving.check_origin(request)
        try:
            self._count(request, room, await self._form(request), limits)
        except Refusal as no:
            return self._page(request, room, no)
        return RedirectResponse(f"{_root(request)}/vote/{room.code}", status_code=303, headers=serving.HEADERS)

    async def _form(self, request: Request) -> dict[str, str]:
        serving.ask_leave(self._limits.votes_by_address, serving.address(request, self._limits),
                          "Very many votes come from your network at once. Yours was not counted.")
        return await serving.read_form(request)

    def _count(self, request: Request, room: Room, form: dict[str, str], limits: Limits) -> None:
        ballot = _ballot(request)
        if ballot is None:
            raise Refusal(400, "Your browser did not keep this page's cookie, which only keeps you from voting twice. "
                               "Allow cookies for this page, then vote again.")
        serving.ask_leave(limits.votes_by_ballot, (room.code, ballot),
                          "You changed your vote very often. The last change was not counted.")
        poll, choice = serving.whole(form, "poll"), serving.whole(form, "choice")
        crowd = (room.code, serving.address(request, limits))
        new = not room.knows(ballot)
        if new and limits.newcomers.full(crowd):
            raise Refusal(403, f"{limits.newcomers.limit} phones of your network have voted in this room, and it takes "
                               "no more from there.")
        try:
            room.vote(ballot, poll, choice)
        except Refused as no:
            raise Refusal(_STATUS[no.reason], str(no)) from None
        if new:
            limits.newcomers.count(crowd)

    def _page(self, request: Request, room: Room, refusal: Refusal | None = None) -> Response:
        view, ballot = room.look(), _ballot(request)
        mine = room.choice_of(ballot)
        response = serving.page(
            request, "vote", status=refusal.status if refusal else 200, headers=refusal.headers if refusal else None,
            code=room.code, view=view, mine=mine, alert=refusal.says if refusal else None, voted=_voted(view),
            token=_page_of(view, mine), again=_again(view), results=_results(view))
        if ballot is None:
            response.set_cookie(COOKIE, secrets.token_urlsafe(16), max_age=COOKIE_SECONDS, httponly=True,
                                samesite="lax", secure=request.url.scheme == "https",
                                path=f"{_root(request)}/vote/{room.code}")
        return response

    def _room(self, request: Request, typed: str) -> Room:
        """The room of a code. Whoever guesses codes waits, and those who have voted there do not wait for them."""
        visitor, limits = serving.address(request, self._limits), self._limits
        room = self._rooms.by_code(written_code(typed))
        ballot = _ballot(request)
        if room is not None and ballot is not None and room.knows(ballot):
            return room
        wait = limits.guesses_by_address.wait(visitor)
        if wait:
            serving.too_much(wait, "Too many wrong codes were typed on your network.")
        if room is None:
            limits.guesses_by_address.take(visitor)
            raise Refusal(404, f"There is no workshop with the code {written_code(typed)[:12] or 'you typed'}. "
                               f"The code has {CODE_LENGTH} letters and stands on the big screen.",
                          title="No such room", links=((f"{_root(request)}/vote", "Type the code again"),))
        return room

    def _ask_to_look(self, request: Request) -> None:
        serving.ask_leave(self._limits.looks_by_address, serving.address(request, self._limits),
                          "Very many phones of your network ask at once.")


def qr_svg(url: str) -> str:
    """The QR code of an address as inline SVG, black on white with its quiet zone, as large as its container.

    Raises: ValueError for an address that does not begin with http or is longer than 300 letters.
    """
    if not url.startswith(("http://", "https://")) or len(url) > LONGEST_ADDRESS:
        raise ValueError(f"{url[:60]!r} is not an address to vote at; accepted: http:// or https://, at most "
                         f"{LONGEST_ADDRESS} letters")
    import segno

    drawn = segno.make(url, error="m", micro=False).svg_inline(omitsize=True, border=4, light="#fff", svgclass=None,
                                                               lineclass=None)
    label = html.escape(f"QR code that opens {url}", quote=True)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{label}" shape-rendering="crispEdges" ', 1)


def _root(request: Request) -> str:
    return request.scope.get("root_path", "")


def _ballot(request: Request) -> str | None:
    value = request.cookies.get(COOKIE, "")
    return value if _BALLOT.fullmatch(value) else None


def _page_of(view: View, mine: int | None) -> str:
    """Changes when a phone should draw its page anew: not with every vote of others."""
    poll, shown = view.poll, view.shown
    asked = (poll.number, poll.open, not poll.open and poll.hidden) if poll else ()
    counted = view.counts if _results(view) else ()
    return "-".join(str(part) for part in ((shown.number if shown else 0), *asked, mine, *counted))


def _voted(view: View) -> str:
    if view.poll is None:
        return ""
    return "1 person has voted" if view.voters == 1 else f"{view.voters} people have voted"


def _again(view: View) -> float:
    """Seconds until a phone asks again: forty phones ask every two seconds, five hundred more rarely."""
    return min(15.0, max(2.0, view.voters / 20))


def _results(view: View) -> list[tuple[str, int]] | None:
    """What phones see of the counts: all of them once voting is closed, unless they are hidden."""
    if view.poll is None or view.poll.open or view.poll.hidden:
        return None
    return list(zip(view.poll.options, view.counts, strict=True))
