"""The request budget: one per HubSpot account, shared through PostgreSQL by every process on every host."""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from loanark.kit import sql

#: Requests a rolling ten seconds allow until an answer's headers say otherwise (HubSpot API facts, rate limits: 110
#: for an OAuth app; private apps have 100, 190 or 250, which the first answer tells before the tenth request is sent).
DEFAULT_LIMIT = 110
WINDOW_SECONDS = 10.0

#: What we take of the limit at a steady pace. With `BURST` more after a rest, and a little for requests that bunch up
#: on their way, no rolling window at HubSpot ever holds more than the limit: 105 + 1 at its edges + 2 of 110.
STEADY_SHARE = 0.955

#: A person waits for nobody: after a rest this many requests may go at once. Bulk work keeps an even pace.
BURST = {"person": 3, "webhook": 2, "edit": 2}

#: Search has a bucket of its own: 5 a second for the whole account, other apps included, so we run at 4.
SEARCH_LIMIT, SEARCH_WINDOW = 4, 1.0

#: Above this nobody is counting (a test server without limits): asking the database before each call still is right.
UNLIMITED = 1_000_000


def pace(limit: int, lane: str) -> tuple[int, int]:
    """How many requests a window takes at a steady pace, and how many may go at once: together less than the limit."""
    allowed = max(1, min(int(limit * STEADY_SHARE), limit - max(BURST.values()) - 1))
    return allowed, max(1, min(BURST.get(lane, 1), limit - allowed - 1))


class Budget:
    """The gate in front of every call to one account (see `hubspot.client.Gate`)."""

    def __init__(self, tenant_id: UUID, limit: int, *, on_limit: Callable[[int], None] | None = None) -> None:
        self._tenant_id = tenant_id
        self._limit = limit
        self._on_limit = on_limit

    def acquire(self, lane: str, bucket: str) -> datetime:
        """Waits for the next slot; returns the database's time just before the request may be sent."""
        if bucket == "search":
            allowed, window, burst = SEARCH_LIMIT, SEARCH_WINDOW, 1
        else:
            allowed, burst = pace(self._limit, lane)
            window = WINDOW_SECONDS
        row = sql.first(
            "SELECT wait_seconds, send_at FROM reserve_request(%s, %s, %s, %s, %s, %s)",
            [self._tenant_id, bucket, lane, allowed, window, burst],
        )
        assert row is not None
        if row["wait_seconds"] > 0:
            time.sleep(row["wait_seconds"])
        send_at: datetime = row["send_at"]
        return send_at

    def observe(self, *, limit: int | None, remaining: int | None, interval_ms: int | None) -> None:
        """Learns the account's limit from the headers of an answer."""
        if not limit or not interval_ms:
            return
        per_window = int(limit * WINDOW_SECONDS * 1000 / interval_ms)
        if per_window != self._limit and self._on_limit:
            self._limit = per_window
            self._on_limit(per_window)

    def throttled(self, seconds: float, bucket: str) -> None:
        """HubSpot said 429: nobody sends for a while."""
        sql.execute("SELECT pause_requests(%s, %s, %s)", [self._tenant_id, bucket, seconds])
