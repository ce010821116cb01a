"""Planted secrets never leave in the clear: whole days of real processes, and a search of all that left them.

Every secret there is carries a mark, or is noted when it is made. Then people come in, connect HubSpot, work, mistype
and forget; HubSpot, the mail server and the company's provider fail and repeat what they were sent; tables vanish under
running requests; keys are changed. Searched is what the processes print, every byte that browsers and programs are
answered, all that is sent to others, the arguments of every process, the whole database, and the files left behind.

Not searched: what is sent to HubSpot, the provider and the mail server to be recognised by (headers and forms, never
addresses); the cookie of a session; the one answer that tells a new secret; the mail that holds a link; and a process's
environment, which only its own user reads. A passkey's private part is in no process of ours.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx2
import orjson
import psycopg
import pytest
from canaries import Canaries, forms
from outside import Exchange, MailServer, Provider, Wire, mail_server, provider, wire

from loanark.cli.browser import Browser as HubSpotUser
from loanark.kit.postgres import EmbeddedPostgres
from loanark.kit.secrets import Keyring

AUTH, ACCOUNT, APP = "/api/auth/browser/v1/auth", "/api/auth/browser/v1/account", "/api/auth/app/v1/auth"
ADMIN = "ann@lender.example"
CONTACTS = 40


def canary(what: str) -> str:
    """Nobody makes up such a text by chance. Some characters are written otherwise in addresses, HTML and JSON."""
    return f"canary-{what}-{secrets.token_hex(6)}&é"


# ── The search can find ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", [form for form, _ in forms(canary("any"))])
def test_the_search_finds_a_secret_however_it_is_written(form: str) -> None:
    secret = canary("hidden")
    canaries = Canaries({"hidden": secret})
    canaries.keep("haystack", b"before " + dict(forms(secret))[form] + b" after")
    assert [leak.place for leak in canaries.leaks()] == ["haystack"]


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
def test_the_search_finds_a_secret_in_what_is_packed(before: str) -> None:
    secret = canary("packed")
    plain = f'{before}{{"key": "{secret}"}}'.encode()
    for packed in (base64.b64encode(plain), base64.urlsafe_b64encode(zlib.compress(plain)).rstrip(b"=")):
        canaries = Canaries({"packed": secret})
        canaries.keep("row", b"5\t." + packed + b":1vJ:signature\t2026")
        assert canaries.leaks(), packed


def test_a_short_code_is_found_as_a_word_and_not_in_a_number() -> None:
    canaries = Canaries({"code": "481516"})
    canaries.keep("moment", "2026-11-26 10:00:00.481516+00, 14815162")
    assert canaries.leaks() == []
    canaries.keep("name", "used?code=481516")
    assert [leak.place for leak in canaries.leaks()] == ["name"]


def test_what_is_told_by_design_is_told_there_only() -> None:
    secret = canary("told")
    canaries = Canaries({"told": secret})
    canaries.keep("the answer that makes it", secret, told=[secret])
    assert canaries.leaks() == []
    canaries.keep("another answer", secret)
    assert [leak.place for leak in canaries.leaks()] == ["another answer"]


# ── Processes and people ────────────────────────────────────────────────────────────────────────────────────────────


def nothing(_: Any) -> Iterable[str]:
    return ()


@dataclass
class Installation:
    """A database, an environment, and the processes that were started with it."""

    canaries: Canaries
    environment: dict[str, str]
    directory: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    logs: list[Path] = field(default_factory=list)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """A process that runs on; what it prints is kept."""
        log = self.directory / f"{len(self.logs)}-{command[0]}.log"
        self.logs.append(log)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "loanark.cli", *command],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )
        self.running.append(process)
        return process

    def run(
        self, *command: str, stdin: str = "", code: int = 0, tells: Callable[[Any], Iterable[str]] = nothing, **env: str
    ) -> Any:
        """A command to its end; what it prints is kept. Returns its JSON document, if it is one."""
        done = subprocess.run(
            [sys.executable, "-m", "loanark.cli", *command],
            input=stdin.encode(),
            capture_output=True,
            env={**self.environment, **env},
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done
        document = orjson.loads(done.stdout) if "--json" in command and code == 0 else None
        told = list(tells(document)) if document else []
        self.canaries.keep(f"loanark {' '.join(command[:2])}: output", done.stdout + done.stderr, told)
        self.canaries.keep(f"loanark {' '.join(command[:2])}: arguments", " ".join(command))
        return document

    def note_arguments(self) -> None:
        """What `ps` shows of every process that runs now, children included."""
        for pid in _with_children({process.pid for process in self.running}):
            self.canaries.keep(f"arguments of process {pid}", Path(f"/proc/{pid}/cmdline").read_bytes())

    def stop(self) -> None:
        for process in reversed(self.running):
            process.send_signal(signal.SIGTERM)
        for process in self.running:
            process.wait(30)
        self.running.clear()

    def said(self) -> str:
        return "\n".join(log.read_text(errors="replace") for log in self.logs)

    def keep_logs(self) -> None:
        for log in self.logs:
            self.canaries.keep(f"log {log.name}", log.read_bytes())


def _with_children(pids: set[int]) -> set[int]:
    parents: dict[int, int] = {}
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(directory.name)] = int((directory / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    while more := {pid for pid, parent in parents.items() if parent in pids} - pids:
        pids |= more
    return pids


class Person:
    """A browser, or with `program` a program that shows no cookie; every answer is kept to be searched."""

    def __init__(self, canaries: Canaries, url: str) -> None:
        self._canaries = canaries
        self._client = httpx2.Client(base_url=url, timeout=60)
        self.get("/")

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        tells: Callable[[Any], Iterable[str]] = nothing,
        **headers: str,
    ) -> httpx2.Response:
        sent = {"X-CSRFToken": self._client.cookies.get("csrftoken") or "", **headers}
        content = None if body is None else orjson.dumps(body)
        if content:
            sent["Content-Type"] = "application/json"
        answer = self._client.request(method, path, content=content, headers=sent)
        if token := self._client.cookies.get("sessionid"):
            self._canaries.plant("session token", token)
        said = "\n".join(
            f"{name}: {re.sub(r'sessionid=[^;]*', '', value)}" for name, value in answer.headers.multi_items()
        )
        told = list(tells(answer.json())) if tells is not nothing else []
        self._canaries.keep(f"answer {answer.status_code} to {method} {path.partition('?')[0]}", said, told)
        self._canaries.keep(f"answer {answer.status_code} to {method} {path.partition('?')[0]}", answer.content, told)
        return answer

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: object = None, **more: Any) -> httpx2.Response:
        return self.call("POST", path, {} if body is None else body, **more)

    def sign_in(self, email: str, password: str) -> httpx2.Response:
        return self.post(f"{AUTH}/login", {"email": email, "password": password})


def eventually(holds: Callable[[], Any], seconds: float = 180.0) -> Any:
    until = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.1)
    return found


def answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health/ready", timeout=20).status_code == 200
    except httpx2.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def code_of(seed: str, steps: int = 0) -> str:
    """RFC 6238, as an authenticator app computes it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def dump(canaries: Canaries, url: str) -> None:
    """Every table, as a superuser sees it: Django's, the cache, and those of all organisations."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT c.relname FROM pg_class c WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        assert {("django_session",), ("cache",), ("mailbox",), ("connections",)} <= set(tables)
        for (table,) in tables:
            with connection.cursor().copy(f'COPY (SELECT * FROM "{table}") TO STDOUT') as rows:
                canaries.keep(f"table {table}", b"".join(bytes(row) for row in rows))


def link_in(mails: list[str], to: str, path: str) -> str:
    """What follows `path` in the newest mail to somebody that has it."""
    for mail in reversed(mails):
        if f"To: {to}" in mail and path in mail:
            return unquote(mail.split(path)[1].split()[0])
    return ""


# ── A day of an installation ────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Day:
    """An installation in production's shape, and everybody it deals with."""

    installation: Installation
    url: str
    superuser_url: str
    hubspot: Wire
    webhooks: Wire
    mail: MailServer
    company: Provider
    static_token: str
    tenant: str = ""
    passwords: dict[str, str] = field(default_factory=dict)

    @property
    def canaries(self) -> Canaries:
        return self.installation.canaries

    def plant(self, name: str) -> str:
        return self.canaries.plant(name, canary(name.replace(" ", "-")))

    def person(self, email: str = "") -> Person:
        person = Person(self.canaries, self.url)
        if email:
            assert person.sign_in(email, self.passwords[email]).status_code == 200
        return person

    def path(self, path: str) -> str:
        return f"/api/tenants/{self.tenant}{path}"

    def control(self, method: str, path: str, body: object = None) -> Any:
        """What HubSpot's own user or operator does."""
        answer = httpx2.request(method, f"{self.hubspot.target}/_control{path}", json=body, timeout=20)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def begin(self) -> None:
        """Web and worker, ready."""
        self.installation.start("web", "--port", str(urlsplit(self.url).port))
        self.installation.start("worker")
        eventually(lambda: answers(self.url))

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """Something nobody expects: a table is not there."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute(f'ALTER TABLE "{table}" RENAME TO "{table}_away"')
            try:
                yield
            finally:
                connection.execute(f'ALTER TABLE "{table}_away" RENAME TO "{table}"')

    def note_tokens(self) -> None:
        """HubSpot's tokens and codes as they went over the wire, and the signatures of its webhooks."""
        for exchange in self.hubspot.exchanges:
            if exchange.path.endswith("/token") and exchange.status == 200 and exchange.answer[:1] == b"{":
                granted = orjson.loads(exchange.answer)
                for name in ("access_token", "refresh_token"):
                    if name in granted:
                        self.canaries.plant(f"HubSpot {name}", granted[name])
        for exchange in self.webhooks.exchanges:
            headers = {name.lower(): value for name, value in exchange.headers.items()}
            if signature := headers.get("x-hubspot-signature-v3"):
                self.canaries.plant("webhook signature", signature)

    def note_sent(self) -> None:
        """All that was sent to others, but for what they are to recognise us by."""
        for exchange in self.hubspot.exchanges:
            self._note(exchange, "HubSpot", is_form="/oauth/" in exchange.path)
        for exchange in self.company.asked:
            self._note(exchange, "the provider", is_form=True)
        for mail in self.mail.mails:
            links = {unquote(found) for found in re.findall(r"/(?:join|password/reset|verify-email)/(\S+)", mail)}
            self.canaries.keep(f"mail: {mail.split('Subject: ')[1].splitlines()[0]}", mail, told=links)

    def _note(self, exchange: Exchange, whom: str, *, is_form: bool) -> None:
        self.canaries.keep(f"address sent to {whom}", f"{exchange.method} {exchange.path}")
        headers = {name: value for name, value in exchange.headers.items() if name.lower() != "authorization"}
        self.canaries.keep(f"headers sent to {whom}", str(headers))
        if not is_form:
            self.canaries.keep(f"body sent to {whom} at {exchange.path}", exchange.body)


@pytest.fixture(scope="module")
def day(database_url: str) -> Iterator[Day]:
    canaries = Canaries()
    directory = Path(tempfile.mkdtemp(prefix="la-canaries-"))
    directory.chmod(0o755)
    server = EmbeddedPostgres(Path(os.environ["LOANARK_TEST_SERVER_DIR"]))
    database = f"canaries_{secrets.token_hex(4)}"
    with psycopg.connect(server.superuser_url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{database}" OWNER loanark')
    client_secret = canaries.plant("HubSpot client secret", canary("client-secret"))
    port = free_port()
    simulator = subprocess.Popen(
        [sys.executable, "-m", "hubspot_simulator", "--port", "0", "--contacts", str(CONTACTS), "--limit", "none"],
        stdout=subprocess.PIPE,
        stderr=(directory / "simulator.log").open("wb"),
        env={
            **kept_environment(),
            "HUBSPOT_SIMULATOR_CLIENT_ID": "loanark",
            "HUBSPOT_SIMULATOR_CLIENT_SECRET": client_secret,
        },
    )
    assert simulator.stdout
    ready = orjson.loads(simulator.stdout.readline())
    with ExitStack() as stack:
        hubspot = stack.enter_context(wire(ready["base_url"]))
        webhooks = stack.enter_context(wire(f"http://localhost:{port}"))
        mail = stack.enter_context(mail_server())
        company = stack.enter_context(provider("dora@lender.example"))
        database_password = canaries.plant("database password", canary("database-password"))
        mail_password = canaries.plant("mail password", canary("mail-password").replace("é", "e"))  # as smtplib
        encryption_key = base64.b64encode(b"canary-encryption-key" + secrets.token_bytes(11)).decode()
        canaries.plant("encryption key", encryption_key)
        options = urlsplit(database_url).query
        environment = {
            **kept_environment(),
            "LOANARK_DATABASE_URL": f"postgresql://loanark:{quote(database_password, safe='')}@/{database}?{options}",
            "LOANARK_DATA_DIR": str(directory / "data"),
            "LOANARK_SECRET_KEYS": canaries.plant("secret key", canary("secret-key")),
            "LOANARK_ENCRYPTION_KEYS": encryption_key,
            "LOANARK_PUBLIC_URL": f"http://localhost:{port}",
            "LOANARK_HUBSPOT_API_URL": hubspot.url,
            "LOANARK_HUBSPOT_APP_URL": ready["base_url"],
            "LOANARK_HUBSPOT_CLIENT_ID": "loanark",
            "LOANARK_HUBSPOT_CLIENT_SECRET": client_secret,
            "LOANARK_MAIL_URL": f"smtp://loanark:{quote(mail_password, safe='')}@127.0.0.1:{mail.port}",
            "LOANARK_OPEN_SIGNUP": "1",
        }
        installation = Installation(canaries, environment, directory)
        installation.logs.append(directory / "simulator.log")
        static_token = canaries.plant("HubSpot static token", ready["portals"][0]["static_token"])
        superuser = server.superuser_url.replace("/postgres?", f"/{database}?")
        one = Day(installation, f"http://localhost:{port}", superuser, hubspot, webhooks, mail, company, static_token)
        target = {"target_url": f"{webhooks.url}/webhooks/hubspot", "public_url": f"{one.url}/webhooks/hubspot"}
        one.control("PUT", "/webhooks", target)
        try:
            yield one
        finally:
            installation.stop()
            simulator.terminate()
            simulator.wait(10)
            shutil.rmtree(directory, ignore_errors=True)


def kept_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}


def test_nothing_secret_leaves_an_installation_in_the_clear(day: Day) -> None:
    """The whole day, then the search."""
    found_out_of_order(day)
    the_organisation(day)
    day.begin()
    ann = people_come_in(day)
    second_factors(day)
    programs(day, ann)
    company(day, ann)
    hubspot_by_consent(day, ann)
    contacts_travel(day, ann)
    hubspot_in_trouble(day, ann)
    what_nobody_expects(day, ann)
    everything_there_is_to_read(day, ann)
    hubspot_by_token(day, ann)
    day.installation.note_arguments()
    keys_change(day)
    commands(day)
    day.installation.note_arguments()
    day.installation.stop()

    day.note_tokens()
    day.note_sent()
    day.installation.keep_logs()
    dump(day.canaries, day.superuser_url)
    for file in Path(day.installation.environment["LOANARK_DATA_DIR"]).rglob("*"):
        if file.is_file():
            day.canaries.keep(f"file {file.name}", file.read_bytes())
    it_was_a_full_day(day)
    assert [str(leak) for leak in day.canaries.leaks()] == []


def it_was_a_full_day(day: Day) -> None:
    """A search finds nothing either where nothing happened."""
    said = day.installation.said()
    assert said.count("Traceback (most recent call last)") >= 6, said
    kinds = {name.split(" #")[0] for name in day.canaries.secrets}
    assert kinds >= {
        "database password",
        "mail password",
        "encryption key",
        "secret key",
        "HubSpot client secret",
        "HubSpot access_token",
        "HubSpot refresh_token",
        "HubSpot static token",
        "HubSpot code",
        "HubSpot state",
        "webhook signature",
        "company secret",
        "company code",
        "company state",
        "password",
        "wrong password",
        "reset key",
        "confirmation key",
        "invitation",
        "API token",
        "session token",
        "program's session token",
        "authenticator key",
        "authenticator code",
        "recovery code",
    }, kinds
    assert any("canary-mail-password" in shown for shown in day.mail.shown)
    assert len(day.hubspot.exchanges) > 30


def found_out_of_order(day: Day) -> None:
    """Starts that fail for their environment, and say why."""
    run, broken = day.installation.run, day.plant("wrong setting")
    run("doctor", "--json", code=1, LOANARK_ENCRYPTION_KEYS=broken)
    run("status", code=1, LOANARK_DATABASE_URL=f"postgresql://loanark:{quote(broken)}@127.0.0.1:1/loanark")
    run("status", code=1, LOANARK_DATABASE_URL=f"postgresql://loanark:{broken}@127.0.0.1:x{broken}/loanark")
    run("status", code=1, LOANARK_DATABASE_URL=f"postgresql://127.0.0.1:1/loanark?{quote(broken)}=1")


def the_organisation(day: Day) -> None:
    day.installation.run("migrate", "--json")
    made = day.installation.run(
        "tenant", "create", "First Lender", "--admin", ADMIN, "--json", tells=lambda made: [made["password"]]
    )
    day.tenant = made["slug"]
    day.passwords[ADMIN] = day.canaries.plant("password", made["password"])


def people_come_in(day: Day) -> Person:
    """By invitation, by signing up, by a link to a new password; passwords are mistyped. Returns the first."""
    stranger, ann = day.person(), day.person(ADMIN)
    stranger.sign_in(ADMIN, day.plant("wrong password"))
    new = day.plant("password")
    changed = ann.post(f"{ACCOUNT}/password/change", {"current_password": day.passwords[ADMIN], "new_password": new})
    assert changed.status_code == 200, changed.text
    day.passwords[ADMIN] = new

    email = "bob@lender.example"
    assert ann.post(day.path("/invitations"), {"email": email, "role": "loan_officer"}).status_code == 201
    token = day.canaries.plant("invitation", link_in(day.mail.mails, email, "/join/"))
    bob = day.person()
    bob.get(f"/join/{token}")
    assert bob.get(f"/api/invitations/{token}").status_code == 200
    bob.get(f"/api/invitations/{token}x")
    password = day.passwords[email] = day.plant("password")
    refused = bob.post(f"/api/invitations/{token}", {"name": "", "password": password})
    assert refused.status_code == 422
    assert bob.call("POST", f"/api/invitations/{token}", {"name": "Bob"}, **{"X-CSRFToken": "x"}).status_code >= 400
    bob.call("PUT", f"/api/invitations/{token}")
    assert bob.post(f"/api/invitations/{token}", {"name": "Bob", "password": password}).status_code == 200
    assert bob.get(f"/api/invitations/{token}").status_code == 404

    asks = day.person()
    asks.post(f"{AUTH}/password/request", {"email": email})
    key = day.canaries.plant("reset key", eventually(lambda: link_in(day.mail.mails, email, "/password/reset/")))
    asks.get(f"/password/reset/{key}")
    asks.get(f"{AUTH}/password/reset", **{"X-Password-Reset-Key": key})
    asks.post(f"{AUTH}/password/reset", {"key": key, "password": "short"})
    asks.post(f"{AUTH}/password/reset", {"key": f"{key}x", "password": day.plant("password")})
    password = day.passwords[email] = day.plant("password")
    assert asks.post(f"{AUTH}/password/reset", {"key": key, "password": password}).status_code in (200, 401)

    email = "carol@stranger.example"
    carol = day.person()
    password = day.passwords[email] = day.plant("password")
    assert carol.post(f"{AUTH}/signup", {"email": email, "password": password}).status_code == 401
    key = day.canaries.plant("confirmation key", eventually(lambda: link_in(day.mail.mails, email, "/verify-email/")))
    carol.get(f"/verify-email/{quote(key)}")
    carol.get(f"{AUTH}/email/verify", **{"X-Email-Verification-Key": key})
    carol.post(f"{AUTH}/email/verify", {"key": f"{key}x"})
    carol.post(f"{AUTH}/email/verify", {"key": key})
    assert day.person().sign_in(email, password).status_code == 200
    return ann


def second_factors(day: Day) -> None:
    email = "bob@lender.example"
    bob = day.person(email)
    assert bob.post(f"{AUTH}/reauthenticate", {"password": day.passwords[email]}).status_code == 200
    page = f"{ACCOUNT}/authenticators"
    offered = bob.call("GET", f"{page}/totp", tells=lambda said: [said["meta"]["secret"]]).json()["meta"]
    seed = day.canaries.plant("authenticator key", offered["secret"])
    bob.post("/api/account/qr", {"address": offered["totp_url"]})
    code = day.canaries.plant("authenticator code", code_of(seed))
    assert bob.post(f"{page}/totp", {"code": code}).status_code == 200
    bob.get(f"{page}/totp")
    shown = bob.call(
        "GET", f"{page}/recovery-codes", tells=lambda said: [*said["data"].get("unused_codes", [])]
    ).json()["data"]["unused_codes"]
    for one in shown:
        day.canaries.plant("recovery code", one)
    bob.get(f"{page}/recovery-codes")
    for code in ("000000", day.canaries.plant("authenticator code", code_of(seed, 1)), shown[0]):
        again = day.person()
        again.sign_in(email, day.passwords[email])
        again.post(f"{AUTH}/2fa/authenticate", {"code": code})
        again.get(f"{AUTH}/sessions")


def programs(day: Day, ann: Person) -> None:
    """Programs that sign in as people, and with a token of their own."""
    program = day.person()
    body = {"email": ADMIN, "password": day.passwords[ADMIN]}
    answer = program.post(f"{APP}/login", body, tells=lambda said: [said["meta"]["session_token"]]).json()
    token = day.canaries.plant("program's session token", answer["meta"]["session_token"])
    assert program.get("/api/session", **{"X-Session-Token": token}).status_code == 200
    program.get(f"{APP}/sessions", **{"X-Session-Token": token})

    made = ann.post(
        day.path("/tokens"),
        {"name": "Script", "scopes": ["contacts:read"], "expires_in_days": 7},
        tells=lambda said: [said["token"]],
    )
    assert made.status_code == 201, made.text
    token = day.canaries.plant("API token", made.json()["token"])
    with_token = {"Authorization": f"Bearer {token}"}
    assert program.get(day.path("/contacts"), **with_token).status_code == 200
    assert program.get(day.path("/members"), **with_token).status_code == 403
    program.post(day.path("/contacts"), {"values": {"firstname": "x"}}, **with_token)
    wrong = day.canaries.plant("API token", f"loanark_pat_{secrets.token_urlsafe(32)}")
    assert program.get(day.path("/contacts"), Authorization=f"Bearer {wrong}").status_code == 401


def company(day: Day, ann: Person) -> None:
    secret = day.plant("company secret")
    body = {
        "issuer": day.company.url,
        "client_id": "loanark",
        "secret": secret,
        "domains": ["lender.example"],
        "first_time_role": "auditor",
    }
    assert ann.call("PUT", day.path("/company-sign-in"), body).status_code == 200
    day.canaries.plant("company code", day.company.code)
    for day.company.refuses in (True, False):
        dora = day.person()
        began = dora.post(
            "/api/company-sign-in",
            {"email": "dora@lender.example", "next": "/"},
            tells=lambda said: parse_qs(urlsplit(said["url"]).query)["state"],
        ).json()["url"]
        day.canaries.plant("company state", parse_qs(urlsplit(began).query)["state"][0])
        back = urlsplit(day.company.way_back(began))
        assert dora.get(f"{back.path}?{back.query}").status_code == 302
    assert dora.get("/api/session").status_code == 200
    assert any(secret in form for form in _company_forms(day))


def _company_forms(day: Day) -> Iterator[str]:
    """What the provider recognises us by, however it was sent."""
    for exchange in day.company.asked:
        yield parse_qs(exchange.body.decode()).get("client_secret", [""])[0]
        kind, _, shown = exchange.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            yield unquote(base64.b64decode(shown).decode().partition(":")[2])


def hubspot_by_consent(day: Day, ann: Person) -> None:
    """Signing in at HubSpot: refused once, with all that was sent repeated, then granted."""
    for trouble in ("400 BAD_AUTH_CODE", ""):
        day.hubspot.trouble += [("/token", trouble)] if trouble else []
        began = ann.post(
            day.path("/connection/authorize"), tells=lambda said: parse_qs(urlsplit(said["url"]).query)["state"]
        ).json()["url"]
        day.canaries.plant("HubSpot state", parse_qs(urlsplit(began).query)["state"][0])
        user = HubSpotUser(day.hubspot.target)
        page = user.open(began)
        consent = {**page.fields, "action": "connect"}
        where = urlsplit(httpx2.post(page.action, data=consent, timeout=20).headers["Location"])
        day.canaries.plant("HubSpot code", parse_qs(where.query)["code"][0])
        ann.get(f"{where.path}?{where.query}&state=again")
        back = ann.get(f"{where.path}?{where.query}")
        assert ("connected=1" in back.headers["Location"]) is (not trouble), back.headers["Location"]
        ann.get(back.headers["Location"])
    assert ann.get(f"{where.path}?{where.query}").status_code == 302, "a state works once"


def contacts_travel(day: Day, ann: Person) -> None:
    """Everything comes, then something goes and something comes."""
    run = eventually(lambda: [one for one in _runs(day, ann) if one["status"] == "waiting"])[0]
    assert ann.post(day.path(f"/runs/{run['id']}/approve")).status_code == 200
    eventually(lambda: ann.get(day.path("/contacts")).json()["total"] == CONTACTS)
    eventually(lambda: _runs(day, ann)[0]["status"] == "succeeded")
    one, other = ann.get(day.path("/contacts?limit=2")).json()["items"]
    changed = ann.call("PATCH", day.path(f"/contacts/{one['id']}"), {"values": {"city": "Boise"}})
    assert changed.status_code == 200, changed.text
    eventually(lambda: _at_hubspot(day, one).get("city") == "Boise")
    day.control("PATCH", f"/contacts/{other['hubspot_id']}", {"properties": {"city": "Reno"}})
    eventually(lambda: "Reno" in [row["city"] for row in ann.get(day.path("/contacts?limit=100")).json()["items"]])
    eventually(lambda: [one for one in day.webhooks.exchanges if one.status == 204])
    forged = day.plant("webhook signature")
    answer = httpx2.post(
        f"{day.url}/webhooks/hubspot",
        json=[{"portalId": 1}],
        headers={"X-HubSpot-Signature-v3": quote(forged), "X-HubSpot-Request-Timestamp": str(int(time.time() * 1000))},
    )
    assert answer.status_code == 401
    day.canaries.keep("answer to a forged webhook", answer.content)


def _runs(day: Day, ann: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ann.get(day.path("/runs")).json()["items"]
    return found


def _at_hubspot(day: Day, contact: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = day.control("GET", f"/contacts/{contact['hubspot_id']}")["properties"]
    return found


def hubspot_in_trouble(day: Day, ann: Person) -> None:
    """Every kind of failure, while a person asks and the worker works; tokens that end; an app that is removed."""
    for kind in ("401", "403", "500", "404", "409", "page", "broken", "dead"):
        day.hubspot.trouble += [("/", kind)] * (2 if kind == "401" else 1)
        ann.post(day.path("/connection/check"))
        day.hubspot.trouble.clear()
        ann.post(day.path("/connection/check"))
    assert ann.post(day.path("/connection/check")).json()["status"] == "connected"
    day.control("POST", "/tokens/expire", {})
    assert ann.post(day.path("/connection/check")).json()["status"] == "connected", "its token was refreshed"
    for trouble in ("400 BAD_CLIENT_SECRET", "500", "page", "400 BAD_REFRESH_TOKEN"):
        day.control("POST", "/tokens/expire", {})
        day.hubspot.trouble += [("/token", trouble)] * 2
        ann.post(day.path("/connection/check"))
        day.hubspot.trouble.clear()
        ann.get(day.path("/connection"))
        ann.post(day.path("/connection/check"))
    day.control("POST", "/installs/revoke", {})
    day.control("POST", "/tokens/expire", {})
    assert ann.post(day.path("/connection/check")).json()["status"] == "reconnect_needed"


def what_nobody_expects(day: Day, ann: Person) -> None:
    """Mistakes of ours, with secrets in the hands of the functions that break."""
    invitation = day.canaries.plant("invitation", secrets.token_urlsafe(40))
    headers = {"Authorization": f"Bearer {day.canaries.plant('API token', f'loanark_pat_{secrets.token_urlsafe(32)}')}"}
    token = {"name": "Never", "scopes": ["contacts:read"], "expires_in_days": 7}
    with day.without("invitations"):
        bob = day.person()
        bob.post(f"/api/invitations/{day.canaries.secrets['invitation']}", {"name": "x", "password": "y"})
        bob.get(f"/api/invitations/{invitation}")
        ann.post(day.path("/invitations"), {"email": "eve@lender.example", "role": "auditor"})
    with day.without("api_tokens"):
        assert ann.get(day.path("/contacts"), **headers).status_code == 500
        assert ann.post(day.path("/tokens"), token).status_code == 500
    with day.without("users"):
        assert day.person().sign_in(ADMIN, day.plant("password")).status_code == 500
    with day.without("django_session"):
        ann.get("/api/session")
        day.person().sign_in(ADMIN, day.passwords[ADMIN])
    with day.without("connections"):
        ann.post(day.path("/connection/static-token"), {"token": day.static_token})
        eventually(lambda: "a turn failed" in day.installation.said() or "database" in day.installation.said())
    with day.without("company_sign_in"):
        body = {"issuer": day.company.url, "client_id": "loanark", "secret": day.plant("company secret")}
        ann.call("PUT", day.path("/company-sign-in"), {**body, "domains": ["lender.example"]})
    with day.without("cache"):
        day.person().sign_in(ADMIN, day.plant("password"))
    with day.without("oauth_states"):
        ann.post(day.path("/connection/authorize"))
        ann.get(f"/oauth/hubspot/callback?code={day.plant('HubSpot code')}&state={day.plant('HubSpot state')}")


def everything_there_is_to_read(day: Day, ann: Person) -> None:
    """Every GET of the API, as an administrator; the pages, their scripts, and what machines read."""
    document = ann.get("/api/openapi.json").json()
    contact = ann.get(day.path("/contacts?limit=1")).json()["items"][0]["id"]
    known = {"tenant": day.tenant, "contact_id": contact, "run_id": str(_runs(day, ann)[0]["id"])}
    read = 0
    for path, methods in document["paths"].items():
        if "get" in methods:
            answer = ann.get(re.sub(r"\{(\w+)\}", lambda name: known.get(name[1], "1"), path))
            read += answer.status_code == 200
    assert read >= 25, read
    ann.get(day.path("/audit/export?format=ndjson"))
    ann.get(day.path("/audit/export?format=csv"))
    for path in ("/metrics", "/health/ready", "/mailbox", "/docs/problems", "/api/docs", f"{ACCOUNT}/authenticators"):
        ann.get(path)
    for path in (f"{AUTH}/session", f"{AUTH}/sessions", f"{day.path('/nothing')}", f"/{day.tenant}/connection"):
        ann.get(path)
    for asset in re.findall(r'(?:src|href)="(/[^"]+)"', ann.get("/").text):
        ann.get(asset)


def hubspot_by_token(day: Day, ann: Person) -> None:
    for token in (day.canaries.plant("HubSpot static token", f"pat-na1-{secrets.token_hex(16)}"), day.static_token):
        ann.post(day.path("/connection/static-token"), {"token": token})
    assert ann.get(day.path("/connection")).json()["status"] == "connected"
    assert ann.call("DELETE", day.path("/connection")).status_code == 204
    run = day.installation.run
    wrong = day.canaries.plant("HubSpot static token", f"pat-na1-{secrets.token_hex(16)}")
    run("connect", "--tenant", day.tenant, "--token-stdin", "--json", stdin=wrong, code=1)
    run("connect", "--tenant", day.tenant, "--token-stdin", "--json", stdin=day.static_token)


def keys_change(day: Day) -> None:
    """New keys before the old ones; sealed anew; the old ones dropped. The second half of the day is told in plain."""
    environment, new = day.installation.environment, base64.b64encode(b"canary-newer-key-" + secrets.token_bytes(15))
    keys = day.canaries.plant("encryption key", new.decode()), environment["LOANARK_ENCRYPTION_KEYS"]
    day.installation.stop()
    environment |= {"LOANARK_ENCRYPTION_KEYS": ",".join(keys), "LOANARK_LOG": "plain"}
    day.installation.run("rotate-keys", "--json")
    environment["LOANARK_ENCRYPTION_KEYS"] = keys[0]
    day.begin()
    ann = day.person(ADMIN)
    assert ann.post(day.path("/connection/check")).json()["status"] == "connected"
    with day.without("invitations"):
        ann.get(f"/api/invitations/{day.canaries.secrets['invitation']}")
    with day.without("users"):
        assert day.person().sign_in(ADMIN, day.plant("password")).status_code == 500
    lost = {"LOANARK_ENCRYPTION_KEYS": keys[1]}
    day.installation.run("rotate-keys", "--json", code=1, **lost)


def commands(day: Day) -> None:
    run, tenant = day.installation.run, ("--tenant", day.tenant)
    run("status", *tenant, "--json")
    run("contacts", "export", *tenant, "--format", "csv")
    with day.without("connections"):
        run("connect", *tenant, "--token-stdin", stdin=day.static_token, code=1)


def test_an_installation_that_leaked_would_be_found_out(day: Day) -> None:
    """As Django keeps sessions by itself, as mails were kept once, as a careless line of a log has it."""
    from django.core import signing

    day.installation.run("migrate", "--json")
    secret = canary("leaking")
    session = signing.dumps({"mfa.totp.secret": secret, "more": "x" * 500}, key="k", compress=True)
    with psycopg.connect(day.superuser_url, autocommit=True) as connection:
        connection.execute("INSERT INTO django_session VALUES ('leaking', %s, now())", [session])
        connection.execute("INSERT INTO mailbox (recipients, subject, body) VALUES ('x', 'y', %s)", [f"/join/{secret}"])
        connection.execute(
            "INSERT INTO cache VALUES (%s, %s, now())", [secret, base64.b64encode(secret.encode()).decode()]
        )
    canaries = Canaries({"leaking": secret})
    dump(canaries, day.superuser_url)
    canaries.keep("log", f"GET /join/{quote(secret)} 404")
    with psycopg.connect(day.superuser_url, autocommit=True) as connection:
        connection.execute("DELETE FROM django_session WHERE session_key = 'leaking'")
        connection.execute("DELETE FROM mailbox WHERE recipients = 'x'")
        connection.execute("DELETE FROM cache WHERE cache_key = %s", [secret])
    places = {leak.place for leak in canaries.leaks()}
    assert places == {"table django_session (packed)", "table mailbox", "table cache", "table cache (packed)", "log"}


# ── The demo ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nothing_secret_leaves_the_demo_in_the_clear() -> None:
    """`loanark demo` as everybody starts it; what it would make up is planted before. Mails are read at /mailbox."""
    directory = Path(tempfile.mkdtemp(prefix="la-canaries-"))
    directory.chmod(0o755)
    data, canaries = directory / "data", Canaries()
    environment = {**kept_environment(), "LOANARK_DATA_DIR": str(data)}
    installation = Installation(canaries, environment, directory)
    keys = made_up_before(data, canaries)
    try:
        facts = start_demo(installation)
        try:
            walk_through_the_demo(canaries, facts)
            superuser = EmbeddedPostgres(data).superuser_url.replace("/postgres?", "/loanark?")
            note_hubspot_tokens(canaries, superuser, keys)
            installation.note_arguments()
            dump(canaries, superuser)
        finally:
            installation.stop()
        installation.keep_logs()
        keep_files(canaries, data)
        assert {"HubSpot access_token", "HubSpot refresh_token", "invitation", "reset key"} <= set(canaries.secrets)
        assert [str(leak) for leak in canaries.leaks()] == []
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def made_up_before(data: Path, canaries: Canaries) -> bytes:
    """The files in which the demo keeps what it makes up; returns the key that seals."""
    data.mkdir(mode=0o711)
    key = b"canary-demo-key-" + secrets.token_bytes(16)
    files = {
        "demo.json": orjson.dumps(
            {
                "client_id": "demo",
                "client_secret": canaries.plant("client secret", f"canary-demo-client-{secrets.token_hex(8)}"),
                "password": canaries.plant("password", f"canary-demo-password-{secrets.token_hex(8)}"),
            }
        ),
        "loanark_secret_keys.key": canaries.plant("secret key", canary("demo-secret-key")).encode(),
        "loanark_encryption_keys.key": canaries.plant("encryption key", base64.b64encode(key).decode()).encode(),
    }
    for name, content in files.items():
        (data / name).touch(0o600)
        (data / name).write_bytes(content)
    return key


def start_demo(installation: Installation) -> dict[str, str]:
    """Its first line tells how to sign in: the one place where the administrator's password is told."""
    command = ["demo", "--json", "--no-browser", "--port", "0", "--limit", "none", "--contacts", str(CONTACTS)]
    log = installation.directory / "demo.log"
    installation.logs.append(log)
    process = subprocess.Popen(
        [sys.executable, "-m", "loanark.cli", *command],
        stdout=subprocess.PIPE,
        stderr=log.open("wb"),
        env=installation.environment,
    )
    installation.running.append(process)
    assert process.stdout
    line = process.stdout.readline()
    facts: dict[str, str] = orjson.loads(line)
    installation.canaries.keep("the demo's first line", line, told=[facts["password"]])
    return facts


def walk_through_the_demo(canaries: Canaries, facts: dict[str, str]) -> None:
    admin = Person(canaries, facts["url"])
    assert admin.sign_in(facts["email"], facts["password"]).status_code == 200
    base = f"/api/tenants/{facts['tenant']}"
    run = eventually(lambda: [one for one in admin.get(f"{base}/runs").json()["items"] if one["status"] == "waiting"])[
        0
    ]
    admin.post(f"{base}/runs/{run['id']}/approve")
    eventually(lambda: admin.get(f"{base}/contacts").json()["total"] == CONTACTS)
    email = "eve@lender.example"
    assert admin.post(f"{base}/invitations", {"email": email, "role": "auditor"}).status_code == 201
    page = httpx2.get(f"{facts['url']}/mailbox").text
    token = canaries.plant("invitation", page.split("/join/")[1].split('"')[0])
    eve = Person(canaries, facts["url"])
    eve.get(f"/join/{token}")
    eve.get(f"/api/invitations/{token}")
    body = {"name": "Eve", "password": canaries.plant("password", canary("eves-password"))}
    assert eve.post(f"/api/invitations/{token}", body).status_code == 200
    eve.get(f"/api/invitations/{token}")
    Person(canaries, facts["url"]).post(f"{AUTH}/password/request", {"email": email})
    page = httpx2.get(f"{facts['url']}/mailbox").text
    key = canaries.plant("reset key", page.split("/password/reset/")[1].split('"')[0])
    eve.get(f"/password/reset/{key}")
    for path in ("connection", "audit", "members", "invitations", "overview"):
        assert admin.get(f"{base}/{path}").status_code == 200


def note_hubspot_tokens(canaries: Canaries, superuser: str, key: bytes) -> None:
    """They never leave the processes in the clear, so they are opened where they are stored."""
    with psycopg.connect(superuser) as connection:
        (row,) = connection.execute("SELECT tenant_id, access_token, refresh_token FROM connections").fetchall()
    for name, stored in zip(("access_token", "refresh_token"), row[1:], strict=True):
        canaries.plant(f"HubSpot {name}", Keyring([key]).open(stored, f"connection/{row[0]}/{name}"))


def keep_files(canaries: Canaries, data: Path) -> None:
    """All that lies in the data directory, but for the database, whose tables are searched; secrets are in few files,
    which nobody else may read; among them what the simulated HubSpot remembers.
    """
    private = {"demo.json", "loanark_secret_keys.key", "loanark_encryption_keys.key", "hubspot"}
    for path in data.iterdir():
        if path.name in private:
            assert path.stat().st_mode & 0o077 == 0, f"{path} may be read by others"
        elif path.is_file():
            canaries.keep(f"file {path.name}", path.read_bytes())
