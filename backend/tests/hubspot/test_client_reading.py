"""Reading contacts, properties, owners and the account."""

from datetime import UTC, datetime

import httpx2
import pytest
from scripted import READ_AT, Scripted, answer, batch, contact

from loanark.hubspot import models
from loanark.hubspot.client import BATCH_SIZE
from loanark.hubspot.errors import NotFound, NotHubSpot
from loanark.hubspot.models import Account, Found, Option, Owner, Property


def test_a_page_says_where_the_next_one_starts() -> None:
    hubspot = Scripted(answer({"results": [contact("1"), contact("2")], "paging": {"next": {"after": "3"}}}))
    page = hubspot.client.list_contacts(["email", "phone"], after="1", lane="sweep")
    assert ([c.id for c in page.results], page.after, page.read_at) == (["1", "2"], "3", READ_AT)
    url = hubspot.requests[0].url
    assert url.path == "/crm/objects/2026-09/contacts"
    assert dict(url.params) == {"limit": "100", "properties": "email,phone", "archived": "false", "after": "1"}


def test_the_last_page_has_no_next() -> None:
    assert Scripted(answer({"results": []})).client.list_contacts([], lane="sweep").after is None


def test_every_call_asks_the_gate_in_its_lane_and_bucket() -> None:
    hubspot = Scripted(answer({"results": [], "total": 0}))
    hubspot.client.list_contacts([], lane="sweep")
    hubspot.client.search_modified(0, lane="poll")
    assert hubspot.gate.acquired == [("sweep", "general"), ("poll", "search")]


def test_the_gate_learns_the_budget_from_the_headers() -> None:
    headers = {
        "X_HubSpot_RateLimit_Max": "110",
        "X_HubSpot_RateLimit_Remaining": "108",
        "X_HubSpot_RateLimit_Interval_Milliseconds": "10000",
    }
    hubspot = Scripted(answer({"results": []}, 200, **headers))
    hubspot.client.list_contacts([], lane="sweep")
    assert hubspot.gate.observed == [(110, 108, 10000)]


def test_an_answer_without_budget_headers_teaches_nothing() -> None:
    hubspot = Scripted(answer({"results": []}))
    hubspot.client.list_contacts([], lane="sweep")
    assert hubspot.gate.observed == []


def test_a_contact_tells_when_it_was_updated_and_what_was_merged_into_it() -> None:
    hubspot = Scripted(answer(contact("9", hs_merged_object_ids="3;7")))
    found = hubspot.client.get_contact("9", ["hs_merged_object_ids"], lane="person")
    assert found.updated_at == datetime(2026, 11, 22, 11, 0, 0, 250_000, tzinfo=UTC)
    assert found.merged_ids == ("3", "7")


def test_json_numbers_and_booleans_are_read_as_their_texts() -> None:
    row = {"id": 7, "properties": {"amount": 250000, "rate": 6.25, "agreed": True, "city": "Boise", "zip": None}}
    contact = models.contact(row)
    assert contact.id == "7"
    assert contact.properties == {"amount": "250000", "rate": "6.25", "agreed": "true", "city": "Boise", "zip": None}


def test_a_merged_away_contact_answers_its_survivor() -> None:
    assert Scripted(answer(contact("9"))).client.get_contact("3", [], lane="poll").id == "9"


def test_a_value_in_the_path_is_escaped() -> None:
    hubspot = Scripted(answer(contact("9")))
    hubspot.client.get_contact("a+b/c@example.com", [], id_property="email", lane="poll")
    assert hubspot.requests[0].url.raw_path.startswith(b"/crm/objects/2026-09/contacts/a%2Bb%2Fc%40example.com?")


@pytest.mark.parametrize(
    "document",
    [
        {"status": "error", "message": "resource not found", "correlationId": "x"},
        {"message": "Object not found.", "category": "OBJECT_NOT_FOUND"},
        {},
    ],
)
def test_an_unknown_contact_is_not_found(document: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        Scripted(answer(document, 404)).client.get_contact("3", [], lane="poll")


# Batch read


NOT_FOUND = {
    "status": "error",
    "category": "OBJECT_NOT_FOUND",
    "message": "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.",
    "context": {"ids": ["2"]},
}


def test_contacts_are_found_by_id_in_whatever_order_they_come() -> None:
    read = Scripted(batch([contact("2"), contact("1")])).client.batch_read(["1", "2"], ["email"], lane="poll")
    assert ({id: c.id for id, c in read.contacts.items()}, read.missing) == ({"1": "1", "2": "2"}, [])


def test_a_contact_that_hubspot_does_not_find_is_missing() -> None:
    read = Scripted(batch([contact("1")], [NOT_FOUND])).client.batch_read(["1", "2"], [], lane="poll")
    assert (set(read.contacts), read.missing, read.failed) == ({"1"}, ["2"], {})


def test_a_contact_that_hubspot_passes_over_in_silence_is_missing() -> None:
    assert Scripted(batch([contact("1")])).client.batch_read(["1", "2"], [], lane="poll").missing == ["2"]


@pytest.mark.parametrize("context", [{"ids": ["2"]}, {}])
def test_a_contact_that_failed_for_another_reason_is_not_missing(context: dict[str, list[str]]) -> None:
    error = {"category": "INTERNAL_ERROR", "message": "try later", "context": context}
    read = Scripted(batch([contact("1")], [error])).client.batch_read(["1", "2"], [], lane="poll")
    assert (read.missing, read.failed) == ([], {"2": "try later"})


@pytest.mark.parametrize("document", [{}, {"results": None}, {"results": [{"name": "Ann"}]}, {"results": [7]}])
def test_json_that_is_not_hubspots_is_no_evidence_of_anything(document: object) -> None:
    hubspot = Scripted(answer(document), answer(document))
    with pytest.raises(NotHubSpot, match="JSON that is not HubSpot's"):
        hubspot.client.batch_read(["1"], [], lane="poll")
    with pytest.raises(NotHubSpot, match="JSON that is not HubSpot's"):
        hubspot.client.list_contacts([], lane="poll")


def test_a_survivor_is_also_found_under_the_merged_ids_that_were_asked_for() -> None:
    survivor = contact("9", hs_merged_object_ids="1;2;3")
    read = Scripted(batch([survivor])).client.batch_read(["1", "2"], ["hs_merged_object_ids"], lane="poll")
    assert ({id: c.id for id, c in read.contacts.items()}, read.missing) == ({"1": "9", "2": "9", "9": "9"}, [])


def test_contacts_can_be_read_by_a_unique_property() -> None:
    hubspot = Scripted(batch([contact("7", loanark_id="ab-1")]))
    read = hubspot.client.batch_read(["AB-1", "ab-2"], ["email"], id_property="loanark_id", lane="edit")
    assert ({key: c.id for key, c in read.contacts.items()}, read.missing) == ({"AB-1": "7"}, ["ab-2"])
    assert hubspot.body()["idProperty"] == "loanark_id"
    assert "loanark_id" in hubspot.body()["properties"]


def test_history_comes_newest_first() -> None:
    history = [
        {"value": "Rome", "timestamp": "2026-11-01T00:00:00Z", "sourceType": "INTEGRATION", "sourceId": "42"},
        {"value": "Oslo", "timestamp": "2026-11-02T00:00:00.5Z", "sourceType": "CRM_UI"},
    ]
    row = {**contact("1"), "propertiesWithHistory": {"city": history}}
    read = Scripted(batch([row])).client.batch_read(["1"], ["city"], ["city"], lane="poll")
    assert [(r.value, r.source, r.source_id) for r in read.contacts["1"].history["city"]] == [
        ("Oslo", "CRM_UI", None),
        ("Rome", "INTEGRATION", "42"),
    ]


def test_an_id_asked_for_twice_is_sent_once() -> None:
    hubspot = Scripted(batch([contact("1")]))
    hubspot.client.batch_read(["1", "1"], [], lane="poll")
    assert hubspot.body()["inputs"] == [{"id": "1"}]


def test_more_than_a_batch_is_read_in_several() -> None:
    ids = [str(number) for number in range(BATCH_SIZE + 2)]
    hubspot = Scripted(batch([contact(id) for id in ids[:BATCH_SIZE]]), batch([contact("101")], [NOT_FOUND]))
    read = hubspot.client.batch_read(ids, [], lane="poll")
    assert (list(read.contacts), read.missing) == ([*ids[:BATCH_SIZE], "101"], ["100"])
    assert len(hubspot.requests) == 2


# Search


def test_a_search_finds_ids_and_moments() -> None:
    hubspot = Scripted(answer({"total": 12_000, "results": [contact("5")], "paging": {"next": {"after": "200"}}}))
    page = hubspot.client.search_modified(1000, 2000, lane="poll")
    moment = datetime(2026, 11, 22, 11, 0, 0, 250_000, tzinfo=UTC)
    assert (page.total, page.results, page.after) == (12_000, [Found("5", moment)], "200")


def test_a_window_is_searched_in_the_order_of_time() -> None:
    hubspot = Scripted(answer({"total": 0, "results": []}))
    hubspot.client.search_modified(1000, 2000, after="200", lane="poll")
    assert hubspot.body() == {
        "filterGroups": [
            {
                "filters": [
                    {"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1000"},
                    {"propertyName": "lastmodifieddate", "operator": "LT", "value": "2000"},
                ]
            }
        ],
        "sorts": [{"propertyName": "lastmodifieddate", "direction": "ASCENDING"}],
        "properties": ["lastmodifieddate"],
        "limit": 200,
        "after": "200",
    }


def test_a_crowded_window_is_searched_in_the_order_of_ids() -> None:
    hubspot = Scripted(answer({"total": 0, "results": []}))
    hubspot.client.search_modified(1000, 1001, after_id="77", lane="poll")
    assert {"propertyName": "hs_object_id", "operator": "GT", "value": "77"} in hubspot.body()["filterGroups"][0][
        "filters"
    ]
    assert hubspot.body()["sorts"] == [{"propertyName": "hs_object_id", "direction": "ASCENDING"}]


def test_contacts_are_counted_by_an_empty_search() -> None:
    assert Scripted(answer({"total": 41_341, "results": []})).client.count_contacts(lane="person") == 41_341


# Properties, owners, account


def test_properties_say_what_can_be_written() -> None:
    rows = [
        {
            "name": "credit_band",
            "label": "Credit band",
            "type": "enumeration",
            "fieldType": "select",
            "groupName": "loanark",
            "options": [{"label": "Good", "value": "good", "hidden": False}],
            "hasUniqueValue": False,
        },
        {"name": "score", "type": "number", "fieldType": "calculation_equation", "calculated": True},
        {"name": "hs_object_id", "hubspotDefined": True, "modificationMetadata": {"readOnlyValue": True}},
    ]
    first, second, third = Scripted(answer({"results": rows})).client.properties(lane="person")
    assert first == Property(
        "credit_band", "Credit band", "enumeration", "select", (Option("Good", "good"),), group_name="loanark"
    )
    assert (second.calculated, second.read_only) == (True, True)
    assert (third.hubspot_defined, third.read_only) == (True, True)


def test_a_property_is_created_with_its_uniqueness() -> None:
    row = {"name": "loanark_id", "label": "LoanArk id", "type": "string", "fieldType": "text", "hasUniqueValue": True}
    hubspot = Scripted(answer(row, 201))
    made = hubspot.client.create_property(
        "loanark_id", "LoanArk id", "string", "text", "loanark", has_unique_value=True, lane="person"
    )
    assert made.has_unique_value
    assert hubspot.body()["hasUniqueValue"] is True


def test_all_pages_of_owners_are_read() -> None:
    def handler(request: httpx2.Request) -> httpx2.Response:
        if "after" in request.url.params:
            return answer({"results": [{"id": "2", "email": "b@example.com"}]})
        row = {"id": "1", "email": "a@example.com", "firstName": "Ann", "lastName": "Lee", "archived": False}
        return answer({"results": [row], "paging": {"next": {"after": "1"}}})

    assert Scripted(handler=handler).client.owners(lane="person") == [
        Owner("1", "a@example.com", "Ann", "Lee", False),
        Owner("2", "b@example.com", "", "", False),
    ]


def test_json_of_another_service_is_no_account() -> None:
    with pytest.raises(NotHubSpot, match="account-info"):
        Scripted(answer({"status": "ok"})).client.account(lane="person")


def test_the_account_knows_where_its_contacts_are_shown() -> None:
    details = {
        "portalId": 62515,
        "accountType": "STANDARD",
        "timeZone": "US/Eastern",
        "companyCurrency": "USD",
        "uiDomain": "app-eu1.hubspot.com",
        "dataHostingLocation": "eu1",
    }
    account = Scripted(answer(details)).client.account(lane="person")
    assert account == Account("62515", "STANDARD", "US/Eastern", "app-eu1.hubspot.com", "USD", "eu1")
    assert account.contact_url("7") == "https://app-eu1.hubspot.com/contacts/62515/record/0-1/7"
