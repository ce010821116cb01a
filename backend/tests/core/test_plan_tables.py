"""The planner's tables, row by row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loanark.core.mapping import Direction, FieldRule, Mapping, Policy, Side
from loanark.core.plan import (
    CLOCK_SKEW,
    Action,
    Conflict,
    FieldOperation,
    MoveBase,
    Plan,
    Policies,
    Record,
    Reject,
    Write,
    plan,
)
from loanark.core.values import BLANK, Kind, Unreadable, Value, read

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TO_HUBSPOT, TO_LOANARK = Side.HUBSPOT, Side.LOANARK


def rule(**changes: object) -> FieldRule:
    return FieldRule(**{"field": "city", "property_name": "city", "kind": Kind.TEXT, **changes})  # type: ignore[arg-type]


def record(raw: str | None, kind: Kind = Kind.TEXT, at: datetime | None = None) -> Record:
    return Record({"city": read(kind, raw)}, changed_at={"city": at} if at else {})


def made(
    base: str | None,
    local: str | None,
    remote: str | None,
    *,
    at: tuple[datetime, datetime] | None = None,
    **changes: object,
) -> tuple[FieldOperation, ...]:
    """The operations for one linked field."""
    one = rule(**changes)
    ours, theirs = at or (None, None)
    return plan(
        {"city": base} if base else {},
        record(local, one.kind, ours),
        record(remote, one.kind, theirs),
        Mapping(1, (one,)),
        Policies(),
    ).operations


def writes(operations: tuple[FieldOperation, ...]) -> list[tuple[Side, str | None]]:
    return [(op.side, op.after.canonical) for op in operations if isinstance(op, Write)]


# One field, by the table


@pytest.mark.parametrize(
    ("base", "local", "remote", "expected"),
    [
        ("Rome", "Rome", "Rome", []),
        (None, None, None, []),
        ("Rome", "Rome", "Oslo", [(TO_LOANARK, "Oslo")]),
        ("Rome", "Oslo", "Rome", [(TO_HUBSPOT, "Oslo")]),
        ("Rome", "Rome", None, [(TO_LOANARK, None)]),
        ("Rome", None, "Rome", [(TO_HUBSPOT, None)]),
        (None, None, "Oslo", [(TO_LOANARK, "Oslo")]),
        (None, "Oslo", None, [(TO_HUBSPOT, "Oslo")]),
    ],
)
def test_the_side_that_changed_is_written_to_the_other(
    base: str | None, local: str | None, remote: str | None, expected: list[tuple[Side, str | None]]
) -> None:
    assert writes(made(base, local, remote)) == expected


@pytest.mark.parametrize(("base", "both"), [("Rome", "Oslo"), (None, "Oslo"), ("Rome", None)])
def test_the_same_change_on_both_sides_only_moves_the_base(base: str | None, both: str | None) -> None:
    assert made(base, both, both) == (MoveBase("city", Value(both)),)


def test_two_spellings_of_one_value_are_no_change() -> None:
    assert made("Rome", "Rome ", " Rome") == ()


@pytest.mark.parametrize(
    ("policy", "winner", "written"),
    [
        (Policy.HUBSPOT, Side.HUBSPOT, [(TO_LOANARK, "Oslo")]),
        (Policy.LOANARK, Side.LOANARK, [(TO_HUBSPOT, "Bern")]),
        (Policy.ASK, None, []),
        (Policy.NEWEST, None, []),
        (Policy.UNION, None, []),
    ],
)
def test_different_changes_are_a_conflict_that_the_policy_decides(
    policy: Policy, winner: Side | None, written: list[tuple[Side, str | None]]
) -> None:
    operations = made("Rome", "Bern", "Oslo", policy=policy)
    conflict = operations[0]
    assert isinstance(conflict, Conflict)
    assert (
        conflict.winner,
        conflict.base,
        conflict.loanark.canonical,
        conflict.hubspot.canonical,
        writes(operations),
    ) == (
        winner,
        "Rome",
        "Bern",
        "Oslo",
        written,
    )


@pytest.mark.parametrize(
    ("ours_later_by", "written"),
    [
        (CLOCK_SKEW, [(TO_HUBSPOT, "Bern")]),
        (-CLOCK_SKEW, [(TO_LOANARK, "Oslo")]),
        (CLOCK_SKEW - timedelta(milliseconds=1), []),
        (timedelta(0), []),
    ],
)
def test_newest_wins_unless_the_clocks_cannot_tell(
    ours_later_by: timedelta, written: list[tuple[Side, str | None]]
) -> None:
    operations = made("Rome", "Bern", "Oslo", policy=Policy.NEWEST, at=(NOON + ours_later_by, NOON))
    assert writes(operations) == written


@pytest.mark.parametrize(
    ("base", "local", "remote", "united"),
    [
        (None, "a", "b", "a;b"),
        ("a", "a;b", "a;c", "a;b;c"),
        ("a;b", "a", "a;b;c", "a;c"),
        ("a;b", "a", "b", None),
        ("a;b;c", "a;d", "b;c", "d"),
    ],
)
def test_union_keeps_what_either_added_and_drops_what_either_removed(
    base: str | None, local: str, remote: str, united: str | None
) -> None:
    operations = made(base, local, remote, kind=Kind.ENUM_SET, policy=Policy.UNION)
    after = {op.after.canonical for op in operations if isinstance(op, Write)}
    assert after == {united}


def test_a_union_is_no_open_conflict() -> None:
    conflict = made("a", "a;b", "a;c", kind=Kind.ENUM_SET, policy=Policy.UNION)[0]
    assert isinstance(conflict, Conflict)
    assert not conflict.open


# A blank that may not overwrite


@pytest.mark.parametrize("policy", Policy)
@pytest.mark.parametrize(
    ("local", "remote", "expected"),
    [
        (None, "Rome", [(TO_LOANARK, "Rome")]),
        ("Rome", None, [(TO_HUBSPOT, "Rome")]),
        (None, "Oslo", [(TO_LOANARK, "Oslo")]),
        ("Oslo", None, [(TO_HUBSPOT, "Oslo")]),
    ],
)
def test_the_side_that_has_a_value_refills_the_other(
    policy: Policy, local: str | None, remote: str | None, expected: list[tuple[Side, str | None]]
) -> None:
    assert writes(made("Rome", local, remote, policy=policy, blank_may_overwrite=False)) == expected


def test_a_union_that_would_be_empty_keeps_what_both_hold() -> None:
    operations = made("a;b", "a", "b", kind=Kind.ENUM_SET, policy=Policy.UNION, blank_may_overwrite=False)
    assert {op.after.canonical for op in operations if isinstance(op, Write)} == {"a;b"}


# One-way fields


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"direction": Direction.TO_LOANARK}, [(TO_LOANARK, "Oslo")]),
        ({"direction": Direction.TO_HUBSPOT}, [(TO_HUBSPOT, "Bern")]),
        ({"read_only": True}, [(TO_LOANARK, "Oslo")]),
    ],
)
@pytest.mark.parametrize("base", ["Rome", "Bern", "Oslo", None])
def test_a_one_way_field_follows_its_source_whoever_changed_it(
    changes: dict[str, Any], expected: list[tuple[Side, str | None]], base: str | None
) -> None:
    assert writes(made(base, "Bern", "Oslo", **changes)) == expected


def test_a_blank_source_that_may_not_overwrite_leaves_the_other_side_alone() -> None:
    assert made("Rome", "Rome", None, direction=Direction.TO_LOANARK, blank_may_overwrite=False) == ()


# Values that cannot be read


@pytest.mark.parametrize("side", Side)
def test_an_unreadable_value_fails_its_field_and_no_other(side: Side) -> None:
    broken = Unreadable("?", "is not a date")
    values = {Side.LOANARK: {"day": BLANK, "city": Value("Bern", "Bern")}, Side.HUBSPOT: {"day": BLANK, "city": BLANK}}
    sides = {s: Record({**values[s], "day": broken} if s is side else values[s]) for s in Side}
    mapping = Mapping(1, (rule(field="day", property_name="day", kind=Kind.DATE), rule()))
    operations = plan({}, sides[Side.LOANARK], sides[Side.HUBSPOT], mapping, Policies()).operations
    assert operations[0] == Reject("day", side, "?", "is not a date")
    assert writes(operations) == [(TO_HUBSPOT, "Bern")]


# Whole contacts


GONE = Record(deleted=True)
ROME, OSLO = record("Rome"), record("Oslo")


def contact(
    base: dict[str, str] | None, local: Record | None, remote: Record | None, policies: Policies | None = None
) -> Plan:
    return plan(base, local, remote, Mapping(1, (rule(),)), policies or Policies())


AGREED = {"city": "Rome"}


@pytest.mark.parametrize(
    ("base", "local", "remote", "action", "side"),
    [
        (None, None, None, Action.NOTHING, None),
        (None, None, GONE, Action.NOTHING, None),
        (None, GONE, None, Action.NOTHING, None),
        (None, GONE, GONE, Action.NOTHING, None),
        (None, None, ROME, Action.CREATE, Side.LOANARK),
        (None, ROME, None, Action.CREATE, Side.HUBSPOT),
        (None, GONE, ROME, Action.RESTORE, Side.LOANARK),
        (None, ROME, OSLO, Action.MATCH, None),
        (AGREED, ROME, ROME, Action.UPDATE, None),
        (AGREED, GONE, GONE, Action.CLOSE, None),
        (AGREED, GONE, ROME, Action.DELETE, Side.HUBSPOT),
        (AGREED, ROME, GONE, Action.DELETE, Side.LOANARK),
        (AGREED, GONE, OSLO, Action.RESTORE, Side.LOANARK),
        (AGREED, OSLO, GONE, Action.RESTORE, Side.HUBSPOT),
    ],
)
def test_what_becomes_of_a_contact(
    base: dict[str, str] | None, local: Record | None, remote: Record | None, action: Action, side: Side | None
) -> None:
    result = contact(base, local, remote)
    assert (result.action, result.side) == (action, side)


@pytest.mark.parametrize(("local", "remote"), [(GONE, ROME), (ROME, GONE)])
def test_deletions_stay_on_their_side_where_they_do_not_follow(local: Record, remote: Record) -> None:
    assert contact(AGREED, local, remote, Policies(deletes_follow=False)).action is Action.CLOSE


def test_a_deletion_never_writes_fields() -> None:
    assert contact(AGREED, GONE, ROME).operations == ()


def test_an_edit_that_outlives_a_deletion_brings_all_its_values_along() -> None:
    assert contact(AGREED, OSLO, GONE).writes(Side.HUBSPOT) == {"city": Value("Oslo")}


def test_an_edit_of_a_field_that_the_deleting_side_decides_does_not_outlive_the_deletion() -> None:
    mapping = Mapping(1, (rule(direction=Direction.TO_LOANARK),))
    assert plan(AGREED, OSLO, GONE, mapping, Policies()).action is Action.DELETE


def test_an_unreadable_value_counts_as_an_edit_so_that_nothing_unknown_is_deleted() -> None:
    unreadable = Record({"city": Unreadable("?", "is not a text")})
    assert contact(AGREED, unreadable, GONE).action is Action.RESTORE


@pytest.mark.parametrize("first", Side)
def test_when_two_contacts_first_meet_the_chosen_side_wins_and_the_loser_is_kept(first: Side) -> None:
    result = contact(None, ROME, OSLO, Policies(first_match=first))
    assert result.conflicts[0].winner is first
    assert writes(result.operations) == [(first.other, "Rome" if first is Side.LOANARK else "Oslo")]


@pytest.mark.parametrize("first", Side)
def test_when_two_contacts_first_meet_a_value_beats_a_blank(first: Side) -> None:
    result = contact(None, record(None), OSLO, Policies(first_match=first))
    assert writes(result.operations) == [(TO_LOANARK, "Oslo")]


def test_a_new_contact_is_copied_without_blanks_and_one_way_fields_of_the_other_side() -> None:
    mapping = Mapping(
        1,
        (
            rule(),
            rule(field="state", property_name="state"),
            rule(field="score", property_name="score", direction=Direction.TO_LOANARK),
        ),
    )
    local = Record({"city": Value("Rome", "Rome"), "state": BLANK, "score": Value("9", "9")})
    assert plan(None, local, None, mapping, Policies()).writes(Side.HUBSPOT) == {"city": Value("Rome")}


@pytest.mark.parametrize(("local", "remote"), [(None, ROME), (ROME, None)])
def test_a_linked_contact_must_be_seen_on_both_sides(local: Record | None, remote: Record | None) -> None:
    with pytest.raises(ValueError, match="both sides"):
        contact(AGREED, local, remote)
