"""Saved views: one's own, and shared ones that everybody sees."""

from typing import Any

import orjson
import pytest
from django.db import IntegrityError
from organisations import Browser, Organisation, signed_in

from loanark.contacts import views
from loanark.tenants.models import Role, User

STATE = {
    "search": "ada",
    "filters": {
        "sync": ["conflict"],
        "email_verification_status": [],
        "client_type_vip_status": ["Tier 1"],
        "client_type_prospects": [],
        "state": ["NV", "CA"],
        "owner": ["ann@x.example"],
        "created_side": ["hubspot"],
        "changed": "7d",
        "created": None,
        "deleted": False,
    },
    "sort": "lastname",
    "columns": [
        {"field": "email", "width": 240, "pinned": True},
        {"field": "sync", "width": None, "pinned": False},
    ],
    "side": "hubspot",
}


def save(lender: Organisation, name: str, browser: Browser | None = None, **more: Any) -> Any:
    body = {"name": name, "state": {}, **more}
    return (browser or lender.admin).call("POST", lender.path("views"), body)


def seen(lender: Organisation, browser: Browser | None = None) -> list[str]:
    return [view["name"] for view in (browser or lender.admin).call("GET", lender.path("views")).json()]


def change(lender: Organisation, view: Any, browser: Browser | None = None, **wanted: Any) -> Any:
    return (browser or lender.admin).call("PATCH", lender.path(f"views/{view['id']}"), wanted)


def test_a_view_comes_back_as_it_was_saved(organisation: Organisation) -> None:
    made = save(organisation, "  Hot leads ", state=STATE)
    assert made.status_code == 201
    view = made.json()
    assert (view["name"], view["shared"], view["mine"], view["state"]) == ("Hot leads", False, True, STATE)
    assert organisation.get("views") == [view]
    assert change(organisation, view, state={"sort": "-created_at"}).json()["state"]["filters"]["state"] == []
    assert change(organisation, view, name="Cold leads").json()["name"] == "Cold leads"
    assert organisation.call("DELETE", f"views/{view['id']}").status_code == 204
    assert organisation.get("views") == []
    assert save(organisation, "Cold leads", state=STATE).status_code == 201, "saved again, the deletion is undone"


def test_a_private_view_is_its_makers_alone(organisation: Organisation) -> None:
    officer, other = organisation.member(Role.LOAN_OFFICER), organisation.member(Role.LOAN_OFFICER)
    view = save(organisation, "Mine", officer).json()
    assert (seen(organisation, officer), seen(organisation, other), seen(organisation)) == (["Mine"], [], [])
    for browser in (other, organisation.admin):
        assert change(organisation, view, browser, name="Yours").status_code == 404
        assert browser.call("DELETE", organisation.path(f"views/{view['id']}")).status_code == 404
    assert save(organisation, "mine", other).status_code == 201, "names of what one does not see are free"


def test_a_shared_view_is_seen_by_all_and_changed_by_its_maker_and_administrators(organisation: Organisation) -> None:
    email = organisation.person(Role.LOAN_OFFICER)
    officer, manager = signed_in(email), organisation.member(Role.SALES_MANAGER)
    view = save(organisation, "Ours", officer, shared=True).json()
    shown = manager.call("GET", organisation.path("views")).json()[0]
    assert (shown["name"], shown["shared"], shown["mine"], shown["by"]) == ("Ours", True, False, email)
    assert not shown["may_change"]
    assert organisation.get("views")[0]["may_change"], "an administrator"
    refused = change(organisation, view, manager, name="Theirs")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert email in refused.json()["detail"]
    assert manager.call("DELETE", organisation.path(f"views/{view['id']}")).status_code == 403
    assert change(organisation, view, officer, name="Ours, too").status_code == 200
    assert change(organisation, view, name="Everybody's").status_code == 200
    assert organisation.call("DELETE", f"views/{view['id']}").status_code == 204


def test_views_are_shared_by_who_edits_contacts(organisation: Organisation) -> None:
    auditor = organisation.member(Role.AUDITOR)
    view = save(organisation, "To look at", auditor)
    assert view.status_code == 201
    for answer in (
        save(organisation, "For all", auditor, shared=True),
        change(organisation, view.json(), auditor, shared=True),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert seen(organisation) == []


def test_a_name_is_there_once_among_what_a_person_sees(organisation: Organisation) -> None:
    officer = organisation.member(Role.LOAN_OFFICER)
    mine = save(organisation, "Leads", officer).json()
    ours = save(organisation, "Deals", shared=True).json()
    for answer in (
        save(organisation, "LEADS", officer),
        save(organisation, "deals", officer),
        save(organisation, "deals", shared=True),
        change(organisation, mine, officer, name="Deals"),
    ):
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["name"])
    assert change(organisation, ours, name="DEALS").status_code == 200, "its own name is no other's"


def test_the_database_holds_names_apart_too(organisation: Organisation) -> None:
    me = User.objects.latest("id").pk
    for shared in (True, False):
        insert = "INSERT INTO saved_views (user_id, by, name, shared, state) VALUES (%s, 'x', %s, %s, '{}')"
        organisation.execute(insert, me, "One", shared)
        with pytest.raises(IntegrityError):
            organisation.execute(insert, me, "oNE", shared)


def test_there_is_an_end_to_them(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_PRIVATE", 2)
    monkeypatch.setattr(views, "MOST_SHARED", 1)
    for name, shared, status in (("a", False, 201), ("b", False, 201), ("c", False, 422), ("d", True, 201)):
        assert save(organisation, name, shared=shared).status_code == status
    private = next(view for view in organisation.get("views") if not view["shared"])
    refused = change(organisation, private, shared=True)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["shared"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 61},
        {"state": {"free": "form"}},
        {"state": {"filters": {"search": "x"}}},
        {"state": {"filters": {"state": ["x"] * 101}}},
        {"state": {"filters": {"state": ["x" * 201]}}},
        {"state": {"filters": {"changed": "2 years"}}},
        {"state": {"search": "x" * 201}},
        {"state": {"sort": "email"}},
        {"state": {"side": "moon"}},
        {"state": {"columns": [{"field": "x"}] * 61}},
        {"state": {"columns": [{"field": "<b>"}]}},
        {"state": {"columns": [{"field": "city", "width": 100_000}]}},
        {"state": {"columns": [{"field": "city", "html": "x"}]}},
    ],
)
def test_a_view_is_nothing_but_a_view(organisation: Organisation, wrong: Any) -> None:
    answer = organisation.call("POST", "views", {"name": "x", "state": {}, **wrong})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_what_becomes_of_shared_views_is_in_the_audit_log_and_of_private_ones_is_not(
    organisation: Organisation,
) -> None:
    view = save(organisation, "Mine", state=STATE).json()
    change(organisation, view, name="Mine still")
    change(organisation, view, shared=True, name="Ours")
    change(organisation, view, state={})
    organisation.call("DELETE", f"views/{view['id']}")
    found = organisation.rows("SELECT kind, subject, detail FROM audit_events WHERE kind LIKE 'view.%%' ORDER BY id")
    assert [(event["kind"], event["subject"]) for event in found] == [
        ("view.changed", "Ours"),
        ("view.removed", "Ours"),
    ]
    assert orjson.loads(found[0]["detail"])["after"] == {"name": "Ours", "shared": True}
    assert "ada" not in str(found), "an erasure would not find there what somebody searched for"
