"""How fast the simulator answers, and how much memory its contacts take: it must never be what a test measures."""

import http.client
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import click
import orjson

from loanark.cli.bench.ground import hubspot, processor_seconds
from loanark.cli.output import command, json_option, show

#: What the sync asks for, more or less.
PROPERTIES = (
    "email,firstname,lastname,phone,mobilephone,address,city,state,zip,date_of_birth,lifecyclestage,"
    "hubspot_owner_id,company,jobtitle,lastmodifieddate"
)
READERS = 4


@dataclass(frozen=True, slots=True)
class Served:
    """Pages of a hundred contacts, listed over HTTP by several readers at once."""

    contacts: int
    start_seconds: float
    pages: int
    pages_per_second: float
    #: By the processor time of the simulator alone: the readers share the machine with it.
    pages_per_core_second: float
    memory_mb: int


@click.command()
@click.option("--contacts", default=41_341, show_default=True)
@click.option(
    "--pages", default=4_000, show_default=True, help="Pages to read, after a first round that is not counted."
)
@json_option
@command
def simulator(contacts: int, pages: int, as_json: bool) -> None:
    """List pages a second of the simulated HubSpot, over HTTP, without latency."""
    began = time.perf_counter()
    with hubspot(contacts, "none") as (announced, pid):
        started = time.perf_counter() - began
        token = announced["portals"][0]["static_token"]
        first_id = _first_id(announced["base_url"], token)
        _read(announced["base_url"], token, first_id, contacts, min(pages, contacts // 100 + READERS))
        cpu, began = processor_seconds(pid), time.perf_counter()
        read = _read(announced["base_url"], token, first_id, contacts, pages)
        took, cpu = time.perf_counter() - began, processor_seconds(pid) - cpu
        row = Served(contacts, started, read, read / took, read / cpu, _memory_mb(pid))
    if as_json:
        show([asdict(row)])
        return
    click.echo(f"{'contacts':>9}{'start s':>9}{'pages':>8}{'pages/s':>9}{'pages/core s':>14}{'memory MB':>11}")
    click.echo(
        f"{row.contacts:>9,}{row.start_seconds:>9.1f}{row.pages:>8,}{row.pages_per_second:>9,.0f}"
        f"{row.pages_per_core_second:>14,.0f}{row.memory_mb:>11,}"
    )


def _first_id(base_url: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    first = Request(f"{base_url}/crm/objects/2026-09/contacts?limit=1", headers=headers)  # noqa: S310  our simulator
    with urlopen(first, timeout=60) as answer:  # noqa: S310
        return int(orjson.loads(answer.read())["results"][0]["id"])


def _read(base_url: str, token: str, first_id: int, contacts: int, pages: int) -> int:
    """Reads so many pages with `READERS` at once; returns how many it were."""
    with ThreadPoolExecutor(READERS) as pool:
        shares = [
            pool.submit(_reader, base_url, token, first_id, contacts, range(number, pages, READERS))
            for number in range(READERS)
        ]
        return sum(share.result() for share in shares)


def _reader(base_url: str, token: str, first_id: int, contacts: int, pages: range) -> int:
    address = urlsplit(base_url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    headers = {"Authorization": f"Bearer {token}"}
    read = 0
    for page in pages:
        after = first_id + page * 100 % max(1, contacts - 100)
        path = f"/crm/objects/2026-09/contacts?limit=100&after={after}&properties={PROPERTIES}"
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or not body.startswith(b'{"results":['):
            raise click.ClickException(f"the simulator answered {answer.status}")
        read += 1
    connection.close()
    return read


def _memory_mb(pid: int) -> int:
    """The most it ever took."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) // 1024
