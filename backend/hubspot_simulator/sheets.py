"""Files of an export: which columns they have, how values look in them, and how they are packed.

HubSpot docs "exports guide": labels unless internal names and values are asked for; a CSV file over 2 MB is zipped;
more than 1,000,000 rows make several files in one zip.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from hubspot_simulator.clock import parse_instant
from hubspot_simulator.model import Contact, Property, read_number
from hubspot_simulator.records.portal import Portal

MAX_ROWS = 1_000_000
MAX_PLAIN = 2_000_000
MAX_CELL = 32_767  # what a cell of a spreadsheet holds
ID = "hs_object_id"


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one export. ``names`` and ``values`` ask for internal ones in place of labels."""

    properties: tuple[Property, ...]
    associated: tuple[str, ...]
    names: bool
    values: bool

    def header(self) -> list[str]:
        titles = [p.name if self.names else p.label for p in self.properties]
        first = ID if self.names else "Record ID"
        return [first, *titles, *(f"Associated {kind} IDs" for kind in self.associated)]

    def row(self, portal: Portal, contact: Contact) -> list[str]:
        """One record as text. Nothing is associated with a contact here, so those columns are empty."""
        cells = [str(contact.id)]
        for prop in self.properties:
            text = portal.value(contact, prop.name) or ""
            cells.append(text if self.values or not text else labelled(portal, prop, text))
        return cells + [""] * len(self.associated)


def labelled(portal: Portal, prop: Property, text: str) -> str:
    """A value as people see it: labels of options, names of owners, moments of the account's time zone in minutes.

    The guide says only that labels are the default; the form of moments is that of exports made by hand.
    """
    if prop.external_options:
        owner = portal.owners.get(read_number(text) or 0)
        return f"{owner.first} {owner.last}" if owner else text
    if prop.type in ("enumeration", "bool"):
        labels = {option.value: option.label for option in prop.options}
        return ";".join(labels.get(part, part) for part in (text.split(";") if prop.multiple else [text]))
    at = parse_instant(text) if prop.type == "datetime" else None
    if at is None:
        return text
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(portal.time_zone)).strftime("%Y-%m-%d %H:%M")


class Book(Protocol):
    """One file on its way."""

    def add(self, cells: list[str]) -> None: ...

    def close(self) -> bytes: ...


class CsvBook:
    """UTF-8, everything quoted. A byte order mark is not documented; with one, readers must expect it."""

    def __init__(self, byte_order_mark: bool) -> None:
        self._bytes = io.BytesIO()
        encoding = "utf-8-sig" if byte_order_mark else "utf-8"
        self._text = io.TextIOWrapper(self._bytes, encoding, newline="")
        self._writer = csv.writer(self._text, quoting=csv.QUOTE_ALL, lineterminator="\n")

    def add(self, cells: list[str]) -> None:
        self._writer.writerow(cells)

    def close(self) -> bytes:
        self._text.flush()
        return self._bytes.getvalue()


class XlsxBook:
    """The least that is a workbook: one sheet of inline text."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._zip = zipfile.ZipFile(self._bytes, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        for name, text in XLSX_PARTS.items():
            self._zip.writestr(name, XML + text)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w")
        self._sheet.write(f'{XML}<worksheet xmlns="{MAIN}"><sheetData>'.encode())

    def add(self, cells: list[str]) -> None:
        shown = "".join(
            f'<c t="inlineStr"><is><t xml:space="preserve">{escape(NOT_XML.sub("", cell[:MAX_CELL]))}</t></is></c>'
            for cell in cells
        )
        self._sheet.write(f"<row>{shown}</row>".encode())

    def close(self) -> bytes:
        self._sheet.write(b"</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()
        return self._bytes.getvalue()


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
OFFICE = "http://schemas.openxmlformats.org"
MAIN = f"{OFFICE}/spreadsheetml/2006/main"
TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
XLSX_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPES}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPES}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}/officeDocument/2006/relationships">'
    '<sheets><sheet name="Contacts" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


class Bundle:
    """The files of one export while rows come in."""

    def __init__(self, layout: Layout, kind: str, byte_order_mark: bool) -> None:
        self._layout = layout
        self._kind = kind
        self._byte_order_mark = byte_order_mark
        self._closed: list[bytes] = []
        self._rows = 0
        self._book = self._open()

    def _open(self) -> Book:
        book: Book = CsvBook(self._byte_order_mark) if self._kind == "csv" else XlsxBook()
        book.add(self._layout.header())
        return book

    def add(self, portal: Portal, contact: Contact) -> None:
        if self._rows and self._rows % MAX_ROWS == 0:
            self._closed.append(self._book.close())
            self._book = self._open()
        self._book.add(self._layout.row(portal, contact))
        self._rows += 1

    @property
    def rows(self) -> int:
        return self._rows

    def close(self, name: str) -> tuple[str, bytes]:
        """The name and the content to hand out."""
        parts = [*self._closed, self._book.close()]
        if len(parts) == 1 and (self._kind != "csv" or len(parts[0]) <= MAX_PLAIN):
            return f"{name}.{self._kind}", parts[0]
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for number, part in enumerate(parts, 1):
                suffix = f"-{number}" if len(parts) > 1 else ""
                archive.writestr(f"{name}{suffix}.{self._kind}", part)
        return f"{name}.zip", packed.getvalue()
