"""A workshop's shared state: what is shown, what is voted, who hears of it, how many rooms there are."""

from __future__ import annotations

import asyncio
import json
import threading
from types import SimpleNamespace

import pytest

from dashboards.rooms import Refused, Rooms, RoomsFull, Shown
from dashboards.rooms import room as room_module
from dashboards.rooms.facilitator import follow
from dashboards.rooms.limits import Buckets, Limits, Newcomers
from dashboards.rooms.registry import CODE_LENGTH, HOUR, LETTERS, written_code


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def shown(number: int = 1, **changes: object) -> Shown:
    return Shown(**{"scenario": "somewhere", "title": "Somewhere", "number": number, "of": 3, "step": f"Step {number}",
                    **changes})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock) -> Rooms:
    return Rooms(limit=3, idle_hours=6, clock=clock)


@pytest.fixture
def room(rooms):
    return rooms.open()


def test_a_room_is_found_by_its_code_and_by_its_key_and_neither_is_the_other(rooms, room):
    assert len(room.code) == CODE_LENGTH and set(room.code) <= set(LETTERS)
    assert len(room.key) >= 32
    assert rooms.by_code(room.code) is room and rooms.by_key(room.key) is room
    assert rooms.by_code(room.key) is None and rooms.by_key(room.code) is None
    assert written_code(f" {room.code[:2].lower()}-{room.code[2:].lower()} ") == room.code


def test_votes_are_counted_once_a_ballot_and_can_be_changed(room):
    number = room.ask("Which?", ["this", "that", "neither"])
    room.vote("one", number, 0)
    room.vote("two", number, 1)
    assert room.counts() == (1, 1, 0)
    room.vote("one", number, 2)
    assert room.counts() == (0, 1, 1) and room.look().voters == 2
    assert room.choice_of("one") == 2 and room.choice_of("three") is None


@pytest.mark.parametrize("poll, choice, reason", [(0, 0, "late"), (2, 0, "late"), (1, 2, "choice"), (1, -1, "choice")])
def test_a_vote_that_does_not_fit_the_question_is_refused(room, poll, choice, reason):
    room.ask("Which?", ["this", "that"])
    with pytest.raises(Refused) as error:
        room.vote("one", poll, choice)
    assert error.value.reason == reason and room.counts() == (0, 0)


def test_a_closed_poll_takes_no_vote_keeps_its_counts_and_opens_again(room):
    with pytest.raises(Refused, match="no question"):
        room.vote("one", 1, 0)
    number = room.ask("Which?", ["this", "that"])
    room.vote("one", number, 0)
    room.close_poll()
    with pytest.raises(Refused) as error:
        room.vote("two", number, 0)
    assert error.value.reason == "closed" and room.counts() == (1, 0)
    room.open_poll()
    room.vote("two", number, 0)
    assert room.counts() == (2, 0)
    room.clear_poll()
    assert room.poll is None and room.counts() == ()


def test_asking_the_same_goes_on_and_asking_again_or_anew_begins_at_zero(room):
    first = room.ask("Which?", ["this", "that"])
    room.vote("one", first, 0)
    assert room.ask("Which? ", ["this", " that"]) == first and room.counts() == (1, 0)
    second = room.ask("Which?", ["this", "that"], again=True)
    assert second > first and room.counts() == (0, 0)
    assert room.ask("Which?", ["this", "other"]) > second


@pytest.mark.parametrize("question, options", [
    ("", ["a", "b"]), ("Q" * 301, ["a", "b"]), ("Q", ["a"]), ("Q", list("abcdefg")), ("Q", ["a", " "]),
    ("Q", ["a", "b" * 121]), ("Q", ["a", "a "])])
def test_a_poll_that_a_phone_could_not_show_is_refused(room, question, options):
    with pytest.raises(ValueError):
        room.ask(question, options)
    assert room.poll is None


def test_a_room_takes_a_bounded_number_of_voters(room, monkeypatch):
    monkeypatch.setattr(room_module, "MOST_VOTERS", 2)
    number = room.ask("Which?", ["this", "that"])
    room.vote("one", number, 0)
    room.vote("two", number, 0)
    with pytest.raises(Refused) as error:
        room.vote("three", number, 0)
    assert error.value.reason == "full"
    room.vote("one", number, 1)  # who has voted may still change it
    assert room.counts() == (1, 1)


def test_listeners_hear_every_change_once_and_a_faulty_one_disturbs_nobody(room, caplog):
    heard: list[int] = []

    def faulty() -> None:
        raise RuntimeError("a window that is gone")

    room.subscribe(faulty)
    leave = room.subscribe(lambda: heard.append(room.version))
    room.show(shown(1))
    room.show(shown(1))  # nothing new
    number = room.ask("Which?", ["this", "that"])
    room.vote("one", number, 0)
    room.vote("one", number, 0)  # nothing new
    room.hide_results()
    assert heard == [1, 2, 3, 4]
    assert "failed to redraw" in caplog.text
    leave()
    room.close_poll()
    assert len(heard) == 4


def test_no_more_windows_follow_a_room_than_it_can_bear(room):
    for _ in range(room_module.MOST_LISTENERS):
        room.subscribe(lambda: None)
    with pytest.raises(RoomsFull):
        room.subscribe(lambda: None)


def test_the_clock_of_a_step_begins_with_the_step_and_not_with_its_reveal(room, clock):
    assert room.look().step_seconds == room.look().workshop_seconds == 0
    room.show(shown(1))
    clock.now += 60
    room.show(shown(1, revealed=True))
    clock.now += 5
    assert (room.look().step_seconds, room.look().workshop_seconds) == (65, 65)
    room.show(shown(2))
    clock.now += 7
    assert (room.look().step_seconds, room.look().workshop_seconds) == (7, 72)


def test_what_is_shown_comes_from_the_story():
    steps = [SimpleNamespace(title="First", text="It begins.", question=None, notes="Smile.", discuss=(), minutes=4),
             SimpleNamespace(title="Second", text="It goes on.", question="Why?", notes=None, discuss=("And you?",),
                             minutes=6)]
    scenario = SimpleNamespace(name="somewhere", title="Somewhere", story=steps)
    first, second = (Shown.of_step(scenario, number) for number in (1, 2))
    assert (first.notes, first.next_step, first.minutes, first.total_minutes) == ("Smile.", "Second", 4, 10)
    assert (second.question, second.discuss, second.next_step, second.of) == ("Why?", ("And you?",), None, 2)
    with pytest.raises(ValueError, match="accepted: 1 to 2"):
        Shown.of_step(scenario, 3)


def test_idle_rooms_are_culled_and_say_so(rooms, clock):
    idle, busy = rooms.open(), rooms.open()
    told: list[bool] = []
    idle.subscribe(lambda: told.append(idle.closed))
    clock.now += 5 * HOUR
    busy.show(shown())
    clock.now += HOUR
    assert rooms.cull() == 1
    assert idle.closed and told == [True] and not busy.closed
    assert rooms.by_code(idle.code) is None and rooms.by_key(idle.key) is None and len(rooms) == 1


def test_rooms_are_bounded_and_only_one_that_is_not_used_gives_way(rooms, clock):
    first, second, third = (rooms.open() for _ in range(3))
    with pytest.raises(RoomsFull, match="3 workshops"):
        rooms.open()
    clock.now += Rooms.GRACE
    first.touch()
    third.touch()
    new = rooms.open()
    assert second.closed and not first.closed and len(rooms) == 3 and rooms.by_code(new.code) is new
    rooms.close_all()
    assert len(rooms) == 0 and new.closed


def test_voters_in_many_threads_are_all_counted(room):
    number = room.ask("Which?", ["this", "that"])

    def crowd(start: int) -> None:
        for i in range(start, start + 50):
            room.vote(f"ballot {i}", number, i % 2)

    threads = [threading.Thread(target=crowd, args=(50 * i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert room.counts() == (100, 100) and room.version == 201


def test_a_stream_tells_of_a_change_made_in_another_thread_and_of_the_end(rooms, room, monkeypatch):
    monkeypatch.setattr("dashboards.rooms.facilitator.AT_MOST_EVERY", 0)
    room.show(shown(1, notes="A secret."))

    async def hear() -> list[str]:
        stream = follow(room)
        messages = [await anext(stream), await anext(stream)]
        threading.Thread(target=room.show, args=(shown(2),)).start()
        messages.append(await asyncio.wait_for(anext(stream), 10))
        rooms.close(room)
        messages += [message async for message in stream]
        return messages

    messages = asyncio.run(hear())
    said = [json.loads(m.split("data: ")[1]) for m in messages if m.startswith("event: room")]
    assert [each["step"] for each in said][:2] == [1, 2] and said[1]["version"] > said[0]["version"]
    assert messages[-1].startswith("event: closed") and "secret" not in "".join(messages)
    assert room.listeners == 0


def test_a_stream_that_is_left_stops_listening(room):
    async def leave_early() -> None:
        stream = follow(room)
        await anext(stream)
        assert room.listeners == 1
        await stream.aclose()

    asyncio.run(leave_early())
    assert room.listeners == 0


def test_a_bucket_lets_a_burst_through_then_a_steady_rate(clock):
    buckets = Buckets(2, 3, clock=clock)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == pytest.approx(0.5) and buckets.take("b") == 0
    clock.now += 0.5
    assert buckets.wait("a") == 0 and buckets.take("a") == 0
    clock.now += 3600
    assert [buckets.take("a") > 0 for _ in range(4)] == [False, False, False, True]


def test_buckets_forget_the_key_that_was_used_longest_ago(clock):
    buckets = Buckets(1, 1, most=2, clock=clock)
    for key in "abc":
        buckets.take(key)
    assert len(buckets) == 2 and buckets.wait("a") == 0 and buckets.wait("c") > 0


def test_newcomers_are_bounded_by_room_and_address():
    newcomers = Newcomers(2, most=3)
    for key in ("here", "here", "there"):
        newcomers.count(key)
    assert newcomers.full("here") and not newcomers.full("there")


def test_an_address_is_not_kept_as_it_is_and_one_network_of_ipv6_is_one():
    limits = Limits()
    assert "192.0.2.7" not in limits.key_of("192.0.2.7")
    assert limits.key_of("192.0.2.7") == limits.key_of("::ffff:192.0.2.7") != limits.key_of("192.0.2.8")
    assert limits.key_of("2001:db8::1") == limits.key_of("2001:db8::ffff") != limits.key_of("2001:db8:0:1::1")
    assert limits.key_of(None) == limits.key_of(None)
    assert Limits().key_of("192.0.2.7") != limits.key_of("192.0.2.7")
