"""Which property meets which field by default, and which never can."""

from typing import Any

import orjson
import pytest
from organisations import CONNECTED, Organisation

from loanark.connections import mapping
from loanark.connections.models import Connection, FieldMapping
from loanark.core.fields import BY_NAME, FIELDS
from loanark.core.values import Kind
from loanark.hubspot.models import Option, Property


def prop(name: str, type: str = "string", field_type: str = "text", **more: Any) -> Property:
    return Property(name=name, label=name.title(), type=type, field_type=field_type, **more)


@pytest.mark.parametrize(
    ("field", "type", "field_type", "kind"),
    [
        ("firstname", "string", "text", Kind.TEXT),
        ("email", "string", "text", Kind.EMAIL),
        ("phone", "string", "phonenumber", Kind.PHONE),
        ("phone", "string", "text", Kind.PHONE),
        ("state", "enumeration", "select", Kind.ENUM),
        ("client_type_prospects", "enumeration", "checkbox", Kind.ENUM_SET),
        ("loan_amount", "number", "number", Kind.DECIMAL),
        ("loan_amount", "string", "text", Kind.DECIMAL),
        ("loan_amount", "date", "date", None),
        ("loan_amount", "enumeration", "select", None),
        ("closing_date", "date", "date", Kind.DATE),
        ("closing_date", "datetime", "date", None),
        ("closing_date", "number", "number", None),
        ("consent_to_contact", "bool", "booleancheckbox", Kind.BOOLEAN),
        ("consent_to_contact", "string", "text", Kind.BOOLEAN),
        ("consent_to_contact", "number", "number", None),
    ],
)
def test_a_field_meets_a_property(field: str, type: str, field_type: str, kind: Kind | None) -> None:
    assert mapping.compatible_kind(BY_NAME[field], prop("p", type, field_type)) == kind


def add(organisation: Organisation, *properties: Property) -> None:
    stored = orjson.dumps(mapping.to_json(properties)).decode()
    with organisation.scope():
        Connection.objects.filter(tenant_id=organisation.id).delete()
    organisation.insert("connections", tenant_id=organisation.id, **{**CONNECTED, "properties": stored})
    with organisation.scope():
        mapping.add_defaults(organisation.id, properties)


def test_defaults_are_what_the_account_has_and_can_hold(organisation: Organisation) -> None:
    add(
        organisation,
        prop("firstname"),
        prop("hubspot_owner_id", "enumeration", "select"),
        prop("loanark_loan_amount", "date", "date"),
        prop("city", archived=True),
        prop("favourite_colour"),
    )
    seen = organisation.get("mapping")
    assert {row["field"]: row["property"] for row in seen["fields"]} == {
        "firstname": "firstname",
        "owner": "hubspot_owner_id",
    }
    reasons = {row["field"]: row["reason"] for row in seen["unmapped"]}
    assert len(reasons) == len(FIELDS) - 2
    assert reasons["city"] == "The HubSpot account has no property city."
    assert "is of type date, which cannot hold a decimal" in reasons["loan_amount"]
    assert seen["property_count"] == 4


def test_defaults_never_touch_a_choice(organisation: Organisation) -> None:
    add(organisation, prop("firstname"), prop("lastname"))
    organisation.execute("UPDATE field_mappings SET direction = 'to_loanark', policy = 'ask' WHERE field = 'firstname'")
    add(organisation, prop("firstname"), prop("lastname"), prop("city"))
    with organisation.scope():
        rows = {row.field: (row.direction, row.policy) for row in FieldMapping.objects.all()}
    assert rows == {
        "firstname": ("to_loanark", "ask"),
        "lastname": ("both", "hubspot"),
        "city": ("both", "hubspot"),
    }


def test_two_fields_never_meet_one_property(organisation: Organisation) -> None:
    add(organisation, prop("firstname"), prop("lastname"))
    organisation.execute("DELETE FROM field_mappings WHERE field = 'firstname'")
    organisation.execute("UPDATE field_mappings SET property_name = 'firstname' WHERE field = 'lastname'")
    add(organisation, prop("firstname"), prop("lastname"))
    mapped = organisation.rows("SELECT field, property_name FROM field_mappings")
    assert mapped == [{"field": "lastname", "property_name": "firstname"}]


def test_a_property_that_changed_its_type_leaves_the_mapping_in_force(organisation: Organisation) -> None:
    add(organisation, prop("firstname"), prop("loanark_loan_amount", "number", "number"))
    add(organisation, prop("firstname"), prop("loanark_loan_amount", "date", "date"))
    with organisation.scope():
        rules = mapping.load(Connection.objects.get()).rules
    assert [rule.field for rule in rules] == ["firstname"]


def test_a_calculated_property_is_only_read(organisation: Organisation) -> None:
    add(organisation, prop("firstname", calculated=True), prop("lastname", read_only=True), prop("city"))
    seen = {row["field"]: (row["direction"], row["read_only"]) for row in organisation.get("mapping")["fields"]}
    assert seen == {
        "firstname": ("to_loanark", True),
        "lastname": ("to_loanark", True),
        "city": ("both", False),
    }


def test_hidden_options_are_warned_of(organisation: Organisation) -> None:
    options = (Option("A", "a"), Option("B", "b", hidden=True))
    add(organisation, prop("state", "enumeration", "select", options=options))
    [row] = organisation.get("mapping")["fields"]
    assert (row["option_count"], row["warning"]) == (2, "1 of its 2 options are hidden in HubSpot")
