# ruff: noqa: S311  (repeatable from a seed on purpose; no secret depends on it)
"""Webhooks: events of all accounts, signed and sent in batches to the app's one target address.

HubSpot docs "webhooks" and "validating requests": JSON arrays of up to 100 events, an answer within 5 s, up to ten
retries over 24 h on any failure, no order, duplicates possible, event ids that repeat; v3 and v1 signatures. What
waits is lost with a restart, where HubSpot would go on trying.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from typing import Any, NamedTuple

import orjson

from hubspot_simulator.clock import Clock, iso
from hubspot_simulator.model import Event
from hubspot_simulator.webhooks.configuration import RETRIES, Configuration, Persist
from hubspot_simulator.webhooks.subscriptions import Subscription

MAX_EVENTS = 100
MAX_DELIVERIES = 500  # that are remembered
TIMEOUT_MS = 5_000
# Docs (validating requests): the escapes HubSpot decodes in the address before it signs; no others.
DECODED = {f"%{ord(char):02X}": char for char in ":/?@!$'()*,;"}

Post = Callable[[str, dict[str, str], bytes], int]


class Notification(NamedTuple):
    """One event for one subscription, on its way since ``due``."""

    due: int
    number: int
    event: Event
    subscription: Subscription
    event_id: int
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request carries. ``counted``: it takes one of the slots of its accounts."""

    notifications: list[Notification]
    counted: bool = False

    @property
    def portals(self) -> set[int]:
        return {n.event.portal_id for n in self.notifications}

    @property
    def attempt(self) -> int:
        """Retries find their own moments, so those of one request may differ; this is the highest."""
        return max(n.attempt for n in self.notifications)


class Webhooks:
    """Collects events, makes batches of them, and remembers what was delivered.

    ``emit`` belongs to the thread that serves requests, and only appends; the sender's threads do the rest.
    """

    def __init__(
        self,
        clock: Clock,
        secret: str,
        app_id: int,
        seed: int,
        persist: Persist,
        installed: Callable[[int], bool],
    ) -> None:
        self.configuration = Configuration(clock, persist)
        self.settings = self.configuration.settings
        self.subscriptions = self.configuration.subscriptions
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=MAX_DELIVERIES)
        self._bodies: deque[tuple[int, bytes]] = deque(maxlen=MAX_DELIVERIES)
        self.delivered = self.failed = self.lost = 0
        self.changed = threading.Event()
        self._clock = clock
        self._secret = secret
        self._app_id = app_id
        self._installed = installed
        # Apart, so that a switch for one of them leaves the others as they were.
        self._ids = random.Random(f"webhooks-ids-{seed}")
        self._fate = random.Random(f"webhooks-fate-{seed}")
        self._order = random.Random(f"webhooks-order-{seed}")
        self._lock = threading.RLock()
        self._numbers = count()
        self._heard: deque[tuple[int, Event, Subscription, int]] = deque()
        self._waiting: list[Notification] = []
        self._due: dict[int, deque[Notification]] = {}
        self._running: Counter[int] = Counter()

    def document(self) -> dict[str, Any]:
        """Everything that is set, and how much was sent."""
        return {
            **self.configuration.document(),
            "waiting": self.waiting(),
            "delivered": self.delivered,
            "failed_attempts": self.failed,
            "lost": self.lost,
        }

    def configure(self, **changes: Any) -> None:
        """Set by name, at once: see `Configuration.configure`."""
        self.configuration.configure(changes)
        self.changed.set()

    # ---- events -------------------------------------------------------------------------------------

    def emit(self, event: Event) -> None:
        settings = self.settings
        self.configuration.enforce(event.at)
        if not settings.target_url or not settings.enabled:
            return
        if event.with_creation and not settings.creation_tells_properties:
            return
        for subscription in self.subscriptions.about(event):
            due = event.at + settings.delay_ms
            event_id = 1 + int(self._ids.random() * settings.event_id_range)
            for moment in self._moments(due) if settings.troubled else (due,):
                self._heard.append((moment, event, subscription, event_id))
        if self._heard and not self.changed.is_set():
            self.changed.set()

    def _moments(self, due: int) -> tuple[int, ...]:
        """When an event is to be sent: never, once or twice."""
        settings, fate = self.settings, self._fate
        if settings.drop_next:
            settings.drop_next -= 1
            self.lost += 1
            return ()
        if settings.loss_rate and fate.random() < settings.loss_rate:
            self.lost += 1
            return ()
        if settings.late_rate and fate.random() < settings.late_rate:
            due += settings.late_ms
        if settings.burst_ms:
            due = -(-due // settings.burst_ms) * settings.burst_ms
        if settings.duplicate_rate and fate.random() < settings.duplicate_rate:
            return (due, due)
        return (due,)

    def waiting(self) -> int:
        """Events not yet in a request."""
        with self._lock:
            return len(self._heard) + len(self._waiting) + sum(map(len, self._due.values()))

    def body(self, number: int) -> bytes | None:
        """What a delivery carried; ``None`` when it is not remembered."""
        return dict(self._bodies.copy()).get(number)

    # ---- batches ------------------------------------------------------------------------------------

    def take_due(self, *, counted: bool = False) -> list[Batch]:
        """Requests whose time has come, in no promised order.

        ``counted``: only as many as the accounts have slots for; `send` gives the slots back.
        """
        now = self._clock.now_ms()
        batches = []
        with self._lock:
            self.configuration.enforce(now)
            self._collect(now)
            if self.settings.hold:
                return []
            while notifications := self._draw(counted):
                batch = Batch(notifications, counted)
                batches.append(batch)
                if counted:
                    self._running.update(batch.portals)
        return batches

    def _collect(self, now: int) -> None:
        arrived = []
        while self._waiting and self._waiting[0].due <= now:
            arrived.append(heappop(self._waiting))
        while self._heard:
            due, event, subscription, event_id = self._heard.popleft()
            notification = Notification(due, next(self._numbers), event, subscription, event_id)
            if due <= now:
                arrived.append(notification)
            else:
                heappush(self._waiting, notification)
        if self.settings.shuffle:
            self._order.shuffle(arrived)
        else:
            arrived.sort()
        for notification in arrived:
            self._due.setdefault(notification.event.portal_id, deque()).append(notification)
        # Without an address nothing leaves, and only accounts that have the app are told (docs: webhooks).
        for portal_id, queue in self._due.items():
            if queue and not (self.settings.target_url and self._installed(portal_id)):
                self.lost += len(queue)
                queue.clear()

    def _draw(self, counted: bool) -> list[Notification]:
        slots, drawn = self.settings.max_concurrent_requests, list[Notification]()
        for portal_id, queue in self._due.items():
            if counted and self._running[portal_id] >= slots:
                continue
            while queue and len(drawn) < MAX_EVENTS:
                drawn.append(queue.popleft())
            if len(drawn) == MAX_EVENTS or (drawn and not self.settings.mix_accounts):
                break
        return drawn

    # ---- requests -----------------------------------------------------------------------------------

    def deliver_due(self, post: Post) -> int:
        """Send what is due now, retries included, one request after the other. Returns how many were made."""
        batches = self.take_due()
        for batch in batches:
            self.send(batch, post)
        return len(batches)

    def send(self, batch: Batch, post: Post) -> bool:
        """One request. A failure of any kind is tried again later: no connection, no answer in time, not 2xx."""
        started = self._clock.now_ms()
        body = orjson.dumps([self._wire(n) for n in batch.notifications])
        url = self.settings.target_url
        status, problem = 0, ""
        try:
            status = post(url, self.sign(body, str(started)), body)
        except Exception as error:  # noqa: BLE001  whatever happens to a delivery, it is retried
            problem = f"{type(error).__name__}: {error}"
        took = self._clock.now_ms() - started
        if took > TIMEOUT_MS:
            status, problem = 0, f"no answer within {TIMEOUT_MS} ms"
        good = 200 <= status < 300
        with self._lock:
            if batch.counted:
                self._running.subtract(batch.portals)
            self._note(batch, started, url, status, problem, took, body)
            if good:
                self.delivered += len(batch.notifications)
            else:
                self._again(batch)
        self.changed.set()
        return good

    def _wire(self, notification: Notification) -> dict[str, Any]:
        event, subscription = notification.event, notification.subscription
        document: dict[str, Any] = {
            "eventId": notification.event_id,
            "subscriptionId": subscription.id,
            "portalId": event.portal_id,
            "appId": self._app_id,
            "occurredAt": event.at,
            "subscriptionType": subscription.event_type,
            "attemptNumber": notification.attempt,
            "objectId": event.object_id,
            **event.detail,
            "changeSource": event.source.kind,
            "sourceId": event.source.id,
        }
        if subscription.object_type_id:
            document["objectTypeId"] = subscription.object_type_id
        if subscription.property_name:
            document["isSensitive"] = subscription.property_name in self.settings.sensitive
            if document["isSensitive"]:
                document["propertyValue"] = "REDACTED"
        return document

    def sign(self, body: bytes, timestamp: str) -> dict[str, str]:
        """Headers of one request; each retry has a time and a signature of its own."""
        settings = self.settings
        uri = settings.public_url or settings.target_url
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (https://developers.hubspot.com/)",
            "X-HubSpot-Request-Timestamp": timestamp,
        }
        if "v3" in settings.signatures:
            signed = decoded(uri) if settings.decode_uri else uri
            headers["X-HubSpot-Signature-v3"] = signature_v3(self._secret, "POST", signed, body, timestamp)
        if "v1" in settings.signatures:
            headers["X-HubSpot-Signature"] = signature_v1(self._secret, body)
            headers["X-HubSpot-Signature-Version"] = "v1"
        return headers

    def _again(self, batch: Batch) -> None:
        """Every event for itself, so that those which failed together do not come back together (docs: webhooks)."""
        self.failed += 1
        now = self._clock.now_ms()
        for notification in batch.notifications:
            if notification.attempt == RETRIES:
                self.lost += 1
                continue
            longest = self.settings.retry_base_ms * 2**notification.attempt
            wait = int(longest * (0.5 + self._order.random() / 2))
            heappush(self._waiting, notification._replace(due=now + wait, attempt=notification.attempt + 1))

    def _note(self, batch: Batch, started: int, url: str, status: int, problem: str, took: int, body: bytes) -> None:
        number = self._bodies[-1][0] + 1 if self._bodies else 1
        self._bodies.append((number, body))
        self.deliveries.append(
            {
                "number": number,
                "at": iso(started),
                "url": url,
                "events": len(batch.notifications),
                "kinds": Counter(n.subscription.event_type for n in batch.notifications),
                "attempt": batch.attempt,
                "status": status,
                "problem": problem,
                "ms": took,
                "objectIds": [n.event.object_id for n in batch.notifications[:10]],
            }
        )


def decoded(uri: str) -> str:
    """An address as HubSpot signs it."""
    for escape, char in DECODED.items():
        uri = uri.replace(escape, char)
    return uri


def signature_v3(secret: str, method: str, uri: str, body: bytes, timestamp: str) -> str:
    """Base64 of HMAC-SHA256 over method, address, body and time (docs: validating requests)."""
    message = method.encode() + uri.encode() + body + timestamp.encode()
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def signature_v1(secret: str, body: bytes) -> str:
    """SHA-256 in hexadecimal over secret and body."""
    return hashlib.sha256(secret.encode() + body).hexdigest()
