"""The first complete load."""

import os
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.request import urlopen
from uuid import UUID

import click
import orjson

from loanark.cli.bench.ground import database, hubspot, open_database, timed
from loanark.cli.output import command, json_option, note, show


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


@click.command()
@click.option("--contacts", default=41_341, show_default=True)
@click.option("--limited/--unlimited", "limited", default=None, help="Only with, or only without, a request limit.")
@json_option
@command
def backfill(contacts: int, limited: bool | None, as_json: bool) -> None:
    """The first complete load: against what the pages alone cost, with HubSpot's limit and without any."""
    scenarios = [("no limit", "none", 1_000_000), ("limit 110/10s", "110/10s", None)]
    chosen = [s for s in scenarios if limited is None or limited == (s[0] != "no limit")]
    with database():
        measured = []
        for name, limit, override in chosen:
            with hubspot(contacts, limit) as (announced, _):
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


def _measure(name: str, contacts: int, announced: dict[str, Any], override: int | None) -> Measured:
    open_database()
    from loanark.connections import actions
    from loanark.connections.models import Connection
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope
    from loanark.tenants.actions import create_tenant

    tenant_id = create_tenant(f"Bench {name} {time.time_ns()}", admin_email="bench@example.com").tenant.id
    actions.connect_static(tenant_id, announced["portals"][0]["static_token"], by="bench")
    from loanark.connections.models import PortalRoute

    with tenant_scope(tenant_id):
        Connection.objects.filter(tenant_id=tenant_id).update(rate_limit_override=override)
    pages, _ = timed(lambda: _read_pages(tenant_id))
    with tenant_scope(tenant_id):
        run_id = runs.approve_unseen(by="bench").id
    seconds, cpu = timed(lambda: _carry_out(tenant_id, run_id))
    PortalRoute.objects.filter(tenant_id=tenant_id).delete()
    most = _most_requests(announced["base_url"])
    return Measured(name, contacts, pages, seconds, contacts / seconds, cpu, seconds / pages, most)


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
