"""The audit log: whether it is whole, and taking it along."""

import sys
from dataclasses import asdict
from typing import Any

import click

from loanark.cli import boot
from loanark.cli.output import command, json_option, show, tenant_option


@click.group()
def audit() -> None:
    """Who did what, when, from where."""


@audit.command("verify")
@click.option("--tenant", "name", help="The organisation's name or slug; without it, all of them.")
@click.option(
    "--head", metavar="SEQ:HASH", help="A place that was noted elsewhere: tells whether the log was cut since."
)
@json_option
@command
def verify(name: str | None, head: str | None, as_json: bool) -> None:
    """Find any edit, deletion or insertion by hand, with its place. Exit code 1 if there is one."""
    if head and not name:
        raise click.UsageError("--head belongs to one organisation: name it with --tenant.")
    noted = _noted(head) if head else None
    boot.django()
    from loanark.audit import anchors, chain
    from loanark.tenants.access import every_tenant, tenant_by_name, tenant_scope

    reports: list[dict[str, Any]] = []
    for tenant in [tenant_by_name(name)] if name else every_tenant():
        with tenant_scope(tenant.id):
            report = chain.verify(tenant.id, head=noted)
            if report.intact:
                anchors.drop(tenant.id, every_seconds=0)
        reports.append(
            {
                "tenant": tenant.slug,
                "intact": report.intact,
                "events": report.events,
                "changes": report.changes,
                "head": f"{report.last}:{report.hash}",
                "signed_up_to": report.anchored,
                "findings": [asdict(finding) for finding in report.findings],
            }
        )
    if as_json:
        show({"intact": all(report["intact"] for report in reports), "organisations": reports})
    else:
        for told in reports:
            _print(told)
    if not all(report["intact"] for report in reports):
        raise SystemExit(1)


def _noted(head: str) -> tuple[int, str]:
    seq, _, hash = head.partition(":")
    if not seq.isdecimal() or not hash:
        raise click.UsageError("--head is a place and a hash as `audit verify` prints them: 4711:9f86d0….")
    return int(seq), hash


def _print(report: dict[str, Any]) -> None:
    size = f"{report['events']:,} events and {report['changes']:,} changes of contacts"
    if report["intact"]:
        click.echo(f"{report['tenant']}: whole. {size}; it ends with {report['head']}")
        return
    click.echo(f"{report['tenant']}: NOT whole. {size}.")
    for finding in report["findings"]:
        click.echo(f"  {finding['place']}: {finding['what']}. {finding['detail']}")


@audit.command("export")
@tenant_option
@click.option("--format", "form", type=click.Choice(["ndjson", "csv"]), default="ndjson", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, writable=True), help="A file instead of stdout.")
@json_option
@command
def export(name: str, form: str, output: str | None, as_json: bool) -> None:
    """One flat object an event, in the order of the chain; for contacts one a change.

    With --json: a count at the end.
    """
    boot.django()
    from loanark.audit import queries
    from loanark.audit.api import lines
    from loanark.audit.schemas import EventFilters
    from loanark.kit import trail
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant = tenant_by_name(name)
    with tenant_scope(tenant.id):
        trail.note("audit.exported", detail={"format": form})
    target = open(output, "w", encoding="utf-8", newline="") if output else sys.stdout  # noqa: SIM115  stdout stays open
    exported = -1 if form == "csv" else 0  # its first line names the columns
    for line in lines(queries.export(tenant.id, EventFilters()), form):
        target.write(line)
        exported += 1
    target.flush()
    if as_json and output:
        show({"exported": exported, "output": output})
