"""The unique property in HubSpot that carries LoanArk's contact id: a repeated create finds the first one."""

from loanark.connections.mapping import KEY_PROPERTY, to_json
from loanark.connections.models import Connection
from loanark.hubspot.client import Client
from loanark.hubspot.errors import AlreadyExists, MissingScopes, Rejected
from loanark.kit import clock
from loanark.sync.session import Session

GROUP, HUBSPOTS_GROUP = "loanark", "contactinformation"

#: A new property can be read 250 to 700 ms after it was made (HubSpot API facts, properties).
READABLE_WITHIN_SECONDS = 5.0


def ensure(session: Session) -> None:
    """Makes the property when the account does not have it.

    Where HubSpot does not let us (the permission is missing, or the account has its ten unique properties already),
    creates are rejected and say why; everything else goes on.
    """
    if session.has_key_property or session.key_property_refused:
        return
    try:
        _make(session.client, _group(session.client))
    except (MissingScopes, Rejected) as error:
        session.key_property_refused = str(error)
        return
    _remember(session)


def _group(client: Client) -> str:
    """A group of our own to show it in, or the one that every account has."""
    try:
        client.create_property_group(GROUP, "LoanArk", lane="edit")
    except AlreadyExists:
        pass
    except Rejected:
        return HUBSPOTS_GROUP
    return GROUP


def _make(client: Client, group: str) -> None:
    try:
        client.create_property(
            KEY_PROPERTY,
            "LoanArk id",
            "string",
            "text",
            group,
            has_unique_value=True,
            description="The id of this contact in LoanArk. Written by LoanArk CRM Sync; please leave it alone.",
            lane="edit",
        )
    except AlreadyExists:
        pass


def _remember(session: Session) -> None:
    until = clock.monotonic() + READABLE_WITHIN_SECONDS
    while True:
        properties = session.client.properties(lane="edit")
        session.connection.properties = to_json(properties)
        if session.has_key_property or clock.monotonic() > until:
            break
        clock.sleep(0.2)
    with session.transaction():
        Connection.objects.filter(tenant_id=session.tenant_id).update(properties=session.connection.properties)
