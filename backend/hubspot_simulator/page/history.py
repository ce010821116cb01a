"""What became of a contact's values: each with its time and whoever wrote it."""

from __future__ import annotations

from hubspot_simulator.model import Contact, Revision, read_number
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, html, join, table
from hubspot_simulator.page.words import moment, who
from hubspot_simulator.records.portal import Portal

MOST = 200
SECTION = """
<section id="history-section"><div class="head"><h2>Property history</h2>{filter}</div>{changes}</section>
"""
ROW = """<tr><td>{at}</td><td><a href="{href}" title="Only this property">{label}</a></td><td class="wrap">{value}</td>
<td class="wrap">{who} <code>{kind}</code></td></tr>"""


def section(view: View, contact: Contact) -> Html:
    """All of it, or that of the property which the address names."""
    only = view.param("property")
    names = [only] if only else {*contact.props, *(contact.history or {})}
    rows = [(name, revision) for name in names for revision in contact.revisions(name)]
    rows.sort(key=lambda row: (-row[1].at, row[0]))
    shown = html('<p>Only {label}. <a href="{href}">Show all</a></p>', label=_label(view, only),
                 href=view.link(f"/contacts/{contact.id}#history-section")) if only else EMPTY  # fmt: skip
    changes = join(_row(view, contact, *row) for row in rows[:MOST])
    heads = ("When", "Property", "Value", "Who")
    return html(SECTION, filter=shown, changes=table("history", "Property history", heads, changes))


def _row(view: View, contact: Contact, name: str, revision: Revision) -> Html:
    return html(
        ROW,
        at=moment(revision.at),
        label=_label(view, name),
        href=view.link(f"/contacts/{contact.id}#history-section", property=name),
        value=shown_value(view.portal, name, revision.value) if revision.value else Html("<i>cleared</i>"),
        who=who(view.simulator, revision.source),
        kind=revision.source.kind,
    )


def shown_value(portal: Portal, name: str, value: str) -> str:
    """With its label where the value is only a key: an owner, an option."""
    prop = portal.properties.get(name)
    if prop is None:
        return value
    if prop.external_options:
        owner = portal.owners.get(read_number(value) or 0)
        return f"{owner.first} {owner.last} ({value})" if owner else value
    labels = {option.value: option.label for option in prop.options}
    told = [labels.get(part, part) for part in value.split(";")]
    return ", ".join(told) if prop.options else value


def _label(view: View, name: str) -> str:
    prop = view.portal.properties.get(name)
    return prop.label if prop else name
