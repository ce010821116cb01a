"""Any sequence of merges, edits, syncs, merges by others and undos: every record stays as its owner left it, and every
value that somebody gave is held by a record or by the history.

The model is small on purpose: for each contact what people gave it, field by field. It knows nothing of golden records.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from uuid import UUID

    from world import World

FIELDS = ("city", "company", "zip", "phone")
STEPS = 14
STORIES = 40


@dataclass
class Person:
    """What people gave a contact, as long as it was visible or on its own HubSpot contact."""

    id: UUID
    given: dict[str, str]
    #: Fields that were edited while it lived on for others.
    edited: set[str] = field(default_factory=set)


@dataclass
class Story:
    """One random sequence, and what it expects."""

    world: World
    chance: random.Random
    people: dict[UUID, Person] = field(default_factory=dict)
    #: Live merges: the other one, and who it was merged into.
    parents: dict[UUID, UUID] = field(default_factory=dict)
    trace: list[str] = field(default_factory=list)
    #: Every value that was ever given.
    values: set[tuple[str, str]] = field(default_factory=set)

    def fresh(self, name: str) -> str:
        value = f"{208 + self.chance.randrange(7)}-555-{self.chance.randrange(10_000):04}"
        text = value if name == "phone" else f"{name} {self.chance.randrange(1_000_000)}"
        self.values.add((name, text))
        return text

    def roots(self) -> list[UUID]:
        return [id for id in self.people if id not in self.parents]

    def any_root(self) -> UUID:
        return self.chance.choice(self.roots())

    # What happens

    def somebody_is_entered(self) -> None:
        number = len(self.people)
        given = {name: self.fresh(name) for name in self.chance.sample(FIELDS, 2)}
        columns = {"firstname": f"First {number}", "email": f"p{number}@example.com", **given}
        if self.chance.random() < 0.5:
            id = self.world.create(**columns)
        else:
            there = self.world.hubspot.create(**columns)
            self.world.settle()
            id = self.world.contact(there)["id"]
        self.people[id] = Person(id, given)

    def somebody_edits(self) -> None:
        id, name = self.any_root(), self.chance.choice(FIELDS)
        text = self.fresh(name)
        self.world.edit(id, **{name: text})
        self._note(id, name, text)

    def somebody_edits_in_hubspot(self) -> None:
        self.world.settle()
        id, name = self.any_root(), self.chance.choice(FIELDS)
        text = self.fresh(name)
        self.world.hubspot.edit(self.world.hubspot_id(id), **{name: text})
        self.world.settle()
        self._note(id, name, text)

    def _note(self, id: UUID, name: str, text: str) -> None:
        person = self.people[id]
        person.given[name] = text
        if id in self.parents.values():
            person.edited.add(name)

    def two_are_merged(self) -> None:
        from loanark.duplicates import actions
        from loanark.duplicates.schemas import MergeIn

        if len(self.roots()) < 2:
            return
        self.world.settle()
        one, other = self.chance.sample(self.roots(), 2)
        asked = MergeIn(members=[str(one), str(other)])
        (merge,) = self.world._act(lambda: actions.merge(self.world.scope, asked))
        self.parents[merge.other_contact_id] = merge.contact_id

    def two_are_merged_in_hubspot(self) -> None:
        if len(self.roots()) < 2:
            return
        self.world.settle()
        one, other = self.chance.sample(self.roots(), 2)
        self.world.hubspot.merge(self.world.hubspot_id(one), self.world.hubspot_id(other))
        self.world.settle()
        row = self.world.row("SELECT * FROM duplicate_merges ORDER BY id DESC LIMIT 1")
        assert row["how"] == "hubspot"
        self.parents[row["other_contact_id"]] = row["contact_id"]
        self._hubspot_chose(row["contact_id"])

    def hubspot_merges_what_waits(self) -> None:
        self.world.sql("UPDATE duplicate_merges SET hubspot_due_at = now() WHERE hubspot_due_at IS NOT NULL")
        self.world.settle()

    def a_merge_is_taken_back(self) -> None:
        from loanark.duplicates import actions

        live = self.world.rows("SELECT id, other_contact_id FROM duplicate_merges WHERE state = 'live' ORDER BY id")
        if live:
            chosen = self.chance.choice(live)
            self.world._act(lambda: actions.undo(self.world.scope, chosen["id"]))
            del self.parents[chosen["other_contact_id"]]

    def time_passes(self) -> None:
        self.world.settle()

    def _hubspot_chose(self, survivor: UUID) -> None:
        """HubSpot keeps what its survivor holds, and fills what that lacks: people see these values from then on."""
        shown = self.world.local(survivor)
        person = self.people[survivor]
        for name in FIELDS:
            if shown[name] and shown[name] != person.given.get(name):
                person.edited.add(name)

    def play(self) -> None:
        acts = [
            self.somebody_is_entered, self.somebody_edits, self.somebody_edits, self.somebody_edits_in_hubspot,
            self.two_are_merged, self.two_are_merged, self.two_are_merged_in_hubspot, self.hubspot_merges_what_waits,
            self.a_merge_is_taken_back, self.a_merge_is_taken_back, self.time_passes,
        ]  # fmt: skip
        for _ in range(3):
            self.somebody_is_entered()
        for _ in range(STEPS):
            act = self.chance.choice(acts)
            self.trace.append(act.__name__)
            act()
        self.world.settle()

    # What holds

    def shown(self, id: UUID) -> dict[str, Any]:
        return self.world.row("SELECT * FROM contacts WHERE id = %s", id)

    def everybody_is_where_they_should_be(self) -> None:
        found = self.world.rows("SELECT id, merged_into FROM contacts WHERE merged_into IS NOT NULL")
        hidden = {row["id"]: row["merged_into"] for row in found}
        assert hidden == self.parents
        assert {row["id"] for row in self.world.live()} == set(self.roots())

    def nobody_lost_a_value(self) -> None:
        """A hidden record holds what its people gave it; so does one that nobody is merged into any more."""
        for id, person in self.people.items():
            row = self.shown(id)
            if id in self.parents.values():
                continue
            for name, text in person.given.items():
                if name not in person.edited:
                    assert row[name] == text, f"{name} of {id}"

    def every_value_is_accounted_for(self) -> None:
        told = {
            (name, text)
            for change in self.world.rows("SELECT before, after FROM contact_changes")
            for side in ("before", "after")
            for name, text in change[side].items()
        }
        assert self.values <= told, self.values - told

    def nobody_is_twice_in_hubspot(self) -> None:
        """Once HubSpot has merged what waited, a person has one HubSpot contact."""
        self.hubspot_merges_what_waits()
        assert len(self.world.hubspot) == len(self.roots())
        assert {self.world.hubspot_id(id) for id in self.roots()} == {str(id) for id in self.world.hubspot.portal.live}


@pytest.mark.parametrize("seed", range(STORIES))
def test_whatever_is_merged_and_taken_back_no_record_and_no_value_is_lost(world: World, seed: int) -> None:
    world.sql("UPDATE duplicate_settings SET follow_hubspot = true")
    story = Story(world, random.Random(seed))
    try:
        story.play()
        story.everybody_is_where_they_should_be()
        story.nobody_lost_a_value()
        story.every_value_is_accounted_for()
        story.nobody_is_twice_in_hubspot()
        world.assert_at_rest()
    except AssertionError as error:
        error.add_note(f"seed {seed}: {', '.join(story.trace)}")
        raise


@pytest.mark.parametrize("seed", range(STORIES, 2 * STORIES))
def test_taking_everything_back_leaves_everybody_as_they_were(world: World, seed: int) -> None:
    """Without edits in between: each row is then to the letter what it was before the first merge."""
    world.sql("UPDATE duplicate_settings SET follow_hubspot = true")
    story = Story(world, random.Random(seed))
    for _ in range(4):
        story.somebody_is_entered()
    world.settle()
    before = {id: story.shown(id) for id in story.people}
    for _ in range(STEPS):
        story.chance.choice([story.two_are_merged, story.a_merge_is_taken_back, story.hubspot_merges_what_waits])()
    while story.parents:
        story.a_merge_is_taken_back()
        world.settle()
    for id, row in before.items():
        now = story.shown(id)
        same = [name for name in row if name not in ("version", "updated_at")]
        assert {name: now[name] for name in same} == {name: row[name] for name in same}
    assert len(world.hubspot) == len(before), [(row["code"], row["reason"]) for row in world.rejections()]
