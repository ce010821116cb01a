"""Everything at once: people on both sides, faults, lost and doubled webhooks, killed workers, in a seeded order.

Whatever the order was, afterwards: both sides are the same or say why not, another look writes nothing, nobody is there
twice, and the last value a HubSpot user typed is in force or written down.

Other seeds, or the one that failed: `LOANARK_TEST_SEEDS=100-200 pytest tests/sync/test_at_random.py`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from world import World

STEPS = 60

FIELDS = ("city", "state", "company", "phone")

DEADLY = (
    "loanark.sync.reconcile.look",
    "loanark.sync.reconcile.write",
    "loanark.sync.outbound.send",
    "loanark.sync.outbound._finish",
    "loanark.sync.outbound.write_links",
    "loanark.sync.drain._finish",
    "loanark.sync.listing.reconcile",
    "loanark.sync.poll._hint_unknown",
)


class Life:
    """A seeded story."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.random = random.Random(seed)
        self.count = 0
        #: The last value HubSpot users typed, by HubSpot id and property.
        self.typed: dict[tuple[str, str], str] = {}
        self.told: list[str] = []
        world.hubspot.simulator.webhooks.settings.duplicate_rate = 0.3

    def live(self) -> None:
        actions: list[tuple[int, Callable[[], object]]] = [
            (6, self.hubspot_edits),
            (2, self.hubspot_creates),
            (1, self.hubspot_archives),
            (1, self.hubspot_restores),
            (1, self.hubspot_merges),
            (6, self.loanark_edits),
            (2, self.loanark_creates),
            (1, self.loanark_deletes),
            (1, self.loanark_restores),
            (2, self.something_fails),
            (4, self.webhooks_arrive),
            (1, self.webhooks_are_lost),
            (2, self.time_passes),
            (8, self.worker_turns),
            (4, self.worker_dies),
        ]
        weights, names = zip(*actions, strict=True)
        for _ in range(STEPS):
            action = self.random.choices(names, weights)[0]
            self.told.append(action.__name__)
            action()

    # Values that nobody else ever writes

    def value(self, field: str) -> str:
        self.count += 1
        if self.random.random() < 0.15:
            return ""
        return f"208-555-{self.count:04}" if field == "phone" else f"{field} {self.count}"

    def some_in_hubspot(self, *, archived: bool = False) -> str | None:
        ids = self.world.hubspot.portal.archived if archived else self.world.hubspot.portal.live
        return str(self.random.choice(ids)) if ids else None

    def some_in_loanark(self, *, deleted: bool = False) -> UUID | None:
        test = "IS NOT NULL" if deleted else "IS NULL"
        rows = self.world.rows(f"SELECT id FROM contacts WHERE deleted_at {test} ORDER BY created_at, id")
        return self.random.choice(rows)["id"] if rows else None

    # HubSpot's users

    def hubspot_edits(self) -> None:
        if id := self.some_in_hubspot():
            field = self.random.choice(FIELDS)
            self.typed[id, field] = self.value(field)
            self.world.hubspot.edit(id, **{field: self.typed[id, field]})

    def hubspot_creates(self) -> None:
        self.count += 1
        self.world.hubspot.create(email=f"h{self.count}@example.com", lastname=f"born {self.count}")

    def hubspot_archives(self) -> None:
        if id := self.some_in_hubspot():
            self.world.hubspot.archive(id)

    def hubspot_restores(self) -> None:
        if id := self.some_in_hubspot(archived=True):
            contact = self.world.hubspot.portal.contacts[int(id)]
            if not self.world.hubspot.portal.find_by("email", contact.props.get("email", "?")):
                self.world.hubspot.restore(id)

    def hubspot_merges(self) -> None:
        first, second = self.some_in_hubspot(), self.some_in_hubspot()
        if first and second and first != second:
            self.world.hubspot.merge(first, second)
            self.typed = {key: value for key, value in self.typed.items() if key[0] not in (first, second)}

    # LoanArk's people and programs

    def loanark_edits(self) -> None:
        if id := self.some_in_loanark():
            field = self.random.choice(FIELDS)
            self.world.sql(f"UPDATE contacts SET {field} = %s WHERE id = %s", self.value(field), id)

    def loanark_creates(self) -> None:
        self.count += 1
        self.world.insert(email=f"l{self.count}@example.com", lastname=f"born {self.count}")

    def loanark_deletes(self) -> None:
        if id := self.some_in_loanark():
            if self.random.random() < 0.5:
                self.world.delete(id)
            else:
                self.world.sql("DELETE FROM contacts WHERE id = %s", id)

    def loanark_restores(self) -> None:
        if id := self.some_in_loanark(deleted=True):
            self.world.restore(id)

    # The world between them

    def something_fails(self) -> None:
        self.world.hubspot.fails(
            self.random.choice(("/batch/update", "/batch/upsert", "/batch/archive", "/batch/read", "/search", "")),
            status=self.random.choice((0, 502, 503)),
            count=self.random.choice((1, 2, 7)),
            when=self.random.choice(("before", "after")),
        )

    def webhooks_arrive(self) -> None:
        self.world.deliver_webhooks()

    def webhooks_are_lost(self) -> None:
        self.world.hubspot.simulator.webhooks.take_due()

    def time_passes(self) -> None:
        self.world.time_passes()
        self.world.poll_is_due()

    def worker_turns(self) -> None:
        self.world.turn(turn_seconds=self.random.choice((0.0, 0.01, 10.0)))

    def worker_dies(self) -> None:
        self.world.may_be_killed_at(self.random.choice(DEADLY), after=self.random.choice((0, 0, 1, 2)))

    # Afterwards

    def rest(self) -> None:
        self.world.hubspot.user("DELETE", "faults")
        self.world.deliver_webhooks()
        self.world.settle()
        self.world.sweep()
        self.world.settle()


@pytest.fixture
def life(world: World, seed: int) -> Life:
    return Life(world, seed)


def test_whatever_happens_both_sides_are_the_same_in_the_end(life: Life, world: World) -> None:
    life.live()
    life.rest()
    explained = {row["contact_id"] for row in world.rejections() if row["field"] == ""}
    left = [line for line in world.differences() if not any(str(id) in line for id in explained)]
    assert left == [], life.told
    world.assert_at_rest()
    assert_nobody_twice(world, explained)
    assert_nothing_typed_is_lost(life)


def assert_nobody_twice(world: World, explained: set[UUID]) -> None:
    for name in ("email", "lastname"):
        there = [row[name] for row in world.live() if row["id"] not in explained and row[name]]
        assert len(there) == len(set(there)), name


def assert_nothing_typed_is_lost(life: Life) -> None:
    """What a HubSpot user typed last is in force, or the change or the conflict that replaced it knows it."""
    world = life.world
    seen = {value for row in world.rows("SELECT before, after FROM contact_changes") for value in _values(row)}
    seen |= {row["hubspot"] for row in world.rows("SELECT hubspot FROM contact_conflicts")}
    for (id, field), value in life.typed.items():
        contact = world.hubspot.portal.contacts[int(id)]
        if not contact.archived and contact.props.get(field, "") != value and value:
            assert value in seen, (id, field, value, life.told)


def _values(row: dict[str, dict[str, str]]) -> set[str]:
    return {*row["before"].values(), *row["after"].values()}
