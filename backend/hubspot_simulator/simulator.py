# ruff: noqa: S311  (repeatable from a seed on purpose: these tokens guard invented people)
"""The simulator: the front door that every request passes, and what all accounts share.

``handle`` is synchronous and quick. Whatever a request changed is written to the state file before it is answered.
"""

from __future__ import annotations

import hashlib
import logging
import random
import uuid
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hubspot_simulator import errors, people
from hubspot_simulator.account import Account
from hubspot_simulator.clock import Clock, WallClock
from hubspot_simulator.control import Control
from hubspot_simulator.description import find
from hubspot_simulator.disorder.faults import Fault, Faults, Storm
from hubspot_simulator.disorder.someone import Someone
from hubspot_simulator.disorder.trouble import SEARCH_TROUBLE, WEBHOOK_TROUBLE, Trouble
from hubspot_simulator.errors import ApiError
from hubspot_simulator.exports import Exports
from hubspot_simulator.files import Files
from hubspot_simulator.front import Front, Note
from hubspot_simulator.http import Request, Response, Route, json_response, read_path
from hubspot_simulator.journal import Journal
from hubspot_simulator.limits import DAILY_LIMIT, DEFAULT_COUNT, SEARCH_PER_SECOND, TIERS, Limit, Meter
from hubspot_simulator.model import FIRST_ID, Contact, Event
from hubspot_simulator.oauth import OPTIONAL_SCOPES, REQUIRED_SCOPES, Access, Authority
from hubspot_simulator.page import Pages
from hubspot_simulator.records.portal import Portal
from hubspot_simulator.records.search import SearchTrouble
from hubspot_simulator.state import Entry, Store
from hubspot_simulator.webhooks.deliveries import Webhooks
from hubspot_simulator.webhooks.settings import WebhookSettings

log = logging.getLogger(__name__)

FIRST_PORTAL = 45_160_041
APP_ID = 1_860_041
DEFAULT_LIMIT = Limit(DEFAULT_COUNT)
MAX_PROBLEM = 300  # characters of a refusal that the log keeps


@dataclass(frozen=True, slots=True)
class Settings:
    """How a simulator starts."""

    contacts: int = people.DEFAULT_COUNT
    seed: int = 1
    portals: int = 1
    limit: Limit | None = DEFAULT_LIMIT
    search_per_second: int = SEARCH_PER_SECOND
    daily_limit: int = DAILY_LIMIT
    search_lag_ms: int = 500
    property_lag_ms: int = 0
    latency_ms: int = 0
    people_file: Path | None = None
    state: Path | None = None
    client_id: str = ""
    client_secret: str = ""
    webhook_url: str = ""
    # The account's tier, for the limits of its private apps; "" gives them the limit of OAuth apps.
    tier: str = ""
    # Shares of requests, webhook events or index updates that meet trouble: kinds of `faults.Storm`, and
    # those of `trouble`.
    trouble: Mapping[str, float] = field(default_factory=dict)
    # How many things someone else does in a minute.
    someone_per_minute: float = 0.0


class Simulator:
    """One HubSpot with one app and one or more accounts."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or Settings()
        self.clock: Clock = clock or WallClock()
        self.app_id = APP_ID
        self.app_name = "LoanArk CRM Sync"
        self.limit = self.settings.limit
        self.private_limit: Limit | None = None
        self.search_per_second = self.settings.search_per_second
        self.daily_limit = self.settings.daily_limit
        if self.settings.tier:
            count, daily = TIERS[self.settings.tier]
            self.private_limit = Limit(count)
            if self.settings.daily_limit == DAILY_LIMIT:  # said by nobody
                self.daily_limit = daily
        self.latency_ms = self.settings.latency_ms
        self.base_url = "http://hubspot.simulator"
        self.faults = Faults()
        self.log: deque[dict[str, Any]] = deque(maxlen=5_000)
        self.statuses: Counter[int] = Counter()
        self.load_report: Counter[str] = Counter()
        self.portals: dict[int, Portal] = {}
        self._chance_seed = str(self.settings.seed)
        self._chances: dict[str, random.Random] = {}
        self._transaction: list[Entry] = []
        self._store: Store | None = None
        seed = self.settings.seed
        client_id = self.settings.client_id or str(_uuid(f"client-{seed}"))
        client_secret = self.settings.client_secret or str(_uuid(f"secret-{seed}"))
        self.authority = Authority(self, client_id, client_secret)
        self.developer_key = str(_uuid(f"developer-{seed}"))
        self.webhooks = Webhooks(self.clock, client_secret, APP_ID, seed, self.persist, self.authority.is_installed)
        self.webhook_settings = WebhookSettings(self)
        self.journal = Journal(self)
        self.exports = Exports(self)
        self.files = Files(self)
        self.account = Account(self)
        self.app_meter = Meter("UTC")
        self._front = Front(self)
        for number in range(self.settings.portals):
            self._open_portal(number)
        self.someone = Someone(self, seed)
        self._load_state()
        if self.settings.webhook_url:  # a flag counts more than what a former run had set
            self.webhooks.settings.target_url = self.settings.webhook_url
        self.cause(self.settings.trouble)
        self.someone.work(self.settings.someone_per_minute)
        self.trouble = Trouble(self)
        self.control = Control(self)
        self.pages = Pages(self)

    # ---- start --------------------------------------------------------------------------------------

    def _open_portal(self, number: int) -> None:
        seed = self.settings.seed + number
        portal_id = FIRST_PORTAL + number * 7
        lags = self.settings.search_lag_ms, self.settings.property_lag_ms
        portal = Portal(portal_id, self.clock, self._emit, self.persist, *lags)
        portal.index.trouble = SearchTrouble(seed=seed)
        portal.set_owners(people.owners(seed))
        portal.seed(self._people(portal, seed))
        self.portals[portal_id] = portal
        scopes = [*REQUIRED_SCOPES, *OPTIONAL_SCOPES]
        token = f"pat-na1-{_uuid(f'token-{self.settings.seed}-{portal_id}')}"
        self.authority.tokens[token] = Access(token, portal_id, scopes, static=True)

    def _people(self, portal: Portal, seed: int) -> list[Contact]:
        if self.settings.people_file is None:
            maker = people.Maker(self.settings.contacts, seed, sorted(portal.owner_ids))
            return list(maker.contacts())
        loaded = people.load(self.settings.people_file, portal.properties, portal.owner_ids)
        portal.properties.update({p.name: p for p in loaded.new_properties})
        self.load_report.update(loaded.problems)
        return loaded.contacts

    def _load_state(self) -> None:
        if self.settings.state is None:
            return
        path = self.settings.people_file
        fingerprint = {
            "first_id": FIRST_ID,
            "contacts": None if path else self.settings.contacts,
            "people": hashlib.sha256(path.read_bytes()).hexdigest() if path else None,
            "portals": self.settings.portals,
            "seed": self.settings.seed,
        }
        self._store = Store(self.settings.state, fingerprint)
        for kind, portal_id, state in self._store.entries:
            if kind in ("token", "install"):
                self.authority.restore_state(kind, state)
            elif kind in ("webhook target", "webhook subscription"):
                self.webhooks.configuration.restore_state(kind, state)
            elif kind == "journal subscription":
                self.journal.restore_state(state)
            elif portal_id in self.portals:
                self.portals[portal_id].restore_state(kind, state)
        for portal in self.portals.values():
            portal.settle()
        # Secrets must not repeat after a restart.
        self._chance_seed = f"{self.settings.seed}-{len(self._store.entries)}-{self.clock.now_ms()}"

    def close(self) -> None:
        if self._store is not None:
            self._store.close()

    def static_token(self, portal_id: int | None = None) -> str:
        """The bearer token of an account that needs no OAuth (the first account unless told)."""
        wanted = portal_id if portal_id is not None else next(iter(self.portals))
        return next(t.token for t in self.authority.tokens.values() if t.static and t.portal_id == wanted)

    def limit_of(self, access: Access) -> Limit | None:
        """What holds for a token in ten seconds. Without a tier, private apps have the limit of OAuth apps."""
        if self.limit is None:
            return None
        return self.private_limit or self.limit if access.static else self.limit

    def latency_of(self, request: Request) -> int:
        """Only the API is slow: pages and control API are for those who made it so."""
        return self.latency_ms if self.latency_ms and read_path(request.path) else 0

    def new_secret(self, kind: str) -> str:
        """An opaque token. HubSpot says only that the length varies; these are longer than 255 characters."""
        bits = {"code": 128, "refresh": 128}.get(kind, 1200)
        return f"{kind[:2]}-na1-{self._chance(kind).getrandbits(bits):0{bits // 4}x}"

    def new_uuid(self) -> str:
        """An opaque id."""
        return str(uuid.UUID(int=self._chance("uuid").getrandbits(128), version=4))

    def _chance(self, kind: str) -> random.Random:
        """Chance of its own for each kind of secret and id, so that one kind's number changes no other."""
        if kind not in self._chances:
            self._chances[kind] = random.Random(f"{kind}-{self._chance_seed}")
        return self._chances[kind]

    def first_portal(self) -> Portal:
        return next(iter(self.portals.values()))

    def cause(self, trouble: Mapping[str, float]) -> None:
        """Trouble at these rates from now on. Raises: ValueError, when a kind is unknown or a rate no share."""
        rates = dict(trouble)
        hooks = {WEBHOOK_TROUBLE[name]: rates.pop(name) for name in WEBHOOK_TROUBLE if name in rates}
        stale = rates.pop(SEARCH_TROUBLE, None)
        storm = Storm(rates, self.settings.seed)
        if hooks:
            self.webhooks.configure(**hooks)
        for portal in self.portals.values() if stale is not None else ():
            portal.index.trouble.stale_rate = float(stale or 0)
        self.faults.storm = storm

    # ---- changes ------------------------------------------------------------------------------------

    def _emit(self, event: Event) -> None:
        self.webhooks.emit(event)
        self.journal.hear(event)

    def persist(self, kind: str, portal_id: int, state: Any) -> None:
        """Remember a change until the request that made it is answered."""
        if self._store is not None:
            self._transaction.append((kind, portal_id, state))

    def _commit(self) -> None:
        """Write ahead of the answer, one line for the whole request."""
        if self._store is None or not self._transaction:
            return
        last: dict[tuple[str, int, int], Entry] = {}
        for number, (kind, portal_id, state) in enumerate(self._transaction):
            if isinstance(state, Contact):  # its final state only, however often it was touched
                last[kind, portal_id, -state.id] = (kind, portal_id, state.dump())
            else:
                last[kind, portal_id, number] = (kind, portal_id, state)
        self._transaction.clear()
        self._store.write(list(last.values()))

    # ---- requests -----------------------------------------------------------------------------------

    def tick(self) -> None:
        """What happens by itself as time passes, with or without requests."""
        self.someone.catch_up(self.clock.now_ms())
        self.exports.advance()
        self._settle()

    def _settle(self) -> None:
        """Nothing of what happened waits any longer: the journal's files are closed, the state file is written."""
        self.journal.settle()
        self._commit()

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        self.tick()
        request = replace(request, wanted=find(request.method, request.path))
        if request.path.startswith("/_control/"):
            response = self.control.handle(request)
        elif route := read_path(request.path):
            response = self._api(request, route)
        else:
            response = self.pages.handle(request)
        self._settle()
        return response

    def _api(self, request: Request, route: Route) -> Response:
        now = self.clock.now_ms()
        note = Note(now, self._correlation_id(now))
        note.entry |= {"at": now, "method": request.method, "path": request.path, "query": request.query}
        self._front.arrive(request, route, note)
        fault = self.faults.pick(request, now)
        refused = fault.refusal(note.correlation_id) if fault else None
        if fault and fault.kind in ("expire", "revoke"):
            self._take_tokens(revoked=fault.kind == "revoke")
        try:
            if fault and refused and fault.when == "before":
                raise refused
            response = self._front.answer(request, route, note)
            if refused:
                self._commit()
                raise refused
        except ApiError as error:
            note.entry["problem"] = error.message[:MAX_PROBLEM]
            response = json_response(error.body(note.correlation_id), error.status, error.headers)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # A body of the right syntax and the wrong shape, where no rule above said so more precisely.
            log.exception("%s %s could not be understood", request.method, request.path)
            unread = errors.invalid_json(1, 1, f"Cannot deserialize value ({error})")
            note.entry["problem"] = unread.message[:MAX_PROBLEM]
            response = json_response(unread.body(note.correlation_id), unread.status)
        return self._finish(response, fault, note)

    def _finish(self, response: Response, fault: Fault | None, note: Note) -> Response:
        headers = (
            *response.headers,
            *note.headers,
            ("X-HubSpot-Correlation-Id", note.correlation_id),
            ("x-request-id", note.correlation_id),
        )
        response = replace(response, headers=headers)
        if fault:
            response = fault.spoil(response)
            note.entry["fault"] = f"{fault.kind}-{fault.when}"
        note.entry["status"] = 0 if response.sent == 0 else response.status
        self.log.append(note.entry)
        self.statuses[note.entry["status"]] += 1
        return response

    def _take_tokens(self, *, revoked: bool) -> None:
        self.authority.expire_all()
        if revoked:
            for portal_id in self.portals:
                self.authority.uninstall(portal_id)

    def _correlation_id(self, now: int) -> str:
        """A version 7 UUID, as seen lately."""
        rng = self._chance("correlation")
        value = (now & (2**48 - 1)) << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _uuid(text: str) -> uuid.UUID:
    return uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4)
