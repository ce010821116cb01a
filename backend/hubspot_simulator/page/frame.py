"""What every page has around it, and what every page needs to know."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hubspot_simulator.errors import ApiError
from hubspot_simulator.http import Request, Response, redirect
from hubspot_simulator.page.html import EMPTY, Html, hidden, html, join, link, notice, options
from hubspot_simulator.records.portal import Portal

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

PLACES = (
    ("contacts", "/", "Contacts"),
    ("properties", "/properties", "Properties"),
    ("activity", "/activity", "Activity"),
    ("trouble", "/trouble", "Trouble"),
    ("account", "/account", "Account"),
)
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='6' cy='10' "
    "r='4.2' fill='none' stroke='%23c4501b' stroke-width='2.4'/%3E%3Ccircle cx='13' cy='3' r='2.2' "
    "fill='%23c4501b'/%3E%3C/svg%3E"
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'{form_action}; base-uri 'none'; frame-ancestors 'none'"
)
LAYOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} · HubSpot simulator</title>
<link rel="icon" href="{icon}">
<link rel="stylesheet" href="/assets/style.css">
<script src="/assets/script.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
  <a class="brand" href="{home}"><svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
  <circle cx="6" cy="10" r="4.2" class="ring"/><circle cx="13" cy="3" r="2.2" class="dot"/></svg>HubSpot
  <span>simulator</span></a>
  <nav aria-label="Main">{places}</nav>
  {account}
</header>
<section class="state" aria-label="State of the simulator" data-live="{state_source}" data-every="4">{state}</section>
<main id="main">{body}</main>
</body>
</html>
"""
CALM = "<p>A simulator, not HubSpot. Its people are invented, or loaded by you.</p>"
TROUBLED = """<div class="troubled"><p><a href="{trouble}"><strong>Trouble is on.</strong></a> {says}{more}</p>
<form method="post" action="{stop}">{back}<button type="submit" id="stop-trouble">Stop all trouble</button></form>
</div>"""
SWITCH = """<form class="account" id="accounts-form" method="get" action="/"><label for="switch-account">Account</label>
<select id="switch-account" name="portal">{accounts}</select>
<button type="submit" class="quiet">Switch</button></form>"""

Form = Mapping[str, list[str]]


class Notes:
    """Sentences that wait for the page a person is sent to next, by number: no page shows text out of an address."""

    def __init__(self) -> None:
        self._last = 0
        self._kept: deque[tuple[int, str]] = deque(maxlen=100)

    def keep(self, text: str) -> int:
        self._last += 1
        self._kept.append((self._last, text))
        return self._last

    def find(self, key: str) -> str:
        return next((text for number, text in self._kept if str(number) == key), "")


@dataclass(frozen=True, slots=True)
class View:
    """One request of a person: to which account, asking what."""

    simulator: Simulator
    portal: Portal
    request: Request
    notes: Notes
    form: Form = field(default_factory=dict)

    # ---- what was asked -----------------------------------------------------------------------------

    def param(self, name: str) -> str:
        return self.request.param(name).strip()

    def text(self, name: str) -> str:
        """A field of the form; empty when it was not sent."""
        return self.form.get(name, [""])[-1].strip()

    def every(self, name: str) -> list[str]:
        return list(self.form.get(name, []))

    def number(self, name: str, label: str, least: float, most: float) -> float:
        """Raises: ApiError, that names the field as the page does."""
        text = self.text(name).replace(",", "")
        try:
            value = float(text)
        except ValueError:
            raise ApiError(400, f"{label} must be a number, not “{text}”.") from None
        if not least <= value <= most:
            raise ApiError(400, f"{label} must be between {least:,.10g} and {most:,.10g}, not {text}.")
        return value

    def whole(self, name: str, label: str, least: int, most: int) -> int:
        return int(self.number(name, label, least, most))

    def share(self, name: str, label: str) -> float:
        """A percentage as a share of 1; what is left empty is 0."""
        return self.number(name, label, 0, 100) / 100 if self.text(name) else 0.0

    # ---- what is done -------------------------------------------------------------------------------

    def act(self, method: str, path: str, /, **body: Any) -> Any:
        """The only way a page changes anything: a call of the control API. Raises: ApiError."""
        return self.simulator.control.do(method, path, **body)

    def act_here(self, method: str, path: str, /, **body: Any) -> Any:
        """The same for what belongs to one account."""
        return self.act(method, path, portal_id=self.portal.id, **body)

    # ---- what is answered ---------------------------------------------------------------------------

    def link(self, path: str, /, **query: object) -> str:
        """The first account goes without saying."""
        place, mark, anchor = path.partition("#")
        is_first = self.portal is self.simulator.first_portal()
        return link(place, portal=None if is_first else self.portal.id, **query) + mark + anchor

    def keep_account(self) -> Html:
        """For a form whose answers become an address."""
        return hidden("portal", [] if self.portal is self.simulator.first_portal() else [self.portal.id])

    def done(self, path: str, text: str, **query: object) -> Response:
        """On to a page that says what happened."""
        return redirect(self.link(path, note=self.notes.keep(text), **query))

    def note(self) -> Html:
        return notice(self.notes.find(self.param("note")))

    def page(self, title: str, body: Html, *, current: str = "", status: int = 200, form_action: str = "") -> Response:
        whole = html(
            LAYOUT,
            title=title,
            icon=ICON,
            body=body,
            home=self.link("/"),
            places=join(self._place(*place, current == place[0]) for place in PLACES),
            account=self._account(),
            state=state(self),
            state_source=self.link("/state", back=address(self.request)),
        )
        return answer(whole, status, form_action)

    def _place(self, _: str, path: str, label: str, is_current: bool) -> Html:
        mark = Html(' aria-current="page"') if is_current else EMPTY
        return html('<a href="{href}"{mark}>{label}</a>', href=self.link(path), mark=mark, label=label)

    def _account(self) -> Html:
        portals = self.simulator.portals.values()
        if len(portals) > 1:
            rows = [(portal.id, f"{portal.company} ({portal.id})") for portal in portals]
            return html(SWITCH, accounts=options(rows, self.portal.id))
        return html('<p class="account">{company} <span>{id}</span></p>', company=self.portal.company,
                    id=self.portal.id)  # fmt: skip


def answer(text: Html, status: int = 200, form_action: str = "") -> Response:
    """A page or a part of one. Nothing in it may run or load but the two files beside this one."""
    headers = (
        ("Content-Security-Policy", POLICY.format(form_action=form_action and f" {form_action}")),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
    )
    return Response(status, text.text.encode(), headers, content_type="text/html;charset=utf-8")


def address(request: Request) -> str:
    """Where a person is, to come back to; what was sent as a form has no address of its own."""
    if request.method != "GET":
        return "/"
    asked = {name: values for name, values in request.params().items() if name not in ("note", "at")}
    return link(request.path, **asked)


def way_back(text: str) -> str:
    """An address of this site, whatever was asked for."""
    parts = urlsplit(text)
    is_here = text.startswith("/") and not text.startswith(("//", "/\\")) and not parts.netloc
    return text if is_here else "/"


def state(view: View) -> Html:
    """The strip below the head of every page: whether all is calm."""
    ongoing = view.simulator.trouble.going_on()
    if not ongoing:
        return Html(CALM)
    others = len(ongoing) - 1
    back = view.param("back") or address(view.request)
    return html(
        TROUBLED,
        says=ongoing[0].says,
        trouble=view.link("/trouble"),
        more=f" And {others} more." if others else "",
        stop=view.link("/trouble/stop"),
        back=hidden("back", [way_back(back)]),
    )
