"""The properties, groups and owners endpoints (docs: properties guide, owners guide)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.contacts import OBJECT_NAMES, Call, is_true
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.model import Option, Owner, Property

READ = "crm.schemas.contacts.read"
WRITE = "crm.schemas.contacts.write"
OWNERS_READ = "crm.objects.owners.read"
MAX_UNIQUE = 10
MAX_BATCH = 100
NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")
# Docs (properties guide): which field types go with which type.
FIELD_TYPES = {
    "bool": {"booleancheckbox", "calculation_equation"},
    "enumeration": {"booleancheckbox", "checkbox", "radio", "select", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
    "string": {"file", "text", "textarea", "html", "phonenumber", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "phone_number": {"phonenumber"},
}
Handler = Callable[[Call], Response]


def route(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    if not rest or rest[0] not in OBJECT_NAMES:
        return None
    match method, rest[1:]:
        case "GET", ():
            return READ, listing
        case "POST", ():
            return WRITE, lambda c: json_response(wire(create(c, c.request.json())), 201)
        case "GET", ("groups",):
            return READ, lambda c: json_response({"results": list(_live_groups(c).values())})
        case "POST", ("groups",):
            return WRITE, create_group
        case "GET", ("groups", name):
            return READ, lambda c: json_response(_group(c, name))
        case "PATCH", ("groups", name):
            return WRITE, lambda c: update_group(c, name)
        case "DELETE", ("groups", name):
            return WRITE, lambda c: archive_group(c, name)
        case "POST", ("batch", "read"):
            return READ, batch_read
        case "POST", ("batch", "create"):
            return WRITE, batch_create
        case "POST", ("batch", "archive"):
            return WRITE, batch_archive
        case "GET", (name,):
            return READ, lambda c: json_response(wire(find(c, name, is_true(c.request.param("archived")))))
        case "PATCH", (name,):
            return WRITE, lambda c: json_response(wire(update(c, name, c.request.json())))
        case "DELETE", (name,):
            return WRITE, lambda c: archive(c, name)
        case _:
            return None


def wire(prop: Property) -> dict[str, Any]:
    document: dict[str, Any] = {
        "name": prop.name,
        "label": prop.label,
        "type": prop.type,
        "fieldType": prop.field_type,
        "description": prop.description,
        "groupName": prop.group,
        "options": [option.wire() for option in prop.options],
        "displayOrder": prop.order,
        "calculated": prop.calculated,
        "externalOptions": prop.external_options,
        "archived": bool(prop.archived),
        "hasUniqueValue": prop.unique,
        "hidden": prop.hidden,
        "formField": prop.form_field,
        "dataSensitivity": "non_sensitive",
        "modificationMetadata": {
            "archivable": not prop.defined_by_hubspot,
            "readOnlyDefinition": prop.defined_by_hubspot,
            "readOnlyOptions": prop.defined_by_hubspot and prop.external_options,
            "readOnlyValue": prop.read_only,
        },
    }
    if prop.defined_by_hubspot:
        document["hubspotDefined"] = True
    if prop.external_options:
        document["referencedObjectType"] = "OWNER"
    if prop.created:
        document["createdAt"] = iso(prop.created)
        document["updatedAt"] = iso(prop.updated)
    if prop.archived:
        document["archivedAt"] = iso(prop.archived)
    return document


def find(call: Call, name: str, archived: bool = False) -> Property:
    prop = call.portal.properties.get(name)
    if prop is None or bool(prop.archived) != archived or prop.visible_from > call.portal.clock.now_ms():
        raise errors.not_found(category=True)
    return prop


def listing(call: Call) -> Response:
    archived = is_true(call.request.param("archived"))
    now = call.portal.clock.now_ms()
    shown = [wire(p) for p in call.portal.properties.values() if bool(p.archived) == archived and p.visible_from <= now]
    return json_response({"results": shown})


def create(call: Call, document: dict[str, Any]) -> Property:
    absent = [n for n in ("name", "label", "type", "fieldType", "groupName") if not document.get(n)]
    if absent:
        raise errors.invalid_json(1, 1, f"Some required fields were not set: [{', '.join(absent)}]")
    portal, name = call.portal, str(document["name"])
    _check_definition(call, document)
    existing = portal.properties.get(name)
    if existing is not None and not existing.archived:
        raise ApiError(
            409,
            f'A property named "{name}" already exists.',
            category="OBJECT_ALREADY_EXISTS",
            extra={"subCategory": "Properties.PROPERTY_WITH_NAME_EXISTS"},
        )
    now = portal.clock.now_ms()
    if existing is not None:  # Creating an archived name again restores it (observed live).
        existing.archived = 0
        prop = existing
    else:
        prop = Property(name, str(document["label"]), str(document["type"]), str(document["fieldType"]))
        prop.defined_by_hubspot = False
        prop.created = now
        prop.unique = document.get("hasUniqueValue") is True
    _assign(prop, document)
    prop.updated = now
    portal.properties[name] = prop
    portal.property_changed(prop)
    return prop


def _check_definition(call: Call, document: dict[str, Any]) -> None:
    portal, name, kind = call.portal, str(document["name"]), str(document["type"])
    if not NAME.match(name):
        raise errors.validation(
            f'Property name "{name}" is invalid: lower case letters, digits and underscores only', name=[name]
        )
    if document["fieldType"] not in FIELD_TYPES.get(kind, set()):
        raise errors.validation(
            f"fieldType {document['fieldType']} does not go with type {kind}", fieldType=[document["fieldType"]]
        )
    if document["groupName"] not in _live_groups(call):
        raise errors.validation(f"The property group {document['groupName']} does not exist")
    if kind == "bool" and sorted(o.value for o in _options(document)) != ["false", "true"]:
        raise errors.validation("bool properties must have exactly two options, true and false")
    taken = sum(p.unique and not p.archived for p in portal.properties.values())
    if document.get("hasUniqueValue") is True and taken >= MAX_UNIQUE:
        raise errors.validation(f"At most {MAX_UNIQUE} properties with unique values are allowed")


def _options(document: dict[str, Any]) -> list[Option]:
    found = []
    for order, row in enumerate(document.get("options") or []):
        if not isinstance(row, dict) or "value" not in row or "label" not in row:
            raise errors.invalid_json(1, 1, "Some required fields were not set: [label, value]")
        found.append(
            Option(
                str(row["value"]),
                str(row["label"]),
                bool(row.get("hidden", False)),
                int(row.get("displayOrder", order)),
                str(row.get("description") or ""),
            )
        )
    if len({option.value for option in found}) != len(found):
        raise errors.validation("Property options must have unique values")
    return found


def _assign(prop: Property, document: dict[str, Any]) -> None:
    prop.label = str(document.get("label", prop.label))
    prop.description = str(document.get("description", prop.description))
    prop.group = str(document.get("groupName", prop.group))
    prop.order = int(document.get("displayOrder", prop.order))
    prop.hidden = bool(document.get("hidden", prop.hidden))
    prop.form_field = bool(document.get("formField", prop.form_field))
    if "options" in document:  # The whole list is replaced; without it nothing changes.
        prop.options = _options(document)


def update(call: Call, name: str, document: dict[str, Any]) -> Property:
    prop = find(call, name)
    if "fieldType" in document and document["fieldType"] not in FIELD_TYPES.get(prop.type, set()):
        raise errors.validation(f"fieldType {document['fieldType']} does not go with type {prop.type}")
    if document.get("groupName", prop.group) not in _live_groups(call):
        raise errors.validation(f"The property group {document['groupName']} does not exist")
    prop.field_type = str(document.get("fieldType", prop.field_type))
    _assign(prop, document)
    prop.updated = call.portal.clock.now_ms()
    call.portal.property_changed(prop)
    return prop


def archive(call: Call, name: str) -> Response:
    prop = find(call, name)
    if prop.defined_by_hubspot:
        raise errors.validation(f'"{name}" is defined by HubSpot and cannot be deleted')
    prop.archived = call.portal.clock.now_ms()
    call.portal.property_changed(prop)
    return Response(204)


# ---- batches ----------------------------------------------------------------------------------------


def _rows(document: dict[str, Any]) -> list[dict[str, Any]]:
    rows = document.get("inputs")
    if not isinstance(rows, list) or len(rows) > MAX_BATCH:
        raise errors.validation(f"inputs must be a list of at most {MAX_BATCH}")
    return rows


def _answer(call: Call, results: list[Any], problems: list[Any], success: int) -> Response:
    now = iso(call.portal.clock.now_ms())
    document: dict[str, Any] = {"status": "COMPLETE", "results": results}
    if problems:
        document |= {"numErrors": len(problems), "errors": problems}
    document |= {"startedAt": now, "completedAt": now}
    return json_response(document, 207 if problems else success)


def batch_read(call: Call) -> Response:
    document = call.request.json()
    found, missing = [], []
    for row in _rows(document):
        try:
            found.append(wire(find(call, str(row.get("name")), bool(document.get("archived")))))
        except ApiError:
            missing.append(str(row.get("name")))
    problems = [errors.some_missing(missing).body("")] if missing else []
    return _answer(call, found, problems, 200)


def batch_create(call: Call) -> Response:
    found: list[Any] = []
    problems: list[Any] = []
    for row in _rows(call.request.json()):
        try:
            found.append(wire(create(call, row)))
        except ApiError as error:
            problems.append(error.body(""))
    return _answer(call, found, problems, 201)


def batch_archive(call: Call) -> Response:
    for row in _rows(call.request.json()):
        archive(call, str(row.get("name")))
    return Response(204)


# ---- groups -----------------------------------------------------------------------------------------


def _live_groups(call: Call) -> dict[str, dict[str, Any]]:
    return {name: group for name, group in call.portal.groups.items() if not group["archived"]}


def _group(call: Call, name: str) -> dict[str, Any]:
    group = _live_groups(call).get(name)
    if group is None:
        raise errors.not_found(category=True)
    return group


def create_group(call: Call) -> Response:
    document = call.request.json()
    name, label = str(document.get("name") or ""), str(document.get("label") or "")
    if not name or not label:
        raise errors.invalid_json(1, 1, "Some required fields were not set: [name, label]")
    if name in _live_groups(call):
        raise ApiError(409, f'A property group named "{name}" already exists.', category="OBJECT_ALREADY_EXISTS")
    order = int(document.get("displayOrder", -1))
    group = {"name": name, "label": label, "displayOrder": order, "archived": False}
    call.portal.groups[name] = group
    call.portal.group_changed(group)
    return json_response(group, 201)


def update_group(call: Call, name: str) -> Response:
    group, document = _group(call, name), call.request.json()
    group["label"] = str(document.get("label", group["label"]))
    group["displayOrder"] = int(document.get("displayOrder", group["displayOrder"]))
    call.portal.group_changed(group)
    return json_response(group)


def archive_group(call: Call, name: str) -> Response:
    group = _group(call, name)
    if any(p.group == name and not p.archived for p in call.portal.properties.values()):
        raise errors.validation(f"The property group {name} still has properties")
    group["archived"] = True
    call.portal.group_changed(group)
    return Response(204)


# ---- owners -----------------------------------------------------------------------------------------


def route_owners(method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
    match method, rest:
        case "GET", ():
            return OWNERS_READ, owners
        case "GET", (owner_id,):
            return OWNERS_READ, lambda c: owner(c, owner_id)
        case _:
            return None


def owner(call: Call, owner_id: str) -> Response:
    found = call.portal.owners.get(int(owner_id)) if owner_id.isdigit() else None
    if found is None:
        raise errors.not_found(category=True)
    return json_response(wire_owner(found))


def owners(call: Call) -> Response:
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
    document: dict[str, Any] = {"results": [wire_owner(o) for o in found[: int(limit)]]}
    if len(found) > int(limit):
        document["paging"] = {"next": {"after": str(found[int(limit)].id)}}
    return json_response(document)


def wire_owner(found: Owner) -> dict[str, Any]:
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
