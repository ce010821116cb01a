"""Searching the whole book: by itself, page by page, from where it was left."""

from collections.abc import Iterator

import pytest
from book import ann, check, decide, pairs, proposals, waiting
from organisations import Organisation

from loanark.duplicates import scan
from loanark.duplicates.models import Scan
from loanark.kit.errors import NotFound


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "PAGES", {"keys": 7, "pairs": 5})


def start(lender: Organisation) -> Scan:
    with lender.scope():
        return scan.start(lender.id, by="ann@x.example")


def get(lender: Organisation, id: int) -> Scan:
    with lender.scope():
        return scan.get(id)


def walk(lender: Organisation) -> Iterator[Scan]:
    """The search after each of its steps."""
    id = start(lender).id
    while (now := get(lender, id)).status == "running":
        yield now
        assert scan.step(lender.id)


def search(lender: Organisation) -> Scan:
    for _ in walk(lender):
        pass
    return Scan(**lender.rows("SELECT * FROM duplicate_scans ORDER BY id DESC LIMIT 1")[0])


FIRST = (
    "Abel", "Bridget", "Cosmo", "Delia", "Edgar", "Fiona", "Gustav", "Hedwig", "Igor", "Juno", "Kaspar", "Ludmila",
    "Mungo", "Nerys", "Oscar",
)  # fmt: skip
LAST = (
    "Quill", "Rausch", "Sokolov", "Tremblay", "Ueda", "Vance", "Whitlock", "Xu", "Yarrow", "Zeller", "Arbuckle", "Broz",
    "Cheng", "Dupont", "Eze",
)  # fmt: skip


def people(lender: Organisation, twins: int = 4, others: int = 15) -> set[frozenset[object]]:
    """A book in which some are there twice: who with whom."""
    for first, last in list(zip(FIRST, LAST, strict=True))[:others]:
        lender.contact(firstname=first, lastname=last, email=f"{first}@example.com")
    bare = {"phone": None, "address": None}
    return {
        frozenset(lender.contact(**ann(firstname=name, email=f"{name}@example.com", **bare)) for _ in range(2))
        for name in ("Ann", "Bob", "Carl", "Dora")[:twins]
    }


def test_a_book_is_searched_by_itself_once_there_is_one(lender: Organisation) -> None:
    assert not scan.step(lender.id)
    twins = people(lender)
    steps = 0
    while scan.step(lender.id):
        steps += 1
        assert steps < 100
    (one,) = lender.rows("SELECT * FROM duplicate_scans")
    assert (one["status"], one["by"], one["done"], one["total"], one["found"]) == ("done", "LoanArk", 23, 23, 4)
    assert pairs(lender) == twins
    assert waiting(lender) == set()
    lender.contact(**ann())
    assert scan.step(lender.id), "one that comes later is caught up with"
    assert not scan.step(lender.id)


def test_progress_is_written_with_each_page(lender: Organisation) -> None:
    people(lender)
    seen = [(one.phase, one.done) for one in walk(lender)]
    assert seen == [
        *[("keys", done) for done in (0, 7, 14, 21)],
        *[("pairs", done) for done in (0, 5, 10, 15, 20)],
    ]


def test_a_killed_process_is_followed_by_one_that_goes_on(lender: Organisation) -> None:
    twins = people(lender)
    for _ in walk(lender):
        scan._memories.clear()  # what a process had in its memory is gone with it
    assert pairs(lender) == twins
    counted = lender.rows("SELECT kind, value, count FROM duplicate_frequencies ORDER BY kind, value")
    assert {"kind": "book", "value": "", "count": 23} in counted
    assert {"kind": "last", "value": "holmberg", "count": 8} in counted
    assert {row["kind"] for row in counted} <= {"book", "first", "last", "zip", "city"}


def test_what_fails_half_way_writes_nothing_of_its_page(lender: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    people(lender)
    running = start(lender)
    assert scan.step(lender.id)
    before = get(lender, running.id).cursor

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scan, "_write", killed)
        with pytest.raises(KeyboardInterrupt):
            scan.step(lender.id)
    assert get(lender, running.id).cursor == before
    assert search(lender).found == 4


def test_a_second_search_finds_the_same_and_writes_down_what_changed(lender: Organisation) -> None:
    people(lender)
    search(lender)
    ids = [row["id"] for row in proposals(lender)]
    decide(lender, ids[:1])
    before = pairs(lender)
    gone = next(iter(before))
    one, other = gone
    lender.execute("UPDATE contacts SET deleted_at = now() WHERE id = %s", one)
    again = search(lender)
    assert (again.total, again.found) == (22, 2)
    assert pairs(lender) == before - {gone}
    assert len(proposals(lender, "gone")) == 1
    assert lender.scalar("SELECT count(*) FROM duplicate_keys WHERE contact_id = %s", one) == 0
    assert check(lender, other) == {other: []}


def test_one_search_at_a_time(lender: Organisation) -> None:
    people(lender, others=2)
    first = start(lender)
    assert start(lender).id == first.id
    with lender.scope():
        assert scan.cancel(first.id).status == "cancelled"
    assert not scan.step(lender.id) or get(lender, first.id).status == "cancelled"
    second = search(lender)
    assert (second.id != first.id, second.status) == (True, "done")
    with lender.scope():
        assert scan.cancel(second.id).status == "done"
        with pytest.raises(NotFound):
            scan.cancel(second.id + 999)


def test_a_step_gives_way_to_who_decides_just_now(lender: Organisation) -> None:
    import threading

    one, two = lender.contact(**ann()), lender.contact(**ann())
    check(lender, one, two)
    lender.execute("UPDATE contacts SET phone = '208-555-0111' WHERE id = %s", one)
    start(lender)
    deciding, decided = threading.Event(), threading.Event()

    def decides() -> None:
        from django.db import connections

        from loanark.kit import sql

        with lender.scope():
            sql.execute("UPDATE duplicate_proposals SET state = 'rejected', decided_by = 'ann', decided_at = now()")
            deciding.set()
            decided.wait(10)
        connections.close_all()

    thread = threading.Thread(target=decides)
    thread.start()
    assert deciding.wait(10)
    for _ in range(4):
        assert scan.step(lender.id)
    assert get(lender, start(lender).id).status == "running"
    decided.set()
    thread.join()
    search(lender)
    assert [row["decided_by"] for row in proposals(lender, "rejected")] == ["ann"]
    assert proposals(lender) == []


def test_a_book_that_grew_is_counted_anew(lender: Organisation) -> None:
    lender.contact(**ann())
    while scan.step(lender.id):
        pass
    lender.execute(
        "INSERT INTO contacts (firstname, lastname) SELECT 'A' || n, 'B' || n FROM generate_series(1, 1100) AS n"
    )
    assert scan.step(lender.id)
    (running,) = lender.rows("SELECT * FROM duplicate_scans WHERE status = 'running'")
    assert running["total"] == 1101


def test_what_is_proposed_of_somebody_who_is_deleted_goes_with_the_search(lender: Organisation) -> None:
    """A search forgets who waits to be compared, and meets only who is there."""
    people(lender)
    search(lender)
    one = lender.rows("SELECT contact_id FROM duplicate_proposals WHERE state = 'open' ORDER BY id LIMIT 1")[0]
    lender.rows("UPDATE contacts SET deleted_at = now() WHERE id = %s RETURNING id", one["contact_id"])
    search(lender)
    left = lender.rows("SELECT state FROM duplicate_proposals WHERE contact_id = %s", one["contact_id"])
    assert {row["state"] for row in left} == {"gone"}
