"""The list's own columns: any fields, of either side, with the version an edit names; filters by owner and time."""

from typing import Any

import pytest
from organisations import CONNECTED, Organisation, make_organisation


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    """Two contacts: one linked, of Ann's and changed today; one of Bob's that nobody touched for long."""
    made = make_organisation()
    made.insert("connections", tenant_id=made.id, **CONNECTED)
    made.call("POST", "fields", {"label": "FICO", "kind": "decimal", "name": "fico"})
    ada = made.contact(
        firstname="Ada", city="Reno", owner="ann@x.example", loan_amount="450000.5", custom='{"fico": "720"}'
    )
    made.insert("contact_links", contact_id=ada, hubspot_id="7", base="{}", remote='{"city": "Elko", "fico": "715"}')
    made.contact(firstname="Bob", city="Boise", owner="bob@x.example", created_at="2020-01-01", updated_at="2020-01-01")
    return made


def of(page: Any, firstname: str) -> Any:
    return next(row for row in page["items"] if row["firstname"] == firstname)


def names(page: Any) -> set[str]:
    return {row["firstname"] for row in page["items"]}


def test_a_row_holds_the_fields_that_were_asked_for(lender: Organisation) -> None:
    page = lender.get("contacts", fields=["city", "loan_amount", "consent_to_contact", "fico"])
    assert of(page, "Ada")["values"] == {
        "city": "Reno",
        "loan_amount": "450000.5",
        "consent_to_contact": None,
        "fico": "720",
    }
    assert of(page, "Bob")["values"]["fico"] is None


def test_without_fields_a_row_has_no_values(lender: Organisation) -> None:
    assert [row["values"] for row in lender.get("contacts")["items"]] == [{}, {}]


def test_the_other_side_shows_what_hubspot_held_when_it_was_read_last(lender: Organisation) -> None:
    page = lender.get("contacts", fields=["city", "fico", "firstname"], side="hubspot")
    assert of(page, "Ada")["values"] == {"city": "Elko", "fico": "715", "firstname": None}
    assert of(page, "Bob")["values"] == {"city": None, "fico": None, "firstname": None}, "it is not in HubSpot"


def test_values_are_those_of_the_contacts_own_page(lender: Organisation) -> None:
    names = [field["name"] for field in lender.get("fields")]
    for side in ("loanark", "hubspot"):
        row = of(lender.get("contacts", fields=names, side=side), "Ada")
        shown = lender.get(f"contacts/{row['id']}")
        assert row["values"] == {field["name"]: field[side] for field in shown["fields"]}


@pytest.mark.parametrize("fields", [["nonsense"], ["city", "custom"], ["tenant_id"], ["city"] * 41])
def test_what_is_no_field_is_refused(lender: Organisation, fields: list[str]) -> None:
    answer = lender.admin.client.get(lender.path("contacts"), query_params={"fields": fields})
    assert answer.status_code == 422
    assert "fields" in str(answer.json()["errors"])


def test_the_version_is_the_one_an_edit_names(lender: Organisation) -> None:
    row = of(lender.get("contacts"), "Ada")
    path = f"contacts/{row['id']}"
    edited = lender.call("PATCH", path, {"values": {"zip": "89501"}, "version": row["version"]})
    assert edited.status_code == 200
    assert of(lender.get("contacts"), "Ada")["version"] == row["version"] + 1
    late = lender.call("PATCH", path, {"values": {"zip": "89502"}, "version": row["version"]})
    assert (late.status_code, late.json()["code"]) == (409, "stale")


def test_owners_are_a_filter_and_a_facet(lender: Organisation) -> None:
    assert names(lender.get("contacts", owner=["bob@x.example"])) == {"Bob"}
    assert names(lender.get("contacts", owner=["bob@x.example", "ann@x.example"])) == {"Ada", "Bob"}
    facet = next(one for one in lender.get("contacts/facets", owner=["bob@x.example"]) if one["name"] == "owner")
    assert {value["value"]: value["count"] for value in facet["values"]} == {"ann@x.example": 1, "bob@x.example": 1}


@pytest.mark.parametrize("which", ["changed", "created"])
@pytest.mark.parametrize("within", ["1d", "7d", "30d", "90d"])
def test_recent_ones_are_a_filter(lender: Organisation, which: str, within: str) -> None:
    assert names(lender.get("contacts", **{which: within})) == {"Ada"}
    assert lender.get("contacts", **{which: within}, owner="bob@x.example")["total"] == 0


def test_a_time_of_another_kind_is_refused(lender: Organisation) -> None:
    assert lender.admin.client.get(lender.path("contacts"), query_params={"changed": "2 years"}).status_code == 422
