"""What was asked of HubSpot lately: every attempt in outline, for the request inspector.

Requests are collected in memory and written about once a second, many at a time, so that they cost next to nothing. A
process that is killed takes its last second with it; nothing else rests on this log. No token, no value and no message
is ever in it (`hubspot.outline`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from uuid import UUID

import orjson
import structlog
from django.db import DatabaseError, connection

from loanark.hubspot.outline import outline, records, template
from loanark.hubspot.transport import Exchange
from loanark.kit import clock, sql
from loanark.tenants.access import tenant_scope

log = structlog.get_logger()

#: Written when the oldest has waited so long, or so many wait.
FLUSH_SECONDS, FLUSH_COUNT = 1.0, 100
#: Kept: the newest so many of an organisation, none older than this.
KEEP, KEEP_HOURS = 2_000, 24
#: Pruned after so many were written: a backfill writes the whole log over and over.
PRUNE_EVERY = 500
#: An outline longer than this is not kept.
MOST_BYTES = 8 * 1024


class RequestLog:
    """One client's requests, on their way to the table."""

    def __init__(self, tenant_id: UUID) -> None:
        self._tenant_id = tenant_id
        self._run_id: int | None = None
        self._rows: list[dict[str, Any]] = []
        self._oldest = 0.0
        self._since_pruned = 0
        self._sent_for_run = 0
        self._lock = Lock()

    @contextmanager
    def of_run(self, run_id: int) -> Iterator[None]:
        """Within, requests are this run's."""
        self._run_id = run_id
        try:
            yield
        finally:
            self._run_id = None

    def taken(self) -> int:
        """How many were sent for runs since this was asked last."""
        with self._lock:
            sent, self._sent_for_run = self._sent_for_run, 0
        return sent

    def record(self, exchange: Exchange) -> None:
        """Takes note of one attempt; writes what waits, if it is time."""
        row = _row(exchange, self._run_id)
        with self._lock:
            if not self._rows:
                self._oldest = clock.monotonic()
            self._rows.append(row)
            self._sent_for_run += row["run_id"] is not None
            due = len(self._rows) >= FLUSH_COUNT or clock.monotonic() - self._oldest >= FLUSH_SECONDS
        if due:
            self._flush()

    def close(self) -> None:
        """The client is done: writes the rest."""
        self._flush()

    def _flush(self) -> None:
        # A client used within a transaction writes when it is closed, or with its next request.
        if connection.in_atomic_block:
            return
        with self._lock:
            rows, self._rows = self._rows, []
            self._since_pruned += len(rows)
            pruning = self._since_pruned >= PRUNE_EVERY
            if pruning:
                self._since_pruned = 0
        if not rows:
            return
        try:
            with tenant_scope(self._tenant_id, durable=False):
                _write(rows)
                if pruning:
                    prune()
        except DatabaseError as error:
            # Whoever asked HubSpot must not fail for the sake of a log.
            log.warning("requests were not logged", tenant=str(self._tenant_id), error=str(error).splitlines()[0])


def prune() -> None:
    """Forgets what is too old or too much. Call inside a tenant's scope."""
    sql.execute("DELETE FROM hubspot_requests WHERE at < now() - make_interval(hours => %s)", [KEEP_HOURS])
    sql.execute(
        "DELETE FROM hubspot_requests WHERE id <= (SELECT id FROM hubspot_requests ORDER BY id DESC OFFSET %s LIMIT 1)",
        [KEEP],
    )


def _write(rows: list[dict[str, Any]]) -> None:
    sql.execute(
        """INSERT INTO hubspot_requests (at, lane, method, path, status, failure, ms, attempt, run_id, records,
                                         correlation, remaining, daily_remaining, request, response)
           SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r (at timestamptz, lane text, method text, path text,
                status int, failure text, ms int, attempt int, run_id bigint, records text[], correlation text,
                remaining int, daily_remaining int, request jsonb, response jsonb)""",
        [orjson.dumps(rows).decode()],
    )


def _row(exchange: Exchange, run_id: int | None) -> dict[str, Any]:
    request, reply = exchange.request, exchange.reply
    asked = {
        **({"params": outline(_listed(dict(request.params)))} if request.params else {}),
        **({"body": outline(request.body)} if request.body is not None else {}),
    }
    return {
        "at": exchange.at,
        "lane": request.lane,
        "method": request.method,
        "path": template(request.path),
        "status": reply.status if reply else None,
        "failure": exchange.failure,
        "ms": round(exchange.seconds * 1000),
        "attempt": exchange.attempt,
        "run_id": run_id,
        "records": records(request.path, request.body) or None,
        "correlation": _correlation(exchange),
        "remaining": _left(exchange, "X-HubSpot-RateLimit-Remaining"),
        "daily_remaining": _left(exchange, "X-HubSpot-RateLimit-Daily-Remaining"),
        "request": _short(asked) if asked else None,
        "response": _short(outline(reply.document)) if reply and reply.document else None,
    }


def _listed(params: dict[str, str]) -> dict[str, Any]:
    """Names of properties come as one text."""
    return {
        name: value.split(",") if name in ("properties", "propertiesWithHistory") else value
        for name, value in params.items()
    }


def _left(exchange: Exchange, header: str) -> int | None:
    left = exchange.reply.number(header) if exchange.reply else None
    return None if left is None else min(left, 2**31 - 1)


def _correlation(exchange: Exchange) -> str | None:
    if exchange.reply is None:
        return None
    named = exchange.reply.headers.get("X-HubSpot-Correlation-Id") or exchange.reply.said.get("correlationId")
    return named[:80] if isinstance(named, str) and named.isascii() else None


def _short(document: Any) -> Any:
    """Ready to be stored, if it is not too long for that."""
    text = orjson.dumps(document)
    return orjson.Fragment(text) if len(text) <= MOST_BYTES else {"…": f"{len(text):,} bytes, too long to keep"}
