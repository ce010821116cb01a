"""What holds for every plan, whatever both sides did."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from planner_states import (
    STATES,
    State,
    apply,
    held,
    held_keys,
    linked,
    mirror,
    mirror_plan,
    unlinked,
)

from loanark.core.mapping import Direction, Policy, Side
from loanark.core.plan import Action, Conflict, MoveBase, Plan, Write
from loanark.core.values import Kind

ALIVE = {Action.UPDATE, Action.MATCH}


def _refused_blanks(state: State) -> set[str]:
    """Fields whose one deciding side is blank and may not overwrite with that: they stay apart by rule."""
    return {
        rule.field
        for rule in state.mapping.rules
        if rule.source and not rule.blank_may_overwrite and state.value(rule.source, rule.field).blank
    }


@given(linked(alive=True) | unlinked())
def test_after_the_plan_both_sides_agree_or_the_difference_is_an_open_conflict(state: State) -> None:
    made = state.plan()
    after = apply(state, made)
    if made.action not in ALIVE:
        return
    open_fields = {conflict.field for conflict in made.conflicts if conflict.open}
    assert after.differing() - _refused_blanks(after) == open_fields


@given(linked(alive=True))
def test_after_the_plan_the_base_is_what_both_sides_hold(state: State) -> None:
    after = apply(state, state.plan())
    assert after.base is not None
    for rule in state.mapping.rules:
        if rule.field not in after.differing():
            assert after.base.get(rule.field) == after.value(Side.LOANARK, rule.field).canonical


@given(linked(alive=True) | unlinked())
def test_planning_again_finds_nothing_but_the_open_conflicts(state: State) -> None:
    made = state.plan()
    if made.action not in ALIVE:
        return
    again = apply(state, made).plan()
    assert all(isinstance(operation, Conflict) and operation.open for operation in again.operations)


@given(STATES)
def test_every_story_is_quiet_after_two_plans(state: State) -> None:
    """Two, because a new contact may need its one-way fields taken back from the side that decides them."""
    for _ in range(2):
        state = apply(state, state.plan())
    last = state.plan()
    assert last.action in {Action.NOTHING, Action.UPDATE, Action.CLOSE}
    assert all(isinstance(operation, Conflict) and operation.open for operation in last.operations)


@given(STATES)
def test_exchanging_the_sides_mirrors_the_plan(state: State) -> None:
    def told_apart(made: Plan) -> tuple[object, ...]:
        # The two writes of a union come in a fixed order and reasons name their side: neither is part of the mirror.
        operations = Counter(_silent(operation) for operation in made.operations)
        return made.action, made.side, operations

    assert told_apart(mirror(state).plan()) == told_apart(mirror_plan(state.plan()))


def _silent(operation: object) -> object:
    if isinstance(operation, Write):
        return Write(operation.side, operation.field, operation.before, operation.after, "")
    return operation


@given(STATES)
def test_a_one_way_field_is_never_written_on_the_side_that_decides_it(state: State) -> None:
    made = state.plan()
    for rule in state.mapping.rules:
        if rule.source:
            assert rule.field not in made.writes(rule.source)


@given(STATES)
def test_a_one_way_field_never_asks(state: State) -> None:
    one_way = {rule.field for rule in state.mapping.rules if rule.source}
    assert not one_way & {conflict.field for conflict in state.plan().conflicts}


@given(STATES)
def test_nothing_is_written_that_neither_side_held(state: State) -> None:
    by_field = {rule.field: rule for rule in state.mapping.rules}
    for operation in state.plan().operations:
        if not isinstance(operation, Write):
            continue
        rule = by_field[operation.field]
        if rule.policy is Policy.UNION and rule.kind is Kind.ENUM_SET:
            assert set((operation.after.canonical or "").split(";")) - {""} <= held_keys(state, rule)
        else:
            sides = {state.value(side, rule.field).canonical for side in Side}
            assert operation.after.canonical in sides
            assert operation.after.canonical in held(state, rule)


@given(STATES)
def test_a_write_says_what_it_replaces_and_changes_it(state: State) -> None:
    made = state.plan()
    for operation in made.operations:
        if isinstance(operation, Write) and made.action in ALIVE:
            assert operation.before == state.value(operation.side, operation.field)
            assert operation.before != operation.after


@given(STATES)
def test_a_blank_that_may_not_overwrite_never_does(state: State) -> None:
    guarded = {rule.field for rule in state.mapping.rules if not rule.blank_may_overwrite}
    for operation in state.plan().operations:
        if isinstance(operation, Write) and operation.field in guarded:
            assert not operation.after.blank


@given(STATES)
def test_a_side_is_written_at_most_once_per_field(state: State) -> None:
    writes = Counter((op.side, op.field) for op in state.plan().operations if isinstance(op, Write))
    assert not writes or max(writes.values()) == 1


@given(linked(alive=True))
def test_an_edit_on_one_side_alone_is_never_a_conflict(state: State) -> None:
    assert state.base is not None
    for conflict in state.plan().conflicts:
        assert state.base.get(conflict.field) != conflict.hubspot.canonical
        assert state.base.get(conflict.field) != conflict.loanark.canonical


@given(linked(one_way=False, alive=True))
def test_an_edit_on_one_side_alone_reaches_the_other(state: State) -> None:
    assert state.base is not None
    after = apply(state, state.plan())
    for rule in state.mapping.rules:
        ours, theirs = (state.value(side, rule.field).canonical for side in (Side.LOANARK, Side.HUBSPOT))
        base = state.base.get(rule.field)
        edited = ours if theirs == base else theirs
        if base in {ours, theirs} and (edited is not None or rule.blank_may_overwrite):
            assert {after.value(side, rule.field).canonical for side in Side} == {edited}


@given(linked(alive=True))
def test_the_base_moves_only_to_a_value_both_sides_hold(state: State) -> None:
    for operation in state.plan().operations:
        if isinstance(operation, MoveBase):
            assert operation.value == state.value(Side.LOANARK, operation.field)
            assert operation.value == state.value(Side.HUBSPOT, operation.field)


@given(linked())
def test_a_contact_is_deleted_only_where_nobody_edited_it(state: State) -> None:
    made = state.plan()
    if made.action is not Action.DELETE:
        return
    assert made.side
    assert state.base is not None
    assert state.policies.deletes_follow
    for rule in state.mapping.rules:
        if rule.source is not made.side.other:
            assert state.value(made.side, rule.field).canonical == state.base.get(rule.field)


@given(linked(one_way=False, alive=True), st.data())
def test_fields_do_not_influence_each_other(state: State, data: st.DataObject) -> None:
    rule = data.draw(st.sampled_from(state.mapping.rules))
    alone = State(
        type(state.mapping)(state.mapping.version, (rule,)), state.policies, state.base, state.local, state.remote
    )
    ours = [operation for operation in state.plan().operations if operation.field == rule.field]
    assert list(alone.plan().operations) == ours


@settings(max_examples=20)
@given(STATES)
def test_the_same_story_gives_the_same_plan(state: State) -> None:
    assert state.plan() == state.plan()


@given(linked(alive=True))
def test_directions_cover_every_rule(state: State) -> None:
    for rule in state.mapping.rules:
        assert (rule.source is None) == (rule.direction is Direction.BOTH)
