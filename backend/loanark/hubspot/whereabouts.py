"""Where contacts are that no listing shows: evidence for a deletion or a merge, never from a failed read.

A merged-away contact is in no listing and no batch, archived or not, but answers singly with its survivor. So each id
is asked for as cheaply as it can be, and only what no batch knows is asked for singly:

    batch read  ->  batch read of archived contacts  ->  single read  ->  single read of archived contacts
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from loanark.hubspot.errors import AccountMoving, DailyLimitReached, NotFound, RateLimited, Rejected, Unavailable
from loanark.hubspot.models import MERGED_IDS, Contact

if TYPE_CHECKING:
    from loanark.hubspot.contacts import Contacts


@dataclass(frozen=True, slots=True)
class Here:
    """It is a live contact, whatever a listing missed."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class Merged:
    """It was merged; the id now answers with `survivor`, which may be archived itself."""

    survivor: Contact

    @property
    def into(self) -> str:
        return self.survivor.id


@dataclass(frozen=True, slots=True)
class Archived:
    """It is in the recycle bin, from where a person can restore it for 90 days."""

    contact: Contact

    @property
    def at(self) -> datetime | None:
        return self.contact.archived_at


@dataclass(frozen=True, slots=True)
class Gone:
    """HubSpot knows no such contact, live or archived: purged, or erased for privacy."""


Whereabouts = Here | Merged | Archived | Gone


@dataclass(frozen=True, slots=True)
class Sightings:
    """Each id asked for is in one of the two."""

    found: dict[str, Whereabouts]
    #: What could not be read, and why. No evidence of anything: ask again later.
    failed: dict[str, str]
    #: What is told was true at this time or later. None: nothing was asked.
    read_at: datetime | None


@dataclass(slots=True)
class _Search:
    client: "Contacts"
    properties: Sequence[str]
    with_history: Sequence[str]
    lane: str
    found: dict[str, Whereabouts] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def batch(self, ids: Sequence[str]) -> tuple[list[str], datetime]:
        """Returns the ids that no batch of live contacts knows."""
        read = self.client.batch_read(ids, self.properties, self.with_history, lane=self.lane)
        self.failed |= read.failed
        for id in set(ids) & read.contacts.keys():
            contact = read.contacts[id]
            self.found[id] = Here(contact) if contact.id == id else Merged(contact)
        return read.missing, read.read_at

    def bin(self, ids: Sequence[str]) -> list[str]:
        """Returns the ids that no batch of archived contacts knows either."""
        read = self.client.batch_read(ids, self.properties, self.with_history, archived=True, lane=self.lane)
        self.failed |= read.failed
        for id in set(ids) & read.contacts.keys():
            contact = read.contacts[id]
            self.found[id] = Archived(contact) if contact.id == id else Merged(contact)
        return read.missing

    def single(self, id: str) -> None:
        try:
            self.found[id] = self._single(id)
        except (RateLimited, DailyLimitReached, AccountMoving):
            raise
        except (Rejected, Unavailable) as error:
            self.failed[id] = str(error)

    def _single(self, id: str) -> Whereabouts:
        for archived in (False, True):
            try:
                contact = self.client.get_contact(id, self.properties, archived, lane=self.lane)
            except NotFound:
                continue
            if contact.id != id:
                return Merged(contact)
            return Archived(contact) if archived else Here(contact)
        return Gone()


def find(
    client: "Contacts", ids: Sequence[str], properties: Sequence[str], with_history: Sequence[str] = (), *, lane: str
) -> Sightings:
    """Where each of `ids` is; the history of some properties as well, except of what was merged away."""
    if not ids:
        return Sightings({}, {}, None)
    search = _Search(client, [*dict.fromkeys((*properties, MERGED_IDS))], with_history, lane)
    missing, read_at = search.batch(ids)
    if missing:
        missing = search.bin(missing)
    for id in missing:
        search.single(id)
    return Sightings(search.found, search.failed, read_at)
