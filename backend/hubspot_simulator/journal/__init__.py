"""The webhooks journal: changes of all accounts, gathered into files that the app fetches (docs: webhooks journal).

settings        what can be set while running, trouble included
fields          bodies read field by field
filters         conditions that narrow a subscription
subscriptions   what an account's events must be to get into the journal, and the endpoints for it
ledger          the files: gathered, published, kept for three days
reading         the endpoints that hand out files
snapshots       records photographed on request; the picture arrives in the journal
journal         hears of every event and ties the above together
"""

from hubspot_simulator.journal.journal import Journal

__all__ = ["Journal"]
