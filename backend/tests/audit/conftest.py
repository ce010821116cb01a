"""The audit log's tests: an organisation with something in its log, and the database's owner, who may do anything."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from organisations import Organisation

Owner = Callable[..., int]


@pytest.fixture
def organisation(database: str) -> "Organisation":
    from organisations import make_organisation

    return make_organisation()


@pytest.fixture
def owner(database_url: str, organisation: "Organisation") -> Owner:
    """Runs a statement by hand, as the owner of the database; returns how many rows it touched."""

    def run(statement: str, *params: Any) -> int:
        with psycopg.connect(database_url) as connection:
            connection.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(organisation.id)])
            return connection.execute(statement, params or None).rowcount

    return run
