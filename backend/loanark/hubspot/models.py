"""HubSpot's answers, as small immutable objects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from loanark.hubspot.wire import parse_instant

#: The property that lists every id ever merged into a contact.
MERGED_IDS = "hs_merged_object_ids"
#: The property that lists a contact's e-mail addresses beside the first.
MORE_EMAILS = "hs_additional_emails"


class Revision(NamedTuple):
    """One earlier or present value of a property, and who wrote it."""

    value: str | None
    at: datetime
    source: str
    source_id: str | None


@dataclass(frozen=True, slots=True)
class Normalized:
    """HubSpot stored another value than the one sent."""

    property_name: str
    sent: str | None
    stored: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact as HubSpot answered it. Blank properties may be None or absent: both mean empty."""

    id: str
    properties: dict[str, str | None]
    archived: bool = False
    #: Property name to revisions, newest first; only when asked for.
    history: dict[str, tuple[Revision, ...]] = field(default_factory=dict)
    warnings: tuple[Normalized, ...] = ()
    #: Kept as sent and parsed when asked for: a sweep reads millions and looks at few.
    updated: str | None = None
    archived_since: str | None = None

    @property
    def updated_at(self) -> datetime | None:
        return parse_instant(self.updated) if self.updated else None

    @property
    def archived_at(self) -> datetime | None:
        return parse_instant(self.archived_since) if self.archived_since else None

    @property
    def merged_ids(self) -> tuple[str, ...]:
        """Ids that were merged into this contact, if `hs_merged_object_ids` was asked for."""
        return tuple(filter(None, (self.properties.get(MERGED_IDS) or "").split(";")))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the contact list. `after` None: the last page."""

    results: list[Contact]
    after: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True)
class BatchRead:
    """Contacts by the id asked for (or the value of the id property asked by)."""

    contacts: dict[str, Contact]
    #: Asked for, not answered: deleted, merged away or never there. Not yet evidence of a deletion.
    missing: list[str]
    read_at: datetime
    #: Asked for and failed for another reason, in HubSpot's words. No evidence of anything.
    failed: dict[str, str] = field(default_factory=dict)


class Found(NamedTuple):
    """A search hit: a hint that the contact changed, never a fact about it."""

    id: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of a search. The index lags behind the records, so `contacts` may be stale."""

    total: int
    results: list[Found]
    after: str | None
    read_at: datetime
    contacts: list[Contact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Create:
    """A contact to create. `key` is ours and names the row in the outcome; unique in its batch."""

    key: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Update:
    """Properties to change on the contact `id`."""

    key: str
    id: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upsert:
    """A contact to create or change, found by the value `id` of the unique property `id_property`."""

    key: str
    id: str
    id_property: str
    properties: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """HubSpot did it and answered with the contact as it is now (after an archive: its id only)."""

    contact: Contact
    new: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """HubSpot refused this row. Repeating it unchanged is useless."""

    reason: str
    properties: Mapping[str, str] = field(default_factory=dict)
    category: str = ""
    existing_id: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have happened: read the contact before writing it again."""

    reason: str


Outcome = Confirmed | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of every single input of a batch, by its key. None is ever left out."""

    outcomes: dict[str, Outcome]

    def __getitem__(self, key: str) -> Outcome:
        return self.outcomes[key]

    @property
    def confirmed(self) -> dict[str, Confirmed]:
        return {key: value for key, value in self.outcomes.items() if isinstance(value, Confirmed)}

    @property
    def rejected(self) -> dict[str, Rejected]:
        return {key: value for key, value in self.outcomes.items() if isinstance(value, Rejected)}

    @property
    def unknown(self) -> dict[str, Unknown]:
        return {key: value for key, value in self.outcomes.items() if isinstance(value, Unknown)}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of an enumeration; `value` is what the interface takes."""

    label: str
    value: str
    hidden: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """A contact property's definition."""

    name: str
    label: str
    type: str
    field_type: str
    options: tuple[Option, ...] = ()
    calculated: bool = False
    read_only: bool = False
    hubspot_defined: bool = False
    archived: bool = False
    has_unique_value: bool = False
    group_name: str = ""
    #: Chosen among the account's owners, whom HubSpot keeps elsewhere.
    external_options: bool = False


@dataclass(frozen=True, slots=True)
class PropertyGroup:
    """A heading under which HubSpot shows properties."""

    name: str
    label: str
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Owner:
    """A HubSpot user to whom contacts can be assigned; `id` is the value of `hubspot_owner_id`."""

    id: str
    email: str
    first_name: str
    last_name: str
    archived: bool
    #: Of the person, as webhooks name who edits; None: it is a queue, or who left.
    user_id: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or self.id


@dataclass(frozen=True, slots=True)
class Account:
    """The portal a token opens."""

    portal_id: str
    account_type: str
    time_zone: str
    ui_domain: str
    currency: str
    data_hosting_location: str

    def contact_url(self, contact_id: str) -> str:
        return f"https://{self.ui_domain}/contacts/{self.portal_id}/record/0-1/{contact_id}"


@dataclass(frozen=True, slots=True)
class DailyUsage:
    """Calls of the day by the account's private apps together."""

    limit: int
    used: int
    resets_at: datetime | None


Json = dict[str, Any]


def contact(row: Json) -> Contact:
    """Reads one record of any answer. Raises: KeyError, TypeError, ValueError, for what is no record."""
    id = row["id"]
    history = row.get("propertiesWithHistory")
    warnings = row.get("warnings")
    return Contact(
        id if type(id) is str and id else _id(id),
        _texts(row.get("properties") or {}),
        bool(row.get("archived")),
        _history(history) if history else {},
        tuple(map(_normalized, warnings)) if warnings else (),
        row.get("updatedAt"),
        row.get("archivedAt"),
    )


def _id(value: object) -> str:
    """Ids are texts of digits; a JSON number is taken for the text it stands for."""
    if type(value) is not int:
        raise ValueError(f"{value!r} is no id")
    return str(value)


_PLAIN = frozenset({str, type(None)})


def _texts(properties: Json) -> dict[str, str | None]:
    """HubSpot answers every value as a text; JSON numbers and booleans are taken for the texts they stand for."""
    if _PLAIN.issuperset(map(type, properties.values())):
        return properties
    return {
        name: orjson.dumps(value).decode() if isinstance(value, int | float) else value
        for name, value in properties.items()
    }


def _history(history: Mapping[str, Sequence[Json]]) -> dict[str, tuple[Revision, ...]]:
    return {name: tuple(sorted(map(_revision, rows), key=_at, reverse=True)) for name, rows in history.items()}


def _at(revision: Revision) -> datetime:
    return revision.at


def _revision(row: Json) -> Revision:
    at = parse_instant(row["timestamp"])
    return Revision(row.get("value") or None, at, str(row.get("sourceType") or ""), row.get("sourceId"))


def _normalized(row: Json) -> Normalized:
    context = {name: _first(value) for name, value in (row.get("context") or {}).items()}
    return Normalized(
        context.get("propertyName") or "",
        context.get("rawValue"),
        context.get("normalizedValue"),
        str(row.get("message") or ""),
    )


def _first(value: object) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    return None if value is None else str(value)


def property_(row: Json) -> Property:
    """Reads a property definition."""
    modification = row.get("modificationMetadata") or {}
    calculated = bool(row.get("calculated"))
    return Property(
        name=row["name"],
        label=row.get("label") or row["name"],
        type=row.get("type") or "",
        field_type=row.get("fieldType") or "",
        options=tuple(
            Option(
                str(option.get("label") or option["value"]),
                str(option["value"]),
                bool(option.get("hidden")),
                option.get("description") or "",
            )
            for option in row.get("options") or ()
        ),
        calculated=calculated,
        read_only=calculated or bool(modification.get("readOnlyValue")),
        hubspot_defined=bool(row.get("hubspotDefined")),
        archived=bool(row.get("archived")),
        has_unique_value=bool(row.get("hasUniqueValue")),
        group_name=row.get("groupName") or "",
        external_options=bool(row.get("externalOptions")),
    )


def property_group(row: Json) -> PropertyGroup:
    """Reads a property group."""
    return PropertyGroup(row["name"], row.get("label") or row["name"], bool(row.get("archived")))


def owner(row: Json) -> Owner:
    """Reads an owner."""
    return Owner(
        id=str(row["id"]),
        email=row.get("email") or "",
        first_name=row.get("firstName") or "",
        last_name=row.get("lastName") or "",
        archived=bool(row.get("archived")),
        user_id=str(user) if (user := row.get("userId") or row.get("userIdIncludingInactive")) else None,
    )


def account(row: Json) -> Account:
    """Reads the account's details."""
    return Account(
        portal_id=str(row["portalId"]),
        account_type=row.get("accountType") or "",
        time_zone=row.get("timeZone") or "UTC",
        ui_domain=row.get("uiDomain") or "app.hubspot.com",
        currency=row.get("companyCurrency") or "",
        data_hosting_location=row.get("dataHostingLocation") or "",
    )


def daily_usage(rows: Sequence[Json]) -> DailyUsage | None:
    """Reads the day's usage. None: HubSpot has no figures just now, or counts none for this kind of app."""
    for row in rows:
        if row.get("fetchStatus", "SUCCESS") in ("SUCCESS", "CACHED"):
            resets = row.get("resetsAt")
            return DailyUsage(
                int(row["usageLimit"]), int(row["currentUsage"]), parse_instant(resets) if resets else None
            )
    return None
