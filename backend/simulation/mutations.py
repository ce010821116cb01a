"""Rules of the engine, each broken on purpose, by name. A proof that lets a broken rule pass proves nothing.

Each mutation swaps one function of the engine for one that lacks the rule. Nothing here is part of the product.
"""

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from simulation.story import STAGE_FIELD, Story

Make = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A rule, and what takes the place of which attributes (`module.name` or `module.Class.name`)."""

    rule: str
    swaps: Mapping[str, Make]


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
        here = {id: contact for id, contact in read.contacts.items() if contact.id == id}
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
    """How old a reading is makes no difference."""

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


MUTATIONS: dict[str, Mutation] = {
    "polls do not overlap": Mutation(
        "each poll looks back over the lag of the search index",
        {"sync.poll.OVERLAP": lambda _: timedelta(0)},
    ),
    "event values are trusted": Mutation(
        "events are hints: their values and their order are never believed",
        {"sync.webhooks._store": _trust_events},
    ),
    "hints are cleared unseen": Mutation(
        "a hint is cleared only if nothing newer came",
        {"sync.hints.clear": _clear_all},
    ),
    "a page is walked by time alone": Mutation(
        "contacts modified in one millisecond are walked by id",
        {"sync.poll._by_id": lambda _: lambda *args: iter(())},
    ),
    "only the first search is read": Mutation(
        "a poll goes on where one search ends",
        {"sync.poll._windows": lambda real: lambda *args: iter(list(real(*args))[:1])},
    ),
    "absence is deletion": Mutation(
        "an id that is not there is asked for archived and singly before it counts as gone",
        {"hubspot.whereabouts.find": _blind_sightings},
    ),
    "a failed read is deletion": Mutation(
        "a failed read is never evidence",
        {"hubspot.whereabouts.find": _failed_is_gone},
    ),
    "merges are not followed": Mutation(
        "a merged-away id leads to its survivor",
        {"sync.reconcile._follow_merges": _nothing},
    ),
    "the digest is deaf": Mutation(
        "a sweep compares every mapped field",
        {"sync.look.digest": _deaf_digest, "sync.outbound.digest": _deaf_digest},
    ),
    "old readings count": Mutation(
        "a reading older than what is known decides nothing",
        {"sync.look._link_rows": _any_reading},
    ),
    "no intent before the effect": Mutation(
        "an intent is on disk before it is sent",
        {"sync.apply._write_intents": _nothing},
    ),
    "intents are not picked up": Mutation(
        "what a killed worker had decided is looked at again",
        {"sync.engine._pick_up": _nothing},
    ),
    "the cursor moves first": Mutation(
        "the checkpoint moves with the page, never before it",
        {"sync.listing._store_page": _checkpoint_first},
    ),
    "the base does not move": Mutation(
        "what both sides agree on becomes the base",
        {"sync.apply.agree": _nothing, "sync.outbound.agree": _nothing},
    ),
    "the base moves too early": Mutation(
        "the base moves when HubSpot confirmed, not before",
        {"sync.apply._join": _early_base},
    ),
    "a conflict moves the base": Mutation(
        "the base holds only what both sides held",
        {"sync.apply._join": _base_of_conflict},
    ),
    "losers are forgotten": Mutation(
        "the value that loses a conflict is written down",
        {"sync.apply._write_conflicts": _nothing},
    ),
    "late conflicts are not looked for": Mutation(
        "HubSpot's history tells of edits between our reading and our writing",
        {"sync.witness.foresee": _nothing},
    ),
    "a deletion beats an edit": Mutation(
        "an edit outlives a deletion on the other side",
        {"core.plan._plan_deleted": _deletion_wins},
    ),
    "creates have no key": Mutation(
        "a contact is made by its unique loanark_id",
        {"hubspot.contacts.Contacts.batch_upsert": _create_for_upsert},
    ),
    "unknown outcomes are forgotten": Mutation("an unknown outcome is read back", {"sync.outbound._unknown": _nothing}),
    "all rows count as done": Mutation(
        "each row of a batch has an outcome of its own",
        {"sync.outbound._send_batches": _all_confirmed},
    ),
    "the refused is sent for ever": Mutation(
        "what HubSpot refused is not sent again unchanged",
        {"sync.apply.Rejected.again": _always(False), "sync.apply.Rejected.whole": _always(False)},
    ),
    "blank is sent as null": Mutation(
        "a clear is the empty text: HubSpot ignores null",
        {"sync.apply.wire_properties": _null_for_blank, "sync.outbound.wire_properties": _null_for_blank},
    ),
    "answers are not compared": Mutation(
        "what HubSpot silently changed is a rejection",
        {"sync.outbound._confirmed": _believe_everything},
    ),
    "own writes look foreign": Mutation(
        "the sync's own writes are marked as its own", {"sync.session.tenant_scope": _own_is_foreign}
    ),
    "nobody needs a lease": Mutation(
        "one writer for each account, fenced",
        {
            "sync.lease.acquire": _anybody,
            "sync.lease.Lease.renew": _nothing,
            "sync.lease.Lease.check": _nothing,
        },
    ),
    "the budget is ignored": Mutation("requests wait for their slot", {"connections.budget.Budget.acquire": _no_wait}),
}

#: What a story must have to be able to show a breach: only such are played when one is looked for.
NEEDS: dict[str, Callable[[Story], bool]] = {
    "polls do not overlap": lambda s: not s.webhooks and s.search_jitter_ms >= 30_000 and s.settled_first,
    "event values are trusted": lambda s: s.webhooks and "webhook-late" in s.storm and s.settled_first,
    "hints are cleared unseen": lambda s: (
        s.meddling > 0.1 and {"program edits what is looked at", "program rewrites the form"} <= s.acts.keys()
    ),
    "a page is walked by time alone": lambda s: _bulk_without_webhooks(s),
    "only the first search is read": lambda s: _bulk_without_webhooks(s),
    "absence is deletion": lambda s: "hubspot merges" in s.acts and s.webhooks,
    "a failed read is deletion": lambda s: len(s.storm) > 4 and "fault" in s.machinery,
    "merges are not followed": lambda s: "hubspot merges" in s.acts,
    "the digest is deaf": lambda s: "hubspot edits unseen by search" in s.acts and not s.webhooks,
    "old readings count": lambda s: "zombie" in s.machinery and s.meddling > 0.1,
    "no intent before the effect": lambda s: not s.settled_first and "killed turn" in s.machinery,
    "intents are not picked up": lambda s: not s.settled_first and "killed turn" in s.machinery,
    "the cursor moves first": lambda s: not s.settled_first and "killed turn" in s.machinery and s.page < 6,
    "the base moves too early": lambda s: {"killed turn", "writes unanswered"} <= s.machinery,
    "a conflict moves the base": lambda s: "both edit the same" in s.acts and any(r.policy == "ask" for r in s.rules),
    "losers are forgotten": lambda s: "both edit the same" in s.acts and s.settled_first,
    "late conflicts are not looked for": lambda s: s.meddling > 0.1 and "hubspot edits what is looked at" in s.acts,
    "a deletion beats an edit": lambda s: "both edit and delete" in s.acts and s.settled_first,
    "creates have no key": lambda s: bool({"error-after", "reset-after", "timeout-after"} & s.storm.keys()),
    "unknown outcomes are forgotten": lambda s: "writes unanswered" in s.machinery,
    "all rows count as done": lambda s: _refusals(s),
    "the refused is sent for ever": lambda s: _refusals(s),
    "blank is sent as null": lambda s: (
        "person clears" in s.acts and any(r.blank_may_overwrite and r.direction == "both" for r in s.rules)
    ),
    "answers are not compared": lambda s: STAGE_FIELD in s.fields and "person steps a stage back" in s.acts,
    "nobody needs a lease": lambda s: {"zombie", "zombie goes on"} <= s.machinery and s.meddling > 0,
    "the budget is ignored": lambda s: s.limit == 20,
}


def _bulk_without_webhooks(story: Story) -> bool:
    return story.search_page == 3 and not story.webhooks and "hubspot bulk edits" in story.acts


def _refusals(story: Story) -> bool:
    return "person types what hubspot refuses" in story.acts and "email_verification_status" in story.fields


def able(name: str, story: Story) -> bool:
    """Whether a story might show that this rule is broken."""
    return name not in NEEDS or NEEDS[name](story)
