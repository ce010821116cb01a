"""The engine: one organisation's sync carried on for a while, most urgent first, by the holder of its lease.

It is level-triggered: it can be called at any time, any number of times, by any process. Whatever a killed one left
behind (hints, intents, a run's cursor) is found and finished by the next.
"""

from datetime import timedelta
from enum import Enum
from uuid import UUID

import structlog

from loanark.connections import actions, settings
from loanark.connections.budget import DailyReserve
from loanark.connections.credentials import NotConnected
from loanark.connections.models import Connection
from loanark.connections.settings import SyncSettings
from loanark.core.mapping import Side
from loanark.duplicates import automatic
from loanark.hubspot.errors import HubSpotError
from loanark.kit import clock, sql
from loanark.sync import (
    beside,
    brakes,
    hints,
    key_property,
    lease,
    listing,
    merges,
    poll,
    privacy,
    quiet,
    runs,
    scheduled,
    undo,
    upkeep,
)
from loanark.sync.drain import drain
from loanark.sync.hints import Lane
from loanark.sync.lease import Lease, LeaseLost
from loanark.sync.session import Session, open_session
from loanark.tenants.access import tenant_scope

log = structlog.get_logger()

#: A turn ends after this long, so that one organisation's long run lets the others have theirs.
TURN_SECONDS = 30.0

#: Bulk edits and hints take turns this long.
BESIDE_SECONDS = 1.0

#: The balance is counted anew this often while nothing else is to do.
COUNT_EVERY = timedelta(seconds=60)


class Turn(Enum):
    """How a turn ended."""

    IDLE = "nothing (more) to do now"
    MORE = "there is more to do at once"
    BUSY = "another process is at it"
    TROUBLE = "HubSpot does not answer as it should: try again a little later"


def advance(tenant_id: UUID, *, turn_seconds: float = TURN_SECONDS) -> Turn:
    """Carries an organisation's sync on for a while, and the bulk edits of its people: these need no HubSpot."""
    with tenant_scope(tenant_id):
        editing = runs.beside() is not None
        opened = None if editing else _open(tenant_id)
    if editing:
        beside.carry_on(tenant_id, seconds=BESIDE_SECONDS)
        with tenant_scope(tenant_id):
            opened = _open(tenant_id)
    turn = _advance(opened, turn_seconds) if isinstance(opened, Session) else opened or Turn.IDLE
    if turn is Turn.IDLE and automatic.step(tenant_id):
        turn = Turn.MORE
    return Turn.MORE if editing and turn in (Turn.IDLE, Turn.BUSY) else turn


def _open(tenant_id: UUID) -> Session | Turn:
    """The lease and all that a turn needs, or how the turn ended before it began."""
    connection = Connection.objects.filter(tenant_id=tenant_id).first()
    if connection is None or connection.status not in ("connected", "paused"):
        if connection and connection.status == "not_connected":
            runs.end_without_account()
        return Turn.IDLE
    chosen = settings.load()
    if chosen.halt or not _is_due(connection, chosen):
        return Turn.IDLE
    held = lease.acquire(tenant_id)
    return open_session(connection, held) if held else Turn.BUSY


def _advance(session: Session, turn_seconds: float) -> Turn:
    tenant_id = session.tenant_id
    try:
        more = _turn(session, clock.monotonic() + turn_seconds)
        if session.connection.status == "paused":
            actions.note_recovery(tenant_id)
        return Turn.MORE if more else Turn.IDLE
    except LeaseLost as lost:
        log.warning("lease lost", tenant=str(tenant_id), reason=str(lost))
        return Turn.BUSY
    except NotConnected:
        return Turn.IDLE
    except HubSpotError as error:
        log.warning("hubspot", tenant=str(tenant_id), error=str(error))
        actions.note_problem(tenant_id, error)
        return Turn.TROUBLE
    finally:
        session.client.close()
        _release(session.lease)


def _is_due(connection: Connection, chosen: SyncSettings) -> bool:
    """Whether a turn would find anything to do: asked before anything is opened, so idling costs next to nothing."""
    if connection.status == "paused":
        return True
    if connection.approved_at is None:
        return runs.active() is not None or not runs.any_yet() or _count_is_due(connection)
    return (
        _hints_due()
        or runs.active() is not None
        or poll.is_due(connection)
        or _count_is_due(connection)
        or _intents()
        or merges.is_due()
        or scheduled.is_due(connection, chosen.schedule)
        or upkeep.is_due(connection)
    )


def _hints_due() -> bool:
    """Somebody's order to erase comes with them."""
    return privacy.waiting() or bool(
        sql.scalar("SELECT EXISTS (SELECT FROM hints WHERE not_before <= clock_timestamp())")
    )


def _intents() -> bool:
    return bool(sql.scalar("SELECT EXISTS (SELECT FROM intents)"))


def _release(held: Lease) -> None:
    held.let_go()
    with tenant_scope(held.tenant_id):
        held.release()


def _turn(session: Session, deadline: float) -> bool:
    _pick_up(session)
    try:
        while clock.monotonic() < deadline:
            with tenant_scope(session.tenant_id):
                chosen = settings.load()
            if chosen.halt or not _one(session, chosen, deadline):
                return False
    except DailyReserve as kept:
        log.info("the day's last requests are kept", tenant=str(session.tenant_id), reason=str(kept))
        return False
    return True


def _one(session: Session, chosen: SyncSettings, deadline: float) -> bool:
    """The most urgent thing there is to do; returns whether there was one. Raises: DailyReserve, when nothing that is
    left to do may use the account's last requests of the day."""
    approved = session.connection.approved_at is not None
    if approved and upkeep.keep_up(session):
        return True
    if approved and session.connection.backfilled_at and not session.has_key_property and _creates_wait(session):
        key_property.ensure(session)
    if approved and privacy.carry_out(session):
        return True
    edited = beside.carry_on(session.tenant_id, seconds=BESIDE_SECONDS)
    # What people edit is carried to HubSpot while they still edit: neither waits for the other's end.
    if (approved and drain(session)) or edited:
        return True
    if approved and session.connection.backfilled_at and merges.carry_out(session):
        return True
    with tenant_scope(session.tenant_id):
        runs.ensure_first_preview(session.connection)
        run = runs.active()
    if run and not session.run_rests:
        try:
            carry_on = undo.step if run.kind == "undo" else listing.step
            with session.requests.of_run(run.id):
                carry_on(session, run, deadline=deadline)
        except DailyReserve:
            session.run_rests = True
        with session.transaction():
            runs.count_requests(run.id, session.requests.taken())
        return True
    if approved and poll.is_due(session.connection):
        poll.poll(session)
        brakes.quieten(session)
        return True
    if approved and _scheduled(session, chosen):
        return True
    if _count_is_due(session.connection):
        _count(session)
        return True
    return False


def _scheduled(session: Session, chosen: SyncSettings) -> bool:
    """Begins a complete comparison, if one is due by itself. Returns whether it was."""
    with session.transaction():
        due = scheduled.is_due(session.connection, chosen.schedule)
        if due:
            runs.begin_scheduled(session.connection)
    return due


def _pick_up(session: Session) -> None:
    """Intents left by somebody who died between sending and knowing: the records are looked at again."""
    with session.transaction():
        left = sql.rows("DELETE FROM intents RETURNING contact_id::text AS id")
        hints.leave(Side.LOANARK, [row["id"] for row in left], source="left unfinished", lane=Lane.WEBHOOK)


def _creates_wait(session: Session) -> bool:
    with session.transaction():
        return bool(
            sql.scalar(
                """SELECT EXISTS (SELECT FROM hints h WHERE h.side = 'loanark' AND h.not_before <= clock_timestamp()
                   AND NOT EXISTS (SELECT FROM contact_links l WHERE l.contact_id = h.record_id::uuid
                                   AND l.state = 'live'))"""
            )
        )


def _count_is_due(connection: Connection) -> bool:
    counted = connection.counted_at
    return counted is None or clock.now() - counted > COUNT_EVERY


def _count(session: Session) -> None:
    """HubSpot's own count, for the balance."""
    counted = session.count_in_hubspot(Lane.POLL)
    total = session.connection.hubspot_total if counted is None else counted
    now = clock.now()
    with session.transaction():
        Connection.objects.filter(tenant_id=session.tenant_id).update(hubspot_total=total, counted_at=now)
        sql.execute("DELETE FROM request_usage WHERE slot < now() - interval '1 hour'")
        brakes.tidy()
        actions.notify(session.tenant_id, "overview")
    session.connection.hubspot_total, session.connection.counted_at = total, now
    quiet.tidy(session)
