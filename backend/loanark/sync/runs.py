"""Runs: bounded executions that a person can start, approve, cancel and read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson
from django.db.models import OuterRef, QuerySet, Subquery

from loanark.connections.actions import notify, wake_workers
from loanark.connections.fields import catalogue, labels
from loanark.connections.models import Connection
from loanark.kit import clock, sql
from loanark.kit.cursors import numbered
from loanark.kit.errors import Invalid, LoanArkError, NotFound, Stale
from loanark.sync import brakes
from loanark.sync.models import Run
from loanark.sync.schemas import Balance, EditedField, EditOut, PreviewOut, RunCounts, RunOut, RunPage, RunSample

#: Who starts and approves what begins by itself.
SCHEDULE = "schedule"


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
    if (running := active()) and running.kind != "undo" and (running.kind == "preview") == preview:
        return get(running.id)
    _replace_waiting_preview()
    if preview:
        return get(_insert(connection.tenant_id, "preview", trigger))
    full = "sweep" if connection.backfilled_at else "backfill"
    return get(_insert(connection.tenant_id, full, trigger, approved_by=trigger))


def approve(run_id: int, *, by: str, runs_the_sync: bool = True, own: str | None = None) -> RunOut:
    """Approves a waiting preview (a new run carries it out), a waiting undo, a bulk edit or a held run (they go on
    themselves).

    A preview approved before whose run is not over yet is told of that run: whoever was interrupted asks again.
    `runs_the_sync`: whether `by` may decide what brakes hold as well. `own`: see `tenants.access.Scope`.
    """
    run = _lock(run_id)
    if run.beside:
        return _approve_beside(run, by=by, runs_the_sync=runs_the_sync, own=own)
    if (carried_out := Run.objects.filter(preview_id=run_id).first()) and carried_out.status == "running":
        return get(carried_out.id)
    if run.status == "held" or (run.kind == "undo" and run.status == "waiting"):
        if run.status == "waiting":
            _refuse_beside(run.id)
        brakes.approve_for(run, by=by)
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


def _approve_beside(run: Run, *, by: str, runs_the_sync: bool, own: str | None) -> RunOut:
    if run.status == "running" and run.approved_by:
        return get(run.id)
    if run.status != "waiting":
        raise Stale(f"Run {run.id} waits for no approval: it is {run.status}.")
    run.status, run.approved_by, run.reason = "running", by, None
    run.findings = {**run.findings, **_bounds(runs_the_sync=runs_the_sync, own=own or run.findings.get("own"))}
    run.save(update_fields=["status", "approved_by", "reason", "findings"])
    _tell(run.tenant_id)
    return get(run.id)


def _bounds(*, runs_the_sync: bool, own: str | None) -> dict[str, Any]:
    """What the person behind a run beside the others may not do, which holds when a worker carries it out too."""
    return {"braked": not runs_the_sync, "own": own}


def begin_beside(
    tenant_id: UUID, kind: str, trigger: str, *, waiting: bool, findings: Mapping[str, Any], approved_by: str | None
) -> int:
    """A run that goes beside the others: planned already (`waiting`), or to be planned."""
    return _insert(
        tenant_id,
        kind,
        trigger,
        approved_by=approved_by,
        findings=findings,
        beside=True,
        status="waiting" if waiting else "running",
    )


def replace_unapproved_edits(trigger: str) -> None:
    """Who plans a bulk edit anew thinks no more of the one before: nothing of it was done."""
    sql.execute(
        """UPDATE runs SET status = 'cancelled', reason = 'replaced by a newer edit', finished_at = clock_timestamp()
           WHERE kind = 'edit' AND trigger = %s AND approved_by IS NULL AND status IN ('running', 'waiting')""",
        [trigger],
    )
    sql.execute(
        """DELETE FROM planned p USING runs r WHERE r.tenant_id = p.tenant_id AND r.id = p.run_id
           AND r.kind = 'edit' AND r.trigger = %s AND r.status = 'cancelled' AND r.approved_by IS NULL""",
        [trigger],
    )


def is_edit_of(run_id: int, actor: str) -> bool:
    """Whether a run is a bulk edit that somebody made, or an undo of one that they began."""
    return Run.objects.filter(id=run_id, beside=True, trigger=actor).exists()


def beside() -> Run | None:
    """The run beside the others that is under way and next, if any."""
    return Run.objects.filter(status="running", beside=True).order_by("id").first()


def take(run: Run) -> bool:
    """Locks a run and reads it anew, so that two who carry it on take turns. Returns whether it is still in its phase
    and under way."""
    fresh = Run.objects.select_for_update(no_key=True).get(id=run.id)
    phase = run.phase
    for name in ("status", "phase", "cursor", "findings", "counts", "done", "total", "approved_by"):
        setattr(run, name, getattr(fresh, name))
    return bool(run.status == "running" and run.phase == phase)


def approve_unseen(*, by: str) -> RunOut:
    """A complete comparison without a preview, for scripts that say so explicitly; one under way or held goes on."""
    connection = _connected()
    under_way = Run.objects.filter(status__in=["running", "held"], beside=False).exclude(kind="preview").first()
    if under_way and under_way.kind == "undo":
        _refuse_beside()
    if under_way:
        return approve(under_way.id, by=f"{by}, unseen") if under_way.status == "held" else get(under_way.id)
    sql.execute(
        "UPDATE runs SET status = 'cancelled', reason = 'replaced by a run approved unseen', finished_at = now() "
        "WHERE kind = 'preview' AND status IN ('running', 'waiting')"
    )
    _forget_unapproved_plans()
    Connection.objects.filter(approved_at__isnull=True).update(approved_at=clock.now())
    kind = "sweep" if connection.backfilled_at else "backfill"
    return get(_insert(connection.tenant_id, kind, by, approved_by=f"{by}, unseen"))


def undo_run(run_id: int, *, by: str, approve: bool, runs_the_sync: bool = True, own: str | None = None) -> RunOut:
    """Starts a run that puts back what another changed: it plans, and waits for approval unless it has it already.

    The undo of a bulk edit goes beside the others as well; `runs_the_sync` and `own` as in `approve`.
    Raises: NotFound, Stale, NotConnectedYet. Call inside a tenant's scope.
    """
    undone = _lock(run_id)
    if undone.kind == "preview":
        raise Stale(f"Run {run_id} is a preview: it changed nothing. There is nothing to undo.")
    if undone.status in ("running", "waiting", "held"):
        raise Stale(f"Run {run_id} is not over: it is {undone.status}. Wait for its end, or cancel it first.")
    if undone.beside:
        findings = {"undo": {"run": run_id}, **_bounds(runs_the_sync=runs_the_sync, own=own)}
        approved_by = by if approve else None
        return get(
            begin_beside(undone.tenant_id, "undo", by, waiting=False, findings=findings, approved_by=approved_by)
        )
    return _undo({"run": run_id}, by=by, approve=approve)


def undo_changes(
    *,
    since: datetime,
    until: datetime | None = None,
    actor: str | None = None,
    field: str | None = None,
    by: str,
    approve: bool,
) -> RunOut:
    """Like `undo_run`, for the changes of a time: a person's or program's (`actor`), of one field, or all.

    Raises: Invalid, Stale, NotConnectedYet. Call inside a tenant's scope.
    """
    # Its own changes must not be among them. By the database's clock, as theirs are.
    now: datetime = sql.scalar("SELECT clock_timestamp()")
    end = min(until, now) if until else now
    if since > end:
        raise Invalid("The time ends before it begins. Nothing was done.", errors={"since": "is later than the end"})
    if field is not None and field not in catalogue(archived=True):
        raise Invalid("There is no such field. Nothing was done.", errors={"field": "unknown"})
    selection = {"since": since.isoformat(), "until": end.isoformat(), "actor": actor, "field": field}
    return _undo(selection, by=by, approve=approve)


def _undo(selection: Mapping[str, Any], *, by: str, approve: bool) -> RunOut:
    connection = _connected()
    _refuse_beside()
    approved_by = by if approve else None
    findings = {"undo": selection}
    return get(_insert(connection.tenant_id, "undo", by, approved_by=approved_by, findings=findings))


def undoes(selection: Mapping[str, Any]) -> str:
    """What an undo undoes, as its changes' history says it."""
    if "run" in selection:
        return f"undoes run {selection['run']}"
    who = f" of {selection['actor']}" if selection.get("actor") else ""
    what = f" of the field {selection['field']}" if selection.get("field") else ""
    return f"undoes the changes{what}{who} from {selection['since']} to {selection['until']}"


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


def end_without_account() -> None:
    """The account was disconnected: no run of it is under way any more."""
    ended = sql.rows(
        """UPDATE runs SET status = 'cancelled', finished_at = clock_timestamp(),
                  reason = 'the HubSpot account was disconnected; what it had done until then stays'
           WHERE status IN ('running', 'waiting', 'held') AND kind NOT IN ('undo', 'edit') RETURNING tenant_id"""
    )
    if ended:
        notify(ended[0]["tenant_id"], "runs")


def begin_scheduled(connection: Connection) -> None:
    """Begins a complete comparison by itself. A preview that waits for a person goes on waiting."""
    _insert(connection.tenant_id, "sweep", SCHEDULE, approved_by=SCHEDULE)


def active() -> Run | None:
    """The run under way, if any, bulk edits apart."""
    return Run.objects.filter(status="running", beside=False).first()


def any_yet() -> bool:
    """Whether there ever was a run, bulk edits apart."""
    return Run.objects.filter(beside=False).exists()


def ensure_first_preview(connection: Connection) -> None:
    """A freshly connected account previews by itself, so that the person finds something to approve."""
    if connection.approved_at is None and not any_yet():
        _insert(connection.tenant_id, "preview", "connecting HubSpot")


def page(
    *,
    cursor: str | None,
    limit: int,
    kinds: Sequence[str] = (),
    statuses: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> RunPage:
    """Runs, newest first: of some kinds, in some states, begun within some time."""
    found = _runs().order_by("-id")
    chosen = {"kind__in": list(kinds), "status__in": list(statuses), "created_at__gte": since, "created_at__lt": until}
    found = found.filter(**{name: value for name, value in chosen.items() if value})
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


def left_unlinked() -> list[str]:
    """HubSpot contacts that the latest complete comparison saw and could not link."""
    found = Run.objects.filter(kind__in=["backfill", "sweep"], status__in=["succeeded", "partial"]).order_by("-id")
    run = found.only("findings").first()
    return list(run.findings.get("unlinked", [])) if run else []


def latest() -> RunOut | None:
    """The run a dashboard shows: one under way, else one that waits for a person. A bulk edit is its maker's matter."""
    run = _runs().filter(status__in=["running", "waiting", "held"], beside=False).order_by("-id").first()
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


def count_requests(run_id: int, sent: int) -> None:
    """Adds to what a run cost of the request budget."""
    if sent:
        sql.execute("UPDATE runs SET requests = requests + %s WHERE id = %s", [sent, run_id])


def _connected() -> Connection:
    connection = Connection.objects.first()
    if connection is None or connection.status == "not_connected":
        raise NotConnectedYet("No HubSpot account is connected. Connect one on the page Connection, then start again.")
    return connection


def _replace_waiting_preview() -> None:
    _refuse_beside()
    sql.execute(
        "UPDATE runs SET status = 'cancelled', reason = 'replaced by a newer run', finished_at = now() "
        "WHERE kind = 'preview' AND status = 'waiting'"
    )
    _forget_unapproved_plans()


def _refuse_beside(run_id: int | None = None) -> None:
    """One run at a time, bulk edits apart."""
    under_way = Run.objects.filter(status__in=["running", "held"], beside=False)
    if (under_way.exclude(id=run_id) if run_id is not None else under_way).exists():
        raise Stale("A run is under way. Wait for its end, or cancel it first.")


def _forget_unapproved_plans() -> None:
    """Nobody will ask what became of the plans of previews that were replaced or cancelled."""
    sql.execute(
        """DELETE FROM planned p USING runs r WHERE r.tenant_id = p.tenant_id AND r.id = p.run_id
           AND r.kind = 'preview' AND r.status = 'cancelled'"""
    )


def _insert(
    tenant_id: UUID,
    kind: str,
    trigger: str,
    *,
    approved_by: str | None = None,
    preview_id: int | None = None,
    findings: Mapping[str, Any] = MappingProxyType({}),
    beside: bool = False,
    status: str = "running",
) -> int:
    run_id = sql.scalar(
        """INSERT INTO runs (kind, status, trigger, approved_by, preview_id, counts, findings, beside)
           VALUES (%s, %s, %s, %s, %s, '{}', %s, %s) RETURNING id""",
        [kind, status, trigger, approved_by, preview_id, orjson.dumps(dict(findings)).decode(), beside],
    )
    _tell(tenant_id)
    return int(run_id)


def _lock(run_id: int) -> Run:
    run = Run.objects.select_for_update(no_key=True).filter(id=run_id).first()
    if run is None:
        raise NotFound(f"There is no run {run_id} in this organisation.")
    return run


def _tell(tenant_id: UUID) -> None:
    wake_workers(tenant_id)
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
        requests=run.requests,
        approved_by=run.approved_by,
        preview_id=run.carried_out_by or run.preview_id,
        preview=_preview(run, counts),
        balance=Balance(**run.findings["balance"]) if "balance" in run.findings else None,
        undoes=undoes(run.findings["undo"]) if run.kind == "undo" and "undo" in run.findings else None,
        edit=_edit(run) if run.kind == "edit" else None,
    )


def _edit(run: Run) -> EditOut:
    found = run.findings["edit"]
    names = labels(found["values"])
    return EditOut(
        act=found["act"],
        values=[EditedField(name=name, label=names[name], value=text) for name, text in found["values"].items()],
        to_change=found["to_change"],
        already=found["already"],
        skipped=found["skipped"],
        missing=found["missing"],
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
