"""The owners endpoints: users who can own records (docs: owners guide); read only."""

from __future__ import annotations

from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.model import Owner
from hubspot_simulator.records.contacts import Call, Handler, is_true

READ = "crm.objects.owners.read"


def route(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    match method, rest:
        case "GET", ():
            return READ, listing
        case "GET", (owner_id,):
            return READ, lambda call: get(call, owner_id)
        case _:
            return None


def get(call: Call, key: str) -> Response:
    """By id, or by user id where ``idProperty`` says so; archived owners only when asked for."""
    by_user, archived = call.request.param("idProperty") == "userId", is_true(call.request.param("archived"))
    for owner in call.portal.owners.values():
        if owner.archived == archived and key == str(owner.user_id if by_user else owner.id):
            return json_response(wire(owner))
    raise errors.not_found(category=True)


def listing(call: Call) -> Response:
    """At most 500 a page. Parameters were held to the description before."""
    request = call.request
    limit = request.param("limit", "100")
    after, email = request.param("after", "0"), request.param("email").lower()
    archived = is_true(request.param("archived"))
    found = [
        o
        for o in sorted(call.portal.owners.values(), key=lambda o: o.id)
        if o.archived == archived and o.id >= int(after or "0") and email in ("", o.email)
    ]
    document: dict[str, Any] = {"results": [wire(o) for o in found[: int(limit)]]}
    if len(found) > int(limit):
        document["paging"] = {"next": request.next_page(found[int(limit)].id)}
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
