"""The server's entry: Django in threads for everything, asyncio only for the live stream."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.asgi_typing import Receive, Scope, Send
from django.core.wsgi import get_wsgi_application

#: Requests a process works on at a time; more wait their turn. Each may hold one database connection.
THREADS = 8

_django: Any = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=THREADS)

from loanark.web.live import Hub  # noqa: E402  after Django is set up

hub = Hub()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Routes one connection."""
    if scope["type"] == "lifespan":
        await hub.lifespan(receive, send)
    elif scope["type"] == "http" and hub.serves(scope["path"]):
        await hub.stream(scope, receive, send)
    else:
        await _django(scope, receive, send)
