"""Property definitions and their groups (HubSpot docs: properties guide)."""

from __future__ import annotations

from hubspot_simulator.description.common import (
    MAX_BATCH,
    OBJECT,
    READS,
    account_area,
    batch,
    crm,
    partial_batch,
)
from hubspot_simulator.description.operation import Area, Operation
from hubspot_simulator.description.schema import (
    FLAG,
    INT32,
    MOMENT,
    TEXT,
    Schema,
    asked,
    choice,
    listed,
    maybe,
    record,
    ref,
)

READ = "crm.schemas.contacts.read"
WRITE = "crm.schemas.contacts.write"
TYPES = choice("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")
FIELD_TYPES = choice(
    "booleancheckbox", "calculation_equation", "checkbox", "date", "file", "html", "number", "phonenumber", "radio",
    "select", "text", "textarea",
)  # fmt: skip
SENSITIVITY = choice("non_sensitive", "sensitive", "highly_sensitive")

_CHANGEABLE: dict[str, Schema] = {
    "description": maybe(TEXT),
    "displayOrder": maybe(INT32),
    "hidden": maybe(FLAG),
    "formField": maybe(FLAG),
    "options": maybe(listed(ref("OptionToWrite"))),
}
_TO_CREATE = asked(
    name=TEXT,
    label=TEXT,
    type=TYPES,
    fieldType=FIELD_TYPES,
    groupName=TEXT,
    hasUniqueValue=maybe(FLAG),
    **_CHANGEABLE,
)
SENT: dict[str, Schema] = {
    "PropertyToCreate": _TO_CREATE,
    "PropertyToUpdate": asked(
        label=maybe(TEXT), type=maybe(TYPES), fieldType=maybe(FIELD_TYPES), groupName=maybe(TEXT), **_CHANGEABLE
    ),
    "OptionToWrite": asked(
        label=TEXT, value=TEXT, description=maybe(TEXT), displayOrder=maybe(INT32), hidden=maybe(FLAG)
    ),
    "PropertiesToCreate": asked(inputs=listed(_TO_CREATE, MAX_BATCH)),
    "PropertiesToRead": asked(
        inputs=listed(asked(name=TEXT), MAX_BATCH), archived=maybe(FLAG), dataSensitivity=maybe(SENSITIVITY)
    ),
    "PropertiesToArchive": asked(inputs=listed(asked(name=TEXT), MAX_BATCH)),
    "GroupToCreate": asked(name=TEXT, label=TEXT, displayOrder=maybe(INT32)),
    "GroupToUpdate": asked(label=maybe(TEXT), displayOrder=maybe(INT32)),
}
ANSWERED: dict[str, Schema] = {
    "Property": record(
        name=TEXT,
        label=TEXT,
        type=TYPES,
        fieldType=FIELD_TYPES,
        description=TEXT,
        groupName=TEXT,
        options=listed(record(label=TEXT, value=TEXT, description=TEXT, displayOrder=INT32, hidden=FLAG)),
        displayOrder=INT32,
        calculated=FLAG,
        externalOptions=FLAG,
        referencedObjectType=maybe(choice("OWNER")),
        archived=FLAG,
        archivedAt=maybe(MOMENT),
        hasUniqueValue=FLAG,
        hidden=FLAG,
        formField=FLAG,
        hubspotDefined=maybe(FLAG),
        dataSensitivity=choice("non_sensitive"),
        modificationMetadata=record(archivable=FLAG, readOnlyDefinition=FLAG, readOnlyOptions=FLAG, readOnlyValue=FLAG),
        createdAt=maybe(MOMENT),
        updatedAt=maybe(MOMENT),
    ),
    "Properties": record(results=listed(ref("Property"))),
    "PropertyBatch": batch(ref("Property")),
    "PartialPropertyBatch": partial_batch(ref("Property")),
    "Group": record(name=TEXT, label=TEXT, displayOrder=INT32, archived=FLAG),
    "Groups": record(results=listed(ref("Group"))),
}

WRITES = ("400", "409")
SHOWN = {"archived": FLAG, "dataSensitivity": SENSITIVITY}
OPERATIONS = (
    Operation("listProperties", "GET", "", "All definitions", {200: "Properties"}, scope=READ, query=SHOWN,
              refuses=READS),
    Operation("createProperty", "POST", "", "Define a property", {201: "Property"}, takes="PropertyToCreate",
              scope=WRITE, refuses=WRITES, sends=("Location",)),
    Operation("getProperty", "GET", "/{propertyName}", "One definition", {200: "Property"}, scope=READ, query=SHOWN,
              refuses=READS),
    Operation("updateProperty", "PATCH", "/{propertyName}", "Change a definition", {200: "Property"},
              takes="PropertyToUpdate", scope=WRITE, refuses=WRITES),
    Operation("archiveProperty", "DELETE", "/{propertyName}", "Put a definition away", {204: ""}, scope=WRITE,
              refuses=WRITES),
    Operation("readProperties", "POST", "/batch/read", "Read many definitions",
              {200: "PropertyBatch", 207: "PartialPropertyBatch"}, takes="PropertiesToRead", scope=READ,
              refuses=READS),
    Operation("createProperties", "POST", "/batch/create", "Define many properties",
              {201: "PropertyBatch", 207: "PartialPropertyBatch"}, takes="PropertiesToCreate", scope=WRITE,
              refuses=WRITES),
    Operation("archiveProperties", "POST", "/batch/archive", "Put many definitions away", {204: ""},
              takes="PropertiesToArchive", scope=WRITE, refuses=WRITES),
    Operation("listGroups", "GET", "/groups", "All groups", {200: "Groups"}, scope=READ),
    Operation("createGroup", "POST", "/groups", "Make a group", {201: "Group"}, takes="GroupToCreate", scope=WRITE,
              refuses=WRITES, sends=("Location",)),
    Operation("getGroup", "GET", "/groups/{groupName}", "One group", {200: "Group"}, scope=READ),
    Operation("updateGroup", "PATCH", "/groups/{groupName}", "Change a group", {200: "Group"}, takes="GroupToUpdate",
              scope=WRITE, refuses=WRITES),
    Operation("archiveGroup", "DELETE", "/groups/{groupName}", "Put an empty group away", {204: ""}, scope=WRITE,
              refuses=WRITES),
)  # fmt: skip


def area(version: str) -> Area:
    place = crm("properties", version) + "/{objectType}"
    return account_area("Properties", place, OPERATIONS, SENT | ANSWERED, parts={"objectType": OBJECT})
