"""Addresses in answers: tools follow them as they are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .conftest import Hub, Make

LIST = "/crm/objects/2026-09/contacts"


def follow(hub: Hub, address: str) -> Iterator[dict[str, Any]]:
    """All records of a list, by nothing but its links."""
    following: str | None = address
    while following is not None:
        page = hub.http.get(following).json()
        yield from page["results"]
        following = page.get("paging", {}).get("next", {}).get("link")


def test_a_list_is_read_to_its_end_by_its_links_alone(make: Make) -> None:
    hub = make(contacts=30)
    rows = list(follow(hub, LIST + "?limit=7&properties=phone,city"))
    assert [int(row["id"]) for row in rows] == sorted(hub.portal.live)
    assert all(row["properties"].keys() >= {"phone", "city"} for row in rows)


def test_a_link_repeats_what_was_asked_for_with_a_new_place_to_go_on(hub: Hub) -> None:
    asked = {"limit": "2", "properties": "email,phone", "archived": "false", "associations": "deals"}
    link = hub.call("GET", "", params={**asked, "after": "1"}).json()["paging"]["next"]["link"]
    first_left_out = sorted(hub.portal.live)[2]
    assert parse_qs(urlsplit(link).query) == {**{k: [v] for k, v in asked.items()}, "after": [str(first_left_out)]}


def test_a_list_of_archived_records_links_to_archived_records(hub: Hub) -> None:
    gone = sorted(hub.portal.live)[:3]
    for contact_id in gone:
        hub.call("DELETE", f"/{contact_id}")
    assert [int(row["id"]) for row in follow(hub, LIST + "?limit=1&archived=true")] == gone


def test_owners_are_read_to_their_end_by_links_alone(hub: Hub) -> None:
    owners = list(follow(hub, "/crm/owners/2026-09?limit=10"))
    assert [int(owner["id"]) for owner in owners] == sorted(hub.portal.owners)


def test_a_new_record_is_found_at_the_address_it_was_given(hub: Hub) -> None:
    made = hub.call("POST", "", json={"properties": {"email": "new@example.com"}})
    assert hub.http.get(made.headers["Location"]).json()["id"] == made.json()["id"]
