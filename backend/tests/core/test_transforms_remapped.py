"""Planning a contact whose mapping changed since: a new field meets for the first time, the others go on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.core.mapping import Direction, FieldRule, Mapping, Policy, Side
from loanark.core.plan import Action, MoveBase, Plan, Policies, Record, plan
from loanark.core.remapped import plan_linked
from loanark.core.values import Kind, read

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)
TEXTS = st.sampled_from(["Ann", "Bea", "Cy", None])


def record(**texts: str | None) -> Record:
    return Record({name: read(Kind.TEXT, text) for name, text in texts.items()})  # type: ignore[misc]


def mapping(*rules: FieldRule) -> Mapping:
    return Mapping(2, rules)


def new(**more: object) -> FieldRule:
    return FieldRule("new", "p", Kind.TEXT, since=NOON, **more)  # type: ignore[arg-type]


OLD = FieldRule("old", "q", Kind.TEXT)


def linked(base: dict[str, str], local: Record, remote: Record, *rules: FieldRule, read_at: datetime = BEFORE) -> Plan:
    return plan_linked(base, read_at, local, remote, mapping(*rules), Policies())


@given(ours=TEXTS, theirs=TEXTS, base=TEXTS, policy=st.sampled_from(Policy))
def test_a_new_field_is_like_a_first_match_whatever_the_base_says(
    ours: str | None, theirs: str | None, base: str | None, policy: Policy
) -> None:
    agreed = {} if base is None else {"new": base}
    planned = linked(agreed, record(new=ours), record(new=theirs), new(policy=policy))
    first = plan(None, record(new=ours), record(new=theirs), mapping(new(policy=policy)), Policies())
    assert planned.action is Action.UPDATE
    assert planned.operations == first.operations
    for side, there in ((Side.LOANARK, theirs), (Side.HUBSPOT, ours)):
        for value in planned.writes(side).values():
            assert value.raw == there is not None, "nothing is cleared"


@given(ours=TEXTS, theirs=TEXTS, base=TEXTS)
def test_the_other_fields_are_planned_as_ever(ours: str | None, theirs: str | None, base: str | None) -> None:
    agreed = {} if base is None else {"old": base}
    planned = linked(agreed, record(old=ours, new="Ann"), record(old=theirs, new="Ann"), OLD, new())
    alone = plan(agreed, record(old=ours), record(old=theirs), mapping(OLD), Policies())
    assert planned.operations[:-1] == alone.operations
    assert planned.operations[-1] == MoveBase("new", read(Kind.TEXT, "Ann"))  # type: ignore[arg-type]


def test_once_looked_at_under_the_new_mapping_the_base_counts_again() -> None:
    planned = linked({"new": "Ann"}, record(new="Ann"), record(new=None), new(), read_at=AFTER)
    assert planned.writes(Side.LOANARK)["new"].blank


@pytest.mark.parametrize(("old", "action"), [("Ann", Action.DELETE), ("Bea", Action.RESTORE)])
def test_a_value_in_a_new_field_is_no_edit_since_a_deletion(old: str, action: Action) -> None:
    planned = linked({"old": "Ann"}, record(old=old, new="Cy"), Record(deleted=True), OLD, new())
    assert planned.action is action
    if action is Action.RESTORE:
        assert set(planned.writes(Side.HUBSPOT)) == {"old", "new"}


@given(ours=TEXTS, theirs=TEXTS, base=st.sampled_from(["Ann", "Bea"]))
def test_a_property_that_came_back_clears_nothing_and_keeps_its_base(
    ours: str | None, theirs: str | None, base: str
) -> None:
    back = FieldRule("f", "p", Kind.TEXT, returned=NOON)
    planned = linked({"f": base}, record(f=ours), record(f=theirs), back)
    if theirs is None:
        assert not any(value.blank for value in planned.writes(Side.LOANARK).values())
    else:
        ever = plan({"f": base}, record(f=ours), record(f=theirs), mapping(back), Policies())
        assert planned.operations == ever.operations


def test_a_one_way_field_that_came_back_empty_clears_nothing_at_that_look() -> None:
    back = FieldRule("f", "p", Kind.TEXT, Direction.TO_LOANARK, returned=NOON)
    assert linked({"f": "Ann"}, record(f="Ann"), record(f=None), back).operations == ()
