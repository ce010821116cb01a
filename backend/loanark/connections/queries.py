"""Reading the connection and the mapping for screens and scripts."""

from collections.abc import Sequence

from django.conf import settings

from loanark.connections import creation, problems, request_log
from loanark.connections.budget import DEFAULT_LIMIT
from loanark.connections.fields import ARCHIVED, catalogue
from loanark.connections.mapping import properties_of
from loanark.connections.models import Connection, FieldMapping
from loanark.connections.rules import FULL_NAME, kind_under
from loanark.connections.schemas import (
    AnswerTimes,
    AnswerTimesAt,
    AnswerTimesOut,
    ConnectionOut,
    ConnectionProblem,
    LaneRequests,
    MappedField,
    MappingOut,
    MissingOut,
    MissingProperty,
    PropertyOption,
    PropertyOut,
    UnmappedField,
)
from loanark.core import transforms
from loanark.core.fields import Field
from loanark.core.mapping import Direction, Policy
from loanark.hubspot import oauth
from loanark.hubspot.models import Option, Property
from loanark.hubspot.wire import kind_of
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
        polled_until=row.polled_until,
        requests_last_hour=_last_hour(),
        problem=problem,
        oauth_available=config.oauth_available,
        api_url=config.hubspot_api_url,
    )


def _last_hour() -> list[LaneRequests]:
    found = sql.rows(
        """SELECT lane, sum(used)::int AS used FROM request_usage
           WHERE slot >= clock_timestamp() - interval '1 hour' GROUP BY lane ORDER BY used DESC, lane"""
    )
    return [LaneRequests(**row) for row in found]


def answer_times() -> AnswerTimesOut:
    """How long HubSpot took to answer lately. What got no answer is not counted: it failed."""
    answered = """SELECT at, ms FROM hubspot_requests
                  WHERE status IS NOT NULL AND at > clock_timestamp() - make_interval(hours => %s)"""
    measured = """count(ms)::int AS answers, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms))::int AS median_ms,
                  round(percentile_cont(0.95) WITHIN GROUP (ORDER BY ms))::int AS p95_ms"""
    hour, day = (
        AnswerTimes(**row)
        for hours in (1, request_log.KEEP_HOURS)
        if (row := sql.first(f"SELECT {measured} FROM ({answered}) AS a", [hours]))
    )
    by_hour = sql.rows(
        f"""SELECT slot AS at, {measured}
            FROM generate_series(date_bin('1 hour', now(), 'epoch') - interval '23 hours', now(), '1 hour') AS slot
            LEFT JOIN ({answered}) AS a ON date_bin('1 hour', a.at, 'epoch') = slot GROUP BY slot ORDER BY slot""",
        [request_log.KEEP_HOURS],
    )
    return AnswerTimesOut(hour=hour, day=day, hours=[AnswerTimesAt(**row) for row in by_hour], kept=request_log.KEEP)


def mapping() -> MappingOut:
    """The mapping of the current tenant, and the fields that meet no property."""
    row = Connection.objects.first()
    properties = properties_of(row) if row else {}
    stored = {mapped.field: mapped for mapped in FieldMapping.objects.all()}
    fields, unmapped = [], []
    known = [field for name, field in catalogue(archived=True).items() if not field.archived or name in stored]
    for field in [*known, *([FULL_NAME] if FULL_NAME.name in stored else [])]:
        mapped = stored.get(field.name)
        prop = properties.get(mapped.property_name) if mapped else None
        rests = field.archived or bool(mapped and mapped.paused)
        if mapped and (rests or (prop and kind_under(field, prop, transforms.from_json(mapped.transform)))):
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


def _mapped(field: Field, prop: Property | None, mapped: FieldMapping) -> MappedField:
    """`prop` None: the account has none of that name, and the field rests."""
    read_only = prop is not None and (prop.calculated or prop.read_only)
    options = prop.options if prop else ()
    hidden = 0 if prop is None or prop.external_options else sum(option.hidden for option in options)
    warning = f"{hidden} of its {len(options)} options are hidden in HubSpot" if hidden else None
    transform = transforms.from_json(mapped.transform)
    return MappedField(
        field=field.name,
        label=field.label,
        kind=(kind_under(field, prop, transform) if prop else None) or field.kind,
        property=mapped.property_name,
        property_label=prop.label if prop else mapped.property_name,
        property_type=prop.type if prop else "",
        direction=Direction.TO_LOANARK if read_only else Direction(mapped.direction),
        policy=Policy(mapped.policy),
        blank_may_overwrite=mapped.blank_may_overwrite,
        read_only=read_only,
        option_count=len(options),
        warning=warning,
        transform=mapped.transform,
        paused=ARCHIVED if field.archived else mapped.paused,
        paused_at=mapped.paused_at,
    )


def _why_unmapped(field: Field, mapped: FieldMapping | None, properties: dict[str, Property]) -> str:
    name = mapped.property_name if mapped else field.hubspot
    if not properties:
        return "No HubSpot account is connected yet."
    if name not in properties:
        return f"The HubSpot account has no property {name}."
    kind = properties[name].type
    return f"The HubSpot property {name} is of type {kind}, which cannot hold a {field.kind.value}."


def resting() -> list[tuple[str, str]]:
    """Fields that rest until somebody mends something, and why."""
    rows = FieldMapping.objects.filter(paused__isnull=False).order_by("field")
    return [(row.field, row.paused or "") for row in rows]


def properties() -> list[PropertyOut]:
    """What contact properties the account has, as last read."""
    row = Connection.objects.first()
    fields: dict[str, list[str]] = {}
    for mapped in FieldMapping.objects.order_by("field"):
        fields.setdefault(mapped.property_name, []).append(mapped.field)
    return [
        PropertyOut(
            name=prop.name,
            label=prop.label,
            type=prop.type,
            field_type=prop.field_type,
            kind=kind_of(prop.type, prop.field_type, prop.name),
            group=prop.group_name,
            options=_options(prop.options),
            writable=not (prop.calculated or prop.read_only),
            unique=prop.has_unique_value,
            hubspot_defined=prop.hubspot_defined,
            fields=fields.get(prop.name, []),
        )
        for prop in sorted((properties_of(row) if row else {}).values(), key=lambda prop: (prop.label, prop.name))
    ]


def missing() -> MissingOut:
    """What LoanArk would make in HubSpot, if an administrator agreed."""
    row = Connection.objects.first()
    granted = set(row.scopes) if row and row.auth == "oauth" else {creation.SCOPE}
    return MissingOut(
        group=creation.GROUP,
        group_label=creation.GROUP_LABEL,
        properties=[
            MissingProperty(
                name=one.name,
                label=one.label,
                type=one.type,
                field_type=one.field_type,
                description=one.description,
                unique=one.unique,
                options=_options(one.options),
                field=one.field,
            )
            for one in (creation.missing(properties_of(row), _mapped_fields()) if row else [])
        ],
        missing_scopes=sorted({creation.SCOPE} - granted),
    )


def _mapped_fields() -> list[str]:
    return [row.field for row in FieldMapping.objects.all()]


def _options(options: Sequence[Option]) -> list[PropertyOption]:
    return [PropertyOption(value=option.value, label=option.label, hidden=option.hidden) for option in options]
