"""What is secret does not stand in a log, and everything else does."""

import pytest

from loanark.kit.redaction import Redactor

KEPT = (
    "Not Found: /api/tenants/first-lender/contacts/5",
    "HubSpot (https://api.hubapi.com) answered with status 500. Nothing is lost; it is tried again.",
    '  File "/srv/loanark/web/api.py", line 5, in get',
    "Why? Nobody knows: see /docs/problems#stale",
    "Invitations of the lender, and whoever wants to join / leave",
    "Set LOANARK_MAIL_URL to smtps://mail.example:465",
    "Set LOANARK_DATABASE_URL to postgresql://user:password@host:5432/database; special characters are written as %XX.",
    "a basic sync of an@lender.example",
)


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor(["a secret of the environment"])(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Not Found: /api/invitations/gLhaUB-_x", "Not Found: /api/invitations/[removed]"),
        ("GET /join/gLhaUB and more", "GET /join/[removed] and more"),
        ("'/password/reset/2-dinvhs-4221', 5", "'/password/reset/[removed]', 5"),
        ("/verify-email/Mw:1xWdMq:avcj96o-k", "/verify-email/[removed]"),
        ("GET /oauth/hubspot/callback?code=c&state=s HTTP/1.1", "GET /oauth/hubspot/callback?[removed] HTTP/1.1"),
        ("to https://lender.example/?code=c failed", "to https://lender.example/?[removed] failed"),
        ("of 'postgresql://loanark:p@ss/word@db/x'", "of 'postgresql://[removed]@db/x'"),
        ("{'Authorization': 'Bearer pat-na1-1b2c3d4e'}", "{'Authorization': 'Bearer [removed]'}"),
        ("token=loanark_pat_Ab-9_x was", "token=loanark_pat_[removed] was"),
        ("pat-eu1-1111-2222 is none", "pat-eu1-[removed] is none"),
    ],
)
def test_what_stands_where_secrets_stand_is_removed(text: str, left: str) -> None:
    assert Redactor()(text) == left


@pytest.mark.parametrize("written", ["s3cret & more", "s3cret%20%26%20more", "s3cret+%26+more"])
def test_a_known_secret_is_removed_however_an_address_writes_it(written: str) -> None:
    assert Redactor(["s3cret & more"])(f"before {written} after") == "before [removed] after"


def test_a_value_too_short_to_be_a_secret_is_not_hunted() -> None:
    assert Redactor(["", "ab"])("about") == "about"
