"""Brakes: deletions, clears and creates beyond what an hour allows wait for a person, as a group.

`judge` looks at the plans of a batch within transaction A, before they are turned into effects. What passes is counted
there, what is held is written down there; so both are as true as the transaction, whichever worker it was. The count
looks ahead to what waits in the hints, so that a mass deletion is held as a whole, and not after the first two hundred.

Nothing is carried out from here: what a person approved is only no longer held when the contact is looked at again, and
what a person rejected is planned the other way round. So an answer that is no longer wanted does no harm.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson

from loanark.connections.actions import notify, wake_workers
from loanark.core import plan as planner
from loanark.core.brakes import Braked
from loanark.core.mapping import Side
from loanark.core.plan import Action, Record, Write
from loanark.kit import sql
from loanark.sync import hints
from loanark.sync.hints import Lane
from loanark.sync.look import Case, local_values
from loanark.sync.models import Run
from loanark.sync.session import Session

#: Sources of hints that tell of deletions in HubSpot before these are looked at. (Events are told in `evidence`.)
ARCHIVED_LISTING = "archived listing"
ABSENT = "absent from a complete listing"
TELL_OF_DELETIONS = (ARCHIVED_LISTING, ABSENT)

#: A batch of at least so many contacts, half of them cleared in HubSpot, says what to expect of those that wait.
TELLING_BATCH = 20

Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Want:
    """Something a plan would do that the brakes count."""

    what: Braked
    side: Side
    case: Case
    field: str = ""
    before: str | None = None

    @property
    def record(self) -> str:
        return record_of(self.case)

    @property
    def key(self) -> Key:
        return self.record, self.what.value, self.side.value, self.field


@dataclass(slots=True)
class Judgement:
    """What is held of a batch."""

    #: Contacts of which nothing at all is carried out.
    whole: set[str] = field(default_factory=set)
    #: Contacts of which something is held.
    records: set[str] = field(default_factory=set)

    def holds(self, case: Case) -> bool:
        return bool(self.whole) and record_of(case) in self.whole

    def touches(self, case: Case) -> bool:
        return bool(self.records) and record_of(case) in self.records


def record_of(case: Case) -> str:
    """What a held operation is found by: the LoanArk id, else the HubSpot id."""
    return str(case.contact_id) if case.contact_id else case.hubspot_id or ""


def judge(session: Session, cases: Sequence[Case], *, run_id: int | None = None) -> Judgement:
    """Holds what the brakes do not allow: takes it out of the plans of `cases`. Call inside transaction A."""
    decided = [case for case in cases if not case.undecided]
    wants = [want for case in decided for want in _wants(session, case)]
    known = _known(session, decided, wants)
    judgement = Judgement()
    new: dict[tuple[Braked, Side], list[Want]] = defaultdict(list)
    carried_out = []
    for want in wants:
        row = known.get(want.key)
        if row is None:
            new[want.what, want.side].append(want)
        elif row["state"] == "held" or (row["state"] == "rejected" and want.what is Braked.CREATE):
            _hold_back(want, judgement)
        elif row["state"] == "approved" or _turn_round(session, want):
            # What happens in HubSpot is seen to have happened when the contact is looked at next.
            carried_out += [row["id"]] if _in_loanark(want, row["state"]) else []
    for (what, side), group in new.items():
        allowed = _exceeded(session, what, side, group, len(decided), run_id)
        if allowed is None:
            _count(session, what, side, {want.record for want in group})
        else:
            _hold(session, what, side, group, allowed, run_id)
            for want in group:
                _hold_back(want, judgement)
    _close(carried_out)
    return judgement


def _wants(session: Session, case: Case) -> Iterable[Want]:
    plan = case.plan
    if plan.action is Action.DELETE and plan.side:
        yield Want(Braked.DELETE, plan.side, case)
    elif plan.action is Action.CREATE and plan.side and session.limits.creates is not None:
        yield Want(Braked.CREATE, plan.side, case)
    elif plan.action in (Action.UPDATE, Action.MATCH):
        for op in plan.operations:
            if isinstance(op, Write) and op.after.blank and not op.before.blank:
                yield Want(Braked.CLEAR, op.side, case, op.field, op.before.raw)


def _known(session: Session, cases: Sequence[Case], wants: Sequence[Want]) -> dict[Key, sql.Row]:
    """What is held of these contacts, or was decided and not carried out yet. What they no longer want is closed: a
    record that came back leaves its group."""
    ids = {id for case in cases for id in (record_of(case), case.hubspot_id) if id}
    if not ids:
        return {}
    found = sql.rows(
        """SELECT id, record, kind, side, field, state, link_id FROM held_operations
           WHERE record = ANY(%s::text[]) AND state IN ('held', 'approved', 'rejected')""",
        [sql.texts(ids)],
    )
    if not found:
        return {}
    wanted = {want.key: want for want in wants}
    known, over = {}, []
    for row in found:
        key = (row["record"], row["kind"], row["side"], row["field"])
        want = wanted.get(key)
        if want is None or (want.what is Braked.DELETE and _link_id(want.case) != row["link_id"]):
            over.append(row["id"])
        else:
            known[key] = row
    _close(over)
    return known


def _link_id(case: Case) -> int | None:
    return case.link.id if case.link and case.link.live else None


def _hold_back(want: Want, judgement: Judgement) -> None:
    judgement.records.add(want.record)
    if want.what is Braked.CLEAR:
        _drop(want)
    else:
        judgement.whole.add(want.record)


def _drop(want: Want, instead: Write | None = None) -> None:
    """Takes a field out of a plan: the contact's other fields go on. Its base stays, so it is planned again."""
    kept = [op for op in want.case.plan.operations if op.field != want.field]
    operations = tuple([*kept, instead] if instead else kept)
    want.case.plan = replace(want.case.plan, operations=operations)


def _turn_round(session: Session, want: Want) -> bool:
    """A person rejected it: a deleted contact is made again, a cleared value is filled again from the other side.

    Returns whether that is planned now.
    """
    if want.what is Braked.DELETE:
        case, gone = want.case, want.side.other
        alive = _alive(session, case, want.side)
        case.plan = planner.restore(gone, alive, session.mapping, "a person kept it")
        return True
    writes = [op for op in want.case.plan.operations if op.field == want.field and isinstance(op, Write)]
    rule = next(rule for rule in session.mapping.rules if rule.field == want.field)
    if len(writes) != 1 or rule.source is want.side.other:
        # Where it could be filled from may not be written: it stays where it is, and is not cleared.
        _drop(want)
        return False
    (op,) = writes
    _drop(want, Write(op.side.other, op.field, op.after, op.before, "a person kept it"))
    return True


def _alive(session: Session, case: Case, side: Side) -> Record:
    if side is Side.HUBSPOT:
        return Record(case.remote)
    assert case.local
    return Record(local_values(case.local.columns, session.mapping))


def _in_loanark(want: Want, state: str) -> bool:
    """Whether it is carried out in LoanArk, by this very transaction."""
    return (want.side if state == "approved" else want.side.other) is Side.LOANARK


# How many


def _exceeded(
    session: Session, what: Braked, side: Side, group: Sequence[Want], looked_at: int, run_id: int | None
) -> int | None:
    """How many an hour allows, if these would be more; None: they may pass."""
    limits = session.limits
    if limits.allowed(what, 0) is None or (what is Braked.CREATE and _first_load(session, run_id)):
        return None
    records = {want.record for want in group}
    count = len(records) + _lately(what, side, records)
    count += _ahead(session, what, side, group, looked_at)
    if count <= (limits.allowed(what, 0) or 0):
        return None
    # Counting the links costs something, and is seldom needed.
    allowed = limits.allowed(what, sql.scalar("SELECT count(*) FROM contact_links WHERE state = 'live'"))
    return allowed if allowed is not None and count > allowed else None


def _first_load(session: Session, run_id: int | None) -> bool:
    """A person approved its preview, which told how many."""
    if session.connection.backfilled_at is None:
        return True
    return bool(run_id and sql.scalar("SELECT kind = 'backfill' FROM runs WHERE id = %s", [run_id]))


def _lately(what: Braked, side: Side, records: Collection[str]) -> int:
    """How many others passed within the hour, or have been held since."""
    return int(
        sql.scalar(
            """SELECT (SELECT count(*) FROM brake_uses WHERE kind = %(kind)s AND side = %(side)s
                       AND at > clock_timestamp() - interval '1 hour' AND record <> ALL(%(records)s::text[]))
                    + (SELECT count(DISTINCT record) FROM held_operations WHERE kind = %(kind)s AND side = %(side)s
                       AND state = 'held' AND at > clock_timestamp() - interval '1 hour')""",
            {"kind": what.value, "side": side.value, "records": sql.texts(records)},
        )
    )


#: Of records that wait with a hint, those of the batch itself and those that are held or decided already are no news.
_NEWS = """NOT EXISTS (SELECT FROM held_operations o WHERE o.tenant_id = l.tenant_id AND o.record = l.contact_id::text
               AND o.kind = %(kind)s AND o.side = %(side)s AND o.state IN ('held', 'approved', 'rejected'))
           AND l.contact_id::text <> ALL(%(records)s::text[])"""

_DELETED_IN_LOANARK = f"""
    SELECT count(*) FROM hints h
    JOIN contact_links l ON l.tenant_id = h.tenant_id AND l.contact_id = h.record_id::uuid AND l.state = 'live'
    LEFT JOIN contacts c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
    WHERE h.side = 'loanark' AND (c.id IS NULL OR c.deleted_at IS NOT NULL) AND {_NEWS}"""

_DELETED_IN_HUBSPOT = f"""
    SELECT count(*) FROM hints h
    JOIN contact_links l ON l.tenant_id = h.tenant_id AND l.hubspot_id = h.record_id AND l.state = 'live'
    WHERE h.side = 'hubspot' AND {_NEWS} AND (h.source = ANY(%(sources)s) OR EXISTS (
        SELECT FROM told_deletions t WHERE t.tenant_id = h.tenant_id AND t.hubspot_id = h.record_id
        AND NOT t.privacy))"""

_CLEARED_IN_LOANARK = f"""
    SELECT count(*) FROM hints h
    JOIN contact_links l ON l.tenant_id = h.tenant_id AND l.contact_id = h.record_id::uuid AND l.state = 'live'
    JOIN contacts c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
    WHERE h.side = 'loanark' AND c.deleted_at IS NULL AND {_NEWS} AND EXISTS (
        SELECT FROM unnest(%(fields)s::text[]) AS name
        WHERE l.base ? name AND coalesce(to_jsonb(c) ->> name, c.custom ->> name, '') = '')"""


def _ahead(session: Session, what: Braked, side: Side, group: Sequence[Want], looked_at: int) -> int:
    """How many more will come of what waits to be looked at, as far as the database can tell."""
    records = {want.record for want in group}
    params: dict[str, Any] = {"kind": what.value, "side": side.value, "records": sql.texts(records)}
    match what, side:
        case Braked.DELETE, Side.HUBSPOT:
            return int(sql.scalar(_DELETED_IN_LOANARK, params))
        case Braked.DELETE, Side.LOANARK:
            return int(sql.scalar(_DELETED_IN_HUBSPOT, {**params, "sources": list(TELL_OF_DELETIONS)}))
        case Braked.CLEAR, Side.HUBSPOT:
            rules = session.mapping.rules
            fields = [rule.field for rule in rules if rule.source is not Side.HUBSPOT and rule.blank_may_overwrite]
            return int(sql.scalar(_CLEARED_IN_LOANARK, {**params, "fields": sql.texts(fields)}))
        case Braked.CLEAR, Side.LOANARK if looked_at >= TELLING_BATCH and 2 * len(records) >= looked_at:
            # What HubSpot holds is not known before it is read: those that wait are taken to be like these.
            ids = sql.texts(want.case.hubspot_id or "" for want in group)
            waiting = "SELECT count(*) FROM hints WHERE side = 'hubspot' AND record_id <> ALL(%s::text[])"
            return int(sql.scalar(waiting, [ids])) * len(records) // looked_at
    return 0


def _count(session: Session, what: Braked, side: Side, records: set[str]) -> None:
    if session.limits.allowed(what, 0) is None:
        return
    sql.execute(
        """INSERT INTO brake_uses (kind, side, record, at)
           SELECT %s, %s, record, clock_timestamp() FROM unnest(%s::text[]) AS record ORDER BY record
           ON CONFLICT (tenant_id, kind, side, record) DO UPDATE SET at = excluded.at""",
        [what.value, side.value, sql.texts(records)],
    )


# Holding and letting go


def _hold(session: Session, what: Braked, side: Side, group: Sequence[Want], allowed: int, run_id: int | None) -> None:
    """Writes down what is held, in the group that waits already, or in a new one."""
    brake_id = sql.scalar(
        "SELECT id FROM brakes WHERE kind = %s AND side = %s AND state = 'held' FOR NO KEY UPDATE",
        [what.value, side.value],
    ) or sql.scalar(
        "INSERT INTO brakes (kind, side, allowed) VALUES (%s, %s, %s) RETURNING id", [what.value, side.value, allowed]
    )
    rows = [
        {
            "record": want.record,
            "contact_id": want.case.contact_id,
            "hubspot_id": want.case.hubspot_id,
            "link_id": _link_id(want.case),
            "field": want.field,
            "before": want.before,
            "name": want.case.name or want.case.email or "",
            "reason": want.case.plan.reason or _why(want),
        }
        for want in group
    ]
    sql.execute(
        """INSERT INTO held_operations (brake_id, kind, side, record, contact_id, hubspot_id, link_id, field, before,
                                        name, reason, run_id, at)
           SELECT %s, %s, %s, r.*, %s, clock_timestamp() FROM jsonb_to_recordset(%s::jsonb) AS r (
               record text, contact_id uuid, hubspot_id text, link_id bigint, field text, before text, name text,
               reason text)
           ON CONFLICT (tenant_id, record, kind, side, field) WHERE state IN ('held', 'approved', 'rejected')
           DO NOTHING""",
        [brake_id, what.value, side.value, run_id, orjson.dumps(rows, default=str).decode()],
    )
    notify(session.tenant_id, "overview")


def _why(want: Want) -> str:
    ops = [op for op in want.case.plan.operations if op.field == want.field and isinstance(op, Write)]
    return ops[0].reason if ops else ""


def _close(ids: Sequence[int]) -> None:
    """These are over: carried out after a decision, or not wanted any more. A group without any is over as well."""
    if not ids:
        return
    sql.execute(
        """UPDATE held_operations SET settled_at = clock_timestamp(),
                  state = CASE WHEN state = 'held' THEN 'gone' ELSE 'done' END WHERE id = ANY(%s)""",
        [list(ids)],
    )
    sql.execute(
        """UPDATE brakes b SET state = 'over', decided_at = clock_timestamp() WHERE state = 'held' AND NOT EXISTS (
               SELECT FROM held_operations o WHERE o.tenant_id = b.tenant_id AND o.brake_id = b.id
               AND o.state = 'held')"""
    )
    release_runs()


def release_runs() -> None:
    """Runs that were held until somebody decided about some groups go on when none of those waits any more."""
    sql.execute(
        """WITH released AS (
               UPDATE runs r SET status = 'running', reason = NULL WHERE r.status = 'held' AND r.findings ? 'brakes'
               AND NOT EXISTS (SELECT FROM brakes b WHERE b.tenant_id = r.tenant_id AND b.state = 'held'
                               AND r.findings -> 'brakes' @> to_jsonb(b.id)) RETURNING tenant_id)
           SELECT pg_notify('loanark_work', tenant_id::text),
                  pg_notify('loanark_live', json_build_object('tenant', tenant_id, 'kind', 'runs')::text)
           FROM released"""
    )


# Runs


@dataclass(frozen=True, slots=True)
class HeldByRun:
    """A group that holds something a run found."""

    brake_id: int
    kind: Braked
    side: Side
    count: int
    #: Those of them that were not on the run's pages: it missed them.
    off_page: int

    @property
    def sentence(self) -> str:
        return f"{counted(self.kind, self.count)} in {SIDES[self.side]}"


SIDES = {Side.HUBSPOT: "HubSpot", Side.LOANARK: "LoanArk"}
_NOUNS = {
    Braked.DELETE: ("deletion", "deletions"),
    Braked.CLEAR: ("contact to be cleared of values", "contacts to be cleared of values"),
    Braked.CREATE: ("new contact", "new contacts"),
}


def counted(kind: Braked, count: int) -> str:
    """In words: 30 deletions."""
    return f"{count:,} {_NOUNS[kind][count != 1]}"


def consequences(kind: Braked, side: Side, allowed: int) -> str:
    """Why a group is held, and what either answer does."""
    here, there = SIDES[side], SIDES[side.other]
    held = f"More than {allowed:,} within an hour: held as a whole. Nothing was changed. "
    match kind:
        case Braked.DELETE:
            return held + (
                f"Approve to delete them in {here} as well, as they are deleted in {there}. Reject to keep them: they "
                f"are made in {there} again."
            )
        case Braked.CLEAR:
            return held + (
                f"Approve to clear the values in {here} as well, as they are blank in {there}. Reject to keep them: "
                f"they are filled again in {there}."
            )
    return held + f"Approve to make them in {here}. Reject to leave them in {there} alone."


def held_by_run(run_id: int, absent: Collection[str]) -> list[HeldByRun]:
    """The groups that hold something this run found first: on its pages, or among the ids it missed."""
    found = sql.rows(
        """SELECT b.id, b.kind, b.side, count(DISTINCT o.record) AS count,
                  count(DISTINCT o.record) FILTER (WHERE o.run_id IS NULL) AS off_page
           FROM held_operations o JOIN brakes b ON b.tenant_id = o.tenant_id AND b.id = o.brake_id
           WHERE o.state = 'held' AND (o.run_id = %s OR (
               o.kind = 'delete' AND o.side = 'loanark' AND o.hubspot_id = ANY(%s::text[])
               AND o.at >= (SELECT coalesce(started_at, created_at) FROM runs WHERE id = %s)))
           GROUP BY b.id, b.kind, b.side ORDER BY b.id""",
        [run_id, sql.texts(absent), run_id],
    )
    return [
        HeldByRun(row["id"], Braked(row["kind"]), Side(row["side"]), row["count"], row["off_page"]) for row in found
    ]


def waiting() -> str | None:
    """What is held just now, as a sentence."""
    held = sql.scalar("SELECT count(DISTINCT record) FROM held_operations WHERE state = 'held'")
    if not held:
        return None
    return f"Something about {held:,} {'contact is' if held == 1 else 'contacts are'} held until a person decides."


def known_gone() -> set[str]:
    """HubSpot ids of the contacts whose deletion there is held: that they are missing is known."""
    found = sql.rows(
        "SELECT hubspot_id FROM held_operations WHERE kind = 'delete' AND side = 'loanark' AND state = 'held'"
    )
    return {row["hubspot_id"] for row in found}


def quieten(session: Session) -> None:
    """A poll's archived listing names the same contacts each time: those whose deletion is held, or does not follow
    here, are not looked at again for that."""
    with session.transaction():
        sql.execute(
            """DELETE FROM hints h WHERE h.side = 'hubspot' AND h.source = %s AND (%s OR EXISTS (
                   SELECT FROM held_operations o WHERE o.tenant_id = h.tenant_id AND o.hubspot_id = h.record_id
                   AND o.kind = 'delete' AND o.side = 'loanark' AND o.state = 'held'))""",
            [ARCHIVED_LISTING, Side.HUBSPOT in session.policies.deletes_stay],
        )


def tidy() -> None:
    """What was approved and has happened, but was not looked at since; and what passed more than an hour ago."""
    sql.execute(
        """UPDATE held_operations o SET state = 'done', settled_at = clock_timestamp()
           WHERE o.state IN ('approved', 'rejected') AND o.kind = 'delete' AND o.link_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM contact_links l WHERE l.tenant_id = o.tenant_id AND l.id = o.link_id
                           AND l.state = 'live')"""
    )
    sql.execute("DELETE FROM brake_uses WHERE at < clock_timestamp() - interval '1 hour'")


# Deciding


def approve_for(run: Run, *, by: str) -> None:
    """A person approves a held run: the groups it waits for."""
    found = sql.rows(
        "SELECT id FROM brakes WHERE state = 'held' AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        [run.findings.get("brakes", [])],
    )
    for row in found:
        decide(run.tenant_id, row["id"], "approved", by=by)


def decide(tenant_id: UUID, brake_id: int, state: str, *, by: str) -> None:
    """A person approves or rejects a group that waits: its contacts are looked at again. Call with its row locked."""
    sql.execute(
        "UPDATE brakes SET state = %s, decided_by = %s, decided_at = clock_timestamp() WHERE id = %s",
        [state, by, brake_id],
    )
    moved = sql.rows(
        """UPDATE held_operations SET state = %s WHERE brake_id = %s AND state = 'held'
           RETURNING contact_id::text, hubspot_id""",
        [state, brake_id],
    )
    source = f"{state} by {by}"
    ours = [row["contact_id"] for row in moved if row["contact_id"]]
    hints.leave(Side.LOANARK, ours, source=source, lane=Lane.POLL)
    theirs = [row["hubspot_id"] for row in moved if not row["contact_id"]]
    hints.leave(Side.HUBSPOT, theirs, source=source, lane=Lane.POLL)
    release_runs()
    wake_workers(tenant_id)
    notify(tenant_id, "overview")
