"""Webhook signatures, against published vectors."""

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loanark.hubspot import signature
from loanark.hubspot.signature import MAX_SKEW, BadSignature, sign, verify

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parent / "signature-vectors.json").read_text("utf-8"))
VECTORS: list[dict[str, Any]] = [vector for vector in DOCUMENT["vectors"] if vector["version"] == "v3"]
OLDER: list[dict[str, Any]] = [vector for vector in DOCUMENT["vectors"] if vector["version"] != "v3"]
DECODED: dict[str, str] = {row["escape"]: row["char"] for row in DOCUMENT["uri_decode_table_v3"]}
SECRET = "test-client-secret-not-real"
URI = "https://sync.example.com/hubspot/webhooks"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ms(moment: datetime) -> str:
    return str((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1))


def signed(**changes: Any) -> dict[str, Any]:
    """A valid request, or one forged by changing it after it was signed."""
    sent = {"method": "POST", "uri": URI, "body": b'[{"objectId":1}]', "timestamp": ms(NOW), "secret": SECRET}
    return {**sent, "signature": sign(**sent), "now": NOW, **changes}  # type: ignore[arg-type]


def at(**timestamp: str) -> dict[str, Any]:
    sent = {"method": "POST", "uri": URI, "body": b"[]", "secret": SECRET, **timestamp}
    return {**sent, "signature": sign(**sent), "now": NOW}  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_every_vector_of_this_version_is_believed(vector: dict[str, Any]) -> None:
    verify(
        method=vector["method"],
        uri=vector["uri_raw"],
        body=vector["body"].encode(),
        signature=vector["signature"],
        timestamp=vector["timestamp"],
        secret=vector["secret"],
        now=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(vector["timestamp"])),
    )


def older_digest(vector: dict[str, Any]) -> str:
    before = vector["method"] + vector["uri"] if vector["version"] == "v2" else ""
    return hashlib.sha256((vector["secret"] + before + vector["body"]).encode()).hexdigest()


@pytest.mark.parametrize("vector", OLDER, ids=lambda vector: vector["id"])
@pytest.mark.parametrize("form", ["hex", "base64"])
def test_a_signature_of_an_older_version_is_refused(vector: dict[str, Any], form: str) -> None:
    """They hold for ever: whoever saw one could send it again."""
    given = vector["signature"]
    assert given == older_digest(vector)
    if form == "base64":
        given = base64.b64encode(bytes.fromhex(given)).decode()
    with pytest.raises(BadSignature):
        verify(
            method=vector.get("method", "POST"),
            uri=vector.get("uri", URI),
            body=vector["body"].encode(),
            signature=given,
            timestamp=ms(NOW),
            secret=vector["secret"],
            now=NOW,
        )


def test_exactly_the_escapes_that_hubspot_decodes_are_decoded() -> None:
    decoded = {}
    for byte in range(256):
        escape, character = f"%{byte:02X}", chr(byte)
        sent = {"method": "POST", "body": b"", "timestamp": ms(NOW), "secret": SECRET}
        if sign(uri=f"{URI}?x={escape}", **sent) == sign(uri=f"{URI}?x={character}", **sent):  # type: ignore[arg-type]
            decoded[escape] = character
    assert decoded == DECODED


def test_an_escaped_escape_is_not_decoded_twice() -> None:
    twice = sign(method="POST", uri=f"{URI}?x=%253A", body=b"", timestamp=ms(NOW), secret=SECRET)
    for other in ("%3A", ":"):
        with pytest.raises(BadSignature):
            verify(**{**at(timestamp=ms(NOW)), "body": b"", "uri": f"{URI}?x={other}", "signature": twice})


def test_how_a_signature_is_wrong_does_not_show_in_how_it_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []

    def compare(first: bytes, second: bytes) -> bool:
        compared.append(len(second))
        return first == second

    monkeypatch.setattr(signature.hmac, "compare_digest", compare)
    verify(**signed())
    with pytest.raises(BadSignature):
        verify(**signed(secret="another"))
    assert compared == [32, 32, 32, 32]


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "PUT"},
        {"uri": f"{URI}?x=1"},
        {"uri": URI.replace("https", "http")},
        {"body": b'[{"objectId": 1}]'},
        {"secret": "another"},
        {"timestamp": ms(NOW + timedelta(milliseconds=1))},
        {"signature": sign(method="POST", uri=URI, body=b"", timestamp=ms(NOW), secret=SECRET)},
    ],
    ids=["method", "query", "scheme", "re-serialised body", "secret", "timestamp", "another request's signature"],
)
def test_a_request_changed_after_signing_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSignature, match="does not match"):
        verify(**signed(**changes))


@pytest.mark.parametrize("age", [MAX_SKEW - timedelta(milliseconds=1), -MAX_SKEW + timedelta(milliseconds=1)])
def test_a_request_within_five_minutes_is_believed(age: timedelta) -> None:
    verify(**at(timestamp=ms(NOW - age)))


@pytest.mark.parametrize("age", [MAX_SKEW, -MAX_SKEW, timedelta(days=30), timedelta(days=-30)])
def test_a_request_from_another_time_is_refused_even_when_signed(age: timedelta) -> None:
    with pytest.raises(BadSignature, match="five minutes"):
        verify(**at(timestamp=ms(NOW - age)))


@pytest.mark.parametrize("timestamp", ["now", "-5", "1.5", "１７９３", "9" * 40, "0x10"])
def test_a_timestamp_that_is_no_number_is_refused(timestamp: str) -> None:
    with pytest.raises(BadSignature, match="timestamp"):
        verify(**signed(timestamp=timestamp))


@pytest.mark.parametrize("missing", ["signature", "timestamp"])
@pytest.mark.parametrize("nothing", [None, ""])
def test_a_request_without_a_signature_or_timestamp_is_refused(missing: str, nothing: str | None) -> None:
    with pytest.raises(BadSignature, match="missing"):
        verify(**signed(**{missing: nothing}))


@pytest.mark.parametrize("text", ["not base64!", "AAAA", "ä", "A"])
def test_a_signature_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        verify(**signed(signature=text))
