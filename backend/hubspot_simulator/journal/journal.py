"""The journal hears of every event of every account and writes down what somebody subscribed to."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.http import Request, Response
from hubspot_simulator.journal.ledger import Entry, Ledger
from hubspot_simulator.journal.reading import Reader
from hubspot_simulator.journal.settings import JournalSettings
from hubspot_simulator.journal.snapshots import Snapshots
from hubspot_simulator.journal.subscriptions import Happening, Subscriptions
from hubspot_simulator.model import Event
from hubspot_simulator.oauth import Access
from hubspot_simulator.token_info import USER_ID

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

SCOPE = "developer.webhooks_journal."
ACTIONS = {
    "creation": "CREATE",
    "propertyChange": "UPDATE",
    "deletion": "DELETE",
    "merge": "MERGE",
    "restore": "RESTORE",
    "privacyDeletion": "GDPR_DELETE",
}


class Journal:
    """The feed of the app, over all accounts."""

    def __init__(self, simulator: Simulator) -> None:
        self.settings = JournalSettings()
        self._simulator = simulator
        self._ledger = Ledger(self.settings, simulator.new_uuid)
        self._subscriptions = Subscriptions(simulator, self.settings)
        self._snapshots = Snapshots(simulator, self.settings, self._ledger, self._subscriptions)
        self._reader = Reader(simulator, self.settings, self._ledger)
        self._open: Happening | None = None

    def restore_state(self, state: dict[str, Any]) -> None:
        """Subscriptions survive a restart; the files do not, and their offsets are then lost."""
        self._subscriptions.restore_state(state)

    # ---- hearing ------------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """Millions of events may pass: where nobody subscribed this must cost nothing."""
        if event.portal_id in self._subscriptions.by_portal:
            self._gather(event)

    def _gather(self, event: Event) -> None:
        """A write tells each property by itself; in the journal it is one event."""
        action, detail = "CREATE" if event.with_creation else ACTIONS[event.kind], event.detail
        happening = Happening(action, event.portal_id, event.object_id, event.at)
        if self._open is not None and event.kind == "propertyChange" and self._open.same(happening):
            happening = self._open
        else:
            self.settle()
            self._open = happening
        if event.kind == "propertyChange":
            happening.changes[detail["propertyName"]] = detail["propertyValue"]
        elif event.kind == "merge":
            happening.merged = (detail["primaryObjectId"], *detail["mergedObjectIds"])

    def settle(self) -> None:
        """At the end of a request: what it did is told whole."""
        happening, self._open = self._open, None
        if happening is None:
            return
        portal = self._simulator.portals[happening.portal_id]
        contact = portal.find(happening.object_id)

        def lookup(name: str) -> str:
            return (portal.value(contact, name) or "") if contact else ""

        for subscription in self._subscriptions.of(happening.portal_id):
            event = subscription.event(happening, lookup, self.settings)
            if event is not None:
                self._write(happening.at, event)

    def app_changed(self, action: str, portal_id: int) -> None:
        """APP_INSTALL or APP_UNINSTALL. An account that leaves takes its subscriptions along (docs: app uninstall)."""
        self.settle()
        now = self._simulator.clock.now_ms()
        told = {
            "hs_app_id": self._simulator.app_id,
            "hs_app_install_level": "PORTAL",
            "hs_initiating_user_id": USER_ID,
            "hs_user_id": USER_ID,
        }
        for subscription in self._subscriptions.of(0):
            if action in subscription.actions:
                event = {
                    "type": "app_lifecycle_event",
                    "portalId": portal_id,
                    "occurredAt": iso(now),
                    "action": action,
                    "eventTypeId": subscription.object_type,
                    "properties": {name: told[name] for name in subscription.properties if name in told},
                }
                self._write(now, event)
        if action == "APP_UNINSTALL":
            self._subscriptions.forget(portal_id)

    def _write(self, now: int, event: dict[str, Any]) -> None:
        self._snapshots.turn(now)
        self._ledger.write(now, event)

    def _turn(self) -> None:
        self.settle()
        now = self._simulator.clock.now_ms()
        self._snapshots.turn(now)
        self._ledger.turn(now)

    # ---- endpoints ----------------------------------------------------------------------------------

    def endpoint(self, request: Request, section: str, rest: tuple[str, ...], access: Access) -> Response:
        """Raises: ApiError, for every refusal."""
        self._turn()
        match section, rest:
            case "subscriptions", _:
                require(access, "subscriptions.read" if request.method == "GET" else "subscriptions.write")
                return self._subscriptions.endpoint(request, rest)
            case "snapshots", ("crm",) if request.method == "POST":
                require(access, "snapshots.write")
                return self._snapshots.create(request)
            case "journal" | "journal-local", ("status", snapshot_id) if request.method == "GET":
                require(access, "snapshots.read")
                return self._snapshots.status(snapshot_id)
            case "journal" | "journal-local", _:
                require(access, "read")
                return self._reader.endpoint(request, rest, local=section == "journal-local")
            case _:
                raise errors.not_found()

    # ---- control ------------------------------------------------------------------------------------

    def recent(self, portal_id: int, count: int) -> list[Entry]:
        """The newest published files with events of an account (0: of any), the newest first."""
        self._turn()
        return self._ledger.latest(self._simulator.clock.now_ms(), portal_id, count)[::-1]

    def file(self, offset: str) -> Entry | None:
        """A published file by its offset."""
        self._turn()
        return self._ledger.find(offset, self._simulator.clock.now_ms(), 0)

    def control(self, body: dict[str, Any]) -> dict[str, Any]:
        """Change settings, if any are given, and tell how things stand. Raises: ValueError."""
        self._turn()
        self.settings.change(body)
        return {
            **asdict(self.settings),
            "subscriptions": len(self._subscriptions),
            "files": self._ledger.kept,
            "gathering": self._ledger.gathering,
            "lost": self._ledger.lost,
        }


def require(access: Access, scope: str) -> None:
    """Raises: ApiError 403, when the app's token lacks the scope."""
    if SCOPE + scope not in access.scopes:
        raise errors.missing_scopes([SCOPE + scope])
