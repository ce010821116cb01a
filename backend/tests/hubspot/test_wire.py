"""HubSpot's texts and canonical values, there and back."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loanark.core.values import BLANK, Kind, Unreadable, Value, read
from loanark.hubspot.wire import epoch_ms, from_wire, kind_of, parse_instant, to_wire

RAW = {
    Kind.TEXT: st.text(max_size=30),
    Kind.EMAIL: st.sampled_from(["Ann@Example.com", " ann@example.com", "zoë@example.com"]),
    Kind.PHONE: st.sampled_from(["(303) 555-0142", "+44 20 7946 0958", "303-555-0142 x5", "call after six"]),
    Kind.DECIMAL: st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str),
    Kind.BOOLEAN: st.sampled_from(["true", "FALSE", "t"]),
    Kind.DATE: st.dates().map(str),
    Kind.INSTANT: st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    Kind.ENUM: st.text(max_size=10),
    Kind.ENUM_SET: st.lists(st.sampled_from(["a", "b", " c"])).map(";".join),
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
        assert from_wire(kind, to_wire(kind, value)) == value


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
