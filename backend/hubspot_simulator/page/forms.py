"""The form of one contact: every property with the control that fits its type."""

from __future__ import annotations

from collections.abc import Mapping

from hubspot_simulator.model import Contact, Property
from hubspot_simulator.page.html import Html, html, join
from hubspot_simulator.portal import Portal

FIRST = ("firstname", "lastname", "email", "phone", "mobilephone", "company", "jobtitle", "hubspot_owner_id",
         "lifecyclestage", "address", "city", "state", "zip")  # fmt: skip
FORM_SKIPS = frozenset({"createdate"})


def editable(portal: Portal) -> list[Property]:
    """Properties a person may set: the everyday ones first, then the lender's own, then the rest."""
    shown = [p for p in portal.properties.values() if not (p.read_only or p.archived or p.name in FORM_SKIPS)]
    rank = {name: place for place, name in enumerate(FIRST)}
    return sorted(shown, key=lambda p: (rank.get(p.name, 99), p.defined_by_hubspot))


def form_fields(portal: Portal, values: Mapping[str, str], problems: Mapping[str, str]) -> Html:
    return join(field(portal, p, values.get(p.name, ""), problems.get(p.name, "")) for p in editable(portal))


def field(portal: Portal, prop: Property, value: str, problem: str) -> Html:
    note = html('<p class="error" id="error-{name}">{text}</p>', name=prop.name, text=problem) if problem else Html("")
    described = html(' aria-invalid="true" aria-describedby="error-{name}"', name=prop.name) if problem else Html("")
    if prop.multiple:
        return html(
            '<fieldset class="field"><legend>{label}</legend>{boxes}{note}</fieldset>',
            label=prop.label,
            boxes=boxes(prop, value),
            note=note,
        )
    return html(
        '<div class="field"><label for="property-{name}">{label}</label>{control}{note}</div>',
        name=prop.name,
        label=prop.label,
        control=control(portal, prop, value, described),
        note=note,
    )


def control(portal: Portal, prop: Property, value: str, described: Html) -> Html:
    if prop.type in ("enumeration", "bool"):
        options = choices(portal, prop, value)
        return html(
            '<select id="property-{name}" name="{name}"{described}><option value=""></option>{options}</select>',
            name=prop.name,
            described=described,
            options=options,
        )
    kind = {"date": "date", "number": "text"}.get(prop.type, "text")
    mode = {"number": "decimal", "phone_number": "tel"}.get(
        prop.type, "tel" if prop.field_type == "phonenumber" else ""
    )
    return html(
        '<input id="property-{name}" name="{name}" type="{kind}" value="{value}"{mode}{described} autocomplete="off">',
        name=prop.name,
        kind=kind,
        value=value,
        mode=html(' inputmode="{m}"', m=mode) if mode else Html(""),
        described=described,
    )


def choices(portal: Portal, prop: Property, value: str) -> Html:
    if prop.external_options:
        rows = [(str(o.id), f"{o.first} {o.last}") for o in portal.owners.values()]
    else:
        rows = [(o.value, f"{o.label} (hidden)" if o.hidden else o.label) for o in prop.options]
    if value and value not in {v for v, _ in rows}:
        rows.append((value, f"{value} (not an option)"))
    return join(
        html(
            '<option value="{value}"{chosen}>{label}</option>',
            value=v,
            label=label,
            chosen=Html(" selected" if v == value else ""),
        )
        for v, label in rows
    )


def boxes(prop: Property, value: str) -> Html:
    chosen = set(value.split(";"))
    return join(
        html(
            '<label class="choice"><input type="checkbox" id="property-{name}-{number}" name="{name}" '
            'value="{value}"{checked}> {label}</label>',
            name=prop.name,
            number=number,
            value=option.value,
            label=f"{option.label} (hidden)" if option.hidden else option.label,
            checked=Html(" checked" if option.value in chosen else ""),
        )
        for number, option in enumerate(prop.options)
    )


def read_form(portal: Portal, form: Mapping[str, list[str]], contact: Contact | None) -> dict[str, str]:
    """What the person changed; untouched fields are not written again."""
    changed: dict[str, str] = {}
    for prop in editable(portal):
        given = form.get(prop.name, [])
        held = contact.props.get(prop.name, "") if contact else ""
        value = ";".join(given) if prop.multiple else (given[-1] if given else held)
        same = set(value.split(";")) == set(held.split(";")) if prop.multiple else value == held
        if not same:
            changed[prop.name] = value
    return changed
