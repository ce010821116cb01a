"""Property definitions (HubSpot docs: properties guide)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Hub

PATH = "/crm/properties/2026-09/contacts"
NEW = {"name": "favourite_bank", "label": "Favourite bank", "type": "enumeration", "fieldType": "select",
       "groupName": "lending", "options": [{"label": "First", "value": "first"}]}  # fmt: skip


def test_an_option_list_is_replaced_only_when_it_is_sent(hub: Hub) -> None:
    assert hub.http.post(PATH, json=NEW).status_code == 201
    kept = hub.http.patch(f"{PATH}/favourite_bank", json={"label": "Bank"}).json()
    assert [o["value"] for o in kept["options"]] == ["first"]
    options = [{"label": "Second", "value": "second", "displayOrder": 0, "hidden": False}]
    assert hub.http.patch(f"{PATH}/favourite_bank", json={"options": options}).status_code == 200
    refused = hub.call("POST", "", json={"properties": {"firstname": "x", "favourite_bank": "first"}}).json()
    assert refused["errors"][0]["code"] == "INVALID_OPTION"


def test_a_taken_name_is_a_conflict_and_an_archived_one_comes_back(hub: Hub) -> None:
    hub.http.post(PATH, json=NEW)
    assert hub.http.post(PATH, json=NEW).json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert hub.http.delete(f"{PATH}/favourite_bank").status_code == 204
    assert hub.http.get(f"{PATH}/favourite_bank").status_code == 404
    assert hub.http.post(PATH, json=NEW).status_code == 201


@pytest.mark.parametrize(
    "change",
    [{"name": "Favourite Bank"}, {"fieldType": "date"}, {"groupName": "nowhere"}, {"label": ""}, {"type": "json"}],
)
def test_a_definition_must_make_sense(hub: Hub, change: dict[str, Any]) -> None:
    assert hub.http.post(PATH, json={**NEW, **change}).status_code == 400


def test_at_most_ten_unique_properties(hub: Hub) -> None:
    unique = {**NEW, "type": "string", "fieldType": "text", "options": [], "hasUniqueValue": True}
    codes = [hub.http.post(PATH, json={**unique, "name": f"key_{n}"}).status_code for n in range(11)]
    assert codes == [201] * 10 + [400]


def test_hidden_options_still_count(hub: Hub) -> None:
    found = hub.http.get(f"{PATH}/client_type_prospects").json()
    assert any(option["hidden"] for option in found["options"])
    hub.create(firstname="x", client_type_prospects="Refi")


def test_groups(hub: Hub) -> None:
    made = hub.http.post(f"{PATH}/groups", json={"name": "extra", "label": "Extra"})
    assert made.status_code == 201
    hub.http.patch(f"{PATH}/groups/extra", json={"label": "More"})
    assert hub.http.get(f"{PATH}/groups/extra").json()["label"] == "More"
    assert hub.http.delete(f"{PATH}/groups/extra").status_code == 204
    assert "extra" not in [g["name"] for g in hub.http.get(f"{PATH}/groups").json()["results"]]
