"""How long an edit takes to the other side: the whole product as it runs, web, worker, database and webhooks."""

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import orjson
import psycopg

from loanark.cli.browser import Browser
from loanark.cli.output import command, json_option, note, show

#: An edit that takes longer than this never came.
GIVE_UP_SECONDS = 60.0

#: Between two edits, in seconds: people do not type in step with anything.
PAUSES = (0.05, 0.6)


@dataclass(frozen=True, slots=True)
class Measured:
    """Edits of one side, each timed until the other side holds it."""

    edited_in: str
    contacts: int
    edits: int
    median_seconds: float
    p95_seconds: float
    longest_seconds: float


@click.command()
@click.option("--contacts", default=41_341, show_default=True)
@click.option("--edits", default=100, show_default=True, help="Edits of each side.")
@json_option
@command
def latency(contacts: int, edits: int, as_json: bool) -> None:
    """An edit on either side until it is on the other: webhooks on, HubSpot's limit 110 in 10 s, no faults."""
    with _product(contacts) as facts:
        note("The first run")
        _first_run(facts)
        chance = random.Random(1)  # noqa: S311  whom to edit is no secret
        with psycopg.connect(facts["sql_url"], autocommit=True, application_name="bench") as database:
            sides = _Sides(facts["hubspot_url"], database)
            ids = sides.some(edits, chance)
            measured = [
                _measure("hubspot", contacts, ids, sides.edit_hubspot, sides.loanark_holds, chance),
                _measure("loanark", contacts, ids, sides.edit_loanark, sides.hubspot_holds, chance),
            ]
    if as_json:
        show([asdict(row) for row in measured])
        return
    click.echo(f"{'edited in':<11}{'contacts':>9}{'edits':>7}{'median s':>10}{'p95 s':>8}{'longest s':>11}")
    for row in measured:
        click.echo(
            f"{row.edited_in:<11}{row.contacts:>9,}{row.edits:>7}{row.median_seconds:>10.2f}{row.p95_seconds:>8.2f}"
            f"{row.longest_seconds:>11.2f}"
        )


@contextmanager
def _product(contacts: int) -> Iterator[dict[str, str]]:
    """Everything at once, as `loanark demo` starts it; yields what it tells when it is ready."""
    with tempfile.TemporaryDirectory(prefix="la-bench-") as directory:
        Path(directory).chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
        argv = [sys.executable, "-m", "loanark.cli", "demo", "--no-browser", "--port", "0", "--json"]
        argv += ["--contacts", str(contacts)]
        demo = subprocess.Popen(  # noqa: S603
            argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**kept, "LOANARK_DATA_DIR": directory}
        )
        try:
            assert demo.stdout
            yield orjson.loads(demo.stdout.readline())
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(30)


def _first_run(facts: dict[str, str]) -> None:
    """Looks at the preview, approves it, and waits for everybody to be there."""
    person = Browser(facts["url"])
    person.sign_in(facts["email"], facts["password"])
    base = f"/api/tenants/{facts['tenant']}"

    def waits() -> bool:
        run = person.get_json(f"{base}/overview")["run"]
        return bool(run and run["status"] == "waiting")

    _until(waits, 0.5, patience=600)
    run = person.get_json(f"{base}/overview")["run"]
    person.post_json(f"{base}/runs/{run['id']}/approve", {})
    _until(lambda: person.get_json(f"{base}/overview")["truth"]["level"] in ("ok", "attention"), 0.5, patience=600)


class _Sides:
    """Both sides from outside: HubSpot's users and a program with SQL."""

    def __init__(self, hubspot_url: str, database: psycopg.Connection[Any]) -> None:
        self._hubspot_url = hubspot_url
        self._database = database

    def some(self, count: int, chance: random.Random) -> list[str]:
        rows = self._database.execute("SELECT hubspot_id FROM contact_links WHERE state = 'live' ORDER BY 1").fetchall()
        return chance.sample([row[0] for row in rows], min(count, len(rows)))

    def edit_hubspot(self, id: str, value: str) -> None:
        self._ask("PATCH", id, {"properties": {"city": value}})

    def hubspot_holds(self, id: str, value: str) -> bool:
        return bool(self._ask("GET", id)["properties"].get("city") == value)

    def edit_loanark(self, id: str, value: str) -> None:
        self._database.execute(
            "UPDATE contacts SET city = %s WHERE id = (SELECT contact_id FROM contact_links "
            "WHERE hubspot_id = %s AND state = 'live')",
            [value, id],
        )

    def loanark_holds(self, id: str, value: str) -> bool:
        row = self._database.execute(
            "SELECT c.city FROM contacts c JOIN contact_links l ON l.contact_id = c.id "
            "WHERE l.hubspot_id = %s AND l.state = 'live'",
            [id],
        ).fetchone()
        return bool(row and row[0] == value)

    def _ask(self, method: str, id: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310  our own simulator
            f"{self._hubspot_url}/_control/contacts/{id}",
            data=orjson.dumps(body) if body is not None else None,
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return orjson.loads(answer.read())


def _measure(
    side: str,
    contacts: int,
    ids: list[str],
    edit: Callable[[str, str], None],
    holds: Callable[[str, str], bool],
    chance: random.Random,
) -> Measured:
    note(f"{len(ids)} edits in {side}")
    took: list[float] = []
    for number, id in enumerate(ids):
        value = f"{side} {number}"
        began = time.perf_counter()
        edit(id, value)
        _until(lambda id=id, value=value: holds(id, value), 0.005, patience=GIVE_UP_SECONDS)  # type: ignore[misc]
        took.append(time.perf_counter() - began)
        time.sleep(chance.uniform(*PAUSES))
    took.sort()
    p95 = took[min(len(took) - 1, int(len(took) * 0.95))]
    return Measured(side, contacts, len(took), statistics.median(took), p95, took[-1])


def _until(condition: Callable[[], bool], pause: float, *, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            raise click.ClickException(f"It did not happen within {patience:.0f} s. What was measured so far is void.")
        time.sleep(pause)
