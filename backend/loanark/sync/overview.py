"""The dashboard: is everything in sync, in one sentence, and the balance that proves it."""

from loanark.connections import queries as connections
from loanark.connections import settings
from loanark.connections.budget import LANES
from loanark.connections.models import Connection
from loanark.connections.schemas import ConnectionOut
from loanark.connections.settings import Halt
from loanark.contacts import queries as contacts
from loanark.core.mapping import Side
from loanark.kit import sql
from loanark.sync import activity, held, poll, runs, worker
from loanark.sync import balance as balances
from loanark.sync.apply import POSSIBLE_DUPLICATE
from loanark.sync.schemas import (
    Balance,
    Budget,
    DailyBudget,
    Explained,
    LaneUse,
    NeedsYou,
    Opens,
    Overview,
    Pending,
    Recent,
    RunOut,
    Truth,
)

#: How many recently created contacts a side shows.
RECENT = 5

NOBODY_WORKS = (
    "No worker has given a sign of life lately: changes are kept, and go on when one runs. Start it: loanark worker"
)


def overview(own: str | None = None) -> Overview:
    """Everything the dashboard shows, read in one transaction, so that its numbers agree.

    `own`: of the contacts whose owner or loan officer that is; the balance is about everybody's, and left out.
    """
    connection = connections.connection()
    run = runs.latest()
    pending = _pending()
    needs = _needs_you(connection, run)
    account = Connection.objects.first()
    balance = _balance(account) if own is None else None
    compared = account is not None and account.backfilled_at is not None
    budget = _budget(connection)
    return Overview(
        truth=_truth(connection, settings.load().halt, run, pending, needs, balance, budget, compared=compared),
        connection=connection,
        balance=balance,
        run=run,
        pending=pending,
        needs_you=needs,
        activity=activity.points("1 hour", 24),
        recent=Recent(
            hubspot=contacts.newest(Side.HUBSPOT, RECENT, own), loanark=contacts.newest(Side.LOANARK, RECENT, own)
        ),
        budget=budget,
        worker_seen_at=sql.scalar("SELECT max(seen_at) FROM worker_beats"),
    )


def _truth(
    connection: ConnectionOut,
    halt: Halt | None,
    run: RunOut | None,
    pending: Pending,
    needs: list[NeedsYou],
    balance: Balance | None,
    budget: Budget | None,
    *,
    compared: bool,
) -> Truth:
    if connection.status == "not_connected":
        detail = "Connect it to go on." if compared else "Connect it to begin."
        return Truth(level="attention", sentence="HubSpot is not connected.", detail=detail)
    if halt:
        count = pending.hubspot + pending.loanark
        changes = f"{count:,} {'change waits' if count == 1 else 'changes wait'}"
        sentence = f"Paused by {halt.by} since {halt.at:%Y-%m-%d %H:%M} UTC: {changes}."
        return Truth(level="attention", sentence=sentence, detail=halt.reason or None)
    if connection.problem and connection.status != "connected":
        detail = f"{connection.problem.detail} {connection.problem.fix}"
        return Truth(level="broken", sentence=f"{connection.problem.title}.", detail=detail)
    if run and run.status == "waiting":
        ready = "The plan to put changes back is ready" if run.kind == "undo" else "The preview is ready"
        return Truth(level="attention", sentence=f"{ready}: nothing flows before you approve it.", detail=None)
    if run and run.status == "held":
        return Truth(level="attention", sentence="A run is held until somebody looks at it.", detail=run.reason)
    if run and run.status == "running":
        total = f" of {run.total:,}" if run.total else ""
        what = {
            "preview": "Looking at",
            "backfill": "Bringing over",
            "sweep": "Comparing",
            "undo": "Putting back",
            "edit": "Editing",
        }
        waits = NOBODY_WORKS if not worker.alive() else None
        if budget and budget.daily and budget.daily.resting:
            waits = "It waits for the account's midnight: the day's last requests are kept for people and new changes."
        return Truth(level="working", sentence=f"{what[run.kind]} contacts: {run.done:,}{total}.", detail=waits)
    if not compared:
        detail = "A preview shows what a first run would do; nothing flows before it is approved."
        return Truth(level="attention", sentence="HubSpot is connected, and not compared yet.", detail=detail)
    people = sum(need.count for need in needs if need.kind in ("conflict", "rejection", "held", "mapping"))
    if people:
        noun = "matter needs" if people == 1 else "matters need"
        return Truth(level="attention", sentence=f"{people:,} {noun} you; everything else is in sync.", detail=None)
    waiting = pending.hubspot + pending.loanark
    if waiting:
        noun = "contact is" if waiting == 1 else "contacts are"
        reason = None if worker.alive() else NOBODY_WORKS
        return Truth(level="working", sentence=f"{waiting:,} {noun} on the way.", detail=reason)
    if balance and (balance.unexplained or balance.unexplained_loanark):
        detail = "HubSpot's own count is a little behind at times; a complete comparison tells for sure."
        return Truth(level="working", sentence="Everything known is in sync.", detail=detail)
    return Truth(level="ok", sentence="Everything is in sync.", detail=poll.notice())


def _balance(row: Connection | None) -> Balance | None:
    if row is None or row.hubspot_total is None or row.counted_at is None or row.backfilled_at is None:
        return None
    sheet = balances.look(row.tenant_id, row.hubspot_total, row.counted_at, runs.left_unlinked())
    return Balance(
        hubspot=sheet.hubspot,
        loanark=sheet.loanark,
        linked=sheet.linked,
        explained=[
            Explained(reason=part.reason, count=part.count, side=part.side, opens=_opens(part.reason))
            for part in sheet.explained
        ],
        unexplained=sheet.unexplained,
        unexplained_loanark=sheet.unexplained_loanark,
        sentence=sheet.sentence,
        counted_at=row.counted_at,
    )


#: Where what explains a difference is looked at, by what its reason says; the first that is true counts.
_OPENS: tuple[tuple[str, Opens], ...] = (
    ("held", "held"),
    ("refused", "values"),
    ("not storable", "values"),
    ("rejected", "values"),
    ("merged in HubSpot", "duplicates"),
    ("perhaps a duplicate", "duplicates"),
    ("erased before", "values"),
    ("on the way", "pending"),
    ("deleted in LoanArk", "deleted"),
    ("sweep", "runs"),
    ("looked at next", "runs"),
)


def _opens(reason: str) -> Opens | None:
    return next((place for part, place in _OPENS if part in reason), None)


def _pending() -> Pending:
    found = sql.rows("SELECT side, count(*) AS count, min(created_at) AS oldest FROM hints GROUP BY side")
    counts = {row["side"]: row["count"] for row in found}
    oldest = min((row["oldest"] for row in found), default=None)
    return Pending(hubspot=counts.get("hubspot", 0), loanark=counts.get("loanark", 0), oldest_at=oldest)


def _needs_you(connection: ConnectionOut, run: RunOut | None) -> list[NeedsYou]:
    needs = []
    if connection.status in ("not_connected", "reconnect_needed"):
        problem = connection.problem
        title = problem.title if problem else "Connect HubSpot"
        detail = problem.fix if problem else "Nothing can flow before."
        needs.append(NeedsYou(kind="connection", count=1, title=title, detail=detail))
    if run and run.status == "waiting":
        title = "Approve the undo" if run.kind == "undo" else "Approve the preview"
        needs.append(NeedsYou(kind="preview", count=1, title=title, detail="See what would happen."))
    groups = held.waiting()
    needs += [
        NeedsYou(kind="held", count=group.count, title=f"Decide {group.title}", detail=group.detail) for group in groups
    ]
    if run and run.status == "held" and not groups:
        needs.append(NeedsYou(kind="held", count=1, title="A run is held", detail=run.reason or ""))
    if resting := connections.resting():
        detail = " ".join(reason for _, reason in resting)
        needs.append(NeedsYou(kind="mapping", count=len(resting), title="Mend fields that rest", detail=detail))
    conflicts = sql.scalar("SELECT count(*) FROM contact_conflicts WHERE open")
    if conflicts:
        detail = "Both sides changed the same field."
        needs.append(NeedsYou(kind="conflict", count=conflicts, title="Decide conflicts", detail=detail))
    held_back = sql.scalar(
        "SELECT count(*) FROM contact_rejections WHERE resolved_at IS NULL AND code = %s", [POSSIBLE_DUPLICATE]
    )
    if held_back:
        detail = "New contacts that may be somebody who is there already wait on their own side."
        needs.append(NeedsYou(kind="duplicate", count=held_back, title="Decide who is a duplicate", detail=detail))
    rejections = sql.scalar(
        "SELECT count(*) FROM contact_rejections WHERE resolved_at IS NULL AND code <> %s", [POSSIBLE_DUPLICATE]
    )
    if rejections:
        detail = "Each says what is wrong and what to do."
        needs.append(NeedsYou(kind="rejection", count=rejections, title="Values not carried over", detail=detail))
    return needs


def _budget(connection: ConnectionOut) -> Budget | None:
    if connection.requests_per_10s is None:
        return None
    found = sql.rows(
        """SELECT lane, sum(used)::int AS used FROM request_usage
           WHERE slot >= date_bin('10 seconds', clock_timestamp(), 'epoch') GROUP BY lane ORDER BY lane"""
    )
    lanes = [LaneUse(**row) for row in found]
    used = sum(lane.used for lane in lanes)
    return Budget(limit=connection.requests_per_10s, window_seconds=10, used=used, lanes=lanes, daily=_daily())


def _daily() -> DailyBudget | None:
    row = sql.first(
        """SELECT daily_limit AS limit, greatest(daily_remaining, 0) AS remaining, day_ends AS ends_at,
                  daily_remaining <= %s * daily_limit AS resting
           FROM request_buckets WHERE bucket = 'general' AND day_ends > clock_timestamp()""",
        [LANES["backfill"].keep],
    )
    return DailyBudget(**row) if row else None
