"""What the API says about the audit log."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Field, Schema

from loanark.audit.chain import What


class EventFilters(Schema):
    """Every filter narrows."""

    kind: Annotated[
        list[str],
        Field(description="Kinds as `member.removed`, or the noun alone for all of its kinds.", max_length=20),
    ] = []
    actor: Annotated[str, Field(description="Who: the whole name or address.", max_length=320)] = ""
    via: Annotated[str, Field(description="browser, token, command line, sync, sql", max_length=40)] = ""
    contact_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


class ContactChangeOut(Schema):
    """A change of one contact that an event made."""

    id: int
    contact_id: UUID
    op: Literal["created", "updated", "deleted", "restored"]
    reason: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class EventOut(Schema):
    """Something somebody did."""

    id: int
    seq: Annotated[int | None, Field(description="Its place in the chain.")]
    at: datetime
    kind: str
    actor: str
    via: str
    address: Annotated[str, Field(description="From where; empty for what happens in this house.")]
    subject: str
    contact_id: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]
    more: Annotated[dict[str, Any], Field(description="What else is known of it.")]
    changes: Annotated[int, Field(description="How many changes of contacts it made.")]
    first_changes: Annotated[list[ContactChangeOut], Field(description="The first few of them.")]
    hash: str


class EventPage(Schema):
    items: list[EventOut]
    next_cursor: str | None


class ContactChangePage(Schema):
    items: list[ContactChangeOut]
    next_cursor: str | None


class FindingOut(Schema):
    """Something that is not as it was written."""

    what: What
    place: str
    detail: str


class VerificationOut(Schema):
    """What a verification of the whole log found."""

    intact: bool
    first: int
    last: int
    hash: Annotated[
        str, Field(description="The last event's. Noted elsewhere, it tells later that nothing was cut off.")
    ]
    events: int
    changes: int
    anchored: Annotated[int, Field(description="Up to which event signatures vouch for it.")]
    findings: list[FindingOut]


class RetentionOut(Schema):
    """How long events are kept; null: for ever."""

    keep_days: int | None


class RetentionIn(Schema):
    keep_days: Annotated[int | None, Field(ge=365, le=36_500)]
