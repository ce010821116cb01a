"""How much the brakes let pass, and when a comparison is due: plain arithmetic."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.core.brakes import Braked, Limits
from loanark.core.schedule import Schedule, cron_fault


@pytest.mark.parametrize(
    ("linked", "allowed"), [(0, 20), (100, 20), (4_000, 20), (4_200, 21), (41_341, 206), (1_000_000, 5_000)]
)
def test_twenty_or_one_in_two_hundred_pass(linked: int, allowed: int) -> None:
    assert Limits().allowed(Braked.DELETE, linked) == Limits().allowed(Braked.CLEAR, linked) == allowed


def test_any_number_is_made_unless_somebody_says_otherwise() -> None:
    assert Limits().allowed(Braked.CREATE, 5) is None
    assert Limits(creates=0).allowed(Braked.CREATE, 1_000_000) == 0


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "ago", "due"),
    [
        (Schedule(), timedelta(hours=24), True),
        (Schedule(), timedelta(hours=23, minutes=59), False),
        (Schedule(every_hours=0), timedelta(days=365), False),
        (Schedule(every_hours=1), timedelta(hours=1), True),
        (Schedule(quiet_from=time(8), quiet_until=time(18)), timedelta(days=2), False),
        (Schedule(quiet_from=time(22), quiet_until=time(6)), timedelta(days=2), True),
    ],
)
def test_when_a_comparison_is_due(schedule: Schedule, ago: timedelta, due: bool) -> None:
    assert schedule.due(NOON - ago, NOON) is due


@pytest.mark.parametrize(
    ("start", "end", "at", "quiet"),
    [
        (8, 18, 8, True),
        (8, 18, 18, False),
        (8, 18, 7, False),
        (22, 6, 23, True),
        (22, 6, 5, True),
        (22, 6, 6, False),
        (22, 6, 12, False),
        (8, 8, 8, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(start: int, end: int, at: int, quiet: bool) -> None:
    assert Schedule(24, time(start), time(end)).quiet(time(at)) is quiet


CHICAGO = ZoneInfo("America/Chicago")


def here(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 2 * * *", "every day at 02:00"),
        ("30 6,18 * * 1-5", "at 06:30 and 18:30 on Monday through Friday"),
        ("0 3 * * MON", "at 03:00 on Monday"),
        ("0 */6 * * *", "at minute 0 past every sixth hour"),
        ("15 4 1 * *", "at 04:15 on the first day of every month"),
    ],
)
def test_a_cron_expression_is_told_in_words(cron: str, words: str) -> None:
    assert cron_fault(cron) is None
    assert Schedule(cron=cron).words() == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "never by itself"), (1, "every hour"), (24, "every day"), (72, "every 3 days"), (36, "every 36 hours")],
)
def test_a_distance_is_told_in_words(hours: int, words: str) -> None:
    assert Schedule(hours).words() == words


@pytest.mark.parametrize(
    ("cron", "said"),
    [
        ("", "five parts"),
        ("0 2 * *", "five parts"),
        ("0 0 2 * * *", "five parts"),
        ("* " * 60, "five parts"),
        ("60 2 * * *", "The minute"),
        ("0 2 * * 1-", "The day of the week"),
        ("0 2 30 2 *", "The day of the month"),
        ("0 2 nonsense * *", "The day of the month"),
    ],
)
def test_what_is_wrong_with_an_expression_is_said(cron: str, said: str) -> None:
    assert said in (cron_fault(cron) or "")


@given(st.text("0123456789*/-,#L ", max_size=20))
def test_an_expression_without_a_fault_has_times_and_words(cron: str) -> None:
    if cron_fault(cron) is None:
        schedule = Schedule(cron=cron)
        assert schedule.words()
        times = schedule.coming(NOON, NOON)
        assert times == sorted(set(times))


def test_by_the_clock_one_is_due_from_its_time_on_until_it_began() -> None:
    nightly = Schedule(cron="0 2 * * *")
    assert not nightly.due(here("2026-11-26T02:00:05"), here("2026-11-27T01:59:59"))
    assert nightly.due(here("2026-11-26T02:00:05"), here("2026-11-27T02:00:00"))
    assert nightly.due(here("2026-11-26T02:00:05"), here("2026-11-27T09:00:00")), "nobody worked at two: made up for"
    assert not nightly.due(here("2026-11-27T09:00:00"), here("2026-11-27T09:00:01"))


def test_what_an_expression_named_before_it_was_chosen_is_not_made_up_for() -> None:
    chosen = Schedule(cron="0 2 * * *", cron_since=here("2026-11-27T09:00:00").astimezone(UTC))
    assert not chosen.due(here("2026-11-20T02:00:00"), here("2026-11-27T09:00:01"))
    assert chosen.due(here("2026-11-20T02:00:00"), here("2026-11-28T02:00:00"))


def test_the_next_ones_keep_to_the_clock_on_the_wall_over_the_change_of_time() -> None:
    times = Schedule(cron="30 2 * * *").coming(here("2026-03-06T12:00:00"), here("2026-03-06T12:00:00"))
    assert [f"{at:%d %H:%M %Z}" for at in times] == ["07 02:30 CST", "08 03:00 CDT", "09 02:30 CDT"]


def test_the_next_ones_follow_the_last_at_the_wanted_distance_and_an_overdue_one_begins_now() -> None:
    now = here("2026-11-22T09:04:00")
    assert Schedule(6).coming(here("2026-11-22T07:00:00"), now)[0] == here("2026-11-22T13:00:00")
    assert Schedule(6).coming(here("2026-11-20T07:00:00"), now)[:2] == [now, here("2026-11-22T15:04:00")]
    assert Schedule(0).coming(now, now) == []


@pytest.mark.parametrize("schedule", [Schedule(6), Schedule(cron="0 3,9,15,21 * * *")], ids=["distance", "cron"])
def test_the_next_ones_wait_for_the_end_of_quiet_hours_over_midnight(schedule: Schedule) -> None:
    quiet = replace(schedule, quiet_from=time(20), quiet_until=time(6, 30))
    times = quiet.coming(here("2026-11-22T09:00:00"), here("2026-11-22T09:04:00"))
    assert [f"{at:%d %H:%M}" for at in times[:2]] == ["22 15:00", "23 06:30"]
    for at in times:
        assert quiet.due(here("2026-11-22T09:00:00"), at)
