"""When a complete comparison is due by itself. The time is given: nothing here asks a clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """An organisation's wishes."""

    #: 0: never by itself.
    every_hours: int = 24
    #: Between these times of the day none begins. From after until: over midnight.
    quiet_from: time | None = None
    quiet_until: time | None = None

    def due(self, last: datetime, now: datetime) -> bool:
        """Whether one is due at `now`, which is in the time zone the quiet hours are meant in.

        `last` is when the one before began.
        """
        if not self.every_hours or self.quiet(time(now.hour, now.minute, now.second)):
            return False
        return now - last >= timedelta(hours=self.every_hours)

    def quiet(self, at: time) -> bool:
        """Whether this time of the day is within the quiet hours."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return False
        return start <= at < end if start < end else at >= start or at < end
