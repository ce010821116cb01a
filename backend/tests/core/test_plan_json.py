"""A plan stored and read again is the same plan."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from planner_states import STATES, State

from loanark.core.mapping import Policy, Side
from loanark.core.plan import Action, Conflict, MoveBase, Plan, Reject, Write
from loanark.core.plan_json import operations_to_json, plan_from_json
from loanark.core.values import Value

TEXT = st.none() | st.text(max_size=4)
#: Both forms, however they come together.
VALUES = st.builds(Value, TEXT, TEXT)
SIDES = st.sampled_from(Side)
REASONS = st.sampled_from(["", "why", "new in HubSpot"])
OPERATIONS = st.one_of(
    st.builds(Write, SIDES, st.text(max_size=3), VALUES, VALUES, REASONS),
    st.builds(MoveBase, st.text(max_size=3), VALUES),
    st.builds(
        Conflict,
        st.text(max_size=3),
        TEXT,
        VALUES,
        VALUES,
        st.sampled_from(Policy),
        st.none() | SIDES,
        st.none() | VALUES,
    ),
    st.builds(Reject, st.text(max_size=3), SIDES, st.text(max_size=3), REASONS),
)
PLANS = st.builds(
    Plan, st.sampled_from(Action), st.none() | SIDES, st.lists(OPERATIONS, max_size=4).map(tuple), REASONS
)


def stored_and_read(plan: Plan) -> Plan:
    text = json.dumps(operations_to_json(plan))
    return plan_from_json(plan.action.value, plan.side.value if plan.side else None, plan.reason, json.loads(text))


@given(PLANS)
def test_any_plan_comes_back_as_it_was(plan: Plan) -> None:
    # Values are equal when their canonical forms are: `repr` sees the raw ones as well.
    assert repr(stored_and_read(plan)) == repr(plan)


@given(STATES)
def test_what_the_planner_plans_comes_back_as_it_was(state: State) -> None:
    plan = state.plan()
    assert repr(stored_and_read(plan)) == repr(plan)


def test_what_follows_from_the_plan_is_not_stored_again() -> None:
    write = Write(Side.LOANARK, "city", Value(None), Value("Boise", "Boise"), "new in HubSpot")
    plan = Plan(Action.CREATE, Side.LOANARK, (write,), "new in HubSpot")
    assert operations_to_json(plan) == [{"field": "city", "after": "Boise"}]


def test_what_no_plan_was_stored_as_is_refused() -> None:
    with pytest.raises(ValueError, match="no operation"):
        plan_from_json("update", None, "", [{"op": "dance", "field": "city"}])
    with pytest.raises(ValueError, match="without a side"):
        plan_from_json("update", None, "", [{"field": "city", "after": None}])
