"""Records locked by heavy writes (HubSpot docs "error handling": 423, a lock lasts two seconds)."""

from __future__ import annotations

from collections import deque

from hubspot_simulator import errors

LOCKED_MS = 2_000
WITHIN_MS = 1_000


class RecordLocks:
    """The writes to each record in the last second, and which records they locked."""

    def __init__(self) -> None:
        self._writes: dict[int, deque[int]] = {}
        self._locked: dict[int, int] = {}

    def write(self, contact_id: int, now: int, heavy: int) -> None:
        """Count one write; ``heavy`` of them within a second lock the record for the next ones.

        Raises: ApiError 423.
        """
        if not heavy:
            return
        if self._locked.get(contact_id, 0) > now:
            raise errors.locked()
        times = self._writes.setdefault(contact_id, deque(maxlen=heavy))
        times.append(now)
        if len(times) == heavy and times[0] > now - WITHIN_MS:
            self._locked[contact_id] = now + LOCKED_MS
            del self._writes[contact_id]
