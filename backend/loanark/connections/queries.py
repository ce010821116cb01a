"""Reading the connection and the mapping for screens and scripts."""

from django.conf import settings

from loanark.connections import problems
from loanark.connections.budget import DEFAULT_LIMIT
from loanark.connections.mapping import compatible_kind, properties_of
from loanark.connections.models import Connection, FieldMapping
from loanark.connections.schemas import (
    ConnectionOut,
    ConnectionProblem,
    MappedField,
    MappingOut,
    UnmappedField,
)
from loanark.core.fields import BY_NAME, FIELDS, Field
from loanark.core.mapping import Direction, Policy
from loanark.hubspot import oauth
from loanark.hubspot.models import Property
from loanark.kit import sql

#: How often HubSpot is polled for changes webhooks may have missed, in seconds.
POLL_SECONDS = 15


def connection() -> ConnectionOut:
    """The connection of the current tenant."""
    config = settings.CONFIG
    row = Connection.objects.first()
    if row is None:
        return ConnectionOut(
            status="not_connected", oauth_available=config.oauth_available, api_url=config.hubspot_api_url
        )
    problem = None
    if row.problem_code:
        known = problems.by_code(row.problem_code, row.problem_detail or "")
        problem = ConnectionProblem(code=known.code, title=known.title, detail=known.detail, fix=known.fix)
    return ConnectionOut(
        status=row.status,  # type: ignore[arg-type]  # the database checks it
        auth=row.auth,  # type: ignore[arg-type]
        portal_id=row.portal_id,
        portal_url=f"https://{row.ui_domain}/contacts/{row.portal_id}" if row.ui_domain else None,
        time_zone=row.time_zone,
        scopes=row.scopes,
        missing_scopes=sorted(set(oauth.SCOPES) - set(row.scopes)) if row.auth == "oauth" else [],
        token_expires_at=row.token_expires_at,
        connected_at=row.connected_at,
        connected_by=row.connected_by,
        requests_per_10s=row.rate_limit_override or row.rate_limit_learnt or DEFAULT_LIMIT,
        last_request_at=sql.scalar("SELECT max(slot) FROM request_usage"),
        last_webhook_at=row.last_webhook_at,
        last_poll_at=row.last_poll_at,
        poll_every_seconds=POLL_SECONDS,
        problem=problem,
        oauth_available=config.oauth_available,
        api_url=config.hubspot_api_url,
    )


def mapping() -> MappingOut:
    """The mapping of the current tenant, and the fields that meet no property."""
    row = Connection.objects.first()
    properties = properties_of(row) if row else {}
    stored = {mapped.field: mapped for mapped in FieldMapping.objects.all()}
    fields, unmapped = [], []
    for field in FIELDS:
        mapped = stored.get(field.name)
        prop = properties.get(mapped.property_name) if mapped else None
        if mapped and prop and compatible_kind(field, prop):
            fields.append(_mapped(field, prop, mapped))
        else:
            reason = _why_unmapped(field, mapped, properties)
            unmapped.append(UnmappedField(field=field.name, label=field.label, kind=field.kind, reason=reason))
    return MappingOut(
        version=row.mapping_version if row else 1,
        fields=fields,
        unmapped=unmapped,
        property_count=len(properties),
        refreshed_at=row.properties_at if row else None,
    )


def _mapped(field: Field, prop: Property, mapped: FieldMapping) -> MappedField:
    read_only = prop.calculated or prop.read_only
    hidden = sum(option.hidden for option in prop.options)
    warning = f"{hidden} of its {len(prop.options)} options are hidden in HubSpot" if hidden else None
    return MappedField(
        field=field.name,
        label=field.label,
        kind=compatible_kind(field, prop) or field.kind,
        property=prop.name,
        property_label=prop.label,
        property_type=prop.type,
        direction=Direction.TO_LOANARK if read_only else Direction(mapped.direction),
        policy=Policy(mapped.policy),
        blank_may_overwrite=mapped.blank_may_overwrite,
        read_only=read_only,
        option_count=len(prop.options),
        warning=warning,
    )


def _why_unmapped(field: Field, mapped: FieldMapping | None, properties: dict[str, Property]) -> str:
    name = mapped.property_name if mapped else field.hubspot
    if not properties:
        return "No HubSpot account is connected yet."
    if name not in properties:
        return f"The HubSpot account has no property {name}."
    kind = properties[name].type
    return f"The HubSpot property {name} is of type {kind}, which cannot hold a {BY_NAME[field.name].kind.value}."
