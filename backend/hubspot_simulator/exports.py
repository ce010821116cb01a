"""Exports: one task at a time for each account, from records that go on changing meanwhile.

HubSpot docs "exports guide": start, ask for the status, fetch the file from an address that lives five minutes and
needs no credentials; 30 exports in 24 hours, one at a time. No snapshot is promised: which records an export holds
is settled when it begins, and each is read when its turn comes. A record that came later is missing, one that was
archived or merged before its turn as well, and an edit shows only if it was made before the record was read.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hubspot_simulator import errors
from hubspot_simulator.clock import DAY_MS, iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response, json_response
from hubspot_simulator.model import Property, read_number
from hubspot_simulator.records.contacts import Call, Handler
from hubspot_simulator.records.portal import Portal
from hubspot_simulator.sheets import ID, Bundle, Layout

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

SCOPE = "crm.export"
URL_LIFETIME_MS = 300_000
FIRST_ID = 73_500_001
MAX_ASSOCIATED = 4
# The guide's limits for the filters of a view.
MAX_GROUPS = 3
MAX_FILTERS = 3
REQUIRED = ("exportType", "exportName", "format", "language", "objectType", "objectProperties")
CONTENT_TYPE = "application/octet-stream"  # not documented; whether it is a zip must be seen in the file itself


@dataclass(slots=True)
class Pace:
    """How fast exports go and how many there may be; the control API changes it. Times are not published."""

    rows_per_second: int = 50_000
    pending_ms: int = 500
    least_ms: int = 500  # the shortest time in PROCESSING
    daily: int = 30
    # Not documented; readers must expect it.
    byte_order_mark: bool = True


@dataclass(slots=True)
class Export:
    """One task. ``started`` and ``finished`` are 0 until then; ``file`` is its name and content at the end."""

    id: int
    portal: Portal
    name: str
    kind: str
    layout: Layout
    select: Callable[[], list[int]]
    bundle: Bundle
    requested: int
    started: int = 0
    finished: int = 0
    ids: list[int] = field(default_factory=list)
    read: int = 0
    file: tuple[str, bytes] | None = None

    @property
    def updated(self) -> int:
        return self.finished or self.started or self.requested

    def work(self, now: int, pace: Pace) -> bool:
        """Go on as far as the time allows; whether it is done. ``started`` must have come."""
        total = len(self.ids)
        duration = max(pace.least_ms, total * 1000 // pace.rows_per_second)
        due = min(total, total * (now - self.started) // duration) if duration else total
        for contact_id in self.ids[self.read : due]:
            contact = self.portal.contacts.get(contact_id)
            if contact is not None and not contact.archived:
                self.bundle.add(self.portal, contact)
        self.read = due
        if now < self.started + duration:
            return False
        self.finished = self.started + duration
        self.ids.clear()
        self.file = self.bundle.close(f"{_slug(self.name)}-{iso(self.finished)[:10]}")
        return True


class Exports:
    """The tasks of all accounts."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.pace = Pace()
        self._exports: dict[int, Export] = {}
        self._queues: dict[int, deque[Export]] = {}
        self._free_from: dict[int, int] = {}

    def route(self, method: str, rest: tuple[str, ...]) -> tuple[str, Handler] | None:
        match method, rest:
            case "POST", ("export", "async"):
                return SCOPE, self.start
            case "GET", ("export", "async", "tasks", task_id, "status"):
                return SCOPE, lambda call: self.status(call, task_id)
            case "GET", ("export", export_id):
                return SCOPE, lambda call: self.describe(call, export_id)
            case _:
                return None

    # ---- work ---------------------------------------------------------------------------------------

    def advance(self) -> None:
        """Bring all tasks up to now; called ahead of every request, so that each sees the records of its time."""
        if not self._queues:
            return
        now = self._simulator.clock.now_ms()
        for portal_id, queue in list(self._queues.items()):
            while queue and self._go_on(queue[0], now):
                self._free_from[portal_id] = queue.popleft().finished
            if not queue:
                del self._queues[portal_id]

    def _go_on(self, export: Export, now: int) -> bool:
        if not export.started:
            begin = max(export.requested + self.pace.pending_ms, self._free_from.get(export.portal.id, 0))
            if now < begin:
                return False
            export.started = begin
            export.ids = export.select()
        return export.work(now, self.pace)

    def of(self, portal: Portal) -> list[Export]:
        """All tasks of an account, the newest first."""
        return [export for export in reversed(self._exports.values()) if export.portal is portal]

    # ---- endpoints ----------------------------------------------------------------------------------

    def start(self, call: Call) -> Response:
        document, portal = call.request.json(), call.portal
        now = portal.clock.now_ms()
        kind, layout = read_order(document, portal)
        select = portal.index.selection(read_question(document.get("publicCrmSearchRequest") or {}))
        recent = sum(e.portal is portal and e.requested > now - DAY_MS for e in self._exports.values())
        if recent >= self.pace.daily:
            raise too_many(self.pace.daily)
        bundle = Bundle(layout, kind, self.pace.byte_order_mark)
        number, name = FIRST_ID + len(self._exports), str(document["exportName"])
        export = Export(number, portal, name, kind, layout, select, bundle, now)
        self._exports[export.id] = export
        self._queues.setdefault(portal.id, deque()).append(export)
        return json_response({"id": str(export.id)}, 202)

    def status(self, call: Call, task_id: str) -> Response:
        """Fields come as their moments come; each call after the end makes a new address."""
        export = self._find(call, task_id)
        document: dict[str, Any] = {"status": "PENDING", "requestedAt": iso(export.requested)}
        if export.started:
            document |= {"status": "PROCESSING", "startedAt": iso(export.started)}
        if export.file is not None:
            name, content = export.file
            url, _ = self._simulator.files.offer(name, lambda: content, CONTENT_TYPE, URL_LIFETIME_MS)
            document |= {"status": "COMPLETE", "completedAt": iso(export.finished), "result": url}
        return json_response(document)

    def describe(self, call: Call, export_id: str) -> Response:
        export = self._find(call, export_id)
        document: dict[str, Any] = {
            "id": str(export.id),
            "exportName": export.name,
            "exportType": "VIEW",
            "exportState": "DONE" if export.finished else "PROCESSING" if export.started else "ENQUEUED",
            "objectType": "CONTACT",
            "objectProperties": [prop.name for prop in export.layout.properties],
            "createdAt": iso(export.requested),
            "updatedAt": iso(export.updated),
        }
        if export.finished:
            document["recordCount"] = export.bundle.rows
        return json_response(document)

    def _find(self, call: Call, key: str) -> Export:
        export = self._exports.get(read_number(key) or 0)
        if export is None or export.portal is not call.portal:
            raise errors.not_found(category=True)
        return export


# ---- what is asked for --------------------------------------------------------------------------------


def read_order(document: dict[str, Any], portal: Portal) -> tuple[str, Layout]:
    """Kind of file and columns of a request, or a refusal that says what is wrong with it."""
    absent = [name for name in REQUIRED if not document.get(name)]
    if absent:
        raise errors.invalid_json(1, 1, f"Some required fields were not set: [{', '.join(absent)}]")
    _check_type(document)
    if document["objectType"] != "CONTACT":
        raise errors.validation(f"objectType must be CONTACT, not {document['objectType']}")
    kind = str(document["format"])
    if kind == "XLS":
        raise errors.validation("This simulator makes CSV and XLSX files, no XLS")
    if kind not in ("CSV", "XLSX"):
        raise errors.validation(f"format must be CSV, XLSX or XLS, not {kind}")
    if document["language"] not in ("EN", "EN_GB"):
        raise errors.validation("This simulator knows its labels in English only: language must be EN or EN_GB")
    internal = _texts(document, "exportInternalValuesOptions")
    if not set(internal) <= {"NAMES", "VALUES"}:
        raise errors.validation("exportInternalValuesOptions may hold NAMES and VALUES")
    associated = _texts(document, "associatedObjectType")
    if len(associated) > MAX_ASSOCIATED:
        raise errors.validation(f"At most {MAX_ASSOCIATED} associated object types are allowed")
    properties = _columns(_texts(document, "objectProperties"), portal)
    return kind.lower(), Layout(properties, tuple(associated), "NAMES" in internal, "VALUES" in internal)


def _check_type(document: dict[str, Any]) -> None:
    if document["exportType"] == "LIST":
        if not document.get("listId"):
            raise errors.invalid_json(1, 1, "Some required fields were not set: [listId]")
        raise ApiError(404, f"List {document['listId']} does not exist", category="OBJECT_NOT_FOUND")
    if document["exportType"] != "VIEW":
        raise errors.validation(f"exportType must be VIEW or LIST, not {document['exportType']}")


def _texts(document: dict[str, Any], name: str) -> list[str]:
    value = document.get(name) or []
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise errors.validation(f"{name} must be a list of texts")
    return value


def _columns(names: list[str], portal: Portal) -> tuple[Property, ...]:
    """Each once, without the id, which every export has. What unknown names do is not documented: a refusal."""
    unknown = [name for name in names if not portal.is_visible(name)]
    if unknown:
        raise errors.validation(f"Properties do not exist: {', '.join(unknown)}", objectProperties=unknown)
    return tuple(portal.properties[name] for name in dict.fromkeys(names) if name != ID)


def read_question(raw: dict[str, Any]) -> dict[str, Any]:
    """The filters of a view in the form of a search. The keys differ: ``property`` here, and ``order`` in a sort."""
    groups = raw.get("filterGroups") or []
    filters = [_filter(row) for row in raw.get("filters") or []]
    translated = [{"filters": [_filter(row) for row in group.get("filters") or []]} for group in groups]
    sizes = [len(filters), *(len(group["filters"]) for group in translated)]
    if len(groups) > MAX_GROUPS or max(sizes) > MAX_FILTERS:
        raise errors.validation(f"At most {MAX_GROUPS} filterGroups of {MAX_FILTERS} filters are allowed")
    sorts = [_sort(row) for row in raw.get("sorts") or []]
    return {"filterGroups": translated, "filters": filters, "sorts": sorts, "query": raw.get("query")}


def _filter(row: dict[str, Any]) -> dict[str, Any]:
    if "propertyName" in row or not row.get("property"):
        raise errors.validation('A filter of an export names its property in "property", unlike a search')
    return {**row, "propertyName": row["property"]}


def _sort(row: Any) -> dict[str, str]:
    name = (row.get("propertyName") or row.get("property")) if isinstance(row, dict) else None
    directions = {"ASC": "ASCENDING", "DESC": "DESCENDING"}
    if not name or "direction" in row or row.get("order", "ASC") not in directions:
        raise errors.validation('A sort of an export is {"propertyName": …, "order": "ASC" or "DESC"}, unlike a search')
    return {"propertyName": str(name), "direction": directions[row.get("order", "ASC")]}


def too_many(daily: int) -> ApiError:
    """The guide gives the number only; words and policy name are ours."""
    extra = {"errorType": "RATE_LIMIT", "policyName": "EXPORTS_ROLLING_24_HOURS"}
    return ApiError(429, f"You have reached your limit of {daily} exports in 24 hours.", extra=extra)


def _slug(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "export"
