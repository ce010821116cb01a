"""What the app is told about: one set of subscriptions for the settings API, the control API and the deliveries.

HubSpot docs "webhooks": an event type of the older names (``contact.creation``) or of the generic ones
(``object.creation`` with ``objectTypeId``), one subscription for each property, at most 1,000 for an app. Both
generations may be subscribed, and then each change is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from hubspot_simulator.model import Event

MAX_SUBSCRIPTIONS = 1_000
FIRST_ID = 3_000_000
CONTACT_TYPE = "0-1"

_OFTEN = ("associationChange", "creation", "deletion", "merge", "propertyChange", "restore")
FAMILIES = {
    "contact": (*_OFTEN, "privacyDeletion"),
    "company": _OFTEN,
    "deal": _OFTEN,
    "line_item": _OFTEN,
    "object": _OFTEN,
    "ticket": _OFTEN,
    "product": ("creation", "deletion", "merge", "propertyChange", "restore"),
    "conversation": ("creation", "deletion", "newMessage", "privacyDeletion", "propertyChange"),
    "event": ("completed",),
}
EVENT_TYPES = frozenset(f"{family}.{kind}" for family, kinds in FAMILIES.items() for kind in kinds)
# Docs (webhooks): these change too often to be told.
NOT_OFFERED = frozenset({"num_unique_conversion_events", "hs_lastmodifieddate"})

# What the app of the simulator starts with, as its webhooks file (``webhooks-hsmeta.json``) would say.
KINDS = ("creation", "deletion", "merge", "restore", "privacyDeletion")
# One subscription per property; an account's own later properties cannot be followed (docs: webhooks).
PROPERTIES = (
    "firstname",
    "lastname",
    "email",
    "phone",
    "mobilephone",
    "company",
    "jobtitle",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "date_of_birth",
    "hubspot_owner_id",
    "lifecyclestage",
    "hs_lead_status",
    "email_verification_status",
    "client_type_vip_status",
    "client_type_prospects",
    "preapproval_amount",
    "next_review_date",
    "do_not_call",
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One thing the app wants to hear of. Times are epoch milliseconds."""

    id: int
    event_type: str
    property_name: str = ""
    object_type_id: str = ""
    active: bool = True
    created: int = 0
    updated: int = 0

    @property
    def key(self) -> tuple[str, str, str]:
        """What may be there only once."""
        return self.event_type, self.property_name, self.object_type_id

    @property
    def family(self) -> str:
        return self.event_type.partition(".")[0]

    @property
    def kind(self) -> str:
        return self.event_type.partition(".")[2]


class Subscriptions:
    """The subscriptions in force, found quickly by what happened."""

    def __init__(self) -> None:
        self.by_id: dict[int, Subscription] = {}
        self._last_id = FIRST_ID - 1
        self._kinds: dict[str, list[Subscription]] = {}
        self._properties: dict[str, list[Subscription]] = {}

    def about(self, event: Event) -> Sequence[Subscription]:
        """The active subscriptions an event belongs to."""
        if event.kind == "propertyChange":
            return self._properties.get(event.detail["propertyName"], ())
        return self._kinds.get(event.kind, ())

    def new_id(self) -> int:
        """Never one that was there before."""
        self._last_id += 1
        return self._last_id

    def put(self, *subscriptions: Subscription) -> None:
        for subscription in subscriptions:
            self.by_id[subscription.id] = subscription
            self._last_id = max(self._last_id, subscription.id)
        self._sort()

    def drop(self, *ids: int) -> None:
        for one in ids:
            self.by_id.pop(one, None)
            self._last_id = max(self._last_id, one)
        self._sort()

    def _sort(self) -> None:
        # New mappings in place of the old ones: another thread may be looking.
        kinds: dict[str, list[Subscription]] = {}
        properties: dict[str, list[Subscription]] = {}
        for subscription in self.by_id.values():
            if subscription.active and subscription.property_name:
                properties.setdefault(subscription.property_name, []).append(subscription)
            elif subscription.active:
                kinds.setdefault(subscription.kind, []).append(subscription)
        self._kinds, self._properties = kinds, properties

    # ---- the short form of the control API ----------------------------------------------------------

    @property
    def kinds(self) -> list[str]:
        return list(self._kinds)

    @property
    def properties(self) -> list[str]:
        return list(self._properties)

    @property
    def generations(self) -> list[str]:
        """``contact``, ``object`` or both. Privacy deletions do not count: the generic names have none."""
        active = [s for s in list(self.by_id.values()) if s.active and s.kind != "privacyDeletion"]
        return list(dict.fromkeys(s.family for s in active)) or ["contact"]

    def wish(
        self, kinds: Sequence[str], properties: Sequence[str], generations: Sequence[str], now: int
    ) -> tuple[list[Subscription], list[int]]:
        """What to put and what to drop, so that exactly these are there; the ids of those that stay are kept.

        Raises: ValueError, for what HubSpot does not offer.
        """
        wanted = dict.fromkeys(_keys(kinds, properties, generations))
        if len(wanted) > MAX_SUBSCRIPTIONS:
            raise ValueError(f"at most {MAX_SUBSCRIPTIONS} subscriptions")
        there = {s.key: s for s in self.by_id.values()}
        put = [replace(s, active=True, updated=now) for key, s in there.items() if key in wanted and not s.active]
        put += [Subscription(self.new_id(), *key, created=now, updated=now) for key in wanted if key not in there]
        return put, [s.id for key, s in there.items() if key not in wanted]


def _keys(
    kinds: Sequence[str], properties: Sequence[str], generations: Sequence[str]
) -> Iterable[tuple[str, str, str]]:
    unknown = [kind for kind in kinds if kind not in FAMILIES["contact"] or kind == "propertyChange"]
    unknown += [name for name in properties if name in NOT_OFFERED or not name]
    unknown += [name for name in generations if name not in ("contact", "object")]
    if unknown:
        raise ValueError(f"not offered: {', '.join(unknown)}")
    for generation in generations:
        object_type_id = CONTACT_TYPE if generation == "object" else ""
        for kind in kinds:
            if kind == "privacyDeletion":  # only by its older name (docs: generic webhook subscriptions)
                yield "contact.privacyDeletion", "", ""
            else:
                yield f"{generation}.{kind}", "", object_type_id
        for name in properties:
            yield f"{generation}.propertyChange", name, object_type_id
