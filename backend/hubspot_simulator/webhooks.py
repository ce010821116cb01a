# ruff: noqa: S311  (repeatable from a seed on purpose; no secret depends on it)
"""Webhooks: events of all accounts, signed and sent in batches to the app's one target address.

HubSpot docs "webhooks" and "validating requests": JSON arrays of up to 100 events, an answer within 5 s, up to
10 retries over 24 h on any failure, no order, duplicates possible; v3 and v1 signatures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import logging
import queue
import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from hubspot_simulator.clock import Clock, iso
from hubspot_simulator.model import Event

log = logging.getLogger(__name__)

MAX_EVENTS = 100
MAX_ATTEMPTS = 11  # the first and ten retries
TIMEOUT_S = 5.0
CONCURRENCY = 10
KINDS = ("creation", "deletion", "merge", "restore", "privacyDeletion")
# One subscription per property; an account's own later properties cannot be followed (docs: webhooks).
PROPERTIES = (
    "firstname",
    "lastname",
    "email",
    "phone",
    "mobilephone",
    "company",
    "jobtitle",
    "address",
    "city",
    "state",
    "zip",
    "country",
    "date_of_birth",
    "hubspot_owner_id",
    "lifecyclestage",
    "hs_lead_status",
    "email_verification_status",
    "client_type_vip_status",
    "client_type_prospects",
    "preapproval_amount",
    "next_review_date",
    "do_not_call",
)

Post = Callable[[str, dict[str, str], bytes], int]


@dataclass(slots=True)
class Batch:
    """Events on their way to the target."""

    events: list[dict[str, Any]]
    due: int
    attempt: int = 0


@dataclass(slots=True)
class Hooks:
    """What can be set while running."""

    target_url: str = ""
    enabled: bool = True
    public_url: str = ""  # signed in place of the target when a proxy stands between
    delay_ms: int = 200
    retry_base_ms: int = 1_000
    shuffle: bool = True
    duplicate_rate: float = 0.0
    drop_next: int = 0
    kinds: list[str] = field(default_factory=lambda: list(KINDS))
    properties: list[str] = field(default_factory=lambda: list(PROPERTIES))


class Webhooks:
    """Collects events, makes batches of them, and remembers what was delivered."""

    def __init__(self, clock: Clock, secret: str, app_id: int, seed: int) -> None:
        self.settings = Hooks()
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=500)
        self.delivered = self.failed = self.lost = 0
        self.changed = threading.Event()
        self._clock = clock
        self._secret = secret.encode()
        self._app_id = app_id
        self._rng = random.Random(f"webhooks-{seed}")
        self._lock = threading.RLock()
        self._fresh: list[tuple[int, dict[str, Any]]] = []
        self._retries: list[Batch] = []

    def emit(self, event: Event) -> None:
        settings = self.settings
        if not settings.enabled or not settings.target_url or not self._subscribed(event):
            return
        if settings.drop_next > 0:
            settings.drop_next -= 1
            self.lost += 1
            return
        with self._lock:
            times = 2 if self._rng.random() < settings.duplicate_rate else 1
            for _ in range(times):
                self._fresh.append((event.at + settings.delay_ms, self._wire(event)))
        self.changed.set()

    def _subscribed(self, event: Event) -> bool:
        if event.kind == "propertyChange":
            return event.detail["propertyName"] in self.settings.properties
        return event.kind in self.settings.kinds

    def _wire(self, event: Event) -> dict[str, Any]:
        names = [*self.settings.kinds, *self.settings.properties]
        which = event.detail.get("propertyName", event.kind)
        return {
            "eventId": self._rng.randrange(1, 2**31),
            "subscriptionId": 3_000_000 + names.index(which),
            "portalId": event.portal_id,
            "appId": self._app_id,
            "occurredAt": event.at,
            "subscriptionType": f"contact.{event.kind}",
            "attemptNumber": 0,
            "objectId": event.object_id,
            **event.detail,
            "changeSource": event.source.kind,
            "sourceId": event.source.id,
        }

    def waiting(self) -> int:
        with self._lock:
            return len(self._fresh) + sum(len(batch.events) for batch in self._retries)

    def take_due(self) -> list[Batch]:
        """Batches whose time has come; each of at most 100 events, in no promised order."""
        now = self._clock.now_ms()
        with self._lock:
            due = [event for at, event in self._fresh if at <= now]
            self._fresh = [(at, event) for at, event in self._fresh if at > now]
            ready = [batch for batch in self._retries if batch.due <= now]
            self._retries = [batch for batch in self._retries if batch.due > now]
            if self.settings.shuffle:
                self._rng.shuffle(due)
        fresh = [Batch(due[i : i + MAX_EVENTS], now) for i in range(0, len(due), MAX_EVENTS)]
        return fresh + ready

    def sign(self, body: bytes, timestamp: str) -> dict[str, str]:
        """v3 and v1 headers (docs: validating requests)."""
        url = self.settings.public_url or self.settings.target_url
        message = b"POST" + url.encode() + body + timestamp.encode()
        v3 = base64.b64encode(hmac.new(self._secret, message, hashlib.sha256).digest()).decode()
        return {
            "Content-Type": "application/json",
            "User-Agent": "HubSpot Connect 2.0 (https://developers.hubspot.com/)",
            "X-HubSpot-Request-Timestamp": timestamp,
            "X-HubSpot-Signature-v3": v3,
            "X-HubSpot-Signature": hashlib.sha256(self._secret + body).hexdigest(),
            "X-HubSpot-Signature-Version": "v1",
        }

    def send(self, batch: Batch, post: Post) -> bool:
        """One attempt. A failure of any kind is tried again later, ten times at most."""
        started = self._clock.now_ms()
        body = orjson.dumps([{**event, "attemptNumber": batch.attempt} for event in batch.events])
        url = self.settings.target_url
        status, problem = 0, ""
        try:
            status = post(url, self.sign(body, str(started)), body)
        except Exception as error:  # noqa: BLE001  whatever happens to a delivery, it is retried
            problem = f"{type(error).__name__}: {error}"
        good = 200 <= status < 300
        with self._lock:
            self._note(batch, started, url, status, problem)
            if good:
                self.delivered += len(batch.events)
            else:
                self._again(batch)
        return good

    def _again(self, batch: Batch) -> None:
        self.failed += 1
        batch.attempt += 1
        if batch.attempt >= MAX_ATTEMPTS:
            self.lost += len(batch.events)
            return
        wait = self.settings.retry_base_ms * 2 ** min(batch.attempt - 1, 8) * (0.5 + self._rng.random())
        batch.due = self._clock.now_ms() + int(wait)
        self._retries.append(batch)

    def _note(self, batch: Batch, started: int, url: str, status: int, problem: str) -> None:
        kinds: dict[str, int] = {}
        for event in batch.events:
            kinds[event["subscriptionType"]] = kinds.get(event["subscriptionType"], 0) + 1
        self.deliveries.append(
            {
                "at": iso(started),
                "url": url,
                "events": len(batch.events),
                "kinds": kinds,
                "attempt": batch.attempt,
                "status": status,
                "problem": problem,
                "ms": self._clock.now_ms() - started,
                "objectIds": [event["objectId"] for event in batch.events[:10]],
            }
        )


def post_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    """POST without following redirects; the whole answer must come within five seconds."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


class Sender:
    """Threads that deliver in the background, so that no request waits for a webhook."""

    def __init__(self, webhooks: Webhooks, post: Post = post_over_http) -> None:
        self._webhooks = webhooks
        self._post = post
        self._stop = threading.Event()
        self._batches: queue.Queue[Batch] = queue.Queue(maxsize=CONCURRENCY)
        self._threads = [threading.Thread(target=self._collect, daemon=True, name="webhooks")]
        self._threads += [
            threading.Thread(target=self._deliver, daemon=True, name=f"webhooks-{n}") for n in range(CONCURRENCY)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._webhooks.changed.set()

    def _collect(self) -> None:
        while not self._stop.is_set():
            idle = not self._webhooks.waiting()
            self._webhooks.changed.wait(5.0 if idle else 0.05)
            self._webhooks.changed.clear()
            for batch in self._webhooks.take_due():
                self._batches.put(batch)
            self._stop.wait(0.02)

    def _deliver(self) -> None:
        while not self._stop.is_set():
            try:
                batch = self._batches.get(timeout=0.5)
            except queue.Empty:
                continue
            if not self._webhooks.send(batch, self._post):
                log.info("webhook delivery failed; attempt %s", batch.attempt)
