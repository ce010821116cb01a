"""Finding whom a contact may be the same person as: one contact or many, in LoanArk or before it is let in.

Call inside a tenant's scope. One transaction at a time looks for duplicates in an organisation (`proposals.take_turn`);
what it looks at it looks at as it is then, with those who are in the same call.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from loanark.connections.actions import notify
from loanark.core.duplicates.keys import keys
from loanark.core.duplicates.person import Person
from loanark.core.duplicates.score import Frequencies, Score, score
from loanark.duplicates import book, proposals
from loanark.duplicates.people import sources
from loanark.duplicates.proposals import HUBSPOT, SAID_BY_HUBSPOT, Ends, Known, Settled, ends, hold
from loanark.kit import sql

__all__ = ["catch_up", "check_contacts", "check_strangers", "hold", "refresh_keys", "weigh"]


def check_contacts(contact_ids: Iterable[UUID]) -> dict[UUID, list[int]]:
    """Compares these contacts with whoever shares a key with them, and proposes whom they may be the same person as.

    What was proposed of them and does not hold any more is gone; so is everything about one that was deleted or merged.
    Returns the open proposals of each.
    """
    asked = {str(id): id for id in contact_ids}
    if not asked:
        return {}
    tenant_id = proposals.take_turn(asked)
    chosen = sources()
    mine = book.people(asked, chosen)
    own_keys = {id: keys(one) for id, one in mine.items()}
    book.write_keys(asked.keys(), own_keys)
    near = _near(own_keys)
    about = proposals.known(asked.keys() | {id for ids in near.values() for id in ids})
    before = [one for one in about if not asked.keys().isdisjoint(one.ends)]
    for one in before:
        _also(near, one, mine)
    people = mine | {one.ends[1]: chosen.person(one.values) for one in before if one.values is not None}
    if others := {id for ids in near.values() for id in ids} - people.keys():
        people |= book.people(others, chosen)
    of_book = book.frequencies(list(people.values())) if any(near.values()) else None
    found = weigh(near, people, of_book) if of_book else {}
    kept = [one for one in before if one.kind != SAID_BY_HUBSPOT or not people.keys() >= {*one.ends}]
    opened = _settled(proposals.settle(found, kept, chosen, people=people, about=about), tenant_id)
    opened |= {one.ends: one.id for one in before if one not in kept and one.state == "open"}
    return {id: sorted(proposal for pair, proposal in opened.items() if name in pair) for name, id in asked.items()}


def check_strangers(values: Mapping[str, Mapping[str, str]], *, unlinked_only: bool) -> dict[str, list[int]]:
    """The same for HubSpot contacts that LoanArk has not let in: their texts by LoanArk field, by their HubSpot id.

    `unlinked_only`: whoever has a counterpart in HubSpot is not meant. Returns the open proposals of each.
    """
    if not values:
        return {}
    tenant_id = proposals.take_turn()
    chosen = sources()
    strangers = {HUBSPOT + id: chosen.person(texts) for id, texts in values.items()}
    near = _near({name: keys(one) for name, one in strangers.items()})
    before = proposals.known_of_strangers(values)
    for one in before:
        if one.state == "open":
            near[one.ends[1]].add(one.ends[0])
    candidates = {id for ids in near.values() for id in ids}
    people = strangers | (book.people(candidates, chosen, unlinked=unlinked_only) if candidates else {})
    found = weigh(near, people, book.frequencies(list(people.values()))) if candidates else {}
    kept = [one for one in before if one.kind != SAID_BY_HUBSPOT]
    opened = _settled(proposals.settle(found, kept, chosen, strangers=values, people=people), tenant_id)
    opened |= {one.ends: one.id for one in before if one not in kept and one.state == "open"}
    return {id: sorted(found for pair, found in opened.items() if pair[1] == HUBSPOT + id) for id in values}


#: So many changed contacts are found by what they hold now, before somebody new is compared with them.
_REFRESHED = 200


def refresh_keys() -> None:
    """Contacts that were changed and wait to be compared are found from here on by what they hold now."""
    found = sql.rows("SELECT contact_id::text AS id FROM duplicate_waiting LIMIT %s", [_REFRESHED])
    if found:
        proposals.take_turn()
        ids = [row["id"] for row in found]
        book.write_keys(ids, {id: keys(one) for id, one in book.people(ids, sources()).items()})


def catch_up(limit: int) -> int:
    """Compares contacts that wait for it, at most so many. Returns how many."""
    waiting = sql.rows(
        "SELECT contact_id FROM duplicate_waiting ORDER BY contact_id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED", [limit]
    )
    check_contacts(row["contact_id"] for row in waiting)
    return len(waiting)


def weigh(near: Mapping[str, Iterable[str]], people: Mapping[str, Person], of_book: Frequencies) -> dict[Ends, Score]:
    """What is suggested of all these pairs."""
    found: dict[Ends, Score] = {}
    weighed = set()
    for name, others in near.items():
        one = people.get(name)
        if one is None:
            continue
        for other_name in others:
            pair = ends(name, other_name)
            other = people.get(other_name)
            if other is None or pair in weighed:
                continue
            weighed.add(pair)
            result = score(one, other, of_book)
            if result.is_suggested:
                found[pair] = result
    return found


def _settled(settled: Settled, tenant_id: UUID) -> dict[Ends, int]:
    if settled.changed:
        notify(tenant_id, "duplicates")
    return settled.open


def _near(own_keys: Mapping[str, Collection[int]]) -> dict[str, set[str]]:
    """Who shares a key with each."""
    wanted = {key for found in own_keys.values() for key in found}
    blocks = book.sharing(wanted) if wanted else {}
    near: defaultdict[str, set[str]] = defaultdict(set)
    for name, found in own_keys.items():
        near[name].update(*(blocks.get(key, ()) for key in found))
        near[name].discard(name)
    return near


def _also(near: dict[str, set[str]], one: Known, mine: Mapping[str, Person]) -> None:
    """What is open is weighed anew, even if they share no key any more that says anything."""
    name, other = one.ends if one.ends[0] in mine else one.ends[::-1]
    if one.state == "open" and name in mine:
        near[name].add(other)
