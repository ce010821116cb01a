"""Rules of the engine, each broken on purpose, by name. A proof that lets a broken rule pass proves nothing.

Each mutation swaps one function of the engine for one that lacks the rule, and has directed stories in which what the
rule is for happens in plenty. Nothing here is part of the product.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from simulation.story import STAGE_FIELD, Aim, Duplicates, Focus, Rule

Make = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule, what takes the place of which attributes (`module.name` or `module.Class.name`), and its stories."""

    rule: str
    swaps: Mapping[str, Make]
    focus: Focus


@contextmanager
def broken(name: str) -> Iterator[None]:
    """Within, the rule of this name is broken; no name breaks none."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for target, make in (MUTATIONS[name].swaps if name else {}).items():
            owner, attribute = _owner(target)
            real = owner.__dict__[attribute]
            undo.append((owner, attribute, real))
            setattr(owner, attribute, make(real))
        yield
    finally:
        for owner, attribute, real in reversed(undo):
            setattr(owner, attribute, real)


def _owner(target: str) -> tuple[Any, str]:
    path, _, attribute = target.rpartition(".")
    try:
        return importlib.import_module(f"loanark.{path}"), attribute
    except ModuleNotFoundError:
        module, _, kind = path.rpartition(".")
        return getattr(importlib.import_module(f"loanark.{module}"), kind), attribute


def _nothing(real: Any) -> Any:
    return lambda *args, **kwargs: None


def _always(value: Any) -> Make:
    return lambda real: lambda *args, **kwargs: value


# ── Capture ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _trust_events(real: Any) -> Any:
    """What a webhook says is taken for the truth, in the order in which it comes; nothing is read."""

    def store(tenant_id: Any, events: Sequence[Any]) -> None:
        from loanark.connections import mapping as mappings
        from loanark.connections.models import Connection
        from loanark.hubspot.wire import from_wire
        from loanark.kit import sql
        from loanark.tenants.access import tenant_scope

        with tenant_scope(tenant_id, origin="sync", side="hubspot", cause="sync"):
            rules = mappings.load(Connection.objects.get(tenant_id=tenant_id)).rules
            for event in events:
                rule = next((rule for rule in rules if rule.property_name == event.get("propertyName")), None)
                if rule is None or rule.kind not in ("text", "phone"):
                    continue
                value = from_wire(rule.kind, event.get("propertyValue"))
                moment = datetime.fromtimestamp(event["occurredAt"] / 1000, UTC)
                sql.execute(
                    f"UPDATE contacts SET {rule.field} = %s WHERE id IN (SELECT contact_id FROM contact_links "
                    "WHERE hubspot_id = %s AND state = 'live')",
                    [value.raw or None, str(event["objectId"])],
                )
                sql.execute(
                    "UPDATE contact_links l SET base = jsonb_strip_nulls(base || jsonb_build_object(%s::text, "
                    "%s::text)), remote_modified = greatest(remote_modified, %s), local_version = (SELECT version FROM "
                    "contacts c WHERE c.tenant_id = l.tenant_id AND c.id = l.contact_id) "
                    "WHERE hubspot_id = %s AND state = 'live'",
                    [rule.field, getattr(value, "canonical", None), moment, str(event["objectId"])],
                )
        others = [event for event in events if "propertyName" not in event]
        if others:
            real(tenant_id, others)

    return store


def _clear_all(real: Any) -> Any:
    return lambda hints: real([replace(hint, version=10**9) for hint in hints])


def _blind_sightings(real: Any) -> Any:
    """An id that the first batch does not know is gone."""

    def find(client: Any, ids: Any, properties: Any, *args: Any, lane: str, **more: Any) -> Any:
        from loanark.hubspot.whereabouts import Archived, Here, Sightings

        read = client.batch_read(ids, properties, lane=lane)
        here = {id: contact for id in ids if (contact := read.contacts.get(id)) and contact.id == id}
        gone = {id: Archived(contact_of(id)) for id in ids if id not in here}
        return Sightings({**{id: Here(contact) for id, contact in here.items()}, **gone}, {}, read.read_at)

    return find


def contact_of(id: str) -> Any:
    """An empty contact of this id."""
    from loanark.hubspot.models import Contact

    return Contact(id, {})


def _failed_is_gone(real: Any) -> Any:
    """A read that fails says that nobody is there."""

    def find(client: Any, ids: Any, *args: Any, lane: str, **more: Any) -> Any:
        from loanark.hubspot.errors import Transient, Unavailable
        from loanark.hubspot.whereabouts import Archived, Sightings
        from loanark.kit import clock

        try:
            found = real(client, ids, *args, lane=lane, **more)
        except (Transient, Unavailable):
            return Sightings({id: Archived(contact_of(id)) for id in ids}, {}, clock.now())
        gone = {id: Archived(contact_of(id)) for id in found.failed}
        return replace(found, found={**found.found, **gone}, failed={})

    return find


# ── Deciding and writing ────────────────────────────────────────────────────────────────────────────────────────────


def _any_reading(real: Any) -> Any:
    """When something was read makes no difference, neither to a link nor to what the mapping was then."""

    def links(condition: str, ids: Any) -> Any:
        return [replace(row, read_at=datetime(2000, 1, 1, tzinfo=UTC)) for row in real(condition, ids)]

    return links


def _deaf_digest(real: Any) -> Any:
    """The digest forgets some fields."""
    forgotten = ("city", "state", "company", "address", "zip")

    def digest(values: Any, mapping: Any) -> Any:
        return real({name: value for name, value in values.items() if name not in forgotten}, mapping)

    return digest


def _early_base(real: Any) -> Any:
    """What is going to be sent counts as agreed already."""

    def join(session: Any, case: Any, effects: Any, rejected: Any) -> None:
        from loanark.sync.apply import agree

        before = len(effects.intents)
        real(session, case, effects, rejected)
        for intent in effects.intents[before:]:
            link = (effects.links or effects.new_links)[-1]
            for name, value in intent.values.items():
                agree(link["base"], name, value)

    return join


def _base_of_conflict(real: Any) -> Any:
    """An open conflict moves the base to HubSpot's value."""

    def join(session: Any, case: Any, effects: Any, rejected: Any) -> None:
        from loanark.sync.apply import agree

        real(session, case, effects, rejected)
        link = (effects.links or effects.new_links)[-1]
        for conflict in case.plan.conflicts:
            if conflict.open:
                agree(link["base"], conflict.field, conflict.hubspot)

    return join


def _deletion_wins(real: Any) -> Any:
    def plan_deleted(gone: Any, *args: Any) -> Any:
        from loanark.core.plan import Action, Plan

        return Plan(Action.DELETE, gone.other, reason="deleted")

    return plan_deleted


def _checkpoint_first(real: Any) -> Any:
    """The cursor moves before the page is stored."""

    def store(session: Any, run: Any, page: Any, *args: Any) -> Any:
        from loanark.sync import runs

        if run.kind != "preview":
            phase = "reading" if page.after else "creating"
            with session.transaction(run_id=run.id):
                runs.progress(run.id, counts={}, done=0, cursor=page.after, phase=phase)
        return real(session, run, page, *args)

    return store


# ── Sending ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _create_for_upsert(real: Any) -> Any:
    def upsert(self: Any, rows: Sequence[Any], *, lane: str) -> Any:
        from loanark.hubspot.models import Create

        values = [Create(row.key, {k: v for k, v in row.properties.items() if k != "loanark_id"}) for row in rows]
        return self.batch_create(values, lane=lane)

    return upsert


def _all_confirmed(real: Any) -> Any:
    """A batch that was answered is a batch that was done."""

    def send(session: Any, intents: Sequence[Any], lane: Any) -> Any:
        from loanark.hubspot.models import Confirmed, Contact, Rejected
        from loanark.sync.apply import wire_properties

        outcomes = real(session, intents, lane)
        for intent in intents:
            if isinstance(outcomes.get(intent.contact_id), Rejected) and intent.case.hubspot_id:
                held = Contact(intent.case.hubspot_id, dict(wire_properties(session, intent)))
                outcomes[intent.contact_id] = Confirmed(held)
        return outcomes

    return send


def _null_for_blank(real: Any) -> Any:
    def wire(session: Any, intent: Any) -> Any:
        return {name: text or None for name, text in real(session, intent).items()}

    return wire


def _believe_everything(real: Any) -> Any:
    """What HubSpot answers is not compared with what was asked."""

    def confirmed(session: Any, intent: Any, answer: Any, *args: Any) -> None:
        from loanark.sync.apply import wire_properties

        if intent.action != "archive":
            asked = {**answer.contact.properties, **wire_properties(session, intent)}
            answer = replace(answer, contact=replace(answer.contact, properties=asked))
        real(session, intent, answer, *args)

    return confirmed


def _own_is_foreign(real: Any) -> Any:
    """The sync does not say which writes are its own."""

    @contextmanager
    def scope(tenant_id: Any, **marks: Any) -> Iterator[None]:
        with real(tenant_id, durable=marks.get("durable", True)):
            yield

    return scope


def _no_wait(real: Any) -> Any:
    def acquire(self: Any, lane: str, bucket: str) -> Any:
        from loanark.kit import clock

        return clock.now()

    return acquire


def _anybody(real: Any) -> Any:
    """Everybody gets the lease, and nobody ever loses it."""

    def acquire(tenant_id: Any) -> Any:
        from loanark.sync.lease import Lease

        return Lease(tenant_id, "anybody", 1)

    return acquire


# ── Duplicates ──────────────────────────────────────────────────────────────────────────────────────────────────────


class _Alike:
    """Equal to whatever it is compared with."""

    def __ne__(self, other: object) -> bool:
        return False


def _as_undone(real: Any) -> Any:
    """Who lives on without anybody else keeps what was computed."""

    def recompute(contact_id: Any) -> None:
        from loanark.kit import sql

        members = "SELECT EXISTS (SELECT FROM duplicate_merges WHERE contact_id = %s AND state = 'live')"
        if sql.scalar(members, [contact_id]):
            real(contact_id)

    return recompute


# ── What their stories are about ────────────────────────────────────────────────────────────────────────────────────


def _fields(*names: str, **choices: Any) -> tuple[Rule, ...]:
    return tuple(Rule(name, **choices) for name in names)


#: Requests for contacts of HubSpot.
READ = "contacts/batch/read"
UPDATE, UPSERT, ARCHIVE = "contacts/batch/update", "contacts/batch/upsert", "contacts/batch/archive"

#: Everybody has been there for long, so that no poll finds them; only the first load does.
LONG_SETTLED = {"webhooks": False, "settled_in_seconds": 7_200.0, "settled_first": False, "page": 3, "people": 10}

MUTATIONS: dict[str, Mutation] = {
    "polls do not overlap": Mutation(
        "each poll looks back over the lag of the search index",
        {"sync.poll.OVERLAP": lambda _: timedelta(0)},
        Focus(
            {"hubspot edits": 10, "hubspot creates": 4},
            machinery={"wait": 0},
            settings={"webhooks": False, "people": 10, "search_lag_ms": 0, "search_jitter_ms": 60_000},
        ),
    ),
    "event values are trusted": Mutation(
        "events are hints: their values and their order are never believed",
        {"sync.webhooks._store": _trust_events},
        Focus(
            {"hubspot edits": 10, "person edits": 3, "both edit the same": 3},
            storm={"webhook-late": 0.5},
            settings={"webhooks": True, "people": 4, "rules": _fields("city", "company")},
        ),
    ),
    "hints are cleared unseen": Mutation(
        "a hint is cleared only if nothing newer came",
        {"sync.hints.clear": _clear_all},
        Focus(
            {"program rewrites the form": 10},
            settings={
                "webhooks": False,
                "search_lag_ms": 0,
                "search_jitter_ms": 0,
                "people": 24,
                "rules": _fields("city", "company"),
                "meddling": 1.0,
                "meddling_at": Aim("after a commit", "reconcile.reconcile", acts=("program edits what is looked at",)),
            },
        ),
    ),
    "a page is walked by time alone": Mutation(
        "contacts modified in one millisecond are walked by id",
        {"sync.poll._by_id": lambda _: lambda *args: iter(())},
        Focus(
            {"hubspot bulk edits": 10, "hubspot edits": 1},
            settings={"webhooks": False, "people": 10, "search_page": 3, "search_lag_ms": 0, "search_jitter_ms": 0},
        ),
    ),
    "only the first search is read": Mutation(
        "a poll goes on where one search ends",
        {"sync.poll._windows": lambda real: lambda *args: iter(list(real(*args))[:1])},
        Focus(
            {"hubspot bulk edits": 5, "hubspot edits": 10, "person edits": 3},
            settings={"webhooks": False, "people": 10, "search_page": 3},
        ),
    ),
    "absence is deletion": Mutation(
        "an id that is not there is asked for archived and singly before it counts as gone",
        {"hubspot.whereabouts.find": _blind_sightings},
        # What LoanArk has no say in holds no deletion up: everybody is looked at, and nobody is edited.
        Focus(
            {"hubspot merges": 8, "hubspot creates": 6, "program updates many": 10},
            settings={"webhooks": False, "people": 10, "rules": _fields("city", "company", direction="to_loanark")},
        ),
    ),
    "a failed read is deletion": Mutation(
        "a failed read is never evidence",
        {"hubspot.whereabouts.find": _failed_is_gone},
        Focus(
            {"hubspot edits": 10},
            machinery={"webhooks": 15, "wait": 0},
            storm={"error-before": 0.85},
            settings={"webhooks": True, "webhook_delay_ms": 0, "people": 10},
        ),
    ),
    "merges are not followed": Mutation(
        "a merged-away id leads to its survivor",
        {"sync.reconcile.follow_merges": _nothing},
        Focus(
            {"hubspot merges": 10, "hubspot creates": 6, "person creates": 3, "hubspot edits": 5},
            settings={"people": 10},
        ),
    ),
    "the digest is deaf": Mutation(
        "a sweep compares every mapped field",
        {"sync.look.digest": _deaf_digest, "sync.outbound.digest": _deaf_digest},
        Focus(
            {"hubspot edits unseen by search": 10, "person edits": 3},
            settings={"webhooks": False, "rules": _fields("city", "company")},
        ),
    ),
    "old readings count": Mutation(
        "a reading older than what is known decides nothing",
        {"sync.look._link_rows": _any_reading},
        Focus(
            {"hubspot edits": 5, "person edits": 5, "person clears": 5, "both edit the same": 5},
            machinery={"zombie": 6, "zombie goes on": 4},
            settings={"meddling": 0.15, "people": 4, "rules": _fields("city", "company", "zip")},
        ),
    ),
    "no intent before the effect": Mutation(
        "an intent is on disk before it is sent",
        {"sync.apply._write_intents": _nothing},
        Focus(
            {"hubspot creates": 2, "person creates": 2},
            machinery={"killed turn": 3},
            settings={
                **LONG_SETTLED,
                "on_both_sides": 0.9,
                "first_deaths": 3,
                "aim": Aim("before a request", UPDATE),
                "rules": _fields("city", "company", "zip", "phone"),
            },
        ),
    ),
    "intents are not picked up": Mutation(
        "what a killed worker had decided is looked at again",
        {"sync.engine._pick_up": _nothing},
        Focus(
            {"person edits": 8, "person creates": 4, "person deletes": 2, "hubspot edits": 4},
            machinery={"killed turn": 15},
            settings={"people": 6, "aim": Aim("after a request", UPDATE, acts=("person edits",))},
        ),
    ),
    "the cursor moves first": Mutation(
        "the checkpoint moves with the page, never before it",
        {"sync.listing._store_page": _checkpoint_first},
        Focus(
            {"hubspot creates": 2, "person creates": 2},
            machinery={"killed turn": 3},
            settings={
                **LONG_SETTLED,
                "on_both_sides": 0.1,
                "first_deaths": 3,
                "aim": Aim("before a statement", "INSERT INTO contact_links"),
            },
        ),
    ),
    "the base does not move": Mutation(
        "what both sides agree on becomes the base",
        {"sync.apply.agree": _nothing, "sync.outbound.agree": _nothing},
        Focus({"hubspot edits": 10, "person edits": 10, "both edit the same": 3}),
    ),
    "the base moves too early": Mutation(
        "the base moves when HubSpot confirmed, not before",
        {"sync.apply._join": _early_base},
        Focus(
            {"person edits": 10, "program updates": 5},
            machinery={"killed turn": 10, "writes unanswered": 5},
            settings={
                "people": 4,
                "aim": Aim("before a request", UPDATE, acts=("person edits",)),
                "rules": _fields("city", "company", "zip"),
            },
        ),
    ),
    "a conflict moves the base": Mutation(
        "the base holds only what both sides held",
        {"sync.apply._join": _base_of_conflict},
        Focus(
            {"both edit the same": 10},
            settings={
                "webhooks": False,
                "search_lag_ms": 0,
                "search_jitter_ms": 0,
                "people": 10,
                "rules": _fields("city", "company", "zip", policy="ask"),
            },
        ),
    ),
    "losers are forgotten": Mutation(
        "the value that loses a conflict is written down",
        {"sync.apply._write_conflicts": _nothing},
        Focus(
            {"both edit the same": 10, "person edits": 3, "hubspot edits": 3},
            settings={"people": 6, "rules": (*_fields("city", "company"), *_fields("zip", policy="loanark"))},
        ),
    ),
    "late conflicts are not looked for": Mutation(
        "HubSpot's history tells of edits between our reading and our writing",
        {"sync.witness.foresee": _nothing},
        Focus(
            {"person edits": 10},
            settings={
                "people": 4,
                "rules": _fields("city"),
                "meddling": 0.8,
                "meddling_at": Aim("before a request", UPDATE, acts=("hubspot edits what is looked at",)),
            },
        ),
    ),
    "a deletion beats an edit": Mutation(
        "an edit outlives a deletion on the other side",
        {"core.plan._plan_deleted": _deletion_wins},
        Focus(
            {"both edit and delete": 10, "person creates": 5, "hubspot creates": 5},
            settings={"people": 10, "rules": _fields("city", "company")},
        ),
    ),
    "creates have no key": Mutation(
        "a contact is made by its unique loanark_id",
        {"hubspot.contacts.Contacts.batch_upsert": _create_for_upsert},
        Focus(
            {"person creates": 10, "program inserts": 5},
            machinery={"killed turn": 8},
            storm={"error-after": 0.05, "reset-after": 0.05, "timeout-after": 0.05},
            settings={"aim": Aim("after a request", UPSERT, acts=("person creates",))},
        ),
    ),
    "unknown outcomes are forgotten": Mutation(
        "an unknown outcome is read back",
        {"sync.outbound._unknown": _nothing},
        Focus(
            {"person edits": 10, "person creates": 3, "hubspot edits": 3},
            machinery={"writes unanswered": 15},
            settings={"people": 6, "rules": _fields("city", "company", "zip")},
        ),
    ),
    "all rows count as done": Mutation(
        "each row of a batch has an outcome of its own",
        {"sync.outbound._send_batches": _all_confirmed},
        Focus(
            {"person types what hubspot refuses": 10, "person edits": 5, "person chooses": 3},
            settings={"rules": _fields("city", "company", "email_verification_status")},
        ),
    ),
    "the refused is sent for ever": Mutation(
        "what HubSpot refused is not sent again unchanged",
        {"sync.apply.Rejected.again": _always(False), "sync.apply.Rejected.whole": _always(False)},
        Focus(
            {"person types what hubspot refuses": 10, "person edits": 5, "hubspot edits": 5},
            settings={"rules": _fields("city", "company", "email_verification_status")},
        ),
    ),
    "blank is sent as null": Mutation(
        "a clear is the empty text: HubSpot ignores null",
        {"sync.apply.wire_properties": _null_for_blank, "sync.outbound.wire_properties": _null_for_blank},
        Focus(
            {"person clears": 10, "person edits": 10, "hubspot edits": 5},
            settings={"rules": _fields("city", "company", "zip")},
        ),
    ),
    "answers are not compared": Mutation(
        "what HubSpot silently changed is a rejection",
        {"sync.outbound._confirmed": _believe_everything},
        Focus(
            {"person steps a stage back": 10, "person edits": 3, "hubspot edits": 3},
            settings={"rules": _fields("city", "company", STAGE_FIELD)},
        ),
    ),
    "own writes look foreign": Mutation(
        "the sync's own writes are marked as its own",
        {"sync.session.tenant_scope": _own_is_foreign},
        Focus({"hubspot edits": 10, "hubspot creates": 3, "person edits": 5}),
    ),
    "nobody needs a lease": Mutation(
        "one writer for each account, fenced",
        {
            "sync.lease.acquire": _anybody,
            "sync.lease.Lease.renew": _nothing,
            "sync.lease.Lease.check": _nothing,
        },
        Focus(
            {"person restores": 10, "person edits": 2},
            machinery={"turn": 14, "zombie": 12, "zombie goes on": 6},
            settings={
                "webhooks": False,
                "people": 6,
                "rules": _fields("city", "company"),
                "aim": Aim("after a request", UPDATE, acts=("person edits", "person deletes")),
            },
        ),
    ),
    "the budget is ignored": Mutation(
        "requests wait for their slot",
        {"connections.budget.Budget.acquire": _no_wait},
        Focus({"hubspot edits": 10, "person edits": 10, "person starts a run": 3}, settings={"limit": 20}),
    ),
    "HubSpot merges unseen edits": Mutation(
        "what somebody typed in HubSpot is looked at before HubSpot merges",
        {"sync.merges.digest": _always(_Alike())},
        Focus(
            {"person merges two": 10, "hubspot touches many fields": 6, "hubspot edits": 4},
            settings={
                "duplicates": Duplicates(),
                "webhooks": False,
                "people": 10,
                "rules": _fields("city", "company"),
                "meddling": 0.8,
                "meddling_at": Aim(
                    "before a request", "batch/read in merges._merge", acts=("hubspot edits who waits for its merge",)
                ),
            },
        ),
    ),
    "HubSpot merges unheard": Mutation(
        "what somebody types in HubSpot just before it merges is told afterwards",
        {"sync.merges._hear": _always(False)},
        Focus(
            {"person merges two": 10, "hubspot touches many fields": 6, "hubspot edits": 4},
            settings={
                "duplicates": Duplicates(),
                "webhooks": False,
                "people": 10,
                "rules": _fields("city", "company"),
                "meddling": 0.8,
                "meddling_at": Aim(
                    "before a request",
                    "contacts/merge in merges._merge",
                    acts=("hubspot edits who waits for its merge",),
                ),
            },
        ),
    ),
    "doubles are made at once": Mutation(
        "whoever may be somebody who is there waits for a decision",
        {"sync.ingest.compare": _nothing},
        Focus(
            {"hubspot enters a double": 5, "person enters a double": 5, "program inserts a double": 3},
            settings={"duplicates": Duplicates(), "people": 4, "rules": _fields("city", "company")},
        ),
    ),
    "an undo leaves the golden record": Mutation(
        "taking a merge back brings both back as they were",
        {"duplicates.merging.recompute": _as_undone},
        Focus(
            {"person merges two": 8, "person undoes a merge": 8, "hubspot touches many fields": 8, "person edits": 3},
            settings={"duplicates": Duplicates(wait_hours=1), "people": 6, "rules": _fields("city", "company")},
        ),
    ),
}
