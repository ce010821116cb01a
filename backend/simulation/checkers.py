"""What must be true of every story, whatever happened in it. Each checker is a sentence and looks at evidence alone.

The evidence is what users did (written down when they did it), the simulator's own events with their sources, and the
database's history, which triggers write. Nothing is asked of the engine.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from dataclasses import field as column
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson

from loanark.contacts import standing
from loanark.core.fields import BY_NAME, NAMES, raw_text
from loanark.core.mapping import FieldRule, Side
from loanark.core.values import Unreadable, Value, read
from loanark.hubspot.wire import from_wire
from simulation.clock import BEGINNING
from simulation.record import Record, Typed, Witnessed
from simulation.story import COMMON_FIELDS, MARK, STAGE_FIELD

if TYPE_CHECKING:
    from simulation.world import World


@dataclass(frozen=True, slots=True)
class Violation:
    """A checker's sentence, and what contradicts it."""

    checker: str
    evidence: str


@dataclass(slots=True)
class Evidence:
    """Everything there is to look at, at rest."""

    record: Record
    contacts: dict[str, dict[str, Any]]
    changes: list[dict[str, Any]]
    links: list[dict[str, Any]]
    conflicts: list[dict[str, Any]]
    rejections: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    hints: list[dict[str, Any]]
    intents: list[dict[str, Any]]
    #: Contacts not in sync that left none of the traces by which lists find them (`contacts.standing`).
    untraced: list[dict[str, Any]]
    holder: str
    rules: dict[str, FieldRule]
    #: HubSpot's records by id: properties, and whether archived.
    records: dict[str, tuple[dict[str, str], bool]]
    aliases: dict[str, str]
    most_requests: int
    most_searches: int
    limit: int
    search_limit: int
    kin: "Kin"
    held_by_hubspot: dict[tuple[str, str], set[str | None]]
    held_by_loanark: dict[tuple[str, str], set[str | None]]
    #: Whom LoanArk merged into whom, as the rows themselves told when it happened; `survivor` None: it was undone.
    merges: list[dict[str, Any]] = column(default_factory=list)
    #: What the engine says of its merges, their golden records, and its proposals.
    told_merges: list[dict[str, Any]] = column(default_factory=list)
    proposals: list[dict[str, Any]] = column(default_factory=list)
    #: From when on, in seconds of the story, a possible duplicate of anybody waits for a decision.
    holds_back_since: float = float("inf")

    @property
    def approved_strangers(self) -> set[str]:
        """HubSpot contacts of which a person said that they are somebody who is in LoanArk."""
        return {row["other_hubspot_id"] for row in self.proposals if row["state"] == "merged"} - {None}

    def met(self) -> set[str]:
        """The kin of all who were ever merged, on either side."""
        found = {self.kin.of(f"h{event.record}") for event in self.record.events if event.kind == "merge"}
        return found | {self.kin.of(f"l{row['other']}") for row in self.merges}

    def members(self) -> dict[str, set[str]]:
        """Who lives on in whom now, by the one that lives on; directly."""
        found: dict[str, set[str]] = defaultdict(set)
        for id, row in self.contacts.items():
            if str(row.get("merged_into")) in self.contacts:
                found[str(row["merged_into"])].add(id)
        return found


class Kin:
    """Which records of both sides are or were the same person: by links, by merges on either side, by their mark."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def of(self, name: str) -> str:
        self._parent.setdefault(name, name)
        while self._parent[name] != name:
            self._parent[name] = self._parent[self._parent[name]]
            name = self._parent[name]
        return name

    def join(self, one: str, other: str) -> None:
        self._parent[self.of(one)] = self.of(other)


def gather(world: "World") -> Evidence:
    """Reads the evidence. Nothing of the engine's code decides what it means."""
    rows = world.rows
    contacts = {str(row["id"]): row for row in rows("SELECT * FROM contacts")}
    changes = rows("SELECT * FROM contact_changes ORDER BY id")
    links = rows("SELECT * FROM contact_links ORDER BY id")
    portal = world.portal
    kin = Kin()
    for link in links:
        kin.join(f"l{link['contact_id']}", f"h{link['hubspot_id']}")
    merges = rows("SELECT * FROM simulation.merges ORDER BY id")
    for merge in merges:
        kin.join(f"l{merge['other']}", f"l{merge['survivor'] or merge['was']}")
    for change in changes:
        if (mark := change["after"].get(MARK)) and change["cause"] != "merge":
            kin.join(f"l{change['contact_id']}", f"mark {mark}")
    held_by_hubspot: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for event in world.record.events:
        if event.kind == "propertyChange":
            name, value = event.detail["propertyName"], event.detail["propertyValue"]
            held_by_hubspot[event.record, name].add(value or None)
            if name == MARK and value:
                kin.join(f"h{event.record}", f"mark {value}")
        if event.kind == "merge":
            gone = [event.detail["primaryObjectId"], *event.detail["mergedObjectIds"]]
            for old in gone:
                kin.join(f"h{event.record}", f"h{old}")
            for name, value in event.detail["props"].items():
                held_by_hubspot[event.record, name].add(value)
    held_by_loanark: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for change in changes:
        for name, value in {**change["before"]}.items():
            held_by_loanark[str(change["contact_id"]), name].add(_text(value))
        for name, value in change["after"].items():
            held_by_loanark[str(change["contact_id"]), name].add(_text(value))
        for name in change["before"].keys() - change["after"].keys():
            held_by_loanark[str(change["contact_id"]), name].add(None)
    return Evidence(
        record=world.record,
        contacts=contacts,
        changes=changes,
        links=links,
        conflicts=rows("SELECT * FROM contact_conflicts ORDER BY id"),
        rejections=rows("SELECT * FROM contact_rejections ORDER BY id"),
        runs=rows("SELECT * FROM runs ORDER BY id"),
        hints=rows("SELECT side, record_id, source, attempts, last_error FROM hints"),
        intents=rows("SELECT * FROM intents"),
        untraced=rows(_UNTRACED),
        holder=str((rows("SELECT holder FROM leases") or [{"holder": ""}])[0]["holder"]),
        rules={rule.field: rule for rule in world.mapping().rules},
        records={str(c.id): (dict(c.props), bool(c.archived)) for c in portal.contacts.values()},
        aliases={str(old): str(new) for old, new in portal.aliases.items()},
        most_requests=portal.meter.most_arrivals(),
        most_searches=portal.meter.search_arrivals.maximum,
        limit=world.simulator.limit.count if world.simulator.limit else 0,
        search_limit=world.simulator.search_per_second,
        kin=kin,
        held_by_hubspot=dict(held_by_hubspot),
        held_by_loanark=dict(held_by_loanark),
        merges=merges,
        told_merges=rows("SELECT * FROM duplicate_merges ORDER BY id"),
        proposals=rows("SELECT * FROM duplicate_proposals ORDER BY id"),
        holds_back_since=_holds_back_since(world),
    )


def _holds_back_since(world: "World") -> float:
    began = world.rows("SELECT backfilled_at FROM connections")[0]["backfilled_at"]
    return _seconds(began) if began and world.story.duplicates else float("inf")


_UNTRACED = " UNION ALL ".join(
    f"""SELECT c.id, '{state}' AS state FROM {standing.FROM}
        WHERE {standing.STATE} = '{state}' AND c.id NOT IN ({standing.traced([state])})
        AND EXISTS (SELECT FROM connections WHERE backfilled_at IS NOT NULL)"""
    for state in standing.TROUBLED
)


def check(world: "World") -> list[Violation]:
    """Every checker on the evidence of one story."""
    evidence = gather(world)
    return [
        Violation(sentence, found) for sentence, checker in CHECKERS.items() for found in sorted(set(checker(evidence)))
    ]


# ── 1. Nothing typed vanishes ───────────────────────────────────────────────────────────────────────────────────────


def typed_in_hubspot_is_kept(e: Evidence) -> Iterable[str]:
    reached = _values_by_kin(e, ((f"l{c['contact_id']}", c["before"], c["after"]) for c in e.changes))
    noted = _noted(e)
    erased = {e.kin.of(f"h{deed.record}") for deed in e.record.deeds if deed.what == "erased"}
    for typed in e.record.typed:
        rule = e.rules.get(typed.field)
        if typed.side != "hubspot" or not typed.value or rule is None or typed.field in COMMON_FIELDS:
            continue
        key = (e.kin.of(f"h{typed.record}"), typed.field)
        value = _canonical(typed.field, typed.value)
        if key[0] in erased:
            continue  # a privacy deletion takes everything along, the history included
        if value in reached.get(key, ()) or value in noted.get(key, ()):
            continue
        fate = _fate_in_hubspot(e, typed, rule)
        if fate:
            yield f"{typed.field} {typed.value!r} of HubSpot's {typed.record}, typed at {typed.at:.3f}: {fate}"


def _fate_in_hubspot(e: Evidence, typed: Typed, rule: FieldRule) -> str:
    """Empty when the value is in force, or HubSpot's own users took it away."""
    id, name, value = typed.record, rule.property_name, _canonical(typed.field, typed.value)
    for event in e.record.events[typed.after_event :]:
        if event.kind == "merge" and id in (
            str(event.detail["primaryObjectId"]), *map(str, event.detail["mergedObjectIds"])
        ):  # fmt: skip
            if _canonical(typed.field, event.detail["props"].get(name)) != value:
                if event.ours and rule.source is not Side.LOANARK:
                    return "LoanArk merged the contact, which dropped it, and nobody wrote that down"
                return ""  # the person who merged chose the other's
            id = event.record
        elif event.record != id:
            continue
        elif event.kind == "propertyChange" and event.detail["propertyName"] == name:
            if _canonical(typed.field, event.detail["propertyValue"]) == value:
                continue
            return "LoanArk overwrote it, and nobody wrote that down" if event.ours else ""
        elif event.kind in ("deletion", "privacyDeletion"):
            if not event.ours:
                return ""
            restored = any(later.kind == "restore" and later.record == id for later in e.record.events[event.number :])
            if not restored and rule.source is not Side.LOANARK:
                return "LoanArk deleted the contact, and nobody wrote that down"
    return ""


def typed_in_loanark_is_kept(e: Evidence) -> Iterable[str]:
    reached: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for (record, name), values in e.held_by_hubspot.items():
        field = next((rule.field for rule in e.rules.values() if rule.property_name == name), None)
        if field:
            reached[e.kin.of(f"h{record}"), field] |= {_canonical(field, value) for value in values}
    noted = _noted(e)
    erased = {e.kin.of(f"h{deed.record}") for deed in e.record.deeds if deed.what == "erased"}
    hidden = {str(row["other"]) for row in e.merges}
    deleted = {
        e.kin.of(f"l{deed.record}") for deed in e.record.deeds if (deed.side, deed.what) == ("loanark", "deleted")
    }
    by_contact = defaultdict(list)
    for change in e.changes:
        by_contact[str(change["contact_id"])].append(change)
    for typed in e.record.typed:
        rule = e.rules.get(typed.field)
        if typed.side != "loanark" or not typed.value or rule is None or typed.field in COMMON_FIELDS:
            continue
        key = (e.kin.of(f"l{typed.record}"), typed.field)
        value = _canonical(typed.field, typed.value)
        if key[0] in erased:
            continue  # a privacy deletion takes everything along, the history included
        if value in reached[key] or value in noted.get(key, ()):
            continue
        fate = _fate_in_loanark(typed, value, by_contact[typed.record])
        if typed.record in hidden and key[0] in deleted:
            continue  # whoever deletes a person deletes what was typed into the rows merged into theirs
        if fate == DELETED and rule.source is Side.HUBSPOT:
            continue  # LoanArk has no say in this field, so it holds no deletion up; the deleted row keeps the value
        if fate:
            yield f"{typed.field} {typed.value!r} of LoanArk's {typed.record}, typed at {typed.at:.3f}: {fate}"


DELETED = "the sync deleted the contact, though HubSpot never had the value"


def _fate_in_loanark(typed: Typed, value: str | None, changes: list[dict[str, Any]]) -> str:
    held = False
    for change in changes:
        after = _canonical(typed.field, change["after"].get(typed.field))
        if after == value:
            held = True
        elif held and change["op"] == "deleted":
            if change["cause"] != "sync":
                return ""
            return DELETED
        elif held and change["op"] == "restored":
            pass
        if held and after != value and (typed.field in change["before"] or typed.field in change["after"]):
            return "" if change["cause"] != "sync" else "the sync overwrote it, and no conflict says so"
    return "" if held else "the history does not know it"


def a_clear_is_an_edit(e: Evidence) -> Iterable[str]:
    """What a user cleared does not come back by the sync with the very value that was cleared.

    Unless, between about then and its return, a user gave the field that value on the other side, deleted or restored
    the person, or a conflict or rejection says why.
    """
    merged = e.met()
    for typed in e.record.typed:
        rule = e.rules.get(typed.field)
        who = e.kin.of(f"{typed.side[0]}{typed.record}")
        if typed.value or rule is None or rule.source or not rule.blank_may_overwrite or typed.field in COMMON_FIELDS:
            continue
        back = _came_back_in_loanark(e, typed) if typed.side == "loanark" else _came_back_in_hubspot(e, typed, rule)
        if back and who not in merged and not any(_explains(e, typed, back, who)):
            yield f"{typed.field} of {typed.side}'s {typed.record}, cleared at {typed.at:.3f}, is {back.value!r} again"


@dataclass(frozen=True, slots=True)
class Return:
    """A cleared value that the sync brought back, and when."""

    value: str
    at: float


def _explains(e: Evidence, typed: Typed, back: Return, who: str) -> Iterable[bool]:
    since = typed.at - ABOUT_THEN_SECONDS
    for other in e.record.typed:
        if other.side == typed.side or other.field != typed.field or not since < other.at <= back.at:
            continue
        if _canonical(other.field, other.value) == back.value:
            yield e.kin.of(f"{other.side[0]}{other.record}") == who
    for deed in e.record.deeds:
        if deed.what in ("deleted", "restored") and since < deed.at <= back.at:
            yield e.kin.of(f"{deed.side[0]}{deed.record}") == who
    for row in (*e.conflicts, *e.rejections):
        if row["field"] == typed.field and since < _seconds(row["at"]) <= back.at:
            yield e.kin.of(f"l{row['contact_id']}") == who


#: Nothing of a side stays unseen by the other for longer, while nothing fails.
ABOUT_THEN_SECONDS = 300.0


def _came_back_in_loanark(e: Evidence, typed: Typed) -> Return | None:
    """The value that was cleared, if the sync's next change of the field brings it."""
    cleared: str | None = None
    for change in e.changes:
        if str(change["contact_id"]) != typed.record or change["op"] != "updated":
            continue
        if typed.field not in {**change["before"], **change["after"]}:
            continue
        before, after = (_canonical(typed.field, change[name].get(typed.field)) for name in ("before", "after"))
        if cleared and change["cause"] == "sync" and after == cleared:
            return Return(cleared, _seconds(change["at"]))
        cleared = before if change["cause"] != "sync" and after is None else None
    return None


def _came_back_in_hubspot(e: Evidence, typed: Typed, rule: FieldRule) -> Return | None:
    held: str | None = None
    cleared: str | None = None
    for event in e.record.events:
        if event.record != typed.record or event.detail.get("propertyName") != rule.property_name:
            continue
        value = _canonical(typed.field, event.detail["propertyValue"])
        if cleared and event.ours and value == cleared:
            return Return(cleared, event.at)
        cleared = held if not event.ours and value is None else None
        held = value
    return None


def _noted(e: Evidence) -> dict[tuple[str, str], set[str | None]]:
    """What conflicts and rejections keep, by person and field."""
    found: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for row in e.conflicts:
        key = (e.kin.of(f"l{row['contact_id']}"), row["field"])
        found[key] |= {_canonical(row["field"], row[side]) for side in ("hubspot", "loanark")}
    for row in e.rejections:
        who = f"l{row['contact_id']}" if row["contact_id"] else f"h{row['hubspot_id']}"
        if row["field"]:
            found[e.kin.of(who), row["field"]].add(_canonical(row["field"], row["value"]))
    return found


def _values_by_kin(e: Evidence, rows: Iterable[tuple[str, dict[str, Any], dict[str, Any]]]) -> dict[
    tuple[str, str], set[str | None]
]:  # fmt: skip
    found: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for who, *parts in rows:
        for part in parts:
            for name, value in part.items():
                found[e.kin.of(who), name].add(_canonical(name, _text(value)))
    return found


# ── 2. Nobody twice ─────────────────────────────────────────────────────────────────────────────────────────────────


def nobody_is_twice(e: Evidence) -> Iterable[str]:
    for side in ("contact_id", "hubspot_id"):
        live = Counter(str(link[side]) for link in e.links if link["state"] == "live")
        yield from (f"{id} has {count} live links" for id, count in live.items() if count > 1)
    explained = {str(row["contact_id"]) for row in _open(e.rejections) if not row["field"]}
    # Whoever takes a record out of the bin that was made anew meanwhile makes it twice, on purpose or not.
    restored = {e.kin.of(f"{deed.side[0]}{deed.record}") for deed in e.record.deeds if deed.what == "restored"}
    # Two who were merged carry one mark from then on, and may have to live on as two.
    restored |= e.met()
    # Whoever was entered on both sides and got another e-mail on one of them may never have been recognised.
    twice = {e.kin.of(f"{deed.side[0]}{deed.record}") for deed in e.record.deeds if deed.what == "entered twice"}
    restored |= twice & {e.kin.of(f"{t.side[0]}{t.record}") for t in e.record.typed if t.field == "email"}
    here = Counter(
        row[MARK]
        for id, row in e.contacts.items()
        if not row["deleted_at"] and id not in explained and e.kin.of(f"l{id}") not in restored
    )
    there = Counter(
        props.get(MARK)
        for id, (props, archived) in e.records.items()
        if not archived and e.kin.of(f"h{id}") not in restored
    )
    for name, marks in (("LoanArk", here), ("HubSpot", there)):
        yield from (f"{mark} is {count} times in {name}" for mark, count in marks.items() if mark and count > 1)


# ── 3. and 4. Deletions ─────────────────────────────────────────────────────────────────────────────────────────────


def no_deletion_without_evidence(e: Evidence) -> Iterable[str]:
    """By a user, on the other side; of merged people also on the same: a merge while LoanArk archives one of two leads
    that to what both became."""
    gone = [deed for deed in e.record.deeds if deed.what in ("deleted", "erased")]
    merged = {e.kin.of(f"h{event.record}") for event in e.record.events if event.kind == "merge"}
    deleted_there = {e.kin.of(f"h{deed.record}") for deed in gone if deed.side == "hubspot"}
    deleted_here = {e.kin.of(f"l{deed.record}") for deed in gone if deed.side == "loanark"}
    deleted_there |= merged & deleted_here
    # Who is erased for privacy is erased everywhere, the record made after them included.
    deleted_here |= {e.kin.of(f"h{deed.record}") for deed in gone if deed.what == "erased"}
    for change in e.changes:
        who = e.kin.of(f"l{change['contact_id']}")
        if change["op"] == "deleted" and change["cause"] == "sync" and who not in deleted_there:
            yield f"the sync deleted LoanArk's {change['contact_id']}, whom nobody deleted in HubSpot"
    for event in e.record.events:
        if event.kind == "deletion" and event.ours and e.kin.of(f"h{event.record}") not in deleted_here:
            yield f"LoanArk archived HubSpot's {event.record}, whom nobody deleted in LoanArk"


def nobody_rises_from_the_dead(e: Evidence) -> Iterable[str]:
    """A deletion is final unless somebody restored or merged, or edited on the other side, unseen by the deleter."""
    merged = e.met()
    alive = {e.kin.of(f"l{id}"): f"LoanArk's {id}" for id, row in e.contacts.items() if not row["deleted_at"]}
    alive |= {e.kin.of(f"h{id}"): f"HubSpot's {id}" for id, (_, archived) in e.records.items() if not archived}
    reasons: dict[str, list[float]] = defaultdict(list)
    for deed in e.record.deeds:
        if deed.what == "restored":
            reasons[e.kin.of(f"{deed.side[0]}{deed.record}")].append(float("inf"))
    for deed in e.record.deeds:
        if deed.what not in ("deleted", "erased"):
            continue
        who = e.kin.of(f"{deed.side[0]}{deed.record}")
        if who not in alive or who in merged or reasons[who]:
            continue
        edited = any(
            t.side != deed.side and e.kin.of(f"{t.side[0]}{t.record}") == who and t.at > deed.at - UNSEEN_SECONDS
            for t in e.record.typed
        )
        pending = any(
            e.kin.of(f"l{row['contact_id']}") == who for row in (*e.rejections, *e.conflicts) if row["contact_id"]
        )
        if not edited and not pending:
            yield f"{alive[who]} lives, though a user deleted {deed.side}'s {deed.record} and nobody edited it"


#: An edit this long before a deletion on the other side may not have been seen there.
UNSEEN_SECONDS = 900.0


# ── 5. At rest both sides are the same ──────────────────────────────────────────────────────────────────────────────


def both_sides_are_the_same(e: Evidence) -> Iterable[str]:
    live = [link for link in e.links if link["state"] == "live"]
    whole = {str(row["contact_id"] or row["hubspot_id"]) for row in _open(e.rejections) if not row["field"]}
    fields = {(str(row["contact_id"]), row["field"]) for row in _open(e.rejections)}
    fields |= {(str(row["contact_id"]), row["field"]) for row in e.conflicts if row["open"]}
    linked_here = {str(link["contact_id"]) for link in live}
    linked_there = {link["hubspot_id"] for link in live}
    for id, row in e.contacts.items():
        if not row["deleted_at"] and id not in linked_here and id not in whole:
            yield f"LoanArk's {id} ({row[MARK]}) has no HubSpot contact"
    for id, (props, archived) in e.records.items():
        if not archived and id not in linked_there and id not in whole:
            yield f"HubSpot's {id} ({props.get(MARK)}) has no LoanArk contact"
    for link in live:
        here, there = e.contacts.get(str(link["contact_id"])), e.records.get(link["hubspot_id"])
        if here is None or there is None or there[1] or (here["deleted_at"] and not _lives_on(e, here)):
            yield f"the link of {link['contact_id']} and {link['hubspot_id']} lost a side"
            continue
        for rule in e.rules.values():
            ours = read(rule.kind, raw_text(here[rule.field]))
            theirs = from_wire(rule.kind, there[0].get(rule.property_name))
            if ours == theirs or _may_differ(rule, link["base"], ours, theirs):
                continue
            if (str(link["contact_id"]), rule.field) not in fields:
                yield f"{rule.field} of {link['contact_id']}: LoanArk {ours}, HubSpot {theirs}, and nothing says why"


def _lives_on(e: Evidence, row: dict[str, Any]) -> bool:
    """Whether a hidden contact is merged into one that lives."""
    while row.get("merged_into"):
        row = e.contacts.get(str(row["merged_into"]), {"deleted_at": True})
    return not row["deleted_at"]


def _may_differ(rule: FieldRule, base: Any, ours: Value | Unreadable, theirs: Value | Unreadable) -> bool:
    """A one-way field whose deciding side is blank: it never said anything, or its blank may not overwrite."""
    decides = theirs if rule.source is Side.HUBSPOT else ours
    if rule.source is None or isinstance(decides, Unreadable) or not decides.blank:
        return False
    agreed = base if isinstance(base, dict) else orjson.loads(base)
    return rule.field not in agreed or not rule.blank_may_overwrite


def check_polls(world: "World") -> list[Violation]:
    """Before any complete comparison: what hints, webhooks and polls can find, they have found."""
    e = gather(world)
    # Erased records are in no listing; what the index never heard of, and what came of that, no poll can find.
    hidden = {e.kin.of(f"h{deed.record}") for deed in e.record.deeds if deed.what in ("erased", "unseen")}
    found = []
    for text in both_sides_are_the_same(e):
        named = [word for word in text.replace("'s", "'s ").split() if len(word.strip(":,")) in (12, 36)]
        kin = {e.kin.of(f"{'l' if '-' in word else 'h'}{word.strip(':,')}") for word in named}
        if not kin & hidden:
            found.append(Violation(POLLS, text))
    return sorted(set(found), key=lambda violation: violation.evidence)


POLLS = "what webhooks, polls and hints can find needs no complete comparison"


# ── 6. and 7. Writes ────────────────────────────────────────────────────────────────────────────────────────────────


def footprint(world: "World") -> list[Any]:
    """Everything on LoanArk's side that another pass must leave as it is."""
    return [
        world.rows("SELECT id, version FROM contacts ORDER BY id"),
        world.rows("SELECT count(*) FROM contact_changes"),
        world.rows("SELECT id, contact_id, hubspot_id, state, base FROM contact_links ORDER BY id"),
    ]


#: Requests that write contacts, whatever HubSpot answers them.
WRITES = ("/batch/create", "/batch/update", "/batch/upsert", "/batch/archive")


def nothing_written(world: "World", before: list[Any], number: int, requests: int) -> list[Violation]:
    """After quiet another pass writes nothing, on either side."""
    sentence = "after quiet another pass writes nothing"
    found = [
        Violation(sentence, f"HubSpot: {event.kind} of {event.record} {event.detail}")
        for event in world.record.events[number:]
        if event.ours
    ]
    found += [
        Violation(sentence, f"a request to write: {entry['path']}")
        for entry in list(world.simulator.log)[requests:]
        if entry["path"].endswith(WRITES)
    ]
    names = ("contacts", "history", "links")
    found += [
        Violation(sentence, f"LoanArk's {name} changed")
        for name, one, other in zip(names, before, footprint(world), strict=True)
        if one != other
    ]
    return found


def writes_are_bounded(e: Evidence) -> Iterable[str]:
    """So many writes of a field as there were reasons: each edit is carried over once, and repeated at most once."""
    reasons: Counter[tuple[str, str]] = Counter()
    lives: Counter[str] = Counter()
    for typed in e.record.typed:
        reasons[e.kin.of(f"{typed.side[0]}{typed.record}"), typed.field] += 1
    for deed in e.record.deeds:
        lives[e.kin.of(f"{deed.side[0]}{deed.record.partition('/')[0]}")] += 1
    for event in e.record.events:
        if event.kind in ("merge", "creation"):
            lives[e.kin.of(f"h{event.record}")] += 1
    for merge in e.merges:
        # The golden record is written, and what it was made of again when it is taken apart.
        lives[e.kin.of(f"l{merge['other']}")] += 2
    written: Counter[tuple[str, str]] = Counter()
    for event in e.record.events:
        if event.kind == "propertyChange" and event.ours:
            written[e.kin.of(f"h{event.record}"), event.detail["propertyName"]] += 1
    for rule in e.rules.values():
        for (who, name), count in written.items():
            if name == rule.property_name:
                allowed = 2 * reasons[who, rule.field] + 2 * lives[who] + 2
                if count > allowed:
                    yield f"{name} of {who} was written {count} times for {reasons[who, rule.field]} edits"


# ── 8. The quota ────────────────────────────────────────────────────────────────────────────────────────────────────


def the_quota_holds(e: Evidence) -> Iterable[str]:
    if e.most_requests > e.limit:
        yield f"{e.most_requests} requests in ten seconds, where {e.limit} are allowed"
    if e.most_searches > e.search_limit:
        yield f"{e.most_searches} searches in a second, where {e.search_limit} are allowed"


# ── 9. The base ─────────────────────────────────────────────────────────────────────────────────────────────────────


def the_base_is_common_ground(e: Evidence) -> Iterable[str]:
    held_there: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for (record, name), values in e.held_by_hubspot.items():
        held_there[e.kin.of(f"h{record}"), name] |= values
    held_here: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for (contact, field), values in e.held_by_loanark.items():
        held_here[e.kin.of(f"l{contact}"), field] |= values
    excused = {deed.record for deed in e.record.deeds if deed.what == "decided loanark"}
    # HubSpot's own reading of a value of ours, told as a rejection, is no edit of its users.
    excused |= {f"{row['contact_id']}/{row['field']}" for row in e.rejections if row["code"] == "coerced"}
    for link in e.links:
        base = link["base"] if isinstance(link["base"], dict) else orjson.loads(link["base"])
        for field, value in base.items():
            rule = e.rules.get(field)
            if link["state"] != "live" or rule is None:
                continue
            there = {_read(rule, text) for text in held_there[e.kin.of(f"h{link['hubspot_id']}"), rule.property_name]}
            here = {_read(rule, text) for text in held_here[e.kin.of(f"l{link['contact_id']}"), field]}
            if value not in there:
                yield f"base {field} {value!r} of {link['contact_id']}: HubSpot never held it"
            if value not in here and f"{link['contact_id']}/{field}" not in excused:
                yield f"base {field} {value!r} of {link['contact_id']}: LoanArk never held it"


def the_base_is_up_to_date(e: Evidence) -> Iterable[str]:
    """At rest, what both sides hold alike is what they agreed on: else the next edit of one side looks like two."""
    for link in e.links:
        here, there = e.contacts.get(str(link["contact_id"])), e.records.get(link["hubspot_id"])
        if link["state"] != "live" or here is None or there is None:
            continue
        base = link["base"] if isinstance(link["base"], dict) else orjson.loads(link["base"])
        for rule in e.rules.values():
            ours = read(rule.kind, raw_text(here[rule.field]))
            theirs = from_wire(rule.kind, there[0].get(rule.property_name))
            if ours == theirs and isinstance(ours, Value) and ours.canonical != base.get(rule.field):
                yield f"both hold {rule.field} {ours.canonical!r} of {link['contact_id']}, but the base says {base}"


# ── 10. Nothing is left behind ──────────────────────────────────────────────────────────────────────────────────────


def nothing_is_left_behind(e: Evidence) -> Iterable[str]:
    yield from (f"an intent of {row['contact_id']}" for row in e.intents)
    yield from (f"a hint of {row['side']}'s {row['record_id']}: {row['last_error']}" for row in e.hints)
    if e.holder:
        yield f"the lease is held by {e.holder}"


def who_is_not_in_sync_is_found(e: Evidence) -> Iterable[str]:
    yield from (f"{row['id']} is {row['state']}" for row in e.untraced)


def runs_tell_the_truth(e: Evidence) -> Iterable[str]:
    for run in e.runs:
        name = f"the {run['kind']} {run['id']}"
        if run["status"] in ("running", "held", "waiting"):
            yield f"{name} is {run['status']} for ever"
        rejected = run["counts"].get("rejected") if run["kind"] != "preview" else 0
        if run["status"] == "succeeded" and rejected and "settled before the end" not in (run["reason"] or ""):
            yield f"{name} succeeded with {run['counts']['rejected']} rejected"
        if run["status"] in ("succeeded", "partial") and run["kind"] != "preview" and not run["finished_at"]:
            yield f"{name} ended without an end"
        if run["status"] == "failed":
            yield f"{name} failed: {run['reason']}"
    last = next((run for run in reversed(e.runs) if run["kind"] != "preview"), None)
    if last and last["status"] == "succeeded" and _open(e.rejections):
        yield f"the {last['kind']} {last['id']} succeeded while {len(_open(e.rejections))} rejections are open"


# ── 11. The history ─────────────────────────────────────────────────────────────────────────────────────────────────


def the_history_has_no_gaps(e: Evidence) -> Iterable[str]:
    now: dict[str, dict[str, Any]] = defaultdict(dict)
    for change in e.changes:
        id, state = str(change["contact_id"]), now[str(change["contact_id"])]
        for name in change["before"].keys() | change["after"].keys():
            if state.get(name) != change["before"].get(name):
                yield f"{name} of {id} was {state.get(name)!r}, but change {change['id']} found {change['before']}"
        state.update(change["after"])
        for name in change["before"].keys() - change["after"].keys():
            state.pop(name, None)
    for id, row in e.contacts.items():
        for name in NAMES:
            if _text(now[id].get(name)) != raw_text(row[name]) and str(now[id].get(name)) != str(row[name]):
                yield f"{name} of {id} is {row[name]!r}, but its history says {now[id].get(name)!r}"


def the_history_names_the_doer(e: Evidence) -> Iterable[str]:
    """What the sync wrote is never put down to a user, and what a user wrote never to the sync."""
    typed = {(t.record, t.field, _canonical(t.field, t.value)) for t in e.record.typed if t.side == "loanark"}
    watched = {field for _, field, _ in typed}
    for change in e.changes:
        for name, value in change["after"].items():
            key = (str(change["contact_id"]), name, _canonical(name, _text(value)))
            if change["cause"] in ("user", "sql") and name in watched and key not in typed and name != "email":
                yield f"change {change['id']} says that {change['cause']} wrote {name} {value!r}: nobody did"


def only_the_refused_is_rejected(e: Evidence) -> Iterable[str]:
    """A rejection of a value that HubSpot would take hides a difference that need not be."""
    for row in _open(e.rejections):
        text = row["value"] or ""
        refused = row["field"] in ("", "email", STAGE_FIELD) or text.startswith(("unreadable ", "no such option "))
        if not refused:
            yield f"{row['field']} {row['value']!r} of {row['contact_id']} is rejected: {row['reason']}"


def coercions_are_told(e: Evidence) -> Iterable[str]:
    """A life-cycle stage that HubSpot silently did not take stays LoanArk's, with a rejection."""
    told = {str(row["contact_id"]) for row in e.rejections if row["field"] == STAGE_FIELD}
    told |= {str(row["contact_id"]) for row in e.conflicts if row["field"] == STAGE_FIELD}
    last = {t.record: t for t in e.record.typed if t.side == "loanark" and t.field == STAGE_FIELD}
    rule = e.rules.get(STAGE_FIELD)
    for id, typed in last.items():
        row = e.contacts.get(id)
        if rule is None or rule.source is not None or row is None or row["deleted_at"]:
            continue
        live = next((k for k in e.links if k["state"] == "live" and str(k["contact_id"]) == id), None)
        there = e.records.get(live["hubspot_id"]) if live else None
        if there and row[STAGE_FIELD] != there[0].get("lifecyclestage") and id not in told:
            yield f"{STAGE_FIELD} {typed.value!r} of {id}: HubSpot did not take it, and nothing says so"
    for id, value in _taken_back(e, STAGE_FIELD, "lifecyclestage"):
        if rule is not None and rule.source is None and id not in told:
            yield f"{STAGE_FIELD} {value!r} of {id}: HubSpot did not take it, so the sync took it back in silence"


def _taken_back(e: Evidence, field: str, property_name: str) -> Iterable[tuple[str, str | None]]:
    """What LoanArk's users typed and the sync replaced by the very value before, which no user gave again."""
    merged = e.met()
    given = [
        (e.kin.of(f"h{event.record}"), event.at)
        for event in e.record.events
        if not event.ours and event.detail.get("propertyName") == property_name
    ]
    typed: dict[str, dict[str, Any]] = {}
    for change in e.changes:
        id, who = str(change["contact_id"]), e.kin.of(f"l{change['contact_id']}")
        if who in merged or field not in {**change["before"], **change["after"]}:
            continue
        last = typed.pop(id, None)
        if change["op"] == "updated" and change["cause"] != "sync":
            typed[id] = change
        elif change["op"] == "updated" and last and change["after"].get(field) == last["before"].get(field):
            since, until = _seconds(last["at"]), _seconds(change["at"])
            if not any(one == who and since <= at <= until for one, at in given):
                yield id, _text(last["after"].get(field))


# ── 12. One person, one contact ─────────────────────────────────────────────────────────────────────────────────────


def one_person_has_one_hubspot_contact(e: Evidence) -> Iterable[str]:
    """Once the waiting is over HubSpot has merged what LoanArk merged, unless it would not."""
    refused = {e.kin.of(f"l{row['contact_id']}") for row in e.told_merges if row["hubspot"] == "refused"}
    homes: dict[str, set[str]] = defaultdict(set)
    for link in e.links:
        if link["state"] == "live":
            homes[_root(e, str(link["contact_id"]))].add(link["hubspot_id"])
    for id, found in homes.items():
        if len(found) > 1 and e.kin.of(f"l{id}") not in refused:
            yield f"{id} has {len(found)} HubSpot contacts: {sorted(found)}"


def _root(e: Evidence, id: str) -> str:
    while id in e.contacts and e.contacts[id].get("merged_into"):
        id = str(e.contacts[id]["merged_into"])
    return id


def nobody_is_overwritten_by_a_merge(e: Evidence) -> Iterable[str]:
    """A row into which nobody is merged holds exactly what was typed or synced into it, whatever was merged meanwhile
    and taken back."""
    golden, erased = e.members(), _erased(e)
    own: dict[str, dict[str, Any]] = defaultdict(dict)
    for change in e.changes:
        if change["cause"] == "merge":
            continue
        state = own[str(change["contact_id"])]
        state.update(change["after"])
        for name in change["before"].keys() - change["after"].keys():
            state.pop(name, None)
    for id in sorted({str(row[end]) for row in e.merges for end in ("other", "survivor", "was") if row[end]}):
        row = e.contacts.get(id)
        if row is None or id in golden or e.kin.of(f"l{id}") in erased:
            continue
        for name in NAMES:
            if _text(own[id].get(name)) != raw_text(row[name]) and str(own[id].get(name)) != str(row[name]):
                yield f"{name} of {id} is {row[name]!r} after a merge; it was given {own[id].get(name)!r}"


def a_golden_record_is_made_of_its_members(e: Evidence) -> Iterable[str]:
    """Each of its values is held by a member or was given to itself; and it is blank only where all are, or where
    somebody cleared it."""
    given: dict[tuple[str, str], set[str | None]] = defaultdict(set)
    for change in e.changes:
        if change["cause"] != "merge":
            for name in change["before"].keys() | change["after"].keys():
                given[str(change["contact_id"]), name].add(_text(change["after"].get(name)))
    erased = _erased(e)
    for id, members in e.members().items():
        row = e.contacts[id]
        if e.kin.of(f"l{id}") in erased:
            continue
        for name in NAMES:
            value, theirs = raw_text(row[name]), {raw_text(e.contacts[one][name]) or "" for one in members}
            if value and value not in theirs | given[id, name]:
                yield f"{name} of {id} is {value!r}, which no member holds and nobody typed"
            if not value and any(theirs) and None not in given[id, name]:
                yield f"{name} of {id} is blank, though a member holds {max(theirs)!r}"


def _erased(e: Evidence) -> set[str]:
    return {e.kin.of(f"{deed.side[0]}{deed.record}") for deed in e.record.deeds if deed.what == "erased"}


#: What a double has of somebody. While nobody touches that, they look alike.
_ALIKE = frozenset({"phone", "mobilephone", "firstname", "email"})


def no_double_is_made_unasked(e: Evidence) -> Iterable[str]:
    """Whoever was entered a second time gets no counterpart of their own before a person decided.

    A second time: under a first name and a number that LoanArk knew by then. A number alone is a household's.
    """
    live = {str(link[end]): link for link in e.links if link["state"] == "live" for end in ("contact_id", "hubspot_id")}
    decided = {str(row[end]) for row in e.merges for end in ("other", "survivor", "was")}
    decided |= {id for row in e.proposals if row["state"] in ("rejected", "merged") for id in _pair(row, {})}
    moved = {e.kin.of(f"{d.side[0]}{d.record}") for d in e.record.deeds if not d.what.startswith(DOUBLE)} | e.met()
    for deed in e.record.deeds:
        if not deed.what.startswith(DOUBLE) or not e.holds_back_since < deed.at:
            continue
        who, whom = f"{deed.side[0]}{deed.record}", deed.what.removeprefix(DOUBLE)
        one, other = live.get(who[1:]), live.get(whom[1:])
        if not one or not other or one is other or {e.kin.of(who), e.kin.of(whom)} & moved:
            continue
        ends = {str(link[end]) for link in (one, other) for end in ("contact_id", "hubspot_id")}
        if ends & decided or _touched(e, who, deed.at) or _touched(e, whom, deed.at):
            continue
        (first, numbers), (known_first, known) = _known(e, one, float("inf")), _known(e, other, deed.at)
        if first and first == known_first and numbers & known:
            yield f"{who} is a double of {whom}, and was made on the other side though nobody decided that"


#: How a deed says whose double somebody is.
DOUBLE = "double of "


def _known(e: Evidence, link: dict[str, Any], until: float) -> tuple[str | None, set[str | None]]:
    """The first name and the numbers that LoanArk's contact held then."""
    held: dict[str, str | None] = {}
    for change in e.changes:
        if change["contact_id"] == link["contact_id"] and _seconds(change["at"]) < until:
            for name in {"firstname", "phone", "mobilephone"} & (change["before"].keys() | change["after"].keys()):
                held[name] = _canonical(name, change["after"].get(name))
    first = held.pop("firstname", None)
    return first, {*held.values()} - {None}


def _touched(e: Evidence, name: str, since: float) -> bool:
    """Whether somebody changed what makes them alike; what the other side changed shortly before may arrive after."""
    return any(
        t.field in _ALIKE
        and t.at > (since if t.side[0] == name[0] else since - ABOUT_THEN_SECONDS)
        and e.kin.of(f"{t.side[0]}{t.record}") == e.kin.of(name)
        for t in e.record.typed
    )


def who_waits_waits_for_a_decision(e: Evidence) -> Iterable[str]:
    """Whoever is held back as a possible duplicate has an open proposal that says so, and the other way round."""
    held = {
        str(row["contact_id"] or row["hubspot_id"])
        for row in _open(e.rejections)
        if row["code"] == "possible-duplicate"
    }
    holding = {row["holds"] for row in e.proposals if row["state"] == "open" and row["holds"]}
    # Where one is in HubSpot only, and the other one in LoanArk only, both wait for one decision.
    strangers = [row for row in e.proposals if row["state"] == "open" and row["other_hubspot_id"]]
    waiting = holding | {id for row in strangers for id in (str(row["contact_id"]), row["other_hubspot_id"])}
    yield from (f"{id} is held back, and no proposal waits for a decision" for id in sorted(held - waiting))
    for id in sorted(holding - held):
        yield f"a proposal holds {id}, which is not held back"


def nobody_is_proposed_again(e: Evidence) -> Iterable[str]:
    """What a person rejected stays rejected, unless somebody merged the two after all."""
    linked = {link["hubspot_id"]: str(link["contact_id"]) for link in e.links if link["state"] == "live"}
    # Of whom a person said that it is somebody here, it became no contact of its own.
    linked = {id: contact for id, contact in linked.items() if id not in e.approved_strangers}
    rejected = {deed.record for deed in e.record.deeds if deed.what == "rejected"}
    decided = {_pair(row, linked): row for row in e.proposals if str(row["id"]) in rejected}
    for row in e.proposals:
        if row["state"] == "open" and (str(row["id"]) in rejected or _pair(row, linked) in decided):
            yield f"proposal {row['id']} of {sorted(_pair(row, linked))} is open, though a person rejected it"


def _pair(row: dict[str, Any], linked: dict[str, str]) -> frozenset[str]:
    other = row["other_contact_id"] or linked.get(row["other_hubspot_id"], row["other_hubspot_id"])
    return frozenset((str(row["contact_id"]), str(other)))


def hubspot_is_at_no_merge(e: Evidence) -> Iterable[str]:
    for row in e.told_merges:
        if row["hubspot"] == "sending":
            yield f"the merge {row['id']} is being sent for ever"
        if row["state"] == "undone" and row["hubspot"] == "done":
            other = e.contacts.get(str(row["other_contact_id"]))
            live = any(k["state"] == "live" and k["contact_id"] == row["other_contact_id"] for k in e.links)
            if other and not other["deleted_at"] and live:
                yield f"the merge {row['id']} was taken back, and its other contact never completed in HubSpot"


# ── 13. No surprises ────────────────────────────────────────────────────────────────────────────────────────────────


def no_turn_fails_by_surprise(e: Evidence) -> Iterable[str]:
    yield from e.record.surprises


CHECKERS: dict[str, Callable[[Evidence], Iterable[str]]] = {
    "what is typed in HubSpot is in force, overwritten by HubSpot's users, or written down": typed_in_hubspot_is_kept,
    "what is typed in LoanArk is in force, overwritten by LoanArk's users, or written down": typed_in_loanark_is_kept,
    "what is cleared stays cleared": a_clear_is_an_edit,
    "nobody is there twice": nobody_is_twice,
    "nobody is deleted whom no user deleted": no_deletion_without_evidence,
    "nobody rises from the dead": nobody_rises_from_the_dead,
    "at rest both sides are the same, or something open says why": both_sides_are_the_same,
    "writes are as few as the reasons for them": writes_are_bounded,
    "the quota is never exceeded": the_quota_holds,
    "the base holds only what both sides held": the_base_is_common_ground,
    "what both sides hold alike is their base": the_base_is_up_to_date,
    "nothing is left behind": nothing_is_left_behind,
    "who is not in sync is found": who_is_not_in_sync_is_found,
    "runs tell the truth": runs_tell_the_truth,
    "the history has no gaps": the_history_has_no_gaps,
    "the history names the doer": the_history_names_the_doer,
    "only what cannot be carried over is rejected": only_the_refused_is_rejected,
    "what HubSpot silently did not take is told": coercions_are_told,
    "one person has one HubSpot contact": one_person_has_one_hubspot_contact,
    "nobody is overwritten by a merge": nobody_is_overwritten_by_a_merge,
    "a golden record is made of its members": a_golden_record_is_made_of_its_members,
    "no double is made before a person decided": no_double_is_made_unasked,
    "who waits waits for a decision": who_waits_waits_for_a_decision,
    "nobody who was rejected is proposed again": nobody_is_proposed_again,
    "HubSpot's merges come to an end": hubspot_is_at_no_merge,
    "no turn fails by surprise": no_turn_fails_by_surprise,
}


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _seconds(at: datetime) -> float:
    """Seconds since the story began."""
    return (at - BEGINNING).total_seconds()


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _canonical(field: str, raw: Any) -> str | None:
    """One form for what is the same value; what is none stays as it is."""
    text = _text(raw)
    if field not in BY_NAME or not text:
        return text or None
    if field == "client_type_prospects":
        return ";".join(sorted(text.split(";")))
    value = read(BY_NAME[field].kind, text)
    return text if isinstance(value, Unreadable) else value.canonical


def _read(rule: FieldRule, raw: str | None) -> str | None:
    value = from_wire(rule.kind, raw)
    return None if isinstance(value, Unreadable) else value.canonical


def _open(rejections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rejections if row["resolved_at"] is None]


__all__ = ["CHECKERS", "Evidence", "Violation", "Witnessed", "check", "footprint", "gather", "nothing_written"]
