"""Runs, the overview, and the door for HubSpot's webhooks."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, TypedDict
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import Path, Query, Router

from loanark.connections import settings
from loanark.contacts.queries import refuse_unseen
from loanark.core.plan import Action
from loanark.kit.errors import Forbidden
from loanark.sync import activity, beside, dry_run, overview, plans, runs, scheduled, webhooks
from loanark.sync.schemas import (
    ActivityOut,
    ContactPlanOut,
    Overview,
    PlannedState,
    PlanPage,
    Recent,
    RunFilters,
    RunIn,
    RunOut,
    RunPage,
    ScheduleIn,
    ScheduleOut,
    UndoIn,
    UndoRunIn,
)
from loanark.tenants.access import Scope, enter, enter_again
from loanark.tenants.permissions import Permission

router = Router(tags=["sync"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/overview", response=Overview)
def get_overview(request: HttpRequest, tenant: Path[str]) -> Overview:
    """Is everything in sync? One sentence, and the balance that proves it."""
    with enter(request, tenant, Permission.SYNC_READ) as scope:
        return _overview_for(scope, overview.overview(scope.own_contacts))


@router.get("/activity", response=ActivityOut)
def get_activity(request: HttpRequest, tenant: Path[str], span: activity.Span = "24h") -> ActivityOut:
    """How many contacts changed on each side over a day, a week or a month, and how many just now."""
    with enter(request, tenant, Permission.SYNC_READ):
        return activity.activity(span)


@router.get("/settings/sync/schedule", response=ScheduleOut)
def preview_schedule(request: HttpRequest, tenant: Path[str], draft: Query[ScheduleIn]) -> ScheduleOut:
    """What a schedule would mean, in words and in moments. Nothing is saved."""
    with enter(request, tenant, Permission.SETTINGS_READ):
        return scheduled.coming(settings.schedule_if(draft.model_dump()))


@router.get("/runs", response=RunPage)
def list_runs(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[RunFilters],
    cursor: str | None = None,
    limit: Limit = 50,
) -> RunPage:
    """Runs, newest first: of some kinds, in some states, begun within some time."""
    with enter(request, tenant, Permission.SYNC_READ) as scope:
        page = runs.page(
            cursor=cursor,
            limit=limit,
            kinds=filters.kind,
            statuses=filters.status,
            since=filters.since,
            until=filters.until,
        )
        return page.model_copy(update={"items": [_run_for(scope, run) for run in page.items]})


@router.post("/runs", response={201: RunOut})
def start_run(request: HttpRequest, tenant: Path[str], body: RunIn) -> tuple[int, RunOut]:
    """Starts a preview or a complete comparison. A first run is always a preview."""
    with enter(request, tenant, Permission.SYNC_RUN) as scope:
        return 201, _run_for(scope, runs.start(body.kind, trigger=scope.actor))


@router.get("/runs/{run_id}", response=RunOut)
def get_run(request: HttpRequest, tenant: Path[str], run_id: int) -> RunOut:
    """One run with its counts, and for a preview what it found."""
    with enter(request, tenant, Permission.SYNC_READ) as scope:
        return _run_for(scope, runs.get(run_id))


@router.post("/runs/{run_id}/approve", response=RunOut)
def approve_run(request: HttpRequest, tenant: Path[str], run_id: int) -> RunOut:
    """Approves what a preview showed; returns the run that carries it out. One's own bulk edit: contacts:write."""
    with _enter_run(request, tenant, run_id, Permission.SYNC_RUN) as scope:
        run = runs.approve(run_id, by=scope.actor, **_bounds(scope))
    return _carried_out(scope, run)


@router.post("/runs/{run_id}/cancel", response=RunOut)
def cancel_run(request: HttpRequest, tenant: Path[str], run_id: int) -> RunOut:
    """Stops a run after its current page; what it did stays, and is counted. One's own bulk edit: contacts:write."""
    with _enter_run(request, tenant, run_id, Permission.SYNC_RUN) as scope:
        return _run_for(scope, runs.cancel(run_id, by=scope.actor))


@router.get("/runs/{run_id}/plan", response=PlanPage)
def list_plan(
    request: HttpRequest,
    tenant: Path[str],
    run_id: int,
    action: Action | None = None,
    state: PlannedState | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> PlanPage:
    """What a preview or an undo would do, contact by contact; after it was carried out, what became of each."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return plans.page(run_id, action=action, state=state, cursor=cursor, limit=limit)


@router.post("/runs/{run_id}/undo", response={201: RunOut})
def undo_run(request: HttpRequest, tenant: Path[str], run_id: int, body: UndoRunIn) -> tuple[int, RunOut]:
    """Plans the undoing of everything a run changed; the plan waits for approval, unless it comes with the order. One's
    own bulk edit: contacts:write."""
    with _enter_run(request, tenant, run_id, Permission.SYNC_RUN) as scope:
        run = runs.undo_run(run_id, by=scope.actor, approve=body.approve, **_bounds(scope))
    return 201, _carried_out(scope, run)


@router.post("/undo", response={201: RunOut})
def undo_changes(request: HttpRequest, tenant: Path[str], body: UndoIn) -> tuple[int, RunOut]:
    """Plans the undoing of a person's or program's changes since some moment; the plan waits for approval as above."""
    with enter(request, tenant, Permission.SYNC_RUN) as scope:
        return 201, runs.undo_changes(
            since=body.since,
            until=body.until,
            actor=body.actor,
            field=body.field,
            by=scope.actor,
            approve=body.approve,
        )


@router.get("/contacts/{contact_id}/plan", response=ContactPlanOut)
def plan_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> ContactPlanOut:
    """A dry run of one contact: reads both sides now and says what would be done. Writes nothing."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ) as scope:
        refuse_unseen(contact_id)
        tenant_id = scope.tenant_id
    # HubSpot is asked outside of any transaction.
    return dry_run.plan_contact(tenant_id, contact_id)


@contextmanager
def _enter_run(request: HttpRequest, tenant: str, run_id: int, permission: Permission) -> Iterator[Scope]:
    """The door to a run: for who may run the sync, and for who made it, where it is a bulk edit or the undo of one."""
    with ExitStack() as stack:
        try:
            scope = stack.enter_context(enter(request, tenant, permission))
        except Forbidden as refused:
            try:
                scope = stack.enter_context(enter(request, tenant, Permission.CONTACTS_WRITE))
            except Forbidden:
                raise refused from None
            if not runs.is_edit_of(run_id, scope.actor):
                raise refused from None
        yield scope


class _Bounds(TypedDict):
    runs_the_sync: bool
    own: str | None


def _bounds(scope: Scope) -> _Bounds:
    return {"runs_the_sync": Permission.SYNC_RUN in scope.permissions, "own": scope.own_contacts}


def _carried_out(scope: Scope, run: RunOut) -> RunOut:
    """The run as it is by now: a small bulk edit, or the undo of one, is over with the request."""
    beside.finish(scope.tenant_id, run.id)
    with enter_again(scope):
        return _run_for(scope, runs.get(run.id))


def _overview_for(scope: Scope, shown: Overview) -> Overview:
    """A token that may not read contacts sees how the sync does, and of whom nothing."""
    if Permission.CONTACTS_READ in scope.permissions:
        return shown
    run = _run_for(scope, shown.run) if shown.run else None
    return shown.model_copy(update={"run": run, "recent": Recent(hubspot=[], loanark=[])})


def _run_for(scope: Scope, run: RunOut) -> RunOut:
    """A preview's samples are contacts: its counts are shown to who may not read these."""
    if run.preview is None or Permission.CONTACTS_READ in scope.permissions:
        return run
    return run.model_copy(update={"preview": run.preview.model_copy(update={"samples": []})})


@csrf_exempt  # HubSpot has no cookie of ours: its signature is verified instead
def hubspot_webhook(request: HttpRequest) -> HttpResponse:
    """Verifies, stores, hints, answers: nothing slower happens while HubSpot waits."""
    return webhooks.receive(request)
