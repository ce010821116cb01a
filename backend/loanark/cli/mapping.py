"""The mapping from scripts: look at it, change it, keep it as a document, make LoanArk's properties in HubSpot."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson

from loanark.cli import boot
from loanark.cli.output import BY, PARTLY_DONE, command, json_option, show, tenant_option


@click.group()
def mapping() -> None:
    """Which field meets which HubSpot property, and by what rules."""


def _tenant(name: str) -> UUID:
    boot.django()
    from loanark.tenants.access import tenant_by_name

    found: UUID = tenant_by_name(name).id
    return found


def _mapping(tenant_id: UUID) -> dict[str, Any]:
    from loanark.connections import queries
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        return queries.mapping().model_dump(mode="json")


@contextmanager
def _naming_errors() -> Iterator[None]:
    """A command has one sentence to say what is wrong: each wrong part goes into it."""
    from loanark.kit.errors import Invalid

    try:
        yield
    except Invalid as error:
        named = " ".join(f"{part}: {reason}" for part, reason in error.errors.items())
        raise Invalid(f"{error.detail} {named}".rstrip(), errors=error.errors) from error


def _changed(tenant_id: UUID, version: int, as_json: bool) -> None:
    """Workers go on with it at once."""
    from loanark.connections import actions
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        actions.wake(tenant_id)
    if as_json:
        show(_mapping(tenant_id))
    else:
        click.echo(f"The mapping is version {version}. Every contact is compared anew, by itself.")


@mapping.command("show")
@tenant_option
@json_option
@command
def show_(name: str, as_json: bool) -> None:
    """The mapping in force, and the fields that rest or meet no property."""
    document = _mapping(_tenant(name))
    if as_json:
        show(document)
        return
    click.echo(f"Version {document['version']}, {document['property_count']} HubSpot properties")
    for row in document["fields"]:
        transform = f" {orjson.dumps(row['transform']).decode()}" if row["transform"] else ""
        click.echo(f"  {row['field']} = {row['property']}: {row['direction']}, {row['policy']}{transform}")
        if row["paused"]:
            click.echo(f"    rests: {row['paused']}")
    for row in document["unmapped"]:
        click.echo(f"  {row['field']}: {row['reason']}")


@mapping.command("set")
@tenant_option
@click.argument("field")
@click.option(
    "--property", "property_name", help="The HubSpot property. With it, a field that is not mapped is mapped."
)
@click.option("--direction", type=click.Choice(["both", "to_loanark", "to_hubspot"]))
@click.option("--policy", type=click.Choice(["hubspot", "loanark", "newest", "union", "ask"]))
@click.option("--blank-may-overwrite/--blank-may-not-overwrite", "blank", default=None)
@click.option("--transform", metavar="JSON", help='For example {"kind": "case", "to": "title"}; null for none.')
@click.option("--unmap", is_flag=True, help="Take the field out; both sides keep their values.")
@json_option
@command
def set_(
    name: str,
    field: str,
    property_name: str | None,
    direction: str | None,
    policy: str | None,
    blank: bool | None,
    transform: str | None,
    unmap: bool,
    as_json: bool,
) -> None:
    """Change one field's rule: what is not named stays."""
    named = {
        "property": property_name,
        "direction": direction,
        "policy": policy,
        "blank_may_overwrite": blank,
    }
    changed: dict[str, Any] = {part: value for part, value in named.items() if value is not None}
    if transform is not None:
        try:
            changed["transform"] = orjson.loads(transform)
        except orjson.JSONDecodeError as error:
            raise click.UsageError(f"--transform is not JSON: {error}") from None
    if bool(changed) == unmap:
        raise click.UsageError("Name what is to change, or --unmap.")
    tenant_id = _tenant(name)
    from loanark.connections import changes
    from loanark.connections import mapping as mappings
    from loanark.tenants.access import tenant_scope

    with _naming_errors(), tenant_scope(tenant_id):
        if unmap:
            version = changes.remove_field(tenant_id, field, by=BY)
        elif field not in mappings.chosen(tenant_id) and property_name:
            version = changes.add_field(tenant_id, {"field": field, **changed}, by=BY)
        else:
            version = changes.change_field(tenant_id, field, changed, by=BY)
    _changed(tenant_id, version, as_json)


@mapping.command("export")
@tenant_option
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="A file instead of stdout.")
@json_option
@command
def export(name: str, output: str | None, as_json: bool) -> None:
    """The mapping as YAML; with --json, the document within one JSON object."""
    tenant_id = _tenant(name)
    from loanark.connections import changes, queries
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        text, version = changes.to_yaml(tenant_id), queries.mapping().version
    if output:
        Path(output).write_text(text, encoding="utf-8")
    if as_json:
        show({"version": version, "yaml": text, "output": output})
    elif not output:
        click.echo(text, nl=False)


@mapping.command("import")
@tenant_option
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--note", default="", help="Why, for the version's entry.")
@json_option
@command
def import_(name: str, file: Any, note: str, as_json: bool) -> None:
    """Make a YAML document (- for stdin) the mapping. What it does not name is not mapped any more."""
    text = file.read()
    tenant_id = _tenant(name)
    from loanark.connections import changes
    from loanark.tenants.access import tenant_scope

    with _naming_errors(), tenant_scope(tenant_id):
        version = changes.from_yaml(tenant_id, text, by=BY, note=note)
    _changed(tenant_id, version, as_json)


@mapping.command("versions")
@tenant_option
@click.option("--diff", nargs=2, type=int, metavar="A B", help="What version B maps differently from A.")
@json_option
@command
def versions(name: str, diff: tuple[int, int] | None, as_json: bool) -> None:
    """Every version, the newest first; or the difference between two."""
    tenant_id = _tenant(name)
    from loanark.connections import changes
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        if diff:
            found = changes.diff(*diff).model_dump(mode="json")
        else:
            found = {"versions": [row.model_dump(mode="json") for row in changes.versions()]}
    if as_json:
        show(found)
    elif diff:
        for row in found["differences"]:
            click.echo(f"{row['field']}: {_rule(row['before'])} -> {_rule(row['after'])}")
    else:
        for row in found["versions"]:
            current = ", in force" if row["current"] else ""
            click.echo(f"{row['version']}: {row['at']} by {row['by']}, {row['fields']} fields{current}. {row['note']}")


def _rule(row: dict[str, Any] | None) -> str:
    if row is None:
        return "not mapped"
    parts = ("property", "direction", "policy", "blank_may_overwrite", "transform", "paused")
    return ", ".join(f"{part} {row[part]}" for part in parts if row.get(part) is not None)


@mapping.command("restore")
@tenant_option
@click.argument("version", type=int)
@json_option
@command
def restore(name: str, version: int, as_json: bool) -> None:
    """Make an old version the newest."""
    tenant_id = _tenant(name)
    from loanark.connections import changes
    from loanark.tenants.access import tenant_scope

    with _naming_errors(), tenant_scope(tenant_id):
        newest = changes.restore(tenant_id, version, by=BY)
    _changed(tenant_id, newest, as_json)


@mapping.command("refresh")
@tenant_option
@json_option
@command
def refresh(name: str, as_json: bool) -> None:
    """Read the HubSpot account's properties now; fields rest or go on as they find them."""
    tenant_id = _tenant(name)
    from loanark.connections import actions

    notes = actions.refresh(tenant_id)
    if as_json:
        show({"notes": notes, **_mapping(tenant_id)})
        return
    for note in notes or ["Nothing changed."]:
        click.echo(note)


@mapping.command("create-properties")
@tenant_option
@click.argument("names", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that are missing.")
@json_option
@command
def create_properties(name: str, names: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Make LoanArk's properties in HubSpot, by name. Without names: list what is missing, and make nothing."""
    tenant_id = _tenant(name)
    from loanark.connections import actions, queries
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        missing = queries.missing()
    if not names and not everything:
        if as_json:
            show(missing.model_dump(mode="json"))
            return
        for lacking in missing.properties:
            click.echo(f"{lacking.name}: {lacking.label}, {lacking.type}{', unique' if lacking.unique else ''}")
        for scope in missing.missing_scopes:
            click.echo(f"HubSpot did not grant {scope}, which making them takes.", err=True)
        return
    agreed = [one.name for one in missing.properties] if everything else list(names)
    with _naming_errors():
        made = actions.create_properties(tenant_id, agreed)
    if as_json:
        results = [{"name": one.name, "outcome": one.outcome, "reason": one.reason} for one in made]
        show({"results": results})
    else:
        for one in made:
            click.echo(f"{one.name}: {one.outcome}{f'. {one.reason}' if one.reason else ''}")
    if any(one.outcome == "refused" for one in made):
        sys.exit(PARTLY_DONE)
