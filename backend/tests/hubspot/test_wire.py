"""HubSpot's texts and canonical values, there and back."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loanark.core.values import BLANK, Kind, Unreadable, Value, read
from loanark.hubspot.wire import epoch_ms, from_wire, kind_of, parse_instant, to_wire

#: Any text at all: halves of characters, NULs, other scripts.
ANY = st.text(st.characters(exclude_categories=()), max_size=30)
KEYS = st.text(st.characters(codec="utf-8", exclude_characters=";\0"), max_size=8)
LIMITS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2000, 2, 29, 12, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
]
NUMBERS = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    st.integers().map(str),
    st.integers(-(10**70), 10**70).map(str),
    st.sampled_from(
        ["1e999999999", "-0", "0.000", "+7", ".5", "5.", "9" * 60, "9" * 61, "9" * 5000, "NaN", "inf", "１２"]
    ),
)
MOMENTS = st.one_of(
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.sampled_from(LIMITS).map(datetime.isoformat),
    st.sampled_from(LIMITS).map(lambda moment: str(epoch_ms(moment))),
    st.integers(-(10**16), 10**16).map(str),
    st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "9" * 5000]),
)
#: What either side may hold: mostly values of the kind, at their limits too, and anything else.
RAW = {
    Kind.TEXT: ANY,
    Kind.EMAIL: st.one_of(
        st.emails(), st.emails().map(str.upper), st.sampled_from([" ann@example.com", "zoë@example.com"])
    ),
    Kind.PHONE: st.one_of(
        st.from_regex(r"\+?[0-9 ().\-]{5,20}( x[0-9]{1,4})?", fullmatch=True, alphabet=st.characters(codec="ascii")),
        st.sampled_from(["(303) 555-0142", "+44 20 7946 0958", "303-555-0142 x5", "call after six"]),
    ),
    Kind.DECIMAL: NUMBERS,
    Kind.BOOLEAN: st.sampled_from(["true", "FALSE", "t", "f", " True ", "yes", "1"]),
    Kind.DATE: st.one_of(
        st.dates().map(str), st.integers(-800_000, 3_000_000).map(lambda day: str(day * 86_400_000)), MOMENTS
    ),
    Kind.INSTANT: MOMENTS,
    Kind.ENUM: KEYS,
    Kind.ENUM_SET: st.lists(KEYS, max_size=5).map(";".join),
}


@pytest.fixture(params=["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])
def _time_zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """This machine's own time zone must not matter; these three are 22 hours apart."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


in_three_time_zones = pytest.mark.usefixtures("_time_zone")
with_fixture = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@in_three_time_zones
@pytest.mark.parametrize("kind", Kind)
@with_fixture
@given(data=st.data())
def test_what_is_written_reads_as_the_same_value(kind: Kind, data: st.DataObject) -> None:
    value = read(kind, data.draw(RAW[kind]))
    if isinstance(value, Value):
        sent = to_wire(kind, value)
        assert from_wire(kind, sent) == value
        assert to_wire(kind, from_wire(kind, sent)) == sent  # type: ignore[arg-type]


@in_three_time_zones
@pytest.mark.parametrize("kind", Kind)
@with_fixture
@given(data=st.data())
def test_whatever_a_text_is_it_is_read_or_fails_its_field_alone(kind: Kind, data: st.DataObject) -> None:
    raw = data.draw(st.one_of(ANY, RAW[kind]))
    value = from_wire(kind, raw)
    kept = [value.raw] if isinstance(value, Unreadable) else [value.raw, value.canonical, to_wire(kind, value)]
    for text in kept:
        # What is kept, shown or sent can be stored and sent: whole characters, and no NUL.
        assert text is None or ("\0" not in text and orjson.loads(orjson.dumps(text)) == text)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("raw", ["a\ud83d", "\udc00", "\ud83d\0"])
def test_half_a_character_fails_its_field(kind: Kind, raw: str) -> None:
    value = from_wire(kind, raw)
    assert isinstance(value, Unreadable)
    assert value.raw.isprintable()


@pytest.mark.parametrize("raw", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_moment_beyond_all_calendars_fails_its_field(raw: str) -> None:
    assert isinstance(from_wire(Kind.INSTANT, raw), Unreadable)


@pytest.mark.parametrize(
    ("kind", "raw"), [(Kind.DATE, "0001-01-01"), (Kind.DATE, "9999-12-31"), (Kind.DATE, "-62135596800000")]
)
def test_dates_at_the_ends_of_the_calendar_are_dates(kind: Kind, raw: str) -> None:
    value = from_wire(kind, raw)
    assert isinstance(value, Value)
    assert to_wire(kind, value) in ("0001-01-01", "9999-12-31")


@pytest.mark.parametrize("text", ["9" * 30, "-" + "9" * 30, "9" * 5000, "soon", ""])
def test_what_is_no_moment_is_an_error_of_its_kind(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@in_three_time_zones
@with_fixture
@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_survives_milliseconds(moment: datetime) -> None:
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert parse_instant(str(epoch_ms(moment))) == exact


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T11:00:09Z",
        "2026-11-22T11:00:09.000Z",
        "2026-11-22T11:00:09",
        "2026-11-22T12:00:09+01:00",
        "1795345209000",
    ],
)
def test_hubspots_ways_to_write_a_moment_are_the_same_moment(text: str) -> None:
    assert parse_instant(text) == datetime(2026, 11, 22, 11, 0, 9, tzinfo=UTC)


def test_the_fraction_of_a_moment_is_kept() -> None:
    assert parse_instant("2026-11-22T11:00:09.007Z") - parse_instant("2026-11-22T11:00:09Z") == timedelta(
        milliseconds=7
    )


@pytest.mark.parametrize("kind", Kind)
def test_blank_clears_with_the_empty_text(kind: Kind) -> None:
    assert to_wire(kind, BLANK) == ""


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("raw", [None, ""])
def test_null_and_the_empty_text_are_blank(kind: Kind, raw: str | None) -> None:
    assert from_wire(kind, raw) == BLANK


@pytest.mark.parametrize("raw", [{"value": 1}, ["a"]])
def test_what_is_no_text_fails_its_field(raw: object) -> None:
    assert isinstance(from_wire(Kind.TEXT, raw), Unreadable)


@pytest.mark.parametrize(
    ("kind", "raw", "sent"),
    [
        (Kind.PHONE, " (303) 555-0142", " (303) 555-0142"),
        (Kind.EMAIL, " Ann@Example.com", "Ann@Example.com"),
        (Kind.TEXT, "Zoe\u0308 ", "Zoe\u0308 "),
        (Kind.DECIMAL, " 250000.00", "250000.00"),
        (Kind.DECIMAL, "2.5e5", "250000"),
        (Kind.DATE, "1772323200000", "2026-03-01"),
        (Kind.ENUM_SET, ";b; a;b", "b;a"),
    ],
)
def test_values_go_as_typed_as_far_as_hubspot_reads_them_alike(kind: Kind, raw: str, sent: str) -> None:
    value = read(kind, raw)
    assert isinstance(value, Value)
    assert to_wire(kind, value) == sent


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        (("string", "text"), Kind.TEXT),
        (("string", "text", "email"), Kind.EMAIL),
        (("string", "phonenumber"), Kind.PHONE),
        (("phone_number", "phonenumber"), Kind.PHONE),
        (("number", "number"), Kind.DECIMAL),
        (("number", "calculation_equation"), Kind.DECIMAL),
        (("bool", "booleancheckbox"), Kind.BOOLEAN),
        (("date", "date"), Kind.DATE),
        (("datetime", "date"), Kind.INSTANT),
        (("enumeration", "select"), Kind.ENUM),
        (("enumeration", "radio"), Kind.ENUM),
        (("enumeration", "checkbox"), Kind.ENUM_SET),
        (("json", "text"), Kind.TEXT),
        (("something new", "hologram"), Kind.TEXT),
    ],
)
def test_a_property_definition_tells_the_kind(definition: tuple[str, ...], kind: Kind) -> None:
    assert kind_of(*definition) is kind
