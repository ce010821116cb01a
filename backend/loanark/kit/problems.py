"""Problem details (RFC 9457): a stable code, what happened, what is safe, what to do."""

from collections.abc import Mapping

import orjson
from django.http import HttpResponse


def problem(
    status: int, code: str, title: str, detail: str, *, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    """`type` links to the documented fix; `errors` names wrong fields."""
    body = {
        "type": f"/docs/problems#{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": detail,
        "errors": dict(errors or {}),
    }
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/problem+json")
