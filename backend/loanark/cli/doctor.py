"""Is everything as it should be? Each check is one sentence."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import click

from loanark.cli import boot
from loanark.cli.output import command, json_option, show


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    ok: bool
    detail: str


@click.command()
@json_option
@command
def doctor(as_json: bool) -> None:
    """Check the installation, the database, its fences, the workers and the connections."""
    checks = list(_checks())
    healthy = all(check.ok for check in checks)
    if as_json:
        show({"ok": healthy, "checks": [asdict(check) for check in checks]})
    else:
        for check in checks:
            click.echo(f"{'ok  ' if check.ok else 'FAIL'} {check.name}: {check.detail}")
    sys.exit(0 if healthy else 1)


def _checks() -> Iterator[Check]:
    yield Check("python", sys.version_info >= (3, 11), sys.version.split()[0])
    free = shutil.disk_usage(boot.data_dir().anchor).free // 2**30
    yield Check("disk", free >= 2, f"{free} GiB free")
    try:
        boot.django()
    except click.ClickException as error:
        yield Check("database", False, error.message)
        return
    yield from _database_checks()
    yield _mail_check()
    yield from _connection_checks()


def _database_checks() -> Iterator[Check]:
    from loanark.kit import sql
    from loanark.kit.rls import APP_ROLE
    from loanark.sync import worker
    from loanark.tenants.access import OWN_CONTACTS_ROLE

    yield Check("database", True, str(sql.scalar("SHOW server_version")))
    bare = sql.rows(
        """SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
           WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
           AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
           AND c.relname NOT IN ('portal_routes', 'oauth_states', 'company_domains')"""
    )
    names = ", ".join(row["relname"] for row in bare)
    yield Check("row-level security", not bare, f"missing on {names}" if bare else "forced on every tenant's table")
    for role in (APP_ROLE, OWN_CONTACTS_ROLE):
        strong = sql.scalar("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = %s", [role])
        yield Check("role", strong is False, f"{role} {'could pass' if strong else 'cannot pass'} the fences")
    alive = worker.alive()
    yield Check("worker", True, "alive" if alive else "none is running now (start one: loanark worker)")


def _mail_check() -> Check:
    """Missing mail is no failure: it is needed for invitations, forgotten passwords and notices only."""
    from django.conf import settings

    server = settings.CONFIG.mail_server
    if server:
        return Check("mail", True, f"through {server.host}:{server.port}, from {settings.CONFIG.mail_from}")
    return Check("mail", True, "goes nowhere: no LOANARK_MAIL_URL. Invitations and forgotten passwords need it")


def _connection_checks() -> Iterator[Check]:
    from loanark.connections import queries
    from loanark.tenants.access import every_tenant, tenant_scope

    for tenant in every_tenant():
        with tenant_scope(tenant.id):
            connection = queries.connection()
        problem = connection.problem
        detail = f"{problem.title}. {problem.fix}" if problem else connection.status.replace("_", " ")
        yield Check(f"connection of {tenant.slug}", connection.status != "reconnect_needed", detail)
