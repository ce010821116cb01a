"""Undoing: what still stands as it was changed is put back, and everything else is listed with its reason."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.core.mapping import Side
from loanark.core.plan import Action, Plan
from loanark.core.undo import ERASED, GONE, MADE_IN_HUBSPOT, Fields, Past, Present, Texts, undo
from loanark.core.values import Kind

FIELDS = Fields({"city": Kind.TEXT, "phone": Kind.PHONE, "amount": Kind.DECIMAL, "score": Kind.TEXT}, {"score"})


def change(id: int, op: Any = "updated", before: Texts | None = None, after: Texts | None = None, **more: Any) -> Past:
    return Past(id, op, more.get("side", Side.LOANARK), before or {}, after or {})


def undone(changes: list[Past], present: Present | None) -> Plan:
    return undo(changes, present, FIELDS, reason="why")


def texts(plan: Plan) -> dict[str, str | None]:
    return {name: value.raw for name, value in plan.writes(Side.LOANARK).items()}


def refused(plan: Plan) -> dict[str, str]:
    return {reject.field: reject.reason for reject in plan.rejects}


def alive(**values: str) -> Present:
    return Present(values, deleted=False)


@pytest.mark.parametrize(
    ("now", "before", "after", "written"),
    [
        ({"city": "Nampa"}, {"city": "Boise"}, {"city": "Nampa"}, {"city": "Boise"}),
        ({"city": "Nampa"}, {}, {"city": "Nampa"}, {"city": None}),
        ({}, {"city": "Boise"}, {}, {"city": "Boise"}),
        # Another form of the same value is the same value.
        ({"phone": "(208) 555-0100"}, {"phone": "208-555-0199"}, {"phone": "+12085550100"}, {"phone": "208-555-0199"}),
        ({"amount": "250000.0000"}, {"amount": "1.0000"}, {"amount": "250000"}, {"amount": "1.0000"}),
        # Whoever put it back by hand already is not told off.
        ({"city": "Boise"}, {"city": "Boise"}, {"city": "Nampa"}, {}),
    ],
)
def test_a_value_that_still_stands_is_put_back(now: Texts, before: Texts, after: Texts, written: Any) -> None:
    plan = undone([change(1, before=before, after=after)], alive(**now))
    assert (texts(plan), refused(plan)) == (written, {})
    assert plan.action is (Action.UPDATE if written else Action.NOTHING)


def test_a_value_that_moved_on_since_stays_and_the_other_goes_back() -> None:
    past = change(
        1, before={"city": "Boise", "phone": "208-555-0199"}, after={"city": "Nampa", "phone": "208-555-0100"}
    )
    plan = undone([past], alive(city="Eagle", phone="208-555-0100"))
    assert texts(plan) == {"phone": "208-555-0199"}
    assert refused(plan) == {"city": "it was changed since"}


def test_changes_are_walked_back_from_the_newest() -> None:
    past = [
        change(1, before={"city": "Boise"}, after={"city": "Nampa"}),
        change(2, before={"city": "Nampa"}, after={"city": "Eagle"}),
    ]
    assert texts(undone(past, alive(city="Eagle"))) == {"city": "Boise"}
    assert undone(past, alive(city="Eagle")) == undone(past[::-1], alive(city="Eagle"))


def test_what_somebody_else_changed_in_between_is_kept() -> None:
    past = [
        change(1, before={"city": "Boise"}, after={"city": "Nampa"}),
        # A person made it Meridian (2, not to be undone).
        change(3, before={"city": "Meridian"}, after={"city": "Eagle"}),
    ]
    plan = undone(past, alive(city="Eagle"))
    assert texts(plan) == {"city": "Meridian"}
    assert refused(plan) == {"city": "it was changed since"}


def test_a_deleted_contact_comes_back() -> None:
    plan = undone([change(1, "deleted")], Present({"city": "Boise"}, deleted=True))
    assert (plan.action, plan.side, texts(plan)) == (Action.RESTORE, Side.LOANARK, {})


def test_a_row_that_was_deleted_altogether_comes_back_with_its_values() -> None:
    plan = undone([change(1, "deleted", before={"city": "Boise", "phone": "1"})], None)
    assert (plan.action, texts(plan)) == (Action.RESTORE, {"city": "Boise", "phone": "1"})


def test_of_a_row_that_is_gone_without_a_trace_nothing_comes_back() -> None:
    for past in (change(1, "deleted"), change(1, before={"city": "Boise"}, after={"city": "Nampa"})):
        plan = undone([past], None)
        assert plan.action is Action.NOTHING
        assert GONE in refused(plan).values()


def test_what_was_brought_back_is_deleted_again_only_if_nobody_touched_it_since() -> None:
    past = change(3, "restored", before={"city": "Boise"}, after={"city": "Nampa"})
    untouched = undone([past], Present({"city": "Nampa"}, deleted=False, since=[3]))
    assert (untouched.action, untouched.operations) == (Action.DELETE, ())
    touched = undone([past], Present({"city": "Nampa"}, deleted=False, since=[3, 4]))
    assert (touched.action, refused(touched)) == (Action.NOTHING, {"": "it was changed since it came back"})


def test_what_loanark_made_is_deleted_only_if_nobody_touched_it_since() -> None:
    past = change(3, "created", after={"city": "Nampa"})
    assert undone([past], Present({"city": "Nampa"}, deleted=False, since=[3])).action is Action.DELETE
    assert undone([past], Present({"city": "Nampa"}, deleted=False, since=[3, 4])).action is Action.NOTHING
    # Its later changes are undone with it.
    later = change(4, before={"city": "Nampa"}, after={"city": "Eagle"})
    assert undone([past, later], Present({"city": "Eagle"}, deleted=False, since=[3, 4])).action is Action.DELETE


def test_what_was_made_from_hubspot_is_listed_and_stays() -> None:
    plan = undone([change(1, "created", after={"city": "Boise"}, side=Side.HUBSPOT)], alive(city="Boise"))
    assert (plan.action, refused(plan)) == (Action.NOTHING, {"": MADE_IN_HUBSPOT})


def test_a_field_that_hubspot_alone_decides_and_one_that_is_no_more_stay() -> None:
    past = change(1, before={"score": "1", "fax": "1"}, after={"score": "2", "fax": "2"})
    plan = undone([past], alive(score="2", fax="2"))
    assert (plan.action, set(refused(plan))) == (Action.NOTHING, {"score", "fax"})


def test_an_erased_person_stays_erased() -> None:
    plan = undone([change(1, before={"city": "Boise"})], replace(alive(), erased=True))
    assert (plan.action, refused(plan)) == (Action.NOTHING, {"": ERASED})


def test_a_value_of_a_contact_that_was_deleted_since_waits_for_its_restoring() -> None:
    plan = undone([change(1, before={"city": "Boise"}, after={"city": "Nampa"})], Present({"city": "Nampa"}, True))
    assert (plan.action, refused(plan)) == (Action.NOTHING, {"city": "the contact is deleted: restore it first"})


STATE = st.fixed_dictionaries({}, optional={name: st.sampled_from(["1", "2", "3"]) for name in ("city", "amount")})


@given(st.lists(STATE, min_size=2, max_size=6))
def test_undoing_every_change_gives_the_first_state_and_undoing_that_the_last(states: list[dict[str, str]]) -> None:
    past = [_difference(id, old, new) for id, (old, new) in enumerate(pairwise(states), start=1)]
    plan = undone(past, alive(**states[-1]))
    assert plan.rejects == ()
    after = _applied(states[-1], plan)
    assert after == states[0]
    back = undone([_difference(99, states[-1], after)], alive(**after))
    assert _applied(after, back) == states[-1]


@given(st.lists(STATE, min_size=2, max_size=6), STATE, st.data())
def test_nothing_is_written_but_what_stood_there_before(
    states: list[dict[str, str]], now: dict[str, str], data: st.DataObject
) -> None:
    past = [_difference(id, old, new) for id, (old, new) in enumerate(pairwise(states), start=1)]
    chosen = data.draw(st.lists(st.sampled_from(past), unique_by=lambda one: one.id, min_size=1))
    plan = undone(chosen, alive(**now))
    for name, text in texts(plan).items():
        assert text in {one.before.get(name) for one in chosen}
        assert now.get(name) in {one.after.get(name) for one in chosen}, "only what still stands is put back"


def _difference(id: int, old: dict[str, str], new: dict[str, str]) -> Past:
    return change(
        id,
        before={name: text for name, text in old.items() if new.get(name) != text},
        after={name: text for name, text in new.items() if old.get(name) != text},
    )


def _applied(values: dict[str, str], plan: Plan) -> dict[str, str]:
    merged = {**values, **texts(plan)}
    return {name: text for name, text in merged.items() if text is not None}
