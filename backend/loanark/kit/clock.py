"""The time, and waiting for it: asked here and nowhere else, so that a simulation can have a time of its own.

In a simulation waiting takes no time. `tenants.access` tells PostgreSQL the simulated time with each transaction.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The time of a simulation."""

    def now(self) -> datetime: ...

    def sleep(self, seconds: float) -> None: ...


_simulated: Clock | None = None


def simulated() -> Clock | None:
    """The simulation's clock; None in real life."""
    return _simulated


def now() -> datetime:
    """The moment, in UTC."""
    return _simulated.now() if _simulated else datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only grow, from any beginning: for measuring how long something takes."""
    return _simulated.now().timestamp() if _simulated else time.monotonic()


def sleep(seconds: float) -> None:
    """Waits."""
    if _simulated:
        _simulated.sleep(seconds)
    else:
        time.sleep(seconds)


@contextmanager
def use(clock: Clock) -> Iterator[None]:
    """Within, `clock` tells the time to the whole process."""
    global _simulated
    before, _simulated = _simulated, clock
    try:
        yield
    finally:
        _simulated = before
