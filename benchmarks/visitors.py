"""Visitors without a browser: they speak to the server as the page does, and so cost next to nothing themselves.

Thirty headless tabs on the processors that serve them measure mostly themselves. These open the same sessions, send the
same messages, receive everything that a page would be sent, and draw nothing.
"""

from __future__ import annotations

import json
import random
import re
import struct
import threading
import time
import urllib.request
import uuid
from typing import Any

from websockets.sync.client import connect

QUESTIONS = ("measured", "decides", "learns", "knows whom", "leads", "pays")


class Visitor:
    """One session on `/explore` of a server, from its first message on."""

    def __init__(self, url: str, path: str = "/explore") -> None:
        with urllib.request.urlopen(url + path, timeout=30) as answer:
            cookie = re.search("solara-session-id=[^;]+", answer.headers["set-cookie"]).group(0)
        self._session, kernel = str(uuid.uuid4()), str(uuid.uuid4())
        address = url.replace("http", "ws", 1)
        self._socket = connect(f"{address}/jupyter/api/kernels/{kernel}/channels?session_id={self._session}",
                               additional_headers={"Cookie": cookie, "Origin": url}, max_size=None)
        self._close = f"{url}/_solara/api/close/{kernel}?session_id={self._session}"
        self.shown, self.board, self.values = "", "", {}
        self._changed = threading.Condition()
        self._count, self.received = 0, 0
        threading.Thread(target=self._read, daemon=True).start()
        self._send("kernel_info_request", {})
        control = str(uuid.uuid4())
        self._send("comm_open", {"comm_id": control, "target_name": "solara.control", "data": {}})
        self._send("comm_msg", {"comm_id": control, "data": {"method": "run", "args": {
            "path": path, "dark": False, "themes": {}, "appName": None}}})

    def wait(self, before: str, seconds: float = 60) -> bool:
        """Whether something else than `before` is shown within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.shown not in ("", before) and self.board != "", seconds)

    def move(self, chance: random.Random, seconds: float = 60) -> float:
        """Move a lever to where it has not been; seconds until its first pair of runs is shown."""
        before = self.shown
        self._count += 1
        moved = {"slot": chance.randrange(2), "question": chance.choice(QUESTIONS), "value": round(chance.random(), 6),
                 "n": self._count}
        begun = time.perf_counter()
        self._send("comm_msg", {"comm_id": self.board, "data": {"method": "update", "state": {"moved": moved},
                                                                "buffer_paths": []}})
        return time.perf_counter() - begun if self.wait(before, seconds) else seconds

    def leave(self) -> None:
        """As a page says goodbye."""
        urllib.request.urlopen(urllib.request.Request(self._close, data=b""), timeout=30).close()
        self._socket.close()

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        header = {"date": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()), "msg_id": str(uuid.uuid4()),
                  "msg_type": kind, "session": self._session, "username": "", "version": "5.2"}
        self._socket.send(json.dumps({"buffers": [], "channel": "shell", "content": content, "header": header,
                                      "metadata": {}, "parent_header": {}}))

    def _read(self) -> None:
        try:
            for message in self._socket:
                self.received += len(message)
                if isinstance(message, bytes):  # the text of a message with buffers stands first
                    first, second = struct.unpack_from("!2I", message, 4)
                    message = message[first:second].decode()
                if '"board"' in message or "data-shown" in message:
                    self._take(json.loads(message))
        except Exception:  # closed
            return

    def _take(self, message: dict[str, Any]) -> None:
        content = message.get("content", {})
        state = content.get("data", {}).get("state", {})
        with self._changed:
            if message["header"]["msg_type"] == "comm_open" and "board" in state and "moved" in state:
                self.board = content["comm_id"]
            self.shown = state.get("attributes", {}).get("data-shown", "") or self.shown
            self._changed.notify_all()
