"""Taking contacts along: all that the filters leave, as a file that is written while it is read."""

import csv
import io
import re
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from django.db import connection
from organisations import CONNECTED, Organisation, make_organisation, signed_in

from loanark.contacts import exports
from loanark.kit.sheets import cell
from loanark.tenants.models import Role

#: More than one batch, and the last one not full.
MANY = 2 * exports.BATCH + 7


@pytest.fixture(scope="module")
def lender(database: str) -> Organisation:
    made = make_organisation()
    made.insert("connections", tenant_id=made.id, **CONNECTED)
    made.execute(
        """INSERT INTO contacts (firstname, city, state, owner)
           SELECT 'P' || n, '=HYPERLINK("http://evil.example")', CASE n %% 2 WHEN 0 THEN 'NV' ELSE 'CA' END, 'ann@x'
           FROM generate_series(1, %s) AS n""",
        MANY,
    )
    first = made.scalar("SELECT id FROM contacts WHERE firstname = 'P1'")
    made.insert("contact_links", contact_id=first, hubspot_id="77", base="{}", remote='{"city": "Elko"}')
    made.execute("UPDATE contacts SET deleted_at = now() WHERE firstname = 'P2'")
    return made


def export(lender: Organisation, browser: Any = None, **query: Any) -> Any:
    answer = (browser or lender.admin).client.get(lender.path("contacts/export"), query_params=query)
    assert answer.status_code == 200, answer.content
    assert answer.streaming
    return answer


def export_chosen(lender: Organisation, selection: Any, browser: Any = None, **more: Any) -> Any:
    body = {"selection": selection, "format": "ndjson", "fields": ["firstname"], **more}
    return (browser or lender.admin).call("POST", lender.path("contacts/export"), body)


def names(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    assert answer.streaming
    return {row["firstname"] for row in ndjson(answer)}


def detail_of_last(lender: Organisation) -> Any:
    return orjson.loads(
        lender.scalar("SELECT detail FROM audit_events WHERE kind = 'contacts.exported' ORDER BY at DESC LIMIT 1")
    )


def text(answer: Any) -> str:
    return b"".join(answer.streaming_content).decode()


def ndjson(answer: Any) -> list[Any]:
    return [orjson.loads(line) for line in text(answer).splitlines()]


def sheet(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text(answer))))


def test_every_contact_is_told_once_in_the_order_of_ids(lender: Organisation) -> None:
    rows = ndjson(export(lender, format="ndjson"))
    ids = [row["id"] for row in rows]
    assert ids == sorted(ids)
    assert {row["firstname"] for row in rows} == {f"P{n}" for n in range(1, MANY + 1)} - {"P2"}
    assert len(rows) == MANY - 1
    assert list(rows[0])[:4] == ["id", "hubspot_id", "firstname", "lastname"]


def test_filters_and_fields_are_kept_to(lender: Organisation) -> None:
    rows = sheet(export(lender, state="NV", fields=["firstname", "state"]))
    assert {tuple(row) for row in rows} == {("id", "hubspot_id", "firstname", "state")}
    assert {row["state"] for row in rows} == {"NV"}
    assert len(rows) == lender.get("contacts", state="NV")["total"]
    assert {row["firstname"] for row in sheet(export(lender, deleted="true"))} == {"P2"}


def test_the_other_side_can_be_taken_along(lender: Organisation) -> None:
    rows = ndjson(export(lender, format="ndjson", side="hubspot", fields="city"))
    assert {row["city"] for row in rows if row["hubspot_id"] == "77"} == {"Elko"}
    assert {row["city"] for row in rows if row["hubspot_id"] is None} == {None}


def test_the_file_is_named_by_whose_it_is_and_its_day(lender: Organisation) -> None:
    for form, kind in (("csv", "text/csv"), ("ndjson", "application/x-ndjson")):
        answer = export(lender, format=form, search="P1")
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
        named = re.fullmatch(r'attachment; filename="(.+)"', answer.headers["Content-Disposition"])
        assert named is not None
        assert named[1] == f"contacts-{lender.slug}-{datetime.now(UTC):%Y-%m-%d}.{form}"


def test_it_is_read_in_batches_while_it_is_written(lender: Organisation) -> None:
    asked: list[str] = []

    def note(execute: Any, statement: str, *more: Any) -> Any:
        asked.append(statement)
        return execute(statement, *more)

    with connection.execute_wrapper(note):
        lines = iter(export(lender, format="ndjson").streaming_content)
        next(lines)
        assert len([one for one in asked if "AS held FROM contacts" in one]) == 1, "the first batch is enough to begin"
        assert not connection.in_atomic_block, "nothing is held up while the reader takes their time"
        lender.execute("UPDATE contacts SET zip = '89501' WHERE firstname = 'P3'")
        assert len(list(lines)) == MANY - 2
    assert len([one for one in asked if "AS held FROM contacts" in one]) == 3


def test_an_export_is_in_the_audit_log_with_its_filters_and_count(lender: Organisation) -> None:
    text(export(lender, state=["NV"], search="somebody", fields=["city"], side="hubspot"))
    event = lender.rows("SELECT * FROM audit_events WHERE kind = 'contacts.exported' ORDER BY at DESC LIMIT 1")[0]
    told = orjson.loads(event["detail"])
    assert told == {
        "format": "csv",
        "side": "hubspot",
        "fields": ["city"],
        "filters": {"state": ["NV"], "searched": True},
        "count": 0,
        "estimate": False,
    }
    assert "somebody" not in event["detail"], "an erasure would not find a name there"
    text(export(lender, state="CA"))
    last = lender.scalar("SELECT detail FROM audit_events WHERE kind = 'contacts.exported' ORDER BY at DESC LIMIT 1")
    assert orjson.loads(last)["count"] == lender.get("contacts", state="CA")["total"]


def test_contacts_chosen_by_name_are_taken_and_no_others(lender: Organisation) -> None:
    ids = [str(lender.scalar("SELECT id FROM contacts WHERE firstname = %s", name)) for name in ("P1", "P2", "P5")]
    nobody = "5d7c1f3e-5f0a-4c8e-9a1d-000000000001"
    assert names(export_chosen(lender, {"ids": [*ids, ids[0], nobody]})) == {"P1", "P2", "P5"}
    told = detail_of_last(lender)
    assert (told["by_name"], told["count"], told["fields"]) == (True, 3, ["firstname"])
    assert not any(id in orjson.dumps(told).decode() for id in ids), "a count, and of none who it is"
    hubspot = export_chosen(lender, {"ids": ids}, format="csv", fields=["city"], side="hubspot")
    assert {(row["hubspot_id"], row["city"]) for row in sheet(hubspot)} == {("77", "Elko"), ("", "")}


def test_all_that_match_but_some_are_taken(lender: Organisation) -> None:
    left_out = str(lender.scalar("SELECT id FROM contacts WHERE firstname = 'P4'"))
    chosen = {"filters": {"state": ["NV"]}, "except": [left_out]}
    evens = {f"P{n}" for n in range(4, MANY + 1, 2)}
    assert names(export_chosen(lender, {"filters": {"state": ["NV"]}})) == evens
    assert names(export_chosen(lender, chosen)) == evens - {"P4"}
    told = detail_of_last(lender)
    assert (told["filters"], told["left_out"]) == ({"state": ["NV"], "searched": False}, 1)
    assert told["count"] == len(evens) - 1


def test_who_chooses_nobody_gets_no_file(lender: Organisation) -> None:
    before = lender.scalar("SELECT count(*) FROM audit_events WHERE kind = 'contacts.exported'")
    for ids in ([], ["5d7c1f3e-5f0a-4c8e-9a1d-000000000001"]):
        answer = export_chosen(lender, {"ids": ids})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert export_chosen(lender, {"ids": ["x"]}).status_code == 422
    assert export_chosen(lender, {"filters": {}}, fields=["nonsense"]).status_code == 422
    assert lender.scalar("SELECT count(*) FROM audit_events WHERE kind = 'contacts.exported'") == before


def test_who_sees_their_own_contacts_takes_only_these(database: str) -> None:
    made = make_organisation()
    email = made.person(Role.LOAN_OFFICER)
    made.contact(firstname="Mine", owner=email)
    made.contact(firstname="Mine too", loan_officer=f" {email.upper()}")
    made.contact(firstname="Theirs", owner="bob@x.example")
    everybody = [str(row["id"]) for row in made.rows("SELECT id FROM contacts")]
    made.call("PATCH", "organisation", {"own_contacts_only": True})
    officer = signed_in(email)
    assert names(export_chosen(made, {"ids": everybody}, officer)) == {"Mine", "Mine too"}
    assert names(export_chosen(made, {"filters": {}}, officer)) == {"Mine", "Mine too"}
    theirs = [str(made.scalar("SELECT id FROM contacts WHERE firstname = 'Theirs'"))]
    assert export_chosen(made, {"ids": theirs}, officer).status_code == 404
    assert {row["firstname"] for row in sheet(export(made, officer))} == {"Mine", "Mine too"}
    assert {row["firstname"] for row in sheet(export(made, officer, owner="bob@x.example"))} == set()
    assert {row["firstname"] for row in sheet(export(made))} == {"Mine", "Mine too", "Theirs"}


@pytest.mark.parametrize("wrong", [{"format": "xlsx"}, {"fields": "nonsense"}, {"side": "moon"}, {"changed": "x"}])
def test_what_cannot_be_exported_is_refused_before_the_file_begins(lender: Organisation, wrong: Any) -> None:
    assert lender.admin.client.get(lender.path("contacts/export"), query_params=wrong).status_code == 422


def test_no_cell_is_a_formula(lender: Organisation) -> None:
    row = sheet(export(lender, search="P11"))[0]
    assert row["city"] == '\'=HYPERLINK("http://evil.example")'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1+cmd|' /C calc'!A0", "'+1+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("+15551234567", "+15551234567"),
        ("-12.50", "-12.50"),
        ("+15551234567\n=1", "'+15551234567\n=1"),
        ("+1 702-555-0102", "'+1 702-555-0102"),
        ("Ann = Bob", "Ann = Bob"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_cell_that_begins_like_a_formula_begins_with_an_apostrophe(value: str | None, shown: str) -> None:
    assert cell(value) == shown
