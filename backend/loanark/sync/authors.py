"""Who changed which value in HubSpot, and when, as its webhooks told. For people to read: nothing is decided by it.

Of each property of a contact the newest edit is kept; whatever no webhook told of is not known here.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from loanark.connections import owners
from loanark.connections.models import Connection, FieldMapping
from loanark.contacts.queries import refuse_unseen
from loanark.kit import sql
from loanark.sync.monitor_schemas import HubSpotEditOut

#: Who is known stands in the place of these words.
_A_PERSON = "a person"

#: An edit is told of this long.
KEEP_DAYS = 90

#: HubSpot's names of what changes values, in words.
_WORDS = {
    "CRM_UI": "a person in HubSpot",
    "CRM_UI_BULK_ACTION": "a person in HubSpot, many at once",
    "MOBILE_IOS": "a person in HubSpot’s app",
    "MOBILE_ANDROID": "a person in HubSpot’s app",
    "IMPORT": "an import into HubSpot",
    "FORM": "a form",
    "AUTOMATION_PLATFORM": "a workflow of HubSpot",
    "CALCULATED": "HubSpot itself, which calculates it",
    "MERGE_OBJECTS": "a merge in HubSpot",
    "MERGE_CONTACTS": "a merge in HubSpot",
    "RESTORE_OBJECTS": "a person who restored it in HubSpot",
    **dict.fromkeys(("INTEGRATION", "API", "INTEGRATIONS_SYNC", "INTEGRATIONS_PLATFORM"), "another program"),
}

#: Whatever is no property name of HubSpot is no edit.
_LONGEST_NAME = 100


def told(events: Iterable[Mapping[str, Any]]) -> None:
    """Keeps the newest edit of each property that these events tell of. Call inside a tenant's scope."""
    newest: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        edit = _edit(event)
        if edit is None:
            continue
        before = newest.get(key := (edit["hubspot_id"], edit["property"]))
        if before is None or before["at"] <= edit["at"]:
            newest[key] = edit
    if newest:
        sql.execute(
            """INSERT INTO hubspot_edits AS e (hubspot_id, property, at, source, user_id, ours)
               SELECT * FROM jsonb_to_recordset(%s::jsonb)
                   AS r (hubspot_id text, property text, at timestamptz, source text, user_id text, ours boolean)
               ON CONFLICT (tenant_id, hubspot_id, property) DO UPDATE
               SET at = excluded.at, source = excluded.source, user_id = excluded.user_id, ours = excluded.ours
               WHERE e.at <= excluded.at""",
            # Ordered, so that two deliveries cannot lock each other's rows in opposite order.
            [orjson.dumps([newest[key] for key in sorted(newest)]).decode()],
        )


def _edit(event: Mapping[str, Any]) -> dict[str, Any] | None:
    id, name, at = event.get("objectId"), event.get("propertyName"), event.get("occurredAt")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME or "\0" in name or not isinstance(at, int):
        return None
    try:
        moment = datetime.fromtimestamp(at / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    if not str(id).isascii() or not str(id).isdecimal():
        return None
    source, by = str(event.get("changeSource") or ""), str(event.get("sourceId") or "")
    user = by.removeprefix("userId:")
    return {
        "hubspot_id": str(id),
        "property": name,
        "at": moment,
        "source": source if source.isidentifier() and len(source) <= _LONGEST_NAME else "",
        "user_id": user if user != by and user.isascii() and user.isdecimal() and len(user) <= 20 else None,
        "ours": bool(by) and by == str(event.get("appId")),
    }


def of_contact(contact_id: UUID) -> list[HubSpotEditOut]:
    """What is known of who changed a contact's values in HubSpot last, field by field. Raises: NotFound."""
    refuse_unseen(contact_id)
    found = sql.rows(
        """SELECT e.property, e.at, e.source, e.user_id, e.ours FROM hubspot_edits e JOIN contact_links l
               ON l.tenant_id = e.tenant_id AND l.hubspot_id = e.hubspot_id AND l.state = 'live'
           WHERE l.contact_id = %s""",
        [contact_id],
    )
    edits = {row["property"]: row for row in found}
    connection = Connection.objects.only("owners").first()
    people = {owner.user_id: owner.name for owner in owners.known(connection) if owner.user_id} if connection else {}
    mapped = FieldMapping.objects.filter(property_name__in=list(edits)).values_list("field", "property_name")
    return [
        HubSpotEditOut(field=field, at=edits[name]["at"], by=_words(edits[name], people))
        for field, name in sorted(mapped)
    ]


def _words(edit: sql.Row, people: Mapping[str, str]) -> str:
    if edit["ours"]:
        return "LoanArk"
    source = edit["source"]
    words = _WORDS.get(source) or (source.replace("_", " ").lower() if source else "somebody")
    if edit["user_id"] is None:
        return words
    name = people.get(edit["user_id"])
    if name and words.startswith(_A_PERSON):
        return name + words.removeprefix(_A_PERSON)
    return f"{words} ({name or 'user ' + edit['user_id']})"


def prune() -> None:
    """Forgets what is not told of any more. Call inside a tenant's scope."""
    sql.execute("DELETE FROM hubspot_edits WHERE at < now() - make_interval(days => %s)", [KEEP_DAYS])
