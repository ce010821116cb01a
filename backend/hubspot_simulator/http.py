"""Requests and responses without a network, and how a path is read in each API version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode

import orjson

from hubspot_simulator import errors

if TYPE_CHECKING:
    from hubspot_simulator.description import Found

DATED = frozenset({"2026-09", "2026-03"})
VERSIONS = DATED | {"v3"}
JSON_TYPE = "application/json;charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are lower case; ``path`` has no query and is not yet unquoted."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    # The described operation it asks for: what it sends is held to the description.
    wanted: Found | None = None

    def params(self) -> dict[str, list[str]]:
        return parse_qs(self.query, keep_blank_values=True)

    def param(self, name: str, default: str = "") -> str:
        values = self.params().get(name)
        return values[-1] if values else default

    def names(self, name: str) -> list[str]:
        """A list parameter: repeated, comma separated, or both (HubSpot API facts: list endpoint)."""
        found: list[str] = []
        for value in self.params().get(name, []):
            found.extend(part.strip() for part in value.split(",") if part.strip())
        return found

    @property
    def address(self) -> str:
        """Where it was sent, without query: what HubSpot tells of its own addresses begins so too."""
        return f"http://{self.headers.get('host', 'hubspot.simulator')}{self.path}"

    def next_page(self, after: int) -> dict[str, str]:
        """``paging.next`` of a list. The link repeats all that was asked for (captures): tools follow it as it is."""
        asked = [pair for pair in parse_qsl(self.query, keep_blank_values=True) if pair[0] != "after"]
        return {"after": str(after), "link": f"{self.address}?{urlencode([*asked, ('after', after)])}"}

    def form(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()}

    def json(self) -> dict[str, Any]:
        """The body as a JSON object of the described shape, or HubSpot's complaint about it."""
        try:
            document = orjson.loads(self.body or b"")
        except orjson.JSONDecodeError as error:
            raise errors.invalid_json(error.lineno, error.colno, error.msg) from None
        if not isinstance(document, dict):
            raise errors.invalid_json(1, 1, "Cannot deserialize value")
        if self.wanted is not None:
            self.wanted.check_body(document)
        return document

    def check_params(self) -> None:
        """Raises: ApiError 400, for a parameter of another kind than the described one."""
        if self.wanted is not None and self.query:
            self.wanted.check_query(self.params())


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response.

    ``sent``: the connection closes after so many bytes of the body; 0 is no answer at all, ``None`` the whole.
    ``in_pieces``: ``delay_ms`` passes between parts of the body, not before it.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE
    delay_ms: int = 0
    sent: int | None = None
    in_pieces: bool = False


def json_response(document: Any, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    return Response(status, orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS), headers)


def redirect(location: str) -> Response:
    return Response(303, headers=(("Location", location),), content_type="text/plain")


@dataclass(frozen=True, slots=True)
class Route:
    """A path taken apart: which API, which version, and what follows."""

    area: str
    version: str
    rest: tuple[str, ...]


def read_path(path: str) -> Route | None:
    """Understand both path shapes: ``/crm/objects/2026-09/contacts`` and ``/crm/v3/objects/contacts``."""
    parts = tuple(unquote(part) for part in path.split("/") if part)
    match parts:
        case ("crm", "v3" as version, area, *rest):
            return Route(f"crm/{area}", version, tuple(rest))
        case ("crm", area, version, *rest) if version in DATED:
            return Route(f"crm/{area}", version, tuple(rest))
        case ("oauth", version, *rest) if version in VERSIONS or version in ("v1", "v2"):
            return Route("oauth", version, tuple(rest))
        case ("account-info" | "appinstalls" as area, version, *rest) if version in VERSIONS:
            return Route(area, version, tuple(rest))
        # The prefix of webhook settings changed with 2026-09.
        case ("webhooks", "2026-03" | "v3" as version, *rest):
            return Route("webhooks", version, tuple(rest))
        case ("app-webhooks", "2026-09" as version, *rest):
            return Route("webhooks", version, tuple(rest))
        case ("webhooks-journal", section, version, *rest) if version in DATED:
            return Route(f"webhooks-journal/{section}", version, tuple(rest))
        case ("_files", *rest):
            return Route("files", "", tuple(rest))
        case _:
            return None
