"""The webhook settings API and the webhooks journal (HubSpot docs: webhooks, webhooks journal)."""

from __future__ import annotations

from dataclasses import replace

from hubspot_simulator.description.common import batch, partial_batch
from hubspot_simulator.description.operation import Area, Operation
from hubspot_simulator.description.schema import (
    DIGITS,
    FLAG,
    INT32,
    INT64,
    MOMENT,
    TEXT,
    UUID,
    Schema,
    asked,
    choice,
    count,
    listed,
    maybe,
    record,
    ref,
    whole,
)
from hubspot_simulator.journal.filters import OPERATORS
from hubspot_simulator.journal.subscriptions import ACTIONS, LIFECYCLE, LIFECYCLE_EVENTS
from hubspot_simulator.webhooks.subscriptions import EVENT_TYPES

# ---- settings -----------------------------------------------------------------------------------------

_THROTTLING = asked(maxConcurrentRequests=whole(6, 2**31 - 1), period=maybe(choice("SECONDLY", "ROLLING_MINUTE")))
_HOOK = record(
    id=DIGITS,
    eventType=choice(*sorted(EVENT_TYPES)),
    propertyName=maybe(TEXT),
    objectTypeId=maybe(TEXT),
    active=FLAG,
    createdAt=MOMENT,
    updatedAt=MOMENT,
)
SETTINGS: dict[str, Schema] = {
    "TargetToSet": asked(targetUrl=TEXT, throttling=_THROTTLING),
    "HookToCreate": asked(
        eventType=choice(*sorted(EVENT_TYPES)),
        propertyName=maybe(TEXT),
        objectTypeId=maybe(TEXT),
        active=maybe(FLAG),
        eventTypeName=maybe(TEXT),
    ),
    "HookToUpdate": asked(active=maybe(FLAG)),
    "HooksToUpdate": asked(inputs=listed(asked(id=INT32, active=FLAG))),
    "Hook": _HOOK,
    "HookList": record(results=listed(ref("Hook"))),
    "HookBatch": batch(ref("Hook")),
}


def settings(version: str) -> Area:
    """The prefix changed with 2026-09, where the developer's key is the only credential and batches know no 207."""
    newest = version == "2026-09"
    throttling: dict[str, Schema] = {"maxConcurrentRequests": INT32}
    if version == "v3":
        throttling["period"] = choice("SECONDLY")
    target = record(targetUrl=TEXT, throttling=record(**throttling), createdAt=MOMENT, updatedAt=MOMENT)
    updated = {200: "HookBatch"} | ({} if newest else {207: "PartialHookBatch"})
    return Area(
        "Webhook settings",
        f"/{'app-webhooks' if newest else 'webhooks'}/{version}/{{appId}}",
        (
            Operation("getTarget", "GET", "/settings", "Where webhooks go", {200: "Target"}),
            Operation("setTarget", "PUT", "/settings", "Set where webhooks go", {200: "Target"}, takes="TargetToSet"),
            Operation("deleteTarget", "DELETE", "/settings", "Nowhere any more", {204: ""}),
            Operation("listHooks", "GET", "/subscriptions", "All subscriptions", {200: "HookList"}),
            Operation("createHook", "POST", "/subscriptions", "Subscribe", {201: "Hook"}, takes="HookToCreate",
                      refuses=("403", "409")),
            Operation("updateHooks", "POST", "/subscriptions/batch/update", "Switch many on or off", updated,
                      takes="HooksToUpdate"),
            Operation("getHook", "GET", "/subscriptions/{subscriptionId}", "One subscription", {200: "Hook"}),
            Operation("updateHook", "PATCH", "/subscriptions/{subscriptionId}", "Switch on or off", {200: "Hook"},
                      takes="HookToUpdate"),
            Operation("deleteHook", "DELETE", "/subscriptions/{subscriptionId}", "Unsubscribe", {204: ""}),
        ),
        SETTINGS | {"Target": target} | ({} if newest else {"PartialHookBatch": partial_batch(ref("Hook"))}),
        credentials=("developer",) if newest else ("developer", "developer_bearer"),
        refuses=("400", "401", "404", "414", "5XX"),
        parts={"appId": INT32, "subscriptionId": INT32},
        reads_fields=True,
    )  # fmt: skip


# ---- journal ------------------------------------------------------------------------------------------

_ACTION = choice(*(action for actions in ACTIONS.values() for action in actions))
_CONDITION: dict[str, Schema] = {
    "filterType": choice("CRM_OBJECT_PROPERTY"),
    "property": TEXT,
    "operator": choice(*OPERATORS),
    "value": maybe(TEXT),
    "values": maybe(listed(TEXT)),
}
_BATCH: dict[str, Schema] = {
    "status": choice("COMPLETE"),
    "results": listed(ref("JournalEntry"), 100),
    "requestedAt": MOMENT,
    "startedAt": MOMENT,
    "completedAt": MOMENT,
}
_ERRORS: dict[str, Schema] = {"numErrors": count(), "errors": listed(ref("RowError"))}
JOURNAL: dict[str, Schema] = {
    "JournalEntry": record(url={"type": "string", "format": "uri"}, expiresAt=MOMENT, currentOffset=UUID),
    "JournalEntries": record(**_BATCH),
    "SomeJournalEntries": record(**_BATCH, **_ERRORS),
    "OffsetsToRead": asked(inputs=listed(TEXT, 100)),
    "SnapshotsToTake": asked(
        snapshotRequests=listed(
            asked(portalId=INT64, objectTypeId=TEXT, objectId=INT64, properties=maybe(listed(TEXT))), 100
        )
    ),
    "SnapshotsAsked": record(
        snapshotResponses=listed(record(portalId=INT64, objectTypeId=TEXT, objectId=INT64, snapshotStatusId=UUID))
    ),
    "SnapshotStatus": record(
        id=UUID,
        status=choice("PENDING", "IN_PROGRESS", "SUCCESS", "FAILED", "EXPIRED"),
        initiatedAt=INT64,
        completedAt=maybe(INT64),
        errorCode=maybe(choice("TIMEOUT", "VALIDATION_ERROR", "INTERNAL_ERROR", "PERMISSION_DENIED")),
        message=maybe(TEXT),
    ),
    "SubscriptionToPut": {"anyOf": [ref("RecordSubscription"), ref("LifecycleSubscription")]},
    "RecordSubscription": asked(
        subscriptionType=choice(*ACTIONS),
        portalId=INT64,
        objectTypeId=maybe(TEXT),
        actions=listed(_ACTION),
        properties=maybe(listed(TEXT)),
        objectIds=maybe(listed(INT64)),
        associatedObjectTypeIds=maybe(listed(TEXT)),
        listIds=maybe(listed(INT64)),
    ),
    "LifecycleSubscription": asked(
        subscriptionType=choice(LIFECYCLE),
        eventTypeId=choice(*LIFECYCLE_EVENTS),
        properties=maybe(listed(TEXT)),
    ),
    "Subscription": record(
        id=INT64,
        appId=INT64,
        portalId=maybe(INT64),
        subscriptionType=choice(*ACTIONS, LIFECYCLE),
        objectTypeId=TEXT,
        actions=listed(choice(*_ACTION["enum"], *LIFECYCLE_EVENTS.values())),
        properties=listed(TEXT),
        objectIds=listed(INT64),
        associatedObjectTypeIds=listed(TEXT),
        listIds=listed(INT64),
        createdAt=MOMENT,
        updatedAt=MOMENT,
    ),
    "Subscriptions": record(results=listed(ref("Subscription"))),
    "FilterToMake": asked(subscriptionId=INT64, filter=asked(conditions=listed(asked(**_CONDITION)))),
    "FilterMade": record(filterId=INT64),
    "SubscriptionFilter": record(id=INT64, createdAt=INT64, filter=record(conditions=listed(record(**_CONDITION)))),
    "SubscriptionFilters": listed(ref("SubscriptionFilter")),
}
_READ = "developer.webhooks_journal.read"
_SNAPSHOTS_READ = "developer.webhooks_journal.snapshots.read"
_SNAPSHOTS_WRITE = "developer.webhooks_journal.snapshots.write"
_SUBSCRIPTIONS_READ = "developer.webhooks_journal.subscriptions.read"
_SUBSCRIPTIONS_WRITE = "developer.webhooks_journal.subscriptions.write"
_ONE = {200: "JournalEntry", 204: ""}
_MANY = {200: "JournalEntries", 204: ""}


def _entries(section: str, mark: str) -> tuple[Operation, ...]:
    """``journal`` has the events of all accounts, ``journal-local`` those of one."""
    query = {"installPortalId": INT32}

    def get(name: str, path: str, says: str, gives: dict[int, str]) -> Operation:
        return Operation(f"get{mark}{name}", "GET", f"/{section}/{{v}}{path}", says, gives, scope=_READ, query=query)

    return (
        get("Earliest", "/earliest", "The oldest file", _ONE),
        get("Latest", "/latest", "The newest file", _ONE),
        get("Next", "/offset/{offset}/next", "The file after one", _ONE),
        get("EarliestMany", "/batch/earliest/{count}", "The oldest files", _MANY),
        get("LatestMany", "/batch/latest/{count}", "The newest files", _MANY),
        get("NextMany", "/batch/{offset}/next/{count}", "The files after one", _MANY),
        Operation(f"read{mark}Entries", "POST", f"/{section}/{{v}}/batch/read", "Files by their offsets",
                  {200: "JournalEntries", 207: "SomeJournalEntries"}, takes="OffsetsToRead", scope=_READ, query=query),
        Operation(f"get{mark}SnapshotStatus", "GET", f"/{section}/{{v}}/status/{{statusId}}", "How far a snapshot is",
                  {200: "SnapshotStatus"}, scope=_SNAPSHOTS_READ),
    )  # fmt: skip


_OTHERS = (
    Operation("takeSnapshots", "POST", "/snapshots/{v}/crm", "Ask for the state of records", {200: "SnapshotsAsked"},
              takes="SnapshotsToTake", scope=_SNAPSHOTS_WRITE),
    Operation("listSubscriptions", "GET", "/subscriptions/{v}", "All subscriptions", {200: "Subscriptions"},
              scope=_SUBSCRIPTIONS_READ),
    Operation("putSubscription", "POST", "/subscriptions/{v}", "Subscribe", {200: "Subscription"},
              takes="SubscriptionToPut", scope=_SUBSCRIPTIONS_WRITE),
    Operation("getSubscription", "GET", "/subscriptions/{v}/{subscriptionId}", "One subscription",
              {200: "Subscription"}, scope=_SUBSCRIPTIONS_READ),
    Operation("deleteSubscription", "DELETE", "/subscriptions/{v}/{subscriptionId}", "Unsubscribe", {204: ""},
              scope=_SUBSCRIPTIONS_WRITE),
    Operation("deleteSubscriptionsOf", "DELETE", "/subscriptions/{v}/portals/{portalId}",
              "End the subscriptions of an account", {204: ""}, scope=_SUBSCRIPTIONS_WRITE),
    Operation("makeFilter", "POST", "/subscriptions/{v}/filters", "Narrow a subscription", {200: "FilterMade"},
              takes="FilterToMake", scope=_SUBSCRIPTIONS_WRITE),
    Operation("listFilters", "GET", "/subscriptions/{v}/filters/subscription/{subscriptionId}",
              "The filters of a subscription", {200: "SubscriptionFilters"}, scope=_SUBSCRIPTIONS_READ),
    Operation("getFilter", "GET", "/subscriptions/{v}/filters/{filterId}", "One filter", {200: "SubscriptionFilter"},
              scope=_SUBSCRIPTIONS_READ),
    Operation("deleteFilter", "DELETE", "/subscriptions/{v}/filters/{filterId}", "End a filter", {204: ""},
              scope=_SUBSCRIPTIONS_WRITE),
)  # fmt: skip


def journal(version: str) -> Area:
    """Of dated versions only. It opens with the app's own token, and counts in no account."""
    operations = (*_entries("journal", ""), *_entries("journal-local", "Local"), *_OTHERS)
    return Area(
        "Journal",
        "/webhooks-journal",
        [replace(one, path=one.path.replace("{v}", version)) for one in operations],
        JOURNAL,
        credentials=("app",),
        refuses=("400", "401", "403", "404", "410", "414", "429", "5XX"),
        parts={
            "offset": UUID,
            "statusId": UUID,
            "count": whole(1, 100),
            "subscriptionId": INT64,
            "filterId": INT64,
            "portalId": INT64,
        },
        reads_fields=True,
    )


def areas(version: str) -> list[Area]:
    return [settings(version), *([] if version == "v3" else [journal(version)])]
