"""Polling: what changed in HubSpot that no webhook told. The search index finds work; it never decides anything.

Where HubSpot does not search, the listing takes its place, some pages each time, round and round: slower, and as sure.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import structlog

from loanark.connections.models import Connection
from loanark.connections.queries import POLL_SECONDS
from loanark.core.mapping import Side
from loanark.hubspot.errors import NotHubSpot, Rejected, Unavailable
from loanark.hubspot.models import MERGED_IDS, Contact, Found
from loanark.hubspot.wire import epoch_ms, parse_instant
from loanark.kit import clock, sql
from loanark.sync import evidence, hints
from loanark.sync.hints import Lane
from loanark.sync.models import PollState
from loanark.sync.session import Session

log = structlog.get_logger()

#: The search index lags behind the records, by minutes at times (HubSpot API facts, search): each poll looks back
#: this far, and skips what it knows by its revision.
OVERLAP = timedelta(minutes=5)

#: HubSpot answers no more results than this to one query, however it is paged; no query here comes near.
SEARCH_CAP = 10_000

#: The archived listing has no order by time. Up to this many pages are read at each poll; an account with more
#: recently archived contacts learns of deletions by webhook or sweep.
ARCHIVED_PAGES = 5

#: A search that is not there is tried again after this long, one that failed sooner; until then the listing is read.
SEARCH_RETRY, SEARCH_RETRY_SOON = timedelta(minutes=10), timedelta(minutes=1)

#: So many pages of the listing take the place of a search: within the request budget of the time between two polls.
LISTED_PAGES = 50


def is_due(connection: Connection) -> bool:
    last = connection.last_poll_at
    return last is None or clock.now() - last >= timedelta(seconds=POLL_SECONDS)


def poll(session: Session) -> None:
    """Leaves a hint for every contact that changed in HubSpot since the last poll, less an overlap."""
    if not _search(session):
        _list(session)
    gone = _archived(session)
    with session.transaction():
        hints.leave(Side.HUBSPOT, _linked(gone), source="archived listing", lane=Lane.POLL)
        row = Connection.objects.get(tenant_id=session.tenant_id)
        row.last_poll_at = clock.now()
        row.save(update_fields=["last_poll_at"])
    session.connection.polled_until, session.connection.last_poll_at = row.polled_until, row.last_poll_at


def notice() -> str | None:
    """What a person should know of how changes are found here. Call inside a tenant's scope."""
    if sql.scalar("SELECT search_problem IS NULL FROM poll_states") is not False:
        return None
    return (
        "HubSpot's search does not answer: changes that no webhook tells are found by reading its list, round by round."
    )


# By search


def _search(session: Session) -> bool:
    """Follows the search index. Returns False when it does not answer, or did not lately."""
    state = _state(session)
    retry_at = state.search_retry_at if state else None
    if retry_at and clock.now() < retry_at:
        return False
    since = (session.connection.polled_until or clock.now()) - OVERLAP
    try:
        for page, in_order in _windows(session, since):
            _hint_unknown(session, page, checkpoint=in_order)
    except (Rejected, NotHubSpot, Unavailable) as error:
        log.warning("HubSpot does not search; its listing is read", tenant=str(session.tenant_id), error=str(error))
        _note(
            session, clock.now() + (SEARCH_RETRY_SOON if isinstance(error, Unavailable) else SEARCH_RETRY), str(error)
        )
        return False
    if retry_at:
        _note(session, None, None)
    if session.connection.polled_until is None:
        with session.transaction():
            Connection.objects.filter(tenant_id=session.tenant_id, polled_until=None).update(polled_until=since)
    return True


def _state(session: Session) -> PollState | None:
    with session.transaction():
        return PollState.objects.filter(tenant_id=session.tenant_id).first()


def _note(session: Session, retry_at: datetime | None, problem: str | None) -> None:
    with session.transaction():
        sql.execute(
            """INSERT INTO poll_states (search_retry_at, search_problem) VALUES (%s, %s)
               ON CONFLICT (tenant_id) DO UPDATE
               SET search_retry_at = excluded.search_retry_at, search_problem = excluded.search_problem""",
            [retry_at, problem],
        )


def _windows(session: Session, since: datetime) -> Iterator[tuple[Sequence[Found], bool]]:
    """Pages of everything modified since then, by keyset: each query begins at the last time seen, and none has an
    offset. Who is modified meanwhile moves to the end, and pushes nobody over the edge of a page; no query comes near
    the results to which HubSpot answers. With each page: whether everything before its last time has been seen.
    """
    start = epoch_ms(since)
    while True:
        page = session.client.search_modified(start, lane=Lane.POLL.label)
        yield page.results, True
        if page.after is None:
            return
        times = [epoch_ms(found.modified) for found in page.results]
        last = max([start, *times])
        if last > start:
            start = last
        elif min([start, *times]) == start:
            # More than a page has one and the same time, as a bulk edit gives: those are walked by id.
            yield from ((found, True) for found in _by_id(session, start, start + 1))
            start += 1
        else:
            # The rows show older times than those they were found by: time does not lead on, ids do.
            yield from ((found, False) for found in _by_id(session, start, None))
            return


def _by_id(session: Session, since_ms: int, until_ms: int | None) -> Iterator[Sequence[Found]]:
    last_id = "0"
    while True:
        page = session.client.search_modified(since_ms, until_ms, after_id=last_id, lane=Lane.POLL.label)
        yield page.results
        if not page.results or page.after is None:
            return
        last_id = page.results[-1].id


# By listing


def _list(session: Session) -> None:
    """The next pages of the listing, from where the last poll ended; all of it when a person waits for the poll."""
    whole = session.connection.last_poll_at is None
    state = None if whole else _state(session)
    after = state.listed_after if state else None
    for number in range(1, 1_000_000):
        page = session.client.list_contacts(["lastmodifieddate"], after=after, lane=Lane.POLL.label)
        found = [Found(contact.id, _revision(contact)) for contact in page.results]
        _hint_unknown(session, found, checkpoint=False)
        after = page.after
        with session.transaction():
            sql.execute(
                """INSERT INTO poll_states (listed_after) VALUES (%s)
                   ON CONFLICT (tenant_id) DO UPDATE SET listed_after = excluded.listed_after""",
                [after],
            )
        if after is None or (number >= LISTED_PAGES and not whole):
            return


def _revision(contact: Contact) -> datetime:
    text = contact.properties.get("lastmodifieddate") or contact.updated
    if not text:
        raise NotHubSpot("HubSpot's listing does not say when a contact was modified.")
    return parse_instant(text)


# What was found


def _hint_unknown(session: Session, page: Sequence[Found], *, checkpoint: bool) -> None:
    """Hints the contacts whose revision is not the one we know. With their commit the checkpoint moves."""
    if not page:
        return
    with session.transaction():
        known = sql.rows(
            "SELECT hubspot_id, remote_modified FROM contact_links WHERE hubspot_id = ANY(%s) AND state = 'live'",
            [[found.id for found in page]],
        )
        revisions = {row["hubspot_id"]: row["remote_modified"] for row in known}
        new = [found.id for found in page if revisions.get(found.id) != found.modified]
        hints.leave(Side.HUBSPOT, new, source="poll", lane=Lane.POLL)
        if checkpoint:
            # Only HubSpot's own times move it: our clock proves nothing about its index.
            sql.execute(
                "UPDATE connections SET polled_until = greatest(polled_until, %s)",
                [max(found.modified for found in page)],
            )


def _archived(session: Session) -> list[str]:
    ids: list[str] = []
    after = None
    for _ in range(ARCHIVED_PAGES):
        page = session.client.list_contacts(["email", MERGED_IDS], after=after, archived=True, lane=Lane.POLL.label)
        # A contact merged into one that was archived later is in no listing: its survivor tells of it.
        ids += [id for contact in page.results for id in (contact.id, *contact.merged_ids)]
        after = page.after
        if after is None:
            break
    return ids


def _linked(hubspot_ids: Sequence[str]) -> list[str]:
    found = sql.rows(
        "SELECT hubspot_id FROM contact_links WHERE hubspot_id = ANY(%s) AND state = 'live'", [list(hubspot_ids)]
    )
    return sorted({row["hubspot_id"] for row in found} | (evidence.strangers() & {*hubspot_ids}))
