"""The sync between runs, for people: what waits, who works, when HubSpot was last heard, and its last days."""

from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from loanark.connections.models import Connection
from loanark.connections.queries import POLL_SECONDS
from loanark.kit import clock, sql
from loanark.kit.errors import Invalid
from loanark.sync import poll, travels, worker
from loanark.sync.hints import Lane
from loanark.sync.monitor_schemas import DayOut, MonitorOut, WaitingOut, WorkerOut

#: Workers heard of within this time are shown, as long as some that are gone would be missed.
WORKERS_HOURS = 1


def state() -> MonitorOut:
    """Everything between runs, read in one transaction. Call inside a tenant's scope."""
    account = Connection.objects.first()
    return MonitorOut(
        waiting=_waiting(),
        workers=_workers(),
        under_way=sql.scalar("SELECT count(*) FROM intents"),
        last_poll_at=account.last_poll_at if account else None,
        poll_every_seconds=POLL_SECONDS,
        last_webhook_at=account.last_webhook_at if account else None,
        last_request_at=sql.scalar("SELECT max(slot) FROM request_usage"),
        last_change_at=sql.scalar("SELECT max(at) FROM contact_changes WHERE cause IN ('sync', 'conflict', 'merge')"),
        last_comparison_at=sql.scalar(
            """SELECT max(finished_at) FROM runs
               WHERE kind IN ('backfill', 'sweep') AND status IN ('succeeded', 'partial')"""
        ),
        lag=travels.lag(),
        notice=poll.notice(),
    )


def _waiting() -> list[WaitingOut]:
    found = sql.rows(
        """SELECT lane, side, count(*)::int AS count, (count(*) FILTER (WHERE attempts > 0))::int AS retrying,
                  min(created_at) AS oldest_at, min(not_before) AS next_at, max(last_error) AS last_error
           FROM hints GROUP BY lane, side ORDER BY lane, side"""
    )
    return [WaitingOut(**{**row, "lane": Lane(row["lane"]).label}) for row in found]


def _workers() -> list[WorkerOut]:
    """Workers serve every organisation; their names are the hosts they run on."""
    found = sql.rows(
        """SELECT worker AS name, seen_at, seen_at > clock_timestamp() - make_interval(secs => %s) AS alive
           FROM worker_beats WHERE seen_at > clock_timestamp() - make_interval(hours => %s) ORDER BY seen_at DESC""",
        [3 * worker.BEAT_SECONDS, WORKERS_HOURS],
    )
    return [WorkerOut(**row) for row in found]


def days(count: int, zone: str) -> list[DayOut]:
    """The last days, today last, each from midnight to midnight in `zone`. Raises: Invalid."""
    local = _zone(zone)
    today = clock.now().astimezone(local).date()
    found = sql.rows(
        """WITH days AS (
               SELECT day::date AS day, day::timestamp AT TIME ZONE %(zone)s AS start,
                      (day + interval '1 day')::timestamp AT TIME ZONE %(zone)s AS ending
               FROM generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS day),
           changed AS (
               SELECT (at AT TIME ZONE %(zone)s)::date AS day, count(*) FILTER (WHERE side = 'hubspot') AS hubspot,
                      count(*) FILTER (WHERE side = 'loanark') AS loanark
               FROM contact_changes WHERE at >= (SELECT min(start) FROM days) GROUP BY 1),
           ran AS (
               SELECT (created_at AT TIME ZONE %(zone)s)::date AS day, count(*) AS runs,
                      count(*) FILTER (WHERE status IN ('failed', 'partial', 'held')) AS troubled
               FROM runs WHERE created_at >= (SELECT min(start) FROM days) GROUP BY 1)
           SELECT day, start, ending, coalesce(hubspot, 0) AS hubspot, coalesce(loanark, 0) AS loanark,
                  coalesce(runs, 0) AS runs, coalesce(troubled, 0) AS troubled
           FROM days LEFT JOIN changed USING (day) LEFT JOIN ran USING (day) ORDER BY day""",
        {"zone": str(local), "first": today - timedelta(days=count - 1), "last": today},
    )
    return [DayOut(end=row.pop("ending"), **row) for row in found]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(
            "There is no such time zone. Nothing was done: give one like America/Chicago.", errors={"zone": "unknown"}
        ) from None
