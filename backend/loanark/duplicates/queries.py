"""Reading proposals: in groups, the most likely first, each with its reasons."""

import base64
import binascii
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import orjson

from loanark.connections.fields import catalogue
from loanark.contacts.queries import every_column
from loanark.contacts.standing import FROM, REASON, STATE, badge
from loanark.core.duplicates.groups import LARGEST_AUTOMATIC
from loanark.core.fields import display_name
from loanark.duplicates.merges import preview
from loanark.duplicates.models import Scan
from loanark.duplicates.people import sources
from loanark.duplicates.proposals import HUBSPOT, SAID_BY_HUBSPOT
from loanark.duplicates.reasons import Explainer
from loanark.duplicates.schemas import (
    DuplicateSummary,
    Group,
    GroupFilters,
    GroupPage,
    Kind,
    Member,
    Pair,
    Report,
    ScanOut,
    Tally,
)
from loanark.kit import sql
from loanark.kit.cursors import bad_cursor
from loanark.kit.errors import NotFound

__all__ = ["group", "page", "scan_out", "summary"]

_SAID = "HubSpot says that they are one contact"

#: How far back the report looks.
REPORT_DAYS = 30

#: The best pair of a group stands for it: no other open one of the group is more likely.
_BEST = """p.state = 'open' AND NOT EXISTS (SELECT FROM duplicate_proposals q WHERE q.group_id = p.group_id
    AND q.state = 'open' AND (q.posterior > p.posterior OR (q.posterior = p.posterior AND q.id < p.id)))"""


def page(filters: GroupFilters, *, cursor: str | None, limit: int) -> GroupPage:
    """Groups by their best pairs. However many members they have, a page is a handful of queries."""
    where, params = _where(filters)
    after, after_params = "", list[Any]()
    if cursor:
        posterior, id = _open_cursor(cursor)
        after = " AND (p.posterior < %s OR (p.posterior = %s AND p.id > %s))"
        after_params = [posterior, posterior, id]
    best = sql.rows(
        f"""SELECT p.id, p.group_id, p.posterior FROM duplicate_proposals p WHERE {where}{after}
            ORDER BY p.posterior DESC, p.id LIMIT %s""",
        [*params, *after_params, limit + 1],
    )
    total = sql.scalar(f"SELECT count(*) FROM duplicate_proposals p WHERE {where}", params)
    following = _cursor(best[limit - 1]) if len(best) > limit else None
    return GroupPage(groups=_groups([row["group_id"] for row in best[:limit]]), next_cursor=following, total=total)


def _where(filters: GroupFilters) -> tuple[str, list[Any]]:
    conditions, params = [_BEST], list[Any]()
    for name, condition in (("least", "p.posterior >= %s"), ("kind", "p.kind = %s"), ("certain", "p.certain = %s")):
        value = getattr(filters, name)
        if value is not None:
            conditions.append(condition)
            params.append(value)
    of_group = "(SELECT FROM duplicate_proposals q WHERE q.group_id = p.group_id AND q.state = 'open' AND"
    if filters.held is not None:
        conditions.append(f"{'' if filters.held else 'NOT '}EXISTS {of_group} q.holds IS NOT NULL)")
    if filters.contact_id is not None:
        conditions.append(f"EXISTS {of_group} %s IN (q.contact_id, q.other_contact_id))")
        params.append(filters.contact_id)
    return " AND ".join(conditions), params


def _cursor(row: sql.Row) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row["posterior"], row["id"]])).decode()


def _open_cursor(cursor: str) -> tuple[float, int]:
    try:
        posterior, id = orjson.loads(base64.urlsafe_b64decode(cursor))
        if isinstance(id, int) and 0 <= id < 2**63 and isinstance(posterior, int | float):
            return float(posterior), id
    except (ValueError, TypeError, binascii.Error):
        pass
    raise bad_cursor()


def group(group_id: int) -> Group:
    """One group. Raises: NotFound, also when it was decided."""
    found = _groups([group_id])
    if not found:
        raise NotFound("There is no such group of contacts, or it was decided already.")
    return found[0]


def _groups(ids: Sequence[int]) -> list[Group]:
    """These groups in their order, those with open pairs."""
    rows = sql.rows(
        """SELECT id, group_id, contact_id::text AS one,
               coalesce(other_contact_id::text, 'hubspot:' || other_hubspot_id) AS other, other_values::text AS values,
               posterior, certain, kind, parts::text AS parts, holds, at, state
           FROM duplicate_proposals WHERE group_id = ANY(%s::bigint[]) AND state = 'open'
           ORDER BY posterior DESC, id""",
        [sql.texts(ids)],
    )
    members = _members(rows)
    explainer = Explainer(sources(), {name: field.label for name, field in catalogue().items()})
    of_group: defaultdict[int, list[sql.Row]] = defaultdict(list)
    for row in rows:
        if row["one"] in members and row["other"] in members:
            of_group[row["group_id"]].append(row)
    return [_group(id, of_group[id], members, explainer) for id in ids if id in of_group]


def _group(id: int, rows: Sequence[sql.Row], members: Mapping[str, Member], explainer: Explainer) -> Group:
    keys = list(dict.fromkeys(end for row in rows for end in (row["one"], row["other"])))
    return Group(
        id=id,
        posterior=rows[0]["posterior"],
        certain=rows[0]["certain"] and len(keys) <= LARGEST_AUTOMATIC,
        members=[members[key] for key in keys],
        pairs=[_pair(row, members, explainer) for row in rows],
        preview=preview(keys, survivor=None, chosen={}),
    )


def _pair(row: sql.Row, members: Mapping[str, Member], explainer: Explainer) -> Pair:
    posterior = row["posterior"]
    return Pair(
        id=row["id"],
        one=row["one"],
        other=row["other"],
        posterior=posterior,
        likelihood=likelihood(posterior),
        certain=row["certain"],
        kind=cast(Kind, row["kind"]),
        holds=_held(row),
        at=row["at"],
        reasons=explainer.explain(
            orjson.loads(row["parts"]),
            posterior,
            members[row["one"]].values,
            members[row["other"]].values,
            said=_SAID if row["kind"] == SAID_BY_HUBSPOT else "",
        ),
    )


def likelihood(posterior: float) -> float:
    """The chance of odds of so many bits."""
    return 1.0 / (1.0 + math.exp2(-max(-60.0, min(60.0, posterior))))


def _held(row: sql.Row) -> str | None:
    """The member that waits: `holds` names it by its LoanArk id, by its key, or by its HubSpot id alone."""
    holds = row["holds"]
    if holds is None or holds in (row["one"], row["other"]):
        return cast(str | None, holds)
    return row["other"] if row["other"] == HUBSPOT + holds else None


def _members(rows: Iterable[sql.Row]) -> dict[str, Member]:
    """Everybody in these pairs, whom whoever asks may see. Two queries."""
    members = {
        row["other"]: _stranger(row["other"], orjson.loads(row["values"] or "{}"))
        for row in rows
        if row["other"].startswith(HUBSPOT)
    }
    ids = {end for row in rows for end in (row["one"], row["other"]) if not end.startswith(HUBSPOT)}
    columns = every_column()
    for row in sql.rows(
        f"""SELECT c.id, c.firstname, c.lastname, c.email, c.created_side, c.created_at, c.updated_at, l.hubspot_id,
                   {columns.read_from} AS held, {STATE} AS sync_state, {REASON} AS sync_reason,
                   (SELECT count(*) FROM contacts m WHERE m.tenant_id = c.tenant_id AND m.merged_into = c.id) AS merged
            FROM {FROM} WHERE c.id = ANY(%s::uuid[]) AND c.deleted_at IS NULL""",
        [sql.texts(sorted(ids))],
    ):
        texts = columns.values(row["held"])
        members[str(row["id"])] = Member(
            key=str(row["id"]),
            id=row["id"],
            hubspot_id=row["hubspot_id"],
            name=display_name(row["firstname"], row["lastname"], row["email"]),
            values={name: text for name, text in texts.items() if text},
            created_side=row["created_side"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            sync=badge(row["sync_state"], row["sync_reason"]),
            merged=row["merged"],
        )
    return members


def _stranger(key: str, values: dict[str, str]) -> Member:
    return Member(
        key=key,
        id=None,
        hubspot_id=key.removeprefix(HUBSPOT),
        name=display_name(values.get("firstname"), values.get("lastname"), values.get("email")),
        values={name: text for name, text in values.items() if text},
        created_side="hubspot",
        created_at=None,
        updated_at=None,
        sync=None,
        merged=0,
    )


def summary() -> DuplicateSummary:
    """Where the book stands."""
    counts = sql.first(
        """SELECT count(*) FILTER (WHERE state = 'open') AS open,
               count(*) FILTER (WHERE state = 'open' AND holds IS NOT NULL) AS held,
               count(*) FILTER (WHERE state = 'open' AND certain AND other_contact_id IS NOT NULL) AS certain,
               count(*) FILTER (WHERE state IN ('merged', 'rejected')
                   AND decided_at >= date_trunc('day', now(), 'UTC')) AS decided_today
           FROM duplicate_proposals"""
    )
    assert counts
    kinds = sql.rows("SELECT kind, count(*) AS count FROM duplicate_proposals WHERE state = 'open' GROUP BY kind")
    scan = sql.first("SELECT * FROM duplicate_scans ORDER BY id DESC LIMIT 1")
    return DuplicateSummary(
        **counts,
        waiting=sql.scalar("SELECT count(*) FROM duplicate_waiting"),
        kinds={row["kind"]: row["count"] for row in sorted(kinds, key=lambda row: -row["count"])},
        scan=scan_out(Scan(**scan)) if scan else None,
        report=_report(),
    )


def _report() -> Report:
    """What came of the merges of the last days, and who did what."""
    merged = sql.rows(
        f"""SELECT "by", how, count(*) AS count FROM duplicate_merges
            WHERE at > now() - interval '{REPORT_DAYS} days' GROUP BY "by", how"""
    )
    undone = sql.rows(
        f"""SELECT undone_by AS "by", how, count(*) AS count FROM duplicate_merges
            WHERE undone_at > now() - interval '{REPORT_DAYS} days' GROUP BY undone_by, how"""
    )
    rejected = sql.rows(
        f"""SELECT decided_by AS "by", count(*) AS count FROM duplicate_proposals WHERE state = 'rejected'
            AND decided_at > now() - interval '{REPORT_DAYS} days' GROUP BY decided_by"""
    )
    tallies: defaultdict[str, dict[str, int]] = defaultdict(lambda: {"merged": 0, "rejected": 0, "undone": 0})
    people = [row for row in merged if row["how"] == "person"]
    for what, rows in (("merged", people), ("rejected", rejected), ("undone", undone)):
        for row in rows:
            tallies[row["by"] or ""][what] += row["count"]
    return Report(
        days=REPORT_DAYS,
        by_people=_sum(people),
        automatic=_sum(row for row in merged if row["how"] == "automatic"),
        followed=_sum(row for row in merged if row["how"] == "hubspot"),
        undone=_sum(undone),
        undone_automatic=_sum(row for row in undone if row["how"] == "automatic"),
        rejected=_sum(rejected),
        people=[
            Tally(by=by, **counts) for by, counts in sorted(tallies.items(), key=lambda one: -sum(one[1].values()))
        ],
    )


def _sum(rows: Iterable[sql.Row]) -> int:
    return sum(row["count"] for row in rows)


def scan_out(scan: Scan) -> ScanOut:
    """A search as it is told."""
    return ScanOut.model_validate(scan)
