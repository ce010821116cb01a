"""The live stream: one LISTEN per process, fanned out to open pages. The one asynchronous file.

A message says which kind of thing changed, never what: the page asks again, through the same doors as ever. Whoever
may not enter any more hears nothing more: that is asked when the organisation's members change, and every 15 s.
"""

import asyncio
import contextlib
import random
import re
from collections import defaultdict
from typing import Any

import orjson
import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import OperationalError, connections
from django.http import HttpRequest
from django.http.cookie import parse_cookie

from loanark.kit import clock, sql
from loanark.tenants import second_factor
from loanark.tenants.access import tenant_scope
from loanark.web.security import always, as_asgi
from loanark.web.sessions import SessionStore

_PATH = re.compile(r"/api/tenants/([a-z0-9-]+)/live")

#: Something is said at least this often, so that proxies keep the stream open and a dead page is noticed; an event and
#: no comment, so that the page for its part notices a dead stream (`frontend/src/live/connection.ts`).
KEEPALIVE_SECONDS = 15.0

#: Changes come in bursts; a page hears of one kind at most this often.
QUIET_SECONDS = 0.25

#: All open pages of a process hear of so many changes in a second. A page that hears asks again what it shows, some
#: 50 ms of a processor: the few pages of a small company hear at once, fifty one after the other within seconds, and
#: what people do themselves finds the server free.
TOLD_PER_SECOND = 6.0

#: Nobody waits longer, however many there are: a page that heard nothing for long takes the stream for dead.
LONGEST_TURN_SECONDS = 10.0

#: Kinds a slow page has not heard yet: there are only a few, so nothing is dropped.
_ALL = frozenset(
    {"contacts", "duplicates", "runs", "connection", "overview", "members", "organisation", "views", "audit"}
)


class Hub:
    """Open pages by organisation, and the kinds of change each has not heard of yet."""

    def __init__(self) -> None:
        self._pages: dict[str, set[_Page]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None

    def serves(self, path: str) -> bool:
        return _PATH.fullmatch(path) is not None

    async def lifespan(self, receive: Any, send: Any) -> None:
        await receive()
        self._task = asyncio.create_task(self._listen())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._task.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def stream(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one open page until it goes away."""
        match = _PATH.fullmatch(scope["path"])
        slug = match[1] if match else ""
        try:
            tenant_id = await sync_to_async(_tenant_of)(scope, slug)
        except _Refused as refused:
            empty = as_asgi({**always(), "Content-Length": "0"})
            await send({"type": "http.response.start", "status": refused.status, "headers": empty})
            await send({"type": "http.response.body", "body": b""})
            return
        own = {
            "Content-Type": "text/event-stream",
            "Cache-Control": "no-store",
            "X-Accel-Buffering": "no",
        }
        await send({"type": "http.response.start", "status": 200, "headers": as_asgi({**always(), **own})})
        page = _Page()
        self._pages[tenant_id].add(page)
        gone = asyncio.create_task(_gone(receive))
        try:
            await _write(send, b"retry: 2000\n\nevent: hello\ndata: {}\n\n")
            asked = clock.monotonic()
            while not gone.done():
                piece = await page.next(gone, self._turn_seconds())
                if page.doubted or clock.monotonic() - asked >= KEEPALIVE_SECONDS:
                    if not await _still_welcome(scope, slug):
                        await send({"type": "http.response.body", "body": b""})
                        return
                    asked = clock.monotonic()
                await _write(send, piece)
        finally:
            gone.cancel()
            self._pages[tenant_id].discard(page)

    def _turn_seconds(self) -> float:
        """So long it takes until each open page has heard once."""
        return min(sum(map(len, self._pages.values())) / TOLD_PER_SECOND, LONGEST_TURN_SECONDS)

    async def _listen(self) -> None:
        while True:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._listen_once()
            await asyncio.sleep(1.0)

    async def _listen_once(self) -> None:
        url = settings.CONFIG.database_direct_url
        connection = await psycopg.AsyncConnection.connect(url, autocommit=True)
        async with connection:
            await connection.execute("LISTEN loanark_live")
            # Whatever happened while nobody listened: every page looks again.
            for pages in self._pages.values():
                for page in pages:
                    page.tell(_ALL)
            async for notice in connection.notifies():
                message = orjson.loads(notice.payload)
                for page in self._pages.get(message["tenant"], ()):
                    page.tell({message["kind"]})


class _Page:
    def __init__(self) -> None:
        self._kinds: set[str] = set()
        self._news = asyncio.Event()
        self._heard_at = float("-inf")
        #: The organisation's members changed: the person may have lost the right to listen.
        self.doubted = False

    def tell(self, kinds: set[str] | frozenset[str]) -> None:
        self._kinds |= kinds
        self._news.set()

    async def next(self, gone: "asyncio.Task[None]", turn: float) -> bytes:
        """The next piece of the stream: what changed, or that it is still there.

        A page hears once in `turn` seconds, and after a quiet time somewhere within them: the pages take turns.
        """
        news = asyncio.create_task(self._news.wait())
        await asyncio.wait({news, gone}, timeout=KEEPALIVE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        news.cancel()
        if not self._news.is_set():
            return b"event: beat\ndata: {}\n\n"
        its_turn = self._heard_at + turn - clock.monotonic()
        await asyncio.sleep(max(QUIET_SECONDS, its_turn, random.uniform(0, turn)))  # noqa: S311  a place in a queue
        self._heard_at = clock.monotonic()
        self._news.clear()
        kinds, self._kinds = self._kinds, set()
        self.doubted = "members" in kinds
        return b"event: change\ndata: " + orjson.dumps({"kinds": sorted(kinds)}) + b"\n\n"


async def _write(send: Any, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Refused(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def _still_welcome(scope: Any, slug: str) -> bool:
    """Whether the stream would be opened again. While the database is away nobody is sent away."""
    try:
        await sync_to_async(_tenant_of)(scope, slug)
    except _Refused as refused:
        return refused.status == 503
    return True


def _tenant_of(scope: Any, slug: str) -> str:
    """The organisation's id, if the session's person belongs to it. Raises: _Refused."""
    headers = dict(scope["headers"])
    if scope["method"] != "GET":
        raise _Refused(405)
    if b"authorization" in headers:
        raise _Refused(401)  # a token polls; a stream is a page's
    try:
        cookies = parse_cookie(headers.get(b"cookie", b"").decode("latin-1"))
        request = HttpRequest()
        request.session = SessionStore.opened_by(cookies.get(settings.SESSION_COOKIE_NAME))
        user = get_user(request)
        if not user.is_authenticated:
            raise _Refused(401)
        tenant_id = sql.scalar("SELECT id FROM organisations_of(%s) WHERE slug = %s", [user.pk, slug])
        if tenant_id is None:
            raise _Refused(404)
        with tenant_scope(tenant_id):
            second_factor.demand(user.pk or 0)
        return str(tenant_id)
    except second_factor.SecondFactorNeeded:
        raise _Refused(403) from None
    except OperationalError:
        raise _Refused(503) from None
    finally:
        connections.close_all()
