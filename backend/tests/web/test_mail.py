"""Mail: every one is ours, it leaves by the configured server, and without one it stays in the mailbox."""

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import allauth
import pytest
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.test import Client
from organisations import mails_to

from loanark.kit import sql
from loanark.tenants import mails
from loanark.web.config import ConfigurationError, MailServer, load


def test_every_mail_of_the_library_has_words_of_ours() -> None:
    templates = Path(allauth.__file__).parent / "templates"
    theirs = {
        str(path.relative_to(templates)).removesuffix("_subject.txt")
        for part in ("account", "mfa")
        for path in (templates / part / "email").glob("*_subject.txt")
    }
    # By settings of ours these are never sent: codes by mail, and addresses that a person changes alone.
    never = {"login_code", "password_reset_code", "email_changed", "email_confirm", "email_deleted"}
    assert {name for name in theirs if name.rsplit("/", 1)[1] not in never} <= set(mails.MAILS)


def test_no_subject_holds_a_link_or_a_key() -> None:
    assert all(
        "url" not in mail.subject and "key" not in mail.subject.replace("passkey", "") for mail in mails.MAILS.values()
    )


def test_what_people_typed_adds_neither_headers_nor_lines(database: str) -> None:
    context = {
        "inviter": "Eve\r\nBcc: all@lender.example",
        "organisation": "L",
        "role": "r",
        "url": "u",
        "until": _now(),
    }
    mail = mails.compose("loanark/invitation", "a@lender.example", context)
    assert mail.subject == "Eve Bcc: all@lender.example invites you to L"
    mail.message()  # Django refuses line breaks in headers


def _now() -> Any:
    return sql.scalar("SELECT now()")


def _send(to: str, subject: str = "Hello", body: str = "Read https://lender.example/x & <b>you</b>") -> None:
    EmailMessage(subject, body, None, [to]).send()


def test_without_a_server_mail_stays_in_the_mailbox(database: str) -> None:
    _send("kept@lender.example")
    assert [mail["subject"] for mail in mails_to("kept@lender.example")] == ["Hello"]


def test_a_mail_is_sealed_and_its_text_opens_in_its_own_row_only(database: str) -> None:
    _send("sealed@lender.example", body="https://lender.example/one")
    _send("other@lender.example", body="https://lender.example/two")
    stored = dict(sql.rows("SELECT body FROM mailbox WHERE recipients = 'sealed@lender.example'")[0])
    assert stored["body"].startswith("v1."), "a dump tells nothing"
    assert "lender.example/one" in mails_to("sealed@lender.example")[0]["body"]
    sql.execute("UPDATE mailbox SET body = %s WHERE recipients = 'other@lender.example'", [stored["body"]])
    assert "lender.example" not in mails_to("other@lender.example")[0]["body"]


def test_the_mailbox_forgets(database: str) -> None:
    _send("old@lender.example")
    sql.execute("UPDATE mailbox SET sent_at = now() - interval '8 days' WHERE recipients = 'old@lender.example'")
    _send("new@lender.example")
    assert mails_to("old@lender.example") == []


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "CONFIG", replace(settings.CONFIG, demo=True))


def test_the_demo_shows_mail_on_a_page_and_in_the_console(
    database: str, demo: None, capsys: pytest.CaptureFixture[str]
) -> None:
    _send("shown@lender.example")
    answer = Client().get("/mailbox", headers={"Host": "localhost"})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "shown@lender.example" in page
    assert '<a href="https://lender.example/x"' in page
    assert "<b>you" not in page
    assert answer.headers["Cache-Control"] == "no-store"
    told = capsys.readouterr().err
    assert "Mail to shown@lender.example: Hello" in told
    assert "| Read https://lender.example/x" in told


def test_a_link_that_lets_somebody_in_is_on_the_page_and_not_in_the_console(
    database: str, demo: None, capsys: pytest.CaptureFixture[str]
) -> None:
    _send("guest@lender.example", body="Join here: http://localhost/join/AAAA-b_c\nuntil Friday")
    told = capsys.readouterr().err
    assert "AAAA-b_c" not in told
    assert "| until Friday" in told
    assert "AAAA-b_c" in Client().get("/mailbox", headers={"Host": "localhost"}).content.decode()


@pytest.mark.parametrize(
    "from_where",
    [
        {"REMOTE_ADDR": "10.0.0.9", "headers": {"Host": "localhost"}},
        {"headers": {"Host": "localhost", "X-Forwarded-For": "10.0.0.9"}},
        {"headers": {"Host": "rebound.example"}},
    ],
)
def test_nobody_else_reads_the_mailbox(database: str, demo: None, from_where: dict[str, Any]) -> None:
    assert Client().get("/mailbox", **from_where).status_code == 404


def test_there_is_no_mailbox_page_outside_of_the_demo(database: str) -> None:
    assert Client().get("/mailbox").status_code == 404


class _Smtp(socketserver.StreamRequestHandler):
    """The least that takes a mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                self.server.mails.append(b"".join(iter(self.rfile.readline, b".\r\n")))  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 yes\r\n")


@pytest.fixture
def smtp() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Smtp) as server:
        server.mails = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_mail_leaves_by_the_server_of_the_environment(smtp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANARK_MAIL_URL", f"smtp://127.0.0.1:{smtp.server_address[1]}")
    monkeypatch.setenv("LOANARK_MAIL_FROM", "LoanArk <crm@lender.example>")
    config = load()
    assert config.mail_server
    connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host=config.mail_server.host, port=config.mail_server.port
    )
    EmailMessage("Out", "Text", config.mail_from, ["b@lender.example"], connection=connection).send()
    assert b"From: LoanArk <crm@lender.example>" in smtp.mails[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://u:p%40ss@mail.example:2525?tls=1", MailServer("mail.example", 2525, "u", "p@ss", False, True)),
        ("smtps://u:p@mail.example", MailServer("mail.example", 465, "u", "p", True, False)),
        ("smtp://mail.example", MailServer("mail.example", 587, "", "", False, False)),
    ],
)
def test_the_address_of_a_mail_server(url: str, expected: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANARK_MAIL_URL", url)
    assert load().mail_server == expected


@pytest.mark.parametrize(
    "url", ["http://mail.example", "smtp://", "smtp://u:secret@mail.example?tsl=1", "smtp://x:y:z"]
)
def test_a_wrong_address_stops_the_start_and_is_not_repeated(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANARK_MAIL_URL", url)
    with pytest.raises(ConfigurationError, match="Set LOANARK_MAIL_URL") as told:
        load()
    assert "secret" not in str(told.value)


@pytest.mark.parametrize("value", ["-1", "many", "11"])
def test_a_wrong_number_of_proxies_stops_the_start(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANARK_TRUSTED_PROXIES", value)
    with pytest.raises(ConfigurationError, match="Set LOANARK_TRUSTED_PROXIES"):
        load()


def test_a_sender_that_is_no_address_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANARK_MAIL_FROM", "LoanArk")
    with pytest.raises(ConfigurationError, match="Set LOANARK_MAIL_FROM"):
        load()
