"""A HubSpot on a port of its own, and a database of its own."""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import psycopg
import pytest
from command_line import CONTACTS, Hub, Loanark

from loanark.kit.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    command = [sys.executable, "-m", "hubspot_simulator", "--port", "0", "--contacts", str(CONTACTS), "--limit", "none"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    ready = orjson.loads(process.stdout.readline())
    yield Hub(ready["base_url"], ready["portals"][0]["static_token"])
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="module")
def bare(database_url: str, hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Loanark:
    """On a database of its own that nobody migrated yet."""
    server = EmbeddedPostgres(Path(os.environ["LOANARK_TEST_SERVER_DIR"]))
    name = f"cli_{secrets.token_hex(4)}"
    with psycopg.connect(server.superuser_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" OWNER loanark')
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
    base, _, options = database_url.partition("?")
    return Loanark(
        {
            **kept,
            "LOANARK_DATABASE_URL": f"{base.rsplit('/', 1)[0]}/{name}?{options}",
            "LOANARK_DATA_DIR": str(tmp_path_factory.mktemp("data")),
            "LOANARK_SECRET_KEYS": "only for tests",
            "LOANARK_ENCRYPTION_KEYS": base64.b64encode(b"0" * 32).decode(),
            "LOANARK_HUBSPOT_API_URL": hub.base_url,
        }
    )


@pytest.fixture(scope="module")
def loanark(bare: Loanark) -> Loanark:
    """On a migrated database."""
    assert bare("migrate", "--json").code == 0
    return bare
