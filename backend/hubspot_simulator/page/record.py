"""A contact as an app sees it: what the API would answer, by the API's own functions, without counting as a request."""

from __future__ import annotations

import orjson

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response
from hubspot_simulator.model import USER, Contact
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import Html, html, join
from hubspot_simulator.page.words import name_of
from hubspot_simulator.records import contacts
from hubspot_simulator.records.contacts import Call

KINDS = (("record", "Record"), ("history", "With history"), ("search", "As search sees it"))
BODY = """
<p class="crumb"><a href="{href}">{title}</a></p>
<h1>As the API shows it</h1>
<nav class="tabs" aria-label="Ways to ask">{tabs}</nav>
<p class="hint">{hint}</p>
<p class="call"><code>{call}</code></p>
<pre class="code" tabindex="0" id="answer">{answer}</pre>
"""
HINTS = {
    "record": "All properties were asked for; those that are empty are null.",
    "history": "Every value the record once had, newest first, with its source.",
    "search": "The search index follows later: here an edit is seen after its lag.",
}


def show(view: View, contact: Contact) -> Response:
    kind = view.param("as")
    kind = kind if kind in HINTS else "record"
    request = _request(view, contact, kind)
    found = contacts.route(request.method, tuple(request.path.split("/")[-2:]))
    assert found is not None
    try:
        answer = orjson.loads(found[1](Call(request, view.portal, "2026-09", USER)).body)
    except ApiError as error:
        answer = error.body()
    href = f"/contacts/{contact.id}"
    title = name_of(contact)
    body = html(
        BODY,
        href=view.link(href),
        title=title,
        tabs=join(_tab(view, href, *one, kind) for one in KINDS),
        hint=HINTS[kind],
        call=f"{request.method} {request.path}" + ("" if kind == "search" else "?properties=…"),
        answer=orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode(),
    )
    return view.page(f"{title} as the API shows it", body, current="contacts")


def _tab(view: View, href: str, kind: str, label: str, current: str) -> Html:
    mark = Html(' aria-current="page"' if kind == current else "")
    return html('<a href="{href}"{mark}>{label}</a>', href=view.link(f"{href}/api", **{"as": kind}), mark=mark,
                label=label)  # fmt: skip


def _request(view: View, contact: Contact, kind: str) -> Request:
    if kind == "search":  # its body is short: no room for the names of many properties
        one = {"propertyName": "hs_object_id", "operator": "EQ", "value": str(contact.id)}
        question = {"filterGroups": [{"filters": [one]}], "properties": sorted(contact.props)}
        return Request("POST", "/crm/objects/2026-09/contacts/search", body=orjson.dumps(question))
    names = sorted(p.name for p in view.portal.properties.values() if not p.archived)
    asked = "propertiesWithHistory" if kind == "history" else "properties"
    query = f"{asked}={','.join(names)}" + ("&archived=true" if contact.archived else "")
    return Request("GET", f"/crm/objects/2026-09/contacts/{contact.id}", query)
