"""What is wrong with a connection, in words for the person who must mend it."""

from dataclasses import dataclass

from loanark.hubspot import errors
from loanark.kit.errors import LoanArkError


class SecretLost(errors.Unauthorized):
    """The stored token does not open with the configured encryption keys."""


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    #: What becomes of the connection: it pauses and tries again by itself, or waits to be connected again.
    status: str
    title: str
    detail: str
    fix: str


_TITLES = {
    "daily-limit": ("The daily request limit is reached", "Nothing to do: it resumes at the account's midnight."),
    "account-moving": ("HubSpot is moving the account", "Nothing to do: it resumes by itself."),
    "rate-limited": ("HubSpot asks for fewer requests", "Nothing to do: it resumes by itself."),
    "unavailable": ("HubSpot cannot be reached", "It is tried again by itself. If it lasts, check the network."),
    "bad-token": ("HubSpot does not accept the token", "Connect again with a valid token or by signing in."),
    "revoked": ("The connection was revoked in HubSpot", "Connect again. Waiting changes are kept and will be sent."),
    "missing-scopes": ("Permissions are missing", "Connect again and grant every permission HubSpot asks about."),
    "secret-lost": (
        "The stored token does not open",
        "Add the old key back to LOANARK_ENCRYPTION_KEYS and check the connection, or connect again.",
    ),
    "misconfigured": (
        "This installation's HubSpot app is not accepted",
        "Check LOANARK_HUBSPOT_CLIENT_ID, LOANARK_HUBSPOT_CLIENT_SECRET and the app's redirect address.",
    ),
    "not-hubspot": ("The address is not HubSpot's", "Check LOANARK_HUBSPOT_API_URL."),
    "refused": ("HubSpot refused a request", "See the detail; if it stays, connect again."),
}


def describe(error: errors.HubSpotError) -> Problem:
    """Sorts an error into a problem a person understands."""
    code = _code(error)
    title, fix = _TITLES[code]
    lasting = isinstance(error, errors.Unauthorized)
    detail = str(error)
    if isinstance(error, errors.TokenExpired):
        # HubSpot says the same of a token that never was one.
        detail = "HubSpot says that it has expired or never was valid. What was done before stays done."
    if isinstance(error, errors.MissingScopes) and error.scopes:
        detail = f"HubSpot did not grant: {', '.join(error.scopes)}. Nothing was changed."
    return Problem(code, "reconnect_needed" if lasting else "paused", title, detail, fix)


def by_code(code: str, detail: str) -> Problem:
    """A problem as stored."""
    title, fix = _TITLES.get(code, _TITLES["refused"])
    return Problem(code, "", title, detail, fix)


def _code(error: errors.HubSpotError) -> str:
    known: tuple[tuple[type[errors.HubSpotError], str], ...] = (
        (errors.DailyLimitReached, "daily-limit"),
        (errors.AccountMoving, "account-moving"),
        (errors.RateLimited, "rate-limited"),
        (errors.Transient, "unavailable"),
        (errors.MissingScopes, "missing-scopes"),
        (SecretLost, "secret-lost"),
        (errors.ReconnectNeeded, "revoked"),
        (errors.Unauthorized, "bad-token"),
        (errors.Misconfigured, "misconfigured"),
        (errors.NotHubSpot, "not-hubspot"),
        (errors.UnknownOutcome, "unavailable"),
    )
    return next((code for kind, code in known if isinstance(error, kind)), "refused")


class ConnectionFailed(LoanArkError):
    """Connecting did not work; the detail says what to mend. What was connected before stays as it was."""

    status = 422
    title = "HubSpot is not connected"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code

    @classmethod
    def of(cls, error: errors.HubSpotError) -> "ConnectionFailed":
        problem = describe(error)
        return cls(problem.code, f"{problem.title}. {problem.detail} {problem.fix}")
