"""Contacts (HubSpot docs: contacts guide, using object APIs, search the CRM)."""

from __future__ import annotations

from hubspot_simulator.description.common import OBJECT, READS, WRITES, account_area, batch, crm, partial_batch
from hubspot_simulator.description.operation import Area, Operation
from hubspot_simulator.description.schema import (
    CURSOR,
    DIGITS,
    FLAG,
    INT32,
    MOMENT,
    TEXT,
    Schema,
    asked,
    choice,
    count,
    listed,
    maybe,
    named,
    record,
    ref,
    whole,
)

READ = "crm.objects.contacts.read"
WRITE = "crm.objects.contacts.write"
MAX_BATCH = 100

# Numbers and booleans are accepted and kept as text; null says nothing.
VALUE: Schema = {"type": ["string", "number", "boolean", "null"]}
OPERAND: Schema = {"type": ["string", "number", "boolean"]}
# The guides show record ids of both kinds.
ID: Schema = {"type": ["string", "integer"]}
NAMES = listed(TEXT)
OPERATORS = choice(
    "EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY",
    "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN",
)  # fmt: skip

SENT: dict[str, Schema] = {
    "ContactToCreate": asked(properties=named(VALUE), associations=maybe(listed(ref("Association")))),
    "ContactToUpdate": asked(properties=named(VALUE)),
    "Association": asked(to=asked(id=ID), types=listed(ref("AssociationKind"))),
    "AssociationKind": asked(
        associationCategory=choice("HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED", "WORK"),
        associationTypeId=INT32,
    ),
    "Merge": asked(primaryObjectId=ID, objectIdToMerge=ID),
    "PrivacyDeletion": asked(objectId=ID, idProperty=maybe(TEXT)),
    "ContactsToRead": asked(
        inputs=listed(asked(id=ID), MAX_BATCH),
        idProperty=maybe(TEXT),
        properties=maybe(NAMES),
        propertiesWithHistory=maybe(NAMES),
    ),
    "ContactsToCreate": asked(
        inputs=listed(
            asked(
                properties=named(VALUE),
                associations=maybe(listed(ref("Association"))),
                objectWriteTraceId=maybe(TEXT),
            ),
            MAX_BATCH,
        )
    ),
    "ContactsToWrite": asked(
        inputs=listed(
            asked(id=ID, properties=named(VALUE), idProperty=maybe(TEXT), objectWriteTraceId=maybe(TEXT)), MAX_BATCH
        )
    ),
    "ContactsToArchive": asked(inputs=listed(asked(id=ID), MAX_BATCH)),
    "Search": asked(
        filterGroups=maybe(listed(asked(filters=listed(ref("Filter"))))),
        filters=maybe(listed(ref("Filter"))),
        # Objects as the guide shows them; plain names as HubSpot's own description says.
        sorts=maybe(listed({"anyOf": [TEXT, ref("Sort")]})),
        query=maybe(TEXT),
        properties=maybe(NAMES),
        limit=maybe(whole(1, 200)),
        after=maybe({"type": ["string", "integer"]}),
    ),
    "Sort": asked(propertyName=TEXT, direction=maybe(choice("ASCENDING", "DESCENDING"))),
    "Filter": asked(
        propertyName=TEXT,
        operator=OPERATORS,
        value=maybe(OPERAND),
        highValue=maybe(OPERAND),
        values=maybe(listed(OPERAND)),
    ),
}

CONTACT: dict[str, Schema] = {
    "id": DIGITS,
    # A defined but empty property is null.
    "properties": named({"type": ["string", "null"]}),
    "createdAt": MOMENT,
    "updatedAt": MOMENT,
    "archived": FLAG,
    "archivedAt": maybe(MOMENT),
    "url": {"type": "string", "format": "uri"},
}
ANSWERED: dict[str, Schema] = {
    "Contact": record(**CONTACT, propertiesWithHistory=maybe(named(listed(ref("Revision"))))),
    "Revision": record(
        value=TEXT, timestamp=MOMENT, sourceType=TEXT, sourceId=maybe(TEXT), updatedByUserId=maybe(INT32)
    ),
    "ContactPage": record(results=listed(ref("Contact"), 100), paging=maybe(ref("Paging"))),
    "ContactsFound": record(total=count(), results=listed(ref("Contact"), 200), paging=maybe(ref("Paging"))),
}


def written(version: str) -> dict[str, Schema]:
    """What a write answers. Only 2026-09 tells of values that it normalised (docs: write validation enforcement),
    and only there associations can be listed.
    """
    one = CONTACT | ({"warnings": maybe(listed(ref("Warning")))} if version == "2026-09" else {})
    row = one | {"objectWriteTraceId": maybe(TEXT)}
    schemas = {
        "ContactWritten": record(**one),
        "ContactsWritten": batch(record(**row)),
        "ContactsPartlyWritten": partial_batch(record(**row)),
        "ContactsUpserted": batch(record(**row, new=FLAG)),
        "ContactsPartlyUpserted": partial_batch(record(**row, new=FLAG)),
        "ContactsRead": batch(ref("Contact")),
        "ContactsPartlyRead": partial_batch(ref("Contact")),
    }
    if version == "2026-09":
        schemas["Associations"] = record(results=listed(record(), 0))
        schemas["Warning"] = record(category=TEXT, message=TEXT, context=named(TEXT))
    return schemas


SHOWN = {"properties": NAMES, "propertiesWithHistory": NAMES, "associations": NAMES}
OPERATIONS = (
    Operation("listContacts", "GET", "", "A page of contacts in order of id", {200: "ContactPage"}, scope=READ,
              query={"limit": whole(1, 100), "after": CURSOR, "archived": FLAG, **SHOWN}, refuses=READS),
    Operation("createContact", "POST", "", "Create a contact", {201: "ContactWritten"}, takes="ContactToCreate",
              scope=WRITE, refuses=WRITES, sends=("Location",)),
    Operation("getContact", "GET", "/{contactId}", "One contact", {200: "Contact"}, scope=READ,
              query={"idProperty": TEXT, "archived": FLAG, **SHOWN}, refuses=READS),
    Operation("updateContact", "PATCH", "/{contactId}", "Change a contact", {200: "ContactWritten"},
              takes="ContactToUpdate", scope=WRITE, query={"idProperty": TEXT}, refuses=WRITES),
    Operation("archiveContact", "DELETE", "/{contactId}", "Put a contact into the recycle bin", {204: ""},
              scope=WRITE, query={"idProperty": TEXT}, refuses=WRITES),
    Operation("mergeContacts", "POST", "/merge", "Merge two contacts into a third", {200: "ContactWritten"},
              takes="Merge", scope=WRITE, refuses=WRITES),
    Operation("eraseContact", "POST", "/gdpr-delete", "Delete a contact for good", {204: ""}, takes="PrivacyDeletion",
              scope=WRITE, refuses=WRITES),
    # Search is outside the pool of ten seconds, and its answers carry no rate-limit headers.
    Operation("searchContacts", "POST", "/search", "Ask the search index", {200: "ContactsFound"}, takes="Search",
              scope=READ, refuses=READS, metered=False),
    Operation("readContacts", "POST", "/batch/read", "Read many", {200: "ContactsRead", 207: "ContactsPartlyRead"},
              takes="ContactsToRead", scope=READ, query={"archived": FLAG}, refuses=READS),
    Operation("createContacts", "POST", "/batch/create", "Create many",
              {201: "ContactsWritten", 207: "ContactsPartlyWritten"}, takes="ContactsToCreate", scope=WRITE,
              refuses=WRITES),
    Operation("updateContacts", "POST", "/batch/update", "Change many",
              {200: "ContactsWritten", 207: "ContactsPartlyWritten"}, takes="ContactsToWrite", scope=WRITE,
              refuses=WRITES),
    Operation("upsertContacts", "POST", "/batch/upsert", "Create or change many",
              {200: "ContactsUpserted", 207: "ContactsPartlyUpserted"}, takes="ContactsToWrite", scope=WRITE,
              refuses=WRITES),
    Operation("archiveContacts", "POST", "/batch/archive", "Put many into the recycle bin", {204: ""},
              takes="ContactsToArchive", scope=WRITE, refuses=WRITES),
)  # fmt: skip
ASSOCIATION = "/{contactId}/associations/{toObjectType}"
LISTING = Operation(
    "listAssociations",
    "GET",
    ASSOCIATION,
    "What a contact is associated with: nothing",
    {200: "Associations"},
    scope=READ,
    query={"limit": whole(1, 500), "after": TEXT},
    refuses=READS,
)
# There is nothing to associate a contact with, so no call ever succeeds.
ASSOCIATING = (
    Operation("associateByDefault", "PUT", "/{contactId}/associations/default/{toObjectType}/{toObjectId}",
              "Associate a contact", {}, scope=WRITE, refuses=WRITES),
    Operation("associate", "PUT", ASSOCIATION + "/{toObjectId}", "Associate a contact", {}, scope=WRITE,
              refuses=WRITES),
    Operation("dissociate", "DELETE", ASSOCIATION + "/{toObjectId}", "End an association", {204: ""}, scope=WRITE,
              refuses=WRITES),
)  # fmt: skip


def area(version: str) -> Area:
    more = {"2026-09": (LISTING, *ASSOCIATING), "2026-03": ASSOCIATING}.get(version, ())
    return account_area(
        "Contacts",
        crm("objects", version) + "/{objectType}",
        (*OPERATIONS, *more),
        SENT | ANSWERED | written(version),
        parts={"objectType": OBJECT},
    )
