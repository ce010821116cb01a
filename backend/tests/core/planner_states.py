"""States for the planner's properties: one agreed base, perturbed once per side. And what applying a plan does."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from hypothesis import strategies as st

from loanark.core.mapping import Direction, FieldRule, Mapping, Policy, Side
from loanark.core.plan import Action, Conflict, FieldOperation, Plan, Policies, Record, Write, plan
from loanark.core.values import Kind, Value, keys_of, read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

#: Raw texts per kind: few, so that both sides often meet in one, and with several spellings of the same value.
RAW = {
    Kind.TEXT: ["Ann", " Ann", "Bea", "Zoë", "Zoe\u0308"],
    Kind.PHONE: ["(303) 555-0142", "+13035550142", "303-555-0199", "call after six"],
    Kind.DECIMAL: ["1", "1.00", "250000", "-3.5"],
    Kind.DATE: ["2026-03-01", "1772323200000", "1999-12-31"],
    Kind.ENUM_SET: ["a", "a;b", "b;a", "b;c", "c"],
}


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

    def value(self, side: Side, field: str) -> Value:
        record = self.record(side)
        value = record.value(field) if record else read(Kind.TEXT, None)
        assert isinstance(value, Value)
        return value

    def differing(self) -> set[str]:
        return {
            rule.field
            for rule in self.mapping.rules
            if self.value(Side.LOANARK, rule.field) != self.value(Side.HUBSPOT, rule.field)
        }


def rules(*, one_way: bool = True) -> st.SearchStrategy[FieldRule]:
    return st.builds(
        FieldRule,
        field=st.just(""),
        property_name=st.just(""),
        kind=st.sampled_from(sorted(RAW)),
        direction=st.sampled_from(Direction) if one_way else st.just(Direction.BOTH),
        policy=st.sampled_from(Policy),
        blank_may_overwrite=st.booleans(),
    )


def mappings(*, one_way: bool = True) -> st.SearchStrategy[Mapping]:
    def named(drawn: list[FieldRule]) -> Mapping:
        return Mapping(
            version=1,
            rules=tuple(replace(rule, field=f"f{n}", property_name=f"p{n}") for n, rule in enumerate(drawn)),
        )

    return st.lists(rules(one_way=one_way), min_size=1, max_size=2).map(named)


POLICIES = st.builds(Policies, first_match=st.sampled_from(Side), deletes_follow=st.booleans())
MOMENTS = st.integers(-5, 5).map(lambda seconds: NOON + timedelta(seconds=seconds))


def _read(kind: Kind, raw: str | None) -> Value:
    value = read(kind, raw)
    assert isinstance(value, Value)
    return value


def _values(mapping: Mapping) -> st.SearchStrategy[dict[str, Value]]:
    return st.fixed_dictionaries(
        {rule.field: st.sampled_from([None, *RAW[rule.kind]]).map(partial(_read, rule.kind)) for rule in mapping.rules}
    )


@st.composite
def linked(draw: st.DrawFn, *, one_way: bool = True, alive: bool = False) -> State:
    """A linked contact: both sides start as the base and are then edited, or deleted, independently."""
    mapping = draw(mappings(one_way=one_way))
    agreed = draw(_values(mapping))
    base = {name: value.canonical for name, value in agreed.items() if value.canonical is not None}
    sides = []
    for _ in Side:
        edits = draw(_values(mapping))
        touched = draw(st.sets(st.sampled_from(sorted(agreed))))
        values = {name: edits[name] if name in touched else value for name, value in agreed.items()}
        newest = {rule.field for rule in mapping.rules if rule.policy is Policy.NEWEST}
        changed_at = {name: draw(MOMENTS) for name in sorted(touched & newest)}
        deleted = not alive and draw(st.integers(0, 4)) == 0
        sides.append(Record(values, deleted, changed_at))
    return State(mapping, draw(POLICIES), base, *sides)


@st.composite
def unlinked(draw: st.DrawFn) -> State:
    """Contacts that never met: on one side, or on both and matched."""
    mapping = draw(mappings())
    local, remote = (draw(st.none() | _values(mapping).map(Record)) for _ in Side)
    return State(mapping, draw(POLICIES), None, local, remote)


STATES = linked() | unlinked()


def apply(state: State, made: Plan) -> State:
    """What a perfect engine leaves behind: values written, records made or deleted, the base moved where both agree."""
    if made.action is Action.NOTHING:
        return state
    if made.action is Action.CLOSE:
        return replace(state, base=None, local=None, remote=None)
    records = {side: state.record(side) for side in Side}
    if made.action is Action.DELETE:
        assert made.side
        records[made.side] = Record(deleted=True)
        return replace(state, local=records[Side.LOANARK], remote=records[Side.HUBSPOT])
    if made.action in {Action.CREATE, Action.RESTORE}:
        assert made.side
        records[made.side] = Record()
    for side, record in records.items():
        assert record
        writes = made.writes(side)
        records[side] = replace(record, values={**record.values, **writes})
    after = replace(state, local=records[Side.LOANARK], remote=records[Side.HUBSPOT])
    base = dict(state.base or {})
    for rule in state.mapping.rules:
        value = after.value(Side.LOANARK, rule.field)
        if value != after.value(Side.HUBSPOT, rule.field):
            continue
        base.pop(rule.field, None)
        if value.canonical is not None:
            base[rule.field] = value.canonical
    return replace(after, base=base)


def mirror(state: State) -> State:
    """The same story with the sides exchanged, and every rule that names a side with it."""
    return State(
        Mapping(state.mapping.version, tuple(map(_mirror_rule, state.mapping.rules))),
        replace(state.policies, first_match=state.policies.first_match.other),
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
    return replace(rule, direction=_DIRECTIONS[rule.direction], policy=_POLICIES.get(rule.policy, rule.policy))


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
    return operation


def held(state: State, rule: FieldRule) -> set[str | None]:
    """The canonical values of a field that some side held, or the base; blank among them."""
    base = (state.base or {}).get(rule.field)
    return {base, *(state.value(side, rule.field).canonical for side in Side)}


def held_keys(state: State, rule: FieldRule) -> frozenset[str]:
    return frozenset().union(*(keys_of(state.value(side, rule.field).canonical) for side in Side))
