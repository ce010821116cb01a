"""Everything at once: `up` runs web and worker, `demo` adds a HubSpot of its own, people in it, and a sign-in."""

import contextlib
import os
import secrets
import socket
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson

from loanark.cli import boot
from loanark.cli.browser import Browser, BrowserError
from loanark.cli.organisations import sql_url
from loanark.cli.output import command, json_option, note
from loanark.kit.postgres import EmbeddedPostgres
from loanark.kit.supervisor import Supervisor

#: People in LoanArk's own HubSpot account: the demo holds as many.
DEMO_CONTACTS = 41_341

#: A child that does not answer within this long has failed to start; its output says why.
START_SECONDS = 90.0

DEMO_ORGANISATION, DEMO_SLUG, DEMO_ADMIN = "LoanArk Demo", "loanark-demo", "admin@loanark.example"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, help="Port of the user interface; 0 picks a free one.")
@json_option
@command
def up(host: str, port: int, as_json: bool) -> None:
    """Run web and worker against the configured HubSpot, with the embedded database when none is configured."""
    port = port or free_port()
    _refuse_taken(host, port)
    os.environ.setdefault("LOANARK_PUBLIC_URL", f"http://127.0.0.1:{port}")
    embedded = boot.django()
    supervisor = _supervisor(embedded)
    _start_product(supervisor, host, port)
    _when_ready(supervisor, f"http://{host}:{port}/health/ready", lambda: _tell(as_json, {"url": _public_url()}))
    supervisor.run()


@click.command()
@click.option("--port", default=8000, show_default=True, help="Port of the user interface; 0 picks a free one.")
@click.option("--simulator-port", default=0, help="Port of the simulated HubSpot; without it the one of last time.")
@click.option("--contacts", type=int, help=f"People in the simulated HubSpot; {DEMO_CONTACTS:,} without it.")
@click.option("--seed", type=int, help="The same seed makes the same people; 1 without it.")
@click.option("--people", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="People of a CSV file.")
@click.option("--limit", default="110/10s", show_default=True, help="HubSpot's request limit, or none.")
@click.option("--latency-ms", default=0, show_default=True, help="How long HubSpot takes to answer.")
@click.option(
    "--webhooks/--no-webhooks", default=True, help="Whether HubSpot sends webhooks; without, polling finds all."
)
@click.option("--connect/--no-connect", default=True, help="Whether to connect the organisation, as a browser would.")
@click.option("--browser/--no-browser", default=True, help="Whether to open the page.")
@json_option
@command
def demo(
    port: int,
    simulator_port: int,
    contacts: int | None,
    seed: int | None,
    people: Path | None,
    limit: str,
    latency_ms: int,
    webhooks: bool,
    connect: bool,
    browser: bool,
    as_json: bool,
) -> None:
    """Everything on this machine: database, a simulated HubSpot full of people, web and worker, connected."""
    state = DemoState(boot.data_dir())
    whom = state.people(contacts, seed, people)
    port = port or free_port()
    hubspot = simulator_port or state.get("simulator_port") or free_port()
    _refuse_taken("127.0.0.1", port)
    _refuse_taken("127.0.0.1", hubspot)
    state.put("simulator_port", hubspot)
    os.environ.update(
        LOANARK_PUBLIC_URL=f"http://127.0.0.1:{port}",
        LOANARK_HUBSPOT_API_URL=f"http://127.0.0.1:{hubspot}",
        LOANARK_HUBSPOT_APP_URL=f"http://127.0.0.1:{hubspot}",
        LOANARK_HUBSPOT_CLIENT_ID=state.secret("client_id"),
        LOANARK_HUBSPOT_CLIENT_SECRET=state.secret("client_secret"),
        LOANARK_DEMO="1",
    )
    note("Starting the database")
    embedded = boot.django()
    supervisor = _supervisor(embedded)
    note(f"Starting a simulated HubSpot with {whom.described} on port {hubspot}")
    simulator = [sys.executable, "-m", "hubspot_simulator", "--port", str(hubspot), *whom.options]
    simulator += ["--limit", limit, "--latency-ms", str(latency_ms)]
    simulator += ["--no-announce", "--state", str(boot.data_dir() / "hubspot")]
    simulator += ["--webhook-url", f"http://127.0.0.1:{port}/webhooks/hubspot"] if webhooks else []
    supervisor.start("hubspot", simulator, _hubspots_own(state))
    _start_product(supervisor, "127.0.0.1", port)
    account = _organisation(state)

    def ready() -> None:
        _wait_for(supervisor, f"http://127.0.0.1:{hubspot}/")
        if connect:
            _connect_as_a_person(account)
        _tell(
            as_json,
            {
                "url": _public_url(),
                "hubspot_url": os.environ["LOANARK_HUBSPOT_API_URL"],
                "email": account["email"],
                "password": account["password"],
                "tenant": account["tenant"],
                "sql_url": account["sql_url"],
                "data_dir": str(boot.data_dir()),
            },
        )
        if browser:
            webbrowser.open(_public_url())

    _when_ready(supervisor, f"http://127.0.0.1:{port}/health/ready", ready)
    supervisor.run()


@dataclass(frozen=True, slots=True)
class People:
    """The people of the simulated HubSpot: made from a seed, or read from a file."""

    contacts: int
    seed: int
    file: str | None

    @property
    def options(self) -> list[str]:
        made = ["--contacts", str(self.contacts), "--seed", str(self.seed)]
        return [*made, *(["--people", self.file] if self.file else [])]

    @property
    def described(self) -> str:
        return f"the people of {self.file}" if self.file else f"{self.contacts:,} people"


class DemoState:
    """What a second start needs to find its data again: ports and secrets, in one private file."""

    def __init__(self, data_dir: Path) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._file = data_dir / "demo.json"
        self._values: dict[str, Any] = {}
        with contextlib.suppress(FileNotFoundError, orjson.JSONDecodeError):
            self._values = orjson.loads(self._file.read_bytes())

    def get(self, name: str) -> Any:
        return self._values.get(name)

    def put(self, name: str, value: Any) -> None:
        self._values[name] = value
        whole = self._file.with_suffix(".new")
        whole.touch(mode=0o600)
        whole.write_bytes(orjson.dumps(self._values))
        whole.replace(self._file)

    def people(self, contacts: int | None, seed: int | None, file: Path | None) -> "People":
        """Who is in the simulated HubSpot: settled by the first start, since a second one finds them again.

        Raises: ClickException when a later start asks for others.
        """
        first = self.get("people")
        asked = People(contacts or DEMO_CONTACTS, seed or 1, str(file.absolute()) if file else None)
        if first is None:
            self.put("people", [asked.contacts, asked.seed, asked.file])
            return asked
        kept = People(*first)
        if (contacts or seed or file) and asked != kept:
            raise click.ClickException(
                f"This demo already lives in {self._file.parent} with {kept.described}. Nothing was started. Start it "
                "without these options, or give the new one a place of its own: LOANARK_DATA_DIR=… ./run demo"
            )
        return kept

    def secret(self, name: str) -> str:
        """A secret made on first use and kept."""
        if not self.get(name):
            self.put(name, secrets.token_hex(16))
        return str(self.get(name))


def _hubspots_own(state: DemoState) -> dict[str, str]:
    """The simulated HubSpot's environment: the app's secret, which no list of processes shows, and none of ours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOANARK_")}
    kept["HUBSPOT_SIMULATOR_CLIENT_ID"] = state.secret("client_id")
    kept["HUBSPOT_SIMULATOR_CLIENT_SECRET"] = state.secret("client_secret")
    return kept


def _supervisor(embedded: EmbeddedPostgres | None) -> Supervisor:
    """A killed database is brought back like any other process."""
    return Supervisor(tick=embedded.ensure_running if embedded else None)


def _start_product(supervisor: Supervisor, host: str, port: int) -> None:
    loanark = [sys.executable, "-m", "loanark.cli"]
    supervisor.start("web", [*loanark, "web", "--host", host, "--port", str(port)])
    supervisor.start("worker", [*loanark, "worker"])


def _organisation(state: DemoState) -> dict[str, str]:
    """The demo's organisation and administrator: made once, found again."""
    from loanark.kit.errors import NotFound
    from loanark.tenants.access import tenant_by_name
    from loanark.tenants.actions import create_tenant

    password = state.secret("password")
    try:
        tenant = tenant_by_name(DEMO_SLUG)  # its name may have been changed
    except NotFound:
        tenant = create_tenant(DEMO_ORGANISATION, admin_email=DEMO_ADMIN, password=password).tenant
    return {"tenant": tenant.slug, "email": DEMO_ADMIN, "password": password, "sql_url": sql_url(tenant.id)}


def _connect_as_a_person(account: dict[str, str]) -> None:
    """Goes through the very OAuth flow of a browser, unless the organisation is connected already."""
    person = Browser(_public_url())
    try:
        person.sign_in(account["email"], account["password"])
        base = f"/api/tenants/{account['tenant']}/connection"
        if person.get_json(base)["status"] != "connected":
            page = person.open(person.post_json(f"{base}/authorize", {})["url"])
            person.submit(page, button="connect")
        person.sign_out()
    except (BrowserError, urllib.error.URLError) as error:
        note(f"Could not connect HubSpot by itself ({error}). Connect it on the page Connection.")


def _tell(as_json: bool, facts: dict[str, str]) -> None:
    if as_json:
        sys.stdout.write(orjson.dumps(facts).decode() + "\n")
        sys.stdout.flush()
        return
    click.echo("")
    click.echo(f"  LoanArk    {facts['url']}")
    if "email" in facts:
        click.echo(f"  sign in    {facts['email']}  {facts['password']}")
        click.echo(f"  HubSpot    {facts['hubspot_url']}  (simulated: be the HubSpot user here)")
        click.echo(f"  SQL        psql '{facts['sql_url']}'")
        click.echo(f"  mail       {facts['url']}/mailbox  (what is sent stays here)")
    click.echo("  Ctrl-C stops everything; the next start finds its data again.\n")


def _when_ready(supervisor: Supervisor, url: str, ready: Any) -> None:
    """Calls `ready` once, from a thread, when `url` answers."""
    import threading

    def wait() -> None:
        _wait_for(supervisor, url)
        ready()

    threading.Thread(target=wait, name="ready", daemon=True).start()


def _wait_for(supervisor: Supervisor, url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(url, timeout=2)  # noqa: S310  our own address
            return
        if time.monotonic() > until:
            note(f"{url} does not answer after {START_SECONDS:.0f} s; see the lines above for the reason.")
            until = time.monotonic() + START_SECONDS
        time.sleep(0.2)


def _refuse_taken(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise click.ClickException(
                f"Port {port} is taken by another program (or an earlier start that still runs). Nothing was started. "
                "Choose another with --port, or stop the other one."
            ) from None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _public_url() -> str:
    return os.environ["LOANARK_PUBLIC_URL"]
