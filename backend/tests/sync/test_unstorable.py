"""A record that the database will not have is told to a person, and holds nobody else up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from world import World

OPEN = "SELECT hubspot_id, code, reason FROM contact_rejections WHERE resolved_at IS NULL"


@pytest.fixture
def lender(make_world: Callable[..., World]) -> Iterator[World]:
    """Its database has a rule of the company's own, of which the sync knows nothing."""
    built = make_world()
    built.connect()
    with built.owner() as owner:
        owner.execute("ALTER TABLE contacts ADD CONSTRAINT house_rule CHECK (firstname <> 'Poison') NOT VALID")
    yield built
    with built.owner() as owner:
        owner.execute("ALTER TABLE contacts DROP CONSTRAINT house_rule")


def names(world: World) -> list[str]:
    return [row["firstname"] for row in world.rows("SELECT firstname FROM contacts ORDER BY firstname")]


def fill(world: World) -> None:
    for name in ("Ann", "Poison", "Zoe"):
        world.hubspot.create(firstname=name, email=f"{name}@example.com")


def test_the_other_hints_are_followed(lender: World) -> None:
    lender.approve_first_run()
    lender.settle()
    fill(lender)
    lender.poll_is_due()
    lender.turn()
    assert names(lender) == ["Ann", "Zoe"]
    [rejection] = lender.rows(OPEN)
    assert rejection["hubspot_id"] == lender.hubspot.with_email("poison@example.com")[0]
    assert rejection["code"] == "internal"
    assert "house_rule" in rejection["reason"]


def test_the_backfill_goes_on(lender: World) -> None:
    fill(lender)
    lender.approve_first_run()
    lender.turn()
    assert names(lender) == ["Ann", "Zoe"]
    assert lender.run("backfill")["phase"] == "done"
    assert len(lender.rows(OPEN)) == 1


def test_it_arrives_once_the_cause_is_gone(lender: World) -> None:
    lender.approve_first_run()
    lender.settle()
    fill(lender)
    lender.poll_is_due()
    lender.turn()
    lender.hubspot.edit(lender.hubspot.with_email("poison@example.com")[0], firstname="Paula")
    lender.settle()
    assert names(lender) == ["Ann", "Paula", "Zoe"]
    assert lender.rows(OPEN) == []
