"""Erasure for privacy, ordered on either side: no value is left anywhere, and nothing brings the person back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World

CANARY = "Canaryville"
EMAIL = "canary@canaryville.example.com"
VALUES = {"email": EMAIL, "firstname": "Canarybird", "lastname": "Canaryson", "city": CANARY}


def places(world: World) -> list[str]:
    """Every table of the organisation that holds a text of the person, found in the catalogue."""
    tables = world.rows(
        """SELECT c.relname AS name FROM pg_class c
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
           WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relrowsecurity"""
    )
    return sorted(
        table["name"]
        for table in tables
        if world.rows(f'SELECT 1 FROM "{table["name"]}" t WHERE t::text ILIKE %s LIMIT 1', "%canary%")
    )


def plant(world: World) -> tuple[str, UUID]:
    """A person whose values are wherever the product puts values."""
    id, contact_id = world.pair(**VALUES)
    world.map("city", policy="ask")
    world.edit(contact_id, city=f"{CANARY} South")
    world.hubspot.edit(id, city=f"{CANARY} North")
    world.settle()
    assert world.conflicts(contact_id, open=True)
    row = {"contact_id": contact_id, "field": "phone", "side": "hubspot", "code": "refused"}
    names, marks = ", ".join([*row, "value", "reason"]), ", ".join(["%s"] * 6)
    world.sql(f"INSERT INTO contact_rejections ({names}) VALUES ({marks})", *row.values(), "Canary 1", "No Canary 1.")
    world.sql(
        """INSERT INTO runs (kind, status, trigger, counts, findings) VALUES ('preview', 'cancelled', 'x', '{}',
           jsonb_build_object('samples', jsonb_build_array(
               jsonb_build_object('action', 'match', 'name', 'Canarybird Canaryson', 'email', %s::text, 'detail', ''),
               jsonb_build_object('action', 'match', 'name', 'Canarybird Canaryson', 'email', null, 'detail', ''),
               jsonb_build_object('action', 'match', 'name', 'Bob', 'email', 'bob@example.com', 'detail', ''))))""",
        EMAIL,
    )
    world.sql(
        "INSERT INTO planned (run_id, seq, record, contact_id, action, reason, operations, digest) "
        "VALUES (1, 1, %s, %s, 'update', 'x', %s, '')",
        id,
        contact_id,
        '[{"after": "Canary"}]',
    )
    world.sql("UPDATE hints SET last_error = 'Canary'")
    assert len(places(world)) >= 7
    return id, contact_id


def tombstones(world: World) -> dict[str, Any]:
    return {row["side"]: row for row in world.rows("SELECT * FROM contact_tombstones WHERE erased_at IS NOT NULL")}


def assert_erased(world: World, id: str, contact_id: UUID) -> None:
    assert places(world) == []
    row = world.local(contact_id)
    assert row["deleted_at"] is not None
    assert {name: row[name] for name in VALUES} == dict.fromkeys(VALUES)
    found = tombstones(world)
    assert (found["hubspot"]["record_id"], found["loanark"]["record_id"]) == (id, str(contact_id))
    assert found["loanark"]["email_hash"].startswith("v1.")
    assert EMAIL not in found["loanark"]["email_hash"]
    changes = world.changes(contact_id)
    assert len(changes) >= 2
    assert {(str(row["before"]), str(row["after"]), row["reason"]) for row in changes} == {
        ("{}", "{}", "erased for privacy")
    }
    bobs = world.row("SELECT findings -> 'samples' AS samples FROM runs WHERE findings ? 'samples' AND trigger = 'x'")
    assert [sample["name"] for sample in bobs["samples"]] == ["Bob"]


def test_a_privacy_deletion_in_hubspot_erases_every_value_everywhere(world: World) -> None:
    id, contact_id = plant(world)
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle(polls=False)
    assert_erased(world, id, contact_id)
    assert "privacy deletion (webhook)" in tombstones(world)["hubspot"]["evidence"]
    world.assert_at_rest()
    assert_erased(world, id, contact_id)


@pytest.mark.parametrize("first", ["deletion", "privacyDeletion"])
def test_the_two_events_of_a_privacy_deletion_may_come_in_either_order(world: World, first: str) -> None:
    id, _ = plant(world)
    world.deliver_webhooks()
    world.settle(polls=False)
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.hubspot.simulator.webhooks.take_due()
    for kind in sorted(("deletion", "privacyDeletion"), key=lambda kind: kind != first):
        event = {"portalId": world.hubspot.portal.id, "objectId": int(id), "subscriptionType": f"contact.{kind}"}
        assert world.post_webhook([event]) == 204
        world.settle(polls=False)
    assert places(world) == []
    assert len(world.hubspot) == 0, "and what was made of a late edit in between is erased as well"


def test_an_edit_of_the_erased_person_does_not_bring_them_back(world: World) -> None:
    id, contact_id = plant(world)
    world.edit(contact_id, lastname="Canaryson-Smith")
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle()
    assert_erased(world, id, contact_id)
    assert len(world.hubspot) == 0


def test_a_program_that_writes_the_erased_row_back_makes_nobody_in_hubspot(world: World) -> None:
    id, contact_id = plant(world)
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle()
    world.sql("UPDATE contacts SET email = %s, deleted_at = NULL WHERE id = %s", EMAIL, contact_id)
    world.settle()
    world.sweep()
    assert len(world.hubspot) == 0
    (rejection,) = world.rejections()
    assert (rejection["contact_id"], rejection["code"]) == (contact_id, "erased")
    world.delete(contact_id)
    world.settle()
    assert world.rejections() == []


def test_a_person_cannot_restore_an_erased_contact(world: World) -> None:
    from loanark.kit.errors import Stale

    id, contact_id = plant(world)
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle()
    with pytest.raises(Stale, match="erased for privacy"):
        world.restore(contact_id)


def test_a_forged_privacy_deletion_erases_nobody(world: World) -> None:
    id, contact_id = plant(world)
    portal_id = world.hubspot.portal.id
    event = {"portalId": portal_id, "objectId": int(id), "subscriptionType": "contact.privacyDeletion"}
    assert world.post_webhook([event]) == 204
    world.settle()
    assert world.local(contact_id)["email"] == EMAIL
    assert tombstones(world) == {}


def test_what_is_still_in_the_recycle_bin_is_deleted_and_erased_once_it_is_gone(world: World) -> None:
    id, contact_id = world.pair(**VALUES)
    world.hubspot.archive(id)
    portal_id = world.hubspot.portal.id
    event = {"portalId": portal_id, "objectId": int(id), "subscriptionType": "contact.privacyDeletion"}
    world.post_webhook([event])
    world.settle(polls=False)
    assert world.local(contact_id)["email"] == EMAIL
    assert tombstones(world) == {}
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.sql("UPDATE told_deletions SET look_at = now()")
    world.sql("UPDATE connections SET counted_at = NULL")
    world.settle(polls=False)
    assert places(world) == []
    assert tombstones(world)["hubspot"]["record_id"] == id


def test_a_contact_deleted_long_ago_is_erased_as_well(world: World) -> None:
    id, contact_id = plant(world)
    world.hubspot.archive(id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None or len(world.hubspot) == 1
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle(polls=False)
    assert places(world) == []


def test_values_that_could_never_be_stored_are_erased(world: World) -> None:
    id = world.hubspot.create(**VALUES)
    world.sql(
        "INSERT INTO contact_rejections (hubspot_id, field, side, value, code, reason) "
        "VALUES (%s, '', 'loanark', %s, 'internal', %s)",
        id,
        CANARY,
        CANARY,
    )
    world.hubspot.simulator.webhooks.take_due()
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.deliver_webhooks()
    world.settle(polls=False)
    assert places(world) == []
    assert world.rejections() == []


# Ordered in LoanArk


def order(world: World, contact_id: UUID) -> bool:
    from loanark.contacts import erasure

    return world._act(lambda: erasure.ask(world.tenant_id, contact_id, by="jane@lender.example"))


def test_an_erasure_ordered_in_loanark_erases_in_hubspot_first_and_then_here(world: World) -> None:
    id, contact_id = plant(world)
    assert order(world, contact_id) is False
    world.settle(polls=False)
    assert_erased(world, id, contact_id)
    assert len(world.hubspot) == 0
    assert "jane@lender.example" in tombstones(world)["loanark"]["evidence"]
    assert world.rows("SELECT * FROM erasures") == []
    world.deliver_webhooks()
    world.assert_at_rest()
    assert_erased(world, id, contact_id)


def test_ordering_twice_is_ordering_once(world: World) -> None:
    _, contact_id = plant(world)
    assert (order(world, contact_id), order(world, contact_id)) == (False, False)
    assert len(world.rows("SELECT * FROM erasures")) == 1
    world.settle(polls=False)
    assert order(world, contact_id) is True


def test_a_contact_that_never_was_in_hubspot_is_erased_at_once(world: World) -> None:
    contact_id = world.insert(firstname="Canarybird", email=EMAIL)
    assert order(world, contact_id) is True
    assert places(world) == []
    world.settle()
    assert len(world.hubspot) == 0


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_erasure_without_an_answer_is_read_back(world: World, when: str) -> None:
    from loanark.hubspot.client import MAX_ATTEMPTS
    from loanark.sync.engine import Turn

    id, contact_id = plant(world)
    order(world, contact_id)
    world.hubspot.fails("gdpr-delete", count=MAX_ATTEMPTS, when=when)
    assert world.turn() in (Turn.TROUBLE, Turn.IDLE)
    world.settle(polls=False)
    assert_erased(world, id, contact_id)
    assert len(world.hubspot) == 0


def test_a_worker_that_dies_after_erasing_in_hubspot_is_followed_by_one_that_erases_here(world: World) -> None:
    id, contact_id = plant(world)
    order(world, contact_id)
    with world.killed_at("loanark.contacts.erasure.erase"):
        world.turn()
    assert len(world.hubspot) == 0
    assert world.row("SELECT action FROM intents")["action"] == "erase"
    world.edit(contact_id, phone="208-555-0100")
    world.settle(polls=False)
    assert_erased(world, id, contact_id)
    assert len(world.hubspot) == 0


def test_an_order_in_hubspots_recycle_bin_reaches_there(world: World) -> None:
    id, contact_id = world.pair(**VALUES)
    world.delete(contact_id)
    world.settle()
    order(world, contact_id)
    world.settle()
    assert places(world) == []
    assert str(id) in tombstones(world)["hubspot"]["record_id"]


def test_nobody_else_is_touched(world: World) -> None:
    _, contact_id = plant(world)
    other, other_id = world.pair(email="bob@example.com", firstname="Bob", city="Boise")
    order(world, contact_id)
    world.settle()
    assert world.local(other_id)["city"] == "Boise"
    assert world.hubspot[other]["city"] == "Boise"
    assert world.changes(other_id)[0]["after"]["city"] == "Boise"
    world.assert_balanced()


def test_an_unknown_contact_is_not_found(world: World) -> None:
    from loanark.kit.errors import NotFound

    with pytest.raises(NotFound):
        order(world, uuid4())


def test_the_hash_of_an_address_is_the_same_for_the_same_address_only(world: World) -> None:
    from loanark.contacts.erasure import email_hash
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        assert email_hash(" Canary@X.example ") == email_hash("canary@x.example")
        assert email_hash("canary@x.example") != email_hash("canary@y.example")


def test_an_administrator_orders_it_over_http_and_learns_what_becomes_of_it(database: str) -> None:
    from organisations import make_organisation

    organisation = make_organisation()
    alone = organisation.contact(firstname="Canarybird")
    linked = organisation.contact(firstname="Canarybird")
    organisation.insert("contact_links", contact_id=linked, hubspot_id="9", base="{}", remote="{}")
    done = organisation.call("POST", f"contacts/{alone}/erase")
    assert (done.status_code, done.json()["done"]) == (202, True)
    waits = organisation.call("POST", f"contacts/{linked}/erase")
    assert (waits.status_code, waits.json()["done"]) == (202, False)
    assert "Ordered" in waits.json()["detail"]
    (change,) = [row for row in organisation.get(f"contacts/{alone}/timeline")["items"] if row["cause"] == "erasure"]
    assert (change["reason"], change["fields"]) == ("erased for privacy", [])
    assert organisation.call("POST", f"contacts/{alone}/restore").status_code == 409


def test_the_command_line_erases_only_when_it_is_sure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from loanark.cli import boot
    from loanark.cli.contacts import contacts

    monkeypatch.setattr(boot, "django", lambda: None)
    contact_id = world.insert(firstname="Canarybird")
    asked = ["erase", "--tenant", str(world.tenant_id), "--contact", str(contact_id)]
    assert CliRunner().invoke(contacts, asked).exit_code == 2
    assert places(world)
    answer = CliRunner().invoke(contacts, [*asked, "--yes"])
    assert (answer.exit_code, "Erased" in answer.output) == (0, True), answer.output
    assert places(world) == []
