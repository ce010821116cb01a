"""Sending intents to HubSpot, and transaction B: what each became."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from loanark.connections.actions import notify
from loanark.connections.fields import label as label_of
from loanark.connections.mapping import KEY_PROPERTY
from loanark.core.mapping import Side
from loanark.core.translate import incoming
from loanark.core.values import Value
from loanark.hubspot.models import Confirmed, Contact, Outcome, Rejected, Unknown, Update, Upsert
from loanark.kit import sql
from loanark.sync import hints, travels, witness
from loanark.sync.apply import (
    MERGED_IN_HUBSPOT,
    Intent,
    agree,
    already_merged,
    close_links,
    offer,
    one_a_contact,
    wire_properties,
    write_links,
    write_rejections,
)
from loanark.sync.hints import Lane
from loanark.sync.lease import LeaseLost
from loanark.sync.look import digest, holders, remote_texts, remote_values
from loanark.sync.refused import doubts_schema, in_words
from loanark.sync.session import Session
from loanark.tenants.access import tenant_scope

#: A write whose outcome is unknown is looked at again this much later: HubSpot may still be at it.
READ_BACK_SECONDS = 3.0


@dataclass(slots=True)
class Sent:
    """What became of a batch of intents."""

    counts: Counter[str] = field(default_factory=Counter)
    #: Contacts whose write is not known to have worked or failed: their hints stay.
    unknown: set[UUID] = field(default_factory=set)
    #: Creates that HubSpot refused because the contact is there already: (LoanArk contact, HubSpot id).
    proposals: list[tuple[UUID, str]] = field(default_factory=list)


def send(session: Session, intents: Sequence[Intent], *, lane: Lane, run_id: int | None = None) -> Sent:
    """Sends what was decided, and writes down the outcome of every single one."""
    sent = Sent()
    waiting = list(intents)
    # A row refused for some of its values is sent again without them: the rest of the contact goes on. It ends, as
    # each time there are fewer values.
    while waiting:
        # One row a contact and batch: halves of a row follow each other.
        now, later = one_a_contact(waiting)
        outcomes = _send_batches(session, now, lane)
        try:
            waiting = [*_finish(session, now, outcomes, sent, run_id), *later]
        except LeaseLost:
            _tell_who_took_over(session, now, outcomes)
            raise
    return sent


def _tell_who_took_over(session: Session, intents: Sequence[Intent], outcomes: Mapping[UUID, Outcome]) -> None:
    """This worker hung just before it sent, and another one took over meanwhile: what was written all the same may
    cover what nobody has seen. Whoever looks next asks for the history of it, as after every write."""
    answers = ((intent, outcomes.get(intent.contact_id, Unknown("not answered"))) for intent in intents)
    perhaps = [(intent, answer) for intent, answer in answers if not isinstance(answer, Rejected)]
    with tenant_scope(session.tenant_id, via="sync"):
        witness.foresee([intent for intent, _ in perhaps])
        witness.confirmed(
            {
                hubspot_id: intent
                for intent, answer in perhaps
                if (hubspot_id := answer.contact.id if isinstance(answer, Confirmed) else intent.case.hubspot_id)
            }
        )
        hints.leave(
            Side.LOANARK,
            [str(intent.contact_id) for intent, _ in perhaps],
            source="written by a worker that hung",
            lane=Lane.WEBHOOK,
        )


def _send_batches(session: Session, intents: Sequence[Intent], lane: Lane) -> dict[UUID, Outcome]:
    outcomes: dict[UUID, Outcome] = {}
    client = session.client
    if updates := [intent for intent in intents if intent.action == "update"]:
        batch = [
            Update(str(intent.contact_id), intent.case.hubspot_id or "", wire_properties(session, intent))
            for intent in updates
        ]
        outcomes |= _by_contact(client.batch_update(batch, lane=lane.label).outcomes)
    if creates := [intent for intent in intents if intent.action == "create"]:
        upserts = [
            Upsert(
                str(intent.contact_id),
                str(intent.contact_id),
                KEY_PROPERTY,
                {**wire_properties(session, intent), KEY_PROPERTY: str(intent.contact_id)},
            )
            for intent in creates
        ]
        outcomes |= _by_contact(client.batch_upsert(upserts, lane=lane.label).outcomes)
    if archives := [intent for intent in intents if intent.action == "archive"]:
        by_id = {intent.case.hubspot_id or "": intent.contact_id for intent in archives}
        result = client.batch_archive(list(by_id), lane=lane.label).outcomes
        outcomes |= {by_id[hubspot_id]: outcome for hubspot_id, outcome in result.items()}
    return outcomes


def _by_contact(outcomes: Mapping[str, Outcome]) -> dict[UUID, Outcome]:
    return {UUID(key): outcome for key, outcome in outcomes.items()}


@dataclass(slots=True)
class _Ledger:
    """What transaction B writes."""

    links: list[dict[str, Any]] = field(default_factory=list)
    new_links: list[dict[str, Any]] = field(default_factory=list)
    closed: list[tuple[int, str]] = field(default_factory=list)
    rejections: list[dict[str, Any]] = field(default_factory=list)
    solved: list[tuple[UUID, str]] = field(default_factory=list)
    again: list[Intent] = field(default_factory=list)
    #: E-mail addresses that our writes took from HubSpot contacts.
    freed: list[str] = field(default_factory=list)
    #: Writes that happened, by HubSpot id, whose history is to be asked for.
    wrote: dict[str, Intent] = field(default_factory=dict)
    #: Witnesses of writes that covered nothing, as they did not happen.
    idle: list[int] = field(default_factory=list)


def _finish(
    session: Session, intents: Sequence[Intent], outcomes: Mapping[UUID, Outcome], sent: Sent, run_id: int | None
) -> list[Intent]:
    """Transaction B; returns the intents to send once more without what HubSpot refused."""
    ledger = _Ledger()
    with session.transaction(run_id=run_id):
        now = sql.scalar("SELECT clock_timestamp()").isoformat()
        others = _linked_to_others(intents, outcomes)
        meanwhile = _linked_meanwhile(intents)
        for intent in intents:
            match outcomes.get(intent.contact_id, Unknown("not answered")):
                case Confirmed() as answer if intent.contact_id in others:
                    reason = already_merged(answer.contact.id)
                    ledger.rejections.append(_rejection(intent, "", Value(None), MERGED_IN_HUBSPOT, reason))
                    hints.leave(Side.HUBSPOT, [answer.contact.id], source="met by its key", lane=Lane.WEBHOOK)
                    sent.counts["rejected"] += 1
                case Confirmed() as answer if intent.contact_id in meanwhile:
                    hints.leave(Side.HUBSPOT, [answer.contact.id], source="merged while it was made", lane=Lane.WEBHOOK)
                case Confirmed() as answer:
                    _confirmed(session, intent, answer, now, ledger, sent)
                case Rejected() as refusal:
                    ledger.idle += [intent.witness] if intent.witness else []
                    _rejected(session, intent, refusal, ledger, sent)
                case Unknown(reason=reason):
                    _unknown(intent, reason, sent)
        write_links(ledger.new_links, ledger.links)
        close_links(ledger.closed)
        write_rejections(ledger.rejections, run_id)
        _solve(ledger.solved)
        witness.confirmed(ledger.wrote)
        if run_id is None:
            travels.to_hubspot({intent.contact_id for intent in ledger.wrote.values()})
        offer(ledger.freed)
        witness.forget(ledger.idle)
        witness.foresee(ledger.again)
        done = {intent.contact_id for intent in intents} - {intent.contact_id for intent in ledger.again}
        sql.execute("DELETE FROM intents WHERE contact_id = ANY(%s)", [list(done)])
        notify(session.tenant_id, "contacts")
    return ledger.again


def _linked_to_others(intents: Sequence[Intent], outcomes: Mapping[UUID, Outcome]) -> set[UUID]:
    """Contacts to be made whose loanark_id met a HubSpot contact of somebody else: a merge had carried it there."""
    made = {
        outcome.contact.id: intent.contact_id
        for intent in intents
        if intent.action == "create" and isinstance(outcome := outcomes.get(intent.contact_id), Confirmed)
    }
    found = holders(list(made)) if made else {}
    return {made[hubspot_id] for hubspot_id, holder in found.items() if holder != made[hubspot_id]}


def _linked_meanwhile(intents: Sequence[Intent]) -> set[UUID]:
    """Contacts to be made into which somebody merged one that has a HubSpot contact: they have that one now. The one
    that was made is looked at like any that is new."""
    made = [intent.contact_id for intent in intents if intent.action == "create"]
    if not made:
        return set()
    found = sql.rows(
        "SELECT contact_id FROM contact_links WHERE contact_id = ANY(%s::uuid[]) AND state = 'live'", [sql.texts(made)]
    )
    return {row["contact_id"] for row in found}


def _confirmed(session: Session, intent: Intent, answer: Confirmed, now: str, ledger: _Ledger, sent: Sent) -> None:
    contact = answer.contact
    if intent.action == "archive":
        ledger.wrote[intent.case.hubspot_id or ""] = intent
        ledger.freed += _addresses(intent)
        if intent.case.link:
            ledger.closed.append((intent.case.link.id, "deleted in LoanArk"))
        sql.execute(
            """INSERT INTO contact_tombstones (side, record_id, evidence) VALUES ('loanark', %s, 'archived in HubSpot')
               ON CONFLICT (tenant_id, side, record_id) DO UPDATE SET at = now()""",
            [str(intent.contact_id)],
        )
        sent.counts["deleted"] += 1
        return
    ledger.wrote[contact.id] = intent
    base = intent.base
    echoed = contact.properties
    known = intent.case.seen.contact.properties if intent.case.seen and intent.case.seen.contact else {}
    properties = {**known, **{name: value for name, value in echoed.items() if value is not None or name in known}}
    for rule in session.mapping.rules:
        if rule.field not in intent.values:
            continue
        asked = intent.values[rule.field]
        if rule.property_name not in echoed and not asked.blank:
            _unknown(intent, f"HubSpot did not say what {rule.property_name} is now", sent)
            continue
        came_back = incoming(rule, echoed.get(rule.property_name))
        if came_back == asked:
            agree(base, rule.field, asked)
            ledger.solved.append((intent.contact_id, rule.field))
        else:
            stored = came_back.raw or "nothing"
            reason = f"HubSpot accepted {asked.raw or 'a blank'!r} but stored {stored!r}."
            ledger.rejections.append(_rejection(intent, rule.field, asked, "coerced", reason))
            # HubSpot's own reading of our value is no edit of its users: it must not come back as one.
            if isinstance(came_back, Value):
                agree(base, rule.field, came_back)
    ledger.solved.append((intent.contact_id, ""))
    seen = Contact(contact.id, properties)
    link = {
        "contact_id": intent.contact_id,
        "hubspot_id": contact.id,
        "base": base,
        "remote": remote_texts(seen, session.mapping),
        "remote_hash": digest(remote_values(seen, session.mapping), session.mapping),
        "remote_modified": _known_revision(intent, answer),
        "local_version": intent.case.local.version if intent.case.local else 0,
        "read_at": now,
    }
    if intent.action == "update":
        wrote = bool(intent.case.plan.writes(Side.LOANARK))
        ledger.freed += _addresses(intent) if "email" in intent.values else []
        assert intent.case.link or intent.case.seen
        _update_link(link, intent, wrote)
        sent.counts["updated_in_hubspot"] += 1
        sent.counts["cleared"] += any(value.blank for value in intent.values.values())
    else:
        generation = intent.case.link.generation + 1 if intent.case.link else 1
        ledger.new_links.append({**link, "generation": generation})
        sent.counts["created_in_hubspot"] += 1
        if not answer.new:
            # Made before, by a request whose answer was lost; it may have been edited since.
            hints.leave(Side.HUBSPOT, [contact.id], source="made before", lane=Lane.WEBHOOK)


def _addresses(intent: Intent) -> list[str]:
    email = intent.case.remote.get("email")
    return [email.canonical] if isinstance(email, Value) and email.canonical else []


def _known_revision(intent: Intent, answer: Confirmed) -> str | None:
    """The revision of which we know every value. HubSpot answers a write with the written values only: an edit of
    another field just before it is in the new revision, and a poll must not take that for known."""
    if answer.new:
        return answer.contact.updated
    return intent.case.seen.contact.updated if intent.case.seen and intent.case.seen.contact else None


def _update_link(link: dict[str, Any], intent: Intent, wrote: bool) -> None:
    """The link may have been made in transaction A just before: found by its LoanArk contact.

    A merge meanwhile may have made that another contact's, who holds other values: that one is looked at again."""
    found = sql.first("SELECT id FROM contact_links WHERE contact_id = %s AND state = 'live'", [intent.contact_id])
    if found:
        write_links([], [{**link, "id": found["id"], "local_version": link["local_version"] + wrote}])
        return
    passed_on = sql.first("SELECT id FROM contact_links WHERE hubspot_id = %s AND state = 'live'", [link["hubspot_id"]])
    if passed_on:
        write_links([], [{**link, "id": passed_on["id"], "local_version": 0}])
    hints.leave(Side.HUBSPOT, [link["hubspot_id"]], source="merged while it was written", lane=Lane.WEBHOOK)


def _rejected(session: Session, intent: Intent, refusal: Rejected, ledger: _Ledger, sent: Sent) -> None:
    fields = {rule.property_name: rule.field for rule in session.mapping.rules}
    words = in_words(refusal, fields)
    blamed = {fields[name]: reason for name, reason in words.items() if name in fields}
    session.schema_doubtful |= doubts_schema(refusal)
    if refusal.existing_id and intent.action == "create":
        sent.proposals.append((intent.contact_id, refusal.existing_id))
        return
    if refusal.existing_id and "email" in intent.values and not blamed:
        blamed = {"email": f"HubSpot's contact {refusal.existing_id} has this e-mail already."}
    if refusal.category == "OBJECT_NOT_FOUND" and intent.case.hubspot_id:
        # It went away between our reading and our writing: look again.
        hints.leave(Side.HUBSPOT, [intent.case.hubspot_id], source="gone while writing", lane=Lane.WEBHOOK)
        return
    sent.counts["rejected"] += 1
    if not blamed:
        reason = "; ".join(words.values()) or refusal.reason
        ledger.rejections.append(_rejection(intent, "", Value(None), "refused", reason))
        return
    for name, reason in blamed.items():
        ledger.rejections.append(_rejection(intent, name, intent.values.get(name, Value(None)), "refused", reason))
    rest = {name: value for name, value in intent.values.items() if name not in blamed}
    if rest and len(rest) < len(intent.values):
        ledger.again.append(Intent(intent.case, intent.contact_id, intent.action, rest, intent.base))
    elif intent.action == "update" and rest:
        # A rule about several properties names one that is not of this write: halves tell which of ours it is about.
        ledger.rejections = [one for one in ledger.rejections if one["contact_id"] != intent.contact_id]
        if len(rest) == 1:
            reason = "; ".join(dict.fromkeys([*blamed.values(), *words.values()]))
            [(name, value)] = rest.items()
            ledger.rejections.append(_rejection(intent, name, value, "refused", reason))
        else:
            sent.counts["rejected"] -= 1
            middle = len(rest) // 2
            for half in (dict(list(rest.items())[:middle]), dict(list(rest.items())[middle:])):
                ledger.again.append(Intent(intent.case, intent.contact_id, intent.action, half, intent.base))
    elif intent.action == "create" or rest:
        # Nothing is left that could be made, or nothing of ours is to blame: the contact itself is refused, and not
        # tried at each look.
        ledger.rejections.append(
            _rejection(
                intent, "", Value(None), "refused", "; ".join(dict.fromkeys([*blamed.values(), *words.values()]))
            )
        )


def _unknown(intent: Intent, reason: str, sent: Sent) -> None:
    sent.unknown.add(intent.contact_id)
    hints.put_off(
        Side.LOANARK,
        [str(intent.contact_id)],
        reason=f"outcome unknown: {reason}",
        lane=Lane.WEBHOOK,
        seconds=READ_BACK_SECONDS,
    )


def _rejection(intent: Intent, name: str, value: Value, code: str, reason: str) -> dict[str, Any]:
    label = label_of(name) if name else "The contact"
    return {
        "contact_id": intent.contact_id,
        "hubspot_id": None,
        "field": name,
        "side": Side.HUBSPOT.value,
        "value": value.raw,
        "code": code,
        "reason": f"{label}: {reason}",
    }


def _solve(solved: Iterable[tuple[UUID, str]]) -> None:
    rows = list(solved)
    if rows:
        sql.execute(
            """UPDATE contact_rejections x SET resolved_at = now()
               FROM unnest(%s::uuid[], %s::text[]) AS d (contact_id, field)
               WHERE x.contact_id = d.contact_id AND x.field = d.field AND x.resolved_at IS NULL""",
            [[contact_id for contact_id, _ in rows], [name for _, name in rows]],
        )
