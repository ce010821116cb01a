# ruff: noqa: S311  (repeatable from a seed on purpose)
"""One story's world: HubSpot, an organisation with its database, other programs, and the engine between them.

Everything that happens passes here, one thing at a time. Threads (a worker that hangs) hand a baton to each other.
"""

import os
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx2
import orjson
import psycopg
from django.conf import settings
from django.db import connection as database
from django.test import RequestFactory
from psycopg.rows import dict_row

import hubspot_simulator.simulator
from hubspot_simulator import Settings, Simulator
from hubspot_simulator.limits import Limit
from hubspot_simulator.model import USER, Event, Option, Property
from hubspot_simulator.records.portal import Portal
from hubspot_simulator.transport import SimulatorTransport
from loanark.connections import actions as connections
from loanark.connections import mapping as mappings
from loanark.connections.models import Connection
from loanark.core.mapping import Mapping
from loanark.kit import clock as product_clock
from loanark.kit import sql
from loanark.sync import webhooks
from loanark.tenants.access import Scope, tenant_scope
from loanark.tenants.models import Role, Tenant
from loanark.tenants.permissions import OF_ROLE
from simulation.clock import StoryClock
from simulation.database import CLIENT_ID, CLIENT_SECRET, PUBLIC_URL, superuser_url
from simulation.record import Deed, Record, Typed, Witnessed
from simulation.story import TYPED_FIELDS, Story

T = TypeVar("T")

WEBHOOKS = "/webhooks/hubspot"

#: A request is on its way for so many milliseconds, there and back.
TRAVEL_MS = (2, 12)

#: Another program waits so long for a row that the engine has locked, in milliseconds, before it gives up for now.
PATIENCE_MS = 20


class World:
    """Both sides and everything between them."""

    def __init__(self, story: Story, url: str) -> None:
        self.story = story
        self.record = Record()
        self.clock = StoryClock()
        self.url = url
        #: Chance of what is between the parties: travel times and the like.
        self.chance = random.Random(f"world {story.seed}")
        self._numbers = iter(range(1, 10**9))
        self.admin = psycopg.connect(superuser_url(url), autocommit=True)
        self.program: psycopg.Connection[dict[str, Any]]
        self.late: list[psycopg.Connection[dict[str, Any]]] = []
        self.simulator: Simulator
        self.portal: Portal
        self.scope: Scope
        #: What is told of each request; set by the worker's side (see `worker.py`).
        self.at: Callable[[str, str], None] = lambda moment, where: None

    # ── Beginning and end ───────────────────────────────────────────────────────────────────────────────────────

    @contextmanager
    def open(self) -> Iterator["World"]:
        """The world as it is before anything is connected; what it opened is closed afterwards."""
        chance = random.Random(f"chance {self.story.seed}")
        urandom, transport = os.urandom, settings.HUBSPOT_TRANSPORT
        random.seed(f"jitter {self.story.seed}")
        # uuid4 and secrets ask the operating system: in a story even that is told by the seed.
        os.urandom = lambda count: chance.randbytes(count)
        settings.HUBSPOT_TRANSPORT = lambda: _Wire(self)
        # A limit smaller than any that HubSpot has is no surprise to the first requests.
        limit = patch("loanark.connections.clients.DEFAULT_LIMIT", self.story.limit)
        try:
            with product_clock.use(self.clock), limit:
                # A connection knows how its statements fared in the stories before, and plans them by that.
                database.close()
                self._empty_the_database()
                self._open_hubspot()
                self._open_organisation()
                yield self
        finally:
            os.urandom, settings.HUBSPOT_TRANSPORT = urandom, transport
            for connection in (*self.late, *([self.program] if hasattr(self, "program") else [])):
                connection.close()
            self.admin.close()

    def _empty_the_database(self) -> None:
        """As new, numbers included: nothing of the story before may show in this one."""
        names = [
            name
            for (name,) in self.admin.execute(
                # A table without a file was never touched: to truncate it takes as long as to truncate another.
                """SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                   AND pg_relation_size(c.oid) > 0
                   AND c.relname NOT LIKE 'django\\_%' AND c.relname NOT LIKE 'auth\\_permission%' ORDER BY 1"""
            )
        ]
        quoted = ", ".join(f'public."{name}"' for name in names)
        self.admin.execute("SET session_replication_role = replica")
        if names:
            self.admin.execute(f"TRUNCATE {quoted} CASCADE")
        self.admin.execute(
            """SELECT setval(c.oid, s.seqstart, false) FROM pg_class c JOIN pg_sequence s ON s.seqrelid = c.oid
               WHERE c.relnamespace = 'public'::regnamespace"""
        )
        self.admin.execute("TRUNCATE simulation.merges RESTART IDENTITY")
        self.admin.execute("ALTER SEQUENCE simulation.ids RESTART")
        self.admin.execute("SET session_replication_role = DEFAULT")

    def _open_hubspot(self) -> None:
        story = self.story
        hubspot_simulator.simulator.FIRST_PORTAL = 70_000_001
        self.simulator = Simulator(
            Settings(
                contacts=0,
                seed=story.seed,
                limit=Limit(story.limit),
                search_lag_ms=story.search_lag_ms,
                property_lag_ms=0,
                webhook_url=f"{PUBLIC_URL}{WEBHOOKS}" if story.webhooks else "",
                client_id=CLIENT_ID,
                client_secret=CLIENT_SECRET,
            ),
            self.clock,
        )
        self.portal = self.simulator.first_portal()
        self.portal.index.trouble.jitter_ms = story.search_jitter_ms
        self.simulator.webhooks.settings.delay_ms = story.webhook_delay_ms
        self.simulator.webhooks.settings.event_id_range = 100
        real = self.portal._emit

        def witnessed(event: Event) -> None:
            self._witness(event)
            real(event)

        self.portal._emit = witnessed
        for name, kind in TYPED_FIELDS.items():
            if name in story.fields:
                self._define(f"loanark_{name}", kind)
        self.portal.property_lag_ms = story.property_lag_ms

    def _define(self, name: str, kind: str) -> None:
        field_type = {"number": "number", "date": "date", "bool": "booleancheckbox"}[kind]
        options = [Option(value, value, order=order) for order, value in enumerate(("true", "false"))]
        self.portal.properties[name] = Property(
            name, name, kind, field_type, "lending", options if kind == "bool" else [], defined_by_hubspot=False
        )

    def _open_organisation(self) -> None:
        with self._marked():
            tenant = Tenant.objects.create(id=uuid.UUID(int=0x70000000 + self.story.seed), name="Lender", slug="lender")
        self.scope = Scope(
            tenant.id, "lender", Role.ADMINISTRATOR, 0, "jane@lender.example", OF_ROLE[Role.ADMINISTRATOR]
        )
        self.program = self.another_program()
        chosen = self.story.duplicates
        self.sql(
            """INSERT INTO duplicate_settings (tenant_id, at_ingest, follow_hubspot, automatic, hubspot_wait_hours)
               VALUES (%s, %s, %s, %s, %s)""",
            self.tenant_id,
            chosen is not None,
            chosen is not None,
            chosen is not None and chosen.automatic,
            chosen.wait_hours if chosen else 0,
        )

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """Statements outside of an organisation's scope are at the story's time as well."""
        with database.cursor() as cursor:
            cursor.execute("SELECT set_config('simulation.now', %s, false)", [self.clock.now().isoformat()])
        yield

    # ── Witnesses ───────────────────────────────────────────────────────────────────────────────────────────────

    def _witness(self, event: Event) -> None:
        detail = dict(event.detail)
        if event.kind == "merge":
            detail["props"] = dict(self.portal.contacts[event.object_id].props)
        ours = event.source.kind == "INTEGRATION"
        events = self.record.events
        events.append(Witnessed(len(events), event.kind, str(event.object_id), ours, detail, self.clock.passed))

    def tell(self, text: str) -> None:
        """A line of the trace."""
        self.record.trace.append(f"{self.clock.passed:10.3f}  {text}")

    def count(self, what: str) -> None:
        self.record.coverage[what] += 1

    def typed(self, side: str, record: object, field: str, value: str) -> None:
        self.record.typed.append(Typed(side, str(record), field, value, len(self.record.events), self.clock.passed))

    def deed(self, side: str, record: object, what: str) -> None:
        self.record.deeds.append(Deed(side, str(record), what, len(self.record.events), self.clock.passed))

    # ── Values nobody else ever writes ──────────────────────────────────────────────────────────────────────────

    def number(self) -> int:
        return next(self._numbers)

    # ── LoanArk's side ──────────────────────────────────────────────────────────────────────────────────────────

    @property
    def tenant_id(self) -> UUID:
        return self.scope.tenant_id

    def another_program(self) -> psycopg.Connection[dict[str, Any]]:
        """A program of the lender's own, with plain SQL and no idea of the sync."""
        options = f"-c loanark.tenant_id={self.tenant_id} -c role=loanark_app -c lock_timeout={PATIENCE_MS}"
        return psycopg.connect(
            self.url, options=options, row_factory=dict_row, application_name="import.py", autocommit=True
        )

    def sql(self, query: str, *params: Any) -> int:
        """Another program's statement; a transaction of its own. Raises: Busy, when the engine has the row."""
        return self._program(query, params).rowcount

    def rows(self, query: str, *params: Any) -> list[dict[str, Any]]:
        return self._program(query, params).fetchall()

    def _program(self, query: str, params: Any) -> psycopg.Cursor[dict[str, Any]]:
        self.program.execute("SELECT set_config('simulation.now', %s, false)", [self.clock.now().isoformat()])
        try:
            return self.program.execute(query, params)
        except psycopg.errors.LockNotAvailable as error:
            raise Busy from error

    def acts(self, action: Callable[[], T]) -> T:
        """A person does something in LoanArk."""
        with tenant_scope(self.tenant_id, actor=self.scope.actor, cause="user", side="loanark"):
            sql.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            return action()

    def connection(self) -> Connection:
        with tenant_scope(self.tenant_id):
            return Connection.objects.get(tenant_id=self.tenant_id)

    def mapping(self) -> Mapping:
        with tenant_scope(self.tenant_id):
            return mappings.load(Connection.objects.get(tenant_id=self.tenant_id))

    # ── Connecting ──────────────────────────────────────────────────────────────────────────────────────────────

    def connect(self) -> None:
        """A person connects the account, by HubSpot's page or with a token."""
        if not self.story.oauth:
            connections.connect_static(self.tenant_id, self.simulator.static_token(), by="jane")
            return
        with tenant_scope(self.tenant_id):
            asked = dict(parse_qsl(urlsplit(connections.begin_authorization(self.scope)).query))
        answer = self.simulator.authority.grant(asked, self.portal.id)
        assert answer.status == 303, answer.body
        code = dict(parse_qsl(urlsplit(dict(answer.headers)["Location"]).query))["code"]
        connections._connect_oauth(self.tenant_id, code, by="jane")

    # ── Webhooks ────────────────────────────────────────────────────────────────────────────────────────────────

    def deliver_webhooks(self) -> int:
        """HubSpot posts what is due to LoanArk's address. Returns how many requests that took."""
        return self.simulator.webhooks.deliver_due(self.post_webhook)

    def post_webhook(self, url: str, headers: dict[str, str], body: bytes) -> int:
        wanted = {name: value for name, value in headers.items() if name != "Content-Type"}
        request = RequestFactory(headers=wanted).generic("POST", WEBHOOKS, body, content_type="application/json")
        with self._marked():
            status = webhooks.receive(request).status_code
        self.count(f"webhook answered {status}")
        return status

    # ── HubSpot's side ──────────────────────────────────────────────────────────────────────────────────────────

    def hubspot_edits(self, contact_id: int, values: dict[str, str], *, unchecked: bool = False) -> None:
        """A person edits in HubSpot. Raises: hubspot_simulator.errors.ApiError."""
        contact = self.portal.contacts[contact_id]
        if unchecked:
            self.portal.force(contact, values, USER)
        else:
            self.portal.update(contact, self.portal.draft(values, current=contact, dated=True), USER)

    def hubspot_creates(self, values: dict[str, str]) -> int:
        return self.portal.create(self.portal.draft(values, current=None, dated=True), USER).id


class Busy(Exception):
    """The engine has this row just now: the program comes back another time."""


class _Wire(SimulatorTransport):
    """The way to HubSpot: takes its time, and is where a worker may die and others may act."""

    def __init__(self, world: World) -> None:
        super().__init__(world.simulator)
        self._world = world

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        world, chance = self._world, self._world.chance
        what = f"{request.method} {_short(request.url.path)}"
        world.at("before a request", what)
        world.clock.advance(chance.randint(*TRAVEL_MS))
        before = len(world.simulator.log)
        try:
            response = super().handle_request(self._in_small_pages(request))
        except httpx2.RequestError:
            self._told(what, before, "no answer")
            world.at("after a request", what)
            raise
        self._told(what, before, str(response.status_code))
        world.clock.advance(chance.randint(*TRAVEL_MS))
        world.at("after a request", what)
        return response

    def _in_small_pages(self, request: httpx2.Request) -> httpx2.Request:
        """A HubSpot whose pages hold few rows: a story's few contacts then fill several."""
        story = self._world.story
        if request.url.path.endswith("/search") and story.search_page < 200:
            body = orjson.loads(request.read())
            content = orjson.dumps({**body, "limit": min(body.get("limit", 10), story.search_page)})
            return _like(request, request.url, content)
        limit = request.url.params.get("limit")
        if request.url.params.get("archived") == "true":
            return request  # polls read a fixed number of these pages: smaller ones would be another promise
        if limit and int(limit) > story.page:
            return _like(request, request.url.copy_set_param("limit", str(story.page)), request.read())
        return request

    def _told(self, what: str, before: int, answer: str) -> None:
        log = self._world.simulator.log
        fault = log[-1].get("fault") if len(log) > before else None
        if fault:
            self._world.count(f"fault: {fault}")
        if answer == "429":
            self._world.count("HubSpot answered 429")
        self._world.tell(f"    {what} -> {answer}{f' ({fault})' if fault else ''}")


def _like(request: httpx2.Request, url: httpx2.URL, content: bytes) -> httpx2.Request:
    headers = [(name, value) for name, value in request.headers.items() if name.lower() != "content-length"]
    return httpx2.Request(request.method, url, headers=headers, content=content, extensions=request.extensions)


def _short(path: str) -> str:
    return path.removeprefix("/crm/objects/2026-09/").removeprefix("/crm/")
