"""What the API says about the audit log."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from loanark.audit.chain import What
from loanark.kit.schema import Schema


class EventFilters(Schema):
    """Every filter narrows."""

    kind: Annotated[
        list[str],
        Field(description="Kinds as `member.removed`, or the noun alone for all of its kinds.", max_length=20),
    ] = []
    actor: Annotated[str, Field(description="Who: the whole name or address.", max_length=320)] = ""
    via: Annotated[str, Field(description="browser, token, command line, sync, sql", max_length=40)] = ""
    subject: Annotated[str, Field(description="What it was done to: the whole name or number.", max_length=320)] = ""
    contact_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: Annotated[
        str,
        Field(
            description="Anywhere in who, from where, what and its values, contacts' names and values included.",
            max_length=200,
        ),
    ] = ""


class ContactChangeOut(Schema):
    """A change of one contact that an event made."""

    id: int
    contact_id: UUID
    contact_name: Annotated[str | None, Field(description="As it is now; null when there is no such contact any more.")]
    op: Literal["created", "updated", "deleted", "restored"]
    side: Literal["hubspot", "loanark"]
    cause: Literal["user", "sync", "sql", "conflict", "merge", "undo", "erasure"]
    run_id: int | None
    reason: str | None
    erased: Annotated[bool, Field(description="Its values were taken away when the person was erased for privacy.")]
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
    contact_name: Annotated[str | None, Field(description="As it is now; null when there is no such contact any more.")]
    erased: Annotated[bool, Field(description="Its values were taken away when the person was erased for privacy.")]
    before: dict[str, Any]
    after: dict[str, Any]
    more: Annotated[dict[str, Any], Field(description="What else is known of it.")]
    changes: Annotated[int, Field(description="How many changes of contacts it made.")]
    first_changes: Annotated[list[ContactChangeOut], Field(description="The first few of them.")]
    hash: str


class EventPage(Schema):
    items: list[EventOut]
    next_cursor: str | None
    searched_to: Annotated[
        datetime | None,
        Field(
            description="How far back `text` was looked for, unless that was all. A search reads some thousand events "
            "at a time, and goes on with the cursor, whether something was found or not."
        ),
    ] = None


class AuditFacets(Schema):
    """What there is to filter by."""

    actors: list[str]
    kinds: list[str]


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


class SignedOut(Schema):
    """A place of the chain that is vouched for from outside of the database."""

    seq: int
    at: datetime
    key: Annotated[str, Field(description="The id of the key it was signed with.")]
    holds: Annotated[bool | None, Field(description="Whether the signature is ours; null: its key is not configured.")]


class VerifiedOut(Schema):
    """The last verification that somebody asked for."""

    at: datetime
    actor: str
    intact: bool
    places: Annotated[list[str], Field(description="The first places where the log was not whole.")]


class AuditStateOut(Schema):
    """How the log stands, without verifying it."""

    first: Annotated[int, Field(description="The first place of the chain that is there; 0 for an empty log.")]
    last: int
    begins_at: datetime | None
    signed: Annotated[SignedOut | None, Field(description="The last signature.")]
    verified: VerifiedOut | None
    keep_days: Annotated[int | None, Field(description="How long events are kept; null: for ever.")]


class RetentionOut(Schema):
    """How long events are kept; null: for ever."""

    keep_days: int | None


class RetentionIn(Schema):
    keep_days: Annotated[int | None, Field(ge=365, le=36_500)]
