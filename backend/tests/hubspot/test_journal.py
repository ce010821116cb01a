"""The app's feed of what happened in all accounts, and its own token."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import httpx2
import orjson
import pytest
from scripted import Answer, answer, html

from loanark.hubspot.errors import (
    Misconfigured,
    MissingScopes,
    NotFound,
    NotHubSpot,
    OffsetLost,
    RateLimited,
    Unavailable,
)
from loanark.hubspot.journal import EARLIEST, LATEST, UNINSTALLED, App, Subscription

FILE = "https://files.example.com/7"
OFFSET = "0b7c9a52-8d6e-4a3f-9e51-2f1c7a0d4b11"
EVENT = {
    "type": "object",
    "portalId": 62515,
    "occurredAt": "2026-11-22T11:00:00.250Z",
    "action": "UPDATE",
    "objectTypeId": "0-1",
    "objectId": 501,
    "propertyChanges": {"city": "Boise"},
}
NAMED = {"url": FILE, "expiresAt": "2026-11-22T11:05:00Z", "currentOffset": OFFSET}
SUBSCRIPTION = {
    "id": 600,
    "subscriptionType": "OBJECT",
    "portalId": 62515,
    "objectTypeId": "0-1",
    "actions": ["CREATE"],
    "properties": ["city"],
}


class Feed:
    """An app whose HubSpot answers as told, and a clock that only sleeping moves."""

    def __init__(
        self, *answers: Answer, content: bytes | None = None, token: Callable[[], Answer] | None = None
    ) -> None:
        self.now = 0.0
        self.calls: list[httpx2.Request] = []
        self.downloads: list[httpx2.Request] = []
        self.tokens: list[dict[str, str]] = []
        self._answers = list(answers)
        self._content = orjson.dumps({"offset": OFFSET, "journalEvents": [EVENT]}) if content is None else content
        self._token = token or self._grant
        self.app = App(
            base_url="https://api.hubapi.com",
            client_id="id",
            client_secret="secret",
            transport=httpx2.MockTransport(self._handle),
            sleep=self._sleep,
            jitter=lambda: 1.0,
            clock=lambda: self.now,
        )

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def _grant(self) -> Answer:
        return answer(
            {
                "access_token": f"app-{len(self.tokens)}",
                "expires_in": 1800,
                "token_type": "bearer",
                "token_use": "client_credentials",
            }
        )

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        if request.url.path.startswith("/oauth/"):
            self.tokens.append({name: values[0] for name, values in parse_qs(request.content.decode()).items()})
            given = self._token()
        elif request.url.host == "files.example.com":
            self.downloads.append(request)
            given = httpx2.Response(200, content=self._content)
        else:
            self.calls.append(request)
            given = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(given, Exception):
            raise given
        return given

    @property
    def paths(self) -> list[str]:
        return [call.url.path.removeprefix("/webhooks-journal/") for call in self.calls]


# Reading


def test_a_file_is_fetched_without_credentials_and_its_events_read() -> None:
    feed = Feed(answer(NAMED))
    (file,) = feed.app.read_next(OFFSET)
    assert file.offset == OFFSET
    (event,) = file.events
    assert (event.type, event.action, event.portal_id, event.object_type, event.object_id) == (
        "object", "UPDATE", "62515", "0-1", "501",
    )  # fmt: skip
    assert event.occurred_at == datetime(2026, 11, 22, 11, 0, 0, 250_000, tzinfo=UTC)
    assert event.data["propertyChanges"] == {"city": "Boise"}
    assert "authorization" not in feed.downloads[0].headers
    assert feed.calls[0].headers["authorization"] == "Bearer app-1"


@pytest.mark.parametrize(
    ("position", "count", "path"),
    [
        (EARLIEST, 1, "journal/2026-09/earliest"),
        (LATEST, 1, "journal/2026-09/latest"),
        (OFFSET, 1, f"journal/2026-09/offset/{OFFSET}/next"),
        (EARLIEST, 5, "journal/2026-09/batch/earliest/5"),
        (LATEST, 5, "journal/2026-09/batch/latest/5"),
        (OFFSET, 100, f"journal/2026-09/batch/{OFFSET}/next/100"),
    ],
)
def test_every_position_has_its_address(position: str, count: int, path: str) -> None:
    feed = Feed(answer(None, 204))
    feed.app.read_next(position, count=count)
    assert feed.paths == [path]


@pytest.mark.parametrize("count", [0, 101])
def test_more_files_than_hubspot_names_at_once_are_not_asked_for(count: int) -> None:
    with pytest.raises(ValueError, match="between 1 and 100"):
        Feed(answer(NAMED)).app.read_next(OFFSET, count=count)


@pytest.mark.parametrize(
    "given", [answer(None, 204), answer({"status": "COMPLETE", "results": []})], ids=["204", "200"]
)
def test_nothing_newer_is_no_file(given: httpx2.Response) -> None:
    feed = Feed(given)
    assert feed.app.read_next(OFFSET, count=3) == []
    assert feed.downloads == []


def test_several_files_come_in_order() -> None:
    feed = Feed(
        answer({"status": "COMPLETE", "results": [{**NAMED, "currentOffset": "a"}, {**NAMED, "currentOffset": "b"}]})
    )
    assert [file.offset for file in feed.app.read_next(OFFSET, count=2)] == ["a", "b"]
    assert len(feed.downloads) == 2


def test_one_account_can_be_asked_for() -> None:
    feed = Feed(answer(None, 204))
    feed.app.read_next(EARLIEST, portal_id="62515")
    assert dict(feed.calls[0].url.params) == {"installPortalId": "62515"}


@pytest.mark.parametrize("status", [400, 404, 409, 410, 416, 422])
def test_an_offset_that_the_journal_no_longer_has_is_told_as_lost(status: int) -> None:
    with pytest.raises(OffsetLost, match="earliest"):
        Feed(answer({"message": "unknown offset"}, status)).app.read_next(OFFSET)


def test_a_refusal_of_the_earliest_place_is_no_lost_offset() -> None:
    with pytest.raises(NotFound):
        Feed(answer({"message": "no"}, 404)).app.read_next(EARLIEST)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer({}, 503), Unavailable),
        (answer({"category": "MISSING_SCOPES"}, 403), MissingScopes),
        (answer({}, 401), Misconfigured),
        (answer({}, 429), RateLimited),
        (html(404), NotHubSpot),
        (answer({"hello": "world"}), NotHubSpot),
    ],
    ids=["503", "403", "401", "429", "page", "json"],
)
def test_other_trouble_loses_no_offset(given: httpx2.Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        Feed(given).app.read_next(OFFSET)


@pytest.mark.parametrize(
    "row", [{}, {"objectId": None, "occurredAt": "soon"}, {"occurredAt": 1_795_345_200_250, "portalId": "7"}]
)
def test_an_event_may_lack_every_part(row: dict[str, Any]) -> None:
    (file,) = Feed(answer(NAMED), content=orjson.dumps({"journalEvents": [row]})).app.read_next(OFFSET)
    assert file.events[0].object_id == ""


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"{}", b'{"journalEvents":null}', b'{"journalEvents":[1]}', b'{"jour']
)
def test_a_file_that_is_none_of_the_journals_is_told(content: bytes) -> None:
    with pytest.raises(NotHubSpot, match="read again later"):
        Feed(answer(NAMED), content=content).app.read_next(OFFSET)


# Its own token


def test_the_token_is_the_apps_own_and_kept_until_shortly_before_it_ends() -> None:
    feed = Feed(answer(None, 204))
    feed.app.read_next(EARLIEST)
    feed.now += 1679
    feed.app.read_next(EARLIEST)
    assert len(feed.tokens) == 1
    feed.now += 2
    feed.app.read_next(EARLIEST)
    assert [call.headers["authorization"] for call in feed.calls] == ["Bearer app-1", "Bearer app-1", "Bearer app-2"]
    assert feed.tokens[0] == {
        "grant_type": "client_credentials",
        "client_id": "id",
        "client_secret": "secret",
        "scope": "developer.webhooks_journal.read developer.webhooks_journal.subscriptions.read "
        "developer.webhooks_journal.subscriptions.write",
    }


def test_a_token_that_is_refused_is_renewed_once() -> None:
    feed = Feed(answer({"category": "EXPIRED_AUTHENTICATION"}, 401), answer(None, 204))
    assert feed.app.read_next(EARLIEST) == []
    assert len(feed.tokens) == 2


def test_a_token_that_lives_shortly_is_still_used() -> None:
    feed = Feed(answer(None, 204), token=lambda: answer({"access_token": "short", "expires_in": 10}))
    feed.app.read_next(EARLIEST)
    feed.app.read_next(EARLIEST)
    assert len(feed.tokens) == 1


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (answer({"status": "BAD_CLIENT_SECRET", "error": "invalid_client"}, 400), Misconfigured),
        (answer({"status": "BAD_SCOPES", "error": "invalid_scope"}, 400), Misconfigured),
        (answer({}, 503), Unavailable),
        (answer({"access_token": None}), NotHubSpot),
    ],
    ids=["secret", "scopes", "503", "no token"],
)
def test_without_a_token_nothing_is_asked(given: httpx2.Response, error: type[Exception]) -> None:
    feed = Feed(answer(NAMED), token=lambda: given)
    with pytest.raises(error):
        feed.app.read_next(EARLIEST)
    assert feed.calls == []


def test_no_message_tells_the_apps_secret() -> None:
    feed = Feed(answer(NAMED), token=lambda: answer({"status": "BAD_CLIENT_ID", "message": "unknown client"}, 400))
    with pytest.raises(Misconfigured) as caught:
        feed.app.read_next(EARLIEST)
    assert "secret" not in str(caught.value).replace("client secret", "")


# Subscriptions


def test_subscriptions_are_listed() -> None:
    feed = Feed(answer({"results": [SUBSCRIPTION, {"id": 601}]}))
    assert feed.app.subscriptions() == [
        Subscription("600", "OBJECT", "62515", "0-1", ("CREATE",), ("city",)),
        Subscription("601", "", "", "", (), ()),
    ]


def test_an_account_is_subscribed_with_its_own_properties() -> None:
    feed = Feed(answer(SUBSCRIPTION))
    assert feed.app.subscribe("62515", ["city"]).id == "600"
    assert orjson.loads(feed.calls[0].content) == {
        "subscriptionType": "OBJECT",
        "portalId": 62515,
        "objectTypeId": "0-1",
        "actions": ["CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE"],
        "properties": ["city"],
        "objectIds": [],
    }


def test_erasures_and_uninstalls_are_subscribed_to_apart() -> None:
    feed = Feed(answer(SUBSCRIPTION))
    feed.app.subscribe_to_erasures("62515")
    feed.app.subscribe_to_lifecycle(UNINSTALLED)
    erasures, uninstalls = [orjson.loads(call.content) for call in feed.calls]
    assert (erasures["subscriptionType"], erasures["actions"]) == ("GDPR_PRIVACY_DELETION", ["GDPR_DELETE"])
    assert (uninstalls["subscriptionType"], uninstalls["eventTypeId"]) == ("APP_LIFECYCLE_EVENT", "4-1916193")


@pytest.mark.parametrize(
    "given", [answer(None, 204), answer({"message": "resource not found"}, 404)], ids=["204", "404"]
)
def test_a_subscription_that_is_ended_may_have_ended_before(given: httpx2.Response) -> None:
    feed = Feed(given)
    feed.app.unsubscribe("600")
    feed.app.unsubscribe_portal("62515")
    assert feed.paths == ["subscriptions/2026-09/600", "subscriptions/2026-09/portals/62515"]
    assert [call.method for call in feed.calls] == ["DELETE", "DELETE"]


def test_a_burst_of_calls_keeps_the_apps_pace() -> None:
    feed = Feed(answer({"results": []}))
    for _ in range(101):
        feed.app.subscriptions()
    assert feed.now == pytest.approx(2.0)
