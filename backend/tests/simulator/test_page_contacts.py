"""The pages where a person plays the HubSpot user: list, form, history, several at once, merge, deletion."""

from __future__ import annotations

import json
import re

import pytest

from hubspot_simulator.model import Contact, Option
from hubspot_simulator.page.listing import PAGE

from .browser import Browser, Page
from .conftest import Hub, Make


@pytest.fixture
def browser(hub: Hub) -> Browser:
    return Browser(hub.http)


def listed(page: Page) -> list[str]:
    """Record ids of a list, in its order."""
    return [link.split("/")[2] for link in page.links if re.fullmatch(r"/contacts/[0-9]+", link)]


def held(hub: Hub, contact_id: str) -> Contact:
    found = hub.portal.find(int(contact_id)) or hub.portal.find(int(contact_id), archived=True)
    assert found is not None
    return found


def history(page: Page) -> list[str]:
    """Rows of the history, each as its words."""
    heads, _, rows = page.of("history").partition("Who ")
    assert heads
    return re.split(r" (?=[A-Z][a-z]{2} \d+, \d{4}, )", rows)


# ---- the list ----------------------------------------------------------------------------------------


def test_a_search_finds_by_any_word_and_says_how_many_of_all(hub: Hub, browser: Browser) -> None:
    wanted = hub.create(firstname="Zaphod", lastname="Quux", phone="512 555 0100")
    for words in ("zaphod", "QUUX zaph", "0100", wanted):
        assert listed(browser.open(f"/?q={words}")) == [wanted]
    assert browser.page.of("total") == "1 contact of 31. Show all"
    assert "Nobody fits." in browser.open("/?q=nobody+at+all").of("contacts")


def test_whoever_was_changed_last_comes_first(hub: Hub, browser: Browser) -> None:
    one, two = hub.create(firstname="One"), hub.create(firstname="Two")
    hub.clock.advance(1_000)
    hub.user("PATCH", f"contacts/{one}", properties={"city": "Reno"})
    assert listed(browser.open("/"))[:2] == [one, two]


def test_the_order_can_be_chosen(hub: Hub, browser: Browser) -> None:
    first = hub.create(firstname="aaa")
    hub.clock.advance(1_000)
    newest = hub.create(firstname="zzz")
    everyone = sorted(hub.portal.contacts.values(), key=lambda c: c.created)
    assert listed(browser.open("/?order=created"))[0] == newest
    assert listed(browser.open("/?order=oldest"))[0] == str(everyone[0].id)
    assert listed(browser.open("/?order=name"))[0] == first


@pytest.mark.parametrize(
    ("query", "found"),
    [("email=yes", ["mail"]), ("email=no", ["none"]), ("kind=vip", ["vip"]), ("kind=prospect", ["mail"])],
)
def test_filters_leave_only_those_who_fit(make: Make, query: str, found: list[str]) -> None:
    hub = make(contacts=0)
    ids = {
        "mail": hub.create(email="mail@example.com", client_type_prospects="Investor"),
        "vip": hub.create(email="vip@example.com", client_type_vip_status="VIP"),
        "none": hub.create(firstname="None"),
    }
    wanted = {ids[name] for name in found} | ({ids["vip"]} if query == "email=yes" else set())
    assert set(listed(Browser(hub.http).open(f"/?{query}"))) == wanted


def test_pages_hold_everybody_once(make: Make) -> None:
    hub = make(contacts=2 * PAGE + 7)
    browser = Browser(hub.http)
    page, seen = browser.open("/?order=name"), list[str]()
    assert "Page 1 of 3" in page.words
    for _ in range(3):
        seen += listed(page)
        following = [link for link in page.links if re.search(rf"page={len(seen) // PAGE + 1}\b", link)]
        page = browser.open(following[0]) if len(seen) % PAGE == 0 else page
    assert len(seen) == len(set(seen)) == len(hub.portal.live)


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999", "order=x", "email=x", "kind=x"])
def test_an_address_that_makes_no_sense_shows_a_list(browser: Browser, query: str) -> None:
    assert browser.open(f"/?{query}").status == 200


def test_the_recycle_bin_shows_until_when_and_forgets_after_ninety_days(hub: Hub, browser: Browser) -> None:
    gone = hub.create(firstname="Gone")
    hub.user("POST", f"contacts/{gone}/archive")
    page = browser.open("/?archived=true")
    assert listed(page) == [gone]
    assert "until Feb 16, 2027" in page.of("contacts")
    hub.clock.advance(91 * 86_400_000)
    assert "The recycle bin is empty." in browser.open("/?archived=true").of("contacts")


# ---- the form ----------------------------------------------------------------------------------------


def test_a_person_creates_edits_and_clears(hub: Hub, browser: Browser) -> None:
    browser.open("/contacts/new")
    page = browser.submit("contact-form", firstname="Ada", phone="512", client_type_prospects=["Refinance", "Investor"])
    contact = held(hub, page.of("record-id"))
    assert contact.props["client_type_prospects"] == "Refinance;Investor"
    browser.submit("contact-form", firstname="Grace", phone="", client_type_prospects="Investor")
    assert contact.props == {"firstname": "Grace", "client_type_prospects": "Investor", "lifecyclestage": "lead"}
    assert browser.page.of("note") == "Saved."


def test_an_untouched_form_writes_nothing_however_odd_the_values_are(hub: Hub, browser: Browser) -> None:
    hub.portal.properties["message"].field_type = "textarea"
    hub.user(
        "POST", "properties", name="met_at", label="Met at", type="datetime", fieldType="date", groupName="lending"
    )
    odd = {
        "next_review_date": "12/31/1999",  # an old import: no date at all
        "preapproval_amount": "about 5",
        "client_type_prospects": "Investor;gone;Refi",
        "client_type_vip_status": "no option",
        "hubspot_owner_id": "1",
        "address": "1 Main St\nUnit 4",
        "message": "\nfirst\r\nlast ",
        "email": " Not An Address ",
        "met_at": "2026-07-01T12:30:15.250Z",
    }
    contact = held(hub, hub.create(firstname=" Odd "))
    hub.user("PATCH", f"contacts/{contact.id}", properties=odd, unchecked=True)
    before, changed = contact.props, contact.updated
    hub.clock.advance(1_000)
    browser.open(f"/contacts/{contact.id}")
    assert browser.submit("contact-form").of("note") == "Nothing was changed."
    assert (contact.props, contact.updated) == (before, changed)


def test_what_an_app_changed_meanwhile_stays_changed(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada", city="Reno")
    browser.open(f"/contacts/{key}")
    hub.call("PATCH", f"/{key}", json={"properties": {"city": "Boise"}})
    browser.submit("contact-form", firstname="Grace")
    assert held(hub, key).props["city"] == "Boise"
    assert held(hub, key).props["firstname"] == "Grace"


def test_a_moment_is_entered_where_the_account_is_and_kept_in_utc(hub: Hub, browser: Browser) -> None:
    hub.user(
        "POST", "properties", name="met_at", label="Met at", type="datetime", fieldType="date", groupName="lending"
    )
    browser.open("/contacts/new")
    page = browser.submit("contact-form", firstname="Ada", met_at="2026-07-01T07:30")
    assert held(hub, page.of("record-id")).props["met_at"] == "2026-07-01T12:30:00Z"
    assert ("met_at", "2026-07-01T07:30:00") in page.forms["contact-form"].values


def test_each_property_has_the_control_of_its_type(hub: Hub, browser: Browser) -> None:
    hub.portal.properties["message"].field_type = "textarea"
    page = browser.open("/contacts/new")
    kinds = {str(given.get("name")): (tag, given.get("type")) for tag, given in page.tags if given.get("name")}
    assert kinds["next_review_date"] == ("input", "date")
    assert kinds["client_type_prospects"] == ("input", "checkbox")
    assert kinds["message"] == ("textarea", None)
    for name in ("hubspot_owner_id", "lifecyclestage", "do_not_call"):
        assert kinds[name] == ("select", None)
    for name in ("createdate", "hs_object_id", "lastmodifieddate"):
        assert name not in kinds, "nobody sets it"


def test_a_hidden_option_is_offered_only_where_it_is_held(hub: Hub, browser: Browser) -> None:
    assert "Refi (old)" not in browser.open("/contacts/new").text
    key = hub.create(firstname="Ada", client_type_prospects="Refi")
    assert "Refi (old) (hidden)" in browser.open(f"/contacts/{key}").text


def test_a_contact_shows_the_options_of_its_time(hub: Hub, browser: Browser) -> None:
    hub.portal.properties["client_type_prospects"].options.append(Option("New", "Brand new", order=50))
    assert "Brand new" in browser.open("/contacts/new").text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("email", "nonsense", "Email address nonsense is invalid"),
        ("preapproval_amount", "much", "much was not a valid number"),
        ("firstname", "x" * 70_000, "firstname must be at most 65536 characters long."),
    ],
)
def test_a_refused_value_is_shown_beside_its_field_in_hubspots_words(
    browser: Browser, name: str, value: str, said: str
) -> None:
    browser.open("/contacts/new")
    page = browser.submit("contact-form", lastname="Lovelace", **{name: value})
    assert page.status == 400
    assert page.of(f"error-{name}") == said
    assert f"#property-{name}" in page.links, "the way to the field"
    sent = page.forms["contact-form"].values
    assert {(name, value), ("lastname", "Lovelace")} <= set(sent), "what was entered stays"


def test_a_required_property_that_is_missing_is_told_at_its_field(hub: Hub, browser: Browser) -> None:
    hub.user("PUT", "settings", rules={"required": ["jobtitle"], "conditional": [["city", "Reno", "zip"]]})
    page = browser.open("/contacts/new")
    assert "Job Title required" in page.words
    assert browser.submit("contact-form", firstname="A").of("error-jobtitle") == "A value for jobtitle must be provided"
    page = browser.submit("contact-form", firstname="A", jobtitle="Broker", city="Reno")
    assert page.of("error-zip").startswith("zip is required because of a conditional property rule")
    assert browser.submit("contact-form", zip="89501").of("note") == "Created."


def test_an_address_that_somebody_has_leads_to_that_record(hub: Hub, browser: Browser) -> None:
    holder = hub.create(email="ada@example.com")
    browser.open("/contacts/new")
    page = browser.submit("contact-form", email="ada@example.com")
    assert page.of("error-email") == f"Contact already exists. Existing ID: {holder}"
    assert f"/contacts/{holder}" in page.links


def test_read_only_properties_are_shown_as_such(hub: Hub, browser: Browser) -> None:
    page = browser.open(f"/contacts/{hub.create(email='ada@example.com')}")
    assert "Email Domain example.com hs_email_domain" in page.of("read-only")


# ---- history -----------------------------------------------------------------------------------------


def test_the_history_says_what_when_and_who(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada")
    hub.clock.advance(60_000)
    hub.user("PATCH", f"contacts/{key}", properties={"firstname": "", "hubspot_owner_id": str(min(hub.portal.owners))})
    hub.clock.advance(60_000)
    hub.user("POST", "bulk-edit", ids=[key], properties={"firstname": "Grace"})
    owner = hub.portal.owners[min(hub.portal.owners)]
    rows = history(browser.open(f"/contacts/{key}"))
    assert rows[:3] == [
        "Nov 18, 2026, 5:08 AM First Name Grace A person, many at once (user 4711) CRM_UI_BULK_ACTION",
        "Nov 18, 2026, 5:07 AM First Name cleared A person (user 4711) CRM_UI",
        f"Nov 18, 2026, 5:07 AM Contact owner {owner.first} {owner.last} ({owner.id}) A person (user 4711) CRM_UI",
    ]
    assert "Nov 18, 2026, 5:06 AM First Name Ada The app LoanArk CRM Sync INTEGRATION" in rows
    only = history(browser.open(f"/contacts/{key}?property=firstname"))
    assert [row.split(" First Name ")[1].split()[0] for row in only] == ["Grace", "cleared", "Ada"]


def test_people_of_the_start_came_by_an_import(hub: Hub, browser: Browser) -> None:
    assert "An import IMPORT" in browser.open(f"/contacts/{hub.portal.live[0]}").of("history")


# ---- as the API shows it -----------------------------------------------------------------------------


def test_a_record_is_shown_as_the_api_answers_it(hub: Hub, browser: Browser) -> None:
    key = hub.create(email="ada@example.com")
    names = ",".join(hub.portal.properties)
    answer = hub.call("GET", f"/{key}", params={"properties": names}).json()
    page = browser.open(f"/contacts/{key}/api")
    assert json.loads(page.ids["answer"]) == answer
    assert f"GET /crm/objects/2026-09/contacts/{key}" in page.words
    history = json.loads(browser.open(f"/contacts/{key}/api?as=history").ids["answer"])
    assert history["propertiesWithHistory"]["email"][0]["sourceType"] == "INTEGRATION"


def test_search_is_shown_with_its_lag(hub: Hub, browser: Browser) -> None:
    key = hub.create(city="Reno", firstname="Ada")
    hub.clock.advance(10_000)
    hub.user("PATCH", f"contacts/{key}", properties={"city": "Boise"})
    path = f"/contacts/{key}/api?as=search"

    def city() -> str:
        return str(json.loads(browser.open(path).ids["answer"])["results"][0]["properties"]["city"])

    assert city() == "Reno"
    hub.clock.advance(1_000)
    assert city() == "Boise"


def test_an_archived_record_is_shown_as_the_api_answers_it(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada")
    hub.user("POST", f"contacts/{key}/archive")
    assert json.loads(browser.open(f"/contacts/{key}/api").ids["answer"])["archived"] is True


# ---- one contact goes and comes back -----------------------------------------------------------------


def test_a_contact_goes_to_the_recycle_bin_and_comes_back(hub: Hub, browser: Browser) -> None:
    key = hub.create(firstname="Ada")
    browser.open(f"/contacts/{key}")
    page = browser.submit(f"/contacts/{key}/archive")
    assert page.of("note") == "Ada is in the recycle bin."
    assert held(hub, key).archived
    assert "contact-form" not in browser.open(f"/contacts/{key}").forms
    assert browser.submit(f"/contacts/{key}/restore").of("note") == "Restored."
    assert not held(hub, key).archived


def test_a_restore_that_hubspot_refuses_is_told_where_it_was_asked_for(hub: Hub, browser: Browser) -> None:
    key = hub.create(email="ada@example.com")
    hub.user("POST", f"contacts/{key}/archive")
    other = hub.create(email="ada@example.com")
    browser.open(f"/contacts/{key}")
    page = browser.submit(f"/contacts/{key}/restore")
    assert page.status == 409
    assert page.of("problem") == f"Contact already exists. Existing ID: {other} Open record {other}"


def test_a_privacy_deletion_is_asked_about_before_it_is_done(hub: Hub, browser: Browser) -> None:
    key = hub.create(email="ada@example.com")
    page = browser.open(f"/contacts/{key}/erase")
    assert "Nothing of it can come back" in page.words
    assert hub.portal.find(int(key))
    browser.submit(f"/contacts/{key}/erase")
    assert hub.portal.find(int(key)) is None
    assert hub.portal.find(int(key), archived=True) is None
    assert browser.page.of("note") == f"Record {key} is deleted for good."
