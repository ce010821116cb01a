"""One request to HubSpot: its turn at the gate, its token, its attempts, and what the answer means.

Every request ends in an answer or an error of `loanark.hubspot.errors` that says whether anything may have happened.
What is repeated:

    a read                  always
    update, upsert, archive always: doing it twice leaves what doing it once leaves
    create, merge           only when HubSpot said that it did not do it, or was never reached
"""

import random
import ssl
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import IO, Any, Protocol, TypeVar

import httpx2
import orjson

from loanark.hubspot import refusals
from loanark.hubspot.errors import (
    DailyLimitReached,
    HubSpotError,
    Invalid,
    NotHubSpot,
    Rejected,
    Unavailable,
    UnknownOutcome,
)
from loanark.hubspot.gate import Allowance, Gate, Ungated
from loanark.hubspot.reply import Reply, without
from loanark.hubspot.statuses import CONNECTION_TROUBLE, Means, means

T = TypeVar("T")

#: HubSpot's interface version; each is supported for 18 months, this one until about March 2028.
API_VERSION = "2026-09"

#: HubSpot itself gives up after 100 s (status 524), but answers in less than one; a worker should not hang on one call.
TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
#: However slowly an answer trickles in, it must be complete by then: the caller holds a lease that it must renew.
RESPONSE_SECONDS = 30.0

#: One call may wait this long in all before it gives up; and so long for answers that do not come.
MAX_WAIT = 60.0
#: With full jitter over 1, 2, 4, 8, 16 seconds: about 15 s on average, longer than a restart behind a load balancer.
MAX_ATTEMPTS = 6
FIRST_BACKOFF = 1.0
#: A record locked by heavy writes stays locked for two seconds (status 423).
LOCKED_WAIT = 2.0

#: A downloaded file is kept in memory up to this size, in bytes, and on disk beyond.
FILE_IN_MEMORY = 16 * 1024 * 1024


class Effect(Enum):
    """What repeating a request would do."""

    READ = auto()
    REPEATABLE = auto()
    ONCE = auto()


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, whatever attempt it is; in whose lane, into which bucket of limits."""

    method: str
    path: str
    params: Mapping[str, str] | None
    content: bytes | None
    effect: Effect
    bucket: str
    lane: str
    #: What `content` was made from.
    body: object = None

    @property
    def writes(self) -> bool:
        return self.effect is not Effect.READ


@dataclass(frozen=True, slots=True)
class Exchange:
    """One attempt, and what came back."""

    request: Request
    attempt: int
    #: The gate's time just before it was sent, and seconds until the answer was complete.
    at: datetime
    seconds: float
    #: None: no answer came, for the reason `failure`.
    reply: Reply | None
    failure: str | None


class Recorder(Protocol):
    """Whoever writes down what was asked of HubSpot. It is called at once, from any thread, and must not fail."""

    def record(self, exchange: Exchange) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What HubSpot did and said."""

    request: Request
    base_url: str
    status: int
    data: dict[str, Any]
    #: The gate's time just before the request was sent.
    read_at: datetime

    def read(self, reading: Callable[[Any], T]) -> T:
        """What `reading` makes of the answer. Raises: NotHubSpot, for JSON that HubSpot would not answer; after a
        write UnknownOutcome, since it was accepted."""
        try:
            return reading(self.data)
        except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
            what = f"answered {self.request.path} with JSON that is not HubSpot's"
            if self.request.writes:
                raise UnknownOutcome(_may_have_happened(self.request, f"{self.base_url} {what}")) from error
            raise NotHubSpot(refusals.not_hubspot(self.base_url, what)) from error


@dataclass(frozen=True, slots=True)
class _Again:
    """This attempt failed, and another may be made. `pause`: everybody waits at the gate, not only this call."""

    error: HubSpotError
    wait: float = 0.0
    pause: bool = False
    maybe_done: bool = False
    refresh: bool = False


@dataclass(slots=True)
class _Progress:
    """What a call has come to over its attempts."""

    attempt: int = 1
    #: Seconds between attempts, and seconds of attempts.
    waited: float = 0.0
    took: float = 0.0
    maybe_done: bool = False
    refreshed: bool = False


@cache
def trust() -> ssl.SSLContext:
    """The certificates we trust, read once: that takes longer than a call."""
    return httpx2.create_ssl_context()


class Transport:
    """Requests to HubSpot with one kind of credentials."""

    def __init__(
        self,
        *,
        base_url: str,
        token: Callable[[bool], str],
        gate: Gate | None = None,
        transport: httpx2.BaseTransport | None = None,
        timeout: httpx2.Timeout | float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        recorder: Recorder | None = None,
    ) -> None:
        """`token(True)` must fetch a new access token, `token(False)` may answer the one at hand."""
        self.base_url = base_url.rstrip("/")
        self._recorder = recorder
        self._token = token
        self._gate = gate or Ungated(sleep)
        self._sleep = sleep
        self._jitter = jitter
        self._http = httpx2.Client(
            base_url=self.base_url,
            transport=transport,
            verify=trust(),
            timeout=timeout,
            headers={"Accept": "application/json", "User-Agent": "LoanArk-CRM-Sync"},
        )

    def close(self) -> None:
        self._http.close()
        if self._recorder:
            self._recorder.close()

    def call(
        self,
        method: str,
        path: str,
        *,
        lane: str,
        bucket: str = "general",
        params: Mapping[str, str] | None = None,
        body: object = None,
        effect: Effect = Effect.READ,
        attempts: int = MAX_ATTEMPTS,
    ) -> Answer:
        """Sends one request until it is answered, refused, or repeating it is unsafe or useless."""
        request = Request(method, path, params, _encoded(body), effect, bucket, lane, body)
        progress = _Progress()
        try:
            return self._persist(request, progress, attempts)
        except Rejected:
            raise
        except HubSpotError as error:
            if progress.maybe_done and request.writes:
                raise UnknownOutcome(_may_have_happened(request, str(error))) from error
            raise

    def _persist(self, request: Request, progress: _Progress, attempts: int) -> Answer:
        bearer = self._token(False)
        while True:
            result = self._attempt(request, bearer, progress)
            if isinstance(result, Answer):
                return result
            if result.refresh:
                fresh = self._token(True)
                if fresh == bearer:
                    # A token without end, or one that was refreshed in vain.
                    raise result.error
                progress.refreshed, bearer = True, fresh
                continue
            progress.maybe_done = progress.maybe_done or result.maybe_done
            if result.pause:
                self._gate.throttled(result.wait, request.bucket)
            progress.waited += result.wait
            unsafe = progress.maybe_done and request.effect is Effect.ONCE
            if unsafe or progress.attempt >= attempts or max(progress.waited, progress.took) > MAX_WAIT:
                raise result.error
            if not result.pause:
                self._sleep(result.wait)
            bearer = self._token(False)
            progress.attempt += 1

    def _attempt(self, request: Request, bearer: str, progress: _Progress) -> Answer | _Again:
        read_at = self._gate.acquire(request.lane, request.bucket)
        began = time.monotonic()
        reply, failure = None, None
        try:
            reply = self._send(request, bearer)
        except (httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise NotHubSpot(
                refusals.not_hubspot(self.base_url, f"is no address that can be called ({error})")
            ) from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
            failure = f"not reached: {type(error).__name__}"
            return self._failed(f"could not be reached ({_words(error)})", progress, reached=False)
        except httpx2.RequestError as error:
            failure = f"no answer: {type(error).__name__}"
            return self._failed(f"did not answer ({_words(error)})", progress)
        finally:
            seconds = time.monotonic() - began
            progress.took += seconds
            if self._recorder and (reply or failure):
                self._recorder.record(Exchange(request, progress.attempt, read_at, seconds, reply, failure))
        self._observe(reply)
        return self._classify(reply, read_at, request, progress)

    def _send(self, request: Request, bearer: str) -> Reply:
        headers = {"Authorization": f"Bearer {bearer}"}
        if request.content is not None:
            headers["Content-Type"] = "application/json"
        end = time.monotonic() + RESPONSE_SECONDS
        with self._http.stream(
            request.method, request.path, params=request.params, content=request.content, headers=headers
        ) as response:
            chunks = []
            for chunk in response.iter_bytes():
                chunks.append(chunk)
                if time.monotonic() > end:
                    raise httpx2.ReadTimeout(f"its answer was not complete after {RESPONSE_SECONDS:.0f} s")
        content = b"".join(chunks)
        if means(response.status_code) is not Means.DONE:
            content = without(content, [bearer])
        return Reply(response.status_code, response.headers, content)

    def _classify(self, reply: Reply, read_at: datetime, request: Request, progress: _Progress) -> Answer | _Again:
        """The one place where a status becomes an answer, another attempt, or an error."""
        meaning = means(reply.status)
        match meaning:
            case Means.FAILED:
                return self._failed(_status(reply.status), progress, reply)
            case Means.NOT_TAKEN:
                return self._failed(_status(reply.status), progress, reply, reached=False)
            case Means.LOCKED:
                wait = max(LOCKED_WAIT, refusals.retry_after(reply) or 0.0) + self._jitter()
                words = "HubSpot has locked the record because of many writes to it. Nothing was changed."
                return _Again(Unavailable(words, retry_after=wait), wait)
            case Means.LIMITED:
                refused = refusals.limited(reply, request.bucket, progress.attempt)
                if isinstance(refused, DailyLimitReached):
                    self._gate.closed(refused)
                    raise refused
                return _Again(refused, refused.retry_after or 0.0, pause=True)
            case Means.MOVING:
                moving = refusals.moving(reply)
                self._gate.closed(moving)
                raise moving
            case Means.TOO_LONG:
                raise refusals.too_long(reply.said)
            case Means.UNAUTHORIZED if not progress.refreshed:
                return _Again(self._refused(reply, request), refresh=True)
            case Means.ELSEWHERE:
                where = reply.headers.get("Location", "").partition("?")[0]
                raise self._not_hubspot(f"answered with a redirect ({reply.status}) to {where or 'nowhere'}")
            case Means.DONE if reply.breaks_off or (not reply.content and reply.status != 204 and not request.writes):
                return self._failed("sent an answer that breaks off", progress)
        if meaning is Means.DONE and isinstance(reply.document, dict):
            return Answer(request, self.base_url, reply.status, reply.document, read_at)
        # What took a write and said nothing readable may well have been HubSpot.
        progress.maybe_done = progress.maybe_done or meaning is Means.DONE
        raise self._refused(reply, request)

    def _refused(self, reply: Reply, request: Request) -> HubSpotError:
        """By what the body says; HubSpot's is a JSON object, or nothing."""
        if not isinstance(reply.document, dict):
            return self._not_hubspot(f"answered {request.path} with {reply.description}")
        match means(reply.status):
            case Means.UNAUTHORIZED:
                return refusals.unauthorized(reply.document)
            case Means.FORBIDDEN:
                return refusals.forbidden(reply.document)
            case _:
                return refusals.refusal(reply.status, reply.document)

    def _failed(self, what: str, progress: _Progress, reply: Reply | None = None, *, reached: bool = True) -> _Again:
        """Trouble that passes. Full jitter: of many clients that fail together, no two come back together."""
        named = refusals.retry_after(reply) if reply else None
        wait = (named or 0.0) + self._jitter() * FIRST_BACKOFF * float(2 ** (progress.attempt - 1))
        error = Unavailable(
            f"HubSpot ({self.base_url}) {what}. Nothing on our side is lost; the call is repeated by itself later.",
            retry_after=named,
            reached=reached,
        )
        return _Again(error, wait, maybe_done=reached)

    def _not_hubspot(self, what: str) -> NotHubSpot:
        return NotHubSpot(refusals.not_hubspot(self.base_url, what))

    def _observe(self, reply: Reply) -> None:
        told = Allowance(
            limit=reply.number("X-HubSpot-RateLimit-Max"),
            remaining=reply.number("X-HubSpot-RateLimit-Remaining"),
            interval_ms=reply.number("X-HubSpot-RateLimit-Interval-Milliseconds"),
            daily_limit=reply.number("X-HubSpot-RateLimit-Daily"),
            daily_remaining=reply.number("X-HubSpot-RateLimit-Daily-Remaining"),
        )
        if told != Allowance(interval_ms=told.interval_ms):
            self._gate.observe(told)

    # Files

    def download(self, link: Callable[[], str]) -> IO[bytes]:
        """The whole file that `link()` leads to; every attempt asks for the link anew, as it ends after minutes.

        It is fetched without our credentials, from wherever HubSpot keeps it. Raises: Unavailable.
        """
        why = ""
        for attempt in range(MAX_ATTEMPTS):
            if attempt:
                self._sleep(self._jitter() * FIRST_BACKOFF * float(2 ** (attempt - 1)))
            file = tempfile.SpooledTemporaryFile(FILE_IN_MEMORY)  # noqa: SIM115  the caller closes it
            try:
                status = self._copy(link(), file)
                if 200 <= status < 300:
                    file.seek(0)
                    return file
                why = f"status {status}"
            except (httpx2.RequestError, httpx2.InvalidURL) as error:
                why = _words(error)
            file.close()
        raise Unavailable(f"A file of HubSpot's could not be downloaded ({why}). Nothing is lost; it is tried later.")

    def _copy(self, url: str, file: IO[bytes]) -> int:
        """Returns the status. The address is a secret while it lasts: no message shows it."""
        with self._http.stream("GET", url, headers={"Accept": "*/*"}, follow_redirects=True) as response:
            for chunk in response.iter_bytes():
                file.write(chunk)
        return response.status_code


def _encoded(body: object) -> bytes | None:
    """The JSON to send. Raises: Invalid, for a text that cannot be sent."""
    try:
        return None if body is None else orjson.dumps(body)
    except TypeError as error:
        raise Invalid(
            f"A value cannot be sent to HubSpot ({error}). Nothing was sent; correct it.", reason=str(error)
        ) from error


def _may_have_happened(request: Request, what: str) -> str:
    return (
        f"The write {request.method} {request.path} went out, and no clear answer came back ({what}). "
        "It may have happened: read the record before writing it again."
    )


def _status(status: int) -> str:
    hint = "; the network or its certificates are in trouble" if status in CONNECTION_TROUBLE else ""
    return f"answered with status {status}{hint}"


def _words(error: Exception) -> str:
    return str(error) or type(error).__name__
