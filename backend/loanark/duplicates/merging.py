"""Merging contacts, and taking that back.

A merge overwrites nothing. The contact that is merged into another one keeps its row, hidden, and while it has a
HubSpot contact of its own it goes on syncing with it. The one that lives on becomes the golden record: whenever a
member changes it is computed anew from what each of them holds. So undoing is showing the other one again, and
computing once more.

Call everything here inside a tenant's scope; contacts are locked in the order of their ids, as everywhere.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from loanark.connections.actions import notify, wake_workers
from loanark.contacts.actions import EDIT_LANE, leave_hints, put
from loanark.core.duplicates.survivorship import Entry, Member, Origin, Survivor, golden
from loanark.core.mapping import Side
from loanark.duplicates import proposals, settings
from loanark.duplicates.proposals import HUBSPOT
from loanark.kit import clock, sql
from loanark.kit.errors import NotFound, Stale

#: What becomes of the two HubSpot contacts of a merge (`models.Merge.hubspot`).
WAITING, NONE, AT_IT = "waiting", "none", "sending"


@dataclass(frozen=True, slots=True)
class Row:
    """A contact as it is stored. Without an id it is in HubSpot only, and what LoanArk saw of it there."""

    id: UUID | None
    texts: Mapping[str, str]
    hubspot_id: str | None
    deleted: bool = False
    merged_into: UUID | None = None
    erased: bool = False

    @property
    def key(self) -> str:
        """How it is named among others."""
        return str(self.id) if self.id else f"{HUBSPOT}{self.hubspot_id}"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why two contacts are merged: who says so, and what spoke for it."""

    #: person | automatic | hubspot
    how: str
    by: str
    posterior: float | None = None
    parts: Mapping[str, float] | None = None
    #: Nobody looked at this very pair.
    unseen: bool = False


def locked(contact_ids: Collection[UUID]) -> dict[UUID, Row]:
    """These contacts as they are now, kept from changing. Those that are not there are left out."""
    sql.execute(
        "SELECT FROM contacts WHERE id = ANY(%s::uuid[]) ORDER BY id FOR NO KEY UPDATE", [sql.texts(contact_ids)]
    )
    return read(contact_ids)


def read(contact_ids: Collection[UUID]) -> dict[UUID, Row]:
    """The same without keeping them."""
    found = sql.rows(
        """SELECT c.id, c.deleted_at IS NOT NULL AS deleted, c.merged_into,
                  (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each_text(contact_fields(c)))::text
                  AS texts,
                  EXISTS (SELECT FROM erasures e WHERE e.contact_id = c.id)
                  OR EXISTS (SELECT FROM contact_tombstones t WHERE t.side = 'loanark' AND t.record_id = c.id::text
                             AND t.erased_at IS NOT NULL) AS erased,
                  (SELECT hubspot_id FROM contact_links l WHERE l.contact_id = c.id AND l.state = 'live') AS hubspot_id
           FROM contacts c WHERE c.id = ANY(%s::uuid[])""",
        [sql.texts(contact_ids)],
    )
    return {row["id"]: Row(**{**row, "texts": orjson.loads(row["texts"])}) for row in found}


def absorb(survivor: UUID, other: UUID, grounds: Grounds, *, chosen: Mapping[str, str] | None = None) -> int:
    """Merges `other` into `survivor`, and answers with the merge's id.

    `chosen`: whose value a person wants, by field. Raises: NotFound; Stale where one of them cannot be merged any more.
    """
    rows = locked([survivor, other])
    refuse_unfit([survivor, other], rows)
    first, second = rows[survivor], rows[other]
    if second.hubspot_id and not first.hubspot_id:
        # One person has one HubSpot contact: it comes along.
        _pass_on({other: survivor})
    both = bool(first.hubspot_id and second.hubspot_id)
    merge_id = sql.scalar(
        """INSERT INTO duplicate_merges (contact_id, other_contact_id, how, by, unseen, posterior, parts, chosen,
                                         hubspot, hubspot_due_at, hubspot_id, other_hubspot_id)
           VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb, %s, %s, %s, %s) RETURNING id""",
        [
            survivor,
            other,
            grounds.how,
            grounds.by,
            grounds.unseen,
            grounds.posterior,
            _json(grounds.parts or {}),
            _json(chosen or {}),
            WAITING if both else NONE,
            _when_hubspot_follows() if both else None,
            first.hubspot_id,
            second.hubspot_id if both else None,
        ],
    )
    sql.execute(
        """INSERT INTO golden_records (contact_id, own, golden) VALUES (%s, %s::jsonb, %s::jsonb)
           ON CONFLICT (tenant_id, contact_id) DO NOTHING""",
        [survivor, _json(first.texts), _json(first.texts)],
    )
    with _as_merge(f"merged into {survivor}"):
        sql.execute(
            "UPDATE contacts SET merged_into = %s, deleted_at = clock_timestamp() WHERE id = %s", [survivor, other]
        )
    proposals.settle_pair(survivor, other, "merged", by=grounds.by)
    sql.execute(
        """UPDATE contact_rejections SET resolved_at = now()
           WHERE contact_id = %s AND field = '' AND resolved_at IS NULL""",
        [other],
    )
    recompute(survivor)
    _look_again([survivor, other])
    return int(merge_id)


def refuse_unfit(contact_ids: Sequence[UUID], rows: Mapping[UUID, Row]) -> None:
    """Raises: NotFound; Stale, where one of these can be merged with nobody."""
    if len(set(contact_ids)) < len(contact_ids):
        raise Stale("A contact cannot be merged with itself. Nothing was changed.")
    for contact_id in contact_ids:
        row = rows.get(contact_id)
        if row is None:
            raise NotFound("There is no such contact in this organisation. Nothing was changed.")
        if row.erased:
            raise Stale("One of them is being erased for privacy, or was. Nothing was changed.")
        if row.merged_into:
            raise Stale("One of them was merged into another contact meanwhile. Look again; nothing was changed.")
        if row.deleted:
            raise Stale("One of them is deleted. Restore it first; nothing was changed.")


def part(merge_id: int, *, by: str) -> None:
    """Takes a merge back: the other contact is there again as it was, and the golden record is computed without it.

    Raises: NotFound; Stale while HubSpot is at it.
    """
    merge = sql.first(
        "SELECT contact_id, other_contact_id, state, hubspot FROM duplicate_merges WHERE id = %s", [merge_id]
    )
    if merge is None:
        raise NotFound("There is no such merge in this organisation.")
    survivor, other = merge["contact_id"], merge["other_contact_id"]
    rows = locked([survivor, other])
    merge = sql.first("SELECT state, hubspot FROM duplicate_merges WHERE id = %s FOR NO KEY UPDATE", [merge_id])
    if merge is None or other not in rows or rows[other].erased:
        raise Stale("One of the two was erased: there is nothing to bring back. Nothing was changed.")
    if merge["state"] == "undone":
        return
    if merge["hubspot"] == AT_IT:
        raise Stale("HubSpot is merging the two at this moment. Try again in a minute; nothing was changed.")
    _end(merge_id, by)
    with _as_merge("the merge was taken back", cause="undo"):
        sql.execute("UPDATE contacts SET merged_into = NULL, deleted_at = NULL WHERE id = %s", [other])
    proposals.settle_pair(survivor, other, "rejected", by=by)
    if survivor in rows:
        recompute(survivor)
    _look_again([survivor, other])


def released(contact_ids: Collection[UUID]) -> None:
    """These came back to life by themselves (an edit in HubSpot outlived a deletion): their merges are over."""
    found = sql.rows(
        """SELECT m.id, m.contact_id FROM duplicate_merges m
           JOIN contacts c ON c.tenant_id = m.tenant_id AND c.id = m.other_contact_id
           WHERE m.state = 'live' AND m.other_contact_id = ANY(%s::uuid[]) AND c.merged_into IS NULL ORDER BY m.id""",
        [sql.texts(contact_ids)],
    )
    for row in found:
        _end(row["id"], "an edit in HubSpot")
        recompute(row["contact_id"])


def without(contact_ids: Collection[UUID]) -> None:
    """These are about to be erased: nothing of them stays in the records of those they were merged into."""
    found = sql.rows(
        "SELECT id, contact_id FROM duplicate_merges WHERE state = 'live' AND other_contact_id = ANY(%s::uuid[])",
        [sql.texts(contact_ids)],
    )
    for row in found:
        _end(row["id"], "an erasure")
        recompute(row["contact_id"])


def recompute(contact_id: UUID) -> None:
    """Computes the golden record of a contact anew, and of whoever that one is merged into."""
    record = sql.first(
        """SELECT own::text AS own, golden::text AS golden, edited::text AS edited FROM golden_records
           WHERE contact_id = %s FOR NO KEY UPDATE""",
        [contact_id],
    )
    row = locked([contact_id]).get(contact_id)
    if row is None:
        return
    if record is not None:
        _compute(contact_id, row, *(orjson.loads(record[name]) for name in ("own", "golden", "edited")))
    if row.merged_into:
        recompute(row.merged_into)


def _compute(id: UUID, row: Row, own: dict[str, str], computed: Mapping[str, str], edited: dict[str, str]) -> None:
    members = _members(id)
    known = _histories([id, *members])
    for name in {*row.texts, *computed}:
        if row.texts.get(name) != computed.get(name):
            # Somebody edited it since: that is the contact's own from now on.
            _enter(own, name, row.texts.get(name))
            edited[name] = (_at(known, id, name, row.texts.get(name)) or clock.now()).isoformat()
    lives_on = Member(row.key, _entries(id, own, known), {name: _moment(at) for name, at in edited.items()})
    others = [Member(one.key, _entries(other, one.texts, known)) for other, one in members.items()]
    everyone = [lives_on, *others]
    survivors = golden(everyone, settings.load().rules, _chosen(id, everyone)) if others else {}
    target = {name: one.text for name, one in survivors.items()} if others else dict(own)
    changed = {name: target.get(name) for name in {*row.texts, *target} if row.texts.get(name) != target.get(name)}
    if changed:
        with _as_merge("computed from the contacts that were merged"):
            put(id, changed)
        _look_again([id])
    if not others:
        sql.execute("DELETE FROM golden_records WHERE contact_id = %s", [id])
        return
    stored = read([id])[id].texts
    sql.execute(
        "UPDATE golden_records SET own = %s::jsonb, golden = %s::jsonb, edited = %s::jsonb WHERE contact_id = %s",
        [_json(own), _json(stored), _json(edited), id],
    )


def foresee(rows: Sequence[Row], chosen: Mapping[str, str]) -> dict[str, Survivor]:
    """The golden record that merging would make of these, the one that lives on first. Nothing is written."""
    known = _histories([row.id for row in rows if row.id])
    members = [Member(row.key, _entries(row.id, row.texts, known)) for row in rows]
    return golden(members, settings.load().rules, chosen)


def holders(row: Row) -> dict[str, str]:
    """Whose value each value of a contact is: its own, or of one it lives on for; by field."""
    own = sql.scalar("SELECT own::text FROM golden_records WHERE contact_id = %s", [row.id])
    mine: dict[str, str] = orjson.loads(own) if own else dict(row.texts)
    members = _members(row.id) if row.id and own else {}

    def holder(name: str, text: str) -> str:
        others = (one.key for one in members.values() if one.texts.get(name) == text)
        return row.key if mine.get(name) == text else next(others, row.key)

    return {name: holder(name, text) for name, text in row.texts.items()}


def survivor_of(rows: Sequence[Row]) -> tuple[Row, str | None]:
    """Who should live on: the one that HubSpot has, the one that holds most, the older. And why it can be no other."""
    ours = [row for row in rows if row.id]
    linked = [row for row in ours if row.hubspot_id]
    best = min(linked or ours, key=lambda row: (-len(row.texts), row.key))
    if len(linked) == 1 and len(ours) > 1:
        return best, "Of those in LoanArk only this one is in HubSpot."
    return best, "The other one is not in LoanArk yet." if len(ours) == 1 else None


def root_of(contact_id: UUID) -> UUID | None:
    """Who lives on for a contact: itself, where it is merged into nobody. None: there is no such contact."""
    root = sql.scalar("SELECT contact_root(tenant_id, id) FROM contacts WHERE id = %s", [contact_id])
    return UUID(str(root)) if root else None


def heirs(contact_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Of contacts that live on without a HubSpot contact: a member that still has one."""
    found = sql.rows(
        """SELECT DISTINCT ON (c.id) c.id AS root, l.contact_id AS id FROM contacts c
           CROSS JOIN LATERAL contact_members(c.tenant_id, c.id) AS m
           JOIN contact_links l ON l.tenant_id = c.tenant_id AND l.contact_id = m AND l.state = 'live'
           WHERE c.id = ANY(%s::uuid[])
           AND NOT EXISTS (SELECT FROM contact_links o WHERE o.contact_id = c.id AND o.state = 'live')
           ORDER BY c.id, l.id""",
        [sql.texts(contact_ids)],
    )
    return {row["root"]: row["id"] for row in found}


def inherit(contact_ids: Collection[UUID]) -> None:
    """Who lives on and has lost its HubSpot contact takes over that of a member."""
    found = heirs(contact_ids)
    _pass_on({other: survivor for survivor, other in found.items()})
    _look_again(list(found))


def expect(contact_ids: Collection[UUID]) -> None:
    """Merged contacts that were found in HubSpot (again): HubSpot merges them too, after the usual wait."""
    sql.execute(
        """UPDATE duplicate_merges m SET hubspot = 'waiting', hubspot_due_at = %s, hubspot_id = l.hubspot_id,
                  other_hubspot_id = o.hubspot_id
           FROM contact_links l, contact_links o
           WHERE m.state = 'live' AND m.hubspot IN ('none', 'done') AND m.other_contact_id = ANY(%s::uuid[])
           AND l.tenant_id = m.tenant_id AND l.contact_id = contact_root(m.tenant_id, m.contact_id) AND l.state = 'live'
           AND o.tenant_id = m.tenant_id AND o.contact_id = m.other_contact_id AND o.state = 'live'""",
        [_when_hubspot_follows(), sql.texts(contact_ids)],
    )


def _when_hubspot_follows() -> datetime | None:
    """None: when a person says so."""
    wait = settings.load().hubspot_wait_hours
    return None if wait is None else clock.now() + timedelta(hours=wait)


def _pass_on(links: Mapping[UUID, UUID]) -> None:
    """The HubSpot contact of one contact becomes that of another; with it what both sides agreed on."""
    for other, survivor in links.items():
        sql.execute(
            """UPDATE contact_links SET contact_id = %s, local_version = 0, generation = generation + 1
               WHERE contact_id = %s AND state = 'live'""",
            [survivor, other],
        )
        sql.execute(
            """UPDATE duplicate_merges SET hubspot = 'none', hubspot_due_at = NULL
               WHERE state = 'live' AND other_contact_id = %s AND hubspot <> 'done'""",
            [other],
        )


def _members(contact_id: UUID) -> dict[UUID, Row]:
    """The contacts that are merged into this one, the earlier merge first."""
    found = sql.rows(
        "SELECT other_contact_id AS id FROM duplicate_merges WHERE contact_id = %s AND state = 'live' ORDER BY id",
        [contact_id],
    )
    rows = read([row["id"] for row in found])
    return {row["id"]: rows[row["id"]] for row in found if row["id"] in rows}


def _chosen(contact_id: UUID, members: Sequence[Member]) -> dict[str, str]:
    """What was chosen at the merges into this contact; a later choice counts. A person may choose a blank; that HubSpot
    kept a value chooses none."""
    chosen: dict[str, str] = {}
    held = {(one.key, name) for one in members for name in one.entries}
    for row in sql.rows(
        "SELECT how, chosen::text AS chosen FROM duplicate_merges WHERE contact_id = %s AND state = 'live' ORDER BY id",
        [contact_id],
    ):
        choice = orjson.loads(row["chosen"]).items()
        chosen |= {name: key for name, key in choice if row["how"] != "hubspot" or (key, name) in held}
    return chosen


#: By contact, field and text.
_Histories = Mapping[tuple[UUID, str, str | None], tuple[Origin, datetime]]

#: Causes by which a person set a value; by `sql` a program did, such as the loan system.
_BY_PEOPLE = ("user", "conflict", "undo")


def _histories(contact_ids: Collection[UUID]) -> _Histories:
    """Who last gave each value to each field of contacts, and when; merges, which only carry values, left aside.

    By value: what was typed and is gone again says nothing of the age of what is held now."""
    found = sql.rows(
        """SELECT DISTINCT ON (h.contact_id, name, h.after->>name) h.contact_id, name, h.after->>name AS text, h.cause,
                  h.side, h.at
           FROM contact_changes h, LATERAL (SELECT jsonb_object_keys(h.before || h.after) AS name) n
           WHERE h.contact_id = ANY(%s::uuid[]) AND h.cause <> 'merge' AND h.op <> 'deleted'
           ORDER BY h.contact_id, name, h.after->>name, h.id DESC""",
        [sql.texts(contact_ids)],
    )
    return {
        (row["contact_id"], row["name"], row["text"]): (_origin(row["cause"], row["side"]), row["at"]) for row in found
    }


def _origin(cause: str, side: str) -> Origin:
    if cause in _BY_PEOPLE and side == Side.LOANARK.value:
        return Origin.PERSON
    return Origin.HUBSPOT if side == Side.HUBSPOT.value else Origin.LOAN_SYSTEM


def _at(known: _Histories, contact_id: UUID, name: str, text: str | None) -> datetime | None:
    found = known.get((contact_id, name, text))
    return found[1] if found else None


def _entries(contact_id: UUID | None, texts: Mapping[str, str], known: _Histories) -> dict[str, Entry]:
    unknown = (Origin.HUBSPOT, None)
    return {
        name: Entry(text, *(known.get((contact_id, name, text), unknown) if contact_id else unknown))
        for name, text in texts.items()
    }


def _enter(texts: dict[str, str], name: str, text: str | None) -> None:
    if text is None:
        texts.pop(name, None)
    else:
        texts[name] = text


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _end(merge_id: int, by: str) -> None:
    sql.execute(
        "UPDATE duplicate_merges SET state = 'undone', undone_at = clock_timestamp(), undone_by = %s WHERE id = %s",
        [by, merge_id],
    )


def _as_merge(reason: str, *, cause: str = "merge") -> AbstractContextManager[None]:
    """Within, the history says that a merge changed contacts."""
    return sql.marked({"loanark.cause": cause, "loanark.side": Side.LOANARK.value, "loanark.reason": reason})


def _look_again(contact_ids: Collection[UUID]) -> None:
    """Has the sync look at these, also where its own transaction changed them, and the screens ask again."""
    if not contact_ids:
        return
    leave_hints(Side.LOANARK, contact_ids, source="merged", lane=EDIT_LANE)
    tenant: Any = sql.scalar("SELECT current_setting('loanark.tenant_id', true)")
    wake_workers(tenant)
    notify(tenant, "duplicates")
    notify(tenant, "contacts")


def _json(value: object) -> str:
    return orjson.dumps(value, default=str).decode()
