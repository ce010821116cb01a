"""Reading the audit log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from loanark.audit import anchors
from loanark.audit.schemas import (
    AuditFacets,
    AuditStateOut,
    ContactChangeOut,
    ContactChangePage,
    EventFilters,
    EventOut,
    EventPage,
    SignedOut,
    VerifiedOut,
)
from loanark.core.fields import display_name
from loanark.kit import sql
from loanark.kit.cursors import numbered
from loanark.kit.errors import NotFound
from loanark.tenants.access import tenant_scope

#: So many changes of contacts are shown with their event; a backfill makes thousands.
FIRST_CHANGES = 3

#: Events that an export reads at a time.
BATCH = 500

#: Words are looked for in so many events at a time: a long log is not read to its beginning for one question.
SEARCHED = 5_000

#: So many people and programs are offered to filter by.
MOST_VALUES = 500

_NEWEST_FIRST = "ORDER BY at DESC, id DESC"


def page(filters: EventFilters, *, cursor: str | None, limit: int) -> EventPage:
    """Events, newest first. The cursor is the last event's id."""
    after = numbered(cursor)
    where, params = _conditions(filters)
    if after:
        where += " AND (at, id) < (SELECT at, id FROM audit_events WHERE id = %s)"
        params.append(after)
    events, narrowed = f"SELECT * FROM audit_events e WHERE true {where} {_NEWEST_FIRST}", [*params]
    if filters.text:
        text, words = _text(filters.text)
        events = f"SELECT * FROM ({events} LIMIT {SEARCHED}) e WHERE {text} {_NEWEST_FIRST}"
        narrowed += words
    found = sql.rows(f"{events} LIMIT %s", [*narrowed, limit + 1])
    shown = found[:limit]
    following, searched_to = (shown[-1]["id"] if len(found) > limit else None), None
    if filters.text and following is None:
        last = sql.first(
            f"SELECT id, at FROM audit_events e WHERE true {where} {_NEWEST_FIRST} OFFSET {SEARCHED - 1} LIMIT 1",
            params,
        )
        following, searched_to = (last["id"], last["at"]) if last else (None, None)
    return EventPage(
        items=_events(shown, filters.contact_id),
        next_cursor=str(following) if following else None,
        searched_to=searched_to,
    )


def changes(event_id: int, *, cursor: str | None, limit: int) -> ContactChangePage:
    """All changes of contacts that an event made. Raises: NotFound."""
    after = numbered(cursor)
    if not sql.scalar("SELECT EXISTS (SELECT FROM audit_events WHERE id = %s)", [event_id]):
        raise NotFound("There is no such event in this organisation's audit log.")
    found = sql.rows(
        f"""SELECT {_CHANGE} FROM contact_changes
            WHERE event_id = %s AND (%s::bigint IS NULL OR id > %s) ORDER BY id LIMIT %s""",
        [event_id, after, after, limit + 1],
    )
    following = str(found[limit - 1]["id"]) if len(found) > limit else None
    names = _names(row["contact_id"] for row in found)
    return ContactChangePage(items=[_change(row, names) for row in found[:limit]], next_cursor=following)


def facets() -> AuditFacets:
    """Who did something, and which kinds of events there are."""
    return AuditFacets(actors=_values("actor"), kinds=_values("kind"))


def _values(column: str) -> list[str]:
    """Each value once, by leaps along its index: the rows between are not read."""
    found = sql.rows(
        f"""WITH RECURSIVE leap AS (
               (SELECT {column} AS value FROM audit_events ORDER BY {column} LIMIT 1)
               UNION ALL
               SELECT (SELECT {column} FROM audit_events WHERE {column} > leap.value ORDER BY {column} LIMIT 1)
               FROM leap WHERE leap.value IS NOT NULL
           ) SELECT value FROM leap WHERE value IS NOT NULL LIMIT {MOST_VALUES}"""
    )
    return [row["value"] for row in found]


def state(tenant_id: UUID) -> AuditStateOut:
    """How the log stands, without verifying it."""
    head = sql.first("SELECT seq, pruned_seq, keep_days FROM audit_heads") or {
        "seq": 0,
        "pruned_seq": 0,
        "keep_days": None,
    }
    first = head["pruned_seq"] + 1 if head["seq"] > head["pruned_seq"] else 0
    return AuditStateOut(
        first=first,
        last=head["seq"],
        begins_at=sql.scalar("SELECT at FROM audit_events WHERE seq = %s", [first]),
        signed=_signed(tenant_id),
        verified=_verified(),
        keep_days=head["keep_days"],
    )


def _signed(tenant_id: UUID) -> SignedOut | None:
    last = sql.first("SELECT seq, at, hash, signature FROM audit_anchors ORDER BY seq DESC LIMIT 1")
    if last is None:
        return None
    holds = anchors.holds(tenant_id, anchors.Anchor(last["seq"], bytes(last["hash"])), last["signature"])
    return SignedOut(seq=last["seq"], at=last["at"], key=anchors.key_of(last["signature"]), holds=holds)


def _verified() -> VerifiedOut | None:
    last = sql.first(
        f"SELECT at, actor, detail FROM audit_events WHERE kind = 'audit.verified' {_NEWEST_FIRST} LIMIT 1"
    )
    if last is None:
        return None
    told = orjson.loads(last["detail"])
    return VerifiedOut(at=last["at"], actor=last["actor"], intact=told["intact"], places=told.get("places", []))


def keep_days() -> int | None:
    """How long events are kept; None: for ever."""
    days = sql.scalar("SELECT keep_days FROM audit_heads")
    return int(days) if days is not None else None


def export(tenant_id: UUID, filters: EventFilters) -> Iterator[dict[str, Any]]:
    """The log in the order of its chain, flat: one object an event, and for contacts one a change.

    Each batch is a transaction of its own: however long the reader takes, nothing is held up.
    """
    with tenant_scope(tenant_id):
        where, params = _conditions(filters)
    if filters.text:
        text, words = _text(filters.text)
        where, params = f"{where} AND {text}", [*params, *words]
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
    """Everything but the text: what an index finds."""
    conditions: list[tuple[str, list[Any]]] = []
    if filters.kind:
        wanted = set(filters.kind)
        kinds = [kind for kind in _values("kind") if {kind, kind.split(".")[0]} & wanted]
        conditions.append(("kind = ANY(%s)", [kinds]))
    if filters.actor:
        conditions.append(("actor = %s", [filters.actor]))
    if filters.via:
        ways = [way for way in _values("via") if way.split(" ")[0] == filters.via.split(" ")[0]]
        conditions.append(("via = ANY(%s)", [ways]))
    if filters.subject:
        conditions.append(("subject = %s", [filters.subject]))
    if filters.contact_id:
        # Not a condition with OR in it: no index serves that.
        mine = """id = ANY(ARRAY(SELECT id FROM audit_events WHERE contact_id = %s
                                 UNION SELECT event_id FROM contact_changes WHERE contact_id = %s))"""
        conditions.append((mine, [filters.contact_id, filters.contact_id]))
    if filters.since:
        conditions.append(("at >= %s", [filters.since]))
    if filters.until:
        conditions.append(("at < %s", [filters.until]))
    return "".join(f" AND {text}" for text, _ in conditions), [value for _, values in conditions for value in values]


def _text(text: str) -> tuple[str, list[Any]]:
    """Words as somebody types them, wherever an event or its changes hold them, or their contacts' names do."""
    contact = "concat_ws(' ', p.firstname, p.lastname, p.email)"
    event = f"concat_ws(' ', actor, via, address, kind, subject, detail::text, {contact})"
    change = f"concat_ws(' ', {contact}, c.before::text, c.after::text, c.reason)"
    of = "SELECT FROM {} LEFT JOIN contacts p ON p.tenant_id = e.tenant_id AND p.id = {}.contact_id WHERE "
    condition = f"""(
        EXISTS ({of.format("(SELECT e.contact_id) o", "o")} strpos(lower({event}), lower(%s)) > 0)
        OR e.changes > 0 AND EXISTS (
            {of.format("contact_changes c", "c")} c.event_id = e.id AND strpos(lower({change}), lower(%s)) > 0))"""
    return condition, [text, text]


def _events(rows: Sequence[sql.Row], contact_id: UUID | None) -> list[EventOut]:
    first = _first_changes([row["id"] for row in rows if row["changes"]], contact_id)
    names = _names(row["contact_id"] for row in rows)
    return [_event(row, names, first.get(row["id"], [])) for row in rows]


def _names(contact_ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """How contacts are called now, deleted ones included; who is gone for good has no name."""
    wanted = [contact_id for contact_id in contact_ids if contact_id]
    found = sql.rows("SELECT id, firstname, lastname, email FROM contacts WHERE id = ANY(%s)", [wanted])
    return {row["id"]: display_name(row["firstname"], row["lastname"], row["email"]) for row in found}


_CHANGE = "id, contact_id, op, side, cause, run_id, reason, before, after, salt IS NULL AS erased"


def _first_changes(event_ids: Sequence[int], contact_id: UUID | None) -> dict[int, list[ContactChangeOut]]:
    found: dict[int, list[ContactChangeOut]] = {}
    rows = sql.rows(
        f"""SELECT e.id AS event_id, c.* FROM unnest(%s::bigint[]) AS e (id) CROSS JOIN LATERAL (
               SELECT {_CHANGE} FROM contact_changes
               WHERE event_id = e.id AND (%s::uuid IS NULL OR contact_id = %s) ORDER BY id LIMIT %s) c
           ORDER BY e.id, c.id""",
        [list(event_ids), contact_id, contact_id, FIRST_CHANGES],
    )
    names = _names(row["contact_id"] for row in rows)
    for row in rows:
        found.setdefault(row.pop("event_id"), []).append(_change(row, names))
    return found


def _change(row: sql.Row, names: Mapping[UUID | None, str]) -> ContactChangeOut:
    values = {name: orjson.loads(row[name]) for name in ("before", "after")}
    return ContactChangeOut(**{**row, **values}, contact_name=names.get(row["contact_id"]))


def _event(row: sql.Row, names: Mapping[UUID | None, str], first: list[ContactChangeOut]) -> EventOut:
    return EventOut(
        **{name: row[name] for name in ("id", "seq", "at", "kind", "actor", "via", "address", "subject", "contact_id")},
        contact_name=names.get(row["contact_id"]),
        erased=row["salt"] is None,
        **_parts(row),
        changes=row["changes"] or 0,
        first_changes=first,
        hash=bytes(row["hash"] or b"").hex(),
    )


def _parts(row: sql.Row) -> dict[str, Any]:
    detail = orjson.loads(row["detail"])
    return {"before": detail.pop("before", {}), "after": detail.pop("after", {}), "more": detail}
