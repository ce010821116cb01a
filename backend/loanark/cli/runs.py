"""Runs from the command line: which there were, what one would do, and stopping one."""

from datetime import datetime
from typing import Any
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, json_option, show, tenant_option

#: So many contacts of a plan are told to people; a script gets all it did not limit.
TOLD = 50

#: Pages of a plan, as they are read.
PAGE = 200

ACTIONS = ("create", "match", "update", "delete", "restore", "close", "nothing")
STATES = ("planned", "done", "changed", "unneeded", "skipped", "failed")


@click.command()
@tenant_option
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@json_option
@command
def runs(name: str, limit: int, as_json: bool) -> None:
    """The runs there were, newest first."""
    boot.django()
    from loanark.sync import runs as kept
    from loanark.tenants.access import tenant_by_name, tenant_scope

    with tenant_scope(tenant_by_name(name).id):
        page = kept.page(cursor=None, limit=limit)
    if as_json:
        show(page.model_dump(mode="json"))
        return
    if not page.items:
        click.echo("There was no run yet. Start one: loanark sync --tenant … --full --preview")
    for run in page.items:
        click.echo(
            f"{run.id}: {run.kind} {run.status}, {when(run.created_at)}, by {run.trigger}. {counted(run)}".strip()
        )
        if run.reason:
            click.echo(f"  {run.reason}")


def when(moment: datetime) -> str:
    """A moment, for people."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def counted(run: Any) -> str:
    """What a run counted, for people."""
    counts = run.counts.model_dump()
    return ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items() if count)


@click.command()
@tenant_option
@click.argument("run_id", metavar="RUN", type=int)
@json_option
@command
def cancel(name: str, run_id: int, as_json: bool) -> None:
    """Stop a run, or drop one that waits. What it did until then stays."""
    boot.django()
    from loanark.sync import runs as kept
    from loanark.tenants.access import tenant_by_name, tenant_scope

    with tenant_scope(tenant_by_name(name).id):
        run = kept.cancel(run_id, by=BY)
    show(run.model_dump(mode="json")) if as_json else click.echo(f"{run.kind} {run.id}: {run.status}. {run.reason}")


@click.command()
@tenant_option
@click.argument("run_id", metavar="[RUN]", type=int, required=False)
@click.option(
    "--contact", "contact_id", type=click.UUID, help="Instead of a run: what a look at this contact would do."
)
@click.option("--action", type=click.Choice(ACTIONS), help="Only these.")
@click.option("--state", type=click.Choice(STATES), help="Only what this became of.")
@click.option("--limit", type=click.IntRange(1), help=f"So many contacts; {TOLD} without --json, all with it.")
@json_option
@command
def plan(
    name: str,
    run_id: int | None,
    contact_id: UUID | None,
    action: str | None,
    state: str | None,
    limit: int | None,
    as_json: bool,
) -> None:
    """What a preview or an undo would do, contact by contact; or a dry run of one contact. Changes nothing."""
    if (run_id is None) == (contact_id is None):
        raise click.UsageError("Name a RUN, or a --contact.")
    if contact_id is not None and (action or state or limit):
        raise click.UsageError("--action, --state and --limit choose from a run's plan.")
    boot.django()
    from loanark.tenants.access import tenant_by_name

    tenant_id = tenant_by_name(name).id
    if contact_id is not None:
        _plan_contact(tenant_id, contact_id, as_json)
    elif run_id is not None:
        document = _plan_of(tenant_id, run_id, action, state, limit or (None if as_json else TOLD))
        show(document) if as_json else _tell(document)


def _plan_contact(tenant_id: UUID, contact_id: UUID, as_json: bool) -> None:
    from loanark.sync import dry_run

    found = dry_run.plan_contact(tenant_id, contact_id)
    show(found.model_dump(mode="json")) if as_json else click.echo(found.sentence)


def _plan_of(tenant_id: UUID, run_id: int, action: str | None, state: str | None, limit: int | None) -> dict[str, Any]:
    from loanark.sync import plans
    from loanark.tenants.access import tenant_scope

    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        wanted = PAGE if limit is None else min(PAGE, limit - len(items))
        with tenant_scope(tenant_id):
            page = plans.page(run_id, action=action, state=state, cursor=cursor, limit=wanted)
        items += [row.model_dump(mode="json") for row in page.items]
        cursor = page.next_cursor
        if cursor is None or len(items) == limit:
            totals = [total.model_dump(mode="json") for total in page.totals]
            return {"run_id": page.run_id, "totals": totals, "items": items, "next_cursor": cursor}


def _tell(document: dict[str, Any]) -> None:
    for total in document["totals"]:
        where = f" in {_SIDES[total['side']]}" if total["side"] else ""
        click.echo(f"{total['count']:,} {total['action']}{where}: {total['state']}")
    for row in document["items"]:
        where = f" in {_SIDES[row['side']]}" if row["side"] else ""
        email = f" <{row['email']}>" if row["email"] and row["email"] != row["name"] else ""
        parts = ", ".join(filter(None, map(_part, row["operations"])))
        why = f" ({row['reason']})" if row["reason"] else ""
        click.echo(f"  {row['name']}{email}: {row['action']}{where}{why}")
        if parts:
            click.echo(f"    {parts}")
        if row["outcome"]:
            click.echo(f"    {row['state']}: {row['outcome']}")
    if document["next_cursor"]:
        click.echo("  … there are more: --limit shows them, --json all.")


_SIDES = {"hubspot": "HubSpot", "loanark": "LoanArk"}


def _part(operation: dict[str, Any]) -> str:
    label = operation["label"]
    match operation["kind"]:
        case "write":
            before, after = operation["before"] or "nothing", operation["after"] or "nothing"
            return f"{label}: {before!r} → {after!r} in {_SIDES[operation['side']]}"
        case "conflict":
            return f"{label}: HubSpot {operation['hubspot']!r}, LoanArk {operation['loanark']!r}"
        case "reject":
            return f"{label}: {operation['reason']}" if label else str(operation["reason"])
    return ""
