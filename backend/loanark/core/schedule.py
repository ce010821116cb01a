"""When a complete comparison is due by itself. The time is given: nothing here asks a clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from cronsim import CronSim, CronSimError

#: An expression longer than this is nobody's.
LONGEST_CRON = 100

#: Any moment: an expression is only parsed together with one.
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Schedule:
    """An organisation's wishes. Times of the day are in the time zone of the moments that the methods are given."""

    #: 0: never by itself.
    every_hours: int = 24
    #: Between these times of the day none begins. From after until: over midnight.
    quiet_from: time | None = None
    quiet_until: time | None = None
    #: A cron expression. Where there is one it decides, and not `every_hours`.
    cron: str | None = None
    #: When the expression was chosen: what it names of the time before is not made up for.
    cron_since: datetime | None = None

    @property
    def wanted(self) -> bool:
        """Whether any is to begin by itself."""
        return self.cron is not None or self.every_hours > 0

    def due(self, last: datetime, now: datetime) -> bool:
        """Whether one is due. `last` is when the one before began."""
        if not self.wanted or self.quiet(_clock(now)):
            return False
        planned = next(self._planned(last.astimezone(now.tzinfo)), None)
        return planned is not None and planned <= now

    def coming(self, last: datetime, now: datetime, count: int = 3) -> list[datetime]:
        """When the next ones begin. One that is overdue begins now, or when the quiet hours end."""
        times = list[datetime]()
        while len(times) < count and (at := next(self._planned(last.astimezone(now.tzinfo)), None)) is not None:
            last = self._after_quiet(max(at, now))
            times.append(last)
        return times

    def quiet(self, at: time) -> bool:
        """Whether this time of the day is within the quiet hours."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return False
        return start <= at < end if start < end else at >= start or at < end

    def words(self) -> str:
        """In plain words, such as "every day at 02:00"."""
        if self.cron is not None:
            said = CronSim(self.cron, _SOME_DAY).explain()
            when, day = said.removeprefix("At "), " every day"
            return f"every day at {when.removesuffix(day)}" if when.endswith(day) else said[0].lower() + said[1:]
        if not self.every_hours:
            return "never by itself"
        days, hours = divmod(self.every_hours, 24)
        count, unit = (self.every_hours, "hour") if hours else (days, "day")
        return f"every {unit}" if count == 1 else f"every {count:,} {unit}s"

    def _planned(self, last: datetime) -> Iterator[datetime]:
        """The moments after the last one, quiet hours apart."""
        if self.cron is not None:
            since = last if self.cron_since is None else max(last, self.cron_since.astimezone(last.tzinfo))
            yield from CronSim(self.cron, since)
        elif self.every_hours:
            # Hours are counted as they pass, whatever the clocks on the wall do meanwhile.
            yield (last.astimezone(UTC) + timedelta(hours=self.every_hours)).astimezone(last.tzinfo)

    def _after_quiet(self, at: datetime) -> datetime:
        """The moment itself, or when the quiet hours end that it falls into."""
        if self.quiet_until is None or not self.quiet(_clock(at)):
            return at
        day = at.date() if _clock(at) < self.quiet_until else at.date() + timedelta(days=1)
        return datetime.combine(day, self.quiet_until, at.tzinfo)


def cron_fault(expression: str) -> str | None:
    """What is wrong with a cron expression, for the person who wrote it."""
    example = "Such as 0 2 * * * for every day at 02:00."
    if len(expression) > LONGEST_CRON or len(expression.split()) != 5:
        return f"Give five parts: minute, hour, day of the month, month, day of the week. {example}"
    try:
        comes = any(islice(CronSim(expression, _SOME_DAY), 1))
    except CronSimError as error:
        part = str(error).removeprefix("Bad ").replace("-of-", " of the ")
        return f"The {part} is not valid. {example}"
    return None if comes else f"That day never comes. {example}"


def _clock(at: datetime) -> time:
    return time(at.hour, at.minute, at.second)
