"""The webhooks of a running server: a thread that looks for what is due, and one for each request under way."""

from __future__ import annotations

import http.client
import logging
import threading
from urllib.parse import urlsplit

from hubspot_simulator.webhooks.deliveries import TIMEOUT_MS, Batch, Post, Webhooks

log = logging.getLogger(__name__)


def post_over_http(url: str, headers: dict[str, str], body: bytes) -> int:
    """POST without following redirects. Raises: OSError, http.client.HTTPException."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_MS / 1000)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


class Sender:
    """Delivers in the background, so that no request waits for a webhook."""

    def __init__(self, webhooks: Webhooks, post: Post = post_over_http) -> None:
        self._webhooks = webhooks
        self._post = post
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="webhooks")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._webhooks.changed.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            idle = not self._webhooks.waiting()
            self._webhooks.changed.wait(5.0 if idle else 0.05)
            self._webhooks.changed.clear()
            for batch in self._webhooks.take_due(counted=True):
                threading.Thread(target=self._deliver, args=(batch,), daemon=True, name="webhook").start()
            self._stop.wait(0.02)

    def _deliver(self, batch: Batch) -> None:
        if not self._webhooks.send(batch, self._post):
            log.info("webhook delivery failed; attempt %s", batch.attempt)
