"""The unique property in HubSpot that carries LoanArk's contact id: a repeated create finds the first one."""

import time

from loanark.connections.mapping import KEY_PROPERTY, to_json
from loanark.connections.models import Connection
from loanark.hubspot.errors import AlreadyExists, MissingScopes
from loanark.sync.session import Session

GROUP = "loanark"

#: A new property can be read 250 to 700 ms after it was made (HubSpot API facts, properties).
READABLE_WITHIN_SECONDS = 5.0


def ensure(session: Session) -> None:
    """Makes the property when the account does not have it. Without the permission, creates are rejected and say so."""
    if session.has_key_property:
        return
    client = session.client
    try:
        try:
            client.create_property_group(GROUP, "LoanArk", lane="edit")
        except AlreadyExists:
            pass
        try:
            client.create_property(
                KEY_PROPERTY,
                "LoanArk id",
                "string",
                "text",
                GROUP,
                has_unique_value=True,
                description="The id of this contact in LoanArk. Written by LoanArk CRM Sync; please leave it alone.",
                lane="edit",
            )
        except AlreadyExists:
            pass
    except MissingScopes:
        session.key_property_refused = True
        return
    _remember(session)


def _remember(session: Session) -> None:
    until = time.monotonic() + READABLE_WITHIN_SECONDS
    while True:
        properties = session.client.properties(lane="edit")
        session.connection.properties = to_json(properties)
        if session.has_key_property or time.monotonic() > until:
            break
        time.sleep(0.2)
    with session.transaction():
        Connection.objects.filter(tenant_id=session.tenant_id).update(properties=session.connection.properties)
