"""Was this record synced? If not, why? What a person asks by a name, an address or a number, answered with evidence.

Nothing here decides anything: it reads what the engine wrote down, and says the first thing that applies, in the order
in which a person would want to know.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from loanark.connections import queries as connections
from loanark.connections.models import Connection
from loanark.contacts import erasure
from loanark.contacts import queries as contacts
from loanark.contacts.schemas import ChangeFilters, ContactFilters
from loanark.kit import sql
from loanark.sync import worker
from loanark.sync.monitor_schemas import Candidate, ExplainOut, Explanation, Fact
from loanark.sync.standing import HEALS, Standing, standstill, with_attempts

#: So many records are shown for one question, and so many changes of each.
SHOWN, EVENTS = 5, 5

#: The address of a contact's page, there and here.
_HUBSPOT_PAGE = re.compile(r"/(?:record/0-1|contact)/(\d{1,20})(?!\d)")
_LOANARK_PAGE = re.compile(r"/contacts/([0-9a-fA-F-]{36})(?![0-9a-fA-F-])")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a question was read: ids that it names, or a text to search for."""

    searched: str
    contact_id: UUID | None = None
    hubspot_id: str | None = None
    text: str = ""


NOTHING = Asked("nothing")


def explain(question: str, own: str | None = None) -> ExplainOut:
    """Up to five records that `question` may mean, each with where it stands. Call inside a tenant's scope.

    `own`: only of those whose owner or loan officer that is.
    """
    asked = read(question)
    found: list[Candidate] = []
    contact_ids, more = _contacts(asked, own)
    if asked.hubspot_id and not contact_ids and (stranger := _stranger(asked.hubspot_id)):
        found.append(stranger)
    found += [_candidate(contact_id) for contact_id in contact_ids]
    return ExplainOut(
        searched=asked.searched, candidates=found, more=more, absent=[] if found else list(_absent(asked, own))
    )


def read(question: str) -> Asked:
    """What a person means: the address of a page, an id, or anything that names somebody."""
    text = question.strip()
    if not text:
        return NOTHING
    if page := _HUBSPOT_PAGE.search(text):
        return Asked(f"the HubSpot contact {page[1]}", hubspot_id=page[1])
    if page := _LOANARK_PAGE.search(text):
        text = page[1]
    try:
        return Asked("the LoanArk contact of this id", contact_id=UUID(text))
    except ValueError:
        pass
    if text.isascii() and text.isdigit():
        return Asked(f"the HubSpot contact {text}, and phone numbers that hold {text}", hubspot_id=text, text=text)
    if re.fullmatch(r"\+?[\d\s().-]{5,}", text):
        return Asked("phone numbers", text=text)
    if "@" in text:
        return Asked("e-mail addresses", text=text)
    return Asked("names, companies, e-mail addresses and phone numbers", text=text)


def _contacts(asked: Asked, own: str | None) -> tuple[list[UUID], bool]:
    """The contacts that are meant, live ones first, and whether there are more than are shown."""
    ids: list[UUID] = []
    if asked.contact_id and sql.scalar("SELECT EXISTS (SELECT FROM contacts WHERE id = %s)", [asked.contact_id]):
        ids.append(asked.contact_id)
    if asked.hubspot_id:
        ids += [
            row["contact_id"]
            for row in sql.rows(
                """SELECT l.contact_id FROM contact_links l JOIN contacts c
                       ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
                   WHERE l.hubspot_id = coalesce(
                       (SELECT survivor_id FROM contact_aliases WHERE hubspot_id = %s AND NOT EXISTS (
                            SELECT FROM contact_links WHERE hubspot_id = %s AND state = 'live')), %s)
                   ORDER BY (l.state = 'live') DESC, l.id DESC LIMIT 1""",
                [asked.hubspot_id] * 3,
            )
        ]
    more = False
    for words in _words(asked.text):
        for deleted in (False, True):
            page = contacts.page(
                ContactFilters(search=words, deleted=deleted), sort="lastname", cursor=None, limit=SHOWN, own=own
            )
            ids += [row.id for row in page.items]
            more = more or page.next_cursor is not None
    unique = list(dict.fromkeys(ids))
    return unique[:SHOWN], more or len(unique) > SHOWN


def _words(text: str) -> Iterator[str]:
    """The search as it was typed; and a phone number as it is stored, whatever stands between its digits."""
    if not text:
        return
    digits = re.sub(r"\D", "", text)
    is_phone = re.fullmatch(r"\+?[\d\s().-]+", text) and len(digits) >= 5
    yield digits if is_phone else text
    if is_phone and digits != text:
        yield text


def _candidate(contact_id: UUID) -> Candidate:
    contact = contacts.contact(contact_id)
    events = contacts.timeline(contact_id, ChangeFilters(), cursor=None, limit=EVENTS).items
    return Candidate(
        contact_id=contact.id,
        hubspot_id=contact.hubspot_id,
        hubspot_url=contact.hubspot_url,
        name=contact.name,
        email=next((field.loanark for field in contact.fields if field.name == "email"), None),
        explanation=Standing(contact, events).explained(),
        events=events,
    )


def _stranger(hubspot_id: str) -> Candidate | None:
    """What is known of a HubSpot contact that no LoanArk contact is linked to."""
    told = _buried(hubspot_id) or _refused_stranger(hubspot_id) or _held_stranger(hubspot_id) or _unread(hubspot_id)
    if told is None:
        return None
    account = connections.connection()
    return Candidate(
        contact_id=None,
        hubspot_id=hubspot_id,
        hubspot_url=f"{account.portal_url}/record/0-1/{hubspot_id}" if account.portal_url else None,
        name=f"HubSpot contact {hubspot_id}",
        email=None,
        explanation=told,
        events=[],
    )


def _buried(hubspot_id: str) -> Explanation | None:
    row = sql.first(
        "SELECT evidence, at, erased_at FROM contact_tombstones WHERE side = 'hubspot' AND record_id = %s", [hubspot_id]
    )
    if row is None:
        return None
    how = "erased for privacy" if row["erased_at"] else "deleted in HubSpot"
    return Explanation(
        level="none",
        sentence=f"HubSpot contact {hubspot_id} was {how}.",
        since=row["at"],
        facts=[Fact(label="Evidence", value=row["evidence"], at=row["at"])],
    )


def _refused_stranger(hubspot_id: str) -> Explanation | None:
    found = sql.rows(
        """SELECT code, field, reason, at, attempts FROM contact_rejections
           WHERE hubspot_id = %s AND contact_id IS NULL AND resolved_at IS NULL ORDER BY id""",
        [hubspot_id],
    )
    if not found:
        return None
    heals = all(row["code"] in HEALS for row in found)
    return Explanation(
        level="heals" if heals else "needs_you",
        sentence=f"HubSpot contact {hubspot_id} was read, and LoanArk could not take it.",
        detail=contacts.fix_of(found[0]["code"]),
        since=found[0]["at"],
        facts=[
            Fact(label="The contact", value=with_attempts(row["reason"], row["attempts"]), at=row["at"])
            for row in found
        ],
        action="wait" if heals else "mend_value",
    )


def _held_stranger(hubspot_id: str) -> Explanation | None:
    row = sql.first(
        "SELECT kind, reason, at FROM held_operations WHERE record = %s AND state = 'held' ORDER BY id LIMIT 1",
        [hubspot_id],
    )
    if row is None:
        return None
    return Explanation(
        level="needs_you",
        sentence=f"A brake holds HubSpot contact {hubspot_id}: nothing is done before a person decides.",
        since=row["at"],
        facts=[Fact(label="Held", value=row["reason"], at=row["at"])],
        action="decide_held",
    )


def _unread(hubspot_id: str) -> Explanation | None:
    """HubSpot told of it, or a preview saw it; it is not here yet."""
    hint = sql.first(
        "SELECT created_at, last_error, attempts FROM hints WHERE side = 'hubspot' AND record_id = %s", [hubspot_id]
    )
    seen = sql.first(
        """SELECT p.run_id, p.reason, r.status, r.created_at FROM planned p JOIN runs r
               ON r.tenant_id = p.tenant_id AND r.id = p.run_id
           WHERE p.hubspot_id = %s AND p.contact_id IS NULL AND p.state = 'planned' ORDER BY p.run_id DESC LIMIT 1""",
        [hubspot_id],
    )
    if hint is None and seen is None:
        return None
    name = f"HubSpot contact {hubspot_id}"
    facts = [Fact(label="Preview", value=seen["reason"], at=seen["created_at"])] if seen else []
    since = hint["created_at"] if hint else seen["created_at"] if seen else None
    if hint and hint["last_error"]:
        facts.append(Fact(label="Last look", value=hint["last_error"]))
    if stopped := standstill(f"{name} waits", since, facts):
        return stopped
    return Explanation(
        level="heals",
        sentence=f"{name} is known and not read yet: it waits for a look.",
        detail="It goes on by itself, usually within seconds." if worker.alive() else "No worker is alive.",
        since=since,
        facts=facts,
        action="wait",
    )


def _absent(asked: Asked, own: str | None) -> Iterator[str]:
    """Why nothing was found: what may be so, the surest first."""
    if asked == NOTHING:
        return
    if own is not None:
        yield "You see your own contacts only: somebody else's is not found here."
    elif "@" in asked.text and (row := _erased_address(asked.text)):
        yield f"A person of this address was erased for privacy on {row['at']:%Y-%m-%d}: nothing of them is left."
    connection = Connection.objects.first()
    if connection is None or connection.status == "not_connected":
        yield "HubSpot is not connected, so nothing of it was read."
    elif connection.approved_at is None:
        yield "Nothing was brought over from HubSpot yet: the first run waits for approval."
    elif connection.backfilled_at is None:
        yield "The first load is still under way: not all of HubSpot has been read yet."
    else:
        yield "It may be in neither HubSpot nor LoanArk, or be written differently in both."
        yield "It may have been made in HubSpot a moment ago: new contacts are found within seconds."
    if asked.text and not asked.text.isdigit():
        yield "Three letters or more are looked for anywhere. Or try an e-mail address, or a HubSpot id."


def _erased_address(text: str) -> sql.Row | None:
    return sql.first(
        "SELECT at FROM contact_tombstones WHERE email_hash = %s AND erased_at IS NOT NULL ORDER BY at DESC LIMIT 1",
        [erasure.email_hash(text)],
    )
