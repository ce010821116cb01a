"""HubSpot's journal as a way to learn of changes: one reader, hints only, a position that moves after them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from world import World

    from loanark.sync.journal import Reader


@pytest.fixture
def installed(make_world) -> World:  # type: ignore[no-untyped-def]
    """Connected by OAuth, as an app that has a journal is; nobody in it yet."""
    world: World = make_world()
    world.connect_by_oauth()
    world.approve_first_run()
    world.settle()
    return world


@pytest.fixture
def reader(installed: World) -> Iterator[Reader]:
    from django.db import transaction

    from loanark.kit import sql
    from loanark.sync.journal import Reader

    with transaction.atomic():
        sql.execute("DELETE FROM journal_reader")
    reader = Reader("here/1")
    while reader.step():
        pass
    yield reader
    reader._app.close()


def read(installed: World, reader: Reader) -> None:
    """A file is gathered for a second before it can be read."""
    installed.hubspot.simulator.clock.advance(1_500)
    while reader.step():
        pass


def test_the_journal_brings_edits_and_keeps_no_values(installed: World, reader: Reader) -> None:
    id = installed.hubspot.create(email="ann@example.com", firstname="Ann")
    read(installed, reader)
    assert [(hint["record_id"], hint["source"]) for hint in installed.hints()] == [(id, "journal")]
    installed.settle(polls=False)
    contact_id = installed.contact(id)["id"]
    installed.hubspot.edit(id, firstname="Anna")
    read(installed, reader)
    installed.settle(polls=False)
    assert installed.local(contact_id)["firstname"] == "Anna"


def test_deletions_and_privacy_deletions_are_evidence(installed: World, reader: Reader) -> None:
    id, contact_id = installed.pair()
    installed.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    read(installed, reader)
    assert installed.row("SELECT privacy, by FROM told_deletions") == {"privacy": True, "by": "journal"}
    installed.settle(polls=False)
    assert installed.local(contact_id)["email"] is None


def test_one_process_reads_for_everybody(installed: World, reader: Reader) -> None:
    from loanark.sync.journal import Reader

    installed.hubspot.create(email="ann@example.com")
    installed.hubspot.simulator.clock.advance(1_500)
    other = Reader("there/2")
    assert other.step() is False
    assert installed.hints() == []
    reader._let_go()
    assert other.step() is True
    assert len(installed.hints()) == 1
    other._app.close()


def test_the_position_moves_only_after_the_hints(
    installed: World, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.sync import journal

    id = installed.hubspot.create(email="ann@example.com")
    installed.hubspot.simulator.clock.advance(1_500)
    with monkeypatch.context() as patch:
        patch.setattr(journal, "_leave_hints", lambda events: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            reader.step()
    assert reader.step() is True
    assert [hint["record_id"] for hint in installed.hints()] == [id]


def test_a_lost_place_begins_anew_and_sweeps_everybody(installed: World, reader: Reader) -> None:
    from django.db import transaction

    from loanark.kit import sql

    id, contact_id = installed.pair()
    read(installed, reader)
    installed.settle(polls=False)
    with transaction.atomic():
        sql.execute("UPDATE journal_reader SET position = '00000000-0000-4000-8000-000000000000'")
    portal = installed.hubspot.portal
    portal.contacts[int(id)].props["city"] = "Boise"  # told by nobody
    portal.contacts[int(id)].wire_key = -1
    read(installed, reader)
    installed.settle(polls=False)
    assert installed.run("sweep")["trigger"] == "events of HubSpot's journal were missed"
    assert installed.local(contact_id)["city"] == "Boise"


def test_trouble_with_the_journal_is_noted_and_stops_nothing(installed: World, reader: Reader) -> None:
    from threading import Event

    from loanark.kit import sql

    installed.hubspot.fails("webhooks-journal", count=100)
    stop = Event()

    def step() -> bool:
        stop.set()
        return type(reader).step(reader)

    reader.step = step  # type: ignore[method-assign]
    reader.run(stop)
    assert sql.scalar("SELECT problem FROM journal_reader")
    installed.hubspot.create(email="ann@example.com")
    installed.settle()
    assert len(installed.live()) == 1


def test_the_journal_is_off_unless_it_is_switched_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from loanark.web.config import ConfigurationError, load

    assert load().hubspot_journal is False
    monkeypatch.setenv("LOANARK_HUBSPOT_JOURNAL", "1")
    assert load().hubspot_journal is True
    monkeypatch.setenv("LOANARK_HUBSPOT_JOURNAL", "yes")
    with pytest.raises(ConfigurationError):
        load()
