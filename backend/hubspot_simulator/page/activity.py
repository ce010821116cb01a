"""The activity page: webhooks leaving, requests coming in, and a few levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator.clock import iso
from hubspot_simulator.http import Response
from hubspot_simulator.page.html import Html, html, join, link, page
from hubspot_simulator.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

BODY = """
<h1>Activity</h1>
<section class="card"><h2>Webhooks</h2>
  <form method="post" action="{action}" class="row" id="webhooks">
    <div style="flex:1 1 340px"><label for="target-url">Target URL</label>
      <input id="target-url" name="target_url" type="url" value="{target}" placeholder="http://127.0.0.1:8000/webhooks/hubspot"></div>
    <label class="choice" for="webhooks-enabled">
      <input type="checkbox" id="webhooks-enabled" name="enabled" value="true"{enabled}> Webhooks on</label>
    <button type="submit" id="save-webhooks">Save</button>
  </form>
</section>
<section class="card"><h2>Trouble</h2>
  <form method="post" action="/activity/fault" class="row" id="fault">
    <input type="hidden" name="portal" value="{portal}">
    <div><label for="fault-kind">The next requests</label>
      <select id="fault-kind" name="kind">
        <option value="503">answer 503</option><option value="502">answer 502</option>
        <option value="429">answer 429</option><option value="0">drop the connection</option>
      </select></div>
    <div><label for="fault-when">Effect</label><select id="fault-when" name="when">
        <option value="before">without effect</option><option value="after">after the effect</option></select></div>
    <div><label for="fault-count">How many</label><input id="fault-count" name="count" value="5" inputmode="numeric" size="4"></div>
    <button type="submit" id="add-fault" class="quiet">Cause trouble</button>
  </form>
</section>
<div id="live" data-source="{source}">{live}</div>
"""  # noqa: E501
LIVE = """
<section class="card"><dl class="figures">
  <div><dt>Contacts</dt><dd id="contact-count">{contacts}</dd></div>
  <div><dt>Requests</dt><dd id="request-count">{requests}</dd></div>
  <div><dt>Most requests in any 10 s (limit {limit})</dt><dd id="max-window">{maximum}</dd></div>
  <div><dt>Most searches in any second</dt><dd id="max-search">{searches}</dd></div>
  <div><dt>Webhook events delivered</dt><dd id="delivered">{delivered}</dd></div>
  <div><dt>Waiting</dt><dd id="waiting">{waiting}</dd></div>
</dl></section>
<section class="card"><h2>Last webhook deliveries</h2><div class="scroll"><table id="deliveries">
<thead><tr><th>When</th><th>Events</th><th>Kinds</th><th>Attempt</th><th>Answer</th><th>Took</th></tr></thead>
<tbody>{deliveries}</tbody></table></div></section>
<section class="card"><h2>Last requests</h2><div class="scroll"><table id="requests">
<thead><tr><th>When</th><th>Request</th><th>Answer</th></tr></thead><tbody>{log}</tbody></table></div></section>
"""


def show(simulator: Simulator, portal: Portal) -> Response:
    settings = simulator.webhooks.settings
    body = html(
        BODY,
        action=link("/activity/webhooks", portal=portal.id),
        portal=portal.id,
        target=settings.target_url,
        enabled=Html(" checked" if settings.enabled else ""),
        source=link("/activity/live", portal=portal.id),
        live=live(simulator, portal),
    )
    return page("Activity", body, portal_id=portal.id, company=portal.company, current="activity")


def live(simulator: Simulator, portal: Portal) -> Html:
    hooks = simulator.webhooks
    return html(
        LIVE,
        contacts=f"{len(portal.live):,}",
        requests=f"{sum(simulator.statuses.values()):,}",
        limit=simulator.limit or "none",
        maximum=portal.meter.arrivals.maximum,
        searches=portal.meter.search_arrivals.maximum,
        delivered=hooks.delivered,
        waiting=hooks.waiting(),
        deliveries=join(_delivery(row) for row in list(hooks.deliveries)[-25:][::-1]),
        log=join(_request(row) for row in list(simulator.log)[-50:][::-1]),
    )


def _delivery(row: dict[str, object]) -> Html:
    kinds = row["kinds"]
    assert isinstance(kinds, dict)
    good = 200 <= int(str(row["status"])) < 300
    return html(
        '<tr><td>{at}</td><td>{events}</td><td class="wrap">{kinds}</td><td>{attempt}</td>'
        '<td class="{mark}">{answer}</td><td>{ms} ms</td></tr>',
        **{k: row[k] for k in ("at", "events", "attempt", "ms")},
        kinds=", ".join(f"{name} × {count}" for name, count in kinds.items()),
        mark="good" if good else "bad",
        answer=row["status"] or row["problem"],
    )


def _request(row: dict[str, object]) -> Html:
    status = int(str(row["status"]))
    return html(
        '<tr><td>{at}</td><td class="wrap">{method} {path}{query}</td><td class="{mark}">{status}</td></tr>',
        at=iso(int(str(row["at"]))),
        method=row["method"],
        path=row["path"],
        query=f"?{row['query']}"[:160] if row["query"] else "",
        status=status or "dropped",
        mark="good" if 200 <= status < 300 else "bad",
    )
