"""The planner: what must happen so that two sides and their base agree again. A pure function of what was seen.

`plan` looks at one contact: the base both sides last agreed on, what LoanArk holds, what HubSpot holds, and returns
the operations with their reasons. It knows no clock and no database; the same input gives the same plan, so preview,
execution and undo share it.

    remote vs base | local vs base | remote vs local | plan
    same           | same          |                 | nothing
    changed        | same          |                 | write the remote value to LoanArk
    same           | changed       |                 | write the local value to HubSpot
    changed        | changed       | equal           | move the base only
    changed        | changed       | differ          | conflict: the field's policy decides
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from loanark.core.mapping import FieldRule, Mapping, Policy, Side
from loanark.core.values import BLANK, Kind, Unreadable, Value, keys_of

#: Two clocks: edits closer than this have no order that can be trusted, and the policy `newest` asks a person.
CLOCK_SKEW = timedelta(seconds=2)

#: Canonical values both sides last agreed on, by field; a blank field is absent.
Base = Dict[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One side's contact as it is now: alive with values, or known to be deleted."""

    values: Dict[str, Value | Unreadable] = field(default_factory=dict)
    deleted: bool = False
    #: Deleted for privacy: nothing of the person may stay anywhere.
    erased: bool = False
    #: When each field was last changed there, by that side's own clock (only the policy `newest` needs it).
    changed_at: Dict[str, datetime] = field(default_factory=dict)
    #: Fields that differ from the base for a reason that is told already (a refused or unreadable value): no new edits.
    told: frozenset[str] = frozenset()

    def value(self, name: str) -> Value | Unreadable:
        return self.values.get(name, BLANK)


# Operations are named tuples: a backfill makes millions of them, and no other immutable object is made as quickly.


class Write(NamedTuple):
    """Give `side` the value of the other side (or a union of both)."""

    side: Side
    field: str
    before: Value
    after: Value
    reason: str


class MoveBase(NamedTuple):
    """Both sides hold the same new value: remember it."""

    field: str
    value: Value


class Conflict(NamedTuple):
    """Both sides changed a field differently. `winner` None: a person decides."""

    field: str
    base: str | None
    hubspot: Value
    loanark: Value
    policy: Policy
    winner: Side | None
    #: With the policy `union` nobody wins: this is what both become.
    merged: Value | None = None

    @property
    def open(self) -> bool:
        return self.winner is None and self.merged is None


class Reject(NamedTuple):
    """A value that cannot be carried over; the contact's other fields go on."""

    field: str
    side: Side
    raw: str
    reason: str


FieldOperation = Write | MoveBase | Conflict | Reject


class Action(StrEnum):
    """What happens to the contact as a whole, before its fields."""

    UPDATE = "update"
    CREATE = "create"
    MATCH = "match"
    DELETE = "delete"
    RESTORE = "restore"
    CLOSE = "close"
    ERASE = "erase"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Plan:
    """Ordered operations for one contact."""

    action: Action
    #: The side on which the contact is created, deleted or restored.
    side: Side | None = None
    operations: tuple[FieldOperation, ...] = ()
    reason: str = ""

    @property
    def empty(self) -> bool:
        return self.action is Action.NOTHING or (self.action is Action.UPDATE and not self.operations)

    def writes(self, side: Side) -> dict[str, Value]:
        return {op.field: op.after for op in self.operations if isinstance(op, Write) and op.side is side}

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        return tuple([op for op in self.operations if isinstance(op, Conflict)])

    @property
    def rejects(self) -> tuple[Reject, ...]:
        return tuple([op for op in self.operations if isinstance(op, Reject)])


@dataclass(frozen=True, slots=True)
class Policies:
    """An organisation's record-level choices."""

    #: Whose value is kept when two existing contacts meet for the first time and both hold one.
    first_match: Side = Side.HUBSPOT
    #: Sides whose deletions do not follow: what is deleted there stays on the other side, and is not made again.
    deletes_stay: frozenset[Side] = frozenset()


def plan(base: Base | None, local: Record | None, remote: Record | None, mapping: Mapping, policies: Policies) -> Plan:
    """Plans one contact. `base` None: the two sides have never been linked. A side None: it has no such contact."""
    if remote and remote.erased:
        reason = "erased for privacy in HubSpot"
        return Plan(Action.ERASE, Side.LOANARK, reason=reason) if local else Plan(Action.NOTHING, reason=reason)
    if base is None:
        return _plan_new(local, remote, mapping, policies)
    if local is None or remote is None:
        raise ValueError("a linked contact must be seen on both sides, alive or deleted")
    if local.deleted and remote.deleted:
        return Plan(Action.CLOSE, reason="deleted on both sides")
    if local.deleted:
        return _plan_deleted(Side.LOANARK, base, remote, mapping, policies)
    if remote.deleted:
        return _plan_deleted(Side.HUBSPOT, base, local, mapping, policies)
    return Plan(Action.UPDATE, operations=_fields(base, local, remote, mapping))


def _plan_new(local: Record | None, remote: Record | None, mapping: Mapping, policies: Policies) -> Plan:
    alive_local = local if local and not local.deleted else None
    alive_remote = remote if remote and not remote.deleted else None
    if alive_local and alive_remote:
        operations = _fields({}, alive_local, alive_remote, mapping, first_match=policies.first_match)
        return Plan(Action.MATCH, operations=operations, reason="the same person on both sides")
    if alive_remote and local:
        reason = "deleted in LoanArk before, but back in HubSpot"
        return Plan(Action.RESTORE, Side.LOANARK, _copy(alive_remote, Side.LOANARK, mapping), reason)
    if alive_remote:
        return Plan(Action.CREATE, Side.LOANARK, _copy(alive_remote, Side.LOANARK, mapping), "new in HubSpot")
    if alive_local:
        return Plan(Action.CREATE, Side.HUBSPOT, _copy(alive_local, Side.HUBSPOT, mapping), "new in LoanArk")
    return Plan(Action.NOTHING)


def _plan_deleted(gone: Side, base: Base, alive: Record, mapping: Mapping, policies: Policies) -> Plan:
    """One side deleted it. An edit on the other side since then outlives the deletion: nothing typed is thrown away.

    Where deletions do not follow, the two stay linked, so that it is known later why one of them is alone.
    """
    if gone in policies.deletes_stay:
        return Plan(Action.NOTHING, reason=f"deleted in {_name(gone)}; deletions do not follow here")
    edited = any(_changed(rule, base, alive) for rule in mapping.rules if rule.source is not gone)
    if edited:
        return restore(
            gone, alive, mapping, f"deleted in {_name(gone)} but edited in {_name(gone.other)} since: the edit is kept"
        )
    return Plan(Action.DELETE, gone.other, reason=f"deleted in {_name(gone)}")


def restore(gone: Side, alive: Record, mapping: Mapping, reason: str) -> Plan:
    """Makes a contact again on the side where it is gone, as the other side holds it."""
    return Plan(Action.RESTORE, gone, _copy(alive, gone, mapping), reason)


def _changed(rule: FieldRule, base: Base, record: Record) -> bool:
    value = record.value(rule.field)
    if rule.field in record.told:
        return False
    return isinstance(value, Unreadable) or value.canonical != base.get(rule.field)


def _copy(source: Record, side: Side, mapping: Mapping) -> tuple[FieldOperation, ...]:
    """Every value of `source` for a contact that is about to exist on `side`."""
    origin, values = side.other, source.values
    reason = f"new in {_name(origin)}"
    operations: list[FieldOperation] = []
    for rule in mapping.rules:
        value = values.get(rule.field, BLANK)
        if value is BLANK or rule.source is side:
            continue
        if isinstance(value, Unreadable):
            operations.append(Reject(rule.field, origin, value.raw, value.reason))
        elif value.raw is not None or not value.blank:
            # White space alone counts as blank, and a copy keeps it all the same.
            operations.append(Write(side, rule.field, BLANK, value, reason))
    return tuple(operations)


def _fields(
    base: Base, local: Record, remote: Record, mapping: Mapping, *, first_match: Side | None = None
) -> tuple[FieldOperation, ...]:
    operations: list[FieldOperation] = []
    for rule in mapping.rules:
        operations.extend(_field(rule, base.get(rule.field), local, remote, first_match))
    return tuple(operations)


def _field(
    rule: FieldRule, base: str | None, local: Record, remote: Record, first_match: Side | None
) -> tuple[FieldOperation, ...]:
    ours, theirs = local.value(rule.field), remote.value(rule.field)
    if isinstance(ours, Unreadable):
        return (Reject(rule.field, Side.LOANARK, ours.raw, ours.reason),)
    if isinstance(theirs, Unreadable):
        return (Reject(rule.field, Side.HUBSPOT, theirs.raw, theirs.reason),)
    if ours == theirs:
        return () if ours.canonical == base else (MoveBase(rule.field, ours),)
    if rule.source:
        return _one_way(rule, rule.source, base, ours, theirs)
    if first_match and (ours.blank or theirs.blank):
        return (_write(rule, Side.HUBSPOT if ours.blank else Side.LOANARK, ours, theirs, "fills a blank"),)
    if theirs.canonical != base and ours.canonical != base:
        if (ours.blank or theirs.blank) and not rule.blank_may_overwrite:
            return (_refill(rule, ours, theirs),)
        return _conflict(rule, base, local, remote, ours, theirs, first_match)
    winner = Side.HUBSPOT if ours.canonical == base else Side.LOANARK
    value = theirs if winner is Side.HUBSPOT else ours
    if value.blank and not rule.blank_may_overwrite:
        return (_refill(rule, ours, theirs),)
    return (_write(rule, winner, ours, theirs, f"changed in {_name(winner)}"),)


def _one_way(rule: FieldRule, source: Side, base: str | None, ours: Value, theirs: Value) -> tuple[FieldOperation, ...]:
    """What was typed on the side that has no say is put back, and kept in a conflict: somebody typed it.

    A blank that the deciding side never filled says nothing: it clears nobody's value.
    """
    value, other = (theirs, ours) if source is Side.HUBSPOT else (ours, theirs)
    if value.blank and (base is None or not rule.blank_may_overwrite):
        return ()
    write = _write(rule, source, ours, theirs, f"{_name(source)} alone decides this field")
    if other.blank or other.canonical == base:
        return (write,)
    return (Conflict(rule.field, base, theirs, ours, rule.policy, source), write)


def _refill(rule: FieldRule, ours: Value, theirs: Value) -> Write:
    return _write(rule, Side.HUBSPOT if ours.blank else Side.LOANARK, ours, theirs, "a blank may not overwrite here")


def _write(rule: FieldRule, winner: Side, ours: Value, theirs: Value, reason: str) -> Write:
    if winner is Side.HUBSPOT:
        return Write(Side.LOANARK, rule.field, before=ours, after=theirs, reason=reason)
    return Write(Side.HUBSPOT, rule.field, before=theirs, after=ours, reason=reason)


def _conflict(
    rule: FieldRule,
    base: str | None,
    local: Record,
    remote: Record,
    ours: Value,
    theirs: Value,
    first_match: Side | None,
) -> tuple[FieldOperation, ...]:
    if rule.policy is Policy.UNION and rule.kind is Kind.ENUM_SET:
        return _union(rule, base, ours, theirs)
    winner = first_match or _winner(rule, local, remote)
    conflict = Conflict(rule.field, base, theirs, ours, rule.policy, winner)
    if winner is None:
        return (conflict,)
    return (conflict, _write(rule, winner, ours, theirs, f"both sides changed it; {_name(winner)} wins"))


def late_conflict(rule: FieldRule, base: str | None, local: Record, remote: Record) -> tuple[FieldOperation, ...]:
    """Both sides changed a field, and HubSpot's value was covered before anybody saw it: the policy decides as ever."""
    ours, theirs = local.value(rule.field), remote.value(rule.field)
    if isinstance(ours, Unreadable) or isinstance(theirs, Unreadable) or ours == theirs:
        return ()
    if rule.source:
        return _one_way(rule, rule.source, base, ours, theirs)
    if (ours.blank or theirs.blank) and not rule.blank_may_overwrite:
        return (_refill(rule, ours, theirs),)
    return _conflict(rule, base, local, remote, ours, theirs, None)


def _winner(rule: FieldRule, local: Record, remote: Record) -> Side | None:
    if rule.policy is Policy.HUBSPOT:
        return Side.HUBSPOT
    if rule.policy is Policy.LOANARK:
        return Side.LOANARK
    ours, theirs = local.changed_at.get(rule.field), remote.changed_at.get(rule.field)
    if rule.policy is not Policy.NEWEST or not ours or not theirs or abs(ours - theirs) < CLOCK_SKEW:
        return None
    return Side.LOANARK if ours > theirs else Side.HUBSPOT


def _union(rule: FieldRule, base: str | None, ours: Value, theirs: Value) -> tuple[FieldOperation, ...]:
    """Three-way: what either side added stays, what either side removed goes."""
    before, left, right = keys_of(base), keys_of(ours.canonical), keys_of(theirs.canonical)
    keys = (left | right) - (before - left) - (before - right)
    if not keys and not rule.blank_may_overwrite:
        keys = left | right
    text = ";".join(sorted(keys)) or None
    merged = Value(text, text)
    operations: list[FieldOperation] = [Conflict(rule.field, base, theirs, ours, rule.policy, None, merged=merged)]
    reason = "both sides changed the selection; the changes are united"
    if ours != merged:
        operations.append(Write(Side.LOANARK, rule.field, ours, merged, reason))
    if theirs != merged:
        operations.append(Write(Side.HUBSPOT, rule.field, theirs, merged, reason))
    return tuple(operations)


def _name(side: Side) -> str:
    return "HubSpot" if side is Side.HUBSPOT else "LoanArk"
