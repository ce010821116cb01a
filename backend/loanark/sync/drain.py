"""Following hints: whatever they came from, look at the records they name."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError

from loanark.connections.actions import notify
from loanark.core.mapping import Side
from loanark.hubspot.client import BATCH_SIZE
from loanark.kit import sql
from loanark.sync import hints, witness
from loanark.sync.apply import write_rejections
from loanark.sync.hints import Hint, Lane
from loanark.sync.reconcile import Tally, reconcile, see, see_made
from loanark.sync.session import Session

log = structlog.get_logger()


def drain(session: Session) -> bool:
    """Follows one batch of hints, the most urgent first. Returns whether there were any."""
    with session.transaction():
        due = hints.due(BATCH_SIZE)
        linked = _linked(due)
        asked = witness.pending([*linked, *(hint.record_id for hint in due if hint.side is Side.HUBSPOT)])
    if due:
        _follow(session, due, linked, asked)
    return bool(due)


def _follow(session: Session, due: Sequence[Hint], linked: dict[str, UUID], asked: witness.Pending) -> None:
    """Looks at the records of some hints. One that the database will not have must not hold the others up."""
    try:
        _look_at(session, due, linked, asked)
    except (DataError, IntegrityError) as error:
        if len(due) == 1:
            _set_aside(session, due[0], error)
            return
        middle = len(due) // 2
        for half in (due[:middle], due[middle:]):
            ids = {hint.record_id for hint in half}
            own = {id: contact_id for id, contact_id in linked.items() if str(contact_id) in ids}
            _follow(session, half, own, asked)


def _look_at(session: Session, due: Sequence[Hint], linked: dict[str, UUID], asked: witness.Pending) -> None:
    lane = due[0].lane
    wanted = dict.fromkeys([hint.record_id for hint in due if hint.side is Side.HUBSPOT] + list(linked))
    ids = list(wanted)[:BATCH_SIZE]
    seen, failed = see(session, ids, lane=lane, with_history=_histories(session, asked))
    contact_ids = [UUID(hint.record_id) for hint in due if hint.side is Side.LOANARK]
    known = {one.hubspot_id for one in seen}
    made = see_made(session, set(contact_ids) - set(linked.values()), lane=lane)
    seen += [one for one in made if one.hubspot_id not in known]
    insistent = {UUID(hint.record_id): hint.lane for hint in due if hint.side is Side.LOANARK and hint.insistent}
    tally = reconcile(session, seen, contact_ids, lane=lane, insistent=insistent, asked=asked)
    _finish(session, due, tally, failed)


def _histories(session: Session, asked: witness.Pending) -> list[str]:
    """Of what we wrote; and, where we made the contact, of all there is: HubSpot gives it values by itself."""
    return (
        [rule.property_name for rule in session.mapping.rules]
        if asked.made()
        else session.properties_of(asked.fields())
    )


def _set_aside(session: Session, hint: Hint, error: Exception) -> None:
    """A record that cannot be stored: told to a person, and tried again more and more rarely."""
    reason = str(error).splitlines()[0]
    log.error("a record cannot be stored", side=hint.side.value, record=hint.record_id, error=reason)
    local = hint.side is Side.LOANARK
    rejection = {
        "contact_id": hint.record_id if local else None,
        "hubspot_id": None if local else hint.record_id,
        "field": "",
        "side": Side.LOANARK.value,
        "value": None,
        "code": "internal",
        "reason": f"LoanArk could not store it: {reason}",
    }
    with session.transaction():
        write_rejections([rejection], None)
        hints.postpone({hint: reason})


def _linked(due: Sequence[Hint]) -> dict[str, UUID]:
    """HubSpot ids of the hinted LoanArk contacts."""
    ids = [hint.record_id for hint in due if hint.side is Side.LOANARK]
    found = sql.rows(
        "SELECT hubspot_id, contact_id FROM contact_links WHERE contact_id = ANY(%s::uuid[]) AND state = 'live'", [ids]
    )
    return {row["hubspot_id"]: row["contact_id"] for row in found}


def _finish(session: Session, due: Sequence[Hint], tally: Tally, failed: dict[str, str]) -> None:
    """Clears the hints that were followed. Those of records still open stay; unreadable ones wait longer each time."""
    unsettled = {str(contact_id) for contact_id in tally.open_contacts} | tally.open_hubspot
    unreadable = {hint: failed[hint.record_id] for hint in due if hint.record_id in failed}
    with session.transaction():
        hints.clear(hint for hint in due if hint.record_id not in unsettled and hint not in unreadable)
        hints.postpone({**{hint: "not settled yet" for hint in due if hint.record_id in unsettled}, **unreadable})
        if any(hint.lane is Lane.PERSON for hint in due):
            # Somebody watches for the end of the look, even where it found nothing to do.
            notify(session.tenant_id, "contacts")
