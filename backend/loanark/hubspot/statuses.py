"""What an HTTP status of HubSpot means for the request (HubSpot docs: error handling, usage guidelines)."""

from enum import Enum, auto


class Means(Enum):
    """What became of a request, as far as its status tells."""

    #: It was done. 207: some of it; each row tells for itself.
    DONE = auto()
    #: It was understood and refused; the body says why. Nothing was done.
    REFUSED = auto()
    #: The address is too long, or a merge would give a contact too many identities.
    TOO_LONG = auto()
    #: The access token is not accepted: refresh it once, repeat once. Nothing was done.
    UNAUTHORIZED = auto()
    #: The connection may not do this. Nothing was done.
    FORBIDDEN = auto()
    #: The record is locked for two seconds. Nothing was done.
    LOCKED = auto()
    #: Too many requests. Nothing was done.
    LIMITED = auto()
    #: The account moves between data centres, for up to a day. Nothing was done.
    MOVING = auto()
    #: It was not looked at, and may be sent again (RFC 9110 and 8470). Nothing was done.
    NOT_TAKEN = auto()
    #: It failed on the way or on the way back: a write may have been done.
    FAILED = auto()
    #: Somebody else answered: HubSpot's API redirects nobody.
    ELSEWHERE = auto()


STATUSES = {
    400: Means.REFUSED,
    401: Means.UNAUTHORIZED,
    403: Means.FORBIDDEN,
    404: Means.REFUSED,
    408: Means.FAILED,
    409: Means.REFUSED,
    410: Means.REFUSED,
    414: Means.TOO_LONG,
    421: Means.NOT_TAKEN,
    423: Means.LOCKED,
    425: Means.NOT_TAKEN,
    429: Means.LIMITED,
    477: Means.MOVING,
}

_HUNDREDS = {2: Means.DONE, 3: Means.ELSEWHERE, 4: Means.REFUSED}

#: The host in front of HubSpot found it not answering, or not to be trusted: it may be the network, or ours.
CONNECTION_TROUBLE = frozenset({522, 525, 526})


def means(status: int) -> Means:
    """Every status of the table, and by its hundred any other: 500 and above (502, 503, 504, 52x) failed."""
    return STATUSES.get(status) or _HUNDREDS.get(status // 100, Means.FAILED)
