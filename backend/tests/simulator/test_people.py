"""The people of a portal."""

from __future__ import annotations

import itertools
from pathlib import Path

from hubspot_simulator.people import DEFAULT_COUNT, Maker, load, owners
from hubspot_simulator.records import catalogue
from hubspot_simulator.records.values import check

from .conftest import Make

OWNERS = [str(o.id) for o in owners(1)]


def test_the_same_seed_makes_the_same_people() -> None:
    one, two, other = (
        [(c.id, c.props, c.updated) for c in itertools.islice(Maker(500, seed, OWNERS).contacts(), 500)]
        for seed in (7, 7, 8)
    )
    assert one == two
    assert one != other


def test_the_default_portal_has_the_lenders_counts_and_only_values_hubspot_takes() -> None:
    properties = catalogue.standard() | catalogue.lending()
    people = list(Maker(DEFAULT_COUNT, 1, OWNERS).contacts())
    assert len(people) == 41_341
    assert sum("client_type_vip_status" in c.props for c in people) == 1_716
    assert sum("client_type_prospects" in c.props for c in people) == 15_609
    emails = [c.props["email"] for c in people if "email" in c.props]
    assert len(emails) == len({e.lower() for e in emails}) < 41_341
    for contact in people[::7]:
        assert {"email", "firstname", "lastname"} & contact.props.keys()
        for name, value in contact.props.items():
            assert check(properties[name], value, "", frozenset(OWNERS)).value == value


def test_a_file_is_loaded_and_what_does_not_fit_is_counted(tmp_path: Path, make: Make) -> None:
    path = tmp_path / "people.csv"
    path.write_text(
        "id,first_name,last_name,email,mobile,zip,client_type_vip_status\n"
        "c1,José,Núñez,jn@x.example.com,(512) 555-0143,00501,VIP\n"
        "c2,Joe,Nunez,JN@x.example.com,,,Emperor\n"
        "c3,Ann,,nonsense,,,\n",
        encoding="utf-8",
    )
    hub = make(people_file=path)
    first, second, _ = hub.call(
        "GET", "", params={"properties": "firstname,email,mobilephone,zip,source_record_id,client_type_vip_status"}
    ).json()["results"]
    assert first["properties"]["firstname"] == "José"
    assert first["properties"]["mobilephone"] == "(512) 555-0143"
    assert first["properties"]["zip"] == "00501"
    assert first["properties"]["source_record_id"] == "c1"
    assert second["properties"]["email"] is None
    assert dict(hub.simulator.load_report) == {
        "duplicate e-mail left blank": 1,
        "client_type_vip_status left blank: INVALID_OPTION": 1,
        "email left blank: INVALID_EMAIL": 1,
    }
    assert len(load(path, hub.portal.properties, hub.portal.owner_ids).contacts) == 3
