"""What LoanArk merged is merged in HubSpot too: after a while, or when a person says so. And made again, after an undo.

HubSpot cannot take a merge back. So everything it holds of the two is kept before; the request is written down before
it is sent; and one whose answer was lost is read back before anything else. What somebody typed there between our
reading and the merge is in HubSpot's history afterwards, and told.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from loanark.connections.actions import notify
from loanark.connections.mapping import KEY_PROPERTY, properties_of
from loanark.core.mapping import FieldRule, Side
from loanark.core.translate import incoming
from loanark.duplicates import merging
from loanark.hubspot.errors import NotFound, Rejected, Transient, UnknownOutcome
from loanark.hubspot.models import Contact, Update
from loanark.hubspot.models import Rejected as RejectedRow
from loanark.kit import clock, sql
from loanark.sync import hints
from loanark.sync.apply import Effects, write
from loanark.sync.hints import Lane
from loanark.sync.look import digest, holders, remote_values
from loanark.sync.reconcile import follow_merges, see, see_made
from loanark.sync.session import Session

#: A merge that HubSpot could not do now, or whose answer was lost, is taken up again this much later.
AGAIN_SECONDS = 30

#: Properties that HubSpot fills itself, or that LoanArk gives by other ways.
_NEVER_WRITTEN = frozenset({"email", KEY_PROPERTY})


@dataclass(frozen=True, slots=True)
class Due:
    """A merge whose turn it is. Who lives on comes first."""

    id: int
    contact_id: UUID
    hubspot: str
    hubspot_id: str
    other_hubspot_id: str
    #: The digests of what LoanArk saw of the two last.
    hash: str
    other_hash: str


#: The link `l` is that of the one that lives on; where that one was merged further and has lost its HubSpot contact by
#: that already, of the nearest one above that has one.
_LINKED = """duplicate_merges m
    JOIN contact_links o ON o.tenant_id = m.tenant_id AND o.contact_id = m.other_contact_id AND o.state = 'live'
    JOIN LATERAL (
        WITH RECURSIVE up AS (
            SELECT m.contact_id AS id, 1 AS step
            UNION ALL
            SELECT c.merged_into, up.step + 1 FROM up JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = up.id
            WHERE c.merged_into IS NOT NULL)
        SELECT k.* FROM up JOIN contact_links k
            ON k.tenant_id = m.tenant_id AND k.contact_id = up.id AND k.state = 'live'
        ORDER BY up.step LIMIT 1) AS l ON true"""
_DUE = """m.state = 'live' AND m.hubspot IN ('waiting', 'approved', 'sending')
    AND m.hubspot_due_at <= clock_timestamp()"""

#: Merges that were taken back after HubSpot had merged the two, once the other contact was made again there. It carries
#: what LoanArk knows of it by then; what HubSpot alone knew follows.
_MADE_AGAIN = """duplicate_merges m
    JOIN contact_links o ON o.tenant_id = m.tenant_id AND o.contact_id = m.other_contact_id AND o.state = 'live'
    WHERE m.state = 'undone' AND m.hubspot = 'done'"""


#: Merges that were taken back, and of which one contact cannot be made in HubSpot again, as what it was found by there
#: is borne by somebody else.
_KEYLESS = """duplicate_merges m
    JOIN contact_rejections x ON x.tenant_id = m.tenant_id AND x.contact_id IN (m.contact_id, m.other_contact_id)
    WHERE m.state = 'undone' AND x.code = 'merged-in-hubspot' AND x.resolved_at IS NULL"""
#: Merges that HubSpot did because LoanArk asked, and of whose history nobody has heard yet.
_UNHEARD = """duplicate_merges m
    WHERE m.hubspot IN ('done', 'remade') AND m.hubspot_due_at IS NOT NULL AND m.kept IS NOT NULL"""


#: HubSpot's clock and ours are no further apart.
_CLOCKS = timedelta(seconds=5)


def is_due() -> bool:
    """Whether there is something to do. Call inside a tenant's scope."""
    return bool(
        sql.scalar(
            f"""SELECT EXISTS (SELECT FROM {_LINKED} WHERE {_DUE}) OR EXISTS (SELECT FROM {_UNHEARD})
                OR EXISTS (SELECT FROM {_MADE_AGAIN}) OR EXISTS (SELECT FROM {_KEYLESS})"""
        )
    )


def carry_out(session: Session) -> bool:
    """Merges two contacts in HubSpot, or completes one that was made again. Returns whether there was one."""
    if _hear(session):
        return True
    with session.transaction():
        due = _next()
    if due is None:
        return _free_key(session) or _complete(session)
    if due.hubspot == "sending":
        _read_back(session, due)
    else:
        _merge(session, due)
    return True


def _next() -> Due | None:
    """Where something is still on its way it is waited for: HubSpot keeps what the one that lives on holds there."""
    found = sql.first(
        f"""SELECT m.id, l.contact_id, m.hubspot, l.hubspot_id, o.hubspot_id AS other_hubspot_id, l.remote_hash AS hash,
                   o.remote_hash AS other_hash
            FROM {_LINKED}
            WHERE {_DUE}
            AND NOT EXISTS (SELECT FROM hints h WHERE h.tenant_id = m.tenant_id AND (
                h.side = 'loanark' AND h.record_id IN (m.contact_id::text, l.contact_id::text, m.other_contact_id::text)
                OR h.side = 'hubspot' AND h.record_id IN (l.hubspot_id, o.hubspot_id)))
            ORDER BY m.hubspot_due_at, m.id LIMIT 1"""
    )
    return Due(**found) if found else None


def _merge(session: Session, due: Due) -> None:
    """Keeps what HubSpot holds of the two, writes the request down, and sends it."""
    ids = [due.hubspot_id, due.other_hubspot_id]
    names = [prop["name"] for prop in session.connection.properties]
    read = session.client.batch_read(ids, names, names, lane=Lane.EDIT.label)
    now = [read.contacts.get(id) for id in ids]
    changed = [
        id
        for id, contact, known in zip(ids, now, (due.hash, due.other_hash), strict=True)
        if contact is None or digest(remote_values(contact, session.mapping), session.mapping) != known
    ]
    with session.transaction():
        if changed:
            # An edit that nobody looked at would be lost in HubSpot's merge.
            hints.leave(Side.HUBSPOT, changed, source="looked at before its merge", lane=Lane.WEBHOOK)
            _put(due, hubspot_due_at=_soon())
            return
        kept = _json([_kept(one) for one in now if one])
        sent = {"hubspot_id": due.hubspot_id, "other_hubspot_id": due.other_hubspot_id, "kept": kept}
        _put(due, hubspot="sending", hubspot_due_at=_soon(), **sent)
    try:
        survivor = session.client.merge(*ids, lane=Lane.EDIT.label)
    except UnknownOutcome:
        return
    except Transient:
        with session.transaction():
            _put(due, hubspot="approved")
        raise
    except NotFound:
        with session.transaction():
            hints.leave(Side.HUBSPOT, ids, source="gone before its merge", lane=Lane.WEBHOOK)
            _put(due, hubspot="approved")
    except Rejected as refusal:
        with session.transaction():
            _put(due, hubspot="refused", hubspot_error=refusal.reason, hubspot_due_at=None)
            notify(session.tenant_id, "duplicates")
    else:
        _done(session, due, survivor)


def _done(session: Session, due: Due, survivor: Contact) -> None:
    with session.transaction():
        follow_merges([(due.hubspot_id, survivor), (due.other_hubspot_id, survivor)])
        # What HubSpot refused because the other one had it can be sent now.
        hints.leave(Side.LOANARK, [str(due.contact_id)], source="merged", lane=Lane.EDIT)
        notify(session.tenant_id, "duplicates")


def _read_back(session: Session, due: Due) -> None:
    """Somebody sent the request and never heard an answer. `see` follows the merge, if there was one."""
    seen, failed = see(session, [due.hubspot_id, due.other_hubspot_id], lane=Lane.EDIT)
    alive = {one.hubspot_id for one in seen if one.contact}
    with session.transaction():
        if not failed and {due.hubspot_id, due.other_hubspot_id} <= alive:
            _put(due, hubspot="approved")
        elif sql.scalar("SELECT hubspot = 'sending' FROM duplicate_merges WHERE id = %s", [due.id]):
            hints.leave(
                Side.HUBSPOT, [due.hubspot_id, due.other_hubspot_id], source="gone at its merge", lane=Lane.WEBHOOK
            )
            _put(due, hubspot_due_at=_soon())


def _free_key(session: Session) -> bool:
    """HubSpot's merge may have given the loanark_id of one contact to the HubSpot contact of the other. Once the two
    are parted that gets its own, and the one that is free is made again."""
    with session.transaction():
        found = sql.first(f"SELECT x.contact_id, x.id FROM {_KEYLESS} ORDER BY x.id LIMIT 1")
    if found is None:
        return False
    ids = [one.hubspot_id for one in see_made(session, [found["contact_id"]], lane=Lane.EDIT)]
    with session.transaction():
        owners = holders(ids)
    keys = [Update(id, id, {KEY_PROPERTY: str(owner)}) for id, owner in owners.items() if owner != found["contact_id"]]
    session.client.batch_update(keys, lane=Lane.EDIT.label)
    with session.transaction():
        sql.execute("UPDATE contact_rejections SET resolved_at = now() WHERE id = %s", [found["id"]])
        hints.leave(Side.LOANARK, [str(found["contact_id"])], source="parted", lane=Lane.PERSON)
    return True


def _hear(session: Session) -> bool:
    """Tells of what was typed in HubSpot between our reading and its merge, and did not survive that."""
    with session.transaction():
        found = sql.first(
            f"""SELECT m.id, m.contact_id, m.merged_at, m.kept::text AS kept,
                       (WITH RECURSIVE led AS (
                           SELECT m.merged_hubspot_id AS id, 0 AS step
                           UNION ALL
                           SELECT a.survivor_id, led.step + 1 FROM led JOIN contact_aliases a
                               ON a.tenant_id = m.tenant_id AND a.hubspot_id = led.id
                           WHERE a.survivor_id <> a.hubspot_id AND led.step < 100)
                        SELECT id FROM led ORDER BY step DESC LIMIT 1) AS merged_hubspot_id
                FROM {_UNHEARD} ORDER BY m.id LIMIT 1"""
        )
    if found is None:
        return False
    rules = [rule for rule in session.mapping.rules if rule.source is not Side.LOANARK]
    names = [rule.property_name for rule in rules]
    read = session.client.batch_read([found["merged_hubspot_id"]], names, names, lane=Lane.EDIT.label)
    merged = read.contacts.get(found["merged_hubspot_id"])
    known = _newest(orjson.loads(found["kept"]))
    with session.transaction():
        ours = merging.read([found["contact_id"]]).get(found["contact_id"])
        effects = Effects()
        for rule in rules if merged and ours else ():
            assert merged and ours
            now = merged.properties.get(rule.property_name)
            since, until = known[rule.property_name], found["merged_at"] + _CLOCKS
            for revision in merged.history.get(rule.property_name, ()):
                if since < revision.at <= until and revision.value and revision.value != now:
                    theirs = incoming(rule, revision.value)
                    effects.conflicts.append(
                        _covered(found["contact_id"], rule, theirs.raw, ours.texts.get(rule.field))
                    )
        write(effects, run_id=None)
        sql.execute("UPDATE duplicate_merges SET hubspot_due_at = NULL WHERE id = %s", [found["id"]])
    return True


def _newest(kept: Sequence[Mapping[str, Any]]) -> Mapping[str, datetime]:
    """When each property of the two was changed last, as far as LoanArk had read."""
    newest: defaultdict[str, datetime] = defaultdict(lambda: datetime.min.replace(tzinfo=UTC))
    for one in kept:
        for name, revisions in one["history"].items():
            for revision in revisions:
                at = datetime.fromisoformat(revision["at"])
                newest[name] = max(at, newest[name])
    return newest


def _covered(contact_id: UUID, rule: FieldRule, theirs: str | None, ours: str | None) -> dict[str, object]:
    """A conflict that is decided: HubSpot's merge took the other value."""
    row = {"contact_id": contact_id, "field": rule.field, "base": None, "hubspot": theirs, "loanark": ours}
    return {**row, "policy": rule.policy.value, "winner": Side.LOANARK.value, "open": False, "late": True}


def _complete(session: Session) -> bool:
    """Gives a contact that was made again what HubSpot alone knew of it, and takes that from the other one."""
    with session.transaction():
        found = sql.first(
            f"""SELECT m.id, m.contact_id, o.hubspot_id AS made_id, m.hubspot_id, m.other_hubspot_id,
                       m.merged_hubspot_id,
                       m.kept::text AS kept FROM {_MADE_AGAIN} ORDER BY m.id LIMIT 1"""
        )
    if found is None:
        return False
    kept = {one["id"]: one["properties"] for one in orjson.loads(found["kept"] or "[]")}
    mine, theirs = kept.get(found["hubspot_id"], {}), kept.get(found["other_hubspot_id"], {})
    names = _free_properties(session)
    read = session.client.batch_read([found["merged_hubspot_id"]], names, lane=Lane.EDIT.label)
    merged = read.contacts.get(found["merged_hubspot_id"])
    updates = [Update("made", found["made_id"], {name: theirs[name] for name in names if theirs.get(name)})]
    if merged:
        filled = {
            name: ""
            for name in names
            if theirs.get(name) and not mine.get(name) and merged.properties.get(name) == theirs[name]
        }
        updates.append(Update("merged", merged.id, filled))
    outcomes = session.client.batch_update([one for one in updates if one.properties], lane=Lane.EDIT.label).outcomes
    refused = [outcome.reason for outcome in outcomes.values() if isinstance(outcome, RejectedRow)]
    with session.transaction():
        sql.execute(
            """UPDATE duplicate_merges SET hubspot = 'remade', left_behind = left_behind || %s::jsonb WHERE id = %s""",
            [_json([f"HubSpot would not take all of what it alone knew: {reason}" for reason in refused]), found["id"]],
        )
        notify(session.tenant_id, "duplicates")
    return True


def _free_properties(session: Session) -> list[str]:
    """The HubSpot properties that can be written and that LoanArk does not carry."""
    mapped = {rule.property_name for rule in session.mapping.rules}
    return [
        one.name
        for one in properties_of(session.connection).values()
        if not (one.read_only or one.calculated or one.name in mapped or one.name in _NEVER_WRITTEN)
    ]


def _kept(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "properties": {name: value for name, value in contact.properties.items() if value is not None},
        "history": {
            name: [{"value": one.value, "at": one.at, "source": one.source} for one in revisions]
            for name, revisions in contact.history.items()
        },
    }


def _put(due: Due, **values: object) -> None:
    """Writes down how far it came, unless it was taken back meanwhile."""
    assignments = ", ".join(f"{name} = %s" for name in values)
    sql.execute(
        f"UPDATE duplicate_merges SET {assignments} WHERE id = %s AND state = 'live'", [*values.values(), due.id]
    )


def _soon() -> datetime:
    return clock.now() + timedelta(seconds=AGAIN_SECONDS)


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
