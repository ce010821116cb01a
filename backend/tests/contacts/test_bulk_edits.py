"""Many contacts edited alike: a plan that changes nothing, an approval, and an undo that puts everything back."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from django.db import DataError, connections
from organisations import CONNECTED, Browser, Organisation, signed_in

from loanark.kit import clock
from loanark.sync import beside, edits, engine, plans
from loanark.tenants.models import Role


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


def test_what_moved_since_it_was_shown_is_decided_anew_and_told_apart(organisation: Organisation) -> None:
    chosen = contacts(organisation, 4, city="Boise")
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    organisation.execute("UPDATE contacts SET city = 'Elko' WHERE firstname = 'P1'")
    organisation.execute("UPDATE contacts SET city = 'Reno' WHERE firstname = 'P2'")
    organisation.execute("UPDATE contacts SET deleted_at = now() WHERE firstname = 'P3'")
    done = of_run(organisation, run, "approve")
    assert done["status"] == "partial"
    assert done["reason"] == "1 contact was left alone. Each says why in the plan."
    rows = {row["name"]: row for row in plan(organisation, run)["items"]}
    assert {name: row["state"] for name, row in rows.items()} == {
        "P1": "changed",
        "P2": "unneeded",
        "P3": "skipped",
        "P4": "done",
    }
    assert "“Elko” → “Reno”" in rows["P1"]["outcome"]
    of_run(organisation, run, "undo", {"approve": True})
    assert {row["firstname"]: row["city"] for row in organisation.rows("SELECT firstname, city FROM contacts")} == {
        "P1": "Elko",
        "P2": "Reno",
        "P3": "Boise",
        "P4": "Boise",
    }


def test_a_value_that_somebody_changed_after_the_edit_is_not_undone(organisation: Organisation) -> None:
    chosen = contacts(organisation, 2, city="Boise")
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    of_run(organisation, run, "approve")
    organisation.execute("UPDATE contacts SET city = 'Elko' WHERE firstname = 'P1'")
    assert of_run(organisation, run, "undo", {"approve": True})["status"] == "partial"
    assert cities(organisation) == {"Elko", "Boise"}


def test_an_undo_waits_for_approval_unless_it_has_it_and_can_be_undone(organisation: Organisation) -> None:
    chosen = contacts(organisation, 2, city="Boise")
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    of_run(organisation, run, "approve")
    undo = of_run(organisation, run, "undo", {})
    assert (undo["status"], undo["undoes"]) == ("waiting", f"undoes run {run['id']}")
    assert cities(organisation) == {"Reno"}
    assert of_run(organisation, undo, "approve")["status"] == "succeeded"
    assert cities(organisation) == {"Boise"}
    assert of_run(organisation, undo, "undo", {"approve": True})["status"] == "succeeded"
    assert cities(organisation) == {"Reno"}


def test_custom_and_typed_fields_are_edited_and_cleared(organisation: Organisation) -> None:
    for name in ("fico", "kept"):
        assert organisation.call("POST", "fields", {"label": name, "name": name}).status_code == 201
    chosen = contacts(organisation, 2, loan_amount="1", custom='{"fico": "700", "kept": "x"}')
    run = bulk(organisation, {"ids": chosen}, values={"fico": "720", "loan_amount": None, "consent_to_contact": "true"})
    assert of_run(organisation, run, "approve")["status"] == "succeeded"
    row = organisation.get(f"contacts/{chosen[0]}")
    held = {field["name"]: field["loanark"] for field in row["fields"]}
    assert (held["fico"], held["loan_amount"], held["consent_to_contact"]) == ("720", None, "true")
    of_run(organisation, run, "undo", {"approve": True})
    held = organisation.rows("SELECT loan_amount::text AS a, custom, consent_to_contact AS c FROM contacts")
    assert {(row["a"], row["custom"], row["c"]) for row in held} == {("1", '{"fico": "700", "kept": "x"}', None)}


def test_a_value_in_another_form_is_so_already(organisation: Organisation) -> None:
    contacts(organisation, 1, loan_amount="450000.00")
    run = bulk(organisation, {"filters": {}}, values={"loan_amount": "450000"})
    assert (run["status"], run["edit"]["already"]) == ("succeeded", 1)
    assert run["reason"] == "There is nothing to change. 1 contact is so already."


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ({"values": {"email": "nobody", "city": "Reno"}}, "email"),
        ({"values": {"loan_amount": "many"}}, "loan_amount"),
        ({"values": {"no_such_field": "x"}}, "no_such_field"),
        ({"values": {}}, "values"),
        ({}, "values"),
        ({"act": "delete", "values": {"city": "Reno"}}, "values"),
        ({"values": {"owner": "7"}}, "owner"),
    ],
)
def test_what_is_not_valid_is_refused_field_by_field_and_nothing_is_planned(
    organisation: Organisation, wanted: Any, wrong: str
) -> None:
    organisation.insert("connections", tenant_id=organisation.id, **{**CONNECTED, "properties": OWNER_PROPERTY})
    organisation.execute(
        """INSERT INTO field_mappings (field, property_name, direction)
           VALUES ('owner', 'hubspot_owner_id', 'to_loanark')"""
    )
    chosen = contacts(organisation, 1)
    answer = organisation.call("POST", "contacts/bulk", {"selection": {"ids": chosen}, **wanted})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert list(answer.json()["errors"]) == [wrong]
    assert organisation.scalar("SELECT count(*) FROM runs") == 0


OWNER_PROPERTY = """[{"name": "hubspot_owner_id", "label": "Owner", "type": "enumeration", "field_type": "select",
    "options": []}]"""


def test_nobody_chosen_is_told(organisation: Organisation) -> None:
    nobody = "5d7c1f3e-5f0a-4c8e-9a1d-000000000001"
    for selection, status in (({"ids": []}, 422), ({"ids": [nobody]}, 404), ({"filters": {"search": "zzzz"}}, 422)):
        for wanted in ({"values": {"city": "Reno"}}, {"act": "resync"}):
            answer = organisation.call("POST", "contacts/bulk", {"selection": selection, **wanted})
            assert answer.status_code == status, (selection, answer.content)
    chosen = contacts(organisation, 1)
    assert bulk(organisation, {"ids": [*chosen, nobody]}, values={"city": "Reno"})["edit"]["missing"] == 1


@pytest.mark.parametrize("selection", [{}, {"ids": ["x"]}, {"filters": {"sync": ["nonsense"]}}, {"ids": 7}])
def test_a_selection_of_another_form_is_malformed(organisation: Organisation, selection: Any) -> None:
    answer = organisation.call("POST", "contacts/bulk", {"selection": selection, "values": {"city": "Reno"}})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_resync_leaves_hints_at_once(organisation: Organisation) -> None:
    chosen = contacts(organisation, 3, city="Boise")
    organisation.execute("DELETE FROM hints")
    answer = organisation.call(
        "POST", "contacts/bulk", {"selection": {"filters": {}, "except": chosen[:1]}, "act": "resync"}
    )
    assert (answer.status_code, answer.json()) == (202, {"contacts": 2})
    hints = organisation.rows("SELECT record_id, lane, source FROM hints ORDER BY record_id")
    assert [(row["record_id"], row["lane"], row["source"]) for row in hints] == [(id, 0, "resync") for id in chosen[1:]]
    assert organisation.scalar("SELECT count(*) FROM runs") == 0


def test_a_newer_plan_of_the_same_person_replaces_the_one_that_waits(organisation: Organisation) -> None:
    chosen = contacts(organisation, 1, city="Boise")
    first = bulk(organisation, {"ids": chosen}, values={"city": "Elko"})
    other = organisation.member(Role.SALES_MANAGER)
    theirs = bulk(organisation, {"ids": chosen}, other, values={"zip": "1"})
    second = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    assert organisation.get(f"runs/{first['id']}")["status"] == "cancelled"
    assert plan(organisation, first)["items"] == []
    refused = organisation.call("POST", f"runs/{first['id']}/approve")
    assert (refused.status_code, refused.json()["code"]) == (409, "stale")
    assert of_run(organisation, second, "approve")["status"] == "succeeded"
    assert of_run(organisation, theirs, "approve", browser=other)["status"] == "succeeded"


def test_a_cancelled_edit_changes_nothing(organisation: Organisation) -> None:
    contacts(organisation, 1, city="Boise")
    run = bulk(organisation, {"filters": {}}, values={"city": "Reno"})
    assert of_run(organisation, run, "cancel")["status"] == "cancelled"
    assert organisation.call("POST", f"runs/{run['id']}/approve").status_code == 409
    work(organisation)
    assert cities(organisation) == {"Boise"}


# Large ones


def large(lender: Organisation) -> tuple[int, Any]:
    size = 2 * edits.CONTACTS_AT_ONCE + edits.AT_ONCE
    contacts(lender, size, city="Boise")
    return size, bulk(lender, {"filters": {}}, values={"city": "Reno"})


def test_a_large_one_is_planned_and_carried_out_by_workers_with_progress(organisation: Organisation) -> None:
    size, run = large(organisation)
    assert (run["status"], run["phase"], run["total"], run["done"]) == ("running", "planning", size, 0)
    assert plan(organisation, run)["items"] == []
    edits_once(organisation)
    assert organisation.get(f"runs/{run['id']}")["done"] == edits.CONTACTS_AT_ONCE
    work(organisation)
    waiting = organisation.get(f"runs/{run['id']}")
    assert (waiting["status"], waiting["total"], waiting["done"]) == ("waiting", size, 0)
    assert waiting["edit"]["to_change"] == size
    assert (
        waiting["reason"] == f"{size:,} contacts would be changed. Approve it, or cancel it: nothing was changed yet."
    )
    assert of_run(organisation, run, "approve")["status"] == "running"
    work(organisation)
    done = organisation.get(f"runs/{run['id']}")
    assert (done["status"], done["done"], done["counts"]["updated_in_loanark"]) == ("succeeded", size, size)
    assert cities(organisation) == {"Reno"}
    undo = of_run(organisation, run, "undo", {"approve": True})
    assert undo["status"] == "running"
    work(organisation)
    assert organisation.get(f"runs/{undo['id']}")["status"] == "succeeded"
    assert cities(organisation) == {"Boise"}


def edits_once(lender: Organisation) -> None:
    """One batch: then the time that a worker has for it is over."""
    ticks = iter([0.0, 0.0])
    with pytest.MonkeyPatch.context() as time:
        time.setattr(clock, "monotonic", lambda: next(ticks, 99.0))
        beside.carry_on(lender.id, seconds=1.0)


def test_what_a_killed_worker_left_goes_on(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    size, run = large(organisation)
    work(organisation)
    of_run(organisation, run, "approve")
    settle, batches = plans.settle, iter(range(2))

    def killed(*arguments: Any) -> Any:
        if next(batches, None) is None:
            raise Killed
        return settle(*arguments)

    class Killed(BaseException):
        pass

    with monkeypatch.context() as killing:
        killing.setattr(plans, "settle", killed)
        with pytest.raises(Killed):
            work(organisation)
    assert organisation.get(f"runs/{run['id']}")["done"] == 2 * edits.CONTACTS_AT_ONCE
    assert organisation.scalar("SELECT count(*) FROM contacts WHERE city = 'Reno'") == 2 * edits.CONTACTS_AT_ONCE
    work(organisation)
    done = organisation.get(f"runs/{run['id']}")
    assert (done["status"], done["counts"]["updated_in_loanark"]) == ("succeeded", size)
    changes = organisation.scalar("SELECT count(*) FROM contact_changes WHERE run_id = %s", run["id"])
    assert changes == size, "nobody was changed twice"


def test_two_who_carry_one_on_take_turns(organisation: Organisation) -> None:
    size, run = large(organisation)
    work(organisation)
    organisation.execute("UPDATE runs SET status = 'running', approved_by = 'x' WHERE id = %s", run["id"])

    def carry(_: int) -> None:
        try:
            while beside.carry_on(organisation.id, seconds=30):
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(carry, range(3)))
    done = organisation.get(f"runs/{run['id']}")
    assert (done["status"], done["done"], done["counts"]["updated_in_loanark"]) == ("succeeded", size, size)


def test_one_cancelled_under_way_stops_and_what_it_did_can_be_undone(organisation: Organisation) -> None:
    _, run = large(organisation)
    work(organisation)
    of_run(organisation, run, "approve")
    edits_once(organisation)
    assert of_run(organisation, run, "cancel")["status"] == "cancelled"
    work(organisation)
    assert cities(organisation) == {"Boise", "Reno"}
    assert of_run(organisation, run, "undo", {"approve": True})["status"] == "succeeded"
    assert cities(organisation) == {"Boise"}


def test_what_the_database_does_not_take_fails_the_run_and_no_other(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts(organisation, 1, city="Boise")
    run = bulk(organisation, {"filters": {}}, values={"city": "Reno"})

    def refuse(*_: Any) -> None:
        raise DataError("value too long")

    monkeypatch.setattr(edits.written, "write", refuse)
    failed = of_run(organisation, run, "approve")
    assert failed["status"] == "failed"
    assert failed["reason"].startswith("The database did not take it: value too long.")
    assert cities(organisation) == {"Boise"}


# Beside the others


def under_way(lender: Organisation, status: str = "running") -> Any:
    return lender.scalar(
        """INSERT INTO runs (kind, status, phase, trigger, approved_by, counts, findings)
           VALUES ('backfill', %s, 'reading', 'x', 'x', '{}', '{}') RETURNING id""",
        status,
    )


@pytest.mark.parametrize("status", ["running", "held"])
def test_a_run_over_the_listing_stands_in_no_edits_way(organisation: Organisation, status: str) -> None:
    chosen = contacts(organisation, 2, city="Boise")
    backfill = under_way(organisation, status)
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    assert of_run(organisation, run, "approve")["status"] == "succeeded"
    assert of_run(organisation, run, "undo", {"approve": True})["status"] == "succeeded"
    assert organisation.get(f"runs/{backfill}")["status"] == status


def test_an_edit_stands_in_no_other_runs_way(organisation: Organisation) -> None:
    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    _, run = large(organisation)
    assert organisation.get(f"runs/{run['id']}")["status"] == "running"
    started = organisation.call("POST", "runs", {"kind": "preview"})
    assert (started.status_code, started.json()["kind"]) == (201, "preview")
    assert organisation.get("overview")["run"]["kind"] == "preview", "an edit is its maker's matter"


def test_edits_wait_neither_for_a_connection_nor_for_who_paused_the_sync(organisation: Organisation) -> None:
    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    assert organisation.call("POST", "sync/pause", {"reason": "x"}).status_code == 200
    size, run = large(organisation)
    work(organisation)
    of_run(organisation, run, "approve")
    work(organisation)
    assert organisation.get(f"runs/{run['id']}")["status"] == "succeeded"
    assert organisation.scalar("SELECT count(*) FROM hints WHERE side = 'loanark'") == size, "the sync has them to do"


# Who may


def test_a_loan_officer_makes_approves_cancels_and_undoes_their_own_edits_only(organisation: Organisation) -> None:
    chosen = contacts(organisation, 2, city="Boise")
    officer, other = organisation.member(Role.LOAN_OFFICER), organisation.member(Role.LOAN_OFFICER)
    run = bulk(organisation, {"ids": chosen}, officer, values={"city": "Reno"})
    for what in ("approve", "cancel", "undo"):
        refused = other.call("POST", organisation.path(f"runs/{run['id']}/{what}"), {})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), what
    assert of_run(organisation, run, "approve", browser=officer)["status"] == "succeeded"
    undo = of_run(organisation, run, "undo", {}, officer)
    assert undo["status"] == "waiting"
    assert of_run(organisation, undo, "approve", browser=officer)["status"] == "succeeded"
    assert cities(organisation) == {"Boise"}
    again = bulk(organisation, {"ids": chosen}, officer, values={"city": "Reno"})
    assert of_run(organisation, again, "cancel", browser=officer)["status"] == "cancelled"
    third = bulk(organisation, {"ids": chosen}, officer, values={"city": "Reno"})
    assert of_run(organisation, third, "approve")["status"] == "succeeded", "who runs the sync may, too"


def test_an_auditor_edits_nothing(organisation: Organisation) -> None:
    chosen = contacts(organisation, 1)
    body = {"selection": {"ids": chosen}, "values": {"city": "Reno"}}
    answer = organisation.member(Role.AUDITOR).call("POST", organisation.path("contacts/bulk"), body)
    assert answer.status_code == 403


def test_who_may_not_decide_what_brakes_hold_does_not_by_an_undo(organisation: Organisation) -> None:
    chosen = contacts(organisation, 1)
    for number, id in enumerate(chosen):
        organisation.insert("contact_links", contact_id=id, hubspot_id=str(number + 1), base="{}", remote="{}")
    officer = organisation.member(Role.LOAN_OFFICER)
    for browser, let_pass in ((officer, 0), (organisation.admin, 1)):
        run = bulk(organisation, {"ids": chosen}, browser, values={"city": "Reno"})
        of_run(organisation, run, "approve", browser=browser)
        assert organisation.scalar("SELECT count(*) FROM held_operations") == 0, "an edit lets nothing pass"
        of_run(organisation, run, "undo", {"approve": True}, browser)
        assert organisation.scalar("SELECT count(*) FROM held_operations WHERE state = 'approved'") == let_pass


@pytest.fixture
def branch(organisation: Organisation) -> tuple[Organisation, Browser, str]:
    """A loan officer who sees their own contacts only: P1 to P3; P4 to P6 are Bob's."""
    email = organisation.person(Role.LOAN_OFFICER)
    contacts(organisation, 6, city="Boise", owner=email)
    organisation.execute("UPDATE contacts SET owner = 'bob@x.example' WHERE firstname >= 'P4'")
    organisation.call("PATCH", "organisation", {"own_contacts_only": True})
    return organisation, signed_in(email), email


def named(lender: Organisation, city: str) -> set[str]:
    return {row["firstname"] for row in lender.rows("SELECT firstname FROM contacts WHERE city = %s", city)}


def test_own_contacts_only_are_chosen_planned_changed_and_undone(branch: tuple[Organisation, Browser, str]) -> None:
    lender, officer, _ = branch
    run = bulk(lender, {"filters": {}}, officer, values={"city": "Reno"})
    assert (run["edit"]["to_change"], run["edit"]["missing"]) == (3, 0)
    shown = officer.call("GET", lender.path(f"runs/{run['id']}/plan")).json()
    assert {row["name"] for row in shown["items"]} == {"P1", "P2", "P3"}
    run = bulk(lender, {"ids": ids(lender)}, officer, values={"city": "Reno"})
    assert (run["edit"]["to_change"], run["edit"]["missing"]) == (3, 3)
    assert of_run(lender, run, "approve", browser=officer)["status"] == "succeeded"
    assert named(lender, "Reno") == {"P1", "P2", "P3"}
    seen = officer.call("GET", lender.path("runs")).json()["items"]
    assert {one["id"] for one in seen} >= {run["id"]}
    assert of_run(lender, run, "undo", {"approve": True}, officer)["status"] == "succeeded"
    assert named(lender, "Boise") == {f"P{n}" for n in range(1, 7)}


def test_a_contact_of_others_is_not_there_to_be_chosen(branch: tuple[Organisation, Browser, str]) -> None:
    lender, officer, _ = branch
    theirs = [str(row["id"]) for row in lender.rows("SELECT id FROM contacts WHERE firstname >= 'P4'")]
    for wanted in ({"values": {"city": "Reno"}}, {"act": "delete"}, {"act": "resync"}):
        body = {"selection": {"ids": theirs}, **wanted}
        assert officer.call("POST", lender.path("contacts/bulk"), body).status_code == 404
    hints = lender.scalar("SELECT count(*) FROM hints WHERE source = 'resync'")
    answer = officer.call("POST", lender.path("contacts/bulk"), {"selection": {"filters": {}}, "act": "resync"})
    assert (hints, answer.json()) == (0, {"contacts": 3})


def test_what_changed_hands_since_is_neither_changed_nor_undone(branch: tuple[Organisation, Browser, str]) -> None:
    lender, officer, _ = branch
    run = bulk(lender, {"filters": {}}, officer, values={"city": "Reno"})
    lender.execute("UPDATE contacts SET owner = 'bob@x.example' WHERE firstname = 'P1'")
    assert of_run(lender, run, "approve", browser=officer)["status"] == "partial"
    assert named(lender, "Reno") == {"P2", "P3"}
    row = next(row for row in plan(lender, run)["items"] if row["name"] == "P1")
    assert (row["state"], "somebody else's" in row["outcome"]) == ("skipped", True)
    shown = officer.call("GET", lender.path(f"runs/{run['id']}/plan")).json()
    assert {one["name"] for one in shown["items"]} == {"P2", "P3"}, "it does not show to them any more"
    lender.execute("UPDATE contacts SET owner = 'bob@x.example' WHERE firstname = 'P2'")
    assert of_run(lender, run, "undo", {"approve": True}, officer)["status"] == "partial"
    assert named(lender, "Reno") == {"P2"}


def test_nobody_gives_their_contacts_away_in_bulk(branch: tuple[Organisation, Browser, str]) -> None:
    lender, officer, email = branch
    lender.execute("UPDATE contacts SET loan_officer = %s WHERE firstname = 'P2'", email)
    run = bulk(lender, {"filters": {}}, officer, values={"owner": "bob@x.example"})
    assert (run["edit"]["to_change"], run["edit"]["skipped"]) == (1, 2)
    rows = {row["name"]: row for row in plan(lender, run)["items"]}
    assert "only a manager" in rows["P1"]["outcome"]
    assert of_run(lender, run, "approve", browser=officer)["status"] == "succeeded"
    assert lender.scalar("SELECT count(*) FROM contacts WHERE owner = 'bob@x.example'") == 4
    manager = bulk(lender, {"filters": {}}, values={"owner": "bob@x.example"})
    assert manager["edit"]["to_change"] == 2


def test_a_worker_keeps_to_own_contacts_too(organisation: Organisation) -> None:
    email = organisation.person(Role.LOAN_OFFICER)
    size = edits.AT_ONCE + 1
    contacts(organisation, 2 * size, city="Boise", owner="bob@x.example")
    organisation.execute(
        "UPDATE contacts SET owner = %s WHERE id IN (SELECT id FROM contacts ORDER BY id LIMIT %s)", email, size
    )
    organisation.call("PATCH", "organisation", {"own_contacts_only": True})
    officer = signed_in(email)
    run = bulk(organisation, {"filters": {}}, officer, values={"city": "Reno"})
    assert run["total"] == size
    work(organisation)
    assert of_run(organisation, run, "approve", browser=officer)["status"] == "running"
    work(organisation)
    rows = organisation.rows("SELECT owner, count(*)::int AS n FROM contacts WHERE city = 'Reno' GROUP BY owner")
    assert [(row["owner"], row["n"]) for row in rows] == [(email, size)]


def test_the_audit_log_tells_of_the_run_and_of_who_approved_it(organisation: Organisation) -> None:
    chosen = contacts(organisation, 1)
    run = bulk(organisation, {"ids": chosen}, values={"city": "Reno"})
    of_run(organisation, run, "approve")
    events = organisation.rows(
        "SELECT kind, detail FROM audit_events WHERE subject = %s AND kind LIKE 'run.%%'", str(run["id"])
    )
    assert "run.added" in {event["kind"] for event in events}
    approved = [orjson.loads(event["detail"])["after"].get("approved_by") for event in events]
    assert len([one for one in approved if one]) == 1
