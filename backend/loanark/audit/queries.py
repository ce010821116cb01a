"""Reading the audit log."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import orjson

from loanark.audit.schemas import ContactChangeOut, ContactChangePage, EventFilters, EventOut, EventPage
from loanark.kit import sql
from loanark.kit.cursors import numbered
from loanark.kit.errors import NotFound
from loanark.tenants.access import tenant_scope

#: So many changes of contacts are shown with their event; a backfill makes thousands.
FIRST_CHANGES = 3

#: Events that an export reads at a time.
BATCH = 500


def page(filters: EventFilters, *, cursor: str | None, limit: int) -> EventPage:
    """Events, newest first."""
    before = numbered(cursor)
    where, params = _conditions(filters)
    found = sql.rows(
        f"""SELECT * FROM audit_events e WHERE (%s::bigint IS NULL OR id < %s) {where} ORDER BY id DESC LIMIT %s""",
        [before, before, *params, limit + 1],
    )
    shown = found[:limit]
    first = _first_changes([row["id"] for row in shown if row["changes"]], filters.contact_id)
    following = str(shown[-1]["id"]) if len(found) > limit else None
    return EventPage(items=[_event(row, first.get(row["id"], [])) for row in shown], next_cursor=following)


def changes(event_id: int, *, cursor: str | None, limit: int) -> ContactChangePage:
    """All changes of contacts that an event made. Raises: NotFound."""
    after = numbered(cursor)
    if not sql.scalar("SELECT EXISTS (SELECT FROM audit_events WHERE id = %s)", [event_id]):
        raise NotFound("There is no such event in this organisation's audit log.")
    found = sql.rows(
        """SELECT id, contact_id, op, reason, before, after FROM contact_changes
           WHERE event_id = %s AND (%s::bigint IS NULL OR id > %s) ORDER BY id LIMIT %s""",
        [event_id, after, after, limit + 1],
    )
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    return ContactChangePage(items=[_change(row) for row in found[:limit]], next_cursor=following)


def keep_days() -> int | None:
    """How long events are kept; None: for ever."""
    days = sql.scalar("SELECT keep_days FROM audit_heads")
    return int(days) if days is not None else None


def export(tenant_id: UUID, filters: EventFilters) -> Iterator[dict[str, Any]]:
    """The log in the order of its chain, flat: one object an event, and for contacts one a change.

    Each batch is a transaction of its own: however long the reader takes, nothing is held up.
    """
    where, params = _conditions(filters)
    place = 0
    while True:
        with tenant_scope(tenant_id):
            events = sql.rows(
                f"SELECT * FROM audit_events e WHERE seq > %s {where} ORDER BY seq LIMIT %s", [place, *params, BATCH]
            )
        for event in events:
            place = event["seq"]
            if event["changes"]:
                yield from _export_changes(tenant_id, event, filters.contact_id)
            else:
                yield {**_flat(event), **_parts(event)}
        if len(events) < BATCH:
            return


def _export_changes(tenant_id: UUID, event: sql.Row, contact_id: UUID | None) -> Iterator[dict[str, Any]]:
    last = 0
    while True:
        with tenant_scope(tenant_id):
            found = sql.rows(
                """SELECT id, contact_id, op, reason, before, after FROM contact_changes
                   WHERE event_id = %s AND id > %s AND (%s::uuid IS NULL OR contact_id = %s) ORDER BY id LIMIT %s""",
                [event["id"], last, contact_id, contact_id, BATCH],
            )
        for row in found:
            last = row["id"]
            yield {
                **_flat(event),
                "kind": f"contact.{row['op']}",
                "contact_id": str(row["contact_id"]),
                "change": row["id"],
                "before": orjson.loads(row["before"]),
                "after": orjson.loads(row["after"]),
                "more": {"reason": row["reason"]} if row["reason"] else {},
            }
        if len(found) < BATCH:
            return


#: The columns of an export.
COLUMNS = (
    "seq", "at", "kind", "actor", "via", "address", "subject", "contact_id", "change", "before", "after", "more",
    "hash",
)  # fmt: skip


def _flat(event: sql.Row) -> dict[str, Any]:
    return {
        "seq": event["seq"],
        "at": event["at"].isoformat(),
        **{name: event[name] for name in ("kind", "actor", "via", "address", "subject")},
        "contact_id": str(event["contact_id"]) if event["contact_id"] else None,
        "change": None,
        "before": {},
        "after": {},
        "more": {},
        "hash": bytes(event["hash"]).hex(),
    }


def _conditions(filters: EventFilters) -> tuple[str, list[Any]]:
    conditions: list[tuple[str, list[Any]]] = []
    if filters.kind:
        exact = [kind for kind in filters.kind if "." in kind]
        nouns = [kind for kind in filters.kind if "." not in kind]
        conditions.append(("(kind = ANY(%s) OR split_part(kind, '.', 1) = ANY(%s))", [exact, nouns]))
    if filters.actor:
        conditions.append(("actor = %s", [filters.actor]))
    if filters.via:
        conditions.append(("split_part(via, ' ', 1) = split_part(%s, ' ', 1)", [filters.via]))
    if filters.contact_id:
        mine = "(contact_id = %s OR id IN (SELECT event_id FROM contact_changes WHERE contact_id = %s))"
        conditions.append((mine, [filters.contact_id, filters.contact_id]))
    if filters.since:
        conditions.append(("at >= %s", [filters.since]))
    if filters.until:
        conditions.append(("at < %s", [filters.until]))
    return "".join(f" AND {text}" for text, _ in conditions), [value for _, values in conditions for value in values]


def _first_changes(event_ids: Sequence[int], contact_id: UUID | None) -> dict[int, list[ContactChangeOut]]:
    found: dict[int, list[ContactChangeOut]] = {}
    rows = sql.rows(
        """SELECT e.id AS event_id, c.* FROM unnest(%s::bigint[]) AS e (id) CROSS JOIN LATERAL (
               SELECT id, contact_id, op, reason, before, after FROM contact_changes
               WHERE event_id = e.id AND (%s::uuid IS NULL OR contact_id = %s) ORDER BY id LIMIT %s) c
           ORDER BY e.id, c.id""",
        [list(event_ids), contact_id, contact_id, FIRST_CHANGES],
    )
    for row in rows:
        found.setdefault(row.pop("event_id"), []).append(_change(row))
    return found


def _change(row: sql.Row) -> ContactChangeOut:
    return ContactChangeOut(**{**row, "before": orjson.loads(row["before"]), "after": orjson.loads(row["after"])})


def _event(row: sql.Row, first: list[ContactChangeOut]) -> EventOut:
    return EventOut(
        **{name: row[name] for name in ("id", "seq", "at", "kind", "actor", "via", "address", "subject", "contact_id")},
        **_parts(row),
        changes=row["changes"] or 0,
        first_changes=first,
        hash=bytes(row["hash"] or b"").hex(),
    )


def _parts(row: sql.Row) -> dict[str, Any]:
    detail = orjson.loads(row["detail"])
    return {"before": detail.pop("before", {}), "after": detail.pop("after", {}), "more": detail}
