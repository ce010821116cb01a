"""The engine's tests play in a world: see `world.py`."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from world import World


@pytest.fixture
def tenant_id(database: str) -> UUID:
    """A new organisation, without the third of a second that hashing a password well must take."""
    from django.test import override_settings

    from loanark.kit import sql
    from loanark.tenants.access import tenant_scope
    from loanark.tenants.actions import create_tenant

    name = secrets.token_hex(4)
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        tenant = create_tenant(name, admin_email=f"admin@{name}.example", password=name).tenant
    # People in these stories resemble each other without being meant: `test_ingest.py` and `test_persons.py` mean it.
    with tenant_scope(tenant.id):
        sql.execute("INSERT INTO duplicate_settings (tenant_id, at_ingest, follow_hubspot) VALUES (%s, false, false)",
                    [tenant.id])  # fmt: skip
    return tenant.id


@pytest.fixture
def make_world(tenant_id: UUID, monkeypatch: pytest.MonkeyPatch) -> "Callable[..., World]":
    """A world before anything is connected: `make_world(people=250)`."""
    # Imported here: Django's settings must be in place first.
    from world import make_world

    return lambda **options: make_world(tenant_id, monkeypatch, **options)


@pytest.fixture
def world(make_world: "Callable[..., World]") -> "World":
    """A world whose first run is behind it: connected, approved, at rest, nobody in it yet."""
    built = make_world()
    built.start()
    return built
