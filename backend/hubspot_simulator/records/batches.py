"""Batches of contacts: read, create, update, upsert, archive; at most 100 rows each.

HubSpot docs: "using object APIs", "error handling" (207 and objectWriteTraceId), "contacts guide" (upsert).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.model import Contact, read_number
from hubspot_simulator.records.contacts import (
    OBJECT_NAMES,
    READ,
    WRITE,
    Call,
    Handler,
    check_associations,
    count_write,
    is_true,
    lookup,
    record,
    sent_properties,
    wanted,
    written,
)
from hubspot_simulator.records.drafts import Claims, Draft, unique_key

MAX_BATCH = 100


def route(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    """The scope and the function for a path below ``…/objects/…``; ``None`` when there is no such path."""
    match method, rest:
        case "POST", (kind, "batch", verb) if kind in OBJECT_NAMES:
            return BATCHES.get(verb)
        case _:
            return None


@dataclass(slots=True)
class Row:
    """One input of a batch on its way."""

    number: int
    raw: dict[str, Any]
    contact: Contact | None = None
    draft: Draft | None = None
    error: ApiError | None = None
    new: bool = False

    @property
    def trace_id(self) -> str | None:
        return self.raw.get("objectWriteTraceId")


def _inputs(document: dict[str, Any]) -> list[dict[str, Any]]:
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(row, dict) for row in inputs):
        raise errors.invalid_json(1, 1, "Some required fields were not set: [inputs]")
    if len(inputs) > MAX_BATCH:
        raise errors.validation(
            f"Invalid request: at most {MAX_BATCH} inputs are allowed in a batch, found {len(inputs)}"
        )
    return inputs


def batch_read(call: Call) -> Response:
    document, portal = call.request.json(), call.portal
    id_property = document.get("idProperty")
    found: dict[int, Contact] = {}
    missing: list[str] = []
    archived = is_true(call.request.param("archived"))
    histories = document.get("propertiesWithHistory") or []
    for row in _inputs(document):
        key = str(row.get("id", ""))
        try:
            if _is_merged_away(call, key, id_property) and not portal.rules.batch_read_follows_merges:
                raise errors.some_missing([key])
            contact = lookup(call, key, id_property, archived)
        except ApiError as error:
            if error.status != 404:
                raise
            missing.append(key)
        else:
            found[contact.id] = contact
    # Results come in no promised order and may be fewer than the inputs; here: by id.
    key_id = portal.key_for(wanted(document.get("properties") or []))
    rows = b",".join([record(portal, found[i], key_id, histories) for i in sorted(found)])
    return _batch_answer(
        call, rows, [errors.some_missing(missing).as_row()] if missing else [], 207 if missing else 200
    )


def _is_merged_away(call: Call, key: str, id_property: str | None) -> bool:
    return id_property in (None, "", "hs_object_id") and read_number(key) in call.portal.aliases


def _batch_answer(call: Call, rows: bytes, problems: list[dict[str, Any]], status: int) -> Response:
    now = iso(call.portal.clock.now_ms()).encode()
    head = b'{"status":"COMPLETE","results":[' + rows + b"]"
    tail = b',"startedAt":"' + now + b'","completedAt":"' + now + b'"}'
    if status != 207:
        return Response(status, head + tail)
    listed = b',"numErrors":%d,"errors":' % len(problems) + json_response(problems).body
    return Response(status, head + listed + tail)


def batch_create(call: Call) -> Response:
    rows = [Row(n, raw) for n, raw in enumerate(_inputs(call.request.json()), 1)]
    claims: Claims = {}

    def prepare(row: Row) -> None:
        check_associations(call.portal, row.raw)
        row.draft = call.portal.draft(
            sent_properties(row.raw), current=None, dated=call.dated, claims=claims, owner=-row.number
        )

    return _write(call, rows, prepare, success=201)


def batch_update(call: Call) -> Response:
    rows = [Row(n, raw) for n, raw in enumerate(_inputs(call.request.json()), 1)]
    _refuse_repeats(rows)
    claims: Claims = {}

    def prepare(row: Row) -> None:
        key, id_property = str(row.raw.get("id", "")), row.raw.get("idProperty")
        if call.portal.rules.batch_update_by_id_only and id_property not in (None, "", "hs_object_id"):
            raise errors.validation("Batch update takes record ids only", idProperty=[str(id_property)])
        # Docs (merge functionality): batch update does not take merged-away ids.
        if _is_merged_away(call, key, id_property):
            raise errors.some_missing([key])
        try:
            row.contact = lookup(call, key, id_property)
        except ApiError as error:
            raise errors.some_missing([key]) if error.status == 404 else error from None
        count_write(call.portal, row.contact)
        row.draft = call.portal.draft(sent_properties(row.raw), current=row.contact, dated=call.dated, claims=claims)

    return _write(call, rows, prepare)


def batch_upsert(call: Call) -> Response:
    portal = call.portal
    rows = [Row(n, raw) for n, raw in enumerate(_inputs(call.request.json()), 1)]
    keys = {str(row.raw.get("idProperty") or "hs_object_id") for row in rows}
    if len(keys) > 1:
        raise errors.validation("All inputs must have the same idProperty", idProperty=sorted(keys))
    key_name = keys.pop() if keys else "email"
    if key_name != "hs_object_id" and not portal.is_key(key_name):
        raise errors.validation(f"{key_name} is not a unique property", idProperty=[key_name])
    _refuse_repeats(rows, key_name)
    claims: Claims = {}

    def prepare(row: Row) -> None:
        key = str(row.raw.get("id", ""))
        if not key:
            raise errors.validation("Some required fields were not set: [id]")
        if key_name == "hs_object_id":
            row.contact = lookup(call, key, None)
            values = sent_properties(row.raw)
        else:
            row.contact = portal.find_by(key_name, key)
            values = sent_properties(row.raw)
            if row.contact is None:  # else it is found by it already, be it by an additional address
                values = {key_name: key, **values}
        row.new = row.contact is None
        if row.contact is not None:
            count_write(portal, row.contact)
        row.draft = portal.draft(values, current=row.contact, dated=call.dated, claims=claims, owner=-row.number)

    whole = key_name == "email" and portal.rules.email_upsert_all_or_nothing
    return _write(call, rows, prepare, upsert=True, whole=whole)


def batch_archive(call: Call) -> Response:
    """Unknown ids are not documented to matter; the answer is 204 either way."""
    for row in _inputs(call.request.json()):
        key = str(row.get("id", ""))
        contact_id = read_number(key)
        contact = None if contact_id is None else call.portal.find(contact_id)
        if contact is not None:
            count_write(call.portal, contact)
            call.portal.archive(contact, call.source)
    return Response(204)


def _refuse_repeats(rows: Iterable[Row], key_name: str = "hs_object_id") -> None:
    """The same record twice in one batch: not documented; refusing is the harsher answer."""
    seen: set[str] = set()
    for row in rows:
        key = unique_key(key_name, str(row.raw.get("id", "")))
        if key in seen:
            raise errors.validation(f"Duplicate IDs found in batch input: [{key}]", ids=[key])
        seen.add(key)


def _write(
    call: Call,
    rows: list[Row],
    prepare: Callable[[Row], None],
    *,
    success: int = 200,
    upsert: bool = False,
    whole: bool = False,
) -> Response:
    """Check every row, then write. 207 only if every input has its own objectWriteTraceId (docs: errors);
    otherwise one bad row fails the whole batch and nothing is written.
    """
    traces = [row.trace_id for row in rows]
    traced = bool(rows) and all(traces) and len(set(traces)) == len(rows) and not whole
    for row in rows:
        try:
            prepare(row)
        except ApiError as error:
            if not traced or error.status == 423:  # how a lock looks as one row of many is not documented
                raise
            row.error = error
    results = [_apply(call, row, upsert) for row in rows if row.error is None]
    failed = [(row.error, row.trace_id or "") for row in rows if row.error is not None]
    untold = 404 if call.portal.rules.missing_rows_untold else 0
    problems = [error.as_row([trace_id]) for error, trace_id in failed if error.status != untold]
    text = b",".join([json_response(result).body for result in results])
    return _batch_answer(call, text, problems, 207 if failed else success)


def _apply(call: Call, row: Row, upsert: bool) -> dict[str, Any]:
    portal, draft = call.portal, row.draft
    assert draft is not None
    if row.contact is None:
        contact = portal.create(draft, call.source)
    else:
        contact = portal.update(row.contact, draft, call.source)
    document = written(portal, contact, draft)
    if upsert:
        document["new"] = row.new
    if row.trace_id:
        document["objectWriteTraceId"] = row.trace_id
    return document


BATCHES: dict[str, tuple[str, Handler]] = {
    "read": (READ, batch_read),
    "create": (WRITE, batch_create),
    "update": (WRITE, batch_update),
    "upsert": (WRITE, batch_upsert),
    "archive": (WRITE, batch_archive),
}
