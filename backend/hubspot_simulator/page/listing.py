"""The list of contacts, with search and paging."""

from __future__ import annotations

from bisect import bisect_left

from hubspot_simulator.clock import iso
from hubspot_simulator.http import Request, Response
from hubspot_simulator.model import Contact
from hubspot_simulator.page.html import Html, html, join, link, page
from hubspot_simulator.portal import Portal
from hubspot_simulator.search import TEXT_PROPERTIES

PAGE = 50
BODY = """
<div class="row spread"><h1>{title} <span class="quiet-text" id="total">{total}</span></h1>
<a class="button" id="create-contact" href="{new}">Create contact</a></div>
<form class="card row" method="get" action="/" role="search">
  <input type="hidden" name="portal" value="{portal}">{archived_field}
  <div style="flex:1 1 300px"><label for="q">Search name, e-mail, phone or company</label>
  <input id="q" name="q" type="search" value="{q}"></div>
  <button type="submit" id="search">Search</button>
</form>
<form method="post" action="{merge}">
<section class="card"><div class="scroll"><table id="contacts">
<thead><tr><th>Select</th><th>Name</th><th>E-mail</th><th>Phone</th><th>City</th><th>Client type</th><th>Changed</th></tr></thead>
<tbody>{rows}</tbody></table></div></section>
<div class="row spread">
  <button type="submit" id="merge-selected" class="quiet">Merge the two selected</button>
  <nav class="row" aria-label="Pages">{newest}{following}</nav>
</div>
</form>
"""  # noqa: E501
ROW = """<tr><td><input type="checkbox" name="selected" value="{id}" aria-label="Select {name}"></td>
<td><a href="{href}">{name}</a></td><td class="wrap">{email}</td><td>{phone}</td><td>{city}</td><td class="wrap">{tags}</td><td>{changed}</td></tr>"""  # noqa: E501


def show(portal: Portal, request: Request) -> Response:
    archived = request.param("archived") == "true"
    words, before = request.param("q").strip(), request.param("before")
    found, more = newest(portal, words, archived, int(before) if before.isdigit() else None)
    common = {"portal": portal.id, "archived": "true" if archived else "", "q": words}
    total = len(portal.archived if archived else portal.live)
    body = html(
        BODY,
        title="Recycle bin" if archived else "Contacts",
        total=f"{total:,} records",
        new=link("/contacts/new", portal=portal.id),
        merge=link("/contacts/merge", portal=portal.id),
        portal=portal.id,
        archived_field=Html('<input type="hidden" name="archived" value="true">' if archived else ""),
        q=words,
        rows=join(row(portal, c) for c in found) if found else Html('<tr><td colspan="7">Nobody found.</td></tr>'),
        newest=html('<a class="button quiet" id="newest" href="{h}">Newest</a>', h=link("/", **common))
        if before
        else Html(""),
        following=html(
            '<a class="button quiet" id="next-page" href="{h}">Next page</a>',
            h=link("/", **common, before=found[-1].id),
        )
        if more
        else Html(""),
    )
    current = "archived" if archived else "contacts"
    return page("Contacts", body, portal_id=portal.id, company=portal.company, current=current)


def newest(portal: Portal, words: str, archived: bool, before: int | None) -> tuple[list[Contact], bool]:
    """A page of records, highest ids first, and whether there are more."""
    order = portal.archived if archived else portal.live
    end = len(order) if before is None else bisect_left(order, before)
    wanted = words.lower().split()
    found: list[Contact] = []
    for position in range(end - 1, -1, -1):
        contact = portal.contacts[order[position]]
        if wanted and not matches(contact, wanted):
            continue
        if len(found) == PAGE:
            return found, True
        found.append(contact)
    return found, False


def matches(contact: Contact, words: list[str]) -> bool:
    text = " ".join(contact.props.get(name, "") for name in TEXT_PROPERTIES).lower()
    return all(word in text or word == str(contact.id) for word in words)


def name_of(contact: Contact) -> str:
    props = contact.props
    name = f"{props.get('firstname', '')} {props.get('lastname', '')}".strip()
    return name or props.get("email") or f"Contact {contact.id}"


def row(portal: Portal, contact: Contact) -> Html:
    props = contact.props
    kinds = [props.get("client_type_vip_status", ""), *props.get("client_type_prospects", "").split(";")]
    return html(
        ROW,
        id=contact.id,
        name=name_of(contact),
        href=link(f"/contacts/{contact.id}", portal=portal.id),
        email=props.get("email"),
        phone=props.get("phone"),
        city=", ".join(props[n] for n in ("city", "state") if n in props),
        tags=join(html('<span class="tag">{k}</span>', k=kind) for kind in kinds if kind),
        changed=iso(contact.updated)[:16].replace("T", " "),
    )
