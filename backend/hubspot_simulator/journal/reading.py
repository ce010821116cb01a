"""Reading the journal: where the next file is (docs: webhooks journal entries).

``journal`` has the events of all accounts, ``journal-local`` those of one. Both hand out addresses of files, good for
a short time and to be fetched without credentials.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import JSON_TYPE, Request, Response, json_response
from hubspot_simulator.journal.ledger import Entry, Ledger
from hubspot_simulator.journal.settings import JournalSettings
from hubspot_simulator.model import read_number

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

MAX_BATCH = 100
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class Reader:
    """The endpoints below ``journal`` and ``journal-local``."""

    def __init__(self, simulator: Simulator, settings: JournalSettings, ledger: Ledger) -> None:
        self._simulator = simulator
        self._settings = settings
        self._ledger = ledger

    def endpoint(self, request: Request, rest: tuple[str, ...], *, local: bool) -> Response:
        portal_id, now = self._portal(request, local), self._simulator.clock.now_ms()
        ledger = self._ledger
        match request.method, rest:
            case "GET", ("earliest",):
                return self._single(ledger.earliest(now, portal_id, 1), portal_id, now)
            case "GET", ("latest",):
                return self._single(ledger.latest(now, portal_id, 1), portal_id, now)
            case "GET", ("offset", offset, "next"):
                return self._single(self._after(offset, now, portal_id, 1), portal_id, now)
            case "GET", ("batch", "earliest", count):
                return self._batch(ledger.earliest(now, portal_id, read_count(count)), portal_id, now)
            case "GET", ("batch", "latest", count):
                return self._batch(ledger.latest(now, portal_id, read_count(count)), portal_id, now)
            case "GET", ("batch", offset, "next", count):
                return self._batch(self._after(offset, now, portal_id, read_count(count)), portal_id, now)
            case "POST", ("batch", "read"):
                return self._read(request.json(), portal_id, now)
            case _:
                raise errors.not_found()

    def _portal(self, request: Request, local: bool) -> int:
        """Whose events are wanted; 0 for everybody's."""
        text = request.param("installPortalId")
        if not text:
            if local and self._settings.local_needs_portal:
                raise errors.validation("installPortalId is required for the local journal")
            return 0
        portal_id = read_number(text)
        if portal_id not in self._simulator.portals:
            raise errors.validation(f"Invalid installPortalId: {text}")
        return portal_id

    def _after(self, offset: str, now: int, portal_id: int, count: int) -> list[Entry]:
        check_offset(offset)
        entries = self._ledger.after(offset, now, portal_id, count)
        if entries is None:
            status = self._settings.lost_offset_status
            raise ApiError(status, "The offset is unknown or has expired", category="OBJECT_NOT_FOUND")
        return entries

    def _single(self, entries: list[Entry], portal_id: int, now: int) -> Response:
        return json_response(self._link(entries[0], portal_id, now)) if entries else Response(204)

    def _batch(self, entries: list[Entry], portal_id: int, now: int) -> Response:
        if not entries and self._settings.empty_batch_status == 204:
            return Response(204)
        return json_response(batch_document([self._link(e, portal_id, now) for e in entries], now))

    def _read(self, body: dict[str, Any], portal_id: int, now: int) -> Response:
        """By offsets; those that are gone are named, and the rest is answered (docs: the next version)."""
        offsets = body.get("inputs")
        if not isinstance(offsets, list) or len(offsets) > MAX_BATCH:
            raise errors.validation(f"inputs is required and takes at most {MAX_BATCH} offsets")
        for offset in offsets:
            check_offset(offset)
        found = {offset: self._ledger.find(offset, now, portal_id) for offset in offsets}
        links = [self._link(entry, portal_id, now) for entry in found.values() if entry is not None]
        missing = [offset for offset, entry in found.items() if entry is None]
        document = batch_document(links, now)
        if not missing:
            return json_response(document)
        rows = [lost_row(offset) for offset in missing]
        return json_response({**document, "numErrors": len(rows), "errors": rows}, 207)

    def _link(self, entry: Entry, portal_id: int, now: int) -> dict[str, Any]:
        """An address that still has half its time is given again: a client that polls makes no thousands of them."""
        url, expires = entry.links.get(portal_id, ("", 0))
        if expires - now <= self._settings.url_ms // 2:
            make, lifetime = partial(entry.body, portal_id), self._settings.url_ms
            url, expires = self._simulator.files.offer(f"{entry.offset}.json", make, JSON_TYPE, lifetime, signed=True)
            entry.links[portal_id] = url, expires
        return {"url": url, "expiresAt": iso(expires), "currentOffset": entry.offset}


def batch_document(results: list[dict[str, Any]], now: int) -> dict[str, Any]:
    moment = iso(now)
    return {
        "status": "COMPLETE",
        "results": results,
        "requestedAt": moment,
        "startedAt": moment,
        "completedAt": moment,
    }


def lost_row(offset: str) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "No journal entry has this offset",
        "context": {"offset": [offset]},
        "errors": [],
        "links": {},
    }


def read_count(text: str) -> int:
    count = read_number(text)
    if count is None or not 1 <= count <= MAX_BATCH:
        raise errors.validation(f"count must be from 1 to {MAX_BATCH}, not {text}")
    return count


def check_offset(offset: Any) -> None:
    if not isinstance(offset, str) or not UUID.fullmatch(offset):
        raise errors.validation(f"Invalid offset: {offset}")
