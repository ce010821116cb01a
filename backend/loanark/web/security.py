"""Who asks: a browser, a program that signed in, or a personal API token; and the response headers that keep a browser
from running anything that is not ours. A request shows one of the three: with a token it is nobody else's.
"""

from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

import structlog
from allauth.headless.contrib.ninja import security as allauth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from ninja.security import HttpBearer
from ninja.security import SessionAuth as CookieAuth

from loanark.tenants import tokens
from loanark.tenants.access import Bearer, on_behalf
from loanark.tenants.queries import active_person
from loanark.web.config import HSTS_SECONDS

log = structlog.get_logger()

#: Scripts strictly from here; styles inline too, since Radix and sonner insert <style> elements.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)

#: What no page of ours uses, and so no script in one may ask for.
FEATURES = (
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(self), "
    "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), "
    "publickey-credentials-create=(self), publickey-credentials-get=(self), usb=(), xr-spatial-tracking=()"
)

#: What every answer says, whoever gives it.
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Permissions-Policy": FEATURES,
    "Cross-Origin-Resource-Policy": "same-origin",
}


class ClientAddress:
    """Makes REMOTE_ADDR the client's own address, for limits, sessions, notices and the audit log, which is told it.

    Each proxy adds the address it was called from to the end of X-Forwarded-For: of `LOANARK_TRUSTED_PROXIES` proxies
    of ours the first one added the client's. What comes before it is the client's own invention.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if proxies := settings.CONFIG.trusted_proxies:
            told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
            if len(told) >= proxies and _is_address(told[-proxies]):
                request.META["REMOTE_ADDR"] = told[-proxies]
        with on_behalf(via="browser", address=request.META.get("REMOTE_ADDR", "")):
            return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def cache_key(key: str, key_prefix: str, version: int) -> str:
    """Under which name the cache keeps something: what is counted there tells of addresses and of codes just used."""
    return f"{version}:{salted_hmac('loanark.cache', f'{key_prefix}:{key}', algorithm='sha256').hexdigest()}"


def always() -> dict[str, str]:
    """What answers say that do not pass Django, whose middleware says the like: the live stream and early refusals."""
    stay = {"Strict-Transport-Security": f"max-age={HSTS_SECONDS}; includeSubDomains"}
    return {
        **HEADERS,
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        **(stay if settings.CONFIG.public_url.startswith("https://") else {}),
    }


def as_asgi(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as the server is told them."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


class ResponseHeaders:
    """What every answer tells a browser; answers of the API are kept by nobody, unless they say so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class SessionAuth(CookieAuth):
    """A browser shows its cookie, and a CSRF token for every change; a program shows a header instead."""

    def __call__(self, request: HttpRequest) -> Any:
        shows_other = "X-Session-Token" in request.headers or "Authorization" in request.headers
        return None if shows_other else super().__call__(request)


class XSessionTokenAuth(allauth.XSessionTokenAuth):  # type: ignore[misc]
    """A program that signed in: from here on the request is that person's, as with a cookie."""

    openapi_in = "header"
    openapi_name = "X-Session-Token"

    def __call__(self, request: HttpRequest) -> Any:
        if "Authorization" in request.headers:
            return None
        user = super().__call__(request)
        if user is not None:
            request.user = user
        return user


class TokenAuth(HttpBearer):
    """A personal API token: the request is its person's, in the one organisation and the scopes it was made for."""

    openapi_description = "A personal API token, loanark_pat_…; an operation lists the scopes it takes."

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        used = tokens.use(
            token.strip(),
            origin=request.META.get("REMOTE_ADDR", ""),
            per_minute=settings.CONFIG.token_requests_per_minute,
        )
        user = active_person(used.user_id) if used else None
        if used is None or user is None:
            log.warning("a token that is none", path=request.path, address=request.META.get("REMOTE_ADDR", ""))
            return None
        request.user = user
        request.bearer = Bearer(used.tenant_id, used.name, used.scopes)  # type: ignore[attr-defined]
        return user
