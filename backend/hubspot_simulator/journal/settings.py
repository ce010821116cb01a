"""What can be set of the journal while the simulator runs: speeds, trouble, and what HubSpot leaves undecided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class JournalSettings:
    """Changed by the control API. Where the facts are unsettled, the default is the harsher answer."""

    # A file gathers the events of so long a time, at most so many and so large (docs: July 2026 rollup).
    file_ms: int = 1_000
    max_events: int = 10_000
    max_bytes: int = 5_000_000
    # How long an address of a file works; the docs say only that it ends.
    url_ms: int = 300_000
    # Trouble: files come late; the events of the next files are lost, or come in two files.
    delay_ms: int = 0
    lose_next: int = 0
    double_next: int = 0
    # An offset that is unknown or aged out: 404 in the docs of the next version, undocumented before.
    lost_offset_status: int = 404
    # A batch of nothing: 204 as for a single file, or 200 with an empty list.
    empty_batch_status: int = 204
    # The local journal without ``installPortalId``: refused, or the same as the global one.
    local_needs_portal: bool = True
    # Subscribing again to the same thing of the same account changes the subscription; else it makes one more.
    upsert: bool = True
    # A subscription without properties hears of every property; else of none.
    every_property: bool = False
    # A merge names the records that went; else only the new one.
    merge_details: bool = False
    # A snapshot has no status at first, then waits, then runs; ends of these times after its request.
    snapshot_hidden_ms: int = 100
    snapshot_pending_ms: int = 300
    snapshot_ms: int = 1_000
    # A snapshot's event needs a subscription to the action SNAPSHOT.
    snapshot_needs_subscription: bool = False
    # Trouble: so many snapshots fail.
    fail_snapshots: int = 0

    def change(self, values: dict[str, Any]) -> None:
        """All or nothing. Raises: ValueError, for an unknown name or a value of another type."""
        for name, value in values.items():
            if name not in self.__slots__:
                raise ValueError(f"unknown setting {name}")
            if type(value) is not type(getattr(self, name)):
                raise ValueError(f"{name} takes a value like {getattr(self, name)!r}, not {value!r}")
        for name, value in values.items():
            setattr(self, name, value)
