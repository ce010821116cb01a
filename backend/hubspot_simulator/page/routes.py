"""Routes of the pages: the contact list, the contact form, activity and the install page."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, redirect
from hubspot_simulator.model import USER, Contact
from hubspot_simulator.page import activity, authorize, contact, listing
from hubspot_simulator.page.forms import read_form
from hubspot_simulator.page.html import html, link, page
from hubspot_simulator.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

ASSETS = {"style.css": "text/css;charset=utf-8", "script.js": "text/javascript;charset=utf-8"}
Form = dict[str, list[str]]


class Pages:
    """What a browser gets."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def handle(self, request: Request) -> Response:
        parts = tuple(part for part in request.path.split("/") if part)
        portal = self._portal(request)
        try:
            response = self._get(request, parts, portal) if request.method == "GET" else None
            if request.method == "POST":
                form = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True)
                response = self._post(parts, portal, form)
        except ApiError as error:
            return self._problem(portal, error.message, error.status)
        return response or self._problem(portal, "There is no such page.", 404)

    def _portal(self, request: Request) -> Portal:
        wanted = request.param("portal")
        found = self._simulator.portals.get(int(wanted)) if wanted.isdigit() else None
        return found or self._simulator.first_portal()

    def _problem(self, portal: Portal, message: str, status: int) -> Response:
        body = html('<h1>That did not work</h1><p class="message problem" role="alert">{m}</p>', m=message)
        return page("Problem", body, portal_id=portal.id, company=portal.company, status=status)

    def _get(self, request: Request, parts: tuple[str, ...], portal: Portal) -> Response | None:
        match parts:
            case ():
                return listing.show(portal, request)
            case ("contacts", "new"):
                return contact.show(portal, None)
            case ("contacts", key):
                return contact.show(portal, self._contact(portal, key), note=request.param("note"))
            case ("activity",):
                return activity.show(self._simulator, portal)
            case ("activity", "live"):
                text = activity.live(self._simulator, portal).text
                return Response(200, text.encode(), content_type="text/html;charset=utf-8")
            case ("oauth", "authorize"):
                return authorize.show(self._simulator, request, None)
            case ("oauth", portal_id, "authorize") if portal_id.isdigit():
                return authorize.show(self._simulator, request, int(portal_id))
            case ("assets", name) if name in ASSETS:
                body = files(__package__).joinpath(name).read_bytes()
                return Response(200, body, content_type=ASSETS[name])
            case _:
                return None

    def _post(self, parts: tuple[str, ...], portal: Portal, form: Form) -> Response | None:
        match parts:
            case ("oauth", "authorize"):
                return authorize.submit(self._simulator, {name: v[-1] for name, v in form.items()})
            case ("contacts", "merge"):
                return self._merge(portal, form)
            case ("contacts", "new"):
                return self._save(portal, None, form)
            case ("contacts", key):
                return self._save(portal, self._contact(portal, key), form)
            case ("contacts", key, "archive"):
                portal.archive(self._contact(portal, key), USER)
                return redirect(link("/", portal=portal.id))
            case ("contacts", key, "restore"):
                portal.restore(self._contact(portal, key), USER)
                return redirect(link(f"/contacts/{key}", portal=portal.id, note="restored"))
            case ("contacts", key, "merge"):
                other = form.get("other", [""])[-1].strip()
                return self._merge(portal, {"selected": [key, other]})
            case ("activity", "webhooks"):
                target_url = form.get("target_url", [""])[-1].strip()
                self._simulator.webhooks.configure(target_url=target_url, enabled="enabled" in form)
                return redirect(link("/activity", portal=portal.id))
            case ("activity", "fault"):
                count = form.get("count", ["1"])[-1]
                spec = {"status": form["kind"][-1], "when": form["when"][-1], "count": count if count.isdigit() else 1}
                self._simulator.faults.add(spec)
                return redirect(link("/activity", portal=portal.id))
            case _:
                return None

    def _contact(self, portal: Portal, key: str) -> Contact:
        found = None
        if key.isdigit():
            found = portal.find(int(key)) or portal.find(int(key), archived=True)
        if found is None:
            raise ApiError(404, f"There is no contact {key}.")
        return found

    def _save(self, portal: Portal, held: Contact | None, form: Form) -> Response:
        changed = read_form(portal, form, held)
        try:
            draft = portal.draft(changed, current=held, dated=True)
        except ApiError as error:
            return contact.show(portal, held, entered=changed, error=error)
        saved = portal.update(held, draft, USER) if held else portal.create(draft, USER)
        return redirect(link(f"/contacts/{saved.id}", portal=portal.id, note="saved" if held else "created"))

    def _merge(self, portal: Portal, form: Form) -> Response:
        chosen = form.get("selected", [])
        if len(chosen) != 2:
            raise ApiError(400, "Choose exactly two contacts to merge.")
        first, second = (self._contact(portal, key) for key in chosen)
        if first is second or first.archived or second.archived:
            raise ApiError(400, "Two different contacts that are not in the recycle bin can be merged.")
        survivor = portal.merge(first, second, USER)
        return redirect(link(f"/contacts/{survivor.id}", portal=portal.id, note="merged"))
