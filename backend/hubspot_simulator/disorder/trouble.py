"""All the trouble there is just now, in words, and its end: for the control API and for the pages.

Trouble is what makes a HubSpot worse than the one that was started. Limits and lags as they were at the start are
none, nor are an account's rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hubspot_simulator.disorder.faults import Fault
from hubspot_simulator.records.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

# Rates that are set like those of a storm, but do not concern requests: kind, and setting of the webhooks.
WEBHOOK_TROUBLE = {"webhook-loss": "loss_rate", "webhook-duplicate": "duplicate_rate", "webhook-late": "late_rate"}
SEARCH_TROUBLE = "search-stale"

WEBHOOKS_AS_PLANNED = {
    "loss_rate": 0.0,
    "duplicate_rate": 0.0,
    "late_rate": 0.0,
    "burst_ms": 0,
    "drop_next": 0,
    "hold": False,
}
JOURNAL_AS_PLANNED = {"delay_ms": 0, "lose_next": 0, "double_next": 0, "fail_snapshots": 0}


@dataclass(frozen=True, slots=True)
class Ongoing:
    """One trouble. ``says``: a sentence about it; ``portal_id`` 0: it concerns all accounts."""

    kind: str
    says: str
    portal_id: int = 0


class Trouble:
    """Looks at everything that can be made worse."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def going_on(self) -> list[Ongoing]:
        return [
            *self._faults(),
            *self._speed(),
            *self._accounts(),
            *self._webhooks(),
            *self._journal(),
            *self._others(),
        ]

    def stop(self) -> None:
        """From now on all is as it was started, without the trouble that it was started with."""
        simulator, started = self._simulator, self._simulator.settings
        simulator.faults.clear()
        simulator.limit, simulator.latency_ms = started.limit, started.latency_ms
        simulator.someone.work(0)
        simulator.webhooks.configure(**WEBHOOKS_AS_PLANNED)
        simulator.journal.settings.change(JOURNAL_AS_PLANNED)
        for portal in simulator.portals.values():
            portal.locked_until = portal.moving_until = 0
            portal.index.lag_ms, portal.property_lag_ms = started.search_lag_ms, started.property_lag_ms
            portal.index.trouble.jitter_ms, portal.index.trouble.stale_rate = 0, 0.0

    # ---- looking ------------------------------------------------------------------------------------

    def _faults(self) -> Iterator[Ongoing]:
        faults, now = self._simulator.faults, self._simulator.clock.now_ms()
        if now < faults.outage_until:
            yield Ongoing("outage", f"HubSpot is down for {_seconds(faults.outage_until - now)} more.")
        if now < faults.throttled_until:
            left = _seconds(faults.throttled_until - now)
            yield Ongoing("throttle", f"Every request is refused with 429 for {left} more.")
        for fault in faults.waiting:
            yield Ongoing("fault", f"{_next(fault)}: {named(fault)}.")
        if faults.storm.rates:
            share = sum(faults.storm.rates.values())
            yield Ongoing("storm", f"A storm: {_share(share)} of all requests meet trouble.")

    def _speed(self) -> Iterator[Ongoing]:
        simulator, started = self._simulator, self._simulator.settings
        if simulator.latency_ms > started.latency_ms:
            yield Ongoing("latency", f"Every answer takes {simulator.latency_ms:,} ms longer.")
        if simulator.limit != started.limit:
            yield Ongoing("limit", f"The limit is {simulator.limit or 'none'} in place of {started.limit or 'none'}.")

    def _accounts(self) -> Iterator[Ongoing]:
        now = self._simulator.clock.now_ms()
        for portal in self._simulator.portals.values():
            if now < portal.moving_until:
                left = _seconds(portal.moving_until - now)
                yield Ongoing("moving", f"The account moves between data centers for {left} more.", portal.id)
            if now < portal.locked_until:
                left = _seconds(portal.locked_until - now)
                yield Ongoing("locked", f"Records are locked for {left} more.", portal.id)
            yield from self._index(portal)

    def _index(self, portal: Portal) -> Iterator[Ongoing]:
        started, index = self._simulator.settings, portal.index
        slowest = index.lag_ms + index.trouble.jitter_ms
        if slowest > started.search_lag_ms:
            yield Ongoing("search-lag", f"Search is up to {_seconds(slowest)} behind.", portal.id)
        if index.trouble.stale_rate:
            share = _share(index.trouble.stale_rate)
            yield Ongoing("search-stale", f"Search shows old values for {share} of all changes.", portal.id)
        if portal.property_lag_ms > started.property_lag_ms:
            left = _seconds(portal.property_lag_ms)
            yield Ongoing("property-lag", f"A new property is seen only after {left}.", portal.id)

    def _webhooks(self) -> Iterator[Ongoing]:
        hooks = self._simulator.webhooks.settings
        if hooks.hold:
            yield Ongoing("webhook-hold", f"Webhooks are held back; {self._simulator.webhooks.waiting():,} wait.")
        if hooks.drop_next:
            yield Ongoing("webhook-drop", f"The next {hooks.drop_next:,} webhook events are lost.")
        if hooks.burst_ms:
            yield Ongoing("webhook-burst", f"Webhooks come in bursts, every {_seconds(hooks.burst_ms)}.")
        for rate, what in (
            (hooks.loss_rate, "lost"),
            (hooks.duplicate_rate, "sent twice"),
            (hooks.late_rate, "late"),
        ):
            if rate:
                yield Ongoing("webhook-" + what.split()[0], f"{_share(rate)} of the webhook events are {what}.")

    def _journal(self) -> Iterator[Ongoing]:
        settings = self._simulator.journal.settings
        if settings.delay_ms:
            yield Ongoing("journal-late", f"Journal files are published {_seconds(settings.delay_ms)} late.")
        if settings.lose_next:
            yield Ongoing("journal-lost", f"The next {settings.lose_next:,} journal files are lost.")
        if settings.double_next:
            yield Ongoing("journal-double", f"The next {settings.double_next:,} journal files come twice.")
        if settings.fail_snapshots:
            yield Ongoing("snapshots", f"The next {settings.fail_snapshots:,} snapshots fail.")

    def _others(self) -> Iterator[Ongoing]:
        rate = self._simulator.someone.per_minute
        if rate:
            yield Ongoing("someone", f"Someone else is at work, {rate:g} times a minute.")


def named(fault: Fault) -> str:
    """A fault in a few words: what it is, and whether the request takes effect."""
    what = f"{fault.kind} {fault.status}" if fault.kind in ("error", "page") else fault.kind
    effect = {"before": "without effect", "after": "after the effect"}[fault.when]
    return f"{what}, {effect}"


def _next(fault: Fault) -> str:
    count = "The next request" if fault.count == 1 else f"The next {fault.count:,} requests"
    words = " ".join(part for part in (fault.method.upper(), fault.path) if part)
    return f"{count} ({words})" if words else count


def _seconds(ms: int) -> str:
    return f"{ms:,} ms" if ms < 1_000 else f"{-(-ms // 1000):,} s"


def _share(rate: float) -> str:
    return f"{rate * 100:.3g}%"
