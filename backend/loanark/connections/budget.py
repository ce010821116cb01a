"""The request budget: one per HubSpot account, shared through PostgreSQL by every process on every host.

Slots are evenly spaced, a little slower than the limit. On top of them a few are kept for people, who so never wait
behind bulk work; and the more urgent a lane, the further ahead it may book, so that it overtakes the others:

    person > webhook > edit > poll > sweep > backfill

What HubSpot answers corrects all this: its headers tell the limit and the day's quota, and a 429 slows everybody down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from loanark.hubspot.errors import AccountMoving, DailyLimitReached, Transient
from loanark.hubspot.gate import Allowance
from loanark.kit import clock, sql

#: Requests a rolling ten seconds allow until an answer's headers say otherwise (HubSpot API facts, rate limits: 110
#: for an OAuth app; private apps have 100, 190 or 250, which the first answer tells before the tenth request is sent).
DEFAULT_LIMIT = 110
WINDOW_SECONDS = 10.0

#: Of the limit, kept for people: 4 of 110, 8 of 190. They may be sent at once, at any time.
RESERVE_SHARE = 0.04
#: Left over for requests that bunch up on their way: no rolling window at HubSpot ever holds more than the limit.
SLACK = 2

#: Search has a bucket of its own: 5 a second for the whole account, other apps included, so we run at 4.
SEARCH_LIMIT, SEARCH_WINDOW = 4, 1.0

#: Above this nobody is counting (a test server without limits): asking the database before each call still is right.
UNLIMITED = 1_000_000

#: A daily quota is written down when it is this old, or differs by this share from what was last written: not for each
#: answer, since that would cost as much as asking for a slot.
DAILY_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Lane:
    """What a kind of work may do with the budget."""

    #: How many slots ahead it may book.
    ahead: float
    #: How many slots before its due time it may send. None: the whole reserve.
    early: float | None = 0
    #: The share of the account's daily requests that it must leave to others.
    keep: float = 0.0


LANES = {
    "person": Lane(ahead=1e9, early=None),
    "webhook": Lane(ahead=8, early=1, keep=0.01),
    "edit": Lane(ahead=6, early=1, keep=0.01),
    "poll": Lane(ahead=4, keep=0.03),
    "sweep": Lane(ahead=2, keep=0.1),
    "backfill": Lane(ahead=1, keep=0.1),
}


class DailyReserve(DailyLimitReached):
    """The account's last requests of the day are kept for what is more urgent than this."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many requests a window takes at a steady pace, and how many people may send on top: together (and one more,
    for the one under way) less than the limit."""

    steady: int
    reserve: int

    @classmethod
    def of(cls, limit: int) -> "Pace":
        reserve = min(max(1, round(limit * RESERVE_SHARE)), limit // 4)
        return cls(max(1, limit - reserve - SLACK), reserve)


class Budget:
    """The gate in front of every call to one account (see `hubspot.client.Gate`)."""

    def __init__(
        self,
        tenant_id: UUID,
        limit: int,
        *,
        on_limit: Callable[[int], None] | None = None,
        time_zone: str = "UTC",
    ) -> None:
        """`time_zone`: the account's, whose midnight ends the day."""
        self._tenant_id = tenant_id
        self._limit = limit
        self._on_limit = on_limit
        self._time_zone = time_zone
        self._daily_noted_at = datetime.min.replace(tzinfo=UTC)

    def acquire(self, lane: str, bucket: str) -> datetime:
        """Waits for the next slot; returns the database's time just before the request may be sent.

        Raises: DailyReserve, when this lane has had its part of the account's day; DailyLimitReached or AccountMoving,
        when HubSpot said that the account takes no requests. Only a person may try meanwhile.
        """
        rights = LANES[lane]
        if bucket == "search":
            steady, window, early = float(SEARCH_LIMIT), SEARCH_WINDOW, 0.0
        else:
            pace = Pace.of(self._limit)
            steady, window = float(pace.steady), WINDOW_SECONDS
            early = float(pace.reserve if rights.early is None else min(rights.early, pace.reserve))
        while True:
            row = sql.first(
                "SELECT * FROM reserve_request(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [self._tenant_id, bucket, lane, steady, window, early, rights.ahead, rights.keep, self._now()],
            )
            assert row is not None
            if row["closed"]:
                raise self._closed(row["closed"], row["wait_seconds"])
            if row["day_over"]:
                raise self._day_over(row["wait_seconds"], rights.keep)
            if row["wait_seconds"] > 0:
                clock.sleep(row["wait_seconds"])
            if row["granted"]:
                send_at: datetime = row["send_at"]
                return send_at

    def observe(self, told: Allowance) -> None:
        """Learns from the headers of an answer: the limit, the day's quota, and whether others use the same limit."""
        if told.daily_limit is not None and told.daily_remaining is not None:
            self._note_day(told.daily_limit, told.daily_remaining)
        if not told.limit or not told.interval_ms:
            return
        per_window = int(told.limit * WINDOW_SECONDS * 1000 / told.interval_ms)
        if per_window != self._limit and self._on_limit:
            self._limit = per_window
            self._on_limit(per_window)
        if told.remaining == 0 and per_window > 10 * SLACK:
            # Our own pace never uses the window up: somebody else sends with the same credentials.
            self._pause(WINDOW_SECONDS / 10, "general", refused=False)

    def throttled(self, seconds: float, bucket: str) -> None:
        """HubSpot said 429: nobody sends for a while, and then more slowly for some minutes."""
        self._pause(seconds, bucket, refused=True)

    def closed(self, refused: Transient) -> None:
        """HubSpot takes no requests of this account for `retry_after`, or until its midnight: nobody sends any."""
        sql.execute(
            "SELECT close_account(%s, %s, %s, %s, %s)",
            [
                self._tenant_id,
                "moving" if isinstance(refused, AccountMoving) else "daily",
                refused.retry_after,
                self._time_zone,
                self._now(),
            ],
        )

    def _pause(self, seconds: float, bucket: str, *, refused: bool) -> None:
        window = SEARCH_WINDOW if bucket == "search" else WINDOW_SECONDS
        sql.execute(
            "SELECT pause_requests(%s, %s, %s, %s, %s, %s)",
            [self._tenant_id, bucket, seconds, window, refused, self._now()],
        )

    def _note_day(self, quota: int, remaining: int) -> None:
        now = self._now() or clock.now()
        if now - self._daily_noted_at < DAILY_EVERY:
            return
        self._daily_noted_at = now
        sql.execute(
            "SELECT note_daily_requests(%s, 'general', %s, %s, %s, %s)",
            [self._tenant_id, quota, remaining, self._time_zone, self._now()],
        )

    def _now(self) -> datetime | None:
        """None: by the database's clock, which all hosts share."""
        simulated = clock.simulated()
        return simulated.now() if simulated else None

    @classmethod
    def _closed(cls, reason: str, seconds: float) -> Transient:
        if reason == "daily":
            return cls._day_over(seconds, 0)
        return AccountMoving(
            "HubSpot is moving the account to another data centre. Nothing is lost: this goes on when it is there.",
            retry_after=seconds,
        )

    @staticmethod
    def _day_over(seconds: float, keep: float) -> DailyLimitReached:
        if keep:
            return DailyReserve(
                "The account's daily requests are nearly used up; the last ones are kept for what is more urgent. "
                "Nothing is lost: this goes on after the account's midnight.",
                retry_after=seconds,
            )
        return DailyLimitReached(
            "The account's daily requests are used up. Nothing is lost: this goes on after the account's midnight.",
            retry_after=seconds,
        )
