"""Merges upon merges, and what becomes of unique values (HubSpot docs: merge functionality; connector reports)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Hub

KEY = {"name": "own_key", "label": "Own key", "type": "string", "fieldType": "text",
       "groupName": "contactinformation", "hasUniqueValue": True}  # fmt: skip


def merge(hub: Hub, primary: str, secondary: str) -> str:
    answer = hub.call("POST", "/merge", json={"primaryObjectId": primary, "objectIdToMerge": secondary})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def upsert(hub: Hub, key: str) -> dict[str, Any]:
    row = {"idProperty": "own_key", "id": key, "properties": {"firstname": "Ada"}}
    answer = hub.call("POST", "/batch/upsert", json={"inputs": [row]})
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["results"][0])


@pytest.fixture
def keyed(hub: Hub) -> Hub:
    hub.user("POST", "properties", **KEY)
    return hub


def test_a_chain_of_merges_is_complete_in_one_property_and_not_in_the_other(hub: Hub) -> None:
    one, two, three = (hub.create(firstname=name) for name in ("One", "Two", "Three"))
    first = merge(hub, one, two)
    last = merge(hub, first, three)
    names = "hs_merged_object_ids,hs_calculated_merged_vids"
    found = hub.call("GET", f"/{last}", params={"properties": names}).json()["properties"]
    assert found["hs_merged_object_ids"].split(";") == [one, two, first, three]
    assert [part.split(":")[0] for part in found["hs_calculated_merged_vids"].split(";")] == [first, three]


def test_all_ids_of_a_chain_lead_to_its_end(hub: Hub) -> None:
    one, two, three = (hub.create(firstname=name) for name in ("One", "Two", "Three"))
    first = merge(hub, one, two)
    last = merge(hub, three, first)
    for old in (one, two, three, first):
        assert hub.call("GET", f"/{old}").json()["id"] == last


def test_a_merge_may_keep_the_primary_id(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"merge_keeps_primary_id": True})
    one, two = hub.create(firstname="One"), hub.create(lastname="Two")
    assert merge(hub, one, two) == one
    found = hub.call("GET", f"/{two}").json()
    assert (found["id"], found["properties"]["lastname"]) == (one, "Two")
    listed = [row["id"] for row in hub.call("GET", "", params={"after": one, "limit": 100}).json()["results"]]
    assert listed == [one]


def test_a_unique_value_that_a_merge_took_away_makes_a_new_record(keyed: Hub) -> None:
    one, two = keyed.create(firstname="One", own_key="K-1"), keyed.create(firstname="Two", own_key="K-2")
    survivor = merge(keyed, one, two)
    assert upsert(keyed, "K-1")["id"] == survivor
    other = upsert(keyed, "K-2")
    assert (other["new"], other["id"] != survivor) == (True, True)


def test_a_unique_value_that_a_merge_took_away_finds_the_survivor_where_the_account_is_told_so(keyed: Hub) -> None:
    keyed.user("PUT", "settings", rules={"merged_value_finds_survivor": True})
    one, two = keyed.create(firstname="One", own_key="K-1"), keyed.create(firstname="Two", own_key="K-2")
    survivor = merge(keyed, one, two)
    other = upsert(keyed, "K-2")
    assert (other["new"], other["id"]) == (False, survivor)


def test_a_record_is_not_merged_with_itself_under_two_ids(hub: Hub) -> None:
    one, two = hub.create(firstname="One"), hub.create(firstname="Two")
    survivor = merge(hub, one, two)
    answer = hub.call("POST", "/merge", json={"primaryObjectId": survivor, "objectIdToMerge": one})
    assert answer.status_code == 400


def test_a_merge_keeps_no_more_history_than_a_record(hub: Hub) -> None:
    pair = [hub.create(lastname=f"Old {number}") for number in range(2)]
    for number in range(60):
        for contact in pair:
            hub.call("PATCH", f"/{contact}", json={"properties": {"city": f"City {number}"}})
    new = hub.call("POST", "/merge", json={"primaryObjectId": pair[0], "objectIdToMerge": pair[1]}).json()["id"]
    past = hub.call("GET", f"/{new}?propertiesWithHistory=city").json()["propertiesWithHistory"]["city"]
    assert len(past) == 45
