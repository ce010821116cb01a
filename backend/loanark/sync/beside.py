"""Runs beside the others: bulk edits, and undos of these. They change LoanArk's own rows and need no HubSpot.

So they wait neither for a run over the listing nor for a connection, and no lease is theirs: whoever carries one on, a
worker or the request that approved a small one, locks its row for each batch, and finds what the other left to do. The
first goes first. What they change reaches HubSpot like any edit of LoanArk.
"""

from uuid import UUID

import structlog
from django.db import DataError, IntegrityError

from loanark.kit import clock, sql
from loanark.sync import edits, runs, undo
from loanark.sync.models import Run
from loanark.sync.session import Aside
from loanark.tenants.access import tenant_scope

log = structlog.get_logger()

#: Runs of so many contacts are over when the request that asked for them is answered.
AT_ONCE = edits.AT_ONCE


def carry_on(tenant_id: UUID, *, seconds: float) -> bool:
    """Carries the first of them on for a while. Returns whether there was one."""
    with tenant_scope(tenant_id):
        run = runs.beside()
    if run is None:
        return False
    _step(tenant_id, run, clock.monotonic() + seconds)
    return True


def finish(tenant_id: UUID, run_id: int, *, seconds: float = 20.0) -> None:
    """Carries a small one to its end, for a person who waits; a large one is the workers'. Call outside of any
    transaction."""
    deadline = clock.monotonic() + seconds
    while clock.monotonic() < deadline:
        with tenant_scope(tenant_id):
            run = Run.objects.filter(id=run_id, beside=True, status="running").first()
            if run is None or _size(run) > AT_ONCE:
                return
        _step(tenant_id, run, deadline)


def _size(run: Run) -> int:
    """How many contacts a run is about, at most."""
    if run.total is not None:
        return int(run.total)
    return int(
        sql.scalar(
            "SELECT count(*) FROM planned WHERE run_id = %s AND state IN ('done', 'changed')",
            [run.findings["undo"]["run"] if run.kind == "undo" else run.id],
        )
    )


def _step(tenant_id: UUID, run: Run, deadline: float) -> None:
    carry = undo.step if run.kind == "undo" else edits.step
    try:
        carry(Aside(tenant_id), run, deadline=deadline)
    except (DataError, IntegrityError) as error:
        first_line = str(error).splitlines()[0]
        log.warning("a bulk edit failed", tenant=str(tenant_id), run=run.id, error=first_line)
        with tenant_scope(tenant_id):
            reason = f"The database did not take it: {first_line}. What was done until then stays, and can be undone."
            runs.progress(run.id, counts={}, done=0, status="failed", reason=reason, finished_at=clock.now())
