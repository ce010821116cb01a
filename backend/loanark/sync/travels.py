"""How long edits take to the other side: written down with each one that arrives, and told of the last day.

A row says nothing of whom. Complete comparisons are not counted: what they find nobody waited for.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

import orjson

from loanark.core.mapping import Side
from loanark.kit import sql
from loanark.sync.hints import Lane
from loanark.sync.schemas import LagOut, TravelTimes

#: Told of this long, and kept no longer.
HOURS = 24


def to_hubspot(contact_ids: Collection[UUID]) -> None:
    """HubSpot confirmed what was edited in LoanArk. Counted from the edit, which left the hint: call before it is
    cleared. An edit made while the one before was on its way is counted from that one."""
    if contact_ids:
        sql.execute(
            """INSERT INTO travels (side, ms)
               SELECT h.side, least(extract(epoch FROM clock_timestamp() - h.created_at) * 1000, 2147483647)::int
               FROM hints h, connections c
               WHERE h.side = 'loanark' AND h.record_id = ANY(%s) AND h.created_at > c.backfilled_at""",
            [[str(contact_id) for contact_id in contact_ids]],
        )


def to_loanark(modified: Mapping[str, str | None]) -> None:
    """LoanArk holds what was edited in HubSpot, by HubSpot id: when HubSpot says that it was modified. By HubSpot's
    clock, which may go ahead of ours. Only what HubSpot told or listed as changed is counted."""
    if modified:
        sql.execute(
            """INSERT INTO travels (side, ms)
               SELECT h.side, least(greatest(extract(epoch FROM clock_timestamp() - m.at) * 1000, 0), 2147483647)::int
               FROM jsonb_to_recordset(%s::jsonb) AS m (id text, at timestamptz)
               JOIN hints h ON h.record_id = m.id AND h.side = 'hubspot', connections c
               WHERE h.lane = ANY(%s) AND m.at > c.backfilled_at""",
            [
                orjson.dumps([{"id": id, "at": at} for id, at in modified.items() if at]).decode(),
                [int(Lane.WEBHOOK), int(Lane.POLL)],
            ],
        )


def lag() -> LagOut:
    """How long edits took lately, each way."""
    found = sql.rows(
        """SELECT side, count(*)::int AS edits,
                  round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms))::int AS median_ms,
                  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms))::int AS p95_ms
           FROM travels WHERE at > now() - make_interval(hours => %s) GROUP BY side""",
        [HOURS],
    )
    times = {row.pop("side"): TravelTimes(**row) for row in found}
    nothing = TravelTimes(edits=0, median_ms=None, p95_ms=None)
    return LagOut(
        hours=HOURS,
        to_hubspot=times.get(Side.LOANARK.value, nothing),
        to_loanark=times.get(Side.HUBSPOT.value, nothing),
    )


def prune() -> None:
    """Forgets what is not told of any more. Call inside a tenant's scope."""
    sql.execute("DELETE FROM travels WHERE at < now() - make_interval(hours => %s)", [HOURS])
