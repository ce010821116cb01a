"""Snapshots: the app asks for the state of records, and each one's picture arrives in the journal some time later.

Docs (webhooks journal snapshots): the state is that of the request; a status is unknown at first, then PENDING,
IN_PROGRESS, and SUCCESS or FAILED. After three days it is EXPIRED, a day later forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.clock import DAY_MS, iso
from hubspot_simulator.http import Request, Response, json_response
from hubspot_simulator.journal import fields
from hubspot_simulator.journal.ledger import RETENTION_MS, Ledger
from hubspot_simulator.journal.settings import JournalSettings
from hubspot_simulator.journal.subscriptions import CONTACTS, EVENT_TYPES, Subscriptions

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

MAX_REQUESTS = 100  # undocumented; the size of every other batch
FORGOTTEN_MS = RETENTION_MS + DAY_MS


@dataclass(slots=True)
class Snapshot:
    """One record asked for."""

    id: str
    portal_id: int
    object_id: int
    asked: int
    visible: int
    starts: int
    ends: int
    values: dict[str, str | None] | None  # None: there is nothing to photograph
    error: str = ""
    message: str = ""
    done: bool = False

    def status(self, now: int) -> str:
        if now >= self.asked + RETENTION_MS:
            return "EXPIRED"
        if now < self.starts:
            return "PENDING"
        if now < self.ends:
            return "IN_PROGRESS"
        return "FAILED" if self.error else "SUCCESS"

    def wire(self, now: int) -> dict[str, Any]:
        status = self.status(now)
        shown: dict[str, Any] = {"id": self.id, "initiatedAt": self.asked, "status": status}
        if now >= self.ends:
            shown["completedAt"] = self.ends
        if status == "FAILED":
            shown |= {"errorCode": self.error, "message": self.message}
        return shown


class Snapshots:
    """Those asked for, until they are forgotten."""

    def __init__(
        self, simulator: Simulator, settings: JournalSettings, ledger: Ledger, subscriptions: Subscriptions
    ) -> None:
        self._simulator = simulator
        self._settings = settings
        self._ledger = ledger
        self._subscriptions = subscriptions
        self._all: dict[str, Snapshot] = {}  # in the order of their requests
        self._running: list[Snapshot] = []

    def create(self, request: Request) -> Response:
        """All of a batch or none."""
        rows = fields.documents(request.json(), "snapshotRequests")
        if len(rows) > MAX_REQUESTS:
            raise errors.validation(f"At most {MAX_REQUESTS} snapshots in one request")
        for row in rows:
            self._check(row)
        return json_response({"snapshotResponses": [self._take(row) for row in rows]})

    def _check(self, row: fields.Body) -> None:
        fields.integer(row, "objectId")
        fields.choice(row, "objectTypeId", (CONTACTS,))
        if not fields.texts(row, "properties"):
            raise errors.validation("properties is required")
        self._subscriptions.require_install(fields.integer(row, "portalId"))

    def _take(self, row: fields.Body) -> dict[str, Any]:
        settings, now = self._settings, self._simulator.clock.now_ms()
        snapshot = Snapshot(
            self._simulator.new_uuid(),
            row["portalId"],
            row["objectId"],
            asked=now,
            visible=now + settings.snapshot_hidden_ms,
            starts=now + settings.snapshot_pending_ms,
            ends=now + settings.snapshot_ms,
            values=self._values(row["portalId"], row["objectId"], row["properties"]),
        )
        if settings.fail_snapshots > 0:
            settings.fail_snapshots -= 1
            snapshot.error, snapshot.message = "INTERNAL_ERROR", "The snapshot could not be taken"
        elif snapshot.values is None:
            snapshot.error, snapshot.message = "VALIDATION_ERROR", "The record does not exist"
        self._all[snapshot.id] = snapshot
        self._running.append(snapshot)
        return {
            "portalId": snapshot.portal_id,
            "objectId": snapshot.object_id,
            "objectTypeId": CONTACTS,
            "snapshotStatusId": snapshot.id,
        }

    def _values(self, portal_id: int, object_id: int, names: list[str]) -> dict[str, str | None] | None:
        """Unknown properties are left out, empty ones are null, as in any reading of a record."""
        portal = self._simulator.portals[portal_id]
        contact = portal.find(object_id)
        if contact is None:
            return None
        return {name: portal.value(contact, name) or None for name in names if name in portal.properties}

    def status(self, snapshot_id: str) -> Response:
        now = self._simulator.clock.now_ms()
        snapshot = self._all.get(snapshot_id)
        if snapshot is None or now < snapshot.visible:
            raise errors.not_found()
        return json_response(snapshot.wire(now))

    def turn(self, now: int) -> None:
        """Finish what is due by the clock, and forget what is old."""
        if self._running:
            due = sorted((s for s in self._running if s.ends <= now), key=lambda s: s.ends)
            for snapshot in due:
                self._finish(snapshot)
            self._running = [s for s in self._running if s.ends > now]
        while self._all:
            oldest = next(iter(self._all.values()))
            if oldest.asked > now - FORGOTTEN_MS:
                break
            del self._all[oldest.id]

    def _finish(self, snapshot: Snapshot) -> None:
        """The event bears the time of the request: by now the record may have moved on."""
        wanted = not self._settings.snapshot_needs_subscription or any(
            "SNAPSHOT" in subscription.actions for subscription in self._subscriptions.of(snapshot.portal_id)
        )
        if wanted and not snapshot.error:
            event = {
                "type": EVENT_TYPES["OBJECT"],
                "portalId": snapshot.portal_id,
                "occurredAt": iso(snapshot.asked),
                "action": "SNAPSHOT",
                "objectTypeId": CONTACTS,
                "objectId": snapshot.object_id,
                "propertyChanges": snapshot.values,
            }
            self._ledger.write(snapshot.ends, event)
        snapshot.values = None
