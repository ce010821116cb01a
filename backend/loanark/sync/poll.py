"""Polling: what changed in HubSpot that no webhook told. The search index finds work; it never decides anything."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from loanark.connections.models import Connection
from loanark.connections.queries import POLL_SECONDS
from loanark.core.mapping import Side
from loanark.hubspot.models import Found, SearchPage
from loanark.hubspot.wire import epoch_ms
from loanark.kit import clock, sql
from loanark.sync import hints
from loanark.sync.hints import Lane
from loanark.sync.session import Session

#: The search index lags behind the records, by minutes at times (HubSpot API facts, search): each poll looks back
#: this far, and skips what it knows by its revision.
OVERLAP = timedelta(minutes=5)

#: HubSpot answers no more results than this to one query, however it is paged.
SEARCH_CAP = 10_000

#: The archived listing has no order by time. Up to this many pages are read at each poll; an account with more
#: recently archived contacts learns of deletions by webhook or sweep.
ARCHIVED_PAGES = 5


def is_due(connection: Connection) -> bool:
    last = connection.last_poll_at
    return last is None or clock.now() - last >= timedelta(seconds=POLL_SECONDS)


def poll(session: Session) -> None:
    """Leaves a hint for every contact that changed in HubSpot since the last poll, less an overlap."""
    since = (session.connection.polled_until or clock.now()) - OVERLAP
    newest = since
    for page in _windows(session, since):
        _hint_unknown(session, page)
        newest = max([newest, *(found.modified for found in page)])
    gone = _archived(session)
    with session.transaction():
        hints.leave(Side.HUBSPOT, _linked(gone), source="archived listing", lane=Lane.POLL)
        row = Connection.objects.get(tenant_id=session.tenant_id)
        # Only HubSpot's own times move the checkpoint: our clock proves nothing about its index.
        row.polled_until = max(row.polled_until or newest, newest)
        row.last_poll_at = clock.now()
        row.save(update_fields=["polled_until", "last_poll_at"])
    session.connection.polled_until, session.connection.last_poll_at = row.polled_until, row.last_poll_at


def _windows(session: Session, since: datetime) -> Iterator[Sequence[Found]]:
    """Pages of everything modified since then. A query is cut before the cap: the next begins at the last time seen."""
    start = epoch_ms(since)
    while True:
        last, after = start, None
        for page in _pages(session, start):
            yield page.results
            last = max([last, *(epoch_ms(found.modified) for found in page.results)])
            after = page.after
        if after is None:
            return
        if last == start:
            yield from _same_millisecond(session, start)
            last += 1
        start = last


def _pages(session: Session, since_ms: int) -> Iterator[SearchPage]:
    after = None
    while True:
        page = session.client.search_modified(since_ms, after=after, lane=Lane.POLL.label)
        yield page
        after = page.after
        if after is None or int(after) >= SEARCH_CAP:
            return


def _same_millisecond(session: Session, moment_ms: int) -> Iterator[Sequence[Found]]:
    """A bulk edit gives more contacts than the cap one and the same time: those are walked by id."""
    last_id = "0"
    while True:
        page = session.client.search_modified(moment_ms, moment_ms + 1, after_id=last_id, lane=Lane.POLL.label)
        yield page.results
        if not page.results or page.after is None:
            return
        last_id = page.results[-1].id


def _hint_unknown(session: Session, page: Sequence[Found]) -> None:
    """Hints the contacts whose revision is not the one we know."""
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


def _archived(session: Session) -> list[str]:
    ids: list[str] = []
    after = None
    for _ in range(ARCHIVED_PAGES):
        page = session.client.list_contacts(["email"], after=after, archived=True, lane=Lane.POLL.label)
        ids += [contact.id for contact in page.results]
        after = page.after
        if after is None:
            break
    return ids


def _linked(hubspot_ids: Sequence[str]) -> list[str]:
    found = sql.rows(
        "SELECT hubspot_id FROM contact_links WHERE hubspot_id = ANY(%s) AND state = 'live'", [list(hubspot_ids)]
    )
    return [row["hubspot_id"] for row in found]
