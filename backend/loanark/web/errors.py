"""What Django itself refuses or breaks on, as problem details like every other refusal."""

import sys
from collections.abc import Callable

import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg.errors import QueryCanceled

from loanark.kit.problems import problem

log = structlog.get_logger()


class MethodsAsProblems:
    """An address of the API called with a method it does not have."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 405 or not request.path.startswith("/api/tenants/"):
            return response
        allowed = response.headers.get("Allow", "")
        told = problem(
            405, "method", "Not with this method", f"{request.method} is not possible here; {allowed or 'nothing'} is."
        )
        told.headers["Allow"] = allowed
        return told


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A page that is out of date, or another site that pretends to be ours."""
    return problem(
        403, "csrf", "The page is out of date", "Reload the page and try again; nothing was done. " + reason.strip()
    )


def database_away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The database is down, restarts or is overwhelmed; or it was told to end a statement that took too long."""
    if isinstance(error.__cause__, QueryCanceled):
        log.warning("a statement took too long", path=request.path)
        return problem(
            503,
            "took-too-long",
            "The database took too long",
            "Nothing was saved. Ask for less at a time, with a narrower filter, or try again when less is going on.",
        )
    log.warning("the database does not answer", path=request.path, error=first_line(error))
    return problem(
        503,
        "database-away",
        "The database does not answer",
        "Nothing was saved. It is tried again by itself; if it lasts, an administrator should look at the database.",
    )


def unexpected(request: HttpRequest, error: BaseException) -> HttpResponse:
    """A mistake of ours."""
    log.error("unexpected", path=request.path, exc_info=error)
    return problem(
        500,
        "unexpected",
        "Something went wrong on our side",
        "Nothing was saved. Try again; if it stays, tell an administrator: the server's log has the details.",
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Whatever breaks outside the API's own handlers: Django's `handler500`."""
    error = sys.exc_info()[1]
    if isinstance(error, OperationalError):
        return database_away(request, error)
    return unexpected(request, error or RuntimeError("no exception is known"))


def malformed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`."""
    return problem(400, "malformed", "The request is not understood", "Nothing was done.")


def not_here(request: HttpRequest) -> HttpResponse:
    """An address of allauth's that the product does not offer: a person's e-mail address is what was invited."""
    return problem(404, "not-found", "Not found", "There is no such thing here. Nothing was done.")


def first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
