"""What people decide about duplicates. History, hints and the audit log are the database's own business."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson

from loanark.connections import settings as sync_settings
from loanark.connections.actions import notify, wake_workers
from loanark.contacts.actions import PERSON_LANE, leave_hints
from loanark.core.brakes import Braked
from loanark.core.mapping import Side
from loanark.duplicates import merges, merging, proposals
from loanark.duplicates.merging import Grounds, Row
from loanark.duplicates.schemas import (
    DecidedOut,
    MergeIn,
    MergeManyIn,
    MergeManyOut,
    MergeOut,
    NotUndone,
    Refused,
    UndoManyOut,
)
from loanark.kit import sql
from loanark.kit.errors import LoanArkError, Stale
from loanark.tenants.access import Scope

#: More at once would keep a request, and those who wait for these contacts, too long.
AT_ONCE = 200


def merge(scope: Scope, asked: MergeIn) -> list[MergeOut]:
    """Merges contacts into the one that lives on. One that is in HubSpot only is let in by the sync, and merged then.

    Raises: NotFound; Stale; Invalid. Then nothing was changed.
    """
    rows = merges.rows_of(asked.members)
    merging.locked([row.id for row in rows if row.id])
    rows = merges.rows_of(asked.members)
    survivor, _ = merges.lives_on(rows, asked.survivor)
    assert survivor.id
    done = []
    for row in rows:
        if row is survivor:
            continue
        if row.id is None:
            _let_in(scope, survivor.id, row, asked.chosen)
        else:
            done.append(_absorb(scope, survivor.id, row.id, asked.chosen))
    notify(scope.tenant_id, "duplicates")
    return merges.by_ids(done)


def _absorb(scope: Scope, survivor: UUID, other: UUID, chosen: Mapping[str, str]) -> int:
    first, second = sorted((survivor, other))
    found = sql.first(
        """SELECT posterior, parts::text AS parts FROM duplicate_proposals
           WHERE contact_id = %s AND other_contact_id = %s""",
        [first, second],
    )
    grounds = Grounds("person", scope.actor)
    if found:
        grounds = Grounds("person", scope.actor, found["posterior"], orjson.loads(found["parts"]))
    return merging.absorb(survivor, other, grounds, chosen=chosen)


def _let_in(scope: Scope, contact_id: UUID, stranger: Row, chosen: Mapping[str, str]) -> None:
    """HubSpot's contact is this one's: from here on it is the sync's to carry that out, at once."""
    decided = sql.execute(
        """UPDATE duplicate_proposals SET state = 'merged', decided_at = clock_timestamp(), decided_by = %s,
                  holds = NULL, chosen = %s::jsonb
           WHERE other_hubspot_id = %s AND contact_id = %s AND state = 'open'""",
        [scope.actor, orjson.dumps(dict(chosen)).decode(), stranger.hubspot_id, contact_id],
    )
    if not decided:
        raise Stale("HubSpot's contact was proposed for another one: name that one to live on. Nothing was changed.")
    others = sql.rows(
        "SELECT id FROM duplicate_proposals WHERE other_hubspot_id = %s AND state = 'open'", [stranger.hubspot_id]
    )
    proposals.let_go([row["id"] for row in others])
    leave_hints(Side.HUBSPOT, [stranger.hubspot_id], source="a duplicate was decided", lane=PERSON_LANE)
    wake_workers(scope.tenant_id)
    notify(scope.tenant_id, "contacts")


def merge_many(scope: Scope, asked: MergeManyIn) -> MergeManyOut:
    """Merges every open pair that is so sure, as far as the hour's brake goes. Raises: Stale, where there are not as
    many as the person was shown."""
    found = sql.rows(
        f"""SELECT id, contact_id, other_contact_id, posterior, parts::text AS parts FROM duplicate_proposals
            WHERE state = 'open' AND other_contact_id IS NOT NULL AND posterior >= %s AND (certain OR NOT %s)
            {"AND kind = %s" if asked.kind else ""} ORDER BY posterior DESC, id""",
        [asked.least, asked.certain, *([asked.kind] if asked.kind else [])],
    )
    if len(found) != asked.expected:
        raise Stale(f"There are {len(found):,} of them now, not {asked.expected:,}. Look again; nothing was merged.")
    allowed = min(left_this_hour(), AT_ONCE)
    done: list[int] = []
    refused: list[Refused] = []
    for row in found[:allowed]:
        try:
            grounds = Grounds("person", scope.actor, row["posterior"], orjson.loads(row["parts"]), unseen=True)
            done.append(merge_pair(row, grounds))
        except LoanArkError as error:  # Raised before anything of it is written.
            refused.append(Refused(pair=row["id"], reason=error.detail))
    notify(scope.tenant_id, "duplicates")
    return MergeManyOut(merged=done, refused=refused, left=max(0, len(found) - allowed))


def merge_pair(proposal: sql.Row, grounds: Grounds) -> int:
    """Merges the two of a proposal as they stand. Raises: NotFound; Stale; then nothing was changed."""
    ids = [proposal["contact_id"], proposal["other_contact_id"]]
    rows = merging.locked(ids)
    merging.refuse_unfit(ids, rows)
    survivor, _ = merging.survivor_of([rows[id] for id in ids])
    [other] = [id for id in ids if id != survivor.id]
    assert survivor.id
    return merging.absorb(survivor.id, other, grounds)


def left_this_hour() -> int:
    """How many merges without a look at each the hour has left: as many as the brakes let be deleted."""
    linked = int(sql.scalar("SELECT count(*) FROM contact_links WHERE state = 'live'"))
    allowed = sync_settings.load().limits.allowed(Braked.DELETE, linked)
    done = sql.scalar(
        "SELECT count(*) FROM duplicate_merges WHERE unseen AND at > clock_timestamp() - interval '1 hour'"
    )
    return max(0, (allowed or 0) - int(done))


def reject(scope: Scope, pairs: Sequence[int]) -> DecidedOut:
    """These are not one person, and are never proposed again. Whoever waited for it is carried to the other side."""
    held = sql.rows(
        """SELECT id, holds, contact_id, other_hubspot_id FROM duplicate_proposals
           WHERE id = ANY(%s) AND state = 'open'""",
        [list(pairs)],
    )
    decided = proposals.decide(pairs, "rejected", by=scope.actor)
    proposals.look_at([row for row in held if row["id"] in decided], lane=PERSON_LANE)
    notify(scope.tenant_id, "contacts")
    return DecidedOut(pairs=decided)


def reopen(scope: Scope, pairs: Sequence[int]) -> DecidedOut:
    """Takes back that these are not one person: they wait for a decision again."""
    return DecidedOut(pairs=proposals.reopen(pairs))


def undo(scope: Scope, merge_id: int) -> MergeOut:
    """Takes a merge back. Raises: NotFound; Stale."""
    before = merges.one(merge_id)
    merging.part(merge_id, by=scope.actor)
    if before.state == "live":
        sql.execute(
            "UPDATE duplicate_merges SET left_behind = %s::jsonb WHERE id = %s",
            [orjson.dumps(before.left_behind).decode(), merge_id],
        )
    return merges.one(merge_id)


def undo_many(scope: Scope, merge_ids: Sequence[int]) -> UndoManyOut:
    """Takes merges back, each for itself; the last one first, since each is undone as the book was when it was made."""
    undone: list[int] = []
    refused: list[NotUndone] = []
    for merge_id in sorted(set(merge_ids), reverse=True):
        try:
            undone.append(undo(scope, merge_id).id)
        except LoanArkError as error:  # Raised before anything of it is written.
            refused.append(NotUndone(merge=merge_id, reason=error.detail))
    pairs = sql.rows(
        """SELECT p.id FROM duplicate_merges m JOIN duplicate_proposals p
               ON p.tenant_id = m.tenant_id AND p.contact_id = least(m.contact_id, m.other_contact_id)
              AND p.other_contact_id = greatest(m.contact_id, m.other_contact_id)
           WHERE m.id = ANY(%s) AND p.state = 'rejected' ORDER BY p.id""",
        [undone],
    )
    return UndoManyOut(undone=undone, pairs=[row["id"] for row in pairs], refused=refused)


def merge_in_hubspot(scope: Scope, merge_id: int) -> MergeOut:
    """Lets HubSpot merge the two now. Raises: NotFound; Stale."""
    approved = sql.execute(
        """UPDATE duplicate_merges SET hubspot = 'approved', hubspot_by = %s, hubspot_error = NULL,
                  hubspot_due_at = clock_timestamp()
           WHERE id = %s AND state = 'live' AND hubspot IN ('waiting', 'refused')""",
        [scope.actor, merge_id],
    )
    told = merges.one(merge_id)
    if not approved and told.hubspot not in ("approved", "sending", "done"):
        raise Stale(f"{told.hubspot_words} Nothing was changed.")
    wake_workers(scope.tenant_id)
    notify(scope.tenant_id, "duplicates")
    return told
