"""Secrets that were planted, and a search for them in everything that leaves a process or lies on a disk.

A secret is looked for as it is and as programs write texts: in addresses, JSON, HTML, hex and base64, wherever in a
base64 text it begins; and in what is only packed: base64, and zlib within.
"""

import base64
import binascii
import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

#: Shorter ones (a code of six digits) are looked for as whole words only: as part of something else they are chance.
SHORTEST = 12

#: What can hold a packed secret.
_PACKED = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


@dataclass(frozen=True)
class Leak:
    """A secret where it must not be."""

    secret: str
    form: str
    place: str
    context: str

    def __str__(self) -> str:
        return f"{self.secret}, {self.form}, in {self.place}: …{self.context}…"


@dataclass(frozen=True)
class Piece:
    """Something that left, or was left behind. `told`: secrets that are told here by design, and nowhere else."""

    place: str
    content: bytes
    told: frozenset[str] = frozenset()


@dataclass
class Canaries:
    """Secrets by name, and the pieces they are looked for in."""

    secrets: dict[str, str] = field(default_factory=dict)
    pieces: list[Piece] = field(default_factory=list)

    def plant(self, name: str, secret: str) -> str:
        """Remembers a secret; several of a name are numbered."""
        assert secret, f"{name} is empty"
        if secret not in self.secrets.values():
            several = sum(known.split(" #")[0] == name for known in self.secrets)
            self.secrets[f"{name} #{several + 1}" if several else name] = secret
        return secret

    def keep(self, place: str, content: str | bytes, told: Iterable[str] = ()) -> None:
        """Remembers something to search."""
        raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        self.pieces.append(Piece(place, raw, frozenset(told)))

    def leaks(self) -> list[Leak]:
        """Every secret in every piece that does not tell it by design."""
        patterns = [(name, secret, form, text) for name, secret in self.secrets.items() for form, text in forms(secret)]
        found = []
        # Much is said again and again: a page's frame, an answer that did not change.
        for piece in {(piece.content, piece.told): piece for piece in self.pieces}.values():
            for what, content in unpacked(piece.content):
                place = f"{piece.place}{what}"
                lower = content.lower()
                for name, secret, form, text in patterns:
                    if secret in piece.told:
                        continue
                    at = _find(content, lower, form, text)
                    if at >= 0:
                        context = content[max(at - 60, 0) : at + len(text) + 20].decode("utf-8", "replace")
                        found.append(Leak(name, form, place, context))
        return found


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """How a secret may be written, each way once."""
    raw = secret.encode()
    if len(raw) < SHORTEST:
        yield "as a word", raw
        return
    ways = {
        "as it is": raw,
        "in an address": quote(secret, safe="").encode(),
        "in an address with slashes": quote(secret).encode(),
        "in a form": quote_plus(secret).encode(),
        "in JSON": json.dumps(secret)[1:-1].encode(),
        "in JSON of UTF-8": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "in HTML": html.escape(secret).encode(),
        "in hex": raw.hex().encode(),
    }
    for shift in range(3):
        ways[f"in base64 from byte {shift}"] = _inside(base64.b64encode(bytes(shift) + raw), shift, len(raw))
        ways[f"in base64 of addresses from byte {shift}"] = _inside(
            base64.urlsafe_b64encode(bytes(shift) + raw), shift, len(raw)
        )
    seen: set[bytes] = set()
    for form, text in ways.items():
        if text not in seen:
            seen.add(text)
            yield form, text


def _inside(encoded: bytes, shift: int, length: int) -> bytes:
    """Only the characters that depend on nothing before or after the secret."""
    return encoded[-(-shift * 8 // 6) : (shift + length) * 8 // 6]


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The content itself, and what is packed within."""
    yield "", content
    opened = [inner for packed in set(_PACKED.findall(content)) for inner in _opened(packed)]
    if opened:
        yield " (packed)", b"\n".join(opened)


def _opened(packed: bytes) -> Iterator[bytes]:
    for alphabet in (b"+/", b"-_"):
        try:
            inner = base64.b64decode(packed.rstrip(b"=") + b"=" * (-len(packed.rstrip(b"=")) % 4), alphabet, True)
        except binascii.Error:
            continue
        yield inner
        # A text with a word before it, as in `<time>:<signature>`, may begin anywhere.
        try:
            yield zlib.decompressobj().decompress(inner, 1_000_000)
        except zlib.error:
            continue


def _find(content: bytes, lower: bytes, form: str, text: bytes) -> int:
    if form == "as a word":
        found = re.search(rb"(?<![0-9A-Za-z.])" + re.escape(text) + rb"(?![0-9A-Za-z])", content)
        return found.start() if found else -1
    return lower.find(text) if form == "in hex" else content.find(text)
