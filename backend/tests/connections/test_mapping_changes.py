"""Changing the mapping over HTTP: what is refused and why, versions, documents, samples, properties made by consent."""

from typing import Any

import orjson
import pytest
from organisations import CONNECTED, Organisation
from portal import Portal

from loanark.connections import mapping
from loanark.hubspot.models import Option, Property
from loanark.tenants.models import Role

OPTIONS = (Option("VIP", "VIP"), Option("Realtor", "VIP - Realtor"))
ACCOUNT = (
    Property("firstname", "First name", "string", "text"),
    Property("lastname", "Last name", "string", "text"),
    Property("city", "City", "string", "text"),
    Property("home_town", "Home town", "string", "text"),
    Property("whole_name", "Whole name", "string", "text"),
    Property("rate", "Rate", "number", "number"),
    Property("applied_at", "Applied", "datetime", "date"),
    Property("vip", "VIP", "enumeration", "select", options=OPTIONS),
    Property("score", "Score", "number", "number", calculated=True, read_only=True),
    Property("loanark_id", "LoanArk id", "string", "text", has_unique_value=True),
)


@pytest.fixture
def lender(organisation: Organisation) -> Organisation:
    """Connected to an account with these properties: first and last name and city are mapped by themselves."""
    stored = orjson.dumps(mapping.to_json(ACCOUNT)).decode()
    organisation.insert("connections", tenant_id=organisation.id, **{**CONNECTED, "properties": stored})
    with organisation.scope():
        mapping.add_defaults(organisation.id, ACCOUNT)
    return organisation


def rule(field: str, property: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "property": property, **more}


def add(lender: Organisation, field: str, property: str, **more: Any) -> Any:
    return lender.call("POST", "mapping/fields", rule(field, property, **more))


def patch(lender: Organisation, field: str, **changed: Any) -> Any:
    return lender.call("PATCH", f"mapping/fields/{field}", changed)


def mapped(lender: Organisation) -> dict[str, dict[str, Any]]:
    return {row["field"]: row for row in lender.get("mapping")["fields"]}


def errors(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.content
    document = answer.json()
    assert document["code"] == "invalid"
    found: dict[str, str] = document["errors"]
    return found


def test_a_field_is_mapped_changed_and_taken_out_each_as_a_version(lender: Organisation) -> None:
    assert add(lender, "loan_purpose", "home_town", policy="ask").status_code == 201
    assert mapped(lender)["loan_purpose"]["policy"] == "ask"
    changed = patch(lender, "loan_purpose", transform={"kind": "case", "to": "title"}, blank_may_overwrite=False)
    assert changed.status_code == 200
    row = mapped(lender)["loan_purpose"]
    assert (row["transform"], row["blank_may_overwrite"], row["policy"]) == (
        {"kind": "case", "to": "title"},
        False,
        "ask",
    )
    assert patch(lender, "loan_purpose", transform=None).json()["version"] == 4
    assert lender.call("DELETE", "mapping/fields/loan_purpose").status_code == 200
    assert "loan_purpose" not in mapped(lender)
    versions = lender.get("mapping/versions")
    assert [(row["version"], row["note"], row["current"]) for row in versions] == [
        (5, "loan_purpose taken out", True),
        (4, "loan_purpose changed: transform", False),
        (3, "loan_purpose changed: blank_may_overwrite, transform", False),
        (2, "loan_purpose mapped to home_town", False),
        (1, "the first mapping, from what the account has", False),
    ]
    assert versions[0]["by"].startswith("admin-")


def test_versions_are_compared_and_restored(lender: Organisation) -> None:
    patch(lender, "city", direction="to_loanark")
    found = lender.get("mapping/versions/1/diff/2")
    (difference,) = found["differences"]
    assert difference["field"] == "city"
    assert (difference["before"]["direction"], difference["after"]["direction"]) == ("both", "to_loanark")
    restored = lender.call("POST", "mapping/versions/1/restore").json()
    assert restored["version"] == 3
    assert mapped(lender)["city"]["direction"] == "both"
    assert lender.get("mapping/versions/1/diff/3")["differences"] == []
    assert lender.call("POST", "mapping/versions/9/restore").status_code == 404
    assert lender.call("GET", "mapping/versions/1/diff/9").status_code == 404


def test_a_change_that_changes_nothing_is_no_version(lender: Organisation) -> None:
    assert patch(lender, "city", direction="both").json()["version"] == 1


def test_the_whole_mapping_is_put_at_once(lender: Organisation) -> None:
    put = lender.call("PUT", "mapping", {"rules": [rule("firstname", "lastname"), rule("lastname", "firstname")]})
    assert put.status_code == 200
    assert {name: row["property"] for name, row in mapped(lender).items()} == {
        "firstname": "lastname",
        "lastname": "firstname",
    }
    late = lender.call("PUT", "mapping", {"rules": [], "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "stale")


def test_a_mapping_exported_and_imported_is_the_same(lender: Organisation) -> None:
    patch(lender, "city", transform={"kind": "case", "to": "upper"})
    document = lender.get("mapping/export")
    assert document["version"] == 2
    assert "- field: city\n  property: city\n" in document["yaml"]
    lender.call("DELETE", "mapping/fields/city")
    imported = lender.call("POST", "mapping/import", {"yaml": document["yaml"], "note": "from a file"})
    assert imported.status_code == 200
    assert mapped(lender)["city"]["transform"] == {"kind": "case", "to": "upper"}
    assert lender.get("mapping/versions")[0]["note"] == "from a file"
    assert lender.get("mapping/versions/2/diff/4")["differences"] == []


@pytest.mark.parametrize(
    ("yaml", "part", "reason"),
    [
        ("a: [", "yaml", "while parsing"),
        ("!!python/object/apply:os.system ['true']", "yaml", "could not determine a constructor"),
        ("- a", "yaml", "It has no list `rules`."),
        ("rules: [1]", "rules.0", "A rule is an object with field and property."),
        ("rules: [{field: city}]", "city", "A rule needs property."),
        ("rules: [{field: city, property: city, policy: mine}]", "city", "'mine' is not a valid Policy."),
        ("rules: [{field: city, property: city, colour: red}]", "city", "There is no such thing as colour in a rule."),
        ("rules: [{field: city, property: city, transform: {kind: magic}}]", "city", "There is no transform 'magic'."),
    ],
)
def test_a_document_that_is_no_mapping_is_refused(lender: Organisation, yaml: str, part: str, reason: str) -> None:
    assert errors(lender.call("POST", "mapping/import", {"yaml": yaml}))[part].startswith(reason)
    assert errors(lender.call("POST", "mapping/preview", {"yaml": yaml}))[part].startswith(reason)
    assert lender.get("mapping")["version"] == 1


def test_a_document_that_is_not_yaml_is_told_the_line(lender: Organisation) -> None:
    broken = lender.call("POST", "mapping/preview", {"yaml": "rules:\n  - field: city\n   property: city\n"})
    assert errors(broken)["yaml"].endswith(", line 3.")


def test_what_a_document_would_change_is_shown_before(lender: Organisation) -> None:
    document = lender.get("mapping/export")["yaml"]
    same = lender.call("POST", "mapping/preview", {"yaml": document}).json()
    assert same == {"before": 1, "after": 2, "differences": []}
    changed = document.replace("field: city\n  property: city\n", "field: city\n  property: home_town\n")
    [shown] = lender.call("POST", "mapping/preview", {"yaml": changed}).json()["differences"]
    assert (shown["field"], shown["before"]["property"], shown["after"]["property"]) == ("city", "city", "home_town")
    assert lender.get("mapping")["version"] == 1
    assert lender.call("POST", "mapping/import", {"yaml": changed}).status_code == 200
    assert lender.get("mapping/versions/1/diff/2")["differences"] == [shown]


WRONG: list[tuple[dict[str, Any], str, str]] = [
    (rule("nothing", "home_town"), "nothing", "There is no such field."),
    (rule("city", "home_town"), "city", "The field is mapped twice."),
    (rule("loan_purpose", "city"), "loan_purpose.property", "city is mapped to the field city already."),
    (rule("loan_purpose", "nowhere"), "loan_purpose.property", "The HubSpot account has no property nowhere."),
    (rule("loan_purpose", "loanark_id"), "loan_purpose.property", "loanark_id is what LoanArk knows contacts by."),
    (rule("closing_date", "rate"), "closing_date.property", "The HubSpot property rate is of type number"),
    (
        rule("loan_purpose", "home_town", transform={"kind": "scale", "factor": "2"}),
        "loan_purpose.transform",
        "scale does not go between a text and a property of type string.",
    ),
    (
        rule("interest_rate", "rate", transform={"kind": "scale", "factor": "3"}),
        "interest_rate.direction",
        "scale goes one way only: take to_loanark.",
    ),
    (
        rule("interest_rate", "rate", transform={"kind": "scale", "factor": "0"}),
        "interest_rate",
        "The factor must be a number other than 0.",
    ),
    (
        rule("interest_rate", "score", direction="to_hubspot"),
        "interest_rate.direction",
        "HubSpot does not let score be written: take to_loanark.",
    ),
    (
        rule("loan_purpose", "whole_name", transform={"kind": "split_name", "part": "last"}),
        "loan_purpose.direction",
        "split_name goes one way only: take to_loanark.",
    ),
    (
        rule("loan_purpose", "whole_name", direction="to_hubspot", transform={"kind": "join_name"}),
        "loan_purpose.transform",
        "join_name makes the field full_name, and only that.",
    ),
    (rule("full_name", "whole_name"), "full_name", "There is no such field."),
    (
        rule("application_date", "applied_at", transform={"kind": "date", "zone": "Mars"}),
        "application_date",
        "There is no time zone 'Mars'.",
    ),
    (rule("application_date", "applied_at"), "application_date.property", "The HubSpot property applied_at is of type"),
    (
        rule("loan_purpose", "vip", transform={"kind": "options", "map": {"a": "Gold"}}),
        "loan_purpose.transform",
        "The HubSpot property vip has no option Gold.",
    ),
    (
        rule("loan_purpose", "vip", transform={"kind": "options", "map": {"a": "VIP", "b": "VIP"}}),
        "loan_purpose",
        "Two of LoanArk's options have one counterpart in HubSpot: VIP.",
    ),
    (rule("loan_purpose", "vip", policy="union"), "loan_purpose.policy", "Only several choices can be united"),
]


@pytest.mark.parametrize(("body", "part", "reason"), WRONG)
def test_what_a_mapping_cannot_be_is_told_by_part(
    lender: Organisation, body: dict[str, Any], part: str, reason: str
) -> None:
    found = errors(lender.call("POST", "mapping/fields", body))
    assert list(found) == [part]
    assert found[part].startswith(reason)
    assert lender.get("mapping")["version"] == 1


def test_parts_of_one_name_share_a_property(lender: Organisation) -> None:
    for field, part in (("loan_purpose", "first"), ("loan_stage", "last")):
        transform = {"kind": "split_name", "part": part}
        answer = add(lender, field, "whole_name", direction="to_loanark", transform=transform)
        assert answer.status_code == 201, answer.content


def test_a_field_one_side_decides_clears_nothing_unless_asked_to(lender: Organisation) -> None:
    add(lender, "loan_purpose", "home_town", direction="to_loanark")
    assert mapped(lender)["loan_purpose"]["blank_may_overwrite"] is False
    assert mapped(lender)["city"]["blank_may_overwrite"] is True


def test_everybody_reads_and_administrators_change(lender: Organisation) -> None:
    for role in (Role.LOAN_OFFICER, Role.SALES_MANAGER, Role.AUDITOR):
        who = lender.member(role)
        for path in ("mapping", "mapping/versions", "mapping/export", "mapping/properties", "mapping/missing"):
            assert who.call("GET", lender.path(path)).status_code == 200, path
        assert who.call("DELETE", lender.path("mapping/fields/city")).status_code == 403
        assert who.call("PUT", lender.path("mapping"), {"rules": []}).status_code == 403


def test_a_field_that_is_not_mapped_is_not_found(lender: Organisation) -> None:
    assert patch(lender, "zip", policy="ask").status_code == 404
    assert lender.call("DELETE", "mapping/fields/zip").status_code == 404


def test_before_anything_is_connected_there_is_nothing_to_map(organisation: Organisation) -> None:
    answer = organisation.call("PUT", "mapping", {"rules": []})
    assert (answer.status_code, answer.json()["code"]) == (422, "not-connected")
    assert organisation.get("mapping/properties") == []
    assert organisation.get("mapping/missing")["properties"] == []


def test_the_accounts_properties_are_listed_with_what_they_are_for(lender: Organisation) -> None:
    found = {row["name"]: row for row in lender.get("mapping/properties")}
    assert found["city"]["fields"] == ["city"]
    assert (found["score"]["writable"], found["city"]["writable"]) == (False, True)
    assert [option["value"] for option in found["vip"]["options"]] == ["VIP", "VIP - Realtor"]
    assert found["loanark_id"]["unique"]


# With a HubSpot


def connect(portal: Portal, lender: Organisation) -> None:
    answer = lender.call("POST", "connection/static-token", {"token": portal.token})
    assert answer.status_code == 200, answer.content


def test_what_is_missing_is_made_by_consent_and_mapped_at_once(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    missing = organisation.get("mapping/missing")
    wanted = {row["name"]: row for row in missing["properties"]}
    assert (missing["group"], missing["missing_scopes"]) == ("loanark", [])
    assert wanted["loanark_id"]["unique"]
    assert (wanted["loanark_loan_amount"]["type"], wanted["loanark_closing_date"]["type"]) == ("number", "date")
    assert [one["value"] for one in wanted["loanark_consent_to_contact"]["options"]] == ["true", "false"]
    names = ["loanark_id", "loanark_loan_amount", "loanark_consent_to_contact"]
    made = organisation.call("POST", "mapping/create-properties", {"names": names}).json()
    assert [(row["name"], row["outcome"]) for row in made["results"]] == [(name, "made") for name in names]
    assert made["mapped"] == ["loan_amount", "consent_to_contact"]
    rest = {row["name"] for row in organisation.get("mapping/missing")["properties"]}
    assert rest == set(wanted) - set(names)
    again = organisation.call("POST", "mapping/create-properties", {"names": names}).json()
    assert {row["outcome"] for row in again["results"]} == {"there"}
    account = portal.simulator.first_portal()
    assert account.properties["loanark_id"].unique
    assert account.properties["loanark_loan_amount"].group == "loanark"


def test_everything_that_is_missing_can_be_made(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    names = [row["name"] for row in organisation.get("mapping/missing")["properties"]]
    made = organisation.call("POST", "mapping/create-properties", {"names": names}).json()
    assert {row["outcome"] for row in made["results"]} == {"made"}
    assert organisation.get("mapping/missing")["properties"] == []
    assert organisation.get("mapping")["unmapped"] == []


def test_a_property_hubspot_refuses_is_told_and_the_others_are_made(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    account = portal.simulator.first_portal()
    account.rules.max_custom_properties = sum(not prop.defined_by_hubspot for prop in account.properties.values()) + 1
    names = ["loanark_loan_amount", "loanark_nmls_id"]
    made = organisation.call("POST", "mapping/create-properties", {"names": names}).json()["results"]
    assert [row["outcome"] for row in made] == ["made", "refused"]
    assert "custom properties are allowed" in made[1]["reason"]


def test_a_missing_permission_is_said_plainly(organisation: Organisation, portal: Portal) -> None:
    scopes = ["oauth", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.read"]
    portal.control("PUT", "settings", static_scopes=scopes)
    connect(portal, organisation)
    names = ["loanark_id", "loanark_loan_amount"]
    made = organisation.call("POST", "mapping/create-properties", {"names": names}).json()
    assert [row["outcome"] for row in made["results"]] == ["refused", "refused"]
    assert "did not grant crm.schemas.contacts.write" in made["results"][0]["reason"]
    assert made["mapped"] == []


def test_only_properties_of_loanarks_own_are_made(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    found = errors(organisation.call("POST", "mapping/create-properties", {"names": ["favourite_colour"]}))
    assert found == {"favourite_colour": "LoanArk would not make this property."}


def test_a_rule_is_tried_on_real_contacts_both_ways(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    id = str(portal.control("POST", "contacts", properties={"email": "ann@example.com", "city": "BOISE"})["id"])
    contact = organisation.contact(firstname="Ann", city="twin falls")
    organisation.execute(
        "INSERT INTO contact_links (contact_id, hubspot_id, base, remote) VALUES (%s, %s, '{}', '{}')", contact, id
    )
    body = {"rule": rule("city", "city", transform={"kind": "case", "to": "title"})}
    (row,) = organisation.call("POST", "mapping/sample", body).json()["rows"]
    assert row["hubspot"] == {"value": "BOISE", "becomes": "Boise", "reason": None}
    assert row["loanark"] == {"value": "twin falls", "becomes": "Twin Falls", "reason": None}
    assert (row["name"], row["same"]) == ("Ann", False)
    assert portal.simulator.first_portal().contacts[int(id)].props["city"] == "BOISE", "nothing is written"
    assert organisation.get("mapping")["version"] == 1, "nothing is saved"


def test_before_the_first_run_a_rule_is_tried_on_what_hubspot_lists(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    body = {"rule": rule("client_type_vip_status", "client_type_vip_status"), "contacts": 3}
    rows = organisation.call("POST", "mapping/sample", body).json()["rows"]
    assert len(rows) == 3
    assert all(row["contact_id"] is None and row["loanark"] is None for row in rows)
    wrong = {"rule": rule("loan_amount", "city", transform={"kind": "phone"})}
    assert list(errors(organisation.call("POST", "mapping/sample", wrong))) == ["loan_amount.transform"]


def test_a_refresh_finds_what_the_account_has_now(organisation: Organisation, portal: Portal) -> None:
    connect(portal, organisation)
    before = organisation.get("mapping")
    definition = {"name": "loanark_nmls_id", "label": "NMLS", "type": "string", "fieldType": "text"}
    portal.control("POST", "properties", **definition, groupName="lending")
    after = organisation.call("POST", "mapping/refresh").json()
    assert after["version"] == before["version"] + 1
    assert "nmls_id" in mapped(organisation)
    assert organisation.get("mapping/versions")[0]["note"] == "mapped by itself: nmls_id"
    assert organisation.call("POST", "connection/check").status_code == 200
    assert organisation.get("mapping")["version"] == after["version"]
