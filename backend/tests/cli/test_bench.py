"""The benchmark prints what it measured, and stays within the request limit while it does."""

from command_line import Loanark


def test_the_backfill_is_measured_with_and_without_a_limit() -> None:
    import os

    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LOANARK_", "DJANGO_"))}
    said = Loanark(kept)("bench", "backfill", "--contacts", "400", "--json")
    assert said.code == 0, said.err
    free, limited = said.document
    assert free["contacts"] == limited["contacts"] == 400
    assert free["contacts_per_second"] > 0
    assert limited["most_requests_in_10s"] <= 110
