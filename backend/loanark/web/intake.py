"""What every request passes before a thread works on it: it came over https, and its body is small and here in whole.

So no thread waits for a slow sender, and an endless one costs no more memory than the largest body. What is refused
here is refused unread, and its connection is closed.
"""

import asyncio
from http import HTTPStatus
from urllib.parse import quote

from a2wsgi.asgi_typing import ASGIApp, HTTPScope, Receive, ReceiveEvent, Scope, Send
from django.conf import settings
from django.http import HttpResponse

from loanark.kit.problems import problem
from loanark.web.config import LARGEST_BODY
from loanark.web.security import always, as_asgi

#: A body of the largest size comes in this time over a slow telephone's connection (1 Mbit/s).
BODY_SECONDS = 30.0

#: What is asked on the machine or its network, past the proxy: it holds no data and takes no credentials.
_FOR_MACHINES = ("/health/", "/metrics")
#: What programs speak to: one that sent its token in the clear must hear of it, and not go on so by a redirect.
_FOR_PROGRAMS = ("/api/", "/webhooks/")


class Intake:
    """Wraps the application."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._application(scope, receive, send)
        if refusal := _in_the_clear(scope):
            return await _answer(send, refusal)
        try:
            body = await _whole_body(scope, receive)
        except _Gone:
            return None
        except _Refused as refused:
            return await _answer(send, refused.answer)
        return await self._application(_with_length(scope, len(body)), _given(body, receive), send)


class _Gone(Exception):
    """Whoever asked hung up."""


class _Refused(Exception):
    def __init__(self, answer: HttpResponse) -> None:
        super().__init__(answer.status_code)
        self.answer = answer


def _in_the_clear(scope: HTTPScope) -> HttpResponse | None:
    """What to answer to a request over plain http where the product is reached by https; None: it may pass."""
    public_url: str = settings.CONFIG.public_url
    path: str = scope["path"]
    if public_url.startswith("http://") or path.startswith(_FOR_MACHINES):
        return None
    if scope["scheme"] == "https" or _header(scope, b"x-forwarded-proto") == b"https":
        return None
    if path.startswith(_FOR_PROGRAMS) or scope["method"] not in ("GET", "HEAD"):
        return problem(
            HTTPStatus.FORBIDDEN,
            "https-only",
            "Only over https",
            f"This came over plain http; nothing was done. Use {public_url}, and change what was sent in the clear.",
        )
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    # To the public address, never to the one that was asked for.
    location = f"{public_url}{quote(path)}{query}"
    return HttpResponse(status=HTTPStatus.PERMANENT_REDIRECT, headers={"Location": location})


async def _whole_body(scope: HTTPScope, receive: Receive) -> bytes:
    """Raises: _Refused, _Gone."""
    announced = _header(scope, b"content-length")
    if announced.isdigit() and int(announced) > LARGEST_BODY:
        raise _Refused(_too_large())
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise _Gone
                if message["type"] == "http.request":
                    body += message.get("body", b"")
                if len(body) > LARGEST_BODY:
                    raise _Refused(_too_large())
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        raise _Refused(
            problem(
                HTTPStatus.REQUEST_TIMEOUT,
                "too-slow",
                "The request came too slowly",
                f"Its body was not here after {BODY_SECONDS:.0f} seconds; nothing was done. Try again.",
            )
        ) from None


def _too_large() -> HttpResponse:
    return problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too-large",
        "The request is too large",
        f"Its body has more than {LARGEST_BODY:,} bytes; nothing was done. Send less at a time.",
    )


def _header(scope: HTTPScope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


def _with_length(scope: HTTPScope, length: int) -> HTTPScope:
    """A body that came in pieces of unknown number has a length now."""
    if not _header(scope, b"transfer-encoding"):
        return scope
    kept = [(key, value) for key, value in scope["headers"] if key not in (b"transfer-encoding", b"content-length")]
    told = scope.copy()
    told["headers"] = [*kept, (b"content-length", str(length).encode())]
    return told


def _given(body: bytes, receive: Receive) -> Receive:
    """Receives the body at once, and then whatever comes: that the asker hung up."""
    first: list[ReceiveEvent] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> ReceiveEvent:
        return first.pop() if first else await receive()

    return given


async def _answer(send: Send, response: HttpResponse) -> None:
    own = {"Content-Length": str(len(response.content)), "Connection": "close"}
    headers = as_asgi({**response.headers, **always(), **own})
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content, "more_body": False})
