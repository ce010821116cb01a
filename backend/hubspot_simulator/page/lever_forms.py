"""The levers as forms, section by section, filled with how things stand."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hubspot_simulator.disorder.trouble import SEARCH_TROUBLE, WEBHOOK_TROUBLE
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, flag, html, join, options
from hubspot_simulator.page.lever_words import (
    ACTS,
    DRIFTS,
    EFFECTS,
    ELSEWHERE,
    FAULTS,
    NULLS,
    RATES,
    RULES,
    STORMS,
    Told,
)
from hubspot_simulator.records.rules import Rules

LEVER = """<form method="post" action="{action}" class="lever" id="lever-{name}">
<div class="told"><h3>{title}</h3><p>{meets}</p></div>
<div class="row">{fields}<button type="submit" class="quiet">{button}</button></div></form>"""
NUMBER = """<div><label for="{id}">{label}</label><input id="{id}" name="{name}" value="{value}" inputmode="decimal"
 class="short" autocomplete="off"></div>"""
TEXT = """<div><label for="{id}">{label}</label><input id="{id}" name="{name}" value="{value}" class="medium"
 autocomplete="off"></div>"""
CHOICE = '<div><label for="{id}">{label}</label><select id="{id}" name="{name}">{options}</select></div>'
DETAILS = '<details class="more"><summary>{summary}</summary>{inside}</details>'
RATES_FORM = """<form method="post" action="{action}" id="lever-rates"><div class="rates">{fields}</div>
<p><button type="submit" class="quiet">Set these rates</button></p></form>"""
RULES_FORM = """<form method="post" action="{action}" id="lever-rules">{rules}
<p class="save"><button type="submit" class="quiet" id="save-rules">Save rules</button></p></form>"""
SWITCH = """<div class="rule"><label class="choice"><input type="checkbox" name="{name}" value="true" id="rule-{name}"
 aria-describedby="about-{name}"{mark}> {title}</label><p class="hint" id="about-{name}">{meets}</p></div>"""
SETTING = """<div class="rule"><label for="rule-{name}">{title}</label>{control}<p class="hint">{meets}</p></div>"""


def lever(view: View, name: str, title: str, meets: str, inside: Html, button: str) -> Html:
    return html(LEVER, action=view.link(f"/trouble/{name}"), name=name, title=title, meets=meets, fields=inside,
                button=button)  # fmt: skip


def number(lever_name: str, name: str, label: str, value: object) -> Html:
    return html(NUMBER, id=f"{lever_name}-{name}", name=name, label=label, value=value)


def choice(lever_name: str, name: str, label: str, rows: Any, chosen: object = "") -> Html:
    return html(CHOICE, id=f"{lever_name}-{name}", name=name, label=label, options=options(rows, chosen))


def percent(rate: float) -> str:
    return f"{rate * 100:g}"


# ---- sections ----------------------------------------------------------------------------------------


def storm(view: View) -> Html:
    presets = [
        html(LEVER, action=view.link("/trouble/storm"), name=f"storm-{name}", title=told.name, meets=told.meets,
             fields=html('<input type="hidden" name="preset" value="{name}">', name=name), button="Let it begin")
        for name, (told, _) in STORMS.items()
    ]  # fmt: skip
    rates = rates_now(view)
    inputs = join(number("rate", name, f"{label}, %", percent(rates.get(name, 0))) for name, label in RATES.items())
    form = html(RATES_FORM, action=view.link("/trouble/rates"), fields=inputs)
    return join([*presets, html(DETAILS, summary="Rates of your own", inside=form)])


def rates_now(view: View) -> dict[str, float]:
    """Those in force, by the names of the flag ``--trouble``."""
    hooks = view.simulator.webhooks.settings
    rates = dict(view.simulator.faults.storm.rates)
    rates |= {name: getattr(hooks, setting) for name, setting in WEBHOOK_TROUBLE.items()}
    rates[SEARCH_TROUBLE] = view.portal.index.trouble.stale_rate
    return rates


def faults(view: View) -> Html:
    kinds = [(name, told.name) for name, told in FAULTS.items()]
    inside = join(
        (
            choice("fault", "kind", "What happens", kinds),
            choice("fault", "when", "The request", EFFECTS),
            number("fault", "count", "How many", 5),
            number("fault", "status", "Status", 503),
            number("fault", "seconds", "Seconds", 5),
            choice("fault", "method", "Method", [("", "Any"), *((m, m) for m in ("GET", "POST", "PATCH", "DELETE"))]),
            html(TEXT, id="fault-path", name="path", label="Path has", value=""),
        )
    )
    meets = "Status counts for an error and a web page; seconds for a burst, an outage, and slow answers."
    terms = join(
        html("<div><dt>{name}</dt><dd>{meets}</dd></div>", name=told.name, meets=told.meets) for told in FAULTS.values()
    )
    explained = html('<dl class="facts wide">{terms}</dl>', terms=terms)
    return join(
        (
            lever(view, "fault", "A fault", meets, inside, "Cause it"),
            html(DETAILS, summary="What an app meets", inside=explained),
        )
    )


def hubspot(view: View) -> Html:
    def seconds(name: str, value: int) -> Html:
        return number(name, "seconds", "Seconds", value)

    limit = html(TEXT, id="limit-limit", name="limit", label="Limit", value=view.simulator.limit or "none")
    return join(
        (
            lever(view, "outage", "Outage", "503 to every request.", seconds("outage", 20), "Begin"),
            lever(view, "throttle", "Burst of 429", "Every request is refused, without a time to wait.",
                  seconds("throttle", 10), "Begin"),
            lever(view, "move", "The account moves", "477 with Retry-After, to every request of the account.",
                  seconds("move", 30), "Begin"),
            lever(view, "lock", "Records are locked", "423 to every write.", seconds("lock", 10), "Begin"),
            lever(view, "limit", "Another limit", "429 sooner or later; like 110/10s, or none.", limit, "Set"),
            lever(view, "expire", "Tokens expire", "401 once for each access token; a new one works.", EMPTY,
                  "Expire them now"),
            lever(view, "uninstall", "The app is removed", "No new token any more, and no webhooks; a person has to "
                  "connect it again. Tokens that were given out live on until they end.", EMPTY, "Remove the app"),
        )
    )  # fmt: skip


def search(view: View) -> Html:
    simulator, portal = view.simulator, view.portal
    index = portal.index
    lag = join(
        (
            number("search", "lag", "Behind, ms", index.lag_ms),
            number("search", "jitter", "Varying by, ms", index.trouble.jitter_ms),
        )
    )
    stale = join(
        (
            number("stale", "rate", "Of changes, %", percent(index.trouble.stale_rate)),
            number("stale", "seconds", "For seconds", f"{index.trouble.stale_ms / 1000:g}"),
        )
    )
    return join(
        (
            lever(view, "latency", "Slow answers", "Each answer of the API comes so much later; pages do not.",
                  number("latency", "ms", "Later by, ms", simulator.latency_ms), "Set"),
            lever(view, "search", "Search is behind", "It finds a change only after that time; lists at once.", lag,
                  "Set"),
            lever(view, "stale", "Search shows old values", "A row is found by its new time, with its old values.",
                  stale, "Set"),
            lever(view, "schema", "New properties come late", "A property just made is unknown for a while.",
                  number("schema", "ms", "Later by, ms", portal.property_lag_ms), "Set"),
        )
    )  # fmt: skip


def webhooks(view: View) -> Html:
    hooks = view.simulator.webhooks.settings
    held = view.simulator.webhooks.waiting()
    fate = join(
        (
            number("fate", "loss", "Lost, %", percent(hooks.loss_rate)),
            number("fate", "duplicate", "Doubled, %", percent(hooks.duplicate_rate)),
            number("fate", "late", "Late, %", percent(hooks.late_rate)),
            number("fate", "seconds", "Late by, s", f"{hooks.late_ms / 1000:g}"),
        )
    )
    if hooks.hold:
        hold = lever(
            view, "release", "They are held back", f"{held:,} wait; the app hears of nothing.", EMPTY, "Release them"
        )
    else:
        hold = lever(
            view, "hold", "Hold them back", "Nothing leaves until they are released; then all at once.", EMPTY, "Hold"
        )
    return join(
        (
            hold,
            lever(view, "drop", "Lose the next", "The app never hears of these events.",
                  number("drop", "count", "Events", hooks.drop_next or 10), "Lose them"),
            lever(view, "fate", "Lost, doubled, late", "As HubSpot does not promise otherwise.", fate, "Set"),
            lever(view, "burst", "In bursts", "Everything waits for the next burst.",
                  number("burst", "seconds", "Every, s", f"{hooks.burst_ms / 1000:g}"), "Set"),
        )
    )  # fmt: skip


def journal(view: View) -> Html:
    settings = view.simulator.journal.settings
    return join(
        (
            lever(view, "journal-delay", "Files come late", "What was changed is read only later.",
                  number("journal-delay", "seconds", "Late by, s", f"{settings.delay_ms / 1000:g}"), "Set"),
            lever(view, "journal-lose", "Lose the next files", "Their events are never told.",
                  number("journal-lose", "count", "Files", settings.lose_next), "Set"),
            lever(view, "journal-double", "Double the next files", "The same events come in two files.",
                  number("journal-double", "count", "Files", settings.double_next), "Set"),
            lever(view, "journal-snapshots", "Snapshots fail", "The next snapshots that are asked for end without one.",
                  number("journal-snapshots", "count", "Snapshots", settings.fail_snapshots), "Set"),
        )
    )  # fmt: skip


def someone(view: View) -> Html:
    doing = join((choice("act", "kind", "What", ACTS.items()), number("act", "count", "How often", 1)))
    return join(
        (
            lever(view, "someone", "Someone at work", "Edits, deletions, merges, new options: a mixture, all the time.",
                  number("someone", "per_minute", "Acts a minute", f"{view.simulator.someone.per_minute:g}"), "Set"),
            lever(view, "act", "Do something now", "To contacts chosen at random.", doing, "Do it"),
            lever(view, "bulk", "A bulk edit", "So many contacts get a new city in the same millisecond.",
                  number("bulk", "count", "Contacts", 500), "Edit them"),
            lever(view, "drift", "The schema drifts", "A property of the account’s own is no longer what it was.",
                  choice("drift", "change", "Change", DRIFTS.items()), "Change it"),
        )
    )  # fmt: skip


def clock(view: View) -> Html:
    units = (("60", "minutes"), ("3600", "hours"), ("86400", "days"))
    inside = join((number("clock", "amount", "Go on by", 31), choice("clock", "unit", "Unit", units)))
    return lever(view, "clock", "Let time pass", "There is no way back. A token lives for 30 minutes, the recycle bin "
                 "keeps for 90 days.", inside, "Go on")  # fmt: skip


def rules(view: View) -> Html:
    rows = join(_rule(view.portal.rules, one.name) for one in fields(Rules) if one.name not in ELSEWHERE)
    return html(RULES_FORM, action=view.link("/trouble/rules"), rules=rows)


def _rule(held: Rules, name: str) -> Html:
    told, value = RULES.get(name, Told(name.replace("_", " ").capitalize(), "")), getattr(held, name)
    if isinstance(value, bool):
        return html(SWITCH, name=name, title=told.name, meets=told.meets, mark=flag("checked", value))
    if name == "null_values":
        control = html('<select id="rule-{name}" name="{name}">{options}</select>', name=name,
                       options=options(NULLS.items(), value))  # fmt: skip
    else:
        control = html('<input id="rule-{name}" name="{name}" value="{value}" inputmode="numeric" class="short">',
                       name=name, value=value)  # fmt: skip
    return html(SETTING, name=name, title=told.name, meets=told.meets, control=control)
