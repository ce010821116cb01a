"""Contacts in bulk."""

import csv
import sys
from collections.abc import Callable
from typing import TextIO

import click
import orjson

from loanark.cli import boot
from loanark.cli.output import command, json_option, show

Row = dict[str, str | None]


@click.group()
def contacts() -> None:
    """Contacts in bulk."""


@contacts.command("export")
@click.option("--tenant", "name", required=True, help="The organisation's name or slug.")
@click.option("--format", "form", type=click.Choice(["ndjson", "csv"]), default="ndjson", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="A file instead of stdout.")
@json_option
@command
def export(name: str, form: str, output: str | None, as_json: bool) -> None:
    """One flat object a contact: id, hubspot_id, then the fields by their names. With --json: a count at the end."""
    boot.django()
    from loanark.contacts import queries
    from loanark.core.fields import NAMES
    from loanark.tenants.access import tenant_by_name, tenant_scope

    organisation = tenant_by_name(name)
    target = open(output, "w", encoding="utf-8", newline="") if output else sys.stdout  # noqa: SIM115  stdout stays open
    exported = 0
    with tenant_scope(organisation.id):
        write = _csv(target, ["id", "hubspot_id", *NAMES]) if form == "csv" else _ndjson(target)
        for row in queries.export():
            write(row)
            exported += 1
    target.flush()
    if as_json and output:
        show({"exported": exported, "output": output})


def _csv(target: TextIO, columns: list[str]) -> Callable[[Row], object]:
    writer = csv.DictWriter(target, columns)
    writer.writeheader()
    return writer.writerow


def _ndjson(target: TextIO) -> Callable[[Row], object]:
    return lambda row: target.write(orjson.dumps(row).decode() + "\n")
