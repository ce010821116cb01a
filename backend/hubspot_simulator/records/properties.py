"""The endpoints of property definitions and their groups (docs: properties guide; live reports for refusals)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.model import Option, Property
from hubspot_simulator.records.contacts import OBJECT_NAMES, Call, is_true
from hubspot_simulator.records.portal import Portal

READ = "crm.schemas.contacts.read"
WRITE = "crm.schemas.contacts.write"
MAX_UNIQUE = 10
MAX_BATCH = 100
SENSITIVITIES = ("non_sensitive", "sensitive", "highly_sensitive")
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
            return WRITE, lambda c: json_response(wire(create(c, c.request.json())), 201, _location(c))
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
            return READ, lambda c: get(c, name)
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
    """Raises: ApiError 404, for a new property also until it can be seen."""
    portal = call.portal
    portal.purge_properties()
    prop = portal.properties.get(name)
    if prop is None or bool(prop.archived) != archived or prop.visible_from > portal.clock.now_ms():
        raise errors.not_found(category=True)
    return prop


def get(call: Call, name: str) -> Response:
    prop = find(call, name, is_true(call.request.param("archived")))
    if not _is_asked_for(call.request.param("dataSensitivity")):
        raise errors.not_found(category=True)
    return json_response(wire(prop))


def listing(call: Call) -> Response:
    portal, archived = call.portal, is_true(call.request.param("archived"))
    portal.purge_properties()
    now = portal.clock.now_ms()
    asked_for = _is_asked_for(call.request.param("dataSensitivity"))
    shown = [p for p in portal.properties.values() if bool(p.archived) == archived and p.visible_from <= now]
    return json_response({"results": [wire(p) for p in shown] if asked_for else []})


def _is_asked_for(sensitivity: str) -> bool:
    """Whether ``dataSensitivity`` takes in what is here: this account has no sensitive properties."""
    if sensitivity not in ("", *SENSITIVITIES):
        raise errors.validation(f"dataSensitivity must be one of {', '.join(SENSITIVITIES)}")
    return sensitivity in ("", SENSITIVITIES[0])


def create(call: Call, document: dict[str, Any]) -> Property:
    absent = [n for n in ("name", "label", "type", "fieldType", "groupName") if not document.get(n)]
    if absent:
        raise errors.invalid_json(1, 1, f"Some required fields were not set: [{', '.join(absent)}]")
    portal, name = call.portal, str(document["name"])
    portal.purge_properties()
    _check_definition(call, document)
    existing = portal.properties.get(name)
    if existing is not None and not existing.archived:
        raise ApiError(
            409,
            f'A property named "{name}" already exists.',
            category="OBJECT_ALREADY_EXISTS",
            extra={"subCategory": "Properties.PROPERTY_WITH_NAME_EXISTS"},
        )
    _check_room(portal, document)
    now = portal.clock.now_ms()
    if existing is not None:  # Creating an archived name again restores it (observed live).
        existing.archived = 0
        prop = existing
    else:
        prop = Property(name, str(document["label"]), str(document["type"]), str(document["fieldType"]))
        prop.defined_by_hubspot = False
        prop.created = now
        prop.unique = document.get("hasUniqueValue") is True
        prop.external_options = document.get("externalOptions") is True
    prop.visible_from = now + portal.property_lag_ms
    _assign(prop, document)
    prop.updated = now
    portal.properties[name] = prop
    portal.property_changed(prop)
    return prop


def _check_definition(call: Call, document: dict[str, Any]) -> None:
    name, kind = str(document["name"]), str(document["type"])
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
    if document.get("dataSensitivity", SENSITIVITIES[0]) != SENSITIVITIES[0]:
        raise errors.validation("This account may not have sensitive properties (they are for Enterprise accounts)")
    external = document.get("externalOptions") is True
    if external and (kind != "enumeration" or document.get("referencedObjectType") != "OWNER"):
        raise errors.validation("externalOptions goes with type enumeration and referencedObjectType OWNER only")
    calculated = document["fieldType"] == "calculation_equation"
    if calculated and not document.get("calculationFormula"):
        raise errors.invalid_json(1, 1, "Some required fields were not set: [calculationFormula]")
    if kind == "enumeration" and not external and not calculated and not document.get("options"):
        raise errors.invalid_json(1, 1, "Some required fields were not set: [options]")
    if kind == "bool":
        _check_bool_options(document)


def _check_bool_options(document: dict[str, Any]) -> None:
    if sorted(option.value for option in _options(document)) != ["false", "true"]:
        raise errors.validation("bool properties must have exactly two options, true and false")


def _check_room(portal: Portal, document: dict[str, Any]) -> None:
    """Docs (properties guide): ten unique properties, and a limit on custom ones; archived ones do not count."""
    live = [p for p in portal.properties.values() if not p.archived]
    most = portal.rules.max_custom_properties
    if sum(not p.defined_by_hubspot for p in live) >= most:
        raise errors.validation(f"At most {most} custom properties are allowed")
    taken = sum(p.unique for p in live)
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
    prop.calculated = prop.calculated or prop.field_type == "calculation_equation"
    prop.read_only = prop.read_only or prop.calculated  # what it is calculated from is not looked at: it stays empty
    if "options" in document:  # The whole list is replaced; without it nothing changes.
        prop.options = _options(document)


def update(call: Call, name: str, document: dict[str, Any]) -> Property:
    prop = find(call, name)
    _check_changes(prop, document)
    if "fieldType" in document and document["fieldType"] not in FIELD_TYPES.get(prop.type, set()):
        raise errors.validation(f"fieldType {document['fieldType']} does not go with type {prop.type}")
    if document.get("groupName", prop.group) not in _live_groups(call):
        raise errors.validation(f"The property group {document['groupName']} does not exist")
    prop.field_type = str(document.get("fieldType", prop.field_type))
    _assign(prop, document)
    prop.updated = call.portal.clock.now_ms()
    call.portal.property_changed(prop)
    return prop


def _check_changes(prop: Property, document: dict[str, Any]) -> None:
    """What may not be changed. Whether a type may is not documented: it may not."""
    if document.get("type", prop.type) != prop.type:
        raise errors.validation(f"The type of {prop.name} cannot be changed", type=[str(document["type"])])
    if "calculation_equation" in (prop.field_type, document.get("fieldType")) and "fieldType" in document:
        raise errors.validation(f"The fieldType of {prop.name} cannot be changed")
    if prop.defined_by_hubspot:
        fixed = sorted(set(document) - ({"options"} if prop.options and not prop.read_only else set()))
        if fixed:
            message = f"The definition of {prop.name} cannot be changed: {', '.join(fixed)}"
            raise errors.validation(message, propertyName=[prop.name])
    if prop.type == "bool" and "options" in document:
        _check_bool_options(document)


def archive(call: Call, name: str) -> Response:
    prop = find(call, name)
    if prop.defined_by_hubspot:
        raise errors.validation(f'"{name}" is defined by HubSpot and cannot be deleted')
    if name in call.portal.in_use:
        raise errors.property_in_use(name)
    prop.archived = call.portal.clock.now_ms()
    call.portal.property_changed(prop)
    return Response(204)


def _location(call: Call) -> tuple[tuple[str, str], ...]:
    """The address of what a create made."""
    name = call.request.json()["name"]
    return (("Location", f"{call.request.address.rstrip('/')}/{name}"),)


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
    if not _is_asked_for(str(document.get("dataSensitivity") or "")):
        missing = [str(row.get("name")) for row in _rows(document)]
        return _answer(call, [], [errors.some_missing(missing).as_row()], 200)
    found, missing = [], []
    for row in _rows(document):
        try:
            prop = find(call, str(row.get("name")), bool(document.get("archived")))
            found.append(wire(prop))
        except ApiError:
            missing.append(str(row.get("name")))
    problems = [errors.some_missing(missing).as_row()] if missing else []
    return _answer(call, found, problems, 200)


def batch_create(call: Call) -> Response:
    found: list[Any] = []
    problems: list[Any] = []
    for row in _rows(call.request.json()):
        try:
            found.append(wire(create(call, row)))
        except ApiError as error:
            problems.append(error.as_row())
    return _answer(call, found, problems, 201)


def batch_archive(call: Call) -> Response:
    """Docs (batch archive): whatever the state of a property was, missing and archived included."""
    for row in _rows(call.request.json()):
        try:
            archive(call, str(row.get("name")))
        except ApiError as error:
            if error.status != 404:
                raise
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
    return json_response(group, 201, _location(call))


def update_group(call: Call, name: str) -> Response:
    group, document = _group(call, name), call.request.json()
    group["label"] = str(document.get("label", group["label"]))
    group["displayOrder"] = int(document.get("displayOrder", group["displayOrder"]))
    call.portal.group_changed(group)
    return json_response(group)


def archive_group(call: Call, name: str) -> Response:
    group = _group(call, name)
    if any(p.group == name and not p.archived for p in call.portal.properties.values()):
        raise errors.group_in_use()
    group["archived"] = True
    call.portal.group_changed(group)
    return Response(204)
