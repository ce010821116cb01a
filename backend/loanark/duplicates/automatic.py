"""What is done about duplicates without a person, while nothing more urgent is to do."""

from uuid import UUID

import orjson

from loanark.connections.actions import notify
from loanark.core.duplicates.groups import LARGEST_AUTOMATIC
from loanark.duplicates import actions, proposals, scan, settings
from loanark.duplicates.merging import Grounds
from loanark.kit import sql
from loanark.kit.errors import LoanArkError
from loanark.tenants.access import tenant_scope

#: So many are merged in one transaction: each locks contacts that others may wait for.
AT_ONCE = 20


def step(tenant_id: UUID) -> bool:
    """Compares what waits, or merges what is certain where that is switched on. Returns whether there was anything."""
    return scan.step(tenant_id) or _merge_certain(tenant_id)


def _merge_certain(tenant_id: UUID) -> bool:
    """Merges pairs that the gate lets through, as many as the hour's brake does."""
    with tenant_scope(tenant_id, via="sync", cause="merge"):
        if not settings.load().automatic:
            return False
        found = sql.rows(
            """SELECT p.id, p.contact_id, p.other_contact_id, p.posterior, p.parts::text AS parts
               FROM duplicate_proposals p
               WHERE p.state = 'open' AND p.certain AND p.other_contact_id IS NOT NULL
               AND (SELECT count(*) FROM duplicate_proposals g WHERE g.tenant_id = p.tenant_id
                    AND g.group_id = p.group_id AND g.state = 'open') <= %s
               ORDER BY p.posterior DESC, p.id LIMIT %s""",
            [LARGEST_AUTOMATIC * (LARGEST_AUTOMATIC - 1) // 2, AT_ONCE],
        )
        # Counting what the hour has left reads the whole book: only where there is something to merge.
        allowed = actions.left_this_hour() if found else 0
        for row in found[:allowed]:
            try:
                actions.merge_pair(
                    row, Grounds("automatic", "the gate", row["posterior"], orjson.loads(row["parts"]), unseen=True)
                )
            except LoanArkError:
                # Changed since it was compared: it is compared again, and the proposal goes.
                proposals.let_go([row["id"]])
        if found[:allowed]:
            notify(tenant_id, "duplicates")
        return bool(found[:allowed])
