"""Rows as text to take along, a line each: NDJSON, or CSV whose cells no spreadsheet takes for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import orjson

Form = Literal["ndjson", "csv"]

#: What each form is served as.
KINDS: Mapping[str, str] = {"ndjson": "application/x-ndjson", "csv": "text/csv"}

#: How a formula begins.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: Signed numbers begin so too, and telephone numbers that are digits only. They are left as they are.
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")


def lines(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], form: str) -> Iterator[str]:
    """A line a row; CSV begins with the names of its columns."""
    if form == "ndjson":
        yield from (orjson.dumps(row).decode() + "\n" for row in rows)
        return
    yield _csv(columns)
    yield from (_csv([cell(row[name]) for name in columns]) for row in rows)


def cell(value: Any) -> str:
    """A value as a cell: what a spreadsheet would take for a formula begins with an apostrophe."""
    if value is None or value == {}:
        return ""
    text = orjson.dumps(value).decode() if isinstance(value, dict) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.match(text) else text


def _csv(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
