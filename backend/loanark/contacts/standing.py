"""Where contacts stand: in sync, or what keeps them from it. SQL over `contacts c` with its live link `l` (`FROM`).

Few contacts are not in sync, and each of these left a trace: an open conflict or rejection, a hint that waits, a write
under way, something a brake holds, a link that was closed. `traced` lists the contacts with a trace, so that finding
and counting those in trouble reads these and not the whole book. It holds once the first backfill is over; before that
contacts are not linked for no other reason than that their turn has not come.
"""

from collections.abc import Iterable, Mapping

from loanark.contacts.schemas import SyncBadge

FROM = """contacts c LEFT JOIN contact_links l
    ON l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live'"""

_CONFLICT = (
    "EXISTS (SELECT FROM contact_conflicts k WHERE k.tenant_id = c.tenant_id AND k.contact_id = c.id AND k.open)"
)
_FAILING = (
    "EXISTS (SELECT FROM contact_rejections x WHERE x.tenant_id = c.tenant_id AND x.contact_id = c.id "
    "AND x.resolved_at IS NULL)"
)
#: Two conditions and not one with OR: PostgreSQL can read all hints once instead of asking for each contact.
_PENDING = (
    "(l.local_version < c.version "
    "OR EXISTS (SELECT FROM hints h WHERE h.tenant_id = c.tenant_id AND h.side = 'loanark' "
    "AND h.record_id = c.id::text) "
    "OR EXISTS (SELECT FROM hints h WHERE h.tenant_id = c.tenant_id AND h.side = 'hubspot' "
    "AND h.record_id = l.hubspot_id))"
)
#: The first that applies is shown.
STATE = f"""CASE WHEN c.deleted_at IS NOT NULL THEN 'deleted' WHEN {_CONFLICT} THEN 'conflict'
    WHEN {_FAILING} THEN 'failing' WHEN l.id IS NULL THEN 'not_linked' WHEN {_PENDING} THEN 'pending'
    ELSE 'in_sync' END"""
#: The same where no link is joined: for few contacts of many.
STATE_OF_ONE = f"""(SELECT {STATE} FROM (VALUES (1)) AS one LEFT JOIN contact_links l
    ON l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live')"""
REASON = """(SELECT coalesce(
    CASE WHEN c.merged_into IS NOT NULL THEN 'Merged into another contact, where that can be taken back.' END,
    (SELECT x.reason FROM contact_rejections x WHERE x.tenant_id = c.tenant_id AND x.contact_id = c.id
     AND x.resolved_at IS NULL ORDER BY x.id DESC LIMIT 1),
    (SELECT h.last_error FROM hints h WHERE h.tenant_id = c.tenant_id AND h.side = 'loanark'
     AND h.record_id = c.id::text)))"""

_CONFLICTS = "SELECT contact_id FROM contact_conflicts WHERE open"
_REJECTIONS = "SELECT contact_id FROM contact_rejections WHERE resolved_at IS NULL AND contact_id IS NOT NULL"
_UNDER_WAY = """
    SELECT record_id::uuid FROM hints WHERE side = 'loanark'
    UNION SELECT w.contact_id FROM hints h JOIN contact_links w
        ON w.tenant_id = h.tenant_id AND w.hubspot_id = h.record_id AND w.state = 'live' WHERE h.side = 'hubspot'
    UNION SELECT contact_id FROM intents
    UNION SELECT contact_id FROM held_operations
        WHERE state IN ('held', 'approved', 'rejected') AND contact_id IS NOT NULL"""
_CLOSED = "SELECT contact_id FROM contact_links WHERE state = 'closed'"

#: By state, where the traces are.
_TRACES: Mapping[str, tuple[str, ...]] = {
    "conflict": (_CONFLICTS,),
    "failing": (_REJECTIONS,),
    "not_linked": (_UNDER_WAY, _CLOSED),
    "pending": (_UNDER_WAY,),
}
TROUBLED = tuple(_TRACES)


def traced(states: Iterable[str]) -> str:
    """A query for the ids of all contacts that may stand so, once the first backfill is over; others may be among them.

    `states`: of `TROUBLED`.
    """
    return " UNION ".join(dict.fromkeys(trace for state in states for trace in _TRACES[state]))


NAMES: Mapping[str, str] = {
    "in_sync": "In sync",
    "pending": "Pending",
    "conflict": "Conflict",
    "failing": "Failing",
    "not_linked": "Not in HubSpot",
    "deleted": "Deleted",
}
_REASONS: Mapping[str, str] = {
    "pending": "Waiting for the next look at both sides.",
    "not_linked": "Not in HubSpot yet.",
    "conflict": "Both sides changed a field; a person decides.",
    "deleted": "Deleted; it can be restored.",
}


def badge(state: str, reason: str | None) -> SyncBadge:
    """What is shown of a contact's state: with the reason that is known, else with what the state means."""
    return SyncBadge(state=state, reason=reason or _REASONS.get(state))  # type: ignore[arg-type]
