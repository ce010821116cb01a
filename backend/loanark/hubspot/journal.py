"""The webhooks journal: one feed of what happened in all accounts that installed the app (HubSpot docs: journal).

It belongs to the app, not to one account: its token comes from the app's own credentials, and what it shows is what
was subscribed to, account by account. It keeps three days. An event is a hint that a record may have changed: whoever
gets one reads the record.
"""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Self
from urllib.parse import quote

import httpx2

from loanark.hubspot import oauth
from loanark.hubspot.errors import (
    Misconfigured,
    NotFound,
    NotHubSpot,
    OffsetLost,
    ReconnectNeeded,
    Rejected,
    TokenExpired,
)
from loanark.hubspot.gate import Gate, PerSecond
from loanark.hubspot.reply import read_json
from loanark.hubspot.transport import API_VERSION, TIMEOUT, Answer, Effect, Transport
from loanark.hubspot.wire import parse_instant

SCOPES = (
    "developer.webhooks_journal.read",
    "developer.webhooks_journal.subscriptions.read",
    "developer.webhooks_journal.subscriptions.write",
)

#: Requests a second of the whole app (docs: journal). They count in no account's limits.
LIMITS = {"journal": 100, "subscriptions": 50}

#: Positions to begin at, beside the offset of a file already read.
EARLIEST, LATEST = "earliest", "latest"
#: Files that one request names at most.
MAX_FILES = 100

CONTACTS = "0-1"
#: What happens to contacts, and to the app in an account.
ACTIONS = ("CREATE", "UPDATE", "DELETE", "MERGE", "RESTORE")
INSTALLED, UNINSTALLED = "4-1909196", "4-1916193"

#: A token is renewed this long before it ends, in seconds: longer than any single call may take.
RENEWAL_MARGIN = 120.0

_JOURNAL = f"/webhooks-journal/journal/{API_VERSION}"
_SUBSCRIPTIONS = f"/webhooks-journal/subscriptions/{API_VERSION}"
_LANE = "webhook"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a record. Any part may be missing; `data` is all that HubSpot said."""

    type: str
    action: str
    portal_id: str
    object_type: str
    object_id: str
    occurred_at: datetime | None
    data: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class File:
    """A piece of the journal. Once its events are taken care of, go on from `offset`."""

    offset: str
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the journal shows of one account."""

    id: str
    type: str
    portal_id: str
    object_type: str
    actions: tuple[str, ...]
    properties: tuple[str, ...]


class App:
    """HubSpot's journal and its subscriptions, with the app's own credentials."""

    def __init__(
        self,
        *,
        base_url: str,
        client_id: str,
        client_secret: str,
        scopes: Sequence[str] = SCOPES,
        gate: Gate | None = None,
        transport: httpx2.BaseTransport | None = None,
        timeout: httpx2.Timeout | float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock`: seconds, from any beginning."""
        self._credentials = {"base_url": base_url, "client_id": client_id, "client_secret": client_secret}
        self._scopes = scopes
        self._transport = transport
        self._clock = clock
        self._token, self._until = "", 0.0
        self._renewing = Lock()
        self._requests = Transport(
            base_url=base_url,
            token=self._bearer,
            gate=gate or PerSecond(LIMITS, sleep, clock),
            transport=transport,
            timeout=timeout,
            sleep=sleep,
            jitter=jitter,
        )

    def close(self) -> None:
        self._requests.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Reading

    def read_next(self, position: str, *, count: int = 1, portal_id: str | None = None) -> list[File]:
        """The next files after the offset `position`, or the first or last ones there are; [] when there are no newer.

        `count`: at most so many; they come in order. `portal_id`: only what happened in that account.
        Raises: OffsetLost, when the journal does not go on from that offset: begin at `EARLIEST`, and compare
        everything once, since what fell out is lost.
        """
        try:
            answer = self._call("GET", _path(position, count), "journal", params=_only(portal_id))
        except Rejected as error:
            if position in (EARLIEST, LATEST):
                raise
            raise OffsetLost(
                f"HubSpot's journal does not go on from where we were ({error.reason}). Nothing is lost in LoanArk: "
                "the journal is read from its earliest place, and a sweep finds what fell out of it.",
                reason=error.reason,
                category=error.category,
            ) from error
        if answer.status == 204:
            return []
        named = answer.read(_named)
        return [File(offset, self._events(url)) for offset, url in named]

    def _events(self, url: str) -> list[Event]:
        with self._requests.download(lambda: url) as file:
            document = read_json(file.read())
        try:
            return [_event(row) for row in document["journalEvents"]]
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise NotHubSpot(
                "HubSpot's journal led to a file that is none of its own. Nothing is lost: it is read again later."
            ) from error

    # Subscriptions

    def subscriptions(self) -> list[Subscription]:
        """All there are, of all accounts."""
        answer = self._call("GET", _SUBSCRIPTIONS, "subscriptions")
        return answer.read(lambda data: [_subscription(row) for row in data["results"]])

    def subscribe(self, portal_id: str, properties: Sequence[str], actions: Sequence[str] = ACTIONS) -> Subscription:
        """Shows what happens to an account's contacts; of updates, those of `properties`."""
        return self._subscribe(
            {
                "subscriptionType": "OBJECT",
                "portalId": int(portal_id),
                "objectTypeId": CONTACTS,
                "actions": list(actions),
                "properties": list(properties),
                "objectIds": [],
            }
        )

    def subscribe_to_erasures(self, portal_id: str) -> Subscription:
        """Shows which contacts an account erases for privacy."""
        return self._subscribe(
            {
                "subscriptionType": "GDPR_PRIVACY_DELETION",
                "portalId": int(portal_id),
                "objectTypeId": CONTACTS,
                "actions": ["GDPR_DELETE"],
            }
        )

    def subscribe_to_lifecycle(self, event_type: str) -> Subscription:
        """Shows which accounts install the app (`INSTALLED`) or remove it (`UNINSTALLED`, told nowhere else)."""
        return self._subscribe({"subscriptionType": "APP_LIFECYCLE_EVENT", "eventTypeId": event_type, "properties": []})

    def unsubscribe(self, subscription_id: str) -> None:
        """Ends a subscription; it may have ended already."""
        self._delete(f"{_SUBSCRIPTIONS}/{quote(subscription_id, safe='')}")

    def unsubscribe_portal(self, portal_id: str) -> None:
        """Ends all subscriptions of an account."""
        self._delete(f"{_SUBSCRIPTIONS}/portals/{quote(portal_id, safe='')}")

    def _subscribe(self, body: dict[str, Any]) -> Subscription:
        """Asking again changes the subscription there is (the interface calls it an upsert)."""
        answer = self._call("POST", _SUBSCRIPTIONS, "subscriptions", body=body, effect=Effect.REPEATABLE)
        return answer.read(_subscription)

    def _delete(self, path: str) -> None:
        try:
            self._call("DELETE", path, "subscriptions", effect=Effect.REPEATABLE)
        except NotFound:
            pass

    # Requests

    def _call(
        self,
        method: str,
        path: str,
        bucket: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        effect: Effect = Effect.READ,
    ) -> Answer:
        try:
            return self._requests.call(method, path, lane=_LANE, bucket=bucket, params=params, body=body, effect=effect)
        except (TokenExpired, ReconnectNeeded) as error:
            raise Misconfigured(
                "HubSpot does not accept this app's own token. Nothing was changed; customers stay connected. Check "
                "the client id, the client secret, and that the app may use the journal."
            ) from error

    def _bearer(self, force: bool) -> str:
        """The app's token, renewed by the clock; there is no refresh token. `force`: the one at hand was refused."""
        refused = self._token
        with self._renewing:
            renewed_meanwhile = self._token != refused
            if self._clock() >= self._until or (force and not renewed_meanwhile):
                asked = self._clock()
                token = oauth.client_credentials(**self._credentials, scopes=self._scopes, transport=self._transport)
                self._token = token.access_token
                self._until = asked + token.expires_in - min(RENEWAL_MARGIN, token.expires_in / 2)
            return self._token


def _path(position: str, count: int) -> str:
    if not 1 <= count <= MAX_FILES:
        raise ValueError(f"count must be between 1 and {MAX_FILES}, not {count}")
    whole = position in (EARLIEST, LATEST)
    place = position if whole else f"{quote(position, safe='')}/next"
    if count > 1:
        return f"{_JOURNAL}/batch/{place}/{count}"
    return f"{_JOURNAL}/{place}" if whole else f"{_JOURNAL}/offset/{place}"


def _only(portal_id: str | None) -> dict[str, str] | None:
    return {"installPortalId": portal_id} if portal_id else None


def _named(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Offset and address of each file: of one, or of a batch."""
    files = data.get("results", [data])
    return [(str(file["currentOffset"]), str(file["url"])) for file in files]


def _event(row: Mapping[str, Any]) -> Event:
    return Event(
        type=_text(row.get("type")),
        action=_text(row.get("action")),
        portal_id=_text(row.get("portalId")),
        object_type=_text(row.get("objectTypeId")),
        object_id=_text(row.get("objectId")),
        occurred_at=_moment(row.get("occurredAt")),
        data=row,
    )


def _subscription(row: Mapping[str, Any]) -> Subscription:
    return Subscription(
        id=str(row["id"]),
        type=_text(row.get("subscriptionType")),
        portal_id=_text(row.get("portalId")),
        object_type=_text(row.get("objectTypeId")),
        actions=tuple(row.get("actions") or ()),
        properties=tuple(row.get("properties") or ()),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _moment(value: object) -> datetime | None:
    try:
        return None if value is None else parse_instant(str(value))
    except ValueError:
        return None
