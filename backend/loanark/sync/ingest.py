"""Who is new on one side, and may be somebody who is there already: asked before a counterpart is made.

A proposal stops a blind create. The contact stays on its side, with a reason that everybody sees, until a person says
whether the two are one (`loanark.duplicates`): then it is looked at again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson

from loanark.core.duplicates.score import is_telling
from loanark.core.fields import display_name
from loanark.core.mapping import Side
from loanark.core.plan import Action
from loanark.duplicates import finder, merging, proposals, settings
from loanark.duplicates.merging import Grounds
from loanark.duplicates.proposals import HUBSPOT
from loanark.kit import sql
from loanark.kit.errors import LoanArkError
from loanark.sync.apply import solve_unlinked
from loanark.sync.look import Case, Seen, holders, remote_texts
from loanark.sync.session import Session


def decided(seen: Sequence[Seen]) -> list[Seen]:
    """HubSpot contacts that a person said are a LoanArk contact that HubSpot does not have: they are linked."""
    ids = [one.hubspot_id for one in seen if one.contact and one.match is None]
    found = {
        row["hubspot_id"]: row["contact_id"]
        for row in _decisions(ids)
        if row["is_alone"] and merging.root_of(row["contact_id"]) == row["contact_id"]
    }
    return [replace(one, match=found[one.hubspot_id]) if one.hubspot_id in found else one for one in seen]


def carry_out(links: Sequence[Mapping[str, Any]]) -> None:
    """HubSpot contacts that were let in just now, and that a person said are somebody who has a HubSpot contact of
    their own: the two are merged. None of the new links' ends waits any more, and whatever else was proposed or decided
    of them goes on."""
    proposals.hold_no_more([str(link[end]) for link in links for end in ("contact_id", "hubspot_id")])
    for row in _decisions([link["hubspot_id"] for link in links]):
        if row["other"] is None or row["other"] == row["contact_id"]:
            continue
        survivor = merging.root_of(row["contact_id"])
        if survivor is None or survivor == row["other"]:
            continue
        here = {f"{HUBSPOT}{row['hubspot_id']}": str(row["other"])}
        chosen = {name: here.get(key, key) for name, key in orjson.loads(row["chosen"]).items()}
        grounds = Grounds("person", row["by"], row["posterior"], orjson.loads(row["parts"]))
        try:
            merging.absorb(survivor, row["other"], grounds, chosen=chosen)
        except LoanArkError:
            # One of them was deleted or erased meanwhile: they stay two, and the finder proposes them if it must.
            continue
    proposals.let_in([link["hubspot_id"] for link in links])


def arrived(hubspot_ids: Collection[str]) -> None:
    """HubSpot contacts that became those of LoanArk contacts by a merge there. Those that were never let in before wait
    for no decision any more."""
    linked = holders(list(hubspot_ids)).keys() if hubspot_ids else set()
    solve_unlinked(linked)
    proposals.hold_no_more(linked)
    proposals.let_in(linked)


def departed(hubspot_ids: Collection[str]) -> None:
    """HubSpot contacts that were never let in are gone from there, or are part of others by now: nobody waits for a
    decision about them any more, and nothing of them is kept."""
    if hubspot_ids:
        solve_unlinked(hubspot_ids)
        proposals.forget_strangers(hubspot_ids)


def _decisions(hubspot_ids: Sequence[str]) -> list[sql.Row]:
    if not hubspot_ids:
        return []
    return sql.rows(
        """SELECT p.other_hubspot_id AS hubspot_id, p.contact_id, p.decided_by AS by, p.posterior,
                  p.parts::text AS parts, p.chosen::text AS chosen, o.contact_id AS other,
                  NOT EXISTS (SELECT FROM contact_links l WHERE l.tenant_id = p.tenant_id
                              AND l.contact_id = p.contact_id AND l.state = 'live') AS is_alone
           FROM duplicate_proposals p
           LEFT JOIN contact_links o
               ON o.tenant_id = p.tenant_id AND o.hubspot_id = p.other_hubspot_id AND o.state = 'live'
           WHERE p.other_hubspot_id = ANY(%s::text[]) AND p.state = 'merged' ORDER BY p.id""",
        [sql.texts(hubspot_ids)],
    )


def compare(session: Session, cases: Sequence[Case]) -> None:
    """Marks the cases whose counterpart waits for a decision (`Case.duplicate`). Call inside transaction A.

    In the first run a contact is new to LoanArk because LoanArk is new, and only who is in LoanArk alone may be meant
    by it. What HubSpot has twice is found afterwards, in the whole book.
    """
    is_first_run = session.connection.backfilled_at is None
    new_here = {case.contact_id: case for case in cases if case.contact_id and _is_new(case, Side.HUBSPOT)}
    new_there = {case.hubspot_id: case for case in cases if case.hubspot_id and _is_new(case, Side.LOANARK)}
    if is_first_run:
        new_here = {}
        new_there = new_there if new_there and session.someone_is_only_here() else {}
    if not (new_here or new_there) or not settings.load().at_ingest:
        return
    finder.refresh_keys()
    if new_here:
        _mark(new_here, finder.check_contacts(list(new_here)))
    if new_there:
        for row in _decisions(list(new_there)):
            new_there.pop(row["hubspot_id"], None)
        values = {id: _texts(session, case) for id, case in new_there.items()}
        _mark(new_there, finder.check_strangers(values, unlinked_only=is_first_run))


def _is_new(case: Case, side: Side) -> bool:
    """Whether a counterpart is about to be made on that side, of a contact that never had one."""
    if case.undecided or case.link is not None or case.plan.action is not Action.CREATE or case.plan.side is not side:
        return False
    return case.contact_id is None if side is Side.LOANARK else not case.holder


def _texts(session: Session, case: Case) -> Mapping[str, str]:
    assert case.seen and case.seen.contact
    return case.seen.texts or remote_texts(case.seen.contact, session.mapping)


def _mark(cases: Mapping[Any, Case], found_of: Mapping[Any, Sequence[int]]) -> None:
    """Of two that are new it is the later one that waits. Namesakes are proposed, and wait for nobody."""
    ids = [id for found in found_of.values() for id in found]
    if not ids:
        return
    rows = {
        row["id"]: row
        for row in sql.rows(
            """SELECT p.id, p.contact_id, p.other_contact_id, p.posterior, p.parts::text AS parts, p.holds,
                      jsonb_build_array(c.firstname, c.lastname, c.email)::text AS name,
                      CASE WHEN o.id IS NULL
                           THEN jsonb_build_array(p.other_values->>'firstname', p.other_values->>'lastname',
                                                  p.other_values->>'email')
                           ELSE jsonb_build_array(o.firstname, o.lastname, o.email) END::text AS other_name,
                      (c.created_at, c.id) < (o.created_at, o.id) AS other_is_later,
                      EXISTS (SELECT FROM contact_links l WHERE l.tenant_id = p.tenant_id
                              AND l.contact_id = p.contact_id AND l.state = 'live') AS is_linked,
                      EXISTS (SELECT FROM contact_links l WHERE l.tenant_id = p.tenant_id
                              AND l.contact_id = p.other_contact_id AND l.state = 'live') AS other_is_linked
               FROM duplicate_proposals p
               JOIN contacts c ON c.tenant_id = p.tenant_id AND c.id = p.contact_id
               LEFT JOIN contacts o ON o.tenant_id = p.tenant_id AND o.id = p.other_contact_id
               WHERE p.id = ANY(%s)""",
            [ids],
        )
    }
    for key, found in found_of.items():
        held = [(rows[id], name) for id in found if id in rows and (name := _waits_for(key, rows[id]))]
        # Who waits goes on waiting, though a book that grew made it a little less likely.
        held = [(row, name) for row, name in held if row["holds"] == str(key) or _is_telling(row)]
        if held:
            finder.hold([row["id"] for row, _ in held], str(key))
            cases[key].duplicate = held[0][1]


def _is_telling(row: sql.Row) -> bool:
    return is_telling(orjson.loads(row["parts"]), row["posterior"])


def _waits_for(key: object, row: sql.Row) -> str | None:
    """The name of whom a contact waits for; None, where the other one waits for it. Where each is on one side only,
    both wait: whichever were made on the other side would be there twice."""
    if row["other_contact_id"] is None:
        return _name(row["other_name"] if row["contact_id"] == key else row["name"])
    if row["other_contact_id"] == key:
        return _name(row["name"]) if row["is_linked"] or row["other_is_later"] else None
    return _name(row["other_name"]) if row["other_is_linked"] or not row["other_is_later"] else None


def _name(parts: str) -> str:
    return display_name(*orjson.loads(parts))
