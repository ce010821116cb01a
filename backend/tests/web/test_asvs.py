"""The table of the OWASP standard says what is so: a row for each requirement, and the places and tests it names exist.

Below that: the written rules say what is in force, and small proofs that some rows need and no other test gives.
"""

import ast
import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest
import structlog
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import global_settings, settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from organisations import PASSWORD, Browser, Organisation, mails_to, make_organisation, signed_in

import loanark
from loanark.cli.logs import to_stderr
from loanark.contacts import queries
from loanark.core.values import Kind
from loanark.tenants import company, company_login
from loanark.tenants.company_login import CompanyEndpoint
from loanark.tenants.models import Role, User
from loanark.web import security
from loanark.web import settings as ours

ROOT = Path(__file__).parents[3]
PRODUCT = Path(loanark.__file__).parent
PAGES = ROOT / "frontend" / "src"

TABLE = (ROOT / "docs" / "asvs.md").read_text()
RULES = (ROOT / "docs" / "security-rules.md").read_text()
#: Every requirement of ASVS 5.0.0 of level 1 and 2: its number and its level.
ASKED = dict(line.split() for line in Path(__file__).with_name("asvs-5.0.0.txt").read_text().splitlines())

VERDICTS = ("met", "not met", "not applicable")
#: What a row names: a file from one of these, or a test in it.
PLACES = (ROOT, ROOT / "backend", PRODUCT)

AUTH = "/api/auth/browser/v1/auth"
ACCOUNT = "/api/auth/browser/v1/account"


def table_rows(text: str, columns: int) -> list[list[str]]:
    """The cells of every table row of so many columns, headings and rules left out."""
    split = (line.strip("|\n ").split(" | ") for line in text.splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in cells] for cells in split if len(cells) == columns]


ROWS = [cells for cells in table_rows(TABLE, 6) if cells[0] in ASKED or re.fullmatch(r"[\d.]+", cells[0])]


def named(cell: str) -> list[str]:
    """The files and tests in a cell: whatever stands in backticks and looks like one."""
    found = re.findall(r"`([^`\s/][^`\s]*)`", cell)
    return [one for one in found if re.search(r"/|\.(py|md|toml|txt|json)\b", one)]


def is_there(place: str) -> bool:
    path, _, test = place.partition("::")
    found = [base / path for base in PLACES if (base / path).exists()]
    return bool(found) and (not test or f"def {test}(" in found[0].read_text())


# ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_requirement_has_one_row_with_its_level() -> None:
    assert len(ASKED) == 253
    assert sorted(row[0] for row in ROWS) == sorted(ASKED)
    assert {row[0]: row[1] for row in ROWS} == ASKED


def test_every_row_has_a_verdict_and_says_where_or_why() -> None:
    assert {row[3] for row in ROWS} <= set(VERDICTS)
    for number, _, asked, verdict, where, test in ROWS:
        assert asked, number
        assert len(where) > 3, number
        if verdict == "met":
            assert test == "read" or named(test), f"{number} is met and nothing shows it"
        else:
            assert test == "–", f"{number} is {verdict} and names a test"


def test_every_place_and_test_that_a_row_names_exists() -> None:
    missing = [(row[0], place) for row in ROWS for place in named(row[4]) + named(row[5]) if not is_there(place)]
    assert missing == []


def test_the_sums_of_the_table_are_right() -> None:
    sums = {row[0].split()[0]: row[1:] for row in table_rows(TABLE, 4) if row[0].startswith(("V", "All"))}
    for chapter in [*(f"V{number}" for number in range(1, 18)), "All"]:
        found = Counter(row[3] for row in ROWS if chapter in ("All", f"V{row[0].split('.')[0]}"))
        assert sums[chapter] == [str(found[verdict]) for verdict in VERDICTS], chapter


def test_the_page_of_dangers_names_places_and_tests_that_exist() -> None:
    page = (ROOT / "SECURITY.md").read_text()
    assert len(named(page)) > 60
    assert [place for place in named(page) if not is_there(place)] == []


# ── The written rules ───────────────────────────────────────────────────────────────────────────────────────────────


def section(name: str) -> str:
    return RULES.split(f"\n## {name}\n")[1].split("\n## ")[0]


def test_the_limits_written_down_are_those_in_force(database: str) -> None:
    limits = [cells for cells in table_rows(section("Limits"), 3) if cells[2].startswith("`")]
    assert len(limits) > 15
    for what, most, place in limits:
        assert str(value_at(place.strip("`"))) == most, what


def value_at(name: str) -> Any:
    """What a dotted name stands for: a module, then attributes of it."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        try:
            found: Any = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return found
    raise LookupError(name)


def test_how_often_one_may_try_is_written_down(database: str) -> None:
    told = {cells[0].strip("`"): cells[1].strip("`") for cells in table_rows(section("Guessing"), 2)}
    told.pop("What")
    assert told == settings.ACCOUNT_RATE_LIMITS


def test_every_kind_of_value_is_written_down() -> None:
    told = {cells[0].strip("`") for cells in table_rows(section("What is taken"), 2)}
    assert told - {"Kind"} == {kind.value for kind in Kind}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PRODUCT.rglob("*.py")):
        yield str(path.relative_to(PRODUCT)), ast.parse(path.read_text())


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_only_the_algorithms_of_the_inventory_are_used() -> None:
    inventory = section("Algorithms")
    for name in ("AES-256-GCM", "HMAC-SHA-256", "SHA-256", "BLAKE2b", "PBKDF2-HMAC-SHA-256"):
        assert f"| {name} |" in inventory
    ciphers = {name for _, tree in modules() for name in imported(tree) if name.startswith("cryptography.hazmat")}
    assert ciphers == {"cryptography.hazmat.primitives.ciphers.aead.AESGCM"}
    hashes = {
        node.attr
        for _, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib"
    }
    assert hashes == {"sha256", "blake2b"}
    assert {name[:2] for name in company_login.ALGORITHMS} == {"RS", "PS", "ES", "Ed"}


# ── What is typed is never run ──────────────────────────────────────────────────────────────────────────────────────


def test_nothing_that_is_typed_is_run() -> None:
    found = []
    for name, tree in modules():
        found += [(name, one) for one in imported(tree) if one.split(".")[0] in ("pickle", "marshal", "shelve", "xml")]
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            shell = [keyword for keyword in node.keywords if keyword.arg == "shell"]
            if called in ("eval", "exec", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load") or shell:
                found.append((name, called))
    assert found == []


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(PAGES.rglob("*.ts*")):
        if "client" not in path.relative_to(PAGES).parts and ".test." not in path.name:
            yield str(path.relative_to(PAGES)), path.read_text()


def test_pages_are_written_by_the_framework() -> None:
    raw = re.compile(
        r"dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\("
        r"|(window|parent|opener|top|self)\.postMessage|window\.(addEventListener\(.message|onmessage)"
    )
    assert len(list(sources())) > 100
    # Tabs of this origin hear one another on a channel, and the worker is ours: no window of another page does.
    speakers = {name for name, text in sources() if "postMessage" in text}
    assert speakers == {"app/offline/install.ts", "live/group.ts", "offline/outbox.ts"}
    assert [(name, match[0]) for name, text in sources() for match in raw.finditer(text)] == []


def test_passwords_are_typed_unseen_and_may_be_pasted() -> None:
    fields = re.compile(r"<[A-Z]\w*\b[^<]*?autoComplete=\"(?:current|new)-password\"", re.DOTALL)
    found = [(name, match[0]) for name, text in sources() for match in fields.finditer(text)]
    assert len(found) >= 3
    assert [name for name, field in found if 'type="password"' not in field] == []
    assert [name for name, text in sources() if "onPaste" in text] == []


def test_the_browser_keeps_what_was_seen_in_one_place_that_is_cleared() -> None:
    """What it kept is cleared is shown in a browser: frontend/e2e/offline.spec.ts, app/offline/kept-answers.test.ts."""
    kept = {name for name, text in sources() if re.search(r"localStorage|sessionStorage|indexedDB|caches\.open", text)}
    settings_only = {
        "app/router.tsx",
        "app/shell/palette-recent.ts",  # ids of pages and actions
        "features/contacts/columns/column-store.ts",  # names of fields, and widths
        "lib/density.ts",
        "lib/region.ts",
        "lib/remembered.ts",  # that something was seen, and nothing of it
        "lib/theme.ts",
        "lib/use-hotkeys.ts",
        "offline/device.ts",
        "test/setup.ts",
    }
    assert kept == settings_only | {"offline/store.ts"}
    router = (PAGES / "app" / "router.tsx").read_text()
    assert re.findall(r"localStorage\.setItem\((\w+), ([^)]+)\)", router) == [("LAST_TENANT", "params.tenant")]
    users = {name for name, text in sources() if re.search(r"\bdeviceStore[<(]", text)} - {"offline/store.ts"}
    assert users == {"app/offline/kept-answers.ts", "features/contacts/queries.ts"}
    device = (PAGES / "app" / "offline" / "device.ts").read_text()
    assert device.count("answers.forget()") == 3, "at the session's end, at signing out, for another person"
    assert "/api" in re.findall(r"SERVERS_OWN = /(.+)/;", (PAGES / "offline" / "worker.js").read_text())[0].replace(
        "\\/(", "/"
    )


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


@pytest.fixture(scope="module")
def answers(lender: Organisation) -> list[Any]:
    """One of each kind: pages, data, refusals, sign-in, downloads, what machines ask."""
    client = lender.admin.client
    paths = ("/", lender.path("contacts"), lender.path("nothing"), "/api/session", f"{AUTH}/session", "/api/docs")
    others = (lender.path("audit/export"), "/docs/problems", "/metrics", "/health/live", "/webhooks/hubspot")
    return [*(client.get(path) for path in (*paths, *others)), Client().get("/api/session")]


def test_every_answer_of_the_application_says_how_a_browser_may_use_it(answers: list[Any]) -> None:
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        for directive in ("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
            assert directive in policy
        assert "script-src" not in policy, "scripts are what default-src says: from here only"
        assert answer.headers["Content-Type"]


def test_no_other_site_may_read_an_answer(lender: Organisation) -> None:
    evil = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for method in ("get", "options"):
        for path in ("/api/session", lender.path("contacts"), f"{AUTH}/session", "/"):
            answer = getattr(lender.admin.client, method)(path, headers=evil)
            assert not [name for name in answer.headers if name.startswith("Access-Control-")]


def test_a_download_is_named_by_us(lender: Organisation) -> None:
    for form in ("ndjson", "csv"):
        answer = lender.admin.client.get(lender.path("audit/export"), {"format": form})
        message = Message()
        message["Content-Disposition"] = answer.headers["Content-Disposition"]
        assert message.get_content_disposition() == "attachment"
        assert re.fullmatch(rf"audit-[a-z0-9-]+\.{form}", message.get_filename() or "")


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/../../README.md", "/assets/%2e%2e/%2e%2e/README.md", "/.git/config", "/../run"]
)
def test_only_the_pages_own_files_are_served(database: str, path: str) -> None:
    answer = Client().get(path)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 404 or b"<div id=" in body or b"not built" in body, "nothing, or the page itself"
    for secret in (b"Index of", b"repositoryformatversion", b"LoanArk CRM Sync\n\nA company", b"#!/usr/bin"):
        assert secret not in body


@pytest.mark.parametrize("path", ["/", "/health/live", "/metrics", "/api/session", f"{AUTH}/session"])
def test_trace_sends_nothing_back(lender: Organisation, path: str) -> None:
    answer = lender.admin.client.generic("TRACE", path, headers={"X-Mine": "come-back"})
    assert b"come-back" not in answer.content
    assert answer.headers["Content-Type"] != "message/http"


def answered(port: int, head: bytes, body: bytes) -> bytes:
    """Everything that the server says to one connection."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n" + body)
        return b"".join(iter(lambda: connection.recv(65_536), b""))


#: Asked behind the other, on the same connection, which it ends.
NEXT = b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Content-Length: 4, 5\r\n",
        b"Content-Length: +4\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Content-Length: 4\r\nTransfer-Encoding : chunked\r\n",
    ],
)
def test_a_request_whose_end_is_not_clear_is_refused(port: int, head: bytes) -> None:
    said = answered(port, head, b"0\r\n\r\n" + NEXT)
    assert said.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 501 ")), said
    assert said.count(b"HTTP/1.1 ") == 1, "and nothing that may have been hidden in it is answered"


def test_chunks_say_where_a_request_ends_and_a_length_beside_them_does_not_count(port: int) -> None:
    length = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n"
    said = answered(port, length, b"b\r\nhello world\r\n0\r\n\r\n" + NEXT)
    statuses = re.findall(rb"HTTP/1\.1 (\d+)", said)
    assert statuses == [b"403", b"200"], "what a length of 4 would leave over is not taken for a request"


#: Asks for the page over https, as a process of its own: settings are read once.
OVER_HTTPS = """
import django
django.setup()
from django.test import Client
answer = Client().get("/", secure=True, headers={"Host": "crm.lender.example"})
print(answer.headers["Strict-Transport-Security"])
print(answer.cookies.output(header=""))
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_PATH)
"""


def test_over_https_cookies_are_bound_to_this_host_and_browsers_stay_with_https(database: str) -> None:
    environment = {**os.environ, "LOANARK_PUBLIC_URL": "https://crm.lender.example"}
    done = subprocess.run(
        [sys.executable, "-c", OVER_HTTPS], env=environment, capture_output=True, text=True, check=True
    )
    stay, cookie, session = done.stdout.splitlines()
    assert stay == "max-age=31536000; includeSubDomains"
    assert cookie.strip().startswith("__Host-csrftoken=")
    assert {"Secure", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert session == "__Host-sessionid True /"


def test_no_environment_switches_debugging_on() -> None:
    source = ast.parse(Path(ours.__file__).read_text())
    said = [
        ast.literal_eval(node.value)
        for node in source.body
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["DEBUG"]
    ]
    assert said == [False]


def test_a_callers_address_is_what_our_own_proxies_say(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(proxies: int, forwarded: str) -> str:
        monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, trusted_proxies=proxies))
        heard: list[str] = []

        def answer(request: HttpRequest) -> HttpResponse:
            heard.append(request.META["REMOTE_ADDR"])
            return HttpResponse()

        request = RequestFactory(REMOTE_ADDR="10.0.0.1").get("/", headers={"X-Forwarded-For": forwarded})
        security.ClientAddress(answer)(request)
        return heard[0]

    assert seen(0, "203.0.113.9") == "10.0.0.1", "nobody is asked whose word does not count"
    assert seen(1, "203.0.113.9") == "203.0.113.9"
    assert seen(1, "6.6.6.6, 203.0.113.9") == "203.0.113.9", "what the client put before is its own invention"
    assert seen(2, "6.6.6.6, 203.0.113.9, 10.0.0.7") == "203.0.113.9"
    assert seen(1, "<script>") == "10.0.0.1"
    assert seen(2, "203.0.113.9") == "10.0.0.1"


# ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def change_password(browser: Browser, **body: str) -> int:
    return int(browser.call("POST", f"{ACCOUNT}/password/change", body).status_code)


def test_a_password_is_changed_only_by_who_knows_it(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    assert change_password(browser, new_password="violet harbour lantern") == 400
    assert change_password(browser, current_password="a guess of it", new_password="violet harbour lantern") == 400
    assert Browser().sign_in(email).status_code == 200
    assert change_password(browser, current_password=PASSWORD, new_password="violet harbour lantern") in (200, 401)
    assert Browser().sign_in(email, "violet harbour lantern").status_code == 200


@pytest.mark.parametrize(
    "password", ["k" * 32 + "Ünïcode 漢字 😀 " + "q" * 60, "vjwqzkfhxmgp", "804613527921", "!?§$%&/()=}{[]"]
)
def test_a_long_password_of_any_signs_is_taken(lender: Organisation, password: str) -> None:
    email = lender.person(Role.AUDITOR)
    assert change_password(signed_in(email), current_password=PASSWORD, new_password=password) in (200, 401)
    assert Browser().sign_in(email, password).status_code == 200
    assert Browser().sign_in(email, password[:-1]).status_code == 400, "to its last character"


def test_a_new_password_by_mail_is_no_way_around_the_second_factor(lender: Organisation) -> None:
    from test_second_factor import flow, set_up_codes

    email = lender.person(Role.AUDITOR)
    earlier = signed_in(email)
    set_up_codes(earlier)
    browser = Browser()
    browser.call("POST", f"{AUTH}/password/request", {"email": email})
    key = next(mail for mail in mails_to(email) if "/password/reset/" in mail["body"])["body"]
    key = key.split("/password/reset/")[1].split()[0]
    browser.call("POST", f"{AUTH}/password/reset", {"key": key, "password": "violet harbour lantern"})
    assert browser.call("GET", "/api/session").status_code == 401, "the link itself signs nobody in"
    assert earlier.call("GET", "/api/session").status_code == 401, "and every session ends"
    assert flow(browser.sign_in(email, "violet harbour lantern")) == "mfa_authenticate"
    assert browser.call("GET", "/api/session").status_code == 401


def test_who_is_blocked_is_nobody_at_the_next_request(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    browser = signed_in(email)
    assert browser.call("GET", "/api/session").status_code == 200
    User.objects.filter(email=email).update(is_active=False)
    assert browser.call("GET", "/api/session").status_code == 401
    assert Browser().sign_in(email).status_code != 200


def test_a_session_is_named_by_chance_and_anew_at_each_sign_in(lender: Organisation) -> None:
    email = lender.person(Role.AUDITOR)
    planted = "p" * 32
    browser = Browser()
    browser.client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert browser.sign_in(email).status_code == 200
    names = {one.client.cookies[settings.SESSION_COOKIE_NAME].value for one in (browser, signed_in(email))}
    assert len(names) == 2
    assert planted not in names
    assert all(re.fullmatch(r"[\w-]{43}", name) for name in names)


def test_passwords_are_hashed_at_a_cost() -> None:
    """As OWASP advises: 600,000 rounds at least. Tests themselves hash cheaply; so Django's own choice is looked at."""
    assert not hasattr(ours, "PASSWORD_HASHERS"), "the product leaves it to Django"
    assert global_settings.PASSWORD_HASHERS[0].endswith(".PBKDF2PasswordHasher")
    assert PBKDF2PasswordHasher.iterations >= 600_000
    assert PBKDF2PasswordHasher.digest().name == "sha256"


# ── Companies' providers ────────────────────────────────────────────────────────────────────────────────────────────


ISSUER = "https://idp.example"


def answering(monkeypatch: pytest.MonkeyPatch, document: Any, status: int = 200) -> list[str]:
    """Has every request to a provider answered by `document`; returns the addresses that were asked."""
    asked: list[str] = []

    def get(url: str, *, timeout: float, allow_redirects: bool) -> Any:
        assert timeout <= 10
        assert not allow_redirects
        asked.append(url)
        return SimpleNamespace(status_code=status, json=lambda: document)

    monkeypatch.setattr(company, "requests", SimpleNamespace(get=get, RequestException=OSError))
    return asked


def test_an_id_token_is_believed_in_its_time_and_by_its_issuers_keys_only(monkeypatch: pytest.MonkeyPatch) -> None:
    own, stranger = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    public = jwt.algorithms.ECAlgorithm.to_jwk(own.public_key(), as_dict=True)
    asked = answering(monkeypatch, {"keys": [{**public, "kid": "one", "use": "sig", "alg": "ES256"}]})
    endpoint = CompanyEndpoint(None, "lender")
    endpoint._config = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"}
    now = int(time.time())
    good = {"iss": ISSUER, "aud": "loanark", "sub": "ann", "iat": now, "exp": now + 300}

    def verified(key: Any = own, header: dict[str, str] | None = None, **claims: Any) -> dict[str, Any]:
        token = jwt.encode({**good, **claims}, key, algorithm="ES256", headers={"kid": "one", **(header or {})})
        return endpoint._verified(SocialApp(client_id="loanark"), token)

    assert verified()["sub"] == "ann"
    assert verified(exp=now - 30)["sub"] == "ann", "clocks may differ by a minute"
    for wrong in (
        {"exp": now - 120}, {"nbf": now + 120}, {"iat": now + 120}, {"iss": "https://other.example"},
        {"aud": "another"}, {"aud": ["loanark", "another"]}, {"azp": "another"},
    ):  # fmt: skip
        with pytest.raises(OAuth2Error):
            verified(**wrong)
    with pytest.raises(OAuth2Error):
        verified(stranger, {"jku": "https://evil.example/jwks", "x5u": "https://evil.example/x"})
    with pytest.raises(OAuth2Error):
        verified(header={"kid": "unknown"})
    assert set(asked) == {f"{ISSUER}/jwks"}, "what a token names is not asked for keys"


@pytest.mark.parametrize(
    "change", [{"issuer": "https://other.example"}, {"jwks_uri": "http://idp.example/jwks"}, {"token_endpoint": ""}]
)
def test_a_provider_that_calls_itself_otherwise_is_refused(
    database: str, monkeypatch: pytest.MonkeyPatch, change: dict[str, str]
) -> None:
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    said = {"issuer": ISSUER, **{name: f"{ISSUER}/{name}" for name in names}}
    answering(monkeypatch, said)
    assert company.discover(ISSUER) == said
    answering(monkeypatch, said, status=302)
    with pytest.raises(company.ProviderUnusable):
        company.discover(ISSUER)
    answering(monkeypatch, {**said, **change})
    with pytest.raises(company.ProviderUnusable):
        company.discover(ISSUER)


# ── The process's log ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def restored_log() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_an_entry_of_the_log_is_one_line_whatever_it_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, restored_log: None
) -> None:
    monkeypatch.delenv("LOANARK_LOG", raising=False)
    to_stderr()
    structlog.get_logger().warning("refused", error='one\ntwo {"level": "info", "event": "all is well"}\r\u2028three')
    (line,) = capsys.readouterr().err.splitlines()
    assert '"level": "warning"' in line
    assert '"timestamp": "' in line
    assert 'Z"' in line


def test_what_is_refused_at_a_door_is_logged(lender: Organisation) -> None:
    auditor = lender.member(Role.AUDITOR)
    with structlog.testing.capture_logs() as logged:
        assert auditor.call("POST", lender.path("contacts"), {"values": {"city": "Reno"}}).status_code == 403
        assert Browser().call("GET", "/api/session", Authorization="Bearer loanark_pat_none").status_code == 401
    assert [row["event"] for row in logged] == ["refused at the door", "a token that is none"]
    assert "loanark_pat_none" not in str(logged)


def test_a_mistake_of_ours_is_logged(lender: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("an unforeseen thing")

    monkeypatch.setattr(queries, "page", broken)
    with structlog.testing.capture_logs() as entries:
        assert lender.call("GET", "contacts").status_code == 500
    assert [(entry["log_level"], entry["event"]) for entry in entries] == [("error", "unexpected")]
    assert entries[0]["path"] == lender.path("contacts")
