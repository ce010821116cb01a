"""Sessions: the browser has a token, the database its digest and sealed contents. A dump signs nobody in.

What Django and allauth call the session's key is the digest here: it is what they store, compare and list, and shown as
a cookie it opens nothing. Only `SessionCookies` and `SessionTokens` take a token and give one out.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from allauth.usersessions.middleware import UserSessionsMiddleware
from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

from loanark.kit import clock, sql
from loanark.kit.secrets import SecretError
from loanark.tenants.keys import keyring

log = structlog.get_logger()

#: What Django's column of keys holds: 240 of the digest's 256 bits.
DIGEST_CHARACTERS = 40

#: A session ends when nothing was heard of it for so long: a working day with its pauses fits in, a night does not.
IDLE = timedelta(hours=12)
#: At last one signs in anew: once a week.
LONGEST = timedelta(seconds=settings.SESSION_COOKIE_AGE)

#: A page asks several times a second; a person reads minutes.
EVERY_SECONDS = 60.0

#: Sessions remembered by a process; when there are more, all are forgotten and written once more.
MOST = 10_000


class SessionStore(db.SessionStore):
    """Django's sessions in the database, by digest, sealed: a sign-in under way holds the keys of second factors."""

    #: The browser's side of the session, where this process has seen it.
    token: str | None = None

    @classmethod
    def opened_by(cls, token: str | None) -> "SessionStore":
        """The session of whoever shows this token."""
        store = cls(_digest(token) if token else None)
        store.token = token
        return store

    def _get_new_session_key(self) -> str:
        self.token = secrets.token_urlsafe(32)
        return _digest(self.token)

    def create(self) -> None:
        """Makes one, and takes away those that ended."""
        super().create()
        self.clear_expired()

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        made = super().create_model_instance(data)
        made.expire_date = _end(data)
        return made

    def heard_of(self) -> None:
        """It is used, and goes on."""
        end = _end(self._session)  # type: ignore[attr-defined]
        sql.execute("UPDATE django_session SET expire_date = %s WHERE session_key = %s", [end, self.session_key])

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seals the contents, for this session only."""
        return keyring().seal(self.serializer().dumps(session_dict).decode("latin-1"), _context(self.session_key))

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Opens them. A session whose key is gone holds nothing: its person signs in again."""
        try:
            text = keyring().open(str(session_data), _context(self.session_key))
        except SecretError as error:
            log.warning("a session does not open", error=str(error))
            return {}
        found: dict[str, Any] = self.serializer().loads(text.encode("latin-1"))
        return found


class SessionCookies(SessionMiddleware):
    """Django's sessions of browsers, whose cookie is the token."""

    def process_request(self, request: HttpRequest) -> None:
        request.session = SessionStore.opened_by(request.COOKIES.get(settings.SESSION_COOKIE_NAME))

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            response.cookies[settings.SESSION_COOKIE_NAME] = _token(request)
        return response


class SessionTokens(SessionTokenStrategy):  # type: ignore[misc]
    """allauth's sessions of programs, which show the token in a header."""

    def create_session_token(self, request: HttpRequest) -> str:
        if not request.session.session_key:
            request.session.save()
        return _token(request)

    def lookup_session(self, session_token: str) -> SessionStore | None:
        store = SessionStore.opened_by(session_token)
        if not store.session_key or not store.exists(store.session_key):
            return None
        if _once_a_minute(store.session_key, "token"):
            store.heard_of()
        return store


class SeenOncePerMinute(UserSessionsMiddleware):  # type: ignore[misc]
    """When and from where each session was last used, which a person sees on the page of their account: allauth's
    record, without a write in every request.
    """

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.session.session_key or ""
        if not _once_a_minute(key, request.META.get("REMOTE_ADDR", "")):
            return self.get_response(request)  # type: ignore[no-any-return]
        if key and request.user.is_authenticated:
            request.session.heard_of()  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[no-any-return]


def reseal() -> int:
    """Seals every session with the newest key, so that nobody is signed out when the old ones go. Returns how many were
    not. One that opens with no key is signed out already.
    """
    done = 0
    for row in sql.rows("SELECT session_key, session_data FROM django_session"):
        try:
            fresh = keyring().reseal(row["session_data"], _context(row["session_key"]))
        except SecretError:
            continue
        if fresh != row["session_data"]:
            done += sql.execute(
                "UPDATE django_session SET session_data = %s WHERE session_key = %s AND session_data = %s",
                [fresh, row["session_key"], row["session_data"]],
            )
    return done


#: When this process last wrote that a session was used, and from where.
_written: dict[tuple[str, str], float] = {}


def _once_a_minute(key: str, whence: str) -> bool:
    now = time.monotonic()
    if _written.get((key, whence), -EVERY_SECONDS) > now - EVERY_SECONDS:
        return False
    if len(_written) > MOST:
        _written.clear()
    _written[key, whence] = now
    return True


def _end(data: dict[str, Any]) -> datetime:
    """When a session ends of which nothing more is heard. Its first proof of who one is tells when it began."""
    proofs = data.get("account_authentication_methods") or []
    begun = datetime.fromtimestamp(proofs[0]["at"], UTC) if proofs else clock.now()
    return min(clock.now() + IDLE, begun + LONGEST)


def _token(request: HttpRequest) -> str:
    """The token of a request's session: made or shown in this request; otherwise, a new one."""
    for token in _seen(request):
        if _digest(token) == request.session.session_key:
            return token
    request.session.cycle_key()
    return str(request.session.token)  # type: ignore[attr-defined]


def _seen(request: HttpRequest) -> Iterator[str]:
    shown = request.COOKIES.get(settings.SESSION_COOKIE_NAME), request.headers.get("X-Session-Token")
    made = getattr(request.session, "token", None)
    yield from (token for token in (made, *shown) if token)


def _digest(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode()[:DIGEST_CHARACTERS]


def _context(key: str | None) -> str:
    return f"session/{key}"
