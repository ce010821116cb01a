"""Rate limits: a rolling ten seconds per app and account, search per second, and the account's day.

HubSpot docs "usage guidelines": 110 requests per 10 s for a marketplace app in each account; search is outside
that pool with 5 a second for the whole account; private apps also have a daily quota that ends at midnight in
the account's time zone. One batch counts as one request.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WINDOW_MS = 10_000
DEFAULT_COUNT = 110
SEARCH_PER_SECOND = 5
DAILY_LIMIT = 1_000_000

# Docs (usage guidelines): what an account's tier gives its private apps and service keys, in ten seconds and a day.
TIERS = {
    "free": (100, 250_000),
    "starter": (100, 250_000),
    "professional": (190, 625_000),
    "enterprise": (190, 1_000_000),
    "enterprise-increase": (250, 2_000_000),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests in so many milliseconds."""

    count: int
    window_ms: int = WINDOW_MS

    @classmethod
    def parse(cls, text: str) -> Limit | None:
        """``110/10s`` or ``none``."""
        if text.strip().lower() in ("none", "off", "0"):
            return None
        found = re.fullmatch(r"(\d+)/(\d+(?:\.\d+)?)(ms|s)", text.strip())
        if not found:
            raise ValueError(f"a limit looks like 110/10s or none, not {text!r}")
        scale = 1 if found[3] == "ms" else 1000
        return cls(int(found[1]), int(float(found[2]) * scale))

    def __str__(self) -> str:
        return f"{self.count}/{self.window_ms / 1000:g}s"


class RollingWindow:
    """Counts what happened in the last so many milliseconds, and the most there ever was."""

    def __init__(self) -> None:
        self._times: deque[int] = deque()
        self.maximum = 0

    def count(self, now: int, window_ms: int) -> int:
        times = self._times
        while times and times[0] <= now - window_ms:
            times.popleft()
        return len(times)

    def add(self, now: int, window_ms: int) -> int:
        self._times.append(now)
        held = self.count(now, window_ms)
        self.maximum = max(self.maximum, held)
        return held


class Day:
    """A daily quota of one account."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._day = ""
        self.used = 0

    def _turn(self, now: int) -> None:
        day = datetime.fromtimestamp(now / 1000, UTC).astimezone(self._zone).date().isoformat()
        if day != self._day:
            self._day, self.used = day, 0

    def remaining(self, now: int, quota: int) -> int:
        self._turn(now)
        return quota - self.used

    def spend(self, now: int) -> None:
        self._turn(now)
        self.used += 1

    def ends(self, now: int) -> int:
        """The account's next midnight."""
        here = datetime.fromtimestamp(now / 1000, UTC).astimezone(self._zone)
        midnight = datetime.combine(here.date() + timedelta(days=1), time(), self._zone)
        return int(midnight.timestamp()) * 1000

    def offset_minutes(self, now: int) -> int:
        """How far the account's clock is from UTC."""
        offset = datetime.fromtimestamp(now / 1000, UTC).astimezone(self._zone).utcoffset()
        return int(offset.total_seconds()) // 60 if offset else 0


class Meter:
    """All windows of one account."""

    def __init__(self, time_zone: str) -> None:
        self.burst: dict[str, RollingWindow] = {}
        self.arrivals: dict[str, RollingWindow] = {}
        self.search = RollingWindow()
        self.search_arrivals = RollingWindow()
        self.day = Day(time_zone)

    def window(self, app: str) -> RollingWindow:
        return self.burst.setdefault(app, RollingWindow())

    def arrived(self, app: str, now: int, window_ms: int) -> None:
        """A request came in, whatever becomes of it."""
        self.arrivals.setdefault(app, RollingWindow()).add(now, window_ms)

    def most_arrivals(self) -> int:
        """The most requests of one app in any window."""
        return max((window.maximum for window in self.arrivals.values()), default=0)

    def forget(self) -> None:
        """Start the maxima anew."""
        for window in (*self.arrivals.values(), self.search, self.search_arrivals, *self.burst.values()):
            window.maximum = 0
