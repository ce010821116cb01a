"""HubSpot's webhooks journal, where the app has it: one feed of what happened in all accounts, read by one process.

It belongs to the app, so one reader serves the whole installation: a row in `journal_reader` says who, and how far. Its
events leave hints in the organisations they are about, as webhooks do; their values are neither used nor kept. The
position moves only after those are committed: a reader that dies is followed by one that reads the last files again.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from threading import Event as Signal
from uuid import UUID

import structlog
from django.db import connections, transaction

from loanark.connections import mapping as mappings
from loanark.connections.actions import wake_workers
from loanark.connections.clients import journal_client
from loanark.connections.models import Connection, PortalRoute
from loanark.core.mapping import Side
from loanark.hubspot.errors import HubSpotError, OffsetLost
from loanark.hubspot.journal import CONTACTS, EARLIEST, App, Event, File
from loanark.kit import clock, sql
from loanark.sync import evidence, hints, quiet
from loanark.sync.hints import Lane
from loanark.tenants.access import every_tenant, tenant_scope

log = structlog.get_logger()

#: Files of one request.
FILES = 10

#: So long the reader waits when there is nothing newer, and after trouble, in seconds.
PAUSE_SECONDS, REST_SECONDS = 5.0, 30.0

#: A reader that says nothing for so long, in seconds, is followed by another.
LEASE_SECONDS = 120

#: Accounts are connected and fields mapped at any time: what the journal shall show is looked after this often.
SUBSCRIBE_EVERY = timedelta(minutes=5)

_SOURCES = {"DELETE": "journal: deletion", "GDPR_DELETE": "journal: privacy deletion"}


class ReaderLost(Exception):
    """Another process reads the journal now."""


class Reader:
    """Reads the journal for everybody, as long as nobody else does."""

    def __init__(self, name: str, app: App | None = None) -> None:
        self._name = name
        self._app = app or journal_client()
        self._subscribed_at: datetime | None = None

    def run(self, stop: Signal) -> None:
        """Reads on until `stop`. Trouble here is nobody else's: webhooks and polls find the same changes."""
        while not stop.is_set():
            pause = PAUSE_SECONDS
            try:
                if self.step():
                    pause = 0.0
            except Exception as error:  # noqa: BLE001  whatever it is, the next step tries again
                pause = REST_SECONDS
                log.warning("the journal is not read; trying again", error=str(error).splitlines()[0])
                self._note(error)
            finally:
                connections.close_all()
            stop.wait(pause)
        self._app.close()
        self._let_go()

    def step(self) -> bool:
        """Reads the next files, if it is this process's turn. Returns whether there were any.

        Raises: HubSpotError. What was read before stays.
        """
        row = self._take()
        if row is None:
            return False
        self._subscribe()
        position = row["position"] or EARLIEST
        try:
            files = self._app.read_next(position, count=FILES)
        except OffsetLost as error:
            log.warning("the journal does not go on from where it was read", reason=error.reason)
            _owe_sweeps()
            files = self._app.read_next(EARLIEST, count=FILES)
            self._move(None)
        for file in files:
            _leave_hints(file.events)
            self._move(file)
        if not files:
            self._move_nowhere()
        return bool(files)

    def _take(self) -> sql.Row | None:
        with transaction.atomic():
            sql.execute("INSERT INTO journal_reader (id) VALUES (1) ON CONFLICT DO NOTHING")
            return sql.first(
                """UPDATE journal_reader SET holder = %s, expires_at = clock_timestamp() + make_interval(secs => %s)
                   WHERE id = 1 AND (holder IN (%s, '') OR expires_at < clock_timestamp()) RETURNING position""",
                [self._name, LEASE_SECONDS, self._name],
            )

    def _move(self, file: File | None) -> None:
        """Raises: ReaderLost. `None`: the journal begins anew."""
        with transaction.atomic():
            moved = sql.execute(
                """UPDATE journal_reader SET position = %s, read_at = clock_timestamp(), problem = NULL,
                          expires_at = clock_timestamp() + make_interval(secs => %s) WHERE id = 1 AND holder = %s""",
                [file.offset if file else None, LEASE_SECONDS, self._name],
            )
        if not moved:
            raise ReaderLost("another process reads the journal now; what was read twice does no harm")

    def _move_nowhere(self) -> None:
        with transaction.atomic():
            sql.execute(
                "UPDATE journal_reader SET read_at = clock_timestamp(), problem = NULL WHERE id = 1 AND holder = %s",
                [self._name],
            )

    def _let_go(self) -> None:
        """The next reader need not wait for the lease to run out."""
        try:
            with transaction.atomic():
                sql.execute("UPDATE journal_reader SET holder = '' WHERE id = 1 AND holder = %s", [self._name])
        except Exception:  # noqa: BLE001  then it runs out
            log.warning("the journal's lease could not be given back")
        finally:
            connections.close_all()

    def _note(self, error: Exception) -> None:
        try:
            with transaction.atomic():
                sql.execute(
                    "UPDATE journal_reader SET problem = %s WHERE id = 1 AND holder = %s",
                    [str(error)[:500], self._name],
                )
        except Exception:  # noqa: BLE001  the database is away as well: it is in the log
            log.warning("the journal's trouble could not be noted")

    def _subscribe(self) -> None:
        """Sees to it that the journal shows every connected account's contacts: mapped properties, and erasures."""
        if self._subscribed_at and clock.now() - self._subscribed_at < SUBSCRIBE_EVERY:
            return
        shown: dict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self._app.subscriptions():
            shown[one.portal_id, one.type] |= set(one.properties) or {""}
        for portal_id, properties in _wanted().items():
            try:
                if not set(properties) <= shown[portal_id, "OBJECT"]:
                    self._app.subscribe(portal_id, properties)
                if not shown[portal_id, "GDPR_PRIVACY_DELETION"]:
                    self._app.subscribe_to_erasures(portal_id)
            except HubSpotError as error:
                log.warning("the journal does not show an account", portal=portal_id, error=str(error))
        self._subscribed_at = clock.now()


def _wanted() -> dict[str, Sequence[str]]:
    """Accounts that installed the app, and the properties mapped there."""
    wanted: dict[str, Sequence[str]] = {}
    for tenant in every_tenant():
        with tenant_scope(tenant.id):
            row = Connection.objects.filter(tenant_id=tenant.id, auth="oauth", status="connected").first()
            if row:
                wanted[row.portal_id] = sorted(mappings.load(row).properties)
    return wanted


def _leave_hints(events: Iterable[Event]) -> None:
    by_portal: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for event in events:
        if event.object_type == CONTACTS and (ids := _records(event)):
            by_portal[event.portal_id][_SOURCES.get(event.action, "journal")] |= ids
    routes = PortalRoute.objects.filter(portal_id__in=list(by_portal)).values_list("portal_id", "tenant_id")
    for portal_id, tenant_id in routes:
        _store(tenant_id, by_portal[portal_id])


def _store(tenant_id: UUID, records: dict[str, set[str]]) -> None:
    with tenant_scope(tenant_id):
        for source, ids in sorted(records.items()):
            hints.leave(Side.HUBSPOT, ids, source=source, lane=Lane.WEBHOOK)
        evidence.told(records[_SOURCES["DELETE"]], privacy=False, by="journal")
        evidence.told(records[_SOURCES["GDPR_DELETE"]], privacy=True, by="journal")
        wake_workers(tenant_id)


def _records(event: Event) -> set[str]:
    """The contacts an event is about: a merge may name those that went, too."""
    merged = event.data.get("mergedObjectIds")
    ids = [event.object_id, event.data.get("primaryObjectId"), *(merged if isinstance(merged, list) else [])]
    return {str(id) for id in ids if id and str(id).isascii() and str(id).isdecimal()}


def _owe_sweeps() -> None:
    """Events were missed: whoever is connected is compared as a whole."""
    for tenant in every_tenant():
        with tenant_scope(tenant.id):
            if Connection.objects.filter(tenant_id=tenant.id, auth="oauth").exclude(status="not_connected").exists():
                quiet.owe_sweep("events of HubSpot's journal were missed")
                wake_workers(tenant.id)
