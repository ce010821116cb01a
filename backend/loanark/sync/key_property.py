"""The unique property in HubSpot that carries LoanArk's contact id: a repeated create finds the first one."""

from loanark.connections import creation, drift
from loanark.connections.rules import KEY_PROPERTY
from loanark.sync.session import Session


def ensure(session: Session) -> None:
    """Makes the property when the account does not have it.

    Where HubSpot does not let us (the permission is missing, or the account has its ten unique properties already),
    creates are rejected and say why; everything else goes on.
    """
    if session.has_key_property or session.key_property_refused:
        return
    (made,) = creation.make(session.client, [creation.KEY], lane="edit")
    if made.outcome == "refused":
        session.key_property_refused = made.reason
        return
    properties = creation.read_until_seen(session.client, [KEY_PROPERTY], lane="edit")
    with session.transaction():
        drift.learn(session.connection, properties, evict=False)
    session.reload_mapping()
