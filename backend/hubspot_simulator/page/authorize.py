"""The install page of OAuth: a person picks the account and connects the app."""

from __future__ import annotations

from urllib.parse import urlsplit

from hubspot_simulator.http import Response
from hubspot_simulator.model import read_number
from hubspot_simulator.page.frame import View
from hubspot_simulator.page.html import Html, hidden, html, join, notice, options

MEANINGS = {
    "oauth": "Basic access to the account",
    "crm.objects.contacts.read": "View contacts",
    "crm.objects.contacts.write": "Create, change and delete contacts",
    "crm.schemas.contacts.read": "View contact properties",
    "crm.schemas.contacts.write": "Create and change contact properties",
    "crm.objects.owners.read": "View owners",
    "crm.export": "Export records",
    "crm.import": "Import records",
    "crm.objects.contacts.sensitive.read": "View sensitive values of contacts",
    "crm.objects.contacts.sensitive.write": "Change sensitive values of contacts",
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
<section class="panel narrow">
  <h1>Connect {app} to HubSpot</h1>
  <p>The app <strong id="app-name">{app}</strong> asks for access to an account.</p>
  <form method="post" action="/oauth/authorize" id="authorize">
    {hidden}
    <p><label for="account">Account</label><select id="account" name="portal_id">{accounts}</select></p>
    <h2>It will be able to</h2>
    <ul class="plain scopes">{scopes}</ul>
    <p class="hint">You will be sent back to {redirect}</p>
    <div class="row">
      <button type="submit" name="action" value="connect" id="connect-app">Connect app</button>
      <button type="submit" name="action" value="cancel" id="cancel" class="quiet">Cancel</button>
    </div>
  </form>
</section>
"""


def show(view: View, chosen: int | None) -> Response:
    simulator = view.simulator
    params = {name: values[-1] for name, values in view.request.params().items()}
    requested, optional, problem = simulator.authority.read_authorization(params)
    if chosen is not None and chosen not in simulator.portals:
        problem = problem or f"There is no account {chosen}."
    if problem:
        told = html('<section class="panel narrow"><h1>Authorization failed</h1>{problem}</section>',
                    problem=notice(problem, problem=True))  # fmt: skip
        return view.page("Authorization failed", told, status=400)
    accounts = [(portal.id, f"{portal.company} ({portal.id})") for portal in simulator.portals.values()]
    body = html(
        BODY,
        app=simulator.app_name,
        redirect=params["redirect_uri"],
        hidden=join(hidden(name, [params[name]]) for name in PARAMETERS if name in params),
        accounts=options(accounts, chosen),
        scopes=join(_scope(s, s in optional and s not in requested) for s in dict.fromkeys([*requested, *optional])),
    )
    # A browser holds the way back to the same rule as the form itself.
    back = urlsplit(params["redirect_uri"])
    return view.page("Connect app", body, form_action=f"{back.scheme}://{back.netloc}")


def _scope(scope: str, optional: bool) -> Html:
    note = " (optional)" if optional else ""
    return html("<li>{what}{note} <code>{scope}</code></li>", what=MEANINGS.get(scope, scope), note=note, scope=scope)


def submit(view: View) -> Response:
    authority = view.simulator.authority
    form = {name: values[-1] for name, values in view.form.items()}
    if form.get("action") != "connect":
        return authority.deny(form)
    portal_id = form.get("portal_id", "")
    return authority.grant(form, read_number(portal_id) or 0)
