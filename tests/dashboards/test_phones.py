"""The plain pages of a workshop as a browser asks for them: the vote, the facilitator's window, static files."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from dashboards.rooms import Rooms, Shown, routes
from dashboards.rooms.limits import Buckets, Limits, Newcomers
from dashboards.rooms.phones import qr_svg

BASE = "http://192.0.2.1:8765"
OPTIONS = ("It rises", "It falls", "<b>Nobody</b> can tell")


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
def room(rooms):
    made = rooms.open()
    made.show(Shown(scenario="somewhere", title="Somewhere", number=2, of=5, step="A target is set", text="It is told.",
                    question="What then?", notes="Say nothing yet.", discuss=("And at home?",), minutes=6,
                    total_minutes=30, next_step="The record"))
    return made


@pytest.fixture
def app(rooms, limits) -> Starlette:
    return Starlette(routes=routes(rooms, limits=limits))


@pytest.fixture
def phone(app):
    """Makes phones: each with its own cookies, all behind one address."""
    return lambda: TestClient(app, base_url=BASE, follow_redirects=False)


def cast(client: TestClient, code: str, choice: object, poll: object = 1, **headers: str):
    return client.post(f"/vote/{code}", data={"poll": poll, "choice": choice}, headers={"Origin": BASE, **headers})


def arrived(client: TestClient, code: str) -> TestClient:
    assert client.get(f"/vote/{code}").status_code == 200
    return client


def test_two_phones_vote_one_changes_its_mind_and_both_are_counted(phone, room):
    room.ask("What happens?", OPTIONS)
    one, two = (arrived(phone(), room.code) for _ in range(2))
    assert cast(one, room.code, 0).status_code == 303
    assert cast(two, room.code, 0).headers["location"] == f"/vote/{room.code}"
    assert room.counts() == (2, 0, 0)
    assert cast(one, room.code, 1).status_code == 303
    assert room.counts() == (1, 1, 0)
    page = one.get(f"/vote/{room.code}").text
    assert 'id="choice-1" class="option" aria-pressed="true"' in page and "2 people have voted" in page


def test_the_page_escapes_what_is_asked_and_tells_no_notes(phone, room):
    room.ask("What happens <script>?", OPTIONS)
    for path in (f"/vote/{room.code}", f"/vote/{room.code}/state"):
        text = phone().get(path).text
        assert "Say nothing yet" not in text and room.key not in text and "<b>Nobody" not in text
    page = phone().get(f"/vote/{room.code}").text
    assert "&lt;b&gt;Nobody&lt;/b&gt;" in page and "&lt;script&gt;" in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page)


def test_the_ballot_is_a_cookie_of_this_room_that_scripts_cannot_read(phone, room):
    header = phone().get(f"/vote/{room.code}").headers["set-cookie"]
    assert re.match(r"ballot=[A-Za-z0-9_-]{22};", header)
    assert "HttpOnly" in header and "SameSite=lax" in header and f"Path=/vote/{room.code}" in header


def test_a_late_vote_is_refused_with_the_new_question(phone, room):
    room.ask("What happens?", OPTIONS)
    one = arrived(phone(), room.code)
    room.ask("And then?", ["more", "less"])
    answer = cast(one, room.code, 0, poll=1)
    assert answer.status_code == 409 and "That question is over" in answer.text and "And then?" in answer.text
    assert room.counts() == (0, 0)
    room.close_poll()
    assert cast(one, room.code, 0, poll=2).status_code == 409
    assert room.counts() == (0, 0)


@pytest.mark.parametrize("choice", ["3", "-1", "", "x", "1.0", "²", "9999999"])
def test_a_choice_that_is_none_is_refused(phone, room, choice):
    room.ask("What happens?", OPTIONS)
    answer = cast(arrived(phone(), room.code), room.code, choice)
    assert answer.status_code == 400 and 'role="alert"' in answer.text and room.counts() == (0, 0, 0)


def test_a_long_form_and_one_of_another_kind_are_not_read(phone, room):
    room.ask("What happens?", OPTIONS)
    one = arrived(phone(), room.code)
    assert cast(one, room.code, "0" * 2000).status_code == 413
    asked = {"url": f"/vote/{room.code}", "headers": {"Origin": BASE}}
    assert one.post(**asked, json={"poll": 1, "choice": 0}).status_code == 415
    assert one.post(**asked, files={"poll": b"1"}).status_code == 415
    assert room.counts() == (0, 0, 0)


def test_a_phone_without_cookies_is_told_why_it_cannot_vote(phone, room):
    room.ask("What happens?", OPTIONS)
    answer = cast(phone(), room.code, 0)
    assert answer.status_code == 400 and "cookie" in answer.text and room.counts() == (0, 0, 0)
    forged = phone()
    forged.cookies.set("ballot", "made-up")
    assert cast(forged, room.code, 0).status_code == 400


@pytest.mark.parametrize("headers, status", [
    ({"Origin": BASE}, 303), ({"Referer": f"{BASE}/vote/X"}, 303), ({"Sec-Fetch-Site": "same-origin"}, 303),
    ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, 303),
    ({}, 403), ({"Origin": "null"}, 403), ({"Origin": "http://192.0.2.1"}, 403), ({"Origin": "http://evil.test"}, 403),
    ({"Origin": BASE, "Sec-Fetch-Site": "cross-site"}, 403), ({"Origin": "null", "Referer": BASE}, 403),
    ({"Origin": "http://[evil"}, 403), ({"Referer": "http://evil.test/?http://192.0.2.1:8765"}, 403)])
def test_only_a_page_of_this_server_can_vote(phone, room, headers, status):
    room.ask("What happens?", OPTIONS)
    one = arrived(phone(), room.code)
    answer = one.post(f"/vote/{room.code}", data={"poll": 1, "choice": 0}, headers=headers)
    assert answer.status_code == status and room.counts()[0] == (status == 303)


def test_a_phone_that_votes_without_end_waits(phone, room, limits):
    limits.votes_by_ballot = Buckets(0.1, 2, clock=lambda: 0.0)
    room.ask("What happens?", OPTIONS)
    one, two = (arrived(phone(), room.code) for _ in range(2))
    assert [cast(one, room.code, i).status_code for i in (0, 1, 2)] == [303, 303, 429]
    answer = cast(one, room.code, 2)
    assert answer.headers["retry-after"] == "10" and "try again in 10 seconds" in answer.text
    assert cast(two, room.code, 2).status_code == 303 and room.counts() == (0, 1, 1)


def test_an_address_that_votes_without_end_waits(phone, room, limits):
    limits.votes_by_address = Buckets(1, 2, clock=lambda: 0.0)
    room.ask("What happens?", OPTIONS)
    phones = [arrived(phone(), room.code) for _ in range(3)]
    assert [cast(each, room.code, 0).status_code for each in phones] == [303, 303, 429]
    assert room.counts() == (2, 0, 0)


def test_forty_phones_at_one_address_vote_and_look_in_the_same_instant(rooms, room):
    frozen = TestClient(Starlette(routes=routes(rooms, limits=Limits(clock=lambda: 0.0))), base_url=BASE,
                        follow_redirects=False)
    room.ask("What happens?", OPTIONS)
    for _ in range(40):
        frozen.cookies.clear()
        arrived(frozen, room.code)
        assert cast(frozen, room.code, 1).status_code == 303
        assert frozen.get(f"/vote/{room.code}").status_code == 200
        assert frozen.get(f"/vote/{room.code}/state").status_code == 200
    assert room.counts() == (0, 40, 0)


def test_new_ballots_of_one_address_are_bounded_and_old_ones_go_on(phone, room, limits):
    limits.newcomers = Newcomers(2)
    room.ask("What happens?", OPTIONS)
    one, two, three = (arrived(phone(), room.code) for _ in range(3))
    assert [cast(each, room.code, 0).status_code for each in (one, two, three)] == [303, 303, 403]
    assert cast(one, room.code, 1).status_code == 303 and room.counts() == (1, 1, 0)


def test_who_guesses_codes_waits_and_who_has_voted_does_not(phone, room, limits):
    limits.guesses_by_address = Buckets(0.5, 2, clock=lambda: 0.0)
    room.ask("What happens?", OPTIONS)
    voter, other = (arrived(phone(), room.code) for _ in range(2))
    cast(voter, room.code, 0)
    assert [other.get(f"/vote/{code}").status_code for code in ("AAAAA", "EEEEE", "IIIII")] == [404, 404, 429]
    assert other.get(f"/vote/{room.code}/state").status_code == 429
    assert voter.get(f"/vote/{room.code}/state").status_code == 200


def test_looking_is_limited_too(phone, room, limits):
    limits.looks_by_address = Buckets(1, 1, clock=lambda: 0.0)
    assert phone().get(f"/vote/{room.code}/state").status_code == 200
    answer = phone().get(f"/vote/{room.code}/state")
    assert answer.status_code == 429 and answer.headers["retry-after"] == "1" and "error" in answer.json()


def test_the_state_says_when_to_draw_anew_and_not_who_votes(phone, room):
    room.ask("What happens?", OPTIONS)
    one, two = (arrived(phone(), room.code) for _ in range(2))

    def state():
        return one.get(f"/vote/{room.code}/state").json()

    before = state()
    cast(two, room.code, 0)
    assert state()["page"] == before["page"] and state()["voted"] == "1 person has voted"
    cast(one, room.code, 0)
    voted = state()["page"]
    assert voted != before["page"] and f'data-page="{voted}"' in one.get(f"/vote/{room.code}").text
    room.close_poll()
    assert state()["page"] != voted


def test_phones_see_the_counts_when_voting_is_closed_and_not_when_they_are_hidden(phone, room):
    room.ask("What happens?", OPTIONS)
    one = arrived(phone(), room.code)
    cast(one, room.code, 1)
    assert "<progress" not in one.get(f"/vote/{room.code}").text
    room.close_poll()
    assert "<progress" in one.get(f"/vote/{room.code}").text
    room.hide_results()
    page = one.get(f"/vote/{room.code}").text
    assert "<progress" not in page and "Your vote: <b>It falls</b>" in page


def test_the_code_is_typed_in_any_way_that_people_type(phone, room):
    assert 'for="code"' in phone().get("/vote").text
    typed = f" {room.code[:3].lower()} {room.code[3:].lower()}"
    answer = phone().get("/vote", params={"code": typed})
    assert answer.status_code == 303 and answer.headers["location"] == f"/vote/{room.code}"
    assert phone().get(f"/vote/{room.code.lower()}").headers["location"] == f"/vote/{room.code}"
    wrong = phone().get("/vote", params={"code": "<i>AAAA"})
    assert wrong.status_code == 404 and "no workshop with the code IAAAA" in wrong.text and "<i>" not in wrong.text


def test_a_closed_room_is_gone_for_phones_and_facilitator(phone, rooms, room):
    rooms.close(room)
    assert phone().get(f"/vote/{room.code}").status_code == 404
    assert phone().get(f"/vote/{room.code}/state").json()["error"].startswith("There is no workshop")
    assert phone().get(f"/facilitator/{room.key}").status_code == 404


def test_the_facilitator_sees_the_notes_by_key_and_by_nothing_else(phone, room):
    page = phone().get(f"/facilitator/{room.key}").text
    for told in ("Say nothing yet.", "Step 2 of 5", "And at home?", "The record", 'data-minutes="6"', 'data-total="30"',
                 room.code):
        assert told in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", page)
    for wrong in (room.code, room.key[:-1], "x"):
        for end in ("", "/events", "/state"):
            assert phone().get(f"/facilitator/{wrong}{end}").status_code == 404
    unknown = phone().get("/facilitator/x")
    assert unknown.headers["content-type"].startswith("text/plain") and "no workshop here" in unknown.text


def test_the_facilitators_switches_work_from_this_server_only(phone, room):
    room.ask("What happens?", OPTIONS)
    address = f"/facilitator/{room.key}/poll"

    def press(action: str, origin: str = BASE) -> int:
        return phone().post(address, data={"action": action}, headers={"Origin": origin}).status_code

    assert press("close", "http://evil.test") == 403 and room.poll.open
    assert press("close") == 303 and not room.poll.open
    assert press("hide") == 303 and room.poll.hidden
    assert press("show") == 303 and not room.poll.hidden
    assert press("open") == 303 and room.poll.open
    assert press("burn") == 400
    assert press("clear") == 303 and room.poll is None
    assert phone().post(f"/facilitator/{room.code}/poll", data={"action": "open"},
                        headers={"Origin": BASE}).status_code == 404


def test_the_stream_is_one_and_ends_with_the_room(phone, room):
    room.closed = True  # else it would never end
    answer = phone().get(f"/facilitator/{room.key}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store" and answer.text.endswith("event: closed\ndata: {}\n\n")


def test_pages_are_not_kept_and_keep_the_key_to_themselves(phone, room):
    for path in ("/vote", f"/vote/{room.code}", f"/facilitator/{room.key}", "/facilitator/x", "/handout/x"):
        headers = phone().get(path).headers
        assert headers["cache-control"] == "no-store" and headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("name, kind", [("rooms.css", "text/css"), ("handout.css", "text/css"),
                                        ("phones.js", "text/javascript"), ("facilitator.js", "text/javascript")])
def test_static_files_have_their_type_and_are_sent_once(phone, name, kind):
    answer = phone().get(f"/rooms/static/{name}")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(kind) and len(answer.text) > 500
    assert "http://" not in answer.text and "https://" not in answer.text
    again = phone().get(f"/rooms/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and not again.content


@pytest.mark.parametrize("name", ["room.py", "..%2froom.py", "%2e%2e/phones.py", "vote.html.jinja"])
def test_nothing_else_is_served_from_the_folder(phone, name):
    assert phone().get(f"/rooms/static/{name}").status_code == 404


def test_links_hold_where_the_server_is_mounted_below_a_prefix(rooms, limits, room):
    client = TestClient(Starlette(routes=routes(rooms, limits=limits)), base_url=BASE, root_path="/care",
                        follow_redirects=False)
    answer = client.get("/care/vote", params={"code": room.code})
    assert answer.headers["location"] == f"/care/vote/{room.code}"
    page = client.get(f"/care/vote/{room.code}")
    assert 'href="/care/rooms/static/rooms.css"' in page.text
    assert f"Path=/care/vote/{room.code}" in page.headers["set-cookie"]


def test_the_picture_of_the_address_is_labelled_and_carries_no_style():
    drawn = qr_svg("http://192.0.2.1:8765/vote/BCDFG?a=1&b=2")
    assert drawn.startswith('<svg role="img" aria-label="QR code that opens http://192.0.2.1:8765/vote/BCDFG?a=1&amp;b=2"')
    assert "style=" not in drawn and 'viewBox="0 0 ' in drawn and 'fill="#fff"' in drawn
    for wrong in ("javascript:alert(1)", "http://" + "x" * 300):
        with pytest.raises(ValueError, match="is not an address"):
            qr_svg(wrong)
