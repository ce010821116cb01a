"""How long screens wait: each question of the list of contacts by itself, and many people at work at once."""

import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import click

from loanark.cli.bench.book import fill
from loanark.cli.bench.ground import database, open_database
from loanark.cli.browser import Browser
from loanark.cli.output import command, json_option, note, show
from loanark.cli.stack import free_port

#: What the list asks, by name. The words are those of the made-up book: frequent, rare, two, beginnings, none.
_LISTS: Mapping[str, str] = {
    "all": "contacts",
    "by name": "contacts?sort=lastname",
    "a state": "contacts?state=CA",
    "two filters": "contacts?state=CA&client_type_vip_status=vip",
    "own": "contacts?owner=officer7@lender.example",
    "changed lately": "contacts?changed=7d",
    "conflicts": "contacts?sync=conflict",
    "failing": "contacts?sync=failing",
    "pending": "contacts?sync=pending",
    "search, frequent": "contacts?search=son",
    "search, rare": "contacts?search=grace.marmann",
    "search, two words": "contacts?search=ada+gold",
    "search, number": "contacts?search=5120000777",
    "search, beginning": "contacts?search=jo",
    "search, nobody": "contacts?search=zzzzqq",
    "counts of states": "contacts/facets?names=sync",
    "counts of a filter": "contacts/facets?names=state",
}

#: What a page with the list asks for: the state of everything, the rows, the counts.
_SHOWN = ("overview", "contacts", "contacts/facets?names=sync")

#: A person looks, thinks or types so long between two questions, in seconds.
PAUSES = (0.5, 4.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of question: how often it was asked, and how long the answers took."""

    what: str
    contacts: int
    people: int
    asked: int
    median_ms: float
    p95_ms: float
    longest_ms: float


@click.command()
@click.option("--contacts", default=41_341, show_default=True)
@click.option("--people", default=50, show_default=True, help="At work at once.")
@click.option("--seconds", default=60.0, show_default=True, help="So long they work.")
@click.option("--times", default=10, show_default=True, help="Each list is asked for so often, one after the other.")
@json_option
@command
def screens(contacts: int, people: int, seconds: float, times: int, as_json: bool) -> None:
    """What a screen waits for, over HTTP: every question of the list alone, then people at work at once."""
    with _product(contacts) as person:
        note("Each list alone")
        measured = _alone(person, contacts, times)
        if people:
            note(f"{people} people for {seconds:.0f} s")
            measured += _together(person, contacts, people, seconds)
    if as_json:
        show([asdict(row) for row in measured])
        return
    click.echo(
        f"{'question':<22}{'contacts':>11}{'people':>8}{'asked':>7}{'median ms':>11}{'p95 ms':>9}{'longest ms':>12}"
    )
    for row in measured:
        click.echo(
            f"{row.what:<22}{row.contacts:>11,}{row.people:>8}{row.asked:>7,}{row.median_ms:>11.0f}{row.p95_ms:>9.0f}"
            f"{row.longest_ms:>12.0f}"
        )


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody signed in."""

    browser: Browser
    base: str

    def asks(self, path: str) -> Any:
        return self.browser.get_json(f"{self.base}/{path}")

    def hears(self) -> Iterator[Any]:
        return self.browser.changes(f"{self.base}/live")

    def edits(self, id: str, city: str) -> None:
        self.browser.send_json("PATCH", f"{self.base}/contacts/{id}", {"values": {"city": city}})


@contextmanager
def _product(contacts: int) -> Iterator[_Person]:
    """A database with a book in it, and a web process."""
    port = free_port()
    url = os.environ["LOANARK_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    with database():
        open_database()
        from loanark.tenants.actions import create_tenant

        note(f"A book of {contacts:,} contacts")
        password = secrets.token_urlsafe()
        tenant = create_tenant("Bench", admin_email="bench@example.com", password=password).tenant
        fill(os.environ["LOANARK_DATABASE_URL"], tenant.id, contacts)
        argv = [sys.executable, "-m", "loanark.cli", "web", "--port", str(port)]
        web = subprocess.Popen(argv, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            browser = Browser(url)
            _patiently(lambda: browser.sign_in("bench@example.com", password))
            yield _Person(browser, f"/api/tenants/{tenant.slug}")
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait(30)


def _patiently(work: Callable[[], None]) -> None:
    """Until the web process is there."""
    for _ in range(120):
        with suppress(OSError):
            work()
            return
        time.sleep(0.5)
    raise click.ClickException("The web process did not start. Start `loanark web` by hand to see why.")


def _alone(person: _Person, contacts: int, times: int) -> list[Measured]:
    measured, everything = [], []
    for name, path in _LISTS.items():
        person.asks(path)  # once for the database's memory
        took = [_timed(partial(person.asks, path)) for _ in range(times)]
        measured.append(_told(name, contacts, 1, took))
        everything += took
    return [*measured, _told("every list", contacts, 1, everything)]


def _together(person: _Person, contacts: int, people: int, seconds: float) -> list[Measured]:
    took: dict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + seconds
    refreshed: list[float] = []
    for _ in range(people):
        threading.Thread(target=_keep_up, args=(person, until, refreshed), daemon=True).start()
    threads = [threading.Thread(target=_until_over, args=(person, number, until, took)) for number in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    each = [_told(name, contacts, people, values) for name, values in sorted(took.items())]
    every = _told("every interaction", contacts, people, [one for values in took.values() for one in values])
    return [*each, every, *([_told("(a page keeps up)", contacts, people, refreshed)] if refreshed else [])]


def _keep_up(person: _Person, until: float, refreshed: list[float]) -> None:
    """An open page: at each change that is told it asks again for what it shows. Nobody waits for that."""
    with suppress(OSError):  # the web process ends first
        for _ in person.hears():
            if time.monotonic() > until:
                return
            refreshed.append(sum(_timed(partial(person.asks, path)) for path in _SHOWN))


class _Over(Exception):
    """The time is over."""


def _until_over(person: _Person, number: int, until: float, took: dict[str, list[float]]) -> None:
    with suppress(_Over):
        _work(person, number, until, took)


def _work(person: _Person, number: int, until: float, took: dict[str, list[float]]) -> None:
    """Looks around as people do: the dashboard, the list, a search typed letter by letter, a contact, an edit."""
    chance = random.Random(number)  # noqa: S311  who does what is no secret
    words = ["grace", "holmberg", "5120000777", "ada gold", "johnsen"]

    def asks(name: str, path: str) -> Any:
        return does(name, partial(person.asks, path))

    def does(name: str, work: Callable[[], object]) -> Any:
        time.sleep(chance.uniform(*PAUSES))
        if time.monotonic() > until:
            raise _Over
        began = time.perf_counter()
        answer = work()
        took[name].append((time.perf_counter() - began) * 1000)
        return answer

    while True:
        asks("dashboard", "overview")
        row = chance.choice(asks("list", "contacts")["items"])
        word = chance.choice(words)
        for end in range(3, len(word) + 1, 2):
            asks("search", f"contacts?search={word[:end].replace(' ', '+')}")
        asks("filter", f"contacts?{chance.choice(['state=TX', 'sync=failing', 'changed=7d'])}")
        asks("counts", "contacts/facets?names=sync")
        asks("contact", f"contacts/{row['id']}")
        asks("history", f"contacts/{row['id']}/timeline")
        does("edit", partial(person.edits, row["id"], f"City {chance.randrange(999)}"))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _told(what: str, contacts: int, people: int, took: list[float]) -> Measured:
    p95 = statistics.quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    return Measured(what, contacts, people, len(took), statistics.median(took), p95, max(took))
