"""The server's entry: Django in threads for everything, asyncio only for the live stream and for taking requests in."""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from a2wsgi.asgi_typing import Receive, Scope, Send
from django.core.wsgi import get_wsgi_application

#: Requests a process works on at a time; more wait their turn. Each may hold one database connection.
THREADS = 8

#: How uvicorn serves it.
SERVER: dict[str, Any] = {
    "log_config": None,  # its words come out as everybody's
    "log_level": "warning",
    "lifespan": "on",
    "server_header": False,
    "timeout_graceful_shutdown": 3,
    "timeout_keep_alive": 30,
    # Of its two parsers the one that bounds what comes before a body.
    "http": "h11",
    # What a proxy tells of address and scheme is decided in one place each: `web.security` and `web.intake`.
    "proxy_headers": False,
    # Open streams included; more are told to come back later, rather than taking everybody's memory.
    "limit_concurrency": 2_000,
}

_django: Any = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=THREADS)

from loanark.web.intake import Intake  # noqa: E402  after Django is set up
from loanark.web.live import Hub  # noqa: E402

hub = Hub()


async def _route(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await hub.lifespan(receive, send)
    elif scope["type"] == "http" and hub.serves(scope["path"]):
        await hub.stream(scope, receive, send)
    else:
        await _django(scope, receive, send)


application = Intake(_route)
