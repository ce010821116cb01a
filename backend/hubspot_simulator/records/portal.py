"""One HubSpot account: its records, the rules for changing them, and what each change leaves behind.

Every mutation goes through here, whoever asks (the API, a person, a merge): values are checked, uniqueness is
kept, history grows, the search index hears of it later, the state file at once, and webhooks get an event.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from hubspot_simulator import errors
from hubspot_simulator.clock import DAY_MS, Clock, iso
from hubspot_simulator.limits import Meter
from hubspot_simulator.model import (
    FIRST_ID,
    Contact,
    Event,
    Owner,
    Property,
    Props,
    Revision,
    Source,
)
from hubspot_simulator.records import catalogue, drafts
from hubspot_simulator.records.computed import VIRTUAL, made_of
from hubspot_simulator.records.drafts import Claims, Draft, unique_key
from hubspot_simulator.records.locks import RecordLocks
from hubspot_simulator.records.merging import addresses, combine, joined_history
from hubspot_simulator.records.rules import Rules
from hubspot_simulator.records.search import SearchIndex

# HubSpot API facts (list): these come unasked.
DEFAULT_PROPERTIES = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
KEPT_ARCHIVED_MS = 90 * DAY_MS
MAX_IDENTITIES = 250


Persist = Callable[[str, int, Any], None]


class Portal:
    """State of one account."""

    def __init__(
        self,
        portal_id: int,
        clock: Clock,
        emit: Callable[[Event], None],
        persist: Persist,
        lag_ms: int,
        property_lag_ms: int = 0,
    ) -> None:
        self.id = portal_id
        self.clock = clock
        self.time_zone = "US/Central"
        self.company = "LoanArk Lending"
        self.account_type = "STANDARD"
        self.properties: dict[str, Property] = catalogue.standard() | catalogue.lending()
        self.groups: dict[str, dict[str, Any]] = {
            name: {"name": name, "label": label, "displayOrder": order, "archived": False}
            for order, (name, label) in enumerate(catalogue.GROUPS.items())
        }
        self.owners: dict[int, Owner] = {}
        self.owner_ids: frozenset[str] = frozenset()
        self.contacts: dict[int, Contact] = {}
        self.live: list[int] = []
        self.archived: list[int] = []
        self.aliases: dict[int, int] = {}
        self.emails: dict[str, int] = {}
        self.unique: dict[str, dict[str, int]] = {}
        # Unique values that a merge took from a record, with that record's id.
        self.retired: dict[tuple[str, str], int] = {}
        self.blocked: set[str] = set()
        # Properties that a workflow, list or form uses: they cannot be archived.
        self.in_use: set[str] = set()
        self.next_id = FIRST_ID
        self.rules = Rules()
        self.locks = RecordLocks()
        self.property_lag_ms = property_lag_ms
        self.meter = Meter("America/Chicago")
        self.index = SearchIndex(self, lag_ms)
        self.unavailable_scopes: frozenset[str] = frozenset()
        self.locked_until = 0
        self.moving_until = 0
        self._emit = emit
        self._persist = persist
        self._key_ids: dict[tuple[str, ...], int] = {}
        self._keys: dict[int, tuple[str, ...]] = {}

    # ---- loading ------------------------------------------------------------------------------------

    def seed(self, contacts: Iterable[Contact]) -> None:
        """Put generated records in place without history, events or state file."""
        for contact in contacts:
            self._store(contact)
        self.live.sort()
        self.index.fill()

    def _store(self, contact: Contact) -> None:
        self.contacts[contact.id] = contact
        (self.archived if contact.archived else self.live).append(contact.id)
        if not contact.archived:
            self._claim(contact)
        self.next_id = max(self.next_id, contact.id + 1)

    def set_owners(self, owners: Iterable[Owner]) -> None:
        self.owners = {owner.id: owner for owner in owners}
        self.owner_ids = frozenset(str(owner.id) for owner in self.owners.values() if not owner.archived)

    def restore_state(self, kind: str, data: Any) -> None:
        """Replay one entry of the state file of this account."""
        match kind:
            case "contact":
                contact = Contact.load(data)
                self._forget(contact.id)
                self._store(contact)
            case "gone":
                self._forget(data["id"])
                if "into" in data:
                    self.aliases[data["id"]] = data["into"]
                    for name, key in data.get("keys", []):
                        self.retired[name, key] = data["id"]
            case "property":
                self.properties[data["name"]] = load_property(data)
                self.refresh_unique(data["name"])
            case "property gone":
                self.properties.pop(data["name"], None)
            case "blocked":
                self.blocked.add(data["email"])
            case "group":
                self.groups[data["name"]] = data
            case "next_id":
                self.next_id = max(self.next_id, data)

    def settle(self) -> None:
        """Bring the ordered lists and the index in line after a replay."""
        self.live = sorted(c.id for c in self.contacts.values() if not c.archived)
        self.archived = sorted(c.id for c in self.contacts.values() if c.archived)
        for name in [p.name for p in self.properties.values() if p.unique]:
            self.refresh_unique(name)
        self.index.fill()

    def _forget(self, contact_id: int) -> None:
        contact = self.contacts.pop(contact_id, None)
        if contact is not None and not contact.archived:
            self._release(contact)

    # ---- the account's state ------------------------------------------------------------------------

    def refuse_while_moving(self, now: int) -> None:
        if now < self.moving_until:
            raise errors.moving(-(-(self.moving_until - now) // 1000))

    def refuse_while_locked(self, now: int) -> None:
        if now < self.locked_until:
            raise errors.locked()

    # ---- reading ------------------------------------------------------------------------------------

    def resolve(self, contact_id: int) -> int:
        """Follow merges: a merged-away id answers with its survivor (docs: merge functionality)."""
        while contact_id in self.aliases:
            contact_id = self.aliases[contact_id]
        return contact_id

    def find(self, contact_id: int, archived: bool = False) -> Contact | None:
        contact = self.contacts.get(self.resolve(contact_id))
        if contact is None or bool(contact.archived) != archived:
            return None
        return None if self._purged(contact) else contact

    def find_by(self, name: str, value: str) -> Contact | None:
        """By e-mail (secondary addresses match too) or by a property declared unique."""
        contact_id = self.holder(name, value)
        if contact_id is not None:
            return self.contacts[contact_id]
        merged = self.retired.get((name, unique_key(name, value)))
        return self.find(merged) if merged is not None and self.rules.merged_value_finds_survivor else None

    def holder(self, name: str, value: str) -> int | None:
        """Who has this address or this value of a unique property now."""
        index = self.emails if name == "email" else self.unique.get(name, {})
        return index.get(unique_key(name, value))

    def is_key(self, name: str) -> bool:
        return name == "email" or (self.is_visible(name) and self.properties[name].unique)

    def is_visible(self, name: str) -> bool:
        """A new property is there only after a moment (reports: 250 to 700 ms), an archived one no more."""
        return self._is_seen(self.properties.get(name), self.clock.now_ms())

    @staticmethod
    def _is_seen(prop: Property | None, now: int) -> bool:
        return prop is not None and not prop.archived and prop.visible_from <= now

    def page(self, after: int, limit: int, archived: bool) -> tuple[list[Contact], int | None]:
        """Records from id ``after`` on, and where the next page starts.

        HubSpot API facts (list): the cursor is an inclusive lower bound on the id: last id + 1.
        """
        order = self.archived if archived else self.live
        start = bisect_left(order, after)
        ids = order[start : start + limit]
        more = start + limit < len(order)
        contacts = self.contacts
        page = [contacts[i] for i in ids]
        if archived:
            page = [contact for contact in page if not self._purged(contact)]
        return page, ids[-1] + 1 if more else None

    def _purged(self, contact: Contact) -> bool:
        return bool(contact.archived) and contact.archived < self.clock.now_ms() - KEPT_ARCHIVED_MS

    def value(self, contact: Contact, name: str) -> str | None:
        """One property as HubSpot would show it; ``None`` when it is empty."""
        virtual = VIRTUAL.get(name)
        return virtual(contact) if virtual else contact.props.get(name)

    def key_for(self, names: Iterable[str]) -> int:
        """A small number for a set of wanted properties; unknown names are silently left out."""
        now = self.clock.now_ms()
        wanted = tuple(sorted({n for n in names if self._is_seen(self.properties.get(n), now)}))
        key = self._key_ids.get(wanted)
        if key is None:
            key = self._key_ids[wanted] = len(self._key_ids)
            self._keys[key] = wanted
        return key

    def wire(self, contact: Contact, key: int) -> bytes:
        """A record as JSON, kept until it changes: listing is mostly joining bytes."""
        if contact.wire_key != key:
            # A copy, since what orjson answers keeps its whole buffer of several kilobytes.
            contact.wire = b"%b" % orjson.dumps(self.document(contact, self._keys[key]))
            contact.wire_key = key
        return contact.wire

    def document(self, contact: Contact, names: Iterable[str]) -> dict[str, Any]:
        """A record as it is shown. A defined but empty property is null (docs: contacts guide)."""
        created, updated = iso(contact.created), iso(contact.updated)
        held = contact.props.get
        shown = {name: held(name) for name in names}
        for name, made in made_of(tuple(names)):
            shown[name] = made(contact)
        document: dict[str, Any] = {
            "id": str(contact.id),
            "properties": shown,
            "createdAt": created,
            "updatedAt": updated,
            "archived": bool(contact.archived),
        }
        if contact.archived:
            document["archivedAt"] = iso(contact.archived)
        document["url"] = f"https://app.hubspot.com/contacts/{self.id}/record/0-1/{contact.id}"
        return document

    def history(self, contact: Contact, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        return {name: [wire_revision(r) for r in contact.revisions(name)] for name in names}

    # ---- checking -----------------------------------------------------------------------------------

    def draft(
        self,
        raw: Mapping[str, Any],
        *,
        current: Contact | None,
        dated: bool,
        claims: Claims | None = None,
        owner: int = 0,
    ) -> Draft:
        """Check the values of one write against the definitions and against all other records.

        ``dated`` is true under 2026-09, where the account's required-field rules hold and normalised dates
        are reported. ``claims`` holds what earlier rows of the same batch have taken.
        """
        return drafts.check(self, raw, current, dated, claims, owner)

    # ---- changing -----------------------------------------------------------------------------------

    def create(self, draft: Draft, source: Source) -> Contact:
        now = self.clock.now_ms()
        props = {name: value for name, value in draft.props.items() if value}
        props.setdefault("lifecyclestage", "lead")
        contact = Contact(self._new_id(), props, now, now, source)
        contact.created = draft.created if draft.created is not None else now
        self.contacts[contact.id] = contact
        insort(self.live, contact.id)
        self._claim(contact)
        self._changed(contact)
        self.tell("creation", contact.id, source, {"changeFlag": "CREATED"})
        for name, value in props.items():
            detail = {"propertyName": name, "propertyValue": value}
            self.tell("propertyChange", contact.id, source, detail, with_creation=True)
        return contact

    def update(self, contact: Contact, draft: Draft, source: Source, at: int | None = None) -> Contact:
        now = self.clock.now_ms() if at is None else at
        changed = {n: v for n, v in draft.props.items() if contact.props.get(n, "") != v}
        if draft.created is not None and draft.created != contact.created:
            contact.created = draft.created
        elif not changed and not ((draft.props or draft.created is not None) and self.rules.same_value_touches):
            return contact
        self._rewrite(contact, changed, now, source)
        for name, value in changed.items():
            self.tell("propertyChange", contact.id, source, {"propertyName": name, "propertyValue": value})
        return contact

    def update_together(self, contacts: Iterable[Contact], values: Mapping[str, str], source: Source) -> None:
        """A bulk job: what fits each record is written, and all are modified in the same millisecond."""
        at = self.clock.now_ms()
        for contact in contacts:
            self.update(contact, self.draft(values, current=contact, dated=False), source, at)

    def _rewrite(self, contact: Contact, changed: Props, now: int, source: Source) -> None:
        self._release(contact)
        for name, value in changed.items():
            contact.record(name, Revision(now, value, source))
        merged = {**contact.props, **changed}
        contact.props = {name: value for name, value in merged.items() if value}
        contact.updated = max(now, contact.updated)
        self._claim(contact)
        self._changed(contact)

    def archive(self, contact: Contact, source: Source) -> None:
        """Into the recycle bin for 90 days."""
        self._release(contact)
        contact.archived = self.clock.now_ms()
        self._leave(self.live, contact.id)
        insort(self.archived, contact.id)
        self._changed(contact)
        self.tell("deletion", contact.id, source, {})

    def restore(self, contact: Contact, source: Source) -> None:
        """Only a person can do this; the API has no restore (docs: objects guide)."""
        for name in contact.props:
            holder = self.holder(name, contact.props[name]) if self.is_key(name) else None
            if holder is not None:
                raise errors.conflict(holder)
        contact.archived = 0
        contact.updated = self.clock.now_ms()
        self._leave(self.archived, contact.id)
        insort(self.live, contact.id)
        self._claim(contact)
        self._changed(contact)
        self.tell("restore", contact.id, source, {})

    def erase(self, contact: Contact, source: Source) -> None:
        """Privacy deletion: values go for good (docs: privacyDeletion and deletion are both sent)."""
        self._drop(contact)
        self._persist("gone", self.id, {"id": contact.id})
        self.tell("privacyDeletion", contact.id, source, {})
        self.tell("deletion", contact.id, source, {})

    def merge(self, primary: Contact, secondary: Contact, source: Source) -> Contact:
        """Both records go; a new one with a new id takes their place (docs: merge functionality)."""
        now = self.clock.now_ms()
        props = combine(primary, secondary, now)
        if props["hs_merged_object_ids"].count(";") >= MAX_IDENTITIES:
            raise errors.ApiError(414, f"Cannot have more than {MAX_IDENTITIES} identities on a profile")
        new_id = primary.id if self.rules.merge_keeps_primary_id else self._new_id()
        survivor = Contact(new_id, props, now, now, source)
        survivor.created = min(primary.created, secondary.created)
        survivor.history = joined_history(primary, secondary, props, now)
        for old in (primary, secondary):
            self._drop(old)
            if old.id != new_id:
                self._retire(old, survivor)
        self.contacts[survivor.id] = survivor
        insort(self.live, survivor.id)
        self._claim(survivor)
        self._changed(survivor)
        moved = sum(primary.props.get(name) != value for name, value in props.items())
        detail = {
            "primaryObjectId": primary.id,
            "mergedObjectIds": [secondary.id],
            "newObjectId": survivor.id,
            "numberOfPropertiesMoved": moved,
        }
        self.tell("merge", survivor.id, source, detail)
        return survivor

    def _retire(self, old: Contact, survivor: Contact) -> None:
        """The id leads to the survivor from now on; unique values that the survivor did not keep are remembered."""
        keys = [
            (name, unique_key(name, old.props[name]))
            for name in self.unique
            if name in old.props and old.props[name] != survivor.props.get(name)
        ]
        self.aliases[old.id] = survivor.id
        self.retired.update(dict.fromkeys(keys, old.id))
        self._persist("gone", self.id, {"id": old.id, "into": survivor.id, "keys": keys})

    def block(self, address: str) -> None:
        """An address that no record has or may have: what a privacy deletion of an unknown one leaves."""
        self.blocked.add(address.strip().lower())
        self._persist("blocked", self.id, {"email": address.strip().lower()})

    def force(self, contact: Contact, props: Props, source: Source) -> None:
        """Store values unchecked, as old imports and forms did: for records that no rule would let in."""
        self._rewrite(contact, props, self.clock.now_ms(), source)
        for name, value in props.items():
            self.tell("propertyChange", contact.id, source, {"propertyName": name, "propertyValue": value})

    def tell(
        self, kind: str, object_id: int, source: Source, detail: dict[str, Any], *, with_creation: bool = False
    ) -> None:
        self._emit(Event(kind, self.id, object_id, self.clock.now_ms(), source, detail, with_creation))

    def property_changed(self, prop: Property) -> None:
        """After a definition changed: the state file hears of it, cached records are stale."""
        self._key_ids.clear()
        self._keys.clear()
        for contact in self.contacts.values():
            contact.wire_key = -1
        self.refresh_unique(prop.name)
        self._persist("property", self.id, dump_property(prop))

    def purge_properties(self) -> None:
        """Properties archived for 90 days go, and their values with them (docs: properties guide)."""
        limit = self.clock.now_ms() - KEPT_ARCHIVED_MS
        for name in [p.name for p in self.properties.values() if p.archived and p.archived < limit]:
            del self.properties[name]
            self.unique.pop(name, None)
            self._persist("property gone", self.id, {"name": name})
            for contact in self.contacts.values():
                if name in contact.props:
                    contact.props = {key: value for key, value in contact.props.items() if key != name}
                    self._persist("contact", self.id, contact)

    def group_changed(self, group: dict[str, Any]) -> None:
        self._persist("group", self.id, group)

    def refresh_unique(self, name: str) -> None:
        prop = self.properties[name]
        if prop.unique and not prop.archived:
            self.unique[name] = {
                unique_key(name, c.props[name]): c.id
                for c in self.contacts.values()
                if not c.archived and name in c.props
            }

    # ---- bookkeeping --------------------------------------------------------------------------------

    def _new_id(self) -> int:
        new_id = self.next_id
        self.next_id += 1
        self._persist("next_id", self.id, self.next_id)
        return new_id

    def _changed(self, contact: Contact) -> None:
        contact.wire_key = -1
        self.index.heard(contact, self.clock.now_ms())
        self._persist("contact", self.id, contact)

    def _drop(self, contact: Contact) -> None:
        self._release(contact)
        self._leave(self.archived if contact.archived else self.live, contact.id)
        del self.contacts[contact.id]
        self.index.lost(contact.id, self.clock.now_ms())

    @staticmethod
    def _leave(order: list[int], contact_id: int) -> None:
        position = bisect_left(order, contact_id)
        if position < len(order) and order[position] == contact_id:
            del order[position]

    def _claim(self, contact: Contact) -> None:
        for address in addresses(contact.props):
            self.emails.setdefault(address, contact.id)
        for name, index in self.unique.items():
            value = contact.props.get(name)
            if value:
                index.setdefault(unique_key(name, value), contact.id)

    def _release(self, contact: Contact) -> None:
        for address in addresses(contact.props):
            if self.emails.get(address) == contact.id:
                del self.emails[address]
        for name, index in self.unique.items():
            value = contact.props.get(name)
            if value and index.get(unique_key(name, value)) == contact.id:
                del index[unique_key(name, value)]


def wire_revision(revision: Revision) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "value": revision.value,
        "timestamp": iso(revision.at),
        "sourceType": revision.source.kind,
        "sourceId": revision.source.id,
    }
    if revision.source.id.startswith("userId:"):
        shown["updatedByUserId"] = int(revision.source.id.removeprefix("userId:"))
    return shown


def dump_property(prop: Property) -> dict[str, Any]:
    return {name: getattr(prop, name) for name in Property.__slots__ if name != "options"} | {
        "options": [[o.value, o.label, o.hidden, o.order, o.description] for o in prop.options]
    }


def load_property(data: dict[str, Any]) -> Property:
    from hubspot_simulator.model import Option

    return Property(**{**data, "options": [Option(*row) for row in data["options"]]})
