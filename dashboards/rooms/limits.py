"""How often one visitor may ask: token buckets by address and by ballot, wide enough for forty phones at one address.

Addresses are kept as a keyed hash with a secret of this process, in memory, apart from any vote.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

Clock = Callable[[], float]


class Buckets:
    """A token bucket for each key.

    Purpose: lets `burst` requests through at once and `per_second` of them in the long run. A key that is not among the
    `most` last used is forgotten, and begins again with a full bucket: memory stays bounded whoever asks.
    """

    def __init__(self, per_second: float, burst: int, *, most: int = 10_000, clock: Clock = time.monotonic) -> None:
        if per_second <= 0 or burst < 1 or most < 1:
            raise ValueError(f"{per_second} a second, burst {burst}, {most} keys: all three must be positive")
        self.per_second, self.burst, self.most = per_second, burst, most
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: Hashable) -> float:
        """Takes a token. Returns 0 where there was one, else the seconds until there will be; then none is taken."""
        with self._lock:
            now, tokens = self._clock(), self._tokens(key)
            short = max(0.0, 1.0 - tokens)
            self._kept[key] = (tokens if short else tokens - 1.0, now)
            self._kept.move_to_end(key)
            if len(self._kept) > self.most:
                self._kept.popitem(last=False)
            return short / self.per_second

    def wait(self, key: Hashable) -> float:
        """The seconds until there is a token, 0 where there is one; takes none."""
        with self._lock:
            return max(0.0, 1.0 - self._tokens(key)) / self.per_second

    def _tokens(self, key: Hashable) -> float:
        tokens, then = self._kept.get(key, (float(self.burst), self._clock()))
        return min(float(self.burst), tokens + (self._clock() - then) * self.per_second)

    def __len__(self) -> int:
        return len(self._kept)


class Newcomers:
    """How many new ballots came from one address into one room; bounded, so that nobody is a crowd."""

    def __init__(self, limit: int, *, most: int = 10_000) -> None:
        self.limit, self.most = limit, most
        self._counts: OrderedDict[Hashable, int] = OrderedDict()
        self._lock = threading.Lock()

    def full(self, key: Hashable) -> bool:
        with self._lock:
            return self._counts.get(key, 0) >= self.limit

    def count(self, key: Hashable) -> None:
        with self._lock:
            self._counts[key] = self._counts.get(key, 0) + 1
            self._counts.move_to_end(key)
            if len(self._counts) > self.most:
                self._counts.popitem(last=False)


@dataclass
class Limits:
    """Everything that one server counts; a second server counts its own.

    A class in one building comes from one address: what counts by address is sized for a room of forty that votes in
    the same second, what counts by ballot for one nervous thumb.
    """

    clock: Clock = time.monotonic
    votes_by_ballot: Buckets = field(init=False)
    votes_by_address: Buckets = field(init=False)
    looks_by_address: Buckets = field(init=False)
    guesses_by_address: Buckets = field(init=False)
    controls_by_address: Buckets = field(init=False)
    handouts_by_address: Buckets = field(init=False)
    newcomers: Newcomers = field(default_factory=lambda: Newcomers(200))
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def __post_init__(self) -> None:
        self.votes_by_ballot = Buckets(1, 5, clock=self.clock)
        self.votes_by_address = Buckets(20, 80, clock=self.clock)
        self.looks_by_address = Buckets(50, 250, clock=self.clock)
        self.guesses_by_address = Buckets(1, 40, clock=self.clock)
        self.controls_by_address = Buckets(5, 20, clock=self.clock)
        self.handouts_by_address = Buckets(3, 60, clock=self.clock)

    def key_of(self, address: str | None) -> str:
        """What stands for a client's address here. Whoever has an IPv6 address has its /64, so that one counts."""
        try:
            known = ipaddress.ip_address((address or "").partition("%")[0])
        except ValueError:
            text = address or "unknown"
        else:
            mapped = getattr(known, "ipv4_mapped", None)
            if mapped is not None:
                text = str(mapped)
            elif known.version == 6:
                text = str(ipaddress.ip_network((known, 64), strict=False))
            else:
                text = str(known)
        return hashlib.blake2b(text.encode(), key=self._secret, digest_size=12).hexdigest()
