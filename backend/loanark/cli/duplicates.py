"""Duplicates from the command line: finding them, listing them, merging, and taking a merge back."""

import time
from typing import Any
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import BY, command, fail, json_option, note, show, tenant_option
from loanark.cli.syncing import PATIENCE_SECONDS, acting

KINDS = ("email", "phone", "birth", "address", "identifier", "name", "hubspot")

#: Groups are read so many at a time.
_PAGE = 50
_TOLD_EVERY_SECONDS = 2.0


@click.group()
def duplicates() -> None:
    """Contacts that may be one person."""


@duplicates.command("find")
@tenant_option
@click.option("--wait", is_flag=True, help="Until the whole book is searched; does the work itself.")
@json_option
@command
def find(name: str, wait: bool, as_json: bool) -> None:
    """Search the whole book anew, or go on with the search that is under way. Nothing is merged by it."""
    boot.django()
    from loanark.duplicates import queries, scan
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant_id = tenant_by_name(name).id
    with acting(tenant_id):
        running = scan.start(tenant_id, by=BY)
    if wait:
        _wait(tenant_id, running.id, as_json=as_json)
    with tenant_scope(tenant_id):
        told = queries.scan_out(scan.get(running.id))
        open_pairs = queries.summary().open
    if as_json:
        show({**told.model_dump(mode="json"), "open": open_pairs})
    elif told.status == "done":
        waiting = "1 pair waits" if open_pairs == 1 else f"{open_pairs:,} pairs wait"
        click.echo(f"Searched {told.total:,} contacts. {waiting} for a decision whether they are one person.")
        click.echo("See them with: loanark duplicates list --tenant …")
    else:
        click.echo(f"Search {told.id}: {told.status}. It goes on in the background; --wait carries it out here.")
    if wait and told.status != "done":
        raise SystemExit(1)


def _wait(tenant_id: UUID, scan_id: int, *, as_json: bool) -> None:
    """Carries the search out page by page, beside any worker that does so too."""
    from loanark.duplicates import scan
    from loanark.tenants.access import tenant_scope

    said, moved_at, last = 0.0, time.monotonic(), object()
    while True:
        moved = scan.step(tenant_id)
        with tenant_scope(tenant_id):
            now = scan.get(scan_id)
        if now.status != "running":
            return
        if (now.phase, now.done) != last:
            moved_at, last = time.monotonic(), (now.phase, now.done)
        if time.monotonic() - moved_at > PATIENCE_SECONDS:
            fail("no-progress", "Nothing moves. Start again and it goes on from there.", as_json=as_json)
        if time.monotonic() - said > _TOLD_EVERY_SECONDS:
            said = time.monotonic()
            doing = "reading names" if now.phase == "keys" else "comparing"
            note(f"search {now.id}: {doing}, {now.done:,} of {now.total:,} contacts, {now.found:,} found")
        if not moved:
            time.sleep(0.25)


@duplicates.command("list")
@tenant_option
@click.option("--least", type=float, help="At least so many bits; 0 is as likely as not.")
@click.option("--kind", type=click.Choice(KINDS), help="What speaks for it beside the names.")
@click.option("--certain", is_flag=True, help="Only what could be merged without a person.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1))
@json_option
@command
def list_(name: str, least: float | None, kind: Any, certain: bool, limit: int, as_json: bool) -> None:
    """Groups of contacts that may be one person, the most likely first, with the reasons."""
    boot.django()
    from loanark.duplicates import queries
    from loanark.duplicates.schemas import GroupFilters
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant_id = tenant_by_name(name).id
    filters = GroupFilters(least=least, kind=kind, certain=True if certain else None)
    groups: list[dict[str, Any]] = []
    cursor = None
    while True:
        with tenant_scope(tenant_id):
            page = queries.page(filters, cursor=cursor, limit=min(_PAGE, limit - len(groups)))
        groups += [group.model_dump(mode="json") for group in page.groups]
        cursor = page.next_cursor
        if cursor is None or len(groups) >= limit:
            break
    if as_json:
        show({"groups": groups, "total": page.total, "next_cursor": cursor})
        return
    if not groups:
        click.echo("Nobody seems to be there twice. Search the book anew with: loanark duplicates find --tenant …")
    for group in groups:
        _tell(group)
    if cursor:
        click.echo(f"… {page.total:,} groups altogether: --limit shows more.")


def _tell(group: dict[str, Any]) -> None:
    best = group["pairs"][0]
    sure = "certain" if group["certain"] else f"{best['likelihood']:.0%} likely"
    click.echo(f"{group['id']}: {len(group['members'])} contacts, {sure}, {best['posterior']:.1f} bits")
    for member in group["members"]:
        email = member["values"].get("email")
        click.echo(f"  {member['key']}  {member['name']}{f' <{email}>' if email and email != member['name'] else ''}")
    for reason in best["reasons"]:
        click.echo(f"    {reason['bits']:+6.1f}  {reason['label']}: {reason['words']}")


@duplicates.command("merge")
@tenant_option
@click.argument("members", nargs=-1, required=True, metavar="CONTACT CONTACT…")
@click.option("--survivor", metavar="CONTACT", help="Who lives on; without it the rules choose.")
@json_option
@command
def merge(name: str, members: tuple[str, ...], survivor: str | None, as_json: bool) -> None:
    """Merge contacts, by their ids as `list` prints them. It can be taken back: see `undo`."""
    if not 2 <= len(set(members)) <= _most():
        raise click.UsageError(f"Name two to {_most()} contacts, each once.")
    boot.django()
    from loanark.duplicates import actions
    from loanark.duplicates.schemas import MergeIn
    from loanark.tenants.access import tenant_by_name

    with acting(tenant_by_name(name).id) as scope:
        done = actions.merge(scope, MergeIn(members=list(members), survivor=survivor))
    if as_json:
        show([one.model_dump(mode="json") for one in done])
        return
    for one in done:
        click.echo(f"{one.id}: {one.other_name} is merged into {one.name}. {one.hubspot_words}")
    if len(done) < len(members) - 1:
        click.echo("What is in HubSpot only is let in by the sync next, and merged then.")
    click.echo("Take it back with: loanark duplicates undo --tenant … MERGE")


def _most() -> int:
    from loanark.core.duplicates.groups import LARGEST

    return LARGEST


@duplicates.command("undo")
@tenant_option
@click.argument("merge_id", type=int, metavar="MERGE")
@json_option
@command
def undo(name: str, merge_id: int, as_json: bool) -> None:
    """Take a merge back: exactly in LoanArk; in HubSpot by making the other contact again."""
    boot.django()
    from loanark.duplicates import actions
    from loanark.tenants.access import tenant_by_name

    with acting(tenant_by_name(name).id) as scope:
        done = actions.undo(scope, merge_id)
    if as_json:
        show(done.model_dump(mode="json"))
        return
    click.echo(f"{done.other_name} is a contact of their own again. {done.hubspot_words}")
    for what in done.left_behind:
        click.echo(f"  {what}")
