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
    #: Of a create nothing is known before.
    known: bool = True


def covered(
    written: Written,
    history: Sequence[Entry],
    since: datetime | None,
    until: datetime | None = None,
    later: Sequence[datetime] = (),
) -> list[Entry]:
    """Entries that a write of ours covered before anybody saw them, the latest first.

    They can be several: a write whose answer was lost is sent again. What HubSpot's users covered themselves is none.

    `history` is the property's, newest first; `since` is the contact's revision when we read it, `until` the one in
    which we saw it again, `later` those that our next writes had read.
    """
    window: list[Entry] = []
    for entry in history:
        if until is not None and entry.at > until:
            continue
        if since is None and written.known and _is(entry.value, written.before):
            break
        if since is not None and entry.at <= since:
            break
        window.append(entry)
    same = [place for place, entry in enumerate(window) if _is(entry.value, written.asked)]
    # Nobody may have marked it as a program's: then it was the first of them.
    ours = [place for place in same if window[place].by_program] or same[-1:]
    below = [place + 1 for place in ours if place + 1 < len(window)]
    if written.known and ours and _is_at(window, ours[-1] + 1, written.before):
        below.pop()  # under the first of ours: somebody had put back what we had read
    read = [next((entry for entry in window if entry.at <= revision), None) for revision in later]
    found = [window[place] for place in below]
    return [entry for entry in found if not _is(entry.value, written.asked) and entry not in read]


def _is_at(window: Sequence[Entry], place: int, canonical: str | None) -> bool:
    return place < len(window) and _is(window[place].value, canonical)


def _is(value: Value | Unreadable, canonical: str | None) -> bool:
    return isinstance(value, Value) and value.canonical == canonical
