"""Signing the end of the chain with a key that is not in the database.

Hashes alone prove nothing against whoever owns the database: they can be computed anew. So the worker signs the end now
and then, and writes it into the log of the process as well, which is kept elsewhere.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from loanark.kit import sql
from loanark.tenants.keys import keyring

log = structlog.get_logger()

#: While the log grows its end is signed this often: what is written anew before that is not noticed.
EVERY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Anchor:
    """A place of the chain, and the hash there."""

    seq: int
    hash: bytes


def drop(tenant_id: UUID, *, every_seconds: int = EVERY_SECONDS) -> Anchor | None:
    """Signs the end of the chain, if it moved and the last signature is old enough. Call inside the tenant's scope."""
    head = sql.first(
        """SELECT h.seq, h.hash FROM audit_heads h WHERE h.seq > 0 AND NOT EXISTS (
               SELECT FROM audit_anchors a
               WHERE a.seq = h.seq OR a.at > clock_timestamp() - make_interval(secs => %s))""",
        [every_seconds],
    )
    if head is None:
        return None
    anchor = Anchor(head["seq"], bytes(head["hash"]))
    sql.execute(
        "INSERT INTO audit_anchors (seq, hash, signature) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [anchor.seq, anchor.hash, keyring().sign(_message(tenant_id, anchor), CONTEXT)],
    )
    log.info("audit log signed", tenant=str(tenant_id), seq=anchor.seq, hash=anchor.hash.hex())
    return anchor


def holds(tenant_id: UUID, anchor: Anchor, signature: str) -> bool | None:
    """Whether a signature is ours; None when its key is not configured any more."""
    return keyring().verifies(_message(tenant_id, anchor), CONTEXT, signature)


def key_of(signature: str) -> str:
    """The id of the key that a signature was made with."""
    return signature.split(".")[1] if signature.count(".") == 2 else ""


CONTEXT = "audit"


def _message(tenant_id: UUID, anchor: Anchor) -> bytes:
    return f"{tenant_id}/{anchor.seq}/{anchor.hash.hex()}".encode()
