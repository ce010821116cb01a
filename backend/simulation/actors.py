# ruff: noqa: S311  (repeatable from a seed on purpose)
"""Users and programs on both sides. Every text they give is unique, so that it tells who gave it.

An act that cannot be done just then (nobody there, the row is locked, HubSpot refuses) is left: a person tries again.
"""

import random
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from django.db import OperationalError

from hubspot_simulator.errors import ApiError
from hubspot_simulator.model import USER, Contact, Source
from loanark.contacts import actions as contacts
from loanark.contacts import conflicts
from loanark.core.mapping import Side
from loanark.duplicates import actions as duplicates
from loanark.duplicates.schemas import MergeIn
from loanark.kit.errors import LoanArkError
from loanark.sync import runs
from simulation.story import CHOICE_FIELDS, MARK, STAGE_FIELD, STAGE_PROPERTY, TYPED_FIELDS, letters, mark_of
from simulation.world import Busy, World

BULK = Source("CRM_UI_BULK_ACTION", "userId:4711")

VERIFICATIONS = ("valid", "invalid", "unverified", "catch_all", "unknown")
STAGES = ("lead", "marketingqualifiedlead", "opportunity", "customer")
PROSPECTS = ("New Lead", "Pre-Approved", "Refinance", "First-Time Buyer", "Investor", "VA Eligible")


_CHOSEN = (*CHOICE_FIELDS, STAGE_FIELD)


class Nobody(Exception):
    """There is nobody to do it to."""


class Actors:
    """All of them, with many hands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = random.Random()
        self._acts: dict[str, Callable[[], None]] = {
            name.replace("_", " "): getattr(self, name)
            for name in dir(type(self))
            if name.split("_")[0] in ("hubspot", "person", "program", "both")
        }

    def act(self, chance: random.Random, outside: bool = False, *, only: str = "") -> None:
        """One of them does something that the story has; `outside`: not a person in LoanArk. Or `only` this."""
        self.chance = chance
        acts = self.world.story.acts
        if outside:
            acts = {name: weight for name, weight in acts.items() if name.startswith(("hubspot", "program"))}
        chosen = only or chance.choices(list(acts), list(acts.values()))[0]
        try:
            self._acts[chosen]()
        except (Nobody, Busy, ApiError, LoanArkError, OperationalError, psycopg.errors.LockNotAvailable) as error:
            self.world.tell(f"  {chosen}: not now ({type(error).__name__})")
            self.world.count(f"not now: {chosen}")
        else:
            self.world.count(f"act: {chosen}")

    # ── Choosing ────────────────────────────────────────────────────────────────────────────────────────────────

    def value(self, field: str) -> str:
        """A value of a field that nobody ever gave before."""
        number = self.world.number()
        match field:
            case "phone" | "mobilephone":
                return f"208-{200 + number // 10_000 % 700:03}-{number % 10_000:04}"
            case "loan_amount":
                return str(100_000 + number)
            case "closing_date":
                return f"{2030 + number // 336}-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
            case "consent_to_contact":
                return self.chance.choice(("true", "false"))
            case "email_verification_status":
                return self.chance.choice(VERIFICATIONS)
            case "client_type_prospects":
                return ";".join(self.chance.sample(PROSPECTS, self.chance.randint(1, 3)))
            case "loan_stage":
                return self.chance.choice(STAGES)
            case _:
                return f"{field} {number}"

    def text_field(self) -> str:
        return self.chance.choice([name for name in self.world.story.fields if name not in _CHOSEN])

    def _few(self, all: list[Any]) -> Any:
        """Some are met much more often than others, as in life."""
        if not all:
            raise Nobody
        return all[min(self.chance.randrange(len(all)), self.chance.randrange(len(all)))]

    def in_hubspot(self) -> Contact:
        return self.world.portal.contacts[self._few(self.world.portal.live)]

    def in_loanark(self, *, deleted: bool = False) -> UUID:
        test = "IS NOT NULL" if deleted else "IS NULL"
        rows = self.world.rows(f"SELECT id FROM contacts WHERE deleted_at {test} ORDER BY lastname, id")
        return UUID(str(self._few(rows)["id"]))

    def pair(self) -> tuple[UUID, Contact]:
        """A contact that is linked and alive on both sides."""
        found = self.world.rows(
            """SELECT l.contact_id, l.hubspot_id FROM contact_links l JOIN contacts c ON c.id = l.contact_id
               WHERE l.state = 'live' AND c.deleted_at IS NULL ORDER BY c.lastname, c.id"""
        )
        one = self._few(found)
        contact = self.world.portal.find(int(one["hubspot_id"]))
        if contact is None:
            raise Nobody
        return one["contact_id"], contact

    def looked_at(self) -> tuple[UUID, Contact]:
        """A contact that a hint names: the engine looks at it now, or is about to."""
        found = self.world.rows(
            """SELECT DISTINCT c.lastname, l.contact_id, l.hubspot_id FROM contact_links l
               JOIN contacts c ON c.id = l.contact_id
               JOIN hints h ON h.record_id IN (l.contact_id::text, l.hubspot_id)
               WHERE l.state = 'live' AND c.deleted_at IS NULL ORDER BY c.lastname, l.contact_id"""
        )
        if not found:
            raise Nobody
        one = self.chance.choice(found)
        contact = self.world.portal.find(int(one["hubspot_id"]))
        if contact is None:
            raise Nobody
        return one["contact_id"], contact

    def property(self, field: str) -> str:
        if field == STAGE_FIELD:
            return STAGE_PROPERTY
        return f"loanark_{field}" if field in TYPED_FIELDS else field

    # ── HubSpot's users ─────────────────────────────────────────────────────────────────────────────────────────

    def _hubspot_sets(self, contact: Contact, values: dict[str, str]) -> None:
        self.world.hubspot_edits(contact.id, {self.property(name): value for name, value in values.items()})
        for name, value in values.items():
            self.world.typed("hubspot", contact.id, name, value)
        self.world.tell(f"  HubSpot user: {contact.id} {values}")

    def hubspot_edits(self) -> None:
        field = self.text_field()
        self._hubspot_sets(self.in_hubspot(), {field: self.value(field)})

    def hubspot_edits_what_is_looked_at(self) -> None:
        (_, contact), field = self.looked_at(), self.text_field()
        self._hubspot_sets(contact, {field: self.value(field)})

    def hubspot_touches_many_fields(self) -> None:
        names = [name for name in self.world.story.fields if name not in _CHOSEN]
        self._hubspot_sets(self.in_hubspot(), {name: self.value(name) for name in names})

    def hubspot_chooses(self) -> None:
        names = [name for name in self.world.story.fields if name in _CHOSEN]
        if not names:
            raise Nobody
        field = self.chance.choice(names)
        self._hubspot_sets(self.in_hubspot(), {field: self.value(field)})

    def hubspot_edits_unseen_by_search(self) -> None:
        """The search index never hears of this edit: without a webhook only a complete comparison finds it."""
        contact, field = self.in_hubspot(), self.text_field()
        index = self.world.portal.index
        heard, index.heard = index.heard, lambda contact, now: None  # type: ignore[method-assign]
        try:
            self._hubspot_sets(contact, {field: self.value(field)})
        finally:
            index.heard = heard  # type: ignore[method-assign]
        self.world.deed("hubspot", contact.id, "unseen")

    def hubspot_clears(self) -> None:
        field = self.text_field()
        name, portal = self.property(field), self.world.portal
        held = [id for id in portal.live if portal.contacts[id].props.get(name)]
        self._hubspot_sets(portal.contacts[self._few(held)], {field: ""})

    def hubspot_creates(self) -> None:
        number = self.world.number()
        fields = [name for name in self.world.story.fields if self.chance.random() < 0.5]
        values = {name: self.value(name) for name in fields}
        wanted = {self.property(name): value for name, value in values.items()}
        if self.chance.random() < 0.9:
            wanted["email"] = f"h{number}@example.com"
        id = self.world.hubspot_creates({MARK: mark_of(number), **wanted})
        for name, value in values.items():
            self.world.typed("hubspot", id, name, value)
        self.world.tell(f"  HubSpot user: creates {id} {mark_of(number)} {values}")

    def hubspot_archives(self) -> None:
        contact = self.in_hubspot()
        self.world.portal.archive(contact, USER)
        self.world.deed("hubspot", contact.id, "deleted")
        self.world.tell(f"  HubSpot user: archives {contact.id}")

    def hubspot_restores(self) -> None:
        contact = self.world.portal.find(self._few(self.world.portal.archived), archived=True)
        if contact is None:
            raise Nobody
        self.world.portal.restore(contact, USER)
        self.world.deed("hubspot", contact.id, "restored")
        self.world.tell(f"  HubSpot user: restores {contact.id}")

    def hubspot_merges(self) -> None:
        primary, secondary = self.in_hubspot(), self.in_hubspot()
        if primary is secondary:
            raise Nobody
        survivor = self.world.portal.merge(primary, secondary, USER)
        self.world.tell(f"  HubSpot user: merges {secondary.id} into {primary.id}, now {survivor.id}")

    def hubspot_erases(self) -> None:
        contact = self.in_hubspot()
        self.world.portal.erase(contact, USER)
        self.world.deed("hubspot", contact.id, "erased")
        self.world.tell(f"  HubSpot user: erases {contact.id} for privacy")

    def hubspot_bulk_edits(self) -> None:
        portal, field = self.world.portal, self.text_field()
        if not portal.live:
            raise Nobody
        ids = sorted(self.chance.sample(portal.live, self.chance.randint(1, len(portal.live))))
        value = self.value(field)
        portal.update_together([portal.contacts[id] for id in ids], {self.property(field): value}, BULK)
        for id in ids:
            self.world.typed("hubspot", id, field, value)
        self.world.tell(f"  HubSpot user: {len(ids)} at once {field} {value}")

    def hubspot_rewrites_the_form(self) -> None:
        contact, field = self.in_hubspot(), self.text_field()
        held = contact.props.get(self.property(field), "")
        if not held:
            raise Nobody
        changed = {"phone": _other_phone, "mobilephone": _other_phone}.get(field, str.strip)(held)
        self._hubspot_sets(contact, {field: changed})

    def hubspot_changes_an_email(self) -> None:
        self._hubspot_sets(self.in_hubspot(), {"email": f"h{self.world.number()}@example.com"})

    def hubspot_adds_a_second_email(self) -> None:
        contact = self.in_hubspot()
        second = f"second{self.world.number()}@example.com"
        self.world.portal.force(contact, {"hs_additional_emails": second}, USER)
        self.world.tell(f"  HubSpot user: {contact.id} has also {second}")

    def hubspot_holds_the_unreadable(self) -> None:
        typed = [name for name in self.world.story.fields if name in ("loan_amount", "closing_date")]
        if not typed:
            raise Nobody
        contact, field = self.in_hubspot(), self.chance.choice(typed)
        value = f"unreadable {self.world.number()}"
        self.world.hubspot_edits(contact.id, {self.property(field): value}, unchecked=True)
        self.world.typed("hubspot", contact.id, field, value)
        self.world.tell(f"  HubSpot, from an old import: {contact.id} {field} {value}")

    # ── LoanArk's people ────────────────────────────────────────────────────────────────────────────────────────

    def _person_sets(self, contact_id: UUID, values: dict[str, str]) -> None:
        world = self.world
        world.acts(lambda: contacts.edit(world.scope, contact_id, values))
        for name, value in values.items():
            world.typed("loanark", contact_id, name, value)
        world.tell(f"  LoanArk user: {_short(contact_id)} {values}")

    def person_edits(self) -> None:
        field = self.text_field()
        self._person_sets(self.in_loanark(), {field: self.value(field)})

    def person_clears(self) -> None:
        field = self.text_field()
        held = f"SELECT id FROM contacts WHERE deleted_at IS NULL AND {field} IS NOT NULL ORDER BY lastname, id"
        self._person_sets(self._few(self.world.rows(held))["id"], {field: ""})

    def person_steps_a_stage_back(self) -> None:
        """HubSpot accepts that, and does not do it."""
        if STAGE_FIELD not in self.world.story.fields:
            raise Nobody
        late = self.world.rows(
            f"SELECT id FROM contacts WHERE deleted_at IS NULL AND {STAGE_FIELD} = %s ORDER BY lastname, id", STAGES[-1]
        )
        if late:
            self._person_sets(self._few(late)["id"], {STAGE_FIELD: STAGES[0]})
        else:
            self._hubspot_sets(self.pair()[1], {STAGE_FIELD: STAGES[-1]})

    def person_chooses(self) -> None:
        names = [name for name in self.world.story.fields if name in _CHOSEN]
        if not names:
            raise Nobody
        field = self.chance.choice(names)
        self._person_sets(self.in_loanark(), {field: self.value(field)})

    def person_creates(self) -> None:
        world, number = self.world, self.world.number()
        fields = [name for name in world.story.fields if self.chance.random() < 0.5]
        values = {name: self.value(name) for name in fields}
        given: dict[str, str | None] = {MARK: mark_of(number), **values}
        if self.chance.random() < 0.7:
            given["email"] = f"l{number}@example.com"
        id = world.acts(lambda: contacts.create(world.scope, given))
        for name, value in values.items():
            world.typed("loanark", id, name, value)
        world.tell(f"  LoanArk user: creates {_short(id)} {mark_of(number)} {values}")

    def person_deletes(self) -> None:
        world, id = self.world, self.in_loanark()
        world.acts(lambda: contacts.delete(world.scope, id))
        world.deed("loanark", id, "deleted")
        world.tell(f"  LoanArk user: deletes {_short(id)}")

    def person_restores(self) -> None:
        world, id = self.world, self.in_loanark(deleted=True)
        world.acts(lambda: contacts.restore(world.scope, id))
        world.deed("loanark", id, "restored")
        world.tell(f"  LoanArk user: restores {_short(id)}")

    def person_changes_an_email(self) -> None:
        self._person_sets(self.in_loanark(), {"email": f"l{self.world.number()}@example.com"})

    def person_types_what_hubspot_refuses(self) -> None:
        if "email_verification_status" not in self.world.story.fields:
            raise Nobody
        self._person_sets(self.in_loanark(), {"email_verification_status": f"no such option {self.world.number()}"})

    def person_decides_a_conflict(self) -> None:
        world = self.world
        one = self._few(world.rows("SELECT id, contact_id, field FROM contact_conflicts WHERE open ORDER BY id"))
        winner = self.chance.choice((Side.HUBSPOT, Side.LOANARK))
        world.acts(lambda: conflicts.resolve(world.scope, one["id"], winner))
        world.deed("loanark", f"{one['contact_id']}/{one['field']}", f"decided {winner.value}")
        world.tell(f"  LoanArk user: conflict of {_short(one['contact_id'])} {one['field']}: {winner.value}")

    def person_retries(self) -> None:
        world = self.world
        one = self._few(world.rows("SELECT id FROM contact_rejections WHERE resolved_at IS NULL ORDER BY id"))
        world.acts(lambda: contacts.retry(world.scope, one["id"]))

    def person_resyncs(self) -> None:
        world, id = self.world, self.in_loanark()
        world.acts(lambda: contacts.resync(world.scope, id))

    def person_starts_a_run(self) -> None:
        self.world.acts(lambda: runs.start("sweep", trigger="jane"))

    def person_cancels_a_run(self) -> None:
        world = self.world
        found = world.rows("SELECT id FROM runs WHERE status = 'running' AND kind = 'sweep'")
        if not found:
            raise Nobody
        world.acts(lambda: runs.cancel(found[0]["id"], by="jane"))

    # ── Duplicates ──────────────────────────────────────────────────────────────────────────────────────────────

    def _double_of(self, held: Callable[[str], str | None]) -> tuple[dict[str, str], dict[str, str]]:
        """What a double of somebody has: theirs, and something of its own."""
        number, theirs = self.world.number(), {}
        for name in ("firstname", "phone", "mobilephone"):
            if value := held(name):
                theirs[name] = value
        if not {"phone", "mobilephone"} & theirs.keys():
            raise Nobody
        field = self.text_field()
        own = {} if field in theirs or self.chance.random() < 0.3 else {field: self.value(field)}
        return {MARK: mark_of(number)}, {**theirs, **own}

    def hubspot_enters_a_double(self) -> None:
        world, contact = self.world, self.in_hubspot()
        if not contact.props.get("phone"):
            self._hubspot_sets(contact, {"phone": self.value("phone"), "firstname": f"First {letters(world.number())}"})
        mark, values = self._double_of(contact.props.get)
        if self.chance.random() < 0.5:
            mark["email"] = f"h{world.number()}@example.com"
        id = world.hubspot_creates({**mark, **{self.property(name): value for name, value in values.items()}})
        for name, value in values.items():
            world.typed("hubspot", id, name, value)
        world.deed("hubspot", id, f"double of h{contact.id}")
        world.tell(f"  HubSpot user: creates {id} {mark[MARK]} {values}, who is {contact.id}")

    def person_enters_a_double(self) -> None:
        world, id = self.world, self.in_loanark()
        if not world.rows("SELECT phone FROM contacts WHERE id = %s", id)[0]["phone"]:
            self._person_sets(id, {"phone": self.value("phone"), "firstname": f"First {letters(world.number())}"})
        held = world.rows("SELECT * FROM contacts WHERE id = %s", id)[0]
        mark, values = self._double_of(held.get)
        if self.chance.random() < 0.5 and held["email"]:
            mark["email"] = held["email"]
        made = world.acts(lambda: contacts.create(world.scope, {**mark, **values}))
        for name, value in values.items():
            world.typed("loanark", made, name, value)
        world.deed("loanark", made, f"double of l{id}")
        world.tell(f"  LoanArk user: creates {_short(made)} {mark[MARK]} {values}, who is {_short(id)}")

    def program_inserts_a_double(self) -> None:
        world, id = self.world, self.in_loanark()
        held = world.rows("SELECT * FROM contacts WHERE id = %s", id)[0]
        mark, values = self._double_of(held.get)
        names = [*mark, *values]
        made = world.rows(
            f"INSERT INTO contacts ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) RETURNING id",
            *mark.values(), *values.values(),
        )[0]["id"]  # fmt: skip
        for name, value in values.items():
            world.typed("loanark", made, name, value)
        world.deed("loanark", made, f"double of l{id}")
        world.tell(f"  program: inserts {_short(made)} {mark[MARK]} {values}, who is {_short(id)}")

    def program_edits_who_is_merged(self) -> None:
        """The loan system knows a row by its id, whatever was merged."""
        world, field = self.world, self.text_field()
        hidden = "SELECT id FROM contacts WHERE merged_into IS NOT NULL ORDER BY lastname, id"
        id, value = self._few(world.rows(hidden))["id"], self.value(field)
        if world.sql(f"UPDATE contacts SET {field} = %s WHERE id = %s", value, id):
            world.typed("loanark", id, field, value)
        world.tell(f"  program: {_short(id)}, which is merged, {field} {value}")

    def hubspot_edits_who_waits_for_its_merge(self) -> None:
        """The contact that is about to be merged into another one in HubSpot."""
        waiting = """SELECT o.hubspot_id FROM duplicate_merges m
            JOIN contact_links o ON o.contact_id = m.other_contact_id AND o.state = 'live'
            JOIN contact_links l ON l.contact_id = m.contact_id AND l.state = 'live'
            WHERE m.state = 'live' AND m.hubspot IN ('waiting', 'approved', 'sending') ORDER BY m.id"""
        contact = self.world.portal.find(int(self._few(self.world.rows(waiting))["hubspot_id"]))
        if contact is None:
            raise Nobody
        field = self.text_field()
        self._hubspot_sets(contact, {field: self.value(field)})

    def _person_merges(self, members: list[str]) -> None:
        world = self.world
        world.acts(lambda: duplicates.merge(world.scope, MergeIn(members=members)))
        world.tell(f"  LoanArk user: merges {' and '.join(map(_short, members))}")

    def person_merges_two(self) -> None:
        """Whoever they are: people know what no score knows."""
        one, other = self.in_loanark(), self.in_loanark()
        if one == other:
            raise Nobody
        self._person_merges([str(one), str(other)])

    def _proposal(self) -> dict[str, Any]:
        found: dict[str, Any] = self._few(
            self.world.rows("SELECT * FROM duplicate_proposals WHERE state = 'open' ORDER BY id")
        )
        return found

    def person_merges_a_proposal(self) -> None:
        one = self._proposal()
        other = one["other_contact_id"] or f"hubspot:{one['other_hubspot_id']}"
        self._person_merges([str(one["contact_id"]), str(other)])

    def person_rejects_a_proposal(self) -> None:
        world, one = self.world, self._proposal()
        done = world.acts(lambda: duplicates.reject(world.scope, [one["id"]]))
        if done.pairs:
            world.deed("loanark", one["id"], "rejected")
        world.tell(f"  LoanArk user: {_short(one['contact_id'])} is not "
                   f"{_short(one['other_contact_id'] or one['other_hubspot_id'])}")  # fmt: skip

    def person_undoes_a_merge(self) -> None:
        world = self.world
        one = self._few(world.rows("SELECT * FROM duplicate_merges WHERE state = 'live' ORDER BY id"))
        world.acts(lambda: duplicates.undo(world.scope, one["id"]))
        world.tell(f"  LoanArk user: {_short(one['other_contact_id'])} is not {_short(one['contact_id'])} after all "
                   f"(HubSpot: {one['hubspot']})")  # fmt: skip

    def person_lets_hubspot_merge(self) -> None:
        world = self.world
        one = self._few(world.rows("SELECT * FROM duplicate_merges WHERE state = 'live' AND hubspot = 'waiting'"))
        world.acts(lambda: duplicates.merge_in_hubspot(world.scope, one["id"]))
        world.tell(f"  LoanArk user: HubSpot shall merge {_short(one['other_contact_id'])} now")

    # ── Other programs ──────────────────────────────────────────────────────────────────────────────────────────

    def program_updates(self) -> None:
        world, id, field = self.world, self.in_loanark(), self.text_field()
        value = self.value(field)
        if world.sql(f"UPDATE contacts SET {field} = %s WHERE id = %s", value, id):
            world.typed("loanark", id, field, value)
        world.tell(f"  program: {_short(id)} {field} {value}")

    def program_edits_what_is_looked_at(self) -> None:
        world, (id, _), field = self.world, self.looked_at(), self.text_field()
        value = self.value(field)
        if world.sql(f"UPDATE contacts SET {field} = %s WHERE id = %s", value, id):
            world.typed("loanark", id, field, value)
        world.tell(f"  program: {_short(id)} {field} {value}, as it is looked at")

    def program_updates_many(self) -> None:
        world, field = self.world, self.text_field()
        value = self.value(field)
        found = world.rows(f"UPDATE contacts SET {field} = %s WHERE deleted_at IS NULL RETURNING id", value)
        for row in found:
            world.typed("loanark", row["id"], field, value)
        world.tell(f"  program: {field} {value} for {len(found)} at once")

    def program_inserts(self) -> None:
        self._insert(self.world.program, self.chance.choice((None, f"p{self.world.number()}@example.com")))

    def program_inserts_twins(self) -> None:
        email = f"twin{self.world.number()}@example.com"
        self._insert(self.world.program, email)
        self._insert(self.world.program, email.upper())

    def _insert(self, connection: psycopg.Connection[dict[str, Any]], email: str | None) -> None:
        world, number, field = self.world, self.world.number(), self.text_field()
        value = self.value(field)
        connection.execute("SELECT set_config('simulation.now', %s, false)", [world.clock.now().isoformat()])
        row = connection.execute(
            f"INSERT INTO contacts (email, {MARK}, {field}) VALUES (%s, %s, %s) RETURNING id",
            [email, mark_of(number), value],
        ).fetchone()
        assert row
        world.typed("loanark", row["id"], field, value)
        world.tell(f"  program: inserts {_short(row['id'])} {mark_of(number)} {email} {field} {value}")

    def program_deletes(self) -> None:
        world, id = self.world, self.in_loanark()
        if world.sql("DELETE FROM contacts WHERE id = %s", id):
            world.deed("loanark", id, "deleted")
        world.tell(f"  program: deletes {_short(id)}")

    def program_rewrites_the_form(self) -> None:
        world, id = self.world, self.in_loanark()
        world.sql("UPDATE contacts SET email = upper(email) WHERE id = %s", id)
        world.tell(f"  program: upper-case e-mail of {_short(id)}")

    def program_commits_late(self) -> None:
        """A transaction that stays open over other steps; its rows are new, so that nobody waits for it."""
        world = self.world
        if world.late:
            self.commit_late()
            return
        connection = world.another_program()
        connection.autocommit = False
        self._insert(connection, f"late{world.number()}@example.com")
        world.late.append(connection)
        world.tell("  program: ... and does not commit yet")

    def commit_late(self) -> None:
        for connection in self.world.late:
            connection.commit()
            connection.close()
            self.world.tell("  program: commits at last")
        self.world.late.clear()

    # ── Both at once ────────────────────────────────────────────────────────────────────────────────────────────

    def both_edit_the_same(self) -> None:
        contact_id, contact = self.pair()
        field = self.text_field()
        edits: list[Callable[[], None]] = [
            lambda: self._hubspot_sets(contact, {field: self._some(field)}),
            lambda: self._person_sets(contact_id, {field: self._some(field)}),
        ]
        self.chance.shuffle(edits)
        for edit in edits[: 2 if self.chance.random() < 0.8 else 1] + edits[: self.chance.randint(0, 1)]:
            edit()

    def both_edit_and_delete(self) -> None:
        contact_id, contact = self.pair()
        world, field = self.world, self.text_field()
        if self.chance.random() < 0.5:
            self._hubspot_sets(contact, {field: self.value(field)})
            world.acts(lambda: contacts.delete(world.scope, contact_id))
            world.deed("loanark", contact_id, "deleted")
            world.tell(f"  LoanArk user: deletes {_short(contact_id)}")
        else:
            self._person_sets(contact_id, {field: self.value(field)})
            world.portal.archive(contact, USER)
            world.deed("hubspot", contact.id, "deleted")
            world.tell(f"  HubSpot user: archives {contact.id}")

    def _some(self, field: str) -> str:
        return "" if self.chance.random() < 0.1 else self.value(field)


def _other_phone(held: str) -> str:
    digits = [char for char in held if char.isdigit()][-10:]
    text = "".join(digits)
    return f"({text[:3]}) {text[3:6]}-{text[6:]}" if len(text) == 10 else held


def _short(id: object) -> str:
    return str(id)[:8]
