"""How an organisation wants its sync, and pause and resume, from the command line."""

from dataclasses import asdict
from datetime import time
from typing import Any
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, json_option, show, tenant_option

keep_or_follow = click.Choice(["follow", "keep"])


class Count(click.ParamType[int | str]):
    """A whole number, or off."""

    name = "count"

    def convert(self, value: Any, param: click.Parameter | None, context: click.Context | None) -> int | str:
        if value == "off":
            return "off"
        if not str(value).isdigit():
            self.fail(f"{value!r} is neither a whole number nor off.", param, context)
        return int(value)


class Hours(click.ParamType[tuple[time | None, time | None]]):
    """A part of the day, such as 08:00-18:00, or off."""

    name = "from-until"

    def convert(
        self, value: Any, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[time | None, time | None]:
        if value == "off":
            return None, None
        try:
            start, end = (time.fromisoformat(part.strip()) for part in str(value).split("-"))
        except ValueError:
            self.fail(f"{value!r} is neither two times of the day, such as 08:00-18:00, nor off.", param, context)
        return start, end


@click.group()
def settings() -> None:
    """First match, deletions, brakes, schedule."""


@settings.command("show")
@tenant_option
@json_option
@command
def show_settings(name: str, as_json: bool) -> None:
    """The settings in force."""
    boot.django()
    from loanark.connections import settings as sync_settings
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant = tenant_by_name(name)
    with tenant_scope(tenant.id):
        _tell(sync_settings.load(), as_json=as_json)


@settings.command("set")
@tenant_option
@click.option("--first-match", type=click.Choice(["hubspot", "loanark"]), help="Whose value stays at a first meeting.")
@click.option("--deletes-in-hubspot", type=keep_or_follow, help="Delete in LoanArk as well, or keep.")
@click.option("--deletes-in-loanark", type=keep_or_follow, help="Delete in HubSpot as well, or keep.")
@click.option("--brake-floor", type=int, help="So many deletions or clears an hour always pass.")
@click.option("--brake-share", type=float, help="And this share of the linked contacts: 0.005 is one in two hundred.")
@click.option("--brake-creates", type=Count(), help="More new contacts an hour than this wait; off: any number.")
@click.option("--sweep-every-hours", type=int, help="A complete comparison by itself; 0: never.")
@click.option(
    "--sweep-cron", help="Or at these times, in the account's time zone: '0 2 * * *' is every day at 02:00; off: none."
)
@click.option(
    "--quiet-hours", type=Hours(), help="None begins within, in the account's time zone: 08:00-18:00, or off."
)
@json_option
@command
def set_settings(name: str, as_json: bool, **asked: Any) -> None:
    """Changes what is named, and leaves the rest."""
    boot.django()
    from loanark.connections import settings as sync_settings
    from loanark.core.mapping import Side
    from loanark.tenants.access import tenant_by_name, tenant_scope

    choices = {name: value for name, value in asked.items() if value is not None}
    if (quiet := choices.pop("quiet_hours", None)) is not None:
        choices["quiet_from"], choices["quiet_until"] = quiet
    choices |= {name: None for name in ("brake_creates", "sweep_cron") if choices.get(name) == "off"}
    if "first_match" in choices:
        choices["first_match"] = Side(choices["first_match"])
    if not choices:
        raise click.UsageError("Name a setting to change; see --help.")
    tenant = tenant_by_name(name)
    with tenant_scope(tenant.id):
        _tell(sync_settings.change(tenant.id, choices, by=BY), as_json=as_json)


@click.command()
@tenant_option
@click.option("--reason", default="", help="Shown to everybody while the sync is paused.")
@json_option
@command
def pause(name: str, reason: str, as_json: bool) -> None:
    """Stop the sync until somebody resumes it: nothing is read from HubSpot or written there, and changes wait."""
    _halt(name, as_json, halted=True, reason=reason)


@click.command()
@tenant_option
@json_option
@command
def resume(name: str, as_json: bool) -> None:
    """Let a paused sync go on. Everything that changed meanwhile is caught up."""
    _halt(name, as_json, halted=False)


def _halt(name: str, as_json: bool, *, halted: bool, reason: str = "") -> None:
    boot.django()
    from loanark.connections import settings as sync_settings
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant = tenant_by_name(name)
    with tenant_scope(tenant.id):
        found = _halted(tenant.id, reason) if halted else sync_settings.resume(tenant.id)
    if as_json:
        _tell(found, as_json=True)
    elif found.halt:
        why = f": {found.halt.reason}" if found.halt.reason else "."
        click.echo(f"{tenant.name}: paused by {found.halt.by} since {found.halt.at:%Y-%m-%d %H:%M} UTC{why}")
    else:
        click.echo(f"{tenant.name}: the sync goes on.")


def _halted(tenant_id: UUID, reason: str) -> Any:
    from loanark.connections import settings as sync_settings

    return sync_settings.halt(tenant_id, by=BY, reason=reason)


def _tell(found: Any, *, as_json: bool) -> None:
    document = asdict(found)
    document.pop("sweep_cron_since")
    document["paused"] = document.pop("halt")
    if as_json:
        show(document)
        return
    for key, value in document.items():
        said = "off" if value is None else f"{value['by']}, {value['at']}" if isinstance(value, dict) else value
        click.echo(f"{key.replace('_', ' ')}: {said}")
    click.echo(f"complete comparisons: {found.schedule.words()}")
