"""Operations from the command line: what a run would do, what there was, cancel, resync, retry, undo."""

from typing import Any

import psycopg
import pytest
from command_line import CONTACTS, Hub, Loanark, Said

TENANT = ("--tenant", "acme")


@pytest.fixture(scope="module")
def connected(loanark: Loanark, hub: Hub) -> Loanark:
    assert loanark("tenant", "create", "Acme", "--admin", "ann@acme.example", "--json").code == 0
    done = loanark("connect", *TENANT, "--token-stdin", "--json", stdin=f"{hub.token}\n")
    assert done.code == 0, done.err
    return loanark


@pytest.fixture(scope="module")
def synced(connected: Loanark) -> Loanark:
    preview = good(connected("sync", *TENANT, "--full", "--preview", "--json"))
    shown = good(connected("plan", *TENANT, str(preview["id"]), "--json"))
    assert len(shown["items"]) == CONTACTS
    assert shown["totals"] == [{"action": "create", "side": "loanark", "state": "planned", "count": CONTACTS}]
    told = connected("plan", *TENANT, str(preview["id"]))
    assert (told.code, f"{CONTACTS} create in LoanArk: planned" in told.out) == (0, True)
    assert "there are more" in told.out
    run = good(connected("sync", *TENANT, "--full", "--approve", str(preview["id"]), "--wait", "--json"))
    assert run["reason"] == f"Of what the preview showed: {CONTACTS} as shown."
    assert good(connected("plan", *TENANT, str(run["id"]), "--state", "planned", "--json"))["items"] == []
    return connected


def good(said: Said) -> Any:
    assert said.code == 0, (said.out, said.err)
    return said.document


def connection(loanark: Loanark) -> "psycopg.Connection[Any]":
    """Another program's."""
    url = loanark("status", *TENANT, "--json").document["sql_url"]
    return psycopg.connect(url, application_name="import.py", autocommit=True)


def test_what_a_program_did_is_undone_on_both_sides(synced: Loanark, hub: Hub) -> None:
    with connection(synced) as program:
        before = dict(program.execute("SELECT id::text, city FROM contacts").fetchall())
        since = program.execute("SELECT clock_timestamp()").fetchone()[0].isoformat()  # type: ignore[index]
        program.execute("UPDATE contacts SET city = 'WRONG' WHERE city IS NOT NULL")
    wrong = sum(city is not None for city in before.values())
    assert synced("sync", *TENANT, "--wait").code == 0
    assert {"WRONG"} == {row["city"] for row in hub.contacts(["city"]).values() if row["city"]}
    asked = synced("undo", *TENANT, "--since", since, "--actor", "import.py", "--json")
    assert (asked.code, asked.document["status"], asked.document["kind"]) == (3, "waiting", "undo"), asked.err
    assert f"{wrong} contacts would be put back" in asked.document["reason"]
    run_id = str(asked.document["id"])
    shown = good(synced("plan", *TENANT, run_id, "--limit", "1", "--json"))
    assert [part["before"] for part in shown["items"][0]["operations"]] == ["WRONG"]
    done = good(synced("sync", *TENANT, "--full", "--approve", run_id, "--wait", "--json"))
    assert (done["status"], done["counts"]["updated_in_loanark"]) == ("succeeded", wrong)
    with connection(synced) as program:
        assert dict(program.execute("SELECT id::text, city FROM contacts").fetchall()) == before
    assert "WRONG" not in {row["city"] for row in hub.contacts(["city"]).values()}
    # And the undo itself.
    again = good(synced("undo", *TENANT, "--run", run_id, "--yes", "--wait", "--json"))
    assert (again["status"], again["undoes"]) == ("succeeded", f"undoes run {run_id}")
    assert {"WRONG"} == {row["city"] for row in hub.contacts(["city"]).values() if row["city"]}


def test_one_change_is_undone_at_once_and_once_only_what_stands(synced: Loanark, hub: Hub) -> None:
    with connection(synced) as program:
        (id, before) = program.execute("SELECT id, firstname FROM contacts WHERE email > '' LIMIT 1").fetchone()  # type: ignore[misc]
        program.execute("UPDATE contacts SET firstname = 'Oops' WHERE id = %s", [id])
        (change,) = program.execute(
            "SELECT id FROM contact_changes WHERE contact_id = %s ORDER BY id DESC LIMIT 1", [id]
        ).fetchone()  # type: ignore[misc]
        done = good(synced("undo", *TENANT, "--change", str(change), "--wait", "--json"))
        assert done == {"change_id": change, "contact_id": str(id), "undone": True}
        assert program.execute("SELECT firstname FROM contacts WHERE id = %s", [id]).fetchone() == (before,)
        program.execute("UPDATE contacts SET firstname = 'Other' WHERE id = %s", [id])
    refused = synced("undo", *TENANT, "--change", str(change), "--json")
    assert (refused.code, refused.document["error"]["code"]) == (1, "cannot-undo")
    assert "it was changed since" in refused.err
    nowhere = synced("undo", *TENANT, "--change", "987654321", "--json")
    assert (nowhere.code, nowhere.document["error"]["code"]) == (1, "not-found")
    assert synced("sync", *TENANT, "--wait").code == 0


def test_a_contact_is_planned_without_being_touched_and_then_looked_at(synced: Loanark, hub: Hub) -> None:
    with connection(synced) as program:
        row = program.execute(
            "SELECT contact_id::text, hubspot_id FROM contact_links WHERE state = 'live' ORDER BY id LIMIT 1"
        ).fetchone()
    assert row is not None
    contact_id, hubspot_id = row
    hub.call("PATCH", f"/_control/contacts/{hubspot_id}", json={"properties": {"zip": "83702"}})
    plan = good(synced("plan", *TENANT, "--contact", contact_id, "--json"))
    assert plan["action"] == "update"
    assert ("zip", "83702") in {(part["field"], part["after"]) for part in plan["operations"]}
    assert "Postal code" in synced("plan", *TENANT, "--contact", contact_id).out
    looked = good(synced("resync", *TENANT, "--contact", contact_id, "--wait", "--json"))
    assert looked["sync"]["state"] == "in_sync"
    assert {field["name"]: field["loanark"] for field in looked["fields"]}["zip"] == "83702"
    assert synced("plan", *TENANT, "--contact", contact_id).out == "Nothing to do: both sides agree.\n"


def test_what_was_rejected_is_tried_again(synced: Loanark, hub: Hub) -> None:
    with connection(synced) as program:
        (id, email) = program.execute("SELECT id::text, email FROM contacts WHERE email > '' LIMIT 1").fetchone()  # type: ignore[misc]
        program.execute("UPDATE contacts SET email = 'not an address' WHERE id = %s", [id])
    assert synced("sync", *TENANT, "--wait").code == 4
    for asked in (("--contact", id), ("--all",), ("--all", "--code", "refused")):
        tried = synced("retry", *TENANT, *asked, "--wait", "--json")
        assert (tried.code, tried.document["contacts"], len(tried.document["rejections"])) == (4, 1, 1), tried.err
    assert good(synced("retry", *TENANT, "--all", "--code", "coerced", "--json"))["contacts"] == 0
    with connection(synced) as program:
        program.execute("UPDATE contacts SET email = %s WHERE id = %s", [email, id])
    assert synced("sync", *TENANT, "--wait").code == 0
    gone = synced("retry", *TENANT, "--contact", id, "--json")
    assert (gone.code, gone.document["error"]["code"]) == (1, "not-found")


def test_runs_are_listed_and_one_that_waits_is_cancelled(synced: Loanark) -> None:
    preview = good(synced("sync", *TENANT, "--full", "--preview", "--json"))
    cancelled = good(synced("cancel", *TENANT, str(preview["id"]), "--json"))
    assert (cancelled["status"], "cancelled by command line" in cancelled["reason"]) == ("cancelled", True)
    over = synced("cancel", *TENANT, str(preview["id"]), "--json")
    assert (over.code, over.document["error"]["code"]) == (1, "stale")
    listed = good(synced("runs", *TENANT, "--json"))["items"]
    assert (listed[0]["id"], listed[0]["status"]) == (preview["id"], "cancelled")
    assert {"preview", "backfill", "undo"} <= {run["kind"] for run in listed}
    assert f"{preview['id']}: preview cancelled" in synced("runs", *TENANT, "--limit", "1").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("undo", *TENANT),
        ("undo", *TENANT, "--run", "1", "--change", "2"),
        ("undo", *TENANT, "--run", "1", "--actor", "x"),
        ("undo", *TENANT, "--since", "yesterday"),
        ("plan", *TENANT),
        ("plan", *TENANT, "1", "--contact", "5d7c1f3e-5f0a-4c8e-9a1d-000000000001"),
        ("retry", *TENANT),
        ("cancel", *TENANT),
    ],
)
def test_what_is_asked_wrongly_is_exit_code_2(loanark: Loanark, arguments: tuple[str, ...]) -> None:
    assert loanark(*arguments).code == 2
