# ruff: noqa: S311  (repeatable from a seed on purpose)
"""Someone else: whoever works in the account besides the app, at random and the same for the same seed.

People edit, create, delete, restore and merge; administrators change the schema under everybody's feet; a bulk job
gives thousands of records the same millisecond (reports: the reason why paging by time alone never ends).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.errors import ApiError
from hubspot_simulator.model import USER, Contact, Option, Property, Source
from hubspot_simulator.records.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

BULK = Source("CRM_UI_BULK_ACTION", "userId:4711")
# How often each thing happens, against the others.
WEIGHTS = {
    "edit": 60,
    "create": 12,
    "archive": 8,
    "restore": 4,
    "merge": 8,
    "erase": 2,
    "drift": 4,
    "bulk_edit": 2,
}
WORDS = ("Boise", "Reno", "Tulsa", "Akron", "Provo", "Salem", "Mesa", "Waco", "Ocala", "Dover")
EDITED = ("city", "jobtitle", "company", "address", "zip", "phone")


class Someone:
    """One seeded person with many hands."""

    def __init__(self, simulator: Simulator, seed: int) -> None:
        self._simulator = simulator
        self._chance = random.Random(f"someone-{seed}")
        self._since = 0
        self.per_minute = 0.0
        self.done: dict[str, int] = {}
        self._acts: dict[str, Callable[[Portal], dict[str, Any] | None]] = {
            "edit": self.edit,
            "create": self.create,
            "archive": self.archive,
            "restore": self.restore,
            "merge": self.merge,
            "erase": self.erase,
            "drift": self.drift,
            "bulk_edit": self.bulk_edit,
        }

    def work(self, per_minute: float) -> None:
        """From now on so many acts a minute of the simulator's clock; 0 for none."""
        self.per_minute, self._since = per_minute, self._simulator.clock.now_ms()

    def catch_up(self, now: int) -> None:
        """Do what is due by now."""
        if not self.per_minute:
            return
        due = int((now - self._since) * self.per_minute / 60_000)
        for _ in range(due):
            self.act(self._chance.choice(list(self._simulator.portals.values())))
        self._since += int(due * 60_000 / self.per_minute)

    def act(self, portal: Portal, kind: str = "") -> dict[str, Any]:
        """Do one thing, of this kind or of any; says what was done. What cannot be done just then is left."""
        if kind and kind not in self._acts:
            raise ValueError(f"kind must be one of {', '.join(self._acts)}, not {kind}")
        chosen = kind or self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        try:
            told = self._acts[chosen](portal)
        except ApiError as refused:  # a person meets the same rules, and tries something else
            told = {"refused": refused.message}
        if told is not None and "refused" not in told:
            self.done[chosen] = self.done.get(chosen, 0) + 1
        return {"kind": chosen, **(told or {"refused": "there was nothing to do it to"})}

    # ---- records ------------------------------------------------------------------------------------

    def _one(self, portal: Portal) -> Contact | None:
        return portal.contacts[self._chance.choice(portal.live)] if portal.live else None

    def edit(self, portal: Portal) -> dict[str, Any] | None:
        contact = self._one(portal)
        if contact is None:
            return None
        name = self._chance.choice([n for n in EDITED if portal.is_visible(n)] or ["lastname"])
        value = "" if self._chance.random() < 0.1 else self._word()
        portal.update(contact, portal.draft({name: value}, current=contact, dated=True), USER)
        return {"id": str(contact.id), "property": name, "value": value}

    def _word(self) -> str:
        """Different each time, so that every value tells where it came from."""
        return f"{self._chance.choice(WORDS)} {self._chance.randrange(10**9)}"

    def create(self, portal: Portal) -> dict[str, Any]:
        number = self._chance.randrange(10**12)
        values = {"firstname": "Sam", "lastname": self._word(), "email": f"sam{number}@example.com"}
        made = portal.create(portal.draft(values, current=None, dated=True), USER)
        return {"id": str(made.id)}

    def archive(self, portal: Portal) -> dict[str, Any] | None:
        contact = self._one(portal)
        if contact is None:
            return None
        portal.archive(contact, USER)
        return {"id": str(contact.id)}

    def restore(self, portal: Portal) -> dict[str, Any] | None:
        if not portal.archived:
            return None
        contact = portal.find(self._chance.choice(portal.archived), archived=True)
        if contact is None:
            return None
        portal.restore(contact, USER)
        return {"id": str(contact.id)}

    def merge(self, portal: Portal) -> dict[str, Any] | None:
        if len(portal.live) < 2:
            return None
        primary, secondary = (portal.contacts[i] for i in self._chance.sample(portal.live, 2))
        survivor = portal.merge(primary, secondary, USER)
        return {"primary": str(primary.id), "secondary": str(secondary.id), "id": str(survivor.id)}

    def erase(self, portal: Portal) -> dict[str, Any] | None:
        contact = self._one(portal)
        if contact is None:
            return None
        portal.erase(contact, USER)
        return {"id": str(contact.id)}

    def bulk_edit(
        self, portal: Portal, count: int = 200, properties: dict[str, str] | None = None
    ) -> dict[str, Any] | None:
        """Many records at once, all modified in the same millisecond."""
        ids = sorted(self._chance.sample(portal.live, min(count, len(portal.live))))
        if not ids:
            return None
        values = properties or {"city": self._word()}
        portal.update_together([portal.contacts[i] for i in ids], values, BULK)
        return {"contacts": len(ids), "properties": values}

    # ---- the schema ---------------------------------------------------------------------------------

    def drift(self, portal: Portal, change: str = "") -> dict[str, Any] | None:
        """The schema changes: an option comes or goes, a property is archived, made read-only or of another type."""
        changes: dict[str, Callable[[Property], None]] = {
            "option_added": lambda p: p.options.append(Option(self._key(), "Added", order=len(p.options))),
            "option_removed": lambda p: p.options.remove(self._chance.choice(p.options)),
            "option_relabelled": lambda p: setattr(self._chance.choice(p.options), "label", f"Now {self._key()}"),
            "archived": lambda p: setattr(p, "archived", portal.clock.now_ms()),
            "unarchived": lambda p: setattr(p, "archived", 0),
            "read_only": lambda p: setattr(p, "read_only", not p.read_only),
            "type": _other_type,
        }
        if change and change not in changes:
            raise errors.validation(f"change must be one of {', '.join(changes)}")
        chosen = change or self._chance.choice(list(changes))
        able = [p for p in portal.properties.values() if _can(p, chosen)]
        if not able:
            return None
        prop = self._chance.choice(able)
        changes[chosen](prop)
        prop.updated = portal.clock.now_ms()
        portal.property_changed(prop)
        return {"change": chosen, "property": prop.name}

    def _key(self) -> str:
        return f"option_{self._chance.randrange(10**6)}"


def _can(prop: Property, change: str) -> bool:
    """Only what an administrator of an account owns; what HubSpot defines stays as it is."""
    if prop.defined_by_hubspot or prop.unique or prop.calculated or bool(prop.archived) != (change == "unarchived"):
        return False
    if change.startswith("option"):
        return prop.type == "enumeration" and len(prop.options) > 1
    return change != "type" or prop.type in ("string", "number")


def _other_type(prop: Property) -> None:
    prop.type, prop.field_type = ("number", "number") if prop.type == "string" else ("string", "text")
