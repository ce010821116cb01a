"""Which contacts a list is about, and how many: exact as long as that is quick, told as an estimate beyond."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from loanark.contacts.schemas import ContactFilters
from loanark.contacts.standing import FROM, STATE, STATE_OF_ONE, TROUBLED, traced
from loanark.kit import sql

#: From three letters on a search looks anywhere; a shorter one for the beginning of an e-mail or last name.
ANYWHERE_FROM = 3

#: The index knows three letters or digits in a row.
_INDEXED = re.compile(r"[a-z0-9]{3}")

#: A search that finds more is frequent enough to be met while walking the list in its order.
MOST_FOUND = 5_000

#: What PostgreSQL may think that an exact count costs: about 100,000 contacts read one by one, a tenth of a second.
EXACT_COST = 6_000.0

#: An estimate is drawn from so many contacts: a tenth of them is told within 3 %, in some 20 ms.
SAMPLE = 20_000

#: Filters of a list of values, each a column.
COLUMNS = (
    "email_verification_status",
    "client_type_vip_status",
    "client_type_prospects",
    "state",
    "owner",
    "created_side",
)

#: Of those that are somebody's own.
OWN = "(lower(btrim(c.owner)) = %s OR lower(btrim(c.loan_officer)) = %s)"


class Count(NamedTuple):
    number: int
    estimated: bool


@dataclass(frozen=True)
class Selected:
    """A condition on `c` (and, if `linked`, on its live link `l`), with its parameters."""

    where: str
    params: list[Any]
    linked: bool = False
    deleted: bool = False

    @property
    def tables(self) -> str:
        return FROM if self.linked else "contacts c"

    def count(self) -> Count:
        """How many contacts it selects."""
        if self._is_cheap():
            return Count(int(sql.scalar(f"SELECT count(*) FROM {self.tables} WHERE {self.where}", self.params)), False)
        share, sampled = self._sampled()
        return Count(_rounded(sql.scalar(f"SELECT count(*) FROM {sampled}", self.params) / share), True)

    def groups(self, expressions: Sequence[str]) -> tuple[list[dict[str, int]], bool]:
        """For each expression its values with how many contacts have them; and whether these are estimates."""
        share, source = 1.0, f"{self.tables} WHERE {self.where}"
        cheap = self._is_cheap()
        if not cheap:
            share, source = self._sampled()
        numbered = list(enumerate(expressions))
        found = sql.rows(
            f"""SELECT {", ".join(f"{expression} AS v{n}" for n, expression in numbered)},
                       {", ".join(f"grouping({expression}) AS g{n}" for n, expression in numbered)}, count(*) AS count
                FROM {source} GROUP BY GROUPING SETS ({", ".join(f"({expression})" for expression in expressions)})""",
            self.params,
        )
        counts: list[dict[str, int]] = [{} for _ in expressions]
        for row in found:
            n = next(n for n, _ in numbered if row[f"g{n}"] == 0)
            counts[n][row[f"v{n}"]] = row["count"] if cheap else _rounded(row["count"] / share)
        return counts, not cheap

    def _is_cheap(self) -> bool:
        return bool(_plan(f"SELECT FROM {self.tables} WHERE {self.where}", self.params)["Total Cost"] <= EXACT_COST)

    def _sampled(self) -> tuple[float, str]:
        """The share of the table that is read, and what to read: the same each time, lest estimates flicker."""
        rows = max(1, _plan("SELECT FROM contacts c", [])["Plan Rows"])
        share = min(1.0, SAMPLE / rows)
        tables = self.tables.replace(
            "contacts c", f"contacts c TABLESAMPLE SYSTEM ({share * 100:.6f}) REPEATABLE (1)", 1
        )
        return share, f"{tables} WHERE {self.where}"


def select(filters: ContactFilters, own: str | None, *, leave_out: str = "") -> Selected:
    """What the filters select, all or all but one. `own`: only contacts whose owner or loan officer that is."""
    parts = ["c.deleted_at IS NOT NULL" if filters.deleted else "c.deleted_at IS NULL"]
    params: list[Any] = []
    if own is not None:
        parts.append(OWN)
        params += [own, own]
    for part, values in search(filters.search):
        parts.append(part)
        params += values
    for name in COLUMNS:
        chosen = [str(value) for value in getattr(filters, name)]
        if chosen and name != leave_out:
            # Apart, since an index serves the values and another condition the blank.
            parts.append(f"(c.{name} = ANY(%s) OR c.{name} IS NULL)" if "" in chosen else f"c.{name} = ANY(%s)")
            params.append(chosen)
    for column, within in (("updated_at", filters.changed), ("created_at", filters.created)):
        if within:
            parts.append(f"c.{column} > now() - make_interval(days => %s)")
            params.append(int(within.removesuffix("d")))
    linked = False
    if filters.sync and leave_out != "sync":
        condition, linked = _standing(filters)
        parts.append(condition)
        params.append(list(filters.sync))
    return Selected(" AND ".join(parts), params, linked, filters.deleted)


def count(filters: ContactFilters, own: str | None, selection: Selected) -> Count:
    """How many contacts the filters select. `selection`: what `select` made of them."""
    if "in_sync" not in filters.sync or filters.deleted:
        return selection.count()
    # Most are; those that are not are counted instead.
    counts, estimated = standings(select(filters, own, leave_out="sync"))
    return Count(sum(counts.get(state, 0) for state in set(filters.sync)), estimated)


def standings(selection: Selected) -> tuple[dict[str, int], bool]:
    """How many of a selection stand where, and whether the many are an estimate: those in trouble are counted."""
    if selection.deleted or not is_settled():
        [counts], estimated = replace(selection, linked=True).groups([STATE])
        return counts, estimated
    found = sql.rows(
        f"""SELECT {STATE} AS state, count(*) AS count FROM {FROM}
            WHERE c.id = ANY(ARRAY({traced(TROUBLED)})) AND {selection.where} GROUP BY 1""",
        selection.params,
    )
    counts = {row["state"]: row["count"] for row in found}
    total = selection.count()
    troubled = sum(count for state, count in counts.items() if state != "in_sync")
    return {**counts, "in_sync": max(0, total.number - troubled)}, total.estimated


def is_settled() -> bool:
    """Whether every contact that is not in sync left a trace."""
    return bool(sql.scalar("SELECT EXISTS (SELECT FROM connections WHERE backfilled_at IS NOT NULL)"))


def _standing(filters: ContactFilters) -> tuple[str, bool]:
    """The condition on where contacts stand, and whether it needs their links."""
    if filters.deleted or "deleted" in filters.sync or not is_settled():
        return f"{STATE} = ANY(%s)", True
    if "in_sync" in filters.sync:
        return f"(c.id NOT IN ({traced(TROUBLED)}) OR {STATE_OF_ONE} = ANY(%s))", False
    # An array, not a subquery: it is found first, and the states are asked of those contacts alone.
    return f"c.id = ANY(ARRAY({traced(filters.sync)})) AND {STATE_OF_ONE} = ANY(%s)", False


def search(text: str) -> Iterator[tuple[str, list[Any]]]:
    """Conditions on `c`, each with its parameters: every word of the text is in a name, e-mail, company or phone."""
    words = text.lower().split()
    anywhere = [word for word in words if len(word) >= ANYWHERE_FROM]
    indexed = [_like(word) for word in anywhere if _INDEXED.search(word)]
    found = sql.scalar("SELECT contacts_matching(%s, %s)", [indexed, MOST_FOUND]) if indexed else None
    if found is not None:
        yield "c.id = ANY(%s::uuid[])", [sql.texts(found)]
    for word in words:
        if len(word) < ANYWHERE_FROM:
            beginning = "(c.email_key >= %s AND c.email_key < %s OR c.lastname_key >= %s AND c.lastname_key < %s)"
            yield beginning, [word, word + "\U0010ffff"] * 2
        elif found is None or not _INDEXED.search(word):
            yield "c.search LIKE %s", [_like(word)]


def _like(word: str) -> str:
    return "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _plan(query: str, params: Sequence[Any]) -> dict[str, Any]:
    return dict(sql.scalar(f"EXPLAIN (FORMAT JSON) {query}", params)[0]["Plan"])


def _rounded(number: float) -> int:
    """To two significant digits: as much as a sample can tell."""
    return int(float(f"{number:.2g}"))
