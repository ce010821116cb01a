"""One property as a field of a form: the control that fits its type, and what is read back from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

import orjson

from hubspot_simulator.clock import iso, parse_instant
from hubspot_simulator.model import Property
from hubspot_simulator.page.frame import Form
from hubspot_simulator.page.html import EMPTY, Html, flag, hidden, html, join
from hubspot_simulator.page.words import ZONE, local
from hubspot_simulator.records.portal import Portal

FIELD = '<div class="field{wide}"><label for="property-{name}">{label}{mark}</label>{control}{note}</div>'
BOXES = """<fieldset class="field wide" id="property-{name}"{described}><legend>{label}{mark}</legend>
<div class="boxes">{boxes}</div>{note}</fieldset>"""
BOX = """<label class="choice"><input type="checkbox" id="property-{name}-{number}" name="{name}" value="{value}"{mark}>
{label}</label>"""
SELECT = '<select id="property-{name}" name="{name}"{described}><option value=""></option>{options}</select>'
AREA = '<textarea id="property-{name}" name="{name}" rows="3"{described}>\n{value}</textarea>'
INPUT = """<input id="property-{name}" name="{name}" type="{kind}" value="{value}"{mode}{step}{described}
 autocomplete="off">"""
REQUIRED = Html(' <span class="required">required</span>')
# The field that tells what a form showed.
SHOWN = "shown"


def field(portal: Portal, prop: Property, value: str, problem: str = "") -> Html:
    note = html('<p class="error" id="error-{name}">{text}</p>', name=prop.name, text=problem) if problem else EMPTY
    described = html(' aria-invalid="true" aria-describedby="error-{name}"', name=prop.name) if problem else EMPTY
    mark = REQUIRED if prop.name in portal.rules.required else EMPTY
    if prop.multiple:
        return html(
            BOXES, name=prop.name, label=prop.label, mark=mark, described=described, boxes=boxes(prop, value), note=note
        )
    return html(
        FIELD,
        name=prop.name,
        label=prop.label,
        mark=mark,
        wide=" wide" if prop.field_type in ("textarea", "html") else "",
        control=control(portal, prop, value, described),
        note=note,
    )


def control(portal: Portal, prop: Property, value: str, described: Html) -> Html:
    if prop.type in ("enumeration", "bool"):
        return html(SELECT, name=prop.name, described=described, options=choices(portal, prop, value))
    if prop.field_type in ("textarea", "html") or "\n" in value:  # a field of one line would lose the others
        return html(AREA, name=prop.name, value=value, described=described)
    kind = kind_of(prop, value)
    mode = {"number": "decimal", "phone_number": "tel"}.get(prop.type, "")
    mode = "tel" if prop.field_type == "phonenumber" else "email" if prop.name == "email" else mode
    return html(
        INPUT,
        name=prop.name,
        kind=kind,
        value=as_shown(prop, value),
        mode=html(' inputmode="{mode}"', mode=mode) if mode else EMPTY,
        step=Html(' step="1"') if kind == "datetime-local" else EMPTY,
        described=described,
    )


def kind_of(prop: Property, value: str) -> str:
    """Old imports left values that are no date: a field for dates would show them empty, and lose them."""
    match prop.type:
        case "date" if not value or _is_day(value):
            return "date"
        case "datetime" if not value or parse_instant(value) is not None:
            return "datetime-local"
        case _:
            return "text"


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def as_shown(prop: Property, value: str) -> str:
    """Moments are kept in UTC and shown in the account's zone."""
    if value and kind_of(prop, value) == "datetime-local":
        return f"{local(parse_instant(value) or 0):%Y-%m-%dT%H:%M:%S}"
    return value


def as_kept(prop: Property, text: str) -> str:
    """What a person entered as the API would send it."""
    text = _lines(text)
    if prop.type != "datetime" or not text:
        return text
    try:
        here = datetime.fromisoformat(text)
    except ValueError:
        return text
    if here.tzinfo is not None:
        return text
    return iso(int(here.replace(tzinfo=ZONE).astimezone(UTC).timestamp()) * 1000)


def choices(portal: Portal, prop: Property, value: str) -> Html:
    """A value that is no option any more is still shown, since it is what the record holds."""
    if prop.external_options:
        rows = [(str(o.id), f"{o.first} {o.last}") for o in portal.owners.values() if not o.archived]
    else:
        rows = offered(prop, {value})
    if value and value not in {v for v, _ in rows}:
        rows.append((value, f"{value} (not an option)"))
    return join(
        html('<option value="{value}"{mark}>{label}</option>', value=v, label=label, mark=flag("selected", v == value))
        for v, label in rows
    )


def offered(prop: Property, held: set[str]) -> list[tuple[str, str]]:
    """Values and labels. Hidden options are offered only where they are held already."""
    return [
        (option.value, f"{option.label} (hidden)" if option.hidden else option.label)
        for option in sorted(prop.options, key=lambda option: option.order)
        if not option.hidden or option.value in held
    ]


def boxes(prop: Property, value: str) -> Html:
    held = [part for part in value.split(";") if part]
    rows = offered(prop, set(held))
    known = {one for one, _ in rows}
    rows += [(part, f"{part} (not an option)") for part in held if part not in known]
    return join(
        html(BOX, name=prop.name, number=number, value=one, label=label, mark=flag("checked", one in held))
        for number, (one, label) in enumerate(rows)
    )


# ---- reading back ------------------------------------------------------------------------------------


def shown(properties: list[Property], values: Mapping[str, str]) -> Html:
    """What the form shows, sent along with it."""
    held = {prop.name: values[prop.name] for prop in properties if prop.name in values}
    return hidden(SHOWN, [orjson.dumps(held).decode()])


def read(properties: list[Property], form: Form, held: Mapping[str, str]) -> dict[str, str]:
    """What a person changed, compared to what they saw: what others changed meanwhile stays as it is.

    ``held`` counts where the form does not tell what it showed.
    """
    before = _before(form) if SHOWN in form else held
    changed: dict[str, str] = {}
    for prop in properties:
        old, given = before.get(prop.name, ""), form.get(prop.name)
        if prop.multiple:
            chosen = [part for part in given or [] if part]
            if set(chosen) != {part for part in old.split(";") if part}:
                changed[prop.name] = ";".join(chosen)
        elif given is not None and _lines(given[-1]) != _lines(as_shown(prop, old)):
            changed[prop.name] = as_kept(prop, given[-1])
    return changed


def _lines(text: str) -> str:
    """Browsers send other line ends than they were given."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _before(form: Form) -> Mapping[str, str]:
    try:
        told = orjson.loads(form[SHOWN][-1])
    except orjson.JSONDecodeError:
        told = {}
    return {name: str(value) for name, value in told.items()} if isinstance(told, dict) else {}
