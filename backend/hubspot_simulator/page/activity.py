"""What is going on: requests coming in and webhooks leaving, fresh by itself; each of both in full on its own page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from hubspot_simulator.http import Response
from hubspot_simulator.page import deliveries, published
from hubspot_simulator.page.frame import View, answer
from hubspot_simulator.page.gauges import gauges, minute, outcome
from hubspot_simulator.page.html import EMPTY, Html, head, html, join, nothing, options, table
from hubspot_simulator.page.words import tick

Row = dict[str, Any]

TABS = (
    ("", "Overview"),
    ("requests", "Requests"),
    ("webhooks", "Webhooks"),
    ("journal", "Journal"),
    ("exports", "Exports"),
)
FEW, MANY = 14, 100
SHORT, LONG = 24, 300  # of a query, in characters
STATUSES = (
    ("", "Any"),
    ("2", "Answered (2xx)"),
    ("4", "Refused (4xx)"),
    ("429", "Refused by a limit (429)"),
    ("5", "Failed (5xx)"),
    ("0", "No answer"),
    ("fault", "Met a fault"),
)
WHOS = (("", "Anybody"), ("oauth", "The app, by OAuth"), ("static", "The static token"), ("app", "The app itself"))
WHO = {"oauth": "OAuth", "static": "static token", "app": "app token"}
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
BODY = """
<div class="head"><h1>Activity</h1><p class="pulse">Times are in {zone}.
<noscript>Load the page again to see what is new.</noscript>
<button type="button" class="quiet" id="pause" hidden aria-pressed="false">Pause</button></p></div>
<nav class="tabs" aria-label="Activity">{tabs}</nav>
{note}{filters}
<div id="live" data-live="{source}" data-every="2">{live}</div>
{below}
"""
OVERVIEW = """<dl class="gauges">{gauges}</dl>{minute}
<div class="halves"><section><h2><a href="{requests_href}">Requests coming in</a></h2>{requests}</section>
<section><h2><a href="{webhooks_href}">Webhooks leaving</a></h2>{webhooks}</section></div>"""
ROW = """<tr class="{outcome}"><td>{at}</td>
<td class="wrap"><b>{method}</b> <code>{path}<wbr>{query}</code>{fault}</td>{who}
<td class="wrap answer"><span class="status">{status}</span>{problem}</td></tr>"""
FILTERS = """<form class="filters" method="get" action="/activity/requests" id="filters">{keep}
<div><label for="status">Answer</label><select id="status" name="status">{statuses}</select></div>
<div><label for="method">Method</label><select id="method" name="method">{methods}</select></div>
<div><label for="by">Who</label><select id="by" name="by">{whos}</select></div>
<div class="grow"><label for="path">Path has</label>
<input id="path" name="path" value="{path}" autocomplete="off"></div>
<button type="submit" id="filter">Show</button></form>"""
FORGET = """<form method="post" action="{action}">
<button type="submit" class="quiet" id="forget">Start all counts anew</button></form>"""
FILTER_NAMES = ("status", "method", "by", "path")


def show(view: View, tab: str = "") -> Response:
    body = html(
        BODY,
        tabs=join(_tab(view, *one, tab) for one in TABS),
        zone=view.portal.time_zone,
        note=view.note(),
        filters=_filters(view) if tab == "requests" else EMPTY,
        source=view.link(f"/activity/live/{tab or 'overview'}", **_wish(view)),
        live=part(view, tab),
        below=html(FORGET, action=view.link("/activity/forget")) if tab in ("", "requests") else EMPTY,
    )
    return view.page("Activity", body, current="activity")


def live(view: View, tab: str) -> Response:
    """The part that changes, alone."""
    return answer(part(view, "" if tab == "overview" else tab))


def part(view: View, tab: str) -> Html:
    match tab:
        case "requests":
            return requests(view, wanted(view), MANY, full=True)
        case "webhooks":
            return deliveries.part(view)
        case "journal":
            return published.journal(view)
        case "exports":
            return published.exports(view)
        case _:
            return html(
                OVERVIEW,
                gauges=gauges(view),
                minute=minute(view),
                requests_href=view.link("/activity/requests"),
                webhooks_href=view.link("/activity/webhooks"),
                requests=requests(view, newest(view), FEW, full=False),
                webhooks=deliveries.sent(view, FEW),
            )


def forget(view: View) -> Response:
    view.act("DELETE", "requests")
    return view.done("/activity", "Counts, maxima and the list of requests start anew.")


def _tab(view: View, name: str, label: str, current: str) -> Html:
    mark = Html(' aria-current="page"') if name == current else EMPTY
    return html('<a href="{href}"{mark}>{label}</a>', href=view.link(f"/activity/{name}".rstrip("/")), mark=mark,
                label=label)  # fmt: skip


# ---- requests ----------------------------------------------------------------------------------------


def newest(view: View) -> Iterator[Row]:
    """Requests to this account, and those to none, the newest first."""
    for entry in reversed(view.simulator.log.copy()):
        if entry.get("portal", view.portal.id) == view.portal.id:
            yield entry


def _wish(view: View) -> dict[str, str]:
    return {name: view.param(name) for name in FILTER_NAMES}


def wanted(view: View) -> Iterator[Row]:
    wish = _wish(view)
    for entry in newest(view):
        if _is_wanted(entry, **wish):
            yield entry


def _is_wanted(entry: Row, status: str, method: str, by: str, path: str) -> bool:
    fits = {
        "": True,
        "fault": "fault" in entry,
        "429": entry["status"] == 429,
    }.get(status, str(entry["status"])[0] == status)
    return fits and method in ("", entry["method"]) and by in ("", entry.get("by")) and path in entry["path"]


def requests(view: View, rows: Iterable[Row], most: int, *, full: bool) -> Html:
    who = [head("Who", "wide")] if full else []
    heads = [head("When"), head("Request"), *who, head("Answer")]
    shown = [_row(entry, full) for entry in islice(rows, most)]
    return table("requests", "Requests", heads, join(shown) if shown else nothing("No request yet.", 4), "log")


def _row(entry: Row, full: bool) -> Html:
    status = entry["status"]
    query, most = f"?{entry['query']}" if entry["query"] else "", LONG if full else SHORT
    fault, problem = entry.get("fault"), entry.get("problem", "").partition(": [{")[0]
    return html(
        ROW,
        outcome=outcome(status),
        at=tick(entry["at"]),
        method=entry["method"],
        path=entry["path"],
        query=query if len(query) <= most else f"{query[:most]}…",
        fault=html(' <span class="tag trouble">fault: {fault}</span>', fault=fault) if fault else EMPTY,
        who=html('<td class="wide">{who}</td>', who=WHO.get(entry.get("by", ""), "")) if full else EMPTY,
        status=status or "no answer",
        problem=html('<span class="under">{problem}</span>', problem=problem) if full else EMPTY,
    )


def _filters(view: View) -> Html:
    wish = _wish(view)
    methods = [("", "Any"), *((method, method) for method in METHODS)]
    return html(
        FILTERS,
        keep=view.keep_account(),
        statuses=options(STATUSES, wish["status"]),
        methods=options(methods, wish["method"]),
        whos=options(WHOS, wish["by"]),
        path=wish["path"],
    )
