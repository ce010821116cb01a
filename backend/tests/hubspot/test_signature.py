"""Webhook signatures, against published vectors."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from loanark.hubspot.signature import MAX_SKEW, BadSignature, sign, verify

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "signature-vectors.json").read_text("utf-8"))[
    "vectors"
]
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
def test_every_published_vector_is_believed(vector: dict[str, Any]) -> None:
    verify(
        method=vector["method"],
        uri=vector["uri_raw"],
        body=vector["body"].encode(),
        signature=vector["signature"],
        timestamp=vector["timestamp"],
        secret=vector["secret"],
        now=datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(vector["timestamp"])),
    )


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


@pytest.mark.parametrize("signature", ["not base64!", "AAAA", "ä", "A"])
def test_a_signature_that_is_none_is_refused(signature: str) -> None:
    with pytest.raises(BadSignature):
        verify(**signed(signature=signature))
