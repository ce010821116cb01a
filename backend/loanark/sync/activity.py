"""How many contacts changed on each side, over time: by the hour, by six of them, by the day. And how fast."""

from typing import Literal

from loanark.kit import sql
from loanark.sync import travels
from loanark.sync.schemas import ActivityOut, ActivityPoint

Span = Literal["24h", "7d", "30d"]

#: What a point is of, and how many there are.
_STEPS: dict[Span, tuple[str, int]] = {"24h": ("1 hour", 24), "7d": ("6 hours", 28), "30d": ("1 day", 30)}

#: How long the recent pace looks back.
RECENT_MINUTES = 5


def activity(span: Span) -> ActivityOut:
    """Changes by side, oldest first, the last point being of now; how many came in the last minutes, and how long
    edits took to the other side."""
    step, count = _STEPS[span]
    recent = sql.scalar(
        "SELECT count(*) FROM contact_changes WHERE at > now() - make_interval(mins => %s)", [RECENT_MINUTES]
    )
    return ActivityOut(
        span=span, points=points(step, count), recent=recent, recent_minutes=RECENT_MINUTES, lag=travels.lag()
    )


def points(step: str, count: int) -> list[ActivityPoint]:
    """Counted once over all of the time: joined step by step, each would read the whole rest of it."""
    found = sql.rows(
        """WITH bounds AS (SELECT %s::interval AS step, date_bin(%s::interval, now(), 'epoch') AS last),
           changed AS (
               SELECT date_bin(step, at, 'epoch') AS at, count(*) FILTER (WHERE side = 'hubspot') AS hubspot,
                      count(*) FILTER (WHERE side = 'loanark') AS loanark
               FROM contact_changes, bounds WHERE at >= last - (%s - 1) * step GROUP BY 1)
           SELECT slot AS at, coalesce(hubspot, 0) AS hubspot, coalesce(loanark, 0) AS loanark
           FROM bounds, generate_series(last - (%s - 1) * step, last, step) AS slot
           LEFT JOIN changed ON changed.at = slot ORDER BY slot""",
        [step, step, count, count],
    )
    return [ActivityPoint(**row) for row in found]
