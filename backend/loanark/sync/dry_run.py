"""A dry run of one contact: both sides are read as they are now, and planned. Nothing is written."""

from dataclasses import dataclass, replace
from uuid import UUID

from loanark.connections.models import Connection
from loanark.connections.problems import ConnectionFailed
from loanark.core.plan import Action
from loanark.hubspot.errors import HubSpotError
from loanark.hubspot.whereabouts import Archived, Gone, Here, Merged
from loanark.kit import sql
from loanark.kit.errors import NotFound
from loanark.sync import plans
from loanark.sync.hints import Lane
from loanark.sync.lease import Lease, LeaseLost
from loanark.sync.look import Case, Seen, look, newest_rules
from loanark.sync.reconcile import see_made
from loanark.sync.runs import NotConnectedYet
from loanark.sync.schemas import ContactPlanOut
from loanark.sync.session import Session, open_session
from loanark.tenants.access import tenant_scope


@dataclass(frozen=True, slots=True)
class _NoLease(Lease):
    """Who only looks stands in nobody's way, and can begin no transaction in which the sync writes."""

    def renew(self) -> None:
        raise LeaseLost("a dry run writes nothing")

    def check(self) -> None:
        return


def plan_contact(tenant_id: UUID, contact_id: UUID) -> ContactPlanOut:
    """What a look at this contact would do now. Asks HubSpot, in a person's lane and outside of any transaction.

    Raises: NotFound, NotConnectedYet, ConnectionFailed.
    """
    with tenant_scope(tenant_id):
        if not sql.scalar("SELECT EXISTS (SELECT FROM contacts WHERE id = %s)", [contact_id]):
            raise NotFound("There is no such contact in this organisation.")
        connection = Connection.objects.filter(tenant_id=tenant_id).first()
        if connection is None or connection.status == "not_connected" or not connection.access_token:
            raise NotConnectedYet(
                "No HubSpot account is connected. Connect one on the page Connection, then ask again."
            )
        hubspot_id = sql.scalar(
            "SELECT hubspot_id FROM contact_links WHERE contact_id = %s AND state = 'live'", [contact_id]
        )
        session = open_session(connection, _NoLease(tenant_id, "dry run", 0))
    try:
        seen, note = _see(session, contact_id, hubspot_id)
        case = _look(session, contact_id, seen)
        if session.doubted:
            _ask_for_properties(session)
            case = _look(session, contact_id, seen)
    except HubSpotError as error:
        raise ConnectionFailed.of(error) from error
    finally:
        session.client.close()
    sentence = case.problem or ("Nothing to do: both sides agree." if case.plan.empty else plans.said(case.plan))
    return ContactPlanOut(
        contact_id=contact_id,
        hubspot_id=case.hubspot_id,
        action=Action.NOTHING if case.plan.empty else case.plan.action,
        side=case.plan.side,
        reason=case.plan.reason,
        operations=plans.operations_out(case.plan),
        sentence=f"{sentence} {note}".rstrip(),
    )


def _look(session: Session, contact_id: UUID, seen: list[Seen]) -> Case:
    with tenant_scope(session.tenant_id):
        return next(one for one in look(session, seen, [contact_id], timed=True) if one.contact_id == contact_id)


def _ask_for_properties(session: Session) -> None:
    """A value is gone in HubSpot: cleared, if its property is there; else the field has no counterpart any more."""
    there = {one.name for one in session.client.properties(lane=Lane.PERSON.label) if not one.archived}
    rules = tuple(rule for rule in session.mapping.rules if rule.property_name in there)
    session.mapping = replace(session.mapping, rules=rules)
    session.vouched |= session.doubted


def _see(session: Session, contact_id: UUID, hubspot_id: str | None) -> tuple[list[Seen], str]:
    """HubSpot's side of a contact, and what else a person should know of it."""
    if hubspot_id is None:
        return see_made(session, [contact_id], lane=Lane.PERSON), ""
    history = [rule.property_name for rule in newest_rules(session.mapping)]
    sightings = session.client.whereabouts([hubspot_id], session.properties, history, lane=Lane.PERSON.label)
    read_at = sightings.read_at
    if read_at is None or hubspot_id in sightings.failed:
        raise ConnectionFailed(
            "unavailable", f"HubSpot could not be asked: {sightings.failed.get(hubspot_id)}. Try again."
        )
    match sightings.found[hubspot_id]:
        case Here(contact):
            return [Seen(hubspot_id, contact, read_at)], ""
        case Merged(survivor):
            # As it will be when the link has moved to the survivor.
            note = f"HubSpot merged its contact {hubspot_id} into {survivor.id}: the link moves there first."
            return [Seen(hubspot_id, None if survivor.archived else survivor, read_at)], note
        case Archived(contact):
            return [Seen(hubspot_id, None, read_at, "archived in HubSpot", archived=contact)], ""
        case Gone():
            note = "HubSpot knows no such contact any more: before that counts as a deletion, it is asked again."
            return [Seen(hubspot_id, None, read_at, "HubSpot knows no such id any more")], note
