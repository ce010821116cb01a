"""Brakes: how many deletions, clears and creates may happen by themselves within an hour. Pure arithmetic."""

from dataclasses import dataclass
from enum import StrEnum


class Braked(StrEnum):
    """What the brakes count, each side by itself."""

    DELETE = "delete"
    #: A value replaced by a blank. Counted by contact, however many of its fields are cleared.
    CLEAR = "clear"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class Limits:
    """An organisation's brakes."""

    #: So many deletions (and so many clears) always pass.
    floor: int = 20
    #: So many of the linked contacts pass: 0.005 is one in two hundred.
    share: float = 0.005
    #: So many contacts may be made; None: any number. The first run's preview shows them all.
    creates: int | None = None

    def allowed(self, what: Braked, linked: int) -> int | None:
        """How many may happen within an hour, with so many linked contacts; None: any number."""
        if what is Braked.CREATE:
            return self.creates
        return max(self.floor, int(linked * self.share))
