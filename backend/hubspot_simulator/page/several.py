"""Several contacts at once: one property of all, the recycle bin, and two merged into one."""

from __future__ import annotations

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Response
from hubspot_simulator.model import Contact, Property
from hubspot_simulator.page import fields, history
from hubspot_simulator.page.contact import editable, find, problems
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import EMPTY, Html, flag, hidden, html, join, notice, options, table
from hubspot_simulator.page.listing import PAGE
from hubspot_simulator.page.words import counted, name_of
from hubspot_simulator.records.merging import combine

NAMED = 8
EDIT = """
<p class="crumb"><a href="{contacts}">Contacts</a></p>
<h1>Edit {count}</h1>{problem}
<p class="lead">{names}</p>
<form method="get" action="/contacts/several" class="panel row">{keep}{selected}
<div class="grow"><label for="which">Property</label><select id="which" name="property">{properties}</select></div>
<button type="submit" class="{chosen_class}" id="choose">Choose</button></form>
{value}
"""
VALUE = """<form method="post" action="{action}" class="panel" id="bulk-form" novalidate>{selected}{property}
{field}
<p class="hint">All are modified in the same millisecond, as HubSpot does. Empty clears the value.</p>
<p><button type="submit" id="edit-all">Edit {count}</button></p></form>"""
MERGE = """
<p class="crumb"><a href="{contacts}">Contacts</a></p>
<h1>Merge two contacts</h1>{problem}
<p class="lead">{becomes} Values of the primary one win, its gaps are filled from the other, the further lifecycle stage
stays, and the other e-mail becomes an additional one. This cannot be undone.</p>
<form method="post" action="{action}" id="merge-form">{selected}
<fieldset class="merge"><legend class="unseen">Which is the primary contact?</legend>{comparison}</fieldset>
<p class="row"><button type="submit" id="merge-now">Merge</button>
<a class="button quiet" href="{contacts}">Leave them</a></p>
</form>
"""
HEAD = """<th scope="col"><label class="choice"><input type="radio" name="primary" value="{id}" id="primary-{n}"{mark}>
{name} is primary</label><span class="under"><a href="{href}">Record {id}</a></span></th>"""


def chosen(view: View, keys: list[str], *, least: int = 1, most: int = PAGE) -> list[Contact]:
    """Raises: ApiError, when too few, too many or unknown ones were chosen."""
    found = list(dict.fromkeys(find(view.portal, key.strip()) for key in keys if key.strip()))
    if not least <= len(found) <= most:
        wanted = "exactly two contacts to merge" if least == 2 else f"between 1 and {most} contacts"
        raise ApiError(400, f"Choose {wanted}.")
    return found


# ---- one property of all -----------------------------------------------------------------------------


def ask_edit(view: View) -> Response:
    return _ask_edit(view, view.request.params().get("selected", []), view.param("property"))


def _ask_edit(view: View, keys: list[str], name: str, error: ApiError | None = None) -> Response:
    contacts = chosen(view, keys)
    portal = view.portal
    known = {prop.name: prop for prop in editable(portal) if not portal.is_key(prop.name)}
    selected, prop = hidden("selected", [contact.id for contact in contacts]), known.get(name)
    count = counted(len(contacts), "contact")
    more = len(contacts) - NAMED
    body = html(
        EDIT,
        contacts=view.link("/"),
        count=count,
        problem=notice(error.message.partition(": [{")[0] if error else "", problem=True),
        names=", ".join(name_of(c) for c in contacts[:NAMED]) + (f" and {more} more" if more > 0 else ""),
        keep=view.keep_account(),
        selected=selected,
        properties=options([(p.name, p.label) for p in sorted(known.values(), key=lambda p: p.label)], name),
        chosen_class="quiet" if prop else "",
        value=_value(view, prop, selected, count, error) if prop else EMPTY,
    )
    return view.page(f"Edit {count}", body, current="contacts", status=error.status if error else 200)


def _value(view: View, prop: Property, selected: Html, count: str, error: ApiError | None) -> Html:
    return html(
        VALUE,
        action=view.link("/contacts/several"),
        selected=selected,
        property=hidden("property", [prop.name]),
        field=fields.field(view.portal, prop, ";".join(view.every(prop.name)), problems(error).get(prop.name, "")),
        count=count,
    )


def edit(view: View) -> Response:
    name, keys = view.text("property"), view.every("selected")
    prop = view.portal.properties.get(name)
    if prop is None:
        raise ApiError(400, "Choose a property.")
    given = [part for part in view.every(name) if part]
    value = ";".join(given) if prop.multiple else fields.as_kept(prop, given[-1] if given else "")
    ids = [str(contact.id) for contact in chosen(view, keys)]
    try:
        done = view.act_here("POST", "bulk-edit", ids=ids, properties={name: value})
    except ApiError as error:
        return _ask_edit(view, keys, name, error)
    return view.done("/", f"{prop.label} of {counted(done['edited'], 'contact')} was edited.")


# ---- the recycle bin ---------------------------------------------------------------------------------


def archive(view: View) -> Response:
    contacts = chosen(view, view.every("selected"))
    for contact in contacts:
        view.act_here("POST", f"contacts/{contact.id}/archive")
    return view.done("/", f"{counted(len(contacts), 'contact')} moved to the recycle bin.")


def restore(view: View) -> Response:
    """Each for itself: one whose e-mail somebody else has by now stays."""
    contacts = chosen(view, view.every("selected"))
    refused = []
    for contact in contacts:
        try:
            view.act_here("POST", f"contacts/{contact.id}/restore")
        except ApiError as error:
            refused.append(f"{name_of(contact)}: {error.message}.")
    said = [f"{counted(len(contacts) - len(refused), 'contact')} restored.", *refused]
    return view.done("/", " ".join(said), archived="true")


# ---- two into one ------------------------------------------------------------------------------------


def ask_merge(view: View) -> Response:
    return _ask_merge(view, chosen(view, view.request.params().get("selected", []), least=2, most=2))


def _ask_merge(view: View, pair: list[Contact], error: ApiError | None = None) -> Response:
    if any(contact.archived for contact in pair):
        raise ApiError(400, "A contact in the recycle bin cannot be merged; restore it first.")
    heads = [html(HEAD, id=contact.id, n=n, name=name_of(contact), href=view.link(f"/contacts/{contact.id}"),
                  mark=flag("checked", n == 0)) for n, contact in enumerate(pair)]  # fmt: skip
    keeps = view.portal.rules.merge_keeps_primary_id
    body = html(
        MERGE,
        contacts=view.link("/"),
        problem=notice(error.message if error else "", problem=True),
        becomes="The primary one stays." if keeps else "A new record with a new ID takes the place of both.",
        action=view.link("/contacts/merge"),
        selected=hidden("selected", [contact.id for contact in pair]),
        comparison=table("comparison", "The two contacts", ["Property", *heads], _comparison(view, pair)),
    )
    return view.page("Merge two contacts", body, current="contacts", status=error.status if error else 200)


def _comparison(view: View, pair: list[Contact]) -> Html:
    """Values side by side; each tells whether it stays when the first or the second one is primary."""
    now = view.simulator.clock.now_ms()
    outcomes = [combine(pair[0], pair[1], now), combine(pair[1], pair[0], now)]
    properties = view.portal.properties
    names = [n for n in properties if any(n in c.props for c in pair) and not properties[n].read_only]
    rows = []
    for name in names:
        cells = []
        for contact in pair:
            value = contact.props.get(name, "")
            stays = [f"stays-{n}" for n, outcome in enumerate(outcomes) if value and outcome.get(name) == value]
            cells.append(
                html(
                    '<td class="wrap {stays}">{value}</td>',
                    stays=" ".join(stays),
                    value=history.shown_value(view.portal, name, value),
                )
            )
        rows.append(html('<tr><th scope="row">{label}</th>{cells}</tr>', label=properties[name].label,
                         cells=join(cells)))  # fmt: skip
    return join(rows)


def merge(view: View) -> Response:
    """``primary`` says which one of the two it is; without it the first."""
    pair = chosen(view, view.every("selected"), least=2, most=2)
    pair.sort(key=lambda contact: str(contact.id) != view.text("primary"))
    primary, secondary = pair
    try:
        made = view.act_here("POST", "merge", primary=str(primary.id), secondary=str(secondary.id))
    except ApiError as error:
        return _ask_merge(view, pair, error)
    return view.done(f"/contacts/{made['id']}", f"Records {primary.id} and {secondary.id} were merged into this one.")
