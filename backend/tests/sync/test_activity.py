"""The dashboard's changes by side over time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from world import World


@pytest.mark.parametrize(
    ("span", "count", "step"),
    [("24h", 24, timedelta(hours=1)), ("7d", 28, timedelta(hours=6)), ("30d", 30, timedelta(days=1))],
)
def test_every_span_ends_now_and_leaves_out_no_step(world: World, span: str, count: int, step: timedelta) -> None:
    from loanark.sync.activity import activity
    from loanark.tenants.access import tenant_scope

    world.create(firstname="Ada")
    world.pair()
    world.settle()
    with tenant_scope(world.tenant_id):
        shown = activity(span)  # type: ignore[arg-type]
    assert len(shown.points) == count
    assert {after.at - before.at for before, after in zip(shown.points, shown.points[1:], strict=False)} == {step}
    # At the turn of an hour the two may lie in two of its points.
    latest = shown.points[-2:]
    assert (sum(point.loanark for point in latest), sum(point.hubspot for point in latest)) == (1, 1)
    assert all(point.hubspot + point.loanark == 0 for point in shown.points[:-2])
    assert (shown.recent, shown.recent_minutes) == (2, 5)


@pytest.mark.parametrize(
    ("reason", "place"),
    [
        ("in LoanArk, refused by HubSpot", "values"),
        ("in HubSpot, deleted in LoanArk: held", "held"),
        ("in HubSpot, deleted in LoanArk", "deleted"),
        ("in HubSpot, on the way to LoanArk", "pending"),
        ("in LoanArk, missed in HubSpot by one sweep: a second one tells", "runs"),
        ("in LoanArk, deleted in HubSpot: kept", None),
    ],
)
def test_what_explains_the_balance_says_where_it_is_looked_at(world: World, reason: str, place: str | None) -> None:
    from loanark.sync.overview import _opens

    assert _opens(reason) == place
