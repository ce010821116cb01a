"""The contacts endpoints: list, get, create, update, archive, batches, search, merge, privacy deletion.

HubSpot docs: "contacts guide", "using object APIs", "error handling" (batches), "search the CRM".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, json_response
from hubspot_simulator.model import Contact, Source
from hubspot_simulator.portal import ALWAYS, DEFAULT_PROPERTIES, Claims, Draft, Portal
from hubspot_simulator.search import MAX_BODY

MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50
MAX_BATCH = 100
OBJECT_NAMES = frozenset({"contacts", "0-1", "contact"})

READ = "crm.objects.contacts.read"
WRITE = "crm.objects.contacts.write"


@dataclass(frozen=True, slots=True)
class Call:
    """One authorised request to one account."""

    request: Request
    portal: Portal
    version: str
    source: Source

    @property
    def dated(self) -> bool:
        """Whether the write validation of 2026-09 holds (docs: write validation enforcement)."""
        return self.version == "2026-09"


Handler = Callable[[Call], Response]


def route(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    """The scope and the function for a path below ``…/objects/…``; ``None`` when there is no such path."""
    if not rest or rest[0] not in OBJECT_NAMES:
        return None
    match method, rest[1:]:
        case "GET", ():
            return READ, listing
        case "POST", ():
            return WRITE, create
        case "POST", ("search",):
            return READ, search
        case "POST", ("merge",):
            return WRITE, merge
        case "POST", ("gdpr-delete",):
            return WRITE, privacy_delete
        case "POST", ("batch", verb) if verb in BATCHES:
            return BATCHES[verb]
        case "GET", (key,):
            return READ, lambda call: get(call, key)
        case "PATCH", (key,):
            return WRITE, lambda call: update(call, key)
        case "DELETE", (key,):
            return WRITE, lambda call: archive(call, key)
        case _:
            return None


# ---- reading ----------------------------------------------------------------------------------------


def wanted(names: Sequence[str]) -> tuple[str, ...]:
    return (*names, *ALWAYS) if names else DEFAULT_PROPERTIES


def is_true(text: str) -> bool:
    return text.lower() == "true"


def listing(call: Call) -> Response:
    request, portal = call.request, call.portal
    histories = request.names("propertiesWithHistory")
    limit = _limit(request, MAX_PAGE_WITH_HISTORY if histories else MAX_PAGE)
    after = request.param("after", "0") or "0"
    if not after.isdigit():
        raise errors.validation(f"Invalid after: {after}")
    page, following = portal.page(int(after), limit, is_true(request.param("archived")))
    key = portal.key_for(wanted(request.names("properties")))
    rows = b",".join([_record(portal, contact, key, histories) for contact in page])
    return Response(200, b'{"results":[' + rows + b"]" + _paging(request, following) + b"}")


def _limit(request: Request, maximum: int) -> int:
    text = request.param("limit", "10")
    if not text.isdigit() or not 1 <= int(text) <= maximum:
        raise errors.validation(f"limit must be between 1 and {maximum}, not {text}")
    return int(text)


def _paging(request: Request, following: int | None) -> bytes:
    if following is None:
        return b""
    link = f"https://api.hubapi.com{request.path}?after={following}"
    return b',"paging":{"next":{"after":"%d","link":"%s"}}' % (following, link.encode())


def _record(portal: Portal, contact: Contact, key: int, histories: Sequence[str]) -> bytes:
    text = portal.wire(contact, key)
    if not histories:
        return text
    known = [name for name in histories if name in portal.properties]
    past = json_response(portal.history(contact, known)).body
    return text[:-1] + b',"propertiesWithHistory":' + past + b"}"


def lookup(call: Call, key: str, id_property: str | None, archived: bool = False) -> Contact:
    """Find one record by id, by e-mail or by a unique property; merged-away ids answer with the survivor."""
    portal = call.portal
    if id_property and id_property != "hs_object_id":
        if not portal.is_key(id_property):
            raise errors.validation(f"{id_property} is not a unique property", idProperty=[id_property])
        found = portal.find_by(id_property, key)
    elif not key.isdigit():
        raise errors.not_numeric(key)
    else:
        found = portal.find(int(key), archived)
    if found is None:
        raise errors.not_found(category=True)
    return found


def get(call: Call, key: str) -> Response:
    request, portal = call.request, call.portal
    contact = lookup(call, key, request.param("idProperty"), is_true(request.param("archived")))
    names = portal.key_for(wanted(request.names("properties")))
    return Response(200, _record(portal, contact, names, request.names("propertiesWithHistory")))


# ---- writing one record -----------------------------------------------------------------------------


def _properties(document: dict[str, Any]) -> dict[str, Any]:
    properties = document.get("properties")
    if not isinstance(properties, dict):
        raise errors.invalid_json(1, 1, "Some required fields were not set: [properties]")
    return properties


def written(portal: Portal, contact: Contact, draft: Draft) -> dict[str, Any]:
    """What a write answers: what was sent and what HubSpot keeps itself."""
    own = ("hs_all_contact_vids", "hs_email_domain", "hs_is_contact", "hs_is_unworked", "hs_object_source",
           "hs_object_source_id", "lifecyclestage")  # fmt: skip
    document = portal.document(contact, sorted({*draft.props, *ALWAYS, *own}))
    if draft.warnings:
        document["warnings"] = draft.warnings
    return document


def create(call: Call) -> Response:
    portal = call.portal
    draft = portal.draft(_properties(call.request.json()), current=None, dated=call.dated)
    contact = portal.create(draft, call.source)
    location = f"https://api.hubapi.com{call.request.path.rstrip('/')}/{contact.id}"
    return json_response(written(portal, contact, draft), 201, (("Location", location),))


def update(call: Call, key: str) -> Response:
    portal = call.portal
    contact = lookup(call, key, call.request.param("idProperty"))
    draft = portal.draft(_properties(call.request.json()), current=contact, dated=call.dated)
    portal.update(contact, draft, call.source)
    return json_response(written(portal, contact, draft))


def archive(call: Call, key: str) -> Response:
    """Archiving what is already archived succeeds as well."""
    if key.isdigit() and call.portal.find(int(key), archived=True):
        return Response(204)
    call.portal.archive(lookup(call, key, call.request.param("idProperty")), call.source)
    return Response(204)


def merge(call: Call) -> Response:
    document, portal = call.request.json(), call.portal
    pair: list[Contact] = []
    for name in ("primaryObjectId", "objectIdToMerge"):
        text = str(document.get(name) or "")
        if not text:
            raise errors.invalid_json(1, 1, f"Some required fields were not set: [{name}]")
        pair.append(lookup(call, text, None))
    if pair[0].id == pair[1].id:
        raise errors.validation("Cannot merge a record with itself")
    survivor = portal.merge(pair[0], pair[1], call.source)
    return json_response(portal.document(survivor, sorted(wanted(()))))


def privacy_delete(call: Call) -> Response:
    document, portal = call.request.json(), call.portal
    key, id_property = str(document.get("objectId") or ""), document.get("idProperty")
    try:
        contact = lookup(call, key, id_property)
    except ApiError as error:
        if id_property == "email" and error.status == 404:
            portal.blocked.add(key.lower())  # An unknown address is put on the block list (docs: privacy).
            return Response(204)
        archived = portal.find(int(key), archived=True) if key.isdigit() else None
        if archived is None:
            raise
        contact = archived
    portal.erase(contact, call.source)
    return Response(204)


# ---- batches ----------------------------------------------------------------------------------------


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
            contact = lookup(call, key, id_property, archived)
        except ApiError as error:
            if error.status != 404:
                raise
            missing.append(key)
        else:
            found[contact.id] = contact
    # Results come in no promised order and may be fewer than the inputs; here: by id.
    key_id = portal.key_for(wanted(document.get("properties") or []))
    rows = b",".join([_record(portal, found[i], key_id, histories) for i in sorted(found)])
    return _batch_answer(call, rows, [_missing_row(missing)] if missing else [], 200)


def _missing_row(ids: list[str]) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": errors.SOME_MISSING,
        "context": {"ids": ids},
    }


def _batch_answer(call: Call, rows: bytes, problems: list[dict[str, Any]], success: int) -> Response:
    now = iso(call.portal.clock.now_ms()).encode()
    head = b'{"status":"COMPLETE","results":[' + rows + b"]"
    tail = b',"startedAt":"' + now + b'","completedAt":"' + now + b'"}'
    if not problems:
        return Response(success, head + tail)
    listed = b',"numErrors":%d,"errors":' % len(problems) + json_response(problems).body
    return Response(207, head + listed + tail)


def batch_create(call: Call) -> Response:
    rows = [Row(n, raw) for n, raw in enumerate(_inputs(call.request.json()), 1)]
    claims: Claims = {}

    def prepare(row: Row) -> None:
        row.draft = call.portal.draft(
            _properties(row.raw), current=None, dated=call.dated, claims=claims, owner=-row.number
        )

    return _write(call, rows, prepare, success=201)


def batch_update(call: Call) -> Response:
    rows = [Row(n, raw) for n, raw in enumerate(_inputs(call.request.json()), 1)]
    _refuse_repeats(rows)
    claims: Claims = {}

    def prepare(row: Row) -> None:
        key, id_property = str(row.raw.get("id", "")), row.raw.get("idProperty")
        # Docs (merge functionality): batch update does not take merged-away ids.
        if key.isdigit() and not id_property and int(key) in call.portal.aliases:
            raise errors.some_missing([key])
        try:
            row.contact = lookup(call, key, id_property)
        except ApiError as error:
            raise errors.some_missing([key]) if error.status == 404 else error from None
        row.draft = call.portal.draft(_properties(row.raw), current=row.contact, dated=call.dated, claims=claims)

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
    _refuse_repeats(rows)
    claims: Claims = {}

    def prepare(row: Row) -> None:
        key = str(row.raw.get("id", ""))
        if not key:
            raise errors.validation("Some required fields were not set: [id]")
        if key_name == "hs_object_id":
            row.contact = lookup(call, key, None)
            values = _properties(row.raw)
        else:
            row.contact = portal.find_by(key_name, key)
            values = {key_name: key, **_properties(row.raw)}
        row.new = row.contact is None
        row.draft = portal.draft(values, current=row.contact, dated=call.dated, claims=claims, owner=-row.number)

    whole = key_name == "email" and portal.rules.email_upsert_all_or_nothing
    return _write(call, rows, prepare, upsert=True, whole=whole)


def batch_archive(call: Call) -> Response:
    """Unknown ids are not documented to matter; the answer is 204 either way."""
    for row in _inputs(call.request.json()):
        key = str(row.get("id", ""))
        contact = call.portal.find(int(key)) if key.isdigit() else None
        if contact is not None:
            call.portal.archive(contact, call.source)
    return Response(204)


def _refuse_repeats(rows: Iterable[Row]) -> None:
    """The same record twice in one batch: not documented; refusing is the harsher answer."""
    seen: set[str] = set()
    for row in rows:
        key = str(row.raw.get("id", "")).lower()
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
            if not traced:
                raise
            row.error = error
    results = [_apply(call, row, upsert) for row in rows if row.error is None]
    problems = [row.error.as_row([row.trace_id or ""]) for row in rows if row.error is not None]
    return _batch_answer(call, b",".join([json_response(r).body for r in results]), problems, success)


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


# ---- search -----------------------------------------------------------------------------------------


def search(call: Call) -> Response:
    portal, query = call.portal, call.request.json()
    if len(call.request.body) > MAX_BODY:
        raise errors.validation(f"The request body is too large; at most {MAX_BODY} characters are allowed")
    ids, total, entry = portal.index.run(query, portal.clock.now_ms())
    names = sorted({n for n in wanted(query.get("properties") or []) if n in portal.properties})
    rows = []
    for contact_id in ids:
        seen = entry(contact_id)
        # Built from what the index knows: rows may be stale (HubSpot API facts: search).
        rows.append(portal.document(Contact(seen.id, seen.props, seen.created, seen.updated), names))
    document: dict[str, Any] = {"total": total, "results": rows}
    following = int(str(query.get("after") or "0")) + len(ids)
    if ids and following < total:
        document["paging"] = {"next": {"after": str(following)}}
    return json_response(document)
