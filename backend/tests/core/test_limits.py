"""How much the brakes let pass, and when a comparison is due: plain arithmetic."""

from datetime import UTC, datetime, time, timedelta

import pytest

from loanark.core.brakes import Braked, Limits
from loanark.core.schedule import Schedule


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
