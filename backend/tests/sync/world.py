"""A small world: one organisation, its HubSpot account in the simulator, another program with SQL, and the engine.

Time does not pass by itself: `settle` makes everything due that would become due, until nothing more happens.
"""

import base64
import contextlib
import dataclasses
import hashlib
import hmac
import importlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import httpx2
import orjson
import psycopg
import pytest
from django.conf import settings
from django.db import connections as databases
from django.test import Client as Browser
from psycopg.rows import dict_row

import hubspot_simulator.simulator
from hubspot_simulator import Settings, Simulator
from hubspot_simulator.http import Request
from hubspot_simulator.records.portal import Portal
from hubspot_simulator.transport import SimulatorTransport
from loanark.connections import actions as connections
from loanark.connections import budget, clients
from loanark.connections.models import Connection
from loanark.contacts import actions as contacts
from loanark.contacts import conflicts
from loanark.core.mapping import Side
from loanark.core.translate import held, incoming
from loanark.duplicates import automatic
from loanark.hubspot.client import Client
from loanark.sync import engine, runs
from loanark.sync.engine import Turn
from loanark.tenants.access import Scope, tenant_scope
from loanark.tenants.models import Role
from loanark.tenants.permissions import OF_ROLE

T = TypeVar("T")

#: Every world has an account of its own: an account belongs to one organisation only.
_portals = itertools.count(70_000_001)

#: Typed fields of LoanArk's, which a fresh account does not have.
TYPED = {"loanark_loan_amount": "number", "loanark_closing_date": "date", "loanark_consent_to_contact": "bool"}

WRITES = ("/batch/create", "/batch/update", "/batch/upsert", "/batch/archive")


class _OneAtATime(SimulatorTransport):
    """The engine reads the next page in a thread; the simulator serves one request at a time."""

    def __init__(self, simulator: Simulator, lock: threading.Lock) -> None:
        super().__init__(simulator)
        self._lock = lock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        with self._lock:
            return super().handle_request(request)


class HubSpot:
    """The other side: what its users do, and what the simulator saw."""

    def __init__(self, *, people: int) -> None:
        app = {"client_id": settings.CONFIG.hubspot_client_id, "client_secret": settings.CONFIG.hubspot_client_secret}
        self.simulator = Simulator(
            Settings(
                contacts=people, limit=None, search_lag_ms=0, webhook_url="http://localhost/webhooks/hubspot", **app
            )
        )
        self.simulator.webhooks.settings.delay_ms = 0
        self.lock = threading.Lock()
        for name, kind in TYPED.items():
            self.define(name, kind)

    @property
    def portal(self) -> Portal:
        return self.simulator.first_portal()

    def transport(self) -> httpx2.BaseTransport:
        return _OneAtATime(self.simulator, self.lock)

    def user(self, method: str, path: str, /, **body: Any) -> Any:
        """Something a person does in HubSpot."""
        request = Request(method, f"/_control/{path}", body=orjson.dumps(body) if body else b"")
        with self.lock:
            answer = self.simulator.handle(request)
        assert answer.status < 300, answer.body
        return orjson.loads(answer.body or b"null")

    def authorize(self, asked: dict[str, str]) -> str:
        """A person accepts HubSpot's page. Returns the code HubSpot sends the browser back with."""
        answer = self.simulator.authority.grant(asked, self.portal.id)
        assert answer.status == 303, answer.body
        return dict(parse_qsl(urlsplit(dict(answer.headers)["Location"]).query))["code"]

    def define(self, name: str, kind: str) -> None:
        field_type = {"number": "number", "date": "date", "bool": "booleancheckbox"}[kind]
        options = [{"label": v, "value": v, "displayOrder": n} for n, v in enumerate(("true", "false"))]
        more = {"options": options} if kind == "bool" else {}
        self.user(
            "POST", "properties", name=name, label=name, type=kind, fieldType=field_type, groupName="lending", **more
        )

    def create(self, **properties: str) -> str:
        return str(self.user("POST", "contacts", properties=properties)["id"])

    def edit(self, id: str, **properties: str) -> None:
        self.user("PATCH", f"contacts/{id}", properties=properties)

    def force(self, id: str, **properties: str) -> None:
        """Old imports and forms left values that no rule would let in today."""
        self.user("PATCH", f"contacts/{id}", properties=properties, unchecked=True)

    def archive(self, id: str) -> None:
        self.user("POST", f"contacts/{id}/archive")

    def restore(self, id: str) -> None:
        self.user("POST", f"contacts/{id}/restore")

    def merge(self, primary: str, secondary: str) -> str:
        return str(self.user("POST", "merge", primary=primary, secondary=secondary)["id"])

    def fails(self, path: str, *, status: int = 503, count: int = 1, when: str = "before") -> None:
        """The next requests to `path` fail, before or after they had their effect."""
        self.user("POST", "faults", path=path, status=status, count=count, when=when)

    def __getitem__(self, id: str) -> dict[str, str]:
        """The properties a contact holds."""
        return self.portal.contacts[int(id)].props

    def __len__(self) -> int:
        return len(self.portal.live)

    def with_email(self, email: str) -> list[str]:
        return [str(id) for id in self.portal.live if self.portal.contacts[id].props.get("email") == email]

    def writes(self) -> list[str]:
        """The writes LoanArk sent, as the simulator logged them."""
        return [row["path"].rpartition("/contacts/")[2] for row in self.simulator.log if row["path"].endswith(WRITES)]

    def reads(self) -> list[str]:
        return [row["path"] for row in self.simulator.log if not row["path"].endswith(WRITES)]

    def pages_listed(self) -> int:
        rows = [row for row in self.simulator.log if row["path"].endswith("/objects/2026-09/contacts")]
        return len([row for row in rows if "archived=false" in row["query"]])

    def forget_requests(self) -> None:
        self.simulator.log.clear()


class World:
    """Both sides and the engine between them."""

    def __init__(self, tenant_id: UUID, hubspot: HubSpot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tenant_id = tenant_id
        self.hubspot = hubspot
        self.scope = Scope(
            tenant_id, "lender", Role.ADMINISTRATOR, 0, "jane@lender.example", OF_ROLE[Role.ADMINISTRATOR]
        )
        self._monkeypatch = monkeypatch

    # Connecting and the first run

    def connect(self) -> None:
        connections.connect_static(self.tenant_id, self.hubspot.simulator.static_token(), by="test")

    def connect_by_oauth(self) -> None:
        """A person presses Connect and accepts HubSpot's page."""
        # HubSpot sends browsers to https only, except for localhost.
        config = dataclasses.replace(settings.CONFIG, public_url="http://localhost")
        self._monkeypatch.setattr(settings, "CONFIG", config)
        with tenant_scope(self.tenant_id):
            asked = dict(parse_qsl(urlsplit(connections.begin_authorization(self.scope)).query))
        connections._connect_oauth(self.tenant_id, self.hubspot.authorize(asked), by="test")

    def connection(self) -> Connection:
        with tenant_scope(self.tenant_id):
            return Connection.objects.get(tenant_id=self.tenant_id)

    def run(self, kind: str) -> Any:
        """The latest run of a kind."""
        return self.row("SELECT * FROM runs WHERE kind = %s ORDER BY id DESC LIMIT 1", kind)

    def approve_first_run(self) -> None:
        self.settle()
        with tenant_scope(self.tenant_id):
            runs.approve(self.run("preview")["id"], by="jane@lender.example")

    def start(self) -> None:
        """Connected, previewed, approved, and at rest."""
        self.connect()
        self.approve_first_run()
        self.settle()
        self.hubspot.forget_requests()

    def sweep(self) -> None:
        with tenant_scope(self.tenant_id):
            runs.start("sweep", trigger="test")
        self.settle()

    # The engine

    def turn(self, *, turn_seconds: float = 15.0) -> Turn:
        """Of the sync: whom these stories do not mean to compare is compared before."""
        while automatic.step(self.tenant_id):
            pass
        return engine.advance(self.tenant_id, turn_seconds=turn_seconds)

    def settle(self, *, polls: bool = True) -> None:
        """Lets time pass until nothing more happens."""
        if polls:
            self.poll_is_due()
        for _ in range(60):
            self.time_passes()
            turn = self.turn()
            assert turn in (Turn.IDLE, Turn.MORE), turn
            # Before the first run is approved hints wait for it.
            if turn is Turn.IDLE and (not self.hints() or self.connection().approved_at is None):
                return
        raise AssertionError(f"never at rest: {self.hints()}")

    @contextmanager
    def killed_at(self, target: str, *, after: int = 0) -> Iterator[None]:
        """The worker dies when it calls `target` for the time after `after`, before anything of that call happens."""
        with self._monkeypatch.context() as patch:
            patch.setattr(target, _mortal(target, after))
            try:
                yield
            except Killed:
                return
        raise AssertionError(f"nobody called {target}")

    def may_be_killed_at(self, target: str, *, after: int = 0) -> None:
        """A turn of a worker that dies there, if it comes there."""
        with self._monkeypatch.context() as patch, contextlib.suppress(Killed):
            patch.setattr(target, _mortal(target, after))
            self.turn()

    @contextmanager
    def meanwhile(self, target: str, happens: Callable[[], object]) -> Iterator[None]:
        """Something happens just before the worker first calls `target`."""
        module, _, name = target.rpartition(".")
        real = getattr(importlib.import_module(module), name)
        once = [happens]

        def interrupted(*args: Any, **kwargs: Any) -> Any:
            while once:
                once.pop()()
            return real(*args, **kwargs)

        with self._monkeypatch.context() as patch:
            patch.setattr(target, interrupted)
            yield
        assert not once, f"nobody called {target}"

    def turn_of_another_worker(self) -> str:
        """In a thread of its own, as it has a database connection of its own."""
        with ThreadPoolExecutor(1) as thread:
            turn = thread.submit(self.turn).result()
            thread.submit(databases.close_all).result()
        return turn.name

    def time_passes(self) -> None:
        """Everything that waits for a moment to come has waited long enough."""
        self.sql("UPDATE hints SET not_before = now() WHERE not_before > now()")

    def poll_is_due(self) -> None:
        self.sql("UPDATE connections SET last_poll_at = NULL")

    def deliver_webhooks(self) -> list[int]:
        """HubSpot posts its events to LoanArk's address. Returns the statuses LoanArk answered."""
        statuses: list[int] = []

        def post(url: str, headers: dict[str, str], body: bytes) -> int:
            answer = Browser().generic(
                "POST",
                "/webhooks/hubspot",
                body,
                content_type="application/json",
                headers={name: value for name, value in headers.items() if name != "Content-Type"},
            )
            statuses.append(answer.status_code)
            return answer.status_code

        for batch in self.hubspot.simulator.webhooks.take_due():
            self.hubspot.simulator.webhooks.send(batch, post)
        return statuses

    def post_webhook(self, events: object, *, secret: str | None = None, age_seconds: int = 0) -> int:
        """Somebody posts to LoanArk's address, signed like HubSpot with the app's secret (or another)."""
        body = orjson.dumps(events)
        moment = str(time.time_ns() // 1_000_000 - age_seconds * 1000)
        key = (secret or settings.CONFIG.hubspot_client_secret).encode()
        message = b"POSThttp://localhost/webhooks/hubspot" + body + moment.encode()
        headers = {
            "X-HubSpot-Signature-v3": base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode(),
            "X-HubSpot-Request-Timestamp": moment,
        }
        address = "/webhooks/hubspot"
        return Browser().generic("POST", address, body, content_type="application/json", headers=headers).status_code

    # LoanArk's side

    @contextmanager
    def another_program(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A program of the lender's own, with plain SQL and no idea of the sync."""
        options = f"-c loanark.tenant_id={self.tenant_id} -c role=loanark_app"
        with psycopg.connect(
            settings.CONFIG.database_url, options=options, row_factory=dict_row, application_name="import.py"
        ) as connection:
            yield connection

    def owner(self) -> psycopg.Connection[Any]:
        """The owner of the tables, who may do more than the product."""
        return psycopg.connect(settings.CONFIG.database_url)

    def owner_sql(self, query: str, *params: Any) -> None:
        with self.owner() as connection:
            connection.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(self.tenant_id)])
            connection.execute(query, params)

    def sql(self, query: str, *params: Any) -> int:
        with self.another_program() as connection:
            return connection.execute(query, params).rowcount

    def rows(self, query: str, *params: Any) -> list[dict[str, Any]]:
        with self.another_program() as connection:
            return connection.execute(query, params).fetchall()

    def row(self, query: str, *params: Any) -> Any:
        (row,) = self.rows(query, *params)
        return row

    def insert(self, **columns: Any) -> UUID:
        """Another program adds a contact."""
        names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
        return self.row(f"INSERT INTO contacts ({names}) VALUES ({marks}) RETURNING id", *columns.values())["id"]

    def edit(self, contact_id: UUID, **columns: str | None) -> None:
        """A person edits in LoanArk."""
        self._act(lambda: contacts.edit(self.scope, contact_id, columns))

    def create(self, **columns: str | None) -> UUID:
        return self._act(lambda: contacts.create(self.scope, columns))

    def delete(self, contact_id: UUID) -> None:
        self._act(lambda: contacts.delete(self.scope, contact_id))

    def restore(self, contact_id: UUID) -> None:
        self._act(lambda: contacts.restore(self.scope, contact_id))

    def retry(self, contact_id: UUID) -> None:
        for rejection in self.rejections(contact_id):
            self._act(lambda id=rejection["id"]: contacts.retry(self.scope, id))

    def resync(self, contact_id: UUID) -> None:
        """A person asks for a look."""
        self._act(lambda: contacts.resync(self.scope, contact_id))

    def resolve(self, contact_id: UUID, winner: Side) -> None:
        for conflict in self.conflicts(contact_id, open=True):
            self._act(lambda id=conflict["id"]: conflicts.resolve(self.scope, id, winner))

    def decide(self, contact_id: UUID, what: str, *answer: object) -> None:
        """One of the acts of `contacts.conflicts`, on the contact's only conflict."""
        (conflict,) = self.conflicts(contact_id)
        self._act(lambda: getattr(conflicts, what)(self.scope, conflict["id"], *answer))

    def _act(self, action: Callable[[], T]) -> T:
        with tenant_scope(self.tenant_id, actor=self.scope.actor, cause="user", side="loanark"):
            return action()

    def map(self, field: str, **choices: Any) -> None:
        """Somebody changes a field's rule."""
        assignments = ", ".join(f"{name} = %s" for name in choices)
        assert self.sql(f"UPDATE field_mappings SET {assignments} WHERE field = %s", *choices.values(), field) == 1

    # Looking

    def contact(self, hubspot_id: str) -> Any:
        """LoanArk's contact of a HubSpot contact."""
        return self.row(
            """SELECT c.* FROM contacts c JOIN contact_links l ON l.contact_id = c.id
               WHERE l.hubspot_id = %s AND l.state = 'live'""",
            hubspot_id,
        )

    def local(self, contact_id: UUID) -> Any:
        return self.row("SELECT * FROM contacts WHERE id = %s", contact_id)

    def hubspot_id(self, contact_id: UUID) -> str:
        query = "SELECT hubspot_id FROM contact_links WHERE contact_id = %s AND state = 'live'"
        return self.row(query, contact_id)["hubspot_id"]

    def pair(self, **properties: str) -> tuple[str, UUID]:
        """A contact that is on both sides, at rest."""
        hubspot_id = self.hubspot.create(**{"email": "ann@example.com", "firstname": "Ann", **properties})
        self.settle()
        self.hubspot.forget_requests()
        return hubspot_id, self.contact(hubspot_id)["id"]

    def hints(self) -> list[dict[str, Any]]:
        return self.rows("SELECT side, record_id, source, last_error FROM hints ORDER BY side, record_id")

    def changes(self, contact_id: UUID) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM contact_changes WHERE contact_id = %s ORDER BY id", contact_id)

    def conflicts(self, contact_id: UUID, *, open: bool | None = None) -> list[dict[str, Any]]:
        found = self.rows("SELECT * FROM contact_conflicts WHERE contact_id = %s ORDER BY id", contact_id)
        return [row for row in found if open is None or row["open"] is open]

    def rejections(self, contact_id: UUID | None = None) -> list[dict[str, Any]]:
        """Open ones."""
        found = self.rows("SELECT * FROM contact_rejections WHERE resolved_at IS NULL ORDER BY id")
        return [row for row in found if contact_id in (None, row["contact_id"])]

    def live(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM contacts WHERE deleted_at IS NULL")

    def differences(self) -> list[str]:
        """Every mapped field of every contact in which the two sides are not the same."""
        with tenant_scope(self.tenant_id):
            rules = connections.mapping.load(Connection.objects.get(tenant_id=self.tenant_id)).rules
        local = {row["id"]: row for row in self.live()}
        links = self.rows("SELECT contact_id, hubspot_id FROM contact_links WHERE state = 'live'")
        found = [f"{id} has no HubSpot contact" for id in local.keys() - {link["contact_id"] for link in links}]
        linked = {int(link["hubspot_id"]) for link in links}
        found += [f"{id} has no LoanArk contact" for id in set(self.hubspot.portal.live) - linked]
        for link in links:
            row, props = local.get(link["contact_id"]), self.hubspot.portal.contacts.get(int(link["hubspot_id"]))
            if row is None or props is None or props.archived:
                found.append(f"{link} lost a side")
                continue
            for rule in rules:
                ours = held(rule, lambda name, row=row: _text(row, name))
                theirs = incoming(rule, props.props.get(rule.property_name))
                if ours != theirs:
                    found.append(f"{rule.field} of {link['hubspot_id']}: LoanArk {ours}, HubSpot {theirs}")
        return found

    # Asserting

    def assert_same(self) -> None:
        assert self.differences() == []

    def assert_at_rest(self) -> None:
        """Another look at everything writes nothing on either side."""
        versions = self.rows("SELECT id, version FROM contacts ORDER BY id")
        changes = self.row("SELECT count(*) FROM contact_changes")
        self.hubspot.forget_requests()
        self.settle()
        self.sql("INSERT INTO hints (side, record_id, source, lane) SELECT 'hubspot', hubspot_id, 'test', 4 "
                 "FROM contact_links WHERE state = 'live' ON CONFLICT DO NOTHING")  # fmt: skip
        self.settle()
        self.sweep()
        assert self.hubspot.writes() == []
        assert self.rows("SELECT id, version FROM contacts ORDER BY id") == versions
        assert self.row("SELECT count(*) FROM contact_changes") == changes

    def assert_balanced(self) -> None:
        self.assert_same()
        self.assert_at_rest()
        self.assert_same()


def _text(row: dict[str, Any], name: str) -> str | None:
    column = row[name] if name in row else row["custom"].get(name)
    return column if column is None or isinstance(column, str) else str(column)


class Killed(BaseException):
    """Not an `Exception`: nothing in the product catches it, as nothing catches SIGKILL."""


def _mortal(target: str, after: int) -> Callable[..., Any]:
    module, _, name = target.rpartition(".")
    real = getattr(importlib.import_module(module), name)
    calls = itertools.count()

    def mortal(*args: Any, **kwargs: Any) -> Any:
        if next(calls) >= after:
            raise Killed
        return real(*args, **kwargs)

    return mortal


def make_world(tenant_id: UUID, monkeypatch: pytest.MonkeyPatch, *, people: int = 0) -> World:
    monkeypatch.setattr(hubspot_simulator.simulator, "FIRST_PORTAL", next(_portals))
    hubspot = HubSpot(people=people)
    monkeypatch.setattr(settings, "HUBSPOT_TRANSPORT", hubspot.transport)
    # The simulator has no limits either: nothing waits for its slot.
    monkeypatch.setattr(budget, "SEARCH_LIMIT", 1_000)
    monkeypatch.setattr(clients, "DEFAULT_LIMIT", budget.UNLIMITED)
    monkeypatch.setattr(clients, "Client", _impatient)
    return World(tenant_id, hubspot, monkeypatch)


def _impatient(**options: Any) -> Client:
    """The real client, which does not sleep before it tries again."""
    return Client(**{**options, "sleep": lambda _: None})
