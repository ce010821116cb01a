"""Benchmarks: figures with the command that repeats them, on this machine, against a simulated HubSpot."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen
from uuid import UUID, uuid4

import click
import orjson

from loanark.cli import boot
from loanark.cli.output import command, json_option, note, show


@click.group()
def bench() -> None:
    """Measure, and print a table."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One scenario: the pages alone, then the whole backfill, in one sitting."""

    scenario: str
    contacts: int
    pages_seconds: float
    backfill_seconds: float
    contacts_per_second: float
    #: Processor time of the engine's own process: tells most on a machine that is busy with other work.
    engine_cpu_seconds: float
    ratio: float
    most_requests_in_10s: int


@bench.command()
@click.option("--contacts", default=41_341, show_default=True)
@click.option("--limited/--unlimited", "limited", default=None, help="Only with, or only without, a request limit.")
@json_option
@command
def backfill(contacts: int, limited: bool | None, as_json: bool) -> None:
    """The first complete load: against what the pages alone cost, with HubSpot's limit and without any."""
    scenarios = [("no limit", "none", 1_000_000), ("limit 110/10s", "110/10s", None)]
    chosen = [s for s in scenarios if limited is None or limited == (s[0] != "no limit")]
    with tempfile.TemporaryDirectory(prefix="la-bench-") as directory:
        Path(directory).chmod(0o755)
        os.environ["LOANARK_DATA_DIR"] = directory
        measured = []
        for name, limit, override in chosen:
            with _hubspot(contacts, limit) as announced:
                os.environ["LOANARK_HUBSPOT_API_URL"] = announced["base_url"]
                measured.append(_measure(name, contacts, announced, override))
    if as_json:
        show([asdict(row) for row in measured])
        return
    click.echo(
        f"{'scenario':<15}{'contacts':>9}{'pages s':>9}{'backfill s':>12}{'contacts/s':>12}{'engine cpu s':>14}"
        f"{'ratio':>7}{'most/10s':>10}"
    )
    for row in measured:
        click.echo(
            f"{row.scenario:<15}{row.contacts:>9,}{row.pages_seconds:>9.1f}{row.backfill_seconds:>12.1f}"
            f"{row.contacts_per_second:>12,.0f}{row.engine_cpu_seconds:>14.1f}{row.ratio:>7.2f}"
            f"{row.most_requests_in_10s:>10}"
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What it costs to ask the shared budget for a slot, with so many threads asking for the same account."""

    threads: int
    asked: int
    #: Milliseconds a call takes; half of them less, one in twenty more.
    median_ms: float
    p95_ms: float
    asked_per_second: float


@bench.command()
@click.option("--seconds", default=3.0, show_default=True, help="How long each row asks.")
@json_option
@command
def budget(seconds: float, as_json: bool) -> None:
    """What the shared request budget costs each call: one round trip to PostgreSQL."""
    with _bench_database():
        measured = [_ask(threads, seconds) for threads in (1, 4, 8)]
    if as_json:
        show([asdict(row) for row in measured])
        return
    click.echo(f"{'threads':>7}{'asked':>9}{'median ms':>11}{'p95 ms':>9}{'asked/s':>9}")
    for row in measured:
        click.echo(
            f"{row.threads:>7}{row.asked:>9,}{row.median_ms:>11.2f}{row.p95_ms:>9.2f}{row.asked_per_second:>9,.0f}"
        )


def _ask(threads: int, seconds: float) -> Asked:
    from django.db import connections

    from loanark.connections.budget import UNLIMITED, Budget

    tenant_id, took = uuid4(), list[float]()
    until = time.perf_counter() + seconds

    def asking() -> None:
        gate = Budget(tenant_id, UNLIMITED)
        gate.acquire("backfill", "general")
        while (began := time.perf_counter()) < until:
            gate.acquire("backfill", "general")
            took.append(time.perf_counter() - began)
        connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        for asked in [pool.submit(asking) for _ in range(threads)]:
            asked.result()
    took.sort()
    at = [took[int(len(took) * part)] * 1000 for part in (0.5, 0.95)]
    return Asked(threads, len(took), at[0], at[1], len(took) / seconds)


@contextmanager
def _bench_database() -> Iterator[None]:
    """A database of the benchmark's own."""
    with tempfile.TemporaryDirectory(prefix="la-bench-") as directory:
        Path(directory).chmod(0o755)
        os.environ["LOANARK_DATA_DIR"] = directory
        boot.django()
        from django.conf import settings

        settings.CONFIG = _config()
        yield


def _measure(name: str, contacts: int, announced: dict[str, Any], override: int | None) -> Measured:
    boot.django()
    from django.conf import settings

    from loanark.connections import actions
    from loanark.connections.models import Connection
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope
    from loanark.tenants.actions import create_tenant

    settings.CONFIG = _config()
    tenant_id = create_tenant(f"Bench {name} {time.time_ns()}", admin_email="bench@example.com").tenant.id
    actions.connect_static(tenant_id, announced["portals"][0]["static_token"], by="bench")
    from loanark.connections.models import PortalRoute

    with tenant_scope(tenant_id):
        Connection.objects.filter(tenant_id=tenant_id).update(rate_limit_override=override)
    pages, _ = _timed(lambda: _read_pages(tenant_id))
    with tenant_scope(tenant_id):
        run_id = runs.approve_unseen(by="bench").id
    seconds, cpu = _timed(lambda: _carry_out(tenant_id, run_id))
    PortalRoute.objects.filter(tenant_id=tenant_id).delete()
    most = _most_requests(announced["base_url"])
    return Measured(name, contacts, pages, seconds, contacts / seconds, cpu, seconds / pages, most)


def _config() -> Any:
    from loanark.web.config import load

    return load()


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds that passed, and those for which this process had a processor."""
    began, cpu_began = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - began, time.process_time() - cpu_began


def _read_pages(tenant_id: UUID) -> None:
    """The listing through the same client and budget, storing nothing."""
    from loanark.connections.clients import client_for
    from loanark.connections.mapping import load
    from loanark.connections.models import Connection
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        connection = Connection.objects.get(tenant_id=tenant_id)
        properties = list(load(connection).properties)
    after = None
    with client_for(connection) as client:
        while True:
            page = client.list_contacts(properties, after=after, lane="backfill")
            after = page.after
            if after is None:
                return


def _carry_out(tenant_id: UUID, run_id: int) -> None:
    from loanark.sync import engine, runs
    from loanark.tenants.access import tenant_scope

    while True:
        engine.advance(tenant_id)
        with tenant_scope(tenant_id):
            run = runs.get(run_id)
        if run.status != "running":
            note(f"{run.status}: {run.done:,} contacts")
            return


def _most_requests(base_url: str) -> int:
    with urlopen(f"{base_url}/_control/requests?limit=1", timeout=30) as answer:  # noqa: S310  our own simulator
        portals = orjson.loads(answer.read())["portals"]
    return max(int(portal["max_requests_in_window"]) for portal in portals.values())


@contextmanager
def _hubspot(contacts: int, limit: str) -> Iterator[dict[str, Any]]:
    argv = [sys.executable, "-m", "hubspot_simulator", "--contacts", str(contacts), "--limit", limit]
    simulator = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        assert simulator.stdout
        yield orjson.loads(simulator.stdout.readline())
    finally:
        simulator.send_signal(signal.SIGTERM)
        simulator.wait(10)
