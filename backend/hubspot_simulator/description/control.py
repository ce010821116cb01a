"""The simulator's own control API."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, get_args, get_origin, get_type_hints

from hubspot_simulator.description import contacts, properties
from hubspot_simulator.description.common import VERSIONS
from hubspot_simulator.description.operation import Area, Operation
from hubspot_simulator.description.schema import (
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
    named,
    record,
    ref,
    whole,
)
from hubspot_simulator.disorder.faults import KINDS, Fault
from hubspot_simulator.exports import Pace
from hubspot_simulator.journal.settings import JournalSettings
from hubspot_simulator.records.rules import Rules
from hubspot_simulator.webhooks.configuration import Hooks

PLAIN: dict[Any, Schema] = {str: TEXT, int: INT64, bool: FLAG, float: {"type": "number"}}


def switches(cls: type[Any]) -> dict[str, Schema]:
    """The fields of a dataclass of settings, which are answered all and sent some at a time."""
    hints = get_type_hints(cls)
    return {one.name: _of(hints[one.name]) for one in fields(cls)}


def _of(hint: Any) -> Schema:
    if hint in PLAIN:
        return PLAIN[hint]
    kinds = get_args(hint)
    if get_origin(hint) is list:
        return listed(_of(kinds[0]))
    if get_origin(hint) is tuple:
        return {"type": "array", "prefixItems": [_of(kind) for kind in kinds], "minItems": len(kinds),
                "maxItems": len(kinds)}  # fmt: skip
    raise TypeError(hint)


def some(shape: dict[str, Schema]) -> Schema:
    return asked(**{name: maybe(schema) for name, schema in shape.items()})


RULES = switches(Rules)
PACE = switches(Pace)
HOOKS = switches(Hooks)
JOURNAL = switches(JournalSettings)
NAMES = listed(TEXT)
SECONDS: Schema = {"type": ["integer", "number"], "minimum": 0, "maximum": 86_400}
SHARE: Schema = {"type": ["integer", "number"], "minimum": 0, "maximum": 1}
ACTS = ("edit", "create", "archive", "restore", "merge", "erase", "drift", "bulk_edit")
DRIFTS = ("option_added", "option_removed", "option_relabelled", "archived", "unarchived", "read_only", "type")
PORTAL: dict[str, Schema] = {"portal_id": maybe(INT32)}
MAXIMA: dict[str, Schema] = {"max_requests_in_window": count(), "max_searches_in_second": count()}
SENT: dict[str, Schema] = {
    "Settings": asked(
        **PORTAL,
        limit=maybe(TEXT),
        search_limit=maybe(whole(0, 1_000_000)),
        daily_limit=maybe(whole(0, 2**31 - 1)),
        latency_ms=maybe(whole(0, 60_000)),
        search_lag_ms=maybe(whole(0, 2**31 - 1)),
        property_lag_ms=maybe(whole(0, 2**31 - 1)),
        properties_in_use=maybe(NAMES),
        rotate_refresh_tokens=maybe(FLAG),
        unavailable_scopes=maybe(NAMES),
        static_scopes=maybe(NAMES),
        rules=maybe(some(RULES)),
        exports=maybe(some(PACE)),
    ),
    "HooksToSet": some({**HOOKS, "kinds": NAMES, "properties": NAMES, "generations": NAMES}),
    "JournalToSet": some(JOURNAL),
    # An outage, a burst of 429, a storm, or else one fault.
    "FaultToAdd": asked(
        outage_seconds=maybe(SECONDS),
        throttle_seconds=maybe(SECONDS),
        storm=maybe(
            asked(
                rates=maybe(named(SHARE)),
                seed=maybe(INT32),
                method=maybe(TEXT),
                path=maybe(TEXT),
            )
        ),
        status=maybe(whole(0, 599)),
        count=maybe(whole(1, 1_000_000)),
        when=maybe(choice("", "before", "after")),
        method=maybe(TEXT),
        path=maybe(TEXT),
        delay_ms=maybe(whole(0, 600_000)),
        kind=maybe(choice(*KINDS)),
        seconds=maybe(SECONDS),
    ),
    "Rates": asked(rates=named(SHARE)),
    "ActsToDo": asked(
        **PORTAL,
        acts=maybe(whole(0, 1_000)),
        kind=maybe(choice("", *ACTS)),
        per_minute=maybe({"type": ["integer", "number"], "minimum": 0, "maximum": 1_000_000}),
        bulk_edit=maybe(whole(0, 1_000_000)),
        properties=maybe(named(TEXT)),
        drift=maybe(choice("", *DRIFTS)),
    ),
    "Advance": asked(ms=whole(0, 2**31 - 1)),
    "Moment": asked(**PORTAL, seconds=maybe(SECONDS)),
    "WhichAccount": asked(**PORTAL),
    "PersonCreates": asked(**PORTAL, properties=named(contacts.VALUE)),
    "PersonEdits": asked(**PORTAL, properties=named(contacts.VALUE), unchecked=maybe(FLAG)),
    "PersonMerges": asked(**PORTAL, primary=contacts.ID, secondary=contacts.ID),
    "PersonEditsSeveral": asked(**PORTAL, ids=listed(contacts.ID), properties=named(contacts.VALUE)),
}
ANSWERED: dict[str, Schema] = {
    "Status": record(
        now=MOMENT,
        base_url=TEXT,
        limit=TEXT,
        latency_ms=count(),
        exports=record(**PACE),
        rules=named(record(**RULES)),
        portals=listed(
            record(
                portal_id=INT32,
                contacts=count(),
                archived=count(),
                merged_away=count(),
                vip=count(),
                prospects=count(),
                installs=count(),
                search_lag_ms=count(),
                **MAXIMA,
            )
        ),
        statuses=named(count()),
        webhooks=ref("Hooks"),
    ),
    "Hooks": record(
        **HOOKS,
        kinds=NAMES,
        properties=NAMES,
        generations=NAMES,
        waiting=count(),
        delivered=count(),
        failed_attempts=count(),
        lost=count(),
    ),
    "JournalState": record(**JOURNAL, subscriptions=count(), files=count(), gathering=count(), lost=count()),
    "Requests": record(
        total=count(),
        statuses=named(count()),
        portals=named(record(**MAXIMA)),
        requests=listed(
            record(
                at=MOMENT,
                at_ms=count(),
                method=TEXT,
                path=TEXT,
                query=TEXT,
                status=count(),
                portal=maybe(INT32),
                fault=maybe(TEXT),
                by=maybe(choice("oauth", "static", "app")),
                problem=maybe(TEXT),
            )
        ),
    ),
    "Deliveries": record(
        deliveries=listed(
            record(
                number=count(),
                at=MOMENT,
                url=TEXT,
                events=count(),
                kinds=named(count()),
                attempt=count(),
                status=count(),
                problem=TEXT,
                ms=count(),
                objectIds=listed(count()),
            )
        )
    ),
    "Faults": record(
        faults=listed(record(**switches(Fault))),
        storm=record(rates=named({"type": "number"}), seed=INT64),
        outage_until={"type": ["string", "null"], "format": "date-time"},
    ),
    "Troubles": record(on=listed(record(kind=TEXT, says=TEXT, portal_id=count()))),
    "Edited": record(edited=count()),
    "Acts": record(did=listed(ref("Act")), done=named(count()), per_minute={"type": "number"}),
    "Act": record(
        kind=choice(*ACTS),
        id=maybe(TEXT),
        property=maybe(TEXT),
        value=maybe(TEXT),
        primary=maybe(TEXT),
        secondary=maybe(TEXT),
        contacts=maybe(count()),
        properties=maybe(named(TEXT)),
        change=maybe(choice(*DRIFTS)),
        refused=maybe(TEXT),
    ),
    "Now": record(now=MOMENT),
    "LockedUntil": record(locked_until=MOMENT),
    "MovingUntil": record(moving_until=MOMENT),
    "Expired": record(expired=count()),
    "Uninstalled": record(revoked=count()),
    "Done": record(),
    "Document": {"type": "object"},
}
DEFINITIONS = tuple(
    replace(one, id=f"person{one.id[0].upper()}{one.id[1:]}", path=f"/properties{one.path}", scope="",
            query={**one.query, "portal_id": INT32})
    for one in properties.OPERATIONS
)  # fmt: skip
OPERATIONS = (
    Operation("getDescription", "GET", "/openapi.json", "This document", {200: "Document"},
              query={"version": choice(*VERSIONS)}),
    Operation("getStatus", "GET", "/status", "Counts, limits, switches", {200: "Status"}),
    Operation("listRequests", "GET", "/requests", "The last requests", {200: "Requests"},
              query={"limit": whole(0, 5_000)}),
    Operation("forgetRequests", "DELETE", "/requests", "Start the maxima anew", {200: "Done"}),
    Operation("changeSettings", "PUT", "/settings", "Change while running", {200: "Status"}, takes="Settings",
              needs_body=False),
    Operation("getHooks", "GET", "/webhooks", "How webhooks are sent", {200: "Hooks"}),
    Operation("setHooks", "PUT", "/webhooks", "Change how webhooks are sent", {200: "Hooks"}, takes="HooksToSet",
              needs_body=False),
    Operation("getJournal", "GET", "/journal", "How the journal is kept", {200: "JournalState"}),
    Operation("setJournal", "PUT", "/journal", "Change how the journal is kept", {200: "JournalState"},
              takes="JournalToSet", needs_body=False),
    Operation("listDeliveries", "GET", "/deliveries", "The last deliveries", {200: "Deliveries"}),
    Operation("listFaults", "GET", "/faults", "The faults that wait", {200: "Faults"}),
    Operation("addFault", "POST", "/faults", "Let the next requests fail", {200: "Faults"}, takes="FaultToAdd",
              needs_body=False),
    Operation("clearFaults", "DELETE", "/faults", "No more faults", {200: "Faults"}),
    Operation("getTrouble", "GET", "/trouble", "All the trouble there is", {200: "Troubles"}),
    Operation("causeTrouble", "PUT", "/trouble", "Trouble at random", {200: "Troubles"}, takes="Rates"),
    Operation("stopTrouble", "DELETE", "/trouble", "No more trouble", {200: "Troubles"}),
    Operation("getSomeone", "GET", "/someone", "What others did in the account", {200: "Acts"}),
    Operation("letSomeoneAct", "POST", "/someone", "Let others work in the account", {200: "Acts"}, takes="ActsToDo",
              needs_body=False),
    Operation("advanceClock", "POST", "/clock/advance", "Let time pass", {200: "Now"}, takes="Advance"),
    Operation("lock", "POST", "/lock", "Lock the account's records", {200: "LockedUntil"}, takes="Moment",
              needs_body=False),
    Operation("move", "POST", "/move", "Move the account to another place", {200: "MovingUntil"}, takes="Moment",
              needs_body=False),
    Operation("expireTokens", "POST", "/tokens/expire", "Access tokens end now", {200: "Expired"},
              takes="WhichAccount", needs_body=False),
    Operation("revokeInstalls", "POST", "/installs/revoke", "The account uninstalls", {200: "Uninstalled"},
              takes="WhichAccount", needs_body=False),
    Operation("personCreates", "POST", "/contacts", "Create as the user", {201: "Contact"}, takes="PersonCreates",
              refuses=("409",)),
    Operation("personReads", "GET", "/contacts/{contact}", "Everything about a contact", {200: "Contact"},
              query={"portal_id": INT32}),
    Operation("personEdits", "PATCH", "/contacts/{contact}", "Edit as the user", {200: "Contact"},
              takes="PersonEdits", refuses=("409",)),
    Operation("personArchives", "POST", "/contacts/{contact}/archive", "Into the recycle bin", {200: "Done"}),
    Operation("personRestores", "POST", "/contacts/{contact}/restore", "Back from it", {200: "Contact"},
              refuses=("409",)),
    Operation("personErases", "POST", "/contacts/{contact}/privacy-delete", "Delete for good", {200: "Done"}),
    Operation("personMerges", "POST", "/merge", "Merge as the user", {200: "Contact"}, takes="PersonMerges",
              refuses=("409", "414")),
    Operation("personEditsSeveral", "POST", "/bulk-edit", "Edit several at once as the user", {200: "Edited"},
              takes="PersonEditsSeveral", refuses=("409",)),
    *DEFINITIONS,
)  # fmt: skip


def area() -> Area:
    """The same in every version, without credentials."""
    return Area(
        "Control",
        "/_control",
        OPERATIONS,
        SENT | ANSWERED,
        refuses=("400", "404"),
        refusal="Refusal",
        headers=(),
    )
