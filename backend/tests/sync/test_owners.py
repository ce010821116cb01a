"""To whom a contact is assigned: read from HubSpot, shown by name, and never a reason to refuse anything."""

from uuid import UUID

import pytest
from world import World

from hubspot_simulator.model import Owner
from loanark.contacts.schemas import ContactFilters, FieldOut


@pytest.fixture
def owner(world: World) -> Owner:
    return next(iter(world.hubspot.portal.owners.values()))


def name_of(owner: Owner) -> str:
    return f"{owner.first} {owner.last}"


def field(world: World, contact_id: UUID) -> FieldOut:
    from loanark.contacts import queries
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return next(field for field in queries.contact(contact_id).fields if field.name == "owner")


def read_anew(world: World) -> None:
    world.sql("UPDATE connections SET properties_at = now() - interval '61 minutes'")
    world.settle()


def test_an_owner_has_a_name_wherever_the_contact_is_shown(world: World, owner: Owner) -> None:
    from loanark.contacts import queries
    from loanark.tenants.access import tenant_scope

    _, contact_id = world.pair(hubspot_owner_id=str(owner.id))
    shown = field(world, contact_id)
    assert (shown.loanark, shown.kind) == (str(owner.id), "enum")
    assert {one.value: one.label for one in shown.options}[str(owner.id)] == name_of(owner)
    with tenant_scope(world.tenant_id):
        [facet] = queries.facets(ContactFilters(), names=["owner"])
    assert [(one.value, one.label) for one in facet.values if one.value] == [(str(owner.id), name_of(owner))]


def test_one_who_left_is_still_named_and_stops_no_field(world: World, owner: Owner) -> None:
    _, contact_id = world.pair(hubspot_owner_id=str(owner.id))
    left = Owner(owner.id, owner.user_id, owner.first, owner.last, owner.email, owner.created, archived=True)
    world.hubspot.portal.set_owners([left, *[one for one in world.hubspot.portal.owners.values() if one is not owner]])
    read_anew(world)
    shown = field(world, contact_id)
    assert shown.options[-1].label == f"{name_of(owner)} (left)", "after those who are there"
    assert world.rows("SELECT paused FROM field_mappings WHERE field = 'owner'") == [{"paused": None}]


def test_an_owner_that_is_not_known_yet_is_sent_all_the_same(world: World, owner: Owner) -> None:
    new = Owner(77_000_001, 99_000_001, "New", "Colleague", "new@loanark.example.com", owner.created)
    world.hubspot.portal.set_owners([*world.hubspot.portal.owners.values(), new])
    id, contact_id = world.pair()
    world.edit(contact_id, owner=str(new.id))
    world.settle()
    assert world.hubspot[id]["hubspot_owner_id"] == str(new.id)
    read_anew(world)
    assert "New Colleague" in [one.label for one in field(world, contact_id).options]


def test_without_the_permission_those_who_were_known_stay(world: World, owner: Owner) -> None:
    _, contact_id = world.pair(hubspot_owner_id=str(owner.id))
    world.hubspot.fails("/crm/owners", status=403, count=10)
    read_anew(world)
    assert name_of(owner) in [one.label for one in field(world, contact_id).options]
