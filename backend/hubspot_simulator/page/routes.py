"""Which page an address is."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, redirect
from hubspot_simulator.model import read_number
from hubspot_simulator.page import (
    account,
    activity,
    authorize,
    contact,
    definition,
    deliveries,
    listing,
    properties,
    published,
    record,
    several,
    trouble,
)
from hubspot_simulator.page.frame import Notes, View, answer, state
from hubspot_simulator.page.html import html, notice
from hubspot_simulator.records.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

ASSETS = {"style.css": "text/css;charset=utf-8", "script.js": "text/javascript;charset=utf-8"}
PROBLEM = '<h1>That did not work</h1>{problem}<p><a href="{home}">To the contacts</a></p>'


class Pages:
    """What a browser gets."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._notes = Notes()

    def handle(self, request: Request) -> Response:
        parts = tuple(unquote(part) for part in request.path.split("/") if part)
        form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
        posted = request.method == "POST"
        view = View(self._simulator, self._portal(request, form), request, self._notes, form if posted else {})
        try:
            if posted:
                response = _post_contact(view, parts) or _post(view, parts)
            else:
                response = _get_contact(view, parts) or _get(view, parts) if request.method == "GET" else None
        except ApiError as error:
            return _problem(view, error.message, error.status)
        return response or _problem(view, "There is no such page.", 404)

    def _portal(self, request: Request, form: dict[str, list[str]]) -> Portal:
        wanted = request.param("portal") or form.get("portal", [""])[-1]
        found = self._simulator.portals.get(read_number(wanted) or 0)
        return found or self._simulator.first_portal()


def _problem(view: View, message: str, status: int) -> Response:
    body = html(PROBLEM, problem=notice(message, problem=True), home=view.link("/"))
    return view.page("That did not work", body, status=status)


# ---- looking -----------------------------------------------------------------------------------------


def _get_contact(view: View, parts: tuple[str, ...]) -> Response | None:
    match parts:
        case () | ("contacts",):
            return listing.show(view)
        case ("contacts", "new"):
            return contact.blank(view)
        case ("contacts", "several"):
            return several.ask_edit(view)
        case ("contacts", "merge"):
            return several.ask_merge(view)
        case ("contacts", key):
            found = contact.find(view.portal, key)
            if key != str(found.id):
                return _moved(view, key, found.id)
            return contact.show(view, found)
        case ("contacts", key, "api"):
            return record.show(view, contact.find(view.portal, key))
        case ("contacts", key, "erase"):
            return contact.ask_erase(view, contact.find(view.portal, key))
        case _:
            return None


def _moved(view: View, key: str, contact_id: int) -> Response:
    """An old id, or an e-mail, leads to the record's own address."""
    if read_number(key) is not None:
        return view.done(f"/contacts/{contact_id}", f"Record {key} was merged into this one.")
    return redirect(view.link(f"/contacts/{contact_id}"))


def _get(view: View, parts: tuple[str, ...]) -> Response | None:
    match parts:
        case ("state",):
            return answer(state(view))
        case ("properties",):
            return properties.show(view)
        case ("properties", "new"):
            return properties.blank(view)
        case ("properties", name):
            return definition.show(view, definition.find(view, name))
        case ("activity",):
            return activity.show(view)
        case ("activity", "live", tab):
            return activity.live(view, tab)
        case ("activity", "requests" | "webhooks" | "journal" | "exports" as tab):
            return activity.show(view, tab)
        case ("activity", "webhooks", number):
            return deliveries.one(view, number)
        case ("activity", "journal", offset):
            return published.one(view, offset)
        case ("trouble",):
            return trouble.show(view)
        case ("account",):
            return account.show(view)
        case ("oauth", "authorize"):
            return authorize.show(view, None)
        case ("oauth", portal_id, "authorize") if read_number(portal_id) is not None:
            return authorize.show(view, read_number(portal_id))
        case ("assets", name) if name in ASSETS:
            body = files(__package__).joinpath(name).read_bytes()
            return Response(200, body, (("Cache-Control", "no-cache"),), content_type=ASSETS[name])
        case _:
            return None


# ---- acting ------------------------------------------------------------------------------------------


def _post_contact(view: View, parts: tuple[str, ...]) -> Response | None:
    match parts:
        case ("contacts", "new"):
            return contact.save(view, None)
        case ("contacts", "merge"):
            return several.merge(view)
        case ("contacts", "several"):
            return several.edit(view)
        case ("contacts", "several", "archive"):
            return several.archive(view)
        case ("contacts", "several", "restore"):
            return several.restore(view)
        case ("contacts", key):
            return contact.save(view, contact.find(view.portal, key))
        case ("contacts", key, "archive"):
            return contact.archive(view, contact.find(view.portal, key))
        case ("contacts", key, "restore"):
            return contact.restore(view, contact.find(view.portal, key))
        case ("contacts", key, "erase"):
            return contact.erase(view, contact.find(view.portal, key))
        case _:
            return None


def _post(view: View, parts: tuple[str, ...]) -> Response | None:
    match parts:
        case ("properties", "new"):
            return properties.create(view)
        case ("properties", "groups"):
            return properties.create_group(view)
        case ("properties", name):
            return definition.save(view, definition.find(view, name))
        case ("properties", name, "rules"):
            return definition.save_rules(view, definition.find(view, name))
        case ("properties", name, "archive"):
            return definition.archive(view, definition.find(view, name))
        case ("properties", name, "restore"):
            return definition.restore(view, definition.find(view, name))
        case ("activity", "forget"):
            return activity.forget(view)
        case ("trouble", "stop"):
            return trouble.stop(view)
        case ("trouble", lever):
            return trouble.pull(view, lever)
        case ("account", "webhooks"):
            return account.save_webhooks(view)
        case ("account", "scopes"):
            return account.save_scopes(view)
        case ("oauth", "authorize"):
            return authorize.submit(view)
        case _:
            return None
