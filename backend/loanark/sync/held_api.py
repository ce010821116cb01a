"""What the brakes hold, over HTTP."""

from django.http import HttpRequest
from ninja import Path, Router

from loanark.sync import held
from loanark.sync.schemas import HeldGroup, HeldList
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["sync"])


@router.get("/held", response=HeldList)
def list_held(request: HttpRequest, tenant: Path[str]) -> HeldList:
    """Deletions, clears and creates that wait for a person, in groups."""
    with enter(request, tenant, Permission.SYNC_READ, Permission.CONTACTS_READ):
        return held.listed()


@router.post("/held/{group}/approve", response=HeldGroup)
def approve_held(request: HttpRequest, tenant: Path[str], group: int) -> HeldGroup:
    """Lets a group be carried out. Each contact is looked at again first."""
    with enter(request, tenant, Permission.SYNC_RUN, Permission.CONTACTS_READ) as scope:
        return held.approve(scope.tenant_id, group, by=scope.actor)


@router.post("/held/{group}/reject", response=HeldGroup)
def reject_held(request: HttpRequest, tenant: Path[str], group: int) -> HeldGroup:
    """Puts the other side back instead: deleted contacts are made again, cleared values are filled again."""
    with enter(request, tenant, Permission.SYNC_RUN, Permission.CONTACTS_READ) as scope:
        return held.reject(scope.tenant_id, group, by=scope.actor)
