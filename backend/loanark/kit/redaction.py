"""Secrets taken out of texts that are read by more people than may know them: logs, tracebacks, messages of commands.

Known secrets are looked for by their value; others by where they stand, as after `Bearer` or in a link. It is the last
of several fences: what leaves the process should not hold a secret in the first place.
"""

import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

REMOVED = "[removed]"

#: What surely is none is left alone: an empty or very short value would take half the text with it.
_SHORTEST = 6

_BY_PLACE = (
    # Links that let people in: all that follows in the path.
    re.compile(r"(?<=/)((?:invitations|join|verify-email|password/reset)/)[^\s\"'<>,)]+"),
    # What an address is asked with: codes and states of sign-ins.
    re.compile(r"((?:https?://[^\s\"'<>?]+|(?<![\w<])/[\w./-]*)\?)[^\s\"'<>]+"),
    # Name and password in an address; not those of an example.
    re.compile(r"(\w+://)(?!user:password@)[^\s\"'<>]*(?=@)"),
    re.compile(r"(?i)(\b(?:bearer|basic) )[\w.~+/=-]{8,}"),
    re.compile(r"(\bloanark_pat_|\bpat-[a-z]{2}\d-)[\w-]+"),
)


class Redactor:
    """Takes these secrets, and whatever stands where secrets stand, out of texts."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        long = {secret for secret in secrets if len(secret) >= _SHORTEST}
        written = {
            way for secret in long for way in (secret, quote(secret, safe=""), quote_plus(secret), quote(secret))
        }
        ordered = sorted(written, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        if self._values:
            text = self._values.sub(REMOVED, text)
        for place in _BY_PLACE:
            text = place.sub(rf"\1{REMOVED}", text)
        return text
