"""The install page of OAuth: a person picks the account and connects the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hubspot_simulator.http import Request, Response
from hubspot_simulator.page.html import Html, html, join, page

if TYPE_CHECKING:
    from hubspot_simulator.simulator import Simulator

MEANINGS = {
    "oauth": "Basic access to the account",
    "crm.objects.contacts.read": "View contacts",
    "crm.objects.contacts.write": "Create, change and delete contacts",
    "crm.schemas.contacts.read": "View contact properties",
    "crm.schemas.contacts.write": "Create and change contact properties",
    "crm.objects.owners.read": "View owners",
    "crm.export": "Export records",
    "crm.import": "Import records",
}
PARAMETERS = (
    "client_id",
    "redirect_uri",
    "scope",
    "optional_scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)
BODY = """
<section class="card narrow">
  <h1>Connect {app} to HubSpot</h1>
  <p>The app <strong id="app-name">{app}</strong> asks for access to an account:</p>
  <form method="post" action="/oauth/authorize" id="authorize">
    {hidden}
    <p><label for="account">Account</label><select id="account" name="portal_id">{accounts}</select></p>
    <h2>It will be able to</h2>
    <ul class="scopes">{scopes}</ul>
    <p class="quiet-text">You will be sent back to {redirect}</p>
    <div class="row">
      <button type="submit" name="action" value="connect" id="connect-app">Connect app</button>
      <button type="submit" name="action" value="cancel" id="cancel" class="quiet">Cancel</button>
    </div>
  </form>
</section>
"""
REFUSED = """
<section class="card narrow"><h1>Authorization failed</h1>
<p class="message problem" role="alert" id="problem">{problem}</p></section>
"""


def show(simulator: Simulator, request: Request, chosen: int | None) -> Response:
    params = {name: values[-1] for name, values in request.params().items()}
    requested, optional, problem = simulator.authority.read_authorization(params)
    portal = simulator.first_portal()
    if chosen is not None and chosen not in simulator.portals:
        problem = problem or f"There is no account {chosen}."
    if problem:
        body = html(REFUSED, problem=problem)
        return page("Authorization failed", body, portal_id=portal.id, company=portal.company, status=400)
    body = html(
        BODY,
        app=simulator.app_name,
        redirect=params["redirect_uri"],
        hidden=join(
            html('<input type="hidden" name="{name}" value="{value}">', name=name, value=params[name])
            for name in PARAMETERS
            if name in params
        ),
        accounts=join(_account(p.id, p.company, p.id == chosen) for p in simulator.portals.values()),
        scopes=join(_scope(s, s in optional and s not in requested) for s in dict.fromkeys([*requested, *optional])),
    )
    return page("Connect app", body, portal_id=portal.id, company=portal.company)


def _account(portal_id: int, company: str, chosen: bool) -> Html:
    mark = Html(" selected" if chosen else "")
    return html('<option value="{id}"{mark}>{company} ({id})</option>', id=portal_id, company=company, mark=mark)


def _scope(scope: str, optional: bool) -> Html:
    note = " (optional)" if optional else ""
    return html("<li>{what}{note} <code>{scope}</code></li>", what=MEANINGS.get(scope, scope), note=note, scope=scope)


def submit(simulator: Simulator, form: dict[str, str]) -> Response:
    if form.get("action") != "connect":
        return simulator.authority.deny(form)
    portal_id = form.get("portal_id", "")
    return simulator.authority.grant(form, int(portal_id) if portal_id.isdigit() else 0)
