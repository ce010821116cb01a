"""The base of every error the product raises on purpose.

    LoanArkError
    ├── NotFound        the thing does not exist, or not for you (404)
    ├── Forbidden       your role may not do this (403)
    ├── Invalid         the input is wrong, field by field (422)
    └── Stale           somebody changed it meanwhile, or its state does not allow this (409)

Each feature adds its own subclasses beside its code. A message says what happened, what is safe and what to do.
"""

from collections.abc import Mapping


class LoanArkError(Exception):
    """Something expected went wrong. `code` is stable: clients and the documentation refer to it."""

    code = "error"
    status = 500
    title = "Something went wrong"

    def __init__(self, detail: str, *, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = dict(errors or {})
        #: Headers of the answer that the error becomes.
        self.headers: dict[str, str] = {}


class NotFound(LoanArkError):
    code = "not-found"
    status = 404
    title = "Not found"

    def __init__(self, detail: str = "There is no such thing here, or it is not yours to see.") -> None:
        super().__init__(detail)


class Forbidden(LoanArkError):
    code = "forbidden"
    status = 403
    title = "Your role does not allow this"


class Invalid(LoanArkError):
    """`errors` names each wrong field and says why."""

    code = "invalid"
    status = 422
    title = "The input is not valid"


class Stale(LoanArkError):
    code = "stale"
    status = 409
    title = "It has changed meanwhile"
