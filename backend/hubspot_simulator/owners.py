"""The owners endpoints: users who can own records (docs: owners guide); read only."""

from __future__ import annotations

from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.contacts import Call, Handler, is_true
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.model import Owner

READ = "crm.objects.owners.read"


def route(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    match method, rest:
        case "GET", ():
            return READ, listing
        case "GET", (owner_id,):
            return READ, lambda call: get(call, owner_id)
        case _:
            return None


def get(call: Call, owner_id: str) -> Response:
    found = call.portal.owners.get(int(owner_id)) if owner_id.isdigit() else None
    if found is None:
        raise errors.not_found(category=True)
    return json_response(wire(found))


def listing(call: Call) -> Response:
    request = call.request
    limit = request.param("limit", "100")
    if not limit.isdigit() or not 1 <= int(limit) <= 500:
        raise errors.validation("limit must be between 1 and 500")
    after, email = request.param("after", "0"), request.param("email").lower()
    archived = is_true(request.param("archived"))
    found = [
        o
        for o in sorted(call.portal.owners.values(), key=lambda o: o.id)
        if o.archived == archived and o.id >= int(after or "0") and email in ("", o.email)
    ]
    document: dict[str, Any] = {"results": [wire(o) for o in found[: int(limit)]]}
    if len(found) > int(limit):
        document["paging"] = {"next": {"after": str(found[int(limit)].id)}}
    return json_response(document)


def wire(found: Owner) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "email": found.email,
        "type": "PERSON",
        "firstName": found.first,
        "lastName": found.last,
        "userId": found.user_id,
        "userIdIncludingInactive": found.user_id,
        "createdAt": iso(found.created),
        "updatedAt": iso(found.created),
        "archived": found.archived,
        "teams": [],
    }
