"""Reading contacts, properties, owners and the account."""

from datetime import UTC, datetime

import httpx2
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import READ_AT, Scripted, answer, batch, contact

from loanark.hubspot import models
from loanark.hubspot.batches import PART_ATTEMPTS
from loanark.hubspot.client import BATCH_SIZE, MAX_ATTEMPTS
from loanark.hubspot.errors import Invalid, NotFound, NotHubSpot, Unavailable
from loanark.hubspot.models import Account, DailyUsage, Found, Option, Owner, Property, PropertyGroup


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


def test_the_gate_learns_the_day_from_the_headers() -> None:
    headers = {"X_HubSpot_RateLimit_Daily": "250000", "X_HubSpot_RateLimit_Daily_Remaining": "249999"}
    hubspot = Scripted(answer({"results": []}, 200, **headers))
    hubspot.client.list_contacts([], lane="sweep")
    assert hubspot.gate.days == [(250_000, 249_999)]


def test_the_gate_learns_from_refusals_too() -> None:
    hubspot = Scripted(answer({}, 404, X_HubSpot_RateLimit_Max="190"))
    with pytest.raises(NotFound):
        hubspot.client.get_contact("1", [], lane="sweep")
    assert hubspot.gate.observed == [(190, None, None)]


@pytest.mark.parametrize("text", ["", "many", "-1", "1.5", "９", "9" * 30])
def test_a_budget_header_that_is_no_number_teaches_nothing(text: str) -> None:
    hubspot = Scripted(handler=lambda _: httpx2.Response(
        200, content=b'{"results":[]}', headers={"X-HubSpot-RateLimit-Max": text.encode()}
    ))  # fmt: skip
    hubspot.client.list_contacts([], lane="sweep")
    assert hubspot.gate.observed == []


def test_a_page_with_history_is_half_as_long() -> None:
    hubspot = Scripted(answer({"results": []}))
    hubspot.client.list_contacts(["email"], with_history=["email", "city"], lane="sweep")
    assert dict(hubspot.requests[0].url.params) == {
        "limit": "50",
        "properties": "email",
        "archived": "false",
        "propertiesWithHistory": "email,city",
    }


MANY = [f"property_number_{number}" for number in range(900)]


def test_more_properties_than_an_address_takes_are_asked_for_by_batch() -> None:
    page = answer({"results": [contact("1"), contact("2"), contact("3")], "paging": {"next": {"after": "4"}}})
    hubspot = Scripted(page, batch([contact("3", x="c"), contact("1", x="a")], [NOT_FOUND]))
    listed = hubspot.client.list_contacts(MANY, after="1", lane="sweep")
    assert ([c.properties["x"] for c in listed.results], listed.after) == (["a", "c"], "4")
    assert hubspot.body()["properties"] == MANY
    assert max(len(str(request.url)) for request in hubspot.requests) < 16_000


def test_a_page_is_not_shortened_by_contacts_that_failed() -> None:
    error = {"category": "INTERNAL_ERROR", "message": "try later", "context": {"ids": ["2"]}}
    hubspot = Scripted(answer({"results": [contact("1"), contact("2")]}), batch([contact("1")], [error]))
    with pytest.raises(Unavailable, match="read again"):
        hubspot.client.list_contacts(MANY, lane="sweep")


def test_an_empty_page_asks_for_no_properties() -> None:
    hubspot = Scripted(answer({"results": []}))
    assert hubspot.client.list_contacts(MANY, lane="sweep").results == []
    assert len(hubspot.requests) == 1


def test_one_contact_with_many_properties_is_read_under_its_survivors_id() -> None:
    hubspot = Scripted(answer(contact("9")), batch([contact("9", x="a")]))
    assert hubspot.client.get_contact("3", MANY, lane="sweep").properties["x"] == "a"
    assert hubspot.body()["inputs"] == [{"id": "9"}]


def test_a_contact_that_leaves_between_two_steps_is_no_contact_without_values() -> None:
    hubspot = Scripted(answer(contact("9")), batch([], [{**NOT_FOUND, "context": {"ids": ["9"]}}]))
    with pytest.raises(Unavailable, match="read again"):
        hubspot.client.get_contact("9", MANY, lane="sweep")


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


@pytest.mark.parametrize("message", [NOT_FOUND["message"], "resource not found"])
def test_a_missing_contact_is_missing_without_a_category_too(message: str) -> None:
    error = {"message": message, "context": {"ids": ["2"]}}
    read = Scripted(batch([contact("1")], [error])).client.batch_read(["1", "2"], [], lane="poll")
    assert (read.missing, read.failed) == (["2"], {})


def test_one_that_is_missing_and_one_that_failed_are_told_apart() -> None:
    errors = [NOT_FOUND, {"category": "INTERNAL_ERROR", "message": "try later"}]
    read = Scripted(batch([contact("1")], errors)).client.batch_read(["1", "2", "3"], [], lane="poll")
    assert (read.missing, read.failed) == (["2"], {"3": "try later"})


def test_contacts_are_found_by_any_of_their_emails() -> None:
    found = contact("7", email="ann@example.com", hs_additional_emails="a@example.com;Old@example.com")
    hubspot = Scripted(batch([found]))
    read = hubspot.client.batch_read(["old@example.com", "x@example.com"], [], id_property="email", lane="edit")
    assert ({key: c.id for key, c in read.contacts.items()}, read.missing) == (
        {"old@example.com": "7"},
        ["x@example.com"],
    )
    assert hubspot.body()["properties"] == ["email", "hs_additional_emails"]


def test_a_contact_of_its_own_goes_before_what_another_says_of_its_past() -> None:
    survivor = contact("9", hs_merged_object_ids="1;2")
    for results in ([contact("1"), survivor], [survivor, contact("1")]):
        read = Scripted(batch(results)).client.batch_read(["1", "2"], ["hs_merged_object_ids"], lane="poll")
        assert {id: read.contacts[id].id for id in ("1", "2")} == {"1": "1", "2": "9"}


# Batches that are too much


def heavy(most: int, poison: frozenset[str] = frozenset(), status: int = 504) -> Scripted:
    """A HubSpot that fails with more than `most` contacts at once, and with any of `poison`."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        ids = [row["id"] for row in orjson.loads(request.content)["inputs"]]
        if len(ids) > most or poison & set(ids):
            return answer({}, status)
        return batch([contact(id) for id in ids])

    return Scripted(handler=handler)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 521, 523, 524])
def test_a_batch_that_is_too_much_is_read_in_halves(status: int) -> None:
    ids = [str(number) for number in range(100)]
    read = heavy(50, status=status).client.batch_read(ids, [], lane="sweep")
    assert (sorted(read.contacts), read.failed, read.missing) == (sorted(ids), {}, [])


@given(st.integers(2, 60), st.sets(st.integers(0, 59), min_size=1, max_size=3))
def test_a_contact_that_is_always_too_much_fails_alone_or_with_all_but_never_counts_as_missing(
    size: int, poison: set[int]
) -> None:
    ids = [str(number) for number in range(size)]
    bad = frozenset(map(str, poison)) & set(ids)
    try:
        read = heavy(100, bad).client.batch_read(ids, [], lane="sweep")
    except Unavailable:
        assert bad & set(ids[: size // 2])
        assert bad & set(ids[size // 2 :])
        return
    assert (read.missing, bad <= read.failed.keys()) == ([], True)
    assert set(read.contacts) == set(ids) - read.failed.keys()
    if len(bad) < 2:
        assert read.failed.keys() == bad


def test_when_hubspot_is_down_a_batch_is_not_cut_to_pieces() -> None:
    hubspot = heavy(0)
    with pytest.raises(Unavailable):
        hubspot.client.batch_read([str(number) for number in range(100)], [], lane="sweep")
    assert len(hubspot.requests) == MAX_ATTEMPTS + 2 * PART_ATTEMPTS


def test_a_network_that_is_down_is_no_reason_to_cut() -> None:
    hubspot = Scripted(httpx2.ConnectError("refused"))
    with pytest.raises(Unavailable):
        hubspot.client.batch_read(["1", "2"], [], lane="sweep")
    assert len(hubspot.requests) == MAX_ATTEMPTS


# Search


def test_a_search_finds_ids_and_moments() -> None:
    hubspot = Scripted(answer({"total": 12_000, "results": [contact("5")], "paging": {"next": {"after": "200"}}}))
    page = hubspot.client.search_modified(1000, 2000, lane="poll")
    moment = datetime(2026, 11, 22, 11, 0, 0, 250_000, tzinfo=UTC)
    assert (page.total, page.results, page.after) == (12_000, [Found("5", moment)], "200")


def test_a_search_without_the_dates_it_was_asked_for_is_not_hubspots() -> None:
    with pytest.raises(NotHubSpot):
        Scripted(answer({"total": 1, "results": [{"id": "5"}]})).client.search_modified(0, lane="poll")


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


def test_one_property_is_read_by_its_name() -> None:
    hubspot = Scripted(answer({"name": "credit_band", "type": "enumeration", "fieldType": "select"}))
    assert hubspot.client.property("credit_band", lane="person").name == "credit_band"
    assert hubspot.requests[0].url.path == "/crm/properties/2026-09/contacts/credit_band"


def test_the_options_of_a_property_are_replaced_whole_and_keep_what_is_said_of_them() -> None:
    row = {
        "name": "credit_band",
        "options": [{"label": "Good", "value": "good", "description": "above 700", "hidden": True}],
    }
    hubspot = Scripted(answer(row))
    options = hubspot.client.property("credit_band", lane="person").options
    hubspot.client.update_property("credit_band", options=[*options, Option("Poor", "poor")], lane="person")
    assert hubspot.requests[1].method == "PATCH"
    assert hubspot.body() == {
        "options": [
            {"label": "Good", "value": "good", "hidden": True, "description": "above 700", "displayOrder": 0},
            {"label": "Poor", "value": "poor", "hidden": False, "description": "", "displayOrder": 1},
        ]
    }


def test_a_label_is_changed_without_touching_the_options() -> None:
    hubspot = Scripted(answer({"name": "credit_band"}))
    hubspot.client.update_property("credit_band", label="Band", lane="person")
    assert hubspot.body() == {"label": "Band"}


def test_a_property_is_archived() -> None:
    hubspot = Scripted(answer(None, 204))
    hubspot.client.archive_property("credit_band", lane="person")
    assert (hubspot.requests[0].method, hubspot.requests[0].url.path[-12:]) == ("DELETE", "/credit_band")


def test_a_property_in_use_stays() -> None:
    refusal = {"message": "in use", "errors": [{"message": "in use", "code": "CANNOT_DELETE_PROPERTY_IN_USE"}]}
    with pytest.raises(Invalid) as caught:
        Scripted(answer(refusal, 400)).client.archive_property("credit_band", lane="person")
    assert caught.value.codes == ("CANNOT_DELETE_PROPERTY_IN_USE",)


def test_property_groups_are_listed() -> None:
    rows = [
        {"name": "loanark", "label": "LoanArk", "archived": False, "displayOrder": 1},
        {"name": "old", "archived": True},
    ]
    assert Scripted(answer({"results": rows})).client.property_groups(lane="person") == [
        PropertyGroup("loanark", "LoanArk"),
        PropertyGroup("old", "old", True),
    ]


# Privacy


def test_a_contact_is_erased_by_its_id() -> None:
    hubspot = Scripted(answer(None, 204))
    hubspot.client.privacy_delete("7", lane="person")
    assert (hubspot.requests[0].url.path, hubspot.body()) == (
        "/crm/objects/2026-09/contacts/gdpr-delete",
        {"objectId": "7"},
    )


def test_an_address_is_kept_out_by_itself() -> None:
    hubspot = Scripted(answer(None, 204))
    hubspot.client.privacy_delete("ann@example.com", "email", lane="person")
    assert hubspot.body() == {"objectId": "ann@example.com", "idProperty": "email"}


def test_nothing_to_erase_is_told() -> None:
    with pytest.raises(NotFound):
        Scripted(answer({"message": "resource not found"}, 404)).client.privacy_delete("7", lane="person")


# The day


def test_the_day_of_private_apps_can_be_asked_for() -> None:
    row = {
        "name": "private-apps-api-calls-daily",
        "usageLimit": 250_000,
        "currentUsage": 12,
        "fetchStatus": "SUCCESS",
        "resetsAt": "2026-11-23T05:00:00Z",
    }
    usage = Scripted(answer({"results": [row]})).client.daily_usage(lane="person")
    assert usage == DailyUsage(250_000, 12, datetime(2026, 11, 23, 5, tzinfo=UTC))


@pytest.mark.parametrize("rows", [[], [{"fetchStatus": "FAILURE"}, {"fetchStatus": "TIMEOUT"}]])
def test_a_day_that_nobody_counts_is_none(rows: list[dict[str, str]]) -> None:
    assert Scripted(answer({"results": rows})).client.daily_usage(lane="person") is None


# Owners, account


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
