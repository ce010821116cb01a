"""Associations: endpoints and fields are there, other objects are not."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Hub

COMPANY = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}
NOBODY = "999999999"


def associated(to: str) -> list[dict[str, Any]]:
    return [{"to": {"id": to}, "types": [COMPANY]}]


@pytest.mark.parametrize("kind", ["companies", "company", "0-3", "contacts"])
def test_a_contact_is_associated_with_nothing(hub: Hub, kind: str) -> None:
    answer = hub.call("GET", f"/{hub.create(firstname='Ada')}/associations/{kind}")
    assert (answer.status_code, answer.json()) == (200, {"results": []})


def test_associations_are_listed_only_under_2026_09(hub: Hub) -> None:
    contact = hub.create(firstname="Ada")
    assert hub.call("GET", f"/{contact}/associations/companies", "2026-03").status_code == 404


def test_the_associations_of_nobody_are_not_found(hub: Hub) -> None:
    assert hub.call("GET", f"/{NOBODY}/associations/companies").status_code == 404


@pytest.mark.parametrize("path", ["", "/{}"])
def test_associations_can_be_asked_for_by_known_names_only(hub: Hub, path: str) -> None:
    path = path.format(hub.create(firstname="Ada"))
    assert hub.call("GET", path, params={"associations": "companies,deals"}).status_code == 200
    answer = hub.call("GET", path, params={"associations": "companies,firms"})
    assert (answer.status_code, answer.json()["message"]) == (400, "Unable to infer object type from: firms")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_what_does_not_exist_can_be_neither_associated_nor_dissociated(hub: Hub, method: str) -> None:
    contact = hub.create(firstname="Ada")
    assert hub.call(method, f"/{contact}/associations/companies/1").status_code == 404
    assert hub.call(method, f"/{NOBODY}/associations/contacts/{contact}").status_code == 404
    assert hub.call(method, f"/{contact}/associations/firms/1").status_code == 400


@pytest.mark.parametrize("way", ["contacts", "default/contacts"])
def test_two_contacts_cannot_be_associated(hub: Hub, way: str) -> None:
    one, two = hub.create(firstname="Ada"), hub.create(firstname="Grace")
    assert hub.call("PUT", f"/{one}/associations/{way}/{two}").status_code == 400


def test_dissociating_two_contacts_changes_nothing(hub: Hub) -> None:
    one, two = hub.create(firstname="Ada"), hub.create(firstname="Grace")
    assert hub.call("DELETE", f"/{one}/associations/contacts/{two}").status_code == 204


def test_an_empty_list_of_associations_creates_a_contact(hub: Hub) -> None:
    answer = hub.call("POST", "", json={"properties": {"firstname": "Ada"}, "associations": []})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "associations",
    [associated(NOBODY), [{"to": {"id": "1"}}], [{"types": [COMPANY]}], [{"to": {"id": "1"}, "types": [{}]}]],
)
def test_a_contact_is_not_created_with_associations_to_nothing(hub: Hub, associations: Any) -> None:
    row = {"properties": {"email": "ada@x.example.com"}, "associations": associations}
    assert hub.call("POST", "", json=row).status_code == 400
    assert hub.call("POST", "/batch/create", json={"inputs": [row]}).status_code == 400
    assert hub.call("GET", "/ada@x.example.com", params={"idProperty": "email"}).status_code == 404


def test_associations_with_a_contact_are_taken_and_not_kept(hub: Hub) -> None:
    other = hub.create(firstname="Grace")
    answer = hub.call("POST", "", json={"properties": {"firstname": "Ada"}, "associations": associated(other)})
    assert answer.status_code == 201
    listed = hub.call("GET", f"/{answer.json()['id']}/associations/contacts")
    assert listed.json()["results"] == []
