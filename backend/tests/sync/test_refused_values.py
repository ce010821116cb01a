"""A value that cannot be carried over fails its field with a reason; everything else goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from world import World


def test_an_e_mail_hubspot_refuses_is_told_and_the_other_fields_go_on(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET email = 'not an e-mail', city = 'Boise' WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.hubspot[id]["email"] == "ann@example.com"
    (rejection,) = world.rejections(contact_id)
    assert (rejection["field"], rejection["side"], rejection["value"]) == ("email", "hubspot", "not an e-mail")
    assert "invalid" in rejection["reason"]


def test_an_unknown_option_is_told_in_one_line(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum', city = 'Boise' WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    (rejection,) = world.rejections(contact_id)
    assert rejection["field"] == "client_type_vip_status"
    assert rejection["reason"] == "VIP status: Platinum was not one of the allowed options"


def test_two_fields_refused_one_after_the_other_are_both_told(world: World) -> None:
    id, contact_id = world.pair()
    world.pair(email="bob@example.com")
    world.sql(
        "UPDATE contacts SET client_type_vip_status = 'Platinum', email = 'bob@example.com', city = 'Boise' "
        "WHERE id = %s",
        contact_id,
    )
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert {row["field"] for row in world.rejections(contact_id)} == {"client_type_vip_status", "email"}
    assert world.rows("SELECT * FROM intents") == []


def test_a_refused_value_is_not_sent_again_at_each_look(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum' WHERE id = %s", contact_id)
    world.settle()
    world.hubspot.edit(id, city="Boise")
    world.hubspot.forget_requests()
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert world.hubspot.writes() == []
    assert len(world.rejections(contact_id)) == 1
    world.assert_at_rest()


def test_a_corrected_value_settles_it(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum' WHERE id = %s", contact_id)
    world.settle()
    world.edit(contact_id, client_type_vip_status="VIP")
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "VIP"
    assert world.rejections() == []
    world.assert_balanced()


def test_a_retry_succeeds_once_hubspot_knows_the_option(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum' WHERE id = %s", contact_id)
    world.settle()
    world.retry(contact_id)
    world.settle()
    assert world.rejections(contact_id)[0]["attempts"] == 2
    options = [{"label": v, "value": v, "displayOrder": n} for n, v in enumerate(("VIP", "Platinum"))]
    world.hubspot.user("PATCH", "properties/client_type_vip_status", options=options)
    world.retry(contact_id)
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "Platinum"
    assert world.rejections() == []
    world.assert_balanced()


@pytest.mark.parametrize(
    ("prop", "field", "value"),
    [
        ("loanark_loan_amount", "loan_amount", "about 200k"),
        ("loanark_loan_amount", "loan_amount", "1e999999"),
        ("loanark_closing_date", "closing_date", "12/31/2026"),
        ("loanark_consent_to_contact", "consent_to_contact", "perhaps"),
        ("firstname", "firstname", "A\0n"),
    ],
)
def test_an_unreadable_value_from_hubspot_fails_its_field_only(world: World, prop: str, field: str, value: str) -> None:
    id, contact_id = world.pair()
    before = world.local(contact_id)[field]
    world.hubspot.force(id, **{prop: value, "city": "Boise"})
    world.settle()
    row = world.local(contact_id)
    assert (row["city"], row[field]) == ("Boise", before)
    (rejection,) = world.rejections(contact_id)
    assert (rejection["field"], rejection["code"]) == (field, "unreadable")
    assert world.hubspot.writes() == []
    world.hubspot.edit(id, **{prop: ""})
    world.settle()
    assert world.rejections() == []
    world.assert_balanced()


def test_a_contact_with_the_e_mail_of_an_unlinked_hubspot_contact_is_linked_to_it(world: World) -> None:
    id = world.hubspot.create(email="ann@example.com", firstname="Ann", city="Boise")
    contact_id = world.insert(email="Ann@Example.com", firstname="Anna")
    world.settle(polls=False)
    assert world.hubspot_id(contact_id) == id
    assert len(world.hubspot) == 1
    assert world.local(contact_id)["city"] == "Boise"
    assert [conflict["field"] for conflict in world.conflicts(contact_id)] == ["firstname"]
    world.assert_balanced()


def test_a_contact_with_the_e_mail_of_a_linked_contact_is_told_as_a_duplicate(world: World) -> None:
    id, _ = world.pair()
    contact_id = world.insert(email="ann@example.com", firstname="Twin")
    world.settle()
    (rejection,) = world.rejections(contact_id)
    assert (rejection["code"], rejection["field"]) == ("duplicate-email", "")
    assert id in rejection["reason"]
    world.edit(contact_id, email="twin@example.com")
    world.settle()
    assert world.rejections() == []
    world.assert_balanced()


def test_two_new_contacts_with_one_e_mail_are_one_contact_and_one_duplicate(world: World) -> None:
    twins = world.rows("INSERT INTO contacts (email) VALUES ('ann@example.com'), ('ann@example.com') RETURNING id")
    world.settle()
    assert len(world.hubspot) == 1
    (rejection,) = world.rejections()
    assert rejection["contact_id"] in {row["id"] for row in twins}


def test_two_new_contacts_with_the_e_mail_of_one_hubspot_contact_are_both_answered_for(world: World) -> None:
    id = world.hubspot.create(email="ann@example.com")
    world.sql("INSERT INTO contacts (email) VALUES ('ann@example.com'), ('ann@example.com')")
    world.settle(polls=False)
    assert world.contact(id) is not None
    assert [row["code"] for row in world.rejections()] == ["duplicate-email"]


def test_a_contact_whose_only_value_is_refused_waits_for_a_correction(world: World) -> None:
    contact_id = world.insert(email="ann@lender.test")
    world.settle()
    assert len(world.hubspot) == 0
    assert world.rejections(contact_id)
    world.assert_at_rest()
    world.edit(contact_id, email="ann@example.com")
    world.settle()
    assert world.rejections() == []
    world.assert_balanced()


def test_a_new_contact_is_made_without_the_value_hubspot_refuses(world: World) -> None:
    contact_id = world.insert(email="ann@lender.test", firstname="Ann")
    world.settle()
    assert world.hubspot[world.hubspot_id(contact_id)]["firstname"] == "Ann"
    (rejection,) = world.rejections(contact_id)
    assert rejection["field"] == "email"
    assert world.local(contact_id)["email"] == "ann@lender.test"
    world.assert_at_rest()


def test_a_contact_without_any_name_is_refused_as_a_whole(world: World) -> None:
    contact_id = world.insert(city="Boise")
    world.settle()
    assert "" in {row["field"] for row in world.rejections(contact_id)}
    world.assert_at_rest()
    world.edit(contact_id, firstname="Ann")
    world.settle()
    assert world.rejections() == []
    world.assert_balanced()


def test_a_run_that_leaves_something_behind_is_partial(world: World) -> None:
    world.pair()
    with world.another_program() as program:
        program.execute("SET loanark.origin = 'sync'")  # an edit no hint tells of: the sweep finds it
        program.execute("UPDATE contacts SET client_type_vip_status = 'Platinum'")
    world.sweep()
    run = world.run("sweep")
    assert run["status"] == "partial"
    assert run["counts"]["rejected"] == 1


def test_a_value_hubspot_stores_differently_is_told_and_loanark_keeps_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hubspot_simulator.records.values

    id, contact_id = world.pair()
    text = hubspot_simulator.records.values._text
    monkeypatch.setattr(hubspot_simulator.records.values, "_text", lambda prop, value: text(prop, value)[:5])
    world.edit(contact_id, city="Garden City")
    world.settle()
    assert world.hubspot[id]["city"] == "Garde"
    assert world.local(contact_id)["city"] == "Garden City"
    (rejection,) = world.rejections(contact_id)
    assert (rejection["field"], rejection["code"]) == ("city", "coerced")
    world.assert_at_rest()


def test_without_the_permission_for_its_property_no_contact_is_made_and_the_reason_told(world: World) -> None:
    scopes = ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read"]
    world.hubspot.user("PUT", "settings", static_scopes=scopes)
    id, _ = world.pair(email="bob@example.com")
    contact_id = world.insert(firstname="Ann")
    world.settle()
    (rejection,) = world.rejections(contact_id)
    assert rejection["code"] == "no-key-property"
    world.hubspot.edit(id, city="Boise")
    world.settle()
    assert world.contact(id)["city"] == "Boise", "everything else goes on"


def test_an_account_that_refuses_the_property_is_asked_once_a_turn_and_everything_else_goes_on(world: World) -> None:
    """Ten unique properties are all an account may have."""
    id, linked = world.pair(email="bob@example.com")
    world.hubspot.forget_requests()
    world.hubspot.user("POST", "faults", path="/properties/", method="POST", status=400, count=1000)
    contact_id = world.insert(firstname="Ann")
    world.edit(linked, city="Boise")
    world.settle()
    (rejection,) = world.rejections(contact_id)
    assert rejection["code"] == "no-key-property"
    assert world.hubspot[id]["city"] == "Boise", "everything else goes on"
    asked = [path for path in world.hubspot.writes() if "/properties/" in path]
    assert len(asked) <= 4, "a group and a property for each turn that has somebody to make"


def test_without_a_group_of_its_own_the_property_lies_with_hubspots(world: World) -> None:
    world.hubspot.user("POST", "faults", path="/groups", method="POST", status=400, count=1000)
    contact_id = world.insert(firstname="Ann")
    world.settle()
    assert world.hubspot_id(contact_id)


def test_a_sweep_that_finds_refused_values_again_is_partial(world: World) -> None:
    _, contact_id = world.pair()
    world.sql("UPDATE contacts SET email = 'not an address' WHERE id = %s", contact_id)
    world.settle()
    world.sweep()
    run = world.run("sweep")
    assert (run["status"], run["reason"]) == ("partial", "1 value or contact is not carried over; each says why.")
