"""One contact: the form, what can be done to it, and its history."""

from __future__ import annotations

from hubspot_simulator.clock import iso
from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.model import Contact, Revision
from hubspot_simulator.page.forms import form_fields
from hubspot_simulator.page.html import Html, html, join, link, page
from hubspot_simulator.page.listing import name_of
from hubspot_simulator.portal import Portal

NOTES = {"saved": "Saved.", "created": "Created.", "restored": "Restored.", "merged": "Merged into this new record."}
BODY = """
<h1 id="contact-name">{title}</h1>
{message}
<form method="post" action="{action}" id="contact-form" class="card">
  {about}
  <div class="fields">{fields}</div>
  <p><button type="submit" id="save">{save}</button></p>
</form>
{actions}
{history}
"""
ACTIONS = """
<section class="card row spread">
  <form method="post" action="{merge}" class="row">
    <div><label for="merge-other">Merge with record ID</label><input id="merge-other" name="other" inputmode="numeric" required></div>
    <button type="submit" id="merge" class="quiet">Merge</button>
  </form>
  <form method="post" action="{archive}"><button type="submit" id="archive" class="quiet">Move to recycle bin</button></form>
</section>
"""  # noqa: E501
RESTORE = """
<section class="card"><p>This contact is in the recycle bin since {since}.</p>
<form method="post" action="{restore}"><button type="submit" id="restore">Restore</button></form></section>
"""
HISTORY = """
<section class="card"><h2>Property history</h2><div class="scroll"><table id="history">
<thead><tr><th>When</th><th>Property</th><th>Value</th><th>Source</th></tr></thead><tbody>{rows}</tbody></table></div></section>
"""


def show(
    portal: Portal,
    contact: Contact | None,
    *,
    note: str = "",
    entered: dict[str, str] | None = None,
    error: ApiError | None = None,
) -> Response:
    values = {**(contact.props if contact else {}), **(entered or {})}
    path = f"/contacts/{contact.id}" if contact else "/contacts/new"
    title = name_of(contact) if contact else "Create contact"
    body = html(
        BODY,
        title=title,
        message=message(note, error),
        action=link(path, portal=portal.id),
        about=about(contact) if contact else Html(""),
        fields=form_fields(portal, values, problems(error)),
        save="Save" if contact else "Create contact",
        actions=actions(portal, contact) if contact else Html(""),
        history=history(portal, contact) if contact else Html(""),
    )
    status = 400 if error else 200
    return page(title, body, portal_id=portal.id, company=portal.company, current="contacts", status=status)


def about(contact: Contact) -> Html:
    return html(
        '<p class="quiet-text">Record ID <span id="record-id">{id}</span> · created {created} · changed {changed}</p>',
        id=contact.id,
        created=iso(contact.created),
        changed=iso(contact.updated),
    )


def message(note: str, error: ApiError | None) -> Html:
    if error:
        text = error.message.partition(": [{")[0]
        return html('<p class="message problem" role="alert" id="problem">{text}</p>', text=text)
    if note in NOTES:
        return html('<p class="message" role="status" id="note">{text}</p>', text=NOTES[note])
    return Html("")


def problems(error: ApiError | None) -> dict[str, str]:
    """Messages by property name."""
    found: dict[str, str] = {}
    for row in (error.errors if error else None) or []:
        for name in row.get("context", {}).get("propertyName", []):
            found[name] = str(row["message"])
    return found


def actions(portal: Portal, contact: Contact) -> Html:
    if contact.archived:
        target = link(f"/contacts/{contact.id}/restore", portal=portal.id)
        return html(RESTORE, since=iso(contact.archived), restore=target)
    return html(
        ACTIONS,
        merge=link(f"/contacts/{contact.id}/merge", portal=portal.id),
        archive=link(f"/contacts/{contact.id}/archive", portal=portal.id),
    )


def history(portal: Portal, contact: Contact) -> Html:
    names = {*contact.props, *(contact.history or {})}
    rows = [(name, r) for name in names for r in contact.revisions(name)]
    rows.sort(key=lambda row: (-row[1].at, row[0]))
    return html(HISTORY, rows=join(_revision(portal, name, r) for name, r in rows[:200]))


def _revision(portal: Portal, name: str, revision: Revision) -> Html:
    prop = portal.properties.get(name)
    return html(
        '<tr><td>{at}</td><td>{label}</td><td class="wrap">{value}</td><td>{source} {by}</td></tr>',
        at=iso(revision.at),
        label=prop.label if prop else name,
        value=revision.value or "(cleared)",
        source=revision.source.kind,
        by=revision.source.id,
    )
