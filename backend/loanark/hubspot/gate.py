"""Whoever calls HubSpot waits for its turn first."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol

from loanark.hubspot.errors import Transient


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an answer's headers tell: the limit of a window of so many milliseconds and what is left of it, and the same
    for the account's day. None: they do not say.
    """

    limit: int | None = None
    remaining: int | None = None
    interval_ms: int | None = None
    daily_limit: int | None = None
    daily_remaining: int | None = None


class Gate(Protocol):
    """The portal's shared budget of calls."""

    def acquire(self, lane: str, bucket: str) -> datetime:
        """Blocks until a request may be sent; answers the database's time just before that."""

    def observe(self, told: Allowance) -> None:
        """Takes note of the budget that an answer's headers tell."""

    def throttled(self, seconds: float, bucket: str) -> None:
        """HubSpot refused a request: nobody should send one into `bucket` for so long."""

    def closed(self, refused: Transient) -> None:
        """HubSpot takes no requests of the account for `refused.retry_after` seconds, or until its midnight."""


class Ungated:
    """The gate of a client that is alone with its portal: it waits only when told off."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep
        self._owed: dict[str, float] = {}

    def acquire(self, lane: str, bucket: str) -> datetime:
        if seconds := self._owed.pop(bucket, 0.0):
            self._sleep(seconds)
        return datetime.now(UTC)

    def observe(self, told: Allowance) -> None:
        pass

    def throttled(self, seconds: float, bucket: str) -> None:
        self._owed[bucket] = max(seconds, self._owed.get(bucket, 0.0))

    def closed(self, refused: Transient) -> None:
        """Whoever called is told, and is alone."""


class PerSecond:
    """The gate of an app's own calls in this process: each bucket has its even pace, and other buckets do not count."""

    def __init__(
        self,
        limits: Mapping[str, int],
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`limits`: requests a second, by bucket. `clock`: seconds, from any beginning."""
        self._limits = limits
        self._sleep = sleep
        self._clock = clock
        self._next: dict[str, float] = {}
        self._lock = Lock()

    def acquire(self, lane: str, bucket: str) -> datetime:
        with self._lock:
            now = self._clock()
            turn = max(now, self._next.get(bucket, now))
            self._next[bucket] = turn + 1 / self._limits[bucket]
        if turn > now:
            self._sleep(turn - now)
        return datetime.now(UTC)

    def observe(self, told: Allowance) -> None:
        pass

    def throttled(self, seconds: float, bucket: str) -> None:
        with self._lock:
            now = self._clock()
            self._next[bucket] = max(now + seconds, self._next.get(bucket, now))

    def closed(self, refused: Transient) -> None:
        """The app's own calls belong to no account."""
