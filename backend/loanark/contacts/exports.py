"""Contacts to take along: all that are chosen, in the order of their ids, read while they are written.

Each batch is a short transaction of its own: however long the reader takes, nothing is held up, and no more than one
batch is ever in memory. A contact that changes meanwhile is told as it is when its turn comes, and never twice.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

from loanark.contacts import queries
from loanark.contacts.queries import Columns
from loanark.contacts.schemas import ChosenContacts, Selection
from loanark.kit import clock, trail
from loanark.kit.errors import NotFound
from loanark.kit.sheets import lines

#: So many contacts are read at a time.
BATCH = 1000

#: Opens the transaction of a batch, as whoever exports.
Opening = Callable[[], AbstractContextManager[Any]]


def begin(
    selection: Selection, columns: Columns, form: str, opening: Opening, *, own: str | None = None
) -> Iterator[str]:
    """An export, line by line. Call inside a scope: it is in the audit log before its first line leaves.

    Raises: NotFound, where none of those chosen by name is there.
    """
    total, estimated = queries.total(selection, own)
    if not total and isinstance(selection, ChosenContacts):
        raise NotFound("None of these contacts is in this organisation. No file was made.")
    detail = {
        "format": form,
        "side": columns.side,
        "fields": [field.name for field in columns.fields],
        **_how_chosen(selection),
        "count": total,
        "estimate": estimated,
    }
    trail.note("contacts.exported", detail=detail)
    names = ["id", "hubspot_id", *(field.name for field in columns.fields)]
    return lines(rows(selection, columns, opening, own=own), names, form)


def _how_chosen(selection: Selection) -> dict[str, Any]:
    """As the audit log tells it: how, and of none who it is."""
    if isinstance(selection, ChosenContacts):
        return {"by_name": True}
    # What was searched for may be a person, whom an erasure would not find there.
    told = selection.filters.model_dump(mode="json", exclude={"search"}, exclude_defaults=True)
    left_out = {"left_out": len(set(selection.except_))} if selection.except_ else {}
    return {"filters": {**told, "searched": bool(selection.filters.search)}, **left_out}


def begun(text: Iterator[str]) -> Iterator[str]:
    """The same lines, the first of them read: what the database refuses is told before the file begins."""
    return chain(list(islice(text, 2)), text)


def rows(
    selection: Selection, columns: Columns, opening: Opening, *, own: str | None = None
) -> Iterator[dict[str, str | None]]:
    """One flat object a contact: id, hubspot_id, then the fields. Call outside of any transaction."""
    last: UUID | None = None
    while True:
        with opening():
            found = queries.batch(selection, columns, own=own, after=last, limit=BATCH)
        for row in found:
            yield {"id": str(row["id"]), "hubspot_id": row["hubspot_id"], **row["values"]}
        if len(found) < BATCH:
            return
        last = found[-1]["id"]


def file_name(slug: str, form: str) -> str:
    """How the file is called: whose it is, and of which day."""
    today: datetime = clock.now()
    return f"contacts-{slug}-{today:%Y-%m-%d}.{form}"
