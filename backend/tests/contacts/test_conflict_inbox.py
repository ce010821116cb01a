"""The inbox of conflicts: what waits is found and counted, decided one by one or many alike, and taken back."""

from typing import Any
from uuid import UUID

import pytest
from organisations import CONNECTED, Organisation, make_organisation

from loanark.tenants.models import Role


@pytest.fixture
def lender(database: str) -> Organisation:
    organisation = make_organisation()
    organisation.insert("connections", tenant_id=organisation.id, **CONNECTED)
    return organisation


def conflict(
    lender: Organisation,
    *,
    hubspot: str | None = "Reno",
    loanark: str | None = "Vegas",
    field: str = "city",
    **contact: Any,
) -> tuple[UUID, int]:
    """Both sides changed the field, that was "Old" on both; a person is asked."""
    made = lender.contact(**{"firstname": "Ada", field: loanark, **contact})
    lender.execute(
        """INSERT INTO contact_links (contact_id, hubspot_id, base, remote) VALUES
           (%s, %s, jsonb_build_object(%s::text, 'Old'), jsonb_strip_nulls(jsonb_build_object(%s::text, %s::text)))""",
        made,
        str(made.int % 10**12),
        field,
        field,
        hubspot,
    )
    return made, lender.scalar(
        """INSERT INTO contact_conflicts (contact_id, field, base, hubspot, loanark, policy, open)
           VALUES (%s, %s, 'Old', %s, %s, 'ask', true) RETURNING id""",
        made,
        field,
        hubspot,
        loanark,
    )


def ids(page: Any) -> list[int]:
    return [row["id"] for row in page["items"]]


def city(lender: Organisation, contact: UUID) -> str | None:
    return lender.scalar("SELECT city FROM contacts WHERE id = %s", contact)  # type: ignore[no-any-return]


def base(lender: Organisation, contact: UUID) -> str | None:
    return lender.scalar(  # type: ignore[no-any-return]
        "SELECT base ->> 'city' FROM contact_links WHERE contact_id = %s", contact
    )


def resolve(lender: Organisation, number: int, winner: str, **body: Any) -> Any:
    return lender.call("POST", f"conflicts/{number}/resolve", {"winner": winner, **body})


def sent(lender: Organisation, contact: UUID, value: str) -> None:
    """The sync carried LoanArk's value over."""
    lender.execute(
        """UPDATE contact_links SET base = jsonb_build_object('city', %s::text),
           remote = jsonb_build_object('city', %s::text) WHERE contact_id = %s""",
        value,
        value,
        contact,
    )


def test_what_waits_is_found_by_field_person_age_and_empty_side(lender: Organisation) -> None:
    _, plain = conflict(lender, lastname="Lovelace")
    _, old = conflict(lender, lastname="Hopper")
    _, empty = conflict(lender, hubspot=None)
    _, state = conflict(lender, field="state", hubspot="NV", loanark="ID")
    lender.execute("UPDATE contact_conflicts SET at = now() - interval '8 days' WHERE id = %s", old)
    assert ids(lender.get("conflicts")) == [state, empty, old, plain]
    assert ids(lender.get("conflicts", field="state")) == [state]
    assert ids(lender.get("conflicts", search="lovel")) == [plain]
    assert ids(lender.get("conflicts", older_than_days=7)) == [old]
    assert ids(lender.get("conflicts", empty="hubspot")) == [empty]
    assert ids(lender.get("conflicts", late=True)) == []
    assert lender.get("conflicts", field="state")["total"] == 1


def test_a_conflict_says_who_changed_the_value_in_loanark(lender: Organisation) -> None:
    contact, number = conflict(lender)
    assert lender.call("PATCH", f"contacts/{contact}", {"values": {"city": "Elko"}}).status_code == 200
    (shown,) = lender.get("conflicts")["items"]
    assert shown["id"] == number
    assert shown["loanark_edit"]["actor"].startswith("admin-")
    assert shown["loanark_edit"]["cause"] == "user"


def test_the_summary_counts_by_field_and_what_one_decided_today_oneself(lender: Organisation) -> None:
    conflict(lender)
    _, mine = conflict(lender)
    conflict(lender, field="state", hubspot="NV", loanark="ID")
    resolve(lender, mine, "hubspot")
    summary = lender.get("conflicts/summary")
    assert (summary["open"], summary["late"], summary["decided_today"]) == (2, 0, 1)
    assert {(row["field"], row["label"], row["count"]) for row in summary["fields"]} == {
        ("city", "City", 1),
        ("state", "State", 1),
    }
    colleague = lender.member(Role.LOAN_OFFICER).call("GET", lender.path("conflicts/summary")).json()
    assert colleague["decided_today"] == 0


def test_a_typed_value_wins_on_both_sides(lender: Organisation) -> None:
    contact, number = conflict(lender)
    decided = resolve(lender, number, "typed", value="Carson City").json()
    assert (decided["winner"], decided["typed"], decided["open"]) == ("typed", "Carson City", False)
    assert city(lender, contact) == "Carson City"
    # HubSpot's value is what was agreed on: LoanArk's is the newer one, and goes there.
    assert base(lender, contact) == "Reno"


def test_a_typed_value_that_a_side_holds_is_that_sides(lender: Organisation) -> None:
    _, number = conflict(lender)
    assert resolve(lender, number, "typed", value="Reno").json()["winner"] == "hubspot"


def test_a_typed_value_is_checked_like_any_edit(lender: Organisation) -> None:
    _, number = conflict(lender, field="email", hubspot="a@x.example", loanark="b@x.example")
    answer = resolve(lender, number, "typed", value="nonsense")
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"email"})
    assert ids(lender.get("conflicts")) == [number]


def test_conflicts_alike_are_counted_shown_and_decided_together(lender: Organisation) -> None:
    contacts = [conflict(lender) for _ in range(3)]
    other, _ = conflict(lender, hubspot="Elko")
    conflict(lender, field="state", hubspot="NV", loanark="ID")
    first = contacts[0][1]
    alike = lender.get(f"conflicts/{first}/alike", same_values=True)
    assert (alike["same_field"], alike["same_values"]) == (4, 3)
    assert {row["id"] for row in alike["examples"]} == {number for _, number in contacts}
    body = {"winner": "hubspot", "field": "city", "same_as": first, "expected": 3}
    done = lender.call("POST", "conflicts/resolve", body).json()
    assert (set(done["decided"]), done["refused"], done["left"]) == ({number for _, number in contacts}, [], 0)
    assert [city(lender, contact) for contact, _ in contacts] == ["Reno"] * 3
    assert city(lender, other) == "Vegas"
    back = lender.call("POST", "conflicts/reopen", {"ids": done["decided"]}).json()
    assert (set(back["reopened"]), back["refused"]) == (set(done["decided"]), [])
    assert [city(lender, contact) for contact, _ in contacts] == ["Vegas"] * 3
    assert lender.get("conflicts")["total"] == 5


def test_nothing_is_decided_when_the_count_has_moved(lender: Organisation) -> None:
    numbers = [conflict(lender)[1] for _ in range(2)]
    answer = lender.call("POST", "conflicts/resolve", {"winner": "loanark", "field": "city", "expected": 3})
    assert (answer.status_code, answer.json()["code"]) == (409, "stale")
    assert lender.get("conflicts")["total"] == 2
    assert lender.call("POST", "conflicts/resolve", {"winner": "loanark", "expected": 1}).status_code == 422
    body = {"winner": "loanark", "ids": numbers, "expected": 2}
    assert lender.call("POST", "conflicts/resolve", body).status_code == 200


def test_of_many_the_unreadable_one_waits_and_says_why(lender: Organisation) -> None:
    _, good = conflict(lender, field="closing_date", hubspot="2026-02-02", loanark="2026-01-01")
    _, bad = conflict(lender, field="closing_date", hubspot="someday", loanark="2026-01-01")
    body = {"winner": "hubspot", "field": "closing_date", "expected": 2}
    done = lender.call("POST", "conflicts/resolve", body).json()
    assert done["decided"] == [good]
    assert [row["id"] for row in done["refused"]] == [bad]
    assert ids(lender.get("conflicts")) == [bad]


@pytest.mark.parametrize(("winner", "body"), [("hubspot", {}), ("loanark", {}), ("typed", {"value": "Elko"})])
def test_a_decision_that_nothing_followed_is_taken_back(lender: Organisation, winner: str, body: Any) -> None:
    contact, number = conflict(lender)
    resolve(lender, number, winner, **body)
    again = lender.call("POST", f"conflicts/{number}/reopen").json()
    assert (again["open"], again["winner"], again["resolved_by"], again["late"]) == (True, None, None, False)
    assert (city(lender, contact), base(lender, contact)) == ("Vegas", "Old")
    assert "conflict.reopened" in {
        row["kind"] for row in lender.rows("SELECT kind FROM audit_events WHERE contact_id = %s", contact)
    }


@pytest.mark.parametrize(("winner", "body"), [("loanark", {}), ("typed", {"value": "Elko"})])
def test_taken_back_after_it_reached_hubspot_its_own_value_is_kept_as_covered(
    lender: Organisation, winner: str, body: Any
) -> None:
    contact, number = conflict(lender)
    resolve(lender, number, winner, **body)
    sent(lender, contact, city(lender, contact) or "")
    again = lender.call("POST", f"conflicts/{number}/reopen").json()
    assert (again["open"], again["late"], again["hubspot"]) == (True, True, "Reno")
    assert city(lender, contact) == "Vegas"


def test_a_decision_that_something_followed_stays(lender: Organisation) -> None:
    contact, number = conflict(lender)
    resolve(lender, number, "hubspot")
    lender.call("PATCH", f"contacts/{contact}", {"values": {"city": "Elko"}})
    answer = lender.call("POST", f"conflicts/{number}/reopen")
    assert (answer.status_code, answer.json()["code"]) == (409, "cannot-reopen")
    assert "changed since" in answer.json()["detail"]
    assert city(lender, contact) == "Elko"
    kept = lender.call("POST", "conflicts/reopen", {"ids": [number]}).json()
    assert ([row["id"] for row in kept["refused"]], kept["reopened"]) == ([number], [])


def test_a_decision_that_hubspot_followed_stays(lender: Organisation) -> None:
    contact, number = conflict(lender)
    resolve(lender, number, "loanark")
    lender.execute("""UPDATE contact_links SET remote = '{"city": "Sparks"}' WHERE contact_id = %s""", contact)
    answer = lender.call("POST", f"conflicts/{number}/reopen")
    assert (answer.status_code, "in HubSpot since" in answer.json()["detail"]) == (409, True)


def test_what_a_rule_decides_is_not_asked_again(lender: Organisation) -> None:
    _, number = conflict(lender)
    resolve(lender, number, "hubspot")
    lender.execute(
        "UPDATE contact_conflicts SET resolved_by = 'policy hubspot', policy = 'hubspot' WHERE id = %s", number
    )
    assert "No person" in lender.call("POST", f"conflicts/{number}/reopen").json()["detail"]


@pytest.mark.parametrize(
    ("winner", "other", "value"), [("hubspot", "loanark", "Vegas"), ("loanark", "hubspot", "Reno")]
)
def test_the_value_that_lost_is_used_instead(lender: Organisation, winner: str, other: str, value: str) -> None:
    contact, number = conflict(lender)
    resolve(lender, number, winner)
    sent(lender, contact, city(lender, contact) or "")
    now = lender.call("POST", f"conflicts/{number}/overturn", {"winner": other}).json()
    assert (now["winner"], now["open"]) == (other, False)
    # HubSpot holds the first winner: LoanArk's value is the newer one, and goes there.
    assert (city(lender, contact), base(lender, contact)) == (value, {"hubspot": "Reno", "loanark": "Vegas"}[winner])
    assert ids(lender.get("conflicts", open=False, winner=other)) == [number]


def test_an_auditor_decides_and_reopens_nothing(lender: Organisation) -> None:
    _, number = conflict(lender)
    auditor = lender.member(Role.AUDITOR)
    for path in (f"conflicts/{number}/reopen", "conflicts/resolve", "conflicts/reopen"):
        body = {"winner": "hubspot", "expected": 1, "ids": [number]}
        assert auditor.call("POST", lender.path(path), body).status_code == 403


def test_rejections_are_counted_by_reason_and_told_from_what_heals(lender: Organisation) -> None:
    for code, field in (("refused", "phone"), ("refused", "phone"), ("refused", "email"), ("internal", "")):
        contact = lender.contact(firstname="Ada")
        lender.insert(
            "contact_rejections", contact_id=contact, field=field, side="hubspot", value="x", code=code, reason="No."
        )
    groups = lender.get("rejections/groups")
    assert [(row["code"], row["count"], row["contacts"], row["heals"]) for row in groups] == [
        ("refused", 3, 3, False),
        ("internal", 1, 1, True),
    ]
    assert [(row["value"], row["count"]) for row in groups[0]["fields"]] == [("phone", 2), ("email", 1)]
    listed = lender.get("rejections", code="internal")
    assert (listed["total"], [row["heals"] for row in listed["items"]]) == (1, [True])


def test_a_timeline_is_narrowed_by_side_cause_and_field(lender: Organisation) -> None:
    contact = lender.contact(firstname="Ada", city="Reno")
    lender.call("PATCH", f"contacts/{contact}", {"values": {"city": "Elko"}})
    lender.execute("UPDATE contacts SET state = 'NV' WHERE id = %s", contact)

    def ops(**filters: Any) -> list[str]:
        found = lender.get(f"contacts/{contact}/timeline", **filters)["items"]
        return [",".join(field["name"] for field in row["fields"]) for row in found]

    assert ops(field="state") == ["state"]
    assert ops(cause="user") == ["city"]
    assert ops(side="hubspot") == []
    assert ops(field="city", cause="user", side="loanark") == ["city"]
    assert len(ops()) == 3
