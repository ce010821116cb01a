"""A person pauses the sync: nothing moves, nothing is lost. And comparisons that begin by themselves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

if TYPE_CHECKING:
    from world import World

    from loanark.sync.schemas import Truth


def pause(world: World, reason: str = "we move offices") -> None:
    from loanark.connections import settings
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        settings.halt(world.tenant_id, by="jane@lender.example", reason=reason)


def resume(world: World) -> None:
    from loanark.connections import settings
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        settings.resume(world.tenant_id)


def choose(world: World, **choices: object) -> None:
    from loanark.connections import settings
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        settings.change(world.tenant_id, choices, by="test")


def truth(world: World) -> Truth:
    from loanark.sync.overview import overview
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        return overview().truth


def wait(world: World) -> None:
    """Time passes and workers look."""
    for _ in range(3):
        world.poll_is_due()
        world.time_passes()
        assert world.turn().name == "IDLE"


def test_while_paused_nothing_is_read_and_nothing_is_written(world: World) -> None:
    id, contact_id = world.pair()
    pause(world)
    world.edit(contact_id, city="Reno")
    world.hubspot.edit(id, phone="+1 212 555 0100")
    new = world.hubspot.create(email="bob@example.com")
    assert set(world.deliver_webhooks()) == {204}
    world.hubspot.forget_requests()
    versions = world.rows("SELECT id, version FROM contacts ORDER BY id")
    wait(world)
    assert (world.hubspot.reads(), world.hubspot.writes()) == ([], [])
    assert world.rows("SELECT id, version FROM contacts ORDER BY id") == versions
    said = truth(world)
    assert (said.level, said.detail) == ("attention", "we move offices")
    assert said.sentence.startswith("Paused by jane@lender.example since ")
    assert said.sentence.endswith(": 3 changes wait.")
    resume(world)
    world.settle()
    assert (world.hubspot[id]["city"], world.contact(id)["phone"]) == ("Reno", "+1 212 555 0100")
    assert world.contact(new)["email"] == "bob@example.com"
    assert truth(world).level == "ok"
    world.assert_balanced()


def test_edits_of_both_sides_and_lost_webhooks_are_caught_up(world: World) -> None:
    pairs = [world.pair(email=f"ann{number}@example.com") for number in range(4)]
    pause(world)
    world.edit(pairs[0][1], city="Reno")
    world.hubspot.edit(pairs[1][0], city="Elko")
    world.edit(pairs[2][1], city="Ely")
    world.hubspot.edit(pairs[2][0], phone="+1 212 555 0100")
    world.hubspot.archive(pairs[3][0])
    world.sql("INSERT INTO contacts (email) VALUES ('new@example.com')")
    world.hubspot.simulator.webhooks.take_due()  # HubSpot could not reach us
    wait(world)
    resume(world)
    world.settle()
    assert world.hubspot[pairs[0][0]]["city"] == "Reno"
    assert world.contact(pairs[1][0])["city"] == "Elko"
    assert world.hubspot[pairs[2][0]]["city"] == "Ely"
    assert world.contact(pairs[2][0])["phone"] == "+1 212 555 0100"
    assert world.local(pairs[3][1])["deleted_at"]
    assert world.hubspot.with_email("new@example.com")
    world.assert_balanced()


def test_a_run_steps_aside_when_somebody_pauses_and_goes_on_afterwards(make_world: Callable[..., World]) -> None:
    world = make_world(people=250)
    world.connect()
    world.approve_first_run()
    with world.meanwhile("loanark.sync.listing.reconcile", lambda: pause(world)):
        world.turn()
    done = world.run("backfill")["done"]
    assert 0 < done < 250
    world.hubspot.forget_requests()
    wait(world)
    assert (world.hubspot.reads(), world.run("backfill")["done"]) == ([], done)
    resume(world)
    world.settle()
    assert (len(world.live()), world.run("backfill")["status"]) == (250, "succeeded")
    world.assert_balanced()


def test_the_first_reason_stays_and_resuming_twice_is_harmless(world: World) -> None:
    pause(world, "first")
    pause(world, "second")
    assert truth(world).detail == "first"
    resume(world)
    resume(world)
    assert truth(world).level == "ok"


# Comparisons that begin by themselves


def age_runs(world: World, hours: float) -> None:
    world.sql("UPDATE runs SET created_at = created_at - make_interval(secs => %s)", hours * 3600)


def sweeps(world: World) -> int:
    return world.row("SELECT count(*) FROM runs WHERE kind = 'sweep'")["count"]


def test_a_comparison_begins_by_itself_once_a_day(world: World) -> None:
    age_runs(world, 23)
    world.settle()
    assert sweeps(world) == 0
    age_runs(world, 1.1)
    world.settle()
    run = world.run("sweep")
    assert (run["trigger"], run["status"]) == ("schedule", "succeeded")
    world.settle()
    assert sweeps(world) == 1


def test_a_comparison_begins_at_the_time_that_somebody_chose(world: World) -> None:
    here = datetime.now(UTC).astimezone(ZoneInfo(world.connection().time_zone))
    soon = here + timedelta(minutes=30)
    choose(world, sweep_cron=f"{soon.minute} {soon.hour} * * *")
    age_runs(world, 100)
    world.settle()
    assert sweeps(world) == 0, "yesterday's is not made up for: nobody wanted it then"
    world.sql("UPDATE sync_settings SET sweep_cron_since = now() - interval '1 day'")
    world.settle()
    assert sweeps(world) == 1
    world.settle()
    assert sweeps(world) == 1


@pytest.mark.parametrize("why", ["never", "paused", "held", "quiet"])
def test_no_comparison_begins_when_it_should_not(world: World, why: str) -> None:
    age_runs(world, 100)
    if why == "never":
        choose(world, sweep_every_hours=0)
    if why == "paused":
        pause(world)
    if why == "held":
        world.sql("INSERT INTO runs (kind, status, trigger, counts, findings, created_at) "
                  "VALUES ('sweep', 'held', 'jane', '{}', '{}', now() - interval '2 days')")  # fmt: skip
    if why == "quiet":
        here = datetime.now(UTC).astimezone(ZoneInfo(world.connection().time_zone))
        hours = [(here + timedelta(minutes=minutes)).time() for minutes in (-30, 30)]
        choose(world, quiet_from=hours[0], quiet_until=hours[1])
    before = sweeps(world)
    wait(world) if why == "paused" else world.settle()
    assert sweeps(world) == before


def test_none_begins_before_the_first_run(make_world: Callable[..., World]) -> None:
    world = make_world(people=3)
    world.connect()
    world.settle()
    age_runs(world, 100)
    world.settle()
    assert sweeps(world) == 0


def test_a_preview_that_waits_goes_on_waiting(world: World) -> None:
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(world.tenant_id):
        runs.start("preview", trigger="jane")
    world.settle()
    age_runs(world, 25)
    world.settle()
    assert (world.run("preview")["status"], sweeps(world)) == ("waiting", 1)
