"""Keeping the mapping true: the account's properties are read anew now and then.

After a change of the mapping every contact is compared anew.
"""

from datetime import timedelta

import structlog

from loanark.connections import drift, owners
from loanark.connections.budget import DailyReserve
from loanark.connections.models import Connection
from loanark.core.mapping import Side
from loanark.hubspot.errors import Rejected
from loanark.kit import clock, sql
from loanark.sync import hints, runs
from loanark.sync.hints import Lane
from loanark.sync.session import Session

log = structlog.get_logger()

#: The account's properties are read anew this often, and whenever a refusal makes them doubtful.
READ_EVERY = timedelta(hours=1)
#: When HubSpot does not tell them, what hangs on them waits this long.
ASK_AGAIN_SECONDS = 60.0


def is_due(connection: Connection) -> bool:
    """Whether there is anything to do for an approved connection. Within a tenant's scope."""
    return _is_old(connection) or _comparison_is_due(connection)


def keep_up(session: Session) -> bool:
    """Does what is due. Returns whether there was anything."""
    if session.schema_doubtful or _is_old(session.connection):
        _read_properties(session)
        return True
    if session.connection.compared_version == session.connection.mapping_version:
        return False
    with session.transaction():
        if not _comparison_is_due(session.connection):
            return False
        sql.execute("UPDATE connections SET compared_version = mapping_version")
        runs.start("full", trigger="the mapping changed")
    session.reload_mapping()
    return True


def _is_old(connection: Connection) -> bool:
    return connection.properties_at is None or clock.now() - connection.properties_at > READ_EVERY


def _comparison_is_due(connection: Connection) -> bool:
    """Not while another run is under way: what it read before the change does not count, so a new one follows it."""
    if connection.compared_version == connection.mapping_version or connection.backfilled_at is None:
        return False
    return not sql.scalar("SELECT EXISTS (SELECT FROM runs WHERE status IN ('running', 'held'))")


def _read_properties(session: Session) -> None:
    session.schema_doubtful = False
    doubted, session.doubted = session.doubted, set()
    try:
        properties = session.client.properties(lane=Lane.POLL.label)
    except (Rejected, DailyReserve) as error:
        # The mapping goes on as it is known; the next turn asks again.
        log.warning("HubSpot does not tell its properties", tenant=str(session.tenant_id), error=str(error))
        session.connection.properties_at = clock.now()
        with session.transaction():
            reason = "it is not known whether a property is gone"
            hints.put_off(Side.HUBSPOT, doubted, reason=reason, lane=Lane.POLL, seconds=ASK_AGAIN_SECONDS)
        return
    session.vouched |= doubted
    people = owners.read(session.client, lane=Lane.POLL.label)
    with session.transaction():
        owners.learn(session.connection, people)
        notes = drift.learn(session.connection, properties, evict=False)
    if notes:
        log.info("the mapping changed by itself", tenant=str(session.tenant_id), notes=notes)
    session.reload_mapping()
