"""A worker process: carries every organisation's sync on. Any number may run, on any number of hosts.

PostgreSQL wakes it (`LISTEN loanark_work`); a tick finds what a lost wake-up would have told. It holds nothing that
matters: the state is in the database, and a lease decides who works for whom.
"""

import os
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID

import psycopg
import structlog
from django.conf import settings
from django.db import connections, transaction

from loanark.audit import actions as audit
from loanark.audit import anchors
from loanark.kit import clock, sql
from loanark.sync import engine, journal
from loanark.sync.engine import Turn
from loanark.tenants.access import every_tenant, tenant_scope

log = structlog.get_logger()

#: Without any wake-up every organisation is looked at this often (polls and retries become due by time).
TICK_SECONDS = 0.5

#: After HubSpot failed an organisation is left alone this long: the client has waited and retried already.
REST_SECONDS = 5.0

#: Organisations carried on at the same time by one process.
CONCURRENCY = 4

#: A worker says this often that it is alive.
BEAT_SECONDS = 5.0


class Worker:
    """Runs until told to stop; a turn under way is finished, so that nothing is left half known."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._busy: dict[UUID, Future[None]] = {}
        self._rest_until: dict[UUID, float] = {}
        self._beat_at = 0.0
        self._signed_at = 0.0
        self.name = f"{socket.gethostname()}/{os.getpid()}"

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()

    def run(self) -> None:
        """Blocks until `stop`. A database that is away is waited for."""
        listener = threading.Thread(target=self._listen, name="listener", daemon=True)
        listener.start()
        if settings.CONFIG.hubspot_journal and settings.CONFIG.oauth_available:
            threading.Thread(
                target=journal.Reader(self.name).run, args=[self._stop], name="journal", daemon=True
            ).start()
        with ThreadPoolExecutor(CONCURRENCY, "turn") as turns:
            while not self._stop.is_set():
                try:
                    self._tick(turns)
                except Exception as error:  # noqa: BLE001  whatever it is, the next tick tries again
                    log.warning("the database does not answer; trying again", error=str(error).splitlines()[0])
                    connections.close_all()
                    self._stop.wait(TICK_SECONDS)
                self._wake.wait(TICK_SECONDS)
                self._wake.clear()
        log.info("worker stopped")

    def _tick(self, turns: ThreadPoolExecutor) -> None:
        if clock.monotonic() - self._beat_at > BEAT_SECONDS:
            beat(self.name)
            self._beat_at = clock.monotonic()
        if clock.monotonic() - self._signed_at > anchors.EVERY_SECONDS:
            keep_audit_logs()
            self._signed_at = clock.monotonic()
        for tenant in every_tenant():
            running = self._busy.get(tenant.id)
            resting = self._rest_until.get(tenant.id, 0.0) > clock.monotonic()
            if not resting and (running is None or running.done()):
                self._busy[tenant.id] = turns.submit(self._turn, tenant.id)

    def _turn(self, tenant_id: UUID) -> None:
        try:
            turn = engine.advance(tenant_id)
            if turn is Turn.MORE:
                self._wake.set()
            if turn is Turn.TROUBLE:
                self._rest_until[tenant_id] = clock.monotonic() + REST_SECONDS
        except Exception:
            # One organisation's trouble is not another's.
            log.exception("a turn failed; it is tried again", tenant=str(tenant_id))
            self._rest_until[tenant_id] = clock.monotonic() + REST_SECONDS
        finally:
            connections.close_all()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(settings.CONFIG.database_direct_url, autocommit=True) as connection:
                    connection.execute("LISTEN loanark_work")
                    self._wake.set()
                    while not self._stop.is_set():
                        for _ in connection.notifies(timeout=5.0, stop_after=1):
                            self._wake.set()
            except psycopg.Error:
                self._stop.wait(TICK_SECONDS)


def keep_audit_logs() -> None:
    """Signs the end of every organisation's audit log, and takes away what its retention policy says."""
    for tenant in every_tenant():
        with tenant_scope(tenant.id):
            audit.prune()
            anchors.drop(tenant.id)


def beat(name: str) -> None:
    """Tells that a worker is alive."""
    with transaction.atomic():
        sql.execute(
            """INSERT INTO worker_beats (worker, seen_at) VALUES (%s, clock_timestamp())
               ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at""",
            [name],
        )
        sql.execute("DELETE FROM worker_beats WHERE seen_at < now() - interval '1 day'")


def alive() -> bool:
    """Whether any worker gave a sign of life lately."""
    return bool(
        sql.scalar(
            "SELECT EXISTS (SELECT FROM worker_beats WHERE seen_at > clock_timestamp() - make_interval(secs => %s))",
            [3 * BEAT_SECONDS],
        )
    )
