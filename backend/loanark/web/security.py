"""Who is a browser, and the response headers that keep it from running anything that is not ours."""

from collections.abc import Callable
from typing import Any

from allauth.headless.contrib.ninja import security as allauth
from django.http import HttpRequest, HttpResponse
from ninja.security import SessionAuth as CookieAuth

#: Scripts strictly from here; styles inline too, since Radix and sonner insert <style> elements.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class ContentSecurityPolicy:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response


class SessionAuth(CookieAuth):
    """A browser shows its cookie, and a CSRF token for every change; a program shows its session token instead."""

    def __call__(self, request: HttpRequest) -> Any:
        return None if "X-Session-Token" in request.headers else super().__call__(request)


class XSessionTokenAuth(allauth.XSessionTokenAuth):  # type: ignore[misc]
    """A program that signed in: from here on the request is that person's, as with a cookie."""

    def __call__(self, request: HttpRequest) -> Any:
        user = super().__call__(request)
        if user is not None:
            request.user = user
        return user
