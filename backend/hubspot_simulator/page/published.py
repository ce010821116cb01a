"""What apps fetch as files: the webhooks journal and exports."""

from __future__ import annotations

import orjson

from hubspot_simulator.errors import ApiError
from hubspot_simulator.exports import Export
from hubspot_simulator.http import Response
from hubspot_simulator.journal.ledger import Entry
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import Html, html, join, nothing, table
from hubspot_simulator.page.words import counted, tick

MANY = 50
SHOWN = 200  # events of one file
JOURNAL = '<p class="count">{subscriptions}, {kept}, {gathering} not in a file yet, {lost} lost.</p>{files}'
HEADS = ("Published", "Events", "Offset")
FILE = """<tr><td>{at}</td><td>{events}</td><td class="wrap"><a href="{href}"><code>{offset}</code></a></td></tr>"""
ONE = """
<p class="crumb"><a href="{journal}">Journal</a></p>
<h1>Journal file</h1>
<dl class="facts wide"><div><dt>Published</dt><dd>{at}</dd></div>
<div><dt>Offset</dt><dd><code>{offset}</code></dd></div>
<div><dt>Events</dt><dd>{events}</dd></div></dl>
<pre class="code" tabindex="0" id="file">{body}</pre>
"""
EXPORT_HEADS = ("Asked for", "Name", "State", "Contacts", "Columns")
EXPORT = """<tr><td>{at}</td><td class="wrap">{name}<span class="under">{kind}, task {id}</span></td><td>{state}</td>
<td>{read}</td><td class="wrap">{columns}</td></tr>"""


def journal(view: View) -> Html:
    told = view.act("GET", "journal")
    files = view.simulator.journal.recent(view.portal.id, MANY)
    none = nothing("No file yet. An app subscribes to the journal before it gets one.", len(HEADS))
    rows = join(_file(view, entry) for entry in files) if files else none
    return html(
        JOURNAL,
        subscriptions=counted(told["subscriptions"], "subscription"),
        kept=counted(told["files"], "file"),
        gathering=counted(told["gathering"], "event"),
        lost=f"{told['lost']:,}",
        files=table("files", "Journal files", HEADS, rows, "log"),
    )


def _file(view: View, entry: Entry) -> Html:
    return html(
        FILE,
        at=tick(entry.published),
        events=f"{entry.events:,}",
        href=view.link(f"/activity/journal/{entry.offset}"),
        offset=entry.offset,
    )


def one(view: View, offset: str) -> Response:
    entry = view.simulator.journal.file(offset)
    if entry is None or not entry.concerns(view.portal.id):
        raise ApiError(404, "There is no such journal file any more.")
    document = orjson.loads(entry.body(view.portal.id))
    events = document["journalEvents"]
    document["journalEvents"] = events[:SHOWN]
    page = html(
        ONE,
        journal=view.link("/activity/journal"),
        at=tick(entry.published),
        offset=offset,
        events=f"{len(events):,}" + (f", of which the first {SHOWN} are shown" if len(events) > SHOWN else ""),
        body=orjson.dumps(document, option=orjson.OPT_INDENT_2).decode(),
    )
    return view.page("Journal file", page, current="activity")


def exports(view: View) -> Html:
    rows = [_export(export) for export in view.simulator.exports.of(view.portal)[:MANY]]
    shown = join(rows) if rows else nothing("No app has asked for an export yet.", len(EXPORT_HEADS))
    return table("exports", "Exports", EXPORT_HEADS, shown, "log")


def _export(export: Export) -> Html:
    if export.finished:
        state, read = "done", f"{export.bundle.rows:,}"
    elif export.started:
        state, read = "in progress", f"{export.read:,} of {len(export.ids):,}"
    else:
        state, read = "waiting", ""
    columns = [prop.name for prop in export.layout.properties]
    return html(EXPORT, at=tick(export.requested), name=export.name, kind=export.kind.upper(), id=export.id,
                state=state, read=read, columns=", ".join(columns))  # fmt: skip
