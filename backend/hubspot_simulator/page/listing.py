"""The list of contacts: search, filters, order, pages, and what can be done to several at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hubspot_simulator.http import Response
from hubspot_simulator.model import Contact, read_number
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, head, hidden, html, join, nothing, options, table
from hubspot_simulator.page.words import counted, moment, name_of
from hubspot_simulator.records.merging import addresses
from hubspot_simulator.records.portal import KEPT_ARCHIVED_MS, Portal
from hubspot_simulator.records.search import TEXT_PROPERTIES

PAGE = 50
ORDERS = (
    ("modified", "Last modified"),
    ("created", "Newest"),
    ("oldest", "Oldest"),
    ("name", "Name"),
)
EMAILS = (("", "Any"), ("yes", "With an e-mail"), ("no", "Without an e-mail"))
KINDS = (("", "Any"), ("vip", "VIP"), ("prospect", "Prospect"), ("none", "Neither"))
BODY = """
<div class="head"><h1>{title}</h1>{create}</div>
<nav class="tabs" aria-label="Contacts"><a href="{live}"{live_mark}>Contacts <span>{live_count}</span></a>
<a href="{bin}"{bin_mark} id="recycle-bin">Recycle bin <span>{bin_count}</span></a></nav>
{note}
<form class="filters" method="get" action="/" role="search">
  {keep}
  <div class="grow"><label for="q">Name, e-mail, phone or company</label>
  <input id="q" name="q" type="search" value="{q}"></div>
  <div><label for="email">E-mail</label><select id="email" name="email">{emails}</select></div>
  <div><label for="kind">Client type</label><select id="kind" name="kind">{kinds}</select></div>
  <div><label for="order">Order</label><select id="order" name="order">{orders}</select></div>
  <button type="submit" id="search">Show</button>
</form>
<p class="count" id="total">{total}{clear}</p>
<form method="post" action="{several}" id="several">
{keep_account}
{people}
{acts}
</form>
{pages}
"""
ROW = """<tr><td class="tickbox"><label><input type="checkbox" name="selected" value="{id}">
<span class="unseen">Select {name}</span></label></td>
<td class="wrap"><a href="{href}">{name}</a><span class="under">{email}</span></td><td class="wide">{phone}</td>
<td class="wide">{city}</td><td class="wide wrap">{tags}</td><td class="wide">{owner}</td>
<td class="when">{when}</td></tr>"""
ACTS = '<div class="acts"><p id="selected" aria-live="polite">With the selected:</p>{buttons}</div>'
ACT = """<button type="submit" class="quiet" id="{id}" formaction="{action}" formmethod="{method}"
 data-needs="{needs}">{label}</button>"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the list a person wants to see. ``page`` counts from 1."""

    words: str
    email: str
    kind: str
    order: str
    archived: bool
    page: int

    @classmethod
    def of(cls, view: View) -> Wish:
        page = view.param("page")
        order = view.param("order")
        return cls(
            view.param("q"),
            view.param("email"),
            view.param("kind"),
            order if order in dict(ORDERS) else ORDERS[0][0],
            view.param("archived") == "true",
            min(read_number(page) or 1, 10**6),
        )

    @property
    def filtered(self) -> bool:
        return bool(self.words or self.email or self.kind)

    def query(self, page: int) -> dict[str, Any]:
        return {
            "q": self.words,
            "email": self.email,
            "kind": self.kind,
            "order": self.order if self.order != ORDERS[0][0] else "",
            "archived": "true" if self.archived else "",
            "page": page if page > 1 else "",
        }


def show(view: View) -> Response:
    portal, wish = view.portal, Wish.of(view)
    found, total = select(portal, wish)
    everyone = len(portal.archived if wish.archived else portal.live)
    filtered = html(' of {all}. <a href="{href}" id="clear">Show all</a>', all=f"{everyone:,}",
                    href=view.link("/", archived="true" if wish.archived else ""))  # fmt: skip
    body = html(
        BODY,
        title="Recycle bin" if wish.archived else "Contacts",
        create=html('<a class="button" id="create-contact" href="{new}">Create contact</a>',
                    new=view.link("/contacts/new")),
        live=view.link("/"),
        bin=view.link("/", archived="true"),
        live_mark=EMPTY if wish.archived else Html(' aria-current="page"'),
        bin_mark=Html(' aria-current="page"') if wish.archived else EMPTY,
        live_count=f"{len(portal.live):,}",
        bin_count=f"{len(portal.archived):,}",
        note=view.note(),
        keep=Html(view.keep_account().text + (hidden("archived", ["true"]).text if wish.archived else "")),
        q=wish.words,
        emails=options(EMAILS, wish.email),
        kinds=options(KINDS, wish.kind),
        orders=options(ORDERS, wish.order),
        total=counted(total, "contact"),
        clear=filtered if wish.filtered else EMPTY,
        several=view.link("/contacts/several"),
        keep_account=view.keep_account(),
        people=people(view, wish, found),
        acts=acts(view, wish) if found else EMPTY,
        pages=pages(view, wish, total),
    )  # fmt: skip
    return view.page("Recycle bin" if wish.archived else "Contacts", body, current="contacts")


def acts(view: View, wish: Wish) -> Html:
    def button(name: str, action: str, method: str, needs: int, label: str) -> Html:
        return html(ACT, id=name, action=action, method=method, needs=needs, label=label)

    if wish.archived:
        restore = view.link("/contacts/several/restore")
        return html(ACTS, buttons=button("restore-selected", restore, "post", 1, "Restore"))
    archive = view.link("/contacts/several/archive")
    buttons = (
        button("merge-selected", "/contacts/merge", "get", 2, "Merge two"),
        button("edit-selected", "/contacts/several", "get", 1, "Edit a property"),
        button("archive-selected", archive, "post", 1, "Move to recycle bin"),
    )
    return html(ACTS, buttons=join(buttons))


# ---- who is shown ------------------------------------------------------------------------------------


def select(portal: Portal, wish: Wish) -> tuple[list[Contact], int]:
    """One page of those who fit, in order, and how many fit."""
    ids = portal.archived if wish.archived else portal.live
    fits = test_of(wish)
    people = [contact for contact in (portal.contacts[i] for i in ids) if fits is None or fits(contact)]
    if wish.archived:
        people = [contact for contact in people if portal.find(contact.id, archived=True)]
    people.sort(key=_rank(wish), reverse=wish.order not in ("oldest", "name"))
    start = (wish.page - 1) * PAGE
    return people[start : start + PAGE], len(people)


def _rank(wish: Wish) -> Callable[[Contact], Any]:
    if wish.order == "name":
        return lambda c: name_of(c).lower()
    if wish.order in ("created", "oldest"):
        return lambda c: c.created
    return lambda c: c.archived or c.updated


def test_of(wish: Wish) -> Callable[[Contact], bool] | None:
    """``None``: everybody fits."""
    tests: list[Callable[[Contact], bool]] = []
    words = wish.words.lower().split()
    if words:
        tests.append(lambda contact: matches(contact, words))
    if wish.email in ("yes", "no"):
        tests.append(lambda contact: bool(addresses(contact.props)) == (wish.email == "yes"))
    if wish.kind:
        tests.append(lambda contact: is_kind(contact, wish.kind))
    if len(tests) < 2:
        return tests[0] if tests else None
    return lambda contact: all(test(contact) for test in tests)


def matches(contact: Contact, words: list[str]) -> bool:
    held = contact.props
    text = "\n".join([held[name] for name in TEXT_PROPERTIES if name in held]).lower()
    return all(word in text or word == str(contact.id) for word in words)


def is_kind(contact: Contact, kind: str) -> bool:
    vip, prospect = ("client_type_vip_status" in contact.props), ("client_type_prospects" in contact.props)
    return {"vip": vip, "prospect": prospect, "none": not vip and not prospect}.get(kind, True)


# ---- how they are shown ------------------------------------------------------------------------------


def people(view: View, wish: Wish, found: list[Contact]) -> Html:
    when = "Deleted" if wish.archived else "Created" if wish.order in ("created", "oldest") else "Modified"
    wide = [head(text, "wide") for text in ("Phone", "City", "Client type", "Owner")]
    heads = [Html('<th class="tickbox"><span class="unseen">Select</span></th>'), head("Name"), *wide, head(when)]
    empty = "The recycle bin is empty." if wish.archived else "There are no contacts."
    rows = join(row(view, contact, wish) for contact in found)
    shown = rows if found else nothing("Nobody fits." if wish.filtered else empty, len(heads))
    return table("contacts", "Contacts", heads, shown, "people")


def row(view: View, contact: Contact, wish: Wish) -> Html:
    props = contact.props
    kinds = [props.get("client_type_vip_status", ""), *props.get("client_type_prospects", "").split(";")]
    return html(
        ROW,
        id=contact.id,
        name=name_of(contact),
        href=view.link(f"/contacts/{contact.id}"),
        email=mail(props.get("email", "")),
        phone=props.get("phone") or props.get("mobilephone"),
        city=", ".join(props[name] for name in ("city", "state") if name in props),
        tags=join(html('<span class="tag">{kind}</span>', kind=kind) for kind in kinds if kind),
        owner=owner_of(view.portal, contact),
        when=when(contact, wish),
    )


def mail(address: str) -> Html:
    """An address that breaks at its @ where it is too long for a line."""
    local, at, domain = address.partition("@")
    return html("{local}<wbr>{at}{domain}", local=local, at=at, domain=domain)


def when(contact: Contact, wish: Wish) -> Html:
    if contact.archived:
        gone = moment(contact.archived + KEPT_ARCHIVED_MS)
        return html('{at}<span class="under">until {gone}</span>', at=moment(contact.archived), gone=gone)
    return moment(contact.created if wish.order in ("created", "oldest") else contact.updated)


def owner_of(portal: Portal, contact: Contact) -> str:
    key = contact.props.get("hubspot_owner_id", "")
    owner = portal.owners.get(read_number(key) or 0)
    return f"{owner.first} {owner.last}" if owner else key


def pages(view: View, wish: Wish, total: int) -> Html:
    last = max(1, -(-total // PAGE))
    if last == 1:
        return EMPTY

    def way(page: int, name: str, label: str) -> Html:
        if not 1 <= page <= last:
            return EMPTY
        return html('<a class="button quiet" id="{id}" href="{href}">{label}</a>', id=name, label=label,
                    href=view.link("/", **wish.query(page)))  # fmt: skip

    return html(
        '<nav class="pages" aria-label="Pages">{previous}<p>Page {page} of {last}</p>{following}</nav>',
        previous=way(wish.page - 1, "previous-page", "Previous"),
        page=f"{min(wish.page, last):,}",
        last=f"{last:,}",
        following=way(wish.page + 1, "next-page", "Next"),
    )
