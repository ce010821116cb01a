"""Canonical values: what counts as the same, and that reading twice changes nothing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.core.values import BLANK, MAX_TEXT, Kind, Unreadable, Value, keys_of, read

TEXTS = st.text(max_size=40)
DIGITS = "0123456789"
#: What people type into a phone field.
PHONES = st.text(alphabet=DIGITS + " +()-./x#extEXT\u00a0\u2011", max_size=25) | st.from_regex(
    r"\+?1?[ .-]?\(?[2-9][0-9]{2}\)?[ .-]?[2-9][0-9]{2}[ .-]?[0-9]{4}( ?x[0-9]{1,4})?", fullmatch=True
)
RAW = {
    Kind.TEXT: TEXTS,
    Kind.EMAIL: st.emails() | TEXTS,
    Kind.PHONE: PHONES,
    Kind.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=4).map(str) | TEXTS,
    Kind.BOOLEAN: st.sampled_from(["true", "TRUE", " f ", "False", "yes", "1"]),
    Kind.DATE: st.dates().map(date.isoformat) | st.integers(-10_000, 10_000).map(lambda day: str(day * 86_400_000)),
    Kind.INSTANT: st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat)
    | st.integers(-62_000_000_000_000, 253_402_300_799_999).map(str),
    Kind.ENUM: TEXTS,
    Kind.ENUM_SET: st.lists(st.sampled_from(["a", " b", "c ", "", "Zoë"])).map(";".join),
}
KINDS_AND_RAWS = st.sampled_from(sorted(Kind)).flatmap(lambda kind: st.tuples(st.just(kind), RAW[kind]))


@given(KINDS_AND_RAWS)
def test_a_canonical_form_reads_as_itself(drawn: tuple[Kind, str]) -> None:
    kind, raw = drawn
    value = read(kind, raw)
    if isinstance(value, Value) and value.canonical is not None:
        assert read(kind, value.canonical) == value


@given(KINDS_AND_RAWS)
def test_what_a_side_really_holds_is_kept(drawn: tuple[Kind, str]) -> None:
    kind, raw = drawn
    value = read(kind, raw)
    assert isinstance(value, Unreadable) or value.blank or value.raw == raw


@given(KINDS_AND_RAWS)
def test_white_space_around_a_value_never_matters(drawn: tuple[Kind, str]) -> None:
    kind, raw = drawn
    value = read(kind, raw)
    padded = read(kind, f" {raw}\t")
    assert isinstance(padded, type(value))
    assert isinstance(value, Unreadable) or value == padded


@given(st.sampled_from(sorted(Kind)), st.text(max_size=30))
def test_no_text_crashes_the_reader(kind: Kind, raw: str) -> None:
    assert isinstance(read(kind, raw), Value | Unreadable)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("raw", [None, "", " ", "\t\n", "\u00a0"])
def test_nothing_and_white_space_are_blank(kind: Kind, raw: str | None) -> None:
    value = read(kind, raw)
    assert value == BLANK
    assert isinstance(value, Value)
    assert value.raw == (raw or None), "what it was is kept"


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.TEXT, "Zoë", "Zoe\u0308"),
        (Kind.TEXT, "Ann", " Ann "),
        (Kind.EMAIL, "Ann@Example.com", "ann@example.com "),
        (Kind.PHONE, "(303) 555-0142", "+1 303 555 0142"),
        (Kind.PHONE, "303.555.0142", "13035550142"),
        (Kind.PHONE, "303\u2011555\u20110142", "3035550142"),
        (Kind.PHONE, "２０３-555-0142", "203-555-0142"),
        (Kind.PHONE, "2０３5550142", "203-555-0142"),
        (Kind.PHONE, "303-555-0142 x5", "+13035550142 ext. 5"),
        (Kind.PHONE, "+44 20 7946 0958", "+442079460958"),
        (Kind.PHONE, "1-800-FLOWERS", "1-800-356-9377"),
        (Kind.DECIMAL, "250000", "250000.00"),
        (Kind.DECIMAL, "-0.0", "0"),
        (Kind.DECIMAL, "2.5e5", "250000"),
        (Kind.DECIMAL, "+6.250", "6.25"),
        (Kind.BOOLEAN, "true", "TRUE"),
        (Kind.DATE, "2026-03-01", "1772323200000"),
        (Kind.INSTANT, "2026-03-01T00:00:00Z", "1772323200000"),
        (Kind.INSTANT, "2026-03-01T00:00:00.000Z", "2026-02-28T17:00:00-07:00"),
        (Kind.ENUM_SET, "b;a", "a; b;;a"),
        (Kind.ENUM_SET, ";a", "a"),
    ],
)
def test_two_spellings_of_one_value_are_equal(kind: Kind, one: str, other: str) -> None:
    assert read(kind, one) == read(kind, other)


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (Kind.TEXT, "Ann", "ann"),
        (Kind.TEXT, "O'Neil", "ONeil"),
        (Kind.EMAIL, "a.b@example.com", "ab@example.com"),
        (Kind.PHONE, "303-555-0142", "303-555-0143"),
        (Kind.PHONE, "303-555-0142", "303-555-0142 x5"),
        (Kind.PHONE, "call after six", "call after seven"),
        (Kind.DECIMAL, "1.2345678901234567890123456789012345678", "1.2345678901234567890123456789012345679"),
        (Kind.DATE, "2026-03-01", "2026-03-02"),
        (Kind.INSTANT, "2026-03-01T00:00:00.001Z", "2026-03-01T00:00:00.002Z"),
        (Kind.INSTANT, "253402300799999", "253402300799998"),
        (Kind.ENUM, "VIP", "vip"),
        (Kind.ENUM_SET, "a;b", "a"),
    ],
)
def test_different_values_stay_different(kind: Kind, one: str, other: str) -> None:
    assert read(kind, one) != read(kind, other)


@pytest.mark.parametrize(
    ("kind", "raw", "reason"),
    [
        (Kind.TEXT, "x" * (MAX_TEXT + 1), "is longer than 65,536 characters"),
        (Kind.TEXT, "a\0b", "contains a NUL character"),
        (Kind.DECIMAL, "about 5", "is not a number"),
        (Kind.DECIMAL, "1,000", "is not a number"),
        (Kind.DECIMAL, "NaN", "is not a finite number"),
        (Kind.DECIMAL, "1e999999999999", "has more than 60 digits"),
        (Kind.DECIMAL, "1e-99999", "has more than 60 digits"),
        (Kind.BOOLEAN, "maybe", "is neither true nor false"),
        (Kind.DATE, "03/01/2026", "is not a date"),
        (Kind.DATE, "2026-02-29", "is not a date"),
        (Kind.DATE, "1772323200001", "is a moment within a day"),
        (Kind.INSTANT, "yesterday", "is not a moment in time"),
        (Kind.INSTANT, "9" * 30, "is not a moment in time"),
    ],
)
def test_what_is_no_value_says_why(kind: Kind, raw: str, reason: str) -> None:
    value = read(kind, raw)
    assert isinstance(value, Unreadable)
    assert value.reason.startswith(reason)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=10))
def test_a_decimal_keeps_every_digit(number: Decimal) -> None:
    value = read(Kind.DECIMAL, str(number))
    assert isinstance(value, Value)
    assert Decimal(value.canonical or "x") == number


@given(st.integers(-62_000_000_000_000, 253_402_300_799_999).filter(lambda ms: abs(ms) >= 10_000))
def test_milliseconds_and_iso_are_the_same_moment_to_the_millisecond(ms: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    assert read(Kind.INSTANT, str(ms)) == read(Kind.INSTANT, moment.isoformat())


@given(st.dates(min_value=date(1971, 1, 1)))
def test_a_date_is_its_midnight_in_utc(day: date) -> None:
    ms = (day - date(1970, 1, 1)).days * 86_400_000
    assert read(Kind.DATE, str(ms)) == read(Kind.DATE, day.isoformat())


@given(
    st.from_regex(r"[2-9][0-9]{2}[2-9][0-9]{6}", fullmatch=True),
    st.sampled_from(
        ["{0}{1}{2}", "({0}) {1}-{2}", "{0}-{1}-{2}", "+1 {0} {1} {2}", "1.{0}.{1}.{2}", "1 ({0}) {1}-{2}"]
    ),
)
def test_every_usual_spelling_of_a_us_number_is_the_same(digits: str, spelling: str) -> None:
    spelled = spelling.format(digits[:3], digits[3:6], digits[6:])
    assert read(Kind.PHONE, spelled) == Value(f"+1{digits}")


@given(st.sets(st.sampled_from("abcdef")), st.randoms())
def test_a_selection_has_no_order(keys: set[str], random: object) -> None:
    shuffled = sorted(keys, key=lambda _: random.random())  # type: ignore[attr-defined]
    value = read(Kind.ENUM_SET, ";".join(shuffled))
    assert isinstance(value, Value)
    assert keys_of(value.canonical) == keys
