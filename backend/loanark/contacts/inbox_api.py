"""What waits for a person about contacts, over HTTP: conflicts and rejections."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Status

from loanark.contacts import actions, conflicts, queries
from loanark.contacts.schemas import (
    AlikeOut,
    ConflictFilters,
    ConflictOut,
    ConflictPage,
    ConflictSummary,
    OverturnIn,
    RejectionGroup,
    RejectionPage,
    ReopenedOut,
    ReopenManyIn,
    ResolvedOut,
    ResolveIn,
    ResolveManyIn,
    RetriedOut,
    RetryIn,
)
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["contacts"])

Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/conflicts", response=ConflictPage)
def list_conflicts(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[ConflictFilters],
    cursor: str | None = None,
    limit: Limit = 50,
) -> ConflictPage:
    """Fields both sides changed differently: open ones wait for a person, others say who won and what lost."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.conflicts(filters, cursor=cursor, limit=limit)


@router.get("/conflicts/summary", response=ConflictSummary)
def get_conflict_summary(request: HttpRequest, tenant: Path[str]) -> ConflictSummary:
    """How many conflicts wait, by field, and how many you decided today."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        return queries.conflict_summary(scope.actor)


@router.post("/conflicts/resolve", response=ResolvedOut)
def resolve_conflicts(request: HttpRequest, tenant: Path[str], body: ResolveManyIn) -> ResolvedOut:
    """Decides open conflicts alike, a thousand at a time; none if there are not as many as expected."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        return conflicts.resolve_many(scope, body)


@router.post("/conflicts/reopen", response=ReopenedOut)
def reopen_conflicts(request: HttpRequest, tenant: Path[str], body: ReopenManyIn) -> ReopenedOut:
    """Takes decisions back, each that nothing has followed; says of the others why not."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        return conflicts.reopen(scope, body.ids)


@router.get("/conflicts/{conflict_id}/alike", response=AlikeOut)
def list_alike(request: HttpRequest, tenant: Path[str], conflict_id: int, same_values: bool = False) -> AlikeOut:
    """How many open conflicts are like this one, with examples: what deciding them together would decide."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.alike(conflict_id, same_values=same_values)


@router.post("/conflicts/{conflict_id}/resolve", response=ConflictOut)
def resolve_conflict(request: HttpRequest, tenant: Path[str], conflict_id: int, body: ResolveIn) -> ConflictOut:
    """Decides an open conflict: one side's value, or another one that is typed, goes to both."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        conflicts.resolve(scope, conflict_id, body.winner, body.value)
        return queries.conflict(conflict_id)


@router.post("/conflicts/{conflict_id}/reopen", response=ConflictOut)
def reopen_conflict(request: HttpRequest, tenant: Path[str], conflict_id: int) -> ConflictOut:
    """Takes a decision back that nothing has followed: LoanArk's value is put back, and the conflict waits again."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        conflicts.reopen_one(scope, conflict_id)
        return queries.conflict(conflict_id)


@router.post("/conflicts/{conflict_id}/overturn", response=ConflictOut)
def overturn_conflict(request: HttpRequest, tenant: Path[str], conflict_id: int, body: OverturnIn) -> ConflictOut:
    """Lets the value of this side stand instead, on both sides, where nothing has followed the decision."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        conflicts.overturn(scope, conflict_id, body.winner)
        return queries.conflict(conflict_id)


@router.get("/rejections", response=RejectionPage)
def list_rejections(
    request: HttpRequest, tenant: Path[str], code: str | None = None, cursor: str | None = None, limit: Limit = 50
) -> RejectionPage:
    """Values and contacts that could not be carried over, each with its reason; all, or those of one code."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.rejections(code=code, cursor=cursor, limit=limit)


@router.get("/rejections/groups", response=list[RejectionGroup])
def list_rejection_groups(request: HttpRequest, tenant: Path[str]) -> list[RejectionGroup]:
    """The same by reason, with counts: what waits for a person, and what is tried again by itself."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.rejection_groups()


@router.post("/rejections/retry", response={202: RetriedOut})
def retry_rejections(request: HttpRequest, tenant: Path[str], body: RetryIn) -> Status[RetriedOut]:
    """Asks the sync to try everything again that was rejected, or all of one code, run or reason."""
    with enter(request, tenant, Permission.CONTACTS_WRITE) as scope:
        retried = actions.retry_all(scope, code=body.code, run_id=body.run_id, reason=body.reason)
        return Status(202, RetriedOut(contacts=retried))


@router.post("/rejections/{rejection_id}/retry", response={202: None})
def retry_rejection(request: HttpRequest, tenant: Path[str], rejection_id: int) -> HttpResponse:
    """Asks the sync to try this one again now."""
    with enter(request, tenant, Permission.CONTACTS_WRITE) as scope:
        actions.retry(scope, rejection_id)
    return HttpResponse(status=202)
