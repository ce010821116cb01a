"""Batches and locks: rows that are refused, untold or led elsewhere (HubSpot docs: object APIs, error handling)."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from .conftest import Hub


def update(hub: Hub, *rows: dict[str, Any], traced: bool = False) -> httpx2.Response:
    inputs = [
        {"properties": {"city": "Waco"}, **row, **({"objectWriteTraceId": str(number)} if traced else {})}
        for number, row in enumerate(rows)
    ]
    return hub.call("POST", "/batch/update", json={"inputs": inputs})


def merged(hub: Hub, primary: str, secondary: str) -> str:
    answer = hub.call("POST", "/merge", json={"primaryObjectId": primary, "objectIdToMerge": secondary})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_batch_update_takes_record_ids_only(hub: Hub) -> None:
    contact = hub.create(email="ada@x.example.com")
    by_email = {"id": "ada@x.example.com", "idProperty": "email"}
    assert update(hub, by_email).status_code == 400
    assert update(hub, {"id": contact, "idProperty": "hs_object_id"}).status_code == 200
    hub.user("PUT", "settings", rules={"batch_update_by_id_only": False})
    assert update(hub, by_email).json()["results"][0]["id"] == contact


def test_a_missing_row_is_named_by_its_trace_id(hub: Hub) -> None:
    document = update(hub, {"id": hub.create(firstname="Ada")}, {"id": "999999999"}, traced=True).json()
    assert (len(document["results"]), document["numErrors"]) == (1, 1)
    assert document["errors"][0]["context"]["objectWriteTraceId"] == ["1"]


def test_a_missing_row_may_be_neither_result_nor_error(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"missing_rows_untold": True})
    answer = update(hub, {"id": "999999999"}, traced=True)
    assert answer.status_code == 207
    assert (answer.json()["results"], answer.json()["errors"]) == ([], [])


def test_batch_read_answers_two_merged_ids_with_one_record(hub: Hub) -> None:
    one, two = hub.create(firstname="Ada"), hub.create(firstname="Grace")
    survivor = merged(hub, one, two)
    answer = hub.call("POST", "/batch/read", json={"inputs": [{"id": one}, {"id": two}]})
    assert [row["id"] for row in answer.json()["results"]] == [survivor]


def test_batch_read_misses_merged_ids_where_the_account_is_told_so(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"batch_read_follows_merges": False})
    one, two = hub.create(firstname="Ada"), hub.create(firstname="Grace")
    merged(hub, one, two)
    answer = hub.call("POST", "/batch/read", json={"inputs": [{"id": one}]})
    assert answer.status_code == 207
    assert answer.json()["errors"][0]["context"]["ids"] == [one]


def test_rows_of_one_upsert_have_one_id_property(hub: Hub) -> None:
    contact = hub.create(email="ada@x.example.com")
    rows = [
        {"id": "ada@x.example.com", "idProperty": "email", "properties": {"city": "Waco"}},
        {"id": contact, "properties": {"city": "Waco"}},
    ]
    assert hub.call("POST", "/batch/upsert", json={"inputs": rows}).status_code == 400


# ---- heavy writes -------------------------------------------------------------------------------------


def write(hub: Hub, contact: str) -> int:
    return hub.call("PATCH", f"/{contact}", json={"properties": {"city": "Waco"}}).status_code


def test_writes_lock_no_record_unless_a_number_is_set(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    assert {write(hub, contact) for _ in range(200)} == {200}


def test_heavy_writes_lock_a_record_for_two_seconds(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"heavy_writes": 3})
    contact = hub.create(firstname="Ada")
    assert [write(hub, contact) for _ in range(4)] == [200, 200, 200, 423]
    hub.clock.advance(1_999)
    assert write(hub, contact) == 423
    hub.clock.advance(1)
    assert write(hub, contact) == 200


def test_writes_over_a_longer_time_are_not_heavy(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"heavy_writes": 3})
    contact = hub.create(firstname="Ada")
    for _ in range(10):
        hub.clock.advance(500)
        assert write(hub, contact) == 200


@pytest.mark.parametrize("traced", [False, True])
def test_one_locked_record_fails_a_whole_batch(hub: Hub, traced: bool) -> None:
    hub.user("PUT", "settings", rules={"heavy_writes": 1})
    locked, free = hub.create(firstname="Ada"), hub.create(firstname="Grace", city="Austin")
    write(hub, locked)
    assert update(hub, {"id": free}, {"id": locked}, traced=traced).status_code == 423
    found = hub.call("GET", f"/{free}", params={"properties": "city"}).json()
    assert found["properties"]["city"] == "Austin"


def test_an_upsert_by_an_additional_address_leaves_the_primary_one(hub: Hub) -> None:
    one, other = hub.create(email="first@example.com"), hub.create(email="second@example.com")
    new = hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": other}).json()["id"]
    row = {"id": "second@example.com", "idProperty": "email", "properties": {"city": "Boise"}}
    [result] = hub.call("POST", "/batch/upsert", json={"inputs": [row]}).json()["results"]
    assert result["id"] == new
    assert hub.call("GET", f"/{new}").json()["properties"]["email"] == "first@example.com"
