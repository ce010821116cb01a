"""Was this record synced? If not, why? The sentence says what is so, and the facts prove it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World

    from loanark.sync.monitor_schemas import Candidate, ExplainOut, LookOut


@pytest.fixture(autouse=True)
def a_worker_lives(database: str) -> None:
    from loanark.sync import worker

    worker.beat("test")


def ask(world: World, question: str, own: str | None = None) -> ExplainOut:
    from loanark.sync.explain import explain
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return explain(question, own)


def one(world: World, question: str) -> Candidate:
    (found,) = ask(world, question).candidates
    return found


def facts(candidate: Candidate) -> dict[str, str]:
    return {fact.label: fact.value for fact in candidate.explanation.facts}


def test_a_contact_is_found_by_whatever_names_it(world: World) -> None:
    id, contact_id = world.pair(phone="+15125551000", lastname="Lovelace", company="Engines")
    for question in (
        "lovelace",
        "Ann Lovelace",
        "ANN@example.com ",
        "Engines",
        "+1 (512) 555-1000",
        "5125551000",
        id,
        f"https://app.hubspot.com/contacts/1/record/0-1/{id}",
        f"https://app.hubspot.com/contacts/1/contact/{id}?x=1",
        str(contact_id),
        f"https://crm.lender.example/first-lender/contacts/{contact_id}",
    ):
        found = ask(world, question)
        assert [candidate.contact_id for candidate in found.candidates] == [contact_id], question
        assert found.searched


def test_in_sync_says_when_both_sides_were_read(world: World) -> None:
    id, _ = world.pair(lastname="Lovelace")
    found = one(world, id)
    told = found.explanation
    assert (told.level, told.sentence) == ("in_sync", "Ann Lovelace is in sync: both sides hold the same values.")
    assert told.since is not None
    assert facts(found)["HubSpot id"] == id
    assert next(fact for fact in told.facts if fact.label == "HubSpot read").at is not None
    assert [event.op for event in found.events] == ["created"]


def test_an_edit_on_its_way_waits_and_heals(world: World) -> None:
    _, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    told = one(world, str(contact_id)).explanation
    assert (told.level, told.action) == ("heals", "look")
    assert told.sentence == "Ann waits for a look: it was changed in LoanArk."
    assert told.detail == "It goes on by itself, usually within seconds."
    world.settle()
    assert one(world, str(contact_id)).explanation.level == "in_sync"


def test_a_look_that_failed_says_how_and_when_the_next_one_is(world: World) -> None:
    _, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.sql("UPDATE hints SET attempts = 3, last_error = 'HubSpot answered 503', not_before = now() + '2 min'")
    found = one(world, str(contact_id))
    assert found.explanation.level == "heals"
    assert found.explanation.detail == "The last look failed. It is tried again by itself, each time a little later."
    assert facts(found)["Last look"] == "HubSpot answered 503 (tried 3 times)"


def test_without_a_worker_it_says_so(world: World) -> None:
    _, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.owner_sql("UPDATE worker_beats SET seen_at = now() - interval '1 hour'")
    detail = one(world, str(contact_id)).explanation.detail
    assert detail == "No worker is alive: it goes on when one runs."


def test_a_new_contact_waits_to_be_created(world: World) -> None:
    contact_id = world.create(firstname="Bob", email="bob@example.com")
    told = one(world, "bob@example.com").explanation
    assert (told.level, told.sentence) == ("heals", "Bob is not in HubSpot yet: it waits to be created there.")
    world.settle()
    assert one(world, str(contact_id)).explanation.level == "in_sync"


def test_a_conflict_shows_all_values(world: World) -> None:
    id, contact_id = world.pair(city="Austin")
    world.map("city", policy="ask")
    world.hubspot.edit(id, city="Dallas")
    world.edit(contact_id, city="Boise")
    world.settle()
    found = one(world, id)
    assert (found.explanation.level, found.explanation.action) == ("needs_you", "decide_conflict")
    assert found.explanation.sentence == "Both sides changed City of Ann differently."
    assert facts(found)["City"] == "HubSpot “Dallas”, LoanArk “Boise”, before “Austin”"


def test_a_refused_value_says_why_and_what_to_do(world: World) -> None:
    id, contact_id = world.pair()
    world.edit(contact_id, client_type_vip_status="Platinum")
    world.settle()
    found = one(world, id)
    assert (found.explanation.level, found.explanation.action) == ("needs_you", "mend_value")
    assert found.explanation.sentence == "HubSpot did not take VIP status of Ann."
    assert "Platinum was not one of the allowed options" in facts(found)["VIP status"]
    assert found.explanation.detail and found.explanation.detail.startswith("Change the value to one HubSpot takes")


def test_trouble_of_our_own_heals(world: World) -> None:
    _, contact_id = world.pair()
    world.sql(
        """INSERT INTO contact_rejections (contact_id, side, code, reason)
           VALUES (%s, 'loanark', 'internal', 'No room.')""",
        contact_id,
    )
    told = one(world, str(contact_id)).explanation
    assert (told.level, told.action) == ("heals", "wait")


def test_a_deletion_says_by_whom_and_on_what_evidence(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.settle()
    found = one(world, str(contact_id))
    assert (found.explanation.level, found.explanation.action) == ("none", "restore")
    assert found.explanation.sentence == "Ann was deleted in HubSpot."
    assert facts(found)["Evidence"]
    _, other = world.pair(email="bob@example.com", firstname="Bob")
    world.delete(other)
    found = one(world, "bob@example.com")
    assert found.explanation.sentence == "Bob was deleted by jane@lender.example in LoanArk."
    assert found.explanation.detail and found.explanation.detail.startswith("HubSpot still has it")


def test_what_a_brake_holds_waits_for_a_person(make_world: Callable[..., World]) -> None:
    world = make_world(people=60)
    world.start()
    world.sql("UPDATE contacts SET deleted_at = now()")
    world.settle()
    held: Any = world.rows("SELECT record FROM held_operations LIMIT 1")[0]["record"]
    world.sql("UPDATE contacts SET deleted_at = NULL WHERE id = %s", held)
    told = one(world, held).explanation
    assert (told.level, told.action) == ("needs_you", "decide_held")
    assert told.sentence.startswith("A brake holds deleting it in HubSpot")


def test_a_paused_sync_is_why_it_waits(world: World) -> None:
    from loanark.connections import settings
    from loanark.tenants.access import tenant_scope

    id, contact_id = world.pair()
    with tenant_scope(world.tenant_id):
        settings.halt(world.tenant_id, by="jane@lender.example", reason="Audit week")
    world.edit(contact_id, city="Boise")
    told = one(world, id).explanation
    assert (told.level, told.action, told.detail) == ("needs_you", "resume", "Audit week")
    assert told.sentence == "Ann waits: jane@lender.example paused the sync."


def test_before_the_first_run_is_approved(make_world: Callable[..., World]) -> None:
    world = make_world(people=0)
    id = world.hubspot.create(email="new@example.com")
    assert ask(world, "new@example.com").absent[0] == "HubSpot is not connected, so nothing of it was read."
    world.connect()
    world.settle()
    assert "the first run waits for approval" in ask(world, "new@example.com").absent[0]
    told = one(world, id).explanation
    assert (told.level, told.action, told.run_id) == ("needs_you", "approve_run", world.run("preview")["id"])
    assert "nothing flows before a person approves the first run" in told.sentence


def test_a_hubspot_contact_that_was_told_of_and_not_read(world: World) -> None:
    world.sql("INSERT INTO hints (side, record_id, source, lane) VALUES ('hubspot', '777', 'webhook', 1)")
    found = one(world, "777")
    assert (found.contact_id, found.hubspot_id, found.explanation.level) == (None, "777", "heals")
    assert found.explanation.sentence == "HubSpot contact 777 is known and not read yet: it waits for a look."


def test_a_merged_id_leads_to_the_contact_that_lives_on(world: World) -> None:
    first, _ = world.pair()
    second, _ = world.pair(email="ann2@example.com")
    survivor = world.hubspot.merge(first, second)
    world.settle()
    assert {one(world, first).hubspot_id, one(world, second).hubspot_id} == {survivor}


def test_an_erased_person_is_not_found_and_their_address_says_so(world: World) -> None:
    from loanark.contacts import erasure
    from loanark.tenants.access import tenant_scope

    _, contact_id = world.pair()
    with tenant_scope(world.tenant_id):
        erasure.ask(world.tenant_id, contact_id, by="jane@lender.example")
    assert one(world, "ann@example.com").explanation.sentence.startswith("Ann is being erased for privacy")
    world.settle()
    found = ask(world, "ann@example.com")
    assert found.candidates == []
    assert found.absent[0].startswith("A person of this address was erased for privacy on ")
    assert one(world, str(contact_id)).explanation.sentence.startswith("This person was erased for privacy.")


def test_nothing_found_says_what_was_searched_and_why_there_may_be_nothing(world: World) -> None:
    found = ask(world, "nobody@example.com")
    assert (found.searched, found.candidates, found.more) == ("e-mail addresses", [], False)
    assert len(found.absent) >= 2


def test_five_are_shown_and_more_are_told(make_world: Callable[..., World]) -> None:
    world = make_world(people=0)
    for number in range(7):
        world.insert(firstname=f"Same{number}", email=f"same{number}@example.com")
    found = ask(world, "same")
    assert (len(found.candidates), found.more) == (5, True)


# A look that somebody asked for


def look(world: World, contact_id: UUID) -> LookOut:
    from loanark.sync import standing
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return standing.look(contact_id)


def test_a_look_waits_until_both_sides_were_read(world: World) -> None:
    _, contact_id = world.pair()
    assert not look(world, contact_id).waits
    world.resync(contact_id)
    told = look(world, contact_id)
    assert (told.waits, told.attempts, told.last_error, told.stopped) == (True, 0, None, None)
    world.settle()
    assert not look(world, contact_id).waits


def test_a_look_says_what_keeps_it_waiting(world: World) -> None:
    from loanark.connections import settings
    from loanark.tenants.access import tenant_scope

    _, contact_id = world.pair()
    with tenant_scope(world.tenant_id):
        settings.halt(world.tenant_id, by="jane", reason="moving")
    world.resync(contact_id)
    assert look(world, contact_id).stopped == "It waits: jane paused the sync."
    with tenant_scope(world.tenant_id):
        settings.resume(world.tenant_id)
    world.sql("DELETE FROM hints")
    world.sql(
        """INSERT INTO hints (side, record_id, source, lane, attempts, last_error)
           VALUES ('loanark', %s, 'resync', 0, 2, 'HubSpot answered with status 503')""",
        str(contact_id),
    )
    told = look(world, contact_id)
    assert (told.attempts, told.last_error) == (2, "HubSpot answered with status 503")


def test_whoever_watches_hears_of_a_look_that_found_nothing(world: World) -> None:
    _, contact_id = world.pair()
    world.resync(contact_id)
    with world.owner() as connection:
        connection.autocommit = True
        connection.execute("LISTEN loanark_live")
        world.settle(polls=False)
        told = [notice.payload for notice in connection.notifies(timeout=1)]
    assert any('"contacts"' in one and str(world.tenant_id) in one for one in told)
