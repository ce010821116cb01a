"""What HubSpot says when it says no, read into errors.

HubSpot warns that every field of an error may be missing; whatever is there is used.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

import orjson

from loanark.hubspot.errors import (
    AccountMoving,
    AlreadyExists,
    DailyLimitReached,
    Invalid,
    MissingScopes,
    NotFound,
    RateLimited,
    ReconnectNeeded,
    Rejected,
    TokenExpired,
    Unauthorized,
)
from loanark.hubspot.reply import Reply

#: When HubSpot moves an account and does not say for how long.
MOVING_WAIT = 3600.0
#: No wait that an answer names is longer than this: HubSpot's own longest.
LONGEST_WAIT = 86_400.0

NOT_FOUND = "OBJECT_NOT_FOUND"

_EXISTING_ID = re.compile(r"(?:Existing ID|\bID)\s*:?\s*(\d+)", re.IGNORECASE)
_MISSING_PROPERTY = re.compile(r'Property "([^"]+)" does not exist')
#: The words of a refusal that carries no category.
_ABSENT = re.compile(r'\b(?:resource|objects?|contacts?|records?)\b[^"]*\bnot (?:found|exist)', re.IGNORECASE)
_TAKEN = re.compile(r"\balready exists\b|\balready has that value\b", re.IGNORECASE)


def refusal(status: int, data: Mapping[str, Any]) -> Rejected:
    """The error for a request, or a row of a batch, that was refused for what it says."""
    reason = str(data.get("message") or data.get("errorType") or f"status {status}")
    category = str(data.get("category") or "")
    traces = named(data, "objectWriteTraceId")
    ids = [*named(data, "ids"), *named(data, "id")]
    unsorted = not category and "[{" not in reason
    if status == 404 or category == NOT_FOUND or (unsorted and _ABSENT.search(reason)):
        return NotFound(
            f"HubSpot knows no such record ({reason}). Nothing was changed.",
            reason=reason,
            category=NOT_FOUND,
            trace_ids=traces,
            ids=ids,
        )
    details = _details(data)
    properties = dict(_property_reasons(reason, details))
    codes = [str(detail["code"]) for detail in details if detail.get("code")]
    taken = status == 409 or category in {"CONFLICT", "OBJECT_ALREADY_EXISTS"}
    if taken or (unsorted and _TAKEN.search(reason)):
        existing = _EXISTING_ID.search(reason)
        return AlreadyExists(
            f"HubSpot already has it ({reason}). Nothing was changed; link to the existing one instead.",
            reason=reason,
            category=category or "CONFLICT",
            properties=properties,
            codes=codes,
            trace_ids=traces,
            ids=ids,
            existing_id=existing[1] if existing else None,
        )
    return Invalid(
        f"HubSpot refused the values ({reason}). Nothing was changed; correct them or the mapping.",
        reason=_short(reason, properties),
        category=category,
        properties=properties,
        codes=codes,
        trace_ids=traces,
        ids=ids,
    )


def _details(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    details = data.get("errors")
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []


def named(error: Mapping[str, Any], name: str) -> list[str]:
    """What an error's context says under `name`: one text or a list of them."""
    context = error.get("context")
    return texts(context.get(name)) if isinstance(context, dict) else []


def texts(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]


def _property_reasons(message: str, details: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Property name and what is wrong with it, from every place where HubSpot says so; later ones are better."""
    said = [message, *(str(detail.get("message") or "") for detail in details)]
    for text in said:
        for name in _MISSING_PROPERTY.findall(text):
            yield name, f'Property "{name}" does not exist'
    for row in _embedded(message):
        if row.get("name"):
            words = row.get("localizedErrorMessage") or row.get("message") or row.get("error")
            yield str(row["name"]), _clip(str(words or "is not valid"))
    for detail in details:
        for name in named(detail, "propertyName"):
            yield name, _clip(str(detail.get("message") or detail.get("code") or "is not valid"))


def _embedded(message: str) -> list[dict[str, Any]]:
    """The JSON list that HubSpot puts into the text of a validation error."""
    start = message.find("[{")
    if start < 0:
        return []
    try:
        rows = orjson.loads(message[start:])
    except orjson.JSONDecodeError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _short(reason: str, properties: Mapping[str, str]) -> str:
    """A validation message without the JSON in it."""
    return _clip("; ".join(properties.values()) if "[{" in reason and properties else reason)


def _clip(text: str) -> str:
    """An unknown option is refused with the whole option list: nobody reads 200 lines."""
    head, found, _ = text.partition(" was not one of the allowed options")
    return f"{head}{found}" if found else text


def too_long(data: Mapping[str, Any]) -> Invalid:
    """414, in both its meanings."""
    reason = str(data.get("message") or "the address is too long")
    if "identit" in reason.lower():
        return Invalid(
            f"HubSpot refuses the merge ({reason}): the contact is made of as many as one can be. Nothing was "
            "changed; keep them apart.",
            reason=reason,
        )
    return Invalid(
        f"The request's address is too long for HubSpot ({reason}). Nothing was changed; ask for fewer properties "
        "at once.",
        reason=reason,
    )


def unauthorized(data: Mapping[str, Any]) -> Unauthorized:
    """401, after the token was refreshed once."""
    category, reason = str(data.get("category") or ""), str(data.get("message") or "status 401")
    if category == "EXPIRED_AUTHENTICATION" or (not category and "expired" in reason):
        return TokenExpired(
            f"HubSpot refuses the access token as expired ({reason}). This call changed nothing, and what was done "
            "before stays done. Connect HubSpot again; the sync then goes on where it stopped."
        )
    return ReconnectNeeded(
        f"HubSpot does not accept this connection's credentials ({reason}). This call changed nothing, and what was "
        "done before stays done. Connect HubSpot again; the sync then goes on where it stopped."
    )


def forbidden(data: Mapping[str, Any]) -> Unauthorized:
    """403."""
    reason = str(data.get("message") or "status 403")
    scopes = [scope for detail in _details(data) for scope in named(detail, "requiredGranularScopes")]
    if scopes or data.get("category") == "MISSING_SCOPES" or "required scopes" in reason:
        names = ", ".join(scopes) or "HubSpot did not say which"
        return MissingScopes(
            f"HubSpot did not grant this app what the call needs: {names}. Nothing was changed. "
            "Connect HubSpot again and accept these permissions.",
            scopes=scopes,
        )
    return Unauthorized(f"HubSpot forbids this call ({reason}). Nothing was changed; ask the account's admin.")


class Window(Enum):
    """What was used up when HubSpot answers 429; the value is how many seconds it spans."""

    SECOND = 1.0
    TEN_SECONDS = 10.0
    DAY = 86_400.0


def limited(reply: Reply, bucket: str, attempt: int) -> RateLimited | DailyLimitReached:
    """429. `retry_after` is the wait: as named, else the window that was used up, longer with every attempt.

    Docs (usage guidelines) name no Retry-After for it; the lengths are those of HubSpot's own Node library.
    """
    window = _window(reply) or (Window.TEN_SECONDS if bucket == "general" else Window.SECOND)
    if window is Window.DAY:
        return DailyLimitReached(
            "The HubSpot account has used up its calls for today. Nothing was changed; the sync goes on by itself "
            "after midnight in the account's time zone.",
            retry_after=retry_after(reply),
        )
    return RateLimited(
        "HubSpot goes on refusing calls because there are too many. Nothing was changed; the sync goes on by itself.",
        retry_after=retry_after(reply) or window.value * attempt,
    )


def _window(reply: Reply) -> Window | None:
    """By the policy, else by its words, else by what the headers say is left."""
    for name in ("policyName", "message", "groupName"):
        words = str(reply.said.get(name) or "").lower().replace("-", "_")
        if "daily" in words:
            return Window.DAY
        if "secondly" in words:
            return Window.TEN_SECONDS if "ten_secondly" in words else Window.SECOND
    left = (("Daily-Remaining", Window.DAY), ("Remaining", Window.TEN_SECONDS), ("Secondly-Remaining", Window.SECOND))
    return next((window for name, window in left if reply.number(f"X-HubSpot-RateLimit-{name}") == 0), None)


def moving(reply: Reply) -> AccountMoving:
    """477."""
    seconds = retry_after(reply) or MOVING_WAIT
    return AccountMoving(
        f"HubSpot is moving this account to another data centre and asks to wait {seconds / 60:.0f} minutes. "
        "Nothing was changed; the sync goes on by itself afterwards.",
        retry_after=seconds,
    )


def retry_after(reply: Reply) -> float | None:
    """Seconds to wait, named as a number or as a date; a day at most. None: none is named, or it is over."""
    text = reply.headers.get("Retry-After", "").strip()
    try:
        seconds = float(text) if text[:1].isdigit() else _until(text, reply)
    except (ValueError, OverflowError):
        return None
    return min(seconds, LONGEST_WAIT) if seconds > 0 else None


def _until(date: str, reply: Reply) -> float:
    """By the answer's own clock, so that ours may be wrong. Raises: ValueError."""
    try:
        now = parsedate_to_datetime(reply.headers["Date"])
    except (KeyError, ValueError):
        now = datetime.now(UTC)
    return (_aware(parsedate_to_datetime(date)) - _aware(now)).total_seconds()


def _aware(moment: datetime) -> datetime:
    """HTTP dates are in GMT, whether they say so or not."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def not_hubspot(base_url: str, what: str) -> str:
    return (
        f"{base_url} {what}, which is not HubSpot's API. Nothing was changed. Check that the HubSpot address is "
        "https://api.hubapi.com and that no proxy or sign-in page stands in between."
    )
