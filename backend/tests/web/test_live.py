"""The live stream, over a real server: open pages hear of changes, whoever made them."""

import http.client
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import orjson
import psycopg
import pytest
from organisations import Browser, Organisation, make_organisation

import loanark
from loanark.tenants.models import Role
from loanark.web import live


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


@contextmanager
def opened(
    port: int, slug: str, who: Browser, headers: Mapping[str, str] = MappingProxyType({})
) -> Iterator[http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in who.client.cookies.items())
    connection.request("GET", f"/api/tenants/{slug}/live", headers={"Cookie": cookies, **headers})
    try:
        yield connection.getresponse()
    finally:
        connection.close()


def event(stream: http.client.HTTPResponse) -> tuple[str, object]:
    """The next event of the stream: its name and data."""
    name = ""
    while line := stream.readline().decode().rstrip("\n"):
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            data = orjson.loads(line.removeprefix("data: "))
            stream.readline()
            return name, data
        if line.startswith(("retry:", ":")):
            stream.readline()
    raise AssertionError("the stream ended")


def kinds(stream: http.client.HTTPResponse, wanted: str, seconds: float = 2.0) -> set[str]:
    """What is heard until `wanted` is."""
    heard: set[str] = set()
    until = time.monotonic() + seconds
    while wanted not in heard and time.monotonic() < until:
        name, data = event(stream)
        assert name == "change"
        assert isinstance(data, dict)
        heard |= set(data["kinds"])
    return heard


def test_a_page_says_hello_and_hears_of_a_change_by_sql_within_two_seconds(
    port: int, lender: Organisation, database: str
) -> None:
    with opened(port, lender.slug, lender.admin) as stream:
        assert stream.status == 200
        assert stream.headers["Content-Type"] == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store"
        assert event(stream) == ("hello", {})
        with psycopg.connect(database, autocommit=True) as other:
            other.execute("SELECT set_config('loanark.tenant_id', %s, false)", [str(lender.id)])
            other.execute("INSERT INTO contacts (firstname) VALUES ('Ada')")
            assert kinds(stream, "contacts") == {"contacts", "audit"}
            other.execute("UPDATE contacts SET firstname = 'Eve'")
            assert kinds(stream, "contacts") == {"contacts", "audit"}


def test_a_burst_is_one_message(port: int, lender: Organisation) -> None:
    with opened(port, lender.slug, lender.admin) as stream:
        event(stream)
        for number in range(20):
            lender.contact(firstname=str(number))
        started = time.monotonic()
        kinds(stream, "contacts")
        assert time.monotonic() - started < 2
        lender.execute("SELECT pg_notify('loanark_live', %s)", f'{{"tenant": "{lender.id}", "kind": "runs"}}')
        messages = 0
        while True:
            messages += 1
            if "runs" in kinds(stream, "runs"):
                break
        assert messages <= 2


def test_many_open_pages_take_turns(port: int, lender: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TOLD_PER_SECOND", 1.0)
    with opened(port, lender.slug, lender.admin) as one, opened(port, lender.slug, lender.admin) as other:
        pages = (one, other)
        for page in pages:
            event(page)
        until = time.monotonic() + 5
        changes = threading.Thread(target=_change_until, args=(lender, until))
        changes.start()
        heard = [0, 0]
        while time.monotonic() < until:
            for number, page in enumerate(pages):
                heard[number] += "contacts" in kinds(page, "contacts", seconds=4)
        changes.join()
    assert all(1 <= count <= 5 for count in heard), "of changes that came all the time, once in two seconds each"


def _change_until(lender: Organisation, until: float) -> None:
    while time.monotonic() < until:
        lender.execute("SELECT pg_notify('loanark_live', %s)", f'{{"tenant": "{lender.id}", "kind": "contacts"}}')
        time.sleep(0.05)


def test_everybody_hears_that_somebodys_view_came_changed_and_went(port: int, lender: Organisation) -> None:
    manager = lender.member(Role.SALES_MANAGER)
    with opened(port, lender.slug, manager) as stream:
        event(stream)
        view = lender.call("POST", "views", {"name": "Ours", "shared": True, "state": {}}).json()
        assert "views" in kinds(stream, "views")
        lender.call("PATCH", f"views/{view['id']}", {"name": "Everybody's"})
        assert "views" in kinds(stream, "views")
        lender.call("DELETE", f"views/{view['id']}")
        assert "views" in kinds(stream, "views")


def test_every_kind_that_is_told_is_told_again_after_a_gap() -> None:
    told = set()
    for path in Path(loanark.__file__).parent.rglob("*.*"):
        if path.suffix in {".py", ".sql"}:
            text = path.read_text(encoding="utf-8")
            told |= set(re.findall(r'notify\([^()]*"([a-z]+)"\)', text))
            told |= set(re.findall(r"'kind', '([a-z]+)'", text))
    assert told == live._ALL


def test_an_organisation_hears_nothing_of_another(port: int, lender: Organisation) -> None:
    other = make_organisation()
    with opened(port, lender.slug, lender.admin) as stream:
        event(stream)
        other.contact(firstname="Secret")
        lender.execute("SELECT pg_notify('loanark_live', %s)", f'{{"tenant": "{lender.id}", "kind": "overview"}}')
        assert kinds(stream, "overview") == {"overview"}


def test_an_outsider_gets_404(port: int, lender: Organisation) -> None:
    outsider = make_organisation().admin
    for slug in (lender.slug, "no-such-lender"):
        with opened(port, slug, outsider) as stream:
            assert (stream.status, stream.read()) == (404, b"")


def test_without_signing_in_there_is_only_401(port: int, lender: Organisation) -> None:
    with opened(port, lender.slug, Browser()) as stream:
        assert (stream.status, stream.read()) == (401, b"")


def test_the_stream_survives_the_loss_of_its_database_connection(
    port: int, lender: Organisation, database: str
) -> None:
    with opened(port, lender.slug, lender.admin) as stream:
        event(stream)
        with psycopg.connect(database, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'LISTEN loanark_live' "
                "AND datname = current_database()"
            )
        assert kinds(stream, "overview", 4.0) == live._ALL, "look at everything"
        lender.contact(firstname="Ada")
        assert "contacts" in kinds(stream, "contacts")


def test_whoever_is_removed_hears_nothing_more(port: int, lender: Organisation) -> None:
    member = lender.member(Role.AUDITOR)
    with opened(port, lender.slug, member) as stream, opened(port, lender.slug, lender.admin) as stays:
        event(stream), event(stays)
        lender.execute("DELETE FROM memberships WHERE role = 'auditor'")
        lender.contact(firstname="Secret")
        assert stream.read() == b"", "the stream ended"
        assert "members" in kinds(stays, "members")
    with opened(port, lender.slug, member) as stream:
        assert stream.status == 404


def test_a_stream_ends_with_the_right_to_it_though_nobody_tells(
    port: int, lender: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a session ends, or the time of support. (The sign-out itself is news of the audit log until then.)"""
    monkeypatch.setattr(live, "KEEPALIVE_SECONDS", 0.3)
    member = lender.member(Role.AUDITOR)
    with opened(port, lender.slug, member) as stream:
        event(stream)
        member.call("DELETE", "/api/auth/browser/v1/auth/session")
        stream.read()  # a stream that goes on fails here, by its time
        assert stream.isclosed()


def test_a_personal_token_opens_no_stream(port: int, lender: Organisation) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in lender.admin.client.cookies.items())
    headers = {"Cookie": cookies, "Authorization": "Bearer loanark_pat_x"}
    connection.request("GET", lender.path("live"), headers=headers)
    assert connection.getresponse().status == 401
    connection.close()
