"""One property: its definition, its options, when it is required, and its end."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.model import Option, Property
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, flag, html, join, notice, options, table
from hubspot_simulator.page.properties import gone, kind_of, notes
from hubspot_simulator.page.words import counted, moment
from hubspot_simulator.records import properties as api

BLANK_ROWS = 3
# What of a definition makes it anew.
LASTING = ("name", "label", "type", "fieldType", "groupName", "description", "options", "displayOrder", "hidden",
           "formField", "hasUniqueValue")  # fmt: skip
BODY = """
<p class="crumb"><a href="{properties}">Properties</a></p>
<h1 id="property-name">{label}</h1>{message}
<p class="lead"><code>{name}</code> · {kind} · {held}{notes}</p>
{definition}{rules}{end}
"""
DEFINITION = """<form method="post" action="{action}" id="property-form" class="group" novalidate>
<h2>Definition</h2>{fixed}
<div class="fields">
<div class="field"><label for="label">Label</label><input id="label" name="label" value="{label}"{locked}></div>
<div class="field"><label for="group">Group</label><select id="group" name="groupName"{locked}>{groups}</select></div>
<div class="field wide"><label for="description">Description</label>
<input id="description" name="description" value="{description}"{locked}></div>
</div>{options}
<p><button type="submit" id="save">Save</button></p></form>"""
FIXED = '<p class="hint">HubSpot defines this property: {what}.</p>'
OPTIONS = """<h3>Options</h3>
<p class="hint">The internal value is what records hold and apps see. A removed option stays on the records that hold
it.</p>{options}{strays}"""
HEADS = ("Label", "Internal value", "Order", "Hidden", "Remove", "Contacts")
OPTION = """<tr><td><input name="option-label" value="{label}" aria-label="Label {n}" size="18"></td>
<td><input name="option-value" value="{value}" aria-label="Internal value {n}" size="18"{fixed}></td>
<td><input name="option-order" value="{order}" aria-label="Order {n}" inputmode="numeric" size="3"></td>
<td><input type="checkbox" name="option-hidden" value="{n}" aria-label="Hidden {n}"{hidden}></td>
<td>{remove}</td><td>{held}</td></tr>"""
STRAYS = '<p class="hint" id="strays">Held by contacts, but no option: {list}.</p>'
RULES = """<form method="post" action="{action}" id="property-rules" class="group"><h2>Rules</h2>
<p><label class="choice"><input type="checkbox" name="required" value="true" id="required"{required}>
Required when a contact is created</label></p>
<p><label class="choice"><input type="checkbox" name="in_use" value="true" id="in-use"{in_use}>
Used in a workflow, so it cannot be archived</label></p>
<div class="row"><div><label for="controlling">Required as soon as</label>
<select id="controlling" name="controlling"><option value=""></option>{controlling}</select></div>
<div><label for="wanted">has the value</label><input id="wanted" name="wanted" value="{wanted}"></div></div>
<p class="hint">The API enforces this from version 2026-09 on. A condition on an option needs its internal value.</p>
<p><button type="submit" class="quiet" id="save-rules">Save rules</button></p></form>"""
ARCHIVE = """<section class="group"><h2>Archive</h2><form method="post" action="{action}">
<button type="submit" class="danger" id="archive">Archive property</button></form>
<p class="hint">The API knows it no more; values are kept for 90 days and come back with it.</p></section>"""
RESTORE = """<section class="panel"><p>Archived on {at}. It goes for good on {gone}, and its values with it.</p>
<form method="post" action="{action}"><button type="submit" id="restore">Restore property</button></form></section>"""


def find(view: View, name: str) -> Property:
    """Raises: ApiError."""
    found = view.portal.properties.get(name)
    if found is None:
        raise ApiError(404, f"There is no property {name}.")
    return found


def show(view: View, prop: Property, error: ApiError | None = None) -> Response:
    portal, path = view.portal, f"/properties/{prop.name}"
    held = Counter(c.props[prop.name] for c in portal.contacts.values() if prop.name in c.props)
    if prop.archived:
        end = html(RESTORE, at=moment(prop.archived), gone=gone(prop), action=view.link(f"{path}/restore"))
    elif prop.defined_by_hubspot:
        end = EMPTY
    else:
        end = html(ARCHIVE, action=view.link(f"{path}/archive"))
    body = html(
        BODY,
        properties=view.link("/properties", archived="true" if prop.archived else ""),
        label=prop.label,
        name=prop.name,
        kind=kind_of(prop),
        held=counted(sum(held.values()), "contact has a value", "contacts have a value"),
        notes=join(html(' <span class="tag">{note}</span>', note=note) for note in notes(portal, prop)),
        message=notice(error.message, problem=True) if error else view.note(),
        definition=EMPTY if prop.archived else _definition(view, prop, held),
        rules=EMPTY if prop.archived or prop.read_only else _rules(view, prop),
        end=end,
    )
    return view.page(prop.label, body, current="properties", status=error.status if error else 200)


def _definition(view: View, prop: Property, held: Counter[str]) -> Html:
    editable_options = prop.type == "enumeration" and not (prop.external_options or prop.read_only)
    if prop.defined_by_hubspot and not editable_options:
        return EMPTY
    groups = [(g["name"], str(g["label"])) for g in view.portal.groups.values() if not g["archived"]]
    return html(
        DEFINITION,
        action=view.link(f"/properties/{prop.name}"),
        fixed=html(FIXED, what="only its options can be changed") if prop.defined_by_hubspot else EMPTY,
        label=prop.label,
        locked=flag("disabled", prop.defined_by_hubspot),
        groups=options(groups, prop.group),
        description=prop.description,
        options=_options(prop, held) if editable_options else EMPTY,
    )


def _options(prop: Property, held: Counter[str]) -> Html:
    single: Counter[str] = Counter()
    for value, count in held.items():
        for part in value.split(";") if prop.multiple else [value]:
            single[part] += count
    rows = sorted(prop.options, key=lambda option: option.order)
    filled = [_option(n, option, single[option.value]) for n, option in enumerate(rows, 1)]
    blank = [_option(n, None, 0) for n in range(len(rows) + 1, len(rows) + 1 + BLANK_ROWS)]
    known = {option.value for option in rows}
    strays = [f"{value} ({count:,})" for value, count in single.most_common() if value and value not in known]
    told = html(STRAYS, list=", ".join(strays)) if strays else EMPTY
    return html(OPTIONS, options=table("options", "Options", HEADS, join([*filled, *blank]), "inputs"), strays=told)


def _option(n: int, option: Option | None, held: int) -> Html:
    remove = html('<input type="checkbox" name="option-remove" value="{n}" aria-label="Remove {n}">', n=n)
    return html(
        OPTION,
        n=n,
        label=option.label if option else "",
        value=option.value if option else "",
        fixed=flag("readonly", option),
        order=option.order if option else "",
        hidden=flag("checked", option and option.hidden),
        remove=remove if option else Html('<span class="hint">new</span>'),
        held=f"{held:,}" if option else "",
    )


def _rules(view: View, prop: Property) -> Html:
    portal = view.portal
    condition = next((row for row in portal.rules.conditional if row[2] == prop.name), ("", "", ""))
    others = [(p.name, p.label) for p in portal.properties.values()
              if not (p.read_only or p.archived or p.name == prop.name)]  # fmt: skip
    return html(
        RULES,
        action=view.link(f"/properties/{prop.name}/rules"),
        required=flag("checked", prop.name in portal.rules.required),
        in_use=flag("checked", prop.name in portal.in_use),
        controlling=options(sorted(others, key=lambda row: row[1].lower()), condition[0]),
        wanted=condition[1],
    )


# ---- changing ----------------------------------------------------------------------------------------


def save(view: View, prop: Property) -> Response:
    """Only what is other than before is sent: HubSpot refuses fields of its own definitions."""
    known = {"label": prop.label, "groupName": prop.group, "description": prop.description}
    document: dict[str, Any] = {n: view.text(n) for n, old in known.items() if n in view.form and view.text(n) != old}
    rows = _read_options(view, prop)
    if "option-value" in view.form and rows != [o.wire() for o in sorted(prop.options, key=lambda o: o.order)]:
        document["options"] = rows
    try:
        if document:
            view.act("PATCH", _place(view, prop), **document)
    except ApiError as error:
        return show(view, prop, error)
    return view.done(f"/properties/{prop.name}", "Saved." if document else "Nothing was changed.")


def _read_options(view: View, prop: Property) -> list[dict[str, Any]]:
    descriptions = {option.value: option.description for option in prop.options}
    labels, values, orders = (view.every(f"option-{part}") for part in ("label", "value", "order"))
    concealed, removed = view.every("option-hidden"), view.every("option-remove")
    rows = []
    for n, (label, value, order) in enumerate(zip(labels, values, orders, strict=False), 1):
        value = value.strip() or label.strip()
        if not value or str(n) in removed:
            continue
        described = descriptions.get(value, "")
        rows.append(Option(value, label.strip() or value, str(n) in concealed, _order(order, n), described).wire())
    return sorted(rows, key=lambda row: int(row["displayOrder"]))


def _order(text: str, otherwise: int) -> int:
    try:
        return int(text)
    except ValueError:
        return otherwise


def save_rules(view: View, prop: Property) -> Response:
    portal, rules, name = view.portal, view.portal.rules, prop.name
    required = [other for other in rules.required if other != name] + ([name] if view.text("required") else [])
    conditional = [list(row) for row in rules.conditional if row[2] != name]
    if view.text("controlling"):
        if not view.text("wanted"):
            return show(view, prop, ApiError(400, "A condition needs the value that makes the property required."))
        conditional.append([view.text("controlling"), view.text("wanted"), name])
    in_use = sorted({*portal.in_use} - {name} | ({name} if view.text("in_use") else set()))
    changed = {"required": required, "conditional": conditional}
    view.act_here("PUT", "settings", rules=changed, properties_in_use=in_use)
    return view.done(f"/properties/{name}", "The rules hold from now on.")


def archive(view: View, prop: Property) -> Response:
    try:
        view.act("DELETE", _place(view, prop))
    except ApiError as error:
        return show(view, prop, error)
    return view.done("/properties", f"{prop.label} is archived.")


def restore(view: View, prop: Property) -> Response:
    """Creating an archived name again brings it back (observed live), values included."""
    whole = api.wire(prop)
    try:
        view.act("POST", f"properties?portal_id={view.portal.id}", **{name: whole[name] for name in LASTING})
    except ApiError as error:
        return show(view, prop, error)
    return view.done(f"/properties/{prop.name}", "Restored.")


def _place(view: View, prop: Property) -> str:
    return f"properties/{prop.name}?portal_id={view.portal.id}"
