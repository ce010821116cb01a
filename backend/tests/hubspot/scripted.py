"""A client whose HubSpot is a list of answers, and which waits on paper only."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import orjson

from loanark.hubspot.client import Client
from loanark.hubspot.errors import Transient
from loanark.hubspot.gate import Allowance

READ_AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

Answer = httpx2.Response | Exception
Handler = Callable[[httpx2.Request], Answer]


def answer(document: object, status: int = 200, **headers: str) -> httpx2.Response:
    """An answer as HubSpot sends it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.Response(
        status,
        content=b"" if document is None else orjson.dumps(document),
        headers={"content-type": "application/json;charset=utf-8", **named},
    )


def html(status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, content=b"<html>Sign in</html>", headers={"content-type": "text/html"})


def contact(id: str, trace: str | None = None, **properties: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": id,
        "properties": {"hs_object_id": id, "lastmodifieddate": "2026-11-22T11:00:00.250Z", **properties},
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-11-22T11:00:00.250Z",
        "archived": False,
    }
    if trace:
        row["objectWriteTraceId"] = trace
    return row


def batch(
    results: list[dict[str, Any]], errors: list[dict[str, Any]] | None = None, status: str = "COMPLETE"
) -> httpx2.Response:
    body = {"status": status, "results": results, "startedAt": "2026-11-22T11:00:00Z"}
    if errors is None:
        return answer(body)
    return answer({**body, "numErrors": len(errors), "errors": errors}, 207)


@dataclass
class RecordingGate:
    """Lets everything pass and remembers what it was told."""

    acquired: list[tuple[str, str]] = field(default_factory=list)
    observed: list[tuple[int | None, int | None, int | None]] = field(default_factory=list)
    days: list[tuple[int | None, int | None]] = field(default_factory=list)
    paused: list[tuple[float, str]] = field(default_factory=list)
    closings: list[Transient] = field(default_factory=list)

    def acquire(self, lane: str, bucket: str) -> datetime:
        self.acquired.append((lane, bucket))
        return READ_AT

    def observe(self, told: Allowance) -> None:
        self.observed.append((told.limit, told.remaining, told.interval_ms))
        self.days.append((told.daily_limit, told.daily_remaining))

    def throttled(self, seconds: float, bucket: str) -> None:
        self.paused.append((seconds, bucket))

    def closed(self, refused: Transient) -> None:
        self.closings.append(refused)


class Scripted:
    """`client` talks to `handler`, or to a list of answers of which the last repeats."""

    def __init__(self, *answers: Answer, handler: Handler | None = None) -> None:
        self.requests: list[httpx2.Request] = []
        self.slept: list[float] = []
        self.tokens_asked: list[bool] = []
        self.gate = RecordingGate()
        #: What the jitter throws: 1 is the longest wait.
        self.luck = 1.0
        self._answers = list(answers)
        self._handler = handler
        self.client = Client(
            base_url="https://api.hubapi.com",
            token=self._token,
            gate=self.gate,
            transport=httpx2.MockTransport(self._handle),
            sleep=self.slept.append,
            jitter=lambda: self.luck,
        )

    def body(self, number: int = -1) -> Any:
        return orjson.loads(self.requests[number].content)

    def inputs(self) -> list[list[str]]:
        """The keys of each batch sent."""
        bodies = [orjson.loads(request.content) for request in self.requests]
        return [[row.get("objectWriteTraceId") or row["id"] for row in body["inputs"]] for body in bodies]

    def _token(self, force_refresh: bool) -> str:
        self.tokens_asked.append(force_refresh)
        return f"token-{self.tokens_asked.count(True)}"

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        self.requests.append(request)
        if self._handler:
            given = self._handler(request)
        else:
            given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(given, Exception):
            raise given
        return given
