"""What is known of a book before two of its contacts are compared: who shares a key, and how frequent names are.

Call inside a tenant's scope. Contacts are named by their ids as texts, which sort as the ids do.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from django.db import connection

from loanark.core.duplicates.keys import LARGEST_BLOCK
from loanark.core.duplicates.person import Person
from loanark.core.duplicates.score import Frequencies, Frequency
from loanark.duplicates.people import Sources
from loanark.kit import sql

#: Kinds of `duplicate_frequencies`, each of them an attribute of a person; the row of no value is their sum.
KINDS = ("first", "last", "zip", "city")
#: The row with the number of contacts.
SIZE = "book"
#: Values that occur less often are not kept: a name that was seen once may be seen again.
LEAST_KEPT = 3

#: A book that was smaller when it was searched may have grown since: it is counted, up to so many.
_SMALL, COUNTED = 5_000, 50_000

_IS_LIVE = "c.deleted_at IS NULL AND c.merged_into IS NULL"


def people(ids: Iterable[str], sources: Sources, *, unlinked: bool = False) -> dict[str, Person]:
    """Those of these contacts who are there. `unlinked`: only those that have no counterpart in HubSpot."""
    link = (
        "AND NOT EXISTS (SELECT FROM contact_links l WHERE l.contact_id = c.id AND l.state = 'live')"
        if unlinked
        else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id::text, {sources.columns} FROM contacts c
                WHERE c.id = ANY(%s::uuid[]) AND {_IS_LIVE} {link}""",
            [*sources.custom, sql.texts(ids)],
        )
        return {row[0]: sources.read(row[1:]) for row in cursor.fetchall()}


def ids(after: str, limit: int) -> list[str]:
    """The next contacts by id: their ids alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id::text FROM contacts c WHERE c.id > %s::uuid AND {_IS_LIVE} ORDER BY c.id LIMIT %s",
            [after, limit],
        )
        return [id for (id,) in cursor.fetchall()]


def page(after: str, limit: int, sources: Sources) -> dict[str, Person]:
    """The next contacts by id."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT c.id::text, {sources.columns} FROM contacts c
                WHERE c.id > %s::uuid AND {_IS_LIVE} ORDER BY c.id LIMIT %s""",
            [*sources.custom, after, limit],
        )
        return {row[0]: sources.read(row[1:]) for row in cursor.fetchall()}


def count(limit: int | None = None) -> int:
    """How many contacts there are; a `limit` is as many as anybody wants to know."""
    return int(
        sql.scalar(f"SELECT count(*) FROM (SELECT FROM contacts c WHERE {_IS_LIVE} LIMIT %s) AS counted", [limit])
    )


def write_keys(ids: Collection[str], keys: Mapping[str, Iterable[int]]) -> None:
    """These contacts have these keys from now on; one that is not in `keys` has none."""
    pairs = _columns([(id, key) for id, found in keys.items() for key in found])
    sql.execute(
        """WITH fresh AS (SELECT * FROM unnest(%s::uuid[], %s::bigint[]) AS f(contact_id, key)),
           stale AS (
               DELETE FROM duplicate_keys k WHERE k.contact_id = ANY(%s::uuid[]) AND NOT EXISTS (
                   SELECT FROM fresh f WHERE f.contact_id = k.contact_id AND f.key = k.key))
           INSERT INTO duplicate_keys (key, contact_id) SELECT key, contact_id FROM fresh ORDER BY key, contact_id
           ON CONFLICT DO NOTHING""",
        [*pairs, sql.texts(ids)],
    )


def replace_keys(after: str, last: str, keys: Mapping[str, Iterable[int]]) -> None:
    """The contacts from `after` up to `last` have these keys from now on, and those who are not in `keys` have none.

    What is there already is left alone: a search of a book that was searched before writes little.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT contact_id::text, key FROM duplicate_keys WHERE contact_id > %s::uuid AND contact_id <= %s::uuid",
            [after, last],
        )
        there = set(cursor.fetchall())
    wanted = {(id, key) for id, found in keys.items() for key in found}
    if stale := there - wanted:
        sql.execute(
            """DELETE FROM duplicate_keys k USING unnest(%s::uuid[], %s::bigint[]) AS f(contact_id, key)
               WHERE k.contact_id = f.contact_id AND k.key = f.key""",
            _columns(stale),
        )
    if new := wanted - there:
        # In the order of the index, which takes them quicker so. Nobody else writes keys meanwhile.
        sql.execute(
            """INSERT INTO duplicate_keys (key, contact_id)
               SELECT key, contact_id FROM unnest(%s::uuid[], %s::bigint[]) AS f(contact_id, key)
               ORDER BY key, contact_id""",
            _columns(new),
        )


def _columns(keys: Collection[tuple[str, int]]) -> list[str]:
    return [sql.texts(id for id, _ in keys), "{" + ",".join(str(key) for _, key in keys) + "}"]


def sharing(keys: Iterable[int]) -> dict[int, list[str]]:
    """Who has each of these keys, where they are not too many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.key, f.ids FROM unnest(%s::bigint[]) AS w(key) CROSS JOIN LATERAL (
                   SELECT string_agg(contact_id::text, ' ') AS ids, count(*) AS number
                   FROM (SELECT contact_id FROM duplicate_keys d WHERE d.key = w.key LIMIT %s) AS block) AS f
               WHERE f.number BETWEEN 1 AND %s""",
            ["{" + ",".join(map(str, keys)) + "}", LARGEST_BLOCK + 1, LARGEST_BLOCK],
        )
        return {key: ids.split(" ") for key, ids in cursor.fetchall()}


def sharing_after(after: str, last: str) -> dict[str, set[str]]:
    """Of each contact from `after` up to `last`, the later ones with whom it shares a key that not too many have."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT m.contact_id::text, string_agg(o.contact_id::text, ' ')
               FROM duplicate_keys m CROSS JOIN LATERAL (
                   SELECT b.contact_id, count(*) OVER () AS number
                   FROM (SELECT d.contact_id FROM duplicate_keys d WHERE d.key = m.key LIMIT %s) AS b) AS o
               WHERE m.contact_id > %s::uuid AND m.contact_id <= %s::uuid
                   AND o.number <= %s AND o.contact_id > m.contact_id
               GROUP BY m.contact_id""",
            [LARGEST_BLOCK + 1, after, last, LARGEST_BLOCK],
        )
        return {id: set(others.split(" ")) for id, others in cursor.fetchall()}


def frequencies(of: Sequence[Person] | None = None) -> Frequencies:
    """How frequent what these people hold is in the book; of None: everything that is known."""
    if of is None:
        found = sql.rows("SELECT kind, value, count FROM duplicate_frequencies")
    else:
        wanted = {
            *((kind, getattr(one, kind)) for one in of for kind in KINDS),
            *((kind, "") for kind in (*KINDS, SIZE)),
        }
        found = sql.rows(
            """SELECT f.kind, f.value, f.count FROM unnest(%s::text[], %s::text[]) AS w(kind, value)
               JOIN duplicate_frequencies f ON f.kind = w.kind AND f.value = w.value""",
            [sql.texts(kind for kind, _ in wanted), sql.texts(value for _, value in wanted)],
        )
    counts: dict[str, dict[str, int]] = {kind: {} for kind in (*KINDS, SIZE)}
    for row in found:
        if row["kind"] in counts:
            counts[row["kind"]][row["value"]] = row["count"]
    size = counts[SIZE].get("", 0)
    if size < _SMALL:
        size = max(size, count(COUNTED))
    totals = {kind: counts[kind].pop("", size) for kind in KINDS}
    return Frequencies(size, **{kind: Frequency(counts[kind], totals[kind]) for kind in KINDS})


#: What a search counts stands beside what is in force until it has counted everyone.
_COUNTING = "counting "


def begin_counting() -> None:
    """Drops what a search counted that did not come to its end."""
    sql.execute("DELETE FROM duplicate_frequencies WHERE kind LIKE %s", [_COUNTING + "%"])


def add_counts(people: Collection[Person]) -> None:
    """Counts these people as well."""
    counts: dict[tuple[str, str], int] = {(SIZE, ""): len(people)}
    for kind in KINDS:
        for value in filter(None, (getattr(one, kind) for one in people)):
            counts[kind, value] = counts.get((kind, value), 0) + 1
            counts[kind, ""] = counts.get((kind, ""), 0) + 1
    if not people:
        return
    sql.execute(
        """INSERT INTO duplicate_frequencies AS f (kind, value, count)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[]) ORDER BY 1, 2
           ON CONFLICT (tenant_id, kind, value) DO UPDATE SET count = f.count + excluded.count""",
        [
            sql.texts(_COUNTING + kind for kind, _ in counts),
            sql.texts(value for _, value in counts),
            "{" + ",".join(map(str, counts.values())) + "}",
        ],
    )


def end_counting() -> None:
    """What was counted is in force from now on."""
    sql.execute("DELETE FROM duplicate_frequencies WHERE kind = ANY(%s::text[])", [sql.texts((*KINDS, SIZE))])
    sql.execute("DELETE FROM duplicate_frequencies WHERE count < %s AND value <> ''", [LEAST_KEPT])
    sql.execute(
        "UPDATE duplicate_frequencies SET kind = substr(kind, %s) WHERE kind = ANY(%s::text[])",
        [len(_COUNTING) + 1, sql.texts(_COUNTING + kind for kind in chain(KINDS, [SIZE]))],
    )


def counted() -> int:
    """How many contacts the last search counted; 0: there was none."""
    return int(sql.scalar("SELECT count FROM duplicate_frequencies WHERE kind = %s", [SIZE]) or 0)
