"""Running the sync from scripts, and asking how it stands."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from loanark.cli import boot
from loanark.cli.output import (
    BY,
    PARTLY_DONE,
    WAITS_FOR_APPROVAL,
    command,
    fail,
    json_option,
    note,
    show,
    tenant_option,
)

if TYPE_CHECKING:
    from loanark.tenants.access import Scope


#: A waiting command gives up when nothing moves for this long. The run itself stays and goes on later.
PATIENCE_SECONDS = 300.0


@click.command()
@tenant_option
@click.option("--full", is_flag=True, help="Compare every contact on both sides.")
@click.option("--preview", is_flag=True, help="Look at everything, change nothing, print what would happen.")
@click.option("--approve", type=int, metavar="RUN", help="Carry out what this preview showed (or a held run).")
@click.option("--yes", is_flag=True, help="Approve unseen.")
@click.option("--wait", is_flag=True, help="Until it is done; does the work itself when no worker is alive.")
@json_option
@command
def sync(name: str, full: bool, preview: bool, approve: int | None, yes: bool, wait: bool, as_json: bool) -> None:
    """Sync now. The first time: --full --preview, then --full --approve RUN --wait (or --full --yes --wait)."""
    if sum((preview, approve is not None, yes)) > 1:
        raise click.UsageError("Choose one of --preview, --approve and --yes.")
    boot.django()
    from loanark.tenants.access import tenant_by_name

    tenant = tenant_by_name(name)
    tenant_id = tenant.id
    if not (full or preview or approve is not None or yes):
        catch_up(tenant_id, wait=wait, as_json=as_json)
        document = _status(tenant_id, tenant.slug)
        show(document) if as_json else _tell(tenant.name, document)
        if wait and _left_open(document):
            raise SystemExit(PARTLY_DONE)
        return
    run_id, kind = _begin(tenant_id, preview=preview, approve=approve, yes=yes)
    if wait or kind == "preview":
        wait_for_run(tenant_id, run_id, as_json=as_json)
        if kind != "preview":
            catch_up(tenant_id, wait=True, as_json=as_json)
    report_run(tenant_id, run_id, waited=wait, as_json=as_json)


def _begin(tenant_id: UUID, *, preview: bool, approve: int | None, yes: bool) -> tuple[int, str]:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        if approve is not None:
            run = runs.approve(approve, by=BY)
        elif yes:
            run = runs.approve_unseen(by=BY)
        else:
            run = runs.start("preview" if preview else "full", trigger=BY)
    return run.id, run.kind


@contextmanager
def acting(tenant_id: UUID) -> "Iterator[Scope]":
    """A scope in which the command line edits contacts as a person does."""
    from loanark.tenants.access import Scope, tenant_scope
    from loanark.tenants.models import Role
    from loanark.tenants.permissions import OF_ROLE

    with tenant_scope(tenant_id, actor=BY, cause="user", side="loanark"):
        yield Scope(tenant_id, "", Role.ADMINISTRATOR, 0, BY, OF_ROLE[Role.ADMINISTRATOR])


def catch_up(tenant_id: UUID, *, wait: bool, as_json: bool) -> None:
    """Polls HubSpot now, follows every hint that is due, and counts anew."""
    from loanark.connections.actions import wake_workers
    from loanark.connections.models import Connection
    from loanark.sync.runs import NotConnectedYet
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        if not Connection.objects.filter(tenant_id=tenant_id).update(last_poll_at=None, counted_at=None):
            raise NotConnectedYet("No HubSpot account is connected. Connect one first: loanark connect")
        wake_workers(tenant_id)
    if wait:
        _wait(tenant_id, lambda: _caught_up(tenant_id), as_json=as_json)


def _caught_up(tenant_id: UUID) -> tuple[bool, object]:
    from loanark.connections.models import Connection
    from loanark.kit import sql
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        waiting = sql.scalar("SELECT count(*) FROM hints WHERE attempts = 0")
        connection = Connection.objects.get(tenant_id=tenant_id)
    if connection.approved_at is None:
        return True, None
    asked = connection.last_poll_at is not None and connection.counted_at is not None
    return asked and not waiting, (waiting, asked)


def wait_for_run(tenant_id: UUID, run_id: int, *, as_json: bool) -> None:
    """Until it is over, or waits for a person."""
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    said = 0.0

    def over() -> tuple[bool, object]:
        nonlocal said
        with tenant_scope(tenant_id):
            run = runs.get(run_id)
        if time.monotonic() - said > 2.0:
            said = time.monotonic()
            total = f" of {run.total:,}" if run.total else ""
            note(f"{run.kind} {run.id}: {run.phase}, {run.done:,}{total} contacts")
        return run.status != "running", (run.phase, run.done, run.counts.created_in_hubspot)

    _wait(tenant_id, over, as_json=as_json)


def _wait(tenant_id: UUID, over: Any, *, as_json: bool) -> None:
    """Until `over`, which also says what progress looks like. Works itself while no worker is alive."""
    from loanark.connections import queries, settings
    from loanark.sync import worker
    from loanark.tenants.access import tenant_scope

    own = OwnWork(tenant_id)
    moved_at, last = time.monotonic(), object()
    while True:
        done, progress = over()
        if done:
            own.finish()
            return
        if progress != last:
            moved_at, last = time.monotonic(), progress
        with tenant_scope(tenant_id):
            connection, halt = queries.connection(), settings.load().halt
        if halt:
            why = f"{halt.by} paused the sync{f': {halt.reason}' if halt.reason else ''}."
            fail("paused", f"{why} Nothing is lost; it goes on with: loanark resume", as_json=as_json)
        problem = connection.problem
        if connection.status in ("reconnect_needed", "not_connected") and problem:
            fail(problem.code, f"{problem.title}. {problem.detail} {problem.fix}", as_json=as_json)
        if time.monotonic() - moved_at > PATIENCE_SECONDS:
            why = f"{problem.title}. {problem.detail}" if problem else "Nothing moves."
            fail(
                "no-progress", f"{why} What is done stays done; start again and it goes on from there.", as_json=as_json
            )
        if not worker.alive():
            own.carry_on()
        time.sleep(0.25)


class OwnWork:
    """The sync's turns, taken by this process beside the command that waits for them and tells how they get on."""

    def __init__(self, tenant_id: UUID) -> None:
        self._tenant_id = tenant_id
        self._turn: threading.Thread | None = None
        self._error: Exception | None = None
        self._rest_until = 0.0

    def carry_on(self) -> None:
        """Begins a turn, unless one is under way. Raises what ended the last one."""
        if time.monotonic() < self._rest_until or (self._turn and self._turn.is_alive()):
            return
        if self._error:
            raise self._error
        # A daemon: whoever presses Ctrl-C has the prompt back, and the sync recovers as after any other kill.
        self._turn = threading.Thread(target=self._take_turn, name="turn", daemon=True)
        self._turn.start()

    def finish(self) -> None:
        """Lets the turn under way come to its end."""
        if self._turn:
            self._turn.join()

    def _take_turn(self) -> None:
        from django.db import connections

        from loanark.sync import engine, worker

        try:
            if engine.advance(self._tenant_id) is engine.Turn.TROUBLE:
                self._rest_until = time.monotonic() + worker.REST_SECONDS
        except Exception as error:  # noqa: BLE001  told by the thread that waits
            self._error = error
        finally:
            connections.close_all()


def report_run(tenant_id: UUID, run_id: int, *, waited: bool, as_json: bool) -> None:
    """Prints how a run stands, and ends with the exit code for it."""
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        run = runs.get(run_id)
    left = _matters(tenant_id) if waited and run.kind != "preview" else {"rejections": [], "conflicts": []}
    if as_json:
        show({**run.model_dump(mode="json"), **left})
    else:
        counts = ", ".join(
            f"{count:,} {name.replace('_', ' ')}" for name, count in run.counts.model_dump().items() if count
        )
        click.echo(f"{run.kind} {run.id}: {run.status}. {counts}")
        if run.reason:
            click.echo(run.reason)
        _tell_matters(left)
        if run.status == "waiting":
            click.echo(f"See it with: loanark plan --tenant … {run.id}")
            click.echo(f"Approve it with: loanark sync --tenant … --full --approve {run.id} --wait")
    if run.status in ("waiting", "held"):
        raise SystemExit(0 if run.status == "waiting" and run.kind == "preview" else WAITS_FOR_APPROVAL)
    if run.status in ("failed", "cancelled"):
        raise SystemExit(1)
    if run.status == "partial" or _left_open(left):
        raise SystemExit(PARTLY_DONE)


@click.command()
@tenant_option
@click.option("--contact", "contact_id", type=click.UUID, required=True, help="The LoanArk contact's id.")
@click.option("--wait", is_flag=True, help="Until it is done; does the work itself when no worker is alive.")
@json_option
@command
def resync(name: str, contact_id: UUID, wait: bool, as_json: bool) -> None:
    """Look at one contact now, before anything else. What it would do: loanark plan --contact ID."""
    boot.django()
    from loanark.contacts import actions, queries
    from loanark.tenants.access import tenant_by_name, tenant_scope

    tenant_id = tenant_by_name(name).id
    with acting(tenant_id) as scope:
        actions.resync(scope, contact_id)
    if wait:
        catch_up(tenant_id, wait=True, as_json=as_json)
    with tenant_scope(tenant_id):
        contact = queries.contact(contact_id)
    if as_json:
        show(contact.model_dump(mode="json"))
    else:
        click.echo(f"{contact.name}: {contact.sync.state.replace('_', ' ')}. {contact.sync.reason or ''}".rstrip())
    if wait and (contact.conflicts or contact.rejections):
        raise SystemExit(PARTLY_DONE)


@click.command()
@tenant_option
@click.option("--contact", "contact_id", type=click.UUID, help="What was rejected of this LoanArk contact.")
@click.option("--all", "everything", is_flag=True, help="Everything that was rejected.")
@click.option("--code", help="Only what was rejected for this reason; see the page on problems.")
@click.option("--wait", is_flag=True, help="Until it is done; does the work itself when no worker is alive.")
@json_option
@command
def retry(name: str, contact_id: UUID | None, everything: bool, code: str | None, wait: bool, as_json: bool) -> None:
    """Try again what was rejected."""
    if (contact_id is not None) == everything:
        raise click.UsageError("Choose one of --contact and --all.")
    boot.django()
    from loanark.contacts import actions
    from loanark.kit.errors import NotFound
    from loanark.tenants.access import tenant_by_name

    tenant_id = tenant_by_name(name).id
    with acting(tenant_id) as scope:
        retried = actions.retry_all(scope, code=code, contact_id=contact_id)
    if contact_id is not None and not retried:
        raise NotFound("Nothing of such a contact was rejected in this organisation.")
    if wait:
        catch_up(tenant_id, wait=True, as_json=as_json)
    left = _matters(tenant_id) if wait else {"rejections": [], "conflicts": []}
    if as_json:
        show({"contacts": retried, **left})
    else:
        click.echo(f"{retried:,} {'contact is' if retried == 1 else 'contacts are'} tried again.")
        _tell_matters(left)
    if left["rejections"]:
        raise SystemExit(PARTLY_DONE)


@click.command()
@click.option("--tenant", "name", help="One organisation; all of them without it.")
@json_option
@command
def status(name: str | None, as_json: bool) -> None:
    """How the sync stands."""
    boot.django()
    from loanark.tenants.access import every_tenant, tenant_by_name

    tenants = [tenant_by_name(name)] if name else every_tenant()
    if as_json:
        documents = [_status(tenant.id, tenant.slug) for tenant in tenants]
        show(documents[0] if name else {"organisations": documents})
        return
    if not tenants:
        click.echo("There is no organisation yet. Make one: loanark tenant create NAME --admin EMAIL")
    for tenant in tenants:
        _tell(tenant.name, _status(tenant.id, tenant.slug))


def _tell(name: str, document: dict[str, Any]) -> None:
    click.echo(f"{name}: {document['truth']['sentence']} {document['truth']['detail'] or ''}".rstrip())
    if balance := document["balance"]:
        click.echo(f"  {balance['sentence']} · linked {balance['linked']:,}")
        for part in balance["explained"]:
            click.echo(f"    {part['count']:,} {part['reason']}")
    _tell_matters(document)


#: So many matters that need a person are told; the page "Needs you" has all of them.
MATTERS = 100


def _matters(tenant_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What was not carried over and why, and what both sides changed differently; the newest first."""
    from loanark.contacts import queries
    from loanark.contacts.schemas import ConflictFilters
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        rejections = queries.rejections(cursor=None, limit=MATTERS)
        conflicts = queries.conflicts(ConflictFilters(open=True), cursor=None, limit=MATTERS)
    return {
        "rejections": [row.model_dump(mode="json") for row in rejections.items],
        "conflicts": [row.model_dump(mode="json") for row in conflicts.items],
    }


def _left_open(document: dict[str, Any]) -> bool:
    return bool(document["rejections"] or document["conflicts"])


def _tell_matters(document: dict[str, Any]) -> None:
    for row in document["rejections"]:
        value = f" {row['value']!r}" if row["value"] else ""
        click.echo(
            f"  {row['contact_name']} ({row['contact_id'] or row['hubspot_id']}){value}: {row['reason']} {row['fix']}"
        )
    for row in document["conflicts"]:
        sides = f"HubSpot {row['hubspot']!r}, LoanArk {row['loanark']!r}"
        click.echo(f"  {row['contact_name']} ({row['contact_id']}): both sides changed {row['label']}: {sides}")


def _status(tenant_id: UUID, slug: str) -> dict[str, Any]:
    from loanark.cli.organisations import sql_url
    from loanark.sync import worker
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    with tenant_scope(tenant_id):
        document = overview().model_dump(mode="json", exclude={"activity", "recent"})
    return {
        "tenant_id": str(tenant_id),
        "slug": slug,
        **document,
        **_matters(tenant_id),
        "worker_alive": worker.alive(),
        "sql_url": sql_url(tenant_id),
    }
