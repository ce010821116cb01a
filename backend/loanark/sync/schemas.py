"""What the API says about runs and the state of the sync as a whole."""

from datetime import datetime, time
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from loanark.connections.schemas import ConnectionOut
from loanark.contacts.schemas import ContactRow, Selection
from loanark.core.mapping import Policy, Side
from loanark.core.plan import Action
from loanark.kit.schema import Schema

RunKind = Literal["preview", "backfill", "sweep", "undo", "edit"]
RunStatus = Literal["running", "waiting", "succeeded", "partial", "failed", "cancelled", "held"]


class RunCounts(Schema):
    """What a run did, contact by contact (`rejected` and `conflicted` count fields' contacts once)."""

    read: int = 0
    unchanged: int = 0
    created_in_loanark: int = 0
    created_in_hubspot: int = 0
    updated_in_loanark: int = 0
    updated_in_hubspot: int = 0
    matched: int = 0
    cleared: int = 0
    deleted: int = 0
    conflicted: int = 0
    rejected: int = 0
    held: int = 0
    #: Contacts that an undo or a bulk edit left as they are, wholly or in part.
    skipped: int = 0


class RunSample(Schema):
    action: Literal["create_in_loanark", "create_in_hubspot", "match", "update", "delete", "conflict", "reject"]
    name: str
    email: str | None
    detail: str


class ScheduleIn(Schema):
    """A schedule, to be told what it means; nothing is saved."""

    sweep_every_hours: int = 24
    sweep_cron: str | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None


class ScheduleOut(Schema):
    """When complete comparisons begin by themselves."""

    #: Such as "every day at 02:00".
    words: str
    #: The HubSpot account's: what times of the day are meant in.
    time_zone: str
    #: The next three, soonest first.
    times: list[AwareDatetime]
    #: None begins before the first run is done.
    after_first_run: bool


class PreviewOut(Schema):
    """What the run would do if it were approved now."""

    hubspot_total: int
    loanark_total: int
    counts: RunCounts
    notices: list[str]
    samples: list[RunSample]


#: Where something is looked at: what the brakes hold, refused values, contacts on the way, deleted ones, runs.
Opens = Literal["held", "values", "duplicates", "pending", "deleted", "runs"]


class Explained(Schema):
    """Contacts that only `side` has, why, and where they are looked at."""

    reason: str
    count: int
    side: Side = Side.LOANARK
    opens: Opens | None = None


class Balance(Schema):
    """HubSpot = linked + explained there + unexplained; LoanArk = linked + explained here + unexplained here."""

    hubspot: int
    loanark: int
    linked: int
    explained: list[Explained]
    unexplained: int
    unexplained_loanark: int
    #: `HubSpot 41,341 = LoanArk 41,338 + 3 explained`
    sentence: str
    counted_at: datetime


class EditedField(Schema):
    """What each contact of a bulk edit shall hold; null clears the field."""

    name: str
    label: str
    value: str | None


class EditOut(Schema):
    """A bulk edit: what is wanted, and of its plan how many contacts change, are so already, or are left alone."""

    act: Literal["edit", "delete", "restore"]
    values: list[EditedField]
    to_change: int
    already: int
    skipped: int
    #: Chosen ones that are not there, or not theirs to see.
    missing: int


class RunOut(Schema):
    id: int
    kind: RunKind
    status: RunStatus
    phase: str
    trigger: str
    counts: RunCounts
    done: int
    total: int | None
    rate_per_second: float | None
    eta_seconds: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    last_progress_at: datetime | None
    reason: str | None
    approved_by: str | None
    #: The preview this run was approved from, or the run that grew from this preview.
    preview_id: int | None
    preview: PreviewOut | None
    #: Sent to HubSpot for it.
    requests: int = 0
    #: For an undo: what it puts back.
    undoes: str | None = None
    #: For a bulk edit.
    edit: EditOut | None = None
    #: How both sides stood when a complete comparison ended.
    balance: Balance | None = None


class RunPage(Schema):
    items: list[RunOut]
    next_cursor: str | None


class RunFilters(Schema):
    """Every filter narrows; several values of one filter widen it."""

    kind: list[RunKind] = []
    status: list[RunStatus] = []
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class RunIn(Schema):
    """`preview` looks and changes nothing; `full` compares every contact on both sides."""

    kind: Literal["preview", "full"]


PlannedState = Literal["planned", "done", "changed", "unneeded", "skipped", "failed"]


class OperationOut(Schema):
    """One part of a plan. A `write` gives `side` the value `after`; `agree`: both sides hold it already; a `conflict`
    has both values and the winner (none: a person decides); a `reject` cannot be carried over.
    """

    kind: Literal["write", "agree", "conflict", "reject"]
    #: Empty: the contact as a whole.
    field: str
    label: str
    side: Side | None = None
    before: str | None = None
    after: str | None = None
    reason: str
    base: str | None = None
    hubspot: str | None = None
    loanark: str | None = None
    policy: Policy | None = None
    winner: Side | None = None


class PlannedOut(Schema):
    """What would happen to one contact, and what became of it."""

    seq: int
    contact_id: UUID | None
    hubspot_id: str | None
    name: str
    email: str | None
    action: Action
    #: Where the contact is made, deleted or brought back.
    side: Side | None
    reason: str
    operations: list[OperationOut]
    state: PlannedState
    outcome: str | None


class PlanTotal(Schema):
    action: Action
    side: Side | None
    state: PlannedState
    count: int


class PlanPage(Schema):
    #: The preview, undo or bulk edit whose plan it is.
    run_id: int
    items: list[PlannedOut]
    next_cursor: str | None
    #: All rows of the plan, whatever was asked for.
    totals: list[PlanTotal]


class ContactPlanOut(Schema):
    """What a look at this contact would do now. Nothing was written."""

    contact_id: UUID
    hubspot_id: str | None
    action: Action
    side: Side | None
    reason: str
    operations: list[OperationOut]
    #: The plan in one sentence; "Nothing to do" when both sides agree.
    sentence: str


class BulkIn(Schema):
    """What to do to which contacts. `values` belong to an edit: null clears a field."""

    selection: Selection
    act: Literal["edit", "delete", "restore", "resync"] = "edit"
    values: dict[str, str | None] | None = None


class ResyncedOut(Schema):
    """How many contacts are looked at again."""

    contacts: int


class UndoRunIn(Schema):
    """`approve`: carry it out at once, without waiting for somebody who looked at the plan."""

    approve: bool = False


class UndoIn(Schema):
    """Which changes to undo: those of a person or program, since a moment, of one field; all must fit."""

    since: AwareDatetime
    until: AwareDatetime | None = None
    actor: str | None = None
    field: str | None = None
    approve: bool = False


class Truth(Schema):
    """The one sentence: is everything in sync?"""

    level: Literal["ok", "working", "attention", "broken"]
    sentence: str
    detail: str | None


class Pending(Schema):
    hubspot: int
    loanark: int
    oldest_at: datetime | None


class NeedsYou(Schema):
    kind: Literal["connection", "preview", "conflict", "rejection", "duplicate", "held", "mapping"]
    count: int
    title: str
    detail: str


class ActivityPoint(Schema):
    at: datetime
    hubspot: int
    loanark: int


class TravelTimes(Schema):
    """How long edits took to the other side, in milliseconds; null: there were none."""

    edits: int
    median_ms: int | None
    p95_ms: int | None


class LagOut(Schema):
    """How long edits of the last hours took, each way."""

    hours: int
    to_hubspot: TravelTimes
    to_loanark: TravelTimes


class ActivityOut(Schema):
    """Changed contacts by the side the change came from, oldest first; `recent`: all of the last minutes."""

    span: Literal["24h", "7d", "30d"]
    points: list[ActivityPoint]
    recent: int
    recent_minutes: int
    lag: LagOut


class LaneUse(Schema):
    lane: str
    used: int


class DailyBudget(Schema):
    """What HubSpot said of the account's daily requests. `resting`: a comparison or backfill waits for the next day."""

    limit: int
    remaining: int
    ends_at: datetime
    resting: bool


class Budget(Schema):
    """Requests sent in the current ten seconds, of those the account allows; the day's, where HubSpot counts them."""

    limit: int
    window_seconds: int
    used: int
    lanes: list[LaneUse]
    daily: DailyBudget | None


class Recent(Schema):
    hubspot: list[ContactRow]
    loanark: list[ContactRow]


class Overview(Schema):
    truth: Truth
    connection: ConnectionOut
    balance: Balance | None
    run: RunOut | None
    pending: Pending
    needs_you: list[NeedsYou]
    #: Changed contacts an hour by the side the change came from, the last 24 hours, oldest first.
    activity: list[ActivityPoint]
    recent: Recent
    budget: Budget | None
    worker_seen_at: datetime | None


class HeldOperationOut(Schema):
    """A deletion, clear or create that a brake holds. Nothing of it happened on either side."""

    id: int
    contact_id: UUID | None
    hubspot_id: str | None
    name: str
    #: The field to be cleared and its label, with what it holds; null for whole contacts.
    field: str | None
    label: str | None
    before: str | None
    reason: str
    #: `held`, decided and on its way, or `done`.
    state: Literal["held", "approved", "rejected", "done"]
    at: datetime


class HeldGroup(Schema):
    """One time a brake took hold. `side` is where the operations would be carried out."""

    id: int
    kind: Literal["delete", "clear", "create"]
    side: Side
    state: Literal["held", "approved", "rejected", "over"]
    title: str
    detail: str
    #: Contacts in it, without those that left it by themselves; and those not carried out yet.
    count: int
    to_go: int
    #: How many an hour would have passed.
    allowed: int
    since: datetime
    decided_by: str | None
    decided_at: datetime | None
    #: The first hundred.
    operations: list[HeldOperationOut]


class HeldList(Schema):
    """Groups that wait for a person, and the last ones that somebody decided."""

    waiting: list[HeldGroup]
    decided: list[HeldGroup]
