"""The bodies HubSpot answers with when it refuses.

Sources: HubSpot docs "error handling" and "usage guidelines"; captures by third parties for the exact words.
Every function builds an exception; the front door adds the correlation id and turns it into an answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

AUTH_HELP = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
    "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
SOME_MISSING = "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid."


class ApiError(Exception):
    """An answer other than success."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str | None = None,
        errors: Sequence[Mapping[str, Any]] | None = None,
        context: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.errors = errors
        self.context = context
        self.extra = extra
        self.headers = headers

    def body(self, correlation_id: str = "") -> dict[str, Any]:
        """Keys in the order seen in captures: status, message, correlationId, errors, context, category."""
        body: dict[str, Any] = {"status": "error", "message": self.message}
        if correlation_id:
            body["correlationId"] = correlation_id
        if self.errors:
            body["errors"] = list(self.errors)
        if self.context:
            body["context"] = dict(self.context)
        if self.category:
            body["category"] = self.category
        body.update(self.extra or {})
        return body

    def as_row(self, trace_ids: Sequence[str] = ()) -> dict[str, Any]:
        """The same refusal as one entry of a 207 answer, attributed to its inputs.

        All fields that HubSpot's description requires are there; captures lack ``errors`` and ``links``.
        """
        return {
            "status": "error",
            "category": self.category or "VALIDATION_ERROR",
            "message": self.message,
            "context": {**(self.context or {}), **({"objectWriteTraceId": list(trace_ids)} if trace_ids else {})},
            "errors": list(self.errors or ()),
            "links": {},
        }


@dataclass(frozen=True, slots=True)
class ValueProblem(Exception):
    """One property value that was refused."""

    name: str
    code: str
    message: str
    value: str | None = None


def bad_values(problems: Sequence[ValueProblem], portal_id: int) -> ApiError:
    """All bad properties of one record at once (docs: error handling)."""
    rows = []
    for problem in problems:
        row: dict[str, Any] = {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
        }
        if problem.value is not None:
            row["propertyValue"] = problem.value
        row["portalId"] = portal_id
        rows.append(row)
    return ApiError(
        400,
        "Property values were not valid: " + orjson.dumps(rows).decode(),
        category="VALIDATION_ERROR",
        errors=[{"message": p.message, "code": p.code, "context": {"propertyName": [p.name]}} for p in problems],
    )


def missing_required(names: Sequence[str]) -> ApiError:
    """Docs: CRM API write validation enforcement (2026-09)."""
    return ApiError(
        400,
        "The property values provided are invalid",
        category="VALIDATION_ERROR",
        errors=[
            {
                "message": f"A value for {name} must be provided",
                "code": "MISSING_REQUIRED_PROPERTY",
                "context": {"propertyName": [name]},
            }
            for name in names
        ],
    )


def missing_conditional(name: str, controlling: str) -> ApiError:
    message = f"{name} is required because of a conditional property rule based on [{controlling}]"
    return ApiError(
        400,
        "The property values provided are invalid",
        category="VALIDATION_ERROR",
        errors=[
            {
                "message": message,
                "code": "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
                "context": {"propertyName": [name]},
            }
        ],
    )


def validation(message: str, **context: list[str]) -> ApiError:
    return ApiError(400, message, category="VALIDATION_ERROR", context=context or None)


def invalid_json(line: int, column: int, detail: str) -> ApiError:
    """No category on this one (captures)."""
    return ApiError(400, f"Invalid input JSON on line {line}, column {column}: {detail}")


def not_found(category: bool = False) -> ApiError:
    return ApiError(404, "resource not found", category="OBJECT_NOT_FOUND" if category else None)


def not_numeric(object_id: str) -> ApiError:
    # Two spaces after the full stop, as captured.
    return ApiError(
        404,
        "Object not found.  objectId are usually numeric.",
        context={"id": [object_id]},
        category="OBJECT_NOT_FOUND",
    )


def some_missing(ids: Sequence[str]) -> ApiError:
    return ApiError(404, SOME_MISSING, category="OBJECT_NOT_FOUND", context={"ids": list(ids)})


def conflict(existing_id: int | None) -> ApiError:
    """The id is only in the text (captures 2021-2026), and missing when two rows of one batch collide."""
    known = f". Existing ID: {existing_id}" if existing_id else ""
    return ApiError(409, f"Contact already exists{known}", category="CONFLICT")


def unique_conflict(name: str, value: str, existing_id: int | None) -> ApiError:
    known = f". Existing ID: {existing_id}" if existing_id else ""
    message = f'A contact with the value "{value}" for property "{name}" already exists{known}'
    return ApiError(409, message, category="CONFLICT")


def property_in_use(name: str) -> ApiError:
    """Observed live, 2026, for a property that a formula or a workflow uses."""
    return ApiError(
        400,
        f"Property: {name} of object type 0-1 is currently used in 1 places and cannot be deleted",
        category="VALIDATION_ERROR",
        extra={"subCategory": "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"},
    )


def group_in_use() -> ApiError:
    """Observed live, 2026: the error body stands as JSON text in the message."""
    inner = {
        "status": "error",
        "message": "Can't delete or purge a group with active properties",
        "category": "VALIDATION_ERROR",
        "subCategory": "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES",
    }
    return ApiError(400, orjson.dumps(inner).decode(), category="VALIDATION_ERROR")


def no_credentials() -> ApiError:
    return ApiError(401, AUTH_HELP, category="INVALID_AUTHENTICATION")


def expired_token(ago: str, expire_time: str) -> ApiError:
    return ApiError(
        401,
        f"The OAuth token used to make this call expired {ago} ago.",
        category="EXPIRED_AUTHENTICATION",
        context={"expire time": [expire_time]},
    )


def wrong_kind_of_token() -> ApiError:
    """An account's token for an endpoint of the app, or the other way round; the words are ours."""
    return ApiError(401, "This endpoint does not take this kind of access token.", category="INVALID_AUTHENTICATION")


def missing_scopes(scopes: Sequence[str]) -> ApiError:
    return ApiError(
        403,
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
        "here: https://developers.hubspot.com/scopes.",
        category="MISSING_SCOPES",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        extra={"links": {"scopes": "https://developers.hubspot.com/scopes"}},
    )


def rate_limited(policy: str, request_id: str, group: str | None = None) -> ApiError:
    """429 without ``Retry-After``: HubSpot documents none for it (docs: usage guidelines)."""
    messages = {
        "DAILY": "You have reached your daily limit.",
        "SECONDLY": "You have reached your secondly limit.",
        "TEN_SECONDLY_ROLLING": "You have reached your ten_secondly_rolling limit.",
    }
    extra: dict[str, Any] = {"errorType": "RATE_LIMIT", "policyName": policy}
    if group:
        extra["groupName"] = group
    extra["requestId"] = request_id
    return ApiError(429, messages[policy], extra=extra)


def locked() -> ApiError:
    """Docs (error handling): wait at least two seconds."""
    return ApiError(423, "The record is locked by heavy writes; try again in 2 seconds.")


def moving(seconds: int) -> ApiError:
    """Docs (error handling): the account moves between data centres; ``Retry-After`` says for how long, in seconds."""
    return ApiError(477, "The account is being moved between data centers.", headers=(("Retry-After", str(seconds)),))


def unavailable(status: int) -> ApiError:
    words = {502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
    return ApiError(status, words.get(status, "internal error"))
