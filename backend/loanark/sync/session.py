"""What every step of the sync needs to work for one organisation: account, mapping, lease."""

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from loanark.connections import mapping as mappings
from loanark.connections import settings
from loanark.connections.clients import client_for
from loanark.connections.models import Connection
from loanark.connections.request_log import RequestLog
from loanark.core.brakes import Limits
from loanark.core.mapping import Mapping
from loanark.core.plan import Policies
from loanark.hubspot.client import Client, Gate
from loanark.hubspot.errors import NotHubSpot, Rejected, Transient
from loanark.hubspot.gate import Allowance
from loanark.hubspot.models import MERGED_IDS
from loanark.kit import clock, sql
from loanark.sync.hints import Lane
from loanark.sync.lease import Lease
from loanark.tenants.access import tenant_scope

log = structlog.get_logger()


@dataclass
class Session:
    """One organisation's sync at work, by the holder of its lease."""

    tenant_id: UUID
    connection: Connection
    mapping: Mapping
    policies: Policies
    #: How much may be deleted, cleared and made in an hour.
    limits: Limits
    client: Client
    lease: Lease
    #: What is asked of HubSpot is written down here, and for which run.
    requests: RequestLog
    #: The run has had its part of the account's day; what is more urgent goes on.
    run_rests: bool = False
    #: Why HubSpot does not let us make the property that creates need; asked once a session.
    key_property_refused: str | None = None
    #: HubSpot refused something as if the account's properties were not what we know.
    schema_doubtful: bool = False
    #: HubSpot contacts in which a value is gone, before and after it was asked whether its property is still there.
    doubted: set[str] = field(default_factory=set)
    vouched: set[str] = field(default_factory=set)
    _only_here: bool | None = None

    def someone_is_only_here(self) -> bool:
        """Whether LoanArk has contacts that HubSpot does not: asked once a session. Call inside its transaction."""
        if self._only_here is None:
            self._only_here = bool(
                sql.scalar(
                    """SELECT EXISTS (SELECT FROM contacts c WHERE c.deleted_at IS NULL AND NOT EXISTS (
                           SELECT FROM contact_links l
                           WHERE l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live'))"""
                )
            )
        return self._only_here

    @property
    def properties(self) -> list[str]:
        """The HubSpot properties every reading asks for."""
        wanted = [*self.mapping.properties, MERGED_IDS]
        if self.has_key_property:
            wanted.append(mappings.KEY_PROPERTY)
        return wanted

    def properties_of(self, fields: Collection[str]) -> list[str]:
        """The HubSpot properties that some fields are mapped to."""
        return [rule.property_name for rule in self.mapping.rules if rule.field in fields]

    @property
    def has_key_property(self) -> bool:
        return any(prop["name"] == mappings.KEY_PROPERTY for prop in self.connection.properties)

    def reload_mapping(self) -> None:
        """Goes on with the mapping as it is now."""
        with tenant_scope(self.tenant_id):
            self.connection.refresh_from_db()
            self.mapping = mappings.load(self.connection)

    def count_in_hubspot(self, lane: Lane) -> int | None:
        """How many contacts HubSpot's search index tells; None while it does not. A count is shown, never relied on:
        that it fails must not stop anything."""
        try:
            return self.client.count_contacts(lane=lane.label)
        except (Transient, Rejected, NotHubSpot) as error:
            log.warning("HubSpot does not count its contacts", tenant=str(self.tenant_id), error=str(error))
            return None

    @contextmanager
    def transaction(self, *, run_id: int | None = None, durable: bool = True) -> Iterator[None]:
        """The organisation's data, marked as written by the sync. Raises: LeaseLost.

        Not `durable`: a crash of the database may lose it whole, if it is the last.
        """
        marks = {"origin": "sync", "via": "sync", "side": "hubspot", "cause": "sync", "run_id": str(run_id or "")}
        with tenant_scope(self.tenant_id, durable=durable, **marks):
            self.lease.renew()
            yield

    def renew(self) -> None:
        """In a transaction of another kind. Raises: LeaseLost."""
        self.lease.renew()


@dataclass(frozen=True, slots=True)
class Aside:
    """Work on LoanArk's own rows, which needs no HubSpot and so no lease: who carries a run on locks it instead."""

    tenant_id: UUID

    def transaction(self) -> AbstractContextManager[None]:
        """For what is no edit of contacts: planning, and counting."""
        return tenant_scope(self.tenant_id, via="sync")

    def renew(self) -> None:
        """There is no lease to renew."""


#: A lease once seen to be ours is ours for long after (see `lease.LEASE_SECONDS`): asking before every request would
#: only cost.
CHECK_SECONDS = 1.0


class LeasedGate:
    """The request budget, asked only by the holder of the lease: who lost it sends nothing more."""

    def __init__(self, gate: Gate, lease: Lease) -> None:
        self._gate, self._lease = gate, lease
        self._checked_at = 0.0

    def acquire(self, lane: str, bucket: str) -> datetime:
        read_at = self._gate.acquire(lane, bucket)
        if clock.monotonic() - self._checked_at > CHECK_SECONDS:
            with tenant_scope(self._lease.tenant_id):
                self._lease.check()
            self._checked_at = clock.monotonic()
        return read_at

    def observe(self, told: Allowance) -> None:
        self._gate.observe(told)

    def throttled(self, seconds: float, bucket: str) -> None:
        self._gate.throttled(seconds, bucket)

    def closed(self, refused: Transient) -> None:
        self._gate.closed(refused)


def open_session(connection: Connection, lease: Lease) -> Session:
    """Call inside a tenant's scope."""
    chosen = settings.load()
    requests = RequestLog(connection.tenant_id)
    return Session(
        tenant_id=connection.tenant_id,
        connection=connection,
        mapping=mappings.load(connection),
        policies=chosen.policies,
        limits=chosen.limits,
        client=client_for(connection, guard=lambda gate: LeasedGate(gate, lease), log=requests),
        lease=lease,
        requests=requests,
    )
