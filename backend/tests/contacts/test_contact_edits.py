"""A person works on contacts: create, look, edit, delete, restore, resync, and what the timeline tells of it."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from organisations import CONNECTED, Organisation, make_organisation

from loanark.core.fields import NAMES
from loanark.tenants.models import Role


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    return make_organisation()


def create(lender: Organisation, **values: Any) -> Any:
    answer = lender.call("POST", "contacts", {"values": values})
    assert answer.status_code == 201, answer.content
    return answer.json()


def edit(lender: Organisation, contact: Any, version: int | None = None, **values: Any) -> Any:
    return lender.call("PATCH", f"contacts/{contact['id']}", {"values": values, "version": version})


def values_of(contact: Any) -> dict[str, str]:
    return {field["name"]: field["loanark"] for field in contact["fields"] if field["loanark"] is not None}


def hint_of(lender: Organisation, contact: Any) -> Any:
    found = lender.rows("SELECT source, lane, version FROM hints WHERE record_id = %s", str(contact["id"]))
    return found[0] if found else None


def forget_hints(lender: Organisation) -> None:
    lender.execute("DELETE FROM hints")


FULL = {
    "firstname": "  José ",
    "lastname": "Müller-Łukasz",
    "email": "Jose@Example.com",
    "phone": "(702) 555-0100",
    "company": "Ünïcode & Söhne <script>",
    "loan_amount": "350000.50",
    "interest_rate": "6.125",
    "application_date": "2026-02-28",
    "consent_to_contact": "true",
    "zip": "00501",
}


def test_a_contact_keeps_what_a_person_typed(lender: Organisation) -> None:
    made = create(lender, **FULL)
    seen = lender.get(f"contacts/{made['id']}")
    assert made == seen
    assert {name: value for name, value in values_of(seen).items() if not name.startswith(("loan_a", "int"))} == {
        name: value for name, value in FULL.items() if not name.startswith(("loan_a", "int"))
    }
    assert values_of(seen)["loan_amount"].rstrip("0") == "350000.5"
    assert (seen["created_side"], seen["sync"]["state"], seen["hubspot_id"]) == ("loanark", "not_linked", None)
    assert [field["name"] for field in seen["fields"]] == list(NAMES)


def test_creating_leaves_a_hint_and_a_history(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    assert hint_of(lender, made)["source"] == "edit"
    [change] = lender.get(f"contacts/{made['id']}/timeline")["items"]
    assert (change["op"], change["side"], change["cause"]) == ("created", "loanark", "user")
    assert change["actor"].startswith("admin-")
    assert change["fields"] == [{"name": "firstname", "label": "First name", "before": None, "after": "Ada"}]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({}, {"email"}),
        ({"company": "Nobody Ltd"}, {"email"}),
        ({"email": "", "firstname": "  "}, {"email"}),
        ({"email": "not an address"}, {"email"}),
        ({"email": "a@b@c.com", "loan_amount": "much", "firstname": "Ada"}, {"email", "loan_amount"}),
        ({"firstname": "Ada", "shoe_size": "40"}, {"shoe_size"}),
        ({"firstname": "Ada", "id": "x", "tenant_id": "y"}, {"id", "tenant_id"}),
        ({"firstname": "Ada", "version": "1", "search": "x"}, {"version", "search"}),
        ({"firstname": "Ada", "closing_date": "31.12.2026"}, {"closing_date"}),
        ({"firstname": "Ada", "closing_date": "2026-02-30"}, {"closing_date"}),
        ({"firstname": "Ada", "consent_to_contact": "maybe"}, {"consent_to_contact"}),
        ({"firstname": "A\0da"}, {"firstname"}),
        ({"firstname": "x" * 70_000}, {"firstname"}),
        ({"firstname": "Ada", "loan_amount": "1e60"}, {"loan_amount"}),
        ({"firstname": "Ada", "loan_amount": "NaN"}, {"loan_amount"}),
    ],
)
def test_wrong_values_are_named_one_by_one_and_nothing_is_saved(
    lender: Organisation, values: dict[str, str], wrong: set[str]
) -> None:
    before = lender.scalar("SELECT count(*) FROM contacts")
    answer = lender.call("POST", "contacts", {"values": values})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.content
    assert set(answer.json()["errors"]) == wrong
    assert lender.scalar("SELECT count(*) FROM contacts") == before


@pytest.mark.parametrize("amount", ["1e30", "0.00000000001", "-0.5", "350000.5"])
def test_amounts_are_exact(lender: Organisation, amount: str) -> None:
    made = create(lender, firstname="Ada", loan_amount=amount)
    assert Decimal(values_of(made)["loan_amount"]) == Decimal(amount)


def test_a_text_that_no_database_holds_is_refused_with_the_body(lender: Organisation) -> None:
    answer = lender.admin.client.post(
        lender.path("contacts"),
        rb'{"values": {"firstname": "Ada\ud800"}}',
        content_type="application/json",
        headers={"X-CSRFToken": lender.admin.client.cookies["csrftoken"].value},
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_an_edit_changes_the_named_fields_only(lender: Organisation) -> None:
    made = create(lender, firstname="Ada", lastname="Byron", city="London")
    edited = edit(lender, made, lastname="Lovelace", city=None).json()
    assert values_of(edited) == {"firstname": "Ada", "lastname": "Lovelace"}
    assert edited["version"] == made["version"] + 1
    [change, _] = lender.get(f"contacts/{made['id']}/timeline")["items"]
    assert [(field["name"], field["before"], field["after"]) for field in change["fields"]] == [
        ("lastname", "Byron", "Lovelace"),
        ("city", "London", None),
    ]


def test_an_edit_that_changes_nothing_leaves_no_history(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    for values in ({"firstname": "Ada"}, {}):
        assert edit(lender, made, **values).json()["version"] == made["version"]
    assert len(lender.get(f"contacts/{made['id']}/timeline")["items"]) == 1


def test_a_wrong_edit_saves_none_of_its_fields(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    answer = edit(lender, made, firstname="Eve", email="nonsense")
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"email"})
    assert values_of(lender.get(f"contacts/{made['id']}")) == {"firstname": "Ada"}


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    assert edit(lender, made, made["version"], firstname="Eve").status_code == 200
    answer = edit(lender, made, made["version"], firstname="Zoe")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert values_of(lender.get(f"contacts/{made['id']}")) == {"firstname": "Eve"}
    assert edit(lender, made, firstname="Zoe").status_code == 200, "without a version: whatever is there now"


def test_deleting_and_restoring(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    path = f"contacts/{made['id']}"
    assert lender.call("DELETE", path).status_code == 204
    assert lender.call("DELETE", path).status_code == 204, "twice is the same as once"
    gone = lender.get(path)
    assert gone["deleted_at"]
    assert gone["sync"] == {"state": "deleted", "reason": "Deleted; it can be restored."}
    assert made["id"] not in {row["id"] for row in lender.get("contacts", limit=200)["items"]}
    assert edit(lender, made, firstname="Eve").status_code == 409
    back = lender.call("POST", f"{path}/restore").json()
    assert (back["deleted_at"], values_of(back)) == (None, {"firstname": "Ada"})
    assert [change["op"] for change in lender.get(f"{path}/timeline")["items"]] == ["restored", "deleted", "created"]


def test_a_resync_goes_before_everything_else(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    forget_hints(lender)
    answer = lender.call("POST", f"contacts/{made['id']}/resync")
    assert (answer.status_code, answer.json()["id"]) == (202, made["id"])
    assert hint_of(lender, made)["lane"] == 0


def test_another_programs_sql_is_in_the_timeline_with_its_name(lender: Organisation) -> None:
    contact = {"id": lender.contact(firstname="Ada")}
    lender.execute("UPDATE contacts SET firstname = 'Eve' WHERE id = %s", contact["id"])
    newest, _ = lender.get(f"contacts/{contact['id']}/timeline")["items"]
    assert (newest["op"], newest["cause"], newest["side"]) == ("updated", "sql", "loanark")
    assert newest["actor"]


def test_a_long_timeline_comes_in_pages(lender: Organisation) -> None:
    contact = lender.contact(firstname="0")
    for number in range(1, 6):
        lender.execute("UPDATE contacts SET firstname = %s WHERE id = %s", str(number), contact)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = lender.get(f"contacts/{contact}/timeline", limit=2, **cursor)
        seen += [change["fields"][0]["after"] for change in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert seen == ["5", "4", "3", "2", "1", "0"]


def conflict_on(lender: Organisation, field: str, hubspot: str | None, loanark: str | None) -> tuple[UUID, int]:
    contact = lender.contact(**{"firstname": "Ada", field: loanark})
    lender.insert(
        "contact_links", contact_id=contact, hubspot_id=str(contact.int % 10**12), base='{"city": "Old"}', remote="{}"
    )
    lender.execute(
        """INSERT INTO contact_conflicts (contact_id, field, base, hubspot, loanark, policy, open)
           VALUES (%s, %s, 'Old', %s, %s, 'ask', true)""",
        contact,
        field,
        hubspot,
        loanark,
    )
    return contact, lender.scalar("SELECT id FROM contact_conflicts WHERE contact_id = %s", contact)


def test_deciding_a_conflict_for_hubspot_takes_its_value(lender: Organisation) -> None:
    contact, conflict = conflict_on(lender, "city", "Reno", "Vegas")
    forget_hints(lender)
    listed = lender.get("conflicts")
    assert conflict in {row["id"] for row in listed["items"]}
    decided = lender.call("POST", f"conflicts/{conflict}/resolve", {"winner": "hubspot"}).json()
    assert (decided["open"], decided["winner"], decided["label"]) == (False, "hubspot", "City")
    assert decided["resolved_by"].startswith("admin-")
    assert lender.scalar("SELECT city FROM contacts WHERE id = %s", contact) == "Reno"
    assert lender.get(f"contacts/{contact}/timeline")["items"][0]["cause"] == "conflict"
    assert hint_of(lender, {"id": contact})["lane"] == 0
    assert conflict in {row["id"] for row in lender.get("conflicts", open=False)["items"]}


def test_deciding_a_conflict_for_loanark_keeps_its_value_and_makes_it_the_newer_one(lender: Organisation) -> None:
    contact, conflict = conflict_on(lender, "city", "Reno", "Vegas")
    assert lender.call("POST", f"conflicts/{conflict}/resolve", {"winner": "loanark"}).json()["winner"] == "loanark"
    assert lender.scalar("SELECT city FROM contacts WHERE id = %s", contact) == "Vegas"
    assert lender.scalar("SELECT base ->> 'city' FROM contact_links WHERE contact_id = %s", contact) == "Reno"


def test_deciding_for_a_blank_clears(lender: Organisation) -> None:
    contact, conflict = conflict_on(lender, "city", None, "Vegas")
    assert lender.call("POST", f"conflicts/{conflict}/resolve", {"winner": "hubspot"}).status_code == 200
    assert lender.scalar("SELECT city FROM contacts WHERE id = %s", contact) is None


def test_a_conflict_is_decided_once(lender: Organisation) -> None:
    _, conflict = conflict_on(lender, "city", "Reno", "Vegas")
    path = f"conflicts/{conflict}/resolve"
    assert lender.call("POST", path, {"winner": "neither"}).status_code == 422
    assert lender.call("POST", path, {"winner": "hubspot"}).status_code == 200
    assert lender.call("POST", path, {"winner": "loanark"}).status_code == 404
    assert lender.call("POST", "conflicts/999999999/resolve", {"winner": "hubspot"}).status_code == 404


def test_a_value_that_does_not_fit_the_column_is_not_taken(lender: Organisation) -> None:
    _, conflict = conflict_on(lender, "closing_date", "someday", "2026-01-01")
    answer = lender.call("POST", f"conflicts/{conflict}/resolve", {"winner": "hubspot"})
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"closing_date"})
    assert lender.scalar("SELECT open FROM contact_conflicts WHERE id = %s", conflict)


def test_conflicts_come_in_pages_newest_first(database: str) -> None:
    lender = make_organisation()
    made = [conflict_on(lender, "city", str(number), "x")[1] for number in range(3)]
    first = lender.get("conflicts", limit=2)
    assert [row["id"] for row in first["items"]] == made[:0:-1]
    assert first["total"] == 3
    second = lender.get("conflicts", limit=2, cursor=first["next_cursor"])
    assert ([row["id"] for row in second["items"]], second["next_cursor"]) == (made[:1], None)


def test_a_rejection_says_what_to_do_and_is_retried(database: str) -> None:
    lender = make_organisation()
    contact = lender.contact(firstname="Ada", email="odd@x.example")
    lender.insert(
        "contact_rejections",
        contact_id=contact,
        field="email",
        side="hubspot",
        value="odd@x.example",
        code="refused",
        reason="HubSpot says no.",
    )
    lender.insert("contact_rejections", hubspot_id="77", side="loanark", code="duplicate-email", reason="Two of them.")
    forget_hints(lender)
    listed = lender.get("rejections")
    assert listed["total"] == 2
    whole, field = listed["items"]
    assert (field["label"], field["contact_name"], field["reason"]) == ("E-mail", "Ada", "HubSpot says no.")
    assert (whole["field"], whole["hubspot_id"], whole["contact_id"]) == (None, "77", None)
    assert all("retry" in row["fix"] for row in listed["items"])
    for row in listed["items"]:
        assert lender.call("POST", f"rejections/{row['id']}/retry").status_code == 202
    hints = {(row["side"], row["record_id"]) for row in lender.rows("SELECT side, record_id FROM hints WHERE lane = 0")}
    assert hints == {("loanark", str(contact)), ("hubspot", "77")}
    assert lender.call("POST", "rejections/999999999/retry").status_code == 404


def test_three_columns(database: str) -> None:
    """HubSpot, agreed, LoanArk, and for each field what is the matter with it."""
    lender = make_organisation()
    option = {"label": "Tier 1", "value": "t1", "hidden": False}
    names = ("firstname", "lastname", "city", "phone", "client_type_vip_status")
    properties = [
        {"name": name, "label": name, "type": "string", "field_type": "text", "options": []} for name in names
    ]
    properties[-1].update(type="enumeration", field_type="select", options=[option])
    make_connection(lender, properties)
    for name in names:
        lender.insert("field_mappings", field=name, property_name=name)
    contact = lender.contact(
        firstname="Ada", lastname="Byron", city="Reno", phone="7025550100", client_type_vip_status="t1"
    )
    lender.insert(
        "contact_links",
        contact_id=contact,
        hubspot_id="55",
        base='{"firstname": "Ada", "lastname": "Byron", "city": "Old", "phone": "+17025550100"}',
        remote='{"firstname": "Ada", "lastname": "Lovelace", "city": "Old", "phone": "(702) 555-0100"}',
    )
    seen = lender.get(f"contacts/{contact}")
    fields = {field["name"]: field for field in seen["fields"]}
    assert {name: fields[name]["state"] for name in (*names, "zip")} == {
        "firstname": "same",
        "lastname": "hubspot_changed",
        "city": "loanark_changed",
        "phone": "same",
        "client_type_vip_status": "loanark_changed",
        "zip": "unmapped",
    }
    assert [fields["lastname"][column] for column in ("hubspot", "agreed", "loanark")] == ["Lovelace", "Byron", "Byron"]
    assert fields["client_type_vip_status"]["options"] == [{"value": "t1", "label": "Tier 1"}]
    assert seen["hubspot_url"] == "https://app.hubspot.com/contacts/1/record/0-1/55"


def make_connection(lender: Organisation, properties: list[dict[str, Any]]) -> None:
    columns = {**CONNECTED, "ui_domain": "app.hubspot.com", "properties": orjson.dumps(properties).decode()}
    lender.insert("connections", **columns)


def test_a_loan_officer_sees_and_changes_the_same_contact(lender: Organisation) -> None:
    made = create(lender, firstname="Ada")
    officer = lender.member(Role.LOAN_OFFICER)
    path = lender.path(f"contacts/{made['id']}")
    assert officer.call("PATCH", path, {"values": {"firstname": "Eve"}}).json()["name"] == "Eve"
    newest = officer.call("GET", f"{path}/timeline").json()["items"][0]
    assert newest["actor"].startswith("loan-officer-")
