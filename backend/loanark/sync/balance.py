"""The balance: HubSpot's contacts against LoanArk's, and a reason for each one that is on one side only.

HubSpot = linked + explained there + unexplained
LoanArk = linked + explained here + unexplained here
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from loanark.core.mapping import Side
from loanark.kit import sql

CHANGED = "changed since HubSpot was counted"

#: Contacts of which a brake holds a deletion on either side.
_HELD = """(SELECT DISTINCT tenant_id, record FROM held_operations
            WHERE kind = 'delete' AND state IN ('held', 'approved', 'rejected'))"""

#: Why a contact is in LoanArk only; the first that is true of it counts. Null: it is linked, or nobody knows.
_ONLY_LOANARK = """
    CASE WHEN g.record IS NOT NULL THEN 'in LoanArk, deleted in HubSpot: held'
         WHEN t.at > l.read_at THEN 'in LoanArk, deleted in HubSpot: kept'
         WHEN a.last_run > a.first_run THEN 'in LoanArk, gone from HubSpot and looked at next'
         WHEN a.first_run IS NOT NULL THEN 'in LoanArk, missed in HubSpot by one sweep: a second one tells'
         WHEN a.hubspot_id IS NOT NULL THEN 'in LoanArk, unknown to HubSpot: the next two sweeps tell'
         WHEN l.id IS NOT NULL THEN NULL
         WHEN x.codes && ARRAY['merged-in-hubspot'] THEN 'in LoanArk, merged in HubSpot: a person decides'
         WHEN x.codes && ARRAY['duplicate-email'] THEN 'in LoanArk, rejected as a duplicate'
         WHEN x.codes && ARRAY['erased'] THEN 'in LoanArk, erased before and not made in HubSpot again'
         WHEN x.codes IS NOT NULL THEN 'in LoanArk, refused by HubSpot'
         WHEN EXISTS (SELECT FROM held_operations o WHERE o.tenant_id = c.tenant_id AND o.contact_id = c.id
                      AND o.state IN ('held', 'approved')) THEN 'in LoanArk, held'
         WHEN EXISTS (SELECT FROM hints h WHERE h.tenant_id = c.tenant_id AND h.side = 'loanark'
                      AND h.record_id = c.id::text)
              OR EXISTS (SELECT FROM intents i WHERE i.tenant_id = c.tenant_id AND i.contact_id = c.id)
              THEN 'in LoanArk, on the way to HubSpot'
    END"""

#: Why a contact is in HubSpot only, though LoanArk knows of it.
_ONLY_HUBSPOT = """
    CASE WHEN EXISTS (SELECT FROM contact_rejections x WHERE x.tenant_id = n.tenant_id AND x.hubspot_id = n.id
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
    loanark, linked, here = _loanark()
    explained = [*here, *_alone_in_hubspot(), *_known_in_hubspot(left)]
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


def _term(size: int, name: str) -> str:
    return f"{'+' if size > 0 else chr(0x2212)} {abs(size):,} {name}" if size else ""


def _sum(parts: Collection[Part], side: Side) -> int:
    return sum(part.count for part in parts if part.side is side)


def _loanark() -> tuple[int, int, list[Part]]:
    """LoanArk's contacts; those that are on both sides; why the others are not."""
    found = sql.rows(
        f"""SELECT l.id IS NOT NULL AS linked, {_ONLY_LOANARK} AS reason, count(*) AS count FROM contacts c
            LEFT JOIN contact_links l ON l.tenant_id = c.tenant_id AND l.contact_id = c.id AND l.state = 'live'
            LEFT JOIN {_HELD} g ON g.tenant_id = l.tenant_id AND g.record = l.contact_id::text
            LEFT JOIN contact_tombstones t
                ON t.tenant_id = l.tenant_id AND t.side = 'hubspot' AND t.record_id = l.hubspot_id
            LEFT JOIN absences a ON a.tenant_id = l.tenant_id AND a.hubspot_id = l.hubspot_id
            LEFT JOIN (SELECT tenant_id, contact_id, array_agg(code) AS codes FROM contact_rejections
                       WHERE resolved_at IS NULL AND field = '' GROUP BY 1, 2) x
                ON x.tenant_id = c.tenant_id AND x.contact_id = c.id
            WHERE c.deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    parts: dict[str, int] = {}
    for row in found:
        if row["reason"]:
            parts[row["reason"]] = parts.get(row["reason"], 0) + row["count"]
    both = sum(row["count"] for row in found if row["linked"] and not row["reason"])
    return sum(row["count"] for row in found), both, [Part(name, n, Side.LOANARK) for name, n in parts.items()]


def _alone_in_hubspot() -> list[Part]:
    """Linked contacts that LoanArk does not have any more."""
    found = sql.rows(
        f"""SELECT CASE WHEN g.record IS NOT NULL THEN 'in HubSpot, deleted in LoanArk: held'
                        ELSE 'in HubSpot, deleted in LoanArk' END AS reason, count(*) AS count FROM contact_links l
            LEFT JOIN contacts c ON c.tenant_id = l.tenant_id AND c.id = l.contact_id
            LEFT JOIN {_HELD} g ON g.tenant_id = l.tenant_id AND g.record = l.contact_id::text
            WHERE l.state = 'live' AND (c.id IS NULL OR c.deleted_at IS NOT NULL)
            AND NOT EXISTS (SELECT FROM absences a WHERE a.tenant_id = l.tenant_id AND a.hubspot_id = l.hubspot_id)
            GROUP BY 1 ORDER BY 1 DESC"""
    )
    return [Part(row["reason"], row["count"], Side.HUBSPOT) for row in found]


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
