"""SQL by hand, where a set of rows is the unit of work. Rows come back as dicts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

Params = Sequence[Any] | Mapping[str, Any]
Row = dict[str, Any]


def rows(sql: str, params: Params = ()) -> list[Row]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def first(sql: str, params: Params = ()) -> Row | None:
    """The first row, or None."""
    found = rows(sql, params)
    return found[0] if found else None


def scalar(sql: str, params: Params = ()) -> Any:
    """The first column of the first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        row = cursor.fetchone()
        return row[0] if row else None


def execute(sql: str, params: Params = ()) -> int:
    """Runs a statement; returns how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


@contextmanager
def marked(marks: Mapping[str, str]) -> Iterator[None]:
    """Within, the transaction's settings of these names are so: triggers write them into the history. Afterwards they
    are as they were; after an error the transaction is over, and they are with it."""
    before = rows(
        "SELECT name, coalesce(current_setting(name, true), '') AS value FROM unnest(%s::text[]) AS name",
        [texts(marks)],
    )
    _mark(marks)
    yield
    _mark({row["name"]: row["value"] for row in before})


def _mark(marks: Mapping[str, str]) -> None:
    execute(
        "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS mark(name, value)",
        [texts(marks), texts(marks.values())],
    )


def texts(items: Iterable[object]) -> str:
    """An array for a parameter written `%s::text[]`, also of ids; several times quicker than a list as a parameter."""
    quoted = [str(item).replace("\\", "\\\\").replace('"', '\\"') for item in items]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"
