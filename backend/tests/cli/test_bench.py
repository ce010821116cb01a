"""The benchmarks print what they measured, and stay within the request limit while they do."""

import os
from typing import Any

from command_line import Loanark


def measured(*arguments: str) -> Any:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
    said = Loanark(kept)("bench", *arguments, "--json")
    assert said.code == 0, said.err
    return said.document


def test_the_backfill_is_measured_with_and_without_a_limit() -> None:
    free, limited = measured("backfill", "--contacts", "400")
    assert free["contacts"] == limited["contacts"] == 400
    assert free["contacts_per_second"] > 0
    assert limited["most_requests_in_10s"] <= 110


def test_the_budget_costs_one_round_trip() -> None:
    rows = measured("budget", "--seconds", "0.3")
    assert [row["threads"] for row in rows] == [1, 4, 8]
    assert all(0 < row["median_ms"] <= row["p95_ms"] for row in rows)


def test_the_simulator_is_measured_by_its_own_processor_time() -> None:
    [row] = measured("simulator", "--contacts", "500", "--pages", "40")
    assert row["pages"] == 40
    assert row["memory_mb"] > 10


def test_edits_are_timed_on_their_way_to_the_other_side() -> None:
    rows = measured("latency", "--contacts", "60", "--edits", "3")
    assert [row["edited_in"] for row in rows] == ["hubspot", "loanark"]
    assert all(0 < row["median_seconds"] <= row["longest_seconds"] for row in rows)


def test_screens_are_timed_alone_and_with_people_at_work() -> None:
    rows = measured("screens", "--contacts", "300", "--people", "2", "--seconds", "5", "--times", "1")
    told = {row["what"]: row for row in rows}
    assert told["every list"]["asked"] == list(told).index("every list")
    assert {row["people"] for row in rows} == {1, 2}
    assert all(0 < row["median_ms"] <= row["p95_ms"] <= row["longest_ms"] for row in rows)


def test_duplicates_are_searched_in_a_book_and_for_newcomers() -> None:
    measured_all = measured("duplicates", "--people", "febrl1", "--contacts", "2000")
    [people] = measured_all["people"]
    assert people["f1"] > 0.98
    book = measured_all["book"]
    assert (book["contacts"], book["twins"]) == (2020, 20)
    assert book["found"] >= 19
    assert book["newcomers_found"] >= 0.95 * book["newcomers"]
    assert 0 < book["median_ms"] <= book["p95_ms"]
