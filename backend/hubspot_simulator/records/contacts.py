"""The contacts endpoints for one record and for pages: list, get, create, update, archive, search, merge, deletion.

HubSpot docs: "contacts guide", "using object APIs", "search the CRM", "merge functionality".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, json_response
from hubspot_simulator.model import Contact, Source, read_number
from hubspot_simulator.records import objects
from hubspot_simulator.records.drafts import Draft
from hubspot_simulator.records.portal import ALWAYS, DEFAULT_PROPERTIES, Portal
from hubspot_simulator.records.search import MAX_BODY

MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50
OBJECT_NAMES = frozenset({"contacts", "0-1", "contact"})
SPEC_FIELDS = {"associationCategory", "associationTypeId"}

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
    after = request.param("after") or "0"
    check_associated_types(request)
    page, following = portal.page(int(after), limit, is_true(request.param("archived")))
    key = portal.key_for(wanted(request.names("properties")))
    rows = b",".join([record(portal, contact, key, histories) for contact in page])
    return Response(200, b'{"results":[' + rows + b"]" + _paging(request, following) + b"}")


def _limit(request: Request, maximum: int) -> int:
    limit = int(request.param("limit", "10"))
    if limit > maximum:
        raise errors.validation(f"limit must be between 1 and {maximum}, not {limit}")
    return limit


def _paging(request: Request, following: int | None) -> bytes:
    if following is None:
        return b""
    return b',"paging":' + json_response({"next": request.next_page(following)}).body


def record(portal: Portal, contact: Contact, key: int, histories: Sequence[str]) -> bytes:
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
        # Archived records are found by id only; nothing is documented of other keys.
        found = None if archived else portal.find_by(id_property, key)
    elif (contact_id := read_number(key)) is None:
        raise errors.not_numeric(key)
    else:
        found = portal.find(contact_id, archived)
    if found is None:
        raise errors.not_found(category=True)
    return found


def check_associated_types(request: Request) -> None:
    """``associations`` of a list or a single read: known objects pass, and bring nothing as there is nothing."""
    if "associations=" in request.query:
        for name in request.names("associations"):
            objects.type_id(name)


def get(call: Call, key: str) -> Response:
    request, portal = call.request, call.portal
    check_associated_types(request)
    contact = lookup(call, key, request.param("idProperty"), is_true(request.param("archived")))
    names = portal.key_for(wanted(request.names("properties")))
    return Response(200, record(portal, contact, names, request.names("propertiesWithHistory")))


# ---- writing one record -----------------------------------------------------------------------------


def sent_properties(document: dict[str, Any]) -> dict[str, Any]:
    properties = document.get("properties")
    if not isinstance(properties, dict):
        raise errors.invalid_json(1, 1, "Some required fields were not set: [properties]")
    return properties


def written(portal: Portal, contact: Contact, draft: Draft) -> dict[str, Any]:
    """What a write answers: what was sent and what HubSpot keeps itself."""
    own = ("hs_all_contact_vids", "hs_email_domain", "hs_is_contact", "hs_is_unworked", "hs_object_source",
           "hs_object_source_id", "hs_pipeline", "lifecyclestage")  # fmt: skip
    document = portal.document(contact, sorted({*draft.props, *ALWAYS, *own}))
    if draft.warnings:
        document["warnings"] = draft.warnings
    return document


def check_associations(portal: Portal, document: dict[str, Any]) -> None:
    """``associations`` of a new record. Nothing but contacts exists here, and what passes is not kept."""
    rows = document.get("associations") or []
    if not isinstance(rows, list):
        raise errors.invalid_json(1, 1, "Cannot deserialize value of associations")
    for row in rows:
        target, types = row.get("to") or {}, row.get("types") or []
        if not target.get("id") or not types or not all(set(spec) >= SPEC_FIELDS for spec in types):
            raise errors.invalid_json(1, 1, "Some required fields were not set: [associations]")
        key = str(target["id"])
        contact_id = read_number(key)
        if contact_id is None or portal.find(contact_id) is None:
            raise errors.validation(f"The object {key} to associate with does not exist", ids=[key])


def create(call: Call) -> Response:
    portal, document = call.portal, call.request.json()
    check_associations(portal, document)
    draft = portal.draft(sent_properties(document), current=None, dated=call.dated)
    contact = portal.create(draft, call.source)
    location = f"{call.request.address.rstrip('/')}/{contact.id}"
    return json_response(written(portal, contact, draft), 201, (("Location", location),))


def count_write(portal: Portal, contact: Contact) -> None:
    portal.locks.write(contact.id, portal.clock.now_ms(), portal.rules.heavy_writes)


def update(call: Call, key: str) -> Response:
    portal = call.portal
    contact = lookup(call, key, call.request.param("idProperty"))
    count_write(portal, contact)
    draft = portal.draft(sent_properties(call.request.json()), current=contact, dated=call.dated)
    portal.update(contact, draft, call.source)
    return json_response(written(portal, contact, draft))


def archive(call: Call, key: str) -> Response:
    """Archiving what is already archived succeeds as well."""
    contact_id = read_number(key)
    if contact_id is not None and call.portal.find(contact_id, archived=True):
        return Response(204)
    contact = lookup(call, key, call.request.param("idProperty"))
    count_write(call.portal, contact)
    call.portal.archive(contact, call.source)
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
    for contact in pair:
        count_write(portal, contact)
    survivor = portal.merge(pair[0], pair[1], call.source)
    return json_response(portal.document(survivor, sorted(wanted(()))))


def privacy_delete(call: Call) -> Response:
    document, portal = call.request.json(), call.portal
    key, id_property = str(document.get("objectId") or ""), document.get("idProperty")
    if not key:
        raise errors.invalid_json(1, 1, "Some required fields were not set: [objectId]")
    try:
        contact = lookup(call, key, id_property)
    except ApiError as error:
        if id_property == "email" and error.status == 404:
            portal.block(key)  # Docs (contacts, privacy deletion): an unknown address is blocked for the future.
            return Response(204)
        contact_id = read_number(key)
        archived = None if contact_id is None else portal.find(contact_id, archived=True)
        if archived is None:
            raise
        contact = archived
    portal.erase(contact, call.source)
    return Response(204)


# ---- search -----------------------------------------------------------------------------------------


def search(call: Call) -> Response:
    portal, query = call.portal, call.request.json()
    capped = call.request.body if portal.rules.search_body_capped else str(query.get("query") or "")
    if len(capped) > MAX_BODY:
        raise errors.validation(f"The search is too long; at most {MAX_BODY} characters are allowed")
    ids, total, entry = portal.index.run(query, portal.clock.now_ms())
    names = sorted({n for n in wanted(query.get("properties") or []) if n in portal.properties})
    rows = []
    for contact_id in ids:
        seen = entry(contact_id)
        # Built from what the index knows: rows may be stale (HubSpot API facts: search).
        rows.append(portal.document(seen.contact(), names))
    document: dict[str, Any] = {"total": total, "results": rows}
    following = int(str(query.get("after") or "0")) + len(ids)
    if ids and following < total:
        document["paging"] = {"next": {"after": str(following)}}
    return json_response(document)
