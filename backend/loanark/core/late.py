"""Late conflicts: what somebody typed in HubSpot between our reading and our writing, and our write covered.

HubSpot has no conditional write. Its property history is the witness of what really happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from loanark.core.values import Unreadable, Value


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a property's history."""

    value: Value | Unreadable
    at: datetime
    #: Written by a program through HubSpot's API, as we write.
    by_program: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What we wrote into one field, and what was there when we decided so. Canonical values; None is blank."""

    asked: str | None
    before: str | None
    base: str | None


def covered(written: Written, history: Sequence[Entry], since: datetime | None) -> Entry | None:
    """The entry that our write covered before anybody saw it; what that one had covered itself was HubSpot's doing.

    `history` is the property's, newest first; `since` is the contact's revision when we read it.
    """
    window: list[Entry] = []
    for entry in history:
        if _is(entry.value, written.before) or (since is not None and entry.at <= since):
            break
        window.append(entry)
    same = [place for place, entry in enumerate(window) if _is(entry.value, written.asked)]
    if not same:
        return None  # our write never came to be, or changed nothing
    ours = next((place for place in reversed(same) if window[place].by_program), same[-1])
    last = window[ours + 1] if len(window) > ours + 1 else None
    return last if last and not _is(last.value, written.asked) else None


def _is(value: Value | Unreadable, canonical: str | None) -> bool:
    return isinstance(value, Value) and value.canonical == canonical
