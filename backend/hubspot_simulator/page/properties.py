"""The properties of an account, as its administrator sees them: by group, those in use and the archived ones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.model import Property
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, flag, head, html, join, notice, options, table
from hubspot_simulator.page.words import counted, moment
from hubspot_simulator.records.portal import KEPT_ARCHIVED_MS, Portal

# Type and field type, as an administrator thinks of them.
KINDS = {
    "string/text": "Single-line text",
    "string/textarea": "Multi-line text",
    "string/phonenumber": "Phone number",
    "number/number": "Number",
    "date/date": "Date",
    "datetime/date": "Date and time",
    "enumeration/select": "Dropdown",
    "enumeration/radio": "Radio buttons",
    "enumeration/checkbox": "Multiple checkboxes",
    "bool/booleancheckbox": "Yes or no",
}
YES_NO = [{"value": "true", "label": "Yes"}, {"value": "false", "label": "No"}]
BODY = """
<div class="head"><h1>Properties</h1><a class="button" id="create-property" href="{new}">Create property</a></div>
<p class="lead">You are the administrator here: what you change, an app finds changed.</p>
<nav class="tabs" aria-label="Properties"><a href="{live}"{live_mark}>In use <span>{live_count}</span></a>
<a href="{archived}"{archived_mark} id="archived-properties">Archived <span>{archived_count}</span></a></nav>
{note}{groups}
{add_group}
"""
GROUP = '<section class="group"><h2>{label} <code>{name}</code></h2>{properties}</section>'
HEADS = ("Property", "Kind", head("Options", "wide"), "Notes")
ROW = """<tr><td class="wrap"><a href="{href}">{label}</a><span class="under"><code>{name}</code></span></td>
<td class="wrap">{kind}</td><td class="wide">{options}</td><td class="wrap">{notes}</td></tr>"""
ADD_GROUP = """<section class="group"><h2>Create a group</h2>
<form method="post" action="{action}" class="row" id="group-form"><div><label for="group-label">Label</label>
<input id="group-label" name="label" required></div>
<button type="submit" class="quiet" id="create-group">Create group</button></form></section>"""
CREATE = """
<p class="crumb"><a href="{properties}">Properties</a></p>
<h1>Create property</h1>{problem}
<form method="post" action="{action}" class="panel" id="property-form" novalidate>
<div class="fields">
<div class="field"><label for="label">Label</label>
<input id="label" name="label" value="{label}" autocomplete="off"></div>
<div class="field"><label for="name">Internal name</label>
<input id="name" name="name" value="{name}" autocomplete="off" aria-describedby="name-hint">
<p class="hint" id="name-hint">Left empty, it is made from the label.</p></div>
<div class="field"><label for="kind">Kind</label><select id="kind" name="kind">{kinds}</select></div>
<div class="field"><label for="group">Group</label><select id="group" name="group">{groups}</select></div>
<div class="field wide"><label for="options">Options</label>
<textarea id="options" name="options" rows="4" aria-describedby="options-hint">
{options}</textarea><p class="hint" id="options-hint">One a line, for a dropdown, radio buttons or checkboxes.</p></div>
<div class="field wide"><label for="description">Description</label>
<input id="description" name="description" value="{description}" autocomplete="off"></div>
<div class="field wide"><label class="choice"><input type="checkbox" name="unique" value="true" id="unique"{unique}>
No two contacts may have the same value</label>
<p class="hint">This cannot be changed later. An account has at most ten such properties.</p></div>
</div>
<p><button type="submit" id="save">Create property</button></p></form>
"""


def show(view: View) -> Response:
    archived = view.param("archived") == "true"
    properties = view.portal.properties.values()
    shown = [p for p in properties if bool(p.archived) == archived]
    inside = {name: [p for p in shown if p.group == name] for name in view.portal.groups}
    # Those first where the account's own properties are: they are the ones that change.
    ordered = sorted(view.portal.groups.values(), key=lambda g: all(p.defined_by_hubspot for p in inside[g["name"]]))
    groups = [_group(view, group, inside[group["name"]]) for group in ordered]
    archived_count = sum(bool(p.archived) for p in properties)
    body = html(
        BODY,
        new=view.link("/properties/new"),
        live=view.link("/properties"),
        archived=view.link("/properties", archived="true"),
        live_mark=EMPTY if archived else Html(' aria-current="page"'),
        archived_mark=Html(' aria-current="page"') if archived else EMPTY,
        live_count=len(properties) - archived_count,
        archived_count=archived_count,
        note=view.note(),
        groups=join(groups) if shown else Html("<p>No property is archived.</p>"),
        add_group=EMPTY if archived else html(ADD_GROUP, action=view.link("/properties/groups")),
    )
    return view.page("Properties", body, current="properties")


def _group(view: View, group: Mapping[str, object], inside: list[Property]) -> Html:
    if not inside:
        return EMPTY
    inside.sort(key=lambda p: (p.read_only, p.label.lower()))
    name, label = str(group["name"]), str(group["label"])
    rows = join(_row(view, prop) for prop in inside)
    return html(GROUP, label=label, name=name, properties=table(f"group-{name}", label, HEADS, rows, "defined"))


def _row(view: View, prop: Property) -> Html:
    return html(
        ROW,
        href=view.link(f"/properties/{prop.name}"),
        label=prop.label,
        name=prop.name,
        kind=kind_of(prop),
        options=len(prop.options) if prop.type == "enumeration" and prop.options else "",
        notes=join(html('<span class="tag">{note}</span>', note=note) for note in notes(view.portal, prop)),
    )


def kind_of(prop: Property) -> str:
    if prop.external_options:
        return "User"
    return KINDS.get(f"{prop.type}/{prop.field_type}", f"{prop.type}, {prop.field_type}")


def notes(portal: Portal, prop: Property) -> list[str]:
    rules = portal.rules
    hidden_options = sum(option.hidden for option in prop.options)
    found = {
        "custom": not prop.defined_by_hubspot,
        "required": prop.name in rules.required,
        "required at times": any(name == prop.name for _, _, name in rules.conditional),
        "unique": prop.unique,
        "read-only": prop.read_only,
        "hidden": prop.hidden,
        "used in a workflow": prop.name in portal.in_use,
        counted(hidden_options, "hidden option"): hidden_options,
        "not visible yet": prop.visible_from > portal.clock.now_ms(),
    }
    return [name for name, holds in found.items() if holds]


def gone(prop: Property) -> Html:
    return moment(prop.archived + KEPT_ARCHIVED_MS)


# ---- creating ----------------------------------------------------------------------------------------


def blank(view: View, error: ApiError | None = None) -> Response:
    groups = [(g["name"], str(g["label"])) for g in view.portal.groups.values() if not g["archived"]]
    body = html(
        CREATE,
        properties=view.link("/properties"),
        problem=notice(error.message if error else "", problem=True),
        action=view.link("/properties/new"),
        label=view.text("label"),
        name=view.text("name"),
        kinds=options(KINDS.items(), view.text("kind")),
        groups=options(groups, view.text("group") or "lending"),
        options=view.text("options"),
        description=view.text("description"),
        unique=flag("checked", view.text("unique")),
    )
    return view.page("Create property", body, current="properties", status=error.status if error else 200)


def create(view: View) -> Response:
    kind, _, field_type = view.text("kind").partition("/")
    name = view.text("name") or re.sub(r"[^a-z0-9]+", "_", view.text("label").lower()).strip("_")
    lines = [line.strip() for line in view.text("options").splitlines() if line.strip()]
    document = {
        "name": name,
        "label": view.text("label"),
        "type": kind,
        "fieldType": field_type,
        "groupName": view.text("group"),
        "description": view.text("description"),
        "hasUniqueValue": bool(view.text("unique")),
        "options": YES_NO if kind == "bool" else [{"value": line, "label": line} for line in lines],
    }
    try:
        if not view.text("label"):
            raise ApiError(400, "A property needs a label.")
        view.act("POST", f"properties?portal_id={view.portal.id}", **document)
    except ApiError as error:
        return blank(view, error)
    return view.done(f"/properties/{name}", "Created.")


def create_group(view: View) -> Response:
    label = view.text("label")
    name = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
    if not name:
        raise ApiError(400, "A group needs a label with letters in it.")
    view.act("POST", f"properties/groups?portal_id={view.portal.id}", name=name, label=label)
    return view.done("/properties", f"The group {label} is there for new properties.")
