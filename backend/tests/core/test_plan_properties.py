"""What holds for every plan: for all kinds, policies, directions, blanks, deletions and unreadable values."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from planner_states import (
    BROKEN,
    STATES,
    State,
    apply,
    erased,
    held,
    held_keys,
    interrupted,
    linked,
    matched,
    mirror,
    mirror_plan,
)

from loanark.core.mapping import Direction, FieldRule, Policy, Side
from loanark.core.plan import CLOCK_SKEW, Action, Conflict, FieldOperation, MoveBase, Plan, Record, Reject, Write
from loanark.core.values import Kind, Unreadable

ALIVE = {Action.UPDATE, Action.MATCH}

#: Both sides exist: the cases in which fields meet.
MEETING = linked(alive=True) | matched()


def _refused_blanks(state: State) -> set[str]:
    """Fields whose one deciding side is blank and may not overwrite with that, or never held anything: they stay apart
    by rule."""
    return {
        rule.field
        for rule in state.mapping.rules
        if rule.source
        and rule.field not in state.unreadable()
        and state.value(rule.source, rule.field).blank
        and not (rule.blank_may_overwrite and rule.field in (state.base or {}))
    }


def _left_open(operations: tuple[FieldOperation, ...]) -> set[str]:
    """Fields that a plan leaves to a person."""
    return {
        operation.field
        for operation in operations
        if isinstance(operation, Reject) or (isinstance(operation, Conflict) and operation.open)
    }


def _is_union(rule: FieldRule) -> bool:
    return rule.policy is Policy.UNION and rule.kind is Kind.ENUM_SET


# Agreement


@given(MEETING)
def test_after_the_plan_both_sides_agree_or_the_difference_is_left_to_a_person(state: State) -> None:
    made = state.plan()
    after = apply(state, made)
    assert after.differing() - _refused_blanks(after) <= _left_open(made.operations)
    conflicts = {conflict.field for conflict in made.conflicts if conflict.open}
    assert conflicts <= after.differing(), "nothing is asked that both sides agree on"


@given(MEETING)
def test_after_the_plan_the_base_is_what_both_sides_hold(state: State) -> None:
    after = apply(state, state.plan())
    assert after.base is not None
    for rule in state.mapping.rules:
        if rule.field not in after.differing() | after.unreadable():
            assert after.base.get(rule.field) == after.value(Side.LOANARK, rule.field).canonical


@given(MEETING)
def test_planning_again_finds_nothing_but_what_is_left_to_a_person(state: State) -> None:
    made = state.plan()
    again = apply(state, made).plan()
    assert again.action is Action.UPDATE
    for operation in again.operations:
        assert isinstance(operation, Reject) or (isinstance(operation, Conflict) and operation.open)
    assert {operation.field for operation in again.operations} == _left_open(made.operations)


@given(STATES)
def test_every_story_is_quiet_after_two_plans(state: State) -> None:
    """Two, because a new contact may need its one-way fields taken back from the side that decides them."""
    for _ in range(2):
        state = apply(state, state.plan())
    last = state.plan()
    assert last.action in {Action.NOTHING, Action.UPDATE, Action.CLOSE}
    assert {operation.field for operation in last.operations} == _left_open(last.operations)


@given(MEETING)
def test_a_worker_killed_between_the_two_sides_leaves_what_the_next_plan_finishes(state: State) -> None:
    made = state.plan()
    half = interrupted(state, made)
    finished = apply(half, replace(half, base=half.base if state.base is not None else None).plan())
    whole = apply(state, made)
    for rule in state.mapping.rules:
        for side in Side:
            assert finished.seen(side, rule.field) == whole.seen(side, rule.field)


# The two sides are alike, and so are the fields


@given(STATES)
def test_exchanging_the_sides_mirrors_the_plan(state: State) -> None:
    def told_apart(made: Plan) -> tuple[object, ...]:
        # A contact that was never linked is made, or made again: HubSpot's interface knows no difference. The two
        # writes of a union come in a fixed order and reasons name their side: neither is part of the mirror.
        action = Action.CREATE if state.base is None and made.action is Action.RESTORE else made.action
        return action, made.side, Counter(_silent(operation) for operation in made.operations)

    def _silent(operation: FieldOperation) -> object:
        if isinstance(operation, Write):
            return operation._replace(reason="")
        if isinstance(operation, Reject) and both_broken(operation.field):
            return operation.field  # one is told at a time, LoanArk's first
        return operation

    def both_broken(field: str) -> bool:
        return all(isinstance(state.seen(side, field), Unreadable) for side in Side)

    assert told_apart(mirror(state).plan()) == told_apart(mirror_plan(state.plan()))


@given(STATES, st.data())
def test_fields_do_not_influence_each_other(state: State, data: st.DataObject) -> None:
    """Except in whether a contact as a whole is kept: an edit of any field outlives a deletion."""
    made = state.plan()
    if made.action not in ALIVE | {Action.CREATE}:
        return
    rule = data.draw(st.sampled_from(state.mapping.rules))
    assert state.only(rule).plan().operations == tuple(op for op in made.operations if op.field == rule.field)


@given(STATES, st.randoms())
def test_the_order_of_the_fields_does_not_matter(state: State, chance: object) -> None:
    rules = list(state.mapping.rules)
    chance.shuffle(rules)  # type: ignore[attr-defined]
    one, other = state.plan(), state.only(*rules).plan()
    assert (one.action, one.side, one.reason) == (other.action, other.side, other.reason)
    assert Counter(one.operations) == Counter(other.operations)


@settings(max_examples=30)
@given(st.lists(STATES, min_size=2, max_size=5), st.randoms())
def test_the_order_of_a_batch_does_not_matter(states: list[State], chance: object) -> None:
    alone = [state.plan() for state in states]
    order = list(range(len(states)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert {place: states[place].plan() for place in order} == dict(enumerate(alone))


# Directions


@given(STATES)
def test_a_one_way_field_is_never_written_on_the_side_that_decides_it(state: State) -> None:
    made = state.plan()
    for rule in state.mapping.rules:
        if rule.source:
            assert rule.field not in made.writes(rule.source)


@given(STATES)
def test_a_read_only_property_is_never_written(state: State) -> None:
    written = state.plan().writes(Side.HUBSPOT)
    assert not written.keys() & {rule.field for rule in state.mapping.rules if rule.read_only}


@given(STATES)
def test_a_one_way_field_never_asks(state: State) -> None:
    one_way = {rule.field: rule.source for rule in state.mapping.rules if rule.source}
    for conflict in state.plan().conflicts:
        if conflict.field in one_way:
            assert conflict.winner is one_way[conflict.field], "it is told, not asked"


@given(linked(alive=True))
def test_directions_cover_every_rule(state: State) -> None:
    for rule in state.mapping.rules:
        assert (rule.source is None) == (rule.direction is Direction.BOTH and not rule.read_only)


# What is written


@given(STATES)
def test_nothing_is_written_that_neither_side_held(state: State) -> None:
    by_field = {rule.field: rule for rule in state.mapping.rules}
    for operation in state.plan().operations:
        if not isinstance(operation, Write):
            continue
        rule = by_field[operation.field]
        if _is_union(rule):
            assert set((operation.after.canonical or "").split(";")) - {""} <= held_keys(state, rule)
        else:
            sides = {state.value(side, rule.field).canonical for side in Side}
            assert operation.after.canonical in sides
            assert operation.after.canonical in held(state, rule)


@given(STATES)
def test_what_is_written_is_what_the_other_side_really_holds(state: State) -> None:
    """In its own spelling: a value is compared in its canonical form, and carried in the one it was written in."""
    by_field = {rule.field: rule for rule in state.mapping.rules}
    for operation in state.plan().operations:
        if isinstance(operation, Write) and not _is_union(by_field[operation.field]):
            assert operation.after.raw == state.value(operation.side.other, operation.field).raw


@given(STATES)
def test_a_write_says_what_it_replaces_and_changes_it(state: State) -> None:
    made = state.plan()
    for operation in made.operations:
        if isinstance(operation, Write):
            assert operation.reason
            if made.action in ALIVE:
                assert operation.before == state.value(operation.side, operation.field)
                assert operation.before != operation.after


@given(STATES)
def test_a_side_is_written_at_most_once_per_field(state: State) -> None:
    writes = Counter((op.side, op.field) for op in state.plan().operations if isinstance(op, Write))
    assert not writes or max(writes.values()) == 1


@given(MEETING)
def test_a_blank_that_may_not_overwrite_never_does(state: State) -> None:
    guarded = {rule.field for rule in state.mapping.rules if not rule.blank_may_overwrite}
    for operation in state.plan().operations:
        if isinstance(operation, Write) and operation.field in guarded:
            assert not operation.after.blank


@given(STATES)
def test_an_unreadable_value_is_told_and_neither_copied_nor_overwritten(state: State) -> None:
    made = state.plan()
    for operation in made.operations:
        if operation.field in state.unreadable() and made.action in ALIVE | {Action.CREATE, Action.RESTORE}:
            assert isinstance(operation, Reject)
            assert operation.raw == BROKEN.raw
            assert isinstance(state.seen(operation.side, operation.field), Unreadable)
    if made.action in ALIVE:
        assert {reject.field for reject in made.rejects} == state.unreadable()


# What loses is kept


@given(MEETING)
def test_an_edit_that_loses_is_in_a_conflict(state: State) -> None:
    """No value somebody typed since both sides agreed is overwritten without both values being written down."""
    made = state.plan()
    told = {conflict.field: conflict for conflict in made.conflicts}
    for operation in made.operations:
        if not isinstance(operation, Write):
            continue
        edited = operation.before.canonical != (state.base or {}).get(operation.field)
        if edited and not operation.before.blank:
            conflict = told[operation.field]
            assert conflict.loanark == state.value(Side.LOANARK, operation.field)
            assert conflict.hubspot == state.value(Side.HUBSPOT, operation.field)
            assert conflict.base == (state.base or {}).get(operation.field)


@given(MEETING)
def test_a_conflict_names_the_side_whose_value_both_have_afterwards(state: State) -> None:
    made = state.plan()
    after = apply(state, made)
    for conflict in made.conflicts:
        values = {after.value(side, conflict.field) for side in Side}
        if conflict.winner:
            assert values == {state.value(conflict.winner, conflict.field)}
        elif conflict.merged:
            assert values == {conflict.merged}
        else:
            assert values == {conflict.hubspot, conflict.loanark}, "an open one changes nothing"


@given(linked(alive=True))
def test_an_edit_on_one_side_alone_is_never_a_conflict(state: State) -> None:
    """Except where that side has no say: then it is put back, and told."""
    assert state.base is not None
    sources = {rule.field: rule.source for rule in state.mapping.rules}
    for conflict in state.plan().conflicts:
        source, base = sources[conflict.field], state.base.get(conflict.field)
        values = {Side.HUBSPOT: conflict.hubspot, Side.LOANARK: conflict.loanark}
        for side in Side:
            if source is not side:
                assert values[side].canonical != base


@given(linked(one_way=False, alive=True, broken=False))
def test_an_edit_on_one_side_alone_reaches_the_other(state: State) -> None:
    assert state.base is not None
    after = apply(state, state.plan())
    for rule in state.mapping.rules:
        ours, theirs = (state.value(side, rule.field).canonical for side in (Side.LOANARK, Side.HUBSPOT))
        base = state.base.get(rule.field)
        edited = ours if theirs == base else theirs
        if base in {ours, theirs} and (edited is not None or rule.blank_may_overwrite):
            assert {after.value(side, rule.field).canonical for side in Side} == {edited}


@given(MEETING)
def test_a_union_keeps_what_was_added_and_drops_what_was_removed(state: State) -> None:
    for conflict in state.plan().conflicts:
        if conflict.merged is None:
            continue
        before, ours, theirs, merged = (
            {key for key in (text or "").split(";") if key}
            for text in (
                conflict.base,
                conflict.loanark.canonical,
                conflict.hubspot.canonical,
                conflict.merged.canonical,
            )
        )
        assert (ours | theirs) - before <= merged, "what either added"
        assert merged <= ours | theirs
        rule = next(rule for rule in state.mapping.rules if rule.field == conflict.field)
        if merged & before - ours or merged & before - theirs:
            assert not rule.blank_may_overwrite, "what either removed comes back only in place of nothing"
        assert ours & theirs & before <= merged, "what nobody touched"


@given(linked(alive=True))
def test_the_base_moves_only_to_a_value_both_sides_hold(state: State) -> None:
    for operation in state.plan().operations:
        if isinstance(operation, MoveBase):
            assert operation.value == state.value(Side.LOANARK, operation.field)
            assert operation.value == state.value(Side.HUBSPOT, operation.field)


@given(MEETING)
def test_a_new_value_that_both_sides_hold_moves_the_base(state: State) -> None:
    moved = {op.field for op in state.plan().operations if isinstance(op, MoveBase)}
    for rule in state.mapping.rules:
        if rule.field in state.unreadable() | state.differing():
            continue
        news = state.value(Side.HUBSPOT, rule.field).canonical != (state.base or {}).get(rule.field)
        assert news == (rule.field in moved)


# Newest


@given(linked(alive=True), st.integers(-(10**6), 10**6))
def test_newest_depends_on_the_difference_of_the_times_only(state: State, seconds: int) -> None:
    later = timedelta(seconds=seconds)

    def shifted(record: Record | None) -> Record | None:
        return record and replace(record, changed_at={name: at + later for name, at in record.changed_at.items()})

    assert replace(state, local=shifted(state.local), remote=shifted(state.remote)).plan() == state.plan()


@given(linked(one_way=False, alive=True))
def test_newest_lets_the_later_edit_win_and_asks_where_the_clocks_cannot_tell(state: State) -> None:
    assert state.local
    assert state.remote
    policies = {rule.field: rule.policy for rule in state.mapping.rules}
    for conflict in state.plan().conflicts:
        if policies[conflict.field] is not Policy.NEWEST:
            continue
        ours, theirs = (record.changed_at.get(conflict.field) for record in (state.local, state.remote))
        if ours and theirs and abs(ours - theirs) >= CLOCK_SKEW:
            assert conflict.winner is (Side.LOANARK if ours > theirs else Side.HUBSPOT)
        else:
            assert conflict.open


# Whole contacts


@given(linked())
def test_a_contact_is_deleted_only_where_nobody_edited_it(state: State) -> None:
    made = state.plan()
    if made.action is not Action.DELETE:
        return
    assert made.side
    assert state.base is not None
    assert made.side.other not in state.policies.deletes_stay
    for rule in state.mapping.rules:
        if rule.source is not made.side.other:
            assert state.value(made.side, rule.field).canonical == state.base.get(rule.field)


@given(linked())
def test_an_edit_outlives_a_deletion_with_all_its_values(state: State) -> None:
    made = state.plan()
    if made.action is not Action.RESTORE:
        return
    assert made.side
    kept = made.side.other
    record = state.record(kept)
    assert record
    assert not record.deleted
    for rule in state.mapping.rules:
        value = record.value(rule.field)
        if rule.source is not made.side and not isinstance(value, Unreadable) and not value.blank:
            assert made.writes(made.side)[rule.field] == value


@given(linked())
def test_what_becomes_of_a_deleted_contact_is_decided_once(state: State) -> None:
    """After it both sides are gone, or both alive, or the deletion stays where it is by rule."""
    assert state.local
    assert state.remote
    gone = [side for side in Side if (record := state.record(side)) and record.deleted]
    made = state.plan()
    if len(gone) == 2:
        assert made.action is Action.CLOSE
    elif gone and gone[0] in state.policies.deletes_stay:
        assert made.empty
    elif gone:
        assert made.action in {Action.DELETE, Action.RESTORE}
        assert made.side is (gone[0] if made.action is Action.RESTORE else gone[0].other)
    else:
        assert made.action is Action.UPDATE


@given(STATES)
def test_only_what_meets_or_comes_into_being_has_fields(state: State) -> None:
    made = state.plan()
    if made.action not in ALIVE | {Action.CREATE, Action.RESTORE}:
        assert made.operations == ()
    if made.action in {Action.CREATE, Action.RESTORE}:
        assert made.side
        assert not made.writes(made.side.other), "the contact that is copied stays as it is"
        assert made.conflicts == ()


@given(erased())
def test_of_an_erased_person_no_plan_keeps_a_value(state: State) -> None:
    made = state.plan()
    assert made.action is (Action.ERASE if state.local else Action.NOTHING)
    assert made.operations == ()


@settings(max_examples=20)
@given(STATES)
def test_the_same_story_gives_the_same_plan(state: State) -> None:
    assert state.plan() == state.plan()
