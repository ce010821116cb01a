"""Bulk edits: many contacts are given the same values, deleted or brought back, after a look at what would happen.

An edit is a run. It plans first, and what it would change is stored row by row as a preview's plan is; it then waits
for a person. Carried out, it is ordinary edits of LoanArk, decided anew against the contacts of that moment: the
triggers write the history and leave the hints, and the sync carries them to HubSpot. So it can be undone like any run.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from loanark.connections.actions import notify, wake_workers
from loanark.contacts import edits as contacts
from loanark.contacts import queries
from loanark.contacts import undo as written
from loanark.contacts.schemas import ChosenContacts, MatchingContacts, Selection
from loanark.contacts.undo import Decided
from loanark.core.edit import Act
from loanark.core.plan import Action, Plan
from loanark.kit import clock, sql
from loanark.kit.errors import Invalid, NotFound
from loanark.sync import plans, runs
from loanark.sync.models import Run
from loanark.sync.plans import Row
from loanark.sync.schemas import RunOut
from loanark.sync.session import Aside
from loanark.tenants.access import Scope, tenant_scope

#: Edits of so many contacts are planned while the person waits, and carried out so.
AT_ONCE = 500

#: So many contacts are planned, or changed, in one transaction.
CONTACTS_AT_ONCE = 200


def begin(scope: Scope, selection: Selection, act: Act, values: Mapping[str, str | None] | None) -> RunOut:
    """Plans an edit: a small one at once, a large one by the workers. It then waits for approval.

    Raises: Invalid, NotFound. Call inside a scope.
    """
    texts = contacts.refuse_wrong(act, values)
    size, missing = _size(scope, selection)
    runs.replace_unapproved_edits(scope.actor)
    edit = {
        "act": act,
        "values": texts,
        "selection": selection.model_dump(mode="json", by_alias=True),
        "to_change": 0,
        "already": 0,
        "skipped": 0,
        "missing": missing,
    }
    findings = {"edit": edit, "own": scope.own_contacts}
    run_id = runs.begin_beside(scope.tenant_id, "edit", scope.actor, waiting=False, findings=findings, approved_by=None)
    run = Run.objects.get(id=run_id)
    _start(run, size)
    if size <= AT_ONCE:
        while run.phase == "planning" and _plan_batch(run):
            pass
    return runs.get(run_id)


def resync(scope: Scope, selection: Selection) -> int:
    """Asks the sync to look at chosen contacts. Returns at how many. Raises: Invalid, NotFound."""
    _size(scope, selection)
    left = contacts.resync(scope, selection)
    wake_workers(scope.tenant_id)
    notify(scope.tenant_id, "contacts")
    return left


def _size(scope: Scope, selection: Selection) -> tuple[int, int]:
    """How many contacts are chosen, and how many of those chosen by name are not there (or not theirs to see)."""
    if isinstance(selection, ChosenContacts):
        named = len(set(selection.ids))
        if not named:
            raise Invalid("No contact is chosen. Nothing was done.", errors={"selection": "is empty"})
        there = contacts.count(selection, scope.own_contacts, most=named)
        if not there:
            raise NotFound("None of these contacts is in this organisation. Nothing was done.")
        return there, named - there
    there = contacts.count(selection, scope.own_contacts, most=AT_ONCE + 1)
    if not there:
        raise Invalid("No contact matches. Nothing was done.", errors={"selection": "is empty"})
    return there if there <= AT_ONCE else queries.total(selection, scope.own_contacts).number, 0


def step(work: Aside, run: Run, *, deadline: float) -> None:
    """Carries an edit on until it waits for a person, ends, or the deadline passes."""
    while run.phase == "planning" and clock.monotonic() < deadline:
        with work.transaction():
            if not runs.take(run) or not _plan_batch(run):
                return
    while run.phase == "editing" and clock.monotonic() < deadline:
        if not _edit_batch(work, run):
            return


def _start(run: Run, size: int) -> None:
    run.phase, run.total = "planning", size
    runs.progress(run.id, counts={}, done=0, phase="planning", total=size, started_at=clock.now())


def _plan_batch(run: Run) -> bool:
    """Plans some contacts, in the order of their ids. Returns whether the next may follow."""
    edit, own = run.findings["edit"], run.findings["own"]
    after = UUID(run.cursor) if run.cursor else None
    ids = contacts.following(_selection(edit), own, after=after, limit=CONTACTS_AT_ONCE)
    if not ids:
        _planned(run)
        return False
    decided = contacts.decide(edit["act"], edit["values"], ids, own=own, reason=_why(run), lock=False)
    rows = [_row(id, decided.plans[id]) for id in ids]
    stored = edit["to_change"] + edit["already"] + edit["skipped"]
    plans.store(run.id, rows, first=stored + 1)
    for row in rows:
        edit[_COUNTED[row.state]] += 1
    run.cursor, run.done = str(ids[-1]), run.done + len(ids)
    return runs.progress(run.id, counts={}, done=len(ids), cursor=run.cursor, findings=run.findings)


#: How rows are counted by their state, before anything is done.
_COUNTED = {"planned": "to_change", "unneeded": "already", "skipped": "skipped"}


def _row(contact_id: UUID, plan: Plan) -> Row:
    if plan.action is not Action.NOTHING:
        return Row(contact_id, None, plan)
    why = f"{plan.reason[0].upper()}{plan.reason[1:]}."
    return Row(contact_id, None, plan, "skipped" if plan.rejects else "unneeded", why)


def _selection(edit: Mapping[str, Any]) -> Selection:
    chosen = edit["selection"]
    return ChosenContacts(**chosen) if "ids" in chosen else MatchingContacts(**chosen)


def _planned(run: Run) -> None:
    """Everything is planned: it waits for a person, or ends if there is nothing to do."""
    edit = run.findings["edit"]
    counts = {"unchanged": edit["already"], "skipped": edit["skipped"]}
    left = " ".join(
        part for part in (_told(edit["already"], "so already"), _told(edit["skipped"], "left alone")) if part
    )
    if not edit["to_change"]:
        reason = f"There is nothing to change. {left}".strip()
        runs.progress(
            run.id, counts=counts, done=-run.done, total=0, phase="done", status="succeeded", reason=reason,
            finished_at=clock.now(),
        )  # fmt: skip
        run.phase = "done"
        return
    would = _told(edit["to_change"], _WOULD[edit["act"]], verb="would be")
    reason = f"{would} {left} Approve it, or cancel it: nothing was changed yet.".replace("  ", " ")
    run.phase, run.total = "editing", edit["to_change"]
    runs.progress(
        run.id, counts=counts, done=-run.done, phase="editing", cursor=None, total=run.total, status="waiting",
        reason=reason,
    )  # fmt: skip


_WOULD = {"edit": "changed", "delete": "deleted", "restore": "brought back"}


def _told(count: int, what: str, *, verb: str = "") -> str:
    if not count:
        return ""
    noun, is_ = ("contact", "is") if count == 1 else ("contacts", "are")
    return f"{count:,} {noun} {verb or is_} {what}."


def _edit_batch(work: Aside, run: Run) -> bool:
    """Changes some contacts, decided anew as they are now. Returns whether the next may follow."""
    actor = run.approved_by or run.trigger
    with tenant_scope(work.tenant_id, actor=actor, cause="user", side="loanark", reason=_why(run), run_id=str(run.id)):
        if not runs.take(run):
            return False
        waiting = sql.rows(
            """SELECT seq, contact_id, digest FROM planned WHERE run_id = %s AND state = 'planned'
               ORDER BY seq LIMIT %s""",
            [run.id, CONTACTS_AT_ONCE],
        )
        if not waiting:
            _finish(run)
            return False
        edit, ids = run.findings["edit"], [row["contact_id"] for row in waiting]
        decided: Decided = contacts.decide(
            edit["act"], edit["values"], ids, own=run.findings["own"], reason=_why(run), lock=True
        )
        written.write(decided)
        counts = plans.settle(run.id, waiting, decided.plans)
        return runs.progress(run.id, counts=counts, done=len(waiting))


def _finish(run: Run) -> None:
    status, reason = "succeeded", None
    moved = run.counts.get("skipped", 0) - run.findings["edit"]["skipped"]
    if moved > 0:
        status = "partial"
        reason = f"{_told(moved, 'left alone', verb='was' if moved == 1 else 'were')} Each says why in the plan."
    runs.progress(run.id, counts={}, done=0, phase="done", status=status, reason=reason, finished_at=clock.now())


def _why(run: Run) -> str:
    """As the changes' history says it."""
    return f"bulk edit, run {run.id}"
