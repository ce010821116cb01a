"""Late conflicts: HubSpot's property history tells whether a write of ours covered an edit that we had not seen.

HubSpot has no conditional write. So what it held when a write was decided is kept (`foresee`, in transaction A), and
the look that follows each write, the one its own webhook causes anyway, asks for the history of what was written
(`pending`, `testify`). What somebody typed in between is then decided like any other conflict: no edit disappears
unseen, and if HubSpot's wins, LoanArk takes it as an edit and the ordinary pipeline brings it back to HubSpot.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from loanark.core.late import Entry, Written, covered
from loanark.core.mapping import FieldRule, Side
from loanark.core.plan import Conflict, Record, Write, late_conflict
from loanark.core.translate import incoming
from loanark.core.values import BLANK, Unreadable, Value
from loanark.hubspot.models import Contact, Revision
from loanark.kit import sql
from loanark.sync import hints
from loanark.sync.apply import Effects, Intent, bring_back, conflict_row, one_a_contact, update_row
from loanark.sync.hints import Lane
from loanark.sync.look import Case, Ours, changed_here, local_value, remote_values
from loanark.sync.session import Session

#: HubSpot's names for what programs write through its API (HubSpot API facts, history).
PROGRAMS = frozenset({"INTEGRATION", "API", "INTEGRATIONS_SYNC", "INTEGRATIONS_PLATFORM", "BATCH_UPDATE"})

#: The look after a write waits this long: the webhook about the write comes meanwhile, and one look serves both.
LOOK_AFTER_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Witness:
    """What was known when a write was decided."""

    id: int
    contact_id: UUID
    action: str
    written: Mapping[str, Written]
    since: datetime | None
    until: datetime | None


@dataclass(slots=True)
class Pending:
    """Writes whose history is to be asked for, by HubSpot contact."""

    by_contact: dict[str, list[Witness]] = field(default_factory=dict)

    def made(self) -> set[str]:
        """HubSpot contacts that LoanArk made and has not looked at since."""
        return {id for id, found in self.by_contact.items() if any(one.action == "create" for one in found)}

    def ours(self) -> Ours:
        """What LoanArk did and has not looked at since."""
        sent: dict[str, dict[str, set[str | None]]] = {}
        archived: dict[str, dict[str, set[str | None]]] = {}
        for id, found in self.by_contact.items():
            for witness in found:
                away = witness.action == "archive"
                known = (archived if away else sent).setdefault(id, {})
                for name, written in witness.written.items():
                    known.setdefault(name, set()).add(written.before if away else written.asked)
        return Ours(self.made(), sent, archived)

    def fields(self) -> set[str]:
        """The fields whose history tells."""
        writes = [one for found in self.by_contact.values() for one in found if one.action != "archive"]
        return {name for witness in writes for name in witness.written}


def foresee(intents: Sequence[Intent]) -> None:
    """Keeps what HubSpot holds, as far as we know, where these intents will write. Within transaction A."""
    if not intents:
        return
    first, others = one_a_contact(intents)
    rows = [_foreseen(intent) for intent in first]
    found = sql.rows(
        """INSERT INTO witnesses (contact_id, hubspot_id, action, written, since)
           SELECT contact_id, hubspot_id, action, written, since
           FROM jsonb_to_recordset(%s::jsonb)
               AS r (contact_id uuid, hubspot_id text, action text, written jsonb, since timestamptz)
           RETURNING id, contact_id""",
        [orjson.dumps(rows, default=str).decode()],
    )
    ids = {row["contact_id"]: row["id"] for row in found}
    for intent in first:
        intent.witness = ids[intent.contact_id]
    foresee(others)


def _foreseen(intent: Intent) -> dict[str, Any]:
    created = intent.action == "create"
    known = {} if created else intent.case.remote
    # An archived contact takes all its values along.
    values = dict.fromkeys(known, BLANK) if intent.action == "archive" else intent.values
    old_base = intent.case.link.base if intent.case.link and intent.case.link.live else {}
    contact = intent.case.seen.contact if intent.case.seen else None
    return {
        "contact_id": intent.contact_id,
        "hubspot_id": None if created else intent.case.hubspot_id,
        "action": intent.action,
        "written": {
            name: asdict(Written(value.canonical, _before(known, name), old_base.get(name), known=not created))
            for name, value in values.items()
        },
        "since": contact.updated_at if contact and not created else None,
    }


def _before(known: Mapping[str, Any], name: str) -> str | None:
    value = known.get(name, BLANK)
    return value.canonical if isinstance(value, Value) else None


def confirmed(intents: Mapping[str, Intent]) -> None:
    """These writes happened, by HubSpot id: each contact is looked at once more. Within transaction B."""
    found = {id: intent.witness for id, intent in intents.items() if intent.witness}
    if found:
        sql.execute(
            """UPDATE witnesses w SET hubspot_id = d.hubspot_id
               FROM unnest(%s::bigint[], %s::text[]) AS d (id, hubspot_id) WHERE w.id = d.id""",
            [list(found.values()), list(found)],
        )
        look_after(list(found))


def look_after(hubspot_ids: Sequence[str]) -> None:
    """After a write of ours each contact is looked at once more: HubSpot answers with the written values only."""
    hints.leave(
        Side.HUBSPOT, hubspot_ids, source="after our own write", lane=Lane.POLL, delay_seconds=LOOK_AFTER_SECONDS
    )


def forget(ids: Sequence[int]) -> None:
    """These writes did not happen, or have been asked about."""
    if ids:
        sql.execute("DELETE FROM witnesses WHERE id = ANY(%s)", [list(ids)])


def merged(hubspot_id: str, survivor_id: str) -> None:
    """The survivor's history is that of both: it can tell what was covered, but not to whom it belonged."""
    moved = sql.execute(
        "UPDATE witnesses SET hubspot_id = %s, action = 'merged' WHERE hubspot_id = %s AND action <> 'archive'",
        [survivor_id, hubspot_id],
    )
    if moved:
        look_after([survivor_id])


def archived_together(survivor: Contact) -> bool:
    """Whether an archive of ours hit this contact, which a merge had made of several meanwhile, and nobody has asked.

    It is asked about once more then: whoever else was merged into it was deleted by nobody.
    """
    sql.execute(
        "UPDATE witnesses SET hubspot_id = %s WHERE action = 'archive' AND hubspot_id = ANY(%s::text[])",
        [survivor.id, list(survivor.merged_ids)],
    )
    found = sql.rows(
        "SELECT contact_id FROM witnesses WHERE action = 'archive' AND hubspot_id = %s ORDER BY id", [survivor.id]
    )
    if not found:
        return False
    # The contact that LoanArk meant is found by its closed link.
    sql.execute(
        """UPDATE contact_links SET hubspot_id = %s
           WHERE state = 'closed' AND hubspot_id = ANY(%s::text[]) AND contact_id = ANY(%s::uuid[])""",
        [survivor.id, list(survivor.merged_ids), sql.texts(row["contact_id"] for row in found)],
    )
    look_after([survivor.id])
    return True


def pending(hubspot_ids: Sequence[str]) -> Pending:
    """Writes to these contacts whose history was not asked yet."""
    found = Pending()
    rows = sql.rows(
        """SELECT id, contact_id, hubspot_id, action, written::text AS written, since, until FROM witnesses
           WHERE hubspot_id = ANY(%s::text[]) ORDER BY id""",
        [sql.texts(hubspot_ids)],
    )
    for row in rows:
        written = {name: Written(**values) for name, values in orjson.loads(row["written"]).items()}
        witness = Witness(row["id"], row["contact_id"], row["action"], written, row["since"], row["until"])
        found.by_contact.setdefault(row["hubspot_id"], []).append(witness)
    return found


def testify(session: Session, cases: Sequence[Case], asked: Pending, effects: Effects) -> None:
    """Enters the conflicts that HubSpot's history tells of into the effects. Within transaction A, after `decide`."""
    rules = {rule.field: rule for rule in session.mapping.rules}
    done: list[int] = []
    for case in cases:
        witnesses = asked.by_contact.get(case.hubspot_id or "", ())
        if case.undecided or not witnesses:
            continue
        done += [witness.id for witness in witnesses]
        known: set[tuple[str, datetime]] = set()
        for nth, witness in enumerate(witnesses):
            if witness.action == "archive":
                _ask_the_bin(session, case, rules, witness, effects)
            else:
                later = [one.since for one in witnesses[nth + 1 :] if one.since]
                _ask_the_history(case, rules, witness, later, known, effects)
    forget(done)
    _find_lost(cases)


def _find_lost(cases: Sequence[Case]) -> None:
    """Creates whose answer was lost: the contact is known by now and is looked at once more, or it is made again."""
    decided = {case.contact_id: case for case in cases if case.contact_id and not case.undecided}
    contacts = {id: case.seen.contact for id, case in decided.items() if case.seen and case.seen.contact}
    found = sql.rows(
        """WITH found AS (
               UPDATE witnesses w SET hubspot_id = d.hubspot_id, until = d.revision
               FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS d (contact_id, hubspot_id, revision)
               WHERE w.hubspot_id IS NULL AND w.contact_id = d.contact_id RETURNING w.id, w.hubspot_id
           ), made_again AS (
               DELETE FROM witnesses WHERE hubspot_id IS NULL AND contact_id = ANY(%s::uuid[])
               AND contact_id <> ALL(%s::uuid[])
           )
           SELECT hubspot_id FROM found ORDER BY id""",
        [
            sql.texts(contacts),
            sql.texts(contact.id for contact in contacts.values()),
            [contact.updated_at for contact in contacts.values()],
            sql.texts(decided),
            sql.texts(contacts),
        ],
    )
    if found:
        look_after([row["hubspot_id"] for row in found])


def _ask_the_history(
    case: Case,
    rules: Mapping[str, FieldRule],
    witness: Witness,
    later: Sequence[datetime],
    known: set[tuple[str, datetime]],
    effects: Effects,
) -> None:
    """`known`: what other witnesses of this contact told already, by field and moment."""
    contact = (case.seen.contact or case.seen.archived) if case.seen else None
    if contact is None or case.contact_id is None:
        return
    deleted = case.local is None or case.local.deleted
    for name, written in witness.written.items():
        if not (rule := rules.get(name)):
            continue
        history = _entries(rule, contact.history.get(rule.property_name, ()))
        ours = Value(written.asked, written.asked)
        for nth, entry in enumerate(covered(written, history, witness.since, witness.until, later)):
            if (name, entry.at) in known:
                continue
            known.add((name, entry.at))
            if not isinstance(entry.value, Value):
                # No value that LoanArk could take: what it wrote stays, and what was there is kept.
                unreadable = Value(entry.value.raw, entry.value.raw)
                _tell(case.contact_id, rule, written, unreadable, ours, effects, Side.LOANARK)
            elif deleted or contact.archived:
                _tell(case.contact_id, rule, written, entry.value, ours, effects)
            else:
                told = witness.action == "merged" or nth > 0
                _decide(case, rule, written, entry, entry.value, effects, tell_only=told)


def _ask_the_bin(
    session: Session, case: Case, rules: Mapping[str, FieldRule], witness: Witness, effects: Effects
) -> None:
    """Was it edited between our reading and our archiving it? Then the edit outlives the deletion, as ever.

    Merged into somebody's who lives, it stays deleted, and what was typed into it is kept.
    """
    archived = case.seen.archived if case.seen else None
    is_own = case.contact_id == witness.contact_id
    if archived is None or (is_own and case.local is not None and not case.local.deleted):
        return
    values = remote_values(archived, session.mapping)
    known = case.link.remote if case.link and is_own else {}
    edited = {
        name: value
        for name, written in witness.written.items()
        if (rule := rules.get(name)) and rule.source is not Side.LOANARK
        if _differs(value := values[name], written.before, known.get(name))
    }
    if not edited:
        return
    for name, value in edited.items():
        theirs = Value(value.raw, value.raw) if isinstance(value, Unreadable) else value
        _tell(witness.contact_id, rules[name], witness.written[name], theirs, BLANK, effects)
    effects.counts["conflicted"] += 1
    if is_own:
        bring_back(case, effects, {name: value for name, value in values.items() if isinstance(value, Value)})
        source = "edited while it was deleted"
        hints.leave(Side.LOANARK, [str(case.contact_id)], source=source, lane=Lane.EDIT)


def _differs(value: Value | Unreadable, before: str | None, text: str | None) -> bool:
    """Whether this is not what was known: the canonical value, or the text of what LoanArk cannot read."""
    return value.raw != text if isinstance(value, Unreadable) else value.canonical != before


def _tell(
    contact_id: UUID,
    rule: FieldRule,
    written: Written,
    theirs: Value,
    ours: Value,
    effects: Effects,
    winner: Side = Side.HUBSPOT,
) -> None:
    """HubSpot's value against a deletion, or one that LoanArk cannot take: told, and nothing to decide."""
    lost = Conflict(rule.field, written.base, theirs, ours, rule.policy, winner)
    effects.conflicts.append({**conflict_row(contact_id, lost), "late": True})


def _entries(rule: FieldRule, revisions: Sequence[Revision]) -> list[Entry]:
    return [Entry(incoming(rule, row.value), row.at, row.source in PROGRAMS) for row in revisions]


def _decide(
    case: Case, rule: FieldRule, written: Written, entry: Entry, theirs: Value, effects: Effects, *, tell_only: bool
) -> None:
    assert case.local and case.contact_id
    ours = local_value(rule, case.local.columns)
    times = changed_here([case.contact_id], [rule.field]).get(case.contact_id, {})
    operations = late_conflict(
        rule,
        written.base,
        Record({rule.field: ours}, changed_at=times),
        Record({rule.field: theirs}, changed_at={rule.field: entry.at}),
    )
    now = case.remote.get(rule.field, BLANK)
    stands = not tell_only and isinstance(now, Value) and now.canonical == written.asked
    kept = theirs in (ours, BLANK)
    for operation in operations:
        match operation:
            case Conflict():
                row = conflict_row(case.contact_id, operation)
                # HubSpot's users wrote again or merged since, or the plan asks about what is there now: that counts.
                if not stands or _is_asked(effects, case.contact_id, rule.field):
                    row |= {"open": False, "winner": Side.HUBSPOT.value}
                effects.conflicts.append({**row, "late": True})
                effects.counts["conflicted"] += 1
                kept = True
            case Write(side=Side.LOANARK, after=value) if stands:
                update_row(effects, case.contact_id, case.local.columns, rule.field, value)
                hints.leave(Side.LOANARK, [str(case.contact_id)], source="late conflict", lane=Lane.EDIT)
                kept = True
    if not kept:
        # Its value went on since, and today there is nothing to decide: what was covered is told all the same.
        _tell(case.contact_id, rule, written, theirs, Value(written.asked, written.asked), effects, Side.LOANARK)


def _is_asked(effects: Effects, contact_id: UUID, name: str) -> bool:
    return any(row["open"] and row["contact_id"] == contact_id and row["field"] == name for row in effects.conflicts)
