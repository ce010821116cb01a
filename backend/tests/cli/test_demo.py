"""`loanark demo`: one command, and contacts move both ways. Killed or stopped, it finds its data again."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from loanark.cli.browser import Browser

PEOPLE = 250
QUIETLY = ["--no-browser", "--port", "0", "--limit", "none", "--json"]


class Demo:
    """A running demo, its organisation's API, and its HubSpot."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "loanark.cli", "demo", *QUIETLY, "--contacts", str(PEOPLE), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**kept, "LOANARK_DATA_DIR": str(data_dir)},
        )
        assert self.process.stdout is not None
        self.facts: dict[str, str] = orjson.loads(self.process.stdout.readline())
        self.person = Browser(self.facts["url"])
        self.person.sign_in(self.facts["email"], self.facts["password"])

    def get(self, path: str) -> Any:
        return self.person.get_json(f"/api/tenants/{self.facts['tenant']}{path}")

    def post(self, path: str) -> Any:
        return self.person.post_json(f"/api/tenants/{self.facts['tenant']}{path}", {})

    def hubspot(self, method: str, path: str, body: object = None) -> Any:
        request = urllib.request.Request(
            self.facts["hubspot_url"] + path,
            data=orjson.dumps(body) if body is not None else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return orjson.loads(answer.read())

    def approve(self) -> None:
        eventually(lambda: self.get("/overview")["run"]["status"] == "waiting")
        self.post(f"/runs/{self.get('/runs')['items'][0]['id']}/approve")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


def eventually(holds: Callable[[], object], seconds: float = 40.0) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Where a server that root starts as somebody else can reach it."""
    directory = Path(tempfile.mkdtemp(prefix="la-demo-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def test_the_first_start_connects_previews_and_after_approval_moves_contacts_both_ways(data_dir: Path) -> None:
    demo = Demo(data_dir)
    assert demo.get("/connection")["status"] == "connected"
    demo.approve()
    eventually(lambda: demo.get("/overview")["truth"]["level"] == "ok")
    assert demo.get("/contacts")["total"] == PEOPLE
    contact = demo.get("/contacts?limit=1")["items"][0]

    demo.hubspot("PATCH", f"/_control/contacts/{contact['hubspot_id']}", {"properties": {"city": "Boise"}})
    eventually(lambda: demo.get(f"/contacts/{contact['id']}")["sync"]["state"] == "in_sync")
    eventually(lambda: demo.get("/contacts?limit=1")["items"][0]["city"] == "Boise")

    with psycopg.connect(demo.facts["sql_url"]) as other_program:
        other_program.execute("UPDATE contacts SET company = 'By SQL' WHERE id = %s", [contact["id"]])
    held = f"/_control/contacts/{contact['hubspot_id']}"
    eventually(lambda: demo.hubspot("GET", held)["properties"].get("company") == "By SQL")
    assert demo.stop() == 0


def test_a_second_start_finds_its_data_and_a_killed_one_recovers(data_dir: Path) -> None:
    demo = Demo(data_dir)
    assert demo.get("/contacts?search=sql")["total"] == 1
    with psycopg.connect(demo.facts["sql_url"]) as connection:
        connection.execute("UPDATE tenants SET name = 'Renamed Lender' WHERE slug = %s", [demo.facts["tenant"]])
    demo.process.kill()
    demo.process.wait(10)

    again = Demo(data_dir)
    assert again.facts["hubspot_url"] == demo.facts["hubspot_url"]
    assert again.facts["tenant"] == demo.facts["tenant"], "also when its organisation has another name now"
    assert again.get("/contacts")["total"] == PEOPLE
    eventually(lambda: again.get("/overview")["truth"]["level"] == "ok")
    assert again.stop() == 0


def test_processes_killed_in_the_middle_of_a_backfill_double_and_lose_nothing() -> None:
    directory = Path(tempfile.mkdtemp(prefix="la-demo-"))
    directory.chmod(0o755)
    try:
        demo = Demo(directory, "--latency-ms", "400")
        demo.approve()
        for name in ("loanark.cli worker", "postgres -D", "loanark.cli web"):
            _kill(demo, name, directory)
            time.sleep(1.0)
        eventually(lambda: _quietly(lambda: demo.get("/runs")["items"][0]["status"]) == "succeeded")
        counts = demo.get("/runs")["items"][0]["counts"]
        assert (counts["read"], counts["created_in_loanark"]) == (PEOPLE, PEOPLE)
        assert demo.get("/contacts")["total"] == PEOPLE
        assert demo.stop() == 0
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test_a_later_start_that_asks_for_other_people_is_refused(data_dir: Path) -> None:
    command = [sys.executable, "-m", "loanark.cli", "demo", *QUIETLY, "--contacts", "99"]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
    done = subprocess.run(
        command, capture_output=True, text=True, env={**kept, "LOANARK_DATA_DIR": str(data_dir)}, check=False
    )
    assert done.returncode == 1
    assert f"already lives in {data_dir} with {PEOPLE} people" in done.stderr


def test_a_taken_port_is_told_in_one_sentence(data_dir: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "loanark.cli", "demo", "--no-browser", "--port", port]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
        done = subprocess.run(
            command, capture_output=True, text=True, env={**kept, "LOANARK_DATA_DIR": str(data_dir)}, check=False
        )
    assert done.returncode == 1
    assert f"Port {port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def _kill(demo: Demo, name: str, data_dir: Path) -> None:
    """Kills what this demo runs under that name: its own children, or the server of its data directory."""
    pattern = f"{name} {data_dir}" if name.startswith("postgres") else name
    parent = [] if name.startswith("postgres") else ["-P", str(demo.process.pid)]
    found = subprocess.run(["pgrep", *parent, "-f", pattern], capture_output=True, text=True, check=False)
    for pid in found.stdout.split():
        os.kill(int(pid), signal.SIGKILL)


def _quietly(ask: Callable[[], object]) -> object:
    """The answer, or nothing while what was killed comes back."""
    try:
        return ask()
    except OSError:
        return None
