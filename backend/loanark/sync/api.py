"""Runs, the overview, and the door for HubSpot's webhooks."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from ninja import Path, Query, Router

from loanark.sync import overview, runs, webhooks
from loanark.sync.schemas import Overview, RunIn, RunOut, RunPage
from loanark.tenants.access import MANAGERS, enter

router = Router(tags=["sync"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/overview", response=Overview)
def get_overview(request: HttpRequest, tenant: Path[str]) -> Overview:
    """Is everything in sync? One sentence, and the balance that proves it."""
    with enter(request, tenant):
        return overview.overview()


@router.get("/runs", response=RunPage)
def list_runs(request: HttpRequest, tenant: Path[str], cursor: str | None = None, limit: Limit = 50) -> RunPage:
    """Runs, newest first."""
    with enter(request, tenant):
        return runs.page(cursor=cursor, limit=limit)


@router.post("/runs", response={201: RunOut})
def start_run(request: HttpRequest, tenant: Path[str], body: RunIn) -> tuple[int, RunOut]:
    """Starts a preview or a complete comparison. A first run is always a preview."""
    with enter(request, tenant, MANAGERS) as scope:
        return 201, runs.start(body.kind, trigger=scope.actor)


@router.get("/runs/{run_id}", response=RunOut)
def get_run(request: HttpRequest, tenant: Path[str], run_id: int) -> RunOut:
    """One run with its counts, and for a preview what it found."""
    with enter(request, tenant):
        return runs.get(run_id)


@router.post("/runs/{run_id}/approve", response=RunOut)
def approve_run(request: HttpRequest, tenant: Path[str], run_id: int) -> RunOut:
    """Approves what a preview showed; returns the run that carries it out."""
    with enter(request, tenant, MANAGERS) as scope:
        return runs.approve(run_id, by=scope.actor)


@router.post("/runs/{run_id}/cancel", response=RunOut)
def cancel_run(request: HttpRequest, tenant: Path[str], run_id: int) -> RunOut:
    """Stops a run after its current page. What it did stays, and is counted."""
    with enter(request, tenant, MANAGERS) as scope:
        return runs.cancel(run_id, by=scope.actor)


@csrf_exempt  # HubSpot has no cookie of ours: its signature is verified instead
def hubspot_webhook(request: HttpRequest) -> HttpResponse:
    """Verifies, stores, hints, answers: nothing slower happens while HubSpot waits."""
    return webhooks.receive(request)
