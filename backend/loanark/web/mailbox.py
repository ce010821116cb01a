"""Where mail stays when no mail server is configured: a small table. The demo shows it on a page and in the console.

Mails hold links that let people in. So the table keeps few, for a week, with their texts sealed, each for its row; the
console shows them without those links; and the page is served by the demo only, to browsers on the same machine.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse
from django.utils.html import urlize
from django.views.decorators.http import require_safe

from loanark.kit import sql
from loanark.kit.problems import problem
from loanark.kit.redaction import Redactor
from loanark.kit.secrets import SecretError
from loanark.tenants.keys import keyring

#: Mails are kept this long, and no more than so many.
KEEP_DAYS, KEEP = 7, 200

_STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;"
    "padding:0 1rem}article{border-top:1px solid;padding:1rem 0}h2{font-size:1.05rem;margin:0}"
    "pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere;margin:.75rem 0 0}a{color:inherit}small{opacity:.7}"
)


class MailboxBackend(BaseEmailBackend):
    """Keeps what others would send."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keeps each message; in the demo it is printed as well."""
        for message in email_messages:
            _keep(message)
            if settings.CONFIG.demo:
                _print(message)
        return len(email_messages)


def _keep(message: EmailMessage) -> None:
    number = sql.scalar("SELECT nextval(pg_get_serial_sequence('mailbox', 'id'))")
    sql.execute(
        "INSERT INTO mailbox (id, recipients, subject, body) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s)",
        [number, ", ".join(message.to), str(message.subject), keyring().seal(str(message.body), _context(number))],
    )
    sql.execute(
        """DELETE FROM mailbox WHERE sent_at < now() - make_interval(days => %s)
           OR id <= (SELECT max(id) FROM mailbox) - %s""",
        [KEEP_DAYS, KEEP],
    )


def _print(message: EmailMessage) -> None:
    """In the console, without its links: what is printed there is kept, and they let people in."""
    head = f"Mail to {', '.join(message.to)}: {message.subject} (its links are at {settings.CONFIG.public_url}/mailbox)"
    body = Redactor()(str(message.body))
    sys.stderr.write("\n".join(["", head, *(f"  | {line}" for line in body.splitlines()), "", ""]))
    sys.stderr.flush()


def kept(recipient: str | None = None) -> list[sql.Row]:
    """The mails of everybody or of somebody, newest first."""
    found = sql.rows(
        """SELECT id, recipients, subject, body, sent_at FROM mailbox WHERE %s::text IS NULL OR recipients = %s
           ORDER BY id DESC LIMIT %s""",
        [recipient, recipient, KEEP],
    )
    return [{**mail, "body": _opened(mail)} for mail in found]


def reseal() -> int:
    """Seals every mail with the newest key. Returns how many were not. One that opens with no key stays as it is."""
    done = 0
    for mail in sql.rows("SELECT id, body FROM mailbox"):
        with suppress(SecretError):
            fresh = keyring().reseal(mail["body"], _context(mail["id"]))
            done += fresh != mail["body"] and sql.execute(
                "UPDATE mailbox SET body = %s WHERE id = %s", [fresh, mail["id"]]
            )
    return done


def _opened(mail: sql.Row) -> str:
    try:
        return keyring().open(mail["body"], _context(mail["id"]))
    except SecretError as error:
        return str(error)


def _context(number: int) -> str:
    return f"mailbox/{number}/body"


@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The mails of the demo, newest first."""
    if not (settings.CONFIG.demo and _on_this_machine(request)):
        return problem(404, "not-found", "Not found", "There is nothing at /mailbox.")
    articles = "".join(_article(mail) for mail in kept()) or "<p>No mail was sent yet.</p>"
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    response = HttpResponse(
        f'<!doctype html><html lang="en"><head>{head}<title>Mailbox · LoanArk CRM Sync</title><style>{_STYLE}</style>'
        f'</head><body><main><p><a href="/">LoanArk CRM Sync</a></p><h1>Mailbox</h1><p>What the demo sends goes '
        f"nowhere: it is shown here.</p>{articles}</main></body></html>"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _article(mail: sql.Row) -> str:
    subject, to = escape(mail["subject"]), escape(mail["recipients"])
    body = urlize(mail["body"], nofollow=True, autoescape=True)
    when = f"{mail['sent_at']:%Y-%m-%d %H:%M:%S} UTC"
    return f"<article><h2>{subject}</h2><small>to {to}, {when}</small><pre>{body}</pre></article>"


def _on_this_machine(request: HttpRequest) -> bool:
    """A proxy is on this machine too, but says for whom it asks. A page of another site that had its name point here
    asks under that name.
    """
    if request.get_host() != urlsplit(settings.CONFIG.public_url).netloc:
        return False
    forwarded = {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers)
    try:
        return not forwarded and ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
