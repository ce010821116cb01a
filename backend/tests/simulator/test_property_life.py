"""The life of a property: seen late, limited in number, in use, archived, gone (properties guide; live reports)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Hub, Make

PATH = "/crm/properties/2026-09/contacts"
NEW = {"name": "nickname", "label": "Nickname", "type": "string", "fieldType": "text", "groupName": "lending"}
FORMULA = {**NEW, "type": "number", "fieldType": "calculation_equation", "calculationFormula": "preapproval_amount * 2"}
CHOICE = {**NEW, "type": "enumeration", "fieldType": "select", "options": [{"label": "One", "value": "one"}]}
DAY_MS = 86_400_000


def made(hub: Hub, **change: Any) -> None:
    answer = hub.http.post(PATH, json={**NEW, **change})
    assert answer.status_code == 201, answer.text


def codes(hub: Hub, **properties: Any) -> list[str]:
    """Codes of what a create refuses; empty when it succeeds."""
    answer = hub.call("POST", "", json={"properties": {"firstname": "Ada", **properties}}).json()
    return [row["code"] for row in answer.get("errors", [])]


def test_a_new_property_cannot_be_read_at_once(make: Make) -> None:
    hub = make(property_lag_ms=700)
    made(hub)
    hub.clock.advance(699)
    assert hub.http.get(f"{PATH}/nickname").status_code == 404
    assert "nickname" not in [p["name"] for p in hub.http.get(PATH).json()["results"]]
    hub.clock.advance(1)
    assert hub.http.get(f"{PATH}/nickname").status_code == 200


def test_a_new_property_cannot_be_written_at_once(make: Make) -> None:
    hub = make(property_lag_ms=700)
    made(hub)
    assert codes(hub, nickname="Countess") == ["PROPERTY_DOESNT_EXIST"]
    hub.clock.advance(700)
    assert codes(hub, nickname="Countess") == []


def test_a_new_property_is_left_out_of_records_at_first(make: Make) -> None:
    hub = make(property_lag_ms=700)
    contact = hub.create(firstname="Ada")
    made(hub)
    asked = {"properties": "nickname"}
    assert "nickname" not in hub.call("GET", f"/{contact}", params=asked).json()["properties"]
    hub.clock.advance(700)
    assert hub.call("GET", f"/{contact}", params=asked).json()["properties"]["nickname"] is None


def test_a_taken_name_is_a_conflict_before_the_property_is_seen(make: Make) -> None:
    hub = make(property_lag_ms=700)
    made(hub)
    assert hub.http.post(PATH, json=NEW).status_code == 409


def test_a_create_says_where_the_property_is(hub: Hub) -> None:
    answer = hub.http.post(PATH, json=NEW)
    assert answer.headers["Location"] == f"http://hubspot.simulator{PATH}/nickname"


def test_an_object_has_1000_custom_properties_at_most(hub: Hub) -> None:
    room = 1_000 - sum(not p.defined_by_hubspot for p in hub.portal.properties.values())
    inputs = [{**NEW, "name": f"own_{number}"} for number in range(room + 1)]
    for start in range(0, room + 1, 100):
        answer = hub.http.post(f"{PATH}/batch/create", json={"inputs": inputs[start : start + 100]})
    assert answer.json()["errors"][0]["message"] == "At most 1000 custom properties are allowed"
    assert answer.json()["numErrors"] == 1


def test_an_archived_property_makes_room(hub: Hub) -> None:
    hub.user("PUT", "settings", rules={"max_custom_properties": 7})
    made(hub)
    assert hub.http.post(PATH, json={**NEW, "name": "another"}).status_code == 400
    hub.http.delete(f"{PATH}/nickname")
    made(hub, name="another")


def test_a_property_in_use_cannot_be_archived(hub: Hub) -> None:
    made(hub)
    hub.user("PUT", "settings", properties_in_use=["nickname"])
    answer = hub.http.delete(f"{PATH}/nickname")
    assert answer.status_code == 400
    assert answer.json()["subCategory"] == "PropertyValidationError.CANNOT_DELETE_PROPERTY_IN_USE"
    assert hub.http.get(f"{PATH}/nickname").status_code == 200


def test_an_archived_property_comes_back_with_its_values(hub: Hub) -> None:
    made(hub)
    contact = hub.create(firstname="Ada", nickname="Countess")
    hub.http.delete(f"{PATH}/nickname")
    hub.clock.advance(89 * DAY_MS)
    made(hub)
    found = hub.call("GET", f"/{contact}", params={"properties": "nickname"}).json()
    assert found["properties"]["nickname"] == "Countess"


def test_after_90_days_an_archived_property_is_gone_with_its_values(hub: Hub) -> None:
    made(hub)
    contact = hub.create(firstname="Ada", nickname="Countess")
    hub.http.delete(f"{PATH}/nickname")
    assert [p["name"] for p in hub.http.get(PATH, params={"archived": "true"}).json()["results"]] == ["nickname"]
    hub.clock.advance(90 * DAY_MS + 1)
    assert hub.http.get(PATH, params={"archived": "true"}).json()["results"] == []
    made(hub)
    found = hub.call("GET", f"/{contact}", params={"properties": "nickname"}).json()
    assert found["properties"]["nickname"] is None


def test_a_batch_archives_what_is_there_and_minds_nothing_else(hub: Hub) -> None:
    made(hub)
    body = {"inputs": [{"name": "never_was"}, {"name": "nickname"}]}
    assert hub.http.post(f"{PATH}/batch/archive", json=body).status_code == 204
    assert hub.http.get(f"{PATH}/nickname").status_code == 404


@pytest.mark.parametrize(
    ("asked", "some"), [("non_sensitive", True), ("sensitive", False), ("highly_sensitive", False)]
)
def test_only_properties_of_the_asked_sensitivity_are_listed(hub: Hub, asked: str, some: bool) -> None:
    listed = hub.http.get(PATH, params={"dataSensitivity": asked}).json()["results"]
    assert bool(listed) is some


def test_a_property_is_not_found_under_another_sensitivity(hub: Hub) -> None:
    assert hub.http.get(f"{PATH}/email", params={"dataSensitivity": "sensitive"}).status_code == 404
    body = {"inputs": [{"name": "email"}], "dataSensitivity": "sensitive", "archived": False}
    assert hub.http.post(f"{PATH}/batch/read", json=body).status_code == 207


def test_an_unknown_sensitivity_is_refused(hub: Hub) -> None:
    assert hub.http.get(PATH, params={"dataSensitivity": "secret"}).status_code == 400


def test_a_calculated_property_is_read_only(hub: Hub) -> None:
    definition = hub.http.post(PATH, json=FORMULA).json()
    assert (definition["calculated"], definition["modificationMetadata"]["readOnlyValue"]) == (True, True)
    assert codes(hub, nickname="4") == ["READ_ONLY_VALUE"]


def test_a_property_of_owners_takes_owners(hub: Hub) -> None:
    owners = {"type": "enumeration", "fieldType": "select", "externalOptions": True, "referencedObjectType": "OWNER"}
    made(hub, name="second_owner", **owners)
    assert codes(hub, second_owner=sorted(hub.portal.owner_ids)[0]) == []
    assert codes(hub, second_owner="1") == ["INVALID_OPTION"]


@pytest.mark.parametrize(
    "definition",
    [
        {**NEW, "dataSensitivity": "sensitive"},
        {**CHOICE, "options": []},
        {**CHOICE, "externalOptions": True},
        {**FORMULA, "calculationFormula": ""},
        {**NEW, "type": "bool", "fieldType": "booleancheckbox", "options": [{"label": "Yes", "value": "yes"}]},
    ],
)
def test_a_definition_that_misses_something_is_refused(hub: Hub, definition: dict[str, Any]) -> None:
    assert hub.http.post(PATH, json=definition).status_code == 400


def test_the_field_type_may_change_within_its_type_and_the_type_may_not(hub: Hub) -> None:
    made(hub)
    assert hub.http.patch(f"{PATH}/nickname", json={"fieldType": "textarea"}).json()["fieldType"] == "textarea"
    assert hub.http.patch(f"{PATH}/nickname", json={"type": "number", "fieldType": "number"}).status_code == 400


def test_of_hubspots_own_definitions_only_options_can_be_changed(hub: Hub) -> None:
    assert hub.http.patch(f"{PATH}/firstname", json={"label": "Given name"}).status_code == 400
    options = [{"label": "New", "value": "NEW", "displayOrder": 0, "hidden": False}]
    assert hub.http.patch(f"{PATH}/hs_lead_status", json={"options": options}).status_code == 200


def test_the_options_of_a_bool_stay_true_and_false(hub: Hub) -> None:
    options = [{"label": "Yes", "value": "true", "displayOrder": 0, "hidden": False}]
    assert hub.http.patch(f"{PATH}/do_not_call", json={"options": options}).status_code == 400


def test_a_group_with_properties_cannot_be_archived(hub: Hub) -> None:
    answer = hub.http.delete(f"{PATH}/groups/lending")
    assert answer.status_code == 400
    inner = json.loads(answer.json()["message"])
    assert inner["subCategory"] == "PropertyGroupError.GROUP_WITH_ACTIVE_PROPERTIES"
