"""Settings, pause and held groups from the command line."""

import psycopg
import pytest
from command_line import CONTACTS, Hub, Loanark


@pytest.fixture(scope="module")
def synced(loanark: Loanark, hub: Hub) -> Loanark:
    assert loanark("tenant", "create", "Lender", "--admin", "ann@lender.example", "--json").code == 0
    assert loanark("connect", "--tenant", "lender", "--token-stdin", "--json", stdin=f"{hub.token}\n").code == 0
    done = loanark("sync", "--tenant", "lender", "--full", "--yes", "--wait", "--json")
    assert done.code == 0, done.err
    return loanark


def test_settings_are_shown_and_changed(synced: Loanark) -> None:
    shown = synced("settings", "show", "--tenant", "lender", "--json").document
    assert (shown["brake_floor"], shown["brake_creates"], shown["paused"]) == (20, None, None)
    options = (
        "--brake-floor",
        "30",
        "--brake-creates",
        "9",
        "--quiet-hours",
        "08:00-18:00",
        "--first-match",
        "loanark",
    )
    changed = synced("settings", "set", "--tenant", "lender", *options, "--json").document
    assert changed == {
        **shown, "brake_floor": 30, "brake_creates": 9, "quiet_from": "08:00:00", "quiet_until": "18:00:00",
        "first_match": "loanark",
    }  # fmt: skip
    off = ("--brake-floor", "20", "--brake-creates", "off", "--quiet-hours", "off", "--first-match", "hubspot")
    assert synced("settings", "set", "--tenant", "lender", *off, "--json").document == shown
    nightly = synced("settings", "set", "--tenant", "lender", "--sweep-cron", "0 2 * * *")
    assert "complete comparisons: every day at 02:00" in nightly.out
    assert synced("settings", "set", "--tenant", "lender", "--sweep-cron", "off", "--json").document == shown
    wrong = synced("settings", "set", "--tenant", "lender", "--brake-share", "2", "--json")
    assert (wrong.code, wrong.document["error"]["code"]) == (1, "invalid")
    assert synced("settings", "set", "--tenant", "lender").code == 2
    assert "brake floor: 20" in synced("settings", "show", "--tenant", "lender").out


def test_a_pause_is_told_with_its_reason(synced: Loanark) -> None:
    said = synced("pause", "--tenant", "lender", "--reason", "moving", "--json").document
    assert (said["paused"]["by"], said["paused"]["reason"]) == ("command line", "moving")
    status = synced("status", "--tenant", "lender")
    assert "Paused by command line since" in status.out
    assert "goes on" in synced("resume", "--tenant", "lender").out
    assert synced("settings", "show", "--tenant", "lender", "--json").document["paused"] is None


def test_a_mass_deletion_is_listed_and_approved(synced: Loanark, hub: Hub) -> None:
    database = synced("status", "--tenant", "lender", "--json").document["sql_url"]
    with psycopg.connect(database) as other:
        other.execute("DELETE FROM contacts WHERE id IN (SELECT id FROM contacts LIMIT 40)")
    assert synced("sync", "--tenant", "lender", "--wait", "--json").code in (0, 4)
    assert len(hub.contacts([])) == CONTACTS
    (group,) = synced("held", "list", "--tenant", "lender", "--json").document["waiting"]
    assert (group["title"], len(group["operations"])) == ("40 deletions in HubSpot", 40)
    assert "40 deletions in HubSpot" in synced("held", "list", "--tenant", "lender").out
    decided = synced("held", "approve", "--tenant", "lender", str(group["id"]), "--json").document
    assert (decided["state"], decided["to_go"]) == ("approved", 40)
    assert synced("sync", "--tenant", "lender", "--wait", "--json").code == 0
    assert len(hub.contacts([])) == CONTACTS - 40
    again = synced("held", "reject", "--tenant", "lender", str(group["id"]), "--json")
    assert (again.code, again.document["error"]["code"]) == (1, "stale")
    assert synced("held", "list", "--tenant", "lender").out.startswith("Nothing is held.")
