"""What happened, written down by the simulation itself: the checkers' evidence, none of it from the engine.

HubSpot's side is witnessed by the simulator's own events (every change, with its source, in order). LoanArk's side is
witnessed by the database's history, which triggers write whoever wrote.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Typed:
    """A value that a user or a program gave, and the side acknowledged."""

    side: str
    record: str
    field: str
    value: str
    #: Position among HubSpot's events at that moment.
    after_event: int
    at: float


@dataclass(frozen=True, slots=True)
class Deed:
    """A deletion or restoration that a user of a side did."""

    side: str
    record: str
    what: str  # deleted | restored | erased | rejected (a proposal, by its number) | double of …
    after_event: int
    at: float


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One event of the simulator's."""

    number: int
    kind: str
    record: str
    ours: bool
    detail: dict[str, Any]
    at: float


@dataclass(slots=True)
class Record:
    """One story's evidence, its trace, and what really happened of each kind."""

    typed: list[Typed] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    events: list[Witnessed] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    coverage: Counter[str] = field(default_factory=Counter)
    #: Turns that ended in an error nobody expects.
    surprises: list[str] = field(default_factory=list)

    def digest(self) -> str:
        return hashlib.blake2b("\n".join(self.trace).encode(), digest_size=8).hexdigest()
