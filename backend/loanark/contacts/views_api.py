"""Saved views of the list of contacts, over HTTP."""

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router, Status

from loanark.contacts import views
from loanark.contacts.schemas import ViewEditIn, ViewIn, ViewOut
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["contacts"])


@router.get("/views", response=list[ViewOut])
def list_views(request: HttpRequest, tenant: Path[str]) -> list[ViewOut]:
    """One's own views and the shared ones, by name."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        return views.seen(scope)


@router.post("/views", response={201: ViewOut})
def make_view(request: HttpRequest, tenant: Path[str], body: ViewIn) -> Status[ViewOut]:
    """Saves a view, for oneself or for everybody."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        return Status(201, views.view(scope, views.make(scope, body)))


@router.patch("/views/{view_id}", response=ViewOut)
def change_view(request: HttpRequest, tenant: Path[str], view_id: int, body: ViewEditIn) -> ViewOut:
    """Changes what is named. A shared view is changed by who made it, and by administrators."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        views.change(scope, view_id, body)
        return views.view(scope, view_id)


@router.delete("/views/{view_id}", response={204: None})
def delete_view(request: HttpRequest, tenant: Path[str], view_id: int) -> HttpResponse:
    """Deletes a view; it can be saved again."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        views.delete(scope, view_id)
    return HttpResponse(status=204)
