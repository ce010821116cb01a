"""Writing proposals: what was found is proposed, what does not hold any more is gone, and what people decided stays.

Call inside a tenant's scope, after `take_turn`. A contact is named by its id as a text, or by `hubspot:` and its
HubSpot id where LoanArk has not let it in.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import orjson
from django.db import connection

from loanark.connections.actions import notify, wake_workers
from loanark.contacts.actions import EDIT_LANE, leave_hints
from loanark.core.duplicates import groups
from loanark.core.duplicates.person import Person
from loanark.core.duplicates.score import Score, kind
from loanark.core.mapping import Side
from loanark.duplicates import book
from loanark.duplicates.people import Sources, sources
from loanark.kit import sql

HUBSPOT = "hubspot:"

#: The one of lower id, and the other one; or the one in LoanArk, and the stranger.
Ends = tuple[str, str]

#: Kind of what HubSpot itself says: no score takes it back.
SAID_BY_HUBSPOT = "hubspot"

#: A proposal is not written anew where only so little changed, as a book's size does with each contact.
_SAME = 0.01

#: Number of the lock under which one transaction at a time looks for duplicates in an organisation.
_TURN = 7_160_002


@dataclass(frozen=True, slots=True)
class Known:
    """A proposal that is there already, however it was decided."""

    id: int
    ends: Ends
    state: str
    posterior: float
    certain: bool
    kind: str
    group_id: int
    #: Of a stranger.
    values: dict[str, str] | None


@dataclass(frozen=True, slots=True)
class Settled:
    """The proposals that are open now, and whether any were opened or let go."""

    open: dict[Ends, int]
    changed: bool


def take_turn(contacts: Iterable[str] = ()) -> UUID:
    """Waits for whoever looks for duplicates in this organisation just now, until the transaction ends: of two who look
    at once each would miss what the other one writes. Whoever locks contacts or proposals as well locks these first.
    Returns the organisation.

    `contacts`, who are looked at, wait no longer for it; but those whom somebody is changing just now wait on, since
    what is changed shows only afterwards.
    """
    found = sql.scalar(
        """WITH turn AS MATERIALIZED (
               SELECT tenant, pg_advisory_xact_lock(%s, hashtext(tenant))
               FROM (SELECT current_setting('loanark.tenant_id') AS tenant) AS here),
           freed AS (
               DELETE FROM duplicate_waiting WHERE contact_id IN (
                   SELECT contact_id FROM duplicate_waiting WHERE contact_id = ANY(%s::uuid[])
                   FOR NO KEY UPDATE SKIP LOCKED))
           SELECT tenant FROM turn""",
        [_TURN, sql.texts(contacts)],
    )
    return UUID(found)


def ends(one: str, other: str) -> Ends:
    """The two in their order."""
    if other.startswith(HUBSPOT) or (one < other and not one.startswith(HUBSPOT)):
        return one, other
    return other, one


_ENDS = "p.contact_id::text, coalesce(p.other_contact_id::text, 'hubspot:' || p.other_hubspot_id)"
_KNOWN = f"""SELECT p.id, {_ENDS}, p.state, p.posterior, p.certain, p.kind, p.group_id, p.other_values::text
    FROM duplicate_proposals p WHERE """


def known(contacts: Iterable[str]) -> list[Known]:
    """Every proposal about one of these contacts."""
    ids = sql.texts(contacts)
    return _read(f"{_KNOWN} p.contact_id = ANY(%s::uuid[]) OR p.other_contact_id = ANY(%s::uuid[])", [ids, ids])


def known_of_strangers(hubspot_ids: Iterable[str]) -> list[Known]:
    """Every proposal about one of these strangers."""
    return _read(f"{_KNOWN} p.other_hubspot_id = ANY(%s::text[])", [sql.texts(hubspot_ids)])


def known_from(after: str, last: str) -> list[Known]:
    """Every proposal of two contacts of which the one of lower id is after `after` and not after `last`."""
    return _read(
        f"""{_KNOWN} p.contact_id > %s::uuid AND p.contact_id <= %s::uuid AND p.other_contact_id IS NOT NULL""",
        [after, last],
    )


def known_of_nobody() -> list[Known]:
    """Open proposals about contacts that were deleted or merged."""
    dead = "NOT EXISTS (SELECT FROM contacts c WHERE c.id = {} AND c.deleted_at IS NULL AND c.merged_into IS NULL)"
    other = f"p.other_contact_id IS NOT NULL AND {dead.format('p.other_contact_id')}"
    return _read(f"{_KNOWN} p.state = 'open' AND ({dead.format('p.contact_id')} OR {other})", [])


def _read(query: str, params: list[str]) -> list[Known]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [
            Known(id, (one, other), state, posterior, certain, kind, group_id, orjson.loads(values) if values else None)
            for id, one, other, state, posterior, certain, kind, group_id, values in cursor.fetchall()
        ]


def settle(
    found: Mapping[Ends, Score],
    before: Iterable[Known],
    sources: Sources,
    *,
    strangers: Mapping[str, Mapping[str, str]] | None = None,
    people: Mapping[str, Person] | None = None,
    about: Collection[Known] | None = None,
) -> Settled:
    """Proposes what was found, unless people decided it, and lets go of those of `before` that were not found again.

    `strangers`: values of those of whom something was found, by HubSpot id.
    `people`: those at hand, so that they are not read again; `about`: every proposal about any of them, where at hand.
    """
    by_ends = {one.ends: one for one in before}
    fresh = {pair: score for pair, score in found.items() if pair not in by_ends}
    again = [(one, found[pair]) for pair, one in by_ends.items() if pair in found and one.state in ("open", "gone")]
    gone = [one for pair, one in by_ends.items() if pair not in found and one.state == "open"]
    opened = {pair: one.id for pair, one in by_ends.items() if one.state == "open" and pair in found}
    added = _add(fresh, strangers or {})
    reopened = {one.ends: one.id for one, _ in again if one.state == "gone"}
    _change([(one, score) for one, score in again if _differs(one, score, strangers or {})], strangers or {})
    if gone:
        let_go([one.id for one in gone])
    if added or reopened or gone:
        changed = [*added, *reopened, *(one.ends for one in gone)]
        opened_now = None if about is None else _as_opened(about, found, added, reopened, gone)
        fresh_ids = {*added.values(), *reopened.values()}
        regroup(changed, fresh_ids, [one.group_id for one in gone], sources, people or {}, opened_now)
    return Settled(opened | reopened | added, bool(added or reopened or gone))


def _as_opened(
    about: Iterable[Known],
    found: Mapping[Ends, Score],
    added: Mapping[Ends, int],
    reopened: Mapping[Ends, int],
    gone: Iterable[Known],
) -> list[Known]:
    """What of `about` is open by now, and what was opened."""
    out = {one.id for one in gone} | set(reopened.values())
    fresh = [
        Known(id, pair, "open", found[pair].posterior, found[pair].is_certain, "", id, None)
        for pair, id in (*added.items(), *reopened.items())
    ]
    return [*(one for one in about if one.state == "open" and one.id not in out), *fresh]


def _differs(one: Known, score: Score, strangers: Mapping[str, Mapping[str, str]]) -> bool:
    seen = strangers.get(one.ends[1].removeprefix(HUBSPOT), one.values)
    now = (score.is_certain, _kind(one, score), "open", seen)
    return now != (one.certain, one.kind, one.state, one.values) or abs(one.posterior - score.posterior) > _SAME


def _kind(one: Known, score: Score) -> str:
    return SAID_BY_HUBSPOT if one.kind == SAID_BY_HUBSPOT else kind(score.parts)


def _add(found: Mapping[Ends, Score], strangers: Mapping[str, Mapping[str, str]]) -> dict[Ends, int]:
    if not found:
        return {}
    rows = [
        {
            "contact_id": one,
            "other_contact_id": None if other.startswith(HUBSPOT) else other,
            "other_hubspot_id": other.removeprefix(HUBSPOT) if other.startswith(HUBSPOT) else None,
            "other_values": strangers.get(other.removeprefix(HUBSPOT)),
            "posterior": score.posterior,
            "certain": score.is_certain,
            "kind": kind(score.parts),
            "parts": score.parts,
        }
        for (one, other), score in sorted(found.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO duplicate_proposals AS p (contact_id, other_contact_id, other_hubspot_id, other_values,
                                                      group_id, posterior, certain, kind, parts)
               SELECT contact_id, other_contact_id, other_hubspot_id, other_values, 0, posterior, certain, kind, parts
               FROM jsonb_to_recordset(%s::jsonb) AS r(contact_id uuid, other_contact_id uuid, other_hubspot_id text,
                   other_values jsonb, posterior float8, certain boolean, kind text, parts jsonb)
               ON CONFLICT DO NOTHING
               RETURNING p.id, {_ENDS}""",
            [orjson.dumps(rows).decode()],
        )
        return {(one, other): id for id, one, other in cursor.fetchall()}


def _change(again: Collection[tuple[Known, Score]], strangers: Mapping[str, Mapping[str, str]]) -> None:
    if not again:
        return
    rows = [
        {
            "id": one.id,
            "posterior": score.posterior,
            "certain": score.is_certain,
            "kind": _kind(one, score),
            "parts": score.parts,
            "other_values": strangers.get(one.ends[1].removeprefix(HUBSPOT)),
        }
        for one, score in sorted(again, key=lambda pair: pair[0].id)
    ]
    sql.execute(
        """UPDATE duplicate_proposals p SET posterior = r.posterior, certain = r.certain, kind = r.kind,
               parts = r.parts, other_values = coalesce(r.other_values, p.other_values),
               at = CASE WHEN p.state = 'gone' THEN now() ELSE p.at END,
               group_id = CASE WHEN p.state = 'gone' THEN p.id ELSE p.group_id END, state = 'open'
           FROM jsonb_to_recordset(%s::jsonb) AS r(id bigint, posterior float8, certain boolean, kind text, parts jsonb,
               other_values jsonb)
           WHERE p.id = r.id AND p.state IN ('open', 'gone')""",
        [orjson.dumps(rows).decode()],
    )


def let_go(ids: Collection[int]) -> None:
    """These do not hold any more. Whoever waited for a decision about them is looked at again: nobody will decide."""
    waited = sql.rows(
        """WITH locked AS (SELECT id, holds, contact_id, other_hubspot_id FROM duplicate_proposals
               WHERE id = ANY(%s::bigint[]) AND state = 'open' ORDER BY id FOR NO KEY UPDATE)
           UPDATE duplicate_proposals p SET state = 'gone', holds = NULL, other_values = NULL
           FROM locked WHERE p.id = locked.id
           RETURNING locked.holds, locked.contact_id, locked.other_hubspot_id""",
        [sql.texts(ids)],
    )
    look_at(waited, lane=EDIT_LANE)


def forget_strangers(hubspot_ids: Collection[str]) -> None:
    """These HubSpot contacts are not there any more."""
    open_ones = sql.rows(
        "SELECT id FROM duplicate_proposals WHERE other_hubspot_id = ANY(%s::text[]) AND state = 'open'",
        [sql.texts(hubspot_ids)],
    )
    if open_ones:
        let_go([row["id"] for row in open_ones])
        notify(_tenant_id(), "duplicates")
    sql.execute(
        """UPDATE duplicate_proposals SET other_values = NULL
           WHERE other_hubspot_id = ANY(%s::text[]) AND other_values IS NOT NULL""",
        [sql.texts(hubspot_ids)],
    )


def look_at(waited: Collection[sql.Row], *, lane: int) -> None:
    """Has the sync look at those who were held back (`holds`) by proposals that do not hold them any more.

    Where one is in HubSpot only, the other one may be in LoanArk only: then both waited."""
    there = {row["other_hubspot_id"] for row in waited if row["other_hubspot_id"]}
    here = {row["holds"] for row in waited if row["holds"] and not row["other_hubspot_id"]}
    here |= {str(row["contact_id"]) for row in waited if row["other_hubspot_id"]}
    if not here | there:
        return
    # Locked in the order in which everybody locks hints: by side, then by id.
    for side, ids in ((Side.HUBSPOT, there), (Side.LOANARK, here)):
        leave_hints(side, ids, source="a duplicate was decided", lane=lane)
    wake_workers(_tenant_id())


def hold_no_more(keys: Collection[str]) -> None:
    """These have their counterparts by now, whatever is decided about whom they resemble."""
    if keys:
        sql.execute(
            "UPDATE duplicate_proposals SET holds = NULL WHERE state = 'open' AND holds = ANY(%s::text[])",
            [sql.texts(keys)],
        )


def let_in(hubspot_ids: Collection[str]) -> None:
    """These are contacts of LoanArk by now: what was proposed, or decided, of the stranger is so of the contact."""
    if hubspot_ids:
        sql.execute(
            """WITH met AS (
                   SELECT p.id, least(p.contact_id, l.contact_id) AS one, greatest(p.contact_id, l.contact_id) AS other
                   FROM contact_links l JOIN duplicate_proposals p ON p.other_hubspot_id = l.hubspot_id
                   WHERE l.hubspot_id = ANY(%s::text[]) AND l.state = 'live' AND p.contact_id <> l.contact_id
                   ORDER BY p.id FOR NO KEY UPDATE OF p)
               UPDATE duplicate_proposals p SET other_hubspot_id = NULL, other_values = NULL, holds = NULL,
                   contact_id = met.one, other_contact_id = met.other
               FROM met WHERE p.id = met.id AND NOT EXISTS (
                   SELECT FROM duplicate_proposals q
                   WHERE q.contact_id = met.one AND q.other_contact_id = met.other)""",
            [sql.texts(hubspot_ids)],
        )


def hold(ids: Collection[int], key: str) -> None:
    """The contact `key` is not carried to the other side before these are decided. Who waited until now goes on."""
    if ids:
        before = sql.rows(
            """WITH locked AS (SELECT id, holds FROM duplicate_proposals
                   WHERE id = ANY(%s::bigint[]) AND state = 'open' ORDER BY id FOR NO KEY UPDATE)
               UPDATE duplicate_proposals p SET holds = %s FROM locked WHERE p.id = locked.id
               RETURNING locked.holds, p.contact_id, p.other_hubspot_id""",
            [sql.texts(ids), key],
        )
        look_at([row for row in before if row["holds"] != key and not row["other_hubspot_id"]], lane=EDIT_LANE)


#: What it weighs that HubSpot says it: above whatever a name or an address says.
_WORD_OF_HUBSPOT = 40.0


def told(one: UUID, other: UUID) -> None:
    """HubSpot says that these two are one person. What people decided of them stays."""
    first, second = ends(str(one), str(other))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO duplicate_proposals AS p (contact_id, other_contact_id, group_id, posterior, certain, kind,
                                                      parts)
               VALUES (%s, %s, 0, %s, false, %s, '{{}}')
               ON CONFLICT (tenant_id, contact_id, other_contact_id) WHERE other_contact_id IS NOT NULL DO UPDATE
               SET kind = excluded.kind, parts = excluded.parts, posterior = excluded.posterior, state = 'open',
                   at = clock_timestamp(), group_id = p.id
               WHERE p.state = 'gone' OR p.state = 'open' AND p.kind <> excluded.kind
               RETURNING p.id, p.group_id, {_ENDS}""",
            [first, second, _WORD_OF_HUBSPOT, SAID_BY_HUBSPOT],
        )
        rows = cursor.fetchall()
        cursor.execute("UPDATE duplicate_proposals SET group_id = id WHERE id = ANY(%s)", [[id for id, *_ in rows]])
    _regrouped(rows, _tenant_id(), opened=True)


def settle_pair(one: UUID, other: UUID, state: str, *, by: str) -> None:
    """The two were merged, or parted again (`rejected`). There is a proposal from now on, if there was none: it tells
    that they are not proposed again."""
    first, second = ends(str(one), str(other))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""INSERT INTO duplicate_proposals AS p (contact_id, other_contact_id, group_id, posterior, certain, kind,
                                                      parts, state, decided_at, decided_by)
               VALUES (%s, %s, 0, 0, false, 'name', '{{}}', %s, clock_timestamp(), %s)
               ON CONFLICT (tenant_id, contact_id, other_contact_id) WHERE other_contact_id IS NOT NULL DO UPDATE
               SET state = excluded.state, decided_at = excluded.decided_at, decided_by = excluded.decided_by,
                   holds = NULL
               RETURNING p.id, p.group_id, {_ENDS}""",
            [first, second, state, by],
        )
        # No turn is taken: whoever merges has locked contacts, and who looks for duplicates may wait for these.
        _regrouped(cursor.fetchall(), _tenant_id(), opened=False)


def _tenant_id() -> UUID:
    return UUID(sql.scalar("SELECT current_setting('loanark.tenant_id')"))


def decide(ids: Collection[int], state: str, *, by: str) -> list[int]:
    """Open proposals are `merged` or `rejected` from now on, and hold nobody back; what is left is grouped anew.

    Returns those that were open until now."""
    tenant_id = take_turn()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_LOCKED}
                UPDATE duplicate_proposals p SET state = %s, decided_at = now(), decided_by = %s, holds = NULL
                FROM locked WHERE p.id = locked.id
                RETURNING p.id, p.group_id, {_ENDS}""",
            [sql.texts(ids), "open", state, by],
        )
        return _regrouped(cursor.fetchall(), tenant_id, opened=False)


def reopen(ids: Collection[int]) -> list[int]:
    """Rejected proposals wait for a decision again. Returns those that were rejected until now."""
    tenant_id = take_turn()
    with connection.cursor() as cursor:
        cursor.execute(
            f"""{_LOCKED}
                UPDATE duplicate_proposals p SET state = 'open', decided_at = NULL, decided_by = NULL, group_id = p.id
                FROM locked WHERE p.id = locked.id
                RETURNING p.id, p.group_id, {_ENDS}""",
            [sql.texts(ids), "rejected"],
        )
        return _regrouped(cursor.fetchall(), tenant_id, opened=True)


_LOCKED = """WITH locked AS (SELECT id FROM duplicate_proposals WHERE id = ANY(%s::bigint[]) AND state = %s ORDER BY id
    FOR NO KEY UPDATE)"""


def _regrouped(rows: Collection[tuple[int, int, str, str]], tenant_id: UUID, *, opened: bool) -> list[int]:
    ids = {id for id, *_ in rows}
    if rows:
        changed = [(one, other) for _, _, one, other in rows]
        left = set() if opened else {group for _, group, _, _ in rows}
        regroup(changed, ids if opened else set(), left, sources(), {})
        notify(tenant_id, "duplicates")
    return sorted(ids)


def regroup(
    changed: Iterable[Ends],
    opened: Collection[int],
    left: Collection[int],
    sources: Sources,
    people: Mapping[str, Person],
    about: Iterable[Known] | None = None,
) -> None:
    """Groups anew whatever hangs together with pairs that were opened, or that left the groups `left`.

    `opened`: the ids of the former, each of which is a group of its own as yet. `about`: every open proposal about
    those who are in these pairs, where at hand.
    """
    touched = {end for pair in changed for end in pair}
    if about is None:
        about = known(sorted(end for end in touched if not end.startswith(HUBSPOT)))
        if strangers := sorted(end.removeprefix(HUBSPOT) for end in touched if end.startswith(HUBSPOT)):
            about += known_of_strangers(strangers)
    # What is open is chosen here: PostgreSQL would rather read all that is open in the organisation.
    hanging = {one.id: one for one in about if one.state == "open" and not touched.isdisjoint(one.ends)}
    if grouped := {one.group_id for one in hanging.values() if one.id not in opened} | set(left):
        of_groups = _read(f"{_KNOWN} p.group_id = ANY(%s::bigint[])", [sql.texts(sorted(grouped))])
        hanging |= {one.id: one for one in of_groups if one.state == "open"}
    together = [hanging[id] for id in sorted(hanging)]
    known_people = dict(people)
    if len(together) > 1:
        _meet(together, sources, known_people)
    now = groups.group((groups.Pair(one.id, *one.ends, one.posterior) for one in together), known_people)
    moved = {one.id: now[one.id] for one in together if now[one.id] != one.group_id}
    if moved:
        sql.execute(
            """UPDATE duplicate_proposals p SET group_id = m.group_id
               FROM unnest(%s::bigint[], %s::bigint[]) AS m(id, group_id) WHERE p.id = m.id""",
            [sql.texts(moved), sql.texts(moved.values())],
        )


def _meet(together: Iterable[Known], sources: Sources, people: dict[str, Person]) -> None:
    """Reads those who are not at hand."""
    unread = set()
    for one in together:
        if one.values is not None:
            people.setdefault(one.ends[1], sources.person(one.values))
        unread |= {end for end in one.ends if end not in people and not end.startswith(HUBSPOT)}
    if unread:
        people.update(book.people(sorted(unread), sources))
