"""Several contacts at once: one property of all, the recycle bin, and two merged into one."""

from __future__ import annotations

import pytest

from .browser import Browser
from .conftest import Hub
from .test_page_contacts import held


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub.http)


# ---- several -----------------------------------------------------------------------------------------


def test_a_property_of_several_is_edited_in_one_millisecond(hub: Hub, browser: Browser) -> None:
    keys = [hub.create(firstname=name) for name in ("One", "Two", "Three")]
    hub.clock.advance(1_000)
    browser.open("/")
    page = browser.submit("several", "edit-selected", selected=keys)
    assert "One, Two, Three" in page.words
    browser.submit("/contacts/several", property="client_type_prospects")
    page = browser.submit("bulk-form", client_type_prospects=["Investor", "Refinance"])
    assert page.of("note") == "Client Type: Prospects of 3 contacts was edited."
    contacts = [held(hub, key) for key in keys]
    assert {c.props["client_type_prospects"] for c in contacts} == {"Investor;Refinance"}
    assert {c.updated for c in contacts} == {hub.clock.now_ms()}
    assert {c.revisions("client_type_prospects")[0].source.kind for c in contacts} == {"CRM_UI_BULK_ACTION"}


def test_a_refused_bulk_edit_changes_nobody(hub: Hub, browser: Browser) -> None:
    keys = [hub.create(firstname=name) for name in ("One", "Two")]
    browser.open(f"/contacts/several?selected={keys[0]}&selected={keys[1]}&property=preapproval_amount")
    page = browser.submit("bulk-form", preapproval_amount="much")
    assert page.of("error-preapproval_amount") == "much was not a valid number"
    assert ("preapproval_amount", "much") in page.forms["bulk-form"].values
    assert not any("preapproval_amount" in held(hub, key).props for key in keys)


def test_what_must_differ_is_not_offered_for_several(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="One")
    page = browser.open(f"/contacts/several?selected={key}")
    offered = {given["value"] for tag, given in page.tags if tag == "option"}
    assert "city" in offered
    assert "email" not in offered
    answer = hub.http.post("/_control/bulk-edit", json={"ids": [key], "properties": {"email": "a@example.com"}})
    assert answer.status_code == 400


def test_several_go_to_the_recycle_bin_and_come_back_as_far_as_they_can(hub: Hub, browser: Browser) -> None:
    keys = [hub.create(email=f"{name}@example.com") for name in ("one", "two")]
    browser.open("/")
    page = browser.submit("several", "archive-selected", selected=keys)
    assert page.of("note") == "2 contacts moved to the recycle bin."
    hub.create(email="one@example.com")
    browser.open("/?archived=true")
    page = browser.submit("several", "restore-selected", selected=keys)
    assert page.of("note").startswith("1 contact restored. one@example.com: Contact already exists.")
    assert [bool(held(hub, key).archived) for key in keys] == [True, False]


@pytest.mark.parametrize(("press", "chosen"), [("merge-selected", 1), ("merge-selected", 3), ("edit-selected", 0)])
def test_too_few_and_too_many_are_refused_in_words(hub: Hub, browser: Browser, press: str, chosen: int) -> None:
    keys = [str(key) for key in hub.portal.live[:chosen]]
    browser.open("/")
    page = browser.submit("several", press, selected=keys)
    assert page.status == 400
    assert page.of("problem").startswith("Choose")


# ---- two into one ------------------------------------------------------------------------------------


def test_two_are_compared_before_they_are_merged(hub: Hub, browser: Browser) -> None:
    one = hub.create(email="one@example.com", firstname="One", lifecyclestage="customer")
    two = hub.create(email="two@example.com", firstname="Two", city="Reno")
    browser.open("/")
    page = browser.submit("several", "merge-selected", selected=[one, two])
    assert "First Name One Two" in page.of("comparison")
    assert {int(one), int(two)} <= hub.portal.contacts.keys(), "nothing has happened yet"
    page = browser.submit("merge-form", primary=two)
    merged = held(hub, page.of("record-id"))
    assert merged.props["firstname"] == "Two"
    assert merged.props["lifecyclestage"] == "customer"
    assert page.of("note") == f"Records {two} and {one} were merged into this one."
    assert f"Merged into it Record {two} Record {one}" in page.words
    assert "one@example.com" in page.words


@pytest.mark.parametrize(("primary", "stays"), [(0, [True, False]), (1, [False, True])])
def test_the_comparison_marks_what_stays(hub: Hub, browser: Browser, primary: int, stays: list[bool]) -> None:
    keys = [hub.create(firstname="One"), hub.create(firstname="Two")]
    page = browser.open(f"/contacts/merge?selected={keys[0]}&selected={keys[1]}")
    marks = [str(given.get("class")).split() for tag, given in page.tags if tag == "td"][:2]
    assert [f"stays-{primary}" in mark for mark in marks] == stays


def test_a_merge_can_be_asked_for_from_a_contact_by_id_or_address(hub: Hub, browser: Browser) -> None:
    one, two = hub.create(firstname="One"), hub.create(email="two@example.com")
    for other in (two, "two@example.com"):
        browser.open(f"/contacts/{one}")
        selected = browser.page.forms["/contacts/merge"].values[0][1]
        page = browser.submit("/contacts/merge", selected=[selected, other])
        assert "merge-form" in page.forms


def test_old_ids_and_addresses_lead_to_the_merged_record(hub: Hub, browser: Browser) -> None:
    one, two = hub.create(email="one@example.com"), hub.create(firstname="Two")
    merged = str(hub.user("POST", "merge", primary=one, secondary=two)["id"])
    page = browser.open(f"/contacts/{two}")
    assert page.of("record-id") == merged
    assert page.of("note") == f"Record {two} was merged into this one."
    assert browser.open("/contacts/one@example.com").of("record-id") == merged


@pytest.mark.parametrize("other", ["999999", "{self}", "{archived}", "nobody@example.com"])
def test_a_merge_with_nobody_itself_or_an_archived_one_is_refused(hub: Hub, browser: Browser, other: str) -> None:
    key, archived = hub.create(firstname="One"), hub.create(firstname="Gone")
    hub.user("POST", f"contacts/{archived}/archive")
    page = browser.open(f"/contacts/merge?selected={key}&selected={other.format(self=key, archived=archived)}")
    assert page.status in (400, 404)
    assert page.of("problem").endswith(".")
