"""How well the same person is found, on labelled people, and how fast in a large book."""

import csv
import os
import resource
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from uuid import UUID

import click

from loanark.cli.bench.book import TWINS_OF, fill_people
from loanark.cli.bench.ground import database, open_database, processor_seconds, timed
from loanark.cli.output import command, json_option, note, show
from loanark.core.duplicates.keys import LARGEST_BLOCK, keys
from loanark.core.duplicates.person import person
from loanark.core.duplicates.score import Frequencies, Score, score

DATA = Path(__file__).parents[3] / "benchmarks" / "people"
SETS = ("febrl1", "febrl2", "febrl3", "fake1000", "uspeople", "contacts")

#: New contacts that are compared one by one with a large book.
NEWCOMERS = 400

_COLUMNS = {"first": "first_name", "middle": "middle_name", "last": "last_name", "birth": "dob"}
_SAME = ("email", "phone", "mobile", "address", "city", "zip")

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A labelled set: of the suggested pairs how many are right, of the right ones how many were suggested; and the
    same of those certain enough to be merged without a person."""

    people: str
    contacts: int
    pairs: int
    precision: float
    recall: float
    f1: float
    certain_precision: float
    certain_recall: float
    compared: int
    compared_per_second: float


@dataclass(frozen=True, slots=True)
class Searched:
    """A generated book: searched as a whole, and for new contacts one by one."""

    contacts: int
    keys: int
    #: Contacts that are there a second time, and how many of them are proposed together with the first.
    twins: int
    found: int
    #: Pairs that are proposed altogether.
    proposed: int
    minutes: float
    #: For which the process that searches and its side of PostgreSQL had a processor: on a busy machine this counts.
    cpu_minutes: float
    #: Of the process that searches; PostgreSQL's is its own.
    memory_mb: int
    newcomers: int
    newcomers_found: int
    median_ms: float
    p95_ms: float
    #: For which this process had a processor.
    cpu_ms: float


@click.command()
@click.option("--people", "names", multiple=True, type=click.Choice(SETS), help="Which labelled sets; all if none.")
@click.option("--contacts", default=1_000_000, show_default=True, help="Size of the generated book; 0: none.")
@json_option
@command
def duplicates(names: tuple[str, ...], contacts: int, as_json: bool) -> None:
    """How well the same person is found among labelled people, and how fast in a large generated book."""
    measured = [find(name) for name in names or SETS]
    if not as_json:
        _tell_people(measured)
    searched = search(contacts) if contacts else None
    if as_json:
        show({"people": [asdict(row) for row in measured], "book": asdict(searched) if searched else None})
    elif searched:
        _tell_book(searched)


def _tell_people(measured: list[Found]) -> None:
    click.echo(
        f"{'people':<10}{'contacts':>9}{'pairs':>7}{'precision':>11}{'recall':>8}{'F1':>7}"
        f"{'certain: precision':>20}{'recall':>8}{'compared':>10}{'a second':>10}"
    )
    for row in measured:
        click.echo(
            f"{row.people:<10}{row.contacts:>9,}{row.pairs:>7,}{row.precision:>11.3f}{row.recall:>8.3f}{row.f1:>7.3f}"
            f"{row.certain_precision:>20.4f}{row.certain_recall:>8.3f}{row.compared:>10,}"
            f"{row.compared_per_second:>10,.0f}"
        )


def _tell_book(row: Searched) -> None:
    click.echo(
        f"\n{'contacts':>10}{'keys':>12}{'twins':>8}{'found':>8}{'proposed':>10}{'minutes':>9}{'CPU':>6}"
        f"{'memory MB':>11}{'a newcomer: median ms':>23}{'p95 ms':>8}{'CPU ms':>8}{'found':>7}"
    )
    click.echo(
        f"{row.contacts:>10,}{row.keys:>12,}{row.twins:>8,}{row.found:>8,}{row.proposed:>10,}{row.minutes:>9.1f}{row.cpu_minutes:>6.1f}"
        f"{row.memory_mb:>11,}{row.median_ms:>23.1f}{row.p95_ms:>8.1f}{row.cpu_ms:>8.1f}"
        f"{row.newcomers_found / row.newcomers:>7.0%}"
    )


def search(contacts: int) -> Searched:
    """Measures a generated book, in a database of its own."""
    with database():
        open_database()
        from loanark.duplicates import scan
        from loanark.kit import sql
        from loanark.tenants.access import tenant_scope
        from loanark.tenants.actions import create_tenant

        note(f"A book of {contacts:,} people")
        tenant = create_tenant("Bench", admin_email="bench@example.com").tenant
        fill_people(os.environ["LOANARK_DATABASE_URL"], tenant.id, contacts)
        with tenant_scope(tenant.id):
            running = scan.start(tenant.id, by="bench").id
        note("Searched")

        def whole() -> None:
            said = time.monotonic()
            while scan.step(tenant.id):
                with tenant_scope(tenant.id):
                    now = scan.get(running)
                if now.status != "running":
                    return
                if time.monotonic() - said > 10:
                    said = time.monotonic()
                    note(f"  {now.phase} {now.done:,} of {now.total:,}")

        with tenant_scope(tenant.id):
            backend = sql.scalar("SELECT pg_backend_pid()")
        before = processor_seconds(backend)
        took, cpu = timed(whole)
        cpu += processor_seconds(backend) - before
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        with tenant_scope(tenant.id):
            keys_written = sql.scalar("SELECT count(*) FROM duplicate_keys")
            proposed = sql.scalar("SELECT count(*) FROM duplicate_proposals WHERE state = 'open'")
            found = sql.scalar(
                """SELECT count(*) FROM duplicate_proposals p JOIN contacts a ON a.id = p.contact_id
                   JOIN contacts b ON b.id = p.other_contact_id WHERE a.company = b.company AND p.state = 'open'"""
            )
        note("One by one")
        walls, cpus, hits = _newcomers(tenant.id, NEWCOMERS)
    return Searched(
        contacts=contacts + contacts // TWINS_OF,
        keys=keys_written,
        twins=contacts // TWINS_OF,
        found=found,
        proposed=proposed,
        minutes=took / 60,
        cpu_minutes=cpu / 60,
        memory_mb=memory,
        newcomers=len(walls),
        newcomers_found=hits,
        median_ms=statistics.median(walls) * 1000,
        p95_ms=statistics.quantiles(walls, n=20)[-1] * 1000,
        cpu_ms=statistics.median(cpus) * 1000,
    )


#: Somebody who is there already, with another e-mail.
_NEWCOMER = """INSERT INTO contacts (email, firstname, lastname, phone, address, city, zip, custom)
    SELECT 'again.' || company || '@mail.example', firstname, lastname, phone, address, city, zip, custom
    FROM contacts WHERE id >= %s::uuid ORDER BY id LIMIT 1 RETURNING id"""


def _newcomers(tenant_id: UUID, number: int) -> tuple[list[float], list[float], int]:
    """Seconds and processor seconds that each took, once in the transaction that made it, and how many were found."""
    from loanark.duplicates import finder
    from loanark.kit import sql
    from loanark.tenants.access import tenant_scope

    walls, cpus, hits = [], [], 0
    for one in range(number):
        with tenant_scope(tenant_id):
            id = sql.scalar(_NEWCOMER, [f"{one * 2**32 // number:08x}-0000-4000-8000-000000000000"])
            found: list[dict[UUID, list[int]]] = []
            wall, cpu = timed(lambda id=id, found=found: found.append(finder.check_contacts([id])))  # type: ignore[misc]
            walls.append(wall)
            cpus.append(cpu)
            hits += bool(found[0][id])
    return walls, cpus, hits


def find(name: str) -> Found:
    """Measures one set."""
    rows = _read(f"{name}_contacts.csv")
    truth = {row["id"]: (row["entity"], row["split"]) for row in _read(f"{name}_truth.csv")}
    label = [truth[row["id"]] for row in rows]
    people = [person(_values(row)) for row in rows]
    book = Frequencies.of(people)
    blocks: defaultdict[int, list[int]] = defaultdict(list)
    for number, one in enumerate(people):
        for key in keys(one):
            blocks[key].append(number)
    pairs = {pair for block in blocks.values() if len(block) <= LARGEST_BLOCK for pair in combinations(block, 2)}
    began = time.perf_counter()
    weighed = {(one, other): score(people[one], people[other], book) for one, other in pairs}
    took = time.perf_counter() - began
    return _told(name, label, weighed, took)


def _told(name: str, label: list[tuple[str, str]], weighed: Mapping[Pair, Score], took: float) -> Found:
    right = sum(count * (count - 1) // 2 for count in Counter(label).values())
    within = {pair: found for pair, found in weighed.items() if label[pair[0]][1] == label[pair[1]][1]}
    precision, recall = _precision_and_recall(label, (pair for pair, one in within.items() if one.is_suggested), right)
    certain = _precision_and_recall(label, (pair for pair, one in within.items() if one.is_certain), right)
    return Found(
        people=name,
        contacts=len(label),
        pairs=right,
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall),
        certain_precision=certain[0],
        certain_recall=certain[1],
        compared=len(weighed),
        compared_per_second=len(weighed) / took,
    )


def _precision_and_recall(label: list[tuple[str, str]], pairs: Iterable[Pair], right: int) -> tuple[float, float]:
    """Where nothing is said, nothing is wrong."""
    hits = Counter(label[one] == label[other] for one, other in pairs)
    return (hits[True] / hits.total() if hits else 1.0), hits[True] / right


def _values(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row[column] for name, column in _COLUMNS.items()} | {name: row[name] for name in _SAME}


def _read(file: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))
