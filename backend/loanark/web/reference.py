"""The API's reference as a page: the OpenAPI document, readable without a script from anywhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from loanark.web.docs import document


class Reference(DocsBase):
    """What `/api/docs` shows."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **parts: Any) -> HttpResponse:
        """Every operation: what it does and takes, who may, what it answers."""
        schema: Any = api.get_openapi_schema(path_prefix="/api/")
        words = '<p>The same for programs: <a href="/api/openapi.json">/api/openapi.json</a>.</p>'
        body = f"<h1>The API</h1>{words}{''.join(_operations(schema))}"
        return HttpResponse(document("API", body))


def _operations(schema: Any) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f'<h3 id="{operation["operationId"]}">{method.upper()} {escape(path)}</h3>'
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            told = {
                "Permissions": operation["x-permissions"],
                "Parameters": [one["name"] for one in operation["parameters"]],
                "Body": list(_names(operation.get("requestBody", {}))),
                "Answers": [f"{status} {' '.join(_names(one))}" for status, one in operation["responses"].items()],
            }
            yield "".join(f"<p>{name}: {escape(', '.join(parts))}</p>" for name, parts in told.items() if parts)


def _names(part: Any) -> Iterator[str]:
    """The names of what a part of the document refers to."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rsplit("/", 1)[1]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _names(one)
