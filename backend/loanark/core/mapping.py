"""Which LoanArk field meets which HubSpot property, and by what rules."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import datetime
from enum import StrEnum

from loanark.core.transforms import Transform, Way, wire_kind
from loanark.core.values import Kind


class Side(StrEnum):
    """The two places a contact lives in."""

    HUBSPOT = "hubspot"
    LOANARK = "loanark"

    @property
    def other(self) -> "Side":
        return Side.LOANARK if self is Side.HUBSPOT else Side.HUBSPOT


class Direction(StrEnum):
    BOTH = "both"
    TO_LOANARK = "to_loanark"
    TO_HUBSPOT = "to_hubspot"


class Policy(StrEnum):
    """Who wins when both sides changed one field to different values."""

    HUBSPOT = "hubspot"
    LOANARK = "loanark"
    NEWEST = "newest"
    UNION = "union"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field of the mapping."""

    field: str
    property_name: str
    #: What the values are in LoanArk, and so how the two sides are compared.
    kind: Kind
    direction: Direction = Direction.BOTH
    policy: Policy = Policy.HUBSPOT
    #: Whether a cleared value on one side clears the other; otherwise the side that has a value refills it.
    blank_may_overwrite: bool = True
    #: Calculated or otherwise unwritable in HubSpot: such a property is never written.
    read_only: bool = False
    #: What becomes of values on their way; None: nothing.
    transform: Transform | None = None
    #: Why the field rests: it is neither read, compared nor written, and its base is kept.
    paused: str | None = None
    #: When it was mapped so. What a link's base says of the field from before that moment is of another mapping.
    since: datetime | None = None
    #: When its property came back after it had been away: a blank in HubSpot from before that is no edit.
    returned: datetime | None = None
    #: What the property's values are, as read from HubSpot. Follows from the others.
    wire_kind: Kind = dataclass_field(init=False)
    #: The side that alone decides a one-way field; None when both do. Follows from the others; kept, as every value of
    #: every contact asks for it.
    source: Side | None = dataclass_field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wire_kind", wire_kind(self.kind, self.transform))
        object.__setattr__(self, "source", self._source())

    def _source(self) -> Side | None:
        way = self.transform.way if self.transform else Way.BOTH
        if self.read_only or self.direction is Direction.TO_LOANARK or way is Way.TO_LOANARK:
            return Side.HUBSPOT
        return Side.LOANARK if self.direction is Direction.TO_HUBSPOT or way is Way.TO_HUBSPOT else None

    @property
    def writes_hubspot(self) -> bool:
        return self.source is not Side.HUBSPOT


@dataclass(frozen=True, slots=True)
class Mapping:
    """All field rules of an organisation, under a version that changes with them."""

    version: int
    #: The rules in force.
    rules: tuple[FieldRule, ...]
    #: Rules that rest, each with its reason.
    paused: tuple[FieldRule, ...] = ()
    #: The latest moment at which a rule was made or its property came back: links read later know all of it.
    changed_at: datetime | None = dataclass_field(init=False)

    def __post_init__(self) -> None:
        moments = [moment for rule in self.rules for moment in (rule.since, rule.returned) if moment]
        object.__setattr__(self, "changed_at", max(moments, default=None))

    @property
    def properties(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rule.property_name for rule in self.rules))

    def only(self, fields: Collection[str]) -> "Mapping":
        """These fields of it."""
        return replace(self, rules=tuple(rule for rule in self.rules if rule.field in fields))
