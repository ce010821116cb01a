"""The API: every feature's router under one roof, and errors as problem details (RFC 9457)."""

from typing import Any

import structlog
from allauth.headless.contrib.ninja.security import x_session_token_auth
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from ninja.security import django_auth

from loanark.connections.api import router as connections
from loanark.contacts.api import router as contacts
from loanark.kit.errors import LoanArkError
from loanark.kit.problems import problem
from loanark.sync.api import router as sync
from loanark.tenants.api import router as tenants

log = structlog.get_logger()


class Api(NinjaAPI):
    """Operations are named like their functions: the generated clients read well."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


api = Api(
    title="LoanArk CRM Sync",
    version="1",
    description="A company's contacts, the same in its own PostgreSQL and in HubSpot.",
    auth=[django_auth, x_session_token_auth],
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
api.add_router("", tenants)
api.add_router("/tenants/{tenant}", contacts)
api.add_router("/tenants/{tenant}", connections)
api.add_router("/tenants/{tenant}", sync)


@api.exception_handler(LoanArkError)
def _on_known(request: HttpRequest, error: LoanArkError) -> HttpResponse:
    return problem(error.status, error.code, error.title, error.detail, errors=error.errors)


@api.exception_handler(AuthenticationError)
def _on_anonymous(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(401, "not-signed-in", "Sign in first", "This needs a signed-in person; nothing was done.")


@api.exception_handler(ValidationError)
def _on_malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return problem(
        422,
        "malformed",
        "The request is not understood",
        "A part of the request has the wrong form; nothing was done.",
        errors={_place(part["loc"]): part["msg"] for part in error.errors},
    )


@api.exception_handler(HttpError)
def _on_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "http", str(error), str(error))


@api.exception_handler(OperationalError)
def _on_database_away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    log.warning("the database does not answer", path=request.path, error=str(error).splitlines()[0])
    return problem(
        503,
        "database-away",
        "The database does not answer",
        "Nothing was saved. It is tried again by itself; if it lasts, an administrator should look at the database.",
    )


@api.exception_handler(Exception)
def _on_unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("unexpected", path=request.path, exc_info=error)
    return problem(
        500,
        "unexpected",
        "Something went wrong on our side",
        "Nothing was saved. Try again; if it stays, tell an administrator: the server's log has the details.",
    )


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location[1:] if part != "body") or "body"
