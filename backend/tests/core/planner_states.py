"""States for the planner's properties: one agreed base, perturbed once per side. And what applying a plan does."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import strategies as st

from loanark.core.mapping import Direction, FieldRule, Mapping, Policy, Side
from loanark.core.plan import Action, Conflict, FieldOperation, Plan, Policies, Record, Reject, Write, plan
from loanark.core.values import BLANK, Kind, Unreadable, Value, keys_of, read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

#: Raw texts per kind: few, so that both sides often meet in one, and with several spellings of the same value.
RAW = {
    Kind.TEXT: ["Ann", " Ann", "Zoë", "Zoe\u0308", " "],
    Kind.EMAIL: ["ann@example.com", "Ann@Example.com", "bea@example.com"],
    Kind.PHONE: ["(303) 555-0142", "+13035550142", "call after six"],
    Kind.DECIMAL: ["1", "1.00", "-3.5"],
    Kind.BOOLEAN: ["true", "True", "false"],
    Kind.DATE: ["2026-03-01", "1772323200000", "1999-12-31"],
    Kind.INSTANT: ["2026-03-01T08:00:00Z", "2026-03-01T01:00:00-07:00", "2026-03-02T00:00:00Z"],
    Kind.ENUM: ["VIP", "Prospect"],
    Kind.ENUM_SET: ["a", "a;b", "b;a", "b;c"],
}

BROKEN = Unreadable("?", "is not a value of its kind")


@dataclass(frozen=True)
class State:
    """Everything the planner sees of one contact."""

    mapping: Mapping
    policies: Policies
    base: Dict[str, str] | None
    local: Record | None
    remote: Record | None

    def plan(self) -> Plan:
        return plan(self.base, self.local, self.remote, self.mapping, self.policies)

    def record(self, side: Side) -> Record | None:
        return self.local if side is Side.LOANARK else self.remote

    def seen(self, side: Side, field: str) -> Value | Unreadable:
        record = self.record(side)
        return record.value(field) if record else BLANK

    def value(self, side: Side, field: str) -> Value:
        """Of a field that can be read."""
        value = self.seen(side, field)
        assert isinstance(value, Value)
        return value

    def unreadable(self) -> set[str]:
        """Fields that one side at least holds something unreadable in."""
        return {
            rule.field
            for rule in self.mapping.rules
            if any(isinstance(self.seen(side, rule.field), Unreadable) for side in Side)
        }

    def differing(self) -> set[str]:
        return {
            rule.field
            for rule in self.mapping.rules
            if self.seen(Side.LOANARK, rule.field) != self.seen(Side.HUBSPOT, rule.field)
        }

    def only(self, *rules: FieldRule) -> "State":
        """The same story of these fields alone."""
        return replace(self, mapping=replace(self.mapping, rules=rules))


def rules(*, one_way: bool = True) -> st.SearchStrategy[FieldRule]:
    return st.builds(
        FieldRule,
        field=st.just(""),
        property_name=st.just(""),
        kind=st.sampled_from([*sorted(RAW), Kind.ENUM_SET, Kind.ENUM_SET]),
        direction=st.sampled_from([Direction.BOTH, *Direction]) if one_way else st.just(Direction.BOTH),
        policy=st.sampled_from(Policy),
        blank_may_overwrite=st.booleans(),
        read_only=st.just(False) if not one_way else st.sampled_from([False] * 5 + [True]),
    )


def mappings(*, one_way: bool = True) -> st.SearchStrategy[Mapping]:
    def named(drawn: list[FieldRule]) -> Mapping:
        return Mapping(
            version=1,
            rules=tuple(replace(rule, field=f"f{n}", property_name=f"p{n}") for n, rule in enumerate(drawn)),
        )

    return st.lists(rules(one_way=one_way), min_size=1, max_size=2).map(named)


POLICIES = st.builds(Policies, first_match=st.sampled_from(Side), deletes_stay=st.frozensets(st.sampled_from(Side)))
MOMENTS = st.integers(-5, 5).map(lambda seconds: NOON + timedelta(seconds=seconds))


def _read(kind: Kind, raw: str | None) -> Value:
    value = read(kind, raw)
    assert isinstance(value, Value)
    return value


def _values(mapping: Mapping) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries(
        {
            rule.field: st.sampled_from([None, None, *RAW[rule.kind]]).map(partial(_read, rule.kind))
            for rule in mapping.rules
        }
    )


def _edited(draw: st.DrawFn, mapping: Mapping, agreed: Dict[str, Value], *, broken: bool) -> Record:
    """The agreed values after somebody was at some of them, at some time."""
    edits = draw(_values(mapping))
    touched = {name for name in sorted(agreed) if draw(st.integers(0, 2))}
    values: dict[str, Value | Unreadable] = {
        name: edits[name] if name in touched else value for name, value in agreed.items()
    }
    for name in sorted(touched) if broken else ():
        if draw(st.integers(0, 5)) == 0:
            values[name] = BROKEN
    newest = {rule.field for rule in mapping.rules if rule.policy is Policy.NEWEST}
    times = {name: draw(st.none() | MOMENTS) for name in sorted(touched & newest)}
    return Record(values, changed_at={name: at for name, at in times.items() if at})


@st.composite
def linked(draw: st.DrawFn, *, one_way: bool = True, alive: bool = False, broken: bool = True) -> State:
    """A linked contact: both sides start as the base and are then edited, or deleted, independently."""
    mapping = draw(mappings(one_way=one_way))
    agreed = draw(_values(mapping))
    base = {name: value.canonical for name, value in agreed.items() if value.canonical is not None}
    local, remote = (_edited(draw, mapping, agreed, broken=broken) for _ in Side)
    if not alive:
        local, remote = (Record(deleted=True) if draw(st.integers(0, 4)) == 0 else record for record in (local, remote))
    return State(mapping, draw(POLICIES), base, local, remote)


@st.composite
def unlinked(draw: st.DrawFn, *, broken: bool = True) -> State:
    """Contacts that never met: on one side, or on both and matched; some known to be deleted."""
    mapping = draw(mappings())
    sides = []
    for _ in Side:
        record = _edited(draw, mapping, draw(_values(mapping)), broken=broken) if draw(st.booleans()) else None
        sides.append(Record(deleted=True) if record and draw(st.integers(0, 5)) == 0 else record)
    return State(mapping, draw(POLICIES), None, *sides)


def matched() -> st.SearchStrategy[State]:
    """Two contacts that meet for the first time."""

    @st.composite
    def both(draw: st.DrawFn) -> State:
        mapping = draw(mappings())
        local, remote = (_edited(draw, mapping, draw(_values(mapping)), broken=True) for _ in Side)
        return State(mapping, draw(POLICIES), None, local, remote)

    return both()


@st.composite
def erased(draw: st.DrawFn) -> State:
    """A contact that HubSpot erased for privacy, whatever LoanArk holds of it."""
    state = draw(linked() | unlinked())
    return replace(state, remote=Record(deleted=True, erased=True))


STATES = linked() | unlinked()


def apply(state: State, made: Plan) -> State:
    """What a perfect engine leaves behind: values written, records made or deleted, the base moved where both agree."""
    if made.action is Action.NOTHING:
        return state
    if made.action in {Action.CLOSE, Action.ERASE}:
        return replace(state, base=None, local=None, remote=None)
    records = {side: state.record(side) for side in Side}
    if made.action is Action.DELETE:
        assert made.side
        records[made.side] = Record(deleted=True)
        return replace(state, local=records[Side.LOANARK], remote=records[Side.HUBSPOT])
    if made.action in {Action.CREATE, Action.RESTORE}:
        assert made.side
        records[made.side] = Record()
    return _joined(state, made, records, tuple(Side))


def interrupted(state: State, made: Plan) -> State:
    """What an engine leaves that is killed after it wrote to LoanArk: HubSpot was told nothing."""
    assert made.action in {Action.UPDATE, Action.MATCH}
    return _joined(state, made, {side: state.record(side) for side in Side}, (Side.LOANARK,))


def _joined(state: State, made: Plan, records: Dict[Side, Record | None], written: tuple[Side, ...]) -> State:
    sides: dict[Side, Record] = {}
    for side in Side:
        record = records[side]
        assert record
        writes = made.writes(side) if side in written else {}
        sides[side] = replace(record, values={**record.values, **writes})
    after = replace(state, local=sides[Side.LOANARK], remote=sides[Side.HUBSPOT])
    base = dict(state.base or {})
    for rule in state.mapping.rules:
        value = after.seen(Side.LOANARK, rule.field)
        if isinstance(value, Unreadable) or value != after.seen(Side.HUBSPOT, rule.field):
            continue
        base.pop(rule.field, None)
        if value.canonical is not None:
            base[rule.field] = value.canonical
    return replace(after, base=base)


def mirror(state: State) -> State:
    """The same story with the sides exchanged, and every rule that names a side with it."""
    return State(
        Mapping(state.mapping.version, tuple(map(_mirror_rule, state.mapping.rules))),
        Policies(state.policies.first_match.other, frozenset(side.other for side in state.policies.deletes_stay)),
        state.base,
        state.remote,
        state.local,
    )


def mirror_plan(made: Plan) -> Plan:
    return replace(
        made,
        side=made.side.other if made.side else None,
        operations=tuple(map(_mirror_operation, made.operations)),
        reason="",
    )


_DIRECTIONS = {
    Direction.BOTH: Direction.BOTH,
    Direction.TO_HUBSPOT: Direction.TO_LOANARK,
    Direction.TO_LOANARK: Direction.TO_HUBSPOT,
}
_POLICIES = {Policy.HUBSPOT: Policy.LOANARK, Policy.LOANARK: Policy.HUBSPOT}


def _mirror_rule(rule: FieldRule) -> FieldRule:
    """A property that LoanArk may not write has no mirror but a field that HubSpot may not."""
    direction = Direction.TO_LOANARK if rule.read_only else rule.direction
    policy = _POLICIES.get(rule.policy, rule.policy)
    return replace(rule, direction=_DIRECTIONS[direction], policy=policy, read_only=False)


def _mirror_operation(operation: FieldOperation) -> FieldOperation:
    if isinstance(operation, Write):
        return operation._replace(side=operation.side.other)
    if isinstance(operation, Conflict):
        return operation._replace(
            hubspot=operation.loanark,
            loanark=operation.hubspot,
            policy=_POLICIES.get(operation.policy, operation.policy),
            winner=operation.winner.other if operation.winner else None,
        )
    if isinstance(operation, Reject):
        return operation._replace(side=operation.side.other)
    return operation


def held(state: State, rule: FieldRule) -> set[str | None]:
    """The canonical values of a field that some side held, or the base; blank among them."""
    base = (state.base or {}).get(rule.field)
    return {base, *(state.value(side, rule.field).canonical for side in Side)}


def held_keys(state: State, rule: FieldRule) -> frozenset[str]:
    return frozenset().union(*(keys_of(state.value(side, rule.field).canonical) for side in Side))
