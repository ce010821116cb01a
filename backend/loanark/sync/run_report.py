"""What a run came to, for people: what it could not carry over and why, and what it changed, contact by contact."""

from collections.abc import Mapping
from typing import Any

import orjson

from loanark.connections.fields import catalogue
from loanark.contacts import queries as contacts
from loanark.contacts.schemas import FieldChange
from loanark.core.fields import display_name, raw_text
from loanark.core.mapping import Side
from loanark.kit import sql
from loanark.kit.cursors import numbered
from loanark.sync import runs
from loanark.sync.monitor_schemas import RunChange, RunChangePage, RunReason, RunRejectionPage
from loanark.sync.standing import HEALS


def reasons(run_id: int) -> list[RunReason]:
    """What a run could not carry over, by reason, the most frequent first. Raises: NotFound."""
    runs.get(run_id)
    found = sql.rows(
        """SELECT code, reason, count(DISTINCT coalesce(contact_id::text, hubspot_id))::int AS contacts,
                  (count(DISTINCT coalesce(contact_id::text, hubspot_id))
                      FILTER (WHERE resolved_at IS NULL))::int AS open
           FROM contact_rejections WHERE run_id = %s GROUP BY code, reason ORDER BY 4 DESC, 3 DESC, code, reason
           LIMIT 200""",
        [run_id],
    )
    return [RunReason(**row, fix=contacts.fix_of(row["code"]), heals=row["code"] in HEALS) for row in found]


def rejections(
    run_id: int, *, code: str | None, reason: str | None, cursor: str | None, limit: int
) -> RunRejectionPage:
    """The contacts behind a reason, newest first, those that were solved meanwhile left out. Raises: NotFound."""
    runs.get(run_id)
    page = contacts.rejections(cursor=cursor, limit=limit, run_id=run_id, code=code, reason=reason)
    return RunRejectionPage(**page.model_dump())


def changes(run_id: int, *, cursor: str | None, limit: int, side: Side | None = None) -> RunChangePage:
    """What a run changed in LoanArk, in the order it did. Raises: NotFound."""
    runs.get(run_id)
    after = numbered(cursor)
    found = sql.rows(
        """SELECT h.id, h.at, h.contact_id, h.side, h.op, h.cause, h.reason, h.before, h.after,
                  c.firstname, c.lastname, c.email
           FROM contact_changes h LEFT JOIN contacts c ON c.tenant_id = h.tenant_id AND c.id = h.contact_id
           WHERE h.run_id = %s AND (%s::bigint IS NULL OR h.id > %s) AND (%s::text IS NULL OR h.side = %s)
           ORDER BY h.id LIMIT %s""",
        [run_id, after, after, side, side, limit + 1],
    )
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    total = sql.scalar(
        "SELECT count(*) FROM contact_changes WHERE run_id = %s AND (%s::text IS NULL OR side = %s)",
        [run_id, side, side],
    )
    labels = {name: field.label for name, field in catalogue(archived=True).items()}
    items = [_change(row, labels) for row in found[:limit]]
    return RunChangePage(items=items, next_cursor=following, total=total)


def _change(row: dict[str, Any], labels: Mapping[str, str]) -> RunChange:
    name = display_name(row.pop("firstname"), row.pop("lastname"), row.pop("email"))
    before, after = orjson.loads(row.pop("before")), orjson.loads(row.pop("after"))
    fields = [
        FieldChange(
            name=field, label=labels[field], before=raw_text(before.get(field)), after=raw_text(after.get(field))
        )
        for field in labels
        if field in before or field in after
    ]
    return RunChange(**row, contact_name=name, fields=fields)
