"""The balance: HubSpot's contacts against LoanArk's, and a reason for each one that is on one side only.

HubSpot = linked + explained there + unexplained
LoanArk = linked + explained here + unexplained here
"""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from loanark.core.mapping import Side
from loanark.kit import sql

CHANGED = "changed since HubSpot was counted"

#: Contacts of which a brake holds a deletion on either side.
_HELD = """(SELECT DISTINCT tenant_id, record FROM held_operations
            WHERE kind = 'delete' AND state IN ('held', 'approved', 'rejected'))"""

#: Why a linked contact is in LoanArk only; the first that is true of it counts. Null: it is on both sides.
_PARTED = """
    CASE WHEN g.record IS NOT NULL THEN 'in LoanArk, deleted in HubSpot: held'
         WHEN t.at > l.read_at THEN 'in LoanArk, deleted in HubSpot: kept'
         WHEN a.last_run > a.first_run THEN 'in LoanArk, gone from HubSpot and looked at next'
         WHEN a.first_run IS NOT NULL THEN 'in LoanArk, missed in HubSpot by one sweep: a second one tells'
         WHEN a.hubspot_id IS NOT NULL THEN 'in LoanArk, unknown to HubSpot: the next two sweeps tell'
    END"""

#: Why a contact without a link is in LoanArk only. Null: nobody knows.
_NOT_LINKED = """
    CASE WHEN x.codes && ARRAY['merged-in-hubspot'] THEN 'in LoanArk, merged in HubSpot: a person decides'
         WHEN x.codes && ARRAY['duplicate-email'] THEN 'in LoanArk, rejected as a duplicate'
         WHEN x.codes && ARRAY['possible-duplicate'] THEN 'in LoanArk, perhaps a duplicate: a person decides'
         WHEN x.codes && ARRAY['erased'] THEN 'in LoanArk, erased before and not made in HubSpot again'
         WHEN x.codes IS NOT NULL THEN 'in LoanArk, refused by HubSpot'
         WHEN EXISTS (SELECT FROM held_operations o WHERE o.tenant_id = c.tenant_id AND o.contact_id = c.id
                      AND o.state IN ('held', 'approved')) THEN 'in LoanArk, held'
         WHEN EXISTS (SELECT FROM hints h WHERE h.tenant_id = c.tenant_id AND h.side = 'loanark'
                      AND h.record_id = c.id::text)
              OR EXISTS (SELECT FROM intents i WHERE i.tenant_id = c.tenant_id AND i.contact_id = c.id)
              THEN 'in LoanArk, on the way to HubSpot'
    END"""

#: Links of which something is known that could part them: few of many, so that the others are counted unseen.
_DOUBTED = f"""
    SELECT d.id FROM {_HELD} g JOIN contact_links d ON d.tenant_id = g.tenant_id AND d.state = 'live'
        AND d.contact_id = CASE WHEN g.record ~ '^[0-9a-f-]{{36}}$' THEN g.record::uuid END
    UNION SELECT d.id FROM contact_tombstones t JOIN contact_links d
        ON d.tenant_id = t.tenant_id AND d.state = 'live' AND d.hubspot_id = t.record_id WHERE t.side = 'hubspot'
    UNION SELECT d.id FROM absences a JOIN contact_links d
        ON d.tenant_id = a.tenant_id AND d.state = 'live' AND d.hubspot_id = a.hubspot_id"""

#: Why a contact is in HubSpot only, though it is linked. Null: HubSpot may not have it either.
_ORPHANED = """
    CASE WHEN EXISTS (SELECT FROM absences a WHERE a.tenant_id = l.tenant_id AND a.hubspot_id = l.hubspot_id) THEN NULL
         WHEN EXISTS (SELECT FROM contacts m WHERE m.tenant_id = l.tenant_id AND m.id = l.contact_id
                      AND m.merged_into IS NOT NULL) AND NOT contact_is_gone(l.tenant_id, l.contact_id)
             THEN 'in HubSpot, one of two that are one person in LoanArk'
         WHEN g.record IS NOT NULL THEN 'in HubSpot, deleted in LoanArk: held'
         ELSE 'in HubSpot, deleted in LoanArk' END"""

#: Why a contact is in HubSpot only, though LoanArk knows of it.
_ONLY_HUBSPOT = """
    CASE WHEN EXISTS (SELECT FROM contact_rejections x WHERE x.tenant_id = n.tenant_id AND x.hubspot_id = n.id
                      AND x.resolved_at IS NULL AND x.code = 'possible-duplicate')
             THEN 'in HubSpot, perhaps a duplicate: a person decides'
         WHEN EXISTS (SELECT FROM contact_rejections x WHERE x.tenant_id = n.tenant_id AND x.hubspot_id = n.id
                      AND x.resolved_at IS NULL) THEN 'in HubSpot, not storable in LoanArk'
         WHEN EXISTS (SELECT FROM held_operations o WHERE o.tenant_id = n.tenant_id AND o.hubspot_id = n.id
                      AND o.state IN ('held', 'approved')) THEN 'in HubSpot, held'
         WHEN EXISTS (SELECT FROM hints h WHERE h.tenant_id = n.tenant_id AND h.side = 'hubspot' AND h.record_id = n.id)
              THEN 'in HubSpot, on the way to LoanArk'
    END"""


@dataclass(frozen=True, slots=True)
class Part:
    """Contacts that only `side` has, and why."""

    reason: str
    count: int
    side: Side


@dataclass(frozen=True, slots=True)
class Sheet:
    """Both sides and every difference between them."""

    hubspot: int
    loanark: int
    linked: int
    explained: tuple[Part, ...]
    #: HubSpot's contacts beyond all that (or, below zero, fewer), and LoanArk's.
    unexplained: int
    unexplained_loanark: int

    @property
    def sentence(self) -> str:
        """`HubSpot 41,341 = LoanArk 41,338 + 3 explained`."""
        terms = [f"HubSpot {self.hubspot:,} = LoanArk {self.loanark:,}"]
        terms += [_term(_sum(self.explained, Side.HUBSPOT), "explained")]
        terms += [_term(-_sum(self.explained, Side.LOANARK), "explained")]
        terms += [_term(self.unexplained - self.unexplained_loanark, "not explained yet")]
        return " ".join(filter(None, terms))


def draw(hubspot: int, since: datetime, left: Collection[str]) -> Sheet:
    """The balance against HubSpot's count of `hubspot` contacts, which began at `since`.

    `left`: HubSpot contacts that the latest sweep saw and left without a link. Call inside a tenant's scope.
    """
    orphans, deleted = _orphaned()
    loanark, linked, here = _loanark(orphans)
    explained = [*here, *deleted, *_known_in_hubspot(left)]
    changed = _changed(since, hubspot - linked - _sum(explained, Side.HUBSPOT))
    if changed:
        explained.append(Part(CHANGED, abs(changed), Side.HUBSPOT if changed > 0 else Side.LOANARK))
        linked += min(changed, 0)
    return Sheet(
        hubspot=hubspot,
        loanark=loanark,
        linked=linked,
        explained=tuple(explained),
        unexplained=hubspot - linked - _sum(explained, Side.HUBSPOT),
        unexplained_loanark=loanark - linked - _sum(explained, Side.LOANARK),
    )


#: A large book is counted for everybody who looks within a second for each so many contacts: fifty people may have the
#: dashboard open, and at a million contacts counting takes most of a second.
SHARED_PER_SECOND = 20_000
LONGEST_SHARED_S = 15.0

_shared: dict[UUID, tuple[float, datetime, Sheet]] = {}


def look(tenant_id: UUID, hubspot: int, since: datetime, left: Collection[str]) -> Sheet:
    """What `draw` tells, for a page: of a large book it may be some seconds old, never older than HubSpot's count."""
    now = time.monotonic()
    if (shared := _shared.get(tenant_id)) and shared[1] == since:
        drawn_at, _, sheet = shared
        if now - drawn_at < min(sheet.loanark / SHARED_PER_SECOND, LONGEST_SHARED_S):
            return sheet
        _shared[tenant_id] = (now, since, sheet)  # Others who look meanwhile need not count as well.
    sheet = draw(hubspot, since, left)
    if sheet.loanark >= SHARED_PER_SECOND:
        _shared[tenant_id] = (now, since, sheet)
    return sheet


def _term(size: int, name: str) -> str:
    return f"{'+' if size > 0 else chr(0x2212)} {abs(size):,} {name}" if size else ""


def _sum(parts: Collection[Part], side: Side) -> int:
    return sum(part.count for part in parts if part.side is side)


# Most contacts are linked and nothing is known against them: they are counted from the links' index alone. OFFSET 0
# keeps the two searches for the others, over both tables, to what their indexes have.


def _loanark(orphans: int) -> tuple[int, int, list[Part]]:
    """LoanArk's contacts; those that are on both sides; why the others are not."""
    links = int(sql.scalar("SELECT count(*) FROM contact_links WHERE state = 'live'")) - orphans
    parted = sql.rows(
        f"""SELECT {_PARTED} AS reason, count(*) AS count FROM contact_links l
            JOIN contacts c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id AND c.deleted_at IS NULL
            LEFT JOIN {_HELD} g ON g.tenant_id = l.tenant_id AND g.record = l.contact_id::text
            LEFT JOIN contact_tombstones t
                ON t.tenant_id = l.tenant_id AND t.side = 'hubspot' AND t.record_id = l.hubspot_id
            LEFT JOIN absences a ON a.tenant_id = l.tenant_id AND a.hubspot_id = l.hubspot_id
            WHERE l.id IN ({_DOUBTED}) GROUP BY 1 ORDER BY 1"""
    )
    alone = sql.rows(
        f"""SELECT {_NOT_LINKED} AS reason, count(*) AS count
            FROM (SELECT u.tenant_id, u.id FROM contacts u
                  WHERE NOT EXISTS (SELECT FROM contact_links l
                                    WHERE l.tenant_id = u.tenant_id AND l.contact_id = u.id AND l.state = 'live')
                  OFFSET 0) u
            JOIN contacts c ON c.tenant_id = u.tenant_id AND c.id = u.id AND c.deleted_at IS NULL
            LEFT JOIN (SELECT tenant_id, contact_id, array_agg(code) AS codes FROM contact_rejections
                       WHERE resolved_at IS NULL AND field = '' GROUP BY 1, 2) x
                ON x.tenant_id = c.tenant_id AND x.contact_id = c.id
            GROUP BY 1 ORDER BY 1"""
    )
    parts = [Part(row["reason"], row["count"], Side.LOANARK) for row in (*parted, *alone) if row["reason"]]
    both = links - sum(row["count"] for row in parted if row["reason"])
    return links + sum(row["count"] for row in alone), both, parts


def _orphaned() -> tuple[int, list[Part]]:
    """Linked contacts that LoanArk does not have any more, marked as deleted there or gone: all, and why."""
    found = sql.rows(
        f"""SELECT {_ORPHANED} AS reason, count(*) AS count
            FROM (SELECT c.tenant_id, c.id FROM contacts c WHERE c.deleted_at IS NOT NULL
                  UNION ALL
                  (SELECT o.tenant_id, o.contact_id FROM contact_links o
                   WHERE o.state = 'live' AND NOT EXISTS (SELECT FROM contacts c
                                                          WHERE c.tenant_id = o.tenant_id AND c.id = o.contact_id)
                   OFFSET 0)) d
            JOIN contact_links l ON l.tenant_id = d.tenant_id AND l.contact_id = d.id AND l.state = 'live'
            LEFT JOIN {_HELD} g ON g.tenant_id = l.tenant_id AND g.record = l.contact_id::text
            GROUP BY 1 ORDER BY 1 DESC"""
    )
    return sum(row["count"] for row in found), [
        Part(row["reason"], row["count"], Side.HUBSPOT) for row in found if row["reason"]
    ]


def _known_in_hubspot(left: Collection[str]) -> list[Part]:
    """HubSpot contacts without a link that LoanArk knows something of."""
    found = sql.rows(
        f"""WITH noted AS (
                SELECT tenant_id, unnest(%s::text[]) AS id FROM connections
                UNION SELECT tenant_id, hubspot_id FROM contact_rejections
                    WHERE resolved_at IS NULL AND contact_id IS NULL AND hubspot_id IS NOT NULL
                UNION SELECT tenant_id, hubspot_id FROM held_operations
                    WHERE state IN ('held', 'approved') AND contact_id IS NULL AND hubspot_id IS NOT NULL
                UNION SELECT tenant_id, record_id FROM hints WHERE side = 'hubspot')
            SELECT {_ONLY_HUBSPOT} AS reason, count(*) AS count FROM noted n
            WHERE NOT EXISTS (SELECT FROM contact_links l
                              WHERE l.tenant_id = n.tenant_id AND l.hubspot_id = n.id AND l.state = 'live')
            AND NOT EXISTS (SELECT FROM contact_tombstones t
                            WHERE t.tenant_id = n.tenant_id AND t.side = 'hubspot' AND t.record_id = n.id)
            AND NOT EXISTS (SELECT FROM contact_aliases m WHERE m.tenant_id = n.tenant_id AND m.hubspot_id = n.id)
            GROUP BY 1 ORDER BY 1""",
        [sql.texts(left)],
    )
    return [Part(row["reason"], row["count"], Side.HUBSPOT) for row in found if row["reason"]]


def _changed(since: datetime, unexplained: int) -> int:
    """How much of a difference is owed to links made and closed since HubSpot was counted: at most as many as there
    are, so that nothing else hides behind them."""
    if not unexplained:
        return 0
    counts = sql.first(
        """SELECT count(*) FILTER (WHERE created_at > %s AND state = 'live') AS made,
                  count(*) FILTER (WHERE closed_at > %s AND created_at <= %s) AS closed FROM contact_links""",
        [since, since, since],
    )
    assert counts is not None
    return max(-int(counts["made"]), min(int(counts["closed"]), unexplained))
