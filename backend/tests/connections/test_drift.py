"""Why a field rests: what the account's property is now, against what the field needs."""

from typing import Any

import pytest

from loanark.connections.drift import why_it_rests
from loanark.connections.rules import FULL_NAME, Choice, differences, meets_anew
from loanark.core.fields import BY_NAME
from loanark.core.mapping import Direction, Policy
from loanark.core.transforms import DateFromInstant, JoinName, OptionMap, Part, SplitName
from loanark.hubspot.models import Option, Property

PAIRS = OptionMap({"gold": "g", "silver": "s"})


def prop(type: str = "string", field_type: str = "text", *, keys: str = "", **more: Any) -> Property:
    return Property("p", "P", type, field_type, tuple(Option(key, key) for key in keys), **more)


@pytest.mark.parametrize(
    ("field", "transform", "now", "reason"),
    [
        ("city", None, prop(), None),
        ("city", None, None, "has no property p any more"),
        ("city", None, prop(calculated=True), "does not let p be written"),
        ("city", None, prop(read_only=True), "does not let p be written"),
        ("loan_amount", None, prop("number", "number"), None),
        ("loan_amount", None, prop(), None),
        ("loan_amount", None, prop("date", "date"), "of type date now, which does not meet a decimal"),
        ("closing_date", DateFromInstant("UTC"), prop("datetime", "date"), None),
        ("closing_date", DateFromInstant("UTC"), prop("date", "date"), "does not meet a date by date"),
        ("state", PAIRS, prop("enumeration", "select", keys="gst"), None),
        ("state", PAIRS, prop("enumeration", "select", keys="gt"), "The option map names s, which p has no more"),
        ("state", PAIRS, prop("number", "number"), "does not meet a text by options"),
        ("firstname", SplitName(Part.FIRST), prop(read_only=True), None),
        ("full_name", JoinName(), prop(read_only=True), "does not let p be written"),
    ],
)
def test_a_field_rests_while_its_property_is_not_as_it_must_be(
    field: str, transform: Any, now: Property | None, reason: str | None
) -> None:
    direction = Direction.TO_HUBSPOT if field == FULL_NAME.name else Direction.BOTH
    choice = Choice(field, "p", direction, transform=transform)
    found = why_it_rests(choice, BY_NAME.get(field, FULL_NAME), now, ())
    assert found is None if reason is None else reason in (found or "")


def test_what_is_only_read_does_not_rest_because_it_cannot_be_written() -> None:
    choice = Choice("city", "p", Direction.TO_LOANARK)
    assert why_it_rests(choice, BY_NAME["city"], prop(read_only=True), ()) is None
    assert why_it_rests(Choice("city", "p"), BY_NAME["city"], prop(keys="a"), ["b"]) is not None


def test_only_another_property_or_transform_makes_a_field_meet_anew() -> None:
    known = Choice("city", "p")
    assert meets_anew(None, known)
    assert meets_anew(known, Choice("city", "q"))
    assert meets_anew(known, Choice("city", "p", transform=PAIRS))
    assert not meets_anew(known, Choice("city", "p", Direction.TO_LOANARK, Policy.ASK, blank_may_overwrite=False))


def test_a_difference_names_what_came_went_and_changed() -> None:
    before = [Choice("a", "1").to_json(), Choice("b", "2").to_json(), Choice("c", "3").to_json()]
    after = [Choice("b", "2", policy=Policy.ASK).to_json(), Choice("c", "3").to_json(), Choice("d", "4").to_json()]
    found = {one.field: (one.before is not None, one.after is not None) for one in differences(before, after)}
    assert found == {"a": (True, False), "b": (True, True), "d": (False, True)}
