"""Values: what each type takes and in which form it comes back (HubSpot docs: properties guide, contacts guide)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Hub


def refused(hub: Hub, **properties: Any) -> str:
    """The code of the one value that is refused."""
    answer = hub.call("POST", "", json={"properties": {"firstname": "Ada", **properties}})
    assert answer.status_code == 400, answer.text
    return str(answer.json()["errors"][0]["code"])


def kept(hub: Hub, name: str, value: Any) -> str | None:
    """What a value became."""
    contact = hub.create(**{"firstname": "Ada", name: value})
    return value_of(hub, contact, name)


def value_of(hub: Hub, contact: str, name: str) -> str | None:
    text = hub.call("GET", f"/{contact}", params={"properties": name}).json()["properties"][name]
    return None if text is None else str(text)


def set_to(hub: Hub, contact: str, **properties: Any) -> int:
    return hub.call("PATCH", f"/{contact}", json={"properties": properties}).status_code


@pytest.mark.parametrize(("sent", "text"), [(5, "5"), (2.5, "2.5"), ("-7", "-7"), (" 12 ", "12"), ("0.50", "0.50")])
def test_numbers_come_as_numbers_or_text_and_are_kept_as_text(hub: Hub, sent: Any, text: str) -> None:
    assert kept(hub, "preapproval_amount", sent) == text


@pytest.mark.parametrize("sent", ["1,000", "+5", "1e6", "5.", "12 USD", "٣", 1e30])
def test_what_is_not_digits_and_one_point_is_no_number(hub: Hub, sent: Any) -> None:
    assert refused(hub, preapproval_amount=sent) == "INVALID_INTEGER"


@pytest.mark.parametrize(("sent", "text"), [(True, "true"), ("false", "false")])
def test_a_bool_comes_as_a_bool_or_its_text(hub: Hub, sent: Any, text: str) -> None:
    assert kept(hub, "do_not_call", sent) == text


@pytest.mark.parametrize("sent", ["True", "yes", "1", 1])
def test_other_words_for_true_are_refused(hub: Hub, sent: Any) -> None:
    assert refused(hub, do_not_call=sent) == "INVALID_OPTION"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("1767225600", "INVALID_DATE"),  # seconds
        ("2026-02-30", "INVALID_DATE"),
        ("2026-01-01T00:00:00Z", "INVALID_LONG"),
        ("01/31/2026", "INVALID_LONG"),
        ("tomorrow", "INVALID_LONG"),
    ],
)
def test_a_date_is_a_day_or_milliseconds_at_midnight(hub: Hub, sent: str, code: str) -> None:
    assert refused(hub, next_review_date=sent) == code


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2026-01-31T12:45:00.5-06:00", "2026-01-31T18:45:00.500Z"),
        ("1767225600001", "2026-01-01T00:00:00.001Z"),
        ("2026-01-31", "2026-01-31T00:00:00Z"),
    ],
)
def test_createdate_can_be_written_and_the_top_level_follows(hub: Hub, sent: str, shown: str) -> None:
    contact = hub.create(firstname="Ada", createdate=sent)
    found = hub.call("GET", f"/{contact}").json()
    assert found["createdAt"] == found["properties"]["createdate"] == shown


def test_the_same_creation_date_again_counts_as_a_change(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", createdate="2026-01-31")
    before = hub.call("GET", f"/{contact}").json()["updatedAt"]
    hub.clock.advance(1_000)
    assert set_to(hub, contact, createdate="2026-01-31") == 200
    assert hub.call("GET", f"/{contact}").json()["updatedAt"] > before


@pytest.mark.parametrize("sent", ["2026-01-31 12:45", "2026-01-31T12:45:00", "2026-W05-6", "soon"])
def test_a_moment_in_another_form_or_without_a_zone_is_refused(hub: Hub, sent: str) -> None:
    assert refused(hub, createdate=sent) == "INVALID_LONG"


def test_text_holds_65536_characters(hub: Hub) -> None:
    assert len(kept(hub, "message", "é" * 65_536) or "") == 65_536
    assert refused(hub, message="x" * 65_537) == "STRING_TOO_LONG"


@pytest.mark.parametrize("name", ["hs_additional_emails", "hs_object_id", "lastmodifieddate", "hs_merged_object_ids"])
def test_what_hubspot_keeps_itself_cannot_be_written(hub: Hub, name: str) -> None:
    assert refused(hub, **{name: "1"}) == "READ_ONLY_VALUE"


def test_a_choice_of_several_that_is_unknown_is_named_alone(hub: Hub) -> None:
    answer = hub.call("POST", "", json={"properties": {"firstname": "A", "client_type_prospects": "Investor;King"}})
    assert answer.json()["errors"][0]["message"].startswith("King was not one of the allowed options: [label: ")


def test_an_owner_is_set_by_id_not_by_user_id(hub: Hub) -> None:
    owner = next(iter(hub.portal.owners.values()))
    assert kept(hub, "hubspot_owner_id", str(owner.id)) == str(owner.id)
    assert refused(hub, hubspot_owner_id=str(owner.user_id)) == "INVALID_OPTION"


def test_null_clears_where_the_account_is_told_so(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", city="Austin")
    hub.user("PUT", "settings", rules={"null_values": "clears"})
    assert set_to(hub, contact, city=None) == 200
    assert value_of(hub, contact, "city") is None


def test_null_is_refused_where_the_account_is_told_so(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    hub.user("PUT", "settings", rules={"null_values": "refused"})
    assert set_to(hub, contact, city=None) == 400


def test_a_step_back_of_the_lifecycle_stage_is_refused_where_the_account_is_told_so(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", lifecyclestage="customer")
    hub.user("PUT", "settings", rules={"lifecycle_back_refused": True})
    assert set_to(hub, contact, lifecyclestage="lead") == 400


# ---- e-mail addresses ---------------------------------------------------------------------------------


def test_an_address_that_another_contact_has_is_a_conflict_on_update_too(hub: Hub) -> None:
    held, other = hub.create(email="held@x.example.com"), hub.create(email="other@x.example.com")
    answer = hub.call("PATCH", f"/{other}", json={"properties": {"email": "Held@x.example.com"}})
    assert answer.status_code == 409
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {held}"


def test_a_conflict_may_come_without_the_id_of_the_holder(hub: Hub) -> None:
    hub.create(email="held@x.example.com")
    hub.user("PUT", "settings", rules={"conflict_names_holder": False})
    answer = hub.call("POST", "", json={"properties": {"email": "held@x.example.com"}})
    assert (answer.status_code, answer.json()["message"]) == (409, "Contact already exists")


def test_a_replaced_address_stays_with_its_contact(hub: Hub) -> None:
    contact = hub.create(email="old@x.example.com")
    set_to(hub, contact, email="new@x.example.com")
    assert value_of(hub, contact, "hs_additional_emails") == "old@x.example.com"
    assert hub.call("GET", "/old@x.example.com", params={"idProperty": "email"}).json()["id"] == contact
    assert hub.call("POST", "", json={"properties": {"email": "old@x.example.com"}}).status_code == 409


def test_an_additional_address_becomes_the_primary_one_again(hub: Hub) -> None:
    contact = hub.create(email="old@x.example.com")
    set_to(hub, contact, email="new@x.example.com")
    set_to(hub, contact, email="old@x.example.com")
    assert value_of(hub, contact, "email") == "old@x.example.com"
    assert value_of(hub, contact, "hs_additional_emails") == "new@x.example.com"


def test_a_replaced_address_is_free_where_the_account_is_told_so(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"replaced_email_stays": False})
    contact = hub.create(email="old@x.example.com")
    set_to(hub, contact, email="new@x.example.com")
    assert hub.create(email="old@x.example.com") != contact


def test_an_unknown_address_that_was_deleted_for_privacy_is_blocked(hub: Hub) -> None:
    hub.call("POST", "/gdpr-delete", json={"objectId": "Never@x.example.com", "idProperty": "email"})
    assert refused(hub, email="never@x.example.com") == "INVALID_EMAIL"


def test_a_privacy_deletion_says_of_whom(hub: Hub) -> None:
    assert hub.call("POST", "/gdpr-delete", json={"objectId": "", "idProperty": "email"}).status_code == 400


def test_an_archived_record_is_not_found_by_its_address(hub: Hub) -> None:
    contact = hub.create(email="gone@x.example.com")
    hub.call("DELETE", f"/{contact}")
    by_address = {"idProperty": "email", "archived": "true"}
    assert hub.call("GET", "/gone@x.example.com", params=by_address).status_code == 404


def test_a_live_record_is_not_found_among_the_archived_ones(hub: Hub) -> None:
    hub.create(email="here@x.example.com")
    by_address = {"idProperty": "email", "archived": "true"}
    assert hub.call("GET", "/here@x.example.com", params=by_address).status_code == 404
