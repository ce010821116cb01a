"""Making organisations and connecting them."""

import os
import sys
from typing import Any
from urllib.parse import quote
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, fail, json_option, show, tenant_option
from loanark.web.config import without_password


@click.group()
def tenant() -> None:
    """Organisations."""


@tenant.command("create")
@click.argument("name")
@click.option("--admin", required=True, metavar="EMAIL", help="The first administrator.")
@json_option
@command
def create(name: str, admin: str, as_json: bool) -> None:
    """Make an organisation with its first administrator, and print how to sign in."""
    boot.django()
    from loanark.tenants.actions import create_tenant

    made = create_tenant(name, admin_email=admin)
    document = {
        "id": str(made.tenant.id),
        "slug": made.tenant.slug,
        "name": made.tenant.name,
        "admin": made.user.email,
        "password": made.password,
        "sql_url": sql_url(made.tenant.id),
    }
    if as_json:
        show(document)
        return
    click.echo(f"Organisation {made.tenant.name} ({made.tenant.slug})")
    click.echo(
        f"Sign in as {made.user.email} " + (f"with the password {made.password}" if made.password else "as before")
    )
    click.echo(f"SQL on its contacts: psql '{document['sql_url']}'")


@tenant.command("members")
@tenant_option
@json_option
@command
def members(name: str, as_json: bool) -> None:
    """List who can enter an organisation, and as what."""
    boot.django()
    from loanark.tenants import members
    from loanark.tenants.access import tenant_by_name, tenant_scope

    organisation = tenant_by_name(name)
    with tenant_scope(organisation.id):
        found = members.listed()
    if as_json:
        show(found)
        return
    for row in found:
        until = f", support until {row['support_until']:%Y-%m-%d %H:%M} UTC" if row["support_until"] else ""
        click.echo(f"{row['email']:40} {row['role'].replace('_', ' ')}{until}")


def sql_url(tenant_id: UUID) -> str:
    """The database's address for another program that works on one organisation's contacts by SQL.

    The session is set to the organisation: row-level security shows its rows, and new ones belong to it. A password is
    left out: what a command prints is kept in many places. Programs take it from PGPASSWORD or ~/.pgpass.
    """
    url = without_password(os.environ["LOANARK_DATABASE_URL"])
    setting = quote(f"-c loanark.tenant_id={tenant_id}")
    return f"{url}{'&' if '?' in url else '?'}options={setting}"


@click.command()
@tenant_option
@click.option("--token-stdin", is_flag=True, required=True, help="Read the static token or service key from stdin.")
@click.option("--requests-per-10s", type=int, help="A limit of your own instead of the one HubSpot's headers tell.")
@json_option
@command
def connect(name: str, token_stdin: bool, requests_per_10s: int | None, as_json: bool) -> None:
    """Connect HubSpot with a static token or service key, read from stdin."""
    boot.django()
    from loanark.connections import actions, queries
    from loanark.connections.models import Connection
    from loanark.tenants.access import tenant_by_name, tenant_scope

    token = sys.stdin.readline().strip()
    if not token:
        fail(
            "no-token", "No token came on stdin. Nothing was changed. Pipe it in: … | loanark connect", as_json=as_json
        )
    organisation = tenant_by_name(name)
    actions.connect_static(organisation.id, token, by=BY)
    with tenant_scope(organisation.id):
        if requests_per_10s:
            Connection.objects.filter(tenant_id=organisation.id).update(rate_limit_override=requests_per_10s)
        document: dict[str, Any] = queries.connection().model_dump(mode="json")
    if as_json:
        show(document)
    else:
        click.echo(f"Connected to HubSpot account {document['portal_id']}.")
