"""The mapping from the command line, in this process: what it prints, refuses, and ends with."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from organisations import Organisation
from portal import Portal

from loanark.cli import boot
from loanark.cli.mapping import mapping


@pytest.fixture
def lender(organisation: Organisation, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> Organisation:
    """Connected to a simulated HubSpot; Django is set up already."""
    monkeypatch.setattr(boot, "django", lambda: None)
    assert organisation.call("POST", "connection/static-token", {"token": portal.token}).status_code == 200
    return organisation


def run(lender: Organisation, *arguments: str, exits: int = 0, given: str = "") -> Result:
    command, *rest = arguments
    result = CliRunner().invoke(mapping, [command, "--tenant", lender.slug, *rest], input=given)
    assert result.exit_code == exits, (result.output, result.stderr, result.exception)
    return result


def document(lender: Organisation, *arguments: str, exits: int = 0, given: str = "") -> Any:
    return json.loads(run(lender, *arguments, "--json", exits=exits, given=given).stdout)


def test_a_rule_is_shown_and_set(lender: Organisation) -> None:
    assert "  city = city: both, hubspot\n" in run(lender, "show").stdout
    set_ = ("set", "city", "--policy", "ask", "--transform", '{"kind": "case", "to": "title"}')
    assert document(lender, *set_)["version"] == 2
    assert '  city = city: both, ask {"kind":"case","to":"title"}\n' in run(lender, "show").stdout
    told = run(lender, "set", "city", "--transform", "null", "--blank-may-not-overwrite").stdout
    assert told == "The mapping is version 3. Every contact is compared anew, by itself.\n"
    (row,) = [row for row in document(lender, "show")["fields"] if row["field"] == "city"]
    assert (row["transform"], row["blank_may_overwrite"], row["policy"]) == (None, False, "ask")
    run(lender, "set", "loan_purpose", "--property", "jobtitle")
    assert "loan_purpose = jobtitle" in run(lender, "show").stdout
    run(lender, "set", "loan_purpose", "--unmap")
    assert "loan_purpose: The HubSpot account has no property loanark_loan_purpose." in run(lender, "show").stdout


def test_what_cannot_be_is_told_by_part(lender: Organisation) -> None:
    refused = document(lender, "set", "city", "--property", "nowhere", exits=1)["error"]
    assert refused["code"] == "invalid"
    assert "city.property: The HubSpot account has no property nowhere." in refused["detail"]
    assert document(lender, "set", "zip_code", "--policy", "ask", exits=1)["error"]["code"] == "not-found"
    run(lender, "set", "city", exits=2)
    run(lender, "set", "city", "--policy", "ask", "--unmap", exits=2)
    run(lender, "set", "city", "--transform", "{", exits=2)


def test_a_mapping_goes_out_and_comes_in_and_goes_back(lender: Organisation) -> None:
    text = run(lender, "export").stdout
    run(lender, "set", "city", "--unmap")
    run(lender, "import", "-", "--note", "as before", given=text)
    found = document(lender, "versions")["versions"]
    assert [(row["version"], row["note"]) for row in found][:2] == [(3, "as before"), (2, "city taken out")]
    assert document(lender, "versions", "--diff", "1", "3")["differences"] == []
    assert run(lender, "versions", "--diff", "2", "3").stdout.startswith("city: not mapped -> property city")
    assert "3: " in run(lender, "versions").stdout
    assert document(lender, "restore", "2")["version"] == 4
    assert document(lender, "restore", "99", exits=1)["error"]["code"] == "not-found"
    assert document(lender, "import", "-", given="[", exits=1)["error"]["code"] == "invalid"


def test_the_account_is_read_anew(lender: Organisation, portal: Portal) -> None:
    assert run(lender, "refresh").stdout == "Nothing changed.\n"
    account = portal.simulator.first_portal()
    account.properties["client_type_vip_status"].archived = account.clock.now_ms()
    (note,) = document(lender, "refresh")["notes"]
    assert note.startswith("VIP status rests: ")
    assert "    rests: The HubSpot account has no property client_type_vip_status" in run(lender, "show").stdout


def test_properties_are_made_only_by_name(lender: Organisation, portal: Portal) -> None:
    listed = run(lender, "create-properties").stdout
    assert "loanark_id: LoanArk id, string, unique\n" in listed
    assert "loanark_id" not in portal.simulator.first_portal().properties, "nothing is made"
    assert {row["name"] for row in document(lender, "create-properties")["properties"]} >= {"loanark_id"}
    assert run(lender, "create-properties", "loanark_loan_amount").stdout == "loanark_loan_amount: made\n"
    assert document(lender, "create-properties", "colour", exits=1)["error"]["code"] == "invalid"
    portal.simulator.first_portal().rules.max_custom_properties = 0
    left = document(lender, "create-properties", "--all", exits=4)["results"]
    assert {row["outcome"] for row in left} == {"refused"}
