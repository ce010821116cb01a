"""Which LoanArk field meets which HubSpot property, and by what rules."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum

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
    kind: Kind
    direction: Direction = Direction.BOTH
    policy: Policy = Policy.HUBSPOT
    #: Whether a cleared value on one side clears the other; otherwise the side that has a value refills it.
    blank_may_overwrite: bool = True
    #: Calculated or otherwise unwritable in HubSpot: such a property is never written.
    read_only: bool = False
    #: The side that alone decides a one-way field; None when both do. Follows from the others; kept, as every value of
    #: every contact asks for it.
    source: Side | None = dataclass_field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "source", self._source())

    def _source(self) -> Side | None:
        if self.read_only or self.direction is Direction.TO_LOANARK:
            return Side.HUBSPOT
        return Side.LOANARK if self.direction is Direction.TO_HUBSPOT else None


@dataclass(frozen=True, slots=True)
class Mapping:
    """All field rules of an organisation, under a version that changes with them."""

    version: int
    rules: tuple[FieldRule, ...]

    @property
    def properties(self) -> tuple[str, ...]:
        return tuple(rule.property_name for rule in self.rules)
