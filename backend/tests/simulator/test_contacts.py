"""Contacts: reading, writing, batches, merges (HubSpot docs: contacts guide, object APIs, error handling)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Hub, Make


def test_a_walk_through_the_list_meets_every_record_once_in_order_of_id(make: Make) -> None:
    hub = make(contacts=230)
    after, seen = "0", []
    while after:
        page = hub.call("GET", "", params={"limit": 100, "after": after}).json()
        seen += [int(row["id"]) for row in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after")
    assert seen == sorted(set(seen))
    assert len(seen) == 230


def test_the_cursor_is_an_inclusive_lower_bound_on_the_id(hub: Hub) -> None:
    first, second = hub.call("GET", "", params={"limit": 2}).json()["results"]
    page = hub.call("GET", "", params={"limit": 1, "after": second["id"]}).json()
    assert page["results"][0]["id"] == second["id"]
    assert int(page["paging"]["next"]["after"]) > int(second["id"]) > int(first["id"])


@pytest.mark.parametrize("limit", ["0", "101", "ten"])
def test_a_page_takes_between_1_and_100_records(hub: Hub, limit: str) -> None:
    assert hub.call("GET", "", params={"limit": limit}).status_code == 400


def test_a_page_with_history_takes_at_most_50(hub: Hub) -> None:
    assert hub.call("GET", "", params={"limit": 51, "propertiesWithHistory": "email"}).status_code == 400
    assert hub.call("GET", "", params={"limit": 50, "propertiesWithHistory": "email"}).status_code == 200


@pytest.mark.parametrize("version", ["2026-09", "2026-03", "v3"])
def test_every_version_serves_the_same_contacts(hub: Hub, version: str) -> None:
    assert len(hub.call("GET", "", version).json()["results"]) == 10


def test_empty_properties_are_null_and_unknown_ones_left_out(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    found = hub.call("GET", f"/{contact}", params={"properties": "phone,firstname,nonsense"}).json()
    assert found["properties"]["phone"] is None
    assert found["properties"]["firstname"] == "Ada"
    assert "nonsense" not in found["properties"]


def test_an_email_that_is_taken_in_any_case_is_a_conflict_that_names_the_holder(hub: Hub) -> None:
    held = hub.create(email="ada@loans.example.com")
    answer = hub.call("POST", "", json={"properties": {"email": " ADA@Loans.example.com"}})
    assert answer.status_code == 409
    assert answer.json()["message"] == f"Contact already exists. Existing ID: {held}"
    assert answer.json()["category"] == "CONFLICT"


def test_all_bad_properties_are_named_at_once(hub: Hub) -> None:
    bad = {"email": "nobody", "nonsense": "x", "preapproval_amount": "much", "client_type_vip_status": "King"}
    answer = hub.call("POST", "", json={"properties": bad}).json()
    assert answer["category"] == "VALIDATION_ERROR"
    codes = {row["context"]["propertyName"][0]: row["code"] for row in answer["errors"]}
    assert codes == {
        "email": "INVALID_EMAIL",
        "nonsense": "PROPERTY_DOESNT_EXIST",
        "preapproval_amount": "INVALID_INTEGER",
        "client_type_vip_status": "INVALID_OPTION",
    }


def test_an_empty_string_clears_and_null_does_nothing(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", phone="512", city="Austin")
    answer = hub.call("PATCH", f"/{contact}", json={"properties": {"phone": "", "city": None}})
    assert answer.status_code == 200
    found = hub.call("GET", f"/{contact}", params={"properties": "phone,city"}).json()["properties"]
    assert (found["phone"], found["city"]) == (None, "Austin")


def test_a_leading_semicolon_adds_to_a_multi_select(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", client_type_prospects="Refi")
    hub.call("PATCH", f"/{contact}", json={"properties": {"client_type_prospects": ";Investor"}})
    found = hub.call("GET", f"/{contact}", params={"properties": "client_type_prospects"}).json()
    assert found["properties"]["client_type_prospects"] == "Refi;Investor"


def test_a_lifecycle_stage_goes_back_only_through_empty(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", lifecyclestage="customer")

    def stage(value: str) -> str | None:
        answer = hub.call("PATCH", f"/{contact}", json={"properties": {"lifecyclestage": value}})
        assert answer.status_code == 200
        return answer.json()["properties"]["lifecyclestage"]

    assert stage("lead") == "customer"
    assert stage("") is None
    assert stage("lead") == "lead"


def test_dates_come_back_as_days_and_2026_09_says_so(hub: Hub) -> None:
    sent = {"firstname": "Ada", "next_review_date": "1767225600000"}
    answer = hub.call("POST", "", json={"properties": sent}).json()
    assert answer["properties"]["next_review_date"] == "2026-01-01"
    assert answer["warnings"][0]["category"] == "PROPERTY_VALUE_NORMALIZED"
    late = hub.call("POST", "", json={"properties": {**sent, "next_review_date": "1767225600001"}}).json()
    assert late["errors"][0]["code"] == "INVALID_DATE"


def test_required_properties_hold_only_under_2026_09(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"required": ["firstname"]})
    properties = {"properties": {"lastname": "Lovelace"}}
    refused = hub.call("POST", "", json=properties)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"
    assert hub.call("POST", "", "2026-03", json=properties).status_code == 201
    assert hub.call("POST", "", "v3", json=properties).status_code == 201


def test_a_conditional_rule_can_block_an_update_that_never_touches_the_field(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", client_type_vip_status="VIP")
    hub.user("PUT", "settings", rules={"conditional": [["client_type_vip_status", "VIP", "phone"]]})
    answer = hub.call("PATCH", f"/{contact}", json={"properties": {"city": "Austin"}}).json()
    assert answer["errors"][0]["code"] == "MISSING_CONDITIONAL_REQUIRED_PROPERTY"


def test_a_missing_record_is_404_in_two_wordings(hub: Hub) -> None:
    assert hub.call("GET", "/999999999").json()["message"] == "resource not found"
    answer = hub.call("GET", "/abc").json()
    assert answer["message"] == "Object not found.  objectId are usually numeric."


def test_a_record_is_found_by_email_and_by_a_unique_property(hub: Hub) -> None:
    definition = {"name": "loanark_id", "label": "LoanArk ID", "type": "string", "fieldType": "text",
                  "groupName": "contactinformation", "hasUniqueValue": True}  # fmt: skip
    assert hub.http.post("/crm/properties/2026-09/contacts", json=definition).status_code == 201
    contact = hub.create(email="a+b@x.example.com", loanark_id="L-1")
    assert hub.call("GET", "/a%2Bb@x.example.com", params={"idProperty": "email"}).json()["id"] == contact
    assert hub.call("GET", "/L-1", params={"idProperty": "loanark_id"}).json()["id"] == contact
    assert hub.call("GET", "/L-1", params={"idProperty": "city"}).status_code == 400
    taken = hub.call("POST", "", json={"properties": {"firstname": "x", "loanark_id": "L-1"}})
    assert taken.status_code == 409


def rows(*properties: dict[str, Any], traced: bool) -> dict[str, Any]:
    return {
        "inputs": [
            {"properties": p, **({"objectWriteTraceId": f"t{n}"} if traced else {})} for n, p in enumerate(properties)
        ]
    }


def test_without_trace_ids_one_bad_row_fails_the_whole_batch(hub: Hub) -> None:
    body = rows({"email": "good@x.example.com"}, {"email": "bad"}, traced=False)
    assert hub.call("POST", "/batch/create", json=body).status_code == 400
    assert hub.call("GET", "/good@x.example.com", params={"idProperty": "email"}).status_code == 404


def test_with_trace_ids_bad_rows_are_named_and_good_ones_written(hub: Hub) -> None:
    body = rows({"email": "good@x.example.com"}, {"email": "bad"}, {"email": "GOOD@x.example.com"}, traced=True)
    answer = hub.call("POST", "/batch/create", json=body)
    document = answer.json()
    assert answer.status_code == 207
    assert [row["objectWriteTraceId"] for row in document["results"]] == ["t0"]
    assert [row["context"]["objectWriteTraceId"] for row in document["errors"]] == [["t1"], ["t2"]]
    assert document["numErrors"] == 2


def test_a_batch_takes_at_most_100_rows(hub: Hub) -> None:
    body = {"inputs": [{"id": str(n)} for n in range(101)]}
    assert hub.call("POST", "/batch/read", json=body).status_code == 400


def test_batch_read_names_what_it_could_not_find(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    answer = hub.call("POST", "/batch/read", json={"inputs": [{"id": contact}, {"id": "999999999"}]})
    assert answer.status_code == 207
    assert [row["id"] for row in answer.json()["results"]] == [contact]
    assert answer.json()["errors"][0]["context"]["ids"] == ["999999999"]


def test_upsert_on_a_unique_property_creates_then_updates(hub: Hub) -> None:
    hub.user("POST", "properties", name="loanark_id", label="L", type="string", fieldType="text",
             groupName="contactinformation", hasUniqueValue=True)  # fmt: skip

    def upsert(first: str, email: str) -> Any:
        row = {"idProperty": "loanark_id", "id": "L-1", "properties": {"firstname": first, "loanark_id": "L-1"}}
        bad = {"idProperty": "loanark_id", "id": "L-2", "properties": {"email": email}}
        body = {"inputs": [{**r, "objectWriteTraceId": str(n)} for n, r in enumerate((row, bad))]}
        return hub.call("POST", "/batch/upsert", json=body)

    created, updated = upsert("Ada", "bad"), upsert("Grace", "bad")
    assert (created.status_code, updated.status_code) == (207, 207)
    assert created.json()["results"][0]["new"] is True
    assert updated.json()["results"][0]["new"] is False
    assert created.json()["results"][0]["id"] == updated.json()["results"][0]["id"]


def test_upsert_by_email_is_all_or_nothing(hub: Hub) -> None:
    inputs = [
        {"idProperty": "email", "id": email, "properties": {"firstname": "x"}, "objectWriteTraceId": email}
        for email in ("ok@x.example.com", "bad")
    ]
    assert hub.call("POST", "/batch/upsert", json={"inputs": inputs}).status_code == 400
    hub.user("PUT", "settings", rules={"email_upsert_all_or_nothing": False})
    assert hub.call("POST", "/batch/upsert", json={"inputs": inputs}).status_code == 207


def test_the_same_record_twice_in_a_batch_is_refused(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    row = {"id": contact, "properties": {"city": "Austin"}}
    assert hub.call("POST", "/batch/update", json={"inputs": [row, row]}).status_code == 400


def test_a_merge_makes_a_new_id_and_the_old_ones_lead_to_it(hub: Hub) -> None:
    one = hub.create(email="one@x.example.com", firstname="One", lifecyclestage="lead")
    two = hub.create(email="two@x.example.com", city="Austin", lifecyclestage="customer")
    merged = hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": two}).json()["id"]
    assert merged not in (one, two)
    wanted = {"properties": "email,city,lifecyclestage,hs_additional_emails,hs_merged_object_ids"}
    for old in (one, two):
        found = hub.call("GET", f"/{old}", params=wanted).json()
        assert found["id"] == merged
    assert found["properties"]["email"] == "one@x.example.com"
    assert found["properties"]["city"] == "Austin"
    assert found["properties"]["lifecyclestage"] == "customer"
    assert found["properties"]["hs_additional_emails"] == "two@x.example.com"
    assert found["properties"]["hs_merged_object_ids"] == f"{one};{two}"
    assert hub.call("GET", "/two@x.example.com", params={"idProperty": "email"}).json()["id"] == merged
    assert hub.call("PATCH", f"/{two}", json={"properties": {"city": "Waco"}}).json()["id"] == merged
    row = {"inputs": [{"id": two, "properties": {"city": "Waco"}}]}
    assert hub.call("POST", "/batch/update", json=row).status_code == 404
    listed = hub.call("GET", "", params={"after": one, "limit": 100}).json()["results"]
    assert [row["id"] for row in listed] == [merged]


def test_an_archived_record_is_listed_apart_until_it_is_purged(hub: Hub) -> None:
    contact = hub.create(email="gone@x.example.com")
    assert hub.call("DELETE", f"/{contact}").status_code == 204
    assert hub.call("GET", f"/{contact}").status_code == 404
    assert hub.call("GET", f"/{contact}", params={"archived": "true"}).json()["archived"] is True
    assert hub.create(email="gone@x.example.com") != contact
    hub.clock.advance(91 * 86_400_000)
    assert hub.call("GET", "", params={"archived": "true"}).json()["results"] == []


def test_a_person_restores_an_archived_record(hub: Hub) -> None:
    contact = hub.create(email="back@x.example.com")
    hub.call("DELETE", f"/{contact}")
    hub.user("POST", f"contacts/{contact}/restore")
    assert hub.call("GET", f"/{contact}").status_code == 200


def test_privacy_deletion_leaves_nothing(hub: Hub) -> None:
    contact = hub.create(email="erased@x.example.com")
    body = {"objectId": "erased@x.example.com", "idProperty": "email"}
    assert hub.call("POST", "/gdpr-delete", json=body).status_code == 204
    for archived in ("true", "false"):
        assert hub.call("GET", f"/{contact}", params={"archived": archived}).status_code == 404
    assert hub.call("POST", "/gdpr-delete", json={**body, "objectId": "never@x.example.com"}).status_code == 204


def test_history_tells_the_apps_writes_from_a_persons(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", city="Austin")
    hub.clock.advance(1000)
    hub.user("PATCH", f"contacts/{contact}", properties={"city": "Waco"})
    found = hub.call("GET", f"/{contact}", params={"propertiesWithHistory": "city"}).json()
    told = [(r["value"], r["sourceType"]) for r in found["propertiesWithHistory"]["city"]]
    assert told == [("Waco", "CRM_UI"), ("Austin", "INTEGRATION")]
    assert found["propertiesWithHistory"]["city"][1]["sourceId"] == str(hub.simulator.app_id)


def test_a_person_may_have_left_values_that_no_rule_lets_in(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    bad = {"client_type_vip_status": "Emperor", "email": "not an address"}
    hub.user("PATCH", f"contacts/{contact}", properties=bad, unchecked=True)
    found = hub.call("GET", f"/{contact}", params={"properties": ",".join(bad)}).json()
    assert found["properties"]["client_type_vip_status"] == "Emperor"


def test_unreadable_json_is_told_with_line_and_column(hub: Hub) -> None:
    answer = hub.call("POST", "", content=b'{"properties": ')
    assert answer.status_code == 400
    assert re.match(r"Invalid input JSON on line 1, column \d+: ", answer.json()["message"])


def test_a_very_long_url_is_414(hub: Hub) -> None:
    assert hub.call("GET", "", params={"properties": "x" * 16_400}).status_code == 414
