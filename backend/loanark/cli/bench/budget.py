"""What the shared request budget costs each call."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from uuid import uuid4

import click

from loanark.cli.bench.ground import database, open_database
from loanark.cli.output import command, json_option, show


@dataclass(frozen=True, slots=True)
class Asked:
    """What it costs to ask the shared budget for a slot, with so many threads asking for the same account."""

    threads: int
    asked: int
    #: Milliseconds a call takes; half of them less, one in twenty more.
    median_ms: float
    p95_ms: float
    asked_per_second: float


@click.command()
@click.option("--seconds", default=3.0, show_default=True, help="How long each row asks.")
@json_option
@command
def budget(seconds: float, as_json: bool) -> None:
    """What the shared request budget costs each call: one round trip to PostgreSQL."""
    with database():
        open_database()
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
