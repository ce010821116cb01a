"""What the API takes and tells of duplicates."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from loanark.contacts.schemas import SyncBadge
from loanark.core.duplicates.survivorship import Rule
from loanark.kit.schema import Schema

Kind = Literal["email", "phone", "birth", "address", "identifier", "name", "hubspot"]
HubSpotState = Literal["none", "waiting", "approved", "sending", "done", "refused", "remade"]

#: More contacts at once are no person's decision.
MOST_MEMBERS = 8

#: A contact of a group: its LoanArk id, or `hubspot:` and its HubSpot id where LoanArk has not let it in yet.
MemberKey = Annotated[str, Field(max_length=80)]
Members = Annotated[list[MemberKey], Field(min_length=2, max_length=MOST_MEMBERS)]
#: Merges, or pairs: as many as are decided in one request.
Ids = Annotated[list[int], Field(min_length=1, max_length=200)]


class Reason(Schema):
    """What was compared of a pair, and how much it says: a bit doubles the odds, a negative one halves them."""

    #: first | last | email | phone | birth | address | suffix | middle | identifier | loan | household | crossed | book
    what: str
    label: str
    bits: float
    #: As each of the two holds it; None where it is about neither in particular.
    one: str | None
    other: str | None
    #: Such as "the same", "one slip of the finger".
    words: str


class Pair(Schema):
    """Two contacts that may be one person. The reasons' bits together are the posterior."""

    id: int
    one: MemberKey
    other: MemberKey
    posterior: float
    #: How likely they are one person, 0 to 1, as the bits say.
    likelihood: float
    certain: bool
    kind: Kind
    #: The member that is not carried to the other side before this is decided.
    holds: MemberKey | None
    at: datetime
    reasons: list[Reason]


class Member(Schema):
    """A contact of a group."""

    key: MemberKey
    #: None: it is in HubSpot only.
    id: UUID | None
    hubspot_id: str | None
    name: str
    #: Texts by field; a blank field is absent.
    values: dict[str, str]
    created_side: Literal["hubspot", "loanark"]
    created_at: datetime | None
    updated_at: datetime | None
    sync: SyncBadge | None
    #: How many contacts were merged into it before.
    merged: int


class GoldenField(Schema):
    """A field of the golden record."""

    field: str
    label: str
    text: str | None
    #: Whose value it is, and why.
    key: MemberKey
    why: str
    #: Whether the members differ in it.
    differs: bool


class Preview(Schema):
    """What a merge would make of some contacts. Nothing is changed by looking."""

    survivor: MemberKey
    #: Why the survivor cannot be another one, where that is so.
    survivor_fixed: str | None
    golden: list[GoldenField]
    #: What becomes of them in HubSpot, and when.
    hubspot: str
    #: What speaks against it, if anything does.
    warnings: list[str]


class Group(Schema):
    """Contacts that may all be one person, with each pair that was found among them."""

    id: int
    posterior: float
    certain: bool
    members: list[Member]
    pairs: list[Pair]
    preview: Preview


class GroupFilters(Schema):
    """Which groups: their best pair has at least these bits, is of this kind, is certain, holds a contact back."""

    least: float | None = None
    kind: Kind | None = None
    certain: bool | None = None
    held: bool | None = None
    #: One that this contact is in.
    contact_id: UUID | None = None


class GroupPage(Schema):
    """Groups, the most likely first."""

    groups: list[Group]
    next_cursor: str | None
    total: int


class ScanOut(Schema):
    """A search of the whole book."""

    id: int
    status: Literal["running", "done", "cancelled"]
    phase: Literal["keys", "pairs"]
    done: int
    total: int
    found: int
    by: str
    started_at: datetime
    progress_at: datetime
    finished_at: datetime | None


class Tally(Schema):
    """What somebody did within the report's days."""

    by: str
    merged: int
    rejected: int
    undone: int


class Report(Schema):
    """How good the merges were: an undone one was wrong."""

    days: int
    by_people: int
    automatic: int
    followed: int
    undone: int
    undone_automatic: int
    rejected: int
    people: list[Tally]


class DuplicateSummary(Schema):
    """Where the book stands."""

    #: Proposals that wait for a person; those of them that hold a new contact back; that the gate lets through, of two
    #: contacts in LoanArk: as many as `merge-many` takes.
    open: int
    held: int
    certain: int
    decided_today: int
    #: Contacts that are new or changed, and not compared yet.
    waiting: int
    kinds: dict[str, int]
    scan: ScanOut | None
    report: Report


class MergeIn(Schema):
    """Contacts to merge. `survivor`: who lives on. `chosen`: whose value a person wants, by field."""

    members: Members
    survivor: MemberKey | None = None
    chosen: dict[str, MemberKey] = {}


class MergeManyIn(Schema):
    """Every open pair of two contacts of that kind and with at least these bits. `expected`: as many as were shown."""

    least: float
    kind: Kind | None = None
    certain: bool = True
    expected: Annotated[int, Field(ge=1)]


class Refused(Schema):
    """A pair that was left as it is, and why."""

    pair: int
    reason: str


class MergeManyOut(Schema):
    """What became of them. `left`: beyond what is done at once; ask again."""

    merged: list[int]
    refused: list[Refused]
    left: int


class MergesIn(Schema):
    """Merges, by their ids."""

    merges: Ids


class NotUndone(Schema):
    """A merge that stays, and why."""

    merge: int
    reason: str


class UndoManyOut(Schema):
    """What became of them. `pairs`: proposals that now say "two people"; reopened, they wait for a decision again."""

    undone: list[int]
    pairs: list[int]
    refused: list[NotUndone]


class PairsIn(Schema):
    """Proposals, by their ids."""

    pairs: Ids


class DecidedOut(Schema):
    """The proposals that were decided; others had been decided before."""

    pairs: list[int]


class MergeOut(Schema):
    """A merge, and what became of it on both sides."""

    id: int
    contact_id: UUID
    name: str
    other_contact_id: UUID
    other_name: str
    state: Literal["live", "undone"]
    how: Literal["person", "automatic", "hubspot"]
    by: str
    at: datetime
    posterior: float | None
    hubspot: HubSpotState
    #: The same in words.
    hubspot_words: str
    hubspot_due_at: datetime | None
    hubspot_id: str | None
    other_hubspot_id: str | None
    merged_hubspot_id: str | None
    undone_at: datetime | None
    undone_by: str | None
    #: What an undo could not bring back; of a live merge, what one would not.
    left_behind: list[str]


class MergePage(Schema):
    """Merges, the newest first."""

    merges: list[MergeOut]
    next_cursor: str | None


class DuplicateSettingsOut(Schema):
    """How duplicates are treated, and whose value survives by default."""

    at_ingest: bool
    automatic: bool
    follow_hubspot: bool
    hubspot_wait_hours: int | None
    rules: dict[str, Rule]
    defaults: dict[str, Rule]


class DuplicateSettingsIn(Schema):
    """What is named is changed; the rest stays."""

    at_ingest: bool = True
    automatic: bool = False
    follow_hubspot: bool = False
    hubspot_wait_hours: int | None = None
    rules: dict[str, Rule] = {}
