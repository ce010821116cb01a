"""The pipeline every wake-up ends in: read both sides as they are now, plan, apply, send, remember.

    seen, contact ids -> look -> decide -> write (transaction A) -> send -> outcomes (transaction B)

Whatever called it (a webhook, a poll, a page of the listing, an edit, a click) makes no difference here.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from loanark.connections.mapping import KEY_PROPERTY
from loanark.core.mapping import Side
from loanark.hubspot.models import Contact
from loanark.hubspot.whereabouts import Archived, Gone, Here, Merged
from loanark.kit import sql
from loanark.sync import brakes, evidence, hints, ingest, outbound, persons, travels, witness
from loanark.sync.apply import MERGED_IN_HUBSPOT, already_merged, decide, rejected_before, write, write_rejections
from loanark.sync.hints import Lane
from loanark.sync.look import Case, Seen, holders, look, newest_rules
from loanark.sync.plans import Settling
from loanark.sync.session import Session


@dataclass(slots=True)
class Tally:
    """What a batch came to."""

    counts: Counter[str] = field(default_factory=Counter)
    #: Those of them that were not known yet at the checkpoint: what HubSpot made of what was sent.
    late: Counter[str] = field(default_factory=Counter)
    #: Records that were not settled: their hints stay.
    open_contacts: set[UUID] = field(default_factory=set)
    open_hubspot: set[str] = field(default_factory=set)


def reconcile(
    session: Session,
    seen: Sequence[Seen],
    contact_ids: Collection[UUID] = (),
    *,
    lane: Lane,
    run_id: int | None = None,
    insistent: Mapping[UUID, Lane] = MappingProxyType({}),
    timed: bool = False,
    asked: witness.Pending | None = None,
    sift: Callable[[Sequence[Seen]], Sequence[Seen]] | None = None,
    checkpoint: Callable[[Counter[str]], None] | None = None,
    settling: Settling | None = None,
) -> Tally:
    """Brings some contacts to agreement.

    Within transaction A, `sift` first leaves out what needs no look, and `checkpoint` last gets the counts. `settling`
    notes how this compares with the plan that was shown.
    """
    # A crash may lose the last pages together with their checkpoint: they are simply read again.
    with session.transaction(run_id=run_id, durable=lane < Lane.SWEEP):
        everybody, seen = seen, sift(seen) if sift else seen
        follow_merges(_known_merges(seen))
        if run_id is None:  # at its end a complete run tells of all it saw
            evidence.reappeared([one.hubspot_id for one in seen if one.contact])
        seen = ingest.decided(seen)
        cases = look(session, seen, contact_ids, timed=timed, ours=asked.ours() if asked else None)
        ingest.compare(session, cases)
        persons.parted(cases)
        may_create = session.connection.backfilled_at is not None
        rejected = rejected_before([case.contact_id for case in cases if case.contact_id], insistent)
        held = brakes.judge(session, cases, run_id=run_id)
        effects = decide(session, cases, may_create=may_create, rejected=rejected, held=held)
        if asked:
            witness.testify(session, cases, asked, effects)
        write(effects, run_id=run_id)
        ingest.carry_out(effects.new_links)
        ingest.departed([one.hubspot_id for one in seen if one.contact is None])
        persons.settle(cases)
        if run_id is None:
            travels.to_loanark(_modified(cases, held))
        witness.foresee(effects.intents)
        _come_back_to(cases)
        # The property is made outside of any transaction, before the next hints are followed.
        hints.leave(Side.LOANARK, map(str, effects.keyless), source="waits for loanark_id", lane=Lane.WEBHOOK)
        if effects.intents:
            # An intent must be on disk before it is sent.
            sql.execute("SET LOCAL synchronous_commit TO DEFAULT")
        if settling:
            sifted = {one.hubspot_id for one in seen}
            settling.looked(cases, effects, [one for one in everybody if one.hubspot_id not in sifted], held)
        if checkpoint:
            # The page counts as done from here on: who dies before asking for the times leaves it to the next.
            untimed = [case.hubspot_id for case in cases if case.untimed and case.hubspot_id]
            hints.leave(Side.HUBSPOT, untimed, source="which value is newer?", lane=Lane.SWEEP)
            checkpoint(effects.counts)
    tally = Tally(effects.counts, open_contacts=set(effects.keyless))
    for case in cases:
        if not case.stale and not case.problem:
            continue
        if case.contact_id:
            tally.open_contacts.add(case.contact_id)
        if case.hubspot_id:
            tally.open_hubspot.add(case.hubspot_id)
    if effects.intents:
        sent = outbound.send(session, effects.intents, lane=lane, run_id=run_id)
        tally.late.update(sent.counts)
        tally.open_contacts |= sent.unknown
        if sent.proposals:
            if settling:
                with session.transaction():
                    settling.met(sent.proposals)
            tally.late.update(_meet(session, sent.proposals, lane=lane, run_id=run_id).counts)
        tally.counts.update(tally.late)
    if any(case.untimed for case in cases):
        _ask_for_times(session, cases, tally, asked or witness.Pending(), lane=lane, run_id=run_id, settling=settling)
    return tally


def _modified(cases: Sequence[Case], held: brakes.Judgement) -> dict[str, str | None]:
    """The HubSpot contacts of which values went to LoanArk, and when HubSpot says that they were modified."""
    return {
        case.hubspot_id: case.seen.contact.updated
        for case in cases
        if case.hubspot_id and case.seen and case.seen.contact and not case.undecided and not held.holds(case)
        if case.plan.writes(Side.LOANARK)
    }


def _ask_for_times(
    session: Session,
    cases: Sequence[Case],
    tally: Tally,
    asked: witness.Pending,
    *,
    lane: Lane,
    run_id: int | None,
    settling: Settling | None,
) -> None:
    """HubSpot is asked when values of the untimed were changed, and these are looked at anew: the newer value wins, or
    it tells what somebody typed into a contact that was deleted here before anybody knew that it was made there."""
    untimed = [case for case in cases if case.untimed]
    rules = newest_rules(session.mapping) if all(case.plan.conflicts for case in untimed) else session.mapping.rules
    fields = asked.fields() | {rule.field for rule in rules}
    hubspot_ids = [case.hubspot_id for case in untimed if case.hubspot_id]
    seen, failed = see(session, hubspot_ids, lane=lane, with_history=session.properties_of(fields))
    tally.open_hubspot |= failed.keys()
    timed = reconcile(session, seen, lane=lane, run_id=run_id, timed=True, asked=asked, settling=settling)
    tally.late.update(timed.counts)
    tally.counts.update(timed.counts)
    tally.open_contacts |= timed.open_contacts
    tally.open_hubspot |= timed.open_hubspot


def _come_back_to(cases: Sequence[Case]) -> None:
    """A reading older than what we know by now decides nothing: it is taken again."""
    stale = [case.hubspot_id for case in cases if case.stale and case.hubspot_id]
    hints.leave(Side.HUBSPOT, stale, source="read before it was written", lane=Lane.WEBHOOK)


def _meet(session: Session, proposals: Sequence[tuple[UUID, str]], *, lane: Lane, run_id: int | None) -> Tally:
    """HubSpot has contacts with these e-mails already: they are linked, unless they belong to somebody else."""
    with session.transaction(run_id=run_id):
        taken = holders([hubspot_id for _, hubspot_id in proposals])
        # Two LoanArk contacts may have been refused for the same one: the first is linked, the other a duplicate.
        free: dict[str, UUID] = {}
        refused = []
        for contact_id, hubspot_id in proposals:
            holder = taken.get(hubspot_id) or free.setdefault(hubspot_id, contact_id)
            if holder != contact_id:
                refused.append(_duplicate(contact_id, hubspot_id, holder))
                persons.propose(contact_id, holder)
        write_rejections(refused, run_id)
    seen, _ = see(session, list(free), lane=lane)
    alive = [replace(one, match=free.get(one.hubspot_id)) for one in seen if one.contact]
    tally = reconcile(session, alive, lane=lane, run_id=run_id)
    with session.transaction(run_id=run_id):
        # A merge that was learnt of just now may have brought somebody else there.
        taken = holders(list(free))
        met = [
            (contact_id, hubspot_id)
            for hubspot_id, contact_id in free.items()
            if taken.get(hubspot_id, contact_id) != contact_id
        ]
        late = [_duplicate(contact_id, hubspot_id, taken[hubspot_id]) for contact_id, hubspot_id in met]
        for contact_id, hubspot_id in met:
            persons.propose(contact_id, taken[hubspot_id])
        write_rejections(late, run_id)
        tally.counts["rejected"] += len(refused) + len(late)
        left = free.keys() - {one.hubspot_id for one in alive}
        again = [str(free[hubspot_id]) for hubspot_id in left]
        hints.leave(Side.LOANARK, again, source="the contact HubSpot named is gone", lane=Lane.WEBHOOK)
    return tally


def _duplicate(contact_id: UUID, hubspot_id: str, other: UUID) -> dict[str, object]:
    return {
        "contact_id": contact_id,
        "hubspot_id": None,
        "field": "",
        "side": Side.HUBSPOT.value,
        "value": None,
        "code": "duplicate-email",
        "reason": f"HubSpot's contact {hubspot_id} has this e-mail already, and it is linked to the LoanArk contact "
        f"{other}. Nothing was changed: decide on the page Duplicates whether the two are one, or give one of them "
        "another e-mail.",
    }


ARCHIVED = "archived in HubSpot"


def see(
    session: Session, hubspot_ids: Sequence[str], *, lane: Lane, with_history: Collection[str] = ()
) -> tuple[list[Seen], dict[str, str]]:
    """Reads HubSpot contacts as they are now. Returns what was seen, and which ids could not be read and why.

    `with_history`: the properties whose history is wanted as well.

    An id that the batch does not know is asked for again, archived and singly, before it counts as gone: a
    merged-away record is in no listing, archived or not, but answers with its survivor.
    """
    if not hubspot_ids:
        return [], {}
    history = sorted(with_history)
    sightings = session.client.whereabouts(hubspot_ids, session.properties, history, lane=lane.label)
    read_at = sightings.read_at
    assert read_at is not None
    seen: list[Seen] = []
    merged: list[tuple[str, Contact]] = []
    for id, where in sightings.found.items():
        match where:
            case Here(contact):
                seen.append(Seen(id, contact, read_at))
            case Merged(survivor):
                merged.append((id, survivor))
            case Archived(contact):
                seen.append(Seen(id, None, read_at, ARCHIVED, archived=contact))
            case Gone():
                seen.append(Seen(id, None, read_at))
    if merged:
        survivors = {contact.id: contact for _, contact in merged}
        with session.transaction():
            follow_merges(merged)
            later = {id for id, contact in survivors.items() if contact.archived and witness.archived_together(contact)}
        seen = [one for one in seen if one.hubspot_id not in later]
        known = {one.hubspot_id for one in seen} | later
        seen += [_seen(contact, read_at) for id, contact in survivors.items() if id not in known]
    return _weighed(session, seen), sightings.failed


def _weighed(session: Session, seen: Sequence[Seen]) -> list[Seen]:
    """What is not there counts with enough evidence only: of an id without it nothing is said."""
    archived = {one.hubspot_id for one in seen if not one.contact and one.evidence}
    gone = {one.hubspot_id for one in seen if not one.contact} - archived
    if not gone and not archived:
        return list(seen)
    with session.transaction():
        verdicts = evidence.weigh(gone, archived)
        evidence.doubt([id for id, verdict in verdicts.items() if not verdict.enough])
        evidence.follow(verdicts)
    weighed = []
    for one in seen:
        verdict = verdicts.get(one.hubspot_id)
        if verdict is None:
            weighed.append(one)
        elif verdict.enough:
            weighed.append(replace(one, evidence=verdict.evidence, erased=verdict.erased))
    return weighed


def _seen(contact: Contact, read_at: datetime) -> Seen:
    if contact.archived:
        return Seen(contact.id, None, read_at, ARCHIVED, archived=contact)
    return Seen(contact.id, contact, read_at)


def see_made(session: Session, contact_ids: Collection[UUID], *, lane: Lane) -> list[Seen]:
    """HubSpot contacts that LoanArk made for these, by a request whose answer was lost. Read before it is repeated."""
    if not contact_ids or not session.has_key_property:
        return []
    keys = [str(contact_id) for contact_id in contact_ids]
    read = session.client.batch_read(keys, session.properties, id_property=KEY_PROPERTY, lane=lane.label)
    return [Seen(contact.id, contact, read.read_at) for contact in read.contacts.values()]


def _known_merges(seen: Sequence[Seen]) -> list[tuple[str, Contact]]:
    """Linked ids that were merged into contacts of `seen`: a poll or a listing shows the survivor only."""
    survivors = {id: one.contact for one in seen if one.contact for id in one.contact.merged_ids}
    if not survivors:
        return []
    found = sql.rows(
        "SELECT hubspot_id FROM contact_links WHERE hubspot_id = ANY(%s) AND state = 'live' ORDER BY id",
        [list(survivors)],
    )
    return [(row["hubspot_id"], survivors[row["hubspot_id"]]) for row in found]


def follow_merges(merged: Sequence[tuple[str, Contact]]) -> None:
    """The link moves to the survivor; two LoanArk contacts meeting in one HubSpot contact is for a person to decide."""
    for old_id, survivor in merged:
        witness.merged(old_id, survivor.id)
        sql.execute(
            """INSERT INTO contact_aliases (hubspot_id, survivor_id) VALUES (%s, %s)
               ON CONFLICT (tenant_id, hubspot_id) DO UPDATE SET survivor_id = excluded.survivor_id""",
            [old_id, survivor.id],
        )
        moved = sql.execute(
            """UPDATE contact_links l SET hubspot_id = %s, generation = generation + 1
               WHERE hubspot_id = %s AND state = 'live' AND NOT EXISTS (
                   SELECT FROM contact_links o WHERE o.tenant_id = l.tenant_id AND o.hubspot_id = %s
                   AND o.state = 'live')""",
            [survivor.id, old_id, survivor.id],
        )
        if not moved:
            _part(old_id, survivor.id)
    ingest.departed([old_id for old_id, _ in merged])
    ingest.arrived({survivor.id for _, survivor in merged})


def _part(old_id: str, survivor_id: str) -> None:
    if left := persons.met_in_hubspot(old_id, survivor_id):
        persons.propose(left, holders([survivor_id])[survivor_id])
        row = {
            "contact_id": left,
            "hubspot_id": None,
            "field": "",
            "side": Side.HUBSPOT.value,
            "value": None,
            "code": MERGED_IN_HUBSPOT,
            "reason": already_merged(survivor_id),
        }
        write_rejections([row], None)
