"""What can go wrong between us and HubSpot.

    HubSpotError
     ├─ Transient                 nothing is wrong with the request: the same call works later
     │   ├─ RateLimited           too many calls just now
     │   ├─ DailyLimitReached     the account's daily calls are used up until its midnight
     │   ├─ Unavailable           HubSpot or the network between failed, again and again
     │   └─ AccountMoving         HubSpot moves the account between data centres
     ├─ Unauthorized              this connection may not make the call
     │   ├─ TokenExpired          refused as expired, even after one refresh
     │   ├─ ReconnectNeeded       revoked or uninstalled: a person must connect again
     │   └─ MissingScopes         the app was not granted what the call needs
     ├─ Rejected                  HubSpot understood and said no: do not repeat it unchanged
     │   ├─ Invalid               values or properties it does not take
     │   ├─ AlreadyExists         another record holds the e-mail or unique value
     │   └─ NotFound              no such record
     ├─ UnknownOutcome            the request went out and no answer came back: it may have happened
     ├─ Misconfigured             our client id, secret or redirect address is wrong, for every customer
     └─ NotHubSpot                something answered, but it was not HubSpot's API

Each message says what happened, what is safe, and what to do.
"""

from collections.abc import Mapping, Sequence


class HubSpotError(Exception):
    """Base of all errors of this package."""


class Transient(HubSpotError):
    """Nothing was changed; the same call may be made again later."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        #: Seconds after which it makes sense to try again, when HubSpot or its rules say.
        self.retry_after = retry_after


class RateLimited(Transient):
    """Still refused for too many calls after all waiting this call allows itself."""


class DailyLimitReached(Transient):
    """The daily quota is used up; it resets at midnight in the account's time zone."""


class Unavailable(Transient):
    """HubSpot or the network between failed on every attempt."""


class AccountMoving(Transient):
    """HubSpot is moving the account to another data centre, for up to a day."""


class Unauthorized(HubSpotError):
    """HubSpot does not let this connection make the call."""


class TokenExpired(Unauthorized):
    """The access token was refused as expired, and so was its replacement."""


class ReconnectNeeded(Unauthorized):
    """The app was uninstalled or its tokens revoked."""


class MissingScopes(Unauthorized):
    """The connection lacks permissions; `scopes` names them when HubSpot did."""

    def __init__(self, message: str, *, scopes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.scopes = tuple(scopes)


class Rejected(HubSpotError):
    """HubSpot refused this request for what it says."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        category: str = "",
        properties: Mapping[str, str] | None = None,
        codes: Sequence[str] = (),
        trace_ids: Sequence[str] = (),
        existing_id: str | None = None,
    ) -> None:
        super().__init__(message)
        #: HubSpot's own words.
        self.reason = reason or message
        self.category = category
        #: Property name to what is wrong with its value.
        self.properties = dict(properties or {})
        self.codes = tuple(codes)
        #: The inputs of a batch that HubSpot blamed.
        self.trace_ids = tuple(trace_ids)
        #: The record in the way, when HubSpot named it.
        self.existing_id = existing_id


class Invalid(Rejected):
    """Values or properties that HubSpot does not take; `properties` says which and why."""


class AlreadyExists(Rejected):
    """Another record holds the e-mail, unique value or name; `existing_id` is that record when named."""


class NotFound(Rejected):
    """No such record, or not one that this call can see."""


class UnknownOutcome(HubSpotError):
    """A write went out and no answer came back. Read the record before writing it again."""


class Misconfigured(HubSpotError):
    """HubSpot does not accept our app's own credentials. No customer did anything wrong."""


class NotHubSpot(HubSpotError):
    """The address answered with something that is not HubSpot's API."""
