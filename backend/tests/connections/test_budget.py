"""The request budget: however many ask, no rolling window holds more than the limit. Measured by when each may go."""

import random
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connections
from organisations import Organisation

from loanark.connections import budget
from loanark.connections.budget import LANES, Budget, DailyReserve, Pace
from loanark.hubspot.errors import AccountMoving, DailyLimitReached, Transient
from loanark.hubspot.gate import Allowance
from loanark.kit import clock as clocks

WINDOW = 1.0
#: The database says when; this process reads its own clock, of the same machine, and sleeps no finer than that.
CLOCKS_APART = 0.01


@pytest.fixture(autouse=True)
def _short_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WINDOW_SECONDS", WINDOW)


def most_in_a_window(arrivals: list[float], window: float = WINDOW) -> int:
    arrivals = sorted(arrivals)
    return max(sum(start <= at < start + window for at in arrivals) for start in arrivals)


def send(
    tenant_id: UUID, limit: int, *, threads: int, seconds: float, lanes: tuple[str, ...], bucket: str
) -> list[float]:
    """When several senders that go as fast as the gate lets them may go, and none goes before.

    Not when they went: a busy machine may keep one waiting with its permission in hand.
    """
    arrivals: list[float] = []
    too_early: list[bool] = []
    until = time.time() + seconds

    def sender(lane: str) -> None:
        gate = Budget(tenant_id, limit)
        while time.time() < until:
            at = gate.acquire(lane, bucket).timestamp()
            too_early.append(time.time() < at - CLOCKS_APART)
            arrivals.append(at)
        connections.close_all()

    senders = [threading.Thread(target=sender, args=[lanes[number % len(lanes)]]) for number in range(threads)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    assert not any(too_early)
    return arrivals


class Virtual:
    """A clock in which waiting takes no time."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)

    @property
    def seconds(self) -> float:
        return self.moment.timestamp()


@pytest.fixture
def clock() -> Iterator[Virtual]:
    virtual = Virtual()
    with clocks.use(virtual):
        yield virtual


@pytest.mark.parametrize("limit", [3, 4, 5, 8, 10, 20, 50, 67, 99, 100, 110, 190, 250, 1_000_000])
def test_the_pace_and_what_is_kept_for_people_stay_within_the_limit(limit: int) -> None:
    pace = Pace.of(limit)
    assert pace.steady >= 1
    assert pace.steady + pace.reserve + 1 <= limit, "the most a window holds that begins right at a burst"
    if limit >= 100:
        assert pace.steady >= 0.93 * limit, "and hardly anything is given away"


def test_many_threads_of_many_lanes(database: str) -> None:
    arrivals = send(uuid4(), 20, threads=6, seconds=2.5, lanes=("person", "backfill", "edit"), bucket="general")
    assert most_in_a_window(arrivals) <= 20
    assert len(arrivals) > 20, "and the budget is used"


def test_search_has_a_bucket_of_its_own(database: str) -> None:
    arrivals = send(uuid4(), 1000, threads=3, seconds=1.6, lanes=("poll",), bucket="search")
    assert most_in_a_window(arrivals) <= 5


def test_accounts_do_not_share_a_budget(database: str) -> None:
    one, other = Budget(uuid4(), 5), Budget(uuid4(), 5)
    for _ in range(3):
        one.acquire("backfill", "general")
    started = time.monotonic()
    other.acquire("backfill", "general")
    assert time.monotonic() - started < 0.2


SENDER = """
    import sys, time
    import django
    django.setup()
    from loanark.connections import budget
    budget.WINDOW_SECONDS = 1.0
    gate = budget.Budget(sys.argv[1], 20)
    gate.acquire("backfill", "general")
    until = time.time() + 2.0
    while time.time() < until:
        print(gate.acquire("person", "general").timestamp(), flush=True)
"""


def test_several_processes(database: str) -> None:
    tenant = str(uuid4())
    command = [sys.executable, "-c", textwrap.dedent(SENDER), tenant]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    arrivals = [float(line) for process in processes for line in process.communicate(timeout=60)[0].split()]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert most_in_a_window(arrivals) <= 20
    assert len(arrivals) > 20


def test_a_429_pauses_everyone(database: str) -> None:
    tenant = uuid4()
    told, other = Budget(tenant, 100), Budget(tenant, 100)
    other.acquire("person", "general")
    told.throttled(0.6, "general")
    started = time.monotonic()
    other.acquire("person", "general")
    assert 0.5 < time.monotonic() - started < 1.0
    started = time.monotonic()
    other.acquire("person", "search")
    assert time.monotonic() - started < 0.3, "search is counted apart"


def test_a_person_waits_for_nobody(database: str, clock: Virtual) -> None:
    """While bulk work takes every slot there is, people send at once, and then as fast as the limit lets them."""
    tenant = uuid4()
    bulk, person = Budget(tenant, 110), Budget(tenant, 110)
    for _ in range(300):
        bulk.acquire("backfill", "general")
    waited = []
    for _ in range(10):
        before = clock.seconds
        person.acquire("person", "general")
        waited.append(clock.seconds - before)
    assert waited[:3] == [0, 0, 0]
    assert max(waited) < 1.01 * WINDOW / 104, "no more than one slot each"


def test_who_is_more_urgent_overtakes(database: str) -> None:
    """Five threads of each lane want everything: nearly all of it goes to the most urgent."""
    tenant, counts = uuid4(), Counter[str]()
    until = time.time() + 2.5

    def sender(lane: str) -> None:
        gate = Budget(tenant, 40)
        while time.time() < until:
            gate.acquire(lane, "general")
            counts[lane] += 1
        connections.close_all()

    threads = [threading.Thread(target=sender, args=[lane]) for lane in ("webhook", "backfill") for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts["webhook"] > 5 * counts["backfill"]


def test_all_lanes_at_once_stay_within_the_limit_and_use_it(database: str, clock: Virtual) -> None:
    """Three thousand requests of every lane in random order, in a simulated time."""
    tenant, chance = uuid4(), random.Random(7)
    gate = Budget(tenant, 110)
    sent: list[float] = []
    idle = 0.0
    for _ in range(3_000):
        gate.acquire(chance.choice(list(LANES)), "general")
        sent.append(clock.seconds)
        if chance.random() < 0.02:
            rest = chance.random() * 3
            clock.sleep(rest)
            idle += rest
    assert most_in_a_window(sent) <= 110
    assert len(sent) / (sent[-1] - sent[0] - idle) > 0.98 * 104 / WINDOW


def test_a_refusal_slows_everybody_down_and_is_forgotten(database: str, clock: Virtual) -> None:
    """A limit that no header tells is found by being refused (each 429 takes a fifth off the pace)."""
    tenant = uuid4()
    gate = Budget(tenant, 110)

    def pace() -> float:
        gate.acquire("backfill", "general")
        before = clock.seconds
        for _ in range(50):
            gate.acquire("backfill", "general")
        return 50 / (clock.seconds - before) * WINDOW

    assert pace() == pytest.approx(104, rel=0.01)
    gate.throttled(1.0, "general")
    gate.throttled(1.0, "general")  # of the same window: counts once
    slower = pace()
    assert slower == pytest.approx(0.8 * 104, rel=0.02)
    gate.throttled(1.0, "general")
    assert pace() < 0.7 * 104
    clock.sleep(600)
    assert pace() == pytest.approx(104, rel=0.01)


def test_somebody_else_with_the_same_credentials_is_given_way(organisation: Organisation, clock: Virtual) -> None:
    gate = Budget(organisation.id, 110)
    gate.acquire("backfill", "general")
    before = clock.seconds
    gate.observe(Allowance(limit=110, remaining=0, interval_ms=int(WINDOW * 1000)))
    gate.acquire("person", "general")
    assert clock.seconds - before == pytest.approx(WINDOW / 10)


def test_the_days_last_requests_are_kept_for_what_is_urgent(database: str, clock: Virtual) -> None:
    """The nearer the end, the fewer lanes go on; at the account's midnight all do again."""
    tenant = uuid4()
    gate = Budget(tenant, 110, time_zone="US/Central")

    def may_send(remaining: int) -> set[str]:
        gate.acquire("person", "general")
        clock.sleep(60)
        gate.observe(
            Allowance(
                limit=110, remaining=50, interval_ms=int(WINDOW * 1000), daily_limit=10_000, daily_remaining=remaining
            )
        )
        allowed = set()
        for lane in LANES:
            try:
                gate.acquire(lane, "general")
            except DailyReserve:
                continue
            allowed.add(lane)
        return allowed

    assert may_send(5_000) == set(LANES)
    assert may_send(900) == {"person", "webhook", "edit", "poll"}
    assert may_send(250) == {"person", "webhook", "edit"}
    assert may_send(50) == {"person"}
    with pytest.raises(DailyReserve):
        gate.acquire("poll", "search")  # which is outside the window only
    with pytest.raises(DailyReserve) as kept:
        gate.acquire("backfill", "general")
    midnight = datetime(2026, 11, 27, 6, tzinfo=UTC)  # in Chicago
    assert kept.value.retry_after == pytest.approx((midnight - clock.now()).total_seconds())
    clock.sleep(kept.value.retry_after or 0)
    gate.acquire("backfill", "general")


@pytest.mark.parametrize(
    ("refused", "seconds"),
    [
        (AccountMoving("moving", retry_after=3600), 3600),
        (DailyLimitReached("daily"), 18 * 3600),  # until midnight in Chicago
        (DailyLimitReached("daily", retry_after=900), 900),
    ],
)
def test_an_account_that_takes_no_requests_gets_none(
    database: str, refused: Transient, seconds: float, clock: Virtual
) -> None:
    """From nobody, search included; but a person may try."""
    tenant = uuid4()
    told, other = (Budget(tenant, 110, time_zone="US/Central") for _ in range(2))
    told.acquire("backfill", "general")
    told.closed(refused)
    for bucket in ("general", "search"):
        with pytest.raises(type(refused)) as closed:
            other.acquire("webhook", bucket)
        assert closed.value.retry_after == pytest.approx(seconds)
    before = clock.now()
    other.acquire("person", "general")
    assert clock.now() - before < timedelta(seconds=1)
    clock.sleep(seconds)
    other.acquire("webhook", "general")


def test_a_used_up_day_stops_people_too(database: str, clock: Virtual) -> None:
    gate = Budget(uuid4(), 110, time_zone="Nowhere/Unknown")
    gate.acquire("person", "general")
    gate.observe(Allowance(limit=None, remaining=None, interval_ms=None, daily_limit=1_000, daily_remaining=1))
    gate.acquire("person", "general")
    with pytest.raises(DailyLimitReached) as over:
        gate.acquire("person", "general")
    assert not isinstance(over.value, DailyReserve)
    assert over.value.retry_after == pytest.approx(12 * 3600), "a zone nobody knows ends its day in UTC"


def test_the_limit_is_learnt_from_the_headers_and_used(organisation: Organisation) -> None:
    learnt: list[int] = []
    gate = Budget(organisation.id, 100, on_limit=learnt.append)
    gate.observe(Allowance(limit=None, remaining=5, interval_ms=None))
    gate.observe(Allowance(limit=190, remaining=5, interval_ms=int(WINDOW * 1000)))
    gate.observe(Allowance(limit=190, remaining=4, interval_ms=int(WINDOW * 1000)))
    gate.observe(Allowance(limit=380, remaining=4, interval_ms=int(2 * WINDOW * 1000)))
    assert learnt == [190]


def test_what_was_sent_is_counted_by_lane(organisation: Organisation) -> None:
    gate = Budget(organisation.id, 1000)
    for lane in ("person", "person", "backfill"):
        gate.acquire(lane, "general")
    used = organisation.rows("SELECT lane, sum(used)::int AS used FROM request_usage GROUP BY lane")
    assert {row["lane"]: row["used"] for row in used} == {"person": 2, "backfill": 1}
