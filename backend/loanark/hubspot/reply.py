"""An HTTP answer as it came, and the JSON in it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_plus

import httpx2
import orjson

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

#: What stands in a message in the place of a secret.
REMOVED = "[removed]"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers and the whole body, decompressed."""

    status: int
    headers: httpx2.Headers
    content: bytes
    #: The body's JSON; {} for no body; None when it is none.
    document: Any = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "document", read_json(self.content))

    @property
    def said(self) -> dict[str, Any]:
        """The JSON object, if it is one; every field of it may be missing (docs: error handling)."""
        return self.document if isinstance(self.document, dict) else {}

    @property
    def breaks_off(self) -> bool:
        """It began as JSON and does not end as such."""
        return self.document is None and self.content.lstrip()[:1] in (b"{", b"[")

    @property
    def description(self) -> str:
        kind = self.headers.get("content-type", "no content type").partition(";")[0]
        return f"status {self.status} and {kind}"

    def number(self, header: str) -> int | None:
        """A header that is a whole number; None when it is absent or anything else."""
        text = self.headers.get(header, "").strip()
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def read_json(content: bytes) -> Any:
    """The JSON of a body; {} for none; None when it is not JSON."""
    if not content:
        return {}
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return _leniently(content)


def _leniently(content: bytes) -> Any:
    """What the strict parser refuses and other programs write: half a surrogate pair in a text, a byte order mark."""
    if content.strip()[:1] not in (b"{", b"[", b"\xef"):
        return None
    try:
        return _whole_characters(json.loads(content.removeprefix(_BYTE_ORDER_MARK)))
    except (ValueError, RecursionError):
        return None


def _whole_characters(document: Any) -> Any:
    """No database column holds half a character: it is read as the replacement character."""
    if isinstance(document, str):
        return document.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(document, list):
        return [_whole_characters(item) for item in document]
    if isinstance(document, dict):
        return {_whole_characters(name): _whole_characters(value) for name, value in document.items()}
    return document


def without(content: bytes, secrets: Iterable[str]) -> bytes:
    """A refusal without what we were recognised by: some servers, and proxies before them, repeat what they were sent,
    and a refusal's words are shown and stored.
    """
    for secret in filter(None, secrets):
        ways = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}
        ways.add(json.dumps(secret, ensure_ascii=False)[1:-1])
        for way in sorted(ways, key=len, reverse=True):
            content = content.replace(way.encode(), REMOVED.encode())
    return content
