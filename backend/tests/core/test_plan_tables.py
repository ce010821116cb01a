"""The planner's tables, row by row."""

import itertools
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


@pytest.mark.parametrize(("local", "remote"), [("Rome", " Oslo "), (" Oslo ", "Rome")])
def test_a_value_is_carried_in_its_writers_spelling(local: str, remote: str) -> None:
    (write,) = made("Rome", local, remote)
    assert isinstance(write, Write)
    assert write.after.raw == " Oslo "


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


@pytest.mark.parametrize("kept", [ROME, OSLO])
@pytest.mark.parametrize("gone", Side)
def test_deletions_stay_on_their_side_where_they_do_not_follow(gone: Side, kept: Record) -> None:
    """Edited or not, the other side's contact stays what it is; a deletion there follows as ever."""
    policies = Policies(deletes_stay=frozenset({gone}))
    local, remote = (GONE, kept) if gone is Side.LOANARK else (kept, GONE)
    assert contact(AGREED, local, remote, policies).action is Action.NOTHING
    followed = contact(AGREED, remote, local, policies)
    assert followed.action is (Action.DELETE if kept is ROME else Action.RESTORE)
    assert contact(AGREED, GONE, GONE, policies).action is Action.CLOSE


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


# One field, every case there is, against the table of the specification told a second time


def outcome(one: FieldRule, base: str | None, ours: str | None, theirs: str | None, later: Side | None) -> object:
    """What the two sides hold afterwards, (LoanArk, HubSpot), and whether that is told as a conflict, or asked."""
    ours_changed, theirs_changed = ours != base, theirs != base
    held = {Side.LOANARK: ours, Side.HUBSPOT: theirs}
    if ours == theirs:
        return ours, theirs, None
    if one.source:
        value, other = held[one.source], held[one.source.other]
        if value is None and (base is None or not one.blank_may_overwrite):
            return ours, theirs, None
        return value, value, "told" if other is not None and other != base else None
    if None in (ours, theirs) and not one.blank_may_overwrite:
        return ours or theirs, ours or theirs, None
    if not ours_changed:
        return theirs, theirs, None
    if not theirs_changed:
        return ours, ours, None
    winners = {Policy.HUBSPOT: Side.HUBSPOT, Policy.LOANARK: Side.LOANARK, Policy.NEWEST: later}
    if one.policy is Policy.UNION and one.kind is Kind.ENUM_SET:
        before, left, right = (set((text or "").split(";")) - {""} for text in (base, ours, theirs))
        added, removed = (left | right) - before, (before - left) | (before - right)
        keys = (before - removed) | added
        if not keys and not one.blank_may_overwrite:
            keys = left | right
        united = ";".join(sorted(keys)) or None
        return united, united, "told"
    winner = winners.get(one.policy)
    return (held[winner], held[winner], "told") if winner else (ours, theirs, "asked")


VALUES = {Kind.TEXT: (None, "Oslo", "Rome", "Bern"), Kind.ENUM_SET: (None, "a", "a;b", "b;c")}
TIMES: dict[Side | None, tuple[datetime, datetime]] = {
    None: (NOON, NOON),
    Side.LOANARK: (NOON + CLOCK_SKEW, NOON),
    Side.HUBSPOT: (NOON, NOON + CLOCK_SKEW),
}


@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("policy", Policy)
def test_every_case_of_one_field_is_as_the_table_says(policy: Policy, direction: Direction, kind: Kind) -> None:
    for blank, read_only, later in itertools.product((True, False), (True, False), TIMES):
        one = rule(kind=kind, policy=policy, direction=direction, blank_may_overwrite=blank, read_only=read_only)
        for base, ours, theirs in itertools.product(VALUES[kind], repeat=3):
            story = f"{one} base {base} LoanArk {ours} HubSpot {theirs} later {later}"
            sides = (record(text, kind, at) for text, at in zip((ours, theirs), TIMES[later], strict=True))
            operations = plan({"city": base} if base else {}, *sides, Mapping(1, (one,)), Policies()).operations
            after = {Side.LOANARK: ours, Side.HUBSPOT: theirs} | dict(writes(operations))
            conflict = next((op for op in operations if isinstance(op, Conflict)), None)
            told = ("asked" if conflict.open else "told") if conflict else None
            assert (after[Side.LOANARK], after[Side.HUBSPOT], told) == outcome(one, base, ours, theirs, later), story
            if conflict:
                assert (conflict.base, conflict.loanark.canonical, conflict.hubspot.canonical) == (base, ours, theirs)
            moves = [op.value.canonical for op in operations if isinstance(op, MoveBase)]
            assert moves == ([ours] if ours == theirs != base else []), story


# Whole contacts, further cases


@pytest.mark.parametrize("local", [None, GONE, ROME, OSLO])
@pytest.mark.parametrize("base", [None, AGREED])
def test_a_privacy_deletion_goes_before_everything_and_carries_nothing(
    base: dict[str, str] | None, local: Record | None
) -> None:
    """Not even an edit outlives it, and nobody is asked."""
    erased = Record({"city": Value("Rome", "Rome")}, deleted=True, erased=True)
    result = contact(base, local, erased)
    assert (result.action, result.operations) == (Action.ERASE if local else Action.NOTHING, ())


@pytest.mark.parametrize("action", ["create", "restore"])
def test_a_read_only_property_is_never_in_a_new_hubspot_contact(action: str) -> None:
    mapping = Mapping(1, (rule(), rule(field="score", property_name="score", read_only=True)))
    local = Record({"city": Value("Oslo", "Oslo"), "score": Value("9", "9")})
    sides = (None, local, None) if action == "create" else (AGREED, local, GONE)
    result = plan(*sides, mapping, Policies())
    assert (result.action.value, result.writes(Side.HUBSPOT)) == (action, {"city": Value("Oslo")})


def test_an_edit_of_a_read_only_property_does_not_outlive_the_deletion_in_hubspot() -> None:
    """HubSpot alone decides it: nothing of the person's would be saved by making the contact again."""
    mapping = Mapping(1, (rule(read_only=True),))
    assert plan(AGREED, OSLO, GONE, mapping, Policies()).action is Action.DELETE


@pytest.mark.parametrize(("local", "remote", "side"), [(GONE, OSLO, Side.LOANARK), (OSLO, GONE, Side.HUBSPOT)])
def test_a_cleared_value_is_an_edit_that_outlives_a_deletion(local: Record, remote: Record, side: Side) -> None:
    cleared = record(None)
    sides = (GONE, cleared) if local is GONE else (cleared, GONE)
    assert (contact(AGREED, *sides).action, contact(AGREED, *sides).side) == (Action.RESTORE, side)


@pytest.mark.parametrize("first", Side)
def test_two_selections_that_first_meet_are_united_whoever_would_win(first: Side) -> None:
    mapping = Mapping(1, (rule(kind=Kind.ENUM_SET, policy=Policy.UNION),))
    sides = (record(text, Kind.ENUM_SET) for text in ("a;b", "b;c"))
    result = plan(None, *sides, mapping, Policies(first_match=first))
    assert set(writes(result.operations)) == {(TO_LOANARK, "a;b;c"), (TO_HUBSPOT, "a;b;c")}


@pytest.mark.parametrize("first", Side)
@pytest.mark.parametrize("policy", Policy)
def test_when_two_contacts_first_meet_nobody_is_asked(policy: Policy, first: Side) -> None:
    """A backfill of thousands would otherwise be thousands of questions; the loser is kept all the same."""
    mapping = Mapping(1, (rule(policy=policy),))
    (conflict,) = plan(None, ROME, OSLO, mapping, Policies(first_match=first)).conflicts
    assert (conflict.winner, conflict.open) == (first, False)


@pytest.mark.parametrize("base", [AGREED, None])
@pytest.mark.parametrize("local", [OSLO, ROME, GONE])
def test_an_erased_person_is_erased_whatever_was_edited_or_deleted(base: dict[str, str] | None, local: Record) -> None:
    erased = Record(deleted=True, erased=True)
    assert contact(base, local, erased) == Plan(Action.ERASE, Side.LOANARK, reason="erased for privacy in HubSpot")


def test_an_erased_person_whom_loanark_never_had_needs_nothing() -> None:
    assert contact(None, None, Record(deleted=True, erased=True)).action is Action.NOTHING
