"""The organisation's sync settings over HTTP, and pause and resume by a person."""

from dataclasses import asdict

from django.http import HttpRequest
from ninja import Path, Router

from loanark.connections import settings
from loanark.connections.schemas import SyncPause, SyncPauseIn, SyncSettingsIn, SyncSettingsOut
from loanark.connections.settings import SyncSettings
from loanark.tenants.access import enter
from loanark.tenants.permissions import Permission

router = Router(tags=["settings"])


@router.get("/settings/sync", response=SyncSettingsOut)
def get_sync_settings(request: HttpRequest, tenant: Path[str]) -> SyncSettingsOut:
    """First match, deletions, brakes, schedule, pause."""
    with enter(request, tenant, Permission.SETTINGS_READ):
        return _out(settings.load())


@router.patch("/settings/sync", response=SyncSettingsOut)
def change_sync_settings(request: HttpRequest, tenant: Path[str], body: SyncSettingsIn) -> SyncSettingsOut:
    """Changes what the body names."""
    with enter(request, tenant, Permission.SETTINGS_WRITE) as scope:
        choices = {name: getattr(body, name) for name in body.model_fields_set}
        return _out(settings.change(scope.tenant_id, choices, by=scope.actor))


@router.post("/sync/pause", response=SyncSettingsOut)
def pause_sync(request: HttpRequest, tenant: Path[str], body: SyncPauseIn) -> SyncSettingsOut:
    """Stops the sync until a person resumes it. Edits on both sides wait; webhooks are still taken."""
    with enter(request, tenant, Permission.SYNC_RUN) as scope:
        return _out(settings.halt(scope.tenant_id, by=scope.actor, reason=body.reason))


@router.post("/sync/resume", response=SyncSettingsOut)
def resume_sync(request: HttpRequest, tenant: Path[str]) -> SyncSettingsOut:
    """Lets the sync go on. Everything that changed meanwhile is caught up."""
    with enter(request, tenant, Permission.SYNC_RUN) as scope:
        return _out(settings.resume(scope.tenant_id))


def _out(found: SyncSettings) -> SyncSettingsOut:
    chosen = asdict(found)
    halt = chosen.pop("halt")
    chosen.pop("sweep_cron_since")
    return SyncSettingsOut(**chosen, paused=SyncPause(**halt) if halt else None)
