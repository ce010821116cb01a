"""Transforms: each with its inverse, or declared one-way; comparing never makes the sides correct each other."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from loanark.core import transforms, translate
from loanark.core.mapping import Direction, FieldRule, Mapping, Side
from loanark.core.plan import Policies, Record, Write, plan
from loanark.core.transforms import (
    Case,
    DateFromInstant,
    JoinName,
    Letters,
    OptionMap,
    Part,
    Phone,
    Scale,
    SplitName,
    Transform,
    Trim,
    Untranslatable,
    Way,
)
from loanark.core.values import BLANK, Kind, Unreadable, Value, read

ZONES = ("America/Los_Angeles", "Asia/Kolkata", "Pacific/Auckland")

NAMES = st.text(st.sampled_from("aZé ß\tİıǰ-'’.O0ŉΣςe\u0301"), max_size=12)
PHONES = st.one_of(
    st.sampled_from(["(303) 555-0142", "+13035550142", "303.555.0142 x12", "+44 20 7946 0958", "call after six", "12"]),
    st.text(st.sampled_from("0123456789+() -x"), max_size=16),
)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**15), max_value=10**15)
FACTORS = st.sampled_from(["0.01", "100", "12.5", "-1", "0.0001", "1E+3", "64"])
DAYS = st.dates(date(1900, 1, 1), date(2200, 1, 1))
PAIRS = {"gold": "g", "silver": "Silver customers", "lead": "1"}


def rule(kind: Kind, transform: Transform | None, direction: Direction = Direction.BOTH) -> FieldRule:
    return FieldRule("f", "p", kind, direction, transform=transform)


def held(rule: FieldRule, raw: str | None) -> Value | Unreadable:
    return translate.held(rule, lambda _: raw)


def sent(rule: FieldRule, value: Value) -> str | None:
    """What HubSpot holds afterwards: it keeps texts, moments in its own form."""
    there = translate.counterpart(rule, value)
    return there.canonical if rule.wire_kind in (Kind.INSTANT, Kind.DECIMAL) else there.raw


def comes_back(rule: FieldRule, raw: str) -> None:
    """incoming(outgoing(v)) is v, for whatever LoanArk holds."""
    value = held(rule, raw)
    assume(isinstance(value, Value))
    assert isinstance(value, Value)
    assert translate.incoming(rule, sent(rule, value)) == value


@given(NAMES)
def test_trim_comes_back(text: str) -> None:
    comes_back(rule(Kind.TEXT, Trim()), text)


@pytest.mark.parametrize("letters", Letters)
@given(text=st.one_of(NAMES, st.text(max_size=20)))
def test_case_comes_back(letters: Letters, text: str) -> None:
    comes_back(rule(Kind.TEXT, Case(letters)), text)


@pytest.mark.parametrize("letters", Letters)
@given(text=st.one_of(NAMES, st.text(max_size=20)))
def test_a_tidied_text_is_tidy(letters: Letters, text: str) -> None:
    for transform in (Case(letters), Trim()):
        once = transform.form(text)
        assert transform.form(once) == once


@given(PHONES)
def test_a_telephone_number_comes_back(text: str) -> None:
    comes_back(rule(Kind.PHONE, Phone()), text)
    once = Phone().form(text)
    assert Phone().form(once) == once


@given(st.sampled_from(sorted(PAIRS)))
def test_an_option_comes_back(key: str) -> None:
    comes_back(rule(Kind.ENUM, OptionMap(PAIRS)), key)


@given(st.lists(st.sampled_from(sorted(PAIRS)), min_size=1))
def test_a_selection_comes_back(keys: list[str]) -> None:
    comes_back(rule(Kind.ENUM_SET, OptionMap(PAIRS)), ";".join(keys))


@given(NUMBERS, FACTORS)
def test_a_scaled_number_comes_back_exactly(number: Decimal, factor: str) -> None:
    comes_back(rule(Kind.DECIMAL, Scale(Decimal(factor))), format(number, "f"))


@pytest.mark.parametrize("zone", [*ZONES, "America/Sao_Paulo", "Africa/Cairo"])
@given(day=DAYS)
def test_a_date_comes_back_from_midnight_there(zone: str, day: date) -> None:
    comes_back(rule(Kind.DATE, DateFromInstant(zone)), day.isoformat())


@pytest.mark.parametrize("zone", ZONES)
@given(day=DAYS, seconds=st.integers(0, 86_399))
def test_every_moment_of_a_day_is_that_day(zone: str, day: date, seconds: int) -> None:
    """And nothing is written back: the moment and the day are one value."""
    from zoneinfo import ZoneInfo

    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(seconds=seconds)
    one = rule(Kind.DATE, DateFromInstant(zone))
    assert translate.incoming(one, local.isoformat()) == held(one, day.isoformat())


def test_a_day_that_never_was_has_no_counterpart() -> None:
    one = rule(Kind.DATE, DateFromInstant("Pacific/Apia"))
    refused = held(one, "2011-12-30")
    assert isinstance(refused, Unreadable)
    assert refused.reason == "is a day that never was in Pacific/Apia"


@pytest.mark.parametrize("end", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ZONES)
def test_the_ends_of_time_break_nothing(zone: str, end: str) -> None:
    one = rule(Kind.DATE, DateFromInstant(zone))
    assert isinstance(held(one, end), Value | Unreadable)
    assert isinstance(translate.incoming(one, f"{end}T12:00:00Z"), Value | Unreadable)


@pytest.mark.parametrize(("factor", "way"), [("0.01", Way.BOTH), ("12", Way.TO_LOANARK), ("-250", Way.BOTH)])
def test_a_factor_that_cannot_be_divided_by_for_ever_goes_one_way(factor: str, way: Way) -> None:
    assert Scale(Decimal(factor)).way is way


def test_a_percent_is_a_fraction_here() -> None:
    one = rule(Kind.DECIMAL, Scale(Decimal("0.01")))
    assert translate.incoming(one, "6.5") == held(one, "0.065")
    assert sent(one, read(Kind.DECIMAL, "0.0725")) == "7.25"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("whole", "first", "last"),
    [
        ("Ann Smith", "Ann", "Smith"),
        ("Ann Mary  Smith", "Ann Mary", "Smith"),
        ("Smith, Ann Mary", "Ann Mary", "Smith"),
        ("Ann", "Ann", None),
        ("de la Cruz, Ana", "Ana", "de la Cruz"),
        (" ", None, None),
    ],
)
def test_a_whole_name_is_split(whole: str, first: str | None, last: str | None) -> None:
    for part, expected in ((Part.FIRST, first), (Part.LAST, last)):
        value = translate.incoming(rule(Kind.TEXT, SplitName(part)), whole)
        assert isinstance(value, Value)
        assert value.canonical == expected


def test_two_names_are_joined() -> None:
    one = rule(Kind.TEXT, JoinName())

    def join(**parts: str | None) -> str | None:
        value = translate.held(one, parts.get)
        assert isinstance(value, Value)
        return value.canonical

    assert join(firstname=" Ann  Mary", lastname="Smith ") == "Ann Mary Smith"
    assert join(lastname="Smith") == "Smith"
    assert join() is None


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize(
    ("transform", "source"), [(SplitName(Part.LAST), Side.HUBSPOT), (Scale(Decimal(3)), Side.HUBSPOT)]
)
def test_a_one_way_transform_never_writes_back(transform: Transform, source: Side, direction: Direction) -> None:
    assert rule(Kind.TEXT, transform, direction).source is source
    assert rule(Kind.TEXT, JoinName(), Direction.TO_HUBSPOT).source is Side.LOANARK


@given(st.sampled_from(["Ann Smith", "", "Smith, Bea"]), st.sampled_from(["Ann", "Bea", None, "Cara"]))
def test_a_split_name_is_only_ever_written_here(whole: str, ours: str | None) -> None:
    one = rule(Kind.TEXT, SplitName(Part.FIRST))
    for base in ({}, {"f": "Ann"}):
        planned = plan(
            base,
            Record({"f": held(one, ours)}),
            Record({"f": translate.incoming(one, whole)}),
            Mapping(1, (one,)),
            Policies(),
        )
        assert planned.writes(Side.HUBSPOT) == {}


def test_an_option_without_a_counterpart_is_told_on_either_side() -> None:
    one = rule(Kind.ENUM, OptionMap(PAIRS))
    for refused, side in ((held(one, "platinum"), "LoanArk"), (translate.incoming(one, "platinum"), "HubSpot")):
        assert isinstance(refused, Unreadable)
        assert refused.raw == "platinum"
        assert refused.reason == f"holds {side}'s option 'platinum', which has no counterpart in the option map"


def test_what_never_goes_to_hubspot_needs_no_counterpart_there() -> None:
    one = rule(Kind.ENUM, OptionMap(PAIRS), Direction.TO_LOANARK)
    assert held(one, "platinum") == Value("platinum")


def test_a_single_choice_is_one_option_whatever_it_contains() -> None:
    assert isinstance(held(rule(Kind.ENUM, OptionMap(PAIRS)), "gold;lead"), Unreadable)


SIDES = st.sampled_from(["ann", "ANN", " Ann ", "O'brien", "BEA", "", " "])


@pytest.mark.parametrize("transform", [Trim(), *map(Case, Letters)])
@given(ours=SIDES, theirs=SIDES, base=st.sampled_from([None, "Ann", "ANN", "bea"]))
def test_the_sides_never_correct_each_other_for_ever(
    transform: Transform, ours: str, theirs: str, base: str | None
) -> None:
    """One plan carried out, and the next has nothing to write."""
    one = rule(Kind.TEXT, transform)
    mapping, agreed = Mapping(1, (one,)), {} if base is None else {"f": base}
    for _ in range(2):
        local, remote = held(one, ours), translate.incoming(one, theirs)
        planned = plan(agreed, Record({"f": local}), Record({"f": remote}), mapping, Policies())
        for operation in planned.operations:
            if isinstance(operation, Write) and operation.side is Side.LOANARK:
                ours = operation.after.raw or ""
            elif isinstance(operation, Write):
                theirs = sent(one, operation.after) or ""
        after_local, after_remote = held(one, ours), translate.incoming(one, theirs)
        assert after_local == after_remote
        assert isinstance(after_local, Value)
        agreed = {} if after_local.canonical is None else {"f": after_local.canonical}
    again = plan(agreed, Record({"f": held(one, ours)}), Record({"f": after_remote}), mapping, Policies())
    assert again.operations == ()


def test_a_spelling_that_the_transform_would_write_alike_is_left_alone() -> None:
    one = rule(Kind.TEXT, Case(Letters.TITLE))
    local, remote = Record({"f": held(one, "ann")}), Record({"f": translate.incoming(one, "ANN")})
    assert plan({"f": "Ann"}, local, remote, Mapping(1, (one,)), Policies()).operations == ()


EVERY: list[Transform] = [
    Trim(),
    Case(Letters.TITLE),
    Phone(),
    OptionMap(PAIRS),
    Scale(Decimal("0.01")),
    DateFromInstant("Europe/Berlin"),
    SplitName(Part.FIRST),
    JoinName(),
]


@pytest.mark.parametrize("transform", [None, *EVERY])
def test_a_transform_is_stored_and_read_again(transform: Transform | None) -> None:
    assert transforms.from_json(transforms.to_json(transform)) == transform


@pytest.mark.parametrize("transform", EVERY)
def test_a_blank_stays_a_blank(transform: Transform) -> None:
    one = rule(min(transform.kinds), transform)
    assert translate.incoming(one, "") == translate.incoming(one, None) == BLANK
    assert held(one, None) == held(one, "") == BLANK


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ({"kind": "rot13"}, "there is no transform 'rot13'"),
        ({"kind": "case", "to": "sideways"}, "'sideways' is not a valid Letters"),
        ({"kind": "case"}, "the transform lacks 'to'"),
        ({"kind": "scale", "factor": "0"}, "the factor must be a number other than 0"),
        ({"kind": "scale", "factor": "NaN"}, "the factor must be a number other than 0"),
        ({"kind": "scale", "factor": "much"}, "the transform's parameters have the wrong form"),
        ({"kind": "scale", "factor": "1e999"}, "the factor has more than 20 digits"),
        ({"kind": "date", "zone": "Mars/Olympus"}, "there is no time zone 'Mars/Olympus'"),
        ({"kind": "date", "zone": "../../etc/passwd"}, "there is no time zone '../../etc/passwd'"),
        (
            {"kind": "options", "map": {}},
            "the option map needs pairs of keys, none of them blank or with a semicolon",
        ),
        (
            {"kind": "options", "map": {"a": "x", "b": "x"}},
            "two of LoanArk's options have one counterpart in HubSpot: x",
        ),
        ({"kind": "options", "map": ["a"]}, "the transform's parameters have the wrong form"),
    ],
)
def test_wrong_parameters_are_told(stored: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match="^" + __import__("re").escape(reason)):
        transforms.from_json(stored)


def test_a_number_too_long_to_scale_is_told() -> None:
    one = rule(Kind.DECIMAL, Scale(Decimal("100")))
    with pytest.raises(Untranslatable):
        translate.counterpart(one, Value("0." + "1" * 59, "0." + "1" * 59))
    assert isinstance(translate.incoming(one, "9" * 60), Unreadable)
