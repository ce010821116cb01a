# ruff: noqa: S311  (repeatable from a seed on purpose)
"""Faults on command: the next fitting requests fail, or any request may, at given rates, the same for the same seed.

Every kind of trouble a client meets on the way to a HubSpot that is otherwise well: refused or broken off before or
after the effect, never answered, answered in part, expired in between. What HubSpot itself does to everybody (moves,
locks, limits) is the account's state, not a fault.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from hubspot_simulator import errors
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response

# What a fault does, and whether it lets the request take effect when nothing else is said.
KINDS = {
    "error": "before",  # answers with `status`
    "reset": "before",  # closes the connection without an answer
    "timeout": "before",  # answers 524, but only after a hundred seconds
    "slow": "after",  # answers rightly, over `delay_ms`, in pieces
    "truncated": "after",  # closes the connection in the middle of the body
    "garbled": "after",  # a body of the promised length whose end is missing
    "page": "before",  # answers with `status` and a web page, as a proxy in between does
    "throttle": "before",  # answers 429 to everything for `seconds`
    "outage": "before",  # answers 503 to everything for `seconds`
    "expire": "after",  # access tokens expire just before the request, which is then answered rightly
    "revoke": "after",  # the app is uninstalled and its tokens expire just before the request
}
# Docs (error handling): 524 when HubSpot itself has worked on a request for more than a hundred seconds.
HUBSPOT_GIVES_UP_MS = 100_000
DEFAULT_SLOW_MS = 3_000
PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """Something that will happen to a request. ``after``: it takes effect first. ``status`` 0 is a reset."""

    status: int = 503
    count: int = 1
    when: str = ""
    method: str = ""
    path: str = ""
    delay_ms: int = 0
    kind: str = "error"
    seconds: float = 2.0

    def __post_init__(self) -> None:
        if self.status == 0 and self.kind == "error":
            self.kind = "reset"
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind}")
        self.when = self.when or KINDS[self.kind]
        if self.when not in ("before", "after"):
            raise ValueError("when must be before or after")
        if self.kind in ("throttle", "outage") and self.when == "after":
            raise ValueError(f"{self.kind} refuses what it meets: it has no effect that could come first")
        if self.kind == "timeout":
            self.status, self.delay_ms = 524, self.delay_ms or HUBSPOT_GIVES_UP_MS
        if self.kind == "slow":
            self.delay_ms = self.delay_ms or DEFAULT_SLOW_MS

    def fits(self, request: Request) -> bool:
        return self.method.upper() in ("", request.method) and self.path in request.path

    def refusal(self, request_id: str) -> ApiError | None:
        """The answer in place of the right one; ``None`` for trouble that is not of that sort."""
        match self.kind:
            case "error" | "timeout" | "page":
                return refusal(self.status, request_id)
            case "throttle":
                return errors.rate_limited("TEN_SECONDLY_ROLLING", request_id)
            case "outage" | "reset":
                return refusal(503, request_id)
            case _:
                return None

    def spoil(self, response: Response) -> Response:
        """The answer as it leaves."""
        body, half = response.body, len(response.body) // 2
        match self.kind:
            case "reset":
                response = replace(response, sent=0)
            case "truncated":
                response = replace(response, sent=half)
            case "garbled":
                response = replace(response, body=body[:half])
            case "page":
                response = replace(response, body=PAGE, content_type="text/html")
            case "slow":
                response = replace(response, in_pieces=True)
        return replace(response, delay_ms=self.delay_ms)


@dataclass(slots=True)
class Storm:
    """Trouble at random: for each kind the share of requests it meets. ``error-after`` is a kind with its moment."""

    rates: dict[str, float] = field(default_factory=dict)
    seed: int = 1
    method: str = ""
    path: str = ""
    _chance: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._chance = random.Random(f"storm-{self.seed}")
        for name, rate in self.rates.items():
            kind, _, when = name.partition("-")
            Fault(kind=kind, when=when)
            if not 0 <= float(rate) <= 1:
                raise ValueError(f"the rate of {name} must be between 0 and 1, not {rate}")
        if sum(self.rates.values()) > 1:
            raise ValueError("the rates must not exceed 1 together")

    def pick(self, request: Request) -> Fault | None:
        if self.method.upper() not in ("", request.method) or self.path not in request.path:
            return None
        drawn = self._chance.random()
        for name, rate in self.rates.items():
            drawn -= rate
            if drawn < 0:
                kind, _, when = name.partition("-")
                status = self._chance.choice((500, 502, 503, 504)) if kind in ("error", "page") else 503
                return Fault(status, kind=kind, when=when)
        return None


class Faults:
    """The faults that wait for requests, and those that may meet any."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.storm = Storm()
        self.outage_until = 0
        self.throttled_until = 0

    def add(self, spec: dict[str, Any]) -> Fault:
        """Raises: ValueError or TypeError, when the spec is none."""
        unknown = sorted(set(spec) - set(Fault.__dataclass_fields__))
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}")
        fault = Fault(**{name: type(getattr(DEFAULT, name))(value) for name, value in spec.items()})
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        self.waiting.clear()
        self.storm = Storm()
        self.outage_until = self.throttled_until = 0

    def pick(self, request: Request, now: int) -> Fault | None:
        """The fault this request meets, used up by one."""
        if now < self.outage_until:
            return Fault(kind="outage")
        if now < self.throttled_until:
            return Fault(kind="throttle")
        fault = next((fault for fault in self.waiting if fault.fits(request)), None)
        if fault is not None:
            fault.count -= 1
            if fault.count <= 0:
                self.waiting.remove(fault)
        elif self.storm.rates:
            fault = self.storm.pick(request)
        if fault is None:
            return None
        if fault.kind == "outage":
            self.outage_until = now + int(fault.seconds * 1000)
        if fault.kind == "throttle":
            self.throttled_until = now + int(fault.seconds * 1000)
        return fault


DEFAULT = Fault()


def refusal(status: int, request_id: str) -> ApiError:
    """What HubSpot answers with this status."""
    if status == 429:
        return errors.rate_limited("TEN_SECONDLY_ROLLING", request_id)
    if status == 423:
        return errors.locked()
    if status == 477:
        return errors.moving(2)
    return errors.unavailable(status)
