"""What all visitors of one server share: the queue of runs and the workshop rooms. Made once, when first asked for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from dashboards.recordings import Recordings, folder
from dashboards.rooms import Rooms
from dashboards.runner import Runner


@dataclass
class Services:
    """The shared parts.

    Attributes:
        runner: the queue of runs with what it keeps.
        rooms: the workshops that are under way.
        public_url: where phones in the room reach this server, such as `http://192.168.1.20:8765`; empty when it
            listens on this machine only.
    """

    runner: Runner = field(default_factory=lambda: Runner(Recordings(folder())))
    rooms: Rooms = field(default_factory=Rooms)
    public_url: str = ""


_lock = threading.Lock()
_services: list[Services] = []


def services() -> Services:
    """The services of this process."""
    with _lock:
        if not _services:
            _services.append(Services())
        return _services[0]


def install(new: Services) -> None:
    """Use these services from now on: for the server's own settings, and for tests."""
    with _lock:
        _services[:] = [new]
