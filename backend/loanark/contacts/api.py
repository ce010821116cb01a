"""Contacts over HTTP."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Path, Query, Router, Status

from loanark.contacts import actions, erasure, exports, queries, undo
from loanark.contacts.inbox_api import router as inbox_router
from loanark.contacts.schemas import (
    MOST_COLUMNS,
    ChangeFilters,
    ChangePage,
    ContactCreateIn,
    ContactEditIn,
    ContactFilters,
    ContactOut,
    ContactPage,
    ErasureOut,
    ExportIn,
    Facet,
    FacetName,
    MatchingContacts,
    Sort,
)
from loanark.core.mapping import Side
from loanark.kit.sheets import KINDS, Form
from loanark.tenants.access import Scope, enter, enter_again
from loanark.tenants.permissions import Permission

router = Router(tags=["contacts"])
router.add_router("", inbox_router)

Limit = Annotated[int, Query(ge=1, le=200)]
Fields = Annotated[list[str], Query(max_length=MOST_COLUMNS)]


@router.get("/contacts", response=ContactPage)
def list_contacts(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[ContactFilters],
    sort: Sort = "-updated_at",
    cursor: str | None = None,
    limit: Limit = 100,
    fields: Fields = [],  # noqa: B006  Django Ninja copies it
    side: Side = Side.LOANARK,
) -> ContactPage:
    """Contacts by keyset pages: no page is slower than the first. `fields`: what the `values` hold, of `side`."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        columns = queries.columns(fields, side)
        return queries.page(filters, sort=sort, cursor=cursor, limit=limit, own=scope.own_contacts, columns=columns)


@router.get("/contacts/facets", response=list[Facet])
def list_facets(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[ContactFilters],
    names: Annotated[list[FacetName], Query()] = [],  # noqa: B006  never changed
) -> list[Facet]:
    """How many contacts each filter value has, under the other filters. `names`: of these filters only."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        return queries.facets(filters, scope.own_contacts, names)


_FILES = {"content": {kind: {"schema": {"type": "string"}} for kind in KINDS.values()}}


@router.get("/contacts/export", response={200: None}, openapi_extra={"responses": {200: _FILES}})
def export_contacts(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[ContactFilters],
    format: Form = "csv",
    fields: Fields = [],  # noqa: B006  Django Ninja copies it
    side: Side = Side.LOANARK,
) -> HttpResponseBase:
    """All that the filters leave, as a file that is written while it is read; without `fields`, every field."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        all_of_them = MatchingContacts(filters=filters)
        text = _taken(scope, ExportIn(selection=all_of_them, format=format, fields=fields, side=side))
    return _file(text, scope.slug, format)


@router.post("/contacts/export", response={200: None}, openapi_extra={"responses": {200: _FILES}})
def export_chosen_contacts(request: HttpRequest, tenant: Path[str], body: ExportIn) -> HttpResponseBase:
    """Contacts chosen as for a bulk edit, as a file that is written while it is read."""
    with enter(request, tenant, Permission.CONTACTS_READ) as scope:
        text = _taken(scope, body)
    return _file(text, scope.slug, body.format)


def _taken(scope: Scope, wanted: ExportIn) -> Iterator[str]:
    columns = queries.columns(wanted.fields, wanted.side) if wanted.fields else queries.every_column(wanted.side)
    opening = partial(enter_again, scope)
    return exports.begin(wanted.selection, columns, wanted.format, opening, own=scope.own_contacts)


def _file(text: Iterator[str], slug: str, form: Form) -> HttpResponseBase:
    response = StreamingHttpResponse(exports.begun(text), content_type=f"{KINDS[form]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{exports.file_name(slug, form)}"'
    return response


@router.post("/contacts", response={201: ContactOut})
def create_contact(request: HttpRequest, tenant: Path[str], body: ContactCreateIn) -> Status[ContactOut]:
    """Makes a contact in LoanArk; the sync makes it in HubSpot."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        return Status(201, queries.contact(actions.create(scope, body.values)))


@router.get("/contacts/{contact_id}", response=ContactOut)
def get_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> ContactOut:
    """One contact: HubSpot, agreed and LoanArk values side by side, with what is open about it."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.contact(contact_id)


@router.patch("/contacts/{contact_id}", response=ContactOut)
def edit_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID, body: ContactEditIn) -> ContactOut:
    """Changes the named fields in LoanArk; null clears one."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        actions.edit(scope, contact_id, body.values, version=body.version)
        return queries.contact(contact_id)


@router.delete("/contacts/{contact_id}", response={204: None})
def delete_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> HttpResponse:
    """Deletes a contact in LoanArk (it can be restored); the sync archives it in HubSpot."""
    with enter(request, tenant, Permission.CONTACTS_WRITE) as scope:
        actions.delete(scope, contact_id)
    return HttpResponse(status=204)


@router.post("/contacts/{contact_id}/restore", response=ContactOut)
def restore_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> ContactOut:
    """Brings a deleted contact back, in HubSpot too."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        actions.restore(scope, contact_id)
        return queries.contact(contact_id)


@router.post("/contacts/{contact_id}/erase", response={202: ErasureOut})
def erase_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> Status[ErasureOut]:
    """Erases a person for privacy: in HubSpot, and every value here, history included. It cannot be undone."""
    with enter(request, tenant, Permission.CONTACTS_ERASE) as scope:
        done = erasure.ask(scope.tenant_id, contact_id, by=scope.actor)
        return Status(202, ErasureOut(done=done, detail=erasure.DONE if done else erasure.ORDERED))


@router.post("/contacts/{contact_id}/resync", response={202: ContactOut})
def resync_contact(request: HttpRequest, tenant: Path[str], contact_id: UUID) -> Status[ContactOut]:
    """Asks the sync to look at this contact now, before anything else."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        actions.resync(scope, contact_id)
        return Status(202, queries.contact(contact_id))


@router.get("/contacts/{contact_id}/timeline", response=ChangePage)
def list_changes(
    request: HttpRequest,
    tenant: Path[str],
    contact_id: UUID,
    filters: Query[ChangeFilters],
    cursor: str | None = None,
    limit: Limit = 50,
) -> ChangePage:
    """Every change of a contact, newest first: where it came from, by whom, before and after."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.timeline(contact_id, filters, cursor=cursor, limit=limit)


@router.post("/contacts/{contact_id}/changes/{change_id}/undo", response=ContactOut)
def undo_change(request: HttpRequest, tenant: Path[str], contact_id: UUID, change_id: int) -> ContactOut:
    """Puts back what one change changed, in HubSpot too; all of it or, where a value moved on since, nothing."""
    with enter(request, tenant, Permission.CONTACTS_WRITE, Permission.CONTACTS_READ) as scope:
        undo.undo_change(scope, contact_id, change_id)
        return queries.contact(contact_id)
