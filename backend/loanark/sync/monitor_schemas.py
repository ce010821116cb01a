"""What the API says to people who watch the sync: what waits, what a run did, and where a record stands."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanark.contacts.schemas import ChangeOut, FieldChange, RejectionOut
from loanark.core.mapping import Side
from loanark.kit.schema import Schema
from loanark.sync.schemas import LagOut

#: Whether a failure heals by itself, or waits for a person.
Level = Literal["in_sync", "heals", "needs_you", "none"]

#: What a person can do about it.
Remedy = Literal[
    "look", "decide_conflict", "decide_held", "mend_value", "approve_run", "connect", "resume", "restore", "wait"
]

Lane = Literal["person", "webhook", "edit", "poll", "sweep", "backfill"]


class WaitingOut(Schema):
    """Records that wait for a look, by who waits for it. `retrying` of them failed before, and heal by themselves."""

    lane: Lane
    side: Side
    count: int
    retrying: int
    oldest_at: datetime
    #: When the next of them is looked at; in the past: now.
    next_at: datetime
    last_error: str | None


class WorkerOut(Schema):
    name: str
    seen_at: datetime
    alive: bool


class MonitorOut(Schema):
    """The sync between runs: what waits, who works, and when HubSpot was last heard."""

    waiting: list[WaitingOut]
    workers: list[WorkerOut]
    #: Writes to HubSpot that are decided and not known to have happened yet.
    under_way: int
    last_poll_at: datetime | None
    poll_every_seconds: int
    last_webhook_at: datetime | None
    last_request_at: datetime | None
    #: The last change that either side took over from the other.
    last_change_at: datetime | None
    last_comparison_at: datetime | None
    lag: LagOut
    #: Changes are found otherwise than usual, and why.
    notice: str | None


class DayOut(Schema):
    """A day of the sync, in the reader's time zone: changed contacts by the side the change came from, and runs."""

    day: date
    start: datetime
    end: datetime
    hubspot: int
    loanark: int
    runs: int
    #: Runs that failed, ended partly done, or are held.
    troubled: int


class RunReason(Schema):
    """Contacts that a run could not carry over, by reason. `open`: those that still are not."""

    code: str
    reason: str
    fix: str
    heals: bool
    contacts: int
    open: int


class RunRejectionPage(Schema):
    items: list[RejectionOut]
    next_cursor: str | None
    total: int


class RunChange(Schema):
    """One contact that a run changed in LoanArk. (What it wrote to HubSpot is in its counts and its plan.)"""

    id: int
    at: datetime
    contact_id: UUID
    contact_name: str
    #: Where the change came from.
    side: Side
    op: Literal["created", "updated", "deleted", "restored"]
    cause: str
    reason: str | None
    fields: list[FieldChange]


class RunChangePage(Schema):
    items: list[RunChange]
    next_cursor: str | None
    total: int


class Fact(Schema):
    label: str
    value: str
    at: datetime | None = None


class Explanation(Schema):
    """Where a record stands, in one sentence, with what proves it."""

    level: Level
    sentence: str
    detail: str | None = None
    since: datetime | None = None
    facts: list[Fact] = []
    action: Remedy | None = None
    #: The run to approve, when that is the remedy.
    run_id: int | None = None


class LookOut(Schema):
    """Whether a contact waits for a look at both sides, and why it still does. `waits` false: it was looked at."""

    waits: bool
    since: datetime | None = None
    #: Looks that failed already, and what kept the last one from coming to an end.
    attempts: int = 0
    last_error: str | None = None
    #: Why nothing moves at all just now, if nothing does.
    stopped: str | None = None


class HubSpotEditOut(Schema):
    """Who changed a field's value in HubSpot last, as a webhook told."""

    field: str
    at: datetime
    #: In words, such as "a person in HubSpot (user 4711)"; "LoanArk" where it wrote the value itself.
    by: str


class Candidate(Schema):
    """A record that what was asked for may mean: a contact, or something known of HubSpot alone."""

    contact_id: UUID | None
    hubspot_id: str | None
    hubspot_url: str | None
    name: str
    email: str | None
    explanation: Explanation
    #: Its last changes, newest first.
    events: list[ChangeOut]


class ExplainOut(Schema):
    """`searched`: how the question was read. `absent`: why there may be nothing, when there is nothing."""

    searched: str
    candidates: list[Candidate]
    #: There are more than are shown.
    more: bool
    absent: list[str]


StatusClass = Literal["ok", "refused", "limited", "failed", "silent"]


class RequestFilters(Schema):
    """Every filter narrows; several values of one filter widen it. `path`: a part of it. `record`: an id it named."""

    status: list[StatusClass] = []
    lane: list[Lane] = []
    path: Annotated[str, Field(max_length=200)] = ""
    run_id: Annotated[int | None, Field(ge=1, le=2**63 - 1)] = None
    correlation: Annotated[str | None, Field(max_length=80)] = None
    record: Annotated[str, Field(max_length=40)] = ""


class RequestOut(Schema):
    """One attempt to ask HubSpot something. `status` null: no answer came, for the reason `failure`."""

    id: int
    at: datetime
    lane: Lane
    method: str
    #: `{id}` stands for whatever names a record.
    path: str
    status: int | None
    failure: str | None
    ms: int
    attempt: int
    run_id: int | None
    #: What HubSpot's own log finds it by.
    correlation: str | None
    #: What HubSpot said is left of the requests of its window, and of the day.
    remaining: int | None
    daily_remaining: int | None


class RequestDetail(RequestOut):
    """With what was sent and answered, in outline: every value and message is masked."""

    request: Any
    response: Any


class RequestPage(Schema):
    items: list[RequestOut]
    next_cursor: str | None
