"""What an account remembers over a restart, beyond its records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .conftest import Hub, Make

PATH = "/crm/properties/2026-09/contacts"
OWN = {"name": "own", "label": "Own", "type": "string", "fieldType": "text", "groupName": "lending",
       "hasUniqueValue": True}  # fmt: skip
DAY_MS = 86_400_000


def again(make: Make, hub: Hub, **settings: Any) -> Hub:
    hub.simulator.close()
    return make(state=hub.simulator.settings.state, **settings)


def test_a_blocked_address_stays_blocked(make: Make, tmp_path: Path) -> None:
    hub = make(state=tmp_path)
    for address in ("one@x.example.com", "two@x.example.com"):
        hub.call("POST", "/gdpr-delete", json={"objectId": address, "idProperty": "email"})
    hub = again(make, hub)
    for address in ("one@x.example.com", "two@x.example.com"):
        assert hub.call("POST", "", json={"properties": {"email": address}}).status_code == 400


def test_a_value_that_a_merge_took_away_is_remembered(make: Make, tmp_path: Path) -> None:
    hub = make(state=tmp_path)
    hub.http.post(PATH, json=OWN)
    one, two = hub.create(firstname="One", own="K-1"), hub.create(firstname="Two", own="K-2")
    survivor = hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": two}).json()["id"]
    hub = again(make, hub)
    hub.user("PUT", "settings", rules={"merged_value_finds_survivor": True})
    assert hub.call("GET", "/K-2", params={"idProperty": "own"}).json()["id"] == survivor


def test_a_merge_that_kept_the_primary_id_holds(make: Make, tmp_path: Path) -> None:
    hub = make(state=tmp_path)
    hub.user("PUT", "settings", rules={"merge_keeps_primary_id": True})
    one, two = hub.create(firstname="One"), hub.create(lastname="Two")
    hub.call("POST", "/merge", json={"primaryObjectId": one, "objectIdToMerge": two})
    found = again(make, hub).call("GET", f"/{two}").json()
    assert (found["id"], found["properties"]["lastname"]) == (one, "Two")


def test_a_purged_property_does_not_come_back_with_its_values(make: Make, tmp_path: Path) -> None:
    hub = make(state=tmp_path)
    hub.http.post(PATH, json=OWN)
    contact = hub.create(firstname="Ada", own="K-1")
    hub.http.delete(f"{PATH}/own")
    hub.clock.advance(91 * DAY_MS)
    hub.http.post(PATH, json=OWN)
    hub = again(make, hub)
    hub.clock.advance(91 * DAY_MS)
    found = hub.call("GET", f"/{contact}", params={"properties": "own"}).json()
    assert found["properties"]["own"] is None
