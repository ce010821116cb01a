"""What one order of many contacts comes to for one of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.core.edit import (
    ALREADY,
    DELETED,
    ERASED,
    GIVEN_AWAY,
    GONE,
    NOT_THEIRS,
    Act,
    Order,
    Present,
    carry_out,
)
from loanark.core.mapping import Side
from loanark.core.plan import Action, Plan
from loanark.core.values import Kind, Value, read

KINDS = {"city": Kind.TEXT, "loan_amount": Kind.DECIMAL, "owner": Kind.TEXT, "loan_officer": Kind.TEXT}


def order(act: Act = "edit", own: str | None = None, **texts: str | None) -> Order:
    values = {name: read(KINDS[name], text) for name, text in texts.items()}
    return Order(act, {name: value for name, value in values.items() if isinstance(value, Value)}, KINDS, own)


def plan(wanted: Order, present: Present | None) -> Plan:
    return carry_out(wanted, present, reason="why")


@pytest.mark.parametrize(
    ("wanted", "present", "action", "reason"),
    [
        (order(city="Reno"), Present({"city": "Boise"}, False), Action.UPDATE, "why"),
        (order(city="Reno"), Present({}, False), Action.UPDATE, "why"),
        (order(city=None), Present({"city": "Boise"}, False), Action.UPDATE, "why"),
        (order(city="Reno"), Present({"city": "Reno"}, False), Action.NOTHING, ALREADY),
        (order(city=None), Present({}, False), Action.NOTHING, ALREADY),
        (order(loan_amount="450000"), Present({"loan_amount": "450000.00"}, False), Action.NOTHING, ALREADY),
        (order(city="Reno"), Present({"city": "Boise"}, True), Action.NOTHING, DELETED),
        (order(city="Reno"), None, Action.NOTHING, GONE),
        (order("delete"), Present({}, False), Action.DELETE, "why"),
        (order("delete"), Present({}, True), Action.NOTHING, ALREADY),
        (order("restore"), Present({}, True), Action.RESTORE, "why"),
        (order("restore"), Present({}, False), Action.NOTHING, ALREADY),
        (order("restore"), Present({}, True, erased=True), Action.NOTHING, ERASED),
        (order(own="ann", city="Reno"), Present({"owner": " ANN "}, False), Action.UPDATE, "why"),
        (order(own="ann", city="Reno"), Present({"owner": "bob"}, False), Action.NOTHING, NOT_THEIRS),
        (order("delete", own="ann"), Present({"owner": "bob"}, False), Action.NOTHING, NOT_THEIRS),
        (order(own="ann", owner="bob"), Present({"owner": "ann"}, False), Action.NOTHING, GIVEN_AWAY),
        (order(own="ann", owner=None), Present({"owner": "ann"}, False), Action.NOTHING, GIVEN_AWAY),
        (order(own="ann", owner="bob"), Present({"owner": "ann", "loan_officer": "Ann"}, False), Action.UPDATE, "why"),
    ],
)
def test_cases(wanted: Order, present: Present | None, action: Action, reason: str) -> None:
    made = plan(wanted, present)
    assert (made.action, made.reason) == (action, reason)
    assert bool(made.rejects) == (reason not in ("why", ALREADY)), "what is left alone says why"


def test_an_edit_writes_what_differs_and_nothing_else() -> None:
    made = plan(order(city="Reno", loan_amount="1"), Present({"city": "Boise", "loan_amount": "1.0"}, False))
    assert {name: value.raw for name, value in made.writes(Side.LOANARK).items()} == {"city": "Reno"}
    assert made.writes(Side.HUBSPOT) == {}


TEXTS = st.sampled_from(["", "a", "A", " b ", "ann", "bob"])


@given(st.dictionaries(st.sampled_from(["city", "owner", "loan_officer"]), TEXTS), st.booleans(), TEXTS, TEXTS)
def test_carried_out_once_it_is_so_already_and_whose_it_is_stays_so(
    texts: dict[str, str], deleted: bool, city: str, owner: str
) -> None:
    there = {name: text for name, text in texts.items() if text}
    wanted = order(own="ann", city=city or None, owner=owner or None)
    made = plan(wanted, Present(there, deleted))
    after = {**there, **{name: value.raw or "" for name, value in made.writes(Side.LOANARK).items()}}
    again = plan(wanted, Present({name: text for name, text in after.items() if text}, deleted))
    if made.action is Action.UPDATE:
        assert again.reason == ALREADY
    else:
        assert again == made
