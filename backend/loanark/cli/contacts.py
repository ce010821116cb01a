"""Contacts in bulk."""

import sys
from functools import partial
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, json_option, show, tenant_option


@click.group()
def contacts() -> None:
    """Contacts in bulk."""


@contacts.command("export")
@tenant_option
@click.option("--format", "form", type=click.Choice(["ndjson", "csv"]), default="ndjson", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="A file instead of stdout.")
@json_option
@command
def export(name: str, form: str, output: str | None, as_json: bool) -> None:
    """One flat object a contact: id, hubspot_id, then the fields by their names, custom ones last.

    With --json: a count at the end.
    """
    boot.django()
    from loanark.contacts import exports, queries
    from loanark.contacts.schemas import ContactFilters, MatchingContacts
    from loanark.tenants.access import tenant_by_name, tenant_scope

    organisation = tenant_by_name(name)
    opening = partial(tenant_scope, organisation.id)
    with opening():
        everybody = MatchingContacts(filters=ContactFilters())
        text = exports.begin(everybody, queries.every_column(), form, opening)
    target = open(output, "w", encoding="utf-8", newline="") if output else sys.stdout  # noqa: SIM115  stdout stays open
    exported = -1 if form == "csv" else 0  # its first line names the columns
    for line in text:
        target.write(line)
        exported += 1
    target.flush()
    if as_json and output:
        show({"exported": exported, "output": output})


@contacts.command("erase")
@tenant_option
@click.option("--contact", "contact_id", required=True, type=click.UUID, metavar="ID", help="The LoanArk contact's id.")
@click.option("--yes", is_flag=True, help="It cannot be undone: without --yes nothing is done.")
@json_option
@command
def erase(name: str, contact_id: UUID, yes: bool, as_json: bool) -> None:
    """Erase a person for privacy: in HubSpot, and every value here, history included."""
    if not yes:
        raise click.UsageError("Erasing cannot be undone, here or in HubSpot. Say --yes to do it.")
    boot.django()
    from loanark.contacts import erasure
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant = tenant_by_name(name)
    with tenant_scope(tenant.id, actor=BY, cause="user", side="loanark"):
        done = erasure.ask(tenant.id, contact_id, by=BY)
    detail = erasure.DONE if done else erasure.ORDERED
    show({"contact_id": str(contact_id), "done": done, "detail": detail}) if as_json else click.echo(detail)
