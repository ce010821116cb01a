"""Many contacts edited alike: a plan that changes nothing, an approval, and an undo that puts everything back."""

from typing import Any

import pytest
from organisations import Browser, Organisation

from loanark.sync import engine


def contacts(lender: Organisation, count: int, **fields: Any) -> list[str]:
    """Some contacts that another program made: P1, P2, …"""
    names = ", ".join(["firstname", *fields])
    marks = ", ".join(["'P' || n", *["%s"] * len(fields)])
    lender.execute(
        f"INSERT INTO contacts ({names}) SELECT {marks} FROM generate_series(1, %s) AS n", *fields.values(), count
    )
    return ids(lender)


def ids(lender: Organisation) -> list[str]:
    return [str(row["id"]) for row in lender.rows("SELECT id FROM contacts ORDER BY id")]


def bulk(lender: Organisation, selection: Any, browser: Browser | None = None, /, **wanted: Any) -> Any:
    """The planned run."""
    answer = (browser or lender.admin).call("POST", lender.path("contacts/bulk"), {"selection": selection, **wanted})
    assert answer.status_code == 201, answer.content
    return answer.json()


def of_run(lender: Organisation, run: Any, what: str, body: Any = None, browser: Browser | None = None) -> Any:
    answer = (browser or lender.admin).call("POST", lender.path(f"runs/{run['id']}/{what}"), body)
    assert answer.status_code in (200, 201), answer.content
    return answer.json()


def plan(lender: Organisation, run: Any, **query: Any) -> Any:
    return lender.get(f"runs/{run['id']}/plan", limit=200, **query)


def cities(lender: Organisation) -> set[str | None]:
    return {row["city"] for row in lender.rows("SELECT city FROM contacts")}


def work(lender: Organisation) -> None:
    """What a worker does, until nothing is left to do."""
    while engine.advance(lender.id) is engine.Turn.MORE:
        pass


def test_a_preview_changes_nothing_and_says_what_would_change(organisation: Organisation) -> None:
    chosen = contacts(organisation, 3, city="Boise")
    organisation.execute("UPDATE contacts SET city = 'Reno' WHERE firstname = 'P2'")
    organisation.execute("UPDATE contacts SET deleted_at = now() WHERE firstname = 'P3'")
    before = organisation.rows("SELECT contacts::text FROM contacts ORDER BY id")
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    assert (run["kind"], run["status"], run["phase"]) == ("edit", "waiting", "editing")
    assert run["edit"] == {
        "act": "edit",
        "values": [{"name": "city", "label": "City", "value": "Reno"}],
        "to_change": 1,
        "already": 1,
        "skipped": 1,
        "missing": 0,
    }
    rows = {row["name"]: row for row in plan(organisation, run)["items"]}
    change = rows["P1"]["operations"][0]
    assert (change["label"], change["before"], change["after"], change["side"]) == ("City", "Boise", "Reno", "loanark")
    assert (rows["P1"]["state"], rows["P2"]["state"], rows["P3"]["state"]) == ("planned", "unneeded", "skipped")
    assert rows["P2"]["outcome"] == "It is so already."
    assert rows["P3"]["outcome"] == "It is deleted: restore it first."
    assert organisation.rows("SELECT contacts::text FROM contacts ORDER BY id") == before


def test_approved_it_is_carried_out_at_once_and_every_change_names_the_run(organisation: Organisation) -> None:
    chosen = contacts(organisation, 3, city="Boise")
    run = bulk(organisation, {"ids": chosen}, values={"city": " Reno ", "loan_amount": "450000"})
    done = of_run(organisation, run, "approve")
    assert (done["status"], done["phase"]) == ("succeeded", "done")
    assert done["counts"]["updated_in_loanark"] == 3
    assert {row["state"] for row in plan(organisation, run)["items"]} == {"done"}
    change = organisation.get(f"contacts/{chosen[0]}/timeline")["items"][0]
    assert (change["cause"], change["side"], change["run_id"]) == ("user", "loanark", run["id"])
    assert change["reason"] == f"bulk edit, run {run['id']}"
    assert change["actor"] == done["approved_by"]
    assert organisation.scalar("SELECT count(*) FROM hints WHERE side = 'loanark'") == 3, "the sync carries it on"


def test_undone_everything_is_as_it_was(organisation: Organisation) -> None:
    chosen = contacts(organisation, 3, city="Boise")
    organisation.execute("UPDATE contacts SET city = NULL WHERE firstname = 'P2'")
    before = organisation.rows("SELECT id, city, zip FROM contacts ORDER BY id")
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno", "zip": "89501"})
    of_run(organisation, run, "approve")
    undone = of_run(organisation, run, "undo", {"approve": True})
    assert (undone["kind"], undone["status"]) == ("undo", "succeeded"), undone
    assert organisation.rows("SELECT id, city, zip FROM contacts ORDER BY id") == before


@pytest.mark.parametrize("act", ["delete", "restore"])
def test_contacts_are_deleted_and_brought_back(organisation: Organisation, act: str) -> None:
    chosen = contacts(organisation, 3)
    if act == "restore":
        organisation.execute("UPDATE contacts SET deleted_at = now()")
    run = bulk(organisation, {"filters": {"deleted": act == "restore"}, "except": chosen[:1]}, act=act)
    assert run["edit"]["to_change"] == 2
    assert of_run(organisation, run, "approve")["status"] == "succeeded"
    assert organisation.get("contacts", deleted="true")["total"] == (2 if act == "delete" else 1)
    of_run(organisation, run, "undo", {"approve": True})
    assert organisation.get("contacts", deleted="true")["total"] == (0 if act == "delete" else 3)
