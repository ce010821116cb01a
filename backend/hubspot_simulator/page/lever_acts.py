"""What the levers do: each reads its form, calls the control API and says what was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from hubspot_simulator.disorder.trouble import SEARCH_TROUBLE, WEBHOOK_TROUBLE
from hubspot_simulator.errors import ApiError
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.lever_words import ELSEWHERE, FAULTS, RATES, RULES, STORMS
from hubspot_simulator.page.words import counted
from hubspot_simulator.records.rules import Rules

HOUR_S = 3_600
DAY_S = 86_400
# Kept at zero unless named: what a storm sets besides the storm itself.
BESIDES = (*WEBHOOK_TROUBLE, SEARCH_TROUBLE)

Act = Callable[[View], str]


# ---- at random ---------------------------------------------------------------------------------------


def storm(view: View) -> str:
    name = view.text("preset")
    if name not in STORMS:
        raise ApiError(400, "Choose one of the days.")
    told, rates = STORMS[name]
    view.act("PUT", "trouble", rates={**dict.fromkeys(BESIDES, 0.0), **rates})
    return f"{told.name} has begun."


def rates(view: View) -> str:
    given = {name: view.share(name, label) for name, label in RATES.items()}
    view.act("PUT", "trouble", rates={name: rate for name, rate in given.items() if rate or name in BESIDES})
    return "The rates hold from now on."


# ---- chosen requests ---------------------------------------------------------------------------------


def fault(view: View) -> str:
    kind, seconds = view.text("kind"), view.number("seconds", "Seconds", 0, HOUR_S) if view.text("seconds") else 5.0
    if kind not in FAULTS:
        raise ApiError(400, "Choose what happens.")
    spec: dict[str, Any] = {"kind": kind, "count": view.whole("count", "How many", 1, 1_000_000)}
    spec |= {name: view.text(name) for name in ("when", "method", "path") if view.text(name)}
    if kind in ("error", "page"):
        spec["status"] = view.whole("status", "Status", 400, 599)
    if kind in ("throttle", "outage"):
        spec["seconds"] = seconds
    if kind == "slow":
        spec["delay_ms"] = int(seconds * 1000)
    view.act("POST", "faults", **spec)
    return f"{FAULTS[kind].name}: waits for {counted(spec['count'], 'request')}."


# ---- HubSpot and its account -------------------------------------------------------------------------


def outage(view: View) -> str:
    seconds = view.number("seconds", "Seconds", 0, DAY_S)
    view.act("POST", "faults", outage_seconds=seconds)
    return f"HubSpot is down for {seconds:g} seconds."


def throttle(view: View) -> str:
    seconds = view.number("seconds", "Seconds", 0, DAY_S)
    view.act("POST", "faults", throttle_seconds=seconds)
    return f"Every request is refused for {seconds:g} seconds."


def move(view: View) -> str:
    seconds = view.number("seconds", "Seconds", 0, DAY_S)
    view.act_here("POST", "move", seconds=seconds)
    return f"The account moves for {seconds:g} seconds."


def lock(view: View) -> str:
    seconds = view.number("seconds", "Seconds", 0, DAY_S)
    view.act_here("POST", "lock", seconds=seconds)
    return f"Records are locked for {seconds:g} seconds."


def limit(view: View) -> str:
    told = view.act("PUT", "settings", limit=view.text("limit"))
    return f"The limit is {told['limit']}."


def expire(view: View) -> str:
    done = view.act_here("POST", "tokens/expire")
    return f"{counted(done['expired'], 'access token')} expired."


def uninstall(view: View) -> str:
    done = view.act_here("POST", "installs/revoke")
    return "The app was removed." if done["revoked"] else "The app was not connected to this account by OAuth."


# ---- speed and search --------------------------------------------------------------------------------


def latency(view: View) -> str:
    ms = view.whole("ms", "Later by", 0, 60_000)
    view.act("PUT", "settings", latency_ms=ms)
    return f"Answers come {ms:,} ms later."


def search(view: View) -> str:
    lag = view.whole("lag", "Behind", 0, DAY_S * 1000)
    jitter = view.whole("jitter", "Varying by", 0, DAY_S * 1000)
    view.act_here("PUT", "settings", search_lag_ms=lag, search={"jitter_ms": jitter})
    return f"Search is {lag:,} ms behind, and up to {jitter:,} ms more."


def stale(view: View) -> str:
    rate, seconds = view.share("rate", "Of changes"), view.number("seconds", "For seconds", 0, DAY_S)
    view.act_here("PUT", "settings", search={"stale_rate": rate, "stale_ms": int(seconds * 1000)})
    return f"Search shows old values for {rate * 100:.3g}% of all changes." if rate else "Search shows no old values."


def schema(view: View) -> str:
    ms = view.whole("ms", "Later by", 0, HOUR_S * 1000)
    view.act_here("PUT", "settings", property_lag_ms=ms)
    return f"A new property is known after {ms:,} ms."


# ---- webhooks and their journal ----------------------------------------------------------------------


def hold(view: View) -> str:
    view.act("PUT", "webhooks", hold=True)
    return "Webhooks are held back."


def release(view: View) -> str:
    told = view.act("PUT", "webhooks", hold=False)
    return f"Webhooks leave again; {counted(told['waiting'], 'event')} waited."


def drop(view: View) -> str:
    count = view.whole("count", "Events", 0, 1_000_000)
    view.act("PUT", "webhooks", drop_next=count)
    return f"The next {counted(count, 'webhook event')} will be lost."


def fate(view: View) -> str:
    view.act(
        "PUT",
        "webhooks",
        loss_rate=view.share("loss", "Lost"),
        duplicate_rate=view.share("duplicate", "Doubled"),
        late_rate=view.share("late", "Late"),
        late_ms=int(view.number("seconds", "Late by", 0, DAY_S) * 1000),
    )
    return "That is how webhooks fare from now on."


def burst(view: View) -> str:
    seconds = view.number("seconds", "Every", 0, DAY_S)
    view.act("PUT", "webhooks", burst_ms=int(seconds * 1000))
    return f"Webhooks leave every {seconds:g} seconds." if seconds else "Webhooks leave as they come."


def journal_delay(view: View) -> str:
    seconds = view.number("seconds", "Late by", 0, DAY_S)
    view.act("PUT", "journal", delay_ms=int(seconds * 1000))
    return f"Journal files come {seconds:g} seconds late."


def _journal(name: str, words: str) -> Act:
    def act(view: View) -> str:
        count = view.whole("count", words.capitalize(), 0, 10_000)
        view.act("PUT", "journal", **{name: count})
        return f"It happens to the next {counted(count, words)}."

    return act


# ---- someone else ------------------------------------------------------------------------------------


def someone(view: View) -> str:
    rate = view.number("per_minute", "Acts a minute", 0, 6_000)
    view.act("POST", "someone", per_minute=rate)
    return f"Someone does {rate:g} things a minute." if rate else "Nobody else is at work."


def do_something(view: View) -> str:
    count = view.whole("count", "How often", 1, 1_000)
    return _tell(view.act_here("POST", "someone", acts=count, kind=view.text("kind"))["did"])


def bulk(view: View) -> str:
    count = view.whole("count", "Contacts", 1, 1_000_000)
    [did] = view.act_here("POST", "someone", bulk_edit=count)["did"]
    return f"{counted(did.get('contacts', 0), 'contact')} edited in one millisecond."


def drift(view: View) -> str:
    [did] = view.act_here("POST", "someone", drift=view.text("change"))["did"]
    if "property" not in did:
        return "No property of the account’s own can change so."
    return f"{did['property']}: {did['change'].replace('_', ' ')}."


def _tell(did: list[dict[str, Any]]) -> str:
    if len(did) == 1:
        [one] = did
        ids = " and ".join(f"record {one[name]}" for name in ("primary", "secondary", "id") if name in one)
        what = one.get("refused") or one.get("property") or (f"{one['contacts']} contacts" if "contacts" in one else "")
        return ": ".join(part for part in (one["kind"].replace("_", " ").capitalize(), what, ids) if part) + "."
    done = Counter(one["kind"].replace("_", " ") for one in did if "refused" not in one)
    refused = len(did) - done.total()
    told = ", ".join(f"{kind} {count}" for kind, count in done.most_common())
    return f"{counted(done.total(), 'thing')} done: {told}." + (f" {refused} could not be done." if refused else "")


# ---- the clock and the rules -------------------------------------------------------------------------


def clock(view: View) -> str:
    unit = view.whole("unit", "Unit", 1, DAY_S)
    ms = int(view.number("amount", "Go on by", 0, 400 * DAY_S / unit) * unit * 1000)
    told = view.act("POST", "clock/advance", ms=ms)
    return f"It is {told['now']} now."


def rules(view: View) -> str:
    changed: dict[str, Any] = {}
    for one in fields(Rules):
        held = getattr(view.portal.rules, one.name)
        if one.name in ELSEWHERE:
            continue
        if isinstance(held, bool):
            changed[one.name] = view.text(one.name) == "true"
        elif isinstance(held, int):
            label = RULES[one.name].name if one.name in RULES else one.name
            changed[one.name] = view.whole(one.name, label, 0, 1_000_000)
        else:
            changed[one.name] = view.text(one.name)
    view.act_here("PUT", "settings", rules=changed)
    return "The rules hold from now on."


# The last part of an address, the section it stands in, and what it does.
ACTS: dict[str, tuple[str, Act]] = {
    "storm": ("storm", storm),
    "rates": ("storm", rates),
    "fault": ("faults", fault),
    "outage": ("hubspot", outage),
    "throttle": ("hubspot", throttle),
    "move": ("hubspot", move),
    "lock": ("hubspot", lock),
    "limit": ("hubspot", limit),
    "expire": ("hubspot", expire),
    "uninstall": ("hubspot", uninstall),
    "latency": ("search", latency),
    "search": ("search", search),
    "stale": ("search", stale),
    "schema": ("search", schema),
    "hold": ("webhooks", hold),
    "release": ("webhooks", release),
    "drop": ("webhooks", drop),
    "fate": ("webhooks", fate),
    "burst": ("webhooks", burst),
    "journal-delay": ("journal", journal_delay),
    "journal-lose": ("journal", _journal("lose_next", "file")),
    "journal-double": ("journal", _journal("double_next", "file")),
    "journal-snapshots": ("journal", _journal("fail_snapshots", "snapshot")),
    "someone": ("someone", someone),
    "act": ("someone", do_something),
    "bulk": ("someone", bulk),
    "drift": ("someone", drift),
    "clock": ("clock", clock),
    "rules": ("rules", rules),
}
