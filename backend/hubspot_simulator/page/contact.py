"""One contact: its form, group by group, and what a person can do to it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.model import Contact, Property, read_number
from hubspot_simulator.page import fields, history
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, html, join, notice
from hubspot_simulator.page.words import moment, name_of, who
from hubspot_simulator.records.merging import merged_list
from hubspot_simulator.records.portal import KEPT_ARCHIVED_MS, Portal

# The everyday ones first in their group; the rest in the order of the definitions.
FIRST = ("firstname", "lastname", "email", "phone", "mobilephone", "company", "jobtitle", "hubspot_owner_id",
         "lifecyclestage", "address", "city", "state", "zip")  # fmt: skip
NOT_IN_FORMS = frozenset({"createdate"})
HOLDER = re.compile(r"Existing ID: (\d+)")
BODY = """
<p class="crumb"><a href="{contacts}">Contacts</a></p>
<h1 id="contact-name">{title}</h1>
{message}
<div class="{shape}">
<form method="post" action="{action}" id="contact-form" novalidate>
  {groups}{shown}
  <p class="save"><button type="submit" id="save">{save}</button></p>
</form>
{aside}
</div>
{read_only}
{history}
"""
GROUP = '<section class="group"><h2>{label}</h2><div class="fields">{fields}</div></section>'
READ_ONLY = """<details class="group" id="read-only"><summary>Read-only properties, set by HubSpot</summary>
<dl class="facts">{rows}</dl></details>"""
ASIDE = """<aside>
<section><h2>This record</h2><dl class="facts">
<div><dt>Record ID</dt><dd id="record-id">{id}</dd></div>
<div><dt>Created</dt><dd>{created}<span class="under">{origin}</span></dd></div>
<div><dt>Modified</dt><dd>{changed}</dd></div>{emails}{merged}</dl>
<p><a href="{api}" id="see-api">See it as the API shows it</a></p></section>
<section><h2>Merge</h2><form method="get" action="/contacts/merge">{keep}
<input type="hidden" name="selected" value="{id}">
<label for="merge-other">With record ID or e-mail</label><input id="merge-other" name="selected" required>
<button type="submit" id="merge" class="quiet">Compare the two</button></form></section>
<section><h2>Delete</h2><form method="post" action="{archive}">
<button type="submit" id="archive" class="quiet">Move to recycle bin</button></form>
<p class="hint">It can be restored for 90 days.</p>
<p><a href="{erase}" id="erase">Delete for good, for privacy</a></p></section>
</aside>"""
ARCHIVED = """
<p class="crumb"><a href="{bin}">Recycle bin</a></p>
<h1 id="contact-name">{title}</h1>
{message}
<section class="panel"><p>In the recycle bin since {since}. It goes for good on {gone}.</p>
<form method="post" action="{restore}"><button type="submit" id="restore">Restore</button></form>
<p><a href="{api}" id="see-api">See it as the API shows it</a> ·
<a href="{erase}" id="erase">Delete for good now, for privacy</a></p>
</section>
<section class="group"><h2>What it holds</h2><dl class="facts wide">{rows}</dl></section>
{history}
"""
ERASE = """
<p class="crumb"><a href="{href}">{title}</a></p>
<h1>Delete {title} for good?</h1>
<section class="panel">
<p>A privacy deletion removes every value and the whole history of record {id}. Nothing of it can come back, neither
from the recycle bin nor by the API.</p>
<p>Apps are told by a webhook (<code>privacyDeletion</code>, then <code>deletion</code>) and must delete what they
hold.</p>
<form method="post" action="{action}" class="row">
<button type="submit" id="erase-for-good" class="danger">Delete for good</button>
<a class="button quiet" href="{href}">Keep it</a></form></section>
"""


def find(portal: Portal, key: str) -> Contact:
    """By record id, that of a record merged away as well, or by e-mail. Raises: ApiError."""
    found = None
    number = read_number(key)
    if number is not None:
        found = portal.find(number) or portal.find(number, archived=True)
    elif "@" in key:
        found = portal.find_by("email", key)
    if found is None:
        raise ApiError(404, f"There is no contact {key}.")
    return found


def show(view: View, contact: Contact) -> Response:
    if contact.archived:
        return _archived(view, contact)
    return _form(view, contact, contact.props)


def blank(view: View) -> Response:
    return _form(view, None, {})


def _form(view: View, contact: Contact | None, values: Mapping[str, str], error: ApiError | None = None) -> Response:
    title = name_of(contact) if contact else "Create contact"
    body = html(
        BODY,
        contacts=view.link("/"),
        title=title,
        message=_message(view, error),
        shape="with-side" if contact else "without-side",
        action=view.link(f"/contacts/{contact.id}" if contact else "/contacts/new"),
        groups=_groups(view.portal, values, problems(error)),
        shown=fields.shown(editable(view.portal), contact.props if contact else {}),
        save="Save" if contact else "Create contact",
        aside=_aside(view, contact) if contact else EMPTY,
        read_only=_read_only(view.portal, contact) if contact else EMPTY,
        history=history.section(view, contact) if contact else EMPTY,
    )
    return view.page(title, body, current="contacts", status=400 if error else 200)


def _archived(view: View, contact: Contact, error: ApiError | None = None) -> Response:
    body = html(
        ARCHIVED,
        bin=view.link("/", archived="true"),
        title=name_of(contact),
        message=_message(view, error),
        since=moment(contact.archived),
        gone=moment(contact.archived + KEPT_ARCHIVED_MS),
        restore=view.link(f"/contacts/{contact.id}/restore"),
        api=view.link(f"/contacts/{contact.id}/api"),
        erase=view.link(f"/contacts/{contact.id}/erase"),
        rows=join(_fact(view.portal, name, value) for name, value in sorted(contact.props.items())),
        history=history.section(view, contact),
    )
    status = error.status if error else 200
    return view.page(name_of(contact), body, current="contacts", status=status)


def _message(view: View, error: ApiError | None) -> Html:
    if error is None:
        return view.note()
    text = error.message.partition(": [{")[0]
    holder, wrong = HOLDER.search(text), problems(error)
    if holder:
        href = view.link(f"/contacts/{holder[1]}")
        more = html(' <a href="{href}">Open record {id}</a>', href=href, id=holder[1])
    elif wrong:
        more = html("<ul>{rows}</ul>", rows=join(_wrong(view.portal, *row) for row in wrong.items()))
    else:
        more = EMPTY
    return notice(text, problem=True, more=more)


def _wrong(portal: Portal, name: str, message: str) -> Html:
    """A way to the field that was refused."""
    prop = portal.properties.get(name)
    return html('<li><a href="#property-{name}">{label}</a>: {message}</li>', name=name, message=message,
                label=prop.label if prop else name)  # fmt: skip


def problems(error: ApiError | None) -> dict[str, str]:
    """Messages by property name. What only the text of a conflict tells is found there."""
    found: dict[str, str] = {}
    for row in (error.errors if error else None) or []:
        for name in row.get("context", {}).get("propertyName", []):
            found[name] = str(row["message"])
    if error and error.category == "CONFLICT" and not found:
        named = re.search(r'for property "(\w+)"', error.message)
        found[named[1] if named else "email"] = error.message
    return found


# ---- the form ----------------------------------------------------------------------------------------


def editable(portal: Portal) -> list[Property]:
    """What a person may set."""
    return [p for p in portal.properties.values() if portal.is_visible(p.name) and not p.read_only
            and p.name not in NOT_IN_FORMS]  # fmt: skip


def _groups(portal: Portal, values: Mapping[str, str], wrong: Mapping[str, str]) -> Html:
    rank = {name: place for place, name in enumerate(FIRST)}
    parts = []
    for name, group in portal.groups.items():
        inside = sorted((p for p in editable(portal) if p.group == name), key=lambda p: rank.get(p.name, 99))
        if inside:
            shown = join(fields.field(portal, p, values.get(p.name, ""), wrong.get(p.name, "")) for p in inside)
            parts.append(html(GROUP, label=group["label"], fields=shown))
    return join(parts)


def _aside(view: View, contact: Contact) -> Html:
    def row(label: str, shown: Html) -> Html:
        return html("<div><dt>{label}</dt><dd>{shown}</dd></div>", label=label, shown=shown)

    others = [a for a in contact.props.get("hs_additional_emails", "").split(";") if a]
    merged = merged_list(contact)
    return html(
        ASIDE,
        id=contact.id,
        created=moment(contact.created),
        origin=who(view.simulator, contact.origin),
        changed=moment(contact.updated),
        emails=row("More addresses", join(html("<div>{a}</div>", a=a) for a in others)) if others else EMPTY,
        merged=row("Merged into it", join(html("<div>Record {i}</div>", i=i) for i in merged)) if merged else EMPTY,
        api=view.link(f"/contacts/{contact.id}/api"),
        keep=view.keep_account(),
        archive=view.link(f"/contacts/{contact.id}/archive"),
        erase=view.link(f"/contacts/{contact.id}/erase"),
    )


def _read_only(portal: Portal, contact: Contact) -> Html:
    names = [p.name for p in portal.properties.values() if p.read_only and not p.archived]
    held = [(name, portal.value(contact, name) or "") for name in names]
    return html(READ_ONLY, rows=join(_fact(portal, name, value) for name, value in held if value))


def _fact(portal: Portal, name: str, value: str) -> Html:
    prop = portal.properties.get(name)
    return html(
        '<div><dt>{label}</dt><dd>{value}<span class="under"><code>{name}</code></span></dd></div>',
        label=prop.label if prop else name,
        value=history.shown_value(portal, name, value),
        name=name,
    )


# ---- acting ------------------------------------------------------------------------------------------


def save(view: View, contact: Contact | None) -> Response:
    """Create or edit; a refusal is shown beside its field, with what was entered."""
    changed = fields.read(editable(view.portal), view.form, contact.props if contact else {})
    try:
        if contact is None:
            made = view.act_here("POST", "contacts", properties=changed)
            return view.done(f"/contacts/{made['id']}", "Created.")
        if changed:
            view.act_here("PATCH", f"contacts/{contact.id}", properties=changed)
        return view.done(f"/contacts/{contact.id}", "Saved." if changed else "Nothing was changed.")
    except ApiError as error:
        return _form(view, contact, {**(contact.props if contact else {}), **changed}, error)


def archive(view: View, contact: Contact) -> Response:
    view.act_here("POST", f"contacts/{contact.id}/archive")
    return view.done("/", f"{name_of(contact)} is in the recycle bin.")


def restore(view: View, contact: Contact) -> Response:
    try:
        view.act_here("POST", f"contacts/{contact.id}/restore")
    except ApiError as error:
        return _archived(view, contact, error)
    return view.done(f"/contacts/{contact.id}", "Restored.")


def ask_erase(view: View, contact: Contact) -> Response:
    href = f"/contacts/{contact.id}"
    body = html(ERASE, title=name_of(contact), id=contact.id, href=view.link(href), action=view.link(f"{href}/erase"))
    return view.page(f"Delete {name_of(contact)} for good?", body, current="contacts")


def erase(view: View, contact: Contact) -> Response:
    view.act_here("POST", f"contacts/{contact.id}/privacy-delete")
    return view.done("/", f"Record {contact.id} is deleted for good.")
