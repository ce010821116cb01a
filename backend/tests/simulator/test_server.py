"""The command over real HTTP: ready line, webhooks, and data that outlives a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest


class Running:
    """A simulator in its own process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.ready: dict[str, Any] = json.loads(process.stdout.readline())
        token = self.ready["portals"][0]["static_token"]
        self.http = httpx2.Client(base_url=self.ready["base_url"], headers={"Authorization": f"Bearer {token}"})

    def contacts(self) -> list[dict[str, Any]]:
        params = {"limit": 100, "properties": "email,city,own"}
        return list(self.http.get("/crm/objects/2026-09/contacts", params=params).json()["results"])


@contextmanager
def running(*flags: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "hubspot_simulator", "--port", "0", "--contacts", "20", *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield Running(process)
    finally:
        process.kill()
        process.communicate()


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    flags = ("--state", str(tmp_path / "state"), "--property-lag-ms", "0")
    with running(*flags) as hub:
        own = {"name": "own", "label": "Own", "type": "string", "fieldType": "text", "groupName": "lending"}
        hub.http.post("/crm/properties/2026-09/contacts", json=own)
        base = "/crm/objects/2026-09/contacts"
        made = hub.http.post(base, json={"properties": {"email": "a@x.example.com", "own": "mine"}}).json()["id"]
        one, two, three = (row["id"] for row in hub.contacts()[:3])
        hub.http.patch(f"{base}/{three}", json={"properties": {"city": "Nowhere"}})
        merged = hub.http.post(f"{base}/merge", json={"primaryObjectId": one, "objectIdToMerge": two}).json()["id"]
        before = hub.contacts()
        hub.process.kill()
    with (tmp_path / "state" / "journal.jsonl").open("ab") as journal:
        journal.write(b'[["contact",45160041,{"id":')
    for _ in range(2):  # the second start reads the compacted journal
        with running(*flags) as hub:
            assert hub.contacts() == before
            assert hub.http.get(f"{base}/{two}").json()["id"] == merged
            last = hub.http.post(base, json={"properties": {"firstname": "later"}}).json()["id"]
            assert int(last) > int(merged) > int(made)
            hub.http.delete(f"{base}/{last}")
            before = hub.contacts()


def test_other_flags_on_the_same_directory_are_refused(tmp_path: Path) -> None:
    with running("--state", str(tmp_path)):
        pass
    command = [sys.executable, "-m", "hubspot_simulator", "--contacts", "5", "--state", str(tmp_path)]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert refused.returncode == 1
    assert "use the same flags" in refused.stderr


def test_a_webhook_arrives_a_connection_drops_and_a_signal_stops_the_server() -> None:
    arrived = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(204)
            self.end_headers()
            arrived.set()

        def log_message(self, *_: object) -> None:
            pass

    target = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=target.serve_forever, daemon=True).start()
    with running("--webhook-url", f"http://127.0.0.1:{target.server_port}/hook", "--latency-ms", "1") as hub:
        hub.http.post("/crm/v3/objects/contacts", json={"properties": {"firstname": "x"}})
        assert arrived.wait(5)
        hub.http.post("/_control/faults", json={"status": 0})
        with pytest.raises(httpx2.TransportError):
            hub.http.get("/crm/v3/objects/contacts")
        hub.process.send_signal(signal.SIGTERM)
        hub.process.wait(5)
    target.shutdown()


def test_as_a_server_it_shows_a_new_property_late() -> None:
    own = {"name": "own", "label": "Own", "type": "string", "fieldType": "text", "groupName": "lending"}
    with running() as hub:
        hub.http.post("/crm/properties/2026-09/contacts", json=own)
        assert hub.http.get("/crm/properties/2026-09/contacts/own").status_code == 404


def test_faults_look_the_same_on_a_real_connection() -> None:
    path = "/crm/v3/objects/contacts"
    with running() as hub:
        for kind, error in (("reset", httpx2.RemoteProtocolError), ("truncated", httpx2.RemoteProtocolError)):
            hub.http.post("/_control/faults", json={"kind": kind})
            with pytest.raises(error):
                hub.http.get(path)
        hub.http.post("/_control/faults", json={"kind": "garbled"})
        garbled = hub.http.get(path)
        assert garbled.status_code == 200
        assert int(garbled.headers["content-length"]) == len(garbled.content)
        with pytest.raises(json.JSONDecodeError):
            garbled.json()
        hub.http.post("/_control/faults", json={"kind": "slow", "delay_ms": 300})
        slow = hub.http.get(path)
        assert slow.json()["results"]
        assert slow.elapsed.total_seconds() >= 0.3
        hub.http.post("/_control/faults", json={"kind": "timeout", "delay_ms": 1_000, "when": "after"})
        with pytest.raises(httpx2.ReadTimeout):
            hub.http.post(path, json={"properties": {"email": "late@example.com"}}, timeout=0.2)
        again = hub.http.post(path, json={"properties": {"email": "late@example.com"}})
        assert again.status_code == 409, "it was done"


def test_time_passes_on_a_server_without_requests() -> None:
    with running("--someone", "1200", "--limit", "none") as hub:
        deadline = time.monotonic() + 20
        while not (done := hub.http.get("/_control/someone").json()["done"]):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert sum(done.values()) > 0


def test_unknown_trouble_is_told_at_the_start() -> None:
    command = [sys.executable, "-m", "hubspot_simulator", "--trouble", "gremlins=0.5"]
    refused = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert refused.returncode == 2
    assert "kind must be one of" in refused.stderr
