"""The files of the journal: events gathered, published in order, kept for three days (docs: webhooks journal).

Nothing runs by itself: what is due by the clock is done when somebody writes or reads next, with the times it would
have had.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from hubspot_simulator.clock import DAY_MS, iso
from hubspot_simulator.journal.settings import JournalSettings

RETENTION_MS = 3 * DAY_MS
ENVELOPE = 160  # bytes of a file around its events


@dataclass(slots=True)
class Entry:
    """One file. Packed, for three days of them wait in memory."""

    offset: str
    published: int
    portals: frozenset[int]
    packed: bytes
    events: int
    # Addresses handed out for all accounts (0) or for one, and when they end.
    links: dict[int, tuple[str, int]] = field(default_factory=dict)

    def concerns(self, portal_id: int) -> bool:
        return not portal_id or portal_id in self.portals

    def body(self, portal_id: int) -> bytes:
        """The file, with the events of all accounts (0) or of one."""
        events = b"[" + zlib.decompress(self.packed) + b"]"
        if portal_id and len(self.portals) > 1:
            events = orjson.dumps([event for event in orjson.loads(events) if event["portalId"] == portal_id])
        frame = b'{"offset":"%b","journalEvents":%b,"publishedAt":"%b"}'
        return frame % (self.offset.encode(), events, iso(self.published).encode())


class Ledger:
    """Files numbered in the order of their publication; readers know them by opaque offsets."""

    def __init__(self, settings: JournalSettings, new_offset: Callable[[], str]) -> None:
        self.lost = 0
        self._settings = settings
        self._new_offset = new_offset
        self._entries: dict[int, Entry] = {}
        self._numbers: dict[str, int] = {}
        self._first = self._next = 1  # the oldest file kept, and the one to come
        self._lines: list[bytes] = []
        self._size = ENVELOPE
        self._portals: set[int] = set()
        self._opened = 0

    @property
    def kept(self) -> int:
        return len(self._entries)

    @property
    def gathering(self) -> int:
        """Events that are in no file yet."""
        return len(self._lines)

    # ---- writing ------------------------------------------------------------------------------------

    def write(self, now: int, event: dict[str, Any]) -> None:
        self.turn(now)
        line = orjson.dumps(event)
        if self._lines and self._size + len(line) + 1 > self._settings.max_bytes:
            self._close(now)
        if not self._lines:
            self._opened = now
        self._lines.append(line)
        self._size += len(line) + 1
        self._portals.add(event["portalId"])
        if len(self._lines) >= self._settings.max_events:
            self._close(now)

    def turn(self, now: int) -> None:
        """Do what the clock demands: close the file whose time is over, drop those that are too old."""
        if self._lines and now >= self._opened + self._settings.file_ms:
            self._close(self._opened + self._settings.file_ms)
        while self._first < self._next and self._entries[self._first].published <= now - RETENTION_MS:
            del self._numbers[self._entries.pop(self._first).offset]
            self._first += 1

    def _close(self, at: int) -> None:
        settings, copies = self._settings, 1
        if settings.lose_next > 0:
            settings.lose_next -= 1
            self.lost += len(self._lines)
            copies = 0
        elif settings.double_next > 0:
            settings.double_next -= 1
            copies = 2
        packed, portals = zlib.compress(b",".join(self._lines), 1), frozenset(self._portals)
        for _ in range(copies):
            last = self._entries.get(self._next - 1)
            published = max(at + settings.delay_ms, last.published if last else 0)
            entry = Entry(self._new_offset(), published, portals, packed, len(self._lines))
            self._entries[self._next] = entry
            self._numbers[entry.offset] = self._next
            self._next += 1
        self._lines, self._size, self._portals = [], ENVELOPE, set()

    # ---- reading ------------------------------------------------------------------------------------

    def earliest(self, now: int, portal_id: int, count: int) -> list[Entry]:
        return self._take(range(self._first, self._end(now)), portal_id, count)

    def latest(self, now: int, portal_id: int, count: int) -> list[Entry]:
        """The newest files, the oldest of them first."""
        return self._take(reversed(range(self._first, self._end(now))), portal_id, count)[::-1]

    def after(self, offset: str, now: int, portal_id: int, count: int) -> list[Entry] | None:
        """Files after one that was read; ``None`` when there is no such file."""
        if self.find(offset, now, portal_id) is None:
            return None
        return self._take(range(self._numbers[offset] + 1, self._end(now)), portal_id, count)

    def find(self, offset: str, now: int, portal_id: int) -> Entry | None:
        self.turn(now)
        entry = self._entries.get(self._numbers.get(offset, 0))
        return entry if entry and entry.published <= now and entry.concerns(portal_id) else None

    def _end(self, now: int) -> int:
        """One past the newest file that is published."""
        self.turn(now)
        end = self._next
        while end > self._first and self._entries[end - 1].published > now:
            end -= 1
        return end

    def _take(self, numbers: Iterable[int], portal_id: int, count: int) -> list[Entry]:
        found: list[Entry] = []
        for entry in self._each(numbers):
            if entry.concerns(portal_id):
                found.append(entry)
                if len(found) == count:
                    break
        return found

    def _each(self, numbers: Iterable[int]) -> Iterator[Entry]:
        return (self._entries[number] for number in numbers)
