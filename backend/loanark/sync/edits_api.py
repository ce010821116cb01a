"""Bulk edits of contacts over HTTP. Their runs are read, approved, cancelled and undone like any other."""

from django.http import HttpRequest
from ninja import Path, Router, Status

from loanark.sync import edits
from loanark.sync.schemas import BulkIn, ResyncedOut, RunOut
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["contacts"])


@router.post("/contacts/bulk", response={201: RunOut, 202: ResyncedOut})
def edit_contacts(request: HttpRequest, tenant: Path[str], body: BulkIn) -> Status[RunOut | ResyncedOut]:
    """Plans an edit of many contacts: a run that changes nothing before it is approved. `resync` is done at once."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        if body.act == "resync":
            return Status(202, ResyncedOut(contacts=edits.resync(scope, body.selection)))
        return Status(201, edits.begin(scope, body.selection, body.act, body.values))
