"""What a change of the mapping, or of the account under it, does to contacts: nothing is lost or cleared by it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import django
import pytest

django.setup()

from loanark.connections import actions, changes, mapping, queries  # noqa: E402
from loanark.connections.rules import Choice, choice  # noqa: E402
from loanark.sync.engine import Turn  # noqa: E402
from loanark.tenants.access import tenant_scope  # noqa: E402

if TYPE_CHECKING:
    from uuid import UUID

    from world import World

ADMIN = "jane@lender.example"


def map_field(world: World, field: str, property: str, **more: Any) -> int:
    with tenant_scope(world.tenant_id):
        return changes.add_field(world.tenant_id, {"field": field, "property": property, **more}, by=ADMIN)


def change(world: World, field: str, **changed: Any) -> int:
    with tenant_scope(world.tenant_id):
        return changes.change_field(world.tenant_id, field, changed, by=ADMIN)


def unmap(world: World, field: str) -> int:
    with tenant_scope(world.tenant_id):
        return changes.remove_field(world.tenant_id, field, by=ADMIN)


def define(world: World, name: str, kind: str, field_type: str, options: Sequence[str] = ()) -> None:
    listed = [{"label": key, "value": key, "displayOrder": place} for place, key in enumerate(options)]
    more = {"options": listed} if options else {}
    world.hubspot.user(
        "POST", "properties", name=name, label=name, type=kind, fieldType=field_type, groupName="lending", **more
    )


def refresh(world: World) -> list[str]:
    return actions.refresh(world.tenant_id)


def base(world: World, contact_id: UUID) -> dict[str, str]:
    query = "SELECT base FROM contact_links WHERE contact_id = %s AND state = 'live'"
    found: dict[str, str] = world.row(query, contact_id)["base"]
    return found


def paused(world: World) -> dict[str, str]:
    with tenant_scope(world.tenant_id):
        return dict(queries.resting())


# Changing the mapping


def test_after_a_change_every_contact_is_compared_anew_by_itself(world: World) -> None:
    world.pair()
    change(world, "city", policy="loanark")
    world.settle()
    run = world.run("sweep")
    assert (run["trigger"], run["status"]) == ("the mapping changed", "succeeded")
    world.settle()
    assert world.row("SELECT count(*) FROM runs WHERE kind = 'sweep'")["count"] == 1
    world.assert_balanced()


def test_a_field_mapped_anew_meets_for_the_first_time_and_nothing_is_lost(world: World) -> None:
    define(world, "home_town", "string", "text")
    only_there, a = world.pair(home_town="Boise")
    only_here, b = world.pair(email="bob@example.com")
    both, c = world.pair(email="cy@example.com", home_town="Reno")
    world.sql("UPDATE contacts SET loan_purpose = 'Tulsa' WHERE id = %s", b)
    world.sql("UPDATE contacts SET loan_purpose = 'Akron' WHERE id = %s", c)
    world.settle()
    refresh(world)
    map_field(world, "loan_purpose", "home_town")
    world.settle()
    assert world.local(a)["loan_purpose"] == "Boise"
    assert world.hubspot[only_here]["home_town"] == "Tulsa"
    assert (world.local(c)["loan_purpose"], world.hubspot[both]["home_town"]) == ("Reno", "Reno")
    (conflict,) = world.conflicts(c)
    assert (conflict["field"], conflict["loanark"], conflict["hubspot"]) == ("loan_purpose", "Akron", "Reno")
    assert world.hubspot[only_there]["home_town"] == "Boise"
    world.assert_balanced()


def test_the_first_match_winner_decides_a_new_field_whatever_its_policy(world: World) -> None:
    define(world, "home_town", "string", "text")
    id, contact_id = world.pair(home_town="Reno")
    world.sql("UPDATE contacts SET loan_purpose = 'Akron' WHERE id = %s", contact_id)
    world.settle()
    refresh(world)
    map_field(world, "loan_purpose", "home_town", policy="loanark")
    world.settle()
    assert world.hubspot[id]["home_town"] == "Reno"
    (conflict,) = world.conflicts(contact_id)
    assert (conflict["winner"], conflict["loanark"]) == ("hubspot", "Akron")


def test_the_base_of_another_property_says_nothing(world: World) -> None:
    """Were the old base believed, the blank of the new property would be an edit that clears LoanArk's value."""
    define(world, "home_town", "string", "text")
    id, contact_id = world.pair(city="Boise")
    refresh(world)
    change(world, "city", property="home_town")
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert (world.hubspot[id]["city"], world.hubspot[id]["home_town"]) == ("Boise", "Boise")
    world.assert_balanced()


def test_a_field_taken_out_and_mapped_again_meets_for_the_first_time(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    unmap(world, "city")
    world.settle()
    world.hubspot.edit(id, city="")
    world.edit(contact_id, zip="83702")
    world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    map_field(world, "city", "city")
    world.settle()
    assert (world.local(contact_id)["city"], world.hubspot[id]["city"]) == ("Boise", "Boise")
    world.assert_balanced()


def test_a_deletion_still_follows_after_a_field_was_added(world: World) -> None:
    """A value in a new field is no edit since the deletion."""
    define(world, "home_town", "string", "text")
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET loan_purpose = 'Tulsa' WHERE id = %s", contact_id)
    world.settle()
    refresh(world)
    map_field(world, "loan_purpose", "home_town")
    world.hubspot.archive(id)
    world.settle()
    assert world.local(contact_id)["deleted_at"] is not None


def test_a_one_way_field_mapped_anew_clears_nothing(world: World) -> None:
    define(world, "home_town", "string", "text")
    id, contact_id = world.pair()
    world.sql("UPDATE contacts SET loan_purpose = 'Tulsa' WHERE id = %s", contact_id)
    world.settle()
    refresh(world)
    map_field(world, "loan_purpose", "home_town", direction="to_loanark")
    world.settle()
    assert world.local(contact_id)["loan_purpose"] == "Tulsa"
    world.hubspot.edit(id, home_town="Reno")
    world.settle()
    assert world.local(contact_id)["loan_purpose"] == "Reno"


def test_a_worker_with_the_old_mapping_commits_nothing_more(world: World) -> None:
    id, contact_id = world.pair(city="Boise")
    world.edit(contact_id, city="Reno")
    world.time_passes()
    with world.meanwhile("loanark.sync.drain._look_at", lambda: change_elsewhere(world, "city", policy="ask")):
        assert world.turn() is Turn.BUSY
    assert world.hubspot[id]["city"] == "Boise"
    world.settle()
    assert world.hubspot[id]["city"] == "Reno"
    world.assert_balanced()


def change_elsewhere(world: World, field: str, **changed: Any) -> None:
    """In a thread of its own, as a web process has a database connection of its own."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    with ThreadPoolExecutor(1) as thread:
        thread.submit(change, world, field, **changed).result()
        thread.submit(connections.close_all).result()


# Transforms


def test_a_transform_added_later_keeps_what_both_sides_hold(world: World) -> None:
    id, contact_id = world.pair(city="BOISE")
    change(world, "city", transform={"kind": "case", "to": "title"})
    world.settle()
    assert (world.local(contact_id)["city"], world.hubspot[id]["city"]) == ("BOISE", "BOISE")
    world.hubspot.edit(id, city="SALT LAKE CITY")
    world.settle()
    assert world.local(contact_id)["city"] == "Salt Lake City"
    assert world.hubspot[id]["city"] == "SALT LAKE CITY", "the same in another form: nobody is corrected"
    world.edit(contact_id, city="twin falls")
    world.settle()
    assert (world.local(contact_id)["city"], world.hubspot[id]["city"]) == ("twin falls", "Twin Falls")
    assert world.rejections() == []
    world.assert_at_rest()


def test_an_option_map_translates_both_ways(world: World) -> None:
    id, contact_id = world.pair()
    change(
        world,
        "client_type_vip_status",
        transform={"kind": "options", "map": {"gold": "VIP", "partner": "VIP - Referral Partner"}},
    )
    world.edit(contact_id, client_type_vip_status="gold")
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "VIP"
    world.hubspot.edit(id, client_type_vip_status="VIP - Referral Partner")
    world.settle()
    assert world.local(contact_id)["client_type_vip_status"] == "partner"
    world.assert_at_rest()


def test_an_option_without_a_counterpart_is_told_and_the_other_fields_go_on(world: World) -> None:
    id, contact_id = world.pair()
    change(world, "client_type_vip_status", transform={"kind": "options", "map": {"gold": "VIP"}})
    world.settle()
    world.edit(contact_id, client_type_vip_status="platinum", city="Boise")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    (rejection,) = world.rejections(contact_id)
    assert (rejection["field"], rejection["side"], rejection["value"]) == (
        "client_type_vip_status",
        "loanark",
        "platinum",
    )
    assert "no counterpart in the option map" in rejection["reason"]
    world.edit(contact_id, client_type_vip_status="gold")
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "VIP"
    assert world.rejections() == []
    world.hubspot.edit(id, client_type_vip_status="VIP - Realtor")
    world.settle()
    assert [row["side"] for row in world.rejections(contact_id)] == ["hubspot"]
    assert world.local(contact_id)["client_type_vip_status"] == "gold"


def test_a_percent_in_hubspot_is_a_fraction_here(world: World) -> None:
    define(world, "rate_percent", "number", "number")
    id, contact_id = world.pair(rate_percent="6.5")
    refresh(world)
    map_field(world, "interest_rate", "rate_percent", transform={"kind": "scale", "factor": "0.01"})
    world.settle()
    assert str(world.local(contact_id)["interest_rate"]) == "0.065"
    world.sql("UPDATE contacts SET interest_rate = 0.0725 WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["rate_percent"] == "7.25"
    world.assert_at_rest()


def test_a_moment_in_hubspot_is_a_day_here(world: World) -> None:
    define(world, "applied_at", "datetime", "date")
    id, contact_id = world.pair(applied_at="2026-03-02T03:30:00Z")
    refresh(world)
    map_field(world, "application_date", "applied_at", transform={"kind": "date", "zone": "America/Boise"})
    world.settle()
    assert str(world.local(contact_id)["application_date"]) == "2026-03-01"
    assert world.hubspot[id]["applied_at"] == "2026-03-02T03:30:00Z", "the time of day is not touched"
    world.sql("UPDATE contacts SET application_date = '2026-07-04' WHERE id = %s", contact_id)
    world.settle()
    assert world.hubspot[id]["applied_at"] == "2026-07-04T06:00:00Z"
    world.assert_at_rest()


def test_a_whole_name_in_hubspot_becomes_two_here_and_is_never_written(world: World) -> None:
    define(world, "whole_name", "string", "text")
    id, contact_id = world.pair(whole_name="Ann Mary Smith")
    refresh(world)
    with tenant_scope(world.tenant_id):
        kept = [
            row.to_json()
            for row in mapping.chosen(world.tenant_id).values()
            if row.field not in ("firstname", "lastname")
        ]
        names = [
            {"field": f"{part}name", "property": "whole_name", "direction": "to_loanark",
             "transform": {"kind": "split_name", "part": part}}
            for part in ("first", "last")
        ]  # fmt: skip
        changes.replace_all(world.tenant_id, [*kept, *names], by=ADMIN, note="")
    world.settle()
    row = world.local(contact_id)
    assert (row["firstname"], row["lastname"]) == ("Ann Mary", "Smith")
    world.edit(contact_id, lastname="Jones")
    world.settle()
    assert world.hubspot[id]["whole_name"] == "Ann Mary Smith"
    assert world.local(contact_id)["lastname"] == "Smith", "HubSpot alone decides it"
    world.assert_at_rest()


def test_two_names_here_become_one_in_hubspot_and_are_never_written_back(world: World) -> None:
    define(world, "whole_name", "string", "text")
    id, contact_id = world.pair(lastname="Smith")
    refresh(world)
    map_field(world, "full_name", "whole_name", direction="to_hubspot", transform={"kind": "join_name"})
    world.settle()
    assert world.hubspot[id]["whole_name"] == "Ann Smith"
    world.edit(contact_id, lastname="Jones")
    world.settle()
    assert world.hubspot[id]["whole_name"] == "Ann Jones"
    world.hubspot.edit(id, whole_name="Somebody Else")
    world.settle()
    assert world.hubspot[id]["whole_name"] == "Ann Jones"
    assert (world.local(contact_id)["firstname"], world.local(contact_id)["lastname"]) == ("Ann", "Jones")
    new = world.create(firstname="Bea", lastname="Lee", email="bea@example.com")
    world.settle()
    assert world.hubspot[world.hubspot_id(new)]["whole_name"] == "Bea Lee"
    world.assert_at_rest()


# Drift


def test_a_field_whose_property_is_gone_rests_and_the_others_go_on(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    refresh(world)
    world.settle()
    assert list(paused(world)) == ["client_type_vip_status"]
    assert base(world, contact_id)["client_type_vip_status"] == "VIP", "the base is kept"
    world.edit(contact_id, client_type_vip_status="VIP - Realtor", city="Boise")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.hubspot[id]["client_type_vip_status"] == "VIP"
    assert world.rejections() == []
    world.assert_at_rest()


def restore_vip(world: World, *keys: str) -> None:
    listed = [{"label": key, "value": key, "displayOrder": place} for place, key in enumerate(keys)]
    world.hubspot.user(
        "POST",
        "properties",
        name="client_type_vip_status",
        label="VIP",
        type="enumeration",
        fieldType="select",
        groupName="lending",
        options=listed,
    )


def test_a_mended_field_goes_on_and_what_changed_meanwhile_is_carried_over(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    refresh(world)
    world.settle()
    world.edit(contact_id, client_type_vip_status="VIP - Realtor")
    world.settle()
    restore_vip(world, "VIP", "VIP - Realtor")
    refresh(world)
    assert paused(world) == {}
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "VIP - Realtor", "the edit is the only change since the base"
    assert world.conflicts(contact_id) == []
    world.assert_balanced()


def test_a_property_made_anew_and_empty_clears_nothing(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    refresh(world)
    world.settle()
    restore_vip(world, "VIP")
    world.hubspot.force(id, client_type_vip_status="")
    refresh(world)
    world.settle()
    assert world.local(contact_id)["client_type_vip_status"] == "VIP"
    assert world.hubspot[id]["client_type_vip_status"] == "VIP"
    world.assert_balanced()


def test_a_refused_write_makes_us_look_at_the_schema_by_itself(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    world.edit(contact_id, client_type_vip_status="VIP - Realtor", city="Boise")
    world.settle()
    assert list(paused(world)) == ["client_type_vip_status"]
    assert world.hubspot[id]["city"] == "Boise"
    assert world.rejections() == [], "what rests is told once, not contact by contact"


def test_an_archived_property_is_no_clear_of_every_contact(world: World) -> None:
    """HubSpot answers it as a blank: before a value is taken for gone, it is asked whether its property is."""
    id, contact_id = world.pair(client_type_vip_status="VIP", city="Boise")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    world.hubspot.edit(id, city="Reno")
    world.settle()
    world.sweep()
    row = world.local(contact_id)
    assert (row["client_type_vip_status"], row["city"]) == ("VIP", "Reno")
    assert list(paused(world)) == ["client_type_vip_status"]


def test_a_real_clear_is_believed_once_the_property_was_seen_to_be_there(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.edit(id, client_type_vip_status="")
    world.settle()
    assert world.local(contact_id)["client_type_vip_status"] is None
    assert len([path for path in world.hubspot.reads() if "/properties/" in path]) == 1
    world.assert_balanced()


def test_a_clear_waits_while_hubspot_does_not_tell_its_properties(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.user("POST", "faults", path="/properties/", method="GET", status=400, count=1)
    world.hubspot.edit(id, client_type_vip_status="")
    world.poll_is_due()
    world.time_passes()
    world.turn()
    assert world.local(contact_id)["client_type_vip_status"] == "VIP"
    world.settle()
    assert world.local(contact_id)["client_type_vip_status"] is None
    world.assert_balanced()


def test_the_properties_are_read_every_hour(world: World) -> None:
    world.pair(client_type_vip_status="VIP")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    world.settle()
    assert paused(world) == {}
    world.sql("UPDATE connections SET properties_at = now() - interval '61 minutes'")
    world.settle()
    assert list(paused(world)) == ["client_type_vip_status"]


def test_a_property_made_read_only_rests_until_it_may_be_written_or_is_only_read(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    world.hubspot.portal.properties["client_type_vip_status"].read_only = True
    world.edit(contact_id, client_type_vip_status="VIP - Realtor")
    world.settle()
    assert "does not let client_type_vip_status be written" in paused(world)["client_type_vip_status"]
    world.hubspot.portal.properties["client_type_vip_status"].read_only = False
    refresh(world)
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "VIP - Realtor"
    world.hubspot.portal.properties["client_type_vip_status"].read_only = True
    refresh(world)
    change(world, "client_type_vip_status", direction="to_loanark")
    assert paused(world) == {}


def test_an_option_that_loanarks_values_use_and_hubspot_removed_lets_the_field_rest(world: World) -> None:
    id, contact_id = world.pair(client_type_vip_status="VIP")
    keep(world, "VIP - Realtor")
    refresh(world)
    world.settle()
    assert "Contacts in LoanArk have VIP, which HubSpot removed" in paused(world)["client_type_vip_status"]
    keep(world, "VIP - Realtor", "VIP")
    refresh(world)
    assert paused(world) == {}
    world.settle()
    keep(world, "VIP - Realtor")
    refresh(world)
    world.sql("UPDATE contacts SET client_type_vip_status = 'VIP - Realtor' WHERE id = %s", contact_id)
    refresh(world)
    assert paused(world) == {}, "nobody needs it any more"
    world.settle()
    assert world.hubspot[id]["client_type_vip_status"] == "VIP - Realtor"


def keep(world: World, *keys: str) -> None:
    """An administrator leaves these options only."""
    listed = [{"label": key, "value": key, "displayOrder": place} for place, key in enumerate(keys)]
    world.hubspot.user("PATCH", "properties/client_type_vip_status", options=listed)


def test_an_option_nobody_uses_may_go(world: World) -> None:
    world.pair(client_type_vip_status="VIP")
    keep(world, "VIP")
    refresh(world)
    assert paused(world) == {}


def test_an_option_the_map_names_lets_the_field_rest(world: World) -> None:
    world.pair()
    change(
        world,
        "client_type_vip_status",
        transform={"kind": "options", "map": {"gold": "VIP", "realtor": "VIP - Realtor"}},
    )
    keep(world, "VIP")
    refresh(world)
    assert "names VIP - Realtor, which" in paused(world)["client_type_vip_status"]
    change(world, "client_type_vip_status", transform={"kind": "options", "map": {"gold": "VIP"}})
    assert paused(world) == {}


def test_a_type_that_cannot_meet_the_field_lets_it_rest(world: World) -> None:
    id, contact_id = world.pair(loanark_loan_amount="1000")
    prop = world.hubspot.portal.properties["loanark_loan_amount"]
    prop.type, prop.field_type = "date", "date"
    refresh(world)
    world.settle()
    assert "of type date now, which does not meet a decimal" in paused(world)["loan_amount"]
    prop.type, prop.field_type = "number", "number"
    refresh(world)
    world.edit(contact_id, loan_amount="2000")
    world.settle()
    assert world.hubspot[id]["loanark_loan_amount"] == "2000"
    world.assert_balanced()


def test_pausing_and_going_on_are_versions_that_say_why(world: World) -> None:
    world.pair(client_type_vip_status="VIP")
    world.hubspot.user("DELETE", "properties/client_type_vip_status")
    refresh(world)
    restore_vip(world, "VIP")
    refresh(world)
    with tenant_scope(world.tenant_id):
        newest, before, *_ = changes.versions()
        (difference,) = changes.diff(before.version, newest.version).differences
    assert newest.note == "VIP status goes on: client_type_vip_status is as it must be again."
    assert before.note.startswith("VIP status rests: The HubSpot account has no property client_type_vip_status")
    assert (newest.by, before.by) == ("LoanArk", "LoanArk")
    assert difference.before is not None
    assert "paused" in difference.before


def test_a_field_somebody_took_out_stays_out(world: World) -> None:
    unmap(world, "city")
    refresh(world)
    with tenant_scope(world.tenant_id):
        assert "city" not in mapping.chosen(world.tenant_id)


def test_an_old_version_is_restored_as_the_newest(world: World) -> None:
    first = world.connection().mapping_version
    changed = change(world, "city", policy="ask", direction="to_loanark")
    with tenant_scope(world.tenant_id):
        restored = changes.restore(world.tenant_id, first, by=ADMIN)
        assert restored == changed + 1
        assert mapping.chosen(world.tenant_id)["city"] == Choice("city", "city")
        assert changes.diff(first, restored).differences == []
        assert [row.version for row in changes.versions()] == [restored, changed, first]


def test_a_document_written_and_read_again_changes_nothing(world: World) -> None:
    change(world, "city", transform={"kind": "case", "to": "title"}, blank_may_overwrite=False)
    with tenant_scope(world.tenant_id):
        text = changes.to_yaml(world.tenant_id)
        before = mapping.chosen(world.tenant_id)
        version = changes.from_yaml(world.tenant_id, text, by=ADMIN)
        assert mapping.chosen(world.tenant_id) == before
        assert version == changes.versions()[0].version
    assert choice({"field": "a", "property": "b"}) == Choice("a", "b")


# Required properties


def require(world: World, **rules: Any) -> None:
    world.hubspot.user("PUT", "settings", rules=rules)


def test_a_required_property_nobody_mapped_is_told_with_what_to_do(world: World) -> None:
    require(world, required=["jobtitle"])
    contact_id = world.insert(email="ann@example.com", firstname="Ann")
    world.settle()
    assert len(world.hubspot) == 0
    (rejection,) = world.rejections(contact_id)
    assert "HubSpot requires its property jobtitle" in rejection["reason"]
    assert "no LoanArk field is mapped to it. Map a field to it" in rejection["reason"]
    world.assert_at_rest()
    require(world, required=[])
    world.retry(contact_id)
    world.settle()
    assert world.rejections() == []
    world.assert_balanced()


def test_a_required_property_that_is_blank_here_is_asked_for(world: World) -> None:
    require(world, required=["city"])
    contact_id = world.insert(email="ann@example.com", firstname="Ann")
    world.settle()
    assert {row["field"] for row in world.rejections(contact_id)} == {"", "city"}
    assert all("HubSpot requires its property city" in row["reason"] for row in world.rejections(contact_id))
    world.assert_at_rest()
    world.edit(contact_id, city="Boise")
    world.settle()
    assert world.rejections() == []
    world.assert_balanced()


@pytest.mark.parametrize("wanted", ["jobtitle", "zip"])
def test_a_conditional_rule_blocks_an_update_once_and_visibly(world: World, wanted: str) -> None:
    id, contact_id = world.pair(city="Boise")
    require(world, conditional=[["city", "Reno", wanted]])
    world.edit(contact_id, city="Reno")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert any(f"HubSpot requires its property {wanted}" in row["reason"] for row in world.rejections(contact_id))
    world.assert_at_rest()
    require(world, conditional=[])
    world.retry(contact_id)
    world.settle()
    assert world.hubspot[id]["city"] == "Reno"
    assert world.rejections() == []
