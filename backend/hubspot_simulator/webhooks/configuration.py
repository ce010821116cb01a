"""What the app's developer sets about webhooks, by the settings API, the control API or from Python.

HubSpot docs "webhooks": one target address for each app; what the settings API changes may take five minutes to come
into force.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from threading import RLock
from typing import Any

from hubspot_simulator.clock import DAY_MS, Clock
from hubspot_simulator.webhooks.subscriptions import KINDS, PROPERTIES, Subscription, Subscriptions

RETRIES = 10
# The wait doubles each time: with this base the ten retries fill 24 hours, as HubSpot's do (docs: webhooks).
REAL_RETRY_BASE_MS = DAY_MS // (2**RETRIES - 1)
# Docs (webhooks): settings and subscriptions are cached for up to five minutes.
CACHED_MS = 300_000

Persist = Callable[[str, int, Any], None]


@dataclass(slots=True)
class Hooks:
    """What can be set while running; the subscriptions apart."""

    target_url: str = ""
    enabled: bool = True
    public_url: str = ""  # signed in place of the target when a proxy stands between
    max_concurrent_requests: int = 10  # for each account
    # Changes by the settings API wait for so long, the longest HubSpot speaks of; all others act at once.
    settings_delay_ms: int = CACHED_MS
    delay_ms: int = 200
    # One second, so that a demonstration recovers while people watch; see `REAL_RETRY_BASE_MS`.
    retry_base_ms: int = 1_000
    shuffle: bool = True
    loss_rate: float = 0.0
    duplicate_rate: float = 0.0
    late_rate: float = 0.0
    late_ms: int = 60_000
    burst_ms: int = 0  # everything waits for the next whole multiple of it
    drop_next: int = 0
    hold: bool = False  # nothing leaves
    # Docs: ``eventId`` is not guaranteed to be unique. Drawn from so few, it surely is not.
    event_id_range: int = 100
    # Undecided: may one request carry events of several accounts? The harsher answer is yes.
    mix_accounts: bool = True
    # Undecided: is a creation told with one change for each of its properties? The harsher answer is yes.
    creation_tells_properties: bool = True
    # Undecided: which apps get which. Legacy private apps get only v1.
    signatures: list[str] = field(default_factory=lambda: ["v3", "v1"])
    # Docs say some escapes are decoded before signing; HubSpot's own libraries decode none.
    decode_uri: bool = True
    sensitive: list[str] = field(default_factory=list)  # properties whose values are kept back (live reports)

    @property
    def troubled(self) -> bool:
        """Whether events may be lost, doubled or late: asked for every event, so it stays quick."""
        return bool(self.drop_next or self.loss_rate or self.duplicate_rate or self.late_rate or self.burst_ms)


# Survive a restart with ``--state``; the rest is trouble on command, which does not.
LASTING = ("target_url", "enabled", "public_url", "max_concurrent_requests")
SHORT_FORM = ("kinds", "properties", "generations")


@dataclass(frozen=True, slots=True)
class Target:
    """Where webhooks go, as the settings API knows it. No ``url``: nowhere."""

    url: str
    max_concurrent_requests: int = 10
    created: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True)
class Gone:
    """A subscription that was deleted."""

    id: int


Change = Target | Subscription | Gone


class Configuration:
    """Settings and subscriptions: those in force, and changes that are known but not yet in force."""

    def __init__(self, clock: Clock, persist: Persist) -> None:
        self.settings = Hooks()
        self.subscriptions = Subscriptions()
        self._clock = clock
        self._persist = persist
        self._lock = RLock()
        self._changes: deque[tuple[int, Change]] = deque()
        self._since = (clock.now_ms(), clock.now_ms())
        self.subscriptions.put(*self.subscriptions.wish(KINDS, PROPERTIES, ["contact"], clock.now_ms())[0])

    # ---- by name, at once ---------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """Everything `configure` can set."""
        return asdict(self.settings) | {name: getattr(self.subscriptions, name) for name in SHORT_FORM}

    def configure(self, body: dict[str, Any]) -> None:
        """Set what is named. Changes by the settings API that still wait come into force before.

        Raises: ValueError, and then nothing was set.
        """
        short = {name: body[name] for name in SHORT_FORM if name in body}
        rest = {name: value for name, value in body.items() if name not in short}
        for name, value in {**rest, **short}.items():
            self._check(name, value)
        with self._lock:
            self.enforce(None)
            if short:
                self._wish(**short)
            for name, value in rest.items():
                setattr(self.settings, name, value)
            if rest.keys() & set(LASTING):
                now = self._clock.now_ms()
                self._since = (self._since[0] or now, now)
                self._save(self.target)

    def _check(self, name: str, value: Any) -> None:
        if name in SHORT_FORM:
            kind: type = list
        elif name in self.settings.__slots__:
            kind = type(getattr(self.settings, name))
        else:
            raise ValueError(f"unknown setting {name}")
        good = type(value) is kind or (kind is float and type(value) is int)
        if good and kind is list:
            good = all(isinstance(item, str) for item in value)
        if good and kind in (int, float):
            good = 0 <= value <= (1 if kind is float else 2**53)
        if not good:
            raise ValueError(f"{name} cannot be {value!r}")

    def _wish(
        self,
        kinds: list[str] | None = None,
        properties: list[str] | None = None,
        generations: list[str] | None = None,
    ) -> None:
        there, now = self.subscriptions, self._clock.now_ms()
        put, drop = there.wish(
            there.kinds if kinds is None else kinds,
            there.properties if properties is None else properties,
            there.generations if generations is None else generations,
            now,
        )
        there.drop(*drop)
        there.put(*put)
        changes: list[Change] = [*put, *map(Gone, drop)]
        for change in changes:
            self._save(change)

    # ---- by the settings API: known at once, in force later -----------------------------------------

    @property
    def target(self) -> Target:
        """The one in force."""
        return Target(self.settings.target_url, self.settings.max_concurrent_requests, *self._since)

    def known(self) -> tuple[Target, dict[int, Subscription]]:
        """What the settings API shows: its own changes count before they are in force."""
        with self._lock:
            target, subscriptions = self.target, dict(self.subscriptions.by_id)
            for _, change in self._changes:
                match change:
                    case Target():
                        target = change
                    case Subscription():
                        subscriptions[change.id] = change
                    case Gone():
                        subscriptions.pop(change.id, None)
        return target, subscriptions

    def change(self, *changes: Change) -> None:
        """Set as the settings API does: kept at once, in force after ``settings_delay_ms``."""
        now = self._clock.now_ms()
        with self._lock:
            for change in changes:
                self._save(change)
                self._changes.append((now + self.settings.settings_delay_ms, change))
            self.enforce(now)

    def enforce(self, now: int | None) -> None:
        """Bring changes into force whose time has come; without a time, all."""
        if not self._changes:
            return
        with self._lock:
            while self._changes and (now is None or self._changes[0][0] <= now):
                match self._changes.popleft()[1]:
                    case Target() as target:
                        self.settings.target_url = target.url
                        self.settings.max_concurrent_requests = target.max_concurrent_requests
                        self._since = (target.created, target.updated)
                    case Subscription() as subscription:
                        self.subscriptions.put(subscription)
                    case Gone(gone):
                        self.subscriptions.drop(gone)

    def _save(self, change: Change) -> None:
        match change:
            case Target():
                others = {"enabled": self.settings.enabled, "public_url": self.settings.public_url}
                self._persist("webhook target", 0, {**asdict(change), **others})
            case Subscription():
                self._persist("webhook subscription", 0, asdict(change))
            case Gone(gone):
                self._persist("webhook subscription", 0, {"id": gone, "gone": True})

    def restore_state(self, kind: str, state: dict[str, Any]) -> None:
        """Replay one entry of the state file. A start finds nothing cached: all of it is in force."""
        if kind == "webhook target":
            self.settings.target_url = state["url"]
            self.settings.max_concurrent_requests = state["max_concurrent_requests"]
            self.settings.enabled, self.settings.public_url = state["enabled"], state["public_url"]
            self._since = (state["created"], state["updated"])
        elif "gone" in state:
            self.subscriptions.drop(state["id"])
        else:
            self.subscriptions.put(Subscription(**state))
