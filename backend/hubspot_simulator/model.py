"""What a portal holds: contacts, property definitions, owners, and who changed what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

Props = dict[str, str]


def read_number(text: str) -> int | None:
    """An id or a count as it is written: ASCII digits within 64 bits. ``None`` for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) < 2**63 else None


class Source(NamedTuple):
    """Who wrote a value. HubSpot API facts (history): own API writes show INTEGRATION and the app id."""

    kind: str
    id: str


IMPORT = Source("IMPORT", "seed")
USER = Source("CRM_UI", "userId:4711")
MERGE = Source("MERGE_OBJECTS", "merge")
RESTORE = Source("RESTORE_OBJECTS", "userId:4711")


class Revision(NamedTuple):
    """One value a property once had."""

    at: int
    value: str
    source: Source


# HubSpot API facts (values): ids no longer fit 32 bits.
FIRST_ID = 150_000_000_101

# HubSpot API facts (history): depth is limited; 45 revisions for contacts.
HISTORY_DEPTH = 45


class Contact:
    """One contact record.

    ``props`` holds non-empty stored values and is replaced, never changed, on a write: the search index
    keeps the older mapping until its lag has passed. ``history`` stays ``None`` until the first change.
    """

    __slots__ = (
        "archived",
        "created",
        "entered",
        "history",
        "id",
        "origin",
        "props",
        "updated",
        "wire",
        "wire_key",
    )

    def __init__(self, contact_id: int, props: Props, created: int, updated: int, origin: Source = IMPORT) -> None:
        self.id = contact_id
        self.props = props
        self.created = created
        self.entered = created
        self.updated = updated
        self.origin = origin
        self.archived = 0
        self.history: dict[str, list[Revision]] | None = None
        self.wire: bytes = b""
        self.wire_key = -1

    def revisions(self, name: str) -> list[Revision]:
        """Newest first."""
        kept = (self.history or {}).get(name)
        if kept is not None:
            return kept[::-1]
        value = self.props.get(name)
        return [Revision(self.entered, value, self.origin)] if value else []

    def record(self, name: str, revision: Revision) -> None:
        """Remember a new value, keeping the first one that the seed had only implied."""
        if self.history is None:
            self.history = {}
        kept = self.history.get(name)
        if kept is None:
            kept = self.history[name] = self.revisions(name)[::-1]
        kept.append(revision)
        del kept[:-HISTORY_DEPTH]

    def dump(self) -> dict[str, Any]:
        """The whole state, for the state file."""
        return {
            "id": self.id,
            "props": self.props,
            "created": self.created,
            "entered": self.entered,
            "updated": self.updated,
            "archived": self.archived,
            "origin": list(self.origin),
            "history": {name: [[r.at, r.value, *r.source] for r in kept] for name, kept in self.history.items()}
            if self.history
            else None,
        }

    @classmethod
    def load(cls, state: dict[str, Any]) -> Contact:
        contact = cls(state["id"], state["props"], state["created"], state["updated"], Source(*state["origin"]))
        contact.entered = state["entered"]
        contact.archived = state["archived"]
        if state["history"]:
            contact.history = {
                name: [Revision(at, value, Source(kind, by)) for at, value, kind, by in kept]
                for name, kept in state["history"].items()
            }
        return contact


@dataclass(slots=True)
class Option:
    """One allowed value of an enumeration."""

    value: str
    label: str
    hidden: bool = False
    order: int = -1
    description: str = ""

    def wire(self) -> dict[str, Any]:
        return {
            "label": self.label,
            "value": self.value,
            "description": self.description,
            "displayOrder": self.order,
            "hidden": self.hidden,
        }


@dataclass(slots=True)
class Property:
    """A property definition."""

    name: str
    label: str
    type: str = "string"
    field_type: str = "text"
    group: str = "contactinformation"
    options: list[Option] = field(default_factory=list)
    description: str = ""
    order: int = -1
    unique: bool = False
    hidden: bool = False
    form_field: bool = True
    defined_by_hubspot: bool = True
    read_only: bool = False
    calculated: bool = False
    external_options: bool = False
    created: int = 0
    updated: int = 0
    archived: int = 0
    visible_from: int = 0

    @property
    def multiple(self) -> bool:
        return self.type == "enumeration" and self.field_type == "checkbox"


@dataclass(slots=True)
class Owner:
    """A HubSpot user who can own records."""

    id: int
    user_id: int
    first: str
    last: str
    email: str
    created: int
    archived: bool = False


class Event(NamedTuple):
    """Something webhooks may tell."""

    kind: str
    portal_id: int
    object_id: int
    at: int
    source: Source
    detail: dict[str, Any]
    with_creation: bool = False  # a first value, told together with the creation of its record
