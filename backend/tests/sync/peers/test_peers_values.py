"""Histories that broke other syncs: values that HubSpot refuses, changes, clears or means differently.

Each test names the product and the public report, and the rule of ours that it was seen to fail without.
"""

from __future__ import annotations

import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from world import World


def test_a_value_cleared_in_loanark_is_cleared_in_hubspot(world: World) -> None:
    """HubSpot's own library, and Nango's templates: null is accepted and clears nothing; "" was left out.
    https://github.com/HubSpot/hubspot-api-nodejs/issues/324 https://github.com/NangoHQ/integration-templates/pull/589

    Without sending the empty text (null for a blank) this fails.
    """
    held = {"loanark_closing_date": "2026-12-01", "loanark_loan_amount": "250000", "loanark_consent_to_contact": "true"}
    id, contact_id = world.pair(city="Boise", client_type_vip_status="VIP", **held)
    world.sql(
        """UPDATE contacts SET city = NULL, client_type_vip_status = NULL, closing_date = NULL, loan_amount = NULL,
                              consent_to_contact = NULL WHERE id = %s""",
        contact_id,
    )
    world.settle()
    assert not {"city", "client_type_vip_status", *held} & world.hubspot[id].keys()
    assert world.rejections() == []
    world.assert_balanced()


def test_a_value_cleared_in_hubspot_is_cleared_in_loanark(world: World) -> None:
    """Estuary: a cleared property comes as "", was taken out as nothing, and the old value stayed for ever.
    https://github.com/estuary/connectors/issues/4272

    Without blanks that are values (a blank from HubSpot taken for "not told") this fails.
    """
    id, contact_id = world.pair(city="Boise", loanark_closing_date="2026-12-01")
    world.hubspot.edit(id, city="", loanark_closing_date="")
    world.settle()
    row = world.local(contact_id)
    assert (row["city"], row["closing_date"]) == (None, None)
    world.assert_balanced()


def test_an_option_that_is_not_allowed_holds_up_nothing_but_itself(world: World) -> None:
    """Airbyte's HubSpot destination: one bad record, and the whole batch is refused; so the whole sync fails.
    https://github.com/airbytehq/airbyte/pull/76340 https://github.com/Atlas-Authority/marketing-automation/issues/174

    Without an outcome for every single row (one refusal counting for all) this fails.
    """
    world.sql("INSERT INTO contacts (firstname) SELECT 'P' || n FROM generate_series(1, 100) n")
    world.settle()
    world.hubspot.forget_requests()
    world.sql("UPDATE contacts SET city = 'Boise'")
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum' WHERE firstname = 'P50'")
    world.sql("UPDATE contacts SET client_type_vip_status = 'VIP' WHERE firstname = 'P51'")
    world.settle()
    by_name = {world.hubspot[str(id)]["firstname"]: world.hubspot[str(id)] for id in world.hubspot.portal.live}
    assert {one.get("city") for one in by_name.values()} == {"Boise"}, "its own other fields as well"
    assert by_name["P51"]["client_type_vip_status"] == "VIP"
    assert "client_type_vip_status" not in by_name["P50"]
    (rejection,) = world.rejections()
    assert (rejection["field"], "Platinum" in rejection["reason"]) == ("client_type_vip_status", True)
    assert len(world.hubspot.writes()) <= 16, "a batch of a hundred is cut, not sent one by one"
    world.assert_at_rest()


@pytest.fixture(params=["America/Los_Angeles", "Pacific/Honolulu", "Pacific/Kiritimati"])
def far_from_utc(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """This process lives in another time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("day", ["2026-03-08", "2026-12-31", "1999-01-01"])
def test_a_civil_date_is_the_same_day_everywhere(world: World, far_from_utc: str, day: str) -> None:
    """Fivetran's HubSpot models: a date typed in Arizona arrives as the day after; Grouparoo had to set midnight UTC.
    https://github.com/fivetran/dbt_hubspot/issues/101 https://github.com/grouparoo/grouparoo/pull/1537

    Without civil dates (midnight UTC read in the machine's time zone) this fails west of Greenwich.
    """
    id, contact_id = world.pair(loanark_closing_date=day)
    assert world.local(contact_id)["closing_date"] == date.fromisoformat(day)
    midnight = (date.fromisoformat(day) - date(1970, 1, 1)).days * 86_400_000
    world.hubspot.force(id, loanark_closing_date=str(midnight), city="Boise")
    world.settle()
    assert world.local(contact_id)["closing_date"] == date.fromisoformat(day)
    assert world.local(contact_id)["city"] == "Boise"
    with world.another_program() as program:
        program.execute(f"SET timezone TO '{far_from_utc}'")
        program.execute("UPDATE contacts SET closing_date = closing_date + 1 WHERE id = %s", [contact_id])
    world.settle()
    later = date.fromordinal(date.fromisoformat(day).toordinal() + 1).isoformat()
    assert world.hubspot[id]["loanark_closing_date"] == later
    assert world.rejections() == []
    world.assert_balanced()


def test_a_silent_coercion_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """HubSpot's library: a batch update answers well and changes nothing; nobody compares what came back.
    https://github.com/HubSpot/hubspot-api-nodejs/issues/548

    Without comparing the answer with what was sent (every accepted value taken for stored) this fails.
    """
    import hubspot_simulator.records.values

    id, contact_id = world.pair(loanark_loan_amount="100")
    number = hubspot_simulator.records.values._number
    monkeypatch.setattr(
        hubspot_simulator.records.values, "_number", lambda prop, value: number(prop, value).partition(".")[0]
    )
    world.sql("UPDATE contacts SET loan_amount = 250000.75, city = 'Boise' WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["loanark_loan_amount"] == "250000"
    assert str(world.local(contact_id)["loan_amount"]) == "250000.75", "ours is kept"
    (rejection,) = world.rejections(contact_id)
    assert (rejection["field"], rejection["code"]) == ("loan_amount", "coerced")
    assert "250000.75" in rejection["reason"]
    assert world.hubspot[id]["city"] == "Boise"
    world.assert_at_rest()


def test_a_property_that_became_read_only_does_not_fail_the_contact(world: World) -> None:
    """Mautic's HubSpot plugin: one read-only field in the mapping, and every push of a contact fails.
    https://github.com/mautic/mautic/pull/8785

    Without an outcome for every single field (the contact refused whole) this fails.
    """
    id, contact_id = world.pair(city="Boise")
    world.hubspot.portal.properties["city"].read_only = True
    world.edit(contact_id, city="Nampa", state="ID")
    world.settle()
    assert world.hubspot[id]["state"] == "ID", "the other fields go on"
    assert world.hubspot[id]["city"] == "Boise"
    rests = world.row("SELECT paused FROM field_mappings WHERE field = 'city'")["paused"]
    assert rests or {row["field"] for row in world.rejections(contact_id)} == {"city"}, "it is told"
    assert world.local(contact_id)["city"] == "Nampa", "and nothing typed is lost"
    world.assert_at_rest()


def test_a_value_of_a_calculated_property_is_never_written_and_never_lost(world: World) -> None:
    """HubSpot's example: a calculated property is in what is written back, and HubSpot answers 400 to all of it.
    https://github.com/HubSpot/ui-extensions-examples/issues/77

    Without a field that rests while its property cannot be written this fails.
    """
    from loanark.connections import actions

    id, contact_id = world.pair(city="Boise")
    world.hubspot.portal.properties["city"].read_only = True
    actions.check(world.tenant_id)
    world.edit(contact_id, city="Nampa", state="ID")
    world.settle()
    assert (world.hubspot[id]["city"], world.hubspot[id]["state"]) == ("Boise", "ID")
    assert world.rejections() == [], "it was not even tried"
    rests = world.row("SELECT paused FROM field_mappings WHERE field = 'city'")["paused"]
    assert (rests is not None, world.local(contact_id)["city"]) == (True, "Nampa")
    world.hubspot.portal.properties["city"].read_only = False
    actions.check(world.tenant_id)
    world.settle()
    assert world.hubspot[id]["city"] == "Nampa", "it goes on where it rested"
    world.assert_balanced()


def test_a_required_field_rule_holds_up_only_what_it_is_about(world: World) -> None:
    """An administrator's rule "with this city a postal code is required", which HubSpot enforces on writes since its
    version 2026-09: no public report found.

    What the rule is not about goes on; what it refuses is told under its own name.
    """
    id, contact_id = world.pair()
    world.hubspot.user("PUT", "settings", rules={"conditional": [["city", "Boise", "zip"]]})
    world.edit(contact_id, city="Boise", state="ID")
    world.settle()
    assert world.hubspot[id].get("state") == "ID"
    assert "city" in {row["field"] for row in world.rejections(contact_id)}


def test_a_run_that_left_rows_behind_says_so_and_the_next_one_as_well(world: World) -> None:
    """Multiwoven: ten rows in error, the run a success, and the next one skips them without a word.
    https://github.com/Multiwoven/multiwoven/issues/923

    Without `partial` (a run that ends well whatever is open) this fails.
    """
    _, contact_id = world.pair()
    world.sql("UPDATE contacts SET client_type_vip_status = 'Platinum' WHERE id = %s", contact_id)
    world.settle()
    for _ in range(2):
        world.sweep()
        run = world.run("sweep")
        assert (run["status"], "1 value" in run["reason"]) == ("partial", True)
    world.edit(contact_id, client_type_vip_status="VIP")
    world.settle()
    world.sweep()
    assert world.run("sweep")["status"] == "succeeded"


def test_the_same_thing_written_twice_is_no_change(world: World) -> None:
    """Airbyte: a second run without any change gives every row once more.
    https://github.com/airbytehq/airbyte/issues/2028

    Without recognising unchanged contacts (a digest that differs each time) this fails.
    """
    for number in range(120):
        world.hubspot.create(email=f"p{number}@example.com", firstname="P")
    world.settle()
    rows = world.rows("SELECT * FROM contacts ORDER BY id")
    links = world.rows("SELECT * FROM contact_links ORDER BY id")
    world.hubspot.forget_requests()
    world.sweep()
    run = world.run("sweep")
    assert (run["counts"]["read"], run["counts"]["unchanged"]) == (120, 120)
    assert world.rows("SELECT * FROM contacts ORDER BY id") == rows
    assert world.rows("SELECT * FROM contact_links ORDER BY id") == links, "nor is anything stored about them"
    assert world.hubspot.writes() == []
