"""The long-running processes, and what prepares the database for them."""

import signal

import click

from loanark.cli import boot
from loanark.cli.output import command, json_option, note, show


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@json_option
@command
def web(host: str, port: int, as_json: bool) -> None:
    """Serve the user interface, the API and the webhooks."""
    boot.django()
    import uvicorn

    from loanark.web.asgi import SERVER, application

    if as_json:
        show({"url": f"http://{host}:{port}"})
    uvicorn.run(application, host=host, port=port, **SERVER)


@click.command()
@json_option
@command
def worker(as_json: bool) -> None:
    """Carry every organisation's sync on. Start as many as you like, on any host."""
    boot.django()
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
