"""What can go wrong between us and HubSpot, and what is right to do then.

    error                       what happened                                          reaction
    HubSpotError
     ├─ Transient               nothing is wrong with the request
     │   ├─ RateLimited         too many calls just now                                retry later
     │   ├─ DailyLimitReached   the account's calls of the day are used up             retry later
     │   ├─ Unavailable         HubSpot or the network failed, again and again         retry later
     │   └─ AccountMoving       HubSpot moves the account between data centres         retry later
     ├─ Unauthorized            this connection may not make the call                  tell a person
     │   ├─ TokenExpired        the access token is refused as expired                 refresh, retry once
     │   ├─ ReconnectNeeded     revoked or uninstalled                                 tell a person
     │   └─ MissingScopes       the app was not granted what the call needs            tell a person
     ├─ Rejected                HubSpot understood and said no                         reject
     │   ├─ Invalid             values, properties or sizes it does not take           reject
     │   ├─ AlreadyExists       another record holds the e-mail or unique value        reject
     │   ├─ NotFound            no such record, as far as this call can see            find where it is
     │   │   ├─ Gone            it was there: deleted, erased, or in the recycle bin   gone
     │   │   └─ Merged          it lives on in another record                          merged
     │   └─ OffsetLost          the journal no longer has this place                   start again
     ├─ UnknownOutcome          a write went out and no clear answer came back         read before retry
     ├─ Misconfigured           our client id, secret or redirect address is wrong     tell a person
     └─ NotHubSpot              something answered, but it was not HubSpot's API       tell a person

Reactions, for whoever called (the client has done its part: repeated what is safe, refreshed the token once):

    retry later          Repeat the same call after `retry_after`, or with back-off. If it lasts, tell a person.
    refresh, retry once  Done already: this error means that the new token was refused as well. Tell a person.
    tell a person        Nothing helps until somebody acts; the message says what.
    reject               Repeating it unchanged is useless: keep the reason beside the value. `AlreadyExists` names the
                         record in the way, if HubSpot did: that is a proposal to link.
    find where it is     No evidence of a deletion yet: `Client.whereabouts` tells.
    gone, merged         Evidence: close the link, or move it to `survivor_id`.
    start again          Read the journal from its earliest place, and compare everything once (what fell out is lost).
    read before retry    It may have happened. Look at the record, then decide anew.

Each message says what happened, what is safe, and what to do.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar


class Reaction(StrEnum):
    """What is right to do after an error."""

    RETRY = "retry later"
    REFRESH = "refresh, retry once"
    TELL = "tell a person"
    REJECT = "reject"
    FIND = "find where it is"
    GONE = "gone"
    MERGED = "merged"
    RESTART = "start again"
    READ = "read before retry"


class HubSpotError(Exception):
    """Base of all errors of this package."""

    reaction: ClassVar[Reaction] = Reaction.TELL


class Transient(HubSpotError):
    """Nothing was changed; the same call may be made again later."""

    reaction = Reaction.RETRY

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

    def __init__(self, message: str, *, retry_after: float | None = None, reached: bool = False) -> None:
        super().__init__(message, retry_after=retry_after)
        #: The request arrived, and failed there: a smaller one may succeed.
        self.reached = reached


class AccountMoving(Transient):
    """HubSpot is moving the account to another data centre, for up to a day."""


class Unauthorized(HubSpotError):
    """HubSpot does not let this connection make the call."""


class TokenExpired(Unauthorized):
    """The access token was refused as expired, and so was its replacement."""

    reaction = Reaction.REFRESH


class ReconnectNeeded(Unauthorized):
    """The app was uninstalled or its tokens revoked."""


class MissingScopes(Unauthorized):
    """The connection lacks permissions; `scopes` names them when HubSpot did."""

    def __init__(self, message: str, *, scopes: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.scopes = tuple(scopes)


class Rejected(HubSpotError):
    """HubSpot refused this request for what it says."""

    reaction = Reaction.REJECT

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        category: str = "",
        properties: Mapping[str, str] | None = None,
        codes: Sequence[str] = (),
        trace_ids: Sequence[str] = (),
        ids: Sequence[str] = (),
        existing_id: str | None = None,
    ) -> None:
        super().__init__(message)
        #: HubSpot's own words.
        self.reason = reason or message
        self.category = category
        #: Property name to what is wrong with its value.
        self.properties = dict(properties or {})
        self.codes = tuple(codes)
        #: The inputs of a batch that HubSpot blamed, by our keys or by what names their records.
        self.trace_ids = tuple(trace_ids)
        self.ids = tuple(ids)
        #: The record in the way, when HubSpot named it.
        self.existing_id = existing_id


class Invalid(Rejected):
    """Values or properties that HubSpot does not take; `properties` says which and why."""


class AlreadyExists(Rejected):
    """Another record holds the e-mail, unique value or name; `existing_id` is that record when named."""


class NotFound(Rejected):
    """No such record, or not one that this call can see."""

    reaction = Reaction.FIND


class Gone(NotFound):
    """The record was there and is no more: in the recycle bin, purged from it, or erased for privacy."""

    reaction = Reaction.GONE


class Merged(NotFound):
    """The record was merged away; `survivor_id` carries on."""

    reaction = Reaction.MERGED

    def __init__(self, message: str, *, survivor_id: str, reason: str = "", category: str = "") -> None:
        super().__init__(message, reason=reason, category=category)
        self.survivor_id = survivor_id


class OffsetLost(Rejected):
    """The journal does not go on from this offset: it keeps three days. Start from its earliest place, and sweep."""

    reaction = Reaction.RESTART


class UnknownOutcome(HubSpotError):
    """A write went out and no clear answer came back. Read the record before writing it again."""

    reaction = Reaction.READ


class Misconfigured(HubSpotError):
    """HubSpot does not accept our app's own credentials. No customer did anything wrong."""


class NotHubSpot(HubSpotError):
    """The address answered with something that is not HubSpot's API."""
