"""The administrator's pages: what is changed there, an app finds changed."""

from __future__ import annotations

from typing import Any

import pytest

from .browser import Browser, Page
from .conftest import Hub

PROSPECTS = "client_type_prospects"


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub.http)


def seen(hub: Hub, name: str) -> dict[str, Any]:
    """A property as an app sees it."""
    document: dict[str, Any] = hub.http.get(f"/crm/properties/2026-09/contacts/{name}").json()
    return document


def options(hub: Hub, name: str = PROSPECTS) -> dict[str, str]:
    return {option["value"]: option["label"] for option in seen(hub, name)["options"]}


def row(page: Page, value: str) -> int:
    """Which row of the options, from 0."""
    values = [given for name, given in page.forms["property-form"].values if name == "option-value"]
    return values.index(value)


def column(page: Page, name: str) -> list[str]:
    return [given for field, given in page.forms["property-form"].values if field == f"option-{name}"]


def test_properties_stand_in_their_groups_with_the_accounts_own_first(hub: Hub, browser: Browser) -> None:
    page = browser.open("/properties")
    assert page.words.index("Lending lending") < page.words.index("Contact information contactinformation")
    assert "Client Type: Prospects client_type_prospects Multiple checkboxes 8 custom 2 hidden options" in page.words
    assert "Record ID hs_object_id Number read-only" in page.words


@pytest.mark.parametrize(
    ("kind", "type_", "field_type"),
    [
        ("string/text", "string", "text"),
        ("datetime/date", "datetime", "date"),
        ("enumeration/checkbox", "enumeration", "checkbox"),
        ("bool/booleancheckbox", "bool", "booleancheckbox"),
    ],
)
def test_a_new_property_is_there_for_apps_and_for_people(
    hub: Hub, browser: Browser, kind: str, type_: str, field_type: str
) -> None:
    browser.open("/properties/new")
    page = browser.submit("property-form", label="Loan Kind #2", kind=kind, options="First\nSecond")
    assert page.of("note") == "Created."
    made = seen(hub, "loan_kind_2")
    assert (made["type"], made["fieldType"], made["label"]) == (type_, field_type, "Loan Kind #2")
    assert "Loan Kind #2" in browser.open("/contacts/new").text


def test_a_unique_property_is_unique(hub: Hub, browser: Browser) -> None:
    browser.open("/properties/new")
    browser.submit("property-form", label="Loan number", name="loan_no", kind="string/text", unique="true")
    assert seen(hub, "loan_no")["hasUniqueValue"] is True
    hub.create(firstname="One", loan_no="7")
    assert hub.call("POST", "", json={"properties": {"firstname": "Two", "loan_no": "7"}}).status_code == 409


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": ""}, "A property needs a label."),
        ({"label": "X", "name": "Not Good"}, 'Property name "Not Good" is invalid'),
        ({"label": "City", "name": "city"}, 'A property named "city" already exists.'),
        ({"label": "Stage", "kind": "enumeration/select"}, "Some required fields were not set: [options]"),
    ],
)
def test_a_definition_that_is_refused_is_kept_in_the_form(browser: Browser, fields: dict[str, str], said: str) -> None:
    browser.open("/properties/new")
    page = browser.submit("property-form", **{"kind": "string/text", "description": "Mine", **fields})
    assert page.status in (400, 409)
    assert said in page.of("problem")
    assert ("description", "Mine") in page.forms["property-form"].values


def test_options_are_added_renamed_hidden_reordered_and_removed(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada", client_type_prospects="Investor")
    page = browser.open(f"/properties/{PROSPECTS}")
    labels, orders = column(page, "label"), column(page, "order")
    labels[row(page, "New Lead")] = "Fresh Lead"
    labels[-1] = "Heloc"
    orders[row(page, "Refinance")] = "-5"
    hidden = [*column(page, "hidden"), str(row(page, "VA Eligible") + 1)]
    page = browser.submit(
        "property-form",
        option_label=labels,
        option_order=orders,
        option_hidden=hidden,
        option_remove=str(row(page, "Investor") + 1),
    )
    assert page.of("note") == "Saved."
    after = options(hub)
    assert after["New Lead"] == "Fresh Lead"
    assert after["Heloc"] == "Heloc"
    assert "Investor" not in after
    assert next(iter(after)) == "Refinance"
    assert next(o for o in seen(hub, PROSPECTS)["options"] if o["value"] == "VA Eligible")["hidden"] is True
    assert hub.call("GET", f"/{key}", params={"properties": PROSPECTS}).json()["properties"][PROSPECTS] == "Investor"
    assert "Investor (" in page.of("strays"), "who holds what is no option any more"


def test_an_untouched_definition_changes_nothing(hub: Hub, browser: Browser) -> None:
    for name in (PROSPECTS, "preapproval_amount", "lifecyclestage"):
        before = seen(hub, name)
        browser.open(f"/properties/{name}")
        assert browser.submit("property-form").of("note") == "Nothing was changed."
        assert seen(hub, name) == before


def test_two_options_of_one_value_are_refused_in_words(browser: Browser) -> None:
    page = browser.open(f"/properties/{PROSPECTS}")
    values = column(page, "value")
    values[-1] = values[0]
    page = browser.submit("property-form", option_value=values)
    assert page.status == 400
    assert page.of("problem") == "Property options must have unique values"


def test_what_hubspot_defines_stays_but_for_its_options(hub: Hub, browser: Browser) -> None:
    assert "property-form" not in browser.open("/properties/firstname").forms
    page = browser.open("/properties/lifecyclestage")
    labels = column(page, "label")
    labels[0] = "Reader"
    browser.submit("property-form", option_label=labels)
    assert options(hub, "lifecyclestage")["subscriber"] == "Reader"


def test_a_property_is_archived_and_comes_back_with_its_values(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada", preapproval_amount="500")
    holders = sum("preapproval_amount" in contact.props for contact in hub.portal.contacts.values())
    browser.open("/properties/preapproval_amount")
    assert browser.submit("/properties/preapproval_amount/archive").of("note") == "Pre-approval Amount is archived."
    assert hub.http.get("/crm/properties/2026-09/contacts/preapproval_amount").status_code == 404
    assert "/properties/preapproval_amount" in browser.open("/properties?archived=true").links
    assert f"{holders} contacts have a value" in browser.open("/properties/preapproval_amount").words
    browser.submit("/properties/preapproval_amount/restore")
    assert browser.page.of("note") == "Restored."
    answer = hub.call("GET", f"/{key}", params={"properties": "preapproval_amount"}).json()
    assert answer["properties"]["preapproval_amount"] == "500"


def test_a_property_that_a_workflow_uses_cannot_be_archived(hub: Hub, browser: Browser) -> None:
    browser.open(f"/properties/{PROSPECTS}")
    assert "used in a workflow" in browser.submit("property-rules", in_use="true").words
    page = browser.submit(f"/properties/{PROSPECTS}/archive")
    assert page.status == 400
    assert "is currently used in 1 places and cannot be deleted" in page.of("problem")
    browser.submit("property-rules", in_use=[])
    assert browser.submit(f"/properties/{PROSPECTS}/archive").status == 200


def test_a_property_becomes_required_for_apps_and_optional_again(hub: Hub, browser: Browser) -> None:
    def refused() -> list[str]:
        answer = hub.call("POST", "", json={"properties": {"firstname": "Ada", "city": "Reno"}}).json()
        return [error["code"] for error in answer.get("errors", [])]

    browser.open("/properties/zip")
    browser.submit("property-rules", required="true")
    assert refused() == ["MISSING_REQUIRED_PROPERTY"]
    browser.submit("property-rules", required=[], controlling="city", wanted="Reno")
    assert refused() == ["MISSING_CONDITIONAL_REQUIRED_PROPERTY"]
    assert ("wanted", "Reno") in browser.page.forms["property-rules"].values
    browser.submit("property-rules", controlling="")
    assert refused() == []


def test_a_condition_without_a_value_is_refused_in_words(browser: Browser) -> None:
    browser.open("/properties/zip")
    page = browser.submit("property-rules", controlling="city")
    assert page.status == 400
    assert page.of("problem").startswith("A condition needs the value")


def test_rules_of_one_property_leave_those_of_others(hub: Hub, browser: Browser) -> None:
    for name in ("zip", "state"):
        browser.open(f"/properties/{name}")
        browser.submit("property-rules", required="true", controlling="city", wanted="Reno", in_use="true")
    browser.submit("property-rules", required=[], controlling="", in_use=[])
    rules = hub.portal.rules
    assert rules.required == ["zip"]
    assert [list(row) for row in rules.conditional] == [["city", "Reno", "zip"]]
    assert hub.portal.in_use == {"zip"}


def test_a_new_group_is_offered_to_new_properties(hub: Hub, browser: Browser) -> None:
    browser.open("/properties")
    browser.submit("group-form", label="Closing costs")
    browser.open("/properties/new")
    browser.submit("property-form", label="Fee", kind="number/number", group="closing_costs")
    assert seen(hub, "fee")["groupName"] == "closing_costs"
    browser.open("/properties")
    assert browser.submit("group-form", label="!!!").status == 400


def test_a_property_that_apps_do_not_see_yet_is_marked(hub: Hub, browser: Browser) -> None:
    hub.user("PUT", "settings", property_lag_ms=700)
    browser.open("/properties/new")
    assert "not visible yet" in browser.submit("property-form", label="Late", kind="string/text").words
    hub.clock.advance(700)
    assert "not visible yet" not in browser.open("/properties/late").words
