"""When and from where each session was last used: what a person sees on the page of their account."""

import time

from allauth.usersessions.middleware import UserSessionsMiddleware
from django.http import HttpRequest, HttpResponse

#: A page asks several times a second; a person reads minutes.
EVERY_SECONDS = 60.0

#: Sessions remembered by a process; when there are more, all are forgotten and written once more.
MOST = 10_000


class SeenOncePerMinute(UserSessionsMiddleware):  # type: ignore[misc]
    """allauth's record of activity, without a write in every request."""

    _written: dict[tuple[str, str], float] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        seen = (request.session.session_key or "", request.META.get("REMOTE_ADDR", ""))
        now = time.monotonic()
        if self._written.get(seen, -EVERY_SECONDS) > now - EVERY_SECONDS:
            return self.get_response(request)  # type: ignore[no-any-return]
        if len(self._written) > MOST:
            self._written.clear()
        self._written[seen] = now
        return super().__call__(request)  # type: ignore[no-any-return]
