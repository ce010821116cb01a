"""Search: a slower picture with a ceiling (HubSpot docs: search the CRM)."""

from __future__ import annotations

from typing import Any

import pytest

from hubspot_simulator.limits import Limit

from .conftest import Hub, Make


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["results"]]


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


def test_a_change_is_found_only_after_the_lag_and_rows_may_be_stale(hub: Hub) -> None:
    contact = hub.create(firstname="Unusual", city="Austin")
    question = where("firstname", "EQ", "unusual")
    assert ids(hub.search(question)) == []
    hub.clock.advance(500)
    assert ids(hub.search(question)) == [contact]
    hub.call("PATCH", f"/{contact}", json={"properties": {"city": "Waco"}})
    stale = hub.search(question, properties=["city"]).json()["results"][0]
    assert stale["properties"]["city"] == "Austin"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (where("preapproval_amount", "GT", "100"), "ab"),
        (where("preapproval_amount", "GTE", "250000"), "b"),
        (where("preapproval_amount", "LT", "250000"), "a"),
        (where("preapproval_amount", "BETWEEN", "100000", highValue="120000"), "a"),
        (where("company", "EQ", "QUIRK A"), "a"),
        (where("company", "IN", values=["quirk a", "quirk c"]), "ac"),
        (where("company", "CONTAINS_TOKEN", "qui*"), "abc"),
        (where("client_type_prospects", "EQ", "Investor"), "b"),
        (where("client_type_prospects", "EQ", "investor"), ""),
        (where("jobtitle", "HAS_PROPERTY"), "c"),
        (where("email", "EQ", "A@x.example.com"), "a"),
    ],
)
def test_filters(make: Make, question: dict[str, Any], found: str) -> None:
    hub = make(contacts=0)
    hub.create(email="a@x.example.com", company="Quirk A", preapproval_amount=120000)
    hub.create(
        email="b@x.example.com", company="Quirk B", preapproval_amount="250000", client_type_prospects="Refi;Investor"
    )
    hub.create(email="c@x.example.com", company="Quirk C", jobtitle="Chef")
    hub.clock.advance(1000)
    rows = hub.search(question).json()["results"]
    assert "".join(row["properties"]["email"][0] for row in rows) == found


def test_filters_in_a_group_are_joined_by_and_and_groups_by_or(make: Make) -> None:
    hub = make(contacts=0)
    for city, state in (("Austin", "TX"), ("Waco", "TX"), ("Reno", "NV")):
        hub.create(firstname="x", city=city, state=state)
    hub.clock.advance(1000)
    groups = [
        {"filters": [where("state", "EQ", "TX"), where("city", "EQ", "Waco")]},
        {"filters": [where("state", "EQ", "NV")]},
    ]
    answer = hub.call("POST", "/search", json={"filterGroups": groups, "properties": ["city"]})
    assert [r["properties"]["city"] for r in answer.json()["results"]] == ["Waco", "Reno"]


def test_sorting_and_offset_paging_with_a_total(hub: Hub) -> None:
    body = {"sorts": [{"propertyName": "hs_object_id", "direction": "DESCENDING"}], "limit": 20}
    first = hub.call("POST", "/search", json=body).json()
    assert (first["total"], first["paging"]["next"]["after"]) == (30, "20")
    last = hub.call("POST", "/search", json={**body, "after": "20"}).json()
    assert "paging" not in last
    found = [int(row["id"]) for row in first["results"] + last["results"]]
    assert found == sorted(found, reverse=True)


def test_a_query_looks_into_the_names(hub: Hub) -> None:
    contact = hub.create(firstname="Zaphod", lastname="Quux")
    hub.clock.advance(1000)
    assert ids(hub.call("POST", "/search", json={"query": "zaph quux"})) == [contact]


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 201},
        {"after": "9999", "limit": 2},
        {"filterGroups": [{"filters": [where("city", "EQ", "x")]}] * 6},
        {"filterGroups": [{"filters": [where("city", "EQ", "x")] * 7}]},
        {"sorts": ["city", "state"]},
        {"query": "x" * 3000},
        {"filterGroups": [{"filters": [where("nonsense", "EQ", "x")]}]},
        {"filterGroups": [{"filters": [where("city", "LIKE", "x")]}]},
    ],
)
def test_more_than_search_can_do_is_400(hub: Hub, body: dict[str, Any]) -> None:
    assert hub.call("POST", "/search", json=body).status_code == 400


def test_the_body_is_capped_or_its_text_alone(hub: Hub) -> None:
    long_body = {"properties": ["email"] * 500}
    assert hub.call("POST", "/search", json=long_body).status_code == 400
    hub.user("PUT", "settings", rules={"search_body_capped": False})
    assert hub.call("POST", "/search", json=long_body).status_code == 200
    assert hub.call("POST", "/search", json={"query": "x" * 3001}).status_code == 400


def test_each_additional_address_is_found(hub: Hub) -> None:
    primary = hub.create(email="one@x.example.com")
    hub.create(email="other@x.example.com")
    for address in ("Two@x.example.com", "three@x.example.com"):
        merged = {"primaryObjectId": primary, "objectIdToMerge": hub.create(email=address)}
        primary = hub.call("POST", "/merge", json=merged).json()["id"]
    hub.clock.advance(1_000)
    found = hub.search(where("hs_additional_emails", "IN", values=["two@x.example.com", "nobody@x.example.com"]))
    assert [row["id"] for row in found.json()["results"]] == [primary]


def test_a_sort_by_a_word_that_names_no_property_leaves_the_oldest_first(hub: Hub) -> None:
    plain, sorted_ = (hub.call("POST", "/search", json=body).json() for body in ({}, {"sorts": ["ascending"]}))
    assert [row["id"] for row in sorted_["results"]] == [row["id"] for row in plain["results"]]


def test_archived_and_merged_away_records_never_appear(hub: Hub) -> None:
    gone, one, two = (hub.create(firstname="Unusual", lastname=n) for n in ("a", "b", "c"))
    hub.call("DELETE", f"/{gone}")
    merged = hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": two}).json()["id"]
    hub.clock.advance(1000)
    assert ids(hub.search(where("firstname", "EQ", "Unusual"))) == [merged]


def test_five_searches_a_second_for_the_whole_account(make: Make) -> None:
    hub = make(contacts=1, limit=Limit(110))
    answers = [hub.search(where("city", "EQ", "x")) for _ in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [429]
    assert answers[5].json()["policyName"] == "SECONDLY"
    assert not [name for name in answers[0].headers if "ratelimit" in name.lower()]
    hub.clock.advance(1000)
    assert hub.search(where("city", "EQ", "x")).status_code == 200


def test_in_wants_text_in_lower_case(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", city="Nowhere Else")
    hub.clock.advance(1_000)
    found = hub.search({"propertyName": "city", "operator": "IN", "values": ["nowhere else"]}).json()
    assert [row["id"] for row in found["results"]] == [contact]
    assert hub.search({"propertyName": "city", "operator": "IN", "values": ["Nowhere Else"]}).json()["total"] == 0


def test_a_telephone_number_is_found_without_its_country_code(hub: Hub) -> None:
    contact = hub.create(firstname="Ada", phone="+1 (512) 555-0000")
    hub.clock.advance(1_000)
    name = "hs_searchable_calculated_phone_number"
    found = hub.search({"propertyName": name, "operator": "EQ", "value": "5125550000"}).json()
    assert contact in [row["id"] for row in found["results"]]


def test_a_sort_has_a_known_direction(hub: Hub) -> None:
    assert hub.search(sorts=[{"propertyName": "city", "direction": "ASC"}]).status_code == 400


def test_computed_properties_are_found_and_shown_as_elsewhere(hub: Hub) -> None:
    hub.user("PUT", "settings", search_lag_ms=0)
    contact = hub.create(email="computed@nowhere.example.com")
    asked = ["hs_object_source", "hs_object_source_id"]
    by_domain = {"propertyName": "hs_email_domain", "operator": "EQ", "value": "nowhere.example.com"}
    [row] = hub.search(by_domain, properties=asked).json()["results"]
    shown = hub.call("GET", f"/{contact}", params={"properties": ",".join(asked)}).json()
    assert row["properties"] == shown["properties"]
