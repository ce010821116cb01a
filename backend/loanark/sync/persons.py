"""Contacts that are one person (`loanark.duplicates`): what a look at one of them means for the others."""

from collections.abc import Sequence
from uuid import UUID

from loanark.contacts.erasure import merged_into
from loanark.core.mapping import Side
from loanark.core.plan import Action
from loanark.duplicates import merging, proposals, settings
from loanark.duplicates.merging import Grounds
from loanark.kit import sql
from loanark.kit.errors import LoanArkError
from loanark.sync.hints import Lane
from loanark.sync.look import Case


def parted(cases: Sequence[Case]) -> None:
    """Marks those that were one with somebody once, and are made in HubSpot again (`Case.address_stays`). What HubSpot
    refuses of a whole contact it may take field by field. In transaction A."""
    made = {
        case.contact_id: case
        for case in cases
        if case.contact_id and case.plan.action is Action.CREATE and case.plan.side is Side.HUBSPOT
    }
    if made:
        found = sql.rows(
            """SELECT other_contact_id FROM duplicate_merges
               WHERE other_contact_id = ANY(%s::uuid[]) AND state = 'undone'""",
            [sql.texts(made)],
        )
        for row in found:
            made[row["other_contact_id"]].address_stays = True


def settle(cases: Sequence[Case]) -> None:
    """What follows for those that are one person with others from what was just written of these. In transaction A."""
    mine = [case for case in cases if case.local and case.contact_id]
    gone = [case.contact_id for case in mine if case.local and case.local.heirs and case.local.deleted]
    gone += [case.contact_id for case in cases if case.contact_id and case.local is None]
    if gone:
        _look_at_members([id for id in gone if id])
    if left := [
        case.contact_id for case in mine if case.local and case.local.heirs and case.plan.action is Action.CLOSE
    ]:
        merging.inherit([id for id in left if id])
    merged = [case.contact_id for case in mine if case.contact_id and case.local and case.local.merged]
    if merged:
        merging.released(merged)
        merging.expect(merged)
        for contact_id in merged:
            merging.recompute(contact_id)


def _look_at_members(contact_ids: Sequence[UUID]) -> None:
    """Who lives on was deleted: so were those who live on in them. One that is waited for already is waited for no less
    long, as often as this one is looked at."""
    sql.execute(
        """INSERT INTO hints (side, record_id, source, lane)
           SELECT %s, unnest(%s::text[]), 'merged into a deleted contact', %s ORDER BY 2 ON CONFLICT DO NOTHING""",
        [Side.LOANARK.value, sql.texts(merged_into(contact_ids)), int(Lane.EDIT)],
    )


def met_in_hubspot(old_id: str, survivor_id: str) -> UUID | None:
    """Two linked HubSpot contacts are one by now, `survivor_id`. Answers with the contact that lost its own by that and
    belongs to nobody here yet, if there is one.

    What LoanArk merged before is confirmed. What somebody merged in HubSpot is followed, where that is wanted:
    HubSpot's survivor lives on, the other row stays behind it, and it can be taken back.
    """
    holder, other = (_linked(id) for id in (survivor_id, old_id))
    if holder is None or other is None:
        return None
    reason = f"merged in HubSpot into {survivor_id}"
    root, root_of_other = merging.root_of(holder), merging.root_of(other)
    if root == root_of_other or settings.load().follow_hubspot:
        _expect_filled(survivor_id, old_id)
        _expect_filled(old_id, survivor_id)
    if root == other:
        # Who lives on in LoanArk keeps the contact that lives on in HubSpot.
        _close(survivor_id, reason)
        sql.execute(
            """UPDATE contact_links SET hubspot_id = %s, generation = generation + 1
               WHERE hubspot_id = %s AND state = 'live'""",
            [survivor_id, old_id],
        )
    else:
        _close(old_id, reason if root == root_of_other else f"{reason}, which is linked to another LoanArk contact")
    if root != root_of_other and not _follow(holder, other):
        return other
    sql.execute(
        """UPDATE duplicate_merges SET hubspot = 'done', merged_hubspot_id = %s, merged_at = clock_timestamp(),
                  -- Asked for by LoanArk: its history is asked next (`merges._hear`).
                  hubspot_due_at = CASE WHEN hubspot = 'sending' THEN clock_timestamp() END,
                  hubspot_id = coalesce(hubspot_id, %s), other_hubspot_id = coalesce(other_hubspot_id, %s)
           WHERE state = 'live' AND other_contact_id = %s""",
        [survivor_id, survivor_id, old_id, holder if root == other else other],
    )
    return None


def _expect_filled(hubspot_id: str, by: str) -> None:
    """HubSpot gives what one of the two lacks the value of the other. That is no edit of its users: what LoanArk holds
    instead by then is newer."""
    sql.execute(
        """UPDATE contact_links l SET base = o.base || l.base FROM contact_links o
           WHERE l.hubspot_id = %s AND l.state = 'live' AND o.hubspot_id = %s AND o.state = 'live'""",
        [hubspot_id, by],
    )


def _follow(holder: UUID, other: UUID) -> bool:
    if not settings.load().follow_hubspot:
        return False
    rows = merging.locked([holder, other])
    if holder not in rows or other not in rows:
        return False
    # HubSpot decided whose values live on; only what its survivor lacks is taken from the other one.
    try:
        merging.absorb(holder, other, Grounds("hubspot", "HubSpot"), chosen=merging.holders(rows[holder]))
    except LoanArkError:
        return False
    return True


def propose(one: UUID, other: UUID) -> None:
    """HubSpot says that these are one person: a person decides, in the same place as about every duplicate."""
    proposals.told(one, other)


def _linked(hubspot_id: str) -> UUID | None:
    found = sql.scalar("SELECT contact_id FROM contact_links WHERE hubspot_id = %s AND state = 'live'", [hubspot_id])
    return UUID(str(found)) if found else None


def _close(hubspot_id: str, reason: str) -> None:
    sql.execute(
        """UPDATE contact_links SET state = 'closed', closed_at = clock_timestamp(), closed_reason = %s
           WHERE hubspot_id = %s AND state = 'live'""",
        [reason, hubspot_id],
    )
