"""What HubSpot says when it says no, read into errors.

HubSpot warns that every field of an error may be missing; whatever is there is used.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx2
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
    Transient,
    Unauthorized,
)

#: Waits after 429 per attempt when HubSpot names none: the length of the window that was exceeded.
WINDOW_WAIT = {"general": 10.0, "search": 1.0}
#: When HubSpot moves an account and does not say for how long.
MOVING_WAIT = 3600.0


class Expired(Exception):
    """The access token was refused as expired."""


_EXISTING_ID = re.compile(r"(?:Existing ID|\bID)\s*:?\s*(\d+)", re.IGNORECASE)
_MISSING_PROPERTY = re.compile(r'Property "([^"]+)" does not exist')


def refusal(status: int, data: dict[str, Any]) -> Rejected:
    """The error for a refused request; raises instead when it is the connection that is refused."""
    reason = str(data.get("message") or data.get("errorType") or f"status {status}")
    category = str(data.get("category") or "")
    if status == 401:
        raise _unauthorized(category, reason)
    if status == 403:
        raise _missing_scopes(data, reason)
    if status == 404 or category == "OBJECT_NOT_FOUND":
        return NotFound(
            f"HubSpot knows no such record ({reason}). Nothing was changed.", reason=reason, category=category
        )
    details = [detail for detail in data.get("errors") or () if isinstance(detail, dict)]
    properties = dict(_property_reasons(reason, details))
    codes = [str(detail["code"]) for detail in details if detail.get("code")]
    traces = texts((data.get("context") or {}).get("objectWriteTraceId"))
    if status == 409 or category in {"CONFLICT", "OBJECT_ALREADY_EXISTS"}:
        existing = _EXISTING_ID.search(reason)
        return AlreadyExists(
            f"HubSpot already has it ({reason}). Nothing was changed; link to the existing one instead.",
            reason=reason,
            category=category or "CONFLICT",
            properties=properties,
            codes=codes,
            trace_ids=traces,
            existing_id=existing[1] if existing else None,
        )
    return Invalid(
        f"HubSpot refused the values ({reason}). Nothing was changed; correct them or the mapping.",
        reason=_short(reason, properties),
        category=category,
        properties=properties,
        codes=codes,
        trace_ids=traces,
    )


def _property_reasons(message: str, details: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Property name and what is wrong with it, from every place where HubSpot says so; later ones are better."""
    said = [message, *(str(detail.get("message") or "") for detail in details)]
    for text in said:
        for name in _MISSING_PROPERTY.findall(text):
            yield name, f'Property "{name}" does not exist'
    for row in _embedded(message):
        if row.get("name"):
            yield (
                str(row["name"]),
                _clip(str(row.get("localizedErrorMessage") or row.get("message") or row.get("error"))),
            )
    for detail in details:
        for name in texts((detail.get("context") or {}).get("propertyName")):
            yield name, _clip(str(detail.get("message") or detail.get("code")))


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


def _unauthorized(category: str, reason: str) -> Exception:
    if category == "EXPIRED_AUTHENTICATION":
        return Expired(
            f"HubSpot refuses the access token as expired ({reason}). This call changed nothing, and what was done "
            "before stays done. Connect HubSpot again; the sync then goes on where it stopped."
        )
    return ReconnectNeeded(
        f"HubSpot does not accept this connection's credentials ({reason}). This call changed nothing, and what was "
        "done before stays done. Connect HubSpot again; the sync then goes on where it stopped."
    )


def _missing_scopes(data: dict[str, Any], reason: str) -> Unauthorized:
    scopes = [
        scope
        for detail in data.get("errors") or ()
        if isinstance(detail, dict)
        for scope in texts((detail.get("context") or {}).get("requiredGranularScopes"))
    ]
    if scopes or data.get("category") == "MISSING_SCOPES":
        names = ", ".join(scopes) or "HubSpot did not say which"
        return MissingScopes(
            f"HubSpot did not grant this app what the call needs: {names}. Nothing was changed. "
            "Connect HubSpot again and accept these permissions.",
            scopes=scopes,
        )
    return Unauthorized(f"HubSpot forbids this call ({reason}). Nothing was changed; ask the account's admin.")


def limited(data: dict[str, Any], response: httpx2.Response, bucket: str, attempt: int) -> Transient:
    """A 429: by its policy, else its words, else taken for the ten-second window. `retry_after` is the wait."""
    policy, message = str(data.get("policyName") or "").upper(), str(data.get("message") or "").lower()
    if policy == "DAILY" or (not policy and "daily" in message):
        return DailyLimitReached(
            "The HubSpot account has used up its calls for today. Nothing was changed; the sync goes on by itself "
            "after midnight in the account's time zone.",
            retry_after=_seconds(response),
        )
    per_second = policy == "SECONDLY" or (not policy and " secondly" in message)
    return RateLimited(
        "HubSpot goes on refusing calls because there are too many. Nothing was changed; the sync goes on by itself.",
        retry_after=_seconds(response) or WINDOW_WAIT["search" if per_second else bucket] * attempt,
    )


def moving(response: httpx2.Response) -> AccountMoving:
    seconds = _seconds(response) or MOVING_WAIT
    return AccountMoving(
        f"HubSpot is moving this account to another data centre and asks to wait {seconds / 60:.0f} minutes. "
        "Nothing was changed; the sync goes on by itself afterwards.",
        retry_after=seconds,
    )


def not_hubspot(base_url: str, what: str) -> str:
    return (
        f"{base_url} {what}, which is not HubSpot's API. Nothing was changed. Check that the HubSpot address is "
        "https://api.hubapi.com and that no proxy or sign-in page stands in between."
    )


def description(response: httpx2.Response) -> str:
    kind = response.headers.get("content-type", "no content type").partition(";")[0]
    return f"status {response.status_code} and {kind}"


def _seconds(response: httpx2.Response) -> float | None:
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def texts(value: object) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
