"""Subscriptions: an account's events get into the journal only when the app asked for them, account by account.

Docs (webhooks journal subscriptions): made by API, never in the app's project; at most what each type offers; filters
belong to subscriptions to creations and updates. Uninstalling the app takes an account's subscriptions along.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.http import Request, Response, json_response
from hubspot_simulator.journal import fields
from hubspot_simulator.journal.filters import Filter, Lookup, read_conditions
from hubspot_simulator.journal.settings import JournalSettings

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

CONTACTS = "0-1"  # the only object type whose read scope this app has
READ_CONTACTS = "crm.objects.contacts.read"
STATE = "journal subscription"  # what the state file calls them
ACTIONS = {
    "OBJECT": ("CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE", "SNAPSHOT"),
    "ASSOCIATION": ("ASSOCIATION_ADDED", "ASSOCIATION_REMOVED"),
    "LIST_MEMBERSHIP": ("ADDED_TO_LIST", "REMOVED_FROM_LIST"),
    "GDPR_PRIVACY_DELETION": ("GDPR_DELETE",),
}
LIFECYCLE = "APP_LIFECYCLE_EVENT"
LIFECYCLE_EVENTS = {"4-1909196": "APP_INSTALL", "4-1916193": "APP_UNINSTALL"}
FILTERED = ("CREATE", "UPDATE")
# What an event calls itself. crmObject: live reports; the other one is ours.
EVENT_TYPES = {"OBJECT": "crmObject", "GDPR_PRIVACY_DELETION": "gdprPrivacyDeletion"}


@dataclass(slots=True)
class Happening:
    """One thing that happened to one record; a write of five properties is one."""

    action: str
    portal_id: int
    object_id: int
    at: int
    changes: dict[str, str] = field(default_factory=dict)
    merged: tuple[int, ...] = ()

    def same(self, other: Happening) -> bool:
        mine = self.action, self.portal_id, self.object_id, self.at
        return mine == (other.action, other.portal_id, other.object_id, other.at)


@dataclass(slots=True)
class Subscription:
    """What the app wants to hear of one account, or (lifecycle) of all of them: then ``portal_id`` is 0."""

    kind: str
    portal_id: int
    object_type: str
    actions: list[str]
    properties: list[str]
    object_ids: list[int]
    associated: list[str]
    list_ids: list[int]
    id: int = 0
    created: int = 0
    updated: int = 0
    filters: dict[int, Filter] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, str]:
        """What makes two subscriptions the same."""
        return self.kind, self.portal_id, self.object_type

    def event(self, happening: Happening, lookup: Lookup, settings: JournalSettings) -> dict[str, Any] | None:
        """How this subscription tells of it; ``None`` when it does not."""
        if happening.action not in self.actions:
            return None
        if self.object_ids and not {happening.object_id, *happening.merged}.intersection(self.object_ids):
            return None
        every = settings.every_property and not self.properties
        changes = {n: v or None for n, v in happening.changes.items() if every or n in self.properties}
        if happening.action == "UPDATE" and not changes:
            return None
        if happening.action in FILTERED and self.filters and not any(f.passes(lookup) for f in self.filters.values()):
            return None
        event = {
            "type": EVENT_TYPES[self.kind],
            "portalId": happening.portal_id,
            "occurredAt": iso(happening.at),
            "action": happening.action,
            "objectTypeId": self.object_type,
            "objectId": happening.object_id,
            "propertyChanges": changes,
        }
        if happening.merged and settings.merge_details:
            event["mergedObjectIds"] = list(happening.merged)
        return event

    def dump(self) -> dict[str, Any]:
        """For the state file."""
        return {**asdict(self), "filters": [asdict(f) for f in self.filters.values()]}

    @classmethod
    def load(cls, state: dict[str, Any]) -> Subscription:
        return cls(**{**state, "filters": {row["id"]: Filter.load(row) for row in state["filters"]}})

    def wire(self, app_id: int) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "appId": app_id,
            "subscriptionType": self.kind,
            "objectTypeId": self.object_type,
            "actions": self.actions,
            "properties": self.properties,
            "objectIds": self.object_ids,
            "associatedObjectTypeIds": self.associated,
            "listIds": self.list_ids,
            "createdAt": iso(self.created),
            "updatedAt": iso(self.updated),
        }
        if self.portal_id:
            shown["portalId"] = self.portal_id
        return shown


def read_subscription(body: fields.Body) -> Subscription:
    """Raises: ApiError, for anything that its type does not offer."""
    kind = fields.choice(body, "subscriptionType", (*ACTIONS, LIFECYCLE))
    if kind == LIFECYCLE:
        event_type = fields.choice(body, "eventTypeId", tuple(LIFECYCLE_EVENTS))
        properties = fields.texts(body, "properties")
        return Subscription(kind, 0, event_type, [LIFECYCLE_EVENTS[event_type]], properties, [], [], [])
    actions = fields.texts(body, "actions")
    wrong = [action for action in actions if action not in ACTIONS[kind]]
    if wrong or not actions:
        raise errors.validation(f"Invalid actions for {kind}: {wrong}. Allowed: {', '.join(ACTIONS[kind])}")
    return Subscription(
        kind,
        fields.integer(body, "portalId"),
        "" if kind == "LIST_MEMBERSHIP" else fields.choice(body, "objectTypeId", (CONTACTS,)),
        actions,
        fields.texts(body, "properties"),
        fields.integers(body, "objectIds"),
        fields.texts(body, "associatedObjectTypeIds"),
        fields.integers(body, "listIds"),
    )


class Subscriptions:
    """All subscriptions of the app, and the endpoints to manage them."""

    def __init__(self, simulator: Simulator, settings: JournalSettings) -> None:
        # By account, 0 for those to the app itself; looked at for every event of every account.
        self.by_portal: dict[int, list[Subscription]] = {}
        self._simulator = simulator
        self._settings = settings
        self._all: dict[int, Subscription] = {}
        self._last_id = 60_000_000

    def __len__(self) -> int:
        return len(self._all)

    def of(self, portal_id: int) -> list[Subscription]:
        return self.by_portal.get(portal_id, [])

    def forget(self, portal_id: int) -> None:
        """An account's subscriptions end."""
        for subscription in self.of(portal_id):
            self._remove(subscription)

    def require_install(self, portal_id: int) -> None:
        """Raises: ApiError 400 where the app is not installed, 403 where it may not read contacts."""
        scopes = self._simulator.authority.granted(portal_id)
        if not scopes:
            raise errors.validation(f"The app is not installed in account {portal_id}")
        if READ_CONTACTS not in scopes:
            raise errors.missing_scopes([READ_CONTACTS])

    # ---- endpoints ----------------------------------------------------------------------------------

    def endpoint(self, request: Request, rest: tuple[str, ...]) -> Response:
        match request.method, rest:
            case "GET", ():
                return json_response({"results": [self._wire(s) for s in self._all.values()]})
            case "POST", ():
                return self._put(read_subscription(request.json()))
            case "DELETE", ("portals", portal_id):
                self.forget(fields.identifier(portal_id))
                return Response(204)
            case _, ("filters", *more):
                return self._filters(request, tuple(more))
            case "GET", (subscription_id,):
                return json_response(self._wire(self._find(subscription_id)))
            case "DELETE", (subscription_id,):
                self._remove(self._find(subscription_id))
                return Response(204)
            case _:
                raise errors.not_found()

    def _put(self, wanted: Subscription) -> Response:
        if wanted.kind != LIFECYCLE:
            self.require_install(wanted.portal_id)
        now = self._simulator.clock.now_ms()
        same = next((s for s in self._all.values() if self._settings.upsert and s.key == wanted.key), None)
        wanted.id = same.id if same else self._new_id()
        wanted.created, wanted.updated = same.created if same else now, now
        wanted.filters = same.filters if same else {}
        self._keep(wanted)
        return json_response(self._wire(wanted))

    def _filters(self, request: Request, rest: tuple[str, ...]) -> Response:
        match request.method, rest:
            case "POST", ():
                return self._add_filter(request.json())
            case "GET", ("subscription", subscription_id):
                return json_response([f.wire() for f in self._find(subscription_id).filters.values()])
            case "GET", (filter_id,):
                return json_response(self._owner(filter_id).filters[int(filter_id)].wire())
            case "DELETE", (filter_id,):
                owner = self._owner(filter_id)
                del owner.filters[int(filter_id)]
                self._keep(owner)
                return Response(204)
            case _:
                raise errors.not_found()

    def _add_filter(self, body: fields.Body) -> Response:
        subscription = self._find(str(fields.integer(body, "subscriptionId")))
        conditions = read_conditions(body)
        if not set(subscription.actions) <= set(FILTERED):
            raise errors.validation("Filters apply only to subscriptions to CREATE and UPDATE")
        new = Filter(self._new_id(), conditions, self._simulator.clock.now_ms())
        subscription.filters[new.id] = new
        self._keep(subscription)
        return json_response({"filterId": new.id})

    # ---- bookkeeping --------------------------------------------------------------------------------

    def restore_state(self, state: dict[str, Any]) -> None:
        """Replay one entry of the state file."""
        ids = [state["id"], *(row["id"] for row in state.get("filters", []))]
        self._last_id = max(self._last_id, *ids)
        if "gone" not in state:
            self._all[state["id"]] = Subscription.load(state)
            self._changed()

    def _keep(self, subscription: Subscription) -> None:
        self._all[subscription.id] = subscription
        self._simulator.persist(STATE, 0, subscription.dump())
        self._changed()

    def _remove(self, subscription: Subscription) -> None:
        del self._all[subscription.id]
        self._simulator.persist(STATE, 0, {"id": subscription.id, "gone": True})
        self._changed()

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _find(self, subscription_id: str) -> Subscription:
        found = self._all.get(fields.identifier(subscription_id))
        if found is None:
            raise errors.not_found()
        return found

    def _owner(self, filter_id: str) -> Subscription:
        wanted = fields.identifier(filter_id)
        found = next((s for s in self._all.values() if wanted in s.filters), None)
        if found is None:
            raise errors.not_found()
        return found

    def _changed(self) -> None:
        self.by_portal = {}
        for subscription in self._all.values():
            self.by_portal.setdefault(subscription.portal_id, []).append(subscription)

    def _wire(self, subscription: Subscription) -> dict[str, Any]:
        return subscription.wire(self._simulator.app_id)
