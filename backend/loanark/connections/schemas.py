"""What the API says about the connected HubSpot account and the mapping."""

from datetime import datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field

from loanark.core.mapping import Direction, Policy, Side
from loanark.core.values import Kind
from loanark.kit.schema import Schema


class ConnectionProblem(Schema):
    """Why the connection does not work, and what mends it."""

    code: str
    title: str
    detail: str
    fix: str


class LaneRequests(Schema):
    """How many requests of a kind of work were sent."""

    lane: str
    used: int


class AnswerTimes(Schema):
    """How long HubSpot took to answer, in milliseconds; null: it was not asked."""

    answers: int
    median_ms: int | None
    p95_ms: int | None


class AnswerTimesAt(AnswerTimes):
    """The same of the hour that begins then."""

    at: datetime


class AnswerTimesOut(Schema):
    """How long HubSpot took to answer lately, by the requests that are still in the log."""

    hour: AnswerTimes
    day: AnswerTimes
    #: Hour by hour, oldest first, the last one being now.
    hours: list[AnswerTimesAt]
    #: How many requests the log keeps at most: of a busy day it has the last part only.
    kept: int


class ConnectionOut(Schema):
    status: Literal["not_connected", "connected", "reconnect_needed", "paused"]
    auth: Literal["oauth", "static"] | None = None
    portal_id: str | None = None
    portal_url: str | None = None
    time_zone: str | None = None
    scopes: list[str] = []
    missing_scopes: list[str] = []
    token_expires_at: datetime | None = None
    connected_at: datetime | None = None
    connected_by: str | None = None
    requests_per_10s: int | None = None
    last_request_at: datetime | None = None
    last_webhook_at: datetime | None = None
    last_poll_at: datetime | None = None
    poll_every_seconds: int | None = None
    #: Whatever was modified in HubSpot before this moment has been looked at.
    polled_until: datetime | None = None
    #: Requests of the last hour, the most frequent lane first.
    requests_last_hour: list[LaneRequests] = []
    problem: ConnectionProblem | None = None
    #: Whether the OAuth flow is configured here; without it only a static token can connect.
    oauth_available: bool = True
    api_url: str


class AuthorizeOut(Schema):
    """Send the browser there: HubSpot asks the person, then returns to LoanArk."""

    url: str


class StaticTokenIn(Schema):
    token: str


class TrimTransform(Schema):
    """Without outer white space, on both sides."""

    kind: Literal["trim"]


class CaseTransform(Schema):
    kind: Literal["case"]
    to: Literal["upper", "lower", "title"]


class PhoneTransform(Schema):
    """As E.164."""

    kind: Literal["phone"]


class OptionsTransform(Schema):
    """HubSpot's option key by LoanArk's, one to one."""

    kind: Literal["options"]
    map: dict[str, str]


class ScaleTransform(Schema):
    """LoanArk holds HubSpot's number times the factor, exactly. A factor that not every number can be divided by
    exactly (3, 12) goes to LoanArk only."""

    kind: Literal["scale"]
    factor: str


class DateTransform(Schema):
    """The day of a HubSpot moment in a time zone; back, midnight there."""

    kind: Literal["date"]
    zone: str


class SplitNameTransform(Schema):
    """One part of a whole name; to LoanArk only."""

    kind: Literal["split_name"]
    part: Literal["first", "last"]


class JoinNameTransform(Schema):
    """First and last name as the field `full_name`; to HubSpot only."""

    kind: Literal["join_name"]


AnyTransform = Annotated[
    TrimTransform
    | CaseTransform
    | PhoneTransform
    | OptionsTransform
    | ScaleTransform
    | DateTransform
    | SplitNameTransform
    | JoinNameTransform,
    Field(discriminator="kind"),
]


class MappedField(Schema):
    field: str
    label: str
    kind: Kind
    property: str
    property_label: str
    property_type: str
    direction: Direction
    policy: Policy
    blank_may_overwrite: bool
    read_only: bool
    option_count: int
    warning: str | None = None
    transform: AnyTransform | None = None
    #: Why the field rests: it is neither read, compared nor written until that is mended.
    paused: str | None = None
    paused_at: datetime | None = None


class UnmappedField(Schema):
    field: str
    label: str
    kind: Kind
    reason: str


class MappingOut(Schema):
    version: int
    fields: list[MappedField]
    unmapped: list[UnmappedField]
    property_count: int
    refreshed_at: datetime | None


class FieldOption(Schema):
    """One of the values people choose from. Without a label it shows as it is."""

    value: str
    label: str = ""


class FieldDefinition(Schema):
    """A field of contacts: LoanArk's own, or one that the organisation defined (`custom`)."""

    name: str
    label: str
    kind: Kind
    group: str
    custom: bool
    options: list[FieldOption]
    #: The HubSpot property it is mapped to.
    property: str | None
    created_at: datetime | None
    created_by: str | None
    #: When it was put away. Its values and history stay; nothing maps it.
    archived_at: datetime | None


class FieldDefinitionIn(Schema):
    """Name and kind stay for good. `options` for the kinds enum and enum_set only."""

    name: str
    label: str = ""
    kind: Kind = Kind.TEXT
    options: list[FieldOption] = []


class FieldChangeIn(Schema):
    """What is left out stays. An option that is there already takes the new label."""

    label: str | None = None
    add_options: list[FieldOption] = []
    #: False brings an archived field back, true archives it.
    archived: bool | None = None


class SyncPause(Schema):
    """A person paused the sync: nothing is read from HubSpot or written there, and whatever changes waits."""

    at: datetime
    by: str
    reason: str


class SyncSettingsOut(Schema):
    """How the organisation wants its sync."""

    #: Whose value is kept when two existing contacts meet for the first time and both hold one.
    first_match: Side
    #: What a deletion there does to the other side's contact.
    deletes_in_hubspot: Literal["follow", "keep"]
    deletes_in_loanark: Literal["follow", "keep"]
    #: More deletions (or clears) an hour than max(floor, share of the linked contacts) wait for a person.
    brake_floor: int
    brake_share: float
    #: More new contacts an hour than this wait for a person; null: any number is made.
    brake_creates: int | None
    #: A complete comparison begins by itself this often; 0: never.
    sweep_every_hours: int
    #: Or at the times of this cron expression, in the HubSpot account's time zone; then the distance says nothing.
    sweep_cron: str | None
    #: Times of the day, in the HubSpot account's time zone, between which none begins by itself.
    quiet_from: time | None
    quiet_until: time | None
    paused: SyncPause | None


class SyncSettingsIn(Schema):
    """What is left out stays as it is."""

    first_match: Side | None = None
    deletes_in_hubspot: Literal["follow", "keep"] | None = None
    deletes_in_loanark: Literal["follow", "keep"] | None = None
    brake_floor: int | None = None
    brake_share: float | None = None
    brake_creates: int | None = None
    #: Without `sweep_cron` beside it takes an expression away.
    sweep_every_hours: int | None = None
    sweep_cron: str | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None


class SyncPauseIn(Schema):
    reason: str = ""


class FieldRuleIn(Schema):
    """How one field is to be mapped."""

    field: str
    property: str
    direction: Direction = Direction.BOTH
    policy: Policy = Policy.HUBSPOT
    #: Left out: true for a field both sides decide, false for one that one side decides alone.
    blank_may_overwrite: bool | None = None
    transform: AnyTransform | None = None


class FieldRuleChange(Schema):
    """What is left out stays. `transform` null takes it away."""

    property: str | None = None
    direction: Direction | None = None
    policy: Policy | None = None
    blank_may_overwrite: bool | None = None
    transform: AnyTransform | None = None


class MappingIn(Schema):
    """The whole mapping. What is not named is not mapped any more."""

    rules: list[FieldRuleIn]
    note: str = ""
    #: The version this began with; refused when somebody changed it meanwhile.
    version: int | None = None


class MappingVersionOut(Schema):
    version: int
    at: datetime
    by: str
    note: str
    fields: int
    current: bool


class MappingDifference(Schema):
    """What a field was and became; null: it was not mapped."""

    field: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class VersionDiff(Schema):
    before: int
    after: int
    differences: list[MappingDifference]


class MappingDocument(Schema):
    """The mapping as YAML."""

    version: int
    yaml: str


class MappingPreviewIn(Schema):
    """A YAML document, to be told what it would change."""

    yaml: str


class MappingImportIn(Schema):
    yaml: str
    note: str = ""
    version: int | None = None


class PropertyOption(Schema):
    value: str
    label: str
    hidden: bool


class PropertyOut(Schema):
    """A contact property of the HubSpot account, as last read."""

    name: str
    label: str
    type: str
    field_type: str
    #: How its values compare with a LoanArk text.
    kind: Kind
    group: str
    options: list[PropertyOption]
    writable: bool
    unique: bool
    hubspot_defined: bool
    #: The fields mapped to it.
    fields: list[str]


class MissingProperty(Schema):
    """A property that LoanArk would make."""

    name: str
    label: str
    type: str
    field_type: str
    description: str
    unique: bool
    options: list[PropertyOption]
    #: The field it would be mapped to; null for LoanArk's own id.
    field: str | None


class MissingOut(Schema):
    """What LoanArk would make in HubSpot, if asked to."""

    group: str
    group_label: str
    properties: list[MissingProperty]
    #: Permissions that making them takes and that were not granted; empty also where HubSpot does not tell.
    missing_scopes: list[str]


class CreatePropertiesIn(Schema):
    """The properties an administrator agrees to, by name."""

    names: list[str]


class CreatedProperty(Schema):
    name: str
    outcome: Literal["made", "there", "refused"]
    reason: str | None


class CreatedOut(Schema):
    results: list[CreatedProperty]
    #: The fields that were mapped at once.
    mapped: list[str]


class SampleIn(Schema):
    """A rule to try on contacts as they are now; nothing is saved or written."""

    rule: FieldRuleIn
    contacts: int = Field(5, ge=1, le=20)


class SampleSide(Schema):
    """A value as it is, and what the other side would hold; `reason`: why there is nothing."""

    value: str | None
    becomes: str | None
    reason: str | None


class SampleRow(Schema):
    contact_id: str | None
    hubspot_id: str | None
    name: str
    #: HubSpot's value, and what it is in LoanArk's terms; null where that contact was not seen.
    hubspot: SampleSide | None
    #: LoanArk's value, and what would be sent; null where it is never sent.
    loanark: SampleSide | None
    same: bool


class SampleOut(Schema):
    rows: list[SampleRow]
