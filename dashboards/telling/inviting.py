"""The room around a story: the facilitator's window, the vote from phones on the projector, the handout."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import solara

from dashboards.html import h
from dashboards.instruments.bars import Bars
from dashboards.telling.press import Press

if TYPE_CHECKING:
    from dashboards.rooms import Room

OFTEN = 0.3
"""Seconds between two pictures of a vote under way, at least."""
_mine: solara.Reactive[Room | None] = solara.reactive(None)
"""The room of this visitor's session (Solara keeps one value a session); no other page knows its key."""


def my_room() -> Room | None:
    """The room of this session; None before one was opened, or when it has been closed."""
    room = _mine.value
    return None if room is None or room.closed else room


def open_room() -> Room:
    """The room of this session, made when it is first needed. Raises RoomsFull where the server keeps no more."""
    from dashboards.services import services

    room = my_room()
    if room is None:
        room = services().rooms.open()
        _mine.value = room
    return room


def phone_address(code: str) -> tuple[str, str]:
    """Where phones vote: (the address to type, the address of the picture); empty where no phone gets here."""
    from dashboards.services import services

    base = services().public_url.rstrip("/")
    return (f"{base}/vote".removeprefix("http://"), f"{base}/vote/{code}") if base else ("", "")


def qr_picture(address: str) -> str:
    """A QR code as an address of data, for an `img`."""
    from dashboards.rooms.phones import qr_svg

    drawn = qr_svg(address)
    if "xmlns=" not in drawn:
        drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.encode()).decode()}"


@solara.component
def Tools(name: str, facilitate: Callable[[], None], ask: Callable[[], None], asking: bool, problem: str) -> None:
    """What a facilitator needs, behind one word so that it is not on the screen of a room."""
    room = my_room()
    with h("details", class_="cr-tools", data_pop=True):
        h("summary", "In the room")
        with h("div", class_="cr-tools-list"):
            Press("Facilitator’s view", facilitate, attributes={"aria_describedby": "cr-tools-says"})
            if room is not None:
                h("a", "Open it again in a new window", href=f"/facilitator/{room.key}", target="_blank",
                  class_="cr-quiet")
            Press("Back to the step" if asking else "Ask the room", ask)
            h("a", "Handout to print", href=f"/handout/{name}", target="_blank")
            h("p", problem or "Notes, a clock and the questions open in a window of their own, which follows this one. "
              "Keep it off the projector.", class_="cr-problem" if problem else "cr-quiet", id="cr-tools-says",
              role="alert" if problem else None)


@solara.component
def Vote(room: Room, marked: int | None, leave: Callable[[], None]) -> None:
    """A vote on the projector: where to go, and the answers as they come in.

    Args: `marked`, the index of the answer that came out, once that may be seen.
    """
    view, set_view = solara.use_state(room.look())

    def follow() -> Callable[[], None]:
        gone, changed = threading.Event(), threading.Event()
        unsubscribe = room.subscribe(changed.set)

        def watch() -> None:
            while not gone.is_set():
                if changed.wait(1.0) and not gone.is_set():
                    changed.clear()
                    set_view(room.look())
                    gone.wait(OFTEN)

        threading.Thread(target=watch, daemon=True).start()

        def stop() -> None:
            gone.set()
            changed.set()
            unsubscribe()
        return stop

    solara.use_effect(follow, [room])
    poll = view.poll
    typed, address = phone_address(room.code)
    with h("section", class_="cr-vote-page", aria_label="Vote from phones"):
        with h("div"):
            if poll is None:
                h("p", "The question has been taken back.", class_="cr-lead")
            elif poll.hidden:
                h("h2", poll.question)
                h("p", f"The counts are hidden. {_votes(view.voters)}", class_="cr-lead")
            else:
                h("h2", poll.question)
                spec = {"mode": "votes", "options": list(poll.options)}
                if marked is not None and marked < len(poll.options):
                    spec["marked"] = {"index": marked, "label": "this is what came out"}
                Bars.element(spec=spec, counts=list(view.counts))
            with h("div", class_="cr-row"):
                if poll is not None:
                    Press("Close the vote" if poll.open else "Open it again",
                          room.close_poll if poll.open else room.open_poll).key("close")
                Press("Back to the step", leave, "cr-main-action").key("leave")
                h("span", "" if poll is None or poll.open else "Voting is closed.", class_="cr-quiet", role="status")
        with h("aside", class_="cr-invite", aria_label="How to vote"):
            if address:
                h("img", src=qr_picture(address), alt=f"QR code that opens {address}", width="260", height="260")
                h("p", "On your phone, in the same Wi-Fi:")
                h("p", typed, class_="cr-address")
            else:
                h("p", "Phones cannot reach this server: it answers this machine only. Start it with ",
                  h("code", "regimes dashboard --phones"), ", and this place shows an address and a QR code.",
                  class_="cr-note")
            h("p", "Code ", h("strong", room.code, class_="cr-code"))


def _votes(count: int) -> str:
    return "1 vote so far." if count == 1 else f"{count} votes so far."
