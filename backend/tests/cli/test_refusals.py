"""What goes wrong is told in one sentence, and with --json in one document; never by a traceback."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from command_line import Hub, Loanark, Said


def assert_told(said: Said, code: str, *words: str) -> None:
    assert said.code == 1
    error = said.document["error"]
    assert error["code"] == code
    assert said.err == f"Error: {error['detail']}\n", "one line for people"
    for word in words:
        assert word in error["detail"]


@pytest.fixture(scope="module")
def lender(loanark: Loanark) -> str:
    assert loanark("tenant", "create", "Lender", "--admin", "ann@lender.example", "--json").code == 0
    return "lender"


@pytest.fixture
def website() -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = b"<!doctype html><title>Welcome</title>"
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_unmigrated_database(bare: Loanark) -> None:
    assert_told(bare("status", "--json"), "not-ready", "lacks", "loanark migrate")
    sick = bare("doctor", "--json")
    assert (sick.code, sick.document["ok"]) == (1, False)


def test_a_database_that_is_down(bare: Loanark) -> None:
    for url in ("postgresql://loanark:hush@127.0.0.1:1/loanark", "mysql://loanark:hush@127.0.0.1/loanark"):
        said = bare("status", "--json", LOANARK_DATABASE_URL=url)
        assert_told(said, "not-ready", "LOANARK_DATABASE_URL")
        assert "hush" not in said.out + said.err
    sick = bare("doctor", "--json", LOANARK_DATABASE_URL="postgresql://loanark@127.0.0.1:1/loanark")
    assert sick.code == 1
    assert [row["ok"] for row in sick.document["checks"] if row["name"] == "database"] == [False]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LOANARK_SECRET_KEYS", None),
        ("LOANARK_ENCRYPTION_KEYS", "short"),
        ("LOANARK_HUBSPOT_API_URL", "hubspot"),
    ],
)
def test_a_missing_or_bad_setting_is_named(bare: Loanark, name: str, value: str | None) -> None:
    assert_told(bare("status", "--json", **{name: value}), "not-ready", f"Set {name}")


def test_an_unknown_organisation(loanark: Loanark, lender: str) -> None:
    assert_told(loanark("sync", "--tenant", "nobody", "--full", "--json"), "not-found", "'nobody'", "lender")


def test_an_organisation_twice(loanark: Loanark, lender: str) -> None:
    again = loanark("tenant", "create", "LENDER", "--admin", "eve@lender.example", "--json")
    assert_told(again, "invalid", "Choose another name")


def test_a_sync_before_connecting(loanark: Loanark, lender: str) -> None:
    assert_told(loanark("sync", "--tenant", lender, "--json"), "not-connected", "loanark connect")


def test_tokens_that_do_not_connect(loanark: Loanark, lender: str, hub: Hub) -> None:
    connect = ("connect", "--tenant", lender, "--token-stdin", "--json")
    assert_told(loanark(*connect, stdin=""), "no-token", "stdin")
    wrong = loanark(*connect, stdin="pat-na1-wrong")
    assert_told(wrong, "bad-token", "does not accept the token")
    assert "pat-na1-wrong" not in wrong.out + wrong.err
    status = loanark("status", "--tenant", lender, "--json").document
    assert status["connection"]["status"] == "not_connected"


def test_an_address_that_answers_html(loanark: Loanark, lender: str, hub: Hub, website: str) -> None:
    said = loanark(
        "connect", "--tenant", lender, "--token-stdin", "--json", stdin=hub.token, LOANARK_HUBSPOT_API_URL=website
    )
    assert_told(said, "not-hubspot", "LOANARK_HUBSPOT_API_URL")


def test_a_token_that_is_withdrawn_in_the_middle(loanark: Loanark, lender: str, hub: Hub) -> None:
    """Waiting ends with the reason, and what is done stays done."""
    connect = ("connect", "--tenant", lender, "--token-stdin", "--json")
    assert loanark(*connect, stdin=hub.token).code == 0
    hub.call("PUT", "/_control/settings", json={"static_scopes": ["crm.schemas.contacts.read"]})
    said = loanark("sync", "--tenant", lender, "--full", "--preview", "--json")
    assert said.code == 1
    assert said.document["error"]["code"] == "missing-scopes"
    assert said.err.splitlines()[-1].startswith("Error: Permissions are missing.")
    unknown = loanark("sync", "--tenant", lender, "--full", "--approve", "999", "--json")
    assert_told(unknown, "not-found", "run 999")
