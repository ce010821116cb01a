"""The people of an account to whom its contacts are assigned: shown by name, and offered as HubSpot offers them.

They are read beside the properties. Where the account does not tell them (a permission that is optional is missing, or
HubSpot is busy), those that were known stay; without any, contacts show the ids that HubSpot keeps.
"""

from collections.abc import Sequence
from dataclasses import asdict

import orjson
import structlog

from loanark.connections.models import Connection
from loanark.hubspot.client import Client
from loanark.hubspot.errors import HubSpotError
from loanark.hubspot.models import Option, Owner
from loanark.kit import sql

log = structlog.get_logger()


def read(client: Client, *, lane: str) -> list[Owner] | None:
    """All of them, and those who have left; None where HubSpot does not tell."""
    try:
        return [*client.owners(lane=lane), *client.owners(lane=lane, archived=True)]
    except HubSpotError as error:
        log.info("HubSpot does not tell its owners", why=type(error).__name__)
        return None


def learn(connection: Connection, owners: Sequence[Owner] | None) -> None:
    """Takes over who they are now; None leaves who was known. Call inside a tenant's scope."""
    if owners is None:
        return
    connection.owners = [asdict(owner) for owner in owners]
    sql.execute(
        "UPDATE connections SET owners = %s::jsonb WHERE tenant_id = %s",
        [orjson.dumps(connection.owners).decode(), connection.tenant_id],
    )


def known(connection: Connection) -> list[Owner]:
    """Who they are, as last read."""
    return [Owner(**row) for row in connection.owners]


def options(connection: Connection) -> tuple[Option, ...]:
    """They as what a property that is chosen among owners may hold, by name; one who left is hidden, as in HubSpot."""
    found = [
        Option(f"{owner.name} (left)" if owner.archived else owner.name, owner.id, hidden=owner.archived)
        for owner in known(connection)
    ]
    return tuple(sorted(found, key=lambda option: (option.hidden, option.label.casefold(), option.value)))
