"""The workshops under way on one server: a bounded number of rooms, found by code or by key, idle ones closed."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

from dashboards.rooms.room import Room, RoomsFull

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Letters of a code: without digits nothing looks like a letter, without vowels no word comes about."""
CODE_LENGTH = 5
HOUR = 3600.0


class Rooms:
    """The rooms of one server: at most `limit`, an idle one closed after `idle_hours`."""

    GRACE = HOUR / 2
    """An emptied seat: where all are taken, a room that nobody used for so long gives way to a new one."""

    def __init__(self, limit: int = 200, idle_hours: float = 6.0, *,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self.limit, self.idle_hours = limit, idle_hours
        self._clock = clock
        self._lock = threading.Lock()
        self._by_code: dict[str, Room] = {}
        self._by_key: dict[str, Room] = {}

    def open(self) -> Room:
        """A new room. Raises RoomsFull where there are `limit` and all of them are in use."""
        self.cull()
        with self._lock:
            closed = None
            if len(self._by_code) >= self.limit:
                closed = min(self._by_code.values(), key=lambda room: room.used)
                if self._clock() - closed.used < self.GRACE:
                    raise RoomsFull(f"{self.limit} workshops are under way on this server, and it keeps no more; "
                                    "try again when one of them has ended")
                self._forget(closed)
            code = self._free_code()
            room = Room(code, clock=self._clock)
            self._by_code[code] = self._by_key[room.key] = room
        if closed is not None:
            closed.close()
        return room

    def by_code(self, code: str) -> Room | None:
        return self._by_code.get(code)

    def by_key(self, key: str) -> Room | None:
        return self._by_key.get(key)

    def close(self, room: Room) -> None:
        """Ends a room. Ending it twice is the same as once."""
        with self._lock:
            self._forget(room)
        room.close()

    def cull(self) -> int:
        """Closes the rooms that nobody used for `idle_hours`, and says how many."""
        with self._lock:
            now = self._clock()
            idle = [room for room in self._by_code.values() if now - room.used >= self.idle_hours * HOUR]
            for room in idle:
                self._forget(room)
        for room in idle:
            room.close()
        return len(idle)

    def close_all(self) -> None:
        """Ends every room, so that a server that stops need not wait for the windows that follow one."""
        for room in list(self._by_code.values()):
            self.close(room)

    def __len__(self) -> int:
        return len(self._by_code)

    def _forget(self, room: Room) -> None:
        self._by_code.pop(room.code, None)
        self._by_key.pop(room.key, None)

    def _free_code(self) -> str:
        while True:
            code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
            if code not in self._by_code:
                return code


def written_code(typed: str) -> str:
    """A code as it is kept, from what somebody typed: `bcd-fg ` is `BCDFG`."""
    return "".join(sign for sign in typed[:40].upper() if sign.isalnum())
