"""What people decide about duplicates, by the front door: preview, merge, many at once, reject, take back."""

from typing import Any
from uuid import UUID

import pytest
from book import ann, check, link, proposals
from organisations import Organisation

from loanark.tenants.models import Role


@pytest.fixture
def two(lender: Organisation) -> tuple[UUID, UUID]:
    """The same person twice, proposed."""
    one = lender.contact(**ann(city="Nampa"))
    other = lender.contact(**ann(email="ANN.holmberg@example.com", phone=None, company="Boise Homes"))
    check(lender, one, other)
    return one, other


def post(lender: Organisation, path: str, body: Any = None) -> Any:
    answer = lender.call("POST", f"duplicates/{path}", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(lender: Organisation, path: str, body: Any = None) -> tuple[int, str]:
    answer = lender.call("POST", f"duplicates/{path}", body)
    return answer.status_code, answer.json()["detail"]


def test_a_preview_shows_the_golden_record_and_changes_nothing(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    one, other = map(str, two)
    told = post(lender, "preview", {"members": [one, other], "chosen": {"city": other}})
    golden = {field["field"]: field for field in told["golden"]}
    assert golden["company"]["key"] == other
    assert golden["phone"]["key"] == one
    assert (golden["city"]["text"], golden["city"]["why"]) == ("Boise", "chosen by a person")
    assert golden["lastname"]["differs"] is False
    assert lender.scalar("SELECT count(*) FROM contacts WHERE deleted_at IS NULL") == 2


def test_a_merge_and_its_undo(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    one, other = map(str, two)
    (done,) = post(lender, "merge", {"members": [one, other], "survivor": other})
    assert (done["contact_id"], done["other_contact_id"], done["state"]) == (other, one, "live")
    assert done["posterior"] > 3
    assert lender.get(f"contacts/{other}")["fields"]
    assert proposals(lender) == []
    assert [row["id"] for row in lender.get("duplicates/merges", contact_id=one)["merges"]] == [done["id"]]
    undone = post(lender, f"merges/{done['id']}/undo")
    assert (undone["state"], undone["left_behind"]) == ("undone", [])
    assert post(lender, f"merges/{done['id']}/undo")["state"] == "undone", "who asks twice is not told off"
    assert lender.scalar("SELECT count(*) FROM contacts WHERE deleted_at IS NULL") == 2
    check(lender, *two)
    assert proposals(lender) == [], "they are never proposed again"
    report = lender.get("duplicates/summary")["report"]
    assert (report["by_people"], report["undone"]) == (1, 1)


def test_the_one_that_hubspot_has_lives_on(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    one, other = two
    link(lender, one, "101")
    status, why = refused(lender, "merge", {"members": [str(one), str(other)], "survivor": str(other)})
    assert (status, "Of those in LoanArk only this one is in HubSpot." in why) == (422, True)
    (done,) = post(lender, "merge", {"members": [str(one), str(other)]})
    assert (done["contact_id"], done["hubspot"]) == (str(one), "none")


def test_hubspot_waits_until_a_person_says_so(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    for number, id in enumerate(two):
        link(lender, id, f"10{number}")
    (done,) = post(lender, "merge", {"members": [str(id) for id in two]})
    assert (done["hubspot"], done["hubspot_due_at"] is not None) == ("waiting", True)
    assert post(lender, f"merges/{done['id']}/hubspot")["hubspot"] == "approved"


def test_nobody_is_merged_twice_or_with_themselves(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    one, other = map(str, two)
    assert refused(lender, "merge", {"members": [one, one]})[0] == 422
    post(lender, "merge", {"members": [one, other], "survivor": one})
    status, why = refused(lender, "merge", {"members": [one, other]})
    assert (status, "merged into another contact meanwhile" in why) == (409, True)
    assert refused(lender, "merge", {"members": [one, "00000000-0000-4000-8000-000000000000"]})[0] == 404
    assert refused(lender, "merge", {"members": [one, "nobody"]})[0] == 422
    assert refused(lender, "merge", {"members": ["hubspot:1", "hubspot:2"]})[0] == 422


def test_a_rejection_is_taken_back(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    (proposal,) = proposals(lender)
    assert post(lender, "reject", {"pairs": [proposal["id"]]})["pairs"] == [proposal["id"]]
    assert post(lender, "reject", {"pairs": [proposal["id"]]})["pairs"] == []
    assert lender.get("duplicates")["total"] == 0
    assert post(lender, "reopen", {"pairs": [proposal["id"]]})["pairs"] == [proposal["id"]]
    assert lender.get("duplicates")["total"] == 1


def test_many_are_merged_at_once_as_far_as_the_brake_goes(lender: Organisation) -> None:
    lender.execute("INSERT INTO sync_settings (tenant_id, brake_floor) VALUES (%s, 2)", lender.id)
    everybody = []
    for number in range(3):
        same = {
            "lastname": f"Quill{'abc'[number]}",
            "email": f"ann{number}@example.com",
            "phone": f"208-555-01{number}9",
        }
        everybody += [lender.contact(**ann(**same, address=None)) for _ in range(2)]
    check(lender, *everybody)
    certain = lender.get("duplicates/summary")["certain"]
    assert certain == 3
    waiting = len(proposals(lender))
    asked = {"least": 3, "expected": certain}
    status, why = refused(lender, "merge-many", {**asked, "expected": 7})
    assert (status, "not 7" in why) == (409, True)
    told = post(lender, "merge-many", asked)
    assert (len(told["merged"]), told["refused"], told["left"]) == (2, [], 1)
    again = post(lender, "merge-many", {**asked, "expected": 1})
    assert (again["merged"], again["left"]) == ([], 1), "the hour has none left"

    back = post(lender, "merges/undo", {"merges": [*told["merged"], 999_999]})
    assert back["undone"] == sorted(told["merged"], reverse=True)
    assert [(one["merge"], "no such merge" in one["reason"]) for one in back["refused"]] == [(999_999, True)]
    assert lender.scalar("SELECT count(*) FROM contacts WHERE deleted_at IS NULL") == len(everybody)
    assert post(lender, "reopen", {"pairs": back["pairs"]})["pairs"] == back["pairs"]
    assert len(proposals(lender)) == waiting, "all of it waits for a decision as before"


def test_automatic_merging_takes_what_is_certain_and_only_when_it_is_switched_on(
    lender: Organisation, two: tuple[UUID, UUID]
) -> None:
    from loanark.duplicates import automatic

    while automatic.step(lender.id):
        pass
    assert len(proposals(lender)) == 1
    changed = lender.call("PATCH", "duplicates/settings", {"automatic": True, "rules": {"city": "newest"}})
    assert changed.json()["automatic"] is True
    while automatic.step(lender.id):
        pass
    assert proposals(lender) == []
    (done,) = lender.get("duplicates/merges")["merges"]
    assert (done["how"], done["by"]) == ("automatic", "the gate")


def test_settings_name_what_is_wrong(lender: Organisation) -> None:
    answer = lender.call("PATCH", "duplicates/settings", {"hubspot_wait_hours": -1, "rules": {"nobody": "newest"}})
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"hubspot_wait_hours", "rules"}


def test_a_loan_officer_looks_and_a_manager_decides(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    members = {"members": [str(id) for id in two]}
    officer, manager = lender.member(Role.LOAN_OFFICER), lender.member(Role.SALES_MANAGER)
    assert officer.client.get(lender.path("duplicates")).json()["total"] == 1
    assert officer.call("POST", lender.path("duplicates/merge"), members).status_code == 403
    assert manager.call("POST", lender.path("duplicates/merge"), members).status_code == 200


def test_what_is_decided_is_in_the_audit_log(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    (done,) = post(lender, "merge", {"members": [str(id) for id in two]})
    post(lender, f"merges/{done['id']}/undo")
    kinds = {row["kind"] for row in lender.rows("SELECT kind FROM audit_events")}
    assert {"merge.added", "merge.changed", "duplicate.changed"} <= kinds


def test_who_is_merged_cannot_be_restored_beside_themselves(lender: Organisation, two: tuple[UUID, UUID]) -> None:
    one, other = map(str, two)
    post(lender, "merge", {"members": [one, other], "survivor": one})
    (hidden,) = lender.get("contacts", deleted="true")["items"]
    assert hidden["sync"]["reason"] == "Merged into another contact, where that can be taken back."
    answer = lender.call("POST", f"contacts/{other}/restore")
    assert answer.status_code == 409
    assert "Take the merge back" in answer.json()["detail"]
