"""Exports, and the files that exports and the journal leave (HubSpot docs: exports guide)."""

from __future__ import annotations

from hubspot_simulator.description.common import account_area, crm
from hubspot_simulator.description.contacts import OPERAND, OPERATORS
from hubspot_simulator.description.operation import BINARY, Area, Operation
from hubspot_simulator.description.schema import (
    DIGITS,
    FLAG,
    INT32,
    INT64,
    MOMENT,
    TEXT,
    Schema,
    asked,
    choice,
    count,
    listed,
    maybe,
    record,
    ref,
)

SCOPE = "crm.export"
NAMES = listed(TEXT)
EXPORTS: dict[str, Schema] = {
    "ExportToStart": asked(
        exportType=choice("VIEW", "LIST"),
        exportName=TEXT,
        format=choice("CSV", "XLSX", "XLS"),
        language=TEXT,
        objectType=TEXT,
        objectProperties=NAMES,
        exportInternalValuesOptions=maybe(listed(choice("NAMES", "VALUES"))),
        associatedObjectType=maybe(listed(TEXT, 4)),
        includeLabeledAssociations=maybe(FLAG),
        includePrimaryDisplayPropertyForAssociatedObjects=maybe(FLAG),
        overrideAssociatedObjectsPerDefinitionPerRowLimit=maybe(FLAG),
        listId=maybe(TEXT),
        publicCrmSearchRequest=maybe(ref("ExportView")),
    ),
    "ExportView": asked(
        filterGroups=maybe(listed(asked(filters=listed(ref("ExportFilter"))), 3)),
        filters=maybe(listed(ref("ExportFilter"), 3)),
        sorts=maybe(listed(ref("ExportSort"))),
        query=maybe(TEXT),
    ),
    # Unlike those of a search, they say "property", which is needed, and "order".
    "ExportFilter": asked(
        property=maybe(TEXT),
        operator=OPERATORS,
        value=maybe(OPERAND),
        highValue=maybe(OPERAND),
        values=maybe(listed(OPERAND)),
    ),
    "ExportSort": asked(propertyName=maybe(TEXT), property=maybe(TEXT), order=maybe(choice("ASC", "DESC"))),
    "ExportTask": record(id=DIGITS),
    "ExportStatus": record(
        status=choice("PENDING", "PROCESSING", "COMPLETE"),
        requestedAt=MOMENT,
        startedAt=maybe(MOMENT),
        completedAt=maybe(MOMENT),
        result=maybe({"type": "string", "format": "uri"}),
    ),
    "Export": record(
        id=DIGITS,
        exportName=TEXT,
        exportType=choice("VIEW"),
        exportState=choice("ENQUEUED", "PROCESSING", "DONE"),
        objectType=choice("CONTACT"),
        objectProperties=NAMES,
        recordCount=maybe(count()),
        createdAt=MOMENT,
        updatedAt=MOMENT,
    ),
}
FILES: dict[str, Schema] = {
    "Bytes": {},
    "JournalFile": record(
        offset={"type": "string", "format": "uuid"},
        journalEvents=listed({"anyOf": [ref("RecordEvent"), ref("LifecycleEvent")]}),
        publishedAt=MOMENT,
    ),
    "RecordEvent": record(
        type=choice("crmObject", "gdprPrivacyDeletion"),
        portalId=INT32,
        occurredAt=MOMENT,
        action=choice("CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE", "SNAPSHOT", "GDPR_DELETE"),
        objectTypeId=TEXT,
        objectId=INT64,
        propertyChanges={"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        mergedObjectIds=maybe(listed(INT64)),
    ),
    "LifecycleEvent": record(
        type=choice("app_lifecycle_event"),
        portalId=INT32,
        occurredAt=MOMENT,
        action=choice("APP_INSTALL", "APP_UNINSTALL"),
        eventTypeId=choice("4-1909196", "4-1916193"),
        properties={"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
    ),
}


def areas(version: str) -> list[Area]:
    return [
        account_area(
            "Exports",
            crm("exports", version),
            (
                Operation("startExport", "POST", "/export/async", "Begin an export", {202: "ExportTask"},
                          takes="ExportToStart", scope=SCOPE, refuses=("400",)),
                Operation("getExportStatus", "GET", "/export/async/tasks/{taskId}/status", "How far an export is",
                          {200: "ExportStatus"}, scope=SCOPE),
                Operation("getExport", "GET", "/export/{exportId}", "What an export is", {200: "Export"}, scope=SCOPE),
            ),
            EXPORTS,
            parts={"taskId": INT64, "exportId": INT64},
        ),
        # The address is the credential; a journal's file takes no other.
        Area(
            "Files",
            "/_files",
            (
                Operation("getFile", "GET", "/{secret}/{name}", "A file of an export or of the journal", {200: "Bytes"},
                          media=BINARY, also={"application/json": "JournalFile"}),
            ),
            FILES,
            refuses=("400", "403", "414", "5XX"),
        ),
    ]  # fmt: skip
