"""Looking: bring both sides of some contacts together, lock them, and plan each. Nothing is written here."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from loanark.connections.mapping import KEY_PROPERTY
from loanark.core import plan as planner
from loanark.core.fields import NAMES, raw_text
from loanark.core.mapping import FieldRule, Policy, Side
from loanark.core.mapping import Mapping as FieldMapping
from loanark.core.plan import Action, Plan, Policies, Record
from loanark.core.remapped import plan_linked
from loanark.core.translate import held, incoming
from loanark.core.values import BLANK, Unreadable, Value
from loanark.hubspot.models import Contact, Page
from loanark.kit import sql
from loanark.sync.session import Session


@dataclass(frozen=True, slots=True)
class Seen:
    """What HubSpot answered about one id. `contact` None: it is gone, on the evidence given."""

    hubspot_id: str
    contact: Contact | None
    read_at: datetime
    evidence: str = ""
    #: It was erased for privacy.
    erased: bool = False
    #: What it held when it was archived, if it was.
    archived: Contact | None = None
    #: A LoanArk contact that HubSpot itself said is the same (it holds the e-mail).
    match: UUID | None = None
    #: Its values by LoanArk field, their digest, and its texts, when they were worked out already (see `read_page`).
    values: Mapping[str, Value | Unreadable] | None = None
    hash: str = ""
    texts: Mapping[str, str] | None = None
    #: What is to be done when LoanArk turns out to have no such contact.
    plan_if_new: Plan | None = None


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as stored."""

    id: int
    contact_id: UUID
    hubspot_id: str
    live: bool
    base: dict[str, str]
    remote: dict[str, str]
    remote_hash: str
    local_version: int
    generation: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class LocalRow:
    """A LoanArk contact as stored, locked."""

    id: UUID
    version: int
    deleted: bool
    #: Erased for privacy, or about to be: nothing is made of it any more.
    erased: bool
    #: It is merged into another contact, and syncs with a HubSpot contact of its own while it has one. It counts as
    #: deleted if that one is.
    merged: bool
    #: HubSpot contacts of those that are merged into this one.
    heirs: Sequence[str]
    #: Values by field; a custom field without one answers None.
    columns: dict[str, Any]


@dataclass(slots=True)
class Case:
    """One contact as found on both sides, and what shall happen to it."""

    contact_id: UUID | None
    hubspot_id: str | None
    link: LinkRow | None
    local: LocalRow | None
    seen: Seen | None
    plan: Plan
    remote: Mapping[str, Value | Unreadable] = field(default_factory=dict)
    remote_hash: str = ""
    #: What both are known to have held although they were never linked: LoanArk sent it, and HubSpot holds it.
    agreed: Mapping[str, str] = field(default_factory=dict)
    #: Why nothing is decided although there may be something to do.
    problem: str | None = None
    stale: bool = False
    #: The policy `newest` decides, and it is not known yet when the values were changed.
    untimed: bool = False
    #: HubSpot merged it once and keeps its e-mail address with whom it was merged: it is made again without.
    address_stays: bool = False
    #: Who is there already and may be the same person, by name: no counterpart is made before a person decides.
    duplicate: str | None = None
    #: The HubSpot contact that carries this contact's loanark_id by a merge, although it is linked to another one.
    holder: str | None = None

    @property
    def undecided(self) -> bool:
        """Nothing follows from this look: it is taken again."""
        return self.stale or self.problem is not None or self.untimed

    @property
    def rests(self) -> bool:
        """It is merged into another contact, and HubSpot has none of its own any more."""
        return bool(self.local and self.local.merged and not (self.link and self.link.live) and not self.seen)

    @property
    def name(self) -> str:
        properties = self.seen.contact.properties if self.seen and self.seen.contact else {}
        columns = self.local.columns if self.local else {}
        parts = [columns.get(key) or properties.get(key) for key in ("firstname", "lastname")]
        return " ".join(part for part in parts if part)

    @property
    def email(self) -> str | None:
        properties = self.seen.contact.properties if self.seen and self.seen.contact else {}
        return (self.local.columns.get("email") if self.local else None) or properties.get("email")


def remote_values(contact: Contact, mapping: FieldMapping) -> dict[str, Value | Unreadable]:
    """HubSpot's values by LoanArk field."""
    properties = contact.properties
    return {
        rule.field: incoming(rule, raw) if (raw := properties.get(rule.property_name)) else BLANK
        for rule in mapping.rules
    }


def local_value(rule: FieldRule, columns: Mapping[str, Any]) -> Value | Unreadable:
    """What LoanArk's columns hold for a rule."""
    return held(rule, lambda name: raw_text(columns.get(name)))


def local_values(columns: Mapping[str, Any], mapping: FieldMapping) -> dict[str, Value | Unreadable]:
    """LoanArk's values by field."""
    return {rule.field: local_value(rule, columns) for rule in mapping.rules}


def remote_texts(contact: Contact, mapping: FieldMapping) -> dict[str, str]:
    """HubSpot's own texts by LoanArk field, as PostgreSQL can keep them: it knows no NUL.

    Under a transform, what they are in LoanArk's terms.
    """
    properties = contact.properties
    return {
        rule.field: text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text
        for rule in mapping.rules
        if (raw := properties.get(rule.property_name)) and isinstance(raw, str)
        if (text := incoming(rule, raw).raw if rule.transform else raw)
    }


def digest(values: Mapping[str, Value | Unreadable], mapping: FieldMapping) -> str:
    """Tells whether a contact's values are the ones last seen, under this version of the mapping."""
    plain = {
        name: f"?{value.raw}" if isinstance(value, Unreadable) else value.canonical for name, value in values.items()
    }
    text = orjson.dumps([mapping.version, plain], option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def read_page(page: Page, session: Session, *, strangers: bool) -> list[Seen]:
    """A page of the listing with all that can be worked out before the database is asked.

    `strangers`: most of them will be new to LoanArk, so what that comes to is worked out as well.
    """
    mapping, seen = session.mapping, []
    for contact in page.results:
        values = remote_values(contact, mapping)
        plan = planner.plan(None, None, Record(values), mapping, session.policies) if strangers else None
        texts = remote_texts(contact, mapping) if strangers else None
        hash = digest(values, mapping)
        seen.append(Seen(contact.id, contact, page.read_at, values=values, hash=hash, texts=texts, plan_if_new=plan))
    return seen


@dataclass(frozen=True, slots=True)
class Ours:
    """What LoanArk did to HubSpot contacts, by their ids, and has not looked at since."""

    #: Made by LoanArk; read with their histories.
    made: Collection[str] = ()
    #: Canonical values that were sent, by LoanArk field.
    sent: Mapping[str, Mapping[str, Collection[str | None]]] = field(default_factory=dict)
    #: Archived by LoanArk: the canonical values that they held then, by LoanArk field.
    archived: Mapping[str, Mapping[str, Collection[str | None]]] = field(default_factory=dict)


def look(
    session: Session,
    seen: Sequence[Seen],
    contact_ids: Collection[UUID] = (),
    *,
    timed: bool = False,
    ours: Ours | None = None,
) -> list[Case]:
    """Plans every contact of `seen` and every contact of `contact_ids` that is linked to none of them.

    `timed`: HubSpot was asked when the values were changed (see `Case.untimed`). Call inside the session's transaction:
    the LoanArk rows stay locked until its end.
    """
    links = _links([one.hubspot_id for one in seen], contact_ids)
    pairs = _pair(session, seen, contact_ids, links)
    rows = _lock([contact_id for contact_id, _, _ in pairs if contact_id])
    times = changed_here(list(rows), [rule.field for rule in newest_rules(session.mapping)]) if timed else {}
    found = _Found(rows, times, ours or Ours(), _sent_in_creates(pairs), timed)
    cases = [_case(session, contact_id, link, one, found) for contact_id, link, one in pairs]
    for case in cases:
        case.untimed |= not timed and any(one.open and one.policy is Policy.NEWEST for one in case.plan.conflicts)
    _who_is_left(cases)
    holders = {key: one.hubspot_id for one in seen if (key := _key_of(one))}
    for case in cases:
        if case.seen is None:
            case.holder = holders.get(str(case.contact_id))
    return cases


def _who_is_left(cases: Sequence[Case]) -> None:
    """Where HubSpot has a person twice and somebody deleted one of the two there, the other one takes its place; unless
    that one is gone as well."""
    gone = {case.hubspot_id for case in cases if case.seen and not case.seen.contact}
    for case in cases:
        deleted = case.plan.action is Action.DELETE and case.plan.side is Side.LOANARK
        if deleted and case.local and not gone.issuperset(case.local.heirs):
            case.plan = Plan(Action.CLOSE, reason="deleted in HubSpot, where this person has another contact")


Pair = tuple[UUID | None, LinkRow | None, Seen | None]


def _pair(session: Session, seen: Sequence[Seen], contact_ids: Collection[UUID], links: "Links") -> list[Pair]:
    matches = _matches(session, [one for one in seen if one.contact and one.hubspot_id not in links.by_hubspot])
    pairs: list[Pair] = []
    taken: set[UUID] = set()
    for one in sorted(seen, key=lambda one: _claim(one, links)):
        link = links.by_hubspot.get(one.hubspot_id)
        if one.match and link and not link.live:
            link = None
        contact_id = link.contact_id if link else one.match or matches.get(one.hubspot_id)
        other = links.by_contact.get(contact_id) if contact_id and not (link and link.live) else None
        if other or contact_id in taken:
            # The LoanArk contact has another counterpart by now: this one is a contact of its own.
            link = contact_id = None
        long_gone = not one.contact and not one.erased and not (link and link.live)
        if contact_id and not long_gone:
            taken.add(contact_id)
        pairs.append((contact_id, link, one))
    for contact_id in contact_ids:
        if contact_id not in taken:
            pairs.append((contact_id, links.by_contact.get(contact_id), None))
    return pairs


def _claim(one: Seen, links: "Links") -> int:
    """Who comes first where several HubSpot contacts are one LoanArk contact's: the present one, the one LoanArk made,
    any that lives; what is gone takes nobody from them."""
    link = links.by_hubspot.get(one.hubspot_id)
    if link and link.live:
        return 0
    if one.contact is None:
        return 3
    return 1 if _key_of(one) else 2


Times = Mapping[UUID, Mapping[str, datetime]]

#: Canonical values, by field.
Values = Mapping[str, Collection[str | None]]


@dataclass(frozen=True, slots=True)
class _Found:
    """What LoanArk's side tells of the contacts that are looked at."""

    rows: Mapping[UUID, LocalRow]
    times: Times
    ours: Ours
    #: What was sent to make a contact in HubSpot, while the answer is not known.
    sent_in_creates: Mapping[UUID, Values]
    #: HubSpot was asked when its values were changed.
    timed: bool


def _sent_in_creates(pairs: Sequence[Pair]) -> Mapping[UUID, Values]:
    """What was sent for contacts that LoanArk made in HubSpot, and that meet their HubSpot contact only now."""
    made = [
        contact_id for contact_id, link, one in pairs if contact_id and not link and one and _bears(one, contact_id)
    ]
    sent: dict[UUID, dict[str, set[str | None]]] = {}
    if not made:
        return {}
    rows = sql.rows(
        "SELECT contact_id, written::text AS written FROM witnesses WHERE hubspot_id IS NULL AND contact_id = ANY(%s)",
        [made],
    )
    for row in rows:
        for name, written in orjson.loads(row["written"]).items():
            sent.setdefault(row["contact_id"], {}).setdefault(name, set()).add(written["asked"])
    return sent


def _case(session: Session, contact_id: UUID | None, link: LinkRow | None, seen: Seen | None, found: _Found) -> Case:
    ours, row = found.ours, found.rows.get(contact_id) if contact_id else None
    live = link if link and link.live else None
    hubspot_id = seen.hubspot_id if seen else (live.hubspot_id if live else None)
    case = Case(contact_id, hubspot_id, link, row, seen, Plan(Action.NOTHING))
    if row and row.merged and not live and not (seen and seen.contact):
        # It lives on in another contact: nothing is made of its own row.
        return case
    if live and seen is None:
        case.problem = "HubSpot was not asked about it"
        return case
    if link and seen and link.read_at > seen.read_at:
        case.stale = True
        return case
    if seen and seen.contact:
        case.remote = seen.values or remote_values(seen.contact, session.mapping)
        case.remote_hash = seen.hash or digest(case.remote, session.mapping)
        if live and _doubtful(session, live, case.remote):
            case.stale = True
            return case
    if seen and not seen.contact and not live and not (seen.erased and row and not row.erased):
        return case
    if seen and seen.plan_if_new and contact_id is None:
        case.plan = seen.plan_if_new
        return case
    local = _local_record(
        session.mapping, row, found.times.get(row.id, {}) if row else {}, known=contact_id is not None
    )
    remote = _remote_record(seen, case.remote, session.mapping)
    if live and local and remote:
        local, remote = _without_old_trouble(live, row, local, remote)
        if local.deleted and seen and seen.contact and seen.hubspot_id in ours.made:
            remote = replace(remote, told=remote.told | _given_at_birth(seen.contact, session.mapping))
        if local.deleted and seen:
            # What was sent, and what was there when it was to be archived, is no edit.
            for known in (ours.sent, ours.archived):
                remote = replace(remote, told=remote.told | _held_as(case.remote, known.get(seen.hubspot_id, {})))
    if live:
        # Who was restored in LoanArk while it was being archived there was deleted by nobody in HubSpot.
        back = remote and remote.deleted and local and not local.deleted and live.hubspot_id in ours.archived
        agreed: dict[str, str] = {} if back else live.base
        case.plan = plan_linked(agreed, live.read_at, local, remote, session.mapping, session.policies)
        return case
    sent = found.sent_in_creates.get(contact_id) if contact_id else None
    base = _base_of_unfinished_create(case, sent, session.mapping, timed=found.timed)
    policies = _policies(session, case)
    if sent and base is None:
        case.agreed = _held_as_sent(case.remote, sent)
        case.plan = _plan_met_again(case.agreed, local, remote, session.mapping, policies)
    else:
        case.plan = planner.plan(base, local, remote, session.mapping, policies)
    return case


def _held_as_sent(remote: Mapping[str, Value | Unreadable], sent: Values) -> dict[str, str]:
    same = {name: remote[name] for name in _held_as(remote, sent)}
    return {name: value.canonical for name, value in same.items() if isinstance(value, Value) and value.canonical}


def _plan_met_again(
    agreed: Mapping[str, str], local: Record | None, remote: Record | None, mapping: FieldMapping, policies: Policies
) -> Plan:
    """LoanArk made the HubSpot contact and never heard so. What HubSpot holds as sent is agreed on: what is blank or
    different in LoanArk by now was edited there since. The rest meets for the first time."""
    rest = mapping.only({rule.field for rule in mapping.rules} - agreed.keys())
    met = planner.plan(None, local, remote, rest, policies)
    if met.action is not Action.MATCH:
        return planner.plan(None, local, remote, mapping, policies)
    since = planner.plan(agreed, local, remote, mapping.only(agreed.keys()), policies)
    return replace(met, operations=(*since.operations, *met.operations))


def _without_old_trouble(live: LinkRow, row: LocalRow | None, local: Record, remote: Record) -> tuple[Record, Record]:
    """What HubSpot refused before, and what was unreadable there before, is no edit that would outlive a deletion."""
    if remote.deleted and row and not local.deleted:
        refused = sql.rows(
            """SELECT field, value FROM contact_rejections WHERE contact_id = %s AND side = 'hubspot' AND field <> ''
               AND resolved_at IS NULL""",
            [row.id],
        )
        same = {one["field"] for one in refused if one["value"] == raw_text(row.columns.get(one["field"]))}
        return replace(local, told=frozenset(same)), remote
    if local.deleted and not remote.deleted:
        unreadable = {name: value.raw for name, value in remote.values.items() if isinstance(value, Unreadable)}
        same = {name for name, text in unreadable.items() if live.remote.get(name) == text}
        return local, replace(remote, told=frozenset(same))
    return local, remote


def _given_at_birth(contact: Contact, mapping: FieldMapping) -> set[str]:
    """What HubSpot gave a contact by itself when it was made: by our hand and in that second. No edit."""
    first = [revisions[-1] for revisions in contact.history.values() if revisions]
    birth = min(first, key=lambda revision: revision.at, default=None)
    return {
        rule.field
        for rule in mapping.rules
        if birth and len(revisions := contact.history.get(rule.property_name, ())) == 1
        if (revisions[0].source, revisions[0].source_id) == (birth.source, birth.source_id)
        if revisions[0].at - birth.at < timedelta(seconds=1)
    }


def _held_as(remote: Mapping[str, Value | Unreadable], known: Values) -> set[str]:
    """The fields that HubSpot holds as LoanArk sent them, though it may not have heard so, or as it knew them."""
    return {
        name for name, value in remote.items() if isinstance(value, Value) and value.canonical in known.get(name, ())
    }


def _doubtful(session: Session, live: LinkRow, remote: Mapping[str, Value | Unreadable]) -> bool:
    """Whether a value is gone in HubSpot and nobody has asked yet whether its property is.

    HubSpot answers an archived property as it answers a blank. Only a blank of a property that was there afterwards is
    an edit; else an administrator who tidies up in HubSpot would clear a field of every contact.
    """
    if live.hubspot_id in session.vouched:
        return False
    # A blank that was looked at before was asked about then.
    gone = any(value.raw is None and name in live.base and name in live.remote for name, value in remote.items())
    if gone:
        session.doubted.add(live.hubspot_id)
        session.schema_doubtful = True
    return gone


def _policies(session: Session, case: Case) -> Policies:
    """Where LoanArk made the HubSpot contact and only lost the answer, they do not meet for the first time: LoanArk's
    values are the ones to keep, and what differs in HubSpot is written down as a conflict."""
    if case.seen and case.contact_id and _bears(case.seen, case.contact_id):
        return replace(session.policies, first_match=Side.LOANARK)
    return session.policies


def _base_of_unfinished_create(
    case: Case, sent: Values | None, mapping: FieldMapping, *, timed: bool
) -> dict[str, str] | None:
    """LoanArk made this HubSpot contact, but died before it could link it; meanwhile the LoanArk contact was deleted.

    What HubSpot holds is then what both agreed on: the deletion follows, and nobody is brought back from the dead. But
    for what somebody typed there since: its history tells that from what HubSpot gave the contact by itself.
    """
    if not (case.local and case.local.deleted and case.seen and case.seen.contact and case.contact_id):
        return None
    if case.link or not _bears(case.seen, case.contact_id):
        return None
    base = {
        name: value.canonical for name, value in case.remote.items() if isinstance(value, Value) and value.canonical
    }
    if sent is None:
        return base
    ours = _held_as(case.remote, sent)
    if timed:
        ours |= _given_at_birth(case.seen.contact, mapping)
        return {name: canonical for name, canonical in base.items() if name in ours}
    case.untimed = not base.keys() <= ours
    return base


def _local_record(
    mapping: FieldMapping, row: LocalRow | None, times: Mapping[str, datetime], *, known: bool
) -> Record | None:
    if row is None:
        return Record(deleted=True) if known else None
    if row.deleted:
        return Record(deleted=True)
    return Record(local_values(row.columns, mapping), changed_at=times)


def _remote_record(seen: Seen | None, values: Mapping[str, Value | Unreadable], mapping: FieldMapping) -> Record | None:
    if seen is None:
        return None
    if seen.contact is None:
        return Record(deleted=True, erased=seen.erased)
    history = seen.contact.history
    times = {
        rule.field: revisions[0].at
        for rule in (newest_rules(mapping) if history else ())
        if (revisions := history.get(rule.property_name))
    }
    return Record(values, changed_at=times)


def newest_rules(mapping: FieldMapping) -> list[FieldRule]:
    """The fields of which the newer value wins."""
    return [rule for rule in mapping.rules if rule.policy is Policy.NEWEST]


def changed_here(contact_ids: Sequence[UUID], names: Sequence[str]) -> dict[UUID, dict[str, datetime]]:
    """When fields of contacts were last changed in LoanArk."""
    found: dict[UUID, dict[str, datetime]] = {}
    if not contact_ids or not names:
        return found
    rows = sql.rows(
        """SELECT c.contact_id, name, max(c.at) AS at
           FROM contact_changes c, unnest(%s::text[]) AS name
           WHERE c.contact_id = ANY(%s::uuid[]) AND (c.before ? name OR c.after ? name) GROUP BY 1, 2""",
        [sql.texts(names), sql.texts(contact_ids)],
    )
    for row in rows:
        found.setdefault(row["contact_id"], {})[row["name"]] = row["at"]
    return found


@dataclass(frozen=True, slots=True)
class Links:
    """Links by either end; a live one is preferred to any closed one, and a later closed one to an earlier."""

    by_hubspot: dict[str, LinkRow]
    by_contact: dict[UUID, LinkRow]


_LINK_COLUMNS = """id, contact_id, hubspot_id, state = 'live' AS live, base, remote, remote_hash, local_version,
    generation, read_at"""
_LIVE_CONTACTS = "contact_id = ANY(%s::uuid[]) AND state = 'live'"


def _links(hubspot_ids: Sequence[str], contact_ids: Collection[UUID]) -> Links:
    """One small query an index: a single one with OR or UNION reads whole tables before they are first analyzed."""
    live = _link_rows("hubspot_id = ANY(%s::text[]) AND state = 'live'", hubspot_ids)
    closed = _link_rows("hubspot_id = ANY(%s::text[]) AND state = 'closed'", hubspot_ids)
    others = {*contact_ids, *(row.contact_id for row in closed)} - {row.contact_id for row in live}
    rows = [*closed, *live, *_link_rows(_LIVE_CONTACTS, others)]
    return Links({row.hubspot_id: row for row in rows}, {row.contact_id: row for row in rows if row.live})


def _link_rows(condition: str, ids: Collection[str] | Collection[UUID]) -> list[LinkRow]:
    if not ids:
        return []
    found = sql.rows(f"SELECT {_LINK_COLUMNS} FROM contact_links WHERE {condition} ORDER BY id", [sql.texts(ids)])
    return [
        LinkRow(**{**row, "base": orjson.loads(row["base"]), "remote": orjson.loads(row["remote"])}) for row in found
    ]


def holders(hubspot_ids: Sequence[str]) -> dict[str, UUID]:
    """The LoanArk contacts that are linked to these."""
    found = sql.rows(
        "SELECT hubspot_id, contact_id FROM contact_links WHERE hubspot_id = ANY(%s) AND state = 'live'",
        [list(hubspot_ids)],
    )
    return {row["hubspot_id"]: row["contact_id"] for row in found}


_DELETED = """CASE WHEN merged_into IS NULL THEN deleted_at IS NOT NULL ELSE contact_is_gone(tenant_id, id) END"""
#: The members are walked only where there are any.
_HEIRS = """CASE WHEN EXISTS (SELECT FROM contacts m WHERE m.tenant_id = c.tenant_id AND m.merged_into = c.id)
    THEN ARRAY (SELECT h.hubspot_id FROM contact_members(c.tenant_id, c.id) AS m JOIN contact_links h
                ON h.tenant_id = c.tenant_id AND h.contact_id = m AND h.state = 'live') ELSE '{}' END"""
#: Each subquery is asked once a statement: there are few such rows, and an index of their own finds them.
_ERASED = """(c.id IN (SELECT contact_id FROM erasures) OR c.id::text IN (
    SELECT record_id FROM contact_tombstones WHERE side = 'loanark' AND erased_at IS NOT NULL))"""


def _lock(contact_ids: Sequence[UUID]) -> dict[UUID, LocalRow]:
    if not contact_ids:
        return {}
    found = sql.rows(
        f"""SELECT id, version, {_DELETED} AS deleted, {_ERASED} AS erased, merged_into IS NOT NULL AS merged,
                   {_HEIRS} AS heirs, custom, {", ".join(NAMES)}
            FROM contacts c WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE""",
        [sql.texts({*contact_ids, *_survivors(contact_ids)})],
    )
    return {
        row["id"]: LocalRow(
            row["id"], row["version"], row["deleted"], row["erased"], row["merged"], row["heirs"], _columns(row)
        )
        for row in found
    }


def _survivors(contact_ids: Sequence[UUID]) -> list[UUID]:
    """Who lives on for those of these that are merged: a change of one may change the other."""
    found = sql.rows(
        "SELECT merged_into FROM contacts WHERE id = ANY(%s::uuid[]) AND merged_into IS NOT NULL",
        [sql.texts(contact_ids)],
    )
    return [row["merged_into"] for row in found]


class _Columns(dict[str, Any]):
    """What no contact holds yet is blank: a custom field is an entry only where it has a value."""

    def __missing__(self, name: str) -> None:
        return None


def _columns(row: sql.Row) -> _Columns:
    columns = _Columns({name: row[name] for name in NAMES})
    if row["custom"] != "{}":
        columns.update(orjson.loads(row["custom"]))
    return columns


def _matches(session: Session, seen: Sequence[Seen]) -> dict[str, UUID]:
    """LoanArk contacts that are the same person as a HubSpot contact nobody linked yet.

    First by the id LoanArk left in HubSpot; then by e-mail, when exactly one unlinked contact has it.
    """
    if not seen:
        return {}
    by_key = {one.hubspot_id: key for one in seen if (key := _key_of(one))}
    by_email = {one.hubspot_id: email for one in seen if (email := _email_of(one))}
    found: list[sql.Row] = []
    if by_key:
        found = sql.rows(
            f"SELECT id, NULL AS email FROM contacts c WHERE id = ANY(%s::uuid[]) AND NOT {_ERASED}",
            [sql.texts(by_key.values())],
        )
    found += sql.rows(
        "SELECT id, email_key AS email FROM contacts WHERE email_key = ANY(%s::text[]) AND deleted_at IS NULL",
        [sql.texts(by_email.values())],
    )
    linked = {row.contact_id for row in _link_rows(_LIVE_CONTACTS, {row["id"] for row in found})}
    found = [{"id": str(row["id"]), "email": row["email"]} for row in found if row["id"] not in linked]
    ids = {row["id"] for row in found}
    matched = {hubspot_id: UUID(key) for hubspot_id, key in by_key.items() if key in ids}
    for hubspot_id, email in by_email.items():
        same = [row["id"] for row in found if row["email"] == email]
        if hubspot_id not in matched and len(same) == 1 and hubspot_id not in by_key:
            matched[hubspot_id] = UUID(same[0])
    return matched


def _key_of(one: Seen) -> str | None:
    """The LoanArk id a HubSpot contact carries; whatever else somebody typed there is none."""
    text = one.contact.properties.get(KEY_PROPERTY) if one.contact else None
    try:
        return str(UUID(text)) if text else None
    except ValueError:
        return None


def _bears(one: Seen, contact_id: UUID) -> bool:
    """Whether a HubSpot contact was made by LoanArk for this contact of its own."""
    return _key_of(one) == str(contact_id)


def _email_of(one: Seen) -> str | None:
    email = one.contact.properties.get("email") if one.contact else None
    return email.strip().lower() if email else None
