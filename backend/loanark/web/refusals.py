"""What may be answered beside the good answer, as the OpenAPI document tells it: every refusal is a problem document.

Which statuses an operation has follows from what it takes: this is the one place that says so.
"""

from collections.abc import Iterator, Mapping
from typing import Any

#: The body of every refusal (RFC 9457), as `kit.problems` writes it.
PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "What happened, what is safe, what to do. `type` leads to the page that explains `code`.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; explained at /docs/problems."},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What is wrong, by field.",
        },
    },
    "required": ["type", "title", "status", "code", "detail", "errors"],
}

#: Each status by the name that the document gives it, and what it means.
REFUSALS: Mapping[int, tuple[str, str]] = {
    400: ("Malformed", "The body is not JSON, or the request is broken otherwise. Nothing was done."),
    401: ("NotSignedIn", "Nobody is signed in, and no good token was shown. Nothing was done."),
    403: ("Forbidden", "The role, the token's scopes or a missing CSRF token do not allow this. Nothing was done."),
    404: ("NotFound", "There is no such thing, or it is somebody else's. Nothing was done."),
    408: ("TooSlow", "The body did not arrive in time. Nothing was done."),
    409: ("Conflict", "It has changed meanwhile, or its state does not allow this. Nothing was done."),
    413: ("TooLarge", "The body has more bytes than are taken. Nothing was done."),
    415: ("NotJson", "The body says that it is something else than JSON. Nothing was done."),
    422: ("Invalid", "`errors` names what is wrong, by field. Nothing was done."),
    429: ("TooOften", "Too many requests; `Retry-After`, where given, says for how long to wait. Nothing was done."),
    500: ("Unexpected", "A mistake of ours. Nothing was saved."),
    502: ("OtherServer", "Another server that this takes did not do its part."),
    503: ("DatabaseAway", "The database does not answer. Nothing was saved."),
}

#: What operations may answer that their form does not tell.
BEYOND: Mapping[str, tuple[int, ...]] = {
    "plan_contact": (409,),
    "begin_company_sign_in": (404, 502),
    "set_company_sign_in": (502,),
    "invite": (502,),
    "resend_invitation": (502,),
}


def describe(schema: Any) -> None:
    """Adds to each operation of a document the refusals it may answer."""
    used = set()
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            for status in sorted({*statuses(path, method, operation), *BEYOND.get(operation["operationId"], ())}):
                used.add(status)
                name, _ = REFUSALS[status]
                operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    schema["components"]["schemas"]["Problem"] = dict(PROBLEM)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    schema["components"]["responses"] = {
        name: {"description": description, "content": content}
        for status, (name, description) in REFUSALS.items()
        if status in used
    }


def statuses(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[int]:
    """The refusals that follow from an operation's form."""
    changes, takes_body = method != "get", "requestBody" in operation
    if takes_body:
        yield from (400, 408, 413, 415)
    if "security" in operation:
        yield 401
    if changes or "{tenant}" in path:
        yield 403
    if "{" in path:
        yield 404
    if changes:
        yield 409
    if takes_body or operation["parameters"]:
        yield from (400, 422)
    yield from (429, 500, 503)
