"""Complete runs over HubSpot's listing: preview, backfill, sweep. Page by page, pages that wait in one transaction.

The listing is a keyset by id, so a run goes on after a crash where its last committed page ended. Unchanged contacts
are recognised by digest in one query a page and cost nothing more.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from queue import Full, Queue
from threading import Event, Thread
from typing import Any
from uuid import UUID

import structlog
from django.db import DataError, IntegrityError, connections

from loanark.connections.models import Connection
from loanark.core.mapping import Side
from loanark.core.plan import Action
from loanark.hubspot.client import BATCH_SIZE
from loanark.hubspot.models import Page
from loanark.kit import clock, sql
from loanark.sync import balance, brakes, evidence, hints, key_property, plans, runs
from loanark.sync.apply import summarise
from loanark.sync.hints import Lane
from loanark.sync.look import Case, Seen, look, read_page
from loanark.sync.models import Run
from loanark.sync.reconcile import Tally, reconcile, see_made
from loanark.sync.session import Session

log = structlog.get_logger()

#: A preview shows this many contacts of each kind of action.
SAMPLES_EACH = 5

#: So many LoanArk-only contacts are planned in one transaction.
PLANNED_AT_ONCE = 500

ReadPage = tuple[Page, list[Seen]]

#: So many pages are stored in one transaction when they wait: its twenty statements then cost little beside their rows.
#: More would only hold locks for longer.
PAGES_AT_ONCE = 5


def step(session: Session, run: Run, *, deadline: float) -> None:
    """Carries a run on until it ends, the deadline passes, or something more urgent waits."""
    if run.phase == "queued":
        _begin(session, run)
        if run.kind == "preview" and session.connection.approved_at:
            # What is blank in HubSpot may be a property that is gone: its properties are read anew before this goes on.
            session.schema_doubtful = True
            return
    if run.phase == "reading" and not _read_pages(session, run, deadline):
        return
    if run.phase == "creating" and not _create_missing(session, run, deadline):
        return
    if run.phase == "finishing":
        _finish(session, run)


def _begin(session: Session, run: Run) -> None:
    total = session.count_in_hubspot(_lane(run))
    with session.transaction():
        if run.kind != "preview":
            # From here on polls are answerable for changes: a page read later may be older than an edit after it.
            Connection.objects.filter(tenant_id=session.tenant_id, polled_until__isnull=True).update(
                polled_until=clock.now()
            )
        runs.progress(run.id, counts={}, done=0, phase="reading", total=total, started_at=clock.now())
        session.connection.refresh_from_db()
    run.phase, run.total = "reading", total


def _read_pages(session: Session, run: Run, deadline: float) -> bool:
    """Reads and stores pages, the next ones on their way while some are stored. Returns whether the listing ended."""
    lane = _lane(run)
    with _read_ahead(_pages(session, run.cursor, lane, deadline)) as arrived:
        low = _number(run.cursor) - 1
        for page, seen in arrived:
            high = _number(page.results[-1].id) if page.after and page.results else None
            goes_on = _store_page(session, run, page, seen, lane, low, high)
            if page.after is None:
                return True
            low = high if high is not None else low
            if not goes_on:
                return False
    return False


def _pages(session: Session, cursor: str | None, lane: Lane, deadline: float) -> Iterator[ReadPage]:
    """Pages in order, from the cursor on. After the deadline no further one is asked for."""
    strangers = session.connection.backfilled_at is None
    after = cursor
    while clock.monotonic() < deadline:
        page = session.client.list_contacts(session.properties, after=after, lane=lane.label)
        yield page, read_page(page, session, strangers=strangers)
        after = page.after
        if after is None:
            return


@contextmanager
def _read_ahead(pages: Iterator[ReadPage]) -> Iterator[Iterator[ReadPage]]:
    """The same pages, read by a thread while earlier ones are stored; those that arrived meanwhile come as one.

    So whoever is slower sets the size: where HubSpot's limit is, every page is stored as it comes; where the database
    is, a transaction's fixed cost is shared by `PAGES_AT_ONCE`.
    """
    if clock.simulated():
        # One thread, so that the same seed is the same story.
        yield pages
        return
    # Twice as many as are stored at once: the reader goes on while the database works.
    waiting: Queue[ReadPage | Exception | None] = Queue(2 * PAGES_AT_ONCE)
    enough = Event()

    def hand_over(what: ReadPage | Exception | None) -> None:
        while not enough.is_set():
            with suppress(Full):
                waiting.put(what, timeout=0.1)
                return

    def read_on() -> None:
        try:
            for page in pages:
                hand_over(page)
                if enough.is_set():
                    break
            hand_over(None)
        except Exception as error:  # noqa: BLE001  raised by the thread that stores
            hand_over(error)
        finally:
            connections.close_all()

    reader = Thread(target=read_on, name="reader", daemon=True)
    reader.start()
    try:
        yield _arrived(waiting)
    finally:
        enough.set()
        reader.join()


def _arrived(waiting: "Queue[ReadPage | Exception | None]") -> Iterator[ReadPage]:
    """What has arrived, as one page each time. Raises what ended the reading, after everything read before it."""
    last: Exception | None = None
    while True:
        pages: list[ReadPage] = []
        while not pages or (len(pages) < PAGES_AT_ONCE and not waiting.empty()):
            one = waiting.get()
            if not isinstance(one, tuple):
                waiting.put(one)
                last = one
                break
            pages.append(one)
        if pages:
            yield _joined(pages)
        elif last:
            raise last
        else:
            return


def _joined(pages: Sequence[ReadPage]) -> ReadPage:
    """Consecutive pages as one, which is as old as its first."""
    first, last = pages[0][0], pages[-1][0]
    contacts = [contact for page, _ in pages for contact in page.results]
    return Page(contacts, last.after, first.read_at), [one for _, seen in pages for one in seen]


def _store_page(
    session: Session, run: Run, page: Page, seen: list[Seen], lane: Lane, low: int, high: int | None
) -> bool:
    """One page, one transaction (and what it sends). Returns whether the next page may follow at once."""
    if run.kind == "preview":
        return _preview_page(session, run, page, seen)
    findings, goes_on, same, strange = dict(run.findings), False, set[str](), set[str]()

    def sift(seen: Sequence[Seen]) -> Sequence[Seen]:
        unchanged, absent, strangers = _compare(page, seen, low, high)
        same.update(unchanged)
        strange.update(strangers)
        if absent:
            findings["absent"] = [*findings.get("absent", []), *absent]
        return [one for one in seen if one.hubspot_id not in same]

    def checkpoint(counts: Counter[str]) -> None:
        nonlocal goes_on
        if left := _still_unlinked(strange):
            findings["unlinked"] = [*findings.get("unlinked", []), *left]
        counts.update(read=len(same), unchanged=len(same))
        goes_on = _checkpoint(run, page, counts, findings)

    try:
        settling = plans.settling(run)
        tally = reconcile(session, seen, lane=lane, run_id=run.id, sift=sift, checkpoint=checkpoint, settling=settling)
    except (DataError, IntegrityError) as error:
        # One of them cannot be stored. As hints they are followed one by one, and the run goes on.
        log.warning("a page could not be stored whole", run=run.id, error=str(error).splitlines()[0])
        with session.transaction(run_id=run.id):
            waiting = [one.hubspot_id for one in sift(seen)]
            hints.leave(Side.HUBSPOT, waiting, source="its page could not be stored", lane=Lane.BACKFILL)
            checkpoint(Counter())
        tally = Tally()
    _keep_statistics(run.done, run.done + len(page.results))
    _count_late(session, run, tally.late)
    _advance(run, page, findings)
    return goes_on


def _checkpoint(run: Run, page: Page, counts: Counter[str], findings: dict[str, Any]) -> bool:
    """Within the page's transaction: where the next one starts. Returns whether it may follow at once."""
    phase = _phase_after(run, page)
    going = runs.progress(
        run.id, counts=counts, done=len(page.results), cursor=page.after, phase=phase, findings=findings
    )
    return going and not _urgent()


def _phase_after(run: Run, page: Page) -> str:
    if page.after:
        return "reading"
    return "finishing" if run.kind == "preview" else "creating"


def _advance(run: Run, page: Page, findings: dict[str, Any]) -> None:
    """What the checkpoint wrote, for the next page of this turn."""
    run.phase, run.cursor, run.findings = _phase_after(run, page), page.after, findings
    run.done += len(page.results)


def _keep_statistics(before: int, after: int) -> None:
    """Refreshes PostgreSQL's statistics each time a load has grown tenfold: autovacuum comes too late for it.

    Without them the tables seem empty, and every page reads them whole. A role that does not own the tables may not
    do this; then PostgreSQL only warns, and autovacuum does it later.
    """
    if len(str(after)) > len(str(before)):
        sql.execute("ANALYZE contacts, contact_links")


def _count_late(session: Session, run: Run, counts: Counter[str]) -> None:
    """What was sent to HubSpot is known only after the page's checkpoint."""
    if counts:
        with session.transaction():
            runs.progress(run.id, counts=counts, done=0)


def _compare(page: Page, seen: Sequence[Seen], low: int, high: int | None) -> tuple[set[str], list[str], set[str]]:
    """The page against the links of its range of ids, in one query.

    Returns what both sides left as they agreed; what should be on the page and is not, which is not yet evidence: each
    of those is asked for; and what nobody linked yet.
    """
    links = sql.rows(
        """SELECT l.hubspot_id, l.remote_hash, l.read_at < %s AS older,
                  c.version = l.local_version AND c.deleted_at IS NULL AS quiet
           FROM contact_links l LEFT JOIN contacts c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
           WHERE l.state = 'live' AND l.hubspot_number > %s AND (%s::bigint IS NULL OR l.hubspot_number <= %s)""",
        [page.read_at, low, high, high],
    )
    hashes = {one.hubspot_id: one.hash for one in seen}
    unchanged = {
        row["hubspot_id"] for row in links if row["quiet"] and hashes.get(row["hubspot_id"]) == row["remote_hash"]
    }
    absent = [row["hubspot_id"] for row in links if row["older"] and row["hubspot_id"] not in hashes]
    return unchanged, absent, hashes.keys() - {row["hubspot_id"] for row in links}


def _still_unlinked(hubspot_ids: Collection[str]) -> list[str]:
    """Those of a page's strangers that its transaction did not link: the balance must explain each."""
    if not hubspot_ids:
        return []
    found = sql.rows(
        "SELECT hubspot_id FROM contact_links WHERE hubspot_id = ANY(%s::text[]) AND state = 'live'",
        [sql.texts(hubspot_ids)],
    )
    return sorted(set(hubspot_ids) - {row["hubspot_id"] for row in found})


def _preview_page(session: Session, run: Run, page: Page, seen: list[Seen]) -> bool:
    # The properties were read when it began: nothing is doubtful enough not to be shown.
    onlooker = replace(session, vouched={one.hubspot_id for one in seen})
    with session.transaction():
        cases = look(onlooker, seen)
        counts = summarise(case.plan for case in cases)
        counts["read"] += len(page.results)
        findings = _store_plans(run, cases)
        goes_on = _checkpoint(run, page, counts, findings)
    _advance(run, page, findings)
    return goes_on


def _store_plans(run: Run, cases: list[Case]) -> dict[str, Any]:
    """Stores what would happen to these contacts; returns the run's findings with them: how many, and examples."""
    rows = plans.rows_of(cases)
    stored = run.findings.get("planned", 0)
    plans.store(run.id, rows, first=stored + 1)
    samples = _samples(run.findings.get("samples", []), cases)
    return {**run.findings, "planned": stored + len(rows), "samples": samples}


def _samples(samples: list[dict[str, object]], cases: list[Case]) -> list[dict[str, object]]:
    taken = Counter(sample["action"] for sample in samples)
    more: list[dict[str, object]] = []
    for case in cases:
        action = _action(case)
        if action and taken[action] < SAMPLES_EACH:
            taken[action] += 1
            detail = case.plan.reason or ", ".join(sorted(op.field for op in case.plan.operations))
            more.append({"action": action, "name": case.name, "email": case.email, "detail": detail})
    return samples + more


def _action(case: Case) -> str | None:
    plan = case.plan
    if plan.rejects:
        return "reject"
    if plan.conflicts:
        return "conflict"
    match plan.action:
        case Action.CREATE | Action.RESTORE:
            return f"create_in_{plan.side.value}" if plan.side else None
        case Action.MATCH | Action.DELETE:
            return plan.action.value
        case Action.UPDATE if plan.operations:
            return "update"
    return None


def _create_missing(session: Session, run: Run, deadline: float) -> bool:
    """After the listing: LoanArk contacts that HubSpot does not have. Before it they might have been there already."""
    if session.connection.backfilled_at is None:
        with session.transaction():
            Connection.objects.filter(tenant_id=session.tenant_id).update(backfilled_at=clock.now())
        session.connection.backfilled_at = clock.now()
    while missing := _unlinked(session):
        key_property.ensure(session)
        made = see_made(session, missing, lane=_lane(run))
        tally = reconcile(session, made, missing, lane=_lane(run), run_id=run.id, settling=plans.settling(run))
        with session.transaction():
            goes_on = runs.progress(run.id, counts=tally.counts, done=0) and not _urgent()
        if not goes_on or clock.monotonic() > deadline:
            return False
        if tally.open_contacts:
            break
    with session.transaction():
        runs.progress(run.id, counts={}, done=0, phase="finishing")
    run.phase = "finishing"
    return True


def _unlinked(session: Session) -> list[UUID]:
    with session.transaction():
        found = sql.rows(
            """SELECT c.id FROM contacts c WHERE c.deleted_at IS NULL
               AND NOT EXISTS (SELECT FROM contact_links l
                               WHERE l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live')
               AND NOT EXISTS (SELECT FROM contact_rejections x WHERE x.tenant_id = c.tenant_id
                               AND x.contact_id = c.id AND x.field = '' AND x.resolved_at IS NULL)
               AND NOT EXISTS (SELECT FROM held_operations o WHERE o.tenant_id = c.tenant_id
                               AND o.record = c.id::text AND o.kind = 'create' AND o.state IN ('held', 'rejected'))
               ORDER BY c.id LIMIT %s""",
            [BATCH_SIZE],
        )
    return [row["id"] for row in found]


def _finish(session: Session, run: Run) -> None:
    if run.kind == "preview":
        _finish_preview(session, run)
        return
    if "asked" not in run.findings:
        _ask_for_absent(session, run)
        return
    with session.transaction():
        held = brakes.held_by_run(run.id, run.findings.get("absent", []))
        if held and run.approved_by:
            _hold(run, held)
            return
        open_now = sql.scalar("SELECT count(*) FROM contact_rejections WHERE resolved_at IS NULL")
        waiting = brakes.waiting()
        status = "partial" if open_now or waiting else "succeeded"
        findings = {**run.findings, "balance": _balance(session, run)}
        noun = "value or contact is" if open_now == 1 else "values or contacts are"
        left = f"{open_now:,} {noun} not carried over; each says why." if open_now else _settled_since(run)
        reason = " ".join(filter(None, [left, waiting, plans.closing(run)])) or None
        runs.progress(
            run.id,
            counts={},
            done=0,
            phase="done",
            status=status,
            reason=reason,
            findings=findings,
            finished_at=clock.now(),
        )


def _settled_since(run: Run) -> str | None:
    """Nothing is left behind; but what was refused on the way is in the counts."""
    refused = sql.scalar("SELECT (counts->>'rejected')::int FROM runs WHERE id = %s", [run.id])
    if not refused:
        return None
    return f"{refused:,} {'was' if refused == 1 else 'were'} refused on the way, and settled before the end."


def _balance(session: Session, run: Run) -> dict[str, Any]:
    """How both sides stand, by the listing's own count: search counts what its index knows."""
    row = Run.objects.get(tenant_id=session.tenant_id, id=run.id)
    began = row.started_at or row.created_at
    Connection.objects.filter(tenant_id=session.tenant_id).update(hubspot_total=row.done, counted_at=began)
    session.connection.hubspot_total, session.connection.counted_at = row.done, began
    sheet = balance.draw(row.done, began, run.findings.get("unlinked", []))
    parts = [{"reason": part.reason, "count": part.count, "side": part.side.value} for part in sheet.explained]
    numbers = {name: getattr(sheet, name) for name in ("hubspot", "loanark", "linked", "unexplained", "sentence")}
    more = {"unexplained_loanark": sheet.unexplained_loanark, "counted_at": began.isoformat()}
    return {**numbers, **more, "explained": parts}


def _ask_for_absent(session: Session, run: Run) -> None:
    """Hints for what the listing did not show, which are followed before the run is looked at again; and for those
    whose deletion is held, but which it did show."""
    with session.transaction():
        absent = set(run.findings.get("absent", []))
        absent |= evidence.strangers() - {*run.findings.get("unlinked", [])}
        known = brakes.known_gone()
        evidence.missed(run.id, absent)
        hints.leave(Side.HUBSPOT, absent - known, source=brakes.ABSENT, lane=Lane.SWEEP)
        hints.leave(Side.HUBSPOT, known - absent, source="seen again", lane=Lane.SWEEP)
        runs.progress(run.id, counts={}, done=0, findings={**run.findings, "asked": len(absent - known)})


def _hold(run: Run, groups: Sequence[brakes.HeldByRun]) -> None:
    """The run met the brake: it waits until a person has decided about what it found."""
    what = " and ".join(group.sentence for group in groups)
    reason = (
        f"{what}: more than the brake lets pass in an hour. Nothing of that was done. Approve to carry it out, after "
        "another look at each, or reject it under Held to put the other side back; cancelled, it stays held."
    )
    counted = 0 if "brakes" in run.findings else sum(group.off_page for group in groups)
    findings = {**run.findings, "brakes": [group.brake_id for group in groups]}
    runs.progress(run.id, counts={"held": counted}, done=0, status="held", reason=reason, findings=findings)


def _finish_preview(session: Session, run: Run) -> None:
    """The listing is read: what only LoanArk has is planned as well, and the preview waits for a person."""
    while _plan_missing(session, run):
        pass
    with session.transaction():
        row = Run.objects.get(tenant_id=session.tenant_id, id=run.id)
        local = sql.scalar("SELECT count(*) FROM contacts WHERE deleted_at IS NULL")
        findings = {
            **row.findings,
            "hubspot_total": row.counts.get("read", 0),
            "loanark_total": local,
            "notices": _notices(session, row.counts.get("created_in_hubspot", 0)),
        }
        runs.progress(
            run.id, counts={}, done=0, phase="done", status="waiting", findings=findings, cursor=None, total=row.done
        )
    # The approved run finds its rows by index, if PostgreSQL knows that there are many.
    sql.execute("ANALYZE planned")


def _plan_missing(session: Session, run: Run) -> bool:
    """A batch of LoanArk contacts that no HubSpot contact was found for. Returns whether there may be more."""
    with session.transaction():
        found = sql.rows(
            """SELECT c.id FROM contacts c WHERE c.deleted_at IS NULL AND (%s::uuid IS NULL OR c.id > %s::uuid)
               AND NOT EXISTS (SELECT FROM contact_links l
                               WHERE l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live')
               ORDER BY c.id LIMIT %s""",
            [run.cursor, run.cursor, PLANNED_AT_ONCE],
        )
        matched = _matched(run, [row["id"] for row in found])
        cases = look(session, [], [row["id"] for row in found if row["id"] not in matched])
        findings, cursor = _store_plans(run, cases), str(found[-1]["id"]) if found else None
        counts = {"created_in_hubspot": len(cases)}
        goes_on = runs.progress(run.id, counts=counts, done=0, cursor=cursor, findings=findings)
    run.findings, run.cursor = findings, cursor
    return goes_on and len(found) == PLANNED_AT_ONCE


def _matched(run: Run, contact_ids: list[UUID]) -> set[UUID]:
    """Those that the listing met already."""
    found = sql.rows(
        "SELECT contact_id FROM planned WHERE run_id = %s AND action = 'match' AND contact_id = ANY(%s)",
        [run.id, contact_ids],
    )
    return {row["contact_id"] for row in found}


def _notices(session: Session, to_create: int) -> list[str]:
    notices = []
    if not session.has_key_property:
        notices.append(
            "Before LoanArk first makes a contact in HubSpot, it adds the property loanark_id (unique) there, so that "
            "a repeated request can never make the same contact twice."
        )
    if to_create:
        notices.append(f"{to_create:,} contacts exist only in LoanArk and will be made in HubSpot.")
    return notices


def _urgent() -> bool:
    """Somebody waits for a record or a bulk edit, or paused the sync: a run steps aside between two pages."""
    return bool(
        sql.scalar(
            """SELECT EXISTS (SELECT FROM hints WHERE lane <= %s AND not_before <= clock_timestamp())
                   OR EXISTS (SELECT FROM runs WHERE status = 'running' AND beside)
                   OR EXISTS (SELECT FROM sync_settings WHERE halted_at IS NOT NULL)""",
            [int(Lane.EDIT)],
        )
    )


def _lane(run: Run) -> Lane:
    return Lane.SWEEP if run.kind == "sweep" else Lane.BACKFILL


def _number(hubspot_id: str | None) -> int:
    return int(hubspot_id) if hubspot_id and hubspot_id.isdigit() else 0
