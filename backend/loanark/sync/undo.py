"""Undoing many changes: those of a run, or those of a person or program since some moment.

An undo is a run itself. It plans first, and what it would put back is stored row by row as a preview's plan is; it then
waits for a person, unless it was approved with the order. Carried out, it is ordinary edits of LoanArk with the cause
`undo`: the triggers write the history and leave the hints, and the sync carries them to HubSpot. So it can be undone.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from loanark.contacts import undo as contacts
from loanark.contacts.undo import Decided
from loanark.core.brakes import Braked
from loanark.core.plan import Action, Plan, Write
from loanark.core.undo import Past
from loanark.kit import clock, sql
from loanark.sync import plans, runs
from loanark.sync.hints import Lane
from loanark.sync.models import Run
from loanark.sync.plans import Row
from loanark.sync.session import Aside, Session
from loanark.tenants.access import tenant_scope

#: So many contacts are planned, or put back, in one transaction.
CONTACTS_AT_ONCE = 200


def step(session: Session | Aside, run: Run, *, deadline: float) -> None:
    """Carries an undo on until it waits for a person, ends, or the deadline passes."""
    if run.phase == "queued":
        with session.transaction():
            if not runs.take(run):
                return
            runs.progress(run.id, counts={}, done=0, phase="planning", started_at=clock.now())
        run.phase = "planning"
    while run.phase == "planning" and clock.monotonic() < deadline:
        if not _plan_some(session, run):
            return
    while run.phase == "undoing" and clock.monotonic() < deadline:
        if not _undo_some(session, run):
            return


def _plan_some(session: Session | Aside, run: Run) -> bool:
    """Plans a batch of contacts, in the order of their ids. Returns whether this run goes on at once."""
    with session.transaction():
        if not runs.take(run):
            return False
        changes = _changes_of(run, _next_contacts(run))
        if not changes:
            return _planned(run)
        decided = _decide(run, changes, lock=False)
        rows = [_row(contact_id, decided.plans[contact_id]) for contact_id in sorted(decided.plans)]
        rows = [row for row in rows if row.plan.action is not Action.NOTHING or row.plan.rejects]
        stored = run.findings.get("planned", 0)
        plans.store(run.id, rows, first=stored + 1)
        skipped = run.findings.get("skipped", 0) + sum(row.state == "skipped" for row in rows)
        run.findings = {**run.findings, "planned": stored + len(rows), "skipped": skipped}
        run.cursor = str(max(changes))
        return runs.progress(run.id, counts={}, done=0, cursor=run.cursor, findings=run.findings)


def _row(contact_id: UUID, plan: Plan) -> Row:
    if plan.action is Action.NOTHING:
        return Row(contact_id, None, plan, "skipped", plans.said(plan))
    return Row(contact_id, None, plan)


def _planned(run: Run) -> bool:
    """Everything is planned: it waits for a person, goes on if one said so, or ends if there is nothing to do."""
    planned, skipped = run.findings.get("planned", 0), run.findings.get("skipped", 0)
    to_do = planned - skipped
    counts = {"skipped": skipped}
    if not to_do:
        _finish(run, counts=counts)
        return False
    if run.approved_by:
        run.phase, run.cursor = "undoing", None
        return runs.progress(run.id, counts=counts, done=0, phase="undoing", cursor=None, total=to_do)
    noun = "contact" if to_do == 1 else "contacts"
    left = f" {skipped:,} cannot be; each says why." if skipped else ""
    reason = f"{to_do:,} {noun} would be put back as before.{left} Approve it, or cancel it: nothing was changed yet."
    runs.progress(
        run.id, counts=counts, done=0, phase="undoing", cursor=None, total=to_do, status="waiting", reason=reason
    )
    return False


def _undo_some(session: Session | Aside, run: Run) -> bool:
    """Puts a batch back, decided anew against the contacts as they are now. Returns whether the next may follow."""
    actor = run.approved_by or run.trigger
    # Not the session's own transaction: these are LoanArk's edits, which the sync has to carry to HubSpot.
    with tenant_scope(
        session.tenant_id, actor=actor, cause="undo", side="loanark", reason=_why(run), run_id=str(run.id)
    ):
        session.renew()
        if not runs.take(run):
            return False
        waiting = sql.rows(
            """SELECT seq, contact_id, digest FROM planned WHERE run_id = %s AND state = 'planned'
               ORDER BY seq LIMIT %s""",
            [run.id, CONTACTS_AT_ONCE],
        )
        if not waiting:
            _finish(run, counts={})
            return False
        changes = _changes_of(run, [row["contact_id"] for row in waiting])
        decided = _decide(run, changes, lock=True)
        contacts.write(decided)
        if not run.findings.get("braked"):
            _let_pass(run, decided)
        counts = plans.settle(run.id, waiting, decided.plans)
        counts["read"] = len(waiting)
        going = runs.progress(run.id, counts=counts, done=len(waiting), findings=run.findings)
        return going and (run.beside or not _somebody_waits())


def _decide(run: Run, changes: Mapping[UUID, Sequence[Past]], *, lock: bool) -> Decided:
    """The plans. Who sees their own contacts only puts back nothing of others, and gives none away by it."""
    decided = contacts.decide(changes, reason=_why(run), lock=lock)
    own = run.findings.get("own")
    return decided if own is None else contacts.narrow(decided, own)


def _let_pass(run: Run, decided: Decided) -> None:
    """Who approved the undo has approved what it deletes, clears and makes again in HubSpot: no brake holds it there.

    What turns out not to be wanted when the sync looks is closed by it, as with any other approval.
    """
    links = {
        row["contact_id"]: row
        for row in sql.rows(
            """SELECT contact_id, id, hubspot_id FROM contact_links
               WHERE state = 'live' AND contact_id = ANY(%s::uuid[])""",
            [sql.texts(decided.plans)],
        )
    }
    passing: dict[Braked, list[dict[str, Any]]] = defaultdict(list)
    for contact_id, plan in decided.plans.items():
        link = links.get(contact_id)
        row = {"contact_id": contact_id, "hubspot_id": link and link["hubspot_id"], "link_id": link and link["id"]}
        if plan.action is Action.DELETE and link:
            passing[Braked.DELETE].append({**row, "field": "", "before": None})
        elif plan.action is Action.RESTORE and not link:
            passing[Braked.CREATE].append({**row, "field": "", "before": None})
        for op in plan.operations:
            if isinstance(op, Write) and op.after.blank and not op.before.blank and link:
                passing[Braked.CLEAR].append({**row, "field": op.field, "before": op.before.raw})
    for what, rows in passing.items():
        sql.execute(
            """INSERT INTO held_operations (brake_id, kind, side, record, contact_id, hubspot_id, link_id, field,
                                            before, reason, run_id, state, at)
               SELECT %s, %s, 'hubspot', r.contact_id::text, r.*, %s, %s, 'approved', clock_timestamp()
               FROM jsonb_to_recordset(%s::jsonb) AS r (
                   contact_id uuid, hubspot_id text, link_id bigint, field text, before text)
               ON CONFLICT (tenant_id, record, kind, side, field) WHERE state IN ('held', 'approved', 'rejected')
               DO UPDATE SET state = 'approved', link_id = excluded.link_id""",
            [_approved_group(run, what), what.value, _why(run), run.id, orjson.dumps(rows).decode()],
        )


def _approved_group(run: Run, what: Braked) -> int:
    """The undo's own group of what the brakes let pass."""
    groups = run.findings.get("approved", {})
    if what.value not in groups:
        made = sql.scalar(
            """INSERT INTO brakes (kind, side, state, allowed, decided_by, decided_at)
               VALUES (%s, 'hubspot', 'approved', 0, %s, clock_timestamp()) RETURNING id""",
            [what.value, run.approved_by],
        )
        run.findings = {**run.findings, "approved": {**groups, what.value: int(made)}}
    return int(run.findings["approved"][what.value])


def _somebody_waits() -> bool:
    """The undo's own edits wait as well, but a person's click and HubSpot's events go before the next batch."""
    return bool(
        sql.scalar(
            "SELECT EXISTS (SELECT FROM hints WHERE lane <= %s AND not_before <= clock_timestamp())",
            [int(Lane.WEBHOOK)],
        )
    )


def _finish(run: Run, *, counts: Mapping[str, int]) -> None:
    skipped = sql.scalar("SELECT coalesce((counts ->> 'skipped')::int, 0) FROM runs WHERE id = %s", [run.id])
    skipped += counts.get("skipped", 0)
    status, reason = "succeeded", None
    if skipped:
        noun = "contact was" if skipped == 1 else "contacts were"
        status = "partial"
        reason = f"{skipped:,} {noun} not put back, wholly or in part; each says why in the plan."
    elif not run.findings.get("planned"):
        reason = "There was nothing to put back: nothing of it stands as it was changed."
    runs.progress(run.id, counts=counts, done=0, phase="done", status=status, reason=reason, finished_at=clock.now())


# Which changes


def _next_contacts(run: Run) -> list[UUID]:
    if run.beside:
        # What a bulk edit changed is in its plan: the history, which may be long, is not searched.
        found = sql.rows(
            """SELECT contact_id FROM planned WHERE run_id = %s AND state IN ('done', 'changed')
               AND (%s::uuid IS NULL OR contact_id > %s::uuid) ORDER BY contact_id LIMIT %s""",
            [run.findings["undo"]["run"], run.cursor, run.cursor, CONTACTS_AT_ONCE],
        )
        return [row["contact_id"] for row in found]
    where, params = _selected(run)
    found = sql.rows(
        f"""SELECT DISTINCT contact_id FROM contact_changes
            WHERE {where} AND (%s::uuid IS NULL OR contact_id > %s::uuid) ORDER BY contact_id LIMIT %s""",
        [*params, run.cursor, run.cursor, CONTACTS_AT_ONCE],
    )
    return [row["contact_id"] for row in found]


def _changes_of(run: Run, contact_ids: Sequence[UUID]) -> dict[UUID, list[Past]]:
    if not contact_ids:
        return {}
    where, params = _selected(run)
    only = run.findings["undo"].get("field")
    return contacts.past(f"contact_id = ANY(%s::uuid[]) AND {where}", [sql.texts(contact_ids), *params], only=only)


def _selected(run: Run) -> tuple[str, list[Any]]:
    """The changes that an undo is about."""
    selection = run.findings["undo"]
    if "run" in selection:
        return "run_id = %s", [selection["run"]]
    parts, params = ["at >= %s", "at <= %s"], [selection["since"], selection["until"]]
    if actor := selection.get("actor"):
        parts.append("actor = %s")
        params.append(actor)
    if field := selection.get("field"):
        # Making, deleting and bringing back is no matter of one field.
        parts.append("op = 'updated' AND (before ? %s OR after ? %s)")
        params += [field, field]
    return " AND ".join(parts), params


def _why(run: Run) -> str:
    return runs.undoes(run.findings["undo"])
