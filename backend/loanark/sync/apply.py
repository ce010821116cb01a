"""Transaction A: everything that a batch of plans does to LoanArk, and the intent of what it will do to HubSpot."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson

from loanark.connections.mapping import outgoing
from loanark.contacts.erasure import erase
from loanark.core.fields import BY_NAME, COLUMN_TYPES, NAMES, column_text, raw_text, stored_text
from loanark.core.mapping import Policy, Side
from loanark.core.plan import Action, Conflict, MoveBase, Plan, Write
from loanark.core.values import BLANK, Kind, Value
from loanark.duplicates import merging
from loanark.kit import sql
from loanark.sync import hints
from loanark.sync.brakes import Judgement
from loanark.sync.hints import Lane
from loanark.sync.look import Case, remote_texts
from loanark.sync.session import Session

#: Why a contact is on one side only: it may be somebody who is on both already.
POSSIBLE_DUPLICATE = "possible-duplicate"
#: Why a contact has lost its HubSpot contact to another LoanArk contact: a person decides what that means.
MERGED_IN_HUBSPOT = "merged-in-hubspot"


@dataclass(slots=True)
class Intent:
    """A write to HubSpot, decided and written down before it is sent."""

    case: Case
    contact_id: UUID
    #: create | update | archive
    action: str
    #: What HubSpot shall hold, by LoanArk field.
    values: dict[str, Value] = field(default_factory=dict)
    #: What both sides agree on already, whatever becomes of the write.
    base: dict[str, str] = field(default_factory=dict)
    #: What HubSpot held when this was decided, as kept by `witness.foresee`.
    witness: int | None = None


def one_a_contact(intents: Sequence[Intent]) -> tuple[list[Intent], list[Intent]]:
    """The first intent of each contact, and the others: halves of a write that follow each other."""
    first = {intent.contact_id: intent for intent in reversed(intents)}
    return list(first.values()), [intent for intent in intents if first[intent.contact_id] is not intent]


@dataclass(slots=True)
class Effects:
    """What a batch of plans comes to, table by table."""

    inserts: list[dict[str, Any]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    deletes: list[UUID] = field(default_factory=list)
    #: On what evidence, for the history.
    delete_reasons: dict[UUID, str] = field(default_factory=dict)
    #: Contacts to erase for privacy: their HubSpot id, and the evidence.
    erased: dict[UUID, tuple[str, str]] = field(default_factory=dict)
    new_links: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    closed: list[tuple[int, str]] = field(default_factory=list)
    tombstones: list[tuple[str, str, str]] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    rejections: list[dict[str, Any]] = field(default_factory=list)
    #: Contacts that cannot be made in HubSpot before its property loanark_id is made.
    keyless: list[UUID] = field(default_factory=list)
    #: Contacts looked at, with the fields on which something stays open.
    settled: list[tuple[UUID, list[str], list[str]]] = field(default_factory=list)
    intents: list[Intent] = field(default_factory=list)
    #: E-mail addresses that a HubSpot contact does not hold any more.
    freed: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    #: The mapped custom fields, by name, and how they compare.
    custom: Mapping[str, Kind] = field(default_factory=dict)


def decide(
    session: Session, cases: Sequence[Case], *, may_create: bool, rejected: "Rejected", held: Judgement
) -> Effects:
    """Turns plans into effects, except what the brakes hold. Nothing is written yet."""
    effects = Effects(custom={rule.field: rule.kind for rule in session.mapping.rules if rule.field not in BY_NAME})
    for case in cases:
        if case.undecided:
            continue
        effects.counts["read"] += case.seen is not None
        effects.counts["held"] += held.touches(case)
        if held.holds(case):
            continue
        _decide_one(session, case, effects, may_create, rejected)
    return effects


def _decide_one(session: Session, case: Case, effects: Effects, may_create: bool, rejected: "Rejected") -> None:
    plan = case.plan
    match plan.action:
        case Action.NOTHING:
            effects.counts["unchanged"] += case.seen is not None
            if case.contact_id and (case.local is None or case.local.deleted or case.rests):
                # It is on neither side any more: whatever was open about it is over.
                effects.settled.append((case.contact_id, [], []))
            elif case.link and case.link.live and case.seen and not case.seen.contact:
                # Its deletion does not follow here: that it is known explains why it is alone.
                effects.tombstones.append((Side.HUBSPOT.value, case.seen.hubspot_id, case.seen.evidence))
        case Action.UPDATE | Action.MATCH:
            _join(session, case, effects, rejected)
        case Action.CREATE | Action.RESTORE if plan.side is Side.LOANARK:
            _bring_to_loanark(session, case, effects)
        case Action.CREATE | Action.RESTORE:
            _bring_to_hubspot(session, case, effects, may_create, rejected)
        case Action.DELETE:
            _delete(case, effects)
        case Action.CLOSE:
            _close(case, effects, plan.reason)
        case Action.ERASE:
            assert case.contact_id and case.seen
            effects.erased[case.contact_id] = (case.seen.hubspot_id, case.seen.evidence)
            effects.counts["deleted"] += 1


def _join(session: Session, case: Case, effects: Effects, rejected: "Rejected") -> None:
    """Both exist: field by field."""
    assert case.local and case.seen and case.contact_id
    contact_id = case.contact_id
    base = dict(case.link.base if case.link and case.link.live else case.agreed)
    to_loanark, planned = case.plan.writes(Side.LOANARK), case.plan.writes(Side.HUBSPOT)
    for operation in case.plan.operations:
        match operation:
            case MoveBase(field=name, value=value) | Write(side=Side.LOANARK, field=name, after=value):
                remote = case.remote.get(name)
                if isinstance(remote, Value) and remote == value:
                    agree(base, name, value)
    to_hubspot = {name: value for name, value in planned.items() if not rejected.again(contact_id, name, value)}
    matched = not (case.link and case.link.live)
    # That it could not be made in HubSpot is over once it is there.
    refused = not matched and rejected.whole(contact_id)
    if refused:
        to_hubspot = {}
    wrote = bool(to_loanark)
    if to_loanark:
        effects.updates.append(_row(effects, contact_id, case.local.columns, to_loanark))
    # Refused as a whole, it stays so for as long as there is something to send.
    _note_open(case, contact_id, effects, set(planned) | ({""} if planned and refused else set()))
    _put_link(session, case, effects, contact_id, base, case.local.version + wrote)
    effects.freed += freed_address(case)
    if to_hubspot:
        effects.intents.append(Intent(case, contact_id, "update", to_hubspot, base))
    effects.counts["matched"] += matched
    effects.counts["updated_in_loanark"] += wrote
    effects.counts["cleared"] += any(value.blank for value in to_loanark.values())
    effects.counts["unchanged"] += not matched and not wrote and not to_hubspot


def _bring_to_loanark(session: Session, case: Case, effects: Effects) -> None:
    assert case.seen
    if case.duplicate:
        effects.rejections.append(
            _rejection(case, None, "", Side.LOANARK, None, POSSIBLE_DUPLICATE, possible(case.duplicate))
        )
        effects.counts["rejected"] += 1
        return
    contact_id = case.contact_id or uuid4()
    values = case.plan.writes(Side.LOANARK)
    base = {name: value.canonical for name, value in values.items() if value.canonical is not None}
    version = 1
    if case.local:
        # What LoanArk held before gives way, except where HubSpot has no say or nothing readable.
        given = [rule.field for rule in session.mapping.rules if rule.source is not Side.LOANARK]
        cleared = {name: BLANK for name in given if isinstance(case.remote.get(name), Value)}
        effects.updates.append(_row(effects, contact_id, case.local.columns, {**cleared, **values}, deleted=False))
        version = case.local.version + 1
        if any(rule.source is Side.LOANARK for rule in session.mapping.rules):
            # Where LoanArk alone decides, it has not spoken yet.
            hints.leave(Side.LOANARK, [str(contact_id)], source="back in LoanArk", lane=Lane.EDIT)
    else:
        effects.inserts.append(_put(effects, {"id": contact_id}, values))
    if case.local or len(values) < len(case.plan.operations):
        _note_open(case, contact_id, effects, set())
    _put_link(session, case, effects, contact_id, base, version)
    effects.counts["created_in_loanark"] += 1


def _bring_to_hubspot(session: Session, case: Case, effects: Effects, may_create: bool, rejected: "Rejected") -> None:
    assert case.contact_id and case.local
    if case.link and case.link.live:
        _close(case, effects, case.plan.reason, tombstone=False)
    if not may_create or (rejected.whole(case.contact_id) and not case.duplicate):
        return
    if case.local.erased:
        # Whatever was written into its row since, nothing brings an erased person back by itself.
        reason = (
            "This person was erased for privacy, and is not made in HubSpot again. Nothing was sent: if they came back "
            "of their own will, make a new contact and delete this one."
        )
        effects.rejections.append(_rejection(case, case.contact_id, "", Side.HUBSPOT, None, "erased", reason))
        effects.counts["rejected"] += 1
        return
    if case.duplicate:
        effects.rejections.append(
            _rejection(case, case.contact_id, "", Side.HUBSPOT, None, POSSIBLE_DUPLICATE, possible(case.duplicate))
        )
        effects.counts["rejected"] += 1
        return
    if case.holder:
        # Sent by its loanark_id, it would overwrite somebody else.
        reason = already_merged(case.holder)
        effects.rejections.append(_rejection(case, case.contact_id, "", Side.HUBSPOT, None, MERGED_IN_HUBSPOT, reason))
        effects.counts["rejected"] += 1
        return
    if not session.has_key_property and not session.key_property_refused:
        effects.keyless.append(case.contact_id)
        return
    if not session.has_key_property:
        reason = (
            "LoanArk makes contacts in HubSpot by its property loanark_id, which this account does not have and does "
            f"not let it make. {session.key_property_refused}"
        )
        effects.rejections.append(_rejection(case, case.contact_id, "", Side.HUBSPOT, None, "no-key-property", reason))
        effects.counts["rejected"] += 1
        return
    _note_open(case, case.contact_id, effects, set(case.plan.writes(Side.HUBSPOT)) | {""})
    # To HubSpot an empty text is an order to clear, which a new contact needs none of.
    values = {name: value for name, value in case.plan.writes(Side.HUBSPOT).items() if not value.blank}
    if case.address_stays:
        values.pop("email", None)
    effects.intents.append(Intent(case, case.contact_id, "create", values))


def possible(name: str) -> str:
    """What everybody is told of a contact that may be somebody who is there already."""
    return (
        f"It may be the same person as {name}, who is there already. Nothing was made on the other side: decide on the "
        "page Duplicates whether the two are one."
    )


def already_merged(hubspot_id: str) -> str:
    return (
        f"HubSpot merged this contact into {hubspot_id}, which is linked to another LoanArk contact. Nothing was "
        "changed here: decide whether these two are one person, and delete one."
    )


def bring_back(case: Case, effects: Effects, values: Mapping[str, Value]) -> None:
    """A contact that was deleted in LoanArk lives again, with these values."""
    assert case.contact_id
    if case.local:
        effects.updates.append(_row(effects, case.contact_id, case.local.columns, values, deleted=False))
    else:
        effects.inserts.append(_put(effects, {"id": case.contact_id}, values))
    effects.counts["created_in_loanark"] += 1


def _delete(case: Case, effects: Effects) -> None:
    assert case.contact_id
    if case.plan.side is Side.HUBSPOT:
        effects.intents.append(Intent(case, case.contact_id, "archive"))
        return
    effects.deletes.append(case.contact_id)
    if case.seen and case.seen.evidence:
        effects.delete_reasons[case.contact_id] = f"{case.plan.reason}: {case.seen.evidence}"
    _close(case, effects, case.plan.reason)
    effects.counts["deleted"] += 1


def _close(case: Case, effects: Effects, reason: str, *, tombstone: bool = True) -> None:
    assert case.contact_id
    if case.link and case.link.live:
        effects.closed.append((case.link.id, reason))
        effects.freed += freed_address(case)
    if tombstone and case.seen and not case.seen.contact:
        effects.tombstones.append((Side.HUBSPOT.value, case.seen.hubspot_id, case.seen.evidence))
    effects.settled.append((case.contact_id, [], []))


def agree(base: dict[str, str], name: str, value: Value) -> None:
    """Enters a value both sides hold into their base."""
    if value.canonical is None:
        base.pop(name, None)
    else:
        base[name] = value.canonical


def _note_open(case: Case, contact_id: UUID, effects: Effects, sending: set[str]) -> None:
    """Writes down conflicts and unreadable values; everything else about this contact is settled.

    Except what is `sending`, or held back because HubSpot refused it before: that HubSpot's answer settles.
    """
    open_conflicts = []
    conflicts, rejects = case.plan.conflicts, case.plan.rejects
    for conflict in conflicts:
        effects.conflicts.append(conflict_row(contact_id, conflict))
        if conflict.open:
            open_conflicts.append(conflict.field)
    for reject in rejects:
        effects.rejections.append(
            _rejection(case, contact_id, reject.field, reject.side, reject.raw, "unreadable", f"It {reject.reason}.")
        )
    effects.counts["conflicted"] += bool(conflicts)
    effects.counts["rejected"] += bool(rejects)
    if case.contact_id is None:
        return  # made just now: nothing was open about it
    still_rejected = {reject.field for reject in rejects} | sending
    effects.settled.append((contact_id, open_conflicts, sorted(still_rejected)))


def _put_link(
    session: Session, case: Case, effects: Effects, contact_id: UUID, base: dict[str, str], version: int
) -> None:
    assert case.seen and case.seen.contact
    link = {
        "contact_id": contact_id,
        "hubspot_id": case.seen.hubspot_id,
        "base": base,
        "remote": case.seen.texts or remote_texts(case.seen.contact, session.mapping),
        "remote_hash": case.remote_hash,
        "remote_modified": case.seen.contact.updated,
        "local_version": version,
        "read_at": case.seen.read_at.isoformat(),
    }
    if case.link and case.link.live:
        effects.links.append({"id": case.link.id, **link})
    else:
        effects.new_links.append({**link, "generation": case.link.generation + 1 if case.link else 1})


def _row(
    effects: Effects,
    contact_id: UUID,
    columns: dict[str, Any],
    values: Mapping[str, Value],
    *,
    deleted: bool | None = None,
) -> dict[str, Any]:
    row: dict[str, Any] = {name: raw_text(columns[name]) for name in NAMES}
    return {"id": contact_id, **_put(effects, row, values), "undelete": deleted is False}


def _put(effects: Effects, row: dict[str, Any], values: Mapping[str, Value]) -> dict[str, Any]:
    """Enters values into a row to be written: columns by their names, custom fields together under `custom`."""
    for name, value in values.items():
        if kind := effects.custom.get(name):
            row.setdefault("custom", {})[name] = stored_text(kind, value)
        else:
            row[name] = column_text(name, value)
    return row


def update_row(effects: Effects, contact_id: UUID, columns: dict[str, Any], name: str, value: Value) -> None:
    """One more field of a contact to change in LoanArk, whether it changes anyway or not."""
    for row in effects.updates:
        if row["id"] == contact_id:
            _put(effects, row, {name: value})
            return
    effects.updates.append(_row(effects, contact_id, columns, {name: value}))


def conflict_row(contact_id: UUID, conflict: Conflict) -> dict[str, Any]:
    """A conflict as it is stored."""
    return {
        "contact_id": contact_id,
        "field": conflict.field,
        "base": conflict.base,
        "hubspot": conflict.hubspot.raw,
        "loanark": conflict.loanark.raw,
        "policy": conflict.policy.value,
        "winner": conflict.winner.value if conflict.winner else ("both" if conflict.policy is Policy.UNION else None),
        "open": conflict.open,
        "late": False,
    }


def _rejection(
    case: Case, contact_id: UUID | None, name: str, side: Side, value: str | None, code: str, reason: str
) -> dict[str, Any]:
    return {
        "contact_id": contact_id,
        "hubspot_id": None if contact_id else case.hubspot_id,
        "field": name,
        "side": side.value,
        "value": value,
        "code": code,
        "reason": reason,
    }


@dataclass(frozen=True, slots=True)
class Rejected:
    """What HubSpot refused before: not sent again unchanged, unless a person or an edit asks."""

    values: dict[tuple[UUID, str], str | None]
    #: Why whole contacts were refused.
    codes: dict[UUID, str]
    #: Who asks again for which contacts.
    insistent: Mapping[UUID, Lane]

    def again(self, contact_id: UUID, name: str, value: Value) -> bool:
        key = (contact_id, name)
        return contact_id not in self.insistent and key in self.values and self.values[key] == value.raw

    def whole(self, contact_id: UUID) -> bool:
        if self.codes.get(contact_id) == MERGED_IN_HUBSPOT:
            # An edit is no answer to the question whether this is a person of its own.
            return self.insistent.get(contact_id) is not Lane.PERSON
        # One that waited for a decision is looked at afresh: `ingest` says whether it waits still.
        return contact_id not in self.insistent and self.codes.get(contact_id, POSSIBLE_DUPLICATE) != POSSIBLE_DUPLICATE


def rejected_before(contact_ids: Iterable[UUID], insistent: Mapping[UUID, Lane]) -> Rejected:
    """The open rejections by HubSpot of some contacts."""
    ids = list(contact_ids)
    found = (
        sql.rows(
            """SELECT contact_id, field, value, code FROM contact_rejections
               WHERE resolved_at IS NULL AND side = 'hubspot' AND contact_id = ANY(%s)""",
            [ids],
        )
        if ids
        else []
    )
    values = {(row["contact_id"], row["field"]): row["value"] for row in found if row["field"]}
    return Rejected(values, {row["contact_id"]: row["code"] for row in found if not row["field"]}, insistent)


_RECORD = ", ".join(f"{name} {kind}" for name, kind in COLUMN_TYPES.items())
_COLUMNS = ", ".join(NAMES)
_ASSIGN = ", ".join(f"{name} = r.{name}" for name in NAMES)


def write(effects: Effects, *, run_id: int | None) -> None:
    """Carries out what concerns LoanArk, and writes the intents down. One statement a table."""
    if effects.inserts:
        sql.execute(
            f"""INSERT INTO contacts (id, created_side, custom, {_COLUMNS})
                SELECT r.id, 'hubspot', coalesce(r.custom, '{{}}'), {", ".join(f"r.{name}" for name in NAMES)}
                FROM jsonb_to_recordset(%s::jsonb) AS r (id uuid, custom jsonb, {_RECORD})""",
            [_json(effects.inserts)],
        )
    if effects.updates:
        sql.execute(
            f"""UPDATE contacts c SET {_ASSIGN}, deleted_at = CASE WHEN r.undelete THEN NULL ELSE c.deleted_at END,
                       custom = CASE WHEN r.custom IS NULL THEN c.custom
                                ELSE jsonb_strip_nulls(c.custom || r.custom) END
                FROM jsonb_to_recordset(%s::jsonb) AS r (id uuid, undelete boolean, custom jsonb, {_RECORD})
                WHERE c.id = r.id""",
            [_json(effects.updates)],
        )
    _delete_contacts(effects)
    if effects.erased:
        merging.without(effects.erased)
        erase(
            {contact_id: evidence for contact_id, (_, evidence) in effects.erased.items()},
            {contact_id: [hubspot_id] for contact_id, (hubspot_id, _) in effects.erased.items()},
        )
    close_links(effects.closed)
    write_links(effects.new_links, effects.links)
    solve_unlinked([link["hubspot_id"] for link in effects.new_links])
    _write_tombstones(effects.tombstones)
    _settle(effects.settled)
    _write_conflicts(effects.conflicts, run_id)
    write_rejections(effects.rejections, run_id)
    _write_intents(effects.intents, run_id)
    offer(effects.freed)


def freed_address(case: Case) -> list[str]:
    """The e-mail address its HubSpot contact held when last seen, and holds no more."""
    was = case.link.remote.get("email") if case.link else None
    contact = case.seen.contact if case.seen else None
    now = contact.properties.get("email") if contact else None
    return [was.strip().lower()] if was and was.strip().lower() != (now or "").strip().lower() else []


def offer(addresses: Sequence[str]) -> None:
    """Whoever was refused because somebody else had one of these e-mail addresses is tried again."""
    if addresses:
        found = sql.rows(
            """SELECT x.contact_id::text AS id FROM contact_rejections x
               JOIN contacts c ON c.tenant_id = x.tenant_id AND c.id = x.contact_id
               WHERE x.resolved_at IS NULL AND x.side = 'hubspot' AND (x.field = 'email' OR x.code = 'duplicate-email')
               AND c.email_key = ANY(%s::text[])""",
            [sql.texts(addresses)],
        )
        hints.leave(Side.LOANARK, [row["id"] for row in found], source="its e-mail is free now", lane=Lane.EDIT)


def _delete_contacts(effects: Effects) -> None:
    """The history tells of each on what evidence."""
    by_reason: dict[str, list[UUID]] = {}
    for contact_id in effects.deletes:
        by_reason.setdefault(effects.delete_reasons.get(contact_id, ""), []).append(contact_id)
    for reason, ids in by_reason.items():
        with sql.marked({"loanark.reason": reason}):
            sql.execute(
                "UPDATE contacts SET deleted_at = clock_timestamp() WHERE id = ANY(%s) AND deleted_at IS NULL", [ids]
            )


def solve_unlinked(hubspot_ids: Collection[str]) -> None:
    """HubSpot contacts that could not be let in before, and now are, or are gone: what was said of that is over."""
    if hubspot_ids:
        sql.execute(
            """UPDATE contact_rejections SET resolved_at = now()
               WHERE resolved_at IS NULL AND contact_id IS NULL AND hubspot_id = ANY(%s::text[])""",
            [sql.texts(hubspot_ids)],
        )


def write_links(new: Sequence[dict[str, Any]], known: Sequence[dict[str, Any]]) -> None:
    if new:
        sql.execute(
            """INSERT INTO contact_links (contact_id, hubspot_id, base, remote, remote_hash, remote_modified,
                                          local_version, read_at, generation)
               SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r (
                   contact_id uuid, hubspot_id text, base jsonb, remote jsonb, remote_hash text,
                   remote_modified timestamptz, local_version bigint, read_at timestamptz, generation int)""",
            [_json(new)],
        )
    if known:
        sql.execute(
            """UPDATE contact_links l SET hubspot_id = r.hubspot_id, base = r.base, remote = r.remote,
                      remote_hash = r.remote_hash, remote_modified = r.remote_modified,
                      local_version = r.local_version, read_at = r.read_at
               FROM jsonb_to_recordset(%s::jsonb) AS r (
                   id bigint, hubspot_id text, base jsonb, remote jsonb, remote_hash text,
                   remote_modified timestamptz, local_version bigint, read_at timestamptz)
               WHERE l.id = r.id""",
            [_json(known)],
        )


def close_links(closed: Sequence[tuple[int, str]]) -> None:
    if closed:
        sql.execute(
            """UPDATE contact_links l SET state = 'closed', closed_at = clock_timestamp(), closed_reason = d.reason,
                      read_at = clock_timestamp()
               FROM unnest(%s::bigint[], %s::text[]) AS d (id, reason) WHERE l.id = d.id""",
            [[id for id, _ in closed], [reason for _, reason in closed]],
        )


def _write_tombstones(tombstones: Sequence[tuple[str, str, str]]) -> None:
    for side, record_id, evidence in tombstones:
        sql.execute(
            """INSERT INTO contact_tombstones (side, record_id, evidence) VALUES (%s, %s, %s)
               ON CONFLICT (tenant_id, side, record_id) DO UPDATE SET evidence = excluded.evidence, at = now()""",
            [side, record_id, evidence],
        )


def _settle(settled: Sequence[tuple[UUID, list[str], list[str]]]) -> None:
    """Closes the conflicts and rejections of looked-at contacts that no longer stand."""
    if not settled:
        return
    ids = _json([{"id": id, "conflicts": conflicts, "rejected": rejected} for id, conflicts, rejected in settled])
    sql.execute(
        """UPDATE contact_conflicts c SET open = false, resolved_at = now(), resolved_by = 'the values agree again'
           FROM jsonb_to_recordset(%s::jsonb) AS d (id uuid, conflicts jsonb)
           WHERE c.contact_id = d.id AND c.open AND NOT c.late AND NOT d.conflicts ? c.field""",
        [ids],
    )
    sql.execute(
        """UPDATE contact_rejections x SET resolved_at = now()
           FROM jsonb_to_recordset(%s::jsonb) AS d (id uuid, rejected jsonb)
           WHERE x.contact_id = d.id AND x.resolved_at IS NULL AND NOT d.rejected ? x.field""",
        [ids],
    )


def _write_conflicts(conflicts: Sequence[dict[str, Any]], run_id: int | None) -> None:
    asked = [conflict for conflict in conflicts if conflict["open"]]
    if asked:
        # A write of ours covered that value, and no other place keeps it: it outlasts the question about a newer one.
        sql.execute(
            """UPDATE contact_conflicts c
               SET open = false, winner = 'hubspot', resolved_at = now(), resolved_by = 'a newer edit in HubSpot'
               FROM jsonb_to_recordset(%s::jsonb) AS r (contact_id uuid, field text, hubspot text)
               WHERE c.open AND c.late AND c.contact_id = r.contact_id AND c.field = r.field
               AND c.hubspot IS DISTINCT FROM r.hubspot""",
            [_json(asked)],
        )
    if conflicts:
        sql.execute(
            """INSERT INTO contact_conflicts AS c (contact_id, field, base, hubspot, loanark, policy, winner, open,
                                                   late, run_id, resolved_at, resolved_by)
               SELECT contact_id, field, base, hubspot, loanark, policy, winner, open, late, %s,
                      CASE WHEN open THEN NULL ELSE now() END, CASE WHEN open THEN NULL ELSE 'policy ' || policy END
               FROM jsonb_to_recordset(%s::jsonb) AS r (contact_id uuid, field text, base text, hubspot text,
                    loanark text, policy text, winner text, open boolean, late boolean)
               -- A decision that could not be carried out yet is decided again at each look, and told once.
               WHERE r.open OR NOT EXISTS (
                   SELECT FROM contact_conflicts o WHERE o.contact_id = r.contact_id AND o.field = r.field
                   AND NOT o.open AND o.base IS NOT DISTINCT FROM r.base AND o.hubspot IS NOT DISTINCT FROM r.hubspot
                   AND o.loanark IS NOT DISTINCT FROM r.loanark AND o.winner IS NOT DISTINCT FROM r.winner)
               ON CONFLICT (tenant_id, contact_id, field) WHERE open DO UPDATE
               SET base = excluded.base, hubspot = excluded.hubspot, loanark = excluded.loanark""",
            [run_id, _json(conflicts)],
        )


def write_rejections(rejections: Sequence[dict[str, Any]], run_id: int | None) -> None:
    if rejections:
        sql.execute(
            """INSERT INTO contact_rejections AS x (contact_id, hubspot_id, field, side, value, code, reason, run_id)
               SELECT contact_id, hubspot_id, field, side, value, code, reason, %s
               FROM jsonb_to_recordset(%s::jsonb) AS r (contact_id uuid, hubspot_id text, field text, side text,
                    value text, code text, reason text)
               ON CONFLICT (tenant_id, contact_id, hubspot_id, field) WHERE resolved_at IS NULL DO UPDATE
               SET side = excluded.side, value = excluded.value, code = excluded.code, reason = excluded.reason,
                   run_id = coalesce(excluded.run_id, x.run_id), attempts = x.attempts + 1, at = now()""",
            [run_id, _json(rejections)],
        )


def _write_intents(intents: Sequence[Intent], run_id: int | None) -> None:
    if intents:
        rows = [
            {
                "contact_id": intent.contact_id,
                "hubspot_id": intent.case.hubspot_id,
                "action": intent.action,
                "properties": {name: value.raw for name, value in intent.values.items()},
            }
            for intent in intents
        ]
        sql.execute(
            """INSERT INTO intents (contact_id, hubspot_id, action, properties, run_id)
               SELECT contact_id, hubspot_id, action, properties, %s
               FROM jsonb_to_recordset(%s::jsonb) AS r (contact_id uuid, hubspot_id text, action text, properties jsonb)
               ON CONFLICT (tenant_id, contact_id) DO UPDATE SET hubspot_id = excluded.hubspot_id,
                   action = excluded.action, properties = excluded.properties, created_at = now()""",
            [run_id, _json(rows)],
        )


def wire_properties(session: Session, intent: Intent) -> dict[str, str]:
    """The texts to send for an intent, by HubSpot property."""
    rules = {rule.field: rule for rule in session.mapping.rules}
    return {rules[name].property_name: outgoing(rules[name], value) for name, value in sorted(intent.values.items())}


def _json(rows: Sequence[Any]) -> str:
    return orjson.dumps(rows, default=str).decode()


def summarise(plans: Iterable[Plan]) -> Counter[str]:
    """What plans would do, counted as a run counts what it did."""
    counts: Counter[str] = Counter()
    for plan in plans:
        counts["created_in_loanark"] += plan.action in (Action.CREATE, Action.RESTORE) and plan.side is Side.LOANARK
        counts["created_in_hubspot"] += plan.action in (Action.CREATE, Action.RESTORE) and plan.side is Side.HUBSPOT
        counts["matched"] += plan.action is Action.MATCH
        counts["deleted"] += plan.action is Action.DELETE
        joined = plan.action in (Action.UPDATE, Action.MATCH)
        counts["updated_in_loanark"] += joined and bool(plan.writes(Side.LOANARK))
        counts["updated_in_hubspot"] += joined and bool(plan.writes(Side.HUBSPOT))
        counts["conflicted"] += bool(plan.conflicts)
        counts["rejected"] += bool(plan.rejects)
        counts["unchanged"] += plan.empty
    return counts
