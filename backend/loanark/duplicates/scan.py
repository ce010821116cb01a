"""Searching the whole book: in the background, a page at a time, from where it was left.

First every contact's keys are written down, and names and places are counted; then each contact is compared with those
after it who share a key. Progress is committed with the page, so that a killed process is followed by one that goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg.errors
from django.db import OperationalError

from loanark.connections.actions import notify, wake_workers
from loanark.core.duplicates.keys import keys
from loanark.core.duplicates.person import Person
from loanark.core.duplicates.score import Frequencies
from loanark.duplicates import book, finder, proposals
from loanark.duplicates.models import Scan
from loanark.duplicates.people import Sources, lean, sources
from loanark.kit import clock, sql
from loanark.kit.errors import NotFound
from loanark.tenants.access import tenant_scope

#: Contacts of a page, by phase: what a page locks it locks for well under a second.
PAGES: Mapping[str, int] = {"keys": 4_000, "pairs": 1_000}
#: Contacts that wait are compared so many at once.
CAUGHT_UP_AT_ONCE = 100

#: Who started a search that nobody asked for.
BY_ITSELF = "LoanArk"

#: Where more contacts wait than that, and than half the book, searching it all anew is quicker, and counts names anew.
_MANY_WAIT = 1_000

#: Whether a book has outgrown what was counted is looked at no more often, by each process.
_LOOK_SECONDS = 60.0
_looked_at: dict[UUID, float] = {}

#: So many people a process keeps in memory while it searches, about 600 bytes each.
_REMEMBERED = 1_500_000

#: Open screens are told no more often.
_TELL_SECONDS = 1.0

#: A page gives way to whoever writes what it wants to write, before the database has to choose between the two.
_PATIENCE = "200ms"

_FIRST, _LAST = "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"


def start(tenant_id: UUID, *, by: str) -> Scan:
    """Begins a search of the book, or returns the one that is under way. Call inside a tenant's scope."""
    sql.execute("INSERT INTO duplicate_scans (by, total) VALUES (%s, %s) ON CONFLICT DO NOTHING", [by, book.count()])
    wake_workers(tenant_id)
    notify(tenant_id, "duplicates")
    row = sql.first("SELECT * FROM duplicate_scans WHERE status = 'running'")
    return Scan(**row) if row else start(tenant_id, by=by)


def cancel(scan_id: int) -> Scan:
    """Ends a search; what it found stays. One that is over is returned as it is. Raises: NotFound."""
    sql.execute(
        "UPDATE duplicate_scans SET status = 'cancelled', finished_at = now() WHERE id = %s AND status = 'running'",
        [scan_id],
    )
    scan = get(scan_id)
    notify(scan.tenant_id, "duplicates")
    return scan


def get(scan_id: int) -> Scan:
    """A search as it stands. Raises: NotFound."""
    row = sql.first("SELECT * FROM duplicate_scans WHERE id = %s", [scan_id])
    if row is None:
        raise NotFound("There is no such search of this organisation's contacts.")
    return Scan(**row)


def step(tenant_id: UUID) -> bool:
    """Carries a running scan on by a page, or compares contacts that wait. Returns whether there was anything.

    A transaction of its own. An organisation that has contacts and was never searched is searched by itself.
    """
    try:
        with tenant_scope(tenant_id, durable=False):
            sql.execute("SELECT set_config('lock_timeout', %s, true)", [_PATIENCE])
            return _step(tenant_id)
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
            return True  # somebody decides about the same contacts just now: nothing was written, and it comes again
        raise


def _step(tenant_id: UUID) -> bool:
    row = sql.first("SELECT * FROM duplicate_scans WHERE status = 'running' FOR NO KEY UPDATE SKIP LOCKED")
    if row is not None:
        proposals.take_turn()
        _carry_on(Scan(**row))
        return True
    _memories.pop(tenant_id, None)
    standing = sql.first(
        """SELECT EXISTS (SELECT FROM duplicate_scans WHERE status = 'running') AS elsewhere,
               EXISTS (SELECT FROM duplicate_scans) AS searched, EXISTS (SELECT FROM duplicate_waiting) AS waiting,
               EXISTS (SELECT FROM contacts WHERE deleted_at IS NULL) AS contacts"""
    )
    assert standing
    if standing["elsewhere"]:
        return False
    if standing["contacts"] and (not standing["searched"] or (standing["waiting"] and _many_wait())):
        start(tenant_id, by=BY_ITSELF)
        return True
    if standing["waiting"]:
        return finder.catch_up(CAUGHT_UP_AT_ONCE) > 0
    if clock.monotonic() - _looked_at.get(tenant_id, -_LOOK_SECONDS) < _LOOK_SECONDS:
        return False
    _looked_at[tenant_id] = clock.monotonic()
    if not _has_outgrown():
        return False
    start(tenant_id, by=BY_ITSELF)
    return True


def _many_wait() -> bool:
    many = max(_MANY_WAIT, book.counted() // 2)
    return bool(sql.scalar("SELECT count(*) > %s FROM (SELECT FROM duplicate_waiting LIMIT %s) AS w", [many, many + 1]))


def _has_outgrown() -> bool:
    """Whether a small book is more than twice as large as it was counted: what is frequent is not known any more."""
    many = 2 * book.counted() + _MANY_WAIT
    return many <= book.COUNTED and book.count(many + 1) > many


# ── A page ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class _Memory:
    """What a process keeps of a search from one page to the next; another process reads it again."""

    scan_id: int
    sources: Sources
    people: dict[str, Person] = field(default_factory=dict)
    frequencies: Frequencies | None = None
    told_at: float = -_TELL_SECONDS


_memories: dict[UUID, _Memory] = {}


def _carry_on(scan: Scan) -> None:
    memory = _remember(scan)
    if scan.phase == "keys":
        _write_keys(scan, memory)
    else:
        _compare(scan, memory)
    _write(scan)
    over = scan.status != "running"
    if over:
        _memories.pop(scan.tenant_id, None)
    if over or clock.monotonic() - memory.told_at >= _TELL_SECONDS:
        memory.told_at = clock.monotonic()
        notify(scan.tenant_id, "duplicates")


def _remember(scan: Scan) -> _Memory:
    chosen = sources()
    memory = _memories.get(scan.tenant_id)
    if memory is None or memory.scan_id != scan.id or memory.sources != chosen:
        memory = _memories[scan.tenant_id] = _Memory(scan.id, chosen)
    if sum(len(one.people) for one in _memories.values()) > _REMEMBERED:
        for one in _memories.values():
            one.people.clear()
    return memory


def _write(scan: Scan) -> None:
    names = ("status", "phase", "cursor", "done", "total", "found")
    sql.execute(
        f"""UPDATE duplicate_scans SET {", ".join(f"{name} = %s" for name in names)}, progress_at = now(),
                finished_at = CASE WHEN %s <> 'running' THEN now() END WHERE id = %s""",
        [*(getattr(scan, name) for name in names), scan.status, scan.id],
    )


def _write_keys(scan: Scan, memory: _Memory) -> None:
    """A page of the first phase."""
    if scan.cursor is None:
        book.begin_counting()
        # Everybody is compared: whoever is changed from now on waits anew.
        sql.execute(
            """DELETE FROM duplicate_waiting WHERE contact_id IN (
                   SELECT contact_id FROM duplicate_waiting FOR NO KEY UPDATE SKIP LOCKED)"""
        )
    people = {id: lean(one) for id, one in book.page(_text(scan.cursor), PAGES["keys"], memory.sources).items()}
    after, last = _text(scan.cursor), max(people) if len(people) == PAGES["keys"] else _LAST
    wanted = {id: keys(one) for id, one in people.items()}
    book.replace_keys(after, last, wanted)
    book.add_counts(people.values())
    memory.people.update(people)
    scan.cursor, scan.done = UUID(last), scan.done + len(people)
    if last == _LAST:
        book.end_counting()
        scan.phase, scan.cursor, scan.total, scan.done = "pairs", None, scan.done, 0


def _compare(scan: Scan, memory: _Memory) -> None:
    """A page of the second phase."""
    memory.frequencies = memory.frequencies or book.frequencies()
    after = _text(scan.cursor)
    ids = book.ids(after, PAGES["pairs"])
    last = ids[-1] if len(ids) == PAGES["pairs"] else _LAST
    near = book.sharing_after(after, last)
    before = proposals.known_from(after, last)
    for one in before:
        if one.state == "open":
            near.setdefault(one.ends[0], set()).add(one.ends[1])
    unread = {id for name, others in near.items() for id in (name, *others)} - memory.people.keys()
    if unread:
        memory.people.update((id, lean(one)) for id, one in book.people(unread, memory.sources).items())
    found = finder.weigh(near, memory.people, memory.frequencies)
    kept = [one for one in before if one.kind != proposals.SAID_BY_HUBSPOT]
    settled = proposals.settle(found, kept, memory.sources, people=memory.people)
    scan.found += len(settled.open)
    scan.cursor, scan.done = UUID(last), scan.done + len(ids)
    if last == _LAST:
        proposals.settle({}, proposals.known_of_nobody(), memory.sources, people=memory.people)
        scan.status = "done"


def _text(cursor: Any) -> str:
    return str(cursor) if cursor else _FIRST
