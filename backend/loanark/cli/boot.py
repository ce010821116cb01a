"""Getting ready: the database's address, the keys, Django. Everything else in this package may then import models."""

import atexit
import gc
import os
import signal
import sys
from pathlib import Path

import click
import psycopg

from loanark.cli import logs
from loanark.cli.output import redacted
from loanark.kit.postgres import EmbeddedPostgres, PostgresError, default_data_dir
from loanark.web import config

#: A database that has not answered by then is not there.
CONNECT_SECONDS = 10


def database() -> EmbeddedPostgres | None:
    """Makes `LOANARK_DATABASE_URL` point to a database that runs: the configured one, or the embedded one.

    The embedded one is stopped by whoever leaves last. Child processes inherit the address and the keys, and so use
    the same. Returns the embedded one, if it is used.
    """
    if url := os.environ.get("LOANARK_DATABASE_URL"):
        _ask(url)
        return None
    data_dir = default_data_dir()
    embedded = EmbeddedPostgres(data_dir)
    try:
        url = embedded.ensure_running()
    except PostgresError as error:
        raise click.ClickException(str(error)) from None
    atexit.register(embedded.release)
    # Without a handler of its own SIGTERM ends a program before anything registered above runs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for name in ("LOANARK_SECRET_KEYS", "LOANARK_ENCRYPTION_KEYS"):
        os.environ[name] = ",".join(config.keys(name, data_dir))
    os.environ["LOANARK_DATABASE_URL"] = url
    os.environ["LOANARK_EMBEDDED"] = "1"
    return embedded


def _ask(url: str) -> None:
    """One connection of its own tells at once, and in the database's words, what a pool would try for long."""
    try:
        config.django_database(url)
        psycopg.connect(url, connect_timeout=CONNECT_SECONDS).close()
    except config.ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    except psycopg.ProgrammingError:
        # The driver quotes what it does not understand; it may be a part of the password.
        raise click.ClickException(str(config.NoDatabaseAddress())) from None
    except psycopg.Error as error:
        raise click.ClickException(
            f"The database does not answer: {redacted(first_line(error))}. Nothing was changed. Check that it runs and "
            "that LOANARK_DATABASE_URL is right."
        ) from None


def first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def django(*, migrated: bool = True) -> EmbeddedPostgres | None:
    """Sets Django up. An embedded database is migrated by itself; another one must be (`loanark migrate`)."""
    embedded = database()
    os.environ["DJANGO_SETTINGS_MODULE"] = "loanark.web.settings"
    import django as framework
    from django.db import Error

    logs.to_stderr()
    try:
        framework.setup()
    except config.ConfigurationError as error:
        raise click.ClickException(str(error)) from None
    _settle_memory()
    from loanark.tenants.access import work_as

    work_as("command line")
    if not migrated:
        return embedded
    from loanark.web.health import pending_migrations

    try:
        waiting = pending_migrations()
    except Error as error:
        raise click.ClickException(f"The database does not answer as it should: {first_line(error)}.") from None
    if waiting and os.environ.get("LOANARK_EMBEDDED"):
        migrate()
    elif waiting:
        raise click.ClickException(f"The database lacks {waiting} migrations. Run: loanark migrate")
    return embedded


def _settle_memory() -> None:
    """Lets the garbage collector look less often. A page of contacts is tens of thousands of small objects that go all
    at once; looking for cycles among them every 700 objects, the default, took a quarter of a backfill's Python time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def migrate() -> None:
    """Brings the database's tables up to date. Two starts at once take turns."""
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('loanark migrate'))")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('loanark migrate'))")


def data_dir() -> Path:
    return default_data_dir()
