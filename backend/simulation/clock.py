"""One clock for everybody: the engine, PostgreSQL, HubSpot and all actors. Waiting takes no time."""

from datetime import UTC, datetime, timedelta

#: Every story begins here, so that the same seed is the same story to the millisecond, on any day.
BEGINNING = datetime(2027, 3, 1, 15, 0, tzinfo=UTC)


class StoryClock:
    """Moves by a microsecond at each reading, so that no two moments are the same; never backwards.

    It is both clocks at once: `loanark.kit.clock.Clock` and `hubspot_simulator.clock.Clock`.
    """

    def __init__(self, start: datetime = BEGINNING) -> None:
        self._start = start
        self._moment = start

    def now(self) -> datetime:
        self._moment += timedelta(microseconds=1)
        return self._moment

    def sleep(self, seconds: float) -> None:
        self._moment += timedelta(seconds=max(0.0, seconds))

    def now_ms(self) -> int:
        return int(self._moment.timestamp() * 1000)

    def advance(self, ms: int) -> None:
        self._moment += timedelta(milliseconds=ms)

    @property
    def passed(self) -> float:
        """Seconds since the story began."""
        return (self._moment - self._start).total_seconds()
