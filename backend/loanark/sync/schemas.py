"""What the API says about runs and the state of the sync as a whole."""

from datetime import datetime
from typing import Literal

from ninja import Schema

from loanark.connections.schemas import ConnectionOut
from loanark.contacts.schemas import ContactRow

RunKind = Literal["preview", "backfill", "sweep"]
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


class RunSample(Schema):
    action: Literal["create_in_loanark", "create_in_hubspot", "match", "update", "delete", "conflict", "reject"]
    name: str
    email: str | None
    detail: str


class PreviewOut(Schema):
    """What the run would do if it were approved now."""

    hubspot_total: int
    loanark_total: int
    counts: RunCounts
    notices: list[str]
    samples: list[RunSample]


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


class RunPage(Schema):
    items: list[RunOut]
    next_cursor: str | None


class RunIn(Schema):
    """`preview` looks and changes nothing; `full` compares every contact on both sides."""

    kind: Literal["preview", "full"]


class Truth(Schema):
    """The one sentence: is everything in sync?"""

    level: Literal["ok", "working", "attention", "broken"]
    sentence: str
    detail: str | None


class Explained(Schema):
    reason: str
    count: int


class Balance(Schema):
    """HubSpot = linked + unexplained; LoanArk = linked + explained."""

    hubspot: int
    loanark: int
    linked: int
    explained: list[Explained]
    unexplained: int
    counted_at: datetime


class Pending(Schema):
    hubspot: int
    loanark: int
    oldest_at: datetime | None


class NeedsYou(Schema):
    kind: Literal["connection", "preview", "conflict", "rejection", "held"]
    count: int
    title: str
    detail: str


class ActivityPoint(Schema):
    at: datetime
    hubspot: int
    loanark: int


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
