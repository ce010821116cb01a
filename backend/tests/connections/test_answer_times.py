"""How long HubSpot took to answer, from the log of requests."""

from organisations import CONNECTED, Organisation

NOTHING = {"answers": 0, "median_ms": None, "p95_ms": None}


def asked(organisation: Organisation, ms: int, *, ago: str, status: int | None = 200) -> None:
    organisation.execute(
        """INSERT INTO hubspot_requests (at, lane, method, path, status, ms, attempt)
           VALUES (now() - %s::interval, 'poll', 'GET', '/x', %s, %s, 1)""",
        ago, status, ms,
    )  # fmt: skip


def test_nothing_is_said_where_nothing_was_asked(organisation: Organisation) -> None:
    told = organisation.get("connection/answer-times")
    assert (told["hour"], told["day"], told["kept"]) == (NOTHING, NOTHING, 2000)
    assert [hour["answers"] for hour in told["hours"]] == [0] * 24


def test_the_hour_the_day_and_each_hour_have_their_median_and_their_slow_ones(organisation: Organisation) -> None:
    organisation.insert("connections", **CONNECTED)
    for ms in range(100, 201):
        asked(organisation, ms, ago="1 minute")
    for _ in range(101):
        asked(organisation, 900, ago="5 hours")
    asked(organisation, 9_000, ago="2 minutes", status=None)
    asked(organisation, 9_000, ago="25 hours")
    told = organisation.get("connection/answer-times")
    assert told["hour"] == {"answers": 101, "median_ms": 150, "p95_ms": 195}
    assert told["day"] == {"answers": 202, "median_ms": 550, "p95_ms": 900}
    assert sum(hour["answers"] for hour in told["hours"]) == 202
    earlier = [hour for hour in told["hours"] if hour["median_ms"] == 900]
    assert [hour["answers"] for hour in earlier] == [101]
