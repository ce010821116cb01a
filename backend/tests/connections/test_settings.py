"""The organisation's sync settings, by API: who may change them, what they may be, and pause and resume."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from organisations import CONNECTED, Organisation

from loanark.connections import settings
from loanark.core.mapping import Side
from loanark.tenants.models import Role

DEFAULTS = {
    "first_match": "hubspot",
    "deletes_in_hubspot": "follow",
    "deletes_in_loanark": "follow",
    "brake_floor": 20,
    "brake_share": 0.005,
    "brake_creates": None,
    "sweep_every_hours": 24,
    "sweep_cron": None,
    "quiet_from": None,
    "quiet_until": None,
    "paused": None,
}


def test_without_a_choice_the_defaults_hold(organisation: Organisation) -> None:
    assert organisation.get("settings/sync") == DEFAULTS


def test_what_is_named_changes_and_the_rest_stays(organisation: Organisation) -> None:
    first = organisation.call("PATCH", "settings/sync", {"first_match": "loanark", "brake_creates": 100}).json()
    assert first == {**DEFAULTS, "first_match": "loanark", "brake_creates": 100}
    hours = {"quiet_from": "22:00:00", "quiet_until": "06:00:00"}
    second = organisation.call("PATCH", "settings/sync", {**hours, "deletes_in_hubspot": "keep"}).json()
    assert second == {**first, **hours, "deletes_in_hubspot": "keep"}
    cleared = {"brake_creates": None, "quiet_from": None, "quiet_until": None}
    assert organisation.call("PATCH", "settings/sync", cleared).json() == {**second, **cleared}
    assert organisation.get("settings/sync") == {**second, **cleared}
    assert organisation.scalar("SELECT changed_by FROM sync_settings").startswith("admin")


@pytest.mark.parametrize(
    ("choices", "wrong"),
    [
        ({"brake_floor": -1}, "brake_floor"),
        ({"brake_floor": None}, "brake_floor"),
        ({"brake_share": 1.5}, "brake_share"),
        ({"brake_share": None}, "brake_share"),
        ({"brake_creates": -5}, "brake_creates"),
        ({"sweep_every_hours": 1_000_000}, "sweep_every_hours"),
        ({"first_match": None}, "first_match"),
        ({"sweep_cron": "0 25 * * *"}, "sweep_cron"),
        ({"sweep_cron": "at night"}, "sweep_cron"),
        ({"deletes_in_loanark": None}, "deletes_in_loanark"),
        ({"quiet_from": "22:00"}, "quiet_until"),
        ({"brake_floor": 5, "sweep_every_hours": -1}, "sweep_every_hours"),
    ],
)
def test_a_wrong_choice_is_named_and_nothing_changes(
    organisation: Organisation, choices: dict[str, Any], wrong: str
) -> None:
    answer = organisation.call("PATCH", "settings/sync", choices)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert list(answer.json()["errors"]) == [wrong]
    assert organisation.get("settings/sync") == DEFAULTS


def test_a_cron_expression_decides_until_somebody_chooses_a_distance(organisation: Organisation) -> None:
    chosen = organisation.call("PATCH", "settings/sync", {"sweep_cron": " 0  2 * * * "}).json()
    assert chosen == {**DEFAULTS, "sweep_cron": "0 2 * * *"}
    since = organisation.scalar("SELECT sweep_cron_since FROM sync_settings")
    organisation.call("PATCH", "settings/sync", {"sweep_cron": "0 2 * * *", "sweep_every_hours": 24})
    assert organisation.scalar("SELECT sweep_cron_since FROM sync_settings") == since, "it is the same wish"
    assert organisation.call("PATCH", "settings/sync", {"brake_floor": 20}).json() == chosen
    assert organisation.call("PATCH", "settings/sync", {"sweep_every_hours": 24}).json() == DEFAULTS
    told = organisation.get("audit?kind=sync-settings")["items"]
    assert any("sweep_cron" in str(event) for event in told)


def test_a_schedule_is_told_in_words_and_moments_before_it_is_saved(organisation: Organisation) -> None:
    draft = "settings/sync/schedule?sweep_cron=0 2 * * 1-5&quiet_from=22:00&quiet_until=06:00"
    before = organisation.get(draft)
    assert (before["words"], before["times"]) == ("at 02:00 on Monday through Friday", [])
    organisation.insert("connections", **{**CONNECTED, "time_zone": "America/Chicago"})
    assert organisation.get(draft)["after_first_run"] is True
    organisation.execute("UPDATE connections SET backfilled_at = now() - interval '9 days'")
    told = organisation.get(draft)
    assert (told["time_zone"], told["after_first_run"]) == ("America/Chicago", False)
    moments = [datetime.fromisoformat(at).astimezone(ZoneInfo("America/Chicago")) for at in told["times"]]
    assert [(at.hour, at.weekday() < 5) for at in moments] == [(6, True)] * 3
    assert organisation.get("settings/sync") == DEFAULTS
    wrong = organisation.call("GET", "settings/sync/schedule?sweep_cron=nonsense")
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["sweep_cron"])


def test_an_unknown_choice_is_refused(organisation: Organisation) -> None:
    assert organisation.call("PATCH", "settings/sync", {"first_match": "nobody"}).status_code == 422


def test_they_are_what_the_engine_goes_by(organisation: Organisation) -> None:
    choices = {"first_match": "loanark", "deletes_in_loanark": "keep", "brake_floor": 3, "brake_share": 0.5}
    organisation.call("PATCH", "settings/sync", choices)
    with organisation.scope():
        chosen = settings.load()
    assert (chosen.policies.first_match, chosen.policies.deletes_stay) == (Side.LOANARK, {Side.LOANARK})
    assert (chosen.limits.floor, chosen.limits.share, chosen.limits.creates) == (3, 0.5, None)


def test_administrators_change_managers_pause_and_everybody_reads(organisation: Organisation) -> None:
    manager, officer = organisation.member(Role.SALES_MANAGER), organisation.member(Role.LOAN_OFFICER)
    auditor = organisation.member(Role.AUDITOR)
    path = organisation.path
    assert manager.call("PATCH", path("settings/sync"), {"brake_floor": 1}).status_code == 403
    for who in (officer, auditor):
        assert who.call("POST", path("sync/pause"), {"reason": "x"}).status_code == 403
        assert who.call("POST", path("sync/resume")).status_code == 403
        assert who.call("GET", path("settings/sync")).json() == DEFAULTS
    assert manager.call("POST", path("sync/pause"), {"reason": "moving"}).json()["paused"]["reason"] == "moving"
    assert manager.call("POST", path("sync/resume")).json()["paused"] is None


def test_everybody_sees_that_it_is_paused_by_whom_and_why(organisation: Organisation) -> None:
    organisation.insert("connections", **CONNECTED)
    organisation.call("POST", "sync/pause", {"reason": "new mapping"})
    paused = organisation.get("settings/sync")["paused"]
    assert paused["by"].startswith("admin")
    assert paused["reason"] == "new mapping"
    organisation.contact(email="ann@example.com")
    truth = organisation.get("overview")["truth"]
    assert (truth["level"], truth["detail"]) == ("attention", "new mapping")
    assert truth["sentence"].startswith(f"Paused by {paused['by']} since ")
    assert truth["sentence"].endswith(": 1 change waits.")
    organisation.call("POST", "sync/resume")
    assert not organisation.get("overview")["truth"]["sentence"].startswith("Paused")


def test_a_group_that_is_held_is_shown_and_decided_once(organisation: Organisation) -> None:
    organisation.insert("brakes", kind="delete", side="hubspot", allowed=20)
    brake = organisation.scalar("SELECT max(id) FROM brakes")
    contact = organisation.contact(email="ann@example.com")
    organisation.insert(
        "held_operations", brake_id=brake, kind="delete", side="hubspot", record=str(contact), contact_id=contact,
        hubspot_id="7", name="Ann", reason="deleted in LoanArk",
    )  # fmt: skip
    (group,) = organisation.get("held")["waiting"]
    assert (group["id"], group["title"], group["state"]) == (brake, "1 deletion in HubSpot", "held")
    assert group["operations"][0]["name"] == "Ann"
    officer = organisation.member(Role.LOAN_OFFICER)
    assert officer.call("POST", organisation.path(f"held/{brake}/approve")).status_code == 403
    decided = organisation.call("POST", f"held/{brake}/reject").json()
    assert (decided["state"], decided["to_go"]) == ("rejected", 1)
    again = organisation.call("POST", f"held/{brake}/approve")
    assert (again.status_code, again.json()["code"]) == (409, "stale")
    assert "rejected already" in again.json()["detail"]
    assert organisation.call("POST", f"held/{brake + 999}/approve").status_code == 404
    assert [group["id"] for group in organisation.get("held")["decided"]] == [brake]
