"""Runs: bounded executions that a person can start, approve, cancel and read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.db.models import OuterRef, QuerySet, Subquery

from loanark.connections.actions import notify
from loanark.connections.models import Connection
from loanark.kit import clock, sql
from loanark.kit.cursors import numbered
from loanark.kit.errors import LoanArkError, NotFound, Stale
from loanark.sync.models import Run
from loanark.sync.schemas import PreviewOut, RunCounts, RunOut, RunPage, RunSample


class NotConnectedYet(LoanArkError):
    code = "not-connected"
    status = 409
    title = "HubSpot is not connected"


def start(kind: str, *, trigger: str) -> RunOut:
    """Starts a preview, or a complete comparison. A first run is always a preview. Call inside a tenant's scope.

    Asking for what is under way already is told of that.
    """
    connection = _connected()
    preview = kind == "preview" or connection.approved_at is None
    if (running := active()) and (running.kind == "preview") == preview:
        return get(running.id)
    _replace_waiting_preview()
    if preview:
        return get(_insert(connection.tenant_id, "preview", trigger))
    full = "sweep" if connection.backfilled_at else "backfill"
    return get(_insert(connection.tenant_id, full, trigger, approved_by=trigger))


def approve(run_id: int, *, by: str) -> RunOut:
    """Approves a waiting preview (a new run carries it out) or a held run (it goes on).

    A preview approved before whose run is not over yet is told of that run: whoever was interrupted asks again.
    """
    run = _lock(run_id)
    if (carried_out := Run.objects.filter(preview_id=run_id).first()) and carried_out.status == "running":
        return get(carried_out.id)
    if run.status == "held":
        run.status, run.approved_by, run.reason = "running", by, None
        run.save(update_fields=["status", "approved_by", "reason"])
        _tell(run.tenant_id)
        return get(run_id)
    if run.kind != "preview" or run.status != "waiting":
        raise Stale(f"Run {run_id} waits for no approval: it is {run.status}. Start a new preview.")
    connection = _connected()
    Connection.objects.filter(approved_at__isnull=True).update(approved_at=clock.now())
    run.status, run.approved_by, run.finished_at = "succeeded", by, clock.now()
    run.save(update_fields=["status", "approved_by", "finished_at"])
    kind = "sweep" if connection.backfilled_at else "backfill"
    return get(_insert(run.tenant_id, kind, run.trigger, approved_by=by, preview_id=run.id))


def approve_unseen(*, by: str) -> RunOut:
    """A complete comparison without a preview, for scripts that say so explicitly; one under way or held goes on."""
    connection = _connected()
    if under_way := Run.objects.filter(status__in=["running", "held"]).exclude(kind="preview").first():
        return approve(under_way.id, by=f"{by}, unseen") if under_way.status == "held" else get(under_way.id)
    sql.execute(
        "UPDATE runs SET status = 'cancelled', reason = 'replaced by a run approved unseen', finished_at = now() "
        "WHERE kind = 'preview' AND status IN ('running', 'waiting')"
    )
    Connection.objects.filter(approved_at__isnull=True).update(approved_at=clock.now())
    kind = "sweep" if connection.backfilled_at else "backfill"
    return get(_insert(connection.tenant_id, kind, by, approved_by=f"{by}, unseen"))


def cancel(run_id: int, *, by: str) -> RunOut:
    """Stops a run after its current page. What it did stays, and is counted."""
    run = _lock(run_id)
    if run.status not in ("running", "waiting", "held"):
        raise Stale(f"Run {run_id} is over: it is {run.status}. There is nothing to cancel.")
    run.status, run.finished_at = "cancelled", clock.now()
    run.reason = f"cancelled by {by}; what it had done until then stays"
    run.save(update_fields=["status", "finished_at", "reason"])
    _tell(run.tenant_id)
    return get(run_id)


def active() -> Run | None:
    """The run under way, if any."""
    return Run.objects.filter(status="running").first()


def any_yet() -> bool:
    """Whether there ever was a run."""
    return Run.objects.exists()


def ensure_first_preview(connection: Connection) -> None:
    """A freshly connected account previews by itself, so that the person finds something to approve."""
    if connection.approved_at is None and not any_yet():
        _insert(connection.tenant_id, "preview", "connecting HubSpot")


def page(*, cursor: str | None, limit: int) -> RunPage:
    """Runs, newest first."""
    found = _runs().order_by("-id")
    if (before := numbered(cursor)) is not None:
        found = found.filter(id__lt=before)
    rows = list(found[: limit + 1])
    following = str(rows[limit - 1].id) if len(rows) > limit else None
    return RunPage(items=[_out(run) for run in rows[:limit]], next_cursor=following)


def _runs() -> QuerySet[Any]:
    """Runs, each preview with the run that carried it out."""
    carried_out = Run.objects.filter(tenant_id=OuterRef("tenant_id"), preview_id=OuterRef("id")).values("id")[:1]
    return Run.objects.annotate(carried_out_by=Subquery(carried_out))


def get(run_id: int) -> RunOut:
    """Raises: NotFound."""
    run = _runs().filter(id=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id} in this organisation.")
    return _out(run)


def latest() -> RunOut | None:
    """The run a dashboard shows: one under way, else one that waits for a person."""
    run = _runs().filter(status__in=["running", "waiting", "held"]).order_by("-id").first()
    return _out(run) if run else None


def progress(run_id: int, *, counts: Mapping[str, int], done: int, **fields: Any) -> bool:
    """Adds to a run's counts; returns whether it still is to go on. Within the transaction of the page it counts."""
    columns = ", ".join(f"{name} = %s" for name in fields)
    return bool(
        sql.scalar(
            f"""WITH moved AS (
                    UPDATE runs SET done = done + %s, last_progress_at = clock_timestamp(),
                        counts = counts || coalesce((
                            SELECT jsonb_object_agg(key, value::int + coalesce((counts ->> key)::int, 0))
                            FROM jsonb_each_text(%s::jsonb)), '{{}}'){", " + columns if columns else ""}
                    WHERE id = %s AND status = 'running' RETURNING tenant_id),
                told AS (
                    SELECT pg_notify('loanark_live', json_build_object('tenant', tenant_id, 'kind', 'runs')::text)
                    FROM moved)
                SELECT count(*) FROM told""",
            [
                done,
                orjson.dumps({name: count for name, count in counts.items() if count}).decode(),
                *(orjson.dumps(value).decode() if isinstance(value, dict) else value for value in fields.values()),
                run_id,
            ],
        )
    )


def _connected() -> Connection:
    connection = Connection.objects.first()
    if connection is None or connection.status == "not_connected":
        raise NotConnectedYet("No HubSpot account is connected. Connect one on the page Connection, then start again.")
    return connection


def _replace_waiting_preview() -> None:
    if Run.objects.filter(status__in=["running", "held"]).exists():
        raise Stale("A run is under way. Wait for its end, or cancel it first.")
    sql.execute(
        "UPDATE runs SET status = 'cancelled', reason = 'replaced by a newer run', finished_at = now() "
        "WHERE status = 'waiting'"
    )


def _insert(
    tenant_id: UUID, kind: str, trigger: str, *, approved_by: str | None = None, preview_id: int | None = None
) -> int:
    run_id = sql.scalar(
        """INSERT INTO runs (kind, status, trigger, approved_by, preview_id, counts, findings)
           VALUES (%s, 'running', %s, %s, %s, '{}', '{}') RETURNING id""",
        [kind, trigger, approved_by, preview_id],
    )
    _tell(tenant_id)
    return int(run_id)


def _lock(run_id: int) -> Run:
    run = Run.objects.select_for_update(no_key=True).filter(id=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id} in this organisation.")
    return run


def _tell(tenant_id: UUID) -> None:
    sql.execute("SELECT pg_notify('loanark_work', %s::text)", [tenant_id])
    notify(tenant_id, "runs")


def _out(run: Any) -> RunOut:
    counts = RunCounts(**run.counts)
    seconds = _seconds(run)
    rate = run.done / seconds if seconds and run.done else None
    left = max(run.total - run.done, 0) if run.total is not None else None
    return RunOut(
        id=run.id,
        kind=run.kind,
        status=run.status,
        phase=run.phase,
        trigger=run.trigger,
        counts=counts,
        done=run.done,
        total=run.total,
        rate_per_second=round(rate, 1) if rate else None,
        eta_seconds=round(left / rate) if rate and left is not None and run.status == "running" else None,
        created_at=run.created_at,
        started_at=run.started_at,
        finished_at=run.finished_at,
        last_progress_at=run.last_progress_at,
        reason=run.reason,
        approved_by=run.approved_by,
        preview_id=run.carried_out_by or run.preview_id,
        preview=_preview(run, counts),
    )


def _seconds(run: Run) -> float | None:
    end = run.finished_at or run.last_progress_at
    return (end - run.started_at).total_seconds() if run.started_at and end else None


def _preview(run: Run, counts: RunCounts) -> PreviewOut | None:
    if run.kind != "preview" or run.status == "running" or not run.findings:
        return None
    found = run.findings
    return PreviewOut(
        hubspot_total=found.get("hubspot_total", 0),
        loanark_total=found.get("loanark_total", 0),
        counts=counts,
        notices=found.get("notices", []),
        samples=[RunSample(**sample) for sample in found.get("samples", [])],
    )
