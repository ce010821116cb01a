"""Complete comparisons that begin by themselves: whether one is due, and when the next ones are."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loanark.connections.models import Connection
from loanark.core.schedule import Schedule
from loanark.kit import clock
from loanark.sync.models import Run
from loanark.sync.schemas import ScheduleOut


def is_due(connection: Connection, schedule: Schedule) -> bool:
    """Whether one is to begin by itself: none is under way or waits for a person, and it is time."""
    if connection.backfilled_at is None or not schedule.wanted:
        return False
    if Run.objects.filter(status__in=["running", "held"], beside=False).exists():
        return False
    return schedule.due(_last(connection.backfilled_at), clock.now().astimezone(_zone(connection)))


def coming(schedule: Schedule) -> ScheduleOut:
    """What a schedule means: in words, and when the next ones would begin."""
    connection = Connection.objects.first()
    zone = _zone(connection) if connection else UTC
    now = clock.now().astimezone(zone)
    first = connection and connection.backfilled_at
    return ScheduleOut(
        words=schedule.words(),
        time_zone=str(zone),
        times=schedule.coming(_last(first), now) if first else [],
        after_first_run=schedule.wanted and not first,
    )


def _last(backfilled_at: datetime) -> datetime:
    """When the last one began."""
    began = Run.objects.filter(kind__in=["backfill", "sweep"]).order_by("-id").values_list("created_at", flat=True)
    return began.first() or backfilled_at


def _zone(connection: Connection) -> tzinfo:
    """The account's time zone, which times of the day are meant in."""
    try:
        return ZoneInfo(connection.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
