"""Gates of clients that nobody shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loanark.hubspot.gate import PerSecond, Ungated


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


def test_who_is_alone_waits_only_when_told_off_and_only_once() -> None:
    time = Time()
    gate = Ungated(time.sleep)
    gate.acquire("poll", "general")
    gate.throttled(3.0, "general")
    gate.throttled(1.0, "general")
    gate.acquire("poll", "search")
    assert time.slept == []
    gate.acquire("poll", "general")
    gate.acquire("poll", "general")
    assert time.slept == [3.0]


@given(st.lists(st.sampled_from(["journal", "subscriptions"]), max_size=60), st.integers(1, 10))
def test_no_second_ever_holds_more_requests_of_a_bucket_than_its_limit(buckets: list[str], limit: int) -> None:
    time = Time()
    gate = PerSecond({"journal": limit, "subscriptions": 2 * limit}, time.sleep, lambda: time.now)
    sent: dict[str, list[float]] = {"journal": [], "subscriptions": []}
    for bucket in buckets:
        gate.acquire("webhook", bucket)
        sent[bucket].append(time.now)
    for bucket, most in (("journal", limit), ("subscriptions", 2 * limit)):
        for start in sent[bucket]:
            assert len([moment for moment in sent[bucket] if start <= moment < start + 1 - 1e-6]) <= most


def test_an_app_that_was_told_off_waits() -> None:
    time = Time()
    gate = PerSecond({"journal": 10}, time.sleep, lambda: time.now)
    gate.throttled(2.0, "journal")
    gate.acquire("webhook", "journal")
    assert time.slept == [pytest.approx(2.0)]
