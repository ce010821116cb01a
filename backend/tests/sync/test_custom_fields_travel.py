"""Fields that an organisation defined go both ways like LoanArk's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World


#: The custom field, its kind, and the type of the HubSpot property it meets.
KINDS = {
    "fico": ("decimal", "number", "number"),
    "nickname": ("text", "string", "text"),
    "tier": ("enum", "enumeration", "select"),
    "review_date": ("date", "date", "date"),
    "last_call": ("instant", "datetime", "date"),
    "veteran": ("boolean", "bool", "booleancheckbox"),
}

OPTIONS = {"tier": ("gold", "tin"), "veteran": ("true", "false")}


@pytest.fixture
def world(world: World) -> World:
    """A world at rest with custom fields, each mapped to a HubSpot property of another name."""
    prepare(world)
    return world


def prepare(world: World) -> None:
    from loanark.connections import actions

    for name in KINDS:
        define_property(world, name)
        define(world, name)
    actions.check(world.tenant_id)
    for name in KINDS:
        world.sql("INSERT INTO field_mappings (field, property_name) VALUES (%s, %s)", name, f"hs_{name}")
    world.settle()
    world.hubspot.forget_requests()


def define_property(world: World, name: str) -> None:
    _, type, field_type = KINDS[name]
    options = [{"label": v.title(), "value": v, "displayOrder": n} for n, v in enumerate(OPTIONS.get(name, ()))]
    world.hubspot.user(
        "POST",
        "properties",
        name=f"hs_{name}",
        label=name,
        type=type,
        fieldType=field_type,
        groupName="lending",
        **({"options": options} if options else {}),
    )


def define(world: World, name: str) -> None:
    from loanark.connections import definitions
    from loanark.core.fields import Option
    from loanark.core.values import Kind
    from loanark.tenants.access import tenant_scope

    kind = Kind(KINDS[name][0])
    options = [Option(value, "") for value in OPTIONS[name]] if kind is Kind.ENUM else []
    with tenant_scope(world.tenant_id):
        definitions.define(world.scope, name, name.title(), kind, options)


def put_away(world: World, name: str, *, back: bool = False) -> None:
    from loanark.connections import definitions
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        (definitions.bring_back if back else definitions.archive)(world.scope, name)


def custom(world: World, contact_id: UUID) -> Any:
    return world.local(contact_id)["custom"]


THERE = {
    "hs_fico": "720.50",
    "hs_nickname": " Ace ",
    "hs_tier": "gold",
    "hs_review_date": "2026-03-01",
    "hs_last_call": "2026-03-01T10:00:00Z",
    "hs_veteran": "true",
}
HERE = {
    "fico": "720.50",
    "nickname": " Ace ",
    "tier": "gold",
    "review_date": "2026-03-01",
    "last_call": "2026-03-01T10:00:00.000Z",
    "veteran": "true",
}


def test_a_new_hubspot_contact_comes_with_its_custom_fields(world: World) -> None:
    id, contact_id = world.pair(**THERE)
    assert custom(world, contact_id) == HERE
    assert world.changes(contact_id)[0]["after"] == {"email": "ann@example.com", "firstname": "Ann", **HERE}
    assert {name: world.hubspot[id].get(name) for name in THERE} == THERE
    rest(world)


def test_a_new_loanark_contact_goes_with_its_custom_fields(world: World) -> None:
    contact_id = world.create(firstname="Bob", fico="655", tier="tin", last_call="2026-03-01T10:00:00Z")
    world.settle()
    there = world.hubspot[world.hubspot_id(contact_id)]
    assert (there["hs_fico"], there["hs_tier"]) == ("655", "tin")
    assert there["hs_last_call"].startswith("2026-03-01T10:00:00")
    rest(world)


def test_an_edit_in_hubspot_arrives_and_leaves_the_other_custom_fields_alone(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700", hs_tier="gold")
    world.hubspot.edit(id, hs_fico="720", city="Boise")
    world.settle()
    assert custom(world, contact_id) == {"fico": "720", "tier": "gold"}
    change = world.changes(contact_id)[-1]
    assert (change["side"], change["before"], change["after"]) == (
        "hubspot",
        {"fico": "700"},
        {"fico": "720", "city": "Boise"},
    )
    world.hubspot.edit(id, hs_fico="")
    world.settle()
    assert custom(world, contact_id) == {"tier": "gold"}
    rest(world)


def test_an_edit_in_loanark_is_sent_alone(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700", hs_nickname="Ace")
    world.edit(contact_id, fico="720", nickname=None)
    world.settle()
    assert (world.hubspot[id]["hs_fico"], world.hubspot[id].get("hs_nickname") or "") == ("720", "")
    assert world.hubspot.writes() == ["batch/update"]
    rest(world)


def test_another_programs_sql_is_sent(world: World) -> None:
    id, contact_id = world.pair()
    world.sql("""UPDATE contacts SET custom = custom || '{"fico": "720"}' WHERE id = %s""", contact_id)
    world.settle(polls=False)
    assert world.hubspot[id]["hs_fico"] == "720"
    rest(world)


def test_a_thousand_contacts_changed_by_one_statement_are_sent_in_batches(world: World) -> None:
    for number in range(250):
        world.hubspot.create(email=f"p{number}@example.com", hs_fico="700")
    world.settle()
    world.hubspot.forget_requests()
    world.sql("""UPDATE contacts SET custom = custom || jsonb_build_object('fico', '720', 'nickname', firstname)""")
    world.sql("""UPDATE contacts SET custom = custom || '{"fico": "721"}'""")
    world.settle()
    assert {world.hubspot[str(id)]["hs_fico"] for id in world.hubspot.portal.live} == {"721"}
    assert world.hubspot.writes() == ["batch/update"] * 3
    rest(world)


def test_edits_of_two_custom_fields_on_both_sides_meet(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700", hs_nickname="Ace")
    world.hubspot.edit(id, hs_fico="720")
    world.edit(contact_id, nickname="Deuce")
    world.settle()
    assert custom(world, contact_id) == {"fico": "720", "nickname": "Deuce"}
    assert (world.hubspot[id]["hs_fico"], world.hubspot[id]["hs_nickname"]) == ("720", "Deuce")
    assert world.conflicts(contact_id) == []
    rest(world)


@pytest.mark.parametrize(("winner", "value"), [("hubspot", "720"), ("loanark", "710")])
def test_a_conflict_about_a_custom_field_is_decided_by_a_person(world: World, winner: str, value: str) -> None:
    from loanark.core.mapping import Side

    id, contact_id = world.pair(hs_fico="700")
    world.map("fico", policy="ask")
    world.hubspot.edit(id, hs_fico="720")
    world.edit(contact_id, fico="710")
    world.settle()
    [conflict] = world.conflicts(contact_id, open=True)
    assert (conflict["field"], conflict["base"], conflict["hubspot"], conflict["loanark"]) == (
        "fico",
        "700",
        "720",
        "710",
    )
    world.resolve(contact_id, Side(winner))
    world.settle()
    assert (custom(world, contact_id)["fico"], world.hubspot[id]["hs_fico"]) == (value, value)
    rest(world)


def test_a_value_hubspot_refuses_names_the_field_by_its_label(world: World) -> None:
    world.sql("DELETE FROM field_mappings WHERE field = 'tier'")
    world.map("nickname", property_name="hs_tier")
    id, contact_id = world.pair()
    world.edit(contact_id, nickname="platinum", city="Boise")
    world.settle()
    [rejection] = world.rejections(contact_id)
    assert (rejection["field"], rejection["side"], rejection["value"]) == ("nickname", "hubspot", "platinum")
    assert rejection["reason"].startswith("Nickname: ")
    assert world.hubspot[id]["city"] == "Boise"


def test_what_hubspot_holds_outside_the_options_is_kept_and_shown(world: World) -> None:
    """The list is what people choose from here; HubSpot's own list decides there."""
    id, contact_id = world.pair(hs_tier="gold")
    options = [{"label": v, "value": v, "displayOrder": n} for n, v in enumerate(("gold", "tin", "iron"))]
    world.hubspot.user("PATCH", "properties/hs_tier", options=options)
    world.hubspot.edit(id, hs_tier="iron")
    world.settle()
    assert custom(world, contact_id) == {"tier": "iron"}
    world.edit(contact_id, city="Boise")
    world.sql("""UPDATE contacts SET custom = custom || '{"fico": "1"}' WHERE id = %s""", contact_id)
    world.settle()
    rest(world)


def test_a_value_that_is_none_of_its_kind_fails_its_field_only(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700")
    world.hubspot.force(id, hs_fico="high", city="Boise")
    world.settle()
    assert custom(world, contact_id) == {"fico": "700"}
    assert world.local(contact_id)["city"] == "Boise"
    [rejection] = world.rejections(contact_id)
    assert (rejection["field"], rejection["side"], rejection["value"]) == ("fico", "hubspot", "high")


def test_a_contact_restored_from_hubspot_takes_its_custom_fields_from_there(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700", hs_nickname="Ace")
    world.delete(contact_id)
    world.settle()
    world.hubspot.restore(id)
    world.hubspot.edit(id, hs_fico="720", hs_nickname="")
    world.settle()
    assert world.local(contact_id)["deleted_at"] is None
    assert custom(world, contact_id) == {"fico": "720"}
    rest(world)


def test_a_backfill_brings_and_matches_custom_fields(make_world: Any) -> None:
    world = make_world(people=230)
    prepare_before_the_first_run(world)
    matched = world.insert(email="known@example.com", firstname="Kay", custom='{"fico": "655", "nickname": "K"}')
    there = world.hubspot.create(email="known@example.com", hs_fico="700")
    for id in world.hubspot.portal.live:
        if str(id) != there:
            world.hubspot.edit(str(id), hs_fico=str(id), hs_tier="gold")
    world.approve_first_run()
    world.settle()
    rows = world.rows("SELECT l.hubspot_id, c.custom FROM contacts c JOIN contact_links l ON l.contact_id = c.id")
    assert len(rows) == len(world.hubspot) == 231
    expected = {row["hubspot_id"]: {"fico": row["hubspot_id"], "tier": "gold"} for row in rows}
    assert {row["hubspot_id"]: row["custom"] for row in rows} == {**expected, there: {"fico": "700", "nickname": "K"}}
    assert world.hubspot[there]["hs_nickname"] == "K"
    assert world.local(matched)["version"] == 2
    rest(world)


def prepare_before_the_first_run(world: World) -> None:
    for name in KINDS:
        define_property(world, name)
        define(world, name)
    world.connect()
    for name in KINDS:
        world.sql("INSERT INTO field_mappings (field, property_name) VALUES (%s, %s)", name, f"hs_{name}")


def test_an_archived_field_is_left_alone_and_its_edits_meet_when_it_is_back(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700", hs_nickname="Ace")
    put_away(world, "fico")
    world.hubspot.edit(id, hs_fico="720", hs_nickname="Deuce")
    world.settle()
    world.sweep()
    assert custom(world, contact_id) == {"fico": "700", "nickname": "Deuce"}
    put_away(world, "fico", back=True)
    world.sweep()
    assert custom(world, contact_id) == {"fico": "720", "nickname": "Deuce"}
    assert world.conflicts(contact_id) == []
    rest(world)


def test_the_mapping_says_why_an_archived_field_rests_and_compares_anew_when_it_is_back(world: World) -> None:
    from loanark.connections import queries
    from loanark.tenants.access import tenant_scope

    def told(name: str) -> Any:
        with tenant_scope(world.tenant_id):
            mapping = queries.mapping()
        return next(row for row in mapping.fields if row.field == name)

    id, contact_id = world.pair(hs_fico="700")
    assert told("fico").paused is None
    put_away(world, "fico")
    assert "archived" in told("fico").paused
    world.edit(contact_id, city="Boise")
    world.hubspot.edit(id, hs_fico="720")
    world.settle()
    assert (custom(world, contact_id), world.hubspot[id]["city"]) == ({"fico": "700"}, "Boise")
    put_away(world, "fico", back=True)
    assert told("fico").paused is None
    world.settle()
    assert custom(world, contact_id) == {"fico": "720"}


def test_a_field_archived_while_a_worker_has_it_in_hand_stops_nothing(world: World) -> None:
    id, contact_id = world.pair(hs_fico="700")
    world.hubspot.edit(id, hs_fico="720", city="Boise")
    with world.meanwhile("loanark.sync.reconcile.decide", lambda: put_away_by_sql(world)):
        world.settle()
    assert world.local(contact_id)["city"] == "Boise"
    assert world.rejections() == []


def put_away_by_sql(world: World) -> None:
    world.sql("UPDATE custom_fields SET archived_at = now() WHERE name = 'fico'")


def test_a_custom_field_meets_the_property_of_its_name_when_the_account_is_checked(world: World) -> None:
    from loanark.connections import actions

    world.hubspot.user(
        "POST",
        "properties",
        name="shoe_size",
        label="Shoe size",
        type="string",
        fieldType="text",
        groupName="lending",
    )
    KINDS_MORE = {"shoe_size": ("text", "string", "text")}
    KINDS.update(KINDS_MORE)
    try:
        define(world, "shoe_size")
    finally:
        KINDS.pop("shoe_size")
    actions.check(world.tenant_id)
    id, contact_id = world.pair(shoe_size="40")
    assert custom(world, contact_id) == {"shoe_size": "40"}
    world.edit(contact_id, shoe_size="41")
    world.settle()
    assert world.hubspot[id]["shoe_size"] == "41"


def differences(world: World) -> list[str]:
    """Every mapped custom field of every linked contact in which the two sides are not the same."""
    from loanark.core.values import Kind
    from loanark.hubspot.wire import from_wire

    links = {row["contact_id"]: row["hubspot_id"] for row in world.rows("SELECT * FROM contact_links")}
    found = []
    for row in world.live():
        there = world.hubspot[links[row["id"]]]
        for name, (kind, _, _) in KINDS.items():
            ours, theirs = row["custom"].get(name), there.get(f"hs_{name}")
            if from_wire(Kind(kind), ours) != from_wire(Kind(kind), theirs):
                found.append(f"{name}: LoanArk {ours}, HubSpot {theirs}")
    return found


def rest(world: World) -> None:
    """Both sides hold the same, and another look at everything writes nothing."""
    assert differences(world) == []
    world.assert_at_rest()
    assert differences(world) == []
