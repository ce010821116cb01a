"""Duplicates from the command line."""

import psycopg
import pytest
from command_line import Loanark

TENANT = ("--tenant", "acme")


@pytest.fixture(scope="module")
def acme(loanark: Loanark) -> Loanark:
    assert loanark("tenant", "create", "Acme", "--admin", "ann@acme.example", "--json").code == 0
    url = loanark("status", *TENANT, "--json").document["sql_url"]
    with psycopg.connect(url, autocommit=True) as program:
        for first, last, email in (
            ("Ann", "Holmberg", "ann.holmberg@x.example"),
            ("Anne", "Holmberg", "ANN.Holmberg@x.example"),
            ("Bob", "Marmann", "bob@x.example"),
        ):
            program.execute(
                "INSERT INTO contacts (firstname, lastname, email) VALUES (%s, %s, %s)", [first, last, email]
            )
    return loanark


def test_the_book_is_searched_and_what_is_found_is_told_with_its_reasons(acme: Loanark) -> None:
    begun = acme("duplicates", "find", *TENANT, "--json")
    assert (begun.code, begun.document["status"], begun.document["by"]) == (0, "running", "command line")
    done = acme("duplicates", "find", *TENANT, "--wait", "--json")
    assert done.code == 0, done.err
    told = done.document
    assert (told["id"], told["status"], told["total"], told["open"]) == (begun.document["id"], "done", 3, 1)
    assert "1 pair waits for a decision" in acme("duplicates", "find", *TENANT, "--wait").out
    listed = acme("duplicates", "list", *TENANT, "--json").document
    (group,) = listed["groups"]
    assert {member["name"] for member in group["members"]} == {"Ann Holmberg", "Anne Holmberg"}
    (pair,) = group["pairs"]
    assert sum(reason["bits"] for reason in pair["reasons"]) == pytest.approx(pair["posterior"])
    said = acme("duplicates", "list", *TENANT).out
    assert "E-mail: the same address" in said and "Ann Holmberg <ann.holmberg@x.example>" in said
    assert acme("duplicates", "list", *TENANT, "--kind", "phone").out.startswith("Nobody seems to be there twice.")


def test_merging_takes_two_contacts(acme: Loanark) -> None:
    assert acme("duplicates", "merge", *TENANT, "one").code == 2
    assert acme("duplicates", "merge", *TENANT, "one", "one").code == 2


def test_two_are_merged_and_made_two_again(acme: Loanark) -> None:
    acme("duplicates", "find", *TENANT, "--wait")
    (group,) = acme("duplicates", "list", *TENANT, "--json").document["groups"]
    members = [member["key"] for member in group["members"]]
    said = acme("duplicates", "merge", *TENANT, *members)
    assert said.code == 0, said.err
    assert "is merged into" in said.out
    again = acme("duplicates", "merge", *TENANT, *members)
    assert (again.code, "merged into another contact meanwhile" in again.err) == (1, True)
    number = said.out.partition(":")[0]
    undone = acme("duplicates", "undo", *TENANT, number, "--json").document
    assert (undone["state"], undone["by"], undone["undone_by"]) == ("undone", "command line", "command line")
    assert "is a contact of their own again" in acme("duplicates", "undo", *TENANT, number).out
    assert acme("duplicates", "list", *TENANT, "--json").document["groups"] == [], "they are never proposed again"
    assert acme("duplicates", "undo", *TENANT, "999").code == 1
