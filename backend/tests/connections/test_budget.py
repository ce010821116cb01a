"""The request budget: however many ask, no rolling window holds more than the limit. Measured where requests arrive."""

import subprocess
import sys
import textwrap
import threading
import time
from uuid import UUID, uuid4

import pytest
from django.db import connections
from organisations import Organisation

from loanark.connections import budget
from loanark.connections.budget import BURST, Budget, pace

WINDOW = 1.0


@pytest.fixture(autouse=True)
def _short_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "WINDOW_SECONDS", WINDOW)


def most_in_a_window(arrivals: list[float], window: float = WINDOW) -> int:
    arrivals = sorted(arrivals)
    return max(sum(start <= at < start + window for at in arrivals) for start in arrivals)


def send(
    tenant_id: UUID, limit: int, *, threads: int, seconds: float, lanes: tuple[str, ...], bucket: str
) -> list[float]:
    """What a receiver sees of several senders that go as fast as the gate lets them."""
    arrivals: list[float] = []
    until = time.time() + seconds

    def sender(lane: str) -> None:
        gate = Budget(tenant_id, limit)
        while time.time() < until:
            gate.acquire(lane, bucket)
            arrivals.append(time.time())
        connections.close_all()

    senders = [threading.Thread(target=sender, args=[lanes[number % len(lanes)]]) for number in range(threads)]
    for thread in senders:
        thread.start()
    for thread in senders:
        thread.join()
    return arrivals


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 8, 10, 20, 50, 67, 99, 100, 110, 190, 250, 1_000_000])
@pytest.mark.parametrize("lane", [*BURST, "backfill"])
def test_pace_and_burst_together_stay_within_the_limit(limit: int, lane: str) -> None:
    allowed, burst = pace(limit, lane)
    assert allowed >= 1
    assert burst >= 1
    if limit > 2:
        assert allowed + burst <= limit, "the most a window holds that begins right at a burst"
    if limit >= 100:
        assert allowed >= 0.9 * limit, "and hardly anything is given away"


def test_many_threads_of_many_lanes(database: str) -> None:
    arrivals = send(uuid4(), 20, threads=6, seconds=2.5, lanes=("person", "backfill", "edit"), bucket="general")
    assert most_in_a_window(arrivals) <= 20
    assert len(arrivals) >= 2.0 * 14, "and the budget is used"


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
        gate.acquire("person", "general")
        print(time.time(), flush=True)
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


def test_after_a_rest_a_person_does_not_wait(database: str) -> None:
    gate = Budget(uuid4(), 20)
    gate.acquire("person", "general")
    time.sleep(0.3)
    started = time.monotonic()
    for _ in range(BURST["person"]):
        gate.acquire("person", "general")
    assert time.monotonic() - started < 0.1


def test_the_limit_is_learnt_from_the_headers_and_used(organisation: Organisation) -> None:
    learnt: list[int] = []
    gate = Budget(organisation.id, 100, on_limit=learnt.append)
    gate.observe(limit=None, remaining=5, interval_ms=None)
    gate.observe(limit=190, remaining=5, interval_ms=int(WINDOW * 1000))
    gate.observe(limit=190, remaining=4, interval_ms=int(WINDOW * 1000))
    gate.observe(limit=380, remaining=4, interval_ms=int(2 * WINDOW * 1000))
    assert learnt == [190]


def test_what_was_sent_is_counted_by_lane(organisation: Organisation) -> None:
    gate = Budget(organisation.id, 1000)
    for lane in ("person", "person", "backfill"):
        gate.acquire(lane, "general")
    used = organisation.rows("SELECT lane, sum(used)::int AS used FROM request_usage GROUP BY lane")
    assert {row["lane"]: row["used"] for row in used} == {"person": 2, "backfill": 1}
