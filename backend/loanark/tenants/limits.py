"""How often one may try, counted where sign-in is counted: in the cache that all processes share."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from loanark.kit.errors import LoanArkError


class TooOften(LoanArkError):
    code = "too-often"
    status = 429
    title = "Too many tries"


def spend(request: HttpRequest, action: str) -> None:
    """Counts one try of an action of `ACCOUNT_RATE_LIMITS`, reading included. Raises: TooOften."""
    if not ratelimit.consume(request, app="allauth.account", action=action, limit_get=True):
        raise TooOften("Nothing was done. Wait a minute, then try again.")
