"""The audit log over HTTP: to read, to verify, to take along."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import chain, islice
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Path, Query, Router

from loanark.audit import actions, queries
from loanark.audit.chain import verify
from loanark.audit.schemas import (
    AuditFacets,
    AuditStateOut,
    ContactChangePage,
    EventFilters,
    EventPage,
    RetentionIn,
    RetentionOut,
    VerificationOut,
)
from loanark.kit import sheets, trail
from loanark.kit.sheets import KINDS, Form
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["audit"])

Limit = Annotated[int, Query(ge=1, le=200)]

#: So many places of a log that is not whole are written down with its verification.
TOLD_PLACES = 10


@router.get("/audit", response=EventPage)
def list_audit_events(
    request: HttpRequest, tenant: Path[str], filters: Query[EventFilters], cursor: str | None = None, limit: Limit = 50
) -> EventPage:
    """What was done, newest first: who, when, from where, before and after."""
    with enter(request, tenant, Permission.AUDIT_READ):
        return queries.page(filters, cursor=cursor, limit=limit)


@router.get("/audit/events/{event_id}/changes", response=ContactChangePage)
def list_audit_changes(
    request: HttpRequest, tenant: Path[str], event_id: int, cursor: str | None = None, limit: Limit = 50
) -> ContactChangePage:
    """Every change of contacts that one event made."""
    with enter(request, tenant, Permission.AUDIT_READ):
        return queries.changes(event_id, cursor=cursor, limit=limit)


@router.get("/audit/facets", response=AuditFacets)
def list_audit_facets(request: HttpRequest, tenant: Path[str]) -> AuditFacets:
    """Who did something, and which kinds of events there are: what the log can be filtered by."""
    with enter(request, tenant, Permission.AUDIT_READ):
        return queries.facets()


@router.get("/audit/state", response=AuditStateOut)
def get_audit_state(request: HttpRequest, tenant: Path[str]) -> AuditStateOut:
    """How the log stands: how long it is, up to where it is signed, and when it was verified last."""
    with enter(request, tenant, Permission.AUDIT_READ) as scope:
        return queries.state(scope.tenant_id)


@router.post("/audit/verify", response=VerificationOut)
def verify_audit(request: HttpRequest, tenant: Path[str]) -> VerificationOut:
    """Checks that nothing was edited, taken away or put in: every event, every change, every signature."""
    with enter(request, tenant, Permission.AUDIT_READ) as scope:
        report = verify(scope.tenant_id)
        places = [finding.place for finding in report.findings[:TOLD_PLACES]]
        told = {"intact": report.intact, "findings": len(report.findings), "places": places}
        trail.note("audit.verified", detail=told)
    return VerificationOut(intact=report.intact, **asdict(report))


_FILES = {"content": {kind: {"schema": {"type": "string"}} for kind in KINDS.values()}}


@router.get("/audit/export", response={200: None}, openapi_extra={"responses": {200: _FILES}})
def export_audit(
    request: HttpRequest, tenant: Path[str], filters: Query[EventFilters], format: Form = "ndjson"
) -> HttpResponseBase:
    """The log in the order of its chain, as a file that is written while it is read."""
    with enter(request, tenant, Permission.AUDIT_READ) as scope:
        # What was searched for may be a person, whom an erasure would not find here.
        told = {**filters.model_dump(mode="json", exclude={"text"}), "searched": bool(filters.text)}
        trail.note("audit.exported", detail={"format": format, "filters": told})
    rows = queries.export(scope.tenant_id, filters)
    first = list(islice(rows, 1))  # what the database refuses is told before the file begins
    response = StreamingHttpResponse(lines(chain(first, rows), format), content_type=f"{KINDS[format]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{scope.slug}.{format}"'
    return response


def lines(rows: Iterable[dict[str, Any]], format: str) -> Iterator[str]:
    """An export as text, a line a row; CSV begins with the names of its columns."""
    return sheets.lines(rows, queries.COLUMNS, format)


@router.get("/audit/retention", response=RetentionOut)
def get_audit_retention(request: HttpRequest, tenant: Path[str]) -> RetentionOut:
    """How long events are kept."""
    with enter(request, tenant, Permission.AUDIT_READ):
        return RetentionOut(keep_days=queries.keep_days())


@router.put("/audit/retention", response=RetentionOut)
def set_audit_retention(request: HttpRequest, tenant: Path[str], body: RetentionIn) -> RetentionOut:
    """Sets how long events are kept: a year at least, or for ever. The history of contacts goes with them."""
    with enter(request, tenant, Permission.ORGANISATION_WRITE):
        actions.keep(body.keep_days)
        return RetentionOut(keep_days=queries.keep_days())
