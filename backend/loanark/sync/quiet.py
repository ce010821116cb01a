"""What the engine does for an organisation while nothing else is to do: prune, remind, start a sweep that is owed."""

from loanark.connections import request_log
from loanark.core.mapping import Side
from loanark.kit import sql
from loanark.sync import authors, evidence, hints, runs, travels
from loanark.sync.hints import Lane
from loanark.sync.session import Session
from loanark.tenants import members

#: Proof of what HubSpot told is kept this long. What an event is known by is kept longer than HubSpot repeats it,
#: which is a day.
KEEP_DELIVERIES_DAYS = 30
KEEP_EVENTS_DAYS = 3


def tidy(session: Session) -> None:
    """Prunes what was only kept for a while, and looks again at privacy deletions that HubSpot has not carried out.

    History is never pruned.
    """
    with session.transaction():
        sql.execute(
            "DELETE FROM webhook_deliveries WHERE received_at < now() - make_interval(days => %s)",
            [KEEP_DELIVERIES_DAYS],
        )
        sql.execute("DELETE FROM webhook_events WHERE at < now() - make_interval(days => %s)", [KEEP_EVENTS_DAYS])
        request_log.prune()
        travels.prune()
        authors.prune()
        members.clear_ended_support()
        evidence.forget_old()
        hints.leave(Side.HUBSPOT, evidence.due(), source="told to be erased", lane=Lane.POLL)
        _start_owed_sweep()


def owe_sweep(reason: str) -> None:
    """Events were missed: everything is compared as soon as no run is under way. Call inside a tenant's scope."""
    sql.execute(
        """INSERT INTO poll_states (sweep_owed) VALUES (%s)
           ON CONFLICT (tenant_id) DO UPDATE SET sweep_owed = excluded.sweep_owed""",
        [reason],
    )
    # The count is what a quiet turn begins with: it is due at once.
    sql.execute("UPDATE connections SET counted_at = NULL")


def _start_owed_sweep() -> None:
    owed = sql.scalar("SELECT sweep_owed FROM poll_states WHERE sweep_owed IS NOT NULL")
    approved = sql.scalar("SELECT approved_at IS NOT NULL FROM connections")
    if not owed or not approved or sql.scalar("SELECT EXISTS (SELECT FROM runs WHERE status IN ('running', 'held'))"):
        return
    runs.start("full", trigger=owed)
    sql.execute("UPDATE poll_states SET sweep_owed = NULL")
