"""JSON as it is taken everywhere: an object of what a database can hold. All else is refused before it is looked at."""

import struct
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser

from loanark.kit.errors import LoanArkError
from loanark.web import errors

log = structlog.get_logger()

#: What is raised by reading something of another form than expected.
ODD = (LookupError, ValueError, TypeError, AttributeError, struct.error)


class NotJson(LoanArkError):
    code = "not-json"
    status = 415
    title = "The body is not JSON"

    def __init__(self) -> None:
        super().__init__("Send JSON, and say so: Content-Type: application/json. Nothing was done.")


class StrictJson(Parser):
    """The API's bodies."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Raises: NotJson, ValueError."""
        if request.content_type != "application/json":
            raise NotJson
        return parsed(request.body)


class StrictSignIn:
    """The bodies of django-allauth, which takes lone surrogates, and breaks on a hundred thousand brackets."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/auth/") and request.body:
            try:
                parsed(request.body)
            except ValueError as error:
                return errors.malformed(request, error)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A passkey's answer that is none breaks the libraries that read it, each in its own way."""
        if not (request.path.startswith("/api/auth/") and "webauthn" in request.path and isinstance(exception, ODD)):
            return None
        log.warning("a passkey's answer is not understood", path=request.path, error=type(exception).__name__)
        return errors.malformed(request, exception)


def parsed(body: bytes) -> dict[str, Any]:
    """Raises: ValueError. What is no object is refused: pydantic would read members from the attributes of anything."""
    found = orjson.loads(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
