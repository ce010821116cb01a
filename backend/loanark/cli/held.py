"""What the brakes hold, from the command line."""

from typing import Any

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, json_option, show, tenant_option

group_argument = click.argument("group", type=int, metavar="GROUP")


@click.group()
def held() -> None:
    """Deletions, clears and creates that wait for a person."""


@held.command("list")
@tenant_option
@json_option
@command
def list_held(name: str, as_json: bool) -> None:
    """The groups that wait, and the last ones that somebody decided."""
    boot.django()
    from loanark.sync import held as groups
    from loanark.tenants.access import tenant_by_name, tenant_scope

    with tenant_scope(tenant_by_name(name).id):
        found = groups.listed()
    if as_json:
        show(found.model_dump(mode="json"))
        return
    if not found.waiting:
        click.echo("Nothing is held.")
    for group in found.waiting:
        click.echo(f"{group.id}: {group.title}, since {group.since:%Y-%m-%d %H:%M} UTC. {group.detail}")
        for operation in group.operations:
            what = f"{operation.label or operation.field} {operation.before!r}, " if operation.field else ""
            click.echo(f"  {operation.name} ({operation.contact_id or operation.hubspot_id}): {what}{operation.reason}")


@held.command()
@tenant_option
@group_argument
@json_option
@command
def approve(name: str, group: int, as_json: bool) -> None:
    """Let a group be carried out. Each contact is looked at again first."""
    _decide("approve", name, group, as_json)


@held.command()
@tenant_option
@group_argument
@json_option
@command
def reject(name: str, group: int, as_json: bool) -> None:
    """Put the other side back: deleted contacts are made again, cleared values are filled again."""
    _decide("reject", name, group, as_json)


def _decide(what: str, name: str, group: int, as_json: bool) -> None:
    boot.django()
    from loanark.sync import held as groups
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant = tenant_by_name(name)
    decision: Any = {"approve": groups.approve, "reject": groups.reject}[what]
    with tenant_scope(tenant.id):
        decided = decision(tenant.id, group, by=BY)
    if as_json:
        show(decided.model_dump(mode="json"))
    else:
        click.echo(f"{decided.title}: {decided.state}. The worker carries it out.")
