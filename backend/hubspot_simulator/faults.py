"""Faults on command: the next requests fail, before or after they had their effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request


@dataclass(slots=True)
class Fault:
    """``status`` 0 drops the connection. ``after`` lets the request take effect first."""

    status: int = 503
    count: int = 1
    when: str = "before"
    method: str = ""
    path: str = ""
    delay_ms: int = 0

    def fits(self, request: Request) -> bool:
        return self.method.upper() in ("", request.method) and self.path in request.path


class Faults:
    """The faults that wait for requests."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.outage_until = 0

    def add(self, spec: dict[str, Any]) -> Fault:
        when = str(spec.get("when", "before"))
        if when not in ("before", "after"):
            raise ValueError("when must be before or after")
        fault = Fault(
            int(spec.get("status", 503)),
            int(spec.get("count", 1)),
            when,
            str(spec.get("method", "")),
            str(spec.get("path", "")),
            int(spec.get("delay_ms", 0)),
        )
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()
        self.outage_until = 0

    def pick(self, request: Request, now: int) -> Fault | None:
        """The fault this request meets, used up by one."""
        if now < self.outage_until:
            return Fault(503)
        for fault in self.waiting:
            if fault.fits(request):
                fault.count -= 1
                if fault.count <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


def refusal(status: int, request_id: str) -> ApiError:
    if status == 429:
        return errors.rate_limited("TEN_SECONDLY_ROLLING", request_id)
    if status == 423:
        return errors.locked()
    if status == 477:
        return errors.moving(2)
    return errors.unavailable(status)
