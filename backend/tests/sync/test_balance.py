"""The balance after a sweep: every contact on one side only has a reason; nothing is unexplained at rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from world import World


def found(world: World) -> Any:
    """The balance in the findings of the latest sweep."""
    return world.run("sweep")["findings"]["balance"]


def test_a_quiet_sweep_leaves_nothing_unexplained(world: World) -> None:
    for number in range(3):
        world.hubspot.create(email=f"p{number}@example.com")
    world.insert(firstname="Ann")
    world.settle()
    world.sweep()
    balance = found(world)
    assert (balance["hubspot"], balance["loanark"], balance["linked"]) == (4, 4, 4)
    assert (balance["explained"], balance["unexplained"], balance["unexplained_loanark"]) == ([], 0, 0)
    assert balance["sentence"] == "HubSpot 4 = LoanArk 4"


def test_what_only_one_side_has_is_explained(world: World) -> None:
    first, _ = world.pair()
    second, _ = world.pair(email="bob@example.com", firstname="Bob")
    world.insert(email="ann@example.com", firstname="Twin")
    world.hubspot.merge(first, second)
    world.settle()
    world.sweep()
    balance = found(world)
    reasons = {part["reason"] for part in balance["explained"]}
    assert "in LoanArk, merged in HubSpot: a person decides" in reasons
    assert (balance["unexplained"], balance["unexplained_loanark"]) == (0, 0)
    total = sum(part["count"] for part in balance["explained"])
    assert (
        balance["sentence"] == f"HubSpot {balance['hubspot']} = LoanArk {balance['loanark']} \u2212 {total} explained"
    )


def test_a_contact_written_with_triggers_off_is_not_explained_until_a_sweep_makes_it(world: World) -> None:
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    world.sweep()
    contact_id = world.insert(firstname="Ann")
    world.sql("DELETE FROM hints")
    with tenant_scope(world.tenant_id):
        balance = overview().balance
    assert balance
    assert (balance.loanark, balance.linked, balance.unexplained_loanark) == (1, 0, 1)
    world.sweep()
    assert world.hubspot_id(contact_id)
    assert found(world)["unexplained_loanark"] == 0


def test_the_sentence_says_what_the_numbers_say() -> None:
    from loanark.core.mapping import Side
    from loanark.sync.balance import Part, Sheet

    parts = (Part("x", 3, Side.HUBSPOT),)
    assert Sheet(41_341, 41_338, 41_338, parts, 0, 0).sentence == "HubSpot 41,341 = LoanArk 41,338 + 3 explained"
    assert Sheet(2, 1, 1, (), 1, 0).sentence == "HubSpot 2 = LoanArk 1 + 1 not explained yet"


def test_a_large_book_is_counted_once_for_all_who_look_within_seconds(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loanark.sync import balance
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    def seen() -> int:
        with tenant_scope(world.tenant_id):
            shown = overview().balance
        assert shown
        return shown.loanark

    world.sweep()
    monkeypatch.setattr(balance, "SHARED_PER_SECOND", 1 / 60)
    world.insert(firstname="Ann")
    assert seen() == 1
    world.insert(firstname="Bob")
    assert seen() == 1
    world.sweep()  # counts HubSpot again
    assert seen() == 2
    monkeypatch.setattr(balance, "LONGEST_SHARED_S", 0.0)
    world.insert(firstname="Cid")
    assert seen() == 3
