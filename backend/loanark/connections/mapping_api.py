"""The mapping over HTTP: changing it, its versions, the account's properties, and making LoanArk's own there."""

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router, Status

from loanark.connections import actions, changes, queries
from loanark.connections.schemas import (
    CreatedOut,
    CreatedProperty,
    CreatePropertiesIn,
    FieldRuleChange,
    FieldRuleIn,
    MappingDocument,
    MappingImportIn,
    MappingIn,
    MappingOut,
    MappingPreviewIn,
    MappingVersionOut,
    MissingOut,
    PropertyOut,
    SampleIn,
    SampleOut,
    VersionDiff,
)
from loanark.tenants.access import Scope, enter
from loanark.tenants.permissions import Permission

router = Router(tags=["mapping"])


@router.get("/mapping", response=MappingOut)
def get_mapping(request: HttpRequest, tenant: Path[str]) -> MappingOut:
    """Which LoanArk field meets which HubSpot property, and by what rules."""
    with enter(request, tenant, Permission.MAPPING_READ):
        return queries.mapping()


@router.put("/mapping", response=MappingOut)
def put_mapping(request: HttpRequest, tenant: Path[str], body: MappingIn) -> MappingOut:
    """Makes this the mapping. Every contact is then compared anew, by itself."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        changes.replace_all(
            scope.tenant_id, list(map(_rule, body.rules)), by=scope.actor, note=body.note, expect=body.version
        )
        return _changed(scope)


@router.post("/mapping/fields", response={201: MappingOut})
def map_field(request: HttpRequest, tenant: Path[str], body: FieldRuleIn) -> Status[MappingOut]:
    """Maps one more field."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        changes.add_field(scope.tenant_id, _rule(body), by=scope.actor)
        return Status(201, _changed(scope))


@router.patch("/mapping/fields/{field}", response=MappingOut)
def change_mapped_field(request: HttpRequest, tenant: Path[str], field: str, body: FieldRuleChange) -> MappingOut:
    """Changes what the body names of one field's rule."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        given = body.model_dump(mode="json", exclude_unset=True)
        changed = {name: value for name, value in given.items() if value is not None or name == "transform"}
        changes.change_field(scope.tenant_id, field, changed, by=scope.actor)
        return _changed(scope)


@router.delete("/mapping/fields/{field}", response=MappingOut)
def unmap_field(request: HttpRequest, tenant: Path[str], field: str) -> MappingOut:
    """Takes a field out of the mapping; both sides keep their values."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        changes.remove_field(scope.tenant_id, field, by=scope.actor)
        return _changed(scope)


@router.get("/mapping/versions", response=list[MappingVersionOut])
def list_mapping_versions(request: HttpRequest, tenant: Path[str]) -> list[MappingVersionOut]:
    """Every version, who made it and why, the newest first."""
    with enter(request, tenant, Permission.MAPPING_READ):
        return changes.versions()


@router.get("/mapping/versions/{version}/diff/{other}", response=VersionDiff)
def diff_mapping_versions(request: HttpRequest, tenant: Path[str], version: int, other: int) -> VersionDiff:
    """What `other` maps differently."""
    with enter(request, tenant, Permission.MAPPING_READ):
        return changes.diff(version, other)


@router.post("/mapping/versions/{version}/restore", response=MappingOut)
def restore_mapping_version(request: HttpRequest, tenant: Path[str], version: int) -> MappingOut:
    """Makes an old version the newest."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        changes.restore(scope.tenant_id, version, by=scope.actor)
        return _changed(scope)


@router.get("/mapping/export", response=MappingDocument)
def export_mapping(request: HttpRequest, tenant: Path[str]) -> MappingDocument:
    """The mapping as YAML."""
    with enter(request, tenant, Permission.MAPPING_READ) as scope:
        return MappingDocument(version=queries.mapping().version, yaml=changes.to_yaml(scope.tenant_id))


@router.post("/mapping/preview", response=VersionDiff)
def preview_mapping(request: HttpRequest, tenant: Path[str], body: MappingPreviewIn) -> VersionDiff:
    """What importing a YAML document would map differently, and what is wrong with it. Nothing is saved."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        return changes.preview(scope.tenant_id, body.yaml)


@router.post("/mapping/import", response=MappingOut)
def import_mapping(request: HttpRequest, tenant: Path[str], body: MappingImportIn) -> MappingOut:
    """Makes a YAML document, as exported, the mapping."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        changes.from_yaml(scope.tenant_id, body.yaml, by=scope.actor, note=body.note, expect=body.version)
        return _changed(scope)


@router.post("/mapping/sample", response=SampleOut)
def sample_mapping(request: HttpRequest, tenant: Path[str], body: SampleIn) -> SampleOut:
    """What a rule would make of some real contacts' values, both ways. Nothing is saved."""
    with enter(request, tenant, Permission.MAPPING_WRITE, Permission.CONTACTS_READ) as scope:
        pass
    return SampleOut(rows=actions.sample(scope.tenant_id, _rule(body.rule), body.contacts))


@router.get("/mapping/properties", response=list[PropertyOut])
def list_properties(request: HttpRequest, tenant: Path[str]) -> list[PropertyOut]:
    """The contact properties of the HubSpot account, as last read."""
    with enter(request, tenant, Permission.MAPPING_READ):
        return queries.properties()


@router.post("/mapping/refresh", response=MappingOut)
def refresh_mapping(request: HttpRequest, tenant: Path[str]) -> MappingOut:
    """Reads the account's properties now: fields rest or go on as they find them."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        pass
    actions.refresh(scope.tenant_id)
    with enter(request, tenant, Permission.MAPPING_WRITE):
        return queries.mapping()


@router.get("/mapping/missing", response=MissingOut)
def get_missing_properties(request: HttpRequest, tenant: Path[str]) -> MissingOut:
    """The properties LoanArk would make in HubSpot if an administrator agreed, and the permission it lacks."""
    with enter(request, tenant, Permission.MAPPING_READ):
        return queries.missing()


@router.post("/mapping/create-properties", response=CreatedOut)
def create_properties(request: HttpRequest, tenant: Path[str], body: CreatePropertiesIn) -> CreatedOut:
    """Makes the named properties in HubSpot, and maps them at once. Naming them is the consent."""
    with enter(request, tenant, Permission.MAPPING_WRITE) as scope:
        before = {row.field for row in queries.mapping().fields}
    made = actions.create_properties(scope.tenant_id, body.names)
    with enter(request, tenant, Permission.MAPPING_WRITE):
        after = [row.field for row in queries.mapping().fields]
    return CreatedOut(
        results=[CreatedProperty(name=one.name, outcome=one.outcome, reason=one.reason) for one in made],  # type: ignore[arg-type]
        mapped=[name for name in after if name not in before],
    )


def _rule(body: FieldRuleIn) -> dict[str, Any]:
    return body.model_dump(mode="json")


def _changed(scope: Scope) -> MappingOut:
    """Workers start with the new mapping at once, and open screens show it."""
    actions.wake(scope.tenant_id)
    actions.notify(scope.tenant_id, "contacts")
    return queries.mapping()
