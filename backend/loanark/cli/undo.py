"""Undo from the command line: a run, a person's or program's changes, or one change."""

from datetime import UTC, datetime
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, json_option, show, tenant_option


def _moment(context: click.Context, parameter: click.Parameter, text: str | None) -> datetime | None:
    """An ISO 8601 date or time; without an offset it is UTC."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time (expected 2026-11-26, or 2026-11-26T09:30).") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@click.command()
@tenant_option
@click.option("--run", "run_id", type=int, metavar="RUN", help="Everything this run changed.")
@click.option("--change", "change_id", type=int, metavar="ID", help="One change, at once.")
@click.option(
    "--since", callback=_moment, metavar="TIME", help="Changes from this time on (UTC, unless it says otherwise)."
)
@click.option("--until", callback=_moment, metavar="TIME", help="With --since: up to this time.")
@click.option("--actor", help="With --since: only those of this person, or of the program of this name.")
@click.option("--field", help="With --since: only what happened to this field.")
@click.option("--yes", is_flag=True, help="Approve unseen.")
@click.option("--wait", is_flag=True, help="Until it is done on both sides; does the work itself if no worker lives.")
@json_option
@command
def undo(
    name: str,
    run_id: int | None,
    change_id: int | None,
    since: datetime | None,
    until: datetime | None,
    actor: str | None,
    field: str | None,
    yes: bool,
    wait: bool,
    as_json: bool,
) -> None:
    """Put back what was changed, where it still stands so. Prints the plan's size and waits for approval; see --yes.

    What it would do, contact by contact: loanark plan --tenant … RUN
    """
    if sum(one is not None for one in (run_id, change_id, since)) != 1:
        raise click.UsageError("Choose one of --run, --change and --since.")
    if since is None and (until or actor or field):
        raise click.UsageError("--until, --actor and --field belong to --since.")
    boot.django()
    from loanark.tenants.access import tenant_by_name

    tenant_id = tenant_by_name(name).id
    if change_id is not None:
        _undo_change(tenant_id, change_id, wait=wait, as_json=as_json)
        return
    _undo_run(
        tenant_id, _start(tenant_id, run_id, since, until, actor, field, yes), yes=yes, wait=wait, as_json=as_json
    )


def _undo_change(tenant_id: UUID, change_id: int, *, wait: bool, as_json: bool) -> None:
    from loanark.cli.syncing import acting, catch_up
    from loanark.contacts import undo as changes

    with acting(tenant_id) as scope:
        contact_id = changes.change_by_id(change_id)
        changes.undo_change(scope, contact_id, change_id)
    if wait:
        catch_up(tenant_id, wait=True, as_json=as_json)
    done = {"change_id": change_id, "contact_id": str(contact_id), "undone": True}
    show(done) if as_json else click.echo(f"Change {change_id} of contact {contact_id} is undone.")


def _start(
    tenant_id: UUID,
    run_id: int | None,
    since: datetime | None,
    until: datetime | None,
    actor: str | None,
    field: str | None,
    approve: bool,
) -> int:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        if run_id is not None:
            return runs.undo_run(run_id, by=BY, approve=approve).id
        assert since is not None
        started = runs.undo_changes(since=since, until=until, actor=actor, field=field, by=BY, approve=approve)
        return started.id


def _undo_run(tenant_id: UUID, run_id: int, *, yes: bool, wait: bool, as_json: bool) -> None:
    from loanark.cli.syncing import catch_up, report_run, wait_for_run

    # Without an approval there is a plan to wait for, as with a preview.
    if wait or not yes:
        wait_for_run(tenant_id, run_id, as_json=as_json)
    if wait and yes:
        catch_up(tenant_id, wait=True, as_json=as_json)
    report_run(tenant_id, run_id, waited=wait, as_json=as_json)
