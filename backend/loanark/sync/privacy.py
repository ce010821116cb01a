"""Carrying out erasures that somebody ordered in LoanArk: first in HubSpot, then everywhere here.

The order is a row that stays until all is done. Whoever finds it reads first where the contact is in HubSpot: an order
left by a worker that died after sending is thus known to be done there, and a request without an answer is read back.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog

from loanark.connections.actions import notify
from loanark.contacts import erasure
from loanark.hubspot.errors import NotFound, Rejected
from loanark.hubspot.whereabouts import Archived, Here, Merged
from loanark.kit import sql
from loanark.sync import hints
from loanark.sync.hints import Lane
from loanark.sync.reconcile import see, see_made
from loanark.sync.session import Session

log = structlog.get_logger()

#: So many orders are carried out before something else has its turn.
AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Order:
    """A contact to erase, and the HubSpot contacts that are or were it and nobody else's."""

    contact_id: UUID
    asked_by: str
    hubspot_ids: tuple[str, ...]


def waiting() -> bool:
    """Whether an order is due. Call inside a tenant's scope."""
    return bool(sql.scalar("SELECT EXISTS (SELECT FROM erasures WHERE not_before <= clock_timestamp())"))


def carry_out(session: Session) -> bool:
    """Carries out some orders. Returns whether there were any."""
    with session.transaction():
        orders = _orders() if waiting() else []
    for order in orders:
        _erase(session, order)
    return bool(orders)


def _orders() -> list[Order]:
    found = sql.rows(
        """SELECT e.contact_id, e.asked_by, ARRAY(
               SELECT DISTINCT l.hubspot_id FROM contact_links l
               WHERE l.tenant_id = e.tenant_id AND l.contact_id = e.contact_id AND NOT EXISTS (
                   SELECT FROM contact_links o WHERE o.tenant_id = l.tenant_id AND o.hubspot_id = l.hubspot_id
                   AND o.state = 'live' AND o.contact_id <> e.contact_id)) AS hubspot_ids
           FROM erasures e WHERE e.not_before <= clock_timestamp() ORDER BY e.asked_at LIMIT %s""",
        [AT_ONCE],
    )
    return [Order(row["contact_id"], row["asked_by"], tuple(row["hubspot_ids"])) for row in found]


def _erase(session: Session, order: Order) -> None:
    made = see_made(session, [order.contact_id], lane=Lane.PERSON)
    ids = [*dict.fromkeys([*order.hubspot_ids, *(one.hubspot_id for one in made)])]
    sightings = session.client.whereabouts(ids, lane=Lane.PERSON.label)
    if sightings.failed:
        _put_off(session, order, "; ".join(sightings.failed.values()))
        return
    if any(isinstance(place, Merged) for place in sightings.found.values()) and _link_moves(session, order):
        return
    there = [id for id in ids if isinstance(sightings.found[id], Here | Archived)]
    with session.transaction():
        _intend(order.contact_id, there)
    for id in there:
        try:
            session.client.privacy_delete(id, lane=Lane.PERSON.label)
        except NotFound:
            log.info("nothing is left to erase in HubSpot", tenant=str(session.tenant_id), hubspot_id=id)
        except Rejected as error:
            _put_off(session, order, str(error))
            return
    done = f"erased in HubSpot ({', '.join(there)})" if there else "HubSpot had nothing of it any more"
    with session.transaction():
        erasure.erase({order.contact_id: f"asked for by {order.asked_by}; {done}"}, {order.contact_id: ids})
        notify(session.tenant_id, "contacts")


def _link_moves(session: Session, order: Order) -> bool:
    """A merge is followed first. Returns whether that moved the link: then the order is taken up again with it."""
    see(session, order.hubspot_ids, lane=Lane.PERSON)
    with session.transaction():
        found = sql.scalar(
            "SELECT hubspot_id FROM contact_links WHERE contact_id = %s AND state = 'live'", [order.contact_id]
        )
    return found is not None and found not in order.hubspot_ids


def _intend(contact_id: UUID, hubspot_ids: list[str]) -> None:
    if hubspot_ids:
        sql.execute(
            """INSERT INTO intents (contact_id, hubspot_id, action, properties) VALUES (%s, %s, 'erase', '{}')
               ON CONFLICT (tenant_id, contact_id) DO UPDATE SET hubspot_id = excluded.hubspot_id,
                   action = excluded.action, properties = excluded.properties, created_at = now()""",
            [contact_id, hubspot_ids[0]],
        )


def _put_off(session: Session, order: Order, reason: str) -> None:
    log.warning("an erasure waits", tenant=str(session.tenant_id), contact=str(order.contact_id), reason=reason)
    with session.transaction():
        sql.execute(
            """UPDATE erasures SET attempts = attempts + 1, last_error = %s,
                      not_before = clock_timestamp() + make_interval(secs =>
                          (%s::float8[])[least(attempts + 1, cardinality(%s::float8[]))]) WHERE contact_id = %s""",
            [reason[:500], list(hints.BACKOFF_SECONDS), list(hints.BACKOFF_SECONDS), order.contact_id],
        )
