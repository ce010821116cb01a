"""What the API says about contacts, their history and their conflicts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from loanark.core.mapping import Direction, Policy, Side
from loanark.core.values import Kind
from loanark.kit.schema import Schema
from loanark.kit.sheets import Form

#: Whose value stands.
Winner = Literal["hubspot", "loanark", "typed"]

SyncState = Literal["in_sync", "pending", "conflict", "failing", "not_linked", "deleted"]


Sort = Literal["-updated_at", "updated_at", "-created_at", "created_at", "lastname", "-lastname"]
Within = Literal["1d", "7d", "30d", "90d"]


#: A number that the database gave a row.
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ContactFilters(Schema):
    """Every filter narrows; several values of one filter widen it."""

    search: Annotated[str, Field(description="Three letters or more of a name, e-mail, company or phone.")] = ""
    sync: list[SyncState] = []
    email_verification_status: list[str] = []
    client_type_vip_status: list[str] = []
    client_type_prospects: list[str] = []
    state: list[str] = []
    owner: list[str] = []
    created_side: list[Side] = []
    changed: Annotated[Within | None, Field(description="Changed on either side within this time.")] = None
    created: Annotated[Within | None, Field(description="Made within this time.")] = None
    deleted: Annotated[bool, Field(description="Deleted contacts instead of live ones.")] = False


class SyncBadge(Schema):
    """Where a contact stands; `reason` says why it is not simply in sync."""

    state: SyncState
    reason: str | None = None


class ContactRow(Schema):
    id: UUID
    hubspot_id: str | None
    email: str | None
    firstname: str | None
    lastname: str | None
    phone: str | None
    company: str | None
    city: str | None
    state: str | None
    owner: str | None
    email_verification_status: str | None
    client_type_vip_status: str | None
    client_type_prospects: str | None
    created_at: datetime
    updated_at: datetime
    created_side: Side
    #: What an edit names, so that it does not overwrite somebody else's unseen.
    version: int
    sync: SyncBadge
    #: The fields that were asked for, as the asked side holds them; HubSpot's are null where there is no link.
    values: dict[str, str | None] = {}


class ContactPage(Schema):
    """One keyset page. `total` is exact up to a limit and an estimate above it."""

    items: list[ContactRow]
    next_cursor: str | None
    total: int
    total_is_estimate: bool


class FacetValue(Schema):
    value: str
    label: str
    count: int


FacetName = Literal[
    "sync",
    "email_verification_status",
    "client_type_vip_status",
    "client_type_prospects",
    "state",
    "owner",
    "created_side",
]


class Facet(Schema):
    name: FacetName
    label: str
    values: list[FacetValue]
    is_estimate: Annotated[bool, Field(description="The contacts are many; the counts are drawn from a sample.")] = (
        False
    )


class OptionOut(Schema):
    value: str
    label: str


class FieldOut(Schema):
    """One field in three columns: HubSpot, what both agreed on last, LoanArk."""

    name: str
    label: str
    kind: Kind
    group: str
    #: Whether the organisation defined it.
    custom: bool = False
    options: list[OptionOut] = []
    editable: bool
    property: str | None = None
    direction: Direction | None = None
    policy: Policy | None = None
    hubspot: str | None = None
    agreed: str | None = None
    loanark: str | None = None
    state: Literal["same", "hubspot_changed", "loanark_changed", "conflict", "rejected", "unmapped"]
    reason: str | None = None


class LastEditOut(Schema):
    """When a value was changed in LoanArk last, by whom or what."""

    at: datetime
    actor: str | None
    cause: str


class ConflictOut(Schema):
    id: int
    contact_id: UUID
    contact_name: str
    field: str
    label: str
    base: str | None
    hubspot: str | None
    loanark: str | None
    policy: Policy
    #: `typed`: a person typed another value, which is in `typed`.
    winner: Winner | None
    open: bool
    #: LoanArk's value covered HubSpot's before anybody could choose; HubSpot's is kept here.
    late: bool
    at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    typed: str | None = None
    #: How its values are shown, and what people choose from.
    kind: Kind
    options: list[OptionOut] = []
    #: The last edit of the field in LoanArk; when the contact was changed in HubSpot last.
    loanark_edit: LastEditOut | None = None
    hubspot_modified_at: datetime | None = None
    hubspot_url: str | None = None


class ConflictFilters(Schema):
    """Every filter narrows."""

    open: bool = True
    field: str | None = None
    search: Annotated[str, Field(description="Part of a name, e-mail, company or phone.")] = ""
    older_than_days: Annotated[int | None, Field(ge=1, le=3650)] = None
    empty: Annotated[Side | None, Field(description="Where this side holds nothing.")] = None
    late: bool | None = None
    winner: Winner | None = None


class ConflictField(Schema):
    field: str
    label: str
    count: int
    #: What the mapping says now about both sides changing it; null where it is not mapped.
    policy: Policy | None


class ConflictSummary(Schema):
    """How far the inbox is: what waits, by field, and what was decided today (UTC) by whoever asks."""

    open: int
    late: int
    decided_today: int
    fields: list[ConflictField]


class AlikeOut(Schema):
    """Open conflicts of the same field, the one asked about among them; `same_values`: of the same pair of values."""

    field: str
    label: str
    same_field: int
    same_values: int
    examples: list[ConflictOut]


class ResolveIn(Schema):
    """`typed`: `value` goes to both sides; null or blank empties the field."""

    winner: Winner
    value: str | None = None


class ResolveManyIn(Schema):
    """Which conflicts: by `ids`, or of a `field`, of these perhaps only those with the values of one (`same_as`).

    `expected`: how many the person was shown. Where it is not that any more, nothing is decided.
    """

    winner: Side
    expected: Annotated[int, Field(ge=1)]
    ids: Annotated[list[RowId], Field(max_length=1000)] = []
    field: str | None = None
    same_as: int | None = None


class Undecided(Schema):
    """A conflict that was left as it was, and why."""

    id: int
    contact_name: str
    reason: str


class ResolvedOut(Schema):
    """`left`: of those asked for, beyond what is done at once; ask again."""

    decided: list[int]
    refused: list[Undecided]
    left: int


class ReopenManyIn(Schema):
    ids: Annotated[list[RowId], Field(max_length=1000)]


class ReopenedOut(Schema):
    reopened: list[int]
    refused: list[Undecided]


class OverturnIn(Schema):
    """The side whose value shall stand instead."""

    winner: Side


class RejectionOut(Schema):
    """One value or contact that could not be carried over: one reason, one fix, one retry."""

    id: int
    contact_id: UUID | None
    hubspot_id: str | None
    contact_name: str
    field: str | None
    label: str | None
    side: Side
    value: str | None
    code: str
    reason: str
    fix: str
    #: It is tried again without anybody; else it waits for a person.
    heals: bool
    at: datetime
    attempts: int


class RejectionGroup(Schema):
    """Everything that was refused for one reason."""

    code: str
    title: str
    fix: str
    heals: bool
    count: int
    contacts: int
    fields: list[FacetValue]


class ContactOut(Schema):
    id: UUID
    name: str
    hubspot_id: str | None
    hubspot_url: str | None
    hubspot_seen_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    created_side: Side
    sync: SyncBadge
    fields: list[FieldOut]
    conflicts: list[ConflictOut]
    rejections: list[RejectionOut]


class ErasureOut(Schema):
    """An order to erase a person. `done`: nothing of them is left; else the sync does it before everything else."""

    done: bool
    detail: str


class ContactCreateIn(Schema):
    values: dict[str, str | None]


class ContactEditIn(Schema):
    """Only the named fields change. `version` is the one the person saw: a later one is refused as stale."""

    values: dict[str, str | None]
    version: int | None = Field(default=None, description="Omit to edit whatever is there now.")


class FieldChange(Schema):
    name: str
    label: str
    before: str | None
    after: str | None


Cause = Literal["user", "sql", "sync", "conflict", "merge", "undo", "erasure"]


class ChangeFilters(Schema):
    """Every filter narrows. `field`: only what changed it."""

    side: Side | None = None
    cause: Cause | None = None
    field: str | None = None


class ChangeOut(Schema):
    id: int
    at: datetime
    #: Where the change came from.
    side: Side
    op: Literal["created", "updated", "deleted", "restored"]
    cause: Cause
    actor: str | None
    reason: str | None
    run_id: int | None
    fields: list[FieldChange]


class ChangePage(Schema):
    items: list[ChangeOut]
    next_cursor: str | None


class ConflictPage(Schema):
    items: list[ConflictOut]
    next_cursor: str | None
    total: int


class RejectionPage(Schema):
    items: list[RejectionOut]
    next_cursor: str | None
    total: int


class RetryIn(Schema):
    """Only what was rejected with this code, by this run, for this reason."""

    code: str | None = None
    run_id: int | None = None
    reason: str | None = None


class RetriedOut(Schema):
    """How many contacts are looked at again."""

    contacts: int


class ChosenContacts(Schema):
    """Contacts by name."""

    ids: Annotated[list[UUID], Field(max_length=10_000)]


class MatchingContacts(Schema):
    """All that the filters leave, whatever page of them is on the screen, but for some."""

    filters: ContactFilters
    except_: Annotated[list[UUID], Field(max_length=10_000, alias="except")] = []


Selection = ChosenContacts | MatchingContacts


#: So many fields are shown in one list, or taken along by name.
MOST_COLUMNS = 40


class ExportIn(Schema):
    """Contacts to take along, of one side; without `fields`, every field."""

    selection: Selection
    format: Form = "csv"
    fields: Annotated[list[str], Field(max_length=MOST_COLUMNS)] = []
    side: Side = Side.LOANARK


#: A value that a view filters by.
_Chosen = Annotated[list[Annotated[str, StringConstraints(max_length=200)]], Field(max_length=100)]


class ViewFilters(Schema):
    """The filters of a view, named as the list's own."""

    model_config = ConfigDict(extra="forbid")

    sync: Annotated[list[SyncState], Field(max_length=6)] = []
    email_verification_status: _Chosen = []
    client_type_vip_status: _Chosen = []
    client_type_prospects: _Chosen = []
    state: _Chosen = []
    owner: _Chosen = []
    created_side: Annotated[list[Side], Field(max_length=2)] = []
    changed: Within | None = None
    created: Within | None = None
    deleted: bool = False


class ViewColumn(Schema):
    """A column of a view: a field, or another thing the list shows, such as `sync`."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    width: Annotated[int, Field(ge=20, le=2000)] | None = None
    pinned: bool = False


class ViewState(Schema):
    """What the list shows in a view, and how."""

    model_config = ConfigDict(extra="forbid")

    search: Annotated[str, StringConstraints(max_length=200)] = ""
    filters: ViewFilters = ViewFilters()
    sort: Sort = "-updated_at"
    columns: Annotated[list[ViewColumn], Field(max_length=60)] = []
    side: Side = Side.LOANARK


_ViewName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class ViewIn(Schema):
    name: _ViewName
    #: Everybody's, not only one's own.
    shared: bool = False
    state: ViewState


class ViewEditIn(Schema):
    """Only what is named changes."""

    name: _ViewName | None = None
    shared: bool | None = None
    state: ViewState | None = None


class ViewOut(Schema):
    id: int
    name: str
    shared: bool
    #: Whether whoever asks made it.
    mine: bool
    #: Whether whoever asks may change and delete it.
    may_change: bool
    by: str
    state: ViewState
