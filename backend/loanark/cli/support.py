"""People of the vendor's support. They enter an organisation only when its administrator lets them in."""

import click

from loanark.cli import boot
from loanark.cli.output import command, json_option, show


@click.group()
def support() -> None:
    """People of the vendor, whom administrators may let in for a while."""


@support.command("add")
@click.argument("email")
@json_option
@command
def add(email: str, as_json: bool) -> None:
    """Make somebody a person of support. They may enter nothing by that."""
    boot.django()
    from loanark.tenants.actions import make_supporter

    user, password = make_supporter(email)
    if as_json:
        show({"email": user.email, "password": password})
        return
    click.echo(f"{user.email} is of support, and signs in " + (f"with {password}" if password else "as before"))
    click.echo("An administrator lets them in on the page Settings of an organisation.")


@support.command("remove")
@click.argument("email")
@json_option
@command
def remove(email: str, as_json: bool) -> None:
    """End it: whatever they were let into ends at once."""
    boot.django()
    from loanark.tenants.actions import end_supporter

    ended = end_supporter(email)
    if as_json:
        show({"email": email, "ended": ended})
    else:
        click.echo(f"{email} is of support no more. Access ended: {ended}.")
