"""Webhooks leaving: the last requests to the app, and what one of them carried."""

from __future__ import annotations

from typing import Any

import orjson

from hubspot_simulator.clock import parse_instant
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, html, join, nothing, table
from hubspot_simulator.page.words import counted, tick
from hubspot_simulator.webhooks.configuration import RETRIES

MANY = 100
PART = """<p class="count">{target}. {delivered} delivered, {failed} without success, {lost} lost,
{waiting} waiting{held}.</p>{sent}"""
HEADS = ("When", "Events", "Answer")
ROW = """<tr class="{outcome}"><td>{at}</td>
<td class="wrap"><a href="{href}">{events}</a>{attempt}<span class="under">{kinds}</span></td>
<td class="wrap answer"><span class="status">{answer}</span><span class="under">{ms} ms</span></td></tr>"""
KIND = "{family}.<wbr>{kind}{count}"
ONE = """
<p class="crumb"><a href="{webhooks}">Webhooks</a></p>
<h1>Webhook request {number}</h1>
<dl class="facts wide"><div><dt>Sent</dt><dd>{at}</dd></div><div><dt>To</dt><dd>{url}</dd></div>
<div><dt>Attempt</dt><dd>{attempt}</dd></div><div><dt>Answer</dt><dd>{answer}, after {ms} ms</dd></div></dl>
<section class="group"><h2>{count}</h2>{events}</section>
<section class="group"><h2>The body as it was sent</h2>
<pre class="code" tabindex="0" id="payload">{body}</pre></section>
"""
EVENT_HEADS = ("Event", "Record", "Property", "Value", "Happened", "Attempt")
EVENT = """<tr><td>{type}</td><td>{record}</td><td>{name}</td><td class="wrap">{value}</td><td>{at}</td>
<td>{attempt}</td></tr>"""


def part(view: View) -> Html:
    hooks = view.simulator.webhooks
    settings = hooks.settings
    if not settings.target_url:
        target = html('Webhooks go <a href="{href}">nowhere yet</a>', href=view.link("/account#webhooks"))
    else:
        off = "" if settings.enabled else ", but are switched off"
        target = html('Webhooks go to <a href="{href}">{url}</a>{off}', href=view.link("/account#webhooks"),
                      url=settings.target_url, off=off)  # fmt: skip
    return html(
        PART,
        target=target,
        delivered=counted(hooks.delivered, "event"),
        failed=counted(hooks.failed, "request"),
        lost=f"{hooks.lost:,}",
        waiting=f"{hooks.waiting():,}",
        held=" and held back" if settings.hold else "",
        sent=sent(view, MANY),
    )


def sent(view: View, most: int) -> Html:
    rows = [_row(view, row) for row in list(view.simulator.webhooks.deliveries)[-most:][::-1]]
    shown = join(rows) if rows else nothing("No webhook has left yet.", len(HEADS))
    return table("deliveries", "Webhook requests", HEADS, shown, "log")


def _row(view: View, row: dict[str, Any]) -> Html:
    return html(
        ROW,
        outcome="well" if 200 <= row["status"] < 300 else "failed",
        at=tick(parse_instant(row["at"]) or 0),
        href=view.link(f"/activity/webhooks/{row['number']}"),
        events=counted(row["events"], "event"),
        kinds=join(html("<div>{kind}</div>", kind=_kind(name, count)) for name, count in row["kinds"].items()),
        attempt=html(' <span class="tag">{attempt}</span>', attempt=_attempt(row["attempt"]))
        if row["attempt"]
        else EMPTY,
        answer=row["status"] or row["problem"] or "no answer",
        ms=row["ms"],
    )


def _kind(name: str, count: int) -> Html:
    family, _, kind = name.partition(".")
    return html(KIND, family=family, kind=kind, count=f" × {count}" if count > 1 else "")


def _attempt(number: int) -> str:
    """HubSpot counts from 0."""
    return "first" if number == 0 else f"retry {number} of {RETRIES}"


def one(view: View, key: str) -> Response:
    hooks = view.simulator.webhooks
    row = next((r for r in list(hooks.deliveries) if str(r["number"]) == key), None)
    body = hooks.body(int(key)) if row else None
    if row is None or body is None:
        raise ApiError(404, "This webhook request is not remembered any more.")
    events = orjson.loads(body)
    page = html(
        ONE,
        webhooks=view.link("/activity/webhooks"),
        number=row["number"],
        at=tick(parse_instant(row["at"]) or 0),
        url=row["url"],
        attempt=_attempt(row["attempt"]),
        answer=row["status"] or row["problem"] or "No answer",
        ms=row["ms"],
        count=counted(len(events), "event"),
        events=table("events", "Events", EVENT_HEADS, join(_event(view, event) for event in events)),
        body=orjson.dumps(events, option=orjson.OPT_INDENT_2).decode(),
    )
    return view.page(f"Webhook request {row['number']}", page, current="activity")


def _event(view: View, event: dict[str, Any]) -> Html:
    portal = view.simulator.portals.get(event["portalId"])
    record: Html | str = str(event["objectId"])
    known = portal is view.portal and (portal.find(event["objectId"]) or portal.find(event["objectId"], archived=True))
    if known:
        record = html('<a href="{href}">{id}</a>', href=view.link(f"/contacts/{event['objectId']}"), id=record)
    value = event.get("propertyValue")
    return html(
        EVENT,
        type=event["subscriptionType"],
        record=record,
        name=event.get("propertyName", ""),
        value=Html("<i>cleared</i>") if value == "" else value,
        at=tick(event["occurredAt"]),
        attempt=_attempt(event["attemptNumber"]),
    )
