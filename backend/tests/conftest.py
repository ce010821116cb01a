"""What every test may use: a real PostgreSQL of its own run, and an organisation of its own per test.

Nothing is rolled back or truncated between tests: they commit, as the product does, and organisations keep them apart,
as row-level security keeps customers apart.
"""

import base64
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from loanark.kit.postgres import EmbeddedPostgres

CLIENT_ID, CLIENT_SECRET = "test-client", "test-secret"

os.environ.update(
    LOANARK_DATABASE_URL="postgresql:///set-by-the-fixture",
    LOANARK_SECRET_KEYS="only for tests",
    LOANARK_ENCRYPTION_KEYS=base64.b64encode(b"0" * 32).decode(),
    LOANARK_PUBLIC_URL="http://localhost",
    LOANARK_HUBSPOT_API_URL="http://hubspot.test",
    LOANARK_HUBSPOT_APP_URL="http://hubspot.test",
    LOANARK_HUBSPOT_CLIENT_ID=CLIENT_ID,
    LOANARK_HUBSPOT_CLIENT_SECRET=CLIENT_SECRET,
    DJANGO_SETTINGS_MODULE="loanark.web.settings",
)

SERVER_DIR = "LOANARK_TEST_SERVER_DIR"


def pytest_configure(config: pytest.Config) -> None:
    """One server for all test processes: the first process makes its directory, the others inherit the name."""
    if SERVER_DIR not in os.environ:
        directory = Path(tempfile.mkdtemp(prefix="la-test-"))
        directory.chmod(0o755)
        os.environ[SERVER_DIR] = str(directory)
        config.add_cleanup(lambda: _throw_away(directory))


def _throw_away(directory: Path) -> None:
    EmbeddedPostgres(directory).stop()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A fresh database for this test process, owned by an ordinary role, not yet migrated."""
    server = EmbeddedPostgres(Path(os.environ[SERVER_DIR]))
    url = server.ensure_running()
    name = f"test_{secrets.token_hex(4)}"
    with psycopg.connect(server.superuser_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" OWNER loanark')
    yield url.replace("/loanark?", f"/{name}?")
    server.release()


@pytest.fixture(scope="session")
def database(database_url: str) -> Iterator[str]:
    """Django on a migrated database."""
    os.environ["LOANARK_DATABASE_URL"] = database_url
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from loanark.web.config import django_database, load

    django.setup()
    # Modules that import models set Django up when they were collected: before there was a server.
    settings.CONFIG = load()
    connections.settings["default"].update(django_database(database_url))
    call_command("migrate", verbosity=0)
    yield database_url
    connections.close_all()


@pytest.fixture
def tenant_id(database: str) -> UUID:
    """A new organisation with one administrator: `admin@<slug>.example`, password `correct horse battery`."""
    return make_tenant(f"Lender {secrets.token_hex(4)}")


def make_tenant(name: str) -> UUID:
    from django.utils.text import slugify

    from loanark.tenants.actions import create_tenant

    admin = f"admin@{slugify(name)}.example"
    return create_tenant(name, admin_email=admin, password="correct horse battery").tenant.id
