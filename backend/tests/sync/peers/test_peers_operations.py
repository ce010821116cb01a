"""Histories that broke other syncs: tokens, workers, runs, and the first day.

Each test names the product and the public report, and the rule of ours that it was seen to fail without.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from world import World


@pytest.fixture
def by_oauth(make_world: Callable[..., World]) -> World:
    """Connected as a customer connects: with a token that lasts half an hour."""
    world = make_world()
    world.connect_by_oauth()
    world.approve_first_run()
    world.settle()
    world.hubspot.forget_requests()
    return world


def refreshes(world: World) -> int:
    """How often a token was asked for."""
    return sum(row["path"].endswith("/token") for row in world.hubspot.simulator.log)


# Tokens


def test_a_token_that_expires_inside_a_wait_costs_nothing(by_oauth: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airbyte: the token is fetched before a wait for the rate limit, is over after it, and the sync fails.
    https://github.com/airbytehq/airbyte/issues/62467 https://github.com/airbytehq/airbyte/issues/74726 https://github.com/airbytehq/airbyte/issues/70223

    Without one refresh after a 401 (the refusal believed) this fails.
    """
    from loanark.hubspot.transport import Transport

    world = by_oauth
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.hubspot.user("POST", "faults", path="/batch/update", kind="error", status=503, count=2)
    waited = []
    wait = Transport._attempt

    def expired_meanwhile(self: Transport, request: Any, bearer: str, progress: Any) -> Any:
        if request.path.endswith("/batch/update") and progress.attempt == 3 and not waited:
            waited.append(request)
            world.hubspot.user("POST", "tokens/expire")
        return wait(self, request, bearer, progress)

    with monkeypatch.context() as patch:
        patch.setattr(Transport, "_attempt", expired_meanwhile)
        assert world.turn().name in ("IDLE", "MORE"), "nobody notices"
    assert waited
    assert world.hubspot[id]["city"] == "Boise"
    assert refreshes(world) == 1
    assert world.connection().status == "connected"
    assert world.rejections() == []
    world.assert_balanced()


def test_two_workers_refresh_once(by_oauth: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Infusionsoft, ECA and many more: two refresh at once, the refresh token rotates, and the loser's is dead.
    https://github.com/infusionsoft/infusionsoft-php/issues/220 https://github.com/editor-code-assistant/eca/issues/462

    Without the lock and the second look behind it this fails.
    """
    from django.db import connections as databases

    from loanark.connections import credentials
    from loanark.connections.credentials import Credentials

    world = by_oauth
    world.hubspot.user("PUT", "settings", rotate_refresh_tokens=True)
    workers = [Credentials(world.tenant_id) for _ in range(4)]
    assert len({worker.token(False) for worker in workers}) == 1
    world.hubspot.user("POST", "tokens/expire")
    world.hubspot.forget_requests()
    together = threading.Barrier(len(workers))
    refresh = credentials.oauth.refresh

    def slowly(**options: Any) -> Any:
        # Whoever may refresh waits for the others to come as far; behind a lock nobody else comes.
        with suppress(threading.BrokenBarrierError):
            together.wait(timeout=0.5)
        return refresh(**options)

    def refused(worker: Credentials) -> str:
        try:
            return worker.token(True)
        finally:
            databases.close_all()

    with monkeypatch.context() as patch, ThreadPoolExecutor(len(workers)) as pool:
        patch.setattr(credentials.oauth, "refresh", slowly)
        tokens = list(pool.map(refused, workers))
    assert len(set(tokens)) == 1
    assert refreshes(world) == 1
    id, contact_id = world.pair()
    world.edit(contact_id, city="Boise")
    world.settle()
    assert world.hubspot[id]["city"] == "Boise"
    assert world.connection().status == "connected"


def test_a_refresh_that_fails_for_the_moment_disconnects_nobody(by_oauth: World) -> None:
    """Xagent: any failed refresh counts as a withdrawn consent, and the connection is deleted.
    https://github.com/xorbitsai/xagent/issues/1454

    Without telling trouble from refusal (every failed refresh a revoked one) this fails.
    """
    world = by_oauth
    id, contact_id = world.pair()
    world.hubspot.user("POST", "tokens/expire")
    world.hubspot.user("POST", "faults", path="/token", kind="error", status=503, count=40)
    world.edit(contact_id, city="Boise")
    assert world.turn().name == "TROUBLE"
    assert world.connection().status == "paused"
    assert world.connection().refresh_token
    world.hubspot.user("DELETE", "faults")
    world.settle()
    assert world.connection().status == "connected"
    assert world.hubspot[id]["city"] == "Boise"


# Runs


@pytest.fixture
def loading(make_world: Callable[..., World]) -> World:
    """A first run whose worker was killed in the middle."""
    world = make_world(people=250)
    world.connect()
    world.approve_first_run()
    with world.killed_at("loanark.sync.listing.reconcile", after=1):
        world.turn()
    assert world.run("backfill")["status"] == "running"
    return world


def test_a_run_whose_worker_was_killed_ends(loading: World) -> None:
    """Airbyte, Maybe, Sourcegraph: the worker is gone, and the run is "running" for ever.
    https://github.com/airbytehq/airbyte/issues/7806 https://github.com/maybe-finance/maybe/pull/2257
    https://github.com/sourcegraph/sourcegraph-public-snapshot/issues/37377

    Without take-over (a run that only who began it goes on with) this fails.
    """
    assert loading.turn_of_another_worker() in ("IDLE", "MORE")
    loading.settle()
    run = loading.run("backfill")
    assert (run["status"], run["finished_at"] is not None) == ("succeeded", True)
    assert run["counts"]["created_in_loanark"] == len(loading.live()) == 250
    loading.assert_balanced()


def test_a_run_whose_worker_was_killed_can_be_cancelled_and_another_started(loading: World) -> None:
    """Rundeck: a job stuck in "running" can neither be killed nor started again.
    https://github.com/rundeck/rundeck/issues/2381

    Without a cancel that needs no worker this fails.
    """
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    with tenant_scope(loading.tenant_id):
        runs.cancel(loading.run("backfill")["id"], by="jane")
    cancelled = loading.run("backfill")
    assert (cancelled["status"], cancelled["finished_at"] is not None) == ("cancelled", True)
    kept = len(loading.live())
    loading.turn()
    assert loading.row("SELECT status FROM runs WHERE id = %s", cancelled["id"])["status"] == "cancelled"
    assert len(loading.live()) >= kept > 0, "what it did stays"
    with tenant_scope(loading.tenant_id):
        runs.start("sweep", trigger="jane")
    loading.settle()
    assert len(loading.live()) == 250
    loading.assert_balanced()


def test_a_run_of_a_disconnected_account_is_over(loading: World) -> None:
    """Airbyte: nothing works on it any more, and the screen says "running".
    https://github.com/airbytehq/airbyte/issues/7806

    Nobody carries on a run of an account that is not connected.
    """
    from loanark.connections import actions

    actions.disconnect(loading.tenant_id)
    loading.turn()
    run = loading.run("backfill")
    assert run["status"] in ("cancelled", "failed", "partial")
    assert run["finished_at"] is not None
    assert run["reason"]


def test_a_run_of_an_account_disconnected_and_connected_again_ends(loading: World) -> None:
    """Sourcegraph: a job stuck in "processing" keeps every later one from being queued.
    https://github.com/sourcegraph/sourcegraph-public-snapshot/issues/37377

    Without take-over (a run that only who began it goes on with) this fails.
    """
    from loanark.connections import actions
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    actions.disconnect(loading.tenant_id)
    loading.turn()
    loading.connect()
    with tenant_scope(loading.tenant_id):
        runs.start("sweep", trigger="jane")
    loading.settle()
    assert loading.rows("SELECT id FROM runs WHERE status = 'running'") == []
    assert len(loading.live()) == 250
    loading.assert_balanced()


def test_a_run_of_a_revoked_app_waits_and_ends_after_reconnecting(make_world: Callable[..., World]) -> None:
    """Supaglue: syncs went on with a bad token, until they were made to pause by themselves.
    https://github.com/supaglue-labs/supaglue/pull/1945

    Without a connection that says what is wrong and goes on by itself afterwards this fails.
    """
    world = make_world(people=250)
    world.connect_by_oauth()
    world.approve_first_run()
    with world.killed_at("loanark.sync.listing.reconcile", after=1):
        world.turn()
    world.hubspot.user("POST", "installs/revoke")
    world.hubspot.user("POST", "tokens/expire")
    assert world.turn().name == "TROUBLE"
    assert (world.connection().status, world.connection().problem_code) == ("reconnect_needed", "revoked")
    world.hubspot.forget_requests()
    assert world.turn().name == "IDLE"
    assert world.hubspot.reads() == [], "nobody knocks at a closed door"
    world.connect_by_oauth()
    world.settle()
    assert world.run("backfill")["status"] == "succeeded"
    assert len(world.live()) == 250


def test_a_run_cancelled_in_the_middle_loses_nothing(loading: World) -> None:
    """pgsync: the table is emptied first, and a sync that is broken off leaves it so.
    https://github.com/ankane/pgsync/issues/102

    Without pages that are complete in themselves (a table emptied before it is filled) this fails.
    """
    from loanark.sync import runs
    from loanark.tenants.access import tenant_scope

    contact_id = loading.live()[0]["id"]
    loading.edit(contact_id, city="Boise")
    with tenant_scope(loading.tenant_id):
        runs.cancel(loading.run("backfill")["id"], by="jane")
    loading.turn()
    before = loading.rows("SELECT id, city FROM contacts ORDER BY id")
    with tenant_scope(loading.tenant_id):
        runs.start("sweep", trigger="jane")
    with loading.killed_at("loanark.sync.listing.reconcile"):
        loading.turn()
    assert loading.rows("SELECT id, city FROM contacts ORDER BY id") == before
    assert loading.local(contact_id)["city"] == "Boise"


# The first day


def test_connecting_a_full_account_makes_nobody_before_a_person_agreed(make_world: Callable[..., World]) -> None:
    """HubSpot Data Sync: switched on on Friday, 280,000 contacts on Monday, 60,000 of them new duplicates.
    https://crmcurator.com/articles/hubspot/hubspot-data-sync-patterns/

    Without "the first run is a preview" (approved by itself) this fails.
    """
    world = make_world(people=120)
    ours = {world.insert(firstname=name, email=f"{name}@example.com") for name in ("ann", "bob")}
    world.connect()
    world.settle()
    world.deliver_webhooks()
    world.settle()
    assert {row["id"] for row in world.live()} == ours
    assert (len(world.hubspot), world.hubspot.writes()) == (120, [])
    preview = world.run("preview")
    assert preview["status"] == "waiting"
    assert (preview["counts"]["created_in_loanark"], preview["counts"]["created_in_hubspot"]) == (120, 2)
