"""The long-running processes, and what prepares the database for them."""

import logging
import os
import signal
import sys
from typing import Any

import click
import structlog

from loanark.cli import boot
from loanark.cli.output import command, json_option, note, show

#: How the web process is served. No header is believed here: `web.security.ClientAddress` knows the proxies.
SERVING: dict[str, Any] = {
    "log_level": "warning",
    "proxy_headers": False,
    "server_header": False,
    "timeout_graceful_shutdown": 3,
    "timeout_keep_alive": 30,
}


def log_to_stderr() -> None:
    """One line an event: readable on a terminal, JSON elsewhere."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    plain = sys.stderr.isatty() or os.environ.get("LOANARK_LOG") == "plain"
    renderer = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if plain else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@json_option
@command
def web(host: str, port: int, as_json: bool) -> None:
    """Serve the user interface, the API and the webhooks."""
    boot.django()
    log_to_stderr()
    import uvicorn

    from loanark.web.asgi import application

    if as_json:
        show({"url": f"http://{host}:{port}"})
    uvicorn.run(application, host=host, port=port, lifespan="on", **SERVING)


@click.command()
@json_option
@command
def worker(as_json: bool) -> None:
    """Carry every organisation's sync on. Start as many as you like, on any host."""
    boot.django()
    log_to_stderr()
    from loanark.sync.worker import Worker
    from loanark.tenants.access import work_as

    work_as("sync")
    running = Worker()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: running.stop())
    if as_json:
        show({"worker": running.name})
    running.run()


@click.command()
@json_option
@command
def migrate(as_json: bool) -> None:
    """Bring the database's tables up to date."""
    boot.django(migrated=False)
    from django.db import Error

    from loanark.web.health import pending_migrations

    try:
        waiting = pending_migrations()
        boot.migrate()
    except Error as error:
        raise click.ClickException(
            f"The database does not answer as it should: {str(error).splitlines()[0]}. Check LOANARK_DATABASE_URL."
        ) from None
    if as_json:
        show({"applied": waiting})
    else:
        note(f"{waiting} migrations applied." if waiting else "The database is up to date.")
