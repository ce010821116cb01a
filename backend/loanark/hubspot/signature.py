"""Is this webhook really from HubSpot, and just now? Version 3 of its signatures."""

import base64
import binascii
import hashlib
import hmac
from datetime import datetime, timedelta

from loanark.hubspot.wire import epoch_ms

#: HubSpot asks to refuse older requests. The same bound holds for the future, or a captured request would live long.
MAX_SKEW = timedelta(minutes=5)

#: The only escapes HubSpot decodes in the address before it signs.
_DECODED = {
    "%3A": ":",
    "%2F": "/",
    "%3F": "?",
    "%40": "@",
    "%21": "!",
    "%24": "$",
    "%27": "'",
    "%28": "(",
    "%29": ")",
    "%2A": "*",
    "%2C": ",",
    "%3B": ";",
}


class BadSignature(Exception):
    """The request is not to be believed; the reason is for our log, never for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def verify(
    *, method: str, uri: str, body: bytes, signature: str | None, timestamp: str | None, secret: str, now: datetime
) -> None:
    """Raises `BadSignature` unless the request was signed with `secret` within the last five minutes.

    `uri` is the public address as configured in the app, with its query; `body` the bytes as received.
    """
    if not signature or not timestamp:
        raise BadSignature("the signature or its timestamp is missing")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 15):
        raise BadSignature("the timestamp is not a number of milliseconds")
    if abs(epoch_ms(now) - int(timestamp)) >= MAX_SKEW // timedelta(milliseconds=1):
        raise BadSignature("the timestamp is more than five minutes away from our clock")
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("the signature is not base64") from None
    # HubSpot's documentation decodes some escapes, its own libraries none: either form proves knowledge of the secret.
    decoded = hmac.compare_digest(given, _digest(method, _decode(uri), body, timestamp, secret))
    as_is = hmac.compare_digest(given, _digest(method, uri, body, timestamp, secret))
    if not (decoded or as_is):
        raise BadSignature("the signature does not match")


def sign(*, method: str, uri: str, body: bytes, timestamp: str, secret: str) -> str:
    """The signature HubSpot would send."""
    return base64.b64encode(_digest(method, _decode(uri), body, timestamp, secret)).decode()


def _digest(method: str, uri: str, body: bytes, timestamp: str, secret: str) -> bytes:
    message = method.upper().encode() + uri.encode() + body + timestamp.encode()
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def _decode(uri: str) -> str:
    for escape, character in _DECODED.items():
        uri = uri.replace(escape, character)
    return uri
