"""The door for people who watch the sync: what waits, what a run came to, and where a record stands."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router

from loanark.core.mapping import Side
from loanark.sync import authors, explain, monitor, requests, run_report, standing
from loanark.sync.monitor_schemas import (
    DayOut,
    ExplainOut,
    HubSpotEditOut,
    LookOut,
    MonitorOut,
    RequestDetail,
    RequestFilters,
    RequestPage,
    RunChangePage,
    RunReason,
    RunRejectionPage,
)
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["sync"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/monitor", response=MonitorOut)
def get_monitor(request: HttpRequest, tenant: Path[str]) -> MonitorOut:
    """The sync between runs: what waits, who works, and when HubSpot was last heard."""
    with enter(request, tenant, Permission.SYNC_READ):
        return monitor.state()


@router.get("/monitor/days", response=list[DayOut])
def list_days(
    request: HttpRequest, tenant: Path[str], days: Annotated[int, Query(ge=1, le=90)] = 30, zone: str = "UTC"
) -> list[DayOut]:
    """The last days, today last: changed contacts by the side they came from, and runs. `zone`: whose midnight."""
    with enter(request, tenant, Permission.SYNC_READ):
        return monitor.days(days, zone)


@router.get("/explain", response=ExplainOut)
def explain_record(
    request: HttpRequest, tenant: Path[str], q: Annotated[str, Query(max_length=300)] = ""
) -> ExplainOut:
    """Was this record synced, and if not, why? By a name, e-mail address, phone number, or an id or address of either
    side."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ) as scope:
        return explain.explain(q, scope.own_contacts)


@router.get("/contacts/{contact_id}/look", response=LookOut)
def get_look(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> LookOut:
    """Whether a contact waits for a look at both sides, as after a resync, and what keeps it waiting."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return standing.look(contact_id)


@router.get("/contacts/{contact_id}/hubspot-edits", response=list[HubSpotEditOut])
def list_hubspot_edits(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> list[HubSpotEditOut]:
    """Who changed a contact's values in HubSpot last, as far as its webhooks told. A field left out: not known."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return authors.of_contact(contact_id)


@router.get("/runs/{run_id}/reasons", response=list[RunReason])
def list_run_reasons(request: HttpRequest, tenant: Path[str], run_id: int) -> list[RunReason]:
    """What a run could not carry over, by reason, and whether it heals by itself."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return run_report.reasons(run_id)


@router.get("/runs/{run_id}/rejections", response=RunRejectionPage)
def list_run_rejections(
    request: HttpRequest,
    tenant: Path[str],
    run_id: int,
    code: str | None = None,
    reason: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> RunRejectionPage:
    """The contacts that a run could not carry over, those that were solved meanwhile left out."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return run_report.rejections(run_id, code=code, reason=reason, cursor=cursor, limit=limit)


@router.get("/runs/{run_id}/changes", response=RunChangePage)
def list_run_changes(
    request: HttpRequest,
    tenant: Path[str],
    run_id: int,
    side: Side | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> RunChangePage:
    """What a run changed in LoanArk, contact by contact. `side`: only what came from there."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return run_report.changes(run_id, side=side, cursor=cursor, limit=limit)


@router.get("/requests", response=RequestPage)
def list_requests(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[RequestFilters],
    cursor: str | None = None,
    limit: Limit = 50,
) -> RequestPage:
    """What was asked of HubSpot lately, newest first: the last 2,000 attempts of a day."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.REQUESTS_READ):
        return requests.page(filters, cursor=cursor, limit=limit)


@router.get("/requests/{request_id}", response=RequestDetail)
def get_request(request: HttpRequest, tenant: Path[str], request_id: int) -> RequestDetail:
    """One of them with what was sent and answered, in outline: every value and message is masked."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.REQUESTS_READ):
        return requests.one(request_id)
