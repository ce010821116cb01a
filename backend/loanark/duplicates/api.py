"""Duplicates over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router

from loanark.core.duplicates.survivorship import DEFAULTS
from loanark.duplicates import actions, merges, queries, scan, settings
from loanark.duplicates.schemas import (
    DecidedOut,
    DuplicateSettingsIn,
    DuplicateSettingsOut,
    DuplicateSummary,
    Group,
    GroupFilters,
    GroupPage,
    MergeIn,
    MergeManyIn,
    MergeManyOut,
    MergeOut,
    MergePage,
    MergesIn,
    PairsIn,
    Preview,
    ScanOut,
    UndoManyOut,
)
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["duplicates"])

GroupLimit = Annotated[int, Query(ge=1, le=50)]
MergeLimit = Annotated[int, Query(ge=1, le=200)]


@router.get("/duplicates", response=GroupPage)
def list_duplicates(
    request: HttpRequest,
    tenant: Path[str],
    filters: Query[GroupFilters],
    cursor: str | None = None,
    limit: GroupLimit = 20,
) -> GroupPage:
    """Contacts that may be one person, in groups, the most likely first."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.page(filters, cursor=cursor, limit=limit)


@router.get("/duplicates/summary", response=DuplicateSummary)
def get_duplicate_summary(request: HttpRequest, tenant: Path[str]) -> DuplicateSummary:
    """How many wait and were decided, how far the search of the book came, and how good the merges were."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.summary()


@router.get("/duplicates/groups/{group_id}", response=Group)
def get_duplicate_group(request: HttpRequest, tenant: Path[str], group_id: int) -> Group:
    """One group, if it is still open."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return queries.group(group_id)


@router.post("/duplicates/preview", response=Preview)
def preview_merge(request: HttpRequest, tenant: Path[str], asked: MergeIn) -> Preview:
    """What merging these contacts would make of them. Any contacts may be asked for, proposed or not."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return merges.preview(asked.members, survivor=asked.survivor, chosen=asked.chosen)


@router.post("/duplicates/merge", response=list[MergeOut])
def merge_duplicates(request: HttpRequest, tenant: Path[str], asked: MergeIn) -> list[MergeOut]:
    """Merges contacts: one lives on with the golden record, the others keep their rows behind it."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.merge(scope, asked)


@router.post("/duplicates/merge-many", response=MergeManyOut)
def merge_many_duplicates(request: HttpRequest, tenant: Path[str], asked: MergeManyIn) -> MergeManyOut:
    """Merges every open pair that is so sure, as many as an hour's brake lets through."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.merge_many(scope, asked)


@router.post("/duplicates/reject", response=DecidedOut)
def reject_duplicates(request: HttpRequest, tenant: Path[str], asked: PairsIn) -> DecidedOut:
    """These are not one person, and are never proposed again. A contact that waited for it is carried over."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.reject(scope, asked.pairs)


@router.post("/duplicates/reopen", response=DecidedOut)
def reopen_duplicates(request: HttpRequest, tenant: Path[str], asked: PairsIn) -> DecidedOut:
    """Takes back that these are not one person: they wait for a decision again."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.reopen(scope, asked.pairs)


@router.get("/duplicates/merges", response=MergePage)
def list_merges(
    request: HttpRequest,
    tenant: Path[str],
    contact_id: UUID | None = None,
    state: Literal["live", "undone"] | None = None,
    cursor: int | None = None,
    limit: MergeLimit = 50,
) -> MergePage:
    """What was merged, the newest first. `contact_id`: into this contact, or this one into others."""
    with enter(request, tenant, Permission.CONTACTS_READ):
        return merges.page(contact_id=contact_id, state=state, cursor=cursor, limit=limit)


@router.post("/duplicates/merges/undo", response=UndoManyOut)
def undo_many_merges(request: HttpRequest, tenant: Path[str], asked: MergesIn) -> UndoManyOut:
    """Takes several merges back, such as those of one bulk decision; each for itself."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.undo_many(scope, asked.merges)


@router.post("/duplicates/merges/{merge_id}/undo", response=MergeOut)
def undo_merge(request: HttpRequest, tenant: Path[str], merge_id: int) -> MergeOut:
    """Takes a merge back: exactly in LoanArk; in HubSpot by making the other contact again."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.undo(scope, merge_id)


@router.post("/duplicates/merges/{merge_id}/hubspot", response=MergeOut)
def merge_in_hubspot(request: HttpRequest, tenant: Path[str], merge_id: int) -> MergeOut:
    """Lets HubSpot merge the two as well, without waiting any longer; asked again after a refusal, tries again."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return actions.merge_in_hubspot(scope, merge_id)


@router.post("/duplicates/scans", response=ScanOut)
def start_duplicate_scan(request: HttpRequest, tenant: Path[str]) -> ScanOut:
    """Searches the whole book anew, in the background; goes on with the one that is running."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ) as scope:
        return queries.scan_out(scan.start(scope.tenant_id, by=scope.actor))


@router.post("/duplicates/scans/{scan_id}/cancel", response=ScanOut)
def cancel_duplicate_scan(request: HttpRequest, tenant: Path[str], scan_id: int) -> ScanOut:
    """Ends a running search. What it found stays."""
    with enter(request, tenant, Permission.DUPLICATES_DECIDE, Permission.CONTACTS_READ):
        return queries.scan_out(scan.cancel(scan_id))


@router.get("/duplicates/settings", response=DuplicateSettingsOut)
def get_duplicate_settings(request: HttpRequest, tenant: Path[str]) -> DuplicateSettingsOut:
    """How duplicates are treated."""
    with enter(request, tenant, Permission.SETTINGS_READ):
        return _told(settings.load())


@router.patch("/duplicates/settings", response=DuplicateSettingsOut)
def change_duplicate_settings(
    request: HttpRequest, tenant: Path[str], choices: DuplicateSettingsIn
) -> DuplicateSettingsOut:
    """Changes what is named. Rules are given as a whole."""
    with enter(request, tenant, Permission.SETTINGS_WRITE) as scope:
        return _told(settings.change(scope.tenant_id, choices.model_dump(exclude_unset=True), by=scope.actor))


def _told(chosen: settings.DuplicateSettings) -> DuplicateSettingsOut:
    return DuplicateSettingsOut(
        at_ingest=chosen.at_ingest,
        automatic=chosen.automatic,
        follow_hubspot=chosen.follow_hubspot,
        hubspot_wait_hours=chosen.hubspot_wait_hours,
        rules=dict(chosen.rules),
        defaults=dict(DEFAULTS),
    )
