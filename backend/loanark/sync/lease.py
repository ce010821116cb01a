"""One writer per HubSpot account at a time: a lease that must be renewed, with a fence that grows.

Whoever holds it renews before every request and in every transaction. A holder that was killed stops renewing and is
taken over when the lease runs out; at once when it was a process of this very host that is no more.
"""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from loanark.kit import sql

#: Longer than one request may take (its time-out and a wait for its slot), so that a healthy holder never loses it.
LEASE_SECONDS = 45


class LeaseLost(Exception):
    """Another worker took over. Whatever was not committed is its business now."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Proof of being the one writer."""

    tenant_id: UUID
    holder: str
    fence: int

    def renew(self) -> None:
        """Raises: LeaseLost. Inside a transaction it also keeps others from taking over before the commit."""
        renewed = sql.execute(
            "UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => %s) "
            "WHERE tenant_id = %s AND holder = %s AND fence = %s",
            [LEASE_SECONDS, self.tenant_id, self.holder, self.fence],
        )
        if not renewed:
            raise LeaseLost(f"another worker took over the organisation {self.tenant_id}")

    def check(self) -> None:
        """Renews when nobody is at it just now: another thread's transaction holding the lease is as good.

        Raises: LeaseLost.
        """
        renewed = sql.execute(
            "UPDATE leases SET expires_at = clock_timestamp() + make_interval(secs => %s) WHERE tenant_id IN ("
            "SELECT tenant_id FROM leases WHERE tenant_id = %s AND holder = %s AND fence = %s FOR UPDATE SKIP LOCKED)",
            [LEASE_SECONDS, self.tenant_id, self.holder, self.fence],
        )
        if not renewed and not sql.scalar(
            "SELECT EXISTS (SELECT FROM leases WHERE tenant_id = %s AND holder = %s AND fence = %s)",
            [self.tenant_id, self.holder, self.fence],
        ):
            raise LeaseLost(f"another worker took over the organisation {self.tenant_id}")

    def let_go(self) -> None:
        """The turn is over: this process may take the lease again, even if the database cannot be told just now."""
        _held_here.discard(self.holder)

    def release(self) -> None:
        """Tells everybody."""
        sql.execute(
            "UPDATE leases SET holder = '', expires_at = clock_timestamp() "
            "WHERE tenant_id = %s AND holder = %s AND fence = %s",
            [self.tenant_id, self.holder, self.fence],
        )


def acquire(tenant_id: UUID) -> Lease | None:
    """Takes the lease if it is free, expired, or held by a process that is no more. Call inside a tenant's scope."""
    sql.execute("INSERT INTO leases (tenant_id) VALUES (%s) ON CONFLICT DO NOTHING", [tenant_id])
    row = sql.first(
        "SELECT holder, expires_at < clock_timestamp() AS expired FROM leases WHERE tenant_id = %s FOR NO KEY UPDATE",
        [tenant_id],
    )
    assert row is not None
    if row["holder"] and not row["expired"] and not _is_gone(row["holder"]):
        return None
    holder = _me()
    fence = sql.scalar(
        "UPDATE leases SET holder = %s, fence = fence + 1, expires_at = clock_timestamp() + make_interval(secs => %s) "
        "WHERE tenant_id = %s RETURNING fence",
        [holder, LEASE_SECONDS, tenant_id],
    )
    _held_here.add(holder)
    return Lease(tenant_id, holder, int(fence))


def _me() -> str:
    """`host/boot/pid/start/unique`: enough to see later, on the same host, that this process is gone."""
    return "/".join((socket.gethostname(), _boot_id(), str(os.getpid()), _start_of(os.getpid()), uuid4().hex[:8]))


#: The holders in use by this process. One that carries its number but is not among them belongs to a turn that ended
#: without being able to say so (the database was away).
_held_here: set[str] = set()


def _is_gone(holder: str) -> bool:
    host, boot, pid, start, *_ = [*holder.split("/"), "", "", "", ""]
    if host != socket.gethostname() or boot != _boot_id() or not boot:
        return False
    if int(pid) == os.getpid() and start == _start_of(os.getpid()):
        return holder not in _held_here
    return _start_of(int(pid)) != start


def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _start_of(pid: int) -> str:
    """When a process started, in clock ticks since boot; empty when there is none (or only its zombie)."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] in ("Z", "X") else after_name[19]
