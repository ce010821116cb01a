"""Associations of a contact: the endpoints are there, and there is nothing to associate a contact with.

HubSpot docs "associations": the listing came with 2026-09, writing with 2026-03. The account has contacts only, so
every other record that a call names does not exist.
"""

from __future__ import annotations

from hubspot_simulator import errors
from hubspot_simulator.http import DATED, Response, json_response
from hubspot_simulator.records import contacts, objects
from hubspot_simulator.records.contacts import Call, Handler


def route(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    """The scope and the function for a path below ``…/objects/…``; ``None`` when there is no such path."""
    if len(rest) < 4 or rest[0] not in contacts.OBJECT_NAMES or rest[2] != "associations":
        return None
    key = rest[1]
    match method, rest[3:]:
        case "GET", (kind,):
            return contacts.READ, lambda call: listing(call, key, kind)
        case "PUT", ("default", kind, other) | (kind, other):
            return contacts.WRITE, lambda call: associate(call, key, kind, other)
        case "DELETE", (kind, other):
            return contacts.WRITE, lambda call: dissociate(call, key, kind, other)
        case _:
            return None


def listing(call: Call, key: str, kind: str) -> Response:
    if call.version != "2026-09":
        raise errors.not_found()
    contacts.lookup(call, key, None)
    objects.type_id(kind)
    return json_response({"results": []})


def associate(call: Call, key: str, kind: str, other: str) -> Response:
    _find_both(call, key, kind, other)
    raise errors.validation("This simulator keeps no associations between contacts")


def dissociate(call: Call, key: str, kind: str, other: str) -> Response:
    """What is not associated stays so."""
    _find_both(call, key, kind, other)
    return Response(204)


def _find_both(call: Call, key: str, kind: str, other: str) -> None:
    if call.version not in DATED:
        raise errors.not_found()
    contacts.lookup(call, key, None)
    if objects.type_id(kind) != objects.CONTACTS:
        raise errors.not_found(category=True)
    contacts.lookup(call, other, None)
