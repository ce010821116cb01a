"""The fields of contacts: LoanArk's own, and those that an organisation defines."""

from typing import Any
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, json_option, show, tenant_option
from loanark.core.values import Kind


@click.group()
def fields() -> None:
    """Fields of contacts: LoanArk's own, and an organisation's."""


@fields.command("list")
@tenant_option
@json_option
@command
def list_fields(name: str, as_json: bool) -> None:
    """All fields: LoanArk's own, then the organisation's, archived ones included."""
    boot.django()
    from loanark.connections.fields import definitions
    from loanark.tenants.access import tenant_by_name, tenant_scope

    with tenant_scope(tenant_by_name(name).id):
        found = [field.model_dump(mode="json") for field in definitions()]
    if as_json:
        show({"fields": found})
        return
    for field in found:
        click.echo(_line(field))


@fields.command("add")
@click.argument("field")
@tenant_option
@click.option("--label", default="", help="What screens call it; without one, its name.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), default="text", show_default=True)
@click.option("--option", "options", multiple=True, metavar="VALUE[=LABEL]", help="For enum and enum_set, repeated.")
@json_option
@command
def add(field: str, name: str, label: str, kind: str, options: tuple[str, ...], as_json: bool) -> None:
    """Define a field of the organisation's own. Its name and kind stay for good."""
    boot.django()
    from loanark.connections import definitions
    from loanark.core.fields import Option
    from loanark.tenants.access import tenant_by_name, tenant_scope

    organisation = tenant_by_name(name)
    parts = [option.partition("=") for option in options]
    chosen = [Option(value, shown) for value, _, shown in parts]
    with tenant_scope(organisation.id, actor=BY, cause="user"):
        definitions.define(_scope(organisation.id, organisation.slug), field, label, Kind(kind), chosen)
        _say(field, as_json)


@fields.command("archive")
@click.argument("field")
@tenant_option
@click.option("--bring-back", is_flag=True, help="Make an archived field one like the others again.")
@json_option
@command
def archive(field: str, name: str, bring_back: bool, as_json: bool) -> None:
    """Put a field of the organisation's own away. Its values and history stay, and it can be brought back."""
    boot.django()
    from loanark.connections import definitions
    from loanark.tenants.access import tenant_by_name, tenant_scope

    organisation = tenant_by_name(name)
    with tenant_scope(organisation.id, actor=BY, cause="user"):
        change = definitions.bring_back if bring_back else definitions.archive
        change(_scope(organisation.id, organisation.slug), field)
        _say(field, as_json)


def _scope(tenant_id: UUID, slug: str) -> Any:
    from loanark.tenants.access import Scope
    from loanark.tenants.models import Role
    from loanark.tenants.permissions import OF_ROLE

    return Scope(tenant_id, slug, Role.ADMINISTRATOR, 0, BY, OF_ROLE[Role.ADMINISTRATOR])


def _say(name: str, as_json: bool) -> None:
    from loanark.connections.fields import definition

    field = definition(name).model_dump(mode="json")
    if as_json:
        show(field)
    else:
        click.echo(_line(field))


def _line(field: dict[str, Any]) -> str:
    marks = ["custom"] if field["custom"] else []
    marks += ["archived"] if field["archived_at"] else []
    marks += [f"HubSpot: {field['property']}"] if field["property"] else []
    options = " (" + ", ".join(option["value"] for option in field["options"]) + ")" if field["options"] else ""
    return f"{field['name']:28} {field['kind']:9} {field['label']}{options}" + (
        f"  [{'; '.join(marks)}]" if marks else ""
    )
