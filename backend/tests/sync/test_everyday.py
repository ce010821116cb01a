"""After the first run: what somebody does on one side, the other side has."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from world import World


def test_a_contact_made_in_hubspot_comes_to_loanark(world: World) -> None:
    id = world.hubspot.create(email="ann@example.com", firstname="Ann")
    world.settle()
    assert world.contact(id)["firstname"] == "Ann"
    world.assert_balanced()


def test_a_contact_made_by_a_person_in_loanark_goes_to_hubspot(world: World) -> None:
    contact_id = world.create(email="ann@example.com", firstname="Ann")
    world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["firstname"] == "Ann"
    world.assert_balanced()


def test_a_contact_made_by_sql_goes_to_hubspot_and_carries_its_loanark_id(world: World) -> None:
    contact_id = world.insert(firstname="Ann")
    world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["loanark_id"] == str(contact_id)
    world.assert_balanced()


def test_an_edit_in_hubspot_comes_to_loanark(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.edit(id, firstname="Anna", client_type_prospects="Refinance;Investor")
    world.settle()
    assert world.local(contact_id)["firstname"] == "Anna"
    assert world.local(contact_id)["client_type_prospects"] == "Refinance;Investor"
    world.assert_balanced()


def test_an_edit_by_a_person_in_loanark_goes_to_hubspot(world: World) -> None:
    id, contact_id = world.pair()
    world.edit(contact_id, firstname="Anna")
    world.settle()
    assert world.hubspot[id]["firstname"] == "Anna"
    assert world.hubspot.writes() == ["batch/update"]
    world.assert_balanced()


def test_an_edit_by_sql_goes_to_hubspot(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET city = 'Boise', loan_amount = 250000.50 WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.hubspot[id]["loanark_loan_amount"] == "250000.50"
    world.assert_balanced()


def test_only_the_changed_field_is_sent(world: World) -> None:
    id, contact_id = world.pair()
    before = len(world.hubspot.portal.contacts[int(id)].revisions("firstname"))
    world.edit(contact_id, city="Boise")
    world.settle()
    assert len(world.hubspot.portal.contacts[int(id)].revisions("firstname")) == before


def test_a_field_cleared_in_hubspot_is_cleared_in_loanark(world: World) -> None:
    id, contact_id = world.pair(phone="208-555-0100")
    world.hubspot.edit(id, phone="")
    world.settle()
    assert world.local(contact_id)["phone"] is None
    world.assert_balanced()


def test_a_field_cleared_in_loanark_is_cleared_in_hubspot(world: World) -> None:
    id, contact_id = world.pair(phone="208-555-0100")
    world.edit(contact_id, phone=None)
    world.settle()
    assert "phone" not in world.hubspot[id]
    world.assert_balanced()


def test_an_empty_text_written_by_sql_is_a_blank(world: World) -> None:
    id, contact_id = world.pair(phone="208-555-0100")
    world.sql("UPDATE contacts SET phone = ' ' WHERE id = %s", contact_id)
    world.settle()
    assert "phone" not in world.hubspot[id]
    world.assert_balanced()


def test_typed_values_cross_both_ways(world: World) -> None:
    typed = {
        "loanark_loan_amount": "1234567.123456",
        "loanark_closing_date": "2026-12-01",
        "loanark_consent_to_contact": "false",
    }
    id, contact_id = world.pair(**typed)
    row = world.local(contact_id)
    assert row["loan_amount"] == Decimal("1234567.123456")
    assert row["closing_date"] == date(2026, 12, 1)
    assert row["consent_to_contact"] is False
    world.sql("UPDATE contacts SET closing_date = '2027-01-02', consent_to_contact = true WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["loanark_closing_date"] == "2027-01-02"
    assert world.hubspot[id]["loanark_consent_to_contact"] == "true"
    world.assert_balanced()


def test_the_same_phone_written_differently_is_no_change(world: World) -> None:
    id, contact_id = world.pair(phone="(208) 555-0100")
    world.sql("UPDATE contacts SET phone = '+1 208 555 0100' WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot.writes() == []
    assert world.hubspot[id]["phone"] == "(208) 555-0100"


def test_a_contact_deleted_in_loanark_is_archived_in_hubspot(world: World) -> None:
    id, contact_id = world.pair()
    world.delete(contact_id)
    world.settle()
    assert world.hubspot[id] is not None and world.hubspot.portal.contacts[int(id)].archived
    world.assert_balanced()


def test_a_row_deleted_by_sql_is_archived_in_hubspot(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("DELETE FROM contacts WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot.portal.contacts[int(id)].archived
    world.assert_balanced()


def test_a_contact_archived_in_hubspot_is_deleted_in_loanark_by_the_next_poll(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None
    evidence = world.row("SELECT evidence FROM contact_tombstones WHERE side = 'hubspot' AND record_id = %s", id)
    assert evidence["evidence"] == "archived in HubSpot"
    world.assert_balanced()


def test_a_contact_archived_in_hubspot_is_deleted_in_loanark_by_webhook(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.deliver_webhooks()
    world.settle(polls=False)
    assert world.local(contact_id)["deleted_at"] is not None


def test_a_contact_gone_from_hubspot_without_a_word_is_deleted_in_loanark_by_the_second_sweep(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.user("POST", f"contacts/{id}/privacy-delete")
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None, "a poll cannot see this"
    world.sweep()
    assert world.local(contact_id)["deleted_at"] is None, "one absence may be HubSpot's mistake"
    world.sweep()
    assert world.local(contact_id)["deleted_at"] is not None
    world.assert_balanced()


def test_a_contact_restored_in_hubspot_is_the_same_contact_again_in_loanark(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.settle()
    world.hubspot.restore(id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    assert world.hubspot_id(contact_id) == id
    world.assert_balanced()


def test_a_contact_restored_in_loanark_is_made_in_hubspot_again(world: World) -> None:
    id, contact_id = world.pair(phone="208-555-0100")
    world.delete(contact_id)
    world.settle()
    world.restore(contact_id)
    world.settle()
    assert world.hubspot_id(contact_id) != id, "HubSpot's interface cannot restore"
    assert world.hubspot[world.hubspot_id(contact_id)]["phone"] == "208-555-0100"
    world.assert_balanced()


def test_a_contact_deleted_and_restored_before_anybody_looked_stays_as_it_was(world: World) -> None:
    id, contact_id = world.pair()
    world.delete(contact_id)
    world.restore(contact_id)
    world.settle()
    assert world.hubspot.writes() == []
    assert world.hubspot_id(contact_id) == id


def test_what_was_deleted_in_hubspot_and_edited_in_loanark_is_kept(world: World) -> None:
    id, contact_id = world.pair()
    world.hubspot.archive(id)
    world.edit(contact_id, firstname="Anna")
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    assert world.hubspot[world.hubspot_id(contact_id)]["firstname"] == "Anna"
    world.assert_balanced()


def test_what_was_deleted_in_loanark_and_edited_in_hubspot_is_kept(world: World) -> None:
    id, contact_id = world.pair()
    world.delete(contact_id)
    world.hubspot.edit(id, firstname="Anna")
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    assert world.contact(id)["firstname"] == "Anna"
    world.assert_balanced()


def test_a_row_deleted_by_sql_comes_back_under_its_id_when_hubspot_was_edited(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("DELETE FROM contacts WHERE id = %s", contact_id)
    world.hubspot.edit(id, firstname="Anna")
    world.settle()
    assert world.contact(id)["id"] == contact_id
    world.assert_balanced()


def test_a_contact_that_comes_back_keeps_what_only_loanark_knows(world: World) -> None:
    id, contact_id = world.pair()
    world.map("city", direction="to_hubspot")
    world.edit(contact_id, city="Boise")
    world.settle()
    world.delete(contact_id)
    world.hubspot.edit(id, firstname="Anna")
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    world.assert_balanced()


def test_deleted_on_both_sides_is_over(world: World) -> None:
    id, contact_id = world.pair()
    world.delete(contact_id)
    world.hubspot.archive(id)
    world.settle()
    assert world.hubspot.writes() == []
    world.assert_balanced()


def test_a_bulk_update_by_sql_goes_to_hubspot_in_batches(world: World) -> None:
    world.sql("INSERT INTO contacts (firstname, lastname) SELECT 'P' || n, 'Bulk' FROM generate_series(1, 250) n")
    world.settle()
    assert world.hubspot.writes() == ["batch/upsert"] * 3
    world.hubspot.forget_requests()
    world.sql("UPDATE contacts SET city = 'Boise'")
    world.settle()
    assert world.hubspot.writes() == ["batch/update"] * 3
    assert {world.hubspot[str(id)]["city"] for id in world.hubspot.portal.live} == {"Boise"}
    world.assert_balanced()


def test_a_to_loanark_field_edited_in_loanark_is_put_back(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.map("city", direction="to_loanark")
    world.edit(contact_id, city="Nampa")
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert world.hubspot[id]["city"] == "Boise"
    assert world.hubspot.writes() == []


def test_a_burst_of_edits_is_one_write(world: World) -> None:
    id, contact_id = world.pair()
    for number in range(5):
        world.edit(contact_id, city=f"Town {number}")
    world.settle()
    assert world.hubspot[id]["city"] == "Town 4"
    assert world.hubspot.writes() == ["batch/update"]
