"""The API: every feature's router under one roof, and errors as problem details (RFC 9457)."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import structlog
from django.core.exceptions import SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError
from django.http import HttpRequest, HttpResponse, RawPostDataException
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.operation import Operation
from psycopg.errors import InsufficientPrivilege

from loanark.audit.api import router as audit
from loanark.connections.api import router as connections
from loanark.connections.settings_api import router as sync_settings
from loanark.contacts.api import router as contacts
from loanark.contacts.views_api import router as views
from loanark.duplicates.api import router as duplicates
from loanark.kit.errors import LoanArkError
from loanark.kit.problems import problem
from loanark.sync.api import router as sync
from loanark.sync.edits_api import router as bulk
from loanark.sync.held_api import router as held
from loanark.sync.monitor_api import router as monitor
from loanark.tenants.account_api import account
from loanark.tenants.account_api import router as sign_in_rules
from loanark.tenants.api import organisation_router as organisations
from loanark.tenants.api import router as session
from loanark.tenants.company_api import begin as company_begin
from loanark.tenants.company_api import router as company_sign_in
from loanark.tenants.invitations_api import invited
from loanark.tenants.invitations_api import router as invitations
from loanark.tenants.permissions import NEVER_BY_TOKEN, Permission
from loanark.web import errors, refusals
from loanark.web.reference import Reference
from loanark.web.security import SessionAuth, TokenAuth, XSessionTokenAuth
from loanark.web.strict import NotJson, StrictJson

log = structlog.get_logger()


class Api(NinjaAPI):
    """Operations are named like their functions: the generated clients read well."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> Any:
        """With what each operation asks for, and how it may refuse.

        The permissions are those that its function names, which its door is given.
        OpenAPI 3.1 lists the needed roles of any kind of security; those of the bearer are a token's scopes.
        """
        schema = super().get_openapi_schema(**options)
        needed = {self.get_openapi_operation_id(one): asked(one.view_func) for one in self._operations()}
        for methods in schema["paths"].values():
            for described in methods.values():
                permissions = needed[described["operationId"]]
                described["x-permissions"] = permissions
                if "security" in described:
                    described["security"] = [
                        {name: permissions if name == TokenAuth.__name__ else [] for name in way}
                        for way in described["security"]
                        if permissions_of_tokens(permissions) or TokenAuth.__name__ not in way
                    ]
        refusals.describe(schema)
        return schema

    def _operations(self) -> Iterator[Operation]:
        for _, router in self._routers:
            for view in router.path_operations.values():
                yield from view.operations


def asked(view: Callable[..., Any]) -> list[str]:
    """The permissions that a function names."""
    names = inspect.unwrap(view).__code__.co_names
    return [Permission[name].value for name in names if name in Permission.__members__]


def permissions_of_tokens(permissions: Sequence[str]) -> bool:
    """Whether a token can have them all."""
    return not NEVER_BY_TOKEN.intersection(permissions)


PEOPLE: list[Callable[..., Any]] = [SessionAuth(), XSessionTokenAuth()]
#: A personal API token too: where it is said, for what an organisation holds. Accounts and sign-in are people's only.
PEOPLE_AND_TOKENS = [*PEOPLE, TokenAuth()]

api = Api(
    title="LoanArk CRM Sync",
    version="1",
    description="A company's contacts, the same in its own PostgreSQL and in HubSpot.",
    auth=PEOPLE,
    docs=Reference(),
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
    parser=StrictJson(),
)
api.add_router("", session, auth=PEOPLE_AND_TOKENS)
for router in (invited, account, company_begin):
    api.add_router("", router)
for router in (
    bulk,
    contacts,
    views,
    connections,
    sync,
    held,
    duplicates,
    monitor,
    sync_settings,
    audit,
    organisations,
    invitations,
    sign_in_rules,
    company_sign_in,
):
    api.add_router("/tenants/{tenant}", router, auth=PEOPLE_AND_TOKENS)


@api.exception_handler(LoanArkError)
def _on_known(request: HttpRequest, error: LoanArkError) -> HttpResponse:
    if error.status == 403:
        log.warning("refused at the door", path=request.path, code=error.code, person=request.user.pk)
    told = problem(error.status, error.code, error.title, error.detail, errors=error.errors)
    for name, value in error.headers.items():
        told.headers[name] = value
    return told


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
    if isinstance(
        error.__cause__, LoanArkError
    ):  # the parser's own refusal, which Django Ninja hides in one of its own
        return _on_known(request, error.__cause__)
    if error.status_code == 403:  # what Django Ninja raises for a missing or wrong CSRF token
        return errors.csrf_failed(request)
    code = "malformed" if error.status_code == 400 else "http"
    return problem(error.status_code, code, "The request is not understood", f"{error}. Nothing was done.")


@api.exception_handler(RawPostDataException)
def _on_form(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    """A body that said it was a form has been read as one, and is no more."""
    return _on_known(request, NotJson())


@api.exception_handler(SuspiciousOperation)
def _on_suspicious(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """What Django takes for an attack: thousands of parameters, for instance."""
    return errors.malformed(request, error)


@api.exception_handler(DataError)
def _on_unstorable(request: HttpRequest, error: DataError) -> HttpResponse:
    return problem(
        422,
        "unstorable",
        "A value cannot be stored",
        f"The database does not take a value of the request: {errors.first_line(error)}. Nothing was saved.",
    )


@api.exception_handler(IntegrityError)
def _on_collision(request: HttpRequest, error: IntegrityError) -> HttpResponse:
    log.warning("two at once", path=request.path, error=errors.first_line(error))
    return problem(
        409,
        "stale",
        "It has changed meanwhile",
        "Somebody else did something of the kind at the same moment. Nothing was saved; look again, then try again.",
    )


@api.exception_handler(ProgrammingError)
def _on_refused(request: HttpRequest, error: ProgrammingError) -> HttpResponse:
    """Row-level security, the second lock: whatever the first let pass."""
    if not isinstance(error.__cause__, InsufficientPrivilege):
        return errors.unexpected(request, error)
    log.warning("the database refused", path=request.path, error=errors.first_line(error))
    return problem(
        403,
        "forbidden",
        "Your role does not allow this",
        "It is about a contact that is not yours, or would not be any more. Nothing was saved. Ask a manager.",
    )


@api.exception_handler(OperationalError)
def _on_database_away(request: HttpRequest, error: OperationalError) -> HttpResponse:
    return errors.database_away(request, error)


@api.exception_handler(Exception)
def _on_unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    return errors.unexpected(request, error)


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(str(part) for part in location[1:] if part != "body") or "body"
