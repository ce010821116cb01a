"""Exports: all contacts as one file, for a first load above some 100,000 (HubSpot docs: exports guide).

Thirty in 24 hours, one at a time. No snapshot is promised: afterwards read what changed since *before* it began.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

from loanark.hubspot.errors import NotHubSpot

#: The column that names the contact, and how it is headed where labels are not replaced by names.
ID_COLUMN = "hs_object_id"
_ID_LABEL = "record id"

#: HubSpot's longest text, and room for several: Python's own limit is close to it.
_LONGEST_CELL = 16 * 65_536


class State(StrEnum):
    """How far an export is. Only a complete one can be downloaded; a canceled one never will be."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETE = "COMPLETE"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class Status:
    """`link` opens the file without credentials, for five minutes: it is a secret. Empty until complete."""

    state: State
    link: str

    def __repr__(self) -> str:
        return f"Status({self.state})"


def request(name: str, properties: Sequence[str]) -> dict[str, Any]:
    """The body that starts an export of all contacts, by names and values as the interface knows them."""
    return {
        "exportType": "VIEW",
        "exportName": name,
        "format": "CSV",
        "language": "EN",
        "objectType": "CONTACT",
        "objectProperties": list(dict.fromkeys((ID_COLUMN, *properties))),
        # Without it labels come in place of values.
        "exportInternalValuesOptions": ["NAMES", "VALUES"],
        "associatedObjectType": [],
        "includeLabeledAssociations": False,
        "includePrimaryDisplayPropertyForAssociatedObjects": False,
        "overrideAssociatedObjectsPerDefinitionPerRowLimit": False,
    }


def status(data: dict[str, Any]) -> Status:
    """Reads the state of an export."""
    return Status(State(data["status"]), str(data.get("result") or ""))


def rows(file: IO[bytes]) -> Iterator[dict[str, str]]:
    """The contacts in a downloaded file: CSV, or a zip of one CSV or several. Closes it at the end.

    Column name to text; the contact's id under `hs_object_id`. Raises: NotHubSpot, for a file that breaks off or is
    something else; what was yielded before stays true.
    """
    with file:
        if not zipfile.is_zipfile(file):
            file.seek(0)
            yield from _table(file)
            return
        try:
            with zipfile.ZipFile(file) as archive:
                for name in sorted(archive.namelist(), key=_in_order):
                    if name.endswith("/"):
                        continue
                    with archive.open(name) as part:
                        yield from _table(part)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise _broken(str(error)) from error


def _in_order(name: str) -> tuple[int, str]:
    """Parts are numbered: the second comes before the tenth."""
    return len(name), name


def _table(file: IO[bytes]) -> Iterator[dict[str, str]]:
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    # It may begin with a byte order mark.
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    try:
        table = csv.reader(text, strict=True)
        names = _columns(next(table, []))
        for cells in filter(None, table):
            if len(cells) != len(names):
                raise _broken(f"line {table.line_num} has {len(cells)} cells, not {len(names)}")
            yield dict(zip(names, cells, strict=True))
    except (csv.Error, UnicodeDecodeError) as error:
        raise _broken(str(error)) from error
    finally:
        text.detach()


def _columns(heads: Sequence[str]) -> list[str]:
    names = [head.strip() for head in heads]
    if ID_COLUMN in names:
        return names
    for place, name in enumerate(names):
        if name.lower().startswith(_ID_LABEL):
            return [*names[:place], ID_COLUMN, *names[place + 1 :]]
    raise _broken(f"it has no column {ID_COLUMN}")


def _broken(why: str) -> NotHubSpot:
    return NotHubSpot(
        f"A file exported by HubSpot cannot be read ({why}). Nothing is lost; export again, or read page by page."
    )
